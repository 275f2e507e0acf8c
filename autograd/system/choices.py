"""Arguments that choose: switches, and one of a few names."""

from collections.abc import Collection
from typing import Any


def flag(name: str, given: Any) -> bool:
    """`given` if it is True or False, or equal to one of them; TypeError for what would only count as one, as "no"."""
    if not is_one_of(given, (False, True)):
        raise TypeError(f"{name} has to be True or False, got {given!r:.60}")
    return bool(given)


def is_one_of(given: Any, choices: Collection[Any]) -> bool:
    """Whether `given` is among the choices; an array, which has no answer to that, is not."""
    try:
        return given in choices
    except (ValueError, TypeError):
        return False
