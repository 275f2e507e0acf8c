"""What recursion without an order makes of gradients."""

import math

import pytest

from autograd import Value, explain, naive_backward, where


def ladder(levels):
    x = y = Value(1.0)
    for _ in range(levels):
        y = y + y
    return x, y


def by_hand(y):
    """The recursion as people write it, on .grad."""
    y.grad = 1.0

    def backward(node):
        for parent, local in zip(node.parents, node.local_grads, strict=True):
            parent.grad += local * node.grad
            backward(parent)

    backward(y)


def shared():
    a, b = Value(2.0, label="a"), Value(3.0, label="b")
    d = a * b
    return a, b, d, d * d + d * a


def test_naive_recursion_computes_what_it_would_by_hand():
    a, b, _, y = shared()
    found = naive_backward(y)
    by_hand(y)
    assert {node: node.grad for node in found.naive} == found.naive
    assert found.right[a] == explain(y, a).derivative == 48.0
    assert found.right[b] == explain(y, b).derivative == 28.0
    assert found.wrong == [a, b]
    assert (found.visits, found.edges) == (12, 8)
    assert naive_backward(y, max_visits=12).visits == 12
    with pytest.raises(ValueError, match="more than max_visits=11"):
        naive_backward(y, max_visits=11)
    assert "2 of 6 gradients wrong; 12 steps along 8 edges" in str(found)
    assert repr(found) == str(found)


def test_it_is_right_on_a_tree_and_on_shared_leaves():
    a = Value(3.0)
    assert naive_backward((a * a) * a).wrong == []
    assert naive_backward(a).naive == {a: 1.0}


def test_a_gradient_that_is_nan_both_ways_is_not_wrong():
    a = Value(math.inf, label="a")
    found = naive_backward(a * 0.0 * a)
    assert math.isnan(found.right[a])
    assert math.isnan(found.naive[a])
    assert found.wrong == []
    assert "wrong\n" not in str(found)


def test_its_steps_are_counted_before_they_are_taken():
    _, y = ladder(40)
    with pytest.raises(ValueError, match=r"2,199,023,255,550 steps on this graph of 80 edges"):
        naive_backward(y)
    x = y = Value(1.0)
    for _ in range(5000):
        y = y + 1.0
    assert naive_backward(y).naive[x] == 1.0  # deeper than Python's own recursion would go
    with pytest.raises(TypeError, match="has to be a Value"):
        naive_backward(1.0)
    with pytest.raises(TypeError, match="max_visits"):
        naive_backward(y, max_visits="all")


def test_what_where_has_not_chosen_gets_nothing_from_either():
    condition, chosen, other = Value(1.0), Value(2.0), Value(3.0)
    found = naive_backward(where(condition, chosen, other))
    assert found.naive == found.right
    assert [found.naive[v] for v in (condition, chosen, other)] == [0.0, 1.0, 0.0]


def test_a_graph_that_leads_round_in_a_circle_is_refused():
    a = Value(1.0)
    b = Value(2.0, (a,), (1.0,))
    a._prev = (b,)
    with pytest.raises(ValueError, match="leads round in a circle"):
        naive_backward(b)


@pytest.mark.parametrize(("label", "shown"), [("a" * 24, "a" * 24), ("b" * 25, "b" * 16 + "…" + "b" * 7)])
def test_names_of_up_to_24_letters_are_shown_whole(label, shown):
    x = Value(2.0, label=label)
    assert explain(x * x, x).names[x] == shown
    assert f"  {shown} " in str(naive_backward(x * x))
