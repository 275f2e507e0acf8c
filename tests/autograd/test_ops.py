"""The table itself: every row is tested by being there."""

import inspect
import math
import pickle
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

import autograd
from autograd import OPERATIONS, Value, ops
from autograd.events import parent_positions

ROWS = list(OPERATIONS.values())
FIXED = [row for row in ROWS if not row.variadic]
UNARY = [row for row in FIXED if len(row.derivatives) == 1]
BINARY = [row for row in FIXED if len(row.derivatives) == 2 and row.name not in ("polygamma", "sinc")]
ANY_FLOAT = st.floats(allow_nan=True, allow_infinity=True)


def arguments(row, x=0.3):
    """Arguments inside the domain of every row; orders of a derivative (k, m, n) are whole numbers."""
    special = {
        "power_partial": (1.3, 2.0, 1.0, 0.0),
        "polygamma": (1.3, 1.0),
        "sinc": (1.3, 1.0),
        "acosh": (1.3,),
        "within": (x, -1.0, 1.0),
    }
    if row.variadic:
        return (1.0, 0.5, 0.25, -0.5) if row.name in ("softmax_entry", "cross_entropy") else (0.5, 0.25, -0.5)
    return special.get(row.name, tuple(x + 0.25 * i for i in range(len(row.derivatives))))


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row.name)
def test_a_row_has_a_name_a_symbol_and_one_formula_per_argument(row):
    assert OPERATIONS[row.name] is row
    assert row.symbol
    if row.variadic:
        assert len(row.derivatives) == 1
        assert callable(row.derivatives[0])
        return
    for formula in row.derivatives:
        if callable(formula):
            assert len(inspect.signature(formula).parameters) == len(row.derivatives) + 1
            assert list(inspect.signature(formula).parameters)[-1] == "y"
        else:
            assert type(formula) is float


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row.name)
def test_a_row_says_what_it_computes_and_what_it_takes(row):
    assert row.__doc__
    assert row.__doc__ != ops.Operation.__doc__
    assert not row.__doc__.startswith(("Return", "Same as"))  # Python's own text, not a formula
    parameters = inspect.signature(row).parameters.values()
    if row.variadic:
        assert [p.kind for p in parameters][-1] is inspect.Parameter.VAR_POSITIONAL
    else:
        assert len(parameters) == len(row.derivatives)


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row.name)
def test_the_formulas_say_the_same_on_floats_on_ieee_floats_and_on_values(row):
    args = arguments(row)
    y = row.forward(*args)
    on_floats = row.local_grads(args, y)
    assert len(on_floats) == len(args)
    assert all(type(d) is float for d in on_floats)
    on_ieee = row._evaluate(row.derivatives, [ops.Ieee(a) for a in args], ops.Ieee(y))
    assert list(map(float, on_ieee)) == list(on_floats)
    on_values = row._evaluate(row.derivatives, [Value(a) for a in args], Value(y))
    assert [d.data if isinstance(d, Value) else d for d in on_values] == list(on_floats)


@pytest.mark.parametrize("row", UNARY, ids=lambda row: row.name)
@given(x=ANY_FLOAT)
def test_no_operation_of_one_argument_raises_or_goes_complex(row, x):
    y = row(Value(x))
    assert type(y.data) is float
    assert type(y.local_grads[0]) is float
    assert row(x) == y.data or (math.isnan(row(x)) and math.isnan(y.data))
    if math.isnan(x) and callable(row.derivatives[0]):
        assert math.isnan(y.local_grads[0])


@pytest.mark.parametrize("row", BINARY, ids=lambda row: row.name)
@given(a=ANY_FLOAT, b=ANY_FLOAT)
def test_no_operation_of_two_arguments_raises_or_goes_complex(row, a, b):
    y = row(Value(a), Value(b))
    assert type(y.data) is float
    assert all(type(d) is float for d in y.local_grads)


@pytest.mark.parametrize("row", UNARY, ids=lambda row: row.name)
def test_a_domain_error_gives_nan_and_a_nan_derivative(row):
    for x in (-2.0, -1e300, 2.0, -0.5, math.inf, -math.inf):
        y = row(Value(x))
        if math.isnan(y.data):
            assert math.isnan(y.local_grads[0]), x


def test_functions_take_floats_or_values_and_keywords_and_defaults():
    assert type(autograd.tanh(0.5)) is float
    assert autograd.tanh(1) == math.tanh(1.0)
    assert autograd.tanh(Fraction(1, 2)) == math.tanh(0.5)
    assert autograd.leaky_relu(-2.0) == -0.02
    assert autograd.leaky_relu(Value(-2.0), slope=0.5).data == -1.0
    assert autograd.leaky_relu(x=Value(-2.0)).operands[1:] == (0.01,)
    assert autograd.clip(Value(3.0), low=0.0, high=1.0).operands[1:] == (0.0, 1.0)
    assert autograd.swish is autograd.silu


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: autograd.clip(1.0), r"clip\(x, low, high\): missing a required argument: 'low'"),
        (lambda: autograd.tanh(), r"tanh\(x\): missing a required argument"),
        (lambda: autograd.tanh(1.0, slope=2.0), r"tanh\(x\): got an unexpected keyword argument 'slope'"),
        (lambda: autograd.hypot(3.0), r"hypot\(a, b\): missing a required argument: 'b'"),
        (lambda: autograd.tanh(1.0, 2.0), r"tanh\(x\): too many positional arguments"),
        (lambda: autograd.leaky_relu(1.0, steep=2.0), r"leaky_relu\(x, slope=0.01\): got an unexpected .* 'steep'"),
        (lambda: autograd.leaky_relu(1.0, 0.1, slope=2.0), r"multiple values for argument 'slope'"),
        (lambda: ops.total(1.0, start=2.0), r"total\(\*xs\): got an unexpected keyword argument 'start'"),
    ],
)
def test_wrong_arguments_are_named_next_to_what_the_operation_takes(call, message):
    with pytest.raises(TypeError, match=message):
        call()


def test_c_functions_take_keywords_too():
    assert autograd.atan2(y=1.0, x=2.0) == math.atan2(1.0, 2.0)
    assert autograd.hypot(a=3.0, b=4.0) == 5.0


def test_a_row_made_by_hand_takes_one_argument_per_formula():
    twice = ops.Operation("twice", "2x", lambda x: 2.0 * x, 2.0)
    assert twice(Value(3.0)).local_grads == (2.0,)
    with pytest.raises(TypeError, match="too many positional arguments"):
        twice(1.0, 2.0)


def test_an_operation_has_no_attribute_that_nobody_gave_it():
    assert not hasattr(ops.tanh, "inverse")
    with pytest.raises(AttributeError, match="an operation has no attribute 'inverse'"):
        _ = ops.tanh.inverse


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row.name)
def test_an_operation_is_pickled_by_name(row):
    assert pickle.loads(pickle.dumps(row)) is row


@pytest.mark.parametrize(
    ("name", "args", "slopes"),
    [
        ("relu", (0.0,), (0.0,)),
        ("leaky_relu", (0.0, 0.2), (0.2, 0.0)),
        ("leaky_relu", (2.0, 0.2), (1.0, 0.0)),
        ("leaky_relu", (-2.0, 0.2), (0.2, -2.0)),
        ("leaky_relu", (-2.0, -0.5), (-0.5, -2.0)),
        ("elu", (0.0, 0.5), (0.5, 0.0)),
        ("elu", (-1e9, -0.5), (-0.0, -1.0)),
        ("elu", (2.0, 0.5), (1.0, 0.0)),
        ("celu", (2.0, 0.5), (1.0, 0.0)),
        ("clip", (0.0, 1.0, 2.0), (0.0, 1.0, 0.0)),
        ("clip", (1.5, 1.0, 2.0), (1.0, 0.0, 0.0)),
        ("clip", (3.0, 1.0, 2.0), (0.0, 0.0, 1.0)),
        ("decayed", (1e-200, 1e-200), (1e-200, 1e-200)),
        ("celu", (-1e9, 0.5), (0.0, -1.0)),
        ("selu", (0.0,), (1.7580993408473768,)),
        ("celu", (0.0, 0.5), (1.0, 0.0)),
        ("relu6", (0.0,), (0.0,)),
        ("relu6", (6.0,), (0.0,)),
        ("hardtanh", (1.0,), (0.0,)),
        ("hardsigmoid", (-3.0,), (0.0,)),
        ("clip", (0.5, 1.0, 2.0), (0.0, 1.0, 0.0)),
        ("clip", (2.5, 1.0, 2.0), (0.0, 0.0, 1.0)),
        ("clip", (1.0, 1.0, 2.0), (1.0, 0.0, 0.0)),
        ("clip", (2.0, 1.0, 2.0), (1.0, 0.0, 0.0)),
        ("clip", (0.0, 1.0, 1.0), (0.0, 1.0, 0.0)),
        ("clip", (3.0, 1.0, 1.0), (0.0, 0.0, 1.0)),
        ("clip", (0.0, 2.0, 1.0), (0.0, 0.0, 1.0)),  # bounds the wrong way round: the result is the upper one
        ("clip", (1.5, 2.0, 1.0), (0.0, 0.0, 1.0)),
        ("clip", (3.0, 2.0, 1.0), (0.0, 0.0, 1.0)),
        ("where", (0.0, 2.0, 3.0), (0.0, 0.0, 1.0)),
        ("where", (1.0, 0.0, 0.0), (0.0, 1.0, 0.0)),
        ("where", (-1.0, 0.0, 3.0), (0.0, 1.0, 0.0)),
        ("piecewise", (-2.0, 0.0, 5.0, 6.0), (0.0, 1.0, 0.0, 0.0)),
        ("piecewise", (0.0, 4.0, 5.0, 6.0), (0.0, 0.0, 1.0, 0.0)),
        ("piecewise", (2.0, 4.0, 5.0, 0.0), (0.0, 0.0, 0.0, 1.0)),
        ("maximum", (2.0, 2.0), (0.5, 0.5)),
        ("minimum", (2.0, 2.0), (0.5, 0.5)),
        ("abs", (0.0,), (0.0,)),
        ("decayed", (math.inf, 0.0), (0.0, 0.0)),
    ],
)
def test_slopes_at_kinks_are_the_written_conventions(name, args, slopes):
    node = OPERATIONS[name](*map(Value, args))
    found = dict(zip(parent_positions(node), node.local_grads, strict=True))
    assert tuple(found.get(i, 0.0) for i in range(len(args))) == slopes


CHOOSING = {  # the arguments that only choose, by position
    **dict.fromkeys(("sign", "heaviside", "floor", "ceil", "round", "trunc", "where", "piecewise"), (0,)),
    "polygamma": (1,),
    "sinc": (1,),
    "floor_divide": (0, 1),
    "round_to": (0, 1),
    "within": (1, 2),
    "power_partial": (2, 3),
    "preferred": (0, 1),
    "inside": (0, 1, 2),
}


@pytest.mark.parametrize("name", CHOOSING)
def test_there_is_no_slope_towards_what_only_chooses(name):
    args = arguments(OPERATIONS[name])
    node = OPERATIONS[name](*map(Value, args))
    slopes = dict(zip(parent_positions(node), node.local_grads, strict=True))
    assert [slopes.get(i, 0.0) for i in CHOOSING[name]] == [0.0] * len(CHOOSING[name])


def test_softmax_entry_and_cross_entropy_have_no_derivative_towards_the_index():
    x = [Value(0.1), Value(0.7), Value(-0.3)]
    assert ops.softmax_entry(1.0, *x).parents == tuple(x)
    assert ops.cross_entropy(1.0, *x).parents == tuple(x)
    for row in (ops.softmax_entry, ops.cross_entropy):
        assert row(Value(1.0), *x).local_grads == (0.0, *row(1.0, *x).local_grads)


@pytest.mark.parametrize("x", [-0.0, -0.3, -0.5, 0.0, 0.3, 0.5])
@pytest.mark.parametrize("name", ["floor", "ceil", "trunc", "round"])
def test_steps_keep_the_sign_of_their_argument_where_they_are_zero(name, x):
    y = OPERATIONS[name](x)
    assert math.copysign(1.0, y) == math.copysign(1.0, x)
    assert y == OPERATIONS[name](Value(x)).data


@pytest.mark.parametrize(("name", "pole"), [("log", 0.0), ("log1p", -1.0), ("log2", 0.0), ("log10", 0.0)])
def test_a_logarithm_at_its_pole_beyond_it_and_at_infinity(name, pole):
    row = OPERATIONS[name]
    assert (row(pole), row(math.inf)) == (-math.inf, math.inf)
    assert row(Value(pole)).local_grads == (math.inf,)
    assert row(Value(math.inf)).local_grads == (0.0,)
    for beyond in (math.nextafter(pole, -2.0), pole - 1.0, -math.inf, math.nan):
        assert math.isnan(row(beyond))
        assert math.isnan(row(Value(beyond)).local_grads[0])
