"""`spy`: a picture of a graph of any size, as the pattern of which value uses which.

Row i stands for value i in topological order, column j for value j; a mark at (i, j) says that value i was computed
from value j. All marks lie below the diagonal, because operands come before results. Large graphs are cut into at
most 400 × 400 cells, and the shade of a cell says how many uses fall into it.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

from autograd.drawing.cards import CARD_FILL, CARD_STROKE, HEADER_COLORS, MARGIN, mix
from autograd.drawing.figure import Drawing
from autograd.drawing.shapes import FONT_SIZE, Group, Path, Rect, Shape, Step, Text, svg_page
from autograd.value import Value
from autograd.view.graph import kind_of
from autograd.view.names import names_of
from autograd.view.notation import counted, number_width, several
from autograd.view.subject import subject_of

SIDE = 440.0  # of the square, in points
BAND = 10.0  # the strip beside it that shows the kind of each row
GAP = 4.0
FOOT = 24.0
MOST_CELLS = 400
TEXT_CELLS = 32
TEXT_SHADES = " ░▒▓█"
SHADES = 6
LIGHTEST = 2  # of 6: a single use among many must still be seen
KINDS = ("input", "parameter", "operation", "output")

Cell = tuple[int, int]


def spy(
    y: Any,
    x: Any = None,
    *,
    model: Any = None,
    names: Mapping[Value, str] | None = None,
    parameters: Sequence[Value] = (),
) -> Drawing:
    """The sparsity pattern of the graph below `y`, a Value or a list of Values: who uses whom, at a glance.

    A chain is a diagonal line, a layer a block, a value that is used everywhere a column. Meant for graphs too large
    for `draw`, whose `x`, `model`, `names` and `parameters` it takes. Raises TypeError for what is not made of Values,
    ValueError for an empty list.

    >>> a = Value(2.0)
    >>> spy(a * a + 1.0).picture.description
    'Sparsity pattern of v2: 3 values (1 input), 3 uses; a mark in row i, column j: value i uses value j'
    """
    subject = subject_of(y, x, model, parameters, names)
    order = subject.order
    place = {value: i for i, value in enumerate(order)}
    ends = set(subject.outputs)
    kinds = [kind_of(value, ends, subject.parameters) for value in order]
    uses = [(place[value], place[parent]) for value in order for parent in value.parents]
    names_by_value = names_of(order, subject.variables, subject.names, subject.parameters)
    outputs = several([names_by_value[output][0] for output in subject.outputs])
    plot = SpyPlot(_description(outputs, kinds, len(uses)), kinds, uses)
    return Drawing(plot, plot.text(), partial(str, plot.description))


def _description(outputs: str, kinds: Sequence[str], uses: int) -> str:
    leaves = [
        counted(count, kind) for kind in ("input", "parameter") if (count := kinds.count(kind)) or kind == "input"
    ]
    return (
        f"Sparsity pattern of {outputs}: {counted(len(kinds), 'value')} ({', '.join(leaves)}), "
        f"{counted(uses, 'use')}; a mark in row i, column j: value i uses value j"
    )


@dataclass(frozen=True)
class SpyPlot:
    """The pattern as shapes and as text; `kinds` has an entry per value, `uses` a pair (row, column) per edge."""

    description: str
    kinds: Sequence[str]
    uses: Sequence[tuple[int, int]]

    @property
    def size(self) -> tuple[float, float]:
        """Width and height in points, margins included."""
        return (SIDE + BAND + GAP + 2 * MARGIN, SIDE + FOOT + 2 * MARGIN)

    def svg(self) -> str:
        """The plot as SVG, on a white card of its own so that it reads on any page."""
        return svg_page(self.shapes(), *self.size, label=self.description)

    def shapes(self) -> Iterator[Shape]:
        """The card, the strip of kinds, the pattern, the legend."""
        width, height = self.size
        yield Rect(0.5, 0.5, width - 1, height - 1, 6.0, CARD_FILL, CARD_STROKE)
        yield from self._strip()
        left, top = MARGIN + BAND + GAP, MARGIN
        yield Rect(left, top, SIDE, SIDE, fill="none", stroke=CARD_STROKE)
        cells = self._cells(min(len(self.kinds), MOST_CELLS))
        for shade, chosen in sorted(_by_shade(cells).items()):
            yield Path(
                tuple(self._squares(chosen, left, top)), fill=mix(CARD_FILL, HEADER_COLORS["input"], shade / SHADES)
            )
        yield self._legend(left, top + SIDE + 16)

    def _cells(self, count: int) -> Counter[Cell]:
        """How many uses fall into each of count × count cells."""
        size = len(self.kinds)
        return Counter((row * count // size, column * count // size) for row, column in self.uses)

    def _squares(self, cells: list[Cell], left: float, top: float) -> Iterator[Step]:
        """A rectangle for every run of cells that touch within a row."""
        side = SIDE / min(len(self.kinds), MOST_CELLS)
        for row, first, last in _runs(cells):
            x0, x1 = left + first * side, left + (last + 1) * side
            y0, y1 = top + row * side, top + (row + 1) * side
            yield ("M", ((x0, y0),))
            yield from (("L", (corner,)) for corner in ((x1, y0), (x1, y1), (x0, y1)))

    def _strip(self) -> Iterator[Rect]:
        """Runs of one kind of value as coloured pieces, from the first value at the top to the last."""
        count = min(len(self.kinds), MOST_CELLS)
        rows = [self._kind_of_row(i, count) for i in range(count)]
        start = 0
        for i in range(1, count + 1):
            if i == count or rows[i] != rows[start]:
                y0, y1 = (MARGIN + SIDE * end / count for end in (start, i))
                yield Rect(MARGIN, y0, BAND, y1 - y0, fill=HEADER_COLORS[rows[start]])
                start = i

    def _kind_of_row(self, row: int, count: int) -> str:
        """The kind of most values in a row of cells; an output is rare and always shows."""
        start, end = (
            -(-edge * len(self.kinds) // count) for edge in (row, row + 1)
        )  # rounded up: of those in `_cells`
        kinds = Counter(self.kinds[start:end])
        return "output" if kinds["output"] else max(KINDS, key=lambda kind: kinds[kind])

    def _legend(self, left: float, y: float) -> Group:
        summary = f"{counted(len(self.kinds), 'value')}, {counted(len(self.uses), 'use')}"
        shapes: list[Shape] = [Text(left + SIDE, y, summary, anchor="end")]
        x = MARGIN
        for kind in (kind for kind in KINDS if kind in self.kinds):
            shapes += [Rect(x, y - 9, BAND, BAND, fill=HEADER_COLORS[kind]), Text(x + 14, y, kind, anchor="start")]
            x += 28 + number_width(kind, FONT_SIZE)
        return Group(tuple(shapes))

    def text(self) -> str:
        """The description and the pattern in characters: the darker, the more uses."""
        count = min(len(self.kinds), TEXT_CELLS)
        cells = self._cells(count)
        most = max(cells.values(), default=1)
        shades = {cell: TEXT_SHADES[_shade(uses, most, len(TEXT_SHADES) - 1)] for cell, uses in cells.items()}
        rows = ("".join(2 * shades.get((row, column), " ") for column in range(count)) for row in range(count))
        return "\n".join([self.description, *(f"|{row}|" for row in rows)])


def _shade(uses: int, most: int, shades: int) -> int:
    """1 to `shades`, by the logarithm of the number of uses; all the same, all dark."""
    return shades if most == 1 else 1 + round((shades - 1) * math.log(uses) / math.log(most))


def _by_shade(cells: Counter[Cell]) -> dict[int, list[Cell]]:
    most = max(cells.values(), default=1)
    groups: dict[int, list[Cell]] = {}
    for cell, uses in sorted(cells.items()):
        groups.setdefault(max(LIGHTEST, _shade(uses, most, SHADES)), []).append(cell)
    return groups


def _runs(cells: list[Cell]) -> Iterator[tuple[int, int, int]]:
    """(row, first column, last column) of the runs in a sorted list of cells."""
    start = previous = cells[0]
    for cell in cells[1:]:
        if cell != (previous[0], previous[1] + 1):
            yield (*start, previous[1])
            start = cell
        previous = cell
    yield (*start, previous[1])
