"""Which engine is chosen, and what it says about that. Each choice is made at import: in a process of its own."""

import os
import subprocess
import sys

import pytest
from setuptools.errors import PlatformError

from autograd import native
from autograd.native import build
from tests.autograd.native import subinterpreters


def asked(choice: str, fails: bool = False) -> str:
    command = [sys.executable, "-c", "import autograd.native; print(autograd.native.engine)"]
    environment = {**os.environ, "GLASSGRAD_ENGINE": choice}
    done = subprocess.run(command, capture_output=True, text=True, env=environment, check=False)
    assert (done.returncode != 0) == fails, done.stderr
    return (done.stderr if fails else done.stdout).strip()


def test_python_can_be_asked_for():
    assert asked("python") == "python: GLASSGRAD_ENGINE says so"


def test_native_is_chosen_where_it_can_be_and_else_says_why():
    can = native._extension()[0] is not None or "in use already" in native._extension()[1]
    if can:
        assert asked("native") == asked("auto") == "native"
    else:
        assert asked("auto").startswith("python: ")
        assert "GLASSGRAD_ENGINE is 'native', but " in asked("native", fails=True)


@pytest.mark.parametrize(
    ("free_threaded", "chosen", "expected"), [(0, "native", False), (0, "python", True), (1, "auto", True)]
)
def test_which_builds_are_pure(monkeypatch, free_threaded, chosen, expected):
    monkeypatch.setattr(build.sysconfig, "get_config_var", {"Py_GIL_DISABLED": free_threaded}.get)
    monkeypatch.setenv("GLASSGRAD_ENGINE", chosen)
    assert build.pure() is expected


def test_a_release_for_a_free_threaded_python_fails_if_it_has_to_have_the_c(monkeypatch):
    """It was a wheel without it, and nobody was told."""
    monkeypatch.setattr(build.sysconfig, "get_config_var", {"Py_GIL_DISABLED": 1}.get)
    monkeypatch.setenv("GLASSGRAD_ENGINE", "native")
    with pytest.raises(PlatformError, match="needs a Python with a GIL, and this one is free-threaded"):
        build.pure()


@pytest.mark.skipif("t" not in getattr(sys, "abiflags", ""), reason="needs a free-threaded Python")
def test_a_free_threaded_python_is_told_why_it_is_pure():
    """Also where somebody has compiled C for another Python beside the sources."""
    assert asked("auto") == "python: the engine in C needs a Python with a GIL"


def test_an_unknown_choice_is_refused():
    message = asked("fast", fails=True)
    assert "GLASSGRAD_ENGINE is 'fast'; it can be auto, native, python" in message


@pytest.mark.skipif(native.extension is None, reason="needs the extension")
def test_another_interpreter_of_the_process_falls_back():
    script = (
        "import sys, importlib; import autograd.native as a; assert a.engine == 'native', a.engine\n"
        "for name in [m for m in sys.modules if m.startswith('autograd')]: del sys.modules[name]\n"
        "import autograd.native as b; print(b.engine)"
    )
    auto = {**os.environ, "GLASSGRAD_ENGINE": "auto"}
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True, env=auto)
    assert done.stdout.strip() == "python: the native engine is in use already, by one interpreter of this process"


@pytest.mark.skipif(native.extension is None, reason="needs the extension")
@pytest.mark.skipif(not subinterpreters.MODULES, reason="needs a Python with subinterpreters")
@pytest.mark.parametrize("main", ["first", "later"])
@pytest.mark.parametrize("gil", ["own", "shared"])
def test_one_interpreter_of_a_process_has_the_engine_and_the_others_are_pure(gil, main):
    command = [sys.executable, "-W", "ignore", "-m", subinterpreters.__name__, gil, main]
    environment = {**os.environ, "GLASSGRAD_ENGINE": "auto", "PYTHONMALLOC": "debug"}  # which looks after its blocks
    done = subprocess.run(command, capture_output=True, text=True, env=environment, check=False)
    assert done.returncode == 0, done.stderr
    said = done.stdout.splitlines()
    assert len(said) == 16 + (main == "first")
    pure = [engine for engine in said if engine != "native"]
    assert len(said) - len(pure) in (2, 3)  # who came first, whenever it was asked
    in_use, refused = "python: the native engine is in use already", "does not support loading in subinterpreters"
    assert all(engine.startswith(in_use) or engine.endswith(refused) for engine in pure)
