"""Runs a program on the replay machine of the native engine (native/machine.h): a loop over its instructions in C.

The numbers are those of the generated Python, to the last bit, so where the machine is there it is asked instead.
"""

from array import array
from collections.abc import Callable, Iterator
from functools import cache
from itertools import chain
from typing import Any

from autograd.native import extension
from autograd.ops import OPERATIONS
from autograd.programs.columns import Batch, numpy_is_there
from autograd.programs.kinds import Work
from autograd.programs.source.python import phases
from autograd.programs.tape import GATHER, HOLDS, OVER_EXAMPLES, BranchTaken, Guard, Instruction

Item = tuple[Any, tuple[int, ...], int]  # an instruction, or a guard: its kind, (left, right), its number


@cache
def codes() -> dict[Any, int]:
    """The machine's number for every row of the table and every kind of guard."""
    rows: dict[Any, int] = {OPERATIONS[name]: number for name, number in extension.ROWS.items()}
    guards = dict.fromkeys(HOLDS, extension.GUARD)
    return {**rows, **guards, GATHER: extension.PRODUCTS, OVER_EXAMPLES: extension.OVER}


class Machine:
    """Does a piece of work on the replay machine; see trace.py for what a backend is."""

    def __init__(self, work: Work) -> None:
        self.work = work
        self._batch, self._gradients = work.kind.batch, len(work.gradients)
        self._machine = encoded(work)
        # (otherwise, parameters, inputs, outputs), for tuples of arrays: a function that fills those of outputs, and
        # returns whether all results are finite; see `bind`
        self.bind_map = self._machine.bind_map

    def run(self, parameters: Any, inputs: Any, seed: float) -> tuple[Any, Any] | None:
        """The result and the gradients; None while another run is on its way."""
        out = None
        if self._gradients and hasattr(parameters, "dtype"):
            import numpy as np

            out = np.empty(self._gradients)
        if self._batch:
            found = self._machine.run_batch(parameters, as_columns(inputs), inputs.count, seed, out)
        else:
            found = self._machine.run(parameters, inputs, out)
        if type(found) is int:
            raise BranchTaken(found)
        return found  # type: ignore[no-any-return]

    def bind(
        self, otherwise: Callable[[], Any], parameters: Any, inputs: Any, seed: float, *gradient: Any
    ) -> Callable[[], Any]:
        """A function that fills an array with the gradients and returns the result, for arrays that stay in place.

        `gradient` is that array, whether to add to it, and a divisor. `otherwise` is called where the machine has no
        answer: while another run is on its way, or where a guard does not hold.
        """
        if self._batch:
            columns = as_columns(inputs), inputs.count, seed
            return self._machine.bind_batch(otherwise, parameters, *columns, *gradient)  # type: ignore[no-any-return]
        return self._machine.bind(otherwise, parameters, inputs, *gradient)  # type: ignore[no-any-return]


def encoded(work: Work) -> Any:
    """The work as a machine of the extension."""
    tape, kind = work.tape, work.kind
    parts: tuple[list[Item], list[Item], list[Item]]
    if kind.batch:
        before, each, after = phases(tape, work.steps)
        parts = [*before], [*with_guards(work, each)], [*after]
    else:
        parts = [*with_guards(work, work.steps)], [], []
    guards = [(guard.kind, guard.outcome) for guard in work.guards]
    slots = (list(tape.parameters), list(tape.arguments), list(work.values), list(work.gradients))
    numbers = (-1 if slot is None else slot for slot in (tape.seed, tape.count))
    return extension.Machine(codes(), tape.size, tape.constants, *parts, guards, *slots, kind.batch, *numbers)


def with_guards(work: Work, steps: list[Instruction]) -> Iterator[Item]:
    """The instructions, and each guard as soon as what it compares is known: in the order of the generated source."""
    if not work.guards:
        yield from steps
        return
    tape = work.tape
    waiting = sorted(enumerate(work.guards), key=lambda pair: pair[1].after)
    known = {*tape.arguments, *tape.parameters, *tape.constants}
    for instruction in steps:
        while waiting and {waiting[0][1].left, waiting[0][1].right} <= known:
            yield _item(*waiting.pop(0))
        yield instruction
        known.add(instruction.result)
    yield from (_item(number, guard) for number, guard in waiting)


def _item(number: int, guard: Guard) -> Item:
    return guard.kind, (guard.left, guard.right), number


def as_columns(batch: Batch) -> Any:
    """A row for each argument and a column for each example, in memory that C can read."""
    if numpy_is_there():
        return batch.array()
    examples = batch.examples()
    numbers = array("d", chain.from_iterable(zip(*examples, strict=True)))
    return memoryview(numbers).cast("B").cast("d", (len(examples[0]), batch.count))


def can_run(work: Work) -> bool:
    """Is there a machine, and what it needs for this work?"""
    return extension is not None and (not work.kind.batch or numpy_is_there() or bool(work.tape.arguments))
