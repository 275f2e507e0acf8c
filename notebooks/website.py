"""The course as a folder of static files that any web server can serve: `python notebooks/website.py FOLDER`."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
PYODIDE = "314.0.6"  # the one that jupyterlite-pyodide-kernel 0.8.6 is made for
SOURCES = ("pyproject.toml", "README.md", "LICENSE", "autograd", "nn")


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
