"""What a drawing or a stepper is about: outputs, the model they come from, and what is known of their values."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from numbers import Real
from typing import Any

from autograd.backprop import topological_order
from autograd.numerics.real import described
from autograd.value import Value
from autograd.view.branches import trace_branches
from autograd.view.expand import expand_all
from autograd.view.graph import GraphView, checked_outputs, view
from autograd.view.names import variables
from autograd.view.parts import GroupPath, Notes, group_values, parameter_names


@dataclass(frozen=True)
class Subject:
    """The outputs; the parameters, with their names in the model or "" for those in none; names given by the user; the
    user's variables; which part of the model made which value; the outputs that these are expanded from, if they are.
    What is found out about them is found once."""

    outputs: Sequence[Value]
    parameters: Mapping[Value, str] = field(default_factory=dict)
    names: Mapping[Value, str] = field(default_factory=dict)
    variables: Mapping[Value, str] = field(default_factory=dict)
    noted: Mapping[Value, GroupPath] = field(default_factory=dict)
    model: Any = None
    unexpanded: Sequence[Value] = ()

    @cached_property
    def order(self) -> list[Value]:
        """Everything below the outputs, operands before results."""
        return topological_order(*self.outputs)

    @cached_property
    def of_the_model(self) -> dict[Value, str]:
        """The parameters of the model."""
        return {parameter: name for parameter, name in self.parameters.items() if name}

    @cached_property
    def graph(self) -> GraphView:
        """The graph below the outputs, with its names. ValueError if the model is said to have made it and did not."""
        graph = view(self.outputs, self.parameters, self.names, self.variables, self.order)
        if self.of_the_model and not self.noted and graph.by_value.keys().isdisjoint(self.of_the_model):
            raise ValueError(
                f"model: no parameter of this {type(self.model).__name__} is in the graph, which came from another "
                "model, or from numbers (p.data in the place of p, or no_grad)"
            )
        return graph

    @cached_property
    def paths(self) -> list[GroupPath]:
        """The part of the model that each node of the graph belongs to, () where none or without a model."""
        if self.model is None:
            return [()] * len(self.order)
        return group_values(self.graph, self.model, self.of_the_model, self.noted)


def subject_of(
    y: Any,
    x: Any = None,
    model: Any = None,
    parameters: Sequence[Value] = (),
    names: Mapping[Value, str] | None = None,
) -> Subject:
    """`y` (Values, or a model to be called with `x`) with what `model`, `parameters` and `names` say about it.

    Raises TypeError for anything else, for an `x` without a model, and for a model's class.
    """
    noted: Mapping[Value, GroupPath] = {}
    for thing in (y, model):
        if isinstance(thing, type):
            raise TypeError(f"{thing.__name__} is a class: make a model of it first, model = {thing.__name__}(...)")
    if callable(getattr(y, "named_parameters", None)):
        if model is not None:
            raise TypeError("draw(model, x) draws the model it is given first; leave model= out")
        model = y
    elif x is not None:
        raise TypeError(
            f"draw(model, x) takes a model first, an object with named_parameters(); got {type(y).__name__}. "
            "Several outputs go into a list: draw([y, z])"
        )
    known = {} if model is None else parameter_names(model)
    if model is not None and model is y:
        y, noted = _call(model, x, known.values())
        if y is None:
            raise TypeError(f"{type(model).__name__} gave None for this input: does its __call__ end in a return?")
    own = dict.fromkeys(listed(parameters, "parameters"), "")
    return Subject(checked_outputs(y), own | known, _checked_names(names), variables(), noted, model)


def listed(values: Any, what: str) -> list[Value]:
    """`values`, a Value or several, as a list. TypeError for anything else."""
    several = isinstance(values, Iterable) and not isinstance(values, Value) and getattr(values, "shape", None) != ()
    found = list(values) if several else [values]
    for value in found:
        if not isinstance(value, Value):
            raise TypeError(f"{what} takes a Value or a list of Values; got {described(value)}")
    return found


def _checked_names(names: Any) -> Mapping[Value, str]:
    if names is None:
        return {}
    if not isinstance(names, Mapping):
        raise TypeError(f"names is a dict {{value: name}}, such as {{y: 'loss'}}; got {described(names)}")
    for value, name in names.items():
        if not isinstance(value, Value) or not isinstance(name, str):
            raise TypeError(f"names gives Values a text, as in {{y: 'loss'}}; got {{{value!r}: {name!r}}}")
    return names


def _call(model: Any, x: Any, names: Iterable[str]) -> tuple[Any, Mapping[Value, GroupPath]]:
    """The model's output for `x`, whose numbers become Values so that they show, and which part made which value."""
    if x is None:
        raise TypeError(f"{type(model).__name__} is a model, which needs an example input: draw(model, x)")
    notes = Notes(model, names)
    with trace_branches():
        try:
            return notes.run(as_inputs(x, "x")), notes.paths
        except (TypeError, ValueError):  # a model that looks things up by whole numbers takes no Values
            return notes.run(x), notes.paths


def as_inputs(x: Any, name: str) -> Any:
    """`x` with its numbers as Values called x0, x1, ... (x0_0 when nested), so that they show in the picture."""
    if hasattr(x, "tolist"):
        x = x.tolist()
    if isinstance(x, list | tuple):
        separator = "_" if name[-1:].isdigit() else ""
        return [as_inputs(item, f"{name}{separator}{i}") for i, item in enumerate(x)]
    return Value(x, label=name) if isinstance(x, Real) else x


def expanded(subject: Subject, waypoints: Sequence[Value] = ()) -> tuple[Subject, list[Value]]:
    """The subject, and values in its graph, with fused operations as elementary ones (see expand)."""
    expansion = expand_all(subject.order)
    new = expansion.new
    noted = {value: subject.noted[old] for value, old in expansion.origin.items() if old in subject.noted}
    names, variables = (
        {new.get(value, value): name for value, name in called.items()} for called in (subject.names, subject.variables)
    )
    outputs = [new[output] for output in subject.outputs]
    whose = subject.unexpanded or subject.outputs
    after = replace(subject, outputs=outputs, names=names, variables=variables, noted=noted, unexpanded=whose)
    return after, [new.get(v, v) for v in waypoints]
