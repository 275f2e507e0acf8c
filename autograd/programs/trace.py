"""One path through a recorded function, and the ways to run it: generated source, or NumPy.

Which way is faster depends on the shape of the graph. A call of NumPy costs about as much as 50 operations of compiled
source, so arrays pay where many like operations stand side by side, in the graph or in the batch; deep narrow graphs
run as source.
"""

import functools
import importlib.util
import operator
import threading
from collections.abc import Callable, Iterator, Sequence
from math import hypot
from typing import TYPE_CHECKING, Any

from autograd.backprop import check_numbers
from autograd.programs.codegen import BranchTaken, Writer, compiled, flat
from autograd.programs.on_arrays.grouping import origins
from autograd.programs.recorder import Recording
from autograd.programs.reverse import Adjoints
from autograd.programs.tape import MUL, OVER_EXAMPLES, Guard, Instruction, Tape, needed

if TYPE_CHECKING:
    from autograd.programs.on_arrays.numpy_run import ArrayRun
    from autograd.programs.on_arrays.plan import Plan

LIKE_OPERATIONS = 50  # side by side, from which on arrays are faster
MOVING_NUMBERS = 4_000_000  # that a batch holds at once, 32 MB; larger batches run in pieces
HELD_NUMBERS = 4 * MOVING_NUMBERS  # that runs for batches of different sizes keep; the one used longest ago goes first


class Path:
    """One recording: what f does as long as its comparisons come out as they did. Compiles what is asked for, once."""

    def __init__(self, recording: Recording, arrays: bool | None = None) -> None:
        self.recording = recording
        self._arrays = arrays
        self.parameters = recording.parameters
        self._compiled: dict[tuple[str, bool], Callable[..., Any]] = {}
        self._tapes: dict[bool, tuple[Tape, dict[int, int]]] = {}
        self._plans: dict[str, Plan] = {}
        self._runs: dict[tuple[str, int | None], ArrayRun] = {}
        self._width: dict[str, float] = {}
        self._lock = threading.Lock()

    def data(self) -> list[float]:
        """The parameters' numbers as they are now. TypeError if one was overwritten by something else."""
        data = [p.data for p in self.parameters]
        try:
            hypot(*data)  # the quickest way to ask all of them whether they are numbers
        except TypeError:
            check_numbers(self.parameters)
        return data

    def reverse(self, batch: bool) -> tuple[Tape, dict[int, int]]:
        """The tape with its backward pass, and the slot of the derivative towards each argument and parameter."""
        if batch not in self._tapes:
            recording, tape = self.recording, self.recording.tape.copy()
            seed = tape.constant(1.0)
            if batch:
                tape.seed, tape.count = seed, _ = tape.new_slot(), tape.new_slot()
            adjoints = Adjoints(tape, recording.outputs[0], recording.order, seed, tape.count)
            self._tapes[batch] = tape, {slot: adjoints.of(slot) for slot in (*tape.arguments, *tape.parameters)}
        return self._tapes[batch]

    def call(self, kind: str, numbers: Sequence[float]) -> Any:
        """Run `kind` on one example: the value, or the value and the gradients."""
        if self.prefers_arrays(kind) and (found := self.run_arrays(kind, self.data(), numbers)) is not None:
            values, gradients = (array.tolist() for array in found)
            value = values[0] if len(self.recording.outputs) == 1 else tuple(values)
            return value if kind == "value" else (value, gradients)
        return self.run(kind, *numbers, self.data())

    def run(self, kind: str, *inputs: Any) -> Any:
        """Call the generated function `kind`; where Python's arithmetic raises, its careful version."""
        try:
            return self.function(kind, careful=False)(*inputs)
        except (ArithmeticError, ValueError):
            return self.function(kind, careful=True)(*inputs)

    def function(self, kind: str, careful: bool) -> Callable[..., Any]:
        """The compiled function `kind`, one of the keys of WRITERS."""
        if (kind, careful) not in self._compiled:
            writer, source = self.write(kind, careful)
            self._compiled[kind, careful] = compiled(writer, source, kind)
        return self._compiled[kind, careful]

    def returns(self, kind: str) -> tuple[Tape, Any]:
        """The tape that `kind` runs on, and the slots it returns, in nested tuples."""
        recording = self.recording
        value: Any = recording.outputs[0] if len(recording.outputs) == 1 else tuple(recording.outputs)
        if kind in ("value", "map_values"):
            return recording.tape, value
        tape, slopes = self.reverse(batch=kind == "map_gradients")
        if kind == "map_gradients":
            value = reduced(tape, value)
        towards = {"argument_gradients": tape.arguments, "gradients": [*tape.arguments, *tape.parameters]}
        return tape, (value, tuple(slopes[slot] for slot in towards.get(kind, tape.parameters)))

    def steps(self, kind: str) -> list[Instruction]:
        """The instructions that `kind` needs, its guards included."""
        tape, returns = self.returns(kind)
        compared = (slot for guard in tape.guards for slot in (guard.left, guard.right))
        return needed(tape.instructions, [*flat(returns), *compared])

    def write(self, kind: str, careful: bool = False) -> tuple[Writer, str]:
        """The source of the function `kind`, and the writer that knows the names in it."""
        tape, returns = self.returns(kind)
        writer = Writer(tape, careful, forward=self.recording.tape.size)
        steps, guards = self.steps(kind), tape.guards
        if kind.startswith("map"):
            return writer, writer.loop(kind, steps, returns, guards, listed=kind == "map_values")
        return writer, writer.function(kind, steps, returns, guards)

    # Arrays ----------------------------------------------------------------------------------------------------------
    def prefers_arrays(self, kind: str, count: int = 1) -> bool:
        """Whether NumPy is there and the graph wide enough for it, unless the user has chosen."""
        if self._arrays is not None:
            return self._arrays
        if kind not in self._width:
            steps = self.steps(kind)
            self._width[kind] = len(steps) / max(1, len(set(origins(self.returns(kind)[0], steps).values())))
        return self._width[kind] * count >= LIKE_OPERATIONS and numpy_is_there()

    def plan(self, kind: str) -> "Plan":
        """The steps on arrays: value, gradients and what the guards compare are its outputs."""
        from autograd.programs.on_arrays.plan import Planner

        if kind not in self._plans:
            tape, returns = self.returns(kind)
            values, gradients = (returns, ()) if kind in ("value", "map_values") else returns
            sides = [[guard.left for guard in tape.guards], [guard.right for guard in tape.guards]]
            outputs = [list(flat(values)), list(gradients), *sides]
            self._plans[kind] = Planner(tape, self.steps(kind), outputs, kind.startswith("map")).plan()
        return self._plans[kind]

    def array_run(self, kind: str, count: int | None = None) -> "ArrayRun":
        """The plan with memory for a batch of `count`."""
        from autograd.programs.on_arrays.numpy_run import ArrayRun

        run = self._runs.pop((kind, count), None)
        if run is None:
            run = ArrayRun(self.plan(kind), count)
            while self._runs and run.size + sum(held.size for held in self._runs.values()) > HELD_NUMBERS:
                del self._runs[next(iter(self._runs))]
        self._runs[kind, count] = run  # what was used last stands last
        return run

    def run_arrays(self, kind: str, parameters: Any, arguments: Any, size: int | None = None, **numbers: float) -> Any:
        """[values], [gradients] as new arrays; None where a number is not finite.

        Padding and the entries of a matrix product that nobody asked for are harmless while all numbers are finite;
        where one is not, the source has the last word. BranchTaken where a guard does not hold.
        """
        import numpy as np

        with self._lock:  # threads share the memory of a run
            found = self.array_run(kind, size)(parameters, arguments, **numbers)
            values, gradients, left, right = (array.copy() for array in found)
        for number, guard in enumerate(self.recording.tape.guards):
            if not (HOLDS[guard.kind](left[number], right[number]) == guard.outcome).all():
                raise BranchTaken(number)
        return (values, gradients) if np.isfinite(values).all() and np.isfinite(gradients).all() else None

    def run_batch(self, kind: str, parameters: Any, inputs: Any, seed: float) -> Any:
        """`run_arrays` for a batch, an example per column of `inputs`, in pieces that fit into memory and caches."""
        import numpy as np

        count = inputs.shape[1]
        size = max(1, MOVING_NUMBERS // self.plan(kind).sizes[1])
        parts = []
        for start in range(0, count, size):
            piece = inputs[:, start : start + size]
            named = {"seed": seed, "count": float(piece.shape[1])} if kind == "map_gradients" else {}
            if (found := self.run_arrays(kind, parameters, piece, piece.shape[1], **named)) is None:
                return None
            parts.append(found)
        values, gradients = zip(*parts, strict=True)
        if kind == "map_gradients":
            return sum(values), sum(gradients)
        return (np.concatenate(values, axis=1) if values[0].ndim == 2 else values[0]), gradients[0]

    def array_gradient(self, parameters: Any, arguments: Any, seed: float | None = None) -> tuple[float, Any]:
        """The value and the gradient as an array, for parameters given as an array; on arrays where they pay.

        With a `seed`, for a batch: an example per column of `arguments`, the value is Σ seed · f.
        """
        import numpy as np

        kind, count = ("parameter_gradients", 1) if seed is None else ("map_gradients", arguments.shape[1])
        if self.prefers_arrays(kind, count):
            if seed is None:
                found = self.run_arrays(kind, parameters, arguments[:, 0])
            else:
                found = self.run_batch(kind, parameters, arguments, seed)
            if found is not None:
                return float(found[0][0]), found[1]
        numbers, examples = [float(p) for p in parameters], arguments.T.tolist()
        if seed is None:
            value, gradients = self.run(kind, *examples[0], numbers)
        else:
            value, gradients = self.run(kind, examples, numbers, seed, float(count))
        return value, np.array(gradients)

    def strays(self, examples: list[list[float]], parameters: list[float]) -> Iterator[int]:
        """The examples that leave this path."""
        for i, example in enumerate(examples):
            try:
                self.run("value", *example, parameters)
            except BranchTaken:
                yield i


@functools.cache
def numpy_is_there() -> bool:
    """Whether NumPy can be imported; it is imported when it is needed."""
    return importlib.util.find_spec("numpy") is not None


def reduced(tape: Tape, value: int) -> int:
    """The slot of Σ seed · value over the examples."""
    assert tape.seed is not None
    assert tape.count is not None
    if value in tape.varying:
        return tape.emit(OVER_EXAMPLES, (value, tape.seed))
    return tape.emit(MUL, (value, tape.emit(MUL, (tape.seed, tape.count))))


HOLDS: dict[str, Callable[[Any, Any], Any]] = {
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
    "bool": operator.ne,
}


def described(guard: Guard) -> str:
    """A guard in words."""
    question = "bool(…)" if guard.kind == "bool" else f"the comparison {guard.kind}"
    return f"{question} at {guard.line}" if guard.line else question
