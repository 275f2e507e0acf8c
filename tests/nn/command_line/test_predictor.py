"""`nn.load_predictor`: a saved model answers for new rows as it did when it was trained, to the last bit."""

import json
import math
import random
import subprocess
import sys

import numpy as np
import pytest

import autograd
import nn
from nn.basics.nested import plain
from nn.command_line.learning import begin
from nn.command_line.main import main
from nn.command_line.options import choose_job, parse
from nn.command_line.results import about_model
from nn.data.files import TableError, read_csv


def boxes(path, rows=40):
    """A table of everything: numbers of any size, categories, classes in words, whole numbers."""
    rng = random.Random(4)
    cells = [
        (
            repr(rng.gauss(0, 1e5)),
            rng.choice(["red", "blue", "light green"]),
            repr(rng.random()),
            k % 4,
            ["no", "yes"][k % 2],
        )
        for k in range(rows)
    ]
    path.write_text(
        "width,colour,depth,count,sold\n" + "".join(",".join(map(str, row)) + "\n" for row in cells), "utf-8"
    )
    return path


def trained(folder, *arguments):
    """The folder of a short training, its job and its model."""
    table = boxes(folder / "boxes.csv")
    options = parse(["--csv", str(table), "--epochs", "2", "--layers", "5,3", *arguments])
    training = begin(choose_job(options), options)
    training.learn()
    nn.save(training.model, folder / "model.json", about_model(training))
    return training.job, training.model


KINDS = {
    "two classes": ["--target", "sold"],
    "categories": ["--target", "colour", "--activation", "gelu"],
    "whole numbers as classes": ["--target", "count", "--ignore", "width", "--layers", ""],
    "whole numbers as categories": ["--target", "sold", "--categorical", "count"],
    "a number": ["--target", "width", "--optimizer", "sgd"],
    "a number from one column": ["--target", "depth", *(f"--ignore={name}" for name in ("width", "colour", "sold"))],
}
IN_ANOTHER_PROCESS = """
import json, nn, sys
for folder in sys.argv[1:]:
    predictor = nn.load_predictor(folder + "/model.json")
    outputs, answers = predictor.outputs(folder + "/boxes.csv"), predictor.predict(folder + "/boxes.csv")
    print(json.dumps([outputs, answers, predictor.classes and predictor.probabilities(folder + "/boxes.csv")]))
"""


def test_another_process_answers_as_the_model_did_to_the_last_bit(tmp_path):
    folders, models = [], []
    for kind, arguments in KINDS.items():
        (tmp_path / kind).mkdir()
        folders.append(str(tmp_path / kind))
        models.append(trained(tmp_path / kind, *arguments))
    command = [sys.executable, "-c", IN_ANOTHER_PROCESS, *folders]
    lines = subprocess.run(command, capture_output=True, text=True, check=True).stdout.splitlines()
    for line, (job, model) in zip(lines, models, strict=True):
        outputs, answers, shares = json.loads(line)
        learnt_from, held_out = (plain(model.batch(part[0])) for part in (job.train, job.held_out))
        assert sorted(outputs) == sorted([*learnt_from, *held_out])
        table = job.table
        if table.classes is None:
            z = table.target_scaler
            assert answers == [output * z.scales[0] + z.offsets[0] for output in outputs]
            assert shares is None
        else:
            assert answers == [table.classes[output.index(max(output))] for output in outputs]
            assert shares == [plain(autograd.softmax(output)) for output in outputs]
            assert all(math.isclose(sum(share), 1.0) for share in shares)


@pytest.fixture(scope="module")
def sold(tmp_path_factory):
    folder = tmp_path_factory.mktemp("sold")
    trained(folder, "--target", "sold")
    return folder


def test_rows_may_be_given_as_a_file_dicts_lists_arrays_or_a_pandas_table(sold):
    predictor = nn.load_predictor(sold)
    assert predictor.columns == ["width", "colour", "depth", "count"]
    assert predictor.classes == ("no", "yes")
    table = read_csv(sold / "boxes.csv")
    expected = predictor.outputs(str(sold / "boxes.csv"))
    assert predictor.outputs(sold / "boxes.csv") == predictor.outputs(table) == expected
    dicts = [dict(zip(table.names, row, strict=True)) for row in table.rows]
    assert predictor.outputs(dicts) == expected
    typed = [
        {
            "count": int(row["count"]),
            "more": None,
            "width": float(row["width"]),
            "colour": row["colour"],
            "depth": float(row["depth"]),
        }
        for row in dicts
    ]
    assert predictor.outputs(typed) == expected
    assert predictor.outputs([[row[name] for name in predictor.columns] for row in typed]) == expected
    assert predictor.outputs(iter(typed)) == expected
    assert predictor.predict([]) == []
    pandas = pytest.importorskip("pandas")
    assert predictor.outputs(pandas.DataFrame(typed)) == expected


def test_arrays_of_numbers_are_rows(tmp_path):
    numpy = pytest.importorskip("numpy")
    trained(tmp_path, "--target", "sold", "--ignore", "colour")
    predictor = nn.load_predictor(tmp_path)
    rows = [[1.5, 0.25, 2.0], [-1e4, 0.125, 0.0]]
    assert predictor.outputs(numpy.array(rows)) == predictor.outputs(rows)


WRONG_ROWS = [
    ([[1.0, "red", 0.5]], "expected a dict, or the cells of width, colour, depth, count, got the row"),
    (["red"], "expected a dict, or the cells of"),
    (
        [{"width": 1.0, "color": "red", "depth": 0.5, "count": 1}],
        r"lacks 1 of the 4 columns .*: colour; it has: width, color, depth, count \(.*\); did you mean 'color'\?$",
    ),
    (
        [{"colour": "red", "depth": 0.5, "count": 1}],
        r": width; it has: colour, depth, count \(a file's first line names them\)$",  # depth is wanted itself
    ),
    ([[1.0, "pink", 0.5, 1]], "column 'colour': 'pink' is none of red, blue, light green|none of"),
    ([[1.0, "red", None, 1]], "column 'depth'"),
    ([[1.0, "red", math.nan, 1]], "column 'depth'"),
    ([[1.0, "red", math.inf, 1]], "column 'depth'"),
    ([["wide", "red", 0.5, 1]], "column 'width'.*'wide'"),
]


@pytest.mark.parametrize(("rows", "message"), WRONG_ROWS)
def test_rows_that_cannot_be_answered_for_are_named(sold, rows, message):
    with pytest.raises(TableError, match=message):
        nn.load_predictor(sold).predict(rows)


def test_what_is_no_list_of_rows(sold):
    with pytest.raises(TypeError, match="expected a list of rows"):
        nn.load_predictor(sold).predict(3)


def test_numbers_have_no_probabilities(tmp_path):
    trained(tmp_path, "--target", "depth")
    predictor = nn.load_predictor(tmp_path)
    assert predictor.classes is None
    with pytest.raises(ValueError, match="'depth' is a number: only classes have probabilities"):
        predictor.probabilities(tmp_path / "boxes.csv")


def changed(folder, change):
    content = json.loads((folder / "model.json").read_text("utf-8"))
    change(content)
    (path := folder / "changed.json").write_text(json.dumps(content), "utf-8")
    return path


CHANGES = {
    "no network": (lambda c: c["about"].pop("network"), "it has no 'network'"),
    "no table": (lambda c: c["about"].pop("columns"), "it has no 'columns'"),
    "sizes that would fill the memory": (
        lambda c: c["about"]["network"].update(layers=[10**9, 2]),
        "do not go together",
    ),
    "other inputs": (lambda c: c["about"]["network"].update(inputs=5), "do not go together"),
    "sizes that are no numbers": (lambda c: c["about"]["network"].update(layers=["x"]), "."),
    "a scaler of other columns": (lambda c: c["about"]["input_scaler"]["offsets"].pop(), "do not go together"),
    "a class more": (lambda c: c["about"]["columns"]["target"]["values"].append("maybe"), "do not go together"),
    "code for an activation": (
        lambda c: c["about"]["network"].update(activation="exit()"),
        "activation 'exit()' is not",
    ),
    "another name": (lambda c: c["state"].update(x=c["state"].pop("layer0.neuron0.b")), "missing: layer0.neuron0.b"),
    "another format": (lambda c: c.update(format="x"), "is no model file"),
}


@pytest.mark.parametrize("case", CHANGES)
def test_a_file_of_another_kind_is_refused(sold, case):
    change, message = CHANGES[case]
    path = changed(sold, change)
    with pytest.raises(ValueError, match="is no model of a table, as `python -m nn --csv` saves it: ") as refused:
        nn.load_predictor(path)
    assert message in str(refused.value)


def test_files_that_are_not_there_or_no_json(sold, tmp_path):
    with pytest.raises(FileNotFoundError):
        nn.load_predictor(tmp_path / "none.json")
    with pytest.raises(ValueError, match="is no complete model file"):
        nn.load_predictor(sold / "boxes.csv")
    with pytest.raises(FileNotFoundError):
        nn.load_predictor(tmp_path)


GAPS = [
    "width,colour,depth,sold",
    *(f"{k % 7},{['red', 'blue'][k % 2]},{k / 3},{['no', 'yes'][k % 2]}" for k in range(30)),
]


def with_gaps(folder, missing):
    """A training on a table with missing cells, and new rows with some more."""
    table = folder / "gaps.csv"
    table.write_text("\n".join([*GAPS, ",red,1,no", "3,,2,yes", "4,blue,,no", "5,red,1,"]) + "\n", "utf-8")
    options = parse(["--csv", str(table), "--target", "sold", "--epochs", "2", "--missing", missing])
    training = begin(choose_job(options), options)
    training.learn()
    nn.save(training.model, folder / "model.json", about_model(training))
    (new := folder / "new.csv").write_text("colour,depth,width\nred,1.5,3\n,1.5,3\nblue,NA,3\nred,2.5,?\n", "utf-8")
    return training, new


def test_missing_cells_are_filled_as_they_were_in_training(tmp_path):
    training, new = with_gaps(tmp_path, "fill")
    code = "import nn, sys; print(nn.load_predictor(sys.argv[1]).outputs(sys.argv[2]))"
    command = [sys.executable, "-c", code, str(tmp_path), str(new)]
    printed = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    way, rows = (
        training.job.table,
        [["3", "red", "1.5"], ["3", "missing", "1.5"], ["3", "blue", "NA"], ["?", "red", "2.5"]],
    )
    width, colour, depth = way.encoding.inputs
    assert [width.name, colour.values, depth.name] == ["width", ("red", "blue", "missing"), "depth"]
    numbers = [
        [
            column.missing if cell in ("?", "NA") else float(cell),
            *(float(c == name) for name in colour.values),
            depth.missing if d == "NA" else float(d),
        ]
        for column, (cell, c, d) in zip([width] * 4, rows, strict=True)
    ]
    assert json.loads(printed) == plain(training.model.batch(way.scaler(numbers)))


def test_rows_that_training_would_have_left_out_have_no_answer(tmp_path):
    training, new = with_gaps(tmp_path, "skip")
    predictor = nn.load_predictor(tmp_path)
    outputs = predictor.outputs(new)
    assert outputs[1:] == [None, None, None]
    way = training.job.table
    assert outputs[0] == plain(training.model(way.scaler([[3.0, 1.0, 0.0, 1.5]])[0]))
    assert predictor.predict(new) == [way.answer(outputs[0]), None, None, None]
    assert predictor.probabilities(new)[1:] == [None, None, None]


@pytest.mark.parametrize("missing", ["fill", "skip"])
def test_the_target_need_not_have_gaps_too(tmp_path, missing):
    table = tmp_path / "gaps.csv"
    table.write_text("\n".join([*GAPS, ",red,1,no"]) + "\n", "utf-8")
    job = choose_job(parse(["--csv", str(table), "--target", "sold", "--missing", missing]))
    assert len(job.train[0]) + len(job.held_out[0]) == len(GAPS) - (missing == "skip")


def test_numbers_are_numbers_whatever_mark_the_file_had(tmp_path):
    table = tmp_path / "comma.csv"
    table.write_text("a;b;kind\n" + "".join(f"{k},5;{k % 7};{'xy'[k % 2]}\n" for k in range(30)) + ";3;x\n", "utf-8")
    options = parse(["--csv", str(table), "--target", "kind", "--epochs", "1", "--missing", "fill"])
    training = begin(choose_job(options), options)
    training.learn()
    nn.save(training.model, tmp_path / "model.json", about_model(training))
    predictor = nn.load_predictor(tmp_path)
    assert (
        predictor.outputs([[12.5, 3]])
        == predictor.outputs([["12,5", "3"]])
        == predictor.outputs([{"b": 3.0, "a": 12.5}])
    )
    mean = math.fsum(row[1] for row in training.job.table.train[0]) / len(training.job.train[0])
    assert predictor.outputs([[12.5, None]]) == [pytest.approx(output) for output in predictor.outputs([[12.5, mean]])]


def test_missing_cells_that_training_did_not_know_are_an_error(sold):
    with pytest.raises(TableError, match="column 'colour'"):
        nn.load_predictor(sold).predict([[1.0, None, 0.5, 1]])


def test_numbers_from_python_are_numbers_whatever_mark_was_learnt(tmp_path):
    text = "size;label\n" + "".join(f"{k % 7 + 1}.234,5;{'xy'[k % 2]}\n" for k in range(40))
    (tmp_path / "t.csv").write_text(text, encoding="utf-8")
    arguments = ["--csv", str(tmp_path / "t.csv"), "--target", "label", "--epochs", "1", "--output", str(tmp_path)]
    assert main(arguments) == 0
    predictor = nn.load_predictor(tmp_path)
    exact = predictor.outputs([{"size": "1,2340"}])
    for rows in ([[1.234]], [{"size": 1.234}], [{"size": "1,234"}], [{"size": np.float32(1.234)}]):
        assert predictor.outputs(rows) == [pytest.approx(output, rel=1e-6) for output in exact]
    assert predictor.outputs([[1234]]) == predictor.outputs([{"size": "1.234"}]) != exact
