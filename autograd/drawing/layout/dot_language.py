"""A graph in Graphviz's language, and Graphviz's answer (its "json0" output) as positions.

Graphviz only ever sees boxes of a fixed size named b0, b1, ...; no text of the user's reaches it, so there is nothing
to escape, and both engines give the same kind of answer.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator, Sequence
from typing import Any

from autograd.drawing.layout.geometry import (
    POINTS_PER_INCH,
    RANK_GAP,
    SIDES,
    Arrangement,
    Box,
    Frame,
    Layout,
    Link,
    Point,
    Route,
    fan_gap,
    free_lines,
)

LABEL_GAP = 0.22  # inches between ranks where labels stand on ranks of their own
MANY_BOXES = 400


# --- what Graphviz is asked ---------------------------------------------------------------------------------


class Source:
    """The graph in Graphviz's language, with the short names it uses for our ids."""

    def __init__(self, boxes: Sequence[Box], links: Sequence[Link], arrangement: Arrangement) -> None:
        self.box_name = {box.id: f"b{number}" for number, box in enumerate(boxes)}
        self.frame_name: dict[str, str] = {}
        tail_side, head_side = SIDES[arrangement.direction]
        self.ports = f" tailport={tail_side} headport={head_side}" if arrangement.fan else ""
        self.labelled = any(link.label for link in links)
        self.labels_in = _labels_by_frame(arrangement.frames, links)
        lines = ["digraph G {", self._graph_attributes(boxes, links, arrangement)]
        ordered = _with_leaves_of_their_own(links)
        for box in boxes:
            order = " ordering=in" if box.id in ordered else ""
            lines.append(f"{self.box_name[box.id]} [{_size(box.width, box.height)}{order}];")
        for frame in arrangement.frames:
            lines += self._frame_lines(frame)
        for number, link in enumerate(links):
            lines += self._link_lines(number, link)
        lines += self._order_lines(arrangement, links)
        self.text = "\n".join([*lines, "}\n"])

    def _graph_attributes(self, boxes: Sequence[Box], links: Sequence[Link], arrangement: Arrangement) -> str:
        gap = fan_gap(boxes, arrangement) if arrangement.fan else LABEL_GAP if self.labelled else RANK_GAP
        # Network simplex is exact but slow on big graphs; a bounded number of rounds looks the same there.
        count = len(boxes) + sum(link.label is not None for link in links)
        rounds = "nslimit=1 nslimit1=1 mclimit=0.2" if count > MANY_BOXES else ""
        look = f"rankdir={arrangement.direction} nodesep=0.2 ranksep={gap:.3f} fontname=Helvetica fontsize=11"
        return f'graph [{look} {rounds}];\nnode [shape=box fixedsize=true label=""];\nedge [arrowsize=0.7];'

    def _frame_lines(self, frame: Frame) -> Iterator[str]:
        name = self.frame_name[frame.id] = f"cluster_{len(self.frame_name)}"
        # The title is ours to draw; x's of the same width make Graphviz leave room for it.
        room = "x" * max(1, round(frame.title_width / 6))
        yield f'subgraph {name} {{ label="{room}"; margin=8;'
        yield from (f"{self.box_name[member]};" for member in frame.members)
        yield from (f"{label};" for label in self.labels_in.get(frame.id, ()))
        for inner in frame.frames:
            yield from self._frame_lines(inner)
        yield "}"

    def _link_lines(self, number: int, link: Link) -> Iterator[str]:
        tail, head = self.box_name[link.tail], self.box_name[link.head]
        if link.label is None:
            # Boxes stay on even ranks when labels take the odd ones.
            yield f"{tail} -> {head} [id=e{number}{' minlen=2' if self.labelled else ''}{self.ports}];"
            return
        yield f"p{number} [{_size(*link.label)}];"
        yield f"{tail} -> p{number} [id=s{number} dir=none weight=2];"
        yield f"p{number} -> {head} [id=e{number} weight=2];"

    def _order_lines(self, arrangement: Arrangement, links: Sequence[Link]) -> Iterator[str]:
        """Invisible arrows, which keep boxes in their order."""
        for rank in free_lines(arrangement, links):
            line = " -> ".join(self.box_name[box_id] for box_id in rank)
            yield f"{{rank=same; {line} [style=invis];}}"
        for first, second in arrangement.succession:
            yield f"{self.box_name[first]} -> {self.box_name[second]} [style=invis];"


def _with_leaves_of_their_own(links: Sequence[Link]) -> set[str]:
    """Boxes that arrows come to only from leaves without another use: these can stand in the order of their arrows, x2
    above w2, and nothing crosses for it."""
    uses = Counter(link.tail for link in links)
    heads = {link.head for link in links}
    return heads - {link.head for link in links if uses[link.tail] > 1 or link.tail in heads}


def _labels_by_frame(frames: Sequence[Frame], links: Sequence[Link]) -> dict[str, list[str]]:
    """The labels that stand in each frame: those of arrows that do not leave it nor an inner frame.

    Outside, they would lead out of the frame and back, which Graphviz takes for a cycle: it ranks a frame by what is
    inside, and would put the ends of such arrows into one column.
    """
    homes = dict(_homes(frames))
    inside: dict[str, list[str]] = {}
    for number, link in enumerate(links):
        if link.label is not None:
            pairs = zip(homes.get(link.tail, ()), homes.get(link.head, ()), strict=False)
            for innermost in [tail for tail, head in pairs if tail == head][-1:]:
                inside.setdefault(innermost, []).append(f"p{number}")
    return inside


def _homes(frames: Sequence[Frame], around: tuple[str, ...] = ()) -> Iterator[tuple[str, tuple[str, ...]]]:
    """Every box in a frame, with the frames it stands in, from the outermost inwards."""
    for frame in frames:
        path = (*around, frame.id)
        yield from ((member, path) for member in frame.members)
        yield from _homes(frame.frames, path)


def _size(width: float, height: float) -> str:
    return f"width={width / POINTS_PER_INCH:.4f} height={height / POINTS_PER_INCH:.4f}"


# --- what Graphviz answers ----------------------------------------------------------------------------------


class Answer:
    """Graphviz's answer in JSON, whose y grows upwards, read in our coordinates."""

    def __init__(self, text: bytes) -> None:
        answer: dict[str, Any] = json.loads(text)
        self.left, self.bottom, self.right, self.top = _numbers(answer["bb"])
        self.objects = {item["name"]: item for item in answer.get("objects", [])}
        self.edges = {edge["id"]: edge for edge in answer.get("edges", []) if "id" in edge}

    def layout(self, source: Source, links: Sequence[Link]) -> Layout:
        """Everything under our own ids."""
        return Layout(
            width=round(self.right - self.left, 2),
            height=round(self.top - self.bottom, 2),
            centres={box_id: self.centre(name) for box_id, name in source.box_name.items()},
            routes={link.id: self.route(number, link) for number, link in enumerate(links)},
            frames={frame_id: self.corners(name) for frame_id, name in source.frame_name.items()},
        )

    def centre(self, name: str) -> Point:
        """The middle of a box."""
        x, y = _numbers(self.objects[name]["pos"])
        return self.point(x, y)

    def corners(self, name: str) -> tuple[float, float, float, float]:
        """The top left and the bottom right corner of a frame."""
        x0, y0, x1, y1 = _numbers(self.objects[name]["bb"])
        return (*self.point(x0, y1), *self.point(x1, y0))

    def route(self, number: int, link: Link) -> Route:
        """The way of an arrow; one with a label is in two pieces."""
        names = (f"s{number}", f"e{number}") if link.label else (f"e{number}",)
        pieces = [_spline(self.edges[name]["pos"]) for name in names]
        curves = tuple(tuple(self.point(*point) for point in points) for points, _ in pieces)
        return Route(curves, self.point(*pieces[-1][1]), self.centre(f"p{number}") if link.label else None)

    def point(self, x: float, y: float) -> Point:
        """Graphviz's (x, y) in our coordinates."""
        return (round(x - self.left, 2), round(self.top - y, 2))


def _numbers(text: str) -> list[float]:
    return [float(part) for part in text.split(",")]


def _spline(text: str) -> tuple[list[Point], Point]:
    """The control points of "e,x,y x,y x,y ..." and the point its arrow head touches (after the "e")."""
    points: list[Point] = []
    tip: Point | None = None
    for part in text.split():
        x, y = (float(number) for number in part.removeprefix("e,").split(","))
        if part.startswith("e,"):
            tip = (x, y)
        else:
            points.append((x, y))
    return points, tip or points[-1]
