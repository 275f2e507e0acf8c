"""The notebooks run, their committed files are what their sources make, and their exercises know right from wrong."""

import ast
import json
import math
import os
import re
import shutil
import subprocess
import sys
from fractions import Fraction

import numpy as np
import pytest

from autograd import Value
from notebooks.build import HERE, execute, joined, picture, read_source, sources
from notebooks.exercises import CHECKERS, all_checkers, check, report
from notebooks.exercises.answers import Slip, called, close, expect, number, parts
from tests import notebook_answers, notebook_answers_second_half

ROOT = HERE.parent
SOURCES = sources()
ANSWERS = notebook_answers.ANSWERS | notebook_answers_second_half.ANSWERS
STRANGE = [None, "text", 7.5, [], [None], {}, object(), lambda: 1, math.nan]
NOT_FOR_READERS = {
    "a machine's path": r"/(?:home|root|tmp|work|usr|opt|var|Users)/|[A-Z]:\\\\",
    "a warning": r"Warning\b",
    "a stack trace": r"Traceback",
    "an object's address": r"\bat 0x[0-9a-f]{6,}",
}


def by_notebook(test):
    """Once for every source; with the tests that need the extra `notebooks`."""
    parametrized = pytest.mark.parametrize("source", SOURCES, ids=lambda path: path.stem)(test)
    return pytest.mark.notebooks(parametrized)


def new_code_cell(source, id):
    from nbformat.v4 import new_code_cell

    return new_code_cell(source, id=id)


def committed(source):
    """The notebook file beside its source."""
    return json.loads(source.with_suffix(".ipynb").read_text(encoding="utf-8"))


def cells_of(notebook):
    return [(cell["id"], cell["cell_type"], "".join(cell["source"])) for cell in notebook["cells"]]


def outputs_of(notebook):
    return [output for cell in notebook["cells"] for output in cell.get("outputs", [])]


def kinds_of(notebook):
    """What every cell shows, without what it says: numbers may differ in a last digit from machine to machine."""
    return [
        (cell["id"], [sorted(output.get("data", ["text"])) for output in cell["outputs"]]) for cell in code_of(notebook)
    ]


def code_of(notebook):
    return [cell for cell in notebook["cells"] if cell["cell_type"] == "code"]


def words_of(notebook):
    """What outputs say in text; the long lines of an embedded page or picture are code, not words."""
    for output in outputs_of(notebook):
        texts = [
            output.get("text", ""),
            *(text for kind, text in output.get("data", {}).items() if "image" not in kind),
        ]
        for text in map("".join, texts):
            yield re.sub(r'(?:srcdoc|src)="[^"]*"', "", text)


@pytest.fixture(scope="session")
def installed(tmp_path_factory):
    """A folder with glassgrad as pip installs it."""
    source, target = tmp_path_factory.mktemp("source"), tmp_path_factory.mktemp("installed")
    for name in ("autograd", "nn", "notebooks"):
        shutil.copytree(ROOT / name, source / name, ignore=shutil.ignore_patterns("*.so", "*.pyd", "__pycache__"))
    for name in ("pyproject.toml", "README.md", "LICENSE"):
        shutil.copy(ROOT / name, source)
    pip = (sys.executable, "-m", "pip", "install", "-q", "--no-deps", "--no-build-isolation")
    subprocess.run([*pip, "--target", target, source], check=True, env={**os.environ, "GLASSGRAD_ENGINE": "auto"})
    return target


@by_notebook
@pytest.mark.filterwarnings("default")  # of the kernel's machinery
def test_the_notebook_runs_from_its_source(source, installed, tmp_path):
    """As somebody does who has the notebook and an installed glassgrad, and nothing else."""
    notebook = read_source(source)
    where = new_code_cell("import autograd; print(autograd.__file__)", id="cell-where")
    notebook.cells.append(where)
    notebook = execute(notebook, tmp_path, PYTHONPATH=str(installed))
    assert str(installed) in notebook.cells.pop().outputs[0]["text"]
    assert (tmp_path / "exercises" / "__init__.py").exists()
    first = code_of(notebook)[0]
    assert first.outputs.pop()["text"].startswith("written beside this notebook: data, exercises, ")
    assert_fit_for_readers(notebook)
    assert kinds_of(notebook) == kinds_of(committed(source))


@by_notebook
def test_the_notebook_looks_first_what_lies_beside_it_and_says_what_to_do_about_hips(source):
    first, of_notebook_1 = (code_of(read_source(path))[0]["source"] for path in (source, SOURCES[0]))
    assert first == of_notebook_1
    script = "import sys; sys.modules['nn'] = None; " + f"exec({first!r})"
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True)
    assert "ModuleNotFoundError: this notebook needs glassgrad" in done.stderr
    assert "%pip uninstall -y autograd" in done.stderr


@by_notebook
def test_no_cell_is_longer_than_a_screen(source):
    lengths = {text.partition("\n")[0]: len(text.splitlines()) for _, kind, text in cells_of(read_source(source))
               if kind == "code"}  # fmt: skip
    assert max(lengths.values()) <= 25, lengths


@by_notebook
def test_no_picture_is_made_and_not_shown(source):
    """A notebook shows what a cell ends with: an expression before that is lost, if it does nothing else."""
    for name, kind, text in cells_of(read_source(source)):
        statements = ast.parse(text).body if kind == "code" else []
        lost = [ast.unparse(line) for line in statements[:-1] if isinstance(line, ast.Expr)]
        assert [line for line in lost if not line.endswith(")")] == [], name


@by_notebook
def test_the_committed_notebook_has_the_cells_of_its_source(source):
    assert cells_of(committed(source)) == cells_of(read_source(source))


@by_notebook
def test_the_committed_notebook_was_run_from_top_to_bottom(source):
    counts = [cell["execution_count"] for cell in code_of(committed(source))]
    assert counts == list(range(1, len(counts) + 1))
    assert_fit_for_readers(committed(source))


def assert_fit_for_readers(notebook):
    assert not [output for output in outputs_of(notebook) if output["output_type"] == "error"]
    assert not [output for output in outputs_of(notebook) if output.get("name") == "stderr"]
    for text in words_of(notebook):
        for what, pattern in NOT_FOR_READERS.items():
            assert not re.search(pattern, text), f"{what} in the output: {text[:200]}"


@by_notebook
def test_nothing_that_varies_is_kept(source):
    notebook = committed(source)
    assert set(notebook["metadata"]) == {"kernelspec", "language_info"}
    assert notebook["metadata"]["language_info"] == {"name": "python"}
    assert all(cell["metadata"] in ({}, {"tags": ["picture"]}) for cell in notebook["cells"])


@by_notebook
def test_the_readmes_picture_is_the_notebooks(source):
    ending, content = picture(committed(source))
    assert (HERE / "pictures" / f"{source.name[:2]}{ending}").read_bytes() == content


@by_notebook
def test_the_notebook_is_built_as_a_lesson(source):
    """A title, the question, two or three exercises, what you can now do."""
    number = int(source.name[:2])
    texts = [text for _, _, text in cells_of(read_source(source))]
    assert texts[0].startswith(f"# {number} · ")
    assert "**The question: " in texts[0]
    assert texts[-1].startswith("## What you can now do")
    asked = re.findall(r'^check\("(\d+\.\d+)"', "\n".join(texts), re.MULTILINE)
    assert asked == sorted(name for name in all_checkers() if name.startswith(f"{number}."))
    assert 2 <= len(asked) <= 3


@by_notebook
def test_links_lead_somewhere(source):
    text = "\n".join(text for _, kind, text in cells_of(read_source(source)) if kind == "markdown")
    for target in re.findall(r"\]\(([^)\s]+)\)", text):
        assert not target.startswith("/")
        path = source.parent / target.partition("#")[0]
        assert target.startswith("https://") or path.exists(), target


# The exercises -------------------------------------------------------------------------------------------------------


def test_every_exercise_has_answers_here():
    assert set(ANSWERS) == set(all_checkers())


@pytest.mark.parametrize("name", ANSWERS)
def test_right_answers_are_accepted(name):
    assert len(ANSWERS[name][0]) >= 2
    for make in ANSWERS[name][0]:
        verdict = check(name, make())
        assert verdict.right is True, verdict
        assert repr(verdict) == f"✓ Exercise {name}: right."


@pytest.mark.parametrize("name", ANSWERS)
def test_wrong_answers_are_rejected_with_a_hint_and_never_with_a_bare_exception(name):
    assert len(ANSWERS[name][1]) >= 3
    for make in ANSWERS[name][1]:
        verdict = check(name, make())
        assert verdict.right is False, verdict
        assert len(verdict.hint) > 10
        assert not verdict.hint.startswith("Trying it raised"), verdict
        assert not re.search(r"\w+Error", verdict.hint) or verdict.hint.endswith((".", "?")), verdict


@pytest.mark.parametrize("name", ANSWERS)
@pytest.mark.parametrize(
    "strange",
    [None, "text", 7.5, [], [None], {}, object(), lambda: 1, math.nan],
    ids=lambda thing: type(thing).__name__,
)
def test_whatever_is_handed_in_gets_a_hint(name, strange):
    verdict = check(name, strange)
    assert verdict.right is False
    assert not verdict.hint.startswith("Trying it raised"), verdict


@pytest.mark.parametrize("name", ANSWERS)
def test_dots_are_not_answered_yet(name):
    assert check(name, ...).right is None
    for make in ANSWERS[name][0]:  # as the cell stands: a function that returns dots, or dots for each part
        right = make()
        if callable(right):
            assert check(name, lambda *given: ...).right is None
        elif isinstance(right, tuple) and not any(map(callable, right)):
            assert check(name, (*right[:-1], ...)).right is None
            assert check(name, (..., *right[1:])).right is None


def test_an_answer_that_raises_is_wrong_and_says_what_it_raised_and_where_that_comes_from():
    def broken(x):
        raise KeyError("oops")

    verdict = check("1.1", broken)
    assert verdict.right is False
    assert verdict.hint == "g_prime(0) raised KeyError: 'oops'. That key is not in the dictionary."


@pytest.mark.parametrize(
    ("name", "wrong", "hint"),
    [
        ("1.1", lambda x: math.sqrt(-1 - x), "A root or a logarithm of a number that has none?"),
        ("2.3", notebook_answers.by_backward, "keep the gradients in the dictionary"),
        ("3.3", (lambda x: Value(1 / (1 + math.exp(-x.data))), lambda s: s * (1 - s)), "does not know x any more"),
        ("4.1", lambda scores, labels: Value(1.4375), "does not know the scores any more"),
        ("5.1", (("mse", "none"), ..., ..., ...), "put your answer"),
        ("5.1", (("mse", "none"), 1, 2, 3), "house: the activation comes first, then the loss."),
        ("5.1", (("none", "mae"), 1, 2, 3), "house: 'mae' is none of mse, binary_cross_entropy, cross_entropy."),
        ("6.1", 0.0156, "Yes, but rounded"),
    ],
)
def test_a_slip_gets_the_hint_that_is_about_it(name, wrong, hint):
    assert hint in repr(check(name, wrong))


def test_what_a_checker_itself_cannot_take_is_a_hint_too():
    class Odd:
        def __iter__(self):
            raise RuntimeError("not today")

    assert check("2.1", Odd()).hint == "Trying it raised RuntimeError: not today."


def test_the_report_has_a_line_for_each_exercise_of_the_notebooks_begun(monkeypatch):
    monkeypatch.setattr("notebooks.exercises.TRIED", {})
    assert repr(report()).count("○") == 30
    check("3.1", 120)
    check("3.1", 138)
    check("3.2", (7, 4))
    check("3.3", ...)
    assert repr(report()).splitlines() == [
        "✓   3.1  number of parameters             tried 2 ×",
        "✗   3.2  three neurons collapsed",
        "○   3.3  sigmoid and its slope",
        "1 of 3 right",
    ]
    assert report()._repr_mimebundle_()["text/html"].count("<tr>") == 3


def test_there_is_no_such_exercise():
    with pytest.raises(ValueError, match=r"no exercise '1\.99'"):
        check("1.99", 0)
    assert "1.99" not in CHECKERS


def test_a_verdict_is_html_with_its_text_escaped():
    def broken(x):
        raise ValueError("<script>")

    bundle = check("1.1", broken)._repr_mimebundle_()
    assert "<script>" in bundle["text/plain"]
    assert "&lt;script&gt;" in bundle["text/html"]


def test_numbers_are_compared_with_a_tolerance_and_known_slips_have_hints_of_their_own():
    assert close(1e9 + 1, 1e9)
    assert not close(1.001, 1.0)
    assert expect(2.0, 2.0, "other") is None
    assert expect(3.0, 2.0, "other", {3.0: "one too many"}) == "one too many"
    assert expect(4.0, 2.0, "other", {3.0: "one too many"}) == "other"
    assert expect(math.inf, 2.0, "Smaller.", what="y") == "y is inf: something grew without bounds. Smaller."


@pytest.mark.parametrize("answer", [2, 2.0, Value(2.0), np.float32(2), np.int64(2), np.array([2.0]), Fraction(2)])
def test_a_number_is_whatever_python_and_numpy_take_for_one(answer):
    assert number(answer) == 2.0


def test_parts_say_how_many_there_should_be():
    with pytest.raises(Slip, match=r"should have 2 parts \(w, b\), and has 3"):
        parts((1, 2, 3), "w", "b")
    with pytest.raises(Slip, match=r"should have 2 parts \(w, b\), not be a single number"):
        parts(1, "w", "b")


def test_a_function_is_wanted_not_what_it_returns():
    with pytest.raises(Slip, match="without brackets behind it"):
        called(4.0, 1.0, shown="f(1)")


# The build -----------------------------------------------------------------------------------------------------------


def test_sources_are_chosen_by_number():
    assert [path.name[:2] for path in sources(["01"])] == ["01"]
    with pytest.raises(ValueError, match="no notebook 99"):
        sources(["01", "99"])


def test_the_picture_is_that_of_the_tagged_cell():
    def cell(data, tags):
        return {"outputs": [{"text": "words"}, {"data": data}], "metadata": {"tags": tags} if tags else {}}

    plot, graph = cell({"image/png": "AAAA"}, ["picture"]), cell({"image/svg+xml": ["<svg>", "</svg>"]}, ["picture"])
    assert picture({"cells": [cell({"image/png": "BBBB"}, []), plot]}) == (".png", b"\0\0\0")
    assert picture({"cells": [graph]}) == (".svg", b"<svg></svg>")
    assert picture({"cells": [cell({"image/png": "BBBB"}, [])]}) is None


def test_printed_text_is_joined_however_it_was_cut():
    def said(text):
        return {"output_type": "stream", "name": "stdout", "text": text}

    shown = {"output_type": "display_data", "data": {}}
    assert joined([said("a"), said("b"), shown, said("c")]) == [said("ab"), shown, said("c")]
