"""Whether the loss of a batch is made of the losses of its rows.

    loss(batch) = Σᵢ loss(rowᵢ) / n    or    Σᵢ loss(rowᵢ)        for every batch, whatever the parameters

Only such a loss can be trained by replaying that of one row. The losses of nn.losses are means of their rows. Of others
a single batch tells nothing: a mean weighted by classes is a plain one where all rows are of one class, and the root of
a mean is the mean of roots where all rows have one error. So it is asked of its graph, in which the numbers of two rows
may meet in sums only, and of its values for many mixtures of rows, with the parameters as they are and moved about.
"""

from __future__ import annotations

import math
import random
from collections.abc import Sequence
from contextlib import suppress
from itertools import compress
from typing import Any

from autograd import Value, no_grad, topological_order, total
from nn.basics.nested import data_of, flat, mapped, plain
from nn.losses import LOSSES, Loss
from nn.module import Module

AGREEMENT = 1e-9  # of what is computed in two ways, relative to the largest number
KINDS = 4  # of targets that are mixed, with two rows each
MIXTURES = 12
MOVES = (0.0, 0.1, 1.0)  # standard deviations of what is added to the parameters
NONE, SEVERAL = -1, -2  # instead of the number of a row: a node depends on none, or on more than one


class NotRecordable(Exception):
    """This model or loss cannot be trained on a program; the message says why."""


def close(a: float, b: float, around: float = 1e-300) -> bool:
    return math.isclose(a, b, rel_tol=AGREEMENT, abs_tol=around)


def sample(rows: Sequence[Any], targets: Sequence[Any]) -> tuple[list[Any], list[Any]]:
    """A few rows (X, y) in which targets are as different as they are in all: the first and the last row of each."""
    places: dict[str, list[int]] = {}
    for i, target in enumerate(targets):
        places.setdefault(repr(target), [i, i])[1] = i
    chosen = list(places.values())[:: max(1, len(places) // KINDS)][:KINDS]
    picked = list(dict.fromkeys(i for ends in chosen for i in ends))
    picked += [i for i in range(min(2 * KINDS, len(rows))) if i not in picked][: 2 * KINDS - len(picked)]
    return [rows[i] for i in picked], [targets[i] for i in picked]


def reduction(model: Module, loss: Loss, parameters: Sequence[Value], rows: list[Any], targets: list[Any]) -> str:
    """ "mean" or "sum", tried on mixtures of these rows; NotRecordable for a loss that is neither, or leaves doubts."""
    ours = any(loss is own for own in LOSSES.values())
    if ours and type(model).batch is Module.batch:
        return "mean"
    here = [p.data for p in parameters]
    dice, said = random.Random(0), set()
    try:
        for size in MOVES:
            for p, number in zip(parameters, here, strict=True):
                p.data = number + size * dice.gauss(0.0, 1.0)
            with suppress(ArithmeticError, ValueError):  # parameters that the model or the loss is not made for
                found = _as_mixtures_say(model, loss, rows, targets, dice)
                said |= found if size else set()  # where training starts, errors may all be alike
    finally:
        for p, number in zip(parameters, here, strict=True):
            p.data = number
    if len(said) == 2:
        raise NotRecordable(NEITHER)
    if not said and not ours:
        raise NotRecordable("no mixture of rows shows how the loss of a batch is made of those of its rows")
    return said.pop() if said else "mean"


NEITHER = "the loss of a batch is neither the mean nor the sum of the losses of its rows"


def _as_mixtures_say(model: Module, loss: Loss, rows: list[Any], targets: list[Any], dice: random.Random) -> set[str]:
    """What the loss can be, "mean" or "sum", from mixtures that tell the two apart."""
    with no_grad():
        predictions = [model(row) for row in rows]
        if not all(flat(mapped(close, plain(model.batch(rows)), plain(predictions)))):
            raise NotRecordable("examples of a batch influence each other's predictions")
        singles = [data_of(loss([p], [t])) for p, t in zip(predictions, targets, strict=True)]
        said = set()
        for k in range(MIXTURES):
            taken = [k == 0 or dice.random() < 0.5 for _ in rows]
            if not all(map(math.isfinite, mixed := list(compress(singles, taken)))) or len(mixed) < 2:
                continue
            whole = data_of(loss(list(compress(predictions, taken)), list(compress(targets, taken))))
            around = 1e-14 * total(list(map(abs, mixed)))
            fits = {name for name, n in (("mean", len(mixed)), ("sum", 1)) if close(whole, total(mixed) / n, around)}
            if not fits:
                raise NotRecordable(NEITHER)
            said |= fits if len(fits) == 1 else set()
    if operation := meeting(loss, plain(predictions), targets):
        raise NotRecordable(f"{NEITHER}: they meet in {operation}")
    return said


def meeting(loss: Loss, predictions: list[Any], targets: list[Any]) -> str:
    """The operation in which numbers of two rows meet in another way than in a sum; "" where there is none."""
    leaves = mapped(Value, predictions)
    row_of = {leaf: i for i, row in enumerate(leaves) for leaf in flat(row)}
    for node in topological_order(loss(leaves, targets)):
        if node.op is not None:
            rows = [row_of[o] if isinstance(o, Value) else NONE for o in node.operands]
            row_of[node] = _joined(rows)
            if row_of[node] == SEVERAL and not _sums(node.op.name, rows):
                return str(node.op.name)
        row_of.setdefault(node, NONE)
    return ""


def _joined(rows: Sequence[int]) -> int:
    """The row that a node depends on, if its operands depend on these."""
    met = set(rows) - {NONE}
    return NONE if not met else met.pop() if len(met) == 1 else SEVERAL


def _sums(operation: str, rows: list[int]) -> bool:
    """Whether an operation on numbers of these rows is a sum of what each of the rows gives by itself."""
    if operation in ("add", "sub", "neg", "total", "mean"):
        return True
    if operation in ("mul", "dot"):  # x₁y₁ + x₂y₂ + …, in which each product is of one row, or of SEVERAL and a number
        half = len(rows) // 2
        return all(NONE in pair or _joined(pair) != SEVERAL for pair in zip(rows[:half], rows[half:], strict=False))
    return (operation == "sum_of_squares" and SEVERAL not in rows) or (operation == "div" and rows[1] == NONE)
