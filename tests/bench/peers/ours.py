"""glassgrad, in the ways there are to use it."""

from typing import Any

from tests.bench import inputs
from tests.bench.cases import GRADIENT_STEP, Case, Cases, loss_and_gradients, scalar_cases
from tests.bench.scalar import Kit, elementary


def eager() -> Cases:
    """Node for node: the very code the other scalar engines run."""
    from autograd import Value

    return scalar_cases(elementary(Value))


def fused_kit() -> Kit:
    """The nodes that nn makes by default."""
    import autograd

    return Kit(
        value=autograd.Value,
        dot=autograd.dot,
        total=autograd.total,
        sum_of_squares=autograd.sum_of_squares,
        softmax=autograd.softmax,
        cross_entropy=autograd.cross_entropy,
    )


def fused() -> Cases:
    """The same code with many-parent nodes; inputs stay plain numbers, which cost no node."""
    return scalar_cases(fused_kit(), leaf_inputs=False)


EPOCHS = 1000  # of a call of nn.fit, beside the one that records


def through_nn() -> Cases:
    """W1 as users of nn write it, with a node for every + and *."""
    return {"W1": lambda: nn_case(fused=False)}


def through_nn_fused() -> Cases:
    """The same with nn's own nodes."""
    return {"W1": lambda: nn_case(fused=True)}


def fit_compiled() -> Cases:
    """An epoch of nn.fit on what it has recorded."""
    return {"W1": fit_case}


def fit_begun() -> Cases:
    """A call of nn.fit for one epoch: a step with a graph, the recording, and what is looked at before it counts."""
    return {"W1": first_epoch_case}


def nn_model(fused: bool) -> Any:
    """The network of W1 with its numbers."""
    import nn

    model = nn.MLP(2, [*inputs.SIZES[1:]], fused=fused)
    for parameter, weight in zip(model.parameters(), inputs.mlp_weights(), strict=True):
        parameter.data = weight
    return model


def nn_case(fused: bool) -> Case:
    """W1: predict, loss, zero_grad, backward, update."""
    import nn

    model = nn_model(fused)
    points, targets = inputs.moons()

    def loss() -> Any:
        return nn.hinge([model(point) for point in points], targets) + nn.l2_penalty(model, inputs.L2_STRENGTH)

    def step() -> None:
        result = loss()
        model.zero_grad()
        result.backward()
        for p in model.parameters():
            p.data -= GRADIENT_STEP * p.grad

    return Case(step, lambda: loss_and_gradients(loss(), model.parameters()))


def fit_setting() -> tuple[Any, list[list[float]], list[float]]:
    """Model, rows and targets of W1."""
    return nn_model(fused=True), *inputs.moons()


def fit_once(model: Any, points: list[list[float]], targets: list[float], epochs: int) -> None:
    """W1 by a call of nn.fit."""
    import nn

    nn.fit(
        model,
        points,
        targets,
        loss=nn.hinge,
        penalty=lambda m: nn.l2_penalty(m, inputs.L2_STRENGTH),
        optimizer=nn.SGD(model.parameters(), lr=GRADIENT_STEP),
        epochs=epochs,
        compiled=True,
        progress=False,
    )


def fit_case() -> Case:
    """W1 by nn.fit: the time of a long call less that of its first epoch, which records (see `fit_begun`)."""
    setting = fit_setting()
    return Case(
        step=lambda: fit_once(*setting, epochs=1 + EPOCHS),
        check=nn_case(fused=True).check,
        operations=EPOCHS,
        without=lambda: fit_once(*setting, epochs=1),
    )


def first_epoch_case() -> Case:
    """What `fit_case` takes off."""
    setting = fit_setting()
    return Case(lambda: fit_once(*setting, epochs=1), nn_case(fused=True).check)
