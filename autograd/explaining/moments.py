"""A timeline as data: what page, film and text show, and what narration fills in.

A `Moment` is a position on the timeline: a few lines of arithmetic, the cards and arrows they are about, and what
changes on the cards. A `Timeline` is all of them and the picture they play on.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

from autograd.drawing.cards import Picture

DATA_ROW, GRAD_ROW = 0, 1


class Run(NamedTuple):
    """A piece of a line. `style` is "upstream", "local", "product", "value" or "muted", or "" for none; an `answer`
    is what predict-first hides."""

    text: str
    style: str = ""
    answer: bool = False


Line = tuple[Run, ...]


class Change(NamedTuple):
    """From this moment on, row `row` of card `card` reads `text`, on a tint of `strength` (None: without a tint)."""

    card: str
    row: int
    text: str
    strength: float | None = None


@dataclass(frozen=True)
class Moment:
    """One position of the timeline; `phase` is "start", "forward", "seed" or "backward".

    `cards` and `arrows` are the ids of what is in focus, `target` the one of the cards that receives. The arrows of a
    forward step have local derivatives from then on.
    """

    phase: str
    lines: tuple[Line, ...]
    cards: tuple[str, ...] = ()
    arrows: tuple[str, ...] = ()
    target: str = ""
    changes: tuple[Change, ...] = ()

    @property
    def text(self) -> str:
        """The lines as plain text."""
        return "\n".join("".join(run.text for run in line) for line in self.lines)


@dataclass(frozen=True)
class Timeline:
    """`moments` in order, the `picture` they play on, with the final numbers, and a `title` that names the output."""

    title: str
    moments: tuple[Moment, ...]
    picture: Picture
