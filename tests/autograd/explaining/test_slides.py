"""Slides: what is known at a step is on its picture, and nothing that is not."""

import random
import re
import sys

import pytest

from autograd import Value, stepper
from autograd.explaining import slides as slides_module
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
    pills = [len(re.findall(r'font-size="9"', slide.svg())) for slide in slides]
    assert pills[:4] == [0, 2, 4, 6]


def test_a_network_neuron_by_neuron():
    model = MLP(2, [2, 1], rng=random.Random(3))
    shown = stepper(model, [1.0, 2.0], level="neuron").slides()
    assert len(shown) == len(stepper(model, [1.0, 2.0], level="neuron").moments)
    assert "layer1.neuron0 = w·x+b" in texts(shown[-1])


def test_too_many_are_refused(monkeypatch):
    monkeypatch.setattr(slides_module, "MOST", 5)
    with pytest.raises(ValueError, match=r"8 slides are more than any lecture shows \(at most 5\)"):
        stepper(Value(2.0) * 3.0 * 4.0 * 5.0).slides()


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
