"""Checks of arguments that several layers share."""

import math
import operator
import random
from collections.abc import Callable, Iterable, Mapping
from difflib import get_close_matches
from numbers import Integral, Real
from typing import Any

from autograd import Value
from autograd.system.choices import flag as flag
from nn.basics.nested import Nested, as_row, is_iterable, is_list, shape, without_arrays


def as_number(x: Any) -> float | None:
    """`x` as a float, NumPy's numbers included; None for what is no number, or too large for one."""
    try:
        return float(x) if isinstance(x, Real) and not isinstance(x, bool) else None
    except OverflowError:
        return None


def as_whole(x: Any) -> int | None:
    """`x` as an int; None for what is no whole number, such as True, 2.0 and an array of it, which int() would take."""
    try:
        return None if isinstance(x, bool) else operator.index(x)
    except TypeError:  # every array has an __index__, and most refuse to answer
        return None


def positive(name: str, number: Any, least: int = 1) -> int:
    """`number` as an int of at least `least`; TypeError or ValueError, which say so, if it is none."""
    whole = as_whole(number)
    if whole is None:
        raise TypeError(f"{name} must be a whole number, not {number!r}")
    if whole < least:
        raise ValueError(f"{name} must be at least {least}, not {number}")
    return whole


def setting(name: str, given: Any, expected: str, holds: Callable[[float], bool] = math.isfinite) -> float:
    """`given` as a float, if it is a number and this `holds` of it: TypeError or ValueError that says what is expected.

    As it was given, a float32 would leave its few digits to whatever is computed with it.
    """
    number = as_number(given)
    if number is None or not holds(number):
        error = TypeError if number is None else ValueError
        raise error(f"{name} has to be {expected}, got {given!r:.60}")
    return number


def check_functions(**arguments: object) -> None:
    """TypeError for an argument that is no function."""
    for name, given in arguments.items():
        if not callable(given):
            raise TypeError(f"{name} has to be a function (of what, the docstring says), got {given!r:.60}")


def parameter_list(who: str, params: Any) -> list[Any]:
    """`params` as a list; TypeError that says what is meant for a model, a single Value or anything else."""
    if is_iterable(params):
        return list(params)
    advice = "write [it]" if isinstance(params, Value | Mapping) else "pass model.parameters()"
    given = repr(params).partition("\n")[0]  # a model's repr goes on with its layers
    raise TypeError(f"{who} takes a list of parameters, got {given:.40} ({type(params).__name__}): {advice}")


def is_whole(x: Any) -> bool:
    """Whether `x` is a number without a fraction, as 2 and 2.0 are: a class may be either."""
    return isinstance(x, Integral) or (isinstance(x, Real) and x % 1 == 0)


def index(what: str, i: Any, count: int) -> int:
    """`i` as an int if it is one of 0 … count − 1; otherwise ValueError that says `what` was counted."""
    number = without_arrays(i)
    if not is_whole(number) or not 0 <= number < count:
        raise ValueError(f"{what} {i!r:.60} does not exist: {what} must be a whole number from 0 to {count - 1}")
    return int(number)


def numbers(layer: str, x: Nested, count: int) -> list[Any]:
    """`x` as a list if it holds `count` numbers; otherwise ValueError that names the layer."""
    row = as_row(without_arrays(x))
    if len(row) != count or any(map(is_list, row)):
        raise ValueError(f"{layer} takes a list of {count} numbers, not {shape(x)}")
    return row


def each_row(rows: Any) -> Any:
    """What batch() was given, if it gives one row after the other; TypeError for a single thing."""
    if not is_iterable(rows):
        raise TypeError(f"batch() takes a list of rows, [x0, x1, …], got {rows!r:.60}")
    return rows


def sequence(layer: str, x: Nested, size: int) -> list[list[Any]]:
    """`x` as a list of lists of `size` numbers, at least one; otherwise ValueError that names the layer."""
    steps = [as_row(step) for step in without_arrays(x)] if is_list(x) else []
    if not steps or any(len(step) != size for step in steps):
        raise ValueError(f"{layer} takes a sequence of lists of {size} numbers, not {shape(x)}")
    return steps


def as_rng(rng: Any, draws: str = "gauss") -> Any:
    """A generator: the one given, a new one from a seed, or the `random` module itself for None."""
    if rng is None:
        return random
    if isinstance(rng, int) and not isinstance(rng, bool):
        return random.Random(rng)
    if not hasattr(rng, draws):
        raise TypeError(f"rng must be a random.Random, a whole number as seed, or None, not {type(rng).__name__}")
    return rng


def did_you_mean(given: str, names: Iterable[str]) -> str:
    """The end of a message about a name that is not there: the nearest of those that are, if one is near.

    >>> did_you_mean("rleu", ["relu", "tanh"])
    "; did you mean 'relu'?"
    >>> did_you_mean("PRICE", ["price", "PRIZES"])
    "; did you mean 'price'?"
    """
    in_small = {name.casefold(): name for name in reversed([*names])}  # of two, the first
    close = get_close_matches(given.casefold(), in_small, n=1)
    return f"; did you mean {in_small[close[0]]!r}?" if close else ""
