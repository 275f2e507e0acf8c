"""Switches: True or False, and nothing that would only count as one. Settings: numbers, and floats inside."""

import math
import re
from fractions import Fraction

import pytest

import nn
from autograd import Value
from nn.basics.checks import flag, setting
from nn.data.rows import batches, split

X, Y = [[0.0], [1.0], [2.0]], [0.0, 1.0, 0.0]
TAKERS = {
    "shuffle": lambda given: [*batches(X, Y, 1, shuffle=given)],
    "stratify": lambda given: split(X, Y, (0.5, 0.5), stratify=given),
    "restore_best": lambda given: nn.EarlyStopping(3, restore_best=given),
    "mode": lambda given: nn.MLP(1, [1]).train(given),
    "nonlin": lambda given: nn.Layer(1, 2, given),
    "fused": lambda given: nn.MLP(1, [2, 1], fused=given),
    "bias": lambda given: nn.Neuron(1, bias=given),
    "causal": lambda given: nn.AttentionHead(2, 2, causal=given),
    "last": lambda given: nn.RNN(2, 2, last=given),
    "from_logits": lambda given: nn.cross_entropy([1.0, 2.0], 1, from_logits=given),
}


@pytest.mark.parametrize("name", TAKERS)
@pytest.mark.parametrize("given", ["no", "tanh", 0.5, None, []])
def test_what_only_counts_as_a_switch_is_refused(name, given):
    with pytest.raises(TypeError, match=f"{name} has to be True or False, got {given!r}".replace("[", r"\[")):
        TAKERS[name](given)


def test_numbers_that_are_switches():
    np = pytest.importorskip("numpy")
    assert [flag("it", given) for given in (True, 1, np.True_, 1.0)] == [True] * 4
    assert [flag("it", given) for given in (False, 0, np.False_)] == [False] * 3
    assert type(flag("it", np.True_)) is bool


def clipped(limit):
    p = Value(1.0)
    p.grad = 3.3
    nn.clip_grad_norm([p], limit)
    return [p.grad]


def trained(**settings):
    model = nn.MLP(1, [2, 1], "tanh", rng=1)
    nn.fit(model, X, Y, loss="mse", epochs=3, shuffle=False, **settings)
    return [p.data for p in model.parameters()]


def annealed(width):
    model = nn.MLP(1, [1], rng=1)
    nn.anneal(model, X, Y, loss="mse", steps=5, width=width, temperature=width, rng=1)
    return [p.data for p in model.parameters()]


def normal(number):
    model = nn.BatchNorm(1, eps=number, momentum=number)
    rows = model.batch([[0.3], [0.7]])
    return [rows[0][0].data, *model.state_dict().values()]


SETTINGS = {
    "clip_grad_norm": clipped,
    "clip": lambda given: trained(clip=given),
    "schedule": lambda given: trained(schedule=lambda epoch: given),
    "tolerance": lambda given: [nn.fit(nn.MLP(1, [1], rng=1), X, Y, loss="mse", tolerance=given, epochs=9).stopped],
    "anneal": annealed,
    "normalisation": normal,
    "dropout": lambda given: [repr(nn.Dropout(given)), *nn.Dropout(given, rng=3)([1.0] * 9)],
    "noise": lambda given: nn.data.two_moons(3, given, rng=1)[0][0] + nn.data.spirals(2, 1, given, rng=1)[0][0],
    "huber": lambda given: [nn.huber(0.7, 0.1, delta=given)],
    "focal": lambda given: [nn.focal(0.7, 1, gamma=given, alpha=given)],
    "margin": lambda given: [nn.multi_class_hinge([0.7, 0.1], 1, margin=given)],
    "penalty": lambda given: [nn.l1_penalty([0.3], given), nn.l2_penalty([0.3], given)],
    "cosine": lambda given: [nn.schedules.cosine(10, given)(3)],
    "linear": lambda given: [nn.schedules.linear(given, 0.1, 10)(3)],
    "plateau": lambda given: [nn.schedules.ReduceOnPlateau(given, 2, given, given).minimum],
    "early stopping": lambda given: [nn.EarlyStopping(3, given).min_delta],
}


@pytest.mark.parametrize("name", SETTINGS)
def test_a_setting_leaves_the_digits_of_a_float_and_is_a_fraction_as_well(name):
    np = pytest.importorskip("numpy")
    take = SETTINGS[name]
    for given in (np.float32(0.3), np.float64(0.3), Fraction(1, 3)):
        found, expected = take(given), take(float(given))
        assert (found, set(map(type, found))) == (expected, set(map(type, expected)))


@pytest.mark.parametrize("given", [None, "0.5", 1j, [0.5], True, 10**400])
def test_a_setting_is_a_number(given):
    with pytest.raises(TypeError, match=r"^p has to be a finite number, got "):
        setting("p", given, "a finite number")
    with pytest.raises(ValueError, match=r"^p has to be a finite number, got nan$"):
        setting("p", math.nan, "a finite number")


def test_a_setting_of_a_loss_may_be_a_value_to_differentiate_by():
    strength, delta = Value(0.5), Value(0.5)
    nn.l2_penalty([Value(3.0)], strength).backward()
    nn.huber(Value(3.0), 1.0, delta=delta).backward()
    assert (strength.grad, delta.grad) == (9.0, 1.5)


def test_a_setting_of_a_loss_that_is_no_number_is_shown_as_it_was_given():
    np = pytest.importorskip("numpy")
    for given in (np.array(0.5), np.array([0.5]), np.True_):  # whose .data is memory
        with pytest.raises(TypeError, match=re.escape(f"strength has to be a finite number, got {given!r}")):
            nn.l2_penalty([Value(3.0)], given)


@pytest.mark.parametrize("given", [2.5, [2.5], [2], [1, 2]])
def test_an_array_that_is_no_whole_number_is_no_count(given):
    np = pytest.importorskip("numpy")
    array = np.array(given)
    for take in (lambda: nn.EarlyStopping(array), lambda: nn.Neuron(array), lambda: nn.data.two_moons(array)):
        with pytest.raises(TypeError, match=re.escape(f"must be a whole number, not {array!r}")):
            take()
    with pytest.raises(ValueError, match=re.escape(f"a whole number above 0, got {array!r}")):
        nn.fit(nn.MLP(1, [1]), X, Y, loss="mse", batch_size=array)
    with pytest.raises(ValueError, match=re.escape(f"a whole number, 0 or more, got {array!r}")):
        nn.fit(nn.MLP(1, [1]), X, Y, loss="mse", epochs=array)


def test_a_class_may_be_an_int_that_is_too_large_for_a_float():
    huge = 10**400
    assert nn.metrics.accuracy([huge, 1], [huge, 2]) == 0.5
    with pytest.raises(ValueError, match="does not exist: class must be a whole number from 0 to 1"):
        nn.cross_entropy([1.0, 2.0], huge)


def test_an_array_that_is_a_whole_number_is_a_count():
    np = pytest.importorskip("numpy")
    early = nn.EarlyStopping(np.array(3))
    assert (early.patience, type(early.patience)) == (3, int)


@pytest.mark.parametrize("make", [nn.BatchNorm, nn.LayerNorm, nn.RMSNorm])
@pytest.mark.parametrize(("eps", "error"), [(-1.0, ValueError), (math.nan, ValueError), ("a", TypeError)])
def test_a_normalisation_refuses_what_it_would_stumble_over_later(make, eps, error):
    with pytest.raises(error, match="eps has to be a finite number, 0 or more, got"):
        make(2, eps=eps)
    with pytest.raises(error, match="momentum has to be a number from 0 to 1, got"):
        nn.BatchNorm(2, momentum=eps)


def test_sizes_are_whole_numbers():
    with pytest.raises(TypeError, match=r"fan_in must be a whole number, not nan"):
        nn.initializer("he_uniform", math.nan, 1)
    with pytest.raises(TypeError, match=r"classes must be a whole number, not 2\.5"):
        nn.data.one_hot(1, 2.5)
    with pytest.raises(TypeError, match=r"weight must have one number for each of 2 classes, got 3"):
        nn.cross_entropy([1.0, 2.0], 0, weight=3)
