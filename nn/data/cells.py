"""Cells: how people write numbers, and what is none though it begins like one.

    1234.5   1,234.50   1'234.5    with a decimal point, and marks between thousands or none
    1234,5   1.234,50   1 234,5    with a decimal comma

"1,234" can be either: what it means, its column has to say, or another one in the file.
"""

import re
from collections.abc import Collection

MISSING = {"", "NA", "N/A", "n/a", "#N/A", "<NA>", "NaN", "nan", "NAN", "-nan", "NULL", "Null", "null", "?", "-"}
"""What people and programs write where there is nothing to write."""

_MARKS = {".": ",", ",": "."}  # a decimal mark, and the one that then stands between thousands, as these may:
_BLANKS = " '’\N{NO-BREAK SPACE}\N{THIN SPACE}\N{NARROW NO-BREAK SPACE}"
_NUMBER = {
    mark: re.compile(
        rf"[-+]?((\d+|(?=[{mark}]\d))([{mark}]\d*)?([eE][-+]?\d+)?"
        rf"|[1-9]\d{{0,2}}([{_BLANKS}{other}])\d{{3}}(\5\d{{3}})*([{mark}]\d*)?)"
    )
    for mark, other in _MARKS.items()
}
_PLAIN = {mark: str.maketrans(mark, ".", _BLANKS + other) for mark, other in _MARKS.items()}

_DAY = r"\d{4}[-/.]\d\d?[-/.]\d\d?|\d\d?[-/.]\d\d?[-/.](\d\d){1,2}|(\d\d?\.? )?[A-Z][a-z]+\.?( \d\d?)?,? \d{4}"
_CLOCK = r"\d\d?:\d\d(:\d\d([.,]\d+)?)?( ?[AaPp]\.?[Mm]\.?)?"
_UNIT = "kg|m?g|t|lbs?|oz|[kcm]?m|ft|in|mi|m?l|m?s|min|h|[kM]?W|k?V|[kMG]?Hz|[kKMGT]B|mph|C|F|USD|EUR|GBP"
_WRITTEN = r"[-+−]?\d([\d.,'’]|\s(?=\d{3}))*"
QUANTITIES = {
    "a date or a time": re.compile(rf"({_DAY})([T ,]+{_CLOCK}\S*)?|{_CLOCK}"),
    "a number with something beside it": re.compile(
        rf"([-+−]?[$€£¥<>≤≥~]|[A-Z]{{3}}\s)\s?{_WRITTEN}|{_WRITTEN}(-|\s?[%‰°$€£¥]\S*|\s?({_UNIT})|\s+[^\W\d]\w*)"
        rf"|\([$€£¥]?{_WRITTEN}\)"
    ),
}
"""Texts that mean an amount: a column of them is no column of categories."""


def as_float(cell: str) -> float | None:
    """A number as programs write it, inf among them, nan not. (float() also takes "1_000", which no table means.)"""
    try:
        number = float(cell)
    except ValueError:
        return None
    return None if "_" in cell or number != number else number


def as_number(cell: str, decimal: str = ".") -> float | None:
    """The number in a cell, with this decimal mark; None for a text.

    >>> as_number("1,234.50"), as_number("1.234,50", ","), as_number("−3"), as_number("12 kg")
    (1234.5, 1234.5, -3.0, None)
    """
    if decimal == "." and (number := as_float(cell)) is not None:
        return number
    cell = cell.replace("−", "-")
    return float(cell.translate(_PLAIN[decimal])) if _NUMBER[decimal].fullmatch(cell) else None


def decimal_mark(cells: Collection[str]) -> str:
    """The one mark with which all cells are numbers; "?" where both do, but not the same ones; "" for the rest.

    >>> decimal_mark(["1.5", "2"]), decimal_mark(["1.250,5"]), decimal_mark(["1,250"]), decimal_mark(["1", "2"])
    ('.', ',', '?', '')
    """
    point, comma = (all(as_number(cell, mark) is not None for cell in cells) for mark in ".,")
    if point and comma:
        return "?" if any(as_number(cell) != as_number(cell, ",") for cell in cells) else ""
    return "." if point else "," if comma else ""
