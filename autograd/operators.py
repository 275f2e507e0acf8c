"""Operators for whatever applies rows itself: dual numbers, slots of a recording."""

from collections.abc import Callable
from typing import Any

from autograd import ops
from autograd.numerics.real import takes_part
from autograd.ops import Operation


def _operators(row: Operation) -> tuple[Callable[[Any, Any], Any], Callable[[Any, Any], Any]]:
    """The operator of a row with two arguments and its reflection; a stranger is left to answer for itself."""

    def operator(self: Any, other: Any) -> Any:
        return self._apply_operation(row, (self, other)) if takes_part(other) else NotImplemented

    def reflected(self: Any, other: Any) -> Any:
        return self._apply_operation(row, (other, self)) if takes_part(other) else NotImplemented

    return operator, reflected


class Applies:
    """What has a method `_apply_operation(row, arguments)` and is written with + − × / ** like a number."""

    __slots__ = ()
    __add__, __radd__ = _operators(ops.add)
    __sub__, __rsub__ = _operators(ops.sub)
    __mul__, __rmul__ = _operators(ops.mul)
    __truediv__, __rtruediv__ = _operators(ops.div)
    __pow__, __rpow__ = _operators(ops.pow)
    __mod__, __rmod__ = _operators(ops.mod)
    __floordiv__, __rfloordiv__ = _operators(ops.floor_divide)

    def __neg__(self) -> Any:
        return ops.neg(self)

    def __abs__(self) -> Any:
        return ops.abs(self)

    def __pos__(self) -> Any:
        return self

    def __divmod__(self, other: Any) -> Any:
        return (self // other, self % other) if takes_part(other) else NotImplemented

    def __rdivmod__(self, other: Any) -> Any:
        return (other // self, other % self) if takes_part(other) else NotImplemented

    def __round__(self, digits: int | None = None) -> Any:
        """To the nearest whole number, or to so many decimals; a step, whose slope is 0."""
        return ops.round(self) if digits is None else ops.round_to(self, digits)

    def __floor__(self) -> Any:
        return ops.floor(self)

    def __ceil__(self) -> Any:
        return ops.ceil(self)

    def __trunc__(self) -> Any:
        return ops.trunc(self)
