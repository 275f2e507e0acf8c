"""The level `clusters`: frames around the parts of a model, layer by layer, neuron by neuron."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from autograd.drawing.cards import Enclosure
from autograd.view.graph import GraphView
from autograd.view.notation import shorten
from autograd.view.parts import GroupPath


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
