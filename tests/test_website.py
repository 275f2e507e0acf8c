"""The folder of static files that notebooks/website.py builds: what its Python says, and its pages in Chromium."""

import functools
import http.server
import json
import shutil
import threading

import pytest

from notebooks.web.playground import answer, with_all
from notebooks.website import main, playground

PATIENCE = 120_000  # ms: Python has to be loaded and started


class Quiet(http.server.SimpleHTTPRequestHandler):
    def log_message(self, *arguments):
        """Nothing among the tests' output."""


# What the playground's Python says --------------------------------------------------------------------------------


@pytest.fixture
def ask(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("GLASSGRAD_LAYOUT", "plain")
    return lambda formula, **values: json.loads(answer(formula, json.dumps(values)))


def test_a_formula_gets_values_derivatives_and_a_page(ask):
    told = ask("x * (y + 1)", y="4")
    assert told["values"] == {"x": "2", "y": "4"}
    assert told["said"] == "x * (y + 1) = 10.0\n\n∂/∂x = 5.0\n∂/∂y = 2.0"
    assert told["page"].lower().startswith("<!doctype html>")


@pytest.mark.parametrize("formula", ["", "x * (", "import os", "x=2", "frobnicate(x)", "x.real", "1" * 3000])
def test_a_wrong_formula_is_answered_with_what_and_where(ask, formula):
    told = ask(formula)
    assert set(told) == {"error"}
    assert "Traceback" not in told["error"]


def test_a_wrong_value_is_named(ask):
    told = ask("x * y", x="two")
    assert "the value of x must be a number, got 'two'" in told["error"]
    assert told["values"] == {"x": "two", "y": "-3"}


def test_a_formula_that_looks_like_an_option_is_a_formula(ask):
    assert ask("--help")["said"].startswith("--help = 2.0")


def test_every_name_gets_a_value_in_the_order_of_the_formula():
    assert list(with_all(tuple("abcdefg"), {"c": " 7 ", "z": "1"}).values()) == ["2", "-3", "7", "10", "-1", "2", "-3"]


def test_only_a_new_folder_is_built_in(tmp_path, capsys):
    (tmp_path / "mine.txt").touch()
    assert main([str(tmp_path)]) == 1
    assert "is not empty" in capsys.readouterr().err
    assert main([]) == 2


# The pages ------------------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def address(tmp_path_factory):
    """Where the folder is served, as any web server would."""
    if shutil.which("npm") is None:
        pytest.skip("needs npm, to fetch pyodide")
    folder = tmp_path_factory.mktemp("site")
    playground(folder)
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), functools.partial(Quiet, directory=folder))
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    server.server_close()


@pytest.fixture
def page(chromium):
    """A page whose scripts make no errors."""
    complaints = []
    context = chromium.new_context()
    page = context.new_page()
    page.set_default_timeout(PATIENCE)
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.on("console", lambda message: complaints.append(message.text))
    yield page
    context.close()
    assert complaints == []


@pytest.mark.browser
def test_type_a_formula_and_see_it_living(page, address):
    page.goto(f"{address}/index.html")
    page.click("text=Playground")
    page.wait_for_selector("#graph:not([hidden])")  # the first example

    page.fill("#formula", "tanh(u * w)")
    page.press("#formula", "Enter")
    page.wait_for_selector("#values input[name=w]")
    page.fill("#values input[name=u]", "0.5")
    page.press("#values input[name=u]", "Enter")
    page.wait_for_function("document.getElementById('said').textContent.includes('tanh(u * w) = -0.905')")
    assert "formula=tanh" in page.url  # to be sent to somebody
    assert "u=0.5" in page.url

    graph = page.frame_locator("#graph")
    graph.get_by_text("Next", exact=False).first.click()
    graph.get_by_text("v1 = u × w = 0.5 × (−3) = −1.5").first.wait_for()

    page.fill("#formula", "tanh(u * w")
    page.press("#formula", "Enter")
    page.wait_for_selector("#error:not([hidden])")
    assert "column 5: this bracket is never closed" in page.text_content("#error")
    assert page.is_hidden("#graph")

    page.goto(f"{address}/playground.html#formula=p-q&p=7&q=3")
    page.wait_for_function("document.getElementById('said').textContent.startsWith('p-q = 4.0')")
