"""An optimizer's rule as a recorded program: one call for all numbers, where NumPy takes one for every + - * /.

    g, p, memory  →  p, memory        the rule of nn.optim, recorded once on Values

Settings and t are parameters of the program, and so may change from step to step. Where a rule asks, as in
`if momentum`, it goes by whether a setting is 0, and is recorded again where that changes. Only the rules of nn.optim
are recorded: they are arithmetic. Somebody's own may count its calls or look t up in a table, and a recording would
keep one answer for ever.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, TypeAlias

from autograd import Value, divide, maximum, record, sqrt
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
        self._run = program.map_function()
        self._read(group)

    def _read(self, group: Group) -> None:
        """Settings that are others than the last time. ValueError where the rule may come to something else by them."""
        settings = flat(group)
        self._numbers = [settings[place] if place else 1.0 for place in self._places]
        followed = all(self._numbers) and EXACT.issuperset(map(type, self._numbers))
        if not followed or any(settings[place] != x for place, x in self._fixed.items()):
            raise ValueError("these settings are not those of the recorded rule")
        self._settings = [*group.values()]

    def __call__(self, group: Group, t: int, gradient: Number, before: Numbers, after: Numbers) -> bool:
        """Step t, from numbers and memory `before` to those `after`: are these finite?

        An exception where the rule is not this one.
        """
        if [*group.values()] != self._settings:
            self._read(group)
        if self._t is not None:
            self._numbers[self._t] = t
        return self._run(self._numbers, (gradient, *before), after)


class Side:
    """Arrays for all numbers, and for each group what a program reads or fills: its numbers, its memory."""

    def __init__(self, names: list[tuple[str, ...]], places: list[slice], data: Number, memory: list[Columns]) -> None:
        self.data = data.copy()
        self.memory = [{name: old[name].copy() for name in own} for own, old in zip(names, memory, strict=True)]
        self.parts = [(self.data[p], *columns.values()) for p, columns in zip(places, self.memory, strict=True)]


class RecordedUpdate:
    """The steps of an optimizer, back and forth between two sides, the first of which gets the numbers.

    KeyError for a memory that begins with the first step: then it can be made after that.
    """

    def __init__(
        self,
        optimizer: Optimizer,
        rules: Sequence[RecordedRule],
        places: list[slice],
        data: Number,
        memory: list[Columns],
    ) -> None:
        names = [optimizer.remembers(group) for group in optimizer.param_groups]
        one, other = self.sides = Side(names, places, data, memory), Side(names, places, data, memory)
        self.rules = rules or [RecordedRule(optimizer, group) for group in optimizer.param_groups]
        self._to = {
            new: [*zip(self.rules, places, old.parts, new.parts, strict=True)]
            for old, new in ((one, other), (other, one))
        }
        self._optimizer = optimizer

    def after(self, data: Number, gradient: Number) -> tuple[Number, list[Columns], bool]:
        """Numbers and memory on the side where `data` are not, after a step, and whether all of it is finite.

        Exceptions as RecordedRule.
        """
        one, other = self.sides
        new = other if data is one.data else one
        finite, t = True, self._optimizer.steps_taken + 1
        for group, (rule, places, before, after) in zip(self._optimizer.param_groups, self._to[new], strict=True):
            finite &= rule(group, t, gradient[places], before, after)
        return new.data, new.memory, finite


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
