"""Losses: how far predictions are from targets, as one Value to call backward() on.

Every loss is called ``f(prediction, target, reduction="mean")``.

- `prediction` is what a model gives: a Value, a list of Values (one per example) or a list of rows of Values. Where a
  number is expected, a row of one element counts as that element. Plain floats work too and give floats.
- `target` has the same shape, in numbers (one whole number per row where it says "class").
- `reduction` is "mean", "sum", or "none" for the single losses in a list.

ValueError says what was given and what was expected when shapes differ, probabilities lie outside [0, 1] or a class
does not exist. The formulas are put together from operations that stay accurate where exp overflows (softplus,
cross_entropy), so a loss of 1e-300 and one of 700 are both right to the last digits.
"""

import math
from collections.abc import Callable, Iterable, Sequence
from numbers import Real
from typing import Any, TypeAlias

from autograd import (
    Value,
    clip,
    divide,
    log,
    log1p,
    logcosh,
    mean,
    relu,
    sigmoid,
    softplus,
    square,
    sum_of_squares,
    total,
)
from autograd import cross_entropy as cross_entropy_of_row
from nn.basics.checks import flag, index, setting
from nn.basics.nested import Nested, data_of, is_iterable, is_list, shape
from nn.basics.pairing import ONE_SCORE, class_weights, distribution, each_number, each_row, probability, scaled
from nn.module import Module

VARYING = (-708.0, 100.0)  # logits beyond which a sigmoid counts as constant, or the slope of its power is 0 * inf
Weights: TypeAlias = Sequence[float] | None
Loss = Callable[[list[Any], list[Any]], Value]
"""loss(predictions of a batch, targets of a batch) → one Value, as in nn.losses."""


# Regression: a number per example, or rows of numbers ---------------------------------------------------------------


def mse(prediction: Nested, target: Nested, reduction: str = "mean") -> Any:
    """Squared error (ŷ − y)². The gradient is 2(ŷ − y).

    >>> mse([1.0, 2.0], [0.0, 4.0])
    2.5
    """
    return each_number(lambda p, y: square(p - y), prediction, target, reduction)


def half_mse(prediction: Nested, target: Nested, reduction: str = "mean") -> Any:
    """Half the squared error, ½(ŷ − y)², as textbooks write it so that the gradient is ŷ − y."""
    return each_number(lambda p, y: 0.5 * square(p - y), prediction, target, reduction)


def mae(prediction: Nested, target: Nested, reduction: str = "mean") -> Any:
    """Absolute error |ŷ − y|. The gradient is the sign of ŷ − y, 0 at the kink."""
    return each_number(lambda p, y: abs(p - y), prediction, target, reduction)


def huber(prediction: Nested, target: Nested, reduction: str = "mean", *, delta: float = 1.0) -> Any:
    """½r² for |r| ≤ δ, else δ(|r| − ½δ), with r = ŷ − y (Huber 1964). The gradient is r clipped to [−δ, δ].

    Both cases in one formula: c·(r − ½c) with c = r clipped to [−δ, δ]. Raises ValueError unless δ > 0.
    """
    delta = _setting("delta of huber", delta, "a number above 0", lambda v: v > 0)

    def item(p: Any, y: Any) -> Any:
        clipped = clip(p - y, -delta, delta)
        return clipped * (p - y - 0.5 * clipped)

    return each_number(item, prediction, target, reduction)


def log_cosh(prediction: Nested, target: Nested, reduction: str = "mean") -> Any:
    """log cosh(ŷ − y): ½r² for small r = ŷ − y, |r| − log 2 for large. The gradient is tanh(ŷ − y)."""
    return each_number(lambda p, y: logcosh(p - y), prediction, target, reduction)


# Two classes, or several that may be true at once: a number per example or label ------------------------------------


def hinge(prediction: Nested, target: Nested, reduction: str = "mean") -> Any:
    """max(0, 1 − y·ŷ) for a score ŷ and a class y of −1 or 1 (Cortes and Vapnik 1995). Gradient: −y while y·ŷ < 1.

    >>> hinge([0.5, -3.0], [1, -1], reduction="none")
    [0.5, 0.0]
    """

    def item(score: Any, y: float) -> Any:
        if data_of(y) not in (-1, 1):
            raise ValueError(f"hinge needs classes -1 and 1 as targets, got {y!r}; for 0 and 1 give 2*y - 1")
        return relu(1.0 - y * score)

    return each_number(item, prediction, target, reduction)


def binary_cross_entropy(prediction: Nested, target: Nested, reduction: str = "mean", *, weight: Weights = None) -> Any:
    """−y log p − (1 − y) log(1 − p) for a probability p of class 1, and y = 0, 1 or a probability.

    A p that is certain and wrong costs infinity, as the formula says; nothing is clamped. Where p is a sigmoid, give
    what goes into it to binary_cross_entropy_with_logits instead: that stays finite and accurate. `weight` is
    (w₀, w₁), the weights of the classes 0 and 1.

    >>> binary_cross_entropy([0.0, 1.0], [1, 1], reduction="none")
    [inf, 0.0]
    """
    w0, w1 = class_weights(weight, 2)

    def item(p: Any, y: float) -> Any:
        probability(p, "a prediction of binary_cross_entropy (for logits there is binary_cross_entropy_with_logits)")
        return _expected(y, lambda: 0.0 - scaled(w1, log(p)), lambda: 0.0 - scaled(w0, log1p(-p)))

    return each_number(item, prediction, target, reduction)


def binary_cross_entropy_with_logits(
    prediction: Nested, target: Nested, reduction: str = "mean", *, weight: Weights = None
) -> Any:
    """y·softplus(−x) + (1 − y)·softplus(x): the binary cross-entropy of p = sigmoid(x). The gradient is p − y.

    `weight` is (w₀, w₁), the weights of the classes 0 and 1; torch's pos_weight is w₁ with w₀ = 1.
    """
    w0, w1 = class_weights(weight, 2)

    def item(x: Any, y: float) -> Any:
        return _expected(y, lambda: scaled(w1, softplus(-x)), lambda: scaled(w0, softplus(x)))

    return each_number(item, prediction, target, reduction)


def focal(
    prediction: Nested, target: Nested, reduction: str = "mean", *, gamma: float = 2.0, alpha: float | None = 0.25
) -> Any:
    """−α_y (1 − p_y)^γ log p_y from logits (Lin et al. 2017): binary cross-entropy in which easy examples count less.

    p_y is the probability of the true class y, 0 or 1; α₁ = alpha and α₀ = 1 − alpha, or both 1 with ``alpha=None``.
    Raises ValueError for gamma < 0 and for alpha outside [0, 1].
    """
    gamma = _setting("gamma of focal", gamma, "a number, 0 or more", lambda v: v >= 0)
    if alpha is not None:
        alpha = _setting("alpha of focal", alpha, "a number from 0 to 1, or None", lambda v: 0 <= v <= 1)

    def item(x: Any, y: float) -> Any:
        if y not in (0, 1):
            raise ValueError(f"focal needs classes 0 and 1 as targets, got {y!r}")
        share = 1.0 if alpha is None else alpha if y else 1.0 - alpha
        against = -x if y else x  # the logit of the wrong class, sigmoid(against) = 1 - p_y
        return scaled(share, sigmoid(clip(against, *VARYING)) ** gamma * softplus(against))

    return each_number(item, prediction, target, reduction)


def multi_label(prediction: Nested, target: Nested, reduction: str = "mean", *, weight: Weights = None) -> Any:
    """The mean over all labels of the binary cross-entropy from logits: any number of labels may be true.

    Rows of logits and rows of 0 and 1 (or probabilities), one loss per row, as torch's multilabel_soft_margin_loss.
    `weight` has one number per label.
    """

    def item(row: Sequence[Any], labels: Sequence[float]) -> Any:
        losses = binary_cross_entropy_with_logits(row, labels, "none")
        return mean([scaled(w, loss) for w, loss in zip(class_weights(weight, len(row)), losses, strict=True)])

    return each_row(item, prediction, target, reduction)


# Several classes: a row of numbers per example ----------------------------------------------------------------------


def cross_entropy(
    prediction: Nested, target: Nested, reduction: str = "mean", *, weight: Weights = None, from_logits: bool = True
) -> Any:
    """−log p_c for rows of logits x, p = softmax(x), and the true class c (from 0). The gradient is p − onehot(c).

    With ``from_logits=False`` the rows are the probabilities p. `weight` has one number per class; the mean then
    divides by the sum of the weights used, as torch.

    >>> round(cross_entropy([1.0, 1.0, 1.0], 2), 4)  # log 3
    1.0986
    """
    used, from_logits = [], flag("from_logits", from_logits)

    def item(row: Sequence[Any], c: Any) -> Any:
        true = _true_class(row, c)
        used.append(class_weights(weight, len(row))[true])
        return scaled(used[-1], _surprise(row, true, from_logits))

    if weight is None or reduction != "mean":
        return each_row(item, prediction, target, reduction)
    summed = each_row(item, prediction, target, "sum")
    return divide(summed, total(used))  # nan where all weights used are 0, for plain numbers, too


def categorical_cross_entropy(
    prediction: Nested, target: Nested, reduction: str = "mean", *, weight: Weights = None, from_logits: bool = True
) -> Any:
    """−Σ y_c log p_c for rows of logits x, p = softmax(x), and rows y that are one-hot or probabilities.

    With ``from_logits=False`` the rows are the probabilities p. `weight` has one number per class.
    """
    from_logits = flag("from_logits", from_logits)

    def item(row: Sequence[Any], y: Sequence[float]) -> Any:
        distribution(y, len(row), "the targets of categorical_cross_entropy")
        weights = class_weights(weight, len(row))
        return total([scaled(weights[c] * y[c], _surprise(row, c, from_logits)) for c in range(len(row)) if y[c]])

    return each_row(item, prediction, target, reduction)


def kl_divergence(prediction: Nested, target: Nested, reduction: str = "mean", *, from_logits: bool = False) -> Any:
    """KL(y ‖ p) = Σ y_c log(y_c / p_c) for rows of probabilities p and y; 0 only where they agree.

    With ``from_logits=True`` the rows are logits x and p = softmax(x). The mean is over rows: torch's "batchmean".
    """
    from_logits = flag("from_logits", from_logits)

    def item(row: Sequence[Any], y: Sequence[float]) -> Any:
        distribution(y, len(row), "the targets of kl_divergence")
        return total([y[c] * (log(y[c]) + _surprise(row, c, from_logits)) for c in range(len(row)) if y[c]])

    return each_row(item, prediction, target, reduction)


def multi_class_hinge(
    prediction: Nested, target: Nested, reduction: str = "mean", *, margin: float = 1.0, weight: Weights = None
) -> Any:
    """Σ_{j≠c} max(0, margin − x_c + x_j) / C for rows of C scores x and the true class c (Weston and Watkins 1999).

    Divided by the number of classes as torch's multi_margin_loss. `weight` has one number per class.
    """
    margin = _setting("margin", margin)

    def item(row: Sequence[Any], c: Any) -> Any:
        true = _true_class(row, c)
        excess = [relu(margin - row[true] + x) for j, x in enumerate(row) if j != true]
        return class_weights(weight, len(row))[true] / len(row) * total(excess)

    return each_row(item, prediction, target, reduction)


def _setting(
    name: str, given: Any, expected: str = "a finite number", holds: Callable[[float], bool] = math.isfinite
) -> Any:
    """`setting`, for one that may be a Value as well: a loss can be differentiated by it."""
    number = data_of(given)
    if isinstance(given, Real) or not isinstance(number, Real):  # a number; or nothing of the kind, and that is named
        return setting(name, given, expected, holds)
    setting(name, number, expected, holds)
    return given


def _expected(y: float, cost_of_one: Callable[[], Any], cost_of_zero: Callable[[], Any]) -> Any:
    """y·cost_of_one() + (1 − y)·cost_of_zero(), where a term with factor 0 is left out: 0·inf would be nan."""
    if probability(y, "a target of a binary cross-entropy") in (0, 1):
        return cost_of_one() if y else cost_of_zero()
    return y * cost_of_one() + (1.0 - y) * cost_of_zero()


def _true_class(row: Sequence[Any], c: Any) -> int:
    """c, if it is the number of one of several classes."""
    if is_list(c):
        raise ValueError(
            f"a row has one class, a whole number, got {shape(c)}: one-hot rows are for categorical_cross_entropy. If "
            f"these are the classes of several rows, {ONE_SCORE}"
        )
    if len(row) == 1:
        raise ValueError(ONE_SCORE)
    return index("class", c, len(row))


def _surprise(row: Sequence[Any], c: int, from_logits: bool) -> Any:
    """−log of the probability that a row gives to class c."""
    if from_logits:
        return cross_entropy_of_row(row, c)
    return 0.0 - log(distribution(row, len(row), "predictions (from_logits=False)")[c])


# Penalties on parameters --------------------------------------------------------------------------------------------


def l1_penalty(parameters: Module | Iterable[Value], strength: float = 1.0) -> Any:
    """strength · Σ|p|: pulls every parameter towards 0 with the same force, so that many arrive there (lasso)."""
    return _setting("strength", strength) * total([abs(p) for p in _parameters(parameters)])


def l2_penalty(parameters: Module | Iterable[Value], strength: float = 1.0) -> Any:
    """strength · Σp²: pulls every parameter towards 0 in proportion to its size (ridge, weight decay)."""
    return _setting("strength", strength) * sum_of_squares(_parameters(parameters))


def _parameters(parameters: Module | Iterable[Value]) -> list[Value]:
    if isinstance(parameters, Module):
        return parameters.parameters()
    if not is_iterable(parameters):
        raise TypeError(f"a penalty is about a model or a list of Values, not {type(parameters).__name__}")
    return list(parameters)


# By name ------------------------------------------------------------------------------------------------------------

LOSSES: dict[str, Callable[..., Any]] = {
    loss.__name__: loss
    for loss in (
        *(mse, half_mse, mae, huber, log_cosh),
        *(hinge, binary_cross_entropy, binary_cross_entropy_with_logits, focal, multi_label),
        *(cross_entropy, categorical_cross_entropy, kl_divergence, multi_class_hinge),
    )
}


def find_loss(loss: str | Callable[..., Any]) -> Callable[..., Any]:
    """The loss called `loss`, or the function given. Raises ValueError for an unknown name, with the list of names."""
    if callable(loss):
        return loss
    if not isinstance(loss, str) or loss not in LOSSES:
        raise ValueError(f"loss {loss!r} is not known; use a function or one of {', '.join(LOSSES)}")
    return LOSSES[loss]
