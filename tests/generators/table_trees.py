"""The table of operations as trees, and what C and JavaScript have in common when they print them.

    forward(row)      the forward function of a row as an expression of its arguments a, b, c, d
    slopes(row)       its local derivatives as expressions of a, b, c, d and the result y
    FUNCTIONS         the functions of numerics.floats by name
    CFamily           prints such trees as statements and expressions of a language of C's family

The trees are Python's own (`ast`). Expressions come from tracing: a formula is called with symbols that remember what
is done to them, so a formula is read exactly as the engine reads it. Functions come from the source of numerics.floats,
with one change that makes them plain in any language: where they let Python raise and catch it, `without_exceptions`
asks instead what IEEE arithmetic answered. In a tree

    Name                 an argument, a local name or a constant of numerics.floats,
    Call of a Name       a function of numerics.floats or a builtin (abs, max, min, round, len …),
    Call of math.x       a function of the C library, never raising: exp(1000) is inf, log(-1) is nan,
    Call of ops.x        the forward function of the row x.

To print another language, derive from CFamily and give what is spelled differently: `number`, `equal`, `own`,
`math_call`, `row_call`, and any further kind of node as a method `expr_Kind` or `stmt_Kind`; `Untranslatable` is raised
for a kind that has no method.
"""

from __future__ import annotations

import ast
import inspect
import math
from collections.abc import Callable, Iterator
from typing import Any

from autograd import ops
from autograd.numerics import floats
from autograd.ops import OPERATIONS, Operation

FUNCTIONS = {n.name: n for n in ast.parse(inspect.getsource(floats)).body if isinstance(n, ast.FunctionDef)}
ARGUMENTS = "abcd"
OVERFLOWS = {"exp", "expm1", "exp2", "sinh", "cosh", "pow"}  # of these math says OverflowError, else ValueError


class Untranslatable(Exception):
    """What the other language, or this reader, has no words for."""


# Reading ------------------------------------------------------------------------------------------------------------
class Symbol:
    """An argument that remembers, as a tree, what a formula does to it."""

    def __init__(self, tree: ast.expr) -> None:
        self.tree = tree

    def _apply_operation(self, row: Operation, args: tuple[Any, ...]) -> Symbol:
        if row.variadic:
            raise Untranslatable(f"{row.name} of any number of arguments")
        called = ast.Attribute(ast.Name("ops"), row.name)
        return Symbol(ast.Call(called, [tree_of(a) for a in args], []))

    # fmt: off
    def __add__(self, other: Any) -> Symbol: return _binary(self, ast.Add(), other)
    def __radd__(self, other: Any) -> Symbol: return _binary(other, ast.Add(), self)
    def __sub__(self, other: Any) -> Symbol: return _binary(self, ast.Sub(), other)
    def __rsub__(self, other: Any) -> Symbol: return _binary(other, ast.Sub(), self)
    def __mul__(self, other: Any) -> Symbol: return _binary(self, ast.Mult(), other)
    def __rmul__(self, other: Any) -> Symbol: return _binary(other, ast.Mult(), self)
    def __truediv__(self, other: Any) -> Symbol: return _binary(self, ast.Div(), other)
    def __rtruediv__(self, other: Any) -> Symbol: return _binary(other, ast.Div(), self)
    def __neg__(self) -> Symbol: return Symbol(ast.UnaryOp(ast.USub(), self.tree))
    def __abs__(self) -> Symbol: return Symbol(ast.Call(ast.Name("abs"), [self.tree], []))
    # fmt: on


def _binary(left: Any, sign: ast.operator, right: Any) -> Symbol:
    return Symbol(ast.BinOp(tree_of(left), sign, tree_of(right)))


def tree_of(thing: Any) -> ast.expr:
    """A symbol's tree; a number as a constant."""
    return thing.tree if isinstance(thing, Symbol) else ast.Constant(float(thing))


def arguments(row: Operation) -> str:
    """The names of a row's arguments: "ab" for one with two."""
    return ARGUMENTS[: len(row.derivatives)]


def forward(row: Operation) -> ast.expr:
    """The forward function of a row with a fixed number of arguments, applied to `arguments(row)`."""
    names: list[ast.expr] = [ast.Name(a) for a in arguments(row)]
    name = getattr(row.forward, "__name__", "")
    if name in FUNCTIONS and getattr(floats, name) is row.forward:
        return ast.Call(ast.Name(name), names, [])
    if getattr(math, name, None) is row.forward:
        return ast.Call(ast.Attribute(ast.Name("math"), name), names, [])
    return tree_of(row.forward(*map(Symbol, names)))


def slopes(row: Operation) -> list[ast.expr]:
    """∂row/∂argument for every argument, in terms of `arguments(row)` and y."""
    symbols = [Symbol(ast.Name(a)) for a in [*arguments(row), "y"]]
    return [tree_of(d(*symbols) if callable(d) else d) for d in row.derivatives]


def fixed_rows() -> list[Operation]:
    """The rows whose number of arguments is fixed."""
    return [row for row in OPERATIONS.values() if not row.variadic]


def formulas_of_many() -> dict[str, ast.Lambda]:
    """The formula (xs, y) of each row of any number of arguments, as its source has it."""
    found = {}
    for node in ast.walk(ast.parse(inspect.getsource(ops))):
        if isinstance(node, ast.Call) and any(word.arg == "variadic" for word in node.keywords):
            found[node.args[0].value] = node.args[3]  # type: ignore[attr-defined]
    return found  # type: ignore[return-value]


def without_exceptions(function: ast.FunctionDef) -> ast.FunctionDef:
    """The same function without `try`: it looks at what IEEE arithmetic answered where Python would have raised.

    try: return math.exp(x)                 result = math.exp(x)
    except OverflowError: return INF   →    if math.isinf(result) and math.isfinite(x): return INF
                                            return result
    """
    return _WithoutTry().visit(ast.parse(ast.unparse(function)).body[0])  # type: ignore[no-any-return]


class _WithoutTry(ast.NodeTransformer):
    def visit_Try(self, node: ast.Try) -> list[ast.stmt]:
        value = node.body[0].value if len(node.body) == 1 and isinstance(node.body[0], ast.Return) else None
        if isinstance(value, ast.BinOp) and isinstance(value.op, ast.Div):
            text = f"if {ast.unparse(value.right)} != 0.0: return {ast.unparse(value)}"
            return [*ast.parse(text).body, *node.handlers[0].body]
        if not (isinstance(value, ast.Call) and ast.unparse(value.func).startswith("math.")):
            raise Untranslatable("try")
        lines = [f"result = {ast.unparse(value)}"]
        for handler in sorted(node.handlers, key=lambda h: "ValueError" not in ast.unparse(h.type or h)):
            kinds = handler.type.elts if isinstance(handler.type, ast.Tuple) else [handler.type]
            raised = " or ".join(_raised(value, ast.unparse(kind)) for kind in kinds if kind is not None)
            body = "\n".join("    " + line for line in ast.unparse(ast.Module(handler.body, [])).splitlines())
            lines += [f"if {raised}:", body]
        return ast.parse("\n".join([*lines, "return result"])).body


def _raised(call: ast.Call, kind: str) -> str:
    """The condition under which Python's `math` answers `result = call` with an exception of this kind."""
    name, args = ast.unparse(call.func).partition(".")[2], [ast.unparse(a) for a in call.args]
    infinite = " and ".join(["math.isinf(result)", *(f"math.isfinite({a})" for a in args)])
    undefined = " and ".join(["math.isnan(result)", *(f"not math.isnan({a})" for a in args)])
    if kind == "OverflowError":
        return infinite if name in OVERFLOWS else "False"
    if name == "pow":
        return f"({undefined} or ({args[0]} == 0.0 and {infinite}))"
    return f"({undefined})" if name in OVERFLOWS else f"({undefined} or ({infinite}))"


# Printing -----------------------------------------------------------------------------------------------------------
_SIGNS = {ast.Add: "+", ast.Sub: "-", ast.Mult: "*", ast.Div: "/"}
_ORDER = {ast.Lt: "<", ast.LtE: "<=", ast.Gt: ">", ast.GtE: ">="}


class CFamily:
    """Statements and expressions over floats as C, JavaScript and their relatives write them.

    All parentheses are printed: that is what keeps the order of roundings, and so the bits.
    """

    equal, not_equal = "==", "!="
    indent = "    "

    def __init__(self, local: Iterator[str] | list[str] | str = ()) -> None:  # type: ignore[assignment]
        self.local = set(local)
        self.lines: list[str] = []

    # What languages spell differently --------------------------------------------------------------------------------
    def number(self, x: float) -> str:
        raise NotImplementedError

    def own(self, name: str, args: list[str]) -> str:
        """A call of a function of numerics.floats, or of a builtin."""
        raise NotImplementedError

    def math_call(self, name: str, args: list[str]) -> str:
        """A call of math.name; `isfinite`, `isinf`, `isnan` among them."""
        raise NotImplementedError

    def row_call(self, name: str, args: list[str]) -> str:
        """A call of the forward function of a row."""
        raise NotImplementedError

    # Statements ------------------------------------------------------------------------------------------------------
    def body(self, statements: list[ast.stmt], depth: int = 1) -> None:
        for statement in statements:
            if isinstance(statement, ast.Expr) and isinstance(statement.value, ast.Constant):
                continue  # a docstring
            self._method("stmt_", statement)(statement, depth)

    def out(self, depth: int, line: str) -> None:
        self.lines.append(self.indent * depth + line)

    def stmt_Return(self, node: ast.Return, depth: int) -> None:
        assert node.value is not None
        self.out(depth, f"return {self.expr(node.value)};")

    def stmt_If(self, node: ast.If, depth: int) -> None:
        self.out(depth, f"if {self._in_parentheses(node.test)} {{")
        self.body(node.body, depth + 1)
        if node.orelse:
            self.out(depth, "} else {")
            self.body(node.orelse, depth + 1)
        self.out(depth, "}")

    def _in_parentheses(self, node: ast.expr) -> str:
        text = self.test(node)
        return text if text.startswith("(") else f"({text})"

    def stmt_While(self, node: ast.While, depth: int) -> None:
        self.out(depth, f"while {self._in_parentheses(node.test)} {{")
        self.body(node.body, depth + 1)
        self.out(depth, "}")

    def stmt_Assign(self, node: ast.Assign, depth: int) -> None:
        (target,) = node.targets
        self.out(depth, f"{self.target(target)} = {self.expr(node.value)};")

    def stmt_AugAssign(self, node: ast.AugAssign, depth: int) -> None:
        name = self.target(node.target)
        self.out(depth, f"{name} = {name} {self._sign(node.op)} {self.expr(node.value)};")

    def target(self, node: ast.expr) -> str:
        if not isinstance(node, ast.Name):
            raise Untranslatable(f"assignment to {ast.unparse(node)}")
        return self.name(node.id)

    def name(self, name: str) -> str:
        """A local name, as the language may have it."""
        return name

    # Expressions -----------------------------------------------------------------------------------------------------
    def expr(self, node: ast.expr) -> str:
        return self._method("expr_", node)(node)  # type: ignore[no-any-return]

    def _method(self, prefix: str, node: ast.AST) -> Callable[..., Any]:
        method = getattr(self, prefix + type(node).__name__, None)
        if method is None:
            raise Untranslatable(f"{type(node).__name__}: {ast.unparse(node)[:60]}")
        return method  # type: ignore[no-any-return]

    def _sign(self, sign: ast.operator) -> str:
        if type(sign) not in _SIGNS:
            raise Untranslatable(type(sign).__name__)
        return _SIGNS[type(sign)]

    def expr_Constant(self, node: ast.Constant) -> str:
        if type(node.value) not in (int, float):
            raise Untranslatable(f"constant {node.value!r}")
        return self.number(float(node.value))  # type: ignore[arg-type]

    def expr_Name(self, node: ast.Name) -> str:
        if node.id in self.local:
            return self.name(node.id)
        value = getattr(floats, node.id, None)
        if type(value) is not float:
            raise Untranslatable(f"the name {node.id}")
        return self.number(value)

    def expr_Attribute(self, node: ast.Attribute) -> str:
        if ast.unparse(node.value) != "math":
            raise Untranslatable(ast.unparse(node))
        return self.number(float(getattr(math, node.attr)))

    def expr_UnaryOp(self, node: ast.UnaryOp) -> str:
        return f"(-{self.expr(node.operand)})" if isinstance(node.op, ast.USub) else self.expr_Compare(node)

    def expr_BinOp(self, node: ast.BinOp) -> str:
        if isinstance(node.op, ast.Pow):
            return self.power(node)
        return f"({self.expr(node.left)} {self._sign(node.op)} {self.expr(node.right)})"

    def power(self, node: ast.BinOp) -> str:
        """`**` between numbers is worked out here; nothing else is plain enough."""
        if any(isinstance(part, ast.Name | ast.Call | ast.Attribute) for part in ast.walk(node)):
            raise Untranslatable(ast.unparse(node))
        return self.number(float(eval(ast.unparse(node))))

    def expr_IfExp(self, node: ast.IfExp) -> str:
        return f"({self.test(node.test)} ? {self.expr(node.body)} : {self.expr(node.orelse)})"

    def expr_Compare(self, node: ast.expr) -> str:
        return f"({self.test(node)} ? {self.number(1.0)} : {self.number(0.0)})"

    expr_BoolOp = expr_Compare

    def expr_Call(self, node: ast.Call) -> str:
        where, _, name = ast.unparse(node.func).rpartition(".")
        if where not in ("", "math", "ops") or node.keywords:
            raise Untranslatable(ast.unparse(node.func))
        args = [self.expr(a) for a in node.args]
        return {"": self.own, "math": self.math_call, "ops": self.row_call}[where](name, args)

    # Conditions ------------------------------------------------------------------------------------------------------
    def test(self, node: ast.expr) -> str:
        """A condition: as in Python a number is true that is not 0 (nan included)."""
        if isinstance(node, ast.BoolOp):
            sign = " && " if isinstance(node.op, ast.And) else " || "
            return f"({sign.join(map(self.test, node.values))})"
        if isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.Not):
            return f"!{self.test(node.operand)}"
        if isinstance(node, ast.Compare):
            return f"({' && '.join(self._comparisons(node))})"
        if isinstance(node, ast.Constant) and isinstance(node.value, bool):
            return "true" if node.value else "false"
        if isinstance(node, ast.Call) and ast.unparse(node.func) in ("math.isfinite", "math.isinf", "math.isnan"):
            return self.expr(node)
        return f"({self.expr(node)} {self.not_equal} {self.number(0.0)})"

    def _comparisons(self, node: ast.Compare) -> Iterator[str]:
        left = node.left
        for sign, right in zip(node.ops, node.comparators, strict=True):
            if isinstance(sign, ast.In | ast.NotIn):
                found = self.found_in(left, right)
                yield f"!{found}" if isinstance(sign, ast.NotIn) else found
            else:
                equals = self.equal if isinstance(sign, ast.Eq) else self.not_equal
                yield f"{self.expr(left)} {_ORDER.get(type(sign), equals)} {self.expr(right)}"
            left = right

    def found_in(self, left: ast.expr, right: ast.expr) -> str:
        """`left in (1.0, -1.0)`."""
        if not isinstance(right, ast.Tuple):
            raise Untranslatable(ast.unparse(right))
        return f"({' || '.join(f'{self.expr(left)} {self.equal} {self.expr(item)}' for item in right.elts)})"


def assigned(function: ast.FunctionDef) -> list[str]:
    """The names that a function gives values to, its arguments aside, in alphabetical order."""
    stored = {n.id for n in ast.walk(function) if isinstance(n, ast.Name) and isinstance(n.ctx, ast.Store)}
    return sorted(stored - set(parameters(function)))


def parameters(function: ast.FunctionDef) -> list[str]:
    """The names of its arguments; Untranslatable if it takes any number of them."""
    if function.args.vararg is not None:
        raise Untranslatable("any number of arguments")
    return [argument.arg for argument in function.args.args]
