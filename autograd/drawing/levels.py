"""`draw`: a picture of a computational graph, from every single value up to one card per layer.

draw(y)                    the graph below y
draw(model, x)             the graph of model(x), grouped by the model's parts
draw(loss, model=model)    the graph of something computed with a model
draw(y).save("y.svg")      also .png .pdf .html .dot
print(draw(y).text())      the same as a text tree
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from autograd.drawing.cards import Picture
from autograd.drawing.figure import Drawing
from autograd.drawing.groups_picture import groups_picture
from autograd.drawing.layout.geometry import DIRECTIONS
from autograd.drawing.text_tree import in_words, text_tree
from autograd.drawing.values_picture import Gradients, Look, enclosures, succession, values_picture
from autograd.value import Value
from autograd.view.graph import GraphView, check_limit, on_paths
from autograd.view.notation import shorten
from autograd.view.parts import GroupPath
from autograd.view.subject import Subject, expanded, listed, subject_of

if TYPE_CHECKING:
    import graphviz

    from autograd.explaining.page.html import Page

LEVELS = ("auto", "values", "clusters", "neuron", "layer")
MOST_VALUES_WITH_LABELS = 60
MOST_VALUES_WITH_FRAMES = 250
MOST_NEURONS_IN_A_LAYER = 8
LONGEST_TITLE = 120


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
    direction      "LR", "RL", "TB" or "BT": where the arrows lead
    number_format  as for format(): ".4g", ".2f", ...
    max_nodes      the most cards to draw
    title          a line below the picture, first in its description

    Nothing in the graph is changed, `.grad` least of all. The environment variable GLASSGRAD_LAYOUT says who lays out:
    dot, wasm (Graphviz), plain (our own layout, which is never slow and needs neither), or auto: Graphviz where it is
    there, the graph is small and no network, else plain.

    In a notebook, as .html and by `.show()` the drawing is a page whose leaves can be moved, with the derivatives of y
    whatever `grads` says; it steps through up to 300 edges. It takes about 80 kB, and 0.6 kB a value.

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
    if expand:
        subject, waypoints = expanded(subject, waypoints)
    style = _Style(grads, waypoints, edge_labels, direction, number_format, max_nodes)
    return _draw(subject, level, style, title)


def to_dot(y: Any, x: Any = None, **options: Any) -> graphviz.Digraph:
    """What `draw(y, x, **options)` shows as a `graphviz.Digraph` with record nodes, to be changed at will.

    Raises what `draw` raises, and ImportError when the Python package `graphviz` is not installed.
    """
    return draw(y, x, **options).to_dot()


@dataclass(frozen=True)
class _Style:
    """The options that say how to draw; `Subject` says what."""

    grads: str
    waypoints: Sequence[Value]
    edge_labels: bool | None
    direction: str
    number_format: str
    max_nodes: int


def check_options(level: str, direction: str, number_format: str, levels: Sequence[str] = LEVELS) -> None:
    """ValueError for a value that is not known, with those that are."""
    if level not in levels:
        raise ValueError(f"level is one of {', '.join(map(repr, levels))}; got {level!r}")
    if direction not in DIRECTIONS:
        raise ValueError(f"direction is one of {', '.join(map(repr, DIRECTIONS))}; got {direction!r}")
    try:
        shown = format(0.5, number_format)
    except (ValueError, TypeError) as error:
        raise ValueError(f"number_format is a format for floats such as '.4g'; got {number_format!r}") from error
    if not shown.isprintable():
        raise ValueError(f"number_format gives {shown!r}, which no picture can show; got {number_format!r}")


# --- how it is drawn --------------------------------------------------------------------------------------------


def _draw(subject: Subject, level: str, style: _Style, title: str) -> Drawing:
    if subject.model is None or level in ("values", "clusters"):  # before a view of a million nodes is made
        _guard(len(subject.order), "values", style.max_nodes)
    graph, paths = subject.graph, subject.paths
    level = _resolved(level, paths, subject.model is not None)
    gradients = graph.gradients(style.grads)
    picture = _picture(graph, level, paths, gradients, style)
    _guard(len(picture.cards), "cards", style.max_nodes)
    if title:
        about = f"{title}. {picture.description}"
        picture = replace(picture, notes=(shorten(title, LONGEST_TITLE), *picture.notes), description=about)
    tree = text_tree(graph, gradients, style.number_format)
    numbers = [node.value.data for node in graph.nodes]

    def page() -> Page:
        from autograd.explaining.drawn import drawn_page  # a floor above: a drawing is shown as a page that computes

        look = Look((), style.direction, style.number_format)
        return drawn_page(subject, picture, level, look, numbers)

    return Drawing(picture, tree, lambda: in_words(graph, gradients, style.number_format), page)


def _guard(count: int, what: str, limit: int) -> None:
    if count > limit:
        raise ValueError(
            f"this drawing would have {count:,} {what}, more than max_nodes={limit:,}. Draw less: level='neuron' or "
            f"'layer' (with model=...) brings values together, spy(y) pictures any size. Or draw it all the same: "
            f"max_nodes={count}"
        )


def _resolved(level: str, paths: Sequence[GroupPath], has_model: bool) -> str:
    """The level to draw at; "auto" goes by the number of values and the size of the layers."""
    if level in ("neuron", "layer") and not has_model:
        raise ValueError(
            f"level={level!r} needs to know the model: draw(y, model=model) or draw(model, x); "
            "without one there are the levels 'values' and 'clusters'"
        )
    if level != "auto":
        return level
    if len(paths) <= MOST_VALUES_WITH_LABELS:
        return "values"
    if len(paths) <= MOST_VALUES_WITH_FRAMES or not has_model:
        return "clusters"
    sizes = Counter(path[:-1] for path in set(paths) if len(path) > 1)
    return "layer" if max(sizes.values(), default=0) > MOST_NEURONS_IN_A_LAYER else "neuron"


def _picture(graph: GraphView, level: str, paths: Sequence[GroupPath], gradients: Gradients, style: _Style) -> Picture:
    if style.edge_labels and level in ("neuron", "layer"):
        raise ValueError(
            f"edge_labels=True: an arrow at level {level!r} stands for many derivatives; "
            "draw at level 'values' or 'clusters' to see them"
        )
    look = Look(on_paths(graph, style.waypoints), style.direction, style.number_format)
    if level == "neuron":
        return groups_picture(graph, paths, gradients, look, with_planes=True)
    if level == "layer":
        return groups_picture(graph, [path[:1] for path in paths], gradients, look)
    few = level == "values" and len(paths) <= MOST_VALUES_WITH_LABELS
    labels = few if style.edge_labels is None else style.edge_labels
    if level == "values":
        return values_picture(graph, gradients, look, labels=labels, in_order=any(paths))
    frames, order = enclosures(graph, paths), succession(graph, paths)
    return values_picture(graph, gradients, look, labels=labels, fold=True, enclosures=frames, succession=order)
