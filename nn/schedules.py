"""Schedules: how the learning rate changes from epoch to epoch.

A schedule is a function of the epoch number (0, 1, 2, …) that returns a factor; the learning rate of that
epoch is the optimizer's own learning rate times the factor. It keeps no memory, so it can be called, printed
and plotted at will:

>>> halve = step_decay(every=10, gamma=0.5)
>>> [halve(epoch) for epoch in (0, 9, 10, 20)]
[1.0, 1.0, 0.5, 0.25]

`ReduceOnPlateau` is the exception: it has to see the loss, so it is an object that `fit` tells the loss of
every epoch. Each rule names the class of torch.optim.lr_scheduler that gives the same numbers.
"""

import math
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from numbers import Real
from typing import Any

from autograd import power

Schedule = Callable[[int], float]


def step_decay(every: int, gamma: float = 0.1) -> Schedule:
    """factor = gamma^⌊epoch / every⌋ (torch: StepLR). ValueError unless every ≥ 1 and gamma > 0."""
    _number("every", every, least=1)
    _number("gamma", gamma)
    return lambda epoch: float(power(gamma, epoch // every))


def exponential_decay(gamma: float) -> Schedule:
    """factor = gamma^epoch (torch: ExponentialLR). ValueError unless gamma > 0."""
    _number("gamma", gamma)
    return lambda epoch: float(power(gamma, epoch))


def inverse_time_decay(rate: float) -> Schedule:
    """factor = 1 / (1 + rate·epoch), the classic condition for convergence of stochastic descent.

    Source: Robbins & Monro 1951 (Σ lr = ∞, Σ lr² < ∞). ValueError unless rate > 0.
    """
    _number("rate", rate)
    return lambda epoch: 1 / (1 + rate * epoch)


def cosine(epochs: int, minimum: float = 0.0) -> Schedule:
    """factor = minimum + (1 - minimum)·(1 + cos(π·epoch / epochs)) / 2, then `minimum` (torch: CosineAnnealingLR).

    Source: Loshchilov & Hutter 2017, without restarts. ValueError unless epochs ≥ 1 and 0 ≤ minimum ≤ 1.
    """
    _number("epochs", epochs, least=1)
    if not 0 <= minimum <= 1:
        raise ValueError(f"minimum is a share of the learning rate, 0 to 1, got {minimum!r}")
    return lambda epoch: minimum + (1 - minimum) * (1 + math.cos(math.pi * min(epoch / epochs, 1.0))) / 2


def linear(start: float, end: float, epochs: int) -> Schedule:
    """factor = start + (end - start)·epoch / epochs, then `end` (torch: LinearLR).

    micrograd's demo is `linear(1.0, 0.1, 100)`: a learning rate of 1.0 - 0.9·k/100. ValueError unless epochs ≥ 1.
    """
    _number("epochs", epochs, least=1)
    return lambda epoch: start + (end - start) * epoch / epochs if epoch < epochs else end


def warm_up(epochs: int, then: Schedule | None = None) -> Schedule:
    """factor = (epoch + 1) / (epochs + 1) during the first `epochs`, then 1, or `then(epoch - epochs)`.

    Small first steps, before momentum and Adam's averages have settled. ValueError unless epochs ≥ 1.
    """
    _number("epochs", epochs, least=1)
    if isinstance(then, ReduceOnPlateau):
        raise TypeError("warm_up cannot tell ReduceOnPlateau the losses it goes by: give it to fit by itself")
    return lambda epoch: (epoch + 1) / (epochs + 1) if epoch < epochs else then(epoch - epochs) if then else 1.0


@dataclass
class ReduceOnPlateau:
    """factor ← factor·gamma once the loss has not fallen below best·(1 - threshold) for more than `patience` epochs.

    The same numbers as torch's ReduceLROnPlateau in its mode "min" for positive losses. A nan loss is no
    improvement. ValueError unless 0 < gamma < 1, patience ≥ 0, threshold ≥ 0 and minimum ≥ 0.
    """

    gamma: float = 0.1
    patience: int = 10
    threshold: float = 1e-4
    minimum: float = 0.0  # the factor never goes below this
    factor: float = field(default=1.0, init=False)
    best: float = field(default=math.inf, init=False)
    waited: int = field(default=0, init=False)

    def __post_init__(self) -> None:
        if not (0 < self.gamma < 1 and self.patience >= 0 and self.threshold >= 0 and self.minimum >= 0):
            raise ValueError(f"gamma has to be between 0 and 1, the others 0 or more, got {self!r}")

    def __call__(self, epoch: int) -> float:
        return self.factor

    def observe(self, loss: float) -> None:
        """Take in the loss of one more epoch (validation loss, when there is one)."""
        # best - threshold·|best| and not best·(1 - threshold): a negative loss can improve, too
        if loss < self.best - (self.threshold * abs(self.best) if math.isfinite(self.best) else 0.0):
            self.best, self.waited = loss, 0
        else:
            self.waited += 1
        if self.waited > self.patience:
            self.factor, self.waited = max(self.factor * self.gamma, self.minimum), 0


def as_schedule(schedule: Schedule | None) -> Schedule | None:
    """A fresh one, where it keeps a memory: that of another training would slow this one down."""
    return replace(schedule) if isinstance(schedule, ReduceOnPlateau) else schedule


def _number(name: str, value: Any, least: float = 0) -> None:
    """ValueError unless it is a finite number of at least `least`, and not 0."""
    if not isinstance(value, Real) or not least <= float(value) < math.inf or value == 0:
        raise ValueError(f"{name} has to be {f'{least} or more' if least else 'above 0'}, got {value!r}")
