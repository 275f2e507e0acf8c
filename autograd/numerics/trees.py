"""Nested arguments and results: numbers in lists, tuples and dicts, nested at will.

A derivative mirrors what it belongs to, so every function of `derivatives` takes a structure apart into a flat list
of numbers, works on the list, and puts the answer together in the same shape:

    leaves({"w": [1, 2], "b": 3})                      = [1.0, 2.0, 3.0]
    rebuild({"w": [1, 2], "b": 3}, [7.0, 8.0, 9.0])    = {"w": [7.0, 8.0], "b": 9.0}

A number is whatever Value takes (int, float, bool, Fraction, NumPy real scalar), a Value, or anything else that knows
how to apply an operation, such as a dual number.
"""

import copy
from collections.abc import Callable, Iterable, Iterator
from typing import Any

from autograd.numerics.real import applies_rows, as_float, described

Number = Any  # a float, a Value or a dual number
Tree = Any  # a Number, or a list, tuple or dict of Trees


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
        yield tree
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
        yield path, tree
        return
    for key, part in parts:
        yield from _walk(part, f"{path}[{key!r}]")


def _stranger(tree: Tree, what: str) -> TypeError:
    """The error for the first leaf that is no number."""
    path, item = next((path, item) for path, item in _walk(tree, what) if not _is_number(item))
    return TypeError(f"{path} is {described(item)}, not a number. {_advice(item)}")


def _is_number(item: Any) -> bool:
    if not applies_rows(item):
        try:
            as_float(item)
        except TypeError:
            return False
    return True


def _advice(item: Any) -> str:
    if item is None:
        return "Is a `return` missing?"
    if hasattr(item, "tolist"):
        return "Pass array.tolist(): numbers may stand in lists, tuples and dicts, nested at will."
    return "Numbers may stand in lists, tuples and dicts, nested at will."


def rebuild(tree: Tree, numbers: Iterable[Any]) -> Tree:
    """`tree` with `numbers` for its leaves, in the order of `leaves`; named tuples and dicts keep their type."""
    return _rebuild(tree, iter(numbers))


def _rebuild(tree: Tree, numbers: Iterator[Any]) -> Tree:
    if isinstance(tree, dict):
        result = copy.copy(tree)  # an OrderedDict or a defaultdict stays one
        for key, part in tree.items():
            result[key] = _rebuild(part, numbers)
        return result
    if isinstance(tree, list | tuple):
        parts = [_rebuild(part, numbers) for part in tree]
        return type(tree)(*parts) if hasattr(tree, "_fields") else type(tree)(parts)
    return next(numbers)


def leaves_like(tree: Tree, other: Tree, what: str) -> list[Number]:
    """The numbers of `other`, which must be shaped like `tree`; TypeError that says where the two part ways."""
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
    """`thing` with `change` applied to everything in its lists, tuples and dicts, which may be of any type."""
    return rebuild(thing, map(change, list(_items(thing))))
