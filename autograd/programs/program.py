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
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any, NoReturn, SupportsIndex

from autograd.backprop import add_to_grads
from autograd.numerics.object_arrays import is_array
from autograd.numerics.real import described
from autograd.numerics.trees import leaves, leaves_like, rebuild
from autograd.programs.columns import (
    as_lists,
    counted,
    import_numpy,
    numbers_like,
    plain_numbers,
    rectangular,
    side_by_side,
    structured,
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
from autograd.programs.pure import Bound, Gradient, Mapped
from autograd.programs.recorder import Recording, record_call
from autograd.programs.source.export import module
from autograd.programs.source.python import Writer
from autograd.programs.tape import BranchTaken
from autograd.programs.trace import BranchChanged, Trace, require_scalar
from autograd.system.choices import flag
from autograd.system.files import write_whole
from autograd.value import Value

PATHS = 32  # recordings kept, one per path through f


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
        own = self.parameters
        if path.parameters == own:  # as with one path
            return list(range(len(own)))
        place = {p: i for i, p in enumerate(own)}
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
    def dumps(self) -> str:
        """The program and its parameters as JSON text: a list of instructions, see autograd.programs.json_file.

        ValueError if it uses an operation of your own, or dicts with keys that are no str.
        """
        return dumped(self._name, self._example, [path.recording for path in self._paths], self.parameters)

    @classmethod
    def loads(cls, text: str | bytes, *, arrays: bool | None = None) -> "Program":
        """The program in a text that `dumps` made, with parameters of its own; see `load`."""
        return cls._read(text, "the text", arrays)

    def save(self, path: str | Path) -> None:
        """Write `dumps()` to a file.

        It appears whole or not at all: an older one at `path` stays until the new one is complete. OSError when it
        cannot be written; ValueError if the program uses an operation of your own, or dicts with keys that are no str.
        """
        write_whole(path, self.dumps())

    @classmethod
    def load(cls, path: str | Path, *, arrays: bool | None = None) -> "Program":
        """The program in a file, with parameters of its own. Nothing in the file is executed.

        ValueError, with the place, for a file that is not a whole and consistent program. A loaded program has no f to
        record again: a comparison that comes out differently on every path it holds raises BranchChanged.
        """
        return cls._read(Path(path).read_bytes(), str(path), arrays)

    @classmethod
    def _read(cls, text: str | bytes, source: str, arrays: bool | None) -> "Program":
        name, example, parameters, recordings = loaded(text, source)
        return cls(None, name, example, recordings, arrays, parameters)

    def __reduce_ex__(self, protocol: SupportsIndex) -> NoReturn:
        """For copy and pickle. A copy would have parameters of its own, and f would go on meeting the old ones."""
        raise TypeError(
            "a program is neither copied nor pickled: program.save(path) writes it to a file, and Program.load(path) "
            "makes one with parameters of its own. What program.gradient_function() and program.bind(xp) return can be "
            "pickled"
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
            yield Trace(record_call(self._f, [structured(arg) for arg in args]), self._arrays)

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
        data = path.data() if parameters is None else self._numbers_of(path, parameters)
        results, _ = path.run_columns(MAP_VALUES, data, self._example, columns)
        if path.differentiable:  # a number each
            return results  # type: ignore[no-any-return]
        return [rebuild(path.recording.result, r if isinstance(r, tuple) else (r,)) for r in results]

    def _numbers_of(self, path: Trace, parameters: Any) -> Any:
        """Of numbers for all parameters, those for the ones of a path."""
        places = self._places(path)
        array = rectangular(parameters) if is_array(parameters) else None
        if array is not None:
            return counted(array, len(self._met), parameters)[side_by_side(places)]
        numbers = plain_numbers(leaves(as_lists(parameters), "parameters"))
        counted(numbers, len(self._met), parameters)
        return [numbers[place] for place in places]

    def map_backward(self, *columns: Any, reduce: str = "mean") -> float:
        """The mean (or the sum) of f over the examples; adds its derivative to the grad of every parameter."""
        path = self._paths[0]
        require_scalar(path)
        value, gradients = path.run_columns(MAP_GRADIENTS, path.data(), self._example, columns, reduce)
        add_to_grads(path.parameters, as_lists(gradients))
        return value  # type: ignore[no-any-return]

    def gradient_function(self, reduce: str | None = "mean", parameters: Sequence[Value] | None = None) -> Gradient:
        """`g(parameters, *columns)` → (mean or sum of f, its gradient), for training loops on arrays.

        `parameters` and the gradient are NumPy arrays of shape (n,), in the order of `program.parameters`, whose own
        `data` and `grad` are neither read nor written. It is the gradient of the path that ran last, and n is counted
        now: parameters that are met later, on other paths, are not among them. With `reduce=None` the columns are the
        arguments of a single example. `g.over(*columns)` is a function of the parameters alone, for many steps on one
        batch, and `g.in_place(state, gradient, *columns)` one of no arguments, for arrays that stay where they are.
        With `parameters`, a list of Values, the order is theirs, and others may be among them: their slopes are 0. It
        can be pickled, for workers in other processes (ValueError there for an operation of your own).
        ImportError without NumPy; TypeError where f returns several Values; ValueError unless `parameters` holds all of
        the program's, and none twice.
        """
        path, name, example, own = self._running()
        if parameters is not None:
            _check_order(parameters, own)
        return Gradient(path, name, example, own if parameters is None else parameters, reduce)

    def map_function(self) -> Mapped:
        """`g(parameters, columns, results)`, which fills arrays: `map` for training loops on arrays.

        For an f whose arguments are single numbers. `columns` is a tuple of arrays of floats, one for each argument;
        `results` one for each number that f returns, of the same length. `parameters`, a list or an array, are in the
        order of `program.parameters`, as many as there are now. It runs the path that ran last, and raises
        BranchChanged where an example leaves it. `g.in_place(parameters, columns, results)` is a function of no
        arguments, for many calls. It can be pickled, as what `gradient_function` returns.
        ImportError without NumPy; TypeError for an f of nested arguments. TypeError or ValueError for results that
        cannot all be filled: then none has changed.
        """
        return Mapped(*self._running())

    def bind(self, xp: Any) -> Callable[..., Any]:
        """A pure function `g(parameters, *args)` of arrays on the namespace `xp`: numpy, jax.numpy or torch.

        It runs the path that ran last. `parameters` is one array in the order of `program.parameters`, as many as there
        are now; each of `args` is an array in the shape of its example, or its structure with numbers or arrays in it.
        It returns f as a 0-d array, or as f's nested result of them, computed in the dtype of `parameters` (of the
        arguments where there are none). There are no side effects, so the other engine's jit, vmap and grad apply: the
        gradient is then the other engine's work (where(c, a, b) then multiplies the slope of what is not chosen by 0,
        and an infinite one gives nan; gradients of this program do not). It can be pickled, as that of
        `gradient_function` can.
        NotImplementedError names an operation that has no array form; TypeError for an `xp` that is no namespace.
        Guards are not checked.
        """
        return Bound(*self._running(), xp)

    def _running(self) -> tuple[Trace, str, Sequence[Any], list[Value]]:
        """The path that ran last, and what a pure function of it has to know."""
        return self._paths[0], self._name, self._example, self.parameters


def _check_order(parameters: Any, own: Sequence[Value]) -> None:
    """TypeError for what is no list of Values, ValueError unless it holds all of the program's own, and none twice."""
    if not isinstance(parameters, Collection) or not all(isinstance(p, Value) for p in parameters):
        raise TypeError(f"parameters is a list of Values, got {described(parameters)}")
    if len(set(parameters)) < len(parameters) or not set(own) <= set(parameters):
        raise ValueError(f"parameters has to hold each of the {len(own)} in program.parameters, and no Value twice")


def works(path: Trace) -> list[Work]:
    """What of a path is worth writing down."""
    return [path.work(kind) for kind in ((VALUE, GRADIENTS) if path.differentiable else (VALUE,))]


def record(f: Callable[..., Any], *example_args: Any, arrays: bool | None = None, strict: bool = False) -> Program:
    """Run `f` once on Values with the numbers of `example_args`; the Program that replays it.

    Where an example is a NumPy array, `f` gets an array of Values, and derivatives towards it are arrays.
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
    or results that are not numbers in lists, tuples, dicts and arrays; ImportError for `arrays=True` without NumPy.
    """
    if not callable(f):
        raise TypeError(f"record() takes a function and its arguments, got {described(f)}")
    arrays, strict = None if arrays is None else flag("arrays", arrays), flag("strict", strict)
    if arrays:
        import_numpy("record(arrays=True)")
    example = [structured(arg) for arg in example_args]
    name = getattr(f, "__name__", type(f).__name__)
    return Program(f, name, example, [record_call(f, example, strict)], arrays)
