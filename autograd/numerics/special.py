"""The array form of every row: `array_form` finds it. Here are those of the error function and its kind.

NumPy does not have them; torch, JAX and SciPy do. SciPy's are made as accurate as those on floats where they are not:

    erfc(x) = e^(−x²) · erfcx(x)        SciPy's own loses a digit or two of the tail in the rounding of x²

Without SciPy NumPy goes through the elements one by one.
"""

import functools
import math
from collections.abc import Sequence
from typing import Any

from autograd.numerics import floats as f
from autograd.numerics.arrays import ARRAYS, Array, Function, decayed, power_partial, size


def array_form(xp: Any, name: str, operands: Sequence[Any]) -> Function | None:
    """The function of `xp` and arrays for the row `name`; None where there is none."""
    if name == "power_partial":
        orders = [k for k in operands[2:] if isinstance(k, float)]
        return power_partial if orders in ([1.0, 0.0], [0.0, 1.0]) else None
    if name in ARRAYS:
        return ARRAYS[name]
    if xp.__name__ != "numpy":
        return ELSEWHERE.get(name)
    if scipy_special() is None:
        return None
    if name == "polygamma":
        return polygamma if isinstance(operands[1], float) and operands[1] in ORDERS else None
    return ON_NUMPY.get(name)


# On other engines -----------------------------------------------------------------------------------------------------
def special(xp: Any) -> Any:
    """The namespace of erf and its kind that belongs to `xp`."""
    if xp.__name__ == "torch":
        return xp.special
    if xp.__name__ == "jax.numpy":
        import jax.scipy.special

        return jax.scipy.special
    raise NotImplementedError(f"{xp.__name__} has no erf, erfc and lgamma")


ELSEWHERE: dict[str, Function] = {
    "erf": lambda xp, x: special(xp).erf(x),
    "erfc": lambda xp, x: special(xp).erfc(x),
    "normal_cdf": lambda xp, x: 0.5 * special(xp).erfc(-x * f.SQRT1_2),
    "gelu": lambda xp, x: decayed(xp, x, 0.5 * special(xp).erfc(-x * f.SQRT1_2)),
    "lgamma": lambda xp, x: special(xp).gammaln(x),
}


# On NumPy -------------------------------------------------------------------------------------------------------------
@functools.cache
def scipy_special() -> Any:
    """SciPy's module, or None."""
    try:
        import scipy.special  # type: ignore[import-untyped]
    except ImportError:
        return None
    return scipy.special


def bell(xp: Any, x: Array, half: float) -> Array:
    """e^(−half·x²), corrected by what x² loses when it is rounded; half is 1 or ½."""
    x = xp.minimum(size(xp, x), 40.0)  # beyond it the result is 0
    head = 134217729.0 * x  # 2²⁷ + 1: two halves of x whose products are exact (Veltkamp, Dekker)
    head = head - (head - x)
    square = x * x
    lost = (head * head - square) + (head + x) * (x - head)
    e = xp.exp(-half * square)
    return e - e * (half * lost)


def erf(xp: Any, x: Array) -> Array:
    return scipy_special().erf(x)


def erfc(xp: Any, x: Array) -> Array:
    tail = scipy_special().erfcx(size(xp, x)) * bell(xp, x, 1.0)
    return xp.where(x < 0.0, 2.0 - tail, tail)


def normal_cdf(xp: Any, x: Array) -> Array:
    tail = 0.5 * scipy_special().erfcx(size(xp, x) * f.SQRT1_2) * bell(xp, x, 0.5)
    return xp.where(x > 0.0, 1.0 - tail, tail)


def gelu(xp: Any, x: Array) -> Array:
    return decayed(xp, x, normal_cdf(xp, x))


def lgamma(xp: Any, x: Array) -> Array:
    """Beside the zeros 1 and 2 and near 0, where SciPy's loses digits, the series around 2 and Γ(x + 1) = xΓ(x)."""
    near = (x > 0.0) & (x < 3.5)
    y = xp.where(near, x, 2.0)
    tiny, below, above = y < 0.5, y < 1.5, y >= 2.5
    z = y - xp.where(above, 3.0, xp.where(below, xp.where(tiny, 0.0, 1.0), 2.0))
    series = 0.0 * z
    for k in range(len(f._ZETA_MINUS_1) + 1, 1, -1):
        series = f._ZETA_MINUS_1[k - 2] / k - z * series
    factor = xp.log(xp.where(above, y - 1.0, xp.where(below, xp.where(tiny, y * (1.0 + y), y), 1.0)))
    beside = z * (f.DIGAMMA_2 + z * series) + xp.where(below, -factor, factor)
    return xp.where(near, beside, xp.where(x == -math.inf, math.inf, scipy_special().gammaln(xp.where(near, 5.0, x))))


def polygamma(xp: Any, x: Array, n: float) -> Array:
    pole = (x <= 0.0) & (x == xp.floor(x))
    inner = xp.where(pole, 1.0, x)
    found = scipy_special().psi(inner) if n == 0.0 else scipy_special().polygamma(int(n), inner)
    return xp.where(pole, math.nan, found)


ON_NUMPY: dict[str, Function] = {function.__name__: function for function in (erf, erfc, normal_cdf, gelu, lgamma)}
ORDERS = (0.0, 1.0, 2.0, 3.0)  # of polygamma, in which SciPy's is accurate
