"""Programs whose answers are printed in the literature.

The gradients and Hessians of Moré, Garbow and Hillstrom's test functions are in test_derivatives.py.
"""

import gzip
import json
import math
from pathlib import Path

import numpy as np
import pytest

from autograd import Value, cos, dot, exp, grad, hessian, log, sigmoid, sin, sqrt, tanh, total, value_and_grad

# NIST Statistical Reference Datasets, nonlinear regression ------------------------------------------------------------
# https://www.itl.nist.gov/div898/strd/ (public domain): data, two starting points, and parameters, standard deviations
# and residual sum of squares certified to 11 digits.
NIST = json.loads(gzip.decompress((Path(__file__).parents[2] / "data/nist_strd.json.gz").read_bytes()))


def quotient_of_cubics(b, x):
    return (b[0] + b[1] * x + b[2] * x**2 + b[3] * x**3) / (1 + b[4] * x + b[5] * x**2 + b[6] * x**3)


MODELS = {
    "Misra1a": lambda b, x: b[0] * (1 - exp(-b[1] * x)),
    "Chwirut2": lambda b, x: exp(-b[0] * x) / (b[1] + b[2] * x),
    "Lanczos3": lambda b, x: b[0] * exp(-b[1] * x) + b[2] * exp(-b[3] * x) + b[4] * exp(-b[5] * x),
    "Gauss1": lambda b, x: (
        b[0] * exp(-b[1] * x) + b[2] * exp(-((x - b[3]) ** 2) / b[4] ** 2) + b[5] * exp(-((x - b[6]) ** 2) / b[7] ** 2)
    ),
    "DanWood": lambda b, x: b[0] * x ** b[1],
    "Misra1b": lambda b, x: b[0] * (1 - (1 + b[1] * x / 2) ** -2),
    "MGH09": lambda b, x: b[0] * (x**2 + x * b[1]) / (x**2 + x * b[2] + b[3]),
    "Thurber": quotient_of_cubics,
    "Bennett5": lambda b, x: b[0] * (b[1] + x) ** (-1 / b[2]),
    "Hahn1": quotient_of_cubics,
    "Rat42": lambda b, x: b[0] / (1 + exp(b[1] - b[2] * x)),
    "BoxBOD": lambda b, x: b[0] * (1 - exp(-b[1] * x)),
    "Eckerle4": lambda b, x: (b[0] / b[1]) * exp(-0.5 * ((x - b[2]) / b[1]) ** 2),
    "MGH17": lambda b, x: b[0] + b[1] * exp(-x * b[3]) + b[2] * exp(-x * b[4]),
}


def residuals_and_jacobian(model, data, b):
    """y − f(x; b) for every row of the data, and ∂f/∂b, one backward pass each."""
    residuals, jacobian = [], []
    for y, x in data:
        leaves = [Value(p) for p in b]
        f = model(leaves, x)
        f.backward()
        residuals.append(y - f.data)
        jacobian.append([leaf.grad for leaf in leaves])
    return np.array(residuals), np.array(jacobian)


def levenberg_marquardt(model, data, start, most=2000):
    """The least-squares parameters, residuals and Jacobian (D. W. Marquardt, J. SIAM 11 (1963) 431), each parameter
    scaled by the largest column of the Jacobian so far (J. J. Moré, Lecture Notes in Mathematics 630 (1978) 105)."""
    b, damping = np.array(start), 1e3  # cautious at first: half of the starting points are far off on purpose
    r, j = residuals_and_jacobian(model, data, b)
    scale = np.zeros(len(b))
    for _ in range(most):
        scale = np.maximum(scale, column_sizes(j))
        stacked = np.vstack([j / scale, math.sqrt(damping) * np.eye(len(b))])
        step = np.linalg.lstsq(stacked, np.concatenate([r, np.zeros(len(b))]), rcond=None)[0] / scale
        new_r, new_j = residuals_and_jacobian(model, data, b + step)
        if np.isfinite(new_j).all() and new_r @ new_r <= r @ r:
            b, r, j, damping = b + step, new_r, new_j, damping / 5
        else:
            damping *= 4
        if np.all(np.abs(step) <= 1e-6 * np.abs(b)) or damping > 1e20:
            break
    return gauss_newton(model, data, b)


def gauss_newton(model, data, b, most=60):
    """Undamped steps, which go on where the sum of squares is flat to the last digit."""
    for _ in range(most):
        r, j = residuals_and_jacobian(model, data, b)
        step = np.linalg.lstsq(j / column_sizes(j), r, rcond=None)[0] / column_sizes(j)
        b = b + step
        if np.all(np.abs(step) <= 1e-14 * np.abs(b)):
            break
    return b, *residuals_and_jacobian(model, data, b)


def column_sizes(j):
    return np.maximum(np.sqrt((j * j).sum(axis=0)), 1e-300)


def standard_deviations(j, variance):
    """sqrt of the diagonal of variance · (JᵀJ)⁻¹, from the QR factors of the scaled Jacobian."""
    scale = column_sizes(j)
    inverse = np.linalg.inv(np.linalg.qr(j / scale, mode="r"))
    return np.sqrt((inverse * inverse).sum(axis=1) * variance) / scale


def digits(found, certified):
    """Correct significant digits, the log relative error that NIST counts, at most the 11 that are certified."""
    errors = [abs(f - c) / abs(c) for f, c in zip(np.atleast_1d(found), np.atleast_1d(certified), strict=True)]
    return min(-math.log10(max(error, 1e-11)) for error in errors)


def nist_digits(name, start):
    """Digits of the worst parameter, of the residual sum of squares and of the worst standard deviation."""
    case = NIST[name]
    b, r, j = levenberg_marquardt(MODELS[name], case["data"], case[start])
    rss = float(np.float64(math.fsum(r * r)))
    deviations = standard_deviations(j, rss / case["dof"])
    return digits(b, case["certified"]), digits(rss, case["rss"]), digits(deviations, case["sd"])


SLOW = ("Bennett5",)  # several seconds each


@pytest.mark.parametrize("start", ["start1", "start2"])
@pytest.mark.parametrize("name", [pytest.param(n, marks=pytest.mark.accuracy if n in SLOW else ()) for n in MODELS])
def test_nist_fits_have_ten_digits(name, start):
    parameters, rss, deviations = nist_digits(name, start)
    assert min(parameters, rss, deviations) >= 10.0


def test_no_dataset_is_forgotten():
    assert MODELS.keys() == NIST.keys()


# Worked examples of backpropagation -----------------------------------------------------------------------------------
def printed(number, places):
    return round(number, places)


def test_the_neuron_of_karpathys_lecture():
    """A. Karpathy, "The spelled-out intro to neural networks and backpropagation: building micrograd" (2022)."""
    x1, x2, w1, w2, b = Value(2.0), Value(0.0), Value(-3.0), Value(1.0), Value(6.8813735870195432)
    o = (x1 * w1 + x2 * w2 + b).tanh()
    o.backward()
    assert printed(o.data, 4) == 0.7071
    assert [printed(v.grad, 4) for v in (x1, w1, x2, w2)] == [-1.5, 1.0, 0.5, 0.0]


def test_the_step_by_step_example_of_mazur():
    """M. Mazur, "A Step by Step Backpropagation Example" (2015): two layers of two sigmoid units, squared error."""
    w = [Value(v) for v in (0.15, 0.20, 0.25, 0.30, 0.40, 0.45, 0.50, 0.55)]
    i1, i2, b1, b2 = 0.05, 0.10, 0.35, 0.60
    h = [sigmoid(w[k] * i1 + w[k + 1] * i2 + b1) for k in (0, 2)]
    o = [sigmoid(w[k] * h[0] + w[k + 1] * h[1] + b2) for k in (4, 6)]
    error = total([0.5 * (target - out) ** 2 for target, out in zip((0.01, 0.99), o, strict=True)])
    error.backward()
    assert printed(h[0].data, 9) == 0.593269992
    assert [printed(out.data, 8) for out in o] == [0.75136507, 0.77292847]
    assert printed(error.data, 9) == 0.298371109
    assert printed(w[4].grad, 9) == 0.082167041
    updated = [v.data - 0.5 * v.grad for v in w]
    assert [printed(v, 8) for v in (updated[0], updated[4], updated[7])] == [0.14978072, 0.35891648, 0.56137012]


def test_the_sigmoid_neuron_of_cs231n():
    """Stanford CS231n, "Backpropagation, Intuitions": w = (2, −3, −3), x = (−1, −2); printed to two places."""
    w, x = [Value(2.0), Value(-3.0), Value(-3.0)], [Value(-1.0), Value(-2.0)]
    f = sigmoid(dot(w[:2], x, w[2]))
    f.backward()
    assert printed(f.data, 2) == 0.73
    assert [printed(v.grad, 1) for v in (*w, *x)] == [-0.2, -0.4, 0.2, 0.4, -0.6]


def test_the_example_of_the_survey_by_baydin_and_others():
    """A. G. Baydin, B. A. Pearlmutter, A. A. Radul, J. M. Siskind, JMLR 18 (2018) 153, tables 2 and 3."""
    y, slopes = value_and_grad(lambda a, b: log(a) + a * b - sin(b), argnums=(0, 1))(2.0, 5.0)
    assert [printed(v, 3) for v in (y, *slopes)] == [11.652, 5.5, 1.716]


# Optimisation test functions: the printed minima are stationary, and Newton's method finds them -----------------------
PI = math.pi
MINIMA = {  # from M. Jamil and X.-S. Yang, Int. J. Mathematical Modelling and Numerical Optimisation 4 (2013) 150
    "booth": (lambda p: (p[0] + 2 * p[1] - 7) ** 2 + (2 * p[0] + p[1] - 5) ** 2, [1.0, 3.0], 0.0),
    "matyas": (lambda p: 0.26 * (p[0] ** 2 + p[1] ** 2) - 0.48 * p[0] * p[1], [0.0, 0.0], 0.0),
    "himmelblau": (lambda p: (p[0] ** 2 + p[1] - 11) ** 2 + (p[0] + p[1] ** 2 - 7) ** 2, [3.0, 2.0], 0.0),
    "himmelblau, second": (
        lambda p: (p[0] ** 2 + p[1] - 11) ** 2 + (p[0] + p[1] ** 2 - 7) ** 2,
        [-2.805118, 3.131312],
        0.0,
    ),
    "easom": (lambda p: -cos(p[0]) * cos(p[1]) * exp(-((p[0] - PI) ** 2) - (p[1] - PI) ** 2), [PI, PI], -1.0),
    "mccormick": (
        lambda p: sin(p[0] + p[1]) + (p[0] - p[1]) ** 2 - 1.5 * p[0] + 2.5 * p[1] + 1,
        [-0.547, -1.547],
        -1.9133,
    ),
    "styblinski-tang": (lambda p: 0.5 * total([x**4 - 16 * x**2 + 5 * x for x in p]), [-2.903534] * 3, -39.16617 * 3),
    "rastrigin": (lambda p: 10 * len(p) + total([x**2 - 10 * cos(2 * PI * x) for x in p]), [0.0] * 3, 0.0),
    "three-hump camel": (
        lambda p: 2 * p[0] ** 2 - 1.05 * p[0] ** 4 + p[0] ** 6 / 6 + p[0] * p[1] + p[1] ** 2,
        [0.0] * 2,
        0.0,
    ),
    "goldstein-price": (
        lambda p: (
            (
                1
                + (p[0] + p[1] + 1) ** 2
                * (19 - 14 * p[0] + 3 * p[0] ** 2 - 14 * p[1] + 6 * p[0] * p[1] + 3 * p[1] ** 2)
            )
            * (
                30
                + (2 * p[0] - 3 * p[1]) ** 2
                * (18 - 32 * p[0] + 12 * p[0] ** 2 + 48 * p[1] - 36 * p[0] * p[1] + 27 * p[1] ** 2)
            )
        ),
        [0.0, -1.0],
        3.0,
    ),
    "ackley beside its minimum": (
        lambda p: (
            -20 * exp(-0.2 * sqrt(0.5 * (p[0] ** 2 + p[1] ** 2))) - exp(0.5 * (cos(2 * PI * p[0]) + cos(2 * PI * p[1])))
        ),
        [0.9684777, 0.9684777],  # the local minimum next to it, which is smooth
        None,
    ),
    "logistic": (lambda p: log(1 + exp(p[0])) - 0.75 * p[0], [math.log(3.0)], None),
    "tanh well": (lambda p: tanh(p[0] - 2) ** 2, [2.0], 0.0),
}


@pytest.mark.parametrize("name", MINIMA)
def test_newton_finds_the_printed_minimum(name):
    f, minimum, least = MINIMA[name]
    p = np.array([x + 0.01 for x in minimum])
    for _ in range(8):
        p = p - np.linalg.solve(hessian(f)(list(p)), grad(f)(list(p)))
    assert list(p) == pytest.approx(minimum, abs=1e-3)
    assert max(map(abs, grad(f)(list(p)))) < 1e-12
    assert np.linalg.eigvalsh(hessian(f)(list(p))).min() > 0.0
    if least is not None:
        assert f(list(p)) == pytest.approx(least, abs=1e-4)
