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
from typing import Any

from autograd import power
from nn.basics.checks import positive, setting

Schedule = Callable[[int], float]


def step_decay(every: float, gamma: float = 0.1) -> Schedule:
    """factor = gamma^⌊epoch / every⌋ (torch: StepLR). ValueError unless every ≥ 1 and gamma > 0."""
    every, gamma = _epochs("every", every), _above_zero("gamma", gamma)
    return lambda epoch: float(power(gamma, epoch // every))


def exponential_decay(gamma: float) -> Schedule:
    """factor = gamma^epoch (torch: ExponentialLR). ValueError unless gamma > 0."""
    gamma = _above_zero("gamma", gamma)
    return lambda epoch: float(power(gamma, epoch))


def inverse_time_decay(rate: float) -> Schedule:
    """factor = 1 / (1 + rate·epoch), the classic condition for convergence of stochastic descent.

    Source: Robbins & Monro 1951 (Σ lr = ∞, Σ lr² < ∞). ValueError unless rate > 0.
    """
    rate = _above_zero("rate", rate)
    return lambda epoch: 1 / (1 + rate * epoch)


def cosine(epochs: float, minimum: float = 0.0) -> Schedule:
    """factor = minimum + (1 - minimum)·(1 + cos(π·epoch / epochs)) / 2, then `minimum` (torch: CosineAnnealingLR).

    Source: Loshchilov & Hutter 2017, without restarts. ValueError unless epochs ≥ 1 and 0 ≤ minimum ≤ 1.
    """
    epochs = _epochs("epochs", epochs)
    minimum = setting("minimum", minimum, "a share of the learning rate, 0 to 1", lambda v: 0 <= v <= 1)
    return lambda epoch: minimum + (1 - minimum) * (1 + math.cos(math.pi * min(epoch / epochs, 1.0))) / 2


def linear(start: float, end: float, epochs: float) -> Schedule:
    """factor = start + (end - start)·epoch / epochs, then `end` (torch: LinearLR).

    micrograd's demo is `linear(1.0, 0.1, 100)`: a learning rate of 1.0 - 0.9·k/100. ValueError unless epochs ≥ 1.
    """
    epochs = _epochs("epochs", epochs)
    start, end = (setting(name, v, "a finite number") for name, v in (("start", start), ("end", end)))
    return lambda epoch: start + (end - start) * epoch / epochs if epoch < epochs else end


def warm_up(epochs: int, then: Schedule | None = None) -> Schedule:
    """factor = (epoch + 1) / (epochs + 1) during the first `epochs`, then 1, or `then(epoch - epochs)`.

    Small first steps, before momentum and Adam's averages have settled. ValueError unless epochs ≥ 1.
    """
    epochs = positive("epochs", epochs)
    if then is not None and not callable(then):
        raise TypeError(f"then has to be a schedule, a function of the epoch, got {then!r:.60}")
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
        self.gamma = setting("gamma", self.gamma, "a number between 0 and 1", lambda v: 0 < v < 1)
        self.patience = positive("patience", self.patience, least=0)
        self.threshold, self.minimum = (
            setting(name, getattr(self, name), "a number, 0 or more", lambda v: v >= 0)
            for name in ("threshold", "minimum")
        )

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


def _above_zero(name: str, given: Any) -> float:
    return setting(name, given, "a finite number above 0", lambda v: 0 < v < math.inf)


def _epochs(name: str, given: Any) -> float:
    return setting(name, given, "a finite number, 1 or more", lambda v: 1 <= v < math.inf)
