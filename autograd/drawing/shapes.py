"""The few shapes our pictures are made of, and how each is written as SVG.

SVG pictures carry presentation attributes only: no <style> and no ids, both of which would leak into the page
when a notebook puts the picture inline. On a page of its own (`styled` is given) elements carry ids and classes, and
those whose mark is in `styled` leave fonts and colours to the page's style sheet.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from functools import lru_cache
from html import escape
from typing import Protocol

from autograd.drawing.layout.geometry import Point
from autograd.system.letters import clean

NUMBER_FONT = "DejaVu Sans Mono, Menlo, Consolas, monospace"
TITLE_FONT = "Helvetica, Arial, sans-serif"
TEXT_COLOR = "#1E293B"
FONT_SIZE = 11.0


@dataclass(frozen=True, slots=True)
class Rect:
    """A rectangle with its top left corner at (x, y), filled and outlined in the given colours; `opacity` is the
    fill's."""

    x: float
    y: float
    width: float
    height: float
    radius: float = 0.0
    fill: str = "none"
    stroke: str = "none"
    stroke_width: float = 1.0
    mark: str = ""
    opacity: float = 1.0


Step = tuple[str, tuple[Point, ...]]


@dataclass(frozen=True, slots=True)
class Path:
    """Lines and cubic Bézier curves, in steps ("M", (p,)), ("L", (p,)), ("C", (p1, p2, p3)); closed when filled."""

    steps: tuple[Step, ...]
    fill: str = "none"
    stroke: str = "none"
    stroke_width: float = 1.0
    dashed: bool = False
    mark: str = ""


@dataclass(frozen=True, slots=True)
class Text:
    """A line of text whose middle (or start) is at x and whose baseline is at y."""

    x: float
    y: float
    text: str
    bold: bool = False
    color: str = TEXT_COLOR
    size: float = FONT_SIZE
    anchor: str = "middle"
    mark: str = ""


@dataclass(frozen=True, slots=True)
class Group:
    """Shapes that belong together; `id` and `mark` are written on pages of their own only, `tooltip` always."""

    shapes: tuple[Shape, ...]
    id: str = ""
    mark: str = ""
    tooltip: str = ""


Shape = Rect | Path | Text | Group
Styled = Collection[str] | None


class Drawable(Protocol):
    """What can be shown and saved: a graph of cards (`cards.Picture`) or a plot (`sparsity.SpyPlot`)."""

    @property
    def description(self) -> str: ...

    @property
    def size(self) -> tuple[float, float]: ...

    def shapes(self) -> Iterator[Shape]: ...

    def svg(self) -> str: ...


def rounded(x: float, y: float, width: float, height: float, top: float, bottom: float) -> tuple[Step, ...]:
    """A rectangle whose upper corners have the radius `top` and whose lower corners have the radius `bottom`."""
    right, floor = x + width, y + height
    steps: list[Step] = [("M", ((x, y + top),))]
    steps += _corner((x, y + top), (x, y), (x + top, y))
    steps += _line((right - top, y), _corner((right - top, y), (right, y), (right, y + top)))
    steps += _line((right, floor - bottom), _corner((right, floor - bottom), (right, floor), (right - bottom, floor)))
    steps += _line((x + bottom, floor), _corner((x + bottom, floor), (x, floor), (x, floor - bottom)))
    return (*steps, ("L", ((x, y + top),)))


def _line(point: Point, then: list[Step]) -> list[Step]:
    return [("L", (point,)), *then]


def _corner(start: Point, corner: Point, end: Point) -> list[Step]:
    """A quarter circle as a cubic Bézier curve; 0.5523 = 4/3·(sqrt(2) − 1) puts its middle on the circle."""
    if start == end:
        return []

    def towards(point: Point) -> Point:
        return (point[0] + 0.5523 * (corner[0] - point[0]), point[1] + 0.5523 * (corner[1] - point[1]))

    return [("C", (towards(start), towards(end), end))]


def escaped(text: str) -> str:
    """`text` as XML may hold it, for between tags and for attributes."""
    return escape(clean(text))


def decimal(x: float) -> str:
    """A coordinate with at most one decimal: a tenth of a pixel is finer than eyes and keeps files small."""
    return _tenths(round(10 * x))


@lru_cache(maxsize=1 << 16)
def _tenths(count: int) -> str:
    """So many tenths as a decimal. A picture of many arrows writes hundreds of thousands, of which few differ."""
    return format(count / 10, ".9g")


def svg_page(shapes: Iterable[Shape], width: float, height: float, label: str, styled: Styled = None) -> str:
    """An SVG picture of `shapes`, `width` by `height` pixels, transparent; `label` is its name to screen readers."""
    return svg_document("\n".join(svg(shape, styled) for shape in shapes), width, height, label)


def svg_document(body: str, width: float, height: float, label: str, style: str = "") -> str:
    """`body`, shapes that are SVG already, as a file of its own; `style` is CSS, for pictures that move."""
    size = f'width="{decimal(width)}" height="{decimal(height)}" viewBox="0 0 {decimal(width)} {decimal(height)}"'
    font = f'font-family="{NUMBER_FONT}" font-size="{decimal(FONT_SIZE)}" text-anchor="middle" fill="{TEXT_COLOR}"'
    css = f"<style>{style}</style>\n" if style else ""
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" {size} role="img" aria-label="{escaped(label)}">\n'
        f"{css}<g {font}>\n{body}\n</g>\n</svg>\n"
    )


def svg(shape: Shape, styled: Styled = None) -> str:
    """One shape as SVG, to stand inside the <g> of `svg_page`, which sets the common font and colour."""
    match shape:
        case Group():
            return _svg_group(shape, styled)
        case Rect():
            return _svg_rect(shape, styled)
        case Path():
            return _svg_path(shape, styled)
    return _svg_text(shape, styled)


def _svg_group(group: Group, styled: Styled) -> str:
    attributes = _marked(group.mark, styled)
    if styled is not None and group.id:
        attributes += f' id="{escaped(group.id)}"'
    title = f"<title>{escaped(group.tooltip)}</title>" if group.tooltip else ""
    return f"<g{attributes}>{title}{''.join(svg(shape, styled) for shape in group.shapes)}</g>"


def _svg_rect(rect: Rect, styled: Styled) -> str:
    place = f'x="{decimal(rect.x)}" y="{decimal(rect.y)}"'
    size = f'width="{decimal(rect.width)}" height="{decimal(rect.height)}"'
    radius = f' rx="{decimal(rect.radius)}"' if rect.radius else ""
    return f"<rect {place} {size}{radius}{_paint(rect, styled)}{_marked(rect.mark, styled)}/>"


def _svg_path(path: Path, styled: Styled) -> str:
    dashes = ' stroke-dasharray="3 3"' if path.dashed else ""
    return f'<path d="{_svg_steps(path)}"{_paint(path, styled)}{dashes}{_marked(path.mark, styled)}/>'


def _svg_steps(path: Path) -> str:
    """The steps with every point relative to where its step starts: half as long as positions in a wide picture."""
    pieces = []
    here = (0, 0)
    for letter, points in path.steps:
        tenths = [(round(10 * x), round(10 * y)) for x, y in points]  # whole, so that errors do not add up
        left, top = (0, 0) if letter == "M" else here
        pairs = [f"{_tenths(x - left)},{_tenths(y - top)}" for x, y in tenths]
        pieces.append((letter if letter == "M" else letter.lower()) + " ".join(pairs))
        here = tenths[-1]
    return "".join(pieces) + ("Z" if path.fill != "none" else "")


def _svg_text(text: Text, styled: Styled) -> str:
    anchor = f' text-anchor="{text.anchor}"' if text.anchor != "middle" else ""
    place = f'x="{decimal(text.x)}" y="{decimal(text.y)}"'
    return f"<text {place}{_type(text, styled)}{anchor}{_marked(text.mark, styled)}>{escaped(text.text)}</text>"


def _type(text: Text, styled: Styled) -> str:
    """Font and colour of a text, where they differ from those of the whole picture."""
    if styled and text.mark in styled:
        return ""
    font = f' font-family="{TITLE_FONT}" font-weight="bold"' if text.bold else ""
    size = f' font-size="{decimal(text.size)}"' if text.size != FONT_SIZE else ""
    color = f' fill="{text.color}"' if text.color != TEXT_COLOR else ""
    return f"{font}{size}{color}"


def _paint(shape: Rect | Path, styled: Styled) -> str:
    if styled and shape.mark in styled:
        return ""
    stroke = f' stroke="{shape.stroke}"' if shape.stroke != "none" else ""
    width = f' stroke-width="{decimal(shape.stroke_width)}"' if stroke and shape.stroke_width != 1 else ""
    faint = f' fill-opacity="{shape.opacity:g}"' if isinstance(shape, Rect) and shape.opacity != 1 else ""
    return f' fill="{shape.fill}"{faint}{stroke}{width}'


def _marked(mark: str, styled: Styled) -> str:
    return f' class="{escaped(mark)}"' if styled is not None and mark else ""
