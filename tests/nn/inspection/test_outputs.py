"""How flat an activation is where a layer's outputs lie."""

import pytest

import nn
from autograd import Value, no_grad
from nn.basics.nested import flat, plain
from nn.inspection.outputs import answers, layer_outputs, saturation, slope


@pytest.mark.parametrize(
    ("activation", "z", "share"),
    [("tanh", 0.0, 1.0), ("sigmoid", 0.0, 1.0), ("relu", -1.0, 0.0), ("relu", 2.0, 1.0), ("leaky_relu", -1.0, 0.01)],
)
def test_slope_is_a_share_of_the_steepest(activation, z, share):
    neuron = nn.Neuron(1, activation=activation, init=1.0)
    assert slope(neuron([z])) == pytest.approx(share)


def test_a_linear_unit_is_never_saturated():
    assert saturation(layer_outputs(nn.MLP(2, [1]), [[0.5, -0.5], [2.0, 1.0]])["layer0"]) == (0.0, 0)


class Counted(nn.MLP):
    calls = 0

    def __call__(self, x):
        self.calls += 1
        return super().__call__(x)


@pytest.mark.parametrize("size", [1, 3])
def test_many_rows_are_answered_by_a_program_and_few_by_the_model(size):
    model = Counted(2, [4, size], activation="tanh", rng=1)
    rows = [[k / 7, 1 - k / 900] for k in range(3000)]
    found = answers(model, rows)
    assert model.calls < 200
    with no_grad():
        expected = plain(model.batch(rows))
    assert found[0] != found[1]
    assert list(flat(found)) == pytest.approx(list(flat(expected)), rel=1e-12)
    model.calls = 0
    assert answers(model, rows[:999]) == expected[:999]
    assert model.calls == 999


class Unrecordable(nn.Module):
    def __init__(self, kind):
        self.kind, self.w = kind, Value(2.0)

    def __call__(self, x):
        if self.kind == "asks":
            return self.w * x[0] if x[0] > 500 else -self.w
        if self.kind == "python":
            return Value(float(x[0]) * 3.0)
        return self.w * len(self.__dict__) * x[0]


@pytest.mark.parametrize("kind", ["asks", "python", "counts"])
def test_what_no_program_says_is_asked_of_the_model(kind):
    model = Unrecordable(kind)
    rows = [[float(k)] for k in range(1200)]
    assert answers(model, rows) == [plain(model(row)) for row in rows]


def test_layers_have_their_graph_inside_no_grad_too():
    model = nn.MLP(1, [2, 1], "tanh", init=9.0)
    with no_grad():
        assert saturation(layer_outputs(model, [[1.0], [0.0]])["layer0"]) == (0.5, 0)


def test_layers_are_looked_at_on_rows():
    with pytest.raises(ValueError, match="X has no row"):
        layer_outputs(nn.MLP(2, [1]), [])
