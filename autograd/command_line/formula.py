"""Read a formula such as `tanh(x1*w1 + b)` from text and run it on numbers or on Values.

The grammar, loosest binding first; it is Python's, cut down to arithmetic:

    comparison = sum [("<" | "<=" | ">" | ">=") sum]
    sum        = product {("+" | "-") product}
    product    = signed {("*" | "/") signed}
    signed     = {"+" | "-"} atom ["**" signed]
    atom       = number | name | function "(" comparison {"," comparison} ")" | "(" comparison ")"

There is no other syntax, so a formula from a stranger can do nothing but arithmetic: no attributes, no subscripts, no
strings, and Python's own parser never sees the text. Its length and the depth of its brackets are limited before it is
parsed. Every number is a float from the start, and every operator is a row of the operation table, so nothing can
grow without bound and nothing raises for a numeric reason (`1/0` is inf, `(-8)**(1/3)` is nan).
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

import autograd
from autograd.ops import OPERATIONS, Operation

MAX_LENGTH = 2_000
MAX_DEPTH = 50

CONSTANTS = {"pi": math.pi, "π": math.pi, "tau": math.tau, "e": math.e, "inf": math.inf, "nan": math.nan}

# The rows that are public functions of autograd. A formula has no lists: sums and means take their terms one by one, as
# in mean(a, b, c), and operations on two lists are left out.
FUNCTIONS: dict[str, Operation] = {
    **{name: row for name, row in OPERATIONS.items() if name in autograd.__all__},
    **{name: OPERATIONS[name] for name in ("abs", "pow", "round")},
    "max": OPERATIONS["maximum"],
    "min": OPERATIONS["minimum"],
    "sum": OPERATIONS["total"],
}
del FUNCTIONS["dot"], FUNCTIONS["cross_entropy"]

# A comparison gives a plain 0.0 or 1.0: a step has no derivative to pass on.
COMPARISONS: dict[str, Callable[[Any, Any], float]] = {
    "<": lambda a, b: float(a < b),
    "<=": lambda a, b: float(a <= b),
    ">": lambda a, b: float(a > b),
    ">=": lambda a, b: float(a >= b),
}

# What people type or paste; each is one character for one or two, so the columns are counted before the exchange.
LOOKALIKES = {"−": "-", "×": "*", "·": "*", "⋅": "*", "÷": "/", "∕": "/", "≤": "<=", "≥": ">="}

ADVICE = {
    "^": "write ** for a power",
    "²": "write **2 for a square",
    "³": "write **3 for a cube",
    "√": "write sqrt(...)",
    "|": "write abs(...)",
    "=": "give values after the formula, as in: x=2",
    ".": "attributes are not part of a formula",
    "[": "subscripts are not part of a formula",
    '"': "strings are not part of a formula",
    "'": "strings are not part of a formula",
    "%": "the operators are + - * / ** and < <= > >=",
}

# Names that mathematics has for functions which are called otherwise here.
ALIASES = {
    "ln": "log",
    "lg": "log10",
    "ld": "log2",
    "σ": "sigmoid",
    "logistic": "sigmoid",
    "sgn": "sign",
    "tg": "tan",
    "arcsin": "asin",
    "arccos": "acos",
    "arctan": "atan",
    "arcsinh": "asinh",
    "arccosh": "acosh",
    "arctanh": "atanh",
    "Φ": "normal_cdf",
    "step": "heaviside",
    "θ": "heaviside",
    "sqr": "square",
    "swish": "silu",
}

TOKEN = re.compile(
    r"(?P<space>\s+)"
    r"|(?P<number>(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][+-]?[0-9]+)?)"
    r"|(?P<name>[^\W\d]\w*)"
    r"|(?P<operator>\*\*|<=|>=|[-+*/()<>,]|[" + "".join(LOOKALIKES) + "])"
)


class ExpressionError(ValueError):
    """A formula that cannot be read: `.message` says why, `.column` (counted from 0) says where in `.text`."""

    def __init__(self, message: str, text: str, column: int) -> None:
        super().__init__(message, text, column)
        self.message = message
        self.text = text
        self.column = column

    def __str__(self) -> str:
        # A long formula is shown around the place only, and a tab or line break must not move the pointer.
        start = max(0, self.column - 50)
        shown = re.sub(r"\s", " ", self.text[start : self.column + 50])
        return f"column {self.column + 1}: {self.message}\n  {shown}\n  {' ' * (self.column - start)}^"


class Token(NamedTuple):
    kind: str  # "number", "name", "operator" or "end"
    text: str
    column: int


class Instruction(NamedTuple):
    """One step of a stack machine: push a number, push the value of a name, or replace `arity` values by one."""

    kind: str  # "number", "name" or "call"
    operand: Any  # the float, the name, or the function
    arity: int = 0


@dataclass(frozen=True)
class Expression:
    """A formula that has been read: call it with one value per name, in the order of `names`.

    >>> area = parse("width * height / 2")
    >>> area.names
    ('width', 'height')
    >>> area(3.0, 4.0)
    6.0

    The arguments may be floats or Values (or anything else the rows of the operation table accept), and so may
    the result, which makes a formula fit for `grad`, `hessian` and `check_gradients`.
    """

    text: str
    names: tuple[str, ...]
    columns: tuple[int, ...]  # where each name stands first
    program: tuple[Instruction, ...]

    def __call__(self, *values: Any) -> Any:
        if len(values) != len(self.names):
            raise TypeError(f"expected {len(self.names)} values ({', '.join(self.names)}), got {len(values)}")
        known = dict(zip(self.names, values, strict=True))
        stack: list[Any] = []
        for kind, operand, arity in self.program:
            if kind == "call":
                arguments = stack[len(stack) - arity :]
                del stack[len(stack) - arity :]
                stack.append(operand(*arguments))
            else:
                stack.append(known[operand] if kind == "name" else operand)
        return stack.pop()


def parse(text: str, given: Sequence[str] = ()) -> Expression:
    """Read a formula. Names in `given` are variables even where a constant (`e`, `pi`) has the same name.

    Raises ExpressionError, which names the column, for anything that is not in the grammar above, for more than
    2,000 characters and for brackets nested more than 50 deep.

    >>> parse("2x")
    Traceback (most recent call last):
    ...
    autograd.command_line.formula.ExpressionError: column 2: expected an operator before 'x' (a product is written 2*x)
      2x
       ^
    """
    if len(text) > MAX_LENGTH:
        raise ExpressionError(f"the formula has {len(text):,} characters; at most {MAX_LENGTH:,}", text, MAX_LENGTH)
    parser = _Parser(text, frozenset(given))
    return Expression(text, tuple(parser.names), tuple(parser.names.values()), tuple(parser.program))


def tokenize(text: str) -> list[Token]:
    """The tokens of a formula, ending in one of kind "end"; raises ExpressionError at the first foreign character."""
    tokens = []
    column = 0
    while column < len(text):
        match = TOKEN.match(text, column)
        if match is None:
            raise _foreign(text, column)
        if match.lastgroup == "name" and not match.group().isidentifier():  # \w has more letters: ² and ½ are in it
            raise _foreign(text, next(end for end in range(*match.span()) if not text[column : end + 1].isidentifier()))
        if match.lastgroup != "space":
            token = match.group()
            tokens.append(Token(str(match.lastgroup), LOOKALIKES.get(token, token), column))
        column = match.end()
    tokens.append(Token("end", "", len(text)))
    return tokens


def _foreign(text: str, column: int) -> ExpressionError:
    advice = ADVICE.get(text[column], "a formula has numbers, names, operators, functions and brackets")
    return ExpressionError(f"{text[column]!r} is not allowed here: {advice}", text, column)


def _limit_depth(tokens: Sequence[Token], text: str) -> None:
    # Brackets are the only thing the parser recurses on, so this is the limit on its recursion.
    depth = 0
    for token in tokens:
        depth += (token.text == "(") - (token.text == ")")
        if depth > MAX_DEPTH:
            raise ExpressionError(f"brackets nested more than {MAX_DEPTH} deep", text, token.column)


class _Parser:
    """Recursive descent, one method per line of the grammar; writes the program in postfix order."""

    def __init__(self, text: str, given: frozenset[str]) -> None:
        self.text = text
        self.given = given
        self.names: dict[str, int] = {}  # and the column where each stands first
        self.program: list[Instruction] = []
        self.tokens = tokenize(text)
        self.position = 0
        _limit_depth(self.tokens, text)
        self.comparison()
        if self.token.kind != "end":
            raise self.unexpected()

    @property
    def token(self) -> Token:
        return self.tokens[self.position]

    def take(self) -> Token:
        self.position += 1
        return self.tokens[self.position - 1]

    def accept(self, *operators: str) -> Token | None:
        return self.take() if self.token.kind == "operator" and self.token.text in operators else None

    def error(self, message: str, token: Token) -> ExpressionError:
        return ExpressionError(message, self.text, token.column)

    def unexpected(self) -> ExpressionError:
        token = self.token
        if token.text == ")":
            return self.error("this bracket was never opened", token)
        if token.kind in ("number", "name") or token.text == "(":
            return self.error(f"expected an operator before {token.text!r} (a product is written 2*x)", token)
        around = self.tokens[max(self.position - 1, 0) : self.position + 2]
        if token.text == "," and [t.kind for t in around] == ["number", "operator", "number"]:
            return self.error(f"numbers have a point: {around[0].text}.{around[2].text}", token)
        return self.error(f"did not expect {token.text!r} here", token)

    def call(self, function: Callable[..., Any], arity: int) -> None:
        self.program.append(Instruction("call", function, arity))

    def left_to_right(self, operand: Callable[[], None], operators: dict[str, str]) -> None:
        operand()
        while sign := self.accept(*operators):
            operand()
            self.call(OPERATIONS[operators[sign.text]], 2)

    def comparison(self) -> None:
        self.sum()
        if sign := self.accept(*COMPARISONS):
            self.sum()
            self.call(COMPARISONS[sign.text], 2)
            if again := self.accept(*COMPARISONS):
                raise self.error("one comparison at a time", again)

    def sum(self) -> None:
        self.left_to_right(self.product, {"+": "add", "-": "sub"})

    def product(self) -> None:
        self.left_to_right(self.signed, {"*": "mul", "/": "div"})

    def signed(self) -> None:
        # A loop, so that a thousand minus signs or powers in a row cost no recursion. A sign binds looser than the
        # power to its right (-x**2 is -(x**2)), and powers group from the right, so both are applied backwards.
        levels = [self.minus_signs()]
        self.atom()
        while self.accept("**"):
            levels.append(self.minus_signs())
            self.atom()
        for level in reversed(range(len(levels))):
            for _ in range(levels[level]):
                self.call(OPERATIONS["neg"], 1)
            if level > 0:
                self.call(OPERATIONS["pow"], 2)

    def minus_signs(self) -> int:
        count = 0
        while sign := self.accept("+", "-"):
            count += sign.text == "-"
        return count

    def atom(self) -> None:
        token = self.token
        if token.kind == "number":
            self.program.append(Instruction("number", float(self.take().text)))
        elif token.kind == "name":
            self.name_or_function(self.take())
        elif self.accept("("):
            self.comparison()
            self.close(token)
        elif token.kind == "end":
            raise self.error("the formula ends too early: expected a number, a name or a bracket", token)
        else:
            raise self.error(f"expected a number, a name or a bracket before {token.text!r}", token)

    def close(self, opening: Token) -> None:
        if self.token.kind == "end":
            raise self.error("this bracket is never closed", opening)
        if not self.accept(")"):
            raise self.unexpected()

    def name_or_function(self, token: Token) -> None:
        opening = self.accept("(")
        if opening:
            self.function(token, opening)
        elif token.text in CONSTANTS and token.text not in self.given:
            self.program.append(Instruction("number", CONSTANTS[token.text]))
        elif token.text in FUNCTIONS and token.text not in self.given:
            raise self.error(f"{token.text} is a function: write {token.text}(...)", token)
        else:
            self.names.setdefault(token.text, token.column)
            self.program.append(Instruction("name", token.text))

    def function(self, token: Token, opening: Token) -> None:
        if token.text not in FUNCTIONS:
            raise self.error(f"unknown function {token.text!r}{_suggestion(token.text)}", token)
        self.comparison()
        count = 1
        while self.accept(","):
            self.comparison()
            count += 1
        self.close(opening)
        function = FUNCTIONS[token.text]
        try:
            function.__signature__.bind(*range(count))
        except TypeError as error:  # under the name that was written: max, not maximum
            pair = re.search(r"\d+,\d+", self.text[token.column : self.token.column])
            advice = f" ({pair[0]} is two of them: a number has a point, {pair[0].replace(',', '.')})" if pair else ""
            raise self.error(f"{token.text}{function.__signature__}: {error}{advice}", token) from None
        self.call(function, count)


def _suggestion(name: str) -> str:
    from difflib import get_close_matches

    if name in ALIASES:
        return f": here it is {ALIASES[name]}(...)"
    close = get_close_matches(name.lower(), FUNCTIONS, n=1)
    return f"; did you mean {close[0]!r}?" if close else ""
