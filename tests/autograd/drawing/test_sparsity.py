"""spy: who uses whom, in any number."""

import itertools
import random
import xml.etree.ElementTree as ET

import pytest

import nn
from autograd import Value, spy
from autograd.drawing.cards import HEADER_COLORS, MARGIN
from autograd.drawing.shapes import Group
from autograd.drawing.sparsity import SIDE, SpyPlot, _runs
from autograd.view.graph import view
from autograd.view.notation import number_width
from tests.autograd.drawing.picture_graphs import HOSTILE, neuron, path_points


def plot(y: Value | list[Value]) -> SpyPlot:
    found = spy(y).picture
    assert isinstance(found, SpyPlot)
    return found


def chain(length: int) -> Value:
    y = Value(0.5)
    for _ in range(length - 1):
        y = y + 1.0
    return y


def squares(svg: str) -> list[tuple[float, float, float, float]]:
    """The filled runs of cells in an SVG, as (x0, y0, x1, y1)."""
    found = []
    for element in ET.fromstring(svg).iter():
        for points in path_points(element.attrib.get("d", "")):
            (x0, *_, x1), (y0, *_, y1) = (sorted(axis) for axis in zip(*points, strict=True))
            found.append((x0, y0, x1, y1))
    return found


def test_every_use_is_a_mark_below_the_diagonal() -> None:
    o, _ = neuron()
    found = plot(o)
    assert len(found.kinds) == 10
    assert len(found.uses) == 9
    assert all(column < row for row, column in found.uses)
    assert [k for k in found.kinds if k != "operation"] == ["input"] * 5 + ["output"]


def test_a_chain_is_a_line_beside_the_diagonal() -> None:
    found = sorted(squares(spy(chain(11)).svg), key=lambda square: square[1])
    assert len(found) == 10
    for (x0, y0, x1, y1), (x2, y2, _, _) in itertools.pairwise(found):
        assert (x2, y2) == pytest.approx((x1, y1), abs=0.11)
        assert y0 - x0 == pytest.approx(y2 - x2, abs=0.11)


def test_sixty_thousand_values_make_a_small_picture() -> None:
    y = chain(60_000)
    drawing = spy(y)
    assert "60,000 values (1 input), 59,999 uses" in drawing.picture.description
    assert len(drawing.svg) < 200_000
    width, height = drawing.picture.size
    assert all(0 < x0 < x1 < width and 0 < y0 < y1 < height for x0, y0, x1, y1 in squares(drawing.svg))


def test_several_outputs_and_a_single_value() -> None:
    a = Value(1.0)
    b, c = a * 2.0, a * 3.0
    assert spy([b, c]).picture.description.startswith("Sparsity pattern of b, c: 3 values (1 input), 2 uses;")
    assert "pattern of v1, v2, v3 and 6 more: 10 values" in spy([a * k for k in range(2, 11)]).picture.description
    assert "1 value (1 input)" in spy(a).picture.description
    assert ET.fromstring(spy(a).svg) is not None


def test_kinds_are_those_of_a_drawing() -> None:
    a = Value(1.0)
    b = a * 2.0
    outputs = [a, b, b + a]
    assert plot(outputs).kinds == [node.kind for node in view(outputs).nodes] == ["input", "output", "output"]


def test_the_strip_has_a_piece_for_every_run_of_one_kind() -> None:
    pieces = list(SpyPlot("", ["input", "operation", "operation", "output"], [])._strip())
    quarter = SIDE / 4
    assert [piece.fill for piece in pieces] == [HEADER_COLORS[kind] for kind in ("input", "operation", "output")]
    assert [piece.height for piece in pieces] == pytest.approx([quarter, 2 * quarter, quarter])
    assert [piece.y for piece in pieces] == pytest.approx([MARGIN, MARGIN + quarter, MARGIN + 3 * quarter])
    (single,) = plot(Value(1.0))._strip()
    assert (single.y, single.height) == (MARGIN, SIDE)


@pytest.mark.parametrize("size", [401, 999, 1000, 12_345])
def test_a_value_has_its_kind_in_the_strip_beside_its_uses(size: int) -> None:
    for place in (1, 2, 3, size // 2, size - 1):
        kinds = ["operation"] * size
        kinds[place] = "output"
        found = SpyPlot("", kinds, [(place, 0)])
        ((row, _),) = found._cells(400)
        assert [found._kind_of_row(i, 400) for i in range(400)].index("output") == row


def test_the_entries_of_the_legend_stand_apart() -> None:
    o, parts = neuron()
    *_, legend = spy(o, parameters=[parts["w1"]]).picture.shapes()
    assert isinstance(legend, Group)
    patches, texts = legend.shapes[1::2], legend.shapes[2::2]
    ends = [text.x + number_width(text.text, text.size) for text in texts]
    gaps = [patch.x - end for patch, end in zip(patches[1:], ends, strict=False)]
    assert [text.text for text in texts] == ["input", "parameter", "operation", "output"]
    assert gaps == pytest.approx([14.0] * 3, abs=0.5)


def test_the_text_shows_the_pattern() -> None:
    lines = spy(chain(5)).text().splitlines()
    assert lines[1:] == ["|          |", "|██        |", "|  ██      |", "|    ██    |", "|      ██  |"]


def test_static_svg_has_no_ids_classes_or_styles() -> None:
    for element in ET.fromstring(spy(neuron()[0]).svg).iter():
        assert not {"id", "class", "style"} & set(element.attrib)


@pytest.mark.parametrize("label", HOSTILE)
def test_hostile_labels(label: str) -> None:
    ET.fromstring(spy(Value(1.0, label=label)).svg)


def test_a_label_of_more_than_forty_characters_is_shortened() -> None:
    assert plot(Value(1.0, "L" * 40)).description.startswith(f"Sparsity pattern of {'L' * 40}: ")
    assert plot(Value(1.0, "L" * 41)).description.startswith(f"Sparsity pattern of {'L' * 26}…{'L' * 13}: ")


def test_what_is_no_value() -> None:
    with pytest.raises(TypeError, match="expected a Value or a list of Values, got float"):
        spy(3.0)
    with pytest.raises(TypeError, match="expected a Value or a list of Values, got NoneType"):
        spy(None)  # of a function that forgot to return
    with pytest.raises(ValueError, match="there is nothing to draw: the list of outputs is empty"):
        spy([])


def test_runs_of_cells() -> None:
    assert list(_runs([(0, 1), (0, 2), (0, 4), (1, 5), (1, 6)])) == [(0, 1, 2), (0, 4, 4), (1, 5, 6)]


def test_inputs_are_inputs_and_parameters_are_those_of_a_model_or_a_list() -> None:
    model = nn.MLP(2, [1], rng=random.Random(1))
    x = [Value(1.0), Value(2.0)]
    y = model(x)
    found = {
        text: spy(y, **options).picture.kinds.count(kind)  # type: ignore[attr-defined, arg-type]
        for text, kind, options in (
            ("leaves of nobody", "input", {}),
            ("inputs", "input", {"model": model}),
            ("parameters", "parameter", {"model": model}),
            ("listed", "parameter", {"parameters": model.parameters()}),
        )
    }
    assert found == {"leaves of nobody": 5, "inputs": 2, "parameters": 3, "listed": 3}
    assert "(2 inputs, 3 parameters)" in repr(spy(model, [1.0, 2.0]))


def test_each_of_four_hundred_values_has_a_row_of_its_own() -> None:
    y = chain(400)
    picture = spy(y).picture
    assert len(picture.kinds) == 400  # type: ignore[attr-defined]
    assert len(picture._cells(400)) == 399  # type: ignore[attr-defined]
    assert spy(y).text(plain=True) == picture.description
