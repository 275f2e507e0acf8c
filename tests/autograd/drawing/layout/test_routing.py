"""Runs, curves and labels."""

import pytest

from autograd.drawing.layout.routing import HEAD, Labels, Run, curve


def test_level_runs_are_one_line_up_to_the_arrow_head() -> None:
    points = curve([Run(0.0, 10.0, 5.0), Run(40.0, 60.0, 5.2), Run(90.0, 100.0, 5.1)])
    assert points[0] == (0.0, 5.0)
    assert points[-1] == (100.0 - HEAD, 5.0)
    assert len(points) == 4


def test_between_heights_a_curve_leaves_and_arrives_level() -> None:
    points = curve([Run(0.0, 10.0, 0.0), Run(50.0, 80.0, 30.0)])
    start = points.index((10.0, 0.0))
    before, after, end = points[start + 1 : start + 4]
    assert before[1] == 0.0
    assert after[1] == end[1] == 30.0
    assert before[0] > 10.0
    assert after[0] < end[0] == 50.0


def test_a_line_that_leads_back_turns_round_twice() -> None:
    points = curve([Run(0.0, 10.0, 50.0), Run(10.0, -80.0, 0.0), Run(-80.0, -60.0, 50.0)])
    xs = [x for x, _ in points]
    assert max(xs) > 10.0
    assert min(xs) < -80.0
    assert points[-1] == (-60.0 - HEAD, 50.0)


def test_no_room_is_no_line() -> None:
    assert curve([Run(0.0, 5.0, 1.0)]) == [(-2.0, 1.0)] * 4


def test_labels_make_way_for_each_other() -> None:
    labels = Labels(())
    runs = [Run(0.0, 0.0, 0.0), Run(100.0, 100.0, 100.0)]
    first, second = (labels.place(runs, (20.0, 13.0), 0.5) for _ in range(2))
    assert first == pytest.approx((50.0, 50.0))
    assert abs(first[0] - second[0]) >= 20.0 or abs(first[1] - second[1]) >= 13.0


def test_labels_make_way_for_lines_of_others() -> None:
    """A level line runs where the label would be; the label is 13 high, its own line does not count."""
    own = [Run(0.0, 0.0, 0.0), Run(100.0, 100.0, 100.0)]
    foreign = [Run(-80.0, 180.0, 50.0), Run(180.0, 260.0, 50.0)]
    assert Labels([own]).place(own, (20.0, 13.0), 0.5) == pytest.approx((50.0, 50.0))
    _, height = Labels([own, foreign]).place(own, (20.0, 13.0), 0.5)
    assert 6.5 < abs(height - 50.0) < 25.0
    curved = [Run(0.0, 0.0, 90.0), Run(100.0, 100.0, 0.0)]
    _, height = Labels([own, curved]).place(own, (20.0, 13.0), 0.5)
    assert abs(height - 50.0) > 6.5


def test_a_label_that_cannot_get_out_of_the_way_stands_where_least_is() -> None:
    own = [Run(0.0, 0.0, 0.0), Run(100.0, 100.0, 0.0)]
    others = [[Run(0.0, 60.0, 3.0 * k), Run(60.0, 60.0, 3.0 * k)] for k in range(1, 3)]
    x, _ = Labels([own, *others]).place(own, (20.0, 13.0), 0.5)
    assert 70.0 < x < 90.0
    everywhere = [[Run(0.0, 100.0, 3.0), Run(100.0, 100.0, 3.0)]]
    assert Labels([own, *everywhere]).place(own, (20.0, 13.0), 0.5) == pytest.approx((50.0, 0.0))


def test_labels_keep_out_of_the_boxes_at_both_ends() -> None:
    runs = [Run(0.0, 0.0, 0.0), Run(60.0, 60.0, 0.0)]
    for share in (0.2, 0.5, 0.8):
        x, _ = Labels(()).place(runs, (30.0, 13.0), share)
        assert 15.0 <= x <= 45.0
