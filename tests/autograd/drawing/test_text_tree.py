"""The text tree."""

from autograd import Value, dot, draw, softmax, stepper, tanh
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


def test_in_words_there_are_no_signs_left() -> None:
    w = [Value(0.5), Value(-1e-7)]
    x = [Value(2.0, "x₁"), Value(3.0, "x₂")]
    n = dot(w, x, -0.25)
    y = tanh(n) ** 2 / -4
    y.backward()
    told = draw(y).text(plain=True)
    assert told.splitlines()[:3] == [
        "y equals v2 divided by minus 4, which is minus 0.1009. Gradient 1. Local derivative: minus 0.25 for v2.",
        "v2 equals v1 to the power of 2, which is 0.4034. Gradient minus 0.25. Local derivative: 1.27 for v1.",
        "v1 equals tanh of n, which is 0.6351. Gradient minus 0.3176. Local derivative: 0.5966 for n.",
    ]
    assert "n equals w[0] times x 1 plus w[1] times x 2 plus minus 0.25, which is 0.75." in told
    assert "w[1] is minus 1 times 10 to the power of minus 7. Gradient minus 0.5684." in told
    assert told.isascii()
    assert stepper(y).text(plain=True).isascii()
    assert "derivative of y by v2 times derivative of v2 by v1 equals" in stepper(y).text(plain=True)
    assert "∂" not in draw(y, grads="none").text(plain=True)
    assert "Gradient" not in draw(y, grads="none").text(plain=True)


def test_of_a_long_graph_the_end_is_told() -> None:
    y = Value(1.0)
    for _ in range(300):
        y = y.tanh()
    *_, last = draw(y).text(plain=True).splitlines()
    assert last == "101 of 301 values left out."
