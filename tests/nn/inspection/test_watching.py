"""`watch`: a training as a page. What it computes: tests/autograd/explaining/page/test_training_browser.py."""

import random

import pytest

import nn
from autograd import operation

X, Y = [[0.0, 1.0], [1.0, 0.0], [1.0, 1.0], [0.0, 0.0]], [1, 1, -1, -1]


def trained(y=Y, loss="mse", outputs=1, model=None, **options):
    model = model or nn.MLP(2, [3, outputs], rng=random.Random(1))
    return model, nn.fit(model, X, y, loss=loss, epochs=3, progress=False, keep=1, rng=1, **options)


def test_units_parameters_and_weights_find_each_other():
    model, history = trained()
    page = nn.watch(model, X, Y, history)
    assert {name: len(units) for name, units in page.layers.items()} == {"layer0": 3, "layer1": 1}
    assert page.updates == [0, 1, 2, 3]
    parameters = model.parameters()
    assert [parameters[i] for layer, before, unit, i in page.links if (layer, unit) == (0, 2)] == model.layers[
        0
    ].neurons[2].w
    assert [(before, parameters[i]) for layer, before, _, i in page.links if layer == 1] == list(
        enumerate(model.layers[1].neurons[0].w)
    )
    assert page.rows == X


@pytest.mark.parametrize(
    ("y", "loss", "outputs", "said"),
    [
        (Y, "mse", 1, ("sign", 0.0)),
        ([0, 1, 0, 1], "binary_cross_entropy_with_logits", 1, ("sign", 0.0)),
        ([0, 1, 2, 1], "cross_entropy", 3, ("classes", 0.0)),
        ([0.5, 1.25, 2.0, 0.0], "mse", 1, ("numbers", 0.0)),
    ],
)
def test_what_comes_out_is_told_by_the_targets(y, loss, outputs, said):
    model, history = trained(y, loss, outputs)
    page = nn.watch(model, X, y, history)
    assert (page.kind, page.level) == said
    assert list(page.targets) == [float(target) for target in y]


def test_probabilities_have_their_sides_at_a_half():
    model = nn.Sequential(nn.Layer(2, 3), nn.Layer(3, 1, activation="sigmoid"))
    y = [0, 1, 0, 1]
    page = nn.watch(model, X, y, trained(y, "mse", model=model)[1])
    assert (page.kind, page.level) == ("sign", 0.5)


def test_dropout_is_out_of_the_way_and_as_it_was_afterwards():
    model = nn.Sequential(nn.Layer(2, 3), nn.Dropout(0.5), nn.Layer(3, 1, nonlin=False))
    _, history = trained(model=model)
    assert "0 moments" not in repr(nn.watch(model, X, Y, history))
    assert model.training


def test_what_cannot_be_watched_is_told():
    model, history = trained()
    with pytest.raises(ValueError, match="a plane has two numbers a row, got 3"):
        nn.watch(model, [[1.0, 2.0, 3.0]], [1], history)
    with pytest.raises(ValueError, match=r"kept nothing to be watched: fit\(\.\.\., keep=1\)"):
        nn.watch(model, X, Y, nn.History(loss=[1.0]))
    with pytest.raises(ValueError, match="the training had 13 parameters, this model has 33"):
        nn.watch(nn.MLP(2, [8, 1]), X, Y, history)


def test_an_operation_of_ones_own_is_for_python_only():
    @operation(lambda a, y: 2.0 * a)
    def twice_square(a):
        return a * a

    model = nn.Sequential(nn.Layer(2, 2, activation=twice_square), nn.Layer(2, 1, nonlin=False))
    _, history = trained(model=model)
    with pytest.raises(ValueError, match="the table's operations only, and this network has 'twice_square'"):
        nn.watch(model, X, Y, history)


def test_a_page_is_one_file_and_shows_itself(tmp_path):
    model, history = trained()
    page = nn.watch(model, X, Y, history, names=("width </script>", "height"), title="Mine & yours")
    page.save(tmp_path / "training.html")
    text = (tmp_path / "training.html").read_text(encoding="utf-8")
    assert text == page.page
    assert "<title>Mine &amp; yours</title>" in text
    assert "width </script>" not in text
    assert "http" not in text.replace("http://www.w3.org/2000/svg", "")
    bundle = page._repr_mimebundle_()
    assert '<iframe title="Mine &amp; yours"' in bundle["text/html"]
    assert '<img alt="Mine &amp; yours" src="data:image/svg+xml' in bundle["text/html"]
    assert bundle["text/plain"] == "<Mine & yours: 4 moments of it; .show() or .save('training.html')>"
    with pytest.raises(ValueError, match=r"saved as \.html, got 'training\.png'"):
        page.save(tmp_path / "training.png")
