"""The exercises of 08_derivatives_of_derivatives."""

from typing import Any

from autograd import exp

from . import exercise
from .answers import called, close, expect, number


@exercise("8.1")
def second_derivative_by_hand(answer: Any) -> str | None:
    slips = {0.0: "That is f′(0). Once more.", 1.0: "Differentiate the product twice: f″ = (2 + 4x + x²)·eˣ."}
    return expect(answer, 2.0, "f′ = (2x + x²)·eˣ. Differentiate that product once more and put x = 0.", slips)


@exercise("8.2")
def minimum_by_newtons_method(answer: Any) -> str | None:
    cases = [
        (lambda x: x**4 - 3 * x**3 + 2, 4.0, 2.25, True, "x⁴ − 3x³ + 2 from x = 4"),
        (lambda x: exp(x) - 2 * x, 0.0, 0.6931471805599453, False, "eˣ − 2x from x = 0"),
    ]
    for f, start, minimum, first, what in cases:
        found = number(called(answer, f, start, shown=f"minimise(f, {start:g})"), "What minimise returns")
        if first and close(found, start):
            return "x does not move: assign the new value to x in the loop."
        if not close(found, minimum):
            return f"For {what} the minimum is at {minimum:.6g}, yours ends at {found:.6g}. x ← x − f′(x)/f″(x)."
    return None


@exercise("8.3")
def slope_of_an_implicit_curve(answer: Any) -> str | None:
    slips = {
        0.8: "The sign: dy/dx = −(∂g/∂x)/(∂g/∂y).",
        -1.25: "That is dx/dy. Which of the two stands below?",
        -0.5: "xy depends on x and on y: it contributes y to ∂g/∂x and x to ∂g/∂y.",
    }
    return expect(answer, -0.8, "∂g/∂x = 2x + y and ∂g/∂y = x + 2y, at x = 1, y = 2.", slips)
