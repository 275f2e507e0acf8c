"""SciPy's minimize, least_squares and root with our derivatives, on published problems with published solutions.

Rosenbrock, H. H.: The Computer Journal 3 (1960) 175; extended: Moré, Garbow, Hillstrom, ACM TOMS 7 (1981) 17, no. 21
Hock, W., Schittkowski, K.: Test Examples for Nonlinear Programming Codes, Springer 1981, no. 71
MGH09 (Kowalik & Osborne 1968) and Thurber: NIST Statistical Reference Datasets, certified to 11 digits
Powell, M. J. D., badly scaled: Moré, Garbow, Hillstrom, no. 3
"""

import gzip
import json
from pathlib import Path

import numpy as np
import pytest

from autograd import grad, hessian, hvp, jacobian, record, value_and_grad

optimize = pytest.importorskip("scipy.optimize")
NIST = json.loads(gzip.decompress((Path(__file__).parents[2] / "data/nist_strd.json.gz").read_bytes()))


# Extended Rosenbrock, n = 10: f = 0 at (1, …, 1) --------------------------------------------------------------------
def rosenbrock(x):
    return np.sum(100.0 * (x[1::2] - x[::2] ** 2) ** 2 + (1.0 - x[::2]) ** 2)


START = np.array([-1.2, 1.0] * 5)  # the published one
DERIVATIVES = {
    "BFGS": {"jac": grad(rosenbrock)},
    "L-BFGS-B": {"jac": grad(rosenbrock)},
    "Newton-CG": {"jac": grad(rosenbrock), "hessp": lambda x, p: hvp(rosenbrock, (x,), (p,))[0]},
    "trust-exact": {"jac": grad(rosenbrock), "hess": hessian(rosenbrock)},
    "trust-ncg": {"jac": grad(rosenbrock), "hess": hessian(rosenbrock)},
}


@pytest.mark.parametrize("method", DERIVATIVES)
def test_rosenbrock(method):
    found = optimize.minimize(rosenbrock, START, method=method, **DERIVATIVES[method], options={"maxiter": 400})
    assert found.success, found.message
    assert found.x == pytest.approx(np.ones(10), abs=1e-4)
    assert found.fun < 1e-8


def test_rosenbrock_with_value_and_gradient_in_one_and_recorded():
    program = record(rosenbrock, START)

    def replayed(x):
        value, (slope,) = program.value_and_grad(x)
        return value, slope

    ways = (value_and_grad(rosenbrock), replayed)
    eager, fast = (optimize.minimize(f, START, method="L-BFGS-B", jac=True, options={"gtol": 1e-9}) for f in ways)
    assert eager.x == pytest.approx(np.ones(10), abs=1e-6)
    assert fast.x == pytest.approx(eager.x, abs=1e-6)
    assert optimize.check_grad(rosenbrock, grad(rosenbrock), START) < 1e-4


# Hock & Schittkowski 71: constraints --------------------------------------------------------------------------------
def test_hock_schittkowski_71():
    cost = lambda x: x[0] * x[3] * np.sum(x[:3]) + x[2]  # noqa: E731
    product = lambda x: np.prod(x) - 25.0  # noqa: E731
    sphere = lambda x: x @ x - 40.0  # noqa: E731
    found = optimize.minimize(
        cost,
        np.array([1.0, 5.0, 5.0, 1.0]),
        jac=grad(cost),
        bounds=[(1.0, 5.0)] * 4,
        constraints=[
            {"type": "ineq", "fun": product, "jac": grad(product)},
            {"type": "eq", "fun": sphere, "jac": grad(sphere)},
        ],
        method="SLSQP",
        options={"ftol": 1e-9},
    )
    assert found.fun == pytest.approx(17.0140173, abs=1e-7)
    assert found.x == pytest.approx([1.0, 4.7429994, 3.8211503, 1.3794082], abs=1e-6)


# NIST: nonlinear least squares --------------------------------------------------------------------------------------
MODELS = {
    "MGH09": lambda b, x: b[0] * (x**2 + x * b[1]) / (x**2 + x * b[2] + b[3]),
    "Thurber": lambda b, x: (b[0] + b[1] * x + b[2] * x**2 + b[3] * x**3) / (1 + b[4] * x + b[5] * x**2 + b[6] * x**3),
}


@pytest.mark.parametrize("name", MODELS)
def test_least_squares_of_nist(name):
    problem = NIST[name]
    y, x = np.array(problem["data"]).T
    residuals = lambda b: y - MODELS[name](b, x)  # noqa: E731
    start = np.array(problem["start2"])
    assert jacobian(residuals)(start).shape == (len(y), len(start))
    exact = {"ftol": 1e-15, "xtol": 1e-15, "gtol": 1e-15, "x_scale": "jac"}
    found = optimize.least_squares(residuals, start, jac=jacobian(residuals), method="lm", **exact)
    assert found.x == pytest.approx(problem["certified"], rel=1e-7)  # where SciPy stops
    assert 2.0 * found.cost == pytest.approx(problem["rss"], rel=1e-10)


# Powell's badly scaled function: a root -----------------------------------------------------------------------------
@pytest.mark.parametrize("method", ["hybr", "lm"])
def test_powells_badly_scaled_root(method):
    powell = lambda x: np.array([1e4 * x[0] * x[1] - 1.0, np.exp(-x[0]) + np.exp(-x[1]) - 1.0001])  # noqa: E731
    found = optimize.root(powell, np.array([0.0, 1.0]), jac=jacobian(powell), method=method, tol=1e-14)
    assert found.x == pytest.approx([1.098159e-5, 9.106146], rel=1e-6)
    assert np.abs(powell(found.x)).max() < 1e-12


def test_scalar_solvers():
    """Kepler's equation x − a·sin x = 1 at a = 0.5, as in the docstring of grad."""
    kepler = lambda x: x - 0.5 * np.sin(x) - 1.0  # noqa: E731
    newton = optimize.newton(kepler, 1.0, fprime=grad(kepler), fprime2=grad(grad(kepler)))
    assert newton == pytest.approx(1.498701133518, abs=1e-12)
    assert optimize.root_scalar(kepler, x0=1.0, fprime=grad(kepler), method="newton").root == pytest.approx(newton)
