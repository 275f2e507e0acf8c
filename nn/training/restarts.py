"""Ways out of a bad valley: several first guesses, of which the best is kept; and random steps that may lead uphill.

A network's loss has many valleys, and which one descent ends in depends on the initial weights alone.
"""

import math
import random
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from autograd import no_grad
from nn.basics.checks import as_rng, as_whole, check_functions, positive
from nn.basics.nested import data_of, is_iterable
from nn.data.rows import as_pairs
from nn.descent.clipping import limit
from nn.inspection.history import History
from nn.losses import Loss, find_loss
from nn.module import Module, check_model, evaluating
from nn.training.arguments import complete

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
    """Build `make(rng)` for every seed, `train(model)` it, and keep the first one with the lowest final loss.

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
    if not is_iterable(seeds) or None in map(as_whole, seeds := list(seeds)):
        raise TypeError(f"seeds has to list the seeds, such as range(5), got {seeds!r:.60}")
    check_functions(make=make, train=train)
    for seed in seeds:
        model = make(random.Random(seed))
        if best is not None and model is best.model:
            raise ValueError("make gave the same model again: it has to build a new one, drawn from its rng")
        history = train(model)
        if not isinstance(history, History):
            raise TypeError(f"train has to return the History that fit gives, it returned {history!r:.60}")
        losses[seed] = history.watched_loss if history.epochs and not history.diverged else math.inf
        if losses[seed] < (losses[best.seed] if best else math.inf):
            best = Restarts(model, history, seed, losses)
    if not losses:
        raise ValueError("restarts needs at least one seed")
    if best is None:
        raise RuntimeError(
            f"every training diverged (seeds {', '.join(map(str, losses))}): try a smaller learning rate"
        )
    return best


def anneal(
    model: Module,
    X: Any,
    y: Any,
    *,
    loss: Loss | str,
    steps: int = 2000,
    temperature: float = 0.3,
    width: float = 0.3,
    rng: Any = None,
) -> History:
    """Learn by random steps, without a gradient; the model ends with the best parameters that were met.

    p' = p + width·√c·z with z ~ N(0, 1), accepted with probability min(1, exp((L − L') / (temperature·c))): Metropolis'
    rule of 1953 at a falling temperature, c = (1 − step/steps)² (Kirkpatrick, Gelatt & Vecchi 1983). While it is hot,
    steps uphill lead out of valleys that descent would stay in. It asks for the loss only, which may have steps and
    corners. History.loss has the loss after each step; Ctrl-C ends it with the best so far.

    >>> import nn
    >>> model, X, y = nn.MLP(1, [1], init=0.0), [[0.0], [1.0]], [1.0, 3.0]
    >>> history = anneal(model, X, y, loss="mae", rng=0)
    >>> min(history.loss) == nn.mae(model.batch(X), y).data < 0.1
    True
    """
    check_model(model, "anneal trains")
    measure, dice = find_loss(loss), as_rng(rng)
    rows, targets = complete(as_pairs(X, y), measure)
    positive("steps", steps)
    temperature, width = limit("temperature", temperature), limit("width", width)
    parameters, history = model.parameters(), History(engine="annealing")

    def at(place: list[float]) -> float:
        for p, number in zip(parameters, place, strict=True):
            p.data = number
        found = data_of(measure(model.batch(rows), targets))
        return math.inf if math.isnan(found) else found

    here = best = [p.data for p in parameters]
    with no_grad(), evaluating(model):
        try:
            level = lowest = at(here)
            for step in range(steps):
                warmth = (1.0 - step / steps) ** 2
                there = [number + width * math.sqrt(warmth) * dice.gauss(0.0, 1.0) for number in here]
                found = at(there)
                if found <= level or dice.random() < math.exp((level - found) / (temperature * warmth or 1e-300)):
                    here, level = there, found
                if level < lowest:
                    best, lowest = here, level
                history.loss.append(level)
            history.stopped = f"all {steps} steps done"
        except KeyboardInterrupt:
            history.stopped = "interrupted"
        finally:
            at(best)
    return history
