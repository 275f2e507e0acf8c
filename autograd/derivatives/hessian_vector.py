"""Hessian-vector products: forward mode over reverse mode, on one recorded graph.

With a dot for the rate of change as the inputs move along a vector v, and a bar for the adjoint ∂y/∂·:

    forward     ẋ = v at the inputs,   node˙ = Σ local · parent˙
    backward    parent‾  += local · node‾
                parent‾˙ += local · node‾˙ + local˙ · node‾          and x‾˙ = H·v

local˙ comes from the formula of the table, read on dual numbers (B. A. Pearlmutter, Neural Computation 6 (1994) 147).
"""

from collections.abc import Sequence

from autograd.backprop import ordered
from autograd.derivatives.dual import Dual, new_level, weighted_sum
from autograd.derivatives.run import Row, Run, is_zero, report_backward
from autograd.derivatives.sweeps import (
    Edges,
    LocalsOf,
    edges_of,
    is_linear,
    local_derivatives,
    local_floats,
    local_values,
    remember_choices,
    times,
)
from autograd.modes import current_mode
from autograd.numerics.trees import Number
from autograd.value import Value


def adjoint_changes(run: Run, root: Number, rates: Row) -> Row:
    """How the adjoint of every input changes as the inputs change at `rates`."""
    if not isinstance(root, Value):
        return [0.0] * len(run.copies)
    report_backward([root])
    graph_leaves, interior = ordered(root)
    remember_choices(interior)
    with_graph = bool(run.foreign(graph_leaves)) and current_mode().grad
    level = new_level()
    moving = {
        copy: Dual(copy if with_graph else copy.data, rate, level)
        for copy, rate in zip(run.copies, rates, strict=True)
        if not is_zero(rate)
    }
    edges = edges_of(interior, run.copies, _bending(moving, level, with_graph))
    changes = _pull_changes(edges, root)
    return [changes.get(copy, 0.0) for copy in run.copies]


def _bending(moving: dict[Value, Dual], level: int, with_graph: bool) -> LocalsOf:
    """For `edges_of`: each local derivative with its rate of change, or None if it does not change.

    `moving` holds the inputs as dual numbers, and is filled with those of the nodes as they are met.
    """
    first_order = local_values if with_graph else local_floats

    def read(operand: Number) -> Number:
        if (dual := moving.get(operand)) is not None:
            return dual
        return operand.data if isinstance(operand, Value) and not with_graph else operand

    def locals_of(node: Value, below: list[int]) -> Sequence[tuple[Number, Number] | None]:
        assert node.op is not None  # only operations have operands
        slopes, operands = first_order(node, below), [read(operand) for operand in node.operands]
        rates = [(d, operands[i].tangent) for i, d in zip(below, slopes, strict=True) if _moves(operands[i], d, level)]
        if rates:
            moving[node] = Dual(node if with_graph else node.data, weighted_sum(rates), level)
        if not rates or is_linear(node.op):
            return [None if d is None else (d, None) for d in slopes]
        bent = local_derivatives(node.op, operands, moving[node], below)
        pairs = zip(slopes, bent, strict=True)
        return [None if d is None else (d, b.tangent if _moves(b, d, level) else None) for d, b in pairs]

    return locals_of


def _moves(number: Number, slope: Number | None, level: int) -> bool:
    return type(number) is Dual and number.level == level and number.tangent is not None and slope is not None


def _pull_changes(edges: Edges, root: Value) -> dict[Value, Number]:
    """The backward sweep on adjoints a and their rates a′: (local · a)′ = local · a′ + local′ · a, edge by edge."""
    adjoint: dict[Value, Number] = {root: 1.0}
    change: dict[Value, Number] = {}
    for node, parents in reversed(edges):
        if (upstream := adjoint.get(node)) is None:
            continue
        drift = change.get(node)
        for parent, (local, bend) in parents:
            _add(adjoint, parent, times(local, upstream))
            if drift is not None:
                _add(change, parent, times(local, drift))
            if bend is not None:
                _add(change, parent, times(bend, upstream))
    return change


def _add(sums: dict[Value, Number], node: Value, term: Number) -> None:
    sums[node] = sums[node] + term if node in sums else term
