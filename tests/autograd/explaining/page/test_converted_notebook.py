"""A notebook that was executed, turned into one HTML file by nbconvert, and opened in Chromium: its pages play."""

from pathlib import Path

import pytest

from notebooks.build import execute
from tests.autograd.explaining.test_stepper_browser import PATIENCE, until

pytestmark = pytest.mark.notebooks
CELLS = [
    "from autograd import Value, draw, stepper\na, b = Value(2.0), Value(-3.0)\ny = a * b + a",
    "stepper(y)",
    "draw(y)",
    "import nn\nX, t = nn.data.micrograd_moons()\nmodel = nn.MLP(2, [3, 1])\n"
    "nn.watch(model, X, t, nn.fit(model, X, t, loss='hinge', epochs=3, keep=1, progress=False))",
]


def test_what_nbconvert_makes_of_pages_steps_plays_and_is_watched(chromium, monkeypatch):
    nbformat = pytest.importorskip("nbformat.v4")
    nbconvert = pytest.importorskip("nbconvert")
    notebook = nbformat.new_notebook(cells=[nbformat.new_code_cell(cell) for cell in CELLS])
    monkeypatch.setenv("JUPYTER_PATH", str(Path(nbconvert.__file__).parents[4] / "share/jupyter"))  # its templates
    html, _ = nbconvert.HTMLExporter().from_notebook_node(execute(notebook))
    context = chromium.new_context(offline=True)  # what nbconvert asks others for, such as MathJax, is not needed
    page = context.new_page()
    page.set_default_timeout(PATIENCE)
    errors = []
    page.on("pageerror", lambda error: errors.append(str(error)))
    page.set_content(html, wait_until="domcontentloaded")
    step, drawing, training = (page.frame_locator("iframe").nth(i) for i in range(3))
    step.locator("#next").click()
    until(step.locator("#counter").text_content, gives="1 / 7")
    drawing.locator("[data-go=play]").click()
    drawing.locator("#n0").press("ArrowRight")
    until(drawing.locator("#n0 .data").text_content, gives="2.1")
    until(drawing.locator("#y").text_content, gives="−4.2")
    training.locator("#first").click()
    training.locator("#next").click()
    until(lambda: training.locator("#counter").text_content().startswith("update 1 of"), gives=True)
    until(page.locator(".glassgrad-page > img:visible").count, gives=0)
    assert [error for error in errors if "require" not in error] == []
    context.close()
