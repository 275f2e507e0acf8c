"""The forward functions of the table on arrays: `ARRAYS[name](xp, *arrays)` for any array namespace `xp`.

`xp` is numpy, jax.numpy or torch. The forms are those of numerics.py, with `where` instead of `if`, and they keep its
conventions at ±inf and nan. Both branches of a `where` are computed, so each is written such that the one not chosen
is finite: otherwise an engine that differentiates through it (jax.grad, torch.autograd) would multiply its inf by 0.
For the same reason |x| is `size(x)`, whose derivative at 0 is 1, not 0.

A row that is missing here (a user's own, a second derivative of mish) runs on NumPy element by element, and nowhere
else.
"""

import math
from collections.abc import Callable
from typing import Any

from autograd.numerics import floats as f

Array = Any
Function = Callable[..., Array]

#: rows that are one function of every namespace, under this name
DIRECT = {
    "add": "add",
    "sub": "subtract",
    "mul": "multiply",
    "div": "divide",
    "neg": "negative",
    "abs": "absolute",
    "square": "square",
    "reciprocal": "reciprocal",
    "exp": "exp",
    "expm1": "expm1",
    "exp2": "exp2",
    "log": "log",
    "log1p": "log1p",
    "log2": "log2",
    "log10": "log10",
    "sqrt": "sqrt",
    "sin": "sin",
    "cos": "cos",
    "tan": "tan",
    "asin": "arcsin",
    "acos": "arccos",
    "atan": "arctan",
    "sinh": "sinh",
    "cosh": "cosh",
    "tanh": "tanh",
    "asinh": "arcsinh",
    "acosh": "arccosh",
    "atanh": "arctanh",
    "floor": "floor",
    "ceil": "ceil",
    "round": "round",
    "trunc": "trunc",
}


def size(xp: Any, x: Array) -> Array:
    """|x|."""
    return xp.where(x >= 0.0, x, -x)


def alike(xp: Any, *numbers: Array) -> list[Array]:
    """Plain numbers among arrays as arrays, for functions that take nothing else."""
    model = next(x for x in numbers if not isinstance(x, float))
    return [xp.zeros_like(model) + x if isinstance(x, float) else x for x in numbers]


def either(xp: Any, x: Array, condition: Array, a: Array, b: Array) -> Array:
    """where(condition, a, b) in the precision of the array x: of two plain numbers torch makes float32."""
    if isinstance(a, float) and isinstance(b, float):
        a = xp.zeros_like(x) + a
    return xp.where(condition, a, b)


# Powers and lengths --------------------------------------------------------------------------------------------------
def one_minus_square(xp: Any, x: Array) -> Array:
    return (1.0 - x) * (1.0 + x)


def power(xp: Any, a: Array, b: Array) -> Array:
    return a * a if isinstance(b, float) and b == 2.0 else a**b


def power_partial(xp: Any, a: Array, b: Array, k: Array, m: Array) -> Array:
    """The two first derivatives; see `array_form`."""
    if k == 1.0:
        lowered = ((b - 1.0) + 1.0 == b) | (a == 0.0) | (size(xp, a) == math.inf)
        return xp.where(b == 0.0, 0.0, b * xp.where(lowered, a ** (b - 1.0), a**b / a))
    y = a**b
    flat = (a >= 0.0) & ((y == 0.0) | ((a == 0.0) & (b == 0.0)))
    return xp.where(flat, 0.0 * y, y * xp.log(xp.where(a < 0.0, math.nan, a)))


def rsqrt(xp: Any, x: Array) -> Array:
    return 1.0 / xp.sqrt(xp.where(x == 0.0, 0.0, x))


def cbrt(xp: Any, x: Array) -> Array:
    if hasattr(xp, "cbrt"):
        return xp.cbrt(x)
    root = xp.sign(x) * xp.absolute(x) ** (1.0 / 3.0)
    ordinary = (root != 0.0) & (xp.absolute(root) < math.inf)
    safe = xp.where(ordinary, root, 1.0)
    return xp.where(ordinary, safe - (safe - xp.where(ordinary, x, 1.0) / (safe * safe)) / 3.0, root)


def atan2(xp: Any, a: Array, b: Array) -> Array:
    return xp.arctan2(*alike(xp, a, b))


def hypot(xp: Any, a: Array, b: Array) -> Array:
    return xp.hypot(*alike(xp, a, b))


def direction_cosine(xp: Any, a: Array, b: Array) -> Array:
    """a / hypot(a, b); both are scaled by a power of two first, so that the length is in range and has its digits."""
    a, b = alike(xp, a, b)
    longer = xp.maximum(size(xp, a), size(xp, b))
    scale = xp.where(longer > 1e300, 2.0**-8, either(xp, longer, longer < 1e-300, 2.0**600, 1.0))
    length = xp.hypot(a * scale, b * scale)
    ratio = xp.where(length > 0.0, a * scale / xp.where(length > 0.0, length, 1.0), 0.0)
    endless = xp.where(size(xp, b) == math.inf, math.nan, xp.sign(a))
    undefined = (a != a) | (b != b)
    return xp.where(undefined, math.nan, xp.where(size(xp, a) == math.inf, endless, ratio))


# The logistic family and other activations ---------------------------------------------------------------------------
def sigmoid(xp: Any, x: Array) -> Array:
    e = xp.exp(-size(xp, x))
    return xp.where(x >= 0.0, 1.0, e) / (1.0 + e)


def sigmoid_slope(xp: Any, x: Array) -> Array:
    e = xp.exp(-size(xp, x))
    return e / ((1.0 + e) * (1.0 + e))


def softplus(xp: Any, x: Array) -> Array:
    return xp.where(x >= 0.0, x, 0.0) + xp.log1p(xp.exp(-size(xp, x)))


def logsigmoid(xp: Any, x: Array) -> Array:
    return -softplus(xp, -x)


def logaddexp(xp: Any, a: Array, b: Array) -> Array:
    return xp.logaddexp(*alike(xp, a, b))


def sech2(xp: Any, x: Array) -> Array:
    """1 / cosh², as in numerics.py; between the two forms at |x| = 0.75 both are accurate."""
    s, t = size(xp, x), xp.tanh(x)
    half = xp.exp(-xp.where(s > 340.0, s, 0.0))
    e = xp.exp(-2.0 * s)
    wide = xp.where(s > 340.0, (2.0 * half) * (2.0 * half), 4.0 * e / ((1.0 + e) * (1.0 + e)))
    return xp.where(s < 0.75, 1.0 - t * t, wide)


def logcosh(xp: Any, x: Array) -> Array:
    s = size(xp, x)
    h = xp.sinh(0.5 * xp.where(s < 1.0, x, 0.0))
    return xp.where(s < 1.0, xp.log1p(2.0 * h * h), s + (xp.log1p(xp.exp(-2.0 * s)) - f.LN2))


def relu(xp: Any, x: Array) -> Array:
    return xp.where(x <= 0.0, 0.0, x)


def leaky_relu(xp: Any, x: Array, slope: Array) -> Array:
    return xp.where(x <= 0.0, slope * x, x)


def relu6(xp: Any, x: Array) -> Array:
    return xp.clip(x, 0.0, 6.0)


def hardtanh(xp: Any, x: Array) -> Array:
    return xp.clip(x, -1.0, 1.0)


def hardsigmoid(xp: Any, x: Array) -> Array:
    return xp.clip(x + 3.0, 0.0, 6.0) / 6.0


def elu(xp: Any, x: Array, alpha: Array) -> Array:
    return xp.where(x > 0.0, x, alpha * xp.expm1(xp.where(x > 0.0, 0.0, x)))


def celu(xp: Any, x: Array, alpha: Array) -> Array:
    return xp.where(x > 0.0, x, alpha * xp.expm1(xp.where(x > 0.0, 0.0, x) / alpha))


def selu(xp: Any, x: Array) -> Array:
    return f.SELU_SCALE * elu(xp, x, f.SELU_SCALE_ALPHA / f.SELU_SCALE)


def decayed(xp: Any, x: Array, decay: Array) -> Array:
    return xp.where(decay != 0.0, either(xp, decay, decay != 0.0, x, 1.0) * decay, 0.0)


def _scaled_exp(xp: Any, factor: Array, x: Array) -> Array:
    half = xp.exp(0.5 * x)
    return decayed(xp, factor, half) * half


def _gated(xp: Any, x: Array, gate: Callable[[Any, Array], Array]) -> Array:
    """x·gate(x) where the gate is e^x far below 0."""
    low = x < -700.0
    inner = xp.where(low, 0.0, x)
    return xp.where(low, _scaled_exp(xp, x, xp.where(low, x, 0.0)), inner * gate(xp, inner))


def silu(xp: Any, x: Array) -> Array:
    return _gated(xp, x, sigmoid)


def silu_slope(xp: Any, x: Array) -> Array:
    low = x < -700.0
    s = xp.where(low, 0.0, size(xp, x))
    e = xp.exp(-s)
    top = xp.where(x >= 0.0, 1.0 + decayed(xp, 1.0 + s, e), e * ((1.0 - s) + e))
    return xp.where(low, _scaled_exp(xp, 1.0 + x, xp.where(low, x, 0.0)), top / (1.0 + e * (2.0 + e)))


def mish_gate(xp: Any, x: Array) -> Array:
    w = xp.exp(-size(xp, x))
    n = w * (w + 2.0)
    return xp.where(x >= 0.0, (1.0 + 2.0 * w) / (1.0 + 2.0 * w + 2.0 * w * w), n / (n + 2.0))


def mish_gate_slope(xp: Any, x: Array) -> Array:
    w = xp.exp(-size(xp, x))
    right, left = (1.0 + w) * (1.0 + w) + w * w, (1.0 + w) * (1.0 + w) + 1.0
    return xp.where(x >= 0.0, 4.0 * w * w * (1.0 + w) / (right * right), 4.0 * w * (1.0 + w) / (left * left))


def mish(xp: Any, x: Array) -> Array:
    return _gated(xp, x, mish_gate)


def mish_slope(xp: Any, x: Array) -> Array:
    low, inner = x < -700.0, xp.where((x < 0.0) & (x >= -700.0), x, 0.0)
    e = xp.exp(inner)
    omega = 4.0 * (inner + 1.0) + e * ((4.0 * inner + 6.0) + e * (4.0 + e))
    delta = e * (e + 2.0) + 2.0
    right = mish_gate(xp, x) + decayed(xp, x, mish_gate_slope(xp, x))
    left = xp.where(low, _scaled_exp(xp, 1.0 + x, xp.where(low, x, 0.0)), e * omega / (delta * delta))
    return xp.where(x < 0.0, left, right)


def softsign(xp: Any, x: Array) -> Array:
    endless = size(xp, x) == math.inf
    inner = xp.where(endless, 0.0, x)
    return xp.where(endless, xp.sign(x), inner / (1.0 + size(xp, inner)))


def gaussian(xp: Any, x: Array) -> Array:
    s = xp.where(size(xp, x) > 28.0, 28.0, size(xp, x))
    head = xp.round(s * 16.0) / 16.0
    return xp.where(size(xp, x) > 28.0, 0.0, xp.exp(-head * head) * xp.exp((head - s) * (head + s)))


def normal_pdf(xp: Any, x: Array) -> Array:
    s = xp.where(size(xp, x) > 39.0, 39.0, size(xp, x))
    head = xp.round(s * 16.0) / 16.0
    density = f.INV_SQRT_2PI * (xp.exp(-0.5 * head * head) * xp.exp(0.5 * ((head - s) * (head + s))))
    return xp.where(size(xp, x) > 39.0, 0.0, density)


def gelu_tanh(xp: Any, x: Array) -> Array:
    return decayed(xp, x, gelu_tanh_gate(xp, x))


def gelu_tanh_gate(xp: Any, x: Array) -> Array:
    return sigmoid(xp, x * (f.GELU_C + f.GELU_D * (x * x)))


def gelu_tanh_gate_spread(xp: Any, x: Array) -> Array:
    return sigmoid_slope(xp, x * (f.GELU_C + f.GELU_D * (x * x)))


# Steps and choices ---------------------------------------------------------------------------------------------------
def sign(xp: Any, x: Array) -> Array:
    return xp.where(x > 0.0, 1.0, xp.where(x < 0.0, -1.0, x))


def heaviside(xp: Any, x: Array) -> Array:
    return xp.where(x > 0.0, 1.0, xp.where(x <= 0.0, 0.0, x))


def piecewise(xp: Any, x: Array, negative: Array, zero: Array, positive: Array) -> Array:
    inner = either(xp, x, x == 0.0, zero, math.nan)
    return xp.where(x > 0.0, positive, xp.where(x < 0.0, negative, inner))


def inside(xp: Any, x: Array, low: Array, high: Array) -> Array:
    return xp.where((low < x) & (x < high), 1.0, either(xp, x, x == x, 0.0, math.nan))


def preferred(xp: Any, a: Array, b: Array) -> Array:
    model = b if isinstance(a, float) else a
    return xp.where(a > b, 1.0, xp.where(a < b, 0.0, either(xp, model, a == b, 0.5, math.nan)))


def within(xp: Any, x: Array, low: Array, high: Array) -> Array:
    return xp.where((low <= x) & (x <= high), x + 0.0, math.nan)


def maximum(xp: Any, a: Array, b: Array) -> Array:
    return xp.where((a > b) | (a != a), a, b)


def minimum(xp: Any, a: Array, b: Array) -> Array:
    return xp.where((a < b) | (a != a), a, b)


def clip(xp: Any, x: Array, low: Array, high: Array) -> Array:
    return minimum(xp, maximum(xp, x, low), high)


def where(xp: Any, condition: Array, a: Array, b: Array) -> Array:
    if isinstance(condition, float):
        condition, *_ = alike(xp, condition, a, b)
    return either(xp, condition, condition != 0.0, a, b)


# Rows of numbers: `x` has shape (rows, entries, …); what is absent is -inf -------------------------------------------
def _shifted(xp: Any, x: Array) -> tuple[Array, Array]:
    """exp(x − largest) and the largest of each row."""
    peak = xp.amax(x, 1)[:, None]
    return xp.exp(x - peak), peak[:, 0]


def softmax_entry(xp: Any, x: Array, entries: Any) -> Array:
    """All entries of the softmax of every row."""
    powers, _ = _shifted(xp, x)
    return powers / powers.sum(1)[:, None]


def logsumexp(xp: Any, x: Array, entries: Any) -> Array:
    """largest + log1p(the other powers), as in numerics.py."""
    powers, peak = _shifted(xp, x)
    endless = xp.where(size(xp, peak) == math.inf, peak, 0.0)
    value = peak + xp.log1p(_others(xp, x, powers))
    undefined = (x != x).sum(1) > 0
    return xp.where(undefined, math.nan, xp.where(endless != 0.0, endless, value))


def cross_entropy(xp: Any, x: Array, entries: Any) -> Array:
    """(largest − wanted) + log1p(the other powers)."""
    powers, peak = _shifted(xp, x)
    wanted = x[xp.arange(len(entries)), entries]
    gap = xp.where(wanted == peak, 0.0, peak - wanted)
    return gap + xp.log1p(_others(xp, x, powers, entries))


def _others(xp: Any, x: Array, powers: Array, entries: Any = None) -> Array:
    """The sum of all powers but that of the largest entry (of several largest, the wanted one or the first)."""
    at = xp.argmax(x, 1)
    place = xp.arange(x.shape[1]).reshape(1, -1, *[1] * (x.ndim - 2))
    if entries is not None:
        rows = xp.arange(len(entries))
        entry = xp.asarray(entries).reshape(-1, *[1] * (at.ndim - 1)) + 0 * at
        at = xp.where(x[rows, entries] == xp.amax(x, 1), entry, at)
    return xp.where(place == at[:, None], 0.0, powers).sum(1)


def mod(xp: Any, a: Any, b: Any) -> Any:
    whole = (b != 0.0) & (size(xp, a) < math.inf)
    return xp.where(whole, xp.remainder(xp.where(whole, a, 1.0), xp.where(whole, b, 1.0)), math.nan)


def floor_divide(xp: Any, a: Any, b: Any) -> Any:
    a, b = (x.detach() if hasattr(x, "detach") else x for x in (a, b))  # torch has no derivative for it, not even 0
    whole = (b != 0.0) & (size(xp, a) < math.inf)
    return xp.where(whole, xp.floor_divide(xp.where(whole, a, 1.0), xp.where(whole, b, 1.0)), math.nan)


ARRAYS: dict[str, Function] = {
    function.__name__: function
    for function in (
        *(mod, floor_divide, one_minus_square, power_partial, rsqrt, cbrt, atan2, hypot, direction_cosine),
        *(sigmoid, sigmoid_slope, softplus, logsigmoid, logaddexp, sech2, logcosh, relu, leaky_relu, relu6, hardtanh),
        *(
            hardsigmoid,
            elu,
            celu,
            selu,
            decayed,
            silu,
            silu_slope,
            mish_gate,
            mish_gate_slope,
            mish,
            mish_slope,
            softsign,
        ),
        *(gaussian, normal_pdf, gelu_tanh, gelu_tanh_gate, gelu_tanh_gate_spread),
        *(sign, heaviside, piecewise, inside, preferred, within, maximum, minimum, clip, where),
        *(softmax_entry, logsumexp, cross_entropy),
    )
} | {"pow": power}
