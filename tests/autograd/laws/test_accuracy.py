"""Every row of the table against mpmath, briefly; at length with the marker `accuracy`."""

import json
import math
import pickle

import pytest
from mpmath import mp, mpf

from autograd import OPERATIONS
from autograd.numerics import floats as numerics
from autograd.numerics.ieee import Ieee
from tests.accuracy.__main__ import FIGURES
from tests.accuracy.cases import CASES
from tests.accuracy.exceptions import ACCURACY
from tests.accuracy.measure import computed, measure, with_argument
from tests.accuracy.truth import derivatives

EXACT = {  # rows that only choose or compare: every result is one of their arguments or a small integer
    *("where", "piecewise", "inside", "preferred", "within", "clip"),
}
ELSEWHERE = {  # below, and measured as derivatives of pow and lgamma; in numerics/test_remainders.py; the fused rows
    *("mod", "floor_divide", "round_to", "sinc"),  # in test_lists_accuracy.py
    *(
        "power_partial",
        "polygamma",
        "total",
        "mean",
        "sum_of_squares",
        "dot",
        "logsumexp",
        "softmax_entry",
        "cross_entropy",
    ),
}


def failures(report):
    return {k: (worst.ulps, worst.at) for k, worst in enumerate(report.orders) if not worst.ratio <= 1.0}


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_values_and_three_derivatives(case):
    assert failures(measure(case, 60)) == {}


@pytest.mark.parametrize("case", [case for case in CASES if case.order], ids=lambda case: case.name)
def test_formulas_of_rows_that_are_derivatives_themselves(case):
    """Beyond the third derivative of a public operation no ulps are promised, but the formula must be the right one."""
    for x in (0.3, -0.45, 1.2, -1.7, 2.5):
        others = [0.8] * (len(OPERATIONS[case.row].derivatives) - 1)
        args = (*others[: case.moving], x, *others[case.moving :])
        truth = derivatives(lambda t, args=args: case.truth(*with_argument(args, case.moving, t)), x, case.scale(args))
        for k, got in enumerate(computed(case, args)):
            assert abs(got - truth[k]) <= 1e-12 * (abs(truth[k]) + abs(x * truth[k + 1])), (k, x)


def test_the_gate_of_mish_where_its_two_formulas_meet():
    """Each loses digits beyond its own side of 0."""
    for x in (i / 64 for i in range(-64, 65)):
        exact = mp.tanh(mp.log1p(mp.exp(mpf(x))))
        assert abs(OPERATIONS["mish_gate"](x) - exact) <= 2.0 * math.ulp(float(exact))


@pytest.mark.accuracy
@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_values_and_three_derivatives_at_length(case):
    assert failures(measure(case, 1_000)) == {}  # `python -m tests.accuracy` takes 10,000 and writes FIGURES


@pytest.mark.parametrize("exception", ACCURACY, ids=lambda exception: f"{exception.case}-{exception.order}")
def test_every_exception_still_happened_when_measured_at_10_000_points(exception):
    figures = json.loads(FIGURES.read_text())
    case = next(case for case in CASES if case.name == exception.case)
    assert figures[case.name]["points"] >= 1_000
    assert figures[case.name]["ulps"][exception.order] > case.bound(exception.order)


def test_no_row_is_forgotten():
    assert {case.row for case in CASES} | EXACT | ELSEWHERE == set(OPERATIONS)
    assert {exception.case for exception in ACCURACY} <= {case.name for case in CASES}


# Rows that are not measured above -----------------------------------------------------------------------------------
NAN, INF = math.nan, math.inf
# fmt: off
# ruff: noqa: E501
CHOICES = {  # the rows that only choose or compare: arguments and results
    "where": {(1.0, 2.0, 3.0): 2.0, (0.0, 2.0, 3.0): 3.0, (NAN, 2.0, 3.0): 2.0},
    "piecewise": {(-1.0, 4.0, 5.0, 6.0): 4.0, (0.0, 4.0, 5.0, 6.0): 5.0, (2.0, 4.0, 5.0, 6.0): 6.0, (NAN, 4.0, 5.0, 6.0): NAN},
    "inside": {(0.5, 0.0, 1.0): 1.0, (0.0, 0.0, 1.0): 0.0, (1.0, 0.0, 1.0): 0.0, (2.0, 0.0, 1.0): 0.0, (NAN, 0.0, 1.0): NAN},
    "preferred": {(1.0, 0.0): 1.0, (0.0, 1.0): 0.0, (2.0, 2.0): 0.5, (NAN, 1.0): NAN, (1.0, NAN): NAN},
    "within": {(0.5, 0.0, 1.0): 0.5, (0.0, 0.0, 1.0): 0.0, (1.0, 0.0, 1.0): 1.0, (1.5, 0.0, 1.0): NAN, (-0.5, 0.0, 1.0): NAN},
    "clip": {(0.5, -1.0, 1.0): 0.5, (-3.0, -1.0, 1.0): -1.0, (3.0, -1.0, 1.0): 1.0, (NAN, -1.0, 1.0): NAN},
}
# fmt: on


@pytest.mark.parametrize("name", CHOICES)
def test_choices(name):
    for args, want in CHOICES[name].items():
        got = OPERATIONS[name](*args)
        assert got == want or (math.isnan(got) and math.isnan(want)), args
    assert CHOICES.keys() == EXACT


@pytest.mark.parametrize("n", [0, 1, 2, 3, 4, 8, 12, 20, 40, 100, 150])
def test_polygamma(n):
    points = (
        1e-3,
        0.3,
        1.0,
        1.5,
        2.5,
        7.3,
        15.9,
        16.0,
        17.5,
        40.0,
        180.0,
        1e6,
        1e30,
        -0.3,
        -0.5,
        -1.7,
        -3.4999,
        -10.25,
    )
    for x in points:
        with mp.workdps(120):
            want = mp.polygamma(n, mpf(x))
        exact = pytest.approx(float(want), rel=2e-15 + 1e-16 * n, abs=5e-324)
        assert OPERATIONS["polygamma"](x, float(n)) == exact, x
    for pole in (0.0, -1.0, -7.0):
        assert math.isnan(OPERATIONS["polygamma"](pole, float(n)))
    assert OPERATIONS["polygamma"](INF, float(n)) == (INF if n == 0 else 0.0)
    assert math.isnan(OPERATIONS["polygamma"](-INF, float(n)))


def test_between_two_poles_an_even_polygamma_is_that_of_the_other_side():
    for n in (2, 60, 150):
        assert OPERATIONS["polygamma"](-7.5, float(n)) == OPERATIONS["polygamma"](8.5, float(n))


def test_polygamma_of_the_highest_order():
    assert OPERATIONS["polygamma"](200.0, 169.0) == pytest.approx(5.0017030574723685e-87, rel=1e-14, abs=0.0)
    assert OPERATIONS["polygamma"](0.5, 169.0) == INF


@pytest.mark.parametrize("n", [-1.0, 0.5, 1.5, 170.0, 1e300, INF, -INF, NAN])
def test_polygamma_has_the_orders_whose_factorials_are_floats(n):
    assert math.isnan(OPERATIONS["polygamma"](2.5, n))


@pytest.mark.parametrize(("k", "m"), [(k, m) for k in range(4) for m in range(4 - k)])
def test_partial_derivatives_of_a_power(k, m):
    for a, b in ((0.3, 1.7), (2.0, -1.5), (5.0, 3.0), (1.0, 0.5), (1e-3, 2.0), (7.5, 0.0)):
        with mp.workdps(60):
            want = mp.diff(lambda s, t: s**t, (mpf(a), mpf(b)), (k, m))
        assert OPERATIONS["power_partial"](a, b, float(k), float(m)) == pytest.approx(float(want), rel=1e-13, abs=1e-30)


def test_lengths_whose_diagonal_is_out_of_range():
    for side in (1.7e308, 1e308, 5e-324):
        for signs in ((1.0, 1.0), (-1.0, 1.0), (1.0, -1.0)):
            a, b = signs[0] * side, signs[1] * side
            assert OPERATIONS["direction_cosine"](a, b) == pytest.approx(signs[0] * 0.5**0.5, rel=1e-15)


def test_the_second_reading_of_a_formula_follows_ieee_754():
    """Numbers whose operators never raise, used where a formula on floats raised."""
    zero, one, big, minus = Ieee(0.0), Ieee(1.0), Ieee(1e308), Ieee(-1.0)
    assert (one / 0.0, 1.0 / zero, one / -0.0, -one / zero) == (INF, INF, -INF, -INF)
    assert (zero**-1.0, 0.0**minus, big**2.0, 10.0 ** Ieee(400.0)) == (INF, INF, INF, INF)
    assert math.isnan(zero / 0.0)
    assert math.isnan(minus**0.5)
    assert (one + 2.0, 2.0 + one, one - 2.0, 2.0 - one, one * 3.0, 3.0 * one) == (3.0, 3.0, -1.0, 1.0, 3.0, 3.0)
    assert OPERATIONS["exp"](Ieee(1000.0)) == INF
    results = (one / 2.0, 1.0 / one, one + 1.0, 1.0 - one, -one, one**2.0, 2.0**one, one * one, OPERATIONS["exp"](one))
    assert {type(result) for result in results} == {Ieee}


def test_an_operation_says_what_it_is():
    assert repr(OPERATIONS["tanh"]) == "<operation tanh>"
    assert pickle.loads(pickle.dumps(OPERATIONS["tanh"])) is OPERATIONS["tanh"]


def test_a_product_whose_decaying_factor_wins():
    """x·e^x at −∞: the factor that is 0 beats any other, in the value and in both derivatives."""
    for x in (math.inf, -math.inf, 3.0):
        y = OPERATIONS["decayed"].forward(x, 0.0)
        assert (y, OPERATIONS["decayed"].local_grads((x, 0.0), y)) == (0.0, (0.0, 0.0))


def constants():
    """{name in numerics: its exact value}."""
    gelu, cut = 2 * mp.sqrt(2 / mp.pi), mp.erfc(1 / mp.sqrt(2)) * mp.exp(0.5)
    # Klambauer et al. 2017, appendix: the fixed point of mean 0 and variance 1.
    alpha = mp.sqrt(2 / mp.pi) / (1 - cut)
    variance = 2 * mp.erfc(mp.sqrt(2)) * mp.exp(2) + mp.pi * cut**2 - 2 * (2 + mp.pi) * cut + mp.pi + 2
    scale = (1 - cut) * mp.sqrt(2 * mp.pi / variance)
    return {
        "PI": +mp.pi,
        "LN2": mp.log(2),
        "LOG2_E": 1 / mp.log(2),
        "LOG10_E": 1 / mp.log(10),
        "SQRT1_2": 1 / mp.sqrt(2),
        "SQRT1_2_TAIL": 1 / mp.sqrt(2) - mpf(numerics.SQRT1_2),
        "INV_SQRT_PI": 1 / mp.sqrt(mp.pi),
        "TWO_OVER_SQRT_PI": 2 / mp.sqrt(mp.pi),
        "INV_SQRT_2PI": 1 / mp.sqrt(2 * mp.pi),
        "GELU_C": gelu,
        "GELU_C_TAIL": gelu - mpf(numerics.GELU_C),
        "GELU_D": mpf("0.044715") * gelu,
        "GELU_D_TAIL": mpf("0.044715") * gelu - mpf(numerics.GELU_D),
        "SELU_SCALE": scale,
        "SELU_SCALE_ALPHA": scale * alpha,
        "DIGAMMA_2": mp.digamma(2),
        "_ZETA_MINUS_1": [mp.zeta(k) - 1 for k in range(2, 31)],
        "_BERNOULLI": [mp.bernoulli(k) for k in range(2, 20, 2)],
        "_COSH_SERIES": [1 / mp.factorial(2 * k) for k in range(9, 1, -1)],
        "_CELU_SERIES": [(k + 1) / mp.factorial(k + 2) for k in range(17, -1, -1)],
    }


def test_constants_are_the_floats_nearest_to_what_they_stand_for():
    """Also those whose last digits no result shows."""
    with mp.workdps(60):
        exact = constants()
        for name, wanted in exact.items():
            found = getattr(numerics, name)
            assert found == (tuple(map(float, wanted)) if isinstance(wanted, list) else float(wanted)), name
    held = {name for name, held in vars(numerics).items() if isinstance(held, float | tuple)}
    assert held - exact.keys() == {"INF", "NAN"}
