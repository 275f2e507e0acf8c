"""Cards in a real browser: with its fonts and its rules of layout every text fits its card, every label its pill.

Needs chromium; marked `browser`, run by .ci/run.
"""

import random
from typing import Any

import pytest

import nn
from autograd import Value, draw, stepper
from autograd.drawing.cards import Picture
from autograd.drawing.figure import Drawing
from tests.autograd.drawing.picture_graphs import HOSTILE, neuron

pytestmark = pytest.mark.browser

MISFITS = """() => {
  const box = element => element.getBoundingClientRect();
  const cards = [...document.querySelectorAll('.card')], pills = [...document.querySelectorAll('.pill')];
  const outside = [...cards, ...pills].flatMap(group => [...group.querySelectorAll('text')]
    .filter(text => box(text).left < box(group).left || box(text).right > box(group).right)
    .map(text => text.textContent));
  const meets = (a, b) => a.left < b.right - 1 && b.left < a.right - 1 && a.top < b.bottom - 1 && b.top < a.bottom - 1;
  const covered = pills.filter(pill => cards.some(card => meets(box(pill), box(card)))).map(p => p.textContent);
  return {outside, covered, texts: document.querySelectorAll('text').length};
}"""


def network(level: str) -> Drawing:
    model = nn.MLP(2, [4, 4, 1], activation="tanh", rng=random.Random(1), fused=False)
    return draw(model, [1.0, -2.0], level=level, grads="own")


def awkward_names() -> Drawing:
    names = [*HOSTILE, "W" * 24, "m" * 24, "i" * 24, "αβγδεζηθικλμνξοπ", "ÄÖÜäöüß", "layer0.neuron12.w345"]
    return draw(sum((Value(-1.0e-300, label=name) for name in names), Value(1.0)), grads="own")


DRAWINGS = {
    "one neuron": lambda: draw(neuron()[0]),
    "awkward names": awkward_names,
    **{level: lambda level=level: network(level) for level in ("values", "clusters", "neuron", "layer")},
}


@pytest.mark.parametrize("name", DRAWINGS)
def test_every_text_fits_and_no_label_lies_on_a_card(chromium: Any, name: str) -> None:
    picture = DRAWINGS[name]().picture
    assert isinstance(picture, Picture)
    page = chromium.new_page()
    page.set_default_timeout(120_000)
    page.set_content(picture.svg(styled=()))
    found = page.evaluate(MISFITS)
    assert found["texts"] >= sum(1 + len(card.rows) for card in picture.cards)
    assert found["outside"] == []
    assert found["covered"] == []


@pytest.mark.parametrize("width", [390, 764, 1200])
@pytest.mark.parametrize("name", ["one neuron", "values", "clusters", "neuron"])
def test_no_text_of_a_page_is_smaller_than_9_pixels_at_first_sight(chromium: Any, name: str, width: int) -> None:
    """764: a cell of JupyterLab."""
    page = chromium.new_page(viewport={"width": width, "height": 700})
    page.set_default_timeout(120_000)
    page.set_content(DRAWINGS[name]().page)
    page.wait_for_selector("#graph .card")
    smallest = page.evaluate("""() => {
      const svg = document.querySelector('#graph svg, svg#graph'), scale = svg.getScreenCTM().a;
      const sizes = [...svg.querySelectorAll('text')].map(text => parseFloat(getComputedStyle(text).fontSize));
      return scale * Math.min(...sizes);
    }""")
    assert smallest >= 8.999


@pytest.mark.parametrize("width", [390, 764, 1200])
@pytest.mark.parametrize("shown", [lambda: draw(Value(1.0)), lambda: draw(neuron()[0]), lambda: stepper(neuron()[0])])
def test_the_frame_of_a_notebook_cuts_nothing_off(chromium: Any, shown: Any, width: int) -> None:
    page = chromium.new_page(viewport={"width": width, "height": 900})
    page.set_default_timeout(120_000)
    page.set_content(f"<!doctype html><body style='margin: 0'>{shown()._repr_mimebundle_()['text/html']}</body>")
    inside = page.query_selector("iframe").content_frame()
    inside.wait_for_selector(".scripted #graph .card")
    bottom, height = inside.evaluate(
        "() => [document.querySelector('#graph').getBoundingClientRect().bottom, window.innerHeight]"
    )
    assert bottom <= height
