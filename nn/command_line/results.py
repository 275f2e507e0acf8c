"""What a training leaves: a summary in words, and the files of the output folder."""

import json
import warnings
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path
from tempfile import TemporaryFile
from typing import Any

import autograd
from autograd import Value
from autograd.system.files import write_whole
from autograd.system.json_text import json_from
from autograd.system.letters import with_minus
from nn.basics.nested import plain
from nn.command_line.jobs import Job
from nn.command_line.learning import Training
from nn.command_line.panels import panels
from nn.data.files import TableError, short, shown
from nn.data.rows import Rows
from nn.inspection.curves import plot_loss
from nn.inspection.history import History
from nn.inspection.outputs import answers
from nn.inspection.style import new_axes
from nn.neuron import MLP
from nn.training.model_file import save

FEW = 20  # held-out rows
FEW_TO_LEARN = 30
MEMORISED = 0.15  # of accuracy, or of R²
ONE_SIDED = 0.8  # of the rows
MOST_NEURONS_DRAWN = 50  # in graph.svg; larger networks get a card per layer


def output_folder(path: str) -> Path:
    """The folder, made if need be; TableError, before any work is done, when nothing can be written there."""
    folder = Path(path)
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with TemporaryFile(dir=folder):
            pass
    except OSError as error:
        raise TableError(f"cannot write into the output folder {path}: {error.strerror or error}") from None
    return folder


@dataclass(frozen=True)
class Score:
    """How good the model is on one part of the rows."""

    part: str
    rows: int
    loss: float
    metric: float


def scores(model: MLP, job: Job) -> list[Score]:
    """On the rows it has learnt from, on those held out, and on those of another file."""

    def score(part: str, rows: Rows, targets: list[Any]) -> Score:
        outputs = answers(model, rows)
        return Score(part, len(rows), float(plain(job.loss(outputs, targets))), job.metric(outputs, targets))

    others = [score("test", *job.test)] if job.test else []
    return [score("training", *job.train), score("held-out", *job.held_out), *others]


def summary(job: Job, history: History, measured: Sequence[Score]) -> str:
    """Why it ended, and loss and metric of the trained model on each part of the rows."""
    aside = " (penalty aside)" if job.settings.penalty else ""
    lines = [f"{history.stopped}; {history.updates} updates in {history.seconds:.1f} s"]
    for score in measured:
        reached = f"{score.metric:.1%}" if job.metric_name == "accuracy" else f"{score.metric:.4f}"
        lines.append(f"{score.part} rows ({score.rows}): loss {score.loss:.4g}{aside}, {job.metric_name} {reached}")
    return "\n".join(lines)


def notes(job: Job, measured: Sequence[Score]) -> list[str]:
    """What the scores do not say by themselves."""
    training, held_out, *_ = measured
    found = []
    if training.metric - held_out.metric > MEMORISED:
        found.append(
            "the held-out rows are answered much worse than those it has learnt from: it knows rows by heart. More "
            "rows, fewer neurons (--layers) or fewer epochs (--epochs) may help"
        )
    if training.rows < FEW_TO_LEARN:
        found.append(f"{training.rows} rows to learn from are few: what holds for them need not hold for others")
    if held_out.rows < FEW:
        found.append(f"{held_out.rows} held-out rows are few: with another --seed their score can be quite another")
    if job.table is not None and job.table.classes is not None:
        name, count = Counter(job.held_out[1]).most_common(1)[0]
        share = count / held_out.rows
        if share >= ONE_SIDED:
            found.append(
                f"{share:.0%} of the held-out rows are {short(job.table.classes[name])}: whoever always answers that "
                "is right as often, so judge by the confusion matrix in training.png"
            )
    elif job.table is not None and len(set(job.held_out[1])) == 1:
        found.append("the held-out rows all have one and the same target: R² says nothing about them")
    return found


def write_all(training: Training, measured: Sequence[Score], told: Sequence[str], output: Path) -> list[str]:
    """Write every result that can be written; one line about each, also about what is missing and needed for it."""
    model, job, history = training.model, training.job, training.history
    about = about_model(training)
    results: dict[str, Callable[[Path], object]] = {
        "model.json": lambda path: save(model, path, about),
        "training.json": lambda path: save(model, path, {**about, "training": training.saved()}),
        "result.json": lambda path: write_whole(path, _result(training, measured, told)),
        "history.csv": history.to_csv,
        "training.png": lambda path: _save_picture(model, job, history, path),
        "graph.svg": lambda path: _save_graph(model, job, path),
    }
    lines = [_write(output / name, write) for name, write in results.items()]
    pictures = [output / name for name in ("training.png", "graph.svg") if f"wrote {output / name}" in lines]
    return [*lines, f"open {' and '.join(map(str, pictures))} to see what it has learnt"] if pictures else lines


def about_model(training: Training) -> dict[str, Any]:
    """What the model's file says beside its numbers; "network" is what to make a model from that they fit into."""
    model, activation = training.model, training.options.activation or training.job.settings.activation
    sizes = [len(layer.neurons) for layer in model.layers]
    network = {"inputs": len(model.layers[0].neurons[0].w), "layers": sizes, "activation": activation}
    return {**training.job.about, "title": training.job.title, "network": network}


def _result(training: Training, measured: Sequence[Score], told: Sequence[str]) -> str:
    """The summary for programs, as JSON; R² is nan where the targets are all the same."""
    job, history = training.job, training.history
    result: dict[str, Any] = {"title": job.title, "stopped": history.stopped, "epochs": history.epochs}
    result |= {"updates": history.updates, "seconds": history.seconds, "engine": history.engine}
    for score in measured:
        worth = {"loss": json_from(score.loss), job.metric_name: json_from(score.metric)}
        result[score.part] = {"rows": score.rows, **worth}
    return json.dumps({**result, "notes": list(told)}, indent=1, ensure_ascii=False) + "\n"


def _write(path: Path, write: Callable[[Path], object]) -> str:
    try:
        write(path)
    except (ImportError, RuntimeError, ValueError) as error:  # no package for it, or GLASSGRAD_LAYOUT names none
        return f"missing: {path}: {str(error).partition(chr(10))[0]}"
    except OSError as error:
        raise TableError(f"cannot write {path}: {error.strerror or error}") from None
    return f"wrote {path}"


def _save_picture(model: MLP, job: Job, history: History, path: Path) -> None:
    shown = panels(job)
    axes = new_axes(len(shown) + 1)
    for panel, ax in zip(shown, axes, strict=False):
        panel(job, model, ax)
    plot_loss(history, axes[-1])
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # letters the font does not have, numbers near the largest float
        axes[0].figure.savefig(image := BytesIO(), dpi=120)
    write_whole(path, image.getvalue())


def _save_graph(model: MLP, job: Job, path: Path) -> None:
    """The graph of the loss of the held-out row that is hardest for the model, with the gradients of that loss.

    The hardest, because a hinge loss of 0 has no gradients to show. Its numbers stand in the title, as the network
    sees them: those of a table are standardised, which is said there and beside the target.
    """
    losses = plain(job.loss(answers(model, job.held_out[0]), job.held_out[1], reduction="none"))
    place = max(range(len(losses)), key=losses.__getitem__)
    names, target = map(shown, job.about["inputs"]), job.held_out[1][place]
    row = [Value(x, label=name) for x, name in zip(job.held_out[0][place], names, strict=True)]
    hardest = job.loss([model(row)], [target])
    hardest.label = f"loss ({_answer(job, target)})"
    numbers = ", ".join(f"{x.label} = {with_minus(f'{x.data:.4g}')}" for x in row)
    model.zero_grad()
    hardest.backward()
    level = "neuron" if sum(len(layer.neurons) for layer in model.layers) <= MOST_NEURONS_DRAWN else "layer"
    seen = "held-out row with the largest loss" + (", standardised" if job.table else "")
    autograd.draw(hardest, model=model, level=level, title=f"{seen}: {numbers}").save(path)


def _answer(job: Job, target: Any) -> str:
    """What the row really is: `label +1`, `class setosa`, `target 1.8, standardised 0.7821`."""
    if job.table is None:
        return f"label {with_minus(f'{target:+d}')}"
    if job.table.classes:
        return f"class {shown(job.table.classes[target])}"
    return with_minus(f"target {job.table.answer(target):.6g}, standardised {target:.4g}")
