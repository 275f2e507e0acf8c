"""What Graphviz is asked, in its own language, and how its answer is read."""

import pytest

from autograd.drawing.layout.dot_language import Source, _spline
from autograd.drawing.layout.geometry import Arrangement, Box, Frame, Link

BOXES = [Box(f"n{i}", 50.0 + 10 * i, 56.0) for i in range(6)]


@pytest.mark.parametrize(("height", "gap"), [(10.0, "0.550"), (360.0, "4.000"), (720.0, "4.000"), (270.0, "3.000")])
def test_arrows_fan_out_over_a_fifth_of_the_longest_line_but_not_for_ever(height: float, gap: str) -> None:
    boxes = [Box(f"n{i}", 10.0, height) for i in range(4)]
    arrangement = Arrangement(ranks=(("n0", "n1", "n2", "n3"),), fan=True)
    assert f"ranksep={gap} " in Source(boxes, (), arrangement).text


def test_only_arrows_that_fan_out_are_tied_to_the_middles_of_sides() -> None:
    links = [Link("e0", "n0", "n1")]
    assert "port" not in Source(BOXES, links, Arrangement()).text
    assert "tailport=e headport=w" in Source(BOXES, links, Arrangement(fan=True)).text
    assert "tailport=s headport=n" in Source(BOXES, links, Arrangement("TB", fan=True)).text


def test_a_line_without_a_head_ends_at_its_last_point() -> None:
    points = [(1.0, 2.0), (3.0, 4.0), (5.0, 6.0), (7.0, 8.5)]
    assert _spline("1,2 3,4 5,6 7,8.5") == (points, (7.0, 8.5))
    assert _spline("e,9,8.5 1,2 3,4 5,6 7,8.5") == (points, (9.0, 8.5))


@pytest.mark.parametrize(("width", "room"), [(0.0, "x"), (3.0, "x"), (60.0, "x" * 10)])
def test_every_frame_has_room_for_its_title(width: float, room: str) -> None:
    text = Source(BOXES, [], Arrangement(frames=(Frame("f", width, ("n0",)),))).text
    assert f'label="{room}"' in text


@pytest.mark.parametrize(("count", "bounded"), [(200, False), (201, True)])
def test_only_for_more_than_400_boxes_and_labels_does_graphviz_stop_early(count: int, bounded: bool) -> None:
    boxes = [Box(f"n{i}", 10.0, 10.0) for i in range(count)]
    links = [Link(f"e{i}", "n0", "n1", label=(10.0, 10.0)) for i in range(200)]
    assert ("nslimit" in Source(boxes, links, Arrangement()).text) is bounded
