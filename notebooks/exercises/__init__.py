"""`check(name, answer)`: is the answer to an exercise right? If not, a hint.

    from exercises import check
    check("1.2", answer)

The exercises of notebook 1 are the functions decorated with @exercise("1.…") in chapter01.py, and so on: each takes the
answer and returns None where it is right, or a hint.
"""

from __future__ import annotations

import html
import importlib.util
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from autograd import Value

Checker = Callable[[Any], str | None]
CHECKERS: dict[str, Checker] = {}
CHAPTERS = range(1, 11)


@dataclass(frozen=True)
class Verdict:
    """Right, wrong, or (None) not answered yet, with what to think about next. In a notebook it shows itself."""

    name: str
    right: bool | None
    hint: str = ""

    def __repr__(self) -> str:
        if self.right:
            return f"✓ Exercise {self.name}: right."
        if self.right is None:
            return f"○ Exercise {self.name}: put your answer in the place of the dots and run the cell again."
        return f"✗ Exercise {self.name}: not yet. {self.hint}"

    def _repr_mimebundle_(self, include: Any = None, exclude: Any = None) -> dict[str, str]:
        return {"text/html": f"<p><b>{html.escape(repr(self))}</b></p>", "text/plain": repr(self)}


class Unanswered(Exception):
    """The answer is still the dots."""


def exercise(name: str) -> Callable[[Checker], Checker]:
    """Register the checker of exercise `name`."""

    def register(checker: Checker) -> Checker:
        CHECKERS[name] = checker
        return checker

    return register


def check(name: str, answer: Any) -> Verdict:
    """The verdict on `answer`; `...`, which stands where an answer goes, is not one yet.

    An answer that raises an error when it is tried is wrong, and the hint says what it raised. ValueError for an
    exercise that does not exist.
    """
    checker = _checker(name)
    try:
        if answer is ...:
            raise Unanswered
        hint = checker(answer)
    except Unanswered:
        return Verdict(name, None)
    except Exception as error:  # whatever the answer does, the reader gets a hint and no stack trace
        hint = f"Trying it raised {type(error).__name__}: {error}"
    return Verdict(name, hint is None, hint or "")


def all_checkers() -> dict[str, Checker]:
    """Every exercise of every chapter that exists."""
    for chapter in CHAPTERS:
        _import_chapter(chapter)
    return CHECKERS


def _checker(name: str) -> Checker:
    if name not in CHECKERS:
        _import_chapter(int(name.partition(".")[0]))
    if name not in CHECKERS:
        raise ValueError(f"there is no exercise {name!r}")
    return CHECKERS[name]


def _import_chapter(number: int) -> None:
    module = f"{__name__}.chapter{number:02}"
    if importlib.util.find_spec(module) is not None:
        importlib.import_module(module)


# What checkers are made of -------------------------------------------------------------------------------------------


def number(answer: Any) -> float:
    """The number an answer is: a float, an int, or a Value's data. TypeError for anything else, Unanswered for dots."""
    if answer is ...:
        raise Unanswered
    if isinstance(answer, Value):
        return answer.data
    if isinstance(answer, bool) or not isinstance(answer, int | float):
        raise TypeError(f"expected a number, got {type(answer).__name__}")
    return float(answer)


def close(answer: Any, truth: float, tolerance: float = 1e-6) -> bool:
    """Whether the answer is `truth`, to a relative tolerance (absolute below 1)."""
    return abs(number(answer) - truth) <= tolerance * max(1.0, abs(truth))


def expect(answer: Any, truth: float, hint: str, slips: dict[float, str] | None = None) -> str | None:
    """None where `answer` is `truth`; otherwise the hint for a slip that leads to this very number, or `hint`."""
    if close(answer, truth):
        return None
    for slip, advice in (slips or {}).items():
        if close(answer, slip):
            return advice
    return hint
