"""A graph as pictures see it: every node with its place in the order, its name, its kind and its arrows.

Drawings, the stepper and text trees all read this view, so they agree on names, ids and kinds. Ids are positions in
the topological order (n0, n1, ...), never memory addresses: the same graph gives the same picture in every process.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from numbers import Real
from typing import Any, NamedTuple

from autograd.backprop import topological_order
from autograd.events import adjoints, parent_positions
from autograd.numerics.real import described
from autograd.system.choices import is_one_of
from autograd.system.letters import shorten
from autograd.value import Value
from autograd.view.names import names_of, shortened
from autograd.view.notation import INFIX, is_unseen, label_of, number, operation_symbol

TITLE_LIMIT = 24
TOOLTIP_LIMIT = 200
GRADIENTS = ("stored", "own", "none")


@dataclass(frozen=True, slots=True)
class Node:
    """A Value of the graph: `id` "n7", `name` and how it was `named` (see `names_of`), the name in `brief` for where
    there is little room, `kind` as in HEADER_COLORS, and the `symbol` of its operation ("" for a leaf)."""

    id: str
    index: int
    value: Value
    name: str
    named: str
    brief: str
    kind: str
    symbol: str = ""

    @property
    def short_name(self) -> str:
        """`w0` for the parameter layer0.neuron1.w0: a frame or a card around it says where it lies."""
        return shorten(self.name.rpartition(".")[2], TITLE_LIMIT) if self.kind == "parameter" else self.brief

    @property
    def title(self) -> str:
        """The header of its card: `x1·w1 = ×`, or the name alone for a leaf."""
        return self.brief + (f" = {self.symbol}" if self.symbol else "")

    def short_title(self, spec: str = ".4g") -> str:
        """The header where constants are folded into it: `× 3`, `loss = ^ 2`; unnamed nodes show no v3."""
        if self.value.op is None:
            return self.short_name
        operation = folded(self.value, self.symbol, spec)
        return f"{self.short_name} = {operation}" if self.named else operation


class Edge(NamedTuple):
    """The use of a node by another: `id` "e7.1" is the second parent of n7; `local` is ∂head/∂tail."""

    id: str
    tail: str
    head: str
    local: float


@dataclass(frozen=True)
class Constant:
    """A plain number among the operands: `id` "c7.1" is operand 1 of n7, its arrow is "k7.1"."""

    id: str
    edge_id: str
    head: str
    data: float


@dataclass(frozen=True)
class GraphView:
    """The graph below `outputs`, operands before results."""

    outputs: tuple[Value, ...]
    nodes: tuple[Node, ...]

    @property
    def result_name(self) -> str:
        """What to call what comes out: the name of the output, or "output" when it has none or there are several."""
        last = self.by_value[self.outputs[0]]
        return last.name if last.named and len(self.outputs) == 1 else "output"

    @cached_property
    def by_value(self) -> dict[Value, Node]:
        """The node of each Value (Values hash by identity)."""
        return {node.value: node for node in self.nodes}

    @cached_property
    def by_id(self) -> dict[str, Node]:
        """The node of each id."""
        return {node.id: node for node in self.nodes}

    @cached_property
    def edges(self) -> tuple[Edge, ...]:
        """One edge for each use of a node; `a + a` has two."""
        return tuple(self._edges())

    def _edges(self) -> Iterator[Edge]:
        for node in self.nodes:
            pairs = zip(node.value.parents, node.value.local_grads, strict=True)
            for slot, (parent, local) in enumerate(pairs):
                yield Edge(f"e{node.index}.{slot}", self.by_value[parent].id, node.id, local)

    @cached_property
    def passed_over(self) -> tuple[tuple[str, str, str], ...]:
        """(arrow's id, operand's id, node's id) for every operand that the node did not depend on: the condition of a
        `where`, and what it has not chosen."""
        return tuple(
            (f"u{node.index}.{slot}", self.by_value[operand].id, node.id)
            for node in self.nodes
            if len(node.value.parents) < len(node.value.operands)
            for slot, operand in enumerate(node.value.operands)
            if isinstance(operand, Value) and operand in self.by_value and slot not in parent_positions(node.value)
        )

    @cached_property
    def constants(self) -> tuple[Constant, ...]:
        """One constant for each plain number among the operands; indices stand in the headers."""
        return tuple(
            Constant(f"c{node.index}.{slot}", f"k{node.index}.{slot}", node.id, operand)
            for node in self.nodes
            for slot, operand in enumerate(node.value.operands)
            if not isinstance(operand, Value) and not is_unseen(node.value, slot)
        )

    def gradients(self, which: str = "stored") -> Sequence[float | None] | None:
        """The gradient to show for each node, in order; None in its place where there is none to show.

        "stored" is each node's `.grad`, and None everywhere while the outputs' own `.grad` is 0: no backward has been
        run from them. "own" computes the derivatives of (the sum of) the outputs, touching no `.grad`. For "none" the
        answer is None instead of a list: show no gradients at all.
        """
        if not is_one_of(which, GRADIENTS):
            raise ValueError(f"grads is one of {', '.join(map(repr, GRADIENTS))}; got {which!r}")
        if which == "none":
            return None
        if which == "own":
            return self.own_gradients()
        ran = any(output.grad != 0.0 for output in self.outputs)
        return [node.value.grad if ran else None for node in self.nodes]

    def own_gradients(self) -> list[float]:
        """The derivative of (the sum of) the outputs by each node, in order."""
        return list(adjoints([node.value for node in self.nodes], dict.fromkeys(self.outputs, 1.0)).values())


def view(
    outputs: Value | Sequence[Value],
    parameters: Mapping[Value, str] | None = None,
    names: Mapping[Value, str] | None = None,
    variables: Mapping[Value, str] | None = None,
    order: Sequence[Value] | None = None,
) -> GraphView:
    """The graph below a Value or several, ordered here unless its `order` is known, with the names of `names_of`.

    Raises ValueError for `names` of Values that are not in the graph; TypeError for anything but Values, and for a node
    whose data or grad is no longer a number.
    """
    roots = checked_outputs(outputs)
    order = topological_order(*roots) if order is None else order
    parameters = parameters or {}
    called = names_of(order, variables or {}, names, parameters)
    if strangers := [name for value, name in (names or {}).items() if value not in called]:
        raise ValueError(f"names: what is to be called {', '.join(strangers)} is not in this graph")
    briefly = dict(zip(order, shortened([name for name, _ in called.values()], TITLE_LIMIT), strict=True))
    nodes, ends = [], set(roots)
    for index, value in enumerate(order):
        kind, symbol = kind_of(value, ends, parameters), _symbol(value, briefly)
        nodes.append(Node(f"n{index}", index, value, *called[value], briefly[value], kind, symbol))
        _check_numbers(nodes[-1])
    return GraphView(roots, tuple(nodes))


def kind_of(value: Value, outputs: set[Value], parameters: Mapping[Value, str]) -> str:
    """A key of cards.HEADER_COLORS."""
    if value in parameters:
        return "parameter"
    if value.op is None:
        return "input"
    return "output" if value in outputs else "operation"


def checked_outputs(outputs: Any) -> tuple[Value, ...]:
    roots = tuple(flat_values(outputs))
    if not roots:
        raise ValueError("there is nothing to draw: the list of outputs is empty")
    return tuple(dict.fromkeys(roots))


def check_limit(name: str, limit: Any) -> None:
    """TypeError or ValueError for a limit that nothing can be compared with; math.inf is a limit too."""
    check_number(name, limit)
    if limit != limit:
        raise ValueError(f"{name} takes a number, math.inf for no limit; got nan")


def check_number(name: str, number: Any) -> None:
    """TypeError for what is no number."""
    if not isinstance(number, Real) or isinstance(number, bool):
        raise TypeError(f"{name} takes a number; got {described(number)}")


def flat_values(outputs: Any) -> Iterator[Value]:
    """The Values in a Value, list or tuple, nested at will; TypeError for anything else."""
    if isinstance(outputs, Value):
        yield outputs
    elif isinstance(outputs, list | tuple):
        for output in outputs:
            yield from flat_values(output)
    else:
        raise TypeError(
            f"expected a Value or a list of Values, got {type(outputs).__name__}: draw the result of a computation, "
            "as in y = x * x; draw(y), or a model with its input, draw(model, x)"
        )


def _check_numbers(node: Node) -> None:
    for what in ("data", "grad"):
        found = getattr(node.value, what)
        if type(found) is not float and not isinstance(found, Real):  # the second takes ten times as long
            raise TypeError(
                f"the {what} of {node.brief} is a {type(found).__name__}, not a number; it was "
                f"overwritten after the node was made. Assign numbers: p.data -= lr * p.grad, not p.data -= lr * p"
            )


def _symbol(value: Value, briefly: Mapping[Value, str]) -> str:
    if value.op is None:
        return ""
    names = [briefly[o] if isinstance(o, Value) else number(o) for o in value.operands[:2]]
    return operation_symbol(value, names)


def folded(value: Value, symbol: str, spec: str = ".4g") -> str:
    """An operation with its constants written in: `× 3`, `3 −`, `max(·, 0)`; the symbol alone when there are none.

    >>> x = Value(2.0)
    >>> folded(x * 3, "×"), folded(3 - x, "−"), folded(x * x, "×")
    ('× 3', '3 −', '×')
    """
    assert value.op is not None
    operands = value.operands
    constants = [
        number(o, spec) for i, o in enumerate(operands) if not isinstance(o, Value) and not is_unseen(value, i)
    ]
    if not constants or value.op.variadic:
        return symbol
    if symbol in INFIX and len(operands) == 2:
        return f"{symbol} {constants[0]}" if isinstance(operands[0], Value) else f"{constants[0]} {symbol}"
    return f"{symbol}({', '.join('·' if isinstance(o, Value) else number(o, spec) for o in operands)})"


# The paths that `highlight=` brings out: from one value through others to the outputs --------------------------------


def on_paths(graph: GraphView, waypoints: Sequence[Value]) -> frozenset[str]:
    """Ids of the nodes and edges on any path that leads from waypoints[0] through the others, in order, to an output.

    Raises ValueError for a waypoint that is not in the graph, or when no such path exists.
    """
    found: set[str] = set()
    if not waypoints:
        return frozenset()
    ends = [{waypoint} for waypoint in waypoints[1:]] + [set(graph.outputs)]
    for start, end in zip(waypoints, ends, strict=True):
        if start not in graph.by_value:
            raise ValueError(f"highlight: {_called(graph, start)} is not in this graph")
        leg = _between(graph, start, end)
        if not leg:
            (waypoint,) = end  # not the outputs: some path leads there from everything in the graph
            raise ValueError(f"highlight: no path leads from {_called(graph, start)} to {_called(graph, waypoint)}")
        found |= leg
    return frozenset(found)


def _between(graph: GraphView, start: Value, ends: set[Value]) -> set[str]:
    """Ids of what lies both above `start` and below one of `ends`."""
    above = {start}
    for node in graph.nodes:
        if any(parent in above for parent in node.value.parents):
            above.add(node.value)
    below = set(ends)
    for node in reversed(graph.nodes):
        if node.value in below:
            below.update(node.value.parents)
    ids = {graph.by_value[value].id for value in above & below if value in graph.by_value}
    return ids | {edge.id for edge in graph.edges if edge.tail in ids and edge.head in ids}


def _called(graph: GraphView, value: Value) -> str:
    """What `value` is called in the picture; if it is not there, its label or its repr."""
    name = graph.by_value[value].name if value in graph.by_value else label_of(value)
    return shorten(name, 40) if name else repr(value)
