"""Straight arrows between the middles of facing sides, wherever no box is in the way.

That is the clearest way to show layers that are wholly connected: curves of so many arrows hide where each one leads.
"""

from __future__ import annotations

import math
from bisect import bisect_right
from collections.abc import Iterable, Iterator, Mapping, Sequence

from autograd.drawing.layout.geometry import SIDES, Box, Link, Point, Route

# From the middle of a box to the middle of a side, in parts of its width and height.
COMPASS = {"e": (0.5, 0.0), "w": (-0.5, 0.0), "n": (0.0, -0.5), "s": (0.0, 0.5)}
ARROW_LENGTH = 7.0
SQUARE = 64.0
Corners = tuple[float, float, float, float]


def straight_routes(
    centres: Mapping[str, Point], boxes: Sequence[Box], links: Sequence[Link], direction: str
) -> dict[str, Route]:
    """The routes of the links that lead onwards and meet no other box between the middles of facing sides."""
    sizes = {box.id: (box.width, box.height) for box in boxes}
    corners = {box.id: _corners(centres[box.id], sizes[box.id]) for box in boxes}
    out, into = SIDES[direction]
    grid, columns = _Grid(corners), _Columns(corners.values(), out in "ew")
    starts = {box.id: _side(centres[box.id], sizes[box.id], out) for box in boxes}
    tips = {box.id: _side(centres[box.id], sizes[box.id], into) for box in boxes}
    forward = COMPASS[out]
    routes = {}
    for link in links:
        start, tip = starts[link.tail], tips[link.head]
        ahead = forward[0] * (tip[0] - start[0]) + forward[1] * (tip[1] - start[1]) > 0
        if ahead and (columns.clear(start, tip) or not grid.between(start, tip, (link.tail, link.head))):
            end = _back_from(tip, start, ARROW_LENGTH)
            routes[link.id] = Route(((start, start, end, end),), tip, None)
    return routes


class _Columns:
    """What boxes cover of the direction of arrows. Between neighbouring columns no box can be in the way."""

    def __init__(self, corners: Iterable[Corners], flat: bool) -> None:
        self.axis = 0 if flat else 1
        self.starts: list[float] = []
        self.ends: list[float] = []
        for start, end in sorted((box[self.axis], box[self.axis + 2]) for box in corners):
            if self.ends and start <= self.ends[-1]:
                self.ends[-1] = max(self.ends[-1], end)
            else:
                self.starts.append(start)
                self.ends.append(end)

    def clear(self, start: Point, end: Point) -> bool:
        """Whether a segment from box to box lies between two columns; it may touch them."""
        low, high = sorted((start[self.axis], end[self.axis]))
        after = bisect_right(self.ends, low)  # the first that ends behind `low`, as that of the box at `high` does
        return self.starts[after] >= high


class _Grid:
    """Boxes by the squares of a grid that they touch, so that a line is compared with those near it, not with all."""

    def __init__(self, corners: Mapping[str, Corners]) -> None:
        self.corners = corners
        self.squares: dict[tuple[int, int], list[str]] = {}
        for name, (x0, y0, x1, y1) in corners.items():
            for column in range(_square(x0), _square(x1) + 1):
                for row in range(_square(y0), _square(y1) + 1):
                    self.squares.setdefault((column, row), []).append(name)

    def between(self, start: Point, end: Point, ends: tuple[str, str]) -> bool:
        """Whether the segment meets a box other than those at its ends."""
        near = {name for square in _squares(start, end) for name in self.squares.get(square, ())}
        return any(_meets(start, end, self.corners[name]) for name in near.difference(ends))


def _square(coordinate: float) -> int:
    return math.floor(coordinate / SQUARE)


def _squares(start: Point, end: Point) -> Iterator[tuple[int, int]]:
    """The squares that a segment passes, and a few beside it: column by column, those between its heights there."""
    (x0, y0), (x1, y1) = sorted((start, end))
    for column in range(_square(x0), _square(x1) + 1):
        heights = [y0, y1]
        if x1 > x0:
            slope, sides = (y1 - y0) / (x1 - x0), (max(x0, column * SQUARE), min(x1, (column + 1) * SQUARE))
            heights = [y0 + slope * (side - x0) for side in sides]
        for row in range(_square(min(heights) - 1.0), _square(max(heights) + 1.0) + 1):
            yield column, row


def _corners(centre: Point, size: tuple[float, float]) -> Corners:
    (x, y), (width, height) = centre, size
    return (x - width / 2, y - height / 2, x + width / 2, y + height / 2)


def _side(centre: Point, size: tuple[float, float], compass: str) -> Point:
    dx, dy = COMPASS[compass]
    return (centre[0] + dx * size[0], centre[1] + dy * size[1])


def _back_from(tip: Point, start: Point, length: float) -> Point:
    """The point `length` before `tip` on the way from `start`, or `start` if that is nearer."""
    share = min(length / math.dist(start, tip), 1.0)
    return (tip[0] + share * (start[0] - tip[0]), tip[1] + share * (start[1] - tip[1]))


def _meets(start: Point, end: Point, corners: Corners) -> bool:
    """Whether a line segment meets a rectangle (Liang and Barsky 1984: clip the segment side by side)."""
    low, high = 0.0, 1.0
    for origin, goal, near_side, far_side in zip(start, end, corners[:2], corners[2:], strict=True):
        step = goal - origin
        first, last = near_side - origin, far_side - origin
        if step == 0.0:
            if first > 0.0 or last < 0.0:
                return False
            continue
        near, far = sorted((first / step, last / step))
        low, high = max(low, near), min(high, far)
    return low <= high
