"""The recorded program: numbered slots, and a list of instructions that fill them in order.

    slot   0   1   2     3             4
           x   w   2.0   mul(w, x)     pow(slot 3, 2.0)

A slot is an argument, a parameter, a constant or the result of an instruction. An instruction is a row of the table and
the slots of its operands; every slot is filled once, before it is read. Everything that can be done with a program
(writing it as Python, running it on arrays, deriving its backward pass, saving it) reads this list.
"""

import operator
from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from autograd.ops import OPERATIONS, Operation, table_name


class Instruction(NamedTuple):
    """slots[result] = row(*operands)."""

    row: Operation
    operands: tuple[int, ...]
    result: int


HOLDS: dict[str, Callable[[Any, Any], Any]] = {
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
    "bool": operator.ne,
}


@dataclass(frozen=True)
class Guard:
    """Python code asked `left kind right` while recording and went on as `outcome` told it.

    `kind` is "<", "<=", ">", ">=" or "bool" (left != 0.0); `after` is the number of instructions that precede it.
    """

    kind: str
    left: int
    right: int
    outcome: bool
    after: int
    line: str | None

    def __str__(self) -> str:
        question = "bool(…)" if self.kind == "bool" else f"the comparison {self.kind}"
        return f"{question} at {self.line}" if self.line else question

    def holds(self, left: Any, right: Any) -> Any:
        """Whether the comparison comes out as it did, for numbers or arrays."""
        return HOLDS[self.kind](left, right) == self.outcome


class BranchTaken(Exception):
    """A comparison came out differently than while recording; args[0] is the number of its guard."""


def sum_of_products(*operands: float) -> float:
    """u₁v₁ + … + uₙvₙ for the operands u₁…uₙ, v₁…vₙ, added from left to right as backward() adds."""
    n = len(operands) // 2
    result = operands[0] * operands[n]
    for u, v in zip(operands[1:n], operands[n + 1 :], strict=True):
        result += u * v
    return result


#: What a slot that is used several times receives in the backward pass: Σ upstream · local derivative.
GATHER = Operation("sum_of_products", "Σ", sum_of_products, 0.0, variadic=True)
#: The same, summed over the examples of a batch; on a single example it is GATHER.
OVER_EXAMPLES = Operation("sum_over_examples", "Σ", sum_of_products, 0.0, variadic=True)


#: rows whose first operand says which of the others is meant
INDEXED = frozenset(("softmax_entry", "cross_entropy"))


def wanted_operands(row: Operation, operands: tuple[int, ...], constants: dict[int, float]) -> str:
    """What a row of the table needs if it cannot work on these operands, else "". An entry of a list is chosen once."""
    name, count = table_name(row), len(operands)
    if name and not row.variadic:
        return "" if count == len(row.derivatives) else f"{len(row.derivatives)} operands for {name}"
    if name in INDEXED:
        index = constants.get(operands[0]) if operands else None
        fits = index is not None and index.is_integer() and 0.0 <= index < count - 1
        return "" if fits else f"the number of an entry, a constant, and all entries for {name}"
    if name == "dot":
        return "" if count % 2 else f"weights, as many inputs, and a bias for {name}"
    return "" if count or name not in ("mean", "logsumexp") else f"at least one operand for {name}"


def _pairs(operands: tuple[int, ...]) -> list[tuple[int, ...]]:
    half = len(operands) // 2
    return list(zip(operands[:half], operands[half:], strict=True))


#: The rows that add up products: which ones of their operands, each a tuple of slots.
TERMS: dict[Operation, Callable[[tuple[int, ...]], list[tuple[int, ...]]]] = {
    GATHER: _pairs,
    OVER_EXAMPLES: _pairs,
    OPERATIONS["dot"]: lambda operands: [*_pairs(operands[:-1]), operands[-1:]],
    OPERATIONS["total"]: lambda operands: list(zip(operands, strict=True)),
    OPERATIONS["mean"]: lambda operands: list(zip(operands, strict=True)),
    OPERATIONS["sum_of_squares"]: lambda operands: list(zip(operands, operands, strict=True)),
}


def sum_terms(instruction: Instruction) -> list[tuple[int, ...]] | None:
    """The products that an instruction adds up, each a tuple of slots; None for an instruction that is no sum."""
    row, operands, _ = instruction
    return of(operands) if (of := TERMS.get(row)) is not None else None


MUL, NEG, POW = (OPERATIONS[name] for name in ("mul", "neg", "pow"))


@dataclass
class Tape:
    """A straight-line program under construction or complete."""

    arguments: list[int] = field(default_factory=list)
    parameters: list[int] = field(default_factory=list)
    constants: dict[int, float] = field(default_factory=dict)
    instructions: list[Instruction] = field(default_factory=list)
    guards: list[Guard] = field(default_factory=list)
    labels: dict[int, str] = field(default_factory=dict)
    adjoint_of: dict[int, int] = field(default_factory=dict)  # slot of ∂result/∂slot -> slot, for names
    size: int = 0
    seed: int | None = None  # in a tape with a backward pass over a batch: ∂(mean or sum)/∂(one example's result)
    count: int | None = None  # and the number of examples

    def __post_init__(self) -> None:
        self.numbers = {number_key(number): slot for slot, number in self.constants.items()}
        self._known: defaultdict[Operation, dict[tuple[int, ...], int]] = defaultdict(dict)
        self._varying = set(self.arguments)
        self._entered = 0  # so many instructions are among those that are known

    @property
    def varying(self) -> set[int]:
        """The slots that differ from one example to the next."""
        if self._entered != len(self.instructions):
            self._enter()
        return self._varying

    def copy(self) -> "Tape":
        """A tape that can grow without changing this one."""
        return Tape(
            list(self.arguments),
            list(self.parameters),
            dict(self.constants),
            list(self.instructions),
            list(self.guards),
            dict(self.labels),
            dict(self.adjoint_of),
            self.size,
            self.seed,
            self.count,
        )

    def new_slot(self, label: str = "") -> int:
        """The next number."""
        if label:
            self.labels[self.size] = label
        self.size += 1
        return self.size - 1

    def constant(self, number: float) -> int:
        """The slot of a number; the same number (bit for bit) has one slot."""
        key = number_key(number)
        if (slot := self.numbers.get(key)) is None:
            self.numbers[key] = slot = self.new_slot()
            self.constants[slot] = number
        return slot

    def argument(self, label: str = "") -> int:
        """A new argument."""
        slot = self.new_slot(label)
        self.arguments.append(slot)
        self._varying.add(slot)
        return slot

    def parameter(self, label: str = "") -> int:
        """A new parameter."""
        slot = self.new_slot(label)
        self.parameters.append(slot)
        return slot

    def append(self, row: Operation, operands: tuple[int, ...], label: str = "") -> int:
        """A new instruction, exactly as given. ValueError for operands that the row cannot work on."""
        usual = not row.variadic and len(operands) == len(row.derivatives)
        if not usual and (wanted := wanted_operands(row, operands, self.constants)):
            raise ValueError(f"a program needs {wanted}")
        result = self.new_slot(label)
        self.instructions.append(Instruction(row, operands, result))
        return result

    def _enter(self) -> None:
        """Get to know the instructions that came since this was asked for last."""
        known, varying = self._known, self._varying
        for row, operands, result in self.instructions[self._entered :]:
            known[row].setdefault(operands, result)
            if row is not OVER_EXAMPLES and not varying.isdisjoint(operands):
                varying.add(result)
        self._entered = len(self.instructions)

    def emit(self, row: Operation, operands: tuple[int, ...], label: str = "") -> int:
        """The slot that holds row(*operands): an instruction of old if there is one, a new one if need be."""
        if self._entered != len(self.instructions):
            self._enter()
        known = self._known[row]
        if (found := known.get(operands)) is not None:
            return found
        if (found := self._shorter(row, operands)) is None:
            found = self.new_slot(label)
            self.instructions.append(Instruction(row, operands, found))
            self._entered += 1
            if row is not OVER_EXAMPLES and not self._varying.isdisjoint(operands):
                self._varying.add(found)
        known[operands] = found
        return found

    def _shorter(self, row: Operation, operands: tuple[int, ...]) -> int | None:
        """A slot that holds the very same number for less work; only rules that are exact for every float."""
        for operand in operands:
            if operand not in self.constants:
                break
        else:
            return self.constant(row.forward(*(self.constants[o] for o in operands)))
        for at, number, pattern in SHORTER.get(row, ()):
            if self.constants.get(operands[at]) == number:
                found = pattern(*map(self.constants.get, operands)) if callable(pattern) else pattern
                if found is not None:
                    return found.applied(self, operands)[0]
        return None


def number_key(number: float) -> float | str:
    """What tells numbers apart: themselves, but for zeros and nans."""
    return number if number < 0.0 or number > 0.0 else number.hex()


def number_of(key: float | str) -> float:
    """The number that has this key."""
    return float.fromhex(key) if isinstance(key, str) else key


class Pattern(NamedTuple):
    """Instructions about inputs that are not known yet: those are the first slots, what `filled` fills are the next.

    `slots` are the ones that are wanted. A number in `filled` is a constant.
    """

    filled: list[float | Instruction]
    slots: list[int]

    def applied(self, tape: Tape, inputs: tuple[int, ...]) -> list[int]:
        """The slots that are wanted on a tape where the inputs have these slots."""
        if not self.filled:  # as in a product: each slope is the other factor
            return [inputs[slot] for slot in self.slots]
        place = [*inputs]
        for new in self.filled:
            if isinstance(new, float):
                place.append(tape.constant(new))
            else:
                place.append(tape.emit(new.row, tuple([place[slot] for slot in new.operands])))
        return [place[slot] for slot in self.slots]


def _power_slope(base: Any, c: float | None, k: float | None, m: float | None) -> Pattern | None:
    """∂(xᶜ)/∂x = c·xᶜ⁻¹ where c − 1 is exact, and c ≠ 0."""
    if c is None or (k, m) != (1.0, 0.0) or c == 0.0 or c - 1.0 + 1.0 != c:
        return None
    return Pattern([c - 1.0, Instruction(POW, (0, 4), 5), Instruction(MUL, (1, 5), 6)], [6])


_FIRST, _SECOND = Pattern([], [0]), Pattern([], [1])
_MINUS_FIRST, _MINUS_SECOND = (Pattern([Instruction(NEG, (i,), 2)], [2]) for i in range(2))
#: What an instruction comes to where operand number `at` is `number`: (at, number, a Pattern), or, in the place of the
#: pattern, a function that makes one (or None) of all operands, numbers or None. Both engines read this.
SHORTER: dict[Operation, tuple[tuple[int, float, Pattern | Callable[..., Pattern | None]], ...]] = {
    MUL: ((0, 1.0, _SECOND), (0, -1.0, _MINUS_SECOND), (1, 1.0, _FIRST), (1, -1.0, _MINUS_FIRST)),
    OPERATIONS["div"]: ((1, 1.0, _FIRST),),
    POW: ((1, 1.0, _FIRST),),
    OPERATIONS["power_partial"]: ((2, 1.0, _power_slope),),
}


def needed(instructions: Sequence[Instruction], outputs: Iterable[int]) -> list[Instruction]:
    """The instructions that `outputs` depend on, in order."""
    wanted = set(outputs)
    kept = []
    for instruction in reversed(instructions):
        _, operands, result = instruction
        if result in wanted:
            wanted.update(operands)
            kept.append(instruction)
    return kept[::-1]
