"""Diagnosis: healthy networks pass, sick ones are named with their numbers, and looking changes nothing."""

import math
import random

import pytest

import nn
from autograd import no_grad
from nn.data import micrograd_moons
from nn.inspection.history import History
from nn.optim import SGD
from nn.training.diagnosis import (
    LayerReport,
    _exploding,
    _learning_rate,
    _saturated,
    _vanishing,
    diagnose,
)
from nn.training.loop import fit

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
    found = findings(mlp(), history=history)
    assert named in found
    assert ("learning rate 0.5" in found) is bool(named)


# Where a sentence begins to be worth saying ---------------------------------------------------------------------
def layers(*gradients, **more):
    """Reports of layers with these gradients, and what else is said of all of them."""
    usual = {"units": 4, "mean": 0.0, "deviation": 1.0, "saturated": 0.0, "dead": 0, "bounded": True, **more}
    return [LayerReport(name=f"layer{i}", gradient=g, **usual) for i, g in enumerate(gradients)]


@pytest.mark.parametrize(
    ("gradients", "said"),
    [
        ((1.0, 1000.0), True),
        ((1.0, 999.0), False),
        ((1000.0, 1.0), False),  # the other way round nothing vanishes
        ((0.0, 1.0, 1000.0), True),  # a layer without any gradient is another story
        ((0.0, 1000.0), False),
        ((), False),
    ],
)
def test_gradients_vanish_when_a_thousand_times_smaller_at_the_input(gradients, said):
    sentence = _vanishing(layers(*gradients))
    assert bool(sentence) is said
    if said:
        assert "gets a gradient of typically 1, 1e+03 times less than one of" in sentence


@pytest.mark.parametrize(
    ("gradients", "said"),
    [
        ((999.0, 999.0), ""),
        ((1.0, 1000.0), "Gradients explode: typically 1e+03 in one layer."),
        ((1.0, math.nan), "Gradients explode: typically nan"),
        ((2000.0, 3000.0, 1.0), "Gradients explode: typically 3e+03 in one layer."),
        ((math.nan, 1.0), "Gradients explode: typically nan"),
        ((500.0, 0.5), "explode towards the input: 5e+02 in layer0, 0.5 in layer1"),
        ((500.0, 0.0), ""),
        ((0.0, 500.0, 0.5, 0.0), "explode towards the input: 5e+02 in layer1, 0.5 in layer2"),
        ((499.0, 0.5), ""),
        ((0.0, 0.0), ""),
        ((), ""),
    ],
)
def test_gradients_explode_from_a_thousand_on(gradients, said):
    assert said in (sentence := _exploding(layers(*gradients)))
    assert bool(said) is bool(sentence)


def test_more_than_half_of_a_bounded_layer_is_much_saturation():
    assert _saturated(layers(1.0, saturated=0.5)) == ""
    assert _saturated(layers(1.0, saturated=0.50001)).startswith("Saturated outputs: 50% of layer0.")
    assert _saturated(layers(1.0, saturated=0.9, bounded=False)) == ""


@pytest.mark.parametrize(
    ("losses", "said"),
    [
        ([4.0, 1.0, 1.2, 1.1, 1.05], ""),  # one rise of more than a tenth in four epochs
        ([4.0, 1.0, 1.2, 1.1], "in 33% of the epochs the loss rose by over a tenth"),
        ([4.0, 1.0, 1.1, 1.05], ""),  # by a tenth exactly
        ([4.0, 4.0], ""),
        ([4.0], ""),
        ([4.0, 5.0], "is too high: the loss went from 4 up to 5"),
    ],
)
def test_a_rate_is_high_when_the_loss_rises_in_more_than_a_quarter_of_the_epochs(losses, said):
    history = History(loss=losses, learning_rate=[0.25, 0.5][: len(losses)])
    sentence = _learning_rate(history)
    assert said in sentence
    assert bool(said) is bool(sentence)


def test_a_single_row_and_a_single_unit_are_enough():
    (layer,) = diagnose(nn.MLP(1, [1], output_activation="tanh", init=2.0), [[3.0]], [1.0], nn.mse).layers
    assert (layer.units, layer.saturated, layer.dead, layer.bounded) == (1, 1.0, 0, True)
    assert layer.deviation == 0.0


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


@pytest.mark.parametrize("dice", [None, random.Random(4)])
def test_nobodys_random_numbers_are_used_up(dice):
    model = nn.Sequential(nn.Layer(2, 8), nn.Dropout(0.5, rng=dice), nn.Layer(8, 1))
    own = model.layers[1].rng
    before = own.getstate()
    found = diagnose(model, X, Y, nn.hinge)
    assert model.layers[1].rng is own
    assert own.getstate() == before
    assert diagnose(model, X, Y, nn.hinge) == found


def test_a_loss_can_be_given_by_name():
    assert diagnose(mlp(), X, Y, "hinge") == diagnose(mlp(), X, Y, nn.hinge)


def test_a_model_without_layers_is_refused():
    with pytest.raises(TypeError, match="no list `layers`"):
        diagnose(nn.Neuron(2), X, Y, nn.hinge)


def test_inside_no_grad_it_finds_the_same():
    model = mlp(activation="tanh", init=3.0)
    found = findings(model)
    assert "Saturated" in found
    assert no_grad(findings)(model) == found
