"""karpathy/micrograd from PyPI: closures that hold parents and result, sets of children, recursion."""

import math
from typing import Any

from tests.bench.cases import Cases, scalar_cases
from tests.bench.scalar import elementary


def exp(self: Any) -> Any:
    """micrograd has no exp; this one is in its own style, so that it can run W2."""
    out = type(self)(math.exp(self.data), (self,), "exp")

    def _backward() -> None:
        self.grad += out.data * out.grad

    out._backward = _backward
    return out


def log(self: Any) -> Any:
    """As ``exp``."""
    out = type(self)(math.log(self.data), (self,), "log")

    def _backward() -> None:
        self.grad += out.grad / self.data

    out._backward = _backward
    return out


def cases() -> Cases:
    """W3 at a million is left out: half an hour of nested calls."""
    from micrograd.engine import Value

    Value.exp, Value.log = exp, log
    found = scalar_cases(elementary(Value))
    del found["W3L"]
    return found
