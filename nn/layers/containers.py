"""Modules made of modules: one after the other, or with a short cut around them."""

import random
from collections.abc import Callable, Sequence
from operator import add
from typing import Any

from nn.basics.activations import name_of
from nn.basics.checks import as_rng, each_row, setting
from nn.basics.nested import Nested, as_row, flat, mapped, shape, without_arrays
from nn.module import Module


class Sequential(Module):
    """layerₙ(… layer₂(layer₁(x))): modules, or functions of one argument, one after the other; TypeError for others.

    >>> from nn import Activation, Layer
    >>> Sequential(Layer(2, 4, nonlin=False), Activation("tanh"), Layer(4, 1, nonlin=False))
    Sequential(17 parameters)
      layer0: Layer(2 → 4, linear, 12 parameters)
      layer1: Activation(tanh, 0 parameters)
      layer2: Layer(4 → 1, linear, 5 parameters)
    >>> Sequential(Layer(2, 4, nonlin=False), sorted)
    Sequential(12 parameters)
      layer0: Layer(2 → 4, linear, 12 parameters)
      layer1: sorted
    """

    def __init__(self, *layers: Module | Callable[[Any], Any]) -> None:
        self.layers = [as_step("Sequential", layer) for layer in layers]

    def __call__(self, x: Any) -> Any:
        for layer in self.layers:
            x = layer(x)
        return x

    def batch(self, rows: Sequence[Any]) -> list[Any]:
        """Layer by layer for all rows together, so that BatchNorm sees the whole batch."""
        return chained(self.layers, rows)

    def _parts(self) -> dict[str, str]:
        """Functions, too, in their places."""
        modules = super()._parts()
        steps = {f"layer{i}": step for i, step in enumerate(self.layers)}
        functions = {name: name_of(step) for name, step in steps.items() if not isinstance(step, Module)}
        found = functions | modules
        return {name: found[name] for name in [*steps, *modules] if name in found}


class Residual(Module):
    """x + inner(x): a short cut on which gradients pass unchanged (He et al. 2016).

    Where inner changes the number of values, `shortcut` is a module or function that does the same to x:
    shortcut(x) + inner(x). Raises ValueError when the two shapes differ, TypeError for what cannot be called.
    """

    def __init__(self, inner: Module | Callable[[Any], Any], shortcut: Callable[[Any], Any] | None = None) -> None:
        self.inner = as_step("Residual", inner)
        self.shortcut = None if shortcut is None else as_step("Residual", shortcut)

    def __call__(self, x: Any) -> Any:
        return self._joined(self.shortcut(x) if self.shortcut else x, self.inner(x))

    def batch(self, rows: Sequence[Any]) -> list[Any]:
        """The short cut around inner's batch."""
        short = chained([self.shortcut] if self.shortcut else [], rows)
        return [self._joined(x, y) for x, y in zip(short, chained([self.inner], rows), strict=True)]

    def _joined(self, x: Any, y: Any) -> Any:
        try:
            return mapped(add, as_row(without_arrays(x)), as_row(y))
        except ValueError:
            raise ValueError(
                f"Residual cannot add {shape(x)} and {shape(y)}; give shortcut= a module from the one to the other"
            ) from None


class Flatten(Module):
    """All numbers of a nested list in one row: from the maps of a convolution to a Layer.

    >>> Flatten()([[1, 2], [3, 4]])
    [1, 2, 3, 4]
    """

    def __call__(self, x: Nested) -> list[Any]:
        return list(flat(without_arrays(x)))


class Dropout(Module):
    """While learning, every number is set to 0 with probability p, and the others divided by 1 − p; in use, nothing.

    So the expected value stays the same (Srivastava et al. 2014). In the graph a number is multiplied by 0 or by
    1/(1 − p). `rng` is a random.Random, a seed, or None for the `random` module. Raises ValueError unless 0 ≤ p < 1.
    A recorded program repeats the choice made while recording: record in eval mode.
    """

    def __init__(self, p: float = 0.5, rng: random.Random | int | None = None) -> None:
        self.p = setting("p of Dropout", p, "a probability 0 <= p < 1", lambda v: 0 <= v < 1)
        self.rng = as_rng(rng)

    def __call__(self, x: Nested) -> Any:
        if not self.training or self.p == 0:
            return x
        keep = 1.0 / (1.0 - self.p)
        return mapped(lambda v: v * (0.0 if self.rng.random() < self.p else keep), x)

    def extra_repr(self) -> str:
        return f"p={self.p:g}"


def as_step(who: str, step: Any) -> Any:
    """`step` if it can stand in a chain; TypeError for what cannot be called, and for a class that has to be called."""
    if isinstance(step, type) and issubclass(step, Module):
        raise TypeError(f"{who} takes modules and functions, not a class: write {step.__name__}(…)")
    if not callable(step):
        raise TypeError(f"{who} takes modules and functions, not {type(step).__name__}")
    return step


def chained(layers: Sequence[Any], rows: Sequence[Any]) -> list[Any]:
    """All rows through each of the layers in turn; plain functions take one row at a time."""
    for layer in layers:
        rows = layer.batch(rows) if isinstance(layer, Module) else [layer(row) for row in each_row(rows)]
    return list(rows)
