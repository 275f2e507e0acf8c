"""Files: a CSV file as column names and rows of text, with the line on which each row ends.

Read are the files that spreadsheets, pandas, R and the web export; what was odd about one stands in the notes. What
cannot be read is a TableError, which names every problem at once, with its lines and what to do.
"""

import csv
import errno
import gzip
import re
import sys
import zlib
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, replace
from io import StringIO
from itertools import compress, islice
from pathlib import Path
from typing import Self

from nn.basics.checks import did_you_mean
from nn.data.cells import as_float

DELIMITERS = ",|;\t"  # where several fit, the last one: commas stand in texts and numbers, too
LOOKED_AT = 30  # rows, to find the delimiter
MOST_LISTED = 10  # names or texts in one message
SAID = re.compile(r"sep=(.)[ \t]*(?:\r\n?|\n)", re.IGNORECASE)  # the delimiter, as Excel takes it
BINARY = re.compile(r"[\0-\x08\x0e-\x1f]")  # no letters of any text
LONGEST = 60  # letters of a cell or name in a message


class TableError(ValueError):
    """A table that cannot be read or used: one line that says why, or a line for every problem."""


def refuse(problems: Sequence[object], where: str = "") -> None:
    """TableError with all problems, if there are any."""
    if problems:
        several = [f"{len(problems)} problems"] if len(problems) > 1 else []
        raise TableError(where + "\n  ".join([*several, *map(str, problems)]))


@contextmanager
def noting(problems: list[object], kind: type[TableError] = TableError) -> Iterator[None]:
    """A problem met in the block goes to the others, so that the rest can be looked at."""
    try:
        yield
    except kind as problem:
        problems.append(problem)


@dataclass(frozen=True)
class Table:
    """Column names, rows of text, the line of the file on which each row ends, and what was odd about the file."""

    names: list[str]
    rows: list[list[str]]
    lines: list[int]
    notes: tuple[str, ...] = ()
    decimal: str = ""  # the mark in its numbers, where they can be read both ways and somebody knows

    def column(self, name: str) -> list[str]:
        """The cells of one column. TableError, with the names there are, when there is no such column."""
        if name not in self.names:
            guess = did_you_mean(name, self.names)
            raise TableError(f"no column {short(name)}; the columns are: {listed(self.names)}{guess}")
        place = self.names.index(name)
        return [row[place] for row in self.rows]

    def only(self, kept: Iterable[object]) -> Self:
        """The rows for which `kept` holds something true."""
        marks = list(kept)
        return replace(self, rows=list(compress(self.rows, marks)), lines=list(compress(self.lines, marks)))


def read_csv(path: str | Path, decimal: str = "") -> Table:
    """A file separated by commas, semicolons, tabs or bars, whose first line names the columns; cells are stripped.

    UTF-8, UTF-16 or Latin-1, also compressed by gzip; "-" is the standard input. TableError for a file that cannot be
    read, is no text, has no rows, rows of unequal length or unusable column names.
    """
    text, notes = _text(path)
    said = SAID.match(text)
    records = _records(path, text[said.end() :] if said else text, said[1] if said else "", 1 if said else 0)
    if len(records) < 2:
        raise TableError(f"{path}: the table is empty: expected a line of column names and at least one row below it")
    lines, rows = [line for line, _ in records[1:]], [row for _, row in records[1:]]
    names, kept = _layout(records[0][1], rows)
    refuse(_problems(names, names[kept], rows, lines), f"{path}: ")
    if kept.start:
        notes.append(f"the first column has no name and is left out ({listed([row[0] for row in rows[:3]])}, …)")
    if all(as_float(name) is not None for name in names[kept]):
        notes.append(f"the first line, which names the columns, is all numbers: {listed(names[kept])}")
    return Table(names[kept], [row[kept] for row in rows], lines, tuple(notes), decimal)


def _standard_input() -> bytes:
    if sys.stdin is None:
        raise OSError(errno.EBADF, "standard input is closed")
    if hasattr(sys.stdin, "buffer"):
        return sys.stdin.buffer.read()
    return sys.stdin.read().encode()  # a notebook's, or whatever else a program has put in its place


def _text(path: str | Path) -> tuple[str, list[str]]:
    """What is written in a file, and what to say about its encoding."""
    try:
        data = _standard_input() if str(path) == "-" else Path(path).read_bytes()
        data = gzip.decompress(data) if data.startswith(b"\x1f\x8b") else data
    except (OSError, EOFError, zlib.error) as error:
        raise TableError(f"cannot read {path}: {getattr(error, 'strerror', None) or error}") from error
    wide = data.startswith((b"\xff\xfe", b"\xfe\xff"))
    for encoding in ["utf-16"] if wide else ["utf-8-sig", "cp1252", "latin-1"]:
        with suppress(UnicodeDecodeError):
            text = data.decode(encoding)
            break
    else:
        text = "\0"
    if "\0" in text or (encoding in ("cp1252", "latin-1") and BINARY.search(text)):
        zero = " (it contains zero bytes)" if b"\0" in data else ""
        raise TableError(f"{path} is not a text file in UTF-8, UTF-16 or Latin-1{zero}: save the table as CSV")
    return text, [f"the file is not in UTF-8: read as Latin-1 ({encoding})"] if encoding[-1] in "21" else []


def _records(path: str | Path, text: str, delimiter: str, skipped: int) -> list[tuple[int, list[str]]]:
    """(line, cells) of all records that hold something."""
    file = StringIO(text, newline="")
    delimiter = delimiter or max(DELIMITERS, key=lambda mark: (_share(file, mark), DELIMITERS.index(mark)))
    file.seek(0)
    reader = csv.reader(file, delimiter=delimiter, strict=True, skipinitialspace=True)
    try:
        cells = ((reader.line_num + skipped, list(map(str.strip, row))) for row in reader)
        return [(line, row) for line, row in cells if any(row)]
    except csv.Error as error:
        raise TableError(f"{path}, line {reader.line_num + skipped}: not a CSV file: {error}") from error


def _share(file: StringIO, delimiter: str) -> float:
    """The share of the first rows that have as many cells as there are names above them; 0 for a single column."""
    file.seek(0)
    widths: list[int] = []
    with suppress(csv.Error):
        reader = csv.reader(file, delimiter=delimiter, strict=True, skipinitialspace=True)
        widths.extend(len(row) for row in islice(filter(any, reader), LOOKED_AT))
    if not widths or widths[0] < 2:
        return 0.0
    return sum(widths[0] <= width <= widths[0] + 1 for width in widths) / len(widths)


def _layout(names: list[str], rows: list[list[str]]) -> tuple[list[str], slice]:
    """A name for each column, "" where it has none, and the columns to keep.

    Nameless is an index at the left (for which R leaves no place among the names), and nothing behind a last delimiter.
    """
    width = Counter(map(len, rows)).most_common(1)[0][0]
    ended = not any(row[-1] for row in rows if len(row) == width)
    if width == len(names) + 1:
        names = [*names, ""] if ended else ["", *names]
    elif width == len(names) - 1 and not names[-1]:
        names = names[:-1]
    return names, slice(0 if names[0] else 1, len(names) - (ended and not names[-1]))


def _problems(names: list[str], kept: list[str], rows: list[list[str]], lines: list[int]) -> list[str]:
    """What makes a file unusable."""
    found = []
    twice = [f"{short(name)} names {count}" for name, count in Counter(filter(None, kept)).items() if count > 1]
    without = [f"column {i} has none" for i, name in enumerate(kept, 1 + len(names) - len(kept)) if not name]
    if twice or without:
        wanting = cut([*twice, *without])
        found.append(f"every column needs a name of its own: {wanting} (a file's first line names its columns)")
    ragged = [f"line {n}: {len(row)} cells" for n, row in zip(lines, rows, strict=True) if len(row) != len(names)]
    if ragged:
        found.append(f"{cut(ragged)} where the first line names {len(names)} columns")
    return found


def listed(names: Sequence[str]) -> str:
    """The first few names, each told from the next."""
    return cut(list(map(shown, names)))


def cut(items: Sequence[str]) -> str:
    """The first few, and how many more there are."""
    more = f" and {len(items) - MOST_LISTED} more" if len(items) > MOST_LISTED else ""
    return ", ".join(items[:MOST_LISTED]) + more


def short(text: str) -> str:
    """A cell or name in quotes, for messages."""
    return repr(text if len(text) <= LONGEST else f"{text[:LONGEST]}…")


def shown(name: str) -> str:
    """A name as it stands, or in quotes where one could not see where it ends."""
    return name if name.isprintable() and "," not in name and 0 < len(name) <= LONGEST else short(name)
