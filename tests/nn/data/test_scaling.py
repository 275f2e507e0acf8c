"""Columns scaled and scaled back, and one-hot rows."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from nn.data import min_max, one_hot, standardize

ROWS = [[float(i), float(-i)] for i in range(23)]

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
