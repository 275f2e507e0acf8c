"""Showing and saving."""

import re
import sys
import xml.etree.ElementTree as ET
from base64 import b64decode
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from autograd import Value, draw, spy, stepper, total
from tests.autograd.drawing.picture_graphs import neuron


def test_a_notebook_gets_an_svg_and_a_text() -> None:
    bundle = draw(neuron()[0])._repr_mimebundle_()
    assert set(bundle) == {"image/svg+xml", "text/html", "text/plain"}
    ET.fromstring(bundle["image/svg+xml"])
    assert bundle["text/plain"].startswith("o = tanh  0.7071  ∂ 1")


def test_where_a_notebook_is_not_trusted_an_img_holds_the_same_svg() -> None:
    bundle = draw(Value(1.0, label='a "<b>"') + 1)._repr_mimebundle_()
    found = re.fullmatch(r'<img alt="([^"]*)" src="data:image/svg\+xml;base64,([^"]*)">', bundle["text/html"])
    assert found is not None
    assert b64decode(found[2]).decode() == bundle["image/svg+xml"]
    assert "<" not in found[1]


def test_the_text_of_a_large_graph_is_short_in_a_notebook() -> None:
    bundle = draw(sum([Value(float(i)) for i in range(100)]))._repr_mimebundle_()
    assert len(bundle["text/plain"].splitlines()) == 41


def test_the_repr_says_what_is_drawn() -> None:
    told = "Computation graph of o: 10 values, 9 uses"
    assert repr(draw(neuron()[0])) == f"<Drawing: {told}; .show(), .save('y.svg') or print(it.text())>"


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
    draw(neuron()[0]).save(tmp_path / "y.html")
    page = (tmp_path / "y.html").read_text("utf-8")
    outline = Outline()
    outline.feed(page)
    assert {"svg", "pre", "main", "title", "details"} <= set(outline.tags)
    assert "script" not in outline.tags
    assert not {"src", "href"} & set(outline.attributes)
    assert outline.attributes["lang"] == ["en"]
    assert "└─ [×0.5] n = +" in page


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
