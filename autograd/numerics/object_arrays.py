"""NumPy's arrays as structures of numbers; rows over arrays; what NumPy says where it knows no way.

A function that is differentiated towards an array receives an array of the same shape whose entries are Values (an
object array, in NumPy's words). Arithmetic, `@`, slices and sums are NumPy's own: it applies the operators of the
entries. np.log1p and its like call the entries' method of that name (see operators.py). What NumPy has no loop over
objects for, a row of the table does: `autograd.logaddexp(x, y)`.

NumPy itself is imported only where there is an array already.
"""

import re
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any


def is_array(thing: Any) -> bool:
    """Whether `thing` is an array of NumPy's. (One with a mask is not: nobody here would look at the mask.)"""
    return hasattr(thing, "__array_finalize__") and not hasattr(thing, "mask")


def entries(array: Any) -> list[Any]:
    """What stands in `array`, row by row, as Python's numbers."""
    import numpy as np

    return np.asarray(array).ravel().tolist()


def array_of(shape: tuple[int, ...], numbers: Sequence[Any]) -> Any:
    """The array of `shape`: of floats if all `numbers` are, else of objects. Of shape (), the number itself."""
    if shape == ():
        return numbers[0]
    import numpy as np

    if all(isinstance(x, float) for x in numbers):
        return np.array(numbers, dtype=np.float64).reshape(shape)
    array = np.empty(len(numbers), dtype=object)
    for i, number in enumerate(numbers):
        array[i] = number
    return array.reshape(shape)


def has_axes(thing: Any) -> bool:
    """Whether `thing` is an array and no number: one of shape () is a number."""
    return is_array(thing) and thing.ndim > 0


def over_arrays(function: Callable[..., Any], args: tuple[Any, ...]) -> Any:
    """`function` for every entry, with NumPy's broadcasting."""
    import numpy as np

    result = np.frompyfunc(function, len(args), 1)(*args)
    return array_of(result.shape, entries(result))


# What NumPy says where it knows no way ------------------------------------------------------------------------------
#: functions of NumPy and SciPy without a loop over objects, and who does the same here
_INSTEAD = {
    **{name: name for name in ("logaddexp", "logaddexp2", "float_power", "erf", "erfc")},
    "expit": "sigmoid",
    "log_expit": "logsigmoid",
    "gammaln": "lgamma",
    "psi": "digamma",
    "ndtr": "normal_cdf",
}
_NO_LOOP = re.compile(
    r"ufunc '(?P<function>\w+)' not supported for the input types"
    r"|Cannot cast ufunc '(?P<cast>\w+)' input"
    r"|of type (?P<kind>\w+) which has no callable (?P<method>\w+) method"
    r"|^'(?P<owner>float|int)' object has no attribute '(?P<attribute>hypot|arctan2|fmod)'"
)


@contextmanager
def telling_of_loops() -> Iterator[None]:
    """An error of NumPy's about what stands in an array of objects becomes a TypeError that says what to do."""
    try:
        yield
    except (TypeError, AttributeError) as error:
        if (found := _NO_LOOP.search(str(error))) is None:
            raise
        raise TypeError(_advice(**found.groupdict())) from error


def _advice(
    function: str | None,
    cast: str | None,
    kind: str | None,
    method: str | None,
    owner: str | None,
    attribute: str | None,
) -> str:
    name = function or cast or method or attribute
    if (kind or owner) in ("float", "int"):
        return (
            f"np.{name} met a plain number in an array of Values, and asked it for a method {name}, as it asks every "
            f"entry: autograd.{name} takes both, one by one or in arrays"
        )
    if name in _INSTEAD:
        return f"{name} takes no Values: autograd.{_INSTEAD[name]} takes them, one by one or in arrays"
    return (
        f"{name} takes no Values. Operators, @, slices, sums, np.exp and its like take them, and so do autograd's own "
        "functions; of the numbers alone, [v.data for v in x.flat], no derivative is known"
    )
