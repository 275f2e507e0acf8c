"""History: what happened while a model was trained, one number per epoch."""

import csv
from collections.abc import Collection
from dataclasses import dataclass, field
from io import StringIO
from itertools import pairwise
from pathlib import Path
from typing import Any

from autograd import mean
from autograd.system.files import write_whole
from nn.inspection.kept import Kept

Curve = list[float]


@dataclass
class History:
    """The record `fit` returns. Every list has one entry per finished epoch, except `update_loss`."""

    loss: Curve = field(default_factory=list)
    """Mean loss over the epoch's rows, each taken before the update it led to, penalty included."""
    validation_loss: Curve = field(default_factory=list)
    """Loss of the held-out rows after the epoch; empty without `validation`."""
    metrics: dict[str, Curve] = field(default_factory=dict)
    """By name; the held-out rows' under "validation_" + name."""
    learning_rate: Curve = field(default_factory=list)
    """Of the first parameter group."""
    gradient_norm: dict[str, Curve] = field(default_factory=dict)
    """√(Σ g²) of each layer's parameters in the epoch's last update, before clipping; squares added left to right."""
    update_loss: Curve = field(default_factory=list)
    """Loss of every single update: its spikes are what mini-batches cost."""
    kept: Kept | None = None
    """Parameters and gradients on the way, with fit(keep=…); `nn.watch` shows them."""
    seconds: float = 0.0
    stopped: str = ""
    """Why training ended, in words."""
    engine: str = "graphs"
    """"program" where gradients came from a recorded program, otherwise "graphs", with the reason if it was tried."""
    diverged: bool = False
    """Whether it ended because the loss or the gradient was no longer finite."""

    @property
    def epochs(self) -> int:
        """Number of finished epochs."""
        return len(self.loss)

    @property
    def updates(self) -> int:
        """Number of parameter updates."""
        return len(self.update_loss)

    @property
    def watched_loss(self) -> float:
        """The loss that says how good the model is: of the held-out rows when there are some."""
        return (self.validation_loss or self.loss)[-1]

    @property
    def spikiness(self) -> float:
        """Mean rise of the loss from one update to the next, in mean losses: 0.0 where it only ever falls.

        The loss of an update is that of its own batch, so the fewer rows a batch has, the more it jumps about.
        """
        rises = [max(after - before, 0.0) for before, after in pairwise(self.update_loss)]
        level = mean(self.update_loss) if rises else 0.0
        return mean(rises) / level if level else 0.0

    def columns(self) -> dict[str, Curve]:
        """Everything known per epoch under one flat name each, as `to_csv` writes it."""
        curves = {"loss": self.loss, "validation_loss": self.validation_loss, **self.metrics}
        curves["learning_rate"] = self.learning_rate
        curves.update({f"gradient_norm[{layer}]": curve for layer, curve in self.gradient_norm.items()})
        return {name: curve for name, curve in curves.items() if curve}

    def to_csv(self, path: str | Path) -> None:
        """Write one line per epoch (numbers as repr, so that they read back exactly), whole or not at all.

        OSError when it cannot be written.
        """
        columns, text = self.columns(), StringIO()
        writer = csv.writer(text)
        writer.writerow(["epoch", *columns])
        for epoch in range(self.epochs):
            writer.writerow([epoch, *(repr(curve[epoch]) for curve in columns.values())])
        write_whole(path, text.getvalue())

    def plot(self, ax: Any = None) -> Any:
        """Loss (log scale) and accuracy over the epochs; see `nn.plot_loss`. Needs the extra `plots`."""
        from nn.inspection.curves import plot_loss

        return plot_loss(self, ax)

    def __repr__(self) -> str:
        if not self.epochs:
            return f"History(no finished epoch; {self.stopped})"
        shown = {name: curve[-1] for name, curve in self.columns().items() if not name.startswith("gradient_norm")}
        numbers = ", ".join(f"{name} {number:.4g}" for name, number in shown.items())
        return f"History({self.epochs} epochs, {self.updates} updates: {numbers}; {self.stopped})"


def curves_of_an_epoch(
    history: History, layers: Collection[str], metrics: Collection[str], held_out: bool
) -> list[Curve]:
    """Where its figures go: loss, rate, norms, metrics; of rows that are held out, loss and metrics."""
    curves = [history.loss, history.learning_rate]
    curves += [history.gradient_norm.setdefault(layer, []) for layer in layers]
    curves += [history.metrics.setdefault(name, []) for name in metrics]
    curves += [history.validation_loss] if held_out else []
    return curves + [history.metrics.setdefault(f"validation_{name}", []) for name in metrics if held_out]


def check_history(history: Any, who: str) -> None:
    """TypeError for what is no History of a training."""
    if not isinstance(history, History):
        raise TypeError(f"{who} takes the History that fit returns, got {history!r:.60}")
