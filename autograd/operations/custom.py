"""Operations of your own: a forward function and one derivative formula per argument, as in the table.

    @operation(lambda a, y: y)                             formulas in autograd's functions: derivatives of every order
    def my_exp(x): ...

    @operation(lambda a, y: math.cosh(a), numeric=True)    formulas that compute numbers only: first derivatives
    def my_sinh(x): ...

    @operation(numeric=True)                               no formula: first derivatives by central differences
    def my_function(x): ...

The result is a row like any other, outside the table: it draws, steps, replays and is checked as a built-in is.
"""

import inspect
import math
from collections.abc import Callable, Sequence
from typing import Any

from autograd.numerics.differences import central_difference
from autograd.numerics.real import applies_rows, as_float, described, is_real
from autograd.numerics.trees import leaves, leaves_like
from autograd.ops import Formula, Operation
from autograd.system.choices import flag


def operation(
    *formulas: Formula, numeric: bool = False, name: str | None = None, symbol: str | None = None
) -> Callable[[Callable[..., float]], Operation]:
    """Decorator: turn a function of floats into an operation on floats and Values.

    There is one formula per argument of the function, called with all arguments and the result, `lambda a, b, y: ...`,
    or a number for a constant derivative. Write formulas with autograd's functions and operators, and the operation can
    be differentiated any number of times:

    >>> import autograd, math
    >>> from autograd import grad, operation
    >>> @operation(lambda a, y: autograd.cos(a) * y, symbol="e^sin")
    ... def exp_sin(x):
    ...     return math.exp(math.sin(x))
    >>> exp_sin(0.0), grad(exp_sin)(0.0), grad(grad(exp_sin))(0.0)
    (1.0, 1.0, 1.0)

    Formulas that compute plain numbers (with `math`, a table, another library) are marked `numeric=True`; without any
    formula, `numeric=True` takes central differences, good for about ten digits. Both give first derivatives, and say
    so when a second one, or a first one that can be differentiated again, is asked for:

    >>> @operation(lambda a, y: math.cosh(a), numeric=True)
    ... def my_sinh(x):
    ...     return math.sinh(x)
    >>> grad(my_sinh)(0.0)
    1.0
    >>> grad(grad(my_sinh))(0.0)                             # doctest: +ELLIPSIS
    Traceback (most recent call last):
        ...
    NotImplementedError: the derivative of my_sinh is known as a number only...

    `name` and `symbol` are what drawings show; both default to the name of the function. A function of *args has one
    formula `lambda xs, y: [...]` that returns all derivatives. What the function raises comes out as it is; to follow
    IEEE arithmetic instead (log(-1) is nan, exp(1000) is inf), write it with autograd's functions.

    Raises TypeError if formulas and arguments do not match, if a formula is neither a function nor a number, and for a
    `name` or `symbol` that is no text, and a `numeric` that is neither True nor False.
    """
    numeric = flag("numeric", numeric)
    for what, text in (("name", name), ("symbol", symbol)):
        if text is not None and not isinstance(text, str):
            raise TypeError(f"the {what} of an operation is a text, got {described(text)}")

    def decorate(forward: Callable[..., float]) -> Operation:
        if not inspect.isroutine(forward):
            raise TypeError(
                f"@operation(...) decorates a function, got {type(forward).__name__} {forward!r}. "
                "Write @operation with parentheses: its formulas, or numeric=True"
            )
        called = name or forward.__name__
        count = _argument_count(forward, called)
        made = [_checked(formula, count, called) for formula in _given(formulas, numeric, forward, count, called)]
        if numeric:
            made = [_numbers_only(formula, called) if callable(formula) else formula for formula in made]
        row = Operation(called, symbol or called, _Forward(forward, called), *made, variadic=count is None)
        row.__doc__, row.__module__, row.__qualname__ = forward.__doc__, forward.__module__, forward.__qualname__
        return row

    return decorate


class _Forward:
    """The user's function, with a float for a result; keeps the names and defaults of its arguments."""

    def __init__(self, function: Callable[..., Any], name: str) -> None:
        self.function = function
        self.name = name
        self.__defaults__ = getattr(function, "__defaults__", None)
        self.__signature__ = inspect.signature(function)

    def __call__(self, *args: float) -> float:
        result = self.function(*args)
        try:
            return as_float(result)
        except TypeError as error:
            raise TypeError(f"the operation {self.name} has to return a number: {error}") from None


def _argument_count(forward: Callable[..., Any], name: str) -> int | None:
    """How many arguments the function takes; None for *args."""
    kinds = [parameter.kind for parameter in inspect.signature(forward).parameters.values()]
    if kinds == [inspect.Parameter.VAR_POSITIONAL]:
        return None
    allowed = (inspect.Parameter.POSITIONAL_ONLY, inspect.Parameter.POSITIONAL_OR_KEYWORD)
    if not kinds or any(kind not in allowed for kind in kinds):
        raise TypeError(f"the operation {name} has to take positional arguments, or *args alone")
    return len(kinds)


def _given(
    formulas: tuple[Formula, ...], numeric: bool, forward: Callable[..., float], count: int | None, name: str
) -> Sequence[Formula]:
    """The formulas, one for each argument; central differences if there are none."""
    wanted = 1 if count is None else count
    if numeric and not formulas:
        return _by_differences(forward, count)
    if len(formulas) != wanted:
        raise TypeError(
            f"the operation {name} needs {wanted} derivative formula{'s' if wanted > 1 else ''}, got {len(formulas)}. "
            "numeric=True without formulas takes central differences"
        )
    return formulas


def _checked(formula: Any, count: int | None, name: str) -> Formula:
    """The formula, if it can be called as it will be."""
    if not callable(formula):
        if not is_real(formula):
            raise TypeError(f"a derivative formula of {name} is a function or a number, got {described(formula)}")
        return as_float(formula)
    takes = 2 if count is None else count + 1
    try:
        inspect.signature(formula).bind(*range(takes))
    except TypeError:
        arguments = "(xs, y)" if count is None else f"all {count} arguments and the result, {takes} in all"
        raise TypeError(
            f"a derivative formula of {name} is called with {arguments}; {formula!r} does not take them"
        ) from None
    except ValueError:  # a built-in without a signature: its first call will tell
        pass
    return _answering_numbers(formula, count, name)


def _answering_numbers(formula: Callable[..., Any], count: int | None, name: str) -> Formula:
    """The formula; TypeError where it answers with no number, such as the None of a forgotten return.

    A power of a negative float is complex in Python. That is an ArithmeticError, as a division by zero is, and answered
    in the same way: the formula is read again on numbers that follow IEEE arithmetic, where the power is nan.
    """

    def checked(*args_and_y: Any) -> Any:
        try:
            answer = formula(*args_and_y)
        except TypeError as error:
            if not any(map(applies_rows, leaves(args_and_y, name))):
                raise
            raise TypeError(
                f"the derivative of {name} is wanted in a form that can be differentiated or replayed, and its formula "
                f"failed: {error}. Write it with autograd's functions, or mark it numeric=True if it computes numbers"
            ) from error
        if count is None:
            return leaves_like(args_and_y[0], answer, f"the derivative of {name}")
        if isinstance(answer, complex):
            raise ArithmeticError(f"the derivative of {name} is complex, {answer!r}, and Values are real")
        return leaves_like(0.0, answer, f"the derivative of {name}")[0]

    return checked


def _numbers_only(formula: Callable[..., Any], name: str) -> Formula:
    """The formula on floats; NotImplementedError where a derivative with a graph or a tangent of its own is wanted."""

    def on_floats(*args: Any) -> Any:
        for a in args:
            for number in a if isinstance(a, list | tuple) else (a,):
                if applies_rows(number) and not isinstance(number, float):
                    raise NotImplementedError(
                        f"the derivative of {name} is known as a number only (numeric=True), which is enough for first "
                        "derivatives. Here one was asked for that can be differentiated again (a second derivative, a "
                        "Value as argument or parameter, or differentiate): give @operation formulas written with "
                        "autograd's functions"
                    )
        return formula(*args)

    return on_floats


def _by_differences(forward: Callable[..., float], count: int | None) -> Sequence[Formula]:
    """Formulas that take central differences of `forward` in one argument."""

    def towards(i: int, args: Sequence[float]) -> float:
        def moved(t: float) -> float:
            try:
                return as_float(forward(*args[:i], t, *args[i + 1 :]))
            except (ArithmeticError, ValueError):  # a step out of the domain, as math functions report it
                return math.nan

        return central_difference(moved, args[i]).value

    if count is None:
        return [lambda xs, y: [towards(i, xs) for i in range(len(xs))]]
    return [lambda *args_and_y, i=i: towards(i, args_and_y[:-1]) for i in range(count)]
