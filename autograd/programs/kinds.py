"""What can be asked of a recording, and the instructions that it takes.

    VALUE, MAP_VALUES                             f(x);  f of every example of a batch
    ARGUMENT_GRADIENTS, PARAMETER_GRADIENTS       f(x) and ∂f/∂x;  f(x) and ∂f/∂parameters
    GRADIENTS                                     f(x) and both
    MAP_GRADIENTS                                 Σ seed · f over a batch, and its derivative towards the parameters

A `Kind` is the question, `Work` the answer's making: a tape, and the slots that are asked for. Whatever runs a program
(source, arrays) is built from that alone.
"""

from dataclasses import dataclass, field
from typing import NamedTuple

from autograd.programs.recorder import Recording
from autograd.programs.reverse import adjoints_of
from autograd.programs.tape import MUL, OVER_EXAMPLES, Guard, Instruction, Tape, needed


@dataclass(frozen=True, eq=False)  # there is one of each: below
class Kind:
    """A question: about one example or a batch; what the result is, or its derivatives `towards` what, too."""

    name: str  # of the function in the source that answers it
    batch: bool = False
    towards: tuple[str, ...] = ()  # lists of slots of the tape


VALUE = Kind("value")
ARGUMENT_GRADIENTS = Kind("argument_gradients", towards=("arguments",))
PARAMETER_GRADIENTS = Kind("parameter_gradients", towards=("parameters",))
GRADIENTS = Kind("gradients", towards=("arguments", "parameters"))
MAP_VALUES = Kind("map_values", batch=True)
MAP_GRADIENTS = Kind("map_gradients", batch=True, towards=("parameters",))


@dataclass(frozen=True)
class Work:
    """What `kind` comes down to: `values` and `gradients` are the slots that are asked for, `steps` what fills them.

    A batch with gradients has one value, the sum over its examples; its tape has slots for `seed` and `count`.
    """

    kind: Kind
    tape: Tape
    forward: int  # slots from here on belong to the backward pass
    values: tuple[int, ...]
    gradients: tuple[int, ...] = ()
    steps: list[Instruction] = field(init=False)

    def __post_init__(self) -> None:
        compared = (slot for guard in self.guards for slot in (guard.left, guard.right))
        steps = needed(self.tape.instructions, [*self.values, *self.gradients, *compared])
        object.__setattr__(self, "steps", steps)

    @property
    def guards(self) -> list[Guard]:
        """The comparisons that must come out as they did."""
        return self.tape.guards


class Backward(NamedTuple):
    """A tape that grew by its backward pass, the slot of its one value, and of ∂value/∂slot for every input slot."""

    tape: Tape
    value: int
    slopes: dict[int, int]


def backward(recording: Recording, batch: bool) -> Backward:
    """The backward pass of one example, or of the sum over a batch."""
    tape, root = recording.tape.copy(), recording.outputs[0]
    seed = tape.constant(1.0)
    if batch:
        tape.seed, tape.count = seed, _ = tape.new_slot(), tape.new_slot()
    inputs = [*tape.arguments, *tape.parameters]
    slopes = adjoints_of(inputs, tape, root, recording.order, seed)
    return Backward(tape, _summed(tape, root) if batch else root, dict(zip(inputs, slopes, strict=True)))


def _summed(tape: Tape, value: int) -> int:
    """The slot of Σ seed · value over the examples."""
    assert tape.seed is not None
    assert tape.count is not None
    if value in tape.varying:
        return tape.emit(OVER_EXAMPLES, (value, tape.seed))
    return tape.emit(MUL, (value, tape.emit(MUL, (tape.seed, tape.count))))


class Works:
    """The work of every kind on one recording, made when it is asked for.

    Several threads may ask. None waits for another: what two of them make is the same, and the first is kept.
    """

    def __init__(self, recording: Recording) -> None:
        self._recording = recording
        self._backward: dict[bool, Backward] = {}
        self._works: dict[Kind, Work] = {}

    def of(self, kind: Kind) -> Work:
        """The work of `kind`. Gradients are those of the first result: it should be the only one."""
        if (found := self._works.get(kind)) is None:
            found = self._works.setdefault(kind, self._made(kind))
        return found

    def _made(self, kind: Kind) -> Work:
        recording = self._recording
        forward = recording.tape.size
        if not kind.towards:
            return Work(kind, recording.tape, forward, tuple(recording.outputs))
        if (grown := self._backward.get(kind.batch)) is None:
            grown = self._backward.setdefault(kind.batch, backward(recording, kind.batch))
        tape, value, slopes = grown
        towards = (slopes[slot] for inputs in kind.towards for slot in getattr(tape, inputs))
        return Work(kind, tape, forward, (value,), tuple(towards))
