"""The chain rule, spelled out: a derivative is a sum over paths.

    dy/dx = Σ over all paths from x to y  Π over the edges of the path  ∂node/∂parent

`explain` lists the paths. Their number can double with every shared node, so it is counted first, exactly and without
listing them. Backpropagation adds the paths up where they meet, once per node, in topological order; `naive_backward`
shows what becomes of recursion that does not wait for a node to be complete.
"""

import html
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from autograd.backprop import topological_order
from autograd.derivatives.sweeps import edges_of, local_floats, pull
from autograd.numerics.floats import exact_sum
from autograd.ops import as_float
from autograd.value import Value
from autograd.view.graph import check_limit
from autograd.view.notation import factor, formula, label_of, number, shorten

_NAME_LIMIT = 24
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
      1.   L ← v3 ← c ← a    2 × 1 × (−3) = −6
      2.   L ← v3 ← a        2 × 1 = 2
      3.   L ← a             −4 = −4
      sum                    −6 + 2 + (−4) = −8
    where
      L = v3 × a = −8
      v3 = c + a = −4
      c = a × b = −6

    Unnamed nodes are called as drawings call them, v3 for the third in topological order, counted from 0. No `.grad`
    is read or changed.

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
    names = {node: shorten(label_of(node), _NAME_LIMIT) or f"v{i}" for i, node in enumerate(order)}
    names.setdefault(x, shorten(label_of(x), _NAME_LIMIT) or "x")
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
    _check_values(y, x)
    counts = {x: 1}
    for node in topological_order(y):
        if node is not x:
            counts[node] = sum(counts[parent] for parent in node.parents)
    return counts.get(y, 0)


def _check_values(y: Any, x: Any) -> None:
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


# What goes wrong without a topological order ------------------------------------------------------------
@dataclass(frozen=True)
class NaiveBackward:
    """What naive recursion computes beside the truth: `naive` and `right` map each node to its gradient.

    `visits` counts the edges the recursion walked, `edges` those that exist.
    """

    naive: dict[Value, float]
    right: dict[Value, float]
    visits: int
    edges: int

    @property
    def wrong(self) -> list[Value]:
        """The nodes whose gradient came out wrong, in topological order."""
        return [node for node, gradient in self.right.items() if not _same(self.naive[node], gradient)]

    def __str__(self) -> str:
        wrong = set(self.wrong)
        verdict = f"{len(wrong)} of {len(self.right)} gradients wrong"
        lines = [f"{verdict}; {self.visits:,} steps along {self.edges:,} edges"]
        for i, (node, right) in enumerate(self.right.items()):
            mark = "   ← wrong" if node in wrong else ""
            name = shorten(label_of(node), _NAME_LIMIT) or f"v{i}"
            lines.append(f"  {name:<8} naive {number(self.naive[node]):<10} right {number(right):<10}{mark}".rstrip())
        return "\n".join(lines)

    __repr__ = __str__


def _same(a: float, b: float) -> bool:
    """Equal, or both nan."""
    return a == b or (a != a and b != b)


def naive_backward(y: Value, max_visits: int = 100_000) -> NaiveBackward:
    """What this recursion, which many write first, makes of the gradients below `y`, next to the right ones:

        def backward(node):
            for parent, local in node:
                parent.grad += local * node.grad
                backward(parent)                # too early: node may be reached again, with its grad grown

    On a tree it is right. Where a node is used twice, its first visit passes on half of its gradient, and its second
    visit passes on the whole, the first half once more:

    >>> from autograd import Value, naive_backward
    >>> a = Value(3.0, label="a")
    >>> b = a * 2;    b.label = "b"
    >>> c = b * b;    c.label = "c"             # c = 4a²
    >>> naive_backward(c)
    1 of 3 gradients wrong; 4 steps along 3 edges
      a        naive 36         right 24           ← wrong
      b        naive 12         right 12
      c        naive 1          right 1

    It also walks every path where backward() walks every edge. No `.grad` is read or changed.

    Raises ValueError, with the exact number, if it would take more than `max_visits` steps.
    """
    _check_values(y, y)
    check_limit("max_visits", max_visits)
    order = topological_order(y)
    visits = _naive_steps(y, order)
    edges = sum(len(node.parents) for node in order)
    if visits > max_visits:
        raise ValueError(
            f"naive recursion would take {visits:,} steps on this graph of {edges:,} edges, more than "
            f"max_visits={max_visits:,}. That is its second fault: backward() takes one step per edge"
        )
    interior, leaves = [n for n in order if n.op is not None], [n for n in order if n.op is None]
    right = pull(edges_of(interior, leaves, local_floats), y)
    naive = _recurse(y)
    return NaiveBackward({n: naive[n] for n in order}, {n: right[n] for n in order}, visits, edges)


def _naive_steps(y: Value, order: list[Value]) -> int:
    """How many steps the recursion takes: a node is entered once per path that leads to it."""
    entered = dict.fromkeys(order, 0) | {y: 1}
    for node in reversed(order):
        for parent in node.parents:
            entered[parent] += entered[node]
    return sum(entered.values()) - 1


def _recurse(y: Value) -> dict[Value, float]:
    """The recursion of naive_backward with a stack of its own, on a dict in the place of `.grad`."""
    gradient = {y: 1.0}
    stack = [(y, iter(zip(y.parents, y.local_grads, strict=True)))]
    while stack:
        node, edges = stack[-1]
        if (edge := next(edges, None)) is None:
            stack.pop()
            continue
        parent, local = edge
        gradient[parent] = gradient.get(parent, 0.0) + local * gradient[node]
        stack.append((parent, iter(zip(parent.parents, parent.local_grads, strict=True))))
    return gradient
