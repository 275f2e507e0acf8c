"""The forward functions of the table: float in, float out, accurate, and total.

No function here raises for a numeric reason: overflow is inf, a pole is inf with its sign, a domain error is nan,
exactly as IEEE 754 arithmetic answers and as Python's `math` does not. Each is a plain function that uses only `math`
and its neighbours in this file, so that a recorded program can be written out together with the ones it needs.

Where a textbook formula loses digits, the function says which digits and what it does instead. The accuracy each one
reaches is measured against `mpmath` in the tests.
"""

import math
from collections.abc import Iterable, Sequence

PI = math.pi
INF = math.inf
NAN = math.nan
LN2 = math.log(2.0)
LOG2_E = 1.4426950408889634  # 1 / ln 2
LOG10_E = 0.4342944819032518  # 1 / ln 10
SQRT1_2 = 0.7071067811865476
SQRT1_2_TAIL = -4.833646656726457e-17  # 1/sqrt(2) minus the float SQRT1_2
INV_SQRT_PI = 0.5641895835477563
TWO_OVER_SQRT_PI = 1.1283791670955126
INV_SQRT_2PI = 0.3989422804014327
GELU_C = 1.5957691216057308  # 2 sqrt(2/pi): Hendrycks and Gimpel 2016, Gaussian Error Linear Units
GELU_C_TAIL = -9.96930880911092e-17
GELU_D = 0.07135481627260025  # 0.044715 of it
GELU_D_TAIL = -6.175149918155315e-19
SELU_SCALE = 1.0507009873554805  # Klambauer et al. 2017, Self-Normalizing Neural Networks
SELU_SCALE_ALPHA = 1.7580993408473768  # scale · α of the same paper, α = 1.6732632423543772


# Arithmetic ---------------------------------------------------------------------------------------------------------
def divide(a: float, b: float) -> float:
    """a / b as IEEE 754 defines it: x/0 is inf with the sign of both, 0/0 is nan."""
    try:
        return a / b
    except ZeroDivisionError:
        return NAN if a == 0.0 or a != a else math.copysign(INF, a) * math.copysign(1.0, b)


def power(a: float, b: float) -> float:
    """a ** b on the reals: nan for a negative base with a fractional exponent, inf for 0 ** negative."""
    try:
        return math.pow(a, b)
    except OverflowError:
        return -INF if a < 0.0 and math.fmod(b, 2.0) != 0.0 else INF
    except ValueError:
        if a != 0.0:
            return NAN
        odd = math.fmod(b, 2.0) in (1.0, -1.0)
        return math.copysign(INF, a) if odd else INF


def power_partial(a: float, b: float, k: float, m: float) -> float:
    """∂ᵏ/∂aᵏ ∂ᵐ/∂bᵐ of a ** b  =  Σⱼ C(m,j) · fⱼ · a^(b−k) · ln(a)^(m−j),  f₀ = b(b−1)…(b−k+1), fⱼ its j-th derivative.

    One function holds every partial derivative of a power, so that all orders share its conventions at 0, at inf and
    for negative bases.
    """
    if k == 1.0 and m == 0.0 and b != 0.0:  # the usual case, first
        return b * _lowered_power(a, b, 1)
    falling = _falling_factorial_derivatives(b, int(k), int(m))
    if not any(falling):
        return 0.0  # x**0, or a polynomial differentiated away: constant for every x, nan included
    scale = _lowered_power(a, b, int(k))
    if m == 0:
        return falling[0] * scale
    if a < 0.0:
        return NAN  # a**b exists only at isolated exponents
    if scale == 0.0 or (a == 0.0 and b == k):
        return 0.0  # the power outruns the logarithm; 0**0 is the constant 1 by convention
    log_a = log(a)
    return exact_sum(math.comb(int(m), j) * f * (scale * log_a ** int(m - j)) for j, f in enumerate(falling) if f)


def _falling_factorial_derivatives(b: float, k: int, m: int) -> list[float]:
    """Derivatives 0…m with respect to b of the polynomial b(b−1)…(b−k+1)."""
    derivatives = [1.0] + [0.0] * m
    for i in range(k):
        derivatives = [(b - i) * d + j * (derivatives[j - 1] if j else 0.0) for j, d in enumerate(derivatives)]
    return derivatives


def _lowered_power(a: float, b: float, k: int) -> float:
    """a ** (b − k), without letting the rounding of b − k reach the exponent (at a = 1e300 it would cost 150 ulp)."""
    lowered = b - k
    if lowered + k == b or not 0.0 < abs(a) < INF:
        return power(a, lowered)
    result = power(a, b)
    for _ in range(k):
        result /= a
    return result


def exact_sum(terms: Iterable[float]) -> float:
    """The correctly rounded sum (math.fsum), inf on overflow, nan for inf − inf."""
    terms = terms if isinstance(terms, (list, tuple)) else list(terms)
    try:
        return math.fsum(terms)
    except ValueError:
        return NAN
    except OverflowError:  # a partial sum left the range, the total may not: sum at 2⁻⁶⁴ of the size
        return exact_sum([t * 2.0**-64 for t in terms]) * 2.0**64


# Exponentials and logarithms ----------------------------------------------------------------------------------------
def exp(x: float) -> float:
    """e^x; inf beyond x = 709.78."""
    try:
        return math.exp(x)
    except OverflowError:
        return INF


def expm1(x: float) -> float:
    """e^x − 1, with all digits near x = 0."""
    try:
        return math.expm1(x)
    except OverflowError:
        return INF


def exp2(x: float) -> float:
    """2^x."""
    try:
        return math.exp2(x)
    except OverflowError:
        return INF


def log(x: float) -> float:
    """ln x; −inf at 0, nan below."""
    try:
        return math.log(x)
    except ValueError:
        return -INF if x == 0.0 else NAN


def log1p(x: float) -> float:
    """ln(1 + x), with all digits near x = 0; −inf at −1, nan below."""
    try:
        return math.log1p(x)
    except ValueError:
        return -INF if x == -1.0 else NAN


def log2(x: float) -> float:
    """log₂ x; −inf at 0, nan below."""
    try:
        return math.log2(x)
    except ValueError:
        return -INF if x == 0.0 else NAN


def log10(x: float) -> float:
    """log₁₀ x; −inf at 0, nan below."""
    try:
        return math.log10(x)
    except ValueError:
        return -INF if x == 0.0 else NAN


def sqrt(x: float) -> float:
    """√x; nan for x < 0."""
    return math.sqrt(x) if x >= 0.0 else NAN


def one_minus_square(x: float) -> float:
    """1 − x² as (1 − x)(1 + x), which keeps its digits near ±1."""
    return (1.0 - x) * (1.0 + x)


def rsqrt(x: float) -> float:
    """1 / sqrt(x); inf at both zeros, the limit from inside the domain."""
    return 1.0 / math.sqrt(x) if x > 0.0 else (INF if x == 0.0 else NAN)


def cbrt(x: float) -> float:
    """The real cube root; one Newton step brings the C library's result from 3.7 ulp to under 1."""
    root = math.cbrt(x)
    if root == 0.0 or not math.isfinite(root):
        return root
    square = root * root
    return root - (root - x / square) / 3.0 if square != 0.0 else root


def reciprocal(x: float) -> float:
    """1 / x; ±inf at ±0."""
    return 1.0 / x if x != 0.0 else math.copysign(INF, x)


# Trigonometric and hyperbolic functions -----------------------------------------------------------------------------
def sin(x: float) -> float:
    """sin x, x in radians; nan at ±inf."""
    return math.sin(x) if math.isfinite(x) else NAN


def cos(x: float) -> float:
    """cos x, x in radians; nan at ±inf."""
    return math.cos(x) if math.isfinite(x) else NAN


def tan(x: float) -> float:
    """tan x = sin x / cos x, x in radians; nan at ±inf."""
    return math.tan(x) if math.isfinite(x) else NAN


def asin(x: float) -> float:
    """The angle in [−π/2, π/2] whose sine is x; nan outside [−1, 1]."""
    return math.asin(x) if -1.0 <= x <= 1.0 else NAN


def acos(x: float) -> float:
    """The angle in [0, π] whose cosine is x; nan outside [−1, 1]."""
    return math.acos(x) if -1.0 <= x <= 1.0 else NAN


def sinh(x: float) -> float:
    """(e^x − e^−x) / 2."""
    try:
        return math.sinh(x)
    except OverflowError:
        return math.copysign(INF, x)


def cosh(x: float) -> float:
    """(e^x + e^−x) / 2."""
    try:
        return math.cosh(x)
    except OverflowError:
        return INF


def sech2(x: float) -> float:
    """1 / cosh(x)², the derivative of tanh. 1 − tanh² has no correct digit beyond |x| = 19; this has all of them."""
    size = math.fabs(x)
    if size < 0.75:
        t = math.tanh(x)
        return 1.0 - t * t
    if size > 340.0:  # keep e^(−2|x|) away from the subnormal numbers until the last product
        half = 2.0 * math.exp(-size)
        return half * half
    e = math.exp(-2.0 * size)
    return 4.0 * e / (1.0 + e * (2.0 + e))


def acosh(x: float) -> float:
    """ln(x + √(x² − 1)), the number ≥ 0 whose cosh is x; nan below 1."""
    return math.acosh(x) if x >= 1.0 else NAN


def atanh(x: float) -> float:
    """½ ln((1 + x) / (1 − x)), the number whose tanh is x; ±inf at ±1, nan beyond."""
    if -1.0 < x < 1.0:
        return math.atanh(x)
    return math.copysign(INF, x) if math.fabs(x) == 1.0 else NAN


def direction_cosine(a: float, b: float) -> float:
    """a / hypot(a, b): 0 at the origin (the minimum-norm subgradient of the length), exact limits at infinity."""
    if a != a or b != b or (math.isinf(a) and math.isinf(b)):
        return NAN
    if math.isinf(a):
        return math.copysign(1.0, a)
    length = math.hypot(a, b)
    if not 1e-300 < length < INF:  # out of range, or with few digits: take both sides nearer to 1
        scale = 0.5 if length > 1.0 else 2.0**600
        a, b = a * scale, b * scale
        length = math.hypot(a, b)
    return a / length if length > 0.0 else 0.0


# The logistic family ------------------------------------------------------------------------------------------------
def sigmoid(x: float) -> float:
    """1 / (1 + e^−x), with an exponential that cannot overflow on either side."""
    if x >= 0.0:
        return 1.0 / (1.0 + math.exp(-x))
    e = math.exp(x)
    return e / (1.0 + e)


def sigmoid_slope(x: float) -> float:
    """e^−|x| / (1 + e^−|x|)²; s·(1 − s) would be 0 from x = 37 on."""
    e = math.exp(-math.fabs(x))
    return e / (1.0 + e * (2.0 + e))  # (1 + e)² with one rounding less


def softplus(x: float) -> float:
    """ln(1 + e^x)."""
    return max(x, 0.0) + math.log1p(math.exp(-math.fabs(x)))


def logsigmoid(x: float) -> float:
    """−ln(1 + e^−x)."""
    return min(x, 0.0) - math.log1p(math.exp(-math.fabs(x)))


def logaddexp(a: float, b: float) -> float:
    """ln(e^a + e^b)."""
    if a == b:
        return a + LN2  # also for two equal infinities, whose difference is nan
    return max(a, b) + math.log1p(math.exp(-math.fabs(a - b))) if a == a and b == b else NAN


_COSH_SERIES = tuple(1.0 / math.factorial(2 * k) for k in range(9, 1, -1))


def logcosh(x: float) -> float:
    """ln cosh x. Below 1 from z = cosh x − 1, by its series, and ln(1 + z) with the rounding of 1 + z taken back
    (Kahan); sinh and log1p of the C library would add up to 4 ulp."""
    size = math.fabs(x)
    if size < 1.0:
        square = x * x
        tail = 0.0
        for coefficient in _COSH_SERIES:
            tail = square * (coefficient + tail)
        z = 0.5 * square + square * tail
        whole = 1.0 + z
        return math.log(whole) - ((whole - 1.0) - z) / whole
    return size + (math.log1p(math.exp(-2.0 * size)) - LN2)


# The error function and the normal distribution ---------------------------------------------------------------------
def gaussian(x: float) -> float:
    """e^(−x²). The rounding of x² alone would cost 500 ulp at x = 26, so x is split at a multiple of 1/16."""
    if math.fabs(x) > 28.0:
        return 0.0
    if x != x:
        return x
    head = round(x * 16.0) / 16.0  # head² is exact
    return math.exp(-head * head) * math.exp((head - x) * (head + x))


def normal_pdf(x: float) -> float:
    """φ(x) = e^(−x²/2) / sqrt(2π), split as in `gaussian`."""
    if math.fabs(x) > 39.0:
        return 0.0
    if x != x:
        return x
    head = round(x * 16.0) / 16.0
    return INV_SQRT_2PI * (math.exp(-0.5 * head * head) * math.exp(0.5 * ((head - x) * (head + x))))


def normal_cdf(x: float) -> float:
    """Φ(x) = ½ erfc(−x/√2). In the left tail erfc multiplies a relative error of its argument by x², so the rounding
    error of −x/√2 is computed exactly (Dekker 1971) and taken back with one Taylor term."""
    z = -x * SQRT1_2
    cdf = 0.5 * math.erfc(z)
    if not 0.0 < z < 28.0:
        return cdf
    error = _product_error(-x, SQRT1_2, z) - x * SQRT1_2_TAIL
    return cdf - error * INV_SQRT_PI * gaussian(z)


def _sum_error(a: float, b: float, total: float) -> float:
    """a + b − total, exactly (Knuth, TAOCP 2, 4.2.2)."""
    b_part = total - a
    return (a - (total - b_part)) + (b - b_part)


def _product_error(a: float, b: float, product: float) -> float:
    """a·b − product, exactly: Veltkamp's splitting into 26-bit halves, Dekker's product."""
    a_high = a * 134217729.0 - (a * 134217729.0 - a)
    b_high = b * 134217729.0 - (b * 134217729.0 - b)
    a_low, b_low = a - a_high, b - b_high
    return ((a_high * b_high - product) + a_high * b_low + a_low * b_high) + a_low * b_low


# Activations --------------------------------------------------------------------------------------------------------
def relu(x: float) -> float:
    """max(x, 0)."""
    return x if x > 0.0 or x != x else 0.0


def leaky_relu(x: float, slope: float = 0.01) -> float:
    """x for x > 0, slope · x otherwise (Maas, Hannun and Ng 2013)."""
    return x if x > 0.0 or x != x else slope * x


def relu6(x: float) -> float:
    """min(max(x, 0), 6)."""
    return min(max(x, 0.0), 6.0)


def hardtanh(x: float) -> float:
    """min(max(x, −1), 1)."""
    return min(max(x, -1.0), 1.0)


def hardsigmoid(x: float) -> float:
    """min(max(x + 3, 0), 6) / 6, as torch defines it."""
    return min(max(x + 3.0, 0.0), 6.0) / 6.0


def elu(x: float, alpha: float = 1.0) -> float:
    """x for x > 0, α (e^x − 1) otherwise (Clevert, Unterthiner and Hochreiter 2016)."""
    return x if x > 0.0 else alpha * math.expm1(x)


def celu(x: float, alpha: float = 1.0) -> float:
    """x for x > 0, α (e^(x/α) − 1) otherwise (Barron 2017): an elu with slope 1 at 0 for every α."""
    return x if x > 0.0 else alpha * expm1(divide(x, alpha))


def selu(x: float) -> float:
    """λ x for x > 0, λ α (e^x − 1) otherwise, λ = 1.0507, α = 1.6733 (Klambauer et al. 2017)."""
    return SELU_SCALE * x if x > 0.0 else SELU_SCALE_ALPHA * math.expm1(x)


def softsign(x: float) -> float:
    """x / (1 + |x|)."""
    return x / (1.0 + math.fabs(x)) if not math.isinf(x) else math.copysign(1.0, x)


def decayed(x: float, decay: float) -> float:
    """x · decay where the decay wins: 0 · inf is 0. For products such as x·e^x at x = −inf, whose limit is 0."""
    return x * decay if decay != 0.0 else 0.0


def silu(x: float) -> float:
    """x · sigmoid(x) = x / (1 + e^−x)."""
    return x / (1.0 + math.exp(-x)) if not x < -700.0 else _scaled_exp(x, x)


def silu_slope(x: float) -> float:
    """sigmoid(x) + x · sigmoid'(x) = e (1 + e + x) / (1 + e)², which cancels only at the zero itself."""
    if x >= 0.0:
        e = math.exp(-x)
        return (1.0 + decayed(1.0 + x, e)) / (1.0 + e * (2.0 + e))
    if x < -700.0:
        return _scaled_exp(1.0 + x, x)
    e = math.exp(x)
    return e * ((1.0 + x) + e) / (1.0 + e * (2.0 + e))


def silu_curvature(x: float) -> float:
    """silu''(x) = e (2 − |x| + e (2 + |x|)) / (1 + e)³ with e = e^−|x|."""
    size = math.fabs(x)
    e = math.exp(-size)
    return decayed((2.0 - size) + decayed(2.0 + size, e), e) / ((1.0 + e) * (1.0 + e * (2.0 + e)))


def _scaled_exp(factor: float, x: float) -> float:
    """factor · e^x where e^x is subnormal already and the product is not: half of the exponential at a time."""
    half = math.exp(0.5 * x)
    return decayed(factor, half) * half


def mish_gate(x: float) -> float:
    """tanh(softplus(x)) = n / (n + 2) with n = e (e + 2), e = e^x: for x ≥ 0 as 1 − 2 / (n + 2), for x < 0 as e less a
    small share of it, so that little of the roundings is left in the result."""
    if x >= 0.0:
        w = math.exp(-x)
        rest = 2.0 * w * w
        return 1.0 - rest / (1.0 + 2.0 * w + rest)
    e = math.exp(x)
    return e - e * (0.5 * e * (1.0 + e) / (1.0 + e * (1.0 + 0.5 * e)))


def mish_gate_slope(x: float) -> float:
    """4 e (1 + e) / ((1 + e)² + 1)² with e = e^x; for x ≥ 0 divided through by e^4x."""
    if x >= 0.0:
        w = math.exp(-x)
        bottom = 1.0 + 2.0 * w * (1.0 + w)
        return 4.0 * w * w * (1.0 + w) / (bottom * bottom)
    e = math.exp(x)
    bottom = 2.0 + e * (2.0 + e)
    return 4.0 * e * (1.0 + e) / (bottom * bottom)


def mish(x: float) -> float:
    """x · tanh(softplus(x))."""
    return x * mish_gate(x) if not x < -700.0 else _scaled_exp(x, x)


def mish_slope(x: float) -> float:
    """gate + x · gate'; for x < 0 as e^x ω / δ² (Misra 2019), whose terms cancel only at the zero itself."""
    if not x < 0.0:
        return mish_gate(x) + decayed(x, mish_gate_slope(x))
    if x < -700.0:
        return _scaled_exp(1.0 + x, x)
    e = math.exp(x)
    omega = math.fsum((4.0 * (x + 1.0), 4.0 * e * e, e * e * e, e * (4.0 * x + 6.0)))
    delta = e * (e + 2.0) + 2.0
    return e * omega / (delta * delta)


def mish_curvature(x: float) -> float:
    """mish''(x) = 4 e N / δ³ (4 e² N / δ³ for x ≥ 0), e = e^−|x|; the terms of N cancel, so they are summed exactly."""
    e = math.exp(-math.fabs(x))
    if x >= 0.0:
        weight, delta = 4.0 * e * e, 1.0 + 2.0 * e * (1.0 + e)
        top = (2.0 - 2.0 * x, 6.0 - 3.0 * x, 8.0 + 2.0 * x, 4.0 + 2.0 * x)
    else:
        weight, delta = 4.0 * e, 2.0 + e * (2.0 + e)
        top = (4.0 + 2.0 * x, 8.0 + 2.0 * x, 6.0 - 3.0 * x, 2.0 - 2.0 * x)
    whole = exact_sum([decayed(factor, e**k) for k, factor in enumerate(top)])
    return decayed(whole, weight) / (delta * delta * delta)


def mish_gate_ratio(x: float) -> float:
    """gate'' / gate'. It is 0 at x = −0.117: there written with u = e^x − 1, whose digits are those of x."""
    if x >= 0.5:
        w = math.exp(-x)
        return (w * (w * (2.0 + 2.0 * w) - 3.0) - 2.0) / ((1.0 + w) * (1.0 + 2.0 * w * (1.0 + w)))
    if x < -1.0:
        e = math.exp(x)
        return (2.0 + e * (2.0 - e * (3.0 + 2.0 * e))) / ((1.0 + e) * (2.0 + e * (2.0 + e)))
    u = math.expm1(x)
    return -math.fsum((1.0, 10.0 * u, 9.0 * u * u, 2.0 * u * u * u)) / ((2.0 + u) * (5.0 + u * (4.0 + u)))


def gelu(x: float) -> float:
    """x · Φ(x)."""
    return decayed(x, normal_cdf(x))


def gelu_tanh(x: float) -> float:
    """½ x (1 + tanh(√(2/π)(x + 0.044715 x³))), written with the sigmoid, which does not cancel on the left."""
    return decayed(x, gelu_tanh_gate(x))


def gelu_tanh_gate(x: float) -> float:
    """sigmoid(u), u = 2√(2/π)(x + 0.044715 x³)."""
    if not x < 0.0:
        return sigmoid(x * (GELU_C + GELU_D * (x * x)))
    e = _gelu_tanh_exp(x)
    return e / (1.0 + e)


def gelu_tanh_gate_spread(x: float) -> float:
    """sigmoid'(u) = sigmoid(u) · sigmoid(−u), u as in `gelu_tanh_gate`."""
    e = _gelu_tanh_exp(-math.fabs(x))
    return e / (1.0 + e * (2.0 + e))


def _gelu_tanh_exp(x: float) -> float:
    """e^u for x ≤ 0. In the tail it multiplies a relative error of u by |u|, so u is computed to twice the digits."""
    if x < -25.0:
        return 0.0
    square = x * x
    cubic = GELU_D * square
    factor = GELU_C + cubic
    lost = _sum_error(GELU_C, cubic, factor) + _product_error(GELU_D, square, cubic)
    lost += GELU_C_TAIL + GELU_D_TAIL * square + GELU_D * _product_error(x, x, square)
    u = x * factor
    e = math.exp(u)
    return e + e * (_product_error(x, factor, u) + x * lost)


def celu_slope_alpha(x: float) -> float:
    """e^x − 1 − x e^x, the derivative of α(e^(x/α) − 1) towards α as a function of x/α; near 0 by its series."""
    if not math.fabs(x) < 1.0:
        return decayed(1.0 - x, exp(x)) - 1.0
    series = 0.0
    for coefficient in _CELU_SERIES:
        series = coefficient + x * series
    return -x * x * series


_CELU_SERIES = tuple((k + 1) / math.factorial(k + 2) for k in range(17, -1, -1))


# Gamma functions ----------------------------------------------------------------------------------------------------
_BERNOULLI = (1 / 6, -1 / 30, 1 / 42, -1 / 30, 5 / 66, -691 / 2730, 7 / 6, -3617 / 510, 43867 / 798)  # B₂, B₄, …


# fmt: off
_ZETA_MINUS_1 = (  # ζ(2) − 1, ζ(3) − 1, … (DLMF 25.6)
    0.6449340668482264, 0.2020569031595943, 0.08232323371113819, 0.03692775514336993, 0.01734306198444914,
    0.008349277381922827, 0.00407735619794434, 0.0020083928260822143, 0.0009945751278180853, 0.0004941886041194645,
    0.0002460865533080483, 0.00012271334757848915, 6.124813505870483e-05, 3.058823630702049e-05,
    1.528225940865187e-05, 7.637197637899763e-06, 3.81729326499984e-06, 1.908212716553939e-06, 9.539620338727962e-07,
    4.769329867878064e-07, 2.38450502727733e-07, 1.1921992596531106e-07, 5.960818905125948e-08, 2.980350351465228e-08,
    1.4901554828365043e-08, 7.45071178983543e-09, 3.725334024788457e-09, 1.862659723513049e-09, 9.313274324196682e-10,
)
# fmt: on
DIGAMMA_2 = 0.42278433509846713  # ψ(2) = 1 − γ


def lgamma(x: float) -> float:
    """ln |Γ(x)|. Up to 50, where the C library is wrong by as much as 140 ulp, from the series around 2 (DLMF 5.7.3)
    and Γ(x + 1) = x Γ(x)."""
    if 1.5 <= x < 50.0:
        product = 1.0
        while x >= 2.5:
            x -= 1.0
            product *= x
        return _lgamma_beside_2(x - 2.0) + math.log(product)
    if 0.0 < x < 1.5:
        return _lgamma_beside_2(x - 1.0) - math.log(x) if x >= 0.5 else lgamma(1.0 + x) - math.log(x)
    try:
        return math.lgamma(x)
    except (ValueError, OverflowError):
        return INF


def _lgamma_beside_2(z: float) -> float:
    """ln Γ(2 + z) = (1 − γ) z + Σ (−1)ᵏ (ζ(k) − 1) zᵏ / k for |z| ≤ ½."""
    series = 0.0
    for k in range(len(_ZETA_MINUS_1) + 1, 1, -1):
        series = _ZETA_MINUS_1[k - 2] / k - z * series
    return z * (DIGAMMA_2 + z * series)


def _digamma_beside_2(z: float) -> float:
    """ψ(2 + z) = 1 − γ + Σ (−1)ᵏ (ζ(k) − 1) zᵏ⁻¹ for |z| ≤ ½ (DLMF 5.7.4)."""
    series = 0.0
    for coefficient in reversed(_ZETA_MINUS_1):
        series = coefficient - z * series
    return DIGAMMA_2 + z * series


def sinc(x: float, n: float = 0.0) -> float:
    """dⁿ/dxⁿ of sin(πx) / (πx), which is 1 at 0 (NumPy's convention), for n = 0, 1, …, 169; nan for any other n.

    With u = πx and g = sin(u)/u: u·g⁽ⁿ⁾ + n·g⁽ⁿ⁻¹⁾ = sin(u + nπ/2). Upwards in n that loses nothing while n < u, and
    downwards from far above nothing while n > u (F. W. J. Olver's and J. C. P. Miller's recurrence, DLMF 3.6).
    """
    if n not in _ORDERS or x != x:
        return NAN
    n = int(n)
    if math.isinf(x):
        return 0.0
    if x < 0.0:
        return sinc(-x, n) if math.fmod(n, 2.0) == 0.0 else -sinc(-x, n)
    u = PI * x
    if n == 0:
        return _sine_of_half_turns(x, 0) / u if u != 0.0 else 1.0
    if u > n + 1:
        g = _sine_of_half_turns(x, 0) / u
        for k in range(1, n + 1):
            g = (_sine_of_half_turns(x, k) - k * g) / u
    else:
        g = 0.0
        for k in range(2 * n + 60, n, -1):
            g = (_sine_of_half_turns(x, k) - u * g) / k
    return PI**n * g


def _sine_of_half_turns(x: float, quarters: float) -> float:
    """sin(πx + quarters · π/2), exact where it is 0 or ±1."""
    x = math.fmod(x, 2.0)
    nearest = floor(2.0 * x + 0.5)
    rest = PI * (x - 0.5 * nearest)  # the difference is exact
    turn = math.fmod(nearest + quarters, 4.0)
    if turn == 0.0:
        return math.sin(rest)
    if turn == 1.0:
        return math.cos(rest)
    return -math.sin(rest) if turn == 2.0 else -math.cos(rest)


def polygamma(x: float, n: float) -> float:
    """ψ⁽ⁿ⁾(x), the (n+1)-st derivative of ln Γ, for n = 0, 1, …, 169: recurrence (DLMF 5.5.2, 5.15.5) up to x ≥ 16 + n,
    then the asymptotic series (5.11.2, 5.15.8), for n = 0 also down to the series around 2; reflection (5.5.4, 5.15.6)
    for x < 0. nan at the poles 0, −1, −2, … and for any other n: (n + 1)! has to be a float."""
    if n not in _ORDERS or x != x or x == -INF or (x <= 0.0 and x == math.floor(x)):
        return NAN
    n = int(n)
    if x == INF:
        return INF if n == 0 else 0.0
    if x < 0.0:
        return (-1.0) ** n * (polygamma(1.0 - x, n) + _cotangent_derivative(x, n) * (-1.0) ** (n + 1))
    terms = []
    if n == 0 and x < 16.0:
        while x < 1.5:
            terms.append(-1.0 / x)
            x += 1.0
        while x > 2.5:
            x -= 1.0
            terms.append(1.0 / x)
        return exact_sum([*terms, _digamma_beside_2(x - 2.0)])
    while x < 16.0 + n:
        terms.append(_psi_term(x, n))
        x += 1.0
    return exact_sum([*terms, *_psi_asymptotic(x, n)])


_ORDERS = range(170)


def _psi_term(x: float, n: int) -> float:
    """ψ⁽ⁿ⁾(x) − ψ⁽ⁿ⁾(x + 1) = (−1)ⁿ⁺¹ n! / xⁿ⁺¹."""
    return (-1.0) ** (n + 1) * _over_power(math.factorial(n), x, n + 1)


def _psi_asymptotic(x: float, n: int) -> list[float]:
    if n == 0:
        r = 1.0 / x
        return [math.log(x), -0.5 * r, *(-b / (2 * k) * r ** (2 * k) for k, b in enumerate(_BERNOULLI, 1))]
    sign = (-1.0) ** (n + 1)
    terms = [_over_power(math.factorial(n - 1), x, n), 0.5 * _over_power(math.factorial(n), x, n + 1)]
    for k, b in enumerate(_BERNOULLI, 1):  # (2k+n−1)! / (2k)! is a whole number
        terms.append(b * _over_power(math.perm(2 * k + n - 1, n - 1), x, 2 * k + n))
    return [sign * term for term in terms]


def _over_power(a: int, x: float, m: int) -> float:
    """a / xᵐ for x > 0, rounded once: both may be beyond all floats where their quotient is not."""
    p, q = x.as_integer_ratio()
    try:
        return float(a * q**m / p**m)
    except OverflowError:
        return INF


def _cotangent_derivative(x: float, n: int) -> float:
    """dⁿ/dxⁿ of π cot(πx), as πⁿ⁺¹ times a polynomial in c = cot(πx) (c' = −π(1 + c²))."""
    fraction = math.remainder(x, 1.0)  # exact, and cot has period 1
    to_half = 0.5 - math.fabs(fraction)  # exact where it is below ¼, and there is the root of cot
    near_root = to_half < 0.25
    c = math.copysign(math.tan(math.pi * to_half), fraction) if near_root else 1.0 / math.tan(math.pi * fraction)
    polynomial = [0.0, 1.0]
    for _ in range(n):
        slope = [i * p for i, p in enumerate(polynomial)][1:]
        polynomial = [-(a + b) for a, b in zip([*slope, 0.0, 0.0], [0.0, 0.0, *slope], strict=True)]
    powers = [power(c, i) for i in range(len(polynomial))]
    return math.pi ** (n + 1) * exact_sum(p * q for p, q in zip(polynomial, powers, strict=True) if p and q)


# Steps and choices --------------------------------------------------------------------------------------------------
def sign(x: float) -> float:
    """1 for x > 0, −1 for x < 0, 0 at 0, nan for nan."""
    return math.copysign(1.0, x) if x > 0.0 or x < 0.0 else x + 0.0


def heaviside(x: float) -> float:
    """1 for x > 0, 0 for x ≤ 0 (so that relu'(0) = 0), nan for nan."""
    return 1.0 if x > 0.0 else (0.0 if x <= 0.0 else NAN)


def piecewise(x: float, negative: float, zero: float, positive: float) -> float:
    """`negative` for x < 0, `zero` for x = 0, `positive` for x > 0, nan for nan."""
    return positive if x > 0.0 else negative if x < 0.0 else zero if x == 0.0 else NAN


def inside(x: float, low: float, high: float) -> float:
    """1 on the open interval (low, high), 0 elsewhere, nan for nan."""
    return 1.0 if low < x < high else (0.0 if x == x else NAN)


def preferred(a: float, b: float) -> float:
    """∂ max(a, b) / ∂a: 1 if a > b, ½ on a tie, 0 if a < b, nan beside a nan."""
    return 1.0 if a > b else 0.0 if a < b else 0.5 if a == b else NAN


def within(x: float, low: float, high: float) -> float:
    """x on the closed interval, nan elsewhere: the domain of a formula that would answer outside it. Never −0.0."""
    return x + 0.0 if low <= x <= high else NAN


def maximum(a: float, b: float) -> float:
    """The larger of a and b; nan beside a nan. On a tie, each has half of the derivative."""
    return a if a > b or a != a else b


def minimum(a: float, b: float) -> float:
    """The smaller of a and b; nan beside a nan. On a tie, each has half of the derivative."""
    return a if a < b or a != a else b


def clip(x: float, low: float, high: float) -> float:
    """min(max(x, low), high)."""
    return minimum(maximum(x, low), high)


def where(condition: float, a: float, b: float) -> float:
    """a where the condition is not 0, b where it is 0."""
    return a if condition else b


# Division with a remainder, as Python's floats do it: the remainder has the sign of b.
def mod(a: float, b: float) -> float:
    """a % b = a − ⌊a/b⌋·b; nan for b = 0 and for an infinite a."""
    if b == 0.0 or not math.isfinite(a):
        return NAN
    rest = math.fmod(a, b)
    if rest == 0.0:
        return math.copysign(0.0, b)
    return rest + b if (rest < 0.0) != (b < 0.0) else rest


def floor_divide(a: float, b: float) -> float:
    """a // b = ⌊a/b⌋ of the exact quotient: 1 // 0.1 is 9, since 0.1 is more than a tenth; nan as for a % b."""
    if b == 0.0 or not math.isfinite(a):
        return NAN
    rest = math.fmod(a, b)
    quotient = (a - rest) / b  # a whole number, but for its rounding
    if rest != 0.0 and (rest < 0.0) != (b < 0.0):
        quotient -= 1.0
    if quotient == 0.0:
        return math.copysign(0.0, a / b)
    whole = floor(quotient)
    return whole + 1.0 if quotient - whole > 0.5 else whole


# Whole numbers, with the sign of x: ⌈−0.5⌉ is −0.0, as IEEE 754 has it and as NumPy rounds when a program replays.
def floor(x: float) -> float:
    """⌊x⌋, the largest whole number ≤ x."""
    return math.copysign(math.floor(x), x) if math.isfinite(x) else x


def ceil(x: float) -> float:
    """⌈x⌉, the smallest whole number ≥ x."""
    return math.copysign(math.ceil(x), x) if math.isfinite(x) else x


def round_to(x: float, digits: float) -> float:
    """x rounded to `digits` decimals (negative: tens, hundreds …), half to even, as Python's round(x, digits)."""
    if not math.isfinite(x) or not math.isfinite(digits):
        return x if digits == digits else NAN
    try:
        return round(x, int(digits))
    except OverflowError:
        return math.copysign(INF, x)


def trunc(x: float) -> float:
    """x without its fraction: rounded towards 0."""
    return math.copysign(math.trunc(x), x) if math.isfinite(x) else x


def round_half_even(x: float) -> float:
    """The whole number nearest to x; halves go to the even one."""
    return math.copysign(round(x), x) if math.isfinite(x) else x


# Functions of many arguments ----------------------------------------------------------------------------------------
def total(*xs: float) -> float:
    """x₁ + … + xₙ, correctly rounded."""
    return exact_sum(xs)


def mean(*xs: float) -> float:
    """(x₁ + … + xₙ) / n."""
    return exact_sum(xs) / len(xs)


def sum_of_squares(*xs: float) -> float:
    """x₁² + … + xₙ²."""
    return exact_sum([x * x for x in xs])


def dot(*operands: float) -> float:
    """w₁x₁ + … + wₙxₙ + b for the operands w₁…wₙ, x₁…xₙ, b."""
    n = len(operands) // 2
    return exact_sum([*(w * x for w, x in zip(operands[:n], operands[n:-1], strict=True)), operands[-1]])


def softmax(xs: Sequence[float]) -> list[float]:
    """e^xᵢ / Σⱼ e^xⱼ for every i, shifted by the largest x so that nothing overflows."""
    peak = max(xs)
    weights = [exp(x - peak) for x in xs]
    whole = exact_sum(weights)
    return [w / whole for w in weights]


def softmax_entry(i: float, *xs: float) -> float:
    """e^xᵢ / Σⱼ e^xⱼ for one i."""
    return softmax(xs)[int(i)]


def logsumexp(*xs: float) -> float:
    """ln Σ e^xᵢ = m + log1p(Σ of the other e^(xᵢ − m)), m the largest: exact digits even where the result is tiny."""
    peak = max(xs)
    if math.isinf(peak):
        return NAN if any(x != x for x in xs) else peak
    at = xs.index(peak) if peak == peak else 0
    return peak + log1p(exact_sum([exp(x - peak) for i, x in enumerate(xs) if i != at]))


def cross_entropy(target: float, *logits: float) -> float:
    """−ln softmax(logits)[target] = logsumexp(logits) − logits[target], without the cancellation near 0."""
    wanted = logits[int(target)]
    peak = max(logits)
    at = int(target) if wanted == peak else logits.index(peak) if peak == peak else 0
    rest = exact_sum([exp(x - peak) for i, x in enumerate(logits) if i != at])
    return (peak - wanted if wanted != peak else 0.0) + log1p(rest)


# What rows do whose forward function is Python's own, in the words of the reference
PYTHONS_OWN = {
    "add": "a + b.",
    "sub": "a − b.",
    "mul": "a · b.",
    "neg": "−x.",
    "abs": "|x|. The derivative is the sign of x, 0 at 0.",
    "square": "x².",
    "atan": "The angle in (−π/2, π/2) whose tangent is x.",
    "atan2": "The angle from the x axis to the point (x, y), in [−π, π].",
    "tanh": "(e^x − e^−x) / (e^x + e^−x).",
    "asinh": "ln(x + √(x² + 1)), the number whose sinh is x.",
    "erf": "2/√π ∫ e^−t² dt from 0 to x.",
    "erfc": "1 − erf(x), with all digits where erf(x) is nearly 1.",
    "hypot": "√(a² + b²), the distance of the point (a, b) from the origin.",
}
