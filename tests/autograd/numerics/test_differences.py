"""Central differences: accurate at every scale, honest about their own error."""

import math
import random

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
        (lambda x: x * x * x, 2.0,
         (12.0, 4.600972651914309e-13, 0.0078125, 1048588.0000457764, 36)),
        (lambda x: 1.0 / (1.0 + x * x), 0.5,
         (-0.6399999999999666, 2.828802737179685e-13, 0.001953125, 209715.83999951172, 40)),
        (lambda x: 1.0 / x, 0.01,
         (-10000.000000000215, 1.6360879810919247e-09, 3.0517578125e-05, 419440400.23842424, 46)),
        (lambda x: (x * x - 1.0) / (x * x + 3.0), -7.0,
         (-0.02071005917159673, 1.4552795309665818e-14, 0.03125, 3780.9437859821696, 42)),
        (lambda x: x + x * x * x * x, 0.0,
         (1.0, 4.440892098500626e-16, 6.462348535570529e-27, 1.0, 60)),
        (lambda x: 1.0 / (1.0 + 1e6 * x * x), 0.001,
         (-500.0000000000006, 3.1202554892171955e-11, 7.62939453125e-06, 2097652.059604643, 52)),
        (lambda x: x * x * x + x * x * x * x * x, 0.0,
         (0.0, 6.908934844075556e-77, 3.944304526105059e-31, 9.956824444577827e-60, 82)),
        (lambda x: 0.0 * x, 1.0,
         (0.0, 2e-323, 0.25, 4.450147717014403e-308, 24)),
        (abs, 0.0,
         (0.0, 4.440892098500626e-16, 0.25, 1.0, 50)),
        (lambda x: abs(x - 0.3), 0.25,
         (-1.0, 1.8651746813702627e-15, 0.015625, 52.19999999999999, 42)),
        (lambda x: x, 1e6,
         (1.0, 7.220352787884465e-15, 65536.0, 123.0703125, 34)),
        (lambda x: x * x / (1e12 + x * x), 1e5,
         (1.9605920988138324e-07, 5.1489893325756155e-21, 1024.0, 0.00247544358772824, 40)),
        (lambda x: (1e8 + x) - 1e8, 0.3,
         (1.0, 3.502753642692369e-14, 0.015625, 20.199999809265137, 58)),
        (lambda x: x - 3.0 * abs(x - 1e-7) - 1e-4, 1.0,
         (-2.000000000000001, 8.438049192704967e-15, 0.125, 130.00638080000002, 34)),
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


def test_steps_reach_from_the_size_of_x_down_to_its_last_digits_and_are_exact():
    asked = []
    central_difference(lambda t: asked.append(t) or math.nan, x := 0.7)
    steps = sorted({abs(t - x) for t in asked})
    assert (steps[0], steps[-1]) == (2.0**-50, 0.25)
    assert all(math.frexp(step)[0] == 0.5 for step in steps)


def bell(width):
    return lambda x: math.exp(-(((x - 1.0) / width) ** 2) / 2)


def slope_of_bell(width):
    return -math.exp(-0.5) / width  # one width to the right of the top


@pytest.mark.parametrize(
    ("f", "x", "slope", "rel"),
    [
        (bell(1e-3), 1.0 + 1e-3, slope_of_bell(1e-3), 1e-9),
        (bell(2.0**-20), 1.0 + 2.0**-20, slope_of_bell(2.0**-20), 1e-9),
        (bell(2.0**-30), 1.0 + 2.0**-30, slope_of_bell(2.0**-30), 1e-9),
        (lambda x: bell(2.0**-10)(x) + x, 1.0 + 2.0**-10, 1.0 + slope_of_bell(2.0**-10), 1e-11),
        (lambda x: max(0.0, 1.0 - abs(x - 1.0) * 50.0), 1.01, -50.0, 1e-9),
        (math.sin, 1e6, math.cos(1e6), 1e-11),
        (math.sin, 1e9, math.cos(1e9), 1e-11),
        (lambda x: math.sqrt(x - 1e6) if x >= 1e6 else math.nan, 1e6 + 2.0**-10, 16.0, 1e-11),
        (lambda x: math.log(x) if x > 0.0 else math.nan, 1e-50, 1e50, 1e-11),
        (lambda x: 1.0 / x if x else math.inf, 1e-12, -1e24, 1e-11),
        (lambda x: (1e8 + x) - 1e8, 0.5, 1.0, 1e-6),
        (lambda x: max(x, 0.0), 1e-50, 1.0, 1e-11),
    ],
)
def test_what_is_narrow_is_far_from_zero_or_loses_digits(f, x, slope, rel):
    found = central_difference(f, x)
    assert abs(found.value - slope) <= rel * abs(slope)
    assert abs(found.value - slope) <= 4.0 * found.error
    assert found.error <= 1e-6 * abs(slope)


@pytest.mark.parametrize("f", [lambda x: max(x, 0.0), lambda x: 0.0, math.floor, lambda x: 5.0])
@pytest.mark.parametrize("x", [-1.5, -1e-3, -1e-50])
def test_what_is_flat_is_flat(f, x):
    found = central_difference(f, x)
    assert found.value == 0.0
    assert found.error <= 1e-9 * max(found.scale, 1.0)


@pytest.mark.parametrize("seed", [146, 860, 1919, 2389])
def test_rounding_inside_of_a_function_is_not_taken_for_its_slope(seed):
    """A long sum inside of a cosine moves it by more than its own digits; a few tiny steps may agree on that."""
    rng = random.Random(seed)
    terms = [rng.uniform(-0.1, 0.1) for _ in range(150)]
    slope, x, start = rng.uniform(-0.3, 0.3), rng.uniform(-0.1, 0.1), rng.uniform(-6, 6)

    def f(t):
        inner = start
        for term in (*terms, t * slope, *terms):
            inner += term
        return math.cos(inner)

    found = central_difference(f, x)
    true = -slope * math.sin(math.fsum([start, *terms, slope * x, *terms]))
    assert abs(found.value - true) <= 1e-9 * abs(true) + 2.0 * found.error
    assert found.error <= 1e-6 * abs(true)


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
