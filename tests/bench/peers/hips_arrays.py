"""HIPS autograd on NumPy arrays.

It has the import name of this project, so it can only run from a folder of its own:
``pip install --target FOLDER --no-deps autograd``, then ``GLASSGRAD_BENCH_HIPS=FOLDER python -m tests.bench``.
"""

import importlib
import os
import sys
from itertools import pairwise
from typing import Any

from tests.bench import inputs, scalar
from tests.bench.cases import DOT_TERMS, GRADIENT_STEP, Case, Cases

FOLDER = "GLASSGRAD_BENCH_HIPS"


def cases() -> Cases:
    """W1, W4, W5."""
    if FOLDER not in os.environ:
        raise ImportError(f"set {FOLDER} to the folder it was installed in with pip's --target")
    sys.path.insert(0, os.environ[FOLDER])
    importlib.import_module("autograd.numpy")  # raises ImportError where it is ours that was found

    return {"W1": mlp, "W4": small, "W5": dot}


def flat(value: float, gradients: Any) -> list[float]:
    """Loss, then gradients, in order."""
    import numpy

    return [float(value), *(float(x) for gradient in gradients for x in numpy.ravel(gradient))]


def small() -> Case:
    """W4 on NumPy numbers; ``relu`` as a maximum, whose tie HIPS would split."""
    import autograd.numpy as np
    from autograd.numpy.numpy_boxes import ArrayBox

    from autograd import value_and_grad

    ArrayBox.relu = lambda self: np.maximum(self, 0.0)
    derivative = value_and_grad(lambda p: scalar.small_expression(p[0], p[1]))
    start = np.array([1.5, -0.7])
    return Case(lambda: derivative(start), lambda: flat(derivative(start)[0], [derivative(start)[1]]))


def dot() -> Case:
    """W5."""
    import autograd.numpy as np

    from autograd import value_and_grad

    pair = tuple(np.array(terms) for terms in inputs.dot_terms(DOT_TERMS))
    derivative = value_and_grad(lambda pair: np.dot(pair[0], pair[1]))
    return Case(lambda: derivative(pair), lambda: flat(*derivative(pair)), operations=DOT_TERMS)


def mlp() -> Case:
    """W1: a matrix ``[weights | bias]`` per layer."""
    import autograd.numpy as np

    from autograd import value_and_grad

    rest = inputs.mlp_weights()
    layers = []
    for width, neurons in pairwise(inputs.SIZES):
        layers.append(np.array(rest[: neurons * (width + 1)]).reshape(neurons, width + 1))
        rest = rest[neurons * (width + 1) :]
    points, classes = (np.array(column) for column in inputs.moons())

    def loss(layers: Any) -> Any:
        signal = points
        for layer in layers[:-1]:
            signal = np.maximum(np.dot(signal, layer[:, :-1].T) + layer[:, -1], 0.0)
        score = (np.dot(signal, layers[-1][:, :-1].T) + layers[-1][:, -1])[:, 0]
        squares = sum(np.sum(layer * layer) for layer in layers)
        return np.mean(np.maximum(1 - classes * score, 0.0)) + inputs.L2_STRENGTH * squares

    derivative = value_and_grad(loss)

    def step() -> None:
        for layer, gradient in zip(layers, derivative(layers)[1], strict=True):
            layer -= GRADIENT_STEP * gradient

    return Case(step, lambda: flat(*derivative(layers)))
