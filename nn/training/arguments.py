"""What fit was given, looked at before anything is changed."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from numbers import Real
from typing import Any

from autograd import Value
from nn.data.rows import Random, Sets, as_pairs, split
from nn.descent.clipping import check_limit
from nn.descent.optimizer import Optimizer
from nn.inspection.history import History
from nn.module import Module
from nn.optim import Adam
from nn.training.on_values import Clip

Metric = Callable[[list[Any], list[Any]], float]
"""metric(predictions as plain numbers, targets) → a number, as nn.metrics.score_accuracy."""
Callback = Callable[[History], object]
"""Called with the history after every epoch; returning True ends the training."""


def hold_out(rows: Sets, validation: tuple[Any, Any] | float | None, rng: Random) -> tuple[Sets, Sets | None]:
    """(training rows, validation rows or None): those given, or a share of the rows."""
    if validation is None:
        return rows, None
    if isinstance(validation, Real) and not isinstance(validation, int):
        share = float(validation)
        train, held_out = split(*rows, shares=(1 - share, share), rng=rng)
        return train, held_out
    if not isinstance(validation, tuple | list) or len(validation) != 2:
        raise TypeError(f"validation has to be (X, y) or a share such as 0.2, got {validation!r:.60}")
    return rows, as_pairs(*validation)


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
    taken = {"epoch", "loss", "validation_loss", "learning_rate", *(f"validation_{name}" for name in named)}
    if used := sorted(taken & named.keys()):
        raise ValueError(f"the History has a curve of that name already, call the metric something else: {used}")
    return named


def as_callbacks(callbacks: Sequence[Callback]) -> list[Callback]:
    if not isinstance(callbacks, Iterable) or not all(map(callable, listed := list(callbacks))):
        raise TypeError(f"callbacks has to be a list of functions of the History, got {callbacks!r:.60}")
    return listed


def check_functions(**arguments: object) -> None:
    """TypeError for an argument that is neither a function nor left out."""
    for name, given in arguments.items():
        if given is not None and not callable(given):
            raise TypeError(f"{name} has to be a function (what fit's docstring says of it), got {given!r:.60}")


def as_clip(clip: Clip | None) -> Clip | None:
    if clip is not None and not callable(clip):
        check_limit("clip", clip)
    return clip


def check_numbers(epochs: int, tolerance: float | None) -> None:
    if not hasattr(epochs, "__index__") or isinstance(epochs, bool) or epochs < 0:
        raise ValueError(f"epochs has to be a whole number, 0 or more, got {epochs!r}")
    if tolerance is not None and not (isinstance(tolerance, Real) and tolerance >= 0):
        raise ValueError(f"tolerance has to be 0 or more, got {tolerance!r}")
