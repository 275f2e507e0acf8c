"""What is said where NumPy has no loop over objects, and where it or SciPy gives up inside."""

import re

import numpy as np
import pytest
from scipy import special

import autograd
from autograd import grad, jvp, record
from autograd.numerics.numpys_loops import FUNCTIONS

X = np.array([0.5, 1.5])


def plain(x):
    """The entries of `x` in an array that does not ask the table."""
    return np.array(list(x))


@pytest.mark.parametrize(
    ("function", "message"),
    [
        (lambda x: np.logaddexp(plain(x), 1.0), r"logaddexp takes no Values: autograd.logaddexp takes them"),
        (lambda x: special.expit(plain(x)), r"expit takes no Values: autograd.sigmoid takes them"),
        (lambda x: special.gammaln(plain(x)), r"autograd.lgamma"),
        (lambda x: special.psi(plain(x)), r"autograd.digamma"),
        (lambda x: special.ndtr(plain(x)), r"autograd.normal_cdf"),
        (lambda x: special.erf(plain(x)), r"autograd.erf takes"),
        (lambda x: np.isnan(plain(x)), r"isnan takes no Values. Operators, @, slices"),
        (lambda x: special.j0(x), r"j0 takes no Values. Operators, @, slices"),
        (lambda x: np.linalg.pinv(np.outer(x, x)), r"svd\w* takes no Values"),
        (lambda x: np.exp(np.array([x[0], 1.0])), r"np.exp met a plain number .* autograd.exp takes both"),
        (lambda x: np.hypot(1.0, plain(x)), r"np.hypot met a plain number .* autograd.hypot takes both"),
    ],
)
def test_what_numpy_has_no_loop_for_is_named_with_what_to_do(function, message):
    for call in (
        lambda: grad(function)(X),
        lambda: jvp(function, (X,), (X,)),
        lambda: record(function, X),
    ):
        with pytest.raises(TypeError, match=message) as error:
            call()
        assert error.value.__cause__ is not None


def test_whom_the_advice_names_is_there():
    for function in FUNCTIONS.values():
        assert getattr(autograd, function.__name__) is function
    softplus = lambda x: autograd.total(autograd.logaddexp(x, 0.0))  # noqa: E731
    assert grad(softplus)(X) == pytest.approx(special.expit(X), rel=1e-15)


@pytest.mark.parametrize(
    ("function", "where"),
    [
        (lambda x: np.linalg.norm(x, 3), r"norm\(\) of numpy"),
        (lambda x: special.logsumexp(x), r"logsumexp\(\) of scipy"),
    ],
)
def test_an_error_from_inside_numpy_or_scipy_says_so(function, where):
    with pytest.raises((TypeError, AttributeError)) as error:
        grad(function)(X)
    assert re.search(rf"from inside {where}\. Operators, @", *error.value.__notes__)


def test_other_errors_stay_what_they_are():
    def broken(x):
        raise TypeError("mine")

    with pytest.raises(TypeError, match=r"^mine$") as error:
        grad(broken)(X)
    assert not hasattr(error.value, "__notes__")
    with pytest.raises(AttributeError, match="no attribute 'foo'"):
        grad(lambda x: x.foo)(X)
    with pytest.raises(ValueError, match="broadcast") as error:
        grad(lambda x: np.sum(np.add(x, [1.0, 2.0, 3.0])))(X)
    assert not hasattr(error.value, "__notes__")
