"""What people do to a Value by hand: operations written the micrograd way, and slips.

    out = Value(t, (self,), "tanh")           micrograd: a node, its children, what to call the operation,
    out._backward = closure                   and a closure that adds to the grad of the children
    out = Value(t, (self,), (1 - t * t,))     microgpt: the slopes are numbers, so it is an ordinary node

A closure runs when `backward()` comes to its node, which holds its gradient in `.grad` then, as in micrograd; that of a
leaf at the end, when the leaf has got all that it gets. What
needs the local derivatives (pictures, `steps`, `explain`, copies, first derivatives) learns them by running the closure
once with an upstream of 1 and all grads it can reach put aside. There is no formula: what needs one refuses and says
so. How such a node is stored: children in `_left`, operands in `_right`, no local derivative in either place.
"""

import os
import sys
import threading
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from functools import partial, wraps
from typing import Any
from weakref import WeakKeyDictionary

from autograd import ops
from autograd.modes import RESULT, UNUSUAL, current_mode
from autograd.numerics.real import applies_rows, are_plain, as_float, described, is_real
from autograd.ops import Operation
from autograd.system.letters import cut
from autograd.value import Value, _leaf, _observe

one_at_a_time = threading.RLock()  # .grad is the scratch of whoever holds this; a closure may call backward() itself
in_the_middle = threading.Lock()  # held while grads are not complete, by the thread that holds the other
INSIDE: list[None] = []  # one entry per closure that is running
if hasattr(os, "register_at_fork"):  # a fork waits until grads are complete, and leaves no lock that nobody frees
    os.register_at_fork(
        before=one_at_a_time.acquire,
        after_in_parent=one_at_a_time.release,
        after_in_child=one_at_a_time.release,
    )
_set_grad = Value.grad.__set__  # type: ignore[attr-defined]
_OURS = (__name__, Value.__module__)
_SIGNS = {"add": "+", "sub": "-", "mul": "*", "div": "/", "truediv": "/", "pow": "**", "relu": "ReLU"}
_leaves_of: "WeakKeyDictionary[Value, tuple[Value, ...]]" = WeakKeyDictionary()  # for plain numbers; see prev()


def check_turn() -> None:
    """RuntimeError in the middle of another backward pass of this thread, unless one of its closures asks."""
    if in_the_middle.locked() and not INSIDE:
        raise RuntimeError(
            "grads were asked for in the middle of a backward() of this thread, by a signal handler or a __del__: they "
            "are not complete there. Note what is wanted, and differentiate it afterwards"
        )


def while_incomplete() -> Any:
    """What to hold, beside one_at_a_time, while grads are not complete: the lock that says so.

    Where an outer pass of this thread holds it, to take it again would be to wait for ever: then one_at_a_time once
    more, which may be taken twice.
    """
    return one_at_a_time if in_the_middle.locked() else in_the_middle


class ByHand(Operation):
    """The operation of one node: `text` is what it is called, `closure` what passes its gradient on."""

    closure: Callable[[], Any] | None = None
    slopes: tuple[float, ...] | None = None

    def __init__(self, text: str) -> None:
        name = text or "f"
        refuse = partial(_refuse, name)
        super().__init__(name, name, refuse, refuse, variadic=True)
        self.text = text

    def pass_on(self, node: Value) -> None:
        """The node's turn in a backward pass."""
        if self.closure is not None:
            _run(self.closure)
            for parent in node.parents:
                if type(parent.grad) is not float:
                    check_grads([parent], [parent.grad])
                    parent.grad = as_float(parent.grad)

    def measured(self, node: Value) -> tuple[float, ...]:
        """∂node/∂parent for each parent: what the closure adds at an upstream of 1; 0.0 without a closure."""
        if self.slopes is None:
            self.slopes = self._measured(node)
        return self.slopes

    def _measured(self, node: Value) -> tuple[float, ...]:
        reach = dict.fromkeys([node, *node.parents, *_values_of(self.closure)])
        with one_at_a_time, while_incomplete():
            restore = map(_set_grad, reach, [value.grad for value in reach])
            try:
                for value in reach:
                    value.grad = 0.0
                node.grad = 1.0
                self.pass_on(node)
                return tuple(parent.grad for parent in node.parents)
            finally:
                deque(restore, 0)

    def __reduce__(self) -> Any:
        return ByHand, (self.text,)


def _run(closure: Callable[[], Any]) -> None:
    """Call a closure, which may ask for gradients itself."""
    depth = len(INSIDE)
    try:
        INSIDE.append(None)
        closure()
    finally:
        del INSIDE[depth:]


def run_those_of(leaves: list[Value]) -> None:
    """The turn of leaves that carry a closure: their grads are complete."""
    for leaf in reversed(leaves):
        if leaf._right is not None:
            _run(leaf._right)


def _refuse(name: str, *args: Any) -> Any:
    raise NotImplementedError(
        f"{name} was written by hand, as a closure or with numbers for slopes: that is enough for first derivatives of "
        "what was computed. To differentiate it again, or to record it, write it with @operation(...) and formulas of "
        "autograd's functions"
    )


def _values_of(closure: Any) -> Iterator[Value]:
    """The Values that a closure can reach: in its cells, its defaults, what it is bound to."""
    things = [getattr(closure, "__self__", None), *(getattr(closure, "__defaults__", None) or ())]
    for cell in getattr(closure, "__closure__", None) or ():
        try:
            things.append(cell.cell_contents)
        except ValueError:  # a variable that has no value yet
            continue
    for thing in things:
        yield from (v for v in (thing if isinstance(thing, list | tuple) else [thing]) if isinstance(v, Value))


# Making them --------------------------------------------------------------------------------------------------------
def complete(node: Value, children: Any, op: Any, label: Any) -> None:
    """Make a leaf into what its constructor was given: Value(data, label), or children with a name or with slopes."""
    if isinstance(children, str | None) and label == "":
        children, label = (), children
    if not isinstance(label, str | None) or not isinstance(children, tuple | list | set | frozenset):
        given = children if isinstance(label, str) else label
        raise TypeError(
            f"label must be a str, got {described(given)}. A node made by hand is "
            "Value(data, (child, ...), 'name of the operation') or Value(data, (child, ...), (slope, ...))"
        )
    if label:
        node.label = label
    slopes = op if isinstance(op, tuple | list) else None
    if children and slopes is not None and len(slopes) != len(children):
        raise TypeError(f"one slope for each child, got {len(slopes)} for {len(children)}")
    text = op if isinstance(op, str) else ""
    _give_children(node, children, text or _name_of_caller(), slopes)


def set_prev(node: Value, children: Iterable[Any]) -> None:
    """`node._prev = children`, in a constructor of one's own."""
    _fill(node)
    closure = node._right if node.op is None else None
    _give_children(node, children, _name_of_caller())
    if closure is not None:
        set_backward(node, closure)


def _give_children(node: Value, children: Iterable[Any], text: str, slopes: Iterable[Any] | None = None) -> None:
    """Make `node` the result of an operation on `children`; without any, or inside no_grad(), it stays a leaf."""
    mode = current_mode() if UNUSUAL else None
    operands = tuple(child if isinstance(child, Value) else _number(child, text) for child in children)
    if not any(isinstance(o, Value) for o in operands):
        return
    if mode is not None and not mode.grad:
        node._left = RESULT
        return
    node.op = ByHand(text)
    if slopes is None:
        _hold(node, operands)
    else:
        pairs = [(o, as_float(d)) for o, d in zip(operands, slopes, strict=True) if isinstance(o, Value)]
        node._left, node._d_left = zip(*pairs, strict=True)
        node._right = operands
    if mode is not None:
        _observe(node, mode)


def _number(child: Any, text: str) -> float:
    """A plain number among the children; a dual number or a slot of a recording would need a formula."""
    if applies_rows(child):
        _refuse(text or "f")
    return as_float(child)


def _hold(node: Value, operands: Iterable[Any]) -> None:
    """Store the operands of a node whose slopes nobody knows: each Value once, for a closure adds all its uses up."""
    seen: set[Value] = set()
    node._right = tuple(o for o in operands if not isinstance(o, Value) or not (o in seen or seen.add(o)))  # type: ignore[func-returns-value]
    node._left = tuple(o for o in node._right if isinstance(o, Value))
    node._d_left = node._d_right = None
    _leaves_of.pop(node, None)


def set_backward(node: Value, closure: Callable[[], Any]) -> None:
    """`node._backward = closure`: from now on that is how the node passes its gradient on.

    A leaf keeps it, in the slot of an operand: its children may be named afterwards, and if none are, it is a hook.
    """
    _fill(node)
    if not callable(closure):
        raise TypeError(f"_backward is a function without arguments, got {described(closure)}")
    if node.op is None:
        node._right = closure if current_mode().grad else None
        return
    row = ByHand(op(node))
    row.name, row.symbol = node.op.name, node.op.symbol
    _hold(node, node.operands)
    node.op, row.closure = row, closure


def _fill(node: Value) -> None:
    """Give the slots their first values where a constructor of one's own has not called Value's."""
    if not hasattr(node, "_left"):
        node.op = None
        node._left = node._d_left = node._right = node._d_right = None


def set_op(node: Value, text: str) -> None:
    """`node._op = text`, for a node made by hand; what the table made keeps its name."""
    _fill(node)
    if isinstance(node.op, ByHand):
        node.op.text, node.op.name, node.op.symbol = text, text or "f", text or "f"


def _name_of_caller() -> str:
    """What to call an operation that was given no name: as the function that makes the node, `__add__` as +."""
    frame = sys._getframe(1)
    while frame.f_back is not None and (frame.f_code.co_name == "__init__" or frame.f_globals["__name__"] in _OURS):
        frame = frame.f_back
    name = frame.f_code.co_name.strip("_")
    return "" if name.startswith("<") else _SIGNS.get(name, name)


# Under micrograd's names --------------------------------------------------------------------------------------------
def prev(node: Value) -> tuple[Value, ...]:
    """`_prev`: the distinct operands. A plain number is a leaf, the same one at every access: drawers walk twice."""
    operands = node.operands
    if len(node.parents) == len(operands):
        return tuple(dict.fromkeys(node.parents))
    if (found := _leaves_of.get(node)) is None:
        nodes = (o if isinstance(o, Value) else _leaf(Value, o) for o in operands)
        _leaves_of[node] = found = tuple(dict.fromkeys(nodes))
    return found


def op(node: Value) -> str:
    """`_op`: the sign of an operation, as micrograd writes it."""
    if node.op is None:
        return ""
    if isinstance(node.op, ByHand):
        return node.op.text
    if node.op is ops.pow and not isinstance(node.operands[1], Value):
        return f"**{node.operands[1]:g}"
    return _SIGNS.get(node.op.name, node.op.name)


def backward(node: Value) -> Callable[[], Any]:
    """`_backward`: one step of the chain rule by hand, parent.grad += local · node.grad for each parent."""
    closure = node._right if node.op is None else node.op.closure if isinstance(node.op, ByHand) else None
    if closure is not None:
        return closure
    # what is there now: asked for later, it would be the closure that wraps this one and took its place
    edges = list(zip(node.parents, node.local_grads, strict=True))

    def step() -> None:
        for parent, local in edges:
            parent.grad += local * node.grad

    return step


_INSTEAD = {
    "backwards": "Write backward().",
    "zero_grad": "Write v.grad = 0.0; a model has zero_grad().",
    "item": "The number is v.data.",
    "numpy": "The number is v.data.",
    "tolist": "The number is v.data.",
    "value": "The number is v.data.",
    "requires_grad": "Every Value takes part; what detach() gives and what no_grad() computes does not.",
    "retain_grad": "Every node keeps its grad after backward().",
    "shape": "A Value is one number; many stand in a list.",
    "children": "They are v.parents, with plain numbers v.operands; micrograd's name is _prev.",
}
_INSTEAD |= {"requires_grad_": _INSTEAD["requires_grad"], "is_leaf": "A leaf is a Value whose op is None."}


class Instead:
    """Stands on the class for a name that no Value has: AttributeError with advice, until somebody sets the name.

    (A `__getattr__` would do for all names, and make every read of every attribute slower.)
    """

    def __init__(self, advice: str) -> None:
        self.advice = advice

    def __set_name__(self, owner: type, name: str) -> None:
        self.name = name

    def __get__(self, node: Value | None, owner: type) -> Any:
        message = f"{owner.__name__!r} object has no attribute {self.name!r}. {self.advice}"
        raise AttributeError(message, name=self.name, obj=node)


def _listed(node: Value) -> list[str]:
    """What dir() lists: what is there."""
    return [
        name for name in object.__dir__(node) if name in node.__dict__ or type(vars(Value).get(name)) is not Instead
    ]


for _name, _advice in {**{name: f"Write autograd.{name}(v)." for name in ops.OPERATIONS}, **_INSTEAD}.items():
    if not hasattr(Value, _name):
        setattr(Value, _name, instead := Instead(_advice))
        instead.__set_name__(Value, _name)
Value.__dir__ = _listed  # type: ignore[method-assign, assignment]


# A class of one's own -------------------------------------------------------------------------------------------------
STORED = ("data", "grad", "op", "_left", "_d_left", "_right", "_d_right")
"""What a node is made of. Either engine reads and writes some of it past whatever a subclass has under these names."""


def _init_subclass(kind: type[Value], /, **options: Any) -> None:
    """Have the `__setattr__` of a subclass hear of what users assign, and not of what the engine writes.

    The engine in C writes into its nodes without asking anybody; the one in Python would ask for every slot, on nodes
    that the subclass has not made complete. TypeError for a class that would keep what is STORED elsewhere.
    """
    super(Value, kind).__init_subclass__(**options)
    for name in STORED:
        if getattr(kind, name) is not getattr(Value, name):
            raise TypeError(
                f"the class {kind.__name__} has a {name} of its own, under which every Value keeps its part of the "
                "graph: call it something else, and let it read or write this one"
            )
    of_users = kind.__setattr__
    if any(issubclass(base, Value) and base.__setattr__ is of_users for base in kind.__mro__[1:]):
        return  # there is none of its own; what a subclass of Value passes on hears the right things already

    @wraps(of_users)
    def assign(node: Value, name: str, thing: Any) -> None:
        by_engine = sys._getframe(1).f_globals.get("__name__", "").startswith("autograd.")
        (Value.__setattr__ if by_engine else of_users)(node, name, thing)

    kind.__setattr__ = assign  # type: ignore[assignment]


Value.__init_subclass__ = classmethod(_init_subclass)  # type: ignore[assignment]


# Slips: data, grad and label overwritten with what is no number and no text -----------------------------------------
def check_numbers(nodes: Iterable[Value]) -> None:
    """TypeError for the first node whose data is no number."""
    for node in nodes:
        try:
            as_float(node.data)
        except TypeError:
            raise TypeError(
                f"the data of {_named(node)} is {described(node.data)}, not a number: was it assigned "
                "a Value? Write p.data -= lr * p.grad, with numbers on the right"
            ) from None


def check_root(root: Any, who: str) -> None:
    if not isinstance(root, Value):
        raise TypeError(f"{who} starts from a Value, got {type(root).__name__} {root!r}")


def check_grads(nodes: Iterable[Value], grads: Iterable[Any]) -> None:
    """TypeError for a grad that cannot be added to, such as the None that other libraries use for "no gradient"."""
    for node, grad in zip(nodes, grads, strict=True):
        if not is_real(grad):
            raise TypeError(f"the grad of {_named(node)} is {described(grad)}, not a number. Start again with 0.0")


def grads_of(leaves: list[Value]) -> list[float]:
    """What the leaves hold before a backward pass."""
    grads = [leaf.grad for leaf in leaves]
    if not are_plain(grads):
        check_grads(leaves, grads)
    return grads


def label_of(node: Value) -> str:
    """The label as text: whatever was assigned, but for a Value, which is none."""
    label: Any = node.label
    return label if isinstance(label, str) else "" if label is None or applies_rows(label) else str(label)


def _named(node: Value) -> str:
    """How a message names a node."""
    kind = "leaf" if node.op is None else node.op.name
    return f"the Value {cut(label, 40)!r}" if (label := label_of(node)) else f"a {kind} Value"
