"""Showing and saving."""

import json
import math
import pickle
import random
import re
import sys
import xml.etree.ElementTree as ET
from base64 import b64decode
from collections.abc import Callable
from html.parser import HTMLParser
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest

from autograd import Value, draw, spy, stepper, total
from autograd.drawing.figure import Drawing
from nn import MLP
from tests.autograd.drawing.picture_graphs import neuron


def test_a_notebook_gets_an_svg_and_a_text() -> None:
    bundle = draw(neuron()[0])._repr_mimebundle_()
    assert set(bundle) == {"image/svg+xml", "text/html", "text/plain"}
    ET.fromstring(bundle["image/svg+xml"])
    assert bundle["text/plain"].startswith("o = tanh  0.7071  ∂ 1")


def test_where_a_notebook_is_not_trusted_an_img_holds_the_same_svg() -> None:
    bundle = draw(Value(1.0, label='a "<b>"') + 1)._repr_mimebundle_()
    found = re.search(
        r'</iframe><img alt="([^"]*)" src="data:image/svg\+xml;base64,([^"]*)"></div>$', bundle["text/html"]
    )
    assert found is not None
    assert b64decode(found[2]).decode() == bundle["image/svg+xml"]
    assert "<" not in found[1]


def test_the_text_of_a_large_graph_is_short_in_a_notebook() -> None:
    bundle = draw(sum([Value(float(i)) for i in range(100)]))._repr_mimebundle_()
    assert len(bundle["text/plain"].splitlines()) == 41


def test_the_repr_says_what_is_drawn() -> None:
    told = "Computation graph of o: 10 values, 9 uses"
    assert repr(draw(neuron()[0])) == f"<Drawing: {told}; .show(), .save('y.svg') or print(it.text())>"


@pytest.mark.parametrize(("cards", "said"), [(250, False), (251, True)])
def test_the_repr_of_a_large_picture_says_how_to_see_it_at_a_glance(cards: int, said: bool) -> None:
    y = Value(0.5)
    for _ in range(cards - 1):
        y = y.tanh()
    assert ("; at a glance: spy(y), or with model=" in repr(draw(y))) is said


def test_show_opens_a_page_in_a_browser(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    opened: list[Path] = []

    def browser(works: bool) -> None:
        monkeypatch.setattr("webbrowser.open", lambda url: opened.append(Path(urlsplit(url).path)) or works)

    for thing in (draw(neuron()[0]), stepper(neuron()[0])):
        browser(True)
        thing.show()
        assert capsys.readouterr().out == ""
        assert opened[-1].read_text("utf-8").lower().startswith("<!doctype html>")
        browser(False)
        thing.show()
        assert capsys.readouterr().out == f"no browser to open it in: {opened[-1]}\n"
    for path in opened:
        path.unlink()


def test_svg(tmp_path: Path) -> None:
    drawing = draw(neuron()[0])
    drawing.save(tmp_path / "y.SVG")
    assert (tmp_path / "y.SVG").read_text("utf-8") == drawing.svg


def test_dot_source_can_be_read_by_graphviz(tmp_path: Path) -> None:
    from autograd.drawing.layout.graphviz import run_graphviz

    draw(neuron()[0]).save(str(tmp_path / "y.dot"))
    source = (tmp_path / "y.dot").read_text("utf-8")
    assert b"</svg>" in run_graphviz(source, "svg")


class Outline(HTMLParser):
    """What a page refers to and contains."""

    def __init__(self) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.attributes: dict[str, list[str | None]] = {}

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        for name, value in attrs:
            self.attributes.setdefault(name, []).append(value)


def test_html_is_a_page_of_its_own_that_loads_nothing(tmp_path: Path) -> None:
    drawing = draw(neuron()[0])
    drawing.save(tmp_path / "y.html")
    page = (tmp_path / "y.html").read_text("utf-8")
    assert page == drawing.page
    outline = Outline()
    outline.feed(page)
    assert {"svg", "main", "title", "script"} <= set(outline.tags)
    assert "src" not in outline.attributes
    assert all(link is not None and link.startswith("#") for link in outline.attributes.get("href", []))
    assert outline.attributes["lang"] == ["en"]


def test_a_plot_is_a_still_page(tmp_path: Path) -> None:
    spy(neuron()[0]).save(tmp_path / "y.html")
    outline = Outline()
    outline.feed((tmp_path / "y.html").read_text("utf-8"))
    assert {"svg", "pre", "main", "title", "details"} <= set(outline.tags)
    assert "script" not in outline.tags
    assert "iframe" not in spy(neuron()[0])._repr_mimebundle_()["text/html"]


def page_data(drawing: Drawing) -> Any:
    (text,) = re.findall(r'<script type="application/json" id="data">(.*?)</script>', drawing.page)
    return json.loads(text)


def test_a_page_has_the_numbers_of_the_moment_it_was_drawn() -> None:
    o, values = neuron()
    drawing = draw(o)
    values["x1"].data = 77.0
    data = page_data(drawing)
    assert 77.0 not in data["program"]["nodes"]
    assert data["why"].startswith("Step is off: numbers have changed")


@pytest.mark.parametrize("number", [math.nan, math.inf, -math.inf])
def test_a_graph_with_nan_and_inf_has_steps_as_long_as_they_stay(number: float) -> None:
    x = Value(number)
    drawing = draw(x * 0.0 + 1.0)
    assert page_data(drawing)["why"] == ""
    x.data = 1.0
    assert page_data(drawing)["why"].startswith("Step is off: numbers have changed")


@pytest.mark.parametrize("make", [draw, spy])
def test_a_drawing_that_was_pickled_is_the_drawing(make: Callable[[Value], Drawing]) -> None:
    drawing = make(neuron()[0])
    again = pickle.loads(pickle.dumps(drawing))
    assert (again.page, again.text(), again.text(plain=True)) == (
        drawing.page,
        drawing.text(),
        drawing.text(plain=True),
    )


def test_a_page_says_why_it_has_no_steps() -> None:
    x = Value(1.0)
    model = MLP(2, [3, 1], rng=random.Random(0))
    layers = draw(model, [1.0, 2.0], level="layer")
    many = draw(total([x * float(i) for i in range(200)]))
    assert (
        page_data(draw([x * 2.0, x + 1.0]))["why"] == "Step is off: it follows one output, and this graph has several."
    )
    assert page_data(layers)["why"].startswith("Step is off: it goes by values or neurons")
    assert "400 edges" in page_data(many)["why"]
    assert page_data(draw(x * 2.0))["why"] == ""
    assert page_data(draw(model, [1.0, 2.0], level="neuron"))["why"] == ""


@pytest.mark.parametrize(("ending", "start"), [("png", b"\x89PNG\r\n\x1a\n"), ("pdf", b"%PDF-")])
def test_png_and_pdf(tmp_path: Path, ending: str, start: bytes) -> None:
    for drawing in (draw(neuron()[0]), spy(neuron()[0])):
        drawing.save(tmp_path / f"y.{ending}")
        assert (tmp_path / f"y.{ending}").read_bytes().startswith(start)


def test_a_png_has_two_pixels_per_point(tmp_path: Path) -> None:
    drawing = draw(neuron()[0])
    drawing.save(tmp_path / "y.png")
    content = (tmp_path / "y.png").read_bytes()
    width, height = (int.from_bytes(content[i : i + 4]) for i in (16, 20))
    assert (width, height) == pytest.approx([2 * side for side in drawing.picture.size], abs=12)


@pytest.mark.parametrize("ending", ["png", "pdf"])
def test_formats_that_need_matplotlib_say_so_and_leave_no_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, ending: str
) -> None:
    drawing = draw(neuron()[0])
    monkeypatch.setitem(sys.modules, "matplotlib", None)
    with pytest.raises(ImportError, match=rf"\.{ending} files are drawn by matplotlib"):
        drawing.save(tmp_path / f"y.{ending}")
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("name", ["y.jpg", "y", "svg"])
def test_other_endings_are_refused(tmp_path: Path, name: str) -> None:
    with pytest.raises(ValueError, match=re.escape(".svg .html .dot .png .pdf; got")):
        draw(neuron()[0]).save(tmp_path / name)


def test_a_plot_has_no_dot_source(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="a plot is no graph of boxes"):
        spy(neuron()[0]).save(tmp_path / "y.dot")


@pytest.mark.parametrize("lines", [40, 41])
def test_a_notebook_shows_forty_lines_of_the_tree_whole(lines: int) -> None:
    y = total([Value(float(i)) for i in range(lines - 1)])
    shown = draw(y)._repr_mimebundle_()["text/plain"].splitlines()
    tree = draw(y).text().splitlines()
    assert len(tree) == lines
    assert shown == (tree if lines == 40 else [*tree[:40], "…"])
