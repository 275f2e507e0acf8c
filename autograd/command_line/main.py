"""`python -m autograd`: the value and the derivatives of a formula, in a terminal.

$ python -m autograd "x * y + sin(x)" x=2 y=-3
x * y + sin(x) = -5.090702573174318

∂/∂x = -3.4161468365471424
∂/∂y = 2.0
"""

from __future__ import annotations

import argparse
import inspect
import keyword
import math
import re
import sys
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import autograd
from autograd.backprop import topological_order
from autograd.command_line.formula import MAX_LENGTH, Expression, ExpressionError, parse
from autograd.drawing.layout.graphviz import LayoutError
from autograd.modes import current_mode
from autograd.system.terminal import Parser, complain, drop_output, manners
from autograd.value import Value
from autograd.view.notation import formula, number

if TYPE_CHECKING:
    from autograd.drawing.figure import Drawing
    from autograd.explaining.stepper import Stepper

DESCRIPTION = "The value of a formula and its derivatives with respect to every name in it."
EPILOG = """\
The formula has numbers, names, + - * / **, comparisons, brackets and glassgrad's functions
(tanh, exp, log, relu, where, ...; autograd.ops lists them); pi (or π), tau, e, inf and nan are known.

  %(prog)s "tanh(x1*w1 + x2*w2 + b)" x1=2 w1=-3 x2=0 w2=1 b=6.8813735870195432
  %(prog)s "x**3 - 2*x" x=1.5 --hessian --check
  %(prog)s "-a*b + a" a=2 b=-3 -o step.html

Exit status: 0; 1 when --check finds a disagreement or a file cannot be made; 2 for input that cannot be read.
"""
SUFFIXES = (".svg", ".png", ".pdf", ".dot", ".html")
LONG_OPTION = re.compile(r"--[a-z-]*(=.*)?")
LONG_OPTIONS = re.compile(r"--(help|version|hessian|tree|steps|check|open|animate)?")
NAME = re.compile(r"[^\W\d]\w*")
ASSIGNMENT = re.compile(rf"\s*{NAME.pattern}=")


class UsageError(Exception):
    """Something on the command line cannot be understood; the message says what, and what to do."""


class CheckFailed(Exception):
    """The derivatives do not agree with numerical ones; the message says which."""


def main(arguments: Sequence[str] | None = None, program: str = "python -m autograd") -> int:
    """Run the command line, which was called as `program`; returns the exit status."""
    try:
        with manners():
            given = _protected(sys.argv[1:] if arguments is None else arguments)
            _run(_parser(program).parse_intermixed_args(given))  # x*y --check x=2
    except (UsageError, ExpressionError) as error:
        complain(f"error: {error}")
        return 2
    except (CheckFailed, LayoutError, ImportError, ValueError, OSError) as error:
        if not isinstance(error, BrokenPipeError):  # a reader that has seen enough, as `head` has, is no error
            complain(f"error: {error}")
        drop_output()
        return 1
    return 0


def _parser(program: str) -> argparse.ArgumentParser:
    parser = Parser(
        prog=program,
        description=DESCRIPTION,
        epilog=EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
        allow_abbrev=False,
    )
    parser.add_argument(
        "--version", action="version", version=f"glassgrad {autograd.__version__}, engine {autograd.engine}"
    )
    parser.add_argument("formula", help="what to compute, in quotes")
    values = "a value for every name: x=2 y=-1.5"
    parser.add_argument("values", nargs="*", default=[], metavar="name=value", help=values)
    parser.add_argument("--hessian", action="store_true", help="print the second derivatives too")
    parser.add_argument("--tree", action="store_true", help="print the graph as a text tree")
    parser.add_argument("--steps", action="store_true", help="print the forward and backward pass step by step")
    parser.add_argument("--check", action="store_true", help="compare the derivatives with numerical ones")
    files = "write a drawing (.svg .png .pdf .dot) or a stepper (.html)"
    parser.add_argument("-o", dest="output", metavar="FILE", type=_as_given, help=files)
    parser.add_argument("--open", action="store_true", help="open the stepper in a browser")
    parser.add_argument("--animate", action="store_true", help="with -o FILE.svg: a drawing that plays the steps")
    return parser


def _protected(arguments: Sequence[str]) -> list[str]:
    """The arguments with a space before a formula such as -x**2, which argparse would take for an option."""

    others = any(not argument.startswith("-") and not ASSIGNMENT.match(argument) for argument in arguments)

    def is_formula(argument: str) -> bool:  # --x is one where there is no other
        option = argument in ("-o", "-h") or LONG_OPTIONS.fullmatch(argument)
        return argument.startswith("-") and not option and not (others and LONG_OPTION.fullmatch(argument))

    return [f" {argument}" if is_formula(argument) else argument for argument in arguments]


def _as_given(name: str) -> str:
    """The name of a file without what _protected put before it: -v1.svg."""
    return name.removeprefix(" ") if name.startswith(" -") else name


def _run(options: argparse.Namespace) -> None:
    _check_output(options)
    text, assignments = _sorted_out(options.formula.strip(), options.values)
    given = _given_values(assignments)
    expression = parse(text, given=tuple(given))
    _check_names(expression, given)
    leaves = [Value(given[name], label=name) for name in expression.names]
    result = _evaluate(expression, leaves)
    _print_first_order(text, result, leaves)
    if not all(map(math.isfinite, (result.data, *(leaf.grad for leaf in leaves)))):
        _print_where_it_comes_from(expression, leaves)
    if options.hessian:
        _print_hessian(expression, leaves)
    if options.tree:
        print(f"\n{_drawing(result).text()}")
    if options.steps:
        print(f"\n{_stepper(result).text()}")
    if options.check:
        _check(expression, leaves, options.hessian)
    if options.output:
        _write(result, options.output, options.animate)
    if options.open:
        _stepper(result).show()


# Reading -----------------------------------------------------------------------------------------------------------


def _check_output(options: argparse.Namespace) -> None:
    suffix = Path(options.output or "").suffix.lower()
    if options.output is not None and suffix not in SUFFIXES:
        raise UsageError(f"-o writes files that end in {', '.join(SUFFIXES)}; got {options.output!r}")
    if options.animate and suffix != ".svg":
        raise UsageError("--animate needs -o FILE.svg")


def _sorted_out(formula: str, values: Sequence[str]) -> tuple[str, Sequence[str]]:
    """The formula and the values, where one value has been written before the formula too."""
    others = [text for text in values if not ASSIGNMENT.match(text)]
    if ASSIGNMENT.match(formula) and values:
        if len(others) == 1:
            return others[0].strip(), [formula, *(text for text in values if text is not others[0])]
        if not others:
            raise UsageError(f'there is no formula, only values: write it before them, in quotes: "2*x" {formula}')
    return formula, values


def _given_values(assignments: Sequence[str]) -> dict[str, float]:
    """{"x": 2.0} from "x=2"; a value may be a formula of numbers such as pi/4."""
    given: dict[str, float] = {}
    for assignment in assignments:
        name, equals, text = assignment.partition("=")
        if not equals or not NAME.fullmatch(name):
            raise UsageError(f"expected name=value, got {assignment.strip()!r}; the formula goes in quotes")
        if name in given:
            raise UsageError(f"{name} is given twice")
        try:
            expression = parse(text)
        except ExpressionError as error:
            raise UsageError(f"the value of {name}: {error}") from error
        if expression.names:
            raise UsageError(f"the value of {name} must be a number, got {text!r}")
        given[name] = float(expression())
    return given


def _check_names(expression: Expression, given: dict[str, float]) -> None:
    missing = [name for name in expression.names if name not in given]
    if missing:
        column = expression.columns[expression.names.index(missing[0])]
        values = " ".join(f"{name}=..." for name in missing)
        raise ExpressionError(f"{missing[0]} has no value: add {values}", expression.text, column)
    unused = [name for name in given if name not in expression.names]
    if unused:
        raise UsageError(f"{', '.join(unused)} is not in the formula {expression.text!r}")


def _evaluate(expression: Expression, leaves: Sequence[Value]) -> Value:
    """The formula's result as a Value with a name of its own."""
    result = expression(*leaves)
    if not isinstance(result, Value):
        result = Value(result)  # no name in the formula, or none that matters: x > 0
    if not result.label:
        result.label = next(name for name in ("y", "out", "result", "f(...)") if name not in expression.names)
    return result


# Answering ---------------------------------------------------------------------------------------------------------


def _print_first_order(text: str, result: Value, leaves: Sequence[Value]) -> None:
    print(f"{text} = {result.data!r}")
    if leaves:
        print()
        result.backward()
    width = max((len(leaf.label) for leaf in leaves), default=0)
    for leaf in leaves:
        print(f"∂/∂{leaf.label:{width}} = {leaf.grad!r}")


def _print_where_it_comes_from(expression: Expression, leaves: Sequence[Value]) -> None:
    """One line about the first operation, in the order they are run, that makes inf or nan of other numbers."""
    program = (i._replace(operand=Value(i.operand)) if i.kind == "number" else i for i in expression.program)
    result = replace(expression, program=tuple(program))(*leaves)  # numbers as nodes too, to be shown
    for node in topological_order(result) if isinstance(result, Value) else ():
        numbers = [float(getattr(operand, "data", operand)) for operand in node.operands]
        if node.op is None or any(map(math.isnan, numbers)):
            continue
        written = formula(node, [number(x, ".12g") for x in numbers])
        if math.isnan(node.data):
            print(f"\nnote: {written} is nan: it has no value among the real numbers")
        elif math.isinf(node.data) and all(map(math.isfinite, numbers)):
            print(f"\nnote: {written} is {node.data}: a pole, or beyond ±1.8e308, where floats end")
        elif not all(map(math.isfinite, node.local_grads)) and all(map(math.isfinite, numbers)):
            print(f"\nnote: {written} has no finite slope there: {', '.join(map(str, node.local_grads))}")
        else:
            continue
        return


def _print_hessian(expression: Expression, leaves: Sequence[Value]) -> None:
    from autograd.derivatives.transforms import hessian

    names = expression.names
    if not names:
        return
    rows: Any = hessian(lambda point: expression(*point))([leaf.data for leaf in leaves])
    seconds = {
        f"∂{names[i]}²" if i == j else f"∂{names[i]}∂{names[j]}": rows[i][j]
        for i in range(len(names))
        for j in range(i, len(names))
    }
    print()
    width = max(map(len, seconds))
    for by, second in seconds.items():
        print(f"∂²/{by:{width}} = {second!r}")


class _Checked:
    """The formula as check_gradients asks for it: a few times for its graph, and thousands of times on plain numbers,
    which a recorded program answers."""

    def __init__(self, expression: Expression, point: Sequence[float]) -> None:
        self._formula, self._program = expression, autograd.record(expression, *point)
        # The arguments are called by the names of the parameters, which cannot be Python's keywords.
        names = [f"{name}_" if keyword.iskeyword(name) else name for name in expression.names]
        parameters = [inspect.Parameter(name, inspect.Parameter.POSITIONAL_ONLY) for name in names]
        self.__signature__ = inspect.Signature(parameters)

    def __call__(self, *values: Any) -> Any:
        return self._formula(*values) if current_mode().grad else self._program(*_numbers(values))

    def first_derivatives(self, *values: Any) -> Any:
        if current_mode().grad:
            return autograd.jacobian(self._formula, argnums=tuple(range(len(values))))(*values)
        return self._program.value_and_grad(*_numbers(values))[1]


def _numbers(values: Sequence[Any]) -> list[float]:
    return [float(getattr(value, "data", value)) for value in values]


def _check(expression: Expression, leaves: Sequence[Value], second_order: bool) -> None:
    from autograd.checking.gradients import GradientCheckError, check_gradients

    f = _Checked(expression, [leaf.data for leaf in leaves])
    try:
        report = check_gradients(f, *(leaf.data for leaf in leaves), order=2 if second_order else 1)
    except GradientCheckError as error:
        raise CheckFailed(error) from error
    print(f"\n{report}")


def _write(result: Value, output: str, animated: bool) -> None:
    stepped = animated or Path(output).suffix.lower() == ".html"
    (_stepper(result) if stepped else _drawing(result)).save(output)
    print(f"\nwrote {output}")


def _drawing(result: Value) -> Drawing:
    from autograd.explaining.drawn import draw

    return draw(result, max_nodes=MAX_LENGTH)  # a formula has no more values than characters


def _stepper(result: Value) -> Stepper:
    """ValueError for more edges than `stepper` takes, with what can be done here; its own advice is for Python."""
    from autograd.explaining.page.html import MAX_EDGES
    from autograd.explaining.stepper import stepper

    edges = sum(len(node.parents) for node in topological_order(result))
    if edges > MAX_EDGES:
        raise ValueError(
            f"the graph of this formula has {edges:,} edges, more than anybody walks through one by one (at most "
            f"{MAX_EDGES}): shorten the formula, or see its graph with --tree or -o FILE.svg"
        )
    return stepper(result)
