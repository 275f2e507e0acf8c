"""The short recipes in notebooks/recipes, run: glassgrad beside scikit-learn, PyTorch and JAX, and on another day."""

import importlib.util
import random
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

import nn
from autograd import record

RECIPES = sorted((Path(__file__).parents[1] / "notebooks" / "recipes").glob("*.py"))
BY_NAME = {path.stem: path for path in RECIPES}


def recipe(name):
    """What a recipe defines, importable by its name as if one stood in its folder: pickle needs that."""
    spec = importlib.util.spec_from_file_location(name, BY_NAME[name])
    sys.modules[name] = module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return vars(module)


@pytest.mark.parametrize("path", RECIPES, ids=lambda path: path.stem)
def test_a_recipe_is_short_and_says_what_it_is(path):
    text = path.read_text(encoding="utf-8")
    assert text.startswith('"""')
    assert len(text.splitlines()) <= 40
    compile(text, path.name, "exec")


# Exact resume --------------------------------------------------------------------------------------------------------
def bits(model):
    return [p.data.hex() for p in model.parameters()]


def test_a_training_in_three_parts_has_the_bits_of_one_in_one(tmp_path):
    train = recipe("exact_resume")["train"]
    whole = train(tmp_path / "whole.json", 9)
    for epochs in (2, 3, 4):
        parts = train(tmp_path / "parts.json", epochs)
    assert bits(parts) == bits(whole)
    about = [nn.load(nn.MLP(2, [8, 1], "tanh"), tmp_path / f"{name}.json") for name in ("whole", "parts")]
    for key in ("optimizer", "generator"):
        assert about[0][key] == about[1][key]
    curves = ("loss", "update_loss", "learning_rate", "gradient_norm")
    assert [[a["history"][c] for c in curves] for a in about[:1]] == [
        [a["history"][c] for c in curves] for a in about[1:]
    ]
    assert len(about[1]["history"]["loss"]) == 9


def test_a_training_goes_on_in_another_process(tmp_path):
    train = recipe("exact_resume")["train"]
    path = tmp_path / "training.json"
    for _ in range(2):
        found = subprocess.run(
            [sys.executable, BY_NAME["exact_resume"], path, "2"], capture_output=True, text=True, check=True
        )
    whole = tmp_path / "whole.json"
    model = train(whole, 4)
    again = nn.MLP(2, [8, 1], "tanh")
    about = nn.load(again, path)
    assert bits(again) == bits(model)
    assert float(found.stdout) == about["history"]["loss"][-1] == nn.load(again, whole)["history"]["loss"][-1]


# Other libraries -----------------------------------------------------------------------------------------------------
@pytest.mark.engines
@pytest.mark.filterwarnings("ignore::RuntimeWarning")
def test_the_estimator_passes_scikit_learns_own_checks():
    checks = pytest.importorskip("sklearn.utils.estimator_checks")
    estimator = recipe("scikit_learn_estimator")["GlassClassifier"]
    found = checks.check_estimator(estimator(random_state=0), on_fail=None, on_skip=None)
    assert [(c["check_name"], c["exception"]) for c in found if c["status"] == "failed"] == []
    assert sum(c["status"] == "passed" for c in found) > 40


@pytest.mark.engines
def test_the_estimator_learns_in_a_pipeline_and_a_grid():
    datasets = pytest.importorskip("sklearn.datasets")
    from sklearn.model_selection import GridSearchCV

    X, y = datasets.load_iris(return_X_y=True)
    names = np.array(["setosa", "versicolor", "virginica"])[y]
    grid = GridSearchCV(
        recipe("scikit_learn_estimator")["GlassClassifier"](random_state=1), {"hidden": [(4,), (8,)]}, cv=3
    )
    assert grid.fit(X, names).best_score_ > 0.93
    assert grid.predict_proba(X[:2]).sum(axis=1) == pytest.approx([1.0, 1.0])
    assert isinstance(grid.best_estimator_.model_, nn.MLP)


@pytest.mark.engines
@pytest.mark.parametrize("kind", ["relu", "tanh", "sigmoid", "gelu"])
def test_weights_go_to_torch_and_back(kind):
    torch = pytest.importorskip("torch")
    to_torch, from_torch = map(recipe("torch_weights").get, ("to_torch", "from_torch"))
    model = nn.MLP(3, [5, 4, 2], kind, rng=random.Random(3))
    theirs = to_torch(model)
    assert bits(from_torch(theirs)) == bits(model)
    for row in np.random.default_rng(0).normal(size=(5, 3)):
        ours = [out.data for out in model(row.tolist())]
        assert theirs(torch.tensor(row)).tolist() == pytest.approx(ours, rel=1e-12)
    singles = torch.nn.Sequential(torch.nn.Linear(2, 3), torch.nn.Tanh(), torch.nn.Linear(3, 1))  # of float32
    back = from_torch(singles)
    wanted = singles.double()(torch.tensor([0.5, -1.0]).double()).item()
    assert back([0.5, -1.0]).data == pytest.approx(wanted, rel=1e-12)
    assert record(back, [0.5, -1.0])([0.5, -1.0]) == pytest.approx(back([0.5, -1.0]).data, rel=1e-14)


@pytest.mark.engines
def test_an_exported_network_runs_where_there_is_no_glassgrad(tmp_path):
    pytest.importorskip("jax")
    pytest.importorskip("flatbuffers")
    exported = recipe("jax_export")["exported"]
    model = nn.MLP(2, [8, 2], "tanh", rng=5)
    path = tmp_path / "network.stablehlo"
    path.write_bytes(exported(model, 2))
    rows = [[0.5, -1.0], [2.0, 0.25], [0.0, 0.0]]
    code = (
        "import sys, jax, numpy as np\nfrom pathlib import Path\nfrom jax import export\n"
        "jax.config.update('jax_enable_x64', True)\n"
        f"found = export.deserialize(bytearray(Path({str(path)!r}).read_bytes())).call(np.array({rows}))\n"
        "assert 'autograd' not in sys.modules\nprint(*np.ravel(found).tolist())\n"
    )
    found = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout
    wanted = [out.data for row in rows for out in model(row)]
    assert list(map(float, found.split())) == pytest.approx(wanted, rel=1e-13)
