"""Numerical derivatives by central differences, at the steps that suit the function, extrapolated to step zero.

    D(h) = (f(x + h) − f(x − h)) / 2h = f′(x) + c₂h² + c₄h⁴ + …

A large step leaves c₂h², or looks past all there is (a narrow bell is flat from far away); a small one drowns in the
rounding of f. So differences are taken on a coarse ladder of steps first, from the size of x down to its last digits.
Read upwards from the smallest step, they agree with each other as far as f looks like a straight line or a parabola:
that agreement says roughly what f′(x) is, and whatever a larger step says otherwise is about another part of f. Around
the best of these steps Richardson's extrapolation then combines D(h), D(h/2), D(h/4), … so that c₂, c₄, … drop out, and
the scatter of its table tells how far to trust it (C. J. F. Ridders, Advances in Engineering Software 4 (1982) 75):
smooth functions give 11 to 14 digits.
"""

import math
from collections.abc import Callable
from dataclasses import dataclass, replace
from itertools import pairwise

_LARGEST_BITS = 3  # below the size of x (of 1 if x is smaller): the largest step
_SMALLEST_BITS = 50  # below the size of x: smaller steps leave no digit
_SMALLEST_BITS_AT_ZERO = 100
_SMALLEST_EXPONENT = -1021  # of steps whose reciprocal is a float
_COARSE_BITS, _MOST_COARSE = 4, 40  # the ladder's steps fall by 2⁴ or more, so that it has no more rungs than that
_RUNGS = 3  # of the coarse ladder that have to agree
_ROWS, _ORDERS = 16, 7  # of the table: the error that is left is of the order step^(2·_ORDERS)
_ABOVE = 2**12  # how far above the best coarse step the table begins
_CONVERGED = 1e-12
_ROUNDING = 4 * 2.0**-53  # how many digits of f are taken to be right: all but two bits
_TINIEST = 2.0**-1074  # the smallest float: results below 1e-308 are rounded to multiples of it
_MOST_BITS = 28  # how many bits more cancellation inside of f may have cost


@dataclass(frozen=True, slots=True)
class Difference:
    """A numerical derivative: its value, an estimate of its own error, the step it was taken with, and the `scale` of
    f there: |f| over the largest step at which f is what it is around x: the slope of an f that changes by all of
    itself."""

    value: float
    error: float
    step: float
    scale: float


@dataclass(frozen=True, slots=True)
class _Slope:
    """D(step), the larger of |f(x ± step)|, and what the rounding of f, and of x inside of f, may have done to D."""

    step: float
    value: float
    size: float
    x: float

    @property
    def noise(self) -> float:
        return (_ROUNDING * (self.size + abs(self.x * self.value)) + _TINIEST) / self.step


@dataclass(frozen=True, slots=True)
class _Bracket:
    """f′(x) lies between `low` and `high`, as one pair of coarse steps tells; `step` is the smaller of the two."""

    step: float
    low: float
    high: float


_Chain = list[_Bracket]  # brackets that have numbers in common, the smallest step first


def central_difference(f: Callable[[float], float], x: float) -> Difference:
    """f′(x) by extrapolation, at the steps at which f is smooth around x and not yet lost in rounding.

    Steps at which f is not finite (outside its domain, say) are left out. Where no step is left, the value is nan.
    """
    ladder = [slope for step in _coarse_steps(x) if (slope := _slope(f, x, step)) is not None]
    if len(ladder) < 2:
        value, step = (ladder[0].value, ladder[0].step) if ladder else (math.nan, 0.0)
        return Difference(value, math.inf, step, 0.0)
    if not any(slope.value for slope in ladder):  # as most entries of a large Hessian are
        widest = ladder[0]
        return Difference(0.0, widest.noise, widest.step, max(widest.size, _TINIEST / _ROUNDING) / widest.step)
    chain, rounding = _trusted(ladder)
    if not chain:
        return Difference(ladder[-1].value, math.inf, ladder[-1].step, 0.0)
    best = _best(chain)
    rounding = max(rounding, _seen_rounding([slope for slope in ladder if slope.step < best.step]))
    scale = max(next(slope.size for slope in ladder if slope.step == best.step), _TINIEST / _ROUNDING) / best.step
    rough = Difference((best.low + best.high) / 2.0, (best.high - best.low) / 2.0, best.step, scale)
    found = _table(f, x, min(best.step * _ABOVE, ladder[0].step), rounding, rough)
    return replace(min([rough, *found], key=lambda entry: entry.error), scale=scale)


# The coarse ladder --------------------------------------------------------------------------------------------------
def _coarse_steps(x: float) -> list[float]:
    """Steps from the size of x (of 1 if x is smaller) down to the last digits of x, the largest first. They are powers
    of two, so that x ± step is exact: D has no part f″ then, and the ratios of steps are what they are meant to be."""
    if not math.isfinite(x):
        return []
    largest = math.frexp(max(abs(x), 1.0))[1] - _LARGEST_BITS
    smallest = max(math.frexp(x)[1] - _SMALLEST_BITS, _SMALLEST_EXPONENT) if x else -_SMALLEST_BITS_AT_ZERO
    drop = max(_COARSE_BITS, math.ceil((largest - smallest) / _MOST_COARSE))
    return [math.ldexp(1.0, bits) for bits in range(largest, smallest - 1, -drop)]


def _slope(f: Callable[[float], float], x: float, step: float) -> _Slope | None:
    """D(step); None where f is not finite."""
    right, left = x + step, x - step
    above, below = f(right), f(left)
    value = (above - below) / (right - left)
    return _Slope(step, value, max(abs(above), abs(below)), x) if math.isfinite(value) else None


def _trusted(ladder: list[_Slope]) -> tuple[_Chain, float]:
    """The chain of the smallest steps that is long enough to be no accident, and how much worse than that of its result
    the rounding inside of f is: where nothing agrees, more and more of it is allowed for.

    A chain of steps at which f does not move at all says that f is flat, or that rounding hides how it moves, as that
    of (1e8 + x) − 1e8 does. A chain further up that has a slope which would be hidden there says that it is the latter.
    """
    flat: _Chain = []
    for rounding in (2.0**bits for bits in range(0, _MOST_BITS + 1, _COARSE_BITS)):
        settled = [chain for chain in _chains(ladder, rounding) if len(chain) >= _RUNGS]
        for chain in settled:
            if not _is_flat(chain, ladder) and (not flat or _hidden(_best(chain), _best(flat), ladder)):
                return _clearest(chain, settled), rounding
            flat = flat or chain
        if flat and not _moves_in_jumps(flat, ladder):
            break
    return flat or max(_chains(ladder, 1.0), key=len, default=[]), 1.0


def _clearest(chain: _Chain, settled: list[_Chain]) -> _Chain:
    """The chain that tells most of the same slope: what small steps say of it, rounding inside of f may have moved by
    some of their widths, and ended their chain for it."""
    rough = _best(chain)
    reach = 2.0**_COARSE_BITS * (rough.high - rough.low)
    same = [c for c in settled if rough.low - reach <= _best(c).low and _best(c).high <= rough.high + reach]
    return min(same, key=lambda c: _best(c).high - _best(c).low)


def _chains(ladder: list[_Slope], rounding: float) -> list[_Chain]:
    """Neighbouring rungs, from the smallest step upwards, as long as what they tell of f′(x) can all be true.

    Two rungs tell D(h) = f′ + c₂h² at two steps; the part c₂h² of the smaller one is their difference over r² − 1, r
    the ratio of the steps, and that much again is allowed for c₄h⁴; or what the smaller one is away from the rung below
    it, if that is more (the larger one may look past a pole).
    """
    chains: list[_Chain] = []
    low, high = -math.inf, math.inf
    below = ladder[-1]
    for upper, lower in reversed(list(pairwise(ladder))):
        bend = (lower.value - upper.value) / ((upper.step / lower.step) ** 2 - 1.0)
        drift = abs(lower.value - below.value)
        middle, width = lower.value + bend, max(abs(bend), drift) + 2.0 * rounding * lower.noise
        below = lower
        if not math.isfinite(width):
            continue
        if not chains or not (middle - width <= high and middle + width >= low):
            chains.append([])
            low, high = -math.inf, math.inf
        chains[-1].append(_Bracket(lower.step, middle - width, middle + width))
        low, high = max(low, middle - width), min(high, middle + width)
    return chains


def _best(chain: _Chain) -> _Bracket:
    return min(chain, key=lambda bracket: bracket.high - bracket.low)


def _seen_rounding(ladder: list[_Slope]) -> float:
    """How many times more than their noise neighbours differ, at steps at which nothing else makes them differ."""
    return max((abs(a.value - b.value) / (a.noise + b.noise) for a, b in pairwise(ladder)), default=0.0)


def _is_flat(chain: _Chain, ladder: list[_Slope]) -> bool:
    return not any(slope.value for slope in ladder if slope.step <= _best(chain).step)


def _hidden(bracket: _Bracket, flat: _Bracket, ladder: list[_Slope]) -> bool:
    """Is there a slope, and would rounding inside of f hide it at the steps of `flat`?"""
    if bracket.low <= 0.0 <= bracket.high:
        return False
    size = next(slope.size for slope in ladder if slope.step == flat.step)
    return abs(bracket.low + bracket.high) * flat.step <= 2.0**_MOST_BITS * _ROUNDING * size


def _moves_in_jumps(flat: _Chain, ladder: list[_Slope]) -> bool:
    """Is the first change of f, above the steps at which it is flat, so small a part of f that it may be rounding?"""
    moved = next((slope for slope in reversed(ladder) if slope.value), None)
    return moved is not None and 2.0 * moved.step * abs(moved.value) <= 2.0**_MOST_BITS * _ROUNDING * moved.size


# The table ----------------------------------------------------------------------------------------------------------
def _table(f: Callable[[float], float], x: float, step: float, rounding: float, rough: Difference) -> list[Difference]:
    """The entry of each row of the extrapolation table that agrees best with its neighbours, if it does with rough."""
    found: list[Difference] = []
    above: list[float] = []
    for _ in range(_ROWS):
        slope = _slope(f, x, step)
        step /= 2.0
        if slope is None:
            continue
        row = _extrapolated(slope.value, above)
        entries = _best_of(row, above, rounding * (_ROUNDING * slope.size + _TINIEST) / slope.step, slope.step)
        found += [entry for entry in entries if abs(entry.value - rough.value) <= rough.error + entry.error]
        above = row
        if any(d.error <= _CONVERGED * abs(d.value) for d in found[:-3]):  # and smaller steps only lose digits again
            break
    return found


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
