"""The named exceptions: every place where the engine is allowed to miss its bounds, and why.

This is the only list there is. The tests read it, and fail if an exception no longer happens; the reference page
prints it.
"""

from dataclasses import dataclass

# Special points ------------------------------------------------------------------------------------------------------
SUBNORMAL = "a product of subnormal size is rounded twice"
OVERFLOW = "the result is representable, an intermediate one is beyond the largest float or below the smallest"
LIMIT = "the limit, which is 0; the frozen row repeats torch and JAX, whose 0 · inf is nan"
TRUE_ATAN2 = "the truth; the frozen row repeats torch and JAX, where x² + y² overflows"
GELU_ZERO = "beside the zero of the derivative, at −0.75, the two terms cancel"
LGAMMA_NEGATIVE = "the C library's lgamma cancels beside its zeros on the negative axis"
DIGAMMA_ZERO = "beside a zero of digamma the reflection formula cancels"

Point = tuple[str, str, int]  # operation; inputs; 0 for the value, i for the derivative towards input i
SPECIAL_POINTS: dict[Point, str] = {
    ("silu", "5e-324", 0): SUBNORMAL,
    ("gelu_tanh", "5e-324", 0): SUBNORMAL,
    ("pow", "2.0, 5e-324", 1): SUBNORMAL,
    ("rpow[2.0]", "1024.0", 1): OVERFLOW,
    ("pow", "5e-324, 5e-324", 1): OVERFLOW,
    ("pow", "5e-324, 1e-300", 1): OVERFLOW,
    ("pow", "inf, -746.0", 2): LIMIT,
    ("pow", "inf, -1e+300", 2): LIMIT,
    ("pow", "inf, -inf", 2): LIMIT,
    ("atan2", "0.0, 1e+300", 1): TRUE_ATAN2,
    ("atan2", "0.0, 1.7976931348623157e+308", 1): TRUE_ATAN2,
    ("atan2", "-0.0, 1e+300", 1): TRUE_ATAN2,
    ("atan2", "-0.0, -1e+300", 1): TRUE_ATAN2,
    ("atan2", "-0.0, 1.7976931348623157e+308", 1): TRUE_ATAN2,
    ("atan2", "1e+300, 0.0", 2): TRUE_ATAN2,
    ("atan2", "1e+300, -0.0", 2): TRUE_ATAN2,
    ("atan2", "-1e+300, -0.0", 2): TRUE_ATAN2,
    ("atan2", "1.7976931348623157e+308, -0.0", 2): TRUE_ATAN2,
    ("atan2", "1.7976931348623157e+308, 1.7976931348623157e+308", 1): OVERFLOW,
    ("atan2", "1.7976931348623157e+308, 1.7976931348623157e+308", 2): OVERFLOW,
    ("gelu", "-0.7071067811865476", 1): GELU_ZERO,
    ("lgamma", "-2.5", 0): LGAMMA_NEGATIVE,
    ("lgamma", "-3.141592653589793", 0): LGAMMA_NEGATIVE,
    ("lgamma", "-0.5", 1): DIGAMMA_ZERO,
}


# Accuracy ------------------------------------------------------------------------------------------------------------
@dataclass(frozen=True)
class Exceeding:
    """`order` 0 for the value, 1 to 3 for the derivatives; `ulps` what is allowed instead: the figure measured at
    10,000 points (tests/data/accuracy.json), rounded up to a tenth."""

    case: str
    order: int
    ulps: float
    reason: str


ROUNDINGS = "four roundings follow one another; fewer would need arithmetic of twice the digits"
NEAR_ZERO = "beside a zero, just outside of where errors are counted in ulps of x times the next derivative"
LGAMMA = "the logarithms and the series cancel beside the minimum, and the C library's lgamma beside its negative zeros"
ACCURACY: tuple[Exceeding, ...] = (
    Exceeding("cbrt", 2, 8.7, ROUNDINGS),
    Exceeding("logaddexp[a]", 0, 13.6, NEAR_ZERO),
    Exceeding("logaddexp[b]", 0, 17.2, NEAR_ZERO),
    Exceeding("mish", 0, 2.6, ROUNDINGS),
    Exceeding("mish", 1, 4.4, NEAR_ZERO),
    Exceeding("mish_slope", 2, 39.6, NEAR_ZERO),
    Exceeding("mish_curvature", 1, 36.7, NEAR_ZERO),
    Exceeding("gelu", 0, 2.4, ROUNDINGS),
    Exceeding("gelu", 1, 12.2, NEAR_ZERO),
    Exceeding("gelu", 2, 8.5, NEAR_ZERO),
    Exceeding("gelu_tanh", 0, 2.7, ROUNDINGS),
    Exceeding("gelu_tanh", 1, 13.3, NEAR_ZERO),
    Exceeding("gelu_tanh", 2, 18.7, NEAR_ZERO),
    Exceeding("gelu_tanh_gate_spread", 2, 35.9, NEAR_ZERO),
    Exceeding("tanh", 3, 43.5, NEAR_ZERO),
    Exceeding("sigmoid_slope", 2, 57.2, NEAR_ZERO),
    Exceeding("silu_curvature", 1, 35.1, NEAR_ZERO),
    Exceeding("normal_cdf", 0, 2.3, ROUNDINGS),
    Exceeding("lgamma", 0, 57.0, LGAMMA),
    Exceeding("lgamma", 1, 9.5, LGAMMA),
)
