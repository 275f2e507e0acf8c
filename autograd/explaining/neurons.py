"""Which operations of a graph make up a neuron, and a picture with one card for each: the stage of the coarse stepper.

A neuron is what its parameters flow into, up to its activation (see `view.parts`). Its card shows its output, its
gradient and its parameters; everything outside neurons (inputs, the loss) keeps the card it has in `values_picture`.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Callable, Hashable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from autograd.drawing.cards import Arrow, Card, Picture, Plane, Row, side_by_side, tint
from autograd.drawing.planes import planes
from autograd.drawing.values_picture import Look, largest, values_picture
from autograd.system.letters import shorten
from autograd.value import Value
from autograd.view.graph import GraphView, Node
from autograd.view.notation import gradient, number
from autograd.view.parts import SUMMING, GroupPath, Part, gathered, siblings

MANY_PARAMETERS = 8  # a neuron with more shows how many, and the length of their gradient
NAME_IN_ROW = 12


@dataclass(frozen=True)
class Unit(Part):
    """Operations that are one step: a neuron, or with an empty `path` a single operation outside all neurons.

    Of `nodes` only the last, the output, is used outside. `parameters` are those of a neuron, in the model's order. A
    model that is called twice has two Units with the same path.
    """

    parameters: tuple[Node, ...]

    @property
    def output(self) -> Node:
        """The node whose id is also the id of the unit's card."""
        return self.nodes[-1]

    @property
    def called(self) -> str:
        """The label of its output, or the neuron's own name; a variable that it happens to be in says less."""
        return self.output.name if self.output.named == "given" else self.name

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
    order = {parameter: place for place, parameter in enumerate(parameters)}
    candidates = gathered(graph, paths, _connected(graph, paths))
    whole = {
        node.id: unit
        for unit in (_unit(part, graph, order) for part in candidates)
        if _is_neuron(unit)
        for node in unit.nodes
    }
    if not whole:
        raise ValueError(
            "no neuron found: the model's named_parameters() should give names such as layer0.neuron1.w0 to parameters "
            "that this graph uses. level='values' steps through every operation"
        )
    keys = [whole[node.id].output.id if node.id in whole else node.id for node in graph.nodes]
    inside = [path if node.id in whole else () for node, path in zip(graph.nodes, paths, strict=True)]
    found = [_unit(part, graph, order) for part in gathered(graph, inside, keys) if part.nodes[-1].value.op is not None]
    return sorted(found, key=lambda unit: unit.output.index)


def _connected(graph: GraphView, paths: Sequence[GroupPath]) -> list[str]:
    """A key for every node: operations with the same path that edges join have one, every other node has its own.

    An activation ends its group if it is weighted anew, or used elsewhere, too: what a recurrent neuron makes of it in
    the next step is another.
    """
    home = {node.id: path for node, path in zip(graph.nodes, paths, strict=True)}
    abroad = {edge.tail for edge in graph.edges if home[edge.tail] != home[edge.head]}
    weighing = {edge.head for edge in graph.edges if graph.by_id[edge.tail].kind == "parameter"}
    group_of = {node.id: [node] for node in graph.nodes}
    for edge in graph.edges:
        op = graph.by_id[edge.tail].value.op
        ends = op not in SUMMING and (edge.tail in abroad or edge.head in weighing)
        if op is not None and home[edge.head] and home[edge.tail] == home[edge.head] and not ends:
            _merge(group_of, edge.tail, edge.head)
    return [group_of[node.id][0].id for node in graph.nodes]


def _merge(group_of: dict[str, list[Node]], first: str, second: str) -> None:
    """The smaller group joins the larger one."""
    small, large = sorted((group_of[first], group_of[second]), key=len)
    if small is not large:
        large += small
        group_of.update((node.id, large) for node in small)


def _is_neuron(unit: Unit) -> bool:
    """Whether it takes something in besides its parameters (the square of a weight, for weight decay, does not) and
    nothing but its output is used outside."""
    return bool(unit.path and unit.arrows) and unit.outputs == (unit.output,)


def _unit(part: Part, graph: GraphView, order: Mapping[Value, int]) -> Unit:
    """`part` with its parameters; `order` has the place of every parameter of the model."""
    tails = dict.fromkeys(graph.by_id[edge.tail] for edge in part.edges)
    own = sorted((n for n in tails if part.path and n.value in order), key=lambda n: order[n.value])
    return Unit(part.path, part.nodes, part.outputs, part.edges, tuple(own))


def carded_leaves(graph: GraphView, parts: Sequence[Unit]) -> list[Node]:
    """The leaves with cards of their own: all but the parameters that only neurons use."""
    alone = {edge.tail for unit in parts if not unit.path for edge in unit.edges}
    return [n for n in graph.nodes if n.value.op is None and (n.kind != "parameter" or n.id in alone)]


# The picture ----------------------------------------------------------------------------------------------------


def neurons_picture(graph: GraphView, parts: Sequence[Unit], look: Look) -> Picture:
    """Cards for neurons with their parameters, and their maps of the plane if there are two inputs; cards for values
    elsewhere. Gradients are those of the output."""
    slopes = graph.own_gradients()
    everything = values_picture(graph, slopes, look, labels=False)
    neurons = [unit for unit in parts if unit.path]
    leaves = carded_leaves(graph, parts)
    shown = {leaf.id for leaf in leaves} | {unit.output.id for unit in parts if not unit.path}
    shown |= {constant.id for constant in graph.constants if constant.head in shown}
    cards = [card for card in everything.cards if card.id in shown]
    strongest = largest(slopes)
    maps, how = planes(graph, neurons)
    cards += [_neuron_card(unit, slopes, strongest, look.spec, maps.get(unit.output.id)) for unit in neurons]
    arrows = [arrow for arrow in everything.arrows if arrow.head in shown]
    arrows += [arrow for unit in neurons for arrow in _arrows_into(unit)]
    inputs = [leaf.id for leaf in leaves if leaf.kind == "input"]
    ranks = tuple(side_by_side(dict(_layers(neurons)), inputs, arrows))
    notes = (how,) if how else ()
    return Picture(
        tuple(cards), tuple(arrows), (), look.direction, everything.description, ranks, fan=True, notes=notes
    )


def _layers(neurons: Iterable[Unit]) -> Iterator[tuple[str, tuple[Hashable, int]]]:
    """(card, (its layer, which call of it)) for every neuron."""
    calls = Counter[GroupPath]()
    for unit in neurons:
        calls[unit.path] += 1
        yield unit.output.id, (siblings(unit.path)[:2], calls[unit.path])


def _neuron_card(unit: Unit, slopes: Sequence[float], strongest: float, spec: str, plane: Plane | None) -> Card:
    node = unit.output
    slope = slopes[node.index]
    rows = [
        Row(number(node.value.data, spec), mark="data", places=(node.index,)),
        Row(gradient(slope, spec), tint(slope, strongest), "grad", (node.index,)),
        *_parameter_rows(unit, {node.value: slopes[node.index] for node in unit.parameters}, spec),
    ]
    title = f"{shorten(unit.called, 30)} = {node.symbol}"
    kind = "output" if node.kind == "output" else "parameter"
    tooltip = f"{unit.name}: {len(unit.nodes)} operations"
    members = tuple(n.index for n in (*unit.parameters, *unit.nodes))
    return Card(node.id, title, kind, tuple(rows), tooltip, members=members, plane=plane)


def _parameter_rows(unit: Unit, slopes: Mapping[Value, float], spec: str) -> Iterator[Row]:
    """The texts of `parameter_rows` with what they show: one parameter each, or all of very many."""
    texts, places = parameter_rows(unit, slopes, spec), [node.index for node in unit.parameters]
    if len(texts) < len(places):
        yield Row(texts[0], "", "norm", tuple(places), f"{len(places)} parameters  ")
        return
    for text, node, name in zip(texts, unit.parameters, names_in_rows(unit), strict=True):
        yield Row(text, "", "weight", (node.index,), name)


def parameter_rows(unit: Unit, slopes: Mapping[Value, float], spec: str) -> list[str]:
    """`w0 0.5275  ∂ −0.19` for every parameter, in columns, or one row for very many; `∂ –` where there is no slope."""
    if len(unit.parameters) > MANY_PARAMETERS:
        known = [slopes[node.value] for node in unit.parameters if node.value in slopes]
        length = gradient(math.hypot(*known) if known else None, spec).replace("∂", "‖∂‖")
        return [f"{len(unit.parameters)} parameters  {length}"]
    names = names_in_rows(unit)
    data = column([number(n.value.data, spec) for n in unit.parameters], str.rjust)
    grads = column([gradient(slopes.get(n.value), spec).removeprefix("∂ ") for n in unit.parameters], str.rjust)
    return [f"{name} {x}  ∂ {grad}" for name, x, grad in zip(names, data, grads, strict=True)]


def names_in_rows(unit: Unit) -> list[str]:
    """What the rows of parameters begin with."""
    return column([shorten(node.short_name, NAME_IN_ROW) for node in unit.parameters], str.ljust)


def column(texts: Sequence[str], fill: Callable[[str, int, str], str]) -> list[str]:
    """The texts, all of one length: filled up with spaces that SVG does not run together."""
    return [fill(text, max(map(len, texts)), "\N{NO-BREAK SPACE}") for text in texts]


def _arrows_into(unit: Unit) -> Iterator[Arrow]:
    tails = {edge.id: edge.tail for edge in unit.edges}
    for arrow in dict.fromkeys(unit.arrows.values()):
        edges = tuple(edge for edge, shown in unit.arrows.items() if shown == arrow)
        yield Arrow(arrow, tails[arrow], unit.output.id, edges=edges)
