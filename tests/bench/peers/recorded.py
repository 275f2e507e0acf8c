"""glassgrad's recorded programs: as Python source, on NumPy, and bound to jax.numpy.

W1 records the loss of one point and runs it over the batch. W2 records the loss of a name of one length, letters given
as rows of zeros with a one; names of that length share the program. W3 to W5 record the whole expression.
"""

import math
from collections.abc import Callable, Sequence
from typing import Any

from tests.bench import inputs, scalar
from tests.bench.cases import CHAIN, DOT_TERMS, GRADIENT_STEP, Case, Cases, loss_and_gradients
from tests.bench.peers.ours import fused_kit
from tests.bench.scalar import Adam


def source() -> Cases:
    """Generated Python; Values are read and written at every step."""
    return {
        "W1": mlp_on_values,
        "W2": gpt_on_values,
        "W3": lambda: leaves([0.5, 0.999, 0.001], lambda x, a, b: scalar.chain(x, a, b, CHAIN["W3"]), CHAIN["W3"]),
        "W4": lambda: leaves([1.5, -0.7], scalar.small_expression),
        "W5": dot,
    }


def arrays() -> Cases:
    """NumPy; parameters stay in an array, as PyTorch keeps them in tensors."""
    return {"W1": mlp_on_arrays, "W2": gpt_on_arrays}


def machine() -> Cases:
    """The replay machine of the native engine; parameters in an array."""
    return {"W1": lambda: mlp_on_arrays(numpy=False), "W2": lambda: gpt_on_arrays(numpy=False)}


def jax() -> Cases:
    """The program of W1 bound to jax.numpy, differentiated, vectorized and compiled by JAX."""
    return {"W1": mlp_on_jax}


def mlp_program(arrays: bool) -> tuple[Any, list[Any]]:
    """The loss of one point, and the parameters in the order of the model."""
    import autograd

    kit = fused_kit()
    parameters = [autograd.Value(weight) for weight in inputs.mlp_weights()]
    layers = scalar.mlp_layers(parameters)
    points, targets = inputs.moons()

    def loss(point: Sequence[Any], target: Any) -> Any:
        penalty = inputs.L2_STRENGTH * kit.sum_of_squares(parameters)
        return scalar.hinge(scalar.mlp_score(kit, layers, point), target) + penalty

    return autograd.record(loss, points[0], targets[0], arrays=arrays), parameters


def positions(program: Any, parameters: list[Any]) -> list[int | None]:
    """Where the model's parameters are among the program's; None for one that the loss never met."""
    place = {p: i for i, p in enumerate(program.parameters)}
    return [place.get(p) for p in parameters]


def in_order(value: float, gradient: Any, places: list[int | None]) -> list[float]:
    """Loss, then the gradient in the order of the model."""
    return [float(value), *(0.0 if place is None else float(gradient[place]) for place in places)]


def mlp_on_values() -> Case:
    """W1 with Values before and after."""
    program, parameters = mlp_program(arrays=False)
    points, targets = inputs.moons()

    def step() -> None:
        for p in parameters:
            p.grad = 0.0
        program.map_backward(points, targets)
        for p in parameters:
            p.data -= GRADIENT_STEP * p.grad

    def check() -> list[float]:
        value = program.map_backward(points, targets)
        return in_order(value, [p.grad for p in program.parameters], positions(program, parameters))

    return Case(step, check)


def mlp_on_arrays(numpy: bool = True) -> Case:
    """W1 with an array of parameters."""
    import numpy as np

    program, parameters = mlp_program(arrays=numpy)
    gradient = program.gradient_function()
    points, targets = map(np.array, inputs.moons())
    start = np.array([p.data for p in program.parameters])
    state, slope = start.copy(), np.zeros(len(start))
    run = gradient.in_place(state, slope, points, targets)  # the other engines keep theirs in their arrays, too

    def step() -> None:
        run()
        state[:] -= GRADIENT_STEP * slope

    return Case(step, lambda: in_order(*gradient(start, points, targets), positions(program, parameters)))


def mlp_on_jax() -> Case:
    """W1: forward, backward and update in one jitted function, as in jax_arrays.py."""
    import jax
    import jax.numpy as jnp

    jax.config.update("jax_enable_x64", True)
    program, parameters = mlp_program(arrays=True)
    one = program.bind(jnp)
    points, targets = (jnp.asarray(column) for column in inputs.moons())
    start = jnp.asarray([p.data for p in program.parameters])

    def loss(state: Any) -> Any:
        return jax.vmap(one, (None, 0, 0))(state, points, targets).mean()

    descend = jax.jit(lambda state: state - GRADIENT_STEP * jax.grad(loss)(state))
    state = [start]

    def step() -> None:
        state[0] = jax.block_until_ready(descend(state[0]))

    def check() -> list[float]:
        return in_order(*jax.value_and_grad(loss)(start), positions(program, parameters))

    return Case(step, check)


def one_hot(tokens: Sequence[int]) -> list[list[float]]:
    """A row of zeros with a one for every token."""
    return [[float(i == token) for i in range(inputs.VOCABULARY)] for token in tokens]


def gpt_program(tokens: Sequence[int], arrays: bool) -> tuple[Any, list[Any], list[Any]]:
    """The loss of a name of this length as a program of its letters; the model's parameters; the arguments."""
    import autograd

    kit = fused_kit()
    parameters = [autograd.Value(weight) for weight in inputs.gpt_weights()]
    w = scalar.gpt_matrices(parameters)
    table = list(zip(*w["token_embedding"], strict=True))

    def loss(given: list[list[Any]], wanted: list[list[Any]]) -> Any:
        embedded = [[kit.dot(column, letter) for column in table] for letter in given]
        logits = scalar.gpt_logits(kit, w, embedded)
        losses = [autograd.logsumexp(row) - kit.dot(row, letter) for row, letter in zip(logits, wanted, strict=True)]
        return kit.total(losses) * (1.0 / len(losses))

    args = [one_hot(tokens[:-1]), one_hot(tokens[1:])]
    return autograd.record(loss, *args, arrays=arrays), parameters, args


def gpt_on_values() -> Case:
    """W2 with Values before and after."""
    program, parameters, args = gpt_program(inputs.timed_name(), arrays=False)
    optimizer = Adam(parameters)

    def step() -> None:
        program.backward(*args)
        optimizer.step()

    def check() -> list[float]:
        value = program.backward(*args)
        numbers = in_order(value, [p.grad for p in program.parameters], positions(program, parameters))
        for p in parameters:
            p.grad = 0.0
        return numbers

    return Case(step, check)


def gpt_on_arrays(numpy: bool = True) -> Case:
    """W2 with arrays of parameters and of Adam's moments."""
    import numpy as np

    program, parameters, args = gpt_program(inputs.timed_name(), arrays=numpy)
    gradient = program.gradient_function(reduce=None)
    start = np.array([p.data for p in program.parameters])
    state, g, first, second, time = start.copy(), *np.zeros((3, len(start))), [0]
    run = gradient.in_place(state, g, *args)
    rate, beta1, beta2 = inputs.ADAM["rate"], inputs.ADAM["beta1"], inputs.ADAM["beta2"]

    def step() -> None:
        run()
        time[0] += 1
        first[:] = beta1 * first + (1.0 - beta1) * g
        second[:] = beta2 * second + (1.0 - beta2) * g * g
        unbias = 1.0 / math.sqrt(1.0 - beta2 ** time[0])
        size = np.sqrt(second) * unbias + inputs.ADAM["epsilon"]
        state[:] -= rate / (1.0 - beta1 ** time[0]) * first / size

    return Case(step, lambda: in_order(*gradient(start, *args), positions(program, parameters)))


def leaves(starts: Sequence[float], f: Callable[..., Any], operations: int = 1) -> Case:
    """A function of a few parameters, without arguments."""
    import autograd

    variables = [autograd.Value(start) for start in starts]
    program = autograd.record(lambda: f(*variables), arrays=False)
    program.backward()
    for variable in variables:
        variable.grad = 0.0
    return Case(program.backward, lambda: loss_and_gradients(Replayed(program), variables), operations)


class Replayed:
    """A program in the place of a graph's root."""

    def __init__(self, program: Any) -> None:
        self.program = program

    def backward(self) -> None:
        """Run it."""
        self.data = self.program.backward()


def dot() -> Case:
    """W5."""
    import autograd

    ws, xs = inputs.dot_terms(DOT_TERMS)
    return leaves(ws + xs, lambda *v: autograd.dot(v[:DOT_TERMS], v[DOT_TERMS:]), DOT_TERMS)
