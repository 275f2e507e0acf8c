"""Values, dual numbers and slots of a recording under NumPy's names: the methods that its loops over objects call."""

import contextlib
import math

import numpy as np
import pytest

import autograd
from autograd import Value, grad, jvp, record
from autograd.operators import Applies, digamma

# What NumPy asks the entries of an object array for, and the same function here.
UNARY = {
    "arccos": autograd.acos,
    "arcsin": autograd.asin,
    "arctan": autograd.atan,
    "arcsinh": autograd.asinh,
    "arccosh": autograd.acosh,
    "arctanh": autograd.atanh,
    "cbrt": autograd.cbrt,
    "cos": autograd.cos,
    "cosh": autograd.cosh,
    "deg2rad": autograd.deg2rad,
    "degrees": autograd.degrees,
    "exp": autograd.exp,
    "exp2": autograd.exp2,
    "expm1": autograd.expm1,
    "fabs": autograd.fabs,
    "log": autograd.log,
    "log10": autograd.log10,
    "log1p": autograd.log1p,
    "log2": autograd.log2,
    "rad2deg": autograd.rad2deg,
    "radians": autograd.radians,
    "rint": autograd.rint,
    "sin": autograd.sin,
    "sinh": autograd.sinh,
    "sqrt": autograd.sqrt,
    "tan": autograd.tan,
    "tanh": autograd.tanh,
    # by operators
    "absolute": autograd.absolute,
    "ceil": autograd.ceil,
    "conjugate": lambda x: x * 1.0,
    "floor": autograd.floor,
    "negative": autograd.negative,
    "positive": lambda x: x * 1.0,
    "reciprocal": autograd.reciprocal,
    "sign": autograd.sign,
    "square": autograd.square,
    "trunc": autograd.trunc,
}
BINARY = {
    "add": autograd.add,
    "arctan2": autograd.atan2,
    "divide": autograd.divide,
    "floor_divide": autograd.floor_divide,
    "fmax": autograd.fmax,
    "fmin": autograd.fmin,
    "fmod": autograd.fmod,
    "hypot": autograd.hypot,
    "maximum": autograd.maximum,
    "minimum": autograd.minimum,
    "multiply": autograd.multiply,
    "power": autograd.power,
    "remainder": autograd.remainder,
    "subtract": autograd.subtract,
}


def test_every_function_of_numpys_that_asks_for_a_method_is_here():
    class Deaf:
        """Tells which method it was asked for."""

        def __getattr__(self, name):
            if name.startswith("__"):
                raise AttributeError(name)
            asked.append(name)
            return lambda *args: 0.0

    asked = []
    for name in dir(np):
        ufunc = getattr(np, name)
        if (
            isinstance(ufunc, np.ufunc)
            and ufunc.signature is None
            and "O" * ufunc.nin in {t[: ufunc.nin] for t in ufunc.types}
        ):
            with contextlib.suppress(TypeError):
                ufunc(*[np.array(Deaf(), dtype=object)] * ufunc.nin)
    of_whole_numbers = {"bit_count", "logical_xor"}
    assert len(set(asked)) > 25
    assert {name for name in asked if not hasattr(Value, name)} <= of_whole_numbers


@pytest.mark.parametrize("name", UNARY)
def test_functions_of_one_argument(name):
    ours, numpys, x = UNARY[name], getattr(np, name), 1.25 if name == "arccosh" else 0.625
    for given in (x, np.array([x]), np.array([[x, x]])):
        found = grad(lambda t: np.sum(numpys(t)))(given)
        assert np.shape(found) == np.shape(given)
        assert found == pytest.approx(grad(ours)(x), rel=1e-15)
        assert grad(grad(lambda t: np.sum(numpys(t))))(x) == pytest.approx(grad(grad(ours))(x), rel=1e-15)
        assert np.sum(jvp(numpys, (given,), (given,))[1]) == pytest.approx(
            x * grad(ours)(x) * np.size(given), rel=1e-15
        )
    program = record(numpys, np.array([x, 0.75 * x + 0.5]))
    other = np.array([x + 0.25, x])
    assert program(other) == pytest.approx(numpys(other), rel=1e-15)
    assert type(numpys(Value(x))) is Value or name == "sign"


@pytest.mark.parametrize("name", BINARY)
def test_functions_of_two_arguments(name):
    ours, numpys, a, b = BINARY[name], getattr(np, name), 2.5, 0.75
    want = grad(ours, argnums=(0, 1))(a, b)
    for x, y in ((a, b), (np.array([a]), np.array([b])), (np.array([[a, a]]), np.array([b]))):
        da, db = grad(lambda s, t: np.sum(numpys(s, t)), argnums=(0, 1))(x, y)
        assert (np.shape(da), np.shape(db)) == (np.shape(x), np.shape(y))
        assert np.sum(da) == pytest.approx(want[0] * np.size(x), rel=1e-15)
        assert np.sum(db) == pytest.approx(want[1] * np.size(x), rel=1e-15)
        (entry,) = numpys(np.array([Value(a)]), b)
        assert getattr(entry, "data", entry) == pytest.approx(numpys(a, b), rel=1e-15)


def test_digamma_of_one_is_minus_eulers_constant():
    assert digamma(1.0) == pytest.approx(-0.5772156649015329, rel=1e-15)
    assert grad(digamma)(1.0) == pytest.approx(math.pi**2 / 6, rel=1e-15)


def test_fmod_is_that_of_c():
    numbers = (0.0, 5.25, -5.25, 1e300, 3.0, -3.0, 1e-3, math.inf, math.nan)
    for a in numbers:
        for b in numbers:
            wanted = np.fmod(a, b) if math.isfinite(a) and b else math.nan
            assert autograd.fmod(a, b) == pytest.approx(wanted, nan_ok=True, rel=0, abs=0)
    assert grad(autograd.fmod, argnums=(0, 1))(-7.5, 2.0) == (1.0, 3.0)
    assert grad(autograd.fmod, argnums=(0, 1))(7.5, -2.0) == (1.0, 3.0)
    assert grad(autograd.fmod)(0.0, 2.0) == 1.0


def test_statistics_and_linear_algebra():
    rng = np.random.default_rng(0)
    A, x = rng.normal(size=(3, 4)), rng.normal(size=4)
    for f in (
        np.mean,
        np.std,
        np.var,
        np.prod,
        np.linalg.norm,
        lambda x: np.sum((A @ x) ** 2),
        lambda x: np.einsum("ij,j->", A, np.exp(x)),
        lambda x: np.trapezoid(x**2) if hasattr(np, "trapezoid") else np.sum(x**2),
        lambda x: np.dot(np.convolve(x, x), np.arange(7.0)),
        lambda x: np.sum(np.clip(x, -0.5, 0.5) * np.where(x > 0, x, -x)),
        lambda x: np.max(x) - np.min(x) + np.median(x),
        lambda x: np.sum(np.sort(x) * np.arange(4.0)),
        lambda x: np.trace(np.outer(x, x)),
        lambda x: np.sum(np.cumsum(x) * np.diff(np.append(x, 0.0))),
    ):
        step = 1e-6
        numeric = [(f(x + step * e) - f(x - step * e)) / (2 * step) for e in np.eye(4)]
        assert grad(f)(x) == pytest.approx(numeric, rel=1e-7, abs=1e-8)


def test_scalars_of_numpys_leave_the_operation_to_the_value():
    """np.float64(2.0) * v would otherwise make an object array of v first, which took four times as long."""
    v = Value(3.0)
    assert "__array_ufunc__" not in dir(Value)
    assert -1e6 < Value.__array_priority__ < 0.0  # NumPy's scalars have −1,000,000, its arrays 0
    assert type(np.float64(2.0) * v) is type(np.float64(2.0) - v) is type(np.float64(2.0) ** v) is Value
    assert [x.data for x in np.array([1.0, 2.0]) * v] == [x.data for x in v * np.array([1.0, 2.0])] == [3.0, 6.0]
    for node in (
        np.float64(2.0) * v,
        np.float64(2.0) / v,
        np.float64(2.0) - v,
        v + np.float64(2.0),
        v ** np.float64(2.0),
    ):
        assert {type(operand) for operand in node.operands} == {float, Value}
        assert type(node.data) is float
    assert jvp(lambda x: np.float64(2.0) * x, (3.0,), (1.0,)) == (6.0, 2.0)


@pytest.mark.parametrize(("a", "b", "c"), [(3.0, 0.0, "inf"), (0.0, 0.0, "nan"), (3.0, Value(0.0), "inf")])
def test_numpys_double_divided_by_nothing_warns_once(a, b, c):
    x = Value(1.0)
    x.data = np.float64(a)
    with pytest.warns(RuntimeWarning, match="divide") as told:
        y = x / b
    assert len(told) == 1
    y.backward()
    assert (repr(y.data), x.grad) == (f"np.float64({c})", math.inf)


def test_a_value_has_what_everything_that_applies_rows_has():
    assert all(hasattr(Value, name) for name in vars(Applies))
    v = Value(2.5)
    assert (+v) is v
    assert [x.data for x in (*divmod(v, 2.0), *divmod(7.0, v))] == [1.0, 0.5, 2.0, 2.0]
    assert (round(v).data, math.floor(v).data, v.conjugate()) == (2.0, 2.0, v)
    assert v.log1p().data == math.log1p(2.5)
    assert v.arctan2(1.0).data == math.atan2(2.5, 1.0)
