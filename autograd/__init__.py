"""glassgrad's engine: scalar reverse-mode automatic differentiation that you can see through.

>>> from autograd import Value, tanh
>>> x = Value(0.5, label="x")
>>> y = tanh(x) * x
>>> y.backward()
>>> f"{x.grad:.6f}"
'0.855341'

Every row of the table of operations is a function here, of floats or of Values: `autograd.tanh(0.5)` is a float. The
whole interface is documented in notebooks/reference.md.
"""

import importlib
import os
from typing import TYPE_CHECKING, Any

_OF_HIPS = ("tracer.py", os.path.join("numpy", "numpy_boxes.py"))


def _refuse_foreign_files(folder: str) -> None:
    """ImportError, with the cure, if files of HIPS' package, which is called autograd too, lie in this one's folder."""
    foreign = [name for name in _OF_HIPS if os.path.exists(os.path.join(folder, name))]
    if foreign:
        raise ImportError(
            f"two packages named 'autograd' lie in {folder}: glassgrad's and HIPS' ({', '.join(foreign)}). "
            "Uninstall both (`pip uninstall -y autograd glassgrad`), then install glassgrad again (`pip install .` in "
            "its source folder). Uninstalling HIPS' alone would take glassgrad's __init__.py along."
        )


_refuse_foreign_files(__path__[0])

# ruff: noqa: E402, I001, F401
# fmt: off
from autograd.backprop import BackwardStep, ForwardStep, SeedStep, backward, steps, topological_order
from autograd.operations.lists import cross_entropy, dot, logsumexp, mean, softmax, sum_of_squares, total
from autograd.modes import no_grad, trace_lines
from autograd.ops import (
    OPERATIONS, Operation,
    abs, acos, acosh, asin, asinh, atan, atan2, atanh, cbrt, ceil, celu, clip, cos, cosh, elu, erf, erfc, exp, exp2,
    expm1, floor, gaussian, gelu, gelu_tanh, hardsigmoid, hardtanh, heaviside, hypot, leaky_relu, lgamma, log,
    log10, log1p, log2, logaddexp, logcosh, logsigmoid, maximum, minimum, mish, normal_cdf, normal_pdf, piecewise,
    polygamma, pow, reciprocal, relu, relu6, round, rsqrt, sech2, selu, sigmoid, sign, silu, sin, sinh, softplus,
    softsign, sqrt, square, tan, tanh, trunc, where,
)
from autograd.system.moved import keep_old_homes
from autograd.value import Value

if TYPE_CHECKING:
    from autograd.derivatives.transforms import (
        differentiate, elementwise_grad, grad, hessian, hvp, jacobian, jvp, value_and_grad, vjp,
    )
    from autograd.checking.gradients import check_gradients
    from autograd.checking.anomaly import detect_anomaly
    from autograd.explaining.paths import count_paths, explain
    from autograd.explaining.naive import naive_backward
    from autograd.operations.custom import operation
    from autograd.drawing.levels import draw, to_dot
    from autograd.drawing.sparsity import spy
    from autograd.explaining.stepper import stepper
    from autograd.programs.program import record, Program, BranchChanged
    from autograd.operations.numpy_names import (
        absolute, add, arccos, arccosh, arcsin, arcsinh, arctan, arctan2, arctanh, divide, e, fabs,
        float_power, fmax, fmin, inf, multiply, nan, negative, pi, power, subtract, true_divide,
    )

__version__ = "0.1.0"

swish = silu  # the name of Ramachandran et al. 2017
# Where NumPy has a name that is a builtin's too. Not in __all__: `from autograd import *` leaves the builtins alone.
sum, max, min = total, maximum, minimum

# Names that live in modules of their own, imported when first used: `import autograd` costs the engine alone.
_LAZY = {
    "derivatives.transforms": (
        "differentiate", "elementwise_grad", "grad", "hessian", "hvp", "jacobian", "jvp", "value_and_grad", "vjp",
    ),
    "checking.gradients": ("check_gradients",),
    "checking.anomaly": ("detect_anomaly",),
    "explaining.paths": ("explain", "count_paths"),
    "explaining.naive": ("naive_backward",),
    "operations.custom": ("operation",),
    "drawing.levels": ("draw", "to_dot"),
    "drawing.sparsity": ("spy",),
    "explaining.stepper": ("stepper",),
    "programs.program": ("record", "Program", "BranchChanged"),
    "operations.numpy_names": (
        "absolute", "add", "arccos", "arccosh", "arcsin", "arcsinh", "arctan", "arctan2", "arctanh", "divide", "e",
        "fabs", "float_power", "fmax", "fmin", "inf", "multiply", "nan", "negative", "pi", "power",
        "subtract", "true_divide",
    ),
}
keep_old_homes(
    "autograd",
    {
        "check": "checking.gradients",
        "differences": "numerics.differences",
        "explanation": "explaining.naive explaining.paths",
    },
)
_HOME = {name: module for module, names in _LAZY.items() for name in names}

__all__ = [  # noqa: RUF022
    "BackwardStep", "BranchChanged", "ForwardStep", "OPERATIONS", "Operation", "Program", "SeedStep", "Value",
    "acos", "acosh", "asin", "asinh", "atan", "atan2", "atanh", "backward", "cbrt", "ceil", "celu",
    "check_gradients", "clip", "cos", "cosh", "count_paths", "cross_entropy", "detect_anomaly", "differentiate",
    "dot", "draw", "elu", "erf", "erfc", "exp", "exp2", "explain", "expm1", "floor", "gaussian", "gelu",
    "gelu_tanh", "grad", "hardsigmoid", "hardtanh", "heaviside", "hessian", "hvp", "hypot", "jacobian", "jvp",
    "leaky_relu", "lgamma", "log", "log10", "log1p", "log2", "logaddexp", "logcosh", "logsigmoid", "logsumexp",
    "maximum", "mean", "minimum", "mish", "naive_backward", "no_grad", "normal_cdf", "normal_pdf", "operation",
    "piecewise", "polygamma", "reciprocal", "record", "relu", "relu6", "rsqrt", "sech2", "selu", "sigmoid", "sign",
    "silu", "sin", "sinh", "softmax", "softplus", "softsign", "spy", "sqrt", "square", "stepper", "steps",
    "sum_of_squares", "swish", "tan", "tanh", "to_dot", "topological_order", "total", "trace_lines", "trunc",
    "value_and_grad", "vjp", "where",
]
# fmt: on


def __getattr__(name: str) -> Any:
    """Import the module a name lives in when the name is first used."""
    if name not in _HOME:
        raise AttributeError(f"module 'autograd' has no attribute {name!r}")
    globals()[name] = found = getattr(importlib.import_module(f"autograd.{_HOME[name]}"), name)
    return found


def __dir__() -> list[str]:
    return sorted({*globals(), *_HOME})
