"""The norm of a gradient: one definition, the same bits on lists and arrays, on both engines."""

import math
import warnings

import numpy as np
import pytest

from autograd import Value, engine
from nn import SGD
from nn.descent.norms import SMALL, Norms, by_a_program, by_numpy, norm
from nn.training.on_arrays import OnArrays
from nn.training.on_values import OnValues

SIZES = [1, 340, 17, 2]


def gradients(seed):
    rng = np.random.default_rng(seed)
    return rng.normal(size=sum(SIZES)) * 10.0 ** rng.uniform(-3, 3, sum(SIZES))


def by_hand(gradient):
    """One layer after the other, one square after the other."""
    found, start = [], 0
    for size in SIZES:
        found.append(norm(gradient[start : start + size].tolist()))
        start += size
    return found


@pytest.mark.parametrize("way", [by_numpy, pytest.param(by_a_program, id=f"program: {engine}")])
def test_the_bits_are_those_of_a_sum_from_left_to_right(way):
    gradient = np.zeros(sum(SIZES))
    (roots, fill), norms = way(SIZES, gradient), Norms(SIZES, gradient)
    for seed in range(20):
        gradient[:] = gradients(seed)
        fill()
        assert roots.tolist() == by_hand(gradient) == norms.now()


@pytest.mark.parametrize(
    ("gradient", "expected"),
    [
        ([3.0, 4.0], 5.0),
        ([3e200, 4e200], 5e200),
        ([3e-200, 4e-200], 5e-200),
        ([3e-161, 4e-161], 5e-161),
        ([2.0**-324, 0.0], 2.0**-324),
        ([1.5 * 2.0**-324, 1e-99], math.hypot(1.5 * 2.0**-324, 1e-99)),
        ([1e154, 1e154], math.sqrt(2.0) * 1e154),
        ([0.0, -0.0], 0.0),
        ([5e-324, 0.0], 5e-324),
        ([math.inf, 1.0], math.inf),
        ([math.nan, 1.0], math.nan),
        ([1.7e308, 1.7e308], math.inf),
    ],
)
def test_neither_overflow_nor_underflow_nor_a_warning(gradient, expected):
    """Nor do the neighbours of such a layer suffer."""
    with warnings.catch_warnings(), np.errstate(all="raise"):
        warnings.simplefilter("error")
        found = Norms([2, 2, 2], np.array([3.0, 4.0, *gradient, 6.0, 8.0])).now()
    assert found == [5.0, pytest.approx(expected, rel=1e-15, nan_ok=True), 10.0]
    assert repr(norm(gradient)) == repr(found[1])


def test_a_layer_may_lie_anywhere():
    """Among the parameters of the model, of which two layers may share one."""

    a, b, c = (Value(0.0, label=name) for name in "abc")
    for p, grad in zip((a, b, c), (3.0, 12.0, 4.0), strict=True):
        p.grad = grad
    values = OnValues([a, b, c], {"first": [c, a], "second": [a, b, c]}, optimizer := SGD([a, b, c], lr=0.1))
    assert values.norms() == OnArrays(values, optimizer).norms() == [5.0, 13.0]


@pytest.mark.parametrize("way", [by_numpy, pytest.param(by_a_program, id=f"program: {engine}")])
def test_who_fills_says_where_squares_were_lost_or_too_large(way):
    gradient = np.array([1.0, 0.0])
    roots, fill = way([2], gradient)
    for first, good in (
        (np.nextafter(SMALL, 1.0), True),
        (1e154, True),
        (SMALL, False),
        (-SMALL, False),
        (0.0, False),
        (2e154, False),
        (math.inf, False),
        (math.nan, False),
    ):
        gradient[0] = first
        assert fill() is good, first
        assert not good or roots.tolist() == [norm([first, 0.0])] == [first]


def test_no_layers_have_no_norms():
    assert Norms([], np.zeros(0)).now() == []
