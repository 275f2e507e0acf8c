"""Coordinates (step 3 of Sugiyama, Tagawa and Toda 1981): how far across the direction, then how far along it.

Across, v minimises in sweeps, column by column,

    Σ pull · (v_i − v_other − rise)² + Σ middle · v_i²     such that neighbours in a column keep order and distance,

which pooling adjacent violators solves exactly (Ayer, Brunk, Ewing, Reid and Silverman 1955). Then lines, and chains of
boxes that are nearly level, are made wholly level as far as what stands beside them leaves room.

`middle` is 0 but in long levels: there a line that passes beside every turn of a loop would push each turn a little
further aside than the one before, and 200 turns would go down a stair of 4,000 points.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from autograd.drawing.layout.ordering import Segments
from autograd.drawing.layout.ranks import Columns, Item

BOX_GAP, SIDE_GAP, LINE_GAP = 14.0, 11.0, 9.0  # between two boxes, a box and a line, two lines
SPREAD = 0.7  # of the breadth of a frame is what the ports on its near side take up at most
PORT_GAP = 140.0  # and this is their largest distance
ROUNDS = 12  # to and fro
EFFORT = 40_000  # segments in all rounds together, with three rounds at least
LONG, MIDDLE = 30, 0.5  # of more columns, boxes and lines are drawn to the middle
CHAIN = 24.0  # how far the boxes of a chain may be off level to be made level
BEND_GAP, PORT_COLUMN = 34.0, 10.0  # beside a label; to a column of ports
CROWD, CROWD_GAP, MOST_CROWD_GAP = 6, 2.5, 110.0  # labels in one gap that need no further room; room for each more
STEEP_GAP, MOST_STEEP_GAP = 0.14, 110.0  # room for steep lines, as a share of the height they climb


# --- across -----------------------------------------------------------------------------------------------------


def across(columns: Columns, segments: Segments) -> list[float]:
    """How far across the direction the middle of every node stands, the outermost edge at 0."""
    v = _Across(columns, segments)
    v.sweep_to_and_fro()
    v.make_level(trunk.nodes[1:] for trunk in columns.trunks.values())
    v.make_level(_chains(columns, segments, v.v))
    return _from_zero(v.v, columns.breadth)


class _Across:
    """Positions across, and the least distances in every column that they keep."""

    def __init__(self, columns: Columns, segments: Segments) -> None:
        self.columns, self.segments = columns, segments
        self.v = [0.0] * len(columns.rank)
        self.middle = MIDDLE if len(columns.order) > LONG else 0.0
        self.port_gap = _port_gap(columns)
        self.offsets = [list(self._offsets(r)) for r in range(len(columns.order))]
        for column, offsets in zip(columns.order, self.offsets, strict=True):
            for i, offset in zip(column, offsets, strict=True):
                self.v[i] = offset - offsets[-1] / 2

    def _offsets(self, r: int) -> Iterator[float]:
        """How far below the first node of a column the others stand when they are as close as they may."""
        at = 0.0
        column = self.columns.order[r]
        for before, i in zip([None, *column], column, strict=False):
            at += 0.0 if before is None else self.distance(before, i)
            yield at

    def distance(self, above: int, below: int) -> float:
        """The least one between the middles of neighbours in a column."""
        items = self.columns.level.items
        if max(above, below) < len(items) and items[above].side == items[below].side == "in":
            return self.port_gap
        lines = self.columns.is_line(above) + self.columns.is_line(below)
        breadth = self.columns.breadth
        return (breadth[above] + breadth[below]) / 2 + (BOX_GAP, SIDE_GAP, LINE_GAP)[lines]

    def sweep_to_and_fro(self) -> None:
        """Every other sweep looks back only, the others onwards only; the last three look both ways."""
        count = len(self.columns.order)
        sweeps = 2 * max(3, min(ROUNDS, EFFORT // (self.segments.count + 1)))
        for turn in range(sweeps):
            onwards = turn % 2 == 0
            last = turn >= sweeps - 3
            for r in range(count) if onwards else range(count - 1, -1, -1):
                self._settle(r, look_back=onwards or last, look_ahead=last or not onwards)

    def _settle(self, r: int, look_back: bool, look_ahead: bool) -> None:
        v, column = self.v, self.columns.order[r]
        wishes, weights = [], []
        for i in column:
            near = (self.segments.into[i] if look_back else []) + (self.segments.out[i] if look_ahead else [])
            weight, total = self.middle, 0.0
            for other, pull, rise in near:
                weight += pull
                total += pull * (v[other] + rise)
            wishes.append(total / weight if weight else v[i])
            weights.append(weight or 0.05)
        for i, x in zip(column, settled(wishes, weights, self.offsets[r]), strict=True):
            v[i] = x

    def make_level(self, runs: Iterable[Sequence[int]]) -> None:
        """Give the nodes of each run, which stand in columns one after the other, one height for as long as possible:
        greedily the longest common corridor, again and again."""
        where = {i: (r, p) for r, column in enumerate(self.columns.order) for p, i in enumerate(column)}
        for run in runs:
            start, low, high = 0, -math.inf, math.inf
            for k, i in enumerate(run):
                least, most = self._corridor(*where[i])
                if max(least, low) > min(most, high):
                    self._set_level(run[start:k], low, high)
                    start, low, high = k, -math.inf, math.inf
                low, high = max(low, least), min(high, most)
            self._set_level(run[start:], low, high)

    def _corridor(self, r: int, p: int) -> tuple[float, float]:
        """Between which heights a node can move while its neighbours in the column stand still."""
        column = self.columns.order[r]
        low = self.v[column[p - 1]] + self.distance(column[p - 1], column[p]) if p else -math.inf
        high = self.v[column[p + 1]] - self.distance(column[p], column[p + 1]) if p + 1 < len(column) else math.inf
        return low, high

    def _set_level(self, nodes: Sequence[int], low: float, high: float) -> None:
        if len(nodes) > 1:
            height = min(max(sum(self.v[i] for i in nodes) / len(nodes), low), high)
            for i in nodes:
                self.v[i] = height


def _port_gap(columns: Columns) -> float:
    """Between the ports at the near side: where each leads to several boxes, they spread over the frame's breadth, so
    that lines do not meet in one knot."""
    items, pieces = columns.level.items, columns.level.pieces
    ports = sum(item.side == "in" for item in items)
    if sum(items[piece.tail].side == "in" for piece in pieces) < 2 * ports or not ports:
        return LINE_GAP
    breadth = max(sum(columns.breadth[i] for i in column) for column in columns.order)
    return min(max(LINE_GAP, SPREAD * breadth / ports), PORT_GAP)


def settled(wishes: Sequence[float], weights: Sequence[float], offsets: Sequence[float]) -> list[float]:
    """The x that minimise Σ weight · (x − wish)² such that x_i+1 − x_i ≥ offset_i+1 − offset_i, in O(n).

    Those that get in each other's way are pooled to blocks, which stand at the mean of what their members wish.

    >>> settled([5.0, 3.0, 9.0], [1.0, 1.0, 1.0], [0.0, 2.0, 4.0])
    [3.0, 5.0, 9.0]
    """
    blocks: list[tuple[float, float, int]] = []  # mean, weight, how many
    for wish, weight, offset in zip(wishes, weights, offsets, strict=True):
        mean, total, count = wish - offset, weight, 1
        while blocks and blocks[-1][0] >= mean:
            other, heavy, more = blocks.pop()
            mean = (mean * total + other * heavy) / (total + heavy)
            total, count = total + heavy, count + more
        blocks.append((mean, total, count))
    starts = [mean for mean, _, count in blocks for _ in range(count)]
    return [start + offset for start, offset in zip(starts, offsets, strict=True)]


def _chains(columns: Columns, segments: Segments, v: Sequence[float]) -> Iterator[list[int]]:
    """Boxes that follow each other nearly level, each by what pulls it most: the backbone of a loop, or of a layer."""
    count = len(columns.level.items)
    follower: dict[int, int] = {}
    taken: set[int] = set()
    for i in range(count):
        near = [s for s in segments.out[i] if s.other < count and s.other not in taken and s.pull >= 1.0]
        near = [s for s in near if abs(v[s.other] - v[i]) <= CHAIN and s.rise == 0.0]
        if near:
            follower[i] = min(near, key=lambda s: (-s.pull, abs(v[s.other] - v[i]))).other
            taken.add(follower[i])
    for i in range(count):
        if i in follower and i not in taken:
            chain = [i]
            while chain[-1] in follower:
                chain.append(follower[chain[-1]])
            yield chain


def _from_zero(v: Sequence[float], breadth: Sequence[float]) -> list[float]:
    low = min((x - b / 2 for x, b in zip(v, breadth, strict=True)), default=0.0)
    return [x - low for x in v]


# --- along ------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Strip:
    """Where a column starts and ends along the direction."""

    start: float
    end: float

    @property
    def middle(self) -> float:
        return (self.start + self.end) / 2


def along(columns: Columns, segments: Segments, v: Sequence[float], gap: float) -> list[Strip]:
    """Where every column stands; `gap` is the least distance of two columns of boxes."""
    items, gaps = columns.level.items, [gap] * len(columns.order)
    for r, (column, after) in enumerate(zip(columns.order, columns.order[1:], strict=False)):
        if _only_ports(items, column) or _only_ports(items, after):
            gaps[r] = PORT_COLUMN
        steep = max((abs(v[i] - v[s.other] - s.rise) for i in column for s in segments.out[i]), default=0.0)
        gaps[r] = max(gaps[r], min(MOST_STEEP_GAP, STEEP_GAP * steep))
    for r, room in _rooms_for_labels(columns):
        gaps[r] = max(gaps[r], room)
    strips, at = [], 0.0
    for column, room in zip(columns.order, gaps, strict=True):
        wide = max((items[i].length for i in column if i < len(items)), default=0.0)
        strips.append(Strip(at, at + wide))
        at += wide + room
    return strips


def _only_ports(items: Sequence[Item], column: Sequence[int]) -> bool:
    return all(i < len(items) and items[i].side for i in column)


def _rooms_for_labels(columns: Columns) -> Iterator[tuple[int, float]]:
    """Labels stand in the gap in front of the head: after the last branch, where the line is the arrow's own."""
    widest: dict[int, float] = {}
    crowd: dict[int, int] = {}
    for piece in columns.level.pieces:
        r = columns.rank[piece.head] - 1
        if piece.label is not None and r >= 0:
            widest[r] = max(widest.get(r, 0.0), piece.label[0])
            crowd[r] = crowd.get(r, 0) + 1
    for r, width in widest.items():
        yield r, width + BEND_GAP + min(MOST_CROWD_GAP, CROWD_GAP * max(crowd[r] - CROWD, 0))
