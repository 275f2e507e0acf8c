"""One node for many operands: what a loop over + and * would build, in one step and with one rounding.

A neuron's w·x + b is one node with 2n + 1 operands instead of 2n nodes, which is where `nn` gets its speed. Sums are
correctly rounded (math.fsum), whatever their order. Every function also works on plain floats and returns a float then.
"""

from collections.abc import Iterable, Sequence
from math import fsum
from operator import mul
from typing import TYPE_CHECKING, Any

from autograd import ops
from autograd.modes import RESULT, UNUSUAL, current_mode
from autograd.native import extension
from autograd.numerics import floats
from autograd.numerics.object_arrays import is_array
from autograd.numerics.real import applies_rows, as_float, described
from autograd.ops import OPERATIONS
from autograd.value import Value, _new, _node, make

_USUAL = {Value, float}
Value._number = Value.data  # type: ignore[attr-defined]  # who has a _number is a Value; a .data others have as well


def total(xs: Iterable[Any]) -> Any:
    """x₁ + … + xₙ; 0.0 for no terms."""
    return _made(ops.total, terms) if (terms := _terms("total", xs)) else 0.0


def mean(xs: Iterable[Any]) -> Any:
    """(x₁ + … + xₙ) / n. ValueError for no terms."""
    return _made(ops.mean, _terms("mean", xs, needed=True))


def sum_of_squares(xs: Iterable[Any]) -> Any:
    """x₁² + … + xₙ²; 0.0 for no terms."""
    return _made(ops.sum_of_squares, terms) if (terms := _terms("sum_of_squares", xs)) else 0.0


def logsumexp(xs: Iterable[Any]) -> Any:
    """ln(e^x₁ + … + e^xₙ), without overflow. ValueError for no terms."""
    return _made(ops.logsumexp, _terms("logsumexp", xs, needed=True))


def dot(ws: Sequence[Any], xs: Sequence[Any], bias: Any = 0.0) -> Any:
    """w₁x₁ + … + wₙxₙ + bias. ValueError if `ws` and `xs` differ in length.

    >>> w, x = [Value(2.0), Value(-1.0)], [3.0, 4.0]
    >>> dot(w, x, bias=0.5)
    Value(data=2.5, grad=0.0)
    """
    row: Any = xs
    if type(row) is not list and is_array(row) and row.ndim == 1:  # NumPy's numbers one by one are slow
        return dot(ws, row.tolist(), bias)
    if UNUSUAL and current_mode().grad:
        return _dot_of_terms(ws, xs, bias)
    plain_bias = type(bias) is float
    try:  # a neuron: its weights are Values, its inputs all Values or all floats
        plain_inputs = type(xs[0]) is float
        w = [v._number for v in ws]
        x: Any = xs if plain_inputs else [v._number for v in xs]
        products = list(map(mul, w, x))
        products.append(bias if plain_bias else bias._number)
        y = fsum(products)
        known = type(sum(products, 0.0)) is float  # data may be numbers of another library; not that sum
    except (AttributeError, TypeError, LookupError, ValueError, OverflowError):
        known = False
    if not known or len(w) != len(x) or (plain_inputs and set(map(type, x)) != {float}):
        return _dot_of_terms(ws, xs, bias)
    if UNUSUAL:
        return _node(type(ws[0]), None, y, RESULT, None, None, None)
    node: Any = _new(type(ws[0]))  # _node(...) written out, as operators do: a fused network has few nodes beside these
    node.data = y
    node.grad = 0.0
    node.op = ops.dot
    node._d_right = None
    if plain_inputs:
        node._left, node._d_left = ((*ws,), (*x,)) if plain_bias else ((*ws, bias), (*x, 1.0))
        node._right = (*ws, *xs, bias)
    elif plain_bias:
        node._left, node._d_left = (*ws, *xs), tuple(x + w)
        node._right = bias
    else:
        node._left, node._d_left = (*ws, *xs, bias), (*x, *w, 1.0)
        node._right = node._left
    return node


def _dot_of_terms(ws: Sequence[Any], xs: Sequence[Any], bias: Any) -> Any:
    """The same of whatever can be multiplied, the way that every row takes."""
    try:
        n, m = len(ws), len(xs)
    except TypeError:
        given = f"{described(ws)} and {described(xs)}"
        raise TypeError(f"dot() takes a list of weights and a list of inputs, got {given}") from None
    if n != m:
        raise ValueError(f"dot() needs as many weights as inputs, got {n} and {m}")
    return ops.dot(*_terms("dot", (*ws, *xs, bias)))


def softmax(xs: Iterable[Any]) -> list[Any]:
    """[e^xᵢ / (e^x₁ + … + e^xₙ) for every i], one node per entry. ValueError for no terms."""
    terms = _terms("softmax", xs, needed=True)
    kinds = set(map(type, terms))
    if not kinds <= _USUAL:
        return ops.softmax(terms)
    data = [x.data if type(x) is Value else x for x in terms]
    p = floats.softmax(data)
    if Value not in kinds:
        return p
    if UNUSUAL and not current_mode().grad:
        return [_node(Value, None, y, RESULT, None, None, None) for y in p]
    row, slopes = ops.softmax_entry, ops.softmax_slopes_of_floats  # from the probabilities that all entries share
    if UNUSUAL or float in kinds:
        return [make(row, (float(i), *terms), [float(i), *data], y, (0.0, *slopes(i, p))) for i, y in enumerate(p)]
    return [_node(Value, row, y, terms, (*slopes(i, p),), (float(i), *terms), None) for i, y in enumerate(p)]


def cross_entropy(logits: Iterable[Any], target: int) -> Any:
    """−ln softmax(logits)[target], from logits, never from probabilities: no digit is lost near 0, no overflow.

    `target` is the index of the true class; ValueError if there is no such class.
    """
    terms = _terms("cross_entropy", logits, needed=True)
    try:
        index = None if isinstance(target, bool) else target.__index__()
    except (AttributeError, TypeError):  # an array of several numbers has an __index__, too
        index = None
    if index is None:
        raise TypeError(f"cross_entropy() takes the index of the true class, an int, got {target!r}")
    if not 0 <= index < len(terms):
        raise ValueError(f"cross_entropy() got class {target} of {len(terms)} classes, 0 to {len(terms) - 1}")
    return _made(ops.cross_entropy, terms, (float(index),))


def _terms(name: str, xs: Iterable[Any], needed: bool = False) -> tuple[Any, ...]:
    """The terms as Values, floats, or strangers that know how to apply an operation."""
    if isinstance(xs, Value) or not isinstance(xs, Iterable) or getattr(xs, "shape", None) == ():
        raise TypeError(f"{name}() takes a list of Values and numbers, got {type(xs).__name__} {xs!r}")
    terms = tuple(xs)
    if not set(map(type, terms)) <= _USUAL:
        terms = tuple(x if applies_rows(x) else as_float(x) for x in terms)
    if needed and not terms:
        raise ValueError(f"{name}() of no terms is not defined")
    return terms


def _made(row: ops.Operation, terms: tuple[Any, ...], before: tuple[float, ...] = ()) -> Any:
    """row(*before, *terms); where all terms are Values, as mostly, without asking each what to do with it."""
    operands = (*before, *terms)
    if UNUSUAL or set(map(type, terms)) != {Value}:
        return row(*operands)
    args = [*before, *[x.data for x in terms]]
    y = as_float(row.forward(*args))
    return _node(Value, row, y, terms, row.local_grads(args, y)[len(before) :], operands, None)


# The same functions, which begin in C where that was compiled and come back here for whatever is unusual
if not TYPE_CHECKING and extension is not None:
    _in_python = {f.__name__: f for f in (dot, total, mean, sum_of_squares, logsumexp, softmax, cross_entropy)}
    _arguments = dict.fromkeys(_in_python, "xs") | {"dot": "ws, xs, bias=0.0", "cross_entropy": "logits, target"}
    extension.use(OPERATIONS, {}, {}, _in_python)
    globals().update(extension.lists({n: f"{n}({_arguments[n]})\n--\n\n{f.__doc__}" for n, f in _in_python.items()}))
