"""The exercises of 01_values_and_the_chain_rule."""

from typing import Any

from autograd import Value

from . import exercise
from .answers import a, called, close, expect, number, parts


@exercise("1.1")
def slope_of_a_cubic(answer: Any) -> str | None:
    for x in (0.0, 1.0, -2.0, 0.5):
        found = number(called(answer, x, shown=f"g_prime({x:g})"), f"g_prime({x:g})")
        if not close(found, 3 * x**2 - 2):
            return f"At x = {x:g} the slope is {3 * x**2 - 2:g}, yours says {found:g}. (xⁿ has the slope n·xⁿ⁻¹.)"
    return None


@exercise("1.2")
def chain_rule_at_one_point(answer: Any) -> str | None:
    dy_du, du_dx, dy_dx = parts(answer, "dy/du", "du/dx", "dy/dx")
    at_x = {2.0: "dy/du is 2u, taken at u = 3x + 1 = 4, not at x = 1."}
    return (
        expect(dy_du, 8.0, "y = u², so dy/du = 2u. What is u at x = 1?", at_x, "dy/du")
        or expect(du_dx, 3.0, "u = 3x + 1: how much does u move when x moves by 1?", what="du/dx")
        or expect(dy_dx, 24.0, "The chain rule multiplies the two.", {11.0: "Multiply the two, do not add them."})
    )


@exercise("1.3")
def value_built_to_order(answer: Any) -> str | None:
    y, p, q = parts(answer, "y", "p", "q")
    for name, leaf in (("p", p), ("q", q)):
        if not isinstance(leaf, Value):
            return f"{name} is {a(leaf)}. Leave it a Value, as the cell has it, and make y from it."
    if not isinstance(y, Value):
        return f"y is {a(y)}. It has to be computed from p and q themselves (not p.data), so that it is a Value."
    before = p.grad, q.grad
    p.grad = q.grad = 0.0
    y.backward()
    slopes = p.grad, q.grad
    p.grad, q.grad = before
    if close(slopes[0], 8.0) and close(slopes[1], 3.0):
        return None
    return f"The gradients are {slopes[0]:g} and {slopes[1]:g}. In y = 5 * p the gradient of p would be 5."
