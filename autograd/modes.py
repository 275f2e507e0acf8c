"""How operations behave right now: gradients on or off, source lines noted, and who listens.

The mode belongs to the current context (`contextvars`): a thread or an asyncio task switches its own and no other's.
Almost every program runs in the default mode, so the engine asks first whether anybody is in another one (`ACTIVE`, one
truth test on a list), and looks at the context only then. Who makes a node asks only for modes in which that is done
in another way (`UNUSUAL`): a recorder reads the graph afterwards, so a function runs as fast while it is recorded.
"""

from __future__ import annotations

import functools
import os
import sys
from collections import deque
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from functools import partial
from operator import call
from typing import Any, NamedTuple, TypeVar
from weakref import ref

from autograd.system.loaded import loaded

F = TypeVar("F", bound=Callable[..., Any])
ACTIVE: list[None] = []  # one entry per mode entered and not yet left, in any context
UNUSUAL: list[None] = []  # and one for each of these in which nodes are made in another way: Mode.oddity is 2
RESULT = True  # in the slot `_left` of a leaf that came of an operation without a graph, or is a constant derivative


class Listener:
    """Is told what the engine does while it is in a mode; what it raises comes out where the user's code stands.

    The engine knows no checker, no recorder and no notes on parts of a model: they are listeners.
    """

    hears_nodes = True  # whether `node` does anything; where it does not, the engine need not stop for it

    def node(self, node: Any) -> None:
        """An operation made a node."""

    def number(self, row: Any, args: Any, y: float) -> None:
        """An operation gave a plain number inside a derivative, as in forward mode."""

    def branch(self, kind: str, left: Any, right: Any, outcome: bool) -> None:
        """Python compared Values, or asked whether one is zero ("bool")."""

    def backward(self, root: Any, seed: float) -> None:
        """A backward pass from `root` is under way; if this raises, no leaf has changed."""


class Mode(NamedTuple):
    """`grad`: results remember their operands. `lines`: and the source line that made them. `anomaly`, `recorder` and
    `branches` listen, each in its own part: a recording within `detect_anomaly()` is not checked, and the other way
    round it is.
    """

    grad: bool = True
    lines: bool = False
    anomaly: Listener | None = None
    recorder: Listener | None = None
    branches: Listener | None = None

    @property
    def listeners(self) -> list[Listener]:
        """Those who listen."""
        return [listener for listener in (self.anomaly, self.recorder, self.branches) if listener is not None]

    @property
    def oddity(self) -> int:
        """2 where a node is made in another way than in the default mode, or somebody wants to know of it; 1 where
        somebody listens to other things; 0 for the default, which costs nobody anything."""
        if not self.grad or self.lines or any(listener.hears_nodes for listener in self.listeners):
            return 2
        return 1 if self.listeners else 0


_DEFAULT = Mode()
_mode: ContextVar[Mode] = ContextVar("autograd_mode", default=_DEFAULT)
mode_entered = _mode.get  # what the engine in C asks for where somebody is in a mode


def current_mode() -> Mode:
    """The mode of this context. Where nobody is in a mode it is the default, whatever the context may still hold: two
    generators, each with a `with no_grad()` across its `yield`, can leave them in the wrong order."""
    return _mode.get() if ACTIVE else _DEFAULT


_call: Callable[[Any], Any] = call
_guards: dict[int, ref[mode]] = {}  # of every `with` that is open
_ENTER = (), (partial(ACTIVE.append, None),), (partial(ACTIVE.append, None), partial(UNUSUAL.append, None))  # by oddity
_LEAVE = (), (ACTIVE.pop,), (ACTIVE.pop, UNUSUAL.pop)


def _abandon(before: Mode, now: Mode, oddity: int, guard: ref[mode]) -> None:
    """Leave a mode that nobody is in any more and that was not left: Python notices a Ctrl-C where a function begins,
    and `__exit__` is one. (A `__del__` would swallow every Ctrl-C that comes while it runs.)"""
    if _guards.pop(id(guard), None) is None:  # it was not even entered
        return
    if _mode.get() is now:  # it is not where the last reference went in another thread
        _mode.set(before)
    for leave in _LEAVE[oddity]:
        leave()


class mode:
    """Context manager and decorator: `with mode(grad=False): ...`, `@mode(lines=True)`.

    A decorated generator is in the mode whenever its own code runs, and its caller is not. A `with` held open across a
    `yield` leaks to the caller until the generator goes on; decorate the generator instead.
    """

    _entered: list[tuple[Mode, int, ref[mode]]]  # of every open `with`: the mode before, how odd this is, the guard

    def __new__(cls, function: Any = None, /, **changes: Any) -> Any:
        """`@no_grad` without parentheses decorates like `@no_grad()`."""
        if function is not None:
            return cls(**changes)(function)
        self = super().__new__(cls)
        self._entered = []
        return self

    def __init__(self, **changes: Any) -> None:
        self.changes = changes
        self._alone = Mode(**changes)  # in no other mode; an unknown name fails here, not at the `with`

    def __enter__(self) -> None:
        before = current_mode()
        now = self._alone if before is _DEFAULT else before._replace(**self.changes)
        oddity = now.oddity
        guard = ref(self, partial(_abandon, before, now, oddity))
        enter = (
            partial(self._entered.append, (before, oddity, guard)),
            partial(_guards.__setitem__, id(guard), guard),
            *_ENTER[oddity],
            partial(_mode.set, now),
        )
        deque(map(_call, enter), 0)  # one call that runs in C: no Ctrl-C is noticed in its middle

    def __exit__(self, *error: Any) -> None:
        if not self._entered:
            name = type(self).__name__
            raise RuntimeError(f"{name} is left, but was not entered: write `with {name}():`, which does both")
        before, oddity, guard = self._entered[-1]
        leave = partial(_mode.set, before), *_LEAVE[oddity], partial(_guards.pop, id(guard)), self._entered.pop
        deque(map(_call, leave), 0)

    def __call__(self, function: F) -> F:
        """`function`, run in this mode; every call enters a mode of its own, so threads and recursion do not meet."""
        if not callable(function):
            raise TypeError(f"{type(self).__name__} decorates a function, got {type(function).__name__} {function!r}")
        import inspect  # here, because it is slow to import

        if inspect.isgeneratorfunction(function):
            return functools.wraps(function)(self._around_generator(function))  # type: ignore[return-value]
        if inspect.isasyncgenfunction(function):
            name = type(self).__name__
            raise TypeError(f"{name} cannot decorate an async generator: put `with {name}():` around what it computes")
        if inspect.iscoroutinefunction(function):

            async def run_async(*args: Any, **named: Any) -> Any:
                with mode(**self.changes):
                    return await function(*args, **named)

            return functools.wraps(function)(run_async)  # type: ignore[return-value]

        def run(*args: Any, **named: Any) -> Any:
            with mode(**self.changes):
                return function(*args, **named)

        return functools.wraps(function)(run)  # type: ignore[return-value]

    def _around_generator(self, function: Callable[..., Any]) -> Callable[..., Any]:
        def resume(step: Callable[..., Any], *value: Any) -> Any:
            with mode(**self.changes):
                return step(*value)

        def run(*args: Any, **named: Any) -> Any:
            generator = function(*args, **named)
            try:
                item = resume(generator.send, None)
                while True:
                    try:
                        sent = yield item
                    except GeneratorExit:
                        resume(generator.close)
                        raise
                    except BaseException as error:
                        item = resume(generator.throw, error)
                    else:
                        item = resume(generator.send, sent)
            except StopIteration as end:
                return end.value

        return run


class no_grad(mode):
    """Operations inside give results without operands: plain numbers in a Value, no graph, no memory kept.

    Such a result is a leaf, as Value(9.0) is, but remembers that an operation made it: a model may keep it, and has the
    parameters it had (see nn.Module). Value(…) and v.detach() make leaves of one's own, inside as well.

    >>> from autograd import Value, no_grad
    >>> x = Value(3.0)
    >>> with no_grad():
    ...     y = x * x
    >>> y, y.parents
    (Value(data=9.0, grad=0.0), ())
    """

    def __init__(self) -> None:
        super().__init__(grad=False)


class enable_grad(mode):
    """Operations inside remember their operands, also within `no_grad()`: for code that needs a graph wherever it runs.

    >>> from autograd import Value, enable_grad, no_grad
    >>> x = Value(3.0)
    >>> with no_grad(), enable_grad():
    ...     y = x * x
    >>> len(y.parents)
    2
    """

    def __init__(self) -> None:
        super().__init__(grad=True)


class trace_lines(mode):
    """Nodes made inside know the source line that made them (`v.line`, "file.py:12"), for the stepper and for errors.

    Off by default: looking at the caller's frame for every operation would cost everybody their speed.
    """

    def __init__(self) -> None:
        super().__init__(lines=True)


# What a mode, a listener or a recorder may ask of its surroundings ---------------------------------------------------
def users_line() -> str | None:
    """The innermost line on the call stack that is the user's: outside this package and all that are built on it.

    Such a package says so in its `__init__`: `__built_on_values__ = True`.
    """
    frame = sys._getframe(1)
    while frame is not None and _is_machinery(frame.f_globals.get("__name__", "")):
        frame = frame.f_back  # type: ignore[assignment]
    return f"{_file_name(frame.f_code.co_filename)}:{frame.f_lineno}" if frame is not None else None


def _is_machinery(module: str) -> bool:
    package = module.partition(".")[0]
    return package == "autograd" or "__built_on_values__" in getattr(sys.modules.get(package), "__dict__", ())


def _file_name(path: str) -> str:
    """The name of a source file; of a notebook's cell, whose file has a number for a name, In[3]."""
    get_ipython = loaded("IPython", "get_ipython")
    shell = get_ipython() if get_ipython is not None else None
    cell = shell.compile.format_code_name(path) if shell is not None else None
    return cell[1] if cell else os.path.basename(path)


# Leaves that derivative functions made for themselves while the outermost one runs: no Value of the user's among them.
made_here: ContextVar[set[Any] | None] = ContextVar("autograd_made_here", default=None)


@contextmanager
def made_in_derivatives() -> Iterator[set[Any]]:
    """The set that derivative functions add their own leaves to inside this `with`."""
    made: set[Any] = set()
    token = made_here.set(made)
    try:
        yield made
    finally:
        made_here.reset(token)
