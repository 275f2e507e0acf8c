"""Clipping: keep a gradient that is too large from throwing the parameters far away."""

import math
from collections.abc import Iterable
from numbers import Real

from autograd import Value
from nn.basics.checks import parameter_list


def gradient_norm(params: Iterable[Value]) -> float:
    """√(Σ g²) over all parameters, without overflow on the way."""
    return math.hypot(*(p.grad for p in parameter_list("the norm of a gradient", params)))


def clip_grad_norm(params: Iterable[Value], max_norm: float) -> float:
    """g ← g · max_norm / ‖g‖ where ‖g‖ > max_norm, over all parameters together; returns ‖g‖ before.

    The direction stays, the length is capped exactly (torch divides by ‖g‖ + 1e-6 instead). Gradients with an
    inf or nan among them have no direction: they stay as they are, and the norm returned says so.
    """
    check_limit("max_norm", max_norm)
    params = parameter_list("clip_grad_norm", params)
    norm = gradient_norm(params)
    if norm > max_norm and math.isfinite(norm):
        scale = max_norm / norm
        for p in params:
            p.grad *= scale
    return norm


def clip_grad_value(params: Iterable[Value], clip_value: float) -> None:
    """g ← min(max(g, -clip_value), clip_value), each parameter by itself (nan stays nan)."""
    check_limit("clip_value", clip_value)
    for p in parameter_list("clip_grad_value", params):
        if abs(p.grad) > clip_value:
            p.grad = math.copysign(clip_value, p.grad)


def check_limit(name: str, limit: float) -> None:
    """ValueError unless a limit for clipping is above 0, TypeError when it is no number."""
    if not isinstance(limit, Real):
        raise TypeError(f"{name} has to be a number above 0, got {limit!r:.60}")
    if not limit > 0:
        raise ValueError(f"{name} has to be above 0, got {limit!r}")
