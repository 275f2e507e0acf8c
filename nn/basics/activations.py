"""Activations: any operation of one argument by its name, or any function of a Value."""

from collections.abc import Callable
from typing import Any, TypeAlias

import autograd
from autograd import OPERATIONS, Operation
from nn.basics.checks import did_you_mean

ActivationLike: TypeAlias = str | Callable[[Any], Any] | None


def find_activation(activation: ActivationLike) -> Callable[[Any], Any] | None:
    """The function called `activation`; a function as it is; None for None and "linear".

    Raises ValueError for a name that is no operation of one argument, with the list of them.
    """
    if activation is None:
        return None
    if not isinstance(activation, str):
        if not callable(activation) or isinstance(activation, type):
            what = f"the class {activation.__name__}" if isinstance(activation, type) else type(activation).__name__
            raise TypeError(f"activation must be a name, a function or None, not {what}")
        return activation
    if activation == "linear":
        return None
    row = OPERATIONS.get(activation)
    if row is None or not _takes_one(row):
        public = sorted(name for name in autograd.__all__ if name in OPERATIONS and _takes_one(OPERATIONS[name]))
        names = ", ".join(public) + did_you_mean(activation, public)
        raise ValueError(f"activation {activation!r} is not known; use a function of one Value or one of {names}")
    return row


def is_softmax(activation: Any) -> bool:
    """Whether the activation is that of a row as a whole, which is no operation of one argument."""
    return isinstance(activation, str) and activation == "softmax"


def name_of(activation: Callable[[Any], Any] | None) -> str:
    """What to call it: "tanh" for the operation, the name of a function, "linear" for none."""
    if activation is None:
        return "linear"
    return getattr(activation, "__name__", type(activation).__name__)


def _takes_one(row: Operation) -> bool:
    """Whether the operation needs one argument; others may have defaults, as the slope of leaky_relu."""
    defaults = getattr(row.forward, "__defaults__", None) or ()
    return not row.variadic and len(row.derivatives) - len(defaults) == 1
