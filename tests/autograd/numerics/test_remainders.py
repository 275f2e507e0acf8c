"""% and // as Python's floats have them, sinc and its derivatives, and the other names for what is there already."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st
from mpmath import mp, mpf

import autograd
from autograd import OPERATIONS, Value, grad, hessian, jvp, record, sinc
from autograd.numerics import floats

FINITE = st.floats(allow_nan=False, allow_infinity=False)


@given(FINITE, st.floats(allow_nan=False).filter(bool))
def test_remainder_and_quotient_are_pythons_to_the_last_bit(a, b):
    assert repr(floats.mod(a, b)) == repr(a % b)
    assert repr(floats.floor_divide(a, b)) == repr(a // b)


@given(FINITE, st.integers(-330, 330))
def test_rounding_to_decimals_is_pythons_to_the_last_bit(x, digits):
    try:
        right = round(x, digits)
    except OverflowError:
        right = math.copysign(math.inf, x)
    assert repr(floats.round_to(x, float(digits))) == repr(right)


@pytest.mark.parametrize(("a", "b"), [(7.5, 2.0), (-7.5, 2.0), (7.5, -2.0), (-7.5, -2.0), (1.0, 0.1), (0.3, 4.0)])
def test_slopes_of_a_remainder(a, b):
    x, y = Value(a), Value(b)
    assert ((x % y).data, (x // y).data) == (a % b, a // b)
    (x % y).backward()
    assert (x.grad, y.grad) == (1.0, -(a // b))
    assert grad(lambda t: t % b)(a) == jvp(lambda t: t % b, (a,), (1.0,))[1] == 1.0
    assert grad(lambda t: a % t)(b) == -(a // b)
    assert grad(lambda t: t // b)(a) == grad(lambda t: a // t)(b) == 0.0
    assert hessian(lambda t: t % b)(a) == 0.0
    assert record(lambda s, t: s % t + s // t, a, b).value_and_grad(a, b) == (a % b + a // b, (1.0, -(a // b)))


@pytest.mark.parametrize(("a", "b"), [(1.0, 0.0), (0.0, 0.0), (math.inf, 2.0), (-math.inf, 2.0), (math.nan, 1.0)])
def test_where_there_is_no_remainder_there_is_no_slope_and_nothing_raises(a, b):
    x, y = Value(a), Value(b)
    for result in (x % y, x % b, a % y, x // y, *divmod(x, y)):
        assert math.isnan(result.data)
    (x % y).backward()
    assert math.isnan(x.grad)


def test_the_operators_and_what_python_builds_on_them():
    x = Value(7.25)
    quotient, rest = divmod(x, 2)
    assert (quotient.data, rest.data) == divmod(7.25, 2)
    assert [v.data for v in divmod(30, x)] == list(divmod(30, 7.25))
    for made, right in (
        (round(x), 7.0), (round(x, 1), round(7.25, 1)), (round(x, -1), 10.0), (math.floor(x), 7.0),
        (math.ceil(x), 8.0), (math.trunc(x), 7.0), (11 % x, 11 % 7.25), (30 // x, 4.0),
    ):  # fmt: skip
        assert (type(made), made.data) == (Value, right)
        x.grad = 0.0
        (made * 1.0).backward()
        assert x.grad == (-1.0 if made.op.name == "mod" else 0.0)
    with pytest.raises(TypeError):
        x % "2"


@pytest.mark.parametrize("n", range(6))
def test_sinc_and_its_derivatives(n):
    row = OPERATIONS["sinc"]
    with mp.workdps(60):
        truth = lambda v, k: mp.diff(mp.sincpi, v, k) if k else mp.sincpi(v)  # noqa: E731
        for x in (1e-9, 1e-3, 0.1, 0.25, 0.6366, 0.75, 0.9549, 1.4303, 2.4590, 3.47, 7.3, 40.5, 1000.25):
            want, steep = truth(mpf(x), n), truth(mpf(x), n + 1)
            for sign in (1.0, -1.0):
                error = abs(row(sign * x, float(n)) - sign**n * want)
                assert error <= 4 * mpf(2) ** -52 * max(abs(want), abs(mpf(x) * steep) / 16), (x, sign)


def test_sinc_at_its_removable_point_its_zeros_and_its_ends():
    assert [sinc(float(k)) for k in range(-3, 4)] == [0.0, 0.0, 0.0, 1.0, 0.0, 0.0, 0.0]
    at_zero = [1.0, 0.0, -(math.pi**2) / 3, 0.0, math.pi**4 / 5]
    f = sinc
    for right in at_zero:
        assert f(0.0) == pytest.approx(right, rel=4e-16, abs=0.0)
        f = grad(f)
    assert (sinc(math.inf), sinc(-math.inf)) == (0.0, 0.0)
    assert math.isnan(sinc(math.nan))
    assert all(math.isnan(OPERATIONS["sinc"](0.5, n)) for n in (-1.0, 0.5, 170.0, math.nan))
    x = Value(0.3)
    assert sinc(x).local_grads == (OPERATIONS["sinc"](0.3, 1.0),)


def test_other_names():
    x = Value(2.5)
    assert autograd.digamma(x).data == OPERATIONS["polygamma"](2.5, 0.0)
    assert grad(autograd.digamma)(2.5) == OPERATIONS["polygamma"](2.5, 1.0)
    assert autograd.deg2rad(180.0) == autograd.radians(180.0) == math.pi
    assert autograd.rad2deg(math.pi) == autograd.degrees(math.pi) == 180.0
    assert grad(autograd.deg2rad)(3.0) == math.pi / 180.0
    assert autograd.logaddexp2(3.0, 3.0) == pytest.approx(4.0, rel=1e-15)
    assert grad(lambda t: autograd.logaddexp2(t, 1.0))(1.0) == pytest.approx(0.5, rel=1e-15)
    assert (autograd.remainder(7.5, 2.0), autograd.around(2.345, 2), autograd.rint(2.5)) == (1.5, round(2.345, 2), 2.0)
