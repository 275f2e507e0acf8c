"""copy, deepcopy and pickle."""

import copy
import io
import pickle
from fractions import Fraction

import pytest

import autograd
from autograd import Value, dot, explain, no_grad, softmax, topological_order, trace_lines
from autograd.modes import RESULT


class V(Value):
    pass


def example():
    a, b = Value(2.0, label="a"), V(3.0, label="b")
    b.m = [1, 2]
    with trace_lines():
        y = dot([a, b], [b, 0.5], 1.0) * softmax([a, b])[0] + (3 - a) ** 2
    y = y + dot([a, b], [b, a])
    y.backward()
    return a, b, y


def through_pickle(thing):
    return pickle.loads(pickle.dumps(thing))


@pytest.mark.parametrize("duplicate", [copy.deepcopy, through_pickle])
def test_a_copied_graph_is_the_same_graph_on_leaves_of_its_own(duplicate):
    a, b, y = example()
    y2, a2, b2, again = duplicate((y, a, b, y))
    assert again is y2
    assert (type(a2), type(b2), b2.m) == (Value, V, [1, 2])
    before, after = topological_order(y), topological_order(y2)
    assert [n for n in after if n.op is None] == [a2, b2]
    for old, new in zip(before, after, strict=True):
        assert old is not new
        assert (old.data, old.grad, old.label, old.op, old.local_grads, old.line, type(old)) == \
            (new.data, new.grad, new.label, new.op, new.local_grads, new.line, type(new))  # fmt: skip
        assert [o if type(o) is float else before.index(o) for o in old.operands] == \
            [o if type(o) is float else after.index(o) for o in new.operands]  # fmt: skip
    grads = a.grad, b.grad
    y2.backward()
    assert (a2.grad, b2.grad) == (2 * grads[0], 2 * grads[1])
    assert (a.grad, b.grad) == grads


@pytest.mark.parametrize("duplicate", [copy.deepcopy, through_pickle])
def test_inner_nodes_that_are_copied_together_are_nodes_of_the_copied_graph(duplicate):
    a = Value(2.0)
    h = a * a
    y = (h + 1) * a
    h2, y2, a2 = duplicate((h, y, a))
    y3, a3, h3 = duplicate([y, a, h])
    for result, inner, leaf in ((y2, h2, a2), (y3, h3, a3)):
        assert (result.parents[0].parents, inner.parents) == ((inner,), (leaf, leaf))
        result.backward()
        assert (inner.grad, leaf.grad) == (2.0, 13.0)
    assert str(duplicate(explain(y, h))) == str(explain(y, h))


@pytest.mark.parametrize("pickler", [pickle.Pickler, pickle._Pickler])
@pytest.mark.parametrize("protocol", range(pickle.HIGHEST_PROTOCOL + 1))
def test_a_deep_graph_takes_its_inner_nodes_along_by_any_pickler(pickler, protocol):
    x = Value(1.0)
    nodes = [x]
    for _ in range(3000):
        nodes.append(nodes[-1] * 0.999 + x)
    for together in ((nodes[-1], nodes[1500]), (nodes[1500], nodes[-1])):
        file = io.BytesIO()
        pickler(file, protocol).dump(together)
        deep, shallow = sorted(pickle.loads(file.getvalue()), key=lambda node: -node.data)
        assert shallow in topological_order(deep)


def test_a_graph_that_could_not_be_pickled_leaves_the_next_one_as_it_is():
    x = Value(1.0)
    x.what_no_pickle_holds = lambda: None
    y = x * 2.0
    for _ in range(2):
        with pytest.raises((pickle.PicklingError, AttributeError), match="lambda"):
            pickle.dumps(y)
    del x.what_no_pickle_holds
    z = y
    for _ in range(3000):
        z = z + 1.0
    assert through_pickle(z).data == 3002.0


def test_a_shallow_copy_is_another_node_on_the_same_operands():
    a, _, y = example()
    z = copy.copy(y)
    assert z is not y
    assert (z.parents, z.data, z.op) == (y.parents, y.data, y.op)
    leaf = copy.copy(a)
    leaf.data = 7.0
    assert a.data == 2.0


class Slotted(Value):
    __slots__ = ("unit", "unset")


@pytest.mark.parametrize("duplicate", [copy.copy, copy.deepcopy, through_pickle])
def test_slots_that_a_subclass_adds_are_copied(duplicate):
    leaf = Slotted(2.0)
    leaf.unit = "kg"
    node = leaf * 3.0
    node.unit = "t"
    assert (duplicate(leaf).unit, duplicate(node).unit) == ("kg", "t")
    assert not hasattr(duplicate(leaf), "unset")


@pytest.mark.parametrize("assigned", [3, True, Fraction(1, 3)])
@pytest.mark.parametrize("again", [copy.copy, copy.deepcopy, lambda y: pickle.loads(pickle.dumps(y))])
def test_what_is_made_of_data_that_is_no_float_holds_floats_and_travels(assigned, again):
    a, b = Value(2.0), Value(5.0)
    a.data = assigned
    made = [a * b, a * 2.0, 2.0 * a, a**2, a / b, b - a, a**b, autograd.tanh(a), autograd.dot([a, b], [b, a])]
    for y in [*made, autograd.where(1.0, a, b), autograd.where(a, a, b)]:
        z = again(y)
        assert {type(number) for number in (y.data, *y.local_grads, *z.local_grads)} == {float}
        assert (z.data, z.local_grads) == (y.data, y.local_grads)


def test_what_hangs_on_a_leaf_may_lead_to_a_node_above_it_on_which_more_hangs():
    a = Value(2.0)
    y = a * 3.0
    a.twin, y.m = y, 1
    copied = through_pickle(y)
    assert (copied.data, copied.m, copied.parents[0].data) == (6.0, 1, 2.0)
    assert copied.parents[0].twin.m == 1


@pytest.mark.parametrize("duplicate", [copy.deepcopy, through_pickle])
def test_what_hangs_on_an_inner_node_may_be_any_node_of_the_graph(duplicate):
    a, b = Value(2.0), Value(3.0)
    m = a * b
    y = m + a
    m.above, m.itself, y.first, y.leaf = y, m, m, b
    z = duplicate(y)
    product, one = z.parents
    assert (product.above, product.itself, z.first, z.leaf) == (z, product, product, product.parents[1])
    assert (one.data, z.leaf.data, z.data) == (2.0, 3.0, 8.0)


@pytest.mark.parametrize("duplicate", [copy.copy, copy.deepcopy, through_pickle])
def test_a_copy_carries_what_its_node_carries_and_no_dict_of_its_own_for_nothing(duplicate):
    named = Value(3.0, "w") * 2.0
    named.label, named.unit = "y", "kg"
    for node in (Value(2.0), Value(2.0) * 3.0, named):
        assert vars(duplicate(node)) == vars(node)


@pytest.mark.parametrize("above", [0, 2])
@pytest.mark.parametrize("duplicate", [copy.deepcopy, pickle.dumps])
def test_a_graph_that_leads_round_in_a_circle_is_refused(duplicate, above):
    a = Value(1.0)
    y = a * 2.0 + a
    a._prev = (y,)
    for _ in range(above):
        y = y * 1.5
    with pytest.raises(ValueError, match="leads round in a circle, through a _prev set by hand"):
        duplicate(y)


@pytest.mark.parametrize("duplicate", [copy.copy, copy.deepcopy, through_pickle])
@pytest.mark.parametrize("kind", [Value, V])
def test_a_copy_of_a_result_without_a_graph_is_one(duplicate, kind):
    with no_grad():
        y = kind(2.0) * 3.0
    y.label, y.grad, y.color = "y", 2.0, "red"
    twin = duplicate(y)
    assert (twin.data, twin.grad, twin.label, twin.color, twin._left) == (6.0, 2.0, "y", "red", RESULT)
    assert (type(twin), twin.op, twin.parents) == (kind, None, ())
    assert duplicate(y * 2.0).parents[0]._left is RESULT
    assert duplicate(kind(2.0))._left is None
