"""Straight arrows."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from autograd.drawing.layout.geometry import Arrangement, Box, Layout, Link, Route
from autograd.drawing.layout.placement import place
from autograd.drawing.layout.straight import (
    _back_from,
    _Columns,
    _corners,
    _Grid,
    _meets,
    _square,
    _squares,
    straight_routes,
)


def fanned(boxes: list[Box], links: list[Link]) -> Layout:
    return place(boxes, links, Arrangement(fan=True))  # by the engine that the test asks for


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


@pytest.mark.parametrize(
    ("shift", "direction", "start", "end", "tip"),
    [
        ((100.0, 0.0), "LR", (10.0, 0.0), (83.0, 0.0), (90.0, 0.0)),
        ((-100.0, 0.0), "RL", (-10.0, 0.0), (-83.0, 0.0), (-90.0, 0.0)),
        ((0.0, 100.0), "TB", (0.0, 4.0), (0.0, 89.0), (0.0, 96.0)),
        ((0.0, -100.0), "BT", (0.0, -4.0), (0.0, -89.0), (0.0, -96.0)),
    ],
)
def test_an_arrow_leads_from_side_to_side_unless_a_box_stands_between(shift, direction, start, end, tip) -> None:
    boxes = [Box(name, 20.0, 8.0) for name in "abc"]
    for share, straight in ((0.5, False), (0.9, False), (1.5, True), (-0.5, True)):
        centres = {"a": (0.0, 0.0), "b": shift, "c": (share * shift[0], share * shift[1])}
        found = straight_routes(centres, boxes, [Link("ab", "a", "b")], direction)
        assert found == ({"ab": Route(((start, start, end, end),), tip, None)} if straight else {})
    for gap, straight in ((-11.0, True), (-9.0, False), (9.0, False), (11.0, True)):  # beside the arrow, half way
        across = (0.5 * shift[0], gap * 0.4) if shift[0] else (gap, 0.5 * shift[1])
        centres = {"a": (0.0, 0.0), "b": shift, "c": across}
        assert bool(straight_routes(centres, boxes, [Link("ab", "a", "b")], direction)) is straight


@pytest.mark.parametrize(
    ("direction", "ahead", "aside"),
    [("LR", (1, 0), (0, 60)), ("RL", (-1, 0), (0, -60)), ("TB", (0, 1), (60, 0)), ("BT", (0, -1), (-60, 0))],
)
def test_an_arrow_that_leads_only_sideways_keeps_its_way(direction, ahead, aside) -> None:
    boxes = [Box(name, 20.0, 20.0) for name in "ab"]
    for gap, straight in ((-0.5, False), (0.0, False), (0.5, True)):  # between the facing sides
        b = (100.0 + (20.0 + gap) * ahead[0] + aside[0], 200.0 + (20.0 + gap) * ahead[1] + aside[1])
        centres = {"a": (100.0, 200.0), "b": b}
        assert bool(straight_routes(centres, boxes, [Link("ab", "a", "b")], direction)) is straight


def test_a_line_ends_where_its_head_begins_or_is_no_line_where_there_is_no_room() -> None:
    assert _back_from((30.0, 40.0), (0.0, 0.0), 5.0) == pytest.approx((27.0, 36.0))
    assert _back_from((3.0, 4.0), (0.0, 0.0), 5.0) == (0.0, 0.0)
    assert _back_from((3.0, 5.0), (0.0, 1.0), 7.0) == (0.0, 1.0)


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
        ((-0.5, -5.0), (-0.5, 20.0), False),
        ((-5.0, -0.5), (20.0, -0.5), False),
        ((0.0, -5.0), (0.0, 20.0), True),  # along a side is not beside it
        ((10.0, -5.0), (10.0, 20.0), True),
        ((-5.0, 0.0), (20.0, 0.0), True),
        ((-5.0, 10.0), (20.0, 10.0), True),
        ((5.0, -5.0), (15.0, 5.0), True),  # through a corner
        ((5.0, -6.0), (15.0, 4.0), False),
        ((-5.0, 5.0), (0.0, 5.0), True),  # up to a side
        ((-5.0, 5.0), (-1.0, 5.0), False),
    ],
)
def test_whether_a_segment_meets_a_rectangle(start: tuple[float, float], end: tuple[float, float], meets: bool) -> None:
    assert _meets(start, end, (0.0, 0.0, 10.0, 10.0)) is meets


numbers = st.integers(-400, 400).map(float)
points = st.tuples(numbers, numbers)


@given(
    st.lists(st.tuples(points, st.integers(1, 300).map(float), st.integers(1, 90).map(float)), max_size=9),
    points,
    points,
)
def test_the_grid_forgets_no_box(boxes, start, end) -> None:
    corners = {str(k): _corners(centre, (width, height)) for k, (centre, width, height) in enumerate(boxes)}
    found = _Grid(corners).between(start, end, ("0", "1"))
    assert found is any(_meets(start, end, box) for name, box in corners.items() if name not in ("0", "1"))


@pytest.mark.parametrize(("coordinate", "square"), [(-0.5, -1), (0.0, 0), (63.9, 0), (64.0, 1), (127.9, 1)])
def test_squares_are_64_wide(coordinate: float, square: int) -> None:
    assert _square(coordinate) == square


def test_the_grid_has_a_box_in_every_square_that_it_touches_and_in_no_other() -> None:
    grid = _Grid({"box": (60.0, -10.0, 130.0, 64.0)})
    assert grid.squares == {(column, row): ["box"] for column in (0, 1, 2) for row in (-1, 0, 1)}


@pytest.mark.parametrize(
    ("start", "end", "squares"),
    [
        ((100.0, 65.5), (194.5, 254.5), [(1, 1), (2, 1), (2, 2), (2, 3), (3, 3)]),
        ((100.0, 254.5), (194.5, 65.5), [(1, 3), (2, 1), (2, 2), (2, 3), (3, 1)]),
        ((70.0, 65.5), (70.0, 254.5), [(1, 1), (1, 2), (1, 3)]),
        ((70.0, 63.5), (70.0, 64.5), [(1, 0), (1, 1)]),
        ((100.0, 64.5), (130.0, 64.5), [(1, 0), (1, 1), (2, 0), (2, 1)]),  # those nearer than a point count, too
    ],
)
def test_a_segment_passes_these_squares(start, end, squares) -> None:
    assert list(_squares(start, end)) == list(_squares(end, start)) == squares


@pytest.mark.parametrize("flat", [True, False])
def test_boxes_above_each_other_are_one_column(flat: bool) -> None:
    def turned(x: float, y: float) -> tuple[float, float]:
        return (x, y) if flat else (y, x)

    spans = [(60.0, 80.0), (5.0, 40.0), (10.0, 20.0), (0.0, 10.0), (80.0, 90.0)]  # the last touches the first
    columns = _Columns([(*turned(start, 1.0), *turned(end, 2.0)) for start, end in spans], flat)
    assert (columns.starts, columns.ends) == ([0.0, 60.0], [40.0, 90.0])
    for start, end, clear in ((40.0, 60.0, True), (10.0, 60.0, False), (40.0, 80.0, False)):
        assert columns.clear(turned(start, 0.0), turned(end, 9.0)) is clear
        assert columns.clear(turned(end, 9.0), turned(start, 0.0)) is clear
