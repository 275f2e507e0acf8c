"""A page in fewer words: scripts and styles without comments and spaces, a picture without what its script can make,
and a whole page compressed for a notebook, where many of them lie beside each other.

Names stay as they are, so that whoever reads a saved page can follow it.
"""

from __future__ import annotations

import re
import zlib
from base64 import b64encode
from collections.abc import Callable
from functools import cache
from html import escape
from importlib.resources import files

# Scripts and styles -------------------------------------------------------------------------------------------------
TOKENS = re.compile(
    r"""(?P<comment> //[^\n]* | /\*.*?\*/ )
    | (?P<text> "(?:\\.|[^"\\\n])*" | '(?:\\.|[^'\\\n])*' | `(?:\\.|\$\{[^{}`]*\}|[^`\\$]|\$(?!\{))*` )
    | (?P<regex> (?: (?<=[(,=:!&|?;\[{]\ ) | (?<=[(,=:!&|?;\[{]) | (?<=return\ ) | (?<=return) )
                 /(?![*/]) (?: \\. | \[(?:\\.|[^\]\\\n])*\] | [^/\\\n\[] )+ /\w* )
    | (?P<word> [\w$]+ )
    | (?P<space> \s+ )
    | (?P<sign> [^`"'] )""",
    re.VERBOSE | re.DOTALL,
)  # fmt: skip
STYLES = (
    (re.compile(r"/\*.*?\*/", re.DOTALL), ""),
    (re.compile(r"\s+"), " "),
    (re.compile(r" ?([{};,>]) ?"), r"\1"),
    (re.compile(r"([;{][\w-]+): "), r"\1:"),
    (re.compile(r";}"), "}"),
)


def tokens(script: str) -> list[str]:
    """What JavaScript reads in the script: its comments are gone, every space between is one space or one new line.

    ValueError for a text in backquotes inside another one, which these simple rules cannot follow.
    """
    found: list[str] = []
    end = 0
    for match in TOKENS.finditer(script):
        if match.start() != end:
            raise ValueError(f"cannot be read: {script[end : end + 60]!r}")
        end = match.end()
        kind, text = match.lastgroup, match[0]
        if kind == "space":
            text = "\n" if "\n" in text else " "
            if found and found[-1] in " \n":  # a comment was between them
                found[-1] = min(text, found[-1])
                continue
        if kind != "comment":
            found.append(text)
    if end != len(script):
        raise ValueError(f"cannot be read: {script[end : end + 60]!r}")
    return found


def packed_script(script: str) -> str:
    """The script without comments, and without spaces where JavaScript needs none. A new line may end a statement: one
    goes only beside a sign at which none can end, and after a block. (What ends with another } has a semicolon here.)
    """
    found = tokens(script.strip())
    packed = found[:1]
    for before, gap, after in zip(found, found[1:], [*found[2:], "\n"], strict=False):
        if gap == " ":
            keep = (_in_word(before[-1]) and _in_word(after[0])) or (before == after[0] and before in "+-")
        elif gap == "\n":
            keep = before not in "{}([;," and after not in "})]"
        else:
            keep = True
        if keep:
            packed.append(gap)
    return "".join(without_last_semicolons(packed)).strip()


def without_last_semicolons(found: list[str]) -> list[str]:
    """The tokens without semicolons before the end of a block; `for (…);` keeps the one that is its empty statement."""
    kept: list[str] = []
    open_, heads = [], {"for", "while", "if"}
    closed = ""  # what stood before the bracket that was closed last
    for token, after in zip(found, [*found[1:], ""], strict=True):
        if token == "(":
            open_.append(next((before for before in reversed(kept) if not before.isspace()), ""))
        elif token == ")":
            closed = open_.pop()
        if token != ";" or after != "}" or (kept[-1] == ")" and closed in heads):
            kept.append(token)
    return kept


def _in_word(character: str) -> bool:
    return character.isalnum() or character in "_$"


def packed_style(style: str) -> str:
    """The style sheet without comments, and without spaces beside brackets, semicolons and the names of properties."""
    for pattern, text in STYLES:
        style = pattern.sub(text, style)
    return style.strip()


def asset(name: str) -> str:
    """A file of the folder browser, as it is."""
    return files("autograd.explaining.page").joinpath("browser", name).read_text(encoding="utf-8")


@cache
def packed_asset(name: str) -> str:
    """A script or style sheet of the folder browser, packed."""
    return (packed_style if name.endswith(".css") else packed_script)(asset(name))


# Pictures -----------------------------------------------------------------------------------------------------------
LEFT_OUT = (
    re.compile(r"(?<=>)<title>[^<]*</title>(?=<rect)"),  # of cards
    re.compile(r'<(?:path|rect) [^>]*class="(?:head|header|grad-fill|outline|frame-plate|pill-fill)"/>'),
    re.compile(r' class="(?:face|title|data|grad|weight|norm|arrow|line|pill|local)"'),  # their places tell
)
FIFTY = re.compile(r'(?:^<g (?:id="|class="card ).*\n){1,50}', re.MULTILINE)  # arrows, pills and cards have a line each
MAP = re.compile(r'<path d="[^"]*" [^>]*class="map"/>')
# A cubic curve on a straight line, level or upright: "c1,0 2,0 3,0" is "h3".
LEVEL = re.compile(r"c(-?[\d.]+),0 (-?[\d.]+),0 (-?[\d.]+),0(?=[A-Za-z\"])")
UPRIGHT = re.compile(r"c0,(-?[\d.]+) 0,(-?[\d.]+) 0,(-?[\d.]+)(?=[A-Za-z\"])")
MARKER = (
    '<marker id="head-{0}" class="head-{0}" markerWidth="7" markerHeight="6" refY="3" orient="auto" '
    'markerUnits="userSpaceOnUse"><path d="M0,0.2L7,3L0,5.8Z"/></marker>'
)


def _straight(letter: str) -> Callable[[re.Match[str]], str]:
    """What stands for a curve on a straight line, if it goes there without turning back."""

    def shorter(curve: re.Match[str]) -> str:
        points = [0.0, *map(float, curve.groups())]
        return f"{letter}{curve[3]}" if points in (sorted(points), sorted(points, reverse=True)) else curve[0]

    return shorter


def packed_picture(svg: str, with_maps: bool = True) -> str:
    """The picture for a page. Its script makes what all cards and pills have (outlines, headers, grounds, tooltips, the
    classes of their parts), and its style sheet puts heads on lines. Maps of the plane are the script's too, unless
    `with_maps`. Groups of fifty let a browser pass over those in which nothing has changed."""
    for pattern in LEFT_OUT if with_maps else (*LEFT_OUT, MAP):
        svg = pattern.sub("", svg)
    svg = UPRIGHT.sub(_straight("v"), LEVEL.sub(_straight("h"), svg))
    svg = FIFTY.sub(r"<g>\n\g<0></g>\n", svg)
    heads = "".join(MARKER.format(kind) for kind in ("edge", "plus", "minus", "focus", "faint"))
    return svg.replace("<g ", f"<defs>{heads}</defs>\n<g ", 1)


# Pages in notebooks -------------------------------------------------------------------------------------------------
# The page writes itself in the place of this one. `document.write` after everything is read begins a new document.
UNPACKING = (
    "<!DOCTYPE html><meta charset='utf-8'><title>{title}</title><script>(async()=>{{"
    "const packed=Uint8Array.from(atob('{packed}'),(c)=>c.charCodeAt(0));"
    "const page=new Blob([packed]).stream().pipeThrough(new DecompressionStream('deflate'));"
    "const text=await new Response(page).text();document.open();document.write(text);document.close()"
    "}})()</script>"
)


def unpacking_page(page: str, title: str) -> str:
    """A page that unpacks `page` and becomes it: a third of its size, or less. Needs a browser of 2023 or later."""
    return UNPACKING.format(title=escape(title), packed=b64encode(zlib.compress(page.encode(), 9)).decode())
