"""The class in C is the class that Python wrote: the same text is seen, nothing leaks, no depth is too deep."""

import gc
import math
import os
import pickle
import subprocess
import sys
import weakref
from concurrent.futures import ThreadPoolExecutor

import pytest

import autograd
from autograd import Value, native, no_grad
from autograd.modes import RESULT
from tests.autograd.native.random_programs import by_hand

compiled = pytest.mark.skipif(native.extension is None, reason=f"compares two engines ({native.engine})")


def alike(first: int, count: int, *more: str) -> bool:
    """Do these programs print the same on both engines? Each has a process of its own, at the same time."""
    with ThreadPoolExecutor(2) as both:
        native, pure = both.map(lambda engine: printed(engine, first, count, *more), ("native", "python"))
    return native == pure and len(native) == count


def printed(engine: str, first: int, count: int, *more: str) -> list[str]:
    """What random programs print on an engine, in a process of its own."""
    command = [sys.executable, "-m", "tests.autograd.native.random_programs", str(first), str(count), *more]
    environment = {**os.environ, "GLASSGRAD_ENGINE": engine}
    done = subprocess.run(command, capture_output=True, text=True, env=environment, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout.splitlines()


@compiled
def test_random_programs_print_the_same_on_both_engines():
    """Also where data are overwritten by what is no number."""
    assert alike(0, 150, "odd")


@compiled
def test_a_thousand_random_programs_print_the_same():
    assert alike(10_000, 1_000)


PICKLED = """
import pickle, sys
from autograd import Value, no_grad
with no_grad():
    y = Value(2.0, label="x") * 3.0
sys.stdout.write(pickle.dumps((y, y * 2.0, Value(1.0), y.detach())).hex())
"""


@compiled
@pytest.mark.parametrize("engine", ["native", "python"])
def test_results_without_a_graph_cross_to_the_other_engine_as_such(engine):
    environment = {**os.environ, "GLASSGRAD_ENGINE": engine}
    done = subprocess.run([sys.executable, "-c", PICKLED], capture_output=True, text=True, env=environment, check=True)
    y, above, user, detached = pickle.loads(bytes.fromhex(done.stdout))
    assert above.parents == (y,)
    assert (y._left, user._left, detached._left) == (RESULT, None, None)


class Sub(Value):
    """Instances of subclasses are known to the collector from the start."""


def twin():
    a = Value(2.0)
    b = a * 2
    a.twin = b
    return a


def twin_in_a_list_of_later():
    a = Value(2.0)
    a.cache = []
    a.cache.append(a * 3 + 1)
    return a


def twin_behind_a_closure():
    a = Value(2.0)
    b = autograd.tanh(a * 2)
    a.f = lambda: b
    return a


def twin_in_its_dict():
    a = Value(2.0)
    attributes = vars(a)
    attributes["b"] = [a * 2]
    return a


def twin_in_its_dict_of_before():
    a = Value(2.0)
    b = a * 2
    vars(a)["b"] = [b]
    return a


def operation_by_hand():
    return by_hand(Value(0.5)) * 2.0


def of_a_subclass():
    a = Sub(2.0)
    a.me = Value(1.0) * a
    return a


def label_of_a_value():
    a = Value(2.0)
    a.label = a * 2
    return a


CIRCLES = [
    twin,
    twin_in_its_dict,
    twin_in_its_dict_of_before,
    twin_in_a_list_of_later,
    twin_behind_a_closure,
    operation_by_hand,
    of_a_subclass,
    label_of_a_value,
]


@pytest.mark.parametrize("make", CIRCLES)
def test_circles_are_collected(make):
    seen = weakref.ref(make())
    gc.collect()
    assert seen() is None


@pytest.mark.parametrize("kind", [Value, Sub])
def test_a_long_chain_is_freed_without_recursion(kind):
    x = y = kind(1.0)
    for _ in range(200_000):
        y = y * 1.0
    y.backward()
    assert x.grad == 1.0
    seen = weakref.ref(y)
    del y
    assert seen() is None


@pytest.mark.skipif(native.extension is None, reason="pure: every node is known to the collector")
def test_ordinary_nodes_cost_the_collector_nothing():
    a = Value(2.0, label="a")
    y = autograd.dot([a, a], [a, 3.0]) * a + 1.0
    a.m = 0.0
    y.label = "y"
    assert not gc.is_tracked(y)
    a.owner = [1]
    assert gc.is_tracked(a)
    assert gc.is_tracked(a * 2.0)  # it could refer to what refers to a


def test_no_memory_is_kept_by_steps_of_all_kinds():
    parameters = [Value(0.1 * i) for i in range(12)]

    def step():
        y = autograd.dot(parameters[:4], parameters[4:8], parameters[9]) * 2 + by_hand(parameters[1])
        y = y + autograd.softmax(parameters[:4])[1] + autograd.cross_entropy(parameters, 3) - 2 ** parameters[1]
        y.backward()
        y.label, y.note = "loss", 0.5
        for p in parameters:
            p.grad = 0
        with no_grad():
            y = y * 2

    def blocks() -> int:
        gc.collect()
        return sys.getallocatedblocks()

    for _ in range(50):
        step()
    before = blocks()
    for _ in range(200):
        step()
    assert blocks() - before < 200  # a block a step would be 200


def test_whole_numbers_in_grad_are_what_was_written():
    a = Value(2.0)
    a.grad = 0
    assert (a.grad, type(a.grad)) == (0, int)
    (a * 3).backward()
    assert (a.grad, type(a.grad)) == (3.0, float)
    a.grad = 2**70
    (a * 3).backward()
    assert a.grad == 2.0**70 + 3.0


def test_slots_can_be_written_one_by_one():
    """As copying and by_hand do it, in any order; nothing between the first and the last of them is a graph yet."""
    a, b, y = Value(2.0), Value(3.0), Value(6.0)
    y.op = autograd.OPERATIONS["mul"]
    y._right, y._d_right, y._left, y._d_left = b, 2.0, a, 3.0
    assert (y.operands, y.local_grads) == ((a, b), (3.0, 2.0))
    y.backward()
    assert (a.grad, b.grad) == (3.0, 2.0)
    y.label = "y"
    assert (y._left, y._d_left, y._right, y._d_right) == (a, 3.0, b, 2.0)
    z = 1.0 - a
    z.label = "z"
    assert (z._left, z._d_left, z._right, z._d_right) == (1.0, None, a, -1.0)
    (root := autograd.total([a, 1.0, b])).label = "root"
    assert (root._left, root._d_left, root._right, root._d_right) == ((a, b), (1.0, 1.0), (a, 1.0, b), None)
    y._left = y._d_left = y._right = y._d_right = y.op = None
    assert y.parents == y.operands == ()


@pytest.mark.parametrize("kind", [Value, type("Sub", (Value,), {})])
def test_local_derivatives_stay_what_they_are_whatever_the_operation_is_called(kind):
    """Those of a sum are known from its row, and no node keeps them."""
    a, b = kind(2.0), kind(3.0)
    for y, slopes in (
        (a + b, (1.0, 1.0)),
        (a - b, (1.0, -1.0)),
        (3.0 - a, (-1.0,)),
        (-a, (-1.0,)),
        (a * b, (3.0, 2.0)),
    ):
        for row in ("mul", "sub", "tanh"):
            a.grad = b.grad = 0.0
            y.op = autograd.OPERATIONS[row]
            y.backward()
            assert (y.local_grads, (a.grad, b.grad)[: len(slopes)]) == (slopes, slopes)


def test_public_functions_take_keywords_on_both_engines():
    a = Value(2.0)
    assert autograd.total(xs=[a, 1.0]).data == 3.0
    assert autograd.dot(ws=[a], xs=[3.0], bias=1.0).data == 7.0
    assert autograd.cross_entropy(logits=[a, 0.0], target=0).data == pytest.approx(math.log1p(math.exp(-2.0)))
    with pytest.raises(TypeError):
        autograd.total([a], ys=[])


@pytest.mark.parametrize(("name", "slots"), [("data", ("data",)), ("grad", ("grad",)), ("label", ())])
def test_what_was_deleted_is_missed_in_the_words_of_this_python(name, slots):
    """From 3.13 on those of a slot have the full name of the class."""
    other = type("Value", (), {"__slots__": slots or ("__dict__",), "__module__": Value.__module__})()
    said = []
    for thing in (other, Value(2.0)):
        setattr(thing, name, 0.5)
        delattr(thing, name)
        with pytest.raises(AttributeError) as refused:
            getattr(thing, name) if slots else delattr(thing, name)
        said.append(str(refused.value))
    assert said[0] == said[1]
