"""A program as pure functions of arrays, and how they travel.

    program.gradient_function()     g(parameters, *columns) → (value, gradient), on NumPy
    program.bind(xp)                g(parameters, *args) → value, on any namespace of arrays

A pure function holds one path and knows no Value. It is pickled as the path's JSON, which is data and never code; who
unpickles it builds it once and keeps it (`rebuilt`), so a worker that gets it with every batch does not build it with
every batch. Process pools, joblib, Dask, Ray, Spark and mpi4py take it as they take a function of a module.
"""

import functools
from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from importlib import import_module
from types import ModuleType
from typing import Any, NamedTuple

from autograd.numerics.object_arrays import entries
from autograd.numerics.real import as_float
from autograd.numerics.trees import is_nested, rebuild
from autograd.ops import table_name
from autograd.programs.columns import (
    Batch,
    as_array,
    check_count,
    counted,
    flat_arrays,
    import_numpy,
    rectangular,
    seed_of,
    side_by_side,
)
from autograd.programs.json_file import dumped, loaded
from autograd.programs.kinds import MAP_GRADIENTS, MAP_VALUES, PARAMETER_GRADIENTS, VALUE
from autograd.programs.trace import Trace, require_scalar
from autograd.system.choices import flag
from autograd.value import Value

BUILT = 64  # functions that a process keeps of those it was sent


class Pure:
    """One path as a function of the numbers of `parameters`, of which the path has some, and of arguments like
    `example`."""

    def __init__(self, path: Trace, name: str, example: Sequence[Any], parameters: Iterable[Value]) -> None:
        self._path, self._example, self._parameters = path, example, list(parameters)
        self.__name__ = name
        place = {p: i for i, p in enumerate(self._parameters)}
        self._own = side_by_side([place[p] for p in path.parameters])
        self._all_own = isinstance(self._own, slice) and len(path.parameters) == len(place)

    def _option(self) -> Any:
        """What was asked for besides, as something that can be pickled."""
        raise NotImplementedError

    @functools.cached_property
    def _text(self) -> str:
        """The path, without the numbers that its parameters hold at the moment: it is the same text in every epoch."""
        blank = [Value(0.0, label=p.label) for p in self._parameters]
        twin = dict(zip(self._parameters, blank, strict=True))
        recording = replace(self._path.recording, parameters=[twin[p] for p in self._path.parameters])
        return dumped(self.__name__, self._example, [recording], blank)

    def __reduce__(self) -> tuple[Callable[..., Any], tuple[Any, ...]]:
        """ValueError for an operation of the user's own, as in `Program.save`."""
        return rebuilt, (type(self), self._text, self._path.arrays, self._option())

    def __repr__(self) -> str:
        return f"<{type(self).__name__} of {self.__name__}, {len(self._parameters)} parameters>"


@functools.lru_cache(BUILT)
def rebuilt(kind: Callable[..., Any], text: str, arrays: bool | None, option: Any) -> Any:
    """The function that was pickled; for the same one the same."""
    name, example, parameters, (recording,) = loaded(text, "a pickled program")
    option = import_module(option.name) if isinstance(option, Named) else option
    return kind(Trace(recording, arrays), name, example, parameters, option)


class Named(NamedTuple):
    """A module on its way; it is not pickled itself."""

    name: str


class Gradient(Pure):
    """g(parameters, *columns) → (value, gradient); see `Program.gradient_function`."""

    def __init__(self, path: Trace, name: str, example: Any, parameters: Iterable[Value], reduce: str | None) -> None:
        import_numpy("gradient_function")
        import numpy as np

        self._array, self._float = np.ndarray, np.dtype(np.float64)  # what parameters are, if they come as they should
        seed_of(reduce or "sum", 1)  # names what it does not know now, not at the first call
        require_scalar(path)
        super().__init__(path, name, example, parameters)
        self._reduce = reduce
        self._kind = PARAMETER_GRADIENTS if reduce is None else MAP_GRADIENTS

    def _option(self) -> str | None:
        return self._reduce

    def __call__(self, parameters: Any, *columns: Any) -> tuple[float, Any]:
        """The mean or the sum over the examples, and its gradient."""
        return self._at(self._on(self._batch(columns)), parameters)

    def over(self, *columns: Any) -> Callable[..., tuple[float, Any]]:
        """The same as a function of the parameters alone, for many steps on one batch: the columns are read now."""
        batch = self._batch(columns)
        batch.array()
        return functools.partial(self._at, self._on(batch))

    def in_place(
        self, parameters: Any, gradient: Any, *columns: Any, add: bool = False, divisor: float = 1.0
    ) -> Callable[[], float]:
        """The value as a function of no arguments, which reads `parameters` and fills `gradient`; columns as in `over`.

            gradient ← (gradient + g) / divisor if `add`, else g / divisor        where g is what `over` gives

        Both are arrays of shape (n,) that stay where they are while their numbers change, as in a training loop.
        TypeError or ValueError for anything else, for a `gradient` that cannot be written to, for an `add` that is
        neither True nor False, and for a `divisor` that is no number.
        """
        for name, array in (("parameters", parameters), ("gradient", gradient)):
            if not (isinstance(array, self._array) and array.dtype == self._float):
                raise TypeError(f"{name} has to be an array of float64 that stays where it is, got {array!r:.60}")
            counted(array, len(self._parameters), array)
        if not gradient.flags.writeable:
            raise ValueError("gradient has to be an array that can be written to, and this one is read-only")
        add, divisor, batch = flag("add", add), as_float(divisor), self._batch(columns)
        batch.array()
        fill = functools.partial(self._fill, self._on(batch), parameters, gradient, add, divisor)
        if not self._all_own:
            return fill
        question = self._kind, batch, self._reduce or "sum"
        return self._path.bound(fill, *question, parameters, gradient, add, divisor)

    def _fill(
        self, run: Callable[..., tuple[float, Any]], parameters: Any, gradient: Any, add: bool, divisor: float
    ) -> float:
        """As in_place: by whoever knows the gradient."""
        import numpy as np

        value, slopes = run(parameters[self._own])
        with np.errstate(all="ignore"):  # numbers may be too large, which the machine says nothing about
            if not add:
                gradient[:] = 0.0
            gradient[self._own] += slopes
            gradient /= divisor
        return value

    def _batch(self, columns: Sequence[Any]) -> Batch:
        if self._reduce is None:
            columns = tuple([arg] for arg in columns)
        return self._path.batch(self._kind, self._example, columns)

    def _on(self, batch: Batch) -> Callable[..., tuple[float, Any]]:
        return self._path.on(self._kind, batch, self._reduce or "sum")

    def _at(self, run: Callable[..., tuple[float, Any]], parameters: Any) -> tuple[float, Any]:
        data, count = parameters, len(self._parameters)
        if not (type(data) is self._array and data.dtype is self._float and data.shape == (count,)):
            data = counted(rectangular(data), count, data)
        value, slopes = run(data if self._all_own else data[self._own])
        import numpy as np

        gradient = np.asarray(slopes)
        if not self._all_own:
            gradient = np.zeros(count)
            gradient[self._own] = slopes
        return value, gradient


class Mapped(Pure):
    """g(parameters, columns, results) fills arrays; see `Program.map_function`."""

    def __init__(
        self, path: Trace, name: str, example: Any, parameters: Iterable[Value], option: object = None
    ) -> None:
        import_numpy("map_function")
        if any(map(is_nested, example)):
            raise TypeError("map_function is for functions whose arguments are single numbers")
        super().__init__(path, name, example, parameters)
        tape = path.recording.tape
        # an example may end a run when others are done: where a guard does not hold, or somebody's own operation fails
        ends_early = bool(tape.guards) or not all(table_name(step.row) for step in tape.instructions)
        self._machine = path.machine(MAP_VALUES) if self._all_own and not ends_early else None

    def _option(self) -> None:
        return None

    def __call__(self, parameters: Any, columns: tuple[Any, ...], results: tuple[Any, ...]) -> bool:
        """Fill `results` with what f says of the examples in `columns`: is all of it finite?"""
        return self.in_place(parameters, columns, results)()

    def in_place(self, parameters: Any, columns: tuple[Any, ...], results: tuple[Any, ...]) -> Callable[[], bool]:
        """The same as a function of no arguments, for arrays that stay where they are while their numbers change."""
        fill = functools.partial(self._at_once, parameters, columns, results)
        if self._machine is None or not apart(columns, results):
            return fill
        return self._machine.bind_map(fill, parameters, columns, results)  # type: ignore[no-any-return]

    def _at_once(self, parameters: Any, columns: tuple[Any, ...], results: tuple[Any, ...]) -> bool:
        """The results are written when all of them are there: the columns may lie in the same memory."""
        import numpy as np

        data = counted(rectangular(parameters), len(self._parameters), parameters)
        if not _is_sized(columns):
            raise TypeError(f"columns is a tuple of arrays, one for each argument, got {columns!r:.60}")
        found, _ = self._path.run_columns(MAP_VALUES, data[self._own], self._example, columns)
        rows = np.array(found, dtype=float).reshape(len(found), -1).T
        for place, row in zip(_places(results, *rows.shape), rows, strict=True):
            place[:] = row
        return bool(np.isfinite(rows).all())


def apart(columns: Any, results: Any) -> bool:
    """Whether these are arrays, and none of the results lies where a column does, or another result: what is written
    early to one of those would be read for a later example, or not be the last that is written there."""
    import numpy as np

    if not (isinstance(columns, tuple) and isinstance(results, tuple)):
        return False
    if not all(isinstance(array, np.ndarray) for array in (*columns, *results)):
        return False
    others = ((result, other) for k, result in enumerate(results) for other in (*columns, *results[:k]))
    return not any(np.may_share_memory(result, other) for result, other in others)


def _is_sized(thing: Any) -> bool:
    """Whether it has a length; an array without axes only looks so."""
    return hasattr(thing, "__len__") and getattr(thing, "shape", None) != ()


def _places(results: Any, count: int, length: int) -> list[Any]:
    """The memory of `results` as arrays; TypeError or ValueError, before any is filled, unless all of them can be."""
    if not _is_sized(results) or len(results) != count:
        given = f"{len(results)} of them" if _is_sized(results) else f"{results!r:.60}"
        raise ValueError(f"results is a tuple of arrays to fill, as many as f returns numbers: {count}, got {given}")
    return [_place(k, result, length) for k, result in enumerate(results)]


def _place(k: int, result: Any, length: int) -> Any:
    import numpy as np

    wanted = f"results[{k}] has to be an array of {length} floats that can be written to"
    try:
        array = np.asarray(memoryview(result))  # a list has no memory that could be filled
    except (TypeError, ValueError):
        raise TypeError(f"{wanted}, got {result!r:.60}") from None
    if array.dtype.kind != "f" or not array.flags.writeable:
        raise TypeError(f"{wanted}, got one of {array.dtype}{'' if array.flags.writeable else ', read-only'}")
    if array.shape != (length,):
        raise ValueError(f"{wanted}, got one of shape {array.shape}")
    return array


class Bound(Pure):
    """g(parameters, *args) → value on the arrays of a namespace; see `Program.bind`."""

    def __init__(self, path: Trace, name: str, example: Any, parameters: Iterable[Value], xp: Any) -> None:
        if not callable(getattr(xp, "asarray", None)):
            raise TypeError(f"bind takes the module itself, as in program.bind(numpy), got {xp!r:.60}")
        import_numpy("bind")
        from autograd.programs.on_arrays.bound import Plain
        from autograd.programs.on_arrays.plan import planned

        super().__init__(path, name, example, parameters)
        self._xp, self._run = xp, Plain(planned(path.work(VALUE)), xp)

    def _option(self) -> Any:
        return Named(self._xp.__name__) if isinstance(self._xp, ModuleType) else self._xp

    def __call__(self, parameters: Any, *args: Any) -> Any:
        """f as a 0-d array, or as its nested result of them; one array for each array in it."""
        from autograd.programs.on_arrays.bound import cast

        xp, recording = self._xp, self._path.recording
        data = counted(as_array(xp, parameters), len(self._parameters), parameters)[self._own]
        check_count(self._example, args)
        pieces = list(flat_arrays(xp, self._example, args, "args", data.dtype))
        numbers = xp.concatenate(pieces) if pieces else None
        dtype = data.dtype if self._parameters or numbers is None else numbers.dtype
        found = self._run(data, None if numbers is None else cast(numbers, dtype), dtype)

        def array(like: Any, leaf: Callable[[Any], Any]) -> Any:
            return (xp.stack([leaf(x) for x in entries(like)]) if like.size else data[:0]).reshape(like.shape)

        return rebuild(recording.result, [found[i] for i in range(len(recording.outputs))], array)
