"""Plots: drawn into the axes given, showing what they should, leaving the model and everybody's style alone."""

import math
import random

import pytest

import nn
from nn.data import micrograd_moons, spirals
from nn.metrics import score_accuracy
from nn.optim import Adam
from nn.training.loop import fit

matplotlib = pytest.importorskip("matplotlib")

from nn.inspection.boundary import plot_boundary  # noqa: E402
from nn.inspection.curves import (  # noqa: E402
    plot_activations,
    plot_confusion,
    plot_gradient_flow,
    plot_gradients,
    plot_loss,
    plot_regression,
)
from nn.inspection.loss_surface import ParameterPath, plot_loss_surface  # noqa: E402
from nn.inspection.principal_plane import main_plane  # noqa: E402
from nn.inspection.style import new_axes  # noqa: E402

X, Y = micrograd_moons()


@pytest.fixture(scope="module")
def trained():
    """(model, history, path) of a short training."""
    model = nn.MLP(2, [6, 1], activation="tanh", rng=random.Random(1))
    path = ParameterPath(model)
    history = fit(
        model,
        X,
        Y,
        loss=nn.hinge,
        optimizer=Adam(model.parameters(), lr=0.1),
        epochs=30,
        validation=0.2,
        metrics={"accuracy": score_accuracy},
        callbacks=[path],
        rng=random.Random(1),
    )
    return model, history, path


def legend(ax):
    return [text.get_text() for text in ax.get_legend().get_texts()]


def drawings(model, history, path):
    """Every plot as a function of ax."""
    matrix = [[3, 1], [0, 4]]
    return {
        "boundary": lambda ax: plot_boundary(model, X, Y, ax),
        "regression": lambda ax: plot_regression(model, X, Y, ax),
        "loss": lambda ax: plot_loss(history, ax),
        "activations": lambda ax: plot_activations(model, X, ax),
        "gradients": lambda ax: plot_gradients(model, ax),
        "gradient flow": lambda ax: plot_gradient_flow(history, ax),
        "loss surface": lambda ax: plot_loss_surface(model, X[:20], Y[:20], nn.hinge, path, ax, points=5),
        "confusion": lambda ax: plot_confusion(matrix, ["a", "b"], ax),
    }


NAMES = list(drawings(None, None, None))


@pytest.mark.parametrize("name", NAMES)
def test_each_draws_into_the_axes_given_and_returns_them(trained, name, tmp_path):
    (ax,) = new_axes()
    model = trained[0]
    state, mode = model.state_dict(), model.training
    style = dict(matplotlib.rcParams)
    assert drawings(*trained)[name](ax) is ax
    assert ax.get_title()
    assert ax.has_data()
    ax.figure.savefig(tmp_path / "plot.png")
    assert (tmp_path / "plot.png").stat().st_size > 5000
    assert dict(matplotlib.rcParams) == style
    assert model.state_dict() == state
    assert model.training == mode


@pytest.mark.parametrize("name", NAMES)
def test_each_makes_a_figure_of_its_own_when_given_none(trained, name):
    ax = drawings(*trained)[name](None)
    assert ax.figure.axes[0] is ax


def test_the_boundary_lies_where_the_score_is_0_and_the_margins_where_it_is_1(trained):
    model = trained[0]
    lines = {}
    for contour in plot_boundary(model, X, Y).collections:
        levels = getattr(contour, "levels", ())
        if len(levels) == 1:
            lines[levels[0]] = contour.get_paths()[0].vertices
    assert set(lines) == {-1.0, 0.0, 1.0}
    for level, points in lines.items():
        # linear interpolation on the grid is off by a little
        assert max(abs(model(point.tolist()).data - level) for point in points) < 0.1


def test_the_colours_of_scores_reach_as_far_as_98_of_100_of_them():
    steep = nn.MLP(2, [1], init=50.0)
    filled = next(c for c in plot_boundary(steep, X, Y).collections if len(getattr(c, "levels", ())) == 17)
    ends = [(min(column), max(column)) for column in zip(*X, strict=True)]
    (a, b), (c, d) = ((low - 0.12 * (high - low), high + 0.12 * (high - low)) for low, high in ends)
    grid = [abs(50 * (a + (b - a) * i / 59 + c + (d - c) * j / 59)) for i in range(60) for j in range(60)]
    assert filled.levels[-1] == pytest.approx(sorted(grid)[3528])
    assert filled.levels[0] == -filled.levels[-1]


def test_the_boundary_of_several_classes_has_a_colour_and_a_marker_for_each():
    rows, arms = spirals(20, 3, rng=random.Random(0))
    model = nn.MLP(2, [6, 3], activation="tanh", rng=random.Random(0))
    ax = plot_boundary(model, rows, arms, classes=["red", "green", "blue"])
    assert legend(ax) == ["red", "green", "blue"]


def test_rows_of_one_hot_targets_are_drawn_as_those_of_their_classes():
    rows, arms = spirals(20, 3, rng=random.Random(0))
    model = nn.MLP(2, [6, 3], activation="tanh", rng=random.Random(0))
    by_number, by_row = (plot_boundary(model, rows, y) for y in (arms, [nn.data.one_hot(arm, 3) for arm in arms]))
    placed = [[dots.get_offsets().tolist() for dots in ax.collections[-3:]] for ax in (by_number, by_row)]
    assert placed[0] == placed[1]
    assert list(map(len, placed[0])) == [20, 20, 20]


def test_a_picture_of_numbers_that_are_no_rows_is_refused():
    for plot in (plot_boundary, plot_regression):
        with pytest.raises(ValueError, match="expected rows, each a list of numbers, got 1"):
            plot(nn.MLP(1, [1]), [1.0, 2.0], [0, 1])


def test_the_boundary_of_other_inputs_needs_a_map():
    model = nn.MLP(3, [1], rng=random.Random(0))
    with pytest.raises(ValueError, match="two numbers per row, got 3"):
        plot_boundary(model, [[1.0, 2.0, 3.0]], [1])
    ax = plot_boundary(model, X, Y, inputs=lambda point: [*point, 0.0])
    assert ax.has_data()


def test_the_fit_of_one_input_is_a_curve_of_several_a_diagonal():
    line = nn.MLP(1, [1], init=0.5)
    ax = plot_regression(line, [[1.0], [4.0]], [1.0, 2.0], output=lambda z: 10 * z, names=("age", "price"))
    curve = ax.lines[0].get_xydata()
    assert (curve[0].tolist(), curve[-1].tolist()) == ([1.0, 5.0], [4.0, 20.0])
    assert (ax.get_xlabel(), ax.get_ylabel()) == ("age", "price")
    assert plot_regression(line, [[1.0]], [1.0]).collections[0].get_offsets().tolist() == [[1.0, 1.0]]  # a single row
    plane = nn.MLP(2, [1], init=0.5)
    ax = plot_regression(plane, [[1.0, 1.0], [2.0, 4.0]], [1.0, 2.5], names=("age", "price"))
    assert ax.collections[0].get_offsets().tolist() == [[1.0, 1.0], [2.5, 3.0]]
    column = plot_regression(plane, [[1.0, 1.0], [2.0, 4.0]], [[1.0], [2.5]])
    assert column.collections[0].get_offsets().tolist() == [[1.0, 1.0], [2.5, 3.0]]


def test_loss_and_accuracy_have_an_axis_each(trained):
    _, history, _ = trained
    ax = plot_loss(history)
    loss, twin = ax.figure.axes
    assert loss.get_yscale() == "log"
    assert loss.lines[0].get_ydata().tolist() == history.loss
    assert twin.lines[0].get_ydata().tolist() == [100 * share for share in history.metrics["accuracy"]]
    assert legend(twin) == ["loss", "held-out loss"]
    for ax in (loss, twin):  # each scale in the colour of its curve
        (colour,) = {label.get_color() for label in ax.get_yticklabels(which="both")}
        assert colour == ax.yaxis.label.get_color() == ax.lines[0].get_color()


def test_a_loss_of_zero_is_drawn_on_a_linear_axis():
    model = nn.MLP(1, [1], init=0.0)
    history = fit(model, [[0.0]], [0.0], loss=nn.mse, epochs=2)
    assert plot_loss(history).get_yscale() == "linear"
    assert history.plot().get_yscale() == "linear"


def test_activations_show_saturation_and_dead_units():
    model = nn.MLP(2, [4, 1], activation="relu", rng=random.Random(0))
    model.layers[0].neurons[0].b.data = -100.0
    (label,) = legend(plot_activations(model, X))
    assert "dead 1/4" in label
    saturated = nn.MLP(2, [4, 1], activation="tanh", rng=random.Random(0))
    for neuron in saturated.layers[0].neurons:
        neuron.b.data = 50.0
    (label,) = legend(plot_activations(saturated, X))
    assert "sat 100%" in label


def test_gradients_that_are_zero_are_counted():
    model = nn.MLP(2, [2, 1], rng=random.Random(0))
    model.layers[1].neurons[0].b.grad = 0.5
    assert legend(plot_gradients(model)) == ["layer0 (6 of 6 are 0)", "layer1 (2 of 3 are 0)"]


def test_before_any_gradient_every_layer_is_counted_and_an_empty_history_is_an_empty_picture():
    assert legend(plot_gradients(nn.MLP(2, [2, 1]))) == ["layer0 (6 of 6 are 0)", "layer1 (3 of 3 are 0)"]
    assert plot_gradient_flow(nn.History()).get_legend() is None


def test_a_picture_leaves_every_module_as_it_was():
    model = nn.Sequential(nn.Layer(2, 3), nn.Dropout(0.5), nn.Layer(3, 1, nonlin=False))
    model.layers[1].eval()
    plot_boundary(model, [[0.0, 1.0], [1.0, 0.0]], [-1, 1])
    assert [module.training for module in (model, *model.layers)] == [True, True, False, True]


def test_the_surface_shows_the_loss_along_the_path(trained):
    model, _, path = trained
    assert len(path.points) == 31
    ax = plot_loss_surface(model, X[:20], Y[:20], nn.hinge, path, points=5)
    trail = ax.lines[0].get_xydata()
    assert len(trail) == 31
    assert trail[-1].tolist() == [0.0, 0.0]
    # distances within the plane are those of the whole space, less what sticks out of it
    length = math.dist(path.points[0], path.points[-1])
    assert 0.8 * length < math.hypot(*trail[0]) <= length * (1 + 1e-9)
    with pytest.raises(ValueError, match="points must be at least 2, not 1"):
        plot_loss_surface(model, X[:20], Y[:20], nn.hinge, path, points=1)
    named = plot_loss_surface(model, X[:20], Y[:20], "hinge", path, points=5)
    assert named.lines[0].get_xydata().tolist() == trail.tolist()
    short = ParameterPath(model)
    for _ in range(2):
        with pytest.raises(ValueError, match="train at least 2 epochs"):
            plot_loss_surface(model, X, Y, nn.hinge, short)
        short(nn.History())


def test_surfaces_that_are_flat_or_end(trained):
    model, _, path = trained

    def levels(loss):
        return plot_loss_surface(model, X[:5], Y[:5], loss, path, points=3).collections[0].levels

    for height, top in ((0.0, 1.0), (4.0, 4.000004), (-4.0, -3.999996)):
        flat = levels(lambda out, targets, height=height: nn.mse(out, targets) * 0.0 + height)
        assert (flat[0], flat[-1]) == pytest.approx((height, top), rel=1e-9)
    cut = levels(lambda out, targets: (nn.mse(out, targets) - 5.0).relu())
    assert cut[0] == 0.0 < cut[1]
    heights = iter([2.0, math.inf, 3.0, math.nan] * 3)
    ends = levels(lambda out, targets: out[0] * 0.0 + next(heights))
    assert (ends[0], ends[-1]) == pytest.approx((2.0, 3.0))
    with pytest.raises(ValueError, match="infinite or nan at every point"):
        levels(lambda out, targets: out[0] * math.nan)


def test_the_main_plane_holds_the_directions_of_largest_variance():
    rng = random.Random(0)
    rows = [[rng.gauss(1, 5), rng.gauss(2, 0.01), rng.gauss(3, 2)] for _ in range(400)]
    plane = main_plane(rows)
    assert [abs(d) for d in plane.directions[0]] == pytest.approx([1, 0, 0], abs=0.1)
    assert [abs(d) for d in plane.directions[1]] == pytest.approx([0, 0, 1], abs=0.1)
    assert plane.shares == pytest.approx([25 / 29, 4 / 29], abs=0.03)
    assert plane.project(plane.lift([0.3, -0.7])) == pytest.approx([0.3, -0.7])
    with pytest.raises(ValueError, match="at least two numbers"):
        main_plane([[1.0]])


@pytest.mark.parametrize("rows", [[[1.0, 2.0], [3.0, 1.0]], [[1.0, 2.0]] * 2, [[1.0, 2.0, 3.0]], [[1.0, 2.0]]])
def test_few_rows_lie_in_a_plane_too(rows):
    plane = main_plane(rows)
    for row in rows:
        assert plane.lift(plane.project(row)) == pytest.approx(row)
    (a, b), (c, d) = (direction[:2] for direction in plane.directions) if len(rows[0]) == 2 else ((1, 0), (0, 1))
    assert abs(a * d - b * c) == pytest.approx(1.0)  # two directions, not one twice
    assert sum(plane.shares) == pytest.approx(0.0 if rows[0] == rows[-1] else 1.0)


def test_without_matplotlib_the_extra_is_named(trained, without):
    model, _, path = trained
    without("matplotlib")
    with pytest.raises(ImportError, match=r"pip install 'glassgrad\[plots\]'"):
        plot_confusion([[1]], ["a"])
    without("numpy")
    with pytest.raises(ImportError, match=r"pip install 'glassgrad\[plots\]'"):
        main_plane([[1.0, 2.0]])
    with pytest.raises(ImportError, match=r"pip install 'glassgrad\[plots\]'"):
        plot_loss_surface(model, X, Y, nn.hinge, path)


def test_what_a_plot_returns_shows_the_whole_picture_in_a_notebook(trained):
    """Jupyter shows the bytes that `_repr_png_` gives; without it the cell would say "<Axes: …>"."""
    _, history, _ = trained
    ax = history.plot()
    for shown in (ax, ax.figure):
        assert shown._repr_png_().startswith(b"\x89PNG")
    before = ax._repr_png_()
    ax.set_title("another title")
    assert ax._repr_png_() != before


OF_A_MODEL = {
    "plot_activations": lambda thing: plot_activations(thing, X),
    "plot_gradients": plot_gradients,
    "plot_boundary": lambda thing: plot_boundary(thing, X, Y),
    "plot_regression": lambda thing: plot_regression(thing, X, Y),
    "ParameterPath": ParameterPath,
    "save": lambda thing: nn.save(thing, "model.json"),
    "load": lambda thing: nn.load(thing, "model.json"),
    "watch": lambda thing: nn.watch(thing, X, Y, nn.History()),
    "diagnose": lambda thing: nn.diagnose(thing, X, Y, "mse"),
}


@pytest.mark.parametrize("name", OF_A_MODEL)
@pytest.mark.parametrize("thing", [nn.History(), nn.MLP, None, X], ids=["history", "class", "None", "rows"])
def test_what_looks_at_a_model_says_so_of_anything_else(name, thing, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    with pytest.raises(TypeError, match=r"a model, such as nn\.MLP\(2, \[8, 1\]\), got "):
        OF_A_MODEL[name](thing)
    assert not list(tmp_path.iterdir())


OF_A_HISTORY = {
    "plot_loss": plot_loss,
    "plot_gradient_flow": plot_gradient_flow,
    "watch": lambda thing: nn.watch(nn.MLP(2, [1]), X, Y, thing),
    "diagnose": lambda thing: nn.diagnose(nn.MLP(2, [1]), X, Y, "mse", thing),
}


@pytest.mark.parametrize("name", OF_A_HISTORY)
@pytest.mark.parametrize("thing", [nn.MLP(2, [1]), nn.History, 3, [0.5, 0.25]], ids=["model", "class", "3", "list"])
def test_what_looks_at_a_history_says_so_of_anything_else(name, thing):
    with pytest.raises(TypeError, match=f"{name} takes the History that fit returns, got "):
        OF_A_HISTORY[name](thing)
