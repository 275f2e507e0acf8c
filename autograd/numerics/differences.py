"""Numerical derivatives by central differences, extrapolated to step zero.

    D(h) = (f(x + h) − f(x − h)) / 2h = f′(x) + c₂h² + c₄h⁴ + …

A single difference has half the digits at best: a large step leaves c₂h², a small one cancels. Richardson's
extrapolation combines D(h), D(h/2), D(h/4), … so that c₂, c₄, … drop out, and the scatter of the table tells how far
to trust it (C. J. F. Ridders, Advances in Engineering Software 4 (1982) 75): smooth functions give 11 to 14 digits.
"""

import math
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace

_START = 0.24  # of the size of x (of 1 if x is smaller): the first step
_ROWS = 60  # steps at most; each is half the one before
_ORDERS = 7  # columns of the table: the error that is left is of the order step^(2·_ORDERS)
_CONVERGED = 1e-12
_TINY = 1e-8
_EPSILON = 2.0**-52


@dataclass(frozen=True, slots=True)
class Difference:
    """A numerical derivative: its value, an estimate of its own error, the step it was taken with, and the `scale` of
    f there: the largest |f| met over max(|x|, 1), the slope of an f that changes by all of itself."""

    value: float
    error: float
    step: float
    scale: float


_NONE = Difference(math.nan, math.inf, 0.0, 0.0)


def central_difference(f: Callable[[float], float], x: float) -> Difference:
    """f′(x) as the entry of the extrapolation table that agrees best with its neighbours.

    Steps at which f is not finite (outside its domain, say) are left out. Where no step is left, the value is nan.
    """
    found: list[Difference] = []
    above: list[float] = []
    steepest = scale = 0.0
    for step, slope, size in _slopes(f, x):
        steepest, scale = max(steepest, abs(slope)), max(scale, size / max(abs(x), 1.0))
        row = _extrapolated(slope, above)
        found += _best_of(row, above, _EPSILON * size / step, step)
        above = row
        if any(d.error <= _CONVERGED * abs(d.value) for d in found[:-3]):  # and smaller steps only lose digits again
            break
    # Relative to its size, so that a chance agreement among wrong small numbers does not win; a derivative of 0 has
    # no size of its own and is measured against the slopes around it.
    best = min(found, key=lambda d: d.error / (abs(d.value) + _TINY * steepest or 1.0), default=_NONE)
    return replace(best, scale=scale)


def _slopes(f: Callable[[float], float], x: float) -> Iterator[tuple[float, float, float]]:
    """(h, D(h), the larger of |f(x ± h)|) for falling steps, down to a millionth of x (1e-9 at 0)."""
    step = _START * max(abs(x), 1.0)
    smallest = 1e-6 * abs(x) or 1e-9
    for _ in range(_ROWS):
        right, left = x + step, x - step
        above, below = f(right), f(left)
        if math.isfinite(above) and math.isfinite(below):
            yield step, (above - below) / (right - left), max(abs(above), abs(below))
        step /= 2.0
        if step < smallest:
            return


def _extrapolated(slope: float, above: list[float]) -> list[float]:
    """The next row of the table: each entry removes one more even power of the step."""
    row, weight = [slope], 1.0
    for previous in above[: _ORDERS - 1]:
        weight *= 4.0
        row.append(row[-1] + (row[-1] - previous) / (weight - 1.0))
    return row


def _best_of(row: list[float], above: list[float], noise: float, step: float) -> list[Difference]:
    """The entry of a row that is closest to the two it was made from; none for a row of one."""
    scatters = [max(abs(row[i] - row[i - 1]), abs(row[i] - above[i - 1])) for i in range(1, len(row))]
    if not scatters:
        return []
    i = min(range(len(scatters)), key=scatters.__getitem__)
    return [Difference(row[i + 1], scatters[i] + noise, step, 0.0)]


def one_sided(f: Callable[[float], float], x: float, step: float) -> tuple[float, float]:
    """The slopes to the left and to the right of x: far apart at a kink."""
    here = f(x)
    return (here - f(x - step)) / step, (f(x + step) - here) / step
