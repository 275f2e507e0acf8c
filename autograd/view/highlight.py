"""The paths that `highlight=` brings out: from one value through others to the outputs."""

from __future__ import annotations

from collections.abc import Sequence

from autograd.value import Value
from autograd.view.graph import GraphView
from autograd.view.notation import label_of, shorten


def on_paths(graph: GraphView, waypoints: Sequence[Value]) -> frozenset[str]:
    """Ids of the nodes and edges on any path that leads from waypoints[0] through the others, in order, to an output.

    Raises ValueError for a waypoint that is not in the graph, or when no such path exists.
    """
    found: set[str] = set()
    if not waypoints:
        return frozenset()
    ends = [{waypoint} for waypoint in waypoints[1:]] + [set(graph.outputs)]
    for start, end in zip(waypoints, ends, strict=True):
        if start not in graph.by_value:
            raise ValueError(f"highlight: {_name(graph, start)} is not in this graph")
        leg = _between(graph, start, end)
        if not leg:
            (waypoint,) = end  # not the outputs: some path leads there from everything in the graph
            raise ValueError(f"highlight: no path leads from {_name(graph, start)} to {_name(graph, waypoint)}")
        found |= leg
    return frozenset(found)


def _between(graph: GraphView, start: Value, ends: set[Value]) -> set[str]:
    """Ids of what lies both above `start` and below one of `ends`."""
    above = {start}
    for node in graph.nodes:
        if any(parent in above for parent in node.value.parents):
            above.add(node.value)
    below = set(ends)
    for node in reversed(graph.nodes):
        if node.value in below:
            below.update(node.value.parents)
    ids = {graph.by_value[value].id for value in above & below if value in graph.by_value}
    return ids | {edge.id for edge in graph.edges if edge.tail in ids and edge.head in ids}


def _name(graph: GraphView, value: Value) -> str:
    """What `value` is called in the picture; if it is not there, its label or its repr."""
    name = graph.by_value[value].name if value in graph.by_value else label_of(value)
    return shorten(name, 40) if name else repr(value)
