"""The still picture of a training, for whoever strips scripts: the plane as the network sees it at the end, the rows
that were learnt from, and the loss on the way."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from typing import Protocol

from autograd.backprop import topological_order
from autograd.drawing.cards import CARD_FILL, CARD_STROKE, NEGATIVE, NOTE_COLOR, POSITIVE, mix
from autograd.drawing.shapes import Path, Rect, Shape, Text, svg_page
from autograd.system.letters import shorten
from autograd.value import Value
from autograd.view.notation import number

SIDE, WIDTH, EDGE = 240.0, 320.0, 14.0  # of the plane, of the loss curve, around both
CELLS = 24
CLASSES = ("#1F6FB5", "#C8410B", "#2A8F3C", "#7A4FA3", "#A0740A", "#0F8B8D")  # as in browser/watch.js


class Training(Protocol):
    """What the picture needs of a TrainingPage; training.py says what they are."""

    @property
    def inputs(self) -> Sequence[Value]: ...
    @property
    def parameters(self) -> Sequence[Value]: ...
    @property
    def outputs(self) -> tuple[Value, ...]: ...
    @property
    def kept(self) -> Sequence[Sequence[float]]: ...
    @property
    def rows(self) -> Sequence[Sequence[float]]: ...
    @property
    def targets(self) -> Sequence[float]: ...
    @property
    def kind(self) -> str: ...
    @property
    def level(self) -> float: ...
    @property
    def names(self) -> Sequence[str]: ...
    @property
    def title(self) -> str: ...


def still(training: Training, losses: Sequence[tuple[int, float]]) -> str:
    """The picture as SVG; `losses` are (update, loss), as many as a curve needs."""
    shapes = [*_plane(training), *_curve(losses)]
    return svg_page(shapes, SIDE + WIDTH + 3 * EDGE, SIDE + 2 * EDGE + 16, label=training.title)


def _plane(training: Training) -> Iterator[Shape]:
    (left, right), (low, high) = (_span([row[k] for row in training.rows]) for k in (0, 1))
    leaves = dict(zip(training.parameters, training.kept[-1], strict=True))
    order, cell = topological_order(*training.outputs), SIDE / CELLS
    places = [(i, j) for j in range(CELLS) for i in range(CELLS)]
    points = [(left + (right - left) * (i + 0.5) / CELLS, high - (high - low) * (j + 0.5) / CELLS) for i, j in places]
    found = [_outputs(training, order, {**leaves, **dict(zip(training.inputs, at, strict=True))}) for at in points]
    largest = max((abs(share) for share, _ in found), default=0.0) or 1.0
    for (i, j), (share, colour) in zip(places, found, strict=True):
        shade = mix(CARD_FILL, colour, 0.6 * abs(share) / largest)
        yield Rect(EDGE + cell * i, EDGE + cell * j, cell, cell, fill=shade)
    for row, target in zip(training.rows, training.targets, strict=True):
        x, y = EDGE + SIDE * (row[0] - left) / (right - left), EDGE + SIDE * (high - row[1]) / (high - low)
        yield Rect(x - 2.5, y - 2.5, 5.0, 5.0, 2.5, _side(training, target)[1], CARD_FILL)
    yield Rect(EDGE, EDGE, SIDE, SIDE, stroke=CARD_STROKE)
    across, up = (shorten(name, 12) for name in training.names)
    yield _note(EDGE, f"{across} across, {up} up, at the end")


def _outputs(training: Training, order: Sequence[Value], known: Mapping[Value, float]) -> tuple[float, str]:
    """What the network says where its leaves are as `known`: how strongly, and the colour of it."""
    numbers = dict(known)
    for node in order:
        if node.parents and node.op is not None:
            operands = [numbers.get(o, o.data) if isinstance(o, Value) else o for o in node.operands]
            try:
                numbers[node] = float(node.op.forward(*operands))
            except (ArithmeticError, ValueError):
                numbers[node] = math.nan
    found = [numbers.get(output, output.data) for output in training.outputs]
    if not all(map(math.isfinite, found)):
        return 0.0, CARD_FILL
    if training.kind == "classes":
        return 1.0, _side(training, found.index(max(found)))[1]
    return _side(training, found[0])


def _side(training: Training, x: float) -> tuple[float, str]:
    """How far a number is on its side, and the colour of the side."""
    if training.kind == "classes":
        return 1.0, CLASSES[int(x) % len(CLASSES)]
    middle = (max(training.targets) + min(training.targets)) / 2 if training.kind == "numbers" else training.level
    return x - middle, POSITIVE if x > middle else NEGATIVE


def _curve(losses: Sequence[tuple[int, float]]) -> Iterator[Shape]:
    shown = [(update, loss) for update, loss in losses if math.isfinite(loss)]
    left = SIDE + 2 * EDGE
    yield Rect(left, EDGE, WIDTH, SIDE, stroke=CARD_STROKE)
    if len(shown) < 2:
        return
    least, most = min(loss for _, loss in shown), max(loss for _, loss in shown)
    points = [
        (left + WIDTH * update / shown[-1][0], EDGE + 8 + (SIDE - 16) * (most - loss) / ((most - least) or 1.0))
        for update, loss in shown
    ]
    yield Path(tuple(("L" if i else "M", (point,)) for i, point in enumerate(points)), stroke=NOTE_COLOR)
    (_, first), (_, last) = shown[0], shown[-1]
    yield _note(left, f"loss: {number(first, '.3g')} → {number(last, '.3g')}")


def _note(x: float, text: str) -> Text:
    return Text(x, SIDE + EDGE + 14, text, color=NOTE_COLOR, size=9.0, anchor="start")


def _span(numbers: Sequence[float]) -> tuple[float, float]:
    """A little more than all of them, as in browser/watch.js."""
    low, high = min(numbers, default=-1.0), max(numbers, default=1.0)
    margin = 0.12 * (high - low) or 1.0
    return low - margin, high + margin
