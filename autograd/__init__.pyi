# Written by `python -m tests.generators.stubs`; change __init__.py, not this file.
# ruff: noqa: I001, RUF022

from autograd.ops import OPERATIONS as OPERATIONS
from autograd.ops import Operation as Operation
from autograd.ops import abs as abs
from autograd.ops import acos as acos
from autograd.ops import acosh as acosh
from autograd.ops import asin as asin
from autograd.ops import asinh as asinh
from autograd.ops import atan as atan
from autograd.ops import atan2 as atan2
from autograd.ops import atanh as atanh
from autograd.ops import cbrt as cbrt
from autograd.ops import ceil as ceil
from autograd.ops import celu as celu
from autograd.ops import clip as clip
from autograd.ops import cos as cos
from autograd.ops import cosh as cosh
from autograd.ops import elu as elu
from autograd.ops import erf as erf
from autograd.ops import erfc as erfc
from autograd.ops import exp as exp
from autograd.ops import exp2 as exp2
from autograd.ops import expm1 as expm1
from autograd.ops import floor as floor
from autograd.ops import floor_divide as floor_divide
from autograd.ops import gaussian as gaussian
from autograd.ops import gelu as gelu
from autograd.ops import gelu_tanh as gelu_tanh
from autograd.ops import hardsigmoid as hardsigmoid
from autograd.ops import hardtanh as hardtanh
from autograd.ops import heaviside as heaviside
from autograd.ops import hypot as hypot
from autograd.ops import leaky_relu as leaky_relu
from autograd.ops import lgamma as lgamma
from autograd.ops import log as log
from autograd.ops import log10 as log10
from autograd.ops import log1p as log1p
from autograd.ops import log2 as log2
from autograd.ops import logaddexp as logaddexp
from autograd.ops import logcosh as logcosh
from autograd.ops import logsigmoid as logsigmoid
from autograd.ops import maximum as maximum
from autograd.ops import minimum as minimum
from autograd.ops import mish as mish
from autograd.ops import mod as mod
from autograd.ops import normal_cdf as normal_cdf
from autograd.ops import normal_pdf as normal_pdf
from autograd.ops import piecewise as piecewise
from autograd.ops import pow as pow
from autograd.ops import reciprocal as reciprocal
from autograd.ops import relu as relu
from autograd.ops import relu6 as relu6
from autograd.ops import round as round
from autograd.ops import round_to as round_to
from autograd.ops import rsqrt as rsqrt
from autograd.ops import sech2 as sech2
from autograd.ops import selu as selu
from autograd.ops import sigmoid as sigmoid
from autograd.ops import sign as sign
from autograd.ops import silu as silu
from autograd.ops import sin as sin
from autograd.ops import sinc as sinc
from autograd.ops import sinh as sinh
from autograd.ops import softplus as softplus
from autograd.ops import softsign as softsign
from autograd.ops import sqrt as sqrt
from autograd.ops import square as square
from autograd.ops import tan as tan
from autograd.ops import tanh as tanh
from autograd.ops import trunc as trunc
from autograd.ops import where as where
from autograd.value import Value as Value
from autograd.backprop import backward as backward
from autograd.backprop import topological_order as topological_order
from autograd.events import BackwardStep as BackwardStep
from autograd.events import ForwardStep as ForwardStep
from autograd.events import SeedStep as SeedStep
from autograd.events import steps as steps
from autograd.modes import enable_grad as enable_grad
from autograd.modes import no_grad as no_grad
from autograd.modes import trace_lines as trace_lines
from autograd.operations.lists import cross_entropy as cross_entropy
from autograd.operations.lists import dot as dot
from autograd.operations.lists import logsumexp as logsumexp
from autograd.operations.lists import mean as mean
from autograd.operations.lists import softmax as softmax
from autograd.operations.lists import sum_of_squares as sum_of_squares
from autograd.operations.lists import total as total
from autograd.operations.custom import operation as operation
from autograd.operations.numpy_names import digamma as digamma
from autograd.operations.numpy_names import max as max
from autograd.operations.numpy_names import min as min
from autograd.operations.numpy_names import polygamma as polygamma
from autograd.operations.numpy_names import sum as sum
from autograd.operations.numpy_names import swish as swish
from autograd.operations.numpy_names import absolute as absolute
from autograd.operations.numpy_names import add as add
from autograd.operations.numpy_names import arccos as arccos
from autograd.operations.numpy_names import arccosh as arccosh
from autograd.operations.numpy_names import arcsin as arcsin
from autograd.operations.numpy_names import arcsinh as arcsinh
from autograd.operations.numpy_names import arctan as arctan
from autograd.operations.numpy_names import arctan2 as arctan2
from autograd.operations.numpy_names import arctanh as arctanh
from autograd.operations.numpy_names import divide as divide
from autograd.operations.numpy_names import e as e
from autograd.operations.numpy_names import around as around
from autograd.operations.numpy_names import deg2rad as deg2rad
from autograd.operations.numpy_names import degrees as degrees
from autograd.operations.numpy_names import fabs as fabs
from autograd.operations.numpy_names import fix as fix
from autograd.operations.numpy_names import float_power as float_power
from autograd.operations.numpy_names import fmax as fmax
from autograd.operations.numpy_names import fmin as fmin
from autograd.operations.numpy_names import fmod as fmod
from autograd.operations.numpy_names import inf as inf
from autograd.operations.numpy_names import logaddexp2 as logaddexp2
from autograd.operations.numpy_names import multiply as multiply
from autograd.operations.numpy_names import nan as nan
from autograd.operations.numpy_names import negative as negative
from autograd.operations.numpy_names import pi as pi
from autograd.operations.numpy_names import power as power
from autograd.operations.numpy_names import rad2deg as rad2deg
from autograd.operations.numpy_names import radians as radians
from autograd.operations.numpy_names import remainder as remainder
from autograd.operations.numpy_names import rint as rint
from autograd.operations.numpy_names import subtract as subtract
from autograd.operations.numpy_names import true_divide as true_divide
from autograd.derivatives.transforms import grad as grad
from autograd.derivatives.transforms import value_and_grad as value_and_grad
from autograd.derivatives.transforms import jacobian as jacobian
from autograd.derivatives.transforms import hessian as hessian
from autograd.derivatives.transforms import hvp as hvp
from autograd.derivatives.transforms import jvp as jvp
from autograd.derivatives.transforms import vjp as vjp
from autograd.derivatives.transforms import differentiate as differentiate
from autograd.derivatives.transforms import elementwise_grad as elementwise_grad
from autograd.checking.gradients import check_gradients as check_gradients
from autograd.checking.anomaly import detect_anomaly as detect_anomaly
from autograd.view.branches import trace_branches as trace_branches
from autograd.explaining.paths import explain as explain
from autograd.explaining.paths import count_paths as count_paths
from autograd.explaining.naive import naive_backward as naive_backward
from autograd.explaining.stepper import stepper as stepper
from autograd.explaining.drawn import draw as draw
from autograd.explaining.drawn import to_dot as to_dot
from autograd.explaining.page.training import TrainingPage as TrainingPage
from autograd.drawing.sparsity import spy as spy
from autograd.programs.program import record as record
from autograd.programs.program import Program as Program
from autograd.programs.trace import BranchChanged as BranchChanged

__version__: str
engine: str
__all__ = [
    "BackwardStep",
    "BranchChanged",
    "ForwardStep",
    "OPERATIONS",
    "Operation",
    "Program",
    "SeedStep",
    "TrainingPage",
    "Value",
    "acos",
    "acosh",
    "asin",
    "asinh",
    "atan",
    "atan2",
    "atanh",
    "backward",
    "cbrt",
    "ceil",
    "celu",
    "check_gradients",
    "clip",
    "cos",
    "cosh",
    "count_paths",
    "cross_entropy",
    "detect_anomaly",
    "differentiate",
    "digamma",
    "dot",
    "draw",
    "elu",
    "enable_grad",
    "erf",
    "erfc",
    "exp",
    "exp2",
    "explain",
    "expm1",
    "floor",
    "floor_divide",
    "gaussian",
    "gelu",
    "gelu_tanh",
    "grad",
    "hardsigmoid",
    "hardtanh",
    "heaviside",
    "hessian",
    "hvp",
    "hypot",
    "jacobian",
    "jvp",
    "leaky_relu",
    "lgamma",
    "log",
    "log10",
    "log1p",
    "log2",
    "logaddexp",
    "logcosh",
    "logsigmoid",
    "logsumexp",
    "maximum",
    "mean",
    "minimum",
    "mish",
    "mod",
    "naive_backward",
    "no_grad",
    "normal_cdf",
    "normal_pdf",
    "operation",
    "piecewise",
    "polygamma",
    "reciprocal",
    "record",
    "relu",
    "relu6",
    "round_to",
    "rsqrt",
    "sech2",
    "selu",
    "sigmoid",
    "sign",
    "silu",
    "sin",
    "sinc",
    "sinh",
    "softmax",
    "softplus",
    "softsign",
    "spy",
    "sqrt",
    "square",
    "stepper",
    "steps",
    "sum_of_squares",
    "swish",
    "tan",
    "tanh",
    "to_dot",
    "topological_order",
    "total",
    "trace_branches",
    "trace_lines",
    "trunc",
    "value_and_grad",
    "vjp",
    "where",
]
