"""One node for many operands, against the same thing built from + and *."""

import math
from contextlib import nullcontext
from operator import mul

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import autograd
import nn
from autograd import Value, cross_entropy, dot, logsumexp, mean, no_grad, softmax, sum_of_squares, total, trace_lines
from autograd.modes import mode
from nn import Buffer

NUMBERS = st.lists(st.floats(-20, 20), min_size=1, max_size=8)


def plain_softmax(xs):
    exps = [x.exp() for x in xs]
    return [e / sum(exps) for e in exps]


PAIRS = {
    "total": (total, sum),
    "mean": (mean, lambda xs: sum(xs) / len(xs)),
    "sum_of_squares": (sum_of_squares, lambda xs: sum(x * x for x in xs)),
    "logsumexp": (logsumexp, lambda xs: sum(x.exp() for x in xs).log()),
    "softmax": (lambda xs: softmax(xs)[0], lambda xs: plain_softmax(xs)[0]),
    "cross_entropy": (lambda xs: cross_entropy(xs, len(xs) - 1), lambda xs: -plain_softmax(xs)[-1].log()),
    "dot": (lambda xs: dot(xs, xs[::-1], xs[0]), lambda xs: sum(map(mul, xs, xs[::-1])) + xs[0]),
}


@pytest.mark.parametrize("name", PAIRS)
@given(data=NUMBERS)
def test_a_fused_node_is_the_sum_it_stands_for(name, data):
    fused, written_out = PAIRS[name]
    one, many = [Value(x) for x in data], [Value(x) for x in data]
    y, z = fused(one), written_out(many)
    assert y.op.name in (name, "softmax_entry")
    y.backward()
    z.backward()
    size = max(abs(x) for x in [1.0, z.data, *(v.grad for v in many)])
    assert y.data == pytest.approx(z.data, rel=1e-13, abs=1e-13 * size)
    assert [v.grad for v in one] == pytest.approx([v.grad for v in many], rel=1e-12, abs=1e-13 * size)
    assert type(fused(data)) is float
    assert fused(data) == y.data


@pytest.mark.parametrize("name", PAIRS)
def test_values_and_numbers_mix(name):
    fused, _ = PAIRS[name]
    x = Value(0.5)
    y = fused([x, 2.0, 3])
    assert set(y.parents) == {x}
    assert y.data == fused([0.5, 2.0, 3.0])
    with no_grad():
        assert fused([x, 2.0]).parents == ()


def test_whole_numbers_among_the_inputs_become_floats():
    y = dot([Value(2.0), Value(3.0)], [0.5, 4])
    assert [type(o) for o in y.operands] == [Value, Value, float, float, float]
    assert all(type(d) is float for d in y.local_grads)


@pytest.mark.parametrize("name", PAIRS)
def test_numpys_numbers_among_the_terms_become_floats(name):
    fused, _ = PAIRS[name]
    for numbers in ([np.float64(2.0)], [np.float64(2.0), np.int64(3)]):
        assert {type(o) for o in fused([Value(0.5), *numbers]).operands} == {Value, float}
    assert type(fused([np.float64(0.5), np.float64(2.0)])) is float


def test_softmax_of_what_forward_mode_moves_has_its_derivative():
    p, slopes = autograd.jvp(lambda x: softmax([x, x * x])[0], (0.5,), (1.0,))
    assert p == pytest.approx(1.0 / (1.0 + math.exp(-0.25)))
    assert slopes == pytest.approx(0.0)  # at x = ½ the difference x − x² is largest


def test_dot_knows_its_operands_in_order():
    w, x, b = [Value(2.0), Value(3.0)], [Value(5.0), Value(7.0)], Value(1.0)
    y = dot(w, x, b)
    assert (y.data, y.operands) == (32.0, (*w, *x, b))
    assert dict(zip(y.parents, y.local_grads, strict=True)) == {w[0]: 5.0, w[1]: 7.0, x[0]: 2.0, x[1]: 3.0, b: 1.0}
    z = dot(w, [5.0, np.float64(7.0)])
    assert (z.data, z.operands, z.parents) == (31.0, (*w, 5.0, 7.0, 0.0), tuple(w))
    assert all(type(o) in (float, Value) for o in z.operands)


def test_sums_are_correctly_rounded_whatever_their_order():
    xs = [Value(x) for x in (1e16, 1.0, -1e16, 1e-3)]
    assert total(xs).data == 1.001
    assert dot(xs, [1.0] * 4).data == 1.001
    assert dot(xs, [Value(1.0)] * 4, Value(0.0)).data == 1.001


def test_infinities_and_overflow_answer_as_ieee_does():
    big, inf, nan = 1e308, math.inf, math.nan
    assert total([Value(big), Value(big), Value(-big)]).data == big
    assert total([Value(big), Value(big)]).data == inf
    assert math.isnan(total([Value(inf), Value(-inf)]).data)
    assert math.isnan(dot([Value(inf)], [Value(0.0)], Value(0.0)).data)
    assert dot([Value(big)] * 2, [Value(10.0)] * 2, Value(0.0)).data == inf
    assert dot([Value(big)] * 3, [Value(1.0), Value(1.0), Value(-1.0)], Value(0.0)).data == big
    assert logsumexp([Value(-inf), Value(-inf)]).data == -inf
    assert logsumexp([Value(1.0), Value(inf)]).data == inf
    assert math.isnan(logsumexp([Value(inf), Value(nan)]).data)
    assert math.isnan(logsumexp([Value(nan), Value(1.0)]).data)
    assert [math.isnan(p.data) for p in softmax([Value(1.0), Value(nan)])] == [True, True]
    assert softmax([Value(1000.0), Value(0.0)])[0].data == 1.0
    assert cross_entropy([Value(800.0), Value(0.0)], 1).data == 800.0
    assert cross_entropy([Value(0.0), Value(-800.0)], 0).data == math.exp(-800.0)


def test_empty_sums():
    assert (total([]), sum_of_squares([]), dot([], [])) == (0.0, 0.0, 0.0)
    for needs_terms in (mean, logsumexp, softmax, lambda xs: cross_entropy(xs, 0)):
        with pytest.raises(ValueError, match="no terms"):
            needs_terms([])


def test_generators_are_taken():
    assert total(Value(x) for x in (1.0, 2.0)).data == 3.0
    assert len(softmax(Value(x) for x in (1.0, 2.0))) == 2


@pytest.mark.parametrize("fused", [total, mean, sum_of_squares, logsumexp, softmax])
@pytest.mark.parametrize(
    "wrong", [3.0, Value(3.0), None, ["1"], [None], [[1.0]], [1j], np.array(3.0), np.ma.masked], ids=repr
)
def test_wrong_terms_are_refused(fused, wrong):
    with pytest.raises(TypeError, match=r"takes a list of Values|expected a real number"):
        fused(wrong)


def test_wrong_lengths_and_classes_are_refused():
    x = [Value(1.0), Value(2.0)]
    with pytest.raises(ValueError, match="2 and 1"):
        dot(x, x[:1])
    for wrong in (2, -1, 99):
        with pytest.raises(ValueError, match="2 classes, 0 to 1"):
            cross_entropy(x, wrong)
    for wrong in (1.0, True, "1", Value(1.0), None, np.array(1.0), np.array([0, 1]), float):
        with pytest.raises(TypeError, match="index of the true class"):
            cross_entropy(x, wrong)
    assert cross_entropy(x, np.int64(1)).data == cross_entropy(x, 1).data


def test_second_derivatives_of_fused_nodes_come_from_the_same_formulas():
    x = [Value(0.3), Value(-0.2), Value(1.1)]
    p = autograd.ops.logsumexp.derivatives[0](x, logsumexp(x))
    p[0].backward()
    s = [v.data for v in p]
    assert [v.grad for v in x] == pytest.approx([s[0] * (1 - s[0]), -s[0] * s[1], -s[0] * s[2]], rel=1e-14)


@pytest.mark.parametrize("inputs", [[Value(2.0), Value(3.0)], [2.0, 3.0], [2.0, Value(3.0)], [Value(2.0), 3], [2, 3]])
@pytest.mark.parametrize("bias", [Value(0.5), 0.5, 0.0, 1])
def test_every_mixture_of_values_and_numbers_gives_the_same_dot(inputs, bias):
    weights = [Value(5.0), Value(7.0)]
    y = dot(weights, inputs, bias)
    numbers = [o.data if isinstance(o, Value) else float(o) for o in (*weights, *inputs, bias)]
    slopes = autograd.ops.dot.local_grads(numbers, y.data)
    assert y.data == dot(numbers[:2], numbers[2:4], numbers[4])
    assert [o.data if isinstance(o, Value) else o for o in y.operands] == numbers
    expected = [(o, d) for o, d in zip(y.operands, slopes, strict=True) if isinstance(o, Value)]
    assert list(zip(y.parents, y.local_grads, strict=True)) == expected


class Named(Value):
    """A class of somebody's own."""


@pytest.mark.parametrize("name", PAIRS)
@pytest.mark.parametrize("kind", [Value, Named])
@given(data=NUMBERS)
@settings(max_examples=20)
def test_under_no_grad_the_same_bits_are_a_leaf_of_the_same_class(name, kind, data):
    fused, _ = PAIRS[name]
    for terms in ([kind(x) for x in data], [*data, kind(0.5)]):
        kept = fused(terms)
        with no_grad():
            y = fused(terms)
        assert (y.data.hex(), type(y), y.op, y.operands, y.grad) == (kept.data.hex(), kind, None, (), 0.0)


@pytest.mark.parametrize("inputs", [[Value(2.0), Value(3.0)], [2.0, 3.0], [2.0, Value(3.0)], [2, 3]])
@pytest.mark.parametrize("bias", [Value(0.5), 0.5, 1])
def test_a_dot_is_a_node_wherever_somebody_wants_its_graph(inputs, bias):
    weights = [Value(5.0), Value(7.0)]
    with no_grad():
        assert dot(weights, inputs, bias).op is None
        with mode(grad=True):
            assert dot(weights, inputs, bias).op is autograd.ops.dot
    with trace_lines():
        assert dot(weights, inputs, bias).line.startswith("test_lists.py")
        assert [p.line.split(":")[0] for p in softmax(weights)] == ["test_lists.py"] * 2


class Stranger:
    """A number of another library that is written as micrograd is; nn.Buffer has a .data, too."""

    data = grad = 1.0


ANY = Value(1.0)


@pytest.mark.parametrize("wanted", [nullcontext, no_grad])
@pytest.mark.parametrize("given", [Stranger(), Buffer(1.0)], ids=lambda thing: type(thing).__name__)
@pytest.mark.parametrize("place", [
    lambda s: dot([s], [1.0]), lambda s: dot([ANY, s], [1.0, 1.0]), lambda s: dot([s, ANY], [ANY, ANY]),
    lambda s: dot([ANY, s], [ANY, ANY]), lambda s: dot([ANY], [s]), lambda s: dot([ANY, ANY], [ANY, s]),
    lambda s: dot([ANY, ANY], [1.0, s]), lambda s: dot([ANY], [1.0], s), lambda s: dot([ANY], [ANY], bias=s),
    lambda s: total([ANY, s]), lambda s: mean([s, ANY]), lambda s: sum_of_squares([ANY, s]),
    lambda s: softmax([ANY, s]), lambda s: logsumexp([ANY, s]), lambda s: cross_entropy([ANY, s], 0),
    lambda s: nn.Neuron(1)([s]),
])  # fmt: skip
def test_what_only_looks_like_a_value_is_no_operand(place, given, wanted):
    kind = type(given).__name__
    with wanted(), pytest.raises(TypeError, match=rf"expected a real number, got {kind} .*Take its \.data"):
        place(given)


@pytest.mark.parametrize("weights", [list, tuple, np.array])
@pytest.mark.parametrize("inputs", [[1.0, 2.0], (1, 2), np.array([1.0, 2.0]), np.array([1, 2]), range(1, 3),
                                    np.array([Value(1.0), Value(2.0)])], ids=lambda xs: type(xs).__name__)  # fmt: skip
def test_dot_takes_any_sequence(weights, inputs):
    w, b = [Value(3.0), Value(-4.0)], Value(0.5)
    y = dot(weights(w), inputs, b)
    y.backward()
    assert (y.data, w[0].grad, w[1].grad, b.grad) == (-4.5, 1.0, 2.0, 1.0)


@pytest.mark.parametrize("inputs", [np.array([1.0, 2.0]), np.array([1, 2]), [np.float64(1.0), np.float32(2.0)],
                                    [1, 2], [1.0, 2.0], [Value(1.0), Value(2.0)]], ids=repr)  # fmt: skip
@pytest.mark.parametrize("kind", [np.float64, np.float32, int])
def test_dot_of_weights_whose_data_was_assigned_another_kind_of_number(inputs, kind):
    w, b = [Value(3.0), Value(-4.0)], Value(0.5)
    for p in w:
        p.data = kind(p.data)  # as p.data -= np.float64(0.1) * p.grad does
    y = dot(w, inputs, b)
    y.backward()
    assert (y.data, w[0].grad, w[1].grad, b.grad) == (-4.5, 1.0, 2.0, 1.0)


class Tensor(float):
    """A number of a library whose `.data` is another such number, as PyTorch's is."""

    data = property(lambda self: self)
    __mul__ = __rmul__ = lambda self, other: Tensor(float(self) * float(other))
    __add__ = __radd__ = lambda self, other: Tensor(float(self) + float(other))


@pytest.mark.parametrize("inputs", [[1.0, 2.0], [Value(1.0), Value(2.0)]], ids=repr)
@pytest.mark.parametrize("theirs", [1, 2, 3])
def test_a_number_that_has_data_like_a_value_is_a_number(inputs, theirs):
    operands = [Value(3.0), Value(-4.0), Value(0.5)]
    operands[theirs - 1] = Tensor(operands[theirs - 1].data)
    y = dot(operands[:2], inputs, operands[2])
    y.backward()
    assert y.data == -4.5
    assert {type(o) for o in y.operands} == {Value, float}
    slopes = zip(operands, [1.0, 2.0, 1.0], strict=True)
    assert all(o.grad == d for o, d in slopes if isinstance(o, Value))


@pytest.mark.parametrize("wrong", [(Value(1.0), [1.0]), ([Value(1.0)], 1.0), ((w for w in [1.0]), [1.0])])
def test_dot_of_what_has_no_length_is_refused(wrong):
    with pytest.raises(TypeError, match=r"dot\(\) takes a list of weights and a list of inputs, got"):
        dot(*wrong)


def test_rows_of_an_array_are_no_inputs_and_the_message_names_what_was_given():
    with pytest.raises(TypeError, match=r"got ndarray array\(\[1\., 2\.\]\)"):
        dot([Value(3.0), Value(4.0)], np.array([[1.0, 2.0], [3.0, 4.0]]))


def test_sums_beyond_a_float_are_infinite_or_nothing_and_never_raise():
    inf = math.inf
    for terms, right in (
        ([1e308, 1e308, inf, -inf], math.nan),
        ([1e308, 1e308, -inf], -inf),
        ([1e308, 1e308, inf], inf),
        ([1e308, 1e308, math.nan], math.nan),
        ([1e308, 1e308, -1e308], 1e308),
        ([1e308] * 3, inf),
    ):
        assert str(total(terms)) == str(total(list(map(Value, terms))).data) == str(right)
