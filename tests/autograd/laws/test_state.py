"""What stays true whatever happens: interrupts, threads, hash seeds, the collector, graphs of a million nodes."""

import _thread
import copy
import gc
import math
import os
import pickle
import random
import subprocess
import sys
import threading
import time
import tracemalloc
import weakref
from pathlib import Path

import pytest

import autograd
from autograd import Value, backprop, by_hand, dot, native, no_grad, steps, topological_order

ROOT = Path(__file__).parents[3]


class Own(Value):
    """A subclass with operations written the micrograd way, and memory of its own."""

    def __init__(self, *given):
        super().__init__(*given)
        self.memory = {"m": 0.0}

    def tanh(self):
        return closure_tanh(self)


def closure_tanh(x):
    """As in micrograd's lecture."""
    out = type(x)(math.tanh(x.data), (x,), "tanh")

    def _backward():
        x.grad += (1.0 - out.data**2) * out.grad

    out._backward = _backward
    return out


def slope_tanh(x):
    """As in microgpt."""
    return Value(math.tanh(x.data), (x,), (1.0 - math.tanh(x.data) ** 2,))


def mixed_tanh(x):
    """Both of them, an ordinary one, and an attribute on each."""
    ways = [closure_tanh(x), slope_tanh(x), x.tanh()]
    for way in ways:
        way.note = x
    return autograd.mean(ways)


KINDS = {"ordinary": (Value, Value.tanh), "closure": (Value, closure_tanh), "slopes": (Value, slope_tanh),
         "mixed": (Value, mixed_tanh), "subclass": (Own, Own.tanh)}  # fmt: skip
every_kind = pytest.mark.parametrize("kind", KINDS)


def model(kind="ordinary"):
    """A small graph with every kind of node, leaves that have a gradient already, and two roots that share nodes."""
    make, tanh = KINDS[kind]
    leaves = [make(0.3 * i - 1.0) for i in range(5)]
    h = [tanh(dot(leaves[:3], [1.0, leaves[4], 0.5], b) * 0.5) for b in leaves[3:]]
    first = autograd.total([h[0] * h[1], leaves[0], abs(h[1] - 1)])
    second = autograd.softmax([first, h[0], 0.1])[1] + leaves[2] ** 2
    return leaves, first, second


# Interrupts: all leaves or none -------------------------------------------------------------------
class Interrupted(BaseException):
    """Stands for Ctrl-C."""


def interrupt_at(point, function):
    """Run `function`, raising at the point-th instruction of what runs while leaves change; was it that long?"""
    counted = 0

    def trace(frame, event, _):
        nonlocal counted
        frame.f_trace_opcodes = frame.f_code.co_filename in (backprop.__file__, by_hand.__file__)
        if event == "opcode" and (counted := counted + 1) == point:
            raise Interrupted
        return trace

    before = sys.gettrace()  # coverage's: without it the rest of the run would count as never run
    sys._getframe().f_trace_opcodes = True  # from Python 3.12 on, the first one has to be asked for before settrace
    sys.settrace(trace)
    try:
        function()
    except Interrupted:
        return True
    finally:
        sys.settrace(before)
    return False


def locked():
    """Whether another thread would have to wait for its backward()."""
    found = []

    def look():
        if free := by_hand.one_at_a_time.acquire(blocking=False):
            by_hand.one_at_a_time.release()
        found.append(not free)

    thread = threading.Thread(target=look)
    thread.start()
    thread.join()
    return found[0]


@every_kind
def test_an_interrupt_at_any_instruction_of_backward_updates_all_leaves_or_none(kind):
    leaves, first, second = model(kind)
    first.backward()
    before = [leaf.grad for leaf in leaves]
    second.backward()
    after = [leaf.grad for leaf in leaves]
    point, outcomes, left_locked, left_inside = 0, [], 0, 0
    interrupted = True
    while interrupted:
        point += 1
        for leaf, grad in zip(leaves, before, strict=True):
            leaf.grad = grad
        interrupted = interrupt_at(point, second.backward)
        found = [leaf.grad for leaf in leaves]
        assert found in (before, after), f"instruction {point}"
        outcomes.append(found == after)
        left_inside += len(by_hand.INSIDE)
        by_hand.INSIDE.clear()
        if by_hand.in_the_middle.locked():
            left_locked += 1
            by_hand.in_the_middle.release()
        if locked():
            left_locked += 1
            by_hand.one_at_a_time.release()
    assert outcomes == sorted(outcomes)
    if native.extension is None:  # native: of ordinary graphs hardly an instruction of Python runs
        assert point > 400
    # Leaving a `with` takes a few instructions between which CPython handles no signal (it does so after calls and when
    # a loop starts over), but where a trace function can raise: only there may a lock be left, or a `finally` be cut.
    assert left_locked <= 16
    assert left_inside <= 6 * 8  # closures of the mixed kind, instructions of `del INSIDE[depth:]`


@pytest.mark.usefixtures("interruptible")
def test_ctrl_c_during_backward_updates_all_leaves_or_none():
    """A real interrupt, delivered by the interpreter at a moment of its own choice."""
    leaves = [Value(1.0) for _ in range(200)]
    y = leaves[0] * 1.0
    for _ in range(150):
        for leaf in leaves:
            y = y + leaf * 1.0
    y.backward()
    whole, interrupted = leaves[1].grad, 0
    started = time.perf_counter()
    y.backward()
    needed = time.perf_counter() - started
    for attempt in range(24):
        before = [leaf.grad for leaf in leaves]
        timer = threading.Timer(needed * attempt / 24, _thread.interrupt_main)
        try:
            timer.start()
            y.backward()
            timer.join()
            time.sleep(0.001)
        except KeyboardInterrupt:
            interrupted += 1
        timer.join()
        changes = {leaf.grad - old for leaf, old in zip(leaves[1:], before[1:], strict=True)}
        assert changes in ({0.0}, {whole})
        assert not locked()
    assert interrupted


@every_kind
def test_an_exception_inside_backward_updates_no_leaf(kind):
    leaves, first, _ = model(kind)
    first.backward()
    before = [leaf.grad for leaf in leaves]
    first._d_left = ("no number",) * len(first._d_left)
    with pytest.raises(TypeError):
        first.backward()
    assert [leaf.grad for leaf in leaves] == before
    assert not locked()


# Threads and generators ---------------------------------------------------------------------------
def closure_mul(a, b):
    out = Value(a.data * b.data, (a, b), "*")

    def _backward():
        a.grad += b.data * out.grad
        b.grad += a.data * out.grad

    out._backward = _backward
    return out


@pytest.mark.parametrize("mul", [lambda a, b: a * b, closure_mul], ids=["ordinary", "closure"])
def test_threads_differentiate_shared_parameters_at_once(mul):
    """Every thread adds its exact part, whatever they do at the same time; integers, so the order cannot matter."""
    p = [Value(float(i)) for i in range(4)]

    def work(scale):
        for _ in range(50):
            with no_grad():
                assert not (p[0] * p[1]).parents
            y = dot(p, p) * scale + mul(p[0], p[1])
            list(steps(y))
            y.backward()

    threads = [threading.Thread(target=work, args=(float(2**k),)) for k in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    scale = 50.0 * (2**6 - 1)
    assert [v.grad for v in p] == [2 * 0 * scale + 300 * 1, 2 * 1 * scale, 4 * scale, 6 * scale]


def test_a_with_held_across_a_yield_leaks_until_the_generator_goes_on():
    """The documented limit of context managers in generators, and that a decorated generator does not have it."""

    def held():
        with no_grad():
            yield

    @no_grad
    def decorated():
        yield

    x = Value(1.0)
    generator = decorated()
    next(generator)
    assert (x * 2).parents == (x,)
    generator = held()
    next(generator)
    assert (x * 2).parents == ()
    generator.close()
    assert (x * 2).parents == (x,)


# One answer in every process ----------------------------------------------------------------------
SCRIPT = """
import autograd, random
from autograd import Value
rng = random.Random(0)
nodes = leaves = [Value(rng.uniform(-1, 1)) for _ in range(20)]
for _ in range(400):
    a, b, c = rng.choice(nodes), rng.choice(nodes), rng.choice(nodes)
    made = rng.choice([
        lambda: a * b, lambda: a + b * 0.1, lambda: (a - c).tanh(), lambda: autograd.dot([a, b], [b, c], 0.1),
        lambda: autograd.softmax([a, b, c])[1], lambda: a / (2 + b * b),
    ])()
    nodes = [*nodes, made]
autograd.total(nodes[-50:]).backward()
print(*(leaf.grad.hex() for leaf in leaves))
"""


def test_twenty_processes_with_other_hash_seeds_give_the_same_bits():
    def start(seed):
        environment = {**os.environ, "PYTHONHASHSEED": str(seed), "PYTHONPATH": str(ROOT)}
        return subprocess.Popen([sys.executable, "-c", SCRIPT], env=environment, stdout=subprocess.PIPE, text=True)

    rng = random.Random(7)
    answers = set()
    for _ in range(5):
        running = [start(rng.randrange(2**32)) for _ in range(4)]
        answers |= {process.communicate()[0] for process in running}
    assert len(answers) == 1
    assert len(answers.pop().split()) == 20


# Memory -------------------------------------------------------------------------------------------
def step(parameters, rng):
    """One step of training as a user writes it."""
    x = [rng.uniform(-1, 1) for _ in range(3)]
    hidden = [(dot(parameters[i : i + 3], x, parameters[i + 3])).tanh() for i in range(0, 12, 4)]
    loss = (autograd.total(hidden) - 0.5) ** 2 + parameters[0].relu() * 0.01
    for p in parameters:
        p.grad = 0.0
    loss.backward()
    for p in parameters:
        p.data -= 0.01 * p.grad


def test_training_without_the_collector_keeps_no_memory():
    parameters, rng = [Value(0.1 * i) for i in range(12)], random.Random(0)
    gc.collect()
    gc.disable()
    try:
        for _ in range(20):
            step(parameters, rng)
        tracemalloc.start()
        before = tracemalloc.get_traced_memory()[0]
        for _ in range(1000):
            step(parameters, rng)
        growth = tracemalloc.get_traced_memory()[0] - before
        tracemalloc.stop()
        gc.set_debug(gc.DEBUG_SAVEALL)
        gc.collect()
        ours = [thing for thing in gc.garbage if type(thing).__module__.startswith("autograd")]
    finally:
        gc.set_debug(0)
        gc.garbage.clear()
        gc.enable()
    assert growth < 1_000_000
    assert ours == []


@pytest.mark.parametrize("kind", ["ordinary", "slopes"])
def test_dropping_the_result_frees_its_graph_at_once(kind):
    gc.disable()
    try:
        a = Value(2.0)
        a.note = "mine"
        y = KINDS[kind][1](a) * a
        y.note = a
        y = y + autograd.softmax([a * 3, autograd.exp(a), a])[0]
        y = y * autograd.dot([y], [a * 2], y)
        inner = [weakref.ref(node) for node in topological_order(y) if node is not a]
        y.backward()
        list(steps(y))
        del y
        assert [ref() for ref in inner] == [None] * len(inner)
    finally:
        gc.enable()


@every_kind
def test_the_collector_frees_what_closures_hold_together(kind):
    leaves, first, second = model(kind)
    inner = [weakref.ref(node) for node in topological_order(first, second) if node not in leaves]
    second.backward()
    list(steps(second))
    del first, second
    gc.collect()
    assert [ref() for ref in inner] == [None] * len(inner)


@every_kind
@pytest.mark.parametrize(
    "duplicate", [copy.deepcopy, lambda thing: pickle.loads(pickle.dumps(thing))], ids=["deepcopy", "pickle"]
)
def test_a_graph_of_any_kind_and_its_copy_give_the_same_gradients(kind, duplicate):
    leaves, _, second = model(kind)
    leaves[0].memory = {"m": 0.25}
    leaves2, second2 = duplicate((leaves, second))
    second.backward()
    second2.backward()
    assert [leaf.grad for leaf in leaves2] == pytest.approx([leaf.grad for leaf in leaves], rel=1e-15)
    assert (leaves2[0].memory, leaves2[0].memory is leaves[0].memory) == ({"m": 0.25}, False)
    assert [type(node) for node in topological_order(second2)] == [type(node) for node in topological_order(second)]


# Size ---------------------------------------------------------------------------------------------
def chain(n):
    y = x = Value(1.0)
    for _ in range(n):
        y = y + 1.0
    return x, y


def wide(n):
    xs = [Value(1.0) for _ in range(n)]
    return xs[0], autograd.total(xs)


def hand_made_chain(n):
    y = x = Value(1.0)
    for _ in range(n // 300):
        y = closure_mul(y, Value(1.0))
    return x, y


def ladder(n):
    """Every rung uses the one before twice: 2ⁿ paths, n nodes."""
    y = x = Value(1.0)
    for _ in range(n):
        y = y * 0.25 + y * 0.25
    return x, y


@pytest.mark.parametrize(
    ("build", "size", "gradient"),
    [(chain, 1_000_000, 1.0), (wide, 1_000_000, 1.0), (ladder, 60, 0.5**60), (hand_made_chain, 1_000_000, 1.0)],
    ids=["chain", "sum", "ladder", "hand-made chain"],
)
def test_size_needs_no_recursion(build, size, gradient):
    assert sys.getrecursionlimit() <= 1000 or "pytest" in sys.modules
    x, y = build(size)
    y.backward()
    assert x.grad == gradient
    assert len(repr(y)) < 100
    del x, y


@pytest.mark.parametrize(
    ("build", "size"),
    [(chain, 100_000), (wide, 100_000), (ladder, 60), (hand_made_chain, 1_000_000)],
    ids=["chain", "sum", "ladder", "hand-made chain"],
)
@pytest.mark.parametrize(
    "duplicate",
    [copy.copy, copy.deepcopy, lambda thing: pickle.loads(pickle.dumps(thing))],
    ids=["copy", "deepcopy", "pickle"],
)
def test_copies_of_any_size_need_no_recursion(build, size, duplicate):
    """A hundred thousand nodes are a hundred times the recursion limit; the long suite does a million."""
    _, y = build(size)
    z = duplicate(y)
    assert (z.data, len(topological_order(z))) == (y.data, len(topological_order(y)))


@pytest.mark.accuracy
@pytest.mark.parametrize("build", [chain, wide], ids=["chain", "sum"])
@pytest.mark.parametrize(
    "duplicate", [copy.deepcopy, lambda thing: pickle.loads(pickle.dumps(thing))], ids=["deepcopy", "pickle"]
)
def test_copies_of_a_million_nodes(build, duplicate):
    x, y = build(1_000_000)
    x2, y2 = duplicate((x, y))
    y2.backward()
    assert (x2.grad, x.grad) == (1.0, 0.0)
