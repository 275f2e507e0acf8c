"""Batches, splits, scaling, one-hot and the data sets."""

import math
import random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from nn import data
from nn.data import (
    batches,
    circles,
    micrograd_moons,
    min_max,
    moons,
    one_hot,
    rows_per_update,
    spirals,
    split,
    standardize,
    two_moons,
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
    with pytest.raises(TypeError, match="expected a list of rows"):
        list(batches("text", [1]))


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


# Scaling ----------------------------------------------------------------------------------------------------

TABLES = st.integers(1, 4).flatmap(
    lambda width: st.lists(st.lists(st.floats(-1e6, 1e6), min_size=width, max_size=width), min_size=1, max_size=20)
)


@settings(deadline=None)  # a busy machine is no failure
@given(TABLES)
def test_inverse_undoes_the_scaling(rows):
    for scaler in (standardize(rows), min_max(rows)):
        for row, back in zip(rows, scaler.inverse(scaler(rows)), strict=True):
            assert back == pytest.approx(row, rel=1e-9, abs=1e-9)


def test_standardized_columns_have_mean_0_and_deviation_1():
    # by hand: 2, 4, 4, 4, 5, 5, 7, 9 has mean 5 and standard deviation 2 (over n)
    scaled = [z for (z,) in standardize([[v] for v in (2, 4, 4, 4, 5, 5, 7, 9)])([[2], [5], [9]])]
    assert scaled == [-1.5, 0.0, 2.0]


def test_min_max_lands_between_0_and_1():
    assert min_max([[10.0], [30.0]])([[10.0], [25.0], [30.0], [50.0]]) == [[0.0], [0.75], [1.0], [2.0]]


@pytest.mark.parametrize("value", [0.0, 0.1, 1e9, -7.3])
def test_a_constant_column_becomes_zeros_not_noise(value):
    for make in (standardize, min_max):
        scaled = make([[value]] * 7)([[value], [value + 1]])
        assert abs(scaled[0][0]) < 1e-6
        assert scaled[1][0] == pytest.approx(1.0, rel=1e-6)


def test_rows_of_another_width_are_refused():
    with pytest.raises(ValueError, match="row 1 has 3 numbers, this scaler was made for 2"):
        standardize(ROWS)([[1.0, 2.0], [1.0, 2.0, 3.0]])
    with pytest.raises(ValueError, match="rows of one length"):
        standardize([[1.0], [1.0, 2.0]])


def test_numbers_that_are_no_rows_are_refused_with_advice():
    for use in (standardize, min_max, standardize(ROWS)):
        with pytest.raises(ValueError, match=r"each a list of numbers, got 1\.0: \[\[1\.0\], \[2\.0\]\] for"):
            use([1.0, 2.0])


def test_one_hot():
    assert [one_hot(k, 3) for k in range(3)] == [[1.0, 0.0, 0.0], [0.0, 1.0, 0.0], [0.0, 0.0, 1.0]]
    for bad in (-1, 3, 1.5, "1"):
        with pytest.raises(ValueError, match="0 to 2"):
            one_hot(bad, 3)


# Data sets --------------------------------------------------------------------------------------------------


def test_the_packaged_moons_are_scikit_learns():
    numpy = pytest.importorskip("numpy")
    sklearn = pytest.importorskip("sklearn.datasets")
    numpy.random.seed(1337)
    X, y = sklearn.make_moons(n_samples=100, noise=0.1)
    ours = micrograd_moons()
    assert ours == (X.tolist(), (2 * y - 1).tolist())


def test_the_packaged_moons_without_scikit_learn():
    X, y = micrograd_moons()
    assert (len(X), y.count(1), y.count(-1)) == (100, 50, 50)
    assert X[0] == [1.1221146075409685, 0.08147717341718697]
    assert y[0] == -1


def test_two_moons_without_noise_lie_on_their_half_circles():
    X, y = two_moons(101, noise=0.0)
    for (a, b), label in zip(X, y, strict=True):
        centre = (0.0, 0.0) if label == -1 else (1.0, 0.5)
        assert math.hypot(a - centre[0], b - centre[1]) == pytest.approx(1.0)
        assert (b - centre[1]) * -label >= -1e-12
    assert len(X) == 101


def test_spirals_without_noise_wind_out_from_the_middle():
    X, y = spirals(50, classes=3, noise=0.0)
    assert [y.count(k) for k in range(3)] == [50, 50, 50]
    radii = [math.hypot(*point) for point in X[:50]]
    assert radii == sorted(radii)
    assert (radii[0], radii[-1]) == pytest.approx((0.1, 1.0))
    assert spirals(9, rng=random.Random(1)) == spirals(9, rng=random.Random(1))


def test_a_few_points_of_the_moons_and_of_spirals():
    X, y = two_moons(5, noise=0.0)
    assert y == [-1, 1, -1, 1, -1]
    wanted = [[1, 0], [0, 0.5], [0, 1], [2, 0.5], [-1, 0]]
    for point, where in zip(X, wanted, strict=True):
        assert point == pytest.approx(where, abs=1e-15)
    X, y = spirals(2, classes=4, noise=0.0, turns=0.25)
    assert y == [0, 0, 1, 1, 2, 2, 3, 3]
    assert X[0] == pytest.approx([0.1 * math.cos(math.pi / 20), 0.1 * math.sin(math.pi / 20)])
    for point, where in zip(X[1::2], [[0, 1], [-1, 0], [0, -1], [1, 0]], strict=True):
        assert point == pytest.approx(where, abs=1e-15)


@pytest.mark.parametrize(("make", "deviation"), [(two_moons, 0.1), (spirals, 0.01)])
def test_the_noise_of_a_data_set_is_normal(make, deviation):
    """In the order of the points, a draw for each coordinate; spirals divide the noise by 10."""
    draw = random.Random(4).gauss
    clean, noisy = make(noise=0.0)[0], make(rng=4)[0]
    for point, moved in zip(clean, noisy, strict=True):
        assert moved == [x + draw(0, deviation) for x in point]


def test_the_smallest_data_sets():
    assert two_moons(2, noise=0.0) == ([[1.0, 0.0], [0.0, 0.5]], [-1, 1])
    X, y = spirals(2, classes=1, noise=0.0)
    assert X[0] == pytest.approx([0.1 * math.cos(math.pi / 5), 0.1 * math.sin(math.pi / 5)])
    assert X[1] == pytest.approx([1.0, 0.0])
    assert y == [0, 0]


def test_data_sets_come_in_usual_sizes():
    assert [len(two_moons()[0]), len(spirals()[0])] == [100, 2 * 100]
    assert set(spirals()[1]) == {0, 1}
    assert spirals(noise=0.0)[0][22] == pytest.approx([0.3 * math.cos(0.6 * math.pi), 0.3 * math.sin(0.6 * math.pi)])
    sklearn = pytest.importorskip("sklearn.datasets")
    made = sklearn.make_moons(n_samples=100, noise=0.1, random_state=3)
    assert moons(seed=3) == tuple(part.tolist() for part in made)
    made = sklearn.make_circles(n_samples=100, noise=0.1, factor=0.5, random_state=3)
    assert circles(seed=3) == tuple(part.tolist() for part in made)


@pytest.mark.parametrize(
    "make", [lambda: spirals(1), lambda: spirals(noise=-1), lambda: spirals(classes=0), lambda: two_moons(1)]
)
def test_data_sets_refuse_senseless_sizes(make):
    with pytest.raises(ValueError, match="need n ≥ 2"):
        make()


SETS = {
    "moons": (100, 2, {0, 1}),
    "circles": (100, 2, {0, 1}),
    "iris": (150, 4, {0, 1, 2}),
    "digits": (1797, 64, set(range(10))),
    "diabetes": (442, 10, None),
}


@pytest.mark.parametrize("name", SETS)
def test_scikit_learns_sets_come_as_plain_lists(name):
    pytest.importorskip("sklearn")
    rows, width, classes = SETS[name]
    X, y = getattr(data, name)()
    assert (len(X), len(X[0]), len(y)) == (rows, width, rows)
    assert {type(v) for v in X[0]} == {float}
    assert classes is None or set(y) == classes


def test_without_scikit_learn_the_extra_is_named(without):
    without("sklearn")
    with pytest.raises(ImportError, match=r"pip install 'glassgrad\[data\]'"):
        data.iris()


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
