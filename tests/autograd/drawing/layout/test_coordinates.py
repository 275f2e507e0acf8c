"""How far across, and how far along."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from autograd.drawing.layout.coordinates import across, along, settled
from autograd.drawing.layout.ordering import Segments, put_in_order
from autograd.drawing.layout.ranks import Columns, Item, Level, Piece


@given(st.lists(st.tuples(st.integers(-50, 50), st.integers(1, 9), st.integers(0, 20)), min_size=1, max_size=12))
def test_settled_is_the_least_squares_solution(rows: list[tuple[int, int, int]]) -> None:
    """The conditions of Karush, Kuhn and Tucker: what pushes adds up to nothing in every block, and never pulls."""
    wishes, weights, gaps = zip(*rows, strict=True)
    offsets = [float(sum(gaps[1 : k + 1])) for k in range(len(rows))]
    found = settled(wishes, weights, offsets)
    force = 0.0
    for k, (x, wish, weight) in enumerate(zip(found, wishes, weights, strict=True)):
        if k and found[k] - found[k - 1] > offsets[k] - offsets[k - 1] + 1e-9:
            assert force == pytest.approx(0, abs=1e-6)
        force += weight * (wish - x)
        assert force >= -1e-6  # the upper ones are held back by the lower ones
    assert force == pytest.approx(0, abs=1e-6)
    assert all(b - a >= d - c - 1e-9 for a, b, c, d in zip(found, found[1:], offsets, offsets[1:], strict=False))


def made(items: list[Item], pieces: list[Piece]) -> tuple[Columns, Segments]:
    columns = Columns(Level(items, pieces), most=99)
    segments = Segments(columns)
    put_in_order(columns, segments)
    return columns, segments


def test_a_chain_is_level_and_its_operands_stand_around_it() -> None:
    ends = [(0, 1), (1, 2), (2, 3), (4, 2), (5, 3)]
    columns, segments = made([Item(50.0, 40.0)] * 6, [Piece(a, b, str(a)) for a, b in ends])
    v = across(columns, segments)
    assert v[0] == v[1] == v[2] == v[3]
    assert abs(v[4] - v[1]) == pytest.approx(54.0)
    assert min(v) - 20.0 == pytest.approx(0.0)


def test_columns_stand_apart_by_their_boxes_and_the_labels_between_them() -> None:
    columns, segments = made(
        [Item(50.0, 40.0), Item(80.0, 40.0), Item(60.0, 40.0)],
        [Piece(0, 1, "0", label=(66.0, 13.0)), Piece(1, 2, "1")],
    )
    strips = along(columns, segments, across(columns, segments), gap=36.0)
    assert [(strip.start, strip.end) for strip in strips] == [(0.0, 50.0), (150.0, 230.0), (266.0, 326.0)]


def test_ports_spread_where_each_leads_to_several_boxes() -> None:
    items = [*[Item(0.0, 0.0, "in")] * 3, *[Item(60.0, 90.0)] * 4]
    fan = [Piece(port, box, str(port)) for port in range(3) for box in range(3, 7)]
    columns, segments = made(items, fan)
    v = across(columns, segments)
    assert v[1] - v[0] >= 39.9
    columns, segments = made(items, [Piece(port, 3, str(port)) for port in range(3)])
    v = across(columns, segments)
    assert v[1] - v[0] < 30.0
