"""Routes: every line as level runs through the columns, joined by curves in the gaps between them.

No box stands in a gap, and in a column a line keeps to the height of its bend, so lines meet no box but their own. What
has no bends (arrows that lead back, and the longest of a huge graph) takes a lane of its own beside all boxes.
"""

from __future__ import annotations

import heapq
from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator, Sequence
from itertools import accumulate, chain, pairwise
from typing import NamedTuple

from autograd.drawing.layout.coordinates import LINE_GAP, Strip, settled
from autograd.drawing.layout.geometry import Point
from autograd.drawing.layout.ranks import Columns, Piece, Trunk

CORNER = 9.0  # arrows keep away from the corners of boxes by this
LABELLED_TIP_GAP, TIP_GAP = 17.0, 9.0  # between arrow heads at one box
BEND, STEEP_BEND = 0.4, 0.15  # how much of a gap a curve keeps level, and does so at least
TURN = 14.0  # how far a line that turns round swings out
LEVEL = 0.6  # runs that differ less are one
SHORT = 0.01  # below this lengths are rounding errors
HEAD = 7.0  # the length of an arrow's head


class Run(NamedTuple):
    """A level stretch of a line from `start` to `end` along the direction, at height `v` across it."""

    start: float
    end: float
    v: float

    @property
    def onwards(self) -> bool:
        """Whether it leads the way arrows do, and not back."""
        return self.end > self.start - SHORT


class Router:
    """The runs of every piece of one level, `runs`; `above` is how much room lanes take above height 0, `beside` how
    much lines that turn round take before the first column and after the last."""

    def __init__(self, columns: Columns, v: Sequence[float], strips: Sequence[Strip], middles: bool) -> None:
        self.columns, self.v, self.strips = columns, v, strips
        self.pieces = columns.level.pieces
        self.lanes = _lanes(columns, strips)
        self.stretches = {port: _stretches(trunk, v) for port, trunk in columns.trunks.items()}
        self.above = LINE_GAP * (max(self.lanes.values(), default=-1) + 1)
        back = any(columns.rank[self.pieces[n].tail] >= columns.rank[self.pieces[n].head] for n in columns.astray)
        self.beside = TURN + HEAD if back else 0.0
        self.begins = _begins(columns, v)
        self.tips = dict(_tips(self, middles))
        self.runs = [list(self._runs(number, piece)) for number, piece in enumerate(self.pieces)]

    def comes_at(self, number: int) -> float:
        """The height at which a piece comes to the gap in front of its head."""
        trunk, bends = self.columns.trunk(number), self.columns.bends(number)
        if trunk is None:
            return self._lane(self.pieces[number])
        return self.v[trunk.nodes[bends]] if bends else self.begins[number]

    def _lane(self, piece: Piece) -> float:
        return -LINE_GAP * (self.lanes[piece.tail, piece.port] + 1)

    def _runs(self, number: int, piece: Piece) -> Iterator[Run]:
        rank, items = self.columns.rank, self.columns.level.items
        tail, head = self.strips[rank[piece.tail]], self.strips[rank[piece.head]]
        yield Run(tail.middle + items[piece.tail].length / 2, tail.end, self.begins[number])
        if self.columns.trunk(number) is None:
            yield self._lane_run(piece)
        else:
            yield from self._stretch_runs(number, piece)
        yield Run(head.start, head.middle - items[piece.head].length / 2, self.tips[number])

    def _lane_run(self, piece: Piece) -> Run:
        tail, head = self.columns.rank[piece.tail], self.columns.rank[piece.head]
        if tail < head:
            return Run(self.strips[tail + 1].start, self.strips[head - 1].end, self._lane(piece))
        return Run(self.strips[tail].end, self.strips[head].start, self._lane(piece))

    def _stretch_runs(self, number: int, piece: Piece) -> Iterator[Run]:
        first, bends = self.columns.rank[piece.tail], self.columns.bends(number)
        for start, end, v in self.stretches[piece.tail, piece.port]:
            if start > bends:
                break
            yield Run(self.strips[first + start].start, self.strips[first + min(end, bends)].end, v)


def _stretches(trunk: Trunk, v: Sequence[float]) -> list[tuple[int, int, float]]:
    """Where a line is level: number of the first and of the last bend of each stretch, and the height."""
    stretches: list[tuple[int, int, float]] = []
    for k, bend in enumerate(trunk.nodes[1:], 1):
        if stretches and abs(v[bend] - stretches[-1][2]) < LEVEL:
            stretches[-1] = (stretches[-1][0], k, stretches[-1][2])
        else:
            stretches.append((k, k, v[bend]))
    return stretches


def _lanes(columns: Columns, strips: Sequence[Strip]) -> dict[tuple[int, str], int]:
    """A lane for every line that goes astray; lines that lie one after the other share one."""
    spans: dict[tuple[int, str], tuple[float, float]] = {}
    for number in columns.astray:
        piece = columns.level.pieces[number]
        ends = [strips[columns.rank[i]].middle for i in (piece.tail, piece.head)]
        start, end = spans.get((piece.tail, piece.port), (ends[0], ends[0]))
        spans[piece.tail, piece.port] = (min(start, *ends), max(end, *ends))
    lanes: dict[tuple[int, str], int] = {}
    free: list[tuple[float, int]] = []  # from where on a lane is free
    for key, (start, end) in sorted(spans.items(), key=lambda span: span[1]):
        lane = heapq.heappop(free)[1] if free and free[0][0] < start else len(free)
        lanes[key] = lane
        heapq.heappush(free, (end, lane))
    return lanes


def _begins(columns: Columns, v: Sequence[float]) -> list[float]:
    """The height at which every piece leaves its tail; arrows between the same two boxes stand apart."""
    twins: dict[tuple[int, int, str], list[int]] = {}
    for number, piece in enumerate(columns.level.pieces):
        if piece.arrives is None:
            twins.setdefault((piece.tail, piece.head, piece.port), []).append(number)
    begins = [v[piece.tail] + piece.leaves for piece in columns.level.pieces]
    for numbers in twins.values():
        piece = columns.level.pieces[numbers[0]]
        if len(numbers) > 1 and not columns.is_line(piece.tail) and columns.bends(numbers[0]) == 0:
            for number, offset in zip(numbers, _evenly(len(numbers), columns.breadth[piece.tail], True), strict=True):
                begins[number] += offset
    return begins


def _evenly(count: int, breadth: float, labelled: bool) -> list[float]:
    """Offsets from the middle of a side for `count` arrows."""
    step = min(LABELLED_TIP_GAP if labelled else TIP_GAP, max(breadth - 2 * CORNER, 0.0) / max(count - 1, 1))
    return [step * (k - (count - 1) / 2) for k in range(count)]


def _tips(router: Router, middles: bool) -> Iterator[tuple[int, float]]:
    """The height at which every piece arrives: where it comes along if it can, at a distance from the others, or in
    the middle."""
    arriving: dict[int, list[int]] = {}
    for number, piece in enumerate(router.pieces):
        if piece.arrives is not None or middles:
            yield number, router.v[piece.head] + (piece.arrives or 0.0)
        else:
            arriving.setdefault(piece.head, []).append(number)
    for head, numbers in arriving.items():
        numbers.sort(key=lambda number: (router.comes_at(number), number))
        labelled = any(router.pieces[number].label for number in numbers)
        breadth = router.columns.breadth[head]
        wishes = [router.comes_at(number) - router.v[head] for number in numbers]
        offsets = _beside_each_other(wishes, _evenly(len(numbers), breadth, labelled), max(breadth / 2 - CORNER, 0.0))
        yield from ((number, router.v[head] + offset) for number, offset in zip(numbers, offsets, strict=True))


def _beside_each_other(wishes: Sequence[float], evenly: Sequence[float], reach: float) -> list[float]:
    """Offsets as near to `wishes` as distances like those of `evenly` and the bounds ±reach allow: the least squares
    without bounds, cut off at them, are the least squares within them."""
    kept = [min(max(wish, -reach), reach) for wish in wishes]
    offsets = settled(kept, [1.0] * len(kept), evenly)
    low, high = -reach - evenly[0], reach - evenly[-1]
    return [even + min(max(offset - even, low), high) for offset, even in zip(offsets, evenly, strict=True)]


# --- long chains: folded into rows, as text is ------------------------------------------------------------------

ROW = 1_600.0  # points
SHORTEST = 0.8  # rows as a part of it, but for the last one
LONG = 2.2  # rows that a picture has to be long, at least, to be folded
FLAT = 0.4  # how high it may be then, as a part of a row
MOST_TURNS = 1_000  # of all routes together, which are whole and pass all rows from tail to head; or rows get longer
FEW_ROWS = 12  # which there may be whatever turns they take
MOST_LINES = 8  # that may lead from one row to the next
ROW_GAP = 22.0


def folded(router: Router, length: float, breadth: float) -> Fold | None:
    """The level in rows, if it is a chain so long that it gains from it."""
    onwards = not router.columns.astray and not router.columns.level.lines
    if not (onwards and length > LONG * ROW and breadth < FLAT * ROW):
        return None
    cuts = list(_cuts(router.columns, router.strips, _row_length(router, length)))
    fold = Fold(router, cuts) if cuts else None
    return fold if fold and fold.most_lines <= MOST_LINES else None


class Fold:
    """A level folded into rows below each other. A line that leads on to the next row turns round behind the last
    column, runs back between the rows, and turns again; the lowest line turns first, so that they do not cross."""

    def __init__(self, router: Router, cuts: Sequence[float]) -> None:
        self.router, self.cuts = router, cuts
        self.segments = [list(self._segments(runs)) for runs in router.runs]
        self.lines = self._lines()
        self.most_lines = max(map(len, self.lines))
        self.margin = TURN + HEAD + LINE_GAP * self.most_lines
        self.shifts, self.ends = self._shifts()

    def size(self) -> tuple[float, float]:
        """Length and breadth of the whole."""
        starts = [0.0, *self.cuts]
        ends = [*self.cuts, self.router.strips[-1].end]
        length = max(end - start for start, end in zip(starts, ends, strict=True)) + 2 * self.margin
        return length, self.ends[-1]

    def point(self, u: float, v: float, row: int | None = None) -> Point:
        """Where a point of the unfolded level lies, in the row that it belongs to or in the one given."""
        row = self._row(u) if row is None else row
        return u - (self.cuts[row - 1] if row else 0.0) + self.margin, v + self.shifts[row]

    def runs(self) -> Iterator[list[Run]]:
        """The runs of every piece."""
        for piece, segments in zip(self.router.pieces, self.segments, strict=True):
            yield list(self._folded((piece.tail, piece.port), segments))

    def _row(self, u: float) -> int:
        """The end of a row belongs to it, the start of the next one does not."""
        return bisect_left(self.cuts, u - SHORT)

    def _segments(self, runs: Sequence[Run]) -> Iterator[tuple[int, Run]]:
        """The parts of each run with their rows. A curve that begins at the end of a row begins anew in the next."""
        before: tuple[int, Run] | None = None
        for start, end, v in runs:
            row = self._row(start)
            if before is not None and before[0] < row:
                yield row, Run(before[1].end, before[1].end, before[1].v)
            while row < len(self.cuts) and end > self.cuts[row] + SHORT:
                yield row, Run(start, self.cuts[row], v)
                start, row = self.cuts[row], row + 1
            before = (row, Run(start, end, v))
            yield before

    def _lines(self) -> list[dict[tuple[int, str], int]]:
        """For every end of a row the lines that lead over it, numbered from the lowest."""
        heights: list[dict[tuple[int, str], float]] = [{} for _ in self.cuts]
        for piece, segments in zip(self.router.pieces, self.segments, strict=True):
            for (row, run), (after, _) in pairwise(segments):
                if after > row:
                    heights[row][piece.tail, piece.port] = run.v
        return [
            {port: k for k, port in enumerate(sorted(at_end, key=at_end.__getitem__, reverse=True))}
            for at_end in heights
        ]

    def _shifts(self) -> tuple[list[float], list[float]]:
        """By how much each row is shifted across, and where it ends: as close as the lines between the rows let it."""
        v, breadth = self.router.v, self.router.columns.breadth
        heights: list[list[float]] = [[] for _ in range(len(self.cuts) + 1)]
        for i, r in enumerate(self.router.columns.rank):
            heights[self._row(self.router.strips[r].middle)] += (v[i] - breadth[i] / 2, v[i] + breadth[i] / 2)
        for row, run in chain.from_iterable(self.segments):  # they begin as high as they end in the row before
            heights[row].append(run.v)
        shifts: list[float] = []
        ends: list[float] = []
        for row, extent in enumerate(heights):
            start = ends[-1] + 2 * ROW_GAP + LINE_GAP * (len(self.lines[row - 1]) - 1) if row else 0.0
            shifts.append(start - min(extent))
            ends.append(shifts[-1] + max(extent))
        return shifts, ends

    def _folded(self, port: tuple[int, str], segments: Sequence[tuple[int, Run]]) -> Iterator[Run]:
        shift = 0.0  # by which a run begins earlier, where it continues a line of the row before
        for k, (row, (start, end, v)) in enumerate(segments):
            left, height = self.point(start, v, row)
            run = Run(left - shift, left + end - start, height)
            shift = 0.0
            if k + 1 < len(segments) and segments[k + 1][0] > row:
                number, count = self.lines[row][port], len(self.lines[row])
                right, shift = LINE_GAP * (number + 1), LINE_GAP * (count - number)
                lane = self.ends[row] + ROW_GAP + LINE_GAP * number
                run = run._replace(end=run.end + right)
                yield run
                run = Run(run.end, self.margin - shift, lane)
            yield run


def _row_length(router: Router, length: float) -> float:
    """ROW, or longer where so many rows would be too many."""
    middles = [router.strips[r].middle for r in router.columns.rank]
    spans = sum(middles[piece.head] - middles[piece.tail] for piece in router.pieces)
    return max(ROW, min(length / FEW_ROWS, spans / MOST_TURNS))


def _cuts(columns: Columns, strips: Sequence[Strip], length: float) -> Iterator[float]:
    """Where rows end: behind one of the last columns that there is room for, where the fewest lines lead on."""
    over = _lines_over(columns)
    first = 0
    while strips[-1].end - strips[first].start > length:
        room = bisect_right(strips, strips[first].start + length, key=lambda strip: strip.end)
        some = bisect_right(strips, strips[first].start + SHORTEST * length, key=lambda strip: strip.end)
        last = min(range(max(room, first + 1), max(some, first), -1), key=lambda r: over[r - 1]) - 1
        yield strips[last].end
        first = last + 1


def _lines_over(columns: Columns) -> list[int]:
    """How many lines lead from each column to the next one or further."""
    change = [0] * (len(columns.order) + 1)
    for trunk in columns.trunks.values():
        start = columns.rank[trunk.nodes[0]]
        change[start] += 1
        change[start + len(trunk.nodes)] -= 1
    return list(accumulate(change))


# --- curves -----------------------------------------------------------------------------------------------------


def curve(runs: Iterable[Run]) -> list[Point]:
    """The Bézier points of a line along `runs`, up to where the arrow head begins: start, then three for each curve."""
    merged = _merged(runs)
    start, end, v = merged[-1]
    end -= HEAD
    merged[-1] = Run(min(start, end), end, v)
    points = [(merged[0].start, merged[0].v)]
    for before, run in zip([None, *merged], merged, strict=False):
        if before is not None:
            points += _joint(before, run)[1:]
        if abs(run.end - run.start) > SHORT:
            third = (run.end - run.start) / 3
            points += [(run.start + third, run.v), (run.end - third, run.v), (run.end, run.v)]
    if len(points) == 1:  # no room for a line: all of it is head
        points *= 4
    return points


def _merged(runs: Iterable[Run]) -> list[Run]:
    """Level runs that follow each other at one height are one."""
    merged: list[Run] = []
    for run in runs:
        last = merged[-1] if merged else None
        if last and last.onwards and run.onwards and run.start > last.end - SHORT and abs(run.v - last.v) < LEVEL:
            merged[-1] = Run(last.start, run.end, last.v)
        else:
            merged.append(run)
    return merged


def _joint(before: Run, after: Run) -> tuple[Point, Point, Point, Point]:
    """The curve between two runs, level at both ends; where the second leads back, it turns round."""
    along, across = after.start - before.end, after.v - before.v
    if before.onwards and after.onwards:
        out = into = max(along * max(STEEP_BEND, BEND - 0.06 * abs(across) / along), 4.0) if along > 0 else 60.0
    else:
        out, into = (TURN if before.onwards else -TURN), (TURN if after.onwards else -TURN)
    a, d = (before.end, before.v), (after.start, after.v)
    return a, (a[0] + out, a[1]), (d[0] - into, d[1]), d


# --- labels -----------------------------------------------------------------------------------------------------

NUDGES = [sign * step / 20 for step in range(10) for sign in (1, -1)]
CELL = (60.0, 40.0)  # labels further apart than this do not overlap
SAMPLES = 12  # of a curve, for whether it runs through a label
Stroke = tuple[float, float, float]  # a level bit of a line: start, end, height


class Labels:
    """Places for labels on their lines, each clear of the labels before it, and of as many lines of others as its own
    line leaves a choice. `lines` are the runs of all."""

    def __init__(self, lines: Iterable[Sequence[Run]]) -> None:
        self._labels: dict[tuple[int, int], list[tuple[float, float, float, float]]] = {}
        self._strokes: dict[tuple[int, int], set[Stroke]] = {}
        ends: dict[tuple[float, float], float] = {}  # of lines on one trunk the longest stands for all
        curves: dict[tuple[Point, ...], None] = {}
        for runs in map(_merged, lines):
            for run in runs:
                start, end = sorted(run[:2])
                ends[start, run.v] = max(end, ends.get((start, run.v), end))
            curves |= dict.fromkeys(_joint(*pair) for pair in pairwise(runs))
        for stroke in chain(chain.from_iterable(map(_dots, curves)), *(_bits(*run) for run in ends.items())):
            self._strokes.setdefault(_cell((stroke[0], stroke[2])), set()).add(stroke)

    def place(self, runs: Sequence[Run], size: tuple[float, float], share: float) -> Point:
        """The middle of a label on the last curve of a line, `share` of the way along if that is free."""
        ends = (runs[-2], runs[-1]) if len(runs) > 1 else (runs[0], runs[0])
        points = _joint(*ends)
        spots = [_bezier(points, share + nudge) for nudge in NUDGES if 0.12 < share + nudge < 0.88]
        inside = [p for p in spots if points[0][0] <= p[0] - size[0] / 2 and p[0] + size[0] / 2 <= points[3][0]]
        own = {*_dots(points), *(bit for start, end, v in ends for bit in _bits((start, v), end))}
        best = self._clearest(inside or spots, size, own)
        self._labels.setdefault(_cell(best), []).append((*best, *size))
        return best

    def _clearest(self, spots: Sequence[Point], size: tuple[float, float], own: set[Stroke]) -> Point:
        """The first spot that is free, else the one where least is in the way."""
        costs: dict[Point, tuple[float, int]] = {}
        for spot in spots:
            costs[spot] = (self._overlap(spot, size), self._crossed(spot, size, own))
            if costs[spot] == (0, 0):
                return spot
        return min(costs, key=costs.__getitem__)

    def _overlap(self, spot: Point, size: tuple[float, float]) -> float:
        """The area that a label would share with those that are there."""
        near = [label for cell in _around(spot) for label in self._labels.get(cell, ())]
        along = (max(0.0, (size[0] + width) / 2 + 1 - abs(spot[0] - u)) for u, _, width, _ in near)
        across = (max(0.0, (size[1] + height) / 2 + 1 - abs(spot[1] - v)) for _, v, _, height in near)
        return sum(du * dv for du, dv in zip(along, across, strict=True))

    def _crossed(self, spot: Point, size: tuple[float, float], own: set[Stroke]) -> int:
        """How much of other lines runs through a label there."""
        left, right = spot[0] - size[0] / 2, spot[0] + size[0] / 2
        near = (stroke for cell in _around(spot) for stroke in self._strokes.get(cell, ()) if stroke not in own)
        return sum(start < right and end > left and abs(v - spot[1]) < size[1] / 2 + 1 for start, end, v in near)


def _dots(curve: Sequence[Point]) -> Iterator[Stroke]:
    for k in range(SAMPLES + 1):
        u, v = _bezier(curve, k / SAMPLES)
        yield u, u, v


def _bits(begin: Point, end: float) -> Iterator[Stroke]:
    """A level run in bits that lie in one cell each."""
    start, v = begin
    while start < end:
        border = min((start // CELL[0] + 1) * CELL[0], end)
        yield start, border, v
        start = border


def _around(point: Point) -> Iterator[tuple[int, int]]:
    """The cells at and beside a point."""
    column, row = _cell(point)
    return ((column + i, row + j) for i in (-1, 0, 1) for j in (-1, 0, 1))


def _cell(point: Point) -> tuple[int, int]:
    return int(point[0] // CELL[0]), int(point[1] // CELL[1])


def _bezier(points: Sequence[Point], t: float) -> Point:
    s = 1 - t
    weights = (s**3, 3 * s * s * t, 3 * s * t * t, t**3)
    return (
        sum(weight * point[0] for weight, point in zip(weights, points, strict=True)),
        sum(weight * point[1] for weight, point in zip(weights, points, strict=True)),
    )
