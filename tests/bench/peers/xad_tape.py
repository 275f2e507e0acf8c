"""XAD: a C++ tape behind a Python number type."""

from collections.abc import Callable, Sequence
from typing import Any

from tests.bench import inputs, scalar
from tests.bench.cases import CHAIN, DOT_TERMS, GRADIENT_STEP, Case, Cases


def cases() -> Cases:
    """All but W2, whose exp and log it has as functions only."""
    import xad.adj_1st as xad
    from xad import math

    xad.Real.relu = lambda self: math.max(self, 0.0)
    kit = scalar.elementary(xad.Real)
    ws, xs = inputs.dot_terms(DOT_TERMS)
    return {
        "W1": lambda: mlp(kit),
        "W3": lambda: leaves([0.5, 0.999, 0.001], lambda x, a, b: scalar.chain(x, a, b, CHAIN["W3"]), CHAIN["W3"]),
        "W4": lambda: leaves([1.5, -0.7], scalar.small_expression, 1),
        "W5": lambda: leaves(ws + xs, lambda *v: kit.dot(v[:DOT_TERMS], v[DOT_TERMS:]), DOT_TERMS),
    }


def differentiate(starts: Sequence[float], f: Callable[..., Any]) -> list[float]:
    """Value, then gradient, on a tape of its own."""
    import xad.adj_1st as xad

    with xad.Tape() as tape:
        variables = [xad.Real(start) for start in starts]
        for variable in variables:
            tape.registerInput(variable)
        tape.newRecording()
        result = f(*variables)
        tape.registerOutput(result)
        result.setDerivative(1.0)
        tape.computeAdjoints()
        return [result.getValue(), *(variable.getDerivative() for variable in variables)]


def leaves(starts: Sequence[float], f: Callable[..., Any], operations: int) -> Case:
    """A function of a few scalars."""
    return Case(lambda: differentiate(starts, f), lambda: differentiate(starts, f), operations)


def mlp(kit: scalar.Kit) -> Case:
    """W1."""
    points, classes = inputs.moons()
    weights = inputs.mlp_weights()

    def loss(*parameters: Any) -> Any:
        return scalar.moons_loss(kit, parameters, scalar.mlp_layers(parameters), points, classes)

    def step() -> None:
        gradients = differentiate(weights, loss)[1:]
        weights[:] = [p - GRADIENT_STEP * g for p, g in zip(weights, gradients, strict=True)]

    return Case(step, lambda: differentiate(weights, loss))
