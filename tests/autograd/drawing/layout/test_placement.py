"""Positions from both engines: nothing overlaps, nothing is lost, the same bytes every time."""

import json
import os
import subprocess
import sys
import threading
from itertools import combinations, pairwise
from pathlib import Path

import pytest

from autograd.drawing.layout import placement as layout
from autograd.drawing.layout.placement import Arrangement, Box, Frame, Layout, Link, place

BOXES = [Box(f"n{i}", 50.0 + 10 * i, 56.0) for i in range(6)]
ENDS = [("n0", "n2"), ("n1", "n2"), ("n2", "n3"), ("n2", "n3"), ("n3", "n5"), ("n4", "n5"), ("n0", "n5")]
LABELLED = [Link(f"e{i}", tail, head, (30.0, 13.0)) for i, (tail, head) in enumerate(ENDS)]


def rectangle(centre: tuple[float, float], width: float, height: float) -> tuple[float, float, float, float]:
    return (centre[0] - width / 2, centre[1] - height / 2, centre[0] + width / 2, centre[1] + height / 2)


def overlap(a: tuple[float, ...], b: tuple[float, ...]) -> bool:
    return a[0] < b[2] and b[0] < a[2] and a[1] < b[3] and b[1] < a[3]


def all_rectangles(placed: Layout) -> list[tuple[float, float, float, float]]:
    boxes = [rectangle(placed.centres[box.id], box.width, box.height) for box in BOXES]
    labels = [rectangle(route.label, 30.0, 13.0) for route in placed.routes.values() if route.label]
    return boxes + labels


def test_boxes_and_labels_do_not_overlap_and_lie_inside(engine: str) -> None:
    placed = place(BOXES, LABELLED)
    rectangles = all_rectangles(placed)
    assert len(rectangles) == len(BOXES) + len(LABELLED)
    assert not [pair for pair in combinations(rectangles, 2) if overlap(*pair)]
    for x0, y0, x1, y1 in rectangles:
        assert x0 >= -0.5
        assert y0 >= -0.5
        assert x1 <= placed.width + 0.5
        assert y1 <= placed.height + 0.5


def test_a_label_sits_on_its_arrow_and_parallel_arrows_have_their_own(engine: str) -> None:
    placed = place(BOXES, LABELLED)
    assert set(placed.routes) == {link.id for link in LABELLED}
    assert placed.routes["e2"].label != placed.routes["e3"].label
    for route in placed.routes.values():
        before, after = route.curves
        assert route.label is not None
        x, y = route.label
        assert all(abs(px - x) <= 16 and abs(py - y) <= 7.5 for px, py in (before[-1], after[0]))


@pytest.mark.parametrize("direction", layout.DIRECTIONS)
def test_arrows_lead_where_the_direction_says(engine: str, direction: str) -> None:
    placed = place(BOXES, LABELLED, Arrangement(direction))
    axis, sign = {"LR": (0, 1), "RL": (0, -1), "TB": (1, 1), "BT": (1, -1)}[direction]
    for tail, head in ENDS:
        assert sign * (placed.centres[head][axis] - placed.centres[tail][axis]) > 0


def test_frames_hold_their_members_and_inner_frames(engine: str) -> None:
    inner = Frame("neuron", 40.0, ("n2", "n3"))
    placed = place(BOXES, LABELLED, Arrangement(frames=(Frame("layer", 200.0, ("n1",), (inner,)),)))
    outer_corners, inner_corners = placed.frames["layer"], placed.frames["neuron"]
    for corners, members in ((outer_corners, ("n1", "n2", "n3")), (inner_corners, ("n2", "n3"))):
        for member in members:
            x, y = placed.centres[member]
            assert corners[0] < x < corners[2]
            assert corners[1] < y < corners[3]
    assert outer_corners[0] < inner_corners[0]
    assert inner_corners[2] < outer_corners[2]


def test_in_frames_too_arrows_with_labels_lead_onwards(engine: str) -> None:
    inner = Frame("neuron", 40.0, ("n0", "n2"))
    frames = (Frame("layer", 200.0, ("n1", "n3"), (inner,)), Frame("loss", 30.0, ("n5",)))
    placed = place(BOXES, LABELLED, Arrangement(frames=frames))
    for link in LABELLED:
        label = placed.routes[link.id].label
        assert label is not None
        assert placed.centres[link.tail][0] < label[0] < placed.centres[link.head][0]
    (within,) = [link.id for link in LABELLED if {link.tail, link.head} == {"n0", "n2"}]
    x0, y0, x1, y1 = placed.frames["neuron"]
    x, y = placed.routes[within].label or (0.0, 0.0)
    assert x0 < x < x1
    assert y0 < y < y1


def test_ranks_stand_in_line_in_their_order(engine: str) -> None:
    boxes = [Box(f"n{i}", 60.0, 40.0) for i in range(9)]
    links = [Link(f"e{i}{j}", f"n{i}", f"n{j}") for i in range(4) for j in range(4, 8)]
    ranks = [[f"n{i}" for i in range(4)], [f"n{i}" for i in range(4, 8)]]
    placed = place(boxes, links, Arrangement(ranks=tuple(map(tuple, ranks)), fan=True))
    for rank in ranks:
        centres = [placed.centres[box_id] for box_id in rank]
        assert len({x for x, _ in centres}) == 1
        assert all(above[1] < below[1] for above, below in pairwise(centres))


@pytest.mark.parametrize(("height", "gap"), [(10.0, "0.550"), (360.0, "4.000"), (720.0, "4.000"), (270.0, "3.000")])
def test_arrows_fan_out_over_a_fifth_of_the_longest_line_but_not_for_ever(height: float, gap: str) -> None:
    boxes = [Box(f"n{i}", 10.0, height) for i in range(4)]
    arrangement = Arrangement(ranks=(("n0", "n1", "n2", "n3"),), fan=True)
    assert f"ranksep={gap} " in layout._Source(boxes, (), arrangement).text


def test_only_arrows_that_fan_out_are_tied_to_the_middles_of_sides() -> None:
    links = [Link("e0", "n0", "n1")]
    assert "port" not in layout._Source(BOXES, links, Arrangement()).text
    assert "tailport=e headport=w" in layout._Source(BOXES, links, Arrangement(fan=True)).text
    assert "tailport=s headport=n" in layout._Source(BOXES, links, Arrangement("TB", fan=True)).text


def test_a_line_without_a_head_ends_at_its_last_point() -> None:
    points = [(1.0, 2.0), (3.0, 4.0), (5.0, 6.0), (7.0, 8.5)]
    assert layout._spline("1,2 3,4 5,6 7,8.5") == (points, (7.0, 8.5))
    assert layout._spline("e,9,8.5 1,2 3,4 5,6 7,8.5") == (points, (9.0, 8.5))


@pytest.mark.parametrize(("width", "room"), [(0.0, "x"), (3.0, "x"), (60.0, "x" * 10)])
def test_every_frame_has_room_for_its_title(width: float, room: str) -> None:
    text = layout._Source(BOXES, [], Arrangement(frames=(Frame("f", width, ("n0",)),))).text
    assert f'label="{room}"' in text


@pytest.mark.parametrize(("count", "bounded"), [(200, False), (201, True)])
def test_only_for_more_than_400_boxes_and_labels_does_graphviz_stop_early(count: int, bounded: bool) -> None:
    boxes = [Box(f"n{i}", 10.0, 10.0) for i in range(count)]
    links = [Link(f"e{i}", "n0", "n1", label=(10.0, 10.0)) for i in range(200)]
    assert ("nslimit" in layout._Source(boxes, links, Arrangement()).text) is bounded


def test_a_graph_without_arrows_and_a_single_box(engine: str) -> None:
    assert place(BOXES[:1], []).centres.keys() == {"n0"}
    assert len(place(BOXES, []).centres) == len(BOXES)


def test_the_same_positions_in_every_process(engine: str) -> None:
    program = (
        "import json; from autograd.drawing.layout.placement import *;"
        f"boxes = [Box(*b) for b in {[(b.id, b.width, b.height) for b in BOXES]!r}];"
        f"links = [Link(*l) for l in {[(x.id, x.tail, x.head, x.label) for x in LABELLED]!r}];"
        "p = place(boxes, links); print(json.dumps([p.centres, [r.curves for r in p.routes.values()]]))"
    )
    outputs = {
        subprocess.run(
            [sys.executable, "-c", program],
            env={**os.environ, "PYTHONHASHSEED": seed, "GLASSGRAD_LAYOUT": engine},
            cwd=Path(layout.__file__).parents[3],
            capture_output=True,
            text=True,
            check=True,
        ).stdout
        for seed in ("1", "2")
    }
    assert len(outputs) == 1
    assert json.loads(outputs.pop())[0] == {k: list(v) for k, v in place(BOXES, LABELLED).centres.items()}


def test_eight_threads_at_once_get_what_one_gets(engine: str) -> None:
    expected = place(BOXES, LABELLED)
    found: list[Layout] = []

    def work() -> None:
        for _ in range(5):
            found.append(place(BOXES, LABELLED))

    threads = [threading.Thread(target=work) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(found) == 40
    assert all(one == expected for one in found)


def test_an_unknown_direction_is_refused() -> None:
    with pytest.raises(ValueError, match="direction is one of LR, RL, TB, BT; got 'up'"):
        place(BOXES, LABELLED, Arrangement("up"))


def test_succession_puts_a_box_after_another(engine: str) -> None:
    free = place(BOXES, LABELLED).centres
    bound = place(BOXES, LABELLED, Arrangement(succession=(("n3", "n4"),))).centres
    assert free["n4"][0] <= free["n3"][0]
    assert bound["n4"][0] > bound["n3"][0]
