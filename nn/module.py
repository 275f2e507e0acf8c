"""Module: anything with parameters. It finds them, names them, resets them, saves them.

A module is an ordinary Python object. Its parameters are the leaf Values that can be reached from its attributes,
through nested modules, lists, tuples, dicts and NumPy's arrays of Values; nothing has to be registered.

The result of an operation is no parameter. Inside no_grad() it has no operands and is a leaf, and is still none: what a
model keeps to look at, `self.last = out`, changes neither the list of its parameters nor its file. But what takes the
place of a parameter inside no_grad() is one, for so are steps written by hand:

    self.w = self.w - lr * self.w.grad              an attribute that held a parameter
    self.w[i] = self.w[i] - lr * self.w[i].grad     an item of a list, dict or array in which parameters lay: when it
                                                    was assigned, when the constructor was done, or when somebody
                                                    asked for parameters since then, as zero_grad() does
    self.w = [w - lr * w.grad for w in self.w]      another list in the place of such a list

Everywhere else a parameter is made with Value(number), or of a result with v.detach(). A state that is kept and not
learnt is a number, v.data.
"""

import copy
import random
import reprlib
import warnings
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from functools import reduce, wraps
from itertools import count, repeat
from typing import Any, NamedTuple, Self

from autograd import Value
from nn.basics.at_once import at_once, each
from nn.basics.checks import as_number, each_row, flag
from nn.basics.places import (
    Names,
    Path,
    by_place,
    first_in,
    is_list,
    is_parameter,
    is_result,
    items,
    kinds_of_lists,
    lying_in,
    made_of,
)

MOST_LISTED = 10
"""Names in one message."""
_SETTINGS = {bool, int, float, str, type(None)}
"""What is assigned most often, and holds no parameter."""
KEEP_PARAMETERS = (
    "Make parameters in __init__, change their numbers (self.w.data -= …), and keep what __call__ computes in names of "
    "its own (w = self.w * 0.9). A state that is not learnt begins as a plain number, 0.0"
)
"""What to do where parameters were replaced."""


class Buffer:
    """A number that belongs to a module's state but is not learnt by gradients, such as a running mean.

    TypeError for what is no number.
    """

    __slots__ = ("data",)

    def __init__(self, data: float) -> None:
        self.data = Value(data).data  # whose words say what is no number

    def __repr__(self) -> str:
        return f"Buffer({self.data!r})"


class Module:
    """Base class of neurons, layers and networks. Subclasses define ``__call__(x)`` for one example.

    Its parameters are the Values that somebody made, anywhere in its attributes. What operations make is no parameter,
    inside no_grad() neither, but where it takes the place of one: ``self.w = self.w - lr * self.w.grad``.

    >>> class Line(Module):
    ...     def __init__(self):
    ...         self.slope, self.offset = Value(2.0), Value(1.0)
    ...     def __call__(self, x):
    ...         return self.slope * x + self.offset
    >>> line = Line()
    >>> [name for name, _ in line.named_parameters()]
    ['slope', 'offset']
    >>> line(3.0).backward(); line.slope.grad
    3.0
    >>> line.zero_grad(); line.slope.grad
    0.0
    """

    training: bool = True  # while learning; Dropout and BatchNorm behave differently in use. See train() and eval().
    _of_results: frozenset[str] = frozenset()  # names of the lists in which no parameter has its place

    def __init_subclass__(cls, **options: Any) -> None:
        super().__init_subclass__(**options)
        for name in {"__init__", "__post_init__"} & vars(cls).keys():  # the second is all that a dataclass has yet
            setattr(cls, name, _then_looking(vars(cls)[name]))

    def __setattr__(self, name: str, new: Any) -> None:
        """As for any object; but a parameter whose place a result takes is none from then on, which nobody wants.

        A result of no_grad(), without a graph, is made a parameter there: see above.
        """
        if type(new) not in _SETTINGS and (isinstance(new, Value) or is_list(new)):
            self._take_note(name, new)
        super().__setattr__(name, new)

    def _take_note(self, name: str, new: Any) -> None:
        """A Value or a list is about to be assigned."""
        first = first_in(new)
        if made_of(first, first_in(self.__dict__.get(name))):
            message = (
                f"{name} of this {type(self).__name__} was a parameter, and now is the result of an operation, which "
                f"is none and is not trained. {KEEP_PARAMETERS}"
            )
            warnings.warn(message, RuntimeWarning, stacklevel=3)
        if not isinstance(new, Value):
            of_results = not (is_parameter(first) or isinstance(first, Module) or self._is_place(name))
            if of_results is not (name in self._of_results):
                self.__dict__["_of_results"] = self._of_results ^ {name}  # past a __setattr__ of one's own
        elif is_result(new) and self._is_place(name):
            new._left = None

    def _is_place(self, name: str) -> bool:
        """Whether a parameter stands there, or a list of them."""
        thing = self.__dict__[name] if name in self.__dict__ else _held(self).get(name)  # which may lie in a slot
        return is_parameter(thing) or (is_list(thing) and name not in self._of_results)

    def _look_at_lists(self) -> None:
        """Lists that began empty may hold parameters now."""
        held = _held(self)
        still = frozenset(n for n in self._of_results if not any(map(is_parameter, lying_in(held.get(n)))))
        if still:
            self.__dict__["_of_results"] = still
        else:
            self.__dict__.pop("_of_results", None)

    def _take_places(self) -> bool:
        """Make parameters of the results that were put into lists of parameters; whether there were any."""
        lists = [thing for name, thing in _held(self).items() if name not in self._of_results and is_list(thing)]
        results = list(filter(is_result, lying_in(lists)))
        for result in results:
            result._left = None
        return bool(results)

    def parameters(self) -> list[Value]:
        """Every parameter once, in the order in which attributes were set; a shared one where it is first met."""
        return list(_met(self).leaves)

    def named_parameters(self) -> list[tuple[str, Value]]:
        """(name, parameter) pairs in the order of parameters(), for example ("layer0.neuron1.w0", Value).

        Attribute names are joined by dots. An item of a list is named by the list's name in the singular and its
        position: ``layers[0]`` is ``layer0``; a list inside a list adds ``_`` and the position; a dict adds ``.key``.
        Raises ValueError when two different parameters would get the same name.
        """
        return [(name, thing) for name, thing in self._state().items() if isinstance(thing, Value)]

    def named_modules(self) -> list[tuple[str, "Module"]]:
        """(name, module) pairs: this module, named "", and every module inside it, outer ones first."""
        name = Names()
        return [(name(path), thing) for path, thing in _walk(self) if isinstance(thing, Module)]

    def zero_grad(self) -> None:
        """p.grad = 0 for every parameter p, because backward() adds to what is there."""
        for parameter in self.parameters():
            parameter.grad = 0.0

    def train(self, mode: bool = True) -> Self:
        """Switch this module and all inside it to learning (to use, with ``mode=False``). Returns the module."""
        training = flag("mode", mode)
        for module in _modules(self):
            module.training = training
        return self

    def eval(self) -> Self:
        """Switch this module and all inside it to use: no dropout, running statistics. Returns the module."""
        return self.train(False)

    def __call__(self, x: Any) -> Any:
        """The output for one example; every module defines it."""
        advice = ": rename forward to __call__" if hasattr(self, "forward") else ""  # as torch has it
        raise NotImplementedError(f"{type(self).__name__} needs a method __call__(self, x){advice}")

    def batch(self, rows: Sequence[Any]) -> list[Any]:
        """The outputs for several examples: ``[self(row) for row in rows]``.

        Modules in which examples influence each other (BatchNorm), or which contain such modules, say how instead.
        """
        return [self(row) for row in each_row(rows)]

    def state_dict(self) -> dict[str, float]:
        """{name: number} of all parameters and buffers, in order: a snapshot that later training does not change."""
        return {name: float(thing.data) for name, thing in self._state().items()}

    def load_state_dict(self, state: Mapping[str, float]) -> None:
        """Set every parameter and buffer to its number in `state`, as state_dict() gave it.

        Raises ValueError that lists the missing and unknown names and what is no number (the first ten of them), and
        TypeError for what is no dict; then nothing is changed. Nor is half of it on Ctrl-C.
        """
        if not isinstance(state, Mapping):
            raise TypeError(f"load_state_dict takes a dict of names and numbers, got {state!r:.60}")
        own = self._state()
        problems = [f"missing: {name}" for name in own if name not in state]
        problems += [f"unknown: {name}" for name in state if name not in own]
        numbers = {name: number for name, x in state.items() if (number := as_number(x)) is not None}
        problems += [f"not a number: {name} = {x!r:.60}" for name, x in state.items() if name not in numbers]
        if problems:
            more = [f"and {len(problems) - MOST_LISTED} more"] if len(problems) > MOST_LISTED else []
            listed = "\n  ".join(problems[:MOST_LISTED] + more)
            raise ValueError(f"this state does not fit {type(self).__name__}, nothing was changed:\n  {listed}")
        at_once(each(setattr, own.values(), repeat("data"), [numbers[name] for name in own]))

    def extra_repr(self) -> str:
        """What stands first between the parentheses of the repr, for example "2 → 16, relu"."""
        return ""

    @reprlib.recursive_repr()
    def __repr__(self) -> str:
        head = f"{type(self).__name__}({', '.join(filter(None, [self.extra_repr(), self._count()]))})"
        return "\n".join([head, *(f"{name}: {shown}" for name, shown in self._parts().items())]).replace("\n", "\n  ")

    def _parts(self) -> dict[str, str]:
        """The modules that stand in this one, as its repr lists them: names and reprs."""
        name, modules = Names(), (part for part in _walk(self, into_modules=False) if isinstance(part[1], Module))
        return {name(path): repr(module) for path, module in modules if module is not self}

    def _count(self) -> str:
        count = len(self.parameters())
        return f"{count:,} parameter{'' if count == 1 else 's'}"

    def _state(self) -> dict[str, Value | Buffer]:
        _met(self)  # some may take their places
        state: dict[str, Value | Buffer] = {}
        name_of = Names()
        for path, thing in _walk(self):
            if isinstance(thing, Module):
                continue
            if (name := name_of(path)) in state:
                raise ValueError(f"{type(self).__name__} has two parameters named {name!r}; rename one attribute")
            state[name] = thing
        return state


def _then_looking(construct: Callable[..., None]) -> Callable[..., None]:
    """The constructor; when it is done, what its lists are for can be seen, which `self.w = []` did not show."""

    @wraps(construct)
    def __init__(self: Module, *args: Any, **named: Any) -> None:
        construct(self, *args, **named)
        if self._of_results:
            self._look_at_lists()

    return __init__


def check_model(model: Any, who: str) -> None:
    """TypeError for what is no model, such as the History of its training, or the class."""
    if not isinstance(model, Module):
        raise TypeError(f"{who} a model, such as nn.MLP(2, [8, 1]), got {model!r:.60}")


def parameters_by_layer(model: Module) -> dict[str, list[Value]]:
    """Parameters under the first part of their names: {"layer0": […], "layer1": […]}."""
    check_model(model, "this takes")
    return by_layer(model.named_parameters())


def by_layer(named: Iterable[tuple[str, Value]]) -> dict[str, list[Value]]:
    """Parameters with their names, under the first part of these."""
    layers: dict[str, list[Value]] = {}
    for name, parameter in named:
        layers.setdefault(name.partition(".")[0], []).append(parameter)
    return layers


def names_of_others(model: Module, before: Sequence[Value], named: Iterable[tuple[str, Value]]) -> list[str]:
    """The names of parameters that `model` had `before`, when they were `named`, or has now, but not at both times.

    Only of those with a gradient: what a model keeps to look at, such as v.detach(), has none.
    """
    others = {id(p) for p in before} ^ {id(p) for p in model.parameters()}
    pairs = [*named, *model.named_parameters()] if others else []  # seldom: finding names takes long
    return list(dict.fromkeys(name for name, p in pairs if id(p) in others and p.grad != 0.0))


@contextmanager
def modes_kept(model: Module) -> Iterator[None]:
    """Whatever is switched to train or eval meanwhile, every module is left in the mode that it had."""
    check_model(model, "this takes")
    modes = [(module, module.training) for module in _modules(model)]
    try:
        yield
    finally:
        for module, training in modes:
            module.training = training


@contextmanager
def own_dice(model: Module) -> Iterator[Callable[[], bool]]:
    """Meanwhile the model draws from twins of its random generators, so that nobody else's draws change.

    Gives a function that tells whether it has drawn.
    """
    twins: dict[int, tuple[Any, Any]] = {}  # id of a generator → (twin, its first state)
    places = []
    for module in _modules(model):
        for name, dice in _held(module).items():
            if not hasattr(dice, "getstate"):  # most are no generator, and an exception takes long
                continue
            with suppress(AttributeError, NotImplementedError):  # the system's has no state
                state = dice.getstate()
                twin = random.Random() if dice is random else copy.copy(dice)
                twin.setstate(state)
                twins.setdefault(id(dice), (twin, state))
                places.append((module, name, dice))
    try:
        for module, name, dice in places:
            object.__setattr__(module, name, twins[id(dice)][0])
        yield lambda: any(twin.getstate() != state for twin, state in twins.values())
    finally:
        for module, name, dice in places:
            object.__setattr__(module, name, dice)


@contextmanager
def evaluating(model: Module) -> Iterator[None]:
    """Dropout and the like are switched off while somebody looks; every module is left as it was."""
    with modes_kept(model):
        model.eval()
        yield


def _walk(root: Module, into_modules: bool = True) -> Iterator[tuple[Path, Module | Value | Buffer]]:
    """(path, thing) for the modules, parameters and Buffers reachable from `root`, each once, outer ones first.

    A stack of iterators instead of recursion, and a set of what was met: cycles and any depth are safe.
    """
    holders = (Module, *kinds_of_lists())
    stack: list[Iterator[tuple[Path, Any]]] = [iter([((), root)])]
    met: set[int] = set()
    while stack:
        for path, thing in stack[-1]:
            if id(thing) in met:
                continue
            if isinstance(thing, Value):
                if is_parameter(thing):
                    met.add(id(thing))
                    yield path, thing
            elif isinstance(thing, Buffer):
                met.add(id(thing))
                yield path, thing
            elif isinstance(thing, holders):
                met.add(id(thing))
                if isinstance(thing, Module):
                    yield path, thing
                if into_modules or not isinstance(thing, Module) or thing is root:
                    stack.append(_inside(path, thing))
                    break
        else:
            stack.pop()


class _Met(NamedTuple):
    """What a walk meets."""

    leaves: Iterable[Value]
    holders: Iterable[Any]  # modules, and what else has things in it
    others: set[type]  # the types of whatever else there is, settings and buffers


def _met(root: Module) -> _Met:
    """What _walk() finds, in its order: the same walk without paths, which a training step takes three times."""
    kinds, found = (Module, *kinds_of_lists()), dict[Value | int, Value]()
    stack: list[Iterator[Any]] = [iter((root,))]
    results = 0  # in lists
    met: dict[int, Any] = {}  # by their ids
    others: set[type] = set()  # a setting is asked once what it is, not as often as there are
    while stack:
        for thing in stack[-1]:
            kind = type(thing)
            if kind is Value:
                if thing._left is None:
                    found[thing] = thing
                elif thing.op is None:
                    results += type(stack[-1]) is not _OF_MODULE
            elif kind in others:
                continue
            elif kind is not list and isinstance(thing, Value):  # of a subclass, maybe equal to others or without hash
                if thing._left is None:
                    found[id(thing)] = thing
                elif thing.op is None:
                    results += type(stack[-1]) is not _OF_MODULE
            elif kind is not list and not isinstance(thing, kinds):
                others.add(kind)
            elif id(thing) not in met:
                met[id(thing)] = thing
                stack.append(iter(thing) if kind is list else _items(thing))
                break
        else:
            stack.pop()
    if frozenset in others:  # what _of_results holds: mostly there are none
        for holder in met.values():
            if isinstance(holder, Module) and holder._of_results:
                holder._look_at_lists()
    if results and sum(holder._take_places() for holder in met.values() if isinstance(holder, Module)):
        return _met(root)
    return _Met(found.values(), met.values(), others)


def _modules(root: Module) -> list[Module]:
    """The modules in the order of _walk(), without their names."""
    return [holder for holder in _met(root).holders if isinstance(holder, Module)]


def has_buffers(model: Module) -> bool:
    """Whether its state is more than its parameters."""
    return any(issubclass(kind, Buffer) for kind in _met(model).others)


_OF_MODULE: type = type(iter(dict[str, Any]().values()))
"""What _items() gives for a module, and for nothing else."""


def _items(holder: Any) -> Iterator[Any]:
    """What lies directly inside a module or a list."""
    return iter(_held(holder).values()) if isinstance(holder, Module) else items(holder)


def _held(module: Module) -> dict[str, Any]:
    """The attributes of a module: its dict, and where a class declares slots, what lies in these."""
    state: Any = object.__getstate__(module)
    return state if type(state) is dict else {**(state[0] or {}), **state[1]} if state else {}


def _inside(path: Path, holder: Any) -> Iterator[tuple[Path, Any]]:
    """(path, item) for what lies directly inside a module or a list."""
    if isinstance(holder, (list, tuple)):
        return zip(zip(repeat(path), count(), strict=False), holder, strict=False)
    held: dict[Any, Any] = _held(holder) if isinstance(holder, Module) else by_place(holder)
    if isinstance(holder, (Module, dict)):
        return zip(zip(repeat(path), map(str, held), strict=False), held.values(), strict=False)
    return zip((reduce(_below, place, path) for place in held), held.values(), strict=True)


def _below(path: Path, key: int) -> Path:
    return path, key
