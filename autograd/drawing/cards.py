"""Cards and arrows: what a picture of a graph is made of, where things go on a card, and its colours.

A card has a header and rows; an arrow can carry a number in a white pill on its line. `Picture` brings cards,
arrows and frames together, asks `layout.place` where they go, and gives the shapes for SVG, PNG and PDF.
The same cards serve static drawings and the stepper.
"""

from __future__ import annotations

import math
from collections.abc import Hashable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from itertools import groupby

from autograd.drawing.layout.geometry import Arrangement, Box, Frame, Layout, Link, Point, Route
from autograd.drawing.layout.placement import place
from autograd.drawing.shapes import (
    FONT_SIZE,
    TEXT_COLOR,
    Group,
    Path,
    Rect,
    Shape,
    Step,
    Styled,
    Text,
    rounded,
    svg_page,
)
from autograd.view.notation import number_width, title_width

# White 11 px bold text reads on every header with a contrast of at least 4.5 : 1 (WCAG 2.2, 1.4.3).
HEADER_COLORS = {
    "input": "#1D5FA8",
    "parameter": "#96560A",
    "operation": "#475569",
    "output": "#1F7A37",
    "constant": "#6B7280",
}
CARD_FILL = "#FFFFFF"
CARD_STROKE = "#CBD5E1"
ARROW_COLOR = "#94A3B8"
PILL_TEXT = "#475569"
HIGHLIGHT = "#D97706"
POSITIVE = "#D6493E"
NEGATIVE = "#2C71BE"
FRAME_FILL, FRAME_OPACITY = "#94A3B8", 0.09  # a veil: a shade darker on a white page, a shade lighter on a dark one
FRAME_STROKE = "#CBD5E1"

HEADER_HEIGHT = 18.0
ROW_HEIGHT = 19.0
MIN_CARD_WIDTH = 52.0
CARD_PADDING = 10.0
RADIUS = 6.0
PILL_HEIGHT = 14.0
PILL_FONT = 10.0
MARGIN = 12.0
NOTE_FONT = 10.0
NOTE_HEIGHT = 14.0
NOTE_COLOR = "#6B7B93"  # reads on white and on dark pages
MAP_SIDE = 60.0
MAP_CELLS = 20
MAP_SHADES = 5
MAP_PLUS = "#E08A1E"  # not red and blue, which are gradients
MAP_MINUS = "#1B8A8F"


@dataclass(frozen=True)
class Row:
    """A line of a card: its text, the colour behind it ("" for none), and a mark such as "data" or "grad".

    A page that computes writes it anew: `places` are those of the nodes whose numbers it shows, `lead` what stands
    before them.
    """

    text: str
    fill: str = ""
    mark: str = "count"
    places: tuple[int, ...] = ()
    lead: str = ""


@dataclass(frozen=True)
class Plane:
    """A function of two numbers as a map: `shares` of its largest value, from −1 to 1, row by row from above; `point`
    is where we are, as shares of the sides from the upper left corner.

    A page that computes draws it anew: the node at `place`, while those at `inputs` run from −reach to reach.
    """

    shares: tuple[tuple[float, ...], ...]
    point: Point
    place: int = -1
    inputs: tuple[int, ...] = ()
    reach: float = 1.0

    def shapes(self, left: float, top: float) -> Iterator[Shape]:
        """The map with its upper left corner at (left, top): a path for every shade, then the point."""
        cells: dict[int, list[Step]] = {}
        side = MAP_SIDE / len(self.shares)
        for row, shares in enumerate(self.shares):
            column = 0
            for shade, run in groupby(round(MAP_SHADES * share) for share in shares):
                width = len(list(run))
                if shade:
                    cells.setdefault(shade, []).extend(
                        rounded(left + side * column, top + side * row, side * width, side, 0.0, 0.0)
                    )
                column += width
        for shade, steps in sorted(cells.items()):
            color = mix(CARD_FILL, MAP_PLUS if shade > 0 else MAP_MINUS, abs(shade) / MAP_SHADES)
            yield Path(tuple(steps), fill=color, mark="map")
        yield Rect(left, top, MAP_SIDE, MAP_SIDE, stroke=CARD_STROKE, mark="map-edge")
        x, y = left + MAP_SIDE * self.point[0], top + MAP_SIDE * self.point[1]
        yield Rect(x - 2.5, y - 2.5, 5.0, 5.0, 2.5, TEXT_COLOR, CARD_FILL, mark="map-point")


@dataclass(frozen=True)
class Card:
    """A box of the picture. `kind` is a key of HEADER_COLORS; `tooltip` shows on hovering; `min_width` in points
    keeps room for texts that the rows will show later; `members` are the places of all nodes it stands for; `plane` is
    a map below the rows."""

    id: str
    title: str
    kind: str
    rows: tuple[Row, ...]
    tooltip: str = ""
    highlighted: bool = False
    min_width: float = MIN_CARD_WIDTH
    members: tuple[int, ...] = ()
    plane: Plane | None = None

    @cached_property
    def width(self) -> float:
        """Wide enough for its texts, in points, rounded up so that similar cards line up."""
        widest = max([title_width(self.title, FONT_SIZE), *(number_width(r.text, FONT_SIZE) for r in self.rows)])
        room = MAP_SIDE + 2 * CARD_PADDING if self.plane else 0.0
        return max(self.min_width, room, 2.0 * math.ceil((widest + 2 * CARD_PADDING) / 2))

    @property
    def height(self) -> float:
        return HEADER_HEIGHT + ROW_HEIGHT * len(self.rows) + (MAP_SIDE + CARD_PADDING if self.plane else 0.0)


@dataclass(frozen=True, slots=True)
class Arrow:
    """An arrow from card `tail` to card `head` (ids), with the text of its pill ("" for none), for the uses of values
    (ids of edges) that it stands for; () where its own id is that of the one edge."""

    id: str
    tail: str
    head: str
    label: str = ""
    color: str = ARROW_COLOR
    width: float = 1.2
    dashed: bool = False
    tooltip: str = ""
    highlighted: bool = False
    edges: tuple[str, ...] = ()


def side_by_side(
    layers: Mapping[str, tuple[Hashable, int]], inputs: Iterable[str], arrows: Iterable[Arrow]
) -> Iterator[tuple[str, ...]]:
    """Cards (ids) to stand in one line, in the order given: those of one layer, and the inputs that feed the same of
    them, whatever else they feed. `layers` has the layer of a card, and which call of it; where one call feeds another
    each has its own line. There is none where one card would feed another, unless each feeds all others, as the neurons
    of a recurrent layer do."""
    heads: dict[str, set[str]] = {}
    for arrow in arrows:
        heads.setdefault(arrow.tail, set()).add(arrow.head)

    def may_stand(line: Sequence[str]) -> bool:
        fed = [heads.get(card, set()).intersection(line) for card in line]
        return not any(fed) or all(len(others | {card}) == len(line) for card, others in zip(line, fed, strict=True))

    lines: dict[Hashable, list[str]] = {}
    for card, (layer, _) in layers.items():
        lines.setdefault(layer, []).append(card)
    for layer, line in list(lines.items()):
        if not may_stand(line):
            del lines[layer]
            for card in line:
                lines.setdefault(layers[card], []).append(card)
    for card in inputs:
        fed = heads.get(card, set())
        lines.setdefault(frozenset(fed.intersection(layers) or fed), []).append(card)
    return (tuple(line) for line in lines.values() if len(line) > 1 and may_stand(line))


@dataclass(frozen=True)
class Enclosure:
    """A titled frame around cards (ids) and inner enclosures."""

    id: str
    title: str
    members: tuple[str, ...]
    inner: tuple[Enclosure, ...] = ()


@dataclass(frozen=True)
class Picture:
    """Cards, arrows and enclosures; positions are computed when first asked for, and kept.

    `ranks` lists cards (ids) that are to stand in one line across the direction, in that order;
    `fan` prefers straight arrows (see straight.py), `in_order` cards in the order given, which those of `keeping` keep
    whatever crosses; `succession` lists pairs of cards of which the second is to stand after the first. `notes` are
    lines of text below it all.
    """

    cards: tuple[Card, ...]
    arrows: tuple[Arrow, ...]
    enclosures: tuple[Enclosure, ...] = ()
    direction: str = "LR"
    description: str = ""
    ranks: tuple[tuple[str, ...], ...] = ()
    fan: bool = False
    succession: tuple[tuple[str, str], ...] = ()
    in_order: bool = False
    keeping: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()

    @cached_property
    def layout(self) -> Layout:
        """Where everything goes; raises LayoutError when the engine that was asked for is not available."""
        boxes = [Box(card.id, card.width, card.height) for card in self.cards]
        links = [Link(a.id, a.tail, a.head, pill_size(a.label) if a.label else None) for a in self.arrows]
        frames = tuple(_frame(enclosure) for enclosure in self.enclosures)
        arrangement = Arrangement(
            self.direction, frames, self.ranks, self.succession, self.fan, self.in_order, self.keeping
        )
        return place(boxes, links, arrangement)

    @property
    def size(self) -> tuple[float, float]:
        """Width and height in points, margins included."""
        widest = max([self.layout.width, *(number_width(note, NOTE_FONT) for note in self.notes)])
        return (widest + 2 * MARGIN, self.layout.height + 2 * MARGIN + NOTE_HEIGHT * len(self.notes))

    def shapes(self) -> Iterator[Group]:
        """Everything to draw, from back to front: frames, arrows, their pills, cards."""
        layout = self.layout
        for enclosure in self.enclosures:
            yield from enclosure_shapes(enclosure, layout)
        yield from pills_above(arrow_shapes(arrow, layout.routes[arrow.id]) for arrow in self.arrows)
        for card in self.cards:
            yield card_shapes(card, shifted(layout.centres[card.id]))
        bottom = layout.height + 2 * MARGIN
        for line, note in enumerate(self.notes):
            y = bottom + NOTE_HEIGHT * line + 4
            yield Group((Text(MARGIN, y, note, color=NOTE_COLOR, size=NOTE_FONT, anchor="start", mark="note"),))

    def svg(self, styled: Styled = None) -> str:
        """The picture as SVG; given `styled` (see shapes.py) every card, arrow, row and pill has an id or a class."""
        return svg_page(self.shapes(), *self.size, label=self.description, styled=styled)


def shifted(point: Point) -> Point:
    """A point of the layout in the picture's own coordinates, which have a margin around them."""
    return (point[0] + MARGIN, point[1] + MARGIN)


def tint(gradient: float, largest: float) -> str:
    """The colour behind a gradient: from white towards red (+) or blue (−), by `tint_strength`; "" for none."""
    strength = tint_strength(gradient, largest)
    return mix(CARD_FILL, POSITIVE if strength > 0 else NEGATIVE, abs(strength)) if strength else ""


def tint_strength(gradient: float, largest: float) -> float:
    """±0.72·sqrt(|gradient| / largest), with the sign of the gradient; 0 where either is 0 or not finite.

    The square root keeps small gradients visible; 0.72 keeps dark text readable on the strongest colour.
    """
    if not (math.isfinite(gradient) and math.isfinite(largest)) or gradient == 0 or largest == 0:
        return 0.0
    return math.copysign(0.72 * math.sqrt(abs(gradient) / largest), gradient)


def mix(start: str, end: str, share: float) -> str:
    """The colour `share` of the way from `start` to `end`, both as #RRGGBB."""
    channels = ((int(start[i : i + 2], 16), int(end[i : i + 2], 16)) for i in (1, 3, 5))
    return "#" + "".join(f"{round(low + (high - low) * share):02X}" for low, high in channels)


# --- cards --------------------------------------------------------------------------------------------------


def card_shapes(card: Card, centre: Point) -> Group:
    """The shapes of a card whose middle is at `centre`."""
    left, top = centre[0] - card.width / 2, centre[1] - card.height / 2
    rows = [shape for i, row in enumerate(card.rows) for shape in _row_shapes(card, i, row, left, top)]
    stroke, width = (HIGHLIGHT, 2.5) if card.highlighted else (CARD_STROKE, 1.0)
    header = rounded(left, top, card.width, HEADER_HEIGHT, RADIUS, 0.0 if card.rows else RADIUS)
    return Group(
        (
            Rect(left, top, card.width, card.height, RADIUS, CARD_FILL, mark="face"),
            Path(header, fill=HEADER_COLORS[card.kind], mark="header"),
            Text(centre[0], top + HEADER_HEIGHT / 2 + 4, card.title, bold=True, color="#FFFFFF", mark="title"),
            *rows,
            *(
                card.plane.shapes(centre[0] - MAP_SIDE / 2, top + card.height - MAP_SIDE - CARD_PADDING)
                if card.plane
                else ()
            ),
            Rect(left, top, card.width, card.height, RADIUS, stroke=stroke, stroke_width=width, mark="outline"),
        ),
        id=card.id,
        mark=f"card {card.kind}",
        tooltip=card.tooltip,
    )


def _row_shapes(card: Card, index: int, row: Row, left: float, top: float) -> Iterator[Shape]:
    y = top + HEADER_HEIGHT + ROW_HEIGHT * index
    last = index == len(card.rows) - 1
    if row.fill or row.mark == "grad":  # the stepper colours the row of the gradient itself
        band = rounded(left, y, card.width, ROW_HEIGHT, 0.0, RADIUS if last else 0.0)
        yield Path(band, fill=row.fill or CARD_FILL, mark=f"{row.mark}-fill")
    yield Text(left + card.width / 2, y + ROW_HEIGHT / 2 + 4, row.text, mark=row.mark)


# --- arrows -------------------------------------------------------------------------------------------------


def pill_size(label: str) -> tuple[float, float]:
    """Width and height of the pill that holds `label`."""
    return (number_width(label, PILL_FONT) + 9, PILL_HEIGHT)


def arrow_shapes(arrow: Arrow, route: Route) -> Group:
    """An arrow's line, head and pill."""
    color, width = (HIGHLIGHT, max(2.5, arrow.width)) if arrow.highlighted else (arrow.color, arrow.width)
    steps = tuple(_line_steps(route))
    shapes: list[Shape] = [
        Path(steps, stroke=color, stroke_width=width, dashed=arrow.dashed, mark="line"),
        _arrow_head(steps[-1][1], shifted(route.tip), color, width),
    ]
    if route.label is not None:
        shapes.append(_pill(arrow, shifted(route.label)))
    return Group(tuple(shapes), id=arrow.id, mark="arrow", tooltip=arrow.tooltip)


def pills_above(arrows: Iterable[Group]) -> Iterator[Group]:
    """The arrows without their pills, then the pills: no line runs over a number."""
    pills = []
    for arrow in arrows:
        line, head, *pill = arrow.shapes
        pills += [shape for shape in pill if isinstance(shape, Group)]
        yield replace(arrow, shapes=(line, head)) if pill else arrow
    yield from pills


def _line_steps(route: Route) -> Iterator[Step]:
    for index, points in enumerate(route.curves):
        start, *rest = (shifted(point) for point in points)
        yield ("L" if index else "M", (start,))  # a later piece continues on the far side of the pill
        if len(rest) == 3 and rest[0] == start and rest[1] == rest[2]:
            yield ("L", (rest[2],))  # straight, which takes a third of the writing
            continue
        for i in range(0, len(rest), 3):
            yield ("C", tuple(rest[i : i + 3]))


def _arrow_head(last_points: tuple[Point, ...], tip: Point, color: str, width: float) -> Path:
    """A triangle from the end of the line to `tip`."""
    x, y = last_points[-1]
    dx, dy = tip[0] - x, tip[1] - y
    length = math.hypot(dx, dy)
    if length < 0.5:  # no room for a head was left: point the way the line came
        dx, dy = tip[0] - last_points[0][0], tip[1] - last_points[0][1]
        length = math.hypot(dx, dy) or 1.0
        x, y = tip[0] - 7 * dx / length, tip[1] - 7 * dy / length
    half = 1.6 + width
    across = (-dy / length * half, dx / length * half)
    corners = ((x + across[0], y + across[1]), tip, (x - across[0], y - across[1]))
    return Path((("M", (corners[0],)), ("L", (corners[1],)), ("L", (corners[2],))), fill=color, mark="head")


def _pill(arrow: Arrow, centre: Point) -> Group:
    width, height = pill_size(arrow.label)
    stroke = HIGHLIGHT if arrow.highlighted else CARD_STROKE
    left, top = centre[0] - width / 2, centre[1] - height / 2
    return Group(
        (
            Rect(left, top, width, height, height / 2, CARD_FILL, stroke, mark="pill-fill"),
            Text(centre[0], centre[1] + 3.5, arrow.label, color=PILL_TEXT, size=PILL_FONT, mark="local"),
        ),
        id=f"p{arrow.id}",
        mark="pill",
    )


# --- frames -------------------------------------------------------------------------------------------------


def _frame(enclosure: Enclosure) -> Frame:
    inner = tuple(_frame(inside) for inside in enclosure.inner)
    return Frame(enclosure.id, title_width(enclosure.title, FONT_SIZE), enclosure.members, inner)


def enclosure_shapes(enclosure: Enclosure, layout: Layout) -> Iterator[Group]:
    """A frame with its title in the top left corner, on a white plate of its own; then the frames inside it."""
    x0, y0, x1, y1 = layout.frames[enclosure.id]
    left, top = shifted((x0, y0))
    plate = title_width(enclosure.title, FONT_SIZE) + 8
    yield Group(
        (
            Rect(left, top, x1 - x0, y1 - y0, RADIUS, FRAME_FILL, FRAME_STROKE, mark="frame", opacity=FRAME_OPACITY),
            Rect(left + 4, top + 3, plate, HEADER_HEIGHT - 3, 4.0, CARD_FILL, mark="frame-plate"),
            Text(left + 8, top + 14, enclosure.title, bold=True, color=PILL_TEXT, anchor="start", mark="frame-title"),
        ),
        mark="enclosure",
    )
    for inner in enclosure.inner:
        yield from enclosure_shapes(inner, layout)
