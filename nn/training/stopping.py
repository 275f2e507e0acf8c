"""Stopping: when a training has learnt enough, and how Ctrl-C ends it without leaving anything half done."""

import math
import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace

from nn.basics.checks import flag, positive, setting
from nn.inspection.history import History
from nn.module import Module


@dataclass
class EarlyStopping:
    """End when the watched loss has not fallen below best - min_delta for `patience` epochs in a row.

    With restore_best (default) the model gets its best parameters back, also after Ctrl-C: those that had the best
    loss, or where the loss is a mean over the many updates of an epoch, those at the end of the best one.
    """

    patience: int
    min_delta: float = 0.0
    restore_best: bool = True
    best: float = field(default=math.inf, init=False)
    waited: int = field(default=0, init=False)
    state: dict[str, float] | None = field(default=None, init=False, repr=False)

    def __post_init__(self) -> None:
        self.patience = positive("patience", self.patience)
        self.min_delta = setting("min_delta", self.min_delta, "a number, 0 or more", lambda v: v >= 0)
        self.restore_best = flag("restore_best", self.restore_best)

    def enough(self, loss: float, model: Module, measured: dict[str, float] | None = None) -> bool:
        """Take in the loss of one more epoch; True when it is time to stop.

        `measured` is the state whose loss it is, if that is not the model's state now.
        """
        if loss < self.best - self.min_delta:
            self.best, self.waited = loss, 0
            self.state = (measured or model.state_dict()) if self.restore_best else None
        else:
            self.waited += 1
        return self.waited >= self.patience

    def finish(self, model: Module) -> None:
        """Give the model its best parameters back."""
        if self.state is not None:
            model.load_state_dict(self.state)


def as_early_stopping(stopping: int | EarlyStopping | None) -> EarlyStopping | None:
    """A fresh EarlyStopping: one that was used before would remember another training's best."""
    if stopping is None:
        return None
    return replace(stopping) if isinstance(stopping, EarlyStopping) else EarlyStopping(stopping)


def converged(history: History, norm: float, tolerance: float) -> bool:
    """|change of the loss| ≤ tolerance·|loss| over the last epoch, or ‖gradient‖ ≤ tolerance."""
    recent = history.loss[-2:]
    return norm <= tolerance or (len(recent) == 2 and abs(recent[1] - recent[0]) <= tolerance * abs(recent[1]))


@contextmanager
def gentle_interrupt() -> Iterator[list[int]]:
    """Ctrl-C is noted in the list given, so that no update is cut in half; a second Ctrl-C interrupts as usual.

    Signals belong to the main thread, and a handler of the user's own stays in charge.
    """
    noted: list[int] = []
    usual = signal.getsignal(signal.SIGINT)
    if threading.current_thread() is not threading.main_thread() or usual is not signal.default_int_handler:
        yield noted
        return

    def note(number: int, frame: object) -> None:
        noted.append(number)
        signal.signal(signal.SIGINT, usual)

    signal.signal(signal.SIGINT, note)
    try:
        yield noted
    finally:
        signal.signal(signal.SIGINT, usual)
