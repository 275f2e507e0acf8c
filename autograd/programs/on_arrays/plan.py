"""A plan for running a recorded program on arrays: which calls, on which places of two stores.

Every number of the program has a place, in one of two stores:

    still     one number a place        parameters, constants, and all that depends on nothing else
    moving    one row of B numbers      arguments of the B examples of a batch, and all that depends on them

A program for a single example has no moving numbers. A step reads places (arrays of indices) and fills a block of new
places in a row, in the order that its operands have in their store, so that most reads turn out to be slices and
strided views rather than copies: a regular `grid` of places is a `view` of its store, anything else has to be copied
together.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.lib.stride_tricks import as_strided
from numpy.typing import NDArray

from autograd.ops import OPERATIONS, Operation
from autograd.programs.kinds import Work
from autograd.programs.on_arrays.grouping import Job, Product, Splitter, grouped, products
from autograd.programs.tape import Instruction, Tape

Places = NDArray[np.int64]
ZERO, LOWEST, FIRST = 0, 1, 2  # both stores begin with 0.0 and -inf, which pad what is too short


@dataclass(frozen=True)
class Read:
    """Places of a store, in the shape in which a step reads them."""

    moving: bool
    places: Places


@dataclass
class Step:
    """One call: `kind` as in grouping.Job, or "lift", which copies still numbers into moving rows.

    The result fills `start`… of the moving store if `moving`, else of the still one, in the shape `shape`.
    """

    kind: str
    row: Operation | None
    operands: list[Any]  # Read, float, or an array of constants
    moving: bool
    start: int
    shape: tuple[int, ...]
    entries: Places | None = None  # of "rows": which class, for cross_entropy


@dataclass
class Plan:
    """Steps, and where inputs and outputs are."""

    steps: list[Step]
    sizes: tuple[int, int]  # of the still and the moving store
    constants: dict[int, float]  # still places that hold a number from the start
    parameters: int
    arguments: list[int]  # places: moving for a batch, otherwise still
    outputs: list[Read]
    numbers: dict[str, int] = field(default_factory=dict)  # places of seed and count


def planned(work: Work) -> Plan:
    """The plan of `work`; its outputs are the values, the gradients, and the two sides of the guards."""
    sides = ([guard.left for guard in work.guards], [guard.right for guard in work.guards])
    return Planner(work.tape, work.steps, [work.values, work.gradients, *sides], work.kind.batch).plan()


class Planner:
    """Plans `steps` of `tape`; `outputs` are lists of slots, each to be read as one array."""

    def __init__(self, tape: Tape, steps: Sequence[Instruction], outputs: Sequence[Sequence[int]], batch: bool) -> None:
        self.tape = tape = tape.copy()
        distinct, same = without_repeats(steps)
        self.splitter = Splitter(tape, distinct, batch)
        self.steps: list[Step] = []
        self.place: dict[bool, dict[int, int]] = {False: {}, True: {}}
        self.sizes = {False: FIRST, True: FIRST}
        self.zero = tape.new_slot()
        for moving in (False, True):
            self.place[moving][self.zero] = ZERO
        for slot in tape.parameters:
            self._settle(slot, False)
        for slot in tape.arguments:
            self._settle(slot, slot in self.splitter.moving)
        self.named = {
            name: self._settle(slot, False) for name in ("seed", "count") if (slot := getattr(tape, name)) is not None
        }
        for group in grouped(self.splitter):
            getattr(self, "_" + group[0].kind.replace(" ", "_"))(group)
        self.outputs = [self._output([same.get(slot, slot) for slot in slots]) for slots in outputs]

    def plan(self) -> Plan:
        """The finished plan."""
        constants = {
            self.place[False][slot]: number for slot, number in self.tape.constants.items() if slot in self.place[False]
        }
        arguments = [self.place[slot in self.splitter.moving][slot] for slot in self.tape.arguments]
        sizes = (self.sizes[False], self.sizes[True])
        return Plan(self.steps, sizes, constants, len(self.tape.parameters), arguments, self.outputs, self.named)

    def _output(self, slots: Sequence[int]) -> Read:
        moving = self._is_moving(slots)
        return Read(moving, self._places(slots, moving))

    # Places ----------------------------------------------------------------------------------------------------------
    def _settle(self, slot: int, moving: bool) -> int:
        self.place[moving][slot] = place = self.sizes[moving]
        self.sizes[moving] += 1
        return place

    def _block(self, moving: bool, count: int) -> int:
        start = self.sizes[moving]
        self.sizes[moving] += count
        return start

    def _is_moving(self, slots: Sequence[int]) -> bool:
        return not self.splitter.moving.isdisjoint(slots)

    def _places(self, slots: Sequence[int], moving: bool) -> Places:
        """Where `slots` are; still ones that a moving step needs are lifted."""
        known = self.place[moving]
        absent = list(dict.fromkeys(slot for slot in slots if slot not in known))
        if not moving:
            for slot in absent:
                assert slot in self.tape.constants, f"slot {slot} is read before it is filled"
                self._settle(slot, False)
        elif absent:
            source = Read(False, self._places(absent, False))
            self._emit("lift", None, [source], True, (len(absent),), absent)
        return np.array([known[slot] for slot in slots], dtype=np.int64)

    def _matrix(self, vectors: Sequence[Sequence[int]], moving: bool) -> Places:
        slots = [slot for vector in vectors for slot in vector]
        return self._places(slots, moving).reshape(len(vectors), -1)

    def _emit(
        self,
        kind: str,
        row: Operation | None,
        operands: list[Any],
        moving: bool,
        shape: tuple[int, ...],
        slots: Sequence[int | None],
    ) -> Step:
        """A step whose results, in order, are `slots`; None for one that nobody wants."""
        start = self._block(moving, len(slots))
        for place, slot in enumerate(slots, start):
            if slot is not None:
                self.place[moving][slot] = place
        self.steps.append(step := Step(kind, row, operands, moving, start, shape))
        return step

    # Kinds of groups -------------------------------------------------------------------------------------------------
    def _map(self, group: list[Job]) -> None:
        """One call of the row on arrays, in the order of the operands' places."""
        row, moving = group[0].row, self._is_moving([group[0].result])
        constants = self.tape.constants
        columns = list(zip(*(job.first for job in group), strict=True))
        still = [all(slot in constants for slot in column) for column in columns]
        if all(still):  # the square of a constant in a sum of squares: read it from its place like anything else
            still = [False] * len(columns)
        moves = [self._is_moving(column) for column in columns]
        places = [None if s else self._places(column, m) for column, s, m in zip(columns, still, moves, strict=True)]
        order = np.lexsort([p for p in reversed(places) if p is not None])
        shape = nested_shape([p[order] for p in places if p is not None])
        operands: list[Any] = []
        for column, place, m in zip(columns, places, moves, strict=True):
            if place is None:
                operands.append(numbers([constants[column[i]] for i in order], shape))
            else:
                operands.append(Read(m, place[order].reshape(shape)))
        self._emit("map", row, operands, moving, shape, [group[i].result for i in order])

    def _dot(self, group: list[Job], over: str = "") -> None:
        """Matrix products."""
        m_left = self._is_moving([slot for job in group for slot in job.first])
        m_right = self._is_moving([slot for job in group for slot in job.second])
        dots = [(job.first, job.second, job.result) for job in group]
        if m_left and not m_right:  # what does not move comes first
            dots, m_left, m_right = [(v, u, slot) for u, v, slot in dots], False, True
        for product in products(dots, self.zero):
            self._product(product, m_left, m_right, over)

    def _product(self, product: Product, m_left: bool, m_right: bool, over: str) -> None:
        shape = len(product.left), len(product.left[0]), len(product.right[0])
        left = self._matrix([vector for part in product.left for vector in part], m_left)
        right = self._matrix([vector for part in product.right for vector in part], m_right)
        left, right = left.reshape(*shape[:2], -1), right.reshape(shape[0], shape[2], -1)
        left_order, right_order, outer = by_place(left), by_place(right), np.argsort(left[:, 0, 0], kind="stable")
        left, right = left[:, left_order][outer], right[:, right_order][outer]
        moving = (m_left or m_right) and not over
        c, p, q = shape
        cells: list[int | None] = [None] * (c * p * q)
        at = [np.argsort(order).tolist() for order in (outer, left_order, right_order)]
        for i, j, k, slot in product.entries:
            i, j, k = at[0][i], at[1][j], at[2][k]
            cells[(i * q + k) * p + j if moving else (i * p + j) * q + k] = slot
        final = (c, q, p) if moving else (c, p, q)
        self._emit(over + "dot", None, [Read(m_left, left), Read(m_right, right)], moving, final, cells)

    def _over_dot(self, group: list[Job]) -> None:
        self._dot(group, "over ")

    def _sum(self, group: list[Job], kind: str = "sum") -> None:
        """Rows of places, padded with zeros to one length; summed."""
        moving, longest = self._is_moving(group[0].first), max(len(job.first) for job in group)
        vectors = [(*sorted(job.first), *[self.zero] * (longest - len(job.first))) for job in group]
        places = self._matrix(vectors, moving)
        order = np.argsort(places[:, 0], kind="stable")
        result = moving and kind == "sum"
        self._emit(kind, None, [Read(moving, places[order])], result, (len(group),), [group[i].result for i in order])

    def _over_sum(self, group: list[Job]) -> None:
        self._sum(group, "over sum")

    def _rows(self, group: list[Job]) -> None:
        """softmax and its kind: a row of places for every distinct list of arguments, padded with -inf."""
        row, moving = group[0].row, self._is_moving([slot for job in group for slot in job.first])
        vectors = list(dict.fromkeys(job.first for job in group))
        longest = max(map(len, vectors))
        places = np.full((len(vectors), longest), LOWEST, dtype=np.int64)
        for i, vector in enumerate(vectors):
            places[i, : len(vector)] = self._places(vector, moving)
        order = np.argsort(places[:, 0], kind="stable")
        number = {vectors[i]: n for n, i in enumerate(order)}
        at = [(number[job.first], self._index(job), job.result) for job in group]
        if row is OPERATIONS["softmax_entry"]:
            cells: list[int | None] = [None] * (len(vectors) * longest)
            for i, j, slot in at:
                cells[i * longest + j] = slot
            self._emit("rows", row, [Read(moving, places[order])], moving, places.shape, cells)
            return
        at.sort()
        chosen = places[order][[i for i, _, _ in at]]
        step = self._emit("rows", row, [Read(moving, chosen)], moving, (len(at),), [slot for _, _, slot in at])
        step.entries = np.array([j for _, j, _ in at], dtype=np.int64)

    def _index(self, job: Job) -> int:
        return int(self.tape.constants[job.second[0]]) if job.second else 0


def without_repeats(steps: Sequence[Instruction]) -> tuple[list[Instruction], dict[int, int]]:
    """The steps without those that compute what an earlier one did, and for their slots that of the earlier one."""
    same: dict[int, int] = {}
    known: dict[tuple[Operation, tuple[int, ...]], int] = {}
    distinct = []
    for step in steps:
        row, operands, result = step
        if not same.keys().isdisjoint(operands):
            operands = tuple([same.get(slot, slot) for slot in operands])
            step = Instruction(row, operands, result)
        if (first := known.setdefault((row, operands), result)) != result:
            same[result] = first
        else:
            distinct.append(step)
    return distinct, same


def by_place(vectors: Places) -> Places:
    """The order of the rows of the first component by their first place."""
    return np.argsort(vectors[0, :, 0], kind="stable")


def numbers(values: list[float], shape: tuple[int, ...]) -> Any:
    """A list of constants as one float if they are all the same, otherwise as an array."""
    if len({value.hex() for value in values}) == 1:
        return values[0]
    return np.array(values).reshape(shape)


def nested_shape(columns: Sequence[Places]) -> tuple[int, ...]:
    """A shape in which as many of the flat `columns` as possible are regular grids of places.

    [7 7 7 8 8 8] beside [0 1 2 3 4 5] is regular as (2, 3): rows of one place each, and rows that go on.
    """
    count = len(columns[0]) if columns else 1
    lengths = {run_length(column) for column in columns} | {count}
    shapes = [split for n in sorted(lengths, reverse=True) if count % n == 0 for split in [split_at(columns, n)]]
    return max(shapes, key=lambda shape: sum(grid(column.reshape(shape)) is not None for column in columns))


def split_at(columns: Sequence[Places], inner: int) -> tuple[int, ...]:
    """Rows of `inner` places, the rows arranged as their first places ask for."""
    count = len(columns[0]) if columns else 1
    if inner == count or inner == 1:
        return (count,)
    return (*nested_shape([column[::inner] for column in columns]), inner)


def run_length(column: Places) -> int:
    """How many places at the start of `column` lie at one distance from each other."""
    if len(column) < 3:
        return len(column)
    steps = np.diff(column)
    breaks = np.flatnonzero(steps != steps[0])
    return int(breaks[0]) + 1 if len(breaks) else len(column)


def grid(places: Places) -> tuple[int, ...] | None:
    """The distance between neighbours along each axis if `places` is a regular grid, otherwise None."""
    if not places.size:
        return None
    base = places.flat[0]
    steps = tuple(int(places.take(1, axis).flat[0] - base) if n > 1 else 0 for axis, n in enumerate(places.shape))
    expected = np.full(places.shape, base)
    for axis, (step, n) in enumerate(zip(steps, places.shape, strict=True)):
        expected += (step * np.arange(n)).reshape([n if i == axis else 1 for i in range(places.ndim)])
    return steps if np.array_equal(expected, places) else None


def view(store: NDArray[np.float64], places: Places, steps: tuple[int, ...]) -> NDArray[np.float64]:
    """The part of `store` at a regular grid of places, without a copy; further axes of the store follow."""
    base, rest = store[int(places.flat[0]) :], store.shape[1:]
    strides = (*(step * store.strides[0] for step in steps), *store.strides[1:])
    result: Any = as_strided(base, (*places.shape, *rest), strides)
    return result  # type: ignore[no-any-return]
