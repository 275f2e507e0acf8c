"""Numbers in nested lists: a row is a list of numbers, a picture a list of rows, a batch a list of either."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any, TypeAlias

from autograd import Value

Nested: TypeAlias = Any  # a number (float, int or Value), or a list of Nested


def is_list(thing: Any) -> bool:
    """Whether it holds items in order: a list, a tuple, an array with axes; not text, not a dict and not a set."""
    if not hasattr(thing, "__len__") or isinstance(thing, (str, bytes, dict, set, frozenset)):
        return False
    return type(thing) is list or not is_single_array(thing)


def is_single_array(thing: Any) -> bool:
    """Whether it is an array without axes, which has a length and cannot be walked through."""
    return getattr(thing, "shape", None) == ()


def is_iterable(thing: Any) -> bool:
    """Whether it gives items one after the other: a list, an array with axes, a generator; not text and not a dict."""
    return isinstance(thing, Iterable) and not isinstance(thing, str | bytes | Mapping) and not is_single_array(thing)


def is_plain_row(thing: Any) -> bool:
    """Whether it is a list of Values, floats and ints alone, as most are: seen at once, without a question for each."""
    return type(thing) is list and {Value, float, int}.issuperset(map(type, thing))


def as_row(thing: Nested) -> list[Any]:
    """A list as it is; a single number, such as the output of a layer of one neuron, as a list of one."""
    return list(thing) if is_list(thing) else [thing]


def only(nested: Nested) -> Nested:
    """The number in a list of one, as a model of one output or a column of targets may give it; the rest as it is."""
    while is_list(nested) and len(nested) == 1:
        nested = nested[0]
    return nested


def data_of(number: Any) -> float:
    """The number in a Value, or in whatever else autograd's derivatives pass through a model; a float as it is."""
    data: float = getattr(number, "data", number)
    return data


def without_arrays(nested: Nested) -> Nested:
    """With every NumPy array or number in it as (lists of) Python numbers; everything else as it is."""
    if is_plain_row(nested):
        return nested
    if hasattr(nested, "tolist"):
        return nested.tolist()
    if is_list(nested) and any(is_list(item) or hasattr(item, "tolist") for item in nested):
        return [without_arrays(item) for item in nested]
    return nested


def plain(output: Any) -> Any:
    """A model's output as floats: Values are read, lists of them become lists of floats.

    >>> from autograd import Value
    >>> plain([Value(1.0), 2.0])
    [1.0, 2.0]
    """
    if type(output) is float:
        return output
    if type(output) is Value:
        return output.data
    output = output.tolist() if hasattr(output, "tolist") else output
    if type(output) is list and {float}.issuperset(map(type, output)):  # as a program gives them
        return output.copy()
    return [plain(item) for item in output] if is_list(output) else data_of(output)


def flat(nested: Nested) -> Iterator[Any]:
    """The numbers of a nested list, one after the other."""
    if not is_list(nested):
        yield nested
        return
    for item in nested:
        if is_list(item):
            yield from flat(item)
        else:
            yield item


def mapped(f: Callable[..., Any], first: Nested, *others: Nested) -> Nested:
    """f of every number, in the same nesting; of several nestings of the same shape, number by number.

    >>> mapped(lambda a, b: a + b, [1, [2, 3]], [10, [20, 30]])
    [11, [22, 33]]
    """
    if not is_list(first):
        return f(first, *others)
    if any(not is_list(other) or len(other) != len(first) for other in others):
        raise ValueError(f"shapes differ: {', '.join(map(shape, (first, *others)))}")
    return [mapped(f, *items) for items in zip(first, *others, strict=True)]


def shape(nested: Nested) -> str:
    """How a message calls it: "a single number", "a list of 3", "a list of 3 × 2".

    >>> shape(0.5), shape([1.0, 2.0, 3.0]), shape([[1.0, 2.0]] * 3), shape([[1.0, 2.0], [1.0]])
    ('a single number', 'a list of 3', 'a list of 3 × 2', 'a list of 2 × 2 or 1')
    """
    if not is_list(nested):
        return "a single number"
    sizes, level = [], [nested]
    while level and all(map(is_list, level)):
        sizes.append(" or ".join(map(str, dict.fromkeys(map(len, level)))))
        level = [item for items in level for item in items]
    return f"a list of {' × '.join(sizes)}"


def sizes_of(nested: Nested) -> list[int]:
    """The lengths from the outermost list to the innermost, as the first items have them; [] for a number."""
    sizes = []
    while is_list(nested):
        sizes.append(len(nested))
        nested = nested[0] if len(nested) else None
    return sizes
