"""no_grad, trace_lines and the mode of a context."""

import asyncio
import contextvars
import sys
import threading
import types

import pytest

import autograd
from autograd import (
    Value,
    detect_anomaly,
    differentiate,
    enable_grad,
    no_grad,
    operation,
    trace_branches,
    trace_lines,
)
from autograd.modes import ACTIVE, RESULT, UNUSUAL, Listener, Mode, current_mode, made_here, made_in_derivatives, mode


@pytest.fixture(autouse=True)
def _every_mode_is_left():
    yield
    assert current_mode() == Mode()
    assert ACTIVE == UNUSUAL == []


def kept(x):
    return bool((x * 2).parents)


def test_no_grad_keeps_no_operands_and_ends():
    x = Value(1.0)
    with no_grad():
        y = (x * 3 + 1).tanh()
        assert y.parents == ()
        with mode(grad=True):
            assert kept(x)
        assert not kept(x)
    assert kept(x)


def test_enable_grad_keeps_operands_wherever_it_is_and_costs_nothing_where_they_are_kept():
    x = Value(1.0)
    with no_grad():
        with enable_grad():
            assert kept(x)
            with no_grad():
                assert not kept(x)
        assert enable_grad(kept)(x)
        assert not kept(x)
    with enable_grad():
        assert ACTIVE == UNUSUAL == []
        with enable_grad(), no_grad():
            assert not kept(x)
        assert kept(x)
    with trace_lines(), enable_grad():
        assert (x * 2).line


class Mine(Value):
    pass


@operation(lambda a, y: 3.0)
def thrice(a):
    return 3.0 * a


RESULTS = {
    "operator": lambda v: v * v,
    "with a number": lambda v: v - 1,
    "reflected": lambda v: 2.0 / v,
    "sign": lambda v: -v,
    "method": lambda v: v.tanh(),
    "without an operator in C": lambda v: autograd.atan(v),
    "of three": lambda v: autograd.clip(v, 0.0, 1.0),
    "chosen": lambda v: autograd.where(v, v, 0.0),
    "dot": lambda v: autograd.dot([v, v], [1.0, 2.0], 0.5),
    "dot of numbers and Values": lambda v: autograd.dot([v, 1.0], [1.0, v]),
    "total": lambda v: autograd.total([v, 1.0]),
    "softmax": lambda v: autograd.softmax([v, v])[0],
    "softmax with a number": lambda v: autograd.softmax([v, 1.0])[0],
    "cross entropy": lambda v: autograd.cross_entropy([v, v], 1),
    "operation of one's own": thrice,
    "subclass": lambda v: Mine(2.0) * v,
    "sum of a subclass": lambda v: autograd.total([Mine(2.0), v]),
    "by hand": lambda v: Value(3.0, (v,), "f"),
    "by hand with slopes": lambda v: Value(3.0, (v,), (2.0,)),
    "derivative": lambda v: differentiate(v * v, v),
    "constant derivative": lambda v: differentiate(3.0 * v, v),
    "numbers of another library": lambda v: v * Odd(2.0),
}


class Odd(float):
    """A float as NumPy has them."""


@pytest.mark.parametrize("make", RESULTS.values(), ids=RESULTS)
def test_a_result_without_a_graph_is_a_leaf_that_remembers_that_an_operation_made_it(make):
    v = Value(2.0)
    with no_grad():
        y = make(v)
    assert (y._left, y._d_left, y._right, y._d_right) == (RESULT, None, None, None)
    assert RESULT is True  # which the engine in C knows it by
    assert (y.op, y.parents, y.operands, y.local_grads, y._prev, y._op) == (None, (), (), (), (), "")
    (y * 3.0).backward()
    (y * 3.0).backward()
    y.backward()
    assert (y.grad, y._left) == (7.0, RESULT)


@pytest.mark.parametrize(
    "make", [lambda v: Value(3.0), lambda v: v.detach(), lambda v: (v * 2.0).detach(), lambda v: +v]
)
def test_what_somebody_makes_inside_no_grad_is_a_leaf_as_outside(make):
    with no_grad():
        y = make(Value(2.0))
    assert y._left is None


def test_a_constant_derivative_is_none_of_the_users_leaves():
    v = Value(2.0)
    assert differentiate(3.0 * v, v)._left is RESULT


def test_what_was_a_result_can_be_made_anew():
    with no_grad():
        y, z = Value(2.0) * 3.0, Value(2.0) * 3.0
    y.label, y.grad = "y", 1
    y.__init__(4.0)
    z._prev = (x := Value(1.0),)
    assert (y.data, y._left, z.parents) == (4.0, None, (x,))


def test_a_closure_on_a_result_is_called():
    called = []
    with no_grad():
        y = Value(2.0) * 3.0
    y._backward = lambda: called.append(y.grad)
    (y * 2.0).backward()
    assert (called, y._left) == ([2.0], RESULT)
    y._right = None
    assert (y._left, y._d_left, y._right, y._d_right) == (RESULT, None, None, None)
    y._left = None
    assert (y._left, y.parents) == (None, ())


def test_a_mode_of_one_context_is_not_that_of_another():
    with trace_lines(), no_grad():
        y = contextvars.Context().run(lambda: Value(2.0) * 3.0)
    assert y.parents
    assert y.line is None


@pytest.mark.parametrize("decorate", [no_grad, no_grad()], ids=["bare", "called"])
def test_no_grad_decorates(decorate):
    @decorate
    def f(x, n=2):
        """Doc."""
        return f(x, n - 1) if n else kept(x)

    assert f(Value(1.0)) is False
    assert (f.__name__, f.__doc__) == ("f", "Doc.")
    assert kept(Value(1.0))


@pytest.mark.parametrize("kind", [no_grad, enable_grad, trace_lines, detect_anomaly, trace_branches])
def test_a_mode_that_was_not_entered_cannot_be_left(kind):
    one = kind()
    one.__enter__()
    one.__exit__(None, None, None)
    for left in (one, kind()):
        with pytest.raises(
            RuntimeError, match=rf"{kind.__name__} is left, but was not entered: write `with {kind.__name__}"
        ):
            left.__exit__(None, None, None)
    assert kept(Value(1.0))


def test_an_exception_ends_the_mode():
    with pytest.raises(ZeroDivisionError), no_grad():
        1 / 0  # noqa: B018
    assert kept(Value(1.0))


def test_a_decorated_generator_switches_at_every_resume():
    closed = []

    @no_grad
    def numbers(x):
        try:
            got = yield kept(x)
            yield (got, kept(x))
            try:
                yield
            except ValueError:
                yield ("caught", kept(x))
            return "end"
        finally:
            closed.append(kept(x))

    x = Value(1.0)
    g = numbers(x)
    assert next(g) is False
    assert kept(x)
    assert g.send("hello") == ("hello", False)
    next(g)
    assert g.throw(ValueError) == ("caught", False)
    assert kept(x)
    with pytest.raises(StopIteration, match="end"):
        next(g)
    g = numbers(x)
    next(g)
    g.close()
    assert closed == [False, False]


def test_a_decorated_coroutine_switches_its_own_task_only():
    @no_grad
    async def inside(x):
        await asyncio.sleep(0)
        return kept(x)

    async def outside(x):
        await asyncio.sleep(0)
        return kept(x)

    async def both():
        return await asyncio.gather(inside(Value(1.0)), outside(Value(1.0)))

    assert asyncio.run(both()) == [False, True]


def test_a_mode_belongs_to_its_thread():
    inside, seen = threading.Barrier(2), {}

    def work():
        inside.wait()
        seen["other"] = kept(Value(1.0))
        inside.wait()

    thread = threading.Thread(target=work)
    thread.start()
    with no_grad():
        inside.wait()
        inside.wait()
        seen["here"] = kept(Value(1.0))
    thread.join()
    assert seen == {"other": True, "here": False}


def test_lines_are_known_inside_trace_lines_only():
    x = Value(1.0)
    with trace_lines():
        y = x * 2
        z = y.tanh()
    assert y.line.startswith("test_modes.py:")
    assert int(z.line.partition(":")[2]) == int(y.line.partition(":")[2]) + 1
    assert (x.line, (x * 2).line) == (None, None)


def test_a_recorder_hears_of_nodes_and_branches():
    class Recorder(Listener):
        def __init__(self):
            self.nodes, self.branches = [], []

        def node(self, node):
            self.nodes.append(node)

        def branch(self, *branch):
            self.branches.append(branch)

    recorder, x = Recorder(), Value(2.0)
    with mode(recorder=recorder):
        y = x * 3
        assert y > 1
        assert x
    assert recorder.nodes == [y]
    assert recorder.branches == [(">", y, 1, True), ("bool", x, 0.0, True)]
    assert not x < 1
    assert len(recorder.branches) == 2


@pytest.mark.parametrize(
    ("changes", "unusual"),
    [({"grad": False}, True), ({"lines": True}, True), ({"anomaly": Listener()}, True), ({"grad": True}, False)],
)
def test_nodes_are_made_in_another_way_only_where_a_mode_wants_it(changes, unusual):
    class Reader(Listener):
        hears_nodes = False

        def node(self, node):
            raise AssertionError("a node that nobody needs to hear of")

        def branch(self, *branch):
            self.branch_taken = branch

    reader, x = Reader(), Value(2.0)
    with mode(branches=reader):
        assert (len(ACTIVE), UNUSUAL) == (1, [])
        y = x * 3 + x.tanh()
        assert (y.parents[0].parents, y.parents[1].parents) == ((x,), (x,))
        assert y > 1
    assert reader.branch_taken == (">", y, 1, True)
    with mode(**changes), mode(recorder=Listener() if unusual else reader):
        assert (len(ACTIVE), len(UNUSUAL)) == ((2, 2) if unusual else (1, 0))  # the default mode counts for nobody


def test_a_listener_that_raises_stops_a_backward_before_any_leaf_has_changed():
    class Strict(Listener):
        def backward(self, root, seed):
            raise ArithmeticError(f"{root.data} {seed}")

    x = Value(2.0)
    y = x * 3.0
    with mode(anomaly=Strict()), pytest.raises(ArithmeticError, match=r"6\.0 1\.0"):
        y.backward()
    assert x.grad == 0.0


def test_a_package_built_on_values_is_passed_over_like_the_engine_itself(monkeypatch):
    package, module = types.ModuleType("stranger"), types.ModuleType("stranger.layers")
    exec("def double(x):\n    return x * 2.0", vars(module))
    monkeypatch.setitem(sys.modules, "stranger", package)
    with trace_lines():
        before = module.double(Value(1.0)).line
        package.__built_on_values__ = True
        after = module.double(Value(1.0)).line
    assert before == "<string>:2"
    assert after.startswith("test_modes.py:")


def test_an_unknown_mode_is_refused_at_once():
    with pytest.raises(TypeError, match="gard"):
        mode(gard=False)


def test_a_line_of_a_notebook_is_named_after_its_cell(monkeypatch):
    cells = {"/tmp/ipykernel_1/250.py": ("Cell", "In[3]")}
    shell = types.SimpleNamespace(compile=types.SimpleNamespace(format_code_name=cells.get))
    monkeypatch.setitem(sys.modules, "IPython", types.SimpleNamespace(get_ipython=lambda: shell))
    lines = {}
    for path in ("/tmp/ipykernel_1/250.py", "/home/me/model.py"):
        names = {"x": Value(2.0)}
        with trace_lines():
            exec(compile("\ny = x * x", path, "exec"), names)
        lines[path] = names["y"].line
    assert list(lines.values()) == ["In[3]:2", "model.py:2"]


def test_an_async_generator_is_refused_at_once():
    async def numbers():
        yield Value(1.0) * 2.0

    with pytest.raises(TypeError, match=r"no_grad cannot decorate an async generator: put `with no_grad\(\):` around"):
        no_grad(numbers)


def test_modes_that_end_in_the_wrong_order_leave_none_behind():
    def held():
        with no_grad():
            yield

    first, second = held(), held()
    next(first), next(second)
    first.close(), second.close()
    assert current_mode() == Mode()
    with trace_lines():
        assert (Value(2.0) * 3.0).parents != ()


def test_what_derivatives_made_is_forgotten_when_the_outermost_one_ends():
    for _ in range(2):
        with made_in_derivatives() as made:
            assert made_here.get() is made
        assert made_here.get() is None
    with pytest.raises(ZeroDivisionError), made_in_derivatives():
        raise ZeroDivisionError
    assert made_here.get() is None
