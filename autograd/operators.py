"""Operators, and the methods that NumPy calls, for whatever applies rows itself: Values, dual numbers, slots of a
recording.

NumPy asks the entries of an array of objects: np.log1p(x) is [v.log1p() for v in x]. So what answers to the names of
NumPy's functions can be written about with NumPy. There is no `__array_ufunc__`: NumPy would not ask entries for it,
and it would take over np.array([1.0, 2.0]) * v, which is an array of two. (An array of Values that a derivative hands
to its function has one, and applies the functions at the end of this file.)
"""

import math
from collections.abc import Callable
from typing import Any

from autograd import ops
from autograd.numerics.numpys_loops import FUNCTIONS
from autograd.numerics.object_arrays import entries, has_axes
from autograd.numerics.real import applies_rows, as_float, is_real, takes_part
from autograd.ops import Operation


def _operators(row: Operation) -> tuple[Callable[[Any, Any], Any], Callable[[Any, Any], Any]]:
    """The operator of a row with two arguments and its reflection; a stranger is left to answer for itself."""

    def operator(self: Any, other: Any) -> Any:
        return self._apply_operation(row, (self, other)) if takes_part(other) else NotImplemented

    def reflected(self: Any, other: Any) -> Any:
        return self._apply_operation(row, (other, self)) if takes_part(other) else NotImplemented

    return operator, reflected


# Functions made of rows ---------------------------------------------------------------------------------------------
Number = Any  # a float, a Value, or what else applies rows


def deg2rad(x: Number) -> Number:
    """x · π/180: degrees as radians."""
    return ops.mul(x, math.pi / 180.0)


def rad2deg(x: Number) -> Number:
    """x · 180/π: radians as degrees."""
    return ops.mul(x, 180.0 / math.pi)


def fmod(a: Number, b: Number) -> Number:
    """a − b·trunc(a/b): the remainder with the sign of a, as in C; `mod` has that of b, as in Python."""
    size = ops.abs(b)
    return ops.piecewise(a, -ops.mod(ops.neg(a), size), ops.mod(a, size), ops.mod(a, size))


def digamma(x: Number) -> Number:
    """ψ(x) = Γ′(x) / Γ(x) = polygamma(x, 0), SciPy's name."""
    return ops.polygamma(x, 0.0)


def polygamma(x: Number, n: Number) -> Number:
    """ψ⁽ⁿ⁾(x), the (n+1)-st derivative of ln Γ; the order n is the second argument, in SciPy's polygamma the first.

    TypeError where they can only be the other way round: a number beside an order that is a Value, or a whole number
    beside an order that is none.
    """
    if is_real(x) and any(_is_no_order(a, as_float(x)) for a in (entries(n) if has_axes(n) else [n])):
        raise TypeError(
            f"polygamma(x, n) takes the order n as its second argument, SciPy's as its first: write "
            f"polygamma(x, {x!r:.60}); got x = {x!r:.60}, n = {n!r:.60}"
        )
    return ops.polygamma(x, n)


def _is_no_order(n: Number, x: float) -> bool:
    """Whether n is the argument of a function, and x the order."""
    if applies_rows(n):
        return True
    return is_real(n) and math.isfinite(order := as_float(n)) and order % 1.0 != 0.0 and x % 1.0 == 0.0 <= x


def logaddexp2(a: Number, b: Number) -> Number:
    """log₂(2ᵃ + 2ᵇ)."""
    return ops.mul(ops.logaddexp(ops.mul(a, ops.LN2), ops.mul(b, ops.LN2)), ops.LOG2_E)


def _unary(function: Callable[[Any], Any]) -> Callable[[Any], Any]:
    def method(self: Any) -> Any:
        return function(self)

    return method


def _binary(function: Callable[[Any, Any], Any]) -> Callable[[Any, Any], Any]:
    def method(self: Any, other: Any) -> Any:
        return function(self, other)

    return method


class Applies:
    """What has a method `_apply_operation(row, arguments)` and is written with + − × / ** like a number."""

    __slots__ = ()
    __array_priority__ = -1000.0  # above NumPy's scalars, which then leave np.float64(2.0) * v to v; below its arrays
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

    # What NumPy calls
    # fmt: off
    arcsin,  arccos,  arctan  = _unary(ops.asin),  _unary(ops.acos),  _unary(ops.atan)
    arcsinh, arccosh, arctanh = _unary(ops.asinh), _unary(ops.acosh), _unary(ops.atanh)
    exp2,    expm1,   cbrt    = _unary(ops.exp2),  _unary(ops.expm1), _unary(ops.cbrt)
    log2,    log10,   log1p   = _unary(ops.log2),  _unary(ops.log10), _unary(ops.log1p)
    rint,    fabs             = _unary(ops.round), _unary(ops.abs)
    deg2rad = radians = _unary(deg2rad)
    rad2deg = degrees = _unary(rad2deg)
    arctan2, hypot, fmod      = _binary(ops.atan2), _binary(ops.hypot), _binary(fmod)
    # fmt: on

    def conjugate(self) -> Any:
        """The number itself: it is real."""
        return self


# What an array of Values applies entry by entry in the place of NumPy's and SciPy's functions of these names
# fmt: off
FUNCTIONS.update({row.name: row for row in (
    ops.exp, ops.exp2, ops.expm1, ops.log, ops.log2, ops.log10, ops.log1p, ops.sqrt, ops.cbrt, ops.hypot,
    ops.sin, ops.cos, ops.tan, ops.sinh, ops.cosh, ops.tanh, ops.erf, ops.erfc, ops.logaddexp,
    ops.maximum, ops.minimum, ops.clip, ops.sign,
)})
FUNCTIONS.update(
    arcsin=ops.asin,   arccos=ops.acos,   arctan=ops.atan,
    arcsinh=ops.asinh, arccosh=ops.acosh, arctanh=ops.atanh, arctan2=ops.atan2,
    fabs=ops.abs,      rint=ops.round,    fmod=fmod,         float_power=ops.pow,
    fmax=ops.maximum,  fmin=ops.minimum,  logaddexp2=logaddexp2,
    deg2rad=deg2rad,   radians=deg2rad,   rad2deg=rad2deg,   degrees=rad2deg,
    expit=ops.sigmoid, log_expit=ops.logsigmoid, gammaln=ops.lgamma, psi=digamma, ndtr=ops.normal_cdf,
)
# fmt: on
