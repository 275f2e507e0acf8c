"""Tables: a CSV file as the rows and targets a network can be trained on.

`read_csv` gives the cells as text with their line numbers; `Encoding` decides which columns are numbers and
which are categories, and turns rows of text into rows of numbers. Whatever is wrong with a file is a
TableError: one line that says where and what to do.
"""

from __future__ import annotations

import csv
import re
import sys
from collections import Counter
from collections.abc import Collection, Iterable, Sequence
from dataclasses import asdict, dataclass
from io import StringIO
from pathlib import Path
from typing import Any

from nn.basics.checks import did_you_mean
from nn.data.rows import Rows
from nn.data.scaling import one_hot

LARGEST = 1e150
"""Numbers beyond this cannot be squared in double precision, which a mean squared error has to do."""

MOST_CATEGORIES = 50
"""A column with more different texts than this, in more than half of its rows, names rows instead of grouping them."""

MOST_CLASSES = 10
"""A target of whole numbers is taken for classes up to this many different ones, each met 5 times on average."""

WRITTEN_NUMBER = re.compile(r"[-+]?(\d*,\d+|\d{1,3}(,\d{3})+(\.\d+)?|\d+([.,]\d+)?\s?%)")
"""A number that Python does not read: 12,5 with a decimal comma, 1,250,000 with thousands marked, 3.1%."""

MOST_LISTED = 10
"""Names or texts in one message."""


class TableError(ValueError):
    """A table that cannot be read or used; the message says why in one line."""


@dataclass(frozen=True)
class Table:
    """A CSV file: column names, rows of text, and the line of the file on which each row ends."""

    names: list[str]
    rows: list[list[str]]
    lines: list[int]

    def column(self, name: str) -> list[str]:
        """The cells of one column. TableError, with the names there are, when there is no such column."""
        if name not in self.names:
            guess = did_you_mean(name, self.names)
            raise TableError(f"no column {name!r}; the columns are: {listed(self.names)}{guess}")
        place = self.names.index(name)
        return [row[place] for row in self.rows]


def read_csv(path: str | Path) -> Table:
    """A comma, semicolon or tab separated file in UTF-8, whose first line names the columns; cells are stripped.

    TableError for a file that cannot be read, is no text, has no rows, rows of unequal length or unusable
    column names.
    """
    text = _read_text(Path(path))
    first = text.lstrip().partition("\n")[0]
    reader = csv.reader(StringIO(text, newline=""), delimiter=max(",;\t", key=first.count), strict=True)
    try:
        numbered = [(reader.line_num, [cell.strip() for cell in row]) for row in reader if any(map(str.strip, row))]
    except csv.Error as error:
        raise TableError(f"{path}, line {reader.line_num}: not a CSV file: {error}") from error
    if len(numbered) < 2:
        raise TableError(f"{path}: the table is empty: expected a line of column names and at least one row below it")
    names = numbered[0][1]
    _check_names(path, names)
    for line, row in numbered[1:]:
        if len(row) != len(names):
            raise TableError(f"{path}, line {line}: {len(row)} cells where the first line names {len(names)} columns")
    return Table(names, [row for _, row in numbered[1:]], [line for line, _ in numbered[1:]])


def _read_text(path: Path) -> str:
    try:
        text = (sys.stdin.buffer.read() if str(path) == "-" else path.read_bytes()).decode("utf-8-sig")
    except OSError as error:
        raise TableError(f"cannot read {path}: {error.strerror or error}") from error
    except UnicodeDecodeError as error:
        raise TableError(f"{path} is not a text file in UTF-8 (byte {error.start}); save it as CSV in UTF-8") from error
    if "\0" in text:
        raise TableError(f"{path} is not a text file: it contains zero bytes")
    return text


def _check_names(path: str | Path, names: list[str]) -> None:
    twice = [name for name, count in Counter(names).items() if count > 1]
    if "" in names or twice:
        raise TableError(f"{path}: every column needs a name of its own, got {', '.join(names) or 'none'}")


@dataclass(frozen=True)
class Column:
    """How one column becomes numbers: itself, or one-hot over its categories (`values`, None for a number)."""

    name: str
    values: tuple[str, ...] | None = None

    def encode(self, table: Table) -> Rows:
        """One row of numbers per row of the table; TableError for a cell that is no number, or a category not seen."""
        cells = zip(table.column(self.name), table.lines, strict=True)
        if self.values is None:
            return [[self._number(cell, line)] for cell, line in cells]
        return [one_hot(self._position(cell, line), len(self.values)) for cell, line in cells]

    def labels(self) -> list[str]:
        """Names of the numbers: "length", or "colour=red", "colour=blue"."""
        return [self.name] if self.values is None else [f"{self.name}={value}" for value in self.values]

    def classes(self, table: Table) -> list[int]:
        """The number of the category of each row."""
        return [self._position(*pair) for pair in zip(table.column(self.name), table.lines, strict=True)]

    def _number(self, cell: str, line: int) -> float:
        number = _as_number(cell)
        if number is None:
            raise TableError(f"line {line}, column {self.name!r}: expected a number, got {cell!r}")
        return number

    def _position(self, cell: str, line: int) -> int:
        assert self.values is not None
        if cell not in self.values:
            raise TableError(f"line {line}, column {self.name!r}: {cell!r} is none of {listed(self.values)}")
        return self.values.index(cell)


def look_at(table: Table, name: str, categorical: bool = False, advice: str = "leave it out with --ignore") -> Column:
    """Decide what a column is: numbers when more than half of its cells are, categories otherwise (or when
    asked for).

    TableError for an empty, nan or inf cell, for text among numbers, for numbers written as no program reads them
    (12,5 or 3.1%), and for texts that differ in nearly every row.
    """
    cells = table.column(name)
    for cell, line in zip(cells, table.lines, strict=True):
        if not cell or _not_finite(cell):
            raise TableError(
                f"line {line}, column {name!r}: {cell or 'an empty cell'!r} is not usable: fill in or leave out the row"
            )
    numbers = sum(_as_number(cell) is not None for cell in cells)
    if numbers * 2 > len(cells) and not categorical:
        column = Column(name)
        column.encode(table)
        return column
    if not categorical:
        _refuse_written_numbers(table, name)
    values = (
        tuple(dict.fromkeys(cells))
        if numbers < len(cells)
        else tuple(sorted(set(cells), key=lambda cell: (float(cell), cell)))
    )
    if len(values) > MOST_CATEGORIES and len(values) * 2 > len(cells):
        raise TableError(
            f"column {name!r} has {len(values)} different values in {len(cells)} rows, too many for categories: "
            + advice
        )
    return Column(name, values)


def _refuse_written_numbers(table: Table, name: str) -> None:
    """TableError when most cells are numbers to a reader and texts to a program: every one would be a category."""
    cells = table.column(name)
    written = [(cell, line) for cell, line in zip(cells, table.lines, strict=True) if WRITTEN_NUMBER.fullmatch(cell)]
    if written and 2 * (len(written) + sum(_as_number(cell) is not None for cell in cells)) > len(cells):
        cell, line = written[0]
        raise TableError(
            f"line {line}, column {name!r}: {cell!r} looks like a number, but is none: write 12.5 for 12,5 and 0.031 "
            "for 3.1%, without marks between thousands, or ask for categories (--categorical; the target: "
            "--task classification)"
        )


def listed(names: Sequence[str]) -> str:
    """The first few of them, and how many more there are."""
    more = f" and {len(names) - MOST_LISTED} more" if len(names) > MOST_LISTED else ""
    return ", ".join(names[:MOST_LISTED]) + more


def _as_number(cell: str) -> float | None:
    """The finite number a cell holds, or None. (float() would also take "1_000", which no table means.)"""
    try:
        number = float(cell)
    except ValueError:
        return None
    return None if "_" in cell or not abs(number) <= LARGEST else number


def _not_finite(cell: str) -> bool:
    return cell.lower().lstrip("+-") in {"nan", "inf", "infinity"}


@dataclass(frozen=True)
class Encoding:
    """How the columns of a table become input numbers and one target.

    `to_dict` and `from_dict` carry it through JSON, so that a saved model can be used on new rows.
    """

    inputs: tuple[Column, ...]
    target: Column

    @classmethod
    def of(
        cls,
        table: Table,
        target: str,
        ignore: Collection[str] = (),
        categorical: Collection[str] = (),
        task: str = "auto",
    ) -> Encoding:
        """Look at every column of the table but the ignored ones. `task`: "auto", "classification" or "regression"."""
        for name in (target, *ignore, *categorical):
            table.column(name)
        if target in ignore:
            raise TableError(f"{target!r} is the column to predict: it cannot be left out with --ignore")
        names = [name for name in table.names if name != target and name not in ignore]
        if not names:
            raise TableError(f"no column is left to learn {target!r} from")
        inputs = tuple(look_at(table, name, name in categorical) for name in names)
        return cls(inputs, look_at_target(table, target, task))

    def X(self, table: Table) -> Rows:
        """The inputs as numbers, not yet scaled."""
        parts = [column.encode(table) for column in self.inputs]
        return [[number for cells in row for number in cells] for row in zip(*parts, strict=True)]

    def y(self, table: Table) -> list[Any]:
        """The target: class numbers (int) or numbers (float)."""
        if self.target.values is not None:
            return self.target.classes(table)
        return [row[0] for row in self.target.encode(table)]

    def labels(self) -> list[str]:
        """A name for every input number."""
        return [label for column in self.inputs for label in column.labels()]

    def notes(self, table: Table) -> list[str]:
        """A line about each column that became many inputs: more than a reader of the table would think of."""
        return [
            f"column {column.name!r} holds {len(column.values)} different texts in {len(table.rows)} rows and became "
            f"{len(column.values)} inputs; --ignore {column.name!r} leaves it out"
            for column in self.inputs
            if column.values and (len(column.values) > MOST_CLASSES or len(column.values) * 2 > len(table.rows))
        ]

    def to_dict(self) -> dict[str, Any]:
        return {"inputs": [asdict(column) for column in self.inputs], "target": asdict(self.target)}

    @classmethod
    def from_dict(cls, saved: dict[str, Any]) -> Encoding:
        return cls(tuple(_column(c) for c in saved["inputs"]), _column(saved["target"]))


def _column(saved: dict[str, Any]) -> Column:
    return Column(saved["name"], None if saved["values"] is None else tuple(saved["values"]))


def look_at_target(table: Table, name: str, task: str = "auto") -> Column:
    """The target's column: classes when its cells are text, or few different whole numbers; a number otherwise.

    TableError when all rows have the same target: there would be nothing to learn.
    """
    advice = "as a target it would have to hold numbers"
    column = look_at(table, name, categorical=task == "classification", advice=advice)
    if task == "auto" and column.values is None and _looks_like_classes(table.column(name)):
        column = look_at(table, name, categorical=True)
    if task == "regression" and column.values is not None:
        raise TableError(f"column {name!r} holds text; regression needs numbers")
    if len(set(table.column(name))) < 2:
        raise TableError(f"every row has the same {name!r} ({table.column(name)[0]}): there is nothing to learn")
    return column


def _looks_like_classes(cells: Iterable[str]) -> bool:
    numbers = [float(cell) for cell in cells]
    different = len(set(numbers))
    whole = all(number.is_integer() for number in numbers)
    return whole and different <= MOST_CLASSES and len(numbers) >= 5 * different
