"""The norm of a layer's gradient, as History.gradient_norm has it.

    √(Σ g²)        the squares added from left to right; math.hypot(*g) where that is not between 1e-100 and 1e100

It is the same wherever the numbers live and whichever engine runs, to the last bit: BLAS adds in an order that goes by
the processor.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from functools import lru_cache
from itertools import accumulate, pairwise
from typing import TypeAlias

from autograd import Value, engine, record, sqrt, sum_of_squares
from nn.descent.settings import Number

Roots: TypeAlias = Callable[[Number], list[float]]  # an array with the gradients of all layers → √(Σ g²) of each
KEPT = 16  # programs, for layers of so many different sizes
SMALL, LARGE = 1e-100, 1e100  # between which no square was lost and none was too large


def norm(gradient: Sequence[float]) -> float:
    """That of one layer."""
    squares = 0.0
    for g in gradient:
        squares += g * g
    return root if SMALL < (root := math.sqrt(squares)) < LARGE else math.hypot(*gradient)


class Norms:
    """The same on an array that holds the gradients of layers of these sizes, one behind the other."""

    def __init__(self, sizes: Sequence[int]) -> None:
        self._layers = [slice(*ends) for ends in pairwise(accumulate(sizes, initial=0))]
        self._roots = roots_by_a_program(sizes) if engine == "native" else roots_by_numpy(sizes)

    def __call__(self, gradient: Number) -> list[float]:
        """One for each layer."""
        roots = self._roots(gradient)
        if min(roots) > SMALL and max(roots) < LARGE:
            return roots
        parts = [gradient[layer] for layer in self._layers]  # of rows that are learnt all numbers may be 0
        return [norm(part.tolist()) if part.any() else 0.0 for part in parts]


def roots_by_a_program(sizes: Sequence[int]) -> Roots:
    """Recorded on Values, for the replay machine: a call for all layers, in which nobody warns of large squares."""
    import numpy as np

    run = recorded_roots(tuple(sizes))
    roots, example = np.empty(len(sizes)), (np.zeros(1),)
    results = tuple(roots[:, None])

    def roots_of(gradient: Number) -> list[float]:
        run(gradient, example, results)
        return roots.tolist()

    return roots_of


@lru_cache(KEPT)
def recorded_roots(sizes: tuple[int, ...]) -> Callable[..., bool]:
    """Fills arrays with the roots; who trains several models of one shape records it once."""
    layers = [[Value(0.0) for _ in range(size)] for size in sizes]
    return record(lambda _: [sqrt(sum_of_squares(layer)) for layer in layers], 0.0).map_function()


def roots_by_numpy(sizes: Sequence[int]) -> Roots:
    """By bincount, which adds one number after the other, as NumPy's sums do not."""
    import numpy as np

    layer_of = np.repeat(np.arange(len(sizes)), sizes)

    @np.errstate(all="ignore")
    def roots_of(gradient: Number) -> list[float]:
        return np.sqrt(np.bincount(layer_of, gradient * gradient)).tolist()  # type: ignore[no-any-return]

    return roots_of
