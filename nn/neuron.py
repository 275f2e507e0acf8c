"""Neuron, Layer, MLP: micrograd's three classes, with a choice of activation, first weights and random generator."""

import random
from collections.abc import Iterator, Sequence
from itertools import pairwise
from operator import mul
from typing import Any, TypeAlias

from autograd import Value, dot, softmax
from nn.basics.activations import ActivationLike, find_activation, is_softmax, name_of
from nn.basics.checks import as_rng, flag, positive
from nn.basics.first_weights import Init, initializer
from nn.module import Module

Input: TypeAlias = Sequence[Value | float]


class Neuron(Module):
    """activation(w₁x₁ + … + wₙxₙ + b): `nin` numbers in, one Value out.

    ``nonlin=False`` or ``activation=None`` leaves the activation out. `activation` is the name of an operation of one
    argument ("tanh", "gelu" …) or any function of a Value. The weights `w` are drawn by `init` (see initializer), the
    bias `b` starts at 0. With ``fused=True`` the sum is one dot node, otherwise a node for every × and +; the numbers
    agree to rounding. Without `bias`, b is the number 0. `fan_out` is the size of the layer the neuron stands in, for
    the schemes of `init` that use it.

    >>> Neuron(2), Neuron(3, nonlin=False), Neuron(1, activation="tanh")
    (ReLUNeuron(2), LinearNeuron(3), TanhNeuron(1))
    >>> neuron = Neuron(2, init=0.5)
    >>> neuron([2.0, 4.0]).data
    3.0
    """

    def __init__(
        self,
        nin: int,
        nonlin: bool = True,
        *,
        activation: ActivationLike = "relu",
        init: Init = "uniform",
        rng: random.Random | int | None = None,
        fused: bool = True,
        bias: bool = True,
        fan_out: int = 1,
    ) -> None:
        # Before 3.13, CPython reads attributes much more slowly once somebody has asked for vars(neuron), as
        # parameters() does, unless they stand in a dict of their own: a call took a third longer.
        object.__setattr__(self, "__dict__", dict(vars(self)))
        self.activation: Any = find_activation(activation)
        self.nonlin = flag("nonlin", nonlin) and self.activation is not None
        draw = initializer(init, positive("nin", nin), fan_out, self.activation_name, rng)
        self.w = [Value(draw()) for _ in range(nin)]
        self.b = Value(0.0) if flag("bias", bias) else 0.0
        self.fused = flag("fused", fused)

    @property
    def activation_name(self) -> str | None:
        """The name of the activation, None for a linear neuron."""
        return name_of(self.activation) if self.nonlin else None

    def __call__(self, x: Any) -> Any:
        """activation(w·x + b). Raises ValueError when `x` has not as many numbers as the neuron has weights."""
        if type(x) is not list:
            x = _row(x)
        w = self.w
        if len(x) != len(w):
            raise ValueError(f"{self!r} takes {len(w)} numbers, not {len(x)}: {x!r:.60}{_about_rows(x)}")
        try:
            act = dot(w, x, self.b) if self.fused else sum(map(mul, w, x), self.b)
        except TypeError:
            self._refuse_rows(x)
            raise
        if type(act) is not Value:  # w times an array of NumPy's is an array
            self._refuse_rows(x)
        activation = self.activation if self.nonlin else None
        return act if activation is None else activation(act)

    def _refuse_rows(self, x: Sequence[Any]) -> None:
        """TypeError where `x` holds rows in the place of numbers."""
        if about := _about_rows(x):
            raise TypeError(f"{self!r} takes numbers, got {x!r:.60}{about}")

    def __repr__(self) -> str:
        words = (self.activation_name or "linear").split("_")
        return f"{''.join(map(str.capitalize, words)).replace('Relu', 'ReLU')}Neuron({len(self.w)})"


def _row(x: Any) -> Sequence[Any]:
    """The inputs as a sequence: what an iterator yields; a single number, as a layer of one neuron gives, as one."""
    if isinstance(x, Iterator):
        return list(x)
    return x if hasattr(x, "__len__") and getattr(x, "shape", None) != () else (x,)


def _about_rows(x: Sequence[Any]) -> str:
    """What to say where `x` holds rows: several examples were given, or an image."""
    if not any(isinstance(item, list | tuple) or getattr(item, "shape", ()) != () for item in x):
        return ""
    return ". A model answers one example at a time: [model(row) for row in rows]; Flatten makes one row of an image"


class Layer(Module):
    """`nout` neurons side by side, all seeing the same `nin` numbers: a list of `nout` Values, or the Value if 1.

    The options are Neuron's; ``activation="softmax"`` works on all outputs together, so that they add up to 1.

    >>> Layer(2, 3, activation="tanh")
    Layer(2 → 3, tanh, 9 parameters)
    """

    def __init__(
        self,
        nin: int,
        nout: int,
        nonlin: bool = True,
        *,
        activation: ActivationLike = "relu",
        init: Init = "uniform",
        rng: random.Random | int | None = None,
        fused: bool = True,
        bias: bool = True,
    ) -> None:
        self.softmax = flag("nonlin", nonlin) and is_softmax(activation)
        kind = None if is_softmax(activation) else activation
        rng = as_rng(rng)  # once, so that a seed does not make all neurons alike
        self.neurons = [
            Neuron(nin, nonlin, activation=kind, init=init, rng=rng, fused=fused, bias=bias, fan_out=nout)
            for _ in range(positive("nout", nout))
        ]

    def __call__(self, x: Input | Value | float) -> Any:
        """[neuron(x) for every neuron], through softmax if asked for; the single Value of a layer of one neuron.

        A single number `x` counts as a list of one.
        """
        out = self.outputs(x)
        return out[0] if len(out) == 1 else out

    def outputs(self, x: Input | Value | float) -> list[Any]:
        """The outputs as a list, whatever their number."""
        if type(x) is not list:
            x = _row(x)
        out = [neuron.__call__(x) for neuron in self.neurons]  # neuron(x), by a shorter way: an eighth of its time
        return softmax(out) if self.softmax else out

    def extra_repr(self) -> str:
        name = "softmax" if self.softmax else self.neurons[0].activation_name or "linear"
        return f"{len(self.neurons[0].w)} → {len(self.neurons)}, {name}"

    def __repr__(self) -> str:
        return f"Layer({self.extra_repr()}, {self._count()})"  # one line: its neurons are all alike


class MLP(Module):
    """Multi-layer perceptron: layers of `nouts` neurons, each layer fed by the one before, the first by `nin` numbers.

    `activation` is that of the hidden layers, `output_activation` that of the last (None: linear). A list gives one
    activation for each hidden layer, or, one longer, for every layer. By default it has micrograd's parameters in
    micrograd's order, drawn from `random` in the same order. Returns a list of Values, or one Value if the last size
    is 1.

    >>> model = MLP(2, [16, 16, 1])
    >>> model
    MLP(2 → 16 → 16 → 1, 337 parameters)
      layer0: Layer(2 → 16, relu, 48 parameters)
      layer1: Layer(16 → 16, relu, 272 parameters)
      layer2: Layer(16 → 1, linear, 17 parameters)
    >>> [name for name, _ in model.named_parameters()][:4]
    ['layer0.neuron0.w0', 'layer0.neuron0.w1', 'layer0.neuron0.b', 'layer0.neuron1.w0']
    """

    def __init__(
        self,
        nin: int,
        nouts: Sequence[int],
        activation: ActivationLike | Sequence[ActivationLike] = "relu",
        output_activation: ActivationLike = None,
        init: Init = "uniform",
        rng: random.Random | int | None = None,
        fused: bool = True,
    ) -> None:
        sizes, rng = [nin, *_sizes(nouts)], as_rng(rng)
        kinds = _activation_per_layer(activation, output_activation, len(nouts))
        self.layers = [
            Layer(*size, activation=kind, init=init, rng=rng, fused=fused)
            for size, kind in zip(pairwise(sizes), kinds, strict=True)
        ]

    def __call__(self, x: Any) -> Any:
        """The layers one after the other: layerₙ(… layer₁(x))."""
        for layer in self.layers:
            x = layer(x)
        return x

    def extra_repr(self) -> str:
        sizes = [len(self.layers[0].neurons[0].w), *(len(layer.neurons) for layer in self.layers)]
        return " → ".join(map(str, sizes))


def _sizes(nouts: Sequence[int]) -> list[int]:
    if not isinstance(nouts, Sequence) or not nouts:
        raise TypeError(f"nouts must list the sizes of the layers, such as [16, 16, 1], not {nouts!r}")
    return [positive("a layer's size", size) for size in nouts]


def _activation_per_layer(
    activation: ActivationLike | Sequence[ActivationLike], output: ActivationLike, layers: int
) -> list[ActivationLike]:
    if isinstance(activation, str) or not isinstance(activation, Sequence):
        if not is_softmax(activation):
            find_activation(activation)  # a name that is none is an error where no layer bears it, too
        return [activation] * (layers - 1) + [output]
    if len(activation) == layers - 1:
        return [*activation, output]
    if len(activation) == layers and output is None:
        return list(activation)
    raise ValueError(
        f"{len(activation)} activations for {layers} layers; give one for each hidden layer ({layers - 1}) and "
        f"output_activation for the last, or one for every layer ({layers}) and no output_activation"
    )
