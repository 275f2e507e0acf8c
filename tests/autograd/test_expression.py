"""The formula reader: it computes what Python would, and does nothing else."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

import autograd
from autograd import Value
from autograd.expression import CONSTANTS, FUNCTIONS, MAX_DEPTH, MAX_LENGTH, ExpressionError, parse
from autograd.ops import OPERATIONS

NUMBERS = st.sampled_from(["2", "0.5", ".25", "3.", "1e1", "1.5E-1"])
NAMES = st.sampled_from(["x", "yy", "z_1"])
AT = {"x": 0.75, "yy": 1.5, "z_1": 2.25}


def compound(inner):
    infix = st.builds("{}{}{}".format, inner, st.sampled_from(["+", " - ", "*", " / "]), inner)
    power = st.builds("({})**{}".format, inner, st.sampled_from(["2", "-1", "+.5", "2**-1", "-2**2"]))
    signed = st.builds("{}{}".format, st.sampled_from(["-", "+", "- -", "-+"]), inner)
    return st.one_of(infix, power, signed, st.builds("({})".format, inner), st.builds("tanh( {} )".format, inner))


FORMULAS = st.recursive(st.one_of(NUMBERS, NAMES), compound, max_leaves=12)


@given(FORMULAS)
def test_precedence_is_that_of_python(text):
    expression = parse(text)
    try:
        truth = eval(text, {"tanh": math.tanh}, AT)
    except (OverflowError, ZeroDivisionError):
        return
    if isinstance(truth, complex):
        return
    assert expression(*(AT[name] for name in expression.names)) == pytest.approx(truth, rel=1e-12, abs=1e-300)


@given(st.one_of(st.text(max_size=60), st.text(alphabet="x12.()+-*/,<= tanhe", max_size=40)))
def test_any_text_gives_a_number_or_an_error_at_a_column(text):
    error = None
    try:
        expression = parse(text)
        assert isinstance(expression(*([1.5] * len(expression.names))), float)
    except ExpressionError as caught:
        error = caught
    assert error is None or 0 <= error.column <= len(text)
    assert error is None or f"column {error.column + 1}" in str(error)


@pytest.mark.parametrize(
    "name", sorted(name for name, row in OPERATIONS.items() if name in autograd.__all__ and not row.variadic)
)
def test_every_public_function_of_the_table_can_be_called(name):
    row = OPERATIONS[name]
    point = [0.75, 0.25, 0.5, 0.125][: len(row.derivatives)]
    arguments = ", ".join(map(str, point))
    assert parse(f"{name}({arguments})")() == pytest.approx(row(*point), nan_ok=True)


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("sum(1, 2, 3)", 6.0),
        ("mean(1, 2, 6)", 3.0),
        ("max(1, 2) - min(1, 2)", 1.0),
        ("logsumexp(0, 0)", math.log(2)),
        ("leaky_relu(-1)", -0.01),
        ("abs(-3) + round(2.5)", 5.0),
        ("where(2 > 1, 10, 20)", 10.0),
        ("where(2 <= 1, 10, 20)", 20.0),
        ("(1 < 2) + (2 >= 2)", 2.0),
        ("2 × 3 · 4 − 1", 23.0),
        ("6 ÷ 4", 1.5),
        ("where(1 ≤ 1, 5, 6)", 5.0),
        ("cos(pi) + log(e) + tau - 2*pi", 0.0),
        ("-2**2", -4.0),
        ("2**-1", 0.5),
        ("2**3**2", 512.0),
        ("- - 3", 3.0),
        ("  7\t", 7.0),
    ],
)
def test_values(text, value):
    assert parse(text)() == pytest.approx(value)


def test_ieee_arithmetic_never_raises():
    assert parse("1/0")() == math.inf
    assert parse("-1/0")() == -math.inf
    assert math.isnan(parse("(-8)**(1/3)")())
    assert parse("9**9**9**9")() == math.inf
    assert parse("exp(1e9)")() == math.inf
    assert parse("9" * 400)() == math.inf


def test_all_numbers_are_floats():
    assert type(parse("7")()) is float
    assert type(parse("2**3")()) is float
    assert type(parse("1 < 2")()) is float


def test_values_in_values_out():
    expression = parse("x*x + y")
    x, y = Value(3.0), Value(-1.0)
    result = expression(x, y)
    result.backward()
    assert (result.data, x.grad, y.grad) == (8.0, 6.0, 1.0)
    assert expression.names == ("x", "y")


def test_a_formula_is_fit_for_derivatives():
    assert autograd.grad(parse("x**3"))(2.0) == 12.0
    autograd.check_gradients(parse("tanh(a*b) / c"), 0.5, 0.25, 2.0, order=2)


def test_names_given_come_before_constants():
    assert parse("e")() == math.e
    assert parse("e * pi", given=["e"]).names == ("e",)
    assert parse("tanh(tanh)", given=["tanh"])(0.5) == math.tanh(0.5)
    assert not CONSTANTS.keys() & FUNCTIONS.keys()


def test_the_number_of_arguments_is_checked():
    with pytest.raises(TypeError, match=r"expected 2 values \(x, y\), got 1"):
        parse("x + y")(1.0)


@pytest.mark.parametrize(
    ("text", "column", "message"),
    [
        ("", 1, "ends too early"),
        ("x +", 4, "ends too early"),
        ("2x", 2, "expected an operator before 'x'"),
        ("x y", 3, "expected an operator"),
        ("2 (3)", 3, "expected an operator"),
        ("(x", 1, "never closed"),
        ("tanh(x", 5, "never closed"),
        ("x)", 2, "never opened"),
        ("()", 2, "expected a number"),
        ("tanh()", 6, "expected a number"),
        ("1 +* 2", 4, "expected a number"),
        ("x,", 2, "did not expect"),
        ("foo(x)", 1, "unknown function 'foo'"),
        ("sigmod(x)", 1, "did you mean 'sigmoid'"),
        ("x + sin", 5, "write sin(...)"),
        ("sin(1, 2)", 1, "too many positional arguments"),
        ("1 < 2 < 3", 7, "one comparison"),
        ("x^2", 2, "write **"),
        ("x % 2", 3, "the operators are"),
        ("x.real", 2, "attributes"),
        ("x[0]", 2, "subscripts"),
        ("'a'", 1, "strings"),
        ('"a"', 1, "strings"),
        ("x = 2", 3, "give values after"),
        ("x if y else z", 3, "expected an operator"),
        ("lambda: 0", 7, "not allowed"),
        ("[x for x in y]", 1, "subscripts"),
        ("{1}", 1, "not allowed"),
        ("x := 1", 3, "not allowed"),
        ("x\n# y", 3, "not allowed"),
        ("x @ y", 3, "not allowed"),
        ("~x", 1, "not allowed"),
        ("x // y", 4, "expected a number"),
        ("1_000", 2, "expected an operator"),
        ("1j", 2, "expected an operator"),
        ("0x10", 2, "expected an operator"),
        ("dot(1, 2)", 1, "unknown function"),
        ("power_partial(1, 2, 1, 0)", 1, "unknown function"),
        ("__import__('os')", 12, "strings"),
        ("__import__(os)", 1, "unknown function"),
        ("eval(x)", 1, "unknown function"),
    ],
)
def test_errors_name_the_column(text, column, message):
    with pytest.raises(ExpressionError) as caught:
        parse(text)()
    assert caught.value.column == column - 1
    assert message in str(caught.value)


def test_the_error_points_at_the_column():
    with pytest.raises(ExpressionError) as caught:
        parse("tanh(x*w) + $")
    *_, shown, pointer = str(caught.value).split("\n")
    assert shown[pointer.index("^")] == "$"


def test_the_pointer_survives_line_breaks_and_long_formulas():
    text = "x +\n" * 100 + "$" + " + x" * 100
    with pytest.raises(ExpressionError) as caught:
        parse(text)
    _, shown, pointer = str(caught.value).split("\n")
    assert shown[pointer.index("^")] == "$"
    assert len(shown) < 120


def test_length_is_limited_before_the_text_is_read():
    with pytest.raises(ExpressionError, match="2,001 characters; at most 2,000"):
        parse("x" + "+x" * (MAX_LENGTH // 2))
    assert parse("x" + "+x" * (MAX_LENGTH // 2 - 1))(1.0) == MAX_LENGTH // 2


def test_nesting_is_limited_before_the_text_is_parsed():
    fits = "(" * MAX_DEPTH + "x" + ")" * MAX_DEPTH
    assert parse(fits)(2.0) == 2.0
    with pytest.raises(ExpressionError, match="nested more than 50 deep") as caught:
        parse(f"({fits})")
    assert caught.value.column == MAX_DEPTH
    with pytest.raises(ExpressionError, match="nested more than"):
        parse("tanh(" * 300)


@pytest.mark.parametrize("text", ["-" * 1999 + "x", "x" + "**x" * 600, "x" + "*-x" * 600, "x" + "/x" * 900])
def test_long_chains_cost_no_recursion(text):
    assert abs(parse(text)(1.0)) == 1.0
