"""Diagnosis: what goes wrong in a network, in words and with the numbers behind them.

`diagnose(model, X, y, loss)` runs the rows through the model once, looks at what each layer puts out and at the
gradient that reaches it, and says whether gradients vanish or explode, units are dead or saturated, and (given the
History of a training) whether the learning rate is too high. The limits are rules of thumb, gathered here by name.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from operator import attrgetter
from typing import Any

from autograd import Value, enable_grad
from nn.data.rows import as_pairs
from nn.data.scaling import mean_and_deviation
from nn.inspection.history import History, check_history
from nn.inspection.outputs import curve_of, layer_outputs, saturation, shape_of
from nn.losses import Loss, find_loss
from nn.module import Module, check_model, own_dice, parameters_by_layer
from nn.training.arguments import complete
from nn.training.gradient import eager_step

MUCH_SATURATED = 0.5  # share of saturated outputs of a bounded activation that is worth a sentence
FAR_APART = 1e3  # ratio of typical gradients of two layers that is worth a sentence
HUGE = 1e3  # a typical gradient beyond this makes any usual learning rate too high
RISING = 0.25  # share of epochs with a clearly higher loss that speaks for a smaller learning rate


@dataclass(frozen=True)
class LayerReport:
    """One layer: its outputs over all rows and units, and its parameters' gradients."""

    name: str
    units: int
    mean: float
    deviation: float
    saturated: float  # share of outputs where the activation is flat (for relu: where it is off)
    dead: int  # units whose activation is flat on every row
    bounded: bool  # whether the activation levels off on both sides
    gradient: float  # root mean square of ∂L/∂p over the layer's parameters

    def __str__(self) -> str:
        return (
            f"{self.name:<10} {self.units:5d} {self.mean:10.3g} {self.deviation:10.3g} "
            f"{self.saturated:9.1%} {self.dead:5d} {self.gradient:11.3g}"
        )


@dataclass(frozen=True)
class Diagnosis:
    """What was found, sentence by sentence, and the table it rests on. print() shows both."""

    findings: tuple[str, ...]
    layers: tuple[LayerReport, ...]

    def __str__(self) -> str:
        head = "layer      units       mean  deviation saturated  dead  |gradient|"
        found = self.findings or ("Nothing stands out.",)
        return "\n".join([head, *map(str, self.layers), *(f"- {sentence}" for sentence in found)])


def diagnose(model: Module, X: Any, y: Any, loss: Loss | str, history: History | None = None) -> Diagnosis:
    """Look at `model` (one with a list `layers`) on rows X with targets y; model and gradients stay as they are.

    `loss` is a function or the name of one, as for `fit`. Pass the History of a training to have the learning rate
    judged as well. TypeError for a model without `layers`.
    """
    check_model(model, "diagnose takes")
    if history is not None:
        check_history(history, "diagnose")
    loss = find_loss(loss)
    rows, targets = complete(as_pairs(X, y), loss)
    state = model.state_dict()
    with enable_grad(), own_dice(model):
        gradients = _typical_gradients(model, rows, targets, loss)
        outputs = layer_outputs(model, rows)
    model.load_state_dict(state)  # running statistics of a batch norm have seen the rows twice
    layers = tuple(_report(name, values, gradients.get(name, 0.0)) for name, values in outputs.items())
    found = (_vanishing(layers), _exploding(layers), _dead(layers), _saturated(layers), _learning_rate(history))
    return Diagnosis(tuple(filter(None, found)), layers)


def _report(name: str, values: list[list[Value]], gradient: float) -> LayerReport:
    numbers = [unit.data for row in values for unit in row]
    curve = curve_of(values[0][0])
    bounded = curve is not None and shape_of(*curve)[1]
    return LayerReport(name, len(values[0]), *mean_and_deviation(numbers), *saturation(values), bounded, gradient)


def _typical_gradients(model: Module, rows: list[Any], targets: list[Any], loss: Loss) -> dict[str, float]:
    """Root mean square gradient of each layer's parameters over all rows; `.grad` is put back afterwards."""
    kept = [(p, p.grad) for p in model.parameters()]
    try:
        eager_step(model, loss)(rows, targets)
        layers = parameters_by_layer(model)
        return {name: math.hypot(*(p.grad for p in ps)) / math.sqrt(len(ps)) for name, ps in layers.items()}
    finally:
        for p, grad in kept:
            p.grad = grad


def _vanishing(layers: Sequence[LayerReport]) -> str:
    learning = [layer for layer in layers if layer.gradient > 0]
    if len(learning) < 2:
        return ""
    least, most = min(learning, key=attrgetter("gradient")), max(learning, key=attrgetter("gradient"))
    if most.gradient < FAR_APART * least.gradient or layers.index(least) > layers.index(most):
        return ""
    return (
        f"Gradients vanish: a parameter of {least.name} gets a gradient of typically {least.gradient:.2g}, "
        f"{most.gradient / least.gradient:.2g} times less than one of {most.name} ({most.gradient:.2g}). "
        "ReLU, Xavier or He initialisation, batch norm or residual connections help."
    )


def _exploding(layers: Sequence[LayerReport]) -> str:
    advice = "Clip them (clip=1.0) or start with smaller weights."
    far_too_large = [layer.gradient for layer in layers if not layer.gradient < HUGE]  # nan is no number below it
    if far_too_large:
        return f"Gradients explode: typically {max(far_too_large):.2g} in one layer. {advice}"
    learning = [layer for layer in layers if layer.gradient > 0]
    if not learning or learning[0].gradient < FAR_APART * learning[-1].gradient:
        return ""
    ends = [f"{layer.gradient:.2g} in {layer.name}" for layer in (learning[0], learning[-1])]
    return f"Gradients explode towards the input: {', '.join(ends)}. {advice}"


def _dead(layers: Sequence[LayerReport]) -> str:
    dead = [f"{layer.dead} of {layer.units} in {layer.name}" for layer in layers if layer.dead]
    advice = "A smaller learning rate, He initialisation or a leaky activation keep units alive."
    named = f"Dead units (flat on every row, so no gradient reaches them): {', '.join(dead)}."
    return f"{named} {advice}" if dead else ""


def _saturated(layers: Sequence[LayerReport]) -> str:
    flat = [layer for layer in layers if layer.bounded and layer.saturated > MUCH_SATURATED]
    much = [f"{layer.saturated:.0%} of {layer.name}" for layer in flat]
    if not much:
        return ""
    return f"Saturated outputs: {', '.join(much)}. Smaller initial weights or standardized inputs keep the slope up."


def _learning_rate(history: History | None) -> str:
    if history is None:
        return ""
    if history.diverged:
        return f"The learning rate is too high, most likely: training {history.stopped}"
    if not history.epochs:
        return ""
    losses, rate = history.loss, max(history.learning_rate)
    rises = [after > 1.1 * before for before, after in pairwise(losses)].count(True)
    share = rises / max(len(losses) - 1, 1)
    if losses[-1] > losses[0]:
        return f"The learning rate {rate:g} is too high: the loss went from {losses[0]:.3g} up to {losses[-1]:.3g}."
    if share > RISING:
        return f"The learning rate {rate:g} is rather high: in {share:.0%} of the epochs the loss rose by over a tenth."
    return ""
