"""Laws that hold for every graph, tried on random ones: linearity, sums, sharing, symmetry, agreement of all routes."""

import math

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from mpmath import mp, mpf

import autograd
from autograd import BackwardStep, Value, differentiate, grad, hessian, hvp, jacobian, jvp, steps, vjp
from autograd.modes import Mode, current_mode
from tests.accuracy.cases import CASES

# Random programs ----------------------------------------------------------------------------------------------------
# A program is a list of instructions (operation, operands), each operand the number of an earlier result. It can be run
# on anything: Values, floats, duals, mpmath. All operations are smooth where the programs go.
UNARY = {
    "neg": lambda x: -x,
    "tanh": mp.tanh,
    "sigmoid": lambda x: 1 / (1 + mp.exp(-x)),
    "softplus": lambda x: mp.log1p(mp.exp(x)),
    "sin": mp.sin,
    "atan": mp.atan,
    "asinh": mp.asinh,
    "erf": mp.erf,
    "gelu": lambda x: x * mp.erfc(-x / mp.sqrt(2)) / 2,
    "silu": lambda x: x / (1 + mp.exp(-x)),
    "gaussian": lambda x: mp.exp(-x * x),
    "square": lambda x: x * x,
}
BINARY = {
    "add": lambda a, b: a + b,
    "sub": lambda a, b: a - b,
    "mul": lambda a, b: a * b,
    "hypot": mp.hypot,
    "logaddexp": lambda a, b: mp.log(mp.exp(a) + mp.exp(b)),
}
ARGUMENTS = 3
numbers = st.floats(-2.0, 2.0).filter(lambda x: abs(x) > 1e-3)
points = st.lists(numbers, min_size=ARGUMENTS, max_size=ARGUMENTS)


@st.composite
def programs(draw, longest=10):
    instructions = []
    for i in range(draw(st.integers(2, longest))):
        earlier = st.integers(max(0, ARGUMENTS + i - 6), ARGUMENTS + i - 1)
        name = draw(st.sampled_from([*UNARY, *BINARY]))
        instructions.append((name, tuple(draw(earlier) for _ in range(1 if name in UNARY else 2))))
    return instructions


def run(program, xs):
    """The program on Values, floats or duals."""
    results = list(xs)
    for name, operands in program:
        results.append(autograd.OPERATIONS[name](*(results[i] for i in operands)))
    return results[-1]


def run_exactly(program, xs):
    """The program in mpmath."""
    results = list(map(mpf, xs))
    for name, operands in program:
        results.append((UNARY | BINARY)[name](*(results[i] for i in operands)))
    return results[-1]


def gradient(program, xs, seed=1.0):
    leaves = [Value(x) for x in xs]
    y = run(program, leaves)
    if isinstance(y, Value):
        y.backward(seed)
    return [leaf.grad for leaf in leaves]


def gross(root, leaves):
    """What each leaf's gradient would be if nothing cancelled: the sum of |∏ local derivatives| over all paths."""
    flow = {root: 1.0}
    for node in reversed(autograd.topological_order(root)):
        for parent, slope in zip(node.parents, node.local_grads, strict=True):
            flow[parent] = flow.get(parent, 0.0) + flow[node] * abs(slope)
    assume(all(map(math.isfinite, flow.values())))
    return [flow.get(leaf, 0.0) for leaf in leaves]


def near(a, b, sizes):
    """Equal up to rounding: where terms are `sizes` together, a sum is off by n·2⁻⁵³ of that, whatever cancels, for n
    operations on a path, which are fewer than 100 in these programs. Near 1e-308 a float begins to have fewer digits.
    """
    return all(abs(x - y) <= 1e-14 * size + 1e-300 for x, y, size in zip(a, b, sizes, strict=True))


def tame(program, xs):
    """Whether everything stays in a range where relative comparisons mean something."""
    results = list(xs)
    for name, operands in program:
        results.append(autograd.OPERATIONS[name](*(results[i] for i in operands)))
    return all(1e-3 < abs(r) < 1e3 for r in results)


# The laws ------------------------------------------------------------------------------------------------------------
@given(programs(), points, st.integers(-20, 20))
def test_backward_is_linear_in_the_seed(program, xs, exponent):
    """Exactly so for a power of two, which only moves the exponent."""
    seed = 2.0**exponent
    assert gradient(program, xs, seed) == [seed * g for g in gradient(program, xs)]


@given(programs(), points, numbers)
def test_backward_is_linear_in_any_seed(program, xs, seed):
    leaves = [Value(x) for x in xs]
    sizes = [abs(seed) * size for size in gross(run(program, leaves), leaves)]
    assert near(gradient(program, xs, seed), [seed * g for g in gradient(program, xs)], sizes)


@given(programs(), programs(), points)
def test_the_gradient_of_a_sum_is_the_sum_of_the_gradients(first, second, xs):
    leaves = [Value(x) for x in xs]
    y = run(first, leaves) + run(second, leaves)
    y.backward()
    apart = [Value(x) for x in xs]
    run(first, apart).backward()
    run(second, apart).backward()
    assert near([leaf.grad for leaf in leaves], [leaf.grad for leaf in apart], gross(y, leaves))


@given(programs(), programs(), points)
def test_the_product_rule(first, second, xs):
    u, v = run(first, list(xs)), run(second, list(xs))
    leaves = [Value(x) for x in xs]
    y = run(first, leaves) * run(second, leaves)
    y.backward()
    terms = zip(gradient(first, xs), gradient(second, xs), strict=True)
    assert near([leaf.grad for leaf in leaves], [du * v + u * dv for du, dv in terms], gross(y, leaves))


@given(programs(), points)
def test_sharing_a_subexpression_or_copying_it_gives_the_same_gradient(program, xs):
    leaves = [Value(x) for x in xs]
    shared = run(program, leaves)
    y = shared * shared * shared + shared
    y.backward()
    apart = [Value(x) for x in xs]
    (run(program, apart) * run(program, apart) * run(program, apart) + run(program, apart)).backward()
    assert near([leaf.grad for leaf in leaves], [leaf.grad for leaf in apart], gross(y, leaves))


@given(programs(), programs(), points)
def test_the_order_of_independent_statements_changes_no_bit(first, second, xs):
    def both(swapped):
        leaves = [Value(x) for x in xs]
        if swapped:
            v, u = run(second, leaves), run(first, leaves)
        else:
            u, v = run(first, leaves), run(second, leaves)
        (u * v).backward()
        return [leaf.grad for leaf in leaves]

    assert both(swapped=False) == both(swapped=True)


@given(programs(), points)
def test_steps_replay_backward_bit_for_bit(program, xs):
    leaves = [Value(x) for x in xs]
    y = run(program, leaves)
    found = dict.fromkeys(leaves, 0.0)
    for event in steps(y):
        if isinstance(event, BackwardStep):
            found[event.parent] = event.after
    y.backward()
    assert [leaf.grad for leaf in leaves] == [found[leaf] for leaf in leaves]


@given(programs(), points, points)
def test_reverse_forward_and_higher_order_routes_agree(program, xs, direction):
    """∇f·v by backward, grad, vjp, jacobian, differentiate, and by jvp, which never goes backwards."""
    f = lambda p: run(program, p)  # noqa: E731
    reverse = gradient(program, xs)
    assert grad(f)(xs) == reverse
    leaves = [Value(x) for x in xs]
    y = run(program, leaves)
    sizes = gross(y, leaves)
    assert near([d.data for d in differentiate(y, leaves)], reverse, sizes)
    assert near(jacobian(f)(xs), reverse, sizes)
    value, pullback = vjp(f, xs)
    assert value == y.data
    assert near(pullback(1.0)[0], reverse, sizes)
    primal, tangent = jvp(f, (xs,), (direction,))
    assert primal == y.data
    terms = [g * v for g, v in zip(reverse, direction, strict=True)]
    size = math.fsum(size * abs(v) for size, v in zip(sizes, direction, strict=True))
    assert near([tangent], [math.fsum(terms)], [size])


@settings(max_examples=50)
@given(programs(longest=6), points, points)
def test_hessians_are_symmetric_and_agree_with_hvp(program, xs, direction):
    assume(tame(program, xs))
    f = lambda p: run(program, p)  # noqa: E731
    h = hessian(f)(xs)
    size = max(abs(entry) for row in h for entry in row)
    for i in range(ARGUMENTS):
        for j in range(i):
            assert abs(h[i][j] - h[j][i]) <= 1e-11 * size
    (product,) = hvp(f, (xs,), (direction,))
    for row, entry in zip(h, product, strict=True):
        assert abs(entry - math.fsum(a * v for a, v in zip(row, direction, strict=True))) <= 1e-10 * size


@settings(max_examples=100)
@given(programs(), points)
def test_random_graphs_against_arithmetic_of_many_digits(program, xs):
    """Relative to the largest gradient of the graph, 1e-12."""
    assume(tame(program, xs))
    found = gradient(program, xs)
    with mp.workdps(60):
        step = mpf(10) ** -20
        exact = []
        for i, x in enumerate(xs):
            moved = [run_exactly(program, [*xs[:i], mpf(x) + d, *xs[i + 1 :]]) for d in (-step, step)]
            exact.append((moved[1] - moved[0]) / (2 * step))
    leaves = [Value(x) for x in xs]
    y = run(program, leaves)
    y.backward()
    largest = max(abs(node.grad) for node in autograd.topological_order(y))
    assert all(abs(a - b) <= 1e-12 * max(largest, abs(b)) for a, b in zip(found, exact, strict=True))


@pytest.mark.parametrize(
    "case", [case for case in CASES if len(case.row) and case.moving == 0], ids=lambda case: case.name
)
def test_every_operation_has_the_same_derivatives_by_every_route(case):
    """Three orders by nested reverse mode and by nested forward mode, at one ordinary point."""
    x = {"acosh": 1.7}.get(case.row, 0.37)
    others = (
        ()
        if case.name.startswith("pow[") and "a]" not in case.name
        else (0.81,) * (len(autograd.OPERATIONS[case.row].derivatives) - 1)
    )
    f = lambda t: case.apply(t, *others)  # noqa: E731
    forward = lambda g: lambda t: jvp(g, (t,), (1.0,))[1]  # noqa: E731
    by_reverse = grad(f)(x), grad(grad(f))(x), grad(grad(grad(f)))(x)
    by_forward = forward(f)(x), forward(forward(f))(x), forward(forward(forward(f)))(x)
    mixed = forward(grad(f))(x)
    for one, two in zip((*by_reverse, by_reverse[1]), (*by_forward, mixed), strict=True):
        assert one == pytest.approx(two, rel=1e-12, abs=1e-14)


def test_events_are_facts():
    """What steps() tells cannot be changed, and takes no attributes of one's own."""
    for event in steps(Value(2.0) * 3.0):
        for name in ("node", "own"):
            with pytest.raises((AttributeError, TypeError)):
                setattr(event, name, None)
        assert not hasattr(event, "__dict__")


def test_uses_are_counted_from_one_to_all():
    """Use k of n: every parent's uses come in order, and the last is its number of uses."""
    x = Value(2.0)
    y = x * x + x.tanh() * x
    uses = [(event.use, event.uses) for event in steps(y) if isinstance(event, BackwardStep) and event.parent is x]
    assert uses == [(1, 4), (2, 4), (3, 4), (4, 4)]


def test_a_mode_is_a_fact():
    """The mode of a context is replaced, never changed: it may be shared by everything that runs in it."""
    assert current_mode() == Mode(grad=True, lines=False, anomaly=None, recorder=None)
    for name in ("grad", "own"):
        with pytest.raises((AttributeError, TypeError)):
            setattr(current_mode(), name, False)
    assert not hasattr(current_mode(), "__dict__")
