"""The backward pass of a tape, as more instructions of the same tape.

    ∂output/∂slot = Σ ∂output/∂user · ∂user/∂slot        over the instructions that use the slot

The local derivatives are the formulas of the table, read on `Traced` slots: each row they apply is an instruction.
So a replayed gradient needs nothing but forward functions, on floats as on arrays.

`where` may choose anew at every replay. What it does not choose gets an upstream of exactly 0, and whatever is needed
for nothing else hands on 0 · slope as 0: a slope there may be infinite or nan, as that of √x at −1.
"""

import functools
from collections.abc import Iterable
from typing import Any, TypeAlias

from autograd.native import extension
from autograd.operators import Applies
from autograd.ops import Operation, decayed, table_name
from autograd.programs.tape import (
    GATHER,
    INDEXED,
    MUL,
    OVER_EXAMPLES,
    SHORTER,
    Instruction,
    Pattern,
    Tape,
    number_key,
    number_of,
)


class Traced(Applies):
    """A slot that writes down what is done with it."""

    __slots__ = ("slot", "tape")

    def __init__(self, tape: Tape, slot: int) -> None:
        self.tape = tape
        self.slot = slot

    def _apply_operation(self, row: Operation, args: tuple[Any, ...]) -> "Traced":
        slots = tuple(a.slot if isinstance(a, Traced) else self.tape.constant(float(a)) for a in args)
        return Traced(self.tape, self.tape.emit(row, slots))


def adjoints_of(inputs: list[int], tape: Tape, root: int, order: list[int], seed: int) -> list[int]:
    """The slots of ∂root/∂input; `tape` grows by the backward pass, see Adjoints. In C where that is there."""
    if extension is not None:
        count = -1 if tape.count is None else tape.count
        return extension.adjoints(tape, root, order, seed, count, inputs, ASKED)  # type: ignore[no-any-return]
    adjoints = Adjoints(tape, root, order, seed, tape.count)
    return [adjoints.of(slot) for slot in inputs]


Terms: TypeAlias = list[int]  # upstream, local, upstream, local, …: what an adjoint is the sum of the products of

NO_TERMS: Terms = []


class Adjoints:
    """Grows `tape` by the backward pass from `root`; `of(slot)` is then the slot of ∂root/∂slot.

    `order` lists the slots below the root, parents before children, as backward() walks them, so that sums are added
    in the same order. `seed` is the slot of ∂(what is asked for)/∂root. For a batch, `count` is the slot of the number
    of examples, and the adjoint of whatever does not vary from example to example is summed over them, as early as
    can be; without a `count` there is one example.
    """

    def __init__(self, tape: Tape, root: int, order: Iterable[int], seed: int, count: int | None = None) -> None:
        self.tape = tape
        self.count = count
        self._first = tape.size  # what is new from here on belongs to the backward pass
        self._terms: dict[int, Terms] = {}
        # those of what is the same for all examples, once for every example; and how many terms of a slot are part of
        # the result only if some `where` has chosen them
        self._of_examples: dict[int, Terms] = {}
        self._optional: dict[int, int] = {}
        self._add(root, seed, tape.constant(1.0), count is not None)
        writers = {instruction.result: instruction for instruction in tape.instructions}
        for slot in reversed(list(order)):
            if slot in writers and (slot in self._terms or slot in self._of_examples):
                self._pass_on(writers[slot])

    def of(self, slot: int) -> int:
        """The slot of ∂root/∂slot; the constant 0.0 where the root does not depend on it. To be asked for once."""
        terms = self._terms.get(slot, NO_TERMS)
        if slot in self._of_examples:
            terms = self._over_examples(self._of_examples[slot], terms)
        found = self._gather(terms) if terms else self.tape.constant(0.0)
        if found >= self._first:
            self._name(found, slot)
        return found

    def _name(self, adjoint: int, slot: int) -> None:
        """Of several slots with one adjoint, the first that has a label gives it its name."""
        named, labels = self.tape.adjoint_of, self.tape.labels
        if adjoint not in named or (slot in labels and named[adjoint] not in labels):
            named[adjoint] = slot

    def _pass_on(self, instruction: Instruction) -> None:
        """Give every operand its term: upstream · local derivative."""
        result, constants = instruction.result, self.tape.constants
        optional = bool(self._optional) and self._is_optional(result)
        upstream, per_example = self.of(result), self.count is not None and result in self.tape.varying
        if instruction.row.chooses is not None:
            self._choose(instruction, upstream, per_example, optional)
            return
        for operand, local in zip(instruction.operands, local_slopes(self.tape, instruction), strict=True):
            if operand not in constants:
                self._add(operand, upstream, local, per_example, optional)

    def _is_optional(self, slot: int) -> bool:
        count = len(self._terms.get(slot, ())) + len(self._of_examples.get(slot, ()))
        return 2 * self._optional.get(slot, 0) == count

    def _add(self, operand: int, upstream: int, local: int, per_example: bool, optional: bool = False) -> None:
        tape = self.tape
        if optional:
            self._optional[operand] = self._optional.get(operand, 0) + 1
            if local not in tape.constants:
                upstream, local = tape.emit(decayed, (local, upstream)), tape.constant(1.0)
        terms = self._of_examples if per_example and operand not in tape.varying else self._terms
        if operand in terms:
            terms[operand] += (upstream, local)
        else:
            terms[operand] = [upstream, local]

    def _choose(self, instruction: Instruction, upstream: int, per_example: bool, optional: bool) -> None:
        """Give the upstream to the operand that is chosen, 0 to the others; nothing where the choice is settled."""
        tape, row, (condition, *choices) = self.tape, instruction.row, instruction.operands
        settled = row.chooses(tape.constants[condition]) if condition in tape.constants else None  # type: ignore[misc]
        zero, one = tape.constant(0.0), tape.constant(1.0)
        for i, operand in enumerate(choices):
            if operand in tape.constants or (settled is not None and settled != i + 1):
                continue
            passed = [upstream if i == k else zero for k in range(len(choices))]
            share = upstream if settled is not None else tape.emit(row, (condition, *passed))
            self._add(operand, share, one, per_example, optional or settled is None)

    def _over_examples(self, of_examples: Terms, once: Terms) -> Terms:
        """Terms that are there once for every example, and those that are there once, as terms that are there once."""
        tape, alike, us, vs = self.tape, [], [], []
        for upstream, local in zip(of_examples[::2], of_examples[1::2], strict=True):
            if tape.varying.isdisjoint((upstream, local)):
                alike += [tape.emit(MUL, (self.count, upstream)), local]  # type: ignore[arg-type]
            else:
                us.append(upstream)
                vs.append(local)
        moving = [tape.emit(OVER_EXAMPLES, (*us, *vs)), tape.constant(1.0)] if us else []
        return [*alike, *once, *moving]

    def _gather(self, terms: Terms) -> int:
        if len(terms) == 2:
            upstream, local = terms
            return self.tape.emit(MUL, (local, upstream))
        return self.tape.emit(GATHER, (*terms[::2], *terms[1::2]))


def local_slopes(tape: Tape, instruction: Instruction) -> list[int]:
    """The slots of the local derivatives, one per operand."""
    row, operands, result = instruction
    pattern = slopes_by_pattern(row, tuple([tape.constants.get(operand) for operand in operands]))
    if pattern is not None:
        return pattern.applied(tape, (*operands, result))
    y = Traced(tape, result)
    args = [tape.constants[o] if o in tape.constants else Traced(tape, o) for o in operands]
    try:
        found = local_formulas(row, args, y)
    except ArithmeticError:  # a plain number met a plain zero: as a slot it is divided as IEEE 754 divides
        found = local_formulas(row, [Traced(tape, o) for o in operands], y)
    except NotImplementedError:  # formulas that work on floats only, as a user's own may: called as they are
        slopes = (slope_row(row, i) for i in range(len(args)))
        found = [y._apply_operation(slope, (*args, y)) for slope in slopes]
    return [d.slot if isinstance(d, Traced) else tape.constant(float(d)) for d in found]


class Verbatim(Tape):
    """Takes everything down as it is: what can be said shorter shows where a pattern is applied."""

    def _shorter(self, row: Operation, operands: tuple[int, ...]) -> None:
        return None


def slopes_by_pattern(row: Operation, numbers: tuple[float | None, ...]) -> Pattern | None:
    """The local derivatives of a row, taken down once: inputs are the arguments, some of them numbers, and the result.

    None for formulas that work on floats only. Those of the table have no branches, so a number is to them what a slot
    is, unless it is the number of an entry; a user's may ask what it is told.
    """
    if table_name(row) and table_name(row) not in INDEXED:
        return _pattern(row, (None,) * len(numbers))
    return _pattern(row, tuple([number if number is None else number_key(number) for number in numbers]))


@functools.lru_cache(1000)
def _pattern(row: Operation, numbers: tuple[float | str | None, ...]) -> Pattern | None:
    tape = Verbatim()
    *slots, result = (tape.argument() for _ in range(len(numbers) + 1))
    args = [Traced(tape, slot) if key is None else number_of(key) for slot, key in zip(slots, numbers, strict=True)]
    try:
        found = local_formulas(row, args, Traced(tape, result))
    except (NotImplementedError, ArithmeticError):
        return None
    slopes = [d.slot if isinstance(d, Traced) else tape.constant(float(d)) for d in found]
    written = {instruction.result: instruction for instruction in tape.instructions}
    filled = [tape.constants[s] if s in tape.constants else written[s] for s in range(result + 1, tape.size)]
    return Pattern(filled, slopes)


def local_formulas(row: Operation, args: list[Any], y: Any) -> list[Any]:
    """∂y/∂arg for every argument: the formulas of `row` read on numbers and traced slots."""
    if row.variadic:
        return list(row.derivatives[0](args, y))  # type: ignore[operator]
    return [d(*args, y) if callable(d) else d for d in row.derivatives]


@functools.cache
def slope_row(row: Operation, i: int) -> Operation:
    """∂(row)/∂(argument i) as a row of its own, from the arguments and the result, for formulas that need floats."""

    def slope(*args_and_y: float) -> float:
        return row.local_grads(args_and_y[:-1], args_and_y[-1])[i]

    return Operation(f"{row.name}_slope_{i}", f"∂{row.symbol}", slope, 0.0)


#: what the same pass in C (native/reverse.c) comes back for
ASKED = Instruction, SHORTER, GATHER, OVER_EXAMPLES, slopes_by_pattern, local_slopes
