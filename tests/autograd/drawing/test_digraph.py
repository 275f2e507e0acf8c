"""Drawings as graphviz.Digraph."""

import xml.etree.ElementTree as ET

import pytest

import nn
from autograd import Value, draw, to_dot
from autograd.drawing.layout.graphviz import run_graphviz
from tests.autograd.drawing.picture_graphs import HOSTILE, neuron


def texts(source: str) -> list[str]:
    root = ET.fromstring(run_graphviz(source, "svg"))
    return [element.text or "" for element in root.iter() if element.tag.endswith("}text")]


def test_nodes_edges_and_numbers_are_there() -> None:
    shown = texts(to_dot(neuron()[0]).source)
    assert {"o = tanh", "0.7071", "∂ 0.5", "−3"} <= {text.replace("\xa0", " ") for text in shown}


def test_it_is_a_digraph_that_can_be_changed() -> None:
    graph = to_dot(neuron()[0])
    graph.node("note", "mine")
    assert "mine" in texts(graph.source)


@pytest.mark.parametrize("direction", ["LR", "TB"])
def test_rows_are_stacked_whatever_the_direction(direction: str) -> None:
    root = ET.fromstring(run_graphviz(to_dot(Value(5.0, label="a") * 2.0, direction=direction).source, "svg"))
    node = next(g for g in root.iter() if g.attrib.get("id") == "n0")
    places = [(e.attrib["x"], float(e.attrib["y"])) for e in node.iter() if e.tag.endswith("}text")]
    assert len({x for x, _ in places}) == 1
    assert [y for _, y in places] == sorted(y for _, y in places)


def test_clusters_become_clusters() -> None:
    model = nn.MLP(2, [2, 1])
    source = draw(model, [1.0, 2.0], level="clusters").to_dot().source
    assert source.count("subgraph") == 2 + 3


@pytest.mark.parametrize("label", [label for label in HOSTILE if len(label) <= 24])
def test_hostile_labels_are_shown_as_they_are(label: str) -> None:
    assert label in [text.replace("\xa0", " ") for text in texts(to_dot(Value(1.0, label=label)).source)]


def test_the_package_is_named_when_it_is_missing(monkeypatch: pytest.MonkeyPatch) -> None:
    import sys

    monkeypatch.setitem(sys.modules, "graphviz", None)
    with pytest.raises(ImportError, match="pip install graphviz"):
        to_dot(Value(1.0))
