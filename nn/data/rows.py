"""Data: rows of numbers, cut, scaled and served in batches.

X is a list of rows (lists of floats), y a list with one target per row; NumPy arrays are taken apart into
lists. Everything random takes `rng`, a random.Random of your own or a seed; without one it draws from the module
`random`, so that `random.seed(…)` makes a whole experiment repeatable.
"""

from __future__ import annotations

import csv
import math
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from importlib import resources
from numbers import Real
from operator import index
from typing import Any, Protocol, SupportsIndex

from nn.basics.first_weights import as_rng
from nn.basics.nested import is_list

Rows = list[list[float]]
Sets = tuple[list[Any], list[Any]]  # (X, y) of one part


class Random(Protocol):
    """What is used of random.Random (the module `random` has it, too)."""

    def shuffle(self, x: list[Any], /) -> None: ...
    def gauss(self, mu: float, sigma: float, /) -> float: ...


def as_list(items: Any) -> list[Any]:
    """A list of plain Python numbers and lists, also from NumPy (all that has .tolist()) and pandas (.to_numpy())."""
    items = items.to_numpy() if hasattr(items, "to_numpy") else items
    items = items.tolist() if hasattr(items, "tolist") else items
    if isinstance(items, str | bytes | dict) or not hasattr(items, "__iter__"):
        raise TypeError(f"expected a list of rows or targets, got {type(items).__name__}: {items!r:.60}")
    return [row.tolist() if hasattr(row, "tolist") else row for row in items]


def as_pairs(X: Any, y: Any) -> Sets:
    """X and y as lists of the same length, at least one row; otherwise ValueError with both lengths."""
    rows, targets = as_list(X), as_list(y)
    if len(rows) != len(targets) or not rows:
        raise ValueError(
            f"X and y need one target per row and at least one row, got {len(rows)} rows, {len(targets)} targets"
        )
    return rows, targets


def as_rows(X: Any) -> list[Any]:
    """X as a list of rows; ValueError, with what to write, for a row that is a single number."""
    rows = as_list(X)
    for row in rows:
        if not is_list(row):
            raise ValueError(f"expected rows, each a list of numbers, got {row!r:.60}: [[1.0], [2.0]] for [1.0, 2.0]")
    return rows


def rows_per_update(n: int, batch_size: int | str | None) -> int:
    """How many of n rows one update looks at: all ("batch" or None), 1 ("stochastic"), or a number for mini-batches.

    >>> [rows_per_update(50, size) for size in ("batch", "stochastic", 5)]
    [50, 1, 5]
    """
    size = n if batch_size in ("batch", None) else 1 if batch_size == "stochastic" else batch_size
    if not isinstance(size, SupportsIndex) or isinstance(size, bool) or index(size) < 1:
        raise ValueError(f'batch_size has to be "batch", "stochastic" or a whole number above 0, got {batch_size!r}')
    return min(index(size), n)


def batches(
    X: Any, y: Any, batch_size: int | str | None = "batch", shuffle: bool = True, rng: Random | int | None = None
) -> Iterator[Sets]:
    """One epoch: (X, y) piece by piece, every row once, ⌈n / batch_size⌉ pieces; the last may be smaller.

    Shuffled by `rng`, except for a whole batch, where the order has no meaning. ValueError as `rows_per_update`.

    >>> [xs for xs, ys in batches([[1.0], [2.0], [3.0]], [1, 2, 3], batch_size=2, shuffle=False)]
    [[[1.0], [2.0]], [[3.0]]]
    """
    rows, targets = as_pairs(X, y)
    size = rows_per_update(len(rows), batch_size)
    order = list(range(len(rows)))
    if shuffle and size < len(rows):
        as_rng(rng, "shuffle").shuffle(order)
    for start in range(0, len(order), size):
        part = order[start : start + size]
        yield [rows[i] for i in part], [targets[i] for i in part]


def split(
    X: Any, y: Any, shares: Sequence[float] = (0.8, 0.2), stratify: bool = False, rng: Random | int | None = None
) -> list[Sets]:
    """Shuffle the rows and deal them out: one (X, y) per share, for example (0.6, 0.2, 0.2) → train,
    validation, test.

    With `stratify` every class of y is dealt out in these shares by itself; a one-hot row stands for its class.
    Counts are rounded so that they add up. ValueError unless the shares are positive and add up to 1, and where a part
    would be empty; TypeError for shares that are no list of numbers and for classes that are neither numbers nor names.
    """
    rows, targets = as_pairs(X, y)
    if not isinstance(shares, Iterable) or not all(isinstance(share, Real) for share in shares):
        raise TypeError(f"shares have to be numbers, one for each part, got {shares!r:.60}")
    if not all(share > 0 for share in shares) or abs(math.fsum(shares) - 1) > 1e-9:
        raise ValueError(f"shares have to be above 0 and add up to 1, got {tuple(shares)}")
    parts: list[list[int]] = [[] for _ in shares]
    dice, groups = as_rng(rng, "shuffle"), _groups(targets, stratify)
    for members in groups:
        dice.shuffle(members)
        for part, piece in zip(parts, _deal(members, shares), strict=True):
            part.extend(piece)
    if not all(parts):
        what = f"{len(rows)} rows of {len(groups)} classes" if stratify else f"{len(rows)} rows"
        raise ValueError(f"{what} are too few for shares {tuple(shares)}: part sizes {[len(p) for p in parts]}")
    for part in parts:
        dice.shuffle(part)  # otherwise a stratified part would hold its classes one after the other
    return [([rows[i] for i in part], [targets[i] for i in part]) for part in parts]


def _groups(targets: list[Any], stratify: bool) -> list[list[int]]:
    """Row numbers in one group, or in one group per class."""
    if not stratify:
        return [list(range(len(targets)))]
    classes: dict[Any, list[int]] = {}
    for i, target in enumerate(targets):
        kind = tuple(target) if isinstance(target, list) else target
        try:
            classes.setdefault(kind, []).append(i)
        except TypeError:
            raise TypeError(f"stratify needs targets that are classes, got {target!r:.60} in row {i}") from None
    return list(classes.values())


def _deal(members: list[int], shares: Sequence[float]) -> list[list[int]]:
    """Cut a list at the rounded running totals of the shares; the first part gets at least one."""
    ends = [max(1, round(math.fsum(shares[: k + 1]) * len(members))) for k in range(len(shares))]
    return [members[start:end] for start, end in zip([0, *ends[:-1]], ends, strict=True)]


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
    """offset = mean, scale = standard deviation (over n, as scikit-learn's StandardScaler); a constant column
    has scale 1.

    >>> standardize([[1.0], [3.0]])([[1.0], [3.0], [5.0]])
    [[-1.0], [1.0], [3.0]]
    """
    columns = [mean_and_deviation(column) for column in _columns(X)]
    # rounding of the mean leaves a constant column a spread of a few ulp: dividing by it would blow up noise
    scales = tuple(deviation if deviation > 8 * math.ulp(mean) else 1.0 for mean, deviation in columns)
    return Scaler(tuple(mean for mean, _ in columns), scales)


def mean_and_deviation(numbers: Sequence[float]) -> tuple[float, float]:
    """x̄ = Σx / n and √(Σ(x - x̄)² / n)."""
    mean = math.fsum(numbers) / len(numbers)
    return mean, math.hypot(*(x - mean for x in numbers)) / math.sqrt(len(numbers))


def min_max(X: Any) -> Scaler:
    """offset = smallest, scale = largest - smallest: the rows it was made from land in [0, 1]; a constant
    column on 0.

    >>> min_max([[1.0], [3.0]])([[1.0], [2.0], [3.0]])
    [[0.0], [0.5], [1.0]]
    """
    columns = _columns(X)
    return Scaler(tuple(float(min(c)) for c in columns), tuple(float(max(c) - min(c)) or 1.0 for c in columns))


def _columns(X: Any) -> list[tuple[float, ...]]:
    rows = as_rows(X)
    if not rows or len({len(row) for row in rows}) != 1:
        raise ValueError(
            f"expected rows of one length, got {len(rows)} rows of lengths {sorted({len(r) for r in rows})}"
        )
    return list(zip(*rows, strict=True))


def one_hot(index: int, classes: int) -> list[float]:
    """A row of zeros with 1.0 at `index`. ValueError unless 0 ≤ index < classes.

    >>> one_hot(1, 3)
    [0.0, 1.0, 0.0]
    """
    if index not in range(classes):
        raise ValueError(f"class index has to be 0 to {classes - 1}, got {index!r}")
    return [1.0 if i == index else 0.0 for i in range(classes)]


def micrograd_moons() -> tuple[Rows, list[int]]:
    """The 100 points of micrograd's demo, two moons with noise 0.1; X of 2 numbers, y of -1 and +1. Needs no extra.

    Source: sklearn.datasets.make_moons(n_samples=100, noise=0.1) after numpy.random.seed(1337), as in the
    demo notebook of https://github.com/karpathy/micrograd.
    """
    text = (resources.files("nn.data") / "moons.csv").read_text(encoding="utf-8")
    table = list(csv.reader(text.splitlines()))[1:]
    return [[float(a), float(b)] for a, b, _ in table], [2 * int(label) - 1 for _, _, label in table]


def two_moons(n: int = 100, noise: float = 0.1, rng: Random | int | None = None) -> Sets:
    """n fresh points on micrograd_moons' two half circles: (cos t, sin t) is -1, (1 - cos t, ½ - sin t) is +1.

    t runs evenly from 0 to π; both coordinates get normal noise. ValueError for fewer than 2 points or noise below 0.
    """
    if n < 2 or not noise >= 0:
        raise ValueError(f"two moons need n ≥ 2 and noise ≥ 0, got n={n!r}, noise={noise!r}")
    draw = as_rng(rng).gauss
    X, y = [], []
    for i in range(n):
        label, half = 2 * (i % 2) - 1, n // 2 + (n % 2) * (i % 2 == 0)
        t = math.pi * (i // 2) / max(half - 1, 1)
        a, b = (math.cos(t), math.sin(t)) if label < 0 else (1 - math.cos(t), 0.5 - math.sin(t))
        X.append([a + draw(0, noise), b + draw(0, noise)])
        y.append(label)
    return X, y


def spirals(
    n: int = 100, classes: int = 2, noise: float = 0.1, turns: float = 1.0, rng: Random | int | None = None
) -> Sets:
    """`classes` arms of n points each: radius t, angle 2π(turns·t + arm/classes), t from 0.1 to 1, plus noise / 10.

    y is the number of the arm. Linear models fail on it, a small network does not.
    """
    if n < 2 or classes < 1 or noise < 0:
        raise ValueError(
            f"spirals need n ≥ 2, classes ≥ 1, noise ≥ 0, got n={n!r}, classes={classes!r}, noise={noise!r}"
        )
    draw = as_rng(rng).gauss
    X, y = [], []
    for arm in range(classes):
        for i in range(n):
            t = 0.1 + 0.9 * i / (n - 1)
            angle = 2 * math.pi * (turns * t + arm / classes)
            X.append([t * math.cos(angle) + draw(0, noise / 10), t * math.sin(angle) + draw(0, noise / 10)])
            y.append(arm)
    return X, y


def moons(n: int = 100, noise: float = 0.1, seed: int | None = None) -> Sets:
    """Two half circles, n points in all, classes 0 and 1: sklearn.datasets.make_moons. Needs the extra `data`."""
    return _from_sklearn("make_moons", n_samples=n, noise=noise, random_state=seed)


def circles(n: int = 100, noise: float = 0.1, factor: float = 0.5, seed: int | None = None) -> Sets:
    """A circle within a circle, classes 0 (outer) and 1: sklearn.datasets.make_circles. Needs the extra `data`."""
    return _from_sklearn("make_circles", n_samples=n, noise=noise, factor=factor, random_state=seed)


def iris() -> Sets:
    """Fisher's iris flowers: 150 rows of 4 lengths in cm, classes 0, 1, 2. Needs the extra `data`."""
    return _from_sklearn("load_iris", return_X_y=True)


def digits() -> Sets:
    """1,797 handwritten digits, 8×8 grey values 0 to 16 in rows of 64, classes 0 to 9. Needs the extra `data`."""
    return _from_sklearn("load_digits", return_X_y=True)


def diabetes() -> Sets:
    """442 patients, 10 standardised measurements each; target: progression after a year. Needs the extra `data`."""
    return _from_sklearn("load_diabetes", return_X_y=True)


def _from_sklearn(name: str, **arguments: Any) -> Sets:
    try:
        from sklearn import datasets
    except ImportError as error:
        raise ImportError(
            f"this data set comes from scikit-learn, which is not installed: pip install 'glassgrad[data]' ({error})"
        ) from error
    X, y = getattr(datasets, name)(**arguments)
    return X.tolist(), y.tolist()
