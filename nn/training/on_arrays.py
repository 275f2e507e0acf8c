"""A training whose numbers live in arrays: one for all parameters, one for their gradients, and those of the optimizer.

A step on arrays is the arithmetic of a step on Values, so the two give the same numbers; see nn.training.on_values.
The arrays stay where they are: whatever computes is bound to them once, and then called without a word.
"""

from __future__ import annotations

import math
from array import array
from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

import numpy as np

from autograd import BranchChanged, Program, Value, engine
from nn.basics.at_once import Call, at_once, copied, each
from nn.data.rows import Picked
from nn.descent.norms import Norms
from nn.descent.optimizer import Optimizer, Rule, as_floats
from nn.descent.recorded_rule import RecordedRule, RecordedUpdate
from nn.descent.settings import Columns, Number, with_floats
from nn.optim import SGD, Adagrad, Adam, AdamW, RMSprop
from nn.training.on_values import Clip, OnValues, Part

Function = Callable[[], float]  # a value, whose gradient is filled in or added somewhere
ARITHMETIC = (SGD, Adagrad, RMSprop, Adam, AdamW)  # is what their rules are
ATTRIBUTES = {"param_groups", "state", "steps_taken"}  # of an optimizer on which nobody has put anything else
QUIETLY = np.errstate(all="ignore")  # for arithmetic on numbers that may be too large: a step looks at them itself
AGREEMENT = 1e-9  # of a rule on arrays with the same rule on floats

_set_data, _set_grad = Value.data.__set__, Value.grad.__set__  # type: ignore[attr-defined]


class After(NamedTuple):
    """Numbers and memory after a step, in other arrays than those of now, and the calls that make them those of now."""

    data: Number
    memory: list[Columns]
    adoption: list[Call]


class OnArrays(OnValues):
    """A training on arrays, which begins with the numbers of `values`."""

    optimizer: Optimizer

    def __init__(self, values: OnValues, optimizer: Optimizer) -> None:
        self.parameters, self.layers, self.optimizer = values.parameters, values.layers, optimizer
        self._gradients: dict[Program, Any] = {}  # gradient functions of programs
        self._set_in_optimizer = vars(optimizer).__setitem__
        self._ahead = False  # of the Values
        self._parts: Sequence[Part] = ()  # of the batch before, and
        self._losses: list[Any] = []  # of them, one after the other in `_found`, and
        self._penalty: Function | None = None  # which adds to it
        self._then: list[Any] | None = None  # what follows the losses in a step
        self._update: RecordedUpdate | None = None  # by rules that were
        self._rules: Sequence[RecordedRule] = ()  # recorded once
        self._groups: list[Number] = []  # where the parameters of each are
        self._known: dict[str, tuple[list[Value], Number]] = {}
        self._parameters: list[Value] = []
        self._place: dict[Value, int] = {}
        self._data = self._gradient = np.zeros(0)
        self._index(values.parameters)
        self.take()

    # Values and arrays -----------------------------------------------------------------------------------------------
    def take(self) -> None:
        self._take_numbers()
        self._wholes: dict[int, tuple[list[Any], Number | None]] = {}  # lists of rows, and the arrays that they are
        groups = enumerate(group["params"] for group in self.optimizer.param_groups)
        before, self._groups = self._groups, [self._places(f"group {i}", params) for i, params in groups]
        memory = [{name: as_numbers(name, state[name]) for name in state} for state in self.optimizer.state]
        self._memory = [read_only(columns) for columns in memory]
        self._recordable = is_arithmetic(self.optimizer) and all(isinstance(places, slice) for places in self._groups)
        update, self._update = self._update, None
        if update is not None and self._recordable and self._groups == before and update.remember(memory):
            self._go_by(update)

    def lend(self) -> None:
        if self._ahead:
            at_once(each(_set_data, self._parameters, self._data.tolist()))

    def give_back(self) -> None:
        if not self._ahead:  # the Values are current, or somebody has written to them since
            return
        memory: list[Call] = [
            (state.update, {name: column.tolist() for name, column in columns.items()})
            for state, columns in zip(self.optimizer.state, self._memory, strict=True)
        ]
        at_once(*self._numbers(), *memory, (vars(self).__setitem__, "_ahead", False))

    def _take_numbers(self) -> None:
        self._data[:] = as_numbers("data", [p.data for p in self._parameters])
        self._gradient[:] = as_numbers("grad", [p.grad for p in self._parameters])
        if self._update is not None:
            self._update.take(self._data)

    def _numbers(self) -> tuple[Call, Call]:
        """The calls that give the Values their numbers."""
        data, gradient = self._data.tolist(), self._gradient.tolist()
        return each(_set_data, self._parameters, data), each(_set_grad, self._parameters, gradient)

    def _places(self, name: str, parameters: list[Value]) -> Number:
        """Where these stand in the arrays, looked up again only if they are not those of the last time."""
        before, places = self._known.get(name, (None, None))
        if before != parameters:
            places = self._index(parameters)
            self._known[name] = parameters.copy(), places
        return places

    def _index(self, parameters: Sequence[Value]) -> Number:
        """Where these stand in the arrays; those that nobody has met so far are put at the end."""
        new = [p for p in dict.fromkeys(parameters) if p not in self._place]
        if new:
            data, gradient = as_numbers("data", [p.data for p in new]), as_numbers("grad", [p.grad for p in new])
            self._data, self._gradient = np.append(self._data, data), np.append(self._gradient, gradient)
            self._place |= {p: i for i, p in enumerate(new, len(self._parameters))}
            self._parameters += new
            self._bind()
        places = [self._place[p] for p in parameters]
        start, stop = (places[0], places[0] + len(places)) if places else (0, 0)
        return slice(start, stop) if places == list(range(start, stop)) else np.array(places)  # a slice is a view

    def _bind(self) -> None:
        """To arrays that are new. What was bound to others is forgotten."""
        self._gradients, self._parts, self._update = {}, (), None
        self._found = np.zeros(len(self._data))  # the gradient that is being computed
        self._noting = copied(self._gradient, self._found)
        own = len(self.parameters)
        self._others = slice(own, None) if len(self._data) > own else None
        of_layers = self._index([p for params in self.layers.values() for p in params])
        by_layer = self._gradient[of_layers]
        is_view = isinstance(of_layers, slice)
        self._gathering: list[Call] = [] if is_view else [(self._gradient.take, of_layers, None, by_layer)]
        self._norms = Norms([*map(len, self.layers.values())], by_layer)

    # A step of training ----------------------------------------------------------------------------------------------
    def gradient(self, parts: Sequence[Part], divisor: float, penalty: Program | None) -> float:
        if parts is not self._parts:
            self._prepare(parts, divisor, penalty)
        value = 0.0
        for loss in self._losses:
            value += loss()
        value /= divisor
        if penalty is not None and self._penalty is not None:
            try:
                value += self._penalty()
            except BranchChanged:
                self._record_again(penalty)
                return self.gradient(parts, divisor, penalty)
        if self._others is not None:
            self._found[self._others] += self._gradient[self._others]
        self._ahead = True
        at_once(self._noting)
        return value

    def whole_step(
        self, parts: Sequence[Part], divisor: float, penalty: Program | None, note: Callable[[float], object]
    ) -> float | None:
        if parts is not self._parts:
            self._prepare(parts, divisor, penalty)
        if self._update is None:
            return None
        then = self._then = self._then or self._after_losses(self._update)
        if not then:
            return None
        try:
            t = self._update.follow()
        except Exception:  # step() finds out what to do
            return None
        first, *others = self._losses
        self._ahead = True
        value: float | None = first.in_turn(*others, *then, (self._set_in_optimizer, "steps_taken", t), note)
        return value

    def _after_losses(self, update: RecordedUpdate) -> list[Any]:
        """What follows the losses in a step, runs and calls; nothing, where one of the runs is none of the machine's.

        What is not stepped adds gradients up, and so must not be met twice.
        """
        penalty = [self._penalty] if self._penalty is not None else []
        runs = [*self._losses, *penalty, self._norms.fill, *update.runs]
        if self._others is not None or not all(hasattr(run, "in_turn") for run in runs):
            return []
        return [*penalty, self._noting, *self._gathering, self._norms.fill, *update.runs, *update.adoption]

    def _prepare(self, parts: Sequence[Part], divisor: float, penalty: Program | None) -> None:
        """Have the sum over the examples of every part, of which the last one divides the gradient, and the penalty."""
        programs = [program for program, *_ in parts] + [penalty] * (penalty is not None)
        for program in programs:
            if program not in self._gradients:
                self._index(program.parameters)  # forgets the gradients of fewer numbers, if these are new
        if penalty is not None and penalty not in self._gradients:
            self._gradients[penalty] = penalty.gradient_function(None, self._parameters)
            self._penalty = None
        last, here = len(parts) - 1, (self._data, self._found)
        self._losses = [
            self._sum(program).in_place(
                *here, *map(self._picked, columns), add=i > 0, divisor=divisor if i == last else 1.0
            )
            for i, (program, *columns) in enumerate(parts)
        ]
        if penalty is not None and self._penalty is None:
            self._penalty = self._gradients[penalty].in_place(*here, add=True)
        self._parts, self._then = parts, None

    def _sum(self, program: Program) -> Any:
        """The gradient function of a sum of losses."""
        if program not in self._gradients:
            self._gradients[program] = program.gradient_function("sum", self._parameters)
        return self._gradients[program]

    def loss(self, program: Program, *example: Any) -> float:
        if not self._ahead:  # somebody may have written to the Values since
            return super().loss(program, *example)
        if program not in self._gradients:
            self._index(program.parameters)
        found: float = self._sum(program)(self._data, *([column] for column in example))[0]
        return found

    def _picked(self, column: Any) -> Any:
        """Rows of a batch, from an array of all rows if that can be one: lists take ten times as long to read."""
        if not isinstance(column, Picked):
            return column
        if (known := self._wholes.get(id(column.whole))) is None:
            known = self._wholes[id(column.whole)] = column.whole, as_array(column.whole)
        return column if known[1] is None else known[1][column.places]

    def _record_again(self, penalty: Program) -> None:
        """A penalty whose comparisons come out differently now."""
        at_once(*self._numbers())
        penalty()
        del self._gradients[penalty]
        self._parts = ()

    def predictions(self, program: Program, rows: list[Any]) -> list[Any]:
        return program.map(rows, parameters=self._data[self._places("predictions", program.parameters)])

    def numbers(self, count: int) -> tuple[Sequence[float], Sequence[float]]:
        return self._data[:count].tolist(), self._gradient[:count].tolist()

    def norms(self) -> list[float]:
        at_once(*self._gathering)
        return self._norms.now()

    def norms_found(self) -> list[float]:
        return self._norms.filled()

    def clip(self, limit: Clip) -> None:
        if callable(limit):  # it gets the Values
            at_once(*self._numbers())
            limit(self.parameters)
            self._take_numbers()
        else:
            self._clip_to(limit)

    @QUIETLY
    def _clip_to(self, limit: float) -> None:
        own = len(self.parameters)
        norm = math.hypot(*self._gradient[:own].tolist())  # as clip_grad_norm: BLAS adds in an order of its own
        if limit < norm < math.inf:
            self._ahead = True  # the first gradient of all came from a graph, and so lies in the Values
            self._gradient[:own] *= limit / norm

    def step(self, *then: Call) -> bool:
        try:
            after, finite = self._after()
        except Exception:  # a rule may ask late what arrays do not answer, as `if g > 0`: this step is one on floats
            self.give_back()
            done = super().step(*then)
            self.take()
            return done
        if not (finite or (np.isfinite(after.data) | ~np.isfinite(self._data)).all()):
            return False
        self._ahead = True
        at_once(*after.adoption, (self._set_in_optimizer, "steps_taken", self.optimizer.steps_taken + 1), *then)
        return True

    def _after(self) -> tuple[After | RecordedUpdate, bool]:
        """The optimizer's step, and whether all its numbers are finite; False where one has to look more closely."""
        if self._recordable:
            try:
                update = self._update or self._recorded()
                return update, update.made()
            except KeyError:  # a memory that begins with this step, or a setting that somebody has deleted
                self._update = None
            except Exception:  # a setting that is no number, or that was 0 and is not any more
                self._recordable, self._rules, self._update = False, (), None  # until the numbers are taken again
        return self._after_by_numpy()

    def _recorded(self) -> RecordedUpdate:
        """The step by programs."""
        numbers = self._data, self._gradient, self._memory
        update = RecordedUpdate(self.optimizer, self._rules, self._groups, *numbers)
        self._rules, self._then = update.rules, None
        self._go_by(update)
        return update

    def _go_by(self, update: RecordedUpdate) -> None:
        """An update, with which the memory is kept."""
        self._update = update
        self._memory = [old | kept for old, kept in zip(self._memory, update.kept, strict=True)]

    @QUIETLY
    def _after_by_numpy(self) -> tuple[After | RecordedUpdate, bool]:
        optimizer, data, remembered = self.optimizer, self._data.copy(), []
        for group, memory, places in zip(optimizer.param_groups, self._memory, self._groups, strict=True):
            # copies: what a rule keeps as its memory would change with the arrays that stay
            before, gradient = frozen(self._data[places].copy()), frozen(self._gradient[places].copy())
            data[places], columns = optimizer.after(with_floats(group), memory, before, gradient, ARRAYS)
            remembered.append(memory | read_only(columns) if columns else memory)
        adoption = [copied(self._data, data), (vars(self).__setitem__, "_memory", remembered)]
        return After(data, remembered, adoption), math.isfinite(data.dot(data))

    @QUIETLY
    def agrees(self) -> bool:
        """Whether the optimizer's next step is the same on arrays as on floats."""
        after, _ = self._after()
        groups = zip(self._groups, after.memory, self.optimizer.param_groups, self.optimizer.state, strict=True)
        for places, columns, group, state in groups:
            expected, remembered = self.optimizer.after_floats(group, state)
            pairs = [(after.data[places], expected), *((columns[name], remembered[name]) for name in remembered)]
            if not all(_agree(found, wanted) for found, wanted in pairs):
                return False
        return True


class Arrays:
    """Numbers that are arrays; the same functions as optimizer.Floats."""

    sqrt = staticmethod(np.sqrt)
    divide = staticmethod(np.divide)
    larger = staticmethod(np.maximum)

    @staticmethod
    def each(rule: Rule, *columns: Number) -> Sequence[Number]:
        return rule(*columns)


ARRAYS = Arrays()


def is_arithmetic(optimizer: Optimizer) -> bool:
    """Whether recording pays, and nothing of this optimizer is somebody's own."""
    return engine == "native" and type(optimizer) in ARITHMETIC and vars(optimizer).keys() == ATTRIBUTES


def as_array(rows: list[Any]) -> Number | None:
    """Rows of numbers, all of one shape, as an array; None for any others."""
    try:
        array = np.asarray(rows)
    except ValueError:  # ragged
        return None
    return array.astype(float) if array.dtype.kind in "fiub" else None


def as_numbers(name: str, listed: Sequence[Any]) -> Sequence[float]:
    """The same as floats; TypeError for what is no number, of which NumPy makes nan, or reads a text."""
    try:
        return array("d", listed)
    except TypeError:
        return as_floats(name, listed)


def frozen(array: Number) -> Number:
    """The array, which nobody can write to any more, nor to views of it: `p -= lr * g` would be a step too early."""
    array.setflags(False)
    return array


def read_only(columns: Columns) -> Columns:
    """The same numbers in arrays that nobody can write to."""
    views = {name: np.asarray(column, dtype=float)[:] for name, column in columns.items()}
    for view in views.values():
        view.setflags(write=False)
    return views


def _agree(found: Number, wanted: list[float]) -> bool:
    """Whether a rule made the same numbers of arrays as of floats, one for each."""
    return np.shape(found) == np.shape(wanted) and np.allclose(found, wanted, rtol=AGREEMENT, atol=0.0, equal_nan=True)
