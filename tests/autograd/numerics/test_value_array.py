"""The array of Values that a function receives: the table's rows in the place of NumPy's loops over objects."""

import copy
import math
import pickle

import numpy as np
import pytest
from scipy import special

from autograd import Value, grad, hessian, jacobian, jvp, no_grad, record
from autograd.numerics.numpys_loops import FUNCTIONS
from autograd.numerics.object_arrays import array_of
from autograd.numerics.value_array import ValueArray

POINT = np.array([0.45, 0.3, 0.7])


def of_values(*numbers):
    return array_of((len(numbers),), [Value(x) for x in numbers])


@pytest.mark.parametrize("name", FUNCTIONS)
def test_numpys_and_scipys_functions_over_values_and_numbers(name):
    function = getattr(np, name, None) or getattr(special, name)
    others = (0.4, 0.6) if name == "clip" else (0.6,) * (function.nin - 1)
    start = 1.0 if name == "arccosh" else 0.0
    weights = np.array([1.0, 10.0, 100.0])

    def f(x):
        mixed = np.where(np.arange(3) < 2, start + x, start + 0.25)  # two Values and a float
        return np.sum(function(mixed, *others) * weights)

    def number(x):
        return float(np.sum(function(start + np.array([*x[:2], 0.25]), *others) * weights))

    h = 1e-6
    slope = [(number(POINT + h * row) - number(POINT - h * row)) / (2 * h) for row in np.eye(3)]
    assert grad(f)(POINT) == pytest.approx(slope, abs=1e-7)
    value, (found,) = record(f, POINT).value_and_grad(POINT)
    assert value == pytest.approx(number(POINT), rel=1e-14)
    assert found == pytest.approx(slope, abs=1e-7)
    assert jvp(f, (POINT,), (np.ones(3),)) == pytest.approx((number(POINT), sum(slope)), abs=1e-7)


def test_a_tie_shares_and_nan_stays():
    tied = np.array([2.0, -1.0, 0.0])
    assert grad(lambda x: np.sum(np.maximum(x, 0.0)))(tied).tolist() == [1.0, 0.0, 0.5]
    assert grad(lambda x: np.sum(np.minimum(0.0, x)))(tied).tolist() == [0.0, 1.0, 0.5]
    assert grad(np.max)(np.array([1.0, 3.0, 3.0])).tolist() == [0.0, 0.5, 0.5]
    assert grad(lambda x: x.min())(np.array([3.0, 1.0, 1.0])).tolist() == [0.0, 0.5, 0.5]
    for largest in (np.max, lambda x: np.maximum(x[0], x)[2], lambda x: x.max(axis=(0,))):
        assert math.isnan(largest(of_values(1.0, math.nan, math.nan)).data)
    grid = np.array([[1.0, 5.0], [7.0, 2.0]])
    assert grad(lambda x: np.sum(x.max(axis=0, keepdims=True)))(grid).tolist() == [[0.0, 1.0], [1.0, 0.0]]
    assert grad(lambda x: np.max(x, axis=(0, 1)))(grid).tolist() == [[0.0, 0.0], [1.0, 0.0]]
    assert grad(lambda x: np.max(x, initial=9.0))(grid).tolist() == [[0.0, 0.0], [0.0, 0.0]]


def test_the_largest_entry_needs_no_guard():
    program = record(lambda x: np.max(x) + np.sum(np.clip(x, 0.0, 1.0)), POINT)
    assert program.value_and_grad(np.array([2.0, 0.5, -1.0]))[1][0].tolist() == [1.0, 1.0, 0.0]
    assert "1 recorded path" in repr(program)


def test_questions_are_answered_in_bools_and_heard_by_a_recording():
    x = of_values(1.0, math.inf, math.nan)
    assert [np.isnan(x).tolist(), np.isinf(-x).tolist(), np.isfinite(x).tolist()] == [
        [False, False, True],
        [False, True, False],
        [True, False, False],
    ]
    assert [np.isinf(x).tolist(), np.isfinite(-x).tolist()] == [[False, True, False], [True, False, False]]
    assert np.isnan(x).dtype == bool
    assert np.sum(x[np.isfinite(x)]).data == 1.0
    program = record(lambda x: np.sum(np.where(np.isnan(x), 0.0, x)), POINT)
    assert program(np.array([1.0, math.nan, 2.0])) == 3.0


def test_questions_about_an_array_of_shape_():
    array = of_values(1.0).reshape(())
    assert [f(array) for f in (np.isnan, np.isinf, np.isfinite)] == [False, False, True]


def test_what_is_made_of_it_asks_the_table_too():
    x = of_values(1.0, 2.0)
    for made in (x + 1.0, 2.0 * x, x[1:], x.T, np.concatenate([x, [3.0]]), np.where([True, False], x, 0.0), np.exp(x)):
        assert type(made) is ValueArray
        assert all(isinstance(v, Value | float) for v in np.exp(made))
    for number in (np.sum(x), x @ x, np.max(x), np.add.reduce(x)):
        assert type(number) is Value
    for other in (x > 1.0, np.isnan(x), np.argsort(x)):
        assert type(other) is np.ndarray
    order = x.argsort()
    assert (np.exp(order).dtype, order.tolist()) == (np.float64, [0, 1])
    assert type(np.array([1.0, 2.0]) * Value(1.0)) is np.ndarray  # a Value takes over no array


def test_in_place_and_out():
    x = of_values(1.0, 2.0)
    kept, (first, _) = x, x
    x += 1.0
    assert x is kept
    assert ([v.data for v in x], first.data) == ([2.0, 3.0], 1.0)
    out = of_values(0.0, 0.0)
    assert [v.data for v in np.exp(x, out=out)] == [v.data for v in out] == [math.exp(2.0), math.exp(3.0)]
    np.add.at(x, [0, 0], 1.0)
    assert [v.data for v in x] == [4.0, 3.0]


def test_copies_and_pickles():
    x = of_values(1.0, 2.0)
    for copied in (copy.deepcopy(x), pickle.loads(pickle.dumps(x))):
        assert type(copied) is ValueArray
        assert [v.data for v in copied] == [1.0, 2.0]
        assert copied is not x
    assert pickle.loads(pickle.dumps(x))[0] is not x[0]


def test_a_deep_copy_is_not_cut_off():
    def f(x):
        y = copy.deepcopy(x)
        y *= y[::-1].copy()
        return y[0] + x[1]

    assert grad(f)(np.array([2.0, 3.0])).tolist() == [3.0, 3.0]


def test_inner_derivatives_hand_on_such_arrays():
    softplus = lambda x: np.sum(np.logaddexp(0.0, x))  # noqa: E731
    relu_of_slope = lambda x: np.sum(np.maximum(grad(softplus)(x) - 0.5, 0.0))  # noqa: E731
    s = special.expit(POINT)
    assert grad(relu_of_slope)(POINT) == pytest.approx(s * (1.0 - s), rel=1e-14)
    assert hessian(softplus)(POINT) == pytest.approx(np.diag(s * (1.0 - s)), rel=1e-14)
    assert jacobian(special.expit)(POINT) == pytest.approx(np.diag(s * (1.0 - s)), rel=1e-14)
    with no_grad():
        assert grad(softplus)(POINT) == pytest.approx(s, rel=1e-15)


# Linear algebra ------------------------------------------------------------------------------------------------------
RNG = np.random.default_rng(7)
A, B, b = RNG.normal(size=(4, 4)), RNG.normal(size=(4, 2)), RNG.normal(size=4)
SPD = A @ A.T + np.eye(4)


def test_solutions_and_their_slopes():
    """d(A⁻¹b) = −A⁻¹·dA·A⁻¹b + A⁻¹·db."""
    inverse = np.linalg.inv(A)
    for right in (b, B):
        x = np.linalg.solve(A, right)
        assert jvp(np.linalg.solve, (A, right), (SPD, 0 * right)) == (
            pytest.approx(x, rel=1e-12),
            pytest.approx(-inverse @ SPD @ x, rel=1e-11),
        )
    assert jacobian(lambda b: np.linalg.solve(A, b))(b) == pytest.approx(inverse, rel=1e-12)
    towards = jacobian(np.linalg.inv)(A)
    assert towards == pytest.approx(-np.einsum("ik,lj->ijkl", inverse, inverse), rel=1e-10)


def test_determinants_and_their_slopes():
    """∂det/∂A = det·A⁻ᵀ, ∂ln|det|/∂A = A⁻ᵀ, whatever rows are exchanged."""
    for matrix in (A, A[::-1].copy(), np.array([[0.0, 2.0], [3.0, 0.0]]), np.array([[-2.0]])):
        inverse = np.linalg.inv(matrix).T
        assert grad(np.linalg.det)(matrix) == pytest.approx(np.linalg.det(matrix) * inverse, rel=1e-11)
        assert grad(lambda a: np.linalg.slogdet(a)[1])(matrix) == pytest.approx(inverse, rel=1e-11)
        found = array_of(matrix.shape, [Value(x) for x in matrix.ravel()])
        sign, size = np.linalg.slogdet(found)
        assert (sign, size.data) == pytest.approx(np.linalg.slogdet(matrix), rel=1e-12)
        assert np.linalg.det(found).data == pytest.approx(np.linalg.det(matrix), rel=1e-12)


def test_the_square_root_of_a_covariance():
    for root in (np.linalg.cholesky, lambda a: np.linalg.cholesky(a, upper=True).T):
        lower, change = jvp(root, (SPD,), (np.eye(4),))
        assert lower == pytest.approx(np.linalg.cholesky(SPD), rel=1e-12)
        assert change @ lower.T + lower @ change.T == pytest.approx(np.eye(4), abs=1e-12)
    # the likelihood of a Gaussian process: twice the sum of the logarithms is ln det
    log_det = lambda a: 2.0 * np.sum(np.log(np.diag(np.linalg.cholesky(a))))  # noqa: E731
    lower_half = grad(log_det)(SPD)
    inverse = np.linalg.inv(SPD)
    assert lower_half + lower_half.T - np.diag(np.diag(lower_half)) == pytest.approx(
        2 * inverse - np.diag(np.diag(inverse))
    )
    program = record(lambda a, b: b @ np.linalg.solve(a, b), SPD, b)
    assert program(SPD + np.eye(4), b) == pytest.approx(b @ np.linalg.solve(SPD + np.eye(4), b), rel=1e-12)


def test_what_has_no_solution():
    for call in (np.linalg.inv, np.linalg.det, np.linalg.slogdet):
        with pytest.raises(np.linalg.LinAlgError, match="Singular matrix"):
            call(array_of((2, 2), [Value(1.0)] * 4))
    with pytest.raises(np.linalg.LinAlgError, match="not positive definite"):
        np.linalg.cholesky(array_of((2, 2), [Value(-1.0)] * 4))
    with pytest.raises(np.linalg.LinAlgError, match="square"):
        np.linalg.det(array_of((1, 2), [Value(1.0)] * 2))
    with pytest.raises(ValueError, match="match"):
        np.linalg.solve(array_of((2, 2), [Value(1.0)] * 4), np.ones(4))
    with pytest.raises(TypeError, match="takes no Values"):
        grad(lambda x: np.sum(np.linalg.inv(x.reshape(1, 2, 2))))(np.array([1.0, 2.0, 3.0, 4.0]))
