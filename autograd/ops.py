"""The table of operations: the single source of truth that every part of glassgrad reads.

A row is a name, a symbol for drawings, the forward function on floats, and one formula per argument for the local
derivative towards that argument. In a formula

    a, b, c   are the arguments,
    y         is the result of the operation,
    xs        are all arguments of an operation that takes any number of them,

and everything else is another row of the table, an ordinary operator or a number. A formula that is a plain number is
a constant derivative. Because formulas are made of rows, the same text is read in more than one world:

    on floats    when a node is made: the number that the node stores as its local derivative;
    on Values    when a gradient must itself be differentiated: the formula then builds a graph, again of rows;
    on anything  that has a method `_apply_operation(row, arguments)`: dual numbers, the tracer of the recorder.

Formulas have no branches. A kink or an accurate special case is a row of its own (`heaviside`, `piecewise`, `sech2`),
so it survives a second derivative and a replay. To add an operation, add a row: tests, documentation, drawings, replay
and higher orders find it here. The conventions at awkward points are those of notebooks/reference.md.
"""

import math
import operator
from collections.abc import Callable, Sequence
from types import FunctionType
from typing import Any

from autograd.numerics import floats as f
from autograd.numerics.ieee import Ieee
from autograd.numerics.object_arrays import has_axes, over_arrays
from autograd.numerics.real import as_float
from autograd.numerics.signatures import signature

Formula = Callable[..., Any] | float
OPERATIONS: dict[str, "Operation"] = {}


class Operation:
    """One row: call it with numbers for a float, with Values for a Value, with arrays for an array of such.

    Attributes: `name`, `symbol`; `forward`, floats to float, never raising for a numeric reason; `derivatives`, one
    formula per argument (for a `variadic` row a single formula that returns all of them); `on_floats`, the same
    formulas bound to the forward functions; `chooses`, of a row whose result is one of its arguments: the position of
    that one, from the first argument (None if that is nan). What is not chosen is an operand, and no parent.
    """

    def __init__(
        self,
        name: str,
        symbol: str,
        forward: Callable[..., float],
        *derivatives: Formula,
        variadic: bool = False,
        chooses: Callable[[float], int | None] | None = None,
    ) -> None:
        self.name = name
        self.symbol = symbol
        self.forward = forward
        self.derivatives = derivatives
        self.on_floats = derivatives
        self.variadic = variadic
        self.chooses = chooses
        self.by_type: dict[type, Callable[[Any], Any]] = {}  # short cuts for one argument, by its type
        if len(derivatives) == 1 and not variadic:
            self.by_type[float] = forward
        self._defaults: tuple[float, ...] = getattr(forward, "__defaults__", None) or ()
        self.__doc__ = f.PYTHONS_OWN.get(name) or forward.__doc__
        self.__name__ = self.__qualname__ = name

    def __getattr__(self, name: str) -> Any:
        """`__signature__`, worked out when it is first asked for: by help(), or by a call with keywords."""
        if name != "__signature__":
            raise AttributeError(f"an operation has no attribute {name!r}")
        self.__signature__ = signature(self.forward, None if self.variadic else len(self.derivatives))
        return self.__signature__

    def __call__(self, *args: Any, **named: Any) -> Any:
        if len(args) == 1 and not named and (method := self.by_type.get(type(args[0]))) is not None:
            return method(args[0])
        return self._call_general(args, named)

    def _call_general(self, args: tuple[Any, ...], named: dict[str, Any]) -> Any:
        """Hand over to the first argument that knows how to apply an operation; without one, compute on floats."""
        if named or not (self.variadic or len(args) == len(self.derivatives)):
            args = self._complete(args, named)
        try:
            for a in args:
                handler = getattr(type(a), "_apply_operation", None)
                if handler is not None and (result := handler(a, self, args)) is not NotImplemented:
                    return result
            return self.forward(*[as_float(a) for a in args])
        except TypeError:
            if self.variadic or not any(map(has_axes, args)):
                raise
        return over_arrays(self, args)

    def _complete(self, args: tuple[Any, ...], named: dict[str, Any]) -> tuple[Any, ...]:
        """Arguments by position, from keywords and the defaults of `forward`."""
        missing = len(self.derivatives) - len(args)
        if not named and 0 <= missing <= len(self._defaults):
            return args + self._defaults[len(self._defaults) - missing :]
        try:
            bound = self.__signature__.bind(*args, **named)
        except TypeError as error:
            raise TypeError(f"{self.name}{self.__signature__}: {error}") from None
        bound.apply_defaults()
        return tuple(bound.args)

    def local_grads(self, args: Sequence[float], y: float) -> tuple[float, ...]:
        """∂y/∂arg for every argument, as floats, by IEEE arithmetic where a plain float operation would raise."""
        try:
            return self._evaluate(self.on_floats, args, y)
        except (ArithmeticError, ValueError):
            on_ieee = self._evaluate(self.derivatives, [Ieee(a) for a in args], Ieee(y))
            return tuple(float(d) for d in on_ieee)

    def _evaluate(self, formulas: tuple[Formula, ...], args: Sequence[float], y: float) -> tuple[float, ...]:
        if self.variadic:
            (formula,) = formulas
            return tuple(formula(args, y))  # type: ignore[operator]
        return tuple([d(*args, y) if callable(d) else d for d in formulas])

    def __repr__(self) -> str:
        return f"<operation {self.name}>"

    def __reduce__(self) -> str:
        return self.__qualname__  # pickled by name: an operation is a global, never a copy


def _row(name: str, symbol: str, forward: Callable[..., float], *derivatives: Formula, **kind: Any) -> Operation:
    OPERATIONS[name] = row = Operation(name, symbol, forward, *derivatives, **kind)
    return row


INF, LN2, LOG2_E, LOG10_E = f.INF, f.LN2, f.LOG2_E, f.LOG10_E
SELU_SCALE, SELU_SCALE_ALPHA, TWO_OVER_SQRT_PI = f.SELU_SCALE, f.SELU_SCALE_ALPHA, f.TWO_OVER_SQRT_PI
GELU_C, GELU_D = f.GELU_C, f.GELU_D

Row = Operation  # said on every line because the formulas refer to rows further down

# fmt: off
# ruff: noqa: E501
# Arithmetic
add: Row                   = _row("add", "+", operator.add, 1.0, 1.0)
sub: Row                   = _row("sub", "−", operator.sub, 1.0, -1.0)
mul: Row                   = _row("mul", "×", operator.mul, lambda a, b, y: b, lambda a, b, y: a)
div: Row                   = _row("div", "÷", f.divide, lambda a, b, y: 1.0 / b, lambda a, b, y: -(y / b))
neg: Row                   = _row("neg", "neg", operator.neg, -1.0)
mod: Row                   = _row("mod", "%", f.mod, lambda a, b, y: inside(y, -INF, INF), lambda a, b, y: -floor_divide(a, b))
floor_divide: Row          = _row("floor_divide", "//", f.floor_divide, 0.0, 0.0)
pow: Row                   = _row("pow", "^", f.power, lambda a, b, y: power_partial(a, b, 1.0, 0.0), lambda a, b, y: power_partial(a, b, 0.0, 1.0))
power_partial: Row         = _row("power_partial", "∂^", f.power_partial, lambda a, b, k, m, y: power_partial(a, b, k + 1.0, m), lambda a, b, k, m, y: power_partial(a, b, k, m + 1.0), 0.0, 0.0)
abs: Row                   = _row("abs", "abs", operator.abs, lambda a, y: sign(a))
square: Row                = _row("square", "²", lambda x: x * x, lambda a, y: 2.0 * a)
reciprocal: Row            = _row("reciprocal", "1/x", f.reciprocal, lambda a, y: -(y * y))

# Exponentials, logarithms, roots
exp: Row                   = _row("exp", "exp", f.exp, lambda a, y: y)
expm1: Row                 = _row("expm1", "expm1", f.expm1, lambda a, y: exp(a))
exp2: Row                  = _row("exp2", "exp2", f.exp2, lambda a, y: LN2 * y)
log: Row                   = _row("log", "log", f.log, lambda a, y: 1.0 / within(a, 0.0, INF))
log1p: Row                 = _row("log1p", "log1p", f.log1p, lambda a, y: 1.0 / (1.0 + within(a, -1.0, INF)))
log2: Row                  = _row("log2", "log2", f.log2, lambda a, y: LOG2_E / within(a, 0.0, INF))
log10: Row                 = _row("log10", "log10", f.log10, lambda a, y: LOG10_E / within(a, 0.0, INF))
sqrt: Row                  = _row("sqrt", "√", f.sqrt, lambda a, y: 0.5 * rsqrt(a))
rsqrt: Row                 = _row("rsqrt", "1/√", f.rsqrt, lambda a, y: -0.5 * y / within(a, 0.0, INF))
one_minus_square: Row      = _row("one_minus_square", "1−x²", f.one_minus_square, lambda a, y: -2.0 * a)
cbrt: Row                  = _row("cbrt", "∛", f.cbrt, lambda a, y: (1.0 / 3.0) / (y * y))

# Trigonometric and hyperbolic
sin: Row                   = _row("sin", "sin", f.sin, lambda a, y: cos(a))
cos: Row                   = _row("cos", "cos", f.cos, lambda a, y: -sin(a))
tan: Row                   = _row("tan", "tan", f.tan, lambda a, y: 1.0 + y * y)
asin: Row                  = _row("asin", "asin", f.asin, lambda a, y: rsqrt(one_minus_square(a)))
acos: Row                  = _row("acos", "acos", f.acos, lambda a, y: -rsqrt(one_minus_square(a)))
atan: Row                  = _row("atan", "atan", math.atan, lambda a, y: 1.0 / hypot(1.0, a) / hypot(1.0, a))
atan2: Row                 = _row("atan2", "atan2", math.atan2, lambda a, b, y: b / hypot(a, b) / hypot(a, b), lambda a, b, y: -(a / hypot(a, b) / hypot(a, b)))
sinh: Row                  = _row("sinh", "sinh", f.sinh, lambda a, y: cosh(a))
cosh: Row                  = _row("cosh", "cosh", f.cosh, lambda a, y: sinh(a))
tanh: Row                  = _row("tanh", "tanh", math.tanh, lambda a, y: sech2(a))
sech2: Row                 = _row("sech2", "sech²", f.sech2, lambda a, y: -2.0 * (tanh(a) * y))
asinh: Row                 = _row("asinh", "asinh", math.asinh, lambda a, y: 1.0 / hypot(1.0, a))
acosh: Row                 = _row("acosh", "acosh", f.acosh, lambda a, y: 1.0 / (sqrt(a - 1.0) * sqrt(a + 1.0)))
atanh: Row                 = _row("atanh", "atanh", f.atanh, lambda a, y: 1.0 / within(one_minus_square(a), 0.0, INF))

# The logistic family and other activations
sigmoid: Row               = _row("sigmoid", "σ", f.sigmoid, lambda a, y: sigmoid_slope(a))
sigmoid_slope: Row         = _row("sigmoid_slope", "σ′", f.sigmoid_slope, lambda a, y: -(y * tanh(0.5 * a)))
logsigmoid: Row            = _row("logsigmoid", "log σ", f.logsigmoid, lambda a, y: sigmoid(-a))
softplus: Row              = _row("softplus", "softplus", f.softplus, lambda a, y: sigmoid(a))
logaddexp: Row             = _row("logaddexp", "logaddexp", f.logaddexp, lambda a, b, y: sigmoid(a - b), lambda a, b, y: sigmoid(b - a))
logcosh: Row               = _row("logcosh", "log cosh", f.logcosh, lambda a, y: tanh(a))
relu: Row                  = _row("relu", "relu", f.relu, lambda a, y: heaviside(a))
leaky_relu: Row            = _row("leaky_relu", "leaky relu", f.leaky_relu, lambda a, b, y: piecewise(a, b, b, 1.0), lambda a, b, y: piecewise(a, a, 0.0, 0.0))
relu6: Row                 = _row("relu6", "relu6", f.relu6, lambda a, y: inside(a, 0.0, 6.0))
hardtanh: Row              = _row("hardtanh", "hardtanh", f.hardtanh, lambda a, y: inside(a, -1.0, 1.0))
hardsigmoid: Row           = _row("hardsigmoid", "hardsigmoid", f.hardsigmoid, lambda a, y: inside(a, -3.0, 3.0) / 6.0)
elu: Row                   = _row("elu", "elu", f.elu, lambda a, b, y: piecewise(a, b * exp(-relu(-a)), b, 1.0), lambda a, b, y: piecewise(a, expm1(-relu(-a)), 0.0, 0.0))
celu: Row                  = _row("celu", "celu", f.celu, lambda a, b, y: piecewise(a, exp(-relu(-a) / b), 1.0, 1.0), lambda a, b, y: piecewise(a, celu_slope_alpha(-relu(-a) / b), 0.0, 0.0))
celu_slope_alpha: Row      = _row("celu_slope_alpha", "∂celu/∂α", f.celu_slope_alpha, lambda a, y: -decayed(a, exp(a)))
selu: Row                  = _row("selu", "selu", f.selu, lambda a, y: piecewise(a, SELU_SCALE_ALPHA * exp(-0.5 * relu(-a)) * exp(-0.5 * relu(-a)), SELU_SCALE_ALPHA, SELU_SCALE))
silu: Row                  = _row("silu", "silu", f.silu, lambda a, y: silu_slope(a))
silu_slope: Row            = _row("silu_slope", "silu′", f.silu_slope, lambda a, y: silu_curvature(a))
silu_curvature: Row        = _row("silu_curvature", "silu″", f.silu_curvature, lambda a, y: -decayed(3.0 * tanh(0.5 * a) + a * (0.5 - 1.5 * square(tanh(0.5 * a))), sigmoid_slope(a)))
mish: Row                  = _row("mish", "mish", f.mish, lambda a, y: mish_slope(a))
mish_slope: Row            = _row("mish_slope", "mish′", f.mish_slope, lambda a, y: mish_curvature(a))
mish_curvature: Row        = _row("mish_curvature", "mish″", f.mish_curvature, lambda a, y: decayed(mish_gate_ratio(a) * (3.0 + a * mish_gate_ratio(a)) - a * (sigmoid_slope(a) * (1.0 + 2.0 * mish_gate(a)) + 2.0 * sigmoid(a) * mish_gate_slope(a)), mish_gate_slope(a)))
mish_gate: Row             = _row("mish_gate", "mish gate", f.mish_gate, lambda a, y: mish_gate_slope(a))
mish_gate_slope: Row       = _row("mish_gate_slope", "mish gate′", f.mish_gate_slope, lambda a, y: y * mish_gate_ratio(a))
mish_gate_ratio: Row       = _row("mish_gate_ratio", "gate″/gate′", f.mish_gate_ratio, lambda a, y: -(sigmoid_slope(a) * (1.0 + 2.0 * mish_gate(a)) + 2.0 * sigmoid(a) * mish_gate_slope(a)))
softsign: Row              = _row("softsign", "softsign", f.softsign, lambda a, y: square(1.0 / (1.0 + abs(a))))
gelu: Row                  = _row("gelu", "gelu", f.gelu, lambda a, y: normal_cdf(a) + decayed(a, normal_pdf(a)))
gelu_tanh: Row             = _row("gelu_tanh", "gelu~", f.gelu_tanh, lambda a, y: gelu_tanh_gate(a) + decayed(a * (GELU_C + 3.0 * GELU_D * (a * a)), gelu_tanh_gate_spread(a)))
gelu_tanh_gate: Row        = _row("gelu_tanh_gate", "gelu~ gate", f.gelu_tanh_gate, lambda a, y: decayed(GELU_C + 3.0 * GELU_D * (a * a), gelu_tanh_gate_spread(a)))
gelu_tanh_gate_spread: Row = _row("gelu_tanh_gate_spread", "gelu~ spread", f.gelu_tanh_gate_spread, lambda a, y: -decayed((GELU_C + 3.0 * GELU_D * (a * a)) * tanh(0.5 * a * (GELU_C + GELU_D * (a * a))), y))
decayed: Row               = _row("decayed", "×", f.decayed, lambda a, b, y: b, lambda a, b, y: where(b, a, 0.0))

# Error function, normal distribution, gamma functions
erf: Row                   = _row("erf", "erf", math.erf, lambda a, y: TWO_OVER_SQRT_PI * gaussian(a))
erfc: Row                  = _row("erfc", "erfc", math.erfc, lambda a, y: -TWO_OVER_SQRT_PI * gaussian(a))
gaussian: Row              = _row("gaussian", "e^−x²", f.gaussian, lambda a, y: -2.0 * decayed(a, y))
normal_cdf: Row            = _row("normal_cdf", "Φ", f.normal_cdf, lambda a, y: normal_pdf(a))
normal_pdf: Row            = _row("normal_pdf", "φ", f.normal_pdf, lambda a, y: -decayed(a, y))
lgamma: Row                = _row("lgamma", "lgamma", f.lgamma, lambda a, y: polygamma(a, 0.0))
sinc: Row                  = _row("sinc", "sinc", f.sinc, lambda a, n, y: sinc(a, within(n, 0.0, INF) + 1.0), 0.0)
polygamma: Row             = _row("polygamma", "ψ", f.polygamma, lambda a, n, y: polygamma(a, within(n, 0.0, INF) + 1.0), 0.0)

# Lengths, choices and steps
hypot: Row                 = _row("hypot", "hypot", math.hypot, lambda a, b, y: direction_cosine(a, b), lambda a, b, y: direction_cosine(b, a))
direction_cosine: Row      = _row("direction_cosine", "cos∠", f.direction_cosine, lambda a, b, y: square(direction_cosine(b, a)) / hypot(a, b), lambda a, b, y: -(y * direction_cosine(b, a) / hypot(a, b)))
maximum: Row               = _row("maximum", "max", f.maximum, lambda a, b, y: preferred(a, b), lambda a, b, y: preferred(b, a))
minimum: Row               = _row("minimum", "min", f.minimum, lambda a, b, y: preferred(b, a), lambda a, b, y: preferred(a, b))
clip: Row                  = _row("clip", "clip", f.clip, lambda a, b, c, y: piecewise(a - b, 0.0, 1.0, 1.0) * piecewise(c - a, 0.0, 1.0, 1.0), lambda a, b, c, y: heaviside(b - a) * piecewise(c - b, 0.0, 1.0, 1.0), lambda a, b, c, y: heaviside(maximum(a, b) - c))
where: Row                 = _row("where", "where", f.where, 0.0, lambda a, b, c, y: where(a, 1.0, 0.0), lambda a, b, c, y: where(a, 0.0, 1.0), chooses=lambda a: 1 if a else 2)
sign: Row                  = _row("sign", "sign", f.sign, 0.0)
heaviside: Row             = _row("heaviside", "step", f.heaviside, 0.0)
floor: Row                 = _row("floor", "⌊x⌋", f.floor, 0.0)
round_to: Row              = _row("round_to", "round", f.round_to, 0.0, 0.0)
ceil: Row                  = _row("ceil", "⌈x⌉", f.ceil, 0.0)
round: Row                 = _row("round", "round", f.round_half_even, 0.0)
trunc: Row                 = _row("trunc", "trunc", f.trunc, 0.0)
piecewise: Row             = _row("piecewise", "cases", f.piecewise, 0.0, lambda a, b, c, d, y: piecewise(a, 1.0, 0.0, 0.0), lambda a, b, c, d, y: piecewise(a, 0.0, 1.0, 0.0), lambda a, b, c, d, y: piecewise(a, 0.0, 0.0, 1.0), chooses=lambda a: 1 if a < 0.0 else 3 if a > 0.0 else 2 if a == 0.0 else None)
inside: Row                = _row("inside", "inside", f.inside, 0.0, 0.0, 0.0)
preferred: Row             = _row("preferred", "a>b", f.preferred, 0.0, 0.0)
within: Row                = _row("within", "domain", f.within, 1.0, 0.0, 0.0)

# Functions of many arguments: one formula (xs, y) returns the derivatives towards all of them
total: Row                 = _row("total", "Σ", f.total, lambda xs, y: [1.0] * len(xs), variadic=True)
mean: Row                  = _row("mean", "mean", f.mean, lambda xs, y: [1.0 / len(xs)] * len(xs), variadic=True)
sum_of_squares: Row        = _row("sum_of_squares", "Σx²", f.sum_of_squares, lambda xs, y: [2.0 * x for x in xs], variadic=True)
dot: Row                   = _row("dot", "w·x+b", f.dot, lambda xs, y: [*xs[len(xs) // 2 : -1], *xs[: len(xs) // 2], 1.0], variadic=True)
logsumexp: Row             = _row("logsumexp", "logsumexp", f.logsumexp, lambda xs, y: softmax(xs), variadic=True)
softmax_entry: Row         = _row("softmax_entry", "softmax", f.softmax_entry, lambda xs, y: [0.0, *softmax_slopes(xs[0], softmax(xs[1:]))], variadic=True)
cross_entropy: Row         = _row("cross_entropy", "cross entropy", f.cross_entropy, lambda xs, y: [0.0, *cross_entropy_slopes(xs[0], softmax(xs[1:]))], variadic=True)
# fmt: on


def table_name(row: Operation) -> str:
    """The name of a row of the table; "" for a user's own, whatever name it was given."""
    return row.name if OPERATIONS.get(row.name) is row else ""


def softmax(xs: Sequence[Any]) -> list[Any]:
    """[e^xᵢ / Σⱼ e^xⱼ for every i], each entry an operation of its own."""
    return [softmax_entry(float(i), *xs) for i in range(len(xs))]


def softmax_slopes(i: Any, p: Sequence[Any]) -> list[Any]:
    """∂pᵢ/∂xⱼ = pᵢ(δᵢⱼ − pⱼ), with 1 − pᵢ as the sum of the other probabilities."""
    i = int(getattr(i, "data", i))
    own = p[i]
    return [own * total(*p[:i], *p[i + 1 :]) if j == i else -(own * other) for j, other in enumerate(p)]


def cross_entropy_slopes(target: Any, p: Sequence[Any]) -> list[Any]:
    """∂/∂xⱼ of −ln p_target: pⱼ, and for the target −(sum of the others), which does not cancel as p − 1 does."""
    t = int(getattr(target, "data", target))
    return [-total(*p[:t], *p[t + 1 :]) if j == t else p[j] for j in range(len(p))]


def _bind_to_floats() -> dict[str, Any]:
    """Give every row its formulas a second time, with each name in them meaning the forward function on floats.

    The code is the very same; only the namespace differs, so the reading on floats pays for no dispatch.
    """
    namespace: dict[str, Any] = {**globals(), **{name: row.forward for name, row in OPERATIONS.items()}}
    namespace["softmax"] = f.softmax
    for helper in (softmax_slopes, cross_entropy_slopes):
        namespace[helper.__name__] = FunctionType(helper.__code__, namespace)
    for row in OPERATIONS.values():
        row.on_floats = tuple(FunctionType(d.__code__, namespace) if callable(d) else d for d in row.derivatives)
    return namespace


softmax_slopes_of_floats: Callable[..., list[float]] = _bind_to_floats()["softmax_slopes"]
