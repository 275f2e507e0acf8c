"""The names that NumPy, HIPS autograd and papers give to what is here under another name, for scalars.

Scalar code written for HIPS autograd runs when `import autograd.numpy as np` becomes `import autograd as np`:

>>> import autograd as np
>>> from autograd import elementwise_grad as egrad, grad
>>> f = lambda x: np.arctan(np.power(x, 2)) + np.sin(np.pi * x)
>>> round(grad(f)(1.0), 12) == round(egrad(f)(1.0), 12) == round(1.0 - np.pi, 12)
True
"""

import math

from autograd import operators, ops
from autograd.operations import lists

add, subtract, multiply, divide, true_divide = ops.add, ops.sub, ops.mul, ops.div, ops.div
negative, absolute, fabs, power, float_power = ops.neg, ops.abs, ops.abs, ops.pow, ops.pow
arcsin, arccos, arctan, arctan2 = ops.asin, ops.acos, ops.atan, ops.atan2
arcsinh, arccosh, arctanh = ops.asinh, ops.acosh, ops.atanh
fmax, fmin, remainder, fmod = ops.maximum, ops.minimum, ops.mod, operators.fmod
deg2rad, rad2deg = operators.deg2rad, operators.rad2deg
digamma, polygamma, logaddexp2 = operators.digamma, operators.polygamma, operators.logaddexp2
radians, degrees = deg2rad, rad2deg
rint, fix, around = ops.round, ops.trunc, ops.round_to
sum, max, min = lists.total, ops.maximum, ops.minimum
swish = ops.silu  # the name of Ramachandran et al. 2017
pi, e, inf, nan = math.pi, math.e, math.inf, math.nan
