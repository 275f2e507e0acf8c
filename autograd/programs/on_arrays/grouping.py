"""Scalar instructions sorted into groups that an array library can run as one call each.

A recorded program is long and repetitive: a layer of 16 neurons is 16 dots, a batch of positions is a dot per position
and neuron. Three ideas put the arrays back together:

1. Sums are split by where their terms come from (`Splitter`): a gradient that arrives over a layer's weights and over a
   residual connection becomes two sums and an addition, each of them like its neighbours'.
2. Instructions of one kind at one depth of the graph form a group (`groups`); none of them needs another.
3. In a group of dots u·v, equal us and equal vs are rows and columns of a matrix product (`products`):

       u₁·v₁, u₁·v₂, u₂·v₁, u₂·v₂        are the entries of        [u₁ u₂]ᵀ [v₁ v₂]

   Every dot is an edge between its left and its right vector; an (almost) complete bipartite component of that graph is
   a matrix product. Components of one shape become one stacked product: the heads of an attention layer, for example.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from itertools import repeat
from typing import NamedTuple

from autograd.ops import OPERATIONS, Operation, table_name
from autograd.programs.tape import MUL, OVER_EXAMPLES, Instruction, Tape, sum_terms

ADD, DIV, MEAN = OPERATIONS["add"], OPERATIONS["div"], OPERATIONS["mean"]
ROWWISE = ("softmax_entry", "logsumexp", "cross_entropy")
Vector = tuple[int, ...]
DENSE = 0.5  # a product may compute up to this share of entries that nobody asked for


class Job(NamedTuple):
    """One scalar result, in the vocabulary of arrays.

    kind "map": row(*first). "dot": Σ first·second. "sum": Σ first. "over dot", "over sum": the same, summed over the
    examples too. "rows": a row of ROWWISE applied to `first`; `second` holds the slot of its index, if it has one.
    """

    kind: str
    row: Operation | None
    first: tuple[int, ...]
    second: tuple[int, ...]
    result: int


class Splitter:
    """Turns the instructions of `tape` into jobs; `tape` grows by the slots of partial sums."""

    def __init__(self, tape: Tape, steps: Sequence[Instruction], batch: bool) -> None:
        self.tape = tape
        self.moving = set(tape.varying) if batch else set()
        self.jobs: list[Job] = []
        self._origin = origins(tape, steps)
        for instruction in steps:
            self._split(instruction)

    def _split(self, instruction: Instruction) -> None:
        row, operands, result = instruction
        if (terms := sum_terms(instruction)) is not None:
            self._sum(instruction, terms)
        elif (name := table_name(row)) in ROWWISE:
            index = 0 if name == "logsumexp" else 1
            self._add("rows", row, operands[index:], operands[:index], result)
        else:
            self._add("map", row, operands, (), result)

    def _sum(self, instruction: Instruction, terms: list[tuple[int, ...]]) -> None:
        """One job per family of like terms, then additions; a mean is divided at the end."""
        row, _, result = instruction
        whole = self.tape.new_slot() if row is MEAN else result
        families: dict[tuple[object, ...], list[tuple[int, ...]]] = {}
        for term in filter(None, map(self._without_one, terms)):
            families.setdefault(tuple(map(self.likeness, term)), []).append(term)
        over = "over " if row is OVER_EXAMPLES else ""
        if len(families) == 1:
            (family,) = families.values()
            self._family(family, over, whole)
        else:
            self._chain([self._family(family, over) for family in families.values()], whole)
        if row is MEAN:
            self._add("map", DIV, (whole, self.tape.constant(float(len(terms)))), (), result)

    def _without_one(self, term: tuple[int, ...]) -> tuple[int, ...]:
        """The factors that matter: no 1.0 beside another one; nothing for a lone 0.0."""
        constants = self.tape.constants
        if constants.keys().isdisjoint(term):
            return term
        if [constants.get(slot) for slot in term] == [0.0]:
            return ()
        return tuple(slot for slot in term if constants.get(slot) != 1.0) or term[:1]

    def likeness(self, slot: int) -> object:
        return self._origin.get(slot), slot in self.moving

    def _family(self, terms: list[tuple[int, ...]], over: str, result: int | None = None) -> int:
        """The sum of like terms."""
        first, second = (*zip(*terms, strict=True), ())[:2]  # like terms have equally many factors
        if not over:
            return self._plain(first, second, result)
        if not second or {first[0], second[0]} <= self.moving:
            return self._add("over dot" if second else "over sum", None, first, second, result)
        if first[0] not in self.moving:
            first, second = second, first
        totals = tuple(self._add("over sum", None, (slot,), ()) for slot in first)
        return self._plain(totals, second, result)

    def _plain(self, first: tuple[int, ...], second: tuple[int, ...], result: int | None) -> int:
        if len(first) > 1:
            return self._add("dot" if second else "sum", None, first, second, result)
        if second:
            return self._add("map", MUL, (*first, *second), (), result)
        return first[0] if result is None else self._chain([*first, self.tape.constant(0.0)], result)

    def _chain(self, parts: list[int], result: int) -> int:
        """parts[0] + parts[1] + …, of two or more, the last addition into `result`."""
        running, *between, last = parts
        for part in between:
            running = self._add("map", ADD, (running, part), ())
        return self._add("map", ADD, (running, last), (), result)

    def _add(
        self,
        kind: str,
        row: Operation | None,
        first: tuple[int, ...],
        second: tuple[int, ...],
        result: int | None = None,
    ) -> int:
        slot = self.tape.new_slot() if result is None else result
        self.jobs.append(Job(kind, row, first, second, slot))
        moving = self.moving
        if not kind.startswith("over") and not (moving.isdisjoint(first) and moving.isdisjoint(second)):
            moving.add(slot)
        return slot


def origins(tape: Tape, steps: Iterable[Instruction]) -> dict[int, object]:
    """What makes slots alike: for results their depth in the graph and their row, for inputs what they are."""
    found: dict[int, object] = {
        **dict.fromkeys(tape.arguments, "argument"),
        **dict.fromkeys(tape.parameters, "parameter"),
    }
    depth: dict[int, int] = {}
    for row, operands, result in steps:
        depth[result] = level = below(depth, operands)
        found[result] = level, row
    return found


def below(depth: dict[int, int], operands: Iterable[int]) -> int:
    """One more than the depth of the deepest operand."""
    return 1 + max(map(depth.get, operands, repeat(0)), default=0)


def grouped(splitter: Splitter) -> list[list[Job]]:
    """The jobs in groups of one kind at one depth, in an order in which each has its operands before it."""
    depth: dict[int, int] = {}
    groups: dict[tuple[object, ...], list[Job]] = {}
    for job in splitter.jobs:
        depth[job.result] = level = below(depth, job.first + job.second)
        groups.setdefault((level, *_kind(job, splitter)), []).append(job)
    return [groups[key] for key in sorted(groups, key=lambda key: key[0])]  # type: ignore[arg-type,return-value]


def _kind(job: Job, splitter: Splitter) -> tuple[object, ...]:
    """What jobs of one group have in common."""
    if job.kind == "rows":
        return job.kind, job.row, not splitter.moving.isdisjoint(job.first), splitter.likeness(job.first[0])
    if job.kind != "map":
        return job.kind, job.row, *(splitter.likeness(side[0]) for side in (job.first, job.second) if side)
    constants, moving = splitter.tape.constants, splitter.moving
    return job.kind, job.row, *["c" if slot in constants else slot in moving for slot in job.first]


# Dots as matrix products ----------------------------------------------------------------------------------------------
@dataclass
class Product:
    """left[c, p] · right[c, q] for every component c; `entries` says which result each wanted entry is."""

    left: list[list[Vector]]
    right: list[list[Vector]]
    entries: list[tuple[int, int, int, int]]  # (c, p, q, result slot)


def products(dots: Sequence[tuple[Vector, Vector, int]], zero: int) -> list[Product]:
    """Stacked matrix products that contain all `dots`, triples (u, v, result slot); `zero` is a slot that holds 0.0.

    A sum has no order of its own: where the given order of terms leaves single dots, those of the left and of the right
    slots are tried as well, and the one with the fewest matrices is taken.
    """
    found = as_products(dots, zero)
    if all(len(p.left[0]) * len(p.right[0]) > 1 for p in found):
        return found
    orders = (lambda pair: pair, lambda pair: pair[::-1])
    others = [as_products([(*sorted_terms(u, v, order), s) for u, v, s in dots], zero) for order in orders]
    return min([found, *others], key=lambda attempt: sum(len(product.left) for product in attempt))


def as_products(dots: Sequence[tuple[Vector, Vector, int]], zero: int) -> list[Product]:
    """`products` with the terms in the order in which they stand."""
    stacks: dict[tuple[int, int, int], list[tuple[list[Vector], list[Vector], list[tuple[int, int, int]]]]] = {}
    for left, right, entries in components(align(list(dots), zero)):
        stacks.setdefault((len(left), len(right), len(left[0])), []).append((left, right, entries))
    return [stacked(parts) for parts in stacks.values()]


def sorted_terms(u: Vector, v: Vector, order: Callable[[tuple[int, int]], tuple[int, int]]) -> tuple[Vector, Vector]:
    """The terms u₁v₁, u₂v₂, … sorted."""
    pairs = sorted(zip(u, v, strict=True), key=order)
    return tuple(a for a, _ in pairs), tuple(b for _, b in pairs)


def align(dots: list[tuple[Vector, Vector, int]], zero: int) -> list[tuple[Vector, Vector, int]]:
    """Dots of different lengths brought to one, as for attention, where position t looks at t + 1 others.

    One side of the shorter dots is part of a longer vector: it becomes that vector, and the other side gets zeros where
    the shorter dot has no term.
    """
    if len({len(u) for u, _, _ in dots}) == 1:
        return dots
    by_left = widened([u for u, _, _ in dots])
    by_right = widened([v for _, v, _ in dots])
    if len(set(by_left.values())) <= len(set(by_right.values())):
        return [(by_left[u], spread(u, v, by_left[u], zero), slot) for u, v, slot in dots]
    return [(spread(v, u, by_right[v], zero), by_right[v], slot) for u, v, slot in dots]


def widened(vectors: Iterable[Vector]) -> dict[Vector, Vector]:
    """Each vector -> the longest one whose slots include its own; itself where there is none, or a slot comes twice."""
    distinct = sorted(set(vectors), key=len, reverse=True)
    home: dict[int, list[Vector]] = {}
    found: dict[Vector, Vector] = {vector: vector for vector in distinct}
    for vector in distinct:
        if len(set(vector)) < len(vector):
            continue
        wide = next((full for full in home.get(vector[0], []) if set(vector) <= set(full)), vector)
        found[vector] = wide
        if wide is vector:
            for slot in vector:
                home.setdefault(slot, []).append(vector)
    return found


def spread(places: Vector, values: Vector, wide: Vector, zero: int) -> Vector:
    """`values` where `places` stand in `wide`, `zero` elsewhere."""
    if wide == places:
        return values
    at = dict(zip(places, values, strict=True))
    return tuple(at.get(slot, zero) for slot in wide)


def components(
    dots: list[tuple[Vector, Vector, int]],
) -> list[tuple[list[Vector], list[Vector], list[tuple[int, int, int]]]]:
    """Connected components as (left vectors, right vectors, (p, q, result)); a sparse one falls into single dots."""
    root: dict[tuple[str, Vector], tuple[str, Vector]] = {}

    def find(x: tuple[str, Vector]) -> tuple[str, Vector]:
        while root.setdefault(x, x) != x:
            root[x] = x = root[root[x]]
        return x

    for u, v, _ in dots:
        root[find(("left", u))] = find(("right", v))
    members: dict[tuple[str, Vector], list[tuple[Vector, Vector, int]]] = {}
    for dot in dots:
        members.setdefault(find(("left", dot[0])), []).append(dot)
    found = []
    for part in members.values():
        left, right = sorted({u for u, _, _ in part}), sorted({v for _, v, _ in part})
        whole = len(part) >= DENSE * len(left) * len(right) and len({(u, v) for u, v, _ in part}) == len(part)
        found += [component(left, right, part)] if whole else [component([u], [v], [(u, v, s)]) for u, v, s in part]
    return found


def component(
    left: list[Vector], right: list[Vector], part: list[tuple[Vector, Vector, int]]
) -> tuple[list[Vector], list[Vector], list[tuple[int, int, int]]]:
    """Numbered rows and columns."""
    row, column = ({vector: i for i, vector in enumerate(side)} for side in (left, right))
    return left, right, [(row[u], column[v], slot) for u, v, slot in part]


def stacked(parts: list[tuple[list[Vector], list[Vector], list[tuple[int, int, int]]]]) -> Product:
    """Components of one shape as one product."""
    entries = [(c, p, q, slot) for c, (_, _, edges) in enumerate(parts) for p, q, slot in edges]
    return Product([left for left, _, _ in parts], [right for _, right, _ in parts], entries)
