"""The chain rule: order the graph, then walk it backwards once.

    ∂root/∂parent  +=  ∂node/∂parent · ∂root/∂node        for every edge, each node after all nodes that use it

`backward` does it on the nodes themselves, as fast as plain Python goes; events.py tells the same story one event at a
time and touches nothing.
"""

from collections import deque
from collections.abc import Sequence
from itertools import chain
from math import isfinite
from typing import Any

from autograd.by_hand import (
    INSIDE,
    check_numbers,
    check_root,
    check_turn,
    grads_of,
    in_the_middle,
    one_at_a_time,
    run_those_of,
    while_incomplete,
)
from autograd.modes import ACTIVE, current_mode
from autograd.native import extension
from autograd.numerics.real import are_plain, as_float
from autograd.ops import OPERATIONS
from autograd.value import Value

_set_grad = Value.grad.__set__  # type: ignore[attr-defined]


def topological_order(root: Value, *more: Value) -> list[Value]:
    """Every node below `root` (and `more`), parents before children, `root` last; the same order in every process.

    Depth first, left operand first, with a stack of its own: a chain of a million operations needs no recursion. What
    `where` has not chosen is there too, although no derivative flows into it: whoever draws, copies or records a graph
    wants all of it.
    """
    roots = (root, *more)
    for root in roots:
        check_root(root, "topological_order()")
    if extension is not None and (found := extension.topological(*roots)) is not None:
        return found  # type: ignore[no-any-return]
    order: dict[Value, None] = {}
    below = ordered(*roots)[1]
    if any(node.op.chooses is not None for node in below):  # type: ignore[union-attr]
        return _all_operands(roots)
    interior = iter(below)
    for root in roots:
        if not root.parents:
            order[root] = None
        while root not in order:
            node = next(interior)
            order.update(dict.fromkeys(node.parents))
            order[node] = None
    return list(order)


def _all_operands(roots: Sequence[Value]) -> list[Value]:
    """Every node that the roots were computed from, parents or not, operands before results."""
    order: dict[Value, None] = {}
    seen: set[Value] = set()
    stack: list[tuple[Value, bool]] = [(root, False) for root in reversed(roots)]
    while stack:
        node, complete = stack.pop()
        if complete:
            order[node] = None
        elif node not in seen:
            seen.add(node)
            stack.append((node, True))
            stack += [(o, False) for o in reversed(node.operands) if isinstance(o, Value) and o not in seen]
    return list(order)


def ordered(root: Value, *more: Value) -> tuple[list[Value], list[Value]]:
    """The leaves and, parents before children, the interior nodes below `root` and `more`."""
    if extension is not None and (found := extension.ordered(root, *more)) is not None:
        return found  # type: ignore[no-any-return]
    leaves: list[Value] = []
    interior: list[Value] = []
    seen: set[Value] = set()
    stack: list[Any] = [*more[::-1]]
    node: Any = root
    while node is not None:
        while node not in seen:  # go down along the first operands, leaving the others on the stack
            seen.add(node)
            d_left = node._d_left
            if d_left is None:
                if node._d_right is not None:
                    stack += (node, None)
                    node = node._right
                    continue
                if node.op is None:
                    leaves.append(node)
                else:  # made by hand
                    stack += (node, None, *reversed(node._left))
                break
            if type(d_left) is tuple:
                if seen.issuperset(node._left):  # neurons of a layer share their inputs, examples their weights
                    interior.append(node)
                else:
                    stack += (node, None)
                    stack += [p for p in reversed(node._left) if p not in seen]
                break
            stack += (node, None) if node._d_right is None else (node, None, node._right)
            node = node._left
        node = None
        while stack and (node := stack.pop()) is None:  # all below the node under a None is in order: its turn
            interior.append(stack.pop())
    return leaves, interior


def backward(root: Value, gradient: float = 1.0) -> None:
    """leaf.grad += gradient · ∂root/∂leaf for every leaf below `root`; interior.grad = gradient · ∂root/∂interior.

    Leaves accumulate over calls, as parameters do over the examples of a batch; set them to 0.0 to start again. The
    grad of an interior node is this call's alone. Either all leaves are updated or, on any exception (Ctrl-C
    included), none.

    >>> a = Value(3.0)
    >>> y = (a * a) * a
    >>> y.backward(); y.backward()
    >>> a.grad                                  # 3a² = 27, twice
    54.0

    Raises TypeError if `root` is no Value, or if some node's data was overwritten with something that is no number.
    """
    check_root(root, "backward()")
    seed = as_float(gradient)
    if extension is not None and not ACTIVE and not INSIDE:
        with one_at_a_time:
            check_turn()
            if extension.backward(root, seed):  # the same in C, unless there is something unusual
                return
    leaves, interior = ordered(root)
    check_data(root, leaves)
    with one_at_a_time:
        check_turn()
        with while_incomplete():
            _all_or_none(root, seed, leaves, interior)


def _all_or_none(root: Value, seed: float, leaves: list[Value], interior: list[Value]) -> None:
    """The backward pass, with what the leaves held before added at the end, or put back."""
    before = grads_of(leaves)
    restore = map(_set_grad, leaves, before)
    outer = [node.grad for node in interior] if INSIDE else []  # a closure of another backward pass called this
    try:
        for node in chain(leaves, interior):
            node.grad = 0.0
        root.grad = seed
        _chain_rule(interior)
        for listener in current_mode().listeners if ACTIVE else ():
            listener.backward(root, seed)
        if any(before) or not interior:  # else the leaves, as after zero_grad(), have nothing to be added to
            totals = [held + leaf.grad for held, leaf in zip(before, leaves, strict=True)]
            deque(map(_set_grad, leaves, totals), 0)  # one call that runs in C: no signal is handled in its middle
        run_those_of(leaves)
    except BaseException:
        deque(restore, 0)
        raise
    finally:
        if outer:  # or memory is asked for in vain, which may fail, and the leaves have theirs
            deque(map(_set_grad, interior, outer), 0)


def _chain_rule(interior: list[Value]) -> None:
    """parent.grad += local · node.grad, children before parents."""
    for node in reversed(interior):
        upstream = node.grad
        d_left = node._d_left
        if type(d_left) is tuple:
            if upstream == 0.0 and isfinite(sum(d_left)):  # a neuron whose relu is off has nothing to pass on
                continue
            for parent, d in zip(node._left, d_left):  # noqa: B905  (equal by construction; strict costs)
                parent.grad += d * upstream
            continue
        if d_left is not None:
            node._left.grad += d_left * upstream
        d_right = node._d_right
        if d_right is not None:
            node._right.grad += d_right * upstream
        elif d_left is None:  # a node made by hand, the micrograd way: it knows itself what to do
            node.op.pass_on(node)  # type: ignore[union-attr]


def check_data(root: Value, leaves: list[Value]) -> None:
    """Data overwritten by a non-number (the slip `p.data -= lr * p`) shows in a leaf and in all that depends on it."""
    if not are_plain([root.data, *[leaf.data for leaf in leaves]]):
        check_numbers(topological_order(root))


def add_to_grads(leaves: list[Value], gradients: Sequence[float]) -> None:
    """leaf.grad += gradient, for all leaves or, on any exception, for none."""
    with one_at_a_time:
        check_turn()
        with while_incomplete():
            totals = [held + gradient for held, gradient in zip(grads_of(leaves), gradients, strict=True)]
            deque(map(_set_grad, leaves, totals), 0)


if extension is not None:  # v.backward() begins in C
    extension.use(OPERATIONS, {}, {}, {"inside": INSIDE, "in_the_middle": in_the_middle.locked})
