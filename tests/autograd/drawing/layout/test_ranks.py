"""Columns: arrows lead onwards, operands stand beside their first use, lines are shared."""

from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from autograd.drawing.layout.ranks import Columns, Item, Level, Piece, ranks


def level(count: int, ends: list[tuple[int, int]], *, ports: dict[int, str] | None = None, lines=()) -> Level:
    items = [Item(10.0, 10.0, (ports or {}).get(i, "")) for i in range(count)]
    return Level(items, [Piece(tail, head, str(tail)) for tail, head in ends], lines)


@given(st.lists(st.tuples(st.integers(0, 11), st.integers(0, 11)).filter(lambda e: e[0] < e[1]), max_size=30))
def test_arrows_lead_onwards(ends: list[tuple[int, int]]) -> None:
    rank = ranks(level(12, ends))
    assert all(rank[tail] < rank[head] for tail, head in ends)
    assert min(rank) == 0


def test_the_longest_path_decides_and_operands_are_drawn_to_their_use() -> None:
    # a chain 0 → 1 → 2 → 3, a leaf 4 that only 3 uses, and a leaf 5 that 1 and 3 use
    assert ranks(level(6, [(0, 1), (1, 2), (2, 3), (4, 3), (5, 1), (5, 3)])) == [0, 1, 2, 3, 2, 0]


def test_whole_operands_move_with_what_they_are_made_of() -> None:
    # 4 = 5 · 6 is only used by 3, at the end of a chain; as is usual, all three stand beside it
    assert ranks(level(7, [(0, 1), (1, 2), (2, 3), (5, 4), (6, 4), (4, 3)])) == [0, 1, 2, 3, 2, 1, 1]


def test_a_value_that_two_others_need_stays_rather_than_make_both_their_lines_longer() -> None:
    # 4 uses 0 and 1, which are used elsewhere first: moving it would lengthen two lines to shorten one
    ends = [(5, 0), (5, 1), (0, 2), (1, 2), (2, 3), (0, 4), (1, 4), (3, 6), (4, 6)]
    rank = ranks(level(7, ends))
    assert rank[4] == rank[2] == 2


def test_inputs_stay_and_neurons_stand_beside_each_other_where_that_is_asked_for() -> None:
    # 3 = f(0, 1), used at the end; 4 = g(0, 2), then 5 = h(4), 6 = 5 + 3; 1 and 2 are parameters, 7 one of the end
    drawing = level(8, [(0, 3), (1, 3), (0, 4), (2, 4), (4, 5), (5, 6), (3, 6), (7, 6)])
    assert ranks(drawing) == [0, 1, 0, 2, 1, 2, 3, 2]
    assert ranks(replace(drawing, early=True)) == [0, 0, 0, 1, 1, 2, 3, 2]


def test_ports_stand_at_the_sides() -> None:
    rank = ranks(level(5, [(0, 1), (1, 2), (2, 4)], ports={0: "in", 4: "out"}))
    assert rank == [0, 1, 2, 1, 3]


def test_items_of_a_line_share_a_column() -> None:
    assert ranks(level(5, [(0, 1), (1, 2), (3, 4)], lines=[[2, 4]])) == [0, 1, 2, 1, 2]


def test_a_cycle_is_cut_at_its_first_item() -> None:
    assert ranks(level(3, [(0, 1), (1, 2), (2, 0)])) == [0, 1, 2]
    assert ranks(level(2, [(0, 0), (0, 1), (1, 1)])) == [0, 1]


def test_arrows_of_one_port_share_a_line() -> None:
    columns = Columns(level(5, [(0, 1), (1, 2), (2, 3), (3, 4), (0, 3), (0, 4)]), most=9)
    assert len(columns.rank) == 5 + 3
    trunk = columns.trunks[0, "0"]
    assert trunk.uses == 3
    assert [columns.rank[node] for node in trunk.nodes] == [0, 1, 2, 3]
    assert columns.trunk(4) is trunk
    assert columns.bends(4) == 2
    assert columns.astray == []


def test_where_there_would_be_too_many_bends_the_longest_lines_have_none() -> None:
    ends = [(i, i + 1) for i in range(6)] + [(1, 3), (0, 6)]
    columns = Columns(level(7, ends), most=3)
    assert [ends[number] for number in columns.astray] == [(0, 1), (0, 6)]
    assert columns.trunk(7) is None


def test_what_leads_back_has_no_bends() -> None:
    columns = Columns(level(3, [(0, 1), (1, 2), (2, 0), (1, 1)]), most=9)
    assert columns.astray == [2, 3]
