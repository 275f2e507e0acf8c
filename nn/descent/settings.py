"""What an optimizer accepts: groups of parameters, the ranges of their settings, and a state that was saved.

Everything is looked at before anything is changed.
"""

import copy
import math
from collections.abc import Callable, Iterable, Mapping, Sequence
from numbers import Real
from reprlib import repr as short  # neither long nor deep, whatever a file held
from typing import Any, Protocol, TypeAlias

from autograd import Value
from nn.basics.checks import as_number, as_whole, parameter_list
from nn.basics.nested import is_list

Group = dict[str, Any]
Number: TypeAlias = Any  # a float, or an array with one for every parameter of a group
Columns = dict[str, Number]  # one number per parameter of a group, under the name torch gives it

STATE_FORMAT = 1
MOST_STEPS = 2**53  # more than anybody takes, and few enough for arithmetic on floats


class Owner(Protocol):
    """What is asked of an optimizer whose settings or state are looked at."""

    param_groups: list[Group]

    def check(self, group: Group) -> None: ...

    def first_state(self, group: Group) -> Columns: ...


def as_groups(params: Iterable[Any], defaults: Mapping[str, Any]) -> list[Group]:
    """Values or dicts, as a list of dicts whose "params" is a list."""
    items = parameter_list("an optimizer", params)
    if not any(isinstance(item, Mapping) for item in items):
        return [{"params": items}]
    groups = []
    for item in items:
        unknown = sorted(set(item) - set(defaults) - {"params"}) if isinstance(item, Mapping) else [item]
        if unknown or "params" not in item:
            raise ValueError(
                f'a parameter group is a dict with "params" and any of {sorted(defaults)}; '
                + (f"not understood: {unknown}" if unknown else '"params" is missing')
            )
        groups.append({**item, "params": list(item["params"])})
    return groups


def check_parameters(params: Sequence[Any]) -> None:
    if not params:
        raise ValueError(
            "an optimizer needs at least one parameter, got none (did the model's parameters() return []?)"
        )
    for p in params:
        if not isinstance(p, Value):
            raise TypeError(f"a parameter has to be a Value, got {type(p).__name__}: {p!r}")
    if len({id(p) for p in params}) < len(params):
        raise ValueError("the same parameter was given twice; it would be stepped twice")


_Range = tuple[str, Callable[[Any], bool]]  # what a setting may be, for the message, and the test of it
_SIZE: _Range = ("a finite number, 0 or more", lambda v: 0 <= _number(v) < math.inf)
_SWITCH: _Range = ("True or False", lambda v: isinstance(v, bool))
_RANGES: dict[str, _Range] = {
    **dict.fromkeys(("lr", "momentum", "weight_decay", "lr_decay", "initial_accumulator_value", "eps", "alpha"), _SIZE),
    **dict.fromkeys(("nesterov", "maximize", "amsgrad", "centered"), _SWITCH),
    "dampening": ("a finite number", lambda v: math.isfinite(_number(v))),
    "betas": ("two numbers in [0, 1)", lambda v: is_list(v) and len(v) == 2 and all(0 <= _number(b) < 1 for b in v)),
}


def _number(setting: Any) -> float:
    """A setting as a float; nan, which is in no range, for what is no number, such as True."""
    number = as_number(setting)
    return math.nan if number is None else number


def check_settings(optimizer: Owner, group: Group) -> None:
    """ValueError for a setting out of its range, and for settings that have no meaning together."""
    for name, (expected, holds) in _RANGES.items():
        if name in group and not holds(group[name]):
            kind = type(optimizer).__name__
            raise ValueError(f"{kind}: {name} has to be {expected}, got {short(group[name])}")
    optimizer.check(group)


def as_setting(setting: Any) -> Any:
    """NumPy's numbers as Python's: an lr that is a float32 would turn every parameter into one."""
    if is_list(setting):  # betas; a tuple is nobody's to change
        return tuple(map(as_setting, setting))
    return float(setting) if isinstance(setting, Real) and not isinstance(setting, int) else setting


def with_floats(group: Group) -> Group:
    """The group with such settings: somebody may have written others into it."""
    return {name: setting if name == "params" else as_setting(setting) for name, setting in group.items()}


def is_count(steps: Any) -> bool:
    """Whether it can be how many steps were taken."""
    return (whole := as_whole(steps)) is not None and 0 <= whole <= MOST_STEPS


def checked_groups(optimizer: Owner, saved: Mapping[str, Any]) -> list[Group]:
    """The saved settings, when they are of this optimizer's kind and size."""
    kind = type(optimizer).__name__
    if not isinstance(saved, Mapping) or saved.get("optimizer") != kind or saved.get("format") != STATE_FORMAT:
        raise ValueError(f"not the state_dict() of {kind} in format {STATE_FORMAT}")
    listed = saved.get("param_groups")
    if not isinstance(listed, list | tuple) or not all(isinstance(group, Mapping) for group in listed):
        raise ValueError(f"the saved state of this {kind} is incomplete: it has no list of param_groups")
    have, given = [len(g["params"]) for g in optimizer.param_groups], [g.get("params") for g in listed]
    if have != given:
        raise ValueError(f"this {kind} has groups of {have} parameters, the saved state has groups of {short(given)}")
    groups = [{k: v for k, v in g.items() if k != "params"} for g in listed]
    for group, own in zip(groups, optimizer.param_groups, strict=True):
        if group.keys() != own.keys() - {"params"}:
            found, expected = short(sorted(map(str, group))), sorted(own.keys() - {"params"})
            raise ValueError(f"{kind}: the saved settings are {found}, expected {expected}")
        check_settings(optimizer, {**own, **group})
    return copy.deepcopy(groups)


def checked_state(optimizer: Owner, saved: Mapping[str, Any], groups: list[Group]) -> list[Columns]:
    """The saved memory, when every list in it has one number per parameter."""
    listed, steps = saved.get("state"), saved.get("steps_taken")
    if not is_count(steps) or not isinstance(listed, list | tuple) or len(listed) != len(groups):
        raise ValueError(f"the saved state of this {type(optimizer).__name__} is incomplete")
    state: list[Columns] = []
    for columns, own, group in zip(listed, optimizer.param_groups, groups, strict=True):
        if not isinstance(columns, Mapping):
            raise ValueError(f"the saved state of a group is {short(columns)}, expected a dict of lists of numbers")
        needed = optimizer.first_state({**own, **group})
        state.append({})
        for name in [*needed, *(name for name in columns if name not in needed)]:
            numbers = _floats(columns.get(name))
            if numbers == [] and name not in needed:
                continue  # saved before the first step
            if numbers is None or len(numbers) != len(own["params"]):
                raise ValueError(f"the saved state has no {name!r:.60} of {len(own['params'])} numbers")
            state[-1][name] = numbers
    return state


def _floats(numbers: Any) -> list[float] | None:
    """A list (or an array) of numbers as floats; None for anything else."""
    numbers = numbers.tolist() if hasattr(numbers, "tolist") else numbers
    read = [as_number(n) for n in numbers] if isinstance(numbers, list | tuple) else [None]
    return None if None in read else read  # type: ignore[return-value]
