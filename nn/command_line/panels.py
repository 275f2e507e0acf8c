"""What a job shows of its model in training.png: functions of (job, model, axes), each drawing one panel.

A table is shown in its own units, as they stood in the file.
"""

from collections.abc import Callable
from typing import Any

from nn.command_line.jobs import Job, some
from nn.inspection.boundary import plot_boundary
from nn.inspection.curves import plot_confusion, plot_regression
from nn.inspection.outputs import answers
from nn.inspection.principal_plane import main_plane
from nn.inspection.style import literal
from nn.metrics import confusion_matrix, predicted_class
from nn.module import Module

Panel = Callable[[Job, Module, Any], Any]


def panels(job: Job) -> list[Panel]:
    """The panels that suit a job."""
    if job.table is None:
        return [moons]
    if job.table.classes is None:
        return [predictions]
    return [confusion] if job.inputs == 1 else [boundary, confusion]


def moons(job: Job, model: Module, ax: Any) -> Any:
    """Where micrograd's demo changes its mind."""
    return plot_boundary(model, *job.train, ax)


def boundary(job: Job, model: Module, ax: Any) -> Any:
    """Where a classifier changes its mind: over two columns, or in the plane in which rows of more differ most."""
    table = job.known_table
    points, targets = some(table.all_rows)
    names = [literal(label) for label in table.encoding.labels()]
    inputs: Callable[[list[float]], list[float]] = table.scaled_row
    if job.inputs > 2:
        scaled = table.scaler(points)
        plane = main_plane(scaled)
        points, inputs = [plane.project(row) for row in scaled], plane.lift
        names = [f"main direction {k}: {share:.0%} of the variance" for k, share in enumerate(plane.shares, 1)]
    return plot_boundary(model, points, targets, ax, inputs=inputs, names=names, classes=table.classes)


def confusion(job: Job, model: Module, ax: Any) -> Any:
    """Which classes of the held-out rows are taken for which."""
    classes = job.known_table.classes
    assert classes is not None
    predicted = list(map(predicted_class, answers(model, job.held_out[0])))
    return plot_confusion(confusion_matrix(predicted, job.held_out[1], range(len(classes))), classes, ax)


def predictions(job: Job, model: Module, ax: Any) -> Any:
    """The predicted numbers of the held-out rows beside the true ones."""
    table = job.known_table
    names = (literal(table.encoding.labels()[0]), literal(table.encoding.target.name))
    return plot_regression(model, *table.held_out, ax, inputs=table.scaled_row, output=table.answer, names=names)
