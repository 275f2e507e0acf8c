"""Embedding: a learnt list of numbers for every symbol of an alphabet."""

import random
from collections.abc import Sequence
from typing import Any

from autograd import Value
from nn.basics.checks import as_rng, index, positive
from nn.basics.nested import is_list, without_arrays
from nn.module import Module


class Embedding(Module):
    """Row i of a table of `count` rows with `size` learnt numbers each; for a list of indices, a list of rows.

    The first numbers are drawn from a normal distribution of mean 0 and standard deviation 1, as in torch.nn.Embedding.
    Raises ValueError for an index outside 0 … count − 1.

    >>> table = Embedding(27, 4, rng=1)
    >>> [len(row) for row in table([0, 26, 0])]
    [4, 4, 4]
    """

    def __init__(self, count: int, size: int, rng: random.Random | int | None = None) -> None:
        generator, columns = as_rng(rng), range(positive("size", size))
        self.table = [[Value(generator.gauss(0.0, 1.0)) for _ in columns] for _ in range(positive("count", count))]

    def __call__(self, x: int | Sequence[int]) -> list[Any]:
        i: Any = without_arrays(x)
        if is_list(i):
            return [self(item) for item in i]
        return list(self.table[index("row", i, len(self.table))])

    def extra_repr(self) -> str:
        return f"{len(self.table)} → {len(self.table[0])}"
