"""`check(name, answer)`: is the answer to an exercise right? If not, a hint. `report()`: how far you have come.

    from exercises import check, report
    check("1.2", answer)

The exercises of notebook 1 are the functions decorated with @exercise("1.…") in chapter01.py, and so on: each takes the
answer and returns None where it is right, or a hint. `answers.py` has what they read answers with, so that whatever
says the same is the same: a list or a tuple, a float, a Value or a NumPy number.
"""

from __future__ import annotations

import html
import importlib
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from .answers import Slip, Unanswered, advice_on

Checker = Callable[[Any], str | None]
CHECKERS: dict[str, Checker] = {}
CHAPTERS = range(1, 11)
TRIED: dict[str, list[Verdict]] = {}


@dataclass(frozen=True)
class Verdict:
    """Right, wrong, or (None) not answered yet, with what to think about next. In a notebook it shows itself."""

    name: str
    right: bool | None
    hint: str = ""

    @property
    def mark(self) -> str:
        return {True: "✓", None: "○", False: "✗"}[self.right]

    def __repr__(self) -> str:
        if self.right:
            return f"{self.mark} Exercise {self.name}: right."
        if self.right is None:
            return f"{self.mark} Exercise {self.name}: put your answer in the place of the dots and run the cell again."
        return f"{self.mark} Exercise {self.name}: not yet. {self.hint}"

    def _repr_mimebundle_(self, include: Any = None, exclude: Any = None) -> dict[str, str]:
        return {"text/html": f"<p><b>{html.escape(repr(self))}</b></p>", "text/plain": repr(self)}


@dataclass(frozen=True)
class Report:
    """A line for every exercise: (number, what it is about, the last verdict, how often it was tried)."""

    lines: list[tuple[str, str, Verdict, int]]

    def __repr__(self) -> str:
        rows = [f"{v.mark} {name:>5}  {about:<32} {_times(tries)}" for name, about, v, tries in self.lines]
        return "\n".join(line.rstrip() for line in [*rows, self.total])

    @property
    def total(self) -> str:
        return f"{sum(v.right is True for _, _, v, _ in self.lines)} of {len(self.lines)} right"

    def _repr_mimebundle_(self, include: Any = None, exclude: Any = None) -> dict[str, str]:
        rows = "".join(
            f"<tr><td>{v.mark}</td><td>{name}</td><td>{html.escape(about)}</td><td>{_times(tries)}</td></tr>"
            for name, about, v, tries in self.lines
        )
        return {"text/html": f"<table>{rows}</table><p>{self.total}</p>", "text/plain": repr(self)}


def exercise(name: str) -> Callable[[Checker], Checker]:
    """Register the checker of exercise `name`; its function's name says what the exercise is about."""

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
        verdict = Verdict(name, None)
    except Slip as slip:
        verdict = Verdict(name, False, str(slip))
    except Exception as error:  # whatever the answer does, the reader gets a hint and no stack trace
        verdict = Verdict(name, False, f"Trying it raised {advice_on(error)}")
    else:
        verdict = Verdict(name, hint is None, hint or "")
    if verdict.right is not None:
        TRIED.setdefault(name, []).append(verdict)
    return verdict


def report() -> Report:
    """The exercises of the notebooks in which something was answered since Python started, or else of all."""
    chapters = {_chapter(name) for name in TRIED} or set(CHAPTERS)
    names = sorted(
        (name for name in all_checkers() if _chapter(name) in chapters), key=lambda name: (_chapter(name), name)
    )
    return Report(
        [
            (name, CHECKERS[name].__name__.replace("_", " "), tried[-1] if tried else Verdict(name, None), len(tried))
            for name in names
            for tried in [TRIED.get(name, [])]
        ]
    )


def all_checkers() -> dict[str, Checker]:
    """Every exercise of every chapter."""
    for chapter in CHAPTERS:
        _import_chapter(chapter)
    return CHECKERS


def _checker(name: str) -> Checker:
    chapter = _chapter(name)
    if chapter in CHAPTERS:
        _import_chapter(chapter)
    if name not in CHECKERS:
        raise ValueError(f'there is no exercise {name!r}; they are named "1.1", "1.2", ... "10.3"')
    return CHECKERS[name]


def _chapter(name: Any) -> int:
    """The notebook an exercise belongs to; 0 where the name has no number."""
    first = str(name).partition(".")[0]
    return int(first) if first.isdecimal() else 0


def _import_chapter(number: int) -> None:
    importlib.import_module(f"{__name__}.chapter{number:02}")


def _times(tries: int) -> str:
    return f"tried {tries} ×" if tries > 1 else ""
