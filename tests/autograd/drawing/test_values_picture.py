"""Frames around the parts of a model, and leaves that show their names again."""

import random
from itertools import pairwise

from autograd import Value, draw, tanh
from autograd.drawing.cards import Picture
from nn import MLP
from tests.autograd.drawing.picture_graphs import model_and_loss, picture


def test_clusters_nest_neurons_in_layers_and_fold_constants() -> None:
    found = picture("clusters", [2, 1])
    layers = {e.title: [inner.title for inner in e.inner] for e in found.enclosures}
    assert layers == {"layer0": ["neuron0", "neuron1"], "layer1": ["neuron0"], "loss": []}
    titles = [card.title for card in found.cards]
    assert "− 1" in titles
    assert "loss = ^ 2" in titles
    assert titles.count("w0") == 3
    assert not any(card.kind == "constant" for card in found.cards)
    members = [m for e in found.enclosures for inside in (e, *e.inner) for m in inside.members]
    assert len(members) == len(set(members)) == len(found.cards) - 2  # all but the two inputs


def test_layers_stand_side_by_side(engine: str) -> None:
    found = picture("clusters", [3, 2, 1])
    frames = [found.layout.frames[name] for name in ("layer0", "layer1", "layer2", "loss")]
    assert all(left[2] <= right[0] for left, right in pairwise(frames))


def test_a_part_of_the_model_may_be_called_like_the_output() -> None:
    model, loss = model_and_loss([2, 1])
    loss.label = "layer0"
    found = draw(loss, model=model, level="clusters").picture
    assert isinstance(found, Picture)
    assert [e.title for e in found.enclosures] == ["layer0", "layer1", "after layer0"]


def test_clusters_without_a_model_have_no_frames() -> None:
    found = draw(Value(2.0, label="x") * 3 + 1, level="clusters").picture
    assert isinstance(found, Picture)
    assert found.enclosures == ()
    assert [card.title for card in found.cards] == ["x", "× 3", "+ 1"]


def test_frames_nest_as_deep_as_names_do() -> None:
    x = Value(1.0, label="x")
    weights = {"net.block.cell.w": Value(2.0), "net.block.out.w": Value(3.0)}

    class Model:
        def named_parameters(self) -> list[tuple[str, Value]]:
            return list(weights.items())

    y = (x * weights["net.block.cell.w"]).tanh() * weights["net.block.out.w"]
    found = draw(y, model=Model(), level="clusters").picture
    assert isinstance(found, Picture)
    (net,) = (e for e in found.enclosures if e.title == "net")
    (block,) = net.inner
    assert (block.title, [inside.title for inside in block.inner]) == ("block", ["cell", "out"])


def loop(turns):
    h, w = Value(0.3, "h0"), Value(0.8, "w")
    start = h
    for _ in range(turns):
        h = tanh(h * w + start)
    return h


def test_a_leaf_shows_its_name_again_at_every_use_but_its_first():
    y = loop(3)
    plain, repeated = draw(y).picture, draw(y, repeat_leaves=True).picture
    chips = [card for card in repeated.cards if card not in plain.cards]
    assert sorted(card.title for card in chips) == ["h0"] * 3 + ["w"] * 2
    assert {(card.kind, card.rows) for card in chips} == {("input", ())}
    assert [arrow.id for arrow in repeated.arrows] == [arrow.id for arrow in plain.arrows]
    moved = [arrow for arrow in repeated.arrows if arrow not in plain.arrows]
    assert [(a.tail, a.id) for a in moved] == [(f"r{a.id[1:]}", a.id) for a in moved]
    assert {a.tail for a in moved} == {card.id for card in chips}


def test_leaves_in_frames_and_leaves_used_once_have_no_chips():
    model = MLP(2, [2, 1], rng=random.Random(1))
    x = [Value(1.0, "x0"), Value(2.0, "x1")]
    loss = (model(x) - 1.0) ** 2 + sum((p * p for p in model.parameters()), Value(0.0))
    cards = draw(loss, model=model, level="clusters", repeat_leaves=True).picture.cards
    assert {card.title for card in cards if card.id.startswith("r")} == {"x0", "x1"}
    assert not any(card.id.startswith("r") for card in draw(loop(1) - 1.0, grads="none").picture.cards)
