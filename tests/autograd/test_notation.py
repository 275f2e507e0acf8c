"""Numbers and names as pictures write them."""

import math
import re
import xml.dom.minidom
from html import escape
from pathlib import Path

import matplotlib
import pytest
from hypothesis import given
from hypothesis import strategies as st

from autograd import Value, draw, explain, naive_backward, spy, stepper
from autograd.notation import MINUS, clean, counted, gradient, number, number_width, shorten, title_width


def test_numbers_have_four_digits_and_a_real_minus_sign() -> None:
    assert number(-1.5) == f"{MINUS}1.5"
    assert number(6.8813735870195432) == "6.881"
    assert number(1e-7) == f"1e{MINUS}07"
    assert number(-0.0) == f"{MINUS}0"
    assert [number(x) for x in (math.nan, math.inf, -math.inf)] == ["nan", "inf", f"{MINUS}inf"]


def test_one_is_singular() -> None:
    assert [counted(n, "use") for n in (0, 1, 62650)] == ["0 uses", "1 use", "62,650 uses"]


def test_the_format_can_be_chosen() -> None:
    assert number(2 / 3, ".2f") == "0.67"


def test_no_gradient_is_a_dash_and_not_a_zero() -> None:
    assert gradient(None) == "∂ –"
    assert gradient(0.0) == "∂ 0"


@given(st.text())
def test_cleaned_text_may_stand_in_xml_and_on_a_line(text: str) -> None:
    cleaned = clean(text)
    assert "\n" not in cleaned
    assert "\r" not in cleaned
    xml.dom.minidom.parseString(f"<t>{escape(cleaned)}</t>")
    cleaned.encode()


@pytest.mark.parametrize("character", ["\x00", "\x1b", "\u202e", "\ud800", "\ufffe"])
def test_characters_that_may_not_be_shown_become_visible(character: str) -> None:
    assert clean(f"a{character}b") == "a\N{REPLACEMENT CHARACTER}b"


def test_emoji_stay_whole() -> None:
    assert clean("👩‍👩‍👧") == "👩‍👩‍👧"


@given(st.text(max_size=200), st.integers(5, 60))
def test_shortened_text_keeps_to_its_limit_and_both_ends(text: str, limit: int) -> None:
    short = shorten(text, limit)
    assert len(short) <= limit
    if len(text) > limit:
        assert "…" in short
        assert short[0] == clean(text[0])
        assert short[-1] == clean(text[-1])
    else:
        assert short == clean(text)


def test_widths_grow_with_the_text_and_wide_characters_count_double() -> None:
    assert title_width("iii", 11) < title_width("WWW", 11)
    assert number_width("漢", 11) == 2 * number_width("a", 11)
    assert title_width("e\N{COMBINING ACUTE ACCENT}", 11) == title_width("e", 11)


def test_titles_are_as_wide_as_adobe_says() -> None:
    metrics = Path(matplotlib.get_data_path(), "fonts", "afm", "phvb8a.afm").read_text()
    widths = {int(code): int(wide) for code, wide in re.findall(r"^C (\d+) ; WX (\d+) ;", metrics, re.M)}
    for code in {*range(32, 127)} - {ord("'"), ord("`")}:  # typographic quotes in this encoding
        assert title_width(chr(code), 1000) == pytest.approx(widths[code]), chr(code)
    assert [title_width(quote, 1000) for quote in "'`"] == pytest.approx([238, 333])


def test_widths_beyond_ascii_are_estimated() -> None:
    wide, narrow, hidden = "漢", "é", "\N{ZERO WIDTH JOINER}"
    assert [title_width(character, 100) for character in (wide, narrow, hidden, "\x7f")] == [125.0, 65.0, 0.0, 65.0]
    assert title_width("\N{REPLACEMENT CHARACTER}", 100) == 105.0
    marks = "\N{COMBINING ACUTE ACCENT}\N{COMBINING ENCLOSING CIRCLE}"
    assert [number_width(text, 1000) for text in (wide, narrow, hidden, marks)] == [1204.0, 602.0, 0.0, 0.0]


def test_two_thirds_of_a_shortened_text_are_its_beginning() -> None:
    assert shorten("layer0.neuron1.w0", 12) == "layer0.n….w0"
    assert shorten("layer0.neuron1.w0", 16) == "layer0.neu…n1.w0"
    assert shorten("layer0.neuron1.w0", 17) == "layer0.neuron1.w0"


@pytest.mark.parametrize("show", [draw, lambda y: explain(y, y), lambda y: repr(naive_backward(y)), spy, stepper])
def test_a_label_that_is_no_text_is_named(show):
    y = Value(2.0, label="x") * 3
    y.label = 7
    with pytest.raises(TypeError, match=r"a label is a text, got int 7: write v\.label = '7'"):
        show(y)
    y.label = None
    show(y)
