import numpy as np
import pytest

from autograd import Value
from nn.basics.nested import as_row, flat, is_list, mapped, only, plain, shape, without_arrays


def test_what_counts_as_a_list():
    assert all(map(is_list, ([], (1,), np.zeros(2), range(3))))
    assert not any(map(is_list, (1.0, Value(1.0), "ab", b"ab", {1: 2}, {1, 2}, frozenset({1}), None, np.float64(2))))


def test_arrays_become_lists_at_any_depth():
    assert without_arrays(np.array([[1.5, 2.0]])) == [[1.5, 2.0]]
    nested = without_arrays([np.array([1, 2]), (np.float64(3.0), [np.int64(4)])])
    assert nested == [[1, 2], [3.0, [4]]]
    assert {type(number) for number in flat(nested)} == {int, float}


def test_items_that_are_no_arrays_are_left_alone():
    value = Value(1.0)
    assert without_arrays([value, 2.0]) == [value, 2.0]
    assert as_row(value) == [value]


def test_mapping_needs_equal_shapes():
    with pytest.raises(ValueError, match="shapes differ: a list of 2, a list of 1"):
        mapped(max, [1, 2], [3])
    with pytest.raises(ValueError, match="shapes differ: a list of 1, a single number"):
        mapped(max, [[1], [2]], [3, 4])
    assert shape([]) == "a list of 0"
    assert shape([[[1.0], [2.0]], [[3.0]]]) == "a list of 2 × 2 or 1 × 1"
    assert shape([[1.0, 2.0], 3.0]) == "a list of 2"


def test_values_become_numbers_at_any_depth():
    assert plain([Value(1.0), (2.0, np.array([3.0]))]) == [1.0, [2.0, [3.0]]]
    assert plain(Value(0.5)) == 0.5


def test_a_list_of_one_is_opened_and_no_other():
    assert only([[Value(2.0)]]).data == 2.0
    assert only(3.0) == 3.0
    assert only([1, 2]) == [1, 2]
    assert only([]) == []
