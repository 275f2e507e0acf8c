"""Straight arrows between the middles of facing sides, wherever no box is in the way.

That is the clearest way to show layers that are wholly connected: curves of so many arrows hide where each one leads.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import replace

from autograd.drawing.layout.geometry import SIDES, Box, Layout, Link, Point, Route

# From the middle of a box to the middle of a side, in parts of its width and height.
COMPASS = {"e": (0.5, 0.0), "w": (-0.5, 0.0), "n": (0.0, -0.5), "s": (0.0, 0.5)}
ARROW_LENGTH = 7.0


def straightened(layout: Layout, boxes: Sequence[Box], links: Sequence[Link], direction: str) -> Layout:
    """`layout` with a straight arrow wherever it leads onwards and meets no other box; the others keep their routes."""
    sizes = {box.id: (box.width, box.height) for box in boxes}
    corners = {box.id: _corners(layout.centres[box.id], sizes[box.id]) for box in boxes}
    routes = dict(layout.routes)
    out, into = SIDES[direction]
    forward = COMPASS[out]
    for link in links:
        start = _side(layout.centres[link.tail], sizes[link.tail], out)
        tip = _side(layout.centres[link.head], sizes[link.head], into)
        ahead = forward[0] * (tip[0] - start[0]) + forward[1] * (tip[1] - start[1]) > 0
        others = (corners[box.id] for box in boxes if box.id not in (link.tail, link.head))
        if ahead and not any(_meets(start, tip, other) for other in others):
            end = _back_from(tip, start, ARROW_LENGTH)
            routes[link.id] = Route(((start, start, end, end),), tip, None)
    return replace(layout, routes=routes)


def _corners(centre: Point, size: tuple[float, float]) -> tuple[float, float, float, float]:
    (x, y), (width, height) = centre, size
    return (x - width / 2, y - height / 2, x + width / 2, y + height / 2)


def _side(centre: Point, size: tuple[float, float], compass: str) -> Point:
    dx, dy = COMPASS[compass]
    return (centre[0] + dx * size[0], centre[1] + dy * size[1])


def _back_from(tip: Point, start: Point, length: float) -> Point:
    """The point `length` before `tip` on the way from `start`, or `start` if that is nearer."""
    share = min(length / math.dist(start, tip), 1.0)
    return (tip[0] + share * (start[0] - tip[0]), tip[1] + share * (start[1] - tip[1]))


def _meets(start: Point, end: Point, corners: tuple[float, float, float, float]) -> bool:
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
