"""Which operands a derivative flows into. That steps() tells what backward() does is held in test_backprop.py."""

import math

import pytest

from autograd import Value, dot, piecewise, where
from autograd.events import parent_positions

a, b, c = Value(2.0), Value(3.0), Value(5.0)
NAN = Value(math.nan)
NODES = {
    "leaf": (a, []),
    "product": (a * b, [0, 1]),
    "square as a product": (a * a, [0, 1]),
    "number on the right": (a * 2.0, [0]),
    "number on the left": (2.0 - a, [1]),
    "neuron": (dot([a, b], [1.0, c], 0.5), [0, 1, 3]),
    "chosen by a Value": (where(c, a, b), [1]),
    "chosen by zero": (where(Value(0.0), a, b), [2]),
    "chosen by a number": (where(0.0, a, b), [2]),
    "a number is chosen": (where(1.0, 7.0, b), []),
    "one of three": (piecewise(a, b, c, c), [3]),
    "none of three, so it may be any": (piecewise(NAN, b, 1.0, c), [0, 1, 3]),
}


@pytest.mark.parametrize("kind", NODES)
def test_the_positions_of_parents_among_operands(kind):
    node, positions = NODES[kind]
    assert parent_positions(node) == positions
    assert tuple(node.operands[i] for i in positions) == node.parents
