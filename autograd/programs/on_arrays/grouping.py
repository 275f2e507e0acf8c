"""Scalar instructions sorted into groups that an array library can run as one call each.

A recorded program is long and repetitive: a layer of 16 neurons is 16 dots, a batch of positions is a dot per position
and neuron. Three ideas put the arrays back together:

1. Sums are split by where their terms come from (`Splitter`): a gradient that arrives over a layer's weights and over a
   residual connection becomes two sums and an addition, each of them like its neighbours'.
2. Instructions of one kind at one depth of the graph form a group (`groups`); none of them needs another.
3. In a group of dots u·v, equal us and equal vs are rows and columns of a matrix product (products.py).
"""

from collections.abc import Iterable, Sequence
from typing import NamedTuple

from autograd.ops import OPERATIONS, Operation
from autograd.programs.codegen import sum_terms
from autograd.programs.tape import MUL, OVER_EXAMPLES, Instruction, Tape, table_name

ADD, DIV, MEAN = OPERATIONS["add"], OPERATIONS["div"], OPERATIONS["mean"]
ROWWISE = ("softmax_entry", "logsumexp", "cross_entropy")


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
        if [constants.get(slot) for slot in term] == [0.0]:
            return ()
        return tuple(slot for slot in term if constants.get(slot) != 1.0) or term[:1]

    def likeness(self, slot: int) -> object:
        return self._origin.get(slot), slot in self.moving

    def _family(self, terms: list[tuple[int, ...]], over: str, result: int | None = None) -> int:
        """The sum of like terms."""
        first = tuple(term[0] for term in terms)
        second = tuple(term[1] for term in terms if len(term) == 2)
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
        if not kind.startswith("over") and not self.moving.isdisjoint((*first, *second)):
            self.moving.add(slot)
        return slot


def origins(tape: Tape, steps: Iterable[Instruction]) -> dict[int, object]:
    """What makes slots alike: for results their depth in the graph and their row, for inputs what they are."""
    found: dict[int, object] = {
        **dict.fromkeys(tape.arguments, "argument"),
        **dict.fromkeys(tape.parameters, "parameter"),
    }
    depth: dict[int, int] = {}
    for row, operands, result in steps:
        depth[result] = 1 + max((depth.get(slot, 0) for slot in operands), default=0)
        found[result] = depth[result], row
    return found


def grouped(splitter: Splitter) -> list[list[Job]]:
    """The jobs in groups of one kind at one depth, in an order in which each has its operands before it."""
    depth: dict[int, int] = {}
    groups: dict[tuple[object, ...], list[Job]] = {}
    for job in splitter.jobs:
        level = 1 + max((depth.get(slot, 0) for slot in (*job.first, *job.second)), default=0)
        depth[job.result] = level
        groups.setdefault((level, *_kind(job, splitter)), []).append(job)
    return [groups[key] for key in sorted(groups, key=lambda key: key[0])]  # type: ignore[arg-type,return-value]


def _kind(job: Job, splitter: Splitter) -> tuple[object, ...]:
    """What jobs of one group have in common."""
    if job.kind == "rows":
        return job.kind, job.row, not splitter.moving.isdisjoint(job.first), splitter.likeness(job.first[0])
    if job.kind != "map":
        return job.kind, job.row, *(splitter.likeness(side[0]) for side in (job.first, job.second) if side)
    where = tuple("c" if s in splitter.tape.constants else s in splitter.moving for s in job.first)
    return job.kind, job.row, where
