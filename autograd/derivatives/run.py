"""One run of a function on copies of its arguments, and the derivatives read off its graph.

    numbers of the arguments  →  copies (Values)  →  f  →  outputs        then sweeps over the graph between the two

The copies keep levels apart. A plain number gets a fresh leaf; a Value gets a node of its own that leads to it; so a
derivative of f is a derivative towards these nodes and no others, whatever else f closes over. Leaves of the graph that
are not ours are the user's ("foreign"): where there are any, and a gradient that depends on them is wanted with its own
graph, the sweep runs on Values. Where there are none, nobody else can know the graph, and the engine's own fast loop
may use the `.grad` of its nodes.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from autograd.backprop import _chain_rule, ordered
from autograd.by_hand import one_at_a_time
from autograd.derivatives.dual import Dual, join, parts
from autograd.derivatives.sweeps import (
    Edges,
    constant,
    edges_of,
    local_floats,
    local_values,
    pull,
    push,
    reached,
    recording,
    remember_choices,
    times,
)
from autograd.modes import current_mode, made_here, made_in_derivatives
from autograd.numerics.numpys_loops import telling_of_loops
from autograd.numerics.real import described
from autograd.numerics.trees import Number, Tree, is_nested, leaves, map_numbers, rebuild
from autograd.system.choices import flag
from autograd.value import Value

Function = Callable[..., Any]
Argnums = int | Sequence[int]
Row = list[Number]  # the derivatives of one number towards every input


class Run:
    """What a function was given, the Values that stood for it (`copies`), and what it returned."""

    def __init__(self, inputs: Tree, what: str) -> None:
        self.inputs = inputs
        self.copies: list[Value] = []
        self.fresh: set[Value] = set()  # the copies of plain numbers: leaves, and nobody else's
        numbers = leaves(inputs, what)
        self.wants_values = any(isinstance(part, Value) for number in numbers for part in parts(number))
        self.tracked = [self._copy(number) for number in numbers]
        self.result: Tree = None
        self.outputs: list[Number] = []
        self.aux: Any = None

    def _copy(self, number: Number) -> Number:
        """A node of our own for `number`, tied to it if it is a Value; for a dual, one for the value at its bottom.

        The gradient of f at x + x′ε is (∇f)(x) + (∇f)′·x′ε = ∇(value of f) + ∇(tangent of f)ε, towards x alone.
        """
        if isinstance(number, Dual):
            return Dual(self._copy(number.primal), number.tangent, number.level)
        if isinstance(number, Value):
            own = number * 1.0
            own.label = number.label
        else:
            own = Value(number)
            self.fresh.add(own)
        self.copies.append(own)
        return own

    def one_output(self) -> list[Number]:
        """The result, which has to be a number, or an array of one."""
        if is_nested(self.result) and getattr(self.result, "size", 0) != 1:
            kind, shape = type(self.result).__name__, getattr(self.result, "shape", None)
            found = f"an array of shape {shape}" if shape else f"a {kind} of {len(self.result)}"
            raise TypeError(
                f"the function returned {found}, and this derivative needs one number. "
                "Use jacobian, vjp or elementwise_grad, or has_aux=True if it returns (number, anything)"
            )
        return self.outputs

    @contextmanager
    def scope(self) -> Iterator[None]:
        """While the outermost derivative runs, leaves made for a finished inner one are known to be nobody's."""
        if (around := made_here.get()) is not None:
            try:
                yield
            finally:
                around |= self.fresh
            return
        with made_in_derivatives():
            yield

    def foreign(self, graph_leaves: Iterable[Value]) -> list[Value]:
        """The leaves that are neither copies made for this run nor left over from inner derivatives."""
        left_over = made_here.get() or ()
        return [leaf for leaf in graph_leaves if leaf not in self.fresh and leaf not in left_over]

    def derivatives(self, outputs: Sequence[Number]) -> list[Row]:
        """A row for every number in `outputs`, of its derivatives towards every input."""
        pieces = [part for number in outputs for part in parts(number)]
        rows = iter(self._rows(pieces))
        return [self._joined(number, rows) for number in outputs]

    def _joined(self, number: Number, rows: Iterator[Row]) -> Row:
        """The next row; for a dual, the rows of its parts put together entry by entry."""
        if not isinstance(number, Dual):
            return next(rows)
        part_rows = [next(rows) for _ in parts(number)]
        return [join(number, iter(column)) for column in zip(*part_rows, strict=True)]

    def _rows(self, pieces: list[Number]) -> list[Row]:
        ends = _values_among(pieces)
        graph_leaves, interior = ordered(*ends) if ends else ([], [])
        foreign = self.foreign(graph_leaves)
        remember_choices(interior)
        report_backward(ends)
        if len(pieces) == len(ends) == 1 and not foreign:
            return [self.settled(_sweep_private(ends[0], graph_leaves, interior, self.copies))]
        with_graph = bool(foreign) and current_mode().grad
        edges = edges_of(interior, self.copies, local_values if with_graph else local_floats)
        rows = _sweep(edges, pieces, self.copies, *([times] if with_graph else []))
        flat = iter(self.settled([slope for row in rows for slope in row]))
        return [[next(flat) for _ in row] for row in rows]

    def settled(self, numbers: Row, extra: Iterable[Number] = ()) -> Row:
        """`numbers` as floats; all of them as Values if an argument was one or one of them depends on one."""
        kept: Row = self.kept(numbers)
        return as_values(kept) if self.wants_values or any_value((*kept, *extra)) else kept

    def kept(self, thing: Any) -> Any:
        """`thing`, with a float in the place of every Value that has no connection to a Value from outside."""
        inside: list[Number] = []
        map_numbers(lambda x: inside.extend(parts(x)), thing)
        outside: set[Value] = set()
        if (ends := _values_among(inside)) and current_mode().grad:
            graph_leaves, interior = ordered(*ends)
            outside = reached(interior, self.foreign(graph_leaves))

        def settled(part: Any) -> Any:
            return part.data if isinstance(part, Value) and part not in outside else part

        return map_numbers(lambda x: join(x, map(settled, parts(x))), thing)


@contextmanager
def running(f: Function, args: tuple[Any, ...], named: dict[str, Any], argnums: Argnums | None, has_aux: bool) -> Any:
    """Run `f` on copies of the selected arguments; the graph is there to be walked inside the `with`."""
    picked = _positions(f, args, argnums)
    inputs = args[picked] if isinstance(picked, int) else tuple(args[i] for i in picked)
    with recording():
        run = Run(
            inputs,
            f"argument {picked} of {name_of(f)}" if isinstance(picked, int) else f"arguments of {name_of(f)}",
        )
    with run.scope():
        with recording():
            tracked = rebuild(inputs, run.tracked)
            replaced = {picked: tracked} if isinstance(picked, int) else dict(zip(picked, tracked, strict=True))
            with telling_of_loops():
                result = f(*[replaced.get(i, arg) for i, arg in enumerate(args)], **named)
        run.result, run.aux = split(result, has_aux, f)
        run.outputs = leaves(run.result, result_of(f))
        yield run


def _sweep_private(root: Value, graph_leaves: list[Value], interior: list[Value], copies: list[Value]) -> Row:
    """One gradient of a graph that nobody else has: the engine's own loop, on the .grad of its nodes."""
    with one_at_a_time:  # a pullback may be called from several threads
        for node in (*graph_leaves, *interior, *copies):
            node.grad = 0.0
        root.grad = 1.0
        _chain_rule(interior)
        return [copy.grad for copy in copies]


def _sweep(edges: Edges, pieces: list[Number], copies: list[Value], *product: Any) -> list[Row]:
    """All derivatives: a forward sweep per input or a backward sweep per result, whichever are fewer."""
    if len(copies) < len(pieces):
        columns = [push(edges, {copy: 1.0}, *product) for copy in copies]
        return [[column.get(piece, 0.0) for column in columns] for piece in pieces]
    rows = []
    for piece in pieces:
        adjoint = pull(edges, piece, *product) if isinstance(piece, Value) else {}
        rows.append([adjoint.get(copy, 0.0) for copy in copies])
    return rows


# Small things that the derivatives share ------------------------------------------------------------------------------
def _positions(f: Function, args: tuple[Any, ...], argnums: Argnums | None) -> int | tuple[int, ...]:
    """`argnums` counted from the front; None is all of them."""
    if argnums is None:
        return tuple(range(len(args)))
    wanted: list[Any] = [*argnums] if isinstance(argnums, tuple | list) else [argnums]
    for i in wanted:
        if type(i) is not int:
            raise TypeError(f"argnums takes the position of an argument, an int, or a tuple of them, got {argnums!r}")
        if not -len(args) <= i < len(args):
            raise TypeError(f"argnums={argnums!r}, but {name_of(f)} was called with {len(args)} positional arguments")
    counted = tuple(i % len(args) for i in wanted)
    if len(set(counted)) < len(counted):
        raise TypeError(f"argnums={argnums!r} names an argument twice")
    return counted if isinstance(argnums, tuple | list) else counted[0]


def split(result: Any, has_aux: bool, f: Function) -> tuple[Any, Any]:
    """The result to differentiate, and what `f` returned beside it."""
    if not flag("has_aux", has_aux):
        return result, None
    if not isinstance(result, tuple) or len(result) != 2:
        raise TypeError(f"with has_aux=True, {name_of(f)} has to return a tuple (result, anything), got {result!r}")
    return result


def report_backward(ends: Iterable[Value]) -> None:
    """Tell who listens that a backward sweep from each of `ends` begins."""
    for listener in current_mode().listeners:
        for end in ends:
            listener.backward(end, 1.0)


def _values_among(numbers: Iterable[Number]) -> list[Value]:
    """The distinct Values, in order."""
    return list(dict.fromkeys(number for number in numbers if isinstance(number, Value)))


def as_values(numbers: Iterable[Number]) -> Row:
    return [constant(number) if type(number) is float else number for number in numbers]


def any_value(numbers: Iterable[Number]) -> bool:
    return any(isinstance(number, Value) for number in numbers)


def is_zero(number: Number) -> bool:
    """A plain 0.0: a direction nobody goes. (A Value of 0.0 may be differentiated, and stays.)"""
    return type(number) is float and number == 0.0


def needs_function(kind: str, f: Any) -> None:
    """TypeError if what `kind` was given is no function."""
    if not callable(f):
        raise TypeError(f"{kind}() takes a function, got {described(f)}. Of a Value: differentiate(y, x)")


def name_of(f: Function) -> str:
    return getattr(f, "__name__", None) or repr(f)


def result_of(f: Function) -> str:
    return f"the result of {name_of(f)}"
