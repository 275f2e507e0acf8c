"""Where training starts: the distribution of a neuron's first weights.

Xavier, He and LeCun choose the variance from the number of inputs, fan_in, and of outputs, fan_out, of a layer, so that
signals on their way forward and gradients on their way back keep their size from layer to layer.
"""

import math
import random
from collections.abc import Callable
from numbers import Real
from typing import TypeAlias

from nn.basics.activations import find_activation, name_of
from nn.basics.checks import as_rng, positive, setting

Draw: TypeAlias = Callable[[], float]
Init: TypeAlias = str | float | Callable[[int, int, random.Random], float]

_GAINS = {"tanh": 5 / 3, "relu": math.sqrt(2), "leaky_relu": math.sqrt(2 / (1 + 0.01**2)), "selu": 3 / 4}

_VARIANCES: dict[str, Callable[[int, int, float], float]] = {
    "xavier": lambda fan_in, fan_out, gain: gain**2 * 2 / (fan_in + fan_out),
    "he": lambda fan_in, fan_out, gain: gain**2 / fan_in,
    "lecun": lambda fan_in, fan_out, gain: 1 / fan_in,
}
_OTHER_NAMES = {"glorot": "xavier", "kaiming": "he"}

SCHEMES = (
    "uniform",
    *(f"{name}_{shape}" for name in (*_VARIANCES, *_OTHER_NAMES) for shape in ("uniform", "normal")),
    *("zeros", "ones"),
)


def gain(activation: str | None) -> float:
    """The factor that undoes how much an activation shrinks a signal: relu √2, tanh 5/3, selu 3/4, others 1.

    The values of torch.nn.init.calculate_gain. ValueError for a name that is no activation's.

    >>> round(gain("relu") ** 2, 12), gain("sigmoid"), gain(None)
    (2.0, 1.0, 1.0)
    """
    return _gain_of(name_of(find_activation(activation)))


def _gain_of(name: str | None) -> float:
    return _GAINS.get(name or "", 1.0)


def initializer(
    init: Init, fan_in: int, fan_out: int, activation: str | None = None, rng: random.Random | int | None = None
) -> Draw:
    """A function that draws one first weight for a layer of fan_in inputs and fan_out outputs.

    ================================  ==================================================================================
    "uniform"                         U(-1, 1), as micrograd
    "xavier_uniform", "…_normal"      variance gain²·2/(fan_in + fan_out); also "glorot_…" (Glorot and Bengio 2010)
    "he_uniform", "he_normal"         variance gain²/fan_in; also "kaiming_…" (He et al. 2015)
    "lecun_uniform", "lecun_normal"   variance 1/fan_in (LeCun et al. 1998)
    "zeros", "ones", or a number      that constant
    f(fan_in, fan_out, rng)           your own: returns one weight
    ================================  ==================================================================================

    Uniform draws lie within ±√(3·variance). The gain is that of `activation`. `rng` is a random.Random, a seed, or
    None for the `random` module itself. Raises ValueError for an unknown scheme, TypeError for what is none of these.

    >>> draw = initializer("he_uniform", fan_in=6, fan_out=3, activation="relu", rng=1)
    >>> all(-1 <= draw() <= 1 for _ in range(100))
    True
    """
    fan_in, fan_out, generator = positive("fan_in", fan_in, least=0), positive("fan_out", fan_out, least=0), as_rng(rng)
    if not isinstance(activation, str | None):
        raise TypeError(f"activation has to be the name of one, or None, got {activation!r:.60}")
    if callable(init):
        return lambda: init(fan_in, fan_out, generator)
    if isinstance(init, Real):
        constant = setting("init", init, "a finite number, a name or a function")
        return lambda: constant
    if not isinstance(init, str) or init not in SCHEMES:
        error = ValueError if isinstance(init, str) else TypeError
        raise error(f"init {init!r:.60} is not known; use one of {', '.join(SCHEMES)}, a number or a function")
    if init in ("zeros", "ones"):
        return lambda: float(init == "ones")
    if init == "uniform":
        return lambda: generator.uniform(-1, 1)
    scheme, shape = init.split("_")
    variance = _VARIANCES[_OTHER_NAMES.get(scheme, scheme)](max(fan_in, 1), max(fan_out, 1), _gain_of(activation))
    if shape == "normal":
        return lambda: generator.gauss(0.0, math.sqrt(variance))
    half_width = math.sqrt(3 * variance)
    return lambda: generator.uniform(-half_width, half_width)
