"""Floats that never raise: the second reading of a formula whose first one did."""

from typing import Any

from autograd.numerics.floats import divide, power


class Ieee(float):
    """A float whose / and ** answer as IEEE 754 does instead of raising."""

    def _apply_operation(self, row: Any, args: tuple[Any, ...]) -> "Ieee":
        return Ieee(row.forward(*map(float, args)))

    # fmt: off
    def __add__(self, other: float) -> "Ieee": return Ieee(float(self) + float(other))
    def __sub__(self, other: float) -> "Ieee": return Ieee(float(self) - float(other))
    def __rsub__(self, other: float) -> "Ieee": return Ieee(float(other) - float(self))
    def __mul__(self, other: float) -> "Ieee": return Ieee(float(self) * float(other))
    def __truediv__(self, other: float) -> "Ieee": return Ieee(divide(float(self), float(other)))
    def __rtruediv__(self, other: float) -> "Ieee": return Ieee(divide(float(other), float(self)))
    def __pow__(self, other: float) -> "Ieee": return Ieee(power(float(self), float(other)))  # type: ignore[override]
    def __rpow__(self, other: float) -> "Ieee": return Ieee(power(float(other), float(self)))  # type: ignore[override]
    def __neg__(self) -> "Ieee": return Ieee(-float(self))
    __radd__, __rmul__ = __add__, __mul__
    # fmt: on
