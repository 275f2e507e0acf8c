"""Backpropagation told moment by moment: what the stepper, its text and the animated picture show.

The numbers come from `autograd.events.steps`, so they are those of `backward()`, bit for bit.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence

from autograd.drawing.cards import tint_strength
from autograd.events import BackwardStep, ForwardStep, SeedStep, Step, steps
from autograd.explaining.moments import DATA_ROW, GRAD_ROW, Change, Line, Moment, Run
from autograd.system.letters import shorten
from autograd.value import Value
from autograd.view.graph import GraphView
from autograd.view.notation import MANY, NO_GRADIENT, counted, factor, formula, gradient, number


def moments(graph: GraphView, spec: str = ".4g") -> list[Moment]:
    """The timeline of a graph with one output: a start, every operation, the seed, every edge backwards."""
    (root,) = graph.outputs
    events = list(steps(root))
    writer = Writer(graph, largest_adjoint(events), spec)
    return [writer.start(events), *writer.follow(events)]


def largest_adjoint(events: Iterable[Step]) -> float:
    """The largest finite |∂root/∂v| that any moment shows, which gets the strongest tint."""
    shown = (e.gradient if isinstance(e, SeedStep) else e.after for e in events if not isinstance(e, ForwardStep))
    return max(abs(g) for g in shown if math.isfinite(g))  # that of the seed is


class Writer:
    """Puts events into words, with the names of `graph` and numbers in the format `spec`."""

    def __init__(self, graph: GraphView, largest: float, spec: str) -> None:
        self.graph = graph
        self.largest = largest
        self.spec = spec
        self.root = graph.outputs[0]

    # Names and numbers ---------------------------------------------------------------------------------------------
    def name(self, value: Value) -> str:
        return self.graph.by_value[value].brief

    def id(self, value: Value) -> str:
        return self.graph.by_value[value].id

    def number(self, x: float) -> str:
        return number(x, self.spec)

    def factor(self, x: float) -> str:
        return factor(x, self.spec)

    def derivative(self, of: Value, by: Value) -> str:
        return f"∂{self.name(of)}/∂{self.name(by)}"

    def adjoint(self, card: str, row: int, x: float) -> Change:
        """The row of a card that shows ∂root/∂it."""
        return Change(card, row, gradient(x, self.spec), tint_strength(x, self.largest))

    # Moments -------------------------------------------------------------------------------------------------------
    def start(self, events: Sequence[Step]) -> Moment:
        forward = sum(isinstance(event, ForwardStep) for event in events)
        backward = sum(isinstance(event, BackwardStep) for event in events)
        changes: list[Change] = []
        for node in self.graph.nodes:
            changes.append(Change(node.id, DATA_ROW, "" if node.value.op else self.number(node.value.data)))
            changes.append(Change(node.id, GRAD_ROW, NO_GRADIENT, 0.0))
        return Moment("start", summary(self.name(self.root), forward, backward), changes=tuple(changes))

    def follow(self, events: Iterable[Step]) -> Iterator[Moment]:
        used: Counter[Value] = Counter()  # which of a node's edges comes next
        for event in events:
            if isinstance(event, ForwardStep):
                yield self.forward(event.node)
            elif isinstance(event, SeedStep):
                yield self.seed(event)
            else:
                node = event.node
                yield self.backward(event, f"e{self.graph.by_value[node].index}.{used[node]}")
                used[node] += 1

    def forward(self, node: Value) -> Moment:
        card = self.id(node)
        arrows = tuple(f"e{card[1:]}.{slot}" for slot in range(len(node.parents)))
        return Moment(
            "forward",
            (self.computation(node), self.local_derivatives(node), *self.made_at(node)),
            (*dict.fromkeys(self.id(parent) for parent in node.parents), card),
            arrows,
            card,
            (Change(card, DATA_ROW, self.number(node.data)),),
        )

    def computation(self, node: Value) -> Line:
        """`c = a × b = 2 × (−3) = −6`"""
        names = formula(node, [self.name(o) if isinstance(o, Value) else self.factor(o) for o in node.operands])
        numbers = formula(node, [self.factor(o.data if isinstance(o, Value) else o) for o in node.operands])
        middle = f"{names} = {numbers} = " if names != numbers else f"{names} = "
        return (Run(f"{self.name(node)} = {middle}"), Run(self.number(node.data), "value", True))

    def local_derivatives(self, node: Value) -> Line:
        """`remembers ∂c/∂a = −3, ∂c/∂b = 2`"""
        runs = [Run("remembers ", "muted")]
        pairs = list(zip(node.parents, node.local_grads, strict=True))
        for parent, local in pairs[:MANY]:
            runs += [Run(f"{self.derivative(node, parent)} = ", "local"), Run(self.number(local), "local", True)]
            runs.append(Run(", "))
        return (*runs, Run(f"and {len(pairs) - MANY} more", "muted")) if len(pairs) > MANY else tuple(runs[:-1])

    def made_at(self, node: Value) -> tuple[Line, ...]:
        return ((Run(f"{self.name(node)} was made at {shorten(node.line, 80)}", "muted"),),) if node.line else ()

    def seed(self, event: SeedStep) -> Moment:
        name, value = self.name(event.node), self.number(event.gradient)
        lines = (
            (Run(f"∂{name}/∂{name} = ", "upstream"), Run(value, "product", True)),
            (Run("the backward pass starts here, and runs against the arrows", "muted"),),
        )
        card = self.id(event.node)
        return Moment("seed", lines, (card,), (), card, (self.adjoint(card, GRAD_ROW, event.gradient),))

    def backward(self, event: BackwardStep, arrow: str) -> Moment:
        card = self.id(event.parent)
        lines = (self.chain_rule(event), self.running_sum(event), *self.made_at(event.node))
        change = self.adjoint(card, GRAD_ROW, event.after)
        return Moment("backward", lines, (self.id(event.node), card), (arrow,), card, (change,))

    def chain_rule(self, event: BackwardStep) -> Line:
        """`∂L/∂d × ∂d/∂b = (−72) × 1 = −72`"""
        return self.product(self.derivative(self.root, event.node), self.derivative(event.node, event.parent), event)

    def product(self, upstream: str, local: str, event: BackwardStep) -> Line:
        """The two factors of an edge in words, then in numbers, then their product."""
        return (
            Run(upstream, "upstream"),
            Run(" × "),
            Run(local, "local"),
            Run(" = "),
            Run(self.factor(event.upstream), "upstream"),
            Run(" × "),
            Run(self.factor(event.local), "local"),
            Run(" = "),
            Run(self.number(event.product), "product", True),
        )

    def running_sum(self, event: BackwardStep) -> Line:
        """`b.grad: 0 + (−72) = −72 (use 1 of 2)`"""
        use = (Run(f" (use {event.use} of {event.uses})", "muted"),) if event.uses > 1 else ()
        return (
            Run(f"{self.name(event.parent)}.grad: {self.number(event.before)} + "),
            Run(self.factor(event.product), "product", True),
            Run(" = "),
            Run(self.number(event.after), "value", True),
            *use,
        )


def summary(root: str, forward: int, backward: int) -> tuple[Line, ...]:
    """What the timeline holds, for its first position."""
    way = f"forward through {counted(forward, 'operation')}, then backward along {counted(backward, 'edge')}"
    return ((Run(f"How {root} is computed, and how every derivative of it is found"),), (Run(way, "muted"),))
