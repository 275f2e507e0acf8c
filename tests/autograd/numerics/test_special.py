"""erf and its kind on NumPy's arrays by SciPy: as accurate as the array forms have to be, and where SciPy is not."""

import math
import random

import numpy as np
import pytest
from mpmath import mp, mpf

import autograd
from autograd import OPERATIONS, record
from autograd.numerics import special

SCIPY = special.scipy_special() is not None
TRUTH = {  # with the ulps that the form may be wrong by
    "erf": (mp.erf, 4.0),
    "erfc": (mp.erfc, 8.0),
    "normal_cdf": (lambda x: mp.erfc(-x / mp.sqrt(2)) / 2, 12.0),
    "gelu": (lambda x: x * mp.erfc(-x / mp.sqrt(2)) / 2, 12.0),
    "lgamma": (mp.loggamma, 8.0),
    "digamma": (mp.digamma, 8.0),
    "trigamma": (lambda x: mp.psi(1, x), 8.0),
}
ROWS = {"digamma": lambda x: autograd.polygamma(x, 0.0), "trigamma": lambda x: autograd.polygamma(x, 1.0)}


def points(name, count=300):
    rng = random.Random(name)
    found = [rng.uniform(-6, 6) for _ in range(count)] + [rng.uniform(-37, 37) for _ in range(count)]
    found += [10 ** rng.uniform(-300, 1) * rng.choice((-1, 1)) for _ in range(count)]
    if "gamma" in name:  # beside zeros, too; on the negative axis the C library and SciPy lose digits alike
        found = [abs(x) for x in found] + [z + rng.gauss(0, 0.01) for z in (1.0, 2.0, 0.5, 3.5) for _ in range(50)]
    return found


@pytest.mark.skipif(not SCIPY, reason="no SciPy here")
@pytest.mark.parametrize("name", TRUTH)
def test_a_form_is_accurate(name):
    truth, bound = TRUTH[name]
    row = ROWS.get(name) or OPERATIONS[name]
    xs = points(name)
    program = record(lambda x: row(x), 0.7, arrays=True)
    with mp.workdps(60):
        for x, y in zip(xs, program.map(xs), strict=True):
            exact = truth(mpf(x))
            if abs(exact) > 1e-290:
                assert abs(mpf(y) - exact) <= bound * math.ulp(float(exact)), (x, y)


def test_it_is_used_where_it_is_installed(monkeypatch):
    forms = [special.array_form(np, name, [None]) for name in ("erf", "erfc", "normal_cdf", "gelu", "lgamma")]
    assert [form is not None for form in forms] == [SCIPY] * 5
    assert (special.array_form(np, "polygamma", [None, 1.0]) is not None) == SCIPY
    assert special.array_form(np, "polygamma", [None, 7.0]) is None
    monkeypatch.setattr(special, "scipy_special", lambda: None)
    assert special.array_form(np, "erf", [None]) is None
    assert special.array_form(np, "polygamma", [None, 1.0]) is None


@pytest.mark.parametrize("scipy", [True, False])
def test_with_scipy_and_without_programs_say_the_same(monkeypatch, scipy):
    if not scipy:
        monkeypatch.setattr(special, "scipy_special", lambda: None)
    w = autograd.Value(0.3)

    def f(x):
        y = autograd.gelu(w * x) + autograd.normal_cdf(x) * autograd.erf(x) - autograd.erfc(w - x)
        return y + autograd.lgamma(x * x + 0.1)

    program = record(f, 0.5, arrays=True)
    xs = [-2.5, -0.3, 0.0, 0.7, 1.0, 3.0]
    assert program.map(xs) == pytest.approx([record(f, x, arrays=False)(x) for x in xs], rel=1e-13)
    value, slopes = program.gradient_function()([0.3], xs)
    wanted = record(f, 0.5, arrays=False).gradient_function()([0.3], xs)
    assert value == pytest.approx(wanted[0], rel=1e-13)
    assert slopes == pytest.approx(wanted[1], rel=1e-12)


@pytest.mark.skipif(not SCIPY, reason="no SciPy here")
def test_a_program_with_them_is_bound_to_numpy():
    bound = record(lambda x: autograd.gelu(x) + autograd.lgamma(x), 0.5).bind(np)
    for x in (0.3, 1.0, 4.5):
        assert float(bound([], np.array(x))) == pytest.approx(autograd.gelu(x) + autograd.lgamma(x), rel=1e-14)
