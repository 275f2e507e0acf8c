"""`watch`: a training of a network of two inputs as one page, update after update."""

from collections.abc import Iterator, Sequence
from typing import Any

from autograd import TrainingPage, Value
from nn.data.rows import as_pairs, as_rows
from nn.inspection.history import History, check_history
from nn.inspection.outputs import layer_outputs
from nn.inspection.style import two_names
from nn.metrics import target_class
from nn.module import Module, check_model, evaluating

PROBABILITIES = ("sigmoid", "hardsigmoid", "normal_cdf")


def watch(
    model: Module, X: Any, y: Any, history: History, *, names: Sequence[str] = ("x0", "x1"), title: str = ""
) -> TrainingPage:
    """The training that gave `history`, to be watched again: boundary, loss, every unit's own map of the plane, and the
    gradients that flowed, at any update that was kept.

        history = nn.fit(model, X, y, loss="mse", keep=1)
        nn.watch(model, X, y, history)                       # a notebook shows it; .save("training.html"), .show()

    The model keeps its layers in a list `layers` (MLP, Sequential), takes two numbers a row, and decides nothing by an
    `if` of its own: its graph for one row is the page's program. What is no parameter (the averages of BatchNorm) is as
    it is now. Targets ±1, or 0 and 1, are shown as two sides; of several outputs the largest counts; other targets are
    numbers. `names` are those of the two inputs.

    ValueError where nothing was kept, for rows of other than two numbers, and for a model with other parameters now.
    """
    check_model(model, "watch takes")
    check_history(history, "watch")
    rows, targets = as_pairs(as_rows(X), y)
    if any(len(row) != 2 for row in rows):
        raise ValueError(f"a plane has two numbers a row, got {len(rows[0])}")
    kept, parameters = history.kept, model.parameters()
    if kept is None or not len(kept):
        raise ValueError(
            "this training kept nothing to be watched: fit(..., keep=1), or keep=10 for every tenth update"
        )
    if len(kept.parameters[0]) != len(parameters):
        raise ValueError(f"the training had {len(kept.parameters[0])} parameters, this model has {len(parameters)}")
    if not isinstance(title, str | None):
        raise TypeError(f"title is a text, got {title!r:.60}")
    names = two_names(names)
    inputs = [Value(0.0, label) for label in names]
    with evaluating(model):
        layers = {name: rows_of[0] for name, rows_of in layer_outputs(model, [inputs]).items()}
    kind, level, numbers = _sides(list(layers.values())[-1], targets)
    return TrainingPage(
        inputs, layers, parameters, list(_links(model)), kept.updates, kept.parameters, kept.gradients,
        history.update_loss, rows, numbers, kind, level, names, title or f"{type(model).__name__}: {history.stopped}",
    )  # fmt: skip


def _sides(outputs: list[Value], targets: list[Any]) -> tuple[str, float, list[float]]:
    """What the outputs say ("sign", "classes", "numbers"), the level between two sides, and the targets as numbers."""
    if len(outputs) > 1:
        return "classes", 0.0, [float(target_class(target)) for target in targets]
    numbers = [float(target[0] if isinstance(target, list | tuple) else target) for target in targets]
    if set(numbers) <= {-1.0, 1.0} or set(numbers) <= {0.0, 1.0}:
        op = outputs[0].op
        return "sign", 0.5 if op is not None and op.name in PROBABILITIES else 0.0, numbers
    return "numbers", 0.0, numbers


def _links(model: Any) -> Iterator[tuple[int, int, int, int]]:
    """(layer, unit before, unit, parameter) for every weight of a layer that is made of neurons."""
    place = {parameter: i for i, parameter in enumerate(model.parameters())}
    for i, layer in enumerate(model.layers):
        for unit, neuron in enumerate(getattr(layer, "neurons", ())):
            yield from ((i, before, unit, place[w]) for before, w in enumerate(neuron.w))
