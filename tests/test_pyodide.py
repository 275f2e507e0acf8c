"""The wheel in Python compiled to WebAssembly (Pyodide, from npm, in node): as it runs in a page, with no help."""

import json
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from notebooks.website import PYODIDE, npm_package, pure_wheel

pytestmark = pytest.mark.browser
PROGRAM = Path(__file__).with_name("in_a_web_page.py")
IN_NODE = """
import { readFileSync } from "node:fs";
const [runtime, wheel, program] = process.argv.slice(2);
const { loadPyodide } = await import(runtime);
const python = await loadPyodide();
python.unpackArchive(new Uint8Array(readFileSync(wheel)), "wheel");
try {
  python.runPython(readFileSync(program, "utf8"));
  console.log(python.runPython("import json; json.dumps(everything())"));
} catch (error) { // node would print the line of its own script, which is long
  console.error(error.message);
  process.exit(1);
}
"""
ON_A_DESKTOP = "import json, runpy; print(json.dumps(runpy.run_path({!r})['everything']()))"


@pytest.fixture(scope="module")
def wheel(tmp_path_factory):
    return pure_wheel(tmp_path_factory.mktemp("wheel"))


@pytest.fixture(scope="module")
def in_page(tmp_path_factory, wheel):
    """What the program gives in Pyodide."""
    node = shutil.which("node") or shutil.which("nodejs")
    if node is None or shutil.which("npm") is None:
        pytest.skip("needs node, and npm to fetch pyodide")
    folder = tmp_path_factory.mktemp("pyodide")
    runtime = npm_package(folder, f"pyodide@{PYODIDE}") / "pyodide.mjs"
    (folder / "run.mjs").write_text(IN_NODE, encoding="utf-8")
    command = [node, folder / "run.mjs", runtime, wheel, PROGRAM]
    done = subprocess.run(list(map(str, command)), capture_output=True, text=True, cwd=folder, timeout=900)
    assert done.returncode == 0, done.stderr[-3000:]
    return json.loads(done.stdout.splitlines()[-1])


@pytest.fixture(scope="module")
def on_desktop(tmp_path_factory, wheel):
    """What the same wheel gives here."""
    folder = tmp_path_factory.mktemp("desktop")
    shutil.unpack_archive(wheel, folder, "zip")
    command = [sys.executable, "-c", ON_A_DESKTOP.format(str(PROGRAM))]
    done = subprocess.run(command, capture_output=True, text=True, cwd=folder, timeout=900)
    assert done.returncode == 0, done.stderr[-3000:]
    return json.loads(done.stdout.splitlines()[-1])


def test_the_engine_in_python_runs_in_the_page(in_page):
    assert (in_page["platform"], in_page["engine"]) == ("emscripten", "python")


def test_pictures_pages_and_texts_are_those_of_the_desktop(in_page, on_desktop):
    assert in_page["answers"].keys() == on_desktop["answers"].keys()
    assert [name for name, text in in_page["answers"].items() if text != on_desktop["answers"][name]] == []
    assert in_page["answers"]["drawing"].startswith("<svg")
    assert "error" in in_page["answers"]["wrong formula"]


def test_numbers_are_those_of_the_desktop(in_page, on_desktop):
    """Its C library rounds tanh its own way: the last bit may differ."""
    assert in_page["numbers"].keys() == on_desktop["numbers"].keys()
    for name, numbers in in_page["numbers"].items():
        assert numbers == pytest.approx(on_desktop["numbers"][name], rel=1e-13), name


def test_what_a_page_cannot_do_ends_in_advice_that_works_there(in_page):
    advice = in_page["advice"]
    for name in ("o.png", "o.pdf", "plots"):
        assert "%pip install matplotlib" in advice[name], name
    assert "micropip.install('graphviz')" in advice["to_dot"]
    assert "%pip install scikit-learn" in advice["scikit-learn"]
    assert "%pip install numpy" in advice["arrays"]
    for layout in ("dot", "wasm"):
        asked = f"LayoutError: GLASSGRAD_LAYOUT={layout} asks for an engine that no web page can start"
        assert advice[layout] == f"{asked}. GLASSGRAD_LAYOUT=plain needs neither."
    assert "no window can be opened from here" in advice["show"]
    assert "no window can be opened from here" in advice["--open"]
    assert advice["--open"].endswith("[0]")


def test_a_desktop_is_told_of_the_extras(on_desktop):
    advice = on_desktop["advice"]
    assert "pip install 'glassgrad[plots]'" in advice["plots"]
    assert "pip install 'glassgrad[fast]'" in advice["arrays"]
    assert "`dot` is on the PATH" in advice["dot"] or advice["dot"].startswith("no error")
