"""The stepper's coarse timeline: a neuron is one step forward and one step backward.

Outside neurons the words and numbers are those of `narration`. All events inside a neuron are told together; where a
connection skips a neuron, this adds up a sum in another order than `backward()`, which can change its last bit.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace

from autograd.drawing.cards import Picture
from autograd.drawing.values_picture import Look
from autograd.events import BackwardStep, SeedStep, steps
from autograd.explaining.moments import DATA_ROW, GRAD_ROW, Change, Line, Moment, Run
from autograd.explaining.narration import Writer, largest_adjoint
from autograd.explaining.neurons import Unit, carded_leaves, neurons_picture, parameter_rows, units
from autograd.system.letters import shorten
from autograd.value import Value
from autograd.view.graph import GraphView
from autograd.view.names import distinct
from autograd.view.notation import NO_GRADIENT, as_operand, counted, formula
from autograd.view.parts import SUMMING, GroupPath

FIRST_PARAMETER_ROW = 2
LONGEST_SUM = 160


def neuron_moments(
    graph: GraphView, paths: Sequence[GroupPath], look: Look, parameters: Sequence[Value]
) -> tuple[list[Moment], Picture]:
    """The timeline of a graph with one output, and the picture it plays on.

    `paths` has the part of the model for every node, `parameters` are the model's in their order.

    Raises ValueError if the paths tell of no neuron.
    """
    parts = units(graph, paths, parameters)
    return _Teller(graph, parts, look.spec).timeline(), neurons_picture(graph, parts, look)


class _Teller(Writer):
    """A Writer that brings the events of a unit together."""

    def __init__(self, graph: GraphView, parts: Sequence[Unit], spec: str) -> None:
        events = list(steps(graph.outputs[0]))
        super().__init__(graph, largest_adjoint(events), spec)
        self.parts = parts
        (self.first,) = (event for event in events if isinstance(event, SeedStep))
        self.edges_of: dict[Value, list[BackwardStep]] = {}
        for event in events:
            if isinstance(event, BackwardStep):
                self.edges_of.setdefault(event.node, []).append(event)
        self.carded = {node.value for node in carded_leaves(graph, parts)} | {u.output.value for u in parts}
        self.names = _neuron_names(parts)
        self.sums: dict[Value, float] = {}
        self.uses: dict[Value, int] = {}

    def name(self, value: Value) -> str:
        """A neuron's output is called after the neuron."""
        return shorten(self.names[value], 30) if value in self.names else super().name(value)

    def timeline(self) -> list[Moment]:
        start = self._state()  # while no gradient is known yet
        forward = [self._neuron_forward(u) if u.path else self.forward(u.output.value) for u in self.parts]
        backward = [moment for unit in reversed(self.parts) for moment in self._unit_backward(unit)]
        return [self._start(len(forward), len(backward), start), *forward, self.seed(self.first), *backward]

    def _state(self) -> tuple[Change, ...]:
        """What every row reads before the first step."""
        changes: list[Change] = []
        for node in (node for node in self.graph.nodes if node.value in self.carded):
            changes.append(Change(node.id, DATA_ROW, "" if node.value.op else self.number(node.value.data)))
            changes.append(Change(node.id, GRAD_ROW, NO_GRADIENT, 0.0))
        rows = (change for unit in self.parts if unit.path for change in self._parameter_changes(unit))
        return (*changes, *rows)

    def _start(self, forward: int, backward: int, changes: tuple[Change, ...]) -> Moment:
        neurons = sum(bool(unit.path) for unit in self.parts)
        what = f"How {self.name(self.root)} is computed, neuron by neuron, and how every derivative of it is found"
        which = "a neuron" if neurons == 1 else "neurons"
        steps_of = f"forward in {counted(forward, 'step')}, {neurons} of them {which}, then backward in {backward}"
        lines = ((Run(what),), (Run(steps_of, "muted"),))
        return Moment("start", lines, changes=changes)

    def _parameter_changes(self, unit: Unit) -> Iterator[Change]:
        for row, text in enumerate(parameter_rows(unit, self.sums, self.spec), FIRST_PARAMETER_ROW):
            yield Change(unit.output.id, row, text)

    # Forward ----------------------------------------------------------------------------------------------------
    def _neuron_forward(self, unit: Unit) -> Moment:
        card = unit.output.id
        change = Change(card, DATA_ROW, self.number(unit.output.value.data))
        arrows = tuple(dict.fromkeys(unit.arrows.values()))
        lines = (*self._neuron_lines(unit), *self.made_at(unit.output.value))
        return Moment("forward", lines, (*self._sources(unit), card), arrows, card, (change,))

    def _sources(self, unit: Unit) -> list[str]:
        """The cards that a neuron's arrows come from."""
        return list(dict.fromkeys(edge.tail for edge in unit.edges if edge.id in unit.arrows))

    def _neuron_lines(self, unit: Unit) -> tuple[Line, ...]:
        """`h = tanh(z) = tanh(1.507) = 0.9065`, then what z is in names and in numbers."""
        output, total = unit.output.value, pre_activation(unit)
        names = shorten(written(unit, total, self._short_name, self.factor), LONGEST_SUM)
        numbers = shorten(written(unit, total, lambda v: self.factor(v.data), self.factor), LONGEST_SUM)
        sum_of = (Run(f"{numbers} = "), Run(self.number(total.data), "value", True))
        if total is output:
            return ((Run(f"{self.name(output)} = {names}"),), (Run("= "), *sum_of))
        answer = f"{self._of_z(output, self.factor(total.data))} = {self.number(output.data)}"
        first = (Run(f"{self.name(output)} = {self._of_z(output, 'z')} = "), Run(answer, "value", True))
        return (first, (Run(f"z = {names}"),), (Run("  = "), *sum_of))

    def _of_z(self, output: Value, z: str) -> str:
        """The activation of `z`: `tanh(z)`, `leaky_relu(z, 0.01)`."""
        return formula(output, [z if isinstance(o, Value) else self.factor(o) for o in output.operands])

    def _short_name(self, value: Value) -> str:
        return self.name(value) if value in self.names else self.graph.by_value[value].short_name

    # Backward ----------------------------------------------------------------------------------------------------
    def _unit_backward(self, unit: Unit) -> Iterator[Moment]:
        if not unit.path:
            for edge, event in zip(unit.edges, self.edges_of[unit.output.value], strict=True):
                told = self._add_up(event)
                yield replace(self.backward(told, edge.id), changes=tuple(self._sum_changes({told.parent})))
            return
        inside = {node.value for node in unit.nodes}
        events = [e for n in reversed(unit.nodes) for e in self.edges_of[n.value] if e.parent not in inside]
        events.sort(key=lambda event: event.parent in self.carded)  # its own parameters first
        uses = tuple(self._use(self._add_up(event)) for event in events)
        yield Moment(
            "backward",
            (self._delta(unit), *uses, *self.made_at(unit.output.value)),
            (unit.output.id, *self._sources(unit)),
            tuple(dict.fromkeys(unit.arrows.values())),
            unit.output.id,
            tuple(self._sum_changes({event.parent for event in events})),
        )

    def _add_up(self, event: BackwardStep) -> BackwardStep:
        """The event with its sum as it stands in the order of this timeline."""
        before = self.sums.get(event.parent, 0.0)
        self.uses[event.parent] = use = self.uses.get(event.parent, 0) + 1
        self.sums[event.parent] = after = before + event.product
        return event._replace(before=before, after=after, use=use)

    def _sum_changes(self, parents: set[Value]) -> Iterator[Change]:
        for node in self.graph.nodes:
            if node.value in parents and node.value in self.carded:
                yield self.adjoint(node.id, GRAD_ROW, self.sums[node.value])
        for unit in self.parts:
            if any(node.value in parents for node in unit.parameters):
                yield from self._parameter_changes(unit)

    def _delta(self, unit: Unit) -> Line:
        """`∂L/∂h × tanh′ = (−0.4341) × 0.1783 = −0.0774`: what arrives at the neuron's sum."""
        output, total = unit.output.value, pre_activation(unit)
        upstream, activation = self.derivative(self.root, output), self._of_z(output, "z")
        if total is output:
            return (Run(f"{upstream} = ", "upstream"), Run(self.number(self.edges_of[output][0].upstream), "upstream"))
        (event,) = self.edges_of[output]
        return self.product(upstream, f"({activation})′" if " " in activation else f"{activation}′", event)

    def _use(self, event: BackwardStep) -> Line:
        """`w0.grad: (−0.0774) × 1 = −0.0774`, after a sum so far if there is one."""
        so_far = (Run(f"{self.number(event.before)} + "),) if event.use > 1 else ()
        count = (Run(f" (use {event.use} of {event.uses})", "muted"),) if event.uses > 1 else ()
        return (
            Run(f"{self._short_name(event.parent)}.grad: "),
            *so_far,
            Run(self.factor(event.upstream), "upstream", True),
            Run(" × "),
            Run(self.factor(event.local), "local"),
            Run(" = "),
            Run(self.number(event.after), "product", True),
            *count,
        )


def _neuron_names(parts: Sequence[Unit]) -> dict[Value, str]:
    """What the outputs of neurons are called: their label, or the neuron's name, numbered if it ran twice."""
    outputs = {u.output.value: u.called for u in parts if u.path}
    return dict(zip(outputs, distinct([*outputs.values()]), strict=True))


def pre_activation(unit: Unit) -> Value:
    """The sum that a neuron's activation is applied to; the output itself if there is no activation."""
    output = unit.output.value
    inside = {node.value for node in unit.nodes}
    alone = len(output.parents) == 1 and output.parents[0] in inside
    return output.parents[0] if alone and output.op not in SUMMING else output


def written(unit: Unit, last: Value, write: Callable[[Value], str], write_number: Callable[[float], str]) -> str:
    """`last` spelled out down to the values that come from outside the unit: `b + w0 × x0 + w1 × x1`."""
    texts: dict[Value, str] = {}
    for node in unit.nodes:
        value = node.value
        operands = []
        for place, operand in enumerate(value.operands):
            if not isinstance(operand, Value):
                operands.append(write_number(operand))
            elif operand in texts:
                operands.append(as_operand(texts[operand], operand, value, place))
            else:
                operands.append(write(operand))
        texts[value] = formula(value, operands)
    return texts[last]
