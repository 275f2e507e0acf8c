import sys

import pytest

from autograd import Value, draw
from autograd.drawing.layout.graphviz import LayoutError
from autograd.system.web_page import how_to_install, in_web_page


@pytest.fixture
def page(monkeypatch):
    """As if Python had been compiled to WebAssembly; tests/test_pyodide.py has the real one."""
    monkeypatch.setattr(sys, "platform", "emscripten")
    monkeypatch.setenv("GLASSGRAD_LAYOUT", "plain")


def test_on_a_desktop_an_extra_brings_what_is_missing():
    assert not in_web_page()
    assert how_to_install("matplotlib", "plots") == "pip install 'glassgrad[plots]'"
    assert how_to_install("graphviz", "") == "pip install graphviz"


def test_in_a_page_it_is_loaded_by_what_is_there(page):
    assert in_web_page()
    assert how_to_install("numpy", "fast") == "%pip install numpy in a notebook, or await micropip.install('numpy')"


def test_in_a_page_no_program_lays_out(page, monkeypatch):
    monkeypatch.setenv("GLASSGRAD_LAYOUT", "dot")
    monkeypatch.setattr("shutil.which", lambda name: None)
    with pytest.raises(LayoutError, match=r"that no web page can start\. GLASSGRAD_LAYOUT=plain needs neither"):
        _ = draw(Value(2.0) * 3.0).svg


def test_in_a_page_no_window_is_opened(page, monkeypatch, capsys):
    monkeypatch.setattr("webbrowser.open", lambda url: pytest.fail("opened"))
    draw(Value(2.0) * 3.0).show()
    assert capsys.readouterr().out.startswith("no window can be opened from here")
