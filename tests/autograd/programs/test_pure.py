"""Pure functions of a program: they are pickled as data, built once where they arrive, and compute the same bits."""

import copy
import gc
import multiprocessing
import pickle
import subprocess
import sys
import weakref
from array import array
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest

import autograd
from autograd import BranchChanged, Value, operation, record
from autograd.programs import pure
from autograd.programs.program import Program

ROOT = Path(__file__).parents[3]
X, Y = [[0.1, -0.4], [1.5, 0.3], [-0.7, 0.9]], [0.3, -0.2, 1.1]


def program(arrays=None):
    w = [Value(0.1 * i - 0.3, label=f"w{i}") for i in range(5)]

    def loss(x, y):
        h = autograd.tanh(autograd.dot(w[:2], x, w[2]))
        return (autograd.softplus(h * w[3]) - y) ** 2 + 1e-3 * w[4] ** 2

    return record(loss, X[0], Y[0], arrays=arrays)


def numbers(program):
    return np.array([p.data for p in program.parameters])


def sent(thing):
    return pickle.loads(pickle.dumps(thing))


@pytest.fixture(autouse=True)
def nothing_built():
    pure.rebuilt.cache_clear()


@pytest.mark.parametrize("arrays", [False, True])
@pytest.mark.parametrize("reduce", ["mean", "sum", None])
def test_a_gradient_that_was_sent_is_the_same_to_the_bit(arrays, reduce):
    p = program(arrays)
    g = p.gradient_function(reduce)
    columns = (X, Y) if reduce else (X[0], Y[0])
    value, slopes = g(numbers(p), *columns)
    far_value, far_slopes = sent(g)(numbers(p), *columns)
    assert (far_value, far_slopes.tolist()) == (value, slopes.tolist())
    assert repr(sent(g)) == repr(g) == "<Gradient of loss, 5 parameters>"


@pytest.mark.parametrize("arrays", [False, True, None])
@pytest.mark.parametrize("reduce", ["mean", "sum", None])
def test_a_gradient_over_columns_reads_them_once(arrays, reduce):
    p = program(arrays)
    g = p.gradient_function(reduce)
    columns = (np.array(X), list(Y)) if reduce else (np.array(X[0]), Y[0])
    value, slopes = g(numbers(p), *columns)
    over = g.over(*columns)
    columns[0][:] = 0.0
    for _ in range(2):
        again, found = over(numbers(p))
        assert (again, found.tolist()) == (value, slopes.tolist())
    with pytest.raises(ValueError, match="holds 5 parameters"):
        over([1.0])
    with pytest.raises(TypeError, match="takes 2 arguments"):
        g.over(columns[0])


@pytest.mark.parametrize("arrays", [False, True, None])
@pytest.mark.parametrize("reduce", ["sum", "mean", None])
def test_a_gradient_between_arrays_that_stay_in_place(arrays, reduce):
    p = program(arrays)
    g = p.gradient_function(reduce)
    columns = (X, Y) if reduce else (X[0], Y[0])
    table = np.zeros((5, 4))
    state, gradient = table[:, 1], table[:, 2]  # in any memory
    fill, add = g.in_place(state, gradient, *columns, divisor=3.0), g.in_place(state, gradient, *columns, add=True)
    for moved in (0.0, 0.25):
        state[:] = numbers(p) + moved
        value, slopes = g.over(*columns)(state)
        gradient[:] = np.nan
        assert fill() == value
        assert gradient.tolist() == (slopes / 3.0).tolist()
        assert add() == value
        assert gradient.tolist() == (slopes / 3.0 + slopes).tolist()
    assert not table[:, [0, 3]].any()


@pytest.mark.parametrize("arrays", [False, True, None])
def test_a_gradient_that_is_filled_in_begins_at_zero(arrays):
    """As after zero_grad(): 0.0 + -0.0 is 0.0."""
    w, v = Value(-1.0), Value(2.0)
    g = record(lambda x: (w * 0.0) * x + v, 1.0, arrays=arrays).gradient_function(None, [w, v])
    gradient = np.ones(2)
    assert g.in_place(np.array([-1.0, 2.0]), gradient, -1.0)() == 2.0
    assert repr(gradient.tolist()) == "[0.0, 1.0]"


@pytest.mark.parametrize("arrays", [False, True, None])
def test_an_example_on_another_path_changes_no_gradient(arrays):
    w = Value(1.0)
    p = record(lambda x: x * w if x > 0.0 else x + w, 1.0, arrays=arrays)
    gradient, xs = np.array([7.0]), np.array([1.0, 2.0])
    run = p.gradient_function("sum").in_place(np.array([1.0]), gradient, xs)
    assert (run(), gradient[0]) == (3.0, 3.0)
    run = p.gradient_function("sum").in_place(np.array([1.0]), gradient, -xs)
    with pytest.raises(BranchChanged, match="for rows 0, 1 of the batch"):
        run()
    assert gradient[0] == 3.0


def test_arrays_that_cannot_stay_in_place_are_refused():
    p = program()
    g, state, gradient = p.gradient_function("sum"), numbers(p), np.zeros(5)
    for wrong in ([0.0] * 5, state.astype(np.float32), None):
        with pytest.raises(TypeError, match="parameters has to be an array of float64 that stays where it is"):
            g.in_place(wrong, gradient, X, Y)
        with pytest.raises(TypeError, match="gradient has to be an array of float64 that stays where it is"):
            g.in_place(state, wrong, X, Y)
    for wrong in (state[:4], np.zeros((5, 1))):
        with pytest.raises((TypeError, ValueError), match="parameters"):
            g.in_place(wrong, gradient, X, Y)
    with pytest.raises(TypeError, match="add has to be True or False, got 'no'"):
        g.in_place(state, gradient, X, Y, add="no")
    gradient.setflags(write=False)
    with pytest.raises(ValueError, match="this one is read-only"):
        g.in_place(state, gradient, X, Y)
    with pytest.raises(TypeError, match="takes 2 arguments"):
        g.in_place(state, np.zeros(5), X)


def between_others(numbers):
    """The same in memory where doubles do not begin at multiples of eight, as in the fields of a table."""
    table = np.zeros(len(numbers), dtype=[("flag", "i1"), ("number", "f8")])
    table["number"] = numbers
    return table["number"]


@pytest.mark.parametrize("arrays", [False, True, None])
def test_arrays_may_lie_anywhere_in_memory(arrays):
    p = program(arrays)
    g, state, gradient = p.gradient_function("sum"), between_others(numbers(p)), between_others(np.ones(5))
    value, slopes = g(numbers(p), X, Y)
    found, anywhere = g(state, X, Y)
    assert (found, anywhere.tolist()) == (pytest.approx(value), pytest.approx(slopes.tolist()))
    assert g.in_place(state, gradient, X, Y)() == found
    assert gradient.tolist() == anywhere.tolist()
    assert p.map(X, Y, parameters=state) == pytest.approx(p.map(X, Y))
    results = (between_others(np.zeros(3)),)
    w = Value(3.0)
    square = record(lambda x: w * x**2, 1.0, arrays=arrays).map_function()
    assert square(between_others([2.0]), (between_others([1.0, 2.0, 3.0]),), results)
    assert results[0].tolist() == [2.0, 8.0, 18.0]


def test_a_divisor_is_a_number_and_large_numbers_are_nobodys_error():
    p, others = program(), [Value(0.0)]
    g = p.gradient_function("sum", [*others, *p.parameters])
    state, gradient = np.array([0.0, *numbers(p)]), np.full(6, 1e308)
    for wrong in ("2", None, [1.0]):
        with pytest.raises(TypeError, match="expected a real number"):
            g.in_place(state, gradient, X, Y, divisor=wrong)
    with np.errstate(all="raise"):
        g.in_place(state, gradient, X, Y, add=True, divisor=0)()
    assert np.isinf(gradient).all()


def test_what_is_bound_takes_no_arguments():
    p = program()
    run = p.gradient_function("sum").in_place(numbers(p), np.zeros(5), X, Y)
    for args, named in (([1.0], {}), ([], {"add": True})):
        with pytest.raises(TypeError, match="argument"):
            run(*args, **named)
    nothing = {}
    assert run(**nothing) == run()


@pytest.fixture
def runs():
    """A value and its gradient, one with a guard, and a map: runs of the machine, with the arrays they are bound to."""
    if autograd.engine != "native":
        pytest.skip("the runs of the machine are the engine's in C")
    p, w = program(), Value(2.0)
    bent = record(lambda x: x * w if w > 0.0 else x, 1.0)
    state, rate, gradient, slope, xs, ys = numbers(p), np.array([3.0]), *map(np.zeros, (5, 1, 2, 2))
    xs[:] = 1.0, 2.0
    arrays = SimpleNamespace(state=state, rate=rate, gradient=gradient, slope=slope, xs=xs, ys=ys)
    first = p.gradient_function("sum").in_place(state, gradient, X, Y)
    second = bent.gradient_function("sum").in_place(rate, slope, xs)
    mapped = record(lambda x: x * x, 1.0).map_function().in_place(np.zeros(0), (xs,), (ys,))
    return first, second, mapped, arrays


def test_runs_in_turn(runs):
    first, second, mapped, arrays = runs
    value, gradient, said = first(), arrays.gradient.copy(), []
    arrays.gradient[:] = 0.0
    assert first.in_turn() == value
    assert first.in_turn(second, (said.append, 1), said.append, mapped, (said.extend, (2, 3)), second) == value + 18.0
    assert np.array_equal(arrays.gradient, gradient)
    assert (said, arrays.slope.tolist(), arrays.ys.tolist()) == ([1, value + 9.0, 2, 3], [3.0], [1.0, 4.0])


def test_the_value_of_runs_in_turn_is_what_their_gradients_are_of():
    if autograd.engine != "native":
        pytest.skip("the runs of the machine are the engine's in C")
    w, state, gradient = Value(0.0), np.array([0.3]), np.zeros(1)
    squares = record(lambda x: w * w * x, 1.0).gradient_function("sum")
    runs = [squares.in_place(state, gradient, [1.0, k], add=k > 1.0, divisor=k) for k in (1.0, 3.0, 7.0)]
    value = runs[0].in_turn(*runs[1:])
    assert value == ((runs[0]() + squares(state, [1.0, 3.0])[0]) / 3.0 + squares(state, [1.0, 7.0])[0]) / 7.0
    runs[0].in_turn(*runs[1:])
    assert gradient[0] * 0.15 == pytest.approx(value, rel=1e-15)


@pytest.mark.parametrize("wrong", ["guard", "infinite", "nan", "map"])
def test_runs_in_turn_end_with_one_that_is_not_as_usual(runs, wrong):
    """Nobody is asked `otherwise`, nothing after it is done."""
    first, second, mapped, arrays = runs
    said = []
    if wrong == "guard":
        arrays.rate[0] = -1.0
    elif wrong == "map":
        arrays.xs[1] = 1e200
    else:
        arrays.state[0] = np.inf if wrong == "infinite" else np.nan
        arrays.state[4] = arrays.state[0]
    assert first.in_turn(mapped, second, (said.append, 1)) is None
    assert said == []


def test_runs_in_turn_take_runs_and_calls(runs):
    first, second, _, arrays = runs
    for wrong in ((), 1.0, None, [print, 1], lambda: 1.0, ("no function",)):
        with pytest.raises(TypeError):
            first.in_turn(wrong, second)
    with pytest.raises(ZeroDivisionError):
        first.in_turn((divmod, 1, 0), second)
    with pytest.raises(ZeroDivisionError):
        first.in_turn(lambda value: value / 0.0, second)
    assert arrays.slope.tolist() == [0.0]


class Holder(np.ndarray):
    """An array that may have attributes."""


def test_a_bound_run_that_its_own_array_holds_goes_away():
    p = program()
    state = numbers(p).view(Holder)
    state.run = p.gradient_function("sum").in_place(state, np.zeros(5), X, Y)
    gone = weakref.ref(state)
    del state
    gc.collect()
    assert gone() is None
    numbers_in_a_list, held = [0.1], np.zeros(1).view(Holder)
    run = record(lambda x: x * Value(2.0), 1.0).map_function().in_place(numbers_in_a_list, (np.ones(1),), (np.ones(1),))
    numbers_in_a_list += [run, held]
    gone = weakref.ref(held)
    del numbers_in_a_list, held, run
    gc.collect()
    assert gone() is None


@operation(lambda a, y: 1.0)
def below_ten(a):
    if a >= 10.0:
        raise ArithmeticError("too much")
    return a


@pytest.mark.parametrize("f", [lambda x: 2.0 * x if x < 10.0 else x, lambda x: 2.0 * below_ten(x)])
def test_results_are_there_whole_or_not_at_all(f):
    xs, results = np.arange(11.0), (np.ones(11),)
    fill = record(f, 1.0).map_function()
    for same_memory in (results, (xs,)):
        with pytest.raises((BranchChanged, ArithmeticError)):
            fill.in_place([], (xs,), same_memory)()
    assert results[0].tolist() == [1.0] * 11
    assert xs.tolist() == [*range(11)]
    assert fill([], (xs[:10],), (xs[:10],))
    assert xs.tolist() == [*range(0, 20, 2), 10.0]


@pytest.mark.parametrize("shift", [-1, 0, 1, 9])
def test_results_may_lie_where_the_columns_are(shift):
    memory = np.arange(60.0)
    columns, results = (memory[10:40],), (memory[10 + shift : 40 + shift],)
    wanted = (memory[10:40] * 2.0 + 1.0).tolist()
    assert record(lambda x: x * 2.0 + 1.0, 1.0).map_function().in_place([], columns, results)()
    assert results[0].tolist() == wanted


def test_a_map_needs_examples():
    w = Value(2.0)
    of_one, of_none = (record(f, *x).map_function() for f, x in ((lambda x: w * x, [1.0]), (lambda: w * 2.0, [])))
    for fill, columns, results in ((of_one, (np.zeros(0),), (np.zeros(0),)), (of_none, (), (np.zeros(2),))):
        with pytest.raises(ValueError, match="a batch needs columns of one length, at least 1"):
            fill.in_place([2.0], columns, results)()


INSIDE = []


@operation(lambda a, y: 2.0 * a)
def square_of_somebody(a):
    """Runs the program that it is in once more, if that is in INSIDE."""
    if INSIDE:
        FOUND.append(INSIDE.pop()())
    return a * a


FOUND = []


def test_a_run_inside_of_itself():
    w = Value(3.0)
    g = record(lambda x: square_of_somebody(w * x), 1.0).gradient_function(None)
    state, gradient = np.array([3.0]), np.zeros(1)
    run = g.in_place(state, gradient, 2.0)
    INSIDE.append(run)
    assert (run(), FOUND.pop(), gradient[0]) == (36.0, 36.0, 24.0)
    results = (np.empty(3),)
    fill = record(square_of_somebody, 1.0).map_function().in_place([], (np.array([1.0, 2.0, 3.0]),), results)
    INSIDE.append(fill)
    assert fill() is FOUND.pop() is True
    assert results[0].tolist() == [1.0, 4.0, 9.0]


def test_settings_in_a_list_may_change():
    settings, results = [0.5], (np.empty(2), np.empty(2))
    fill = a_rule(0.9, Value(0.1)).map_function().in_place(settings, (np.ones(2), np.ones(2), np.zeros(2)), results)
    assert fill()
    assert results[0].tolist() == [0.5, 0.5]
    settings[0] = 1
    assert fill()
    assert results[0].tolist() == [0.0, 0.0]
    settings.append(2.0)
    with pytest.raises(ValueError, match="holds 1 parameters, got numbers for 2"):
        fill()


@pytest.mark.parametrize("arrays", [False, True, None])
@pytest.mark.parametrize("places", [[0, 1, 2, 3, 4], [7, 5, 1, 0, 3], [2, 3, 4, 5, 6]])
def test_a_gradient_among_other_parameters(arrays, places):
    p = program(arrays)
    data, slopes = numbers(p), p.gradient_function("sum")(numbers(p), X, Y)[1]
    others = [Value(9.0) for _ in range(8)]
    wanted, state = np.zeros(8), np.full(8, 9.0)
    for k, place in enumerate(places):
        others[place], state[place], wanted[place] = p.parameters[k], data[k], slopes[k]
    g = p.gradient_function("sum", others)
    assert g(state, X, Y)[1].tolist() == wanted.tolist()
    assert sent(g)(state, X, Y)[1].tolist() == wanted.tolist()
    gradient = np.ones(8)
    g.in_place(state, gradient, X, Y, add=True, divisor=7.0)()
    assert gradient.tolist() == ((1.0 + wanted) / 7.0).tolist()
    g.in_place(state, gradient, X, Y)()
    assert gradient.tolist() == wanted.tolist()
    for wrong in (p.parameters[:-1], [*others, others[0]]):
        with pytest.raises(ValueError, match=r"each of the 5 in program\.parameters, and no Value twice"):
            p.gradient_function(parameters=wrong)
    for stranger in (None, 1.0, "a", object()):
        if stranger is not None:
            with pytest.raises(TypeError, match="parameters is a list of Values, got"):
                p.gradient_function(parameters=stranger)
        with pytest.raises(TypeError, match="parameters is a list of Values, got"):
            p.gradient_function(parameters=[*others, stranger])


def a_rule(momentum, rate):
    """A function of single numbers, and its program, which has the rate for a parameter."""

    def step(p, g, b):
        b = momentum * b + g
        return p - rate * b, b

    return record(step, 1.0, 2.0, 3.0)


@pytest.mark.parametrize("count", [1, 7, 8, 37])
def test_results_for_arrays_are_those_of_map(count):
    p = a_rule(0.9, Value(0.1))
    columns = tuple(np.linspace(k, k + 1.3, count) for k in range(3))
    for g in (p.map_function(), sent(p.map_function())):
        results = np.empty(count), np.zeros(2 * count)[::2]  # in any memory
        assert g([0.3], columns, results) is True
        assert list(zip(*map(np.ndarray.tolist, results), strict=True)) == p.map(*columns, parameters=[0.3])
    rows = np.array(columns).T.copy().T  # columns of a table
    again = np.empty(count), np.empty(count)
    assert p.map_function()(np.array([0.3]), tuple(rows), again) is True
    assert np.array_equal(again, results)
    assert repr(g) == "<Mapped of step, 1 parameters>"


@pytest.mark.parametrize("strange", [np.inf, -np.inf, np.nan])
@pytest.mark.parametrize("place", [0, 8, 16])
def test_whether_all_results_are_finite(strange, place):
    g, columns = a_rule(0.9, Value(0.1)).map_function(), (np.ones(17), np.ones(17), np.ones(17))
    columns[1][place] = strange
    results = np.empty(17), np.empty(17)
    assert g([0.1], columns, results) is False
    assert np.isfinite(results[0]).sum() == np.isfinite(results[1]).sum() == 16


@operation(lambda a, y: 1.0)
def plus_one(a):
    return a + 1.0


@pytest.mark.parametrize(
    "positive",
    [
        lambda x: autograd.logsumexp([x, 1.0]),
        lambda x: autograd.cross_entropy([x, 1.0], 0),
        lambda x: autograd.softmax([x, 1.0])[0],
        plus_one,
    ],
)
@pytest.mark.parametrize("count", [1, 3, 8, 9])
def test_only_results_of_examples_are_asked_whether_they_are_finite(positive, count):
    """Not 1 / what was never computed."""
    g, results = record(lambda x: 1.0 / positive(x), 1.0).map_function(), (np.empty(count),)
    assert g([], (np.linspace(0.5, 1.5, count),), results) is True


@pytest.mark.parametrize("step", [1, 2, 3, -1])
@pytest.mark.parametrize("shift", [-9, -3, -1, 0, 1, 2, 8])
def test_results_that_lie_over_columns_are_those_of_the_numbers_before(shift, step):
    """Also where they lie over numbers of examples that come later, and over each other: the last one counts."""
    table = np.linspace(0.1, 2.0, 90)
    column, other = table[30:51][::step], table[30 + shift : 51 + shift][::step]
    apart = column.copy(), other.copy(), column.copy()
    g, wanted = a_rule(0.9, Value(0.1)).map_function(), (np.empty(len(column)), np.empty(len(column)))
    assert g([0.1], apart, wanted)
    expected = table.copy()
    expected[30 + shift : 51 + shift][::step] = wanted[0]
    expected[30:51][::step] = wanted[1]
    again = table.copy()
    for columns in (apart, (column, apart[1], column)):
        assert g([0.1], columns, (other, column))
        assert table.tolist() == expected.tolist()
        table[:] = again


def test_results_of_arguments_and_constants():
    g = record(lambda x, y: (y, 2.0, x * 1.0, W * 1.0), 1.0, 2.0).map_function()
    results = tuple(np.empty(3) for _ in range(4))
    assert g([5.0], (np.array([1.0, 2.0, 3.0]), np.array([4.0, 5.0, 6.0])), results)
    assert np.array(results).tolist() == [[4.0, 5.0, 6.0], [2.0] * 3, [1.0, 2.0, 3.0], [5.0] * 3]


W = Value(0.5)


def read_only(count):
    array = np.full(count, 7.0)
    array.flags.writeable = False
    return array


@pytest.mark.parametrize(
    ("wrong", "error", "message"),
    [
        (np.full(8, 7.0), ValueError, r"got one of shape \(8,\)"),
        (np.full(10, 7.0), ValueError, r"got one of shape \(10,\)"),
        (np.full((9, 1), 7.0), ValueError, r"got one of shape \(9, 1\)"),
        (np.array(7.0), ValueError, r"got one of shape \(\)"),
        (np.full(9, 7), TypeError, "got one of int64"),
        (np.full(9, 7j), TypeError, "got one of complex128"),
        (np.full(9, 7.0, dtype=object), TypeError, "got one of object"),
        (read_only(9), TypeError, "got one of float64, read-only"),
        (b"123456789", TypeError, "got one of uint8, read-only"),
        ([7.0] * 9, TypeError, r"got \[7.0, 7.0"),
        (np.full(9, "2020", "M8[Y]"), TypeError, "got array"),
        (None, TypeError, "got None"),
        ("123456789", TypeError, "got '123456789'"),
    ],
)
def test_results_that_cannot_be_filled_are_named_and_none_is_changed(wrong, error, message):
    g, ones, good = a_rule(0.9, Value(0.1)).map_function(), np.ones(9), np.full(9, 7.0)
    before = copy.deepcopy(wrong)
    for k, results in enumerate([(wrong, good), (good, wrong)]):
        with pytest.raises(error, match=rf"results\[{k}\] has to be an array of 9 .*{message}"):
            g([0.1], (ones, ones, ones), results)
    assert good.tolist() == [7.0] * 9
    assert np.array_equal(before, wrong)


@pytest.mark.parametrize("kind", [list, tuple, np.array])
def test_results_may_lie_in_any_memory_of_floats(kind):
    g, ones = a_rule(0.9, Value(0.1)).map_function(), np.ones(3)
    wanted = np.empty(3), np.empty(3)
    assert g([0.1], (ones, ones, ones), wanted)
    rows = kind([np.empty(3), np.empty(3)])
    assert g([0.1], (ones, ones, ones), rows)
    assert np.array_equal(rows, wanted)
    others = array("d", bytes(24)), np.empty(3, np.float32)
    assert g([0.1], (ones, ones, ones), others)
    assert np.array_equal(np.array(others, np.float32), np.array(wanted, np.float32))


def test_what_does_not_fit_is_refused_by_a_function_of_arrays():
    g, ones, results = a_rule(0.9, Value(0.1)).map_function(), np.ones(9), (np.empty(9), np.empty(9))
    assert g([0.1], ([1] * 9, ones, ones), results)  # lists, as `map` takes them
    with pytest.raises(ValueError, match="holds 1 parameters, got numbers for 2"):
        g([0.1, 0.2], (ones, ones, ones), results)
    with pytest.raises(TypeError, match="takes 3 arguments, got 2"):
        g([0.1], (ones, ones), results)
    with pytest.raises(ValueError, match="columns of one length"):
        g([0.1], (ones, ones[1:], ones), results)
    for wrong in ((np.empty(9),), (np.empty(9),) * 3, (), None, 2.0, np.array(1.0)):
        with pytest.raises(ValueError, match="a tuple of arrays to fill, as many as f returns numbers: 2, got"):
            g([0.1], (ones, ones, ones), wrong)
    for columns in (None, 1.0, np.array(1.0)):
        with pytest.raises(TypeError, match="columns is a tuple of arrays, one for each argument, got"):
            g([0.1], columns, results)
    for parameters in (None, "a", ["a"], {}, 10**400, [None], 0.1):
        with pytest.raises(TypeError, match="the parameters are one array of 1 numbers, got"):
            g(parameters, (ones, ones, ones), results)
    with pytest.raises(TypeError, match="arguments are single numbers"):
        record(lambda xs: xs[0], [1.0]).map_function()
    branch = record(lambda x: x * 2.0 if x > 0.0 else x, 1.0).map_function()
    with pytest.raises(BranchChanged, match=r"for rows 1 of the batch"):
        branch([], (np.array([1.0, -1.0]),), (np.empty(2),))


def test_a_bound_program_that_was_sent_is_the_same_to_the_bit():
    p = program()
    g = p.bind(np)
    assert sent(g)(numbers(p), X[1], Y[1]) == g(numbers(p), X[1], Y[1]) == p(X[1], Y[1])
    assert repr(sent(g)) == "<Bound of loss, 5 parameters>"
    several = record(lambda x: {"a": (x, 2.0 * x)}, 1.0).bind(np)
    assert sent(several)([], 3.0) == {"a": (3.0, 6.0)}


def test_it_is_data_and_no_code():
    text = pickle.dumps(program().gradient_function())
    assert b'"instructions"' in text
    assert b"def " not in text
    assert len(text) < 3000


def test_who_is_sent_the_same_function_again_builds_it_once(monkeypatch):
    texts = []
    loaded = pure.loaded
    monkeypatch.setattr(pure, "loaded", lambda text, source: texts.append(text) or loaded(text, source))
    p = program()
    first, second = sent(p.gradient_function()), sent(p.gradient_function())
    assert first is second
    assert sent(p.gradient_function("sum")) is not first
    assert sent(p.bind(np)) is sent(p.bind(np)) is not first
    assert len(texts) == 3
    p.parameters[0].data = 7.0  # the numbers of an epoch are arguments, and no part of the function
    assert sent(p.gradient_function()) is first


def test_a_copy_works_by_itself():
    p = program()
    g = p.gradient_function()
    for twin in (copy.copy(g), copy.deepcopy(g)):
        assert twin(numbers(p), X, Y)[0] == g(numbers(p), X, Y)[0]


def test_parameters_of_other_paths_keep_their_places_where_it_arrives():
    a, b = Value(2.0), Value(3.0)
    p = record(lambda x: a * x if x > 0.0 else b * x * x, 1.0)
    p(-1.0)
    value, slopes = sent(p.gradient_function())(np.array([5.0, 7.0]), [-1.0, -3.0])
    assert (value, slopes.tolist()) == (35.0, [0.0, 5.0])
    with pytest.raises(BranchChanged, match=r"comes out differently for rows 1 of the batch"):
        sent(p.gradient_function())(np.array([5.0, 7.0]), [-1.0, 3.0])
    assert sent(p.bind(np))(np.array([5.0, 7.0]), np.array(-2.0)) == 28.0


def test_an_operation_of_the_users_own_cannot_be_sent_and_says_what_save_says(tmp_path):
    @operation(lambda a, y: 3.0)
    def triple(a):
        return 3.0 * a

    p = record(lambda x: triple(x), 1.0)
    messages = set()
    for attempt in (
        lambda: pickle.dumps(p.gradient_function()),
        lambda: p.save(tmp_path / "p.json"),
        lambda: p.dumps(),
    ):
        with pytest.raises(ValueError, match="the operation triple is your own") as caught:
            attempt()
        messages.add(str(caught.value))
    assert len(messages) == 1


def test_a_namespace_that_is_no_module_is_sent_as_it_is():
    xp = SimpleNamespace(asarray=np.asarray)
    with pytest.raises(TypeError, match="unhashable"):
        sent(record(lambda x: x, 1.0).bind(xp))


def test_a_process_pool_takes_it():
    p = program()
    g = p.gradient_function("sum")
    whole, slopes = g(numbers(p), X, Y)
    with ProcessPoolExecutor(2, mp_context=multiprocessing.get_context("spawn")) as pool:
        parts = list(pool.map(g, [numbers(p)] * 3, [[x] for x in X], [[y] for y in Y]))
    assert sum(value for value, _ in parts) == pytest.approx(whole, rel=1e-15)
    assert sum(part for _, part in parts) == pytest.approx(slopes, rel=1e-14)


@pytest.mark.engines
def test_joblib_takes_it():
    joblib = pytest.importorskip("joblib")
    p = program()
    g = p.gradient_function("sum")
    parts = joblib.Parallel(n_jobs=2)(joblib.delayed(g)(numbers(p), [x], [y]) for x, y in zip(X, Y, strict=True))
    assert sum(value for value, _ in parts) == pytest.approx(g(numbers(p), X, Y)[0], rel=1e-15)


def test_it_arrives_in_a_process_that_never_saw_the_function(tmp_path):
    p = program()
    (tmp_path / "g").write_bytes(pickle.dumps((p.gradient_function(), numbers(p), X, Y)))
    code = f"import pickle; g, *data = pickle.load(open({str(tmp_path / 'g')!r}, 'rb')); print(repr(g(*data)[0]))"
    run = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    assert float(run.stdout) == p.gradient_function()(numbers(p), X, Y)[0]


def test_text_and_back():
    p = program()
    again = Program.loads(p.dumps())
    assert again(X[0], Y[0]) == p(X[0], Y[0])
    assert [q.label for q in again.parameters] == [q.label for q in p.parameters]
    assert Program.loads(p.dumps().encode(), arrays=False).dumps() == p.dumps()
    with pytest.raises(ValueError, match="the text is no JSON"):
        Program.loads("{")
