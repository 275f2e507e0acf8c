"""Central differences: accurate at every scale, honest about their own error."""

import math

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from autograd.numerics.differences import central_difference, one_sided


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


# What this very code answered once: no reference, but arithmetic alone is the same on every machine, so that a change
# of any digit or of the number of calls is a change of the method. Whether its answers are right is asked above.
@pytest.mark.parametrize(
    ("f", "x", "found"),
    [
        (lambda x: x * x * x, 2.0, (12.000000000000004, 1.763057847862608e-14, 0.12, 7.626496, 12)),
        (lambda x: 1.0 / (1.0 + x * x), 0.5,
         (-0.6400000000000083, 5.23964970684186e-14, 0.00375, 0.9366804046459347, 18)),
        (lambda x: 1.0 / x, 0.01, (-10000.0, 4.885100337055213e-10, 5.859375e-05, 399.99999999999994, 32)),
        (lambda x: (x * x - 1.0) / (x * x + 3.0), -7.0,
         (-0.020710059171598304, 7.794412782270157e-15, 0.0525, 0.1355631542707762, 18)),
        (lambda x: x + x * x * x * x, 0.0, (1.0, 2.220453543255729e-16, 0.015, 0.24331776, 10)),
        (lambda x: 1.0 / (1.0 + 1e6 * x * x), 0.001,
         (-499.99999999999903, 1.5781264666587896e-11, 7.32421875e-06, 0.9961089494163424, 38)),
        (lambda x: x * x * x + x * x * x * x * x, 0.0,
         (-3.064927990510104e-34, 7.1652205740227004e-34, 1.7881393432617187e-09, 0.0146202624, 56)),
        (lambda x: 0.0 * x, 1.0, (0.0, 0.0, 0.12, 0.0, 10)),
        (abs, 0.0, (0.0, 2.220446049250313e-16, 0.12, 0.24, 56)),
        (lambda x: abs(x - 0.3), 0.25, (-1.0, 9.621932880084691e-16, 0.015, 0.29, 16)),
        (lambda x: x, 1e6, (1.0, 2.0724163126336257e-15, 120000.0, 1.24, 10)),
        (lambda x: x * x / (1e12 + x * x), 1e5,
         (1.9605920988138457e-07, 1.985944261783087e-21, 1500.0, 1.5143158790438223e-07, 16)),
    ],
)  # fmt: skip
def test_arithmetic_alone_gives_the_same_digits_in_as_many_calls_everywhere(f, x, found):
    asked = []
    difference = central_difference(lambda t: asked.append(t) or f(t), x)
    assert (difference.value, difference.error, difference.step, difference.scale, len(asked)) == found


def test_no_step_inside_the_domain():
    difference = central_difference(lambda x: math.nan, 1.0)
    assert math.isnan(difference.value)
    assert (difference.error, difference.step) == (math.inf, 0.0)


def test_steps_down_to_a_millionth_of_x_are_tried():
    asked = []
    central_difference(lambda t: asked.append(t) or math.nan, x := 0.91552734375)  # x/10⁶ is 0.24/2¹⁸ exactly
    assert min(abs(t - x) for t in asked) == pytest.approx(1e-6 * x, rel=1e-9)


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
