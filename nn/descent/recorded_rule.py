"""An optimizer's rule as a recorded program: one call for all numbers, where NumPy takes one for every + - * /.

    g, p, memory  →  p, memory        the rule of nn.optim, recorded once on Values

Settings and t are parameters of the program, and so may change from step to step. Where a rule asks, as in
`if momentum`, it goes by whether a setting is 0, and is recorded again where that changes. Only the rules of nn.optim
are recorded: they are arithmetic. Somebody's own may count its calls or look t up in a table, and a recording would
keep one answer for ever.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from itertools import chain
from operator import is_
from typing import Any, TypeAlias

import numpy as np

from autograd import Value, divide, maximum, record, sqrt
from nn.basics.at_once import Call, copied
from nn.descent.optimizer import Optimizer, Rule
from nn.descent.settings import Columns, Group, Number

EXACT = {float, int}  # a float32 among the settings would take half of the digits
Place = tuple[str, int]  # the name of a setting, and which of its numbers: betas are two
Numbers: TypeAlias = tuple[Number, ...]  # the parameters of a group, and its memory


class Setting(Value):
    """A setting that is not 0. Who asks makes no guard of it, which every number would check: RecordedRule does."""

    def __bool__(self) -> bool:
        return True


class OnSettings:
    """What a rule needs beyond + - * /, for Values; see optimizer.Numbers."""

    sqrt = staticmethod(sqrt)
    divide = staticmethod(divide)
    larger = staticmethod(maximum)

    @staticmethod
    def each(rule: Rule, *columns: Number) -> Any:
        return rule(*columns)


class RecordedRule:
    """The rule of a group, for the settings that are 0 or switched on now."""

    def __init__(self, optimizer: Optimizer, group: Group) -> None:
        settings, t = flat(group), Setting(1.0)
        followed = {place: Setting(x) for place, x in settings.items() if x and not isinstance(x, bool)}
        rule = optimizer.whole_rule(grouped(group, settings | followed), t, OnSettings())
        program = record(lambda g, p, *memory: rule(p, g, *memory), *[0.5] * (2 + len(optimizer.remembers(group))))
        place_of: dict[Value, Place] = {setting: place for place, setting in followed.items()}
        self._places = [place_of.get(p) for p in program.parameters]  # None for t
        self._t = self._places.index(None) if None in self._places else None
        self._fixed = {place: x for place, x in settings.items() if place not in followed}
        self._program = program.map_function()
        self._numbers: list[Any] = []  # of the settings, in the order of the program's parameters; the list stays
        self._read(group)

    def _read(self, group: Group) -> None:
        """Settings that are others than the last time. ValueError where the rule may come to something else by them."""
        settings = flat(group)
        self._numbers[:] = [settings[place] if place else 1.0 for place in self._places]
        followed = all(self._numbers) and EXACT.issuperset(map(type, self._numbers))
        if not followed or any(settings[place] != x for place, x in self._fixed.items()):
            raise ValueError("these settings are not those of the recorded rule")
        self._settings = [*group.values()]

    def follow(self, group: Group, t: int) -> None:
        """Go by the settings of now, for step t. An exception where the rule is not this one."""
        same = len(group) == len(self._settings) and all(map(is_, group.values(), self._settings))
        if not same:  # other objects; np.float32(0.1) == 0.1, which it is not
            self._read(group)
        if self._t is not None:
            self._numbers[self._t] = t

    def in_place(self, gradient: Number, before: Numbers, after: Numbers) -> Callable[[], bool]:
        """The step from numbers and memory `before` to those `after`, as a function: are these finite?"""
        return self._program.in_place(self._numbers, (gradient, *before), after)


class RecordedUpdate:
    """The steps of an optimizer, from arrays that stay where they are to arrays of their own.

    The memory moves to an array of this object's: `kept`. `data` and `memory` are numbers and memory after a step;
    `adoption` makes them those of now. KeyError for a memory that begins with the first step: then this can be made
    after that.
    """

    def __init__(
        self,
        optimizer: Optimizer,
        rules: Sequence[RecordedRule],
        places: list[slice],
        data: Number,
        gradient: Number,
        memory: list[Columns],
    ) -> None:
        groups = optimizer.param_groups
        names = [optimizer.remembers(group) for group in groups]
        columns = [[old[name] for name in own] for own, old in zip(names, memory, strict=True)]
        before = data, np.concatenate([data[:0], *chain.from_iterable(columns)])
        after = self.data, _ = data.copy(), before[1].copy()
        self.kept, self.memory = (self._named(names, columns, numbers) for _, numbers in (before, after))
        self.rules = rules or [RecordedRule(optimizer, group) for group in groups]
        self.runs = [
            rule.in_place(gradient[place], (data[place], *old.values()), (self.data[place], *new.values()))
            for rule, place, old, new in zip(self.rules, places, self.kept, self.memory, strict=True)
        ]
        self._followed = [*zip(groups, self.rules, strict=True)]
        self._optimizer = optimizer
        self.adoption: list[Call] = [copied(old, new) for old, new in zip(before, after, strict=True)]

    @staticmethod
    def _named(names: list[tuple[str, ...]], columns: list[list[Number]], numbers: Number) -> list[Columns]:
        """Views of `numbers`, cut as these columns are."""
        parts = iter(np.split(numbers, np.cumsum([len(column) for group in columns for column in group])))
        return [{name: next(parts) for name in own} for own in names]

    def take(self, data: Number) -> None:
        """Numbers that somebody has changed, of which some are stepped by no group."""
        self.data[:] = data

    def remember(self, memory: list[Columns]) -> bool:
        """Take over memory that somebody may have changed; False if it is another, or that of other groups."""
        groups = self._optimizer.param_groups
        if [*map(id, groups)] != [id(group) for group, _ in self._followed]:
            return False
        pairs = [
            (own, new.get(name)) for kept, new in zip(self.kept, memory, strict=True) for name, own in kept.items()
        ]
        if any(new is None or len(new) != len(own) for own, new in pairs):
            return False
        for own, new in pairs:
            own[:] = new
        return True

    def made(self) -> bool:
        """The next step to arrays of its own: is all of it finite? Exceptions as RecordedRule."""
        self.follow()
        finite = True
        for run in self.runs:
            finite &= run()
        return finite

    def follow(self) -> int:
        """Go by the settings of now; which step is the next."""
        t = self._optimizer.steps_taken + 1
        for group, rule in self._followed:
            rule.follow(group, t)
        return t


def flat(group: Group) -> dict[Place, Any]:
    """The settings one by one."""
    settings = ((name, setting) for name, setting in group.items() if name != "params")
    return {(name, i): x for name, s in settings for i, x in enumerate(s if isinstance(s, tuple) else [s])}


def grouped(group: Group, settings: dict[Place, Any]) -> Group:
    """Such a group, with these settings."""
    return {
        name: tuple([settings[name, i] for i in range(len(s))]) if isinstance(s, tuple) else settings[name, 0]
        for name, s in group.items()
        if name != "params"
    }
