"""The exercises of 06_when_gradients_vanish_or_explode."""

import math
from typing import Any

from . import exercise
from .answers import called, close, expect, numbers, plain


@exercise("6.1")
def largest_factor_of_a_chain(answer: Any) -> str | None:
    slips = {
        0.25**6: "Those are the slopes of the sigmoids. Every link is multiplied by its weight, too.",
        2.0**6: "Those are the weights. Every link is multiplied by the sigmoid's slope, too.",
        3.0: "The links multiply, they do not add.",
        **dict.fromkeys((0.016, 0.0156, 0.01563), "Yes, but rounded: write it as a power, ½ as 0.5."),
    }
    return expect(answer, 0.5**6, "Each link has the slope w · S′(z). How large can S′ be?", slips)


@exercise("6.2")
def error_signals_of_a_layer(answer: Any) -> str | None:
    a, weights, delta_next = [0.5, 0.9, 0.2], [[1.0, -2.0, 0.5], [3.0, 1.0, -1.0]], [0.1, -0.2]
    found = called(answer, a, weights, delta_next, shown="errors(a, weights, delta_next)")
    found = numbers(found, len(a), "The list of errors (there are three neurons in the layer that is tried)")
    sums = [-0.5, -0.4, 0.25]
    truth = [s * v * (1 - v) for s, v in zip(sums, a, strict=True)]
    if all(close(f, s) for f, s in zip(found, sums, strict=True)):
        return "The sums are right. Each still has to be multiplied by the neuron's own slope, a·(1 − a)."
    for i, (f, t) in enumerate(zip(found, truth, strict=True)):
        if not close(f, t):
            return f"δ{i} should be {t:g}, got {f:g}: aᵢ(1 − aᵢ) times the sum of weights[j][i] · delta_next[j]."
    return None


@exercise("6.3")
def clipping_by_the_norm(answer: Any) -> str | None:
    for gradients, limit in (([3.0, -4.0], 1.0), ([0.3, 0.4], 1.0), ([6.0, 0.0, 8.0], 2.0)):
        norm = math.hypot(*gradients)
        truth = [g * min(1.0, limit / norm) for g in gradients]
        found = called(answer, list(gradients), limit, shown=f"clipped({plain(gradients)}, {limit:g})")
        found = numbers(found, len(gradients), "What clipped returns")
        if not all(close(f, t) for f, t in zip(found, truth, strict=True)):
            which = "is within the limit and stays as it is" if norm <= limit else f"has the norm {norm:g}: scale all"
            return f"{plain(gradients)} {which}; with the limit {limit:g} it is {plain(truth)}, yours {plain(found)}."
    return None
