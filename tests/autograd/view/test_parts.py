"""Which value belongs to which part of a model: noted while it runs, or inferred from the graph."""

import gc
import random

import pytest

import nn
from autograd import Value, tanh
from autograd.view.graph import view
from autograd.view.parts import Notes, group_path, group_values, parameter_names, siblings
from tests.autograd.drawing.picture_graphs import Line, Named


def mlp(fused: bool, **options: object) -> nn.MLP:
    return nn.MLP(2, [3, 2, 1], activation="tanh", rng=random.Random(1), fused=fused, **options)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("name", "path"),
    [
        ("layer0.neuron1.w0", ("layer0", "neuron1")),
        ("layers.0.neurons.1.w.0", ("layers0", "neurons1", "w")),
        ("scale", ()),
        ("0.weight", ("0",)),
    ],
)
def test_the_group_of_a_parameter_is_in_its_name(name: str, path: tuple[str, ...]) -> None:
    assert group_path(name) == path


@pytest.mark.parametrize(
    ("path", "around", "name", "digits"),
    [
        (("cell3",), (), "cell", "3"),
        (("loss",), (), "loss", ""),
        (("layer0", "neuron12"), ("layer0",), "neuron", "12"),
        (("net0", "layer1", "neuron2"), ("net0", "layer1"), "neuron", "2"),
    ],
)
def test_siblings_share_what_is_around_them_and_a_name(path, around, name, digits) -> None:
    assert siblings(path) == (around, name, digits)


def test_an_object_without_named_parameters_is_no_model() -> None:
    with pytest.raises(TypeError, match=r"model needs a method named_parameters\(\), as nn.Module has; dict has none"):
        parameter_names({})


@pytest.mark.parametrize("fused", [True, False])
def test_inferred_groups_are_the_noted_ones(fused: bool) -> None:
    model = mlp(fused)
    notes = Notes(model, parameter_names(model).values())
    y = notes.run([Value(1.0), Value(-2.0)])
    graph = view(y)
    noted = group_values(graph, model, parameter_names(model), notes.paths)
    assert noted == group_values(graph, model, parameter_names(model), {})
    assert {path[:1] for path in noted if path} == {("layer0",), ("layer1",), ("layer2",)}
    assert len({path for path in noted if len(path) == 2}) == 3 + 2 + 1


def test_what_the_model_itself_computes_with_its_parts_belongs_to_none_of_them() -> None:
    class Doubled(nn.Module):
        def __init__(self) -> None:
            self.inner = mlp(False)

        def __call__(self, x: list[Value]) -> Value:
            return self.inner(x) * 2.0  # type: ignore[no-any-return]

    model = Doubled()
    notes = Notes(model, parameter_names(model).values())
    y = notes.run([Value(1.0), Value(-2.0)])
    assert y not in notes.paths
    assert notes.paths[y.parents[0]][:1] == ("inner",)


@pytest.mark.parametrize("fused", [True, False])
def test_the_loss_is_no_part_of_the_last_neuron(fused: bool) -> None:
    model = mlp(fused)
    out = model([Value(1.0), Value(-2.0)])
    loss = (out - 1.0) ** 2
    graph = view(loss)
    groups = dict(
        zip([node.value for node in graph.nodes], group_values(graph, model, parameter_names(model), {}), strict=True)
    )
    assert groups[out] == ("layer2", "neuron0")
    assert groups[loss] == () == groups[loss.parents[0]]


def test_a_neuron_ends_with_its_one_activation() -> None:
    model = mlp(False)
    y = tanh(tanh(model([Value(1.0), Value(-2.0)])))  # the last layer of the model has none
    *_, out, last = group_values(view(y), model, parameter_names(model), {})
    assert (out, last) == (("layer2", "neuron0"), ())


def test_several_examples_share_the_groups() -> None:
    model = mlp(False)
    loss = sum((model([Value(float(i)), Value(1.0)]) - 1.0) ** 2 for i in range(3))
    graph = view(loss)
    outputs = [
        v
        for v, g in zip(graph.nodes, group_values(graph, model, parameter_names(model), {}), strict=True)
        if g == ("layer2", "neuron0")
    ]
    assert len(outputs) == 3 + 3 * (2 + 2)  # three parameters; two products and two sums for each example


def test_noting_sees_parts_that_have_no_parameters_of_their_own() -> None:
    model = nn.MLP(2, [3], output_activation="softmax", rng=random.Random(1))
    notes = Notes(model, parameter_names(model).values())
    p = notes.run([Value(1.0), Value(2.0)])
    assert {notes.paths[value] for value in p} == {("layer0",)}


def test_noting_leaves_what_is_made_outside_and_the_mode_alone() -> None:
    model = mlp(True)
    notes = Notes(model, parameter_names(model).values())
    y = notes.run([tanh(Value(0.1)), Value(2.0)])
    z = y * 2.0
    assert z not in notes.paths


def test_a_model_with_its_own_parameters_is_a_group_of_its_own() -> None:
    model = Line()
    graph = view(model(Value(3.0)) - 2.0)
    assert list(group_values(graph, model, parameter_names(model), {})) == [
        ("Line",),
        (),
        ("Line",),
        ("Line",),
        ("Line",),
        (),
    ]


def test_nothing_of_nn_is_needed_to_note() -> None:
    model = Line()
    notes = Notes(model, parameter_names(model).values())
    y = notes.run(Value(3.0))
    assert notes.paths[y] == ("Line",)


def test_what_joins_several_parts_belongs_to_the_innermost_that_holds_them_all() -> None:
    a, b, c = Value(1.0), Value(2.0), Value(3.0)
    model = Named({"layer0.neuron0.w": a, "layer0.neuron1.w": b, "layer1.neuron0.w": c})
    for y, group in ((a * b, ("layer0",)), (b * c, ()), (a * a, ("layer0", "neuron0"))):
        assert group_values(view(y), model, parameter_names(model), {})[-1] == group


def test_watching_a_model_leaves_no_garbage() -> None:
    """A frame that is held by a variable of its own would wait for the collector, with a graph in it."""
    model = nn.MLP(2, [3, 1], rng=random.Random(1))
    gc.collect()
    gc.disable()
    try:
        Notes(model, parameter_names(model).values()).run([Value(1.0), Value(2.0)])
        assert gc.collect() == 0
    finally:
        gc.enable()
