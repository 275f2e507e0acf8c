"""Random restarts: train from several first guesses, keep the best.

A network's loss has many valleys, and which one descent ends in depends on the initial weights alone.
"""

from __future__ import annotations

import math
import random
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Generic, TypeVar

from nn.inspection.history import History
from nn.module import Module

M = TypeVar("M", bound=Module)


@dataclass(frozen=True)
class Restarts(Generic[M]):
    """The best of several trainings, and how the others went."""

    model: M
    history: History
    seed: int
    losses: dict[int, float]
    """Final loss by seed: of the held-out rows where there are some; inf for a training that diverged."""


def restarts(
    make: Callable[[random.Random], M], train: Callable[[M], History], seeds: Iterable[int] = range(5)
) -> Restarts[M]:
    """Build `make(rng)` for every seed, `train(model)` it, and keep the one with the lowest final loss (the
    first of equals).

    ValueError without seeds and where `make` gives one model twice, TypeError where `train` does not return the History
    of its training, RuntimeError when every training diverged.

    >>> import nn
    >>> from nn.training.loop import fit
    >>> X, y = [[0.0], [1.0], [2.0]], [1.0, 3.0, 5.0]
    >>> best = restarts(
    ...     make=lambda rng: nn.MLP(1, [1], rng=rng),
    ...     train=lambda model: fit(model, X, y, loss=nn.mse, epochs=50),
    ...     seeds=range(3),
    ... )
    >>> best.losses[best.seed] == min(best.losses.values())
    True
    """
    best: Restarts[M] | None = None
    losses: dict[int, float] = {}
    if not isinstance(seeds, Iterable):
        raise TypeError(f"seeds has to list the seeds, such as range(5), got {seeds!r:.60}")
    for seed in seeds:
        model = make(random.Random(seed))
        if best is not None and model is best.model:
            raise ValueError("make gave the same model again: it has to build a new one, drawn from its rng")
        history = train(model)
        if not isinstance(history, History):
            raise TypeError(f"train has to return the History that fit gives, it returned {history!r:.60}")
        losses[seed] = _final_loss(history)
        if losses[seed] < (losses[best.seed] if best else math.inf):
            best = Restarts(model, history, seed, losses)
    if not losses:
        raise ValueError("restarts needs at least one seed")
    if best is None:
        raise RuntimeError(
            f"every training diverged (seeds {', '.join(map(str, losses))}): try a smaller learning rate"
        )
    return best


def _final_loss(history: History) -> float:
    return history.watched_loss if history.epochs and not history.diverged else math.inf
