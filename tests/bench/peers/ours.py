"""glassgrad, in the ways there are to use it."""

from typing import Any

from tests.bench.cases import Cases, scalar_cases
from tests.bench.scalar import Kit, elementary


def eager() -> Cases:
    """Node for node: the very code the other scalar engines run."""
    from autograd import Value

    return scalar_cases(elementary(Value))


def fused_kit() -> Kit:
    """The nodes that nn makes by default."""
    import autograd

    def dot(ws: Any, xs: Any, bias: Any = 0.0) -> Any:
        return autograd.dot(ws, xs, bias)

    return Kit(
        value=autograd.Value,
        dot=dot,
        total=autograd.total,
        sum_of_squares=autograd.sum_of_squares,
        softmax=autograd.softmax,
        cross_entropy=autograd.cross_entropy,
    )


def fused() -> Cases:
    """The same code with many-parent nodes; inputs stay plain numbers, which cost no node."""
    return scalar_cases(fused_kit(), leaf_inputs=False)
