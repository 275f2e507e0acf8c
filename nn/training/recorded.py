"""Training on a recorded program: the loss of one example is recorded once, and every batch replays it.

    Σᵢ ∂loss(model(xᵢ), yᵢ)        program.map_backward(X, y) instead of a graph per batch

`RecordedStep` does the first batch with a graph, records, and replays that batch: only if loss and gradient agree to
1e-9, and the loss of any batch is the mean or the sum of those of its rows (per_row.py), does it go on replaying. It
looks again in epoch 2, 4, 8, … A model whose examples influence each other (BatchNorm), that draws random numbers
(Dropout), or another loss is trained with graphs, and `engine` says why.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Hashable
from contextlib import suppress
from typing import Any

from autograd import BranchChanged, Program, Value, no_grad, record
from nn.basics.nested import data_of, mapped
from nn.data.rows import Sets
from nn.descent.optimizer import Optimizer
from nn.inspection.outputs import recorded
from nn.losses import Loss
from nn.module import Module, has_buffers, own_dice
from nn.training.gradient import Penalty, eager_step
from nn.training.on_values import OnValues, Part
from nn.training.per_row import AGREEMENT, NotRecordable, close, reduction

CLASSES = 32  # distinct targets that may have a program each
MOST_LOOKED_AT = 8  # examples of a batch, until one has a loss that shows a change
LOOKED_AT_AGAIN = 2  # examples of a batch, others every time


class RecordedStep:
    """(X, y) of a batch → (loss, predictions), gradients where `home` is, as the graph-building `eager` does it.

    It begins with graphs and `values`; once the recording has been checked, `home` is the quickest place for the
    numbers. `predictions=False` gives an empty list for them, which saves a pass. With `required`, NotRecordable is
    raised instead of going on with graphs. `sample` has rows in which targets are as different as in any batch; without
    it, the first batch has to do. `look` is called once, with the predictions of the first batch, after its backward
    pass.
    """

    def __init__(
        self,
        model: Module,
        loss: Loss,
        penalty: Penalty | None = None,
        values: OnValues | None = None,
        *,
        predictions: bool = True,
        compiled: bool = True,
        required: bool = False,
        sample: Sets | None = None,
        look: Callable[[list[Any]], None] | None = None,
    ) -> None:
        self._values = values or OnValues(model.parameters())
        self.home = self._values
        self.engine = "graphs"  # what the training runs on, for its History
        self._eager = eager_step(model, loss, penalty, self._values.optimizer)
        self._compiled, self._required = compiled, required
        self._model, self._loss, self._penalty, self._predictions = model, loss, penalty, predictions
        self._sample, self._look = sample, look
        self._epochs = 0
        self._batches: _Batches | None = None

    def __call__(self, rows: list[Any], targets: list[Any]) -> tuple[float, list[Any]]:
        """One batch."""
        if self._batches is not None:
            try:
                return self._batches.gradient(self.home, rows, targets)
            except (BranchChanged, NotRecordable) as change:
                self.home.give_back()
                found = self._eager(rows, targets)  # which says so if graphs do not take these rows either
                self._give_up(f"in a later batch: {change}", change)
                return found
        found = self._eager(rows, targets)
        if self._look is not None:
            self._look(found[1])
            self._look = None
        if self._compiled and self.engine == "graphs":
            self._begin(rows, targets, found[0])
        return found

    def whole(self, rows: list[Any], targets: list[Any], note: Callable[[float], object]) -> float | None:
        """One batch, and the optimizer's step, in one go, in which `note`, which is in C, gets the loss; the loss.

        None where that takes two, and nothing has been stepped.
        """
        if self._batches is None:
            return None
        try:
            return self._batches.whole(self.home, rows, targets, note)
        except (BranchChanged, NotRecordable):  # which will be met again
            return None

    def answers(self, rows: list[Any]) -> list[Any]:
        """What the model, in use, says of each of some rows; where the training is recorded, by a program, too."""
        return self._batches.answers(rows) if self._batches is not None else self._model.batch(rows)

    def look_again(self, changed: bool) -> None:
        """Before an epoch: at what a callback may have `changed`, and at times at other rows than in the beginning."""
        self._epochs += 1
        if self._batches is None:
            return
        if changed and not self._batches.hold():
            self._give_up("the model, the loss or the penalty has changed since it was recorded", None)
        elif self._epochs & (self._epochs - 1) == 0 and not self._batches.hold_together(self.home, self._epochs):
            self._give_up(f"in epoch {self._epochs} the loss of a batch is no longer made of those of its rows", None)

    def _begin(self, rows: list[Any], targets: list[Any], value: float) -> None:
        """Record, and keep the recording if it agrees; leaves gradients and random generators as they were."""
        try:
            with own_dice(self._model) as drawn:
                try:
                    self._batches = self._checked(rows, targets, value)
                finally:
                    if drawn():
                        raise NotRecordable("the model draws random numbers")
            self.home, self.engine = quickest(self._values), "program"
        except Exception as problem:  # whatever a model or loss does with Values it was not made for
            self._batches = None
            self._give_up(in_short(problem), problem)

    def _checked(self, rows: list[Any], targets: list[Any], value: float) -> _Batches:
        """With targets as arguments, as a regression has them; else, or if that differs, a program for each class."""
        try:
            return self._replaying(rows, targets, value, classes=False)
        except (NotRecordable, BranchChanged, TypeError, ValueError) as problem:
            try:
                return self._replaying(rows, targets, value, classes=True)
            except NotRecordable as second:
                raise problem if isinstance(problem, NotRecordable) else second from None

    def _replaying(self, rows: list[Any], targets: list[Any], value: float, classes: bool) -> _Batches:
        """A recording that replays this batch with the same loss and gradient."""
        batches = _Batches(self._model, self._loss, self._penalty, rows, targets, classes, self._predictions)
        batches.rounding = 1e-14 * max(1.0, abs(value))
        sample = self._sample or (rows, targets)
        if len(sample[0]) > 1:
            batches.reduce = reduction(self._model, self._loss, batches.leaves(), *sample)
        batches.split(self._values, rows, targets)  # now: classes may have leaves of their own
        gradients = {p: p.grad for p in batches.leaves()}
        try:
            replayed, _ = batches.gradient(self._values, rows, targets)
            differences = [abs(p.grad - gradients[p]) for p in batches.parameters]
        finally:
            for p, gradient in gradients.items():
                p.grad = gradient
        scale = max((abs(gradients[p]) for p in batches.parameters), default=0.0)
        if not (close(replayed, value) and all(d <= AGREEMENT * scale for d in differences)):
            raise NotRecordable("the replayed loss and gradient differ from those of a graph")
        return batches

    def _give_up(self, why: str, cause: BaseException | None) -> None:
        if self._required:
            raise NotRecordable(f"compiled=True, but {why}; compiled=False trains with graphs") from cause
        self.home.give_back()
        self.home, self._batches, self.engine = self._values, None, f"graphs: {why}"


class _Batches:
    """The programs of a loss, and how to run a batch on them; with `classes`, one for every target."""

    def __init__(
        self,
        model: Module,
        loss: Loss,
        penalty: Penalty | None,
        rows: list[Any],
        targets: list[Any],
        classes: bool,
        predictions: bool,
    ) -> None:
        if has_buffers(model):
            raise NotRecordable("the model keeps running statistics, which a program cannot update")
        self.parameters = model.parameters()
        self.reduce = ""  # "mean" or "sum"; of single rows it is both
        self.rounding = 0.0  # of losses that were large when they were recorded
        self._of_class: dict[Hashable, Program] = {}
        self._model, self._loss, self._penalised = model, loss, penalty
        self._examples = list(zip(rows, targets, strict=True))[:MOST_LOOKED_AT]
        self._seen: set[Hashable] = set()  # targets that the loss takes
        self._program = None
        if not classes:
            self._program = record(lambda x, y: loss([model(x)], [y]), rows[0], targets[0], strict=True)
        self._penalty = record(lambda: penalty(model), strict=True) if penalty is not None else None
        self._predict = record(model, rows[0], strict=True) if predictions else None
        self._latest = rows, targets
        self._parts: list[Part] = []  # of that batch
        self._answer: Program | None = None  # of the model in use
        self._answers_looked_at = False

    def leaves(self) -> list[Value]:
        """Every Value that a gradient goes to: the parameters, and whatever else loss and penalty use."""
        programs = [*self._of_class.values(), *(p for p in (self._program, self._penalty) if p is not None)]
        return list(dict.fromkeys([*self.parameters, *(p for program in programs for p in program.parameters)]))

    def gradient(self, home: OnValues, rows: list[Any], targets: list[Any]) -> tuple[float, list[Any]]:
        """As RecordedStep."""
        self._meet(home, rows, targets)
        value: float = said(home.gradient, self._parts, self._divisor, self._penalty)
        return value, home.predictions(self._predict, rows) if self._predict is not None else []

    def whole(
        self, home: OnValues, rows: list[Any], targets: list[Any], note: Callable[[float], object]
    ) -> float | None:
        """As RecordedStep."""
        self._meet(home, rows, targets)
        value: float | None = said(home.whole_step, self._parts, self._divisor, self._penalty, note)
        return value

    def _meet(self, home: OnValues, rows: list[Any], targets: list[Any]) -> None:
        if not self._parts or rows is not self._latest[0] or targets is not self._latest[1]:
            self.split(home, rows, targets)

    def answers(self, rows: list[Any]) -> list[Any]:
        """As RecordedStep: Values without a graph, by a program recorded with these rows if that says the same."""
        if not self._answers_looked_at:
            self._answers_looked_at, self._answer = True, recorded(self._model, rows)
        if self._answer is not None:
            try:
                return [mapped(Value, prediction) for prediction in said(self._answer.map, rows)]
            except (BranchChanged, NotRecordable):
                self._answer = None
        with no_grad():
            return self._model.batch(rows)

    def hold(self) -> bool:
        """Whether model, loss and penalty are what was recorded, as far as an example shows."""
        self._parts = []  # and rows may have changed
        if self._model.parameters() != self.parameters:
            return False
        with no_grad(), suppress(BranchChanged, NotRecordable):  # a batch on another path speaks for itself
            if self._penalty is not None and self._penalised is not None:
                penalties = self._penalty(), data_of(self._penalised(self._model))
                if not _same(*penalties):
                    return False
            for example in self._examples:
                if (replayed := said(*self._part(*example))) != 0.0:  # a loss of 0 may be one whatever has changed
                    return self._is_still(replayed, *example)
            return all(self._is_still(0.0, *example) for example in self._examples)
        return True

    def hold_together(self, home: OnValues, epoch: int) -> bool:
        """Whether the loss of some rows of the latest batch is still made of those that the programs say of each."""
        step = -(-len(self._latest[0]) // LOOKED_AT_AGAIN)
        rows, targets = (column[epoch.bit_length() % step :: step] for column in self._latest)
        home.lend()
        with no_grad(), suppress(BranchChanged, NotRecordable):
            singles = [said(home.loss, *self._part(*example)) for example in zip(rows, targets, strict=True)]
            summed, spread = sum(singles), 1e-14 * sum(map(abs, singles))
            expected = summed if self.reduce == "sum" else summed / len(rows)
            return _same(expected, data_of(self._loss(self._model.batch(rows), targets)), spread + self.rounding)
        return True

    def _part(self, row: Any, target: Any) -> Part:
        """The program of an example, and what it takes."""
        return (self._program, row, target) if self._program is not None else (self._of(target), row)

    def _is_still(self, replayed: float, row: Any, target: Any) -> bool:
        """Whether the loss of an example is what its program says."""
        # digits that a small loss loses where its example is all but right are no change
        return _same(replayed, data_of(self._loss([self._model(row)], [target])), self.rounding)

    def split(self, home: OnValues, rows: list[Any], targets: list[Any]) -> None:
        """Have (program, its columns) for every program that this batch needs."""
        if not self.reduce and len(rows) > 1:
            raise NotRecordable("there are several rows, and one row did not show how their losses are put together")
        self._divisor = float(len(rows)) if self.reduce == "mean" else 1.0
        if self._program is not None:
            self._show(targets)
            self._parts, self._latest = [(self._program, rows, targets)], (rows, targets)
            return
        parts: dict[Hashable, list[Any]] = {}
        try:
            for row, target in zip(rows, targets, strict=True):
                parts.setdefault(target, []).append(row)
        except TypeError:
            raise NotRecordable("the loss does not take its targets as Values, and they are no classes") from None
        if not parts.keys() <= self._of_class.keys():
            home.give_back()  # a class is recorded with the numbers of now
        self._parts, self._latest = [(self._of(target), part) for target, part in parts.items()], (rows, targets)

    def _show(self, targets: list[Any]) -> None:
        """Let the loss see targets that are new, as it may refuse some; of more than CLASSES it takes any."""
        try:
            if len(self._seen) > CLASSES or self._seen.issuperset(targets):
                return
        except TypeError:  # lists, which are no classes
            return
        new = [target for target in dict.fromkeys(targets) if target not in self._seen][: CLASSES + 1]
        with no_grad():
            prediction = self._model(self._examples[0][0])
            for target in new:
                self._loss([prediction], [target])
        self._seen.update(new)  # one that was refused is shown again

    def _of(self, target: Hashable) -> Program:
        """The program of a class, recorded when it first occurs."""
        if target not in self._of_class:
            if len(self._of_class) == CLASSES:
                raise NotRecordable(
                    f"the loss does not take its targets as Values, and has more than {CLASSES} of them"
                )
            self._of_class[target] = record(
                lambda x: self._loss([self._model(x)], [target]), self._examples[0][0], strict=True
            )
        return self._of_class[target]


def said(program: Callable[..., Any], *given: Any) -> Any:
    """What a program says. NotRecordable for what it does not take and graphs may take, such as Values in the rows."""
    try:
        return program(*given)
    except (TypeError, ValueError) as problem:
        raise NotRecordable(in_short(problem)) from problem


def in_short(problem: Exception) -> str:
    """The first line of what it says."""
    return str(problem).partition("\n")[0] or type(problem).__name__


def _same(replayed: float, graph: float, around: float = 1e-300) -> bool:
    """Whether a program says what a graph says; if both say nan, the update ends the training, and says why."""
    return close(replayed, graph, around) or (math.isnan(replayed) and math.isnan(graph))


def quickest(values: OnValues) -> OnValues:
    """Arrays, if NumPy is there and the optimizer's rule does on them what it does on floats; else the Values."""
    optimizer = values.optimizer
    if optimizer is None:
        return values
    for name in ("step", "after", "after_floats"):
        if name in vars(optimizer) or getattr(type(optimizer), name) is not vars(Optimizer)[name]:
            return values  # a rule with a step of its own
    try:
        from nn.training.on_arrays import OnArrays

        arrays = OnArrays(values, optimizer)
        return arrays if arrays.agrees() else values
    except Exception:  # NumPy is missing, or a user's rule does with arrays what it was not made for
        return values
