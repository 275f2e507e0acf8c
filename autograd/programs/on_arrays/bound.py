"""A recorded program as a pure function on any array namespace: numpy, jax.numpy, torch.

It runs the plan of plan.py without memory of its own: every step makes a new array, so that jit, vmap and grad of
the other engine see through it. What was a strided view becomes slices and reshapes, whose derivatives such engines
know to be cheap; only irregular reads are indexed.
"""

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from autograd.numerics.arrays import DIRECT
from autograd.numerics.special import array_form
from autograd.ops import table_name
from autograd.programs.on_arrays.plan import FIRST, LOWEST, ZERO, Places, Plan, Read, Step, grid

Array = Any
OPERATORS: dict[str, Callable[..., Array]] = {
    "add": lambda a, b: a + b,
    "sub": lambda a, b: a - b,
    "mul": lambda a, b: a * b,
    "div": lambda a, b: a / b,
    "neg": lambda a: -a,
}


class Plain:
    """The plan of a single example, step by step on the namespace `xp`.

    NotImplementedError for rows that have no array form.
    """

    def __init__(self, plan: Plan, xp: Any) -> None:
        self.plan = plan
        self.xp = xp
        self._segment = np.zeros(plan.sizes[0], dtype=np.int64)  # which array holds a place, and where in it
        self._offset = np.zeros(plan.sizes[0], dtype=np.int64)
        self.constants = [0.0, -np.inf, *plan.constants.values()]
        self._claim(0, [ZERO, LOWEST, *plan.constants])
        self._claim(1, range(FIRST, FIRST + plan.parameters))
        self._claim(2, plan.arguments)
        for number, step in enumerate(plan.steps, 3):
            self._claim(number, range(step.start, step.start + int(np.prod(step.shape))))
        self._functions = [self._function(step) for step in plan.steps]

    def __call__(self, parameters: Array, numbers: Array, dtype: Any) -> Array:
        """The outputs as one array, for flat arrays of parameters and of the arguments' numbers, all of one `dtype`."""
        arrays = [self._constant(np.array(self.constants), dtype), parameters, numbers]
        for step, function in zip(self.plan.steps, self._functions, strict=True):
            operands = [
                self._fetch(o, arrays) if isinstance(o, Read) else self._constant(o, dtype) for o in step.operands
            ]
            arrays.append(function(*operands).reshape(-1))
        return self._fetch(self.plan.outputs[0], arrays)

    def _claim(self, segment: int, places: Sequence[int]) -> None:
        self._segment[list(places)] = segment
        self._offset[list(places)] = np.arange(len(places))

    def _constant(self, operand: Any, dtype: Any) -> Any:
        return operand if isinstance(operand, float) else self.xp.asarray(operand, dtype=dtype)

    def _fetch(self, read: Read, arrays: list[Array]) -> Array:
        segments, offsets = self._segment[read.places], self._offset[read.places]
        sources = np.unique(segments).tolist()
        if len(sources) == 1:
            return pick(self.xp, arrays[sources[0]], offsets)
        starts = dict(zip(sources, np.cumsum([0, *(len(arrays[s]) for s in sources)]).tolist(), strict=False))
        shift = np.vectorize(starts.__getitem__, otypes=[np.int64])(segments)
        return self.xp.concatenate([arrays[s] for s in sources])[offsets + shift]

    def _function(self, step: Step) -> Callable[..., Array]:
        xp, row = self.xp, step.row
        if step.kind == "dot":
            return dot
        if step.kind == "sum":
            return lambda x: x.sum(1)
        assert row is not None
        name = table_name(row)
        if name in OPERATORS:
            return OPERATORS[name]
        if name in DIRECT:
            return getattr(xp, DIRECT[name])  # type: ignore[no-any-return]
        function = array_form(xp, name, step.operands)
        if function is None:
            raise NotImplementedError(
                f"the operation {row.name} has no form on arrays, so a program with it cannot be bound; it runs as "
                "Python source, and on NumPy element by element"
            )
        return lambda *operands: function(xp, *operands, *([step.entries] if step.kind == "rows" else []))


def dot(left: Array, right: Array) -> Array:
    """left (c, p, n) · right (c, q, n) = (c, p, q)."""
    if left.shape[0] > 1:
        single = left.shape[1] == right.shape[1] == 1
        return (left[:, 0] * right[:, 0]).sum(1) if single else left @ right.swapaxes(1, 2)
    return left[0] @ (right[0, 0] if right.shape[1] == 1 else right[0].T)


def cast(array: Array, dtype: Any) -> Array:
    """`array` in another precision, with the gradients that its engine follows."""
    return array.astype(dtype) if hasattr(array, "astype") else array.to(dtype)


def pick(xp: Any, flat: Array, places: Places) -> Array:
    """flat[places], as slices and reshapes where the places are a regular grid."""
    steps = grid(places)
    if steps is not None and all(step >= 0 for step in steps):
        axes = sorted((axis for axis in range(places.ndim) if steps[axis]), key=lambda axis: -steps[axis])
        lengths = [(places.shape[axis], steps[axis]) for axis in axes]
        if (block := nested(flat, int(places.flat[0]), lengths)) is not None:
            order = [axes.index(axis) for axis in sorted(axes)]
            kept = [n if steps[axis] else 1 for axis, n in enumerate(places.shape)]
            return xp.broadcast_to(permuted(block, order).reshape(kept), places.shape)
    return flat[places]


def nested(flat: Array, base: int, axes: list[tuple[int, int]]) -> Array | None:
    """flat[base + i·s + j·t + …] for axes (n, s), (m, t), … with falling steps, or None if that is no block."""
    block, offset = flat, base
    for length, step in axes:
        start = offset - offset % step if offset + length * step > block.shape[-1] else offset
        if start + length * step > block.shape[-1]:
            return None
        lead = block.shape[:-1]
        block, offset = block[..., start : start + length * step].reshape(*lead, length, step), offset - start
    return block[..., offset]


def permuted(block: Array, order: list[int]) -> Array:
    """The axes of `block` in `order`."""
    return block.permute(order) if hasattr(block, "permute") else block.transpose(order)
