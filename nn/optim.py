"""Optimizers: how a gradient becomes a change of the parameters.

Every rule is torch.optim's (2.13), with its names, its defaults and its order of floating-point operations,
so the same gradients give the same parameters: https://pytorch.org/docs/stable/optim.html. In the formulas p
is a parameter, g its gradient `p.grad`, lr the learning rate and t = 1, 2, … the number of the step. A rule is written
once, for numbers: what is arithmetic on floats in `step()` is the same arithmetic on arrays in `nn.fit(compiled=True)`.

>>> from autograd import Value
>>> p = Value(1.0)
>>> optimizer = SGD([p], lr=0.1)
>>> (p * p).backward()          # d p² / dp = 2
>>> optimizer.step()
>>> p.data
0.8
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from autograd import Value
from nn.descent.optimizer import Numbers, Optimizer, Rule, given
from nn.descent.settings import Columns, Group, Number


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
        super().__init__(**given(locals()))

    def check(self, group: Group) -> None:
        if group["nesterov"] and (group["momentum"] <= 0 or group["dampening"] != 0):
            raise ValueError(
                "SGD: nesterov needs momentum above 0 and dampening 0, "
                f"got momentum={group['momentum']!r}, dampening={group['dampening']!r}"
            )

    def remembers(self, group: Group) -> tuple[str, ...]:
        return ("momentum_buffer",) if group["momentum"] else ()

    def first_state(self, group: Group) -> Columns:
        return {}  # the first gradient begins the buffer: a start at 0 would damp it

    def rule(self, group: Group, t: int, numbers: Numbers) -> Rule:
        lr, momentum = group["lr"], group["momentum"]
        if not momentum:
            return lambda p, g: (p - lr * g,)

        def with_momentum(p: Number, g: Number, b: Number = None) -> tuple[Number, ...]:
            b = g if b is None else momentum * b + (1.0 - group["dampening"]) * g
            return p - lr * (g + momentum * b if group["nesterov"] else b), b

        return with_momentum


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
        super().__init__(**given(locals()))

    def remembers(self, group: Group) -> tuple[str, ...]:
        return ("sum",)

    def first_state(self, group: Group) -> Columns:
        return {"sum": [float(group["initial_accumulator_value"])] * len(group["params"])}

    def rule(self, group: Group, t: int, numbers: Numbers) -> Rule:
        lr, eps = group["lr"] / (1 + (t - 1) * group["lr_decay"]), group["eps"]
        sqrt, divide = numbers.sqrt, numbers.divide

        def change(p: Number, g: Number, s: Number) -> tuple[Number, ...]:
            s = s + g * g
            return p - divide(lr * g, sqrt(s) + eps), s

        return change


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
        super().__init__(**given(locals()))

    def remembers(self, group: Group) -> tuple[str, ...]:
        return ("square_avg", "grad_avg", "momentum_buffer")

    def rule(self, group: Group, t: int, numbers: Numbers) -> Rule:
        lr, alpha, eps, momentum, centered = (group[k] for k in ("lr", "alpha", "eps", "momentum", "centered"))
        sqrt, divide, larger = numbers.sqrt, numbers.divide, numbers.larger

        def change(p: Number, g: Number, v: Number, a: Number, b: Number) -> tuple[Number, ...]:
            v = alpha * v + (1 - alpha) * g * g
            a = a + (g - a) * (1 - alpha) if centered else a
            variance = larger(v - a * a, 0.0) if centered else v  # of equal gradients it would round to less than 0
            step = divide(g, sqrt(variance) + eps)
            if momentum:
                step = b = momentum * b + step
            return p - lr * step, v, a, b

        return change


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
        super().__init__(**given(locals()))

    def remembers(self, group: Group) -> tuple[str, ...]:
        return ("exp_avg", "exp_avg_sq", "max_exp_avg_sq")

    def rule(self, group: Group, t: int, numbers: Numbers) -> Rule:
        (beta1, beta2), eps, amsgrad = group["betas"], group["eps"], group["amsgrad"]
        sqrt, divide, larger = numbers.sqrt, numbers.divide, numbers.larger
        step_size, correction = group["lr"] / (1 - beta1**t), sqrt(1 - beta2**t)

        def change(p: Number, g: Number, m: Number, v: Number, largest: Number) -> tuple[Number, ...]:
            m = m + (g - m) * (1 - beta1)
            v = v * beta2 + (1 - beta2) * g * g
            largest = larger(largest, v) if amsgrad else largest
            root = sqrt(largest if amsgrad else v)
            return p - step_size * divide(m, root / correction + eps), m, v, largest

        return change


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
        super().__init__(**given(locals()))

    decay_in_gradient = False

    def rule(self, group: Group, t: int, numbers: Numbers) -> Rule:
        adam, shrink = super().rule(group, t, numbers), 1 - group["lr"] * group["weight_decay"]
        return lambda p, g, *memory: adam(p * shrink, g, *memory)
