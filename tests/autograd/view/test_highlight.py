"""Paths to bring out."""

import pytest

from autograd import Value
from autograd.view.graph import view
from autograd.view.highlight import on_paths
from tests.autograd.drawing.picture_graphs import neuron


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
    with pytest.raises(ValueError, match="no path leads from v1 to v0"):
        on_paths(view(y), [y, a])
    with pytest.raises(ValueError, match=r"highlight: Value\(data=4.0, grad=0.0\) is not in this graph"):
        on_paths(view(y), [z.parents[0]])
