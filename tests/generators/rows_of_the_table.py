"""The table of operations, read so that it can be written in another language: JavaScript for pages, C for speed.

A row's forward is translated from the text of its Python function: numerics/floats.py is written in so plain a style
(floats, `if`, loops, two kinds of `try`) that no function has to be written a second time by hand. A row's slopes are
traced: its formulas are read on symbols, as they are read on Values, and what comes out is an expression.

`Translator` says everything that languages with braces and semicolons have in common; a language is a subclass, which
says how numbers, functions of `math` and declarations are written, and may translate more than this does.
"""

from __future__ import annotations

import ast
import inspect
import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from types import ModuleType
from typing import Any, ClassVar, NamedTuple

from autograd import ops
from autograd.ops import OPERATIONS, Operation

NUMBER, TRUTH, LIST = "number", "truth", "list"
ARGUMENTS = "abcd"
OVERFLOWING = {"exp", "expm1", "exp2", "sinh", "cosh", "pow"}  # of these math raises OverflowError, else ValueError
SIGNS: dict[type, str] = {ast.Add: "+", ast.Sub: "-", ast.Mult: "*", ast.Div: "/"}
ORDER: dict[type, str] = {ast.Lt: "<", ast.LtE: "<=", ast.Gt: ">", ast.GtE: ">="}


class UntranslatableError(Exception):
    """The language has no words for this."""


class Expression(NamedTuple):
    """An expression of the other language, and what it stands for: NUMBER, TRUTH or LIST."""

    text: str
    kind: str = NUMBER


class Known(NamedTuple):
    """A function that may be called: its name in the other language, its last parameter when that takes any number of
    arguments, and what it returns."""

    name: str
    gathers: str = ""
    kind: str = NUMBER


def functions_of(module: ModuleType) -> dict[str, ast.FunctionDef]:
    """The functions that are written in `module`, by name."""
    return {n.name: n for n in ast.parse(inspect.getsource(module)).body if isinstance(n, ast.FunctionDef)}


def known(node: ast.FunctionDef, name: str) -> Known:
    """What calling the function `node` gives, where it is called `name`."""
    returns = ast.unparse(node.returns) if node.returns else ""
    gathers = node.args.vararg.arg if node.args.vararg else ""
    return Known(name, gathers, LIST if returns.startswith("list") else NUMBER)


class Translator:
    """One function in the plain style of numerics/floats.py, in another language; raises UntranslatableError."""

    EQUAL, UNEQUAL = "==", "!="
    TRUE_MATH: ClassVar[Mapping[str, str]] = {}  # functions of `math`, with their names in the language
    TESTS: ClassVar[Mapping[str, str]] = {}  # isfinite, isinf, isnan, with a place for the argument

    def __init__(self, module: ModuleType, functions: Mapping[str, Known]) -> None:
        self.module = module
        self.functions = functions
        self.kinds: dict[str, str] = {}  # of the names that are parameters or assigned to
        self.lines: list[str] = []

    # What a language says ------------------------------------------------------------------------------------------
    def literal(self, x: float) -> str:
        raise NotImplementedError

    def header(self, name: str, node: ast.FunctionDef) -> str:
        """The beginning of a function, up to its opening brace."""
        raise NotImplementedError

    def declaration(self, names: Sequence[str]) -> str:
        """The line that declares local variables."""
        raise NotImplementedError

    def power(self, base: str, exponent: str) -> str:
        """base ** exponent, where Python does not raise."""
        raise NotImplementedError

    def swap(self, targets: Sequence[str], values: Sequence[str]) -> str:
        """Several variables at once, from values that may read them."""
        raise NotImplementedError

    def extreme(self, which: str, args: Sequence[Expression]) -> str:
        """Python's max or min, which keep their first argument where they cannot decide."""
        raise NotImplementedError

    def whole(self, x: str) -> str:
        """Python's int() of a float."""
        raise NotImplementedError

    def rounded(self, x: str) -> str:
        """Python's round() of a float: halves go to the even number."""
        raise NotImplementedError

    # Functions -----------------------------------------------------------------------------------------------------
    def function(self, node: ast.FunctionDef, name: str) -> str:
        """The whole function, called `name`."""
        parameters = [*node.args.args, *([node.args.vararg] if node.args.vararg else [])]
        self.kinds = {p.arg: _annotated(p, p is node.args.vararg) for p in parameters}
        self.lines = []
        self.body(node.body, 1)
        own = [n for n in self.kinds if n not in {p.arg for p in parameters}]
        declared = [f"  {self.declaration(own)}"] if own else []
        return "\n".join([f"{self.header(name, node)} {{", *declared, *self.lines, "}"])

    def out(self, depth: int, line: str) -> None:
        self.lines.append("  " * depth + line)

    def body(self, statements: Sequence[ast.stmt], depth: int) -> None:
        for s in statements:
            if not (isinstance(s, ast.Expr) and isinstance(s.value, ast.Constant)):  # a docstring
                self._by_type("statement", s)(s, depth)

    def block(self, head: str, statements: Sequence[ast.stmt], depth: int) -> None:
        self.out(depth, f"{head} {{")
        self.body(statements, depth + 1)
        self.out(depth, "}")

    def _by_type(self, what: str, node: ast.AST) -> Callable[..., Any]:
        method = getattr(self, f"{what}_{type(node).__name__}", None)
        if method is None:
            raise UntranslatableError(f"{type(node).__name__}: {ast.unparse(node)}")
        return method  # type: ignore[no-any-return]

    # Statements ----------------------------------------------------------------------------------------------------
    def statement_Return(self, s: ast.Return, depth: int) -> None:
        assert s.value is not None
        self.out(depth, f"return {self.text(s.value)};")

    def statement_If(self, s: ast.If, depth: int) -> None:
        self.block(f"if ({self.truth(s.test)})", s.body, depth)
        if s.orelse:
            self.block("else", s.orelse, depth)

    def statement_While(self, s: ast.While, depth: int) -> None:
        self.block(f"while ({self.truth(s.test)})", s.body, depth)

    def statement_Assign(self, s: ast.Assign, depth: int) -> None:
        (target,) = s.targets
        if isinstance(target, ast.Name):
            value = self.expression(s.value)
            self.kinds.setdefault(target.id, value.kind)
            self.out(depth, f"{self.variable(target.id)} = {value.text};")
        elif isinstance(target, ast.Tuple) and isinstance(s.value, ast.Tuple):
            values = [self.expression(v) for v in s.value.elts]
            for name, value in zip(_names(target), values, strict=True):
                self.kinds.setdefault(name, value.kind)
            self.out(depth, self.swap([self.variable(n) for n in _names(target)], [v.text for v in values]))
        else:
            raise UntranslatableError(ast.unparse(s))

    def statement_AugAssign(self, s: ast.AugAssign, depth: int) -> None:
        if not isinstance(s.target, ast.Name) or type(s.op) not in SIGNS:
            raise UntranslatableError(ast.unparse(s))
        self.out(depth, f"{self.variable(s.target.id)} {SIGNS[type(s.op)]}= {self.text(s.value)};")

    def statement_Try(self, s: ast.Try, depth: int) -> None:
        """`try: return a / b` and `try: return math.f(x)`: what Python raises is seen from what IEEE 754 answers."""
        (returned,) = s.body
        value = returned.value if isinstance(returned, ast.Return) else None
        if isinstance(value, ast.BinOp) and isinstance(value.op, ast.Div):
            self.out(depth, f"if ({self.text(value.right)} {self.UNEQUAL} 0) return {self.text(value)};")
            self.body(s.handlers[0].body, depth)
            return
        if not (isinstance(value, ast.Call) and (name := _of_math(value.func)) in self.TRUE_MATH):
            raise UntranslatableError(ast.unparse(s))
        args = [self.text(a) for a in value.args]
        self.kinds["result"] = NUMBER
        self.out(depth, f"result = {self.math(name, args)};")
        raised = self._raised(name, args)
        for handler in sorted(s.handlers, key=lambda h: _caught(h) != ["ValueError"]):
            tests = [raised[error] for error in _caught(handler) if error in raised]
            self.block(f"if ({' || '.join(tests)})", handler.body, depth)
        self.out(depth, "return result;")

    def _raised(self, name: str, args: Sequence[str]) -> dict[str, str]:
        """When `math.name(args)` raises which error, as a condition on `args` and `result`."""
        finite = " && ".join(self.test("isfinite", a) for a in args)
        numbers = " && ".join(f"!{self.test('isnan', a)}" for a in args)
        pole = f"({finite} && {self.test('isinf', 'result')})"
        undefined = f"({numbers} && {self.test('isnan', 'result')})"
        if name == "pow":
            at_zero = f"({args[0]} {self.EQUAL} 0 && {pole})"
            return {"ValueError": f"{undefined} || {at_zero}", "OverflowError": pole}
        if name in OVERFLOWING:
            return {"ValueError": undefined, "OverflowError": pole}
        return {"ValueError": f"{undefined} || {pole}"}

    # Expressions ---------------------------------------------------------------------------------------------------
    def text(self, node: ast.expr) -> str:
        return self.expression(node).text

    def expression(self, node: ast.expr) -> Expression:
        answer: Expression = self._by_type("expression", node)(node)
        return answer

    def truth(self, node: ast.expr) -> str:
        """`node` as a condition. A float is true when it is not 0, so nan is true."""
        text, kind = self.expression(node)
        if kind == LIST:
            raise UntranslatableError(f"the truth of a list: {ast.unparse(node)}")
        return text if kind == TRUTH else f"({text} {self.UNEQUAL} 0)"

    def variable(self, name: str) -> str:
        return name

    def expression_Constant(self, x: ast.Constant) -> Expression:
        if type(x.value) not in (int, float):
            raise UntranslatableError(ast.unparse(x))
        return Expression(self.literal(float(x.value)))

    def expression_Name(self, x: ast.Name) -> Expression:
        if x.id in self.kinds:
            return Expression(self.variable(x.id), self.kinds[x.id])
        value = getattr(self.module, x.id, None)
        if type(value) not in (int, float):
            raise UntranslatableError(f"the name {x.id}")
        return Expression(self.literal(value))

    def expression_Attribute(self, x: ast.Attribute) -> Expression:
        if not (name := _of_math(x)):
            raise UntranslatableError(ast.unparse(x))
        return Expression(self.literal(getattr(math, name)))

    def expression_UnaryOp(self, x: ast.UnaryOp) -> Expression:
        if isinstance(x.op, ast.Not):
            return Expression(f"!{self.truth(x.operand)}", TRUTH)
        return Expression(f"(-{self.text(x.operand)})")

    def expression_BinOp(self, x: ast.BinOp) -> Expression:
        left, right = self.text(x.left), self.text(x.right)
        if isinstance(x.op, ast.Pow):
            return Expression(self.power(left, right))
        if type(x.op) not in SIGNS:
            raise UntranslatableError(ast.unparse(x))
        return Expression(f"({left} {SIGNS[type(x.op)]} {right})")

    def expression_IfExp(self, x: ast.IfExp) -> Expression:
        body, other = self.expression(x.body), self.expression(x.orelse)
        return Expression(f"({self.truth(x.test)} ? {body.text} : {other.text})", body.kind)

    def expression_BoolOp(self, x: ast.BoolOp) -> Expression:
        sign = " && " if isinstance(x.op, ast.And) else " || "
        return Expression(f"({sign.join(map(self.truth, x.values))})", TRUTH)

    def expression_Compare(self, x: ast.Compare) -> Expression:
        """a < b <= c; each operand is plain enough to be read twice."""
        operands = [x.left, *x.comparators]
        pairs = zip(x.ops, operands, operands[1:], strict=False)
        return Expression(f"({' && '.join(self.compared(op, a, b) for op, a, b in pairs)})", TRUTH)

    def compared(self, op: ast.cmpop, left: ast.expr, right: ast.expr) -> str:
        if isinstance(op, ast.In | ast.NotIn):
            return ("!" if isinstance(op, ast.NotIn) else "") + self.contained(self.text(left), right)
        sign = ORDER.get(type(op)) or (self.EQUAL if isinstance(op, ast.Eq) else self.UNEQUAL)
        return f"{self.text(left)} {sign} {self.text(right)}"

    def contained(self, x: str, collection: ast.expr) -> str:
        """x in (1.0, -1.0), and x in a range of whole numbers that the module names."""
        if isinstance(collection, ast.Tuple):
            return f"({' || '.join(f'{x} {self.EQUAL} {self.text(c)}' for c in collection.elts)})"
        value = getattr(self.module, getattr(collection, "id", ""), None)
        if not isinstance(value, range):
            raise UntranslatableError(ast.unparse(collection))
        whole = f"{x} {self.EQUAL} {self.math('floor', [x])}"
        return f"({x} >= {value.start} && {x} < {value.stop} && {whole})"

    def expression_Call(self, x: ast.Call) -> Expression:
        if name := _of_math(x.func):
            args = [self.text(a) for a in x.args]
            return (
                Expression(self.test(name, *args), TRUTH) if name in self.TESTS else Expression(self.math(name, args))
            )
        if not isinstance(x.func, ast.Name):
            raise UntranslatableError(ast.unparse(x))
        if x.func.id in self.functions:
            return self.called(self.functions[x.func.id], x.args)
        return self.builtin(x.func.id, x)

    def called(self, function: Known, args: Sequence[ast.expr]) -> Expression:
        """A call of one of our own functions."""
        if function.gathers:
            raise UntranslatableError(f"{function.name} takes any number of arguments")
        return Expression(f"{function.name}({', '.join(map(self.text, args))})", function.kind)

    def builtin(self, name: str, x: ast.Call) -> Expression:
        """A call of a function that Python brings along."""
        args = [self.expression(a) for a in x.args]
        match name, len(args):
            case "max" | "min", _:
                return Expression(self.extreme(name, args))
            case "int", 1:
                return Expression(self.whole(args[0].text))
            case "round", 1:
                return Expression(self.rounded(args[0].text))
            case "abs", 1:
                return Expression(self.math("fabs", [args[0].text]))
            case "float", 1:
                return args[0]
        raise UntranslatableError(ast.unparse(x))

    def math(self, name: str, args: Sequence[str]) -> str:
        if name not in self.TRUE_MATH:
            raise UntranslatableError(f"math.{name}")
        return f"{self.TRUE_MATH[name]}({', '.join(args)})"

    def test(self, name: str, arg: str) -> str:
        return self.TESTS[name].format(arg)


def _annotated(parameter: ast.arg, gathers: bool) -> str:
    annotation = ast.unparse(parameter.annotation) if parameter.annotation else ""
    return LIST if gathers or annotation.startswith(("Sequence", "list", "Iterable")) else NUMBER


def _names(target: ast.Tuple) -> list[str]:
    if not all(isinstance(t, ast.Name) for t in target.elts):
        raise UntranslatableError(ast.unparse(target))
    return [t.id for t in target.elts]  # type: ignore[attr-defined]


def _of_math(node: ast.expr) -> str:
    """The name after `math.`, "" for anything else."""
    return node.attr if isinstance(node, ast.Attribute) and getattr(node.value, "id", "") == "math" else ""


def _caught(handler: ast.ExceptHandler) -> list[str]:
    kinds = handler.type.elts if isinstance(handler.type, ast.Tuple) else [handler.type]
    return [kind.id for kind in kinds if isinstance(kind, ast.Name)]


def fixed_rows() -> list[Operation]:
    """The rows whose number of arguments is fixed."""
    return [row for row in OPERATIONS.values() if not row.variadic]


# Slopes -------------------------------------------------------------------------------------------------------------
class Symbol:
    """What a formula is read on: every operator and every row answers with the expression of what it was applied to.

    `write_row(row, texts)` is the language's way to call a row's forward, `literal` its way to write a number.
    """

    def __init__(self, text: str, write_row: Callable[[Operation, list[str]], str], literal: Callable[[float], str]):
        self.text, self.write_row, self.literal = text, write_row, literal

    def _apply_operation(self, row: Operation, args: Sequence[Any]) -> Symbol:
        return self._new(self.write_row(row, [self._text(a) for a in args]))

    def _new(self, text: str) -> Symbol:
        return Symbol(text, self.write_row, self.literal)

    def _text(self, x: Any) -> str:
        return x.text if isinstance(x, Symbol) else self.literal(float(x))

    # fmt: off
    def __add__(self, other: Any) -> Symbol: return self._new(f"({self.text} + {self._text(other)})")
    def __radd__(self, other: Any) -> Symbol: return self._new(f"({self._text(other)} + {self.text})")
    def __sub__(self, other: Any) -> Symbol: return self._new(f"({self.text} - {self._text(other)})")
    def __rsub__(self, other: Any) -> Symbol: return self._new(f"({self._text(other)} - {self.text})")
    def __mul__(self, other: Any) -> Symbol: return self._new(f"({self.text} * {self._text(other)})")
    def __rmul__(self, other: Any) -> Symbol: return self._new(f"({self._text(other)} * {self.text})")
    def __truediv__(self, other: Any) -> Symbol: return self._new(f"({self.text} / {self._text(other)})")
    def __rtruediv__(self, other: Any) -> Symbol: return self._new(f"({self._text(other)} / {self.text})")
    def __neg__(self) -> Symbol: return self._new(f"(-{self.text})")
    def __abs__(self) -> Symbol: return self._apply_operation(OPERATIONS["abs"], [self])
    # fmt: on


def slopes(
    row: Operation, write_row: Callable[[Operation, list[str]], str], literal: Callable[[float], str]
) -> list[str]:
    """∂row/∂a, ∂row/∂b, … of a row with a fixed number of arguments, as expressions in a, b, c, d and y."""
    symbols = [Symbol(name, write_row, literal) for name in (*ARGUMENTS[: len(row.derivatives)], "y")]
    read = [d(*symbols) if callable(d) else d for d in row.derivatives]
    return [r.text if isinstance(r, Symbol) else literal(float(r)) for r in read]


def variadic_formulas() -> Iterator[tuple[Operation, ast.expr]]:
    """Every row with any number of arguments, with the body of its formula (xs, y), which returns all slopes."""
    for row, call in _calls_of_row():
        if row.variadic:
            formula = call.args[3]
            assert isinstance(formula, ast.Lambda)
            yield row, formula.body


def choices() -> dict[str, ast.expr]:
    """Of every row whose result is one of its arguments: which one, as an expression in a, its first."""
    found = {}
    for row, call in _calls_of_row():
        for keyword in call.keywords:
            if keyword.arg == "chooses":
                assert isinstance(keyword.value, ast.Lambda)
                found[row.name] = keyword.value.body
    return found


def _calls_of_row() -> Iterator[tuple[Operation, ast.Call]]:
    for node in ast.parse(inspect.getsource(ops)).body:
        call = node.value if isinstance(node, ast.AnnAssign) else None
        if isinstance(call, ast.Call) and getattr(call.func, "id", "") == "_row":
            assert isinstance(call.args[0], ast.Constant)
            yield OPERATIONS[call.args[0].value], call
