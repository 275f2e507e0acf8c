"""Dual numbers: what a function sees while jvp runs it."""

import math

import pytest

import autograd as np
from autograd import Value, grad, jvp
from autograd.derivatives.dual import Dual, lift, lower, new_level, weighted_sum


def test_forward_mode_to_high_order():
    def derivative(f):
        return lambda x: jvp(f, (x,), (1.0,))[1]

    f = np.sin
    for truth in (math.cos(0.4), -math.sin(0.4), -math.cos(0.4), math.sin(0.4)):
        f = derivative(f)
        assert f(0.4) == pytest.approx(truth, rel=1e-14)


def test_methods_and_comparisons_inside_forward_mode():
    def f(x):
        assert f"{x:.2f}" == "0.50"
        assert all((x > 0.0, x >= 0.5, not x > 0.5, x < 1.0, x <= Value(1.0), x < 1.0, Value(1.0) > x, bool(x)))
        assert (+x).data == 0.5
        assert (x.detach().data, x.detach().tangent) == (0.5, None)
        with pytest.raises(TypeError, match="autograd's own function"):
            math.exp(x)
        with pytest.raises(AttributeError, match="nothing_of_the_kind"):
            x.nothing_of_the_kind()
        return x.tanh() + abs(-x) + 2**x - 1 / x + x.relu()

    assert jvp(f, (0.5,), (1.0,))[1] == pytest.approx(grad(lambda x: x.tanh() + abs(-x) + 2**x - 1 / x + x.relu())(0.5))


def test_every_operator_on_both_sides():
    for f in (
        lambda x: x + 2,
        lambda x: 2 + x,
        lambda x: x - 2,
        lambda x: 2 - x,
        lambda x: x * 3,
        lambda x: 3 * x,
        lambda x: x / 4,
        lambda x: 4 / x,
        lambda x: x**3,
        lambda x: 3**x,
        lambda x: x**x,
        lambda x: -x,
        lambda x: +x,
        lambda x: abs(x),
        lambda x: x * Value(2.0),
        lambda x: Value(2.0) * x,
        lambda x: Value(2.0) ** x,
        lambda x: sum([x, x * x]),
        lambda x: max(x, 1.0) + min(x, 1.0),
    ):
        value, slope = jvp(f, (1.5,), (1.0,))
        exact = f(Value(1.5))
        wanted = grad(f)(1.5)
        assert getattr(value, "data", value) == exact.data
        assert getattr(slope, "data", slope) == pytest.approx(getattr(wanted, "data", wanted), rel=1e-15)


def test_strangers_are_refused():
    for action in (lambda x: x + "1", lambda x: "1" * x, lambda x: x < "1", lambda x: x**None):
        with pytest.raises(TypeError):
            jvp(action, (1.0,), (1.0,))


def test_objects_that_know_duals_are_left_to_do_so():
    class Measure:
        def __radd__(self, other):
            return "sum", other

        def __rsub__(self, other):
            return "difference", other

    x = Dual(2.0, 1.0, 7)
    assert (x + Measure(), x - Measure()) == (("sum", x), ("difference", x))


def test_a_rate_of_zero_is_no_movement():
    assert (lift(2.0, 0.0, 1).primal, lift(2.0, 0.0, 1).tangent) == (2.0, None)
    assert lift(2.0, 1.0, 1).tangent == 1.0
    rate = Value(0.0)
    assert lift(2.0, rate, 1).tangent is rate  # it may be differentiated


def test_numbers_that_do_not_move_have_the_methods_of_those_that_do():
    assert jvp(lambda x, y: x * y.relu(), (3.0, 2.0), (1.0, 0.0)) == (6.0, 2.0)
    assert jvp(lambda x: x * np.floor(x).relu(), (2.5,), (1.0,)) == (5.0, 2.0)
    assert jvp(lambda x: x * x.detach().relu(), (2.0,), (1.0,)) == (4.0, 2.0)
    inner = jvp(lambda x: jvp(lambda y: y.relu() * x.relu(), (2.0,), (0.0,))[0], (3.0,), (1.0,))
    assert inner == (6.0, 2.0)
    assert repr(lift(2.0, 0.0, 1)) == "Dual(2.0)"


def test_an_infinite_slope_at_a_number_that_does_not_move_stays_there():
    assert jvp(lambda x, y: x + y.sqrt(), (1.0, 0.0), (1.0, 0.0)) == (1.0, 1.0)
    assert grad(lambda x: jvp(lambda y, z: y * y + z.sqrt(), (x, 0.0), (1.0, 0.0))[1])(3.0) == 2.0


def test_a_function_may_label_its_numbers():
    def f(x):
        assert (x * x).label == ""
        y = x * x
        y.label = "y"
        assert y.label == "y"
        return y

    assert jvp(f, (3.0,), (1.0,)) == (9.0, 6.0)


def test_levels():
    inner, outer = new_level(), new_level()
    assert outer > inner
    x, y = Dual(2.0, 1.0, inner), Dual(3.0, 1.0, outer)
    product = x * y
    assert product.level == outer
    value, tangent = lower(product, outer)
    assert (lower(value, inner), lower(tangent, inner)) == ((6.0, 3.0), (2.0, 1.0))
    assert lower(x, outer) == (x, 0.0)


def test_steps_let_no_movement_through():
    assert jvp(np.floor, (1.5,), (1.0,)) == (1.0, 0.0)
    assert jvp(lambda x: np.where(x, 2.0, 3.0), (1.5,), (1.0,)) == (2.0, 0.0)
    assert jvp(lambda x: np.where(x, x * x, 3.0), (1.5,), (1.0,)) == (2.25, 3.0)
    assert jvp(lambda x: np.floor(np.sqrt(x)) + x, (0.0,), (1.0,)) == (0.0, 1.0)  # an infinite rate neither


def test_weighted_sums():
    assert (weighted_sum([]), weighted_sum([(2.0, 3.0)]), weighted_sum([(2.0, 3.0), (-1.0, 5.0)])) == (0.0, 6.0, 1.0)


def test_repr_and_format():
    x = Dual(2.0, 1.0, 7)
    assert repr(x) == f"{x}" == "Dual(2.0 + 1.0·ε7)"
    assert f"{x:.3f}" == "2.000"


def test_a_value_from_outside_meets_an_input_on_either_side():
    w = Value(3.0)
    for f in (lambda x: np.hypot(w, x), lambda x: np.hypot(x, w)):
        y, slope = jvp(f, (4.0,), (1.0,))
        assert (y.data, slope.data) == (5.0, 0.8)


def test_weights_that_are_values_are_multiplied_with_duals_as_with_values():
    weights, bias = [Value(2.0), Value(-1.0)], Value(0.5)

    def slope(*inputs):
        return jvp(lambda x, y: np.dot(weights, [x, y], bias), inputs, (1.0, 0.5))[1]

    assert slope(3.0, 4.0).data == 1.5
    assert np.record(lambda x: x * slope(3.0, 4.0), 1.0)(2.0) == 3.0
