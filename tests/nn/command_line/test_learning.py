"""`--resume`, `--test` and result.json: a training goes on as if it had never ended, and says what came of it."""

import json
import math
from pathlib import Path

import pytest

import nn
from nn.basics.nested import plain
from nn.command_line.learning import begin, take_up
from nn.command_line.main import main
from nn.command_line.options import choose_job, parse
from nn.command_line.results import about_model
from nn.data.files import TableError
from nn.training.model_file import read

IRIS = Path(__file__).parents[2] / "data" / "iris.csv"
TABLE = ["--csv", str(IRIS), "--target", "species", "--layers", "3"]


pytestmark = pytest.mark.usefixtures("no_pictures")


def cut_off(folder, after, *arguments):
    """A training that was interrupted after some epochs, and saved."""
    options = parse(arguments)
    training = begin(choose_job(options), options)
    training.learn(lambda history: history.epochs == after)
    assert training.done == after
    nn.save(training.model, folder / "training.json", {**about_model(training), "training": training.saved()})
    return training


def whole(*arguments):
    options = parse(arguments)
    training = begin(choose_job(options), options)
    training.learn()
    return training


SORTS = {
    "adam, mini-batches, cosine": [*TABLE, "--epochs", "4"],
    "sgd, row by row": [*TABLE, "--epochs", "4", "--optimizer", "sgd", "--batch-size", "stochastic"],
    "a number": ["--csv", str(IRIS), "--target", "petal_width", "--ignore", "species", "--epochs", "4"],
    "the demo": ["--epochs", "4", "--layers", "4"],
}


@pytest.mark.parametrize("sort", SORTS)
def test_a_training_taken_up_again_ends_as_if_it_had_not_been_interrupted(tmp_path, sort):
    cut_off(tmp_path, 2, *SORTS[sort])
    training, straight = take_up([], "test", str(tmp_path)), whole(*SORTS[sort])
    training.learn()
    assert training.model.state_dict() == straight.model.state_dict()
    states = [t.optimizer.state_dict() for t in (training, straight)]
    assert json.dumps(states[0]) == json.dumps(states[1])  # a tuple may have become a list
    assert training.rng.getstate() == straight.rng.getstate()
    assert training.history.columns() == straight.history.columns()
    assert training.history.update_loss == straight.history.update_loss
    assert (training.done, training.epochs) == (4, 4)


def test_epochs_more_have_a_schedule_of_their_own(tmp_path, capsys):
    out = tmp_path / "out"
    assert main([*TABLE, "--epochs", "2", "--output", str(out)]) == 0
    first = read(out / "model.json")["state"]
    assert main(["--resume", str(out), "--epochs", "4"]) == 0
    printed = capsys.readouterr().out
    assert "going on after 2 epochs" in printed
    assert "epoch    6/6" in printed
    assert read(out / "model.json")["state"] != first
    lines = (out / "history.csv").read_text("utf-8").splitlines()
    assert [line.partition(",")[0] for line in lines] == ["epoch", *map(str, range(6))]
    training = take_up(["--epochs", "1"], "test", str(out))
    rates = training.history.learning_rate
    assert rates[2] == rates[0] == 0.01
    assert rates[2:] == [0.01 * factor for factor in map(nn.schedules.cosine(4), range(4))]


def test_a_training_may_be_taken_up_into_another_folder_from_a_file_that_has_moved(tmp_path):
    (moved := tmp_path / "moved.csv").write_bytes(IRIS.read_bytes())
    cut_off(tmp_path, 1, *TABLE, "--epochs", "2")
    out = tmp_path / "other"
    assert main(["--resume", str(tmp_path), "--csv", str(moved), "--output", str(out)]) == 0
    assert (out / "training.json").exists()
    assert not (tmp_path / "model.json").exists()
    assert read(out / "training.json")["about"]["training"]["options"]["csv"] == str(moved)


def complaint(capsys, *arguments):
    capsys.readouterr()
    assert main(arguments) == 2
    (line,) = capsys.readouterr().err.splitlines()
    return line


def test_what_cannot_be_taken_up(tmp_path, capsys):
    cut_off(tmp_path, 2, *TABLE, "--epochs", "2")
    folder = str(tmp_path)
    assert "all 2 epochs are done: --epochs N trains on for N more" in complaint(capsys, "--resume", folder)
    again = complaint(capsys, "--resume", folder, "--layers", "5", "--seed", "3")
    assert "--resume goes on as it was begun: leave out --layers and --seed" in again
    other = tmp_path / "other.csv"
    other.write_text(IRIS.read_text("utf-8").replace("5.1,", "5.2,", 1), "utf-8")
    changed = complaint(capsys, "--resume", folder, "--csv", str(other), "--epochs", "1")
    assert "has changed: rows held out so far would be learnt from; train anew" in changed
    assert f"{tmp_path / 'none' / 'training.json'}: No such file" in complaint(capsys, "--resume", f"{folder}/none")


DAMAGES = {
    "no training": lambda training: training.clear(),
    "another generator": lambda training: training.update(random=[3, [1, 2], None]),
    "another optimizer": lambda training: training["optimizer"].update(optimizer="SGD"),
    "a count in words": lambda training: training.update(epochs="many"),
    "another curve": lambda training: training["history"].update(colour=[]),
}


@pytest.mark.parametrize("damage", DAMAGES)
def test_a_damaged_file_is_no_saved_training(tmp_path, damage):
    cut_off(tmp_path, 1, *TABLE, "--epochs", "2")
    content = json.loads((tmp_path / "training.json").read_text("utf-8"))
    DAMAGES[damage](content["about"]["training"])
    (tmp_path / "training.json").write_text(json.dumps(content), "utf-8")
    with pytest.raises(TableError, match=r"training\.json is no saved training: "):
        take_up([], "test", str(tmp_path))


def test_a_curve_with_nan_survives(tmp_path):
    training = cut_off(tmp_path, 1, "--epochs", "2", "--layers", "2")
    training.history.validation_loss[0] = math.nan
    nn.save(training.model, tmp_path / "training.json", {**about_model(training), "training": training.saved()})
    assert math.isnan(take_up([], "test", str(tmp_path)).history.validation_loss[0])


def test_another_file_says_how_good_the_network_is(tmp_path, capsys):
    test = tmp_path / "test.csv"
    lines = IRIS.read_text("utf-8").splitlines()
    test.write_text("\n".join([lines[0], *lines[1::5]]) + "\n", "utf-8")
    assert main([*TABLE, "--epochs", "2", "--test", str(test), "--output", str(tmp_path)]) == 0
    printed = capsys.readouterr().out
    result = json.loads((tmp_path / "result.json").read_text("utf-8"))
    predictor = nn.load_predictor(tmp_path)
    answers = predictor.predict(test)
    right = [answer == line.rpartition(",")[2] for answer, line in zip(answers, lines[1::5], strict=True)]
    assert result["test"]["accuracy"] == right.count(True) / 30
    targets = [predictor.classes.index(line.rpartition(",")[2]) for line in lines[1::5]]
    assert result["test"]["loss"] == plain(nn.cross_entropy(predictor.outputs(test), targets))
    assert f"test rows (30): loss {result['test']['loss']:.4g}, accuracy {right.count(True) / 30:.1%}" in printed


def test_a_file_to_be_judged_by_is_looked_at_before_anything_is_learnt(tmp_path, capsys):
    test = tmp_path / "test.csv"
    test.write_text("sepal_length,species\n1,setosa\n", "utf-8")
    said = complaint(capsys, *TABLE, "--test", str(test), "--output", str(tmp_path / "out"))
    assert said.startswith(f"python -m nn: {test}: the table lacks 3 of the 4 columns")
    test.write_text("sepal_length,sepal_width,petal_length,petal_width\n1,2,3,4\n", "utf-8")
    assert "no column 'species'" in complaint(capsys, *TABLE, "--test", str(test), "--output", str(tmp_path / "out"))
    assert complaint(capsys, "--test", str(test)) == "python -m nn: --test needs --csv FILE"
    assert not (tmp_path / "out").exists()


def test_the_result_is_there_for_programs(tmp_path, capsys):
    arguments = ["--csv", str(IRIS), "--target", "petal_width", "--epochs", "2", "--output", str(tmp_path)]
    assert main(arguments) == 0
    printed = capsys.readouterr().out.splitlines()
    result = json.loads((tmp_path / "result.json").read_text("utf-8"))
    assert list(result) == [
        *("title", "stopped", "epochs", "updates", "seconds", "engine", "training", "held-out", "notes"),
    ]
    assert (result["title"], result["stopped"], result["epochs"]) == (printed[0], "all 2 epochs done", 2)
    assert (result["updates"], result["engine"]) == (2 * math.ceil(120 / 16), "graphs")
    for part, rows in (("training", 120), ("held-out", 30)):
        score = result[part]
        assert score["rows"] == rows
        assert f"{part} rows ({rows}): loss {score['loss']:.4g}, R² {score['R²']:.4f}" in printed
    assert [f"note: {note}" for note in result["notes"]] == [line for line in printed if line.startswith("note: ")]
