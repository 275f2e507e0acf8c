"""The stepper's timeline as slides for a lecture: one picture a step, all of one size, with its arithmetic below."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import overload

from autograd.drawing.cards import (
    CARD_FILL,
    CARD_STROKE,
    MARGIN,
    NEGATIVE,
    POSITIVE,
    Card,
    arrow_shapes,
    card_shapes,
    enclosure_shapes,
    mix,
    pills_above,
    shifted,
)
from autograd.drawing.png_pdf import book
from autograd.drawing.shapes import FONT_SIZE, TEXT_COLOR, Group, Rect, Shape, Text, svg_page
from autograd.explaining.film import CAPTION_LINE, COLORS, COUNTER_WIDTH, line_width
from autograd.explaining.moments import Change, Moment, Timeline
from autograd.system.files import write_whole
from autograd.view.notation import number_width

SIDES = 16 / 9  # of what lectures are shown on
MOST = 1_000


@dataclass(frozen=True)
class Slide:
    """The picture at one position of a timeline: what is known by then, what is in focus, what is said.

    It can be drawn as any other picture; `size` has the sides of a screen, in points.
    """

    timeline: Timeline
    position: int
    size: tuple[float, float]

    @property
    def moment(self) -> Moment:
        return self.timeline.moments[self.position]

    @property
    def description(self) -> str:
        """What it is called where it cannot be seen: its arithmetic."""
        return self.moment.text

    def svg(self) -> str:
        return svg_page(self.shapes(), *self.size, label=self.description)

    def shapes(self) -> Iterator[Shape]:
        """Everything to draw: a white page, the graph in its middle, the words below."""
        (width, height), picture = self.size, self.timeline.picture
        yield Rect(0.0, 0.0, width, height, fill=CARD_FILL)
        below = _caption_height(self.timeline)
        left, top = (width - picture.size[0]) / 2, (height - below - picture.size[1]) / 2
        for group in self._picture():
            yield _moved(group, left, top)
        yield Rect(MARGIN, height - below, width - 2 * MARGIN, below - MARGIN, 6.0, CARD_FILL, CARD_STROKE)
        yield from self._words(height - below)

    def _picture(self) -> Iterator[Shape]:
        layout = self.timeline.picture.layout
        for enclosure in self.timeline.picture.enclosures:
            yield from enclosure_shapes(enclosure, layout)
        yield from pills_above(self._arrows())
        known_rows = self._known_rows()
        for card in self.timeline.picture.cards:
            yield card_shapes(self._as_known(card, known_rows), shifted(layout.centres[card.id]))

    def _arrows(self) -> Iterator[Group]:
        routes, computed = self.timeline.picture.layout.routes, self._computed()
        for arrow in self.timeline.picture.arrows:
            route = routes[arrow.id]
            known = route if arrow.id in computed else replace(route, label=None)
            yield arrow_shapes(replace(arrow, highlighted=arrow.id in self.moment.arrows), known)

    def _computed(self) -> set[str]:
        """The arrows of operations that have been computed: they carry their local derivatives."""
        past = self.timeline.moments[: self.position + 1]
        return {arrow for moment in past if moment.phase == "forward" for arrow in moment.arrows}

    def _known_rows(self) -> dict[tuple[str, int], Change]:
        past = self.timeline.moments[: self.position + 1]
        return {(change.card, change.row): change for moment in past for change in moment.changes}

    def _as_known(self, card: Card, known: dict[tuple[str, int], Change]) -> Card:
        changes = [known[card.id, i] for i in range(len(card.rows))]  # the first moment has one for every row
        rows = [
            replace(row, text=change.text, fill=_tint(change.strength))
            for row, change in zip(card.rows, changes, strict=True)
        ]
        return replace(card, rows=tuple(rows), min_width=card.width, highlighted=card.id in self.moment.cards)

    def _words(self, top: float) -> Iterator[Text]:
        for row, line in enumerate(self.moment.lines):
            x, y = 2 * MARGIN, top + CAPTION_LINE * (row + 1) + 3
            for run in line:
                yield Text(x, y, run.text, color=COLORS.get(run.style, TEXT_COLOR), anchor="start")
                x += number_width(run.text, FONT_SIZE)
        if not self.moment.phase:
            return
        where = f"{self.moment.phase} {self.position}/{len(self.timeline.moments) - 1}"
        right = self.size[0] - 2 * MARGIN
        yield Text(right, top + CAPTION_LINE + 3, where, color=COLORS["muted"], anchor="end")


@dataclass(frozen=True)
class Slides(Sequence[Slide]):
    """What `stepper(y).slides()` returns: a sequence of pictures, and `.save("lecture.pdf")`."""

    pages: tuple[Slide, ...]

    def __len__(self) -> int:
        return len(self.pages)

    @overload
    def __getitem__(self, index: int) -> Slide: ...
    @overload
    def __getitem__(self, index: slice) -> Slides: ...
    def __getitem__(self, index: int | slice) -> Slide | Slides:
        return Slides(self.pages[index]) if isinstance(index, slice) else self.pages[index]

    def save(self, path: str | Path) -> None:
        """Write them as one .pdf, a page each; ValueError for another ending, ImportError without matplotlib."""
        if Path(path).suffix.lower() != ".pdf":
            raise ValueError(f"slides are saved as .pdf, got {Path(path).name!r}; slides[0].svg() is one of them alone")
        write_whole(path, book(self.pages))

    def __repr__(self) -> str:
        return f"<{len(self)} slides; .save('lecture.pdf')>"


def slides(timeline: Timeline) -> Slides:
    """One slide for every moment. ValueError for more than a thousand."""
    count = len(timeline.moments)
    if count > MOST:
        raise ValueError(f"{count:,} slides are more than any lecture shows (at most {MOST:,}): take a smaller graph")
    width, height = timeline.picture.size
    words = max(line_width(line) for moment in timeline.moments for line in moment.lines)
    width = max(width, words + COUNTER_WIDTH + 4 * MARGIN)
    height += _caption_height(timeline)
    size = (max(width, SIDES * height), max(height, width / SIDES))
    return Slides(tuple(Slide(timeline, position, size) for position in range(count)))


def _caption_height(timeline: Timeline) -> float:
    return CAPTION_LINE * max(len(moment.lines) for moment in timeline.moments) + 16 + MARGIN


def _tint(strength: float | None) -> str:
    return mix(CARD_FILL, POSITIVE if strength > 0 else NEGATIVE, abs(strength)) if strength else ""


def _moved(shape: Shape, dx: float, dy: float) -> Shape:
    """The shape, further to the right and further down."""
    if isinstance(shape, Group):
        return replace(shape, shapes=tuple(_moved(part, dx, dy) for part in shape.shapes))
    if isinstance(shape, Rect | Text):
        return replace(shape, x=shape.x + dx, y=shape.y + dy)
    steps = tuple((letter, tuple((x + dx, y + dy) for x, y in points)) for letter, points in shape.steps)
    return replace(shape, steps=steps)
