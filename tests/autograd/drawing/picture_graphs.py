"""Graphs that the tests of the drawing modules share."""

from __future__ import annotations

import random
import re

import autograd
import nn
from autograd import Value, draw, tanh
from autograd.drawing.cards import Picture


def neuron() -> tuple[Value, dict[str, Value]]:
    """o = tanh(x1·w1 + x2·w2 + b), every value labelled, backward done; tanh' = 0.5 by choice of b."""
    x1, w1 = Value(2.0, label="x1"), Value(-3.0, label="w1")
    x2, w2 = Value(0.0, label="x2"), Value(1.0, label="w2")
    b = Value(6.8813735870195432, label="b")
    x1w1, x2w2 = x1 * w1, x2 * w2
    total = x1w1 + x2w2
    n = total + b
    o = tanh(n)
    for value, label in ((x1w1, "x1·w1"), (x2w2, "x2·w2"), (total, "sum"), (n, "n"), (o, "o")):
        value.label = label
    o.backward()
    return o, {"x1": x1, "w1": w1, "x2": x2, "w2": w2, "b": b, "sum": total, "n": n}


def reuse() -> Value:
    """L = e·e + a with e = (a·b)(a + b): values used twice, once by the same operation."""
    a, b = Value(2.0, label="a"), Value(-3.0, label="b")
    e = (a * b) * (a + b)
    e.label = "e"
    loss = e * e + a
    loss.label = "L"
    return loss


def labelled() -> Value:
    """`reuse` with a label on every value: c = a·b, d = a + b, e = c·d, f = e·e, L = f + a."""
    loss = reuse()
    f, _ = loss.parents
    e, _ = f.parents
    c, d = e.parents
    c.label, d.label, f.label = "c", "d", "f"
    return loss


def model_and_loss(sizes: list[int], examples: int = 1, fused: bool = False) -> tuple[nn.MLP, Value]:
    """A network for two inputs x0 and x1, and the squared error called loss, summed over examples; backward done."""
    model = nn.MLP(2, sizes, activation="tanh", rng=random.Random(2), fused=fused)
    rng = random.Random(3)
    losses = [
        (model([Value(rng.uniform(-1, 1), label=f"x{i}") for i in range(2)])- 1.0) ** 2 for _ in range(examples)
    ]  # fmt: skip
    loss = sum(losses[1:], losses[0])
    loss.label = "loss"
    loss.backward()
    return model, loss


def picture(level: str, sizes: list[int], examples: int = 1, **options: object) -> Picture:
    """The network of `model_and_loss` drawn at a level."""
    model, loss = model_and_loss(sizes, examples)
    found = draw(loss, model=model, level=level, **options).picture  # type: ignore[arg-type]
    assert isinstance(found, Picture)
    return found


class Line:
    """The smallest model: two named parameters, nothing of nn."""

    def __init__(self) -> None:
        self.slope, self.offset = Value(2.0), Value(1.0)

    def named_parameters(self) -> list[tuple[str, Value]]:
        return [("slope", self.slope), ("offset", self.offset)]

    def __call__(self, x: Value) -> Value:
        return self.slope * x + self.offset


class Named:
    """A model that is its parameters: {name: Value}."""

    def __init__(self, parameters: dict[str, Value]) -> None:
        self.parameters = parameters

    def named_parameters(self) -> list[tuple[str, Value]]:
        return list(self.parameters.items())


class Recurrent(nn.Module):
    """h ← tanh of its neurons for each x, which every neuron takes with all of h; the sum of the last h."""

    def __init__(self, count: int) -> None:
        self.cells = [nn.Neuron(1 + count, activation="tanh", rng=random.Random(k)) for k in range(count)]

    def __call__(self, xs: list[Value]) -> Value:
        states = [Value(0.0, label=f"h{k}") for k in range(len(self.cells))]
        for x in xs:
            states = [cell([x, *states]) for cell in self.cells]
        return autograd.total(states)


def path_points(d: str) -> list[list[tuple[float, float]]]:
    """The points of the pieces of an SVG path of steps M (absolute), l and c (relative to where the step starts)."""
    pieces: list[list[tuple[float, float]]] = []
    here = (0.0, 0.0)
    for letter, numbers in re.findall(r"([Mlc])([^MlcZ]*)", d):
        flat = [float(number) for number in re.findall(r"-?[\d.]+", numbers)]
        x, y = (0.0, 0.0) if letter == "M" else here
        points = [(x + dx, y + dy) for dx, dy in zip(flat[::2], flat[1::2], strict=True)]
        if letter == "M":
            pieces.append([])
        pieces[-1] += points
        here = points[-1]
    return pieces


HOSTILE = [
    "<script>alert(1)</script>",
    "\"double\" and 'single' & &amp; entities",
    "{|} <port> \\N \\l \\",
    "😀👩‍👩‍👧 é 漢字",
    "control \x00\x07\x1b[31m\n\t and \u202e override \ud800 surrogate \ufffe",
    "]]> --> <!-- <![CDATA[",
    "L" * 10_000,
]
