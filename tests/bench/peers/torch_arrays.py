"""PyTorch, eager, float64 arrays where the workload allows (W3 and W4 are scalar by nature), one thread."""

import math
from collections.abc import Callable, Sequence
from itertools import pairwise
from typing import Any

from tests.bench import inputs, scalar
from tests.bench.cases import CHAIN, DOT_TERMS, GRADIENT_STEP, Case, Cases


def cases() -> Cases:
    """Every workload but the chain of a million."""
    import torch

    torch.set_num_threads(1)
    torch.set_default_dtype(torch.float64)
    return {
        "W1": mlp,
        "W2": gpt,
        "W3": lambda: leaves([0.5, 0.999, 0.001], lambda x, a, b: scalar.chain(x, a, b, CHAIN["W3"]), CHAIN["W3"]),
        "W4": lambda: leaves([1.5, -0.7], scalar.small_expression, 1),
        "W5": dot,
    }


def flat_gradients(loss: Any, tensors: Sequence[Any]) -> list[float]:
    """Loss, then gradients; ``grad`` is cleared."""
    loss.backward()
    numbers = [loss.item()]
    for tensor in tensors:
        numbers += tensor.grad.flatten().tolist()
        tensor.grad = None
    return numbers


def leaves(starts: Sequence[float], f: Callable[..., Any], operations: int) -> Case:
    """A function of 0-d tensors."""
    import torch

    variables = [torch.tensor(start, requires_grad=True) for start in starts]
    return Case(
        step=lambda: f(*variables).backward(),
        check=lambda: flat_gradients(f(*variables), variables),
        operations=operations,
    )


def dot() -> Case:
    """W5."""
    import torch

    pair = [torch.tensor(terms, requires_grad=True) for terms in inputs.dot_terms(DOT_TERMS)]
    return Case(
        step=lambda: torch.dot(*pair).backward(),
        check=lambda: flat_gradients(torch.dot(*pair), pair),
        operations=DOT_TERMS,
    )


def mlp() -> Case:
    """W1: one matrix ``[weights | bias]`` per layer, so that the parameters keep their order."""
    import torch

    rest = torch.tensor(inputs.mlp_weights())
    layers = []
    for width, neurons in pairwise(inputs.SIZES):
        layers.append(rest[: neurons * (width + 1)].reshape(neurons, width + 1).clone().requires_grad_())
        rest = rest[neurons * (width + 1) :]
    points, classes = (torch.tensor(column) for column in inputs.moons())

    def loss() -> Any:
        signal = points
        for layer in layers[:-1]:
            signal = torch.relu(torch.nn.functional.linear(signal, layer[:, :-1], layer[:, -1]))
        score = torch.nn.functional.linear(signal, layers[-1][:, :-1], layers[-1][:, -1])[:, 0]
        squares = sum((layer * layer).sum() for layer in layers)
        return torch.relu(1 - classes * score).mean() + inputs.L2_STRENGTH * squares

    def step() -> None:
        result = loss()
        for layer in layers:
            layer.grad = None
        result.backward()
        with torch.no_grad():
            for layer in layers:
                layer -= GRADIENT_STEP * layer.grad

    return Case(step, lambda: flat_gradients(loss(), layers))


def gpt() -> Case:
    """W2: all positions at once, a mask for what comes later, torch.optim.Adam."""
    import torch

    rest = torch.tensor(inputs.gpt_weights())
    w = {}
    for name, (rows, columns) in inputs.GPT_SHAPES.items():
        w[name] = rest[: rows * columns].reshape(rows, columns).clone().requires_grad_()
        rest = rest[rows * columns :]
    optimizer = torch.optim.Adam(list(w.values()), lr=inputs.ADAM["rate"])
    tokens = torch.tensor(inputs.timed_name())

    def step() -> None:
        optimizer.zero_grad()
        gpt_loss(w, tokens).backward()
        optimizer.step()

    return Case(step, lambda: flat_gradients(gpt_loss(w, tokens), list(w.values())))


def gpt_loss(w: dict[str, Any], tokens: Any) -> Any:
    """Mean cross-entropy of every token given those before it."""
    import torch

    length = len(tokens) - 1
    x = rms_norm(w["token_embedding"][tokens[:-1]] + w["position_embedding"][:length])
    normed = rms_norm(x)
    query, key, value = (heads(normed @ w[name].T) for name in ("query", "key", "value"))
    later = torch.triu(torch.full((length, length), -math.inf), 1)
    scores = query @ key.transpose(1, 2) / math.sqrt(inputs.EMBEDDING // inputs.HEADS) + later
    mixed = (torch.softmax(scores, -1) @ value).transpose(0, 1).reshape(length, inputs.EMBEDDING)
    x = x + mixed @ w["mix_heads"].T
    x = x + torch.relu(rms_norm(x) @ w["widen"].T) @ w["narrow"].T
    return torch.nn.functional.cross_entropy(x @ w["unembedding"].T, tokens[1:])


def heads(x: Any) -> Any:
    """(position, embedding) as (head, position, width)."""
    return x.reshape(len(x), inputs.HEADS, -1).transpose(0, 1)


def rms_norm(x: Any) -> Any:
    """``x / sqrt(mean(x²) + 1e-5)``."""
    return x * ((x * x).mean(-1, keepdim=True) + 1e-5) ** -0.5
