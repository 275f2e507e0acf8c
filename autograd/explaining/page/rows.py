"""The rows of the table in JavaScript: as much of them as a page needs.

browser/rows.js holds every row, generated from the table; browser/arithmetic.js what JavaScript lacks, by hand. In
both, whatever has a name begins at the beginning of a line, and that is all that is relied on here.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import cache
from importlib.resources import files

NAMED = re.compile(r"^(?:function|const) (\w+).*?(?=^(?:function|const|//)|\Z)", re.MULTILINE | re.DOTALL)
ROW = re.compile(r"^  (\w+): \[.*\],$", re.MULTILINE)
NAME = re.compile(r"(?<!\w)(?<![\w\])]\.)[A-Za-z_]\w*")  # but not the name of a property


def javascript_rows(names: Iterable[str]) -> str:
    """`const ROWS`, with the rows of these names, after all functions that they call, directly or not.

    A row is [number of arguments (−1 for any), forward, slopes]: one slope per argument, or a function of (xs, y) that
    returns them all. KeyError for a name that the table does not have.
    """
    functions, rows = _definitions()
    chosen = [rows[name] for name in dict.fromkeys(names)]
    needed: set[str] = set()
    waiting = [name for row in chosen for name in NAME.findall(row)]
    while waiting:
        name = waiting.pop()
        if name in functions and name not in needed:
            needed.add(name)
            waiting += NAME.findall(functions[name])
    texts = [text for name, text in functions.items() if name in needed]
    return "\n".join([*texts, "const ROWS = {", *chosen, "};", ""])


@cache
def _definitions() -> tuple[dict[str, str], dict[str, str]]:
    """Every function and constant by name, in the order of the files; every row by name."""
    folder = files("autograd.explaining.page").joinpath("browser")
    text = "".join(folder.joinpath(name).read_text(encoding="utf-8") for name in ("arithmetic.js", "rows.js"))
    named = {match[1]: match[0].rstrip() for match in NAMED.finditer(text)}
    return named, {match[1]: match[0] for match in ROW.finditer(named.pop("ROWS"))}
