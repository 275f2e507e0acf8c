"""The levels that bring values together: one card per neuron, or one per layer.

A card of a group shows what leaves it (its output, or how many there are), its gradient, how many parameters it has
with the length of their gradient ‖∂‖, and how many values it stands for. Arrows between groups are coloured by the
sign, and as wide as the size, of the gradient they carry back.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace

from autograd.drawing.cards import ARROW_COLOR, NEGATIVE, POSITIVE, Arrow, Card, Picture, Row, tint
from autograd.drawing.values_picture import Gradients, Look, describe, largest
from autograd.value import Value
from autograd.view.graph import Edge, GraphView, Node
from autograd.view.notation import NO_GRADIENT, counted, gradient, number, shorten
from autograd.view.parts import GroupPath

MANY_INPUTS = 12  # more inputs than this share one card
ALL_INPUTS = ("", "inputs")  # and are filed under this


@dataclass
class _Part:
    """Nodes that share a card; `outputs` are those that others use, or that are outputs of the graph."""

    id: str
    key: GroupPath
    nodes: list[Node] = field(default_factory=list)
    outputs: list[Node] = field(default_factory=list)
    final: bool = False

    @property
    def grouped(self) -> bool:
        """Whether it is a part of the model; keys of other parts start with an empty name."""
        return self.key[0] != ""


def groups_picture(
    graph: GraphView,
    paths: Sequence[GroupPath],
    gradients: Gradients,
    look: Look = Look(),  # noqa: B008
) -> Picture:
    """One card for every different path in `paths` (one per node of `graph`), for every input, and for the rest."""
    keys = list(_keys(graph, paths))
    parts = _parts(graph, keys)
    strongest = largest(gradients)
    cards = tuple(_card(part, graph, gradients, strongest, look) for part in parts.values())
    arrows = tuple(_arrows(graph, [parts[key].id for key in keys], gradients, look))
    ranks = tuple(_ranks(parts, arrows))
    return Picture(_equal_widths(cards, ranks), arrows, (), look.direction, describe(graph), ranks, fan=True)


def _equal_widths(cards: Sequence[Card], ranks: Sequence[Sequence[str]]) -> tuple[Card, ...]:
    """The cards, those that stand in one line as wide as the widest of them."""
    width = {card.id: card.width for card in cards}
    widest = {card_id: max(width[other] for other in rank) for rank in ranks for card_id in rank}
    return tuple(replace(card, min_width=widest.get(card.id, card.min_width)) for card in cards)


def _keys(graph: GraphView, paths: Sequence[GroupPath]) -> Iterator[GroupPath]:
    """What the card of each node is filed under: its path; else ("", id) for a leaf, ("", turn) for an operation.

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
            yield ALL_INPUTS if len(leaves) > MANY_INPUTS else ("", node.id)
        else:
            yield ("", str(turns[node.value]))


def _parts(graph: GraphView, keys: Sequence[GroupPath]) -> dict[GroupPath, _Part]:
    """The parts in the order of their first node, each with its nodes and outputs."""
    parts: dict[GroupPath, _Part] = {}
    users: dict[str, set[GroupPath]] = {node.id: set() for node in graph.nodes}
    for edge in graph.edges:
        users[edge.tail].add(keys[graph.by_id[edge.head].index])
    roots = set(graph.outputs)
    for node, key in zip(graph.nodes, keys, strict=True):
        part = parts.setdefault(key, _Part(f"g{len(parts)}", key))
        part.nodes.append(node)
        part.final = part.final or node.value in roots
        if node.value in roots or (users[node.id] - {key}):
            part.outputs.append(node)
    return parts


def _card(part: _Part, graph: GraphView, gradients: Gradients, strongest: float, look: Look) -> Card:
    rows = list(_output_rows(part, gradients, strongest, look.spec))
    parameters = [node for node in part.nodes if node.kind == "parameter"]
    if part.grouped and parameters:
        rows.append(Row(f"{counted(len(parameters), 'param')} {_norm(parameters, gradients, look.spec)}".strip()))
    marked = any(node.id in look.highlighted for node in part.nodes)
    if len(part.nodes) > 1 and part.key != ALL_INPUTS:
        rows.append(Row(counted(len(part.nodes), "value")))
    return Card(
        part.id, _title(part, graph, look.spec), _kind(part, parameters), tuple(rows), ", ".join(_names(part)), marked
    )


def _output_rows(part: _Part, gradients: Gradients, strongest: float, spec: str) -> Iterator[Row]:
    if len(part.outputs) > 1:
        norm = _norm(part.outputs, gradients, spec)
        yield Row(f"{counted(len(part.outputs), 'input' if part.key == ALL_INPUTS else 'output')} {norm}".strip())
        return
    for node in part.outputs:
        yield Row(number(node.value.data, spec), mark="data")
        if gradients is not None:
            slope = gradients[node.index]
            yield Row(gradient(slope, spec), "" if slope is None else tint(slope, strongest), "grad")


def _norm(nodes: Sequence[Node], gradients: Gradients, spec: str) -> str:
    """‖∂‖, the Euclidean length of the gradient of `nodes`."""
    if gradients is None:
        return ""
    slopes = [g for g in (gradients[node.index] for node in nodes) if g is not None]
    return f"‖∂‖ {number(math.hypot(*slopes), spec)}" if slopes else f"‖{NO_GRADIENT.replace(' ', '‖ ')}"


def _title(part: _Part, graph: GraphView, spec: str) -> str:
    if part.grouped:
        return shorten(".".join(part.key), 40)
    if part.key == ALL_INPUTS:
        return "inputs"
    if len(part.nodes) == 1:
        return part.nodes[0].short_title(spec)
    return graph.result_name if part.final else part.nodes[-1].name


def _kind(part: _Part, parameters: Sequence[Node]) -> str:
    if part.final:
        return "output"
    if part.grouped or parameters:
        return "parameter" if parameters else "operation"
    return "input" if part.nodes[0].value.op is None else "operation"


def _names(part: _Part) -> Iterator[str]:
    """What hovering shows: the first few named values of the part."""
    named = [node for node in part.nodes if node.named]
    for node in named[:5]:
        yield f"{shorten(node.name, 40)} = {node.value.data!r}"
    if len(named) > 5:
        yield f"and {len(named) - 5} more"


def _arrows(graph: GraphView, ids: Sequence[str], gradients: Gradients, look: Look) -> Iterator[Arrow]:
    """One arrow for every two parts with edges between them, carrying the sum of the gradients of those edges."""
    bundles: dict[tuple[str, str], list[Edge]] = {}
    for edge in graph.edges:
        ends = (ids[graph.by_id[edge.tail].index], ids[graph.by_id[edge.head].index])
        if ends[0] != ends[1]:
            bundles.setdefault(ends, []).append(edge)
    carried = {ends: _carried(graph, edges, gradients) for ends, edges in bundles.items()}
    strongest = largest(list(carried.values()))
    for index, (ends, edges) in enumerate(bundles.items()):
        color, width = _stroke(carried[ends], strongest)
        tooltip = f"{gradient(carried[ends], look.spec)} carried back over {counted(len(edges), 'use')}"
        marked = any(edge.id in look.highlighted for edge in edges)
        yield Arrow(f"a{index}", *ends, color=color, width=width, tooltip=tooltip, highlighted=marked)


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


def _ranks(parts: dict[GroupPath, _Part], arrows: Sequence[Arrow]) -> Iterator[tuple[str, ...]]:
    """Parts to stand in one line in their order: the neurons of a layer, and inputs that feed the same parts."""
    heads: dict[str, tuple[str, ...]] = {}
    for arrow in arrows:
        heads[arrow.tail] = (*heads.get(arrow.tail, ()), arrow.head)
    lines: dict[object, list[_Part]] = {}
    for part in parts.values():
        if part.grouped and len(part.key) > 1:
            lines.setdefault(part.key[:-1], []).append(part)
        elif not part.grouped and part.nodes[0].value.op is None:
            lines.setdefault(frozenset(heads.get(part.id, ())), []).append(part)
    for line in lines.values():
        ids = [part.id for part in sorted(line, key=_natural)]
        if len(ids) > 1 and not any(head in ids for part_id in ids for head in heads.get(part_id, ())):
            yield tuple(ids)


def _natural(part: _Part) -> tuple[str, int, str]:
    """neuron10 after neuron9."""
    name = part.key[-1] if part.grouped else part.nodes[0].name
    stem = name.rstrip("0123456789")
    digits = name[len(stem) :]
    return stem, len(digits), digits
