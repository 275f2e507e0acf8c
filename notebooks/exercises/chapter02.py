"""The exercises of 02_why_the_order_matters."""

from typing import Any

from autograd import Value, tanh

from . import Unanswered, close, exercise, expect

USES = {"L": ("d", "e"), "d": ("c", "a"), "e": ("c",), "c": ("a", "b"), "a": (), "b": ()}


@exercise("2.1")
def slope_and_paths(answer: Any) -> str | None:
    slope, paths = answer
    slips = {8.0: "That is the part of a·a. The + a brings one more.", 5.0: "a·a uses a twice: two paths, 4 each."}
    return expect(slope, 9.0, "d(a²)/da = 2a, and the + a adds 1.", slips) or expect(
        paths, 3, "Count arrows that leave a: two into a·a, one into the sum.", {2.0: "a·a has two arrows from a."}
    )


@exercise("2.2")
def backward_order(answer: Any) -> str | None:
    if sorted(answer) != sorted(USES):
        return f"The list must hold each of {', '.join(USES)} once, got {answer}."
    for name, parents in USES.items():
        for parent in parents:
            if answer.index(parent) < answer.index(name):
                return f"{parent} comes before {name}, which uses it: {parent} is not complete by then."
    return None


@exercise("2.3")
def gradient_on_any_graph(answer: Any) -> str | None:
    a, b = Value(3.0), Value(-2.0)
    twice = a * 2
    shared = twice * twice
    cases = [
        (a + b, a, 1.0, "on a + b, where nothing is shared"),
        (a * a, a, 6.0, "on a * a: does the second arrow add to the first?"),
        (shared, a, 24.0, "on (2a)²: is 2a complete before you go on from it?"),
        (tanh(shared * 0.01) * b + shared, b, tanh(0.36), "on a graph with several shared nodes"),
        (b * b, a, 0.0, "on a leaf that is not part of the graph, where it is 0"),
    ]
    for root, leaf, truth, where in cases:
        found = answer(root, leaf)
        if found is ...:
            raise Unanswered
        if not close(found, truth):
            return f"It gives {found} instead of {truth:g} {where}."
    return None
