"""The package as it is installed: what the wheel holds, what importing costs, and HIPS' package of the same name."""

import os
import re
import shutil
import subprocess
import sys
import tarfile
import zipfile
from email.parser import Parser
from pathlib import Path

import pytest
import setuptools

import autograd
from autograd import _refuse_foreign_files
from autograd.system.course import found_in

ROOT = Path(__file__).parent.parent
NOTEBOOKS = ROOT / "notebooks"
# Files of HIPS' autograd 1.8.0, as far as they tell the two packages apart.
WHOLE = (
    "pyproject.toml",
    "README.md",
    "LICENSE",
    "CHANGELOG.md",
    "CONTRIBUTING.md",
    "autograd",
    "nn",
    "tests",
    "notebooks",
    ".ci",
)
ASK = "import autograd.native; print(autograd.native.engine)"
HIPS_FILES = {
    "autograd/__init__.py": "from .tracer import marker\n",
    "autograd/tracer.py": "marker = 'HIPS'\n",
    "autograd/numpy/__init__.py": "",
    "autograd/numpy/numpy_boxes.py": "",
}


def run(*command: object, fails: bool = False, **variables: str) -> str:
    """What a command printed; it must fail or succeed as told."""
    of_this_run = ("GLASSGRAD_ENGINE", "PYTHONPATH")  # the second would show the sources in place of what is installed
    ours = {name: value for name, value in os.environ.items() if name not in of_this_run}
    environment = {**ours, **variables}
    done = subprocess.run(
        list(map(str, command)), capture_output=True, text=True, cwd="/", timeout=900, env=environment
    )
    assert (done.returncode != 0) == fails, done.stdout + done.stderr
    return done.stdout + done.stderr


@pytest.fixture(scope="module")
def source(tmp_path_factory):
    """What is in the repository, without what was built there: setuptools writes beside what it builds."""
    folder = tmp_path_factory.mktemp("source")
    for name in WHOLE:
        if (ROOT / name).is_dir():
            shutil.copytree(ROOT / name, folder / name, ignore=shutil.ignore_patterns("*.so", "*.pyd", "__pycache__"))
        elif (ROOT / name).exists():
            shutil.copy(ROOT / name, folder)
    return folder


def built(source, folder, build="build_wheel", **variables):
    """The wheel of the source, made as pip makes it: by a process that finds setuptools, but no glassgrad."""
    shutil.rmtree(source / "build", ignore_errors=True)  # what was compiled the last time
    script = (
        "import os, sys; sys.path.append(sys.argv[1]); os.chdir(sys.argv[2]); "
        "from setuptools import build_meta; getattr(build_meta, sys.argv[4])(sys.argv[3])"
    )
    run(sys.executable, "-BIS", "-c", script, Path(setuptools.__file__).parents[1], source, folder, build, **variables)
    (path,) = folder.glob("*.whl")
    return path


@pytest.fixture(scope="module")
def wheel(tmp_path_factory, source):
    return built(source, tmp_path_factory.mktemp("wheel"), GLASSGRAD_ENGINE="python")


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
               if p.is_file() and "__pycache__" not in p.parts
               and p.suffix not in (".c", ".h", ".so", ".pyd")}  # fmt: skip
    assert shipped <= set(names)
    assert {Path(name).suffix for name in names} <= {
        ".py",
        ".pyi",
        ".typed",
        ".html",
        ".js",
        ".css",
        ".csv",
        ".zip",
        ".txt",
        "",
        ".md",
    }
    assert wheel.name.startswith("glassgrad-")
    assert wheel.name.endswith("-py3-none-any.whl")


def test_the_wheel_carries_what_the_notebooks_read_in_one_small_archive(wheel, tmp_path):
    with zipfile.ZipFile(wheel) as archive:
        info = archive.getinfo("autograd/system/course.zip")
        archive.extract(info, tmp_path)
    assert info.file_size < 300_000
    with zipfile.ZipFile(tmp_path / info.filename) as course:
        packed = {name: course.read(name) for name in course.namelist()}
    assert packed == dict(found_in(NOTEBOOKS))
    assert {"plotting.py", "exercises/chapter01.py", "data/names.txt"} <= set(packed)


@pytest.mark.accuracy
def test_with_a_compiler_the_engine_is_native(source, tmp_path, environment):
    if shutil.which("gcc") is None and shutil.which("cc") is None:
        pytest.skip("needs a C compiler")
    wheel = built(source, tmp_path, GLASSGRAD_ENGINE="native", GLASSGRAD_STRICT="1")
    assert "-cp311-abi3-" in wheel.name
    assert not [name for name in zipfile.ZipFile(wheel).namelist() if name.endswith((".c", ".h"))]
    run(environment, "-m", "pip", "install", "-q", "--no-index", "--no-deps", wheel)
    assert run(environment, "-c", ASK).strip() == "native"
    assert run(environment, "-m", "autograd", "--version").strip().endswith("engine native")
    assert run(environment, "-c", ASK, GLASSGRAD_ENGINE="python").strip() == "python: GLASSGRAD_ENGINE says so"


@pytest.mark.accuracy
def test_without_a_compiler_it_installs_and_is_pure(source, tmp_path, environment):
    broken = {"CC": "/nonexistent/cc"}
    wheel = built(source, tmp_path, **broken)
    run(environment, "-m", "pip", "install", "-q", "--no-index", "--no-deps", wheel)
    assert run(environment, "-c", ASK).strip() == "python: the extension is not compiled"
    assert "engine python: the extension is not compiled" in run(environment, "-m", "autograd", "--version")
    message = run(environment, "-c", ASK, GLASSGRAD_ENGINE="native", fails=True)
    assert "GLASSGRAD_ENGINE is 'native', but the extension is not compiled" in message
    command = (sys.executable, "-m", "pip", "wheel", "-q", "--no-deps", "--no-build-isolation", "-w", tmp_path, source)
    run(*command, GLASSGRAD_ENGINE="native", fails=True, **broken)


def metadata_of(wheel):
    with zipfile.ZipFile(wheel) as archive:
        (name,) = [name for name in archive.namelist() if name.endswith(".dist-info/METADATA")]
        return Parser().parsestr(archive.read(name).decode())


def test_the_metadata_says_what_an_index_shows(wheel):
    metadata = metadata_of(wheel)
    assert metadata["Version"] == autograd.__version__
    assert f"## {autograd.__version__} (" in (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")
    kinds = metadata.get_all("Classifier")
    assert [f"Programming Language :: Python :: 3.{minor}" in kinds for minor in range(10, 17)] == [
        False,
        *[True] * 5,
        False,
    ]
    assert {"Typing :: Typed", "Development Status :: 4 - Beta"} <= set(kinds)
    assert metadata["License-Expression"] == "MIT"
    assert "backpropagation" in metadata["Keywords"]


def test_where_only_the_readme_is_shown_nothing_is_broken_and_nothing_is_lost(wheel):
    shown = metadata_of(wheel).get_payload()
    assert all(target.startswith("https://") for target in re.findall(r"\]\(([^)]+)\)", shown))
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    words = re.findall(r"\w+", re.sub(r"!\[[^]]*\]\([^)]*\)|\]\([^)]*\)", "", readme))
    assert re.findall(r"\w+", re.sub(r"\]\([^)]*\)", "", shown)) == words


def test_the_installed_command_dispatches(wheel, environment):
    run(environment, "-m", "pip", "install", "-q", "--no-index", "--no-deps", wheel)
    command = environment.parent / ("glassgrad.exe" if sys.platform == "win32" else "glassgrad")
    assert re.fullmatch(rf"glassgrad {autograd.__version__}, engine .+\n", run(command, "--version"))
    assert "∂/∂x = 4.0" in run(command, "formula", "x*x", "x=2", PYTHONIOENCODING="utf-8")


def test_what_is_installed_in_place_is_found_along_the_path_where_type_checkers_and_editors_look(
    source, tmp_path, environment
):
    wheel = built(source, tmp_path, "build_editable", GLASSGRAD_ENGINE="python")
    run(environment, "-m", "pip", "install", "-q", "--no-index", "--no-deps", wheel)
    find = "from importlib.machinery import PathFinder as P; print(*[P.find_spec(n).origin for n in ('autograd','nn')])"
    assert run(environment, "-c", find).split() == [str(source / name / "__init__.py") for name in ("autograd", "nn")]


def test_the_source_archive_is_the_whole_project(source, tmp_path):
    build = "import sys; from setuptools import build_meta; build_meta.build_sdist(sys.argv[1])"
    held = {path.relative_to(source).as_posix() for path in source.rglob("*") if path.is_file()}
    subprocess.run([sys.executable, "-c", build, tmp_path], cwd=source, check=True, capture_output=True)
    (archive,) = tmp_path.glob("glassgrad-*.tar.gz")
    with tarfile.open(archive) as packed:
        names = {member.name.partition("/")[2] for member in packed.getmembers() if member.isfile()}
    made = {name for name in held if name.startswith(("build/", "glassgrad.egg-info/"))}  # by the wheels above
    assert held - names - made == set()
    assert {name for name in names - held if "egg-info" not in name} == {"PKG-INFO", "setup.cfg"}


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
    assert {room for room in rooms if (ROOT / "autograd" / room).is_dir()} <= {"native", "numerics", "system"}
