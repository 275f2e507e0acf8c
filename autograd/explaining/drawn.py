"""`draw`: a picture of a computational graph, from every single value up to one card per layer.

draw(y)                    the graph below y
draw(model, x)             the graph of model(x), grouped by the model's parts
draw(loss, model=model)    the graph of something computed with a model
draw(y).save("y.svg")      also .png .pdf .html .dot
print(draw(y).text())      the same as a text tree

A drawing shows itself as the page that `stepper(y)` gives, opened at another place.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import partial
from typing import TYPE_CHECKING, Any

from autograd.drawing.cards import Picture
from autograd.drawing.figure import Drawing
from autograd.drawing.levels import Style, check_options, still
from autograd.drawing.values_picture import Look
from autograd.explaining.moments import Moment
from autograd.explaining.narration import moments
from autograd.explaining.neuron_narration import neuron_moments
from autograd.explaining.neurons import neurons_picture, units
from autograd.explaining.page.html import MAX_EDGES, Page
from autograd.explaining.page.room import with_room
from autograd.numerics.real import same
from autograd.system.choices import flag
from autograd.value import Value
from autograd.view.graph import check_limit
from autograd.view.subject import Subject, expanded, listed, subject_of

if TYPE_CHECKING:
    import graphviz

MOST_CARDS = 150  # of a picture that a page has besides its own


def draw(
    y: Any,
    x: Any = None,
    *,
    model: Any = None,
    level: str = "auto",
    grads: str = "stored",
    highlight: Value | Sequence[Value] = (),
    names: Mapping[Value, str] | None = None,
    parameters: Sequence[Value] = (),
    expand: bool = False,
    edge_labels: bool | None = None,
    repeat_leaves: bool = False,
    direction: str = "LR",
    number_format: str = ".4g",
    max_nodes: int = 1500,
    title: str = "",
) -> Drawing:
    """A picture of the graph below `y`: a card for every value with its data and gradient, arrows with ∂head/∂tail.

    y              a Value, a list of Values, or a model to be called with the example input `x`
    model          the model that made y, for names, colours and groups: any object with named_parameters()
    level          "values": every value. "clusters": frames around neurons, constants written into the headers.
                   "neuron", "layer": one card for each; neurons with a map of the plane, if there are two inputs.
                   "auto": values up to 60 of them, clusters up to 250, then neurons, or layers if one has more than 8
                   neurons
    grads          "stored": .grad as it stands, ∂ – before any backward. "own": the derivatives of y (of the sum of
                   several y), computed for the picture alone. "none": no gradients
    highlight      a Value, or several in order: brings out all paths from the first through the others to y
    names          {value: name} to show instead of labels
    parameters     leaves to colour as parameters when there is no model
    expand         show fused operations (dot, softmax, ...) as the elementary ones they stand for
    edge_labels    whether arrows between values carry the local derivatives; None: up to 60 values
    repeat_leaves  whether a leaf shows its name again at every use but its first, in place of long arrows (levels of
                   values; a parameter that is used in every turn of a loop, say)
    direction      "LR", "RL", "TB" or "BT": where the arrows lead
    number_format  as for format(): ".4g", ".2f", ...
    max_nodes      the most cards to draw
    title          a line below the picture, first in its description

    Nothing in the graph is changed, `.grad` least of all. The environment variable GLASSGRAD_LAYOUT says who lays out:
    dot, wasm (Graphviz), plain (our own layout, which is never slow and needs neither), or auto: Graphviz where it is
    there and the graph is small, no network and no loop, else plain.

    In a notebook, as .html and by `.show()` the drawing is a page whose leaves can be moved, with the derivatives of y
    whatever `grads` says; it steps through up to 300 edges.
    It takes about 70 kB, and 0.4 to 0.8 kB a value; in a notebook, packed, half of that and its still picture.

    >>> a = Value(2.0, label="a")
    >>> draw(a * a + 1.0)
    <Drawing: Computation graph of v2: 3 values, 3 uses; .show(), .save('y.svg') or print(it.text())>

    Raises TypeError for what is not made of Values or is no model, and for data that is no longer a number;
    ValueError for more than `max_nodes` cards, for a model that did not make y, and for options that make no sense.
    That the layout engine asked for is not installed shows (LayoutError) when the picture is first asked for, not here.
    """
    check_options(level, direction, number_format)
    check_limit("max_nodes", max_nodes)
    subject = subject_of(y, x, model, parameters, names)
    waypoints = listed(highlight, "highlight")
    if flag("expand", expand):
        subject, waypoints = expanded(subject, waypoints)
    edge_labels = None if edge_labels is None else flag("edge_labels", edge_labels)
    repeat_leaves = flag("repeat_leaves", repeat_leaves)
    picture, drawn_at, tree, aloud = still(
        subject, level, Style(grads, waypoints, edge_labels, direction, number_format, max_nodes, repeat_leaves), title
    )
    numbers = [node.value.data for node in subject.graph.nodes]
    look = Look((), direction, number_format)
    return Drawing(picture, tree, aloud, partial(drawn_page, subject, picture, drawn_at, look, numbers))


def to_dot(y: Any, x: Any = None, **options: Any) -> graphviz.Digraph:
    """What `draw(y, x, **options)` shows as a `graphviz.Digraph` with record nodes, to be changed at will.

    Raises what `draw` raises, and ImportError when the Python package `graphviz` is not installed.
    """
    return draw(y, x, **options).to_dot()


def drawn_page(subject: Subject, picture: Picture, level: str, look: Look, numbers: Sequence[float]) -> Page:
    """The page of `picture`, which draws `subject` at `level`; `numbers` are the nodes' data when it was drawn.

    At level "neuron" the page has cards that list their weights, so that each of them can be moved.
    """
    timeline, stage, why = _timeline(subject, picture, level, look)
    if timeline and not all(same(node.value.data, x) for node, x in zip(subject.graph.nodes, numbers, strict=True)):
        timeline, why = [], "Step is off: numbers have changed since this was drawn, and it would tell the new ones."
    title = picture.description
    stage = with_room(stage, timeline)
    others = _other_levels(subject, level, look)
    given = subject.unexpanded
    return Page(title, subject.graph, stage, timeline, "look", why, look.spec, numbers, given, level, others)


def _other_levels(subject: Subject, level: str, look: Look) -> dict[str, Picture]:
    """The pictures of a model at other levels, as far as they are small: of single values, of neurons, of layers."""
    if subject.model is None:
        return {}
    graph = subject.graph
    found: dict[str, Picture] = {}
    style = Style("own", (), None, look.direction, look.spec, MOST_CARDS)
    for other in ("clusters", "neuron", "layer"):
        if other == level or {other, level} == {"values", "clusters"}:
            continue
        try:
            if other == "neuron":
                found[other] = neurons_picture(graph, units(graph, subject.paths, list(subject.parameters)), look)
            else:
                found[other] = still(subject, other, style, "").picture
        except ValueError:  # too many cards, or no neuron in this model
            continue
    return found


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
