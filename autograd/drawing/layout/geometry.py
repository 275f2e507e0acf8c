"""What is placed and what comes of it: boxes, links, frames; the positions and routes they get.

Lengths are in points (CSS pixels in the SVG), y grows downwards.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

POINTS_PER_INCH = 72.0
# Where arrows lead, and the sides (compass points) at which they then leave and enter boxes.
SIDES = {"LR": ("e", "w"), "RL": ("w", "e"), "TB": ("s", "n"), "BT": ("n", "s")}
DIRECTIONS = tuple(SIDES)
RANK_GAP = 0.55  # inches between ranks
Point = tuple[float, float]


@dataclass(frozen=True, slots=True)
class Box:
    """A box to place: `id` is ours, width and height in points (CSS pixels in the SVG)."""

    id: str
    width: float
    height: float


@dataclass(frozen=True, slots=True)
class Link:
    """An arrow from box `tail` to box `head`; `label` is the size of the label it carries, or None."""

    id: str
    tail: str
    head: str
    label: tuple[float, float] | None = None


@dataclass(frozen=True)
class Frame:
    """A frame around boxes (`members`) and inner frames; `title_width` in points keeps room for its title."""

    id: str
    title_width: float
    members: tuple[str, ...]
    frames: tuple[Frame, ...] = ()


@dataclass(frozen=True, slots=True)
class Route:
    """Where an arrow runs: cubic Bézier `curves` (start, then 3 points per piece; several pieces when a label
    sits on it), the `tip` its head points at, and the centre `label` of its label (None without one)."""

    curves: tuple[tuple[Point, ...], ...]
    tip: Point
    label: Point | None


@dataclass(frozen=True)
class Layout:
    """Everything placed, in points, y growing downwards: centres of boxes, routes, frames (x0, y0, x1, y1)."""

    width: float
    height: float
    centres: dict[str, Point]
    routes: dict[str, Route]
    frames: dict[str, tuple[float, float, float, float]]


@dataclass(frozen=True)
class Arrangement:
    """How boxes are to stand.

    `direction` is where arrows lead, a key of SIDES. Each of `ranks` lists boxes that are to stand in one line across
    the direction, in that order. `succession` lists pairs of boxes of which the second is to stand after the first.
    With `fan`, arrows run between the middles of facing sides and get room for it (see straight.py).
    With `in_order`, boxes beside each other stand in the order given, unless arrows would cross for it; what is used
    several times stands where it is made, not where it is used. `keeping` lists boxes that keep that order wherever
    they stand beside each other, even if arrows cross for it; frames always do.
    """

    direction: str = "LR"
    frames: tuple[Frame, ...] = ()
    ranks: tuple[tuple[str, ...], ...] = ()
    succession: tuple[tuple[str, str], ...] = ()
    fan: bool = False
    in_order: bool = False
    keeping: tuple[str, ...] = ()


def free_lines(arrangement: Arrangement, links: Sequence[Link]) -> list[tuple[str, ...]]:
    """The `ranks` without those that have an arrow between their own boxes, which Graphviz cannot draw."""
    place = {box: number for number, line in enumerate(arrangement.ranks) for box in line}
    joined = {place.get(link.tail) for link in links if place.get(link.tail) == place.get(link.head)}
    return [line for number, line in enumerate(arrangement.ranks) if number not in joined]


def fan_gap(boxes: Sequence[Box], arrangement: Arrangement) -> float:
    """Room for arrows that fan out: a fifth of the longest line of boxes, so that steep arrows stay apart."""
    upright = arrangement.direction in ("LR", "RL")
    extent = {box.id: box.height if upright else box.width for box in boxes}
    lines = [sum(extent[box_id] for box_id in rank) for rank in arrangement.ranks]
    return min(max([RANK_GAP, *(line / POINTS_PER_INCH / 5 for line in lines)]), 4.0)
