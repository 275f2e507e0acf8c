"""What is not chosen has no say: an infinite or missing slope there meets no gradient, in any mode and at any order."""

import copy
import math
import pickle

import pytest
from hypothesis import given
from hypothesis import strategies as st

import autograd
from autograd import (
    Value,
    grad,
    heaviside,
    hessian,
    hvp,
    jacobian,
    jvp,
    log,
    record,
    sin,
    sqrt,
    topological_order,
    where,
)
from autograd.ops import OPERATIONS, piecewise

# (function, point, derivatives of orders 0 to 3): at each point the other branch has a slope that is infinite or nan.
CASES = {
    "root": (lambda x: where(x > 0.0, sqrt(x), 0.0), 0.0, [0.0, 0.0, 0.0, 0.0]),
    "root of less than nothing": (lambda x: where(x > 0.0, sqrt(x), 0.0), -3.0, [0.0, 0.0, 0.0, 0.0]),
    "root, by a Value": (lambda x: where(heaviside(x), sqrt(x), 3.0 * x), -3.0, [-9.0, 3.0, 0.0, 0.0]),
    "x ln x": (lambda x: where(heaviside(x), x * log(x), 0.0), 0.0, [0.0, 0.0, 0.0, 0.0]),
    "x ln x, where it is": (lambda x: where(heaviside(x), x * log(x), 0.0), 1.0, [0.0, 1.0, 1.0, -1.0]),
    "sinc by hand": (lambda x: where(x * x, sin(x) / x, 1.0), 0.0, [1.0, 0.0, 0.0, 0.0]),
    "cases": (lambda x: piecewise(x, x * x, 1.0, log(x)), -2.0, [4.0, -4.0, 2.0, 0.0]),
    "one inside the other": (
        lambda x: where(heaviside(x), where(heaviside(x - 1.0), 1.0 / (x - 1.0), x), log(x)),
        0.5,
        [0.5, 1.0, 0.0, 0.0],
    ),
    "used outside as well": (lambda x: where(heaviside(x), sqrt(x), 0.0) + x * x, -1.0, [1.0, -2.0, 2.0, 0.0]),
}  # fmt: skip
EVERY = pytest.mark.parametrize(("f", "x", "right"), CASES.values(), ids=CASES)


@EVERY
def test_backward_and_derivatives_of_every_order(f, x, right):
    leaf = Value(x)
    f(leaf).backward()
    found = [f(Value(x)).data, grad(f)(x), grad(grad(f))(x), grad(grad(grad(f)))(x)]
    assert found == pytest.approx(right, rel=1e-15)
    assert leaf.grad == pytest.approx(right[1], rel=1e-15)


@EVERY
def test_forward_mode_and_its_mixtures(f, x, right):
    assert jvp(f, (x,), (1.0,)) == pytest.approx((right[0], right[1]), rel=1e-15)
    assert hessian(f)(x) == pytest.approx(right[2], rel=1e-15)
    assert hvp(f, (x,), (1.0,)) == pytest.approx((right[2],), rel=1e-15)
    assert jvp(grad(f), (x,), (1.0,))[1] == pytest.approx(right[2], rel=1e-15)
    assert jacobian(lambda v: [f(v[0])])([x]) == [[pytest.approx(right[1], rel=1e-15)]]


@EVERY
def test_programs_choose_anew_at_every_replay(f, x, right):
    for where_recorded in (x, 4.0, -4.0):
        program = record(f, where_recorded)
        value, (slope,) = program.value_and_grad(x)
        assert (value, slope) == pytest.approx(right[:2], rel=1e-15), where_recorded
        assert record(grad(f), where_recorded)(x) == pytest.approx(right[1], rel=1e-15)
        assert record(grad(grad(f)), where_recorded)(x) == pytest.approx(right[2], rel=1e-15)
        assert record(lambda t: jvp(f, (t,), (1.0,))[1], where_recorded)(x) == pytest.approx(right[1], rel=1e-15)


@pytest.mark.parametrize("arrays", [False, True])
def test_batches_in_which_some_examples_choose_otherwise(arrays):
    np = pytest.importorskip("numpy")
    w = Value(2.0)
    program = record(lambda x: where(heaviside(x), sqrt(x) * w, w * w), 1.0)
    xs = [-3.0, 0.0, 4.0, 9.0]
    assert program.map(np.array(xs) if arrays else xs) == pytest.approx([4.0, 4.0, 4.0, 6.0])
    program.map_backward(np.array(xs) if arrays else xs, reduce="sum")
    assert w.grad == 4.0 + 4.0 + 2.0 + 3.0


def test_a_masked_mean_with_targets_that_are_missing():
    w = Value(0.5)
    rows = [(1.0, 2.0), (2.0, math.nan), (3.0, 1.0)]
    terms = [where(t == t, (w * x - t) ** 2, 0.0) for x, t in rows]
    autograd.mean(terms).backward()
    assert w.grad == pytest.approx((2 * (0.5 - 2.0) * 1.0 + 2 * (1.5 - 1.0) * 3.0) / 3, rel=1e-15)


def test_an_infinite_upstream_is_no_gradient_of_what_is_not_chosen():
    a, b, c = Value(0.0), Value(2.0), Value(1.0)
    sqrt(where(c, a, b)).backward()
    assert (a.grad, b.grad, c.grad) == (math.inf, 0.0, 0.0)


def test_what_is_not_chosen_is_an_operand_and_no_parent():
    x = Value(-3.0, label="x")
    root = sqrt(x)
    y = where(x > 0.0, root, 7.0)
    assert y.operands == (0.0, root, 7.0)
    assert (y.parents, y.local_grads) == ((), ())
    assert topological_order(y) == [x, root, y]
    z = where(heaviside(x), root, x)
    assert (z.parents, z.local_grads) == ((x,), (1.0,))
    assert list(map(type, autograd.steps(z)))[-1] is autograd.BackwardStep


@pytest.mark.parametrize("again", [copy.copy, copy.deepcopy, lambda y: pickle.loads(pickle.dumps(y))])
def test_it_travels_whole(again):
    x = Value(-3.0, label="x")
    y = again(where(heaviside(x), sqrt(x), x * 2.0))
    assert [math.isnan(o.data) for o in y.operands] == [False, True, False]
    assert y.operands[1].parents[0].label == "x"
    y.backward()
    assert y.operands[1].parents[0].grad == 2.0


def test_a_deep_nest_of_what_is_not_chosen_needs_no_recursion():
    y = Value(1.0)
    for _ in range(20_000):
        y = where(0.0, y, 2.0)
    assert len(topological_order(y)) == 20_001
    assert copy.deepcopy(y).data == 2.0


def test_every_row_that_chooses_gives_one_of_its_arguments():
    rows = [row for row in OPERATIONS.values() if row.chooses is not None]
    assert [row.name for row in rows] == ["where", "piecewise"]
    for row in rows:
        choices = [Value(float(i)) for i in range(1, len(row.derivatives))]
        for condition in (-1.0, 0.0, 1.0):
            chosen = choices[row.chooses(condition) - 1]
            assert row(condition, *choices).parents == (chosen,)
            assert row(condition, *choices).data == chosen.data
    assert piecewise.chooses(math.nan) is None


@given(st.floats(-3.0, 3.0), st.floats(-3.0, 3.0))
def test_where_nothing_is_wrong_the_mask_changes_nothing(x, c):
    plain = grad(lambda t: t * t if c else 3.0 * t)(x)
    assert grad(lambda t: where(c, t * t, 3.0 * t))(x) == plain
    assert record(lambda t, k: where(k, t * t, 3.0 * t), x, 1.0).value_and_grad(x, c)[1][0] == plain
