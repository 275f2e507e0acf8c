"""Writes autograd/__init__.pyi and nn/__init__.pyi, for type checkers and editors:  python -m tests.generators.stubs

At run time a public name is imported when it is first asked for, which no type checker can follow. The stubs say the
same by import statements, from the same list. A test checks that they are current.
"""

import importlib
from pathlib import Path

ROOT = Path(__file__).parents[2]
PACKAGES = ("autograd", "nn")


def stub(package: str) -> str:
    """The text of the package's __init__.pyi."""
    face = importlib.import_module(package)
    listed = {name for names in face._HOMES.values() for name in names.split()}
    lines = [
        "# Written by `python -m tests.generators.stubs`; change __init__.py, not this file.",
        "# ruff: noqa: I001, RUF022",
        "",
    ]
    lines += [f"from {package} import {name} as {name}" for name in face.__all__ if name not in listed]
    for module, names in face._HOMES.items():
        lines += [f"from {package}.{module} import {name} as {name}" for name in names.split()]
    lines += ["", *(f"{name}: str" for name in ("__version__", "engine") if hasattr(face, name))]
    lines += ["__all__ = [", *(f"    {name!r}," for name in face.__all__), "]"]
    return "\n".join(lines).replace("'", '"') + "\n"


def path(package: str) -> Path:
    return ROOT / package / "__init__.pyi"


if __name__ == "__main__":
    for package in PACKAGES:
        path(package).write_text(stub(package))
