"""A job and the user's options become a model, and the model learns; what it left off, `--resume` takes up again."""

import argparse
import os
import warnings
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from hashlib import sha256
from pathlib import Path
from random import Random
from typing import Any

from autograd.system.json_text import float_from, json_from
from nn.basics.nested import mapped
from nn.command_line.jobs import Job
from nn.command_line.options import OPTIMIZERS, choose_job, parse
from nn.data.files import TableError
from nn.descent.optimizer import Optimizer
from nn.inspection.history import History
from nn.neuron import MLP
from nn.training.arguments import Callback
from nn.training.loop import fit
from nn.training.model_file import read

ANEW = {"epochs": None, "test": None}  # options that a training taken up again does not keep


@dataclass
class Training:
    """A model on its way, as `begin` and `take_up` make it; nothing is printed or written here."""

    job: Job
    options: argparse.Namespace
    model: MLP
    optimizer: Optimizer
    rng: Random
    epochs: int  # that the schedule is made for
    done: int = 0  # of them
    history: History = field(default_factory=History)

    def learn(self, *callbacks: Callback) -> History:
        """`fit` the model with the job's settings, or the user's where there are some, to the end of its epochs.

        A divergence is told by the History, not by a warning that would name a line of this file.
        """
        job, settings, done, before = self.job, self.job.settings, self.done, self.history.epochs
        schedule = settings.schedule(self.epochs) if settings.schedule else None
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", RuntimeWarning)
            fit(
                self.model,
                *job.train,
                loss=job.loss,
                optimizer=self.optimizer,
                epochs=self.epochs - done,
                batch_size=self.options.batch_size or settings.batch_size,
                rng=self.rng,
                penalty=settings.penalty,
                validation=job.held_out,
                metrics={job.metric_name: job.metric},
                schedule=schedule and (lambda epoch: schedule(epoch + done)),
                callbacks=callbacks,
                history=self.history,
            )
        self.done += self.history.epochs - before
        return self.history

    def saved(self) -> dict[str, Any]:
        """All that `take_up` needs."""
        csv = self.options.csv
        return {
            "options": {**vars(self.options), **ANEW, "csv": csv if csv in (None, "-") else os.path.abspath(csv)},
            "rows": _fingerprint(self.job),
            "epochs": self.epochs,
            "done": self.done,
            "optimizer": self.optimizer.state_dict(),
            "random": self.rng.getstate(),
            "history": _each(json_from, {k: c for k, c in vars(self.history).items() if isinstance(c, list | dict)}),
        }


def begin(job: Job, options: argparse.Namespace) -> Training:
    """The model, with its first weights drawn from the seed, and what it will learn with."""
    rng, settings = Random(options.seed), job.settings
    layers = settings.layers if options.layers is None else options.layers
    activation = options.activation or settings.activation
    model = MLP(job.inputs, [*layers, job.outputs], activation=activation, init=settings.init, rng=rng)
    make = OPTIMIZERS[options.optimizer] if options.optimizer else settings.optimizer
    optimizer = make(model.parameters(), lr=options.lr or settings.learning_rate)
    return Training(job, options, model, optimizer, rng, options.epochs or settings.epochs)


def take_up(arguments: Sequence[str] | None, program: str, folder: str) -> Training:
    """The training that lies in `folder`, to be learnt to its last epoch, or for as many more as the arguments say."""
    path = Path(folder) / "training.json"
    try:
        content = read(path)
        saved = content["about"]["training"]
        begun = {**saved["options"], "resume": folder, "output": folder}
        options = parse(arguments, program, **begun)
        new = [name for name in begun if name not in (*ANEW, "csv", "output") and getattr(options, name) != begun[name]]
        if new:
            raise TableError(f"--resume goes on as it was begun: leave out --{' and --'.join(new)}")
        training = begin(choose_job(options), options)
        if saved["rows"] != _fingerprint(training.job):
            raise TableError(f"{options.csv} has changed: rows held out so far would be learnt from; train anew")
        if not options.epochs:
            training.epochs, training.done = saved["epochs"], saved["done"]
        training.rng.setstate((saved["random"][0], tuple(saved["random"][1]), saved["random"][2]))
        training.model.load_state_dict(content["state"])
        training.optimizer.load_state_dict(saved["optimizer"])
        training.history = History(**_each(float_from, saved["history"]))
        if training.done >= training.epochs:
            raise TableError(f"all {training.epochs} epochs are done: --epochs N trains on for N more")
    except (KeyError, TypeError, ValueError) as error:
        why = error if isinstance(error, TableError) else f"{path} is no saved training: {error!r:.200}"
        raise TableError(str(why)) from None
    return training


def _fingerprint(job: Job) -> str:
    """Tells whether two jobs have the same rows, dealt out alike."""
    return sha256(repr((job.train, job.held_out)).encode()).hexdigest()


def _each(change: Callable[[Any], Any], curves: Mapping[str, Any]) -> dict[str, Any]:
    return {name: _each(change, c) if isinstance(c, dict) else mapped(change, c) for name, c in curves.items()}
