"""Batches and splits, and the random numbers behind them."""

import math
import random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from autograd import Value
from nn import MLP, data, fit
from nn.data import (
    batches,
    one_hot,
    rows_per_update,
    split,
)

ROWS = [[float(i), float(-i)] for i in range(23)]
TARGETS = list(range(23))


# Batches ----------------------------------------------------------------------------------------------------


@settings(deadline=None)  # a busy machine is no failure
@given(st.integers(1, 40), st.one_of(st.integers(1, 50), st.sampled_from(["batch", "stochastic", None])))
def test_an_epoch_serves_every_row_once_in_the_number_of_batches_theory_says(n, size):
    parts = list(batches([[float(i)] for i in range(n)], list(range(n)), size, rng=random.Random(0)))
    assert len(parts) == math.ceil(n / rows_per_update(n, size))
    assert sorted(y for _, ys in parts for y in ys) == list(range(n))
    assert all(x == [float(y)] for xs, ys in parts for x, y in zip(xs, ys, strict=True))
    assert all(len(xs) == rows_per_update(n, size) for xs, _ in parts[:-1])


def test_shuffling_is_a_matter_of_the_rng():
    def order(seed):
        return [y for _, ys in batches(ROWS, TARGETS, 5, rng=random.Random(seed)) for y in ys]

    assert order(1) == order(1) != order(2)
    assert [y for _, ys in batches(ROWS, TARGETS, 5, shuffle=False) for y in ys] == TARGETS
    assert next(batches(ROWS, TARGETS, "batch"))[1] == TARGETS


def test_without_an_rng_random_seed_decides():
    def order():
        random.seed(7)
        return list(batches(ROWS, TARGETS, 4))

    assert order() == order()


@pytest.mark.parametrize("size", [0, -3, 2.5, "mini", True])
def test_a_batch_size_that_is_none_is_named(size):
    with pytest.raises(ValueError, match="batch_size has to be"):
        list(batches(ROWS, TARGETS, size))


def test_rows_and_targets_have_to_match():
    with pytest.raises(ValueError, match="got 2 rows, 1 targets"):
        list(batches([[1.0], [2.0]], [1]))
    with pytest.raises(ValueError, match="at least one row"):
        list(batches([], []))
    for rows in ("text", {(1.0,), (2.0,)}, frozenset({(1.0,)})):  # the order of a set is not that of the targets
        with pytest.raises(TypeError, match="expected a list of rows"):
            list(batches(rows, [1]))


def test_numpy_arrays_become_lists_of_floats():
    numpy = pytest.importorskip("numpy")
    ((xs, ys),) = batches(numpy.arange(4.0).reshape(2, 2), numpy.array([0, 1]))
    assert xs == [[0.0, 1.0], [2.0, 3.0]]
    assert ys == [0, 1]
    assert {type(v) for row in xs for v in row} | {type(v) for v in ys} == {float, int}


# Splits -----------------------------------------------------------------------------------------------------


@settings(deadline=None)  # a busy machine is no failure
@given(st.integers(10, 200), st.sampled_from([(0.8, 0.2), (0.6, 0.2, 0.2), (0.5, 0.5), (1.0,)]))
def test_a_split_deals_out_every_row_once_in_the_shares_asked_for(n, shares):
    parts = split([[i] for i in range(n)], list(range(n)), shares, rng=random.Random(0))
    assert sorted(y for _, ys in parts for y in ys) == list(range(n))
    assert all(abs(len(ys) - share * n) <= 1 for (_, ys), share in zip(parts, shares, strict=True))
    assert all(x == [y] for xs, ys in parts for x, y in zip(xs, ys, strict=True))


@pytest.mark.parametrize("stratify", [False, True])
def test_a_split_is_a_matter_of_the_rng(stratify):
    def dealt(seed):
        return split(ROWS, [k % 2 for k in TARGETS], (0.8, 0.2), stratify, random.Random(seed))

    assert dealt(1) == dealt(1) != dealt(2)
    (_, held_out), (_, others) = ([sorted(rows) for rows, _ in dealt(seed)] for seed in (1, 2))
    assert held_out != others  # other rows, not only another order of them


def test_a_stratified_split_keeps_the_share_of_every_class():
    y = [0] * 50 + [1] * 30 + [2] * 10
    (_, train), (_, test) = split([[i] for i in range(90)], y, (0.8, 0.2), stratify=True, rng=random.Random(3))
    assert [train.count(k) for k in range(3)] == [40, 24, 8]
    assert [test.count(k) for k in range(3)] == [10, 6, 2]
    assert train != sorted(train)  # classes are mixed within a part


def test_one_hot_rows_are_classes_to_a_stratified_split():
    X, y = [[i] for i in range(30)], [k % 3 for k in range(30)]
    by_number = split(X, y, stratify=True, rng=3)
    by_row = split(X, [one_hot(k, 3) for k in y], stratify=True, rng=3)
    assert [rows for rows, _ in by_row] == [rows for rows, _ in by_number]
    with pytest.raises(TypeError, match=r"stratify needs targets that are classes, got \[\[1\.0\]\] in row 0"):
        split(X, [[[1.0]]] * 30, stratify=True)


def test_a_class_with_a_single_row_is_learnt_from_rather_than_held_out():
    (_, train), _ = split([[i] for i in range(11)], [0] * 10 + [1], (0.8, 0.2), stratify=True, rng=random.Random(0))
    assert 1 in train


@pytest.mark.parametrize("shares", [(0.5, 0.4), (1.2, -0.2), (1.0, 0.0), (), (0.5, 0.5, 0.5)])
def test_shares_have_to_add_up(shares):
    with pytest.raises(ValueError, match="add up to 1"):
        split(ROWS, TARGETS, shares)


def test_shares_may_come_one_after_the_other():
    assert split(ROWS, TARGETS, shares=(k / 10 for k in (6, 4)), rng=1) == split(ROWS, TARGETS, (0.6, 0.4), rng=1)


@pytest.mark.parametrize("shares", ["ab", 0.8, None, (0.5, None), (0.5, "0.5")])
def test_shares_have_to_be_numbers(shares):
    with pytest.raises(TypeError, match="shares have to be numbers, one for each"):
        split(ROWS, TARGETS, shares)


@pytest.mark.parametrize("stratify", [False, True])
def test_two_rows_are_enough_for_two_parts(stratify):
    (one, _), (other, _) = split([[1], [2]], [0, 0], (0.5, 0.5), stratify, rng=0)
    assert sorted([one, other]) == [[[1]], [[2]]]


def test_too_few_rows_for_a_part_is_an_error():
    with pytest.raises(ValueError, match="too few"):
        split([[1.0]], [1], (0.5, 0.5))
    with pytest.raises(ValueError, match="23 rows of 23 classes are too few"):
        split(ROWS, TARGETS, stratify=True)


@pytest.mark.parametrize(
    "draw",
    [
        lambda rng: list(data.batches(list(range(9)), list(range(9)), batch_size=2, rng=rng)),
        lambda rng: split(list(range(9)), list(range(9)), rng=rng),
        lambda rng: data.two_moons(6, rng=rng),
        lambda rng: data.spirals(6, rng=rng),
    ],
)
def test_a_seed_stands_for_its_generator(draw):
    assert draw(5) == draw(random.Random(5)) != draw(6)
    with pytest.raises(TypeError, match=r"rng must be a random\.Random, a whole number as seed"):
        draw("seven")


class Frame:
    """As a DataFrame: its items are the names of its columns, its rows come out of to_numpy()."""

    def __init__(self, rows):
        self.rows = rows

    def __iter__(self):
        return iter("ab")

    def to_numpy(self):
        return self.rows


def test_the_rows_of_a_data_frame_are_not_the_names_of_its_columns():
    assert data.as_pairs(Frame([[1.0, 2.0], [3.0, 4.0]]), [0, 1]) == ([[1.0, 2.0], [3.0, 4.0]], [0, 1])


@pytest.mark.parametrize("rows", [[[1.0], [Value(1.0)], [math.nan]], [[1.0], [2.0], [Value(math.nan)]]])
@pytest.mark.parametrize("compiled", [False, True])
def test_a_nan_is_found_beside_values_and_in_one(rows, compiled):
    with pytest.raises(ValueError, match=r"^X\[2\] holds .*nan.*: leave row 2 out"):
        fit(MLP(1, [1], rng=1), rows, [1.0, 2.0, 3.0], loss="mse", compiled=compiled)
    with pytest.raises(ValueError, match=r"^y\[2\] holds .*nan.*: leave row 2 out"):
        fit(MLP(1, [1], rng=1), [[1.0], [2.0], [3.0]], rows, loss="mse", compiled=compiled)


def test_an_int_that_is_too_large_is_named_where_rows_are_floats():
    with pytest.raises(OverflowError, match="this int is beyond the range of a float"):
        fit(MLP(1, [1], rng=1), [[10**400], [1.0]], [1.0, 2.0], loss="mse")
