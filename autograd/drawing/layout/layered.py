"""A layered layout in plain Python: no engine, no limit of time, the same picture on every machine.

Frames are laid out from the innermost outwards, each then standing on the level around it as one big box with ports on
its near and far side, where the arrows that cross its border are cut in pieces. So equal neurons look equal, layers
stand side by side, and the cost stays linear in arrows × depth of frames. On each level: `ranks`, `ordering`,
`coordinates`, `routing`. All of it thinks of arrows that lead to the right: u runs along the direction, v across.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from autograd.drawing.layout.coordinates import across, along
from autograd.drawing.layout.geometry import (
    POINTS_PER_INCH,
    Arrangement,
    Box,
    Frame,
    Layout,
    Link,
    Point,
    Route,
    fan_gap,
)
from autograd.drawing.layout.ordering import Segments, put_in_order
from autograd.drawing.layout.ranks import Columns, Item, Level, Piece
from autograd.drawing.layout.routing import Labels, Router, Run, curve, folded
from autograd.drawing.layout.straight import straight_routes

COLUMN_GAP = 36.0
PADDING = 9.0  # in frames
TITLE = 20.0  # the height of a frame's title
TITLE_SIDES = 16.0
MOST_BENDS = 20_000  # on one level: what costs most
Size = tuple[float, float]


class Key(NamedTuple):
    """What stands on a level: kind "box" or "frame" with its id, or a port "in" or "out" with the id of the box that
    the arrows through it come from."""

    kind: str
    id: str


@dataclass
class _Inside:
    """What is known of a frame's level (or the outermost) before it is laid out."""

    frame: Frame | None
    keys: dict[Key, int] = field(default_factory=dict)
    cuts: list[tuple[Key, Key, str, Size | None]] = field(default_factory=list)  # tail, head, port, label
    shared: dict[tuple[Key, Key, str], int] = field(default_factory=dict)  # pieces that several arrows have in common

    def item(self, key: Key) -> int:
        """The number of an item, which is new or known."""
        return self.keys.setdefault(key, len(self.keys))


@dataclass(frozen=True)
class _Plan:
    """A level laid out: its size, the middles of its items and the runs of its pieces, from its upper left corner."""

    length: float
    breadth: float
    middles: list[Point]
    runs: list[list[Run]]


def layered(boxes: Sequence[Box], links: Sequence[Link], arrangement: Arrangement) -> Layout:
    """Positions for `boxes`, the arrows between them and the frames around them. Succession of boxes follows from the
    frames; `arrangement.succession` is not needed."""
    return _Layered(boxes, links, arrangement).layout()


class _Layered:
    def __init__(self, boxes: Sequence[Box], links: Sequence[Link], arrangement: Arrangement) -> None:
        self.boxes, self.links, self.arrangement = boxes, links, arrangement
        self.flat = arrangement.direction in ("LR", "RL")
        self.size = {box.id: self._turned((box.width, box.height)) for box in boxes}
        self.around: dict[Key, str | None] = {}  # the frame that a box or frame stands in
        self.inside: dict[str | None, _Inside] = {None: _Inside(None)}  # outer frames before inner ones
        self._note_frames(arrangement.frames)
        for box in boxes:
            self.inside[self.around.get(Key("box", box.id))].item(Key("box", box.id))
        for key, frame in self.around.items():
            if key.kind == "frame":
                self.inside[frame].item(key)
        self.paths = {box.id: self._path(box.id) for box in boxes}
        self.ways = {link.id: self._cut(link) for link in links}
        self.gap = POINTS_PER_INCH * fan_gap(boxes, arrangement) if arrangement.fan else COLUMN_GAP
        self.plans: dict[str | None, _Plan] = {}
        for frame, inside in reversed(self.inside.items()):
            self.plans[frame] = self._plan(inside)

    def _turned(self, size: Size) -> Size:
        """Width and height as length and breadth, or the other way round."""
        return size if self.flat else (size[1], size[0])

    def _note_frames(self, frames: Iterable[Frame]) -> None:
        stack = [(frame, None) for frame in reversed(tuple(frames))]
        while stack:
            frame, outer = stack.pop()
            self.around[Key("frame", frame.id)] = outer
            self.around.update({Key("box", member): frame.id for member in frame.members})
            self.inside[frame.id] = _Inside(frame)
            stack += [(inner, frame.id) for inner in reversed(frame.frames)]  # type: ignore[misc]

    def _path(self, box: str) -> list[Key]:
        """The frames that a box stands in, from the outermost inwards, and the box."""
        path = [Key("box", box)]
        frame = self.around.get(path[0])
        while frame is not None:
            path.append(Key("frame", frame))
            frame = self.around[path[-1]]
        return path[::-1]

    def _cut(self, link: Link) -> list[tuple[str | None, int]]:
        """Cut an arrow at the borders it crosses: out of the frames of its tail, across, into the frames of its head.
        The answer lists level and number of each piece, from tail to head."""
        tails, heads = self.paths[link.tail], self.paths[link.head]
        common = 0
        while common < min(len(tails), len(heads)) - 1 and tails[common] == heads[common]:
            common += 1
        way: list[tuple[str | None, int]] = []
        for outer, inner in reversed(list(zip(tails[common:], tails[common + 1 :], strict=False))):
            way.append((outer.id, self._piece(outer.id, inner, Key("out", link.tail), link, None)))
        level, tail = tails[common - 1].id if common else None, tails[common]
        for inner in heads[common:]:
            way.append((level, self._piece(level, tail, inner, link, link.label if inner.kind == "box" else None)))
            level, tail = inner.id, Key("in", link.tail)
        return way

    def _piece(self, level: str | None, tail: Key, head: Key, link: Link, label: Size | None) -> int:
        """The number of a piece; all arrows from one box to or through one frame share one."""
        inside = self.inside[level]
        if head.kind != "box":
            known = inside.shared.setdefault((tail, head, link.tail), len(inside.cuts))
            if known < len(inside.cuts):
                return known
        inside.item(tail)
        inside.item(head)
        inside.cuts.append((tail, head, link.tail, self._turned(label) if label else None))
        return len(inside.cuts) - 1

    # --- from the innermost frames outwards: every level by itself ---

    def _plan(self, inside: _Inside) -> _Plan:
        level = self._level(inside)
        columns = Columns(level, MOST_BENDS)
        segments = Segments(columns)
        put_in_order(columns, segments)
        v = across(columns, segments)
        strips = along(columns, segments, v, self.gap)
        router = Router(columns, v, strips, self.arrangement.fan)
        breadth = max((x + b / 2 for x, b in zip(v, columns.breadth, strict=True)), default=0.0)
        middles = [(strips[columns.rank[i]].middle, v[i]) for i in range(len(level.items))]
        plan = _Plan(strips[-1].end if strips else 0.0, breadth, middles, router.runs)
        if inside.frame is None and self.flat:
            plan = _in_rows(plan, router)
        return self._framed(inside, level, _enlarged(plan, router.beside, router.above, router.beside, 0.0))

    def _level(self, inside: _Inside) -> Level:
        pieces = [
            Piece(
                inside.keys[tail],
                inside.keys[head],
                port,
                self._port(tail, Key("out", port)) or 0.0,
                self._port(head, Key("in", port)),
                label,
            )
            for tail, head, port, label in inside.cuts
        ]
        items = [self._item(key) for key in inside.keys]
        frames = [number for key, number in inside.keys.items() if key.kind == "frame"]
        if inside.frame is not None:
            return Level(items, pieces, keeping=frames)
        boxes = [[Key("box", box) for box in line] for line in self.arrangement.ranks]
        lines = [[inside.keys[key] for key in line if key in inside.keys] for line in boxes]
        keeping = [Key("box", box) for box in self.arrangement.keeping]
        kept = [inside.keys[key] for key in keeping if key in inside.keys]
        return Level(items, pieces, [line for line in lines if line], self.arrangement.in_order, kept + frames)

    def _item(self, key: Key) -> Item:
        if key.kind == "box":
            return Item(*self.size[key.id])
        if key.kind == "frame":
            return Item(self.plans[key.id].length, self.plans[key.id].breadth)
        return Item(0.0, 0.0, key.kind)

    def _port(self, key: Key, port: Key) -> float | None:
        """How far from the middle of a frame, across, one of its ports lies; None for what is no frame."""
        if key.kind != "frame":
            return 0.0 if key.kind in ("in", "out") else None
        plan, inside = self.plans[key.id], self.inside[key.id]
        return plan.middles[inside.keys[port]][1] - plan.breadth / 2

    def _framed(self, inside: _Inside, level: Level, plan: _Plan) -> _Plan:
        """The plan with the frame's title and padding around it, and its lines continued to the frame's border."""
        if inside.frame is None:
            return plan
        top, left = (TITLE, PADDING) if self.flat else (PADDING, TITLE)
        plan = _enlarged(plan, left, top, PADDING, PADDING)
        title = inside.frame.title_width + TITLE_SIDES
        length = max(plan.length, title) if self.flat else plan.length
        breadth = plan.breadth if self.flat else max(plan.breadth, title)
        runs = plan.runs
        for piece, way in zip(level.pieces, runs, strict=True):
            if level.items[piece.tail].side:
                way[0] = way[0]._replace(start=0.0)
            if level.items[piece.head].side:
                way[-1] = way[-1]._replace(end=length)
        return _Plan(length, breadth, plan.middles, runs)

    # --- from the outermost frame inwards: where everything lies in the whole ---

    def layout(self) -> Layout:
        """All positions, turned the way arrows are to lead."""
        origins = self._origins()
        centres = {box.id: self._point(*self._middle(Key("box", box.id), origins)) for box in self.boxes}
        width, height = self._turned((self.plans[None].length, self.plans[None].breadth))
        frames = {frame: self._corners(frame, origins[frame]) for frame in self.inside if frame is not None}
        straight = {}
        if self.arrangement.fan:
            straight = straight_routes(centres, self.boxes, self.links, self.arrangement.direction)
        curved = [link for link in self.links if link.id not in straight]
        routes = straight | self._routes(curved, origins)
        return Layout(width, height, centres, routes, frames)

    def _origins(self) -> dict[str | None, Point]:
        """The corner of every frame at which its u and v are least."""
        origins: dict[str | None, Point] = {None: (0.0, 0.0)}
        for frame in self.inside:
            if frame is not None:
                u, v = self._middle(Key("frame", frame), origins)
                origins[frame] = (u - self.plans[frame].length / 2, v - self.plans[frame].breadth / 2)
        return origins

    def _middle(self, key: Key, origins: Mapping[str | None, Point]) -> Point:
        outer = self.around.get(key)
        u, v = self.plans[outer].middles[self.inside[outer].keys[key]]
        return (u + origins[outer][0], v + origins[outer][1])

    def _corners(self, frame: str, origin: Point) -> tuple[float, float, float, float]:
        plan = self.plans[frame]
        (x0, y0), (x1, y1) = self._point(*origin), self._point(origin[0] + plan.length, origin[1] + plan.breadth)
        return (min(x0, x1), min(y0, y1), max(x0, x1), max(y0, y1))

    def _routes(self, links: Sequence[Link], origins: Mapping[str | None, Point]) -> dict[str, Route]:
        uses = Counter(link.tail for link in self.links)
        needs = Counter(link.head for link in self.links)
        lines = {link.id: self._runs(link, origins) for link in links}
        labels, routes = Labels(lines.values() if any(link.label for link in links) else ()), {}
        for link in links:
            runs = lines[link.id]
            share = 0.25 + 0.5 * uses[link.tail] / (uses[link.tail] + needs[link.head])  # keep labels apart
            spot = labels.place(runs, self._turned(link.label), share) if link.label else None
            points = tuple(self._point(*point) for point in curve(runs))
            routes[link.id] = Route((points,), self._point(runs[-1].end, runs[-1].v), spot and self._point(*spot))
        return routes

    def _runs(self, link: Link, origins: Mapping[str | None, Point]) -> list[Run]:
        """The runs of an arrow in the whole."""
        return [
            Run(start + origins[level][0], end + origins[level][0], v + origins[level][1])
            for level, number in self.ways[link.id]
            for start, end, v in self.plans[level].runs[number]
        ]

    def _point(self, u: float, v: float) -> Point:
        """A point in the picture's coordinates."""
        if self.arrangement.direction in ("RL", "BT"):
            u = self.plans[None].length - u
        return (u, v) if self.flat else (v, u)


def _in_rows(plan: _Plan, router: Router) -> _Plan:
    """The plan folded, if it is a long chain."""
    fold = folded(router, plan.length, plan.breadth)
    if fold is None:
        return plan
    return _Plan(*fold.size(), [fold.point(*middle) for middle in plan.middles], list(fold.runs()))


def _enlarged(plan: _Plan, left: float, top: float, right: float, bottom: float) -> _Plan:
    """The plan with room around it."""
    if not (left or top or right or bottom):
        return plan
    return _Plan(
        plan.length + left + right,
        plan.breadth + top + bottom,
        [(u + left, v + top) for u, v in plan.middles],
        [[Run(start + left, end + left, v + top) for start, end, v in way] for way in plan.runs],
    )
