"""How pictures write numbers and names: one place for drawings, the stepper and text trees."""

from __future__ import annotations

import unicodedata
from functools import lru_cache
from typing import Any

from autograd.ops import described

MINUS = "\N{MINUS SIGN}"
NO_GRADIENT = "∂ –"
UNPRINTABLE = "\N{REPLACEMENT CHARACTER}"

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
    return format(float(x), spec).replace("-", MINUS)


def gradient(x: float | None, spec: str = ".4g") -> str:
    """`∂ 0.5`; `∂ –` for None, which stands for "no backward has been run"."""
    return NO_GRADIENT if x is None else f"∂ {number(x, spec)}"


def counted(count: int, thing: str) -> str:
    """`1 use`, `62,650 uses`."""
    return f"{count:,} {thing}{'' if count == 1 else 's'}"


def clean(text: str) -> str:
    """`text` on one line, with characters that no XML file or terminal may hold made visible.

    Control characters and lone surrogates are not allowed in XML; direction overrides would let a label
    reorder the text around it. The zero-width joiner stays: emoji are built with it.

    >>> clean("a\\tb\\x00c")
    'a b�c'
    """
    return "".join(_clean_character(character) for character in text)


def _clean_character(character: str) -> str:
    if character.isprintable() or character == "\N{ZERO WIDTH JOINER}":
        return character
    return " " if character.isspace() else UNPRINTABLE


def shorten(text: str, limit: int) -> str:
    """`text` cleaned and cut to at most `limit` characters, its end kept: names differ at their ends.

    >>> shorten("layer0.neuron1.w0", 12)
    'layer0.n….w0'
    """
    if len(text) <= limit:
        return clean(text)
    tail = (limit - 1) // 3
    return f"{clean(text[: limit - 1 - tail])}…{clean(text[len(text) - tail :])}"


def label_of(value: Any) -> str:
    """The label of a Value, "" where it is None. TypeError for a label that was set to anything but text."""
    if not isinstance(value.label or "", str):
        raise TypeError(f"a label is a text, got {described(value.label)}: write v.label = {str(value.label)!r}")
    return value.label or ""


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


def _columns(character: str) -> int:
    if unicodedata.combining(character) or unicodedata.category(character) in ("Mn", "Me", "Cf"):
        return 0
    return 2 if unicodedata.east_asian_width(character) in "WF" else 1
