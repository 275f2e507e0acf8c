"""What losses share: pairing predictions with targets of the same shape, checking them, reducing many losses to one.

Shapes are those of nested lists. NumPy arrays are read as nested lists; a row of one element may stand for its element.
"""

from collections.abc import Callable, Sequence
from numbers import Real
from reprlib import repr as short
from typing import Any

from autograd import mean, total
from autograd.system.choices import is_one_of
from nn.basics.nested import Nested, as_row, data_of, flat, is_list, is_plain_row, shape, without_arrays

REDUCTIONS = ("mean", "sum", "none")
ONE_SCORE = (
    "this loss needs a score for each class, the prediction is a single number per row: give the last layer as many "
    "outputs as there are classes, or take a loss for one score, such as hinge or binary_cross_entropy_with_logits"
)


def each_number(item: Callable[[Any, Any], Any], prediction: Nested, target: Nested, reduction: str) -> Any:
    """The reduced item(p, t) over all pairs of numbers. Raises ValueError when the shapes differ."""
    prediction, target = without_arrays(prediction), without_arrays(target)
    try:
        losses = _paired(item, prediction, target)
    except TypeError:
        _check_numbers(prediction=prediction, target=target)
        raise
    return reduced(losses, reduction)


def _check_numbers(**nested: Nested) -> None:
    """TypeError for the first thing that is no number in a prediction or a target, after a formula stumbled."""
    for name, numbers in nested.items():
        for i, thing in enumerate(as_row(numbers)):
            for x in flat(thing):
                if not is_number(x):
                    at = f"{name}[{i}]" if is_list(numbers) else f"the {name}"
                    advice = (
                        ": does the model's __call__ end in a return?" if thing is None and name == "prediction" else ""
                    )
                    raise TypeError(f"{at} is {short(thing)}, where numbers are expected{advice}")


def is_number(x: Any) -> bool:
    """Whether formulas can compute with it: a number, a Value, or whatever else derivatives pass through a model."""
    return isinstance(data_of(x), Real) or hasattr(type(x), "_apply_operation")


def _paired(item: Callable[[Any, Any], Any], prediction: Nested, target: Nested) -> Any:
    many, wanted = is_list(prediction), is_list(target)
    if many and wanted and len(prediction) == len(target):
        if is_plain_row(prediction) and is_plain_row(target):
            return list(map(item, prediction, target))
        return [_paired(item, p, t) for p, t in zip(prediction, target, strict=True)]
    if many and not wanted and len(prediction) == 1:
        return _paired(item, prediction[0], target)
    if wanted and not many and len(target) == 1:
        return _paired(item, prediction, target[0])
    if many or wanted:
        raise ValueError(f"prediction is {shape(prediction)}, but target is {shape(target)}")
    return item(prediction, target)


def each_row(item: Callable[[Any, Any], Any], prediction: Nested, target: Nested, reduction: str) -> Any:
    """The reduced item(row, t) over all rows of the prediction and items of the target; one row may stand alone."""
    prediction, target = without_arrays(prediction), without_arrays(target)
    if not is_list(prediction) or not len(prediction):
        raise ValueError(
            f"prediction must be a row with one number per class, or a list of rows, not {shape(prediction)}"
        )
    alone = not is_list(prediction[0])
    if alone and is_list(target) and len(target) and is_list(target[0]):
        raise ValueError(ONE_SCORE)
    rows, wanted = ([prediction], [target]) if alone else (prediction, target)
    if not is_list(wanted) or len(rows) != len(wanted) or not all(map(is_list, rows)):
        raise ValueError(f"prediction is {shape(prediction)}, but target is {shape(target)}")
    try:
        losses = [item(row, t) for row, t in zip(rows, wanted, strict=True)]
    except ValueError:
        _check_numbers(prediction=prediction)  # instead of saying what does not fit to something that is no number
        raise
    except TypeError:
        _check_numbers(prediction=prediction, target=target)
        raise
    return losses[0] if alone else reduced(losses, reduction)


def reduced(losses: Nested, reduction: str) -> Any:
    """One loss from a nested list of losses: their "mean", their "sum", or the list itself for "none"."""
    if not is_one_of(reduction, REDUCTIONS):
        raise ValueError(f"reduction must be one of {', '.join(REDUCTIONS)}, not {reduction!r:.60}")
    if reduction == "none" or not is_list(losses):
        return losses
    numbers = losses if is_plain_row(losses) else list(flat(losses))
    if not numbers:
        raise ValueError("there is no loss of no examples: prediction and target are empty")
    return mean(numbers) if reduction == "mean" else total(numbers)


def scaled(factor: float, loss: Any) -> Any:
    """factor · loss, without a node in the graph for a factor of 1."""
    return loss if factor == 1 else factor * loss


def probability(number: Any, what: str) -> Any:
    """`number` if it lies in [0, 1] (or is nan, which goes on to the loss); otherwise ValueError naming `what`."""
    if data_of(number) < 0 or data_of(number) > 1:
        raise ValueError(f"{what} must lie in [0, 1], got {data_of(number)!r}")
    return number


def distribution(row: Sequence[Any], length: int, what: str) -> Sequence[Any]:
    """`row` if it holds `length` probabilities that add up to 1 (to 1e-6); otherwise ValueError naming `what`."""
    if not is_list(row) or len(row) != length:
        raise ValueError(f"{what} must be rows of {length} probabilities, got {shape(row)}")
    whole = total([data_of(probability(p, f"every entry of {what}")) for p in row])
    if abs(whole - 1) > 1e-6:
        raise ValueError(f"{what} must be rows that add up to 1, got one that adds up to {whole!r}")
    return row


def class_weights(weight: Sequence[float] | None, classes: int) -> Sequence[float]:
    """`weight`, or ones for None. Raises ValueError unless it has one number per class."""
    if weight is None:
        return [1.0] * classes
    if not is_list(weight):
        raise TypeError(f"weight must have one number for each of {classes} classes, got {short(weight)}")
    if len(weight) != classes:
        raise ValueError(f"weight must have one number for each of {classes} classes, got {len(weight)}")
    numbers: Sequence[Any] = without_arrays(weight)
    if not (is_plain_row(numbers) or all(map(is_number, numbers))):
        raise TypeError(f"weight must have one number for each of {classes} classes, got {short(weight)}")
    return numbers
