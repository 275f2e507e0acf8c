"""Pages in fewer words: what is taken out of scripts and styles changes nothing that they do, and a page in a notebook
is the same page.
"""

import base64
import random
import re
import zlib

import pytest

from autograd import OPERATIONS, Value, draw
from autograd.explaining.page.html import SCRIPTS, STYLED
from autograd.explaining.page.packing import (
    asset,
    packed_asset,
    packed_picture,
    packed_script,
    packed_style,
    tokens,
    unpacking_page,
    without_last_semicolons,
)
from autograd.explaining.page.rows import javascript_rows
from nn import MLP

NAMES = [name for names in SCRIPTS for name in names.split()]


def said(script):
    return without_last_semicolons([token for token in tokens(script) if not token.isspace()])


@pytest.mark.parametrize("name", NAMES)
def test_a_packed_script_says_what_the_script_says(name):
    packed = packed_asset(f"{name}.js")
    assert said(packed) == said(asset(f"{name}.js"))
    assert not re.search(r"^//", packed, re.MULTILINE)
    assert len(packed) < 0.95 * len(re.sub(r"^\s+|^//.*\n", "", asset(f"{name}.js"), flags=re.MULTILINE))


def test_the_rows_too():
    rows = javascript_rows(OPERATIONS)
    assert said(packed_script(rows)) == said(rows)


@pytest.mark.parametrize(
    ("script", "packed"),
    [
        ("let a = b + +c; // a sum\n", "let a=b+ +c;"),
        ("x - -y", "x- -y"),
        ("if (a)\n  b = 1\nelse\n  c()\n", "if(a)\nb=1\nelse\nc()"),
        ("f(  // why\n  a,\n  b,\n)", "f(a,b,)"),
        ("f({\n  a,\n})\ng()", "f({a,})\ng()"),
        ('x = "//  no comment" + `a  ${b}  c`', 'x="//  no comment"+`a  ${b}  c`'),
        (r'return / "  /.test(x)', r'return/ "  /.test(x)'),
        (r's.replace(/[/"]  \/x/g, y) / 2', r's.replace(/[/"]  \/x/g,y)/2'),
        ("a = b / c / d", "a=b/c/d"),
        ("f() {\n  a = 1;\n  for (;;);\n}\n", "f(){a=1;for(;;);}"),
        ("f() {\n  a = 1;\n}\n", "f(){a=1}"),
        ("a /* one\ntwo */ + b", "a+b"),
        ("a = 1\n/* b */\nc = 2", "a=1\nc=2"),
    ],
)  # fmt: skip
def test_spaces_go_where_nothing_needs_them(script, packed):
    assert packed_script(script) == packed


@pytest.mark.parametrize("script", ["`a ${b ? `c` : d}`", "x = `open", "x = 'open"])
def test_what_cannot_be_followed_is_refused(script):
    with pytest.raises(ValueError, match="cannot be read"):
        tokens(script)


def test_styles_keep_the_spaces_that_mean_something():
    style = "/* one */\na :is(b, c) > d,\ne { margin: calc(1px - 2px) 3px; --x: 1; }\n"
    assert packed_style(style) == "a :is(b,c)>d,e{margin:calc(1px - 2px) 3px;--x:1}"


def test_the_shell_of_a_page_is_small():
    """What every page has, whatever its graph: at most 70 kB."""
    x = Value(1.0, "x")
    page = draw(x * x).page
    own = [r"<svg.*?</svg>", r'<details id="all">.*?</details>', r'<script type="application/json".*?</script>']
    shell = re.sub("|".join(own), "", page, flags=re.DOTALL)
    assert len(shell.encode()) < 70_000


def test_a_notebook_holds_the_same_page_in_less():
    page = "<p title=\"a & 'b'\">−∂</p>" * 100
    small = unpacking_page(page, "x < 'y'")
    assert zlib.decompress(base64.b64decode(re.search(r"atob\('([^']*)'\)", small)[1])).decode() == page
    assert "<title>x &lt; &#x27;y&#x27;</title>" in small
    assert len(small) < len(page) / 3
    x = Value(1.0, "x")
    drawing = draw((x * x + 1.0).tanh())
    assert len(drawing._repr_mimebundle_()["text/html"]) < 0.6 * len(drawing.page)


def test_what_all_cards_have_is_left_to_the_script():
    svg = draw(Value(1.0) * 2.0 + 3.0).picture.svg(styled=STYLED)
    packed = packed_picture(svg)
    made = {"head", "header", "outline", "grad-fill", "pill-fill"}
    named = {"arrow", "line", "pill", "local", "face", "title", "data", "grad"}
    assert set(re.findall(r'class="([\w-]+)"', svg)) >= made | named
    assert not set(re.findall(r'class="([\w-]+)"', packed)) & (made | named)
    assert len(packed) < 0.5 * len(svg) + 900  # the markers


@pytest.mark.parametrize(
    ("curve", "packed"),
    [
        ("M1,2c1,0 2,0 3.5,0", "M1,2h3.5"),
        ("M1,2c-1,0 -2,0 -3,0c0,4 0,8 0,12", "M1,2h-3v12"),
        ("M1,2c0,-4 0,-8 0,-12c1,0 2,0 3,1", "M1,2v-12c1,0 2,0 3,1"),
        ("M1,2c5,0 2,0 3,0", "M1,2c5,0 2,0 3,0"),  # it turns back on its way
        ("M1,2c-1,0 2,0 3,0", "M1,2c-1,0 2,0 3,0"),
        ("M1,2c14,0 14,9 0,9", "M1,2c14,0 14,9 0,9"),
    ],
)
def test_curves_on_a_straight_line_are_written_as_lines(curve, packed):
    assert f'd="{packed}"' in packed_picture(f'<svg><g fill="x"><path d="{curve}" class="line"/></g></svg>')


def test_a_value_takes_little_of_a_page():
    """0.5 kB, of a chain that is folded and whose first value is used all along; each of its numbers is there once."""
    x, r = Value(0.4, "x"), Value(3.7, "r")
    y = x
    for _ in range(100):
        y = r * y * (1.0 - y)
    page = draw(y, max_nodes=400).page
    assert (len(page.encode()) - 70_000) / 302 < 500


@pytest.mark.parametrize("level", ["values", "clusters"])
def test_a_value_of_a_network_takes_little_of_a_page_too(level):
    """0.6 kB, with the levels of neurons and layers, which the page has as well."""
    model = MLP(10, [24, 24, 1], rng=random.Random(1))
    y = model([Value(0.1 * i, f"x{i}") for i in range(10)])
    assert (len(draw(y, model=model, level=level, max_nodes=1500).page.encode()) - 70_000) / 996 < 600
