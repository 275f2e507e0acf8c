"""A job and the user's options become a model, and the model learns; nothing is printed or written here."""

from __future__ import annotations

import argparse
import warnings
from random import Random

from nn.command_line.jobs import Job
from nn.command_line.options import OPTIMIZERS
from nn.inspection.history import History
from nn.neuron import MLP
from nn.training.arguments import Callback
from nn.training.loop import fit


def new_model(job: Job, options: argparse.Namespace, rng: Random) -> MLP:
    """The model, with its first weights from `rng`."""
    layers = job.settings.layers if options.layers is None else options.layers
    activation = options.activation or job.settings.activation
    return MLP(job.inputs, [*layers, job.outputs], activation=activation, init=job.settings.init, rng=rng)


def learn(model: MLP, job: Job, options: argparse.Namespace, rng: Random, *callbacks: Callback) -> History:
    """`fit` the model with the job's settings, or the user's where there are some.

    A divergence is told by the History, not by a warning that would name a line of this file.
    """
    settings = job.settings
    epochs = options.epochs or settings.epochs
    make = OPTIMIZERS[options.optimizer] if options.optimizer else settings.optimizer
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", RuntimeWarning)
        return fit(
            model,
            *job.train,
            loss=job.loss,
            optimizer=make(model.parameters(), lr=options.lr or settings.learning_rate),
            epochs=epochs,
            batch_size=options.batch_size or settings.batch_size,
            rng=rng,
            penalty=settings.penalty,
            validation=job.held_out,
            metrics={job.metric_name: job.metric},
            schedule=settings.schedule(epochs) if settings.schedule else None,
            callbacks=callbacks,
        )
