"""The norm of a layer's gradient, as History.gradient_norm has it.

    √(Σ g²)        the squares added from left to right; math.hypot(*g) where they are too small or too large for that

It is the same wherever the numbers live and whichever engine runs, to the last bit: BLAS adds in an order that goes by
the processor.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from functools import lru_cache
from itertools import accumulate, pairwise
from typing import Any, TypeAlias

from autograd import Value, engine, record, sqrt, sum_of_squares
from nn.descent.settings import Number

Roots: TypeAlias = tuple[Number, Callable[[], bool]]  # an array, and what fills it with √(Σ g²): are they in between?
KEPT = 16  # programs, for layers of so many different sizes
SMALL = 2.0**-324  # above which no square was lost that counts
BEYOND = 2.0**700  # by a root is infinite up to SMALL, and only there


def norm(gradient: Sequence[float]) -> float:
    """That of one layer."""
    squares = 0.0
    for g in gradient:
        squares += g * g
    return root if SMALL < (root := math.sqrt(squares)) < math.inf else math.hypot(*gradient)


class Norms:
    """The same on an array that holds the gradients of layers of these sizes, one behind the other, and stays."""

    def __init__(self, sizes: Sequence[int], gradient: Number) -> None:
        self._layers = [gradient[slice(*ends)] for ends in pairwise(accumulate(sizes, initial=0))]
        self._roots, self.fill = (by_a_program if engine == "native" else by_numpy)(sizes, gradient)

    def now(self) -> list[float]:
        """One for each layer."""
        if self.fill():
            return self.filled()
        # of rows that are learnt all numbers may be 0
        return [norm(part.tolist()) if part.any() else 0.0 for part in self._layers]

    def filled(self) -> list[float]:
        """The same where fill() has said yes."""
        roots: list[float] = self._roots.tolist()
        return roots


def by_a_program(sizes: Sequence[int], gradient: Number) -> Roots:
    """Recorded on Values, for the replay machine: a call for all layers, in which nobody warns of large squares."""
    import numpy as np

    found = np.empty(2 * len(sizes))
    fill = recorded_roots(tuple(sizes)).in_place(gradient, (np.zeros(1),), tuple(found[:, None]))
    return found[: len(sizes)], fill


@lru_cache(KEPT)
def recorded_roots(sizes: tuple[int, ...]) -> Any:  # what map_function gives
    """Fills arrays with the roots; who trains several models of one shape records it once.

    After them come numbers that are infinite where a root is too small: a run says by itself whether all that it came
    to is finite.
    """
    layers = [[Value(1.0) for _ in range(size)] for size in sizes]

    def roots(_: Value) -> list[Value]:
        found = [sqrt(sum_of_squares(layer)) for layer in layers]
        return found + [BEYOND / root for root in found]

    return record(roots, 0.0).map_function()


def by_numpy(sizes: Sequence[int], gradient: Number) -> Roots:
    """By bincount, which adds one number after the other, as NumPy's sums do not."""
    import numpy as np

    layer_of, roots = np.repeat(np.arange(len(sizes)), sizes), np.empty(len(sizes))

    @np.errstate(all="ignore")
    def fill() -> bool:
        np.sqrt(np.bincount(layer_of, gradient * gradient), out=roots)
        return bool(((roots > SMALL) & (roots < math.inf)).all())

    return roots, fill
