"""The class Value of value.py in C: made, given what it lacks, and told what to ask Python for.

The class that Python wrote stays what it is: the text that people read, and the one place of everything unusual. The
class in C has the storage, the operators and the methods of rows; all other attributes of the Python class become its
own. (A class statement that derives from the C type would do as well, but its instances would all be known to the
garbage collector, and half of the speed gone.)
"""

import gc
from collections.abc import Iterable
from sys import intern
from types import BuiltinFunctionType, FunctionType, ModuleType
from typing import Any
from weakref import WeakSet

from autograd.modes import ACTIVE, UNUSUAL, mode_entered
from autograd.native import extension
from autograd.ops import OPERATIONS, Operation

_BINARY = "add=add sub=sub mul=mul div=truediv pow=pow mod=mod floor_divide=floordiv"  # row and method
_OPERATORS = dict(pair.split("=") for pair in _BINARY.split())
_DEEP = 4  # containers within containers that are searched for nodes


def adopted(pure: type, methods: dict[Operation, Any]) -> Any:
    """The class in C that stands for `pure`; `methods` are those of value.py, row by row."""
    value = extension.make_type(OPERATIONS)
    value.__name__ = value.__qualname__ = pure.__name__  # without the module, as messages show it
    for name in set(vars(value)) & set(OPERATIONS) - set(dir(pure)):
        delattr(value, name)  # square(v) is a function only
    storage = {*pure.__slots__, "__getattribute__"}  # type: ignore[attr-defined]
    inherited = [thing for base in pure.__mro__[-2::-1] for thing in vars(base).items()]
    for name, thing in dict(inherited).items():
        if (name not in vars(value) or name in ("__doc__", "__module__")) and name not in storage:
            setattr(value, name, thing)
    forward = {OPERATIONS[row]: getattr(pure, f"__{name}__") for row, name in _OPERATORS.items()} | methods
    reflected = {OPERATIONS[row]: getattr(pure, f"__r{name}__") for row, name in _OPERATORS.items()}
    names = {
        **{name: getattr(pure, name).fget for name in ("operands", "parents", "local_grads")},
        **{name: vars(pure)[name] for name in ("__lt__", "__le__", "__gt__", "__ge__", "__bool__")},
        "init": vars(pure)["__init__"],
        "backward": vars(pure)["backward"],
        "active": ACTIVE,
        "unusual": UNUSUAL,
        "mode_entered": mode_entered,
        "plain_operation": Operation,
        "track_reached": lambda thing: track_reached(thing, value),
        "opened": opened,
        "call": Operation.__call__,
        "empty": "",
        "data": intern("data"),
        "grad": intern("grad"),
        "hears_nodes": "hears_nodes",
    }
    extension.use(OPERATIONS, forward, reflected, names)
    Operation.__call__ = extension.call_of(Operation)  # type: ignore[method-assign]
    return value


def track_reached(thing: Any, value: type) -> None:
    """Tell the collector of the nodes within reach of `thing`, which was hung on a node, and of all below them.

    Nodes that were made from that node before it carried anything are not known to the collector; a circle through
    them would be seen by nobody.
    """
    below = list(_nodes_in(thing, value))
    met = {id(node) for node in below}
    for node in below:
        for parent in node.parents:
            if id(parent) not in met and isinstance(parent, value):  # no tuple that waits for the other slots
                met.add(id(parent))
                below.append(parent)
    extension.track(below)


_opened: WeakSet[Any] = WeakSet()


def opened(node: Any) -> None:
    """Somebody has the dict of a node in hand, `vars(node)`, and may put things there that nobody else hears of: look
    again before every collection."""
    if _look_again not in gc.callbacks:
        gc.callbacks.append(_look_again)
    _opened.add(node)


def _look_again(phase: str, info: dict[str, int]) -> None:
    if phase == "start":
        for node in list(_opened):
            track_reached(vars(node), type(node))
        if not _opened:
            gc.callbacks.remove(_look_again)


def _nodes_in(thing: Any, value: type) -> Iterable[Any]:
    """The nodes among what `thing` refers to, directly or through containers, closures and objects."""
    level, met = [thing], set()
    for _ in range(_DEEP):
        found = []
        for one in level:
            if isinstance(one, value):
                yield one
            elif id(one) not in met and not isinstance(one, type | ModuleType | BuiltinFunctionType):
                met.add(id(one))
                found += [x for x in gc.get_referents(one) if not _is_namespace(one, x)]
        level = found
    yield from (one for one in level if isinstance(one, value))


def _is_namespace(holder: Any, thing: Any) -> bool:
    """The globals of a function hold the whole module: nothing that was hung on a node."""
    return isinstance(holder, FunctionType) and thing is holder.__globals__
