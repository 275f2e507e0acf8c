import random
import statistics

import numpy as np
import pytest

from nn import Embedding, Layer, Sequential


def test_rows_are_the_parameters_themselves():
    table = Embedding(3, 2)
    row = table(1)
    (row[0] * 2.0 + row[1]).backward()
    assert [p.grad for p in table.parameters()] == [0.0, 0.0, 2.0, 1.0, 0.0, 0.0]
    assert [name for name, _ in table.named_parameters()][2:4] == ["table1_0", "table1_1"]


def test_a_symbol_met_twice_gets_both_gradients():
    table = Embedding(2, 1)
    sum(row[0] for row in table([1, 0, 1])).backward()
    assert [p.grad for p in table.parameters()] == [1.0, 2.0]


def test_indices_of_every_kind():
    table = Embedding(5, 2)
    assert table(3) == table(3.0) == table(np.int64(3)) == table([3])[0] == table(np.array([3]))[0]
    assert len(Sequential(table, Layer(2, 1)).batch([1, 2, 3])) == 3


def test_the_first_numbers_are_normally_distributed():
    numbers = [p.data for p in Embedding(100, 50, rng=random.Random(1)).parameters()]
    assert statistics.mean(numbers) == pytest.approx(0.0, abs=0.05)
    assert statistics.stdev(numbers) == pytest.approx(1.0, abs=0.05)


@pytest.mark.parametrize("index", [-1, 5, 0.5, "a"])
def test_a_row_that_does_not_exist(index):
    with pytest.raises(ValueError, match="does not exist: row must be a whole number from 0 to 4"):
        Embedding(5, 2)(index)
