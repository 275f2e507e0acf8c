"""The text tree."""

from autograd import Value, softmax
from autograd.drawing.text_tree import text_tree
from autograd.view.graph import view
from tests.autograd.drawing.picture_graphs import HOSTILE, neuron, reuse

NEURON = """\
o = tanh  0.7071  ∂ 1
└─ [×0.5] n = +  0.8814  ∂ 0.5
   ├─ [×1] sum = +  −6  ∂ 0.5
   │  ├─ [×1] x1·w1 = ×  −6  ∂ 0.5
   │  │  ├─ [×−3] x1  2  ∂ −1.5
   │  │  └─ [×2] w1  −3  ∂ 1
   │  └─ [×1] x2·w2 = ×  0  ∂ 0.5
   │     ├─ [×1] x2  0  ∂ 0.5
   │     └─ [×0] w2  1  ∂ 0
   └─ [×1] b  6.881  ∂ 0.5"""


def tree(y: Value | list[Value], which: str = "stored", **options: int) -> str:
    graph = view(y)
    return text_tree(graph, graph.gradients(which), **options)  # type: ignore[arg-type]


def test_the_neuron() -> None:
    assert tree(neuron()[0]) == NEURON


def test_values_used_again_are_marked_and_not_repeated() -> None:
    lines = tree(reuse(), "own").splitlines()
    assert sum("↑" in line for line in lines) == 4
    assert sum("e = ×" in line for line in lines) == 1


def test_constants_and_gradients_that_are_not_there() -> None:
    assert tree(Value(2.0, label="x") * 3) == "v1 = ×  6  ∂ –\n├─ [×3] x  2  ∂ –\n└─ 3"
    assert "∂" not in tree(Value(2.0) * 3, "none")


def test_an_index_stands_with_the_operation() -> None:
    y = softmax([Value(0.0, label="x"), 0.0])[1]
    assert tree(y) == "v1 = softmax[1]  0.5  ∂ –\n├─ [×−0.25] x  0  ∂ –\n└─ 0"


def test_several_outputs_stand_below_each_other() -> None:
    a = Value(1.0, label="a")
    assert [line for line in tree([a * 2.0, a * 3.0]).splitlines() if line.startswith("v")] == [
        "v1 = ×  2  ∂ –",
        "v2 = ×  3  ∂ –",
    ]


def test_long_and_deep_graphs_are_cut_with_a_word() -> None:
    wide = sum([Value(float(i)) for i in range(100)])
    lines = tree(wide, max_lines=10, max_depth=100).splitlines()
    assert len(lines) == 11
    assert lines[-1] == "… 190 of 200 values left out"
    deep = Value(0.5)
    for _ in range(5000):
        deep = deep.tanh()
    lines = tree(deep, max_depth=5).splitlines()
    assert len(lines) == 7
    assert "deeper" in lines[-1]


def test_hostile_labels_stay_on_their_line() -> None:
    values = [Value(1.0, label=label) for label in HOSTILE]
    lines = tree(sum(values)).split("\n")
    assert len(lines) == 2 * len(HOSTILE) + 1
    assert all(line.isprintable() or "\N{ZERO WIDTH JOINER}" in line for line in lines)
