"""The true value and derivatives of a function, from its definition alone.

A definition is written with mpmath; its derivatives are central differences of it, in arithmetic with so many bits that
nothing of what a float can show is lost. Nothing here knows how the engine computes anything.
"""

from collections.abc import Callable
from typing import Any

from mpmath import mp, mpf

STEP_BITS = 60  # the step is 2⁻⁶⁰ of the distance to the next singularity: the differences are wrong by 2⁻¹²⁰
SMALLEST = mpf(2) ** -1080  # nothing below this can be told from 0 by a float
WEIGHTS = (  # of f(x − 2h), …, f(x + 2h) in the k-th difference
    (0, 0, 1, 0, 0),
    (0, mpf(-1) / 2, 0, mpf(1) / 2, 0),
    (0, 1, -2, 1, 0),
    (mpf(-1) / 2, 1, 0, -1, mpf(1) / 2),
    (1, -4, 6, -4, 1),
)


def derivatives(f: Callable[[Any], Any], x: float, scale: Any) -> list[Any]:
    """[f(x), f′(x), …, f⁗(x)] to 60 bits and more; `scale` is the distance from x to where f stops being analytic."""
    bits = 400
    while True:
        with mp.workprec(bits):
            found, noise = _differences(f, x, mpf(scale) / 2**STEP_BITS, bits)
        if all(n <= max(abs(d), SMALLEST) / 2**60 for d, n in zip(found, noise, strict=True)):
            return found
        bits *= 2
        if bits > 30_000:
            raise ArithmeticError(f"no truth for x = {x!r}: {found}, {noise}")


def _differences(f: Callable[[Any], Any], x: float, h: Any, bits: int) -> tuple[list[Any], list[Any]]:
    """The difference quotients and a bound for the rounding error in each."""
    values = [f(mpf(x) + i * h) for i in (-2, -1, 0, 1, 2)]
    size = max(map(abs, values)) / mpf(2) ** (bits - 12)
    quotients = [sum(w * v for w, v in zip(row, values, strict=True)) / h**k for k, row in enumerate(WEIGHTS)]
    return quotients, [size / h**k if k else mpf(0) for k in range(5)]
