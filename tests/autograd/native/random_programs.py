"""Random programs over all rows and odd operands; prints all that can be seen. Two engines have to print the same.

    GLASSGRAD_ENGINE=python python -m tests.autograd.native.random_programs FIRST COUNT [odd]

`odd` overwrites data with what is no number, too.
"""

import copy
import math
import pickle
import random
import sys
from collections.abc import Callable
from fractions import Fraction
from typing import Any

import numpy as np

import autograd
from autograd import OPERATIONS, Value, no_grad, topological_order, trace_lines


class Sub(Value):
    """A subclass, with attributes of its own."""


WITHOUT = ("polygamma", "power_partial", "softmax_entry", "cross_entropy", "dot")  # choosy about their arguments
ROWS = [row for row in OPERATIONS.values() if row.name not in WITHOUT]
NUMBERS = [
    *(0.0, -0.0, 1, 2, -1, 3, True, Fraction(1, 3), np.float32(0.5), np.int64(2), np.float64(-1.5), 1e308, math.inf),
    *(math.nan, 10**400, "2", None, 1j, [1.0]),
]


def shown(thing: Any) -> str:
    """As text, floats to the last bit; all nans are one."""
    if isinstance(thing, float):
        return "nan" if thing != thing else float(thing).hex()
    if isinstance(thing, Value):
        return f"{type(thing).__name__}:{shown(getattr(thing, 'data', None))}"
    if isinstance(thing, list | tuple):
        return "[" + ",".join(map(shown, thing)) + "]"
    return repr(thing)


def by_hand(a: Value) -> Value:
    """An operation written the micrograd way."""
    out = Value(math.tanh(a.data), (a,), "hand")

    def closure() -> None:
        a.grad += (1.0 - out.data**2) * out.grad

    out._backward = closure
    return out


def hooked(a: Value) -> Value:
    """The same node, whose gradient is changed on its way."""
    inner = a._backward

    def hook() -> None:
        a.grad *= 0.5
        inner()

    a._backward = hook
    return a


class Run:
    """One random program."""

    def __init__(self, seed: int, odd: bool) -> None:
        self.rng = rng = random.Random(seed)
        self.odd = odd
        starts = (rng.choice([rng.uniform(-2.0, 2.0), rng.uniform(-2.0, 2.0), 0.0, 1.0, -1.0]) for _ in range(5))
        self.nodes = [rng.choice([Value, Value, Value, Sub])(start) for start in starts]
        self.lines: list[str] = []

    def number(self) -> Any:
        return self.rng.choice([self.rng.uniform(-3.0, 3.0), self.rng.choice(NUMBERS)])

    def step(self) -> Any:
        """One operation of any kind."""
        kinds = [self.operator] * 6 + [self.beside_a_number] * 3 + [self.row] * 6 + [self.of_many] * 3
        return self.rng.choice(
            [*kinds, self.overwrite, self.mode, self.copied, self.method, self.attribute, self.micrograd]
        )()

    def some(self) -> Value:
        return self.rng.choice(self.nodes)

    def operator(self) -> Any:
        a, b = self.some(), self.some()
        choices: list[Callable[[], Any]] = [
            *(lambda: a + b, lambda: a * b, lambda: a - b, lambda: a / b, lambda: a**2, lambda: -a, lambda: abs(a)),
            *(lambda: a**b, lambda: a % b, lambda: a // b, lambda: +a, lambda: a < b, lambda: bool(a)),
            *(
                lambda: divmod(a, b),
                lambda: round(a),
                lambda: round(a, 1),
                lambda: math.floor(a),
                lambda: math.trunc(a),
            ),
        ]
        return self.rng.choice(choices)()

    def beside_a_number(self) -> Any:
        a, z = self.some(), self.number()
        choices: list[Callable[[], Any]] = [
            *(lambda: a + z, lambda: z * a, lambda: z - a, lambda: a / z, lambda: z / a, lambda: a**z, lambda: z**a),
            *(lambda: a - z, lambda: z + a, lambda: a * z, lambda: a < z, lambda: pow(a, z, 3)),
            *(lambda: a % z, lambda: z % a, lambda: a // z, lambda: z // a, lambda: divmod(z, a)),
        ]
        return self.rng.choice(choices)()

    def row(self) -> Any:
        row = self.rng.choice(ROWS)
        args = [self.some() if self.rng.random() < 0.8 else self.number() for _ in range(4)]
        return row(*args[: len(row.derivatives)]) if not row.variadic else row(*args[: self.rng.randint(1, 4)])

    def of_many(self) -> Any:
        xs = [self.some() if self.rng.random() < 0.8 else self.number() for _ in range(self.rng.randint(0, 5))]
        functions = [autograd.total, autograd.mean, autograd.sum_of_squares, autograd.logsumexp, autograd.softmax]
        choices: list[Callable[[], Any]] = [
            *(lambda f=f: f(xs) for f in functions),  # type: ignore[misc]
            lambda: autograd.cross_entropy(xs, self.rng.randint(-1, 5)),
            lambda: autograd.dot(xs, [self.some() for _ in xs], self.rng.choice([0.0, 1, self.some()])),
            lambda: autograd.dot(ws=xs, xs=tuple(self.some() for _ in xs)),
        ]
        found = self.rng.choice(choices)()
        return found[-1] if isinstance(found, list) and found else found

    def overwrite(self) -> Any:
        a, b = self.some(), self.some()
        if self.rng.random() < 0.5:
            a.grad = self.rng.choice([0, 1, 0.0, None, True, 2**70, np.float64(1.0)])
        else:
            a.data = self.rng.choice([2, None, "x", Value(0.5), np.float64(2.0)] if self.odd else [0.5, -1.5])
        return a * b

    def mode(self) -> Any:
        a, b = self.some(), self.some()
        with self.rng.choice([no_grad, trace_lines])():
            return self.rng.choice([lambda: a * b + 1, lambda: a.tanh(), lambda: autograd.dot([a], [b], 1.0)])()

    def copied(self) -> Any:
        a = self.some()
        if type(a) is Sub:
            return a.detach()
        return self.rng.choice([copy.copy, copy.deepcopy, lambda v: pickle.loads(pickle.dumps(v))])(a)

    def method(self) -> Any:
        a = self.some()
        return self.rng.choice([a.tanh, a.relu, a.exp, a.sigmoid, a.gelu, a.log, a.sqrt, lambda: by_hand(a)])()

    def attribute(self) -> Any:
        a = self.some()
        name, thing = self.rng.choice([("label", "l"), ("m", 0.5), ("twin", self.some()), ("label", None), ("tanh", 3)])
        setattr(a, name, thing)
        return getattr(a, name)

    def micrograd(self) -> Any:
        """What others write in the place of operations, and take away."""
        a, b = self.some(), self.some()
        choices: list[Callable[[], Any]] = [
            *(lambda: hooked(a), lambda: a._prev, lambda: setattr(a, "_op", "g"), lambda: setattr(a, "_prev", (b,))),
            *(lambda: Value(0.5, (a, b, 2.0), "h"), lambda: Value(0.5, (a, b), (0.25, 3)), lambda: Value(1.0, {a})),
            *(lambda: delattr(a, "grad"), lambda: delattr(a, "label"), lambda: a._backward()),
            *([lambda: delattr(a, "data")] if self.odd else []),
        ]
        return self.rng.choice(choices)()

    def backward(self) -> None:
        for y in (self.nodes[-1], self.some()):
            try:
                y.backward(*([] if self.rng.random() < 0.7 else [self.rng.choice([1.0, 1, -0.5, True, "1"])]))
            except Exception as error:
                self.lines.append(f"backward {type(error).__name__}: {str(error)[:300]}")
            self.lines.append(" ".join(shown(getattr(v, "grad", None)) for v in self.nodes))
            self.lines.append(repr(y)[:200] if hasattr(y, "data") and hasattr(y, "grad") else "deleted")
            self.lines.append(str([self.nodes.index(v) if v in self.nodes else "?" for v in topological_order(y)]))

    def text(self) -> str:
        """Everything that could be seen of it."""
        for _ in range(self.rng.randint(1, 25)):
            try:
                y = self.step()
                if isinstance(y, Value):
                    self.nodes.append(y)
                    parts = (y.op, shown(y.operands), shown(y.local_grads), y._op, repr(y.label), y.line is not None)
                    self.lines.append(f"{shown(y)} {' '.join(map(str, parts))}")
                else:
                    self.lines.append(shown(y))
            except Exception as error:
                self.lines.append(f"{type(error).__name__}: {str(error)[:300]}")
        self.backward()
        return " | ".join(self.lines)


if __name__ == "__main__":
    first, count = int(sys.argv[1]), int(sys.argv[2])
    for seed in range(first, first + count):
        print(seed, Run(seed, "odd" in sys.argv[3:]).text())
