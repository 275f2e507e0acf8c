"""The jobs of `python -m nn`: what to learn from, with which loss and settings."""

import random
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import Any

from nn.command_line.predictor import Translation
from nn.data.files import TableError, read_csv, shown
from nn.data.rows import Rows, Sets, split
from nn.data.scaling import standardize
from nn.data.sets import micrograd_moons, two_moons
from nn.data.tables import Encoding
from nn.descent.optimizer import Optimizer
from nn.losses import cross_entropy, hinge, l2_penalty, mse
from nn.metrics import r2, score_accuracy
from nn.optim import SGD, Adam
from nn.schedules import Schedule, cosine, linear
from nn.training.arguments import Metric
from nn.training.gradient import Penalty

HELD_OUT = 0.2
"""Share of a table's rows that the network never learns from."""

MOST_NAMES_LISTED = 8
"""In the title of a job; wider tables are said to have so many columns."""


@dataclass(frozen=True)
class Settings:
    """How to train unless the user says otherwise."""

    layers: tuple[int, ...]
    activation: str
    epochs: int
    learning_rate: float
    batch_size: int | str
    optimizer: Callable[..., Optimizer]
    schedule: Callable[[int], Schedule] | None = None  # of the number of epochs
    penalty: Penalty | None = None
    init: str = "uniform"


@dataclass(frozen=True)
class TableRows(Translation):
    """The rows of a table as they stood in the file, and the way from there to what the network sees."""

    train: Sets
    held_out: Sets

    @property
    def all_rows(self) -> Sets:
        return self.train[0] + self.held_out[0], self.train[1] + self.held_out[1]


@dataclass(frozen=True)
class Job:
    """Rows and targets as the network sees them, and what belongs to them. Made by `moons_job` and `table_job`."""

    title: str
    train: Sets
    held_out: Sets
    outputs: int
    loss: Callable[..., Any]  # of nn.losses
    metric_name: str
    metric: Metric
    settings: Settings
    about: dict[str, Any]
    table: TableRows | None = None
    test: Sets | None = None  # of another file
    notes: Sequence[str] = ()  # what the user should know about the table and how it was dealt out

    @property
    def inputs(self) -> int:
        """How many numbers a row has."""
        return len(self.train[0][0])

    @property
    def known_table(self) -> TableRows:
        assert self.table is not None, "this job has no table"
        return self.table


def moons_job(seed: int) -> Job:
    """micrograd's demo: 100 points of two moons, hinge loss + 1e-4 Σp², learning rate from 1.0 down to 0.1.

    Source: demo.ipynb of https://github.com/karpathy/micrograd. Held out are 100 fresh points of the same shape.
    """
    return Job(
        title="two moons, 100 points (micrograd's demo)",
        train=micrograd_moons(),
        held_out=two_moons(100, 0.1, random.Random(seed)),
        outputs=1,
        loss=hinge,
        metric_name="accuracy",
        metric=score_accuracy,
        settings=Settings(
            layers=(16, 16),
            activation="relu",
            epochs=100,
            learning_rate=1.0,
            batch_size="batch",
            optimizer=SGD,
            schedule=lambda epochs: linear(1.0, 0.1, epochs),
            penalty=lambda model: l2_penalty(model, 1e-4),
        ),
        about={"inputs": ["x₀", "x₁"], "answer": "score: above 0 is +1, below 0 is -1"},
    )


TABLE_SETTINGS = Settings(
    layers=(16,),
    activation="tanh",
    epochs=50,
    learning_rate=0.01,
    batch_size=16,
    optimizer=partial(Adam, weight_decay=6e-3),  # few rows would be learnt by heart
    schedule=cosine,
    init="xavier_uniform",
)
"""Not below scikit-learn's MLP, as it comes, on iris, wine, breast cancer, digits and diabetes."""


def table_job(path: str | Path, target: str, seed: int, decimal: str = "", **wishes: Any) -> Job:
    """A CSV file: standardised inputs, classes (cross-entropy) or a number (squared error) to learn, a fifth held out.

    Every class keeps its share in both parts; the `wishes` are those that Encoding.of knows. TableError when the file
    or its columns cannot be used.
    """
    table = read_csv(path, decimal)
    encoding = Encoding.of(table, target, **wishes)
    table = encoding.usable(table)
    classes = encoding.target.values
    parts = _split(list(range(len(table.rows))), encoding.y(table), classes is not None, random.Random(seed))
    to_learn_from = {*parts[0][0]}
    encoding = encoding.filled(table.only(i in to_learn_from for i in range(len(table.rows))))
    X = encoding.X(table)
    train, held_out = (([X[i] for i in places], y) for places, y in parts)
    target_scaler = standardize([[y] for y in train[1]]) if classes is None else None
    names = [column.name for column in encoding.inputs]
    seen = ", ".join(map(shown, names)) if len(names) <= MOST_NAMES_LISTED else f"{len(names)} columns"
    rows = TableRows(encoding, standardize(train[0]), target_scaler, train, held_out)
    return Job(
        title=f"{Path(path).name}: {shown(target)} from {seen}",
        train=rows.scaled(train),
        held_out=rows.scaled(held_out),
        outputs=len(classes) if classes else 1,
        loss=cross_entropy if classes else mse,
        metric_name="accuracy" if classes else "R²",
        metric=score_accuracy if classes else r2,
        settings=replace(TABLE_SETTINGS, batch_size=max(16, len(train[0]) // 1000)),
        about=rows.about(),
        table=rows,
        notes=[*encoding.notes, *_constants(encoding, train[0])],
    )


def with_test(job: Job, path: str) -> Job:
    """The job with another file to be judged by; TableError where that is no such table, or lacks the target."""
    table, way = read_csv(path), job.known_table
    try:
        if not (table := way.complete(table, target=True)).rows:
            raise TableError("every row lacks a cell")
        return replace(job, test=way.scaled((way.encoding.X(table), way.encoding.y(table))))
    except TableError as error:
        raise TableError(f"{path}: {error}") from None


def some(part: Sets) -> Sets:
    """Up to 2,000 rows, evenly taken: what a layer puts out shows in them, and where they lie in a plane."""
    every = 1 + len(part[0]) // 2000
    return part[0][::every], part[1][::every]


def _constants(encoding: Encoding, rows: Rows) -> list[str]:
    """A line about each column that is the same in all rows to learn from: nothing can be learnt about it."""
    columns, lines = iter(zip(*rows, strict=True)), []
    for column in encoding.inputs:
        own = [next(columns) for _ in column.labels()]
        if all(min(numbers) == max(numbers) for numbers in own):
            lines.append(
                f"column {column.name!r} is the same in every row to learn from, which tells the network nothing: it "
                f"is only centred, not scaled; --ignore {column.name!r} leaves it out"
            )
    return lines


def _split(X: list[int], y: list[Any], stratify: bool, rng: random.Random) -> tuple[Sets, Sets]:
    try:
        train, held_out = split(X, y, (1 - HELD_OUT, HELD_OUT), stratify, rng)
    except ValueError:
        sizes = f", classes of {sorted(Counter(y).values())} rows" if stratify else ""
        raise TableError(
            f"{len(X)} rows{sizes} are too few to hold a fifth of them out: 3 (per class) are the least"
        ) from None
    if len(set(train[1])) < 2:
        raise TableError("all rows to learn from have the same target: there is nothing to learn")
    return train, held_out
