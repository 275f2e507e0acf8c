"""Training: the loop that turns gradients into a better model, and what it watches meanwhile.

    for every epoch:  for every batch:  predict → loss → backward → (clip) → optimizer step

`fit` is that loop with everything one usually adds by hand: batches, validation, schedules, clipping,
stopping, a record.
"""

from __future__ import annotations

import math
import time
import warnings
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from operator import call
from typing import Any

from autograd import Value, enable_grad, no_grad, topological_order, total
from autograd.system.choices import is_one_of
from nn.basics.at_once import at_once, each
from nn.basics.checks import as_number, as_rng, check_functions, flag, positive
from nn.basics.nested import flat, plain
from nn.basics.progress import Progress
from nn.data.rows import Random, Sets, as_pairs, pieces, rows_per_update
from nn.descent.optimizer import Optimizer
from nn.inspection.history import History, curves_of_an_epoch
from nn.inspection.kept import Kept
from nn.losses import Loss, find_loss
from nn.module import (
    KEEP_PARAMETERS,
    MOST_LISTED,
    Module,
    by_layer,
    check_model,
    has_buffers,
    modes_kept,
    names_of_others,
)
from nn.schedules import ReduceOnPlateau, Schedule, as_schedule
from nn.training.arguments import (
    Callback,
    Metric,
    Stream,
    as_callbacks,
    as_clip,
    as_history,
    as_optimizer,
    as_stream,
    as_tolerance,
    check_epochs,
    complete,
    hold_out,
    named_metrics,
    with_cut,
)
from nn.training.gradient import Penalty
from nn.training.on_values import Clip, OnValues
from nn.training.per_row import sample
from nn.training.recorded import RecordedStep
from nn.training.stopping import EarlyStopping, as_early_stopping, converged, gentle_interrupt

WORTH_COMPILING = 1000
"""Examples, times epochs, from which on recording pays for itself."""
Rates = list[tuple[dict[str, Any], float]]
"""Groups of an optimizer, and their own learning rates."""


def fit(
    model: Module,
    X: Any = None,
    y: Any = None,
    *,
    loss: Loss | str,
    batches: Stream | None = None,
    optimizer: Optimizer | Callable[[list[Value]], Optimizer] | None = None,
    epochs: int = 100,
    batch_size: int | str | None = "batch",
    shuffle: bool = True,
    rng: Random | int | None = None,
    penalty: Penalty | None = None,
    validation: tuple[Any, Any] | float | None = None,
    metrics: Mapping[str, Metric] | None = None,
    schedule: Schedule | None = None,
    clip: float | Callable[[list[Value]], object] | None = None,
    early_stopping: int | EarlyStopping | None = None,
    callbacks: Sequence[Callback] = (),
    progress: bool | str = "auto",
    tolerance: float | None = None,
    compiled: bool | str = "auto",
    history: History | None = None,
    keep: int | None = None,
) -> History:
    """Train `model` on rows X with targets y; returns the History. The model is changed in place.

    For each of `epochs` passes over the rows, cut into batches of `batch_size` ("batch" = all rows, "stochastic" = 1,
    or a number): p ← optimizer(p, ∂(loss + penalty)/∂p).

    batches         in place of X and y, for data that do not fit in memory: a list of (X, y), or a function or object
                    that gives such pairs anew for every epoch
    loss            a function of (predictions, targets), or the name of one in nn.losses: "mse"
    optimizer       an Optimizer, or a function of the parameters that makes one; default Adam(parameters, lr=0.01)
    shuffle, rng    a new order every epoch, drawn from rng (a random.Random or a seed; default: the module `random`)
    penalty         a function of the model, added to every batch's loss: `lambda m: nn.l2_penalty(m, 1e-4)`
    validation      held-out (X, y), or the share of the rows to hold out; watched, never learnt from
    metrics         {name: metric(predictions, targets)}, noted in the History for both parts of the rows
    schedule        epoch number → factor of the learning rate (nn.schedules); the rate is put back at the end
    clip            largest gradient norm, or a function of the parameters: `lambda ps: nn.clip_grad_value(ps, 1.0)`.
                    It is called between gradient and update, and so may average gradients over processes. They then
                    need equally many updates: one that stops by itself (early_stopping, tolerance, nan) leaves the
                    others waiting
    early_stopping  patience in epochs (see EarlyStopping), on the validation loss where there is one
    callbacks       called with the History after every epoch; one that returns True ends the training
    progress        True, False, or "auto": shown on terminals and in notebooks
    tolerance       stop when the loss changed by ≤ tolerance·|loss| in an epoch, or ‖gradient‖ ≤ tolerance
    compiled        True: the loss of one example is recorded and replayed (autograd.record), and parameters and
                    optimizer live in arrays, the Values having them whenever code of yours is called between epochs,
                    and at the end; False: graphs; "auto": replayed where that pays and gives the same, with the reason
                    in History.engine where it does not. A callback may change the model, the rows, and what the loss
                    and the penalty go by: that is noticed. Whoever does so elsewhere, as in a schedule or a metric, has
                    to say False
    history         that of an earlier training, to go on with
    keep            note parameters and gradients before every so many updates, in History.kept, for `nn.watch`; where
                    that would be over two million numbers, every second moment is let go

    Ctrl-C ends the training after the running update, with what was learnt (a second one interrupts at once). A loss or
    gradient that is not finite ends it with a RuntimeWarning that gives advice, and so does an update that would make a
    parameter infinite or nan; the parameters stay as they were before that update. Why it ended stands in
    History.stopped. ValueError or TypeError for arguments that make no sense, and for rows with nan or None in them,
    before anything is changed.

    >>> import nn
    >>> model = nn.MLP(1, [1], init=0.0)  # ŷ = wx + b, from w = b = 0
    >>> X, y = [[0.0], [1.0]], [1.0, 3.0]
    >>> history = fit(model, X, y, loss=nn.mse, optimizer=nn.SGD(model.parameters(), lr=0.5), epochs=60)
    >>> [round(p.data, 3) for p in model.parameters()], history.loss[0], history.stopped
    ([2.0, 1.0], 5.0, 'all 60 epochs done')
    """
    check_model(model, "fit trains")
    loss = find_loss(loss)
    callbacks = as_callbacks(callbacks)
    named = named_metrics(metrics)
    given = {name: f for name, f in (("penalty", penalty), ("schedule", schedule)) if f is not None}
    check_functions(**given, **{f"metrics[{k!r}]": f for k, f in named.items()})
    check_epochs(epochs)
    tolerance = as_tolerance(tolerance)
    kept = None if keep is None else Kept(positive("keep", keep))
    dice, shuffle = as_rng(rng, "shuffle"), flag("shuffle", shuffle)
    if not is_one_of(compiled, (True, False, "auto")):
        raise ValueError(f'compiled has to be True, False or "auto", got {compiled!r:.60}')
    if batches is not None:
        served, held_out = as_stream(batches, X, y, validation, loss)
        look: Callable[[], Iterable[Sets]] = served
        worth, few = True, None
    else:
        rows, held_out = hold_out(complete(as_pairs(X, y), loss), validation, dice, loss)
        size = rows_per_update(len(rows[0]), batch_size)  # complains before anything has changed
        look = partial(iter, [rows])  # at all rows, which are the one batch of an epoch where `size` is their number
        served = look if size == len(rows[0]) else partial(pieces, *rows, size, dice if shuffle else None)
        worth, few = epochs * len(rows[0]) >= WORTH_COMPILING, sample(*rows) if size > 1 else None
    training = _Training(
        model=model,
        served=served,
        sample=few,
        loss=loss,
        optimizer=as_optimizer(optimizer, model),
        penalty=penalty,
        metrics=with_cut(named, model, loss, look),
        schedule=as_schedule(schedule),
        clip=as_clip(clip),
        early_stopping=as_early_stopping(early_stopping),
        callbacks=callbacks,
        tolerance=tolerance,
        compiled=worth if compiled == "auto" else bool(compiled),
        required=compiled is True,
        validation=held_out,
        watched=bool(batches is not None or held_out or callbacks or named or schedule or early_stopping),
        history=as_history(history),
    )
    training.history.kept = training.history.kept or kept
    with enable_grad(), Progress(epochs, progress) as bar:
        record = training.run(epochs, bar)
    if record.diverged:
        warnings.warn(record.stopped, RuntimeWarning, stacklevel=2)
    return record


class _Stop(Exception):
    """Training is over; the message says why."""


@dataclass
class _Training:
    """Everything one call of `fit` works with."""

    model: Module
    served: Callable[[], Iterable[Sets]]  # the batches of one epoch
    sample: Sets | None  # rows that differ much, where several make a batch
    loss: Loss
    optimizer: Optimizer
    penalty: Penalty | None
    metrics: dict[str, Metric]
    schedule: Schedule | None
    clip: Clip | None
    early_stopping: EarlyStopping | None
    callbacks: Sequence[Callback]
    tolerance: float | None
    compiled: bool
    required: bool  # to be compiled
    validation: Sets | None
    watched: bool  # by code between epochs that may look at parameters or write to them
    history: History

    def __post_init__(self) -> None:
        # found once: looking for them costs as much as an update
        self.named, parameters = self.model.named_parameters(), self.model.parameters()
        self.values = OnValues(parameters, by_layer(self.named), self.optimizer)
        self.norms: list[float] = []  # of the latest gradient, for each layer
        self.appends: list[Callable[[float], None]] = []  # to the curves that they go to
        self.count = len(parameters)
        self.modules, self.buffers = [module for _, module in self.model.named_modules()], has_buffers(self.model)
        kind, asked = type(self.model), ("train", "eval", "state_dict")
        # is it good until the end? A callback may change what is where, and a model may have ways of its own
        self.good = not self.callbacks and all(getattr(kind, name) is getattr(Module, name) for name in asked)

    def run(self, epochs: int, bar: Progress) -> History:
        """All epochs; whatever ends them, settings are put back and the history says why."""
        started = time.perf_counter()
        groups = self.optimizer.param_groups if self.schedule is not None else []  # else the rates are the user's
        rates = [(group, group["lr"]) for group in groups if "lr" in group]
        try:
            with gentle_interrupt() as interrupted, modes_kept(self.model):
                self._epochs(epochs, rates, bar, interrupted)
            self.history.stopped = f"all {epochs} epochs done"
        except _Stop as reason:
            self.history.stopped = str(reason)
        except KeyboardInterrupt:
            self.history.stopped = "interrupted"
        finally:
            if self.history.kept is not None:
                self.history.kept.note(self.history.updates, self.values.numbers(self.count)[0])
            self.history.seconds = time.perf_counter() - started
        return self.history

    def _epochs(self, epochs: int, rates: Rates, bar: Progress, interrupted: list[int]) -> None:
        step = RecordedStep(
            *(self.model, self.loss, self.penalty, self.values),
            predictions=bool(self.metrics),
            compiled=self.compiled,
            required=self.required,
            sample=self.sample,
            look=self._look,
        )
        # does nobody ask for anything between a gradient and the update by it?
        self.whole = self.clip is None and not self.metrics and self.history.kept is None
        self.model.train()
        try:
            for epoch in range(epochs):
                if self.schedule is not None:
                    self._set_rates(rates, self.schedule(epoch), epoch)
                step.look_again(bool(self.callbacks))  # schedules, metrics and clipping have other things to change
                before = self._state() if self.early_stopping is not None else {}
                self._epoch(step, interrupted)
                if bar.shown:
                    bar.advance(_status(self.history))
                self._after_epoch(before)
        finally:
            try:
                self._put_back(step.home, rates)
            except KeyboardInterrupt:  # a second one: what it cut off is done; numbers are given whole or not at all
                self._put_back(step.home, rates)
                raise

    @staticmethod
    def _set_rates(rates: Rates, factor: float, epoch: int) -> None:
        number = as_number(factor)
        if number is None or not 0 <= number < math.inf:
            raise ValueError(f"the schedule gave the factor {factor!r:.60} for epoch {epoch}: expected 0 or more")
        for group, rate in rates:
            group["lr"] = rate * number

    def _epoch(self, step: RecordedStep, interrupted: list[int]) -> None:
        """One pass over the rows, then the figures of the epoch."""
        losses, count, predicted, actual = [], 0, [], []
        if self.watched:
            step.home.take()
        try:
            for rows, targets in self.served():
                value = step.whole(rows, targets, self.history.update_loss.append) if self.whole else None
                if value is not None:
                    self.norms = step.home.norms_found()
                else:
                    value, predictions = step(rows, targets)
                    self._update(step.home, value)  # where the gradient is after that step
                losses.append(value * len(rows))
                count += len(rows)
                if self.metrics:
                    predicted.extend(plain(predictions))
                    actual.extend(targets)
                if interrupted:
                    raise KeyboardInterrupt
        finally:
            self.history.engine = step.engine
            if self.watched:
                step.home.give_back()
        self.updates = len(losses)
        figures = [(total(losses) if len(losses) > 1 else losses[0]) / count, self._rate(), *self.norms]
        if self.metrics:
            figures += self._measured(predicted, actual)
        if self.validation is not None:
            figures += self._validated(step, *self.validation)
        if self.callbacks or not self.appends:  # a callback has the history, and may put other curves into it
            curves = curves_of_an_epoch(self.history, self.values.layers, self.metrics, self.validation is not None)
            self.appends = [curve.append for curve in curves]
        at_once(each(call, self.appends, figures))  # whatever ends it, all curves have as many entries

    def _look(self, predictions: list[Any]) -> None:
        """After the first batch: warn of parameters that are not trained."""
        self._look_for_others()
        if not any(p.grad for p in self.values.parameters) and not self._reached(predictions):
            message = (
                f"what this {type(self.model).__name__} says of the first batch depends on none of its parameters, so "
                "that nothing is learnt from it: is it computed from .data, with detach() or inside no_grad()?"
            )
            warnings.warn(message, RuntimeWarning, stacklevel=7)

    def _reached(self, predictions: list[Any]) -> bool:
        """Whether some prediction was made from a parameter."""
        made = [number for number in flat(predictions) if isinstance(number, Value)]
        return bool(made) and not set(self.values.parameters).isdisjoint(topological_order(*made))

    def _look_for_others(self) -> None:
        """Parameters that the model has replaced: the optimizer steps the old ones."""
        others = names_of_others(self.model, self.values.parameters[: self.count], self.named)
        if others:
            named = ", ".join(others[:MOST_LISTED]) + (", …" if len(others) > MOST_LISTED else "")
            message = (
                f"calling this {type(self.model).__name__} replaced parameters: {named}. They are not trained, because "
                f"the optimizer holds what was there before. {KEEP_PARAMETERS}"
            )
            warnings.warn(message, RuntimeWarning, stacklevel=8)

    def _update(self, home: OnValues, value: float) -> None:
        """Change the parameters by the gradient that the step left, unless it would ruin them."""
        self.norms = home.norms()
        if not (math.isfinite(value) and math.isfinite(math.hypot(*self.norms))):
            raise self._diverged("the gradient is not finite" if math.isfinite(value) else f"the loss became {value}")
        kept = self.history.kept
        if kept is not None and kept.wants(self.history.updates):
            kept.note(self.history.updates, *home.numbers(self.count))
        if self.clip is not None:
            home.clip(self.clip)
        if not home.step((self.history.update_loss.append, value)):
            raise self._diverged("a parameter would become infinite or nan")

    def _rate(self) -> float:
        return float(self.optimizer.param_groups[0].get("lr", math.nan))  # a rule of one's own may have none

    def _diverged(self, what: str) -> _Stop:
        """With what happened, and what to try."""
        self.history.diverged = True
        rate = self._rate()
        slower = f"a learning rate below {rate:g}" if math.isfinite(rate) else "a smaller learning rate"
        return _Stop(
            f"stopped in epoch {self.history.epochs}: {what}; the parameters are those before this update. "
            f"Try {slower}, clip=1.0 or standardized inputs; "
            "autograd.detect_anomaly() names the operation it comes from."
        )

    def _measured(self, predicted: list[Any], actual: list[Any]) -> list[float]:
        """What each of the metrics says."""
        numbers = []
        for name, metric in self.metrics.items():
            value = plain(metric(predicted, actual))
            if (number := as_number(value)) is None:
                raise TypeError(f"metrics[{name!r}] has to return a number, it returned {value!r:.60}")
            numbers.append(number)
        return numbers

    def _validated(self, step: RecordedStep, rows: list[Any], targets: list[Any]) -> list[float]:
        """Loss and metrics of the held-out rows, without a graph and with dropout and the like switched off."""
        self._switch(to_training=False)
        with no_grad():
            predictions = step.answers(rows)
            loss = self.loss(predictions, targets).data
        self._switch(to_training=True)
        return [loss, *self._measured(plain(predictions), targets)]

    def _state(self) -> dict[str, float]:
        """model.state_dict(); where that does, by the names that were found in the beginning."""
        if not self.good or self.buffers:
            return self.model.state_dict()
        return {name: float(p.data) for name, p in self.named}

    def _switch(self, to_training: bool) -> None:
        """model.train() or model.eval(), likewise."""
        if not self.good:
            (self.model.train if to_training else self.model.eval)()
            return
        for module in self.modules:
            module.training = to_training

    def _after_epoch(self, before: dict[str, float]) -> None:
        """Tell everyone who watches; raise _Stop when one of them has seen enough.

        The parameters `before` are those that a loss of the training rows is of, if there was but one update since.
        """
        history = self.history
        if isinstance(self.schedule, ReduceOnPlateau):
            self.schedule.observe(history.watched_loss)
        if self.early_stopping is not None:
            measured = before if self.validation is None and self.updates == 1 else self._state()
            if self.early_stopping.enough(history.watched_loss, self.model, measured):
                stopping = self.early_stopping
                raise _Stop(f"no better for {stopping.patience} epochs (best {stopping.best:.6g})")
        if self.tolerance is not None and converged(history, math.hypot(*self.norms), self.tolerance):
            raise _Stop(f"converged within {self.tolerance:g} after {history.epochs} epochs")
        ended = False
        for callback in self.callbacks:  # all are called, whatever one says
            if callback(history) is True:
                ended = True
        if ended:
            raise _Stop(f"ended by a callback after {history.epochs} epochs")

    def _put_back(self, home: OnValues, rates: Rates) -> None:
        for group, rate in rates:
            group["lr"] = rate
        home.give_back()
        if self.early_stopping is not None:
            self.early_stopping.finish(self.model)


def _status(history: History) -> str:
    """The newest figures in a few words, for the progress line."""
    parts = [f"loss {history.loss[-1]:.4g}"]
    parts += [f"validation {history.validation_loss[-1]:.4g}"] if history.validation_loss else []
    parts += [f"{name} {curve[-1]:.3f}" for name, curve in history.metrics.items()]
    return "  ".join(parts)
