"""The array of Values that a function of arrays receives, and the linear algebra that needs more than + and @.

It imports NumPy: it is asked for where there is an array already.
"""

from collections.abc import Callable
from functools import cache
from typing import Any

import numpy as np

from autograd.numerics.numpys_loops import FUNCTIONS, QUESTIONS


class ValueArray(np.ndarray[Any, Any]):
    """An array of objects that applies `FUNCTIONS` entry by entry; all else (+, @, sums, order) is NumPy's own."""

    def __array_ufunc__(self, ufunc: Any, method: str, *inputs: Any, **named: Any) -> Any:
        plain = [x.view(np.ndarray) if type(x) is ValueArray else x for x in inputs]
        if (out := named.get("out")) is not None:
            named["out"] = tuple(x.view(np.ndarray) if type(x) is ValueArray else x for x in out)
        name = ufunc.__name__
        if (name in FUNCTIONS or name in QUESTIONS) and any(map(_has_objects, plain)):
            with np.errstate(all="ignore"):  # the processor's flags, which a Python function raises in passing
                result = getattr(_loop(name, ufunc.nin), method)(*plain, **named)
        else:
            result = getattr(ufunc, method)(*plain, **named)
        if out is not None:
            return out[0]
        if name in QUESTIONS:
            return result.astype(bool) if isinstance(result, np.ndarray) else np.bool_(result)  # of shape ()
        return _asking(result)

    def __array_function__(self, function: Any, types: Any, args: Any, named: Any) -> Any:
        if function in _LINEAR_ALGEBRA and all(np.ndim(x) <= 2 for x in args) and _is_square(args[0]):
            return _LINEAR_ALGEBRA[function](*args, **named)
        return _asking(super().__array_function__(function, types, args, named))

    def __deepcopy__(self, memo: Any) -> Any:
        """An array of its own with the same Values: copies of them would be cut off, and all derivatives 0."""
        return self.copy()


@cache
def _loop(name: str, arguments: int) -> Any:
    """A ufunc that applies the function of ours under this name."""
    return np.frompyfunc(FUNCTIONS.get(name) or QUESTIONS[name], arguments, 1, identity=None)


def _has_objects(x: Any) -> bool:
    """x.argsort() is a ValueArray, too, and has none."""
    return isinstance(x, np.ndarray) and x.dtype.hasobject


def _asking(result: Any) -> Any:
    """`result`, as an array that asks the table if it is one of objects, and as NumPy's own if it is not."""
    wanted = ValueArray if isinstance(result, np.ndarray) and result.dtype.hasobject else np.ndarray
    return result if type(result) not in (np.ndarray, ValueArray) or type(result) is wanted else result.view(wanted)


# Linear algebra, which NumPy leaves to LAPACK and its floats ----------------------------------------------------------
def solve(a: Any, b: Any) -> Any:
    """x with a·x = b, by elimination and substitution from below."""
    n, column = len(a), np.ndim(b) == 1
    table, _ = _eliminated(np.concatenate([a, b[:, None] if column else b], axis=1))
    x = table[:, n:]
    for row in reversed(range(n)):
        for known in range(row + 1, n):
            x[row] -= table[row, known] * x[known]
        x[row] /= table[row, row]
    return _asking(x[:, 0] if column else x)


def inv(a: Any) -> Any:
    """a⁻¹, the solution of a·x = 1."""
    return solve(a, np.eye(len(a)))


def det(a: Any) -> Any:
    """The product of the pivots, with the sign of the exchanges of rows."""
    table, sign = _eliminated(a)
    return sign * np.prod(np.diagonal(table))


def slogdet(a: Any) -> Any:
    """(sign, ln|det a|)."""
    table, sign = _eliminated(a)
    pivots = np.diagonal(table)
    of_floats = np.linalg.slogdet(np.eye(1))  # for its class, whose name differs between versions of NumPy
    return type(of_floats)(sign * np.prod(np.where(pivots < 0.0, -1.0, 1.0)), np.sum(np.log(_asking(abs(pivots)))))


def cholesky(a: Any, /, *, upper: bool = False) -> Any:
    """The lower triangle L with L·Lᵀ = a, of which the lower half is looked at; or Lᵀ of the upper half."""
    a = np.transpose(a) if upper else a
    lower = np.zeros((len(a), len(a)), dtype=object)
    for j in range(len(a)):
        rest = a[j:, j] - np.sum(lower[j:, :j] * lower[j, :j], axis=1)
        if rest[0] <= 0.0:
            raise np.linalg.LinAlgError("Matrix is not positive definite")
        lower[j:, j] = rest / FUNCTIONS["sqrt"](rest[0])
    return _asking(lower.T if upper else lower)


def _is_square(a: Any) -> bool:
    return np.ndim(a) == 2 and np.shape(a)[0] == np.shape(a)[1]


def _eliminated(a: Any) -> tuple[Any, float]:
    """Gauss: `a` with its upper triangle as if all below were zero, largest pivots first; −1 for an odd exchange."""
    table, sign = np.array(a, dtype=object), 1.0
    for c in range(len(table)):
        best = max(range(c, len(table)), key=lambda row: abs(table[row, c]))
        if best != c:
            table[[c, best]], sign = table[[best, c]], -sign
        if abs(table[c, c]) <= 0.0:
            raise np.linalg.LinAlgError("Singular matrix")
        factors = table[c + 1 :, c] / table[c, c]
        table[c + 1 :, c + 1 :] -= np.outer(factors, table[c, c + 1 :])
    return table, sign


_LINEAR_ALGEBRA: dict[Any, Callable[..., Any]] = {
    np.linalg.solve: solve,
    np.linalg.inv: inv,
    np.linalg.det: det,
    np.linalg.slogdet: slogdet,
    np.linalg.cholesky: cholesky,
}
