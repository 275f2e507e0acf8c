"""The parts of a model, the neurons and layers that the levels of a drawing show, and which values belong to which.

A model is anything with `named_parameters()`; parameters called layer0.neuron1.w0 say that there is a group
("layer0", "neuron1"). Where the other values belong is either noted while the model runs (`Notes`, exact), or
inferred from the graph (`infer`): a neuron is what its parameters flow into, up to its activation.

This module knows no class of `nn`; any object with the methods `named_parameters` and `named_modules` will do.
"""

from __future__ import annotations

import sys
from collections.abc import Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from autograd import ops
from autograd.modes import Listener, mode
from autograd.value import Value
from autograd.view.graph import Edge, GraphView, Node

GroupPath = tuple[str, ...]
# Adding, subtracting, scaling and negating build a neuron's sum; any other function of one value is its activation.
SUMMING = frozenset({ops.add, ops.sub, ops.mul, ops.div, ops.neg, ops.total, ops.dot})


def parameter_names(model: Any) -> dict[Value, str]:
    """{parameter: name} of a model. TypeError for an object without `named_parameters()`."""
    method = getattr(model, "named_parameters", None)
    if not callable(method):
        raise TypeError(f"model needs a method named_parameters(), as nn.Module has; {type(model).__name__} has none")
    return {parameter: name for name, parameter in method()}


def group_path(name: str) -> GroupPath:
    """The group that a dotted name lies in; a part that is only a number belongs to the part before it.

    >>> group_path("layer0.neuron1.w0"), group_path("layers.0.weight"), group_path("w")
    (('layer0', 'neuron1'), ('layers0',), ())
    """
    return module_path(name.rpartition(".")[0])


def module_path(name: str) -> GroupPath:
    """A module's dotted name as a path."""
    parts: list[str] = []
    for part in filter(None, name.split(".")):
        if part.isdigit() and parts:
            parts[-1] += part
        else:
            parts.append(part)
    return tuple(parts)


def siblings(path: GroupPath) -> tuple[GroupPath, str, str]:
    """What a part has in common with those beside it, the part around them and their name, and then its own number.

    >>> siblings(("layer0", "neuron12"))
    (('layer0',), 'neuron', '12')
    """
    name = path[-1].rstrip("0123456789")
    return path[:-1], name, path[-1].removeprefix(name)


class Notes(Listener):
    """Listens while a model runs and notes for every new node which module's code made it.

    A module is recognised as `self` of a function on the call stack, so modules need not know that they are watched.
    """

    def __init__(self, model: Any, names: Iterable[str]) -> None:
        """`names` are those of the model's parameters."""
        modules: Iterable[tuple[str, Any]] = getattr(model, "named_modules", list)()
        self._paths = {id(module): module_path(name) for name, module in modules if name}
        if not all(map(group_path, names)):
            self._paths[id(model)] = (type(model).__name__,)  # as in group_values
        self._model = model  # keeps the modules alive, so that their ids stay theirs
        self.paths: dict[Value, GroupPath] = {}

    def run(self, x: Any) -> Any:
        """The model's output for `x`."""
        with mode(recorder=self, grad=True):
            return self._model(x)

    def node(self, node: Value) -> None:
        """Find whose code made the node."""
        frame = sys._getframe(1)
        while frame is not None and frame.f_code is not Notes.run.__code__:
            names = frame.f_code.co_varnames[: frame.f_code.co_argcount]
            if names and (path := self._paths.get(id(frame.f_locals.get(names[0])))):
                self.paths[node] = path
                return
            frame = frame.f_back  # type: ignore[assignment]


def group_values(
    graph: GraphView, model: Any, names: Mapping[Value, str], noted: Mapping[Value, GroupPath]
) -> list[GroupPath]:
    """The group of every node of `graph`, in order; () for values that belong to no part of the model.

    `names` are those of the model's parameters. What lies directly in the model belongs to a group called after the
    model's class.
    """
    whole = (type(model).__name__,)
    own = {value: group_path(name) or whole for value, name in names.items()}
    paths = {**own, **noted} if noted else infer(graph, own)
    return [paths.get(node.value, ()) for node in graph.nodes]


def infer(graph: GraphView, parameters: Mapping[Value, GroupPath]) -> dict[Value, GroupPath]:
    """Groups from the graph alone: a value joins the group of the parameters it sums up, and so does the one
    function (the activation) that is applied to the sum."""
    paths = dict(parameters)
    open_sums: set[Value] = set()  # values that the group may still add to
    for node in graph.nodes:
        value = node.value
        found = _joins(value, paths, open_sums, parameters)
        if found:
            paths[value] = found
            if value.op in SUMMING:
                open_sums.add(value)
    return paths


def _joins(
    value: Value, paths: Mapping[Value, GroupPath], open_sums: set[Value], parameters: Mapping[Value, GroupPath]
) -> GroupPath:
    direct = [parameters[parent] for parent in value.parents if parent in parameters]
    if direct:
        return _common(direct)
    sums = [paths[parent] for parent in value.parents if parent in open_sums]
    alone = len(value.parents) == 1 and value.op not in SUMMING
    if (alone or len(sums) > 1) and len(sums) == len(value.parents) and len(set(sums)) == 1:
        return sums[0]
    return ()


def _common(paths: Iterable[GroupPath]) -> GroupPath:
    """The innermost group that holds all of `paths`."""
    first, *others = dict.fromkeys(paths)
    length = len(first)
    for other in others:
        length = min(
            length, next((i for i, (a, b) in enumerate(zip(first, other, strict=False)) if a != b), len(other))
        )
    return first[:length]


# Nodes brought together -----------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Part:
    """Nodes that are shown together, in order: those of a neuron or a layer, or, with an empty `path`, of no part of
    the model. `outputs` are those that others use, or that are outputs of the graph; `edges` bring in what comes from
    outside."""

    path: GroupPath
    nodes: tuple[Node, ...]
    outputs: tuple[Node, ...]
    edges: tuple[Edge, ...]

    @property
    def name(self) -> str:
        return ".".join(self.path)


def gathered(graph: GraphView, paths: Sequence[GroupPath], keys: Sequence[Hashable]) -> list[Part]:
    """The nodes of a graph as parts, one for every different key in `keys`, in the order of their first nodes.

    `paths` and `keys` have an entry for every node; nodes of one key have one path.
    """
    members: dict[Hashable, list[Node]] = {}
    for node, key in zip(graph.nodes, keys, strict=True):
        members.setdefault(key, []).append(node)
    home = {node.id: key for node, key in zip(graph.nodes, keys, strict=True)}
    into: dict[Hashable, list[Edge]] = {key: [] for key in members}
    used = {graph.by_value[output].id for output in graph.outputs}  # outside
    for edge in graph.edges:
        if home[edge.tail] != (head := home[edge.head]):
            used.add(edge.tail)
            into[head].append(edge)
    return [
        Part(paths[nodes[0].index], tuple(nodes), tuple(n for n in nodes if n.id in used), tuple(into[key]))
        for key, nodes in members.items()
    ]
