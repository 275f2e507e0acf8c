"""Operations written the micrograd way, and what else people do to a Value by hand."""

import copy
import gc
import math
import pickle
import weakref

import numpy as np
import pytest

import autograd
from autograd import (
    BackwardStep,
    Value,
    by_hand,
    detect_anomaly,
    dot,
    draw,
    explain,
    grad,
    hessian,
    hvp,
    jacobian,
    jvp,
    no_grad,
    record,
    stepper,
    steps,
    topological_order,
    trace_lines,
    vjp,
)


def closure_tanh(self):
    """As in the lecture."""
    t = math.tanh(self.data)
    out = Value(t, (self,), "tanh")

    def _backward():
        self.grad += (1.0 - t * t) * out.grad

    out._backward = _backward
    return out


def slope_tanh(self):
    """As in microgpt."""
    t = math.tanh(self.data)
    return Value(t, (self,), (1.0 - t * t,))


def closure_mul(self, other):
    out = Value(self.data * other.data, {self, other}, _op="*")

    def _backward():
        self.grad += other.data * out.grad
        other.grad += self.data * out.grad

    out._backward = _backward
    return out


def overridden_tanh(self):
    """An ordinary node that is given a closure."""
    out = self * 1.0
    out.data = math.tanh(self.data)

    def _backward():
        self.grad += (1.0 - out.data**2) * out.grad

    out._backward = _backward
    return out


class Own(Value):
    """micrograd's class copied out, on top of ours, whose constructor it does not call."""

    def __init__(self, data, _children=(), _op=""):
        self.data = data
        self.grad = 0
        self._backward = lambda: None
        self._prev = set(_children)
        self._op = _op

    def tanh(self):
        t = math.tanh(self.data)
        out = Own(t, (self,), "tanh")

        def _backward():
            self.grad += (1 - t**2) * out.grad

        out._backward = _backward
        return out


WAYS = [closure_tanh, slope_tanh, overridden_tanh, lambda v: v.tanh(), lambda v: Own(v.data).tanh() + 0.0 * v]
KINDS = dict(zip(("closure", "slopes", "overridden", "ordinary"), WAYS, strict=False))


def mixed(tanh, a, b):
    """Hand-made nodes above, below and beside ordinary ones; `a` is used on several ways."""
    first = tanh(a * b)
    return tanh(first * a + closure_mul(first, b)) * 2.0 + a


@pytest.mark.parametrize("kind", KINDS)
def test_mixed_graphs_are_right_forward_backward_and_backward_again(kind):
    a, b, c, d = Value(0.5, label="a"), Value(-0.25), Value(0.5), Value(-0.25)
    y, z = mixed(KINDS[kind], a, b), mixed(Value.tanh, c, d)
    assert y.data == pytest.approx(z.data, rel=1e-15)
    y.backward()
    z.backward()
    assert (a.grad, b.grad) == pytest.approx((c.grad, d.grad), rel=1e-14)
    first = a.grad, b.grad
    y.backward()
    assert (a.grad, b.grad) == (2.0 * first[0], 2.0 * first[1])
    y.backward(gradient=0.0)
    assert (a.grad, b.grad) == (2.0 * first[0], 2.0 * first[1])


@pytest.mark.parametrize("kind", KINDS)
def test_steps_pictures_and_explanations_learn_the_slopes(kind):
    a, b = Value(0.5, label="a"), Value(-0.25, label="b")
    y = mixed(KINDS[kind], a, b)
    told = {}
    for step in steps(y):
        if isinstance(step, BackwardStep):
            told[step.parent] = step.after
    assert all(node.grad == 0.0 for node in topological_order(y))
    y.backward()
    assert (told[a], told[b]) == pytest.approx((a.grad, b.grad), rel=1e-15)
    assert f"{a.grad:.4g}" in str(explain(y, a))
    assert "<svg" in draw(y).svg
    assert "tanh" in draw(y).text() or kind == "overridden"
    assert "<html" in stepper(y).page.lower()


@pytest.mark.parametrize("kind", ["closure", "slopes"])
def test_first_derivatives_are_known_and_higher_ones_name_operation(kind):
    f = KINDS[kind]
    slope = 1.0 - math.tanh(0.5) ** 2
    assert grad(f)(0.5) == slope
    assert jacobian(lambda x, y: [f(x), f(y) * x], argnums=(0, 1))(0.5, 0.0) == [(slope, 0.0), (0.0, 0.5)]
    assert vjp(f, 0.5)[1](2.0) == (2.0 * slope,)
    for ask in (
        lambda: grad(grad(f))(0.5),
        lambda: hessian(f)(0.5),
        lambda: grad(lambda x: f(x) * Value(1.0))(0.5),
        lambda: record(f, 0.5),
        lambda: autograd.differentiate(f(x := Value(0.5)), x),
        lambda: jvp(f, (0.5,), (1.0,)),
        lambda: hvp(f, (0.5,), (1.0,)),
    ):
        with pytest.raises(NotImplementedError, match=r"tanh was written by hand.*@operation"):
            ask()


def test_so_do_those_towards_the_second_of_two_children():
    a, b = Value(3.0), Value(2.0)
    for ask in (
        lambda: autograd.differentiate(closure_mul(a, b), b),
        lambda: autograd.differentiate(Value(6.0, (a, b), (2.0, 3.0)), b),
    ):
        with pytest.raises(NotImplementedError, match=r"was written by hand.*@operation"):
            ask()


def test_a_closure_adds_up_all_uses_of_a_child_and_slopes_are_one_for_each():
    a = Value(3.0)
    square = closure_mul(a, a)
    assert (square.parents, square.local_grads, square.operands) == ((a,), (6.0,), (a,))
    square.backward()
    assert a.grad == 6.0
    power = Value(9.0, (a, a), (3.0, 3.0))
    assert (power.parents, power.local_grads) == ((a, a), (3.0, 3.0))
    with pytest.raises(TypeError, match="one slope for each child, got 1 for 2"):
        Value(9.0, (a, a), (3.0,))


def test_a_measured_closure_leaves_every_grad_it_reaches_as_it_was():
    a, w = Value(2.0), Value(5.0)
    a.grad, w.grad = 0.25, 0.5
    out = Value(10.0, (a,), "scaled")
    out.grad = 0.125

    def _backward(w=w):
        a.grad += w.data * out.grad
        w.grad += a.data * out.grad

    out._backward = _backward
    assert out.local_grads == (5.0,)
    assert (a.grad, w.grad, out.grad) == (0.25, 0.5, 0.125)
    out.backward()
    assert (a.grad, w.grad) == (5.25, 2.5)  # as in micrograd: w is no child, so its grad is the closure's own matter


def test_without_a_closure_nothing_flows_as_in_micrograd():
    a = Value(2.0, label="a")
    y = Value(4.0, (a,), "f") * 3.0
    y.backward()
    assert (a.grad, y.parents[0].local_grads) == (0.0, (0.0,))
    assert "a" in draw(y).svg


def test_the_constructor_tells_its_forms_apart():
    a = Value(2.0)
    for made in (Value(6.0, (a,), "x3"), Value(6.0, _children=(a,), _op="x3"), Value(6.0, [a], "x3", label="six")):
        assert (made.data, made._prev, made._op, made.op.symbol) == (6.0, (a,), "x3", "x3")
    labelled = [Value(6.0, "six"), Value(6.0, label="six"), Value(6.0, (), "", "six"), Value(6.0, (), "x", label="six")]
    assert [(v.label, v.op) for v in labelled] == [("six", None)] * 4
    assert (Value(6.0, None).label, Value(6.0, label=None).label) == ("", "")
    assert Value(6.0, (a, 3), (3.0, 2.0)).operands == (a, 3.0)
    assert Value(6.0, (a, 3, a, 3), "x").operands == (a, 3.0, 3.0)
    for given in ((5,), (0,), (0.0,), ((a,), "x", 5), ("x", "", "y"), (a,)):
        with pytest.raises(TypeError, match="label must be a str"):
            Value(6.0, *given)
    with pytest.raises(TypeError, match="expected a real number, got str"):
        Value(6.0, ("a",), "x")
    with pytest.raises(TypeError, match="label must be a str"):
        Value(6.0, label=a)
    with pytest.raises(TypeError, match="takes from 2 to 5 positional arguments"):
        Value(6.0, (a,), "x", "y", "z")


def test_a_nameless_operation_is_called_after_the_function_that_makes_it():
    class Scalar(Value):
        def __init__(self, data, children=(), local_grads=()):
            super().__init__(data, children, local_grads)

        def __add__(self, other):
            return Scalar(self.data + other.data, (self, other), (1.0, 1.0))

        def cube(self):
            return Scalar(self.data**3, (self,), (3.0 * self.data**2,))

    y = (Scalar(2.0) + Scalar(1.0)).cube()
    assert (y._op, y.parents[0]._op, type(y)) == ("cube", "+", Scalar)
    assert Value(1.0, (y,), (1.0,)).op.name == "test_a_nameless_operation_is_called_after_the_function_that_makes_it"
    assert (lambda: Value(1.0, (y,), (1.0,)))().op.symbol == "f"


def test_a_class_with_a_constructor_of_its_own_works():
    a = Own(0.5)
    y = a.tanh() * a
    assert type(y) is Own
    y.backward()
    assert a.grad == pytest.approx(math.tanh(0.5) + 0.5 * (1.0 - math.tanh(0.5) ** 2), rel=1e-15)
    assert (a.label, a._op, y.parents[0]._op, repr(a)) == ("", "", "tanh", f"Own(data=0.5, grad={a.grad!r})")


def test_children_may_be_named_after_the_closure():
    def multiplied(a, b):
        out = Value(a.data * b.data)

        def _backward():
            a.grad += b.data * out.grad
            b.grad += a.data * out.grad

        out._backward = _backward
        out._prev = [a, b]
        return out

    a, b = Value(2.0), Value(3.0)
    y = multiplied(a, multiplied(a, b))
    y.backward()
    assert (y.data, a.grad, b.grad, y._op) == (12.0, 12.0, 4.0, "multiplied")
    alone = Value(1.0)
    alone._backward = lambda: None
    for twin in (copy.copy(alone), copy.deepcopy(alone), pickle.loads(pickle.dumps(alone))):
        assert (twin.data, twin.operands, twin._right) == (1.0, (), None)
    held = weakref.ref(a)
    with no_grad():
        alone._backward = lambda a=a: a
    del a, b, y
    gc.collect()
    assert held() is None


def test_inside_no_grad_a_node_made_by_hand_is_a_leaf_and_drops_its_closure():
    a = Value(0.5)
    with no_grad():
        y = closure_tanh(a)
    y.backward()
    assert (y.op, y.parents, a.grad) == (None, (), 0.0)


def test_lines_and_anomalies_are_seen():
    with trace_lines():
        assert closure_tanh(Value(1.0)).line.startswith("test_by_hand.py:")
    with (
        detect_anomaly(),
        pytest.raises(FloatingPointError, match=r"forward: f\(a = 1.0\) = nan, made at test_by_hand"),
    ):
        (lambda a: Value(math.nan, (a,), "f"))(Value(1.0, label="a"))


def test_a_closure_that_raises_leaves_every_leaf_untouched():
    a, b = Value(1.0), Value(2.0)
    out = Value(1.0, (a,), "f")

    def _backward():
        a.grad += 1.0
        raise RuntimeError("mine")

    out._backward = _backward
    y = out * b
    a.grad, b.grad = 0.5, 0.25
    for ask in (y.backward, lambda: out.local_grads):
        with pytest.raises(RuntimeError, match="mine"):
            ask()
        assert (a.grad, b.grad) == (0.5, 0.25)


def test_a_closure_that_calls_backward_itself_gets_an_answer():
    """Activation checkpointing: the inner graph is built again when the backward pass comes to it."""
    a, w = Value(0.5), Value(2.0)
    shared = a * w

    def checkpoint(f, x):
        with no_grad():
            y = f(x)
        out = Value(y.data, (x,), "checkpoint")

        def _backward():
            inner = Value(x.data)
            (f(inner) * out.grad).backward()
            x.grad += inner.grad
            shared.backward()  # of a graph that the outer pass is about
            shared.backward(-1.0)

        out._backward = _backward
        return out

    f = lambda x: (x * w).tanh() * x  # noqa: E731
    y = checkpoint(f, shared) * a
    y.backward()
    found = a.grad, w.grad, shared.grad
    a.grad = w.grad = 0.0
    (f(shared) * a).backward()
    assert found == pytest.approx((a.grad, w.grad, shared.grad), rel=1e-15)


def test_a_closure_that_adds_what_is_no_number_is_named():
    a = Value(1.0, label="a")
    out = Value(1.0, (a,), "f")
    out._backward = lambda: setattr(a, "grad", a * 2.0)
    with pytest.raises(TypeError, match="the grad of the Value 'a' is Value"):
        out.backward()
    assert a.grad == 0.0
    with pytest.raises(TypeError, match="_backward is a function without arguments, got int 3"):
        out._backward = 3


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("duplicate", [copy.deepcopy, lambda y: pickle.loads(pickle.dumps(y)), copy.copy])
def test_copies_hold_the_slopes_and_need_no_closure(kind, duplicate):
    a = Value(0.5)
    y = KINDS[kind](a * 2.0)
    y.note = "mine"
    twin = duplicate(y)
    assert (twin.data, twin._op, twin.note, twin.local_grads) == (y.data, y._op, "mine", y.local_grads)
    twin.backward()
    (leaf,) = (n for n in topological_order(twin) if n.op is None)
    grad_of_twin, leaf.grad = leaf.grad, 0.0
    y.backward()
    assert grad_of_twin == pytest.approx(a.grad, rel=1e-15)


@pytest.mark.parametrize("duplicate", [copy.deepcopy, lambda y: pickle.loads(pickle.dumps(y))])
def test_what_was_hung_on_nodes_travels_also_round_in_a_circle(duplicate):
    a = Value(2.0, label="a")
    y = a * 3.0
    z = y + a
    a.m, y.color, y.leads_to, z.first, z.itself = 0.0, "red", z, y, z
    z.label = z
    twin = duplicate(z)
    first = twin.parents[0]
    assert (first.color, first.leads_to, twin.first, twin.itself) == ("red", twin, first, twin)
    assert (twin.parents[1].m, twin.data, vars(twin)) == (0.0, 8.0, {"first": first, "itself": twin})


def test_attributes_and_weak_references_belong_to_any_value():
    a = Value(2.0)
    y = a * 3.0
    a.m, y._visual_color = 0.0, "lightgreen"
    heard = []
    held = weakref.ref(y, heard.append)
    assert held() is y
    assert weakref.WeakKeyDictionary({a: 1})[a] == 1
    assert not vars(Value(1.0))
    del y
    assert (held(), len(heard), a.m) == (None, 1, 0.0)
    with pytest.raises(AttributeError, match="'Value' object has no attribute 'v'"):
        _ = a.v


@pytest.mark.parametrize("label", [None, 3, 2.5, ["x"], Value(1.0), "itself"])
def test_a_label_that_is_no_text_does_no_harm_when_it_is_assigned(label):
    a = Value(2.0)
    y = a * 3.0
    a.label = a if label == "itself" else label
    assert repr(a) == "Value(data=2.0, grad=0.0)"
    assert by_hand.label_of(a) == ("" if label is None or a.label is a or isinstance(label, Value) else str(label))
    y.backward()
    assert "<svg" in draw(y).svg
    assert draw(y).text()
    assert copy.deepcopy(y).data == pickle.loads(pickle.dumps(y)).data == 6.0
    assert explain(y, a)
    assert record(lambda x: a * x, 2.0)(4.0) == 8.0


def test_prev_gives_the_same_leaf_for_the_same_constant():
    x = Value(3.0)
    y = x * 2.0 + 1.0
    (inner, one), again = y._prev, y._prev
    assert again[1] is one
    assert (inner, one.data) == (y.operands[0], 1.0)
    held = weakref.ref(one)
    del one, again, y
    assert held() is None


@pytest.mark.parametrize(
    ("name", "advice"),
    [
        ("backwards", "Write backward()"),
        ("zero_grad", "Write v.grad = 0.0"),
        ("item", "The number is v.data"),
        ("numpy", "The number is v.data"),
        ("requires_grad", "Every Value takes part"),
        ("softsign", r"Write autograd.softsign\(v\)"),
    ],
)
def test_a_missing_attribute_says_what_to_write(name, advice):
    a = Value(1.0)
    with pytest.raises(AttributeError, match=f"'Value' object has no attribute '{name}'. {advice}") as caught:
        getattr(a, name)
    assert (caught.value.name, caught.value.obj) == (name, a)


class Told:
    """Notes what is assigned, in a list that a constructor has to make first."""

    def __setattr__(self, name, thing):
        super().__setattr__(name, thing)
        self.told.append(name)

    def __init_subclass__(cls, noted=False, **options):
        super().__init_subclass__(**options)
        cls.told, cls.noted = [], noted


class Tells(Told, Value, noted=True):
    pass


class TellsMore(Tells):
    def __setattr__(self, name, thing):
        super().__setattr__(name, thing)
        self.told.append(name.upper())


class TellsLikewise(Tells):
    pass


@pytest.mark.parametrize("kind", [Tells, TellsMore, TellsLikewise])
def test_a_setattr_of_ones_own_hears_what_is_assigned_and_not_what_the_engine_writes(kind):
    kind.told.clear()
    a, b = kind(2.0, label="a"), kind(3.0)
    y = copy.deepcopy((a * b + 1.0).tanh() - a)
    made = kind(4.0, (a,), "f")
    (dot([a, b], [b, y]) * made).backward()
    pickle.loads(pickle.dumps(y))
    with no_grad():
        assert type(a * b) is kind
    assert (Tells.noted, kind.told) == (True, [])
    a.data, a.grad, a.mine, made._backward = 3.0, 0.0, 5.0, lambda: None
    a.grad += 1.0
    heard = ["data", "grad", "mine", "_backward", "grad"]
    assert kind.told == ([told for name in heard for told in (name, name.upper())] if kind is TellsMore else heard)
    assert (a.data, a.grad, a.mine) == (3.0, 1.0, 5.0)


def test_one_step_by_hand_for_every_kind_of_node():
    a = Value(0.5)
    for y in (closure_tanh(a), slope_tanh(a), a.tanh()):
        a.grad, y.grad = 0.0, 2.0
        y._backward()
        assert a.grad == pytest.approx(2.0 * (1.0 - math.tanh(0.5) ** 2), rel=1e-15)
    a._backward()
    a._backward = hook = lambda: None  # a leaf has nothing to pass on
    assert (a.op, a._backward) == (None, hook)


def test_a_closure_on_a_leaf_runs_when_the_leaf_has_all_it_gets_as_in_micrograd():
    a, b, c = Value(2.0), Value(-3.0), Value(5.0)
    seen = []

    def halve():
        seen.append(a.grad)
        a.grad = a.grad / 2

    a._backward = halve
    c._backward = lambda: seen.append(c.grad)
    for _ in range(2):
        ((a * b + a) * 3.0 + a * c).backward()
    c.backward()
    assert sorted(seen) == [-1.5, -1.0, 2.0, 4.0, 5.0]  # d/da = 3b + 3 + c = -1 each time, d/dc = a
    assert (a.grad, b.grad) == (-0.75, 12.0)


def test_a_closure_on_a_leaf_may_ask_for_gradients_and_where_it_raises_nothing_has_changed():
    a, other = Value(2.0), Value(3.0)
    a._backward = lambda: (other * other).backward()
    (a * a).backward()
    assert (a.grad, other.grad) == (4.0, 6.0)
    a._backward = lambda: 1 / 0
    with pytest.raises(ZeroDivisionError):
        (a * other).backward()
    assert (a.grad, other.grad) == (4.0, 6.0)
    assert copy.deepcopy(a)._backward() is None  # the hook stays where it was hung


@pytest.mark.parametrize("kind", KINDS)
def test_a_training_loop_with_operations_of_ones_own_ends_with_flat_memory(kind):
    w = Value(0.5)

    def step():
        loss = (KINDS[kind](w * 0.5) - 0.1) ** 2
        assert loss._prev[1].data == 2.0
        w.grad = 0.0
        loss.backward()
        w.data -= 0.1 * w.grad

    step()
    gc.collect()
    before = len(gc.get_objects())
    for _ in range(1000):
        step()
    gc.collect()
    assert len(gc.get_objects()) - before < 50


@pytest.mark.parametrize("added", [np.float64(1.0), np.float32(1.0), 1])
def test_what_a_closure_makes_of_a_grad_is_a_float_for_whoever_comes_next(added):
    a = Value(2.0)
    h = a * 3.0
    out = Value(h.data, (h,), "f")

    def closure():
        h.grad = added

    out._backward = closure
    out.backward()
    assert [(type(v.grad), v.grad) for v in (h, a)] == [(float, 1.0), (float, 3.0)]


def test_children_may_be_what_was_made_from_the_node_itself():
    """Nobody looks over a node while its slots are written, one after the other."""
    a = Value(0.5) * Value(2.0)
    a.note = "hung on it"
    b = a.relu()
    a._prev = (b,)
    assert a.parents == a.operands == (b,)
    assert set(autograd.topological_order(a)) == {a, b}


def test_the_name_given_afterwards_is_that_of_the_operation():
    out = Value(1.0, (Value(1.0),), "f")
    for name, shown in (("g", "g"), ("", "f")):
        out._op = name
        assert (out._op, out.op.name, out.op.symbol) == (name, shown, shown)


@pytest.mark.parametrize(
    "make", [lambda a: a * a, lambda a: a.tanh(), lambda a: dot([a, a], [2.0, a]), lambda a: a + 1.0]
)
def test_a_closure_may_wrap_the_one_whose_place_it_takes(make):
    """A hook: look at the gradient, or change it, and pass it on as before."""
    a, b = Value(0.5), Value(0.5)
    hooked, plain = make(a), make(b)
    for _ in range(2):

        def hook(inner=hooked._backward):
            seen.append(hooked.grad)
            hooked.grad *= 10.0
            inner()

        hooked._backward = hook
    seen = []
    (3.0 * hooked).backward()
    (300.0 * plain).backward()
    assert a.grad == pytest.approx(b.grad, rel=1e-15)
    assert seen == [3.0, 30.0]


@pytest.mark.parametrize("name", ["data", "grad", "op", "_left", "_d_right"])
def test_a_subclass_that_keeps_what_a_node_is_made_of_elsewhere_is_refused(name):
    """Each engine read some of it there, and some in the node."""
    mixin = type("Mixin", (), {name: 7.0})
    for bases, attributes in [
        ((Value,), {name: property(lambda self: 42.0)}),
        ((Value,), {name: 7.0}),
        ((Value,), {"__slots__": (name,)}),
        ((mixin, Value), {}),
        ((type("Good", (Value,), {}),), {name: None}),
    ]:
        with pytest.raises(TypeError, match=f"the class Bad has a {name} of its own"):
            type("Bad", bases, attributes)


def test_a_subclass_may_have_what_no_node_is_made_of():
    class Named(Value):
        data: float
        __slots__ = ("note",)
        label = "w"
        half = property(lambda self: self.data / 2)

    assert (Named(3.0).half, (Named(3.0) + 1).data, Named(3.0).label) == (1.5, 4.0, "w")


@pytest.mark.parametrize("bad", [np.ones(2), [1.0], 2.5, {}])
def test_a_label_that_is_none_is_shown(bad):
    with pytest.raises(TypeError, match=rf"label must be a str, got {type(bad).__name__} "):
        Value(1.0, label=bad)
