"""What a worker times: a ``Case`` per workload, and the cases of any engine whose Values are scalars."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from tests.bench import inputs, scalar
from tests.bench.scalar import Kit

CHAIN = {"W3": 100_000, "W3L": 1_000_000}  # operations
DOT_TERMS = 100_000
GRADIENT_STEP = inputs.LEARNING_RATE


@dataclass(frozen=True)
class Case:
    """``step`` is timed; ``check`` gives the loss and then every gradient, before the first step."""

    step: Callable[[], object]
    check: Callable[[], list[float]]
    operations: int = 1  # what one step's time is divided by
    keep: Callable[[], object] | None = None  # builds a graph, differentiates it and returns it: for memory
    without: Callable[[], object] | None = None  # what a step does besides: its time is taken off


Cases = Mapping[str, Callable[[], Case]]


def loss_and_gradients(loss: Any, parameters: Sequence[Any]) -> list[float]:
    """Differentiate, read, and leave every ``grad`` at zero again."""
    loss.backward()
    numbers = [float(loss.data), *(float(p.grad) for p in parameters)]
    for p in parameters:
        p.grad = 0.0
    return numbers


def mlp_case(kit: Kit, leaf_inputs: bool = True, parameters: list[Any] | None = None) -> Case:
    """W1. ``leaf_inputs``: make a Value of every coordinate at every step, as the demo of micrograd does."""
    if parameters is None:
        parameters = [kit.value(weight) for weight in inputs.mlp_weights()]
    layers = scalar.mlp_layers(parameters)
    points, targets = inputs.moons()

    def loss() -> Any:
        data = [[kit.value(x) for x in point] for point in points] if leaf_inputs else points
        return scalar.moons_loss(kit, parameters, layers, data, targets)

    def step() -> None:
        result = loss()
        for p in parameters:
            p.grad = 0.0
        result.backward()
        for p in parameters:
            p.data -= GRADIENT_STEP * p.grad

    def keep() -> Any:
        result = loss()
        result.backward()
        return result

    return Case(step, lambda: loss_and_gradients(loss(), parameters), operations=1, keep=keep)


def gpt_case(kit: Kit) -> Case:
    """W2: one name, one step of Adam."""
    parameters = [kit.value(weight) for weight in inputs.gpt_weights()]
    matrices = scalar.gpt_matrices(parameters)
    optimizer = scalar.Adam(parameters)
    tokens = inputs.timed_name()

    def step() -> None:
        scalar.gpt_loss(kit, matrices, tokens).backward()
        optimizer.step()

    return Case(step, lambda: loss_and_gradients(scalar.gpt_loss(kit, matrices, tokens), parameters))


def leaves_case(kit: Kit, starts: Sequence[float], f: Callable[..., Any], operations: int = 1) -> Case:
    """A function of a few leaves, built and differentiated."""
    leaves = [kit.value(start) for start in starts]
    return Case(
        step=lambda: f(*leaves).backward(),
        check=lambda: loss_and_gradients(f(*leaves), leaves),
        operations=operations,
    )


def chain_case(kit: Kit, operations: int) -> Case:
    """W3: time is given per operation."""
    return leaves_case(kit, [0.5, 0.999, 0.001], lambda x, a, b: scalar.chain(x, a, b, operations), operations)


def dot_case(kit: Kit) -> Case:
    """W5."""
    ws, xs = inputs.dot_terms(DOT_TERMS)
    return leaves_case(kit, ws + xs, lambda *leaves: kit.dot(leaves[:DOT_TERMS], leaves[DOT_TERMS:]), DOT_TERMS)


def scalar_cases(kit: Kit, leaf_inputs: bool = True) -> dict[str, Callable[[], Case]]:
    """All workloads for an engine that has a Value."""
    return {
        "W1": lambda: mlp_case(kit, leaf_inputs),
        "W2": lambda: gpt_case(kit),
        "W3": lambda: chain_case(kit, CHAIN["W3"]),
        "W3L": lambda: chain_case(kit, CHAIN["W3L"]),
        "W4": lambda: leaves_case(kit, [1.5, -0.7], scalar.small_expression),
        "W5": lambda: dot_case(kit),
    }
