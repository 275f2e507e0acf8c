"""Which operations of a graph make up a neuron, and a picture with one card for each: the stage of the coarse stepper.

A neuron is what its parameters flow into, up to its activation (see `groups`). Its card shows its output, its gradient
and its parameters; everything outside neurons (inputs, the loss) keeps the card it has in `values_picture`.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from autograd.drawing.cards import Arrow, Card, Picture, Row, tint
from autograd.drawing.values_picture import Look, largest, values_picture
from autograd.value import Value
from autograd.view.graph import Edge, GraphView, Node
from autograd.view.notation import gradient, number, operation_symbol, shorten
from autograd.view.parts import GroupPath

MANY_PARAMETERS = 8  # a neuron with more shows how many, and the length of their gradient


@dataclass(frozen=True)
class Unit:
    """Operations that are one step: a neuron, or with an empty `path` a single operation outside all neurons.

    `inner` is in topological order, and only its last, the output, is used outside. `parameters` are those of a neuron,
    `edges` all uses of values from outside `inner`. A model that is called twice has two Units with the same path.
    """

    path: GroupPath
    inner: tuple[Node, ...]
    parameters: tuple[Node, ...]
    edges: tuple[Edge, ...]

    @property
    def output(self) -> Node:
        """The node whose id is also the id of the unit's card."""
        return self.inner[-1]

    @property
    def arrows(self) -> dict[str, str]:
        """The arrow of a neuron that shows an edge, by the edge's id: one for all uses of the same value."""
        own = {node.id for node in self.parameters}
        first: dict[str, str] = {}
        return {edge.id: first.setdefault(edge.tail, edge.id) for edge in self.edges if edge.tail not in own}


def units(graph: GraphView, paths: Sequence[GroupPath], parameters: Sequence[Value]) -> list[Unit]:
    """All operations of a graph as units, in the order in which they are computed.

    `paths` has the part of the model for every node, `parameters` are the model's in their order.

    Raises ValueError if the paths tell of no neuron.
    """
    make = _UnitMaker(graph, parameters)
    groups = _connected(graph, paths)
    inner_only = _used_inside_only(graph, groups)
    found: list[Unit] = []
    for group in groups:
        unit = make.unit(paths[group[-1].index], group)
        # A square of a weight, for weight decay, lies in the neuron's part of the model but takes in nothing.
        if unit.path and unit.arrows and all(node.id in inner_only for node in group[:-1]):
            found.append(unit)
        else:
            found += [make.unit((), [node]) for node in group]
    if not any(unit.path for unit in found):
        raise ValueError(
            "no neuron found: the model's named_parameters() should give names such as layer0.neuron1.w0 to parameters "
            "that this graph uses. level='values' steps through every operation"
        )
    return sorted(found, key=lambda unit: unit.output.index)


def _connected(graph: GraphView, paths: Sequence[GroupPath]) -> list[list[Node]]:
    """Operations with the same path that edges join, in topological order; those without a path, each alone."""
    group_of: dict[str, list[Node]] = {}
    for node in graph.nodes:
        if node.value.op is None:
            continue
        group_of[node.id] = [node]
        for parent in (graph.by_value[value] for value in node.value.parents):
            if parent.id in group_of and paths[node.index] and paths[parent.index] == paths[node.index]:
                _merge(group_of, parent.id, node.id)
    distinct = {id(group): group for group in group_of.values()}
    return [sorted(group, key=lambda node: node.index) for group in distinct.values()]


def _merge(group_of: dict[str, list[Node]], first: str, second: str) -> None:
    """The smaller group joins the larger one."""
    small, large = sorted((group_of[first], group_of[second]), key=len)
    if small is not large:
        large += small
        group_of.update((node.id, large) for node in small)


def _used_inside_only(graph: GraphView, groups: Sequence[Sequence[Node]]) -> set[str]:
    """The ids of operations that nothing outside their group uses."""
    number = {node.id: n for n, group in enumerate(groups) for node in group}
    used_outside = {edge.tail for edge in graph.edges if number.get(edge.tail) != number[edge.head]}
    return number.keys() - used_outside - {graph.by_value[output].id for output in graph.outputs}


class _UnitMaker:
    """Makes units; knows the edges into every node and the order of the model's parameters."""

    def __init__(self, graph: GraphView, parameters: Sequence[Value]) -> None:
        self.graph = graph
        self.order = {parameter: place for place, parameter in enumerate(parameters)}
        self.into: dict[str, list[Edge]] = {node.id: [] for node in graph.nodes}
        for edge in graph.edges:
            self.into[edge.head].append(edge)

    def unit(self, path: GroupPath, inner: Sequence[Node]) -> Unit:
        inside = {node.id for node in inner}
        edges = tuple(edge for node in inner for edge in self.into[node.id] if edge.tail not in inside)
        tails = dict.fromkeys(self.graph.by_id[edge.tail] for edge in edges)
        parameters = sorted((n for n in tails if path and n.value in self.order), key=lambda n: self.order[n.value])
        return Unit(path, tuple(inner), tuple(parameters), edges)


def carded_leaves(graph: GraphView, parts: Sequence[Unit]) -> list[Node]:
    """The leaves with cards of their own: all but the parameters that only neurons use."""
    alone = {edge.tail for unit in parts if not unit.path for edge in unit.edges}
    return [n for n in graph.nodes if n.value.op is None and (n.kind != "parameter" or n.id in alone)]


# The picture ----------------------------------------------------------------------------------------------------


def neurons_picture(graph: GraphView, parts: Sequence[Unit], look: Look) -> Picture:
    """Cards for neurons with their parameters, cards for values elsewhere; gradients are those of the output."""
    slopes = graph.own_gradients()
    everything = values_picture(graph, slopes, look, labels=False)
    neurons = [unit for unit in parts if unit.path]
    shown = {n.id for n in carded_leaves(graph, parts)} | {unit.output.id for unit in parts if not unit.path}
    shown |= {constant.id for constant in graph.constants if constant.head in shown}
    cards = [card for card in everything.cards if card.id in shown]
    strongest = largest(slopes)
    cards += [_neuron_card(unit, slopes, strongest, look.spec) for unit in neurons]
    arrows = [arrow for arrow in everything.arrows if arrow.head in shown]
    arrows += [arrow for unit in neurons for arrow in _arrows_into(unit)]
    return Picture(
        tuple(cards), tuple(arrows), (), look.direction, everything.description, tuple(_ranks(neurons)), fan=True
    )


def _neuron_card(unit: Unit, slopes: Sequence[float], strongest: float, spec: str) -> Card:
    node = unit.output
    slope = slopes[node.index]
    parameters = parameter_rows(unit, {node.value: slopes[node.index] for node in unit.parameters}, spec)
    rows = [
        Row(number(node.value.data, spec), mark="data"),
        Row(gradient(slope, spec), tint(slope, strongest), "grad"),
        *(Row(text, mark="weight") for text in parameters),
    ]
    name = node.name if node.named else ".".join(unit.path)
    title = f"{shorten(name, 30)} = {operation_symbol(node.value)}"
    kind = "output" if node.kind == "output" else "parameter"
    return Card(node.id, title, kind, tuple(rows), f"{'.'.join(unit.path)}: {len(unit.inner)} operations")


def parameter_rows(unit: Unit, slopes: Mapping[Value, float], spec: str) -> list[str]:
    """`w0 0.5275  ∂ −0.19` for every parameter, or one row for very many; `∂ –` where `slopes` has no entry."""
    if len(unit.parameters) > MANY_PARAMETERS:
        known = [slopes[node.value] for node in unit.parameters if node.value in slopes]
        length = gradient(math.hypot(*known) if known else None, spec).replace("∂", "‖∂‖")
        return [f"{len(unit.parameters)} parameters  {length}"]
    return [
        f"{shorten(node.short_name, 12)} {number(node.value.data, spec)}  {gradient(slopes.get(node.value), spec)}"
        for node in unit.parameters
    ]


def _arrows_into(unit: Unit) -> Iterator[Arrow]:
    tails = {edge.id: edge.tail for edge in unit.edges}
    for arrow in dict.fromkeys(unit.arrows.values()):
        yield Arrow(arrow, tails[arrow], unit.output.id)


def _ranks(neurons: Sequence[Unit]) -> Iterator[tuple[str, ...]]:
    """The neurons of a layer stand in one line, unless one feeds another."""
    layers: dict[GroupPath, list[Unit]] = {}
    for unit in neurons:
        layers.setdefault(unit.path[:-1], []).append(unit)
    for layer in layers.values():
        ids = [unit.output.id for unit in layer]
        if len(ids) > 1 and not any(edge.tail in ids for unit in layer for edge in unit.edges):
            yield tuple(ids)
