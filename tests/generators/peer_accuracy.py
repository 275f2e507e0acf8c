"""Writes tests/data/peer_accuracy.json: the errors of torch and JAX at points where the engine is measured.

    python -m tests.generators.peer_accuracy

Needs torch and jax. Float64 on the CPU: values and first derivatives in ulps, as in tests/accuracy/measure.py.
"""

# ruff: noqa: E501, SIM905
import json
import platform
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import jax
import numpy as np
import torch

from tests.accuracy.cases import CASES, Case, points
from tests.accuracy.measure import ulps
from tests.accuracy.truth import derivatives

POINTS = 1000
FILE = Path(__file__).parents[1] / "data" / "peer_accuracy.json"
F, T, J, N = torch.nn.functional, torch, jax.numpy, jax.nn

TORCH: dict[str, Callable[..., Any]] = {
    **{name: getattr(T, name) for name in (
        "neg abs square reciprocal exp expm1 exp2 log log1p log2 log10 sqrt rsqrt sin cos tan asin acos atan sinh cosh tanh "
        "asinh acosh atanh sigmoid erf erfc lgamma relu").split()},
    **{name: getattr(F, name) for name in "softplus relu6 hardtanh hardsigmoid selu silu mish softsign gelu".split()},
    "logsigmoid": F.logsigmoid,
    "gelu_tanh": lambda x: F.gelu(x, approximate="tanh"),
    "logcosh": lambda x: T.log(T.cosh(x)),
}  # fmt: skip
JAX: dict[str, Callable[..., Any]] = {
    **{name: getattr(J, name) for name in (
        "abs square reciprocal exp expm1 exp2 log log1p log2 log10 sqrt cbrt sin cos tan sinh cosh tanh").split()},
    "neg": J.negative,
    **{name: getattr(J, "arc" + name[1:]) for name in "asin acos atan asinh acosh atanh".split()},
    **{name: getattr(N, name) for name in "sigmoid softplus relu relu6 selu silu mish".split()},
    "rsqrt": jax.lax.rsqrt,
    "hardtanh": N.hard_tanh,
    "hardsigmoid": N.hard_sigmoid,
    "softsign": N.soft_sign,
    "logsigmoid": N.log_sigmoid,
    "gelu": lambda x: N.gelu(x, approximate=False),
    "gelu_tanh": lambda x: N.gelu(x, approximate=True),
    "erf": jax.scipy.special.erf,
    "erfc": jax.scipy.special.erfc,
    "lgamma": jax.scipy.special.gammaln,
    "logcosh": lambda x: J.log(J.cosh(x)),
}  # fmt: skip


def by_torch(f: Callable[..., Any], xs: Sequence[float]) -> tuple[Any, Any]:
    x = torch.tensor(xs, dtype=torch.float64, requires_grad=True)
    y = f(x)
    y.sum().backward()
    return y.detach().numpy(), x.grad.numpy()


def by_jax(f: Callable[..., Any], xs: Sequence[float]) -> tuple[Any, Any]:
    value, slope = jax.vmap(jax.value_and_grad(f))(J.asarray(xs, dtype=J.float64))
    return np.asarray(value), np.asarray(slope)


def worst(case: Case, answers: tuple[Any, Any], xs: Sequence[float], truths: Sequence[Any]) -> dict[str, Any]:
    """The largest error of value and derivative, where the result is an ordinary float."""
    found = {"ulps": [0.0, 0.0], "at": [None, None]}
    for x, truth, *got in zip(xs, truths, *answers, strict=True):
        for k in (0, 1):
            if not sys.float_info.min <= abs(truth[k]) <= sys.float_info.max / 16:
                continue
            error = ulps(float(got[k]), truth[k], x * truth[k + 1])
            if not error <= found["ulps"][k]:
                found["ulps"][k], found["at"][k] = float(f"{error:.3g}"), x
    return found


def main() -> None:
    jax.config.update("jax_enable_x64", True)
    peers: dict[str, dict[str, Any]] = {"torch": {}, "jax": {}}
    for case in CASES:
        if case.name not in TORCH and case.name not in JAX:
            continue
        xs = [args[0] for args in points(case, POINTS)]
        truths = [derivatives(case.truth, x, case.scale((x,))) for x in xs]
        for peer, table, by in (("torch", TORCH, by_torch), ("jax", JAX, by_jax)):
            if case.name in table:
                peers[peer][case.name] = worst(case, by(table[case.name], xs), xs, truths)
        print(case.name, *(peers[peer].get(case.name) for peer in peers), flush=True)
    versions = {"torch": torch.__version__, "jax": jax.__version__, "machine": platform.machine()}
    FILE.write_text(json.dumps({"versions": versions, "points": POINTS, "peers": peers}, indent=1) + "\n")


if __name__ == "__main__":
    main()
