"""Small wrong changes to a piece of source: another operator, another number, another name, a statement left out.

Lambdas at module level are mutated like everything else, because the table of operations is made of them.
"""

import ast
import copy
from collections.abc import Iterator
from dataclasses import dataclass

BINARY = {
    ast.Add: ast.Sub,
    ast.Sub: ast.Add,
    ast.Mult: ast.Div,
    ast.Div: ast.Mult,
    ast.Pow: ast.Mult,
    ast.Mod: ast.Mult,
}
COMPARE = {
    ast.Lt: ast.LtE, ast.LtE: ast.Lt, ast.Gt: ast.GtE, ast.GtE: ast.Gt, ast.Eq: ast.NotEq, ast.NotEq: ast.Eq,
    ast.Is: ast.IsNot, ast.IsNot: ast.Is, ast.In: ast.NotIn, ast.NotIn: ast.In,
}  # fmt: skip


@dataclass(frozen=True)
class Mutant:
    """The module `whole` with `node` of it replaced by `changed`."""

    whole: ast.Module
    node: ast.AST
    changed: ast.AST

    @classmethod
    def unchanged(cls, source: str) -> "Mutant":
        whole = ast.parse(source)
        return cls(whole, whole, whole)

    @property
    def line(self) -> int:
        return getattr(self.node, "lineno", 0)

    @property
    def name(self) -> str:
        return f"{ast.unparse(self.node)} → {ast.unparse(self.changed)}"

    @property
    def subject(self) -> str:
        """The function, class or variable at the top of the module that the change is inside of; "" elsewhere."""
        around = next((top for top in self.whole.body if top.lineno <= self.line <= (top.end_lineno or 0)), None)
        target = around.targets[0] if isinstance(around, ast.Assign) else getattr(around, "target", None)
        return getattr(around, "name", None) or getattr(target, "id", "")

    def tree(self) -> ast.Module:
        """What to compile; its lines are those of the file."""
        memo = {id(self.node): ast.copy_location(copy.deepcopy(self.changed), self.node)}
        mutated: ast.Module = ast.fix_missing_locations(copy.deepcopy(self.whole, memo))
        return mutated


def mutants(source: str) -> Iterator[Mutant]:
    """Every mutant of `source`, in the order of its lines. Docstrings and annotations have none."""
    whole = ast.parse(source)
    for node, parents in list(_walk(whole, ())):
        for changed in _changes(node, parents):
            yield Mutant(whole, node, changed)


def _walk(node: ast.AST, parents: tuple[ast.AST, ...]) -> Iterator[tuple[ast.AST, tuple[ast.AST, ...]]]:
    if isinstance(node, ast.Import | ast.ImportFrom | ast.JoinedStr | ast.Raise):
        return  # the wording of messages is not what is tested here
    if isinstance(node, ast.keyword) and node.arg in ("strict", "frozen", "slots"):
        return  # nor what only forbids mistakes: lists of unequal length, assignments to what is not to change
    for field, value in ast.iter_fields(node):
        if field in ("annotation", "returns"):
            continue
        for child in value if isinstance(value, list) else [value]:
            if isinstance(child, ast.AST):
                yield child, (*parents, node)
                yield from _walk(child, (*parents, node))


def _changes(node: ast.AST, parents: tuple[ast.AST, ...]) -> Iterator[ast.AST]:
    """What `node` may be replaced with."""
    if isinstance(node, ast.BinOp) and type(node.op) in BINARY:
        yield ast.BinOp(node.left, BINARY[type(node.op)](), node.right)
    elif isinstance(node, ast.Compare):
        for i, operator in enumerate(node.ops):
            yield ast.Compare(
                node.left, [*node.ops[:i], COMPARE[type(operator)](), *node.ops[i + 1 :]], node.comparators
            )
    elif isinstance(node, ast.BoolOp):
        yield ast.BoolOp(ast.Or() if isinstance(node.op, ast.And) else ast.And(), node.values)
    elif isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.USub | ast.Not):
        yield node.operand
    elif isinstance(node, ast.IfExp):
        yield ast.IfExp(node.test, node.orelse, node.body)
    elif isinstance(node, ast.Constant):
        yield from _other_constants(node)
    elif isinstance(node, ast.Name):
        yield from _other_names(node, parents)
    elif isinstance(node, ast.Expr | ast.Assign | ast.AugAssign) and _is_effect(node, parents):
        yield ast.Pass()


def _other_constants(node: ast.Constant) -> Iterator[ast.AST]:
    if isinstance(node.value, bool):
        yield ast.Constant(not node.value)
    elif isinstance(node.value, int | float):
        yield ast.Constant(node.value + 1)
        if node.value not in (0, 1):
            yield ast.Constant(
                type(node.value)(node.value * 1.0001) if isinstance(node.value, float) else node.value - 1
            )


def _other_names(node: ast.Name, parents: tuple[ast.AST, ...]) -> Iterator[ast.AST]:
    """In a formula of the table, another of its arguments."""
    formula = next((p for p in reversed(parents) if isinstance(p, ast.Lambda)), None)
    if formula is None or not isinstance(node.ctx, ast.Load):
        return
    names = [argument.arg for argument in formula.args.args]
    if node.id in names:
        for other in names:
            if other != node.id:
                yield ast.Name(other, ast.Load())


def _is_effect(node: ast.AST, parents: tuple[ast.AST, ...]) -> bool:
    """A statement inside a function that changes something which exists already."""
    if not any(isinstance(p, ast.FunctionDef | ast.AsyncFunctionDef) for p in parents):
        return False
    if isinstance(node, ast.Expr):
        return isinstance(node.value, ast.Call)
    targets = node.targets if isinstance(node, ast.Assign) else [node.target]  # type: ignore[attr-defined]
    return isinstance(node, ast.AugAssign) or any(isinstance(t, ast.Attribute | ast.Subscript) for t in targets)
