"""Positions from both engines, and who computes them: nothing overlaps, nothing is lost, the same every time."""

import json
import os
import subprocess
import sys
import threading
from itertools import combinations, pairwise
from pathlib import Path

import pytest

from autograd.drawing.layout import geometry as layout
from autograd.drawing.layout import placement
from autograd.drawing.layout.geometry import Arrangement, Box, Frame, Layout, Link
from autograd.drawing.layout.graphviz import LayoutError
from autograd.drawing.layout.layered import layered
from autograd.drawing.layout.placement import place
from autograd.drawing.layout.wasm import Exhausted

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


@pytest.mark.parametrize("direction", layout.DIRECTIONS)
def test_factors_stand_in_the_order_of_their_arrows(engine: str, direction: str) -> None:
    """x1·w1 + x2·w2 + b: w2 stood above x2."""
    ends = ["x1 v1", "w1 v1", "x2 v2", "w2 v2", "v1 v3", "v2 v3", "v3 v4", "b v4", "v4 y"]
    boxes = [Box(name, 60.0, 56.0) for name in ("x1", "w1", "v1", "x2", "w2", "v2", "v3", "b", "v4", "y")]
    links = [Link(f"e{k}", *pair.split(), (20.0, 13.0)) for k, pair in enumerate(ends)]
    centres = place(boxes, links, Arrangement(direction)).centres
    across = 1 if direction in ("LR", "RL") else 0
    places = [centres[name][across] for name in ("x1", "w1", "x2", "w2")]
    assert places == sorted(places)


def test_boxes_in_line_may_have_arrows_between_them(engine: str) -> None:
    """Graphviz draws them without the line, ours in it; unasked, ours does."""
    boxes = [Box(f"n{i}", 60.0, 40.0) for i in range(3)]
    links = [Link(f"e{i}{j}", f"n{i}", f"n{j}") for i in range(3) for j in range(3)]
    arrangement = Arrangement(ranks=(("n0", "n1", "n2"),), fan=True)
    assert not placement.for_graphviz(boxes, links, arrangement)
    assert place(boxes, links, arrangement).routes.keys() == {link.id for link in links}
    places = [layered(boxes, links, arrangement).centres[box.id] for box in boxes]
    assert len({x for x, _ in places}) == 1
    assert places == sorted(places)


def test_a_graph_without_arrows_and_a_single_box(engine: str) -> None:
    assert place(BOXES[:1], []).centres.keys() == {"n0"}
    assert len(place(BOXES, []).centres) == len(BOXES)


def test_the_same_positions_in_every_process(engine: str) -> None:
    program = (
        "import json; from autograd.drawing.layout.geometry import Box, Link;"
        "from autograd.drawing.layout.placement import place;"
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


# --- who computes them --------------------------------------------------------------------------------------


def loop(steps: int) -> tuple[list[Box], list[Link]]:
    """x = r·x again and again: the arrows of r get longer and longer."""
    boxes = [Box("r", 50.0, 40.0), *(Box(f"x{k}", 50.0, 40.0) for k in range(steps + 1))]
    return boxes, [Link(f"{tail}{k}", tail, f"x{k + 1}") for k in range(steps) for tail in ("r", f"x{k}")]


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """What Graphviz is asked; it answers nothing that could be used."""
    sources: list[str] = []

    def answer(source: str, output: str) -> bytes:
        sources.append(source)
        raise Exhausted("Graphviz was not done after a day")

    monkeypatch.setattr(placement, "run_graphviz", answer)
    monkeypatch.setattr(placement, "engine", lambda: "wasm")
    monkeypatch.setenv("GLASSGRAD_LAYOUT", "auto")
    return sources


@pytest.mark.filterwarnings("ignore:Graphviz was not done")
@pytest.mark.parametrize(("steps", "graphviz"), [(1, True), (32, True), (33, False), (300, False)])
def test_long_arrows_are_not_for_graphviz(asked: list[str], steps: int, graphviz: bool, monkeypatch) -> None:
    monkeypatch.setattr(placement, "MOST_COLUMNS", 1000)
    monkeypatch.setattr(placement, "MOST_FANNED", 1000)
    boxes, links = loop(steps)
    assert placement.extent(boxes, links) == (steps + 1, steps * (steps - 1) // 2, steps - 1)
    place(boxes, links)
    assert bool(asked) is graphviz


@pytest.mark.filterwarnings("ignore:Graphviz was not done")
@pytest.mark.parametrize(("passed", "graphviz"), [(500, True), (501, False)])
def test_arrows_may_pass_500_columns_in_all(asked: list[str], passed: int, graphviz: bool) -> None:
    """A chain of 26 columns, with arrows past ten of them, and one past what is missing."""
    ends = [(k, k + 1) for k in range(25)] + [(k % 10, k % 10 + 11) for k in range(49)] + [(9, 20 + passed - 500)]
    boxes = [Box(f"x{k}", 50.0, 40.0) for k in range(26)]
    links = [Link(f"e{number}", f"x{tail}", f"x{head}") for number, (tail, head) in enumerate(ends)]
    assert placement.extent(boxes, links)[:2] == (26, passed)
    place(boxes, links)
    assert bool(asked) is graphviz


def test_nothing_has_no_columns_and_no_arrows() -> None:
    assert placement.extent([], []) == (0, 0, 0)


@pytest.mark.filterwarnings("ignore:Graphviz was not done")
@pytest.mark.parametrize(("steps", "graphviz"), [(5, True), (6, False)])
def test_a_value_used_all_along_is_not_for_graphviz(asked: list[str], steps: int, graphviz: bool) -> None:
    place(*loop(steps))
    assert bool(asked) is graphviz


def test_arrows_side_by_side_are_no_fan() -> None:
    """Ten uses in one column, five of them twice over: what counts is how many columns arrows lead to."""
    boxes = [Box(name, 50.0, 40.0) for name in ("a", "b", "c", *"0123456789")]
    links = [Link("ab", "a", "b"), Link("bc", "b", "c")]
    links += [Link(f"{tail}{head}", tail, head) for head in "0123456789" for tail in "ac"]
    links += [Link(f"again{head}", "a", head) for head in "01234"]
    assert placement.extent(boxes, links) == (4, 30, 1)


@pytest.mark.filterwarnings("ignore:Graphviz was not done")
@pytest.mark.parametrize(
    ("boxes", "links", "graphviz"), [(250, 0, True), (251, 0, False), (2, 1500, True), (2, 1501, False)]
)
def test_many_boxes_or_arrows_are_not_for_graphviz(asked: list[str], boxes: int, links: int, graphviz: bool) -> None:
    place([Box(f"n{i}", 50.0, 40.0) for i in range(boxes)], [Link(f"e{i}", "n0", "n1") for i in range(links)])
    assert bool(asked) is graphviz


@pytest.mark.filterwarnings("ignore:Graphviz was not done")
@pytest.mark.parametrize(("length", "width", "graphviz"), [(30, 1, True), (31, 1, False), (31, 2, True)])
def test_long_chains_are_not_for_graphviz(asked: list[str], length: int, width: int, graphviz: bool) -> None:
    """Broad graphs are no chains: they cannot be folded."""
    names = [f"{k}.{row}" for row in range(width) for k in range(length)]
    links = [Link(f"e{name}", name, after) for name, after in pairwise(names) if not after.startswith("0.")]
    place([Box(name, 50.0, 40.0) for name in names], links)
    assert bool(asked) is graphviz


def test_frames_and_what_is_in_order_are_not_for_graphviz_unless_it_is_asked_for(asked: list[str], monkeypatch) -> None:
    framed = Arrangement(frames=(Frame("f", 20.0, ("n0", "n1")),))
    place(BOXES, LABELLED, framed)
    place(BOXES, LABELLED, Arrangement(in_order=True))
    assert not asked
    monkeypatch.setenv("GLASSGRAD_LAYOUT", "wasm")
    with pytest.warns(RuntimeWarning, match="not done after a day: laid out by GLASSGRAD_LAYOUT=plain instead") as said:
        placed = place(BOXES, LABELLED, framed)
    assert [warning.filename for warning in said] == [__file__]
    assert asked
    assert placed == layered(BOXES, LABELLED, framed)


def test_an_engine_that_nobody_asked_for_may_fail(monkeypatch) -> None:
    def failing(source: str, output: str) -> bytes:
        raise LayoutError("no plugins")

    monkeypatch.setattr(placement, "run_graphviz", failing)
    monkeypatch.setattr(placement, "engine", lambda: "dot")
    monkeypatch.setenv("GLASSGRAD_LAYOUT", "auto")
    with pytest.warns(RuntimeWarning, match="no plugins, and drew this picture") as said:
        placed = place(BOXES, LABELLED)
    assert [warning.filename for warning in said] == [__file__]
    assert placed == layered(BOXES, LABELLED, Arrangement())


@pytest.mark.parametrize("answer", [b"", b"hello", b"[]", b"{}", b'{"bb": "0,0,1"}', b'{"bb": "0,0,1,1"}', b"\xff"])
def test_an_engine_that_answers_nonsense_is_an_error_of_the_layout(monkeypatch, answer: bytes) -> None:
    monkeypatch.setattr(placement, "run_graphviz", lambda source, output: answer)
    monkeypatch.setattr(placement, "engine", lambda: "dot")
    monkeypatch.setenv("GLASSGRAD_LAYOUT", "dot")
    with pytest.raises(LayoutError, match=r"no layout .*GLASSGRAD_LAYOUT=plain"):
        place(BOXES, LABELLED)


def test_of_nonsense_60_letters_are_shown(monkeypatch) -> None:
    monkeypatch.setattr(placement, "run_graphviz", lambda source, output: b"x" * 100)
    monkeypatch.setattr(placement, "engine", lambda: "dot")
    monkeypatch.setenv("GLASSGRAD_LAYOUT", "dot")
    with pytest.raises(LayoutError, match=rf"\('{'x' * 60}'\)"):
        place(BOXES, LABELLED)
