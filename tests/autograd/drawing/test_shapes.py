"""Shapes and their SVG."""

import re
import xml.etree.ElementTree as ET

import pytest
from hypothesis import given
from hypothesis import strategies as st

from autograd.drawing.shapes import Group, Path, Rect, Text, decimal, rounded, svg, svg_page
from tests.autograd.drawing.picture_graphs import path_points


@given(st.floats(-1e6, 1e6))
def test_coordinates_are_short_and_near(x: float) -> None:
    text = decimal(x)
    assert re.fullmatch(r"-?\d+(\.\d)?", text)
    assert text != "-0"
    assert abs(float(text) - x) <= 0.0501


def test_a_rounded_rectangle_stays_inside_and_closes() -> None:
    steps = rounded(10.0, 20.0, 100.0, 50.0, 6.0, 0.0)
    points = [point for _, found in steps for point in found]
    assert min(x for x, _ in points) == 10
    assert max(x for x, _ in points) == 110
    assert min(y for _, y in points) == 20
    assert max(y for _, y in points) == 70
    assert steps[0][1] == steps[-1][1]
    assert sum(letter == "C" for letter, _ in steps) == 2  # two round corners, two square ones


def test_a_corner_passes_through_the_circle() -> None:
    _, (start,) = rounded(0.0, 0.0, 100.0, 50.0, 10.0, 10.0)[0]
    letter, (c1, c2, end) = rounded(0.0, 0.0, 100.0, 50.0, 10.0, 10.0)[1]
    middle = [(a + 3 * b + 3 * c + d) / 8 for a, b, c, d in zip(start, c1, c2, end, strict=True)]
    distance = ((middle[0] - 10) ** 2 + (middle[1] - 10) ** 2) ** 0.5
    assert letter == "C"
    assert abs(distance - 10) < 0.01


def test_text_and_attributes_are_escaped() -> None:
    shapes = [Group((Text(1, 2, 'a<b>&"c"'),), id='x"y', mark="m", tooltip="<t>")]
    root = ET.fromstring(svg_page(shapes, 10, 10, 'name "<&>"', styled=()))
    assert root.attrib["aria-label"] == 'name "<&>"'
    group = root[0][0]
    assert group.attrib["id"] == 'x"y'
    assert group[0].text == "<t>"
    assert group[1].text == 'a<b>&"c"'


def test_marks_are_for_a_page_of_its_own() -> None:
    shapes = [Group((Text(1, 2, "a", mark="t"),), id="i", mark="m")]
    assert not re.search(' (id|class)="', svg_page(shapes, 10, 10, "name"))
    assert not re.search(' (id|class)="', svg(shapes[0]))
    marked = svg_page(shapes, 10, 10, "name", styled=())
    assert re.findall(' (?:id|class)="(.)"', marked) == ["m", "i", "t"]


def test_only_filled_paths_are_closed() -> None:
    steps = (("M", ((0.0, 0.0),)), ("L", ((1.0, 1.0),)))
    assert 'd="M0,0l1,1Z"' in svg(Path(steps, fill="#000000"))
    assert 'd="M0,0l1,1"' in svg(Path(steps, stroke="#000000"))


def test_relative_steps_lead_to_the_same_points() -> None:
    steps = rounded(10.0, 20.0, 100.0, 50.0, 6.0, 3.0)
    written = re.search(r'd="([^"]*)"', svg(Path(steps, fill="#000000")))
    assert written is not None
    (points,) = path_points(written.group(1))
    expected = [point for _, found in steps for point in found]
    assert [c for p in points for c in p] == pytest.approx([c for p in expected for c in p], abs=0.1)


def test_defaults_are_not_repeated() -> None:
    assert svg(Rect(0, 0, 1, 1)) == '<rect x="0" y="0" width="1" height="1" fill="none"/>'
    assert svg(Text(0, 0, "a")) == '<text x="0" y="0">a</text>'
    line = (("M", ((0.0, 0.0),)), ("L", ((1.0, 1.0),)))
    assert svg(Path(line, stroke="#000000")) == '<path d="M0,0l1,1" fill="none" stroke="#000000"/>'
    thick = '<rect x="0" y="0" width="1" height="1" fill="none" stroke="#000000" stroke-width="2"/>'
    assert svg(Rect(0, 0, 1, 1, stroke="#000000", stroke_width=2.0)) == thick
