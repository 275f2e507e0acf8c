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

import builtins
import os

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

# ruff: noqa: E402, F401
from autograd import backprop, events, modes, ops, value  # the engine comes at once
from autograd.native import engine
from autograd.system.moved import keep_old_homes, keep_old_names
from autograd.system.names import public_names

__version__ = "0.1.0"

# Every public name, once, beside the module it lives in. Type checkers read __init__.pyi, which is written from this:
# python -m tests.generators.stubs.
_HOMES = {
    "ops": """OPERATIONS Operation
        abs acos acosh asin asinh atan atan2 atanh cbrt ceil celu clip cos cosh elu erf erfc exp exp2 expm1 floor
        floor_divide gaussian gelu gelu_tanh hardsigmoid hardtanh heaviside hypot leaky_relu lgamma log log10 log1p log2
        logaddexp logcosh logsigmoid maximum minimum mish mod normal_cdf normal_pdf piecewise pow reciprocal
        relu relu6 round round_to rsqrt sech2 selu sigmoid sign silu sin sinc sinh softplus softsign sqrt square tan
        tanh trunc where""",
    "value": "Value",
    "backprop": "backward topological_order",
    "events": "BackwardStep ForwardStep SeedStep steps",
    "modes": "enable_grad no_grad trace_lines",
    "operations.lists": "cross_entropy dot logsumexp mean softmax sum_of_squares total",
    "operations.custom": "operation",
    "operations.numpy_names": "digamma max min polygamma sum swish",
    "derivatives.transforms": "grad value_and_grad jacobian hessian hvp jvp vjp differentiate",
    "checking.gradients": "check_gradients",
    "checking.anomaly": "detect_anomaly",
    "view.branches": "trace_branches",
    "explaining.paths": "explain count_paths",
    "explaining.naive": "naive_backward",
    "explaining.stepper": "stepper",
    "explaining.drawn": "draw to_dot",
    "explaining.page.training": "TrainingPage",
    "drawing.sparsity": "spy",
    "programs.program": "record Program",
    "programs.trace": "BranchChanged",
}
# `from autograd import *` leaves Python's own names alone, and brings no second names.
__all__ = sorted(name for names in _HOMES.values() for name in names.split() if not hasattr(builtins, name))
_HOMES["operations.numpy_names"] += """ absolute add arccos arccosh arcsin arcsinh arctan arctan2 arctanh divide e
    around deg2rad degrees fabs fix float_power fmax fmin fmod inf logaddexp2 multiply nan negative pi power rad2deg
    radians remainder rint subtract true_divide"""
_HOMES["derivatives.transforms"] += " elementwise_grad"

_ELSEWHERE = {
    **dict.fromkeys(("Tensor", "tensor", "Variable"), "autograd.Value, one number"),
    **dict.fromkeys(("jacfwd", "jacrev"), "autograd.jacobian"),
    "Function": "autograd.operation",
    "jit": "autograd.record",
    "stop_gradient": "v.detach()",
    "vmap": "the method map of a recorded program: autograd.record(f, x).map(xs)",
}
__getattr__, __dir__ = public_names(__name__, _HOMES, _ELSEWHERE)
keep_old_homes(
    __name__,
    {
        "check": "checking.gradients",
        "differences": "numerics.differences",
        "explanation": "explaining.naive explaining.paths",
    },
)
keep_old_names(backprop, events, "BackwardStep ForwardStep SeedStep steps")
