"""For notebooks in a web page (JupyterLite): load what is compiled, and go on where that cannot be had.

    import in_a_browser
    await in_a_browser.load("matplotlib", "numpy")

notebooks/website.py puts these lines at the head of its copies. NumPy and matplotlib come from Pyodide's own
distribution. Where that is out of reach, a cell that needs them says so in a line, and all other cells run.
"""

from __future__ import annotations

import ast
import importlib.util
from itertools import groupby
from typing import Any

lost: set[str] = set()  # names that cells which could not run would have made


async def load(*packages: str) -> None:
    """Load the packages; where one cannot be had, let cells that miss it say so instead of failing."""
    import pyodide_js  # what Pyodide's Python finds of the page

    try:
        await pyodide_js.loadPackage(list(packages))
    except Exception as error:  # a page that is offline, for one
        print(f"{error}")
    missing = [package for package in packages if importlib.util.find_spec(package) is None]
    if missing:
        print(f"{' and '.join(missing)} could not be loaded: cells that need them say so, everything else runs.")
        go_on(get_ipython(), missing)  # type: ignore[name-defined]  # noqa: F821


def go_on(shell: Any, missing: list[str]) -> None:
    """From now on a cell that misses one of these packages ends with a line that says so, and fails not."""
    shell.user_ns["_forgiven"] = lambda error, names: forgiven(error, names, missing)
    shell.ast_transformers.append(Forgiving())


def forgiven(error: Exception, names: str, missing: list[str]) -> bool:
    """Whether it is the missing package that an error comes from; then it is told, and `names` will be missed too."""
    if isinstance(error, ImportError) and any(package in str(error) for package in missing):
        print(f"needs {' and '.join(package for package in missing if package in str(error))}")
    elif isinstance(error, NameError) and error.name in lost:
        print(f"needs {error.name}, from a cell that could not run")
    else:
        return False
    lost.update(names.split())
    return True


class Forgiving(ast.NodeTransformer):
    """A cell in `try … except`, imports in one each, and what it ends with still shown.

    try:
        STATEMENTS
        _shown = LAST EXPRESSION
    except (ImportError, NameError) as error:
        if not _forgiven(error, "names that the cell makes"): raise
    _shown
    """

    def visit_Module(self, module: ast.Module) -> ast.Module:
        body, shown = list(module.body), []
        if body and isinstance(body[-1], ast.Expr):
            body[-1] = ast.Assign([ast.Name("_shown", ast.Store())], body[-1].value)
            shown = ast.parse("_shown").body
        first = ast.parse("_shown = None").body if shown else []
        parts = [framed(list(part)) for _, part in groupby(body, _by_itself)]
        return ast.fix_missing_locations(ast.Module([*first, *parts, *shown], module.type_ignores))


def framed(body: list[ast.stmt]) -> ast.stmt:
    """The statements in their `try … except`."""
    frame = ast.parse(
        "try:\n    pass\nexcept (ImportError, NameError) as _error:\n"
        f"    if not _forgiven(_error, {' '.join(made_by(body))!r}): raise\n"
    ).body[0]
    assert isinstance(frame, ast.Try)
    frame.body = body
    return frame


def _by_itself(statement: ast.stmt) -> int:
    """What keeps an import apart from all others: it may be the one that is missing."""
    return id(statement) if isinstance(statement, ast.Import | ast.ImportFrom) else 0


def made_by(body: list[ast.stmt]) -> list[str]:
    """The names that statements make: by assignment, import, def or class."""
    names = set()
    for statement in body:
        for node in ast.walk(statement):
            if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
                names.add(node.id)
            elif isinstance(node, ast.FunctionDef | ast.ClassDef):
                names.add(node.name)
            elif isinstance(node, ast.Import | ast.ImportFrom):
                names |= {(alias.asname or alias.name).partition(".")[0] for alias in node.names}
    return sorted(names)
