"""Modules that have moved, still found by pickles made before: a pickle names the module of every class in it."""

import sys
from importlib import import_module
from types import ModuleType
from typing import Any


class _Moved(ModuleType):
    """Stands under a module's old name and gets what is asked of it from where it lives now."""

    def __init__(self, old: str, new: list[str]) -> None:
        super().__init__(old, f"Moved to {' and '.join(new)}.")
        self._new = new

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__"):  # what tools ask of every module, without wanting it imported
            raise AttributeError(f"module {self.__name__!r} has no attribute {name!r}")
        *others, last = self._new
        for module in map(import_module, others):
            if hasattr(module, name):
                return getattr(module, name)
        return getattr(import_module(last), name)


def keep_old_homes(package: str, homes: dict[str, str]) -> None:
    """`package.old` stands for `package.new` from now on, for old, new of `homes`; nothing is imported until asked.

    What has been split names all its new homes, with spaces between them.
    """
    for old, new in homes.items():
        sys.modules[f"{package}.{old}"] = _Moved(f"{package}.{old}", [f"{package}.{home}" for home in new.split()])


def keep_old_names(old: ModuleType, new: ModuleType, names: str) -> None:
    """The `names` that the module `old` gave to the module `new` are found in both.

    (A `__getattr__` on the module would be asked at every `from old import ...`, which looks for a `__path__` first.)
    """
    for name in names.split():
        setattr(old, name, getattr(new, name))
