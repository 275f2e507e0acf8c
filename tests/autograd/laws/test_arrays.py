"""Arrays in, arrays out: every derivative of a function of arrays is that of the same function of nested lists."""

import itertools
import pickle
from functools import partial

import numpy as np
import pytest

import autograd
from autograd import (
    Program,
    Value,
    check_gradients,
    differentiate,
    elementwise_grad,
    grad,
    hessian,
    hvp,
    jacobian,
    jvp,
    no_grad,
    record,
    value_and_grad,
    vjp,
)

RNG = np.random.default_rng(18)
SHAPES = [(3,), (1,), (2, 3), (2, 1, 2), (0,), ()]
POINTS = [RNG.uniform(0.2, 1.2, size=shape) for shape in SHAPES]
each_point = pytest.mark.parametrize("x", POINTS, ids=[str(shape) for shape in SHAPES])


def energy(x):
    flat = np.ravel(np.asarray(x))
    return np.sum(np.log1p(flat**2)) + sum(a * np.sin(b) for a, b in itertools.pairwise(flat))


def entrywise(x):
    return np.exp(-(np.asarray(x) ** 2)) * np.asarray(x)


def nested(x):
    """`x` as numbers in lists."""
    return x.tolist() if isinstance(x, np.ndarray) else x


@each_point
def test_gradients_have_the_shape_of_their_array(x):
    value, slope = value_and_grad(energy)(x)
    wanted_value, wanted = value_and_grad(energy)(nested(x))
    assert value == wanted_value
    assert np.shape(slope) == x.shape == np.shape(grad(energy)(x))
    assert np.array_equal(slope, np.array(wanted).reshape(x.shape))
    assert np.array_equal(grad(energy)(x), slope)
    if x.shape:
        assert (slope.dtype, type(slope)) == (np.float64, np.ndarray)


@each_point
def test_second_derivatives_have_the_shape_twice(x):
    found, n = hessian(energy)(x), x.size
    assert np.shape(found) == x.shape * 2
    wanted = np.array(hessian(energy)(nested(x.ravel()) if x.shape else nested(x)))
    assert np.array_equal(np.reshape(found, (n, n)), wanted.reshape(n, n))
    v = RNG.normal(size=x.shape)
    (product,) = hvp(energy, (x,), (v,))
    assert np.shape(product) == x.shape
    assert np.ravel(product) == pytest.approx(np.reshape(found, (n, n)) @ v.ravel(), rel=1e-12)


@each_point
def test_jacobians_have_the_shape_of_the_result_and_then_of_the_argument(x):
    found, n = jacobian(entrywise)(x), x.size
    assert np.shape(found) == x.shape * 2
    diagonal = np.exp(-(x**2)) * (1.0 - 2.0 * x**2)
    assert np.reshape(found, (n, n)) == pytest.approx(np.diag(np.ravel(diagonal)), rel=1e-14)
    assert elementwise_grad(entrywise)(x) == pytest.approx(diagonal, rel=1e-14)
    v = RNG.normal(size=x.shape)
    y, rate = jvp(entrywise, (x,), (v,))
    assert y == pytest.approx(entrywise(x), rel=1e-15)
    assert rate == pytest.approx(diagonal * v, rel=1e-14)
    y, pullback = vjp(entrywise, x)
    assert (np.shape(y), np.shape(rate), np.shape(pullback(v)[0])) == (x.shape,) * 3
    assert pullback(v)[0] == pytest.approx(diagonal * v, rel=1e-14)


def test_a_jacobian_of_a_matrix_towards_a_matrix():
    A, X = RNG.normal(size=(2, 3)), RNG.normal(size=(3, 4))
    towards_a, towards_x = jacobian(lambda A, X: A @ X, argnums=(0, 1))(A, X)
    assert np.array_equal(towards_a, np.einsum("ik,lj->ijkl", np.eye(2), X))
    assert np.array_equal(towards_x, np.einsum("il,jk->ijlk", A, np.eye(4)))
    per_row = jacobian(lambda X: [np.sum(X[0]), X[1]])(X)  # structures outside, axes inside
    assert (per_row[0].shape, per_row[1].shape) == ((3, 4), (4, 3, 4))
    in_dict = jacobian(lambda p: p["w"] * p["b"])({"w": X, "b": 2.0})
    assert (in_dict["w"].shape, in_dict["b"].tolist()) == ((3, 4, 3, 4), X.tolist())


def test_arguments_of_every_kind_side_by_side():
    def f(weights, scale, *, power):
        (W, b), data = weights, scale["data"]
        return np.sum((data @ W + b) ** power), data

    W, b, data = RNG.normal(size=(3, 2)), RNG.normal(size=2), RNG.normal(size=(5, 3))
    (slopes, scale), aux = grad(f, argnums=(0, 1), has_aux=True)([W, b], {"data": data}, power=2)
    rest = 2 * (data @ W + b)
    assert slopes[0] == pytest.approx(data.T @ rest, rel=1e-13)
    assert slopes[1] == pytest.approx(rest.sum(axis=0), rel=1e-13)
    assert scale["data"] == pytest.approx(rest @ W.T, rel=1e-13)
    assert (aux.dtype, aux.tolist()) == (np.float64, data.tolist())  # numbers again
    fixed = grad(lambda x, A: x @ A @ x)(b, np.eye(2))  # not selected: an array of floats, as it came
    assert fixed == pytest.approx(2 * b)


@pytest.mark.parametrize("dtype", ["f4", "f2", "i8", "u1", "?"])
def test_every_dtype_of_reals_is_computed_with_in_doubles(dtype):
    x = np.array([1, 0, 1], dtype=dtype)
    slope = grad(lambda x: np.sum(x * x * x))(x)
    assert (slope.dtype, slope.tolist()) == (np.float64, [3.0, 0.0, 3.0])


def test_orders_nest_and_layouts_do_not_matter():
    x = np.asfortranarray(RNG.uniform(size=(3, 2)))[::-1]
    third = elementwise_grad(elementwise_grad(elementwise_grad(np.sin)))(x)
    assert third == pytest.approx(-np.cos(x), rel=1e-14)
    cubes = jacobian(jacobian(jacobian(lambda x: np.sum(x**3))))(x)
    assert cubes.shape == (3, 2) * 3
    assert cubes.sum() == 6.0 * x.size
    inner = grad(lambda x: np.sum(grad(energy)(x) ** 2))(x)  # 2 H g
    (product,) = hvp(energy, (x,), (grad(energy)(x),))
    assert inner == pytest.approx(2 * product, rel=1e-12)
    forward = jvp(grad(energy), (x,), (np.ones_like(x),))[1]
    assert forward == pytest.approx(hvp(energy, (x,), (np.ones_like(x),))[0], rel=1e-12)


def test_values_in_arrays_give_arrays_of_values():
    w = Value(3.0)
    x = np.array([1.0, 2.0])
    slope = grad(lambda x: np.sum(w * x**2))(x)
    assert (slope.dtype, [s.data for s in slope]) == (object, [6.0, 12.0])
    np.sum(slope).backward()
    assert w.grad == 6.0
    with no_grad():
        assert grad(lambda x: np.sum(w * x**2))(x).tolist() == [6.0, 12.0]
    leaves = np.array([Value(1.0), Value(2.0)])
    slopes = grad(lambda x: x @ x)(leaves)
    assert [s.data for s in slopes] == [2.0, 4.0]
    assert [s.data for s in differentiate(leaves @ leaves, leaves)] == [2.0, 4.0]
    assert [s.data for s in differentiate(np.sum(slopes), leaves)] == [2.0, 2.0]


def test_a_result_of_one_entry_is_a_number():
    x = np.array([[1.0], [2.0]])
    value, slope = value_and_grad(lambda x: x.T @ x)(x)
    assert (value.tolist(), slope.tolist()) == ([[5.0]], [[2.0], [4.0]])
    for wrong, message in (
        (lambda x: x, r"returned an array of shape \(2, 1\)"),
        (lambda x: list(x[0]), r"list of 1"),
        (lambda x: x[:0], r"array of shape \(0, 1\)"),
    ):
        with pytest.raises(TypeError, match=message + ", and this derivative needs one number"):
            grad(wrong)(x)
    assert grad(lambda x: np.array(x[0, 0]))(x).tolist() == [[1.0], [0.0]]


def test_directions_have_the_shape_of_their_array():
    x = np.ones((2, 2))
    for call in (partial(jvp, entrywise), partial(hvp, energy)):
        with pytest.raises(TypeError, match=r"an array of shape \(2, 2\), got one of shape \(2,\)"):
            call((x,), (np.ones(2),))
        call((x,), ([[1.0, 0.0], [0.0, 0.0]],))
    with pytest.raises(TypeError, match=r"the cotangent should be an array of shape \(2, 2\)"):
        vjp(entrywise, x)[1](np.ones(4))


def test_check_gradients_takes_arrays():
    report = check_gradients(lambda X, y: np.arctan(X @ y), RNG.normal(size=(2, 2)), np.array([0.5, 2.0]), order=2)
    assert "d f[0] / d X[1, 0]" in {c.name for c in report.comparisons}
    broken = autograd.operation(lambda a, y: 2.1 * a)(lambda x: x * x)

    def squares(x):
        return broken(x)

    with pytest.raises(AssertionError, match=r"d squares\[1\] / d x\[1\]"):
        check_gradients(squares, np.array([0.0, 1.0]))


# Recorded programs ----------------------------------------------------------------------------------------------------
def test_a_recorded_function_gets_arrays_and_answers_in_arrays():
    w = Value(2.0, label="w")
    X, y = RNG.normal(size=(2, 3)), RNG.normal(size=2)
    loss = lambda X, y: w * np.sum(np.log1p((X @ X.T @ y) ** 2))  # noqa: E731
    program = record(loss, X, y)
    other = (RNG.normal(size=(2, 3)), RNG.normal(size=2))
    value, slopes = program.value_and_grad(*other)
    wanted, wanted_slopes = value_and_grad(loss, argnums=(0, 1))(*other)
    assert (value, program(*other)) == (pytest.approx(wanted.data, rel=1e-14),) * 2
    for slope, right in zip(slopes, wanted_slopes, strict=True):
        assert slope.dtype == np.float64
        assert slope == pytest.approx(np.vectorize(lambda v: v.data)(right), rel=1e-12)
    program.check(*other)
    assert program(other[0].tolist(), other[1]) == value  # lists of the same shape are alike
    with pytest.raises(TypeError, match=r"shape \(2, 3\), got one of shape \(3, 2\)"):
        program(X.T, y)
    columns = (RNG.normal(size=(4, 2, 3)), RNG.normal(size=(4, 2)))
    assert program.map(*columns) == pytest.approx([program(*row) for row in zip(*columns, strict=True)], rel=1e-13)


def test_a_recorded_result_of_arrays_is_one_everywhere():
    w = Value(2.0, label="w")
    program = record(lambda x: {"y": w * np.exp(x), "first": (x[0], x[:0])}, np.array([1.0, 2.0]))
    x = np.array([0.5, -0.5])
    rebuilt = Program.loads(program.dumps())
    bound = program.bind(np)
    for again in (
        program(x),
        rebuilt(x),
        program.map(x[None])[0],
        bound(np.array([2.0]), x),
        bound(np.array([2.0]), [0.5, -0.5]),
        pickle.loads(pickle.dumps(bound))(np.array([2.0]), x),
    ):
        assert (again["y"].dtype, again["y"].shape) == (np.float64, (2,))
        assert again["y"] == pytest.approx(2.0 * np.exp(x), rel=1e-15)
        assert (again["first"][0], again["first"][1].shape) == (0.5, (0,))
    assert rebuilt.dumps() == program.dumps()


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ('"shape": [ 2 ]', '"shape": [ 3 ]', "the shape in example is .3., expected the axes of an array of 2 numbers"),
        ('"shape": [ 2 ]', '"shape": [ -1, -2 ]', "the shape in example"),
        ('"shape": [ 2 ]', '"shape": [ ]', "the shape in example"),
        ('"shape": [ 2 ]', '"shape": [ "2" ]', r"shape\[0\]"),
        ('"of"', '"off"', "'of' is missing"),
    ],
)
def test_a_file_with_an_array_that_is_none_is_refused(old, new, message):
    text = record(lambda x: np.sum(x), np.array([1.0, 2.0])).dumps()
    assert old in text
    with pytest.raises(ValueError, match=message):
        Program.loads(text.replace(old, new))


def test_a_file_with_arrays_is_read_as_lists_where_numpy_is_missing(monkeypatch):
    from autograd.programs import json_file

    text = record(lambda x: x[0] @ x[1] * np.ones((1, 2)), np.array([[1.0, 2.0], [3.0, 4.0]])).dumps()
    monkeypatch.setattr(json_file, "numpy_is_there", lambda: False)
    assert Program.loads(text)([[1.0, 0.0], [5.0, 6.0]]) == [[5.0, 5.0]]
