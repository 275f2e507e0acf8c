"""The picture with one card for every value: the levels `values` and `clusters`, and the stepper's stage."""

from __future__ import annotations

import math
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, replace

from autograd.drawing.cards import CARD_STROKE, Arrow, Card, Enclosure, Picture, Row, tint
from autograd.system.letters import clean, shorten
from autograd.view.graph import TOOLTIP_LIMIT, Constant, Edge, GraphView, Node
from autograd.view.notation import counted, gradient, number, several
from autograd.view.parts import GroupPath

MANY_CONSTANTS = 8
PASSED_OVER = CARD_STROKE  # arrows along which no derivative flows
Gradients = Sequence[float | None] | None


@dataclass(frozen=True)
class Look:
    """How pictures of every level look: ids brought out, where arrows lead, how numbers are written."""

    highlighted: Collection[str] = ()
    direction: str = "LR"
    spec: str = ".4g"


def values_picture(
    graph: GraphView,
    gradients: Gradients = None,
    look: Look = Look(),
    *,
    labels: bool = True,
    fold: bool = False,
    enclosures: tuple[Enclosure, ...] = (),
    succession: tuple[tuple[str, str], ...] = (),
    in_order: bool = False,
) -> Picture:
    """One card per node of `graph`, with its data and its entry of `gradients` (None for all: no such row).

    `labels` puts the local derivative on every arrow; `fold` writes constants into the headers instead of giving them
    cards; `enclosures`, `succession` and `in_order` are those of cards.Picture, and with these inputs keep their order.
    """
    rows = gradient_rows(gradients, len(graph.nodes), look.spec)
    cards = [_card(node, row, fold, look) for node, row in zip(graph.nodes, rows, strict=True)]
    arrows = [_arrow(edge, labels, look) for edge in graph.edges]
    arrows += [Arrow(*ids, dashed=True, color=PASSED_OVER, tooltip="no derivative") for ids in graph.passed_over]
    if not fold:
        for constants in _by_head(graph.constants):
            cards += _constant_cards(constants, look.spec)
            arrows += [Arrow(c.edge_id, c.id, c.head, dashed=True) for c in constants[: _cards_for(constants)]]
    description = describe(graph)
    return Picture(
        tuple(cards),
        tuple(arrows),
        enclosures,
        look.direction,
        description,
        succession=succession,
        in_order=in_order,
        keeping=tuple(node.id for node in graph.nodes if node.kind == "input") if in_order or enclosures else (),
    )


def with_chips(picture: Picture, graph: GraphView) -> Picture:
    """The picture with a chip, a header of its own, at every use of a leaf but its first; leaves in frames have none.

    Chip "r7.1" stands where arrow "e7.1" begins.
    """
    frames = list(picture.enclosures)
    for frame in frames:
        frames += frame.inner
    framed = {member for frame in frames for member in frame.members}
    leaves = {node.id: node for node in graph.nodes if not node.value.parents and node.id not in framed}
    chips, arrows, used = [], [], set()
    for arrow in picture.arrows:
        if arrow.tail in used:
            leaf = leaves[arrow.tail]
            arrow = replace(arrow, tail=f"r{arrow.id[1:]}")
            title = leaf.brief
            chips.append(
                Card(arrow.tail, title, leaf.kind, (), _tooltip(leaf), arrow.highlighted, members=(leaf.index,))
            )
        elif arrow.tail in leaves:
            used.add(arrow.tail)
        arrows.append(arrow)
    return replace(picture, cards=(*picture.cards, *chips), arrows=tuple(arrows))


def describe(graph: GraphView) -> str:
    """One sentence on the graph, for screen readers."""
    outputs = several([graph.by_value[output].name for output in graph.outputs])
    values = counted(len(graph.nodes), "value")
    return f"Computation graph of {outputs}: {values}, {counted(len(graph.edges), 'use')}"


def largest(gradients: Gradients) -> float:
    """The largest finite |gradient|, which gets the strongest tint."""
    return max((abs(g) for g in gradients or () if g is not None and math.isfinite(g)), default=0.0)


def gradient_rows(gradients: Gradients, count: int, spec: str) -> list[tuple[Row, ...]]:
    """The last row of each of `count` cards, `∂ 0.5` on its tint; no such row when `gradients` is None."""
    if gradients is None:
        return [()] * count
    strongest = largest(gradients)
    return [
        (Row(gradient(value, spec), "" if value is None else tint(value, strongest), "grad"),) for value in gradients
    ]


def _card(node: Node, last: tuple[Row, ...], fold: bool, look: Look) -> Card:
    rows = (Row(number(node.value.data, look.spec), mark="data"), *last)
    title = node.short_title(look.spec) if fold else node.title
    return Card(node.id, title, node.kind, rows, _tooltip(node), node.id in look.highlighted)


def _tooltip(node: Node) -> str:
    """The full name, all digits, and the source line where known."""
    line = f", made at {clean(node.value.line)}" if node.value.line else ""
    return f"{shorten(node.name, TOOLTIP_LIMIT)}: data {node.value.data!r}{line}"


def _arrow(edge: Edge, labels: bool, look: Look) -> Arrow:
    label = number(edge.local, look.spec) if labels else ""
    return Arrow(edge.id, edge.tail, edge.head, label, highlighted=edge.id in look.highlighted)


def _by_head(constants: Sequence[Constant]) -> list[list[Constant]]:
    heads: dict[str, list[Constant]] = {}
    for constant in constants:
        heads.setdefault(constant.head, []).append(constant)
    return list(heads.values())


def _cards_for(constants: Sequence[Constant]) -> int:
    """How many cards the constants of one node get: many of them (the inputs of a dot, say) share one."""
    return len(constants) if len(constants) <= MANY_CONSTANTS else 1


def _constant_cards(constants: Sequence[Constant], spec: str) -> list[Card]:
    if _cards_for(constants) < len(constants):
        listed = ", ".join(number(c.data, spec) for c in constants[:MANY_CONSTANTS])
        return [Card(constants[0].id, f"{len(constants)} numbers", "constant", (), f"constants {listed}, …")]
    return [Card(c.id, number(c.data, spec), "constant", (), f"constant {c.data!r}") for c in constants]


# The level `clusters`: frames around the parts of a model, layer by layer, neuron by neuron ---------------------------


def enclosures(graph: GraphView, paths: Sequence[GroupPath]) -> tuple[Enclosure, ...]:
    """Frames within frames, one for every part of every path; the results of the groups get a frame of their own."""
    tree: dict[GroupPath, list[str]] = {}
    for node, path in zip(graph.nodes, _with_outside(graph, paths), strict=True):
        for depth in range(len(path)):
            tree.setdefault(path[: depth + 1], [])
        if path:
            tree[path].append(node.id)
    return tuple(_enclosure(tree, path) for path in tree if len(path) == 1)


def _enclosure(tree: dict[GroupPath, list[str]], path: GroupPath) -> Enclosure:
    inner = [inside for inside in tree if len(inside) == len(path) + 1 and inside[:-1] == path]
    title = shorten(path[-1], 40)
    return Enclosure(".".join(path), title, tuple(tree[path]), tuple(_enclosure(tree, inside) for inside in inner))


def succession(graph: GraphView, paths: Sequence[GroupPath]) -> tuple[tuple[str, str], ...]:
    """Pairs that make each layer's parameters stand after the layer that feeds it, so that layers stand side by side.

    Without them Graphviz would start every layer at the left edge, where parameters may stand, and frames, which
    cannot overlap, would drift down like stairs.
    """
    tops = [path[:1] for path in paths]
    feeders: dict[tuple[GroupPath, GroupPath], str] = {}
    for edge in graph.edges:
        tail, head = tops[graph.by_id[edge.tail].index], tops[graph.by_id[edge.head].index]
        if tail and head and tail != head:
            feeders[tail, head] = edge.tail
    return tuple(
        (feeder, node.id)
        for (tail, head), feeder in feeders.items()
        if (head, tail) not in feeders
        for node in graph.nodes
        if tops[node.index] == head and node.value.op is None
    )


def _with_outside(graph: GraphView, paths: Sequence[GroupPath]) -> Iterator[GroupPath]:
    """The paths, with operations outside all groups put into one named after the output."""
    if not any(paths):
        yield from paths
        return
    name = graph.result_name
    if any(path[:1] == (name,) for path in paths):
        name = f"after {name}"  # a part of the model has that name already
    for node, path in zip(graph.nodes, paths, strict=True):
        yield path or ((name,) if node.value.op is not None else ())
