"""Central differences: accurate at every scale, honest about their own error."""

import math

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from autograd.differences import central_difference, one_sided


@pytest.mark.parametrize(
    ("f", "x", "slope", "rel"),
    [
        (math.sin, 1.0, math.cos(1.0), 1e-13),
        (math.exp, 10.0, math.exp(10.0), 1e-13),
        (lambda x: math.log(x) if x > 0 else math.nan, 1e-8, 1e8, 1e-11),
        (lambda x: math.sin(1000 * x), 5.0, 1000 * math.cos(5000.0), 1e-10),
        (lambda x: 1 / (1 + 1e4 * x * x), 0.01, -50.0, 1e-12),
        (lambda x: math.sin(1e8 * x), 1e-8, 1e8 * math.cos(1.0), 1e-12),
        (lambda x: x**0.5 if x >= 0 else math.nan, 1e-12, 5e5, 1e-11),
        (lambda x: x**3, 1e8, 3e16, 1e-13),
    ],
)
def test_central_differences_at_every_scale(f, x, slope, rel):
    found = central_difference(f, x)
    assert abs(found.value - slope) <= rel * abs(slope)
    assert abs(found.value - slope) <= 4.0 * found.error
    assert found.step > 0.0


def test_a_slope_of_zero():
    level = lambda x: math.exp(x) - x  # noqa: E731
    for f in (lambda x: x * x, lambda x: x * x + x**3, math.cos, lambda x: 5.0, level):
        found = central_difference(f, 0.0)
        assert abs(found.value) <= 1e-13


def test_no_step_inside_the_domain():
    assert math.isnan(central_difference(lambda x: math.nan, 1.0).value)


def test_one_sided():
    assert one_sided(abs, 0.0, 0.1) == (-1.0, 1.0)


@settings(deadline=None, max_examples=50)
@given(st.floats(-20, 20), st.floats(0.1, 3.0), st.floats(-3.0, 3.0))
def test_differences_know_their_own_error(x, frequency, shift):
    found = central_difference(lambda t: math.sin(frequency * t + shift), x)
    assert abs(found.value - frequency * math.cos(frequency * x + shift)) <= 4.0 * found.error + 1e-12 * frequency


@pytest.mark.parametrize("x", [0.0, 1e-300, 5e-324, 1e300, math.inf, -math.inf, math.nan])
def test_the_number_of_steps_is_bounded_wherever_it_starts(x):
    asked = []
    found = central_difference(lambda t: asked.append(t) or t, x)
    assert len(asked) <= 120
    assert found.value == pytest.approx(1.0) if math.isfinite(x) else math.isnan(found.value)
