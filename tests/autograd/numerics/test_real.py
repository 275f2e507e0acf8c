"""What counts as a real number."""

import math
from decimal import Decimal
from fractions import Fraction

import numpy as np
import pytest

from autograd import Value
from autograd.numerics.real import are_plain, as_float, as_operand

NUMPY_REALS = [
    np.float64(2.5),
    np.float32(2.5),
    np.float16(2.5),
    np.int8(2),
    np.uint64(2),
    np.bool_(True),
    np.array(2.5),
    np.ma.array(2.5, mask=False),
]


class Tensor:
    """What a number of PyTorch shows of itself."""

    shape = ()

    def __init__(self, number, requires_grad=False):
        self.number, self.requires_grad = number, requires_grad

    def item(self):
        return self.number


@pytest.mark.parametrize("number", [2, 2.5, True, Fraction(5, 2), *NUMPY_REALS], ids=lambda n: type(n).__name__)
def test_every_real_number_becomes_a_float(number):
    assert type(as_float(number)) is float
    assert as_float(number) == number


NO_REAL_NUMBERS = [1j, "3", b"3", None, [1.0], (1.0,), {1.0}, Decimal(1), np.array(1j), np.array([1.0]), Value(1.0)]
NO_REAL_NUMBERS += [np.ma.masked, np.ma.array(1.0, mask=True)]  # whose .item() is a number that is not meant


@pytest.mark.parametrize("thing", NO_REAL_NUMBERS, ids=lambda t: type(t).__name__)
def test_what_is_no_real_number_is_refused_with_its_type_and_advice(thing):
    with pytest.raises(TypeError, match=type(thing).__name__) as caught:
        as_float(thing)
    assert str(caught.value).count(".") >= 1


def test_plain_numbers_are_pythons_own():
    assert are_plain([])
    assert are_plain([2.5, 2, True, Fraction(5, 2), math.inf, -math.inf])
    for stranger in (*NO_REAL_NUMBERS, *NUMPY_REALS, 10**400, Tensor(2.0)):
        assert not are_plain([1.0, stranger, 1.0])


ADVICE = {
    "take its .data": [Value(1.0)],
    "the real and the imaginary part": [1j],
    "Convert text with float": ["3", b"3"],
    "about one scalar at a time": [[1.0], (1.0,), {1.0}, np.array([1.0])],
    "if that is what you mean": [None, Decimal(1)],
}


@pytest.mark.parametrize(("advice", "thing"), [(a, t) for a, things in ADVICE.items() for t in things])
def test_the_advice_fits_what_was_given(advice, thing):
    with pytest.raises(TypeError, match=advice):
        as_float(thing)


@pytest.mark.parametrize("huge", [10**400, -(10**400), Fraction(10**400)])
def test_a_number_beyond_the_floats_is_an_overflow_error(huge):
    with pytest.raises(OverflowError, match="beyond the range of a float"):
        as_float(huge)


def test_a_scalar_of_another_library_is_a_number_unless_its_own_graph_would_be_lost():
    assert as_float(Tensor(2)) == 2.0
    assert (Value(2.0) * Tensor(3.0)).operands[1] == 3.0
    with pytest.raises(TypeError, match=r"would lose the graph of its own library: use \.detach\(\) or \.item\(\)"):
        as_float(Tensor(2.0, requires_grad=True))
    with pytest.raises(TypeError, match="expected a real number, got Tensor"):
        as_float(Tensor("2"))


@pytest.mark.parametrize("sequence", ["a", b"a", [1.0], (1.0,)])
def test_a_sequence_beside_an_operator_is_named_and_a_stranger_may_answer(sequence):
    with pytest.raises(TypeError, match=f"expected a real number, got {type(sequence).__name__}"):
        as_operand(sequence)
    assert as_operand(object()) is None
