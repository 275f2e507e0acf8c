"""The layout of our own: whatever the graph, boxes are apart, arrows reach them and meet no others, and it ends."""

import os
import random
import subprocess
import sys
from itertools import combinations, pairwise
from pathlib import Path

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from autograd.drawing.layout import geometry
from autograd.drawing.layout.geometry import DIRECTIONS, Arrangement, Box, Frame, Layout, Link, Point
from autograd.drawing.layout.layered import layered

Corners = tuple[float, float, float, float]
Graph = tuple[list[Box], list[Link], Arrangement]
NEAR = 0.05  # coordinates are rounded


@st.composite
def graphs(draw: st.DrawFn, acyclic: bool = False, framed: bool = True) -> Graph:
    """Boxes of many sizes, arrows with and without labels (also loops, twins and cycles), frames in frames."""
    count = draw(st.integers(0, 14))
    sizes = st.tuples(st.sampled_from([52.0, 70.0, 96.0]), st.sampled_from([18.0, 37.0, 56.0]))
    boxes = [Box(f"n{i}", *draw(sizes)) for i in range(count)]
    ends = st.tuples(st.integers(0, count - 1), st.integers(0, count - 1))
    pairs = draw(st.lists(ends.filter(lambda e: e[0] < e[1]) if acyclic else ends, max_size=24)) if count > 1 else []
    label = st.none() | st.tuples(st.sampled_from([16.0, 40.0]), st.just(13.0))
    links = [Link(f"e{k}", f"n{i}", f"n{j}", draw(label)) for k, (i, j) in enumerate(pairs)]
    frames: tuple[Frame, ...] = ()
    if framed and count >= 6:
        inner = Frame("inner", 30.0, ("n1", "n2"))
        frames = (Frame("outer", draw(st.sampled_from([10.0, 300.0])), ("n0",), (inner,)), Frame("next", 20.0, ("n4",)))
    return boxes, links, Arrangement(draw(st.sampled_from(DIRECTIONS)), frames)


def corners(box: Box, placed: Layout) -> Corners:
    x, y = placed.centres[box.id]
    return (x - box.width / 2, y - box.height / 2, x + box.width / 2, y + box.height / 2)


def apart(a: Corners, b: Corners) -> bool:
    return a[0] > b[2] - NEAR or b[0] > a[2] - NEAR or a[1] > b[3] - NEAR or b[1] > a[3] - NEAR


def within(inner: Corners, outer: Corners) -> bool:
    start = inner[0] > outer[0] - NEAR and inner[1] > outer[1] - NEAR
    return start and inner[2] < outer[2] + NEAR and inner[3] < outer[3] + NEAR


def along_route(points: tuple[Point, ...]) -> list[Point]:
    """Points on a route, a few on each of its curves."""
    found = [points[0]]
    for k in range(0, len(points) - 1, 3):
        a, b, c, d = points[k : k + 4]
        for step in range(1, 9):
            t, s = step / 8, 1 - step / 8
            found.append(tuple(s**3 * a[i] + 3 * s * s * t * b[i] + 3 * s * t * t * c[i] + t**3 * d[i] for i in (0, 1)))  # type: ignore[arg-type]
    return found


def on_side(point: Point, box: Corners, compass: str) -> bool:
    """Whether a point lies on one side of a box."""
    x, y = point
    at = {"w": abs(x - box[0]), "e": abs(x - box[2]), "n": abs(y - box[1]), "s": abs(y - box[3])}[compass]
    beside = (box[1], y, box[3]) if compass in "we" else (box[0], x, box[2])
    return at < NEAR and beside[0] - NEAR <= beside[1] <= beside[2] + NEAR


@settings(max_examples=40)
@given(graphs())
@example(([], [], Arrangement()))
@example(([Box("n0", 52.0, 56.0)], [Link("e0", "n0", "n0", (16.0, 13.0))], Arrangement()))
def test_boxes_are_apart_and_inside_and_frames_hold_their_own(graph: Graph) -> None:
    boxes, _, arrangement = graph
    placed = layered(*graph)
    found = {box.id: corners(box, placed) for box in boxes}
    assert all(apart(a, b) for a, b in combinations(found.values(), 2))
    whole = (0.0, 0.0, placed.width, placed.height)
    assert all(within(one, whole) for one in [*found.values(), *placed.frames.values()])
    if arrangement.frames:
        outer, inner, after = (placed.frames[name] for name in ("outer", "inner", "next"))
        assert within(inner, outer)
        assert apart(outer, after)
        members = {"n0": {"outer"}, "n1": {"outer", "inner"}, "n2": {"outer", "inner"}, "n4": {"next"}}
        for name, box in found.items():
            for frame, around in placed.frames.items():
                assert (within if frame in members.get(name, set()) else apart)(box, around)
        assert not apart(inner, outer)


@settings(max_examples=40)
@given(graphs())
def test_every_route_leads_from_side_to_side_and_through_no_other_box(graph: Graph) -> None:
    check_routes(*graph, layered(*graph))


def check_routes(boxes: list[Box], links: list[Link], arrangement: Arrangement, placed: Layout) -> None:
    found = {box.id: corners(box, placed) for box in boxes}
    out, into = geometry.SIDES[arrangement.direction]
    assert placed.routes.keys() == {link.id for link in links}
    for link in links:
        route = placed.routes[link.id]
        (points,) = route.curves
        assert on_side(points[0], found[link.tail], out)
        assert on_side(route.tip, found[link.head], into)
        for x, y in along_route(points):
            assert -NEAR <= x <= placed.width + NEAR
            assert -NEAR <= y <= placed.height + NEAR
            for name, (x0, y0, x1, y1) in found.items():
                hit = x0 + NEAR < x < x1 - NEAR and y0 + NEAR < y < y1 - NEAR
                assert not hit or name in (link.tail, link.head), (link, name)
        assert (route.label is None) is (link.label is None)


@settings(max_examples=40)
@given(graphs(acyclic=True, framed=False))
def test_arrows_lead_the_way_they_are_to(graph: Graph) -> None:
    boxes, links, arrangement = graph
    placed = layered(*graph)
    axis, sign = {"LR": (0, 1), "RL": (0, -1), "TB": (1, 1), "BT": (1, -1)}[arrangement.direction]
    size = {box.id: (box.width, box.height) for box in boxes}
    for link in links:
        between = sign * (placed.centres[link.head][axis] - placed.centres[link.tail][axis])
        assert between > (size[link.tail][axis] + size[link.head][axis]) / 2


@settings(max_examples=40)
@given(graphs())
def test_the_same_graph_gives_the_same_layout(graph: Graph) -> None:
    assert layered(*graph) == layered(*graph)


@settings(max_examples=40)
@given(graphs(framed=False))
def test_turned_directions_mirror_each_other(graph: Graph) -> None:
    boxes, links, _ = graph
    there, back = (layered(boxes, links, Arrangement(direction)) for direction in ("LR", "RL"))
    for box in boxes:
        x, y = there.centres[box.id]
        assert back.centres[box.id] == pytest.approx((there.width - x, y), abs=0.02)


def chain_with_parameter(steps: int) -> Graph:
    """x = r·x again and again: one leaf that every step uses."""
    boxes = [Box("r", 52.0, 56.0), *(Box(f"x{k}", 70.0, 56.0) for k in range(steps + 1))]
    links = [
        link
        for k in range(steps)
        for link in (Link(f"a{k}", f"x{k}", f"x{k + 1}", (20.0, 13.0)), Link(f"b{k}", "r", f"x{k + 1}", (20.0, 13.0)))
    ]
    return boxes, links, Arrangement()


def test_a_parameter_used_at_every_step_runs_beside_a_level_chain() -> None:
    placed = layered(*chain_with_parameter(20))
    chain = [placed.centres[f"x{k}"] for k in range(1, 21)]
    assert len({y for _, y in chain}) == 1
    assert placed.height < 170
    line = {min(y for _, y in placed.routes[f"b{k}"].curves[0]) for k in range(3, 20)}
    assert len(line) == 1  # all uses branch off one level line


@pytest.mark.parametrize("direction", ["LR", "RL"])
def test_a_long_chain_is_folded_into_rows(direction: str) -> None:
    boxes, links, _ = chain_with_parameter(70)
    placed = layered(boxes, links, Arrangement(direction))
    assert placed.width < 1800
    rows = sorted({placed.centres[f"x{k}"][1] for k in range(3, 71)})
    assert len(rows) == 6
    first, *others = (below - above for above, below in pairwise(rows))
    assert first > others[0] == pytest.approx(56.0 + 11.0 + 9.0 + 44.0, abs=6.0)  # r takes room in the first row only
    assert others == pytest.approx(4 * [others[0]], abs=0.02)
    sign = 1 if direction == "LR" else -1
    for k in range(3, 70):
        (x, y), (after, height) = placed.centres[f"x{k}"], placed.centres[f"x{k + 1}"]
        assert (height == y and sign * after > sign * x) or (height > y and sign * after < sign * x)
    check_routes(boxes, links, Arrangement(direction), placed)


def updates(count: int) -> Graph:
    """w = w − f(w) again and again: beside every update a line leads from w to the next w."""
    names = [f"{name}{k}" for k in range(count) for name in "wabc"] + [f"w{count}"]
    ends = list(pairwise(names)) + [(f"w{k}", f"w{k + 1}") for k in range(count)]
    return [Box(name, 70.0, 56.0) for name in names], [Link("-".join(e), *e) for e in ends], Arrangement()


@pytest.mark.parametrize("count", [10, 40, 160])
def test_lines_beside_the_turns_of_a_loop_make_no_stair(count: int) -> None:
    boxes, links, _ = updates(count)
    placed = layered(boxes, links, Arrangement("TB"))  # which are not folded
    assert placed.width < 250


def test_rows_are_short_however_many_unless_lines_pass_most_of_them() -> None:
    boxes, links, arrangement = updates(12)
    check_routes(boxes, links, arrangement, layered(boxes, links, arrangement))
    assert layered(*updates(160)).width < 1800
    assert layered(*chain_with_parameter(150)).width < 1800
    routes = layered(*chain_with_parameter(300)).routes.values()
    assert sum(len(curve) for route in routes for curve in route.curves) < 30_000  # 85 for each of 300 uses


@pytest.mark.parametrize("seed", [36, 187])
def test_rows_have_room_for_lines_that_come_in_above_or_below_their_boxes(seed: int) -> None:
    chance = random.Random(seed)
    boxes = [Box(f"n{i}", 70.0, chance.choice([18.0, 56.0, 90.0])) for i in range(40)]
    ends = [(max(0, j - 1 - chance.choice([0, 0, 0, 2, 5])), j) for j in range(1, 40) for _ in range(2)]
    links = [Link(f"e{k}", f"n{i}", f"n{j}") for k, (i, j) in enumerate(ends)]
    placed = layered(boxes, links, Arrangement())
    assert placed.width < 1800
    check_routes(boxes, links, Arrangement(), placed)


@pytest.mark.parametrize("height", [700.0, 56.0])
def test_high_pictures_and_many_lines_are_not_folded(height: float) -> None:
    count = 1 if height > 56.0 else 9
    boxes = [Box(f"{row}.{k}", 70.0, height) for row in range(count) for k in range(45)]
    links = [Link(after.id, box.id, after.id) for box, after in pairwise(boxes) if not after.id.endswith(".0")]
    boxes.append(Box("end", 70.0, 56.0))
    links += [Link(f"end{row}", f"{row}.44", "end") for row in range(count)]
    assert layered(boxes, links, Arrangement()).width > 4000


def test_labels_do_not_overlap_each_other_or_boxes() -> None:
    boxes, links, arrangement = chain_with_parameter(12)
    placed = layered(boxes, links, arrangement)
    labels = [
        (x - 10.0, y - 6.5, x + 10.0, y + 6.5)
        for x, y in (placed.routes[link.id].label or (0.0, 0.0) for link in links)
    ]
    rectangles = [*labels, *(corners(box, placed) for box in boxes)]
    assert all(apart(a, b) for a, b in combinations(rectangles, 2))


def test_operands_keep_their_order_beside_what_uses_them() -> None:
    names = [*(f"w{k}" for k in range(9)), "b"]
    boxes = [*(Box(name, 52.0, 37.0) for name in names), Box("y", 52.0, 56.0), Box("relu", 52.0, 56.0)]
    links = [*(Link(name, name, "y") for name in names), Link("out", "y", "relu")]
    placed = layered(boxes, links, Arrangement())
    assert len({placed.centres[name][0] for name in names}) == 1
    assert all(above < below for above, below in pairwise(placed.centres[name][1] for name in names))
    tips = [placed.routes[name].tip[1] for name in names]
    assert tips == sorted(tips)


def test_ranks_stand_in_line_in_their_order() -> None:
    boxes = [Box(f"n{i}", 60.0, 40.0) for i in range(9)]
    links = [Link(f"e{i}{j}", f"n{i}", f"n{j}") for i in (2, 0, 1) for j in (6, 4, 3, 5)]
    ranks = (("n0", "n1", "n2"), ("n3", "n4", "n5", "n6"))
    placed = layered(boxes, links, Arrangement(ranks=ranks, fan=True))
    for rank in ranks:
        centres = [placed.centres[name] for name in rank]
        assert len({x for x, _ in centres}) == 1
        assert all(above[1] < below[1] for above, below in pairwise(centres))


def test_layers_in_frames_stand_side_by_side_inputs_first() -> None:
    """As in a network: each layer's parameters inside it, and a target that only the end uses beside the end."""
    frames, boxes, links = [], [Box("x", 52.0, 37.0), Box("t", 52.0, 37.0)], []
    before = ["x"]
    for layer in range(3):
        names = [f"l{layer}{part}" for part in ("w", "b", "y")]
        boxes += [Box(name, 60.0, 37.0) for name in names]
        frames.append(Frame(f"layer{layer}", 40.0, tuple(names)))
        links += [Link(f"{tail}-{names[2]}", tail, names[2]) for tail in (*before, *names[:2])]
        before = [names[2]]
    boxes.append(Box("loss", 60.0, 37.0))
    links += [Link("last", before[0], "loss"), Link("target", "t", "loss")]
    placed = layered(boxes, links, Arrangement(frames=tuple(frames)))
    assert placed.centres["x"][0] < placed.frames["layer0"][0]
    for left, right in pairwise(placed.frames[f"layer{layer}"] for layer in range(3)):
        assert left[2] < right[0]
    assert placed.frames["layer1"][2] < placed.centres["t"][0] < placed.centres["loss"][0]


def test_frames_that_feed_each_other_are_drawn_all_the_same() -> None:
    boxes = [Box(f"n{i}", 52.0, 37.0) for i in range(4)]
    links = [Link("a", "n0", "n2", (20.0, 13.0)), Link("b", "n3", "n1", (20.0, 13.0)), Link("c", "n0", "n1")]
    frames = (Frame("f", 20.0, ("n0", "n1")), Frame("g", 20.0, ("n2", "n3")))
    placed = layered(boxes, links, Arrangement(frames=frames))
    assert placed.frames["f"][2] < placed.frames["g"][0]
    back = placed.routes["b"].curves[0]
    assert min(y for _, y in back) < min(placed.frames["f"][1], placed.frames["g"][1])  # over the top


def test_the_same_positions_in_every_process() -> None:
    program = (
        "from autograd.drawing.layout.geometry import Arrangement, Box, Link;"
        "from autograd.drawing.layout.layered import layered;"
        f"print(layered(*{chain_with_parameter(9)!r}))"
    )
    outputs = {
        subprocess.run(
            [sys.executable, "-c", program],
            env={**os.environ, "PYTHONHASHSEED": seed},
            cwd=Path(geometry.__file__).parents[3],
            capture_output=True,
            text=True,
            check=True,
        ).stdout
        for seed in ("1", "2")
    }
    assert outputs == {f"{layered(*chain_with_parameter(9))}\n"}


def effort(graph: Graph) -> int:
    """How many calls of functions a layout takes: what grows with it, whatever the machine."""
    calls = 0

    def count(*_: object) -> None:
        nonlocal calls
        calls += 1

    before = sys.getprofile()
    sys.setprofile(count)
    try:
        layered(*graph)
    finally:
        sys.setprofile(before)
    return calls


def random_uses(count: int) -> Graph:
    """Every box uses one of its near predecessors and any one."""
    boxes = [Box(f"n{i}", 70.0, 56.0) for i in range(count)]
    ends = [
        (i, j) for j in range(1, count) for i in (max(0, j - 1 - j * j % 7), j * j % j if j < 3 else (j * 7919) % j)
    ]
    return boxes, [Link(f"e{k}", f"n{i}", f"n{j}") for k, (i, j) in enumerate(ends)], Arrangement()


def dense_layers(count: int, width: int = 8) -> Graph:
    boxes = [Box(f"n{i}", 70.0, 56.0) for i in range(count)]
    ends = [(i, (i // width + 1) * width + j) for i in range(count - width) for j in range(width)]
    return boxes, [Link(f"e{k}", f"n{i}", f"n{j}") for k, (i, j) in enumerate(ends)], Arrangement()


@pytest.mark.parametrize("make", [chain_with_parameter, random_uses, dense_layers])
def test_effort_grows_in_proportion(make) -> None:
    small, large = effort(make(64)), effort(make(128))
    assert large < 2.5 * small


def test_arrows_through_rows_of_a_loop_take_turns_in_proportion() -> None:
    """Every arrow of the parameter passes all rows before its own: as many rows, the more arrows, would be too many."""
    routes = [layered(*chain_with_parameter(steps)).routes.values() for steps in (150, 300, 600)]
    points = [sum(len(curve) for route in found for curve in route.curves) for found in routes]
    assert all(after < 2.1 * before for before, after in pairwise(points))
