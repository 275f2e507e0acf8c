"""PNG and PDF of a picture, drawn by matplotlib from our own shapes. It brings fonts along: no other program is needed.

The shapes go straight to a renderer of matplotlib's, below its figures and axes: one call for each rectangle and text.
"""

from __future__ import annotations

import io
import math
import warnings
from collections.abc import Callable, Iterable, Iterator
from typing import Any

from autograd.drawing.shapes import NUMBER_FONT, TITLE_FONT, Drawable, Group, Path, Rect, Shape, Text, rounded
from autograd.system.web_page import how_to_install
from autograd.view.notation import title_width

POINTS_PER_INCH = 72
PIXELS_PER_POINT = 2.0  # sharp on today's screens
MOST_PIXELS = 6e7  # larger pictures get fewer for each point
# Where our own fonts lack a letter: what comes with systems, then what comes with matplotlib.
OTHER_FONTS = ("Liberation Sans", "Noto Sans CJK SC", "Hiragino Sans", "Microsoft YaHei", "DejaVu Sans")
CODES = {"M": [1], "L": [2], "C": [4, 4, 4], "Z": [79]}  # what matplotlib calls our steps
DASHES = [3.0, 3.0]


def raster(picture: Drawable, output: str) -> bytes:
    """The picture as "png" or "pdf", transparent. ImportError without matplotlib."""
    rc_context, figure_of = _matplotlib(output)
    width, height = picture.size
    scale = min(PIXELS_PER_POINT, math.sqrt(MOST_PIXELS / (width * height)))
    unsigned = {"CreationDate": None} if output == "pdf" else {"Software": None}  # the same bytes every time
    content = io.BytesIO()
    with warnings.catch_warnings(), rc_context({"pdf.fonttype": 42}):  # 42: texts stay texts
        warnings.simplefilter("ignore", UserWarning)  # a letter that no font has is drawn as a box, and that is all
        figure_of(picture).savefig(content, format=output, dpi=POINTS_PER_INCH * scale, metadata=unsigned)
    return content.getvalue()


def book(pictures: Iterable[Drawable]) -> bytes:
    """The pictures as one PDF, a page each. ImportError without matplotlib."""
    rc_context, figure_of = _matplotlib("pdf")
    from matplotlib.backends.backend_pdf import PdfPages

    content = io.BytesIO()
    with warnings.catch_warnings(), rc_context({"pdf.fonttype": 42}):
        warnings.simplefilter("ignore", UserWarning)
        with PdfPages(content, metadata={"CreationDate": None}) as pages:
            for picture in pictures:
                pages.savefig(figure_of(picture))
    return content.getvalue()


def _matplotlib(output: str) -> tuple[Any, Callable[[Drawable], Any]]:
    """Its rc_context, and what makes a figure of a picture."""
    try:
        from matplotlib import rc_context
        from matplotlib.figure import Figure
    except ImportError:
        advice = how_to_install("matplotlib", "plots")
        raise ImportError(
            f".{output} files are drawn by matplotlib, which is not installed: {advice}; "
            ".svg and .html files need nothing"
        ) from None

    def figure_of(picture: Drawable) -> Any:
        width, height = picture.size
        figure = Figure(figsize=(width / POINTS_PER_INCH, height / POINTS_PER_INCH))
        figure.patch.set_alpha(0.0)
        figure.add_artist(_artist(list(_flat(picture.shapes())), height))
        return figure

    return rc_context, figure_of


def _flat(shapes: Iterable[Shape]) -> Iterator[Rect | Path | Text]:
    for shape in shapes:
        if isinstance(shape, Group):
            yield from _flat(shape.shapes)
        else:
            yield shape


def _artist(shapes: Iterable[Rect | Path | Text], height: float) -> Any:
    """What a figure asks to draw itself."""
    from matplotlib.artist import Artist

    class Shapes(Artist):
        def draw(self, renderer: Any) -> None:
            pen = _Pen(renderer, height)
            for shape in shapes:
                (pen.text if isinstance(shape, Text) else pen.outline)(shape)  # type: ignore[arg-type]

    return Shapes()


class _Pen:
    """Draws our shapes, whose y grows downwards, with a renderer of matplotlib's, whose y grows upwards."""

    def __init__(self, renderer: Any, height: float) -> None:
        from matplotlib.font_manager import FontProperties, fontManager
        from matplotlib.transforms import Affine2D

        self.renderer = renderer
        self.height = height
        self.scale = renderer.points_to_pixels(1.0)
        self.flip = Affine2D().scale(self.scale, -self.scale).translate(0.0, height * self.scale)
        known = {font.name for font in fontManager.ttflist}
        self.fonts = {}
        for bold, ours in ((True, TITLE_FONT), (False, NUMBER_FONT)):
            families = [name for name in (*ours.split(", "), *OTHER_FONTS) if name in known]
            self.fonts[bold] = FontProperties(family=families, weight="bold" if bold else "normal")

    def outline(self, shape: Rect | Path) -> None:
        """Fill first, line on top."""
        from matplotlib.colors import to_rgba
        from matplotlib.path import Path as Outline

        if isinstance(shape, Rect):
            steps = rounded(shape.x, shape.y, shape.width, shape.height, shape.radius, shape.radius)
        else:
            steps = shape.steps
        if shape.fill != "none":
            steps = (*steps, ("Z", steps[0][1]))
        points = [point for _, points in steps for point in points]
        path = Outline(points, [code for letter, _ in steps for code in CODES[letter]])
        if shape.fill != "none":
            fill = to_rgba(shape.fill, shape.opacity if isinstance(shape, Rect) else 1.0)
            self._draw(path, fill, lambda gc: gc.set_linewidth(0.0))
        if shape.stroke != "none":
            self._draw(path, None, lambda gc: self._as_line(gc, shape))

    def _draw(self, path: Any, fill: Any, prepare: Callable[[Any], None]) -> None:
        gc = self.renderer.new_gc()
        prepare(gc)
        self.renderer.draw_path(gc, path, self.flip, fill)
        gc.restore()

    @staticmethod
    def _as_line(gc: Any, shape: Rect | Path) -> None:
        gc.set_foreground(shape.stroke)
        gc.set_linewidth(shape.stroke_width)
        gc.set_joinstyle("miter")
        if isinstance(shape, Path) and shape.dashed:
            gc.set_dashes(0.0, DASHES)

    def text(self, text: Text) -> None:
        """A title is made narrower where the font at hand is wider than the one that its card was measured for."""
        font = self.fonts[text.bold].copy()
        font.set_size(text.size)
        width = self._width(text, font)
        if text.bold and (room := self.scale * title_width(text.text, text.size)) < width:
            font.set_size(text.size * room / width)
            width = room
        x = self.scale * text.x - {"start": 0.0, "middle": 0.5, "end": 1.0}[text.anchor] * width
        y = self.scale * (text.y if self.renderer.flipy() else self.height - text.y)
        gc = self.renderer.new_gc()
        gc.set_foreground(text.color)
        self.renderer.draw_text(gc, x, y, text.text, font, 0.0, ismath=False)
        gc.restore()

    def _width(self, text: Text, font: Any) -> float:
        width: float = self.renderer.get_text_width_height_descent(text.text, font, ismath=False)[0]
        return width
