"""JAX with jit, float64 arrays, written by hand as its users would write it."""

import math
from collections.abc import Callable, Sequence
from itertools import pairwise
from typing import Any

from tests.bench import inputs, scalar
from tests.bench.cases import DOT_TERMS, GRADIENT_STEP, Case, Cases


def cases() -> Cases:
    """W3 is left out: XLA takes minutes to compile 100,000 scalar operations in a row."""
    import jax

    jax.config.update("jax_enable_x64", True)
    return {"W1": mlp, "W2": gpt, "W4": small, "W5": dot}


def flat(value: float, gradients: Any) -> list[float]:
    """Loss, then the gradients of a list or dict of arrays, in order."""
    numbers = [float(value)]
    for gradient in gradients.values() if isinstance(gradients, dict) else gradients:
        numbers += [float(entry) for entry in gradient.flatten()]
    return numbers


def jitted(f: Callable[..., Any], variables: Sequence[Any], operations: int = 1) -> Case:
    """Value and gradient of a function of a few arrays."""
    import jax

    derivative = jax.jit(jax.value_and_grad(f, argnums=tuple(range(len(variables)))))
    return Case(
        step=lambda: jax.block_until_ready(derivative(*variables)),
        check=lambda: flat(*derivative(*variables)),
        operations=operations,
    )


def small() -> Case:
    """W4, on 0-d arrays. ``relu`` is spelled as a method there."""
    import jax.numpy as jnp

    class Number:
        """Just enough for ``scalar.small_expression``: numbers with a ``relu``."""

        def __init__(self, array: Any) -> None:
            self.array = array

        def relu(self) -> "Number":
            return Number(jnp.maximum(self.array, 0.0))

        # fmt: off
        def __add__(self, other: Any) -> "Number": return Number(self.array + bare(other))
        def __sub__(self, other: Any) -> "Number": return Number(self.array - bare(other))
        def __mul__(self, other: Any) -> "Number": return Number(self.array * bare(other))
        def __truediv__(self, other: Any) -> "Number": return Number(self.array / bare(other))
        def __pow__(self, power: float) -> "Number": return Number(self.array**power)
        def __neg__(self) -> "Number": return Number(-self.array)
        __radd__, __rmul__ = __add__, __mul__
        # fmt: on

    def bare(number: Any) -> Any:
        return number.array if isinstance(number, Number) else number

    starts = [jnp.asarray(1.5), jnp.asarray(-0.7)]
    return jitted(lambda a, b: scalar.small_expression(Number(a), Number(b)).array, starts)


def dot() -> Case:
    """W5."""
    import jax.numpy as jnp

    return jitted(jnp.dot, [jnp.asarray(terms) for terms in inputs.dot_terms(DOT_TERMS)], DOT_TERMS)


def mlp() -> Case:
    """W1: a matrix ``[weights | bias]`` per layer; forward, backward and update in one jitted function."""
    import jax
    import jax.numpy as jnp

    rest = inputs.mlp_weights()
    layers = []
    for width, neurons in pairwise(inputs.SIZES):
        layers.append(jnp.asarray(rest[: neurons * (width + 1)]).reshape(neurons, width + 1))
        rest = rest[neurons * (width + 1) :]
    points, classes = (jnp.asarray(column) for column in inputs.moons())

    def loss(layers: list[Any]) -> Any:
        signal = points
        for layer in layers[:-1]:
            signal = jax.nn.relu(signal @ layer[:, :-1].T + layer[:, -1])
        score = (signal @ layers[-1][:, :-1].T + layers[-1][:, -1])[:, 0]
        squares = sum((layer * layer).sum() for layer in layers)
        return jax.nn.relu(1 - classes * score).mean() + inputs.L2_STRENGTH * squares

    @jax.jit
    def descend(layers: list[Any]) -> list[Any]:
        return [p - GRADIENT_STEP * g for p, g in zip(layers, jax.grad(loss)(layers), strict=True)]

    state = [layers]

    def step() -> None:
        state[0] = jax.block_until_ready(descend(state[0]))

    return Case(step, lambda: flat(*jax.jit(jax.value_and_grad(loss))(layers)))


def gpt() -> Case:
    """W2: all positions at once; forward, backward and Adam in one jitted function."""
    import jax
    import jax.numpy as jnp

    rest = inputs.gpt_weights()
    w = {}
    for name, (rows, columns) in inputs.GPT_SHAPES.items():
        w[name] = jnp.asarray(rest[: rows * columns]).reshape(rows, columns)
        rest = rest[rows * columns :]
    tokens = jnp.asarray(inputs.timed_name())
    zeros = {name: jnp.zeros_like(matrix) for name, matrix in w.items()}
    state = [(w, zeros, zeros, 0.0)]
    train = jax.jit(lambda *state: adam(state, jax.grad(gpt_loss)(state[0], tokens)))

    def step() -> None:
        state[0] = jax.block_until_ready(train(*state[0]))

    value_and_grad = jax.jit(jax.value_and_grad(gpt_loss))

    def check() -> list[float]:
        value, gradients = value_and_grad(w, tokens)
        return flat(value, {name: gradients[name] for name in inputs.GPT_SHAPES})

    return Case(step, check)


def adam(state: tuple[Any, ...], gradients: Any) -> tuple[Any, ...]:
    """Kingma and Ba 2015, algorithm 1, on a dict of arrays."""
    import jax
    import jax.numpy as jnp

    w, first, second, time = state
    beta1, beta2 = inputs.ADAM["beta1"], inputs.ADAM["beta2"]
    time = time + 1.0
    first = jax.tree.map(lambda m, g: beta1 * m + (1 - beta1) * g, first, gradients)
    second = jax.tree.map(lambda v, g: beta2 * v + (1 - beta2) * g * g, second, gradients)
    rate, unbias = inputs.ADAM["rate"] / (1 - beta1**time), 1 / jnp.sqrt(1 - beta2**time)
    move = lambda p, m, v: p - rate * m / (jnp.sqrt(v) * unbias + inputs.ADAM["epsilon"])  # noqa: E731
    return jax.tree.map(move, w, first, second), first, second, time


def gpt_loss(w: dict[str, Any], tokens: Any) -> Any:
    """Mean cross-entropy of every token given those before it."""
    import jax
    import jax.numpy as jnp

    length = len(tokens) - 1
    x = rms_norm(w["token_embedding"][tokens[:-1]] + w["position_embedding"][:length])
    normed = rms_norm(x)
    query, key, value = (
        (normed @ w[name].T).reshape(length, inputs.HEADS, -1).swapaxes(0, 1) for name in ("query", "key", "value")
    )
    later = jnp.triu(jnp.full((length, length), -jnp.inf), 1)
    scores = query @ key.swapaxes(1, 2) / math.sqrt(inputs.EMBEDDING // inputs.HEADS) + later
    mixed = (jax.nn.softmax(scores, -1) @ value).swapaxes(0, 1).reshape(length, inputs.EMBEDDING)
    x = x + mixed @ w["mix_heads"].T
    x = x + jax.nn.relu(rms_norm(x) @ w["widen"].T) @ w["narrow"].T
    log_probabilities = jax.nn.log_softmax(x @ w["unembedding"].T)
    return -log_probabilities[jnp.arange(length), tokens[1:]].mean()


def rms_norm(x: Any) -> Any:
    """``x / sqrt(mean(x²) + 1e-5)``."""
    return x * ((x * x).mean(-1, keepdims=True) + 1e-5) ** -0.5
