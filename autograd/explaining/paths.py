"""The chain rule, spelled out: a derivative is a sum over paths.

    dy/dx = Σ over all paths from x to y  Π over the edges of the path  ∂node/∂parent

`explain` lists the paths. Their number can double with every shared node, so it is counted first, exactly and without
listing them. Backpropagation adds the paths up where they meet, once per node, in topological order.
"""

import html
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from autograd.backprop import topological_order
from autograd.derivatives.sweeps import edges_of, local_floats
from autograd.numerics.floats import exact_sum
from autograd.numerics.real import as_float
from autograd.value import Value
from autograd.view.graph import TITLE_LIMIT, check_limit
from autograd.view.names import names_of, shortened, variables
from autograd.view.notation import factor, formula, number

_SHOWN = 12  # nodes of one path that are written out; a longer path is shortened in its middle

Edge = tuple[Value, float]  # a parent and the local derivative towards it


@dataclass(frozen=True)
class Path:
    """One way from y down to x: its nodes, the local derivative along each step, and their product."""

    nodes: tuple[Value, ...]
    factors: tuple[float, ...]
    product: float


@dataclass(frozen=True)
class Explanation:
    """dy/dx as the sum over `paths`; prints as text, shows itself as a table in a notebook."""

    y: Value
    x: Value
    derivative: float
    paths: tuple[Path, ...]
    names: dict[Value, str]

    def __str__(self) -> str:
        return "\n".join(_text(self))

    __repr__ = __str__

    def _repr_mimebundle_(self, include: Any = None, exclude: Any = None) -> dict[str, str]:
        return {"text/plain": str(self), "text/html": _html(self)}


def explain(y: Value, x: Value, max_paths: int = 100) -> Explanation:
    """dy/dx as a sum over paths, each the product of its local derivatives.

    >>> from autograd import Value, explain
    >>> a, b = Value(2.0, label="a"), Value(-3.0, label="b")
    >>> c = a * b;          c.label = "c"
    >>> L = (c + a) * a;    L.label = "L"
    >>> explain(L, a)
    dL/da = −8, the sum over 3 paths
      1.   L ← v1 ← c ← a    2 × 1 × (−3) = −6
      2.   L ← v1 ← a        2 × 1 = 2
      3.   L ← a             −4 = −4
      sum                    −6 + 2 + (−4) = −8
    where
      L = v1 × a = −8
      v1 = c + a = −4
      c = a × b = −6

    Nodes are called as drawings call them. No `.grad` is read or changed.

    Raises ValueError, with their exact number, if there are more than `max_paths` paths; TypeError if `y` or `x` is no
    Value.
    """
    check_limit("max_paths", max_paths)
    count = count_paths(y, x)
    if count > max_paths:
        raise ValueError(
            f"{count:,} paths lead from x to y, more than max_paths={max_paths:,}. backward() needs no list: it adds "
            "the paths up where they meet. Explain a nearer pair of nodes, or allow more with max_paths"
        )
    order = topological_order(y)
    names = short_names(dict.fromkeys((*order, x)))
    paths = (Path((y,), (), 1.0),) if y is x else tuple(_paths(y, x, order))
    return Explanation(y, x, exact_sum([path.product for path in paths]), paths, names)


def count_paths(y: Value, x: Value) -> int:
    """The number of paths from x to y, exactly, in one pass over the graph: those of a node are those of its parents.

    >>> from autograd import Value
    >>> x = y = Value(1.0)
    >>> for _ in range(60):
    ...     y = y + y
    >>> count_paths(y, x)
    1152921504606846976
    """
    check_values(y, x)
    counts = {x: 1}
    for node in topological_order(y):
        if node is not x:
            counts[node] = sum(counts[parent] for parent in node.parents)
    return counts.get(y, 0)


def short_names(order: Iterable[Value]) -> dict[Value, str]:
    """What the nodes of a graph are called, as in drawings; to be asked while the caller's variables are in sight."""
    called = names_of([*order], variables())
    return dict(zip(called, shortened([name for name, _ in called.values()], TITLE_LIMIT), strict=True))


def check_values(y: Any, x: Any) -> None:
    """TypeError for anything but Values."""
    for name, value in (("y", y), ("x", x)):
        if not isinstance(value, Value):
            raise TypeError(f"{name} has to be a Value, got {type(value).__name__} {value!r}")


def _paths(y: Value, x: Value, order: list[Value]) -> Iterator[Path]:
    """Every path, left operands first, without recursion: `open_edges` holds what is left to try at each node."""
    below: dict[Value, list[Edge]] = dict(edges_of((n for n in order if n.op is not None), [x], local_floats))
    nodes: list[Value] = [y]
    factors: list[float] = []
    open_edges = [iter(below.get(y, ()))]
    while nodes:
        step = next(open_edges[-1], None)
        if step is None:
            nodes.pop()
            open_edges.pop()
            if factors:
                factors.pop()
            continue
        parent, local = step
        if parent is x:
            yield _path((*nodes, x), (*factors, local))
        if parent in below:
            nodes.append(parent)
            factors.append(local)
            open_edges.append(iter(below[parent]))


def _path(nodes: tuple[Value, ...], factors: tuple[float, ...]) -> Path:
    product = 1.0
    for local in factors:
        product *= local
    return Path(nodes, factors, product)


# Writing ----------------------------------------------------------------------------------------------------
def _text(e: Explanation) -> Iterator[str]:
    yield _headline(e)
    rows = list(_rows(e))
    first = max((len(row[0]) for row in rows), default=0)
    second = max((len(row[1]) for row in rows), default=0)
    for left, middle, right in rows:
        yield f"  {left:<{first}}  {middle:<{second}}    {right}"
    if where := list(_where(e)):
        yield "where"
        yield from (f"  {line}" for line in where)


def _headline(e: Explanation) -> str:
    ratio = f"d{e.names[e.y]}/d{e.names[e.x]} = {number(e.derivative)}"
    match len(e.paths):
        case 0:
            return f"{ratio}: {e.names[e.y]} does not depend on {e.names[e.x]}, no path connects them"
        case 1:
            return f"{ratio}, along one path"
    return f"{ratio}, the sum over {len(e.paths)} paths"


def _rows(e: Explanation) -> Iterator[tuple[str, str, str]]:
    """(number, path, arithmetic) for every path, then the sum."""
    for i, path in enumerate(e.paths, 1):
        names = _shortened([e.names[node] for node in path.nodes])
        yield f"{i}.", " ← ".join(names), f"{_product(path)} = {number(path.product)}"
    if len(e.paths) > 1:
        terms = _shortened([_bracketed(p.product, i) for i, p in enumerate(e.paths)])
        yield "sum", "", f"{' + '.join(terms)} = {number(e.derivative)}"


def _product(path: Path) -> str:
    factors = _shortened([_bracketed(factor, i) for i, factor in enumerate(path.factors)])
    return " × ".join(factors) if factors else "1"


def _bracketed(x: float, place: int) -> str:
    """A number inside a product or a sum: negative ones in brackets, except in front."""
    return factor(x) if place else number(x)


def _shortened(items: list[str]) -> list[str]:
    if len(items) <= _SHOWN:
        return items
    return [*items[: _SHOWN // 2], f"… {len(items) - _SHOWN:,} more …", *items[-(_SHOWN // 2) :]]


def _where(e: Explanation) -> Iterator[str]:
    """What the nodes on the paths are, those near y first; of long lists, the beginning."""
    nodes = list(dict.fromkeys(node for path in e.paths for node in path.nodes if node.op is not None))
    for node in nodes[: 2 * _SHOWN]:
        yield f"{e.names[node]} = {_formula(e, node)} = {number(node.data)}"
    if len(nodes) > 2 * _SHOWN:
        yield f"… and {len(nodes) - 2 * _SHOWN:,} more nodes"


def _formula(e: Explanation, node: Value) -> str:
    return formula(node, [e.names[o] if isinstance(o, Value) else factor(as_float(o)) for o in node.operands])


def _html(e: Explanation) -> str:
    """A table without scripts or styles of its own, as every notebook shows it; all text is escaped."""
    rows = "".join(
        f'<tr><th scope="row">{html.escape(left)}</th><td style="text-align:left">{html.escape(middle)}</td>'
        f'<td style="text-align:left">{html.escape(right)}</td></tr>'
        for left, middle, right in _rows(e)
    )
    head = (
        '<tr><th scope="col">path</th><th scope="col">nodes</th><th scope="col">product of local derivatives</th></tr>'
    )
    where = "<br>".join(html.escape(line) for line in _where(e))
    table = f"<table><caption>{html.escape(_headline(e))}</caption><thead>{head}</thead><tbody>{rows}</tbody></table>"
    return f"<div>{table}<p>{where}</p></div>" if where else f"<div>{table}</div>"
