"""CasADi: SX expressions (scalars), compiled once to a function of value and gradient, evaluated by its machine."""

from collections.abc import Callable, Sequence
from typing import Any

from tests.bench import inputs, scalar
from tests.bench.cases import CHAIN, GRADIENT_STEP, Case, Cases


def cases() -> Cases:
    """W1, W3, W4: the expressions are built outside the timed step."""
    import casadi

    casadi.SX.relu = lambda self: casadi.fmax(self, 0.0)
    return {
        "W1": mlp,
        "W3": lambda: leaves([0.5, 0.999, 0.001], lambda x, a, b: scalar.chain(x, a, b, CHAIN["W3"]), CHAIN["W3"]),
        "W4": lambda: leaves([1.5, -0.7], scalar.small_expression, 1),
    }


def gradient_function(f: Callable[..., Any], count: int) -> Any:
    """A function of one vector that returns value and gradient."""
    import casadi

    variables = casadi.SX.sym("v", count)
    value = f(*casadi.vertsplit(variables))
    return casadi.Function("f", [variables], [value, casadi.gradient(value, variables)])


def flat(outcome: Any) -> list[float]:
    """Value, then gradient."""
    value, gradient = outcome
    return [float(value), *(float(x) for x in gradient.full().ravel())]


def leaves(starts: Sequence[float], f: Callable[..., Any], operations: int) -> Case:
    """A function of a few scalars."""
    derivative = gradient_function(f, len(starts))
    return Case(lambda: derivative(starts), lambda: flat(derivative(starts)), operations)


def mlp() -> Case:
    """W1."""
    import casadi
    import numpy

    kit = scalar.elementary(casadi.SX)
    points, classes = inputs.moons()

    def loss(*parameters: Any) -> Any:
        layers = scalar.mlp_layers(parameters)
        return scalar.moons_loss(kit, parameters, layers, points, classes)

    start = numpy.array(inputs.mlp_weights())
    derivative = gradient_function(loss, len(start))
    state = [start]

    def step() -> None:
        state[0] = state[0] - GRADIENT_STEP * derivative(state[0])[1].full().ravel()

    return Case(step, lambda: flat(derivative(start)))
