"""Numbers and names as pictures write them."""

import math
import re
import xml.dom.minidom
from collections.abc import Callable
from html import escape
from pathlib import Path

import matplotlib
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

import autograd
from autograd import (
    OPERATIONS,
    Value,
    cross_entropy,
    dot,
    draw,
    explain,
    naive_backward,
    operation,
    softmax,
    spy,
    stepper,
    tanh,
    total,
)
from autograd.system.letters import shorten
from autograd.view.notation import (
    MINUS,
    aloud,
    as_operand,
    clean,
    counted,
    factor,
    formula,
    gradient,
    is_unseen,
    label_of,
    number,
    number_width,
    operation_symbol,
    title_width,
)


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
    assert [title_width(character, 100) for character in (wide, narrow, hidden)] == [125.0, 65.0, 0.0]
    assert [title_width(character, 100) for character in ("\x1f", "\x7f")] == [65.0, 65.0]  # beside ASCII's letters
    assert title_width("\N{REPLACEMENT CHARACTER}", 100) == 105.0
    marks = "\N{COMBINING ACUTE ACCENT}\N{COMBINING ENCLOSING CIRCLE}"
    assert [number_width(text, 1000) for text in (wide, narrow, hidden, marks)] == [1204.0, 602.0, 0.0, 0.0]


def test_two_thirds_of_a_shortened_text_are_its_beginning() -> None:
    assert shorten("layer0.neuron1.w0", 12) == "layer0.n….w0"
    assert shorten("layer0.neuron1.w0", 16) == "layer0.neu…n1.w0"
    assert shorten("layer0.neuron1.w0", 17) == "layer0.neuron1.w0"


@pytest.mark.parametrize("show", [draw, lambda y: explain(y, y), lambda y: repr(naive_backward(y)), spy, stepper])
def test_a_label_that_is_no_text_is_shown_as_text(show):
    y = Value(2.0, label="x") * 3
    y.label = 7
    assert show(y)
    assert label_of(y) == "7"
    y.label = None
    assert show(y)


# An operation in writing --------------------------------------------------------------------------------------------


def test_factors_have_brackets_where_they_are_negative() -> None:
    assert [factor(x) for x in (2.0, -3.0, -0.0, math.nan)] == ["2", f"({MINUS}3)", f"({MINUS}0)", "nan"]
    assert factor(-0.5, ".2f") == f"({MINUS}0.50)"


def written(value: Value) -> str:
    """A whole graph as one formula in numbers."""
    if value.op is None:
        return factor(value.data, ".17g")
    operands = [
        factor(o, ".17g")
        if not isinstance(o, Value)
        else as_operand(written(o), o, value, place)
        if o.op is not None
        else written(o)
        for place, o in enumerate(value.operands)
    ]
    return formula(value, operands)


def evaluated(text: str) -> float:
    """What Python makes of a formula, whose operators bind as they do in mathematics."""
    python = text.translate(str.maketrans({MINUS: "-", "×": "*", "÷": "/"})).replace("^", "**")
    return float(eval(python, {"tanh": math.tanh, "mean": lambda *xs: math.fsum(xs) / len(xs)}))


LEAVES = st.sampled_from([-3.0, -1.5, -0.25, 0.5, 2.0]).map(Value)
EXPRESSIONS = st.recursive(
    LEAVES,
    lambda inner: st.one_of(
        st.tuples(inner, inner).map(lambda two: two[0] + two[1]),
        st.tuples(inner, inner).map(lambda two: two[0] - two[1]),
        st.tuples(inner, inner).map(lambda two: two[0] * two[1]),
        st.tuples(inner, inner).map(lambda two: two[0] / two[1]),
        st.tuples(inner, st.sampled_from([2.0, -1.0, 3.0])).map(lambda two: two[0] ** two[1]),
        inner.map(lambda one: -one),
        inner.map(tanh),
        st.tuples(inner, inner).map(autograd.mean),
        st.tuples(inner, inner, inner).map(total),
        st.tuples(inner, inner, inner, inner, inner).map(lambda five: dot(five[:2], five[2:4], five[4])),
    ),
    max_leaves=8,
)


@given(EXPRESSIONS)
def test_a_formula_says_what_was_computed(value: Value) -> None:
    assume(all(1e-3 < abs(node.data) < 1e3 for node in autograd.topological_order(value)))
    assert evaluated(written(value)) == pytest.approx(value.data, rel=1e-6)


@pytest.mark.parametrize(
    ("make", "text"),
    [
        (lambda a, b: b - (a * 2 + b), "3 − (2 × 2 + 3)"),
        (lambda a, b: b + (a * 2 + b), "3 + 2 × 2 + 3"),
        (lambda a, b: b / (a * b), "3 ÷ (2 × 3)"),
        (lambda a, b: a * b / b, "2 × 3 ÷ 3"),
        (lambda a, b: (a * b) ** 2, "(2 × 3) ^ 2"),
        (lambda a, b: (a**b) ** 2, "(2 ^ 3) ^ 2"),
        (lambda a, b: tanh(a) ** 2, "tanh(2) ^ 2"),
        (lambda a, b: a**2 * b, "2 ^ 2 × 3"),
        (lambda a, b: -(a * b), "−2 × 3"),
        (lambda a, b: -(a + b), "−(2 + 3)"),
        (lambda a, b: a + -b, "2 + (−3)"),
        (lambda a, b: -a + b, "−2 + 3"),
        (lambda a, b: tanh(-a), "tanh(−2)"),
        (lambda a, b: autograd.mean([-a * b, -3.0 - (b - a)]), "mean((−2) × 3, (−3) − (3 − 2))"),
        (lambda a, b: autograd.maximum(-3 * a * -1, -3.0), "maximum((−3) × 2 × (−1), −3)"),
        (lambda a, b: dot([a + b, -a], [b, a * a], -b), "(2 + 3) × 3 + (−2) × 2 × 2 + (−3)"),
        (lambda a, b: dot([a], [a + b], a + b), "2 × (2 + 3) + 2 + 3"),
        (lambda a, b: autograd.maximum(a, -(a + b)), "maximum(2, −(2 + 3))"),
        (lambda a, b: total([-a, -b, a - b]), "−2 + (−3) + 2 − 3"),
        (lambda a, b: softmax([a, b, -a])[1], "softmax(2, 3, −2)[1]"),
        (lambda a, b: cross_entropy([a, -b], 0), "cross_entropy([2, −3], 0)"),
    ],
)  # fmt: skip
def test_brackets_stand_where_they_are_needed_and_nowhere_else(make: Callable[..., Value], text: str) -> None:
    assert written(make(Value(2.0), Value(3.0))) == text


def test_an_operation_of_ones_own_is_written_as_a_call_whatever_its_name() -> None:
    @operation(1.0, 2.0, 3.0)
    def dot(x: float, y: float, z: float) -> float:
        return x + 2 * y + 3 * z

    @operation(2.0)
    def neg(x: float) -> float:
        return 2 * x

    y = neg(dot(Value(1.0), Value(2.0), Value(3.0)))
    (inner,) = y.parents
    assert formula(inner, ["a", "b", "c"]) == "dot(a, b, c)"
    assert formula(y, ["d"]) == "neg(d)"
    assert as_operand("neg(d)", y, y * y, 1) == "neg(d)"


def test_the_first_operand_of_softmax_and_cross_entropy_is_an_index() -> None:
    a, b = Value(2.0), Value(3.0)
    entry, loss = softmax([a, b])[1], cross_entropy([a, b], 0)
    symbols = [operation_symbol(node) for node in (entry, loss, a * b, tanh(a))]
    assert symbols == ["softmax[1]", "cross entropy[0]", "×", "tanh"]
    assert [is_unseen(entry, place) for place in range(3)] == [True, False, False]
    assert not is_unseen(a * b, 0)


def test_a_dot_product_without_bias_says_nothing_of_one() -> None:
    a, b = Value(2.0), Value(3.0)
    for bias, symbol, text, seen in (
        (0.0, "w·x", "a × b", False),
        (1.0, "w·x+b", "a × b + 1", True),
        (Value(0.0), "w·x+b", "a × b + 1", True),
    ):
        y = dot([a], [b], bias)
        assert operation_symbol(y) == symbol
        assert formula(y, ["a", "b", "1"]) == text
        assert is_unseen(y, 2) == (not seen)
    assert "0" not in [card.title for card in draw(dot([a], [b])).picture.cards]
    assert draw(dot([a], [b])).text().count("\n") == 2


def test_the_number_of_terms_reads_well_aloud() -> None:
    assert aloud("a + … + z (26 terms)") == "a plus … plus z, 26 terms"


def test_up_to_six_terms_are_written_out() -> None:
    names = "abcdefg"
    for count, written in ((6, "a + b + c + d + e + f"), (7, "a + b + c + … + f + g (7 terms)")):
        assert formula(total([Value(1.0)] * count), names[:count]) == written


@pytest.mark.parametrize("symbol", ["+", "−", "×", "÷", "^"])
def test_an_infix_symbol_of_ones_own_stands_between_two_operands_or_not_at_all(symbol: str) -> None:
    """`y = a = 2 = 3` was what the stepper said of an operation of one operand with the symbol +."""

    @operation(lambda a, y: 1.0, symbol=symbol)
    def plus1(a: float) -> float:
        return a + 1

    a = Value(2.0, "a")
    y = plus1(a)
    assert formula(y, ["a"]) == "plus1(a)"
    assert "y = plus1(a) = plus1(2) = 3" in stepper(y).text()
    assert "y = plus1(a) = 3" in str(explain(y, a))


def test_derivatives_of_powers_say_so_and_have_no_constants() -> None:
    """`∂^` with three grey pills was what they were."""
    x, p = Value(1.5, "x"), Value(2.0, "p")
    cube = OPERATIONS["power_partial"](x, 3.0, 1.0, 0.0)
    found = {
        "d/dx of x³": cube,
        "d²/dx² of x³": OPERATIONS["power_partial"](x, 3.0, 2.0, 0.0),
        "d/dx of x^0.5": OPERATIONS["power_partial"](x, 0.5, 1.0, 0.0),
        "d/dx of x": OPERATIONS["power_partial"](x, 1.0, 1.0, 0.0),
        "d/dp of x^p": OPERATIONS["power_partial"](x, p, 0.0, 1.0),
        "d³/dx² dp of x^p": OPERATIONS["power_partial"](x, p, 2.0, 1.0),
        "d/dp of 2^p": OPERATIONS["power_partial"](2.0, p, 0.0, 1.0),
    }
    for title, y in found.items():
        for level in ("values", "clusters"):
            cards = draw(y, level=level, names={y: "y"}).picture.cards  # type: ignore[attr-defined]
            assert f"y = {title}" in [card.title for card in cards]
            assert not any(card.kind == "constant" for card in cards)
    assert "cube = 3 × x ^ 2 = 3 × 1.5 ^ 2 = 6.75" in stepper(cube).text()
    assert "= 6 × x ^ 1 =" in stepper(found["d²/dx² of x³"]).text()
    assert "= power_partial(x, p, 0, 1) =" in stepper(found["d/dp of x^p"]).text()


@pytest.mark.parametrize("text", ["\x1b[31m", "\x00", "\ud800", "\x7f", "\u202e", "a\nb"])
def test_what_no_xml_file_may_hold_is_nowhere_in_pictures(text: str) -> None:
    """In labels, symbols and names of operations, file names; and it never reaches a terminal."""

    @operation(lambda a, y: 1.0, symbol=text)
    def unit(a: float) -> float:
        return a

    code = compile("y = a * a + a", text, "exec") if "\x00" not in text and "\ud800" not in text else "y = a * a + a"
    names = {"a": Value(2.0, text)}
    with autograd.trace_lines():
        exec(code, names)
    y = unit(names["y"])
    y.label = text
    shown, walked, told = draw(y, title=text), stepper(y), explain(y, names["a"])
    for svg in (shown.svg, walked.animated_svg(), spy(y).svg, walked.picture.svg(styled=())):
        xml.dom.minidom.parseString(svg.encode())
    page = f"{walked.page}{shown.page}{told._repr_mimebundle_()['text/html']}"
    texts = f"{shown.text()}{shown.text(plain=True)}{walked.text()}{told}{naive_backward(y)}{shown!r}{walked!r}"
    assert not set(page + texts) & set(text.replace("a\nb", "\x00").replace("[31m", ""))
    (page + texts + str(shown.to_dot().source)).encode()


@pytest.mark.parametrize("spec", ["\x00>9.3g", "\ud800<9.2f", "\x1b>9", "\x1b>3.4g"])
def test_a_number_format_that_cannot_be_shown_is_refused(spec: str) -> None:
    for function in (draw, stepper):
        with pytest.raises(ValueError, match="which no picture can show"):
            function(Value(2.0) * 3, number_format=spec)
