import math
import random
import statistics

import pytest

from nn import MLP, Layer, Neuron, gain, initializer
from nn.basics.first_weights import SCHEMES

# the standard deviation each scheme promises for 30 inputs, 20 outputs and relu (gain² = 2)
PROMISED = {
    "uniform": 1 / math.sqrt(3),
    "xavier_uniform": math.sqrt(2 * 2 / 50),
    "xavier_normal": math.sqrt(2 * 2 / 50),
    "glorot_uniform": math.sqrt(2 * 2 / 50),
    "glorot_normal": math.sqrt(2 * 2 / 50),
    "he_uniform": math.sqrt(2 / 30),
    "he_normal": math.sqrt(2 / 30),
    "kaiming_uniform": math.sqrt(2 / 30),
    "kaiming_normal": math.sqrt(2 / 30),
    "lecun_uniform": math.sqrt(1 / 30),
    "lecun_normal": math.sqrt(1 / 30),
    "zeros": 0.0,
    "ones": 0.0,
}


@pytest.mark.parametrize("scheme", SCHEMES)
def test_mean_and_deviation(scheme):
    draw = initializer(scheme, 30, 20, "relu", rng=1)
    drawn = [draw() for _ in range(20_000)]
    assert statistics.fmean(drawn) == pytest.approx(float(scheme == "ones"), abs=0.02 * PROMISED[scheme] + 1e-15)
    assert statistics.pstdev(drawn) == pytest.approx(PROMISED[scheme], rel=0.02)
    if scheme.endswith("uniform"):
        assert max(map(abs, drawn)) <= math.sqrt(3) * PROMISED[scheme] + 1e-15


def test_gains_are_torchs():
    """torch 2.13: torch.nn.init.calculate_gain(name)."""
    torchs = {"tanh": 5 / 3, "relu": 1.4142135623730951, "leaky_relu": 1.4141428569978354, "selu": 0.75, "sigmoid": 1}
    assert {name: gain(name) for name in torchs} == torchs


def test_layers_know_their_fan_out():
    wide, narrow = (Layer(1, nout, init="xavier_uniform", rng=1).neurons[0].w[0].data for nout in (100, 1))
    assert wide / narrow == pytest.approx(math.sqrt(2 / 101))


def test_constants_and_functions():
    assert [p.data for p in Neuron(2, init=0.25).parameters()] == [0.25, 0.25, 0.0]
    seen = []

    def mine(fan_in, fan_out, rng):
        seen.append((fan_in, fan_out))
        return rng.random()

    model = MLP(2, [3, 1], init=mine, rng=5)
    assert seen == [(2, 3)] * 6 + [(3, 1)] * 3
    expected = random.Random(5)
    assert model.layers[0].neurons[0].w[0].data == expected.random()


def test_an_unknown_scheme_is_named():
    with pytest.raises(ValueError, match="init 'xavier' is not known; use one of uniform, xavier_uniform"):
        MLP(2, [1], init="xavier")


@pytest.mark.parametrize("init", [None, [1.0]])
def test_what_is_no_scheme_at_all_is_named(init):
    with pytest.raises(TypeError, match=r"init (None|\[1\.0\]) is not known; use one of .*, a number or a function"):
        Neuron(2, init=init)
