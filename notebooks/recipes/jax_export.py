"""A recorded program as a file of StableHLO: it runs wherever JAX is, without glassgrad, on any number of rows."""

import sys
from pathlib import Path

import jax
import jax.numpy as jnp
import numpy as np
from jax import export

from autograd import record
from nn import MLP

jax.config.update("jax_enable_x64", True)


def exported(model: MLP, inputs: int) -> bytes:
    """`model`, with the parameters it has now, as a function of a batch of rows."""
    program = record(lambda x: np.atleast_1d(model(x)), np.zeros(inputs))
    parameters = jnp.array([p.data for p in program.parameters])
    rows = jax.vmap(program.bind(jnp), in_axes=(None, 0))
    (count,) = export.symbolic_shape("rows")
    batch = jax.ShapeDtypeStruct((count, inputs), jnp.float64)
    return export.export(jax.jit(lambda X: rows(parameters, X)))(batch).serialize()


def run(path: str | Path, X: np.ndarray) -> np.ndarray:
    """What the function in a file makes of the rows `X`."""
    return np.asarray(export.deserialize(bytearray(Path(path).read_bytes())).call(X))


if __name__ == "__main__":
    target = Path(sys.argv[1] if len(sys.argv) > 1 else "network.stablehlo")
    network = MLP(2, [16, 16, 1], "tanh", rng=1)
    target.write_bytes(exported(network, 2))
    print(run(target, np.array([[0.5, -1.0], [2.0, 0.25]])), network([0.5, -1.0]).data, network([2.0, 0.25]).data)
