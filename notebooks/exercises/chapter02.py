"""The exercises of 02_why_the_order_matters."""

from typing import Any

from autograd import Value, tanh

from . import exercise
from .answers import Unanswered, a, called, close, expect, number, parts

USES = {"L": ("d", "e"), "d": ("c", "a"), "e": ("c",), "c": ("a", "b"), "a": (), "b": ()}


@exercise("2.1")
def slope_and_paths(answer: Any) -> str | None:
    slope, paths = parts(answer, "slope", "paths")
    slips = {8.0: "That is the part of a·a. The + a brings one more.", 5.0: "a·a uses a twice: two paths, 4 each."}
    return expect(slope, 9.0, "d(a²)/da = 2a, and the + a adds 1.", slips, "The slope") or expect(
        paths, 3, "Count arrows that leave a: two into a·a, one into the sum.", {2.0: "a·a has two arrows from a."}
    )


@exercise("2.2")
def order_of_the_backward_pass(answer: Any) -> str | None:
    if isinstance(answer, str):
        answer = answer.replace(",", " ").split()
    if not isinstance(answer, list | tuple):
        return f"The order is a list of the names {', '.join(USES)}, in quotation marks, not {a(answer)}."
    if any(name is ... for name in answer):
        raise Unanswered
    order = [name.label if isinstance(name, Value) else name for name in answer]
    strange = [name for name in order if name not in tuple(USES)]
    if strange:
        return f"{strange[0]!r} is none of the names {', '.join(USES)} (in quotation marks)."
    if sorted(order) != sorted(USES):
        return f"The list must hold each of {', '.join(USES)} once, got {', '.join(order)}."
    for name, parents in USES.items():
        for parent in parents:
            if order.index(parent) < order.index(name):
                return f"{parent} comes before {name}, which uses it: {parent} is not complete by then."
    return None


@exercise("2.3")
def gradient_on_any_graph(answer: Any) -> str | None:
    x, y = Value(3.0), Value(-2.0)
    twice = x * 2
    shared = twice * twice
    cases = [
        (x + y, x, 1.0, "on a + b, where nothing is shared."),
        (x * x, x, 6.0, "on a * a: does the second arrow add to the first?"),
        (shared, x, 24.0, "on (2a)²: is 2a complete before you go on from it?"),
        (tanh(shared * 0.01) * y + shared, y, tanh(0.36), "on a graph with several shared nodes."),
    ]
    for root, leaf, truth, where in cases:
        found = number(called(answer, root, leaf, shown="gradient(root, leaf)"), "The gradient")
        if x.grad or y.grad:
            return "Somebody's .grad was changed: keep the gradients in the dictionary, and leave .grad as it is."
        if not close(found, truth):
            return f"It gives {found:g} instead of {truth:g} {where}"
    return None
