"""The order within columns."""

from itertools import combinations

from hypothesis import given
from hypothesis import strategies as st

from autograd.drawing.layout.ordering import Segments, inversions, put_in_order
from autograd.drawing.layout.ranks import Columns, Item, Level, Piece


def ordered(count: int, ends: list[tuple[int, int]], lines=()) -> list[list[int]]:
    pieces = [Piece(tail, head, str(tail)) for tail, head in ends]
    columns = Columns(Level([Item(10.0, 10.0)] * count, pieces, lines), most=99)
    put_in_order(columns, Segments(columns))
    return columns.order


@given(st.lists(st.integers(0, 9), max_size=20))
def test_inversions_are_pairs_in_descending_order(numbers: list[int]) -> None:
    assert inversions(numbers) == sum(a > b for a, b in combinations(numbers, 2))


def test_two_crossing_arrows_are_disentangled() -> None:
    assert ordered(4, [(0, 3), (1, 2)]) in ([[0, 1], [3, 2]], [[1, 0], [2, 3]])


def test_what_ties_keeps_its_order() -> None:
    assert ordered(6, [(i, 5) for i in range(5)]) == [[0, 1, 2, 3, 4], [5]]


def test_lines_keep_their_order_whatever_crosses() -> None:
    order = ordered(6, [(0, 5), (1, 4), (2, 3)], lines=[[0, 1, 2], [3, 4, 5]])
    assert order == [[0, 1, 2], [3, 4, 5]]


def test_a_tree_is_drawn_without_crossings() -> None:
    children = [(child, child // 2) for child in range(2, 32)]
    order = ordered(31, [(a - 1, b - 1) for a, b in children])
    place = {i: p for column in order for p, i in enumerate(column)}
    for column in order[:-1]:
        parents = [place[(i + 1) // 2 - 1] for i in column if i > 0]
        assert inversions(parents) == 0
