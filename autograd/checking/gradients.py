"""Are the derivatives right? Compare them with central differences of the function itself.

    check_gradients(f, *args)             ∂f/∂x by reverse mode and by forward mode, against differences of f
    check_gradients(f, *args, order=2)    and ∂²f/∂x∂x, against differences of ∂f/∂x

The differences are extrapolated (differences.py), so the comparison is to about nine digits, where a single difference
with a fixed step allows three or four: a formula that is wrong by a factor of 1.0001 is caught.
"""

import inspect
import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

from autograd.derivatives.run import needs_function
from autograd.derivatives.transforms import jacobian, jvp, vjp
from autograd.modes import no_grad
from autograd.numerics.differences import Difference, central_difference, one_sided
from autograd.numerics.real import as_float, is_real
from autograd.numerics.trees import leaves, paths, rebuild
from autograd.system.choices import is_one_of
from autograd.value import Value

Matrix = Sequence[Sequence[float]]  # a row per result, a column per argument

_UNRESOLVED = 1e-9  # differences whose error is above this share of |f| / |x| decide nothing


class GradientCheckError(AssertionError):
    """A derivative that does not agree with the central differences, or that these could not decide."""


@dataclass(frozen=True, slots=True)
class Comparison:
    """One derivative: its name, how it was computed, its value, and what the differences say."""

    name: str
    method: str
    exact: float
    numeric: Difference
    entry: tuple[int, int]  # (number of the result, number of the argument)

    @property
    def relative_difference(self) -> float:
        """|exact − numeric| over the larger of the two; 0 if both are 0."""
        size = max(abs(self.exact), abs(self.numeric.value))
        return 0.0 if size == 0.0 else abs(self.exact - self.numeric.value) / size

    def agrees(self, rtol: float) -> bool:
        """Whether the two agree to `rtol`, or to what the differences can tell."""
        size = max(abs(self.exact), abs(self.numeric.value))
        return math.isfinite(size) and abs(self.exact - self.numeric.value) <= rtol * size + 2.0 * self.numeric.error

    def resolved(self, rtol: float) -> bool:
        """Whether the differences are good enough to have found an error."""
        return self.numeric.error <= max(1e3 * rtol * abs(self.exact), _UNRESOLVED * self.numeric.scale)


@dataclass(frozen=True)
class Report:
    """What a successful check has compared."""

    comparisons: list[Comparison]

    @property
    def worst(self) -> float:
        """The largest relative difference among derivatives that are not lost in the rounding of f."""
        sure = [c for c in self.comparisons if c.numeric.error <= 1e-9 * abs(c.exact)]
        return max((c.relative_difference for c in sure), default=0.0)

    def __repr__(self) -> str:
        return f"{len(self.comparisons)} derivatives agree; largest relative difference {self.worst:.1e}"


def check_gradients(
    f: Callable[..., Any],
    *args: Any,
    order: int = 1,
    rtol: float = 1e-9,
    methods: Sequence[str] = ("reverse", "forward"),
) -> Report:
    """Compare every derivative of `f` at `args` with extrapolated central differences; raise if one disagrees.

    `args` and the result of `f` are structures of numbers; `order` is 1 or 2; `methods` says which modes are checked.
    The return value says how many derivatives agreed, and how well.

    >>> from autograd import sin
    >>> check_gradients(lambda x, y: sin(x[0] * y) / x[1], [0.5, 2.0], 3.0, order=2)     # doctest: +ELLIPSIS
    15 derivatives agree; largest relative difference ...e-1...
    >>> from autograd import operation
    >>> @operation(lambda a, y: 1.0001 * 3.0 * a**2)
    ... def cube(a):
    ...     return a * a * a
    >>> check_gradients(lambda x: cube(x), 2.0)                                          # doctest: +ELLIPSIS
    Traceback (most recent call last):
        ...
    autograd.checking.gradients.GradientCheckError: d f / d x: reverse mode says 12.0012, central differences say ...

    Raises GradientCheckError, an AssertionError, naming the entry, both numbers and the step; TypeError or ValueError
    for arguments it cannot work with. A derivative that central differences cannot decide (f is not smooth or not
    defined around the point) is an error too, never a silent pass.
    """
    needs_function("check_gradients", f)
    _check_options(order, rtol, methods)
    flat = _Flat(f, args)
    numeric = flat.differences()
    comparisons = []
    for method in methods:
        exact = flat.reverse() if method == "reverse" else flat.forward()
        comparisons += flat.compare(f"{method} mode", flat.titles("d {} / d {}"), exact, numeric, rtol)
    if order == 2:
        comparisons += _second_order(f, args, flat, rtol)
    return Report(comparisons)


def _second_order(f: Callable[..., Any], args: tuple[Any, ...], flat: "_Flat", rtol: float) -> list[Comparison]:
    """Derivatives of the first derivatives, by reverse mode, against differences of the first derivatives.

    An f that knows a quicker way to those says so: they are asked for at some 40 steps of every argument.
    """
    gradient = _Flat(getattr(f, "first_derivatives", None) or jacobian(f, argnums=tuple(range(len(args)))), args)
    gradient.names = flat.names
    gradient.result_names = [title for row in flat.titles("d² {} / d {}") for title in row]
    titles = gradient.titles("{} d {}")
    return gradient.compare("the second derivative", titles, gradient.reverse(), gradient.differences(), rtol)


def _check_options(order: int, rtol: float, methods: Sequence[str]) -> None:
    if not is_one_of(order, (1, 2)):
        raise ValueError(f"order is 1 or 2, got {order!r:.60}")
    if not is_real(rtol) or isinstance(rtol, bool) or not 0.0 < as_float(rtol) < math.inf:
        raise ValueError(f"rtol is a relative tolerance above 0, got {rtol!r:.60}")
    listed = list(methods) if isinstance(methods, list | tuple | set | frozenset) else []
    if not listed or not all(is_one_of(method, ("reverse", "forward")) for method in listed):
        raise ValueError(f"methods are taken from 'reverse' and 'forward', got {methods!r:.60}")


# The function and its derivatives, flat: a list of numbers in, a list of numbers out --------------------------------
class _Flat:
    """`f` at `args`: the numbers of the arguments (`point`) and of the result, with a name for each."""

    def __init__(self, f: Callable[..., Any], args: tuple[Any, ...]) -> None:
        self.f = f
        self.args = args
        self.point = _floats(args, "args")
        self.all_single = all(isinstance(arg, float | int | Value) for arg in args)  # nothing to put together
        self.names = [
            path for name, arg in zip(_argument_names(f, args), args, strict=True) for path in paths(arg, name)
        ]
        result = self._call(self.point)
        self.values = _floats(result)
        self.result_names = paths(result, _result_name(f))

    def _call(self, point: Sequence[float]) -> Any:
        values = list(map(Value, point))
        with no_grad():
            return self.f(*(values if self.all_single else rebuild(self.args, values)))

    def titles(self, form: str) -> list[list[str]]:
        return [[form.format(y, x) for x in self.names] for y in self.result_names]

    def reverse(self) -> Matrix:
        """A row per result, each from one backward sweep."""
        value, pullback = vjp(self.f, *self.args)
        return [_floats(pullback(rebuild(value, _unit(i, self.values)))) for i in range(len(self.values))]

    def forward(self) -> Matrix:
        """A column per argument, each from one forward sweep."""
        directions = [rebuild(self.args, _unit(j, self.point)) for j in range(len(self.point))]
        columns = [_floats(jvp(self.f, self.args, direction)[1]) for direction in directions]
        return list(zip(*columns, strict=True))

    def along(self, j: int) -> Callable[[float], list[float]]:
        """The results as functions of argument number j alone."""
        return lambda t: _floats(self._call([*self.point[:j], t, *self.point[j + 1 :]]))

    def differences(self) -> list[list[Difference]]:
        """A row per result; `f` runs once for every argument and step."""
        rows: list[list[Difference]] = [[] for _ in self.values]
        for j, x in enumerate(self.point):
            moved = cache(self.along(j))
            for i, row in enumerate(rows):
                row.append(central_difference(lambda t, i=i, moved=moved: moved(t)[i], x))  # type: ignore[misc]
        return rows

    def compare(
        self, method: str, titles: list[list[str]], exact: Matrix, numeric: list[list[Difference]], rtol: float
    ) -> list[Comparison]:
        """One comparison per entry; GradientCheckError for the entry that is furthest off, if one is."""
        comparisons = [
            Comparison(titles[i][j], method, exact[i][j], numeric[i][j], (i, j))
            for i in range(len(self.values))
            for j in range(len(self.point))
        ]
        if failed := [c for c in comparisons if not c.agrees(rtol)] or [c for c in comparisons if not c.resolved(rtol)]:
            worst = max(failed, key=lambda c: -1.0 if math.isnan(c.relative_difference) else c.relative_difference)
            raise GradientCheckError(_message(worst, rtol) + self._hint(worst) + _count(failed, comparisons))
        return comparisons

    def _hint(self, c: Comparison) -> str:
        """What else is odd around the point."""
        i, j = c.entry
        if not c.numeric.step:  # f is not finite there, as the message says
            return ""
        left, right = one_sided(lambda t: self.along(j)(t)[i], self.point[j], c.numeric.step)
        if abs(left - right) > 0.1 * (abs(left) + abs(right)):
            return f" The slope is {left:.6g} to the left and {right:.6g} to the right: is this a kink?"
        return "" if c.resolved(1e-9) else " The differences are not sure themselves: is f smooth there?"


def _argument_names(f: Callable[..., Any], args: tuple[Any, ...]) -> list[str]:
    """The names of the parameters, where each takes one argument."""
    numbered = [f"args[{i}]" for i in range(len(args))]
    try:
        signature = inspect.signature(getattr(f, "forward", f))  # an operation's arguments are those of its forward
        names = list(signature.bind(*args).arguments)
    except (TypeError, ValueError):
        return numbered
    catch_all = any(signature.parameters[name].kind is inspect.Parameter.VAR_POSITIONAL for name in names)
    return numbered if catch_all else names


def _result_name(f: Callable[..., Any]) -> str:
    name = getattr(f, "__name__", "f")
    return name if name.isidentifier() else "f"


def _unit(i: int, like: Sequence[float]) -> list[float]:
    return [1.0 if k == i else 0.0 for k in range(len(like))]


def _floats(tree: Any, what: str = "the result") -> list[float]:
    return [x.data if isinstance(x, Value) else x for x in leaves(tree, what)]


def _message(c: Comparison, rtol: float) -> str:
    n = c.numeric
    says = (
        f"{n.value!r} ± {n.error:.1e} (step {n.step:.3g})" if n.step else "nothing: f is not finite around this point"
    )
    return (
        f"{c.name}: {c.method} says {c.exact!r}, central differences say {says}. "
        f"Relative difference {c.relative_difference:.2e}, allowed {rtol:.0e}."
    )


def _count(failed: list[Comparison], comparisons: list[Comparison]) -> str:
    return f" {len(failed)} of {len(comparisons)} derivatives fail." if len(failed) > 1 else ""
