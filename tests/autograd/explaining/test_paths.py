"""explain: derivatives as sums over paths."""

import math
import re
import xml.etree.ElementTree as ElementTree

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import autograd
from autograd import Value, count_paths, explain, naive_backward


def neuron():
    """The neuron of micrograd's lecture: tanh(x1 w1 + x2 w2 + b)."""
    x1, x2 = Value(2.0, label="x1"), Value(0.0, label="x2")
    w1, w2 = Value(-3.0, label="w1"), Value(1.0, label="w2")
    b = Value(6.8813735870195432, label="b")
    n = x1 * w1 + x2 * w2 + b
    n.label = "n"
    o = autograd.tanh(n)
    o.label = "o"
    return o, w1


def test_one_path():
    o, w1 = neuron()
    found = explain(o, w1)
    assert found.derivative == pytest.approx(1.0, rel=1e-12)
    (path,) = found.paths
    assert path.factors == pytest.approx((0.5, 1.0, 1.0, 2.0))
    assert str(found).splitlines()[:2] == [
        "do/dw1 = 1, along one path",
        "  1.  o ← n ← v3 ← v1 ← w1    0.5 × 1 × 1 × 2 = 1",
    ]
    assert "  o = tanh(n) = 0.7071" in str(found)
    assert "  v1 = x1 × w1 = −6" in str(found)
    assert repr(found) == str(found)


def test_names_are_those_of_drawings():
    from autograd.view.graph import view

    o, w1 = neuron()
    names = explain(o, w1).names
    assert all(names[node.value] == node.name for node in view(o).nodes)


def test_a_value_used_twice_by_one_operation():
    a = Value(3.0, label="a")
    found = explain(a * a, a)
    assert [path.product for path in found.paths] == [3.0, 3.0]
    assert found.derivative == 6.0
    assert re.search(r"\n  sum +3 \+ 3 = 6\n", str(found))


def test_negative_factors_in_brackets():
    a = Value(2.0, label="a")
    text = str(explain(-(a * -3.0) + a * -1.0, a))
    assert "1 × (−1) × (−3) = 3" in text
    assert "3 + (−1) = 2" in text
    assert "v1 = a × (−3) = −6" in text
    assert "v2 = −v1 = 6" in text


def test_fused_and_plain_operands():
    xs = [Value(float(i), label=f"x{i}") for i in range(20)]
    y = autograd.dot(xs, [0.5] * 20, bias=1.0)
    text = str(explain(y, xs[3]))
    assert "x0 × 0.5 + x1 × 0.5 + x2 × 0.5 + … + x19 × 0.5 + 1 (21 terms)" in text


def test_no_path_and_the_empty_path():
    x, y = Value(1.0, label="x"), Value(2.0, label="y")
    z = y * 2.0
    z.label = "z"
    nothing = explain(z, x)
    assert (nothing.derivative, nothing.paths) == (0.0, ())
    assert str(nothing) == "dz/dx = 0: z does not depend on x, no path connects them"
    assert str(explain(z, Value(1.0, label="w"))).startswith("dz/dw = 0")
    assert str(explain(z, Value(1.0))).startswith("dz/dv1 = 0")
    itself = explain(z, z)
    assert itself.derivative == 1.0
    assert "  1.  z    1 = 1" in str(itself)


def test_intermediate_nodes_and_terms_that_do_not_matter():
    x = Value(2.0)
    h = x * x
    y = h * h + autograd.sqrt(Value(0.0)) * x
    assert explain(y, h).derivative == 8.0
    assert explain(y, x).derivative == 32.0


def test_no_grad_is_touched():
    o, w1 = neuron()
    o.grad = w1.grad = 7.0
    explain(o, w1)
    naive_backward(o)
    assert (o.grad, w1.grad) == (7.0, 7.0)


# Counting -------------------------------------------------------------------------------------------------------------
def ladder(levels):
    x = y = Value(1.0)
    for _ in range(levels):
        y = y + y
    return x, y


def test_paths_are_counted_exactly_and_not_listed():
    x, y = ladder(60)
    assert count_paths(y, x) == 2**60
    with pytest.raises(ValueError, match=r"1,152,921,504,606,846,976 paths lead from x to y, more than max_paths=100"):
        explain(y, x)
    x, y = ladder(2000)
    assert count_paths(y, x) == 2**2000


def test_max_paths():
    x, y = ladder(3)
    assert len(explain(y, x, max_paths=8).paths) == 8
    with pytest.raises(ValueError, match="8 paths"):
        explain(y, x, max_paths=7)


def test_a_long_path_is_shortened_in_its_middle():
    x = y = Value(1.0)
    for _ in range(100_000):
        y = y * 1.0
    found = explain(y, x)
    assert len(found.paths[0].nodes) == 100_001
    text = str(found)
    assert text.splitlines()[1].count("←") == 12
    assert (
        sum(re.match("  [vy]", line) is not None for line in text.splitlines()) == 24
    )  # of the nodes, the first two dozen
    assert "… 99,989 more …" in text
    assert "… and 99,976 more nodes" in text
    assert len(text) < 5000
    assert count_paths(y, x) == 1


def test_twelve_nodes_are_shown_and_of_thirteen_the_middle_is_not():
    def path_of(nodes):
        x = y = Value(1.0, label="x")
        for _ in range(nodes - 1):
            y = y * 2.0
        return str(explain(y, x)).splitlines()[1]

    assert (path_of(12).count("←"), "more" in path_of(12)) == (11, False)
    assert "← … 1 more … ←" in path_of(13)
    assert path_of(13).count("←") == 12


@settings(deadline=None, max_examples=60)
@given(st.lists(st.tuples(st.integers(0, 2), st.integers(0, 20), st.integers(0, 20)), min_size=1, max_size=9))
def test_the_sum_over_paths_is_the_derivative(steps):
    nodes = [Value(0.8), Value(-0.3)]
    for kind, i, j in steps:
        a, b = nodes[i % len(nodes)], nodes[j % len(nodes)]
        nodes.append((a + b, a * b, autograd.tanh(a))[kind])
    y, x = nodes[-1], nodes[0]
    found = explain(y, x, max_paths=10_000)
    y.backward()
    assert found.derivative == pytest.approx(x.grad if y is not x else 1.0, rel=1e-12, abs=1e-300)
    assert len(found.paths) == count_paths(y, x)
    assert len({(path.nodes, i) for i, path in enumerate(found.paths)}) == len(found.paths)
    for path in found.paths:
        assert path.product == pytest.approx(math.prod(path.factors))
        assert (path.nodes[0], path.nodes[-1]) == (y, x)


# Notebooks ------------------------------------------------------------------------------------------------------------
def test_notebook_form():
    o, w1 = neuron()
    bundle = explain(o, w1)._repr_mimebundle_()
    assert bundle.keys() == {"text/plain", "text/html"}
    assert bundle["text/plain"] == str(explain(o, w1))
    table = ElementTree.fromstring(bundle["text/html"].replace("<br>", "<br/>"))
    assert [cell.text for cell in table.iter("td")] == ["o ← n ← v3 ← v1 ← w1", "0.5 × 1 × 1 × 2 = 1"]
    assert table.find("table/caption").text == "do/dw1 = 1, along one path"
    assert "".join(table.find("p").itertext()).startswith("o = ")
    assert "<p>" not in explain(w1, w1)._repr_mimebundle_()["text/html"]  # no operation on that path


@pytest.mark.parametrize("label", ["<script>alert(1)</script>", "a&b", '"', "x" * 10_000, "{|}", "line\nbreak\x00"])
def test_hostile_labels(label):
    x = Value(2.0, label=label)
    bundle = explain(x * x, x)._repr_mimebundle_()
    assert "<script" not in bundle["text/html"]
    assert "\x00" not in bundle["text/plain"]
    assert len(bundle["text/plain"]) < 2000
    ElementTree.fromstring(bundle["text/html"].replace("<br>", "<br/>"))


@pytest.mark.parametrize("function", [explain, count_paths])
def test_only_values(function):
    with pytest.raises(TypeError, match=r"x has to be a Value, got float 1\.0"):
        function(Value(1.0), 1.0)
    with pytest.raises(TypeError, match="y has to be a Value, got NoneType None"):
        function(None, Value(1.0))
