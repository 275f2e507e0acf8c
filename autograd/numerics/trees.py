"""Nested arguments and results: numbers in lists, tuples, dicts and arrays of NumPy's, nested at will.

A derivative mirrors what it belongs to, so every function of `derivatives` takes a structure apart into a flat list
of numbers, works on the list, and puts the answer together in the same shape:

    leaves({"w": [1, 2], "b": 3})                      = [1.0, 2.0, 3.0]
    rebuild({"w": [1, 2], "b": 3}, [7.0, 8.0, 9.0])    = {"w": [7.0, 8.0], "b": 9.0}

An array is a structure as well, and stays one; an array of shape () is a number. A number is whatever Value takes (int,
float, bool, Fraction, NumPy real scalar), a Value, or anything else that knows how to apply an operation, such as a
dual number.
"""

import copy
import itertools
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Any

from autograd.numerics.object_arrays import array_of, entries, has_axes, is_array
from autograd.numerics.real import applies_rows, as_float, described

Number = Any  # a float, a Value or a dual number
Tree = Any  # a Number, or a list, tuple, dict or array of Trees


def is_nested(tree: Tree) -> bool:
    """Whether `tree` is more than a number: a list, tuple or dict, or an array with axes."""
    return isinstance(tree, list | tuple | dict) or has_axes(tree)


def leaves(tree: Tree, what: str) -> list[Number]:
    """The numbers of `tree`, left to right; TypeError that says where in `what` something else stands."""
    try:
        return [x if applies_rows(x) else as_float(x) for x in _items(tree)]
    except TypeError:
        raise _stranger(tree, what) from None


def _items(tree: Tree) -> Iterator[Any]:
    if isinstance(tree, dict):
        tree = tree.values()
    elif not isinstance(tree, list | tuple):
        if type(tree) is float or not is_array(tree):
            yield tree
        else:
            yield from entries(tree)
        return
    for part in tree:
        yield from _items(part)


def paths(tree: Tree, what: str) -> list[str]:
    """A name for each of the leaves, as Python would reach it: `x['w'][0]`."""
    return [path for path, _ in _walk(tree, what)]


def _walk(tree: Tree, path: str) -> Iterator[tuple[str, Any]]:
    if isinstance(tree, dict):
        parts: Iterable[tuple[Any, Any]] = tree.items()
    elif isinstance(tree, list | tuple):
        parts = enumerate(tree)
    else:
        yield from _walk_array(tree, path) if is_array(tree) else ((path, tree),)
        return
    for key, part in parts:
        yield from _walk(part, f"{path}[{key!r}]")


def _walk_array(array: Any, path: str) -> Iterator[tuple[str, Any]]:
    for index, entry in zip(itertools.product(*map(range, array.shape)), entries(array), strict=True):
        yield (f"{path}[{', '.join(map(str, index))}]" if index else path), entry


def _stranger(tree: Tree, what: str) -> TypeError:
    """The error for the first leaf that is no number."""
    path, item = next((path, item) for path, item in _walk(tree, what) if not _is_number(item))
    return TypeError(f"{path} is {described(item)}, not a number. {_advice(what, item)}")


def _is_number(item: Any) -> bool:
    if not applies_rows(item):
        try:
            as_float(item)
        except TypeError:
            return False
    return True


def _advice(what: str, item: Any) -> str:
    if item is None and not what.startswith("argument"):
        return "Is a `return` missing?"
    if isinstance(item, complex):
        return "Values are real: pass the real parts and the imaginary parts (x.real, x.imag)."
    if hasattr(item, "tolist"):
        return "Pass np.array(x) or x.tolist(): numbers may stand in lists, tuples, dicts and NumPy's own arrays."
    return "Numbers may stand in lists, tuples, dicts and NumPy's arrays, nested at will."


Leaf = Callable[[Any], Any]  # what to put in the place of a number
ArrayOf = Callable[[Any, Leaf], Any]  # how to make an array anew: of the array that was there, and a Leaf


def _array(array: Any, leaf: Leaf) -> Any:
    return array_of(array.shape, [leaf(x) for x in entries(array)])


def rebuild(tree: Tree, numbers: Iterable[Any], array: ArrayOf = _array) -> Tree:
    """`tree` with `numbers` for its leaves, in the order of `leaves`; named tuples and dicts keep their type."""
    rest = iter(numbers)
    return _rebuild(tree, lambda _: next(rest), array)


def _rebuild(tree: Tree, leaf: Leaf, array: ArrayOf) -> Tree:
    if isinstance(tree, dict):
        result = copy.copy(tree)  # an OrderedDict or a defaultdict stays one
        for key, part in tree.items():
            result[key] = _rebuild(part, leaf, array)
        return result
    if isinstance(tree, list | tuple):
        parts = [_rebuild(part, leaf, array) for part in tree]
        return type(tree)(*parts) if hasattr(tree, "_fields") else type(tree)(parts)
    return leaf(tree) if type(tree) is float or not is_array(tree) else array(tree, leaf)


def outer(outputs: Tree, inputs: Tree, rows: Iterable[Sequence[Any]]) -> Tree:
    """`outputs` with a structure like `inputs` in the place of every number: made of the next of `rows`.

    Where there would be an array of arrays there is one array, with the axes of the outer one first.
    """
    rest = iter(rows)
    return _rebuild(
        outputs,
        lambda _: rebuild(inputs, next(rest)),
        lambda array, _: _block(inputs, array.shape, [next(rest) for _ in entries(array)]),
    )


def _block(inputs: Tree, shape: tuple[int, ...], rows: list[Sequence[Any]]) -> Tree:
    """A structure like `inputs`; for each of its numbers an array of `shape`, filled with a column of `rows`."""
    columns: Iterator[Any] = iter(zip(*rows, strict=True)) if rows else itertools.repeat(())

    def array(like: Any, _: Leaf) -> Any:
        own = [next(columns) for _ in entries(like)]
        return array_of((*shape, *like.shape), [x for row in zip(*own, strict=True) for x in row])

    return _rebuild(inputs, lambda _: array_of(shape, next(columns)), array)


def leaves_like(tree: Tree, other: Tree, what: str) -> list[Number]:
    """The numbers of `other`, which must be shaped like `tree`; TypeError that says where the two part ways.

    An array and nested lists of the same numbers are alike.
    """
    if type(tree) is float and type(other) is float:
        return [other]
    if is_array(tree):
        if is_array(other) and other.shape != tree.shape:
            raise TypeError(f"{what} should be an array of shape {tree.shape}, got one of shape {other.shape}")
        tree = tree.tolist()
    if is_array(other):
        other = other.tolist()
    if isinstance(tree, dict):
        if not isinstance(other, dict) or other.keys() != tree.keys():
            raise TypeError(f"{what} should be a dict with the keys {list(tree)}, got {described(other)}")
        return [x for key in tree for x in leaves_like(tree[key], other[key], f"{what}[{key!r}]")]
    if isinstance(tree, list | tuple):
        if not isinstance(other, list | tuple) or len(other) != len(tree):
            raise TypeError(f"{what} should be a {type(tree).__name__} of {len(tree)}, got {described(other)}")
        pairs = zip(tree, other, strict=True)
        return [x for i, (t, o) in enumerate(pairs) for x in leaves_like(t, o, f"{what}[{i}]")]
    if isinstance(other, list | tuple | dict):
        raise TypeError(f"{what} should be a number, got {described(other)}")
    return leaves(other, what)


def map_numbers(change: Callable[[Any], Any], thing: Any) -> Any:
    """`thing` with `change` applied to everything in its lists, tuples, dicts and arrays of objects, of any type."""
    return _rebuild(thing, change, lambda array, leaf: _array(array, leaf) if array.dtype == object else array)
