"""The house: every room says what is in it and stays small, and imports run down its floors (`pyproject.toml`)."""

import ast
import importlib
import re
from pathlib import Path

import pytest

import autograd
import nn

ROOT = Path(__file__).parent.parent
PACKAGES = {"autograd": autograd, "nn": nn}
MODULES = sorted(path.relative_to(ROOT) for package in PACKAGES for path in (ROOT / package).rglob("*.py"))
ROOMS = sorted({path.parent for path in MODULES})
ENGINE = ("ops", "value", "backprop")  # what a learner reads first, in this order
HIPS = "core util builtins extend misc numpy scipy tracer wrap_util test_util differential_operators"


def lines(path):
    return len((ROOT / path).read_text(encoding="utf-8").splitlines())


def test_imports_run_down_the_floors(monkeypatch, capsys):
    cli = pytest.importorskip("importlinter.cli", reason="needs import-linter, which needs a compiler on new Pythons")
    monkeypatch.chdir(ROOT)
    assert cli.lint_imports(no_cache=True) == 0, capsys.readouterr().out


@pytest.mark.parametrize("room", ROOMS, ids=str)
def test_a_room_is_small_and_says_what_is_in_it(room):
    modules = [path.stem for path in (ROOT / room).glob("*.py") if not path.stem.startswith("__")]
    rooms = [path.parent.name for path in (ROOT / room).glob("*/__init__.py")]
    assert len(modules) <= 11
    face = ast.get_docstring(ast.parse((ROOT / room / "__init__.py").read_text(encoding="utf-8"))) or ""
    assert len(face) > 60, f"{room}/__init__.py says nothing of what the room is for"
    if len(room.parts) > 1:  # the doors show the public names instead
        assert {*modules, *rooms} <= set(re.findall(r"\w+", face)), f"{room}/__init__.py has to name its modules"


def test_a_module_can_be_read_at_one_sitting():
    assert {str(path): lines(path) for path in MODULES if lines(path) > 450}.keys() <= {"autograd/numerics/floats.py"}


def test_the_engine_can_be_read_at_one_sitting():
    assert sum(lines(Path("autograd") / f"{name}.py") for name in ENGINE) < 900


@pytest.mark.parametrize("package", PACKAGES)
def test_every_public_name_has_one_home(package):
    face = PACKAGES[package]
    homes = [(name, f"{package}.{module}") for module, names in face._HOMES.items() for name in names.split()]
    assert len({name for name, _ in homes}) == len(homes)
    for name, home in homes:
        thing = getattr(face, name)
        assert thing is getattr(importlib.import_module(home), name)
        if (isinstance(thing, type) or callable(thing)) and not home.endswith("numpy_names"):  # second names
            assert thing.__module__ == home or home == "autograd.ops", name


@pytest.mark.parametrize("package", PACKAGES)
def test_no_module_takes_the_name_of_a_function_beside_it(package):
    """`import autograd.draw` would put the module where the function autograd.draw was."""
    face = PACKAGES[package]
    beside = {path.stem for path in (ROOT / package).glob("*.py")} | {
        p.parts[1] for p in MODULES if p.parts[0] == package
    }
    public = {*face.__all__, *(name for names in face._HOMES.values() for name in names.split())}
    assert not (beside - {"data", "schedules"}) & public


def test_no_module_takes_the_name_of_a_file_of_hips():
    """The two packages called autograd can be installed over each other, and then have to be told apart."""
    assert not {Path(path.parts[1]).stem for path in MODULES if path.parts[0] == "autograd"} & set(HIPS.split())


@pytest.mark.parametrize("package", PACKAGES)
def test_contributors_are_told_of_every_room_and_of_none_that_is_not_there(package):
    guide = (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8")
    (table,) = re.findall(rf"\| `{package}/` \|.*\n((?:\|.*\n)*)", guide)
    named = {
        Path(name).stem
        for cell in re.findall(r"^\| (.*?) \|", table, re.MULTILINE)
        for name in re.findall(r"`([\w.]+)`", cell)
    }
    beside = {path.parts[1] for path in MODULES if path.parts[0] == package}
    assert {name for name in beside if "." not in name} <= named <= {Path(name).stem for name in beside}
