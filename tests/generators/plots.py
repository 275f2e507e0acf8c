"""Writes tests/data/plots.json.gz, what nn's plots are meant to show:  python -m tests.generators.plots

Run this after a change to what plots show, and look at them: `--show FOLDER` writes them there.
"""

import gzip
import json
import random
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

from matplotlib.ticker import FixedLocator

import nn
from nn.data import micrograd_moons, spirals
from nn.inspection.boundary import plot_boundary
from nn.inspection.curves import (
    plot_activations,
    plot_confusion,
    plot_gradient_flow,
    plot_gradients,
    plot_loss,
    plot_regression,
)
from nn.inspection.history import History
from nn.inspection.loss_surface import ParameterPath, plot_loss_surface
from nn.inspection.style import new_axes
from nn.optim import SGD

FILE = Path(__file__).parents[1] / "data" / "plots.json.gz"
X, Y = (rows[:24] for rows in micrograd_moons())


def classifier(outputs: int = 1) -> nn.MLP:
    return nn.MLP(2, [4, outputs], activation="tanh", rng=random.Random(1))


def after_backward() -> nn.MLP:
    """A model whose parameters hold gradients, one layer's partly 0."""
    model = nn.MLP(2, [5, 3, 1], activation="relu", rng=random.Random(3))
    nn.mse([model(row) for row in X], Y).backward()
    return model


def descent(ax: Any) -> Any:
    model = classifier()
    path = ParameterPath(model)
    nn.fit(model, X, Y, loss=nn.mse, optimizer=SGD(model.parameters(), lr=0.2), epochs=4, callbacks=[path])
    return plot_loss_surface(model, X, Y, nn.mse, path, ax, points=5)


def below_zero(ax: Any) -> Any:
    model = classifier()
    path = ParameterPath(model)
    for shift in (0.5, 1.0, -0.5):
        for i, p in enumerate(path.parameters):
            p.data += shift * (i % 3)
        path(History())
    return plot_loss_surface(model, X, Y, lambda out, targets: nn.mse(out, targets) - 5.0, path, ax, points=4)


def histories() -> tuple[History, History]:
    """A training with everything in it, and one whose loss reaches 0."""
    full = History(loss=[3.0, 1.0, 0.25], validation_loss=[4.0, 2.0, 1.0])
    full.metrics.update(accuracy=[0.25, 0.5, 0.75], validation_accuracy=[0.2, 0.4, 0.6], r2=[0.0, 0.1, 0.5])
    full.gradient_norm.update({f"layer{i}": [1.0 * i, 0.0, 0.1 * i] for i in range(12)})
    return full, History(loss=[1.0, 0.0])


def line_through(ax: Any) -> Any:
    model = nn.MLP(1, [1], rng=random.Random(2))
    return plot_regression(
        model, [[0.0], [1.0], [3.0]], [1.0, 2.0, 5.0], ax, output=lambda v: 2.0 * v, names=("t", "s")
    )


DRAWN: dict[str, Callable[[Any], Any]] = {
    "boundary": lambda ax: plot_boundary(classifier(), X, Y, ax),
    "boundary of 0 and 1": lambda ax: plot_boundary(
        classifier(), X, [int(t > 0) for t in Y], ax, names=("a", "b"), classes=("no", "$yes$")
    ),
    "regions": lambda ax: plot_boundary(classifier(3), *spirals(8, classes=3, rng=random.Random(5)), ax),
    "one column": lambda ax: plot_boundary(classifier(), [[1.0, 2.0], [1.0, 3.0]], [-1, 1], ax),
    "fit": line_through,
    "fit of two columns": lambda ax: plot_regression(classifier(), X, Y, ax),
    "loss": lambda ax: plot_loss(histories()[0], ax),
    "loss and r2": lambda ax: plot_loss(histories()[0], ax, metric="r2"),
    "loss that reaches 0": lambda ax: plot_loss(histories()[1], ax),
    "gradient flow": lambda ax: plot_gradient_flow(histories()[0], ax),
    "activations": lambda ax: plot_activations(after_backward(), X, ax),
    "activations of one layer": lambda ax: plot_activations(nn.MLP(2, [3], rng=random.Random(1)), X, ax, bins=5),
    "gradients": lambda ax: plot_gradients(after_backward(), ax),
    "confusion": lambda ax: plot_confusion([[3, 1, 0], [0, 4, 2], [2, 0, 0]], ["a", "b", "$c$"], ax),
    "no confusion": lambda ax: plot_confusion([[0, 0], [0, 0]], ["a", "b"], ax),
    "loss surface": descent,
    "loss surface below 0": below_zero,
}


def plain(thing: Any) -> Any:
    """Colours, arrays and numbers as JSON has them, to 9 digits."""
    if hasattr(thing, "tolist"):
        thing = thing.tolist()
    if isinstance(thing, list | tuple):
        return [plain(item) for item in thing]
    return f"{thing:.9g}" if isinstance(thing, float) else thing


def shown(ax: Any) -> dict[str, Any]:
    """What an axes holds, as far as it was put there on purpose."""
    legend = ax.get_legend()
    for collection in ax.collections:
        collection.update_scalarmappable()
    return {
        "words": [ax.get_title(), ax.get_xlabel(), ax.get_ylabel(), ax.yaxis.label.get_color(), ax.get_yscale()],
        "ticks": [[label.get_text() for label in axis.get_ticklabels()] for axis in (ax.xaxis, ax.yaxis)]
        if ax.images
        else [],
        "tick places": [
            plain(axis.get_ticklocs())
            for axis in (ax.xaxis, ax.yaxis)
            if type(axis.get_major_locator()) is FixedLocator
        ],
        "legend": [[t.get_text() for t in legend.get_texts()], legend._loc, legend.handletextpad] if legend else None,
        "grid": [line.get_visible() for line in ax.xaxis.get_gridlines()][:1],
        "spines": {name: spine.get_visible() for name, spine in ax.spines.items()},
        "lines": [
            [plain(line.get_xydata()), line.get_label(), line.get_color(), line.get_linewidth(), line.get_linestyle()]
            for line in ax.lines
        ],
        "markers": [[line.get_marker(), line.get_markersize(), line.get_alpha()] for line in ax.lines],
        "texts": [[*text.get_position(), text.get_text(), text.get_color(), text.get_ha()] for text in ax.texts],
        "outlines": [
            [plain(patch.get_xy()), plain(patch.get_edgecolor()), patch.get_linewidth()] for patch in ax.patches
        ],
        "images": [[plain(image.get_array()), image.get_cmap().name, plain(image.get_clim())] for image in ax.images],
        "collections": [
            {
                "points": plain(c.get_offsets()) if not hasattr(c, "levels") else None,
                "levels": plain(getattr(c, "levels", None)),
                "sizes": plain(c.get_sizes()) if hasattr(c, "get_sizes") else None,
                "colours": [plain(c.get_facecolor()), plain(c.get_edgecolor())],
                "lines": [plain(c.get_linewidth()), plain(c.get_linestyle())],
                "rest": [c.get_alpha(), c.get_zorder(), c.get_label(), getattr(c, "extend", None)],
            }
            for c in ax.collections
        ],
    }


def drawn(name: str) -> Any:
    """All axes of the figure of a plot, as JSON."""
    (ax,) = new_axes()
    assert DRAWN[name](ax) is ax
    figure = ax.figure
    size = [*figure.get_size_inches()]
    return json.loads(json.dumps(plain([size, [shown(each) for each in figure.axes]])))


def main() -> None:
    content = {name: drawn(name) for name in DRAWN}
    FILE.write_bytes(gzip.compress(json.dumps(content, sort_keys=True).encode(), mtime=0))
    if "--show" in sys.argv:
        folder = Path(sys.argv[sys.argv.index("--show") + 1])
        folder.mkdir(exist_ok=True)
        for name, draw in DRAWN.items():
            (ax,) = new_axes()
            draw(ax).figure.savefig(folder / f"{name}.png")


if __name__ == "__main__":
    main()
