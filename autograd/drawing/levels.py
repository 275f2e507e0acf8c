"""The still picture of a graph, at the level asked for: from every single value up to one card per layer."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import partial
from typing import NamedTuple

from autograd.drawing.cards import Picture
from autograd.drawing.groups_picture import groups_picture
from autograd.drawing.layout.geometry import DIRECTIONS
from autograd.drawing.text_tree import in_words, text_tree
from autograd.drawing.values_picture import Gradients, Look, enclosures, succession, values_picture, with_chips
from autograd.system.choices import is_one_of
from autograd.system.letters import clean, cut
from autograd.value import Value
from autograd.view.graph import GraphView, on_paths
from autograd.view.parts import GroupPath
from autograd.view.subject import Subject

LEVELS = ("auto", "values", "clusters", "neuron", "layer")
MOST_VALUES_WITH_LABELS = 60
MOST_VALUES_WITH_FRAMES = 250
MOST_NEURONS_IN_A_LAYER = 8
LONGEST_TITLE = 120


@dataclass(frozen=True)
class Style:
    """The options that say how to draw; `Subject` says what."""

    grads: str
    waypoints: Sequence[Value]
    edge_labels: bool | None
    direction: str
    number_format: str
    max_nodes: int
    repeat_leaves: bool = False


def check_options(level: str, direction: str, number_format: str, levels: Sequence[str] = LEVELS) -> None:
    """ValueError for a value that is not known, with those that are."""
    if not is_one_of(level, levels):
        raise ValueError(f"level is one of {', '.join(map(repr, levels))}; got {level!r}")
    if not is_one_of(direction, DIRECTIONS):
        raise ValueError(f"direction is one of {', '.join(map(repr, DIRECTIONS))}; got {direction!r}")
    try:
        format(0.5, number_format)
    except (ValueError, TypeError) as error:
        raise ValueError(f"number_format is a format for floats such as '.4g'; got {number_format!r}") from error
    if not number_format.isprintable():
        raise ValueError(f"number_format fills up with a letter which no picture can show; got {number_format!r}")


# --- how it is drawn --------------------------------------------------------------------------------------------


class Still(NamedTuple):
    """A picture and its text; `level` is the one that was chosen."""

    picture: Picture
    level: str
    tree: str
    aloud: Callable[[], str]


def still(subject: Subject, level: str, style: Style, title: str) -> Still:
    """`subject` drawn at `level`, with a line `title` below it."""
    if not isinstance(title, str | None):
        raise TypeError(f"title is a text; got {title!r:.60}")
    if subject.model is None or level in ("values", "clusters"):  # before a view of a million nodes is made
        _guard(len(subject.order), "values", style.max_nodes)
    graph, paths = subject.graph, subject.paths
    level = _resolved(level, paths, subject.model is not None)
    gradients = graph.gradients(style.grads)
    picture = _picture(graph, level, paths, gradients, style)
    _guard(len(picture.cards), "cards", style.max_nodes)
    if title := clean(title or "").strip():
        about = f"{title}. {picture.description}"
        picture = replace(picture, notes=(cut(title, LONGEST_TITLE), *picture.notes), description=about)
    tree = text_tree(graph, gradients, style.number_format)
    return Still(picture, level, tree, partial(in_words, graph, gradients, style.number_format))


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


def _picture(graph: GraphView, level: str, paths: Sequence[GroupPath], gradients: Gradients, style: Style) -> Picture:
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
        picture = values_picture(graph, gradients, look, labels=labels, in_order=any(paths))
    else:
        frames, order = enclosures(graph, paths), succession(graph, paths)
        picture = values_picture(graph, gradients, look, labels=labels, fold=True, enclosures=frames, succession=order)
    return with_chips(picture, graph) if style.repeat_leaves else picture
