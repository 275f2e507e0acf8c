"""Attention: every element of a sequence asks all others, and takes from each in proportion to how well it fits."""

import math
import random
from collections.abc import Sequence
from typing import Any

from autograd import dot, softmax
from nn.basics.checks import as_rng, flag, positive, sequence
from nn.basics.first_weights import Init
from nn.basics.nested import data_of
from nn.module import Module
from nn.neuron import Layer


class AttentionHead(Module):
    """softmax(q·Kᵀ/√d)·V for every query q: scaled dot-product attention of a sequence on itself (Vaswani et al. 2017).

    Queries, keys and values are linear layers from `nin` to `size` = d numbers. ``causal=True`` lets an element see
    only itself and those before it. `weights` keeps the attention weights of the last call, to be looked at: a row of
    floats for every query. Raises ValueError for an empty sequence and for elements of another length than `nin`.

    >>> head = AttentionHead(4, 2, rng=1, causal=True)
    >>> outputs = head([[1, 0, 0, 0], [0, 1, 0, 0], [0, 0, 1, 0]])
    >>> len(outputs), len(outputs[0]), [len(row) for row in head.weights]
    (3, 2, [1, 2, 3])
    """

    def __init__(
        self,
        nin: int,
        size: int,
        *,
        causal: bool = False,
        init: Init = "xavier_uniform",
        rng: random.Random | int | None = None,
        fused: bool = True,
        bias: bool = False,
    ) -> None:
        self.nin, self.size = nin, positive("size", size)
        rng = as_rng(rng)
        self.query, self.key, self.value = (
            Layer(nin, size, nonlin=False, init=init, rng=rng, fused=fused, bias=bias) for _ in range(3)
        )
        self.causal = flag("causal", causal)
        self.weights: list[list[float]] = []

    def __call__(self, x: Sequence[Any]) -> list[Any]:
        steps = sequence("AttentionHead", x, self.nin)
        layers = (self.query, self.key, self.value)
        queries, keys, values = ([layer.outputs(step) for step in steps] for layer in layers)
        seen = [keys[: t + 1] if self.causal else keys for t in range(len(queries))]
        scores = [[dot(q, k) / math.sqrt(self.size) for k in ks] for q, ks in zip(queries, seen, strict=True)]
        weights = list(map(softmax, scores))
        self.weights = [[data_of(w) for w in row] for row in weights]
        columns = list(zip(*values, strict=True))
        return [[dot(row, column[: len(row)]) for column in columns] for row in weights]

    def extra_repr(self) -> str:
        return f"{self.nin} → {self.size}{', causal' if self.causal else ''}"
