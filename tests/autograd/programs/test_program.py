"""record(): what a program computes, on floats, is what the engine computes."""

import ast
import copy
import io
import itertools
import math
import pickle
import random
import sys
import warnings

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import autograd
from autograd import OPERATIONS, BranchChanged, Value, grad, hvp, jvp, native, operation, record
from autograd.programs.kinds import VALUE
from autograd.programs.program import Program
from autograd.programs.source.python import folded
from autograd.programs.tape import Tape, sum_of_products

ROWS = list(OPERATIONS.values())
AWKWARD = [0.0, -0.0, 1.0, -1.0, 0.3, -0.7, 2.5, -19.0, 40.0, 1e-300, 1e300, -1e300, math.inf, -math.inf, math.nan]
UNORDERED = {"dot", "total", "mean", "sum_of_squares"}  # added from left to right here, by fsum in the engine


def same(a, b, tolerance=0.0):
    """Equal to the bit (0.0 and -0.0 alike), both nan, or within the relative tolerance."""
    return (a != a and b != b) or math.isclose(a, b, rel_tol=tolerance)


def eager(f, numbers):
    """Value and gradient by the engine; the leaves of f outside keep what they get."""
    leaves = [Value(x) for x in numbers]
    y = f(*leaves)
    y.backward()
    return y.data, [leaf.grad for leaf in leaves]


def arguments_of(row, numbers):
    """Arguments of a row: numbers in front, whole numbers where it takes an order or an index."""
    orders = {"power_partial": (None, None, 1.0, 0.0), "polygamma": (None, 1.0)}
    if row.name in ("softmax_entry", "cross_entropy"):
        return (1.0, *numbers[:3])
    count = 3 if row.variadic else len(row.derivatives)
    fixed = orders.get(row.name, (None,) * count)
    return tuple(numbers[i % len(numbers)] if order is None else order for i, order in enumerate(fixed))


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row.name)
@pytest.mark.parametrize("shift", range(0, len(AWKWARD), 2))
def test_every_row_replays_value_and_gradient(row, shift):
    numbers = AWKWARD[shift:] + AWKWARD[:shift]
    example = arguments_of(row, [0.3, 0.6, 0.9])
    free = [i for i, x in enumerate(arguments_of(row, [None] * 3)) if x is None]

    def f(*xs):
        args = list(example)
        for i, x in zip(free, xs, strict=True):
            args[i] = x
        return row(*args) * 1.5

    program = record(f, *(example[i] for i in free))
    point = [arguments_of(row, numbers)[i] for i in free]
    value, gradient = eager(f, point)
    tolerance = 1e-15 if row.name in UNORDERED else 0.0
    assert same(program(*point), value, tolerance)
    replayed, slopes = program.value_and_grad(*point)
    assert same(replayed, value, tolerance)
    assert all(same(a, b) for a, b in zip(slopes, gradient, strict=True))


@pytest.mark.parametrize("arrays", [False, True])
@pytest.mark.parametrize("order", [-1.0, 0.5, 170.0, math.nan, math.inf])
def test_an_order_that_a_row_does_not_know_gives_no_number_in_a_replay_either(order, arrays):
    polygamma, w = OPERATIONS["polygamma"], Value(0.7)
    program = record(lambda n: polygamma(w, n), 1.0, arrays=arrays)
    known = polygamma(0.7, 1.0)
    assert program(1.0) == known
    assert math.isnan(program(order))
    assert repr(program.map([1.0, order])) == repr([known, math.nan])
    for run in (program.backward, lambda n: program.map_backward([1.0, n])):
        w.grad = 0.0
        assert math.isnan(run(order))
        assert math.isnan(w.grad)


@pytest.mark.parametrize("arrays", [False, True])
def test_clip_between_bounds_that_are_values_replays_wherever_these_lie(arrays):
    bounds = [Value(0.0), Value(0.0)]
    program = record(lambda x: 3.0 * autograd.clip(x, *bounds), 0.5, arrays=arrays)
    points = [-math.inf, -1.0, -0.5, 0.0, 0.5, 1.0, math.inf, math.nan]
    for x, *numbers in itertools.product(points, repeat=3):
        for bound, number in zip(bounds, numbers, strict=True):
            bound.data, bound.grad = number, 0.0
        value, slopes = eager(lambda x: 3.0 * autograd.clip(x, *bounds), [x])
        wanted = [value, *slopes, *(bound.grad for bound in bounds)]
        for run in (program.backward, lambda x: program.map_backward([x])):
            for bound in bounds:
                bound.grad = 0.0
            found = [run(x), *program.value_and_grad(x)[1], *(bound.grad for bound in bounds)]
            assert all(same(a, b) for a, b in zip(found, wanted, strict=True)), (x, numbers, found, wanted)


@pytest.mark.parametrize("name", ["softmax_entry", "cross_entropy"])
@pytest.mark.parametrize("entry", [-1.0, 0.5, Value(1.0)], ids=["below 0", "between two", "a parameter"])
def test_an_entry_of_a_list_is_recorded_only_as_a_plain_whole_number(name, entry):
    with pytest.raises(ValueError, match=f"the number of an entry, a constant, and all entries for {name}"):
        record(lambda x, y: OPERATIONS[name](entry, x, y), 1.0, 2.0)


SMOOTH = [
    "add",
    "sub",
    "mul",
    "div",
    "neg",
    "square",
    "tanh",
    "sin",
    "exp",
    "sigmoid",
    "softplus",
    "gelu",
    "hypot",
    "maximum",
]


def graph(steps):
    """A function of two arguments and two parameters: each step applies a row to results so far."""
    parameters = [Value(0.7, label="p"), Value(-1.3, label="q")]

    def f(x, y):
        results = [x, y, *parameters]
        for name, i, j in steps:
            row = OPERATIONS[name]
            operands = (results[i % len(results)], results[j % len(results)])
            results.append(row(*operands[: len(row.derivatives)]))
        return sum(results)

    return f, parameters


STEPS = st.lists(st.tuples(st.sampled_from(SMOOTH), st.integers(0, 30), st.integers(0, 30)), min_size=1, max_size=25)


@given(STEPS, st.floats(-3, 3), st.floats(-3, 3))
@settings(deadline=None, max_examples=60)
def test_random_graphs_agree_with_the_engine_to_the_bit(steps, x, y):
    f, parameters = graph(steps)
    program = record(f, 0.4, -0.9)
    leaves = [Value(x), Value(y)]
    root = f(*leaves)
    root.backward()
    expected = [v.grad for v in (*leaves, *parameters)]
    for p in parameters:
        p.grad = 0.0
    value, slopes = program.value_and_grad(x, y)
    program.backward(x, y)
    assert same(value, root.data)
    for found, wanted in zip([*slopes, *(p.grad for p in parameters)], expected, strict=True):
        assert same(found, wanted)


def test_a_graph_without_fused_sums_replays_to_the_bit():
    w, b = Value(0.31, label="w"), Value(-1.7, label="b")

    def f(x, y):
        h = w * x + b * y
        return autograd.tanh(h) / (1.0 + h * h) + (h - x) ** 3 * w - y**b

    program = record(f, 1.0, 2.0)
    for x, y in [(0.1, 0.2), (-3.0, 4.0), (7.5, 1e-3)]:
        value, gradient = eager(f, [x, y])
        outside = (w.grad, b.grad)
        w.grad = b.grad = 0.0
        assert program.value_and_grad(x, y) == (value, tuple(gradient))
        assert program.backward(x, y) == value
        assert (w.grad, b.grad) == outside
        w.grad = b.grad = 0.0


def test_parameters_are_the_leaves_f_met_and_are_read_live():
    w, unused = Value(2.0, label="w"), Value(5.0)
    program = record(lambda x: w * x + 3.0, 1.0)
    assert program.parameters == [w]
    w.data = 10.0
    assert program(4.0) == 43.0
    program.backward(4.0)
    program.backward(4.0)
    assert (w.grad, unused.grad) == (8.0, 0.0)


def test_parameters_keep_their_order_whichever_path_ran_last(tmp_path):
    a, b, c = Value(2.0), Value(3.0), Value(5.0)
    program = record(lambda x: a * x + b if x > 0.0 else c * x + b if x > -2.0 else b * a, 1.0)
    orders = []
    for x in (1.0, -1.0, -3.0, 1.0):
        program(x)
        orders.append(program.parameters)
    assert orders == [[a, b], [a, b, c], [a, b, c], [a, b, c]]
    program.save(tmp_path / "program.json")
    assert [p.data for p in Program.load(tmp_path / "program.json").parameters] == [2.0, 3.0, 5.0]


def test_parameters_of_a_path_that_was_dropped_keep_their_places():
    weights = [Value(float(i)) for i in range(40)]
    program = record(lambda x: weights[sum(x > i for i in range(39))] * x, -1.0)
    for i in range(40):
        program(i - 0.5)
    assert "32 recorded path" in repr(program)
    assert program.parameters == weights


@pytest.mark.parametrize("duplicate", [copy.copy, copy.deepcopy, pickle.dumps])
def test_a_program_is_not_copied_and_says_what_to_do_instead(duplicate):
    with pytest.raises(TypeError, match=r"neither copied nor pickled: program\.save\(path\) .* Program\.load\(path\)"):
        duplicate(record(abs, 1.0))


def test_nodes_made_before_recording_are_part_of_the_program():
    w = Value(3.0)
    square = w * w
    program = record(lambda x: square * x, 1.0)
    w.data = 5.0
    assert program(2.0) == 50.0
    program.backward(2.0)
    assert w.grad == 20.0


def test_arguments_and_results_may_be_nested():
    def f(x, options):
        return {"sum": x[0] + x[1][0], "pair": (x[0] * options["k"], 7.0)}

    program = record(f, [1.0, [2.0]], {"k": 3})
    assert program([4.0, [5.0]], {"k": 2}) == {"sum": 9.0, "pair": (8.0, 7.0)}
    with pytest.raises(TypeError, match="returns one Value"):
        program.backward([4.0, [5.0]], {"k": 2})


def test_gradients_mirror_their_arguments():
    program = record(lambda x, k: x[0] * x[1]["b"] * k, [2.0, {"b": 3.0}], 5.0)
    assert program.value_and_grad([1.0, {"b": 4.0}], 2.0) == (8.0, ([8.0, {"b": 2.0}], 4.0))


@pytest.mark.parametrize(
    ("args", "message"),
    [
        ((1.0,), "takes 2 arguments"),
        (([1.0], 2.0), "list"),
        (([1.0, "a"], 2.0), "number"),
        (([1.0, Value(1.0)], 2.0), "Value"),
    ],
)
def test_wrong_arguments_are_named(args, message):
    program = record(lambda x, k: x[0] * x[1] * k, [2.0, 3.0], 5.0)
    with pytest.raises(TypeError, match=message):
        program(*args)


def test_a_constant_result_and_an_argument_itself_are_programs_too():
    assert record(lambda x: 3, 1.0)(5.0) == 3
    assert record(lambda x: x, 1.0).value_and_grad(5.0) == (5.0, (1.0,))
    w = Value(2.0)
    program = record(lambda x: w, 1.0)
    assert program.backward(0.0) == 2.0
    assert w.grad == 1.0


def test_comparisons_are_guards_and_every_path_is_recorded_once():
    calls = []

    def f(x):
        calls.append(x)
        return x * x if x > 1.0 else -x

    program = record(f, 3.0)
    assert [program(x) for x in (2.0, 0.5, 4.0, 0.25, -1.0)] == [4.0, -0.5, 16.0, -0.25, 1.0]
    assert len(calls) == 2
    assert program.value_and_grad(0.5) == (-0.5, (-1.0,))


@pytest.mark.parametrize("kind", ["<", "<=", ">", ">=", "bool"])
@pytest.mark.parametrize("point", [-1.0, -0.0, 0.0, 1.0, math.nan, math.inf])
@pytest.mark.parametrize("example", [-1.0, 0.0, 1.0])
def test_every_comparison_guards(kind, point, example):
    questions = {
        "<": lambda x: x < 0,
        "<=": lambda x: x <= 0,
        ">": lambda x: x > 0,
        ">=": lambda x: x >= 0,
        "bool": bool,
    }
    ask = questions[kind]
    program = record(lambda x: x * 2.0 if ask(x) else x * 3.0, example)
    assert same(program(point), point * (2.0 if ask(point) else 3.0))


def test_the_number_of_recorded_paths_is_bounded():
    program = record(lambda x: x * sum(1.0 for i in range(100) if x > i), 0.5)
    for i in range(100):
        assert program(i + 0.5) == (i + 0.5) * (i + 1)
    assert "32 recorded path" in repr(program)


def test_a_batch_that_leaves_its_path_is_refused_whole():
    w = Value(1.0)
    program = record(lambda x: w * x if x > 0.0 else w, 1.0)
    for run in (program.map, program.map_backward):
        with pytest.raises(BranchChanged, match=r">.*test_program.py:\d+.*rows 1, 3 .*maximum"):
            run([1.0, -1.0, 2.0, -2.0])
    assert w.grad == 0.0


def test_check_finds_what_a_recording_cannot_see():
    hidden = [1.0]
    fine = record(lambda x: autograd.tanh(x) * 2.0, 1.0)
    fine.check(0.3)
    fine.check(math.nan)
    for blind in (lambda x: x * x.data, lambda x: x * x.detach(), lambda x: x * hidden[0]):
        program = record(blind, 1.0)
        program.check(1.0)
        hidden[0] += 1.0
        with pytest.raises(ValueError, match=r"number 0 of the result is 3\.0 replayed and .* from the function"):
            program.check(3.0)
        hidden[0] = 1.0
    for recorded, now in itertools.permutations((2.0, math.nan, math.inf, -math.inf), 2):
        hidden[0] = recorded
        program = record(lambda x: x * hidden[0], 1.0)
        program.check(1.0)
        hidden[0] = now
        with pytest.raises(ValueError, match=f"{recorded} replayed and {now} from the function"):
            program.check(1.0)


def test_check_takes_what_the_program_takes():
    numpy = pytest.importorskip("numpy")
    program = record(lambda x, k: x[0] * x[1].data * k, [1.0, 2.0], 3.0)
    program.check(numpy.array([4.0, 2.0]), numpy.float32(5.0))
    with pytest.raises(ValueError, match=r"number 0 of the result is 8\.0 replayed and 20\.0 from the function"):
        program.check(numpy.array([4.0, 5.0]), 1)
    with pytest.raises(TypeError, match="takes 2 arguments, got 1"):
        program.check([4.0, 2.0])
    with pytest.raises(TypeError, match=r"args\[0\] should be a list of 2"):
        program.check([4.0], 1.0)


def test_check_names_a_structure_that_depends_on_what_was_read():
    program = record(lambda x: {"all": [x] * int(x.data)}, 2.0)
    program.check(2.5)
    with pytest.raises(
        ValueError, match=r"the result\['all'\] should be a list of 2, got list .* on a number that was"
    ):
        program.check(3.0)


def test_check_says_that_a_difference_may_be_the_rounding_of_terms_that_cancel():
    program = record(autograd.total, [1.0, 2.0, 3.0], arrays=False)  # rounded once there, after every addition here
    with pytest.raises(ValueError, match=r"5\.55\d*e-17 replayed and 2\.77\d*e-17 .* or large terms cancel in it"):
        program.check([0.1, 0.2, -0.3])


@pytest.fixture
def alone(monkeypatch):
    """No other thread could be the one that draws, whatever threads other tests have left behind."""
    monkeypatch.setattr("threading.active_count", lambda: 1)


def test_draws_of_numpy_are_warned_about(alone):
    numpy = pytest.importorskip("numpy")
    with pytest.warns(RuntimeWarning, match="random"):
        record(lambda x: x * numpy.random.standard_normal(), 1.0)


def test_draws_of_any_generator_that_numpy_is_set_to_are_warned_about(alone):
    numpy = pytest.importorskip("numpy")
    before = numpy.random.get_bit_generator()
    numpy.random.set_bit_generator(numpy.random.PCG64(3))
    try:
        with pytest.warns(RuntimeWarning, match="random"):
            record(lambda x: x * numpy.random.standard_normal(), 1.0)
        with warnings.catch_warnings():
            warnings.simplefilter("error")
            record(lambda x: x * 2.0, 1.0)
    finally:
        numpy.random.set_bit_generator(before)


def test_standard_output_has_all_it_has_while_recording(capfd):
    def f(x):
        sys.stdout.buffer.write(sys.stdout.encoding.encode())
        return x * x

    wanted = sys.stdout.encoding
    assert record(f, 3.0)(2.0) == 4.0
    sys.stdout.flush()
    assert capfd.readouterr().out == wanted


def test_prints_are_passed_on_and_warned_about(capsys):
    def f(x):
        print("here", x.data)
        return x * x

    with pytest.warns(RuntimeWarning, match="printed"):
        program = record(f, 3.0)
    assert program(2.0) == 4.0
    assert capsys.readouterr().out == "here 3.0\n"


def test_what_is_flushed_while_recording_is_flushed(monkeypatch):
    class Stream(io.StringIO):
        flushed = 0

        def flush(self):
            self.flushed += 1

    def f(x):
        print("here", flush=True)
        return x * x

    monkeypatch.setattr("sys.stdout", stream := Stream())
    with pytest.warns(RuntimeWarning, match="printed"):
        record(f, 3.0)
    assert (stream.getvalue(), stream.flushed) == ("here\n", 1)


def test_recording_where_there_is_no_standard_output(monkeypatch):
    monkeypatch.setattr("sys.stdout", None)

    def f(x):
        print("lost", flush=True)
        return x * x

    with pytest.warns(RuntimeWarning, match="printed"):
        assert record(f, 3.0)(2.0) == 4.0


def test_random_draws_are_warned_about_once_recorded():
    with pytest.warns(RuntimeWarning, match="random") as heard:
        program = record(lambda x: x * random.random(), 1.0)
    assert [warning.filename for warning in heard] == [__file__]  # where record was called
    assert program(2.0) == program(2.0)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        record(lambda x: x * 2.0, 1.0)


@pytest.mark.parametrize("ask", [lambda x: x == 1.0, lambda x: x in (1, -1), lambda x: (x * 2.0) != 2])
def test_comparing_with_a_number_by_identity_is_warned_about(ask):
    with pytest.warns(RuntimeWarning, match="always False") as heard:
        record(lambda x: x * 2.0 if ask(x) else x, 1.0)
    assert {warning.filename for warning in heard} == {__file__}


def test_labels_become_names_and_the_source_shows_both_passes():
    w, b = Value(0.5, label="w"), Value(-1.0, label="b")

    def f(x):
        h = w * x + b
        h.label = "h"
        return autograd.tanh(h)

    source = record(f, 1.0).source
    assert "def value(x, parameters):\n    w, b = parameters\n" in source
    assert "h = " in source
    assert source.count("# backward: ") == 1
    assert "    # backward: d_x is the derivative of the result towards x\n    d_h = sech2(h)\n    d_x = " in source
    compile(source, "source", "exec")


HOSTILE = [
    "import",
    "x\nimport os",
    "__import__('os').system('true')",
    "exec",
    "a b",
    "é",
    "None",
    "parameters",
    "tanh",
    "v1",
    "d_x",
    "0x",
    "a" * 500,
    "match",
    "inf",
    "value",
    "__class__",
    "\u202e",
]


def test_no_label_gets_into_the_source_unchecked():
    leaves = [Value(float(i + 1), label=label) for i, label in enumerate([*HOSTILE, *HOSTILE])]
    program = record(lambda x: autograd.tanh(autograd.total(leaves) * x), 0.01)
    assert program(0.002) == pytest.approx(math.tanh(0.002 * sum(leaf.data for leaf in leaves)))
    assert program.source.isascii()
    tree = list(ast.walk(ast.parse(program.source)))
    assert not [node for node in tree if isinstance(node, ast.Import | ast.ImportFrom | ast.Attribute)]
    assert {node.func.id for node in tree if isinstance(node, ast.Call)} == {"tanh", "sech2"}


@given(st.lists(st.text(max_size=12), min_size=1, max_size=8))
@settings(deadline=None, max_examples=50)
def test_any_labels_give_a_program_that_works(labels):
    leaves = [Value(float(i), label=label) for i, label in enumerate(labels)]
    program = record(lambda x: autograd.dot(leaves, range(len(leaves))) * x, 1.0)
    assert program(2.0) == 2.0 * sum(i * i for i in range(len(leaves)))


def test_operations_of_ones_own_replay_whatever_they_are_called():
    @operation(lambda a, y: 3.0 * (a * a), name="square")
    def cube(x):
        return x**3

    @operation(numeric=True, name="import os")
    def bent(x):
        return math.sin(x)

    def f(x):
        return cube(x) + 2.0 * bent(x)

    program = record(f, 1.0)
    value, gradient = eager(f, [0.7])
    assert program.value_and_grad(0.7) == (value, tuple(gradient))
    assert "import" not in program.source.replace("import_os", "")


def test_an_exception_in_ones_own_operation_leaves_gradients_alone():
    @operation(lambda a, y: 1.0)
    def fragile(x):
        if x > 5.0:
            raise KeyError("too large")
        return x

    w = Value(1.0)
    program = record(lambda x: fragile(w * x), 1.0)
    with pytest.raises(KeyError, match="too large"):
        program.backward(10.0)
    assert w.grad == 0.0


def test_a_thousand_logits_and_a_hundred_thousand_terms():
    xs = [Value(0.001 * i) for i in range(1000)]
    program = record(lambda: autograd.cross_entropy(xs[:60], 3) + autograd.dot(xs, xs))
    value = autograd.cross_entropy(xs[:60], 3) + autograd.dot(xs, xs)
    value.backward()
    expected = [x.grad for x in xs]
    for x in xs:
        x.grad = 0.0
    assert program.backward() == pytest.approx(value.data, rel=1e-13)
    assert [x.grad for x in xs] == pytest.approx(expected, rel=1e-12)


def test_a_deep_chain_replays():
    a, b = Value(0.999, label="a"), Value(0.001, label="b")

    def f(x):
        for _ in range(3000):
            x = x * a + b
        return x

    program = record(f, 0.5)
    value, (slope,) = eager(f, [0.25])
    assert program.value_and_grad(0.25) == (value, (slope,))


def test_map_runs_each_example():
    program = record(lambda x, y: [x[0] * y, x[1]], [1.0, 2.0], 3.0, arrays=False)
    assert program.map([[1.0, 2.0], [3.0, 4.0]], [10.0, 20.0]) == [[10.0, 2.0], [60.0, 4.0]]


@pytest.mark.parametrize("reduce", ["mean", "sum"])
def test_map_backward_is_the_gradient_of_the_mean_or_the_sum(reduce):
    w, b = Value(0.5), Value(-0.2)

    def f(x, y):
        scale = autograd.softplus(w)  # the same for all examples
        return (autograd.tanh(scale * x + b) - y) ** 2 + 0.1 * (w * w) + 0.0 * x

    xs, ys = [0.1, -0.4, 1.2, 2.0], [0.0, 1.0, -1.0, 0.5]
    root = sum(f(x, y) for x, y in zip(xs, ys, strict=True)) / (4.0 if reduce == "mean" else 1.0)
    root.backward()
    expected = (w.grad, b.grad)
    w.grad = b.grad = 0.0
    value = record(f, 0.0, 0.0, arrays=False).map_backward(xs, ys, reduce=reduce)
    assert value == pytest.approx(root.data, rel=1e-13)
    assert (w.grad, b.grad) == pytest.approx(expected, rel=1e-13)


def test_map_backward_of_what_does_not_depend_on_the_example():
    w = Value(3.0)
    program = record(lambda x: w * w, 0.0, arrays=False)
    assert program.map_backward([1.0, 2.0], reduce="sum") == 18.0
    assert w.grad == 12.0
    assert program.map_backward([1.0, 2.0, 3.0]) == pytest.approx(9.0)


@pytest.mark.parametrize("columns", [([],), ([1.0], [1.0, 2.0])])
def test_columns_have_one_length_and_something_in_them(columns):
    program = record(lambda *xs: autograd.total(xs), *(0.0 for _ in columns))
    with pytest.raises(ValueError, match="columns of one length, at least 1"):
        program.map(*columns)


@pytest.mark.parametrize("column", [3, 2.5, None])
def test_a_column_is_a_list(column):
    program = record(lambda x, y: x * y, 1.0, 2.0)
    for batch in (program.map, program.map_backward):
        with pytest.raises(TypeError, match=rf"column 1 of a batch holds that argument of every .*, got {column}"):
            batch([1.0], column)


def test_values_among_the_arguments_are_told_what_becomes_of_values():
    program = record(lambda x: x * x, 1.0)
    for run in (program, lambda x: record(lambda x: x * x, x), lambda x: program.map([x])):
        with pytest.raises(TypeError, match=r"are plain numbers, got Value .*3\.0.*: pass its \.data\. .*parameter"):
            run(Value(3.0))


def test_reduce_is_mean_or_sum():
    with pytest.raises(ValueError, match='"mean" or "sum", got \'max\''):
        record(lambda x: x * 1.0, 0.0).map_backward([1.0], reduce="max")


def test_where_python_raises_the_careful_source_answers():
    w = Value(0.0)
    program = record(lambda x: autograd.exp(x) / w, 1.0)
    assert program(1000.0) == math.inf
    assert program.map([1000.0, 1.0]) == [math.inf, math.inf]
    value, (slope,) = program.value_and_grad(-1000.0)
    assert same(value, math.nan)
    assert same(slope, math.nan)


def test_recording_leaves_the_values_it_met_alone():
    w = Value(2.0, label="w")
    before = copy.copy(w)
    record(lambda x: w * x, 1.0).value_and_grad(3.0)
    assert (w.data, w.grad, w.label) == (before.data, before.grad, before.label)


def test_a_tape_shortens_only_what_is_exact():
    tape = Tape()
    x, one, minus, zero = tape.argument("x"), tape.constant(1.0), tape.constant(-1.0), tape.constant(0.0)
    mul, div, power = (OPERATIONS[name] for name in ("mul", "div", "pow"))
    assert tape.emit(mul, (x, one)) == tape.emit(div, (x, one)) == tape.emit(power, (x, one)) == x
    assert tape.instructions == []
    tape.emit(mul, (minus, x))
    assert [i.row.name for i in tape.instructions] == ["neg"]
    assert tape.emit(mul, (x, zero)) not in tape.constants  # 0·inf is nan
    assert tape.constant(-0.0) != zero
    assert tape.constants[tape.emit(mul, (minus, minus))] == 1.0


def test_a_tape_emits_an_instruction_once_whether_it_was_emitted_or_appended_before():
    tape, mul, div = Tape(), OPERATIONS["mul"], OPERATIONS["div"]
    x, y = tape.argument("x"), tape.parameter("y")
    product, quotient = tape.emit(mul, (x, y)), tape.append(div, (x, y))
    assert (tape.emit(mul, (x, y)), tape.emit(div, (x, y))) == (product, quotient)
    assert (tape.emit(mul, (x, y)), tape.emit(div, (x, y))) == (product, quotient)
    assert [i.result for i in tape.instructions] == [product, quotient]
    assert tape.varying == {x, product, quotient}


def test_sums_in_the_backward_pass_are_added_in_the_engines_order():
    assert sum_of_products(1.0, 1e16, -1e16, 1.0, 1.0, 1.0) == (1.0 + 1e16) - 1e16


def test_a_sum_has_its_ones_and_signs_but_no_zeros():
    program = record(lambda x: autograd.total([x, 1.0, 0.0, -1.0, 3.0]), 5.0, arrays=False)
    assert program.source.startswith("def value(x, parameters):\n    v1 = x + 1.0 - 1.0 + 3.0\n    return v1\n")
    assert program(7.0) == 10.0
    mean = record(lambda x: autograd.mean([x, 0.0, 1.0, -x]), 5.0, arrays=False)
    assert mean.value_and_grad(7.0) == (0.25, (0.0,))


def test_two_operations_of_one_name_stay_apart_in_the_source():
    @operation(lambda a, y: 2.0 * a, name="mine")
    def squared(x):
        return x * x

    @operation(lambda a, y: 3.0, name="mine")
    def tripled(x):
        return 3.0 * x

    program = record(lambda x: squared(x) - tripled(x), 1.0)
    assert program.value_and_grad(5.0) == (10.0, (7.0,))
    assert "mine_2(x)" in program.source


@pytest.mark.parametrize(("x", "value", "slope"), [(2.0, math.inf, math.inf), (-1.0, -math.inf, math.inf)])
def test_a_division_by_the_constant_zero_replays_as_ieee_754_divides(x, value, slope):
    assert record(lambda x: x / 0.0, 1.0).value_and_grad(x) == (value, (slope,))


def test_a_comparison_that_nothing_comes_after_is_a_guard_too():
    def f(x):
        y = 3.0 * x
        return y if y > 0.0 else -y

    program = record(f, 1.0)
    lines = program.source.split("\n\n")[0].splitlines()
    assert [line.split()[0] for line in lines[-2:]] == ["if", "return"]
    assert [program(x) for x in (2.0, -2.0)] == [6.0, 6.0]
    assert "2 recorded path(s)" in repr(program)


def test_a_callable_without_a_signature_has_arguments_with_numbers_for_names():
    program = record(max, 1.0, 2.0)
    assert program.source.startswith("def value(x0, x1, parameters):")
    assert [program(4.0, 3.0), program(3.0, 4.0)] == [4.0, 4.0]


def test_arguments_that_a_function_does_not_take_are_a_type_error():
    with pytest.raises(TypeError, match="too many positional arguments"):
        record(lambda x: x, 1.0, 2.0)


def test_comparing_with_what_is_no_number_is_nothing_to_warn_about():
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        program = record(lambda x: x if x == "linear" or x is None else 2.0 * x, 1.0)
    assert program(3.0) == 6.0


def test_draws_are_warned_about_where_numpy_was_never_loaded(monkeypatch):
    for module in ("numpy", "numpy.random"):
        monkeypatch.delitem(sys.modules, module, raising=False)
    with pytest.warns(RuntimeWarning, match="drew random numbers"):
        record(lambda x: x * random.random(), 1.0)


def test_a_hook_on_a_parameter_is_warned_about_and_strictly_refused(recwarn):
    w = Value(2.0)
    assert record(lambda x: x * w, 1.0, strict=True)(3.0) == 6.0
    assert not recwarn.list
    w._backward = lambda: None
    with pytest.warns(RuntimeWarning, match="a parameter has a closure of its own") as told:
        assert record(lambda x: x * w, 1.0)(3.0) == 6.0
    assert told[0].filename == __file__
    with pytest.raises(ValueError, match="a parameter has a closure of its own"):
        record(lambda x: x * w, 1.0, strict=True)


def test_the_source_of_several_results_is_that_of_their_values():
    source = record(lambda x: (x + 1.0, x * 2.0), 1.0).source
    assert source.startswith("def value(x, parameters):")
    assert "def gradients" not in source


def test_a_loaded_program_has_nothing_to_be_checked_against(tmp_path):
    record(lambda x: x * 2.0, 1.0).save(tmp_path / "program.json")
    with pytest.raises(TypeError, match="a loaded program has no function to compare with"):
        Program.load(tmp_path / "program.json").check(1.0)


def test_a_comparison_of_what_is_equal_up_to_rounding_is_named_not_recorded_for_ever():
    runs = []

    def f(xs):
        runs.append(xs)
        return (
            2 * xs[0] if autograd.total(xs) >= 1.0 else xs[0]
        )  # rounded once: 1.0. Added from left to right: 1 − 2⁻⁵³

    program = record(f, [0.1] * 10, arrays=False)
    with pytest.raises(BranchChanged, match=r"the comparison >= at test_program\.py:\d+ .* equal up to rounding"):
        program([0.1] * 10)
    assert len(runs) == 2
    assert program([0.2] * 10) == 0.4
    assert "1 recorded path" in repr(program)


@pytest.mark.parametrize("run", [lambda p: p.backward(2.0), lambda p: p.map_backward([2.0, 3.0])])
def test_a_grad_that_is_no_number_is_named_and_no_other_is_changed(run):
    a, b = Value(2.0), Value(3.0, label="b")
    program = record(lambda x: a * x + b, 1.0)
    b.grad = None
    with pytest.raises(TypeError, match="the grad of the Value 'b' is NoneType None, not a number"):
        run(program)
    assert (a.grad, b.grad) == (0.0, None)


@pytest.mark.parametrize("arrays", [False, True])
@pytest.mark.parametrize("data", [Value(5.0), None, "5"])
def test_data_overwritten_by_what_is_no_number_is_named(data, arrays):
    a, b = Value(2.0), Value(3.0, label="b")
    program = record(lambda x: a * x + b, 1.0, arrays=arrays)
    b.data = data
    for run in (program, program.backward, program.value_and_grad):
        with pytest.raises(TypeError, match=r"the data of the Value 'b' is .*, not a number: was it assigned"):
            run(2.0)
    with pytest.raises(TypeError, match="the data of the Value 'b'"):
        program.map([2.0])
    assert a.grad == 0.0


def test_leaves_that_derivatives_make_for_themselves_are_no_parameters():
    w = Value(3.0)
    constant_slope = record(lambda x: grad(lambda t: 3.0 * t)(x), 2.0)
    assert (constant_slope.parameters, constant_slope(5.0)) == ([], 3.0)
    at_a_number = record(lambda: grad(lambda t: w * t * t)(2.0))
    assert at_a_number.parameters == [w]
    at_a_number.backward()
    assert w.grad == 4.0
    for slope in (lambda: jvp(lambda t: t * 2.0, (w,), (1.0,))[1], lambda: hvp(lambda t: w * t * t, (2.0,), (1.0,))[0]):
        assert set(record(slope).parameters) <= {w}


def test_the_derivative_towards_an_argument_that_plays_no_part_is_zero():
    program = record(lambda x, z: x * x, 1.0, 2.0)
    assert program.source.rstrip().endswith("return (v1, (d_x, 0.0))")


def test_a_derivative_towards_several_slots_is_called_after_the_one_with_a_label():
    w, b = Value(2.0, "w"), Value(3.0, "b")
    assert "d_b = 2.0 * v2" in record(lambda x: (x * w + b) ** 2, 1.0).source


@pytest.mark.parametrize("arrays", [False, True])
def test_formulas_for_floats_only_get_all_arguments_and_the_result(arrays):
    @operation(lambda a, b, y: y / a, lambda a, b, y: a * math.sinh(b), numeric=True)
    def stretched(a, b):
        return a * math.cosh(b)

    u, v = Value(0.7), Value(1.3)
    program = record(lambda x: stretched(u * x, v), 1.0, arrays=arrays)
    program.backward(2.0)
    found = u.grad, v.grad
    u.grad = v.grad = 0.0
    stretched(u * 2.0, v).backward()
    assert found == pytest.approx((u.grad, v.grad), rel=1e-15)
    assert v.grad == pytest.approx(1.4 * math.sinh(1.3))


def test_a_guard_stands_where_its_numbers_are_known():
    def f(x):
        y = x * 2.0
        return autograd.tanh(y) * 3.0 if y > 1.0 else y

    lines = [line.strip() for line in record(f, 1.0).source.splitlines()]
    assert lines[1:4] == ["v1 = x * 2.0", "if not (v1 > 1.0): raise BranchTaken(0)", "v2 = tanh(v1)"]


def test_lines_of_source_are_broken_beyond_110_characters():
    fits = "total = " + " + ".join(["a" * 16] * 5 + ["b" * 7])
    assert len(fits) == 110
    assert list(folded([fits])) == [fits]
    first, second = folded([fits + "b"])
    assert (first + second).replace(" ", "") == (fits + "b").replace(" ", "").replace("=", "=(") + ")"
    assert [*folded(["total = " + "a" * 120])] == ["total = (" + "a" * 120 + ")"]
    assert not any(line.endswith("-") for line in folded(["total = " + " + ".join(["well-known"] * 30)]))


@pytest.mark.parametrize("depth", range(3))
def test_lines_are_broken_inside_parentheses_only_wherever_the_width_falls(depth):
    frames = [f"{'    ' * level}if x:" for level in range(depth)]
    for count in range(2, 60):
        names = ", ".join(f"x{i}" for i in range(count))
        lines = (
            f"for (({names}), ({names})) in examples: pass",
            f"if not ({'a' * count} > {'b' * count}): raise BranchTaken(17)",
            f"def value({names}, parameters): pass",
            f"return ({names}, (a, b))",
            f"{names} = parameters",
            f"{names}, _ = softmax(({names}, a))",
        )
        for line in lines:
            ast.parse("\n".join([*frames, *folded([f"{'    ' * depth}{line}"])]))


def test_a_program_of_wide_examples_and_long_names_runs_as_source():
    def f(xs, ys):
        first, last = xs[0] * ys[0], xs[-1]
        first.label, last.label = "a" * 40, "b" * 40
        return first + last if first < last else autograd.dot(xs, ys)

    for count in range(30, 60):
        example = [float(i + 1) for i in range(count)]
        program = record(f, example, example, arrays=False)
        assert program.map([example] * 2, [example] * 2) == [float(count + 1)] * 2
        compile(program.source, "source", "exec")


@pytest.mark.skipif(native.extension is not None, reason="native: the machine is asked instead of source, and oftener")
def test_arrays_are_taken_from_fifty_like_operations_on(monkeypatch):
    path = record(lambda x: autograd.total([autograd.tanh(x * (i + 1.0)) for i in range(60)]), 0.5)._paths[0]
    assert [path.prefers_arrays(VALUE), path.prefers_arrays(VALUE, 2)] == [False, True]
    monkeypatch.setattr("autograd.programs.trace.like_operations", lambda work: 12.5)
    path._enough.clear()
    assert [path.prefers_arrays(VALUE, count) for count in (3, 4)] == [False, True]
