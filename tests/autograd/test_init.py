"""What the package is as a module: its names, and files of HIPS' package of the same name in its folder."""

import re
import sys

import pytest

import autograd
import nn
from autograd import Value, _refuse_foreign_files
from autograd.system.names import public_names


@pytest.mark.parametrize("name", ["tracer.py", "numpy/numpy_boxes.py"])
def test_a_file_of_the_other_autograd_is_named_with_the_cure(tmp_path, name):
    (tmp_path / name).parent.mkdir(exist_ok=True)
    (tmp_path / name).touch()
    with pytest.raises(ImportError, match="two packages named 'autograd'") as error:
        _refuse_foreign_files(str(tmp_path))
    assert str(tmp_path) in str(error.value)
    assert name.split("/")[-1] in str(error.value)
    assert "Uninstall both" in str(error.value)


def test_a_folder_of_ones_own_files_is_fine(tmp_path):
    (tmp_path / "value.py").touch()
    (tmp_path / "numpy").mkdir()
    assert _refuse_foreign_files(str(tmp_path)) is None


def test_a_public_name_is_looked_for_once(monkeypatch):
    find, _ = public_names("autograd", {"explaining.stepper": "stepper"}, {})
    monkeypatch.delitem(vars(autograd), "stepper", raising=False)
    found = find("stepper")
    assert vars(autograd)["stepper"] is found is autograd.explaining.stepper.stepper


def test_rooms_are_found_under_their_names_and_nothing_private_is_run():
    find, _ = public_names("autograd", {}, {})
    assert find("drawing") is sys.modules["autograd.drawing"]
    for name in ("__main__", "_nothing", "nothing"):
        with pytest.raises(AttributeError, match=f"^module 'autograd' has no attribute '{name}'$"):
            find(name)


@pytest.mark.parametrize("package", [autograd, nn])
def test_names_of_other_libraries_are_answered_with_names_that_are_here(package):
    for name, here in package._ELSEWHERE.items():
        with pytest.raises(AttributeError, match=rf"no attribute '{name}'\. What other libraries call so is ") as told:
            getattr(package, name)
        for named in re.findall(r"(?:autograd|nn)\.\w+", str(told.value)):
            assert eval(named, {"autograd": autograd, "nn": nn}), here
    for here in nn._ELSEWHERE.values():
        if here.startswith("nn.Activation"):
            assert eval(here, {"nn": nn})([Value(0.5)])[0].op is not None
