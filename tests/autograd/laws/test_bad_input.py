"""Every public function against everything it should refuse: a clear error, and nothing half-changed afterwards."""

import decimal
import fractions
import math

import numpy as np
import pytest

import autograd
from autograd import OPERATIONS, Value
from autograd.modes import ACTIVE, UNUSUAL, Mode, current_mode

NUMBERS_NOT = {  # things that are no real number, every kind of array among them
    "str": "1",
    "bytes": b"1",
    "None": None,
    "complex": 1j,
    "list": [1.0],
    "tuple": (1.0,),
    "empty list": [],
    "dict": {"a": object()},
    "set": {1.0},
    "object": object(),
    "class": float,
    "function": lambda: 0,
    "Decimal": decimal.Decimal(1),
    "numpy complex": np.complex64(1),
    "numpy date": np.datetime64("2020-01-01"),
    "array without axes": np.array("1.0"),
    **{f"array of {dtype}": np.ones(2, dtype) for dtype in ("f8", "f4", "f2", "i8", "u1", "?", "c16", "O", "U1")},
    "array with a mask": np.ma.array([1.0, 2.0], mask=[False, True]),
}
TOO_LARGE = 10**400
NUMBERS = [1, True, 0.5, fractions.Fraction(1, 3), *(np.dtype(t).type(1) for t in ("f8", "f4", "f2", "i8", "u1", "?"))]
SQUARE = lambda t: t * t  # noqa: E731

v, w = Value(0.5, label="v"), Value(0.25)
TAKES_A_NUMBER = {
    "Value": Value,
    "seed": lambda bad: (v * w).backward(bad),
    "total": lambda bad: autograd.total([v, bad]),
    "mean": lambda bad: autograd.mean([bad, v]),
    "sum_of_squares": lambda bad: autograd.sum_of_squares([v, bad]),
    "logsumexp": lambda bad: autograd.logsumexp([v, bad]),
    "softmax": lambda bad: autograd.softmax([bad, v]),
    "cross_entropy": lambda bad: autograd.cross_entropy([v, bad], 0),
    "dot, weight": lambda bad: autograd.dot([bad], [v]),
    "dot, input": lambda bad: autograd.dot([v], [bad]),
    "dot, bias": lambda bad: autograd.dot([v], [w], bad),
}
TAKES_A_VALUE = {
    "backward": autograd.backward,
    "steps": lambda bad: list(autograd.steps(bad)),
    "topological_order": autograd.topological_order,
    "differentiate": lambda bad: autograd.differentiate(bad, v),
    "differentiate, wrt": lambda bad: autograd.differentiate(v * w, [v, bad]),
    "explain": lambda bad: autograd.explain(bad, v),
    "explain, wrt": lambda bad: autograd.explain(v * w, bad),
}
TAKES_A_FUNCTION = {
    "grad": autograd.grad,
    "value_and_grad": autograd.value_and_grad,
    "jacobian": autograd.jacobian,
    "hessian": autograd.hessian,
    "jvp": lambda bad: autograd.jvp(bad, (1.0,), (1.0,)),
    "vjp": lambda bad: autograd.vjp(bad, 1.0),
    "hvp": lambda bad: autograd.hvp(bad, (1.0,), (1.0,)),
    "no_grad": autograd.no_grad,
    "check_gradients": lambda bad: autograd.check_gradients(bad, 1.0),
}
TAKES_A_STRUCTURE = {  # of numbers: lists, tuples, dicts and arrays of them are fine
    "grad": autograd.grad(SQUARE),
    "value_and_grad": autograd.value_and_grad(SQUARE),
    "jacobian": autograd.jacobian(SQUARE),
    "hessian": autograd.hessian(SQUARE),
    "jvp": lambda bad: autograd.jvp(SQUARE, (bad,), (1.0,)),
    "jvp, direction": lambda bad: autograd.jvp(SQUARE, (1.0,), (bad,)),
    "vjp": lambda bad: autograd.vjp(SQUARE, bad),
    "hvp": lambda bad: autograd.hvp(SQUARE, (bad,), (1.0,)),
    "check_gradients": lambda bad: autograd.check_gradients(SQUARE, bad),
}


@pytest.fixture(autouse=True)
def _nothing_is_changed():
    v.grad, w.grad = 0.5, -0.5
    yield
    assert (v.data, v.grad, v.label, v.op) == (0.5, 0.5, "v", None)
    assert (w.data, w.grad) == (0.25, -0.5)
    assert current_mode() == Mode()
    assert ACTIVE == UNUSUAL == []


def kind(bad):
    """What a message calls it."""
    return "None" if bad is None else type(bad).__name__


def is_array_of_numbers(bad):
    return type(bad) is np.ndarray and bad.shape == (2,) and bad.dtype.kind in "fiubO"


def calls_with(row, bad):
    """`row` with one bad argument, at every place, among Values and among floats."""
    count = 3 if row.variadic else len(row.derivatives)
    for good in (v, 0.5):
        for i in range(count):
            yield lambda args=(*[good] * i, bad, *[good] * (count - i - 1)): row(*args)


def named(thing):
    """Its name in NUMBERS_NOT: the same in every process, as an object's repr is not."""
    return next(name for name, other in NUMBERS_NOT.items() if other is thing)


@pytest.mark.parametrize("row", OPERATIONS.values(), ids=lambda row: row.name)
def test_operations_take_numbers_only_and_arrays_of_them(row):
    for bad in NUMBERS_NOT.values():
        for call in calls_with(row, bad):
            if is_array_of_numbers(bad) and not row.variadic:
                assert call().shape == (2,)
                continue
            with pytest.raises(TypeError, match=rf"{kind(bad)}|complex|str"):  # what stands in an array
                call()
    for call in calls_with(row, TOO_LARGE):
        with pytest.raises(OverflowError, match=r"beyond the range of a float"):
            call()


@pytest.mark.parametrize("row", [r for r in OPERATIONS.values() if not r.variadic], ids=lambda row: row.name)
def test_operations_refuse_other_counts_of_arguments(row):
    wanted = len(row.derivatives)
    for arguments in (v, 0.5):
        with pytest.raises(TypeError, match=row.name):
            row(*[arguments] * (wanted + 1))
        with pytest.raises(TypeError, match=row.name):
            row()
        with pytest.raises(TypeError, match=row.name):
            row(*[arguments] * wanted, unknown=1.0)


@pytest.mark.parametrize("row", OPERATIONS.values(), ids=lambda row: row.name)
def test_operations_take_every_kind_of_number_as_the_float_it_is(row):
    count = 3 if row.variadic else len(row.derivatives)
    for number in NUMBERS:
        for i in range(count):
            args = [*[0.5] * i, number, *[0.5] * (count - i - 1)]
            expected = row(*map(float, args))
            assert row(*args) == expected or math.isnan(expected)
            leaves = [Value(a) for a in args]
            y = row(*leaves)
            assert (type(y), type(y.data)) == (Value, float)
            assert y.data == expected or math.isnan(expected)


@pytest.mark.parametrize("operator", ["+", "-", "*", "/", "**", "<", "<=", ">", ">="])
@pytest.mark.parametrize("bad", [b for b in NUMBERS_NOT.values() if not isinstance(b, np.ndarray)], ids=named)
def test_operators_refuse_strangers_on_both_sides(operator, bad):
    names = {"v": v, "bad": bad}
    for text in (f"v {operator} bad", f"bad {operator} v"):
        with pytest.raises(TypeError):
            eval(text, names)


@pytest.mark.parametrize("bad", NUMBERS_NOT.values(), ids=NUMBERS_NOT)
@pytest.mark.parametrize("name", TAKES_A_NUMBER)
def test_what_takes_a_number_refuses_the_rest(name, bad):
    with pytest.raises(TypeError, match=kind(bad)):
        TAKES_A_NUMBER[name](bad)
    with pytest.raises(OverflowError):
        TAKES_A_NUMBER[name](TOO_LARGE)


@pytest.mark.parametrize("bad", [*NUMBERS_NOT.values(), math.nan, TOO_LARGE], ids=[*NUMBERS_NOT, "nan", "large"])
@pytest.mark.parametrize("name", TAKES_A_VALUE)
def test_what_takes_a_value_refuses_the_rest(name, bad):
    if name == "differentiate, wrt" and isinstance(bad, list | tuple | dict) and not any(bad):
        pytest.skip("an empty structure is one")
    with pytest.raises((TypeError, OverflowError)):
        TAKES_A_VALUE[name](bad)


@pytest.mark.parametrize("bad", [b for b in NUMBERS_NOT.values() if not callable(b)], ids=named)
@pytest.mark.parametrize("name", TAKES_A_FUNCTION)
def test_what_takes_a_function_refuses_the_rest(name, bad):
    if name == "no_grad" and bad is None:
        pytest.skip("no_grad(None) is no_grad()")
    with pytest.raises(TypeError, match=r"function|callable"):
        TAKES_A_FUNCTION[name](bad)


@pytest.mark.parametrize("bad", [b for b in NUMBERS_NOT.values() if not (isinstance(b, list) and not b)], ids=named)
@pytest.mark.parametrize("name", TAKES_A_STRUCTURE)
def test_what_takes_a_structure_of_numbers_refuses_the_rest(name, bad):
    if is_array_of_numbers(bad) and name in ("jacobian", "hessian", "vjp", "check_gradients"):
        TAKES_A_STRUCTURE[name](bad)
        return
    with pytest.raises(TypeError):
        TAKES_A_STRUCTURE[name](bad)


def test_lengths_and_emptiness():
    for call in (autograd.mean, autograd.logsumexp, autograd.softmax, lambda xs: autograd.cross_entropy(xs, 0)):
        with pytest.raises(ValueError, match="no terms"):
            call([])
    assert (autograd.total([]), autograd.sum_of_squares([]), autograd.dot([], [])) == (0.0, 0.0, 0.0)
    with pytest.raises(ValueError, match="2 and 1"):
        autograd.dot([v, v], [w])
    for target in (-1, 2, 10**30):
        with pytest.raises(ValueError, match="2 classes"):
            autograd.cross_entropy([v, w], target)
    for target in (1.0, True, "0", None, v):
        with pytest.raises(TypeError, match="index of the true class"):
            autograd.cross_entropy([v, w], target)


def test_values_refuse_to_be_taken_for_numbers():
    for convert in (float, int, complex, math.exp, lambda x: [1, 2][x]):
        with pytest.raises(TypeError):
            convert(v)
    with pytest.raises(AttributeError, match="gard"):
        _ = v.gard
    with pytest.raises(TypeError, match="another Value"):
        Value(v)


class Sub(Value):
    """A subclass, which every operation hands on."""


@pytest.mark.parametrize("row", OPERATIONS.values(), ids=lambda row: row.name)
def test_values_of_a_subclass_give_values_of_it(row):
    count = 3 if row.variadic else len(row.derivatives)
    assert type(row(*[Sub(0.5) for _ in range(count)])) is Sub
    assert type(row(*[0.5] * (count - 1), Sub(0.5))) is Sub


@pytest.mark.parametrize("row", OPERATIONS.values(), ids=lambda row: row.name)
def test_nothing_raises_for_a_numeric_reason(row):
    """Every combination of awkward floats, forward, the local derivatives and a second derivative."""
    awkward = (0.0, -0.0, 1.0, -1.0, 0.5, 1e308, -1e308, 5e-324, -2.0, 1e-310, math.inf, -math.inf, math.nan)
    count = 2 if row.variadic else min(len(row.derivatives), 2)
    rest = [0.5] * (1 if row.variadic else len(row.derivatives) - count)
    for a in awkward:
        for b in awkward if count == 2 else (None,):
            leaves = [Value(x) for x in (a, b) if x is not None]
            if row.variadic and row.name in ("softmax_entry", "cross_entropy"):
                leaves = [1.0, *leaves]
            if row.name in ("power_partial", "polygamma", "sinc"):  # their last arguments are orders
                leaves, rest = ([*leaves, 1.0, 1.0], []) if row.name == "power_partial" else ([leaves[0], 1.0], [])
            y = row(*leaves, *rest)
            y.backward()
            values = [leaf for leaf in leaves if isinstance(leaf, Value)]
            slopes = autograd.differentiate(y, values)
            for slope, leaf in zip(slopes, values, strict=True):
                local = sum(d for p, d in zip(y.parents, y.local_grads, strict=True) if p is leaf)
                assert slope.data == local or (math.isnan(local) and math.isnan(slope.data))
                autograd.differentiate(slope, values)
