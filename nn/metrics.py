"""Metrics: what a finished prediction is worth, in plain numbers.

Everything here takes what a model gave (floats, or Values, which are read) and what was right, one entry per
row, and returns floats. Definitions: scikit-learn's user guide, section "Metrics and scoring",
https://scikit-learn.org/stable/modules/model_evaluation.html.
"""

import math
import warnings
from collections.abc import Iterable, Sequence
from numbers import Real
from typing import Any, NamedTuple

from autograd import Value, mean, total
from nn.basics.checks import is_whole, setting
from nn.basics.nested import is_iterable, only, plain

Label = Any  # anything hashable: 0, 1, "setosa"


def predicted_class(output: Any, cut: float = 0.0) -> int:
    """The class a score speaks for: one score s → 1 if s > cut else 0; a list of scores → the index of the largest.

    0 is the boundary for hinge, and a probability of ½ for logits; for probabilities the cut is ½.

    >>> predicted_class(-0.3), predicted_class([0.1, 2.0, -1.0])
    (0, 1)
    """
    scores = only(plain(output))
    listed = scores if isinstance(scores, list) else [scores]
    if not listed or not all(isinstance(score, Real) for score in listed):
        raise TypeError(f"a score is a number, or a list of one for each class, got {output!r:.60}")
    return max(range(len(scores)), key=scores.__getitem__) if isinstance(scores, list) else int(scores > cut)


def is_probability(output: Any) -> bool:
    """Whether a Value is the single output of a sigmoid."""
    op = getattr(only(output), "op", None)
    return op is not None and op.name in ("sigmoid", "hardsigmoid")


def score_accuracy(outputs: Iterable[Any], targets: Iterable[Any], cut: float | None = None) -> float:
    """Share of rows whose scores speak for the right class: a class number, ±1 (0 and -1 alike) or one-hot.

    Single scores speak for class 1 above the `cut`: ½ for probabilities, 0 for other scores. Left out it is 0, or ½ for
    Values that come from a sigmoid; `fit` knows what its model and loss mean. Plain numbers in [0, 1] with targets of 0
    and 1 could be either: a RuntimeWarning asks for the cut.

    >>> score_accuracy([-0.3, 0.2, [0.1, 2.0]], [-1, 1, [0.0, 1.0]])
    1.0
    """
    outputs, targets = list(map(only, _listed("outputs", outputs))), _listed("targets", targets)
    if cut is not None:
        cut = setting("cut", cut, "a number", lambda v: v == v)
    else:
        cut = 0.5 if all(map(is_probability, outputs)) else 0.0
        single = [out for out in plain(outputs) if isinstance(out, Real) and 0 <= float(out) <= 1]
        could_be = len(single) == len(targets) and {0, 1}.issuperset(map(target_class, targets)) and -1 not in targets
        if cut == 0.0 and could_be and not {0, 1}.issuperset(single):
            warnings.warn(
                "scores between 0 and 1 could be probabilities, or not: say score_accuracy(…, cut=0.5) or cut=0.0",
                RuntimeWarning,
                stacklevel=2,
            )
    return accuracy([predicted_class(output, cut) for output in outputs], map(target_class, targets))


def target_class(target: Any) -> int:
    """1 for +1, 0 for -1 and 0, k for class k, the place of the 1 for one-hot."""
    target = only(plain(target))
    if isinstance(target, list):
        return predicted_class(target)
    if not is_whole(target):
        raise ValueError(f"a class is a whole number or a one-hot row, the target is {target!r:.60}")
    return max(int(target), 0)


def accuracy(predicted: Iterable[Label], actual: Iterable[Label]) -> float:
    """Share of rows whose class was right, 0.0 to 1.0. ValueError for no rows, unequal lengths, scores for classes.

    >>> accuracy([0, 1, 1, 0], [0, 1, 0, 0])
    0.75
    """
    pairs = _class_pairs(predicted, actual)
    return [p == a for p, a in pairs].count(True) / len(pairs)


def confusion_matrix(
    predicted: Iterable[Label], actual: Iterable[Label], labels: Sequence[Label] | None = None
) -> list[list[int]]:
    """matrix[i][j] = rows that are labels[i] and were called labels[j]; labels default to those seen, sorted.

    >>> confusion_matrix([0, 1, 1, 0], [0, 1, 0, 0])
    [[2, 1], [0, 1]]
    """
    pairs = _class_pairs(predicted, actual)
    try:
        seen = {x for pair in pairs for x in pair}
        names = sorted(seen) if labels is None else list(labels)
    except TypeError:
        kinds = ", ".join(sorted({type(x).__name__ for pair in pairs for x in pair}))
        raise TypeError(
            f"labels have to be of one kind, numbers or texts, or named by labels=[…]; got {kinds}"
        ) from None
    place = {name: i for i, name in enumerate(names)}
    unknown = seen - place.keys()
    if unknown:
        raise ValueError(f"labels {sorted(unknown, key=repr)} occur but are not among labels={names}")
    matrix = [[0] * len(names) for _ in names]
    for p, a in pairs:
        matrix[place[a]][place[p]] += 1
    return matrix


class Scores(NamedTuple):
    """Quality of one class: how many of those called it are it (precision), how many of it were found (recall)."""

    precision: float
    recall: float
    f1: float
    support: int  # rows that are of this class


def precision_recall_f1(predicted: Iterable[Label], actual: Iterable[Label], positive: Label = 1) -> Scores:
    """precision = TP/(TP+FP), recall = TP/(TP+FN), F1 = 2TP/(2TP+FP+FN), for the class `positive`.

    A share of nothing is 0.0, as scikit-learn has it.

    >>> precision_recall_f1([0, 1, 1, 0], [0, 1, 0, 0]).precision
    0.5
    """
    pairs = _class_pairs(predicted, actual)
    if getattr(positive, "__hash__", None) is None:
        raise TypeError(f"positive is one class, got {positive!r:.60}")
    hits = sum(p == positive and a == positive for p, a in pairs)
    called = sum(p == positive for p, _ in pairs)
    real = sum(a == positive for _, a in pairs)
    return Scores(_share(hits, called), _share(hits, real), _share(2 * hits, called + real), real)


def r2(predicted: Iterable[float], actual: Iterable[float]) -> float:
    """R² = 1 - Σ(y - ŷ)² / Σ(y - ȳ)²: 1 is perfect, 0 as good as always answering the mean, below 0 worse.

    Where all y are equal there is nothing to explain: nan, unless every ŷ is right (1.0).

    >>> r2([1.0, 2.0, 3.0], [1.0, 2.0, 4.0])
    0.7857142857142857
    """
    pairs = _number_pairs(predicted, actual)
    middle = mean([a for _, a in pairs])
    missed = total([(a - p) * (a - p) for p, a in pairs])
    spread = total([(a - middle) * (a - middle) for _, a in pairs])
    if spread == 0:
        return 1.0 if missed == 0 else math.nan
    return float(1 - missed / spread)


def mean_absolute_error(predicted: Iterable[float], actual: Iterable[float]) -> float:
    """MAE = Σ |y - ŷ| / n, in the unit of y.

    >>> mean_absolute_error([1.0, 2.0], [2.0, 4.0])
    1.5
    """
    pairs = _number_pairs(predicted, actual)
    return float(mean([abs(a - p) for p, a in pairs]))


def _share(part: int, whole: int) -> float:
    return part / whole if whole else 0.0


def _pairs(predicted: Iterable[Any], actual: Iterable[Any]) -> list[tuple[Any, Any]]:
    left, right = _listed("predictions", predicted), _listed("targets", actual)
    if len(left) != len(right) or not left:
        raise ValueError(f"a metric needs one prediction per row, at least one: got {len(left)} for {len(right)} rows")
    return list(zip(left, right, strict=True))


def _listed(what: str, entries: Any) -> list[Any]:
    """As a list; TypeError for a single number, and for what has no order."""
    if not is_iterable(entries) or isinstance(entries, set | frozenset):
        raise TypeError(f"a metric takes lists with one entry for each row, the {what} are {entries!r:.60}")
    return list(entries)


def _class_pairs(predicted: Iterable[Any], actual: Iterable[Any]) -> list[tuple[Label, Label]]:
    """As labels. ValueError for scores where classes are whole numbers: 0.9, or a row of scores, is none of them. An
    array is never one."""
    pairs = [(_label(p), _label(a)) for p, a in _pairs(predicted, actual)]
    scores = [label for pair in pairs for label in pair if getattr(label, "shape", ())]
    if all(is_whole(a) for _, a in pairs):
        scores += [p for p, _ in pairs if p.__hash__ is None or (isinstance(p, Real) and not is_whole(p))]
    if scores:
        raise ValueError(
            f"this metric compares classes, got a score, {scores[0]!r:.60}: nn.score_accuracy(outputs, targets) asks "
            "for the classes that scores speak for"
        )
    return pairs


def _label(thing: Any) -> Label:
    return thing.data if isinstance(thing, Value) else thing


def _number_pairs(predicted: Iterable[Any], actual: Iterable[Any]) -> list[tuple[float, float]]:
    """As floats, out of 1.0, Value(1.0) or [Value(1.0)]: a model with one output may answer any way."""
    return [(_number("prediction", p), _number("target", a)) for p, a in _pairs(predicted, actual)]


def _number(what: str, thing: Any) -> float:
    try:
        return float(only(plain(thing)))
    except (TypeError, ValueError):
        raise TypeError(f"this metric is about numbers, one {what} is {thing!r:.60}") from None
