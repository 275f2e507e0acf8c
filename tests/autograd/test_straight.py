"""Straight arrows."""

import pytest

from autograd.layout import Arrangement, Box, Layout, Link, place
from autograd.straight import _corners, _meets, straightened


def fanned(boxes: list[Box], links: list[Link]) -> Layout:
    return straightened(place(boxes, links, Arrangement(fan=True)), boxes, links, "LR")


def test_fanned_arrows_are_straight_unless_a_box_is_in_the_way(engine: str) -> None:
    boxes = [Box(name, 60.0, 40.0) for name in "abc"]
    links = [Link("ab", "a", "b"), Link("bc", "b", "c"), Link("ac", "a", "c")]
    placed = fanned(boxes, links)
    straight = {name for name, route in placed.routes.items() if is_straight(route.curves[0])}
    assert {"ab", "bc"} <= straight
    in_the_way = _corners(placed.centres["b"], (60.0, 40.0))
    start, tip = placed.routes["ac"].curves[0][0], placed.routes["ac"].tip
    assert ("ac" in straight) is not _meets(start, tip, in_the_way)


def test_arrows_that_lead_back_are_not_drawn_through_their_boxes(engine: str) -> None:
    boxes = [Box(name, 60.0, 40.0) for name in "ab"]
    placed = fanned(boxes, [Link("ab", "a", "b"), Link("ba", "b", "a")])
    assert is_straight(placed.routes["ab"].curves[0]) is not is_straight(placed.routes["ba"].curves[0])


def is_straight(points: tuple[tuple[float, float], ...]) -> bool:
    return len(points) == 4 and points[0] == points[1] and points[2] == points[3]


@pytest.mark.parametrize(
    ("start", "end", "meets"),
    [
        ((-5.0, 5.0), (15.0, 5.0), True),
        ((-5.0, -5.0), (15.0, -1.0), False),
        ((-5.0, 5.0), (5.0, 25.0), False),
        ((5.0, -5.0), (5.0, -1.0), False),
        ((5.0, -5.0), (5.0, 20.0), True),
        ((2.0, 2.0), (3.0, 3.0), True),
        ((11.0, -5.0), (11.0, 20.0), False),
    ],
)
def test_whether_a_segment_meets_a_rectangle(start: tuple[float, float], end: tuple[float, float], meets: bool) -> None:
    assert _meets(start, end, (0.0, 0.0, 10.0, 10.0)) is meets
