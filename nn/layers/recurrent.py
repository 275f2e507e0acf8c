"""Recurrent networks: the same neurons at every step of a sequence, fed with what they said one step before."""

import random
from collections.abc import Sequence
from typing import Any

from nn.basics.activations import ActivationLike
from nn.basics.checks import flag, numbers, positive, sequence
from nn.basics.first_weights import Init
from nn.module import Module
from nn.neuron import Layer


class RNNCell(Module):
    """h′ = tanh(W·x + U·h + b): the next state from `nin` numbers x and the state h of `size` numbers (Elman 1990).

    One layer of neurons that sees x and h side by side, so a neuron's first `nin` weights are a row of W, the others a
    row of U. The options are Layer's. Raises ValueError when x or h has another length.
    """

    def __init__(
        self,
        nin: int,
        size: int,
        *,
        activation: ActivationLike = "tanh",
        init: Init = "lecun_uniform",
        rng: random.Random | int | None = None,
        fused: bool = True,
    ) -> None:
        self.nin, self.size = positive("nin", nin), positive("size", size)
        self.layer = Layer(nin + size, size, activation=activation, init=init, rng=rng, fused=fused)

    def __call__(self, x: Any, h: Sequence[Any] | None = None) -> list[Any]:
        """The state after one more step; without `h`, the state before was all zeros."""
        state = [0.0] * self.size if h is None else numbers("RNNCell's state", h, self.size)
        return self.layer.outputs([*numbers("RNNCell", x, self.nin), *state])

    def extra_repr(self) -> str:
        return f"{self.nin} → {self.size}"


class RNN(Module):
    """An RNNCell through a whole sequence: the list of its states, one for every step, or with ``last=True`` the last.

    The options are RNNCell's. Raises ValueError for an empty sequence and for steps of another length than `nin`.

    >>> states = RNN(2, 3, rng=1)([[0.5, 1.0], [0.0, 2.0], [1.0, 1.0], [3.0, 0.0]])
    >>> len(states), len(states[0])
    (4, 3)
    """

    def __init__(self, nin: int, size: int, *, last: bool = False, **options: Any) -> None:
        self.cell = RNNCell(nin, size, **options)
        self.last = flag("last", last)

    def __call__(self, x: Sequence[Any], h: Sequence[Any] | None = None) -> list[Any]:
        states = []
        for step in sequence("RNN", x, self.cell.nin):
            h = self.cell(step, h)
            states.append(h)
        return states[-1] if self.last else states
