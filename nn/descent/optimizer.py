"""What all optimizers share: groups of parameters, their memory, saving it and taking it over again.

The rules themselves, from SGD to AdamW, are in `nn.optim`.
"""

import copy
import math
from collections.abc import Callable, Iterable, Mapping, Sequence
from operator import truediv
from reprlib import repr as short
from typing import Any, Protocol

from autograd import Value, divide
from nn.basics.at_once import Call, at_once, each
from nn.descent.settings import (
    MOST_STEPS,
    STATE_FORMAT,
    Columns,
    Group,
    Number,
    as_groups,
    as_setting,
    check_parameters,
    check_settings,
    checked_groups,
    checked_state,
    is_count,
    with_floats,
)

Rule = Callable[..., tuple[Number, ...]]  # (p, g, *remembered) → (p, *remembered), after one step

MAKE_ANOTHER = "to step more or fewer parameters, make another optimizer of them"


class Numbers(Protocol):
    """What a rule needs beyond + - * /, for its kind of numbers: floats, or arrays."""

    def sqrt(self, x: Number, /) -> Number: ...

    def divide(self, a: Number, b: Number, /) -> Number: ...

    def larger(self, a: Number, b: Number, /) -> Number: ...

    def each(self, rule: Rule, *columns: Number) -> Sequence[Number]:
        """Columns of results of the rule, applied to the numbers that stand side by side in `columns`."""
        ...


class Floats:
    """Numbers that are floats, in lists, with these functions for √x and a/b."""

    def __init__(self, sqrt: Callable[[float], float], divide: Callable[[float, float], float]) -> None:
        self.sqrt, self.divide = sqrt, divide

    @staticmethod
    def larger(a: float, b: float) -> float:
        """max(a, b); nan if one of them is, as on arrays."""
        return b if b > a or b != b else a

    @staticmethod
    def each(rule: Rule, *columns: list[float]) -> list[list[float]]:
        return [list(column) for column in zip(*map(rule, *columns), strict=True)]


FLOATS = Floats(math.sqrt, truediv)  # quick, and raise an error for √-1 and 0/0
CAREFUL_FLOATS = Floats(lambda x: math.sqrt(x) if x >= 0.0 else math.nan, divide)  # nan instead, as arrays have it
_set_data = Value.data.__set__  # type: ignore[attr-defined]


def as_floats(name: str, numbers: Sequence[Any]) -> list[float]:
    """One number for every parameter, as floats; TypeError for what is none, such as torch's None for "no gradient"."""
    floats = []
    for i, number in enumerate(numbers):
        try:
            floats.append(Value(number).data)
        except TypeError:
            raise TypeError(
                f"the {name} of parameter {i} is {short(number)}, not a number, and nothing was stepped. "
                "Assign numbers: p.data and not p, 0.0 for no gradient"
            ) from None
    return floats


def given(scope: dict[str, Any]) -> dict[str, Any]:
    """What an `__init__` was given, from its locals(): parameters and settings, each by its own name."""
    return {name: value for name, value in scope.items() if name not in ("self", "__class__")}


class Optimizer:
    """What all optimizers share: groups of parameters, their memory, saving both.

    `params` is an iterable of Values, or of dicts `{"params": Values, "lr": …}` when groups of parameters need
    settings of their own; settings a dict leaves out come from the keyword arguments. `optimizer.param_groups` is the
    list of those dicts and may be changed between steps: a schedule does nothing else than write `group["lr"]`.
    `optimizer.lr = 0.01` writes it in every group, and so does the name of any other setting.

    Raises TypeError for parameters that are not Values, ValueError for none at all, for one given twice and
    for settings out of range.
    """

    def __init__(self, params: Iterable[Value] | Iterable[Mapping[str, Any]], **defaults: Any) -> None:
        self.param_groups: list[Group] = [{**defaults, **group} for group in as_groups(params, defaults)]
        for group in self.param_groups:
            check_settings(self, group)
            group.update({name: as_setting(setting) for name, setting in group.items() if name != "params"})
        check_parameters([p for group in self.param_groups for p in group["params"]])
        self.state: list[Columns] = [self.first_state(group) for group in self.param_groups]
        self.steps_taken = 0

    def __getattr__(self, name: str) -> Any:
        """A setting, such as `optimizer.lr`; AttributeError where the groups differ in it, or know no such name."""
        found = [group[name] for group in self._groups_with(name)]
        if found and found.count(found[0]) == len(found):
            return found[0]
        what = f"has groups that differ in {name}: see param_groups" if found else f"has no setting {name!r}"
        raise AttributeError(f"this {type(self).__name__} {what}")

    def __setattr__(self, name: str, value: Any) -> None:
        """A setting is written in every group: as an attribute of the optimizer it would be accepted and ignored."""
        if name == "steps_taken":
            if not is_count(value):
                kind = type(self).__name__
                raise ValueError(f"{kind}: steps_taken has to be a whole number, 0 to {MOST_STEPS}, got {short(value)}")
            value = int(value)
        if name in vars(self) or not (groups := self._groups_with(name)):
            super().__setattr__(name, value)
            return
        for group in groups:
            check_settings(self, {**group, name: value})
        for group in groups:
            group[name] = as_setting(value)

    def _groups_with(self, name: str) -> list[Group]:
        """The groups that have a setting `name`; none before there are groups, as when a copy is being made."""
        return [group for group in vars(self).get("param_groups", ()) if name in group and name != "params"]

    def check(self, group: Group) -> None:
        """Raise ValueError for a combination of settings that has no meaning (a hook; most rules have none)."""

    decay_in_gradient = True  # g + weight_decay·p is the gradient; False for a rule that takes decay off p by itself

    def remembers(self, group: Group) -> tuple[str, ...]:
        """Names of what a rule remembers of every parameter from step to step (a hook)."""
        return ()

    def first_state(self, group: Group) -> Columns:
        """What is remembered before the first step: 0 for every parameter (a hook)."""
        return {name: [0.0] * len(group["params"]) for name in self.remembers(group)}

    def rule(self, group: Group, t: int, numbers: Numbers) -> Rule:
        """The function (p, g, *remembered) → (p, *remembered) of step t = 1, 2, … with the settings of `group`.

        It gets one float for each, or an array for each: arithmetic does for both, and `numbers` has the rest.
        """
        raise NotImplementedError(f"{type(self).__name__} has to say how a gradient changes a parameter: rule()")

    def after(
        self, group: Group, state: Columns, data: Number, grads: Number, numbers: Numbers
    ) -> tuple[Number, Columns]:
        """(data, what is remembered) of one group after one more step; changes nothing."""
        if not len(data):
            return data, {}
        names = self.remembers(group)
        columns = [state[name] for name in names if name in state] if names else []
        for column in columns:
            if len(column) != len(data):
                raise ValueError(f"a group of {len(data)} parameters has a memory of another length: {MAKE_ANOTHER}")
        moved, *remembered = numbers.each(self.whole_rule(group, self.steps_taken + 1, numbers), data, grads, *columns)
        return moved, dict(zip(names, remembered, strict=True)) if names or remembered else {}

    def whole_rule(self, group: Group, t: Number, numbers: Numbers) -> Rule:
        """`rule`, with what all optimizers share in front of it: maximize and weight_decay."""
        rule = self.rule(group, t, numbers)
        return self._with_decay(group, rule) if group.get("weight_decay") or group.get("maximize") else rule

    def _with_decay(self, group: Group, rule: Rule) -> Rule:
        """The rule with -g for g under `maximize` (which climbs instead of descending), and weight_decay·p added."""
        decay = group.get("weight_decay", 0.0) if self.decay_in_gradient else 0.0
        sign = -1.0 if group.get("maximize") else 1.0
        if decay:
            return lambda p, g, *remembered: rule(p, sign * g + decay * p, *remembered)
        return rule if sign == 1.0 else lambda p, g, *remembered: rule(p, -g, *remembered)

    def after_floats(self, group: Group, state: Columns) -> tuple[list[float], Columns]:
        """`after` on the numbers that the parameters have."""
        data, grads = [p.data for p in group["params"]], [p.grad for p in group["params"]]
        try:
            moved, remembered = self.after(group, state, data, grads, FLOATS)
            if set(map(type, moved)) <= {float}:
                return moved, remembered
        except (ArithmeticError, TypeError, ValueError):  # √-1, 0/0, or no number: that is found out below
            pass
        check_settings(self, group)  # somebody may have written into param_groups
        # one float32 of NumPy's, in a setting or a gradient, would make all of them such: half the digits would be lost
        group = with_floats(group)
        data, grads = as_floats("data", data), as_floats("grad", grads)
        state = {name: as_floats(name, column) for name, column in state.items()}
        moved, remembered = self.after(group, state, data, grads, CAREFUL_FLOATS)
        return as_floats("new data", moved), {name: as_floats(name, column) for name, column in remembered.items()}

    def step(self) -> None:
        """Change every parameter by its gradient, once; none of them where that raises an error, or on Ctrl-C."""
        if len(self.state) != len(self.param_groups):
            raise ValueError(f"{len(self.param_groups)} groups, but memory for {len(self.state)}: {MAKE_ANOTHER}")
        moved = [self.after_floats(*pair) for pair in zip(self.param_groups, self.state, strict=True)]
        writing: list[Call] = [(vars(self).__setitem__, "steps_taken", self.steps_taken + 1)]
        for group, state, (data, remembered) in zip(self.param_groups, self.state, moved, strict=True):
            writing += [each(_set_data, group["params"], data), (state.update, remembered)]
        at_once(*writing)

    def zero_grad(self) -> None:
        """Set every parameter's gradient to 0.0, which `backward()` adds to."""
        for group in self.param_groups:
            for p in group["params"]:
                p.grad = 0.0

    def state_dict(self) -> dict[str, Any]:
        """Settings and memory as plain numbers, lists and dicts, fit for JSON; parameters are known by position."""
        groups = [{**group, "params": len(group["params"])} for group in self.param_groups]
        return {
            "optimizer": type(self).__name__,
            "format": STATE_FORMAT,
            "steps_taken": self.steps_taken,
            "param_groups": copy.deepcopy(groups),
            "state": copy.deepcopy(self.state),
        }

    def load_state_dict(self, saved: Mapping[str, Any]) -> None:
        """Take over what `state_dict()` gave; ValueError, and nothing changed, when it does not fit this optimizer."""
        groups = checked_groups(self, saved)
        state = checked_state(self, saved, groups)
        for group, new in zip(self.param_groups, groups, strict=True):
            group.update(new)
        self.state = state
        self.steps_taken = int(saved["steps_taken"])

    def __repr__(self) -> str:
        groups = [
            ", ".join(f"{k}={v!r}" for k, v in g.items() if k != "params") + f"; {len(g['params'])} parameters"
            for g in self.param_groups
        ]
        return f"{type(self).__name__}({' | '.join(groups)})"
