"""The animated picture as a file: what shows when. That it plays is in test_stepper_browser.py."""

import re
import xml.etree.ElementTree as ElementTree

import pytest

from autograd import Value, tanh
from autograd.explaining.film import MOST_STEPS
from autograd.explaining.stepper import stepper

SVG = "{http://www.w3.org/2000/svg}"


def product():
    a, b = Value(2.0, "a"), Value(-3.0, "b")
    y = a * b + 1
    y.label = "y"
    return stepper(y)


def drawn(svg):
    """[(text or tag, first moment, end, hidden without CSS)] of everything that comes and goes."""
    root = ElementTree.fromstring(svg)
    found = []
    for group in root.iter(f"{SVG}g"):
        if span := re.fullmatch(r"s(\d+)-(\d+)", group.get("class", "")):
            text = "".join(group.itertext())
            found.append((text, int(span[1]), int(span[2]), group.get("visibility") == "hidden"))
    return found


def test_every_moment_has_its_caption():
    shown = product()
    captions = [
        (text, first, end) for text, first, end, _ in drawn(shown.animated_svg()) if re.search(r"[a-z]+ \d+/\d+$", text)
    ]
    assert [(first, end) for _, first, end in captions] == [(i, i + 1) for i in range(len(shown.moments))]
    for (text, _, _), moment in zip(captions, shown.moments, strict=True):
        assert text.startswith(moment.text.replace("\n", ""))


def test_numbers_appear_when_they_are_computed():
    shown = product()
    spans = {(text, first) for text, first, _, _ in drawn(shown.animated_svg())}
    forward = [moment.phase for moment in shown.moments].index("forward")
    assert ("−6", forward) in spans
    assert ("−5", forward + 1) in spans
    last = len(shown.moments) - 1
    assert ("∂ 2", last) in spans


def test_without_css_the_finished_picture_shows():
    shown = product()
    end = len(shown.moments)
    for text, _, until, hidden in drawn(shown.animated_svg()):
        assert hidden == (until < end), text


def test_every_span_has_its_animation_and_motion_is_asked_for():
    svg = product().animated_svg()
    style = re.search(r"<style>(.*?)</style>", svg)[1]
    assert style.startswith("@media (prefers-reduced-motion:no-preference){")
    used = set(re.findall(r'class="(s\d+-\d+)"', svg))
    assert used == set(re.findall(r"\.(s\d+-\d+)\{", style))
    assert {f"k{span[1:]}" for span in used} == set(re.findall(r"@keyframes (k\d+-\d+)\{", style))


def test_the_time_of_a_step_is_a_choice():
    shown = product()
    assert f" {(len(shown.moments) + 2) * 0.5:g}s " in shown.animated_svg(seconds=0.5)
    assert f" {(len(shown.moments) + 2) * 1.6:g}s " in shown.animated_svg()
    for wrong in (0, -1, float("nan")):
        with pytest.raises(ValueError, match="seconds must be positive"):
            shown.animated_svg(wrong)
    with pytest.raises(TypeError, match="seconds takes a number; got"):
        shown.animated_svg(seconds="1")


def test_long_timelines_are_refused_with_advice():
    x, y = Value(1.0), Value(1.0) * Value(2.0)  # a product has one step forward and two back
    for _ in range(MOST_STEPS // 2):
        x, y = tanh(x), tanh(y)
    assert stepper(y.parents[0].parents[0]).animated_svg().startswith("<svg")  # 100 steps
    with pytest.raises(ValueError, match=r"101 steps is longer than anybody watches .*\.html"):
        stepper(x).animated_svg()


def test_the_picture_is_the_same_every_time():
    assert product().animated_svg() == product().animated_svg()
