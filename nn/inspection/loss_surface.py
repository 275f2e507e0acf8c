"""The picture of descent: the loss around the end of a training, with the path that led there."""

import math
from typing import Any

from autograd import no_grad
from nn.basics.checks import positive
from nn.basics.nested import plain
from nn.data.rows import as_pairs
from nn.inspection.principal_plane import main_plane
from nn.inspection.style import COLORS, canvas, span
from nn.losses import Loss, find_loss
from nn.module import Module, check_model, evaluating


class ParameterPath:
    """A callback for `fit` that notes the parameters after every epoch, for `plot_loss_surface`."""

    def __init__(self, model: Module) -> None:
        check_model(model, "ParameterPath takes")
        self.parameters = model.parameters()
        self.points = [[p.data for p in self.parameters]]

    def __call__(self, history: object) -> None:
        self.points.append([p.data for p in self.parameters])


def plot_loss_surface(
    model: Module, X: Any, y: Any, loss: Loss | str, path: ParameterPath, ax: Any = None, points: int = 17
) -> Any:
    """The loss where the optimizer moved most, in the plane of its path's first two principal components, and the path.

    Each axis is a distance in parameter space from the end of the path; its label says how much of the movement it
    shows. The loss is taken at points² places, then the model's parameters are put back; where it is infinite or nan
    the plane stays white.
    Source: Li, Xu, Taylor, Studer & Goldstein 2018 (section 7). ValueError for a path of fewer than 3 points, for fewer
    than 2 places each way, and for a loss that is finite nowhere.
    """
    positive("points", points, least=2)
    if not isinstance(path, ParameterPath):
        raise TypeError(f"path has to be the ParameterPath that was among fit's callbacks, got {path!r:.60}")
    if len(path.points) < 3:
        raise ValueError(f"the path has {len(path.points)} points; train at least 2 epochs with it among the callbacks")
    rows, targets = as_pairs(X, y)
    measure = find_loss(loss)
    plane = main_plane(path.points, origin=path.points[-1])
    trail = [plane.project(point) for point in path.points]
    spans = [span(values, points, 0.25) for values in zip(*trail, strict=True)]

    def at(a: float, b: float) -> float:
        for p, number in zip(path.parameters, plane.lift((a, b)), strict=True):
            p.data = number
        return float(plain(measure(model.batch(rows), targets)))

    with canvas(ax) as ax, no_grad(), evaluating(model):
        kept = [p.data for p in path.parameters]
        try:
            surface = [[at(a, b) for a in spans[0]] for b in spans[1]]
        finally:
            for p, data in zip(path.parameters, kept, strict=True):
                p.data = data
        return _draw_surface(ax, spans, surface, trail, plane.shares)


def _draw_surface(ax: Any, spans: Any, surface: Any, trail: Any, shares: Any) -> Any:
    from matplotlib.colors import LogNorm

    finite = [v for row in surface for v in row if math.isfinite(v)]
    if not finite:
        raise ValueError("the loss is infinite or nan at every point of the plane, also where the path ends")
    low, high = min(finite), max(finite)
    high = max(high, low + (1e-6 * max(abs(low), abs(high)) or 1.0))  # levels have to differ, on level ground too
    log = low > 0
    steps = [k / 18 for k in range(19)]
    levels = [low * (high / low) ** t for t in steps] if log else [low + (high - low) * t for t in steps]
    norm = LogNorm(low, high) if log else None
    filled = ax.contourf(*spans, surface, levels=levels, norm=norm, cmap="Blues_r", alpha=0.85)
    ax.contour(*spans, surface, levels=levels[::2], colors="white", linewidths=0.5)
    ax.plot(*zip(*trail, strict=True), color=COLORS[1], linewidth=1.3, marker="o", markersize=2.2)
    ax.plot(*trail[0], color=COLORS[1], marker="o", markersize=6, label="start")
    ax.plot(*trail[-1], color=COLORS[1], marker="*", markersize=11, label="end")
    bar = ax.figure.colorbar(filled, ax=ax, ticks=[levels[0], levels[6], levels[12], levels[18]], format="%.2g")
    bar.set_label("loss")
    ax.set(
        title="loss surface and path",
        xlabel=f"direction 1: {shares[0]:.0%} of the movement",
        ylabel=f"direction 2: {shares[1]:.0%} of the movement",
    )
    ax.grid(False)
    ax.legend(loc="best")
    return ax
