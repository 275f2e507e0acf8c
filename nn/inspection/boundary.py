"""The picture of a classifier: where it changes its mind, and how far each row is from there."""

from collections.abc import Callable, Sequence
from typing import Any

from nn.basics.checks import check_functions
from nn.basics.nested import is_list
from nn.data.rows import Rows, as_pairs, as_rows
from nn.inspection.outputs import answers
from nn.inspection.style import COLORS, INK, MARKERS, canvas, literal, span, two_names
from nn.metrics import target_class
from nn.module import Module

GRID_POINTS = 60  # the model is asked at this many points each way


def plot_boundary(
    model: Module,
    X: Any,
    y: Any,
    ax: Any = None,
    *,
    inputs: Callable[[list[float]], Any] = list,
    names: Sequence[str] = ("$x_0$", "$x_1$"),
    classes: Sequence[str] | None = None,
) -> Any:
    """Where a classifier changes its mind: score 0 thick, the margins ±1 dashed, the rows on top.

    X has two numbers per row; `inputs` turns such a point into what the model takes (itself, by default). One
    score per row (targets ±1, or 0 and 1) is shown as a field; of several scores (targets 0, 1, … or one-hot) the lead
    of the best over the second best is, in the colour of the best. `classes` are the names for the legend.
    """
    rows, targets = as_pairs(as_rows(X), y)
    if any(len(row) != 2 for row in rows):
        raise ValueError(f"a boundary is drawn over two numbers per row, got {len(rows[0])}; give `inputs` to map them")
    names = two_names(names)
    check_functions(inputs=inputs)
    if classes is not None and not (is_list(classes) and all(isinstance(name, str) for name in classes)):
        raise TypeError(f"classes has to be a list of names, one for each class, got {classes!r:.60}")
    with canvas(ax) as ax:
        xs, ys, scores = _field(model, rows, inputs)
        if isinstance(scores[0][0], list):
            labels = _draw_regions(ax, xs, ys, scores)
        else:
            _draw_score(ax, xs, ys, scores)
            labels = ["0" if 0 in targets else "−1", "+1"]
        labels = labels if classes is None else [literal(name) for name in classes]
        _draw_rows(ax, rows, list(map(target_class, targets)), labels)
        ax.set(xlabel=names[0], ylabel=names[1], title="decision boundary and margin")
    return ax


def _field(
    model: Module, rows: Rows, inputs: Callable[[list[float]], Any]
) -> tuple[list[float], list[float], list[Any]]:
    """(x positions, y positions, the model's outputs there as rows of plain numbers), a little beyond the data."""
    xs, ys = (span(column, GRID_POINTS, 0.12) for column in zip(*rows, strict=True))
    outputs = answers(model, [inputs([a, b]) for b in ys for a in xs])
    return xs, ys, [outputs[i : i + GRID_POINTS] for i in range(0, len(outputs), GRID_POINTS)]


def _draw_score(ax: Any, xs: list[float], ys: list[float], scores: list[Any]) -> None:
    reach = max(1.5, sorted(abs(s) for row in scores for s in row)[int(0.98 * GRID_POINTS**2)])
    levels = [reach * k / 8 for k in range(-8, 9)]
    ax.contourf(xs, ys, scores, levels=levels, cmap="RdBu_r", alpha=0.6, extend="both")
    _draw_lines(ax, xs, ys, scores, (-1.0, 0.0, 1.0))


def _draw_lines(ax: Any, xs: list[float], ys: list[float], field: list[Any], levels: Sequence[float]) -> None:
    flat = [v for row in field for v in row]
    levels = [level for level in levels if min(flat) < level < max(flat)]  # contour() warns about absent levels
    for level in levels:
        look = {"linewidths": 0.9, "linestyles": "--"} if level else {"linewidths": 2.2, "linestyles": "-"}
        ax.contour(xs, ys, field, levels=[level], colors=INK, **look)


def _draw_regions(ax: Any, xs: list[float], ys: list[float], scores: list[Any]) -> list[str]:
    """For each class the lead of its score over the best other one: coloured where it is positive."""
    count = len(scores[0][0])
    for k in range(count):
        lead = [[s[k] - max(s[j] for j in range(count) if j != k) for s in row] for row in scores]
        if max(map(max, lead)) > 0:
            top = max(map(max, lead)) * 1.001
            ax.contourf(xs, ys, lead, levels=[0, min(1.0, top / 2), top], colors=[_pale(k, 0.80), _pale(k, 0.62)])
        _draw_lines(ax, xs, ys, lead, (0.0, 1.0))
    return [str(k) for k in range(count)]


def _pale(k: int, white: float) -> tuple[float, ...]:
    from matplotlib.colors import to_rgb

    return tuple(white + (1 - white) * c for c in to_rgb(COLORS[k % len(COLORS)]))


def _draw_rows(ax: Any, rows: Rows, members: list[int], labels: list[str]) -> None:
    for k, label in enumerate(labels):
        own = [row for row, member in zip(rows, members, strict=True) if member == k]
        if own:
            look = {"color": COLORS[k % len(COLORS)], "marker": MARKERS[k % len(MARKERS)], "edgecolors": "white"}
            ax.scatter(*zip(*own, strict=True), s=22, linewidths=0.6, label=label, zorder=3, **look)
    ax.legend(loc="best", handletextpad=0.2)
