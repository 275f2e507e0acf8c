"""What every layer can do, whatever it computes."""

import copy
import math
import random

import numpy as np
import pytest

import nn
from autograd import check_gradients, no_grad, record, sum_of_squares
from nn import (
    MLP,
    RNN,
    Activation,
    AttentionHead,
    AvgPool1d,
    AvgPool2d,
    BatchNorm,
    Conv1d,
    Conv2d,
    Dropout,
    Embedding,
    Flatten,
    Layer,
    LayerNorm,
    MaxPool1d,
    MaxPool2d,
    Module,
    Neuron,
    Residual,
    RMSNorm,
    RNNCell,
    Sequential,
    losses,
)
from nn.basics.nested import data_of, flat, mapped, plain
from tests.nn.frozen import values

random.seed(1)  # the first weights below: a test of second differences must not depend on luck
# name -> (a layer, the shape of its input)
LAYERS = {
    "Neuron": (Neuron(3, activation="gelu"), (3,)),
    "Layer": (Layer(3, 2, activation="tanh"), (3,)),
    "MLP": (MLP(3, [4, 2], "sigmoid", "softmax"), (3,)),
    "unfused MLP": (MLP(3, [4, 2], "sigmoid", fused=False), (3,)),
    "Activation": (Activation("tanh"), (2, 3)),
    "Sequential": (Sequential(Layer(3, 2, nonlin=False), Activation("softmax")), (3,)),
    "Residual": (Residual(Layer(3, 3, activation="sin")), (3,)),
    "Dropout": (Dropout(0.5, rng=1).eval(), (3,)),
    "Flatten": (Flatten(), (2, 3)),
    "BatchNorm": (BatchNorm(3).eval(), (3,)),
    "LayerNorm": (LayerNorm(3), (3,)),
    "RMSNorm": (RMSNorm(3), (3,)),
    "RNNCell": (RNNCell(3, 2), (3,)),
    "RNN": (RNN(3, 2), (4, 3)),
    "AttentionHead": (AttentionHead(3, 2, causal=True), (4, 3)),
    "Conv1d": (Conv1d(2, 2, 3, padding=1), (2, 5)),
    "Conv2d": (Conv2d(1, 2, 2, activation="softplus"), (3, 3)),
    "MaxPool1d": (MaxPool1d(2), (2, 4)),
    "MaxPool2d": (MaxPool2d(2), (2, 2, 4)),
    "AvgPool1d": (AvgPool1d(2), (2, 4)),
    "AvgPool2d": (AvgPool2d(2), (2, 2, 4)),
}


@pytest.fixture(params=LAYERS)
def case(request):
    """A layer, and an input with all numbers different."""
    layer, size = LAYERS[request.param]
    count = math.prod(size)
    return layer, (np.sin(1.0 + 2.7 * np.arange(count)) * 0.9).reshape(size)


def numbers(output):
    return [data_of(v) for v in flat(plain(output))]


def size(output):
    """The output as one number, to which every entry contributes differently."""
    return sum_of_squares([v + 0.5 + 0.3 * i for i, v in enumerate(flat(output))])


def test_no_layer_is_forgotten():
    layers = {name for name in nn.__all__ if isinstance(kind := getattr(nn, name), type) and issubclass(kind, Module)}
    assert layers - set(LAYERS) == {"Module", "Embedding"}  # an Embedding takes no real numbers


def test_arrays_are_taken_as_lists_are(case):
    layer, x = case
    assert numbers(layer(x)) == numbers(layer(x.tolist()))


def test_first_and_second_derivatives_against_differences(case):
    layer, x = case
    check_gradients(lambda inputs: size(layer(inputs)), x.tolist(), order=2)


def test_a_recorded_layer_computes_the_same(case):
    layer, x = case
    program = record(lambda inputs: size(layer(inputs)), x.tolist())
    other = (x[::-1] * 0.7).tolist()
    assert program(other) == pytest.approx(size(layer(values(other))).data, rel=1e-12)


def test_without_a_graph_the_numbers_are_the_same(case):
    layer, x = case
    with no_grad():
        free = layer(values(x.tolist()))
    assert numbers(free) == numbers(layer(values(x.tolist())))
    assert all(not v.parents for v in flat(free))


def test_a_copy_with_the_same_state_computes_the_same(case):
    layer, x = case
    twin = copy.deepcopy(layer)
    for parameter in twin.parameters():
        parameter.data = 0.0
    twin.load_state_dict(layer.state_dict())
    assert numbers(twin(x)) == numbers(layer(x))


def test_gradients_reach_every_parameter(case):
    layer, x = case
    layer.zero_grad()
    size(layer(values(x.tolist()))).backward()
    if not isinstance(layer, RNNCell):  # its state is all zeros here; RNN has others
        assert all(p.grad != 0.0 for p in layer.parameters())


def test_the_repr_counts_the_parameters(case):
    layer, _ = case
    if not isinstance(layer, Neuron):  # micrograd's repr, which tells the inputs
        assert repr(layer).startswith(type(layer).__name__)
        assert f"{len(layer.parameters())} parameter" in repr(layer)


PAIRS = {
    **dict.fromkeys(("mse", "half_mse", "mae", "huber", "log_cosh"), ([0.3, -2.0], [1.0, 0.5])),
    "hinge": ([0.3, -2.0], [1, -1]),
    "binary_cross_entropy": ([0.3, 0.5], [1, 0.5]),
    "binary_cross_entropy_with_logits": ([0.3, -2.0], [1, 0.5]),
    "focal": ([0.3, -2.0], [1, 0]),
    "multi_label": ([[0.3, -2.0]], [[1, 1]]),
    "cross_entropy": ([[0.3, -2.0, 1.0]], [1]),
    "categorical_cross_entropy": ([[0.3, -2.0, 1.0]], [[0.2, 0.5, 0.3]]),
    "multi_class_hinge": ([[0.3, -2.0, 1.0]], [1]),
}


@pytest.mark.parametrize("name", PAIRS)
def test_losses_have_two_derivatives_and_can_be_recorded(name):
    prediction, target = PAIRS[name]

    def loss(p):
        return losses.LOSSES[name](p, target)

    check_gradients(loss, prediction, order=2)
    moved = mapped(lambda p: p * 0.9, prediction)
    assert record(loss, prediction)(moved) == pytest.approx(loss(moved), rel=1e-12)


def test_an_embedding_trains_inside_a_model():
    model = Sequential(Embedding(4, 2, rng=1), Layer(2, 1, nonlin=False, rng=1))
    losses.mse(model.batch([0, 3]), [1.0, 2.0]).backward()
    assert [any(p.grad for p in row) for row in model.layers[0].table] == [True, False, False, True]
