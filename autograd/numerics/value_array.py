"""The array of Values that a function of arrays receives.

It imports NumPy: it is asked for where there is an array already.
"""

from functools import cache
from typing import Any

import numpy as np

from autograd.numerics.numpys_loops import FUNCTIONS, QUESTIONS


class ValueArray(np.ndarray[Any, Any]):
    """An array of objects that applies `FUNCTIONS` entry by entry; all else (+, @, sums, order) is NumPy's own."""

    def __array_ufunc__(self, ufunc: Any, method: str, *inputs: Any, out: Any = None, **named: Any) -> Any:
        if out is not None:
            named["out"] = tuple(map(_plain, out))
        plain = [_plain(x) for x in inputs]
        objects = any(isinstance(x, np.ndarray) and x.dtype.hasobject for x in plain)  # x.argsort() is one of ints
        loop = (_loop(ufunc.__name__, ufunc.nin) if objects else None) or ufunc
        with np.errstate(all="ignore"):  # of operations on Values NumPy does not warn either
            result = getattr(loop, method)(*plain, **named)
        if out is not None:
            return out[0]
        return result.astype(bool) if ufunc.__name__ in QUESTIONS else _asking(result)

    def __array_function__(self, function: Any, types: Any, args: Any, named: Any) -> Any:
        return _asking(super().__array_function__(function, types, args, named))


@cache
def _loop(name: str, arguments: int) -> Any:
    """A ufunc that applies the function of ours under this name; None if there is none."""
    function = FUNCTIONS.get(name) or QUESTIONS.get(name)
    return None if function is None else np.frompyfunc(function, arguments, 1, identity=None)


def _plain(array: Any) -> Any:
    return array.view(np.ndarray) if isinstance(array, ValueArray) else array


def _asking(result: Any) -> Any:
    """`result`, as an array that asks the table if it is one of objects, and as NumPy's own if it is not."""
    if type(result) not in (np.ndarray, ValueArray):
        return result
    return result.view(ValueArray if result.dtype.hasobject else np.ndarray)
