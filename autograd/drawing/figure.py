"""`Drawing`: a picture ready to be shown in a notebook, saved in five formats, or read as text."""

from __future__ import annotations

import os
from base64 import b64encode
from collections.abc import Callable
from functools import cached_property
from html import escape
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

from autograd.drawing.cards import Picture
from autograd.drawing.digraph import digraph
from autograd.drawing.layout.graphviz import LayoutError
from autograd.drawing.png_pdf import raster
from autograd.drawing.shapes import Drawable
from autograd.system.files import write_whole
from autograd.system.web_page import in_web_page

if TYPE_CHECKING:
    import graphviz

NOTEBOOK_LINES = 40
LARGE = 250  # cards


class LivingPage(Protocol):
    """A page that is stepped through, played with and looked at: explaining.page.html.Page, a floor above."""

    def html(self) -> str: ...

    def in_notebook(self, still: str) -> str: ...


class Drawing:
    """What `draw` and `spy` return. It holds the numbers of the moment it was made: later changes do not show.

    A notebook shows it by itself. Positions are computed when they are first needed.
    """

    def __init__(
        self, picture: Drawable, tree: str, aloud: Callable[[], str], living: Callable[[], LivingPage] | None = None
    ) -> None:
        self.picture = picture
        self._tree = tree
        self._aloud = aloud
        self._living = living

    @cached_property
    def svg(self) -> str:
        """The picture as SVG. LayoutError when the engine asked for is missing or fails: with advice, and the text."""
        try:
            return self.picture.svg()
        except LayoutError as error:
            raise LayoutError(f"{error}\n\n{self._tree}") from None

    def text(self, plain: bool = False) -> str:
        """The graph as a text tree, for terminals; drawing/text_tree.py says how to read it. With plain=True in words
        and digits alone, which read well aloud: a line for every value, results before what they are made of."""
        return self._aloud() if plain else self._tree

    def show(self) -> None:
        """Open the picture in a browser, as a page in a temporary file."""
        show(self.page)

    def save(self, path: str | os.PathLike[str]) -> None:
        """Write the picture to `path`; its ending chooses the format: .svg .png .pdf .html or .dot.

        Raises ValueError for another ending, and ImportError when the format needs a package that is not installed
        (.png and .pdf need matplotlib, .dot needs graphviz). Then no file is written.
        """
        writers: dict[str, Callable[[], bytes]] = {
            ".svg": lambda: self.svg.encode(),
            ".html": lambda: self.page.encode(),
            ".dot": lambda: str(self.to_dot().source).encode(),
            ".png": lambda: raster(self.picture, "png"),
            ".pdf": lambda: raster(self.picture, "pdf"),
        }
        ending = Path(path).suffix.lower()
        if ending not in writers:
            raise ValueError(f"a drawing is saved as one of {' '.join(writers)}; got {os.fspath(path)!r}")
        write_whole(path, writers[ending]())

    @property
    def page(self) -> str:
        """One self-contained HTML file: leaves can be moved, and everything follows. Of `spy`'s plot, a still page."""
        if self._living is None:
            return html_page(self.svg, self.picture.description, self._tree)
        return self._living().html()

    def to_dot(self) -> graphviz.Digraph:
        """The drawing as a `graphviz.Digraph` with record nodes, to be changed at will.

        Raises ValueError for the plot of `spy`, which is no graph of boxes; ImportError without the package graphviz.
        """
        if not isinstance(self.picture, Picture):
            raise ValueError("a plot is no graph of boxes: save it as .svg, .html, .png or .pdf")
        return digraph(self.picture)

    def _repr_mimebundle_(self, include: Any = None, exclude: Any = None) -> dict[str, str]:
        """What a notebook shows: the page; its still picture where scripts are taken out, as SVG and as an <img>
        (JupyterLab shows the SVG of a notebook only after the reader has declared it trusted); the text elsewhere.
        """
        try:
            image = html_image(self.svg, self.picture.description)
            html = image if self._living is None else self._living().in_notebook(image)
            return {
                "image/svg+xml": self.svg,
                "text/html": html,
                "text/plain": _first_lines(self._tree, NOTEBOOK_LINES),
            }
        except LayoutError as error:
            return {"text/plain": str(error)}

    def __repr__(self) -> str:
        large = isinstance(self.picture, Picture) and len(self.picture.cards) > LARGE
        less = "; at a glance: spy(y), or with model=… level='neuron' or 'layer'" if large else ""
        return f"<Drawing: {self.picture.description}; .show(), .save('y.svg') or print(it.text()){less}>"


def _first_lines(text: str, count: int) -> str:
    lines = text.splitlines()
    return text if len(lines) <= count else "\n".join([*lines[:count], "…"])


def show(page: str) -> None:
    """Open `page`, HTML, in a browser. Where there is none, or Python runs in one, it says where the page lies."""
    import tempfile
    import webbrowser

    with tempfile.NamedTemporaryFile("w", encoding="utf-8", prefix="glassgrad-", suffix=".html", delete=False) as file:
        file.write(page)
    if in_web_page():
        print(f"no window can be opened from here (a notebook shows the last thing of a cell): {file.name}")
    elif not webbrowser.open(Path(file.name).as_uri()):
        print(f"no browser to open it in: {file.name}")


def html_image(svg: str, title: str) -> str:
    """An <img> tag that holds `svg`: front ends that take scripts and inline SVG out of HTML leave it in."""
    return f'<img alt="{escape(title)}" src="data:image/svg+xml;base64,{b64encode(svg.encode()).decode()}">'


def html_page(svg: str, title: str, tree: str) -> str:
    """A page of its own around `svg`, light or dark as the reader prefers, with the text tree below."""
    return f"""<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<title>{escape(title)}</title>
<style>
:root {{ color-scheme: light dark; }}
body {{ margin: 1rem; font-family: system-ui, sans-serif; background: Canvas; color: CanvasText; }}
figure {{ margin: 0; overflow: auto; }}
pre {{ overflow: auto; line-height: 1.3; }}
</style>
</head>
<body>
<main>
<h1 style="font-size: 1rem">{escape(title)}</h1>
<figure tabindex="0" aria-label="drawing">
{svg}</figure>
<details><summary>The same as text</summary>
<pre>{escape(tree)}</pre>
</details>
</main>
</body>
</html>
"""
