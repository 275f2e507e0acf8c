"""The levels that bring values together: one card per neuron, or one per layer.

A card of a group shows what leaves it (its output, or how many there are), its gradient, how many parameters it has
with the length of their gradient ‖∂‖, and how many values it stands for. Arrows between groups are coloured by the
sign, and as wide as the size, of the gradient they carry back.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace

from autograd.drawing.cards import (
    ARROW_COLOR,
    NEGATIVE,
    POSITIVE,
    Arrow,
    Card,
    Picture,
    Row,
    side_by_side,
    tint,
)
from autograd.drawing.planes import planes
from autograd.drawing.values_picture import Gradients, Look, describe, largest
from autograd.system.letters import shorten
from autograd.value import Value
from autograd.view.graph import Edge, GraphView, Node
from autograd.view.notation import NO_GRADIENT, counted, gradient, number
from autograd.view.parts import GroupPath, Part, gathered, siblings

MANY_INPUTS = 12  # more inputs than this share one card


def groups_picture(
    graph: GraphView,
    paths: Sequence[GroupPath],
    gradients: Gradients,
    look: Look = Look(),  # noqa: B008
    with_planes: bool = False,
) -> Picture:
    """One card for every different path in `paths` (one per node of `graph`), for every input, and for the rest.

    `with_planes` puts into the cards what their parts make of the plane, if there are two inputs.
    """
    parts = {f"g{i}": part for i, part in enumerate(gathered(graph, paths, list(_keys(graph, paths))))}
    maps, how = planes(graph, parts.values()) if with_planes else ({}, "")
    strongest = largest(gradients)
    cards = tuple(
        replace(_card(id_, part, graph, gradients, strongest, look), plane=maps.get(part.outputs[0].id))
        for id_, part in parts.items()
    )
    arrows = tuple(_arrows(graph, parts, gradients, look))
    ranks = tuple(_ranks(parts, arrows))
    notes = (*_legend(parts.values(), gradients), *([how] if how else []))
    cards = _equal_widths(cards, ranks)
    return Picture(cards, arrows, (), look.direction, describe(graph), ranks, fan=True, notes=notes)


def _legend(parts: Iterable[Part], gradients: Gradients) -> Iterator[str]:
    """What the cards' short words mean."""
    if any(len(part.nodes) > 1 and not _are_inputs(part) for part in parts):
        yield "values: how many values of the graph a card stands for"
    if gradients is not None:
        yield "‖∂‖: the length of the gradient of a card's parameters or outputs"
        if any(gradients):
            yield "arrows: red + and blue −, the wider the more gradient they carry back"


def _equal_widths(cards: Sequence[Card], ranks: Sequence[Sequence[str]]) -> tuple[Card, ...]:
    """The cards, those that stand in one line as wide as the widest of them."""
    width = {card.id: card.width for card in cards}
    widest = {card_id: max(width[other] for other in rank) for rank in ranks for card_id in rank}
    return tuple(replace(card, min_width=widest.get(card.id, card.min_width)) for card in cards)


def _keys(graph: GraphView, paths: Sequence[GroupPath]) -> Iterator[GroupPath | str | int]:
    """What the card of each node is filed under: its path; else its id for a leaf, its turn for an operation.

    The turn counts how often the way from the leaves has left the model, so that what is computed before, between and
    after its layers does not share a card.
    """
    leaves = [node for node, path in zip(graph.nodes, paths, strict=True) if node.value.op is None and not path]
    turns: dict[Value, int] = {}
    for node, path in zip(graph.nodes, paths, strict=True):
        parents = [graph.by_value[parent] for parent in node.value.parents]
        left = [turns[p.value] + (not path and paths[p.index] != () and p.value.op is not None) for p in parents]
        turns[node.value] = max(left, default=0)
        if path:
            yield path
        elif node.value.op is None:
            yield "inputs" if len(leaves) > MANY_INPUTS else node.id
        else:
            yield turns[node.value]


def _are_inputs(part: Part) -> bool:
    return not part.path and part.nodes[0].value.op is None


def _is_final(part: Part, graph: GraphView) -> bool:
    return any(node.value in graph.outputs for node in part.outputs)


def _card(card_id: str, part: Part, graph: GraphView, gradients: Gradients, strongest: float, look: Look) -> Card:
    rows = list(_output_rows(part, gradients, strongest, look.spec))
    parameters = [node for node in part.nodes if node.kind == "parameter"]
    if part.path and parameters:
        rows.append(_norm_row(counted(len(parameters), "param"), parameters, gradients, look.spec))
    marked = any(node.id in look.highlighted for node in part.nodes)
    if len(part.nodes) > 1 and not _are_inputs(part):
        rows.append(Row(counted(len(part.nodes), "value")))
    title, kind = _title(part, graph, look.spec), _kind(part, graph, parameters)
    members = tuple(node.index for node in part.nodes)
    return Card(card_id, title, kind, tuple(rows), ", ".join(_names(part)), marked, members=members)


def _output_rows(part: Part, gradients: Gradients, strongest: float, spec: str) -> Iterator[Row]:
    if len(part.outputs) > 1:
        what = counted(len(part.outputs), "input" if _are_inputs(part) else "output")
        yield _norm_row(what, part.outputs, gradients, spec)
        return
    for node in part.outputs:
        yield Row(number(node.value.data, spec), mark="data", places=(node.index,))
        if gradients is not None:
            slope = gradients[node.index]
            color = "" if slope is None else tint(slope, strongest)
            yield Row(gradient(slope, spec), color, "grad", (node.index,))


def _norm_row(what: str, nodes: Sequence[Node], gradients: Gradients, spec: str) -> Row:
    """`17 params ‖∂‖ 0.25`."""
    if gradients is None:
        return Row(what)
    places = tuple(node.index for node in nodes)
    return Row(f"{what} {_norm(nodes, gradients, spec)}", "", "norm", places, f"{what} ")


def _norm(nodes: Sequence[Node], gradients: Gradients, spec: str) -> str:
    """‖∂‖, the Euclidean length of the gradient of `nodes`."""
    assert gradients is not None
    slopes = [g for g in (gradients[node.index] for node in nodes) if g is not None]
    return f"‖∂‖ {number(math.hypot(*slopes), spec)}" if slopes else f"‖{NO_GRADIENT.replace(' ', '‖ ')}"


def _title(part: Part, graph: GraphView, spec: str) -> str:
    if part.path:
        return shorten(part.name, 40)
    if len(part.nodes) == 1:
        return part.nodes[0].short_title(spec)
    if _are_inputs(part):
        return "inputs"
    return graph.result_name if _is_final(part, graph) else part.nodes[-1].name


def _kind(part: Part, graph: GraphView, parameters: Sequence[Node]) -> str:
    if _is_final(part, graph):
        return "output"
    if part.path or parameters:
        return "parameter" if parameters else "operation"
    return "input" if part.nodes[0].value.op is None else "operation"


def _names(part: Part) -> Iterator[str]:
    """What hovering shows: the first few named values of the part."""
    named = [node for node in part.nodes if node.named]
    for node in named[:5]:
        yield f"{shorten(node.name, 40)} = {node.value.data!r}"
    if len(named) > 5:
        yield f"and {len(named) - 5} more"


def _arrows(graph: GraphView, parts: Mapping[str, Part], gradients: Gradients, look: Look) -> Iterator[Arrow]:
    """One arrow for every two parts with edges between them, carrying the sum of the gradients of those edges."""
    home = {node.id: card for card, part in parts.items() for node in part.nodes}
    bundles: dict[tuple[str, str], list[Edge]] = {}
    for card, part in parts.items():
        for edge in part.edges:
            bundles.setdefault((home[edge.tail], card), []).append(edge)
    carried = {ends: _carried(graph, edges, gradients) for ends, edges in bundles.items()}
    strongest = largest(list(carried.values()))
    for index, (ends, edges) in enumerate(bundles.items()):
        color, width = _stroke(carried[ends], strongest)
        tooltip = f"{gradient(carried[ends], look.spec)} carried back over {counted(len(edges), 'use')}"
        marked = any(edge.id in look.highlighted for edge in edges)
        ids = tuple(edge.id for edge in edges)
        yield Arrow(f"a{index}", *ends, color=color, width=width, tooltip=tooltip, highlighted=marked, edges=ids)


def _carried(graph: GraphView, edges: Sequence[Edge], gradients: Gradients) -> float | None:
    """The sum of local · ∂head over the edges; None while there are no gradients."""
    slopes = [] if gradients is None else [gradients[graph.by_id[edge.head].index] for edge in edges]
    products = [edge.local * slope for edge, slope in zip(edges, slopes, strict=False) if slope is not None]
    return sum(product for product in products if math.isfinite(product)) if products else None


def _stroke(total: float | None, strongest: float) -> tuple[str, float]:
    """Colour and width; an infinite total, the sum of huge ones, is as wide as the largest finite one."""
    if not total:
        return ARROW_COLOR, 1.0
    share = 1.0 if math.isinf(total) else abs(total) / strongest
    return (POSITIVE if total > 0 else NEGATIVE), 1.0 + 3.0 * math.sqrt(share)


def _ranks(parts: Mapping[str, Part], arrows: Sequence[Arrow]) -> Iterator[tuple[str, ...]]:
    """Parts to stand in one line in their order: the neurons of a layer, and inputs that feed the same parts."""
    of_model = sorted((item for item in parts.items() if item[1].path), key=lambda item: _natural(item[1]))
    layers = {card: (siblings(part.path)[:2], 1) for card, part in of_model}
    return side_by_side(layers, (card for card, part in parts.items() if _are_inputs(part)), arrows)


def _natural(part: Part) -> tuple[str, int, str]:
    """neuron10 after neuron9."""
    _, stem, digits = siblings(part.path)
    return stem, len(digits), digits
