"""Derivatives of functions: structures, orders, modes, nesting, and the published test functions."""

import array
import collections
import fractions
import gc
import gzip
import json
import math
import threading
from pathlib import Path

import mpmath
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import autograd as np  # as code written for HIPS autograd imports autograd.numpy
from autograd import (
    Value,
    detect_anomaly,
    differentiate,
    grad,
    hessian,
    hvp,
    jacobian,
    jvp,
    no_grad,
    operation,
    value_and_grad,
    vjp,
)
from autograd.events import parent_positions

# Values, gradients and Hessians of 12 functions of J. J. Moré, B. S. Garbow, K. E. Hillstrom, "Testing Unconstrained
# Optimization Software", ACM TOMS 7 (1981) 17, at the published start x0 and at 1.1 x0 + 0.01, computed with many
# digits and rounded.
MGH = json.loads(gzip.decompress((Path(__file__).parents[2] / "data/more_garbow_hillstrom.json.gz").read_bytes()))


def squares(residuals):
    return sum(r * r for r in residuals)


def helical_valley(x):
    theta = np.atan2(x[1], x[0]) / (2 * math.pi)
    return squares([10 * (x[2] - 10 * theta), 10 * (np.sqrt(x[0] ** 2 + x[1] ** 2) - 1), x[2]])


def gaussian(x):
    half = [0.0009, 0.0044, 0.0175, 0.0540, 0.1295, 0.2420, 0.3521]
    data = [*half, 0.3989, *half[::-1]]
    return squares(x[0] * np.exp(-x[1] * ((7 - i) / 2 - x[2]) ** 2 / 2) - y for i, y in enumerate(data))


def box_3d(x):
    ts = [i / 10 for i in range(1, 11)]
    return squares(np.exp(-t * x[0]) - np.exp(-t * x[1]) - x[2] * (math.exp(-t) - math.exp(-10 * t)) for t in ts)


def wood(x):
    return (
        100 * (x[1] - x[0] ** 2) ** 2
        + (1 - x[0]) ** 2
        + 90 * (x[3] - x[2] ** 2) ** 2
        + (1 - x[2]) ** 2
        + 10 * (x[1] + x[3] - 2) ** 2
        + (x[1] - x[3]) ** 2 / 10
    )


def brown_dennis(x):
    ts = [i / 5 for i in range(1, 21)]
    return squares((x[0] + t * x[1] - math.exp(t)) ** 2 + (x[2] + x[3] * math.sin(t) - math.cos(t)) ** 2 for t in ts)


def biggs_exp6(x):
    ts = [i / 10 for i in range(1, 14)]
    return squares(
        x[2] * np.exp(-t * x[0])
        - x[3] * np.exp(-t * x[1])
        + x[5] * np.exp(-t * x[4])
        - (math.exp(-t) - 5 * math.exp(-10 * t) + 3 * math.exp(-4 * t))
        for t in ts
    )


def trigonometric(x):
    cosines = sum(np.cos(v) for v in x)
    return squares(len(x) - cosines + (i + 1) * (1 - np.cos(v)) - np.sin(v) for i, v in enumerate(x))


def broyden_tridiagonal(x):
    y = [0.0, *x, 0.0]
    return squares((3 - 2 * y[i]) * y[i] - y[i - 1] - 2 * y[i + 1] + 1 for i in range(1, len(x) + 1))


FUNCTIONS = {
    "rosenbrock": lambda x: 100 * (x[1] - x[0] ** 2) ** 2 + (1 - x[0]) ** 2,
    "powell_badly_scaled": lambda x: squares([1e4 * x[0] * x[1] - 1, np.exp(-x[0]) + np.exp(-x[1]) - 1.0001]),
    "beale": lambda x: squares(y - x[0] * (1 - x[1] ** i) for i, y in ((1, 1.5), (2, 2.25), (3, 2.625))),
    "helical_valley": helical_valley,
    "gaussian": gaussian,
    "box_3d": box_3d,
    "wood": wood,
    "brown_dennis": brown_dennis,
    "biggs_exp6": biggs_exp6,
    "trigonometric_5": trigonometric,
    "penalty_1_4": lambda x: 1e-5 * squares(v - 1 for v in x) + (squares(x) - 0.25) ** 2,
    "broyden_tridiagonal_5": broyden_tridiagonal,
}
POINTS = [pytest.param(FUNCTIONS[k], p, id=f"{k} {p['tag']}") for k, case in MGH.items() for p in case["points"]]


def worst(found, wanted):
    """The largest error relative to the largest entry."""
    return max(abs(a - b) for a, b in zip(found, wanted, strict=True)) / max(map(abs, wanted))


@pytest.mark.parametrize(("f", "point"), POINTS)
def test_published_functions(f, point):
    x = point["x"]
    value, gradient = value_and_grad(f)(x)
    assert value == pytest.approx(point["f"], rel=1e-13)
    assert worst(gradient, point["grad"]) <= 1e-13
    flat = [h for row in point["hess"] for h in row]
    assert worst([h for row in hessian(f)(x) for h in row], flat) <= 1e-12
    columns = [hvp(f, (x,), ([float(i == j) for i in range(len(x))],))[0] for j in range(len(x))]
    assert worst([h for column in columns for h in column], flat) <= 1e-12
    assert jvp(f, (x,), ([1.0] * len(x),))[1] == pytest.approx(
        sum(gradient), rel=1e-12, abs=1e-12 * max(map(abs, gradient))
    )


def test_every_published_function_is_tested():
    assert FUNCTIONS.keys() == MGH.keys()


# Orders ---------------------------------------------------------------------------------------------------------------
@pytest.mark.parametrize("x", [0.1, 0.3, -0.7, 1.5, 3.0, 5.0])
def test_tanh_up_to_order_8(x):
    f = np.tanh
    with mpmath.workdps(50):
        for order in range(1, 9):
            f = grad(f)
            truth = mpmath.diff(mpmath.tanh, mpmath.mpf(x), order)
            assert abs(f(x) - truth) <= 2e-14 * abs(truth)


def alternating(f, modes):
    for mode in modes:
        f = grad(f) if mode == "r" else (lambda g: lambda x: jvp(g, (x,), (1.0,))[1])(f)
    return f


@pytest.mark.parametrize("modes", ["rr", "rf", "fr", "ff", "rfr", "frf", "rrf", "ffr", "rffr"])
def test_modes_nest_in_any_order(modes):
    f = alternating(lambda x: np.exp(2 * x) * x, modes)
    k = len(modes)  # (e²ˣ x)⁽ᵏ⁾ = 2ᵏ e²ˣ x + k 2ᵏ⁻¹ e²ˣ
    assert f(0.3) == pytest.approx(math.exp(0.6) * (2**k * 0.3 + k * 2 ** (k - 1)), rel=1e-13)
    assert type(f(0.3)) is float


@pytest.mark.parametrize("outer", ["r", "f"])
@pytest.mark.parametrize("inner", ["r", "f"])
def test_no_perturbation_confusion(outer, inner):
    def d(mode, f):
        return alternating(f, mode)

    assert d(outer, lambda x: x * d(inner, lambda y: x + y)(1.0))(1.0) == 1.0
    assert d(outer, lambda x: x * d(inner, lambda y: x * y)(3.0))(2.0) == 4.0
    assert d(outer, lambda x: d(inner, lambda y: x * x * y * y)(x))(2.0) == pytest.approx(24.0)  # of 2x³
    assert d(outer, lambda x: d(inner, lambda y: y * y)(3.0) * x)(2.0) == 6.0
    assert d(outer, lambda x: d(inner, lambda y: 3.0 * y)(x))(2.0) == 0.0


def test_derivatives_inside_one_another_with_hvp_and_jacobian():
    f = lambda x, a: a * np.sin(x) * x**3  # noqa: E731
    second = lambda a: hvp(lambda x: f(x, a), (0.7,), (1.0,))[0]  # noqa: E731
    truth = grad(grad(lambda x: f(x, 1.0)))(0.7)
    assert grad(second)(2.0) == pytest.approx(truth, rel=1e-13)
    assert jvp(second, (2.0,), (1.0,))[1] == pytest.approx(truth, rel=1e-13)
    inner = lambda a: sum(jacobian(lambda x: [f(x[0], a), a * a * x[1]])([0.7, 1.0])[1])  # noqa: E731
    assert grad(inner)(3.0) == 6.0
    assert jvp(inner, (3.0,), (1.0,))[1] == 6.0
    along = lambda v: hvp(lambda x: np.sin(x), (0.7,), (v,))[0]  # noqa: E731
    assert grad(along)(5.0) == pytest.approx(-math.sin(0.7), rel=1e-14)
    assert jvp(along, (5.0,), (1.0,))[1] == pytest.approx(-math.sin(0.7), rel=1e-14)


def test_vjp_inside_another_derivative():
    pulled = lambda a: vjp(lambda x: [a * x * x, x], 3.0)[1]([1.0, 0.0])[0]  # noqa: E731  6a
    assert grad(pulled)(2.0) == 6.0
    assert jvp(pulled, (2.0,), (1.0,))[1] == 6.0
    weight = lambda u: vjp(lambda x: x * x, 3.0)[1](u)[0]  # noqa: E731  6u
    assert grad(weight)(1.0) == 6.0
    assert jvp(weight, (1.0,), (1.0,))[1] == 6.0


# Values from outside --------------------------------------------------------------------------------------------------
def test_a_closed_over_value_gives_a_derivative_with_a_graph():
    w = Value(3.0)
    slope = grad(lambda x: w * x * x)(2.0)
    assert isinstance(slope, Value)
    assert slope.data == 12.0
    assert w.grad == 0.0
    (slope**2).backward()  # a penalty on the gradient, (2wx)², towards w: 8wx²
    assert w.grad == 96.0


def test_a_value_that_does_not_matter_leaves_floats():
    w = Value(3.0)
    assert grad(lambda x: w + x * x)(2.0) == 4.0
    value, slope = value_and_grad(lambda x: w + x * x)(2.0)
    assert isinstance(value, Value)  # it does depend on w
    assert slope == 4.0

    def loss(x):
        sum_ = Value(0.0)  # as code written for micrograd adds up
        for _ in range(3):
            sum_ += x * x
        return sum_

    assert grad(loss)(2.0) == 12.0
    assert grad(grad(loss))(2.0) == 6.0


def test_a_derivative_inside_another_gives_floats_at_the_end():
    assert type(grad(lambda w: grad(lambda y: w * y * y)(3.0))(2.0)) is float
    assert type(grad(grad(lambda x: 3 * x))(2.0)) is float
    assert type(grad(lambda x: x * grad(lambda t: 5.0)(x))(2.0)) is float


def test_values_in_values_out():
    x = Value(2.0, label="x")
    slope = grad(lambda t: t**3)(x)
    assert isinstance(slope, Value)
    slope.backward()
    assert x.grad == 12.0  # 6x
    constant = grad(lambda t: 3 * t)(x)
    assert isinstance(constant, Value)
    assert constant.data == 3.0
    tangent = jvp(lambda t: t + 1.0, (x,), (1.0,))
    assert all(isinstance(v, Value) for v in tangent)
    product = hvp(lambda t: t * t, (x,), (1.0,))
    assert isinstance(product[0], Value)
    assert product[0].data == 2.0


def test_no_grad_outside_gives_numbers_and_no_graph():
    w = Value(3.0)
    with no_grad():
        assert grad(lambda x: w * x * x)(2.0) == 12.0
        assert hvp(lambda x: w * x * x, (2.0,), (1.0,)) == (6.0,)
        assert jacobian(lambda x: [w * x, x])(2.0) == [3.0, 1.0]
        slope = grad(lambda x: x * x)(Value(2.0))
        assert (slope.data, slope.parents) == (4.0, ())
        assert vjp(lambda x: w * x, 2.0)[0] == 6.0
    assert w.grad == 0.0


def test_no_grad_inside_is_a_constant():
    def f(x):
        with no_grad():
            frozen = x * x
        return frozen.data * x

    assert grad(f)(3.0) == 9.0


def test_grad_of_a_value_from_outside_is_never_touched():
    w, x = Value(3.0), Value(2.0)
    hidden = w * w
    hidden.grad = w.grad = x.grad = 7.0
    f = lambda t: hidden * t * t + w  # noqa: E731
    grad(f)(2.0), grad(f)(x), hessian(f)(x), jacobian(f)(2.0), hvp(f, (x,), (1.0,)), jvp(f, (x,), (1.0,))
    vjp(f, x)[1](1.0), differentiate(f(x), [x, w])
    with no_grad():
        grad(f)(2.0)
    assert (hidden.grad, w.grad, x.grad) == (7.0, 7.0, 7.0)


def test_subclass_of_value():
    class V(Value):
        pass

    assert type(grad(lambda t: t**3)(V(2.0))) is V


# Structures -----------------------------------------------------------------------------------------------------------
Point = collections.namedtuple("Point", "x y")


def test_gradients_mirror_the_arguments():
    f = lambda p: p["w"][0] * p["w"][1].x + p["b"][0] * p["w"][1].y  # noqa: E731
    p = {"w": [2, Point(3.0, fractions.Fraction(1, 2))], "b": (True,)}
    found = grad(f)(p)
    assert found == {"w": [3.0, Point(2.0, 1.0)], "b": (0.5,)}
    assert type(found["w"][1]) is Point
    assert p == {"w": [2, Point(3.0, fractions.Fraction(1, 2))], "b": (True,)}
    ordered = collections.OrderedDict(a=1.0, b=[2.0])
    assert type(grad(lambda d: d["a"] * d["b"][0])(ordered)) is collections.OrderedDict


def test_argnums():
    f = lambda x, name, y, k=1.0: k * x * x * y if name == "square" else x  # noqa: E731
    assert grad(f)(3.0, "square", 2.0) == 12.0
    assert grad(f, argnums=2)(3.0, "square", 2.0, k=2.0) == 18.0
    assert grad(f, argnums=-1)(3.0, "square", 2.0) == 9.0
    assert grad(f, argnums=-3)(3.0, "square", 2.0) == grad(f, argnums=0)(3.0, "square", 2.0)
    assert grad(f, argnums=(2, 0))(3.0, "square", 2.0) == (9.0, 12.0)
    assert grad(f, (0,))(3.0, "other", 2.0) == (1.0,)
    assert hessian(f, argnums=(0, 2))(3.0, "square", 2.0) == ((4.0, 6.0), (6.0, 0.0))


@pytest.mark.parametrize("argnums", [1, -2, (0, 5), 1.0, "0", True, (0, 0), None.__class__])
def test_bad_argnums(argnums):
    with pytest.raises(TypeError, match="argnums"):
        grad(lambda x: x, argnums)(1.0)


def test_has_aux():
    f = lambda x: (x * x, {"double": 2 * x, "name": "n", "list": [x, None]})  # noqa: E731
    aux = {"double": 6.0, "name": "n", "list": [3.0, None]}
    assert grad(f, has_aux=True)(3.0) == (6.0, aux)
    assert value_and_grad(f, has_aux=True)(3.0) == ((9.0, aux), 6.0)
    assert jacobian(f, has_aux=True)(3.0) == (6.0, aux)
    assert hessian(f, has_aux=True)(3.0) == (2.0, aux)
    assert jvp(f, (3.0,), (1.0,), has_aux=True) == (9.0, 6.0, aux)
    assert hvp(f, (3.0,), (1.0,), has_aux=True) == ((2.0,), aux)
    inside = jvp(lambda x: hvp(f, (x,), (x,), has_aux=True)[0][0], (3.0,), (1.0,))
    assert inside == (6.0, 2.0)
    value, pullback, kept = vjp(f, 3.0, has_aux=True)
    assert (value, pullback(1.0), kept) == (9.0, (6.0,), aux)
    w = Value(2.0)
    assert grad(lambda x: (x * x, w), has_aux=True)(3.0)[1] is w
    with pytest.raises(TypeError, match="has_aux"):
        grad(lambda x: x, has_aux=True)(1.0)


def test_jacobian_has_the_shape_of_the_result_over_the_shape_of_the_arguments():
    f = lambda x, y: {"a": [x[0] * y, x[1]], "b": 4.0}  # noqa: E731
    assert jacobian(f)([2.0, 3.0], 5.0) == {"a": [[5.0, 0.0], [0.0, 1.0]], "b": [0.0, 0.0]}
    assert jacobian(f, argnums=(0, 1))([2.0, 3.0], 5.0) == {
        "a": [([5.0, 0.0], 2.0), ([0.0, 1.0], 0.0)],
        "b": ([0.0, 0.0], 0.0),
    }
    assert jacobian(lambda x: [])([1.0]) == []
    assert jacobian(lambda x: [x[0], x[0]] if x else [1.0])([]) == [[]]
    assert grad(lambda x: 2.0)([]) == []


@pytest.mark.parametrize(("rows", "columns"), [(1, 5), (5, 1), (3, 3), (2, 7), (7, 2)])
def test_jacobian_of_every_shape(rows, columns):
    f = lambda x: [np.sin(sum((i + 1) * v for v in x)) * x[i % columns] for i in range(rows)]  # noqa: E731
    x = [0.1 * j for j in range(columns)]
    found = jacobian(f)(x)
    for i in range(rows):
        assert found[i] == pytest.approx(grad(lambda v, i=i: f(v)[i])(x), rel=1e-14, abs=1e-16)
    for j in range(columns):
        direction = [float(k == j) for k in range(columns)]
        assert [row[j] for row in found] == pytest.approx(jvp(f, (x,), (direction,))[1], rel=1e-14, abs=1e-16)


def test_jacobian_runs_the_function_once():
    calls = []
    jacobian(lambda x: (calls.append(1), [x[0] * x[1], x[1]])[1])([1.0, 2.0])
    assert len(calls) == 1


def test_vjp_and_jvp_are_transposed():
    f = lambda x, y: (x[0] * x[1], [np.exp(y), x[0] * y])  # noqa: E731
    args, tangents, cotangent = ([2.0, 3.0], 0.5), ([0.3, -1.0], 2.0), (1.5, [0.2, -0.7])
    value, rates = jvp(f, args, tangents)
    same, pullback = vjp(f, *args)
    assert value == same == f(*args)
    (a, b), c = pullback(cotangent)
    left = a * 0.3 - b + 2.0 * c
    right = rates[0] * 1.5 + rates[1][0] * 0.2 - rates[1][1] * 0.7
    assert left == pytest.approx(right, rel=1e-14)
    assert pullback((0.0, [0.0, 0.0])) == ([0.0, 0.0], 0.0)


# Refusals -------------------------------------------------------------------------------------------------------------
@pytest.mark.parametrize("result", [None, "1", 1j, {1.0}, object(), [None]])
def test_a_result_that_is_no_number(result):
    for derivative in (grad, jacobian, hessian, value_and_grad):
        with pytest.raises(TypeError, match=r"the result of <lambda>|returned a list"):
            derivative(lambda x: result)(1.0)
    with pytest.raises(TypeError, match="the result of"):
        jvp(lambda x: result, (1.0,), (1.0,))
    with pytest.raises(TypeError, match="the result of"):
        vjp(lambda x: result, 1.0)


def test_messages_say_where_and_what_to_do():
    with pytest.raises(TypeError, match=r"argument 0 of <lambda>\['w'\]\[1\] is str 'b', not a number"):
        grad(lambda p: p)({"w": [1.0, "b"]})
    with pytest.raises(TypeError, match=r"needs one number. Use jacobian"):
        grad(lambda x: [x, x])(1.0)
    with pytest.raises(TypeError, match=r"Is a `return` missing"):
        grad(lambda x: None)(1.0)
    with pytest.raises(TypeError, match=r"differentiate\(y, x\)"):
        grad(Value(1.0))
    numpy = pytest.importorskip("numpy")
    with pytest.raises(TypeError, match="tolist"):
        grad(lambda x: x)(array.array("d", [1.0]))
    assert grad(lambda x: x * x)(numpy.float32(1.5)) == 3.0


@pytest.mark.parametrize("function", [jvp, hvp])
def test_directions_are_shaped_like_the_arguments(function):
    f = lambda x: x["a"] * x["b"][0]  # noqa: E731
    x = {"a": 1.0, "b": [2.0]}
    for bad in (
        ({"a": 1.0},),
        ({"a": 1.0, "b": 2.0},),
        ({"a": 1.0, "b": [1.0, 2.0]},),
        (1.0,),
        (),
        ({"a": [1.0], "b": [1.0]},),
    ):
        with pytest.raises(TypeError, match="should be"):
            function(f, (x,), bad)
    with pytest.raises(TypeError, match="should be a tuple"):
        function(f, 1.0, (1.0,))


def test_an_error_in_the_function_comes_out_and_changes_nothing():
    w = Value(1.0)

    def f(x):
        raise KeyError("mine")

    with pytest.raises(KeyError, match="mine"):
        grad(f)(1.0)
    assert grad(lambda x: w * x)(1.0).data == 1.0


# Zeros, kinks, infinities ---------------------------------------------------------------------------------------------
def test_constants_have_derivative_zero():
    assert grad(lambda x: 5)(1.0) == 0.0
    assert grad(lambda x: Value(5.0))(1.0) == 0.0
    assert hessian(lambda x: 5.0)([1.0, 2.0]) == [[0.0, 0.0], [0.0, 0.0]]
    assert jvp(lambda x: 5.0, (1.0,), (1.0,)) == (5.0, 0.0)
    assert hvp(lambda x: 5.0, (1.0,), (1.0,)) == (0.0,)
    assert vjp(lambda x: [5.0, x], 1.0)[1]([1.0, 0.0]) == (0.0,)
    assert grad(lambda x, y: y)(1.0, 2.0) == 0.0
    assert hessian(lambda x: 3 * x[0] + x[1])([1.0, 2.0]) == [[0.0, 0.0], [0.0, 0.0]]


def test_hvp_where_a_branch_has_no_way_to_the_result():
    f = lambda x: np.where(x > 0.0, x * x, np.exp(x) * 0.0) + np.floor(x * x)  # noqa: E731
    assert hvp(f, (3.0,), (1.0,)) == (2.0,)


def test_terms_that_no_input_reaches_do_not_poison():
    f = lambda x, y: x * x + np.sqrt(y) * 0.0 + np.log(-y)  # noqa: E731  (nan slope towards y, at 0)
    assert grad(f, 0)(3.0, 0.0) == 6.0
    assert jvp(lambda x: f(x, 0.0), (3.0,), (1.0,))[1] == 6.0
    both = lambda p: p[0] * p[0] + np.sqrt(p[1])  # noqa: E731  (infinite slope towards p[1], at 0)
    assert jvp(both, ([3.0, 0.0],), ([1.0, 0.0],))[1] == 6.0
    assert hvp(both, ([3.0, 0.0],), ([1.0, 0.0],))[0][0] == 2.0
    assert vjp(lambda p: [p[0] * p[0], np.sqrt(p[1])], [3.0, 0.0])[1]([1.0, 0.0]) == ([6.0, 0.0],)
    power = lambda x: (x - 4.0) ** 2  # noqa: E731  (the slope towards the exponent is nan)
    assert (grad(power)(3.0), grad(grad(power))(3.0), hvp(power, (3.0,), (1.0,))) == (-2.0, 2.0, (2.0,))


def test_a_plain_zero_divisor_in_a_formula_read_on_values():
    x = Value(2.0)
    assert differentiate(x / 0.0, x).data == math.inf
    assert grad(grad(lambda t: t * (1.0 / 0.5) / 4.0))(1.0) == 0.0
    assert math.isinf(grad(lambda t: t / 0.0)(Value(1.0)).data)


def test_kinks_survive_a_second_derivative():
    assert [grad(grad(np.relu))(x) for x in (-1.0, 0.0, 1.0)] == [0.0, 0.0, 0.0]
    assert [grad(grad(lambda x: np.relu(x) ** 2))(x) for x in (-1.0, 2.0)] == [0.0, 2.0]
    assert grad(lambda x: np.where(x > 0.0, x * x, -x))(3.0) == 6.0


# differentiate --------------------------------------------------------------------------------------------------------
def test_differentiate():
    x, y, unused = Value(2.0), Value(3.0), Value(4.0)
    h = x * y
    z = np.exp(h) * y
    found = differentiate(z, {"x": x, "rest": [y, h, unused, z]})
    e = math.exp(6.0)
    assert found["x"].data == pytest.approx(9 * e, rel=1e-14)
    assert found["rest"][0].data == pytest.approx(e + 6 * e, rel=1e-14)
    assert found["rest"][1].data == pytest.approx(3 * e, rel=1e-14)
    assert (found["rest"][2].data, found["rest"][3].data) == (0.0, 1.0)
    assert differentiate(found["x"], y).data == pytest.approx((6 + 18) * e, rel=1e-14)
    assert (x.grad, y.grad, h.grad, z.grad) == (0.0, 0.0, 0.0, 0.0)


def test_differentiate_refuses():
    x = Value(2.0)
    for y, wrt in ((4.0, x), (x, 2.0), (x, [x, "x"]), (None, x)):
        with pytest.raises(TypeError):
            differentiate(y, wrt)


def test_differentiate_notices_data_that_was_changed():
    x = Value(2.0)
    y = x * x
    x.data = 3.0
    with pytest.raises(RuntimeError, match="changed after"):
        differentiate(y, x)
    y.backward()  # the captured derivatives still hold
    assert x.grad == 4.0


@pytest.mark.parametrize("row", [r for r in np.OPERATIONS.values() if not r.variadic], ids=lambda r: r.name)
def test_formulas_on_values_agree_with_the_stored_derivatives(row):
    arguments = [0.5, 1.25, 2.0, 3.0, 1.0][: len(row.derivatives)]
    values = [Value(a) for a in arguments]
    y = row(*values)
    every = dict(zip(parent_positions(y), y.local_grads, strict=True))
    for i, found in enumerate(differentiate(y, values)):
        stored = every.get(i, 0.0)
        assert found.data == stored or (found.data != found.data and stored != stored)
    stored_zero = [every.get(i, 0.0) == 0.0 for i in range(len(values))]
    for i in range(len(arguments)):  # and so does forward mode
        tangents = tuple(float(i == j) for j in range(len(arguments)))
        rate = jvp(row, tuple(arguments), tangents)[1]
        assert rate == every.get(i) or rate != rate or stored_zero[i]


@pytest.mark.parametrize(
    ("f", "size"),
    [
        (lambda x: np.total(x), 3),
        (lambda x: np.mean(x), 3),
        (lambda x: np.sum_of_squares(x), 3),
        (lambda x: np.dot(x[:2], x[2:4], x[4]), 5),
        (lambda x: np.logsumexp(x), 4),
        (lambda x: np.softmax(x)[1], 3),
        (lambda x: np.cross_entropy(x, 2), 4),
    ],
)
def test_fused_operations_in_every_mode_and_order(f, size):
    x = [0.3 * i - 0.4 for i in range(size)]
    v = [0.5 - 0.2 * i for i in range(size)]
    report = np.check_gradients(f, x, order=2)
    assert len(report.comparisons) == 2 * size + size * size
    product = [sum(h * b for h, b in zip(row, v, strict=True)) for row in hessian(f)(x)]
    assert hvp(f, (x,), (v,))[0] == pytest.approx(product, rel=1e-12, abs=1e-14)
    composed = jvp(grad(f), (x,), (v,))[1]
    assert composed == pytest.approx(product, rel=1e-12, abs=1e-14)


# Size and state -------------------------------------------------------------------------------------------------------
def test_deep_graphs_need_no_recursion():
    def chain(x):
        for _ in range(50_000):
            x = x * 1.00001 + 0.00001
        return x

    slope = grad(chain)(1.0)
    assert slope == pytest.approx(1.00001**50_000, rel=1e-9)
    assert jvp(chain, (1.0,), (1.0,))[1] == pytest.approx(slope, rel=1e-9)
    x = Value(1.0)
    again = differentiate(chain(x), x)
    assert again.data == pytest.approx(slope, rel=1e-9)
    assert hvp(chain, (1.0,), (1.0,)) == (0.0,)

    def curved(x):
        for _ in range(20_000):
            x = np.sin(x)
        return x

    assert hvp(curved, (1.0,), (1.0,))[0] == pytest.approx(grad(grad(curved))(1.0), rel=1e-9)


def test_a_ladder_of_shared_nodes_is_walked_once():
    def ladder(x):
        for _ in range(60):
            x = x + x
        return x

    assert grad(ladder)(1.0) == 2.0**60
    assert jvp(ladder, (1.0,), (1.0,)) == (2.0**60, 2.0**60)
    assert hvp(ladder, (1.0,), (1.0,)) == (0.0,)
    assert hessian(lambda x: ladder(x) ** 2)(1.0) == 2.0**121


def test_recursion_and_branches():
    def power(x, n):
        if n == 0:
            return 1.0
        half = power(x, n // 2)
        return half * half * x if n % 2 else half * half

    assert grad(power)(2.0, 5) == 80.0
    assert grad(grad(power))(2.0, 5) == 160.0
    assert jvp(lambda x: power(x, 5), (2.0,), (1.0,)) == (32.0, 80.0)

    def collatz(x):
        steps = 0
        while x > 1.0 and steps < 20:
            x = x / 2.0 if bool(x - 3.0) else 3.0 * x + 1.0
            steps += 1
        return x

    assert grad(collatz)(40.0) == jvp(collatz, (40.0,), (1.0,))[1] == 1 / 64


def test_derivatives_are_recorded_and_drawn():
    slope = lambda x: grad(lambda t: np.sin(t) * t * x)(x)  # noqa: E731  x(cos(x)x + sin(x))
    program = np.record(slope, 2.0)
    assert program(0.5) == slope(0.5)
    assert program.value_and_grad(0.5)[1] == pytest.approx((grad(slope)(0.5),), rel=1e-14)
    x = Value(2.0, label="x")
    assert "x  2" in np.draw(differentiate(x**3, x)).text()


def test_threads_do_not_meet():
    results = {}

    def work(k):
        results[k] = [grad(lambda x: grad(lambda y: x * y**k)(x))(2.0) for _ in range(30)]

    threads = [threading.Thread(target=work, args=(k,)) for k in range(2, 8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    for k, found in results.items():  # x · k xᵏ⁻¹ has the derivative k² xᵏ⁻¹
        assert found == [pytest.approx(k * k * 2.0 ** (k - 1))] * 30


def test_nothing_stays_behind():
    f = lambda x: np.sin(x[0] * x[1])  # noqa: E731
    hessian(f)([1.0, 2.0]), hvp(f, ([1.0, 2.0],), ([1.0, 0.0],))
    gc.collect()
    gc.disable()
    alive = lambda: sum(issubclass(type(o), Value) for o in gc.get_objects())  # noqa: E731  asks no object for anything
    try:
        before = alive()
        hessian(f)([1.0, 2.0]), hvp(f, ([1.0, 2.0],), ([1.0, 0.0],)), jvp(f, ([1.0, 2.0],), ([1.0, 0.0],))
        assert alive() == before
    finally:
        gc.enable()


def test_anomalies_are_reported_inside_derivatives():
    with detect_anomaly(), pytest.raises(FloatingPointError, match=r"backward.*sqrt"):
        grad(lambda x: np.sqrt(x) * 0.0)(0.0)
    with detect_anomaly(), pytest.raises(FloatingPointError, match="forward: log"):
        jvp(np.log, (-1.0,), (1.0,))


def test_numeric_operation_in_first_order_only():
    @operation(lambda a, y: math.cosh(a), numeric=True)
    def sinh(x):
        return math.sinh(x)

    assert grad(sinh)(0.0) == jvp(sinh, (0.0,), (1.0,))[1] == 1.0
    for second in (grad(grad(sinh)), hessian(sinh), lambda x: hvp(sinh, (x,), (1.0,))):
        with pytest.raises(NotImplementedError, match="derivative of sinh is known as a number only"):
            second(0.5)


# Properties -----------------------------------------------------------------------------------------------------------
numbers = st.floats(-2.0, 2.0)
UNARY = [np.sin, np.tanh, np.exp, np.sigmoid, np.square, np.atan, np.softplus, np.gaussian]


@st.composite
def functions(draw):
    """A random function of three numbers that uses its intermediate results more than once."""
    steps = draw(
        st.lists(st.tuples(st.integers(0, 10), st.integers(0, 30), st.integers(0, 30)), min_size=1, max_size=12)
    )

    def f(xs):
        nodes = list(xs)
        for kind, i, j in steps:
            a, b = nodes[i % len(nodes)], nodes[j % len(nodes)]
            nodes.append((a + b, a * b, a - 2.0 * b)[kind - 8] if kind >= 8 else UNARY[kind](a))
        return np.tanh(nodes[-1]) + nodes[-1] * 0.5

    return f


@settings(deadline=None, max_examples=60)
@given(functions(), st.tuples(numbers, numbers, numbers), st.tuples(numbers, numbers, numbers))
def test_reverse_forward_and_second_order_agree(f, x, v):
    x, v = list(x), list(v)
    value, slope = value_and_grad(f)(x)
    size = max(1.0, *map(abs, slope))
    same, rate = jvp(f, (x,), (v,))
    assert value == same or abs(value - same) <= 1e-13 * abs(value)
    assert abs(rate - sum(a * b for a, b in zip(slope, v, strict=True))) <= 1e-12 * size
    again = [d.data for d in grad(f)([Value(a) for a in x])]
    assert again == pytest.approx(slope, rel=1e-12, abs=1e-13 * size)
    matrix = hessian(f)(x)
    largest = max(1.0, *(abs(h) for row in matrix for h in row))
    for i in range(3):
        for j in range(3):
            assert abs(matrix[i][j] - matrix[j][i]) <= 1e-11 * largest
    product = [sum(h * b for h, b in zip(row, v, strict=True)) for row in matrix]
    assert hvp(f, (x,), (v,))[0] == pytest.approx(product, abs=1e-11 * largest)
    assert jvp(grad(f), (x,), (v,))[1] == pytest.approx(product, abs=1e-11 * largest)


@pytest.mark.parametrize("call", [lambda: grad(3), lambda: jvp(3, (1.0,), (1.0,)),
                                  lambda: vjp(3, 1.0), lambda: hvp(3, (1.0,), (1.0,))])  # fmt: skip
def test_what_is_no_function_is_refused_by_name(call):
    with pytest.raises(TypeError, match=r"(grad|jvp|vjp|hvp)\(\) takes a function, got int 3"):
        call()


def test_inside_no_grad_forward_mode_answers_with_numbers_too():
    w = Value(3.0)
    with no_grad():
        assert jvp(lambda x: [w * x * x, x], (2.0,), (1.0,)) == ([12.0, 2.0], [12.0, 1.0])
        value, slope = jvp(lambda x: x * x, (w,), (1.0,))
    assert (value.data, slope.data, slope.parents) == (9.0, 6.0, ())


@pytest.mark.parametrize(
    "aux",
    [
        lambda f, t: grad(f, has_aux=True)(t)[1],
        lambda f, t: value_and_grad(f, has_aux=True)(t)[0][1],
        lambda f, t: vjp(f, t, has_aux=True)[2],
        lambda f, t: hvp(f, (t,), (1.0,), has_aux=True)[1],
    ],
)
def test_what_is_returned_beside_a_derivative_is_a_number_inside_forward_mode(aux):
    assert jvp(lambda t: aux(lambda x: (x**3 * t, {"x": [x * t]}), t)["x"][0], (2.0,), (1.0,)) == (4.0, 4.0)


def test_a_function_sees_the_labels_of_what_it_is_given():
    seen = []
    grad(lambda x: seen.append(x.label) or x * x)(Value(2.0, label="length"))
    assert seen == ["length"]


def test_derivatives_are_called_after_what_they_are_derivatives_of():
    def square(x):
        return x * x

    found = [kind(square) for kind in (grad, value_and_grad, jacobian, hessian)]
    names = ["grad(square)", "value_and_grad(square)", "jacobian(square)", "hessian(square)"]
    assert [f.__name__ for f in found] == [f.__qualname__ for f in found] == names
