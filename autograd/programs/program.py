"""Record once, replay many times.

    program = record(f, *example_args)     run f once on Values and keep the straight-line program it left behind
    program(*args)                         f(*args), from generated Python source
    program.backward(*args)                and parameter.grad += ∂f/∂parameter for every parameter f met
    program.value_and_grad(*args)          and ∂f/∂arg for every argument
    program.map(*columns)                  f for every example of a batch
    program.map_backward(*columns)         gradients of the mean or the sum of f over a batch
    program.source                         what runs, readable

Building a graph is most of the work of an eager engine, and it is the same work at every step of a training. A program
does it once: tape.py is what it keeps, reverse.py derives its backward pass, codegen.py writes both as Python,
vectorize.py runs them on arrays.

What f does besides arithmetic on Values happens once, while recording: random draws, prints, reading files, reading
`.data`. Comparisons of Values are remembered as guards: where one comes out differently, f is recorded again for the
new path.
"""

import math
from collections.abc import Callable, Iterable, Iterator, Sequence
from pathlib import Path as FilePath
from typing import Any, NoReturn, SupportsIndex

from autograd.backprop import add_to_grads
from autograd.numerics.trees import leaves, leaves_like, rebuild
from autograd.programs.codegen import BranchTaken
from autograd.programs.export import module
from autograd.programs.json_file import dumped, loaded
from autograd.programs.recorder import Recording, plain_numbers, record_call
from autograd.programs.tape import Guard
from autograd.programs.trace import Path, described, numpy_is_there
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
        self._paths = [Path(recording, arrays) for recording in recordings]  # the one that ran last comes first
        self._place: dict[Value, int] = {}  # where each parameter stands in `parameters`
        for met in (parameters, *(path.parameters for path in self._paths)):
            self._meet(met)

    # What was recorded -----------------------------------------------------------------------------------------------
    @property
    def parameters(self) -> list[Value]:
        """The leaves that f met and that were not its arguments, on any path so far, in the order it met them.

        Their places never change: what is met on a path recorded later is appended.
        """
        return list(self._place)

    def _meet(self, parameters: Iterable[Value]) -> None:
        for p in parameters:
            self._place.setdefault(p, len(self._place))

    def _places(self, path: Path) -> list[int]:
        """Where the parameters of one path stand in `parameters`."""
        return [self._place[p] for p in path.parameters]

    @property
    def source(self) -> str:
        """Python source of the value and of all gradients, of the path that ran last."""
        path = self._paths[0]
        texts = [path.write("value")[1]]
        if self._differentiable(path):
            texts.append(path.write("gradients")[1])
        return "\n\n".join(texts)

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
        result = self._f(*rebuild(self._example, map(Value, self._numbers(args))))
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
    def save(self, path: str | FilePath) -> None:
        """Write the program and its parameters as JSON: a list of instructions, see autograd.programs.json_file.

        ValueError if it uses an operation of your own, or dicts with keys that are no str.
        """
        text = dumped(self._name, self._example, [p.recording for p in self._paths], self.parameters)
        FilePath(path).write_text(text, encoding="utf-8")

    @classmethod
    def load(cls, path: str | FilePath, *, arrays: bool | None = None) -> "Program":
        """The program in a file, with parameters of its own. Nothing in the file is executed.

        ValueError, with the place, for a file that is not a whole and consistent program. A loaded program has no f to
        record again: a comparison that comes out differently on every path it holds raises BranchChanged.
        """
        name, example, parameters, recordings = loaded(FilePath(path).read_bytes(), str(path))
        return cls(None, name, example, recordings, arrays, parameters)

    def __reduce_ex__(self, protocol: SupportsIndex) -> NoReturn:
        """For copy and pickle. A copy would have parameters of its own, and f would go on meeting the old ones."""
        raise TypeError(
            "a program is neither copied nor pickled: program.save(path) writes it to a file, and Program.load(path) "
            "makes one with parameters of its own"
        )

    def export(self, path: str | FilePath) -> None:
        """Write the path that ran last as a Python module that needs only `math`.

        Its PARAMETERS are those of this path alone, in the order in which `source` unpacks them. ValueError if it uses
        an operation of your own.
        """
        running = self._paths[0]
        kinds = ["value", "gradients"] if self._differentiable(running) else ["value"]
        sources = []
        for kind in kinds:
            writer, source = running.write(kind, careful=True)
            sources.append((writer, source, running.steps(kind)))
        FilePath(path).write_text(module(self._name, running.parameters, sources), encoding="utf-8")

    # One example -----------------------------------------------------------------------------------------------------
    def __call__(self, *args: Any) -> Any:
        """f(*args) as a float, or as f's nested result with floats; parameters as they are now."""
        path, found = self._run("value", args)
        return rebuild(path.recording.result, found if isinstance(found, tuple) else (found,))

    def backward(self, *args: Any) -> float:
        """f(*args); adds ∂f/∂p to p.grad for every parameter p. TypeError unless f returns one Value."""
        path, (value, gradients) = self._run("parameter_gradients", args)
        add_to_grads(path.parameters, gradients)
        return value  # type: ignore[no-any-return]

    def value_and_grad(self, *args: Any) -> tuple[float, tuple[Any, ...]]:
        """f(*args) and the tuple of ∂f/∂arg, each in the structure of its argument."""
        _, (value, gradients) = self._run("argument_gradients", args)
        return value, tuple(rebuild(self._example, gradients))

    def _run(self, kind: str, args: Sequence[Any]) -> tuple[Path, Any]:
        """On the path whose guards hold for `args`; on a new one where none does."""
        numbers = self._numbers(args)
        for path in self._ways(args):
            if kind != "value":
                self._require_scalar(path)
            try:
                found = path.call(kind, numbers)
            except BranchTaken as branch:
                taken = path.recording.tape.guards[branch.args[0]]
                continue
            self._ran(path)
            return path, found
        if self._f is None:
            raise BranchChanged(f"{described(taken)} comes out differently, and a loaded program cannot record again")
        raise BranchChanged(
            f"{described(taken)} comes out differently in the replay than in the recording for the same arguments: "
            "its sides are equal up to rounding, or the function is not the same at every call"
        )

    def _ways(self, args: Sequence[Any]) -> Iterator[Path]:
        """The paths recorded so far, then one recorded for `args`."""
        yield from list(self._paths)
        if self._f is not None:
            yield Path(record_call(self._f, [as_lists(arg) for arg in args]), self._arrays)

    def _ran(self, path: Path) -> None:
        """The path that ran last is tried first, and dropped last."""
        if self._paths[0] is not path:
            if path not in self._paths:
                self._meet(path.parameters)
            self._paths = [path, *(other for other in self._paths if other is not path)][:PATHS]

    def _numbers(self, args: Sequence[Any]) -> list[float]:
        """The numbers of `args`, which must be shaped like the example."""
        self._check_count(args)
        if set(map(type, args)) <= {float} and set(map(type, self._example)) <= {float}:
            return list(args)
        return plain_numbers(leaves_like(self._example, [as_lists(arg) for arg in args], "args"))

    def _check_count(self, args: Sequence[Any]) -> None:
        if len(args) != len(self._example):
            raise TypeError(f"this program takes {len(self._example)} arguments, got {len(args)}")

    @staticmethod
    def _differentiable(path: Path) -> bool:
        return not isinstance(path.recording.result, list | tuple | dict)

    def _require_scalar(self, path: Path) -> None:
        if not self._differentiable(path):
            raise TypeError("gradients need a function that returns one Value, this one returns several")

    # A batch ---------------------------------------------------------------------------------------------------------
    def map(self, *columns: Any, parameters: Any = None) -> list[Any]:
        """[f(*example) for every example]: column k holds the k-th argument of every example.

        `parameters`: a list or array of numbers to compute with instead of those in `program.parameters`.
        """
        path, data = self._paths[0], None
        if parameters is not None:
            data = plain_numbers(leaves(as_lists(parameters), "parameters"))
            counted(data, len(self._place), parameters)
            data = [data[place] for place in self._places(path)]
        results = self._batch("map_values", columns, data=data)
        return [rebuild(path.recording.result, r if isinstance(r, tuple) else (r,)) for r in results]

    def map_backward(self, *columns: Any, reduce: str = "mean") -> float:
        """The mean (or the sum) of f over the examples; adds its derivative to the grad of every parameter."""
        path, seed = self._paths[0], seed_of(reduce, batch_size(columns))
        self._require_scalar(path)
        value, gradients = self._batch("map_gradients", columns, seed)
        add_to_grads(path.parameters, gradients)
        return value  # type: ignore[no-any-return]

    def _batch(self, kind: str, columns: Sequence[Any], seed: float = 1.0, data: Sequence[float] | None = None) -> Any:
        """On arrays where they pay, otherwise looping inside the source."""
        path, count = self._paths[0], batch_size(columns)
        data = path.data() if data is None else data
        try:
            if path.prefers_arrays(kind, count):
                found = path.run_batch(kind, data, self._flattened(columns, count), seed)
                if found is not None:
                    values, gradients = (array.tolist() for array in found)
                    return (values[0], gradients) if kind == "map_gradients" else one_per_example(values, count)
            return path.run(kind, self._examples(columns), data, seed, float(count))
        except BranchTaken as branch:
            raise self._branch_changed(path, path.recording.tape.guards[branch.args[0]], columns, data) from None

    def gradient_function(self, reduce: str | None = "mean") -> Callable[..., tuple[float, Any]]:
        """`g(parameters, *columns)` → (mean or sum of f, its gradient), for training loops on arrays.

        `parameters` and the gradient are NumPy arrays of shape (n,), in the order of `program.parameters`, whose own
        `data` and `grad` are neither read nor written. It is the gradient of the path that ran last, and n is counted
        now: parameters that are met later, on other paths, are not among them. With `reduce=None` the columns are the
        arguments of a single example. ImportError without NumPy; TypeError where f returns several Values.
        """
        import_numpy("gradient_function")
        import numpy as np

        if reduce is not None:
            seed_of(reduce, 1)  # names what it does not know now, not at the first call
        path = self._paths[0]
        self._require_scalar(path)
        own, everything = side_by_side(self._places(path)), len(self._place)

        def value_and_gradient(parameters: Any, *columns: Any) -> tuple[float, Any]:
            if reduce is None:
                columns = tuple([arg] for arg in columns)
            count = 1 if reduce is None else batch_size(columns)
            seed = None if reduce is None else seed_of(reduce, count)
            data = counted(rectangular(parameters), everything, parameters)[own]
            try:
                value, slopes = path.array_gradient(data, self._flattened(columns, count), seed)
            except BranchTaken as branch:
                guard = path.recording.tape.guards[branch.args[0]]
                raise self._branch_changed(path, guard, columns, data.tolist()) from None
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

        path = self._paths[0]
        own, everything = side_by_side(self._places(path)), len(self._place)
        bound, result = Bound(path.plan("value"), xp), path.recording.result

        def program(parameters: Any, *args: Any) -> Any:
            data = counted(as_array(xp, parameters), everything, parameters)[own]
            self._check_count(args)
            pieces = list(flat_arrays(xp, self._example, args, "args", data.dtype))
            numbers = xp.concatenate(pieces) if pieces else None
            dtype = data.dtype if everything or numbers is None else numbers.dtype
            found = bound(data, None if numbers is None else cast(numbers, dtype), dtype)
            return rebuild(result, [found[i] for i in range(len(path.recording.outputs))])

        return program

    def _branch_changed(
        self, path: Path, guard: Guard, columns: Sequence[Any], parameters: Sequence[float]
    ) -> BranchChanged:
        """Which rows take another way."""
        rows = shortened(list(path.strays(self._examples(columns), list(parameters))))
        return BranchChanged(
            f"{described(guard)} comes out differently for rows {rows} of the batch, and a batch runs one path. Write "
            "the choice with autograd.maximum, relu or where, which all rows share, or loop over the rows"
        )

    def _examples(self, columns: Sequence[Any]) -> list[list[float]]:
        """The numbers of each example."""
        return [self._numbers(example) for example in zip(*map(as_lists, columns), strict=True)]

    def _flattened(self, columns: Sequence[Any], count: int) -> Any:
        """An array with a row for each number of an example and a column for each example."""
        import numpy as np

        self._check_count(columns)
        parts = []
        for column, example in zip(columns, self._example, strict=True):
            array, like = rectangular(column), rectangular(example)
            if array is None or like is None or array.shape != (count, *like.shape):
                return np.array(self._examples(columns)).T  # ragged lists, dicts, or a message that says what is wrong
            parts.append(array.reshape(count, -1))
        return np.concatenate(parts, axis=1).T if parts else np.zeros((0, count))


def record(f: Callable[..., Any], *example_args: Any, arrays: bool | None = None) -> Program:
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
    of prints and of draws from the generators of `random` and `numpy.random`; `program.check` finds numbers that came
    in any other way. TypeError for arguments or results that are not numbers in lists, tuples and dicts;
    ImportError for `arrays=True` without NumPy.
    """
    if arrays:
        import_numpy("record(arrays=True)")
    example = [as_lists(arg) for arg in example_args]
    name = getattr(f, "__name__", type(f).__name__)
    return Program(f, name, example, [record_call(f, example)], arrays)


def rectangular(nested: Any) -> Any:
    """Nested lists of numbers as a NumPy array of floats; None if they are anything else."""
    import numpy as np

    try:
        array = np.asarray(nested)
    except ValueError:
        return None
    return array.astype(np.float64, copy=False) if array.dtype.kind in "fiub" else None


def flat_arrays(xp: Any, like: Any, arg: Any, what: str, dtype: Any) -> Iterator[Any]:
    """The numbers of `arg`, which is shaped like `like`, as flat arrays; plain numbers become arrays of `dtype`."""
    if isinstance(arg, dict) and isinstance(like, dict) and arg.keys() == like.keys():
        for key, part in like.items():
            yield from flat_arrays(xp, part, arg[key], f"{what}[{key!r}]", dtype)
    elif isinstance(arg, list | tuple) and isinstance(like, list | tuple) and len(arg) == len(like):
        for i, part in enumerate(like):
            yield from flat_arrays(xp, part, arg[i], f"{what}[{i}]", dtype)
    else:
        if not (hasattr(arg, "shape") or isinstance(arg, int | float)):
            (arg,) = plain_numbers(leaves_like(like, arg, what))  # a Fraction passes, strangers are named
        array = as_array(xp, arg, dtype).reshape(-1)
        if array.shape[0] != (wanted := len(leaves(like, what))):
            raise ValueError(f"{what} should hold as many numbers as in the example, {wanted}, got {array.shape[0]}")
        yield array


def as_array(xp: Any, thing: Any, dtype: Any = None) -> Any:
    """Arrays with the gradients that their engine follows; numbers and lists of them as arrays.

    All of floats, which the factor makes of whole numbers: those overflow, and would make whole numbers of others.
    """
    return 1.0 * (thing if hasattr(thing, "shape") and not isinstance(thing, float) else xp.asarray(thing, dtype=dtype))


def counted(numbers: Any, count: int, given: Any) -> Any:
    """`numbers`, which were `given` for the parameters; TypeError or ValueError unless they are `count` in a row."""
    if numbers is None or getattr(numbers, "ndim", 1) != 1:
        raise TypeError(f"the parameters are one array of {count} numbers, got {given!r:.60}")
    if len(numbers) != count:
        raise ValueError(f"program.parameters holds {count} parameters, got numbers for {len(numbers)}")
    return numbers


def side_by_side(places: list[int]) -> Any:
    """An index for arrays: a slice where the places follow each other, which is a view."""
    import numpy as np

    start = places[0] if places else 0
    stop = start + len(places)
    return slice(start, stop) if places == list(range(start, stop)) else np.array(places)


def seed_of(reduce: str, count: int) -> float:
    """∂(mean or sum)/∂(one example's result)."""
    if reduce not in ("mean", "sum"):
        raise ValueError(f'reduce is "mean" or "sum", got {reduce!r}')
    return 1.0 / count if reduce == "mean" else 1.0


def batch_size(columns: Sequence[Any]) -> int:
    """The length all columns have; ValueError where they differ, or where there is nothing; TypeError for a number."""
    for k, column in enumerate(columns):
        if not hasattr(column, "__len__") or getattr(column, "shape", None) == ():  # an array of no dimension
            raise TypeError(
                f"column {k} of a batch holds that argument of every example, [x0, x1, …], got {column!r:.60}"
            )
    lengths = {len(column) for column in columns}
    if len(lengths) != 1 or lengths == {0}:
        raise ValueError(f"a batch needs columns of one length, at least 1; got {[len(c) for c in columns]}")
    return lengths.pop()


def one_per_example(values: list[list[float]] | list[float], count: int) -> list[Any]:
    """Results of arrays, a row per output, as one entry per example."""
    rows = [row if isinstance(row, list) else [row] * count for row in values]
    return list(rows[0]) if len(rows) == 1 else list(zip(*rows, strict=True)) or [()] * count


def import_numpy(what: str) -> None:
    """ImportError that names the extra to install."""
    if not numpy_is_there():
        raise ImportError(f"{what} needs NumPy: pip install 'glassgrad[fast]'")


def as_lists(column: Any) -> Any:
    """Arrays as nested lists, everything else as it is."""
    return column.tolist() if hasattr(column, "tolist") and not isinstance(column, Value) else column


def shortened(listed: list[int]) -> str:
    """The first few numbers of a long list."""
    return f"{', '.join(map(str, listed[:8]))}{f' and {len(listed) - 8} more' if len(listed) > 8 else ''}"
