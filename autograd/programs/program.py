"""Record once, replay many times.

    program = record(f, *example_args)     run f once on Values and keep the straight-line program it left behind
    program(*args)                         f(*args), from generated Python source
    program.backward(*args)                and parameter.grad += ∂f/∂parameter for every parameter f met
    program.value_and_grad(*args)          and ∂f/∂arg for every argument
    program.map(*columns)                  f for every example of a batch
    program.map_backward(*columns)         gradients of the mean or the sum of f over a batch
    program.source                         what runs, readable

Building a graph is most of the work of an eager engine, and it is the same work at every step of a training. A program
does it once: tape.py is what it keeps, reverse.py derives its backward pass, source/ writes both as Python, on_arrays/
runs them on arrays, trace.py chooses between the two.

What f does besides arithmetic on Values happens once, while recording: random draws, prints, reading files, reading
`.data`. Comparisons of Values are remembered as guards: where one comes out differently, f is recorded again for the
new path.
"""

import math
from collections.abc import Callable, Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any, NoReturn, SupportsIndex

from autograd.backprop import add_to_grads
from autograd.numerics.trees import leaves, leaves_like, rebuild
from autograd.programs.columns import (
    Batch,
    as_array,
    as_lists,
    check_count,
    counted,
    flat_arrays,
    import_numpy,
    numbers_like,
    plain_numbers,
    rectangular,
    seed_of,
    shortened,
    side_by_side,
)
from autograd.programs.json_file import dumped, loaded
from autograd.programs.kinds import (
    ARGUMENT_GRADIENTS,
    GRADIENTS,
    MAP_GRADIENTS,
    MAP_VALUES,
    PARAMETER_GRADIENTS,
    VALUE,
    Kind,
    Work,
)
from autograd.programs.recorder import Recording, record_call
from autograd.programs.source.export import module
from autograd.programs.source.python import Writer
from autograd.programs.tape import BranchTaken
from autograd.programs.trace import Trace
from autograd.system.files import write_whole
from autograd.value import Value

PATHS = 32  # recordings kept, one per path through f


class BranchChanged(RuntimeError):
    """A comparison in a recorded function comes out differently for rows of a batch, or for a loaded program.

    Or between two sides that are equal up to rounding: then even a new recording does not decide it.
    """


class Program:
    """A recorded function; see `record`. Not made by hand."""

    def __init__(
        self,
        f: Callable[..., Any] | None,
        name: str,
        example: Sequence[Any],
        recordings: Sequence[Recording],
        arrays: bool | None,
        parameters: Sequence[Value] = (),
    ) -> None:
        self._f = f
        self._name = name
        self._example = example
        self._arrays = arrays
        self._paths = [Trace(recording, arrays) for recording in recordings]  # the one that ran last comes first
        self._met: dict[Value, None] = {}  # the parameters; a dict keeps their order, whichever thread meets them
        for met in (parameters, *(path.parameters for path in self._paths)):
            self._meet(met)

    # What was recorded -----------------------------------------------------------------------------------------------
    @property
    def parameters(self) -> list[Value]:
        """The leaves that f met and that were not its arguments, on any path so far, in the order it met them.

        Their places never change: what is met on a path recorded later is appended.
        """
        return list(self._met)

    def _meet(self, parameters: Iterable[Value]) -> None:
        for p in parameters:
            self._met.setdefault(p)

    def _places(self, path: Trace) -> list[int]:
        """Where the parameters of one path stand in `parameters`."""
        place = {p: i for i, p in enumerate(self.parameters)}
        return [place[p] for p in path.parameters]

    @property
    def source(self) -> str:
        """Python source of the value and of all gradients, of the path that ran last."""
        return "\n\n".join(Writer(work).written() for work in works(self._paths[0]))

    def __repr__(self) -> str:
        path = self._paths[0]
        return (
            f"<Program of {self._name}: {len(path.recording.tape.instructions)} "
            f"operations, {len(path.parameters)} parameters, {len(self._paths)} recorded path(s)>"
        )

    def check(self, *args: Any, tolerance: float = 1e-9) -> None:
        """Run f itself on `args` and compare: ValueError if a replay computes something else.

        It finds what a recording cannot see: numbers that f read with `.data`, drew at random or took from a file,
        and Values it detached. Such numbers stay as they were when f was recorded, so check with other arguments than
        those of the recording. TypeError for a loaded program, which has no f.
        """
        if self._f is None:
            raise TypeError("a loaded program has no function to compare with")
        result = self._f(*rebuild(self._example, map(Value, numbers_like(self._example, args))))
        replayed = self(*args)
        try:
            found = leaves_like(replayed, result, "the result")
        except TypeError as error:
            raise ValueError(f"{error}, as a replay has it: its structure depends on a number that was read") from None
        wanted: list[float] = [x.data if isinstance(x, Value) else x for x in found]
        for place, (x, y) in enumerate(zip(leaves(replayed, "the result"), wanted, strict=True)):
            if not (math.isclose(x, y, rel_tol=tolerance) or (x != x and y != y)):
                raise ValueError(
                    f"number {place} of the result is {x!r} replayed and {y!r} from the function: it uses a number "
                    "that was read, drawn or detached while recording (pass such numbers as arguments), or large terms "
                    "cancel in it, and this is their rounding"
                )

    # Files -----------------------------------------------------------------------------------------------------------
    def save(self, path: str | Path) -> None:
        """Write the program and its parameters as JSON: a list of instructions, see autograd.programs.json_file.

        The file appears whole or not at all: an older one at `path` stays until the new one is complete. OSError when
        it cannot be written; ValueError if the program uses an operation of your own, or dicts with keys that are no
        str.
        """
        write_whole(path, dumped(self._name, self._example, [p.recording for p in self._paths], self.parameters))

    @classmethod
    def load(cls, path: str | Path, *, arrays: bool | None = None) -> "Program":
        """The program in a file, with parameters of its own. Nothing in the file is executed.

        ValueError, with the place, for a file that is not a whole and consistent program. A loaded program has no f to
        record again: a comparison that comes out differently on every path it holds raises BranchChanged.
        """
        name, example, parameters, recordings = loaded(Path(path).read_bytes(), str(path))
        return cls(None, name, example, recordings, arrays, parameters)

    def __reduce_ex__(self, protocol: SupportsIndex) -> NoReturn:
        """For copy and pickle. A copy would have parameters of its own, and f would go on meeting the old ones."""
        raise TypeError(
            "a program is neither copied nor pickled: program.save(path) writes it to a file, and Program.load(path) "
            "makes one with parameters of its own"
        )

    def export(self, path: str | Path) -> None:
        """Write the path that ran last as a Python module that needs only `math`.

        Its PARAMETERS are those of this path alone, in the order in which `source` unpacks them. ValueError if it uses
        an operation of your own.
        """
        running = self._paths[0]
        text = module(self._name, running.parameters, works(running))
        write_whole(path, text)

    # One example -----------------------------------------------------------------------------------------------------
    def __call__(self, *args: Any) -> Any:
        """f(*args) as a float, or as f's nested result with floats; parameters as they are now."""
        path, result, _ = self._run(VALUE, args)
        return rebuild(path.recording.result, result if isinstance(result, tuple) else (result,))

    def backward(self, *args: Any) -> float:
        """f(*args); adds ∂f/∂p to p.grad for every parameter p. TypeError unless f returns one Value."""
        path, value, gradients = self._run(PARAMETER_GRADIENTS, args)
        add_to_grads(path.parameters, as_lists(gradients))
        return value  # type: ignore[no-any-return]

    def value_and_grad(self, *args: Any) -> tuple[float, tuple[Any, ...]]:
        """f(*args) and the tuple of ∂f/∂arg, each in the structure of its argument."""
        _, value, gradients = self._run(ARGUMENT_GRADIENTS, args)
        return value, tuple(rebuild(self._example, as_lists(gradients)))

    def _run(self, kind: Kind, args: Sequence[Any]) -> tuple[Trace, Any, Any]:
        """The path whose guards hold for `args`, a new one where none does; the result and the gradients on it."""
        numbers = numbers_like(self._example, args)
        for path in self._ways(args):
            if kind.towards:
                require_scalar(path)
            try:
                found = path.run(kind, path.data(), numbers)
            except BranchTaken as branch:
                taken = path.guard(branch)
                continue
            self._ran(path)
            return path, *found
        if self._f is None:
            raise BranchChanged(f"{taken} comes out differently, and a loaded program cannot record again")
        raise BranchChanged(
            f"{taken} comes out differently in the replay than in the recording for the same arguments: "
            "its sides are equal up to rounding, or the function is not the same at every call"
        )

    def _ways(self, args: Sequence[Any]) -> Iterator[Trace]:
        """The paths recorded so far, then one recorded for `args`."""
        yield from list(self._paths)
        if self._f is not None:
            yield Trace(record_call(self._f, [as_lists(arg) for arg in args]), self._arrays)

    def _ran(self, path: Trace) -> None:
        """The path that ran last is tried first, and dropped last."""
        if self._paths[0] is not path:
            if path not in self._paths:
                self._meet(path.parameters)
            self._paths = [path, *(other for other in self._paths if other is not path)][:PATHS]

    # A batch ---------------------------------------------------------------------------------------------------------
    def map(self, *columns: Any, parameters: Any = None) -> list[Any]:
        """[f(*example) for every example]: column k holds the k-th argument of every example.

        `parameters`: a list or array of numbers to compute with instead of those in `program.parameters`.
        """
        path = self._paths[0]
        if parameters is None:
            data = path.data()
        else:
            numbers = plain_numbers(leaves(as_lists(parameters), "parameters"))
            counted(numbers, len(self._met), parameters)
            data = [numbers[place] for place in self._places(path)]
        results, _ = self._batch(path, MAP_VALUES, columns, data)
        return [rebuild(path.recording.result, r if isinstance(r, tuple) else (r,)) for r in results]

    def map_backward(self, *columns: Any, reduce: str = "mean") -> float:
        """The mean (or the sum) of f over the examples; adds its derivative to the grad of every parameter."""
        path = self._paths[0]
        require_scalar(path)
        value, gradients = self._batch(path, MAP_GRADIENTS, columns, path.data(), reduce)
        add_to_grads(path.parameters, as_lists(gradients))
        return value  # type: ignore[no-any-return]

    def _batch(
        self, path: Trace, kind: Kind, columns: Sequence[Any], data: Any, reduce: str = "mean"
    ) -> tuple[Any, Any]:
        """The result and the gradients for all examples on one path, whose parameters are `data`.

        A kind that is about one example takes the first.
        """
        batch = Batch(self._example, columns, None if kind.batch else 1)
        try:
            inputs = batch if kind.batch else batch.array()[:, 0]
            return path.run(kind, data, inputs, seed_of(reduce, batch.count))
        except BranchTaken as branch:
            rows = shortened(list(path.strays(batch.examples(), data)))
            raise BranchChanged(
                f"{path.guard(branch)} comes out differently for rows {rows} of the batch, and a batch runs one path. "
                "Write the choice with autograd.maximum, relu or where, which all rows share, or loop over the rows"
            ) from None

    def gradient_function(self, reduce: str | None = "mean") -> Callable[..., tuple[float, Any]]:
        """`g(parameters, *columns)` → (mean or sum of f, its gradient), for training loops on arrays.

        `parameters` and the gradient are NumPy arrays of shape (n,), in the order of `program.parameters`, whose own
        `data` and `grad` are neither read nor written. It is the gradient of the path that ran last, and n is counted
        now: parameters that are met later, on other paths, are not among them. With `reduce=None` the columns are the
        arguments of a single example. ImportError without NumPy; TypeError where f returns several Values.
        """
        import_numpy("gradient_function")
        import numpy as np

        seed_of(reduce or "sum", 1)  # names what it does not know now, not at the first call
        path = self._paths[0]
        require_scalar(path)
        own, everything = side_by_side(self._places(path)), len(self._met)

        def value_and_gradient(parameters: Any, *columns: Any) -> tuple[float, Any]:
            data = counted(rectangular(parameters), everything, parameters)[own]
            if reduce is None:
                value, slopes = self._batch(path, PARAMETER_GRADIENTS, [[arg] for arg in columns], data)
            else:
                value, slopes = self._batch(path, MAP_GRADIENTS, columns, data, reduce)
            gradient = np.zeros(everything)
            gradient[own] = slopes
            return value, gradient

        return value_and_gradient

    def bind(self, xp: Any) -> Callable[..., Any]:
        """A pure function `g(parameters, *args)` of arrays on the namespace `xp`: numpy, jax.numpy or torch.

        It runs the path that ran last. `parameters` is one array in the order of `program.parameters`, as many as there
        are now; each of `args` is an array in the shape of its example, or its structure with numbers or arrays in it.
        It returns f as a 0-d array, or as f's nested result of them, computed in the dtype of `parameters` (of the
        arguments where there are none). There are no side effects, so the other engine's jit, vmap and grad apply: the
        gradient is then the other engine's work.
        NotImplementedError names an operation that has no array form; TypeError for an `xp` that is no namespace.
        Guards are not checked.
        """
        if not callable(getattr(xp, "asarray", None)):
            raise TypeError(f"bind takes the module itself, as in program.bind(numpy), got {xp!r:.60}")
        import_numpy("bind")
        from autograd.programs.on_arrays.bound import Bound, cast
        from autograd.programs.on_arrays.plan import planned

        path = self._paths[0]
        own, everything = side_by_side(self._places(path)), len(self._met)
        bound, result = Bound(planned(path.work(VALUE)), xp), path.recording.result

        def program(parameters: Any, *args: Any) -> Any:
            data = counted(as_array(xp, parameters), everything, parameters)[own]
            check_count(self._example, args)
            pieces = list(flat_arrays(xp, self._example, args, "args", data.dtype))
            numbers = xp.concatenate(pieces) if pieces else None
            dtype = data.dtype if everything or numbers is None else numbers.dtype
            found = bound(data, None if numbers is None else cast(numbers, dtype), dtype)
            return rebuild(result, [found[i] for i in range(len(path.recording.outputs))])

        return program


def works(path: Trace) -> list[Work]:
    """What of a path is worth writing down."""
    return [path.work(kind) for kind in ((VALUE, GRADIENTS) if path.differentiable else (VALUE,))]


def require_scalar(path: Trace) -> None:
    """TypeError unless f returns one Value."""
    if not path.differentiable:
        raise TypeError("gradients need a function that returns one Value, this one returns several")


def record(f: Callable[..., Any], *example_args: Any, arrays: bool | None = None, strict: bool = False) -> Program:
    """Run `f` once on Values with the numbers of `example_args`; the Program that replays it.

    `arrays`: True runs it on NumPy, False as Python source; None chooses by the shape of the graph and of the batch.

    >>> from autograd import Value, record, tanh
    >>> w, b = Value(0.5, label="w"), Value(-1.0, label="b")
    >>> program = record(lambda x: tanh(w * x + b), 1.0)
    >>> print(program.source)
    def value(x, parameters):
        w, b = parameters
        v1 = w * x
        v2 = v1 + b
        v3 = tanh(v2)
        return v3
    <BLANKLINE>
    <BLANKLINE>
    def gradients(x, parameters):
        w, b = parameters
        v1 = w * x
        v2 = v1 + b
        v3 = tanh(v2)
        # backward: d_x is the derivative of the result towards x
        d_b = sech2(v2)
        d_x = w * d_b
        d_w = x * d_b
        return (v3, (d_x, d_w, d_b))
    <BLANKLINE>
    >>> program.backward(2.0), w.grad, b.grad
    (0.0, 2.0, 1.0)

    Whatever f does besides arithmetic happens once, now: prints, random draws, files, `.data`. A RuntimeWarning tells
    of prints and of draws from the generators of `random` and `numpy.random`; if `strict`, a ValueError, and what was
    drawn from `random` is put back. `program.check` finds numbers that came in any other way. TypeError for arguments
    or results that are not numbers in lists, tuples and dicts; ImportError for `arrays=True` without NumPy.
    """
    if arrays:
        import_numpy("record(arrays=True)")
    example = [as_lists(arg) for arg in example_args]
    name = getattr(f, "__name__", type(f).__name__)
    return Program(f, name, example, [record_call(f, example, strict)], arrays)
