"""Planes: flat cuts through a space of many dimensions, to draw in. Needs NumPy (it comes with matplotlib)."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from nn.data.rows import as_rows
from nn.inspection.style import import_matplotlib


@dataclass(frozen=True)
class Plane:
    """A flat cut through the space of the rows: origin + a·first + b·second, with orthonormal directions."""

    origin: list[float]
    directions: list[list[float]]
    shares: list[float]  # of the rows' variance, that lie along each direction

    def project(self, row: Sequence[float]) -> list[float]:
        """Coordinates (a, b) of the point of the plane nearest to a row."""
        away = [x - o for x, o in zip(row, self.origin, strict=True)]
        return [math.fsum(x * d for x, d in zip(away, direction, strict=True)) for direction in self.directions]

    def lift(self, point: Sequence[float]) -> list[float]:
        """The row that lies at coordinates (a, b)."""
        (a, b), (first, second) = point, self.directions
        return [o + a * u + b * v for o, u, v in zip(self.origin, first, second, strict=True)]


def main_plane(X: Any, origin: Sequence[float] | None = None) -> Plane:
    """The plane along the first two principal components of the rows: it shows most of their spread.

    It goes through their mean, or through the `origin` given. ValueError for rows of fewer than two numbers.
    """
    rows = as_rows(X)
    if len(rows[0]) < 2:
        raise ValueError("a plane needs rows of at least two numbers")
    import_matplotlib()
    import numpy as np

    mean = np.mean(rows, axis=0)
    moves = np.array(rows) - mean
    moves = moves if len(moves) > 1 else np.pad(moves, ((0, 1), (0, 0)))  # one row alone has one direction
    _, sizes, axes = np.linalg.svd(moves, full_matrices=False)
    shares = sizes**2 / ((sizes**2).sum() or 1.0)
    return Plane(list(origin or mean.tolist()), axes[:2].tolist(), shares[:2].tolist())
