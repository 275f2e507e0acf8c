"""The folder of static files that notebooks/website.py builds: what its Python says, and its pages in Chromium."""

import functools
import http.server
import json
import shutil
import subprocess
import threading
from pathlib import Path

import pytest

from notebooks.build import sources
from notebooks.web.playground import answer, with_all
from notebooks.website import for_browsers, main
from tests.autograd.explaining.test_stepper_browser import PATIENCE, until

NOTEBOOKS = Path(__file__).with_name("notebooks_in_a_web_page.py")
IN_NODE = """
import { readFileSync } from "node:fs";
const [site, program] = process.argv.slice(2);
const { loadPyodide } = await import(`${site}/static/pyodide/pyodide.mjs`);
const python = await loadPyodide();
await python.loadPackage(["ipython", "glassgrad"], { messageCallback() {} });
python.loadPackage = async () => { throw new Error("out of reach"); };
python.FS.mkdir("/course");
python.FS.mount(python.FS.filesystems.NODEFS, { root: `${site}/files` }, "/course");
try {
  python.runPython(readFileSync(program, "utf8"));
  console.log(await python.runPythonAsync("import json; json.dumps(await everything('/course'))"));
} catch (error) { // node would print the line of its own script, which is long
  console.error(error.message);
  process.exit(1);
}
"""


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


def test_values_have_fields_of_their_own(ask):
    assert "column 2: '=' is not allowed here: values have fields of their own\n" in ask("x=2")["error"]


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


# The notebooks ------------------------------------------------------------------------------------------------------


def test_a_notebook_for_browsers_begins_with_what_it_loads_and_keeps_its_cells():
    said = [
        {"output_type": "stream", "text": ["a\n", "b"]},
        {"output_type": "display_data", "data": {"image/svg+xml": ["<svg>\n", "</svg>"], "image/png": "AAAA"}},
    ]
    cells = [
        {"cell_type": "code", "source": ["x = 1"], "metadata": {"tags": []}, "outputs": said},
        {"cell_type": "markdown", "source": "# A title", "metadata": {}},
    ]
    told = for_browsers({"cells": cells, "metadata": {"kernelspec": {"name": "python3"}, "other": 1}, "nbformat": 4})
    head, code, text = told["cells"]
    assert "await in_a_browser.load(" in head["source"][-1]
    assert (code["source"], code["metadata"]) == (["x = 1"], {"tags": [], "trusted": True})
    assert [output.get("text", output.get("data")) for output in code["outputs"]] == [
        "a\nb",
        {"image/svg+xml": "<svg>\n</svg>", "image/png": "AAAA"},
    ]
    assert text == cells[1]
    assert (told["metadata"]["kernelspec"]["name"], told["metadata"]["other"], told["nbformat"]) == ("python", 1, 4)


# The pages ------------------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def site(tmp_path_factory):
    """The folder, built."""
    if shutil.which("npm") is None:
        pytest.skip("needs npm, to fetch pyodide")
    pytest.importorskip("jupyterlite_pyodide_kernel")
    folder = tmp_path_factory.mktemp("site")
    assert main([str(folder)]) == 0
    return folder


@pytest.fixture(scope="module")
def address(site):
    """Where it is served, as any web server would."""
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), functools.partial(Quiet, directory=site))
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


def outputs(page):
    """What the cells of a notebook say now, by their source; the lab draws what is in view only, in its own time."""
    found = {}
    for screen in range(20):
        page.locator(".jp-WindowedPanel-outer").evaluate("(panel, top) => { panel.scrollTop = top; }", 600 * screen)
        page.wait_for_timeout(150)
        found |= dict(
            page.evaluate("""() => [...document.querySelectorAll(".jp-CodeCell")].map((cell) => [
                (cell.querySelector(".cm-content")?.innerText ?? "").trim(),
                [...cell.querySelectorAll(".jp-OutputArea-output")].map((output) => output.innerText).join("\\n"),
            ])""")
        )
    return found


@pytest.mark.browser
def test_notebook_1_runs_in_the_lab_and_its_stepper_steps(chromium, address):
    """From the folder alone: matplotlib is out of reach, so plots say so, and everything else runs."""
    context = chromium.new_context(viewport={"width": 1280, "height": 900})
    context.route("**/*", lambda route: route.continue_() if route.request.url.startswith(address) else route.abort())
    page = context.new_page()
    page.set_default_timeout(PATIENCE)
    page.goto(f"{address}/lab/index.html?path=01_values_and_the_chain_rule.ipynb")
    page.wait_for_selector(".jp-Notebook .jp-Cell")
    page.wait_for_selector("text=Python (Pyodide) | Idle")  # the kernel is there
    until(lambda: any("derivatives agree" in text for text in outputs(page).values()), gives=True)  # as committed
    page.click(".lm-MenuBar-itemLabel:text-is('Edit')")
    page.click("text='Clear Outputs of All Cells'")  # what follows is made anew
    page.click(".lm-MenuBar-itemLabel:text-is('Run')")
    page.click("text='Run All Cells'")
    stepping = page.frame_locator("iframe[title^='Backpropagation through']").last
    stepping.locator("#next").wait_for()
    stepping.locator("#next").click()
    stepping.get_by_text("remembers").first.wait_for()  # the first operation

    def told():
        said = outputs(page).values()
        assert all("Error" not in text for text in said), said
        wanted = "could not be loaded", "derivatives agree", "put your answer in the place of the dots"
        times = [sum(words in text for text in said) for words in wanted]
        return [*map(bool, times[:2]), times[2], any(text.strip() == "needs matplotlib" for text in said)]

    until(told, gives=[True, True, 3, True])  # the exercises, which come last, are three
    context.close()


@pytest.mark.browser
def test_all_notebooks_run_to_their_ends_on_what_the_folder_has(site, tmp_path):
    """In node, on the folder's own Python, packages and files; what is compiled is out of reach."""
    node = shutil.which("node") or shutil.which("nodejs")
    if node is None:
        pytest.skip("needs node")
    (tmp_path / "run.mjs").write_text(IN_NODE, encoding="utf-8")
    done = subprocess.run([node, tmp_path / "run.mjs", site, NOTEBOOKS], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr[-3000:]
    told = json.loads(done.stdout.splitlines()[-1])
    assert list(told) == [path.name[:2] for path in sources()]
    assert {number: of["failed"] for number, of in told.items() if of["failed"]} == {}
    others = {number: set(of["needs"]) - {"needs matplotlib"} for number, of in told.items()}
    assert [number for number, lines in others.items() if lines] == ["08", "09"], others
    assert all("numpy" in line or "from a cell that could not run" in line for line in set().union(*others.values()))


@pytest.mark.browser
def test_opened_as_files_the_pages_say_that_they_need_a_server(chromium, site):
    page = chromium.new_page()
    page.set_default_timeout(PATIENCE)
    page.goto((site / "index.html").as_uri())
    page.get_by_text("But they need a web server").wait_for()
    page.click("text=Playground")
    page.get_by_text("This page needs a web server: python -m http.server").wait_for()
    page.close()


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
