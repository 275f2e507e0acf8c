"""What pictures are made and seen with, where it is installed: the engines that lay graphs out, and node."""

import json
import shutil
import subprocess
from collections.abc import Callable
from typing import Any

import pytest

from autograd.drawing.layout import graphviz as engines
from autograd.drawing.layout import wasm


@pytest.fixture(params=["dot", "wasm"])
def engine(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> str:
    name: str = request.param
    if not {"dot": engines._has_dot, "wasm": wasm.installed}[name]():
        pytest.skip(f"{name} is not installed")
    monkeypatch.setenv("GLASSGRAD_LAYOUT", name)
    return name


@pytest.fixture(scope="session")
def node() -> Callable[[str, Any, str], Any]:
    """Runs JavaScript in node: a script that finds `input`, and the expression whose value is the answer."""
    program = shutil.which("node") or shutil.which("nodejs")
    if program is None:
        pytest.skip("needs node on the PATH")

    def run(script: str, given: Any, answer: str) -> Any:
        text = f'"use strict";\nconst input = {json.dumps(given)};\n{script}\nconsole.log(JSON.stringify({answer}));\n'
        done = subprocess.run([program, "-"], input=text, capture_output=True, text=True)
        assert done.returncode == 0, done.stderr
        return json.loads(done.stdout)

    return run
