"""Rows and targets: as plain lists, in batches, split into parts."""

import math
from collections.abc import Iterable, Iterator, Sequence
from contextlib import suppress
from numbers import Real
from typing import Any, Protocol

from autograd import Value, total
from nn.basics.checks import as_number, as_rng, as_whole, flag
from nn.basics.nested import flat, is_iterable, is_list

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
    if isinstance(items, str | bytes | dict | set | frozenset) or not hasattr(items, "__iter__"):
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


def check_complete(name: str, rows: Sequence[Any]) -> None:
    """ValueError that names the first row, such as X[7], with a None or nan among its numbers."""
    with suppress(TypeError, OverflowError):  # that an int is too large is said where it becomes a float
        whole = sum(map(sum, rows) if is_list(rows[0]) else rows)
        if isinstance(whole, Real) and whole == whole:
            return  # quick: no nan is in it, and no None; the sum of a Value is one, and equal to itself
    for i, row in enumerate(rows):
        for number in flat(row):
            plain = number.data if isinstance(number, Value) else number
            if plain is None or plain != plain:
                raise ValueError(f"{name}[{i}] holds {number!r}: leave row {i} out, or put a number in its place")


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
    named: dict[Any, int] = {None: n, "batch": n, "stochastic": 1}
    size = named.get(batch_size) if batch_size is None or isinstance(batch_size, str) else as_whole(batch_size)
    if size is None or size < 1:
        raise ValueError(f'batch_size has to be "batch", "stochastic" or a whole number above 0, got {batch_size!r}')
    return min(size, n)


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
    shuffled = flag("shuffle", shuffle) and size < len(rows)
    yield from pieces(rows, targets, size, as_rng(rng, "shuffle") if shuffled else None)


class Picked(list[Any]):
    """Some items of a list, and where they stand in it: who has that list as an array can pick them there."""

    __slots__ = ("places", "whole")

    def __init__(self, whole: list[Any], places: list[int]) -> None:
        super().__init__([whole[i] for i in places])
        self.whole, self.places = whole, places


def pieces(rows: list[Any], targets: list[Any], size: int, dice: Random | None) -> Iterator[Sets]:
    """`batches` of lists, shuffled if there are dice; a whole batch is these lists themselves."""
    if size == len(rows):
        yield rows, targets
        return
    order = list(range(len(rows)))
    if dice is not None:
        dice.shuffle(order)
    for start in range(0, len(order), size):
        part = order[start : start + size]
        yield Picked(rows, part), Picked(targets, part)


def split(
    X: Any, y: Any, shares: Iterable[float] = (0.8, 0.2), stratify: bool = False, rng: Random | int | None = None
) -> list[Sets]:
    """Shuffle the rows and deal them out, one (X, y) per share: (0.6, 0.2, 0.2) → train, validation, test.

    With `stratify` every class of y is dealt out in these shares by itself; a one-hot row stands for its class.
    Counts are rounded so that they add up. ValueError unless the shares are positive and add up to 1, and where a part
    would be empty; TypeError for shares that are no list of numbers and for classes that are neither numbers nor names.
    """
    rows, targets = as_pairs(X, y)
    dealt: tuple[Any, ...] = tuple(shares) if is_iterable(shares) and not isinstance(shares, set) else (None,)
    if None in map(as_number, dealt):
        raise TypeError(f"shares have to be numbers, one for each part, got {shares!r:.60}")
    if not all(share > 0 for share in dealt) or abs(total(dealt) - 1) > 1e-9:
        raise ValueError(f"shares have to be above 0 and add up to 1, got {dealt}")
    parts: list[list[int]] = [[] for _ in dealt]
    dice, groups = as_rng(rng, "shuffle"), _groups(targets, flag("stratify", stratify))
    for members in groups:
        dice.shuffle(members)
        for part, piece in zip(parts, _deal(members, dealt), strict=True):
            part.extend(piece)
    if not all(parts):
        what = f"{len(rows)} rows of {len(groups)} classes" if stratify else f"{len(rows)} rows"
        raise ValueError(f"{what} are too few for shares {dealt}: part sizes {[len(p) for p in parts]}")
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
