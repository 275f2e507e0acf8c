"""A saved model on new rows: its file alone says how cells become numbers and answers; nothing in it is run as code."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from itertools import pairwise
from numbers import Integral, Real
from pathlib import Path
from typing import Any

from autograd import no_grad, softmax
from nn.basics.checks import did_you_mean
from nn.basics.nested import is_list, plain
from nn.data.files import Table, TableError, listed, read_csv
from nn.data.rows import Sets, as_list
from nn.data.scaling import Scaler
from nn.data.tables import Encoding
from nn.metrics import predicted_class
from nn.neuron import MLP
from nn.training.model_file import read


@dataclass(frozen=True)
class Translation:
    """The way from the cells of a table to the numbers that a network sees, and from its answers back."""

    encoding: Encoding
    scaler: Scaler
    target_scaler: Scaler | None  # of a number to predict

    @property
    def classes(self) -> tuple[str, ...] | None:
        """The names of the classes; None where a number is predicted."""
        return self.encoding.target.values

    @property
    def columns(self) -> list[str]:
        """The columns that the model learnt from."""
        return [column.name for column in self.encoding.inputs]

    def about(self) -> dict[str, Any]:
        """What a model's file says of it: all that `load_predictor` needs, and what people may want to know."""
        labels, scaler = self.encoding.labels(), asdict(self.scaler)
        told = {"columns": self.encoding.to_dict(), "inputs": labels, "input_scaler": scaler}
        if self.target_scaler is None:
            return told | {"classes": self.classes, "answer": "one score per class: the largest is the class"}
        told["target_scaler"] = asdict(self.target_scaler)
        return told | {"answer": "one number: target = answer·scale + offset"}

    def complete(self, table: Table, target: bool = False) -> Table:
        """The rows that have all they need, as in training. TableError, with what is missing, for missing columns."""
        if lacking := [name for name in self.columns if name not in table.names]:
            guess = did_you_mean(lacking[0], [name for name in table.names if name not in self.columns])
            raise TableError(
                f"the table lacks {len(lacking)} of the {len(self.columns)} columns that the model learnt from: "
                f"{listed(lacking)}; it has: {listed(table.names)} (a file's first line names them){guess}"
            )
        return self.encoding.usable(table, target)

    def scaled_row(self, row: Sequence[float]) -> list[float]:
        """An encoded row as the network sees it."""
        return self.scaler([row])[0]

    def scaled(self, part: Sets) -> Sets:
        """Encoded rows and targets as the network learns them: a number is standardised as the inputs are."""
        scale = self.target_scaler
        return self.scaler(part[0]), [z for (z,) in scale([[y] for y in part[1]])] if scale else part[1]

    def answer(self, output: Any) -> Any:
        """What an output of the network says: the name of a class, or a number in the units of the target."""
        if self.target_scaler is not None:
            return self.target_scaler.inverse([[output]])[0][0]
        return (self.classes or ())[predicted_class(output)]


@dataclass(frozen=True)
class Predictor(Translation):
    """A trained model with the way to it and back, as `load_predictor` gives it."""

    model: MLP

    def predict(self, rows: Any) -> list[Any]:
        """The name of a class, or a number, for every row.

        `rows` are a CSV file's path, a pandas table or a list of dicts, with columns in any order and others beside
        them, or a list of lists with the cells in the order of `predictor.columns`. ValueError where a column is
        missing, or a cell is no number or a category that was not there to learn from. Missing cells are filled as in
        training; where rows that lack one were left out in training (`--missing skip`), None stands for them.
        """
        return [output if output is None else self.answer(output) for output in self.outputs(rows)]

    def probabilities(self, rows: Any) -> list[list[float] | None]:
        """The softmax of the outputs: for every row one number per class, in the order of `predictor.classes`."""
        if self.classes is None:
            raise TableError(f"{self.encoding.target.name!r} is a number: only classes have probabilities")
        return [output and plain(softmax(output)) for output in self.outputs(rows)]

    def outputs(self, rows: Any) -> list[Any]:
        """What the network itself puts out for every row: a list of scores, or one standardised number."""
        table = self._table(rows)
        complete = self.complete(table)
        with no_grad():
            outputs = [plain(self.model(row)) for row in self.scaler(self.encoding.X(complete))]
        return list(map(dict(zip(complete.lines, outputs, strict=True)).get, table.lines))

    def _table(self, rows: Any) -> Table:
        if isinstance(rows, str | Path):
            return read_csv(rows)
        if isinstance(rows, Table):
            return rows
        given = rows.to_dict("records") if hasattr(rows, "to_dict") else as_list(rows)
        named = [row if isinstance(row, Mapping) else self._named(row) for row in given]
        names = list(dict.fromkeys(name for row in named for name in row)) or self.columns
        return Table(names, [[_text(row.get(name)) for name in names] for row in named], list(range(len(named))))

    def _named(self, row: Any) -> dict[str, Any]:
        if not is_list(row) or len(row) != len(self.columns):
            raise TableError(f"expected a dict, or the cells of {listed(self.columns)}, got the row {row!r:.60}")
        return dict(zip(self.columns, row, strict=True))


def _text(cell: Any) -> str:
    """A cell as a file might have it; "1.25e0" for 1.25, which is one number with any decimal mark."""
    if not isinstance(cell, Real) or isinstance(cell, Integral):
        return "" if cell is None else str(cell)
    return f"{number}e0" if "." in (number := repr(float(cell))) and "e" not in number else number


def load_predictor(path: str | Path) -> Predictor:
    """The model that `python -m nn --csv FILE --target COLUMN` saved at `path`: its file, or the folder it is in.

    OSError where there is no such file, ValueError for a file of another kind. Whatever it holds, no code is run.
    """
    try:
        content = read(Path(path) / "model.json" if Path(path).is_dir() else path)
        about, state = content["about"], content["state"]
        network = about["network"]
        sizes = [network["inputs"], *network["layers"]]
        encoding, scaler = Encoding.from_dict(about["columns"]), Scaler(**about["input_scaler"])
        target_scaler = Scaler(**about["target_scaler"]) if "target_scaler" in about else None
        needed = [len(encoding.labels()), len(scaler.offsets), len(encoding.target.values or "1"), len(state)]
        if [sizes[0], sizes[0], sizes[-1], sum((a + 1) * b for a, b in pairwise(sizes))] != needed:  # not made before
            raise ValueError(f"a network of {sizes} and {len(state)} numbers do not go together, or not with its table")
        model = MLP(sizes[0], sizes[1:], network["activation"], init=0.0)
        model.load_state_dict(state)
    except (KeyError, TypeError, ValueError) as error:
        why = f"it has no {error}" if isinstance(error, KeyError) else error
        raise TableError(f"{path} is no model of a table, as `python -m nn --csv` saves it: {why!s:.300}") from None
    return Predictor(encoding, scaler, target_scaler, model)
