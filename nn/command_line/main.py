"""`python -m nn`: train a network, say how good it is, and leave everything to look at in a folder.

Without options: micrograd's two moons. With `--csv FILE --target COLUMN`: a table of your own.
"""

from __future__ import annotations

import argparse
import sys
import warnings
from collections.abc import Callable, Sequence
from io import BytesIO
from pathlib import Path
from random import Random
from tempfile import TemporaryFile

from autograd import Value, no_grad
from autograd.system.files import write_whole
from autograd.system.terminal import drop_output, manners
from nn.basics.nested import plain
from nn.command_line.jobs import Job
from nn.command_line.options import OPTIMIZERS, choose_job, parse
from nn.data.tables import TableError
from nn.inspection.history import History
from nn.neuron import MLP
from nn.training.diagnosis import diagnose
from nn.training.loop import fit
from nn.training.model_file import save

MOST_NEURONS_DRAWN = 50  # in graph.svg; larger networks get a card per layer


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the job; 0 when the model is trained and saved, 1 when training diverged, 2 when the input was wrong."""
    try:
        with manners():
            options = parse(arguments)
            return _run(choose_job(options), options, _output_folder(options.output))
    except TableError as error:
        print("python -m nn:", *str(error).split(), file=sys.stderr)  # a column's name may hold a line break
        return 2
    except OSError as error:  # of files it would be a TableError
        return _output_lost(error)
    except KeyboardInterrupt:
        print("python -m nn: interrupted", file=sys.stderr)
        return 130


def _output_lost(error: OSError) -> int:
    """`python -m nn | head -1`, a full disk: one line, and nothing left that Python would try to print on its way."""
    drop_output()
    gone = isinstance(error, BrokenPipeError)
    why = "nobody reads the output any more" if gone else f"cannot write the output: {error.strerror or error}"
    print(f"python -m nn: {why}; stopped", file=sys.stderr)
    return 1


def _output_folder(path: str) -> Path:
    """The folder, made if need be; TableError, before any work is done, when nothing can be written there."""
    folder = Path(path)
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with TemporaryFile(dir=folder):
            pass
    except OSError as error:
        raise TableError(f"cannot write into the output folder {path}: {error.strerror or error}") from None
    return folder


def _run(job: Job, options: argparse.Namespace, output: Path) -> int:
    model, history = learn(job, options)
    if history.diverged:
        print(f"python -m nn: {history.stopped}", file=sys.stderr)
        return 1
    print(_summary(model, job, history))
    for finding in diagnose(model, *job.train, job.loss, history).findings:
        print(f"note: {finding}")
    for line in _write_all(model, options.activation or job.settings.activation, job, history, output):
        print(line)
    return 0


def learn(job: Job, options: argparse.Namespace) -> tuple[MLP, History]:
    """`fit` a new model with the job's settings, or the user's where there are some.

    A divergence is told by the History, not by a warning that would name a line of this file.
    """
    settings, rng = job.settings, Random(options.seed)
    layers = settings.layers if options.layers is None else options.layers
    model = MLP(job.inputs, [*layers, job.outputs], activation=options.activation or settings.activation, rng=rng)
    print(job.title)
    for note in job.notes:
        print(f"note: {note}")
    print(f"{len(job.train[0])} rows to learn from, {len(job.held_out[0])} held out; {_shape(model)}")
    epochs = options.epochs or settings.epochs
    make = OPTIMIZERS[options.optimizer] if options.optimizer else settings.optimizer
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", RuntimeWarning)
        return model, fit(
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
            callbacks=() if sys.stderr.isatty() else [_print_tenths(epochs)],
        )


def _print_tenths(epochs: int) -> Callable[[History], None]:
    """Progress for pipes and log files, where a bar would not be redrawn: a line for every tenth of the way."""
    every = max(1, epochs // 10)

    def note(history: History) -> None:
        if history.epochs % every == 0 or history.epochs == epochs:
            shown = "  ".join(f"{name} {curve[-1]:.4f}" for name, curve in history.metrics.items())
            print(f"epoch {history.epochs:4d}/{epochs}  loss {history.loss[-1]:.4g}  {shown}", flush=True)

    return note


def _shape(model: MLP) -> str:
    """The model in one line: its repr without the layers below."""
    return repr(model).partition("\n")[0]


def _summary(model: MLP, job: Job, history: History) -> str:
    """Why it ended, and loss and metric of the trained model on both parts of the rows."""
    aside = " (penalty aside)" if job.settings.penalty else ""
    lines = [f"{history.stopped}; {history.updates} updates in {history.seconds:.1f} s"]
    for name, (rows, targets) in (("training", job.train), ("held-out", job.held_out)):
        with no_grad():
            outputs = model.batch(rows)
            loss = float(plain(job.loss(outputs, targets)))
        measured = _as_text(job.metric_name, job.metric(plain(outputs), targets))
        lines.append(f"{name} rows ({len(rows)}): loss {loss:.4g}{aside}, {measured}")
    return "\n".join(lines)


def _as_text(name: str, measured: float) -> str:
    return f"{name} {measured:.1%}" if name == "accuracy" else f"{name} {measured:.4f}"


def _write_all(model: MLP, activation: str, job: Job, history: History, output: Path) -> list[str]:
    """Write every result that can be written; one line about each, also about what is missing and needed for it."""
    about = {**job.about, "title": job.title, "model": _as_code(model, activation)}
    results: dict[str, Callable[[Path], object]] = {
        "model.json": lambda path: save(model, path, about),
        "history.csv": history.to_csv,
        "training.png": lambda path: _save_picture(model, job, history, path),
        "graph.svg": lambda path: _save_graph(model, job, path),
    }
    return [_write(output / name, write) for name, write in results.items()]


def _as_code(model: MLP, activation: str) -> str:
    """How to make a model that the saved numbers fit into."""
    inputs, sizes = len(model.layers[0].neurons[0].w), [len(layer.neurons) for layer in model.layers]
    return f"nn.MLP({inputs}, {sizes}, activation={activation!r})"


def _write(path: Path, write: Callable[[Path], object]) -> str:
    try:
        write(path)
    except (ImportError, RuntimeError, ValueError) as error:  # no package for it, or GLASSGRAD_LAYOUT names none
        return f"missing: {path}: {str(error).partition(chr(10))[0]}"
    except OSError as error:
        raise TableError(f"cannot write {path}: {error.strerror or error}") from None
    return f"wrote {path}"


def _save_picture(model: MLP, job: Job, history: History, path: Path) -> None:
    from nn.inspection.curves import plot_loss
    from nn.inspection.style import new_axes

    axes = new_axes(len(job.panels) + 1)
    for panel, ax in zip(job.panels, axes, strict=False):
        panel(model, ax)
    plot_loss(history, axes[-1])
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # letters the font does not have, numbers near the largest float
        axes[0].figure.savefig(image := BytesIO(), dpi=120)
    write_whole(path, image.getvalue())


def _save_graph(model: MLP, job: Job, path: Path) -> None:
    """The graph of the loss of the held-out row that is hardest for the model, with the gradients of that loss.

    The hardest, because a hinge loss of 0 has no gradients to show.
    """
    from autograd import draw

    names = job.about["inputs"]
    rows = [[Value(x, label=name) for x, name in zip(row, names, strict=True)] for row in job.held_out[0]]
    losses = [job.loss([model(row)], [target]) for row, target in zip(rows, job.held_out[1], strict=True)]
    hardest = max(losses, key=lambda loss: loss.data)
    model.zero_grad()
    hardest.backward()
    neurons = sum(len(layer.neurons) for layer in model.layers)
    draw(hardest, model=model, level="neuron" if neurons <= MOST_NEURONS_DRAWN else "layer").save(path)
