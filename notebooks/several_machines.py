"""Train a recorded program on all devices of several machines. It is started on each of them (the first one's address,
how many there are, which one this is), or once without arguments:    python several_machines.py 10.0.0.1:1234 2 0"""

import random
import sys

import jax
import jax.numpy as jnp
import numpy as np
from jax.sharding import Mesh, NamedSharding, PartitionSpec

from autograd import record, softplus
from nn import MLP
from nn.data import micrograd_moons

jax.config.update("jax_enable_x64", True)
if len(sys.argv) > 1:
    jax.distributed.initialize(sys.argv[1], int(sys.argv[2]), int(sys.argv[3]))  # ①
mesh = Mesh(jax.devices(), "devices")  # ② all there are, of all machines
split, whole = NamedSharding(mesh, PartitionSpec("devices")), NamedSharding(mesh, PartitionSpec())  # ③

X, y = map(np.array, micrograd_moons())
model = MLP(2, [16, 16, 1], rng=random.Random(1337))
program = record(lambda x, y: softplus(-y * model(x)), X[0], y[0])
losses = jax.vmap(program.bind(jnp), in_axes=(None, 0, 0))  # of many rows
mine = slice(jax.process_index(), None, jax.process_count())  # ④ the rows that this machine reads
X, y = (jax.make_array_from_process_local_data(split, part[mine]) for part in (X, y))  # ⑤
parameters = jax.device_put(np.array([p.data for p in program.parameters]), whole)  # ⑥


@jax.jit
def step(parameters, X, y):
    loss, slopes = jax.value_and_grad(lambda p: losses(p, X, y).mean())(parameters)
    return loss, jax.lax.with_sharding_constraint(parameters - 0.5 * slopes, whole)  # ⑦


for _ in range(100):
    loss, parameters = jax.block_until_ready(step(parameters, X, y))  # ⑧
print(float(loss), *np.asarray(parameters).tolist())
