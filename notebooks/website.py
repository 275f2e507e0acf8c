"""glassgrad as a folder of static files that any web server can serve: `python notebooks/website.py FOLDER`.

    index.html         what there is
    playground.html    type a formula, get its graph living: `python -m autograd "…" -o x.html` without a terminal
    lab/               the notebooks in JupyterLite, with exercises and data
    static/pyodide/    Python for browsers, from npm, with glassgrad and all that JupyterLite's kernel starts with

Needs npm, and `pip install jupyterlite-core jupyterlite-pyodide-kernel` (the extra `website`). NumPy and matplotlib are
compiled, so no registry of plain Python packages has them: notebooks load them from Pyodide's own address when they are
first imported, and do without where that cannot be reached. To look at it: `python -m http.server -d FOLDER`.
"""

from __future__ import annotations

import hashlib
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from importlib.metadata import distribution
from importlib.util import find_spec
from pathlib import Path
from typing import Any

HERE = Path(__file__).resolve().parent
ROOT = HERE.parent
PYODIDE = "314.0.6"  # the one that jupyterlite-pyodide-kernel 0.8.6 is made for
SOURCES = ("pyproject.toml", "README.md", "LICENSE", "autograd", "nn", "notebooks")
KERNEL = ("micropip", "ipython", "jedi", "packaging")  # of Pyodide's list; JupyterLite's kernel starts with them
ALSO = ("comm",)  # not on that list
HEAD = """\
# In a web page: NumPy and matplotlib come from Pyodide's distribution. Where it is out of reach, plots say so.
import in_a_browser

await in_a_browser.load("matplotlib", "numpy")"""
NOT_FOR_READERS = (
    "[0-9]*.py",
    "build.py",
    "website.py",
    "worksheets.py",
    "web",
    "pictures",
    "__pycache__",
    ".ipynb_checkpoints",
)
RUNTIME = ("pyodide.mjs", "pyodide.asm.mjs", "pyodide.asm.wasm", "python_stdlib.zip", "pyodide-lock.json")


def main(arguments: Sequence[str]) -> int:
    """Build everything in the folder that is named, a new or an empty one."""
    if len(arguments) != 1 or arguments[0].startswith("-"):
        print(__doc__)
        return 2
    folder = Path(arguments[0])
    if folder.exists() and any(folder.iterdir()):
        print(f"{folder} is not empty: name a folder that can be made anew", file=sys.stderr)
        return 1
    if not find_spec("jupyterlite_pyodide_kernel"):
        print("this needs JupyterLite: pip install jupyterlite-core jupyterlite-pyodide-kernel", file=sys.stderr)
        return 1
    with tempfile.TemporaryDirectory() as workshop:
        python = runtime(Path(workshop))
        with_packages(python)
        course(folder, Path(workshop), python)
        playground(folder, python)
    print(f"{folder}/index.html; to look at it: python -m http.server -d {folder}")
    return 0


# Python for browsers ------------------------------------------------------------------------------------------------


def runtime(workshop: Path) -> Path:
    """A folder with Pyodide, and glassgrad's wheel."""
    python = workshop / "static" / "pyodide"
    python.mkdir(parents=True)
    found = npm_package(workshop, f"pyodide@{PYODIDE}")
    for name in RUNTIME:
        shutil.copy(found / name, python)
    shutil.move(pure_wheel(workshop), python)
    return python


def with_packages(python: Path) -> None:
    """Put beside Pyodide what JupyterLite's kernel starts with, and say where all else is.

    Pyodide's list of packages names files that lie in its own distribution. Those of plain Python are had from the
    Python package index; the others get the address of the distribution. HIPS' package autograd is taken out: its name
    is glassgrad's.
    """
    from jupyterlite_pyodide_kernel.constants import PYODIDE_CDN_URL

    path = python / "pyodide-lock.json"
    lock = json.loads(path.read_text(encoding="utf-8"))
    packages = lock["packages"]
    packages.pop("autograd", None)
    beside = _closure(packages, KERNEL)
    wanted = [f"{packages[name]['name']}=={packages[name]['version']}" for name in beside]
    wheels = _wheels(python, [*wanted, *ALSO])
    for name, package in packages.items():
        if name in beside:
            package.update(_file(wheels[name]))
        else:
            package["file_name"] = f"{PYODIDE_CDN_URL}/{package['file_name']}"
    for name in ALSO:
        packages[name] = _entry(name, wheels[name], [name])
    (glassgrad,) = python.glob("glassgrad-*.whl")
    packages["glassgrad"] = _entry("glassgrad", glassgrad, ["autograd", "nn"])
    path.write_text(json.dumps(lock), encoding="utf-8")


def _closure(packages: dict[str, Any], names: Sequence[str]) -> list[str]:
    """The names, and those of all packages that they need."""
    found: list[str] = []
    waiting = list(names)
    while waiting:
        name = _plain(waiting.pop())
        if name not in found:
            found.append(name)
            waiting += packages[name]["depends"]
    return found


def _wheels(folder: Path, wanted: Sequence[str]) -> dict[str, Path]:
    """Wheels of plain Python, by name, downloaded to the folder."""
    options = ["--no-deps", "--only-binary=:all:", "--python-version", "3.14", "--platform", "any", "-d", str(folder)]
    subprocess.run([sys.executable, "-m", "pip", "download", "-q", *options, *wanted], check=True)
    return {_plain(path.name.partition("-")[0]): path for path in folder.glob("*-none-any.whl")}


def _entry(name: str, wheel: Path, imports: Sequence[str]) -> dict[str, Any]:
    about = {"name": name, "version": wheel.name.split("-")[1], "imports": list(imports), "depends": []}
    return {**about, "install_dir": "site", "package_type": "package", "unvendored_tests": False, **_file(wheel)}


def _file(wheel: Path) -> dict[str, str]:
    return {"file_name": wheel.name, "sha256": hashlib.sha256(wheel.read_bytes()).hexdigest()}


def _plain(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()


# Pages --------------------------------------------------------------------------------------------------------------


def playground(folder: Path, python: Path) -> None:
    """The first page, the playground, and the Python that it runs on, which JupyterLite may have put there already."""
    shutil.copytree(HERE / "web", folder, dirs_exist_ok=True, ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copytree(python, folder / "static" / "pyodide", dirs_exist_ok=True)
    (wheel,) = python.glob("glassgrad-*.whl")
    worker = folder / "playground-worker.js"
    worker.write_text(worker.read_text(encoding="utf-8").replace("@@wheel@@", wheel.name), encoding="utf-8")


def course(folder: Path, workshop: Path, python: Path) -> None:
    """JupyterLite with the notebooks and what lies beside them."""
    contents = workshop / "contents"
    shutil.copytree(HERE, contents, ignore=shutil.ignore_patterns(*NOT_FOR_READERS))
    for path in contents.glob("*.ipynb"):
        notebook = json.loads(path.read_text(encoding="utf-8"))
        path.write_text(json.dumps(for_browsers(notebook), ensure_ascii=False, indent=1), encoding="utf-8")
    options = {
        "--lite-dir": workshop,
        "--contents": contents,
        "--output-dir": folder.resolve(),
        "--apps": "lab",
        "--FederatedExtensionAddon.extra_labextensions_path": kernel_extension(workshop),
    }
    command = [sys.executable, "-m", "jupyterlite_core", "build", "--no-sourcemaps", "--ignore-sys-prefix"]
    command += [f"{name}={value}" for name, value in options.items()]
    done = subprocess.run(command, cwd=workshop, capture_output=True, text=True)
    if done.returncode:
        raise RuntimeError(f"JupyterLite could not be built:\n{done.stdout[-2000:]}{done.stderr[-2000:]}")


def kernel_extension(workshop: Path) -> Path:
    """A folder of extensions with that of the kernel; whatever else is installed here is left out."""
    files = distribution("jupyterlite-pyodide-kernel").files or []
    (package,) = [file for file in files if file.name == "package.json"]
    found, folder = Path(str(package.locate())).resolve().parent, workshop / "extensions"
    shutil.copytree(found, folder / found.parent.name / found.name)
    return folder


def for_browsers(notebook: dict[str, Any]) -> dict[str, Any]:
    """The notebook with a first cell that loads what is compiled, where it can be had; see in_a_browser.py.

    What the cells have shown is there before anything is run: trusted, and with texts in one piece, which a Jupyter
    server sees to and JupyterLite does not.
    """
    head = {"cell_type": "code", "id": "in-a-browser", "metadata": {}, "execution_count": None, "outputs": []}
    cells = [{**head, "source": HEAD.splitlines(keepends=True)}]
    for cell in notebook["cells"]:
        if cell["cell_type"] == "code":
            shown = [in_one_piece(output) for output in cell["outputs"]]
            cell = {**cell, "metadata": {**cell["metadata"], "trusted": True}, "outputs": shown}
        cells.append(cell)
    kernel = {"name": "python", "display_name": "Python (Pyodide)", "language": "python"}
    return {**notebook, "cells": cells, "metadata": {**notebook["metadata"], "kernelspec": kernel}}


def in_one_piece(output: dict[str, Any]) -> dict[str, Any]:
    """An output whose texts are strings, where a notebook's file has lists of lines."""
    texts = {key: "".join(value) for key, value in output.items() if key == "text"}
    if "data" in output:
        texts["data"] = {kind: "".join(data) for kind, data in output["data"].items()}
    return {**output, **texts}


# What they are made of ----------------------------------------------------------------------------------------------


def pure_wheel(folder: Path) -> Path:
    """glassgrad as a wheel without C, which runs in a browser too, made in `folder`."""
    source = folder / "source"  # setuptools writes beside what it builds
    source.mkdir()
    for name in SOURCES:
        path = ROOT / name
        if path.is_dir():
            shutil.copytree(path, source / name, ignore=shutil.ignore_patterns("*.so", "*.pyd", "__pycache__"))
        else:
            shutil.copy(path, source / name)
    at_hand = ["--no-build-isolation"] if find_spec("setuptools") and find_spec("wheel") else []
    command = [sys.executable, "-m", "pip", "wheel", "-q", "--no-deps", *at_hand, "-w", str(folder), str(source)]
    subprocess.run(command, check=True, env={**os.environ, "GLASSGRAD_ENGINE": "python"})
    shutil.rmtree(source)
    (wheel,) = folder.glob("glassgrad-*-py3-none-any.whl")
    return wheel


def npm_package(folder: Path, package: str) -> Path:
    """The folder of an npm package such as "pyodide@314.0.6", downloaded below `folder`."""
    npm = shutil.which("npm")
    if npm is None:
        raise FileNotFoundError(f"npm, which fetches {package}, is not on the PATH (apt install npm)")
    options = ["--no-audit", "--no-fund", "--ignore-scripts", "--loglevel", "error"]
    subprocess.run([npm, "install", *options, "--prefix", str(folder), package], check=True, stdout=subprocess.DEVNULL)
    return folder / "node_modules" / package.rpartition("@")[0]


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
