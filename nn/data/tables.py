"""Tables: a CSV file as the rows and targets a network can be trained on.

`Encoding` decides which columns are numbers and which are categories, and turns rows of text into rows of numbers.
"""

import re
import shlex
from collections import Counter
from collections.abc import Collection
from dataclasses import asdict, dataclass, field, replace
from functools import cached_property
from typing import Any, Self

from autograd import mean
from nn.data.cells import MISSING, QUANTITIES, as_float, as_number, decimal_mark
from nn.data.files import Table, TableError, cut, listed, noting, refuse, short
from nn.data.files import read_csv as read_csv  # is asked for here, too
from nn.data.rows import Rows

LARGEST = 1e150
"""Numbers beyond this cannot be squared in double precision, which a mean squared error has to do."""

MOST_CATEGORIES = 100
"""A column with more different texts names things instead of grouping them: each would be an input. Ten times as many
are taken where somebody asks for it."""

FEW_CATEGORIES = 50
"""So does a column with more than this, in more than half of its rows."""

MOST_CLASSES = 10
"""A target of whole numbers is taken for classes up to this many different ones, each met 5 times on average."""

EMPTY = "missing"  # the category of missing cells


class Useless(TableError):
    """A column that nothing can be learnt from: an input is left out, and that is said."""


@dataclass(frozen=True)
class Column:
    """How one column becomes numbers: itself, or one-hot over its categories (`values`, None for a number)."""

    name: str
    values: tuple[str, ...] | None = None
    decimal: str = "."  # the mark in its numbers
    missing: float | str | None = None  # what a missing cell counts as; None: there must be none

    def encode(self, table: Table) -> list[Any]:
        """A column of numbers for every label; TableError for cells that are no number, or a category not seen."""
        found = self.read(table)
        if self.values is None:
            return [found]
        columns = [[0.0] * len(found) for _ in self.values]
        for row, category in enumerate(found):
            columns[category][row] = 1.0
        return columns

    def labels(self) -> list[str]:
        """Names of the numbers: "length", or "colour=red", "colour=blue"."""
        return [self.name] if self.values is None else [f"{self.name}={value}" for value in self.values]

    def read(self, table: Table) -> list[Any]:
        """The number, or the number of the category, of each row; TableError as `encode`."""
        cells = table.column(self.name)
        meant = {cell: self.meaning(cell) for cell in dict.fromkeys(cells)}
        if bad := [cell for cell, number in meant.items() if number is None]:
            given = cut([short(cell) if cell else "an empty cell" for cell in bad])
            mark = "point" if self.decimal == "." else "comma"
            number = f"expected a number with a decimal {mark}, not beyond {LARGEST:g}, got {given}"
            wanted = f"{given} is none of {listed(self.values)}" if self.values else number
            raise TableError(f"{_where(table, self.name, bad)}: {wanted}")
        return [meant[cell] for cell in cells]

    def meaning(self, cell: str) -> float | int | None:
        """The number, or the number of the category, of a cell; None where it is neither."""
        given = self.missing if cell in MISSING and self.missing is not None else cell
        if isinstance(given, float):
            return given
        if self.values is not None:
            return self._places.get(_kind(given, self.decimal))
        number = as_number(given, self.decimal)
        return None if number is None or not abs(number) <= LARGEST else number

    @cached_property
    def _places(self) -> dict[float | str, int]:
        return {_kind(value, self.decimal): k for k, value in enumerate(self.values or ())}

    def filled(self, table: Table) -> Self:
        """With something for missing cells to count as: the mean of those in the table, or a category of their own."""
        if self.values is not None:
            new = () if _kind(EMPTY, self.decimal) in self._places else (EMPTY,)
            return replace(self, values=self.values + new, missing=EMPTY)
        known = self.read(_whole(table, self.name))
        return replace(self, missing=float(mean(known))) if known else self


def _kind(cell: str, decimal: str) -> float | str:
    """What makes two cells one category: the number, or the text whatever its capitals and blanks."""
    number = as_number(cell, decimal)
    return " ".join(cell.split()).casefold() if number is None else number


def _where(table: Table, name: str, cells: Collection[str]) -> str:
    """The lines on which a column holds one of these cells."""
    cells = set(cells)
    lines = [line for cell, line in zip(table.column(name), table.lines, strict=True) if cell in cells]
    return f"{_lines(lines)}, column {short(name)}"


def _lines(lines: Collection[int]) -> str:
    return f"line{'s' if len(lines) > 1 else ''} {cut(list(map(str, lines)))}"


def _whole(table: Table, *names: str) -> Table:
    """The rows that have something in all these columns."""
    columns = [table.column(name) for name in names]
    return table.only(MISSING.isdisjoint(cells) for cells in zip(*columns, strict=True)) if names else table


def look_at(table: Table, name: str, categorical: bool = False, decimal: str = "") -> Column:
    """Decide what a column is: numbers when more than half of its cells are, categories otherwise (or when asked for).

    TableError for text among numbers, numbers that can be read in two ways (unless `decimal` says which), dates, and
    numbers with a unit; Useless for a column without cells, and for texts that differ in nearly every row.
    """
    table = _whole(table, name)
    cells = Counter(table.column(name))
    if not table.rows:
        raise Useless(f"column {short(name)} has no cell with something in it")
    decimal = _decimal(table, name, cells, decimal or "." * categorical)
    numbers = sum(n for cell, n in cells.items() if any(as_number(cell, mark) is not None for mark in ".,"))
    if 2 * numbers > len(table.rows) and not categorical:
        column = Column(name, None, decimal)
        column.read(table)
        return column
    if not categorical:
        _refuse_quantities(table, name, cells)
    kinds = _kinds(cells, decimal)
    most = FEW_CATEGORIES if len(kinds) * 2 > len(table.rows) else MOST_CATEGORIES
    if len(kinds) > most * (10 if categorical and most == MOST_CATEGORIES else 1):
        raise Useless(
            f"column {short(name)} has {len(kinds)} different values in {len(table.rows)} rows, too many for categories"
        )
    order = sorted(kinds) if all(isinstance(kind, float) for kind in kinds) else kinds
    return Column(name, tuple(max(kinds[kind], key=cells.__getitem__) for kind in order), decimal)


def _kinds(cells: Collection[str], decimal: str) -> dict[Any, list[str]]:
    """The spellings of each category."""
    kinds: dict[Any, list[str]] = {}
    for cell in cells:
        kinds.setdefault(_kind(cell, decimal), []).append(cell)
    return kinds


def _decimal(table: Table, name: str, cells: Counter[str], others: str) -> str:
    """The decimal mark of a column: where both are possible, that of the others; else the one that Python knows."""
    mark = decimal_mark(cells)
    if mark == "?" and not others and any("," in cell for cell in cells):
        cell = next(cell for cell in cells if as_number(cell) != as_number(cell, ","))
        raise TableError(
            f"{_where(table, name, [cell])}: {short(cell)} can be read as {as_number(cell):.15g} and as "
            f"{as_number(cell, ','):.15g}, and nothing in the table tells which: say --decimal . or --decimal ,"
        )
    if mark == "":  # either is right, or neither
        return max(".,", key=lambda m: sum(count for cell, count in cells.items() if as_number(cell, m) is not None))
    return mark if mark != "?" else others or "."


def _others(table: Table, names: Collection[str]) -> str:
    """The decimal mark of a table, if somebody knows it or its columns agree."""
    marks = {decimal_mark({*table.column(name)} - MISSING) for name in names} & {".", ","}
    return table.decimal or "".join(marks) * (len(marks) == 1)


def _as_written(table: Table, column: Column, others: str) -> Column:
    """The column with the decimal mark of this table, which may be another than that of the one learnt from."""
    cells = Counter(cell for cell in table.column(column.name) if cell not in MISSING)
    mark = column.decimal if column.values else _decimal(table, column.name, cells, others or column.decimal)
    return replace(column, decimal=mark)


def _refuse_quantities(table: Table, name: str, cells: Counter[str]) -> None:
    """TableError where most cells are numbers to a reader and texts to a program: every one would be a category."""
    for what, pattern in QUANTITIES.items():
        found = [cell for cell in cells if pattern.fullmatch(cell)]
        if 2 * sum(cells[cell] for cell in found) > len(table.rows):
            raise TableError(
                f"{_where(table, name, found)}: {short(found[0])} is {what}: write a number into each cell (a unit "
                "belongs into the name of the column), leave it out with --ignore, or take every text for a category: "
                "--categorical, and for the target --task classification"
            )


@dataclass(frozen=True)
class Encoding:
    """How the columns of a table become input numbers and one target.

    `to_dict` and `from_dict` carry it through JSON, so that a saved model can be used on new rows:

        {"inputs": [{"name": "age", "values": null, "decimal": ".", "missing": 41.5}, …], "target": {…}, "missing": ""}

    with the categories of each column as `values` (null for numbers) and what counts for a missing cell as `missing`.
    """

    inputs: tuple[Column, ...]
    target: Column
    missing: str = ""  # rows with missing cells are left out ("skip"), the cells filled ("fill"), or not there ("")
    notes: tuple[str, ...] = field(default=(), compare=False)  # more than a reader of the table would think of

    @classmethod
    def of(
        cls,
        table: Table,
        target: str,
        ignore: Collection[str] = (),
        categorical: Collection[str] = (),
        task: str = "auto",
        missing: str = "",
    ) -> Self:
        """Look at every column of the table but the ignored ones. `task`: "auto", "classification" or "regression".

        `missing` is that of the Encoding. TableError with all that is wrong.
        """
        names = _inputs(table, target, ignore, categorical)
        decimal = _others(table, [*names, target])
        inputs: list[Column] = []
        problems, useless = list[object](), list[object]()
        for name in names:
            with noting(problems), noting(problems if name in categorical else useless, Useless):
                inputs.append(look_at(table, name, name in categorical, decimal))
        with noting(problems):
            goal = look_at_target(table, target, task, decimal)
        used = [*(column.name for column in inputs), target]
        holes = {name: n for name in used if (n := sum(cell in MISSING for cell in table.column(name)))}
        where, rows = cut([f"{n} in {short(name)}" for name, n in holes.items()]), len(table.rows)
        whole = _whole(table, *used)
        gone = f"{rows - len(whole.rows)} of {rows} rows"
        if holes and not missing:
            lines = _lines(sorted({*table.lines} - {*whole.lines}))
            problems.append(
                f"missing cells, {where} ({lines}): --missing skip leaves {gone} out, --missing fill "
                f"{holes.get(target, 0)}: it takes the mean of a column or a category of its own"
            )
        if not whole.rows and missing == "skip":
            problems.append(f"no row is complete: {where} are missing; --ignore leaves a column out")
        notes = [*table.notes, *(f"{reason}: it is left out" for reason in useless)]
        if not inputs and not problems:
            problems += [f"no column is left to learn {short(target)} from", *notes]
        refuse(problems)
        if holes and missing == "skip":
            rest = cls.of(replace(whole, notes=()), target, {*table.names} - {*used}, categorical, task)
            notes.append(f"{gone} have missing cells ({where}) and are left out")
            return replace(rest, missing=missing, notes=(*notes, *rest.notes))
        if holes:
            inputs = [c.filled(table) if c.name in holes or c.values is None else c for c in inputs]  # in new rows too
            notes.append(f"missing cells, {where}, get the mean of their column or the category {EMPTY!r}")
            if target in holes:
                notes.append(f"{holes[target]} rows without a target are left out")
        return cls(tuple(inputs), goal, missing, (*notes, *_written(table, [*inputs, goal]), *_many(table, inputs)))

    def X(self, table: Table) -> Rows:
        """The inputs as numbers, not yet scaled; TableError for everything that was not so in training."""
        columns, problems = list[Any](), list[object]()
        others = _others(table, [column.name for column in self.inputs])
        for column in self.inputs:
            with noting(problems):
                columns += _as_written(table, column, others).encode(table)
        refuse(problems)
        return list(map(list, zip(*columns, strict=True)))

    def y(self, table: Table) -> list[Any]:
        """The target: class numbers (int) or numbers (float)."""
        return _as_written(table, self.target, _others(table, [self.target.name])).read(table)

    def usable(self, table: Table, target: bool = True) -> Table:
        """The rows that have all they need: with `missing="skip"` every cell, else the `target`, if that is needed."""
        inputs = [column.name for column in self.inputs] if self.missing == "skip" else []
        return _whole(table, *inputs, *([self.target.name] if target and self.missing else []))

    def filled(self, table: Table) -> Self:
        """The same with the means of these rows, those to learn from, for missing cells."""
        filled = (column if column.missing is None else column.filled(table) for column in self.inputs)
        return replace(self, inputs=tuple(filled))

    def labels(self) -> list[str]:
        """A name for every input number."""
        return [label for column in self.inputs for label in column.labels()]

    def to_dict(self) -> dict[str, Any]:
        columns = [asdict(column) for column in self.inputs]
        return {"inputs": columns, "target": asdict(self.target), "missing": self.missing}

    @classmethod
    def from_dict(cls, saved: dict[str, Any]) -> Self:
        """What `to_dict` gave, now or in an earlier version."""
        *inputs, target = (
            Column(**{**column, "values": None if column["values"] is None else tuple(column["values"])})
            for column in (*saved["inputs"], saved["target"])
        )
        return cls(tuple(inputs), target, saved.get("missing", ""))


def _inputs(table: Table, target: str, ignore: Collection[str], categorical: Collection[str]) -> list[str]:
    """The names of the columns to learn from."""
    problems: list[object] = []
    options = {target: "target"} | dict.fromkeys(ignore, "ignore") | dict.fromkeys(categorical, "categorical")
    for name, option in options.items():
        with noting(problems):
            _check_one(table, name, option)
            table.column(name)
    if target in ignore:
        problems.append(f"{short(target)} is the column to predict: it cannot be left out with --ignore")
    refuse(problems)
    return [name for name in table.names if name != target and name not in ignore]


def _check_one(table: Table, name: str, option: str) -> None:
    """TableError, with what to write, for several columns named in one text: `--ignore a,b`."""
    several = [part for part in map(str.strip, re.split("[,;]", name)) if part in table.names]
    if name not in table.names and len(several) > 1:
        named = [f"--{option} {shlex.quote(part)}" for part in several]
        one = f"one column is predicted: {named[0]}"
        how = one if option == "target" else f"name them one by one: {' '.join(named)}"
        raise TableError(f"no column {short(name)}; {how}")


def _written(table: Table, columns: Collection[Column]) -> list[str]:
    """What is read otherwise than it is written: numbers as only people write them, and spellings of one category."""
    odd, same = [], []
    for column in columns:
        cells = [cell for cell in dict.fromkeys(table.column(column.name)) if cell not in MISSING]
        if column.values is None:
            if cell := next((cell for cell in cells if as_float(cell) != column.meaning(cell)), ""):
                odd.append(f"{short(cell)} in column {short(column.name)} is read as {column.meaning(cell):.15g}")
        else:
            several = [texts for texts in _kinds(cells, column.decimal).values() if len(texts) > 1]
            same += [f"{' and '.join(map(short, texts))} in column {short(column.name)}" for texts in several]
    return [f"numbers: {cut(odd)}"] * bool(odd) + [f"the same category: {cut(same)}"] * bool(same)


def _many(table: Table, columns: Collection[Column]) -> list[str]:
    """A line about each column that became many inputs."""
    return [
        f"column {short(column.name)} holds {len(column.values)} different texts in {len(table.rows)} rows and became "
        f"{len(column.values)} inputs; --ignore {short(column.name)} leaves it out"
        for column in columns
        if column.values and (len(column.values) > MOST_CLASSES or len(column.values) * 2 > len(table.rows))
    ]


def look_at_target(table: Table, name: str, task: str = "auto", decimal: str = "") -> Column:
    """The target's column: classes when its cells are text, or few different whole numbers; a number otherwise.

    TableError when all rows have the same target: there would be nothing to learn.
    """
    try:
        column = look_at(table, name, task == "classification", decimal)
    except Useless as reason:
        raise TableError(f"{reason}: as a target it would have to hold numbers") from None
    found = column.read(_whole(table, name))
    if len(set(found)) < 2:
        raise TableError(f"every row has the same {short(name)} ({table.column(name)[0]}): there is nothing to learn")
    if task == "auto" and column.values is None and _looks_like_classes(found):
        return look_at(table, name, True, column.decimal)
    if task == "regression" and column.values is not None:
        raise TableError(f"column {short(name)} holds text; regression needs numbers")
    return column


def _looks_like_classes(numbers: list[float]) -> bool:
    different = len(set(numbers))
    whole = all(number.is_integer() for number in numbers)
    return whole and different <= MOST_CLASSES and len(numbers) >= 5 * different
