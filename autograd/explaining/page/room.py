"""Room on cards for texts that a page will write: cards never change their size while numbers move."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace

from autograd.drawing.cards import CARD_PADDING, Card, Picture
from autograd.drawing.shapes import FONT_SIZE
from autograd.explaining.moments import Moment
from autograd.view.notation import number_width

NUMBER, GRADIENT = "−0.1234", "∂ −0.1234"  # what is longer loses digits


def with_room(picture: Picture, timeline: Sequence[Moment]) -> Picture:
    """`picture` with cards wide enough for every text that the moments put on them."""
    texts: dict[str, list[str]] = {}
    for moment in timeline:
        for change in moment.changes:
            texts.setdefault(change.card, []).append(change.text)
    return _widened(picture, lambda card: texts.get(card.id, ()))


def with_room_to_move(picture: Picture) -> Picture:
    """`picture` with cards wide enough for numbers of usual size in the place of those that stand there."""
    return _widened(picture, lambda card: list(_moving(card)))


def _widened(picture: Picture, texts: Callable[[Card], Sequence[str]]) -> Picture:
    widths = {card.id: max([card.min_width, *map(_width, texts(card))]) for card in picture.cards}
    return replace(picture, cards=tuple(replace(card, min_width=widths[card.id]) for card in picture.cards))


def _width(text: str) -> float:
    return number_width(text, FONT_SIZE) + 2 * CARD_PADDING


def _moving(card: Card) -> Iterator[str]:
    """The longest texts of usual size that a page will write on the card."""
    for row in card.rows:
        if row.mark in ("data", "grad"):
            yield GRADIENT
        elif row.mark == "weight":
            yield f"{row.lead} {NUMBER}  {GRADIENT}"
        elif row.mark == "norm":
            yield f"{row.lead}‖∂‖ {NUMBER}"
