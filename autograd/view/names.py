"""What values are called: by whoever draws them, by their label, by a model, by the caller's variables, or v1, v2, …"""

from __future__ import annotations

import os
import sys
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from itertools import count
from typing import Any

from autograd.system.letters import clean, shorten
from autograd.value import Value
from autograd.view.notation import label_of

BELOW_THE_LINE = str.maketrans("0123456789", "₀₁₂₃₄₅₆₇₈₉")
LONGEST_LIST = 1000
_HERE = os.path.dirname(os.path.dirname(__file__)) + os.sep


def names_of(
    order: Sequence[Value],
    variables: Mapping[Value, str],
    names: Mapping[Value, str] | None = None,
    parameters: Mapping[Value, str] | None = None,
) -> dict[Value, tuple[str, str]]:
    """(name, where it is from) for each value of `order`, no two of which have the same name.

    A name is "given" in `names`, else by a label, else in `parameters`; or it is that of a "variable"; or it is from
    nowhere, "", and one of v1, v2, …
    """
    names, parameters = names or {}, parameters or {}
    given = [names.get(value) or label_of(value) or parameters.get(value, "") for value in order]
    found = [clean(name or variables.get(value, "")) for value, name in zip(order, given, strict=True)]
    sources = ("given" if name else "variable" if other else "" for name, other in zip(given, found, strict=True))
    return dict(zip(order, zip(distinct(found), sources, strict=True), strict=True))


def distinct(names: Sequence[str]) -> list[str]:
    """`names` told apart: of two x the second is x₂, and those that are "" become v1, v2, …

    >>> distinct(["x", "", "x", "v1", ""])
    ['x', 'v2', 'x₂', 'v1', 'v3']
    """
    taken = set(names)
    free = (name for i in count(1) if (name := f"v{i}") not in taken)
    seen = Counter[str]()
    return [_numbered(name, seen, taken) if name else next(free) for name in names]


def shortened(names: Sequence[str], limit: int) -> list[str]:
    """`names`, no two of them alike, in at most `limit` characters each, and told apart where the cut made them alike.

    >>> shortened(["the hall on monday morning", "the hall on tuesday morning"], 16)
    ['the hall o…rning', 'the hall o…rning₂']
    """
    return distinct([shorten(name, limit) for name in names])


def _numbered(name: str, seen: Counter[str], taken: set[str]) -> str:
    """`name` where it is met for the first time, else with the next number that gives a name not taken yet."""
    seen[name] += 1
    if seen[name] == 1:
        return name
    while (numbered := name + str(seen[name]).translate(BELOW_THE_LINE)) in taken:
        seen[name] += 1
    taken.add(numbered)
    return numbered


def variables() -> dict[Value, str]:
    """{value: variable} for the code that called this package: its local variables, then its global ones, and items of
    lists in them as `x[0]`. What begins with _ is nobody's name; notebooks keep their history under such."""
    frame = sys._getframe(1)
    while frame is not None and frame.f_code.co_filename.startswith(_HERE):
        frame = frame.f_back  # type: ignore[assignment]
    if frame is None:
        return {}
    bound = [item for space in (frame.f_locals, frame.f_globals) for item in space.items() if _is_a_name(item[0])]
    found: dict[Value, str] = {}
    for value, name in (*_values(bound), *_items(bound)):
        found.setdefault(value, name)
    return found


def _is_a_name(text: str) -> bool:
    return text.isidentifier() and not text.startswith("_")  # not @py_assert1, as pytest calls its own


def _values(bound: Sequence[tuple[str, Any]]) -> Iterator[tuple[Value, str]]:
    return ((thing, name) for name, thing in bound if isinstance(thing, Value))


def _items(bound: Sequence[tuple[str, Any]]) -> Iterator[tuple[Value, str]]:
    for name, things in bound:
        if type(things) in (list, tuple) and len(things) <= LONGEST_LIST:
            yield from _values([(f"{name}[{i}]", thing) for i, thing in enumerate(things)])
