"""The public names of a package, each listed once, with the module it lives in; imported when it is first asked for."""

import sys
from collections.abc import Callable, Mapping
from importlib import import_module
from typing import Any


def public_names(
    package: str, homes: Mapping[str, str], elsewhere: Mapping[str, str]
) -> tuple[Callable[[str], Any], Callable[[], list[str]]]:
    """`__getattr__` and `__dir__` of `package`, whose modules (the keys) have the names that are listed beside them.

    A module or room of the package is found under its own name too, as if it had been imported already. Who asks for a
    name that something has `elsewhere`, in other libraries, hears what it is called here.
    """
    home_of = {name: module for module, names in homes.items() for name in names.split()}

    def find(name: str) -> Any:
        if name in home_of:
            found = getattr(import_module(f"{package}.{home_of[name]}"), name)
            setattr(sys.modules[package], name, found)  # from now on Python finds it without asking here
            return found
        if not name.startswith("_"):
            try:
                return import_module(f"{package}.{name}")
            except ModuleNotFoundError as error:
                if error.name != f"{package}.{name}":
                    raise
        advice = f". What other libraries call so is {elsewhere[name]}" if name in elsewhere else ""
        raise AttributeError(f"module {package!r} has no attribute {name!r}{advice}")

    def listed() -> list[str]:
        here = vars(sys.modules[package])
        return sorted({*here, *home_of, *here["__all__"]})

    return find, listed
