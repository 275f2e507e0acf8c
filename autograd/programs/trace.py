"""One path through a recorded function, and who runs it.

A *backend* is made for one piece of `Work` and has one method:

    run(parameters, inputs, seed) -> (result, gradients), or None where it cannot tell

`parameters` are numbers in a list or an array. `inputs` are the numbers of one example, or a `Batch`, which gives them
as lists or as an array. `result` is a float for a function of one result, otherwise a tuple of floats; for a batch a
list of these, or the float Σ seed · f where gradients are asked for. `gradients` is a sequence of floats or an array,
as long as `work.gradients`. A guard that does not hold raises BranchTaken.

`Trace.run` is the one place that chooses: it asks the backends of `Trace.backends` in turn until one has an answer.
There are three:

    Source      the generated Python, always there; right for every float, so it comes last
    Machine     the same instructions in C (machine.py), the same bits; where the native engine is there
    Arrays      NumPy (on_arrays/numpy_run.py), where it is there and pays; has no answer where a number is not finite

Which one is faster depends on the shape of the graph. A call of NumPy costs about as much as 50 operations of compiled
source, so arrays pay where many like operations stand side by side, in the graph or in the batch; deep narrow graphs
run as source. Beside the machine they pay only for batches in wide layers, where a matrix product does more at once,
and where the program is larger than what the processor has at hand: the sooner, the fewer numbers it adds at a time
(extension.AT_ONCE).
"""

from collections.abc import Callable, Iterator, Sequence
from functools import cached_property
from math import hypot, inf
from typing import Any, Protocol

from autograd.by_hand import check_numbers
from autograd.native import extension
from autograd.numerics.trees import is_nested
from autograd.programs.columns import Batch, as_lists, numpy_is_there, seed_of, shapes_of, shortened
from autograd.programs.kinds import VALUE, Kind, Work, Works
from autograd.programs.machine import Machine, can_run
from autograd.programs.on_arrays.grouping import origins
from autograd.programs.recorder import Recording
from autograd.programs.source.python import compiled
from autograd.programs.tape import BranchTaken, Guard, sum_terms

LIKE_OPERATIONS = 50  # side by side, from which on arrays are faster than source
WIDE_SUMS = 500  # terms of a sum times examples, from which on matrix products are faster than the machine
NEAR_SLOTS = {8: 100_000, 4: 30_000, 2: 4_000, 1: 4_000}
"""Of a program, up to which the machine is faster in any case, by the numbers that the processor adds at a time."""


class BranchChanged(RuntimeError):
    """A comparison in a recorded function comes out differently for rows of a batch, or for a loaded program.

    Or between two sides that are equal up to rounding: then even a new recording does not decide it.
    """


class Backend(Protocol):
    """Runs one piece of work; see above."""

    def run(self, parameters: Any, inputs: Any, seed: float) -> tuple[Any, Any] | None:
        """The result and the gradients, or None."""


class Trace:
    """One recording: what f does as long as its comparisons come out as they did."""

    def __init__(self, recording: Recording, arrays: bool | None = None) -> None:
        self.recording = recording
        self.parameters = recording.parameters
        self.arrays = arrays
        self._works = Works(recording)
        self._backends: dict[tuple[Kind, Callable[[Work], Backend]], Backend] = {}
        self._chosen: dict[tuple[Kind, bool], list[Backend]] = {}  # with or without arrays
        self._enough: dict[Kind, float] = {}  # examples, for arrays to be preferred
        self._example: tuple[Any, Any] = (None, None)  # that batches were like the last time, and its shapes

    @property
    def differentiable(self) -> bool:
        """Whether f returns one Value."""
        return not is_nested(self.recording.result)

    def guard(self, branch: BranchTaken) -> Guard:
        """The comparison that came out differently."""
        number: int = branch.args[0]
        return self.recording.tape.guards[number]

    def data(self) -> list[float]:
        """The parameters' numbers as they are now. TypeError if one was overwritten by something else."""
        data = [p.data for p in self.parameters]
        try:
            hypot(*data)  # the quickest way to ask all of them whether they are numbers
        except TypeError:
            check_numbers(self.parameters)
        return data

    def work(self, kind: Kind) -> Work:
        """What `kind` comes down to on this path."""
        return self._works.of(kind)

    def run(self, kind: Kind, parameters: Any, inputs: Any, seed: float = 1.0) -> tuple[Any, Any]:
        """The result and the gradients, from the first backend that knows."""
        return first_answer(self.backends(kind, inputs.count if kind.batch else 1), parameters, inputs, seed)

    def run_columns(
        self, kind: Kind, parameters: Any, example: Sequence[Any], columns: Sequence[Any], reduce: str = "mean"
    ) -> tuple[Any, Any]:
        """The same for columns of arguments like the example; a kind that is about one example takes the first."""
        return self.run_batch(kind, parameters, self.batch(kind, example, columns), reduce)

    def batch(self, kind: Kind, example: Sequence[Any], columns: Sequence[Any]) -> Batch:
        """Columns of arguments like the example."""
        if example is not self._example[0]:
            self._example = example, shapes_of(example) if numpy_is_there() else None
        return Batch(example, columns, None if kind.batch else 1, self._example[1])

    def run_batch(self, kind: Kind, parameters: Any, batch: Batch, reduce: str = "mean") -> tuple[Any, Any]:
        """`run` for a batch. BranchChanged, with the rows, where some of them leave this path."""
        return self.on(kind, batch, reduce)(parameters)

    def on(self, kind: Kind, batch: Batch, reduce: str = "mean") -> Callable[..., tuple[Any, Any]]:
        """`run_batch` as a function of the parameters: who runs it is chosen once."""
        inputs, seed = given(kind, batch), seed_of(reduce, batch.count)
        backends = self.backends(kind, batch.count)

        def run(parameters: Any) -> tuple[Any, Any]:
            try:
                return first_answer(backends, parameters, inputs, seed)
            except BranchTaken as branch:
                rows = shortened(list(self.strays(batch.examples(), parameters)))
                raise BranchChanged(
                    f"{self.guard(branch)} comes out differently for rows {rows} of the batch, and a batch runs one "
                    "path. Write the choice with autograd.maximum, relu or where, which all rows share, or loop over "
                    "the rows"
                ) from None

        return run

    def bound(
        self, otherwise: Callable[[], Any], kind: Kind, batch: Batch, reduce: str, parameters: Any, *gradient: Any
    ) -> Callable[[], Any]:
        """See Machine.bind; `otherwise` itself where another backend is better."""
        first = self.backends(kind, batch.count)[0]
        if not isinstance(first, Machine):
            return otherwise
        return first.bind(otherwise, parameters, given(kind, batch), seed_of(reduce, batch.count), *gradient)

    def backends(self, kind: Kind, count: int) -> Sequence[Backend]:
        """Who is asked, the best first."""
        choice = kind, self.prefers_arrays(kind, count)
        if (known := self._chosen.get(choice)) is None:
            known = self._chosen[choice] = [self._backend(kind, make) for make in self._makers(*choice)]
        return known

    def machine(self, kind: Kind) -> Machine | None:
        """The replay machine for it, where there is one."""
        return self._backend(kind, Machine) if can_run(self.work(kind)) else None  # type: ignore[return-value]

    def _makers(self, kind: Kind, arrays: bool) -> Iterator[Callable[[Work], Backend]]:
        if arrays:
            from autograd.programs.on_arrays.numpy_run import Arrays

            yield Arrays
        if can_run(self.work(kind)):
            yield Machine
        yield Source

    def prefers_arrays(self, kind: Kind, count: int = 1) -> bool:
        """Whether NumPy is there and the graph wide enough for it, unless the user has chosen."""
        if self.arrays is not None:
            return self.arrays
        if (enough := self._enough.get(kind)) is None:
            enough = self._enough[kind] = enough_for_arrays(self.work(kind))
        return count >= enough

    def _backend(self, kind: Kind, make: Callable[[Work], Backend]) -> Backend:
        if (found := self._backends.get((kind, make))) is None:
            found = self._backends.setdefault((kind, make), make(self.work(kind)))
        return found

    def strays(self, examples: Sequence[list[float]], parameters: Any) -> Iterator[int]:
        """The examples that leave this path."""
        source = self._backend(VALUE, Source)
        for i, example in enumerate(examples):
            try:
                source.run(parameters, example, 1.0)
            except BranchTaken:
                yield i


def given(kind: Kind, batch: Batch) -> Any:
    """What backends get of a batch."""
    return batch if kind.batch else batch.array()[:, 0]


def first_answer(backends: Sequence[Backend], parameters: Any, inputs: Any, seed: float) -> tuple[Any, Any]:
    """Of the first backend that knows."""
    for backend in backends:
        if (found := backend.run(parameters, inputs, seed)) is not None:
            return found
    raise AssertionError("source has an answer to everything")


def enough_for_arrays(work: Work) -> float:
    """The number of examples from which on arrays are faster than whoever runs the work otherwise."""
    if not numpy_is_there() or (can_run(work) and not work.kind.batch):
        return inf
    if not can_run(work):
        return LIKE_OPERATIONS / like_operations(work)
    if work.tape.size <= NEAR_SLOTS[extension.AT_ONCE]:
        return inf
    width = terms_of_sums(work)
    if width < 12.0:
        return inf if extension.AT_ONCE >= 4 or not width else 10 * WIDE_SUMS / width
    return WIDE_SUMS / width


def like_operations(work: Work) -> float:
    """How many like operations stand side by side, on the average."""
    return max(1, len(work.steps)) / max(1, len(set(origins(work.tape, work.steps).values())))


def terms_of_sums(work: Work) -> float:
    """How many terms a sum has, on the average over the terms: the width of layers."""
    counts = [len(terms) for step in work.steps if (terms := sum_terms(step)) is not None]
    return sum(n * n for n in counts) / max(1, sum(counts))


class Source:
    """Runs generated Python: the quick reading, and where Python's arithmetic raises, the careful one."""

    def __init__(self, work: Work) -> None:
        self._work, self._batch, self._slopes = work, work.kind.batch, bool(work.kind.towards)

    @cached_property
    def _quick(self) -> Callable[..., Any]:
        return compiled(self._work)

    @cached_property
    def _careful(self) -> Callable[..., Any]:
        return compiled(self._work, careful=True)

    def run(self, parameters: Any, inputs: Any, seed: float) -> tuple[Any, Any]:
        """The result and the gradients."""
        if type(parameters) is not list:
            parameters = as_lists(parameters)
        if self._batch:
            given: tuple[Any, ...] = (inputs.examples(), parameters, seed, float(inputs.count))
        else:
            given = (*(inputs if type(inputs) is list else as_lists(inputs)), parameters)
        try:
            found = self._quick(*given)
        except (ArithmeticError, ValueError):
            found = self._careful(*given)
        return found if self._slopes else (found, ())


def require_scalar(path: Trace) -> None:
    """TypeError unless f returns one Value."""
    if not path.differentiable:
        raise TypeError("gradients need a function that returns one Value, this one returns several")
