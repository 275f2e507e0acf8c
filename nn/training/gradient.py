"""The gradient of one batch, by a graph: predictions, loss, zero_grad, backward."""

from collections.abc import Callable
from numbers import Real
from typing import Any

from autograd import Value
from nn.descent.optimizer import Optimizer
from nn.losses import Loss
from nn.module import Module

Penalty = Callable[[Module], Value]
"""penalty(model) → a Value added to every batch's loss, for example `lambda m: l2_penalty(m, 1e-4)`."""
GradientStep = Callable[[list[Any], list[Any]], tuple[float, list[Any]]]
"""(X, y) of one batch → (loss, predictions); leaves d loss / d p in the grad of every parameter p."""


def eager_step(
    model: Module, loss: Loss, penalty: Penalty | None = None, optimizer: Optimizer | None = None
) -> GradientStep:
    """The gradient of one batch by building its graph: predictions, loss, zero_grad, backward.

    An optimizer's gradients start at 0, too: it may hold parameters of the loss, which are none of the model.
    """

    def gradient(rows: list[Any], targets: list[Any]) -> tuple[float, list[Any]]:
        predictions = model.batch(rows)
        total = loss(predictions, targets)
        if not isinstance(total, Value):
            raise TypeError(f'loss has to return one Value (reduction="mean" or "sum"), got {type(total).__name__}')
        if penalty is not None:
            cost = penalty(model)
            if not isinstance(cost, Value | Real):
                raise TypeError(f"penalty has to return one Value, got {type(cost).__name__}")
            total = total + cost
        model.zero_grad()
        if optimizer is not None:
            optimizer.zero_grad()
        total.backward()
        return total.data, predictions

    return gradient
