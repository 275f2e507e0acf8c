"""Slides: what is known at a step is on its picture, and nothing that is not."""

import random
import re
import sys

import pytest

from autograd import Value, stepper
from autograd.drawing.cards import MARGIN
from autograd.drawing.shapes import Group, Rect, Text
from autograd.explaining import slides as slides_module
from autograd.view.notation import number_width
from nn import MLP


@pytest.fixture
def slides():
    a, b, c = Value(2.0, "a"), Value(-3.0, "b"), Value(10.0, "c")
    y = (a * b + c) * a
    y.label = "y"
    return stepper(y).slides()


def texts(slide):
    return re.findall(r">([^<]+)</text>", slide.svg())


def test_a_slide_for_every_moment_all_of_one_size(slides):
    assert len(slides) == len(stepper(Value(1.0) * 2.0).slides()) + 7 == 11
    assert len({slide.size for slide in slides}) == 1
    width, height = slides[0].size
    assert width / height == pytest.approx(16 / 9)
    assert repr(slides[2:5]) == "<3 slides; .save('lecture.pdf')>"


def test_the_first_knows_the_leaves_and_the_last_everything(slides):
    first, last = texts(slides[0]), texts(slides[-1])
    assert {"2", "−3", "10"} <= set(first)
    assert "∂ 6" not in first  # ∂y/∂a = b·a + (a·b + c) + …: 4 − 6 = −2, known at the end
    assert "∂ −2" in last
    assert "∂ 4" in last  # ∂y/∂b = a·a
    assert "8" not in first
    assert "8" in last


def test_a_step_says_its_arithmetic_and_shows_what_it_is_about(slides):
    slide = slides[1]
    assert "forward 1/10" in texts(slide)
    assert slide.description.startswith("v1 = a × b = 2 × (−3) = −6")
    assert slide.svg().count('stroke="#D97706"') >= 3  # two arrows or more, and a card
    assert "−6" in texts(slide)
    assert "4" not in texts(slide)  # v2, of the next step


def test_local_derivatives_come_with_their_operation(slides):
    pills = [len(re.findall(r'font-size="10"', slide.svg())) for slide in slides]
    assert pills[:4] == [0, 2, 4, 6]


def test_a_network_neuron_by_neuron():
    model = MLP(2, [2, 1], rng=random.Random(3))
    shown = stepper(model, [1.0, 2.0], level="neuron").slides()
    assert len(shown) == len(stepper(model, [1.0, 2.0], level="neuron").moments)
    assert "layer1.neuron0 = w·x+b" in texts(shown[-1])


def shapes_of(slide, kind):
    """All shapes of a kind, those in groups too."""
    waiting, found = list(slide.shapes()), []
    while waiting:
        shape = waiting.pop(0)
        if isinstance(shape, Group):
            waiting[:0] = shape.shapes
        elif isinstance(shape, kind):
            found.append(shape)
    return found


def test_the_words_stand_in_their_box_line_below_line(slides):
    slide = slides[7]
    width, height = slide.size
    box = next(r for r in shapes_of(slide, Rect) if r.x == MARGIN and r.width == width - 2 * MARGIN)
    words = [text for text in shapes_of(slide, Text) if text.anchor != "middle"]
    assert (box.radius, box.y + box.height) == (6.0, height - MARGIN)
    assert box.height == 19.0 * 2 + 16
    assert {text.y - box.y for text in words} == {22.0, 41.0}
    first = [text for text in words if text.y == box.y + 22.0]
    *line, where = first
    assert (where.text, where.anchor, where.x) == ("backward 7/10", "end", width - 2 * MARGIN)
    ends = 2 * MARGIN
    for text in line:  # every piece begins where the one before ends
        assert text.x == pytest.approx(ends)
        ends += number_width(text.text, 11.0)
    assert "".join(text.text for text in line) == "∂y/∂v2 × ∂v2/∂v1 = 2 × 1 = 2"


def test_the_graph_stands_in_the_middle_of_what_the_words_leave(slides):
    slide = slides[-1]
    width, height = slide.size
    cards = [r for r in shapes_of(slide, Rect) if r.mark == "outline"]
    left, right = min(r.x for r in cards), max(r.x + r.width for r in cards)
    top, bottom = min(r.y for r in cards), max(r.y + r.height for r in cards)
    assert left == pytest.approx(width - right)
    below = 19.0 * 2 + 16 + MARGIN
    assert top == pytest.approx(height - below - bottom)


def test_a_slide_is_wide_enough_for_its_words():
    """What is said, the counter at the right, and margins."""
    shown = stepper(Value(2.0, "a name that is rather long") * Value(3.0, "another that is longer still")).slides()
    words = max(number_width("".join(run.text for run in line), 11.0) for s in shown for line in s.moment.lines)
    assert shown[0].size[0] == pytest.approx(words + 110 + 4 * MARGIN)


def test_rows_that_never_change_are_there_from_the_beginning():
    x = Value(2.0, "x")
    model = MLP(1, [1], rng=random.Random(1))
    shown = stepper(model, [x], level="neuron").slides()
    assert any(text.startswith("b ") for text in texts(shown[0]))
    assert texts(stepper(x * 3.0).slides()[0]).count("3") == 1  # the constant


def test_too_many_are_refused(monkeypatch):
    assert slides_module.MOST == 1_000
    monkeypatch.setattr(slides_module, "MOST", 5)
    with pytest.raises(ValueError, match=r"8 slides are more than any lecture shows \(at most 5\)"):
        stepper(Value(2.0) * 3.0 * 4.0 * 5.0).slides()
    monkeypatch.setattr(slides_module, "MOST", 8)
    assert len(stepper(Value(2.0) * 3.0 * 4.0 * 5.0).slides()) == 8


def test_they_are_saved_as_one_pdf(slides, tmp_path):
    pytest.importorskip("matplotlib")
    slides[:3].save(tmp_path / "lecture.pdf")
    content = (tmp_path / "lecture.pdf").read_bytes()
    assert content.startswith(b"%PDF")
    assert b"/Count 3" in content
    slides[:3].save(tmp_path / "again.pdf")
    assert (tmp_path / "again.pdf").read_bytes() == content
    with pytest.raises(ValueError, match=r"saved as \.pdf, got 'lecture\.pptx'"):
        slides.save(tmp_path / "lecture.pptx")


def test_without_matplotlib_it_says_what_to_install(slides, tmp_path, monkeypatch):
    monkeypatch.setitem(sys.modules, "matplotlib", None)
    with pytest.raises(ImportError, match="glassgrad\\[plots\\]"):
        slides.save(tmp_path / "lecture.pdf")
    assert list(tmp_path.iterdir()) == []
