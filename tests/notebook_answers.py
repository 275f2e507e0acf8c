"""Right and wrong answers to the exercises of notebooks 1 to 5: {exercise: (right answers, wrong answers)}.

An answer is made anew for each use, because checkers may run it: every entry is a function without arguments. The
wrong ones are those that people give: slips of thought, forgotten returns, parts missing, quotation marks, plain
floats where a Value is meant.
"""

import math

import numpy as np

from autograd import Value, exp, grad, mean, naive_backward, relu, topological_order
from nn import SGD, hinge, mse


def built(make):
    """What the third exercise of notebook 1 wants: (y, p, q) with y made from p and q."""
    p, q = Value(4.0), Value(-1.0)
    return make(p, q), p, q


def walked(p_q):
    """The same, where the reader has called backward() already."""
    p_q[0].backward()
    return p_q


def nothing(*arguments):
    """A function whose `return` was forgotten."""


def in_order(root, leaf):
    """As the exercise's template has it, to its last line."""
    grads = dict.fromkeys(topological_order(root), 0.0)
    grads[root] = 1.0
    for node in reversed(topological_order(root)):
        for parent, local in zip(node.parents, node.local_grads, strict=True):
            grads[parent] += local * grads[node]
    return grads[leaf]


def by_lookup(root, leaf):
    grads = {root: 1.0}
    for node in reversed(topological_order(root)):
        for parent, local in zip(node.parents, node.local_grads, strict=True):
            grads[parent] = grads.get(parent, 0.0) + local * grads.get(node, 0.0)
    return grads.get(leaf, 0.0)


def by_backward(root, leaf):
    root.backward()
    return leaf.grad


def overwriting(root, leaf):
    grads = {root: 1.0}
    for node in reversed(topological_order(root)):
        for parent, local in zip(node.parents, node.local_grads, strict=True):
            grads[parent] = local * grads[node]
    return grads.get(leaf, 0.0)


def eagerly(root, leaf):
    return naive_backward(root).naive.get(leaf, 0.0)


def hinge_by_a_loop(scores, labels):
    total = 0
    for i in range(len(scores)):
        margin = 1 - labels[i] * scores[i]
        if margin > 0:
            total += margin
    return total / len(scores)


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


def line_by_an_optimizer(points):
    line = [Value(0.0), Value(0.0)]
    optimizer = SGD(line, lr=0.2)
    for _ in range(500):
        optimizer.zero_grad()
        mse([line[0] * x + line[1] for x, _ in points], [y for _, y in points]).backward()
        optimizer.step()
    return line


def momentum_in_two_lines(p, b, g, lr, mu):
    b = mu * b + g
    return [p - lr * b, b]


BINARY, SHARES = ("sigmoid", "binary_cross_entropy"), ("softmax", "cross_entropy")
HOUSE = ("none", "mse")

ANSWERS = {
    "1.1": (
        [lambda: lambda x: 3 * x**2 - 2, lambda: lambda x: 3 * x * x - 2, lambda: grad(lambda x: x**3 - 2 * x)],
        [
            lambda: lambda x: 3 * x**2,
            lambda: lambda x: x**3 - 2 * x,
            lambda: lambda x: x.nothing,
            lambda: 1.0,
            lambda: nothing,
            lambda: lambda: 3,
            lambda: lambda x: "3 * x**2 - 2",
            lambda: lambda x: (3 * x**2, -2),
        ],
    ),
    "1.2": (
        [lambda: (8, 3, 24), lambda: (Value(8.0), 3.0, 24.0), lambda: np.array([8, 3, 24])],
        [
            lambda: (2, 3, 6),
            lambda: (8, 4, 32),
            lambda: (8, 3, 11),
            lambda: (8, 3, "24"),
            lambda: 24,
            lambda: (8, 3),
            lambda: (lambda u: 2 * u, 3, 24),
            lambda: (8, 3, None),
        ],
    ),
    "1.3": (
        [
            lambda: built(lambda p, q: 8 * p + 3 * q),
            lambda: built(lambda p, q: p**2 + 3 * q),
            lambda: walked(built(lambda p, q: 8 * p + 3 * q - 100)),
        ],
        [
            lambda: built(lambda p, q: 8 * p),
            lambda: built(lambda p, q: 29.0),
            lambda: built(lambda p, q: p * q),
            lambda: built(lambda p, q: 8 * p.data + 3 * q.data),
            lambda: built(lambda p, q: [8 * p, 3 * q]),
            lambda: (29.0, 4.0, -1.0),
        ],
    ),
    "2.1": (
        [lambda: (9, 3), lambda: (9.0, 3), lambda: [9, 3]],
        [lambda: (8, 3), lambda: (5, 3), lambda: (0, 3), lambda: (9, 2), lambda: (9, 1), lambda: 9, lambda: ("9", 3)],
    ),
    "2.2": (
        [
            lambda: ["L", "d", "e", "c", "a", "b"],
            lambda: ["L", "e", "d", "c", "b", "a"],
            lambda: ("L", "d", "e", "c", "b", "a"),
            lambda: "L e d c a b",
            lambda: "L, e, d, c, a, b",
        ],
        [
            lambda: ["L", "d", "c", "e", "a", "b"],
            lambda: ["a", "b", "c", "d", "e", "L"],
            lambda: ["L", "d", "e", "c", "a"],
            lambda: 3,
            lambda: ["L", "d", "e", "c", "a", 2],
            lambda: ["L", "d", "e", "c", "a", Value(1.0)],
            lambda: {"L", "d", "e", "c", "a", "b"},
            lambda: None,
        ],
    ),
    "2.3": (
        [lambda: in_order, lambda: by_lookup],
        [
            lambda: overwriting,
            lambda: eagerly,
            lambda: lambda root, leaf: root.local_grads[0],
            lambda: lambda root, leaf: {}[leaf],
            lambda: lambda root, leaf: dict.fromkeys(topological_order(root), 0.0),
            lambda: lambda root, leaf: leaf,
            lambda: by_backward,
            lambda: nothing,
        ],
    ),
    "3.1": (
        [lambda: 138, lambda: 6 * 8 + 9 * 8 + 9 * 2, lambda: np.int64(138)],
        [lambda: 120, lambda: 18, lambda: 0, lambda: "138", lambda: [48, 72, 18], lambda: True],
    ),
    "3.2": (
        [lambda: (5, 4), lambda: (5.0, 4.0)],
        [lambda: (7, 4), lambda: (5, 6), lambda: (5, 2), lambda: (1, 1), lambda: 5, lambda: (5, 4, 0)],
    ),
    "3.3": (
        [
            lambda: (lambda x: 1 / (1 + (-x).exp()), lambda s: s * (1 - s)),
            lambda: (lambda x: exp(x) / (exp(x) + 1), lambda s: s - s**2),
        ],
        [
            lambda: (lambda x: 1 / (1 + x.exp()), lambda s: s * (1 - s)),
            lambda: (lambda x: 1 / (1 + (-x).exp()), lambda s: 1 - s * s),
            lambda: (lambda x: 1 / (1 + math.exp(-x.data)), lambda s: s * (1 - s)),
            lambda: (lambda x: 1 / (1 + math.exp(-x)), lambda s: s * (1 - s)),
            lambda: (lambda x: 1 / (1 + (-x).exp()), nothing),
            lambda: (lambda x: 1 / (1 + (-x).exp()), 0.25),
            lambda: (lambda x: Value(1 / (1 + math.exp(-x.data))), lambda s: s * (1 - s)),
        ],
    ),
    "4.1": (
        [
            lambda: lambda scores, labels: mean([relu(1 - t * s) for s, t in zip(scores, labels, strict=True)]),
            lambda: hinge,
            lambda: hinge_by_a_loop,
            lambda: lambda scores, labels: sum(max(0, 1 - t * s) for s, t in zip(scores, labels, strict=True)) / 4,
        ],
        [
            lambda: lambda scores, labels: sum(relu(1 - t * s) for s, t in zip(scores, labels, strict=True)),
            lambda: lambda scores, labels: mean([1 - t * s for s, t in zip(scores, labels, strict=True)]),
            lambda: lambda scores, labels: hinge([s.data for s in scores], labels),
            lambda: lambda scores, labels: [relu(1 - t * s) for s, t in zip(scores, labels, strict=True)],
            lambda: lambda scores, labels: relu(1 - labels * scores),
            lambda: lambda scores, labels: Value(hinge(scores, labels).data),
            lambda: nothing,
            lambda: 1.4375,
        ],
    ),
    "4.2": (
        [lambda: (2.95, -0.025), lambda: (3 - 0.1 * 0.5, -0.1 * 0.5**2)],
        [
            lambda: (3.05, 0.025),
            lambda: (2.95, 0.025),
            lambda: (2.95, -0.05),
            lambda: 2.95,
            lambda: ("2.95", "-0.025"),
        ],
    ),
    "4.3": (
        [lambda: fitted_line, lambda: line_by_an_optimizer],
        [
            lambda: lambda points: fitted_line(points, forget=True),
            lambda: lambda points: (0.0, 0.0),
            lambda: lambda points: 2.0,
            lambda: nothing,
            lambda: lambda points: (points[0].data, 1.0),
            lambda: lambda points: (math.inf, math.nan),
        ],
    ),
    "5.1": (
        [
            lambda: (HOUSE, BINARY, SHARES, BINARY),
            lambda: [["None", "MSE"], list(BINARY), list(SHARES), list(BINARY)],
            lambda: ((None, "mse"), SHARES, SHARES, BINARY),
        ],
        [
            lambda: (HOUSE, BINARY, BINARY, BINARY),
            lambda: (("sigmoid", "mse"), BINARY, SHARES, BINARY),
            lambda: (HOUSE, BINARY, SHARES, SHARES),
            lambda: (HOUSE, BINARY),
            lambda: ("mse", BINARY, SHARES, BINARY),
            lambda: (("mse", "none"), BINARY, SHARES, BINARY),
            lambda: (HOUSE, ("sigmoid", "bce"), SHARES, BINARY),
        ],
    ),
    "5.2": (
        [lambda: 160, lambda: math.ceil(1000 / 32) * 5],
        [lambda: 156.25, lambda: 155, lambda: 157, lambda: 32, lambda: 5, lambda: 1000, lambda: [32] * 5],
    ),
    "5.3": (
        [lambda: lambda p, b, g, lr, mu: (p - lr * (mu * b + g), mu * b + g), lambda: momentum_in_two_lines],
        [
            lambda: lambda p, b, g, lr, mu: (p - lr * b, mu * b + g),
            lambda: lambda p, b, g, lr, mu: (p - lr * (mu * b + (1 - mu) * g), mu * b + (1 - mu) * g),
            lambda: lambda p, b, g, lr, mu: (mu * b + g, p - lr * (mu * b + g)),
            lambda: lambda p, b, g, lr, mu: p - lr * g,
            lambda: lambda p, b, g, lr: (p, b),
            lambda: nothing,
        ],
    ),
}
