"""The exercises of 06_when_gradients_vanish_or_explode."""

import math
from typing import Any

from . import Unanswered, close, exercise, expect


@exercise("6.1")
def largest_factor(answer: Any) -> str | None:
    slips = {
        0.25**6: "Those are the slopes of the sigmoids. Every link is multiplied by its weight, too.",
        2.0**6: "Those are the weights. Every link is multiplied by the sigmoid's slope, too.",
        3.0: "The links multiply, they do not add.",
    }
    return expect(answer, 0.5**6, "Each link has the slope w · S′(z). How large can S′ be?", slips)


@exercise("6.2")
def errors_of_a_layer(answer: Any) -> str | None:
    a, weights, delta_next = [0.5, 0.9, 0.2], [[1.0, -2.0, 0.5], [3.0, 1.0, -1.0]], [0.1, -0.2]
    found = answer(a, weights, delta_next)
    if found is ...:
        raise Unanswered
    sums = [-0.5, -0.4, 0.25]
    truth = [s * v * (1 - v) for s, v in zip(sums, a, strict=True)]
    if len(found) != len(a):
        return f"There are {len(a)} neurons in the layer, so {len(a)} errors, not {len(found)}."
    if all(close(f, s) for f, s in zip(found, sums, strict=True)):
        return "The sums are right. Each still has to be multiplied by the neuron's own slope, a·(1 − a)."
    for i, (f, t) in enumerate(zip(found, truth, strict=True)):
        if not close(f, t):
            return f"δ{i} should be {t:g}, got {f:g}: aᵢ(1 − aᵢ) times the sum of weights[j][i] · delta_next[j]."
    return None


@exercise("6.3")
def clipping(answer: Any) -> str | None:
    if answer([3.0, 4.0], 1.0) is ...:
        raise Unanswered
    for gradients, limit in (([3.0, -4.0], 1.0), ([0.3, 0.4], 1.0), ([6.0, 0.0, 8.0], 2.0)):
        norm = math.hypot(*gradients)
        truth = [g * min(1.0, limit / norm) for g in gradients]
        found = answer(list(gradients), limit)
        if not all(close(f, t) for f, t in zip(found, truth, strict=True)):
            which = "is within the limit and stays as it is" if norm <= limit else f"has the norm {norm:g}: scale all"
            return f"{gradients} {which}; with the limit {limit:g} it becomes {truth}, yours gives {list(found)}."
    return None
