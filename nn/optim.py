"""Optimizers: how a gradient becomes a change of the parameters.

Every rule is torch.optim's (2.13), with its names, its defaults and its order of floating-point operations,
so the same gradients give the same parameters: https://pytorch.org/docs/stable/optim.html. In the formulas p
is a parameter, g its gradient `p.grad`, lr the learning rate and t = 1, 2, … the number of the step.

>>> from autograd import Value
>>> p = Value(1.0)
>>> optimizer = SGD([p], lr=0.1)
>>> (p * p).backward()          # d p² / dp = 2
>>> optimizer.step()
>>> p.data
0.8
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from autograd import Value

from .optimizer import Columns, Group, Optimizer


class SGD(Optimizer):
    """Gradient descent: p ← p - lr·g.

    With momentum μ: b ← μ·b + (1 - dampening)·g (the first b is g itself) and p ← p - lr·b;
    nesterov looks one step ahead: p ← p - lr·(g + μ·b).

    Source: https://pytorch.org/docs/stable/generated/torch.optim.SGD.html. ValueError for nesterov without
    momentum or with dampening.
    """

    def __init__(
        self,
        params: Iterable[Value] | Iterable[Mapping[str, Any]],
        lr: float = 1e-3,
        momentum: float = 0.0,
        dampening: float = 0.0,
        weight_decay: float = 0.0,
        nesterov: bool = False,
        *,
        maximize: bool = False,
    ) -> None:
        super().__init__(
            params,
            lr=lr,
            momentum=momentum,
            dampening=dampening,
            weight_decay=weight_decay,
            nesterov=nesterov,
            maximize=maximize,
        )

    def check(self, group: Group) -> None:
        if group["nesterov"] and (group["momentum"] <= 0 or group["dampening"] != 0):
            raise ValueError(
                "SGD: nesterov needs momentum above 0 and dampening 0, "
                f"got momentum={group['momentum']!r}, dampening={group['dampening']!r}"
            )

    def update(self, group: Group, state: Columns, grads: list[float]) -> None:
        lr, momentum = group["lr"], group["momentum"]
        if momentum:
            keep = 1.0 - group["dampening"]
            old = state.get("momentum_buffer")  # none before the first step: a start at 0 would damp it
            buffer = [momentum * b + keep * g for b, g in zip(old, grads, strict=True)] if old else list(grads)
            state["momentum_buffer"] = buffer
            ahead = group["nesterov"]
            grads = [g + momentum * b for g, b in zip(grads, buffer, strict=True)] if ahead else buffer
        for p, g in zip(group["params"], grads, strict=True):
            p.data -= lr * g


class Adagrad(Optimizer):
    """Steps shrink where gradients have been large: s ← s + g², p ← p - lr_t·g / (√s + eps), lr_t = lr / (1 +
    (t-1)·lr_decay).

    Source: Duchi, Hazan & Singer 2011; https://pytorch.org/docs/stable/generated/torch.optim.Adagrad.html.
    """

    def __init__(
        self,
        params: Iterable[Value] | Iterable[Mapping[str, Any]],
        lr: float = 1e-2,
        lr_decay: float = 0.0,
        weight_decay: float = 0.0,
        initial_accumulator_value: float = 0.0,
        eps: float = 1e-10,
        *,
        maximize: bool = False,
    ) -> None:
        super().__init__(
            params,
            lr=lr,
            lr_decay=lr_decay,
            weight_decay=weight_decay,
            initial_accumulator_value=initial_accumulator_value,
            eps=eps,
            maximize=maximize,
        )

    def first_state(self, group: Group) -> Columns:
        return {"sum": [float(group["initial_accumulator_value"])] * len(group["params"])}

    def update(self, group: Group, state: Columns, grads: list[float]) -> None:
        lr, eps = group["lr"] / (1 + (self.steps_taken - 1) * group["lr_decay"]), group["eps"]
        sums = state["sum"]
        for i, (p, g) in enumerate(zip(group["params"], grads, strict=True)):
            sums[i] += g * g
            p.data -= lr * g / (math.sqrt(sums[i]) + eps)


class RMSprop(Optimizer):
    """Steps measured in recent gradient size: v ← α·v + (1-α)·g², p ← p - lr·g / (√v + eps).

    `centered` subtracts the squared mean a ← a + (g - a)(1-α) inside the root: √(v - a²). With momentum μ:
    b ← μ·b + g / (√v + eps), p ← p - lr·b.

    Source: Hinton's Coursera lecture 6e, 2012; https://pytorch.org/docs/stable/generated/torch.optim.RMSprop.html.
    """

    def __init__(
        self,
        params: Iterable[Value] | Iterable[Mapping[str, Any]],
        lr: float = 1e-2,
        alpha: float = 0.99,
        eps: float = 1e-8,
        weight_decay: float = 0.0,
        momentum: float = 0.0,
        centered: bool = False,
        *,
        maximize: bool = False,
    ) -> None:
        super().__init__(
            params,
            lr=lr,
            alpha=alpha,
            eps=eps,
            weight_decay=weight_decay,
            momentum=momentum,
            centered=centered,
            maximize=maximize,
        )

    def first_state(self, group: Group) -> Columns:
        return {name: [0.0] * len(group["params"]) for name in ("square_avg", "grad_avg", "momentum_buffer")}

    def update(self, group: Group, state: Columns, grads: list[float]) -> None:
        lr, momentum = group["lr"], group["momentum"]
        buffer = state["momentum_buffer"]
        for i, (p, g) in enumerate(zip(group["params"], grads, strict=True)):
            change = g / (_root_mean_square(group, state, i, g) + group["eps"])
            if momentum:
                change = buffer[i] = momentum * buffer[i] + change
            p.data -= lr * change


def _root_mean_square(group: Group, state: Columns, i: int, g: float) -> float:
    """√v, or √(v - a²) when centered, after taking in one more gradient g."""
    alpha = group["alpha"]
    v = state["square_avg"][i] = alpha * state["square_avg"][i] + (1 - alpha) * g * g
    if group["centered"]:
        a = state["grad_avg"][i] = state["grad_avg"][i] + (g - state["grad_avg"][i]) * (1 - alpha)
        v -= a * a
    return math.sqrt(v) if v >= 0 else math.nan


class Adam(Optimizer):
    """Momentum and step size in one, corrected for starting at zero.

    m ← m + (g - m)(1-β₁), v ← β₂·v + (1-β₂)·g², p ← p - lr/(1-β₁ᵗ) · m / (√v/√(1-β₂ᵗ) + eps).
    `amsgrad` uses the largest v so far. `weight_decay` is added to the gradient.

    Source: Kingma & Ba 2015, Reddi, Kale & Kumar 2018;
    https://pytorch.org/docs/stable/generated/torch.optim.Adam.html.
    """

    def __init__(
        self,
        params: Iterable[Value] | Iterable[Mapping[str, Any]],
        lr: float = 1e-3,
        betas: Sequence[float] = (0.9, 0.999),
        eps: float = 1e-8,
        weight_decay: float = 0.0,
        amsgrad: bool = False,
        *,
        maximize: bool = False,
    ) -> None:
        super().__init__(
            params,
            lr=lr,
            betas=tuple(betas),
            eps=eps,
            weight_decay=weight_decay,
            amsgrad=amsgrad,
            maximize=maximize,
        )

    def first_state(self, group: Group) -> Columns:
        return {name: [0.0] * len(group["params"]) for name in ("exp_avg", "exp_avg_sq", "max_exp_avg_sq")}

    def update(self, group: Group, state: Columns, grads: list[float]) -> None:
        (beta1, beta2), eps = group["betas"], group["eps"]
        step_size = group["lr"] / (1 - beta1**self.steps_taken)
        correction = math.sqrt(1 - beta2**self.steps_taken)
        means = state["exp_avg"] = [m + (g - m) * (1 - beta1) for m, g in zip(state["exp_avg"], grads, strict=True)]
        squares = state["exp_avg_sq"] = [
            v * beta2 + (1 - beta2) * g * g for v, g in zip(state["exp_avg_sq"], grads, strict=True)
        ]
        if group["amsgrad"]:
            squares = state["max_exp_avg_sq"] = list(map(max, state["max_exp_avg_sq"], squares))
        for p, m, v in zip(group["params"], means, squares, strict=True):
            p.data -= step_size * (m / (math.sqrt(v) / correction + eps))


class AdamW(Adam):
    """Adam with decay taken off the parameter itself: p ← p·(1 - lr·weight_decay), then Adam's step from g alone.

    Source: Loshchilov & Hutter 2019; https://pytorch.org/docs/stable/generated/torch.optim.AdamW.html.
    """

    def __init__(
        self,
        params: Iterable[Value] | Iterable[Mapping[str, Any]],
        lr: float = 1e-3,
        betas: Sequence[float] = (0.9, 0.999),
        eps: float = 1e-8,
        weight_decay: float = 1e-2,
        amsgrad: bool = False,
        *,
        maximize: bool = False,
    ) -> None:
        super().__init__(params, lr, betas, eps, weight_decay, amsgrad, maximize=maximize)

    def gradients(self, group: Group) -> list[float]:
        return super().gradients({**group, "weight_decay": 0.0})

    def update(self, group: Group, state: Columns, grads: list[float]) -> None:
        shrink = 1 - group["lr"] * group["weight_decay"]
        for p in group["params"]:
            p.data *= shrink
        super().update(group, state, grads)
