"""The stepper's timeline, text, page and notebook form. What a browser makes of it is in test_stepper_browser.py."""

import base64
import json
import random
import re
import xml.etree.ElementTree as ElementTree
import zlib
from html import unescape
from html.parser import HTMLParser

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import autograd
from autograd import BackwardStep, Value, dot, softmax, steps, tanh, trace_lines
from autograd.backprop import topological_order
from autograd.drawing.cards import CARD_PADDING
from autograd.drawing.layout.graphviz import LayoutError
from autograd.drawing.shapes import FONT_SIZE
from autograd.explaining.page.html import PHASES
from autograd.explaining.stepper import stepper
from autograd.view.notation import number_width
from nn import MLP
from tests.autograd.drawing.picture_graphs import Named, Recurrent, labelled

HOSTILE = [
    "</script><script>alert(1)</script>",
    "<!--<script>",
    "\"'><img src=x onerror=alert(1)>",
    "{|}",
    "&lt;&amp;",
    "😀 क्षि 中文",
    "\u2028\u2029",
    "a\x00b\x1b[31m",
    "\u202eabc",
    "\ud800",
    "@@script@@ \\1 $& %s {0}",
    "x" * 10_000,
]


def small_network(*sizes, **options):
    model = MLP(2, list(sizes), rng=random.Random(15), **options)  # a seed with few dead neurons
    return model, model([Value(1.0, "x0"), Value(-2.0, "x1")])


def page_steps(page):
    return json.loads(re.search(r'<script type="application/json" id="steps">(.*?)</script>', page, re.S)[1])


def last_texts(timeline):
    """What the cards read at the end: {(card, row): text}."""
    return {(change.card, change.row): change.text for moment in timeline for change in moment.changes}


def test_the_function_is_not_hidden_by_a_module():
    import autograd.explaining.stepper

    assert autograd.stepper is autograd.explaining.stepper.stepper


# The timeline -------------------------------------------------------------------------------------------------------


def test_forward_then_the_seed_then_every_edge_backwards():
    timeline = stepper(labelled()).moments
    assert [moment.phase for moment in timeline] == ["start"] + ["forward"] * 5 + ["seed"] + ["backward"] * 10


def test_the_arithmetic_of_an_edge():
    texts = [moment.text for moment in stepper(labelled()).moments]
    assert "∂L/∂d × ∂d/∂b = (−72) × 1 = −72\nb.grad: 0 + (−72) = −72 (use 1 of 2)" in texts
    assert "∂L/∂c × ∂c/∂b = (−12) × 2 = −24\nb.grad: −72 + (−24) = −96 (use 2 of 2)" in texts
    assert "∂L/∂e × ∂e/∂d = 12 × (−6) = −72\nd.grad: 0 + (−72) = −72" in texts


def test_the_arithmetic_of_an_operation():
    texts = [moment.text for moment in stepper(labelled()).moments]
    assert texts[1] == "c = a × b = 2 × (−3) = −6\nremembers ∂c/∂a = −3, ∂c/∂b = 2"
    assert texts[4] == "f = e × e = 6 × 6 = 36\nremembers ∂f/∂e = 6, ∂f/∂e = 6"
    assert texts[6].startswith("∂L/∂L = 1")


def test_upstream_local_and_product_are_told_apart():
    moment = next(m for m in stepper(labelled()).moments if m.text.startswith("∂L/∂d × ∂d/∂b"))
    styles = {run.text: (run.style, run.answer) for run in moment.lines[0]}
    assert styles["∂L/∂d"] == ("upstream", False)
    assert styles["(−72)"] == ("upstream", False)
    assert styles["∂d/∂b"] == ("local", False)
    assert styles["1"] == ("local", False)
    assert styles["−72"] == ("product", True)


def test_focus_is_on_the_edge_and_its_two_ends():
    moment = next(m for m in stepper(labelled()).moments if m.text.startswith("∂L/∂d × ∂d/∂b"))
    assert (moment.cards, moment.arrows, moment.target) == (("n3", "n1"), ("e3.1",), "n1")


@st.composite
def graphs(draw):
    values = [Value(x, f"x{i}") for i, x in enumerate(draw(st.lists(st.floats(-2, 2), min_size=1, max_size=3)))]
    for _ in range(draw(st.integers(1, 8))):
        a, b = draw(st.sampled_from(values)), draw(st.sampled_from(values))
        make = draw(st.sampled_from([lambda a, b: a + b, lambda a, b: a * b, lambda a, b: tanh(a), lambda a, b: 3 - a]))
        values.append(make(a, b))
    return values[-1]


@settings(max_examples=25, deadline=None)
@given(graphs())
def test_numbers_are_those_of_backward_bit_for_bit(y):
    shown = last_texts(stepper(y, number_format=".17g").moments)
    nodes = topological_order(y)
    for node in nodes:
        node.grad = 0.0
    y.backward()
    for index, node in enumerate(nodes):
        assert float(shown[f"n{index}", 0].replace("−", "-")) == node.data
        assert float(shown[f"n{index}", 1].removeprefix("∂ ").replace("−", "-")) == node.grad


def test_grad_is_left_alone():
    y = labelled()
    nodes = topological_order(y)
    for index, node in enumerate(nodes):
        node.grad = 100.0 + index
    shown = stepper(y)
    assert shown.page
    assert shown.animated_svg()
    assert [node.grad for node in nodes] == [100.0 + index for index in range(len(nodes))]
    assert last_texts(shown.moments)["n0", 1] == "∂ −35"


def test_source_lines_where_they_are_known():
    a = Value(2.0, "a")
    with trace_lines():
        b = a * 3
    y = b + a
    texts = [moment.text for moment in stepper(y).moments]
    made = [text for text in texts if "was made at test_stepper.py:" in text]
    assert len(made) == 2  # b forward, and its edge backward
    assert all("b was made at" in text for text in made)


def test_constants_are_part_of_the_arithmetic():
    x = Value(2.0, "x")
    y = (3 - x) ** 2 / -4
    texts = stepper(y).text()
    assert "v1 = 3 − x = 3 − 2 = 1" in texts
    assert "v2 = v1 ^ 2 = 1 ^ 2 = 1" in texts
    assert "y = v2 ÷ (−4) = 1 ÷ (−4) = −0.25" in texts


@pytest.mark.parametrize(
    ("make", "written"),
    [
        (lambda x, y: -x, "−x = −2"),
        (lambda x, y: tanh(y), "tanh(y) = tanh(−3)"),
        (lambda x, y: autograd.maximum(x, y), "maximum(x, y) = maximum(2, −3)"),
        (lambda x, y: autograd.leaky_relu(y), "leaky_relu(y, 0.01) = leaky_relu(−3, 0.01)"),
        (lambda x, y: dot([x, y], [y, 4.0], 1.0), "x × y + y × 4 + 1 = 2 × (−3) + (−3) × 4 + 1 = −17"),
        (lambda x, y: autograd.total([x, y, x]), "x + y + x = 2 + (−3) + 2 = 1"),
        (lambda x, y: autograd.mean([x, y]), "mean(x, y) = mean(2, −3) = −0.5"),
        (lambda x, y: autograd.total([x] * 9), "x + x + x + … + x + x (9 terms)"),
        (lambda x, y: dot([x] * 9, [y] * 9), "x × y + x × y + x × y + … + x × y + x × y (9 terms)"),
    ],
)
def test_operations_in_writing(make, written):
    assert written in stepper(make(Value(2.0, "x"), Value(-3.0, "y"))).text()


@pytest.mark.parametrize(("count", "more"), [(6, []), (7, ["and 1 more"]), (9, ["and 3 more"])])
def test_up_to_six_local_derivatives_are_remembered_in_writing(count, more):
    moment = stepper(autograd.total([Value(1.0, f"x{i}") for i in range(count)])).moments[1]
    pieces = moment.text.split("\n")[1].removeprefix("remembers ").split(", ")
    assert pieces == [f"∂v1/∂x{i} = 1" for i in range(6)] + more


def test_a_leaf_alone_has_its_seed_and_nothing_else():
    shown = stepper(Value(3.0, "x"))
    assert [moment.phase for moment in shown.moments] == ["start", "seed"]
    assert "forward through 0 operations, then backward along 0 edges" in shown.text()
    assert "∂x/∂x = 1" in shown.text()


def test_infinite_and_undefined_numbers_are_shown_and_tint_nothing():
    x = Value(0.0, "x")
    shown = stepper(1 / x * 0)
    assert "∂v1/∂x = −inf" in shown.text()
    strengths = [c.strength for m in shown.moments for c in m.changes if c.strength]
    assert all(abs(strength) <= 0.72 for strength in strengths)
    assert page_steps(shown.page)


def test_second_order_graphs_can_be_stepped_through():
    x = Value(0.5, "x")
    (slope,) = autograd.differentiate(tanh(x), [x])
    shown = stepper(slope)
    x.grad = 0.0
    slope.backward()
    assert f"∂ {x.grad:.4g}".replace("-", "−") in [
        text for (card, row), text in last_texts(shown.moments).items() if row == 1
    ]


# Options ------------------------------------------------------------------------------------------------------------


def test_names_and_number_format():
    x = Value(2 / 3, "x")
    y = x * x
    assert "loss = in × in = 0.67 × 0.67 = 0.44" in stepper(y, names={x: "in", y: "loss"}, number_format=".2f").text()


def test_fused_nodes_are_stepped_through_as_they_are_or_expanded():
    ws, xs = [Value(0.5, "w0"), Value(-1.0, "w1")], [Value(2.0, "x0"), Value(3.0, "x1")]
    y = dot(ws, xs, Value(0.25, "b"))
    y.label = "y"
    fused, elementary = stepper(y), stepper(y, expand=True)
    assert [m.phase for m in fused.moments].count("forward") == 1
    assert [m.phase for m in elementary.moments].count("forward") == 4
    assert "w0 × x0 + w1 × x1 + b = 0.5 × 2 + (−1) × 3 + 0.25 = −1.75" in fused.text()
    assert "w0.grad: 0 + 2 = 2" in fused.text()
    assert "w0.grad: 0 + 2 = 2" in elementary.text()
    assert "v6 = v2 ÷ v5 = 0.3679 ÷ 1.368 = 0.2689" in stepper(softmax(xs)[0], expand=True).text()


def test_what_is_no_value_is_refused():
    for wrong in (3.0, "x", None, [1.0, 2.0]):
        with pytest.raises(TypeError):
            stepper(wrong)
    with pytest.raises(TypeError, match=r"one Value, such as a loss; got 2"):
        stepper([Value(1.0), Value(2.0)])


def chain(length):
    y = Value(1.0)
    for _ in range(length):
        y = tanh(y)
    return y


def test_large_graphs_are_refused_with_advice():
    assert len(stepper(chain(5), max_edges=5).moments) == 12
    with pytest.raises(ValueError, match="301 edges") as caught:
        stepper(chain(301))
    for advice in ("max_edges=300", "level='neuron'", "draw(y)", "max_edges=301"):
        assert advice in str(caught.value)
    with pytest.raises(ValueError, match="200,000 edges"):
        stepper(chain(200_000))


# Neurons ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("fused", [True, False])
def test_a_network_is_stepped_through_neuron_by_neuron(fused):
    model, output = small_network(4, 4, 1, fused=fused)
    loss = (output - 1.0) ** 2
    loss.label = "loss"
    shown = stepper(loss, model=model, level="neuron")
    phases = [moment.phase for moment in shown.moments]
    assert phases.count("forward") == 9 + 2  # the neurons, then − and ^ of the loss
    assert phases.count("backward") == 9 + 2
    cards = [card for card in shown.picture.cards if card.title.startswith("layer")]
    assert len(cards) == 9
    assert [row.text.split()[0] for row in cards[0].rows[2:]] == ["w0", "w1", "b"]
    at_first = last_texts(shown.moments[:1])
    assert all(text.endswith("∂ –") for (_, row), text in at_first.items() if row >= 1)


def neuron_gradients(shown, model):
    """{name of a parameter: the gradient its row reads at the end}."""
    texts = last_texts(shown.moments)
    found = {}
    for card in shown.picture.cards:
        for row in range(2, len(card.rows)):
            short, _, _, slope = texts[card.id, row].split()
            found[f"{card.title.split(' = ')[0]}.{short}"] = float(slope.replace("−", "-"))
    return found


@pytest.mark.parametrize("fused", [True, False])
def test_neurons_show_the_gradients_of_backward(fused):
    model, output = small_network(4, 4, 1, fused=fused)
    loss = (output - 1.0) ** 2
    shown = neuron_gradients(stepper(loss, model=model, level="neuron", number_format=".17g"), model)
    loss.backward()
    assert shown == {name: parameter.grad for name, parameter in model.named_parameters()}


def test_the_sum_of_a_neuron_has_the_brackets_it_needs():
    w, b = Value(2.0), Value(-3.0)
    model = Named({"layer0.neuron0.w": w, "layer0.neuron0.b": b})
    y = tanh(b - (w * Value(-1.5, "x.1") + b))
    first = stepper(y, model=model, level="neuron").moments[1]
    assert first.text.split("\n")[1:] == ["z = b − (w × x.1 + b)", "  = (−3) − (2 × (−1.5) + (−3)) = 3"]


def test_the_words_of_a_neuron():
    model = MLP(1, [1, 1], rng=random.Random(0))
    for parameter, number in zip(model.parameters(), (0.5, 0.25, -2.0, 1.0), strict=True):
        parameter.data = number
    output = model([Value(3.0, "x")])
    moments = stepper(output, model=model, level="neuron").moments
    asked = [[run.text for run in line if run.answer] for line in moments[-1].lines]
    assert asked == [["−2"], ["(−2)", "−6"], ["(−2)", "−2"], ["(−2)", "−1"]]  # hidden until the reader has guessed
    texts = [m.text for m in moments]
    assert texts[1] == ("layer0.neuron0 = relu(z) = relu(1.75) = 1.75\nz = w0 × x + b\n  = 0.5 × 3 + 0.25 = 1.75")
    assert texts[-1] == (
        "∂layer1.neuron0/∂layer0.neuron0 × relu(z)′ = (−2) × 1 = −2\n"
        "w0.grad: (−2) × 3 = −6\nb.grad: (−2) × 1 = −2\nx.grad: (−2) × 0.5 = −1"
    )


def test_a_neuron_without_an_activation_is_told_as_its_sum():
    w, b, x = Value(0.5), Value(-1.0), Value(3.0, "x")
    model = Named({"layer0.neuron0.w": w, "layer0.neuron0.b": b})
    first = stepper(autograd.maximum(w * x, b * x), model=model, level="neuron").moments[1]
    assert first.text == "layer0.neuron0 = maximum(w × x, b × x)\n= maximum(0.5 × 3, (−1) × 3) = 1.5"

    class Scaled(Named):  # and what runs in the model's own code belongs to it
        def named_modules(self):
            return [("layer0.neuron0", self)]

        def __call__(self, x):
            return 2.0 * (w * x + b)

    first = stepper(Scaled(model.parameters), 3.0, level="neuron").moments[1]
    assert first.text == "layer0.neuron0 = 2 × (w × x + b)\n= 2 × (0.5 × 3 + (−1)) = 1"


@pytest.mark.parametrize(
    ("sizes", "counts"),
    [
        ([1], "forward in 1 step, 1 of them a neuron, then backward in 1"),
        ([2, 1], "forward in 3 steps, 3 of them neurons, then backward in 3"),
    ],
)
def test_before_the_first_step_only_inputs_have_numbers(sizes, counts):
    model, output = small_network(*sizes)
    start = stepper(output, model=model, level="neuron", names={output: "y"}).moments[0]
    assert start.text.split("\n")[1] == counts
    known = {c.card: c.text for c in start.changes if c.row == 0}
    assert sorted(filter(None, known.values())) == ["1", "−2"]
    assert len(known) == 2 + sum(sizes)


def test_a_part_that_only_squashes_what_comes_in_has_no_sum():
    class Squash:
        def __call__(self, x):
            return tanh(x)

    class Squashed(Named):
        squash = Squash()

        def named_modules(self):
            return [("squash", self.squash)]

        def __call__(self, x):
            return self.squash(self.parameters["layer.w"] * x)

    _, _, last, *_ = stepper(Squashed({"layer.w": Value(0.25)}), 2.0, level="neuron").moments
    assert last.text == "squash = tanh(v1)\n= tanh(0.5) = 0.4621"


def test_a_long_sum_is_cut_to_160_characters():
    model = MLP(20, [1], rng=random.Random(1), fused=False)
    names, numbers = stepper(model, [1.0] * 20, level="neuron").moments[1].text.split("\n")
    start, _, names = names.partition(" = ")
    numbers = numbers.removeprefix("= ").rpartition(" = ")[0]
    assert (start, len(names), len(numbers)) == ("layer0.neuron0", 160, 160)
    assert names.startswith("b + w0 × x0 + w1 × x1 + ")
    assert names.endswith(" + w18 × x18 + w19 × x19")
    assert (names.count("…"), numbers.count("…")) == (1, 1)


@pytest.mark.parametrize(("name", "shown"), [("n" * 30, "n" * 30), ("n" * 31, "n" * 20 + "…" + "n" * 9)])
def test_a_name_of_a_neuron_has_at_most_thirty_characters(name, shown):
    model = MLP(1, [1, 1], rng=random.Random(0))
    hidden = model.layers[0]([Value(3.0, "x")])
    hidden.label = name
    timeline = stepper(model.layers[1]([hidden]), model=model, level="neuron")
    assert timeline.moments[1].text.startswith(f"{shown} = relu(z) = ")
    assert f"{shown} = relu" in [card.title for card in timeline.picture.cards]


def test_a_model_that_runs_twice_adds_up():
    model = MLP(1, [1], rng=random.Random(0))
    loss = (model([Value(3.0, "p")]) - 1.0) ** 2 + (model([Value(5.0, "q")]) - 2.0) ** 2
    shown = stepper(loss, model=model, level="neuron")
    assert "layer0.neuron0₂" in shown.text()
    assert "(use 2 of 2)" in shown.text()
    loss.backward()
    rows = [text for (card, row), text in last_texts(shown.moments).items() if text.startswith("w0")]
    assert [row.split()[-1] for row in rows] == [f"{model.parameters()[0].grad:.4g}".replace("-", "−")] * 2


def test_what_predicting_first_hides_of_a_neuron():
    model, output = small_network(2, 1)
    moments = stepper(output, model=model, level="neuron").moments
    hidden = [[run.text for line in moment.lines for run in line if run.answer] for moment in moments]
    assert hidden[1:5] == [["relu(2.884) = 2.884", "2.884"], ["relu(1.84) = 1.84", "1.84"], ["1.027"], ["1"]]
    assert hidden[5][::2] == ["1"] * 5  # what comes from above, which the first line has told only when it is open
    assert hidden[5][1::2] == ["2.884", "1.84", "1", "0.9727", "−0.9662"]


def test_a_neuron_whose_sum_is_used_elsewhere_is_stepped_through_operation_by_operation():
    w, v, x = Value(0.5), Value(-1.5), Value(2.0, "x")
    model = Named({"layer0.neuron0.w": w, "layer1.neuron0.w": v})
    z = w * x
    y = tanh(tanh(z) * v)
    for output, operations in (
        (y, ["layer0.neuron0", "layer1.neuron0"]),
        (y + z, ["z", "v1", "layer1.neuron0", "output"]),
    ):
        moments = stepper(output, model=model, level="neuron").moments
        told = [moment.text.partition(" = ")[0] for moment in moments if moment.phase == "forward"]
        assert told == operations


@pytest.mark.parametrize(("layer", "inner"), [("layer0.", "layer1."), ("body.layer0.", "body.layer1."), ("", "last.")])
def test_neurons_in_a_line_are_those_of_the_innermost_part_around_them(layer, inner):
    w, x = [Value(0.5 + i) for i in range(4)], Value(2.0)
    names = [f"{layer}neuron0.w", f"{layer}neuron1.w", f"{inner}neuron0.w0", f"{inner}neuron0.w1"]
    y = tanh(tanh(w[0] * x) * w[2] + tanh(w[1] * x) * w[3])
    picture = stepper(y, model=Named(dict(zip(names, w, strict=True))), level="neuron").picture
    titles = {card.id: card.title.split(" =")[0] for card in picture.cards}
    assert [[titles[card] for card in line] for line in picture.ranks] == [[f"{layer}neuron0", f"{layer}neuron1"]]


def test_parts_of_two_names_in_a_layer_stand_in_two_lines() -> None:
    w, x = [Value(0.5 + i) for i in range(4)], Value(1.0)
    names = [["layer0.gate0", "layer0.gate1"], ["layer0.neuron0", "layer0.neuron1"]]
    model = Named(dict(zip([f"{name}.w" for line in names for name in line], w, strict=True)))
    picture = stepper(autograd.total([tanh(weight * x) for weight in w]), model=model, level="neuron").picture
    titles = {card.id: card.title.split(" =")[0] for card in picture.cards}
    assert [[titles[card] for card in line] for line in picture.ranks] == names


@pytest.mark.parametrize("used_outside", [False, True])
def test_an_activation_that_its_neuron_goes_on_with_ends_it_only_if_it_is_used_outside(used_outside: bool) -> None:
    class Doubled(Named):
        def __call__(self, x):
            activation = tanh(self.parameters["w"] * x)
            return activation, 2.0 * activation

    class Around:
        inner = Doubled({"w": Value(0.5)})

        def named_parameters(self):
            return [("layer0.neuron0.w", self.inner.parameters["w"])]

        def named_modules(self):
            return [("layer0.neuron0", self.inner)]

        def __call__(self, x):
            activation, doubled = self.inner(x)
            return activation * doubled if used_outside else doubled

    moments = stepper(Around(), 3.0, level="neuron").moments
    told = [moment.text.partition("\n")[0] for moment in moments if moment.phase == "forward"]
    assert told == (
        [
            "layer0.neuron0 = tanh(z) = tanh(1.5) = 0.9051",
            "layer0.neuron0₂ = 2 × layer0.neuron0",
            "v4 = layer0.neuron0 × layer0.neuron0₂ = 0.9051 × 1.81 = 1.639",
        ]
        if used_outside
        else ["layer0.neuron0 = 2 × tanh(w × x)"]
    )


@pytest.mark.parametrize("inputs", [7, 8])
def test_more_than_eight_parameters_share_a_row_with_the_length_of_their_gradient(inputs: int) -> None:
    model = MLP(inputs, [1], rng=random.Random(1))
    shown = stepper(model, [1.0] * inputs, level="neuron")
    card = shown.picture.cards[-1]
    at_first, at_last = last_texts(shown.moments[:1]), last_texts(shown.moments)
    rows = [(at_first[card.id, row], at_last[card.id, row], card.rows[row].text) for row in range(2, len(card.rows))]
    if inputs == 8:
        known = "9 parameters  ‖∂‖ 3"  # of nine slopes of 1
        assert rows == [("9 parameters  ‖∂‖ –", known, known)]
    else:
        assert [row[0].split()[0] for row in rows] == [*(f"w{i}" for i in range(7)), "b"]
        assert all(first.endswith("∂ –") and last == drawn and last.endswith("∂ 1") for first, last, drawn in rows)


@pytest.mark.parametrize(("name", "shown"), [("n" * 12, "n" * 12), ("n" * 13, "n" * 8 + "…" + "n" * 3)])
def test_a_name_of_a_parameter_has_at_most_twelve_characters_in_its_row(name: str, shown: str) -> None:
    w = Value(0.5)
    picture = stepper(tanh(w * Value(1.0, "x")), model=Named({f"layer0.neuron0.{name}": w}), level="neuron").picture
    (row,) = [row for card in picture.cards for row in card.rows if row.mark == "weight"]
    assert row.text.split()[0] == shown


@pytest.mark.parametrize("count", [2, 20, 40])
def test_inputs_of_a_layer_stand_in_a_line_in_the_order_in_which_they_were_given(count: int) -> None:
    model = MLP(count, [6, 1], rng=random.Random(1))
    inputs = [Value(0.1 * i, f"x{i}") for i in range(count)]
    picture = stepper(model(inputs), model=model, level="neuron").picture
    centre = {card.title: picture.layout.centres[card.id] for card in picture.cards}
    places = [centre[f"x{i}"] for i in range(count)]
    assert len({x for x, _ in places}) == 1
    assert [y for _, y in places] == sorted(y for _, y in places)


@pytest.mark.parametrize("count", [1, 3])
def test_a_recurrent_layer_is_one_layer_more_in_every_step(count: int) -> None:
    model, xs = Recurrent(count), [Value(0.1 * i, f"x{i}") for i in range(4)]
    shown = stepper(model(xs), model=model, level="neuron")
    told = [moment.text.partition(" = ")[0] for moment in shown.moments if moment.phase == "forward"]
    names = [f"cell{k}" for k in range(count)]
    assert told[: 4 * count] == [name + turn for turn in ("", "₂", "₃", "₄") for name in names]
    titles = {card.id: card.title.partition(" = ")[0] for card in shown.picture.cards}
    lines = [[titles[card] for card in line] for line in shown.picture.ranks if titles[line[0]].startswith("cell")]
    assert lines == ([names] * 4 if count > 1 else [])


def test_the_picture_of_neurons_has_the_final_gradients():
    model, output = small_network(2, 1)
    picture = stepper(output, model=model, level="neuron", number_format=".17g").picture
    output.backward()
    card = next(card for card in picture.cards if card.title.startswith("layer0.neuron0"))
    w0, _, b = model.layers[0].neurons[0].parameters()
    slopes = [float(row.text.split()[-1].replace("−", "-")) for row in card.rows[1:]]
    assert (slopes[1], slopes[3]) == (w0.grad, b.grad)
    assert slopes[0] == b.grad != 0  # its relu is open


@pytest.mark.parametrize(
    ("options", "error"),
    [
        ({"level": "edges"}, ValueError),
        ({"direction": "up"}, ValueError),
        ({"number_format": "x"}, ValueError),
        ({"max_edges": "many"}, TypeError),
    ],
)
def test_options_that_make_no_sense_are_named(options, error):
    ((name, value),) = options.items()
    with pytest.raises(error, match=f"{name}.*{value}"):
        stepper(labelled(), **options)


def test_auto_takes_neurons_where_values_are_too_many():
    model, output = small_network(8, 8, 1)
    edges = sum(len(node.parents) for node in topological_order(output))
    assert len(stepper(output, model=model, max_edges=edges).moments) > edges
    shown = stepper(output, model=model, max_edges=edges - 1)
    assert [m.phase for m in shown.moments].count("backward") == 17
    with pytest.raises(ValueError, match="edges between its neurons"):
        stepper(output, model=model, level="neuron", max_edges=10)


def test_a_model_and_an_input():
    model = MLP(2, [3, 1], rng=random.Random(2))
    shown = stepper(model, [1.0, -2.0], level="neuron")
    assert [m.phase for m in shown.moments].count("forward") == 4


def test_a_model_without_neurons_is_refused():
    w = Value(2.0)
    with pytest.raises(ValueError, match="no neuron found"):
        stepper(w + 2, model=Named({"w": w}), level="neuron")


# Text, page, notebook -----------------------------------------------------------------------------------------------


def test_text_numbers_every_step():
    text = stepper(labelled()).text()
    assert text.startswith("Backpropagation through L\n   0  How L is computed")
    assert re.findall(r"^ +(\d+)  ", text, re.M) == [str(i) for i in range(17)]
    assert re.findall(r"^[A-Z]\w+$", text, re.M) == ["Forward", "Seed", "Backward"]


def test_the_page_is_self_contained():
    page = stepper(labelled()).page
    assert not re.search(r"@@\w+@@", page)
    links = re.findall(r"""(?:src|href|url\()\s*=?\s*["']?([^"'\s>)]+)""", page)
    assert all(link.startswith("#") for link in links)  # outlines of one width are written once
    assert set(re.findall(r"https?://[^\s\"'<]+", page)) == {"http://www.w3.org/2000/svg"}


def neuron_steps():
    model, output = small_network(3, 1)
    return stepper(output, model=model, level="neuron")


@pytest.mark.parametrize("make", [lambda: stepper(labelled()), neuron_steps])
def test_the_page_holds_every_step_as_text_and_as_data(make):
    shown = make()
    items = re.findall(r"<li>(.*)", shown.page)
    plain = [unescape(re.sub(r"<.*?>", "", item.replace("<p>", "\n"))).strip() for item in items]
    assert plain == [moment.text for moment in shown.moments]
    data = page_steps(shown.page)
    assert [PHASES[phase] for phase, _, _, _ in data] == [moment.phase for moment in shown.moments]
    ids = set(re.findall(r' id="([nec][\d.]+)"', shown.page))
    assert {card for _, cards, _, _ in data for card in cards} <= ids
    assert {arrow for _, _, arrows, _ in data for arrow in arrows} <= ids
    rows = {card.id: len(card.rows) for card in shown.picture.cards}
    assert all(row < rows[card] for _, _, _, changes in data for card, row, *_ in changes)


class Outline(HTMLParser):
    """Start tags with their attributes, and the text outside scripts and styles."""

    def __init__(self, page):
        super().__init__()
        self.tags, self.text, self.inside = [], "", ""
        self.feed(page)

    def handle_starttag(self, tag, attrs):
        self.tags.append((tag, dict(attrs)))
        self.inside = tag

    def handle_endtag(self, tag):
        self.inside = ""

    def handle_data(self, data):
        if self.inside not in ("script", "style"):
            self.text += data


@pytest.mark.parametrize("label", HOSTILE)
def test_hostile_labels_stay_text(label):
    x = Value(2.0, label)
    y = x * x
    y.label = label
    shown = stepper(y)
    harmless = Value(2.0, "x")
    plain = stepper(harmless * harmless)
    shapes = {"path", "use"}  # outlines of one width are written once
    written, harmlessly = Outline(shown.page).tags, Outline(plain.page).tags
    assert [tag for tag, _ in written if tag not in shapes] == [tag for tag, _ in harmlessly if tag not in shapes]
    assert page_steps(shown.page) == page_steps(plain.page)
    assert len(shown.page) < 100_000
    for svg in (shown.picture.svg(styled=()), shown.animated_svg()):
        ElementTree.fromstring(svg)
    shown.page.encode()
    shown.text().encode()
    notebook = Outline(shown._repr_mimebundle_()["text/html"])
    assert [tag for tag, _ in notebook.tags] == ["div", "style", "iframe", "img"]
    (height,) = re.findall(r"height: (\d+)px", notebook.tags[2][1]["style"])
    assert shown.picture.size[1] + 200 < int(height) <= 900  # there is more on the page than the picture
    (packed,) = re.findall(r"atob\('(.*?)'\)", notebook.tags[2][1]["srcdoc"])
    assert zlib.decompress(base64.b64decode(packed)).decode() == shown.page


def test_in_a_notebook_a_frame_is_no_higher_than_900_pixels():
    y = Value(1.0)
    for _ in range(9):
        y = y * 2.0
    page = Outline(stepper(y, direction="TB")._repr_mimebundle_()["text/html"])
    assert "height: 900px" in page.tags[2][1]["style"]


def test_data_in_the_page_cannot_end_its_script():
    from autograd.explaining.page.html import json_for_script

    text = json_for_script(["</script>", "<!--", "\u2028", "😀"])
    assert not set("<\u2028\u2029") & set(text)
    assert json.loads(text) == ["</script>", "<!--", "\u2028", "😀"]


def test_the_page_of_three_hundred_edges_is_small():
    y = chain(300)
    assert len(stepper(y).page.encode()) < 500_000
    model = MLP(4, [8, 4, 1], fused=False, rng=random.Random(1))
    output = model([Value(1.0, f"x{i}") for i in range(4)])
    assert len(stepper(output + output * 2, model=model).page.encode()) < 500_000


def test_in_a_notebook_the_picture_stays_where_frames_and_styles_are_taken_out():
    shown = stepper(labelled())
    bundle = shown._repr_mimebundle_()
    assert set(bundle) == {"text/html", "text/plain"}
    _, _, frame, image = Outline(bundle["text/html"]).tags
    assert frame[1]["title"] == image[1]["alt"] == "Backpropagation through L"
    assert "style" not in image[1]  # under the frame by the style sheet alone, which sanitisers take out with the frame
    assert ".glassgrad-page > iframe + img, " in bundle["text/html"]  # marimo puts a div round the frame
    kind, _, data = image[1]["src"].partition(",")
    assert kind == "data:image/svg+xml;base64"
    picture = base64.b64decode(data).decode()
    assert picture == shown.picture.svg()
    assert "<style" not in picture
    assert " id=" not in picture


def test_without_a_layout_engine_there_is_text(monkeypatch, tmp_path):
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setenv("GLASSGRAD_LAYOUT", "dot")
    shown = stepper(labelled())
    assert "b.grad: 0 + (−72) = −72" in shown.text()
    bundle = shown._repr_mimebundle_()
    assert set(bundle) == {"text/plain"}
    assert "install" in bundle["text/plain"]
    assert bundle["text/plain"].endswith(shown.text())
    with pytest.raises(LayoutError):
        shown.save(tmp_path / "a.html")
    assert list(tmp_path.iterdir()) == []


def test_pages_are_the_same_every_time():
    assert stepper(labelled()).page == stepper(labelled()).page


@pytest.mark.parametrize(("name", "start"), [("a.html", "<!DOCTYPE html>"), ("a.svg", "<svg"), ("a.txt", "Backprop")])
def test_save(tmp_path, name, start):
    stepper(labelled()).save(tmp_path / name)
    assert (tmp_path / name).read_text(encoding="utf-8").startswith(start)


def test_save_refuses_other_endings_and_writes_nothing(tmp_path):
    with pytest.raises(ValueError, match=r"saves as .html, .svg, .txt; got 'a.gif'"):
        stepper(labelled()).save(tmp_path / "a.gif")
    assert list(tmp_path.iterdir()) == []


def test_cards_have_room_for_every_number_on_the_way():
    x = Value(1.0, "x")
    shown = stepper(x * -1.234567e-7 + x * 1.234567e-7)
    widths = {card.id: card.width for card in shown.picture.cards}
    texts = [(change.card, change.text) for moment in shown.moments for change in moment.changes]
    assert [text for card, text in texts if card == "n0"] == ["1", "∂ –", "∂ 1.235e−07", "∂ 0"]
    for card, text in texts:
        assert widths[card] >= number_width(text, FONT_SIZE) + 2 * CARD_PADDING
    assert widths["n0"] < number_width("∂ −1.235e−07", FONT_SIZE) + 2 * CARD_PADDING  # but not more than that


def test_every_edge_of_the_engine_is_a_moment():
    y = labelled()
    edges = [event for event in steps(y) if isinstance(event, BackwardStep)]
    backward = [moment for moment in stepper(y).moments if moment.phase == "backward"]
    assert len(edges) == len(backward)
    assert len({moment.arrows for moment in backward}) == len(edges)


def test_parameters_are_coloured_as_parameters_without_a_model():
    x, w = Value(2.0, label="x"), Value(3.0, label="w")
    assert 'class="card parameter"' in stepper(x * w, parameters=[w]).page
    assert 'class="card parameter"' not in stepper(x * w).page


def test_numbers_among_a_neurons_operands_are_spelled_out():
    w, b = Value(3.0), Value(-1.0)
    y = tanh(w * Value(2.0, "x") + b * 0.5)
    moments = stepper(y, model=Named({"layer0.neuron0.w0": w, "layer0.neuron0.b": b}), level="neuron").moments
    assert "z = w0 × x + b × 0.5\n  = 3 × 2 + (−1) × 0.5 = 5.5" in moments[1].text
