"""JSON in which every float survives and no key is lost.

Numbers are written as Python's repr, the shortest decimal that reads back as the same float; nan and the infinities,
which JSON does not have, as text.
"""

import json
import math
from collections import Counter
from typing import Any

SPECIAL = {"nan": math.nan, "inf": math.inf, "-inf": -math.inf}


def json_from(number: float) -> float | str:
    """A float as JSON can hold it."""
    return number if math.isfinite(number) else str(number)


def float_from(entry: Any) -> float | None:
    """The inverse of `json_from`; None for anything else, as for 1e999, which is no infinity, and for true."""
    if isinstance(entry, str):
        return SPECIAL.get(entry)
    if isinstance(entry, bool) or not isinstance(entry, int | float):
        return None
    try:
        number = float(entry)
    except OverflowError:  # a whole number beyond all floats
        return None
    return number if math.isfinite(number) else None


def read_json(text: str | bytes) -> Any:
    """What a JSON text holds. ValueError if it is none, is too deep, or gives a key of an object twice."""
    try:
        return json.loads(text, object_pairs_hook=_unique, parse_constant=_no_constant)
    except RecursionError:
        raise ValueError("lists or objects are nested too deeply to be read") from None


def _unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """A JSON object as a dict; a name given twice is an error, where json would keep the last."""
    found = dict(pairs)
    if len(found) < len(pairs):
        times = Counter(name for name, _ in pairs)
        raise ValueError(f"given twice: {', '.join(sorted(name for name in times if times[name] > 1))}")
    return found


def _no_constant(word: str) -> float:
    raise ValueError(f"{word} is not JSON")
