"""A tape as Python source: one line per instruction, labels as names, sums written out.

    def value(x, parameters):
        w, b = parameters
        h = w * x + b
        y = tanh(h)
        return y

The source comes in two readings. The quick one divides with / and calls `math` directly; Python then raises where IEEE
arithmetic has an answer (1/0, exp(1000)). Whoever runs it catches that and runs the careful one, in which every
operation is the forward function of its row. Both give the same bits where the quick one gives any.
"""

import math
import re
import textwrap
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Any

from autograd.numerics import floats
from autograd.ops import Operation, table_name
from autograd.programs.kinds import Work
from autograd.programs.source.naming import TAKEN, Names, alike, candidate
from autograd.programs.tape import OVER_EXAMPLES, BranchTaken, Guard, Instruction, Tape, sum_terms

WIDTH = 110
TERMS_PER_LINE = 60  # Python's compiler recurses into a sum term by term
# fmt: off
INFIX = {"add": "{} + {}", "sub": "{} - {}", "mul": "{} * {}", "neg": "-{}"}
SHORT = {  # cheaper than a call, and the same bits
    "square": "{0} * {0}",
    "abs": "abs({})",
    "relu": "{0} if {0} > 0.0 or {0} != {0} else 0.0",
    "heaviside": "1.0 if {0} > 0.0 else 0.0 if {0} <= 0.0 else {0}",
    "where": "{1} if {0} else {2}",
}
QUICK = {"div": "{} / {}", "reciprocal": "1.0 / {}"}
# fmt: on
#: rows whose forward function is that of `math` wherever `math` does not raise
MATH = frozenset(
    (
        *("exp", "expm1", "exp2", "log", "log1p", "log2", "log10", "sin", "cos", "tan", "asin", "acos"),
        *("sinh", "cosh", "acosh", "atanh"),
    )
)


class Writer:
    """Writes the function that does a piece of work; `written` is its source."""

    def __init__(self, work: Work, careful: bool = False) -> None:
        self.work = work
        self.tape = tape = work.tape
        self.careful = careful
        self.namespace: dict[str, Any] = {
            "inf": math.inf,
            "nan": math.nan,
            "BranchTaken": BranchTaken,
            "softmax": floats.softmax,
        }
        self.functions: dict[Operation, str] = {}
        for row in dict.fromkeys(instruction.row for instruction in tape.instructions):
            self._name_function(row)
        self.names = Names(
            tape.labels, tape.adjoint_of, [*self.namespace, "parameters", "examples", "results", "seed", "count"]
        )
        for slot, name in ((tape.seed, "seed"), (tape.count, "count")):
            if slot is not None:
                self.names.fix(slot, name)

    def _name_function(self, row: Operation) -> None:
        """A global name for the row's forward function; two rows of one name (users' own) get different ones."""
        base = candidate(row.name) or "operation"
        base = f"{base}_" if base in TAKEN else base
        name = next(name for name in alike(base) if name not in self.namespace)
        self.functions[row] = name
        quick = not self.careful and table_name(row) in MATH and row.forward is getattr(floats, row.name)
        self.namespace[name] = getattr(math, row.name) if quick else row.forward

    # Functions -------------------------------------------------------------------------------------------------------
    def written(self) -> str:
        """The function named after the kind of the work."""
        work = self.work
        value: Any = work.values[0] if len(work.values) == 1 else work.values
        returns = (value, work.gradients) if work.kind.towards else value
        return self._loop(returns) if work.kind.batch else self._function(returns)

    def _function(self, returns: Any) -> str:
        """`def name(arguments…, parameters)`; `returns` is a slot or nested tuples of slots."""
        arguments = "".join(f"{self.names.of(slot)}, " for slot in self.tape.arguments)
        lines = [f"def {self.work.kind.name}({arguments}parameters):", *self._unpack()]
        lines += indented(self.body(self.work.steps, self.work.guards))
        lines.append(f"    return {self.value(returns)}")
        return "\n".join(folded(lines)) + "\n"

    def _loop(self, returns: Any) -> str:
        """`def name(examples, parameters, seed, count)`: what is the same for all examples before the loop and after.

        It returns `returns`, or, where no gradient is asked for, the list of what that is for each example.
        """
        listed = not self.work.kind.towards
        before, each, after = phases(self.tape, self.work.steps)
        sums = [instruction.result for instruction in each if instruction.row is OVER_EXAMPLES]
        inner = [*self.body(each, self.work.guards), *([f"results.append({self.value(returns)})"] if listed else [])]
        lines = [*self.body(before), *(f"{self.names.of(slot)} = 0.0" for slot in sums)]
        lines += ["results = []"] if listed else []
        if inner:
            lines += [f"for {self.value(tuple(self.tape.arguments))} in examples:", *indented(inner)]
        lines += self.body(after)
        lines.append(f"return {'results' if listed else self.value(returns)}")
        head = f"def {self.work.kind.name}(examples, parameters, seed=1.0, count=1.0):"
        return "\n".join(folded([head, *self._unpack(), *indented(lines)])) + "\n"

    def _unpack(self) -> list[str]:
        slots = tuple(self.tape.parameters)
        return [f"    {self.value(slots)[1:-1]} = parameters"] if slots else []

    def body(self, steps: Sequence[Instruction], guards: Sequence[Guard] = ()) -> Iterator[str]:
        """A line per instruction, and the guards as soon as what they compare is known."""
        waiting, announced = sorted(guards, key=lambda guard: guard.after), False
        numbers = {id(guard): number for number, guard in enumerate(guards)}
        softmaxes = self._softmaxes(steps)
        known = {*self.tape.arguments, *self.tape.parameters, *self.tape.constants}
        for instruction in steps:
            while waiting and {waiting[0].left, waiting[0].right} <= known:
                yield self._guard(numbers[id(waiting[0])], waiting.pop(0))
            if instruction.result >= self.work.forward and not announced:
                yield "# backward: d_x is the derivative of the result towards x"
                announced = True
            yield from self._lines(instruction, softmaxes)
            known.add(instruction.result)
        for guard in waiting:
            yield self._guard(numbers[id(guard)], guard)

    # Lines -----------------------------------------------------------------------------------------------------------
    def _lines(self, instruction: Instruction, softmaxes: dict[tuple[int, ...], dict[int, int]]) -> Iterator[str]:
        row, operands, result = instruction
        name = self.names.of(result)
        if table_name(row) == "softmax_entry":
            entries = softmaxes[operands[1:]]
            if result == next(iter(entries.values())):  # the first entry writes all of them
                targets = (self.names.of(entries[i]) if i in entries else "_" for i in range(len(operands) - 1))
                yield f"{', '.join(targets)}, = softmax({self.value(operands[1:])})"
            elif result != (twin := entries[int(self.tape.constants[operands[0]])]):
                yield f"{name} = {self.names.of(twin)}"
        elif (terms := sum_terms(instruction)) is not None:
            yield from self._sum(name, instruction, terms)
        else:
            yield f"{name} = {self._expression(row, operands)}"

    def _expression(self, row: Operation, operands: tuple[int, ...]) -> str:
        name, atoms = table_name(row), [self.atom(slot) for slot in operands]
        template = INFIX.get(name) or SHORT.get(name) or (None if self.careful else self._quick(name, operands))
        return template.format(*atoms) if template else f"{self.functions[row]}({', '.join(atoms)})"

    def _quick(self, name: str, operands: tuple[int, ...]) -> str | None:
        """x ** 2.0 is right to the bit; a fractional power of a negative number would be complex."""
        if name == "pow":
            return "{} ** {}" if self.tape.constants.get(operands[1], 0.5).is_integer() else None
        return QUICK.get(name)

    def _sum(self, name: str, instruction: Instruction, terms: list[tuple[int, ...]]) -> Iterator[str]:
        """Left to right, as many lines as it takes."""
        products = [self._product(term) for term in terms if [self.tape.constants.get(s) for s in term] != [0.0]]
        running = [name] if instruction.row is OVER_EXAMPLES else []
        while products or not running:
            text = " + ".join([*running, *(products[:TERMS_PER_LINE] or ["0.0"])])
            yield f"{name} = {text.replace('+ -', '- ')}"
            products, running = products[TERMS_PER_LINE:], [name]
        if table_name(instruction.row) == "mean":
            yield f"{name} = {name} / {len(terms)}.0"

    def _product(self, factors: tuple[int, ...]) -> str:
        """u * v without a factor of 1.0; a factor of -1.0 as a sign."""
        constants = [self.tape.constants.get(slot) for slot in factors]
        rest = [self.atom(slot) for slot, number in zip(factors, constants, strict=True) if number not in (1.0, -1.0)]
        sign = "-" if constants.count(-1.0) % 2 else ""
        return sign + (" * ".join(rest) or "1.0")

    def _guard(self, number: int, guard: Guard) -> str:
        left, right = self.atom(guard.left), self.atom(guard.right)
        question = f"{left} {'!=' if guard.kind == 'bool' else guard.kind} {right}"
        return f"if {'not ' if guard.outcome else ''}({question}): raise BranchTaken({number})"

    def _softmaxes(self, steps: Iterable[Instruction]) -> dict[tuple[int, ...], dict[int, int]]:
        """For each list of logits, which entries of its softmax are asked for, and their slots."""
        found: dict[tuple[int, ...], dict[int, int]] = {}
        for row, operands, result in steps:
            if table_name(row) == "softmax_entry":
                found.setdefault(operands[1:], {}).setdefault(int(self.tape.constants[operands[0]]), result)
        return found

    def atom(self, slot: int) -> str:
        """A slot inside an expression: its name, or the number it is."""
        if slot not in self.tape.constants:
            return self.names.of(slot)
        number = repr(self.tape.constants[slot])
        return f"({number})" if number.startswith("-") else number

    def value(self, returns: Any) -> str:
        """A slot, or nested tuples of slots, as an expression."""
        if not isinstance(returns, tuple):
            return self.atom(returns)
        return f"({', '.join(map(self.value, returns))}{',' * (len(returns) == 1)})"


def phases(tape: Tape, steps: Sequence[Instruction]) -> tuple[list[Instruction], list[Instruction], list[Instruction]]:
    """`steps` as those to run once before the loop over the examples, in it, and once after it."""
    before: list[Instruction] = []
    each: list[Instruction] = []
    after: list[Instruction] = []
    late: set[int] = set()
    varying = tape.varying
    for instruction in steps:
        row, operands, result = instruction
        if row is OVER_EXAMPLES:
            each.append(instruction)
            late.add(result)
        elif result in varying:
            each.append(instruction)
        elif late.isdisjoint(operands):
            before.append(instruction)
        else:
            after.append(instruction)
            late.add(result)
    return before, each, after


def indented(lines: Iterable[str]) -> list[str]:
    """Four spaces deeper."""
    return [f"    {line}" for line in lines]


def folded(lines: Iterable[str]) -> Iterator[str]:
    """Lines longer than WIDTH broken at spaces, inside parentheses that are there or put there."""
    for line in lines:
        if len(line) <= WIDTH:
            yield line
            continue
        text = line.lstrip()
        indent = line[: -len(text)]
        left, equals, right = text.partition(" = ")
        if equals:
            text = f"({left}) = {right}" if ", " in left else f"{left} = ({right})"
        whole = indent + glued(text)
        deeper = indent + "    "
        for part in textwrap.wrap(
            whole, WIDTH, subsequent_indent=deeper, break_long_words=False, break_on_hyphens=False
        ):
            yield part.replace("\0", " ")


def glued(text: str) -> str:
    """`text` with \\0 for the spaces outside parentheses, where Python ends a statement at the end of a line."""
    depth, parts = 0, []
    for part in re.split("([() ])", text):
        depth += {"(": 1, ")": -1}.get(part, 0)
        parts.append("\0" if part == " " and not depth else part)
    return "".join(parts)


def compiled(work: Work, careful: bool = False) -> Callable[..., Any]:
    """The function that does the work."""
    writer = Writer(work, careful)
    code = compile(writer.written(), "<recorded program>", "exec")
    namespace = dict(writer.namespace)
    exec(code, namespace)  # names in it passed the whitelist of naming.py
    return namespace[work.kind.name]  # type: ignore[no-any-return]
