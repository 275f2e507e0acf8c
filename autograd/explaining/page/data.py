"""A graph and its picture as data for a page's script: what browser/engine.js runs and browser/picture.js shows.

Nothing is sent that can be computed: of an operation its row and operands, of a leaf its number. Numbers are written
with all their digits, so that the page computes from the same floats.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from autograd.backprop import topological_order
from autograd.drawing.cards import Card, Picture
from autograd.events import parent_positions
from autograd.numerics.real import same
from autograd.ops import OPERATIONS
from autograd.system.letters import shorten
from autograd.value import Value
from autograd.view.branches import comparisons_before
from autograd.view.graph import GraphView
from autograd.view.names import shortened
from autograd.view.notation import operation_symbol

NAME_LIMIT = 40


def page_data(
    graph: GraphView,
    pictures: Mapping[str, Picture],
    spec: str,
    numbers: Sequence[float] | None = None,
    unexpanded: Sequence[Value] = (),
) -> dict[str, Any]:
    """All that a script needs to know of `graph`, of the `pictures` of it, by level, and of the format of numbers."""
    users_order = topological_order(*unexpanded) if unexpanded else []
    return {
        "program": program_of(graph, numbers),
        "levels": [{"name": level, "shown": shown_by(graph, picture)} for level, picture in pictures.items()],
        "names": shortened([node.name for node in graph.nodes], NAME_LIMIT),
        "symbols": {node.index: operation_symbol(node.value) for node in graph.nodes if node.value.parents},
        "lines": {node.index: shorten(node.value.line, 80) for node in graph.nodes if node.value.line},
        "stale": is_stale(graph),
        "handles": {graph.by_value[v].index: i for i, v in enumerate(users_order) if not v.parents},
        "spec": spec,
    }


def program_of(graph: GraphView, numbers: Sequence[float] | None = None) -> dict[str, Any]:
    """{"operations": names of rows, "nodes": …, "outputs": places, "parameters": places}, as engine.js describes it.

    `numbers` are the data of all nodes where they are not what the nodes have now.
    """
    places = {node.value: node.index for node in graph.nodes}
    rows: dict[str, int] = {}
    data = [node.value.data for node in graph.nodes] if numbers is None else numbers
    nodes = [_node(node.value, x, places, rows) for node, x in zip(graph.nodes, data, strict=True)]
    branches = _branches(graph, nodes, places, rows)
    return {
        "branches": branches,
        "operations": list(rows),
        "nodes": nodes,
        "outputs": [places[output] for output in graph.outputs],
        "parameters": [node.index for node in graph.nodes if node.kind == "parameter" and not node.value.parents],
    }


def _node(value: Value, data: float, places: dict[Value, int], rows: dict[str, int]) -> Any:
    if is_row(value):
        assert value.op is not None
        row = rows.setdefault(value.op.name, len(rows))
        return [row, *(places[o] if isinstance(o, Value) else _text(o) for o in value.operands)]
    if value.parents:
        uses = zip(value.parents, value.local_grads, strict=True)
        return {"data": _text(data), "uses": [[places[parent], _text(local)] for parent, local in uses]}
    return float(data) if math.isfinite(data) else _text(data)


def _branches(graph: GraphView, nodes: list[Any], places: dict[Value, int], rows: dict[str, int]) -> Any:
    """[left, sign, right, outcome, line] for every comparison that the code made on its way; None: nobody knows.

    What was compared and is not in the graph follows its nodes. A comparison that cannot be made again is left out.
    """
    comparisons = comparisons_before(graph.outputs)
    if comparisons is None:
        return None
    found = []
    for kind, left, right, outcome, line in comparisons:
        operands = [_compared(v, nodes, places, rows) if isinstance(v, Value) else _text(v) for v in (left, right)]
        if None not in operands and any(isinstance(operand, int) for operand in operands):
            found.append([operands[0], kind, operands[1], outcome, shorten(line or "", 80)])
    return found


def _compared(value: Value, nodes: list[Any], places: dict[Value, int], rows: dict[str, int]) -> int | str | None:
    """The place of a value, which joins the nodes if need be; its number if no leaf of the graph is below it; None if
    only Python can compute it."""
    order = topological_order(value)
    if any(v.parents and v not in places and not is_row(v) for v in order):
        return None
    known: dict[Value, int | str] = dict(places)
    for v in order:
        if v in known:
            continue
        operands = [known[o] if isinstance(o, Value) else _text(o) for o in v.operands] if v.parents else []
        if not any(isinstance(operand, int) for operand in operands):
            known[v] = _text(v.data)
            continue
        assert v.op is not None
        nodes.append([rows.setdefault(v.op.name, len(rows)), *operands])
        known[v] = places[v] = len(nodes) - 1
    return known[value]


def is_row(value: Value) -> bool:
    """Whether a page can compute the value: was it made by a row of the table?"""
    return value.op is not None and OPERATIONS.get(value.op.name) is value.op


def is_stale(graph: GraphView) -> bool:
    """Whether leaves have been changed since the graph was made, so that its results are not theirs any more."""
    for node in graph.nodes:
        value = node.value
        if is_row(value) and value.op is not None:
            result = value.op.forward(*[o.data if isinstance(o, Value) else o for o in value.operands])
            if not same(result, value.data):
                return True
    return False


def _text(x: float) -> str:
    """A number as JavaScript's Number() reads it."""
    return repr(float(x)).replace("inf", "Infinity").replace("nan", "NaN")


# The picture --------------------------------------------------------------------------------------------------------
def shown_by(graph: GraphView, picture: Picture) -> dict[str, Any]:
    """What cards and arrows stand for, where their ids do not say it."""
    places = {edge: place for edge, place, _ in _edges(graph)}
    elsewhere = {edge for edge, place, said in _edges(graph) if place != said}
    return {
        "cards": {card.id: rows for card in picture.cards if (rows := _rows(card))},
        "arrows": {
            arrow.id: [places[edge] for edge in arrow.edges or (arrow.id,)]
            for arrow in picture.arrows
            if arrow.edges or arrow.id in elsewhere
        },
        "marked": [c.id for c in picture.cards if c.highlighted] + [a.id for a in picture.arrows if a.highlighted],
        "members": {card.id: card.members for card in picture.cards if len(card.members) > 1 or card.id[0] == "r"},
        **_planes(graph, picture),
    }


def stands_for_many(shown: Mapping[str, Any]) -> bool:
    """Whether a card of the picture shows several values, and so can be opened."""
    of_rows = ({place for _, _, places, _ in rows for place in places} for rows in shown["cards"].values())
    return any(len(places) > 1 for places in (*shown["members"].values(), *of_rows))


def _planes(graph: GraphView, picture: Picture) -> dict[str, Any]:
    """{"planes": what planes.js draws}; nothing where there are no maps, or operations that only Python can compute."""
    maps = {card.id: card.plane for card in picture.cards if card.plane}
    if not maps or not all(is_row(node.value) for node in graph.nodes if node.value.parents):
        return {}
    any_ = next(iter(maps.values()))
    cards = {card: plane.place for card, plane in maps.items()}
    return {"planes": {"inputs": any_.inputs, "reach": any_.reach, "cards": cards}}


def _rows(card: Card) -> list[Any]:
    """[row, mark, places, lead] for every row that shows numbers of nodes."""
    return [[i, row.mark, row.places, row.lead] for i, row in enumerate(card.rows) if row.places]


def _edges(graph: GraphView) -> Iterator[tuple[str, int, int]]:
    """Every edge: its id, its place among the edges that engine.js counts, and the place that its id says it has.

    engine.js counts one for every operand that is a Value, node after node. What `where` did not choose is no parent
    and no edge here, but may become one there.
    """
    first = 0
    for node in graph.nodes:
        inputs = _inputs(node.value)
        for slot, position in enumerate(parent_positions(node.value) if is_row(node.value) else inputs):
            yield f"e{node.index}.{slot}", first + inputs.index(position), first + slot
        first += len(inputs)


def _inputs(value: Value) -> list[int]:
    """The positions of the operands that are Values; for what only Python computes, those of its parents."""
    operands = value.operands if is_row(value) else value.parents
    return [i for i, operand in enumerate(operands) if isinstance(operand, Value)]
