"""backward(), topological_order() and steps()."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

import autograd
from autograd import BackwardStep, ForwardStep, SeedStep, Value, steps, topological_order, where
from autograd.backprop import ordered
from autograd.events import adjoints


def test_leaves_accumulate_and_interior_nodes_are_set():
    a = Value(3.0)
    square = a * a
    y = square * a
    y.backward()
    assert (a.grad, square.grad, y.grad) == (27.0, 3.0, 1.0)
    y.backward()
    assert (a.grad, square.grad, y.grad) == (54.0, 3.0, 1.0)


def test_overlapping_graphs_add_up():
    a = Value(2.0)
    shared = a * a
    (shared * 3).backward()
    (shared + a).backward()
    assert a.grad == 12.0 + 5.0


def test_the_seed():
    a = Value(2.0)
    (a * a).backward(0.5)
    (a * a).backward(gradient=-1)
    assert a.grad == 2.0 - 4.0
    autograd.backward(a * a)
    assert a.grad == 2.0 - 4.0 + 4.0
    with pytest.raises(TypeError, match="str"):
        (a * a).backward("1")


def test_a_leaf_is_its_own_root():
    a = Value(2.0)
    a.backward()
    a.backward(2.0)
    assert a.grad == 3.0
    b = Value(2.0)
    b.backward(-0.0)
    assert math.copysign(1.0, b.grad) == 1.0  # 0.0 + -0.0


def test_leaves_that_hold_nothing_have_floats_afterwards_and_zeros_without_a_sign():
    a, b, c = Value(2.0), Value(3.0), Value(4.0)
    a.grad, b.grad, c.grad = 0, False, -0.0
    (a * -0.0 + b + c * 0.0).backward()
    assert [repr(leaf.grad) for leaf in (a, b, c)] == ["0.0", "1.0", "0.0"]


def test_what_was_computed_is_differentiated_whatever_happened_to_the_data_since():
    a, b = Value(2.0), Value(5.0)
    y = a * b
    a.data = 100.0
    y.backward()
    assert (a.grad, b.grad) == (5.0, 2.0)


def test_integers_assigned_to_data_and_grad_are_numbers():
    a = Value(2.0)
    a.data, a.grad = 3, 0
    (a * a).backward()
    assert a.grad == 6.0


@pytest.mark.parametrize("wrong", ["3", None, [1.0], Value(1.0)], ids=lambda w: type(w).__name__)
def test_data_that_is_no_number_is_reported_and_nothing_changes(wrong):
    p, q = Value(1.0, label="p"), Value(2.0)
    y = p * q
    p.data = wrong
    with pytest.raises(TypeError, match=rf"'p' is {type(wrong).__name__}"):
        y.backward()
    with pytest.raises(TypeError, match="'p'"):
        list(steps(y))
    assert (p.grad, q.grad) == (0.0, 0.0)


def test_data_of_the_root_that_is_no_number_is_reported():
    p = Value(1.0)
    y = p * p
    y.data = None
    with pytest.raises(TypeError, match="the data of a mul Value is NoneType"):
        y.backward()
    assert p.grad == 0.0


def test_the_classic_slip_is_reported():
    p = Value(1.0, label="p")
    (p * p).backward()
    p.data -= Value(0.1) * p.grad
    with pytest.raises(TypeError, match=r"p\.data -= lr \* p\.grad"):
        (p * p).backward()


def test_a_grad_that_is_no_number_is_reported_and_nothing_changes():
    p, q = Value(1.0, label="p"), Value(2.0)
    y = p * q
    p.grad = None
    with pytest.raises(TypeError, match=r"the grad of the Value 'p' is NoneType None.*Start again with 0\.0"):
        y.backward()
    assert (p.grad, q.grad, y.grad) == (None, 0.0, 0.0)
    p.grad = 0  # a whole number does no harm
    y.backward()
    assert (p.grad, q.grad) == (2.0, 1.0)


def test_backward_of_something_else_is_refused():
    for call in (autograd.backward, lambda x: list(steps(x)), lambda x: autograd.backward([x])):
        with pytest.raises(TypeError, match="starts from a Value"):
            call(3.0)


def test_topological_order_has_parents_first_and_every_node_once():
    a, b = Value(1.0), Value(2.0)
    c = a * b
    d = c + a
    y = d * c
    order = topological_order(y)
    assert order == [a, b, c, d, y]
    assert topological_order(a) == [a]


@st.composite
def graphs(draw):
    """A random graph over three leaves with much sharing, and its leaves."""
    nodes = leaves = [Value(draw(st.floats(-2, 2))) for _ in range(3)]
    for _ in range(draw(st.integers(1, 25))):
        left, right = draw(st.sampled_from(nodes)), draw(st.sampled_from([*nodes, 0.5]))
        kind = draw(st.sampled_from("+-*tdm"))
        made = {"+": left + right, "-": left - right, "*": left * right, "t": left.tanh(), "d": left / 3 + right,
                "m": autograd.dot(nodes[-3:], nodes[:3], right)}[kind]  # fmt: skip
        nodes = [*nodes, made]
    return nodes[-1], leaves


@given(graphs(), st.floats(-3, 3))
def test_steps_tell_what_backward_does_bit_for_bit(graph, seed):
    y, leaves = graph
    last, used = {y: seed}, {}
    events = list(steps(y, seed))
    for event in events:
        if isinstance(event, BackwardStep):
            assert event.product == event.local * event.upstream
            assert event.before == last.get(event.parent, 0.0)
            assert event.after == event.before + event.product
            assert event.upstream == last[event.node]
            last[event.parent] = event.after
            used[event.parent] = event.use
            assert event.use <= event.uses
    assert all(leaf.grad == 0.0 for leaf in leaves)
    y.backward(seed)
    for node in topological_order(y):
        assert node.grad == last.get(node, 0.0)
    kinds = [type(event) for event in events]
    assert kinds == sorted(kinds, key=[ForwardStep, SeedStep, BackwardStep].index)
    assert kinds.count(SeedStep) == 1
    assert kinds.count(ForwardStep) == sum(node.op is not None for node in topological_order(y))


def test_topological_order_has_what_was_not_chosen():
    a, b = Value(2.0), Value(3.0)
    chosen, other = a * b, (unused := a + b) * unused
    y = autograd.where(True, chosen, other)
    root = y + a
    assert topological_order(root) == [a, b, chosen, unused, other, y, root]
    assert topological_order(other, y) == [a, b, unused, other, chosen, y]
    assert topological_order(alone := autograd.where(True, a, b)) == [a, b, alone]


@given(graphs())
def test_order_is_topological_on_random_graphs(graph):
    y, _ = graph
    order = topological_order(y)
    position = {node: i for i, node in enumerate(order)}
    assert len(position) == len(order)
    assert order[-1] is y
    assert all(position[p] < position[node] for node in order for p in node.parents)


def test_infinities_and_nans_go_through_without_raising():
    x = Value(0.0)
    (x.log() * 2 + 1 / x).backward()
    assert x.grad == -math.inf or math.isnan(x.grad)


@pytest.mark.parametrize("slope", [2.0, math.inf, math.nan, 1e308])
@pytest.mark.parametrize("upstream", [0.0, -0.0, 1.0])
def test_a_node_of_many_parents_passes_on_as_one_of_two_does(slope, upstream):
    few, many = [Value(slope), Value(slope), Value(3.0)], [Value(slope), Value(slope), Value(3.0)]
    (upstream * (few[0] * few[2] + few[1] * few[2])).backward()
    (upstream * autograd.dot(many[:2], [many[2]] * 2)).backward()
    assert repr([leaf.grad for leaf in many]) == repr([leaf.grad for leaf in few])


def test_steps_starts_from_one_and_counts_the_uses_of_each_value():
    a = Value(3.0)
    seed, *edges = [event for event in steps(a * a) if not isinstance(event, ForwardStep)]
    assert seed.gradient == 1.0
    assert [(event.use, event.uses) for event in edges] == [(1, 2), (2, 2)]


def test_gradients_are_added_to_all_leaves_or_to_none():
    a, b = Value(1.0), Value(2.0)
    a.grad = 0.5
    autograd.backprop.add_to_grads([a, b], [10.0, 20.0])
    assert (a.grad, b.grad) == (10.5, 20.0)
    b.grad = None
    with pytest.raises(TypeError, match="grad"):
        autograd.backprop.add_to_grads([a, b], [1.0, 1.0])
    assert a.grad == 10.5


def test_a_circle_is_in_order_up_to_the_root():
    """Links written by hand can lead round; whoever is on the way already is not gone to again."""
    a, b = Value(2.0), Value(3.0)
    middle = a * b
    root = middle + b
    a._prev = (b, root)
    assert ordered(root) == ([b], [a, middle, root])


def test_the_order_of_several_roots_is_that_of_each_after_the_other():
    a, b, alone = Value(1.0), Value(2.0), Value(3.0)
    shared = a * b
    y, z = shared + b, b * shared
    assert topological_order(b, z, alone, y, z) == [b, a, shared, z, alone, y]
    assert topological_order(y, shared) == [a, b, shared, y]
    with pytest.raises(TypeError, match="starts from a Value, got float"):
        topological_order(y, 1.0)


def test_adjoints_are_what_backward_would_add_and_touch_nothing():
    a, b = Value(3.0), Value(4.0)
    y = (a * b) * a
    order = topological_order(y)
    found = adjoints(order, {y: 2.0})
    assert all(node.grad == 0.0 for node in order)
    y.backward(2.0)
    assert found == {node: node.grad for node in order}
    assert adjoints([order[2], y], {y: 1.0}) == {order[2]: 3.0, y: 1.0}


def test_what_several_roots_are_made_of_stands_in_the_order_of_the_roots():
    a, b, c = Value(1.0), Value(2.0), Value(3.0)
    x, y, z = a * 2.0, b * 2.0, c * 2.0
    assert topological_order(x, y, z, a) == [a, x, b, y, c, z]
    assert topological_order(z, x, y) == [c, z, a, x, b, y]


def test_what_was_not_chosen_is_listed_once_and_visited_once():
    a, b = Value(1.0), Value(2.0)
    y = where(1.0, a, b)
    made = [a, b, y]
    for _ in range(60):  # 2^60 ways down
        y = y + y
        made.append(y)
    assert topological_order(y) == made
