"""Positions for boxes and arrows: one function, `place`, and who computes them.

Graphviz draws small labelled graphs a little better; the layered layout of our own draws networks and loops better, is
never slow, and needs nothing to be installed. The choice goes by the graph alone, so that pictures do not depend on the
machine: ours where there are frames or an order to keep, arrows inside a line, more than MOST_BOXES boxes, or arrows
that are long,

    S = Σ over arrows of (rank(head) − rank(tail) − 1) > MOST_SPANS,

which is what Graphviz takes seconds to minutes for. Ours, too, are long chains, which are folded into rows, and a value
that is used all along, as r in x = r·x·(1 − x) again and again: if its arrows pass others to more than MOST_FANNED
columns, Graphviz draws so many above each other, where ours has one line with branches.
"""

from __future__ import annotations

import warnings
from collections import Counter
from collections.abc import Sequence
from dataclasses import replace

from autograd.drawing.layout.dot_language import Answer, Source
from autograd.drawing.layout.geometry import DIRECTIONS, Arrangement, Box, Layout, Link, free_lines
from autograd.drawing.layout.graphviz import WITHOUT, LayoutError, engine, run_graphviz, wish
from autograd.drawing.layout.layered import layered
from autograd.drawing.layout.ranks import Item, Level, Piece, ranks
from autograd.drawing.layout.straight import straight_routes
from autograd.drawing.layout.wasm import Exhausted

MOST_BOXES, MOST_LINKS, MOST_SPANS = 250, 1_500, 500
MOST_COLUMNS = 30  # of a chain; longer ones are folded into rows
MOST_FANNED = 4  # columns that the long arrows of one value lead to


def place(boxes: Sequence[Box], links: Sequence[Link], arrangement: Arrangement | None = None) -> Layout:
    """Positions for `boxes`, the arrows between them and the frames around them.

    With Graphviz, a link with a label becomes two links and a small box between them: the label then takes part in the
    layout, sits exactly on its arrow, and cannot overlap a box.

    Raises LayoutError when an engine that was asked for is not there or fails, ValueError for an unknown direction.
    An engine that nobody asked for may fail: then ours draws, and a warning says why.
    """
    arrangement = arrangement or Arrangement()
    if arrangement.direction not in DIRECTIONS:
        raise ValueError(f"direction is one of {', '.join(DIRECTIONS)}; got {arrangement.direction!r}")
    if engine() == "plain" or (wish() == "auto" and not for_graphviz(boxes, links, arrangement)):
        return layered(boxes, links, arrangement)
    try:
        return _by_graphviz(boxes, links, arrangement)
    except Exhausted as bound:
        warnings.warn(f"{bound}: laid out by GLASSGRAD_LAYOUT=plain instead", RuntimeWarning, stacklevel=2)
    except LayoutError as error:
        if wish() != "auto":
            raise
        warnings.warn(f"{error}, and drew this picture", RuntimeWarning, stacklevel=2)
    return layered(boxes, links, arrangement)


def for_graphviz(boxes: Sequence[Box], links: Sequence[Link], arrangement: Arrangement) -> bool:
    """Whether a graph is one that Graphviz is quick at and draws well."""
    if arrangement.frames or arrangement.in_order or len(boxes) > MOST_BOXES or len(links) > MOST_LINKS:
        return False
    if len(free_lines(arrangement, links)) < len(arrangement.ranks):
        return False
    columns, spans, fanned = extent(boxes, links)
    chain = columns > MOST_COLUMNS and len(boxes) < 2 * columns
    return spans <= MOST_SPANS and fanned <= MOST_FANNED and not chain


def extent(boxes: Sequence[Box], links: Sequence[Link]) -> tuple[int, int, int]:
    """How many columns there are, with operands drawn to their first use; S, how many of them the arrows pass; and to
    how many of them the arrows of one value lead that pass others on their way."""
    number = {box.id: i for i, box in enumerate(boxes)}
    pieces = [Piece(number[link.tail], number[link.head], link.tail) for link in links]
    rank = ranks(Level([Item(box.width, box.height) for box in boxes], pieces))
    spans = [max(rank[piece.head] - rank[piece.tail] - 1, 0) for piece in pieces]
    ends = {(piece.tail, rank[piece.head]) for piece, span in zip(pieces, spans, strict=True) if span}
    fanned = Counter(tail for tail, _ in ends)
    return max(rank, default=-1) + 1, sum(spans), max(fanned.values(), default=0)


def _by_graphviz(boxes: Sequence[Box], links: Sequence[Link], arrangement: Arrangement) -> Layout:
    source = Source(boxes, links, arrangement)
    answer = run_graphviz(source.text, "json0")
    try:
        layout = Answer(answer).layout(source, links)
        if not arrangement.fan:
            return layout
        straight = straight_routes(layout.centres, boxes, links, arrangement.direction)
        return replace(layout, routes=layout.routes | straight)
    except (ValueError, KeyError, TypeError, AttributeError, IndexError) as error:
        shown = answer[:60].decode(errors="replace")
        raise LayoutError(
            f"Graphviz answered with something that is no layout ({shown!r}); is `dot` on the PATH Graphviz's program? "
            f"{WITHOUT}"
        ) from error
