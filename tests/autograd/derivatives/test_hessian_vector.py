"""Hessian times vector, where a part of the graph has no way to pass a change on."""

import pytest

import autograd
from autograd import OPERATIONS, Value, grad, hvp


def test_what_is_rounded_adds_nothing_even_with_a_graph_around():
    w = Value(3.0)  # of nobody's inputs, so the answer gets a graph of its own
    (found,) = hvp(lambda x: autograd.round(x * x) + w * x * x, (2.0,), (1.0,))
    assert found.data == 6.0
    found.backward()
    assert w.grad == 2.0


@pytest.mark.parametrize("name", ["tan", "reciprocal", "cbrt", "exp2", "rsqrt", "sigmoid", "tanh", "gaussian"])
def test_with_a_graph_around_what_a_formula_reads_of_the_result_has_its_graph_too(name):
    """Third derivatives ∂/∂w of H·v, where the slope of an operation is written with its result y."""
    row = OPERATIONS[name]
    w, u = Value(1.3), Value(1.3)
    (product,) = hvp(lambda x: row(w * x), (0.4,), (2.0,))
    product.backward()
    (2.0 * grad(grad(lambda x: row(u * x)))(0.4)).backward()
    assert w.grad == pytest.approx(u.grad, rel=1e-12)


def test_a_function_of_rounded_numbers_alone_does_not_bend():
    assert hvp(lambda x: autograd.round(x * x), (2.0,), (1.0,)) == (0.0,)
    assert grad(lambda w: hvp(lambda x: autograd.round(x * x) * w + w * x, (2.0,), (1.0,))[0])(5.0) == 0.0
