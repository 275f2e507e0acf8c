"""Errors of the engine in ulps of the truth.

Beside a zero of the k-th derivative, where |f⁽ᵏ⁾| < |x·f⁽ᵏ⁺¹⁾|/16, the last bit of x alone moves the answer by more
than its own last bits: there the error is counted in ulps of x·f⁽ᵏ⁺¹⁾. Results below 2.2e-308, which have fewer than
53 bits, and results within a factor of 16 of the largest float are not measured here but in the special points.
"""

import math
import sys
from collections.abc import Sequence
from dataclasses import dataclass, field

from mpmath import mp, mpf

from autograd import Value, differentiate
from tests.accuracy.cases import Case, points
from tests.accuracy.exceptions import ACCURACY
from tests.accuracy.truth import derivatives

ORDERS = ("value", "first", "second", "third")


@dataclass
class Worst:
    """The largest error of one order of one case: `ulps` and where; `ratio` is the largest error ÷ what is allowed."""

    ulps: float = 0.0
    at: tuple[float, ...] = ()
    ratio: float = 0.0
    count: int = 0


@dataclass
class Report:
    """The errors of a case, one `Worst` for the value and for each derivative."""

    case: Case
    orders: list[Worst] = field(default_factory=lambda: [Worst() for _ in ORDERS])


def measure(case: Case, count: int, seed: int = 0) -> Report:
    """The worst errors of `case` over `count` points."""
    report = Report(case)
    for args in points(case, count, seed):
        _add(report, args)
    return report


def computed(case: Case, args: Sequence[float]) -> list[float]:
    """[f, f′, f″, f‴] towards the moving argument, as the engine computes them."""
    x = Value(args[case.moving])
    y = case.apply(*args[: case.moving], x, *args[case.moving + 1 :])
    found = [y.data]
    for _ in range(3):
        y = differentiate(y, x)
        found.append(y.data)
    return found


def allowed(case: Case, k: int) -> float:
    """Ulps that the k-th derivative may be wrong by: the bound, or what a named exception says instead."""
    return max([case.bound(k), *(e.ulps for e in ACCURACY if (e.case, e.order) == (case.name, k))])


def _add(report: Report, args: Sequence[float]) -> None:
    case, x = report.case, args[report.case.moving]
    truth = derivatives(lambda t: case.truth(*with_argument(args, case.moving, t)), x, case.scale(args))
    beside_zero = [_sensitivity(case, args), *(x * d for d in truth[2:])]
    for k, got in enumerate(computed(case, args)[: len(ORDERS) - case.order]):
        if abs(truth[k]) > sys.float_info.max / 16 or 0 < abs(truth[k]) < sys.float_info.min:
            continue
        error, worst = ulps(got, truth[k], beside_zero[k]) / case.slack(*args), report.orders[k]
        worst.count += 1
        worst.ratio = max(worst.ratio, error / allowed(case, k))
        if error > worst.ulps:
            worst.ulps, worst.at = error, tuple(args)


def with_argument(args: Sequence[float], i: int, x: mpf) -> list[mpf]:
    """`args` in mpmath's numbers, with x in place i."""
    return [x if j == i else mpf(a) for j, a in enumerate(args)]


def _sensitivity(case: Case, args: Sequence[float]) -> mpf:
    """The largest |xᵢ · ∂f/∂xᵢ| over all arguments: how near the value is to a zero."""
    with mp.workprec(400):
        step = mpf(2) ** -100
        moved = (case.truth(*with_argument(args, i, x * (1 + step))) for i, x in enumerate(map(mpf, args)))
        f = case.truth(*map(mpf, args))
        return max(abs(m - f) / step for m in moved)


def ulps(got: float, want: mpf, beside_zero: mpf) -> float:
    """|got − want| in units of the last place of `want`, or of `beside_zero` where that is 16 times as large."""
    if not math.isfinite(got):
        return math.inf
    size = abs(beside_zero) if abs(want) < abs(beside_zero) / 16 else abs(want)
    if size == 0:
        return 0.0 if got == 0.0 else math.inf
    return float(abs(mpf(got) - want) / math.ulp(min(float(size), sys.float_info.max)))
