"""What counts as a real number, and how to say that something does not."""

from numbers import Real
from typing import Any


def as_float(number: Any) -> float:
    """`number` as a float. TypeError, with advice, for what is no real number; OverflowError beyond 1.8e308."""
    if type(number) is float:
        return number
    if isinstance(number, float):  # NumPy's
        return float(number)
    if isinstance(number, (int, Real)):  # every int is Real, but an abstract class is slow to ask
        try:
            return float(number)
        except OverflowError:
            kind = type(number).__name__
            raise OverflowError(f"this {kind} is beyond the range of a float, about ±1.8e308") from None
    if (item := _item(number)) is not None:
        if getattr(number, "requires_grad", False):
            raise TypeError(f"{described(number)} would lose the graph of its own library: use .detach() or .item()")
        return float(item)
    raise TypeError(f"expected a real number, got {described(number)}.{_advice(number)}")


def are_plain(numbers: list[Any]) -> bool:
    """Are all of them floats or Python's other numbers? Their sum is a float then, and to add is faster than to look at
    each type; one stranger makes it something else or fails."""
    try:
        return type(sum(numbers, 0.0)) is float
    except (TypeError, ValueError, ArithmeticError):
        return False


def as_operand(other: Any) -> float | None:
    """A plain number as a float; None for a stranger, who may know what to do with a Value."""
    if type(other) is float:
        return other
    if isinstance(other, float):  # NumPy's
        return float(other)
    if type(other) is int or is_real(other):
        return as_float(other)
    if isinstance(other, str | bytes | list | tuple):
        as_float(other)  # raises: Python's own answer would be about repeating a sequence
    return None


def same(a: float, b: float) -> bool:
    """Equal, or both nan."""
    return a == b or (a != a and b != b)


def is_real(number: Any) -> bool:
    """Is it an int, float, bool, Fraction, or another library's number of shape ()?"""
    return isinstance(number, Real) or _item(number) is not None


def _item(thing: Any) -> Real | None:
    """The number of a scalar of NumPy (whose bool is not registered as Real), PyTorch, JAX …: of what has no axes.

    Under the mask of NumPy's masked arrays lies some number or other, which stands for "there is none".
    """
    if getattr(thing, "shape", None) != () or not hasattr(thing, "item") or getattr(thing, "mask", False):
        return None
    item = thing.item()
    return item if isinstance(item, Real) else None


def applies_rows(thing: Any) -> bool:
    """Whether `thing` takes part in operations by itself: a Value, a dual number, a tracer."""
    return hasattr(type(thing), "_apply_operation")


def takes_part(thing: Any) -> bool:
    """Whether `thing` may be an operand: a number, or something that takes part by itself."""
    return type(thing) is float or applies_rows(thing) or is_real(thing)


def described(thing: Any) -> str:
    """What was given, for a message: its type and the beginning of its repr."""
    text = repr(thing)
    return f"{type(thing).__name__} {text if len(text) <= 60 else text[:57] + '...'}"


def _advice(thing: Any) -> str:
    """What to do instead, by what was given."""
    if applies_rows(thing):
        return " A number is wanted, not another Value: take its .data for the number, or use the Value as it is."
    if isinstance(thing, complex):
        return " Values are real: give the real and the imaginary part a Value each."
    if isinstance(thing, str | bytes):
        return " Convert text with float(...) first."
    if hasattr(thing, "shape") or isinstance(thing, list | tuple | set):
        return " Values and operations are about one scalar at a time: [Value(x) for x in xs], [tanh(x) for x in xs]."
    if is_real(getattr(thing, "data", None)):
        return " Take its .data, which is one."
    return " Convert it with float(...) first if that is what you mean."
