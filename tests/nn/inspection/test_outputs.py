"""How flat an activation is where a layer's outputs lie."""

import pytest

import nn
from nn.inspection.outputs import layer_outputs, saturation, slope


@pytest.mark.parametrize(
    ("activation", "z", "share"),
    [("tanh", 0.0, 1.0), ("sigmoid", 0.0, 1.0), ("relu", -1.0, 0.0), ("relu", 2.0, 1.0), ("leaky_relu", -1.0, 0.01)],
)
def test_slope_is_a_share_of_the_steepest(activation, z, share):
    neuron = nn.Neuron(1, activation=activation, init=1.0)
    assert slope(neuron([z])) == pytest.approx(share)


def test_a_linear_unit_is_never_saturated():
    assert saturation(layer_outputs(nn.MLP(2, [1]), [[0.5, -0.5], [2.0, 1.0]])["layer0"]) == (0.0, 0)
