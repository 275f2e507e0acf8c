"""Diagnosis: healthy networks pass, sick ones are named with their numbers, and looking changes nothing."""

import random

import pytest

import nn
from nn.data import micrograd_moons
from nn.diagnosis import diagnose, layer_outputs, saturation, slope
from nn.history import History
from nn.optim import SGD
from nn.training import fit

X, Y = micrograd_moons()
X, Y = X[:30], Y[:30]


def mlp(sizes=(8, 8, 1), seed=1, **options):
    return nn.MLP(2, list(sizes), rng=random.Random(seed), **options)


def findings(model, **more):
    return " ".join(diagnose(model, X, Y, nn.hinge, **more).findings)


def test_a_healthy_network_passes():
    found = diagnose(mlp(activation="tanh", init="xavier_normal"), X, Y, nn.hinge)
    assert found.findings == ()
    assert "Nothing stands out." in str(found)
    assert [layer.name for layer in found.layers] == ["layer0", "layer1", "layer2"]


def test_the_table_holds_mean_deviation_and_gradient():
    # one linear layer, ŷ = 2x + 1 on x = 0, 1, 2, 3: 1, 3, 5, 7 with mean 4 and deviation √5
    # L = mean(ŷ²): ∂L/∂w = mean(2ŷx) = 2·(3 + 10 + 21)/4 = 17, ∂L/∂b = mean(2ŷ) = 8; root mean square √((17² + 8²)/2)
    line = nn.MLP(1, [1], init=2.0)
    line.layers[0].neurons[0].b.data = 1.0
    (layer,) = diagnose(line, [[0.0], [1.0], [2.0], [3.0]], [0.0] * 4, nn.mse).layers
    assert (layer.mean, layer.deviation) == pytest.approx((4.0, 5.0**0.5))
    assert layer.gradient == pytest.approx(((17**2 + 8**2) / 2) ** 0.5)
    assert (layer.units, layer.saturated, layer.dead, layer.bounded) == (1, 0.0, 0, False)


def test_vanishing_gradients_are_named_with_their_ratio():
    found = diagnose(mlp([8] * 7 + [1], activation="sigmoid"), X, Y, nn.hinge)
    assert found.layers[0].gradient * 1e3 < found.layers[-1].gradient
    (sentence,) = [s for s in found.findings if "vanish" in s]
    assert "layer0" in sentence
    assert f"{found.layers[0].gradient:.2g}" in sentence


def test_exploding_gradients_are_named():
    assert "explode" in findings(mlp([8] * 6 + [1], activation="relu", init=2.0))


def test_dead_units_are_counted():
    model = mlp()
    for neuron in model.layers[0].neurons[:3]:
        neuron.b.data = -100.0
    found = diagnose(model, X, Y, nn.hinge)
    assert found.layers[0].dead == 3
    assert "3 of 8 in layer0" in " ".join(found.findings)


def test_saturated_units_are_measured():
    model = mlp(activation="tanh")
    for neuron in model.layers[1].neurons:
        neuron.b.data = 8.0
    found = diagnose(model, X, Y, nn.hinge)
    assert found.layers[1].saturated == 1.0
    assert found.layers[1].bounded
    assert "100% of layer1" in " ".join(found.findings)


def test_relu_is_off_half_of_the_time_without_being_ill():
    found = diagnose(mlp(), X, Y, nn.hinge)
    assert not found.layers[0].bounded
    assert not [s for s in found.findings if "Saturated" in s]


@pytest.mark.parametrize(
    ("losses", "named"),
    [
        ([1.0, 2.0, 4.0], "from 1 up to 4"),
        ([4.0, 1.0, 3.0, 1.0, 2.0], "in 50% of the epochs the loss rose"),
        ([4.0, 2.0, 1.0], ""),
    ],
)
def test_the_learning_rate_is_judged_by_the_history(losses, named):
    history = History(loss=losses, learning_rate=[0.5] * len(losses))
    sentences = [s for s in findings(mlp(), history=history).split("  ") if "learning rate 0.5" in s]
    assert (named in " ".join(sentences)) if named else not sentences


def test_a_training_that_diverged_is_reported():
    model = mlp()
    with pytest.warns(RuntimeWarning, match="not finite|became"):
        history = fit(model, X, Y, loss=nn.mse, optimizer=SGD(model.parameters(), lr=1e30), epochs=20)
    assert "learning rate is too high" in findings(model, history=history)


def test_looking_changes_nothing():
    model = mlp()
    for k, p in enumerate(model.parameters()):
        p.grad = float(k)
    before = model.state_dict()
    diagnose(model, X, Y, nn.hinge)
    assert model.state_dict() == before
    assert [p.grad for p in model.parameters()] == [float(k) for k in range(len(model.parameters()))]


def test_running_statistics_stay():
    model = nn.Sequential(nn.Layer(2, 4, activation="tanh", rng=0), nn.BatchNorm(4), nn.Layer(4, 1, False, rng=0))
    before = model.state_dict()
    diagnose(model, X, Y, nn.hinge)
    assert model.state_dict() == before


@pytest.mark.parametrize(
    ("activation", "z", "share"),
    [("tanh", 0.0, 1.0), ("sigmoid", 0.0, 1.0), ("relu", -1.0, 0.0), ("relu", 2.0, 1.0), ("leaky_relu", -1.0, 0.01)],
)
def test_slope_is_a_share_of_the_steepest(activation, z, share):
    neuron = nn.Neuron(1, activation=activation, init=1.0)
    assert slope(neuron([z])) == pytest.approx(share)


def test_a_linear_unit_is_never_saturated():
    assert saturation(layer_outputs(nn.MLP(2, [1]), X)["layer0"]) == (0.0, 0)


def test_a_model_without_layers_is_refused():
    with pytest.raises(TypeError, match="no list `layers`"):
        diagnose(nn.Neuron(2), X, Y, nn.hinge)
