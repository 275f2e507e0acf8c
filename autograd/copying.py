"""Copying and pickling of graphs of any depth, without recursion.

A graph travels as a flat list of its nodes in topological order. Leaves travel as objects of their own, so that a leaf
pickled or deep-copied together with its graph is still the same leaf afterwards.
"""

import copy
from collections.abc import Callable
from typing import Any, TypeVar

from autograd.backprop import topological_order
from autograd.value import Value, _new

V = TypeVar("V", bound=Value)
_OWN = ("data", "grad", "op", "label")
_LINKS = ("_left", "_d_left", "_right", "_d_right")


def copy_node(node: V) -> V:
    """A second node with the same contents and the same operands."""
    clone = _new(type(node))
    _restore(clone, _contents(node))
    for name in _LINKS:
        setattr(clone, name, getattr(node, name))
    return clone


def deepcopy_graph(root: V, memo: dict[int, Any]) -> V:
    """A copy of everything below `root`; whatever `memo` has already, leaves and inner nodes alike, is used again."""
    for node in topological_order(root):
        if id(node) in memo:
            continue
        *own, line, attributes = _contents(node)
        memo[id(node)] = clone = _new(type(node))
        _restore(clone, (*own, line, copy.deepcopy(attributes, memo)))
        for name in _LINKS:
            setattr(clone, name, _mapped(getattr(node, name), lambda value: memo[id(value)]))
    return memo[id(root)]  # type: ignore[no-any-return]


def reduce_graph(root: Value) -> tuple[Any, ...]:
    """What pickle stores: a leaf as itself; a graph as its leaves and a flat list of nodes, operands by position.

    A position is an int and a plain number always a float, so they are told apart by type.
    """
    if root.op is None:
        return _rebuild_leaf, (type(root),), _contents(root), None, None, _restore
    order = topological_order(root)
    leaves = [node for node in order if node.op is None]
    interior = [node for node in order if node.op is not None]
    position = {id(node): i for i, node in enumerate([*leaves, *interior])}
    place = lambda value: position[id(value)]  # noqa: E731
    rows = [(type(n), _contents(n), [_mapped(getattr(n, name), place) for name in _LINKS]) for n in interior]
    return _rebuild_graph, (leaves, rows)


def _rebuild_leaf(kind: type[V]) -> V:
    leaf = _new(kind)
    for name in _LINKS:
        setattr(leaf, name, None)
    return leaf


def _rebuild_graph(leaves: list[Value], rows: list[tuple[Any, ...]]) -> Value:
    nodes = list(leaves)
    for kind, contents, links in rows:
        node = _new(kind)
        _restore(node, contents)
        for name, link in zip(_LINKS, links, strict=True):
            setattr(node, name, _mapped(link, nodes.__getitem__))
        nodes.append(node)
    return nodes[-1]


def _contents(node: Value) -> tuple[Any, ...]:
    """Everything but the links: the slots, the line if there is one, a subclass's own attributes."""
    return (*(getattr(node, name) for name in _OWN), node.line, None if type(node) is Value else _attributes(node))


def _attributes(node: Value) -> dict[str, Any]:
    """What a subclass has added, in its __dict__ or in slots of its own."""
    state: Any = object.__getstate__(node)
    attributes, slots = state
    return (attributes or {}) | {name: thing for name, thing in slots.items() if name not in Value.__slots__}


def _restore(node: Value, contents: tuple[Any, ...]) -> None:
    *own, line, attributes = contents
    for name, thing in zip(_OWN, own, strict=True):
        setattr(node, name, thing)
    if line is not None:
        node._line = line
    for name, thing in (attributes or {}).items():
        setattr(node, name, thing)


def _mapped(link: Any, place: Callable[[Any], Any]) -> Any:
    """`link` (a node or its position, a float, None, or a tuple of these) with `place` of every node or position."""
    if link is None or type(link) is float:
        return link
    return tuple([_mapped(item, place) for item in link]) if type(link) is tuple else place(link)
