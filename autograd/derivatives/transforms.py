"""Derivatives of functions, of any order.

    grad(f)               ∇f                        f returns one number
    value_and_grad(f)     (f, ∇f)
    jacobian(f)           ∂fᵢ/∂xⱼ                   f returns a structure of numbers
    hessian(f)            ∂²f/∂xᵢ∂xⱼ
    jvp(f, x, v)          (f(x), J·v)               forward mode: one sweep, no graph
    vjp(f, x)             (f(x), u ↦ uᵀ·J)          reverse mode
    hvp(f, x, v)          H·v                       forward over reverse: no matrix is formed
    differentiate(y, x)   ∂y/∂x                     of a Value that exists already

Names and argument order are those of JAX and HIPS autograd. Arguments and results are numbers or lists, tuples, dicts
and NumPy arrays of numbers, nested at will, and derivatives mirror them. Only the arguments that `argnums` selects are
looked at; the others, and keyword arguments, may be anything.

Arrays in, arrays out: a gradient has the shape of its array, a Jacobian the shape of the result and then that of the
argument, a Hessian that of the argument twice. Inside the function the entries of the array are Values, and NumPy works
on them as on numbers, so whatever takes functions of arrays takes these derivatives (`scipy.optimize.minimize(f, x,
jac=grad(f), hess=hessian(f))`):

>>> import numpy as np
>>> A = np.array([[2.0, 1.0], [1.0, 3.0]])
>>> energy = lambda x: np.sum(np.log1p(x**2)) + x @ A @ x
>>> x = np.array([1.0, 0.0])
>>> grad(energy)(x)
array([5., 2.])
>>> hessian(energy)(x)
array([[4., 2.],
       [2., 8.]])

Numbers in, numbers out. An answer that depends on a Value of yours, an argument or one that the function closes over
(the parameters of a model), is a Value with a graph of its own: it can be differentiated again, so a penalty on a
gradient can be trained. A Value made by hand inside the function counts as yours, too; a plain number does the same and
keeps the answer a number. Inside `no_grad()` no such graph is kept, and the answer is a number. The `.grad` of a Value
of yours is never touched.

>>> from autograd import Value, grad, no_grad
>>> w = Value(3.0, label="w")
>>> slope = grad(lambda x: w * x * x)(2.0)              # 2wx
>>> slope
Value(data=12.0, grad=0.0)
>>> (slope**2).backward()                               # a penalty 4w²x², towards w: 8wx²
>>> w.grad
96.0
>>> with no_grad():
...     grad(lambda x: w * x * x)(2.0)
12.0

How orders nest: a derivative runs its function on copies of the arguments, so a Value that an outer derivative is about
and the copy that an inner one is about are different nodes, and neither can be taken for the other.
"""

from collections.abc import Sequence
from typing import Any

from autograd.backprop import ordered
from autograd.derivatives.dual import Dual, lift, lower, new_level, weighted_sum
from autograd.derivatives.hessian_vector import adjoint_changes
from autograd.derivatives.run import (
    Argnums,
    Function,
    Row,
    Run,
    any_value,
    as_values,
    is_zero,
    name_of,
    needs_function,
    report_backward,
    result_of,
    running,
    split,
)
from autograd.derivatives.sweeps import edges_of, local_values, pull, recording, remember_choices, times
from autograd.modes import current_mode
from autograd.numerics.numpys_loops import telling_of_loops
from autograd.numerics.trees import Tree, leaves, leaves_like, map_numbers, outer, rebuild
from autograd.value import Value


# The functions ------------------------------------------------------------------------------------------------------
def grad(f: Function, argnums: Argnums = 0, has_aux: bool = False) -> Function:
    """The function x ↦ ∇f(x) = (∂f/∂x₁, …, ∂f/∂xₙ), shaped like x.

    `argnums` selects the argument by position; a tuple of positions gives a tuple of gradients. With `has_aux`, `f`
    returns (number, anything) and the result is (gradient, anything).

    >>> import autograd as np                 # as code written for HIPS autograd has `import autograd.numpy as np`
    >>> from autograd import grad
    >>> def tanh(x):
    ...     y = np.exp(-2.0 * x)
    ...     return (1.0 - y) / (1.0 + y)
    >>> round(grad(tanh)(1.0), 12)
    0.419974341614
    >>> grad(lambda p: p["a"] ** 2 * p["b"])({"a": 3.0, "b": 2.0})
    {'a': 12.0, 'b': 9.0}

    The result is a function, so it can be differentiated again. Newton's method for the minimum of f needs two orders:

    >>> f = lambda x: x**4 - 3 * x**3 + 2
    >>> x = 4.0
    >>> for _ in range(8):
    ...     x -= grad(f)(x) / grad(grad(f))(x)
    >>> round(x, 12)
    2.25

    and the Taylor coefficients of tanh at 0, f⁽ᵏ⁾(0)/k! = 0, 1, 0, −1/3, 0, 2/15, need five:

    >>> from fractions import Fraction
    >>> f, coefficients, factorial = np.tanh, [], 1
    >>> for k in range(1, 7):
    ...     coefficients.append(str(Fraction(f(0.0) / factorial).limit_denominator(1000)))
    ...     f, factorial = grad(f), factorial * k
    >>> coefficients
    ['0', '1', '0', '-1/3', '0', '2/15']

    An implicit function x(a) with g(x, a) = 0 has the derivative x′ = −(∂g/∂a)/(∂g/∂x); Kepler's equation
    x − a·sin x = 1 at a = 0.5:

    >>> g = lambda x, a: x - a * np.sin(x) - 1.0
    >>> x = 1.0
    >>> for _ in range(6):
    ...     x -= g(x, 0.5) / grad(g)(x, 0.5)
    >>> g_x, g_a = grad(g, argnums=(0, 1))(x, 0.5)
    >>> round(x, 12), round(-g_a / g_x, 12)
    (1.498701133518, 1.034667232373)

    Raises TypeError if `f` does not return one number, or if an argument is no structure of numbers.
    """

    def gradient(*args: Any, **named: Any) -> Any:
        with running(f, args, named, argnums, has_aux) as run:
            (slopes,) = run.derivatives(run.one_output())
            return _with_aux(has_aux, rebuild(run.inputs, slopes), run)

    return _named("grad", f, gradient)


def elementwise_grad(f: Function, argnums: Argnums = 0, has_aux: bool = False) -> Function:
    """The function x ↦ Σᵢ ∂fᵢ/∂x, shaped like x: of an f that works entry by entry, the slope at every entry.

    HIPS autograd's name; of a function that returns one number, the same as `grad`.

    >>> import numpy
    >>> elementwise_grad(lambda x: x**3)(numpy.array([1.0, 2.0, 3.0])).tolist()
    [3.0, 12.0, 27.0]
    """

    def slopes_of_sum(*args: Any, **named: Any) -> Any:
        with running(f, args, named, argnums, has_aux) as run:
            with recording():
                weighed = weighted_sum((1.0, y) for y in run.outputs)
            (slopes,) = run.derivatives([weighed])
            return _with_aux(has_aux, rebuild(run.inputs, slopes), run)

    return _named("elementwise_grad", f, slopes_of_sum)


def value_and_grad(f: Function, argnums: Argnums = 0, has_aux: bool = False) -> Function:
    """The function x ↦ (f(x), ∇f(x)), from one run of `f`. With `has_aux`, ((f(x), anything), ∇f(x)).

    A sensitivity analysis: the period of a pendulum, T = 2π·sqrt(L/g) in seconds, for a length of 1.2 ± 0.002 m where
    g = 9.81 ± 0.03 m/s². Every derivative has the unit of T over the unit of its argument; times an uncertainty, it is
    in seconds:

    >>> from autograd import sqrt
    >>> period = lambda length, g: 6.283185307179586 * sqrt(length / g)
    >>> T, (per_metre, per_g) = value_and_grad(period, argnums=(0, 1))(1.2, 9.81)
    >>> f"T = {T:.4f} s, dT/dL = {per_metre:.4f} s/m, dT/dg = {per_g:.4f} s/(m/s²)"
    'T = 2.1975 s, dT/dL = 0.9156 s/m, dT/dg = -0.1120 s/(m/s²)'
    >>> f"from L: {abs(per_metre) * 0.002:.4f} s, from g: {abs(per_g) * 0.03:.4f} s"
    'from L: 0.0018 s, from g: 0.0034 s'
    """

    def value_and_gradient(*args: Any, **named: Any) -> Any:
        with running(f, args, named, argnums, has_aux) as run:
            output = run.one_output()
            (slopes,) = run.derivatives(output)
            value = rebuild(run.result, run.settled(output))
            return (value, run.kept(run.aux)) if has_aux else value, rebuild(run.inputs, slopes)

    return _named("value_and_grad", f, value_and_gradient)


def jacobian(f: Function, argnums: Argnums = 0, has_aux: bool = False) -> Function:
    """The function x ↦ J with J[i][j] = ∂fᵢ/∂xⱼ: shaped like the result of `f`, with the shape of x in every place.

    `f` runs once; then one forward sweep per number in x, or one backward sweep per number in the result, whichever are
    fewer.

    >>> polar = lambda p: [p["r"] * cos(p["phi"]), p["r"] * sin(p["phi"])]
    >>> from autograd import cos, sin
    >>> jacobian(polar)({"r": 2.0, "phi": 0.0})
    [{'r': 1.0, 'phi': -0.0}, {'r': 0.0, 'phi': 2.0}]
    """

    def matrix(*args: Any, **named: Any) -> Any:
        with running(f, args, named, argnums, has_aux) as run:
            return _with_aux(has_aux, outer(run.result, run.inputs, run.derivatives(run.outputs)), run)

    return _named("jacobian", f, matrix)


def hessian(f: Function, argnums: Argnums = 0, has_aux: bool = False) -> Function:
    """The function x ↦ H with H[i][j] = ∂²f/∂xᵢ∂xⱼ: the shape of x, with the shape of x in every place.

    Rosenbrock's valley (H. H. Rosenbrock, The Computer Journal 3 (1960) 175), at its minimum:

    >>> rosenbrock = lambda x: 100 * (x[1] - x[0] ** 2) ** 2 + (1 - x[0]) ** 2
    >>> hessian(rosenbrock)([1.0, 1.0])
    [[802.0, -400.0], [-400.0, 200.0]]
    """
    return _named("hessian", f, jacobian(jacobian(f, argnums, has_aux), argnums, has_aux))


def jvp(f: Function, args: Sequence[Any], tangents: Sequence[Any], has_aux: bool = False) -> Any:
    """(f(x), J·v): the value, and its rate of change as the arguments x change at the rates v. Forward mode.

    `args` and `tangents` are tuples with one entry for each argument of `f`, of the same shape. With `has_aux`, `f`
    returns (result, anything) and the answer is (f(x), J·v, anything). Inside `f`, no_grad() does not stop a rate of
    change, which needs no graph; detach() does.

    >>> jvp(lambda x, y: x * y, (3.0, 4.0), (1.0, 0.5))
    (12.0, 5.5)
    """
    needs_function("jvp", f)
    numbers, rates, level = *_point_and_direction(f, args, tangents, "tangents"), new_level()
    moving = [lift(x, v, level) for x, v in zip(numbers, rates, strict=True)]
    with telling_of_loops():
        result, aux = split(f(*rebuild(args, moving)), has_aux, f)
    lowered = [lower(y, level) for y in leaves(result, result_of(f))]
    values, slopes = ([pair[i] for pair in lowered] for i in (0, 1))
    if any_value((*numbers, *rates)) or (current_mode().grad and any_value((*values, *slopes))):
        values, slopes = as_values(values), as_values(slopes)
    else:
        values, slopes = ([x.data if isinstance(x, Value) else x for x in row] for row in (values, slopes))
    answer = rebuild(result, values), rebuild(result, slopes)
    return (*answer, map_numbers(lambda a: lower(a, level)[0], aux)) if has_aux else answer


def vjp(f: Function, *args: Any, has_aux: bool = False) -> Any:
    """(f(x), pullback) with pullback(u) = uᵀ·J: a tuple with one entry for each argument, shaped like it.

    u is shaped like f(x). The pullback can be called many times, `f` runs once. With `has_aux`, `f` returns
    (result, anything) and the answer is (f(x), pullback, anything).

    >>> value, pullback = vjp(lambda x, y: [x * y, x + y], 3.0, 4.0)
    >>> value, pullback([1.0, 0.0]), pullback([0.0, 1.0])
    ([12.0, 7.0], (4.0, 3.0), (1.0, 1.0))
    """
    needs_function("vjp", f)
    with running(f, args, {}, None, has_aux) as run:
        value = rebuild(run.result, run.settled(run.outputs))

    def pullback(cotangent: Any) -> Any:
        weights = leaves_like(run.result, cotangent, "the cotangent")
        with run.scope(), recording():
            weighed = weighted_sum((w, y) for w, y in zip(weights, run.outputs, strict=True) if not is_zero(w))
        with run.scope():
            (slopes,) = run.derivatives([weighed])
            return rebuild(run.inputs, as_values(slopes) if any_value(weights) else slopes)

    return (value, pullback, run.kept(run.aux)) if has_aux else (value, pullback)


def hvp(f: Function, args: Sequence[Any], vectors: Sequence[Any], has_aux: bool = False) -> Any:
    """H·v, the second derivatives of `f` times a vector: how ∇f(x) changes as x changes at the rates v; shaped like x.

    `args` and `vectors` are tuples with one entry for each argument of `f`, of the same shape, and so is the answer.
    Forward over reverse (B. A. Pearlmutter, Neural Computation 6 (1994) 147): `f` is recorded once, the rates go
    forward along the recorded graph, and one backward sweep carries the adjoints and how they change. The work is a
    small multiple of that for one gradient, whatever the number of arguments. With `has_aux`, `f` returns
    (number, anything) and the answer is (H·v, anything).

    >>> hvp(lambda x, y: x**3 * y, (2.0, 1.0), (1.0, 0.0))
    (12.0, 12.0)
    """
    needs_function("hvp", f)
    numbers, rates = _point_and_direction(f, args, vectors, "vectors")
    with running(f, tuple(args), {}, None, has_aux) as run:
        (output,) = run.one_output()
        if any(isinstance(number, Dual) for number in (output, *numbers)):  # inside a forward derivative
            return _composed_hvp(f, args, vectors, has_aux)
        changes = run.settled(adjoint_changes(run, output, rates), extra=rates)
        return _with_aux(has_aux, rebuild(args, changes), run)


def differentiate(y: Value, wrt: Tree) -> Tree:
    """∂y/∂x for every Value x in `wrt`, as Values that can be differentiated again; shaped like `wrt`.

    y exists already; x may be any Value, also an intermediate result. Where y does not depend on x, the answer is 0.0.

    >>> from autograd import Value
    >>> x = Value(2.0)
    >>> y = x**3
    >>> slope = differentiate(y, x)                     # 3x²
    >>> slope.data, differentiate(slope, x).data        # 6x
    (12.0, 12.0)

    Raises TypeError if `y` or something in `wrt` is no Value, and RuntimeError if the data of an operand was changed
    since y was computed.
    """
    if not isinstance(y, Value):
        raise TypeError(f"differentiate() starts from a Value, got {type(y).__name__} {y!r}")
    targets = leaves(wrt, "wrt")
    for x in targets:
        if not isinstance(x, Value):
            raise TypeError(f"differentiate() needs Values in wrt, got {type(x).__name__} {x!r}")
    report_backward([y])
    _, interior = ordered(y)
    remember_choices(interior)
    adjoint = pull(edges_of(interior, targets, local_values), y, times)
    return rebuild(wrt, as_values([adjoint.get(x, 0.0) for x in targets]))


def _composed_hvp(f: Function, args: Sequence[Any], vectors: Sequence[Any], has_aux: bool) -> Any:
    """hvp as the definition has it, the forward derivative of the gradient: at any depth inside other derivatives."""
    gradient = grad(f, argnums=tuple(range(len(args))), has_aux=has_aux)
    _, change, *aux = jvp(gradient, args, vectors, has_aux)
    change = rebuild(args, leaves(change, "the Hessian-vector product"))
    return (change, *aux) if has_aux else change


def _point_and_direction(f: Function, args: Any, direction: Any, what: str) -> tuple[Row, Row]:
    """The numbers of `args` and those of `direction`, checked against each other."""
    for given, name in ((args, "args"), (direction, what)):
        if not isinstance(given, tuple | list):
            raise TypeError(f"{name} should be a tuple with one entry for each argument of {name_of(f)}, got {given!r}")
    numbers = leaves(args, f"args of {name_of(f)}")
    return numbers, leaves_like(args, direction, what)


def _with_aux(has_aux: bool, answer: Any, run: Run) -> Any:
    return (answer, run.kept(run.aux)) if has_aux else answer


def _named(kind: str, f: Function, derivative: Function) -> Function:
    """`derivative` with a name for tracebacks; TypeError, at once, if `f` is no function."""
    needs_function(kind, f)
    derivative.__name__ = derivative.__qualname__ = f"{kind}({name_of(f)})"
    return derivative
