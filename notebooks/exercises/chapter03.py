"""The exercises of 03_from_neuron_to_network."""

import math
from typing import Any

from autograd import Value

from . import exercise
from .answers import called, close, expect, number, parts


@exercise("3.1")
def number_of_parameters(answer: Any) -> str | None:
    slips = {
        120.0: "Those are the weights. Every neuron has a bias as well.",
        18.0: "Those are the biases. Every neuron has a weight for each of its inputs, too.",
    }
    return expect(answer, 138, "A layer of n neurons with m inputs has n·m weights and n biases.", slips)


@exercise("3.2")
def three_neurons_collapsed(answer: Any) -> str | None:
    w, b = parts(answer, "w", "b")
    return expect(
        w, 5, "x reaches y through both: 3·2 through h₁, 1·(−1) through h₂.", {7.0: "h₂ falls by 1 as x grows by 1."}
    ) or expect(
        b, 4, "Put x = 0: h₁ = 1, h₂ = 3, so y = 3·1 + 3 − 2.", {6.0: "Do not forget the −2.", 2.0: "3·1 + 3 − 2."}
    )


@exercise("3.3")
def sigmoid_and_its_slope(answer: Any) -> str | None:
    function, slope = parts(answer, "my_sigmoid", "slope_from_result")
    for point in (0.0, 1.5, -2.0):
        x = Value(point)
        s = called(function, x, shown=f"my_sigmoid(Value({point:g}))")
        if not isinstance(s, Value):
            return "my_sigmoid has to return a Value: use x.exp() or autograd.exp, not math.exp or x.data."
        truth = 1 / (1 + math.exp(-point))
        if not close(s, truth):
            return f"At x = {point:g} your sigmoid gives {s.data:g} instead of {truth:g}. Is it e to the minus x?"
        s.backward()
        if not close(x.grad, truth * (1 - truth)):
            return "my_sigmoid has to compute with x itself, not with x.data: its result does not know x any more."
        found = number(called(slope, s.data, shown=f"slope_from_result({s.data:.3g})"), "slope_from_result(s)")
        if not close(found, x.grad):
            return f"Where s = {s.data:g} the slope is {x.grad:g}, not {found:g}. It has two factors."
    return None
