"""The workloads as code on scalars, written once for every engine that has a Value.

A ``Kit`` says how an engine spells the few things the workloads need. ``elementary(Value)`` spells all of
them with ``+ * ** relu exp log``, a node for every operation; engines with many-parent nodes bring a kit
of their own.
"""

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

from tests.bench import inputs

Number = Any  # a Value of whichever engine runs


@dataclass(frozen=True)
class Kit:
    """How an engine spells: a leaf, Σ w·x + b, Σ x, Σ x², softmax, and -log softmax[target]."""

    value: Callable[[float], Number]
    dot: Callable[..., Number]
    total: Callable[[Sequence[Number]], Number]
    sum_of_squares: Callable[[Sequence[Number]], Number]
    softmax: Callable[[Sequence[Number]], list[Number]]
    cross_entropy: Callable[[Sequence[Number], int], Number]


def elementary(value: Callable[[float], Number]) -> Kit:
    """A node for every ``+``, ``*``, ``**``, ``exp`` and ``log``, as a beginner would write it."""

    def dot(ws: Sequence[Number], xs: Sequence[Number], bias: Number = 0) -> Number:
        return sum((w * x for w, x in zip(ws, xs)), bias)  # noqa: B905  (as a beginner would write it)

    def softmax(logits: Sequence[Number]) -> list[Number]:
        highest = max(logit.data for logit in logits)
        powers = [(logit - highest).exp() for logit in logits]
        scale = sum(powers)
        return [power / scale for power in powers]

    return Kit(
        value=value,
        dot=dot,
        total=sum,
        sum_of_squares=lambda xs: sum(x * x for x in xs),
        softmax=softmax,
        cross_entropy=lambda logits, target: -softmax(logits)[target].log(),
    )


# W1: an MLP on two moons ------------------------------------------------------------------------------


def mlp_layers(parameters: Sequence[Number]) -> list[list[tuple[list[Number], Number]]]:
    """Cut the flat list of parameters into layers of neurons ``(weights, bias)``."""
    rest = iter(parameters)
    return [
        [([next(rest) for _ in range(width)], next(rest)) for _ in range(neurons)]
        for width, neurons in pairwise(inputs.SIZES)
    ]


def mlp_score(kit: Kit, layers: list[list[tuple[list[Number], Number]]], point: Sequence[Number]) -> Number:
    """The network's one output: ReLU after every layer but the last."""
    signal = list(point)
    for layer in layers[:-1]:
        signal = [kit.dot(weights, signal, bias).relu() for weights, bias in layer]
    weights, bias = layers[-1][0]
    return kit.dot(weights, signal, bias)


def hinge(score: Number, target: float) -> Number:
    """``max(0, 1 - target · score)``."""
    return (1 + -target * score).relu()


def moons_loss(
    kit: Kit,
    parameters: Sequence[Number],
    layers: list[list[tuple[list[Number], Number]]],
    points: Sequence[Sequence[Number]],
    targets: Sequence[float],
) -> Number:
    """Mean hinge loss plus L2: 65,077 operations for 100 points where every node is elementary."""
    losses = [hinge(mlp_score(kit, layers, point), target) for point, target in zip(points, targets, strict=True)]
    return kit.total(losses) * (1.0 / len(losses)) + inputs.L2_STRENGTH * kit.sum_of_squares(parameters)


# W2: a character-level GPT ----------------------------------------------------------------------------


def gpt_matrices(parameters: Sequence[Number]) -> dict[str, list[list[Number]]]:
    """Cut the flat list of parameters into the matrices of ``inputs.GPT_SHAPES``."""
    rest = iter(parameters)
    return {
        name: [[next(rest) for _ in range(columns)] for _ in range(rows)]
        for name, (rows, columns) in inputs.GPT_SHAPES.items()
    }


def linear(kit: Kit, matrix: list[list[Number]], xs: Sequence[Number]) -> list[Number]:
    """Matrix times vector."""
    return [kit.dot(row, xs) for row in matrix]


def add(xs: Sequence[Number], ys: Sequence[Number]) -> list[Number]:
    """Vector plus vector."""
    return [x + y for x, y in zip(xs, ys, strict=True)]


def rms_norm(kit: Kit, xs: Sequence[Number]) -> list[Number]:
    """``x / sqrt(mean(x²) + 1e-5)`` (Zhang and Sennrich 2019, without the gain)."""
    scale = (kit.sum_of_squares(xs) * (1.0 / len(xs)) + 1e-5) ** -0.5
    return [x * scale for x in xs]


def attend(kit: Kit, query: Sequence[Number], keys: list[list[Number]], values: list[list[Number]]) -> list[Number]:
    """Scaled dot-product attention of one position to itself and all before it, per head."""
    width = inputs.EMBEDDING // inputs.HEADS
    mixed: list[Number] = []
    for first in range(0, inputs.EMBEDDING, width):
        head = slice(first, first + width)
        scores = [kit.dot(query[head], key[head]) * (1.0 / math.sqrt(width)) for key in keys]
        weights = kit.softmax(scores)
        mixed += [kit.dot(weights, [v[i] for v in values]) for i in range(first, first + width)]
    return mixed


def gpt_block(
    kit: Kit,
    w: dict[str, list[list[Number]]],
    x: list[Number],
    keys: list[list[Number]],
    values: list[list[Number]],
) -> list[Number]:
    """Attention, then a two-layer perceptron, each beside a residual connection."""
    normed = rms_norm(kit, x)
    keys.append(linear(kit, w["key"], normed))
    values.append(linear(kit, w["value"], normed))
    mixed = attend(kit, linear(kit, w["query"], normed), keys, values)
    x = add(x, linear(kit, w["mix_heads"], mixed))
    wide = [h.relu() for h in linear(kit, w["widen"], rms_norm(kit, x))]
    return add(x, linear(kit, w["narrow"], wide))


def gpt_logits(kit: Kit, w: dict[str, list[list[Number]]], embedded: Sequence[Sequence[Number]]) -> list[list[Number]]:
    """For each position, from its token's embedding, the logits of the token that follows."""
    keys: list[list[Number]] = []
    values: list[list[Number]] = []
    logits = []
    for position, embedding in enumerate(embedded):
        x = rms_norm(kit, add(embedding, w["position_embedding"][position]))
        logits.append(linear(kit, w["unembedding"], gpt_block(kit, w, x, keys, values)))
    return logits


def gpt_loss(kit: Kit, w: dict[str, list[list[Number]]], tokens: Sequence[int]) -> Number:
    """Mean cross-entropy of every token given those before it."""
    logits = gpt_logits(kit, w, [w["token_embedding"][token] for token in tokens[:-1]])
    losses = [kit.cross_entropy(row, target) for row, target in zip(logits, tokens[1:], strict=True)]
    return kit.total(losses) * (1.0 / len(losses))


class Adam:
    """Kingma and Ba 2015, algorithm 1, one number at a time."""

    def __init__(self, parameters: Sequence[Number]) -> None:
        self.parameters = parameters
        self.first = [0.0] * len(parameters)
        self.second = [0.0] * len(parameters)
        self.time = 0

    def step(self) -> None:
        """Move every parameter by its ``grad`` and set that to zero."""
        self.time += 1
        beta1, beta2, epsilon = inputs.ADAM["beta1"], inputs.ADAM["beta2"], inputs.ADAM["epsilon"]
        rate = inputs.ADAM["rate"] / (1.0 - beta1**self.time)
        unbias = 1.0 / math.sqrt(1.0 - beta2**self.time)
        first, second = self.first, self.second
        for i, p in enumerate(self.parameters):
            g = p.grad
            first[i] = m = beta1 * first[i] + (1.0 - beta1) * g
            second[i] = v = beta2 * second[i] + (1.0 - beta2) * g * g
            p.data -= rate * m / (math.sqrt(v) * unbias + epsilon)
            p.grad = 0.0


# W3, W4, W5 ---------------------------------------------------------------------------------------------


def chain(x: Number, a: Number, b: Number, operations: int) -> Number:
    """``x = x · a + b``, again and again: ``operations`` nodes, each on top of the one before."""
    for _ in range(operations // 2):
        x = x * a + b
    return x


def small_expression(a: Number, b: Number) -> Number:
    """25 operations of the kinds a first notebook has."""
    c = a * b + a**2
    d = (c - b) * 0.5 + (a + b).relu()
    e = c + d * 3.0 - (-a)
    f = (e - d).relu() + e / b
    g = f * f + 2.0 * d
    return (g / e + f * 0.1) ** 2 + b * g
