"""Right and wrong answers to the exercises of notebooks 6 to 10, as in notebook_answers.py."""

import math
from fractions import Fraction

import numpy as np

from autograd import Value, differentiate, exp, grad
from tests.notebook_answers import nothing


def sigmoid_errors(a, weights, delta_next):
    back = [sum(row[i] * d for row, d in zip(weights, delta_next, strict=True)) for i in range(len(a))]
    return [v * (1 - v) * s for v, s in zip(a, back, strict=True)]


def sums_alone(a, weights, delta_next):
    return [sum(row[i] * d for row, d in zip(weights, delta_next, strict=True)) for i in range(len(a))]


def scaled_to(gradients, limit):
    norm = math.hypot(*gradients)
    return [g * min(1.0, limit / norm) for g in gradients]


def clipped_if_long(gradients, limit):
    norm = sum(g * g for g in gradients) ** 0.5
    if norm > limit:
        gradients = [g * limit / norm for g in gradients]
    return gradients


def clipped_in_place(gradients, limit):
    norm = math.hypot(*gradients)
    for i, g in enumerate(gradients):
        gradients[i] = g * min(1.0, limit / norm)


def newton_on_values(f, x, steps=20):
    for _ in range(steps):
        x = Value(x)
        slope = differentiate(f(x), x)
        x = x.data - slope.data / differentiate(slope, x).data
    return Value(x)


def newton(f, x, steps=20):
    for _ in range(steps):
        x = x - grad(f)(x) / grad(grad(f))(x)
    return x


def newton_for_a_zero(f, x, steps=20):
    for _ in range(steps):
        x = x - f(x) / grad(f)(x)
    return x


def second_derivative_by_values():
    slope = grad(grad(lambda x: x**2 * exp(x)))
    return slope(Value(0.0))


def program_by_hand(a, b):
    v1 = math.sin(a)
    v2 = v1 * b
    d_a = 1.0 + b * math.cos(a)
    return v2 + a, d_a, v1


def program_in_many_lines(a, b):
    v1 = math.sin(a)
    d_v2 = 1.0
    d_v1 = d_v2 * b
    return [v1 * b + a, d_v1 * math.cos(a) + 1.0, d_v2 * v1]


def softmax_at(scores, temperature):
    powers = [math.exp((s - max(scores)) / temperature) for s in scores]
    return [p / sum(powers) for p in powers]


def softmax_of_an_array(scores, temperature):
    powers = np.exp((np.array(scores) - max(scores)) / temperature)
    return powers / powers.sum()


def careless_softmax(scores, temperature):
    powers = [math.exp(s / temperature) for s in scores]
    return [p / sum(powers) for p in powers]


def step_with_penalty(weights, gradients, rate, strength):
    return [w - rate * (g + 2 * strength * w) for w, g in zip(weights, gradients, strict=True)]


ANSWERS = {
    "6.1": (
        [lambda: 0.5**6, lambda: 1 / 64, lambda: Fraction(1, 64)],
        [lambda: 0.25**6, lambda: 64, lambda: 3, lambda: 0.5, lambda: "1/64", lambda: [0.5] * 6, lambda: 0.0156],
    ),
    "6.2": (
        [lambda: sigmoid_errors, lambda: lambda *given: tuple(sigmoid_errors(*given))],
        [
            lambda: sums_alone,
            lambda: lambda a, weights, delta_next: [0.0] * 3,
            lambda: lambda a, w, d: [1.0],
            lambda: lambda a, w, d: a * (1 - a),
            lambda: lambda a, w, d: 0.5,
            lambda: nothing,
        ],
    ),
    "6.3": (
        [lambda: scaled_to, lambda: clipped_if_long, lambda: lambda g, limit: np.array(scaled_to(g, limit))],
        [
            lambda: lambda gradients, limit: [g * limit / math.hypot(*gradients) for g in gradients],
            lambda: lambda gradients, limit: [max(-limit, min(limit, g)) for g in gradients],
            lambda: lambda gradients, limit: gradients,
            lambda: clipped_in_place,
            lambda: lambda gradients, limit: gradients * limit,
            lambda: lambda gradients, limit: 1.0,
        ],
    ),
    "7.1": (
        [lambda: (1.38, -7.24), lambda: (0.1 * 6.9 + 0.1 * 6.9, -2 * (5 - 1.38))],
        [lambda: (6.9, -7.24), lambda: (1.38, 7.24), lambda: (1.38, -3.62), lambda: 1.38, lambda: (1.38, None)],
    ),
    "7.2": (
        [lambda: (0.75, 0.6, 2 / 3), lambda: (6 / 8, 6 / 10, 12 / 18), lambda: (0.75, 0.6, 0.667)],
        [
            lambda: (0.6, 0.75, 2 / 3),
            lambda: (0.75, 0.6, 0.675),
            lambda: (0.75, 0.75, 0.75),
            lambda: (6, 4, 5),
            lambda: (75, 60, 66.7),
            lambda: (0.75, 0.6),
            lambda: (0.75, 0.6, "2/3"),
        ],
    ),
    "7.3": (
        [lambda: step_with_penalty, lambda: lambda *given: np.array(step_with_penalty(*given))],
        [
            lambda: lambda w, g, rate, strength: step_with_penalty(w, g, rate, 0.0),
            lambda: lambda w, g, rate, strength: step_with_penalty(w, g, rate, strength / 2),
            lambda: lambda w, g, rate, strength: step_with_penalty(w, g, rate, -strength),
            lambda: lambda w, g, rate, strength: w,
            lambda: lambda w, g, rate, strength: w - rate * (g + 2 * strength * w),
            lambda: nothing,
        ],
    ),
    "8.1": (
        [lambda: 2, second_derivative_by_values, lambda: 2.0],
        [lambda: 0, lambda: 1, lambda: 6, lambda: grad(grad(lambda x: x**2 * exp(x))), lambda: "2"],
    ),
    "8.2": (
        [lambda: newton, lambda: newton_on_values],
        [
            lambda: newton_for_a_zero,
            lambda: lambda f, x: x,
            lambda: lambda f, x: x - grad(f)(x) / 10,
            lambda: lambda f, x: x - f.grad,
            lambda: lambda f, x: x / 0,
            lambda: nothing,
        ],
    ),
    "8.3": (
        [lambda: -0.8, lambda: -4 / 5, lambda: Fraction(-4, 5)],
        [lambda: 0.8, lambda: -1.25, lambda: -0.5, lambda: 2, lambda: "-4/5", lambda: (-4, 5)],
    ),
    "9.1": (
        [lambda: 100, lambda: math.sqrt(10_000)],
        [lambda: 1, lambda: 10, lambda: 10_000, lambda: 50, lambda: "sqrt(10000)"],
    ),
    "9.2": (
        [lambda: program_by_hand, lambda: program_in_many_lines],
        [
            lambda: lambda a, b: (math.sin(a) * b + a, b * math.cos(a), math.sin(a)),
            lambda: lambda a, b: (math.sin(a) * b + a, b * math.cos(a) + 1, 1.0),
            lambda: lambda a, b: (math.sin(a * b) + a, b * math.cos(a) + 1, math.sin(a)),
            lambda: lambda a, b: math.sin(a) * b + a,
            lambda: lambda a, b: (sine, 1, 2),  # noqa: F821
            lambda: nothing,
        ],
    ),
    "9.3": ([lambda: 3, lambda: 3.0], [lambda: 2, lambda: 4, lambda: 5, lambda: 1, lambda: "3"]),
    "10.1": (
        [lambda: (0.2, 0.8), lambda: (1 / 5, 4 / 5)],
        [
            lambda: (0.25, 0.75),
            lambda: (0, 1),
            lambda: (1, 4),
            lambda: (0.2, 4),
            lambda: 0.2,
            lambda: (0.8, 0.2),
            lambda: ("1/5", "4/5"),
        ],
    ),
    "10.2": (
        [lambda: 210, lambda: sum(range(1, 21))],
        [lambda: 400, lambda: 190, lambda: 200, lambda: 20, lambda: range(1, 21)],
    ),
    "10.3": (
        [lambda: softmax_at, lambda: softmax_of_an_array],
        [
            lambda: careless_softmax,
            lambda: lambda scores, temperature: softmax_at(scores, 1.0),
            lambda: lambda scores, temperature: softmax_at(scores, 1 / temperature),
            lambda: lambda scores, temperature: [math.nan] * len(scores),
            lambda: lambda scores, temperature: scores / temperature,
            lambda: nothing,
        ],
    ),
}
