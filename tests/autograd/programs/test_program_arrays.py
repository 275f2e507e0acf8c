"""Recorded programs on arrays: every row, batches, matrix products, and other array namespaces."""

import array
import itertools
import math
import random
import re
import sys
from concurrent.futures import ThreadPoolExecutor
from fractions import Fraction
from types import SimpleNamespace

import numpy as np
import pytest
import scipy.special
from hypothesis import given, settings
from hypothesis import strategies as st

import autograd
from autograd import OPERATIONS, BranchChanged, Value, native, record
from autograd.numerics.arrays import ARRAYS, DIRECT
from autograd.programs.columns import Batch, one_per_example, side_by_side
from autograd.programs.kinds import MAP_GRADIENTS, MAP_VALUES, PARAMETER_GRADIENTS
from autograd.programs.on_arrays import numpy_run
from autograd.programs.on_arrays.bound import dot, pick
from autograd.programs.on_arrays.grouping import products, spread, widened
from autograd.programs.on_arrays.numpy_run import ArrayRun
from autograd.programs.on_arrays.plan import grid, nested_shape, planned, view
from autograd.programs.program import Program
from nn import MLP

AWKWARD = [0.0, -0.0, 1.0, -1.0, 0.3, -0.7, 2.5, 19.5, -19.0, 38.0, -38.0, 341.0, -341.0, -700.5, -746.0, 1e-300, 1e300]
AWKWARD += [-1e300, 1.7e308, 5e-324, 28.5, -3.0, 3.0, 6.0, math.inf, -math.inf, math.nan]
FIXED = [row for row in OPERATIONS.values() if not row.variadic]


def close(found, wanted, tolerance=1e-12):
    """Both nan, equal, or within the tolerance; subnormal numbers absolutely."""
    if wanted != wanted or found != found:
        return wanted != wanted and found != found
    return math.isclose(found, wanted, rel_tol=tolerance, abs_tol=1e-307)


def points(row):
    """Arguments for a row: all awkward pairs, a part of the triples."""
    count = len(row.derivatives)
    if row.name == "power_partial":
        return [(a, b, *order) for a in AWKWARD for b in AWKWARD for order in ((1.0, 0.0), (0.0, 1.0))]
    if row.name in ("polygamma", "sinc"):
        return [(a, n) for a in AWKWARD for n in (0.0, 1.0)]
    return list(itertools.product(AWKWARD[:: [1, 1, 3, 5][count - 1]], repeat=count))


@pytest.mark.parametrize("row", FIXED, ids=lambda row: row.name)
def test_every_row_has_the_conventions_of_the_engine_on_arrays(row):
    args = points(row)
    numbers = len(row.derivatives)
    orders = {"power_partial": 2, "polygamma": 1, "sinc": 1}.get(row.name, 0)
    for order in dict.fromkeys(a[numbers - orders :] for a in args):
        chosen = [a for a in args if a[numbers - orders :] == order]
        free = numbers - orders
        program = record(lambda *xs, order=order: row(*xs, *order), *[0.5] * free, arrays=True)
        run = ArrayRun(planned(program._paths[0].work(MAP_VALUES)), len(chosen))  # what no fallback has touched
        found = run([], np.array([a[:free] for a in chosen]).T)[0][0]
        for x, y, a in zip(found.tolist(), [row.forward(*a) for a in chosen], chosen, strict=True):
            assert close(x, y), (a, x, y)


def test_the_rows_with_array_forms_are_rows_of_the_table():
    assert {*ARRAYS, *DIRECT} <= {*OPERATIONS}


@pytest.mark.parametrize("row", FIXED, ids=lambda row: row.name)
def test_gradients_on_arrays_are_the_engines(row):
    numbers = len(row.derivatives)
    orders = {"power_partial": (1.0, 0.0), "polygamma": (1.0,), "sinc": (1.0,)}.get(row.name, ())
    free = numbers - len(orders)
    w = [Value(0.3 + 0.2 * i) for i in range(free)]

    def f(*xs):
        return row(*(a * x for a, x in zip(w, xs, strict=True)), *orders)

    columns = [[1.0, -0.5, 2.0, 0.0][i:] + [1.0, -0.5, 2.0, 0.0][:i] for i in range(free)]
    expected = []
    for example in zip(*columns, strict=True):
        for leaf in w:
            leaf.grad = 0.0
        f(*example).backward()
        expected.append([leaf.grad for leaf in w])
    for leaf in w:
        leaf.grad = 0.0
    program = record(f, *(column[0] for column in columns), arrays=True)
    program.map_backward(*columns, reduce="sum")
    for i, leaf in enumerate(w):
        wanted = [e[i] for e in expected]
        assert close(leaf.grad, sum(wanted[1:], wanted[0]), 1e-11), (wanted, leaf.grad)


@pytest.mark.parametrize("lengths", [(3,), (1, 2, 3, 4)])
@pytest.mark.parametrize("special", [None, math.inf, -math.inf, math.nan])
@pytest.mark.parametrize("batch", [False, True])
def test_softmax_and_its_kind_in_rows_of_several_lengths(lengths, special, batch):
    def f(x):
        rows = [[x[i] * (1.0 + 0.3 * j) + j for j in range(n)] for i, n in enumerate(lengths)]
        parts = [autograd.logsumexp(row) + autograd.cross_entropy(row, len(row) - 1) for row in rows]
        return autograd.total(parts) + autograd.total(autograd.softmax(row)[0] * (i + 1) for i, row in enumerate(rows))

    x = [0.5 + 0.25 * i for i in range(len(lengths))]
    if special is not None:
        x[-1] = special
    leaves = [Value(number) for number in x]
    root = f(leaves)
    root.backward()
    program = record(f, [0.1] * len(x), arrays=True)
    if batch:
        assert close(program.map([x, x])[1], root.data)
        return
    value, (gradient,) = program.value_and_grad(x)
    assert close(value, root.data)
    assert all(close(a, leaf.grad, 1e-11) for a, leaf in zip(gradient, leaves, strict=True))


@pytest.mark.parametrize("arrays", [True, False])
def test_the_same_work_twice(arrays):
    """Two nodes for one thing: each gets its value, and its share of the gradient."""

    def f(x):
        row = [x[0] * x[1], x[1], x[0]]
        twice = [autograd.softmax(row) for _ in range(2)]
        dots = [autograd.dot(row, x + x[:1]) for _ in range(2)]
        return (
            twice[0][1] * twice[1][1]
            + twice[1][2]
            + dots[0] * dots[1]
            + autograd.logsumexp(row) * autograd.logsumexp(row)
        )

    x = [Value(0.4), Value(-1.3)]
    root = f(x)
    root.backward()
    value, (gradient,) = record(f, [1.0, 2.0], arrays=arrays).value_and_grad([0.4, -1.3])
    assert value == pytest.approx(root.data, rel=1e-14)
    assert gradient == pytest.approx([leaf.grad for leaf in x], rel=1e-13)


WORDS = ["add", "sub", "mul", "tanh", "sin", "maximum", "relu", "square", "dot", "total", "mean", "softmax"]
WORDS += ["sum_of_squares", "logsumexp", "cross_entropy", "constant"]
SENTENCES = st.lists(
    st.tuples(st.sampled_from(WORDS), st.lists(st.integers(0, 40), min_size=1, max_size=6)), max_size=20
)


def spoken(sentence, start):
    """The values of a random program: each word is applied to results so far, repeats welcome, and kept in bounds."""
    results = list(start)
    for word, places in sentence:
        chosen = [results[i % len(results)] for i in places]
        if word in OPERATIONS and not OPERATIONS[word].variadic:
            row = OPERATIONS[word]
            results.append(row(*(chosen * 2)[: len(row.derivatives)]))
        elif word == "softmax":
            results += autograd.softmax(chosen)
        elif word == "dot":
            results.append(autograd.dot(chosen, chosen[::-1], results[0]))
        elif word == "cross_entropy":
            results.append(autograd.cross_entropy(chosen, len(chosen) // 2))
        elif word == "constant":
            results.append(float(places[0]) * 0.1)
        else:
            results.append(getattr(autograd, word)(chosen))
        results[-1] = autograd.tanh(results[-1])
    return autograd.total(results)


@given(SENTENCES)
@settings(deadline=None, max_examples=60)
def test_random_programs_on_arrays_are_the_engines(sentence):
    w = [Value(0.3), Value(-0.8), Value(1.1)]

    def f(x, y):
        return spoken(sentence, [x, y, *w, 0.25])

    columns = [[0.5, -1.5, 0.1], [0.7, 0.2, -2.0]]
    pairs = [[Value(x), Value(y)] for x, y in zip(*columns, strict=True)]
    root = autograd.total(f(*pair) for pair in pairs)
    root.backward()
    expected = [p.grad for p in w]
    for p in w:
        p.grad = 0.0
    program = record(f, 0.1, 0.2, arrays=True)
    assert program.map_backward(*columns, reduce="sum") == pytest.approx(root.data, rel=1e-11, abs=1e-11)
    scale = max(1.0, *map(abs, expected))
    assert [p.grad for p in w] == pytest.approx(expected, rel=1e-10, abs=1e-10 * scale)
    slopes = program.value_and_grad(columns[0][1], columns[1][1])[1]
    assert slopes == pytest.approx([leaf.grad for leaf in pairs[1]], rel=1e-10, abs=1e-10 * scale)
    pure = program.bind(np)(np.array([p.data for p in program.parameters]), np.array(0.5), np.array(0.7))
    assert float(pure) == pytest.approx(f(0.5, 0.7).data, rel=1e-11, abs=1e-11)


def mlp_loss(model):
    def loss(x, y):
        penalty = 0.01 * autograd.sum_of_squares(model.parameters())
        return (model(x) - y) ** 2 + penalty

    return loss


DATA = ([[0.1 * i, 1.0 - 0.07 * i * i] for i in range(9)], [math.sin(i) for i in range(9)])


@pytest.mark.parametrize("fused", [True, False])
@pytest.mark.parametrize("activation", ["relu", "tanh", "silu", "gelu"])
@pytest.mark.parametrize("reduce", ["mean", "sum"])
def test_a_network_over_a_batch(fused, activation, reduce):
    model = MLP(2, [5, 4, 1], activation=activation, rng=3, fused=fused)
    loss = mlp_loss(model)
    root = autograd.total(loss(x, y) for x, y in zip(*DATA, strict=True)) * (1 / 9 if reduce == "mean" else 1.0)
    root.backward()
    expected = [p.grad for p in model.parameters()]
    model.zero_grad()
    program = record(loss, DATA[0][0], DATA[1][0], arrays=True)
    for _ in range(2):  # the second run works in the same memory
        model.zero_grad()
        assert program.map_backward(*DATA, reduce=reduce) == pytest.approx(root.data, rel=1e-12)
        assert [p.grad for p in model.parameters()] == pytest.approx(expected, rel=1e-12, abs=1e-14)
    assert program.map(*DATA) == pytest.approx([loss(x, y).data for x, y in zip(*DATA, strict=True)], rel=1e-12)


def test_a_batch_may_come_as_arrays_and_in_any_size():
    model = MLP(2, [3, 1], rng=1)
    program = record(mlp_loss(model), DATA[0][0], DATA[1][0], arrays=True)
    for n in (1, 4, 9):
        lists = program.map(DATA[0][:n], DATA[1][:n])
        assert program.map(np.array(DATA[0][:n]), np.array(DATA[1][:n])) == lists
        assert len(lists) == n


def test_a_large_batch_runs_in_pieces(monkeypatch):
    program = record(mlp_loss(MLP(2, [4, 1], rng=5)), DATA[0][0], DATA[1][0], arrays=True)
    values = program.map(*DATA)
    loss = program.map_backward(*DATA)
    expected = [p.grad for p in program.parameters]
    for p in program.parameters:
        p.grad = 0.0
    monkeypatch.setattr(
        "autograd.programs.on_arrays.numpy_run.MOVING_NUMBERS",
        4 * planned(program._paths[0].work(MAP_GRADIENTS)).sizes[1],
    )
    assert program.map(*DATA) == values
    assert program.map_backward(*DATA) == pytest.approx(loss, rel=1e-14)
    assert [p.grad for p in program.parameters] == pytest.approx(expected, rel=1e-12)


def test_threads_may_share_a_program():
    program = record(mlp_loss(MLP(2, [4, 1], rng=5)), DATA[0][0], DATA[1][0], arrays=True)
    expected = {n: program.map(DATA[0][:n], DATA[1][:n]) for n in (3, 9)}

    def run(n):
        return [program.map(DATA[0][:n], DATA[1][:n]) for _ in range(50)]

    with ThreadPoolExecutor(4) as pool:
        for n, found in zip([3, 9, 3, 9], pool.map(run, [3, 9, 3, 9]), strict=True):
            assert found == [expected[n]] * 50


def test_ragged_arguments_and_dicts_run_on_arrays_too():
    example = {"a": [1.0, 2.0], "b": [[3.0, 4.0], 5.0]}
    program = record(lambda x: x["a"][0] * x["b"][0][1] + x["a"][1], example, arrays=True)
    examples = [{"a": [i, 1], "b": [[0, 2.0], 0.5]} for i in range(3)]
    assert program.map(examples) == [1.0, 3.0, 5.0]


@pytest.mark.parametrize("column", [["1.0", "2.0"], [None, 1.0], [[1.0], [2.0]], [1 + 0j, 2.0], [Value(1.0), 2.0]])
def test_columns_of_anything_but_such_numbers_are_a_type_error(column):
    with pytest.raises(TypeError):
        record(lambda x: x * 2.0, 1.0, arrays=True).map(column)


def test_gradients_for_parameters_in_an_array():
    model = MLP(2, [4, 1], rng=2)
    program = record(mlp_loss(model), DATA[0][0], DATA[1][0])
    value = program.map_backward(*DATA)
    gradient = program.gradient_function()
    start = np.array([p.data for p in program.parameters])
    found, slopes = gradient(start, *DATA)
    assert found == pytest.approx(value, rel=1e-14)
    assert slopes == pytest.approx([p.grad for p in program.parameters], rel=1e-12)
    again = gradient(start * 0.5, *DATA)[1]
    assert not np.array_equal(again, slopes)  # the first answer is not overwritten
    one = program.gradient_function(reduce=None)
    assert one(start, DATA[0][2], DATA[1][2])[0] == pytest.approx(program(DATA[0][2], DATA[1][2]), rel=1e-14)


def attention(w, xs):
    """A little of everything that has to be put back into arrays: layers, heads, a triangle, a residual, a norm."""
    width = len(xs[0])
    q, k, v = ([[autograd.dot(row, x) for row in w[name]] for x in xs] for name in "qkv")
    out = []
    for t in range(len(xs)):
        mixed = []
        for head in (slice(0, width // 2), slice(width // 2, width)):
            weights = autograd.softmax([autograd.dot(q[t][head], k[s][head]) for s in range(t + 1)])
            mixed += [autograd.dot(weights, [v[s][i] for s in range(t + 1)]) for i in range(width)[head]]
        y = [a + b for a, b in zip(xs[t], mixed, strict=True)]
        scale = (autograd.mean([a * a for a in y]) + 1e-5) ** -0.5
        out.append(autograd.logsumexp([a * scale for a in y]))
    return autograd.mean(out)


def attention_weights(width):
    rng = np.random.default_rng(0)
    return {name: [[Value(float(rng.normal())) for _ in range(width)] for _ in range(width)] for name in "qkv"}


def test_attention_over_positions():
    w = attention_weights(4)
    xs = np.random.default_rng(1).normal(size=(5, 4)).tolist()
    parameters = [p for name in "qkv" for row in w[name] for p in row]
    root = attention(w, xs)
    root.backward()
    expected = [p.grad for p in parameters]
    for p in parameters:
        p.grad = 0.0
    program = record(lambda xs: attention(w, xs), xs, arrays=True)
    assert program.backward(xs) == pytest.approx(root.data, rel=1e-12)
    assert [p.grad for p in parameters] == pytest.approx(expected, rel=1e-10, abs=1e-14)
    kinds = [step.kind for step in planned(program._paths[0].work(PARAMETER_GRADIENTS)).steps]
    assert len(kinds) < 120  # of about 1,400 scalar operations
    batch = [xs, (np.array(xs) * 0.5).tolist(), xs]
    assert program.map(batch) == pytest.approx([attention(w, x).data for x in batch], rel=1e-12)
    for p in parameters:
        p.grad = 0.0
    program.map_backward([xs, xs])
    assert [p.grad for p in parameters] == pytest.approx(expected, rel=1e-10, abs=1e-14)


def test_numbers_that_are_not_finite_stay_where_they_belong():
    """An infinite entry of one example, or of a position that the mask hides, must not reach the others as nan."""
    w = attention_weights(4)
    xs = np.random.default_rng(1).normal(size=(3, 4)).tolist()
    program = record(lambda xs: attention(w, xs), xs, arrays=True)
    xs[2][1] = math.inf
    plain = record(lambda xs: attention(w, xs), xs, arrays=False)
    assert close(program(xs), plain(xs))
    (found,), (wanted,) = program.value_and_grad(xs)[1], plain.value_and_grad(xs)[1]
    assert all(close(a, b, 1e-10) for a, b in zip(itertools.chain(*found), itertools.chain(*wanted), strict=True))


def test_guards_on_arrays():
    w = Value(2.0)
    program = record(lambda x: w * x if x > 0.0 else w - x, 1.0, arrays=True)
    assert program(-3.0) == 5.0
    assert program(3.0) == 6.0
    with pytest.raises(BranchChanged, match="rows 1 "):
        program.map_backward([1.0, -2.0, 3.0])
    with pytest.raises(BranchChanged):
        program.gradient_function()(np.array([2.0]), [1.0, -2.0])
    assert w.grad == 0.0


@pytest.mark.skipif(native.extension is not None, reason="native: the machine is asked instead of source, and oftener")
def test_the_shape_of_the_graph_chooses():
    w = Value(0.5)

    def deep(x):
        for _ in range(200):
            x = autograd.tanh(w * x)
        return x

    wide = record(mlp_loss(MLP(2, [16, 16, 1], rng=0)), DATA[0][0], DATA[1][0])
    chain = record(deep, 1.0)
    assert wide._paths[0].prefers_arrays(MAP_GRADIENTS, 100)
    assert not chain._paths[0].prefers_arrays(MAP_GRADIENTS, 4)
    assert chain._paths[0].prefers_arrays(MAP_GRADIENTS, 200)
    assert not chain._paths[0].prefers_arrays(PARAMETER_GRADIENTS)


def test_everything_works_without_numpy(monkeypatch):
    monkeypatch.setattr("autograd.programs.trace.numpy_is_there", lambda: False)
    monkeypatch.setattr("autograd.programs.columns.numpy_is_there", lambda: False)
    model = MLP(2, [16, 1], rng=0)
    program = record(mlp_loss(model), DATA[0][0], DATA[1][0])
    columns = (DATA[0] * 50, DATA[1] * 50)
    assert not program._paths[0].prefers_arrays(MAP_GRADIENTS, 450)
    assert program.map_backward(*columns) == pytest.approx(program.map_backward(*DATA), rel=1e-12)
    for needs_numpy in (program.gradient_function, lambda: program.bind(np), lambda: record(abs, 1.0, arrays=True)):
        with pytest.raises(ImportError, match=r"glassgrad\[fast\]"):
            needs_numpy()


# Pieces --------------------------------------------------------------------------------------------------------------
def test_a_full_rectangle_of_dots_is_one_product():
    dots = [((i, i + 100), (j + 50, j + 150), 1000 + 10 * i + j) for i in range(4) for j in range(3)]
    (product,) = products(dots, zero=999)
    assert (len(product.left), len(product.left[0]), len(product.right[0])) == (1, 4, 3)
    for c, p, q, slot in product.entries:
        assert (product.left[c][p], product.right[c][q], slot) in dots


def test_heads_are_stacked_and_a_sparse_component_falls_apart():
    places = itertools.product(range(1, 4), range(1, 3), range(2))
    heads = [((h, i), (h, 10 + j), 100 * h + 10 * i + j) for h, i, j in places]
    (stack,) = products(heads, zero=999)
    assert len(stack.left) == 3
    star = [((1,), (i,), i) for i in range(10, 20)] + [((i,), (10,), i) for i in range(20, 30)]
    assert all(len(p.left[0]) == len(p.right[0]) == 1 for p in products(star, zero=999))


@pytest.mark.parametrize("second", [(3, 4), (4, 3)], ids=["by the left slots", "by the right slots"])
def test_terms_in_any_order_make_one_product_where_an_order_of_slots_does(second):
    rows, columns = [(1, 2), second], [(5, 6), (7, 8)]
    dots = [(u, v, 10 * i + j + 100) for i, u in enumerate(rows) for j, v in enumerate(columns)]
    turned = [(u[::-1], v[::-1], slot) if slot in (101, 110) else (u, v, slot) for u, v, slot in dots]
    (product,) = products(turned, zero=999)
    assert sorted(slot for *_, slot in product.entries) == [100, 101, 110, 111]
    assert (len(product.left), len(product.left[0]), len(product.right[0])) == (1, 2, 2)


def test_a_vector_is_widened_to_one_that_holds_all_its_slots():
    found = widened([(2, 3), (1, 2, 3), (3, 1, 2), (3, 4), (2, 2), (5,)])
    assert found == {
        (2, 3): (1, 2, 3),
        (1, 2, 3): (1, 2, 3),
        (3, 1, 2): (1, 2, 3),
        (3, 4): (3, 4),
        (2, 2): (2, 2),
        (5,): (5,),
    }
    assert spread((3, 2), (30, 20), (1, 2, 3), zero=0) == (0, 20, 30)


def test_dots_of_different_lengths_are_padded():
    dots = [(tuple(range(n)), tuple(range(50, 50 + n)), 100 + n) for n in (1, 2, 3)]
    (product,) = products(dots, zero=999)
    for c, p, q, slot in product.entries:
        pairs = zip(product.left[c][p], product.right[c][q], strict=True)
        kept = [(u, v) for u, v in pairs if 999 not in (u, v)]
        assert kept == [(i, 50 + i) for i in range(slot - 100)]


def test_no_term_is_lost_in_any_heap_of_dots():
    draw = random.Random(0)
    for _ in range(200):
        size = draw.choice([3, 6, 20])
        dots = []
        for result in range(1000, 1000 + draw.randint(1, 12)):
            n = draw.randint(1, 4)
            u, v = (tuple(draw.randrange(size) for _ in range(n)) for _ in range(2))
            dots.append((u, v, result))
        entries = {}
        for product in products(dots, zero=999):
            for c, p, q, slot in product.entries:
                pairs = zip(product.left[c][p], product.right[c][q], strict=True)
                entries[slot] = sorted(pair for pair in pairs if 999 not in pair)
        assert entries == {slot: sorted(zip(u, v, strict=True)) for u, v, slot in dots}


def test_regular_places_are_views_and_others_are_not():
    store = np.arange(60.0)
    for places in (
        np.arange(5, 25).reshape(4, 5),
        np.arange(5, 25).reshape(4, 5).T,
        np.full((2, 3), 7),
        np.arange(8).reshape(2, 4),
        np.arange(8).reshape(4, 2),
        np.array([[3], [5]]),
        np.arange(9, 3, -2),
    ):
        steps = grid(places)
        assert steps is not None
        assert np.array_equal(view(store, places, steps), store[places])
        assert np.shares_memory(view(store, places, steps), store)
    assert grid(np.array([1, 2, 4])) is None
    assert grid(np.array([[1, 2], [3, 5]])) is None


# Other namespaces ----------------------------------------------------------------------------------------------------
def test_bound_to_numpy_a_program_is_a_pure_function_of_arrays():
    model = MLP(2, [5, 4, 1], activation="tanh", rng=3)
    program = record(mlp_loss(model), DATA[0][0], DATA[1][0])
    pure = program.bind(np)
    parameters = np.array([p.data for p in program.parameters])
    for x, y in zip(*DATA, strict=True):
        assert pure(parameters, np.array(x), np.array(y)) == pytest.approx(program(x, y), rel=1e-13)
    model.layers[0].neurons[0].w[0].data = 100.0
    assert pure(parameters, np.array(DATA[0][1]), np.array(DATA[1][1])) != program(DATA[0][1], DATA[1][1])


def test_bound_programs_return_what_f_returns():
    program = record(lambda x, k: {"a": x[0] * k, "b": (x[1], 3.0)}, [1.0, 2.0], 3.0)
    found = program.bind(np)(np.zeros(0), np.array([4.0, 5.0]), np.array(2.0))
    assert {key: np.array(value).tolist() for key, value in found.items()} == {"a": 8.0, "b": [5.0, 3.0]}


def test_binding_names_the_operation_that_has_no_array_form():
    program = record(lambda x: autograd.polygamma(x, 7.0), 2.0, arrays=True)
    with pytest.raises(NotImplementedError, match="polygamma has no form on arrays"):
        program.bind(np)
    assert program.map([3.0, 4.0]) == [autograd.polygamma(x, 7.0) for x in (3.0, 4.0)]


FROZEN_VALUE = 0.9144069728107569
FROZEN_GRADIENT = [
    *(0.39863630722828375, -1.0952565752422472, 0.031464329839228776, -0.0871140957165827),
    *(0.16619394665501716, 0.17021658117068075, 0.733689921903325, 0.21297911041275666),
]


# From one run of jax 0.10.2 and torch 2.13.0 with float64 on 2026-11-20, by the code in the docstring of `frozen`.
def test_a_bound_program_gives_the_gradients_that_jax_and_torch_found():
    program, parameters = frozen()
    value = program.map_backward(*DATA)
    assert value == pytest.approx(FROZEN_VALUE, rel=1e-12)
    assert [p.grad for p in parameters] == pytest.approx(FROZEN_GRADIENT, rel=1e-12)


def frozen() -> tuple[Program, list[Value]]:
    """The program whose gradient the other engines computed:

    one = program.bind(jax.numpy)
    loss = lambda p: jax.vmap(one, (None, 0, 0))(p, X, Y).mean()
    jax.jit(jax.value_and_grad(loss))(parameters)

    one = program.bind(torch)
    torch.stack([one(p, x, y) for x, y in zip(X, Y)]).mean().backward()
    """
    w = [Value(0.1 * i - 0.35, label=f"w{i}") for i in range(8)]

    def loss(x, y):
        hidden = [autograd.softplus(autograd.dot(w[2 * i : 2 * i + 2], x, w[6])) for i in range(2)]
        p = autograd.sigmoid(autograd.dot(hidden, w[4:6], w[7]))
        return autograd.square(p - y) + autograd.logsumexp(hidden) * autograd.relu(hidden[0] - 0.7)

    return record(loss, DATA[0][0], DATA[1][0]), w


@pytest.mark.parametrize("name", ["numpy", None, 3])
def test_bind_takes_a_module(name):
    with pytest.raises(TypeError, match=r"bind takes the module itself, as in program\.bind\(numpy\), got"):
        record(lambda x: x * x, 1.0).bind(name)


def test_an_array_of_no_dimension_is_no_column():
    with pytest.raises(TypeError, match="column 0 of a batch holds that argument of every example"):
        record(lambda x: x * x, 1.0).map(np.array(1.0))


def test_parameters_of_other_paths_stay_in_the_array_and_have_no_gradient():
    a, b = Value(2.0), Value(3.0)
    program = record(lambda x: a * x if x > 0.0 else b * x * x, 1.0)
    of_one_path = program.gradient_function()
    assert program(-1.0) == 3.0  # the second path, which has b alone
    value, slopes = program.gradient_function()(np.array([5.0, 7.0]), [-1.0, -3.0])
    assert (value, slopes.tolist()) == (35.0, [0.0, 5.0])
    assert program.bind(np)(np.array([5.0, 7.0]), np.array(-2.0)) == 28.0
    assert program.map([-2.0], parameters=[5.0, 7.0]) == [28.0]
    value, slopes = of_one_path(np.array([5.0]), [1.0, 3.0])
    assert (value, slopes.tolist()) == (10.0, [2.0])


def test_parameters_that_two_paths_meet_in_different_orders_keep_their_numbers():
    a, b, c = (Value(x) for x in (2.0, 3.0, 5.0))
    program = record(lambda x: a * x + b * x * x + c if x > 0.0 else c * x * x + a * x, 1.0)
    program(-1.0)  # meets c first, then a, and no b
    numbers = np.array([10.0, 20.0, 30.0])
    value, slopes = program.gradient_function(reduce=None)(numbers, -2.0)
    assert (value, slopes.tolist()) == (100.0, [-2.0, 0.0, 4.0])
    assert program.bind(np)(numbers, np.array(-2.0)) == 100.0
    assert program.map([-2.0], parameters=numbers) == [100.0]


@pytest.mark.parametrize("arrays", [True, False])
def test_a_batch_with_other_numbers_for_the_parameters(arrays):
    w, b = Value(2.0), Value(1.0)
    program = record(lambda x: w * x + b, 1.0, arrays=arrays)
    for numbers in ([3.0, -1.0], np.array([3.0, -1.0])):
        assert program.map([1.0, 2.0], parameters=numbers) == [2.0, 5.0]
    assert program.map([1.0, 2.0]) == [3.0, 5.0]


@pytest.mark.parametrize("arrays", [True, False])
def test_the_gradient_of_a_function_without_arguments(arrays):
    w = [Value(2.0), Value(-1.0)]
    program = record(lambda: autograd.sum_of_squares(w), arrays=arrays)
    value, slopes = program.gradient_function(reduce=None)(np.array([3.0, 1.0]))
    assert (value, slopes.tolist()) == (10.0, [6.0, 2.0])


def test_batches_of_changing_size_keep_their_memory_up_to_a_limit(monkeypatch):
    program = record(mlp_loss(MLP(2, [4, 1], rng=2)), DATA[0][0], DATA[1][0], arrays=True)
    path = program._paths[0]
    expected = {count: program.map_backward(DATA[0][:count], DATA[1][:count]) for count in range(1, 9)}
    (arrays,) = (backend for backend in path._backends.values() if isinstance(backend, numpy_run.Arrays))
    runs = arrays.runs.copy()
    assert [run.count for run in runs] == [*range(1, 9)]
    for count, value in expected.items():
        assert program.map_backward(DATA[0][:count], DATA[1][:count]) == value
    assert arrays.runs == runs
    assert 8 * numpy_run.HELD_NUMBERS == 128_000_000  # bytes
    monkeypatch.setattr("autograd.programs.on_arrays.numpy_run.HELD_NUMBERS", sum(run.size for run in runs))
    program.map_backward(DATA[0][:9], DATA[1][:9])
    kept = [run.count for run in arrays.runs]
    assert kept == [*range(kept[0], 10)]  # those used longest ago made room
    spare = numpy_run.HELD_NUMBERS - sum(run.size for run in arrays.runs)
    assert 0 <= spare < runs[kept[0] - 2].size
    monkeypatch.setattr("autograd.programs.on_arrays.numpy_run.HELD_NUMBERS", 0)
    assert program.map_backward(DATA[0][:1], DATA[1][:1]) == expected[1]
    assert [run.count for run in arrays.runs] == [1]


@pytest.mark.parametrize("batch", [False, True])
def test_the_square_of_a_constant_is_added_on_arrays_too(batch):
    program = record(lambda a, b: autograd.sum_of_squares([a, 3.0, b]), 1.0, 2.0, arrays=True)
    assert program.value_and_grad(2.0, 5.0) == (38.0, (4.0, 10.0))
    assert not batch or program.map([1.0, 2.0], [3.0, 4.0]) == [19.0, 29.0]


def test_places_are_picked_without_an_index_where_they_are_regular_and_rightly_everywhere():
    store = np.arange(60.0)
    for start, shape, steps in itertools.product(
        (0, 3, 7), ((3, 4), (4, 3), (2, 5)), itertools.product((0, 1, 2, 5, 7), repeat=2)
    ):
        axes = [step * np.arange(n) for step, n in zip(steps, shape, strict=True)]
        places = start + axes[0][:, None] + axes[1][None, :]
        if places.max() < len(store):
            assert np.array_equal(pick(np, store, places), store[places]), (start, shape, steps)


@pytest.mark.parametrize("shape", list(itertools.product((1, 2, 3), (1, 2), (1, 2, 5), (1, 4))))
def test_products_of_stacks_of_rows(shape):
    components, p, q, n = shape
    left, right = np.arange(1.0, 1 + components * p * n).reshape(components, p, n), np.ones((components, q, n))
    right *= np.arange(1.0, 1 + components * q)[:, None].reshape(components, q, 1)
    wanted = np.einsum("cpn,cqn->cpq", left, right)
    assert np.array_equal(np.reshape(dot(left, right), wanted.shape), wanted)


@pytest.mark.parametrize("moving", ["neither", "right", "both"])
@pytest.mark.parametrize("shape", list(itertools.product((1, 3), (1, 2), (1, 2), (1, 4))))
def test_products_of_stacks_of_rows_into_an_array_that_is_there(shape, moving):
    components, p, q, n = shape
    left, right = np.arange(1.0, 1 + components * p * n).reshape(components, p, n), np.ones((components, q, n))
    right *= np.arange(1.0, 1 + components * q * n).reshape(right.shape)
    batch = np.arange(1.0, 6.0)
    places = "cpn,cqn->cpq"
    if moving != "neither":
        right, places = right[..., None] * batch, "cpn,cqnb->cqpb"
    if moving == "both":
        left, places = left[..., None] + batch, "cpnb,cqnb->cqpb"
    wanted = np.einsum(places, left, right)
    out = np.full_like(wanted, np.nan)
    for run in ArrayRun._dot(None, SimpleNamespace(moving=moving != "neither"), [left, right], out):
        run()
    assert np.array_equal(out, wanted)


SPECIAL = ["erf", "erfc", "gelu", "lgamma", "cbrt"]


@pytest.mark.parametrize("name", SPECIAL)
@pytest.mark.parametrize("library", ["torch", "jax.numpy"])
def test_functions_that_numpy_lacks_are_taken_from_where_the_library_keeps_them(monkeypatch, library, name):
    """A stand-in with NumPy's arrays: torch keeps them in torch.special, JAX in jax.scipy.special."""
    special = SimpleNamespace(erf=scipy.special.erf, erfc=scipy.special.erfc, gammaln=scipy.special.gammaln)
    kept = {key: thing for key, thing in vars(np).items() if key != "cbrt"}  # torch has none
    if library == "torch":
        kept["special"] = special
    else:
        jax = SimpleNamespace(scipy=SimpleNamespace(special=special))
        for module, stand_in in (("jax", jax), ("jax.scipy", jax.scipy), ("jax.scipy.special", special)):
            monkeypatch.setitem(sys.modules, module, stand_in)
    xp = SimpleNamespace(**{**kept, "__name__": library})
    row = OPERATIONS[name]
    bound = record(lambda x: row(x) + 0.0 * x, 0.5).bind(xp)
    for x in (0.3, -0.7, 2.5, -19.0, 1e-300):
        assert float(bound(np.zeros(0), np.array(x))) == pytest.approx(row(x), rel=1e-12, abs=1e-300)
    for x in (0.0, math.inf, -math.inf) if name == "cbrt" else ():
        assert float(ARRAYS["cbrt"](xp, np.array(x))) == x


@pytest.mark.parametrize("reduce", [None, "sum"])
def test_a_gradient_on_arrays_that_is_not_finite_is_computed_again_from_the_source(reduce):
    w = Value(2.0)
    g = record(lambda x: w * x + 0.0 * autograd.log(x), 1.0, arrays=True).gradient_function(reduce)
    value, gradient = g(np.array([w.data]), 0.0 if reduce is None else [1.0, 0.0])
    assert math.isnan(value)  # 0 · log 0
    assert gradient.tolist() == ([0.0] if reduce is None else [1.0])  # ∂/∂w is x all the same


def test_columns_of_ragged_lists_are_refused_or_taken_as_the_example_is():
    program = record(lambda x: x[0][0] * x[1][0] + x[1][1], [[1.0], [2.0, 3.0]], arrays=True)
    assert program.map([[[2.0], [3.0, 4.0]], [[1.0], [1.0, 1.0]]]) == [10.0, 2.0]
    with pytest.raises(TypeError, match="should be a list of 2"):
        program.map([[[2.0], [3.0]], [[1.0], [1.0, 1.0]]])


def where_of_torch(condition, a, b):
    """It makes float32 of two plain numbers, and takes no plain condition."""
    if not hasattr(condition, "shape"):
        raise TypeError("where() received an invalid combination of arguments")
    single = isinstance(a, float) and isinstance(b, float)
    return np.where(condition, *(map(np.float32, (a, b)) if single else (a, b)))


@pytest.mark.parametrize(
    ("f", "x", "wanted"),
    [
        (lambda x: autograd.where(x, 0.1, 0.2), 1.0, 0.1),
        (lambda x: OPERATIONS["where"](1.0, x, 2.0 * x), 0.1, 0.1),
        (lambda x: OPERATIONS["piecewise"](x, 0.1, 0.2, 0.3), 0.0, 0.2),
        (lambda x: OPERATIONS["decayed"](0.1, x), 1.0, 0.1),
        *((lambda x, s=s: OPERATIONS["direction_cosine"](3.0 * s * x, 4.0 * s * x), 1.0, 0.6) for s in (1e-310, 1e305)),
    ],
)
def test_choices_between_plain_numbers_keep_all_their_digits_where_a_library_shortens_them(f, x, wanted):
    xp = SimpleNamespace(**{**vars(np), "__name__": "torch", "where": where_of_torch})
    assert float(record(f, 0.5).bind(xp)(np.zeros(0), np.array(x))) == pytest.approx(wanted, rel=1e-12)


def test_a_bound_program_computes_in_the_precision_of_its_parameters():
    w = [Value(0.5), Value(2.0)]
    bound = record(lambda x: autograd.dot(w, x, 0.1) * 3.0 + w[0] * 0.7 - 0.1 * x[1], [1.0, 2.0]).bind(np)
    for dtype in (np.float32, np.float64):
        for x in ([1.0, 2.0], np.array([1.0, 2.0]), np.array([1.0, 2.0], dtype=np.float32)):
            assert bound(np.array([0.5, 2.0], dtype=dtype), x).dtype == dtype
    assert record(lambda x: x * 0.1, 1.0).bind(np)([], np.array(1.0, dtype=np.float32)).dtype == np.float32


def test_a_library_of_unknown_whereabouts_is_named_with_what_it_lacks():
    xp = SimpleNamespace(**{**vars(np), "__name__": "somebodys.arrays"})
    with pytest.raises(NotImplementedError, match=r"somebodys\.arrays has no erf, erfc and lgamma"):
        record(autograd.erf, 0.5).bind(xp)(np.zeros(0), np.array(0.5))


@pytest.mark.parametrize(
    "row", [row for row in FIXED if row.name in ARRAYS or row.name in DIRECT], ids=lambda r: r.name
)
def test_a_bound_program_of_a_row_is_the_row(row):
    orders = {"power_partial": (1.0, 0.0), "polygamma": (1.0,), "sinc": (1.0,)}.get(row.name, ())
    count = len(row.derivatives) - len(orders)
    bound = record(lambda *xs: row(*xs, *orders) + 0.0 * xs[0], *[0.5] * count).bind(np)
    for x in (-2.5, -0.3, 0.0, 0.3, 2.5):
        xs = [x, 0.75, 1.25, -0.5][:count]
        with np.errstate(all="ignore"):
            found = float(bound(np.zeros(0), *map(np.array, xs)))
        assert close(found, row(*xs, *orders)), (x, found)


def test_a_bound_program_takes_numbers_and_arrays_anywhere_in_an_argument():
    w = Value(3.0)
    bound = record(lambda xs, d: w * xs[0] + xs[1] * d["b"] - d["a"], [1.0, 1.0], {"a": 1.0, "b": 2.0}).bind(np)
    for xs in ([2.0, 5.0], (np.array(2.0), 5), np.array([2.0, 5.0])):
        assert bound(np.array([3.0]), xs, {"b": 10.0, "a": Fraction(1, 2)}) == 55.5
    assert bound([3.0], [2.0, 5.0], {"a": np.array([0.5]), "b": np.float32(10.0)}) == 55.5


@pytest.mark.parametrize("whole", [[3], np.array([3]), np.array([3], dtype=np.uint8)])
def test_whole_numbers_for_a_bound_program_make_none_of_the_others(whole):
    w = Value(1.0)
    bound = record(lambda x: w * x, 1.0).bind(np)
    assert bound(whole, 0.5) == 1.5
    assert bound(whole, np.array(10**18)) == 3e18
    assert record(lambda x: x**4, 1.0).bind(np)(np.zeros(0), np.array(10**5)) == 1e20  # more than an int64 holds


@pytest.mark.parametrize(
    "given", [3.0, None, "3", ["3"], [[3.0]], np.array(3.0), np.array([3j]), [Value(3.0)], {0: 3.0}]
)
def test_parameters_that_are_no_array_of_numbers_are_named(given):
    w = Value(3.0)
    gradient = record(lambda x: w * x, 1.0).gradient_function()
    with pytest.raises(TypeError, match=rf"the parameters are one array of 1 numbers, got {re.escape(repr(given))}"):
        gradient(given, [1.0])


@pytest.mark.parametrize("given", [3.0, [[3.0]], np.array(3.0)])
def test_parameters_of_a_bound_program_stand_in_a_row(given):
    w = Value(3.0)
    with pytest.raises(TypeError, match="the parameters are one array of 1 numbers, got"):
        record(lambda x: w * x, 1.0).bind(np)(given, 1.0)


def test_an_unknown_reduction_is_named_when_the_gradient_is_asked_for():
    with pytest.raises(ValueError, match='"mean" or "sum", got \'max\''):
        record(lambda x: x * 1.0, 0.0).gradient_function("max")


@pytest.mark.parametrize("arrays", [False, True])
@pytest.mark.parametrize("columns", [([1.0],), ([1.0], [2.0], [3.0])])
def test_a_batch_has_a_column_for_every_argument(arrays, columns):
    program = record(lambda x, y: x * y, 1.0, 2.0, arrays=arrays)
    runs = (program.map, program.map_backward, lambda *columns: program.gradient_function()([], *columns))
    for run in runs:
        with pytest.raises(TypeError, match=f"takes 2 arguments, got {len(columns)}"):
            run(*columns)


@pytest.mark.parametrize("arrays", [False, True])
@pytest.mark.parametrize(
    ("f", "wanted"),
    [(lambda x: [x * 2.0], [[4.0], [6.0]]), (lambda x: (x, [x * 3.0]), [(2.0, [6.0]), (3.0, [9.0])])],
    ids=["a list of one", "nested"],
)
def test_results_of_several_numbers_have_no_one_gradient(f, wanted, arrays):
    program = record(f, 1.0, arrays=arrays)
    assert program.map([2.0, 3.0]) == wanted
    for run in (lambda: program.map_backward([2.0]), lambda: program.value_and_grad(2.0), program.gradient_function):
        with pytest.raises(TypeError, match="gradients need a function that returns one Value"):
            run()


@pytest.mark.parametrize("arrays", [False, True])
def test_a_result_without_numbers_is_there_for_every_example(arrays):
    assert record(lambda x: [], 1.0, arrays=arrays).map([2.0, 3.0]) == [[], []]


@pytest.mark.parametrize(
    ("parameters", "args", "message"),
    [
        ([], ([1.0, 2.0],), "holds 1 parameters, got numbers for 0"),
        ([1.0, 2.0], ([1.0, 2.0],), "holds 1 parameters, got numbers for 2"),
        ([1.0], (), "takes 1 arguments, got 0"),
        ([1.0], (np.array([1.0]),), r"args\[0\] should hold as many numbers as in the example, 2, got 1"),
        ([1.0], ([1.0],), r"args\[0\] should be a list of 2, got list \[1.0\]"),
        ([1.0], ({"a": 1.0},), r"args\[0\] should be a list of 2, got dict"),
        ([1.0], ([1.0, None],), r"args\[0\]\[1\] is NoneType None, not a number"),
        ([1.0], ([1.0, Value(2.0)],), "the arguments of a program are plain numbers, got Value"),
    ],
)
def test_what_a_bound_program_cannot_take_is_named(parameters, args, message):
    w = Value(3.0)
    bound = record(lambda xs: w * xs[0] + xs[1], [1.0, 1.0]).bind(np)
    with pytest.raises((TypeError, ValueError), match=message):
        bound(parameters, *args)


@pytest.mark.parametrize("arrays", [False, True])
def test_another_number_of_parameters_is_refused(arrays):
    w = Value(3.0)
    program = record(lambda x: w * x, 1.0, arrays=arrays)
    for parameters in ([], [1.0, 2.0]):
        with pytest.raises(ValueError, match=f"holds 1 parameters, got numbers for {len(parameters)}"):
            program.gradient_function()(parameters, [2.0])
        with pytest.raises(ValueError, match=f"holds 1 parameters, got numbers for {len(parameters)}"):
            program.map([2.0], parameters=parameters)
    with pytest.raises(TypeError, match=r"parameters\[0\] is str 'a', not a number"):
        program.map([2.0], parameters=["a"])
    assert program.map([2.0], parameters=np.array([5.0])) == [10.0]


@pytest.mark.parametrize(
    ("columns", "shape"),
    [
        ([[7, 7, 7, 8, 8, 8], [0, 1, 2, 3, 4, 5]], (2, 3)),
        ([[0, 1, 2, 3, 4, 5]], (6,)),
        ([[0, 1, 0, 1, 5, 6, 5, 6], [3] * 8], (2, 2, 2)),
        ([], (1,)),
    ],
)
def test_places_are_arranged_so_that_they_are_regular(columns, shape):
    assert nested_shape([np.array(column) for column in columns]) == shape


def test_arguments_are_what_the_function_gets_but_for_arrays_that_are_not_numpys():
    kinds = []

    def f(x):
        kinds.append(type(x))
        return x[0] * x[1]

    for example in (np.array([2.0, 3.0]), array.array("d", [2.0, 3.0]), (2.0, 3.0)):
        assert record(f, example)(example) == 6.0
    assert issubclass(kinds[0], np.ndarray)
    assert kinds[1:] == [list, tuple]


def test_results_of_arrays_are_told_example_by_example():
    assert one_per_example([[1.0, 2.0], 5.0], 2) == [(1.0, 5.0), (2.0, 5.0)]  # a number is that of all examples
    assert one_per_example([5.0], 2) == [5.0, 5.0]
    assert one_per_example([], 2) == [(), ()]


@pytest.mark.parametrize("kind", [list, np.array])
def test_a_batch_that_is_held_keeps_its_numbers(kind):
    column = kind([[1.0, 2.0], [3.0, 4.0]])
    held, free = (Batch([[0.5, 0.5]], [column]) for _ in range(2))
    held.array()
    column[0][1] = 9.0
    for batch, second in ((held, 2.0), (free, 9.0)):
        assert batch.examples() == [[1.0, second], [3.0, 4.0]]
        assert batch.array().tolist() == [[1.0, 3.0], [second, 4.0]]


def test_a_batch_without_arguments_has_no_rows_of_numbers():
    batch = Batch([], [], 3)
    assert batch.count == 3
    assert batch.array().shape == (0, 3)


def test_places_that_follow_each_other_are_a_slice():
    assert (side_by_side([2, 3, 4]), side_by_side([])) == (slice(2, 5), slice(0, 0))
    assert [side_by_side(places).tolist() for places in ([3, 2], [0, 2])] == [[3, 2], [0, 2]]


def test_what_lies_under_a_mask_is_no_number_of_a_batch():
    w = Value(2.0)
    program = record(lambda x: w * x, 1.0)
    whole, gap = (np.ma.array([1.0, 3.0], mask=[False, hidden]) for hidden in (False, True))
    ways = [program.map, program.map_backward, lambda xs: program.gradient_function("sum")([2.0], xs)]
    assert [way(whole) for way in ways][:2] == [[2.0, 6.0], 4.0]
    for way in ways:
        with pytest.raises(TypeError, match="None, not a number"):
            way(gap)
