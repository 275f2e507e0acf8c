"""PNG and PDF of a picture, drawn by Graphviz's `dot` program from our own shapes.

Positions are fixed already, so Graphviz lays nothing out (`neato -n2`): rectangles and curves go into the graph's
`_background` in its drawing language (xdot), and every text is a node without a border.
"""

from __future__ import annotations

import shutil
from collections.abc import Iterable, Iterator

from autograd.drawing.layout.graphviz import LayoutError, plain_label, run_dot
from autograd.drawing.layout.placement import Point
from autograd.drawing.shapes import Drawable, Group, Path, Rect, Shape, Step, Text, rounded
from autograd.view.notation import number_width, title_width

PIXELS_PER_INCH = 144  # two pixels per point: sharp on today's screens


def raster(picture: Drawable, output: str) -> bytes:
    """The picture as "png" or "pdf". LayoutError without the program `dot`: the other engine has neither format."""
    if shutil.which("dot") is None:
        raise LayoutError(
            f".{output} files are drawn by Graphviz's `dot` program, which is not installed (apt install graphviz, "
            "brew install graphviz, conda install graphviz, winget install graphviz); .svg and .html need no `dot`"
        )
    width, height = picture.size
    source = _source(list(_flat(picture.shapes())), width, height)
    return run_dot(source, "-Kneato", "-n2", f"-T{output}")


def _source(shapes: list[Rect | Path | Text], width: float, height: float) -> str:
    # One string per operation, joined by +: Graphviz 2 refuses single strings of more than 16,384 characters.
    ops = " +\n".join(f'"{op} "' for shape in shapes if not isinstance(shape, Text) for op in _xdot(shape, height))
    texts = [_text_node(f"t{i}", shape, height) for i, shape in enumerate(shapes) if isinstance(shape, Text)]
    corners = f'a [pos="0,0" style=invis];\nb [pos="{width:.1f},{height:.1f}" style=invis];'  # they span the page
    return "\n".join([
        "digraph G {",
        f'graph [bgcolor=transparent pad=0 dpi={PIXELS_PER_INCH} _background={ops}];',
        'node [shape=none margin=0 width=0 height=0 label=""];',
        corners,
        *texts,
        "}",
    ])  # fmt: skip


def _flat(shapes: Iterable[Shape]) -> Iterator[Rect | Path | Text]:
    for shape in shapes:
        if isinstance(shape, Group):
            yield from _flat(shape.shapes)
        else:
            yield shape


def _text_node(name: str, text: Text, height: float) -> str:
    width = (title_width if text.bold else number_width)(text.text, text.size)
    x = text.x + {"start": width / 2, "middle": 0.0, "end": -width / 2}[text.anchor]
    y = height - text.y + 0.35 * text.size  # from the baseline to the middle of a line
    font = "Arial Bold" if text.bold else "DejaVu Sans Mono,Menlo,monospace"
    label = plain_label(text.text).replace('"', '\\"')
    style = f'fontname="{font}" fontsize={text.size} fontcolor="{text.color}"'
    return f'{name} [pos="{x:.2f},{y:.2f}" label="{label}" {style}];'


# --- xdot: https://graphviz.org/docs/outputs/canon/#xdot, y growing upwards ----------------------------------------


def _xdot(shape: Rect | Path, height: float) -> Iterator[str]:
    """The operations that draw a shape, piece by piece: fill first, outline on top."""
    for steps in _pieces(_rect_steps(shape) if isinstance(shape, Rect) else shape.steps):
        yield from _xdot_piece(shape, list(_bezier(steps, height)))


def _pieces(steps: tuple[Step, ...]) -> Iterator[tuple[Step, ...]]:
    """The steps cut before every "M", which lifts the pen."""
    starts = [i for i, (letter, _) in enumerate(steps) if letter == "M"]
    for start, end in zip(starts, [*starts[1:], len(steps)], strict=True):
        yield steps[start:end]


def _xdot_piece(shape: Rect | Path, points: list[Point]) -> Iterator[str]:
    listed = f"{len(points)} " + " ".join(f"{x:.2f} {y:.2f}" for x, y in points)
    if shape.fill != "none":
        yield f"S {_string('setlinewidth(0)')} c {_string(shape.fill)} C {_string(shape.fill)} b {listed}"
    if shape.stroke != "none":
        dashes = _string("dashed" if isinstance(shape, Path) and shape.dashed else "solid")
        yield f"S {_string(f'setlinewidth({shape.stroke_width:.2f})')} S {dashes} c {_string(shape.stroke)} B {listed}"


def _rect_steps(rect: Rect) -> tuple[Step, ...]:
    return rounded(rect.x, rect.y, rect.width, rect.height, rect.radius, rect.radius)


def _bezier(steps: tuple[Step, ...], height: float) -> Iterator[Point]:
    """One run of Bézier control points; a straight line is a curve with its control points on it."""
    last: Point = (0.0, 0.0)
    for letter, points in steps:
        for x, y in points if letter != "L" else (last, points[0], points[0]):
            yield (x, height - y)
        last = points[-1]


def _string(text: str) -> str:
    return f"{len(text.encode())} -{text}"
