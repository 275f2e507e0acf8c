"""Arrays of NumPy's: what counts as one, how one is made, rows over them."""

import fractions
import subprocess
import sys

import numpy as np
import pytest

from autograd import OPERATIONS, Value, atan2, tanh, where
from autograd.numerics.object_arrays import array_of, entries, has_axes, is_array
from autograd.numerics.value_array import ValueArray


@pytest.mark.filterwarnings("ignore:the matrix subclass")
def test_what_is_an_array():
    for thing in (np.zeros(2), np.array(1.0), np.zeros((2, 0)), np.array([Value(1.0)]), np.asmatrix([[1.0]])):
        assert is_array(thing)
        assert has_axes(thing) == (np.ndim(thing) > 0)
    for thing in (1.0, np.float64(1.0), [1.0], Value(1.0), None, np.ma.array([1.0])):
        assert not is_array(thing)
        assert not has_axes(thing)


@pytest.mark.filterwarnings("ignore:the matrix subclass")
def test_entries_are_pythons_numbers_row_by_row():
    assert entries(np.arange(6, dtype="f4").reshape(2, 3).T) == [0.0, 3.0, 1.0, 4.0, 2.0, 5.0]
    assert entries(np.asmatrix([[1, 2], [3, 4]])) == [1, 2, 3, 4]
    assert entries(np.array(2.5)) == [2.5]
    v = Value(1.0)
    assert entries(np.array([[v], [2.0]]))[0] is v


def test_an_array_of_floats_is_of_floats_and_any_other_of_objects():
    floats = array_of((2, 1), [1.0, np.float64(2.0)])
    assert (floats.dtype, floats.tolist()) == (np.float64, [[1.0], [2.0]])
    v = Value(1.0)
    mixed = array_of((2,), [v, 1.0])
    assert (mixed.dtype, mixed.tolist()) == (object, [v, 1.0])
    assert array_of((2,), [[1.0], [2.0, 3.0]]).tolist() == [[1.0], [2.0, 3.0]]  # whatever the entries are
    assert array_of((), [v]) is v
    assert array_of((0, 3), []).shape == (0, 3)
    assert [type(array) for array in (floats, mixed)] == [np.ndarray, ValueArray]


@pytest.mark.parametrize("row", [r for r in OPERATIONS.values() if not r.variadic], ids=lambda row: row.name)
def test_a_row_takes_arrays_entry_by_entry(row):
    count = len(row.derivatives)
    args = [np.array([0.5, 0.25]), *[np.array([[1.0], [2.0]])] * (count > 1), *[1.0] * (count - 2)]
    found = row(*args)
    every = np.broadcast_arrays(*args)
    wanted = [row.forward(*point) for point in zip(*map(entries, every), strict=True)]
    assert (found.dtype, found.shape) == (np.float64, every[0].shape)
    assert np.array_equal(found.ravel(), wanted, equal_nan=True)


def test_a_row_takes_arrays_among_values_and_numbers():
    v = Value(0.5)
    found = atan2(v, np.array([1.0, 2.0]))
    assert [x.data for x in found] == [atan2(0.5, 1.0), atan2(0.5, 2.0)]
    chosen = where(np.array([1, 0]), np.array([v, v]), fractions.Fraction(1, 2))
    assert (chosen.dtype, [x.data for x in chosen]) == (object, [0.5, 0.5])
    assert tanh(np.array(0.5)) == tanh(0.5)
    with pytest.raises(ValueError, match="broadcast"):
        atan2(np.zeros(2), np.zeros(3))
    with pytest.raises(TypeError, match="expected a real number, got str"):
        tanh(np.array(["a"]))
    with pytest.raises(TypeError, match="got list"):
        tanh([0.5])


def test_numpy_is_imported_only_for_an_array():
    text = """if True:
        import sys
        from autograd import Value, grad, hessian, jvp, record, tanh
        grad(lambda x: tanh(x[0]) * x[1])([1.0, 2.0]), hessian(lambda x: x**3)(1.0), jvp(tanh, (1.0,), (1.0,))
        record(lambda x: x[0] * 2.0, [1.0]).value_and_grad([2.0])
        assert "numpy" not in sys.modules
    """
    subprocess.run([sys.executable, "-c", text], check=True)
