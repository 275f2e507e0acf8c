"""The table of operations in JavaScript, for pages that can be played with: autograd/explaining/page/browser/rows.js.

    python -m tests.generators.rows_in_javascript          writes the file
    python -m tests.generators.rows_in_javascript --check  says whether it is up to date

Every function stands at the beginning of a line, and every row of ROWS on one of its own, so that a page takes what
its rows need (page/rows.py). What JavaScript lacks is written by hand in arithmetic.js beside it.
"""

from __future__ import annotations

import ast
import math
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import ClassVar

from autograd import ops
from autograd.numerics import floats
from autograd.ops import OPERATIONS, Operation
from tests.generators.rows_of_the_table import (
    ARGUMENTS,
    LIST,
    NUMBER,
    TRUTH,
    Expression,
    Known,
    Translator,
    UntranslatableError,
    choices,
    functions_of,
    known,
    slopes,
    variadic_formulas,
)

HERE = Path(__file__).parents[2] / "autograd" / "explaining" / "page" / "browser"
HEAD = "// Generated from ops.py and numerics/floats.py by tests/generators/rows_in_javascript.py. Not edited by hand."
ALREADY_THERE = (
    "exp expm1 log log1p log2 log10 sqrt cbrt sin cos tan asin acos atan sinh cosh tanh asinh acosh atanh "
    "atan2 hypot floor ceil trunc"
)
BY_HAND = "pow exp2 erf erfc lgamma copysign fmod remainder fsum factorial perm comb"
HAND_WRITTEN = {"exact_sum", "_over_power", "round_to"}  # functions of floats.py that arithmetic.js has
OPERATORS = {"add": "({} + {})", "sub": "({} - {})", "mul": "({} * {})", "neg": "(-{})", "abs": "Math.abs({})"}
RESERVED = {"in", "do", "if", "for", "let", "new", "try", "var", "case", "else", "with", "function", "default"}


def literal(x: float) -> str:
    if x != x:
        return "NaN"
    if math.isinf(x):
        return "Infinity" if x > 0 else "(-Infinity)"
    text = repr(x).removesuffix(".0")
    return f"({text})" if text.startswith("-") else text


class Javascript(Translator):
    """A function in JavaScript; more than its base it translates lists."""

    EQUAL, UNEQUAL = "===", "!=="
    TRUE_MATH: ClassVar[Mapping[str, str]] = {
        **{name: f"Math.{name}" for name in ALREADY_THERE.split()},
        **{name: f"math_{name}" for name in BY_HAND.split()},
        "fabs": "Math.abs",
    }
    TESTS: ClassVar[Mapping[str, str]] = {
        "isfinite": "Number.isFinite({0})",
        "isinf": "(Math.abs({0}) === Infinity)",
        "isnan": "({0} !== {0})",
    }

    def literal(self, x: float) -> str:
        return literal(x)

    def header(self, name: str, node: ast.FunctionDef) -> str:
        """A function of any number of arguments takes them as one array."""
        names = [self.variable(a.arg) for a in node.args.args]
        if node.args.vararg:
            rest = self.variable(node.args.vararg.arg)
            names = [f"[{', '.join([*names, f'...{rest}'])}]" if names else rest]
        return f"function {name}({', '.join(names)})"

    def declaration(self, names: Sequence[str]) -> str:
        return f"let {', '.join(map(self.variable, names))};"

    def variable(self, name: str) -> str:
        return f"{name}_" if name in RESERVED else name

    def power(self, base: str, exponent: str) -> str:
        return f"math_pow({base}, {exponent})"

    def swap(self, targets: Sequence[str], values: Sequence[str]) -> str:
        return f"[{', '.join(targets)}] = [{', '.join(values)}];"

    def extreme(self, which: str, args: Sequence[Expression]) -> str:
        name = f"python_{which}" if len(args) == 2 else f"python_{which}_of"
        return f"{name}({', '.join(a.text for a in args)})"

    def whole(self, x: str) -> str:
        return f"Math.trunc({x})"

    def rounded(self, x: str) -> str:
        return f"python_round({x})"

    def expression_Constant(self, x: ast.Constant) -> Expression:
        return Expression("null") if x.value is None else super().expression_Constant(x)

    # Lists ---------------------------------------------------------------------------------------------------------
    def statement_For(self, s: ast.For, depth: int) -> None:
        iterated, target = self.text(s.iter), self.target(s.target)
        self.block(f"for ({target} of {iterated})", s.body, depth)

    def target(self, node: ast.expr) -> str:
        """A name, or several that a pair is taken apart into."""
        if isinstance(node, ast.Tuple):
            return f"[{', '.join(map(self.target, node.elts))}]"
        assert isinstance(node, ast.Name)
        self.kinds.setdefault(node.id, NUMBER)
        return self.variable(node.id)

    def statement_Expr(self, s: ast.Expr, depth: int) -> None:
        self.out(depth, f"{self.text(s.value)};")

    def statement_Assign(self, s: ast.Assign, depth: int) -> None:
        (target,) = s.targets
        if isinstance(target, ast.Tuple) and not isinstance(s.value, ast.Tuple):
            value = self.text(s.value)
            self.out(depth, f"{self.target(target)} = {value};")
        else:
            super().statement_Assign(s, depth)

    def expression_Name(self, x: ast.Name) -> Expression:
        value = getattr(self.module, x.id, None)
        if x.id not in self.kinds and isinstance(value, tuple):
            return Expression(f"[{', '.join(map(literal, value))}]", LIST)
        return super().expression_Name(x)

    def expression_List(self, x: ast.List | ast.Tuple) -> Expression:
        return Expression(f"[{', '.join(map(self.text, x.elts))}]", LIST)

    expression_Tuple = expression_List

    def expression_Starred(self, x: ast.Starred) -> Expression:
        return Expression(f"...{self.text(x.value)}", LIST)

    def expression_BinOp(self, x: ast.BinOp) -> Expression:
        if isinstance(x.left, ast.List) and isinstance(x.op, ast.Mult):
            return Expression(f"Array({self.text(x.right)}).fill({self.text(x.left.elts[0])})", LIST)
        if isinstance(x.left, ast.List) and isinstance(x.op, ast.Add):
            return Expression(f"[...{self.text(x.left)}, ...{self.text(x.right)}]", LIST)
        if isinstance(x.op, ast.FloorDiv):
            return Expression(f"Math.floor({self.text(x.left)} / {self.text(x.right)})")
        return super().expression_BinOp(x)

    def expression_Subscript(self, x: ast.Subscript) -> Expression:
        whole, place = self.text(x.value), x.slice
        if isinstance(place, ast.Slice):
            start = self.text(place.lower) if place.lower else "0"
            return Expression(f"{whole}.slice({start}{', ' + self.text(place.upper) if place.upper else ''})", LIST)
        if isinstance(place, ast.UnaryOp):
            return Expression(f"{whole}.at({self.text(place)})")
        return Expression(f"{whole}[{self.text(place)}]")

    def expression_ListComp(self, x: ast.ListComp | ast.GeneratorExp) -> Expression:
        if len(x.generators) != 1:
            raise UntranslatableError(ast.unparse(x))
        (loop,) = x.generators
        source, outside = self.text(loop.iter), dict(self.kinds)
        self.kinds |= {n.id: NUMBER for n in ast.walk(loop.target) if isinstance(n, ast.Name)}
        given = self.target(loop.target)
        kept = "".join(f".filter(({given}) => {self.truth(test)})" for test in loop.ifs)
        body = self.text(x.elt)
        self.kinds = outside
        return Expression(f"{source}{kept}.map(({given}) => {body})", LIST)

    expression_GeneratorExp = expression_ListComp

    def expression_Call(self, x: ast.Call) -> Expression:
        if isinstance(x.func, ast.Attribute) and x.func.attr in ("index", "append"):
            method = {"index": "indexOf", "append": "push"}[x.func.attr]
            return Expression(f"{self.text(x.func.value)}.{method}({self.text(x.args[0])})")
        return super().expression_Call(x)

    def called(self, function: Known, args: Sequence[ast.expr]) -> Expression:
        if not function.gathers:
            return super().called(function, args)
        return Expression(f"{function.name}([{', '.join(map(self.text, args))}])", function.kind)

    def builtin(self, name: str, x: ast.Call) -> Expression:
        if name == "any":
            return self.any_of(x.args[0])
        if name == "getattr":  # of an index that may be a Value: here it is a number
            return self.expression(x.args[2])
        args = [self.text(a) for a in x.args]
        match name:
            case "len":
                return Expression(f"{args[0]}.length")
            case "list":
                return Expression(f"[...{args[0]}]", LIST)
            case "reversed":
                return Expression(f"{args[0]}.slice().reverse()", LIST)
            case "range":
                return Expression(f"python_range({', '.join(args if len(args) > 1 else ['0', *args])})", LIST)
            case "enumerate" | "zip":
                return Expression(f"python_{name}({', '.join(args)})", LIST)
        return super().builtin(name, x)

    def any_of(self, x: ast.expr) -> Expression:
        if not isinstance(x, ast.GeneratorExp):
            return Expression(f"{self.text(x)}.some((x) => x !== 0)", TRUTH)
        (loop,) = x.generators
        outside = dict(self.kinds)
        given = self.target(loop.target)
        text = f"{self.text(loop.iter)}.some(({given}) => {self.truth(x.elt)})"
        self.kinds = outside
        return Expression(text, TRUTH)


# The file -----------------------------------------------------------------------------------------------------------
def forward_name(row: Operation, written: Mapping[str, object]) -> str:
    """What the forward of a row is called in JavaScript."""
    if row.name in OPERATORS or row.name == "square":
        return row.name
    name = row.forward.__name__
    return name if written.get(name) is row.forward else Javascript.TRUE_MATH[name]


def written_rows() -> str:
    """The whole file."""
    functions, names = translated_forwards()

    def write_row(row: Operation, texts: list[str]) -> str:
        operator = OPERATORS.get(row.name)
        return operator.format(*texts) if operator else f"{names[row.name]}({', '.join(texts)})"

    for name in OPERATORS | {"square": ""}:
        arguments = ARGUMENTS[: len(OPERATIONS[name].derivatives)]
        text = "(a * a)" if name == "square" else OPERATORS[name].format(*arguments)
        functions.append(f"const {name} = ({', '.join(arguments)}) => {text};")
    helpers, entries = many_arguments(names)
    chosen = choices()
    for row in OPERATIONS.values():
        if not row.variadic:
            parameters = ", ".join((*ARGUMENTS[: len(row.derivatives)], "y"))
            read = zip(slopes(row, write_row, literal), row.derivatives, strict=True)
            listed = ", ".join(f"({parameters}) => {text}" if callable(d) else text for text, d in read)
            choice = f", {_choice(chosen[row.name])}" if row.name in chosen else ""
            entries[row.name] = f"  {row.name}: [{len(row.derivatives)}, {names[row.name]}, [{listed}]{choice}],"
    rows = "\n".join(entries[name] for name in OPERATIONS)
    return "\n".join([HEAD, "", *functions, *helpers, "", "const ROWS = {", rows, "};", ""])


def _choice(body: ast.expr) -> str:
    """Which argument is the result, as a function of the first; null when none is."""
    translator = Javascript(ops, {})
    translator.kinds = {"a": NUMBER}
    return f"(a) => {translator.text(body)}"


def translated_forwards() -> tuple[list[str], dict[str, str]]:
    """The functions of floats.py, and for every row what its forward is called."""
    nodes = functions_of(floats)
    own = {name: known(node, name) for name, node in nodes.items()}
    functions = [
        Javascript(floats, own).function(node, name) for name, node in nodes.items() if name not in HAND_WRITTEN
    ]
    written = {name: getattr(floats, name) for name in nodes}
    return functions, {row.name: forward_name(row, written) for row in OPERATIONS.values()}


def many_arguments(names: Mapping[str, str]) -> tuple[list[str], dict[str, str]]:
    """The functions that formulas of variadic rows call, and the entries of those rows."""
    tops = functions_of(ops)
    helpers = {name: node for name, node in tops.items() if name.endswith("_slopes")}
    callable_ = {row.name: Known(names[row.name], "xs" if row.variadic else "") for row in OPERATIONS.values()}
    callable_ |= {name: Known(name, "", LIST) for name in helpers} | {"softmax": Known("softmax", "", LIST)}
    functions = [Javascript(ops, callable_).function(node, name) for name, node in helpers.items()]
    entries = {}
    for row, body in variadic_formulas():
        translator = Javascript(ops, callable_)
        translator.kinds = {"xs": LIST, "y": NUMBER}
        entries[row.name] = f"  {row.name}: [-1, {names[row.name]}, (xs, y) => {translator.text(body)}],"
    return functions, entries


def main(argv: Sequence[str]) -> int:
    file, text = HERE / "rows.js", written_rows()
    if "--check" in argv:
        return int(not file.exists() or file.read_text(encoding="utf-8") != text)
    file.write_text(text, encoding="utf-8")
    print(f"{len(OPERATIONS)} rows, {len(text.encode()):,} bytes in {file.name}")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
