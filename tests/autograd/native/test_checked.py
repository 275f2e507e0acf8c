"""The engine in C compiled so that it hides nothing, at hard work: sanitizers, failing allocations, leaks.

AddressSanitizer and UBSan look at every access. Freed nodes and blocks go back at once, so that no use of them stays
unseen; in a second build nodes lie in fields and wait for their next use, as they do for everybody, which is another
way through memory.c and operators.c.
"""

import os
import shutil
import subprocess
import sys
import sysconfig
from collections.abc import Callable
from functools import cache
from pathlib import Path

import pytest

from autograd import native
from autograd.native.build import GCC, STRICT
from tests.autograd.native import hard_work

ROOT = Path(__file__).parents[3]
SANITIZERS = "-fsanitize=address,undefined -fno-sanitize-recover=undefined"
CFLAGS = f"-O1 -g {SANITIZERS} -fno-omit-frame-pointer"
BUILDS = {"at once": "-DMOST_WAITING=0 -DMOST_KEPT=0", "in fields": ""}
WORK = [("at once", name) for name in hard_work.ALL]
WORK += [("in fields", name) for name in ("programs", "meddling", "failing_memory", "long_graphs")]
COMPILE = "from setuptools import setup; import sys; sys.argv = ['', '-q', 'build_ext', '--inplace']; setup()"


def library(name: str) -> str:
    """The path of a library of the compiler, which has to be there before Python starts."""
    done = subprocess.run(["gcc", f"-print-file-name={name}"], capture_output=True, text=True, check=True)
    return done.stdout.strip()


def copied(tree: Path, *folders: str) -> Path:
    """These folders of the sources, and what it takes to build them."""
    for folder in folders:
        shutil.copytree(ROOT / folder, tree / folder, ignore=shutil.ignore_patterns("*.so", "__pycache__"))
    for file in ("pyproject.toml", "README.md", "LICENSE"):
        shutil.copy(ROOT / file, tree)
    return tree


@pytest.fixture(scope="module")
def checked(tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], Path]:
    """A tree with a checked engine in it, by the name of the build."""
    if shutil.which("gcc") is None or not Path(library("libasan.so")).is_absolute():
        pytest.skip("needs gcc and its sanitizers")

    @cache
    def tree_with(build: str) -> Path:
        tree = copied(tmp_path_factory.mktemp("checked"), "autograd", "nn", "tests/autograd/native")
        flags = {"CFLAGS": f"{CFLAGS} {BUILDS[build]}", "LDFLAGS": SANITIZERS}
        environment = {**os.environ, **flags, "GLASSGRAD_ENGINE": "native"}
        subprocess.run([sys.executable, "-c", COMPILE], cwd=tree, env=environment, check=True, capture_output=True)
        return tree

    return tree_with


@pytest.mark.accuracy
@pytest.mark.parametrize("compiler", ["gcc", "clang"])
def test_compilers_warn_of_nothing(compiler):
    if shutil.which(compiler) is None:
        pytest.skip(f"needs {compiler}")
    flags = [*GCC, *STRICT, "-fsyntax-only", "-DPy_LIMITED_API=0x030B0000", f"-I{sysconfig.get_path('include')}"]
    for source in (ROOT / "autograd" / "native").glob("*.c"):
        done = subprocess.run([compiler, *flags, source], capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stderr[-4000:]


@pytest.mark.accuracy
def test_a_compiler_that_knows_neither_vectors_nor_gnu_makes_the_same_bits(tmp_path):
    """As that of Windows, of which this one is the stand-in."""
    if shutil.which("tcc") is None:
        pytest.skip("needs tcc")
    tree = copied(tmp_path, "autograd", "nn", "tests")
    flags = ["-Werror", "-shared", "-DPy_LIMITED_API=0x030B0000", f"-I{sysconfig.get_path('include')}"]
    sources, out = sorted((tree / "autograd/native").glob("*.c")), tree / "autograd/native/_engine.abi3.so"
    subprocess.run(["tcc", *flags, "-o", out, *sources, "-lm"], check=True)
    tests = ["tests/autograd/native/test_rows.py", "tests/autograd/programs/test_machine.py"]
    environment = {**os.environ, "GLASSGRAD_ENGINE": "native", "PYTHONPATH": str(tree)}
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:xdist", *tests]
    done = subprocess.run(command, cwd=tree, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout[-4000:]


@pytest.mark.accuracy
@pytest.mark.parametrize(("build", "name"), WORK)
def test_nothing_is_wrong_under_sanitizers(checked, build, name):
    environment = {
        **os.environ,
        "LD_PRELOAD": f"{library('libasan.so')} {library('libubsan.so')}",
        "ASAN_OPTIONS": "detect_leaks=0",  # Python itself keeps much to its end
        "PYTHONMALLOC": "malloc" if name != "leaks" else "default",  # leaks are counted in blocks of Python's own
        "GLASSGRAD_ENGINE": "native",
    }
    command = [sys.executable, "-X", "faulthandler", "-m", "tests.autograd.native.hard_work", name]
    done = subprocess.run(command, cwd=checked(build), env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr[-4000:]
    assert f"{name}: done" in done.stdout


def test_what_runs_in_the_middle_of_something_else_breaks_nothing():
    """On both engines alike; in a process of its own, for it changes when garbage is collected."""
    command = [sys.executable, "-m", "tests.autograd.native.hard_work", "meddling"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert "meddling: done" in done.stdout, done.stderr[-4000:]


@pytest.mark.skipif(native.extension is None, reason=f"is about the C ({native.engine})")
def test_no_job_leaks():
    """In a process of its own: collecting all that a long run of tests has made takes a minute."""
    command = [sys.executable, "-m", "tests.autograd.native.hard_work", "leaks"]
    environment = {**os.environ, "GLASSGRAD_ENGINE": "native"}
    done = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False)
    assert "leaks: done" in done.stdout, done.stderr[-4000:]
