"""Cards: sizes, colours that can be read, and SVG that leaks nothing into the page around it."""

import math
import re
import xml.etree.ElementTree as ET

import pytest
from hypothesis import given
from hypothesis import strategies as st

from autograd import draw
from autograd.drawing import cards as cards
from autograd.drawing.cards import Arrow, Card, Enclosure, Picture, Row, tint
from autograd.drawing.shapes import FONT_SIZE, TEXT_COLOR, Rect, Text
from autograd.view.notation import number_width, title_width
from nn import MLP
from tests.autograd.drawing.picture_graphs import path_points


def luminance(color: str) -> float:
    """Relative luminance of #RRGGBB, WCAG 2.2."""
    channels = (int(color[i : i + 2], 16) / 255 for i in (1, 3, 5))
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(a: str, b: str) -> float:
    bright, dark = sorted((luminance(a), luminance(b)), reverse=True)
    return (bright + 0.05) / (dark + 0.05)


@pytest.mark.parametrize("kind", cards.HEADER_COLORS)
def test_white_reads_on_every_header(kind: str) -> None:
    assert contrast("#FFFFFF", cards.HEADER_COLORS[kind]) >= 4.5


@pytest.mark.parametrize("slope", [-1.0, 1.0])
def test_text_reads_on_the_strongest_tint(slope: float) -> None:
    assert contrast(TEXT_COLOR, tint(slope, 1.0)) >= 4.5


def test_texts_of_pills_and_frames_read() -> None:
    assert contrast(cards.PILL_TEXT, cards.CARD_FILL) >= 4.5


@pytest.mark.parametrize("page", ["#FFFFFF", "#111111", "#1E1E1E"])
def test_frames_in_frames_keep_a_dark_page_dark_and_a_white_one_white(page: str) -> None:
    inner = cards.mix(cards.mix(page, cards.FRAME_FILL, cards.FRAME_OPACITY), cards.FRAME_FILL, cards.FRAME_OPACITY)
    assert 1.05 < contrast(inner, page) < 1.6


def test_titles_of_frames_stand_on_a_plate_of_their_own() -> None:
    model = MLP(2, [1])
    frame, plate, title = next(iter(draw(model, [1.0, 2.0], level="clusters").picture.shapes())).shapes
    assert isinstance(frame, Rect)
    assert isinstance(plate, Rect)
    assert isinstance(title, Text)
    assert (plate.fill, title.color) == (cards.CARD_FILL, cards.PILL_TEXT)
    assert plate.x < title.x
    assert title.x + title_width(title.text, title.size) < plate.x + plate.width
    assert frame.y < plate.y < title.y < plate.y + plate.height


@given(st.floats(1e-6, 1.0), st.floats(1e-6, 1.0))
def test_a_larger_gradient_has_a_darker_tint(a: float, b: float) -> None:
    small, large = sorted((a, b))
    assert luminance(tint(large, 1.0)) <= luminance(tint(small, 1.0))


def test_the_tint_follows_the_square_root() -> None:
    # at |g| = max/4: half of 0.72 of the way from white (255) to #D6493E (214, 73, 62)
    share = 0.36
    expected = [round(255 + (c - 255) * share) for c in (214, 73, 62)]
    assert [int(tint(0.25, 1.0)[i : i + 2], 16) for i in (1, 3, 5)] == expected


@pytest.mark.parametrize(("slope", "largest"), [(0.0, 1.0), (math.nan, 1.0), (math.inf, 1.0), (0.0, 0.0)])
def test_no_tint_where_there_is_nothing_to_compare(slope: float, largest: float) -> None:
    assert tint(slope, largest) == ""


def rows(*texts: str) -> tuple[Row, ...]:
    return tuple(Row(text) for text in texts)


def test_a_card_is_wide_enough_for_its_texts() -> None:
    card = Card("n0", "x1·w1 = ×", "operation", rows("−6", "∂ −1.234e+300"))
    assert card.width >= title_width(card.title, FONT_SIZE) + 2 * 9
    assert card.width >= number_width("∂ −1.234e+300", FONT_SIZE) + 2 * 9
    assert card.height == 18 + 2 * 19


def picture() -> Picture:
    members = (Card("n0", "a & <b>", "input", rows("1", "∂ 2"), tooltip='say "hi"'),)
    members += (Card("n1", "y", "output", rows("3"), highlighted=True),)
    arrows = (Arrow("e0", "n0", "n1", "−2"), Arrow("e1", "n0", "n1", dashed=True))
    return Picture(members, arrows, (Enclosure("f", "frame <1>", ("n0",)),), description="two & two")


def test_static_svg_has_no_ids_classes_styles_or_scripts() -> None:
    svg = picture().svg()
    root = ET.fromstring(svg)
    for element in root.iter():
        assert not {"id", "class", "style"} & set(element.attrib)
        assert element.tag.rpartition("}")[2] in {"svg", "g", "rect", "path", "text", "title"}
    assert root.attrib["role"] == "img"
    assert root.attrib["aria-label"] == "two & two"


def test_marked_svg_has_an_id_for_every_card_and_arrow() -> None:
    root = ET.fromstring(picture().svg(styled=()))
    ids = [element.attrib["id"] for element in root.iter() if "id" in element.attrib]
    assert sorted(ids) == ["e0", "e1", "n0", "n1", "pe0"]
    classes = {name for element in root.iter() for name in element.attrib.get("class", "").split()}
    assert {"card", "input", "output", "arrow", "line", "head", "pill", "title", "outline", "frame"} <= classes


def test_marks_change_nothing_that_is_seen() -> None:
    one = picture()
    bare = re.sub(r' (id|class)="[^"]*"', "", one.svg(styled=()))
    assert bare == one.svg()


def test_no_line_runs_over_a_number() -> None:
    """All lines, then all pills, then the cards; those of arrows without a label are none."""
    texts = re.findall(r"<(path|rect|text)[^>]*>(−2)?", re.sub(r"(?s)^.*?frame &lt;1&gt;", "", picture().svg()))
    kinds = [kind for kind, _ in texts]
    pill = texts.index(("text", "−2"))
    assert kinds[:pill].count("path") == 2 * len(picture().arrows)
    assert kinds[pill - 1 :].count("rect") == 1 + 2 * len(picture().cards)


def test_texts_are_escaped_and_shown_in_full() -> None:
    texts = [element.text for element in ET.fromstring(picture().svg()).iter() if element.tag.endswith("text")]
    assert texts.count("a & <b>") == 1
    assert texts.count("frame <1>") == 1
    assert texts.count("−2") == 1
    titles = [element.text for element in ET.fromstring(picture().svg()).iter() if element.tag.endswith("}title")]
    assert titles == ['say "hi"']


def test_parts_brought_out_have_the_highlight_colour() -> None:
    svg = picture().svg()
    assert svg.count(cards.HIGHLIGHT) == 1
    assert 'stroke-dasharray="3 3"' in svg


def test_everything_drawn_lies_inside_the_picture() -> None:
    root = ET.fromstring(picture().svg())
    width, height = float(root.attrib["width"]), float(root.attrib["height"])
    paths = [element.attrib["d"] for element in root.iter() if element.tag.endswith("path")]
    points = [point for path in paths for piece in path_points(path) for point in piece]
    assert points
    assert all(0 <= x <= width and 0 <= y <= height for x, y in points)


@pytest.mark.parametrize(
    ("points", "tip", "base"),
    [
        (((0.0, 0.0), (10.0, 0.0)), (17.0, 0.0), (10.0, 0.0)),  # from the end of the line to the tip
        (((0.0, 0.0), (10.0, 4.0)), (10.0, 4.5), (10.0, 4.0)),  # half a point is enough for that
        (((0.0, 0.0), (10.0, 0.0)), (10.0, 0.0), (3.0, 0.0)),  # the line ends at the tip: the way it came
        (((5.0, 9.0), (5.0, 2.0)), (5.0, 2.1), (5.0, 9.1)),
        (((4.0, 4.0), (4.0, 4.0)), (4.0, 4.0), (4.0, 4.0)),  # no way at all
    ],
)
def test_an_arrow_head_points_the_way_of_its_line(points, tip, base) -> None:
    left, point, right = (points[0] for _, points in cards._arrow_head(points, tip, "#000000", 1.0).steps)
    assert point == tip
    assert ((left[0] + right[0]) / 2, (left[1] + right[1]) / 2) == pytest.approx(base)
    assert all(map(math.isfinite, (*left, *right)))
