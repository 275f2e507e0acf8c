"""The order within every column, so that few lines cross (step 2 of Sugiyama, Tagawa and Toda 1981).

    place(i) = the mean of the places of its neighbours in the column before, or in the one after

Sweeps to and fro sort every column by these barycentres; what ties keeps its order, so that w0, w1, …, b stay as they
came. Then neighbours change places where that helps (Gansner, Koutsofios, North and Vo 1993). Kept is the order with
the fewest crossings. All efforts are bounded by the number of segments, not by time: the same graph, the same picture.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import NamedTuple

from autograd.drawing.layout.ranks import Columns, Piece

SWEEPS = 20
PATIENCE = 6  # sweeps without gain
EFFORT = 30_000  # segments looked at in all sweeps together, with four sweeps at least
SMALL, MIDDLING = 4_000, 20_000  # numbers of segments up to which more is tried
PASSES = 8  # of changing places at the end
MOST_PAIRS = 256  # of lines at two neighbours: beyond, they do not change places


class Segment(NamedTuple):
    """A line between two neighbouring columns, seen from one end: the node at the `other` end, how strongly it pulls
    both to one height, and how much further down than the other end this one stands when the line is level."""

    other: int
    pull: float
    rise: float


class Segments:
    """The lines between neighbouring columns: those that come `into` each node and those that go `out` of it."""

    def __init__(self, columns: Columns) -> None:
        self.into: list[list[Segment]] = [[] for _ in columns.rank]
        self.out: list[list[Segment]] = [[] for _ in columns.rank]
        self.count = 0
        pieces = columns.level.pieces
        leaves = {(piece.tail, piece.port): piece.leaves for piece in pieces}
        for port, trunk in columns.trunks.items():
            for k, (node, bend) in enumerate(zip(trunk.nodes, trunk.nodes[1:], strict=False)):
                self._add(node, bend, 8.0 if k else 3.0, 0.0 if k else leaves[port])
        fed = {piece.head for piece in pieces}
        for number, piece in enumerate(pieces):
            line, bends = columns.trunk(number), columns.bends(number)
            if line is not None:
                rise = (0.0 if bends else piece.leaves) - (piece.arrives or 0.0)
                self._add(line.nodes[bends], piece.head, _pull(piece, bends > 0, line.uses, fed), rise)

    def _add(self, tail: int, head: int, pull: float, rise: float) -> None:
        self.out[tail].append(Segment(head, pull, -rise))
        self.into[head].append(Segment(tail, pull, rise))
        self.count += 1


def _pull(piece: Piece, branches: bool, uses: int, fed: set[int]) -> float:
    """Operations that follow each other pull most; a line of many uses hardly, or boxes would climb towards it."""
    if branches:
        return 1.0 if uses == 1 else 0.15
    return 2.0 if piece.tail in fed else 1.0


def put_in_order(columns: Columns, segments: Segments) -> None:
    """Reorder every column of `columns.order`, in place."""
    ordering = _Ordering(columns, segments)
    starts = 2 if segments.count < MIDDLING else 1
    for start in range(starts):
        if start == 1:
            ordering.start_depth_first()
        ordering.sweep_to_and_fro(start)
        if ordering.fewest == 0:
            break
    ordering.take_best()
    ordering.exchange(min(PASSES, EFFORT // (segments.count + 1)))
    columns.order = ordering.order


def _by_column(items: Sequence[int], rank: Sequence[int]) -> Iterable[Sequence[int]]:
    found: dict[int, list[int]] = {}
    for i in items:
        found.setdefault(rank[i], []).append(i)
    return found.values()


class _Ordering:
    """An order on trial: `order` by column, `place` of every node in its column; the best one so far is kept."""

    def __init__(self, columns: Columns, segments: Segments) -> None:
        self.columns, self.segments = columns, segments
        self.near = [[[segment.other for segment in near] for near in side] for side in (segments.into, segments.out)]
        self.order = columns.order
        self.place = [0] * len(columns.rank)
        self.best, self.fewest = columns.order, -1
        self.lines: list[list[Sequence[int]]] = [[] for _ in columns.order]  # of the level, by column
        for line in (*columns.level.lines, *_by_column(columns.level.keeping, columns.rank)):
            if len(line) > 1:
                self.lines[columns.rank[line[0]]].append(line)
        self._note_places(range(len(self.order)))

    def _note_places(self, ranks: Sequence[int]) -> None:
        for r in ranks:
            for place, i in enumerate(self.order[r]):
                self.place[i] = place

    def start_depth_first(self) -> None:
        """Another start: the order in which a walk from the results towards the leaves meets the nodes."""
        order: list[list[int]] = [[] for _ in self.order]
        nodes = range(len(self.place))
        results = [i for i in nodes if not self.segments.out[i]]
        stack, met = [*reversed(nodes), *reversed(results)], set()
        while stack:
            i = stack.pop()
            if i not in met:
                met.add(i)
                order[self.columns.rank[i]].append(i)
                stack += [segment.other for segment in reversed(self.segments.into[i])]
        self.order = order
        self._note_places(range(len(order)))

    def sweep_to_and_fro(self, start: int) -> None:
        """Sweep until nothing crosses or nothing has been gained for a while."""
        stale = 0
        for turn in range(max(4, min(SWEEPS, EFFORT // (self.segments.count + 1)))):
            self._sweep(onwards=(turn + start) % 2 == 0)
            if self.segments.count < SMALL:
                self.exchange(3)
            crossings = self.crossings()
            if self.fewest < 0 or crossings < self.fewest:
                self.best, self.fewest, stale = [list(column) for column in self.order], crossings, 0
            else:
                stale += 1
            if self.fewest == 0 or stale == PATIENCE:
                break

    def _sweep(self, onwards: bool) -> None:
        near = self.segments.into if onwards else self.segments.out
        count = len(self.order)
        for r in range(1, count) if onwards else range(count - 2, -1, -1):
            column = self.order[r]
            wish = {i: self._barycentre(near[i]) for i in column if near[i]}
            movable = iter(sorted(wish, key=wish.__getitem__))
            column[:] = [next(movable) if i in wish else i for i in column]  # what has no neighbours stays
            for line in self.lines[r]:
                members, given = set(line), iter(line)
                column[:] = [next(given) if i in members else i for i in column]
            self._note_places((r,))

    def _barycentre(self, near: Sequence[Segment]) -> float:
        """The rise tells apart the ports of one box."""
        place = self.place
        return sum(place[other] + 1e-3 * rise for other, _, rise in near) / len(near)

    def exchange(self, passes: int) -> None:
        """Neighbours in a column change places where fewer lines cross then. After the first pass only those are looked
        at that have moved, or are joined to what has."""
        restless = set(range(len(self.place)))
        for _ in range(passes):
            affected: set[int] = set()
            for column, lines in zip(self.order, self.lines, strict=True):
                if not lines:
                    self._exchange_in(column, restless, affected)
            restless = affected

    def _exchange_in(self, column: list[int], restless: set[int], affected: set[int]) -> None:
        for p in range(len(column) - 1):
            first, second = column[p], column[p + 1]
            if (first in restless or second in restless) and self._gain(first, second) > 0:
                column[p], column[p + 1] = second, first
                self.place[first], self.place[second] = p + 1, p
                near = (first, second, *(i for side in self.near for node in (first, second) for i in side[node]))
                restless.update(near)
                affected.update(near)

    def _gain(self, first: int, second: int) -> int:
        """How many crossings fewer there are once `second` stands in front of `first`."""
        gain, place = 0, self.place
        for side in self.near:
            mine, theirs = side[first], side[second]
            if len(mine) * len(theirs) > MOST_PAIRS:
                return 0
            for i in mine:
                here = place[i]
                for j in theirs:
                    gain += (here > place[j]) - (here < place[j])
        return gain

    def crossings(self) -> int:
        """How many pairs of segments cross: inversions of where they end, in the order in which they leave."""
        place, after = self.place, self.near[1]
        ends = ([end for i in column for end in sorted([place[j] for j in after[i]])] for column in self.order[:-1])
        return sum(map(inversions, ends))

    def take_best(self) -> None:
        self.order = self.best
        self._note_places(range(len(self.order)))


def inversions(numbers: Sequence[int]) -> int:
    """How many pairs stand in descending order, counted in O(n log n) with a tree of partial sums (Fenwick 1994).

    >>> inversions([2, 0, 1])
    2
    """
    size = max(numbers, default=0) + 1
    tree = [0] * (size + 1)  # tree[k] holds how many of the k & -k numbers up to k have been met
    count = 0
    for met, number in enumerate(numbers):
        count += met
        k = number + 1
        while k:
            count -= tree[k]
            k &= k - 1
        k = number + 1
        while k <= size:
            tree[k] += 1
            k += k & -k
    return count
