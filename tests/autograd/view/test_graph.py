"""What pictures know of a graph: names, kinds, ids, edges, gradients."""

import math
from fractions import Fraction

import pytest

from autograd import OPERATIONS, Value, backward, cross_entropy, softmax, topological_order
from autograd.view.graph import folded, on_paths, view
from autograd.view.notation import operation_symbol
from tests.autograd.drawing.picture_graphs import neuron, reuse


def test_ids_are_places_in_the_topological_order() -> None:
    o, _ = neuron()
    graph = view(o)
    assert [node.value for node in graph.nodes] == topological_order(o)
    assert [node.id for node in graph.nodes] == [f"n{i}" for i in range(len(graph.nodes))]


def test_names_come_from_the_caller_the_label_the_model_or_the_place() -> None:
    a, b, c = Value(1.0, label="a"), Value(2.0), Value(3.0, label="c")
    y = a * b + c
    graph = view(y, parameters={a: "net.a", b: "net.b"}, names={c: "sea"})
    names = {node.value: node.name for node in graph.nodes}
    assert (names[a], names[b], names[c], names[y]) == ("a", "net.b", "sea", "v2")
    assert {node.name: node.named for node in graph.nodes} == {
        "a": "given", "net.b": "given", "v1": "", "sea": "given", "v2": "",
    }  # fmt: skip


def test_a_blank_label_is_no_name() -> None:
    assert [node.name for node in view(Value(1.0, label=" \t") * Value(2.0, label=" x ")).nodes] == ["v1", " x ", "v2"]


def test_kinds() -> None:
    o, parts = neuron()
    graph = view(o, parameters={parts["w1"]: "w1"})
    kinds = {node.name: node.kind for node in graph.nodes}
    assert kinds["x1"] == "input"
    assert kinds["w1"] == "parameter"
    assert kinds["n"] == "operation"
    assert kinds["o"] == "output"


def test_titles_say_the_operation() -> None:
    o, _ = neuron()
    titles = [node.title for node in view(o).nodes]
    assert titles == ["x1", "w1", "x1·w1 = ×", "x2", "w2", "x2·w2 = ×", "sum = +", "b", "n = +", "o = tanh"]


def test_only_the_names_of_parameters_are_shortened_to_their_last_part() -> None:
    w, x = Value(1.0), Value(0.1, label="rate 0.1")
    y = w * x
    y.label = "0.5·x"
    titles = [node.short_title() for node in view(y, parameters={w: "layer0.neuron1.w0"}).nodes]
    assert titles == ["w0", "rate 0.1", "0.5·x = ×"]


def test_a_value_used_twice_by_one_operation_has_two_edges() -> None:
    a = Value(3.0)
    edges = view(a * a).edges
    assert [(edge.id, edge.tail, edge.head, edge.local) for edge in edges] == [
        ("e1.0", "n0", "n1", 3.0),
        ("e1.1", "n0", "n1", 3.0),
    ]


def test_plain_numbers_are_constants_with_the_place_of_their_operand() -> None:
    x = Value(2.0)
    graph = view((3 - x) * 2)
    assert [(c.id, c.edge_id, c.head, c.data) for c in graph.constants] == [
        ("c1.0", "k1.0", "n1", 3.0),
        ("c2.1", "k2.1", "n2", 2.0),
    ]


def test_an_index_stands_in_the_title_and_is_no_constant() -> None:
    graph = view([softmax([Value(2.0), 3.0])[0], cross_entropy([Value(2.0), 3.0], 1)])
    assert [node.title for node in graph.nodes] == ["v1", "v2 = softmax[0]", "v3", "v4 = cross entropy[1]"]
    assert [(c.id, c.data) for c in graph.constants] == [("c1.2", 3.0), ("c3.2", 3.0)]


def test_stored_gradients_are_the_grads_as_they_stand() -> None:
    o, _ = neuron()
    graph = view(o)
    assert graph.gradients("stored") == [node.value.grad for node in graph.nodes]
    o.grad = 0.0
    assert graph.gradients("stored") == [None] * len(graph.nodes)


def test_own_gradients_are_those_of_backward_bit_for_bit_and_touch_nothing() -> None:
    loss = reuse()
    graph = view(loss)
    own = graph.gradients("own")
    assert all(node.value.grad == 0.0 for node in graph.nodes)
    backward(loss)
    assert own == [node.value.grad for node in graph.nodes]


def test_own_gradients_of_several_outputs_are_those_of_their_sum() -> None:
    a = Value(3.0)
    graph = view([a * 2.0, a * a])
    assert graph.gradients("own") == [8.0, 1.0, 1.0]


def test_gradients_none_and_unknown() -> None:
    graph = view(Value(1.0) * 2.0)
    assert graph.gradients("none") is None
    with pytest.raises(ValueError, match="'stored', 'own', 'none'; got 'all'"):
        graph.gradients("all")


def test_outputs_may_be_nested_and_repeated() -> None:
    a = Value(1.0)
    y, z = a * 2.0, a * 3.0
    assert view([y, (z, [y])]).outputs == (y, z)


@pytest.mark.parametrize("thing", [3.0, "y", None, {"y": Value(1.0)}, Fraction(1, 2), [Value(1.0), 2.0]])
def test_what_is_not_made_of_values_is_refused(thing: object) -> None:
    with pytest.raises(TypeError, match="expected a Value or a list of Values, got"):
        view(thing)  # type: ignore[arg-type]


def test_an_empty_list_is_refused() -> None:
    with pytest.raises(ValueError, match="nothing to draw"):
        view([])


@pytest.mark.parametrize("bad", [Value(1.0), None, "1.0", [1.0]])
@pytest.mark.parametrize("what", ["data", "grad"])
def test_data_overwritten_by_something_else_is_named(what: str, bad: object) -> None:
    p = Value(1.0, label="weight")
    y = p * 2.0
    setattr(p, what, bad)
    with pytest.raises(TypeError, match=rf"the {what} of weight is a {type(bad).__name__}.*p.data -= lr \* p.grad"):
        view(y)


def test_numbers_that_are_not_finite_are_numbers() -> None:
    assert len(view(Value(math.nan) * Value(math.inf)).nodes) == 3


@pytest.mark.parametrize(
    ("make", "text"),
    [
        (lambda x: x * 3, "× 3"),
        (lambda x: 3 * x, "3 ×"),
        (lambda x: 3 - x, "3 −"),
        (lambda x: x**2, "^ 2"),
        (lambda x: x / -2, "÷ −2"),
        (lambda x: x + x, "+"),
        (lambda x: OPERATIONS["maximum"](x, 0.0), "max(·, 0)"),
        (lambda x: OPERATIONS["clip"](x, -1.0, 1.0), "clip(·, −1, 1)"),
        (lambda x: OPERATIONS["total"](x, 1.0), "Σ"),
        (lambda x: softmax([1.0, x])[1], "softmax[1]"),
        (lambda x: cross_entropy([x, 1.0], 0), "cross entropy[0]"),
    ],
)
def test_constants_folded_into_a_header(make: object, text: str) -> None:
    y = make(Value(2.0))  # type: ignore[operator]
    assert folded(y, operation_symbol(y)) == text


def test_names_of_strangers_are_refused() -> None:
    with pytest.raises(ValueError, match="what is to be called ghost is not in this graph"):
        view(Value(1.0) * 2.0, names={Value(1.0): "ghost"})


def test_data_set_to_another_kind_of_number_draws() -> None:
    from autograd.view.notation import number

    assert [number(x) for x in (3, True, Fraction(1, 4))] == ["3", "1", "0.25"]


# Paths to bring out ---------------------------------------------------------------------------------------------------
def names(y: Value, *waypoints: Value) -> set[str]:
    graph = view(y)
    marked = on_paths(graph, waypoints)
    return {node.name for node in graph.nodes if node.id in marked}


def test_all_paths_from_a_value_to_the_output() -> None:
    o, parts = neuron()
    assert names(o, parts["x1"]) == {"x1", "x1·w1", "sum", "n", "o"}


def test_a_long_name_is_cut_in_the_message() -> None:
    o, _ = neuron()
    with pytest.raises(ValueError, match=r"highlight: x{26}…x{13} is not in this graph"):
        on_paths(view(o), [Value(1.0, label="x" * 41)])


def test_edges_on_the_path_and_no_others() -> None:
    o, parts = neuron()
    graph = view(o)
    marked = on_paths(graph, [parts["b"]])
    ends = {(graph.by_id[e.tail].name, graph.by_id[e.head].name) for e in graph.edges if e.id in marked}
    assert ends == {("b", "n"), ("n", "o")}


def test_through_other_values_in_order() -> None:
    a = Value(2.0, label="a")
    p, q = a * 2.0, a * 3.0
    p.label, q.label = "p", "q"
    y = p * q
    y.label = "y"
    assert names(y, a) == {"a", "p", "q", "y"}
    assert names(y, a, q) == {"a", "q", "y"}


def test_both_uses_of_a_value_are_marked() -> None:
    a = Value(2.0)
    graph = view(a * a)
    assert {"e1.0", "e1.1"} <= on_paths(graph, [a])


def test_nothing_to_bring_out() -> None:
    assert on_paths(view(Value(1.0) * 2.0), []) == frozenset()


def test_a_value_that_is_not_in_the_graph() -> None:
    with pytest.raises(ValueError, match="stranger is not in this graph"):
        names(Value(1.0) * 2.0, Value(5.0, label="stranger"))


def test_no_path() -> None:
    o, parts = neuron()
    with pytest.raises(ValueError, match="no path leads from x1 to b"):
        names(o, parts["x1"], parts["b"])


def test_messages_name_values_as_the_picture_does() -> None:
    a = Value(1.0)
    y, z = a * 2.0, Value(4.0) * 2.0
    with pytest.raises(ValueError, match="no path leads from alpha to v3"):
        on_paths(view([y, z], names={a: "alpha"}), [a, z])
    with pytest.raises(ValueError, match="no path leads from v2 to v1"):
        on_paths(view(y), [y, a])
    with pytest.raises(ValueError, match=r"highlight: Value\(data=4.0, grad=0.0\) is not in this graph"):
        on_paths(view(y), [z.parents[0]])
