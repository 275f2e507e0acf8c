"""Hessian times vector, where a part of the graph has no way to pass a change on."""

import autograd
from autograd import Value, grad, hvp


def test_what_is_rounded_adds_nothing_even_with_a_graph_around():
    w = Value(3.0)  # of nobody's inputs, so the answer gets a graph of its own
    (found,) = hvp(lambda x: autograd.round(x * x) + w * x * x, (2.0,), (1.0,))
    assert found.data == 6.0
    found.backward()
    assert w.grad == 2.0


def test_a_function_of_rounded_numbers_alone_does_not_bend():
    assert hvp(lambda x: autograd.round(x * x), (2.0,), (1.0,)) == (0.0,)
    assert grad(lambda w: hvp(lambda x: autograd.round(x * x) * w + w * x, (2.0,), (1.0,))[0])(5.0) == 0.0
