"""How operations behave right now: gradients on or off, source lines noted, anomalies raised, a recorder listening.

The mode belongs to the current context (`contextvars`): a thread or an asyncio task switches its own and no other's.
Almost every program runs in the default mode, so the engine asks first whether anybody is in another one (`ACTIVE`, one
truth test on a list), and looks at the context only then.
"""

import functools
from collections.abc import Callable
from contextvars import ContextVar
from typing import Any, NamedTuple, TypeVar

F = TypeVar("F", bound=Callable[..., Any])
ACTIVE: list[None] = []  # one entry per mode entered and not yet left, in any context


class Mode(NamedTuple):
    """`grad`: results remember their operands. `lines`: and the source line that made them. `anomaly`: "nan" or "inf"
    (nan as well), raise FloatingPointError at the first. `recorder`: is told of every node and of every branch."""

    grad: bool = True
    lines: bool = False
    anomaly: str | None = None
    recorder: Any = None


_DEFAULT = Mode()
_mode: ContextVar[Mode] = ContextVar("autograd_mode", default=_DEFAULT)


def current_mode() -> Mode:
    """The mode of this context. Where nobody is in a mode it is the default, whatever the context may still hold: two
    generators, each with a `with no_grad()` across its `yield`, can leave them in the wrong order."""
    return _mode.get() if ACTIVE else _DEFAULT


class mode:
    """Context manager and decorator: `with mode(grad=False): ...`, `@mode(lines=True)`.

    A decorated generator is in the mode whenever its own code runs, and its caller is not. A `with` held open across a
    `yield` leaks to the caller until the generator goes on; decorate the generator instead.
    """

    def __new__(cls, function: Any = None, /, **changes: Any) -> Any:
        """`@no_grad` without parentheses decorates like `@no_grad()`."""
        return super().__new__(cls) if function is None else cls(**changes)(function)

    def __init__(self, **changes: Any) -> None:
        self.changes = changes
        Mode(**changes)  # an unknown name fails here, not at the `with`
        self._before: list[Mode] = []

    def __enter__(self) -> None:
        before = current_mode()
        self._before.append(before)
        ACTIVE.append(None)
        _mode.set(before._replace(**self.changes))

    def __exit__(self, *error: Any) -> None:
        _mode.set(self._before.pop())
        ACTIVE.pop()

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

    >>> from autograd import Value, no_grad
    >>> x = Value(3.0)
    >>> with no_grad():
    ...     y = x * x
    >>> y, y.parents
    (Value(data=9.0, grad=0.0), ())
    """

    def __init__(self) -> None:
        super().__init__(grad=False)


class trace_lines(mode):
    """Nodes made inside know the source line that made them (`v.line`, "file.py:12"), for the stepper and for errors.

    Off by default: looking at the caller's frame for every operation would cost everybody their speed.
    """

    def __init__(self) -> None:
        super().__init__(lines=True)
