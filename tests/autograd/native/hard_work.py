"""What the engine in C is put through where every mistake shows: under sanitizers, and while allocations fail.

    python -m tests.autograd.native.hard_work NAME ...       names of functions below; without a name, all

`test_checked.py` compiles an engine that hides nothing (no freed node or block waits for its next use, the sanitizers
of the compiler are on) and runs this on it.
"""

import copy
import gc
import math
import pickle
import random
import sys
import threading
import weakref
from array import array
from collections.abc import Callable, Iterator
from functools import partial
from itertools import pairwise
from operator import attrgetter
from typing import Any

import autograd
from autograd import Value, no_grad, operation, record
from autograd.backprop import ordered
from autograd.native import extension
from autograd.programs.kinds import GRADIENTS, MAP_GRADIENTS, MAP_VALUES, backward
from autograd.programs.machine import encoded
from autograd.programs.recorder import _Transcript
from tests.autograd.native.random_programs import Run, Sub, by_hand, shown

Job = Callable[[], Any]
PROGRAMS = 1000  # random ones, and as many odd ones
TURNS = 50  # of a job, to see whether it leaks
ALL = ("programs", "long_graphs", "replays", "threads", "meddling", "failing_memory", "leaks")


@operation(lambda a, y: 2.0 * a)
def users_square(a):
    return a * a


@operation(lambda a, y: 1.0)
def users_mood(a):
    if a > 9.0:
        raise KeyError("too much") if a > 99.0 else TypeError("much")
    return a


class Double(float):
    """As NumPy has one."""


# Graphs of every size ------------------------------------------------------------------------------------------------
def programs() -> None:
    """Random programs over all rows and odd operands."""
    for seed in range(PROGRAMS):
        Run(seed, False).text()
        Run(seed, True).text()


def long_graphs() -> None:
    """A chain and a sum of a million nodes, of the class itself and of a subclass."""
    for kind in (Value, Sub):
        x = y = kind(1.0)
        for _ in range(1_000_000):
            y = y * 1.0
        y.backward()
        assert x.grad == 1.0
        del y
    xs = [Value(0.5) for _ in range(1_000_000)]
    (autograd.total(xs) + autograd.dot(xs, xs) + sum(xs)).backward()
    assert {x.grad for x in xs} == {3.0}


def replays() -> None:
    """Programs of random layers on batches of every size, and on one example, against graphs."""
    for seed in range(100):
        draw = random.Random(seed)
        widths = [draw.randint(1, 12) for _ in range(draw.randint(2, 4))]
        weights = [[[Value(draw.gauss(0.0, 1.0)) for _ in range(n + 1)] for _ in range(m)] for n, m in pairwise(widths)]

        def network(*xs: Any, weights: Any = weights) -> Any:
            for layer in weights:
                xs = tuple(autograd.relu(autograd.dot(ws[:-1], xs, ws[-1])) for ws in layer)
            return autograd.total([autograd.softplus(x) for x in xs]) * users_square(xs[0] + 1.0)

        leaves = [w for layer in weights for ws in layer for w in ws]
        rows = [[draw.gauss(0.0, 1.0) for _ in range(widths[0])] for _ in range(draw.randint(1, 20))]
        program = record(network, *rows[0], arrays=False)
        program.map_backward(*zip(*rows, strict=True), reduce="sum")
        found = [w.grad for w in leaves]
        for row in rows:
            network(*row).backward()
            program.backward(*row)
        for w, grad in zip(leaves, found, strict=True):
            assert math.isclose(w.grad, 3.0 * grad, rel_tol=1e-9, abs_tol=1e-9), (seed, w.grad, grad)


def threads() -> None:
    """Eight threads build, differentiate, replay, fail and collect, all on the same parameters."""
    shared = [Value(float(i)) for i in range(4)]
    program = record(lambda x: autograd.tanh(x * shared[0]) + autograd.dot(shared, shared) / shared[3], 0.5)

    def work() -> None:
        for _ in range(200):
            (autograd.dot(shared[:2], shared[2:]) * 2.0).backward()
            by_hand(shared[1])
            program.value_and_grad(0.25)
            copy.deepcopy(shared[1] * 2.0)
            try:
                _ = shared[0] * "x"  # type: ignore[operator]
            except TypeError:
                gc.collect(0)

    workers = [threading.Thread(target=work) for _ in range(8)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    assert [v.grad for v in shared] == [1600.0 * x for x in (4.0, 6.0, 0.0, 2.0)]


# What runs in the middle of something else ---------------------------------------------------------------------------
class Last:
    """Does something when it goes."""

    def __init__(self, words: Callable[[], Any]) -> None:
        self.words = words

    def __del__(self) -> None:
        self.words()

    def __call__(self) -> None:
        """As a closure has it."""


def meddling() -> None:
    """Whoever is let go of changes the very node that lets it go, and collections change the graph that is read."""
    for job in (slots_meddled_with, numbers_meddled_with, circles_through_lines, circles_through_runs):
        job()
    for job in (last_runs, steps_meddled_with) if extension is not None else ():
        job()
    for read in (attrgetter("operands"), attrgetter("parents"), autograd.topological_order, ordered):
        collected_while(read)


def slots_meddled_with() -> None:
    leaf = Value(1.0)
    leaf._backward = Last(lambda: setattr(leaf, "_right", None))
    leaf._backward = Last(lambda: None)
    assert leaf._right is None
    b = Value(3.0)
    y = Value(2.0) * b
    y._left.last = Last(partial(setattr, y, "_d_left", "meddled"))
    y._d_left = 1.0
    y._left = b  # nobody else holds the one before
    assert (y._left, y._d_left, y._right, y._d_right) == (b, "meddled", b, 2.0)
    y.op = autograd.ops.Operation("last", "", abs, 0.0)
    y.op.last = Last(partial(setattr, y, "op", None))
    y.op = autograd.ops.Operation("next", "", abs, 0.0)
    assert y.op is None
    del y
    x = Value(1.0)
    (x * 2.0).backward()
    assert x.grad == 2.0


def numbers_meddled_with() -> None:
    for name in ("data", "grad"):
        for new in (2.0, [2.0]):
            for last in (3.0, [3.0]):
                v = Value(1.0)
                setattr(v, name, Last(lambda v=v, name=name, last=last: setattr(v, name, last)))
                setattr(v, name, new)
                assert getattr(v, name) == last
                setattr(v, name, 4.0)
                (v * 1.0 + v).backward()
                assert (v.data, v.grad) == ((4.0, 2.0) if name == "data" else (1.0, 6.0))


def circles_through_lines() -> None:
    v = Value(1.0)
    v._line = [v]
    seen = weakref.ref(v)
    del v
    gc.collect()
    assert seen() is None


class Marked(array):  # type: ignore[type-arg]
    """An array with attributes."""


class Asking:
    """Numbers that ask for a last run where they are let go of (from Python 3.12 on, which looks for these methods)."""

    def __init__(self, numbers: Any, heard: list[Any]) -> None:
        self.numbers: Any = numbers
        self.run: Any = lambda: None
        self.heard = heard  # what came of it

    def __buffer__(self, flags: int) -> Any:
        return memoryview(self.numbers)

    def __release_buffer__(self, view: Any) -> None:
        try:
            self.heard.append(self.run())
        except ReferenceError as error:  # there is nothing to run with any more
            self.heard.append(str(error))


def circles_through_runs() -> None:
    """A run that is bound to arrays, which is known by one of them, or by who knows otherwise."""
    if extension is None:
        return
    w = Value(2.0)
    path = record(lambda x: x * w, 1.0, arrays=False)._paths[0]
    one, batch, values = (encoded(path.work(kind)) for kind in (GRADIENTS, MAP_GRADIENTS, MAP_VALUES))
    table = memoryview(array("d", [1.0, 2.0, 3.0])).cast("B").cast("d", (1, 3))
    for place in range(4 + 2 * (sys.version_info >= (3, 12))):
        heard: list[Any] = []
        numbers, inputs, gradients, results = (Marked("d", [1.0] * n) for n in (1, 1, 2, 1))
        asking = Asking(numbers, heard) if place >= 4 else numbers
        gc.freeze()  # then a collection takes the runs apart first, and arrays that ask after them

        def otherwise() -> str:
            return "otherwise"

        runs = [
            one.bind(otherwise, asking, inputs, gradients, False, 1.0),
            batch.bind_batch(otherwise, asking, table, 3, 1.0, Marked("d", [0.0]), True, 2.0),
            values.bind_map(otherwise, asking, (inputs,), (results,)),
        ]
        seen = weakref.ref(otherwise)
        knows: Any = [numbers, inputs, results, otherwise, asking, asking][place]
        knows.run = runs[2] if knows is results else runs[0].in_turn if place == 5 else runs[0]
        assert [run() for run in runs] == [1.0, 6.0, True]
        gc.collect()
        gc.unfreeze()
        del numbers, inputs, gradients, results, otherwise, asking, knows, runs
        gc.collect()
        assert seen() is None, place
        assert ("this function has let go of its arrays" in heard) == (place >= 4), (place, heard)


def last_runs() -> None:
    """A collection that comes to a machine first, then to a run whose array asks for a run of that machine: it is made,
    with a row of a user's."""
    if sys.version_info < (3, 12):  # which does not look for __release_buffer__
        return
    w, heard = Value(2.0), list[Any]()
    path = record(lambda x: users_square(x * w), 1.0, arrays=False)._paths[0]

    def circle() -> tuple[Any, Any]:
        one, two = (encoded(path.work(GRADIENTS)) for _ in range(2))
        asking, places = Asking(array("d", [3.0]), heard), [array("d", [1.0] * n) for n in (1, 2)]
        asking.first = first = one.bind(None, asking, *places, False, 1.0)
        asking.run = two.bind(None, array("d", [3.0]), *places, False, 1.0)
        return first, two

    held = circle()
    gc.collect()  # which puts in front what it reaches first: of a tuple, the last of it
    assert held
    del held
    gc.collect()
    assert heard == [9.0]


def steps_meddled_with() -> None:
    """One of several steps lets go of all of them, or asks for the run that is on its way."""
    asks: Any = None

    @operation(lambda a, y: 1.0)
    def users_question(a: float) -> float:
        return a if asks is None else a + (100.0 if asks.in_turn() is None else 200.0)

    w = Value(2.0)
    path = record(lambda x: users_question(x) * w, 1.0, arrays=False)._paths[0]
    one = encoded(path.work(GRADIENTS))
    steps: list[Any] = [one.bind(None, *(array("d", [1.0] * n) for n in (1, 1, 2)), False, 1.0) for _ in range(3)]
    steps.insert(1, (steps.clear,))
    del one, path
    assert steps[0].in_turn(*steps[1:]) == 3.0
    assert steps == []
    path = record(lambda x: users_question(x) * w, 1.0, arrays=False)._paths[0]
    asks = encoded(path.work(GRADIENTS)).bind(None, *(array("d", [1.0] * n) for n in (1, 1, 2)), False, 1.0)
    assert asks.in_turn(asks, (gc.collect,)) == 202.0


def collected_while(read: Callable[[Value], Any]) -> None:
    """Read a graph that a collection takes apart, at every moment at which one may come."""
    for moment in range(1, 25):
        root = Value(1.0)
        for _ in range(50):
            root = root * Value(2.0)

        def meddle(phase: str, info: Any, root: Value = root) -> None:
            for name in ("_left", "_d_left", "_right", "_d_right", "op"):
                setattr(root, name, None)

        gc.collect()
        gc.callbacks.append(meddle)
        gc.set_threshold(moment)
        try:
            found = read(root)
        except AttributeError:  # in Python, which may come upon a link that is None already
            found = []
        finally:
            gc.set_threshold(700)
            gc.callbacks.remove(meddle)
        flat = [v for part in found for v in (part if isinstance(part, list) else [part])]
        assert sum(v.data for v in flat) >= 0.0


# Allocations that fail -----------------------------------------------------------------------------------------------
def failing_memory() -> None:
    """Every allocation of every job fails once: MemoryError or the right answer, and all is well afterwards."""
    failing_walks()
    failing_sums()
    for job in jobs():
        if job.__name__ == "rows_that_fail":
            continue  # an exception that leaves a function of Python's is lost where Python has no memory for that
        points = failing_points(job)
        print(f"{job.__name__}: {points} failing points")


def failing_walks() -> None:
    """Walks keep their memory, which has to grow only where a graph is deeper than all before: once it was lost that it
    had not grown, when what came next did."""
    from _testcapi import remove_mem_hooks, set_nomemory

    x = y = Value(0.5)
    failed = 0
    for k in range(20_000):
        y = y * 0.5 + x
        if k % 1000:
            continue
        for at in range(1, 10):
            x.grad = 0.0
            set_nomemory(at, at + 1)
            try:
                y.backward()
            except MemoryError:
                failed += 1
                assert x.grad == 0.0
                continue
            finally:
                remove_mem_hooks()
            break
        assert x.grad == sum(0.5**i for i in range(min(k, 60), -1, -1)) + 0.5 ** (k + 1), k
    assert failed > 5


def failing_sums() -> None:
    """What is added to an array is added once, or not at all: an answer is made before, and that may fail."""
    from _testcapi import remove_mem_hooks, set_nomemory

    if extension is None:
        return
    w = Value(3.0)
    machine = encoded(record(lambda x: x * w, 0.5, arrays=False)._paths[0].work(GRADIENTS))
    parameters, inputs, sums = [3.0], [0.5], set()
    for at in range(20):
        gradients, pairs = array("d", [1.0, 1.0]), [(k, k) for k in range(3000)]  # Python has none to spare then,
        failed = False
        set_nomemory(at, at + 1)
        try:
            pairs.append((at, at))  # nor that in which these numbers came
            machine.run(parameters, inputs, gradients, True)
        except MemoryError:
            failed = True
        finally:
            remove_mem_hooks()
        sums.add((failed, *gradients))
        del pairs
    assert sums == {(True, 1.0, 1.0), (False, 4.0, 1.5)}, sums


def failing_points(job: Job) -> int:
    """Let the first allocation fail, then the second …, until a run of them is not reached any more."""
    from _testcapi import remove_mem_hooks, set_nomemory

    wanted, at, last = shown(job()), 0, 0
    sys.unraisablehook = lambda _: None  # generators that were left half-way tell of it
    gc.disable()
    while at < last + 40:
        found: Any = None
        set_nomemory(at, at + 1)
        try:
            found = job()
        except (MemoryError, pickle.PicklingError):  # the second is how pickle says it
            last = at
        finally:
            remove_mem_hooks()
        if found is not None:
            assert shown(found) == wanted, (job.__name__, at, shown(found), wanted)
        assert shown(job()) == wanted, (job.__name__, at)
        at += 1
    gc.enable()
    gc.collect()
    assert shown(job()) == wanted
    return last


def leaks() -> None:
    """No job keeps anything: allocated blocks, references where Python counts them (a debug build), objects in all.

    Of several counts the least: what Python and C keep for later makes some of them grow, a leak makes all. (Jobs that
    leave circles behind keep growing a little while lists of spare memory fill; references, where they are counted, do
    not.)
    """
    counts = [sys.getallocatedblocks, lambda: len(gc.get_objects())]
    if hasattr(sys, "gettotalrefcount"):
        counts.append(sys.gettotalrefcount)
    for job in jobs():
        grown = [growth(job, counts) for _ in range(12)]
        least = [min(kind) for kind in zip(*grown, strict=True)]
        assert all(n < 2 * TURNS for n in least), (job.__name__, grown)


def growth(job: Job, counts: list[Callable[[], int]]) -> list[int]:
    """How much more of everything there is after many turns of a job."""
    gc.collect()
    before = [count() for count in counts]
    for _ in range(TURNS):
        job()
        gc.collect(0)  # so that the number of circles alive at a time does not grow by chance
    gc.collect()
    return [count() - old for count, old in zip(counts, before, strict=True)]


def everything(y: Value) -> list[Any]:
    """All that can be seen of a node."""
    return [y, y.grad, str(y.op), list(y.operands), list(y.local_grads), str(y.label)]


def jobs() -> Iterator[Job]:
    """Pieces of work, small enough for each of their allocations."""
    a, b, sub = Value(0.5), Value(-1.5), Sub(2.0)
    yield from operators_of(a, b, sub)
    yield from lists_of(a, b, sub)
    yield from what_is_hung_on(a, b)
    yield from walks_over(a, b)
    yield from replays_of(a, b)
    yield from turns_of(a, b)


def operators_of(a: Value, b: Value, sub: Value) -> Iterator[Job]:
    def binary() -> Any:
        return [everything(y) for y in (a + b, a * 2.0, 3 - a, a / b, a**2, 2.0**a, sub * a)]

    def of_rows() -> Any:
        return [everything(y) for y in (a.tanh(), autograd.tanh(a), autograd.atan(a), autograd.gelu(b), -a, abs(b))]

    def in_python() -> Any:
        return [everything(y) for y in (a % b, users_square(a), autograd.where(a, b, a), autograd.clip(a, -1.0, 1.0))]

    def without_gradients() -> Any:
        with no_grad():
            return everything(a * b + autograd.tanh(a))

    def strangers() -> Any:
        try:
            return a * None  # type: ignore[operator]
        except TypeError as error:
            return str(error)

    def leaves() -> Any:
        return [everything(v) for v in (Value(1), Value(2.0), Sub(3.0), a.detach(), Value(2**70))]

    yield from (binary, of_rows, in_python, without_gradients, strangers, leaves)


def lists_of(a: Value, b: Value, sub: Value) -> Iterator[Job]:
    xs = [a, b, 0.25, sub, a]

    def sums() -> Any:
        return [everything(y) for y in (autograd.total(xs), autograd.mean(xs), autograd.sum_of_squares(xs))]

    def dots() -> Any:
        return [everything(y) for y in (autograd.dot(xs, xs, b), autograd.dot([a] * 40, [b] * 40))]

    def softmaxes() -> Any:
        found = [*autograd.softmax(xs), autograd.logsumexp(xs), autograd.cross_entropy(xs, 2)]
        return [everything(y) for y in found]

    yield from (sums, dots, softmaxes)


def what_is_hung_on(a: Value, b: Value) -> Iterator[Job]:
    def labels() -> Any:
        y, z = a * b, 1.0 - a
        y.label, z.label = "y", "z"
        return everything(y), everything(z)

    def attributes() -> Any:
        y = a * b
        y.m, y.seen = 0.5, weakref.ref(a)
        y.m += 1.0
        return [y.m, y.seen() is a, sorted(vars(y)), everything(y)]

    def circles() -> Any:
        x = Value(2.0)
        y = (x * a).tanh()
        x.twin = [y]
        out = by_hand(y)
        return everything(out)[:-1]

    def numbers_overwritten() -> Any:
        y = a * b
        y.grad = 2**70
        y.data = 3
        return everything(y)

    def floats_of_another_class() -> Any:
        y = Value(0.5)
        y.data = Double(0.5)
        return [everything(z) for z in (y * b, y + y, 2.0 - y, y / 3, y.tanh(), -y)]

    def slots_one_by_one() -> Any:
        y = Value(6.0)
        y.op = autograd.OPERATIONS["mul"]
        y._right, y._d_right, y._left, y._d_left = b, 2.0, a, 3.0
        y.label = "y"
        return [everything(y), y._left, y._d_left, y._right, y._d_right]

    yield from (labels, attributes, circles, numbers_overwritten, floats_of_another_class, slots_one_by_one)


def walks_over(a: Value, b: Value) -> Iterator[Job]:
    def backward_all_or_none() -> Any:
        leaves = [Value(1.0), Value(2.0), Value(3.0)]
        y = autograd.dot(leaves, leaves, leaves[0]) * leaves[1] + autograd.tanh(leaves[2])
        before = [0, 0.5, -1.0]
        for leaf, grad in zip(leaves, before, strict=True):
            leaf.grad = grad
        try:
            y.backward()
        except MemoryError:
            assert [leaf.grad for leaf in leaves] == before
            raise
        return [leaf.grad for leaf in leaves]

    def backward_of_closures() -> Any:
        x = Value(0.5)
        y = by_hand(x) * 2.0
        try:
            y.backward(0.5)
        except MemoryError:
            assert x.grad == 0.0
            raise
        return x.grad

    def order() -> Any:
        return list(autograd.topological_order(autograd.dot([a, b], [a, a * b]) / b))

    def copies() -> Any:
        y = autograd.total([a * b, a, 1.0])
        y.label = "y"
        return [everything(z) for z in (copy.copy(y), copy.deepcopy(y), pickle.loads(pickle.dumps(y)))]

    yield from (backward_all_or_none, backward_of_closures, order, copies)


def replays_of(a: Value, b: Value) -> Iterator[Job]:
    def f(x: Any, z: Any) -> Any:
        y = autograd.cross_entropy([x * a, z, b], 1) + users_square(x) + autograd.softmax([x, z])[0]
        return y * 2.0 if x < z else autograd.clip(y, -math.inf, 1.0)

    works = record(f, 0.5, 1.5, arrays=False)._paths[0]
    one, batch = works.work(GRADIENTS), works.work(MAP_GRADIENTS)
    columns = array("d", [0.1 * k for k in range(11)] + [2.0] * 11)
    table = memoryview(columns).cast("B").cast("d", (2, 11))

    def made_and_run() -> Any:
        value, gradients = encoded(one).run([0.5, -1.5], [0.25, 2.0], None)
        return [value, *gradients]

    def made_and_run_over_a_batch() -> Any:
        value, gradients = encoded(batch).run_batch([0.5, -1.5], table, 11, 1.0, None)
        return [value, *gradients]

    def bound_and_run() -> Any:
        numbers, inputs, gradients = array("d", [0.5, -1.5]), array("d", [0.25, 2.0]), array("d", bytes(16))
        of_one = encoded(one).bind(None, numbers, inputs, array("d", bytes(32)), True, 3.0)
        of_all = encoded(batch).bind_batch(None, numbers, table, 11, 1.0, gradients, False, 7.0)
        assert encoded(batch).bind_batch(tuple, "no array", table, 11, 1.0, gradients) is tuple
        assert encoded(one).run("no array", inputs, None) is None
        said: list[float] = []
        value = of_one.in_turn(of_all, (said.append, 1.0), said.append)
        return [of_one(), of_one(), of_all(), of_all(), *gradients, value, *said]

    pair = record(lambda x, z: (x * a, users_square(z) + b), 0.5, 1.5, arrays=False)._paths[0].work(MAP_VALUES)

    def mapped_to_arrays() -> Any:
        found = array("d", bytes(88)), array("d", bytes(88))
        run = encoded(pair).bind_map(None, [0.5, -1.5], (columns[:11], columns[11:]), found)
        return [run(), run(), *found[0], *found[1]]

    ws = [Value(0.1 * k - 0.4) for k in range(18)]

    def layers(x: Any, z: Any) -> Any:
        """Sums over the examples that lie side by side: 5 by 2, 3 by 5, and biases."""
        hidden = [autograd.tanh(autograd.dot([p, q], [x, z], p)) for p, q in zip(ws[:5], ws[5:10], strict=True)]
        return autograd.total([autograd.relu(autograd.dot(ws[k : k + 5], hidden, a)) for k in (10, 11, 12)])

    wide = record(layers, 0.5, 1.5, arrays=False)._paths[0]
    of_layers, numbers = wide.work(MAP_GRADIENTS), wide.data()

    def made_and_run_over_layers() -> Any:
        value, gradients = encoded(of_layers).run_batch(numbers, table, 11, 1.0, None)
        return [value, *gradients]

    def taken_down() -> Any:
        y = autograd.dot([a, b], [a * b, 2.0]) + autograd.softmax([a, b, 0.0])[1] * -0.0
        transcript = _Transcript([], set())
        slot = transcript._operand(y)
        return [slot, transcript.tape.size, *(list(step.operands) for step in transcript.tape.instructions)]

    chooses = record(lambda x, z: autograd.where(x, users_square(z) ** 3.0, autograd.sqrt(z) / 3.0) * f(x, z), 0.5, 1.5)

    def grown() -> Any:
        tapes = [backward(chooses._paths[0].recording, batch).tape for batch in (False, True)]
        return [(step.row.name, list(step.operands)) for tape in tapes for step in tape.instructions]

    yield from (
        made_and_run,
        made_and_run_over_a_batch,
        bound_and_run,
        mapped_to_arrays,
        made_and_run_over_layers,
        taken_down,
        grown,
    )


def turns_of(a: Value, b: Value) -> Iterator[Job]:
    def choice(x: Any) -> Any:
        y = users_mood(x)
        return y * a if y < 2.0 else x

    def two(x: Any, z: Any) -> Any:
        return x * a, users_square(z) + b

    choosing = record(choice, 0.5, arrays=False)._paths[0].work(GRADIENTS)
    adding = record(lambda x, z: x * a + z * b, 0.5, 1.5, arrays=False)._paths[0].work(MAP_GRADIENTS)
    mapping = record(two, 0.5, 1.5, arrays=False)._paths[0].work(MAP_VALUES)
    columns = array("d", [0.1 * k for k in range(11)]), array("d", [2.0] * 11)
    table = memoryview(columns[0] + columns[1]).cast("B").cast("d", (2, 11))

    def steps(inputs: Any, said: list[Any]) -> tuple[Any, ...]:
        """Runs of every shape, of which the second may have no answer, and a call."""
        slopes, results = [array("d", bytes(16)) for _ in "12"], [array("d", bytes(88)) for _ in "12"]
        first = encoded(adding).bind_batch(None, array("d", [0.5, -1.5]), table, 11, 1.0, slopes[0])
        second = encoded(choosing).bind(None, [0.5], inputs, slopes[1], True, 3.0)
        return first, second, encoded(mapping).bind_map(None, [0.5, -1.5], columns, tuple(results)), (said.append, 0.5)

    def runs_in_turn() -> Any:
        said: list[Any] = []
        first, second, third, call = steps([0.25], said)
        return first.in_turn(call, said.append, second, third, (said.extend, (1.0, 2.0)), first, said.append), said

    def turns_that_end() -> Any:
        """At a guard, at what is no number, at what is no step."""
        said: list[Any] = []
        inputs = array("d", [0.0])
        first, second, _, call = steps(inputs, said)
        for number in (3.0, math.nan, -math.inf):
            inputs[0] = number
            said.append(first.in_turn(call, second, call))
        for step in ((), None, [call], first.in_turn, (None,), (divmod, 1, 0), math.acosh):
            try:
                first.in_turn(step, call)
            except (TypeError, ValueError, ZeroDivisionError) as error:
                said.append(str(error))
        return said

    def rows_that_fail() -> Any:
        """In a way that others may know better, and for good."""
        said: list[Any] = []
        inputs = array("d", [50.0])
        first, second, _, call = steps(inputs, said)
        said.append(first.in_turn(call, second, call))
        inputs[0] = 500.0
        try:
            first.in_turn(call, second, call)
        except KeyError as error:
            said.append(error.args)
        return said

    yield from (runs_in_turn, turns_that_end, rows_that_fail)


if __name__ == "__main__":
    for name in sys.argv[1:] or ALL:
        globals()[name]()
        gc.collect()
        print(f"{name}: done", flush=True)
