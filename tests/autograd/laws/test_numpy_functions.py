"""NumPy's functions on the array that a differentiated function receives: which of them work, and their slopes."""

import math

import numpy as np
import pytest
from scipy import special

from autograd import grad, hessian, jvp, record

X = np.array([0.5, -1.0, 2.0])


def put(x):
    y = np.zeros_like(x)  # of objects, as x is; np.zeros(3) could hold no Value
    y[:] = x
    y[0] = y[1] * 2.0
    return y


FUNCTIONS = {
    # of one number
    "allclose": lambda x: np.sum(x) if np.allclose(x, x) else 0.0,
    "argmax": lambda x: x[np.argmax(x)],
    "average": lambda x: np.average(x, weights=[1.0, 2.0, 3.0]),
    "cumprod": lambda x: np.cumprod(x)[-1],
    "cumsum": lambda x: np.cumsum(x)[-1],
    "dot": lambda x: x.T.dot(x),
    "einsum": lambda x: np.einsum("i,j->ij", x, x).sum(),
    "inner": lambda x: np.inner(x, x),
    "matmul": lambda x: x @ x,
    "max": np.max,
    "mean": np.mean,
    "median": np.median,
    "nanmean": np.nanmean,
    "nansum": np.nansum,
    "norm": np.linalg.norm,
    "norm of sizes": lambda x: np.linalg.norm(x, 1),
    "norm of the largest": lambda x: np.linalg.norm(x, np.inf),
    "percentile": lambda x: np.percentile(x, 30.0),
    "polyval": lambda x: np.polyval(x, 2.0),
    "prod": np.prod,
    "ptp": np.ptp,
    "std": np.std,
    "tensordot": lambda x: np.tensordot(x, x, 1),
    "trace": lambda x: np.trace(np.outer(x, x)),
    "trapezoid": lambda x: np.dot(x[1:] + x[:-1], [0.5, 0.5]),
    "var": lambda x: np.var(x, ddof=1),
    "vdot": lambda x: np.vdot(x, x),
    "logaddexp.reduce": np.logaddexp.reduce,
    "maximum.accumulate": lambda x: np.maximum.accumulate(x)[2],
    # of arrays
    "append": lambda x: np.append(x, 1.0),
    "apply_along_axis": lambda x: np.apply_along_axis(lambda row: row * 2.0, 0, x),
    "block": lambda x: np.block([x, x]),
    "clip": lambda x: np.clip(x, -0.5, 1.0),
    "concatenate": lambda x: np.exp(np.concatenate([x, [1.0]])),
    "convolve": lambda x: np.convolve(x, [1.0, 2.0]),
    "cross": lambda x: np.cross(x, [1.0, 2.0, 3.0]),
    "diff": np.diff,
    "hstack": lambda x: np.log1p(np.hstack([x**2, 1.0])),
    "kron": lambda x: np.kron(x, x),
    "mask": lambda x: x[x > 0],
    "matrix_power": lambda x: np.linalg.matrix_power(np.outer(x, x), 2),
    "meshgrid": lambda x: np.meshgrid(x, x)[0],
    "mod": lambda x: x % 0.7,
    "nan_to_num": np.nan_to_num,
    "outer": lambda x: np.outer(x, x),
    "pad": lambda x: np.exp(np.pad(x, 1)),
    "power": lambda x: np.power(2.0, x),
    "put": put,
    "relu": lambda x: np.maximum(x, 0.0),
    "roll": lambda x: np.roll(x, 1) * x,
    "select": lambda x: np.select([x > 0, x < 0], [x, x**2], 0.0),
    "sinc": np.sinc,
    "softmax": lambda x: np.exp(x - np.max(x)) / np.sum(np.exp(x - np.max(x))),
    "sort": np.sort,
    "stack": lambda x: np.stack([x, 2.0 * x]),
    "take": lambda x: x[[1, 0, 1]],
    "tril": lambda x: np.tril(np.outer(x, x)),
    "unique": np.unique,
    "vectorize": lambda x: np.vectorize(lambda entry: entry * entry)(x),
    "where": lambda x: np.exp(np.where(x > 0, x, 0.0)),
    "within": lambda x: x[np.isfinite(x)],
    "scipy.special": lambda x: special.exp2(x) + special.cbrt(x) + special.log1p(x**2) + special.expm1(x),
}


@pytest.mark.parametrize("name", FUNCTIONS)
def test_a_function_of_numpys_has_the_slope_of_its_difference_quotient(name):
    weights = np.array([1.0, -2.0, 3.0, 0.5, 1.5, 0.7, 2.0, -1.0, 0.3])

    def f(x):
        y = np.ravel(FUNCTIONS[name](x))
        return np.sum(y * y * weights[: len(y)]) if len(y) > 1 else y[0]

    h = 1e-6
    slope = [(f(X + h * row) - f(X - h * row)) / (2 * h) for row in np.eye(3)]
    assert grad(f)(X) == pytest.approx(slope, rel=1e-7, abs=1e-7)
    value, (replayed,) = record(f, X).value_and_grad(X)
    assert value == pytest.approx(f(X), rel=1e-14)
    assert replayed == pytest.approx(grad(f)(X), rel=1e-13, abs=1e-15)
    assert jvp(f, (X,), (np.ones(3),)) == pytest.approx((f(X), math.fsum(slope)), rel=1e-7, abs=1e-7)
    second = hessian(f)(X)
    change = np.array([(grad(f)(X + h * row) - grad(f)(X - h * row)) / (2 * h) for row in np.eye(3)])
    assert second == pytest.approx(change, rel=1e-6, abs=1e-6)
