"""The page of a drawing: `draw(y)` shows itself as the page that `stepper(y)` gives, opened at another place."""

from __future__ import annotations

from collections.abc import Sequence

from autograd.drawing.cards import Picture
from autograd.drawing.values_picture import Look
from autograd.explaining.moments import Moment
from autograd.explaining.narration import moments
from autograd.explaining.neuron_narration import neuron_moments
from autograd.explaining.page.html import MAX_EDGES, Page
from autograd.explaining.page.room import with_room
from autograd.view.subject import Subject


def drawn_page(subject: Subject, picture: Picture, level: str, look: Look, numbers: Sequence[float]) -> Page:
    """The page of `picture`, which draws `subject` at `level`; `numbers` are the nodes' data when it was drawn.

    At level "neuron" the page has cards that list their weights, so that each of them can be moved.
    """
    timeline, stage, why = _timeline(subject, picture, level, look)
    if timeline and any(node.value.data != x for node, x in zip(subject.graph.nodes, numbers, strict=True)):
        timeline, why = [], "Step is off: numbers have changed since this was drawn, and it would tell the new ones."
    title = picture.description
    return Page(title, subject.graph, with_room(stage, timeline), timeline, "look", why, look.spec, numbers)


def _timeline(subject: Subject, picture: Picture, level: str, look: Look) -> tuple[list[Moment], Picture, str]:
    """The moments, the picture that they play on, and why there are none."""
    graph = subject.graph
    if len(subject.outputs) != 1:
        return [], picture, "Step is off: it follows one output, and this graph has several."
    if level == "layer":
        return [], picture, "Step is off: it goes by values or neurons. draw at level='neuron' has it."
    if level == "neuron":
        try:
            told, stage = neuron_moments(graph, subject.paths, look, list(subject.parameters))
        except ValueError:  # no neuron in this model
            return [], picture, "Step is off: no neuron was found in this model."
        return (told, stage, "") if len(stage.arrows) <= MAX_EDGES else ([], stage, _too_many(len(stage.arrows)))
    if len(graph.edges) > MAX_EDGES:
        return [], picture, _too_many(len(graph.edges))
    return moments(graph, look.spec), picture, ""


def _too_many(edges: int) -> str:
    return f"Step is off: nobody walks through {edges:,} edges one by one (at most {MAX_EDGES})."
