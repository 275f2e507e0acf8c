"""NumPy's arrays as structures of numbers, and rows over arrays.

A function that is differentiated towards an array receives an array of the same shape whose entries are Values (an
object array, in NumPy's words; see value_array.py). Arithmetic, `@`, slices and sums are NumPy's own: it applies the
operators of the entries.

NumPy itself is imported only where there is an array already.
"""

from collections.abc import Callable, Sequence
from typing import Any


def is_array(thing: Any) -> bool:
    """Whether `thing` is an array of NumPy's. (One with a mask is not: nobody here would look at the mask.)"""
    return hasattr(thing, "__array_finalize__") and not hasattr(thing, "mask")


def entries(array: Any) -> list[Any]:
    """What stands in `array`, row by row, as Python's numbers."""
    import numpy as np

    return np.asarray(array).ravel().tolist()


def array_of(shape: tuple[int, ...], numbers: Sequence[Any]) -> Any:
    """The array of `shape`: of floats if all `numbers` are, else of Values. Of shape (), the number itself."""
    if shape == ():
        return numbers[0]
    import numpy as np

    from autograd.numerics.value_array import ValueArray

    if all(isinstance(x, float) for x in numbers):
        return np.array(numbers, dtype=np.float64).reshape(shape)
    array = ValueArray(len(numbers), dtype=object)
    for i, number in enumerate(numbers):
        array[i] = number
    return array.reshape(shape)


def has_axes(thing: Any) -> bool:
    """Whether `thing` is an array and no number: one of shape () is a number."""
    return is_array(thing) and thing.ndim > 0


def over_arrays(function: Callable[..., Any], args: tuple[Any, ...]) -> Any:
    """`function` for every entry, with NumPy's broadcasting."""
    import numpy as np

    with np.errstate(all="ignore"):  # the processor's flags, which a Python function raises in passing
        result = np.frompyfunc(function, len(args), 1)(*args)
    return array_of(result.shape, entries(result))
