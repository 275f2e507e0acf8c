"""The formula reader: it computes what Python would, and does nothing else."""

import math
import re
import subprocess
import sys

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

import autograd
from autograd import Value
from autograd.command_line.formula import ALIASES, CONSTANTS, FUNCTIONS, MAX_DEPTH, MAX_LENGTH, ExpressionError, parse
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


def tanh_of_real_numbers(x):
    """A root of a negative number is complex in Python and goes through, so that the test can tell."""
    return x if isinstance(x, complex) else math.tanh(x)


@given(FORMULAS)
@example("tanh( (-x)**+.5 )")
def test_precedence_is_that_of_python(text):
    expression = parse(text)
    try:
        truth = eval(text, {"tanh": tanh_of_real_numbers}, AT)
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


LITERALS = [
    *(
        "0",
        "1e999",
        "1e-999",
        "9" * 400,
        "9" * 1900,
        "1" + "0" * 500 + "." + "0" * 500 + "1",
        ".5e-400",
        "1e" + "9" * 300,
    ),
    *("1e+", "1_0", "0x1f", "1j", "٣", "½", "1.2.3", "00012", "inf", "nan", "pi", "e"),
]
NOISE = [
    *"()+-*/<>,.=^%&|~!@#$:;[]{}'\"\\`?_",
    "**",
    "<=",
    ">=",
    "==",
    ":=",
    "//",
    *"−×÷≤≥·⋅∕",
    " ",
    "\t",
    "\n",
    "\0",
    "\u202e",
]
NOISE += [
    "\ud800",
    "\x1f",
    "\u2028",
    "é",
    "变",
    "ª",
    "if",
    "else",
    "lambda",
    "import",
    "None",
    "__class__",
    "self",
    "x",
    "yy",
]
HOSTILE = st.lists(
    st.sampled_from([*LITERALS, *NOISE, *FUNCTIONS, *(f"{name}(" for name in FUNCTIONS)]), max_size=25
).map("".join)


def number_or_error(text, given=()):
    """The formula's value with 1.5 for every name, a float; or the error, which points into the text."""
    try:
        expression = parse(text, given)
        result = expression(*([1.5] * len(expression.names)))
    except ExpressionError as error:
        result = error
    if isinstance(result, ExpressionError):
        assert 0 <= result.column <= len(text)
        assert len(str(result)) < 4 * MAX_LENGTH
        return result
    assert type(result) is float
    assert set(given) >= set(expression.names) & CONSTANTS.keys()
    return result


@settings(deadline=None)
@given(HOSTILE, st.lists(st.sampled_from(["x", "e", "tanh", "if", "", "٣"]), max_size=2))
def test_hostile_text_gives_a_number_or_an_error_at_a_column(text, names):
    number_or_error(text, names)


CALLS = st.recursive(
    st.sampled_from([*LITERALS[:8], "x", "-1", "0.5", "-1e308", "inf", "nan", "5e-324"]),
    lambda inner: st.one_of(
        st.builds(
            "{}({})".format, st.sampled_from(sorted(FUNCTIONS)), st.lists(inner, min_size=1, max_size=4).map(",".join)
        ),
        st.builds("({}{}{})".format, inner, st.sampled_from(["+", "-", "*", "/", "**", "<", ">="]), inner),
    ),
    max_leaves=10,
)


@settings(deadline=None)
@given(CALLS)
def test_every_function_at_every_number_gives_a_number_or_says_what_it_wants(text):
    found = number_or_error(text)
    if isinstance(found, ExpressionError):  # a number of arguments that the function does not take, or a length
        assert re.search(r"argument|characters|expected|takes|whole|order|target|index|number", found.message), found


@pytest.mark.parametrize(
    "text",
    [
        *("**".join(["9"] * n) for n in (2, 4, 100, 600)),
        *(f"{'9' * 400}**{'9' * 400}", "2**-9**9**9", "(-9)**9**9**9", "0**-1e999", "1e999-1e999", "0*1e999"),
        *("round(1e999)", "floor(9**9**9)", "exp(exp(exp(9)))", "lgamma(-1e308)", "mod(1e308, 5e-324)"),
    ],
)
def test_giant_powers_and_literals_are_floats_and_cost_nothing(text):
    result = number_or_error(text)
    assert type(result) is float or "unknown function" in result.message


@pytest.mark.parametrize("opening", ["(", "tanh(", "max(1,", "-(", "2**(", "(1<"])
def test_brackets_of_any_kind_and_depth_cost_no_recursion(opening):
    for depth in (MAX_DEPTH, MAX_DEPTH + 1, MAX_LENGTH // len(opening) + 1, 100_000):
        text = opening * depth + "x" + ")" * depth
        error = number_or_error(text)
        assert isinstance(error, ExpressionError) == (depth > MAX_DEPTH)
        assert type(number_or_error(opening * depth)) is ExpressionError  # never closed, too deep or too long


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
        ("(2 < 2) + (2 > 2)", 0.0),
        ("(3 < 2) + (2 > 3) + (3 <= 2) + (2 >= 3)", 0.0),
        ("(2 <= 2) + (3 > 2)", 2.0),
        ("2 × 3 · 4 − 1", 23.0),
        ("6 ÷ 4", 1.5),
        ("where(1 ≤ 1, 5, 6)", 5.0),
        ("cos(pi) + log(e) + tau - 2*pi", 0.0),
        ("pi - π", 0.0),
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
    assert (expression.names, expression.columns) == (("x", "y"), (0, 6))


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
        ("(x y)", 4, "expected an operator before 'y'"),
        ("(x,", 3, "did not expect ','"),
        ("tanh(x 2)", 8, "expected an operator before '2'"),
        ("x\0", 2, "not allowed"),
        ("\0", 1, "not allowed"),
        ("٣ + x", 1, "not allowed"),  # digits of other scripts are no numbers
        ("²", 1, "not allowed"),
        ("2*x² + 1", 4, "write **2 for a square"),
        ("x³", 2, "write **3 for a cube"),
        ("½*x", 1, "not allowed"),
        ("x\u202e+ y", 2, "not allowed"),
        ("1e", 2, "expected an operator before 'e'"),
        ("1e+", 2, "expected an operator before 'e'"),
        ("0b1", 2, "expected an operator before 'b1'"),
        ("1..2", 3, "expected an operator before '.2'"),
        ("import os", 8, "expected an operator"),
        ("not x", 5, "expected an operator"),
        ("x and y", 3, "expected an operator"),
        ("yield x", 7, "expected an operator"),
        ("None(x)", 1, "unknown function 'None'"),
        ("x if", 3, "expected an operator"),
        ("f" * 1900 + "(x)", 1, "unknown function"),
        ("x <> y", 4, "expected a number"),
        ("x == y", 3, "give values after"),
        ("a;b", 2, "not allowed"),
        ("a\\\nb", 2, "not allowed"),
        ("()", 2, "expected a number"),
        ("tanh()", 6, "expected a number"),
        ("1 +* 2", 4, "expected a number"),
        ("x,", 2, "did not expect"),
        ("foo(x)", 1, "unknown function 'foo'"),
        ("sigmod(x)", 1, "did you mean 'sigmoid'"),
        ("Relu(x)", 1, "did you mean 'relu'"),
        ("TANH(x)", 1, "did you mean 'tanh'"),
        ("2*√x", 3, "write sqrt(...)"),
        ("|x| + 1", 1, "write abs(...)"),
        ("x + sin", 5, "write sin(...)"),
        ("sin(1, 2)", 1, "sin(x): too many positional arguments"),
        ("max(x, 1,5)", 1, "too many positional arguments (1,5 is two of them: a number has a point, 1.5)"),
        ("1 + max(x, y, 3)", 5, "max(a, b): too many positional arguments"),  # autograd's name for it is maximum
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


def test_functions_are_the_same_whatever_was_used_before():
    program = (
        "import autograd; autograd.add; from autograd.command_line.formula import FUNCTIONS; print(sorted(FUNCTIONS))"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert done.stdout == f"{sorted(FUNCTIONS)}\n"


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
    assert parse("x" + "+x" * (MAX_LENGTH // 2 - 1) + " ")(1.0) == MAX_LENGTH // 2


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


def test_of_a_long_formula_fifty_letters_on_each_side_are_shown() -> None:
    text = "1 + " * 40 + "@" + " + 1" * 40
    with pytest.raises(ExpressionError) as caught:
        parse(text)
    _, shown, pointer = str(caught.value).split("\n")
    assert shown == f"  {text[110:210]}"
    assert pointer == " " * 52 + "^"


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("2 * ln(x)", "column 5: unknown function 'ln': here it is log(...)"),
        ("σ(x)", "column 1: unknown function 'σ': here it is sigmoid(...)"),
        ("arctan(x)", "column 1: unknown function 'arctan': here it is atan(...)"),
        ("x * 1,5", "column 6: numbers have a point: 1.5"),
        ("1,5", "column 2: numbers have a point: 1.5"),
        ("x,5", "column 2: did not expect ',' here"),
    ],
)
def test_what_is_called_otherwise_elsewhere_is_named(text, message):
    with pytest.raises(ExpressionError) as error:
        parse(text)
    assert str(error.value).splitlines()[0] == message


def test_every_alias_leads_to_a_function():
    assert set(ALIASES.values()) <= set(FUNCTIONS)
    assert not set(ALIASES) & set(FUNCTIONS)
