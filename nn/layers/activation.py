"""An activation as a layer of its own."""

from typing import Any

from autograd import softmax
from nn.basics.activations import ActivationLike, find_activation, is_softmax, name_of
from nn.basics.nested import Nested, as_row, mapped
from nn.module import Module


class Activation(Module):
    """f of every number, in the same shape, for use between other layers; "softmax" of a row as a whole.

    `activation` is the name of an operation of one argument, "softmax", or a function of a Value.

    >>> Activation("relu")([-1.0, [2.0, 3.0]])
    [0.0, [2.0, 3.0]]
    """

    def __init__(self, activation: ActivationLike) -> None:
        self.softmax = is_softmax(activation)
        self.activation = None if self.softmax else find_activation(activation)

    def __call__(self, x: Nested) -> Any:
        if self.softmax:
            return softmax(as_row(x))
        return mapped(self.activation, x) if self.activation else x

    def extra_repr(self) -> str:
        return "softmax" if self.softmax else name_of(self.activation)
