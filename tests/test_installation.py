"""The package as it is installed: what the wheel holds, what importing costs, and HIPS' package of the same name."""

import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from autograd import _refuse_foreign_files

ROOT = Path(__file__).parent.parent
# Files of HIPS' autograd 1.8.0, as far as they tell the two packages apart.
HIPS_FILES = {
    "autograd/__init__.py": "from .tracer import marker\n",
    "autograd/tracer.py": "marker = 'HIPS'\n",
    "autograd/numpy/__init__.py": "",
    "autograd/numpy/numpy_boxes.py": "",
}


def run(*command: object, fails: bool = False) -> str:
    """What a command printed; it must fail or succeed as told."""
    done = subprocess.run(list(map(str, command)), capture_output=True, text=True, cwd="/", timeout=300)
    assert (done.returncode != 0) == fails, done.stdout + done.stderr
    return done.stdout + done.stderr


@pytest.fixture(scope="module")
def wheel(tmp_path_factory):
    folder = tmp_path_factory.mktemp("wheel")
    source = tmp_path_factory.mktemp("source")
    for name in ("pyproject.toml", "README.md", "LICENSE", "autograd", "nn"):
        run("cp", "-r", ROOT / name, source)  # setuptools writes beside what it builds
    run(sys.executable, "-m", "pip", "wheel", "-q", "--no-deps", "--no-build-isolation", "-w", folder, source)
    return next(folder.glob("*.whl"))


@pytest.fixture(scope="module")
def hips_wheel(tmp_path_factory):
    path = tmp_path_factory.mktemp("hips") / "autograd-1.8.0-py3-none-any.whl"
    info = "autograd-1.8.0.dist-info"
    files = {
        **HIPS_FILES,
        f"{info}/METADATA": "Metadata-Version: 2.1\nName: autograd\nVersion: 1.8.0\n",
        f"{info}/WHEEL": "Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n",
    }
    files[f"{info}/RECORD"] = "".join(f"{name},,\n" for name in [*files, f"{info}/RECORD"])
    with zipfile.ZipFile(path, "w") as archive:
        for name, text in files.items():
            archive.writestr(name, text)
    return path


@pytest.fixture
def environment(tmp_path):
    run(sys.executable, "-m", "venv", tmp_path / "venv")
    return tmp_path / "venv" / ("Scripts/python.exe" if sys.platform == "win32" else "bin/python")


def test_the_wheel_holds_both_packages_whole_and_nothing_else(wheel):
    names = zipfile.ZipFile(wheel).namelist()
    assert {name.split("/")[0] for name in names if "dist-info" not in name} == {"autograd", "nn"}
    shipped = {p.relative_to(ROOT).as_posix() for package in ("autograd", "nn") for p in (ROOT / package).rglob("*")
               if p.is_file() and "__pycache__" not in p.parts}  # fmt: skip
    assert shipped <= set(names)
    assert wheel.name.startswith("glassgrad-")


def test_installed_over_hips_autograd_it_says_what_to_do(wheel, hips_wheel, environment):
    run(environment, "-m", "pip", "install", "-q", "--no-index", "--no-deps", hips_wheel, wheel)
    message = run(environment, "-c", "import autograd", fails=True)
    assert "two packages named 'autograd'" in message
    assert "tracer.py" in message
    assert "pip uninstall -y autograd glassgrad" in message


def test_hips_autograd_installed_over_it_is_noticed_by_nn(wheel, hips_wheel, environment):
    run(environment, "-m", "pip", "install", "-q", "--no-index", "--no-deps", wheel)
    run(environment, "-m", "pip", "install", "-q", "--no-index", "--no-deps", hips_wheel)
    message = run(environment, "-c", "import nn", fails=True)
    assert "HIPS" in message
    assert "pip uninstall -y autograd glassgrad" in message


def test_foreign_files_are_named(tmp_path):
    _refuse_foreign_files(str(tmp_path))
    (tmp_path / "tracer.py").touch()
    with pytest.raises(ImportError, match=r"tracer\.py"):
        _refuse_foreign_files(str(tmp_path))


def test_importing_autograd_loads_the_standard_library_and_the_engine_only():
    script = (
        "import sys; before = set(sys.modules); import autograd; "
        "print(*{m.partition('.')[0] for m in set(sys.modules) - before} - set(sys.stdlib_module_names)); "
        "print(*sorted(m for m, x in sys.modules.items() if m.startswith('autograd.') and x.__spec__))"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, cwd=ROOT, check=True)
    packages, modules = done.stdout.splitlines()
    assert packages == "autograd"
    rooms = {module.split(".")[1] for module in modules.split()}
    assert rooms <= {"backprop", "modes", "native", "numerics", "ops", "system", "value"}


def test_no_module_has_the_name_of_a_function_beside_it():
    """`import autograd.draw` would put the module where the function autograd.draw was."""
    import autograd

    modules = {path.stem for path in (ROOT / "autograd").glob("*.py")}
    assert not modules & set(autograd.__all__)
    assert all(getattr(autograd, name) is not None for name in autograd.__all__)
