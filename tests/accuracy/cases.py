"""What is measured: every operation of the table, towards every argument, with its definition and its domain.

A definition is the textbook formula in mpmath. `test_accuracy.py` checks that no row of the table is missing here.
"""

import math
import random
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

from mpmath import mp, mpf

from autograd import OPERATIONS

BOUNDS = (2.0, 4.0, 8.0, 32.0)  # ulps allowed in the value and in the first, second and third derivative
HUGE = 1e300


@dataclass(frozen=True)
class Case:
    """An operation as a function of one of its arguments.

    `name` as in "pow[x**1.5]"; `apply` on Values, `truth` on mpmath numbers, both of all arguments; `domain` of the
    moving argument; `singular` the places, complex ones included, where the truth is not analytic (or a
    function of the arguments that returns them); `beside` points to
    sample close to: zeros, kinks and branch switches; `others` draws the arguments that stand still; `order` is how
    many derivatives the operation itself takes off the bounds, because it is a derivative (sech2 is that of tanh).
    """

    name: str
    apply: Callable[..., Any]
    truth: Callable[..., Any]
    domain: tuple[float, float] = (-HUGE, HUGE)
    singular: tuple[complex, ...] | Callable[..., tuple[Any, ...]] = ()
    beside: tuple[float, ...] = (0.0,)
    moving: int = 0
    others: Callable[[random.Random, float], Sequence[float]] = lambda rng, x: ()
    order: int = 0
    slack: Callable[..., float] = lambda *args: 1.0

    @property
    def row(self) -> str:
        """The name of the row of the table."""
        return self.name.partition("[")[0]

    def bound(self, k: int) -> float:
        """Ulps allowed in the k-th derivative."""
        return BOUNDS[min(k + self.order, 3)]

    def scale(self, args: Sequence[float]) -> Any:
        """The distance from the moving argument to the next singularity, 1 if there is none."""
        places = self.singular(*args) if callable(self.singular) else self.singular
        return min((abs(mp.mpc(args[self.moving]) - s) for s in places), default=mpf(1))


def points(case: Case, count: int, seed: int = 0) -> Iterable[tuple[float, ...]]:
    """`count` random arguments: log-uniform over the domain, uniform on [−10, 10], and beside the special points."""
    rng = random.Random(f"{case.name} {seed}")
    low, high = case.domain
    for i in range(count):
        x = _draw(rng, case, i)
        while not low < x < high or x in case.beside:
            x = _draw(rng, case, i)
        others = list(case.others(rng, x))
        args = (*others[: case.moving], x, *others[case.moving :])
        if case.scale(args):
            yield args


def _draw(rng: random.Random, case: Case, i: int) -> float:
    kind = i % 4
    if kind < 2:
        return _log_uniform(rng, *case.domain)
    if kind == 2:
        return rng.uniform(-10.0, 10.0) if case.domain[0] < 10.0 else _log_uniform(rng, *case.domain)
    center = rng.choice((*case.beside, *(b for b in case.domain if abs(b) < 1e5)) or (1.0,))
    return center + rng.choice((-1.0, 1.0)) * 10.0 ** rng.uniform(-17.0, 0.0) * max(abs(center), 1.0)


def _log_uniform(rng: random.Random, low: float, high: float) -> float:
    top = max(abs(low), abs(high))
    size = math.exp(rng.uniform(math.log(1.0 / top if top > 1e9 else 1e-20), math.log(top)))
    return math.copysign(size, rng.uniform(-1.0 if low < 0.0 else 0.0, 1.0 if high > 0.0 else 0.0))


def log_size(rng: random.Random, low: float = 1e-8, high: float = 1e8) -> float:
    """A log-uniform number of either sign."""
    return rng.choice((-1.0, 1.0)) * math.exp(rng.uniform(math.log(low), math.log(high)))


# Definitions ------------------------------------------------------------------------------------------------------------
def logcosh(x: Any) -> Any:
    return mp.log1p(2 * mp.sinh(x / 2) ** 2)


def sech2(x: Any) -> Any:
    return 1 / mp.cosh(x) ** 2


def sigmoid(x: Any) -> Any:
    return 1 / (1 + mp.exp(-x))


def sigmoid_slope(x: Any) -> Any:
    return 1 / (4 * mp.cosh(x / 2) ** 2)


def softplus(x: Any) -> Any:
    return mp.log1p(mp.exp(x))


def silu(x: Any) -> Any:
    return x * sigmoid(x)


def silu_slope(x: Any) -> Any:
    return sigmoid(x) + x * sigmoid_slope(x)


def mish_gate(x: Any) -> Any:
    return mp.tanh(softplus(x))


def mish_gate_slope(x: Any) -> Any:
    return sigmoid(x) * sech2(softplus(x))


def silu_curvature(x: Any) -> Any:
    return sigmoid_slope(x) * (2 - x * mp.tanh(x / 2))


def mish_gate_ratio(x: Any) -> Any:
    return sigmoid(-x) - 2 * sigmoid(x) * mish_gate(x)


def mish_curvature(x: Any) -> Any:
    return mish_gate_slope(x) * (2 + x * mish_gate_ratio(x))


def normal_cdf(x: Any) -> Any:
    return mp.erfc(-x / mp.sqrt(2)) / 2


def normal_pdf(x: Any) -> Any:
    return mp.exp(-x * x / 2) / mp.sqrt(2 * mp.pi)


def gelu_tanh(x: Any) -> Any:
    return x * sigmoid(2 * mp.sqrt(2 / mp.pi) * (x + mpf("0.044715") * x**3))


def cbrt(x: Any) -> Any:
    return mp.sign(x) * mp.cbrt(abs(x))


def lgamma(x: Any) -> Any:
    return mp.loggamma(x) if x > 0 else mp.log(abs(mp.pi / mp.sinpi(x))) - mp.loggamma(1 - x)


def elu(x: Any, alpha: Any) -> Any:
    return x if x > 0 else alpha * mp.expm1(x)


def celu(x: Any, alpha: Any) -> Any:
    return x if x > 0 else alpha * mp.expm1(x / alpha)


def selu(x: Any) -> Any:
    scale, alpha = mpf("1.0507009873554804934193349852946"), mpf("1.6732632423543772848170429916717")
    return scale * (x if x > 0 else alpha * mp.expm1(x))


def clamp(x: Any, low: Any, high: Any) -> Any:
    return min(max(x, low), high)


def power(a: Any, b: Any) -> Any:
    return (-1) ** int(b) * abs(a) ** b if a < 0 else a**b


def integers(low: float, high: float) -> tuple[float, ...]:
    return tuple(float(i) for i in range(int(low), int(high) + 1))


def half_integers(x: float) -> tuple[float, ...]:
    """Where a step may be."""
    return (math.floor(x), math.floor(x) + 0.5, math.floor(x) + 1.0)


def on_the_circle(a: float, b: float, moving: int) -> tuple[Any, ...]:
    """hypot and atan2 are singular where a² + b² = 0."""
    return mp.mpc(0, (b, a)[moving]), mp.mpc(0, -(b, a)[moving])


def _sized(low: float = 1e-8, high: float = 1e8) -> Callable[[random.Random, float], Sequence[float]]:
    return lambda rng, x: (log_size(rng, low, high),)


def _one(name: str, truth: Callable[..., Any], **rest: Any) -> Case:
    """A row of one argument."""
    return Case(name, OPERATIONS[name], truth, **rest)


PI_HALVES = tuple(k * math.pi / 2 for k in range(-8, 9))
EXP = (-745.0, 709.7)
I_PI = (1j * math.pi, -1j * math.pi)

# fmt: off
# ruff: noqa: E501
UNARY = (
    _one("neg", lambda x: -x),
    _one("abs", abs, singular=(0,)),
    _one("square", lambda x: x * x, domain=(-1e150, 1e150)),
    _one("reciprocal", lambda x: 1 / x, singular=(0,)),
    _one("exp", mp.exp, domain=EXP),
    _one("expm1", mp.expm1, domain=EXP),
    _one("exp2", lambda x: mpf(2) ** x, domain=(-1074.0, 1023.9)),
    _one("log", mp.log, domain=(1e-300, HUGE), singular=(0,), beside=(1.0,)),
    _one("log1p", mp.log1p, domain=(-1.0, HUGE), singular=(-1,), beside=(0.0,)),
    _one("log2", lambda x: mp.log(x) / mp.log(2), domain=(1e-300, HUGE), singular=(0,), beside=(1.0,)),
    _one("log10", lambda x: mp.log(x) / mp.log(10), domain=(1e-300, HUGE), singular=(0,), beside=(1.0,)),
    _one("sqrt", mp.sqrt, domain=(1e-300, HUGE), singular=(0,), beside=(1.0,)),
    _one("rsqrt", lambda x: 1 / mp.sqrt(x), domain=(1e-300, HUGE), singular=(0,), beside=(1.0,)),
    _one("one_minus_square", lambda x: (1 - x) * (1 + x), domain=(-1e150, 1e150), beside=(-1.0, 0.0, 1.0)),
    _one("cbrt", cbrt, singular=(0,)),
    _one("sin", mp.sin, domain=(-1e8, 1e8), beside=PI_HALVES),
    _one("cos", mp.cos, domain=(-1e8, 1e8), beside=PI_HALVES),
    _one("tan", mp.tan, domain=(-1e4, 1e4), beside=PI_HALVES),
    _one("asin", mp.asin, domain=(-1.0, 1.0), singular=(-1, 1)),
    _one("acos", mp.acos, domain=(-1.0, 1.0), singular=(-1, 1)),
    _one("atan", mp.atan, singular=(1j, -1j), beside=(-1.0, 0.0, 1.0, 3**-0.5, -(3**-0.5), 1e8)),
    _one("sinh", mp.sinh, domain=(-710.0, 710.0)),
    _one("cosh", mp.cosh, domain=(-710.0, 710.0)),
    _one("tanh", mp.tanh, domain=(-1e4, 1e4), singular=(0.5j * math.pi, -0.5j * math.pi), beside=(0.0, 0.75, -0.75, 0.6584789484624084, 340.0)),
    _one("sech2", sech2, domain=(-1e4, 1e4), singular=(0.5j * math.pi, -0.5j * math.pi), beside=(0.0, 0.75, -0.75, 0.6584789484624084, 340.0), order=1),
    _one("asinh", mp.asinh, singular=(1j, -1j), beside=(0.0, 0.7071067811865476)),
    _one("acosh", mp.acosh, domain=(1.0, HUGE), singular=(1, -1), beside=(2.0,)),
    _one("atanh", mp.atanh, domain=(-1.0, 1.0), singular=(-1, 1)),
    _one("sigmoid", sigmoid, domain=(-1e4, 1e4), singular=I_PI, beside=(0.0, 37.0, -37.0, 1.3169578969248166)),
    _one("sigmoid_slope", sigmoid_slope, domain=(-1e4, 1e4), singular=I_PI, beside=(0.0, 1.3169578969248166), order=1),
    _one("logsigmoid", lambda x: -softplus(-x), domain=(-1e9, 1e9), singular=I_PI),
    _one("softplus", softplus, domain=(-1e9, 1e9), singular=I_PI),
    _one("logcosh", logcosh, domain=(-1e9, 1e9), singular=(0.5j * math.pi, -0.5j * math.pi), beside=(0.0, 1.0, -1.0, 0.75)),
    _one("relu", lambda x: max(x, 0), singular=(0,)),
    _one("relu6", lambda x: clamp(x, 0, 6), singular=(0, 6), beside=(0.0, 6.0)),
    _one("hardtanh", lambda x: clamp(x, -1, 1), singular=(-1, 1), beside=(0.0, -1.0, 1.0)),
    _one("hardsigmoid", lambda x: clamp(x + 3, 0, 6) / 6, singular=(-3, 3), beside=(0.0, -3.0, 3.0)),
    _one("selu", selu, domain=(-1e4, HUGE), singular=(0,)),
    _one("silu", silu, domain=(-1e4, 1e9), singular=I_PI, beside=(0.0, -1.2784645427610738, -2.399357280520548, 2.399357280520548, -700.0)),
    _one("silu_slope", silu_slope, domain=(-1e4, 1e9), singular=I_PI, beside=(0.0, -1.2784645427610738, -700.0), order=1),
    _one("mish", lambda x: x * mish_gate(x), domain=(-1e4, 1e9), singular=(1j, -1j), beside=(0.0, -1.1924, -2.2564, 1.4906, -700.0)),
    _one("mish_slope", lambda x: mish_gate(x) + x * mish_gate_slope(x), domain=(-1e4, 1e9), singular=(1j, -1j), beside=(0.0, -1.1924, -700.0), order=1),
    _one("mish_gate", mish_gate, domain=(-1e4, 1e4), singular=(1j, -1j), beside=(0.0, -0.4, 0.4), order=2),
    _one("mish_gate_slope", mish_gate_slope, domain=(-1e4, 1e4), singular=(1j, -1j), beside=(0.0, -0.4), order=2),
    _one("silu_curvature", silu_curvature, domain=(-1e4, 1e4), singular=I_PI, beside=(0.0, 2.399357280520548, -2.399357280520548), order=2),
    _one("mish_curvature", mish_curvature, domain=(-1e4, 1e4), singular=(1j, -1j), beside=(0.0, -2.2564, 1.4906), order=2),
    _one("mish_gate_ratio", mish_gate_ratio, domain=(-1e4, 1e4), singular=(1j, -1j), beside=(0.0, -0.1174), order=3),
    _one("softsign", lambda x: x / (1 + abs(x)), singular=(0,), beside=(0.0, 1.0)),
    _one("gelu", lambda x: x * normal_cdf(x), domain=(-1e4, 1e9), beside=(0.0, -0.7517915, 1.4142135623730951, -1.4142135623730951)),
    _one("gelu_tanh", gelu_tanh, domain=(-1e3, 1e9), singular=(1j, -1j), beside=(0.0, -0.7524614, 1.4217, -1.4217)),
    _one("gelu_tanh_gate", lambda x: gelu_tanh(x) / x, domain=(-1e3, 1e9), singular=(1j, -1j), beside=(0.0, -0.3), order=1),
    _one("gelu_tanh_gate_spread", lambda x: gelu_tanh(x) * gelu_tanh(-x) / -(x**2), domain=(-1e3, 1e9), singular=(1j, -1j), beside=(0.0, -0.3), order=1),
    _one("celu_slope_alpha", lambda x: mp.expm1(x) - x * mp.exp(x), domain=(-700.0, 700.0), beside=(0.0, -1.0, 1.0), order=1),
    _one("erf", mp.erf, domain=(-30.0, 30.0)),
    _one("erfc", mp.erfc, domain=(-30.0, 30.0)),
    _one("gaussian", lambda x: mp.exp(-x * x), domain=(-30.0, 30.0), beside=(0.0, 0.7071067811865476), order=1),
    _one("normal_cdf", normal_cdf, domain=(-40.0, 40.0), beside=(0.0, 1.0)),
    _one("normal_pdf", normal_pdf, domain=(-40.0, 40.0), beside=(0.0, 1.0, -1.0), order=1),
    _one("lgamma", lgamma, domain=(-50.5, 1e300), singular=integers(-60, 0), beside=(1.0, 2.0, 1.4616321449683623, -0.5, -1.5, -2.457024738220801)),
    *(_one(name, lambda x, g=g: mpf(g(x)), domain=(-1e15, 1e15), singular=half_integers) for name, g in
      (("sign", mp.sign), ("heaviside", lambda x: x > 0), ("floor", mp.floor), ("ceil", mp.ceil), ("round", mp.nint), ("trunc", int))),
)


def _two(name: str, truth: Callable[..., Any], moving: int, **rest: Any) -> Case:
    """A row of two arguments, towards one of them."""
    argument = "ab"[moving]
    return Case(f"{name}[{argument}]", OPERATIONS[name], truth, moving=moving, **{"others": _sized(), **rest})


def _binary(moving: int) -> tuple[Case, ...]:
    """The rows of two arguments, towards one of them."""
    return (
        _two("add", lambda a, b: a + b, moving, domain=(-1e150, 1e150)),
        _two("sub", lambda a, b: a - b, moving, domain=(-1e150, 1e150)),
        _two("mul", lambda a, b: a * b, moving, domain=(-1e150, 1e150)),
        _two("div", lambda a, b: a / b, moving, domain=(-1e75, 1e75), singular=(0,) if moving else ()),
        _two("atan2", mp.atan2, moving, domain=(-1e75, 1e75), others=lambda rng, x: (x * log_size(rng, 1e-3, 1e3),), singular=partial(on_the_circle, moving=moving)),
        _two("hypot", mp.hypot, moving, domain=(-1e75, 1e75), others=lambda rng, x: (x * log_size(rng, 1e-3, 1e3),), singular=partial(on_the_circle, moving=moving)),
        _two("direction_cosine", lambda a, b: a / mp.hypot(a, b), moving, domain=(-1e75, 1e75), others=lambda rng, x: (x * log_size(rng, 1e-3, 1e3),), singular=partial(on_the_circle, moving=moving), order=1),
        _two("logaddexp", lambda a, b: max(a, b) + mp.log1p(mp.exp(-abs(a - b))), moving, domain=(-1e6, 1e6), others=lambda rng, x: (x + log_size(rng, 1e-6, 700.0),), singular=lambda a, b: ((b, a)[moving],), slack=lambda a, b: max(1.0, abs(a - b))),
        _two("leaky_relu", lambda x, slope: x if x > 0 else slope * x, moving, domain=(-1e75, 1e75), singular=lambda a, b: () if moving else (0,)),
        _two("elu", elu, moving, domain=(-700.0, 1e9), others=lambda rng, x: (log_size(rng, 1e-2, 10.0),), singular=lambda a, b: () if moving else (0,)),
        _two("celu", celu, moving, domain=(-700.0, 1e9) if moving == 0 else (1e-2, 1e3), others=lambda rng, x: (abs(log_size(rng, 0.1, 10.0)) if moving == 0 else -x * abs(log_size(rng, 1e-3, 600.0)),), singular=(0,), slack=lambda x, alpha: max(1.0, abs(x / alpha))),
        _two("maximum", max, moving, domain=(-1e75, 1e75), singular=lambda a, b: ((b, a)[moving],)),
        _two("minimum", min, moving, domain=(-1e75, 1e75), singular=lambda a, b: ((b, a)[moving],)),
        _two("decayed", lambda a, b: a * b, moving, domain=(-1e75, 1e75)),
    )


EXPONENTS = (2.0, 3.0, -1.0, -2.0, 0.5, -0.5, 1.5, 2.5, 1.0 / 3.0, 10.0, 0.1, -3.7)


def _power(c: float) -> Case:
    """x ** c, with x of either sign where that is real."""
    size = min(HUGE, 1e300 ** (1.0 / (abs(c) + 4.0)))
    low = -size if c == int(c) else 1.0 / size
    return Case(f"pow[x**{c:.3g}]", lambda x: x**c, lambda x: power(x, mpf(c)), domain=(low, size), singular=(0,), beside=(1.0,))


POWERS = (
    *map(_power, EXPONENTS),
    *(Case(f"pow[{c}**x]", lambda x, c=c: c**x, lambda x, c=c: mpf(c) ** x, domain=(-300.0, 300.0)) for c in (0.5, 2.0, 10.0, 1.0)),
    Case("pow[a]", OPERATIONS["pow"], power, domain=(1e-20, 1e20), singular=(0,), beside=(1.0,), others=lambda rng, x: (log_size(rng, 1e-3, 10.0),)),
    Case("pow[b]", OPERATIONS["pow"], power, domain=(-10.0, 10.0), moving=1, others=lambda rng, x: (abs(log_size(rng, 1e-20, 1e20)),)),
)
# fmt: on

CASES = (*UNARY, *_binary(0), *_binary(1), *POWERS)
