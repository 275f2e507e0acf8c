"""Metrics on small cases worked out by hand, and against scikit-learn's definitions where it is installed."""

import math
import random

import numpy as np
import pytest

from autograd import Value
from nn.metrics import (
    accuracy,
    confusion_matrix,
    mean_absolute_error,
    plain,
    precision_recall_f1,
    predicted_class,
    r2,
    score_accuracy,
)

PREDICTED = [1, 0, 1, 1, 0, 0, 1, 0]
ACTUAL = [1, 0, 0, 1, 1, 0, 1, 0]


def test_by_hand():
    # of 8 rows 6 are right; called 1: 4, of which 3 are; really 1: 4, of which 3 were found
    assert accuracy(PREDICTED, ACTUAL) == 0.75
    assert confusion_matrix(PREDICTED, ACTUAL) == [[3, 1], [1, 3]]
    assert precision_recall_f1(PREDICTED, ACTUAL) == (0.75, 0.75, 0.75, 4)
    # y - ŷ = 0.5, 0, -1; mean of y is 3; Σ(y - ȳ)² = 4 + 0 + 4
    assert r2([0.5, 3.0, 6.0], [1.0, 3.0, 5.0]) == 1 - 1.25 / 8
    assert mean_absolute_error([0.5, 3.0, 6.0], [1.0, 3.0, 5.0]) == 0.5


def test_as_scikit_learn_has_it():
    sk = pytest.importorskip("sklearn.metrics")
    rng = random.Random(5)
    for _ in range(20):
        predicted, actual = ([rng.randrange(4) for _ in range(30)] for _ in range(2))
        assert accuracy(predicted, actual) == sk.accuracy_score(actual, predicted)
        assert confusion_matrix(predicted, actual) == sk.confusion_matrix(actual, predicted).tolist()
        ours = [precision_recall_f1(predicted, actual, positive=k) for k in range(4)]
        theirs = sk.precision_recall_fscore_support(actual, predicted, labels=range(4), zero_division=0)
        for column, theirs_column in zip(zip(*ours, strict=True), theirs, strict=True):
            assert list(column) == pytest.approx(theirs_column.tolist(), rel=1e-15)
        x, y = ([rng.gauss(0, 1) for _ in range(30)] for _ in range(2))
        assert r2(x, y) == pytest.approx(sk.r2_score(y, x), rel=1e-13)
        assert mean_absolute_error(x, y) == pytest.approx(sk.mean_absolute_error(y, x), rel=1e-14)


def test_shares_of_nothing_are_zero():
    assert precision_recall_f1([0, 0], [0, 0]) == (0.0, 0.0, 0.0, 0)


def test_r2_at_its_edges():
    assert r2([1.0, 2.0], [1.0, 2.0]) == 1.0
    assert r2([1.5, 1.5], [1.0, 2.0]) == 0.0  # the mean for everyone
    assert r2([5.0, 5.0], [5.0, 5.0]) == 1.0
    assert math.isnan(r2([5.0, 6.0], [5.0, 5.0]))


def test_values_and_rows_of_one_are_read_as_numbers():
    assert r2([Value(1.0), [Value(2.0)]], [[1.0], 2.0]) == 1.0
    assert plain([[Value(1.0)], 2.0, (Value(3.0),)]) == [[1.0], 2.0, [3.0]]


@pytest.mark.parametrize(
    ("output", "expected"),
    [(Value(0.1), 1), (-0.1, 0), (0.0, 0), ([Value(-1.0)], 0), ([0.3, 0.2, 0.1], 0), ([Value(0.0), Value(1.0)], 1)],
)
def test_the_class_scores_speak_for(output, expected):
    assert predicted_class(output) == expected


def test_score_accuracy_takes_every_kind_of_target():
    assert score_accuracy([0.5, -0.5], [1, -1]) == 1.0
    assert score_accuracy([0.5, -0.5], [1, 0]) == 1.0
    assert score_accuracy([[0.0, 2.0, 1.0], [3.0, 0.0, 0.0]], [1, 2]) == 0.5
    assert score_accuracy([[0.0, 2.0], [3.0, 0.0]], [[0.0, 1.0], [1.0, 0.0]]) == 1.0


def test_labels_of_any_kind_in_any_order():
    matrix = confusion_matrix(["cat", "dog", "cat"], ["cat", "cat", "dog"], labels=["dog", "cat", "owl"])
    assert matrix == [[0, 1, 0], [1, 1, 0], [0, 0, 0]]
    with pytest.raises(ValueError, match=r"'dog'.*not among"):
        confusion_matrix(["dog"], ["cat"], labels=["cat"])


@pytest.mark.parametrize(
    ("labels", "kinds"), [(["cat", 0], "int, str"), ([None, 1.5], "NoneType, float"), ([[0, 1], [1, 0]], "list")]
)
def test_labels_that_have_no_order_are_one_clear_error(labels, kinds):
    with pytest.raises(TypeError, match=rf"one kind, numbers or texts, or named by labels=\[…\]; got {kinds}$"):
        confusion_matrix(labels, labels)


def test_labels_of_several_kinds_can_be_named():
    assert confusion_matrix(["cat", 0], ["cat", "cat"], labels=["cat", 0]) == [[1, 1], [0, 0]]


@pytest.mark.parametrize("metric", [accuracy, confusion_matrix, precision_recall_f1, r2, mean_absolute_error])
def test_unequal_lengths_and_nothing_at_all_are_refused(metric):
    with pytest.raises(ValueError, match="got 1 for 2 rows"):
        metric([1], [1, 2])
    with pytest.raises(ValueError, match="at least one"):
        metric([], [])


def test_arrays_are_read_as_lists():
    scores, classes = np.array([[0.1, 0.9], [0.8, 0.2]]), np.array([1, 1])
    assert score_accuracy(scores, classes) == score_accuracy(scores.tolist(), [1, 1]) == 0.5
    assert score_accuracy(scores, np.array([[0, 1], [0, 1]])) == 0.5
    assert (plain(scores), predicted_class(scores[0])) == (scores.tolist(), 1)


def test_numbers_beyond_a_float_are_infinite_or_nan_and_no_error():
    assert mean_absolute_error([1e308, 1e308], [-1e308, -1e308]) == math.inf
    assert math.isnan(r2([1e308, 0.0], [1e308, 1.7e308]))
    assert r2([1e200, 0.0], [1.0, 2.0]) == -math.inf
    assert math.isnan(r2([math.inf, -math.inf], [math.inf, -math.inf]))


def test_scores_that_could_be_probabilities_ask_what_they_are():
    with pytest.warns(RuntimeWarning, match=r"cut=0\.5"):
        assert score_accuracy([0.2, 0.7], [0, 1]) == 0.5
    assert score_accuracy([0.2, 0.7], [0, 1], cut=0.5) == 1.0
    assert score_accuracy([[0.2], [0.7]], [0, 1], cut=0.0) == 0.5
    assert score_accuracy([0.2, 0.7], [-1, 1]) == 0.5  # targets of scores
    assert score_accuracy([0.0, 1.0], [0, 1]) == 1.0
    assert score_accuracy([Value(-1.0).sigmoid(), Value(1.0).sigmoid()], [0, 1]) == 1.0


def test_a_class_in_a_list_of_one_is_that_class():
    assert score_accuracy([[0.1, 0.2, 0.9], [0.1, 0.9, 0.2]], [[2], [1]]) == 1.0
    assert score_accuracy([0.5, -0.5], [[1], [-1]]) == 1.0


@pytest.mark.parametrize("target", [0.9, math.nan, math.inf, None, "1"])
def test_a_target_that_is_no_class_is_refused(target):
    with pytest.raises(ValueError, match=rf"a class is a whole number or a one-hot row, the target is {target!r}"):
        score_accuracy([3.0, -2.0], [1, target])


@pytest.mark.parametrize(("cut", "error"), [("0.5", TypeError), (math.nan, ValueError)])
def test_a_cut_is_a_number(cut, error):
    with pytest.raises(error, match="cut has to be a number, got"):
        score_accuracy([3.0, -2.0], [1, 0], cut=cut)


@pytest.mark.parametrize("metric", [r2, mean_absolute_error])
@pytest.mark.parametrize("thing", [None, "many", [1.0, 2.0]])
def test_what_is_no_number_is_refused(metric, thing):
    with pytest.raises(TypeError, match="this metric is about numbers, one target is "):
        metric([1.0, 2.0], [1.0, thing])
    with pytest.raises(TypeError, match="this metric is about numbers, one prediction is "):
        metric([thing], [1.0])


@pytest.mark.parametrize("metric", [accuracy, confusion_matrix, precision_recall_f1])
def test_a_score_is_no_class_and_would_be_wrong_everywhere(metric):
    for scores in ([0.9, 0.2], [[0.1, 0.9], [0.8, 0.2]], np.array([[0.1, 0.9], [0.8, 0.2]]), [Value(0.9), Value(0.2)]):
        with pytest.raises(ValueError, match=r"compares classes, got a score, .*: nn\.score_accuracy"):
            metric(scores, [1, 0])
    values = [Value(1.0), Value(0.0), Value(1.0)]
    assert metric(values, [1, 0, 0]) == metric([1, 0, 1], [1, 0, 0])  # a Value is read
    assert metric([0.5, 1.0], [0.5, 0.5], *([0.5] if metric is precision_recall_f1 else []))  # classes may be halves
