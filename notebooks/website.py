"""glassgrad as a folder of static files that any web server can serve: `python notebooks/website.py FOLDER`.

    index.html         what there is
    playground.html    type a formula, get its graph living: `python -m autograd "…" -o x.html` without a terminal
    static/pyodide/    Python for browsers, from npm, and glassgrad for it

Needs npm. To look at it: `python -m http.server -d FOLDER`.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from importlib.util import find_spec
from pathlib import Path

HERE = Path(__file__).resolve().parent
ROOT = HERE.parent
PYODIDE = "314.0.6"  # the one that jupyterlite-pyodide-kernel 0.8.6 is made for
SOURCES = ("pyproject.toml", "README.md", "LICENSE", "autograd", "nn", "notebooks")
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
    playground(folder)
    print(f"{folder}/index.html; to look at it: python -m http.server -d {folder}")
    return 0


def playground(folder: Path) -> None:
    """The first page, the playground, and the Python that it runs on."""
    shutil.copytree(HERE / "web", folder, dirs_exist_ok=True, ignore=shutil.ignore_patterns("__pycache__"))
    python = folder / "static" / "pyodide"
    python.mkdir(parents=True)
    with tempfile.TemporaryDirectory() as workshop:
        wheel = shutil.copy(pure_wheel(Path(workshop)), python)
        runtime = npm_package(Path(workshop), f"pyodide@{PYODIDE}")
        for name in RUNTIME:
            shutil.copy(runtime / name, python)
    worker = folder / "playground-worker.js"
    worker.write_text(worker.read_text(encoding="utf-8").replace("@@wheel@@", Path(wheel).name), encoding="utf-8")


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
