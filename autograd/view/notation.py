"""How numbers, names and operations are written: one place for drawings, the stepper, text trees and explanations."""

from __future__ import annotations

import math
import re
import unicodedata
from collections.abc import Sequence
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from autograd import by_hand, ops
from autograd.numerics.real import as_float
from autograd.system.letters import MINUS, UNPRINTABLE, clean, shorten, with_minus

if TYPE_CHECKING:
    from autograd.value import Value

INFIX = ("+", MINUS, "×", "÷", "^", "%", "//")
ABOVE_THE_LINE = str.maketrans("0123456789", "⁰¹²³⁴⁵⁶⁷⁸⁹")
FROM_BELOW = str.maketrans("₀₁₂₃₄₅₆₇₈₉", "0123456789")
ALOUD = {
    "+": "plus",
    MINUS: "minus",
    "×": "times",
    "÷": "divided by",
    "^": "to the power of",
    "%": "modulo",
    "//": "floor-divided by",
    "=": "equals",
}
ALOUD |= {"′": "prime", "²": "squared", "³": "cubed", "√": "root", "∂": "gradient", "‖": "", "(": "", ")": ""}
MANY = 6  # a sum of more terms than this is shown by its first and last ones
NO_GRADIENT = "∂ –"

# Advance widths of Helvetica-Bold in thousandths of the size, from Adobe's published AFM tables, characters
# 32 to 126; Arial Bold and Liberation Sans Bold share them. Other characters are estimated below.
_HELVETICA_BOLD = [
    278, 333, 474, 556, 556, 889, 722, 238, 333, 333, 389, 584, 278, 333, 278, 278, 556, 556, 556, 556,
    556, 556, 556, 556, 556, 556, 333, 333, 584, 584, 584, 611, 975, 722, 722, 722, 722, 667, 611, 778,
    722, 278, 556, 722, 611, 833, 722, 778, 667, 778, 722, 667, 611, 722, 667, 944, 667, 667, 611, 333,
    278, 333, 584, 556, 333, 556, 611, 556, 611, 556, 333, 611, 611, 278, 278, 556, 278, 889, 611, 611,
    611, 611, 389, 556, 333, 611, 556, 778, 556, 556, 500, 389, 280, 389, 584,
]  # fmt: skip
_MONOSPACE = 0.602  # DejaVu Sans Mono, Menlo and Consolas advance by 0.55 to 0.602 of their size


def number(x: float, spec: str = ".4g") -> str:
    """x in the format `spec` with a real minus sign, as in `−0.4823`.

    >>> number(-1234567.0), number(0.1 + 0.2), number(-0.25, ".2f")
    ('−1.235e+06', '0.3', '−0.25')
    """
    return with_minus(format(float(x), spec))


def factor(x: float, spec: str = ".4g") -> str:
    """x as it stands in a product or a sum: `2`, `(−3)`."""
    text = number(x, spec)
    return f"({text})" if text.startswith(MINUS) else text


def gradient(x: float | None, spec: str = ".4g") -> str:
    """`∂ 0.5`; `∂ –` for None, which stands for "no backward has been run"."""
    return NO_GRADIENT if x is None else f"∂ {number(x, spec)}"


def counted(count: int, thing: str) -> str:
    """`1 use`, `62,650 uses`."""
    return f"{count:,} {thing}{'' if count == 1 else 's'}"


def several(names: Sequence[str], most: int = 3, length: int = 40) -> str:
    """The first names, each cut, and how many more there are.

    >>> several(["a", "b", "c", "d", "e"])
    'a, b, c and 2 more'
    """
    more = f" and {len(names) - most:,} more" if len(names) > most else ""
    return ", ".join(shorten(name, length) for name in names[:most]) + more


def aloud(text: str) -> str:
    """A formula in words, for what reads signs out or leaves them out.

    >>> aloud("∂L/∂d × (−72) = tanh′(x₂) ^ 2")
    'derivative of L by d times minus 72 equals tanh prime of x 2 to the power of 2'
    """
    text = re.sub(r"∂(\S+?)/∂(\S+)", r"derivative of \1 by \2", text)
    text = re.sub(rf"\(({MINUS}[^()]+)\)", r"\1", text)
    text = re.sub(r" \((\d+ terms)\)", r", \1", text)
    text = re.sub(rf"(\d)e([+{MINUS}]?)0*(\d+)", r"\1 times 10 to the power of \2\3", text).replace(
        "power of +", "power of "
    )
    text = re.sub(r"([₀-₉]+)", lambda found: " " + found[1].translate(FROM_BELOW), text)
    text = re.sub(r"(?<=[\w′])\(", " of (", text)
    for sign, word in ALOUD.items():
        text = text.replace(sign, f" {word} ")
    return re.sub(r"\s+([,.:])", r"\1", " ".join(text.split()))


def label_of(value: Any) -> str:
    """The label of a Value, "" where it is None, blank or no label at all."""
    text = by_hand.label_of(value)
    return "" if text.isspace() else text


def title_width(text: str, size: float) -> float:
    """Width in points of `text` in bold Helvetica of `size` points (an estimate beyond ASCII)."""
    return size * sum(_bold_width(character) for character in text)


def number_width(text: str, size: float) -> float:
    """Width in points of `text` in a monospace font of `size` points."""
    return size * sum(_MONOSPACE * _columns(character) for character in text)


@lru_cache(maxsize=4096)
def _bold_width(character: str) -> float:
    code = ord(character)
    if 32 <= code < 127:
        return _HELVETICA_BOLD[code - 32] / 1000
    columns = _columns(character)
    if character == UNPRINTABLE:
        return 1.05
    return 1.25 if columns == 2 else 0.65 * columns


@lru_cache(maxsize=4096)
def _columns(character: str) -> int:
    if unicodedata.combining(character) or unicodedata.category(character) in ("Mn", "Me", "Cf"):
        return 0
    return 2 if unicodedata.east_asian_width(character) in "WF" else 1


# An operation in writing -------------------------------------------------------------------------------------------

# How tightly operations bind, and how tightly what stands in their places has to, in order not to need brackets.
_SUM, _PRODUCT, _POWER, _FUNCTION = 1, 2, 3, 4
_BINDS = {
    **dict.fromkeys((ops.add, ops.sub, ops.neg, ops.total, ops.dot), _SUM),
    **dict.fromkeys((ops.mul, ops.div, ops.power_partial), _PRODUCT),
    ops.pow: _POWER,
}  # by row and not by name: an operation of one's own may have any name
_ASKS = {
    ops.add: (_SUM, _SUM),
    ops.sub: (_SUM, _PRODUCT),
    ops.neg: (_PRODUCT,),
    ops.mul: (_PRODUCT, _PRODUCT),
    ops.div: (_PRODUCT, _POWER),
    ops.pow: (_FUNCTION, _FUNCTION),
}


_INDEXED = (ops.softmax_entry, ops.cross_entropy)  # their first operand says which of the others is meant


def is_unseen(node: Value, place: int) -> bool:
    """Whether operand number `place` is a number that gets no card: it says which of the others is meant, is shown by
    the symbol of a derivative of a power, or is the bias 0 of a dot product that was given none."""
    if node.op is ops.power_partial:
        return type(node.operands[place]) is float
    if node.op is ops.dot:
        return place == len(node.operands) - 1 and _without_bias(node)
    return place == 0 and node.op in _INDEXED


def _without_bias(node: Value) -> bool:
    bias = node.operands[-1]
    return isinstance(bias, float) and bias == 0.0


def operation_symbol(node: Value, names: Sequence[str] = ("a", "b")) -> str:
    """The operation of `node` for a header: `×`, `tanh`, with an index where it has one `softmax[1]`; for a derivative
    of a power with the `names` of its operands, `d/dx of x²`."""
    assert node.op is not None
    if node.op is ops.power_partial:
        return _power_partial(node, names)
    if node.op is ops.dot and _without_bias(node):
        return "w·x"
    symbol = clean(node.op.symbol)
    return f"{symbol}[{node.operands[0]:.0f}]" if node.op in _INDEXED else symbol


def _power_partial(node: Value, names: Sequence[str]) -> str:
    """`d/dx of x²`, `d²/da db of a^b`."""
    exponent, *orders = node.operands[1:]
    by = [(name, round(as_float(order))) for name, order in zip(names, orders, strict=False) if order]
    total = sum(order for _, order in by)
    below = " ".join(f"d{name}{_raised(order)}" for name, order in by)
    whole = isinstance(exponent, float) and exponent.is_integer() and exponent >= 0
    power = f"{names[0]}{_raised(round(as_float(exponent)))}" if whole else f"{names[0]}^{names[1]}"
    return f"d{_raised(total)}/{below} of {power}" if by else power


def _raised(number: int, unwritten: int = 1) -> str:
    return "" if number == unwritten else str(number).translate(ABOVE_THE_LINE)


def formula(node: Value, operands: Sequence[str]) -> str:
    """The operation of `node` on operands that are written already: `a × b`, `tanh(n)`, `w0 × x0 + b`.

    >>> from autograd import Value
    >>> formula(Value(2.0) * 3.0, ["a", "3"])
    'a × 3'
    """
    assert node.op is not None
    row = node.op
    if row.symbol in INFIX and len(operands) == 2:
        return f" {row.symbol} ".join(operands)
    if row is ops.neg:
        return f"{MINUS}{operands[0]}"
    if row is ops.dot:
        half = len(operands) // 2
        products = [f"{w} × {x}" for w, x in zip(operands[:half], operands[half:-1], strict=True)]
        return _elided(products if _without_bias(node) else [*products, operands[-1]], " + ")
    if row is ops.total:
        return _elided(operands, " + ")
    inside = [o[1:-1] if _is_bracketed(o) else o for o in operands]
    if row is ops.power_partial:
        return _power_rule(node, operands)
    if row is ops.softmax_entry:
        return f"softmax({_elided(inside[1:], ', ')})[{node.operands[0]:.0f}]"
    if row is ops.cross_entropy:
        return f"cross_entropy([{_elided(inside[1:], ', ')}], {node.operands[0]:.0f})"
    return f"{clean(row.name)}({_elided(inside, ', ')})"


def _power_rule(node: Value, operands: Sequence[str]) -> str:
    """`3 × x ^ 2` for the derivative of x ^ 3 by x; by the exponent, as the table calls it."""
    _, exponent, k, m = node.operands
    if m or not isinstance(exponent, float):
        return f"power_partial({', '.join(operands)})"
    order = round(as_float(k))
    times = math.prod([exponent - i for i in range(order)])
    return f"{factor(times)} × {operands[0]} ^ {factor(exponent - order)}"


def as_operand(text: str, made_by: Value, node: Value, place: int) -> str:
    """`text`, which writes out the operation `made_by`, for operand number `place` of `node`: in brackets if needed.

    >>> from autograd import Value
    >>> a = Value(2.0)
    >>> sum_ = a + 1
    >>> [as_operand("a + 1", sum_, node, 1) for node in (a + sum_, a - sum_, a * sum_)]
    ['a + 1', '(a + 1)', '(a + 1)']
    """
    assert made_by.op is not None
    binds, asks = _BINDS.get(made_by.op, _FUNCTION), _asked(node, place)
    minus_inside = place > 0 and asks > 0 and text.startswith(MINUS)
    return f"({text})" if binds < asks or minus_inside else text


def _asked(node: Value, place: int) -> int:
    """How tightly operand number `place` of `node` has to bind; 0 between the brackets of a function."""
    assert node.op is not None
    if node.op is ops.dot:
        return _SUM if place == len(node.operands) - 1 else _PRODUCT
    if node.op is ops.total:
        return _SUM
    return _ASKS.get(node.op, (0,) * len(node.operands))[place]


def _is_bracketed(text: str) -> bool:
    """Whether `text` is one negative number or term in brackets, which it does not need between commas."""
    return text.startswith(f"({MINUS}") and text.find(")") == len(text) - 1


def _elided(terms: Sequence[str], separator: str) -> str:
    """All terms, or the first and last of many with their number."""
    if len(terms) <= MANY:
        return separator.join(terms)
    return separator.join([*terms[: MANY - 3], "…", *terms[-2:]]) + f" ({len(terms)} terms)"
