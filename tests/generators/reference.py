"""Writes notebooks/reference.md from the code itself:  python -m tests.generators.reference

Everything on the page is read or computed: the interface from the docstrings, the derivative table from ops.py, the
conventions by asking the engine, the accuracy from tests/data/accuracy.json. A test checks that the page is current.
"""

import ast
import importlib
import inspect
import json
import math
import re
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

import autograd
import nn
from autograd import OPERATIONS, Value, ops
from tests.accuracy.cases import BOUNDS, CASES
from tests.accuracy.exceptions import ACCURACY, SPECIAL_POINTS
from tests.generators.migration import MIGRATION

ROOT = Path(__file__).parents[2]
PAGE = ROOT / "notebooks" / "reference.md"
DATA = ROOT / "tests" / "data"
HEAD = """# Reference

<!-- Written by `python -m tests.generators.reference`; change the code, not this page. -->

- [Public interface](#public-interface)
- [Table of derivatives](#table-of-derivatives)
- [Conventions at awkward points](#conventions-at-awkward-points)
- [Accuracy](#accuracy)
- [Coming from micrograd, PyTorch, JAX or HIPS autograd](#coming-from-micrograd-pytorch-jax-or-hips-autograd)
- [Recipes](#recipes)
"""


def page() -> str:
    """The whole page."""
    parts = (HEAD, interface(), derivative_table(), conventions(), accuracy(), migration(), recipes())
    return "\n".join(parts).rstrip("\n") + "\n"


def table(head: Iterable[str], rows: Iterable[Iterable[Any]], right: str = "") -> str:
    """A Markdown table; `right` has an r for every column that is set flush right."""
    titles = list(head)
    ruler = ["--:" if right[i : i + 1] == "r" else "---" for i in range(len(titles))]
    lines = [titles, ruler, *([_cell(cell) for cell in row] for row in rows)]
    return "\n".join("| " + " | ".join(line) + " |" for line in lines) + "\n"


def _cell(thing: Any) -> str:
    return str(thing).replace("|", "\\|").replace("\n", " ")


# Public interface ----------------------------------------------------------------------------------------------------
def interface() -> str:
    sections = ["## Public interface\n"]
    for package in (autograd, nn):
        rows = list(_public(package))
        sections.append(f"### `{package.__name__}`\n\n" + table(("name", "what it is"), rows))
    operations = [f"`{row.name}`" for row in OPERATIONS.values() if row.name in autograd.__all__]
    sections.insert(2, f"Operations, each a row of [the table](#table-of-derivatives): {', '.join(operations)}.\n")
    return "\n".join(sections)


def _public(package: Any) -> Iterator[tuple[str, str]]:
    for name in sorted(package.__all__, key=str.lower):
        thing = getattr(package, name)
        if isinstance(thing, ops.Operation):
            continue
        if isinstance(thing, dict):
            yield (
                f"`{name}`",
                f"A dict: {', '.join(map(repr, list(thing)[:3]))}, … ↦ {type(next(iter(thing.values()))).__name__}.",
            )
            continue
        signature = "" if inspect.ismodule(thing) else _signature(thing)
        yield f"`{name}{signature}`", first_sentence(inspect.getdoc(thing) or "")


def _signature(thing: Any) -> str:
    """The parameters and their defaults, without types."""
    try:
        signature = inspect.signature(thing)
    except (TypeError, ValueError):
        return ""
    bare = [parameter.replace(annotation=inspect.Parameter.empty) for parameter in signature.parameters.values()]
    text = str(signature.replace(parameters=bare, return_annotation=inspect.Signature.empty))
    return re.sub(r"<(function|class|object|module) [^>]*>", "…", text)


def first_sentence(doc: str) -> str:
    """The first paragraph, up to the end of its first sentence."""
    paragraph = " ".join(doc.partition("\n\n")[0].split())
    return re.split(r"(?<=[a-z0-9)`’])[.;] (?=[A-Z`])", paragraph)[0].rstrip(".") + "."


# Table of derivatives ------------------------------------------------------------------------------------------------
def derivative_table() -> str:
    text = (
        "## Table of derivatives\n\nThe rows of `autograd/ops.py`. In a formula `a`, `b`, `c` are the arguments, `y` "
        "is the result, `xs` all arguments, and every other name is a row. The same formulas, read on Values, give the "
        "second and higher derivatives.\n"
    )
    rows = [
        (f"`{name}`", OPERATIONS[name].symbol, "<br>".join(f"`{formula}`" for formula in formulas))
        for name, formulas in _formulas().items()
    ]
    return text + "\n" + table(("operation", "drawn as", "derivative towards each argument"), rows)


def _formulas() -> dict[str, list[str]]:
    """The text of every derivative, from the source of ops.py."""
    found = {}
    for node in ast.walk(ast.parse(Path(ops.__file__).read_text())):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "_row":
            name, _symbol, _forward, *derivatives = node.args
            bodies = (d.body if isinstance(d, ast.Lambda) else d for d in derivatives)
            found[ast.literal_eval(name)] = [ast.unparse(body) for body in bodies]
    return {name: found[name] for name in OPERATIONS}


# Conventions ---------------------------------------------------------------------------------------------------------
AWKWARD = (  # an expression of x (and y), and the points to ask about
    ("log(x)", (0.0, -1.0, math.inf)),
    ("sqrt(x)", (0.0, -1.0)),
    ("1 / x", (0.0, -0.0, math.inf)),
    ("x / y", ((0.0, 0.0), (1.0, 0.0))),
    ("exp(x)", (710.0, -math.inf)),
    ("x ** 0", (0.0, math.nan)),
    ("x ** 0.5", (0.0, -8.0)),
    ("x ** (1 / 3)", (-8.0,)),
    ("cbrt(x)", (-8.0, 0.0)),
    ("x ** -1", (0.0,)),
    ("x ** y", ((0.0, 0.0), (0.0, 2.0), (0.0, -1.0), (-2.0, 3.0))),
    ("abs(x)", (0.0,)),
    ("relu(x)", (0.0, math.nan)),
    ("leaky_relu(x)", (0.0,)),
    ("elu(x)", (0.0,)),
    ("selu(x)", (0.0,)),
    ("relu6(x)", (0.0, 6.0)),
    ("hardtanh(x)", (-1.0, 1.0)),
    ("hardsigmoid(x)", (3.0,)),
    ("clip(x, -1.0, 1.0)", (1.0, -1.0)),
    ("maximum(x, y)", ((2.0, 2.0), (1.0, math.nan))),
    ("minimum(x, y)", ((2.0, 2.0),)),
    ("hypot(x, y)", ((0.0, 0.0), (3.0, math.inf))),
    ("atan2(x, y)", ((0.0, 0.0),)),
    ("sign(x)", (0.0, math.nan)),
    ("round(x)", (0.5, 1.5)),
    ("floor(x)", (1.0,)),
    ("sigmoid(x)", (-800.0, math.inf)),
    ("tanh(x)", (19.0, 400.0)),
    ("silu(x)", (-math.inf,)),
    ("gelu(x)", (-10.0,)),
    ("asin(x)", (1.0, 2.0)),
    ("acosh(x)", (1.0, 0.5)),
    ("atanh(x)", (1.0, 2.0)),
    ("lgamma(x)", (0.0, -1.0)),
)


def conventions() -> str:
    text = """## Conventions at awkward points

1. The value is what IEEE 754 arithmetic gives: inf, nan, signed zeros. Nothing raises for a numeric reason, nothing
   becomes complex.
2. The local derivative is the mathematical one. At the edge of a domain and at ±inf it is the one-sided limit.
3. At a kink of a convex or concave function it is the subgradient nearest to 0; otherwise as PyTorch has it.
4. A domain error gives the value nan and the derivative nan. A nan input gives a nan derivative, unless the derivative
   is a constant or does not involve that input.

As the engine computes them:
"""
    rows = []
    for expression, places in AWKWARD:
        for place in places:
            point = place if isinstance(place, tuple) else (place,)
            leaves = dict(zip("xy", map(Value, point), strict=False))
            y = eval(expression, {name: getattr(autograd, name) for name in dir(autograd)}, leaves)
            y.backward()
            where = ", ".join(f"{name} = {leaf.data:g}" for name, leaf in leaves.items())
            rows.append(
                (f"`{expression}`", where, f"{y.data:.6g}", ", ".join(f"{v.grad:.6g}" for v in leaves.values()))
            )
    return text + "\n" + table(("expression", "at", "value", "derivative towards x, y"), rows)


# Accuracy ------------------------------------------------------------------------------------------------------------
def accuracy() -> str:
    figures = json.loads((DATA / "accuracy.json").read_text())
    peers = json.loads((DATA / "peer_accuracy.json").read_text())
    versions = peers["versions"]
    text = f"""## Accuracy

The largest error of the value and of the first three derivatives, in units in the last place (ulp), against arithmetic
of hundreds of digits, at {points_measured(figures)}: log-uniform over the domain, uniform on [−10, 10],
and beside zeros, kinks and changes of formula. Allowed are {", ".join(f"{b:g}" for b in BOUNDS)} ulp. Beside a zero
of a derivative the error is counted in ulps of x times the next one. For comparison the first derivatives of torch
{versions["torch"]} and JAX {versions["jax"]} (float64, {peers["points"]:,} of the same points; `inf`: a wrong nan or
inf). `python -m tests.accuracy` measures again and says where each error occurs. Operations marked ′ are derivatives of
others.
"""
    rows = []
    for case in CASES:
        if case.name not in figures:
            continue
        errors = [f"{u:.3g}" for u in figures[case.name]["ulps"]] + [""] * 4
        others = [_peer(peers["peers"][peer].get(case.name)) for peer in ("torch", "jax")]
        rows.append((f"`{case.name}`" + "′" * bool(case.order), *errors[:4], *others))
    head = ("operation", "value", "first", "second", "third", "torch, first", "JAX, first")
    return text + "\n" + table(head, rows, "-rrrrrr") + "\n" + exceptions()


def points_measured(figures: dict[str, Any]) -> str:
    """How many points were measured, and of which operations fewer."""
    counts = {name: found["points"] for name, found in figures.items()}
    usual = max(counts.values())
    fewer = ", ".join(f"{name} {count:,}" for name, count in counts.items() if count < 0.8 * usual)
    return f"{usual:,} points per operation" + (f" ({fewer})" if fewer else "")


def _peer(found: dict[str, Any] | None) -> str:
    return "" if found is None else f"{found['ulps'][1]:.3g}"


def exceptions() -> str:
    text = "### Named exceptions\n\nEvery place where the engine misses the bounds above. The tests fail if one of "
    text += "these no longer happens.\n\n"
    orders = ("value", "first derivative", "second derivative", "third derivative")
    rows = [(f"`{e.case}`", orders[e.order], f"{e.ulps:g} ulp", e.reason) for e in ACCURACY]
    points = [
        (f"`{name}({xs})`", orders[0] if k == 0 else f"derivative {k}", why)
        for (name, xs, k), why in SPECIAL_POINTS.items()
    ]
    first = table(("operation", "what", "allowed", "why"), rows)
    second = table(("special point", "what", "why"), points)
    return f"{text}{first}\n{len(SPECIAL_POINTS)} results at the 8,699 special points of the tests:\n\n{second}"


# Migration -----------------------------------------------------------------------------------------------------------
def migration() -> str:
    text = "## Coming from micrograd, PyTorch, JAX or HIPS autograd\n"
    for _, ours in MIGRATION:
        for name in re.findall(r"(autograd|nn)\.(\w+)", ours):
            getattr(importlib.import_module(name[0]), name[1])  # a name that does not exist must not be promised
    return text + "\n" + table(("there", "here"), ((f"{there}", f"`{ours}`") for there, ours in MIGRATION))


# Recipes -------------------------------------------------------------------------------------------------------------
def recipes() -> str:
    """The short files beside the notebooks, each by the first sentence of its docstring."""
    files = [PAGE.with_name("several_machines.py"), *sorted(PAGE.with_name("recipes").glob("*.py"))]
    rows = [
        (f"[{path.stem}]({path.relative_to(PAGE.parent).as_posix()})", first_sentence(ast.get_docstring(tree) or ""))
        for path in files
        for tree in [ast.parse(path.read_text(encoding="utf-8"))]
    ]
    text = "## Recipes\n\nShort files that begin where glassgrad meets something else; tests run them.\n"
    return text + "\n" + table(("file", "what it does"), rows)


if __name__ == "__main__":
    PAGE.write_text(page())
