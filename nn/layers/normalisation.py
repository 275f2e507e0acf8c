"""Normalisation: numbers shifted and scaled to mean 0 and variance 1, then by a scale γ and a shift β that are learnt.

BatchNorm takes mean and variance of each feature over the examples of a batch, LayerNorm of each example over its
features; RMSNorm only scales. ε keeps the division finite where the variance is 0.
"""

import math
from collections.abc import Sequence
from typing import Any

from autograd import Value, mean, rsqrt, sum_of_squares
from nn.basics.checks import each_row, numbers, positive, setting
from nn.basics.nested import data_of
from nn.module import Buffer, Module


class _Normalisation(Module):
    """What all three have: ε, and a scale γ for each of `features`."""

    def __init__(self, features: int, eps: float = 1e-5) -> None:
        self.gamma = [Value(1.0) for _ in range(positive("features", features))]
        self.eps = setting("eps", eps, "a finite number, 0 or more", lambda v: 0 <= v < math.inf)

    def _by_size(self, row: Sequence[Any]) -> list[Any]:
        """γx/√(mean of x² + ε)."""
        scale = rsqrt(sum_of_squares(row) / len(row) + self.eps)
        return [gamma * (v * scale) for v, gamma in zip(row, self.gamma, strict=True)]

    def extra_repr(self) -> str:
        return f"{len(self.gamma)} features"


class BatchNorm(_Normalisation):
    """γ(x − μ)/√(σ² + ε) + β for each of `features`, μ and σ² over the rows of a batch (Ioffe and Szegedy 2015).

    While learning, call ``batch(rows)``: the examples of a batch influence each other, so one alone has no result. The
    running mean and variance follow, r ← (1 − momentum)·r + momentum·(that of the batch; for the variance the unbiased
    one, /(n − 1)), and stand for μ and σ² in use, after eval(). Defaults and results are torch.nn.BatchNorm1d's.
    Raises ValueError for a batch of one row while learning, and for rows of another length.
    """

    def __init__(self, features: int, eps: float = 1e-5, momentum: float = 0.1) -> None:
        super().__init__(features, eps)
        self.beta = [Value(0.0) for _ in range(features)]
        self.running_mean = [Buffer(0.0) for _ in range(features)]
        self.running_var = [Buffer(1.0) for _ in range(features)]
        self.momentum = setting("momentum", momentum, "a number from 0 to 1", lambda v: 0 <= v <= 1)

    def __call__(self, x: Any) -> list[Any]:
        """One example by the running statistics. Raises ValueError while learning."""
        if self.training:
            raise ValueError("BatchNorm needs a whole batch while learning: call batch(rows), or eval() first")
        row = numbers("BatchNorm", x, len(self.gamma))
        known = zip(row, self.running_mean, self.running_var, strict=True)
        normal = [(v - average.data) * rsqrt(variance.data + self.eps) for v, average, variance in known]
        return self._scaled(normal)

    def batch(self, rows: Sequence[Any]) -> list[list[Any]]:
        """All rows by their own statistics while learning, by the running ones in use."""
        rows = list(each_row(rows))
        if not self.training:
            return [self(row) for row in rows]
        if len(rows) < 2:
            raise ValueError(
                f"BatchNorm needs at least 2 rows while learning, not {len(rows)}: one has no variance. Choose a "
                "batch_size that leaves no single row for the last batch, or leave a row out"
            )
        columns = zip(*(numbers("BatchNorm", row, len(self.gamma)) for row in rows), strict=True)
        normal = [self._column(i, column) for i, column in enumerate(columns)]
        return [self._scaled(row) for row in zip(*normal, strict=True)]

    def _column(self, i: int, column: Sequence[Any]) -> list[Any]:
        """One feature of all rows, with mean 0 and variance 1."""
        average = mean(column)
        centred = [v - average for v in column]
        squares = sum_of_squares(centred)
        self._follow(self.running_mean[i], data_of(average))
        self._follow(self.running_var[i], data_of(squares) / (len(column) - 1))
        scale = rsqrt(squares / len(column) + self.eps)
        return [v * scale for v in centred]

    def _scaled(self, normal: Sequence[Any]) -> list[Any]:
        """γx + β, feature by feature."""
        return [g * v + b for v, g, b in zip(normal, self.gamma, self.beta, strict=True)]

    def _follow(self, running: Buffer, current: float) -> None:
        running.data = (1.0 - self.momentum) * running.data + self.momentum * current


class RMSNorm(_Normalisation):
    """γx/√(mean of x² + ε) over the `features` numbers of one example (Zhang and Sennrich 2019): no shift, no mean.

    Results are torch.nn.RMSNorm's for the same ε. Raises ValueError for an example of another length.
    """

    def __call__(self, x: Any) -> list[Any]:
        return self._by_size(numbers(type(self).__name__, x, len(self.gamma)))


class LayerNorm(_Normalisation):
    """γ(x − μ)/√(σ² + ε) + β, μ and σ² over the `features` numbers of one example (Ba, Kiros and Hinton 2016).

    Defaults and results are torch.nn.LayerNorm's. Raises ValueError for an example of another length.
    """

    def __init__(self, features: int, eps: float = 1e-5) -> None:
        super().__init__(features, eps)
        self.beta = [Value(0.0) for _ in range(features)]

    def __call__(self, x: Any) -> list[Any]:
        row = numbers("LayerNorm", x, len(self.gamma))
        average = mean(row)
        normal = self._by_size([v - average for v in row])
        return [v + beta for v, beta in zip(normal, self.beta, strict=True)]
