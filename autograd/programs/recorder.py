"""Run a function once on Values and keep what it did as a Tape.

The function runs as it always does; the graph it leaves behind is the recording. Only what leaves no trace in a graph
is listened for while it runs: the comparisons by which Python code chose its way, which become guards; and prints and
draws, of which a warning tells. All of it belongs to the thread that records.
"""

import inspect
import pickle
import random
import re
import sys
import threading
import warnings
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from autograd.backprop import topological_order
from autograd.by_hand import ByHand, label_of
from autograd.modes import Listener, current_mode, made_in_derivatives, mode, users_line
from autograd.native import extension
from autograd.numerics.numpys_loops import telling_of_loops
from autograd.numerics.trees import leaves, paths, rebuild
from autograd.programs.columns import plain_numbers
from autograd.programs.tape import Guard, Instruction, Tape
from autograd.system.loaded import loaded
from autograd.value import Value


@dataclass(frozen=True)
class Branch:
    """A comparison, or `bool` of a Value, while recording."""

    kind: str
    left: Any
    right: Any
    outcome: bool
    line: str | None


class Argument(Value):
    """An argument while f is recorded; so is what is computed from it first of all.

    `x == 1` compares identity, so it is False whatever x holds, and a function that was written for plain numbers would
    be recorded on the wrong path. That leaves no trace in a graph, so it is said aloud.
    """

    __slots__ = ()
    __hash__ = Value.__hash__

    def __eq__(self, other: object) -> bool:
        if isinstance(other, int | float):
            advice = (
                f"a Value was compared with {other!r} by == while recording, which is always False: a program that "
                "depends on whole numbers or classes is recorded once for each, with the number as a constant"
            )
            if getattr(current_mode().recorder, "strict", False):
                raise ValueError(advice)
            warnings.warn(advice, RuntimeWarning, stacklevel=2)
        return self is other


class Recorder(Listener):
    """What the engine tells of a running function. Nodes need no note: the graph remembers them."""

    hears_nodes = False

    def __init__(self, strict: bool = False) -> None:
        self.branches: list[Branch] = []
        self.strict = strict

    def branch(self, kind: str, left: Any, right: Any, outcome: bool) -> None:
        """Python asked which of two Values is larger, or whether one is zero."""
        self.branches.append(Branch(kind, left, right, outcome, users_line()))


@dataclass
class Recording:
    """A tape, the Values its parameter slots stand for, and the result: its structure and its slots."""

    tape: Tape
    parameters: list[Value]
    result: Any
    outputs: list[int]
    order: list[int]  # the slots below the result, parents before children, as backward() orders them


def record_call(f: Callable[..., Any], args: Sequence[Any], strict: bool = False) -> Recording:
    """Run `f` on Values with the numbers of `args` and take down what it did; `strict` as in `record`."""
    names = argument_names(f, args)
    values = [
        Argument(number, label=name)
        for number, name in zip(plain_numbers(leaves(list(args), "args")), names, strict=True)
    ]
    recorder = Recorder(strict)
    with (
        mode(grad=True, recorder=recorder, anomaly=None),
        made_in_derivatives() as made,
        Ear() as ear,
        telling_of_loops(),
    ):
        result = f(*rebuild(list(args), values))
    if strict:
        ear.object()
    recording = _Transcript(values, made).finish(result, recorder.branches)
    hooked = any(parameter._right is not None for parameter in recording.parameters)
    if strict and hooked:
        raise ValueError(HOOKED)
    for advice in [] if strict else [*ear.advice(), *[HOOKED] * hooked]:
        warnings.warn(advice, RuntimeWarning, stacklevel=3)
    return recording


DREW = (
    "the recorded function drew random numbers: every replay repeats the draw of the recording. Draw them outside and "
    "pass them as arguments"
)
NUMPY_DREW = (
    "somebody drew from NumPy's shared generator while a function was recorded. If it was the function, every replay "
    "repeats its draw: draw outside and pass the numbers as arguments"
)
HOOKED = "a parameter has a closure of its own for a _backward, as a hook: a replay does not call it"
PRINTED = "the recorded function printed something: a replay prints nothing. Print what the program returns instead"


class Ear:
    """Hears of prints, and of draws from the generators that every module shares.

    It is a profile function of Python's, which belongs to one thread: what others print and draw it does not hear, and
    nothing that they can see is changed. Where one is at work already (a profiler, a recording around this one), it
    hears nothing. NumPy's generator cannot be heard, only looked at before and after.
    """

    def __init__(self) -> None:
        self.printed = False
        self.dice: Any = None  # the state of the module random before the first draw
        self.numpy_drew = False

    def __enter__(self) -> "Ear":
        self._numpy = _numpy_dice()
        self._listens = sys.getprofile() is None
        if self._listens:
            sys.setprofile(self._listener())
        return self

    def __exit__(self, *exception: object) -> None:
        if self._listens:
            sys.setprofile(None)
        self.numpy_drew = _moved(self._numpy, _numpy_dice())

    def _listener(self) -> Callable[..., None]:
        shared, stdout = random.random.__self__, sys.stdout  # type: ignore[attr-defined]
        gauss = random.gauss.__code__  # draws two numbers at once, and keeps one for its next call

        def hear(frame: Any, event: str, function: Any) -> None:
            if event == "c_call":
                owner = getattr(function, "__self__", None)
                if function is print or (owner is stdout and function.__name__ == "write"):
                    self.printed = True
                draws = owner is shared and function.__name__ in ("random", "getrandbits")
            else:
                draws = event == "call" and frame.f_code is gauss and frame.f_locals.get("self") is shared
            if draws and self.dice is None:
                self.dice = random.getstate()

        return hear

    def advice(self) -> Iterator[str]:
        """What the user should know."""
        alone = threading.active_count() == 1
        if self.dice is not None or (self.numpy_drew and alone):
            yield DREW
        elif self.numpy_drew:
            yield NUMPY_DREW
        if self.printed:
            yield PRINTED

    def object(self) -> None:
        """ValueError if the function did what a replay does not do; what it drew is put back."""
        if self.dice is not None:
            random.setstate(self.dice)
        for advice in self.advice():
            if advice is not NUMPY_DREW:
                raise ValueError(advice)


def _numpy_dice() -> Any:
    """The state of NumPy's shared generator; None where nobody has loaded it: NumPy does when it is asked for."""
    get_state = loaded("numpy.random", "get_state")
    return get_state(legacy=False) if get_state is not None else None


def _moved(before: Any, after: Any) -> bool:
    """Whether somebody has drawn from NumPy's shared generator between two looks at its state."""
    if before is None and after is not None:  # loaded in between: it is where such a generator begins, or further on
        begins = loaded("numpy.random", "MT19937")().state
        return bool(after["has_gauss"] or after["state"].get("pos") != begins["state"]["pos"])
    return pickle.dumps(before) != pickle.dumps(after)  # each kind of generator has a state of its own


def argument_names(f: Callable[..., Any], args: Sequence[Any]) -> list[str]:
    """A name for every number in `args`: the parameter's own, with the place in a list appended: x, or x_0, x_1."""
    try:
        signature = inspect.signature(f)
    except ValueError:  # some callables have none
        bound, several = {f"x{i}": arg for i, arg in enumerate(args)}, set()
    else:
        bound = signature.bind(*args).arguments
        several = {name for name, p in signature.parameters.items() if p.kind is p.VAR_POSITIONAL}
    names: list[str] = []
    for name, value in bound.items():
        value = list(value) if name in several else value
        names += [re.sub(r"\W+", "_", path).strip("_") for path in paths(value, name)]
    return names


class _Transcript:
    """Gives every node of the graph its slot. Leaves in `made` are numbers, all others arguments or parameters."""

    def __init__(self, arguments: Sequence[Value], made: set[Value]) -> None:
        self.tape = Tape()
        self.made = made
        self.slots: dict[Value, int] = {}
        self.parameters: list[Value] = []
        for value in arguments:
            self.slots[value] = self.tape.argument(value.label)

    def finish(self, result: Any, branches: list[Branch]) -> Recording:
        for branch in branches:
            self._guard(branch)
        outputs, order = [], []
        for leaf in leaves(result, "the result"):
            if isinstance(leaf, Value):
                below = topological_order(leaf)
                self._write_all(below)
                order = [*map(self.slots.__getitem__, below)]
            outputs.append(self._operand(leaf))
        return Recording(self.tape, self.parameters, result, outputs, order)

    def _guard(self, branch: Branch) -> None:
        left, right = self._operand(branch.left), self._operand(branch.right)
        after = len(self.tape.instructions)
        self.tape.guards.append(Guard(branch.kind, left, right, branch.outcome, after, branch.line))

    def _operand(self, operand: Any) -> int:
        """The slot of a Value, with everything below it, or of a number."""
        if not isinstance(operand, Value):
            return self.tape.constant(float(operand))
        if operand not in self.slots:
            self._write_all(topological_order(operand))
        return self.slots[operand]

    def _write_all(self, nodes: list[Value]) -> None:
        if extension is not None:  # the same in C, which comes back for what is unusual
            extension.transcribe(nodes, self.slots, self.tape, Instruction, self._write, self.parameters, self.made)
            return
        for node in nodes:
            if node not in self.slots:
                self._write(node)

    def _write(self, node: Value) -> None:
        if node in self.made:
            self.slots[node] = self.tape.constant(node.data)
            return
        if node.op is None:
            self.slots[node] = self.tape.parameter(label_of(node))
            self.parameters.append(node)
            return
        if isinstance(node.op, ByHand):
            node.op.forward()  # there is none, and it says so
        slots = tuple(self.slots[o] if isinstance(o, Value) else self.tape.constant(o) for o in node.operands)
        self.slots[node] = self.tape.append(node.op, slots, label_of(node))
