"""Recorded programs on the real JAX and the real PyTorch: values and gradients, devices, processes."""

import json
import math
import os
import random
import socket
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from autograd import OPERATIONS, grad, record
from autograd.numerics.arrays import ARRAYS, DIRECT
from nn import MLP, fit
from nn.optim import SGD
from tests.autograd.programs.test_program_arrays import DATA, FROZEN_GRADIENT, FROZEN_VALUE, frozen

pytestmark = pytest.mark.engines
ROOT = Path(__file__).parents[3]
SEVERAL = ROOT / "notebooks" / "several_machines.py"
ROWS = [row for row in OPERATIONS.values() if not row.variadic and row.name in {*ARRAYS, *DIRECT}]


@pytest.fixture
def jax():
    engine = pytest.importorskip("jax")
    engine.config.update("jax_enable_x64", True)
    return engine


@pytest.fixture
def torch():
    return pytest.importorskip("torch")


# One process ---------------------------------------------------------------------------------------------------------
def test_jax_finds_the_gradient_of_a_bound_program(jax):
    program, parameters = frozen()
    one = program.bind(jax.numpy)

    def loss(p):
        return jax.vmap(one, (None, 0, 0))(p, *map(np.array, DATA)).mean()

    value, slopes = jax.jit(jax.value_and_grad(loss))(np.array([p.data for p in program.parameters]))
    assert float(value) == pytest.approx(FROZEN_VALUE, rel=1e-14)
    found = dict(zip(program.parameters, slopes.tolist(), strict=True))
    assert [found[p] for p in parameters] == pytest.approx(FROZEN_GRADIENT, rel=1e-13)


def test_torch_finds_the_gradient_of_a_bound_program(torch):
    program, parameters = frozen()
    one = program.bind(torch)
    numbers = torch.tensor([p.data for p in program.parameters], dtype=torch.float64, requires_grad=True)
    X, y = (torch.tensor(column, dtype=torch.float64) for column in DATA)
    value = torch.stack([one(numbers, a, b) for a, b in zip(X, y, strict=True)]).mean()
    value.backward()
    assert float(value.detach()) == pytest.approx(FROZEN_VALUE, rel=1e-14)
    found = dict(zip(program.parameters, numbers.grad.tolist(), strict=True))
    assert [found[p] for p in parameters] == pytest.approx(FROZEN_GRADIENT, rel=1e-13)


def of_a_row(row):
    """The row as a function of its first arguments, how many those are, and points at which it is smooth."""
    orders = {"power_partial": (1.0, 0.0), "polygamma": (1.0,), "sinc": (1.0,)}.get(row.name, ())
    count = len(row.derivatives) - len(orders)
    points = [[x, 0.75, 1.25, -0.5][:count] for x in (-2.5, -0.3, 0.3, 0.8, 2.6)]
    return (lambda *xs: row(*xs, *orders) + 0.0 * xs[0]), [xs for xs in points if math.isfinite(row(*xs, *orders))]


def slopes_of(f, xs):
    found = grad(f, argnums=tuple(range(len(xs))))(*xs)
    return [float(x) for x in found]


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row.name)
def test_a_row_on_jax(jax, row):
    f, points = of_a_row(row)
    bound = record(f, *[0.5] * len(points[0])).bind(jax.numpy)
    for xs in points:
        arrays = [jax.numpy.array(x) for x in xs]
        assert float(bound(np.zeros(0), *arrays)) == pytest.approx(f(*xs), rel=1e-12, abs=1e-15)
        found = jax.grad(lambda *a: bound(np.zeros(0), *a), argnums=tuple(range(len(xs))))(*arrays)
        assert list(map(float, found)) == pytest.approx(slopes_of(f, xs), rel=1e-9, abs=1e-12)


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row.name)
def test_a_row_on_torch(torch, row):
    f, points = of_a_row(row)
    bound = record(f, *[0.5] * len(points[0])).bind(torch)
    for xs in points:
        tensors = [torch.tensor(x, dtype=torch.float64, requires_grad=True) for x in xs]
        value = bound(torch.zeros(0, dtype=torch.float64), *tensors)
        assert float(value.detach()) == pytest.approx(f(*xs), rel=1e-12, abs=1e-15)
        found = torch.autograd.grad(value, tensors, allow_unused=True, materialize_grads=True)
        assert list(map(float, found)) == pytest.approx(slopes_of(f, xs), rel=1e-9, abs=1e-12)


def test_a_network_in_single_precision(jax, torch):
    model = MLP(3, [4, 2, 1], activation="silu", rng=0)
    program = record(lambda x, y: (model(x) - y) ** 2, [0.1, 0.2, 0.3], 0.5)
    numbers = np.array([p.data for p in program.parameters], dtype=np.float32)
    wanted = program.gradient_function(None)(numbers, [0.1, 0.2, 0.3], 0.5)[1]
    slopes = jax.grad(program.bind(jax.numpy))(numbers, np.array([0.1, 0.2, 0.3]), 0.5)
    assert slopes.dtype == np.float32
    assert slopes == pytest.approx(wanted, rel=1e-4, abs=1e-6)
    p = torch.tensor(numbers, requires_grad=True)
    program.bind(torch)(p, torch.tensor([0.1, 0.2, 0.3]), 0.5).backward()
    assert p.grad.dtype == torch.float32
    assert p.grad.numpy() == pytest.approx(wanted, rel=1e-4, abs=1e-6)


# Several devices, several processes ----------------------------------------------------------------------------------
@pytest.fixture
def address():
    """A port that the system gives to nobody else, as one that was free a moment ago may be given: it is held here, and
    gRPC shares it."""
    with socket.socket() as held:
        held.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
        held.bind(("127.0.0.1", 0))
        yield f"127.0.0.1:{held.getsockname()[1]}"


@pytest.fixture
def meeting(tmp_path):
    """Where torch's processes meet: a file, which no other program can take from them."""
    return f"file://{tmp_path}/meeting"


def started(*command, **environment):
    """A process whose last line of output is what it found."""
    settings = {"PYTHONPATH": str(ROOT), "OMP_NUM_THREADS": "1", **environment}
    return subprocess.Popen(
        [sys.executable, *map(str, command)], env={**os.environ, **settings}, stdout=subprocess.PIPE, text=True
    )


def found_by(*processes):
    """The numbers that each of them printed last."""
    try:
        outputs = [process.communicate(timeout=900)[0] for process in processes]
    finally:
        for process in processes:
            process.kill()
    assert [process.returncode for process in processes] == [0] * len(processes)
    return [[float(x) for x in output.splitlines()[-1].split()] for output in outputs]


def test_two_processes_and_four_devices_train_as_one_does(jax, address):
    (one,) = found_by(started(SEVERAL))
    (four,) = found_by(started(SEVERAL, XLA_FLAGS="--xla_force_host_platform_device_count=4"))
    two = found_by(*(started(SEVERAL, address, 2, i) for i in range(2)))
    assert len(one) == 338
    assert one[0] < 0.1  # the loss, which began at 0.7
    for other in (four, *two):
        assert other == pytest.approx(one, rel=1e-12, abs=1e-12)
    assert two[0] == two[1]


# The last lines of a process of torch's. Neither leaves while the other may still speak to it, and the threads of the
# group are ended by hand: left to the end of the process, they now and then abort it ("terminate called without …").
TOGETHER = """
dist.barrier()
dist.destroy_process_group()
"""

TORCH = """
import json, sys
import numpy as np, torch, torch.distributed as dist
from autograd import Program
number, meeting, path = int(sys.argv[1]), sys.argv[2], sys.argv[3]
dist.init_process_group("gloo", init_method=meeting, rank=number, world_size=2)
task = json.load(open(path))
program = Program.loads(task["program"])
gradient = program.gradient_function("sum")
parameters = np.array(task["parameters"])
X, y = (column[number::2] for column in task["columns"])
for _ in range(task["steps"]):
    value, slopes = gradient(parameters, X, y)
    dist.all_reduce(total := torch.from_numpy(slopes))  # the sum over both processes
    parameters = parameters - 0.1 * total.numpy() / task["rows"]
print(*parameters.tolist())
"""


def test_torch_adds_gradients_over_two_processes(torch, tmp_path, meeting):
    program, _ = frozen()
    start = np.array([p.data for p in program.parameters])
    columns = [column[:8] for column in DATA]
    task = {"program": program.dumps(), "parameters": start.tolist(), "columns": columns, "steps": 30, "rows": 8}
    (tmp_path / "task.json").write_text(json.dumps(task))
    both = found_by(*(started("-c", TORCH + TOGETHER, i, meeting, tmp_path / "task.json") for i in range(2)))
    gradient = program.gradient_function()
    for _ in range(30):
        start = start - 0.1 * gradient(start, *columns)[1]
    for found in both:
        assert found == pytest.approx(start.tolist(), rel=1e-12, abs=1e-14)


FIT = """
import random, sys
import torch, torch.distributed as dist
from nn import MLP, SGD, fit
number, meeting = int(sys.argv[1]), sys.argv[2]
dist.init_process_group("gloo", init_method=meeting, rank=number, world_size=2)
X = [[0.1 * i, (i % 5) / 5] for i in range(24)]
y = [a * b for a, b in X]

def average(parameters):
    dist.all_reduce(mean := torch.tensor([p.grad for p in parameters]).double() / 2)
    for p, slope in zip(parameters, mean.tolist()):
        p.grad = slope

torch.set_default_dtype(torch.float64)
model = MLP(2, [5, 1], activation="tanh", rng=random.Random(1))
fit(model, X[number::2], y[number::2], loss="mse", optimizer=lambda ps: SGD(ps, lr=0.05), epochs=20, clip=average,
    progress=False, compiled=sys.argv[3] == "True")
print(*(p.data for p in model.parameters()))
"""


@pytest.mark.parametrize("compiled", [True, False])
def test_fit_averages_gradients_over_processes_where_it_clips(torch, compiled, meeting):
    X = [[0.1 * i, (i % 5) / 5] for i in range(24)]
    y = [a * b for a, b in X]
    model = MLP(2, [5, 1], activation="tanh", rng=random.Random(1))
    fit(model, X, y, loss="mse", optimizer=lambda ps: SGD(ps, lr=0.05), epochs=20, progress=False)
    for found in found_by(*(started("-c", FIT + TOGETHER, i, meeting, compiled) for i in range(2))):
        assert found == pytest.approx([p.data for p in model.parameters()], rel=1e-11, abs=1e-13)


def test_the_file_beside_the_notebook_is_short_and_marks_what_several_machines_need():
    text = SEVERAL.read_text()
    assert len(text.splitlines()) <= 40
    assert [mark for mark in text if "①" <= mark <= "⑳"] == list("①②③④⑤⑥⑦⑧")


def test_the_trap_of_shard_map(jax):
    """Inside it the gradient towards what all devices share is summed already: its mean is n times too large."""
    code = """
import jax, jax.numpy as jnp, numpy as np
from jax.sharding import Mesh, PartitionSpec as P
from autograd import Value, record
w = Value(2.0)
f = jax.vmap(record(lambda x: w * x, 1.0).bind(jnp), (None, 0))
mesh, inside = Mesh(jax.devices(), "d"), dict(in_specs=(P(), P("d")), out_specs=P())
loss = lambda p, X: f(p, X).mean()
right = jax.shard_map(jax.grad(lambda p, X: jax.lax.pmean(loss(p, X), "d")), mesh=mesh, **inside)
wrong = jax.shard_map(lambda p, X: jax.lax.pmean(jax.grad(loss)(p, X), "d"), mesh=mesh, **inside)
X, p = np.arange(8.0), np.array([2.0])
print(float(right(p, X)[0]), float(wrong(p, X)[0]))
"""
    ((right, wrong),) = found_by(started("-c", code, XLA_FLAGS="--xla_force_host_platform_device_count=4"))
    assert (right, wrong) == (3.5, 14.0)
