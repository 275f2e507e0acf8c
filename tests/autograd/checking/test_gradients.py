"""check_gradients: what it catches, what it lets through, and what it refuses to decide."""

import math
import random

import pytest

import autograd
from autograd import Value, check_gradients, operation
from autograd.checking.gradients import Comparison, GradientCheckError
from autograd.events import parent_positions
from autograd.numerics.differences import central_difference
from autograd.ops import OPERATIONS, Operation


# Planted errors -------------------------------------------------------------------------------------------------------
def planted(row, position, factor):
    """`row` with the formula at `position` wrong by `factor`."""
    formulas = list(row.derivatives)
    right = formulas[position]
    if row.variadic:
        formulas[0] = lambda xs, y: [factor * d for d in right(xs, y)]
    elif callable(right):
        formulas[position] = lambda *args: factor * right(*args)
    else:
        formulas[position] = factor * right
    return Operation(row.name, row.symbol, row.forward, *formulas, variadic=row.variadic)  # every slope by its formula


# A point inside the domain of every row with a derivative that is not 0, away from kinks.
POINTS = {"acosh": [1.7], "clip": [0.3, -1.0, 1.0], "where": [1.0, 0.4, 0.7], "piecewise": [0.8, 0.4, 0.7, 1.3]}
POINTS |= {"power_partial": [1.3, 2.6, 1.0, 0.0], "polygamma": [2.3, 1.0], "within": [0.4, 0.0, 1.0]}
POINTS |= {"softmax_entry": [1.0, 0.3, -0.8, 0.5], "cross_entropy": [1.0, 0.3, -0.8, 0.5]}
POINTS |= {"sinc": [0.4, 1.0], "mod": [2.3, 0.7]}
POINTS |= {"elu": [-0.4, 1.3], "celu": [-0.4, 1.3], "leaky_relu": [-0.4, 0.2]}
FLAT = {"sign", "heaviside", "floor", "ceil", "round", "trunc", "inside", "preferred", "floor_divide", "round_to"}
SMOOTH = [row for name, row in OPERATIONS.items() if name not in FLAT]


def point_of(row):
    return POINTS.get(row.name, [0.4, 0.7, 1.2, 0.6, 0.8][: 5 if row.variadic else len(row.derivatives)])


def moving(row):
    """Positions of the arguments that the check varies: not indices, orders and conditions."""
    y = row(*[Value(a) for a in point_of(row)])
    return [i for i, d in zip(parent_positions(y), y.local_grads, strict=True) if d != 0.0]


def along(row, positions):
    """`row` as a function of the arguments at `positions` alone."""

    def f(*numbers):
        args = list(point_of(row))
        for i, number in zip(positions, numbers, strict=True):
            args[i] = number
        return row(*args)

    return f


@pytest.mark.parametrize("row", SMOOTH, ids=lambda row: row.name)
def test_every_row_of_the_table_passes_in_both_orders(row):
    positions = moving(row)
    assert positions
    report = check_gradients(along(row, positions), *[point_of(row)[i] for i in positions], order=2)
    assert len(report.comparisons) == 2 * len(positions) + len(positions) ** 2
    assert report.worst <= 1e-9


@pytest.mark.parametrize("factor", [1.0001, 0.9999, 1.000001, -1.0, 0.0, 2.0])
@pytest.mark.parametrize("row", SMOOTH, ids=lambda row: row.name)
def test_a_wrong_first_derivative_is_caught(row, factor):
    for i in moving(row):
        wrong = planted(row, 0 if row.variadic else i, factor)
        with pytest.raises(GradientCheckError, match="reverse mode says"):
            check_gradients(along(wrong, [i]), point_of(row)[i])
        with pytest.raises(GradientCheckError, match="forward mode says"):
            check_gradients(along(wrong, [i]), point_of(row)[i], methods=["forward"])


@pytest.mark.parametrize("factor", [1.0001, 0.9999, -1.0, 0.0])
@pytest.mark.parametrize(
    "row", [r for r in SMOOTH if len(r.derivatives) == 1 and not r.variadic], ids=lambda row: row.name
)
def test_a_wrong_second_derivative_is_caught(row, factor):
    """The first derivative is right, and is itself an operation whose derivative is wrong."""
    (first,), (x,) = row.derivatives, point_of(row)
    if not callable(first) or autograd.grad(autograd.grad(row))(x) == 0.0:
        return
    slope = autograd.grad(row)
    bent = operation(lambda a, y: factor * autograd.grad(slope)(a))(lambda a: slope(a))
    wrong = Operation(row.name, row.symbol, row.forward, lambda a, y: bent(a))
    check_gradients(wrong, x)
    with pytest.raises(GradientCheckError, match="the second derivative says"):
        check_gradients(wrong, x, order=2)


def test_the_message_names_the_entry_both_numbers_and_the_step():
    @operation(lambda a, b, y: b, lambda a, b, y: 1.0001 * a)
    def times(a, b):
        return a * b

    def model(weights, bias):
        return {"out": [weights["w"][0] * 2.0, times(bias, weights["w"][1])]}

    with pytest.raises(GradientCheckError) as caught:
        check_gradients(model, {"w": [1.0, 3.0]}, 4.0)
    message = str(caught.value)
    assert message.startswith("d model['out'][1] / d weights['w'][1]: reverse mode says 4.0004")
    assert "central differences say 4.0" in message or "central differences say 3.99999" in message
    assert "(step " in message
    assert "Relative difference 1.00e-04, allowed 1e-09" in message
    assert isinstance(caught.value, AssertionError)


def test_several_failures_are_counted():
    @operation(lambda a, b, y: 2.0 * b, lambda a, b, y: 1.5 * a)
    def times(a, b):
        return a * b

    with pytest.raises(GradientCheckError, match=r"d times / d a.*2 of 2 derivatives fail"):
        check_gradients(times, 3.0, 5.0)


def test_the_worst_is_the_one_that_is_furthest_off_not_the_one_that_is_no_number():
    @operation(lambda a, b, y: math.nan, lambda a, b, y: 1.5 * a)
    def times(a, b):
        return a * b

    with pytest.raises(GradientCheckError, match=r"d times / d b.*2 of 2 derivatives fail"):
        check_gradients(times, 3.0, 5.0)


@pytest.mark.parametrize(
    ("f", "x"),
    [
        (lambda x: math.exp(-(((x - 1.0) / 1e-3) ** 2) / 2), 1.001),
        (lambda x: max(0.0, 1.0 - abs(x - 1.0) * 50.0), 1.01),
    ],
    ids=["bell", "hat"],
)
def test_a_wrong_slope_of_zero_is_caught_where_f_is_flat_from_far_away(f, x):
    flat = operation(lambda a, y: 0.0)(f)
    with pytest.raises(GradientCheckError, match=r"reverse mode says 0\.0"):
        check_gradients(flat, x)


@pytest.mark.parametrize(
    ("f", "point"),
    [
        (lambda x: autograd.exp(-(((x - 1.0) / 1e-3) ** 2) / 2), [1.001]),
        (lambda x: autograd.exp(-5000.0 * (x - 0.3) ** 2), [0.31]),
        (autograd.sin, [1e6]),
        (lambda x: autograd.sqrt(x - 1e6), [1e6 + 1e-3]),
        (autograd.log, [1e-50]),
        (lambda x: 1.0 / x, [1e-12]),
        (lambda x, y: 1e8 * autograd.sin(x) + 1e-8 * autograd.sin(y), [0.5, 0.5]),
        (lambda x: autograd.where(x > 0.0, autograd.sqrt(x + 1e-3), -x), [1e-2]),
    ],
)
def test_right_slopes_pass_at_every_scale(f, point):
    check_gradients(f, *point)


def refused(row, count, seed=0):
    """The random points, at scales from 1e-50 to 1e9, at which a right derivative of `row` is refused."""
    rng = random.Random(f"{row.name} {seed}")
    for _ in range(count):
        scale = rng.uniform(-50.0, 9.0)
        args = [
            math.copysign(10.0 ** (scale + rng.uniform(-1.0, 1.0)), rng.uniform(-1.0, 1.0)) for _ in row.derivatives
        ]
        y = row.forward(*args)
        if not 1e-290 < abs(y) < 1e290 and y != 0.0:  # where results lose digits or their neighbours are no floats
            continue
        for i, slope in enumerate(row.local_grads(args, y)):
            if row.derivatives[i] == 0.0 or not math.isfinite(slope):
                continue
            numeric = central_difference(lambda t, i=i, args=args: row.forward(*args[:i], t, *args[i + 1 :]), args[i])
            comparison = Comparison("", "", slope, numeric, (0, i))
            if not (comparison.agrees(1e-9) and comparison.resolved(1e-9)):
                yield args, comparison


ANY_ARGUMENTS = [
    r for r in OPERATIONS.values() if not r.variadic and r.name not in ("polygamma", "power_partial", "sinc")
]


@pytest.mark.parametrize("row", ANY_ARGUMENTS, ids=lambda row: row.name)
def test_no_right_derivative_is_refused(row):
    assert list(refused(row, 20)) == []


@pytest.mark.accuracy
@pytest.mark.parametrize("row", ANY_ARGUMENTS, ids=lambda row: row.name)
def test_no_right_derivative_of_a_thousand_is_refused(row):
    assert list(refused(row, 1000, seed=1)) == []


# What passes ----------------------------------------------------------------------------------------------------------
def test_the_report():
    report = check_gradients(lambda x, *rest: x * rest[0] + rest[1][0], 2.0, 3.0, [4.0])
    assert [c.name for c in report.comparisons[:3]] == ["d f / d args[0]", "d f / d args[1]", "d f / d args[2][0]"]
    assert [c.method for c in report.comparisons] == ["reverse mode"] * 3 + ["forward mode"] * 3
    assert repr(report).startswith("6 derivatives agree; largest relative difference ")
    second = check_gradients(lambda x, y: [x * y, x], 2.0, 3.0, order=2).comparisons[-8:]
    assert [c.name for c in second[:4]] == [
        "d² f[0] / d x d x",
        "d² f[0] / d x d y",
        "d² f[0] / d y d x",
        "d² f[0] / d y d y",
    ]
    assert [c.exact for c in second[:4]] == [0.0, 1.0, 1.0, 0.0]


def test_a_function_without_a_signature():
    assert [c.name for c in check_gradients(max, 2.0, 3.0, methods=["forward"]).comparisons] == [
        "d max / d args[0]",
        "d max / d args[1]",
    ]


def test_arguments_may_be_values_and_are_left_alone():
    x, w = Value(0.5, label="x"), Value(2.0)
    check_gradients(lambda x: autograd.sin(x * w), x, order=2)
    assert (x.data, x.grad, w.grad) == (0.5, 0.0, 0.0)


def test_zeros():
    check_gradients(lambda x: x * x, 0.0, order=2)
    check_gradients(lambda x, y: x * y, 0.0, 0.0, order=2)
    check_gradients(lambda x: (x - 1.0) ** 3, 1.0, order=2)
    check_gradients(autograd.cos, 0.0, order=2)


def test_constants_and_nothing_to_check():
    assert check_gradients(lambda x: 5.0, 1.0, order=2).worst == 0.0
    assert check_gradients(lambda: 5.0).comparisons == []
    assert check_gradients(lambda x: [], 1.0).comparisons == []


def test_values_lost_in_rounding_pass_only_as_far_as_they_matter():
    check_gradients(lambda x: 1e6 + autograd.sin(x), 1.0)  # nine digits of the slope are gone
    check_gradients(autograd.tanh, 19.0)  # the slope is far below the last digit of tanh
    report = check_gradients(lambda x, y: 1.0 + 1e-13 * x + y, 0.7, 0.2)
    assert max(c.relative_difference for c in report.comparisons) > 1e-4
    assert report.worst < 1e-11  # among those that are not lost


# What cannot be decided -----------------------------------------------------------------------------------------------
def test_a_kink_is_named():
    with pytest.raises(GradientCheckError, match=r"The slope is 0 to the left and 1 to the right: is this a kink\?"):
        check_gradients(autograd.relu, 0.0)


@pytest.mark.parametrize("f", [autograd.sqrt, autograd.log, lambda x: x / 0.0])
def test_a_point_on_the_edge_of_the_domain(f):
    with pytest.raises(GradientCheckError, match=r"f is not finite around this point\. .* allowed 1e-09\.$"):
        check_gradients(f, 0.0)


def test_noise_is_no_silent_pass():
    def noisy(x):
        return x * 0.0 + math.sin(1e7 * x.data) if isinstance(x, Value) else 0.0

    with pytest.raises(GradientCheckError):
        check_gradients(noisy, 1.0, methods=["reverse"])


def test_a_nan_derivative_fails():
    bad = operation(lambda a, y: math.nan)(lambda a: a * a)
    with pytest.raises(GradientCheckError, match="says nan"):
        check_gradients(bad, 1.0)
    infinite = operation(lambda a, y: math.inf)(lambda a: a * a)
    with pytest.raises(GradientCheckError, match="says inf"):
        check_gradients(infinite, 1.0)


@pytest.mark.parametrize(
    "options",
    [
        {"order": 3},
        {"order": 0},
        {"rtol": 0.0},
        {"rtol": math.nan},
        {"methods": []},
        {"methods": ["backward"]},
        {"methods": None},
        {"methods": "reverse"},
        {"methods": iter(["reverse"])},
    ],
)
def test_bad_options(options):
    with pytest.raises(ValueError, match=next(iter(options))):
        check_gradients(autograd.sin, 1.0, **options)


def test_bad_arguments():
    with pytest.raises(TypeError, match="not a number"):
        check_gradients(autograd.sin, "1")
    with pytest.raises(TypeError, match="not a number"):
        check_gradients(lambda x: None, 1.0)


def test_what_is_no_function_or_no_number_is_named():
    with pytest.raises(TypeError, match=r"check_gradients\(\) takes a function, got int 3"):
        check_gradients(3, 2.0)
    with pytest.raises(TypeError, match=r"args\[0\] is str 'a', not a number"):
        check_gradients(lambda x: x, "a")


def test_a_function_that_calls_methods_of_its_arguments_is_checked_in_forward_mode_too():
    assert len(check_gradients(lambda x, y: x.exp() * y.tanh(), 0.3, 0.7, order=2).comparisons) == 8


@pytest.mark.parametrize(("method", "kind"), [("reverse", "Value"), ("forward", "Dual")])
def test_a_method_is_the_one_it_is_called(method, kind):
    kinds = set()

    def f(x):
        kinds.add(type(x).__name__)
        return x * x

    check_gradients(f, 1.0, methods=[method])
    assert kind in kinds
    assert ("Dual" in kinds) == (method == "forward")
