"""Pictures that several notebooks use: curves of functions, surfaces with paths on them, graphs that stand still.

Every function draws into `ax` (a new one, where none is given) and returns it; `ax.figure` shows it in a notebook.
"""

from __future__ import annotations

import io
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from autograd.drawing.figure import Drawing, html_image
from nn.inspection.style import COLORS, new_axes, style

__all__ = ["COLORS", "curves", "dots", "grid", "lines", "moving", "new_axes", "path", "still", "style", "surface"]

Point = tuple[float, float]


def grid(low: float, high: float, count: int = 201) -> list[float]:
    """`count` evenly spaced numbers from `low` to `high`, both included."""
    return [low + (high - low) * k / (count - 1) for k in range(count)]


def curves(
    functions: Mapping[str, Callable[[float], float]],
    low: float,
    high: float,
    ax: Any = None,
    dashed: Sequence[str] = (),
    **labels: Any,
) -> Any:
    """The graphs of functions of one number, each with its name; those in `dashed` are drawn so."""
    with style():
        ax = ax or new_axes()[0]
        xs = grid(low, high)
        for k, (name, f) in enumerate(functions.items()):
            line = "--" if name in dashed else "-"
            ax.plot(xs, [f(x) for x in xs], line, color=COLORS[k % len(COLORS)], label=name)
        ax.legend(loc="best")
        ax.set(**labels)
    return ax


def lines(series: Mapping[str, Sequence[float]], ax: Any = None, **labels: Any) -> Any:
    """Sequences of numbers as lines, each with its name."""
    with style():
        ax = ax or new_axes()[0]
        for k, (name, numbers) in enumerate(series.items()):
            look = {"color": COLORS[k % len(COLORS)], "linewidth": 1.5, "zorder": 3 - k / 100}  # the first on top
            ax.plot(numbers, label=name, **look)
        ax.legend(loc="best")
        ax.set(**labels)
    return ax


def dots(points: Sequence[Point], ax: Any = None, name: str = "", color: int = 0, **labels: Any) -> Any:
    """Points; `color` is a place in nn's list of colours."""
    with style():
        ax = ax or new_axes()[0]
        look = {"s": 24, "edgecolors": "white", "linewidths": 0.6, "zorder": 3}
        ax.scatter(*zip(*points, strict=True), color=COLORS[color], label=name or None, **look)
        if name:
            ax.legend(loc="best")
        ax.set(**labels)
    return ax


def surface(f: Callable[[float, float], float], xs: Point, ys: Point, ax: Any = None, levels: Any = 18) -> Any:
    """A function of two numbers as a map with contour lines: the darker, the lower."""
    with style():
        ax = ax or new_axes(width=5.0, height=4.0)[0]
        columns, rows = grid(*xs, 81), grid(*ys, 81)
        heights = [[f(x, y) for x in columns] for y in rows]
        ax.contourf(columns, rows, heights, levels=levels, cmap="Blues_r", alpha=0.85, extend="both")
        ax.contour(columns, rows, heights, levels=levels, colors="white", linewidths=0.4)
        ax.set(xlabel="x", ylabel="y", xlim=xs, ylim=ys)
        ax.grid(False)
    return ax


def path(points: Sequence[Point], ax: Any, name: str = "", color: int = 1) -> Any:
    """The way a descent took, on a surface: a dot per step, a star where it ended."""
    with style():
        look = {"color": COLORS[color], "clip_on": True}
        ax.plot(*zip(*points, strict=True), linewidth=1.2, marker="o", markersize=2.4, label=name or None, **look)
        ax.plot(*points[-1], marker="*", markersize=11, markeredgecolor="white", **look)
        if name:
            ax.legend(loc="best")
    return ax


def moving(frames: Sequence[Any], milliseconds: int = 250) -> Moving:
    """Figures of one size, one after the other, for ever: an animated PNG, which needs no script and no player."""
    from PIL import Image as Pictures

    # Flat colours without dithering: a small file. An octree keeps what is transparent: the page behind, white or dark
    pictures = [Pictures.open(io.BytesIO(_png(figure))).convert("RGBA") for figure in frames]
    octree = {"method": Pictures.Quantize.FASTOCTREE, "dither": Pictures.Dither.NONE}
    pictures = [picture.quantize(96, **octree) for picture in pictures]
    pauses = [milliseconds] * (len(pictures) - 1) + [6 * milliseconds]
    buffer = io.BytesIO()
    pictures[0].save(buffer, "PNG", save_all=True, append_images=pictures[1:], duration=pauses, loop=0)
    return Moving(buffer.getvalue())


class Moving:
    """A PNG that a notebook shows: by the one method that Jupyter and marimo both ask for."""

    def __init__(self, png: bytes) -> None:
        self.png = png

    def _repr_png_(self) -> bytes:
        return self.png

    def __repr__(self) -> str:
        return "a moving picture"


def still(drawing: Drawing) -> Still:
    """The picture of `draw(y)` alone, without the page around it: what stands in .grad now, and nothing to press."""
    return Still(drawing)


class Still:
    """What a drawing shows in a notebook, with the picture in the place of the page.

    As HTML it is an <img>: JupyterLab shows an SVG only in notebooks that the reader has run, and as wide as it is.
    """

    def __init__(self, drawing: Drawing) -> None:
        image = html_image(drawing.svg, drawing.picture.description)
        self.shown = {**drawing._repr_mimebundle_(), "text/html": image}

    def _repr_mimebundle_(self, include: Any = None, exclude: Any = None) -> dict[str, str]:
        return self.shown


def _png(figure: Any) -> bytes:
    buffer = io.BytesIO()
    figure.savefig(buffer, format="png", dpi=80)
    return buffer.getvalue()
