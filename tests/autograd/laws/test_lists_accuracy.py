"""The operations of many arguments against mpmath: values and derivatives to 4 roundings of the exact answer.

A gradient that depends on a difference of two logits inherits the rounding of that difference: there the bound is
multiplied by the largest difference. A value near one of its zeros is measured by the size of what cancels.
"""

import math
import random

import pytest
from mpmath import mp, mpf

from autograd import Value, cross_entropy, dot, logsumexp, mean, softmax, sum_of_squares, total

SIZES = (1, 2, 3, 10)
LOGITS = ("softmax", "cross_entropy", "logsumexp")


def probabilities(xs):
    peak = max(xs)
    weights = [mp.exp(x - peak) for x in xs]
    return [w / mp.fsum(weights) for w in weights]


def exact_logsumexp(xs):
    return max(xs) + mp.log(mp.fsum(mp.exp(x - max(xs)) for x in xs))


def softmax_slopes(xs):
    p = probabilities(xs)
    return [p[0] * ((i == 0) - p[i]) for i in range(len(p))]


def cross_entropy_slopes(xs):
    p = probabilities(xs)
    return [p[i] - (i == 0) for i in range(len(p))]


CASES = {  # on a list: the operation, the exact value, the exact derivatives
    "total": (total, mp.fsum, lambda xs: [1] * len(xs)),
    "mean": (mean, lambda xs: mp.fsum(xs) / len(xs), lambda xs: [mpf(1) / len(xs)] * len(xs)),
    "sum_of_squares": (sum_of_squares, lambda xs: mp.fsum(x * x for x in xs), lambda xs: [2 * x for x in xs]),
    "dot": (
        lambda xs: dot(xs, [0.3 - i for i in range(len(xs))], 0.1),
        lambda xs: mp.fsum([*(x * mpf(0.3 - i) for i, x in enumerate(xs)), mpf(0.1)]),
        lambda xs: [mpf(0.3 - i) for i in range(len(xs))],
    ),
    "logsumexp": (logsumexp, exact_logsumexp, probabilities),
    "softmax": (lambda xs: softmax(xs)[0], lambda xs: probabilities(xs)[0], softmax_slopes),
    "cross_entropy": (lambda xs: cross_entropy(xs, 0), lambda xs: exact_logsumexp(xs) - xs[0], cross_entropy_slopes),
}


def samples():
    """Lists of all sizes of spread, up to ±700."""
    rng = random.Random(1)
    for _ in range(60):
        for n in SIZES:
            width = 10.0 ** rng.uniform(-3.0, math.log10(700.0))
            yield [rng.uniform(-width, width) for _ in range(n)]


def error(got, want):
    """In units of 2⁻⁵² of the exact answer."""
    if want == 0 or abs(want) < 1e-300:
        return 0.0 if abs(got) < 1e-299 else math.inf
    return float(abs(mpf(got) - want) / abs(want)) * 2.0**52


@pytest.mark.parametrize("name", CASES)
def test_values_and_derivatives(name):
    f, exact, exact_slopes = CASES[name]
    for xs in samples():
        leaves = [Value(x) for x in xs]
        y = f(leaves)
        y.backward()
        with mp.workdps(700):  # probabilities go down to e^−1400
            truth = list(map(mpf, xs))
            slopes = exact_slopes(truth)
            assert error(y.data, exact(truth)) <= 4.0 * condition(name, truth, exact(truth), slopes), xs
            spread = max(1.0, max(xs) - min(xs)) if name in LOGITS else 1.0
            for leaf, slope in zip(leaves, slopes, strict=True):
                assert error(leaf.grad, slope) <= 4.0 * spread, xs


def condition(name, xs, value, slopes):
    """How much a relative change of the arguments changes the value: Σ |xᵢ ∂f/∂xᵢ| / |f|; 1 for exact sums."""
    if name in ("total", "mean", "sum_of_squares") or value == 0:
        return 1.0
    return float(max(1, mp.fsum(abs(x * slope) for x, slope in zip(xs, slopes, strict=True)) / abs(value)))


def test_a_sum_is_correctly_rounded_whatever_its_order():
    rng = random.Random(3)
    for _ in range(50):
        xs = [rng.uniform(-1, 1) * 10.0 ** rng.uniform(-16, 16) for _ in range(20)]
        want = total(xs)
        with mp.workdps(80):
            assert want == float(mp.fsum(map(mpf, xs)))
        rng.shuffle(xs)
        assert (total(xs), total([Value(x) for x in xs]).data) == (want, want)
