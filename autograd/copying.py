"""Copying and pickling of graphs of any depth, without recursion.

A graph travels as a flat list of its nodes in topological order. Every node travels as an object of its own, so that
one that is pickled or deep-copied together with its graph is still a node of it afterwards.
"""

import copy
import threading
from collections.abc import Callable
from functools import partial
from typing import Any, TypeVar
from weakref import WeakSet

from autograd.backprop import topological_order
from autograd.by_hand import ByHand
from autograd.modes import RESULT
from autograd.value import _UNNAMED, Value, _leaf, _new, _node

V = TypeVar("V", bound=Value)
_OWN = ("data", "grad", "op")
_NAMED = ("label", "_line")  # in a pickle each has a place of its own
_LINKS = ("_left", "_d_left", "_right", "_d_right")


def copy_node(node: V) -> V:
    """A second node with the same contents and the same operands."""
    contents = _contents(node)
    data, _, op, *_ = contents
    links = _links(node)
    clone = _leaf(type(node), data) if links[0] is None else _node(type(node), op, data, *links)
    _restore(clone, contents)
    return clone


def deepcopy_graph(root: V, memo: dict[int, Any]) -> V:
    """A copy of everything below `root`; whatever `memo` has already, leaves and inner nodes alike, is used again."""
    for node in topological_order(root):
        if id(node) in memo:
            continue
        *own, line, attributes = _contents(node)
        memo[id(node)] = clone = _new(type(node))
        _restore(clone, (*own, line, copy.deepcopy(attributes, memo)))
        for name, link in zip(_LINKS, _links(node), strict=True):
            setattr(clone, name, _mapped(link, partial(_found, memo)))
    return memo[id(root)]  # type: ignore[no-any-return]


def reduce_graph(node: Value) -> tuple[Any, ...]:
    """What pickle stores: first everything below `node`, operands before results, so that whatever a node is made of
    has been stored when its turn comes; then `node`; then what hangs on them all, which may lead anywhere.

    Each is an object of the pickle, and the same one wherever else in the pickle it stands.
    """
    if any(id(node) in series.members for series in _stored_now):
        return _made(node)
    if node.op is None:
        return _rebuild_leaf, (type(node), *_marks(node)), _contents(node), None, None, _restore
    order = topological_order(node)
    _refuse_circles(order)
    series = _Series(order[:-1])
    hung = [(n, attributes) for n in order if (attributes := _attributes(n))]
    _, parts = _made(node)
    return _rebuild_result, (_Begin(series), series.nodes, _End(series), *parts), hung or None, None, None, _hang_each


def _made(node: Value) -> tuple[Any, ...]:
    """How to make a node from its operands, without what hangs on it."""
    return _rebuild_node, (type(node), (*_contents(node)[:-1], None), _links(node))


class _Series:
    """Nodes that a pickler comes to one after the other; while it does, none of them stores what is below it anew."""

    def __init__(self, nodes: list[Value]) -> None:
        self.nodes = nodes
        self.members = frozenset(map(id, nodes))


class _Begin:
    """Stands before the nodes of a series in what is pickled, as _End does behind them: to store it is to note it."""

    def __init__(self, series: _Series) -> None:
        self.series = series

    def __reduce__(self) -> Any:
        _stored_now.add(self.series)
        return bool, ()


class _End(_Begin):
    def __reduce__(self) -> Any:
        _stored_now.discard(self.series)
        return bool, ()


class _OfThisThread(threading.local, WeakSet[_Series]):
    """The series that picklers of this thread are at; one whose pickler has failed goes with it."""


_stored_now = _OfThisThread()


def _refuse_circles(order: list[Value]) -> None:
    """ValueError where an operand comes after its result."""
    seen: dict[int, Any] = {}
    for node in order:
        for operand in node.operands:
            if isinstance(operand, Value):
                _found(seen, operand)
        seen[id(node)] = None


def _found(known: dict[int, Any], operand: Value) -> Any:
    """What is known of an operand, which came before its result; ValueError where it did not."""
    try:
        return known[id(operand)]
    except KeyError:
        raise ValueError("this graph leads round in a circle, through a _prev set by hand: it has no copy") from None


def _marks(leaf: Value) -> tuple[Any, ...]:
    """RESULT for a leaf that has it; older pickles say nothing."""
    return () if leaf._left is None else (leaf._left,)


def _rebuild_leaf(kind: type[V], left: Any = None) -> V:
    leaf = _new(kind)
    for name in ("op", *_LINKS):  # a leaf before it is restored: what hangs on a node may lead back to it
        setattr(leaf, name, None)
    leaf._left = left
    return leaf


def _rebuild_node(kind: type[V], contents: tuple[Any, ...], links: tuple[Any, ...]) -> V:
    node = _new(kind)
    _restore(node, contents)
    for name, link in zip(_LINKS, links, strict=True):
        setattr(node, name, link)
    return node


def _rebuild_result(_begin: Any, _below: list[Value], _end: Any, *parts: Any) -> Any:
    return _rebuild_node(*parts)


def _hang_each(_result: Value, hung: list[tuple[Value, dict[str, Any]]]) -> None:
    """Hang on nodes what was hung on them; by then a reference to any of them has an end."""
    for node, attributes in hung:
        for name, thing in attributes.items():
            setattr(node, name, thing)


# How earlier versions stored a graph: leaves, then rows with operands by position -------------------------------------
def _rebuild_graph(leaves: list[Value], rows: list[tuple[Any, ...]]) -> Value:
    nodes = list(leaves)
    for kind, contents, links in rows:
        node = _new(kind)
        _restore(node, contents)
        for name, link in zip(_LINKS, links, strict=True):
            setattr(node, name, _mapped(link, nodes.__getitem__))
        nodes.append(node)
    return nodes[-1]


def _hang(root: Value, hung: list[tuple[int, dict[str, Any], dict[str, int]]]) -> None:
    """Hang on the nodes below a rebuilt `root` what was hung on them; by then a reference back to it has an end."""
    order = topological_order(root)
    nodes = [node for node in order if node.op is None]
    interior = [node for node in order if node.op is not None]
    nodes += interior
    for i, attributes, inside in hung:
        for name, thing in {**attributes, **{name: nodes[at] for name, at in inside.items()}}.items():
            setattr(interior[i], name, thing)


# What a node is made of -----------------------------------------------------------------------------------------------
def _links(node: Value) -> tuple[Any, ...]:
    """What the four slots hold. A closure belongs to the node it was made for: a copy has the slopes it comes to."""
    if node.op is None:
        return node._left, None, None, None
    if type(node._left) is tuple:
        return node._left, node.local_grads, node.operands, None
    slopes = (d if d is None else float(d) for d in (node._d_left, node._d_right))  # a * b has the 3 of b.data = 3
    return node._left, next(slopes), node._right, next(slopes)


def _contents(node: Value) -> tuple[Any, ...]:
    """Everything but the links: the slots, the line if there is one, whatever else was hung on it."""
    op = ByHand(node.op.text) if isinstance(node.op, ByHand) else node.op
    label = "" if isinstance(node.label, Value) else node.label  # a slip; it could lead round in a circle
    return node.data, node.grad, op, label, node.line, _attributes(node)


def _attributes(node: Value) -> dict[str, Any] | None:
    """What users and subclasses have added, in its __dict__ or in slots of their own."""
    state: Any = object.__getstate__(node)
    attributes, slots = state
    own = {} if type(node) is Value else {name: x for name, x in slots.items() if name not in Value.__slots__}
    return {name: x for name, x in {**(attributes or {}), **own}.items() if name not in _NAMED} or None


def _restore(node: Value, contents: tuple[Any, ...]) -> None:
    *own, label, line, attributes = contents
    for name, thing in zip(_OWN, own, strict=True):
        setattr(node, name, thing)
    for name, thing in zip(_NAMED, (label, line), strict=True):
        if thing is not None and thing is not _UNNAMED:
            setattr(node, name, thing)
    for name, thing in (attributes or {}).items():
        setattr(node, name, thing)


def _mapped(link: Any, place: Callable[[Any], Any]) -> Any:
    """`link` (a node or its position, a float, None, RESULT, or a tuple of these) with `place` of every node in it."""
    if link is None or link is RESULT or type(link) is float:
        return link
    return tuple([_mapped(item, place) for item in link]) if type(link) is tuple else place(link)
