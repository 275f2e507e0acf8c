"""The backward pass as instructions: in C the same as in Python, slot by slot."""

import math
import random

import pytest

import autograd
from autograd import OPERATIONS, Value, native, operation, record
from autograd.programs import kinds, reverse
from autograd.programs.tape import GATHER, INDEXED, Instruction, Tape, number_key
from tests.autograd.programs.test_machine import a_chain, a_layer, a_network, apart, branching, constant, every_row

NUMBERS = [0.0, -0.0, 1.0, -1.0, 2.0, 3.0, -0.5, 1 / 3, 1e308, math.inf, math.nan]
ROWS = [row for row in OPERATIONS.values() if not row.variadic and row.name not in ("polygamma", "power_partial")]


@operation(lambda a, b, y: b, lambda a, b, y: a)
def users_product(a, b):
    return a * b


@operation(lambda a, y: 1.0 / (1.0 + a * a), numeric=True)
def users_angle(a):
    return math.atan(a)


class RandomFunction:
    """A function of x and z, of any rows, with numbers and labels here and there."""

    def __init__(self, seed):
        self.seed = seed

    def __call__(self, x, z):
        self.rng = random.Random(self.seed)
        self.nodes = [x, z, Value(0.7), Value(-1.2, label="w"), Value(1.0)]
        makers = [self.arithmetic, self.power, self.row, self.choice, self.users, self.of_many]
        for _ in range(self.rng.randint(1, 30)):
            y = self.rng.choice(makers)()
            if isinstance(y, Value):  # numbers alone give a number
                y.label = self.rng.choice(["", "", "", "p", "q"])
                self.nodes.append(y)
        return autograd.total(self.nodes[-3:])

    def some(self):
        return self.rng.choice(self.nodes)

    def any(self):
        return self.some() if self.rng.random() < 0.75 else self.rng.choice(NUMBERS)

    def arithmetic(self):
        a, b = self.some(), self.any()
        return self.rng.choice([lambda: a + b, lambda: b * a, lambda: b - a, lambda: a / b])()

    def power(self):
        partial, exponent = OPERATIONS["power_partial"], self.any()
        return self.rng.choice([lambda: self.some() ** exponent, lambda: partial(self.some(), exponent, 1.0, 0.0)])()

    def row(self):
        row = self.rng.choice(ROWS)
        return row(*[self.any() for _ in row.derivatives])

    def choice(self):
        return autograd.where(self.any(), self.any(), self.any())

    def users(self):
        return self.rng.choice([lambda: users_product(self.some(), self.any()), lambda: users_angle(self.some())])()

    def of_many(self):
        xs = [self.some(), *(self.any() for _ in range(self.rng.randint(0, 4)))]
        name = self.rng.choice(["total", "mean", "sum_of_squares", "logsumexp", "softmax", "cross_entropy", "dot"])
        if name == "softmax":
            return autograd.softmax(xs)[-1]
        more = {"cross_entropy": [0], "dot": [[self.any() for _ in xs], self.any()]}
        return getattr(autograd, name)(xs, *more.get(name, []))


def grown(recording, batch):
    """All that a backward pass leaves behind; nans as text."""
    tape, value, slopes = kinds.backward(recording, batch)
    constants = {slot: repr(number) for slot, number in tape.constants.items()}
    return tape.instructions, constants, tape.numbers, tape.size, tape.adjoint_of, tape.varying, value, slopes


FUNCTIONS = [a_chain, a_layer, a_network, apart, branching, constant, every_row, *map(RandomFunction, range(150))]


@pytest.mark.skipif(native.extension is None, reason=f"is about the C ({native.engine})")
def test_the_pass_in_c_writes_what_the_pass_in_python_writes(monkeypatch):
    for f in FUNCTIONS:
        recording = record(f, 0.4, 1.3)._paths[0].recording
        in_c = [grown(recording, batch) for batch in (False, True)]
        with monkeypatch.context() as without:
            without.setattr(reverse, "extension", None)
            assert in_c == [grown(recording, batch) for batch in (False, True)]


@pytest.mark.parametrize(("condition", "gradient"), [(1.0, (2.0, 0.0)), (0.0, (0.0, 5.0)), (math.nan, (2.0, 0.0))])
def test_a_choice_that_is_settled_hands_everything_to_what_is_chosen(condition, gradient):
    program = record(lambda x, y: autograd.where(condition, x * 2.0, y * 5.0), 3.0, 2.0)
    assert program.value_and_grad(3.0, 2.0)[1] == gradient
    piecewise = record(lambda x, y: autograd.where(condition, x, 1.0) + y * y, 3.0, 2.0)
    assert piecewise.value_and_grad(3.0, 2.0)[1] == (0.5 * gradient[0], 4.0)


def test_the_slopes_of_a_row_of_the_table_are_read_off_once_whatever_numbers_are_in_it():
    reverse._pattern.cache_clear()
    record(lambda x: autograd.total([(x + k) ** (2.0 + k) / (3.0 + k) for k in range(50)]), 0.5).value_and_grad(0.5)
    assert reverse._pattern.cache_info().misses == 4  # +, ^, ÷ and Σ


def test_formulas_of_a_user_are_told_the_numbers_among_their_arguments():
    """They may have branches, which would be lost on a slot."""

    @operation(lambda a, n, y: n * a ** (n - 1.0) if n != 0.0 else 0.0 * a, lambda a, n, y: 0.0)
    def power(a, n):
        return a**n

    program = record(lambda x: power(x, 0.0) + power(x, 3.0) + power(x, 2.0), 0.0)
    assert program.value_and_grad(0.0)[1] == (0.0,)
    assert program.value_and_grad(2.0)[1] == (16.0,)


def slopes_of(row, numbers, told):
    """The slopes towards the slots, written out; of the numbers among the arguments the first `told` are told."""
    tape = Tape()
    slots = [tape.argument() if number is None else tape.constant(number) for number in numbers]
    keys = [None if number is None or k >= told else number_key(number) for k, number in enumerate(numbers)]
    if (pattern := reverse._pattern(row, tuple(keys))) is None:
        return None  # a plain number met a plain zero
    found = pattern.applied(tape, (*slots, tape.append(row, tuple(slots))))
    text = {slot: repr(number) for slot, number in tape.constants.items()}
    for step in tape.instructions:
        text[step.result] = f"{step.row}({', '.join(text.get(o, str(o)) for o in step.operands)})"
    return [text.get(slot, str(slot)) for slot, number in zip(found, numbers, strict=True) if number is None]


@pytest.mark.parametrize(
    "row", [row for row in OPERATIONS.values() if row.variadic or (len(row.derivatives) > 1 and row.chooses is None)]
)
def test_to_formulas_of_the_table_a_number_is_what_a_slot_is(row):
    """The pattern of slots, applied to numbers, comes to what the formulas make of the numbers themselves."""
    draw, count, entry = random.Random(row.name), 5 if row.variadic else len(row.derivatives), row.name in INDEXED
    for _ in range(30):
        numbers = [draw.choice([None, *NUMBERS]) for _ in range(count)]
        numbers[:entry] = [1.0] * entry
        if None in numbers and (wanted := slopes_of(row, numbers, count)) is not None:
            assert slopes_of(row, numbers, entry) == wanted, numbers


def test_zeros_of_either_sign_have_patterns_of_their_own():
    x = Value(2.0)
    program = record(lambda: autograd.atan2(x, 0.0) + autograd.atan2(x, -0.0))
    program.backward()
    replayed, x.grad = x.grad, 0.0
    (autograd.atan2(x, 0.0) + autograd.atan2(x, -0.0)).backward()
    assert replayed.hex() == x.grad.hex()


@pytest.mark.skipif(native.extension is None, reason=f"is about the C ({native.engine})")
def test_the_pass_in_c_refuses_slots_that_are_none():
    tape = Tape()
    x = tape.argument("x")
    y = tape.append(OPERATIONS["exp"], (x,))
    good = [tape, y, [x, y], x, -1, [x], reverse.ASKED]
    for place, wrong in ((1, 7), (1, -1), (2, [9]), (3, 5), (4, 3), (5, [-1]), (5, ["x"])):
        broken = [*good]
        broken[place] = wrong
        with pytest.raises((ValueError, TypeError), match=r"slot|integer|int"):
            native.extension.adjoints(*broken)
    tape.instructions.append(Instruction(GATHER, (x, 99), y))
    with pytest.raises(ValueError, match="a slot that the tape does not have"):
        native.extension.adjoints(*good)


def test_instructions_are_equal_tuples_with_equal_hashes():
    """Whoever wrote them. From 3.14 on a tuple keeps its hash, and one that C had made without tuple.__new__ kept 0."""
    tape = record(a_layer, 0.4, 1.3)._paths[0].recording.tape
    alike = [Instruction(*instruction) for instruction in tape.instructions]
    assert tape.instructions == alike
    assert list(map(hash, tape.instructions)) == list(map(hash, alike))
