"""Fused nodes shown as the elementary operations they stand for: what `expand=True` does in `draw` and `stepper`.

    w·x + b  →  (b + w₁ × x₁) + w₂ × x₂ + …          logsumexp  →  log(e^(x₁−m) + …) + m   with m = max xᵢ

The expanded graph is a graph of new nodes above the same leaves; the original is left as it is. Numbers agree with the
fused ones to the last few bits. The new nodes are computed from the leaves' present data.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import reduce
from operator import add
from typing import Any

from autograd.backprop import topological_order
from autograd.events import adjoints, parent_positions
from autograd.modes import mode
from autograd.ops import OPERATIONS, table_name
from autograd.value import Value, make


def expand(output: Value) -> Value:
    """The graph of `output` with every fused node as elementary operations; `output` itself if it has none.

    Labels, source lines and gradients are carried over; inside a former fused node gradients follow from its own.

    >>> from autograd import dot
    >>> y = expand(dot([Value(2.0), Value(3.0)], [4.0, 5.0], 1.0))
    >>> y.op.symbol, y.data
    ('+', 24.0)
    """
    return expand_all(topological_order(output)).new[output]


@dataclass(frozen=True)
class Expansion:
    """`new`: the new node for each old one. `origin`: the old node that each new one stands for or helps to make."""

    new: dict[Value, Value]
    origin: dict[Value, Value]


def expand_all(order: Sequence[Value]) -> Expansion:
    """`expand` for every node of `order`, operands before results; what they share they go on sharing."""
    recipes = _Recipes()
    expansion = Expansion({}, {})
    with mode(grad=True, lines=False, anomaly=None, recorder=None):
        for node in order:
            expansion.new[node] = _expanded(node, expansion, recipes)
    return expansion


def _expanded(node: Value, expansion: Expansion, recipes: _Recipes) -> Value:
    operands = tuple(expansion.new[o] if isinstance(o, Value) else o for o in node.operands)
    recipe = recipes.table.get(table_name(node.op)) if node.op is not None else None
    if recipe is None and all(a is b for a, b in zip(operands, node.operands, strict=True)):
        result = node  # nothing below it was expanded
    else:
        result = _copy(node, operands) if recipe is None else recipe(operands)
        if result not in operands:  # the total of one term is that term
            _carry_over(node, result, set(operands), expansion.origin)
    expansion.origin.setdefault(result, node)
    return result


def _copy(node: Value, operands: tuple[Any, ...]) -> Value:
    """The same operation on other operands, with the very numbers that `node` holds."""
    slopes = dict(zip(parent_positions(node), node.local_grads, strict=True))
    every = tuple(slopes.get(i, 0.0) for i in range(len(operands)))
    data = [o.data if isinstance(o, Value) else o for o in operands]
    copied: Value = make(node.op, operands, data, node.data, every)  # type: ignore[arg-type]
    return copied


def _carry_over(node: Value, result: Value, below: set[Any], origin: dict[Value, Value]) -> None:
    """Label, line and gradient of `node` for `result`; the chain rule from there down to the nodes of `below`."""
    for new, gradient in adjoints(_between(result, below), {result: node.grad}).items():
        new.grad += gradient
        origin.setdefault(new, node)
        if node.line is not None:
            new._line = node.line
    result.label = node.label


def _between(result: Value, below: set[Any]) -> list[Value]:
    """The nodes from `below` (left out) to `result`, operands before results."""
    order: list[Value] = []
    stack: list[tuple[Value, bool]] = [(result, False)]
    seen: set[Value] = set()
    while stack:
        node, done = stack.pop()
        if done:
            order.append(node)
        elif node not in below and node not in seen:
            seen.add(node)
            stack.append((node, True))
            stack += [(parent, False) for parent in reversed(node.parents)]
    return order


# --- what each fused operation stands for -----------------------------------------------------------------------------


class _Recipes:
    """One method per fused row, from its operands (as the row takes them) to an ordinary expression.

    The exponentials of one list of logits are made once, so that the entries of a softmax share them.
    """

    def __init__(self) -> None:
        self._exponentials: dict[tuple[Any, ...], tuple[list[Any], Any, float]] = {}
        self.table: dict[str, Callable[[tuple[Any, ...]], Any]] = {
            "total": lambda xs: reduce(add, xs),
            "mean": lambda xs: reduce(add, xs) / len(xs),
            "sum_of_squares": lambda xs: reduce(add, [x * x for x in xs]),
            "dot": self.dot,
            "logsumexp": self.logsumexp,
            "softmax_entry": lambda xs: self.softmax_entry(int(xs[0]), xs[1:]),
            "cross_entropy": lambda xs: self.logsumexp(xs[1:]) - xs[1 + int(xs[0])],
        }

    def dot(self, xs: tuple[Any, ...]) -> Any:
        """(b + w₁x₁) + w₂x₂ + …; a bias of plain 0 is left out."""
        count = len(xs) // 2
        products = [w * x for w, x in zip(xs[:count], xs[count:-1], strict=True)]
        bias = xs[-1]
        return reduce(add, products if bias == 0.0 and products else [bias, *products])

    def logsumexp(self, xs: tuple[Any, ...]) -> Any:
        """log(Σ e^(xᵢ − m)) + m."""
        _, total, largest = self._shifted(xs)
        return OPERATIONS["log"](total) + largest

    def softmax_entry(self, i: int, xs: tuple[Any, ...]) -> Any:
        """e^(xᵢ − m) / Σⱼ e^(xⱼ − m)."""
        exponentials, total, _ = self._shifted(xs)
        return exponentials[i] / total

    def _shifted(self, xs: tuple[Any, ...]) -> tuple[list[Any], Any, float]:
        """e^(xᵢ − m) for every i, their sum, and m as a number, which cancels in every derivative.

        m is the largest xᵢ, or 0 where that is infinite: inf − inf is nan.
        """
        if xs not in self._exponentials:
            largest = max(x.data if isinstance(x, Value) else x for x in xs)
            largest = largest if math.isfinite(largest) else 0.0
            exponentials = [OPERATIONS["exp"](x - largest) for x in xs]
            self._exponentials[xs] = (exponentials, reduce(add, exponentials), largest)
        return self._exponentials[xs]
