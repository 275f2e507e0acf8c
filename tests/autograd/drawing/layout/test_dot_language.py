"""What Graphviz is asked, in its own language, and how its answer is read."""

import json

import pytest

from autograd.drawing.layout.dot_language import Answer, Source, _spline, _with_leaves_of_their_own
from autograd.drawing.layout.geometry import Arrangement, Box, Frame, Layout, Link, Route

BOXES = [Box(f"n{i}", 50.0 + 10 * i, 56.0) for i in range(6)]


QUESTION = """\
digraph G {
graph [rankdir=LR nodesep=0.2 ranksep=0.220 fontname=Helvetica fontsize=11 ];
node [shape=box fixedsize=true label=""];
edge [arrowsize=0.7];
b0 [width=1.0000 height=0.5000];
b1 [width=1.0000 height=0.5000];
b2 [width=10.0000 height=0.5000 ordering=in];
b3 [width=1.0000 height=0.5000];
subgraph cluster_0 { label="xxxxxxxxxx"; margin=8;
b0;
p0;
subgraph cluster_1 { label="x"; margin=8;
b1;
b2;
p1;
}
}
p0 [width=0.2500 height=0.1250];
b0 -> p0 [id=s0 dir=none weight=2];
p0 -> b2 [id=e0 weight=2];
p1 [width=0.2500 height=0.1250];
b1 -> p1 [id=s1 dir=none weight=2];
p1 -> b2 [id=e1 weight=2];
p2 [width=0.2500 height=0.1250];
b2 -> p2 [id=s2 dir=none weight=2];
p2 -> b3 [id=e2 weight=2];
b2 -> b3 [id=e3 minlen=2];
{rank=same; b0 -> b1 [style=invis];}
b1 -> b0 [style=invis];
}
"""


def test_boxes_frames_and_arrows_in_graphvizs_language() -> None:
    boxes = [Box("a", 72.0, 36.0), Box("b", 72.0, 36.0), Box("y", 720.0, 36.0), Box("z", 72.0, 36.0)]
    links = [Link(ends, *ends, (18.0, 9.0)) for ends in ("ay", "by", "yz")] + [Link("bare", "y", "z")]
    frames = (Frame("layer", 60.0, ("a",), (Frame("neuron", 0.0, ("b", "y")),)),)
    arrangement = Arrangement(frames=frames, succession=(("b", "a"),), ranks=(("a", "b"),))
    assert Source(boxes, links, arrangement).text == QUESTION


def test_leaves_of_their_own_are_used_once_and_by_a_box_without_other_operands() -> None:
    ends = ["ay", "by", "cz", "cw", "yv", "dv", "eu"]
    assert _with_leaves_of_their_own([Link(pair, *pair) for pair in ends]) == {"y", "u"}


def test_an_answer_is_read_in_our_coordinates_wherever_its_own_begin() -> None:
    boxes, links = (
        [Box("a", 40.0, 20.0), Box("y", 40.0, 20.0)],
        [Link("bare", "a", "y"), Link("ay", "a", "y", (9.0, 9.0))],
    )
    answer = {
        "bb": "10,20,110.126,70.254",
        "objects": [
            {"name": "b0", "pos": "30.126,40"},
            {"name": "b1", "pos": "90,40.5"},
            {"name": "p1", "pos": "60,45"},
            {"name": "cluster_0", "bb": "12,22,52,62.254"},
        ],
        "edges": [
            {"pos": "1,2 3,4 5,6 7,8"},
            {"id": "e0", "pos": "e,70,30.254 50,30.254 60,30.254 65,30.254 68,30.254"},
            {"id": "s1", "pos": "50,40.254 52,40.254 54,40.254 56,40.254"},
            {"id": "e1", "pos": "e,70,40.254 62,40.254 64,40.254 66,40.254 68,40.254"},
        ],
    }
    source = Source(boxes, links, Arrangement(frames=(Frame("f", 0.0, ("a",)),)))
    assert Answer(json.dumps(answer).encode()).layout(source, links) == Layout(
        width=100.13,
        height=50.25,
        centres={"a": (20.13, 30.25), "y": (80.0, 29.75)},
        routes={
            "bare": Route((((40.0, 40.0), (50.0, 40.0), (55.0, 40.0), (58.0, 40.0)),), (60.0, 40.0), None),
            "ay": Route(
                (
                    ((40.0, 30.0), (42.0, 30.0), (44.0, 30.0), (46.0, 30.0)),
                    ((52.0, 30.0), (54.0, 30.0), (56.0, 30.0), (58.0, 30.0)),
                ),
                (60.0, 30.0),
                (50.0, 25.25),
            ),
        },
        frames={"f": (2.0, 8.0, 42.0, 48.25)},
    )


@pytest.mark.parametrize(("fan", "labelled", "gap"), [(True, True, 3.0), (False, True, 0.22), (False, False, 0.55)])
def test_the_room_between_ranks_goes_by_what_stands_there(fan: bool, labelled: bool, gap: float) -> None:
    boxes = [Box(f"n{i}", 10.0, 270.0) for i in range(4)]
    links = [Link("e0", "n0", "n1", (9.0, 9.0) if labelled else None)]
    arrangement = Arrangement(ranks=(("n0", "n1", "n2", "n3"),), fan=fan)
    assert f"ranksep={gap:.3f} " in Source(boxes, links, arrangement).text


def test_only_arrows_that_fan_out_are_tied_to_the_middles_of_sides() -> None:
    links = [Link("e0", "n0", "n1")]
    assert "port" not in Source(BOXES, links, Arrangement()).text
    assert "tailport=e headport=w" in Source(BOXES, links, Arrangement(fan=True)).text
    assert "tailport=s headport=n" in Source(BOXES, links, Arrangement("TB", fan=True)).text


def test_a_line_without_a_head_ends_at_its_last_point() -> None:
    points = [(1.0, 2.0), (3.0, 4.0), (5.0, 6.0), (7.0, 8.5)]
    assert _spline("1,2 3,4 5,6 7,8.5") == (points, (7.0, 8.5))
    assert _spline("e,9,8.5 1,2 3,4 5,6 7,8.5") == (points, (9.0, 8.5))


@pytest.mark.parametrize(("width", "room"), [(0.0, "x"), (3.0, "x"), (60.0, "x" * 10)])
def test_every_frame_has_room_for_its_title(width: float, room: str) -> None:
    text = Source(BOXES, [], Arrangement(frames=(Frame("f", width, ("n0",)),))).text
    assert f'label="{room}"' in text


@pytest.mark.parametrize(("count", "bounded"), [(200, False), (201, True)])
def test_only_for_more_than_400_boxes_and_labels_does_graphviz_stop_early(count: int, bounded: bool) -> None:
    boxes = [Box(f"n{i}", 10.0, 10.0) for i in range(count)]
    links = [Link(f"e{i}", "n0", "n1", label=(10.0, 10.0)) for i in range(200)]
    assert ("nslimit" in Source(boxes, links, Arrangement()).text) is bounded
