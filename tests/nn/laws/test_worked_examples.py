"""Networks small enough to be worked out by hand, as courses on backpropagation do, with the arithmetic shown."""

import math
import random

import pytest

from autograd import Value, heaviside
from nn import MLP, SGD, Activation, BatchNorm, Layer, Residual, Sequential, clip_grad_norm, gradient_norm, losses
from tests.nn.frozen import grads, set_data


def logistic(z):
    return 1 / (1 + math.exp(-z))


# Placement: grade average, IQ, marks of the 10th and 12th year -> placed or not; a 4-3-2-1 network ------------------

STUDENTS = [([7.2, 72, 69, 89], 1), ([8.1, 92, 75, 76], 0)]


def matrix_layer(x, W, b):
    """σ(Wᵀ·x + b), with W as courses write it: a row for every input, a column for every neuron."""
    sums = [sum(w * v for w, v in zip(column, x, strict=True)) for column in zip(*W, strict=True)]
    return [logistic(z + bias) for z, bias in zip(sums, b, strict=True)]


@pytest.mark.parametrize(("row", "placed"), STUDENTS)
def test_placement_network_by_matrices_is_by_neurons(row, placed):
    small = random.Random(4)
    model = MLP(4, [3, 2, 1], "sigmoid", "sigmoid", init=lambda *_: small.uniform(-0.02, 0.02))
    assert len(model.parameters()) == (4 * 3 + 3) + (3 * 2 + 2) + (2 * 1 + 1) == 26
    x = row
    for layer in model.layers:
        W = [[neuron.w[i].data for neuron in layer.neurons] for i in range(len(x))]
        x = matrix_layer(x, W, [neuron.b.data for neuron in layer.neurons])
    (by_matrices,) = x
    assert model(row).data == pytest.approx(by_matrices, rel=1e-14)
    surprise = -math.log(by_matrices if placed else 1 - by_matrices)
    assert losses.binary_cross_entropy(model(row), placed).data == pytest.approx(surprise, rel=1e-14)


# Salary: IQ and grade average -> LPA (lakh a year); a 2-2-1 network of linear neurons, all weights 0.1, biases 0


@pytest.mark.parametrize(("x", "lpa", "predicted"), [([80, 8], 3, 1.76), ([60, 9], 5, 1.38), ([70, 5], 8, 1.5)])
def test_lpa_network_forward(x, lpa, predicted):
    """80 and 8: hidden neurons 0.1·80 + 0.1·8 = 8.8, output 0.1·8.8 + 0.1·8.8 = 1.76, error (3 − 1.76)² = 1.5376."""
    model = MLP(2, [2, 1], activation=None, init=0.1)
    output = model(x)
    assert output.data == pytest.approx(predicted, rel=1e-15)
    assert losses.mse(output, lpa).data == pytest.approx((lpa - predicted) ** 2, rel=1e-14)


# Height: weight and shoulder width -> height; 2-2-1, sigmoid and then linear, L = ½(Y − Ŷ)² -------------------------

PEOPLE = [([68.0, 14.0], 5.7), ([89.0, 18.0], 6.0)]
START = [0.02, -0.05, 0.1, -0.01, 0.06, -0.2, 1.5, -0.7, 0.3]  # W1 W2 B1, W3 W4 B2, W5 W6 B3


def height_network():
    model = MLP(2, [2, 1], activation="sigmoid")
    set_data(model.parameters(), START)
    return model


def textbook_gradients(x, Y):
    """The chain rule written out, path by path, with f' = f·(1 − f) for the sigmoid f."""
    X1, X2 = x
    W1, W2, B1, W3, W4, B2, W5, W6, B3 = START
    O1 = logistic(W1 * X1 + W2 * X2 + B1)  # Z1 = 1.36 - 0.7 + 0.1 = 0.76 for the first person
    O2 = logistic(W3 * X1 + W4 * X2 + B2)
    slope1, slope2 = O1 * (1 - O1), O2 * (1 - O2)  # f'(Z1), f'(Z2)
    error = W5 * O1 + W6 * O2 + B3 - Y  # ∂L/∂Ŷ = Ŷ − Y
    first = [error * W5 * slope1 * X1, error * W5 * slope1 * X2, error * W5 * slope1]
    second = [error * W6 * slope2 * X1, error * W6 * slope2 * X2, error * W6 * slope2]
    return [*first, *second, error * O1, error * O2, error]


@pytest.mark.parametrize(("x", "Y"), PEOPLE)
@pytest.mark.parametrize("fused", [True, False])
def test_every_gradient_of_the_height_network_is_the_textbooks(x, Y, fused):
    model = MLP(2, [2, 1], activation="sigmoid", fused=fused)
    set_data(model.parameters(), START)
    losses.half_mse(model(x), Y).backward()
    assert grads(model.parameters()) == pytest.approx(textbook_gradients(x, Y), rel=1e-13)


def test_a_whole_update_step_of_all_nine_parameters():
    """p ← p − η·∂L/∂p for the first person, η = 0.01; afterwards the prediction is nearer to 5.7."""
    (x, Y), eta, model = PEOPLE[0], 0.01, height_network()
    before = losses.half_mse(model(x), Y)
    before.backward()
    SGD(model.parameters(), lr=eta).step()
    by_hand = [p - eta * g for p, g in zip(START, textbook_gradients(x, Y), strict=True)]
    assert len(by_hand) == 9
    assert [p.data for p in model.parameters()] == pytest.approx(by_hand, rel=1e-13)
    assert losses.half_mse(model(x), Y).data < before.data


# Perceptron: z = w0·x0 + w1·x1 + w2·x2 with x0 = 1, y = 1 where z > 0 -----------------------------------------------


def test_the_gradient_of_a_perceptrons_sum_is_its_input():
    w, x = [Value(0.3), Value(-0.2), Value(0.5)], (1.0, 4.0, -2.5)
    z = sum(wi * xi for wi, xi in zip(w, x, strict=True))
    z.backward()
    assert tuple(grads(w)) == x  # ∇z = (x0, x1, x2)


def test_a_perceptron_learns_and():
    """w ← w + η(y − ŷ)∇z (Rosenblatt 1958), which ends after finitely many mistakes for what a line can separate."""
    table = {(0, 0): 0, (0, 1): 0, (1, 0): 0, (1, 1): 1}
    w = [Value(0.0), Value(0.0), Value(0.0)]
    mistakes = []
    for _ in range(10):
        mistakes.append(0)
        for (x1, x2), y in table.items():
            z = w[0] * 1.0 + w[1] * x1 + w[2] * x2
            z.backward()
            miss = y - heaviside(z.data)
            mistakes[-1] += abs(miss)
            for wi in w:
                wi.data, wi.grad = wi.data + 0.5 * miss * wi.grad, 0.0
    assert mistakes[0] > 0
    assert mistakes[-1] == 0


# Shards: gradients of parts of a batch, averaged, are the gradient of the whole -------------------------------------


@pytest.mark.parametrize("sizes", [[4, 4, 4], [6, 5, 1]])
def test_averaged_gradients_of_shards_are_the_full_gradient(sizes):
    """∇(1/n Σᵢ Lᵢ) = Σₛ (nₛ/n)·∇(mean of shard s): the average, weighted by size where shards differ."""
    rows, targets = regression_rows(sum(sizes))
    model = MLP(2, [5, 1], activation="tanh", rng=3)
    whole, average, start = gradient(model, rows, targets), [0.0] * len(model.parameters()), 0
    for size in sizes:
        part = gradient(model, rows[start : start + size], targets[start : start + size])
        average = [a + size / len(rows) * g for a, g in zip(average, part, strict=True)]
        start += size
    assert average == pytest.approx(whole, rel=1e-12)


def regression_rows(n):
    rng = random.Random(0)
    rows = [[rng.uniform(-1, 1), rng.uniform(-1, 1)] for _ in range(n)]
    return rows, [math.sin(3 * a) * b for a, b in rows]


def gradient(model, rows, targets):
    model.zero_grad()
    losses.mse(model.batch(rows), targets).backward()
    return grads(model.parameters())


# Vanishing and exploding gradients: ten hidden layers of eight neurons ----------------------------------------------


def first_over_last(model, hidden):
    """Gradient norm of the first hidden layer over that of the last: 1 is healthy, 0 means the first cannot learn."""
    gradient(model, *regression_rows(12))
    first, *_, last = (gradient_norm(layer.parameters()) for layer in hidden)
    return first / last


def deep(activation, init="uniform"):
    model = MLP(2, [8] * 10 + [1], activation, init=init, rng=1)
    return first_over_last(model, model.layers[:-1])


def deep_blocks(block):
    rng = random.Random(1)
    blocks = [block(2 if depth == 0 else 8, rng) for depth in range(10)]
    return first_over_last(Sequential(*blocks, Layer(8, 1, nonlin=False, rng=rng)), blocks)


def test_gradients_vanish_in_a_deep_sigmoid_network():
    """Every layer multiplies by σ' ≤ 1/4: measured 3e-5, and no initialisation helps."""
    assert deep("sigmoid") < 1e-4
    assert deep("sigmoid", "xavier_uniform") < 1e-4
    assert deep("sigmoid", "he_normal") < 1e-4


def test_relu_brings_them_back():
    assert 0.1 < deep("relu", "he_normal") < 10  # measured 0.70


def test_xavier_and_he_against_weights_that_are_too_small():
    def small(fan_in, fan_out, rng):
        return rng.uniform(-0.1, 0.1)

    assert deep("tanh", small) < 1e-4
    assert 0.1 < deep("tanh", "xavier_uniform") < 10
    assert deep("relu", small) < 1e-4
    assert 0.1 < deep("relu", "he_uniform") < 10


def test_batch_norm_keeps_sigmoids_where_they_are_steep():
    def normalised(nin, rng):
        return Sequential(Layer(nin, 8, nonlin=False, rng=rng), BatchNorm(8), Activation("sigmoid"))

    assert 0.1 < deep_blocks(normalised) < 20  # measured 8.7


def test_residual_blocks_let_gradients_pass():
    def block(nin, rng):
        layer = Layer(nin, 8, activation="sigmoid", rng=rng)
        return layer if nin == 2 else Residual(layer)

    assert 0.1 < deep_blocks(block) < 10  # measured 0.28


def test_clipping_against_exploding_gradients():
    """Weights three times too large: the norm is 6e10; clipped to 1 it keeps its direction."""
    model = MLP(2, [8] * 10 + [1], "relu", init=lambda fan_in, fan_out, rng: rng.uniform(-3, 3), rng=1)
    exploding = gradient(model, *regression_rows(12))
    norm = math.hypot(*exploding)
    assert norm > 1e6
    assert clip_grad_norm(model.parameters(), 1.0) == pytest.approx(norm)
    assert gradient_norm(model.parameters()) == pytest.approx(1.0, rel=1e-12)
    assert grads(model.parameters()) == pytest.approx([g / norm for g in exploding], rel=1e-12)
