"""A graph as data for a page's script: the straight-line program that browser/engine.js runs.

Nothing is sent that can be computed: of an operation its row and operands, of a leaf its number. Numbers are written
with all their digits, so that the page computes from the same floats.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

from autograd.ops import OPERATIONS
from autograd.value import Value
from autograd.view.graph import GraphView, Node


def program_of(graph: GraphView) -> dict[str, Any]:
    """{"operations": names of rows, "nodes": …, "outputs": places, "parameters": places}, as engine.js describes it."""
    places = {node.value: node.index for node in graph.nodes}
    rows: dict[str, int] = {}
    nodes = [_node(node, places, rows) for node in graph.nodes]
    return {
        "operations": list(rows),
        "nodes": nodes,
        "outputs": [places[output] for output in graph.outputs],
        "parameters": [node.index for node in graph.nodes if node.kind == "parameter" and not node.value.parents],
    }


def edge_places(graph: GraphView) -> dict[str, int]:
    """The place of every edge of `graph`, by its id, among the edges that engine.js counts: one for every operand that
    is a Value, node after node. What `where` did not choose is no parent and no edge here, but may become one there."""
    found: dict[str, int] = {}
    place = 0
    for node in graph.nodes:
        value = node.value
        parents = list(value.parents)
        for operand in _inputs(value):
            slot = len(value.parents) - len(parents)
            if parents and operand is parents[0]:
                found[f"e{node.index}.{slot}"] = place
                parents.pop(0)
            place += 1
    return found


def is_leaf(value: Value) -> bool:
    return not is_row(value) and not value.parents


def is_row(value: Value) -> bool:
    """Whether a page can compute the value: was it made by a row of the table?"""
    row = value.op
    return row is not None and OPERATIONS.get(getattr(row, "name", "")) is row


def _inputs(value: Value) -> Sequence[Value]:
    return [o for o in value.operands if isinstance(o, Value)] if is_row(value) else value.parents


def _node(node: Node, places: dict[Value, int], rows: dict[str, int]) -> Any:
    value = node.value
    if is_row(value):
        assert value.op is not None
        row = rows.setdefault(value.op.name, len(rows))
        return [row, *(places[o] if isinstance(o, Value) else _text(o) for o in value.operands)]
    if value.parents:
        uses = zip(value.parents, value.local_grads, strict=True)
        return {"data": _text(value.data), "uses": [[places[parent], _text(local)] for parent, local in uses]}
    return float(value.data) if math.isfinite(value.data) else _text(value.data)


def _text(x: float) -> str:
    """A number as JavaScript's Number() reads it."""
    return repr(float(x)).replace("inf", "Infinity").replace("nan", "NaN")
