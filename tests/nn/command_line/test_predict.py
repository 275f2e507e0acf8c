"""`python -m nn predict`: rows in, rows with predictions out, and one line for whatever is wrong."""

import csv
import io
import subprocess
import sys
from pathlib import Path

import pytest

import nn
from nn.command_line.learning import begin
from nn.command_line.main import main
from nn.command_line.options import choose_job, parse
from nn.command_line.results import about_model

ROOT = Path(__file__).parents[3]
IRIS = ROOT / "tests" / "data" / "iris.csv"
FLOWERS = IRIS.read_text("utf-8").splitlines()


def saved(folder, *arguments):
    """The folder of a short training without its pictures."""
    options = parse(["--epochs", "3", *arguments])
    training = begin(choose_job(options), options)
    training.learn()
    nn.save(training.model, folder / "model.json", about_model(training))
    return str(folder)


@pytest.fixture(scope="module")
def iris(tmp_path_factory):
    return saved(tmp_path_factory.mktemp("iris"), "--csv", str(IRIS), "--target", "species")


@pytest.fixture(scope="module")
def width(tmp_path_factory):
    return saved(tmp_path_factory.mktemp("width"), "--csv", str(IRIS), "--target", "petal_width")


def written(path, *lines):
    path.write_text("".join(f"{line}\n" for line in lines), "utf-8")
    return str(path)


def read(text):
    return list(csv.DictReader(io.StringIO(text)))


def test_the_rows_are_written_with_a_column_of_predictions_and_the_score_said(iris, capfdbinary):
    capfdbinary.readouterr()
    assert main(["predict", f"{iris}/model.json", str(IRIS)]) == 0
    printed = capfdbinary.readouterr()
    rows = read(printed.out.decode())
    assert [",".join(list(row.values())[:-1]) for row in rows] == FLOWERS[1:]
    answers = nn.load_predictor(iris).predict(IRIS)
    assert [row["predicted_species"] for row in rows] == answers
    right = sum(row["predicted_species"] == row["species"] for row in rows)
    assert printed.err.decode() == f"accuracy {right / 150:.1%} on 150 rows\n"


def test_numbers_are_written_to_the_last_bit(width, tmp_path, capsys):
    out = tmp_path / "answers.csv"
    assert main(["predict", width, str(IRIS), "--output", str(out)]) == 0
    rows, answers = read(out.read_text("utf-8")), nn.load_predictor(width).predict(IRIS)
    assert [float(row["predicted_petal_width"]) for row in rows] == answers
    said = nn.r2(answers, [float(row["petal_width"]) for row in rows])
    assert capsys.readouterr().err == f"R² {said:.4f} on 150 rows\n"


def test_a_column_for_every_class(iris, tmp_path):
    out = tmp_path / "answers.csv"
    assert main(["predict", iris, str(IRIS), "--probabilities", "--output", str(out)]) == 0
    rows = read(out.read_text("utf-8"))
    assert list(rows[0])[5:] == [
        "predicted_species",
        *(f"probability_{name}" for name in ("setosa", "versicolor", "virginica")),
    ]
    shares = [[float(number) for number in list(row.values())[6:]] for row in rows]
    assert shares == nn.load_predictor(iris).probabilities(IRIS)


def answers(folder, table, tmp_path, capsys):
    """Predictions of a file, and what was said beside them."""
    out = tmp_path / "answers.csv"
    capsys.readouterr()
    assert main(["predict", folder, table, "--output", str(out)]) == 0
    return [row["predicted_species"] for row in read(out.read_text("utf-8"))], capsys.readouterr().err


def test_columns_may_stand_in_any_order_and_have_others_beside_them(iris, tmp_path, capsys):
    expected = nn.load_predictor(iris).predict(IRIS)
    mixed = [
        ";".join([cells[3], "a, b", cells[1], cells[0], "", cells[2]])
        for cells in (line.split(",") for line in FLOWERS[1:])
    ]
    header = "petal_width; my note;sepal_width;sepal_length;empty;petal_length"
    assert answers(iris, written(tmp_path / "t.csv", header, *mixed), tmp_path, capsys) == (expected, "")


def test_without_the_target_nothing_is_said_and_a_strange_one_costs_only_the_score(iris, tmp_path, capsys):
    header = "sepal_length,sepal_width,petal_length,petal_width"
    table = written(tmp_path / "t.csv", header, "5.1,3.5,1.4,0.2")
    assert answers(iris, table, tmp_path, capsys) == (["setosa"], "")
    for species in ("tulip", ""):
        table = written(tmp_path / "t.csv", f"{header},species", f"5.1,3.5,1.4,0.2,{species}", "5,3,1,0,setosa")
        found, said = answers(iris, table, tmp_path, capsys)
        assert found == ["setosa", "setosa"]
        assert said.startswith("no score: ")
        assert "column 'species'" in said


def test_predictions_made_before_are_left_beside_the_new_ones(iris, tmp_path):
    first, second = tmp_path / "first.csv", tmp_path / "second.csv"
    assert main(["predict", iris, str(IRIS), "--output", str(first)]) == 0
    assert main(["predict", iris, str(first), "--output", str(second)]) == 0
    rows = read(second.read_text("utf-8"))
    assert [row["predicted_species"] for row in rows] == [row["predicted_species_2"] for row in rows]


HEADER = "sepal_length,sepal_width,petal_length,petal_width"
WRONG = {
    "a column missing": (
        [HEADER[:-12], "1,2,3"],
        "the table lacks 1 of the 4 columns that the model learnt from: petal_width; it has: sepal_length, sepal_width",
    ),
    "a column renamed": ([HEADER.replace("_", " "), "1,2,3,4"], "did you mean 'sepal length'?"),
    "no line of names": (
        ["5.1,3.5,1.4,0.2", "4,3,2,1"],
        "it has: 5.1, 3.5, 1.4, 0.2 (a file",
    ),
    "an empty cell": ([HEADER, "1,2,,4"], "column 'petal_length'"),
    "a text for a number": ([HEADER, "1,2,wide,4"], "column 'petal_length'"),
    "an empty file": ([], "empty"),
    "names only": ([HEADER], "empty"),
    "ragged": ([HEADER, "1,2"], "line 2"),
}


def complaint(capsys, *arguments):
    capsys.readouterr()
    try:
        code = main(["predict", *arguments])
    except SystemExit as ended:
        code = ended.code
    assert code == 2
    out, err = capsys.readouterr()
    (line,) = err.splitlines()
    assert out == ""
    assert line.startswith("python -m nn predict: ")
    return line


@pytest.mark.parametrize("case", WRONG)
def test_a_table_that_does_not_fit_ends_with_one_line(iris, tmp_path, capsys, case):
    lines, message = WRONG[case]
    out = tmp_path / "out.csv"
    assert message in complaint(capsys, iris, written(tmp_path / "t.csv", *lines), "--output", str(out))
    assert not out.exists()


def test_models_and_files_that_cannot_be_used(iris, width, tmp_path, capsys):
    assert "cannot use nowhere.json: No such file" in complaint(capsys, "nowhere.json", str(IRIS))
    assert "cannot read nowhere.csv: No such file" in complaint(capsys, iris, "nowhere.csv")
    assert "no model of a table" in complaint(capsys, str(IRIS), str(IRIS))
    assert "only classes have probabilities" in complaint(capsys, width, str(IRIS), "--probabilities")
    assert "/nowhere/out.csv: No such file" in complaint(capsys, iris, str(IRIS), "--output", "/nowhere/out.csv")
    assert "the following arguments are required: MODEL" in complaint(capsys)
    assert "unrecognized arguments: --probability" in complaint(capsys, iris, str(IRIS), "--probability")
    assert "no model of a table" in complaint(capsys, saved(tmp_path), str(IRIS))  # that of the demo


def test_from_a_pipe_into_a_pipe_every_letter_stays_as_it_is(iris):
    rows = f"{HEADER},who\n5.1,3.5,1.4,0.2,−∞ ä\tb\n"
    command = [sys.executable, "-m", "nn", "predict", iris]
    done = subprocess.run(
        command, cwd=ROOT, input=rows.encode(), capture_output=True, env={"PYTHONIOENCODING": "ascii"}
    )
    assert (done.returncode, done.stderr) == (0, b"")
    assert done.stdout.decode() == f"{HEADER},who,predicted_species\n5.1,3.5,1.4,0.2,−∞ ä\tb,setosa\n"


@pytest.mark.parametrize(
    ("stream", "status", "says"),
    [
        ("stdin", 2, "cannot read -: standard input is closed"),
        ("stdout", 1, "cannot write the output: standard output is closed; stopped"),
    ],
)
def test_a_stream_that_is_closed_is_named(iris, stream, status, says, monkeypatch, capsys):
    capsys.readouterr()
    monkeypatch.setattr(sys, stream, None)
    assert main(["predict", iris, *[str(IRIS)] * (stream == "stdout")]) == status
    monkeypatch.undo()
    assert capsys.readouterr().err == f"python -m nn predict: {says}\n"


def test_standard_input_may_be_a_text(iris, monkeypatch, capsys):
    monkeypatch.setattr(sys, "stdin", io.StringIO(IRIS.read_text("utf-8")))
    assert main(["predict", iris]) == 0
    assert len(read(capsys.readouterr().out)) == 150


def test_help_tells_of_predict_and_predict_has_its_own(capsys):
    for arguments in (["--help"], ["predict", "--help"]):
        with pytest.raises(SystemExit) as ended:
            main(arguments)
        assert ended.value.code == 0
        assert "predict" in capsys.readouterr().out


def test_rows_without_an_answer_are_written_and_counted(tmp_path, capsys):
    lines = [f"{k},{k % 3},{['no', 'yes'][k % 2]}" for k in range(30)]
    table = written(tmp_path / "t.csv", "a,b,sold", *lines, "3,,no", "4,1,")
    folder = saved(tmp_path, "--csv", table, "--target", "sold", "--missing", "skip")
    out = tmp_path / "out.csv"
    capsys.readouterr()
    assert main(["predict", folder, table, "--probabilities", "--output", str(out)]) == 0
    rows = read(out.read_text("utf-8"))
    assert list(rows[30].values()) == ["3", "", "no", "", "", ""]
    assert rows[31]["predicted_sold"] in ("no", "yes")  # only the target is missing
    note, score = capsys.readouterr().err.splitlines()
    assert note == "note: 1 of 32 rows lack a cell and have no prediction: training left such rows out"
    right = sum(row["predicted_sold"] == row["sold"] for row in rows[:30])
    assert score == f"accuracy {right / 30:.1%} on 30 rows"
    table = written(tmp_path / "t.csv", "a,b,sold", "3,,no")
    assert main(["predict", folder, table, "--output", str(out)]) == 0
    assert capsys.readouterr().err.endswith("no score: every row lacks a cell\n")


def test_notes_about_the_file_are_said(iris, tmp_path, capsys):
    table = written(tmp_path / "t.csv", f",{HEADER}", "0,5.1,3.5,1.4,0.2", "1,5,3,1,0")
    assert answers(iris, table, tmp_path, capsys)[1].startswith("note: the first column has no name and is left out")
