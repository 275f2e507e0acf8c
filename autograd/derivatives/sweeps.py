"""The derivative of what was computed, as a linear map: a list of edges that can be walked in both directions.

A graph of Values is a straight-line program. Its derivative at this point is linear, and each node contributes its
local derivatives to it:

    pull   ∂root/∂parent += local · ∂root/∂node       from the root to the inputs: reverse mode
    push   node′ = Σ local · parent′                  from the inputs to the root: forward mode

`backward` in backprop.py is `pull` on `.grad`, as fast as can be. Here the adjoints live in a dict, so nothing that the
user owns is touched, and the local derivatives may be Values (the same formulas of the table, read on Values): then the
answer has a graph of its own and can be differentiated again.

Only nodes on a way from the inputs to the root have edges here. A term that no input reaches contributes nothing at
all, rather than 0.0 times whatever its local derivative is: a nan there cannot spread.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import AbstractContextManager, nullcontext
from functools import cache
from operator import mul
from typing import Any

from autograd.events import parent_positions
from autograd.modes import RESULT, current_mode, enable_grad, made_here
from autograd.numerics.trees import Number
from autograd.ops import Operation
from autograd.value import Value, _node

Edges = Sequence[tuple[Value, Sequence[tuple[Value, Number]]]]  # (node, (parent, local derivative) ...), parents first
LocalsOf = Callable[[Value, list[int]], Sequence[Any]]


def constant(number: float) -> Value:
    """A leaf for a plain number, remembered as none of the user's."""
    leaf = _node(Value, None, number, RESULT, None, None, None)
    if (made := made_here.get()) is not None:
        made.add(leaf)
    return leaf


def recording() -> AbstractContextManager[None]:
    """Operations inside remember their operands, also within no_grad()."""
    return nullcontext() if current_mode().grad else enable_grad()


def edges_of(interior: Iterable[Value], inputs: Iterable[Value], locals_of: LocalsOf) -> list[Any]:
    """(node, [(parent, local derivative), ...]) for every node on a way up from `inputs`, parents first.

    `locals_of(node, below)` says the local derivatives towards the operands at the positions `below`; None is no way.
    """
    active = set(inputs)
    edges = []
    for node in interior:
        operands = node.operands
        if below := [i for i in parent_positions(node) if operands[i] in active]:
            active.add(node)
            locals_ = zip(below, locals_of(node, below), strict=True)
            edges.append((node, [(operands[i], local) for i, local in locals_ if local is not None]))
    return edges


def remember_choices(interior: Iterable[Value]) -> None:
    """Derivatives are of what was chosen: whoever records them has to look at the conditions again at every replay."""
    listeners = current_mode().listeners
    for node in interior if listeners else ():
        condition = node.operands[0]
        if node.op is not None and node.op.chooses is not None and isinstance(condition, Value):
            for listener in listeners:
                listener.branch(">", condition, 0.0, condition.data > 0.0)
                listener.branch("<", condition, 0.0, condition.data < 0.0)


def reached(interior: Iterable[Value], sources: Iterable[Value]) -> set[Value]:
    """`sources`, and every node computed from them."""
    active = set(sources)
    for node in interior:
        if not active.isdisjoint(node.parents):
            active.add(node)
    return active


def local_floats(node: Value, below: Sequence[int]) -> Sequence[float]:
    """The local derivatives captured when the node was made, towards the operands at the positions `below`."""
    stored = node.local_grads
    if len(below) == len(stored):
        return stored
    by_position = dict(zip(parent_positions(node), stored, strict=True))
    return [by_position[i] for i in below]


def local_values(node: Value, below: Sequence[int]) -> Sequence[Number | None]:
    """The same, with the formulas of the table read on Values: these local derivatives have graphs of their own."""
    assert node.op is not None  # a leaf has no operands
    if node.op.chooses is not None:
        return local_floats(node, below)
    found = local_derivatives(node.op, node.operands, node, below)
    for local, stored in zip(found, local_floats(node, below), strict=True):
        _check_unchanged(node, local, stored)
    return [None if type(local) is float and local == 0.0 else local for local in found]


def _check_unchanged(node: Value, local: Number, stored: float) -> None:
    """Formulas read the operands as they are now; a leaf that was assigned to in between would give a wrong mixture."""
    assert node.op is not None
    now = local.data if isinstance(local, Value) else local
    if now != stored and now == now:
        raise RuntimeError(
            f"the data of an operand of a {node.op.name} node was changed after the node was made (its local "
            f"derivative was {stored!r} and would be {now!r} now). Compute the result again before differentiating it"
        )


def local_derivatives(row: Operation, args: Sequence[Number], y: Number, wanted: Sequence[int]) -> list[Number]:
    """∂y/∂args[i] for every i in `wanted`: the formulas of `row` read on numbers of any kind."""
    on_floats = type(y) is float  # a result of plain floats alone
    try:
        return _read(row, row.on_floats if on_floats else row.derivatives, args, y, wanted)
    except (ArithmeticError, ValueError):
        if on_floats:
            every = row.local_grads(args, y)
            return [every[i] for i in wanted]
        # A formula such as 1.0 / b met a plain zero b: as a Value it answers as IEEE 754 does.
        return _read(row, row.derivatives, [constant(a) if type(a) is float else a for a in args], y, wanted)


@cache
def is_linear(row: Operation) -> bool:
    """Whether all local derivatives are constants."""
    return not any(callable(formula) for formula in row.derivatives)


def _read(
    row: Operation, formulas: Sequence[Any], args: Sequence[Number], y: Number, wanted: Sequence[int]
) -> list[Number]:
    if row.variadic:
        every = formulas[0](args, y)
        return [every[i] for i in wanted]
    return [d(*args, y) if callable(d := formulas[i]) else d for i in wanted]


def times(local: Number, upstream: Number) -> Number:
    """local · upstream without a node for a factor of 1 or −1; the number is the same, the graph is smaller."""
    if type(local) is float:
        if local == 1.0:
            return upstream
        if local == -1.0:
            return -upstream
    elif type(upstream) is float and upstream == 1.0:
        return local
    return local * upstream


def pull(edges: Edges, root: Value, product: Callable[[Number, Number], Number] = mul) -> dict[Value, Number]:
    """∂root/∂node for every node that has a way to the root; a node without one is not in the dict."""
    adjoint: dict[Value, Number] = {root: 1.0}
    for node, parents in reversed(edges):
        if (upstream := adjoint.get(node)) is None:
            continue
        for parent, local in parents:
            gain = product(local, upstream)
            adjoint[parent] = adjoint[parent] + gain if parent in adjoint else gain
    return adjoint


def push(
    edges: Edges, tangents: Mapping[Value, Number], product: Callable[[Number, Number], Number] = mul
) -> dict[Value, Number]:
    """The rate of change of every node when the inputs change at the rates `tangents`; absent where it is 0."""
    rates = dict(tangents)
    for node, parents in edges:
        for parent, local in parents:
            if (rate := rates.get(parent)) is not None:
                gain = product(local, rate)
                rates[node] = rates[node] + gain if node in rates else gain
    return rates
