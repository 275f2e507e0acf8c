"""A recorded program as a Python module of its own that needs `math` and nothing else.

The functions of floats.py that the program calls are written out with it, and those that they call; that file is
kept free of anything that would prevent it.
"""

import inspect
import math
from collections.abc import Iterable, Iterator
from types import CodeType, FunctionType
from typing import Any

from autograd.numerics import floats
from autograd.ops import Operation, table_name
from autograd.programs.kinds import Work
from autograd.programs.source.naming import candidate
from autograd.programs.source.python import SHORT, Writer
from autograd.programs.tape import sum_terms
from autograd.value import Value

HEADER = '''"""{name}, recorded and written out by glassgrad. Needs only the standard library.

`value` is the function; `gradients` returns it with the tuple of its derivatives towards all arguments and parameters.
PARAMETERS holds the parameters as they were when this file was written; pass others as the last argument.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from math import inf, nan
'''
BRANCH = '''
class BranchTaken(Exception):
    """A comparison came out differently than while recording: this module holds the one path that was recorded."""

'''


def called_rows(writer: Writer) -> dict[str, Operation]:
    """The rows that generated source calls as functions, by the name it calls them."""
    written_out = {*SHORT, "add", "sub", "mul", "neg", "softmax_entry"}
    rows = {i.row for i in writer.work.steps if sum_terms(i) is None and table_name(i.row) not in written_out}
    return {writer.functions[row]: row for row in sorted(rows, key=lambda row: writer.functions[row])}


def definitions(rows: dict[str, Operation], softmax: bool) -> Iterator[str]:
    """Python text that defines what `rows` are called by. ValueError for a row whose source cannot be written out."""
    forwards: list[Any] = [row.forward for row in rows.values()] + [floats.softmax] * softmax
    names: dict[str, Any] = {}
    for forward in forwards:
        for name, thing in reached(forward):
            names.setdefault(name, thing)
    for name, thing in names.items():
        if not isinstance(thing, FunctionType):
            yield f"{name} = {thing!r}".replace("= inf", "= math.inf").replace("= nan", "= math.nan")
    for thing in names.values():
        if isinstance(thing, FunctionType):
            yield "\n" + inspect.getsource(thing).rstrip()
    for name, row in rows.items():
        yield from _alias(name, row)


def _alias(name: str, row: Operation) -> Iterator[str]:
    """`tanh = math.tanh` for rows whose forward function has another name or comes from `math`."""
    forward = row.forward
    if not table_name(row):
        raise ValueError(f"the operation {row.name} is your own: it cannot be written into a module of its own")
    if getattr(math, forward.__name__, None) is forward:
        yield f"{name} = math.{forward.__name__}"
    elif forward.__name__ != name:
        yield f"{name} = {forward.__name__}"


def reached(function: Any, seen: frozenset[Any] = frozenset()) -> Iterator[tuple[str, Any]]:
    """What a function of floats.py needs from that file, and what those need; itself last."""
    if getattr(function, "__module__", "") != floats.__name__ or function in seen:
        return
    for name in _global_names(function.__code__):
        thing = vars(floats).get(name)
        if isinstance(thing, FunctionType):
            yield from reached(thing, seen | {function})
        elif isinstance(thing, float | tuple | range):
            yield name, thing
    yield function.__name__, function


def _global_names(code: CodeType) -> Iterator[str]:
    yield from code.co_names
    for constant in code.co_consts:
        if isinstance(constant, CodeType):  # generators and comprehensions
            yield from _global_names(constant)


def module(name: str, parameters: Iterable[Value], works: Iterable[Work]) -> str:
    """The text of the module: a function for each of the `works` of a path, and its parameters."""
    rows: dict[str, Operation] = {}
    sources = []
    for work in works:
        writer = Writer(work, careful=True)
        rows |= called_rows(writer)
        sources.append(writer.written().replace("parameters):", "parameters=PARAMETERS):", 1))
    numbers = ", ".join(repr(p.data) for p in parameters)
    softmax = any(" = softmax(" in source for source in sources)
    parts = [HEADER.format(name=candidate(name) or "program"), *definitions(rows, softmax)]
    parts.append(f"PARAMETERS = [{numbers}]\n")
    if any("BranchTaken" in source for source in sources):
        parts.append(BRANCH)
    return "\n".join([*parts, *sources]).replace("\n\n\n\n", "\n\n\n")
