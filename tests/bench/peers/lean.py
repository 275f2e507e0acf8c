"""The reference: what one gets by repairing micrograd's leaks and changing nothing else.

Slots, parents and local derivatives in two tuples, no closures; the graph is still ordered by recursion.
"""

import math
from typing import Any

from tests.bench.cases import Cases, scalar_cases
from tests.bench.scalar import elementary


class Value:
    """A number, its gradient, its parents and the derivative with respect to each."""

    __slots__ = ("data", "grad", "locals", "parents")

    def __init__(self, data: float, parents: tuple[Any, ...] = (), locals: tuple[float, ...] = ()) -> None:
        self.data = data
        self.grad = 0.0
        self.parents = parents
        self.locals = locals

    def __add__(self, other: Any) -> "Value":
        other = other if isinstance(other, Value) else Value(other)
        return Value(self.data + other.data, (self, other), (1.0, 1.0))

    def __mul__(self, other: Any) -> "Value":
        other = other if isinstance(other, Value) else Value(other)
        return Value(self.data * other.data, (self, other), (other.data, self.data))

    def __pow__(self, power: float) -> "Value":
        return Value(self.data**power, (self,), (power * self.data ** (power - 1),))

    def relu(self) -> "Value":
        return Value(max(self.data, 0.0), (self,), (1.0 if self.data > 0.0 else 0.0,))

    def exp(self) -> "Value":
        power = math.exp(self.data)
        return Value(power, (self,), (power,))

    def log(self) -> "Value":
        return Value(math.log(self.data), (self,), (1.0 / self.data,))

    def __neg__(self) -> "Value":
        return self * -1.0

    def __sub__(self, other: Any) -> "Value":
        return self + (-other)

    def __truediv__(self, other: Any) -> "Value":
        return self * other**-1

    __radd__ = __add__
    __rmul__ = __mul__

    def backward(self) -> None:
        """Order the graph by recursion, then apply the chain rule from the end."""
        order: list[Value] = []
        _visit(self, set(), order)
        self.grad = 1.0
        for node in reversed(order):
            for parent, local in zip(node.parents, node.locals):  # noqa: B905  (strict costs)
                parent.grad += local * node.grad


def _visit(node: Value, seen: set[Value], order: list[Value]) -> None:
    """Not a closure inside ``backward``: one that calls itself would be a cycle and keep the graph alive."""
    if node not in seen:
        seen.add(node)
        for parent in node.parents:
            _visit(parent, seen, order)
        order.append(node)


def cases() -> Cases:
    """Everything but W3 at a million, which recursion does not reach in reasonable time."""
    found = scalar_cases(elementary(Value))
    del found["W3L"]
    return found
