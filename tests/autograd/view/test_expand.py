"""Fused nodes as elementary ones: the same numbers, the same gradients, nothing changed."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from autograd import (
    Value,
    backward,
    cross_entropy,
    dot,
    logsumexp,
    mean,
    operation,
    softmax,
    sum_of_squares,
    tanh,
    topological_order,
    total,
)  # fmt: skip
from autograd.view.expand import expand, expand_all

FUSED = {
    "total": total,
    "mean": mean,
    "sum_of_squares": sum_of_squares,
    "logsumexp": logsumexp,
    "softmax_entry": lambda xs: softmax(xs)[1],
    "cross_entropy": lambda xs: cross_entropy(xs, 1),
    "dot": lambda xs: dot(xs, [x + 1.0 for x in xs], 0.5),
}
VARIADIC = {"total", "mean", "sum_of_squares", "logsumexp", "softmax_entry", "cross_entropy", "dot"}
numbers = st.lists(st.floats(-5, 5), min_size=2, max_size=5)


def test_every_variadic_row_has_a_recipe() -> None:
    from autograd import OPERATIONS

    assert {name for name, row in OPERATIONS.items() if row.variadic} == VARIADIC == set(FUSED)


@pytest.mark.parametrize("name", FUSED)
@given(data=numbers)
def test_the_same_value_and_gradients_to_the_last_few_bits(name: str, data: list[float]) -> None:
    xs = [Value(x) for x in data]
    y = FUSED[name](xs)
    plain = expand(y)
    assert not any(node.op is not None and node.op.variadic for node in topological_order(plain))
    assert plain.data == pytest.approx(y.data, rel=1e-13, abs=1e-13)
    backward(y)
    fused = [x.grad for x in xs]
    for x in xs:
        x.grad = 0.0
    backward(plain)
    assert [x.grad for x in xs] == pytest.approx(fused, rel=1e-10, abs=1e-12)


@pytest.mark.parametrize("name", FUSED)
def test_stored_gradients_are_carried_inside(name: str) -> None:
    xs = [Value(x) for x in (0.5, -1.0, 2.0)]
    y = tanh(FUSED[name](xs)) * 3.0
    y.label = "y"
    backward(y)
    plain = expand(y)
    assert plain.label == "y"
    assert plain.grad == 1.0
    shown = {node: node.grad for node in topological_order(plain) if node.op is not None}
    for x in xs:
        x.grad = 0.0
    backward(plain)
    assert [node.grad for node in shown] == pytest.approx(list(shown.values()), rel=1e-12, abs=1e-14)


def test_a_whole_softmax_shares_its_exponentials_and_sums_their_gradients() -> None:
    xs = [Value(x) for x in (1.0, 2.0, 3.0)]
    y = total([p * k for k, p in enumerate(softmax(xs))])
    backward(y)
    plain = expand(y)
    exps = [node for node in topological_order(plain) if node.op is not None and node.op.name == "exp"]
    assert len(exps) == 3
    shown = [node.grad for node in exps]
    backward(plain)
    assert shown == pytest.approx([node.grad for node in exps], rel=1e-12)


@pytest.mark.parametrize("data", [[-math.inf, -math.inf], [math.inf, 1.0], [-math.inf, 1.0]])
def test_a_logsumexp_of_infinite_numbers_is_what_the_fused_one_is(data: list[float]) -> None:
    y = logsumexp([Value(x) for x in data])
    assert expand(y).data == y.data == max(data)


def test_an_operation_of_ones_own_stays_itself_whatever_it_is_called() -> None:
    @operation(lambda a, b, y: b, lambda a, b, y: a, name="total")
    def product(a: float, b: float) -> float:
        return a * b

    y = product(Value(3.0), Value(4.0))
    assert expand(y) is y
    assert expand(y + total([y, 1.0])).data == 25.0


def test_what_has_no_fused_node_stays_itself() -> None:
    a = Value(2.0)
    y = tanh(a * a)
    assert expand(y) is y


def test_the_original_is_left_alone() -> None:
    w, x = [Value(1.0), Value(2.0)], [3.0, 4.0]
    y = tanh(dot(w, x, 0.1))
    before = [(node, node.grad, node.label, node.parents) for node in topological_order(y)]
    expand(y)
    assert before == [(node, node.grad, node.label, node.parents) for node in topological_order(y)]


def test_nodes_above_keep_the_numbers_they_were_made_with() -> None:
    x = Value(0.5)
    h = dot([x], [2.0])
    y = tanh(h)
    slope = y.local_grads
    plain = expand(y)
    assert plain.data == y.data
    assert plain.local_grads == slope


def test_origin_says_what_every_new_node_stands_for() -> None:
    w = [Value(1.0), Value(2.0)]
    y = dot(w, [3.0, 4.0], 0.5)
    expansion = expand_all(topological_order(y))
    made = [node for node in topological_order(expansion.new[y]) if node.op is not None]
    assert len(made) == 4
    assert all(expansion.origin[node] is y for node in made)
    z = tanh(w[0])
    above = expand_all(topological_order(z + y))
    for old in (w[0], z):  # nothing to expand there
        assert above.new[old] is above.origin[old] is old


def test_a_bias_of_plain_zero_is_left_out() -> None:
    assert expand(dot([Value(2.0)], [3.0])).op.name == "mul"  # type: ignore[union-attr]


def test_lines_are_carried_over() -> None:
    from autograd import trace_lines

    with trace_lines():
        y = dot([Value(2.0), Value(1.0)], [3.0, 4.0])
    assert y.line is not None
    assert {node.line for node in topological_order(expand(y)) if node.op is not None} == {y.line}


def test_the_total_of_one_term_is_that_term() -> None:
    x = Value(2.0, "x")
    assert expand(total([x])) is x
    y = expand(total([x * 3.0]) + 1.0)
    assert [node.op.symbol for node in topological_order(y) if node.op] == ["×", "+"]
    assert x.label == "x"
