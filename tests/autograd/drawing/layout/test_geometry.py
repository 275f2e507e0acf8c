"""How much room arrows get, and which boxes Graphviz can draw in a line."""

import pytest

from autograd.drawing.layout.geometry import Arrangement, Box, Link, fan_gap, free_lines


@pytest.mark.parametrize(
    ("height", "gap"), [(18.0, 0.55), (49.5, 0.55), (90.0, 1.0), (270.0, 3.0), (360.0, 4.0), (720.0, 4.0)]
)
def test_arrows_that_fan_out_get_a_fifth_of_the_longest_line_in_inches(height: float, gap: float) -> None:
    upright, flat = ([Box(name, *size) for name in "abcde"] for size in ((10.0, height), (height, 10.0)))
    ranks = (("a",), ("b", "c", "d", "e"))
    for direction in ("LR", "RL"):
        assert fan_gap(upright, Arrangement(direction, ranks=ranks)) == gap
        assert fan_gap(flat, Arrangement(direction, ranks=ranks)) == 0.55
    for direction in ("TB", "BT"):
        assert fan_gap(flat, Arrangement(direction, ranks=ranks)) == gap
        assert fan_gap(upright, Arrangement(direction, ranks=ranks)) == 0.55
    assert fan_gap(upright, Arrangement()) == 0.55


def test_lines_with_an_arrow_inside_are_not_for_graphviz() -> None:
    arrangement = Arrangement(ranks=(("a", "b"), ("c", "d"), ("e", "f")))
    links = [Link("ac", "a", "c"), Link("dc", "d", "c"), Link("gh", "g", "h")]
    assert free_lines(arrangement, links) == [("a", "b"), ("e", "f")]


def test_unasked_nothing_fans_out_or_keeps_an_order() -> None:
    assert not Arrangement().fan
    assert not Arrangement().in_order
