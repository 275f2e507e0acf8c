"""Right and wrong answers to the exercises of notebooks 6 to 10, as in notebook_answers.py."""

import math

from autograd import Value, exp, grad


def sigmoid_errors(a, weights, delta_next):
    back = [sum(row[i] * d for row, d in zip(weights, delta_next, strict=True)) for i in range(len(a))]
    return [v * (1 - v) * s for v, s in zip(a, back, strict=True)]


def sums_alone(a, weights, delta_next):
    return [sum(row[i] * d for row, d in zip(weights, delta_next, strict=True)) for i in range(len(a))]


def scaled_to(gradients, limit):
    norm = math.hypot(*gradients)
    return [g * min(1.0, limit / norm) for g in gradients]


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


def softmax_at(scores, temperature):
    powers = [math.exp((s - max(scores)) / temperature) for s in scores]
    return [p / sum(powers) for p in powers]


def careless_softmax(scores, temperature):
    powers = [math.exp(s / temperature) for s in scores]
    return [p / sum(powers) for p in powers]


def step_with_penalty(weights, gradients, rate, strength):
    return [w - rate * (g + 2 * strength * w) for w, g in zip(weights, gradients, strict=True)]


ANSWERS = {
    "6.1": ([lambda: 0.5**6, lambda: 1 / 64], [lambda: 0.25**6, lambda: 64, lambda: 3, lambda: 0.5]),
    "6.2": (
        [lambda: sigmoid_errors],
        [lambda: sums_alone, lambda: lambda a, weights, delta_next: [0.0] * 3, lambda: lambda a, w, d: [1.0]],
    ),
    "6.3": (
        [lambda: scaled_to],
        [
            lambda: lambda gradients, limit: [g * limit / math.hypot(*gradients) for g in gradients],
            lambda: lambda gradients, limit: [max(-limit, min(limit, g)) for g in gradients],
            lambda: lambda gradients, limit: gradients,
        ],
    ),
    "7.1": ([lambda: (1.38, -7.24)], [lambda: (6.9, -7.24), lambda: (1.38, 7.24), lambda: (1.38, -3.62), lambda: 1.38]),
    "7.2": (
        [lambda: (0.75, 0.6, 2 / 3), lambda: (6 / 8, 6 / 10, 12 / 18)],
        [lambda: (0.6, 0.75, 2 / 3), lambda: (0.75, 0.6, 0.675), lambda: (0.75, 0.75, 0.75), lambda: (6, 4, 5)],
    ),
    "7.3": (
        [lambda: step_with_penalty],
        [
            lambda: lambda w, g, rate, strength: step_with_penalty(w, g, rate, 0.0),
            lambda: lambda w, g, rate, strength: step_with_penalty(w, g, rate, strength / 2),
            lambda: lambda w, g, rate, strength: step_with_penalty(w, g, rate, -strength),
            lambda: lambda w, g, rate, strength: w,
        ],
    ),
    "8.1": ([lambda: 2, second_derivative_by_values], [lambda: 0, lambda: 1, lambda: 6]),
    "8.2": (
        [lambda: newton],
        [lambda: newton_for_a_zero, lambda: lambda f, x: x, lambda: lambda f, x: x - grad(f)(x) / 10],
    ),
    "8.3": ([lambda: -0.8, lambda: -4 / 5], [lambda: 0.8, lambda: -1.25, lambda: -0.5, lambda: 2]),
    "9.1": ([lambda: 100], [lambda: 1, lambda: 10, lambda: 10_000, lambda: 50]),
    "9.2": (
        [lambda: program_by_hand],
        [
            lambda: lambda a, b: (math.sin(a) * b + a, b * math.cos(a), math.sin(a)),
            lambda: lambda a, b: (math.sin(a) * b + a, b * math.cos(a) + 1, 1.0),
            lambda: lambda a, b: (math.sin(a * b) + a, b * math.cos(a) + 1, math.sin(a)),
        ],
    ),
    "9.3": ([lambda: 3], [lambda: 2, lambda: 4, lambda: 5, lambda: 1]),
    "10.1": (
        [lambda: (0.2, 0.8), lambda: (1 / 5, 4 / 5)],
        [lambda: (0.25, 0.75), lambda: (0, 1), lambda: (1, 4), lambda: (0.2, 4), lambda: 0.2],
    ),
    "10.2": ([lambda: 210], [lambda: 400, lambda: 190, lambda: 200, lambda: 20]),
    "10.3": (
        [lambda: softmax_at],
        [
            lambda: careless_softmax,
            lambda: lambda scores, temperature: softmax_at(scores, 1.0),
            lambda: lambda scores, temperature: softmax_at(scores, 1 / temperature),
        ],
    ),
}
