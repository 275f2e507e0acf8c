"""Labels as variable names. Generated source is executed, so a label becomes a name only if it passes a whitelist.

    "w1" → w1        "layer 1: bias" → layer_1_bias        "import" → import_        "№ 7; exit()" → v12

A name is made of ASCII letters, digits and _; it is no keyword, no builtin, none of the names the source uses itself,
and no two slots share one.
"""

import builtins
import keyword
import re
from collections.abc import Iterable, Iterator
from itertools import count

LONGEST = 40
TAKEN = frozenset((*keyword.kwlist, *keyword.softkwlist, *dir(builtins)))


def candidate(label: str) -> str:
    """`label` reduced to a name, or "" if too little of it is left."""
    if not label.isascii() or len(label) > LONGEST or "\n" in label:
        return ""
    name = re.sub(r"[^A-Za-z0-9_]+", "_", label).strip("_")
    return name if re.fullmatch(r"[A-Za-z][A-Za-z0-9_]*", name) else ""


def alike(name: str) -> Iterator[str]:
    """The name itself, name_2, name_3, …"""
    yield name
    yield from (f"{name}_{number}" for number in count(2))


class Names:
    """Hands out a name to each slot: its label where that will do, otherwise v1, v2, … in the order of asking.

    The derivative towards x is d_x, whatever x is called; `adjoint_of` says which slots are derivatives.
    """

    def __init__(self, labels: dict[int, str], adjoint_of: dict[int, int], reserved: Iterable[str] = ()) -> None:
        self._labels = labels
        self._adjoint_of = adjoint_of
        self._reserved = {*TAKEN, *reserved}
        self._used = set(self._reserved)
        self._alike: dict[str, Iterator[str]] = {}
        self._names: dict[int, str] = {}
        self._count = 0

    def of(self, slot: int) -> str:
        """The name of a slot, the same at every call."""
        if slot not in self._names:
            self._names[slot] = self._free(self._wish(slot)) or self._numbered()
        return self._names[slot]

    def fix(self, slot: int, name: str) -> None:
        """Give a slot a reserved name."""
        self._names[slot] = name

    def _wish(self, slot: int) -> str:
        if slot in self._adjoint_of and not self._labels.get(slot):
            return f"d_{self.of(self._adjoint_of[slot])}"
        return candidate(self._labels.get(slot, ""))

    def _numbered(self) -> str:
        self._count += 1
        return self._free(f"v{self._count}")

    def _free(self, name: str) -> str:
        """`name`, or with a number if it is taken; "" for ""."""
        if not name:
            return ""
        base = f"{name}_" if name in self._reserved else name
        names = self._alike.setdefault(base, alike(base))  # goes on where it stopped: no name becomes free again
        free = next(name for name in names if name not in self._used)
        self._used.add(free)
        return free
