"""What fit was given, looked at before anything is changed."""

import random
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import partial
from numbers import Real
from typing import Any

from autograd import Value, enable_grad
from nn.basics.checks import as_whole, setting
from nn.basics.nested import is_iterable, only
from nn.data.rows import Random, Sets, as_pairs, check_complete, split
from nn.descent.clipping import limit
from nn.descent.optimizer import Optimizer
from nn.inspection.history import History
from nn.losses import LOSSES, Loss, binary_cross_entropy, half_mse, huber, log_cosh, mae, mse
from nn.metrics import is_probability, score_accuracy, target_class
from nn.module import Module, evaluating, own_dice
from nn.optim import Adam
from nn.training.on_values import Clip

Stream = Callable[[], Iterable[tuple[Any, Any]]] | Iterable[tuple[Any, Any]]
"""Batches (X, y) of one epoch after the other: a function that makes them, or an object to iterate over."""
Metric = Callable[[list[Any], list[Any]], float]
"""metric(predictions as plain numbers, targets) → a number, as nn.metrics.score_accuracy."""
Callback = Callable[[History], object]
"""Called with the history after every epoch; returning True ends the training."""


def complete(rows: Sets, loss: Loss, name: str = "") -> Sets:
    """The rows (X, y), if no number is missing among them; a loss of the user's own may leave targets out by itself."""
    check_complete(f"{name}X", rows[0])
    if any(loss is own for own in LOSSES.values()):
        check_complete(f"{name}y", rows[1])
    return rows


def as_stream(
    batches: Stream, X: Any, y: Any, validation: tuple[Any, Any] | float | None, loss: Loss
) -> tuple[Callable[[], Iterator[Sets]], Sets | None]:
    """(a function that serves the batches of one epoch, validation rows)."""
    if X is not None or y is not None:
        raise TypeError("the rows are given as X and y, or as batches, not both")
    if not callable(batches) and (not is_iterable(batches) or iter(batches) is batches):
        raise TypeError(
            f"batches has to be a function or an object that gives (X, y) anew for every epoch, got {batches!r:.60}: "
            "an iterator is used up after one, so give the function that makes it"
        )

    def served() -> Iterator[Sets]:
        k = -1
        served = batches() if callable(batches) else batches
        if not is_iterable(served):
            raise TypeError(f"batches has to give pairs (X, y), it gave {served!r:.60}")
        for k, pair in enumerate(served):
            if not isinstance(pair, tuple | list) or len(pair) != 2:
                raise TypeError(f"a batch has to be a pair (X, y), batch {k} is {pair!r:.60}")
            yield complete(as_pairs(*pair), loss, f"batch {k}: ")
        if k < 0:
            raise ValueError("batches gave none for this epoch: it has to give them anew for every epoch")

    if isinstance(validation, Real):
        raise TypeError("of a stream no share can be held out: validation has to be rows of their own, (X, y)")
    return served, hold_out(([], []), validation, random, loss)[1]


def hold_out(
    rows: Sets, validation: tuple[Any, Any] | float | None, rng: Random, loss: Loss
) -> tuple[Sets, Sets | None]:
    """(training rows, validation rows or None): those given, or a share of the rows."""
    if validation is None:
        return rows, None
    if isinstance(validation, Real) and not isinstance(validation, int):
        share = float(validation)
        train, held_out = split(*rows, shares=(1 - share, share), rng=rng)
        return train, held_out
    if not isinstance(validation, tuple | list) or len(validation) != 2:
        raise TypeError(f"validation has to be (X, y) or a share such as 0.2, got {validation!r:.60}")
    return rows, complete(as_pairs(*validation), loss, "validation ")


def as_optimizer(optimizer: Optimizer | Callable[[list[Value]], Optimizer] | None, model: Module) -> Optimizer:
    if optimizer is None:
        return Adam(model.parameters(), lr=0.01)
    if not isinstance(optimizer, Optimizer) and not callable(optimizer):
        raise TypeError(
            f"optimizer has to be one: optimizer=nn.Adam(model.parameters(), lr=0.01), got {optimizer!r:.60}"
        )
    made = optimizer if isinstance(optimizer, Optimizer) else optimizer(model.parameters())
    if not isinstance(made, Optimizer):
        raise TypeError(f"optimizer={optimizer!r:.60} has to make an Optimizer, it made {made!r:.60}")
    own = {id(p) for p in model.parameters()}
    if not any(id(p) in own for group in made.param_groups for p in group["params"]):
        raise ValueError("the optimizer holds no parameter of this model: make it from model.parameters()")
    return made


def named_metrics(metrics: Mapping[str, Metric] | None) -> dict[str, Metric]:
    if metrics is not None and not isinstance(metrics, Mapping):
        raise TypeError(f'metrics are given by name: {{"accuracy": nn.score_accuracy}}, got {metrics!r:.60}')
    named = dict(metrics or {})
    if strangers := [name for name in named if not isinstance(name, str)]:
        raise TypeError(f"the name of a metric is a str, got {strangers[0]!r:.60}")
    taken = {"epoch", "loss", "validation_loss", "learning_rate", *(f"validation_{name}" for name in named)}
    if used := sorted(taken & named.keys()):
        raise ValueError(f"the History has a curve of that name already, call the metric something else: {used}")
    return named


def as_history(history: History | None) -> History:
    if history is not None and not isinstance(history, History):
        raise TypeError(f"history has to be the History of an earlier training, to go on with it, got {history!r:.60}")
    return History() if history is None else history


def with_cut(
    metrics: dict[str, Metric], model: Module, loss: Loss, served: Callable[[], Iterable[Sets]]
) -> dict[str, Metric]:
    """The metrics, where score_accuracy is told what a single score says: it gets plain numbers.

    ½ is between the classes for probabilities, and for a regression onto targets of 0 and 1.
    """
    if score_accuracy not in metrics.values():
        return metrics
    rows, targets = next(iter(served()))
    deque(map(target_class, targets), 0)  # complains of what is no class before anything has changed
    aims_at_targets = (
        loss in (mse, half_mse, mae, huber, log_cosh) and 0 in targets and all(only(y) in (0, 1) for y in targets)
    )
    with enable_grad(), evaluating(model), own_dice(model):
        probabilities = loss is binary_cross_entropy or is_probability(model.batch(rows[:1])[0])
    cut = 0.5 if aims_at_targets or probabilities else 0.0
    return {name: partial(metric, cut=cut) if metric is score_accuracy else metric for name, metric in metrics.items()}


def as_callbacks(callbacks: Sequence[Callback]) -> list[Callback]:
    if not is_iterable(callbacks) or not all(map(callable, listed := list(callbacks))):
        raise TypeError(f"callbacks has to be a list of functions of the History, got {callbacks!r:.60}")
    return listed


def as_clip(clip: Clip | None) -> Clip | None:
    return clip if clip is None or callable(clip) else limit("clip", clip)


def check_epochs(epochs: int) -> None:
    if (whole := as_whole(epochs)) is None or whole < 0:
        raise ValueError(f"epochs has to be a whole number, 0 or more, got {epochs!r}")


def as_tolerance(tolerance: float | None) -> float | None:
    return None if tolerance is None else setting("tolerance", tolerance, "a number, 0 or more", lambda v: v >= 0)
