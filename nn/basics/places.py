"""Where parameters may lie: the lists that are searched for them, which Values are parameters, how places are named.

A list here is a list, a tuple, a dict or one of NumPy's arrays.
"""

from collections.abc import Iterator
from itertools import product
from typing import Any, TypeAlias

from autograd import Value
from autograd.system.loaded import loaded

_LISTS = (list, tuple, dict)
DEEPEST = 8
"""Lists within lists in which the first thing is looked for."""
MOST_OPERATIONS = 3
"""Of a formula that is searched for the parameter whose place it takes."""


def is_parameter(thing: Any) -> bool:
    """Whether this is a leaf, and one that somebody made: `_left` has the operand of a node, and RESULT of a result."""
    return isinstance(thing, Value) and thing._left is None


def is_result(thing: Any) -> bool:
    """Whether this is a leaf that an operation made, inside no_grad()."""
    return isinstance(thing, Value) and thing.op is None and thing._left is not None


def made_of(new: Any, old: Any) -> bool:
    """Whether operations, a few of them at most, have made `new` of the parameter `old`."""
    if not isinstance(new, Value) or new.op is None or not is_parameter(old):
        return False
    nodes = [new]
    for _ in range(MOST_OPERATIONS):
        nodes = [parent for node in nodes for parent in node.parents]
        if any(parent is old for parent in nodes):
            return True
    return False


def kinds_of_lists() -> tuple[type, ...]:
    """The types; without NumPy there are no arrays."""
    array = loaded("numpy", "ndarray")
    return _LISTS if array is None else (*_LISTS, array)


def is_list(thing: Any) -> bool:
    """Whether parameters may lie in it."""
    return isinstance(thing, _LISTS) or isinstance(thing, kinds_of_lists())  # noqa: SIM101  (the first is quick)


def by_place(holder: Any) -> dict[Any, Any]:
    """What lies in a dict or an array of objects, by its key or place."""
    if isinstance(holder, dict):
        return holder
    return {place: holder[place] for place in product(*map(range, holder.shape))} if holder.dtype.kind == "O" else {}


def items(holder: Any) -> Iterator[Any]:
    """What lies directly inside a list."""
    return iter(holder if isinstance(holder, (list, tuple)) else [*by_place(holder).values()])


def lying_in(thing: Any) -> Iterator[Any]:
    """The thing; what lies in a list, and in the lists inside it. A stack of iterators, so any depth is safe."""
    stack, met = [iter((thing,))], set[int]()
    while stack:
        for one in stack[-1]:
            if not is_list(one):
                yield one
            elif id(one) not in met:
                met.add(id(one))
                stack.append(items(one))
                break
        else:
            stack.pop()


def first_in(thing: Any) -> Any:
    """The thing, or the first in a list, which speaks for all."""
    for _ in range(DEEPEST):  # a list may hold itself
        if isinstance(thing, Value) or not is_list(thing):
            break
        thing = next(items(thing), None)
    return thing


Path: TypeAlias = tuple["Path", str | int] | tuple[()]  # how a thing was reached: (path to its holder, its key there)


class Names:
    """Names of things by their paths; see named_parameters.

    Neighbours come one after the other, and what holds them is named once.

    >>> Names()((((((), "layers"), 0), "neurons"), 1))
    'layer0.neuron1'
    """

    def __init__(self) -> None:
        self._holder: Path | None = None
        self._beginnings = "", ""

    def __call__(self, path: Path) -> str:
        if not path:
            return ""
        holder, key = path
        if holder is not self._holder:
            self._holder, self._beginnings = holder, _beginnings(holder)
        return f"{self._beginnings[isinstance(key, int)]}{key}"


def _beginnings(path: Path) -> tuple[str, str]:
    """Of the names of what lies in there: of attributes and of what a dict holds; of what stands in a list."""
    keys: list[str | int] = []
    while path:
        path, key = path
        keys.append(key)
    named, counted = "", ""
    for key in reversed(keys):
        name = f"{counted if isinstance(key, int) else named}{key}"
        named, counted = name and f"{name}.", f"{name}_" if name[-1:].isdigit() else _singular(name)
    return named, counted


def _singular(name: str) -> str:
    """layers → layer, neurons → neuron; w, bias and loss stay.

    >>> [_singular(name) for name in ("layers", "a.neurons", "w", "bias", "loss")]
    ['layer', 'a.neuron', 'w', 'bias', 'loss']
    """
    return name[:-1] if name.endswith("s") and not name.endswith(("ss", "bias")) else name
