import math
import random
from types import SimpleNamespace

import pytest

from autograd import Value, tanh
from nn import MLP, Activation, BatchNorm, Dropout, Flatten, Layer, Residual, Sequential


def test_sequential_is_one_after_the_other():
    model = Sequential(Layer(2, 3, rng=1), Layer(3, 1, nonlin=False, rng=2))
    first, second = model.layers
    assert model([0.5, 2.0]).data == second(first([0.5, 2.0])).data
    assert [name for name, _ in model.named_parameters()][-1] == "layer1.neuron0.b"


def test_functions_may_stand_among_the_modules():
    model = Sequential(Layer(1, 2, nonlin=False, init=1.0), lambda xs: [tanh(x) for x in xs], sum)
    assert model([0.5]).data == 2 * math.tanh(0.5)
    assert [y.data for y in model.batch([[0.5], [0.0]])] == [2 * math.tanh(0.5), 0.0]


def test_the_repr_shows_functions_in_their_places():
    first = Layer(2, 2)
    lines = repr(Sequential(sorted, first, tanh, first, lambda xs: xs, Sequential(math.fsum))).splitlines()[1:]
    assert [line.strip() for line in lines] == [
        "layer0: sorted",
        "layer1: Layer(2 → 2, relu, 6 parameters)",
        "layer2: tanh",
        "layer4: <lambda>",
        "layer5: Sequential(0 parameters)",
        "layer0: fsum",
    ]


def test_a_batch_goes_through_layer_by_layer_so_that_batch_norm_sees_all_rows():
    model = Sequential(Residual(Sequential(BatchNorm(1, eps=0.0))))
    assert [row[0].data for row in model.batch([[1.0], [3.0]])] == [0.0, 4.0]


def test_residual_adds_its_input():
    block = Residual(Layer(2, 2, nonlin=False, init=1.0))
    x = [Value(1.0), Value(2.0)]
    out = block(x)
    assert [v.data for v in out] == [4.0, 5.0]
    out[0].backward()
    assert [v.grad for v in x] == [2.0, 1.0]  # 1 by the short cut and 1 through the layer; only the layer


def test_residual_with_a_short_cut_of_another_size():
    block = Residual(Layer(3, 1, nonlin=False, init=1.0), shortcut=Layer(3, 1, nonlin=False, init=2.0))
    assert block([1.0, 2.0, 3.0])[0].data == 18.0
    assert block.batch([[1.0, 2.0, 3.0]])[0][0].data == 18.0
    with pytest.raises(ValueError, match="Residual cannot add a list of 3 and a single number; give shortcut="):
        Residual(Layer(3, 1))([1.0, 2.0, 3.0])


def test_a_value_error_inside_the_block_is_not_renamed():
    with pytest.raises(ValueError, match="takes 3 numbers, not 2"):
        Residual(Layer(3, 3))([1.0, 2.0])


def test_dropout_drops_a_share_and_keeps_the_mean():
    layer, x = Dropout(0.3, rng=1), [Value(1.0) for _ in range(10_000)]
    out = layer(x)
    dropped = sum(v.data == 0.0 for v in out) / len(out)
    assert dropped == pytest.approx(0.3, abs=0.02)
    assert {v.data for v in out} == {0.0, 1 / 0.7}
    assert sum(v.data for v in out) / len(out) == pytest.approx(1.0, abs=0.03)


def test_a_number_is_dropped_where_the_draw_is_below_p_which_is_one_half_by_default():
    draws = iter([0.0, 0.49999, 0.5, 0.75])  # [0, 1/2) is half of what is drawn, from [0, 1)
    layer = Dropout(rng=SimpleNamespace(random=lambda: next(draws), gauss=None))
    assert layer([3.0] * 4) == [0.0, 0.0, 6.0, 6.0]


def test_dropout_does_nothing_in_use():
    x = [Value(1.0), [Value(2.0)]]
    assert Dropout(0.5).eval()(x) is x
    assert Dropout(0.0)(x) is x
    model = Sequential(Layer(2, 50), Dropout(0.5), Layer(50, 1)).eval()
    assert model([1.0, 2.0]).data == model([1.0, 2.0]).data


def test_a_dropped_number_gets_no_gradient():
    layer, x = Dropout(0.5, rng=2), [Value(3.0) for _ in range(20)]
    out = layer(x)
    sum(out).backward()
    assert [v.grad for v in x] == [y.data / 3.0 for y in out]


def test_dropout_with_its_own_generator_repeats():
    state = random.getstate()
    runs = [[v.data for v in Dropout(0.5, rng=7)([Value(1.0)] * 30)] for _ in range(2)]
    assert runs[0] == runs[1]
    assert random.getstate() == state


def test_activation_between_layers():
    x = [Value(-1.0), [Value(2.0)]]
    out = Activation("relu")(x)
    assert (out[0].data, out[1][0].data) == (0.0, 2.0)
    assert Activation(None)(x) is x
    assert sum(v.data for v in Activation("softmax")([Value(1.0), Value(2.0)])) == pytest.approx(1.0)
    assert [repr(Activation(f)) for f in ("softmax", abs, None)] == [
        *("Activation(softmax, 0 parameters)", "Activation(abs, 0 parameters)", "Activation(linear, 0 parameters)"),
    ]


def test_flatten():
    assert Flatten()([[[1, 2], [3, 4]], [[5, 6], [7, 8]]]) == [1, 2, 3, 4, 5, 6, 7, 8]
    assert Flatten()(1.0) == [1.0]


def test_bad_arguments_are_named():
    with pytest.raises(TypeError, match="Sequential takes modules and functions, not int"):
        Sequential(MLP(1, [1]), 3)
    for make in (Sequential, Residual, lambda step: Residual(Flatten(), step)):
        with pytest.raises(TypeError, match=r"takes modules and functions, not a class: write Dropout\(…\)"):
            make(Dropout)
        with pytest.raises(TypeError, match="takes modules and functions, not float"):
            make(3.0)
    assert Sequential(tuple)([1.0, 2.0]) == (1.0, 2.0)  # a class that is a function of a row
    for p, error in (
        (-0.1, ValueError),
        (1.0, ValueError),
        (math.nan, ValueError),
        ("0.5", TypeError),
        (None, TypeError),
    ):
        with pytest.raises(error, match="p of Dropout has to be a probability 0 <= p < 1, got"):
            Dropout(p)
