"""What a picture cannot draw is named in words of ours, not in matplotlib's or NumPy's."""

import re

import pytest

import nn

pytest.importorskip("matplotlib")
np = pytest.importorskip("numpy")
X, Y = [[0.0, 1.0], [1.0, 0.0], [1.0, 1.0], [0.5, 0.0]], [1.0, 0.0, 1.0, 0.0]
MODEL = nn.MLP(2, [3, 1], rng=0)
LINE = nn.MLP(1, [1], rng=0)
PATH = nn.ParameterPath(MODEL)
HISTORY = nn.fit(MODEL, X, Y, loss="mse", epochs=3, keep=1, callbacks=[PATH])
PICTURES = {
    "boundary": lambda **given: nn.plot_boundary(MODEL, X, Y, **given),
    "regression": lambda **given: nn.plot_regression(LINE, [[0.0], [1.0]], [0.0, 1.0], **given),
    "loss": lambda **given: nn.plot_loss(HISTORY, **given),
    "activations": lambda **given: nn.plot_activations(MODEL, X, **given),
    "gradients": lambda **given: nn.plot_gradients(MODEL, **given),
    "flow": lambda **given: nn.plot_gradient_flow(HISTORY, **given),
    "confusion": lambda **given: nn.plot_confusion([[1, 0], [0, 1]], ["a", "b"], **given),
    "surface": lambda **given: nn.plot_loss_surface(MODEL, X, Y, "mse", PATH, **given),
}


@pytest.mark.parametrize("bad", ["a", 1.5, [], {}, np.ones(2), np.array([object(), object()])])
@pytest.mark.parametrize("name", PICTURES)
def test_axes_are_those_of_matplotlib(name, bad):
    with pytest.raises(TypeError, match=r"ax has to be axes of matplotlib's, such as plt\.gca\(\), got"):
        PICTURES[name](ax=bad)


@pytest.mark.parametrize("bad", [None, "ab", ("x",), ("x", 1), ("x", "y", "z"), {"x": 1, "y": 2}, np.ones(2)])
def test_names_are_two_texts(bad):
    for draw in (
        PICTURES["boundary"],
        PICTURES["regression"],
        lambda names: nn.watch(MODEL, X, Y, HISTORY, names=names),
    ):
        with pytest.raises(TypeError, match="names has to be two texts, such as"):
            draw(names=bad)


@pytest.mark.parametrize(("bad", "error"), [(0, ValueError), (2.5, TypeError), (True, TypeError), ("auto", TypeError)])
def test_bins_are_counted(bad, error):
    for name in ("activations", "gradients"):
        with pytest.raises(error, match="bins must be "):
            PICTURES[name](bins=bad)


def test_what_is_no_function_no_names_and_no_text_is_named():
    for call, message in [
        (lambda: PICTURES["boundary"](inputs=1.5), "inputs has to be a function"),
        (lambda: PICTURES["regression"](inputs="a"), "inputs has to be a function"),
        (lambda: PICTURES["regression"](output=None), "output has to be a function"),
        (lambda: PICTURES["boundary"](classes="ab"), "classes has to be a list of names"),
        (lambda: PICTURES["boundary"](classes=[0, 1]), "classes has to be a list of names"),
        (lambda: nn.watch(MODEL, X, Y, HISTORY, title=np.ones(2)), "title is a text"),
        (lambda: nn.plot_loss_surface(MODEL, X, Y, "mse", HISTORY), "path has to be the ParameterPath"),
    ]:
        with pytest.raises(TypeError, match=re.escape(message) + ".* got"):
            call()


def test_a_metric_that_was_not_noted_is_named():
    for bad in ("r2", None, [], np.ones(2)):
        with pytest.raises(ValueError, match=r"metric has to be one that was noted, of \[\], got"):
            PICTURES["loss"](metric=bad)
    PICTURES["loss"]()  # accuracy is shown where there is one


@pytest.mark.parametrize(
    ("matrix", "labels"), [([], []), ([[1, 2]], ["a"]), ([[1, 2], [3]], ["a", "b"]), ([[1, 2], [3, 4]], ["a"])]
)
def test_a_confusion_matrix_has_a_row_a_column_and_a_label_for_each_class(matrix, labels):
    with pytest.raises(ValueError, match="has a row, a column and a label for each class, got"):
        nn.plot_confusion(matrix, labels)


def test_a_regression_is_about_one_number_per_row():
    with pytest.raises(ValueError, match="plot_regression draws one number per row, y has a list of 2 × 2"):
        nn.plot_regression(LINE, [[0.0], [1.0]], [[0.0, 1.0], [1.0, 0.0]])


def test_the_activation_that_first_weights_are_for_is_a_name():
    for bad in (np.ones(2), {"a": 1}, 1.5):
        with pytest.raises(TypeError, match="activation has to be the name of one, or None, got"):
            nn.initializer("he_uniform", 2, 2, bad)
