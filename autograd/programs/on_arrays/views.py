"""Places as views: a regular grid of places is a strided view of the store, anything else has to be copied together."""

from typing import Any

import numpy as np
from numpy.lib.stride_tricks import as_strided
from numpy.typing import NDArray


def grid(places: NDArray[np.int64]) -> tuple[int, ...] | None:
    """The distance between neighbours along each axis if `places` is a regular grid, otherwise None."""
    if not places.size:
        return None
    base = places.flat[0]
    steps = tuple(int(places.take(1, axis).flat[0] - base) if n > 1 else 0 for axis, n in enumerate(places.shape))
    expected = np.full(places.shape, base)
    for axis, (step, n) in enumerate(zip(steps, places.shape, strict=True)):
        expected += (step * np.arange(n)).reshape([n if i == axis else 1 for i in range(places.ndim)])
    return steps if np.array_equal(expected, places) else None


def view(store: NDArray[np.float64], places: NDArray[np.int64], steps: tuple[int, ...]) -> NDArray[np.float64]:
    """The part of `store` at a regular grid of places, without a copy; further axes of the store follow."""
    base, rest = store[int(places.flat[0]) :], store.shape[1:]
    strides = (*(step * store.strides[0] for step in steps), *store.strides[1:])
    result: Any = as_strided(base, (*places.shape, *rest), strides)
    return result  # type: ignore[no-any-return]
