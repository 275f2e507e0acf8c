"""Reading answers: what follows from an exercise's template is understood, whatever is foreseeable gets a hint."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from typing import Any

from autograd import Value


class Unanswered(Exception):
    """The answer still has dots in it."""


class Slip(Exception):
    """The answer cannot be right, and the message says why: a hint from within."""


ADVICE = {
    NameError: "Is every name in it defined, and spelt the same way?",
    AttributeError: "Is one of the things in it a plain number where a Value is meant, or the other way round?",
    TypeError: "Are its arguments used as they come: lists as lists, numbers as numbers?",
    ZeroDivisionError: "Something is divided by 0.",
    OverflowError: "A number on the way is too large for a float.",
    RecursionError: "It calls itself without end.",
    IndexError: "A list is shorter than the index; the first place is 0.",
    KeyError: "That key is not in the dictionary.",
    ValueError: "Are the lists that go together of the same length?",
}


def advice_on(error: Exception) -> str:
    """What an error says, and what it is likely to come from."""
    said = " ".join(str(error).split())
    if "positional argument" in said:
        return f"{type(error).__name__}: {said}. Leave the arguments in its first line as the cell has them."
    if said.startswith(("math domain error", "expected a ")):  # math.sqrt(-1), in two Pythons' words
        return f"ValueError: {said}. A root or a logarithm of a number that has none?"
    advice = next((text for kind, text in ADVICE.items() if isinstance(error, kind)), "")
    return f"{type(error).__name__}: {said}{'' if said.endswith(('.', '?')) else '.'} {advice}".strip()


# From an answer to numbers -------------------------------------------------------------------------------------------


def number(answer: Any, what: str = "The answer") -> float:
    """The number an answer is: whatever Python or NumPy takes for one, or a Value's data. Slip for anything else."""
    if answer is ...:
        raise Unanswered
    if isinstance(answer, Value):
        return answer.data
    if isinstance(answer, str):
        raise Slip(f"{what} should be a number: write it without quotation marks, not {answer!r}.")
    if answer is None:
        raise Slip(f"{what} is None, which is no number.")
    if callable(answer):
        raise Slip(f"{what} should be a number, not a function: call it.")
    size = getattr(answer, "size", 1)  # of an array
    if isinstance(answer, bool) or not hasattr(answer, "__float__") or size != 1:
        raise Slip(f"{what} should be one number, not {a(answer)}.")
    return float(answer.item() if hasattr(answer, "item") else answer)


def numbers(answer: Any, count: int, what: str = "The answer") -> list[float]:
    """`count` numbers in a list, a tuple or an array."""
    found = _listed(answer, count, f"{count} numbers", what)
    return [number(each, f"Number {k} of {count}") for k, each in enumerate(found, 1)]


def parts(answer: Any, *names: str, what: str = "The answer") -> list[Any]:
    """The parts of an answer, as many as there are names, none of them dots. Slip where there are more or fewer."""
    return _listed(answer, len(names), f"{len(names)} parts ({', '.join(names)})", what)


def _listed(answer: Any, count: int, wanted: str, what: str) -> list[Any]:
    if answer is ...:
        raise Unanswered
    if isinstance(answer, str | Value | Mapping) or not isinstance(answer, Iterable):
        raise Slip(f"{what} should have {wanted}, not be {a(answer)}.")
    found = list(answer)
    if any(part is ... for part in found):
        raise Unanswered
    if len(found) != count:
        raise Slip(f"{what} should have {wanted}, and has {len(found)}.")
    return found


def called(function: Any, *arguments: Any, shown: str) -> Any:
    """What the reader's function returns; `shown` is the call as the reader would write it.

    Unanswered where it returns its dots; Slip where it is no function, returns nothing or raises.
    """
    if function is ...:
        raise Unanswered
    if not callable(function):
        raise Slip(f"A function is wanted (its name, without brackets behind it), not {a(function)}.")
    try:
        result = function(*arguments)
    except Exception as error:
        raise Slip(f"{shown} raised {advice_on(error)}") from error
    if result is ... or (isinstance(result, tuple | list) and any(part is ... for part in result)):
        raise Unanswered
    if result is None:
        raise Slip(f"{shown} returns nothing. Is there a `return` before the result?")
    return result


def a(thing: Any) -> str:
    """What something is, in words."""
    kinds = {list: "a list", tuple: "a tuple", dict: "a dictionary", set: "a set", str: "text", bool: "True or False"}
    if thing is None or isinstance(thing, Value):
        return "None" if thing is None else "a single Value"
    if isinstance(thing, int | float) and not isinstance(thing, bool):
        return "a single number"
    return kinds.get(type(thing), "a function" if callable(thing) else f"a {type(thing).__name__}")


# Comparing -----------------------------------------------------------------------------------------------------------


def close(answer: Any, truth: float, tolerance: float = 1e-6) -> bool:
    """Whether the answer is `truth`, to a relative tolerance (absolute below 1)."""
    return abs(number(answer) - truth) <= tolerance * max(1.0, abs(truth))


def expect(
    answer: Any, truth: float, hint: str, slips: Mapping[float, str] | None = None, what: str = "The answer"
) -> str | None:
    """None where `answer` is `truth`; otherwise the hint for a slip that leads to this very number, or `hint`."""
    found = number(answer, what)
    if close(found, truth):
        return None
    for slip, advice in (slips or {}).items():
        if close(found, slip):
            return advice
    return hint if math.isfinite(found) else f"{what} is {found:g}: something grew without bounds. {hint}"


def plain(values: Iterable[float]) -> str:
    """A list as one would write it: [0.6, −0.8]."""
    return f"[{', '.join(f'{value:.4g}' for value in values)}]"
