"""The levels neuron and layer, and the frames of the level clusters."""

import random
import re
from pathlib import Path

import pytest

import nn
from autograd import Value, draw, topological_order, total
from autograd.drawing.cards import NOTE_HEIGHT, Card, Picture
from autograd.explaining import drawn
from tests.autograd.drawing.picture_graphs import Line, Named, Recurrent, model_and_loss, picture


def by_title(found: Picture) -> dict[str, Card]:
    return {card.title: card for card in found.cards}


def texts(card: Card) -> list[str]:
    return [row.text for row in card.rows]


def test_one_card_per_neuron_input_and_loss() -> None:
    cards = by_title(picture("neuron", [4, 1]))
    assert set(cards) == {"x0", "x1", *(f"layer0.neuron{i}" for i in range(4)), "layer1.neuron0", "loss"}


def test_an_operation_outside_the_model_has_its_constant_in_the_chosen_format() -> None:
    model = nn.MLP(1, [1], activation="tanh", rng=random.Random(1))
    y = model([Value(1.0)]) * 1.23456
    cards = {
        spec: draw(y, model=model, level="neuron", number_format=spec).picture.cards  # type: ignore[union-attr]
        for spec in (".4g", ".6g")
    }
    assert [cards[spec][-1].title for spec in cards] == ["y = × 1.235", "y = × 1.23456"]


def test_a_neuron_shows_output_gradient_parameters_and_size() -> None:
    model, loss = model_and_loss([4, 1])
    found = draw(loss, model=model, level="neuron", number_format=".3g").picture
    assert isinstance(found, Picture)
    neuron = model.layers[0].neurons[2]
    card = by_title(found)["layer0.neuron2"]
    norm = sum(p.grad**2 for p in neuron.parameters()) ** 0.5
    assert texts(card)[2:] == [f"3 params ‖∂‖ {norm:.3g}", "8 values"]
    output, slope = (text.replace("−", "-").removeprefix("∂ ") for text in texts(card)[:2])
    tail = next(a for a in found.arrows if a.tail == card.id)
    data = neuron(inputs(loss)).data
    node = next(v for v in topological_order(loss) if v.data == data)
    assert (output, slope) == (f"{data:.3g}", f"{node.grad:.3g}")
    assert tail.head == by_title(found)["layer1.neuron0"].id


def inputs(loss: Value) -> list[Value]:
    from autograd import topological_order

    return sorted((v for v in topological_order(loss) if v.label.startswith("x")), key=lambda v: v.label)


def test_sums_of_gradients_beyond_all_floats_have_arrows_too() -> None:
    model = Line()
    y = model(Value(1.0))
    loss = 1e308 * y + 1e308 * y + 1e-9 * model(Value(2.0))
    loss.backward()
    found = draw(loss, model=model, level="layer").picture
    assert isinstance(found, Picture)
    (last,) = (arrow for arrow in found.arrows if arrow.tooltip.startswith("∂ inf"))
    assert (last.color, last.width) == ("#D6493E", 4.0)
    assert all(1.0 <= arrow.width <= 4.0 for arrow in found.arrows)


def test_arrows_carry_gradients_by_colour_and_width() -> None:
    found = picture("neuron", [4, 1])
    cards = {card.id: card for card in found.cards}
    last = next(a for a in found.arrows if cards[a.head].title == "loss")
    assert last.width == max(a.width for a in found.arrows)
    slope = texts(by_title(found)["layer1.neuron0"])[1]
    assert last.color == ("#2C71BE" if "−" in slope else "#D6493E")


def test_arrows_are_grey_and_gradients_a_dash_before_backward() -> None:
    model, loss = model_and_loss([4, 1])
    loss.grad = 0.0
    found = draw(loss, model=model, level="neuron").picture
    assert isinstance(found, Picture)
    assert {(a.color, a.width) for a in found.arrows} == {("#94A3B8", 1.0)}
    assert texts(by_title(found)["layer0.neuron0"])[1:3] == ["∂ –", "3 params ‖∂‖ –"]
    bare = draw(loss, model=model, level="neuron", grads="none").picture
    assert isinstance(bare, Picture)
    assert not any("∂" in text for card in bare.cards for text in texts(card))


def test_neurons_of_a_layer_stand_in_line_in_their_order() -> None:
    found = picture("neuron", [12, 1])
    rank = next(rank for rank in found.ranks if len(rank) == 12)
    titles = {card.id: card.title for card in found.cards}
    assert [titles[i] for i in rank] == [f"layer0.neuron{i}" for i in range(12)]
    centres = [found.layout.centres[i] for i in rank]
    assert len({x for x, _ in centres}) == 1
    assert [y for _, y in centres] == sorted(y for _, y in centres)
    assert len({card.width for card in found.cards if card.id in rank}) == 1


def test_one_card_per_layer() -> None:
    cards = by_title(picture("layer", [4, 3, 1]))
    assert set(cards) == {"x0", "x1", "layer0", "layer1", "layer2", "loss"}
    assert texts(cards["layer1"])[0].startswith("3 outputs ‖∂‖ ")
    assert texts(cards["layer1"])[1].startswith("15 params ‖∂‖ ")


def test_only_parts_of_the_model_that_have_parameters_say_how_many() -> None:
    class Squash:
        def __call__(self, x: Value) -> Value:
            return x.tanh() * 2.0

    class Squashed(Line):
        def __init__(self) -> None:
            super().__init__()
            self.squash = Squash()

        def named_modules(self) -> list[tuple[str, object]]:
            return [("", self), ("squash", self.squash)]

        def __call__(self, x: Value) -> Value:
            return self.squash(super().__call__(x))

    cards = by_title(draw(Squashed(), 3.0, level="neuron").picture)  # type: ignore[arg-type]
    assert texts(cards["Squashed"]) == ["7", "∂ –", "2 params ‖∂‖ –", "4 values"]
    assert texts(cards["squash"]) == ["2", "∂ –", "2 values"]
    model, own = Line(), Value(5.0, "own")
    cards = by_title(draw(model(Value(1.0)) * own, model=model, parameters=[own], level="neuron").picture)  # type: ignore[arg-type]
    assert texts(cards["own"]) == ["5", "∂ –"]
    assert cards["own"].kind == "parameter"


def test_many_inputs_share_a_card() -> None:
    cards = by_title(picture("layer", [4, 1], examples=10))
    assert texts(cards["inputs"])[0].startswith("20 inputs")
    assert len(cards["inputs"].rows) == 1
    assert texts(cards["layer0"])[0].startswith("40 outputs")


@pytest.mark.parametrize(("count", "alone"), [(12, True), (13, False)])
def test_more_than_twelve_inputs_share_a_card(count: int, alone: bool) -> None:
    model, inputs = nn.MLP(count, [2], rng=random.Random(1)), [Value(0.1 * i, f"x{i}") for i in range(count)]
    found = draw(model(inputs), model=model, level="layer").picture
    assert isinstance(found, Picture)
    assert set(by_title(found)) == {"layer0", *((f"x{i}" for i in range(count)) if alone else ["inputs"])}


@pytest.mark.parametrize(("name", "title"), [("n" * 40, "n" * 40), ("n" * 41, "n" * 26 + "…" + "n" * 13)])
def test_a_title_of_a_part_has_at_most_forty_characters(name: str, title: str) -> None:
    w = Value(2.0)
    found = draw(w * Value(1.0, "x"), model=Named({f"{name}.w": w}), level="neuron").picture
    assert isinstance(found, Picture)
    assert set(by_title(found)) == {title, "x"}


@pytest.mark.parametrize(("count", "more"), [(4, ""), (5, ""), (6, ", and 1 more"), (7, ", and 2 more")])
def test_hovering_over_a_part_shows_its_first_five_names(count: int, more: str) -> None:
    w = {f"l.w{i}": Value(float(i)) for i in range(count)}
    found = draw(total(list(w.values())), model=Named(w), level="neuron").picture
    assert isinstance(found, Picture)
    assert found.cards[0].tooltip == ", ".join(f"l.w{i} = {float(i)}" for i in range(min(count, 5))) + more


def test_small_gradients_have_the_colour_of_their_sign_and_a_width_by_the_largest() -> None:
    w, x = (Value(1.0), Value(1.0)), Value(1.0, "x")
    y = 0.4 * (w[0] * x) - 0.1 * (w[1] * x)
    y.label = "y"
    y.backward()
    found = draw(y, model=Named({"a.w": w[0], "b.w": w[1]}), level="neuron").picture
    assert isinstance(found, Picture)
    titles = {card.id: card.title for card in found.cards}
    assert {(titles[a.tail], titles[a.head]): (a.color, a.width) for a in found.arrows} == {
        ("x", "a"): ("#D6493E", 4.0),
        ("a", "y"): ("#D6493E", 4.0),
        ("x", "b"): ("#2C71BE", 2.5),
        ("b", "y"): ("#2C71BE", 2.5),
    }


def test_neurons_have_maps_of_the_plane_and_neither_inputs_nor_layers_do() -> None:
    model = nn.MLP(2, [2, 1], rng=random.Random(1))
    y = model([Value(1.0, "x0"), Value(2.0, "x1")])
    for level, mapped in (("neuron", {"layer0.neuron0", "layer0.neuron1", "layer1.neuron0"}), ("layer", set())):
        found = draw(y, model=model, level=level).picture
        assert isinstance(found, Picture)
        assert {card.title for card in found.cards if card.plane is not None} == mapped
        assert any(note.startswith("maps: ") for note in found.notes) is bool(mapped)


def test_what_lies_before_and_after_the_layers_does_not_share_a_card() -> None:
    model = nn.MLP(2, [2, 1], rng=random.Random(1))
    x = [Value(1.0, label="x0") * 2.0 + 1.0, Value(2.0, label="x1")]
    y = (model(x) * 3.0 + 1.0) * 2.0
    y.label = "y"
    found = draw(y, model=model, level="layer").picture
    assert isinstance(found, Picture)
    titles = {card.id: card.title for card in found.cards}
    ends = {(titles[a.tail], titles[a.head]) for a in found.arrows}
    assert {("layer0", "layer1"), ("layer1", "y")} <= ends
    assert not any(tail == "y" for tail, _ in ends)


def test_a_path_brought_out_shows_at_every_level() -> None:
    model, loss = model_and_loss([3, 1])
    x0 = inputs(loss)[0]
    for level in ("values", "clusters", "neuron", "layer"):
        found = draw(loss, model=model, level=level, highlight=x0).picture
        assert isinstance(found, Picture)
        marked = {card.title for card in found.cards if card.highlighted}
        assert "x0" in marked
        assert "x1" not in marked
        assert any(a.highlighted for a in found.arrows)
        assert not all(a.highlighted for a in found.arrows)


def test_a_layer_alone_and_a_neuron_alone_can_be_drawn() -> None:
    layer, neuron = nn.Layer(2, 3, rng=random.Random(1)), nn.Neuron(2, rng=random.Random(1))
    x = [1.0, 2.0]
    drawn = {model: draw(model, x, level="neuron").picture for model in (layer, neuron)}
    assert {"neuron0", "neuron1", "neuron2"} <= {card.title for card in drawn[layer].cards}  # type: ignore[attr-defined]
    assert "Neuron" in {card.title for card in drawn[neuron].cards}  # type: ignore[attr-defined]


def test_what_is_computed_between_two_runs_of_a_model_is_called_after_its_last_value() -> None:
    model = Line()
    between = (model(Value(0.5, "x")).tanh() * 3.0 - 1.0).exp()
    between.label = "h"
    found = draw(model(between), model=model, level="layer").picture
    assert isinstance(found, Picture)
    assert "h" in by_title(found)


def test_neurons_stand_in_the_order_of_their_numbers_whatever_the_graphs() -> None:
    inner = nn.Sequential(nn.MLP(1, [11, 1], rng=random.Random(1)).layers[0])
    model = nn.Sequential(inner)
    found = draw(total(list(reversed(model([Value(0.5)])))), model=model, level="neuron").picture
    assert isinstance(found, Picture)
    titles = {card.id: card.title for card in found.cards}
    (rank,) = [rank for rank in found.ranks if len(rank) == 11]
    assert [titles[card_id] for card_id in rank] == [f"layer0.layer0.neuron{i}" for i in range(11)]


def test_what_stands_in_line_is_inside_of_the_same_part() -> None:
    neurons = [["net.a.neuron0", "net.a.neuron1"], ["net.b.neuron0", "net.b.neuron1"]]
    w = {f"{name}.w": Value(0.5) for name in ("left", "right", *neurons[0], *neurons[1])}
    x = Value(0.5, "x")
    y = total([(weight * x).tanh() for weight in w.values()])
    found = draw(y, model=Named(w), level="neuron").picture
    assert isinstance(found, Picture)
    titles = {card.id: card.title for card in found.cards}
    assert [[titles[card] for card in rank] for rank in found.ranks] == neurons


def test_the_neurons_of_a_recurrent_layer_stand_in_a_line_with_their_arrows_above_it() -> None:
    model, xs = Recurrent(3), [Value(0.1 * i, label=f"x{i}") for i in range(4)]
    found = draw(model(xs), model=model, level="neuron").picture
    assert isinstance(found, Picture)
    cells = [by_title(found)[f"cell{k}"].id for k in range(3)]
    assert tuple(cells) in found.ranks
    routes = found.layout.routes
    back = [routes[arrow.id].curves[0] for arrow in found.arrows if {arrow.tail, arrow.head} <= set(cells)]
    assert len(back) == 6
    top = min(found.layout.centres[card][1] for card in cells) - found.cards[0].height / 2
    assert all(min(y for _, y in curve) < top for curve in back)


def test_layers_that_follow_each_other_stand_in_no_line_but_those_side_by_side_do() -> None:
    for towers in (False, True):
        w = {f"layer{i}.neuron0.w": Value(0.5) for i in range(3)}
        x = ones = [Value(1.0, "x")]
        for weight in w.values():
            x = [*(x if towers else []), (weight * (ones if towers else x)[0]).tanh()]
        found = draw(total(x), model=Named(w), level="layer").picture
        assert isinstance(found, Picture)
        assert [len(rank) for rank in found.ranks] == ([3] if towers else [])


def test_inputs_stand_in_the_order_in_which_they_were_given_whatever_their_names() -> None:
    model = nn.MLP(5, [1], rng=random.Random(1))
    inputs = [Value(0.5, label) for label in ("x10", "x2", "x", "b1", "x1")]
    found = draw(model(inputs), model=model, level="neuron").picture
    assert isinstance(found, Picture)
    titles = {card.id: card.title for card in found.cards}
    (rank,) = [rank for rank in found.ranks if len(rank) == 5]
    assert [titles[card_id] for card_id in rank] == ["x10", "x2", "x", "b1", "x1"]


def test_a_legend_says_what_the_short_words_mean_and_no_more_than_is_there() -> None:
    notes = picture("neuron", [4, 1], examples=2).notes
    assert [note.partition(":")[0] for note in notes] == ["values", "‖∂‖", "arrows"]
    model, loss = model_and_loss([4, 1])
    loss.grad = 0.0
    for grads, said in (("stored", ["values", "‖∂‖"]), ("none", ["values"])):
        shown = draw(loss, model=model, level="layer", grads=grads).picture
        assert [note.partition(":")[0] for note in shown.notes] == said  # type: ignore[attr-defined]
    assert picture("values", [1]).notes == ()


@pytest.mark.parametrize(("weighted", "said"), [(True, ["values", "‖∂‖"]), (False, ["‖∂‖"])])
def test_a_legend_speaks_of_values_where_a_card_stands_for_two(weighted: bool, said: list[str]) -> None:
    class Squash:
        def __call__(self, x: Value) -> Value:
            return x.tanh()

    class Squashed(Named):
        squash = Squash()

        def named_modules(self) -> list[tuple[str, object]]:
            return [("squash", self.squash)]

        def __call__(self, x: Value) -> Value:
            return self.parameters["l.w"] * x if weighted else self.squash(x)

    found = draw(Squashed({"l.w": Value(2.0)}), 3.0, level="neuron")
    assert [note.partition(":")[0] for note in found.picture.notes] == said  # type: ignore[attr-defined]


def test_a_title_stands_below_and_begins_the_description() -> None:
    drawing = draw(Value(2.0, "a") * 3.0, title="three a")
    assert repr(drawing).startswith("<Drawing: three a. Computation graph of")
    assert drawing.svg.count("three a") == 2
    bare = draw(Value(2.0, "a") * 3.0)
    assert drawing.picture.size[1] == bare.picture.size[1] + NOTE_HEIGHT
    long = draw(Value(2.0), title="long " * 40).picture
    assert long.size[0] > 600
    for nothing in (" \n", None):
        assert repr(draw(Value(2.0, "a") * 3.0, title=nothing)) == repr(bare)
    with pytest.raises(TypeError, match=r"title is a text; got 3\.0"):
        draw(Value(2.0, "a"), title=3.0)  # type: ignore[arg-type]


def test_every_line_of_a_card_has_the_colour_of_a_dark_page_there() -> None:
    style = (Path(drawn.__file__).parent / "page" / "browser" / "page.css").read_text(encoding="utf-8")
    assert ".card text { fill: var(--text); }" in style  # whatever the mark of a line, unless it has a rule of its own
    for level in ("values", "neuron", "layer"):
        marks = {row.mark for card in picture(level, [4, 1]).cards for row in card.rows} - {""}
        assert not [mark for mark in marks if re.search(rf"\.{mark} {{ fill: #", style)]
