"""Value: what a node knows, what it accepts, what it refuses, and the code of others that runs on it."""

import copy
import math
import operator
import random
from decimal import Decimal
from fractions import Fraction

import numpy as np
import pytest

from autograd import Value, dot, native, no_grad, ops
from autograd.modes import mode


def test_a_leaf():
    x = Value(3, label="x")
    assert (x.data, x.grad, x.op, x.label, x.line) == (3.0, 0.0, None, "x", None)
    assert x.operands == x.parents == x.local_grads == ()
    assert type(x.data) is float
    assert repr(x) == "Value(data=3.0, grad=0.0, label='x')"
    assert repr(Value(3)) == "Value(data=3.0, grad=0.0)"
    x.label = "w" * 100_000 + "1"
    assert repr(x) == f"Value(data=3.0, grad=0.0, label='{'w' * 53}…{'w' * 25}1')"
    assert f"{x:.2f} {Value(1)}" == "3.00 Value(data=1.0, grad=0.0)"


def test_operands_parents_and_local_grads_stand_in_the_order_written():
    a, b = Value(3.0), Value(4.0)
    assert (a * a).parents == (a, a)
    assert (a * b).operands == (a, b)
    assert (a * b).local_grads == (4.0, 3.0)
    assert (3 - a).operands == (3.0, a)
    assert (3 - a).parents == (a,)
    assert (3 - a).local_grads == (-1.0,)
    assert (a - 3).operands == (a, 3.0)
    assert (a / b).local_grads == (0.25, -3 / 16)
    assert (-a).operands == (a,)
    assert (2**a).operands == (2.0, a)
    assert ops.where(0.0, a, b).parents == (b,)
    y = ops.where(True, a, b)
    assert (y.operands, y.parents, y.local_grads) == ((1.0, a, b), (a,), (1.0,))


def test_slopes_are_floats_whatever_data_was_assigned():
    a, b = Value(1.0), Value(2.0)
    a.data, b.data = 3, True
    assert [type(d) for d in (a * b).local_grads] == [float, float]


@pytest.mark.parametrize("compare", [operator.lt, operator.le, operator.gt, operator.ge])
def test_order_goes_by_data(compare):
    for a, b in ((1.0, 2.0), (2.0, 2.0), (3.0, 2.0), (math.nan, 2.0)):
        assert compare(Value(a), Value(b)) is compare(Value(a), b) is compare(a, Value(b)) is compare(a, b)
    for stranger in (None, 1j, Decimal(2)):
        with pytest.raises(TypeError, match="not supported between instances of 'Value' and"):
            compare(Value(1.0), stranger)


def test_dividing_by_zero_has_the_derivatives_of_ieee_arithmetic():
    assert (Value(2.0) / 0).local_grads == (math.inf,)
    assert (2.0 / Value(0.0)).local_grads == (-math.inf,)
    assert (Value(2.0) / Value(0.0)).local_grads == (math.inf, -math.inf)


@pytest.mark.parametrize("make", [
    lambda x: x.detach(), no_grad()(lambda x: x * 2.0), lambda x: x * x, lambda x: x * 2.0, lambda x: 2.0 - x,
    lambda x: x.tanh(), lambda x: ops.where(1.0, x, x), lambda x: ops.total(x, x, x), mode(lines=True)(lambda x: x * x),
])  # fmt: skip
def test_a_new_node_starts_with_a_gradient_of_zero_and_without_a_name(make):
    x = Value(0.5, label="x")
    x.grad = 3.0
    y = make(x)
    assert (y.grad, y.label, type(y.grad)) == (0.0, "", float)


@pytest.mark.parametrize(("write", "expected"), [
    (lambda a: a + 2, 5.0), (lambda a: 2 + a, 5.0), (lambda a: a - 2, 1.0), (lambda a: 2 - a, -1.0),
    (lambda a: a * 2, 6.0), (lambda a: 2 * a, 6.0), (lambda a: a / 2, 1.5), (lambda a: 3 / a, 1.0),
    (lambda a: a**2, 9.0), (lambda a: 2**a, 8.0), (lambda a: a**a, 27.0), (lambda a: -a, -3.0), (lambda a: +a, 3.0),
    (lambda a: abs(-a), 3.0), (lambda a: a + True, 4.0), (lambda a: a * Fraction(1, 3), 1.0),
    (lambda a: a * np.float32(2), 6.0), (lambda a: np.float64(2) * a, 6.0), (lambda a: np.int64(2) - a, -1.0),
])  # fmt: skip
def test_operators_on_both_sides(write, expected):
    y = write(Value(3.0))
    assert type(y) is Value
    assert type(y.data) is float
    assert y.data == pytest.approx(expected, rel=1e-15)


@pytest.mark.parametrize("stranger", ["2", None, 1j, [1.0], Decimal(2), {}], ids=lambda s: type(s).__name__)
def test_operators_refuse_strangers_by_name(stranger):
    for write in (operator.add, operator.sub, operator.mul, operator.truediv, operator.pow):
        for pair in ((Value(3.0), stranger), (stranger, Value(3.0))):
            with pytest.raises(TypeError, match=type(stranger).__name__):
                write(*pair)
    with pytest.raises(TypeError, match=type(stranger).__name__):
        _ = Value(3.0) < stranger


NO_REAL_NUMBERS = ["3", None, 1j, [1], Value(1.0), Decimal(1), np.ones(1)]


@pytest.mark.parametrize("thing", NO_REAL_NUMBERS, ids=lambda t: type(t).__name__)
def test_construction_refuses_what_is_no_real_number(thing):
    with pytest.raises(TypeError, match=type(thing).__name__):
        Value(thing)


def test_numpys_doubles_in_data_make_more_of_them():
    """On both engines, with the slopes of floats, and with NumPy's warnings where it has any."""
    v, w = Value(2.0), Value(3.0)
    v.data = np.float64(2.0)
    for y, data, slopes in (
        *((v * w, 6.0, (3.0, 2.0)), (w - v, 1.0, (1.0, -1.0)), (v / 4, 0.5, (0.25,)), (6 / v, 3.0, (-1.5,))),
        *((v * v, 4.0, (2.0, 2.0)), (-v, -2.0, (-1.0,)), (v + np.float64(1.0), 3.0, (1.0,)), (w * v, 6.0, (2.0, 3.0))),
    ):
        assert (type(y.data), y.data, y.local_grads) == (np.float64, data, slopes)
        assert {type(d) for d in y.local_grads} == {float}
    assert type(v.tanh().data) is type((v * Value(1.0)).operands[1].data) is float
    with pytest.warns(RuntimeWarning, match="divide by zero"):
        assert (v / 0.0).data == math.inf


def test_truth_is_a_bool_beside_numpys_numbers():
    v = Value(0.0)
    v.data = np.float64(2.0)
    assert bool(v) is True


def test_data_that_is_a_value_is_no_number_for_a_row_that_is_called():
    v = Value(1.0)
    v.data = Value(2.0)
    with pytest.raises(TypeError, match="expected a real number, got Value"):
        ops.sub(Value(3.0), v)


def test_unlike_asks_the_like_of_a_subclass():
    class Same(Value):
        __hash__ = Value.__hash__

        def __eq__(self, other):
            return True

    assert (Same(1.0) != 2) is False


def test_order_and_truth_go_by_data_equality_by_identity():
    a, b, c = Value(1.0), Value(2.0), Value(1.0)
    assert a < b <= b
    assert b > a >= c
    assert a < 1.5
    assert a > 0
    assert a != c
    assert a == a
    assert len({a, b, c}) == 3
    assert bool(a)
    assert not Value(0.0)
    assert not Value(math.nan) < a
    assert max([a, b]) is b
    assert min([b, a, c]) is a
    assert sorted([b, a]) == [a, b]
    assert sum([a, b]).data == 3.0


def test_forgetting_the_graph_silently_is_refused():
    for forget in (float, int, complex, math.exp, math.sqrt):
        with pytest.raises(TypeError, match=r"\.data"):
            forget(Value(1.0))


def test_a_typing_slip_in_an_attribute_is_an_error():
    p = Value(1.0)
    with pytest.raises(AttributeError, match="'Value' object has no attribute 'gard'"):
        _ = p.gard


def test_a_subclass_takes_attributes_of_its_own_and_passes_on():
    class V(Value):
        pass

    p = V(1.0)
    p.m = 0
    y = (p * 2 + 1).tanh()
    y.note = "mine"
    y.backward()
    assert type(y) is V
    assert p.grad == y.op.local_grads((3.0,), y.data)[0] * 2
    assert type(2 - p) is type(ops.hypot(p, Value(1.0))) is type(p.detach()) is V


def test_a_subclass_may_hand_a_reflected_operator_on_with_two_values():
    class Counted(Value):
        def __rsub__(self, other):
            out = super().__rsub__(other)
            out.counted = True
            return out

    a, b = Value(5.0), Counted(2.0)
    for y in (a - b, b.__rsub__(a)):
        y.backward()
        assert (y.data, y.counted) == (3.0, True)
    assert (a.grad, b.grad) == (2.0, -2.0)
    assert Counted(1.0).__radd__(None) is NotImplemented


def test_a_slip_in_a_call_of_backward_is_told_under_its_own_name():
    with pytest.raises(TypeError, match=r"^Value\.backward\(\) got an unexpected keyword argument 'retain_graph'"):
        Value(1.0).backward(retain_graph=True)


def test_in_place_operators_rebind():
    x = y = Value(2.0)
    y += 1
    y *= x
    assert (x.data, y.data) == (2.0, 6.0)
    y.backward()
    assert x.grad == 5.0  # d (x + 1) x / dx = 2x + 1


def test_detach_stops_the_gradient():
    x = Value(2.0)
    (x * (x * x).detach()).backward()
    assert x.grad == 4.0


def test_object_arrays_of_values_work_in_numpy():
    values = np.array([Value(1.0), Value(2.0)])
    assert values.dtype == object
    total = (values * 2 + np.array([10.0, 20.0])).sum()
    assert total.data == 36.0
    total.backward()
    assert [v.grad for v in values] == [2.0, 2.0]
    assert [v.data for v in Value(2.0) * np.array([1.0, 2.0])] == [2.0, 4.0]
    assert (values @ np.array([1.0, 3.0])).data == 7.0


# Code written for others --------------------------------------------------------------------------------------------
def test_the_neuron_of_karpathys_lecture_by_hand():
    """micrograd lecture, 2022: every _backward called by hand."""
    x1, x2 = Value(2.0, label="x1"), Value(0.0, label="x2")
    w1, w2 = Value(-3.0, label="w1"), Value(1.0, label="w2")
    b = Value(6.8813735870195432, label="b")
    x1w1 = x1 * w1; x1w1.label = "x1*w1"  # fmt: skip  # noqa: E702
    x2w2 = x2 * w2
    s = x1w1 + x2w2
    n = s + b
    o = n.tanh()
    assert o.grad == 0
    o.grad = 1.0
    for node in (o, n, b, s, x2w2, x1w1):
        node._backward()
    expected = [(x1, -1.5), (w1, 1.0), (x2, 0.5), (w2, 0.0)]
    assert [v.grad for v, _ in expected] == pytest.approx([g for _, g in expected], abs=1e-9)


def test_a_hand_written_draw_dot_works():
    a = Value(2.0, label="a")
    root = (3 - a) * a + 1

    nodes, edges = set(), set()

    def trace(v):
        if v not in nodes:
            nodes.add(v)
            for child in v._prev:
                edges.add((child, v))
                trace(child)

    trace(root)
    assert sorted(n._op for n in nodes) == ["", "", "", "*", "+", "-"]
    assert sorted(n.data for n in nodes if n._op == "") == [1.0, 2.0, 3.0]
    assert len(edges) == 6
    assert len((a * a)._prev) == 1


def test_the_names_of_operations_that_micrograd_shows():
    a = Value(2.0)
    shown = [(a + 1)._op, (a * 1)._op, (a**2)._op, (a**-0.5)._op, a.relu()._op, a.tanh()._op, a.exp()._op, a._op]
    assert shown == ["+", "*", "**2", "**-0.5", "ReLU", "tanh", "exp", ""]


def test_the_example_of_micrograds_readme():
    """micrograd README, 2020; the printed numbers."""
    a = Value(-4.0)
    b = Value(2.0)
    c = a + b
    d = a * b + b**3
    c += c + 1
    c += 1 + c + (-a)
    d += d * 2 + (b + a).relu()
    d += 3 * d + (b - a).relu()
    e = c - d
    f = e**2
    g = f / 2.0
    g += 10.0 / f
    assert f"{g.data:.4f}" == "24.7041"
    g.backward()
    assert f"{a.grad:.4f}" == "138.8338"
    assert f"{b.grad:.4f}" == "645.5773"


def test_microgpts_idiom():
    """The operations Karpathy's microgpt (2026) uses, in its style."""

    def softmax(logits):
        peak = max(val.data for val in logits)
        exps = [(val - peak).exp() for val in logits]
        total = sum(exps)
        return [e / total for e in exps]

    rng = random.Random(1)
    w = [[Value(rng.gauss(0, 0.1)) for _ in range(4)] for _ in range(3)]
    x = [Value(0.5)] * 4
    ms = sum(xi * xi for xi in x) / len(x)
    x = [xi * (ms + 1e-5) ** -0.5 for xi in x]
    logits = [sum(wi * xi for wi, xi in zip(wo, x, strict=True)) for wo in w]
    loss = -softmax(logits)[1].log()
    loss.backward()
    params = [p for row in w for p in row]
    m = [0.0] * len(params)
    for i, p in enumerate(params):
        m[i] = 0.9 * m[i] + 0.1 * p.grad
        p.data -= 0.01 * m[i]
        p.grad = 0
    assert sum(m) == pytest.approx(0.0, abs=1e-12)  # the rows of softmax's Jacobian add up to zero
    assert m[4] < 0 < m[0]


def test_eurekalabs_optimizer_hangs_its_state_on_the_parameters():
    class V(Value):
        pass

    p = V(1.0)
    p.m = p.v = 0
    for _ in range(3):
        loss = (p - 3) ** 2
        p.grad = 0
        loss.backward()
        p.m = 0.9 * p.m + 0.1 * p.grad
        p.v = 0.95 * p.v + 0.05 * p.grad**2
        p.data -= 0.1 * p.m / (p.v**0.5 + 1e-8)
    assert 1.0 < p.data < 3.0


def test_operators_are_documented_and_named_after_their_rows():
    if native.extension is None:  # Python itself documents the operators of a class in C
        assert Value.__mul__.__doc__ == Value.__rmul__.__doc__ == "a · b."
    assert Value.tanh.__doc__ == ops.tanh.__doc__
    with pytest.raises(TypeError, match=r"^Value\.pow\(\)"):
        pow(Value(2.0), 2, 3)


@pytest.mark.parametrize("name", ["data", "grad"])
def test_a_number_that_was_deleted_is_missed_wherever_it_is_read_until_there_is_one_again(name):
    a, b = Value(2.0), Value(3.0)
    y = a * b + b.tanh()
    delattr(b, name)
    reads = [lambda: getattr(b, name), lambda: repr(b), lambda: copy.deepcopy(y), y.backward]
    if name == "data":
        reads += [lambda: b + 1.0, lambda: 1.0 - b, lambda: a * b, b.tanh, lambda: b < 1.0, lambda: dot([a, b], [a, b])]
    for read in reads:
        with pytest.raises(AttributeError, match=rf"'(autograd\.value\.)?Value' object has no attribute '{name}'"):
            read()  # with the full name from Python 3.13 on
    with pytest.raises(AttributeError, match=f"^{name}$"):
        delattr(b, name)
    assert a.grad == 0.0
    setattr(b, name, 0.5)
    y.backward()
    assert a.grad == 3.0
    assert b.grad == pytest.approx(2.0 + 1.0 / math.cosh(3.0) ** 2 + (0.5 if name == "grad" else 0.0))
    assert (b + 1.0).data == (1.5 if name == "data" else 4.0)


def test_a_label_that_was_deleted_is_none_at_all():
    v = Value(1.0, label="v")
    del v.label
    assert v.label == ""
    with pytest.raises(AttributeError, match="'Value' object has no attribute 'label'"):
        del v.label
    v.label = "w"
    assert repr(v) == "Value(data=1.0, grad=0.0, label='w')"
