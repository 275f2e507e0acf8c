"""What counts as a real number, and how to say that something does not."""

from numbers import Real
from typing import Any


def as_float(number: Any) -> float:
    """`number` as a float. TypeError, with advice, for what is no real number; OverflowError beyond 1.8e308."""
    kind = type(number)
    if kind is float:
        return number  # type: ignore[no-any-return]
    if is_real(number):
        try:
            return float(number)
        except OverflowError:
            raise OverflowError(f"this {kind.__name__} is beyond the range of a float, about ±1.8e308") from None
    raise TypeError(f"expected a real number, got {described(number)}.{_advice(number)}")


def is_real(number: Any) -> bool:
    """Is it an int, float, bool, Fraction or NumPy real scalar? (NumPy's bool alone is not registered as Real.)"""
    kind = type(number)
    return isinstance(number, Real) or (kind.__module__ == "numpy" and kind.__name__ in ("bool_", "bool"))


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
    return " Convert it with float(...) first if that is what you mean."
