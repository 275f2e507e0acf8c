"""A timeline as one self-contained HTML file: the picture as inline SVG, the moments as text and JSON, a plain script.

It needs no network, no kernel and no widget package. page.html has the places that are filled in here, page.css the
colours of what is drawn, page.js what moves.
"""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from html import escape
from importlib.resources import files
from typing import Any

from autograd.explaining.moments import Line, Moment, Run, Timeline

PHASES = ("start", "forward", "seed", "backward")
STYLE_CLASSES = {"upstream": "u", "local": "l", "product": "p", "value": "v", "muted": "m"}
# What page.css gives fonts and colours.
STYLED = frozenset(("face", "outline", "line", "head", "pill-fill", "local", "title", "data", "grad", "weight"))


def page(timeline: Timeline) -> str:
    """The whole page as one HTML string."""
    moments = timeline.moments
    parts = {
        "title": escape(timeline.title),
        "style": _asset("page.css"),
        "script": _asset("page.js"),
        "last": str(len(moments) - 1),
        "summary": _html_lines(moments[0].lines),
        "transcript": "".join(f"<li>{_html_lines(moment.lines)}\n" for moment in moments),
        "picture": timeline.picture.svg(styled=STYLED),
        "steps": _json_for_script([_step(moment) for moment in moments]),
    }
    # One pass, so that nothing that is put in is searched for places again.
    return re.sub(r"@@(\w+)@@", lambda place: parts[place[1]], _asset("page.html"))


def _asset(name: str) -> str:
    return files("autograd.explaining").joinpath(name).read_text(encoding="utf-8")


def _html_lines(lines: Sequence[Line]) -> str:
    return "".join(f"<p>{''.join(map(_html_run, line))}" for line in lines)


def _html_run(run: Run) -> str:
    """A run as short as HTML allows: a long timeline has thousands."""
    classes = [*filter(None, [STYLE_CLASSES.get(run.style)]), *(["a"] if run.answer else [])]
    text = escape(run.text, quote=False)
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


def _json_for_script(data: Any) -> str:
    """JSON that cannot end the <script> it stands in, nor open a comment there."""
    text = json.dumps(data, ensure_ascii=False, separators=(",", ":"), allow_nan=False)
    return text.replace("<", "\\u003c").replace("\u2028", "\\u2028").replace("\u2029", "\\u2029")
