"""A number that remembers how it was made.

A `Value` holds `data` and `grad`, the operation that made it, its operands, and the local derivative towards each
operand, computed at once, while the operands' data are at hand. That is all that backpropagation needs.

How a node is stored is chosen for speed: one or two operands lie flat in `_left` and `_right` with their local
derivatives in `_d_left` and `_d_right`; more lie in tuples there; a leaf has None, or in `_left` modes.py's RESULT.
Everybody but the constructors below and the loop in backprop.py reads `operands`, `parents` and `local_grads` instead.
"""

from __future__ import annotations  # the factories below are written before the class they make

import operator
from collections.abc import Callable
from functools import cache
from itertools import compress
from typing import TYPE_CHECKING, Any, Self, TypeVar

from autograd import ops
from autograd.modes import ACTIVE, RESULT, UNUSUAL, Mode, current_mode, users_line
from autograd.native import extension
from autograd.numerics.real import applies_rows, as_float, as_operand
from autograd.operators import Applies
from autograd.ops import Operation
from autograd.system.letters import cut

_new = object.__new__
V = TypeVar("V", bound="Value")
F = TypeVar("F", bound=Callable[..., Any])
_NONE: tuple[()] = ()
_UNNAMED = ""
LONGEST = 80  # letters of a label in the repr


# Making nodes -------------------------------------------------------------------------------------------------------
def _leaf(kind: type[V], data: float) -> V:
    node = _new(kind)
    node.data = data
    node.grad = 0.0
    node.op = None
    node._left = node._d_left = node._right = node._d_right = None
    return node


def _node(kind: type[V], row: Operation | None, data: float, left: Any, d_left: Any, right: Any, d_right: Any) -> V:
    """A node from what its slots hold; `d_left` or `d_right` is None where there is no parent."""
    node = _new(kind)
    node.data = data
    node.grad = 0.0
    node.op = row
    node._left = left
    node._d_left = d_left
    node._right = right
    node._d_right = d_right
    return node


def apply(row: Operation, operands: tuple[Any, ...]) -> Any:
    """The node `row(*operands)` for operands that are Values and floats, at least one a Value, in any mode."""
    args = [o.data if isinstance(o, Value) else o for o in operands]
    return make(row, operands, args, row.forward(*args))


def make(
    row: Operation, operands: tuple[Any, ...], args: list[Any], y: float, slopes: tuple[float, ...] | None = None
) -> Any:
    """The node with result `y`; `slopes` are the derivatives towards every operand if the caller has them already."""
    for operand in operands:  # the first Value says of what kind the result is
        if isinstance(operand, Value):
            break
    kind = type(operand)
    y = as_float(y)  # which may be an operand's data, such as the 3 of a.data = 3
    mode = current_mode() if UNUSUAL else None
    if mode is not None and not mode.grad:
        return _node(kind, None, y, RESULT, None, None, None)
    if slopes is None:
        slopes = row.local_grads(args, y)
    if len(operands) <= 2 and not row.variadic:
        links = [x for o, d in zip(operands, slopes, strict=True) for x in (o, d if isinstance(o, Value) else None)]
        node = _node(kind, row, y, *links, *[None] * (4 - len(links)))
    else:
        inner = [isinstance(o, Value) for o in operands]
        if row.chooses is not None and (chosen := row.chooses(args[0])) is not None:
            inner = [i == chosen and is_value for i, is_value in enumerate(inner)]
        node = _node(kind, row, y, tuple(compress(operands, inner)), tuple(compress(slopes, inner)), operands, None)
    if mode is not None:
        _observe(node, mode)
    return node


def _observe(node: Value, mode: Mode) -> None:
    """Note the line and tell who listens."""
    if mode.lines:
        node._line = users_line()
    for listener in mode.listeners:
        listener.node(node)


# Operators, built from the rows -------------------------------------------------------------------------------------
@cache  # the class below and the row's own short cut share one function
def unary_method(row: Operation) -> Callable[[Any], Any]:
    """The method `v.name()` of a row with one argument."""
    forward, (derivative,) = row.forward, row.on_floats
    d_constant = None if callable(derivative) else derivative

    def method(self: Value) -> Any:
        a = self.data
        y = forward(a)
        if UNUSUAL:
            return make(row, (self,), [a], y)
        try:
            d = d_constant if d_constant is not None else derivative(a, y)  # type: ignore[operator]
        except ArithmeticError:
            (d,) = row.local_grads((a,), y)
        return _node(type(self), row, y, self, d, None, None)

    return _named(method, row)


def operator_methods(row: Operation) -> tuple[Callable[[Any, Any], Any], Callable[[Any, Any], Any]]:
    """The operator of a row with two arguments and its reflection: `__add__, __radd__`."""
    forward, (d_left, d_right) = row.forward, row.on_floats
    constant = not callable(d_left)
    product = row is ops.mul

    def operator(self: Value, other: Any) -> Any:
        if not isinstance(other, Value):
            return with_number(self, other)
        a = self.data
        b = other.data
        y = forward(a, b)
        if UNUSUAL:
            return make(row, (self, other), [a, b], y)
        node = _new(type(self))  # _node(...) written out: this is where most nodes are born, and a call costs 10 %
        node.data = y
        node.grad = 0.0
        node.op = row
        node._left = self
        node._right = other
        if constant:
            node._d_left = d_left
            node._d_right = d_right
            return node
        if product:  # half of all nodes are spared two calls
            node._d_left = b
            node._d_right = a
            return node
        try:
            node._d_left = d_left(a, b, y)  # type: ignore[operator]
            node._d_right = d_right(a, b, y)  # type: ignore[operator]
        except ArithmeticError:
            node._d_left, node._d_right = row.local_grads((a, b), y)
        return node

    def with_number(self: Value, other: Any) -> Any:
        if (b := as_operand(other)) is None:
            return NotImplemented
        y = forward(self.data, b)
        if UNUSUAL:
            return make(row, (self, b), [self.data, b], y)
        try:
            d = d_left if constant else d_left(self.data, b, y)  # type: ignore[operator]
        except ArithmeticError:
            d = row.local_grads((self.data, b), y)[0]
        return _node(type(self), row, y, self, d, b, None)

    def reflected(self: Value, other: Any) -> Any:
        if (a := as_operand(other)) is None:  # two Values come this way only where a subclass asks for it by name
            return operator(other, self) if isinstance(other, Value) else NotImplemented
        b = self.data
        y = forward(a, b)
        if UNUSUAL:
            return make(row, (a, self), [a, b], y)
        try:
            d = d_right if constant else d_right(a, b, y)  # type: ignore[operator]
        except ArithmeticError:
            d = row.local_grads((a, b), y)[1]
        return _node(type(self), row, y, a, None, self, d)

    return _named(operator, row), _named(reflected, row)


def _named(method: F, row: Operation) -> F:
    """The method under the name of its row, for help() and tracebacks."""
    method.__name__, method.__qualname__, method.__doc__ = row.name, f"Value.{row.name}", row.__doc__
    return method


# Comparisons are remembered by a recorder, because a replay has to take the same branch -----------------------------
def _branch(kind: str, left: Value, right: Any, outcome: bool) -> bool:
    if ACTIVE:
        for listener in current_mode().listeners:
            listener.branch(kind, left, right, outcome)
    return outcome


def _comparison(kind: str, holds: Callable[[float, float], bool]) -> Callable[[Any, Any], bool]:
    def compare(self: Value, other: Any) -> bool:
        b = other.data if isinstance(other, Value) else as_operand(other)
        return NotImplemented if b is None else _branch(kind, self, other, holds(self.data, b))

    return compare


# What people do to a Value by hand has a module of its own -----------------------------------------------------------
def _by_hand() -> Any:
    from autograd import by_hand  # the engine's imports run inwards only

    return by_hand


def _in_by_hand(name: str, doc: str) -> Any:
    def get(self: Value) -> Any:
        return getattr(_by_hand(), name)(self)

    def change(self: Value, new: Any) -> None:
        getattr(_by_hand(), f"set_{name}")(self, new)

    return property(get, change, doc=doc)


class Value(Applies):
    """A scalar in a computational graph.

    `Value(data, label="")` makes a leaf from an int, float, bool, Fraction or scalar of another library; anything else
    is a TypeError that says why. Operators and the functions of `autograd` make the other nodes; by hand, as in
    micrograd, `Value(data, (child, ...), "name")` or with the slopes, `Value(data, (child, ...), (slope, ...))`.

    >>> a, b = Value(2.0, label="a"), Value(-3.0, label="b")
    >>> L = (a * b + a) ** 2
    >>> L.backward()
    >>> a.grad, b.grad
    (16.0, -16.0)

    `data` and `grad` are floats, `label` is a str. `op` is the row of the table that made the node, None for a leaf.
    `==` and `hash` go by identity; `<`, `<=`, `>`, `>=` and `bool` go by `data`.
    """

    __slots__ = ("__dict__", "__weakref__", "_d_left", "_d_right", "_left", "_right", "data", "grad", "op")

    data: float
    grad: float
    op: Operation | None
    label = _UNNAMED  # few nodes have a name or a line: those are hung on them as anything else can be
    _line: str | None = None
    _left: Any
    _d_left: Any
    _right: Any
    _d_right: Any

    def __init__(self, data: Any, _children: Any = (), _op: Any = "", label: Any = _UNNAMED) -> None:
        self.data = as_float(data)
        self.grad = 0.0
        self.op = None
        self._left = self._d_left = self._right = self._d_right = None
        if _children is not _NONE or label is not _UNNAMED:
            _by_hand().complete(self, _children, _op, label)

    # What a node knows ----------------------------------------------------------------------------------------------
    @property
    def operands(self) -> tuple[Value | float, ...]:
        """What the operation was applied to, in order, as written: Values and plain floats. Empty for a leaf."""
        if self.op is None:
            return ()
        if type(self._left) is tuple:
            return self._right if type(self._right) is tuple else (*self._left, self._right)
        return (self._left,) if self._right is None else (self._left, self._right)

    @property
    def parents(self) -> tuple[Value, ...]:
        """The Values among the operands that the result depends on; `a * a` has two, `where(c, a, b)` has one."""
        if type(self._left) is tuple:
            return self._left
        flat = ((self._left, self._d_left), (self._right, self._d_right))
        return tuple(operand for operand, d in flat if d is not None)

    @property
    def local_grads(self) -> tuple[float, ...]:
        """∂self/∂parent for each of `parents`, as it was when the node was made."""
        if type(self._d_left) is tuple:
            stored = self._d_left
        elif type(self._left) is tuple:
            return self.op.measured(self)  # type: ignore[union-attr, no-any-return]
        else:
            stored = tuple(d for d in (self._d_left, self._d_right) if d is not None)
        return stored if all(type(d) is float for d in stored) else tuple(map(float, stored))  # after a.data = 3

    @property
    def line(self) -> str | None:
        """The source line that made the node, "file.py:12", if it was made inside `trace_lines()`."""
        return self._line

    def __repr__(self) -> str:
        label = f", label={cut(self.label, LONGEST)!r}" if self.label and isinstance(self.label, str) else ""
        return f"{type(self).__name__}(data={self.data!r}, grad={self.grad!r}{label})"

    def __format__(self, spec: str) -> str:
        """`f"{v:.3f}"` formats the data; without a format it is the repr."""
        return format(self.data, spec) if spec else repr(self)

    # Operators and methods, each the row of the table; Applies has more, which take the way through the row ----------
    # fmt: off
    __add__, __radd__         = operator_methods(ops.add)
    __sub__, __rsub__         = operator_methods(ops.sub)
    __mul__, __rmul__         = operator_methods(ops.mul)
    __truediv__, __rtruediv__ = operator_methods(ops.div)
    __pow__, __rpow__         = operator_methods(ops.pow)
    __mod__, __rmod__         = operator_methods(ops.mod)
    __floordiv__, __rfloordiv__ = operator_methods(ops.floor_divide)
    __neg__ = unary_method(ops.neg)
    __abs__ = unary_method(ops.abs)

    exp     = unary_method(ops.exp)
    log     = unary_method(ops.log)
    sqrt    = unary_method(ops.sqrt)
    sin     = unary_method(ops.sin)
    cos     = unary_method(ops.cos)
    tan     = unary_method(ops.tan)
    sinh    = unary_method(ops.sinh)
    cosh    = unary_method(ops.cosh)
    tanh    = unary_method(ops.tanh)
    sigmoid = unary_method(ops.sigmoid)
    softplus = unary_method(ops.softplus)
    relu    = unary_method(ops.relu)
    gelu    = unary_method(ops.gelu)
    silu    = unary_method(ops.silu)
    # fmt: on

    # What can be done with it ---------------------------------------------------------------------------------------
    def backward(self, gradient: float = 1.0) -> None:
        """leaf.grad += gradient · ∂self/∂leaf for every leaf below; see `autograd.backprop.backward`."""
        from autograd.backprop import backward  # the engine's imports run inwards only

        backward(self, gradient)

    def detach(self) -> Self:
        """A leaf of one's own, as Value(self.data) is: the graph behind this node is cut off, its gradient stops."""
        return _leaf(type(self), self.data)

    def _apply_operation(self, row: Operation, args: tuple[Any, ...]) -> Any:
        """`row` applied to Values and numbers; the way in for every operation that has no operator below."""
        if not set(map(type, args)) <= {Value, float}:
            if any(applies_rows(a) for a in args if not isinstance(a, Value)):
                return NotImplemented
            args = tuple(a if isinstance(a, Value) else as_float(a) for a in args)
        return apply(row, args)

    def __float__(self) -> float:
        raise TypeError(
            "float(v), int(v) and math functions would forget the graph: use v.data for the number, "
            "or autograd's own function (autograd.exp(v) or v.exp() instead of math.exp(v))"
        )

    __int__ = __float__
    __complex__ = __float__

    def __copy__(self) -> Self:
        """A node of its own with the same operands."""
        from autograd.copying import copy_node

        return copy_node(self)

    def __deepcopy__(self, memo: dict[int, Any]) -> Self:
        from autograd.copying import deepcopy_graph

        return deepcopy_graph(self, memo)

    def __reduce__(self) -> Any:
        from autograd.copying import reduce_graph

        return reduce_graph(self)

    # Comparisons: `==` and `hash` stay those of object, identity; order and truth go by data ------------------------
    def __bool__(self) -> bool:
        return _branch("bool", self, 0.0, bool(self.data != 0.0))  # NumPy's numbers give a bool of their own

    __lt__ = _comparison("<", operator.lt)
    __le__ = _comparison("<=", operator.le)
    __gt__ = _comparison(">", operator.gt)
    __ge__ = _comparison(">=", operator.ge)

    # The names of micrograd, so that code written for it runs: see by_hand.py ---------------------------------------
    _prev = _in_by_hand("prev", "The distinct operands, plain numbers as Values, as a hand-written `draw_dot` expects.")
    _op = _in_by_hand("op", "The sign of the operation.")
    _backward = _in_by_hand("backward", "Call it for one step of the chain rule; set it, for a node made by hand.")


# The same class in C, where it was compiled: see native/ --------------------------------------------------------------
_METHODS = {row: unary_method(row) for row in ops.OPERATIONS.values() if len(row.derivatives) == 1 and not row.variadic}

if not TYPE_CHECKING and extension is not None:
    from autograd.native.adoption import adopted

    Value = adopted(Value, _METHODS)
    _new, _leaf, _node = Value.__new__, extension.make_leaf, extension.make_node

for _row, _method in _METHODS.items():
    _row.by_type[Value] = _method
