import gc
import math
import random

import numpy as np
import pytest

import nn
from autograd import OPERATIONS, Value
from nn import MLP, Activation, Layer, Neuron
from nn.basics.activations import _takes_one
from nn.data import micrograd_moons
from tests.nn.frozen import check_layer, read, set_data, torch_layers, values


@pytest.fixture
def _collector_off():
    """A hundred graphs of 65,000 nodes, none with a cycle: searching them for garbage would double the time."""
    gc.disable()
    yield
    gc.enable()


def demo_losses(fused, steps):
    """micrograd's published demo: the losses of its first `steps` of 100, and the accuracy at the last."""
    rows, sides = micrograd_moons()
    random.seed(1337)
    model, losses = MLP(2, [16, 16, 1], fused=fused), []
    for k in range(steps):
        scores = [model([Value(v) for v in row]) for row in rows]
        margins = [(1 + -side * score).relu() for side, score in zip(sides, scores, strict=True)]
        loss = sum(margins) * (1.0 / len(margins)) + 1e-4 * sum(p * p for p in model.parameters())
        model.zero_grad()
        loss.backward()
        for p in model.parameters():
            p.data -= (1.0 - 0.9 * k / 100) * p.grad
        losses.append(loss.data)
    return losses, sum((side > 0) == (score.data > 0) for side, score in zip(sides, scores, strict=True)) / 100


@pytest.mark.usefixtures("_collector_off")
@pytest.mark.parametrize(
    ("fused", "steps", "bar"),
    [(False, 20, 1e-12), (True, 100, 1e-9), pytest.param(False, 100, 1e-12, marks=pytest.mark.accuracy)],
)
def test_the_micrograd_demo_gives_the_same_losses(fused, steps, bar):
    """Against the losses of PyPI's micrograd 0.1.0, frozen by generators/micrograd_moons.py."""
    expected = read("micrograd_moons")
    losses, accuracy = demo_losses(fused, steps)
    assert losses == pytest.approx(expected["losses"][:steps], rel=bar, abs=0.0)
    assert steps < 100 or accuracy == expected["last accuracy"] == 1.0


@pytest.mark.parametrize("case", torch_layers("mlp"), ids=lambda case: "-".join(map(str, case["options"].values())))
@pytest.mark.parametrize("fused", [True, False])
def test_mlp_as_torch(case, fused):
    model, given = MLP(3, [5, 4, 2], **case["options"], fused=fused), case["tensors"]
    tensors = {f"w{i}": [n.w for n in layer.neurons] for i, layer in enumerate(model.layers)}
    tensors |= {f"b{i}": [n.b for n in layer.neurons] for i, layer in enumerate(model.layers)}
    for name, leaves in tensors.items():
        set_data(leaves, given[name])
    x = values(given["x"])
    check_layer(case, model(x), {"x": x, **tensors}, bar=1e-13)


def test_parameters_are_drawn_and_ordered_as_in_micrograd():
    random.seed(3)
    model = MLP(2, [2, 1])
    random.seed(3)
    drawn = [random.uniform(-1, 1) for _ in range(6)]
    assert [p.data for p in model.parameters()] == [*drawn[:2], 0.0, *drawn[2:4], 0.0, *drawn[4:], 0.0]


def test_a_generator_or_a_seed_leaves_the_random_module_alone():
    random.seed(5)
    state = random.getstate()
    by_seed, by_generator = MLP(2, [3, 1], rng=7), MLP(2, [3, 1], rng=random.Random(7))
    assert random.getstate() == state
    assert by_seed.state_dict() == by_generator.state_dict()
    first, second = by_seed.layers[0].neurons[:2]
    assert first.w[0].data != second.w[0].data  # one seed, different neurons


def test_a_fused_neuron_is_one_dot_node_and_one_activation():
    out = Neuron(3)([1.0, 2.0, 3.0])
    (inner,) = out.parents
    assert (out.op.name, inner.op.name) == ("relu", "dot")
    assert all(p.op is None for p in inner.parents)
    assert len(inner.parents) == 4  # three weights and the bias; numbers are no nodes
    for of_one in (Layer(3, 1, nonlin=False), MLP(3, [1])):
        assert of_one([1.0, 2.0, 3.0]).op.name == "dot"
        assert len(of_one([1.0, 2.0, 3.0]).parents) == 4


def test_a_neuron_by_itself_is_drawn_as_a_layer_of_one():
    alone, layer = Neuron(4, init="xavier_uniform", rng=2), Layer(4, 1, init="xavier_uniform", rng=2)
    assert [w.data for w in alone.w] == [w.data for w in layer.neurons[0].w]


def test_an_unfused_neuron_is_multiplications_and_additions():
    out = Neuron(2, nonlin=False, fused=False)([1.0, 2.0])
    assert out.op.name == "add"
    assert {p.op.name for p in out.parents} == {"add", "mul"}


@pytest.mark.parametrize("name", sorted(name for name, row in OPERATIONS.items() if _takes_one(row)))
def test_every_operation_of_one_argument_is_an_activation(name):
    out = Neuron(1, activation=name, init=0.5, fused=False)([0.5])
    assert out.data == pytest.approx(OPERATIONS[name](0.25), nan_ok=True)


def test_activations_per_layer():
    sizes = [4, 3, 2]
    kinds = [layer.neurons[0].activation_name for layer in MLP(1, sizes, activation=["tanh", "gelu"]).layers]
    assert kinds == ["tanh", "gelu", None]
    kinds = [layer.neurons[0].activation_name for layer in MLP(1, sizes, ["tanh", "gelu"], "sigmoid").layers]
    assert kinds == ["tanh", "gelu", "sigmoid"]
    kinds = [layer.neurons[0].activation_name for layer in MLP(1, sizes, activation=["tanh", None, "sin"]).layers]
    assert kinds == ["tanh", None, "sin"]


def test_an_activation_may_be_any_function():
    def halved(v):
        return v / 2

    neuron = Neuron(1, activation=halved, init=3.0)
    assert neuron([1.0]).data == 1.5
    assert repr(neuron) == "HalvedNeuron(1)"


def test_softmax_output_adds_up_to_one():
    out = MLP(2, [4, 3], output_activation="softmax", rng=1)([0.3, -2.0])
    assert math.fsum(v.data for v in out) == pytest.approx(1.0, abs=1e-15)


def test_single_numbers_go_in_and_out():
    model = MLP(1, [1, 3, 1], init=1.0)  # a layer of one neuron between others
    assert isinstance(model([2.0]), Value)
    assert model(2.0).data == model([2.0]).data == model(np.array([2.0])).data == 6.0
    assert len(Layer(1, 1).outputs(2.0)) == 1


def test_without_a_bias():
    layer = Layer(2, 2, bias=False)
    assert [name for name, _ in layer.named_parameters()] == [f"neuron{i}.w{j}" for i in (0, 1) for j in (0, 1)]
    assert len(layer([1.0, 2.0])[0].parents[0].parents) == 2
    for fused in (True, False):
        assert Neuron(1, bias=False, init=2.0, fused=fused)([3.0]).data == 6.0


def test_names_in_reprs():
    assert repr(Neuron(2)) == "ReLUNeuron(2)"
    assert repr(Neuron(2, nonlin=False)) == "LinearNeuron(2)"
    assert repr(Neuron(2, activation="leaky_relu")) == "LeakyReLUNeuron(2)"
    assert repr(Layer(2, 1, activation="softmax")) == "Layer(2 → 1, softmax, 3 parameters)"
    assert repr(MLP(3, [1])).startswith("MLP(3 → 1, 4 parameters)")
    assert repr(MLP(2, [1, 3])).startswith("MLP(2 → 1 → 3, 9 parameters)")


def test_bad_arguments_are_named():
    with pytest.raises(ValueError, match=r"ReLUNeuron\(2\) takes 2 numbers, not 3: \[1, 2, 3\]"):
        MLP(2, [3, 1])([1, 2, 3])
    with pytest.raises(ValueError, match="nin must be at least 1, not 0"):
        Neuron(0)
    with pytest.raises(TypeError, match=r"nin must be a whole number, not 2\.5"):
        Layer(2.5, 1)
    with pytest.raises(TypeError, match=r"nouts must list the sizes of the layers, such as \[16, 16, 1\], not 3"):
        MLP(2, 3)
    with pytest.raises(TypeError, match="nouts must list the sizes"):
        MLP(2, [])
    with pytest.raises(ValueError, match=r"activation 'rulu' is not known; use .* relu"):
        MLP(2, [1, 1], activation="rulu")
    with pytest.raises(ValueError, match=r"activation 'rulu' is not known; use ((?!_gate|_slope|neg,).)*$"):
        Neuron(2, activation="rulu")  # rows that only formulas use are no advice
    with pytest.raises(ValueError, match="activation 'softmax' is not known"):
        Neuron(2, activation="softmax")
    with pytest.raises(TypeError, match="activation must be a name, a function or None, not int"):
        Neuron(2, activation=3)
    with pytest.raises(TypeError, match="activation must be a name, a function or None, not the class Activation"):
        Neuron(2, activation=Activation)
    with pytest.raises(ValueError, match=r"4 activations for 2 layers; give one for each hidden layer \(1\)"):
        MLP(2, [3, 1], activation=["tanh"] * 4)
    with pytest.raises(TypeError, match=r"rng must be a random\.Random, a whole number as seed, or None, not str"):
        MLP(2, [1], rng="7")


def test_inputs_may_come_from_an_iterator_or_be_numbers_of_another_library():
    model, neuron = MLP(3, [4, 1], rng=0), Neuron(3, rng=0)
    xs = [2.0, 3.0, -1.0]
    for feed in (iter(xs), (x for x in xs), map(Value, xs), np.array(xs, dtype="f4"), [np.array(x) for x in xs]):
        assert model(feed).data == model(xs).data
    assert neuron(x for x in xs).data == neuron(xs).data
    assert Neuron(1, rng=0)(2.0).data == Neuron(1, rng=0)(np.array(2.0)).data == Neuron(1, rng=0)([2.0]).data
    with pytest.raises(ValueError, match="takes 3 numbers, not 2"):
        model(iter(xs[:2]))


@pytest.mark.parametrize("fused", [True, False])
@pytest.mark.parametrize(
    "rows", [[[1, 2], [3, 4]], np.ones((2, 2)), list(np.ones((2, 2))), ((Value(1.0), 2.0), (3, 4))]
)
def test_rows_in_the_place_of_numbers_are_refused_with_what_to_write(rows, fused):
    for model in (MLP(2, [3, 1], fused=fused), Layer(2, 2, fused=fused), Neuron(2, fused=fused)):
        with pytest.raises(TypeError, match=r"(?s)Neuron\(2\) takes numbers, got .*\[model\(row\) for row in rows\]"):
            model(rows)
        with pytest.raises(ValueError, match=r"(?s)takes 2 numbers, not 4: .*\[model\(row\) for row in rows\]"):
            model([*rows, *rows])
        with pytest.raises(TypeError, match="expected a real number, got str 'a'"):
            model("ab")


def test_a_typo_in_an_activation_is_an_error_in_any_model():
    for make in (
        lambda: MLP(2, [1], activation="tahn"),
        lambda: MLP(2, [1], activation=["tahn"]),
        lambda: MLP(2, [3, 1], output_activation="tahn"),
        lambda: Neuron(2, nonlin=False, activation="tahn"),
        lambda: Layer(2, 3, nonlin=False, activation="tahn"),
        lambda: nn.RNNCell(2, 3, activation="tahn"),
        lambda: nn.Activation("tahn"),
    ):
        with pytest.raises(ValueError, match="activation 'tahn' is not known"):
            make()
    assert MLP(2, [1], activation="softmax").layers[0].softmax is False
