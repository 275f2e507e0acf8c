"""Right and wrong answers to the exercises of the notebooks: {exercise: (right answers, wrong answers)}.

An answer is made anew for each use, because checkers may run it: every entry is a function without arguments.
"""

import math

from autograd import Value, mean, naive_backward, relu, topological_order
from nn import hinge


def built(make):
    """What the third exercise of notebook 1 wants: (y, p, q) with y made from p and q."""
    p, q = Value(4.0), Value(-1.0)
    return make(p, q), p, q


def in_order(root, leaf):
    grads = dict.fromkeys(topological_order(root), 0.0)
    grads[root] = 1.0
    for node in reversed(topological_order(root)):
        for parent, local in zip(node.parents, node.local_grads, strict=True):
            grads[parent] += local * grads[node]
    return grads.get(leaf, 0.0)


def overwriting(root, leaf):
    grads = {root: 1.0}
    for node in reversed(topological_order(root)):
        for parent, local in zip(node.parents, node.local_grads, strict=True):
            grads[parent] = local * grads[node]
    return grads.get(leaf, 0.0)


def eagerly(root, leaf):
    return naive_backward(root).naive.get(leaf, 0.0)


def fitted_line(points, forget=False):
    a, b = Value(0.0), Value(0.0)
    for _ in range(500):
        loss = mean([(a * x + b - y) ** 2 for x, y in points])
        if not forget:
            a.grad = b.grad = 0.0
        loss.backward()
        a.data -= 0.1 * a.grad
        b.data -= 0.1 * b.grad
    return a.data, b.data


BINARY = ("sigmoid", "binary_cross_entropy")

ANSWERS = {
    "1.1": (
        [lambda: lambda x: 3 * x**2 - 2],
        [lambda: lambda x: 3 * x**2, lambda: lambda x: x**3 - 2 * x, lambda: lambda x: x.nothing, lambda: 1.0],
    ),
    "1.2": (
        [lambda: (8, 3, 24), lambda: (Value(8.0), 3.0, 24.0)],
        [lambda: (2, 3, 6), lambda: (8, 4, 32), lambda: (8, 3, 11), lambda: (8, 3, "24"), lambda: 24],
    ),
    "1.3": (
        [lambda: built(lambda p, q: 8 * p + 3 * q), lambda: built(lambda p, q: p**2 + 3 * q)],
        [lambda: built(lambda p, q: 8 * p), lambda: built(lambda p, q: 29.0), lambda: built(lambda p, q: p * q)],
    ),
    "2.1": (
        [lambda: (9, 3), lambda: (9.0, 3)],
        [lambda: (8, 3), lambda: (5, 3), lambda: (0, 3), lambda: (9, 2), lambda: (9, 1)],
    ),
    "2.2": (
        [lambda: ["L", "d", "e", "c", "a", "b"], lambda: ["L", "e", "d", "c", "b", "a"]],
        [
            lambda: ["L", "d", "c", "e", "a", "b"],
            lambda: ["a", "b", "c", "d", "e", "L"],
            lambda: ["L", "d", "e", "c", "a"],
            lambda: 3,
        ],
    ),
    "2.3": (
        [lambda: in_order],
        [lambda: overwriting, lambda: eagerly, lambda: lambda root, leaf: root.local_grads[0]],
    ),
    "3.1": ([lambda: 138], [lambda: 120, lambda: 18, lambda: 0, lambda: "138"]),
    "3.2": ([lambda: (5, 4), lambda: (5.0, 4.0)], [lambda: (7, 4), lambda: (5, 6), lambda: (1, 1), lambda: 5]),
    "3.3": (
        [lambda: (lambda x: 1 / (1 + (-x).exp()), lambda s: s * (1 - s))],
        [
            lambda: (lambda x: 1 / (1 + x.exp()), lambda s: s * (1 - s)),
            lambda: (lambda x: 1 / (1 + (-x).exp()), lambda s: 1 - s * s),
            lambda: (lambda x: 1 / (1 + math.exp(-x.data)), lambda s: s * (1 - s)),
        ],
    ),
    "4.1": (
        [
            lambda: lambda scores, labels: mean([relu(1 - t * s) for s, t in zip(scores, labels, strict=True)]),
            lambda: hinge,
        ],
        [
            lambda: lambda scores, labels: sum(relu(1 - t * s) for s, t in zip(scores, labels, strict=True)),
            lambda: lambda scores, labels: mean([1 - t * s for s, t in zip(scores, labels, strict=True)]),
            lambda: lambda scores, labels: hinge([s.data for s in scores], labels),
        ],
    ),
    "4.2": (
        [lambda: (2.95, -0.025)],
        [lambda: (3.05, 0.025), lambda: (2.95, 0.025), lambda: (2.95, -0.05), lambda: 2.95],
    ),
    "4.3": (
        [lambda: fitted_line],
        [
            lambda: lambda points: fitted_line(points, forget=True),
            lambda: lambda points: (0.0, 0.0),
            lambda: lambda points: 2.0,
        ],
    ),
    "5.1": (
        [lambda: (("none", "mse"), BINARY, ("softmax", "cross_entropy"), BINARY)],
        [
            lambda: (("none", "mse"), BINARY, BINARY, BINARY),
            lambda: (("sigmoid", "mse"), BINARY, ("softmax", "cross_entropy"), BINARY),
            lambda: (("none", "mse"), BINARY, ("softmax", "cross_entropy"), ("softmax", "cross_entropy")),
            lambda: (("none", "mse"), BINARY),
        ],
    ),
    "5.2": ([lambda: 160], [lambda: 156.25, lambda: 155, lambda: 157, lambda: 32, lambda: 5, lambda: 1000]),
    "5.3": (
        [lambda: lambda p, b, g, lr, mu: (p - lr * (mu * b + g), mu * b + g)],
        [
            lambda: lambda p, b, g, lr, mu: (p - lr * b, mu * b + g),
            lambda: lambda p, b, g, lr, mu: (p - lr * (mu * b + (1 - mu) * g), mu * b + (1 - mu) * g),
            lambda: lambda p, b, g, lr, mu: p - lr * g,
        ],
    ),
}
