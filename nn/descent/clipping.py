"""Clipping: keep a gradient that is too large from throwing the parameters far away."""

import math
from collections.abc import Iterable
from numbers import Real

from autograd import Value
from nn.basics.checks import parameter_list, setting


def gradient_norm(params: Iterable[Value]) -> float:
    """√(Σ g²) over all parameters, without overflow on the way."""
    return with_norm("the norm of a gradient", params)[1]


def with_norm(who: str, params: Iterable[Value]) -> tuple[list[Value], float]:
    """The parameters in a list, and their gradient_norm; TypeError where one is none, or has no number as gradient."""
    listed = parameter_list(who, params)
    try:
        return listed, math.hypot(*[p.grad for p in listed])
    except (AttributeError, TypeError):
        for i, p in enumerate(listed):
            if not isinstance(p, Value):
                given = f"{who} takes parameters, which are Values: number {i} is {p!r:.40} ({type(p).__name__})"
                raise TypeError(f"{given}; pass model.parameters()") from None
            if not isinstance(p.grad, Real):
                raise TypeError(f"the grad of parameter {i} is {p.grad!r:.40}: assign 0.0 for no gradient") from None
        raise


def clip_grad_norm(params: Iterable[Value], max_norm: float) -> float:
    """g ← g · max_norm / ‖g‖ where ‖g‖ > max_norm, over all parameters together; returns ‖g‖ before.

    The direction stays, the length is capped exactly (torch divides by ‖g‖ + 1e-6 instead). Gradients with an
    inf or nan among them have no direction: they stay as they are, and the norm returned says so.
    """
    max_norm = limit("max_norm", max_norm)
    params, norm = with_norm("clip_grad_norm", params)
    if norm > max_norm and math.isfinite(norm):
        scale = max_norm / norm
        for p in params:
            p.grad *= scale
    return norm


def clip_grad_value(params: Iterable[Value], clip_value: float) -> None:
    """g ← min(max(g, -clip_value), clip_value), each parameter by itself (nan stays nan)."""
    clip_value = limit("clip_value", clip_value)
    for p in with_norm("clip_grad_value", params)[0]:  # all of which have gradients that are numbers
        if abs(p.grad) > clip_value:
            p.grad = math.copysign(clip_value, p.grad)


def limit(name: str, given: float) -> float:
    """A limit for clipping as a float; ValueError unless it is above 0, TypeError when it is no number."""
    return setting(name, given, "a number above 0", lambda v: v > 0)
