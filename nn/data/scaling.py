"""Scaling: columns brought to comparable sizes, and classes written as rows."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from autograd import total
from nn.basics.checks import index as index_of
from nn.basics.checks import positive
from nn.data.rows import Rows, as_rows


@dataclass(frozen=True)
class Scaler:
    """x ↦ (x - offset) / scale, column by column; `inverse` undoes it: x = z·scale + offset.

    Made by `standardize` or `min_max` from the rows that are trained on, and then used on all others as well:
    scaling held-out rows by their own mean would let them tell something about themselves.
    """

    offsets: tuple[float, ...]
    scales: tuple[float, ...]

    def __call__(self, X: Any) -> Rows:
        """The rows scaled. ValueError when a row has not one number per column."""
        return [
            [(x - o) / s for x, o, s in zip(row, self.offsets, self.scales, strict=True)] for row in self._checked(X)
        ]

    def inverse(self, Z: Any) -> Rows:
        """The rows in their original units."""
        return [[z * s + o for z, o, s in zip(row, self.offsets, self.scales, strict=True)] for row in self._checked(Z)]

    def _checked(self, X: Any) -> list[Any]:
        rows = as_rows(X)
        for i, row in enumerate(rows):
            if len(row) != len(self.offsets):
                raise ValueError(f"row {i} has {len(row)} numbers, this scaler was made for {len(self.offsets)}")
        return rows


def standardize(X: Any) -> Scaler:
    """offset = mean, scale = standard deviation (over n, as sklearn's StandardScaler); 1 for a constant column.

    >>> standardize([[1.0], [3.0]])([[1.0], [3.0], [5.0]])
    [[-1.0], [1.0], [3.0]]
    """
    columns = [mean_and_deviation(column) for column in _columns(X)]
    # rounding of the mean leaves a constant column a spread of a few ulp: dividing by it would blow up noise
    scales = tuple(deviation if deviation > 8 * math.ulp(mean) else 1.0 for mean, deviation in columns)
    return Scaler(tuple(mean for mean, _ in columns), scales)


def mean_and_deviation(numbers: Sequence[float]) -> tuple[float, float]:
    """x̄ = Σx / n and √(Σ(x - x̄)² / n)."""
    mean = total(numbers) / len(numbers)
    return mean, math.hypot(*(x - mean for x in numbers)) / math.sqrt(len(numbers))


def min_max(X: Any) -> Scaler:
    """offset = smallest, scale = largest - smallest: its own rows land in [0, 1], a constant column on 0.

    >>> min_max([[1.0], [3.0]])([[1.0], [2.0], [3.0]])
    [[0.0], [0.5], [1.0]]
    """
    columns = _columns(X)
    return Scaler(tuple(float(min(c)) for c in columns), tuple(float(max(c) - min(c)) or 1.0 for c in columns))


def _columns(X: Any) -> list[tuple[float, ...]]:
    rows = as_rows(X)
    if len(lengths := {len(row) for row in rows}) != 1:
        raise ValueError(f"expected rows of one length, got {len(rows)} rows of lengths {sorted(lengths)}")
    return list(zip(*rows, strict=True))


def one_hot(index: int, classes: int) -> list[float]:
    """A row of zeros with 1.0 at `index`. ValueError unless 0 ≤ index < classes.

    >>> one_hot(1, 3)
    [0.0, 1.0, 0.0]
    """
    true = index_of("class", index, positive("classes", classes))
    return [1.0 if i == true else 0.0 for i in range(classes)]
