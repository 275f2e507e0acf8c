"""Where the numbers of a training live while it runs.

    OnValues    parameter.data, parameter.grad and optimizer.state: what everyone sees, always current
    OnArrays    one array for all parameters, one for their gradients, one for each column of the optimizer's memory;
                the Values get their numbers back before anybody's code is called between epochs, and on any exit

A step on arrays is the arithmetic of a step on Values, in the same order, and so has the same bits.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Mapping, Sequence
from math import isfinite
from typing import Any, TypeAlias

from autograd import Program, Value
from nn.basics.at_once import Call, at_once, each
from nn.descent.clipping import clip_grad_norm
from nn.descent.norms import norm
from nn.descent.optimizer import Optimizer

Clip: TypeAlias = float | Callable[[list[Value]], object]
Part = tuple[Any, ...]  # a program of the loss, and its columns: the rows of a batch that it is for

_set_data, _set_grad = Value.data.__set__, Value.grad.__set__  # type: ignore[attr-defined]


class OnValues:
    """A training that keeps its numbers in the Values, and its optimizer's in the optimizer."""

    def __init__(
        self,
        parameters: list[Value],
        layers: Mapping[str, list[Value]] | None = None,
        optimizer: Optimizer | None = None,
    ) -> None:
        """`parameters` of the model; to those of the loss that the optimizer steps, all applies as well."""
        stepped = [p for group in optimizer.param_groups for p in group["params"]] if optimizer else []
        self.parameters = list(dict.fromkeys([*parameters, *stepped]))
        self.layers, self.optimizer = layers or {}, optimizer

    def take(self) -> None:
        """Read the Values and the optimizer's memory, at the start of an epoch: someone may have written to them."""

    def lend(self) -> None:
        """Write the Values, for somebody who computes with them, writes to none and asks for no gradient."""

    def give_back(self) -> None:
        """Write the Values, their gradients and the optimizer's memory."""

    def gradient(self, parts: Sequence[Part], divisor: float, penalty: Program | None) -> float:
        """Σ loss / divisor + penalty; notes its gradient for every parameter, and adds it to that of other leaves."""
        own = dict.fromkeys(self.parameters, 0.0)
        kept = own | {p: p.grad for program, *_ in parts for p in program.parameters if p not in own}
        deque(map(_set_grad, kept, [0.0] * len(kept)), 0)
        try:
            value: float = sum(program.map_backward(*columns, reduce="sum") for program, *columns in parts) / divisor
        except BaseException:
            deque(map(_set_grad, kept, kept.values()), 0)
            raise
        for p, grad in kept.items():
            p.grad = grad + p.grad / divisor
        return value + penalty.backward() if penalty is not None else value

    def whole_step(
        self, parts: Sequence[Part], divisor: float, penalty: Program | None, note: Callable[[float], object]
    ) -> float | None:
        """gradient() and step(), in one go, in which `note`, which is in C, gets the value; the value.

        None, and nothing has been stepped, where one of them has something to say; or where there is no such way.
        """
        return None

    def loss(self, program: Program, *example: Any) -> float:
        """What the recorded loss says of one example."""
        found: float = program(*example)
        return found

    def predictions(self, program: Program, rows: list[Any]) -> list[Any]:
        """What the recorded model says of each row."""
        return program.map(rows)

    def numbers(self, count: int) -> tuple[Sequence[float], Sequence[float]]:
        """The first `count` parameters and their gradients as they are now."""
        first = self.parameters[:count]
        return [p.data for p in first], [p.grad for p in first]

    def norms(self) -> list[float]:
        """The length of the gradient of each layer."""
        return [norm([p.grad for p in parameters]) for parameters in self.layers.values()]

    def norms_found(self) -> list[float]:
        """The same after whole_step()."""
        return self.norms()

    def clip(self, limit: Clip) -> None:
        """Clip by the norm of the whole gradient, or however the user's function does it."""
        if callable(limit):
            limit(self.parameters)
        else:
            clip_grad_norm(self.parameters, limit)

    def step(self, *then: Call) -> bool:
        """One step of the optimizer, and in one go with it `then`.

        False, and nothing has changed, if it would make a parameter infinite or nan. Nor has it on Ctrl-C, or where the
        step raises an error.
        """
        assert self.optimizer is not None
        data, done = [p.data for p in self.parameters], [False]
        before = {"state": [dict(state) for state in self.optimizer.state], "steps_taken": self.optimizer.steps_taken}
        try:
            self.optimizer.step()
            if all(isfinite(p.data) or not isfinite(number) for p, number in zip(self.parameters, data, strict=True)):
                at_once(*then, (done.__setitem__, 0, True))
        finally:
            if not done[0]:
                at_once(each(_set_data, self.parameters, data), (vars(self.optimizer).update, before))
        return done[0]
