"""Ranks: in which column everything stands, so that arrows lead onwards and are short.

    rank(i) = 1 + the largest rank(j) over all j with an arrow to i, or 0

is the longest path to i, the first step of a layered drawing (Sugiyama, Tagawa and Toda 1981). Then operands are pulled
onwards to their first use wherever that shortens more lines than it lengthens.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Item:
    """Something to place on one level: a box, an inner frame as a whole, or a port of the frame around.

    `length` is its size along the direction of arrows, `breadth` that across it. `side` is "in" for a port at which
    arrows come into the frame around, "out" for one at which they leave it, "" for everything else.
    """

    length: float
    breadth: float
    side: str = ""


@dataclass(frozen=True, slots=True)
class Piece:
    """The part of an arrow that lies on one level, from item `tail` to item `head` (their numbers).

    Pieces with one `tail` and one `port` share a line, from which they branch off one after the other. `leaves` and
    `arrives` say how far from the middle of an item, across; None: wherever the line comes along.
    """

    tail: int
    head: int
    port: str
    leaves: float = 0.0
    arrives: float | None = None
    label: tuple[float, float] | None = None


@dataclass(frozen=True)
class Level:
    """What stands directly in one frame, or in none; each of `lines` lists items of one column, in that order. Those of
    `keeping` may stand in several, and keep their order in each.

    With `early`, only what is used once and made of nothing is pulled onwards: inputs stay at the near side, and the
    neurons of a layer beside each other.
    """

    items: Sequence[Item]
    pieces: Sequence[Piece]
    lines: Sequence[Sequence[int]] = ()
    early: bool = False
    keeping: Sequence[int] = ()


def ranks(level: Level) -> list[int]:
    """The column of every item of `level`."""
    leader = _leaders(level)
    graph = _Acyclic(level, leader)
    rank = _longest_paths(level, graph)
    _pull_to_first_use(level, graph, rank)
    rank = [rank[leader[i]] for i in range(len(level.items))]
    _to_the_far_side(level, rank)
    return rank


def _leaders(level: Level) -> list[int]:
    """For every item the one that decides its column: the first of its line, else itself."""
    leader = list(range(len(level.items)))
    for line in level.lines:
        for i in line:
            leader[i] = line[0]
    return leader


class _Acyclic:
    """The graph of leaders without the arrows that lead back: `order` is topological; `before` and `after` each of
    them stand its operands and its uses."""

    def __init__(self, level: Level, leader: Sequence[int]) -> None:
        count = len(level.items)
        ends = ((leader[piece.tail], leader[piece.head]) for piece in level.pieces)
        arrows = list(dict.fromkeys((tail, head) for tail, head in ends if tail != head))
        leaders = [i for i in range(count) if leader[i] == i]
        self.order = _topological(leaders, arrows, count)
        turn = {i: t for t, i in enumerate(self.order)}
        self.before: list[list[int]] = [[] for _ in range(count)]
        self.after: list[list[int]] = [[] for _ in range(count)]
        for tail, head in arrows:
            if turn[tail] < turn[head]:
                self.before[head].append(tail)
                self.after[tail].append(head)


def _topological(nodes: Sequence[int], arrows: Iterable[tuple[int, int]], count: int) -> list[int]:
    """Operands before results (Kahn 1962). A cycle, as frames can form, is cut in front of its first item."""
    heads: list[list[int]] = [[] for _ in range(count)]
    waiting = [0] * count
    for tail, head in arrows:
        heads[tail].append(head)
        waiting[head] += 1
    ready = deque(i for i in nodes if not waiting[i])
    rest, met, order = iter(nodes), set(ready), list[int]()
    while len(order) < len(nodes):
        i = ready.popleft() if ready else next(i for i in rest if i not in met)
        met.add(i)
        order.append(i)
        for head in heads[i]:
            waiting[head] -= 1
            if not waiting[head] and head not in met:
                met.add(head)
                ready.append(head)
    return order


def _longest_paths(level: Level, graph: _Acyclic) -> list[int]:
    """Ports at the near side keep the first column to themselves."""
    start = int(any(item.side == "in" for item in level.items))
    rank = [0] * len(level.items)
    for i in graph.order:
        own = 0 if level.items[i].side == "in" else start
        rank[i] = max([own, *(rank[j] + 1 for j in graph.before[i])])
    return rank


def _pull_to_first_use(level: Level, graph: _Acyclic, rank: list[int]) -> None:
    """Move operands onwards to the column before their first use, unless that lengthens at least one whole line."""
    cost = _costs(graph, rank)
    for i in reversed(graph.order):
        stays = level.early and (graph.before[i] or len(graph.after[i]) > 1)
        if graph.after[i] and cost[i] < 1.0 and level.items[i].side != "in" and not stays:
            rank[i] = max(rank[i], min(rank[j] for j in graph.after[i]) - 1)


def _costs(graph: _Acyclic, rank: Sequence[int]) -> list[float]:
    """By how many lines the drawing gets longer when an item moves one column onwards, its own line aside.

    An operand adds one line if it is last used here; a leaf of n uses a share of 1/n, since they all draw on that one
    line; an operand that can move along with its only use adds nothing.
    """
    cost = [0.0] * len(rank)
    moves_along = [False] * len(rank)
    last = [max((rank[j] for j in after), default=0) for after in graph.after]
    for i in graph.order:
        drawn = (j for j in graph.before[i] if last[j] <= rank[i] and not moves_along[j])
        cost[i] = sum(1.0 if graph.before[j] else 1.0 / len(graph.after[j]) for j in drawn)
        moves_along[i] = cost[i] < 1.0 and len(graph.after[i]) == 1
    return cost


def _to_the_far_side(level: Level, rank: list[int]) -> None:
    """Ports at the far side share a column of their own, after all others."""
    ports = [i for i, item in enumerate(level.items) if item.side == "out"]
    end = 1 + max((r for r, item in zip(rank, level.items, strict=True) if item.side != "out"), default=-1)
    for i in ports:
        rank[i] = end


# --- lines that are longer than one column ----------------------------------------------------------------------


@dataclass(frozen=True)
class Trunk:
    """The line that all pieces of one port share: `nodes` stand in the columns from its tail's on, one in each; the
    first is the tail, the others are bends. `uses` counts its pieces."""

    nodes: Sequence[int]
    uses: int


class Columns:
    """A level with a bend in every column that a line passes: what ordering and coordinates work on.

    Nodes are the items, then the bends: `rank`, `breadth` and (in `line_up`) their order by column. `trunks` are keyed
    by tail and port; `astray` are the numbers of the pieces that no trunk carries: those that lead back, and the
    longest where there would be more than `most` bends.
    """

    def __init__(self, level: Level, most: int) -> None:
        self.level = level
        self.rank = ranks(level)
        self.breadth = [item.breadth for item in level.items]
        self.trunks: dict[tuple[int, str], Trunk] = {}
        self.astray: list[int] = []
        for key, numbers in self._by_length(self._onwards()):
            end = max(self.rank[level.pieces[number].head] for number in numbers)
            most -= end - self.rank[key[0]] - 1
            if most >= 0 or end == self.rank[key[0]] + 1:
                self.trunks[key] = Trunk([key[0], *self._bends(self.rank[key[0]] + 1, end)], len(numbers))
            else:
                self.astray += numbers
        self.order: list[list[int]] = [[] for _ in range(max(self.rank, default=-1) + 1)]
        for i, r in enumerate(self.rank):
            self.order[r].append(i)

    def _onwards(self) -> dict[tuple[int, str], list[int]]:
        """The pieces that lead onwards, by the port they leave at; the others are noted as astray."""
        found: dict[tuple[int, str], list[int]] = {}
        for number, piece in enumerate(self.level.pieces):
            if self.rank[piece.tail] < self.rank[piece.head]:
                found.setdefault((piece.tail, piece.port), []).append(number)
            else:
                self.astray.append(number)
        return found

    def _by_length(self, ports: dict[tuple[int, str], list[int]]) -> list[tuple[tuple[int, str], list[int]]]:
        """The shortest lines first: they are the ones that must not be without bends."""
        pieces, rank = self.level.pieces, self.rank
        return sorted(ports.items(), key=lambda port: max(rank[pieces[n].head] for n in port[1]) - rank[port[0][0]])

    def _bends(self, start: int, end: int) -> Iterator[int]:
        for r in range(start, end):
            self.rank.append(r)
            self.breadth.append(0.0)
            yield len(self.rank) - 1

    def is_line(self, i: int) -> bool:
        """Whether a node is a bend or a port: a point on a line, not a box."""
        return i >= len(self.level.items) or self.level.items[i].side != ""

    def trunk(self, number: int) -> Trunk | None:
        """The line that carries a piece; None when it is astray."""
        piece = self.level.pieces[number]
        return self.trunks.get((piece.tail, piece.port)) if self.bends(number) >= 0 else None

    def bends(self, number: int) -> int:
        """How many bends a piece passes; below 0 when it leads back."""
        piece = self.level.pieces[number]
        return self.rank[piece.head] - self.rank[piece.tail] - 1
