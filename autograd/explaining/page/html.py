"""A graph as one self-contained HTML file that can be stepped through, played with and looked at.

It needs no network, no kernel and no widget package: the picture is inline SVG, the graph is data, the rows of the
table that it uses are there as JavaScript, and plain scripts do the rest. browser/frame.html and page.html have the
places that are filled in here; the scripts beside them stand in the page one after the other, packed.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from html import escape
from typing import Any

from autograd.drawing.cards import Picture
from autograd.drawing.figure import html_image
from autograd.drawing.shapes import escaped
from autograd.explaining.moments import Line, Moment, Run
from autograd.explaining.page.data import page_data, stands_for_many
from autograd.explaining.page.packing import asset, packed_asset, packed_picture, packed_script, unpacking_page
from autograd.explaining.page.room import with_room_to_move
from autograd.explaining.page.rows import javascript_rows
from autograd.system.letters import clean
from autograd.value import Value
from autograd.view.graph import GraphView

PHASES = ("start", "forward", "seed", "backward")
STYLE_CLASSES = {"upstream": "u", "local": "l", "product": "p", "value": "v", "muted": "m"}
# What page.css gives fonts and colours.
STYLED = frozenset(("face", "header", "outline", "line", "head", "pill-fill", "local", "title", "data", "grad"))
STYLED |= {"weight", "norm", "frame", "frame-plate", "frame-title"}
SCRIPTS = ("numbers engine camera slices picture", "step", "planes", "open", "knobs pointer plots play look theme main")
MAX_EDGES = 300
HIGHEST = 900
AROUND = (
    ".glassgrad-page { display: grid } .glassgrad-page > * { grid-area: 1 / 1; min-width: 0 } "
    ".glassgrad-page iframe { position: relative; width: 100%; border: 0 } "  # marimo wraps it in a div
    ".glassgrad-page > iframe + img, .glassgrad-page > div + img "
    "{ max-width: 100%; height: 0; min-height: 100%; object-fit: scale-down }"
)


@dataclass(frozen=True)
class Page:
    """What a page is about: a graph, a picture of it, and the moments of a timeline on that picture, if there is one.

    `start` is the mode it opens in, `why` says why there is no timeline, `spec` is the format of numbers; `numbers` are
    the data of the graph's nodes where they are not what the nodes have now, `unexpanded` the outputs that the user has
    where the graph is another one, made of these. `others` are pictures at other levels than `level`.
    """

    title: str
    graph: GraphView
    picture: Picture
    moments: Sequence[Moment] = ()
    start: str = "step"
    why: str = ""
    spec: str = ".4g"
    numbers: Sequence[float] | None = None
    unexpanded: Sequence[Value] = ()
    level: str = "values"
    others: Mapping[str, Picture] = field(default_factory=dict)

    def html(self) -> str:
        """The whole page as one string."""
        pictures = {level: with_room_to_move(p) for level, p in {self.level: self.picture, **self.others}.items()}
        data = page_data(self.graph, pictures, self.spec, self.numbers, self.unexpanded)
        drawn = {
            each["name"]: packed_picture(pictures[each["name"]].svg(styled=STYLED), "planes" not in each["shown"])
            for each in data["levels"]
        }
        parts = {
            "title": escaped(self.title),
            "step": self._controls(),
            "picture": drawn.pop(self.level),
            "others": "".join(f'<template id="level-{level}">{svg}</template>\n' for level, svg in drawn.items()),
            "transcript": self._transcript(),
        }
        style = packed_asset("page.css") + packed_asset("play.css")
        script = self._script(data["program"]["operations"], [level["shown"] for level in data["levels"]])
        about = {**data, "start": self.start, "why": self.why}
        return framed(self.title, style, filled("page.html", parts), about, script)

    def in_notebook(self, still: str = "") -> str:
        """The page in a frame that is laid over `still`, an <img>. The page's script hides it where it may; where the
        frame is taken out, or has no scripts, it is what there is to see."""
        around, least = (130, 330) if self.start == "look" else (280, 560)
        height = max(least, min(HIGHEST, round(self.picture.size[1]) + around))
        return over_still(self.html(), self.title, height, still or html_image(self.picture.svg(), self.title))

    def _controls(self) -> str:
        if not self.moments:
            return ""
        parts = {"last": str(len(self.moments) - 1), "summary": _html_lines(self.moments[0].lines)}
        return filled("step.html", parts)

    def _transcript(self) -> str:
        if not self.moments:
            return ""
        steps = json_for_script([_step(moment) for moment in self.moments])
        items = "".join(f"<li>{_html_lines(moment.lines)}\n" for moment in self.moments)
        return (
            '<details id="all">\n<summary>All steps as text</summary>\n'
            f'<ol start="0" tabindex="0" aria-label="All steps">\n{items}</ol>\n</details>\n'
            f'<script type="application/json" id="steps">{steps}</script>\n'
        )

    def _script(self, operations: Sequence[str], shown: Sequence[Mapping[str, Any]]) -> str:
        """The scripts that the page needs: with no map of the plane and no card of several values two can stay away."""
        always, step, planes, open_, rest = (names.split() for names in SCRIPTS)
        names = [*always, *(step if self.moments else [])]
        names += planes if any("planes" in each for each in shown) else []
        names += open_ if any(stands_for_many(each) for each in shown) else []
        names += rest
        return "\n".join([packed_script(javascript_rows(operations)), *(packed_asset(f"{name}.js") for name in names)])


def over_still(page: str, title: str, height: int, still: str) -> str:
    """The page, packed, in a frame that is laid over `still`, an <img>."""
    # Only & and " mean anything inside a quoted attribute.
    packed = unpacking_page(page, title).replace("&", "&amp;").replace('"', "&quot;")
    return (
        f'<div class="glassgrad-page"><style>{AROUND}</style>'
        f'<iframe title="{escaped(title)}" srcdoc="{packed}" style="height: {height}px"></iframe>{still}</div>'
    )


def framed(title: str, style: str, body: str, data: Any, script: str) -> str:
    """A whole page: its parts in the frame that all pages have."""
    parts = {"title": escaped(title), "style": style, "body": body, "data": json_for_script(data), "script": script}
    return filled("frame.html", parts)


def filled(name: str, parts: Mapping[str, str]) -> str:
    """A file of the folder browser with its places filled, in one pass: nothing that is put in is searched again."""
    return re.sub(r"@@(\w+)@@", lambda place: parts[place[1]], asset(name))


# Moments ------------------------------------------------------------------------------------------------------------
def _html_lines(lines: Sequence[Line]) -> str:
    return "".join(f"<p>{''.join(map(_html_run, line))}" for line in lines)


def _html_run(run: Run) -> str:
    """A run as short as HTML allows: a long timeline has thousands."""
    classes = [*filter(None, [STYLE_CLASSES.get(run.style)]), *(["a"] if run.answer else [])]
    text = escape(clean(run.text), quote=False)
    if not classes:
        return text
    return f"<b class={classes[0]}>{text}</b>" if len(classes) == 1 else f'<b class="{" ".join(classes)}">{text}</b>'


def _step(moment: Moment) -> list[Any]:
    """[phase, cards, arrows, changes]: what the script needs to know of a moment; its words are in the page already.

    The card that receives comes last; arrows of a forward step show their local derivatives from then on.
    """
    others = [card for card in moment.cards if card != moment.target]
    changes = [
        [c.card, c.row, c.text] if c.strength is None else [c.card, c.row, c.text, round(c.strength, 3)]
        for c in moment.changes
    ]
    return [PHASES.index(moment.phase), [*others, moment.target] if moment.target else [], moment.arrows, changes]


def json_for_script(data: Any) -> str:
    """JSON that cannot end the <script> it stands in, nor open a comment there."""
    text = json.dumps(data, ensure_ascii=False, separators=(",", ":"), allow_nan=False)
    return text.replace("<", "\\u003c").replace("\u2028", "\\u2028").replace("\u2029", "\\u2029")
