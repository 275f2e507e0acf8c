"""Pictures of training: each function draws into `ax` (a new figure's, when none is given) and returns it.

Decision boundaries are in boundary.py, loss surfaces in loss_surface.py. Needs the extra `plots` (matplotlib).
"""

import math
from collections.abc import Callable, Sequence
from typing import Any, Protocol

from nn.basics.checks import check_functions, positive
from nn.basics.nested import is_list, only, shape
from nn.data.rows import as_list, as_pairs, as_rows
from nn.data.scaling import mean_and_deviation
from nn.inspection.outputs import answers, layer_outputs, saturation
from nn.inspection.style import COLORS, INK, SLATE, canvas, literal, two_names
from nn.module import Module, evaluating, parameters_by_layer


class Curves(Protocol):
    """What a History has to show."""

    loss: list[float]
    validation_loss: list[float]
    metrics: dict[str, list[float]]
    gradient_norm: dict[str, list[float]]


def _check_curves(history: Any, who: str) -> None:
    if isinstance(history, type) or not all(hasattr(history, name) for name in Curves.__annotations__):
        raise TypeError(f"{who} takes the History that fit returns, got {history!r:.60}")


def plot_regression(
    model: Module,
    X: Any,
    y: Any,
    ax: Any = None,
    *,
    inputs: Callable[[list[float]], Any] = list,
    output: Callable[[float], float] = float,
    names: Sequence[str] = ("x", "y"),
) -> Any:
    """The fit: for one number per row the curve ŷ(x) through the rows, for more ŷ against y, perfect on the diagonal.

    `inputs` turns a row into what the model takes, `output` what it gives into the unit of y.
    """
    rows, targets = as_pairs(as_rows(X), y)
    targets, names = list(map(only, targets)), two_names(names)
    if any(map(is_list, targets)):
        raise ValueError(f"plot_regression draws one number per row, y has {shape(targets)}")
    check_functions(inputs=inputs, output=output)
    dots = {"s": 18, "color": COLORS[0], "edgecolors": "white", "linewidths": 0.5}
    with canvas(ax) as ax:
        if len(rows[0]) == 1:
            low, high = min(rows)[0], max(rows)[0]
            xs = [low + (high - low) * k / 200 for k in range(201)]
            ax.scatter([row[0] for row in rows], targets, **dots)
            ax.plot(xs, [output(v) for v in answers(model, [inputs([x]) for x in xs])], color=COLORS[1])
            ax.set(xlabel=names[0], ylabel=names[1], title="fit")
        else:
            predicted = [output(v) for v in answers(model, [inputs(row) for row in rows])]
            ends = [min(*targets, *predicted), max(*targets, *predicted)]
            ax.plot(ends, ends, color=SLATE, linewidth=1, linestyle="--")
            ax.scatter(targets, predicted, **dots)
            ax.set(xlabel=f"{names[-1]}, true", ylabel=f"{names[-1]}, predicted", title="fit")
    return ax


def plot_loss(history: Curves, ax: Any = None, *, metric: str = "accuracy") -> Any:
    """Loss over the epochs on a log scale, held-out loss dashed; `metric` (a share, in %) on an axis at the right.

    A loss that reaches 0 or below cannot be shown on a log scale: the axis is linear then.
    """
    _check_curves(history, "plot_loss")
    with canvas(ax) as ax:
        ax.plot(history.loss, color=COLORS[0], label="loss")
        if history.validation_loss:
            ax.plot(history.validation_loss, color=COLORS[0], linestyle="--", linewidth=1.2, label="held-out loss")
            ax.legend(loc="best")
        if history.loss and min(history.loss + history.validation_loss) > 0:
            ax.set_yscale("log")
        ax.set(xlabel="epoch", title="loss")
        ax.set_ylabel("loss", color=COLORS[0])
        ax.tick_params(axis="y", which="both", labelcolor=COLORS[0])
        _draw_metric(history, ax, metric)
    return ax


def _draw_metric(history: Curves, ax: Any, metric: str) -> None:
    if not isinstance(metric, str) or (metric != "accuracy" and metric not in history.metrics):
        raise ValueError(f"metric has to be one that was noted, of {sorted(history.metrics)}, got {metric!r:.60}")
    curves = {name: line for name, line in ((metric, "-"), (f"validation_{metric}", "--")) if name in history.metrics}
    if not curves:
        return
    twin = ax.twinx()
    for name, line in curves.items():
        twin.plot([100 * share for share in history.metrics[name]], line, color=COLORS[2], linewidth=1.2, alpha=0.8)
    twin.set_ylabel(f"{metric}, %", color=COLORS[2])
    twin.tick_params(axis="y", labelcolor=COLORS[2])
    twin.spines["right"].set_visible(True)
    twin.grid(False)
    if ax.get_legend() is not None:  # on the upper axes, or the metric would run through it
        ax.get_legend().remove()
        twin.legend(*ax.get_legend_handles_labels(), loc="lower left")


def plot_activations(model: Module, X: Any, ax: Any = None, bins: int = 40) -> Any:
    """Histogram of each hidden layer's outputs over all rows, with σ and the shares that are saturated or dead.

    Saturated: the activation's slope is below 5 % of its steepest (for relu: the unit is off); dead: on every row.
    """
    bins = positive("bins", bins)
    with canvas(ax) as ax, evaluating(model):
        layers = list(layer_outputs(model, X).items())
        for k, (name, values) in enumerate(layers[:-1] or layers):
            numbers = [unit.data for row in values for unit in row]
            share, dead = saturation(values)
            _, deviation = mean_and_deviation(numbers)
            label = f"{name}: σ={deviation:.2f}, sat {share:.0%}" + (f", dead {dead}/{len(values[0])}" if dead else "")
            _outline(ax, numbers, bins, k, label)
        ax.set(xlabel="output of the activation", ylabel="density", title="activations")
        ax.legend(loc="best")
    return ax


def plot_gradients(model: Module, ax: Any = None, bins: int = 30) -> Any:
    """Histogram of log₁₀|∂L/∂w| per layer, of the gradients that are there now; the legend counts zeros."""
    bins = positive("bins", bins)
    with canvas(ax) as ax:
        for k, (name, parameters) in enumerate(parameters_by_layer(model).items()):
            sizes = [math.log10(abs(p.grad)) for p in parameters if p.grad]
            zeros = len(parameters) - len(sizes)
            label = name + (f" ({zeros} of {len(parameters)} are 0)" if zeros else "")
            if sizes:
                _outline(ax, sizes, bins, k, label)
            else:
                ax.plot([], [], color=COLORS[k % 10], label=label)  # nothing to see but its line in the legend
        ax.set(xlabel=r"$\log_{10}|\partial L/\partial w|$", ylabel="density", title="gradient size")
        ax.legend(loc="best")
    return ax


def _outline(ax: Any, numbers: Sequence[float], bins: int, k: int, label: str) -> None:
    """The histogram of layer `k` as a line, so that layers can lie over one another."""
    ax.hist(numbers, bins=bins, density=True, histtype="step", linewidth=1.6, color=COLORS[k % 10], label=label)


def plot_gradient_flow(history: Curves, ax: Any = None) -> Any:
    """Gradient norm of each layer over the epochs, log scale: lines that drift apart are vanishing or exploding."""
    _check_curves(history, "plot_gradient_flow")
    with canvas(ax) as ax:
        for k, (name, norms) in enumerate(history.gradient_norm.items()):
            ax.plot([norm or math.nan for norm in norms], color=COLORS[k % 10], linewidth=1.4, label=name)
        ax.set_yscale("log")
        ax.set(xlabel="epoch", ylabel=r"$\|\partial L/\partial w\|$", title="gradient flow by layer")
        if history.gradient_norm:
            ax.legend(loc="best")
    return ax


def plot_confusion(matrix: Sequence[Sequence[int]], labels: Sequence[str], ax: Any = None) -> Any:
    """A confusion matrix (nn.metrics.confusion_matrix) as a table of shaded cells with their counts."""
    matrix, labels = as_rows(matrix), as_list(labels)
    if not matrix or {len(labels)} != {len(matrix), *map(len, matrix)}:
        raise ValueError(
            f"a confusion matrix has a row, a column and a label for each class, got {shape(matrix)} "
            f"and {len(labels)} labels"
        )
    with canvas(ax) as ax:
        largest = max(max(row) for row in matrix) or 1
        ax.imshow(matrix, cmap="Blues", vmin=0, vmax=largest)
        for i, row in enumerate(matrix):
            for j, count in enumerate(row):
                ax.text(j, i, str(count), ha="center", va="center", color="white" if count > largest / 2 else INK)
        names = [literal(str(label)) for label in labels]
        ax.set_xticks(range(len(names)), names)
        ax.set_yticks(range(len(names)), names)
        ax.set(xlabel="predicted", ylabel="true", title="held-out rows")
        ax.grid(False)
    return ax
