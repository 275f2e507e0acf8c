"""The map of the plane in the card of each neuron."""

import math
import random

import pytest

import nn
from autograd import Value, draw
from autograd.drawing.cards import MAP_CELLS, Card, Plane
from autograd.drawing.shapes import Path, Rect


def cards_of(model: nn.Module, x: list[float], **options: object) -> dict[str, Card]:
    picture = draw(model, x, level="neuron", **options).picture  # type: ignore[arg-type]
    return {card.title: card for card in picture.cards}  # type: ignore[attr-defined]


def test_a_map_is_what_the_neuron_makes_of_the_plane() -> None:
    model = nn.MLP(2, [3, 1], activation="tanh", rng=random.Random(1))
    x = [0.5, -2.0]
    cards = cards_of(model, x)
    assert [title for title, card in cards.items() if card.plane] == [f"layer0.neuron{i}" for i in range(3)] + [
        "layer1.neuron0"
    ]
    reach = 1.5 * 2.0
    steps = [reach * ((2 * i + 1) / MAP_CELLS - 1) for i in range(MAP_CELLS)]
    for layer in (0, 1):
        plane = cards[f"layer{layer}.neuron0"].plane
        assert plane
        inner = (lambda p: model.layers[0].neurons[0](p)) if layer == 0 else model
        right = [[inner([Value(a), Value(b)]).data for a in steps] for b in reversed(steps)]
        largest = max(abs(v) for row in right for v in row)
        for found, row in zip(plane.shares, right, strict=True):
            assert found == pytest.approx([v / largest for v in row], rel=1e-12, abs=1e-12)
        assert plane.point == pytest.approx(((0.5 + reach) / (2 * reach), (reach + 2.0) / (2 * reach)))


def test_it_stands_inside_its_card_below_the_rows_and_a_note_says_how_to_read_it() -> None:
    model = nn.MLP(2, [2, 1], rng=random.Random(1))
    picture = draw(model, [Value(0.3, "a"), Value(0.2, "b")], level="neuron").picture
    assert "over a (across) and b (up) from −1 to 1" in picture.notes[-1]  # type: ignore[attr-defined]
    bare = draw(model, [Value(0.3, "a"), Value(0.2, "b")], level="layer").picture
    assert not any(card.plane for card in bare.cards)  # type: ignore[attr-defined]
    assert not any("maps" in note for note in bare.notes)  # type: ignore[attr-defined]
    for card in picture.cards:  # type: ignore[attr-defined]
        shapes = card.plane.shapes(10.0, 20.0) if card.plane else ()
        for shape in shapes:
            if isinstance(shape, Path):
                points = [point for _, points in shape.steps for point in points]
                assert all(10 - 1e-9 <= x <= 70 + 1e-9 and 20 - 1e-9 <= y <= 80 + 1e-9 for x, y in points)
            else:
                assert isinstance(shape, Rect)


def test_a_map_of_one_sign_and_of_both() -> None:
    up = Plane(((1.0, 1.0), (0.0, -0.5)), (0.5, 0.5))
    plus, *_ = colours = [shape.fill for shape in up.shapes(0.0, 0.0) if isinstance(shape, Path)]
    assert len(colours) == 2
    assert plus != colours[1]
    *_, path, _, point = up.shapes(0.0, 0.0)
    assert isinstance(path, Path)
    assert len(path.steps) == 5  # two cells of one shade in a row are one rectangle
    assert isinstance(point, Rect)
    assert (point.x + point.width / 2, point.y + point.height / 2) == (30.0, 30.0)


@pytest.mark.parametrize("case", ["three inputs", "two examples", "far away", "by hand"])
def test_where_there_is_no_plane_there_is_no_map(case: str) -> None:
    model = nn.MLP(3 if case == "three inputs" else 2, [2, 1], rng=random.Random(1))
    x = [Value(math.inf if case == "far away" else 0.5) for _ in range(3 if case == "three inputs" else 2)]
    y = model(x)
    if case == "two examples":
        y = y + model([Value(1.0), Value(2.0)])
    if case == "by hand":
        y = model([Value(x[0].data, (x[0],), "twice"), x[1]])
    picture = draw(y, model=model, level="neuron").picture
    assert not any(card.plane for card in picture.cards)  # type: ignore[attr-defined]
    assert not any("maps" in note for note in picture.notes)  # type: ignore[attr-defined]


def test_what_is_not_defined_everywhere_is_blank_there() -> None:
    model = nn.MLP(2, [1], rng=random.Random(1))
    x = [Value(0.5), Value(2.0)]
    y = model([x[0].log(), x[1]])
    picture = draw(y, model=model, level="neuron").picture
    (plane,) = [card.plane for card in picture.cards if card.plane]  # type: ignore[attr-defined]
    assert all(share == 0.0 for row in plane.shares for share in row[: MAP_CELLS // 2])
    assert any(share != 0.0 for row in plane.shares for share in row)
