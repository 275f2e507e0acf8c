"""What is no switch, no limit, no function and no order is named where it is given, in words of ours."""

import math
import re

import numpy as np
import pytest

import autograd
from autograd import OPERATIONS, Value, check_gradients, grad, jvp, polygamma, record

SQUARE = lambda x: x * x  # noqa: E731
NO_SWITCHES = ["no", 2, None, [], {}, np.ones(2), object()]


def y():
    a = Value(0.5, label="a")
    return autograd.tanh(a * a)


SWITCHES = {
    "inf": lambda bad: autograd.detect_anomaly(inf=bad),
    "expand": lambda bad: autograd.draw(y(), expand=bad),
    "repeat_leaves": lambda bad: autograd.draw(y(), repeat_leaves=bad),
    "edge_labels": lambda bad: autograd.draw(y(), edge_labels=bad),
    "strict": lambda bad: record(SQUARE, 1.0, strict=bad),
    "arrays": lambda bad: record(SQUARE, 1.0, arrays=bad),
    "numeric": lambda bad: autograd.operation(numeric=bad),
    "has_aux": lambda bad: grad(SQUARE, has_aux=bad)(1.0),
}


@pytest.mark.parametrize("name", SWITCHES)
def test_a_switch_is_true_or_false(name):
    for bad in NO_SWITCHES:
        if bad is None and name in ("edge_labels", "arrays"):
            continue  # None chooses
        with pytest.raises(TypeError, match=rf"{name} has to be True or False, got "):
            SWITCHES[name](bad)


def test_other_doors_have_the_same_switches():
    for call in (
        lambda: autograd.stepper(y(), expand="no"),
        lambda: jvp(SQUARE, (1.0,), (1.0,), has_aux="no"),
        lambda: autograd.vjp(SQUARE, 1.0, has_aux="no"),
        lambda: autograd.hvp(SQUARE, (1.0,), (1.0,), has_aux="no"),
        lambda: autograd.hessian(SQUARE, has_aux="no")(1.0),
    ):
        with pytest.raises(TypeError, match="has to be True or False, got 'no'"):
            call()


LIMITS = {
    "max_paths": lambda bad: autograd.explain(*_both(), max_paths=bad),
    "max_visits": lambda bad: autograd.naive_backward(y(), max_visits=bad),
    "max_edges": lambda bad: autograd.stepper(y(), max_edges=bad),
    "max_nodes": lambda bad: autograd.draw(y(), max_nodes=bad),
}


def _both():
    a = Value(0.5)
    return a * a, a


@pytest.mark.parametrize("name", LIMITS)
def test_a_limit_is_a_number(name):
    with pytest.raises(ValueError, match=f"{name} takes a number, math.inf for no limit; got nan"):
        LIMITS[name](math.nan)
    for bad in (None, "9", True, [9], np.ones(2), Value(9.0)):
        with pytest.raises(TypeError, match=f"{name} takes a number; got "):
            LIMITS[name](bad)
    for good in (50, 50.0, math.inf, np.int64(50)):
        LIMITS[name](good)


NO_NAMES = ["x", None, [], {}, np.ones(2), np.array(["a"]), [["a"]]]


def test_an_array_is_no_choice():
    for bad in NO_NAMES:
        for name, call in {
            "level": lambda bad: autograd.draw(y(), level=bad),
            "direction": lambda bad: autograd.draw(y(), direction=bad),
            "grads": lambda bad: autograd.draw(y(), grads=bad),
            "order": lambda bad: check_gradients(SQUARE, 1.0, order=bad),
            "methods": lambda bad: check_gradients(SQUARE, 1.0, methods=bad),
        }.items():
            with pytest.raises((ValueError, TypeError), match=name):
                call(bad)


@pytest.mark.parametrize("bad", [None, "a", 0.0, -1.0, math.nan, math.inf, True, 1j, [1e-9], np.ones(2), Value(1.0)])
def test_a_tolerance_is_a_finite_number_above_0(bad):
    with pytest.raises(ValueError, match="rtol is a relative tolerance above 0, got"):
        check_gradients(SQUARE, 1.0, rtol=bad)


@pytest.mark.parametrize("bad", [None, "a", 1.5, [SQUARE], np.ones(2), Value(1.0)])
def test_what_is_recorded_is_a_function(bad):
    with pytest.raises(TypeError, match=r"record\(\) takes a function and its arguments, got"):
        record(bad, 1.0)


@pytest.mark.parametrize("bad", [None, "a", ["a"], {}, object(), np.array(["a"])])
def test_what_a_bound_program_takes_is_an_array_of_numbers(bad):
    w = Value(0.5)
    run = record(lambda x: w * x, 1.0).bind(np)
    with pytest.raises(TypeError, match="expected an array of numbers, got"):
        run(bad, 1.0)
    for single in (1.0, 10**30, Value(0.5)):
        with pytest.raises(TypeError, match="the parameters are one array of 1 numbers, got"):
            run(single, 1.0)


# The order of polygamma is its second argument --------------------------------------------------------------------
def test_arguments_of_polygamma_that_can_only_be_swapped_are_named():
    leaf = Value(2.0)
    for n, x in [(1, leaf), (1.0, leaf), (np.int64(1), leaf), (1, Value(2.5)), (1, 2.5), (1.0, 2.5),
                 (0, np.float64(2.5)), (1, np.array([2.0, 2.5])), (1, np.array([leaf, leaf]))]:  # fmt: skip
        with pytest.raises(TypeError, match=re.escape(f"as its first: write polygamma(x, {n!r}); got x = {n!r}, n = ")):
            polygamma(n, x)
    for derivative in (grad(lambda x: polygamma(1, x)), lambda x: jvp(lambda t: polygamma(1, t), (x,), (1.0,))):
        with pytest.raises(TypeError, match="takes the order n as its second argument"):
            derivative(2.0)
    assert leaf.grad == 0.0


def test_polygamma_in_its_own_order():
    known = OPERATIONS["polygamma"](2.0, 1.0)
    for x in (2, 2.0, np.float64(2.0)):
        for n in (1, 1.0, True, np.int64(1)):
            assert polygamma(x, n) == polygamma(Value(x), n).data == known
    assert polygamma(Value(2.0), Value(1.0)).data == known
    assert polygamma(x=Value(2.0), n=1).data == known
    assert polygamma(np.array([2.0, 2.0]), 1).tolist() == polygamma(2.0, np.array([1, 1])).tolist() == [known] * 2
    assert grad(lambda x: polygamma(x, 1))(2.0) == OPERATIONS["polygamma"](2.0, 2.0)
    assert record(lambda x: polygamma(x, 1), 3.0)(2.0) == known
    for x, n in [(2.5, 1.5), (Value(2.0), 1.5), (1.0, math.nan), (1.0, math.inf), (-1, 2.5)]:  # there is no such order
        assert math.isnan(getattr(polygamma(x, n), "data", polygamma(x, n)))
