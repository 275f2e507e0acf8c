"""@operation: a user's own operations behave as built-in ones."""

import math
import pickle

import numpy as np
import pytest

import autograd
from autograd import (
    Value,
    check_gradients,
    detect_anomaly,
    differentiate,
    draw,
    explain,
    grad,
    hessian,
    hvp,
    jvp,
    no_grad,
    operation,
    record,
    stepper,
    steps,
    value_and_grad,
)


@operation(lambda a, y: autograd.cos(a) * y, symbol="e^sin")
def exp_sin(x):
    """e^(sin x)."""
    return math.exp(math.sin(x))


@operation(lambda a, b, y: 2.0 * a * b, lambda a, b, y: autograd.square(a))
def scaled_square(x, k=3.0):
    return x * x * k


@operation(lambda xs, y: [y / x for x in xs])
def product(*xs):
    return math.prod(xs)


@operation(lambda a, y: math.cosh(a), numeric=True)
def sinh(x):
    return math.sinh(x)


@operation(numeric=True)
def bump(x, y):
    return math.exp(-x * x) * y


@operation(numeric=True, name="norm", symbol="‖x‖")
def length(*xs):
    return math.sqrt(sum(x * x for x in xs))


OWN = [(exp_sin, [0.4]), (scaled_square, [0.7, 2.0]), (product, [0.5, 2.0, -3.0])]
NUMERIC = [(sinh, [0.4]), (bump, [0.3, 2.0]), (length, [3.0, 4.0])]


def test_on_floats_and_values():
    assert exp_sin(0.5) == math.exp(math.sin(0.5))
    assert type(exp_sin(1)) is float
    x = Value(0.5, label="x")
    y = exp_sin(x)
    y.backward()
    assert (y.op, y.operands, y.data) == (exp_sin, (x,), exp_sin(0.5))
    assert x.grad == math.cos(0.5) * exp_sin(0.5)
    assert (exp_sin.name, exp_sin.symbol, exp_sin.__doc__) == ("exp_sin", "e^sin", "e^(sin x).")
    assert (length.name, length.symbol) == ("norm", "‖x‖")
    with no_grad():
        assert exp_sin(x).parents == ()


@pytest.mark.parametrize(("row", "point"), OWN, ids=lambda p: getattr(p, "name", None))
def test_formulas_give_every_order_in_every_mode(row, point):
    check_gradients(row, *point, order=2)
    third = grad(grad(grad(lambda x: row(x, *point[1:]))))(point[0])
    along = lambda f: lambda x: jvp(f, (x,), (1.0,))[1]  # noqa: E731
    assert along(along(along(lambda x: row(x, *point[1:]))))(point[0]) == pytest.approx(third, rel=1e-12, abs=1e-12)
    h = hessian(row, argnums=tuple(range(len(point))))(*point)
    assert hvp(row, tuple(point), (1.0,) + (0.0,) * (len(point) - 1)) == pytest.approx(h[0], rel=1e-13, abs=1e-15)


@pytest.mark.parametrize(("row", "point"), NUMERIC, ids=lambda p: getattr(p, "name", None))
def test_numeric_derivatives_are_first_order(row, point):
    check_gradients(row, *point, rtol=1e-8)
    values = [Value(p) for p in point]
    row(*values).backward()
    assert [v.grad for v in values] == pytest.approx(grad(row, argnums=tuple(range(len(point))))(*point))
    every = tuple(range(len(point)))
    seconds = [
        lambda: hessian(row, argnums=every)(*point),
        lambda: hvp(row, tuple(point), (1.0,) * len(point)),
        lambda: jvp(grad(row), tuple(point), (1.0,) * len(point)),
        lambda: autograd.differentiate(row(*values), values[0]),
        lambda: grad(row)(*values),
    ]
    for second in seconds:
        with pytest.raises(NotImplementedError, match=f"derivative of {row.name} is known as a number only"):
            second()
    w = Value(2.0)
    with no_grad():  # first derivatives of a model with such an operation, as the message says
        assert value_and_grad(lambda x: w * row(x, *point[1:]))(point[0])[0] == 2.0 * row(*point)


def test_differences_are_good_to_ten_digits():
    assert grad(bump, argnums=(0, 1))(0.3, 2.0) == pytest.approx(
        (-0.6 * math.exp(-0.09) * 2.0, math.exp(-0.09)), rel=1e-11
    )
    log = operation(numeric=True)(lambda x: math.log(x))  # raises outside its domain
    assert grad(log)(1e-6) == pytest.approx(1e6, rel=1e-10)


def test_defaults_and_keywords():
    assert scaled_square(2.0) == 12.0
    assert scaled_square(2.0, k=1.0) == 4.0
    assert scaled_square(Value(2.0), k=1.0).operands[1] == 1.0
    assert grad(scaled_square)(2.0) == 12.0
    assert scaled_square.forward.__defaults__ == (3.0,)  # by which nn knows that one argument will do
    with pytest.raises(TypeError, match="scaled_square"):
        scaled_square(1.0, 2.0, 3.0)


def test_constant_formulas():
    line = operation(2, -3.0)(lambda a, b: 2 * a - 3 * b)
    assert grad(line, argnums=(0, 1))(1.0, 1.0) == (2.0, -3.0)
    assert hessian(line)(1.0, 1.0) == 0.0


def test_a_formula_without_a_signature():
    assert grad(operation(max)(lambda a: a * a))(3.0) == 9.0  # max(a, y)


def test_it_steps_and_explains_and_is_watched():
    x = Value(0.5, label="x")
    y = exp_sin(x) * x
    events = list(steps(y))
    y.backward()
    assert [e.after for e in events if getattr(e, "parent", None) is x][-1] == x.grad
    assert "v1 = exp_sin(x)" in str(explain(y, x))
    bad = operation(1.0, name="bad")(lambda a: math.nan)
    with (
        detect_anomaly(),
        pytest.raises(FloatingPointError, match=r"forward: bad\(x = 0.5\) = nan, made at test_custom"),
    ):
        bad(x)


def test_it_draws_and_replays():
    x = Value(0.5, label="x")
    y = exp_sin(x) * length(x, 2.0)
    tree = draw(y).text()
    assert "v1 = e^sin  1.615" in tree
    assert "v2 = ‖x‖" in tree
    assert "v1 = exp_sin(x) = exp_sin(0.5) = 1.615" in stepper(y).text()

    def f(a, b):
        return exp_sin(a) * scaled_square(b, 2.0) + product(a, b, 2.0) + sinh(a) + bump(a, b)

    program = record(f, 0.5, 1.5)
    assert program(0.3, 0.7) == f(0.3, 0.7)
    value, slopes = program.value_and_grad(0.3, 0.7)
    assert value == f(0.3, 0.7)
    assert slopes == pytest.approx(grad(f, argnums=(0, 1))(0.3, 0.7), rel=1e-14)
    columns = [0.1, 0.2, 0.3], [0.3, 0.4, 0.5]
    assert list(program.map(*columns)) == pytest.approx([f(a, b) for a, b in zip(*columns, strict=True)], rel=1e-15)


def test_graphs_with_own_operations_are_pickled_by_name():
    y = exp_sin(Value(0.5))
    again = pickle.loads(pickle.dumps(y))
    assert again.op is exp_sin
    assert again.local_grads == y.local_grads


def test_checks_what_users_get_wrong():
    @operation(lambda a, y: y * 1.0001)
    def exp(a):
        return math.exp(a)

    with pytest.raises(AssertionError, match="d exp / d a: reverse mode says"):
        check_gradients(exp, 1.0)


# Refusals -------------------------------------------------------------------------------------------------------------
def two(a, b):
    return a * b


@pytest.mark.parametrize(
    ("formulas", "forward", "match"),
    [
        ((lambda a, b, y: b,), two, "two needs 2 derivative formulas, got 1"),
        ((1.0, 1.0, 1.0), two, "two needs 2 derivative formulas, got 3"),
        ((), two, "needs 2 derivative formulas, got 0. numeric=True without formulas"),
        ((lambda a, y: 1.0, lambda a, b, y: 1.0), two, "is called with all 2 arguments and the result, 3 in all"),
        (("b", 1.0), two, "a derivative formula of two is a function or a number, got str .b."),
        ((lambda xs: [1.0],), lambda *xs: 0.0, r"is called with \(xs, y\)"),
        ((1.0,), lambda: 1.0, "has to take positional arguments"),
        ((1.0,), lambda *, a: 1.0, "has to take positional arguments"),
        ((1.0,), lambda a, *rest: 1.0, "has to take positional arguments"),
    ],
)
def test_formulas_and_arguments_have_to_match(formulas, forward, match):
    with pytest.raises(TypeError, match=match):
        operation(*formulas)(forward)


def test_without_parentheses():
    @operation
    def forgotten(x):
        return x

    with pytest.raises(TypeError, match="Write @operation with parentheses"):
        forgotten(1.0)


def test_a_result_that_is_no_number():
    empty = operation(1.0, name="empty")(lambda a: None)
    with pytest.raises(TypeError, match="the operation empty has to return a number"):
        empty(1.0)
    with pytest.raises(TypeError, match="the operation empty has to return a number"):
        empty(Value(1.0))


def test_errors_of_the_function_come_out_as_they_are():
    root = operation(numeric=True)(lambda a: math.sqrt(a))
    with pytest.raises(ValueError, match=r"math domain error|nonnegative input"):
        root(Value(-1.0))
    x = Value(2.0)
    with pytest.raises(TypeError, match="expected a real number"):
        exp_sin("x")
    assert (x.data, x.grad) == (2.0, 0.0)


@pytest.mark.parametrize(
    ("formula", "message"),
    [
        (lambda a, y: None, r"the derivative of f is NoneType None, not a number. Is a `return` missing\?"),
        (lambda a, y: "1", "the derivative of f is str '1', not a number"),
        (lambda a, y: [1.0], r"the derivative of f should be a number, got list \[1.0\]"),
    ],
)
@pytest.mark.parametrize("numeric", [False, True])
def test_a_formula_that_answers_with_no_number_is_reported(formula, message, numeric):
    f = operation(formula, numeric=numeric, name="f")(lambda a: a)
    with pytest.raises(TypeError, match=message):
        f(Value(1.0))


@pytest.mark.parametrize("answer", [None, [1.0], [1.0, None], 1.0])
def test_a_formula_of_any_number_of_arguments_answers_for_all_of_them(answer):
    f = operation(lambda xs, y: answer, name="f")(lambda *xs: sum(xs))
    with pytest.raises(TypeError, match="the derivative of f"):
        f(Value(1.0), 2.0)


def test_what_a_formula_answers_is_stored_as_floats():
    f = operation(lambda a, y: np.float32(2.0))(lambda a: 2.0 * a)
    assert [type(d) for d in f(Value(1.0)).local_grads] == [float]


def test_a_formula_that_goes_complex_on_floats_is_nan_as_it_is_on_values():
    @operation(lambda a, y: 0.5 * a**-0.5)
    def root(a):
        return math.sqrt(a) if a >= 0.0 else math.nan

    for slope in (
        grad(root),
        lambda x: jvp(root, (x,), (1.0,))[1],
        lambda x: record(root, 1.0).value_and_grad(x)[1][0],
    ):
        assert math.isnan(slope(-1.0))
        assert slope(4.0) == 0.25

    @operation(lambda a, y: 1j, numeric=True)
    def turned(a):
        return a

    with pytest.raises(ArithmeticError, match="the derivative of turned is complex, 1j, and Values are real"):
        grad(turned)(1.0)


@pytest.mark.parametrize(
    "asked",
    [lambda f: grad(grad(f))(1.0), lambda f: differentiate(f(x := Value(1.0)), x), lambda f: record(f, 1.0).source],
    ids=["second", "differentiate", "record"],
)
def test_a_formula_of_numbers_alone_is_told_how_to_say_so(asked):
    silent, marked = (operation(lambda a, y: math.cos(a), numeric=numeric)(math.sin) for numeric in (False, True))
    assert grad(silent)(1.0) == grad(marked)(1.0) == math.cos(1.0)
    with pytest.raises(TypeError, match=r"the derivative of sin .* its formula failed: .*or mark it numeric=True"):
        asked(silent)


@pytest.mark.parametrize("formula", ["cos", None, [1.0], 1j, Value(1.0)], ids=lambda formula: type(formula).__name__)
def test_a_formula_is_a_function_or_a_number(formula):
    with pytest.raises(TypeError, match=r"a derivative formula of sin is a function or a number, got "):
        operation(formula)(math.sin)


@pytest.mark.parametrize("what", ["name", "symbol"])
def test_what_drawings_show_is_a_text(what):
    with pytest.raises(TypeError, match=f"the {what} of an operation is a text, got int 3"):
        operation(1.0, **{what: 3})
