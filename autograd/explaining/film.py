"""The stepper's timeline as one SVG file that plays by itself: an <img> of it moves, in a README for example.

Everything that is ever on screen is in the file; CSS animations show and hide it. Readers who ask for less motion, and
programs that know no CSS, see the last position: the finished picture.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from itertools import groupby

from autograd.drawing.cards import (
    CARD_FILL,
    CARD_STROKE,
    HIGHLIGHT,
    MARGIN,
    NEGATIVE,
    POSITIVE,
    arrow_shapes,
    card_shapes,
    mix,
    shifted,
)
from autograd.drawing.shapes import FONT_SIZE, Path, Rect, Shape, Text, decimal, escaped, svg, svg_document
from autograd.explaining.moments import Line, Moment, Run, Timeline
from autograd.view.graph import check_number
from autograd.view.notation import number_width

MOST_STEPS = 100
COLORS = {"upstream": "#6D28D9", "local": "#0F766E", "product": "#B93A0C", "muted": "#475569"}
RECEIVER = "#B93A0C"
CAPTION_LINE = 19.0
COUNTER_WIDTH = 110.0
REST = 2  # the finished picture stays for as long as this many steps


def animate(timeline: Timeline, seconds: float) -> str:
    """An SVG picture that walks through `timeline.moments` for ever, `seconds` per moment.

    Raises ValueError for more than 100 moments, which nobody watches and browsers are slow to play, and for seconds
    that are not positive.
    """
    count = len(timeline.moments)
    if count - 1 > MOST_STEPS:
        raise ValueError(
            f"an animation of {count - 1} steps is longer than anybody watches (at most {MOST_STEPS}): "
            "animate a smaller graph, or save the stepper as .html"
        )
    check_number("seconds", seconds)
    if not seconds > 0:
        raise ValueError(f"seconds must be positive, got {seconds!r}")
    return _Film(timeline, seconds).svg()


class _Film:
    """The shapes of a picture, each with the span of moments for which it shows."""

    def __init__(self, timeline: Timeline, seconds: float) -> None:
        self.moments = timeline.moments
        self.picture = timeline.picture
        self.title = timeline.title
        self.count = len(timeline.moments)
        self.duration = (self.count + REST) * seconds
        self.spans: set[tuple[int, int]] = set()
        lines = max(len(moment.lines) for moment in self.moments)
        self.caption_height = CAPTION_LINE * lines + 16
        width, self.top = self.picture.size
        self.width = max(
            width, *(line_width(line) + 4 * MARGIN + COUNTER_WIDTH for m in self.moments for line in m.lines)
        )

    def svg(self) -> str:
        """The film as an SVG file."""
        body = "\n".join((*self._arrows(), *self._cards(), *self._captions()))
        height = self.top + self.caption_height + MARGIN
        return svg_document(body, self.width, height, self.title, self._style())

    # Showing and hiding ----------------------------------------------------------------------------------------------
    def during(self, first: int, end: int, shape: str) -> str:
        """`shape`, visible from moment `first` until before moment `end`."""
        if first == 0 and end == self.count:
            return shape
        self.spans.add((first, end))
        hidden = "" if end == self.count else ' visibility="hidden"'
        return f'<g class="s{first}-{end}"{hidden}>{shape}</g>'

    def _style(self) -> str:
        """One animation for each span; the class is all that a shape carries."""
        rules = []
        for first, end in sorted(self.spans):
            start, stop = (100 * moment / (self.count + REST) for moment in (first, end))
            frames = f"{start:.3f}%{{visibility:visible}}"
            if first > 0:
                frames = "0%{visibility:hidden}" + frames
            if end < self.count:
                frames += f"{stop:.3f}%{{visibility:hidden}}"
            rules.append(f"@keyframes k{first}-{end}{{{frames}}}")
            rules.append(f".s{first}-{end}{{animation:k{first}-{end} {self.duration:g}s step-end infinite}}")
        return f"@media (prefers-reduced-motion:no-preference){{{''.join(rules)}}}"

    # What is shown ---------------------------------------------------------------------------------------------------
    def _arrows(self) -> Iterator[str]:
        above = []
        for arrow in self.picture.arrows:
            route = self.picture.layout.routes[arrow.id]
            line, head, *pill = arrow_shapes(arrow, route).shapes
            yield svg(line) + svg(head)
            for shape in pill:  # the local derivative, known once the operation is computed
                above.append(self.during(self._computed(arrow.id), self.count, svg(shape)))
            for first, end in _spans(arrow.id in moment.arrows for moment in self.moments):
                above.append(self.during(first, end, svg(arrow_shapes(replace(arrow, highlighted=True), route))))
        yield from above

    def _computed(self, arrow: str) -> int:
        """The moment at which the operation at the head of an arrow is computed."""
        return next(i for i, moment in enumerate(self.moments) if moment.phase == "forward" and arrow in moment.arrows)

    def _cards(self) -> Iterator[str]:
        for card in self.picture.cards:
            shapes = card_shapes(card, shifted(self.picture.layout.centres[card.id])).shapes
            marks = [row.mark for row in card.rows]
            row = -1
            for shape in shapes:
                if isinstance(shape, Text) and shape.mark in marks:
                    row += 1
                    yield from self._row(card.id, row, shape)
                elif isinstance(shape, Path) and shape.mark == "grad-fill":
                    yield from self._tint(card.id, shape)
                else:
                    yield svg(shape)
            yield from self._outlines(card.id, shapes[-1])

    def _row(self, card: str, row: int, shape: Text) -> Iterator[str]:
        texts = [(i, c.text) for i, m in enumerate(self.moments) for c in m.changes if (c.card, c.row) == (card, row)]
        for (first, text), end in zip(texts, _ends(texts, self.count), strict=True):
            yield self.during(first, end, svg(replace(shape, text=text)))

    def _tint(self, card: str, shape: Path) -> Iterator[str]:
        tints = [
            (i, c.strength)
            for i, m in enumerate(self.moments)
            for c in m.changes
            if c.card == card and c.strength is not None
        ]
        for (first, strength), end in zip(tints, _ends(tints, self.count), strict=True):
            if strength:
                color = mix(CARD_FILL, POSITIVE if strength > 0 else NEGATIVE, abs(strength))
                yield self.during(first, end, svg(replace(shape, fill=color)))

    def _outlines(self, card: str, outline: Shape) -> Iterator[str]:
        assert isinstance(outline, Rect)
        for color, focus in (
            (HIGHLIGHT, [card in moment.cards and moment.target != card for moment in self.moments]),
            (RECEIVER, [moment.target == card for moment in self.moments]),
        ):
            for first, end in _spans(focus):
                yield self.during(first, end, svg(replace(outline, stroke=color, stroke_width=2.5)))

    def _captions(self) -> Iterator[str]:
        yield svg(Rect(MARGIN, self.top, self.width - 2 * MARGIN, self.caption_height, 6.0, CARD_FILL, CARD_STROKE))
        for position, moment in enumerate(self.moments):
            yield self.during(position, position + 1, self._caption(position, moment))

    def _caption(self, position: int, moment: Moment) -> str:
        baselines = [decimal(self.top + CAPTION_LINE * (row + 1) + 3) for row in range(len(moment.lines))]
        left, right = decimal(2 * MARGIN), decimal(self.width - 2 * MARGIN)
        texts = [
            f'<text x="{left}" y="{y}" text-anchor="start" xml:space="preserve">{"".join(map(_tspan, line))}</text>'
            for y, line in zip(baselines, moment.lines, strict=True)
        ]
        where = f"{moment.phase} {position}/{self.count - 1}"
        texts.append(f'<text x="{right}" y="{baselines[0]}" text-anchor="end" fill="{COLORS["muted"]}">{where}</text>')
        return "".join(texts)


def _tspan(run: Run) -> str:
    color = f' fill="{COLORS[run.style]}"' if run.style in COLORS else ""
    weight = ' font-weight="bold"' if run.style in ("product", "value") else ""
    return f"<tspan{color}{weight}>{escaped(run.text)}</tspan>" if color or weight else escaped(run.text)


def line_width(line: Line) -> float:
    """The room that a line of words takes, in points."""
    return number_width("".join(run.text for run in line), FONT_SIZE)


def _ends(changes: Sequence[tuple[int, object]], count: int) -> list[int]:
    """The moment at which each change gives way to the next."""
    return [*(first for first, _ in changes[1:]), count][: len(changes)]


def _spans(flags: Iterable[bool]) -> Iterator[tuple[int, int]]:
    """The runs of consecutive True: (first, end)."""
    position = 0
    for flag, run in groupby(flags):
        end = position + len(list(run))
        if flag:
            yield position, end
        position = end
