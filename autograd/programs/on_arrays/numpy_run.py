"""Runs a plan on NumPy: all memory is set aside once, and every step is one prepared call that writes into it.

`ArrayRun` is a plan with memory for batches of one size, `Arrays` the backend that keeps several of them.
"""

from collections.abc import Callable, Iterator
from functools import partial
from typing import Any

import numpy as np
from numpy.typing import NDArray

from autograd.numerics.arrays import ARRAYS, DIRECT
from autograd.numerics.special import array_form
from autograd.ops import table_name
from autograd.programs.columns import one_per_example
from autograd.programs.kinds import Work
from autograd.programs.on_arrays.plan import FIRST, LOWEST, Plan, Read, Step, grid, planned, view
from autograd.programs.tape import BranchTaken

Floats = NDArray[np.float64]
#: rows for which NumPy has a function that can write its result in place and keeps the conventions of floats.py
IN_PLACE = {**DIRECT, "round": "rint"}
MOVING_NUMBERS = 4_000_000  # that a batch holds at once, 32 MB; larger batches run in pieces
HELD_NUMBERS = 4 * MOVING_NUMBERS  # that runs for batches of different sizes keep; the one used longest ago goes first


class Arrays:
    """Does a piece of work on NumPy; see trace.py for what a backend is.

    A run is taken from `runs` while it is at work, so no thread waits for another: the second makes one for itself.
    """

    def __init__(self, work: Work) -> None:
        self.work = work
        self.plan = planned(work)
        self.runs: list[ArrayRun] = []  # at rest; the one used last stands last

    def run(self, parameters: Any, inputs: Any, seed: float) -> tuple[Any, Any] | None:
        """The result and the gradients; None where a number is not finite.

        Padding and the entries of a matrix product that nobody asked for are harmless while all numbers are finite;
        where one is not, the source has the last word.
        """
        kind = self.work.kind
        found = self._in_pieces(parameters, inputs.array(), seed) if kind.batch else self._once(parameters, inputs)
        if found is None:
            return None
        values, gradients = found
        if kind.batch and not kind.towards:
            return one_per_example(values.tolist(), inputs.count), gradients
        return (float(values[0]) if len(values) == 1 else tuple(values.tolist())), gradients

    def _in_pieces(self, parameters: Any, inputs: Any, seed: float) -> tuple[Any, Any] | None:
        """A batch, an example per column of `inputs`, in pieces that fit into memory and caches."""
        gradients_too = bool(self.work.kind.towards)
        size = max(1, MOVING_NUMBERS // self.plan.sizes[1])
        parts = []
        for start in range(0, inputs.shape[1], size):
            piece = inputs[:, start : start + size]
            named = {"seed": seed, "count": float(piece.shape[1])} if gradients_too else {}
            if (found := self._once(parameters, piece, piece.shape[1], **named)) is None:
                return None
            parts.append(found)
        values, gradients = zip(*parts, strict=True)
        if gradients_too:
            return sum(values), sum(gradients)
        return (np.concatenate(values, axis=1) if values[0].ndim == 2 else values[0]), gradients[0]

    def _once(self, parameters: Any, inputs: Any, size: int | None = None, **numbers: float) -> tuple[Any, Any] | None:
        run = self._taken(size) or ArrayRun(self.plan, size)
        values, gradients, left, right = (array.copy() for array in run(parameters, inputs, **numbers))
        self._put_back(run)
        for number, guard in enumerate(self.work.guards):
            if not guard.holds(left[number], right[number]).all():
                raise BranchTaken(number)
        return (values, gradients) if np.isfinite(values).all() and np.isfinite(gradients).all() else None

    def _taken(self, size: int | None) -> "ArrayRun | None":
        """The run for batches of `size` that was used last, if one is at rest."""
        for run in reversed(self.runs.copy()):
            if run.count == size:
                try:
                    self.runs.remove(run)  # for one thread only: the others get a ValueError
                except ValueError:
                    continue
                return run
        return None

    def _put_back(self, run: "ArrayRun") -> None:
        self.runs.append(run)
        while len(self.runs) > 1 and sum(one.size for one in self.runs.copy()) > HELD_NUMBERS:
            del self.runs[0]


class ArrayRun:
    """A plan with its memory, for batches of `count` examples (None: a single example, nothing moves)."""

    def __init__(self, plan: Plan, count: int | None) -> None:
        self.plan = plan
        self.count = count
        self.still: Floats = np.zeros(plan.sizes[0])
        self.moving: Floats = np.zeros((plan.sizes[1], count or 1))
        self.still[LOWEST] = self.moving[LOWEST] = -np.inf
        for place, number in plan.constants.items():
            self.still[place] = number
        self._gathered: dict[tuple[bool, tuple[int, ...], bytes], Floats] = {}
        self._calls: list[Callable[[], object]] = []
        for step in plan.steps:
            self._prepare(step)
        self._outputs = [self._operand(read, False) for read in plan.outputs]
        self.size = self.still.size + self.moving.size + sum(copy.size for copy in self._gathered.values())

    def __call__(self, parameters: Any, arguments: Any, **numbers: float) -> list[Floats]:
        """Outputs for `parameters` and `arguments`, one row per argument; they are views that the next run changes."""
        plan = self.plan
        self.still[FIRST : FIRST + plan.parameters] = parameters
        if plan.arguments:
            store = self.moving if plan.sizes[1] > FIRST else self.still
            store[plan.arguments[0] : plan.arguments[-1] + 1] = arguments
        for name, number in numbers.items():
            self.still[plan.numbers[name]] = number
        with np.errstate(all="ignore"):
            for call in self._calls:
                call()
        return self._outputs

    # Preparing -------------------------------------------------------------------------------------------------------
    def _operand(self, operand: Any, beside_moving: bool) -> Any:
        """An array that will hold the operand when its step runs."""
        if isinstance(operand, float):
            return operand
        if isinstance(operand, Read):
            array = self._read(operand)
            return array[..., None] if beside_moving and not operand.moving else array
        return operand[..., None] if beside_moving else operand

    def _read(self, read: Read) -> Floats:
        store, places = self.moving if read.moving else self.still, read.places
        if (steps := grid(places)) is not None:
            return view(store, places, steps)
        key = read.moving, places.shape, places.tobytes()
        if key not in self._gathered:
            copy = np.empty((*places.shape, *store.shape[1:]))
            self._calls.append(partial(np.take, store, places, 0, copy, "clip"))
            self._gathered[key] = copy
        return self._gathered[key]

    def _prepare(self, step: Step) -> None:
        moving = step.moving or step.kind.startswith("over")
        operands = [self._operand(o, moving and step.kind in ("map", "lift")) for o in step.operands]
        store = self.moving if step.moving else self.still
        cells = int(np.prod(step.shape))
        out = store[step.start : step.start + cells].reshape(*step.shape, *store.shape[1:])
        self._calls.extend(getattr(self, "_" + step.kind.replace(" ", "_"))(step, operands, out))

    def _map(self, step: Step, operands: list[Any], out: Floats) -> Iterator[Callable[[], object]]:
        assert step.row is not None
        name = table_name(step.row)
        if name in IN_PLACE:
            yield partial(getattr(np, IN_PLACE[name]), *operands, out=out)
        elif name == "relu":
            yield partial(np.maximum, *operands, 0.0, out=out)
        elif name == "pow" and isinstance(operands[1], float) and operands[1] == 2.0:
            yield partial(np.square, operands[0], out=out)
        elif (function := array_form(np, name, operands)) is not None:
            yield partial(_assign, out, function, np, *operands)
        else:
            yield partial(_one_by_one, out, step.row.forward, *operands)

    def _lift(self, step: Step, operands: list[Any], out: Floats) -> Iterator[Callable[[], object]]:
        yield partial(np.copyto, out, operands[0])

    def _rows(self, step: Step, operands: list[Any], out: Floats) -> Iterator[Callable[[], object]]:
        assert step.row is not None
        yield partial(_assign, out, ARRAYS[step.row.name], np, operands[0], step.entries)

    def _sum(self, step: Step, operands: list[Any], out: Floats) -> Iterator[Callable[[], object]]:
        yield partial(np.add.reduce, operands[0], 1, None, out)

    def _over_sum(self, step: Step, operands: list[Any], out: Floats) -> Iterator[Callable[[], object]]:
        yield partial(np.add.reduce, operands[0], (1, 2), None, out)

    def _dot(self, step: Step, operands: list[Any], out: Floats) -> Iterator[Callable[[], object]]:
        """left (c, p, n) · right (c, q, n) = out (c, p, q), or for a batch (c, q, p, examples)."""
        left, right = operands
        single = left.shape[1] == right.shape[1] == 1
        if not step.moving:
            if single:
                yield partial(np.einsum, "cn,cn->c", left[:, 0], right[:, 0], out=out[:, 0, 0])
            else:
                yield product(left, right.swapaxes(1, 2), out)
        elif left.ndim == 4:
            yield partial(np.einsum, "cpnb,cqnb->cqpb", left, right, out=out)
        elif single:
            yield partial(np.einsum, "cn,cnb->cb", left[:, 0], right[:, 0], out=out[:, 0, 0])
        else:
            yield product(left[:, None], right, out)

    def _over_dot(self, step: Step, operands: list[Any], out: Floats) -> Iterator[Callable[[], object]]:
        """Σ over examples and n of left (c, p, n, b) · right (c, q, n, b) = out (c, p, q)."""
        left, right = operands[0].swapaxes(1, 2), operands[1].transpose(0, 2, 3, 1)
        if left.shape[1] == 1:
            yield product(left[:, 0], right[:, 0], out)
        else:
            partial_sums = np.empty((*left.shape[:3], right.shape[3]))
            yield product(left, right, partial_sums)
            yield partial(np.add.reduce, partial_sums, 1, None, out)


def product(left: Floats, right: Floats, out: Floats) -> Callable[[], object]:
    """A matrix product; axes of length 1 before the matrices are dropped, which spares NumPy a loop."""
    while left.ndim > 2 and left.shape[0] == right.shape[0] == out.shape[0] == 1:
        left, right, out = left[0], right[0], out[0]
    return partial(np.matmul, left, right, out=out)


def _assign(out: Floats, function: Callable[..., Any], *operands: Any) -> None:
    out[...] = function(*operands)


def _one_by_one(out: Floats, forward: Callable[..., float], *operands: Any) -> None:
    """A row without an array form: its forward function for every element."""
    columns = [np.broadcast_to(operand, out.shape).ravel().tolist() for operand in operands]
    out[...] = np.reshape([forward(*numbers) for numbers in zip(*columns, strict=True)], out.shape)
