"""Cells in a web page where a compiled package is out of reach: they say so, and nothing else is hidden."""

import ast
import sys

import pytest

from notebooks import in_a_browser
from notebooks.in_a_browser import Forgiving, go_on, made_by


class Shell:
    """As much of IPython's as is used here."""

    def __init__(self):
        self.user_ns, self.ast_transformers = {}, []

    def run(self, source):
        """The value that the cell would show."""
        module = ast.parse(source)
        for transformer in self.ast_transformers:
            module = transformer.visit(module)
        *body, last = module.body or [ast.parse("None").body[0]]
        exec(compile(ast.Module(body, []), "cell", "exec"), self.user_ns)
        if isinstance(last, ast.Expr):
            return eval(compile(ast.Expression(last.value), "cell", "eval"), self.user_ns)
        exec(compile(ast.Module([last], []), "cell", "exec"), self.user_ns)
        return None


@pytest.fixture
def shell(monkeypatch):
    monkeypatch.setattr(in_a_browser, "lost", set())
    monkeypatch.setitem(sys.modules, "matplotlib", None)
    shell = Shell()
    go_on(shell, ["matplotlib"])
    return shell


def test_a_cell_that_needs_it_says_so_and_so_does_who_needs_that_cell(shell, capsys):
    assert shell.run("def plot():\n    import matplotlib\nax = plot()\nax") is None
    assert capsys.readouterr().out == "needs matplotlib\n"
    assert shell.run("ax + 1") is None
    assert capsys.readouterr().out == "needs ax, from a cell that could not run\n"


@pytest.mark.parametrize(
    ("source", "shown"), [("1 + 1", 2), ("x = 4", None), ("def f():\n    return 5\nf()", 5), ("", None)]
)
def test_other_cells_show_what_they_would_have_shown(shell, source, shown):
    assert shell.run(source) == shown


@pytest.mark.parametrize(
    ("source", "error"), [("1 / 0", ZeroDivisionError), ("nobody", NameError), ("import nowhere_at_all", ImportError)]
)
def test_other_errors_are_not_hidden(shell, source, error):
    with pytest.raises(error):
        shell.run(source)


def test_what_a_cell_makes():
    assert made_by(ast.parse("a, (b, c) = 1, (2, 3)\nimport os.path, sys as s\ndef f(x): y = 1").body) == [
        "a",
        "b",
        "c",
        "f",
        "os",
        "s",
        "y",
    ]


def test_the_frame_keeps_the_lines_of_the_cell():
    framed = Forgiving().visit(ast.parse("a = 1\nb = 2"))
    assert [statement.lineno for statement in framed.body[0].body] == [1, 2]


def test_of_several_imports_the_missing_one_alone_is_missed(shell, capsys):
    shell.run("import math\nimport matplotlib as plt\nfrom cmath import pi")
    assert shell.run("math.floor(pi)") == 3
    assert shell.run("plt.plot") is None
    assert capsys.readouterr().out == "needs matplotlib\nneeds plt, from a cell that could not run\n"
