"""`python -m nn predict`: the rows of a table with a saved model's answers beside them."""

import csv
import errno
import sys
from collections.abc import Iterable, Sequence
from io import StringIO
from typing import Any

from autograd.system.files import write_whole
from autograd.system.terminal import complain
from nn.command_line.options import name_given, new_parser, outcome
from nn.command_line.predictor import Predictor, load_predictor
from nn.data.files import Table, TableError, read_csv
from nn.metrics import accuracy, r2


def main(arguments: Sequence[str] | None = None, program: str = "python -m nn predict") -> int:
    """Write the predictions; 0 when they are all there, 1 when the output is lost, 2 when the input was wrong."""
    return outcome(program, lambda: _run(arguments, program))


def _run(arguments: Sequence[str] | None, program: str) -> int:
    parser = new_parser(
        program,
        "Apply a model that was trained on a table to new rows: they are written as CSV with a column of predictions. "
        "Columns may stand in any order and have others beside them; where the target is among them, how good the "
        "predictions are is said on standard error.",
    )
    parser.add_argument(
        "model", metavar="MODEL", type=name_given, help="model.json, or the folder of a training with --csv"
    )
    parser.add_argument(
        "file", metavar="FILE", type=name_given, nargs="?", default="-", help="the rows (default: -, standard input)"
    )
    parser.add_argument("--output", metavar="FILE", type=name_given, help="where to write (default: standard output)")
    parser.add_argument("--probabilities", action="store_true", help="one more column for every class")
    options = parser.parse_args(arguments)
    predictor, table = load_predictor(options.model), read_csv(options.file)
    answers = predictor.predict(table)
    for note in table.notes:
        complain(f"note: {note}")
    if skipped := answers.count(None):
        complain(
            f"note: {skipped} of {len(answers)} rows lack a cell and have no prediction: training left such rows out"
        )
    columns: dict[str, Iterable[Any]] = {f"predicted_{predictor.encoding.target.name}": answers}
    if options.probabilities:
        names, none = predictor.classes or (), list[Any]([""]) * len(predictor.classes or ())
        shares = zip(*(share or none for share in predictor.probabilities(table)), strict=True)
        columns |= {f"probability_{name}": share for name, share in zip(names, shares, strict=True)}
    text = _as_csv(table, columns)
    if options.output:
        write_whole(options.output, text)
    elif sys.stdout is None:
        raise OSError(errno.EBADF, "standard output is closed")
    elif (stream := getattr(sys.stdout, "buffer", None)) is None or sys.stdout.isatty():
        print(text, end="")
    else:  # every letter as it is: only a terminal could be steered by them
        stream.write(text.encode())
    if predictor.encoding.target.name in table.names:
        complain(_score(predictor, table, answers))
    return 0


def _as_csv(table: Table, columns: dict[str, Iterable[Any]]) -> str:
    """The table with `columns` at its right; their numbers read back to the last bit."""
    writer = csv.writer(text := StringIO(), lineterminator="\n")
    writer.writerow([*table.names, *(f"{name}_2" if name in table.names else name for name in columns)])
    writer.writerows([*row, *more] for row, *more in zip(table.rows, *columns.values(), strict=True))
    return text.getvalue()


def _score(predictor: Predictor, table: Table, answers: list[Any]) -> str:
    """What the answers are worth, for a table that has the target."""
    answered = dict(zip(table.lines, answers, strict=True))
    try:
        table = predictor.complete(table, target=True)
        targets = predictor.encoding.y(table)
    except TableError as error:
        return f"no score: {error}"
    if not targets:
        return "no score: every row lacks a cell"
    answers = [answered[line] for line in table.lines]
    if (classes := predictor.classes) is None:
        return f"R² {r2(answers, targets):.4f} on {len(targets)} rows"
    return f"accuracy {accuracy(answers, [classes[k] for k in targets]):.1%} on {len(targets)} rows"
