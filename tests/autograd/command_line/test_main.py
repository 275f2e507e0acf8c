"""`python -m autograd` from the outside: what it prints, what it writes, how it refuses."""

import contextlib
import io
import itertools
import os
import re
import subprocess
import sys

import pytest

from autograd.command_line.formula import Expression
from autograd.command_line.main import main

NEURON = ["tanh(x1*w1 + x2*w2 + b)", "x1=2", "w1=-3", "x2=0", "w2=1", "b=6.8813735870195432"]


@pytest.fixture
def run(capsys):
    """Runs the command line here; returns (status, what it printed, what it complained of)."""

    def run_(*arguments):
        try:
            status = main(arguments)
        except SystemExit as stop:
            status = stop.code
        return (status, *capsys.readouterr())

    return run_


def derivatives(printed):
    """{"x1": -1.5} from the lines `∂/∂x1 = -1.5`."""
    return {by: float(value) for by, value in re.findall(r"^∂²?/∂(\S+) += (\S+)$", printed, re.M)}


def test_value_and_derivatives(run):
    status, printed, complaints = run(*NEURON)
    assert (status, complaints) == (0, "")
    first, _, *_ = printed.split("\n")
    name, _, value = first.partition(" = ")
    assert name == NEURON[0]
    assert float(value) == pytest.approx(0.5**0.5)
    assert derivatives(printed) == pytest.approx({"x1": -1.5, "w1": 1.0, "x2": 0.5, "w2": 0.0, "b": 0.5})


def test_as_a_program():
    done = subprocess.run(
        [sys.executable, "-m", "autograd", "x*y", "x=3", "y=4"], capture_output=True, text=True, encoding="utf-8"
    )
    assert done.returncode == 0
    assert done.stdout == "x*y = 12.0\n\n∂/∂x = 4.0\n∂/∂y = 3.0\n"


def test_letters_that_the_output_lacks_are_replaced(monkeypatch):
    printed = io.BytesIO()
    monkeypatch.setattr(sys, "stdout", io.TextIOWrapper(printed, encoding="ascii"))
    assert main(["2 × x", "x=-3"]) == 0
    assert printed.getvalue() == b"2 * x = -6.0\n\nd/dx = 2.0\n"


def test_a_terminal_without_our_letters_gets_no_traceback():
    environment = {"PYTHONIOENCODING": "ascii", "PYTHONPATH": ":".join(sys.path)}
    command = [sys.executable, "-m", "autograd", "x*α", "x=-3", "α=2", "--hessian", "--steps", "--tree"]
    done = subprocess.run(command, capture_output=True, env=environment)
    assert (done.returncode, done.stderr) == (0, b"")
    printed = done.stdout.decode("ascii")
    for line in ("d/dx = 2.0", "d^2/dxd? = 1.0", "y = x * ? = (-3) * 2 = -6", "`- [*-3] ?  2  d -3"):
        assert line in printed


def test_a_formula_of_numbers_has_no_derivatives_of_any_order(run):
    assert run("2*3", "--hessian") == (0, "2*3 = 6.0\n", "")


def test_a_blank_line_stands_before_the_derivatives(run):
    assert run("x*y", "x=3", "y=4")[1] == "x*y = 12.0\n\n∂/∂x = 4.0\n∂/∂y = 3.0\n"


def test_numbers_alone_have_a_value(run):
    assert run("2**10 / 4")[:2] == (0, "2**10 / 4 = 256.0\n")


def test_second_derivatives(run):
    status, printed, _ = run("x**2 * y", "x=3", "y=5", "--hessian")
    assert status == 0
    assert "\n∂/∂y = 9.0\n\n∂²/∂x²  = " in printed
    assert derivatives(printed) == {"x": 30.0, "y": 9.0, "x²": 10.0, "x∂y": 6.0, "y²": 0.0}


@pytest.mark.parametrize(
    ("formula", "value"),
    [("-x**2", -9.0), ("-x", -3.0), ("-(x)", -3.0), ("- -x", 3.0), ("-2*x", -6.0), ("-tanh(x)*0", -0.0)],
)
def test_a_leading_minus(run, formula, value):
    status, printed, _ = run(formula, "x=3")
    assert status == 0
    assert float(printed.split("\n")[0].rpartition("=")[2]) == value


@pytest.mark.parametrize(
    ("given", "value"), [("x=-2", -2.0), ("x=1e3", 1e3), ("x=1/4", 0.25), ("x=pi", 3.141592653589793)]
)
def test_values_may_be_formulas_of_numbers(run, given, value):
    assert run("x", given)[1].startswith(f"x = {value!r}\n")


def test_names_come_before_constants(run):
    assert run("2*e", "e=3")[1].startswith("2*e = 6.0\n")


def test_tree_and_steps(run):
    status, printed, _ = run("a*b", "a=2", "b=-3", "--tree", "--steps")
    assert status == 0
    assert "y = ×  −6  ∂ 1" in printed
    assert "[×−3] a" in printed
    assert "∂y/∂y × ∂y/∂a = 1 × (−3) = −3" in printed


def test_the_result_gets_a_name_that_is_free(run):
    assert "out = y × y" in run("y*y", "y=2", "--steps")[1]
    assert "∂x/∂x = 1" in run("x", "x=2", "--steps")[1]


def test_check(run):
    status, printed, _ = run("sin(x*y)", "x=0.5", "y=2", "--check")
    assert status == 0
    assert "derivatives agree" in printed
    first = int(re.search(r"(\d+) derivatives agree", printed)[1])
    second = int(re.search(r"(\d+) derivatives agree", run("sin(x*y)", "x=0.5", "y=2", "--check", "--hessian")[1])[1])
    assert second > first


def test_a_check_of_many_names_asks_for_few_graphs(run, monkeypatch):
    """150 names are answered in seconds: thousands of differences are taken of a recorded program."""
    graphs = []
    real = Expression.__call__
    monkeypatch.setattr(Expression, "__call__", lambda self, *values: graphs.append(values) or real(self, *values))
    names = [f"x{i}" for i in range(12)]
    formula = f"sin({' + '.join(map('*'.join, itertools.pairwise(names)))})"
    status, printed, _ = run(formula, *(f"{name}={i / 9}" for i, name in enumerate(names)), "--check", "--hessian")
    assert status == 0
    assert "168 derivatives agree" in printed  # 2·12 + 12²
    assert len(graphs) < 100


@pytest.mark.parametrize("order", ["-x*y --check x=2 y=3", "--check -x*y x=2 y=3", "x=2 --check -x*y y=3"])
def test_options_may_stand_anywhere(run, order):
    assert run(*order.split())[:2] == run("-x*y", "x=2", "y=3", "--check")[:2]


def test_a_check_names_the_names(run):
    assert "d f / d speed:" in run("relu(speed)", "speed=0", "--check")[2]
    assert "d f / d lambda_:" in run("relu(lambda)", "lambda=0", "--check")[2]


def test_a_check_that_fails_ends_with_one(run):
    status, printed, complaints = run("relu(x)", "x=0", "--check")
    assert status == 1
    assert "∂/∂x = 0.0" in printed
    assert "kink" in complaints


@pytest.mark.parametrize(
    ("name", "start"),
    [
        ("a.svg", b"<svg"),
        ("a.html", b"<!DOCTYPE html>"),
        ("a.png", b"\x89PNG"),
        ("a.dot", b"digraph"),
        ("A.SVG", b"<svg"),
    ],
)
def test_files(run, tmp_path, name, start):
    status, printed, complaints = run("x*y", "x=3", "y=4", "-o", str(tmp_path / name))
    assert (status, complaints) == (0, "")
    assert printed.endswith(f"\n\nwrote {tmp_path / name}\n")
    assert (tmp_path / name).read_bytes().startswith(start)


def test_a_file_whose_name_begins_with_a_minus_keeps_its_name(run, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    assert run("-x", "x=3", "-o", "-x.svg")[1].endswith("wrote -x.svg\n")
    assert [path.name for path in tmp_path.iterdir()] == ["-x.svg"]


def test_the_drawing_has_the_derivatives_and_the_page_the_steps(run, tmp_path):
    run("x*y", "x=3", "y=4", "-o", str(tmp_path / "a.svg"))
    assert "∂ 4" in (tmp_path / "a.svg").read_text(encoding="utf-8")
    run("a*b", "a=3", "b=4", "-o", str(tmp_path / "a.html"))
    assert "Backpropagation through y" in (tmp_path / "a.html").read_text(encoding="utf-8")
    run("x*y", "x=3", "y=4", "-o", str(tmp_path / "a.svg"), "--animate")
    assert "@keyframes" in (tmp_path / "a.svg").read_text(encoding="utf-8")


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["x^2", "x=1"], "column 2: '^' is not allowed here: write ** for a power"),
        (["x*y", "x=1"], "column 3: y has no value: add y=..."),
        (["x*", "x=1"], "column 3: the formula ends too early"),
        (["x", "x=1", "z=2"], "z is not in the formula 'x'"),
        (["x", "x=1", "x=2"], "x is given twice"),
        (["x", "x=y"], "the value of x must be a number, got 'y'"),
        (["x", "x="], "the value of x: column 1: the formula ends too early"),
        (["x", "x==1"], "the value of x: column 1: '=' is not allowed here"),
        (["x", "1"], "expected name=value, got '1'; the formula goes in quotes"),
        (["x", "2x=1"], "expected name=value"),
        (["x", "x=1", "-o", "a.gif"], "-o writes files that end in .svg, .png, .pdf, .dot, .html; got 'a.gif'"),
        (["x", "x=1", "-o", ""], "-o writes files that end in .svg, .png, .pdf, .dot, .html; got ''"),
        (["x", "x=1", "-o", "-"], "-o writes files that end in .svg, .png, .pdf, .dot, .html; got '-'"),
        (["x", "x=1", "--animate"], "--animate needs -o FILE.svg"),
        (["x", "x=1", "--hesian"], "--hesian"),
        (["x", "x=1", "--hess"], "--hess"),
        ([], "the following arguments are required: formula\n"),
        (["(" * 60 + "x" + ")" * 60, "x=1"], "nested more than 50 deep"),
        (["x" + "+x" * 1000, "x=1"], "at most 2,000"),
        (["__import__('os').system('true')"], "strings"),
        (["x.__class__", "x=1"], "attributes"),
    ],
)
def test_what_cannot_be_read_ends_with_two(run, arguments, message):
    status, printed, complaints = run(*arguments)
    assert (status, printed) == (2, "")
    assert message in complaints


def test_the_error_points_at_the_column(run):
    *_, shown, pointer, end = run("tanh(x) + foo(x)", "x=1")[2].split("\n")
    assert shown[pointer.index("^") :].startswith("foo")
    assert end == ""


def test_a_file_that_cannot_be_written_ends_with_one(run, tmp_path):
    status, printed, complaints = run("x*2", "x=1", "-o", str(tmp_path / "missing" / "a.html"))
    assert status == 1
    assert printed.startswith("x*2 = 2.0")
    assert "missing" in complaints


def test_a_graph_that_is_too_large_for_steps_ends_with_one(run, tmp_path):
    status, _, complaints = run("x" + "+x" * 200, "x=1", "-o", str(tmp_path / "a.html"))
    assert status == 1
    assert "400 edges" in complaints
    assert list(tmp_path.iterdir()) == []
    status, _, complaints = run("x" + "+x" * 200, "x=1", "--steps")
    assert status == 1
    assert "400 edges" in complaints
    assert "see its graph with --tree or -o FILE.svg" in complaints
    assert not re.search(r"max_edges|model=|draw\(", complaints)


def test_up_to_three_hundred_edges_are_stepped_through(run):
    status, printed, _ = run("x" + "+x" * 150, "x=1", "--steps")
    assert (status, "then backward along 300 edges" in printed) == (0, True)
    assert run("-(x" + "+x" * 150 + ")", "x=1", "--steps")[0] == 1


def test_every_formula_that_can_be_read_has_a_tree(run):
    formula = "0+" + "-" * 1990 + "x"
    assert "neg" in run(formula, "x=1", "--tree")[1]


ANSWERS = [["--help"], ["x*y", "x=3", "y=4", "--steps"], ["relu(x)", "x=0", "--check"]]


def told_when_printing_to(output, arguments, unbuffered):
    """(status, complaints) of a process with the standard output `output`."""
    done = subprocess.run(
        [sys.executable, "-m", "autograd", *arguments],
        stdout=output,
        stderr=subprocess.PIPE,
        env={**os.environ, "PYTHONUNBUFFERED": unbuffered},
        text=True,
        encoding="utf-8",
    )
    return done.returncode, done.stderr


@pytest.mark.parametrize("unbuffered", ["", "1"])
@pytest.mark.parametrize("arguments", ANSWERS)
def test_a_reader_that_has_seen_enough_is_no_error(arguments, unbuffered):
    reader, writer = os.pipe()
    os.close(reader)
    with os.fdopen(writer, "wb") as pipe:
        assert told_when_printing_to(pipe, arguments, unbuffered) == (1, "")


def test_without_standard_output_the_work_is_done_all_the_same(tmp_path, monkeypatch):
    monkeypatch.setattr("sys.stdout", None)
    assert main(["a * b", "a=2", "b=3", "-o", str(tmp_path / "product.svg")]) == 0
    assert (tmp_path / "product.svg").exists()


def test_what_is_left_to_print_on_a_full_disk_goes_nowhere(tmp_path, monkeypatch):
    with open(tmp_path / "disk", "w") as disk:

        class Full:
            fileno = disk.fileno

            def write(self, text):
                return len(text)

            def flush(self):
                raise OSError(28, "No space left on device")

        monkeypatch.setattr("sys.stdout", Full())
        assert main(["a", "a=2"]) == 1
        assert os.path.samestat(os.fstat(disk.fileno()), os.stat(os.devnull))


@pytest.mark.skipif(not os.path.exists("/dev/full"), reason="has no /dev/full")
@pytest.mark.parametrize("unbuffered", ["", "1"])
@pytest.mark.parametrize("arguments", ANSWERS)
def test_a_full_disk_is_told_in_one_line(arguments, unbuffered):
    with open("/dev/full", "wb") as disk:
        status, complaints = told_when_printing_to(disk, arguments, unbuffered)
    assert status == 1
    assert re.fullmatch(r"error: .*No space left on device\n", complaints)


def test_help_shows_examples(run):
    status, printed, _ = run("--help")
    assert status == 0
    assert NEURON[0] in printed


def test_it_prints_to_whatever_stands_in_for_the_standard_output():
    page = io.StringIO()  # has no encoding to reconfigure
    with contextlib.redirect_stdout(page):
        assert main(["x*x", "x=3"]) == 0
    assert derivatives(page.getvalue()) == {"x": 6.0}


def test_open_shows_the_steps_in_a_browser(run, monkeypatch):
    opened = []
    monkeypatch.setattr("autograd.explaining.stepper.show", opened.append)
    assert run("x*y", "x=3", "y=4", "--open")[0] == 0
    assert ["<title>Backpropagation through" in page for page in opened] == [True]


@pytest.mark.parametrize(
    ("arguments", "note"),
    [
        (["exp(x)", "x=1000"], "exp(1000) is inf: a pole, or beyond ±1.8e308, where floats end"),
        (["log(x)", "x=0"], "log(0) is -inf: a pole, or beyond ±1.8e308, where floats end"),
        (["1 / x + x", "x=0"], "1 ÷ 0 is inf: a pole, or beyond ±1.8e308, where floats end"),
        (["x*y", "x=1e200", "y=1e200"], "1e+200 × 1e+200 is inf: a pole, or beyond ±1.8e308, where floats end"),
        (["2 * (x - y)", "x=inf", "y=inf"], "inf − inf is nan: it has no value among the real numbers"),
        (["3 + log(-1)"], "log(−1) is nan: it has no value among the real numbers"),
        (["2 * sqrt(x)", "x=0"], "sqrt(0) has no finite slope there: inf"),
    ],
)
def test_where_inf_and_nan_come_from_is_told_in_one_line(run, arguments, note):
    status, printed, _ = run(*arguments)
    assert status == 0
    assert printed.endswith(f"\n\nnote: {note}\n")


@pytest.mark.parametrize("arguments", [["x", "x=inf"], ["x + 1", "x=nan"], ["x < 1", "x=inf"]])
def test_inf_and_nan_that_were_given_need_no_explanation(run, arguments):
    assert "note" not in run(*arguments)[1]


def test_the_formula_may_stand_among_the_values(run):
    assert run("x=2", "x*y", "y=3")[1] == run("x*y", "x=2", "y=3")[1]
    assert "there is no formula, only values" in run("x=2", "y=3")[2]


def test_a_formula_of_minus_signs_is_a_formula(run):
    assert derivatives(run("--x", "x=2")[1]) == {"x": 1.0}
    assert derivatives(run("-x*y", "x=2", "y=3")[1]) == {"x": -3.0, "y": -2.0}
    assert run("x", "--hesian", "x=2")[0] == 2
