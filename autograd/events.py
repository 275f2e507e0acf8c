"""What backward() does, told one event at a time, and what it would find: the story of backprop.py, touching nothing.

A test holds the two equal bit for bit. The stepper and the narration of pictures are built on it.
"""

from collections.abc import Iterator, Mapping, Sequence
from typing import NamedTuple

from autograd.backprop import check_data, ordered
from autograd.by_hand import check_root
from autograd.numerics.real import as_float
from autograd.value import Value


class ForwardStep(NamedTuple):
    """`node` = op(operands) is computed."""

    node: Value


class SeedStep(NamedTuple):
    """∂root/∂root = gradient."""

    node: Value
    gradient: float


class BackwardStep(NamedTuple):
    """One edge: product = upstream · local is added to the parent's adjoint, before + product = after.

    `upstream` = ∂root/∂node, `local` = ∂node/∂parent; this is use number `use` of the parent's `uses`.
    """

    node: Value
    parent: Value
    upstream: float
    local: float
    product: float
    before: float
    after: float
    use: int
    uses: int


Step = ForwardStep | SeedStep | BackwardStep


def steps(root: Value, gradient: float = 1.0) -> Iterator[Step]:
    """What `root` computed and what `root.backward(gradient)` would compute, event by event, without touching `.grad`.

    First a ForwardStep per operation, then the SeedStep, then a BackwardStep per edge. The last `after` of a leaf is,
    bit for bit, what backward() would add to its grad.

    >>> a = Value(3.0, label="a")
    >>> for step in steps(a * a):
    ...     if isinstance(step, BackwardStep):
    ...         print(f"{step.upstream} * {step.local} = {step.product}; {step.before} + {step.product} = {step.after}")
    1.0 * 3.0 = 3.0; 0.0 + 3.0 = 3.0
    1.0 * 3.0 = 3.0; 3.0 + 3.0 = 6.0
    """
    check_root(root, "steps()")
    leaves, interior = ordered(root)
    check_data(root, leaves)
    seed = as_float(gradient)
    uses = dict.fromkeys([*leaves, *interior], 0)
    for node in interior:
        yield ForwardStep(node)
        for parent in node.parents:
            uses[parent] += 1
    yield SeedStep(root, seed)
    yield from _backward_steps(root, seed, interior, uses)


def _backward_steps(root: Value, seed: float, interior: list[Value], uses: dict[Value, int]) -> Iterator[Step]:
    adjoints = dict.fromkeys(uses, 0.0) | {root: seed}
    used = dict.fromkeys(uses, 0)
    for node in reversed(interior):
        upstream = adjoints[node]
        for parent, local in zip(node.parents, node.local_grads, strict=True):
            product, before = local * upstream, adjoints[parent]
            adjoints[parent] = after = before + product
            used[parent] += 1
            yield BackwardStep(node, parent, upstream, local, product, before, after, used[parent], uses[parent])


def adjoints(order: Sequence[Value], seeds: Mapping[Value, float]) -> dict[Value, float]:
    """The derivative of Σ seed · root by every node of `order` (parents first), touching no `.grad`.

    What lies below is not looked at where `order` leaves it out.
    """
    found: dict[Value, float] = {**dict.fromkeys(order, 0.0), **seeds}
    for node in reversed(order):
        upstream = found[node]
        for parent, local in zip(node.parents, node.local_grads, strict=True):
            if parent in found:
                found[parent] += local * upstream
    return found


def parent_positions(node: Value) -> list[int]:
    """Which of the operands are `parents`, in their order."""
    row, operands = node.op, node.operands
    values = [i for i, operand in enumerate(operands) if isinstance(operand, Value)]
    if row is None or row.chooses is None:
        return values
    condition = operands[0]
    chosen = row.chooses(condition.data if isinstance(condition, Value) else condition)
    return values if chosen is None else [i for i in values if i == chosen]
