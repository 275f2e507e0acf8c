"""What a program is given: the numbers in nested arguments, columns of batches, arrays of NumPy and of other engines.

A column holds one argument of every example of a batch. NumPy is imported where it is needed, and never missed.
"""

import functools
import importlib.util
import math
from collections.abc import Iterator, Sequence
from typing import Any

from autograd.numerics.object_arrays import is_array
from autograd.numerics.real import applies_rows, as_float, described
from autograd.numerics.trees import leaves, leaves_like
from autograd.system.choices import is_one_of
from autograd.system.web_page import how_to_install
from autograd.value import Value

FLOATS = {float}


@functools.cache
def numpy_is_there() -> bool:
    """Whether NumPy can be imported; it is imported when it is needed."""
    return importlib.util.find_spec("numpy") is not None


def import_numpy(what: str) -> None:
    """ImportError that names the extra to install."""
    if not numpy_is_there():
        raise ImportError(f"{what} needs NumPy: {how_to_install('numpy', 'fast')}")


def as_lists(column: Any) -> Any:
    """Arrays as nested lists, everything else as it is."""
    return column.tolist() if hasattr(column, "tolist") and not isinstance(column, Value) else column


def structured(arg: Any) -> Any:
    """An argument as f gets it while recorded: as it is, but for arrays that are not NumPy's, which become lists."""
    return arg if is_array(arg) else as_lists(arg)


def plain_numbers(numbers: Sequence[Any]) -> list[float]:
    """The numbers among the arguments of a program as floats; TypeError for Values, which a program does not take."""
    try:
        return [as_float(x) for x in numbers]
    except TypeError:
        stranger = next(x for x in numbers if applies_rows(x))  # leaves() has refused everything else
    raise TypeError(
        f"the arguments of a program are plain numbers, got {described(stranger)}: pass its .data. (A Value that "
        "the function reads by itself becomes a parameter of the program, and backward() adds to its grad)"
    )


def check_count(example: Sequence[Any], args: Sequence[Any]) -> None:
    """TypeError unless there are as many arguments as in the example."""
    if len(args) != len(example):
        raise TypeError(f"this program takes {len(example)} arguments, got {len(args)}")


def numbers_like(example: Sequence[Any], args: Sequence[Any]) -> list[float]:
    """The numbers of `args`, which must be shaped like the example."""
    if len(args) != len(example):
        check_count(example, args)
    if set(map(type, args)) <= FLOATS and set(map(type, example)) <= FLOATS:
        return list(args)
    return plain_numbers(leaves_like(example, [structured(arg) for arg in args], "args"))


class Batch:
    """Columns of arguments shaped like the example, as lists or as one array, whichever whoever runs it asks for.

    Its `count` has to be given where there may be no columns to tell it. `shapes` are those of the example, for who
    has many batches like it.
    """

    def __init__(
        self,
        example: Sequence[Any],
        columns: Sequence[Any],
        count: int | None = None,
        shapes: Sequence[tuple[int, ...] | None] | None = None,
    ) -> None:
        self.count = batch_size(columns) if count is None else count
        self._example, self._columns, self._shapes = example, columns, shapes
        self._array: Any = None

    def examples(self) -> list[list[float]]:
        """The numbers of each example."""
        if self._array is not None or any(hasattr(column, "dtype") for column in self._columns):
            return self.array().T.tolist()  # type: ignore[no-any-return]
        return self._one_by_one()

    def _one_by_one(self) -> list[list[float]]:
        return [numbers_like(self._example, one) for one in zip(*map(as_lists, self._columns), strict=True)]

    def array(self) -> Any:
        """A row for each number of an example and a column for each example, as they are when it is first asked for."""
        if self._array is None:
            self._array = self._flattened()
        return self._array

    def _flattened(self) -> Any:
        import numpy as np

        check_count(self._example, self._columns)
        shapes, start = self._shapes or shapes_of(self._example), 0
        found = np.empty((sum(math.prod(shape or ()) for shape in shapes), self.count))
        for column, shape in zip(self._columns, shapes, strict=True):
            array = rectangular(column)
            if array is None or shape is None or array.shape != (self.count, *shape):
                return np.array(self._one_by_one()).T  # ragged lists, dicts, or a message that says what is wrong
            stop = start + math.prod(shape)
            found[start:stop] = array.reshape(self.count, stop - start).T
            start = stop
        return found


def shapes_of(example: Sequence[Any]) -> list[tuple[int, ...] | None]:
    """The shape of every argument of an example, None for ragged lists and dicts."""
    arrays = (rectangular(one) for one in example)
    return [None if array is None else array.shape for array in arrays]


def batch_size(columns: Sequence[Any]) -> int:
    """The length all columns have; ValueError where they differ, or where there is nothing; TypeError for a number."""
    lengths = []
    for k, column in enumerate(columns):
        try:
            lengths.append(len(column))
        except TypeError:  # a number, or an array of no dimension
            raise TypeError(
                f"column {k} of a batch holds that argument of every example, [x0, x1, …], got {column!r:.60}"
            ) from None
    if not lengths or lengths[0] == 0 or lengths.count(lengths[0]) < len(lengths):
        raise ValueError(f"a batch needs columns of one length, at least 1; got {lengths}")
    return lengths[0]


def seed_of(reduce: str, count: int) -> float:
    """∂(mean or sum)/∂(one example's result)."""
    if not is_one_of(reduce, ("mean", "sum")):
        raise ValueError(f'reduce is "mean" or "sum", got {reduce!r:.60}')
    return 1.0 / count if reduce == "mean" else 1.0


def one_per_example(values: list[list[float]] | list[float], count: int) -> list[Any]:
    """Results of arrays, a row per output, as one entry per example."""
    rows = [row if isinstance(row, list) else [row] * count for row in values]
    return list(rows[0]) if len(rows) == 1 else list(zip(*rows, strict=True)) or [()] * count


def shortened(listed: list[int]) -> str:
    """The first few numbers of a long list."""
    return f"{', '.join(map(str, listed[:8]))}{f' and {len(listed) - 8} more' if len(listed) > 8 else ''}"


def rectangular(nested: Any) -> Any:
    """Nested lists of numbers as a NumPy array of floats; None if they are anything else, such as one with a mask."""
    import numpy as np

    if hasattr(nested, "mask"):
        return None
    try:
        array = np.asarray(nested)
    except ValueError:
        return None
    return array.astype(np.float64, copy=False) if array.dtype.kind in "fiub" else None


def side_by_side(places: list[int]) -> Any:
    """An index for arrays: a slice where the places follow each other, which is a view."""
    import numpy as np

    start = places[0] if places else 0
    stop = start + len(places)
    return slice(start, stop) if places == list(range(start, stop)) else np.array(places)


def counted(numbers: Any, count: int, given: Any) -> Any:
    """`numbers`, which were `given` for the parameters; TypeError or ValueError unless they are `count` in a row."""
    if not hasattr(numbers, "__len__") or getattr(numbers, "ndim", 1) != 1:
        raise TypeError(f"the parameters are one array of {count} numbers, got {given!r:.60}")
    if len(numbers) != count:
        raise ValueError(f"program.parameters holds {count} parameters, got numbers for {len(numbers)}")
    return numbers


def flat_arrays(xp: Any, like: Any, arg: Any, what: str, dtype: Any) -> Iterator[Any]:
    """The numbers of `arg`, which is shaped like `like`, as flat arrays; plain numbers become arrays of `dtype`."""
    like = as_lists(like)
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
    TypeError for what is neither.
    """
    try:
        array = thing if hasattr(thing, "shape") and not isinstance(thing, float) else xp.asarray(thing, dtype=dtype)
        return 1.0 * array
    except (TypeError, ValueError, OverflowError):
        raise TypeError(f"expected an array of numbers, got {thing!r:.60}") from None
