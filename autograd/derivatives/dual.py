"""Forward mode: numbers that carry their rate of change along.

    (x + x′ε) with ε² = 0:        f(x + x′ε) = f(x) + f′(x)·x′ε

A `Dual` holds a value and a tangent, and goes through a user's function in the place of the number. Every operation of
the table applies itself to both, with the same formulas that reverse mode uses: one sweep, no graph, no way back.

Perturbation confusion. In

    jvp(lambda x: x * jvp(lambda y: x + y, (1.0,), (1.0,))[1], (1.0,), (1.0,))

the inner function must not mistake the tangent of x for that of y (it would answer 2 in place of 1). Each derivative
therefore has a level of its own: an operation looks at the duals of the highest level among its arguments, and takes
everything else for a constant. The value and the tangent of a dual are floats, Values or duals of a lower level. The
tangent is None where nothing moves: of an argument that is held still, of floor(x). No product is formed with it, so a
nan or an infinite slope does not spread from there.
"""

import itertools
from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import cache, partial
from typing import Any

from autograd.derivatives.sweeps import local_derivatives, times
from autograd.modes import ACTIVE, current_mode
from autograd.numerics.real import applies_rows, as_float
from autograd.numerics.trees import Number
from autograd.operators import Applies
from autograd.ops import OPERATIONS, Operation
from autograd.value import Value

_levels = itertools.count(1)


def new_level() -> int:
    """A level above every one in use: an inner derivative starts later than those around it."""
    return next(_levels)


def _comparison(name: str) -> Callable[[Any, Any], Any]:
    """Comparisons look at the values alone; between Values, a recorder sees them."""

    def compare(self: "Dual", other: Any) -> Any:
        left, right = _bottom(self), _bottom(other)
        if not isinstance(left, Value) and isinstance(right, Value):
            right = right.data
        return getattr(left, name)(right)

    return compare


class Dual(Applies):
    """primal + tangent·ε at one level; behaves as a Value does inside a function that is being differentiated."""

    __slots__ = ("label", "level", "primal", "tangent")

    def __init__(self, primal: Number, tangent: Number | None, level: int) -> None:
        self.primal = primal
        self.tangent = tangent
        self.level = level

    def _apply_operation(self, row: Operation, args: Sequence[Any]) -> "Dual":
        """y = row(primals), y′ = Σ ∂y/∂argᵢ · argᵢ′ over the arguments that are moving duals of the highest level."""
        level = max([a.level for a in args if type(a) is Dual])
        moving, primals, on_floats = [], [], True
        for i, a in enumerate(args):
            if type(a) is Dual and a.level == level:
                if a.tangent is not None:
                    moving.append(i)
                a = a.primal
            elif type(a) is not float and not applies_rows(a):
                a = as_float(a)
            on_floats = on_floats and type(a) is float
            primals.append(a)
        y = row.forward(*primals) if on_floats else row(*primals)
        if ACTIVE and on_floats:  # numbers without a node
            for listener in current_mode().listeners:
                listener.number(row, primals, y)
        if fixed := _fixed(row):
            moving = [i for i in moving if i not in fixed]
        if not moving:
            return Dual(y, None, level)
        if row.chooses is not None:  # the tangent is chosen as the value is, and a nan that is not chosen stays out
            tangents = (args[i].tangent if i in moving else 0.0 for i in range(1, len(args)))
            return Dual(y, row(primals[0], *tangents), level)
        slopes = local_derivatives(row, primals, y, moving)
        terms = zip(slopes, [args[i].tangent for i in moving], strict=True)
        return Dual(y, weighted_sum(terms), level)

    __lt__, __le__, __gt__, __ge__ = map(_comparison, ("__lt__", "__le__", "__gt__", "__ge__"))

    def __bool__(self) -> bool:
        return bool(_bottom(self))

    def __getattr__(self, name: str) -> Any:
        """`x.tanh()` and the other methods that a Value has; a label where none was given."""
        if name == "label":
            return ""
        if name in OPERATIONS and hasattr(Value, name):
            return partial(OPERATIONS[name], self)
        raise AttributeError(
            f"{name!r} is not available on the number that jvp passes to a function: it has .data, .label, "
            ".detach(), operators, and the methods that a Value has for operations"
        )

    @property
    def data(self) -> float:
        """The value alone, as a float."""
        bottom = _bottom(self)
        return bottom.data if isinstance(bottom, Value) else bottom

    def detach(self) -> "Dual":
        """The value alone, held still."""
        bottom = _bottom(self)
        return Dual(bottom.detach() if isinstance(bottom, Value) else bottom, None, self.level)

    def __float__(self) -> float:
        raise TypeError(
            "float(x), int(x) and math functions would forget the derivative: use autograd's own function "
            "(autograd.exp(x) instead of math.exp(x)), or x.data for the number alone"
        )

    __int__ = __float__

    def __format__(self, spec: str) -> str:
        return format(self.data, spec) if spec else repr(self)

    def __repr__(self) -> str:
        moving = "" if self.tangent is None else f" + {self.tangent!r}·ε{self.level}"
        return f"Dual({self.primal!r}{moving})"


def _bottom(number: Number) -> Number:
    """The float or Value inside a dual, however many levels down."""
    while isinstance(number, Dual):
        number = number.primal
    return number


@cache
def _fixed(row: Operation) -> frozenset[int]:
    """The arguments whose derivative is 0 by its formula, as the condition of `where` has: no movement passes."""
    return frozenset(i for i, d in enumerate(row.derivatives) if not callable(d) and d == 0.0)


def weighted_sum(terms: Iterable[tuple[Number, Number]]) -> Number:
    """Σ weight · number; 0.0 for no terms."""
    result = None
    for weight, number in terms:
        term = times(weight, number)
        result = term if result is None else result + term
    return 0.0 if result is None else result


# Duals as one more structure: the sweeps see the floats and Values inside ------------------------------
def parts(number: Number) -> list[Number]:
    """The floats and Values that a number is made of: itself, or those of the value and of the tangent of a dual."""
    if not isinstance(number, Dual):
        return [number]
    return [*parts(number.primal), *([] if number.tangent is None else parts(number.tangent))]


def join(number: Number, new_parts: Iterator[Number]) -> Number:
    """`number` with its parts replaced, in the order of `parts`."""
    if isinstance(number, Dual):
        primal = join(number.primal, new_parts)
        return Dual(primal, None if number.tangent is None else join(number.tangent, new_parts), number.level)
    return next(new_parts)


def lift(number: Number, tangent: Number, level: int) -> Dual:
    """`number` moving at the rate `tangent`; a rate of 0.0 is no movement, and stays out of every formula."""
    return Dual(number, None if type(tangent) is float and tangent == 0.0 else tangent, level)


def lower(number: Number, level: int) -> tuple[Number, Number]:
    """The value and the tangent of a result at `level`; what does not depend on the input has the tangent 0.0."""
    if isinstance(number, Dual) and number.level == level:
        return number.primal, 0.0 if number.tangent is None else number.tangent
    return number, 0.0
