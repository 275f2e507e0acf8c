"""PNG and PDF, drawn without any other program."""

import io
import sys
from collections.abc import Iterator
from typing import Any

import pytest

from autograd import Value, draw, spy
from autograd.drawing import png_pdf
from autograd.drawing.cards import CARD_FILL, HEADER_COLORS, MARGIN
from autograd.drawing.png_pdf import raster
from autograd.drawing.shapes import Path, Rect, Shape, Text, svg
from tests.autograd.drawing.picture_graphs import neuron


class Shapes:
    """A picture of given shapes."""

    description = "shapes"

    def __init__(self, *shapes: Shape, size: tuple[float, float] = (100.0, 60.0)) -> None:
        self.size = size
        self._shapes = shapes

    def shapes(self) -> Iterator[Shape]:
        return iter(self._shapes)

    def svg(self) -> str:
        raise NotImplementedError


def pixels(picture: Any) -> Any:
    """The picture's pixels, [row][column][red, green, blue, opacity] from 0 to 255."""
    from matplotlib.image import imread

    return (imread(io.BytesIO(raster(picture, "png")), format="png") * 255).round().astype(int)


def colour(rgba: Any) -> str:
    return "#" + "".join(f"{channel:02X}" for channel in rgba[:3]) if rgba[3] else "none"


def test_shapes_are_where_they_should_be_and_in_their_colours() -> None:
    square = tuple(
        (letter, (point,)) for letter, point in zip("MLLL", ((60, 10), (90, 10), (90, 50), (60, 50)), strict=True)
    )
    found = pixels(Shapes(Rect(10, 20, 30, 10, 2.0, "#FF0000"), Path(square, "#00FF00", "#0000FF", 4.0)))
    assert found.shape == (120, 200, 4)
    assert colour(found[50][50]) == "#FF0000"
    assert colour(found[50][18]) == colour(found[38][50]) == "none"  # outside, left of it and above it
    assert colour(found[60][150]) == "#00FF00"
    assert colour(found[60][121]) == "#0000FF"


def test_a_veil_lets_the_page_shine_through() -> None:
    veil = Rect(10, 20, 30, 10, fill="#FF0000", opacity=0.4)
    assert list(pixels(Shapes(veil))[50][50]) == [255, 0, 0, 102]
    assert ' fill="#FF0000" fill-opacity="0.4"' in svg(veil)


def test_a_line_is_as_wide_as_said_and_dashed_where_said() -> None:
    def opaque(dashed: bool) -> int:
        line = Path((("M", ((10, 30),)), ("L", ((90, 30),))), stroke="#0000FF", stroke_width=4.0, dashed=dashed)
        found = pixels(Shapes(line))
        assert [colour(found[row][24]) for row in (54, 57, 62, 65)] == ["none", "#0000FF", "#0000FF", "none"]
        return sum(1 for pixel in found[60] if pixel[3] > 127)

    assert opaque(False) == 160
    assert 60 < opaque(True) < 140


@pytest.mark.parametrize(("anchor", "left", "right"), [("start", 50, 77), ("middle", 36, 64), ("end", 23, 50)])
def test_texts_begin_end_or_have_their_middle_where_said(anchor: str, left: int, right: int) -> None:
    columns = pixels(Shapes(Text(50, 30, "MMMM", anchor=anchor)))[:, :, 3].max(axis=0).nonzero()[0] / 2
    assert (columns.min(), columns.max()) == (pytest.approx(left, abs=1.5), pytest.approx(right, abs=1.5))
    rows = pixels(Shapes(Text(50, 30, "MMMM", anchor=anchor)))[:, :, 3].max(axis=1).nonzero()[0] / 2
    assert (rows.min(), rows.max()) == (pytest.approx(22, abs=1.5), pytest.approx(30, abs=1.0))


def test_a_title_fits_its_card_in_every_font(monkeypatch: pytest.MonkeyPatch) -> None:
    from autograd.view.notation import title_width

    monkeypatch.setattr(png_pdf, "TITLE_FONT", "DejaVu Sans")  # a tenth wider than Helvetica
    monkeypatch.setattr(png_pdf, "OTHER_FONTS", ())
    columns = pixels(Shapes(Text(50, 30, "tanhtanhtanh", bold=True)))[:, :, 3].max(axis=0).nonzero()[0] / 2
    assert columns.max() - columns.min() <= title_width("tanhtanhtanh", 11.0) + 1


def test_a_picture_as_png_is_the_picture() -> None:
    picture = draw(neuron()[0]).picture
    found = pixels(picture)
    assert found.shape[:2] == tuple(int(2 * side) for side in reversed(picture.size))
    for card in picture.cards:  # type: ignore[union-attr]
        x, y = (coordinate + MARGIN for coordinate in picture.layout.centres[card.id])  # type: ignore[union-attr]
        left, top = 2 * (x - card.width / 2), 2 * (y - card.height / 2)
        assert colour(found[round(top) + 14][round(left) + 8]) == HEADER_COLORS[card.kind]
        assert colour(found[round(top) + 48][round(left) + 6]) == CARD_FILL
    assert colour(found[2][2]) == "none"


@pytest.mark.parametrize("output", ["png", "pdf"])
def test_no_other_program_is_needed_and_the_bytes_are_the_same_every_time(
    monkeypatch: pytest.MonkeyPatch, output: str
) -> None:
    picture = spy(neuron()[0]).picture
    monkeypatch.setenv("PATH", "")
    assert raster(picture, output) == raster(picture, output)


def test_texts_of_a_pdf_are_texts() -> None:
    content = raster(Shapes(Text(50, 30, "tanh")), "pdf")
    assert b"/BaseFont" in content
    assert b"/MediaBox [ 0 0 100 60 ]" in content


def test_a_letter_that_no_font_has_is_no_reason_to_complain() -> None:
    drawing = draw(Value(1.0, "𐎠 日本 $x_1$"))
    for output in ("png", "pdf"):
        assert raster(drawing.picture, output)


def test_a_huge_picture_has_fewer_pixels() -> None:
    content = raster(Shapes(size=(20_000.0, 3_000.0)), "png")
    width, height = (int.from_bytes(content[i : i + 4]) for i in (16, 20))
    assert 5e7 < width * height <= 6.1e7


def test_without_matplotlib_it_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "matplotlib", None)
    with pytest.raises(ImportError, match=r"\.png files are drawn by matplotlib.*pip install 'glassgrad\[plots\]'"):
        raster(Shapes(), "png")
