"""The page's arithmetic in node, without a page: numbers as Python writes them, and graphs whose leaves move as a fresh
Python run with those leaves has them.
"""

import json
import math
import random
import struct
from pathlib import Path

import pytest

import autograd
from autograd import OPERATIONS, Value, operation, topological_order, total, trace_branches, where
from autograd.explaining.page.data import _edges, program_of
from autograd.explaining.page.rows import javascript_rows
from autograd.view.graph import view
from autograd.view.notation import number
from nn import MLP

BROWSER = Path(autograd.__file__).parent / "explaining" / "page" / "browser"
ENGINE = "".join((BROWSER / name).read_text(encoding="utf-8") for name in ("numbers.js", "engine.js"))
# Each input is [program, {leaf: number}]; each answer what the engine then holds.
MOVED = """
const plain = (x) => (Object.is(x, -0) ? "-0.0" : String(x).replace("Infinity", "inf").replace("NaN", "nan"));
const answers = input.map(([graph, leaves]) => {
  const engine = makeEngine(graph, ROWS);
  for (const [place, text] of Object.entries(leaves)) engine.x[place] = Number(text);
  engine.run();
  return [[...engine.x.slice(0, engine.count)].map(plain), [...engine.grad].map(plain)];
});
"""
ELEMENTARY = [
    row
    for row in OPERATIONS.values()
    if not row.variadic and row.name not in ("polygamma", "power_partial", "sinc", "where")
]


def random_graph(seed, numbers=None):
    """25 operations of every kind on a few leaves, and the leaves; with `numbers` in them if given."""
    rng = random.Random(seed)
    count = rng.randrange(3, 9)
    leaves = [Value(rng.gauss(0.0, 1.0)) for _ in range(count)]
    for leaf, x in zip(leaves, numbers or (), strict=False):
        leaf.data = x
    pool = list(leaves)

    def pick():
        return rng.choice(pool) if rng.random() < 0.8 else round(rng.gauss(0.0, 2.0), 3)

    for _ in range(25):
        if rng.random() < 0.25:
            xs = [rng.choice(pool) for _ in range(rng.randrange(2, 5))]
            many = rng.choice(["total", "mean", "sum_of_squares", "logsumexp", "softmax", "cross_entropy", "dot"])
            extra = {"dot": ([pick() for _ in xs], pick()), "cross_entropy": (len(xs) - 1,)}.get(many, ())
            made = getattr(autograd, many)(xs, *extra)
            pool.append(made[-1] if isinstance(made, list) else made)
        else:
            row = rng.choice(ELEMENTARY)
            pool.append(row(rng.choice(pool), *[pick() for _ in row.derivatives[1:]]))
    return total([v for v in pool if isinstance(v, Value)]), leaves


def network(numbers=None):
    """A small network with its loss, and all leaves."""
    model = MLP(2, [4, 4, 1], rng=random.Random(3))
    leaves = [*model.parameters(), Value(0.8), Value(-1.2)]
    for leaf, x in zip(leaves, numbers or (), strict=False):
        leaf.data = x
    return (model(leaves[-2:]) - 0.6) ** 2, leaves


def moved(node, make, spread=0.3):
    """What node is asked, all leaves moved, and data and gradients of a Python run with them."""
    y, leaves = make()
    graph = view(y)
    rng = random.Random(1)
    numbers = [leaf.data + rng.gauss(0.0, spread) for leaf in leaves]
    places = {
        str(graph.by_value[v].index): repr(x) for v, x in zip(leaves, numbers, strict=True) if v in graph.by_value
    }
    fresh, _ = make(numbers)
    fresh.backward()
    order = topological_order(fresh)
    return [program_of(graph), places], [v.data for v in order], [v.grad for v in order]


def far(got, want):
    """The pairs that differ by more than 1e-12 of the largest number of their kind."""
    size = max((abs(w) for w in want if math.isfinite(w)), default=1.0)
    return [
        (g, w)
        for g, w in zip(map(float, got), want, strict=True)
        if not (g == w or (g != g and w != w) or abs(g - w) <= 1e-12 * max(size, 1.0))
    ]


@pytest.mark.browser
def test_moved_leaves_give_what_a_fresh_python_run_gives(node):
    made = [moved(node, lambda numbers=None, seed=seed: random_graph(seed, numbers)) for seed in range(200)]
    made.append(moved(node, network))
    answers = node(javascript_rows(OPERATIONS) + ENGINE + MOVED, [job for job, _, _ in made], "answers")
    for (job, data, grads), (got, slopes) in zip(made, answers, strict=True):
        assert far(got, data) == []
        # a kink is decided by the last bit of what it depends on: count its graph where data is the same there
        assert far(slopes, grads) == [], job
    assert sum(len(data) for _, data, _ in made) > 4000


@pytest.mark.browser
def test_numbers_are_written_as_python_writes_them(node):
    rng = random.Random(4)
    xs = [rng.gauss(0.0, 1.0) * 10.0 ** rng.randint(-12, 12) for _ in range(5000)]
    xs += [rng.randint(-(10**6), 10**6) / 2 ** rng.randint(0, 12) for _ in range(5000)]  # many halves
    xs += [x for (x,) in struct.iter_unpack("d", rng.randbytes(40_000)) if math.isfinite(x) and abs(x) < 1e21]
    xs += [0.0, -0.0, 1.0625, 2.5, 0.5, 1e16, 9999.5, 99995.0, 0.00012345]
    specs = [".4g", ".2f", ".3e", ".6g", ".1g", ".0f"]
    answers = node(
        ENGINE, [repr(x) for x in xs], f"input.map((x) => {json.dumps(specs)}.map((s) => digits(Number(x), s)))"
    )
    assert answers == [[number(x, spec) for spec in specs] for x in xs]
    assert node(ENGINE, None, '[digits(NaN), digits(-Infinity), digits(2.5, "weird")]') == ["nan", "−inf", "2.5"]


@pytest.mark.browser
def test_numbers_go_back_to_python_exactly(node):
    rng = random.Random(5)
    xs = [x for (x,) in struct.iter_unpack("d", rng.randbytes(8000)) if x == x] + [
        0.0,
        -0.0,
        3.0,
        1e21,
        math.inf,
        -math.inf,
    ]
    for x, text in zip(
        xs,
        node(ENGINE, [repr(x) for x in xs], "input.map((x) => pythonNumber(Number(x.replace('inf', 'Infinity'))))"),
        strict=True,
    ):
        back = eval(text)
        assert type(back) is float
        assert struct.pack("d", back) == struct.pack("d", x)


def run(node, y, script, parameters=None):
    """`script`, an expression, with `engine` for the graph below y."""
    graph = program_of(view(y, parameters))
    return node(javascript_rows(OPERATIONS) + ENGINE + "const engine = makeEngine(input, ROWS);", graph, script)


@pytest.mark.browser
def test_nudge_descend_and_slope(node):
    x, w = Value(3.0), Value(-2.0)
    y = (x * w + 7.0) ** 2
    graph = view(y, {w: "w"})
    at = graph.by_value[w].index
    got = run(node, y, f"engine.nudge({at}, 0.01)", {w: "w"})
    assert got["moved"] == pytest.approx((3.0 * -1.99 + 7.0) ** 2 - 1.0, rel=1e-12)
    assert got["promised"] == pytest.approx(6.0 * 0.01, rel=1e-15)
    assert run(node, y, f"(engine.descend(0.1, engine.parameters), [engine.x[{at}], engine.output()])", {w: "w"}) == [
        -2.6,
        pytest.approx((3.0 * -2.6 + 7.0) ** 2, rel=1e-12),
    ]
    square = graph.by_value[y].index
    curve = run(node, y, f"engine.curve({square}, 0)")
    assert (curve["at"], curve["y"], curve["slope"], curve["half"]) == (1.0, 1.0, 2.0, 3.0)
    assert curve["xs"][0] == -2.0
    assert curve["ys"][0] == 4.0
    assert run(node, total([x, y]), f"engine.curve({square + 1}, 0)") is None


@pytest.mark.browser
def test_what_where_does_not_choose_has_no_derivative_until_it_is_chosen(node):
    x = Value(-1.0)
    y = where(x, x * 2.0, autograd.log(x) * x)
    for number_, data, grad in ((-1.0, -2.0, 2.0), (0.0, math.nan, math.nan), (4.0, 8.0, 2.0)):
        got = run(node, y, f"(engine.x[0] = {number_}, engine.run(), [engine.output(), engine.grad[0]].map(String))")
        assert [float(t.replace("NaN", "nan")) for t in got] == pytest.approx([data, grad], nan_ok=True)


@pytest.mark.browser
def test_what_only_python_can_compute_is_fixed_with_all_before_it(node):
    @operation(lambda a, y: 3.0 * a * a)
    def cube(a):
        return a**3

    a, b = Value(2.0), Value(5.0)
    y = cube(a * 1.5) * b
    graph = view(y)
    places = {name: graph.by_value[v].index for name, v in (("a", a), ("b", b))}
    assert run(node, y, "engine.movable") == [places["b"]]
    assert run(node, y, "engine.leaves") == sorted(places.values())
    y.backward()
    assert run(node, y, f"[engine.output(), engine.grad[{places['a']}], engine.grad[{places['b']}]]") == [
        y.data,
        a.grad,
        b.grad,
    ]


@pytest.mark.browser
def test_an_operation_by_hand_is_fixed_as_one_of_the_users_own(node):
    a = Value(2.0)
    cube = Value(a.data**3, (a,), "cube")

    def pass_on():
        a.grad += 3.0 * a.data**2 * cube.grad

    cube._backward = pass_on
    y = cube * Value(5.0)
    assert run(node, y, "[engine.movable, engine.output(), engine.grad[0]]") == [[2], 40.0, 60.0]


@pytest.mark.browser
def test_where_the_code_would_have_taken_another_branch(node):
    x, w, far = Value(3.0), Value(2.0), Value(7.0)
    with trace_branches():
        y = x
        while y * 2.0 + w * 0.0 < 20.0:
            y = y * w
        if far > 1.0:
            y = y + 1.0
        if x > 2.5:
            y = y * x
    order = topological_order(y)
    at = {v: order.index(v) for v in (x, w)}
    assert run(node, y, "engine.turned()") == []
    signs = "engine.turned().map((b) => [b[1], b[3]])"
    assert run(node, y, f"(engine.x[{at[x]}] = 2.6, engine.run(), {signs})") == []
    assert run(node, y, f"(engine.x[{at[x]}] = 2.45, engine.run(), {signs})") == [["<", False], [">", True]]
    assert run(node, y, f"(engine.x[{at[w]}] = 1.5, engine.run(), {signs})") == [["<", False]]
    assert run(node, y, "engine.count") > len(order)  # what was compared, and is not in the graph
    x.data = 2.0  # the graph is one of other numbers: what was asked then says nothing now
    assert run(node, y, "engine.turned().length") == 0


@pytest.mark.browser
def test_what_only_python_can_compare_again_is_left_out(node):
    @operation(lambda a, y: 3.0 * a * a)
    def cube(a):
        return a**3

    x = Value(3.0)
    with trace_branches():
        y = x * 2.0 if cube(x) > 1.0 else x
    assert program_of(view(y))["branches"] == []
    assert run(node, y, "engine.movable") == [0]


@pytest.mark.browser
def test_the_sum_over_paths(node):
    x = Value(2.0, "x")
    a, b = x * 3.0, x * x
    y = a * b + a
    at = view(y).by_value[x].index
    got = run(node, y, f"pathsTo(engine, {at}, 100)")
    assert got["count"] == len(got["paths"]) == len(autograd.explain(y, x).paths)
    products = [path["product"] for path in got["paths"]]
    assert sorted(map(abs, products), reverse=True) == list(map(abs, products))
    assert sorted(products) == sorted(path.product for path in autograd.explain(y, x).paths)
    y.backward()
    assert sum(products) == x.grad
    assert len(run(node, y, f"pathsTo(engine, {at}, 2)")["paths"]) == 2
    ladder = x
    for _ in range(40):
        ladder = ladder + ladder
    got = run(node, ladder, "((p) => [p.count, p.paths.length])(pathsTo(engine, 0, 100))")
    assert got == [2**40, 100]


def test_edges_are_counted_by_operands():
    x, c = Value(2.0), Value(1.0)
    y = where(c, x * 3.0, x) + x
    graph = view(y)
    numbered = {edge: place for edge, place, _ in _edges(graph)}
    assert set(numbered) == {edge.id for edge in graph.edges}
    assert sorted(numbered.values()) == sorted(set(numbered.values()))
    assert max(numbered.values()) == 5  # x·3; where's condition and both branches; the sum's two
