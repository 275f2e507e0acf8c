"""The replay machine against the generated Python: the same bits, the same guards, the same errors."""

import math
import random
import threading
from array import array
from itertools import pairwise
from types import SimpleNamespace

import pytest

import autograd
from autograd import OPERATIONS, Value, native, operation, record
from autograd.programs import kinds, trace
from autograd.programs.columns import Batch
from autograd.programs.machine import Machine, codes
from autograd.programs.tape import BranchTaken
from autograd.programs.trace import Source, Trace

pytestmark = pytest.mark.skipif(native.extension is None, reason=f"is about the C ({native.engine})")
W = [Value(0.3), Value(-1.2), Value(0.7), Value(2.0), Value(0.0), Value(1.0)]


@operation(lambda a, b, y: b, lambda a, b, y: a)
def users_product(a, b):
    return a * b


def every_row(x, z):
    """One of each row of the table, wherever it is defined or not, and sums of all sorts."""
    nodes = []
    for row in OPERATIONS.values():
        count = len(row.derivatives)
        if row.name in ("polygamma", "power_partial", "sinc"):
            nodes.append(row(abs(x) + 1.5, *[1.0, 0.0, 0.0][: count - 1]))
        elif not row.variadic:
            nodes.append(row(*[x, z, W[0], W[1]][:count]))
    xs = [x, z, 0.0, *W]
    nodes += [autograd.total(xs), autograd.mean(xs), autograd.sum_of_squares(xs), autograd.logsumexp(xs)]
    nodes += [
        *autograd.softmax(xs),
        autograd.cross_entropy(xs, 2),
        autograd.dot(xs[3:], [x] * 6),
        users_product(x, W[1]),
    ]
    nodes += [autograd.dot(W, [0.5] * 6, x), -x * 1.0, x * -1.0, x**3, x / 3.0, 2.0**x]
    return autograd.total([n * w for n, w in zip(nodes, W * len(nodes), strict=False)])


def a_chain(x, z):
    for w in W:
        x = x * w + z
    return x


def a_layer(x, z):
    hidden = [autograd.tanh(autograd.dot([a, b], [x, z], 0.1)) for a, b in pairwise(W)]
    return autograd.cross_entropy(hidden, 1) + hidden[0] * z


INPUTS, WIDTHS = [Value(0.1 * i - 1.5) for i in range(40)], (3, 5, 9, 2)


def a_network(x, z):
    """Layers of 3, 5, 9 and 2 neurons with biases: sums over the examples that lie side by side, 1 to 10 wide."""
    weights, inputs = iter(INPUTS * 4), [x, z, x * z]
    for width in WIDTHS:
        rows = [[next(weights) for _ in inputs] for _ in range(width)]
        inputs = [autograd.relu(autograd.dot(row, inputs, next(weights))) for row in rows]
    return autograd.total(inputs) * INPUTS[0]


def without_biases(x, z):
    """Sums without a last term: four neurons share their inputs, four slopes the neuron, or only some of that."""
    weights, inputs = iter(INPUTS * 4), [x, z, x * z]
    for width in (4, 7, 9, 5):
        rows = [[next(weights) for _ in inputs] for _ in range(width)]
        inputs = [autograd.relu(autograd.dot(row, inputs)) for row in rows]
    return autograd.total(inputs) * autograd.dot(INPUTS[:4], inputs[:4])


def shared_or_not(x, z):
    """Sums of products whose second factors are the same for all examples, the first, neither, or some of them."""
    inputs = [autograd.tanh(x * w + z) for w in INPUTS[:5]]
    sums = []
    for row in ([INPUTS[k : k + 5] for k in range(9)], [[x, z, x, z, x]] * 5, [[*INPUTS[:4], x]] * 6):
        for weights in row:
            for bias in ([], [INPUTS[7]], [z]):
                sums += [autograd.dot(weights, inputs, *bias), autograd.dot(inputs[::-1], weights, *bias)]
    return autograd.sum_of_squares(sums)


def apart(x, z):
    """A weight for each product, and none that has a neighbour: sums that stay by themselves."""
    return autograd.total([w * autograd.tanh(x + i * z) for i, w in enumerate(W)])


def of_few_terms(x, z):
    """Sums of nothing, of a bias alone, and of one term, which may be -0.0: the angle tells that from 0.0."""
    numbers = [x, z, x * z, x * -0.0, z * 0.0, W[4], W[4] * -1.0, 0.0, -0.0]
    sums = [autograd.dot([], []), autograd.total([]), *(autograd.dot([], [], v) for v in numbers)]
    sums += [f([v]) for v in numbers for f in (autograd.total, autograd.mean, lambda vs: autograd.dot(vs, [1.0]))]
    return autograd.dot([autograd.atan2(s, -1.0) for s in sums], [Value(2.0**k) for k in range(len(sums))])


def constant(x, z):
    return W[0] * W[1]


def branching(x, z):
    y = x * z
    if y > 0.0:
        y = users_product(y, W[3])
    return y if z <= 5.0 and y else y * W[0]


def bits(found):
    """Every float in nested lists, to the last bit."""
    if isinstance(found, list | tuple):
        return [bits(part) for part in found]
    return "nan" if found != found else float(found).hex()


def answer(make, work, *given):
    try:
        return bits(make(work).run(*given))
    except BranchTaken as branch:
        return branch.args


@pytest.mark.parametrize(
    "f", [every_row, a_chain, a_layer, a_network, without_biases, shared_or_not, of_few_terms, constant, branching]
)
@pytest.mark.parametrize("at", [(0.4, 1.3), (-0.8, 0.2), (2.0, 1e3), (0.0, -0.0), (1e200, float("inf"))])
def test_one_example_has_the_bits_of_the_source(f, at):
    path = Trace(record(f, 0.4, 1.3)._paths[0].recording)
    for kind in (kinds.VALUE, kinds.ARGUMENT_GRADIENTS, kinds.PARAMETER_GRADIENTS, kinds.GRADIENTS):
        given = path.work(kind), path.data(), list(at), 1.0
        assert answer(Machine, *given) == answer(Source, *given)


@pytest.fixture(params=[2, 4, 8])
def at_once(request):
    """So many numbers at a time, or as many as this processor can."""
    native.extension.use_lanes(request.param)
    yield
    native.extension.use_lanes(8)


@pytest.mark.parametrize("count", [1, 7, 8, 21])
@pytest.mark.parametrize(
    "f",
    [every_row, a_chain, a_layer, a_network, without_biases, shared_or_not, of_few_terms, apart, constant, branching],
)
def test_a_batch_has_the_bits_of_the_source(f, count, at_once):
    rng = random.Random(count)
    path = Trace(record(f, 0.4, 1.3)._paths[0].recording)
    columns = [[rng.uniform(0.1, 2.0) for _ in range(count)] for _ in range(2)]
    for kind in (kinds.MAP_VALUES, kinds.MAP_GRADIENTS):
        given = path.work(kind), path.data(), Batch([0.4, 1.3], columns), 0.25
        assert answer(Machine, *given) == answer(Source, *given)
    columns[0][-1] = -1.0
    columns[1][count // 2] = 9.0
    given = path.work(kinds.MAP_VALUES), path.data(), Batch([0.4, 1.3], columns), 1.0
    assert answer(Machine, *given) == answer(Source, *given)


def test_arrays_are_chosen_beside_it_only_where_they_are_faster(monkeypatch):
    pytest.importorskip("numpy")

    assert trace.NEAR_SLOTS.keys() >= {native.extension.AT_ONCE}

    def chosen(f, at_once=8, near=0):
        monkeypatch.setattr(trace, "NEAR_SLOTS", {at_once: near})
        monkeypatch.setattr(trace, "extension", SimpleNamespace(AT_ONCE=at_once))
        path = record(f, 0.4, 1.3)._paths[0]
        return [path.prefers_arrays(kinds.MAP_GRADIENTS, count) for count in (1, 10_000)]

    def wide(x, z):
        return autograd.tanh(autograd.dot(INPUTS[:20], [x, z] * 10)) * x

    assert chosen(wide) == chosen(wide, at_once=4) == chosen(wide, at_once=2) == [False, True]
    assert chosen(wide, near=8_000) == [False, False]
    assert chosen(wide, at_once=2, near=8_000) == [False, False]
    assert chosen(a_layer) == [False, False]
    assert chosen(a_layer, at_once=2) == [False, True]


def test_an_error_in_a_users_row_is_handed_on():
    @operation(lambda a, y: 1.0)
    def touchy(a):
        if a > 3.0:
            raise KeyError("too much")
        return a

    program = record(lambda x: touchy(x) * 2.0, 1.0)
    assert program(2.0) == 4.0
    with pytest.raises(KeyError, match="too much"):
        program(4.0)
    assert program.map([1.0, 2.0]) == [2.0, 4.0]
    with pytest.raises(KeyError, match="too much"):
        program.map([1.0, 4.0])
    assert program(2.0) == 4.0


def test_a_users_row_may_call_the_program_it_is_in():
    program = None

    @operation(lambda a, y: 1.0)
    def inward(a):
        return a if program is None or a > 10.0 else program(a + 10.0)

    program = record(lambda x: inward(x) * 2.0, 11.0)
    assert program(1.0) == 44.0


def test_threads_share_a_program():
    program = record(a_layer, 0.4, 1.3)
    expected = [program(i / 50, 1.0) for i in range(50)]
    found = {}

    def work(number):
        found[number] = [program(i / 50, 1.0) for i in range(50)]

    threads = [threading.Thread(target=work, args=(k,)) for k in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert all(found[k] == expected for k in range(8))


def test_without_numpy_batches_run_as_well(monkeypatch):
    monkeypatch.setattr("autograd.programs.machine.numpy_is_there", lambda: False)
    path = Trace(record(a_layer, 0.4, 1.3)._paths[0].recording)
    given = path.data(), Batch([0.4, 1.3], [[0.1, 0.2, 0.3], [1.0, 2.0, 3.0]]), 1.0
    work = path.work(kinds.MAP_GRADIENTS)
    assert bits(Machine(work).run(*given)) == bits(Source(work).run(*given))


def test_numbers_that_lie_between_the_places_of_numbers_are_not_read():
    """Others can read them. (UBSan says what C may do with them: anything.)"""
    machine = Machine(Trace(record(lambda x: x * W[3], 1.0)._paths[0].recording).work(kinds.GRADIENTS))._machine
    room = memoryview(bytearray(33))
    x, shifted = array("d", [3.0]), room[1:9].cast("d")
    shifted[0] = 3.0
    assert machine.run([2.0], x, room[8:24].cast("d"))[0] == 6.0
    assert machine.run([2.0], shifted, None) is None
    assert machine.run([2.0], x, room[1:17].cast("d")) is None


@pytest.mark.parametrize(
    ("broken", "message"),
    [
        ({"constants": {3: 1.0}}, "a slot that the tape does not have"),
        ({"steps": [(OPERATIONS["exp"], (7,), 1)]}, "a slot that the tape does not have"),
        ({"steps": [(OPERATIONS["exp"], (0,), 9)]}, "a result that the tape has no slot for"),
        ({"steps": [(OPERATIONS["exp"], (0,), -1)]}, "a result that the tape has no slot for"),
        ({"steps": [(OPERATIONS["clip"], (0, 1), 1)]}, r"instruction \d+ with 2 operands"),
        ({"steps": [(OPERATIONS["exp"], (0, 1, 0), 1)]}, r"instruction \d+ with 3 operands"),
        ({"steps": [("<", (0,), 0)], "guards": [("<", True)]}, r"instruction \d+ with 1 operands"),
        ({"steps": [("<", (0, 1), 1)], "guards": [("<", True)]}, "or no guard"),
        ({"constants": {0: math.nan}, "steps": [(OPERATIONS["softmax_entry"], (0, 1), 1)]}, "the number of an entry"),
        ({"constants": {0: 1e300}, "steps": [(OPERATIONS["cross_entropy"], (0, 1), 1)]}, "the number of an entry"),
        ({"values": [2]}, "a slot that the tape does not have"),
        ({"seed": 2, "count": 0}, "a tape of 2 slots"),
        ({"seed": 0}, "a tape of 2 slots"),
        ({"count": 0}, "a tape of 2 slots"),
    ],
)
def test_the_machine_refuses_a_tape_that_is_none(broken, message):
    def made(constants=None, steps=(), guards=(), values=(0,), seed=-1, count=-1):
        lists = list(steps), [], [], list(guards), [], [], list(values), []
        return native.extension.Machine(codes(), 2, constants or {}, *lists, 0, seed, count)

    made()
    with pytest.raises(ValueError, match=message):
        made(**broken)


def awkward(x, z):
    """Labels, numbers that are equal and not the same, a user's row, an unused condition, a leaf met late."""
    y = x * 0.0 + z * -0.0 + 0.0 * W[4] + float("nan")
    y.label = "y"
    return [autograd.where(x, y * 2.0, z), users_product(y, 1.0) ** 2.0, W[5] * (x / 3.0), 3.0 - y, x]


@pytest.mark.parametrize("f", [every_row, a_chain, a_layer, constant, branching, awkward])
def test_a_graph_is_taken_down_in_c_as_in_python(f, monkeypatch):
    in_c = taken_down(f)
    monkeypatch.setattr("autograd.programs.recorder.extension", None)
    monkeypatch.setattr("autograd.backprop.extension", None)
    assert in_c == taken_down(f)


def taken_down(f):
    found = record(f, 0.4, 1.3)._paths[0].recording
    tape, constants = found.tape, bits(list(found.tape.constants.items()))
    return tape.instructions, constants, tape.labels, tape.size, found.outputs, found.order, found.parameters
