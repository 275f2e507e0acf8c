"""The text tree of a graph, for terminals, and the graph in words, for screen readers.

Below each value stands what it was made of. [×6] in front of an operand is the local derivative towards it: the
operand's gradient ∂ is the sum of these factors times the gradients of the values they lead to. ↑ marks a value that
was shown before; its operands are not repeated. What `where` has not chosen has no factor.
"""

from __future__ import annotations

from collections.abc import Iterator

from autograd.drawing.values_picture import Gradients
from autograd.events import parent_positions
from autograd.value import Value
from autograd.view.graph import GraphView, Node
from autograd.view.names import shortened
from autograd.view.notation import aloud, factor, formula, gradient, is_unseen, number

NAME_LIMIT = 60


def text_tree(
    graph: GraphView, gradients: Gradients, spec: str = ".4g", max_lines: int = 200, max_depth: int = 24
) -> str:
    """The graph as an indented tree, one line for each use of a value, at most `max_lines` and `max_depth` deep.

    >>> from autograd.view.graph import view
    >>> a = Value(2.0, label="a")
    >>> y = a * a + 1
    >>> y.backward()
    >>> graph = view(y)
    >>> print(text_tree(graph, graph.gradients()))
    v2 = +  5  ∂ 1
    ├─ [×1] v1 = ×  4  ∂ 1
    │  ├─ [×2] a  2  ∂ 4
    │  └─ [×2] a ↑
    └─ 1
    """
    tree = _Tree(graph, gradients, spec, max_depth)
    lines: list[str] = []
    for line in tree.lines():
        if len(lines) == max_lines:
            return "\n".join([*lines, f"… {len(graph.nodes) - len(tree.seen)} of {len(graph.nodes)} values left out"])
        lines.append(line)
    return "\n".join(lines)


class _Tree:
    def __init__(self, graph: GraphView, gradients: Gradients, spec: str, max_depth: int) -> None:
        self.graph = graph
        self.gradients = gradients
        self.spec = spec
        self.deepest = 3 * max_depth
        self.seen: set[Value] = set()
        self.names = shortened([node.name for node in graph.nodes], NAME_LIMIT)

    def lines(self) -> Iterator[str]:
        """Depth first, first operand first, with a stack of its own: graphs may be deeper than Python's recursion."""
        for output in self.graph.outputs:
            # What stands in front of the item, what continues below it, its factor, and the item itself.
            stack: list[tuple[str, str, str, Value | str]] = [("", "", "", output)]
            while stack:
                front, below, factor, item = stack.pop()
                if not isinstance(item, Value):
                    yield f"{front}{item}"
                    continue
                yield f"{front}{factor}{self._describe(self.graph.by_value[item])}"
                if item not in self.seen:
                    self.seen.add(item)
                    stack += reversed(list(self._operands(item, below)))

    def _operands(self, item: Value, below: str) -> Iterator[tuple[str, str, str, Value | str]]:
        if len(below) >= self.deepest and item.operands:
            yield (f"{below}└─ ", "", "", "… deeper than shown here")
            return
        slopes = dict(zip(parent_positions(item), item.local_grads, strict=True))
        operands = [(place, operand) for place, operand in enumerate(item.operands) if not is_unseen(item, place)]
        for position, (place, operand) in enumerate(operands):
            last = position == len(operands) - 1
            here, beyond = (f"{below}└─ ", f"{below}   ") if last else (f"{below}├─ ", f"{below}│  ")
            if isinstance(operand, Value):
                factor = f"[×{number(slopes[place], self.spec)}] " if place in slopes else ""
                yield here, beyond, factor, operand
            else:
                yield here, beyond, "", number(operand, self.spec)

    def _describe(self, node: Node) -> str:
        name = self.names[node.index]
        if node.value in self.seen:
            return f"{name} ↑"
        symbol = f" = {node.symbol}" if node.symbol else ""
        slope = "" if self.gradients is None else f"  {gradient(self.gradients[node.index], self.spec)}"
        return f"{name}{symbol}  {number(node.value.data, self.spec)}{slope}"


# In words -------------------------------------------------------------------------------------------------------------


def in_words(graph: GraphView, gradients: Gradients, spec: str = ".4g", max_lines: int = 200) -> str:
    """The graph to be read aloud, a line for every value, results before what they are made of.

    >>> from autograd.view.graph import view
    >>> a = Value(2.0, label="a")
    >>> y = a * a - 1
    >>> y.backward()
    >>> graph = view(y)
    >>> print(in_words(graph, graph.gradients()))
    v2 equals v1 minus 1, which is 3. Gradient 1. Local derivative: 1 for v1.
    v1 equals a times a, which is 4. Gradient 1. Local derivatives: 2 for a, 2 for a.
    a is 2. Gradient 4.
    """
    lines = [_in_words(node, graph, gradients, spec) for node in reversed(graph.nodes[-max_lines:])]
    left_out = len(graph.nodes) - len(lines)
    return "\n".join([*lines, f"{left_out} of {len(graph.nodes)} values left out."] if left_out else lines)


def _in_words(node: Node, graph: GraphView, gradients: Gradients, spec: str) -> str:
    name, data = aloud(node.name), aloud(number(node.value.data, spec))
    slope = None if gradients is None else gradients[node.index]
    parts = [f"{name} is {data}."]
    if node.value.op is not None:
        parts = [f"{name} equals {_operation(node, graph, spec)}, which is {data}."]
    if slope is not None:
        parts.append(f"Gradient {aloud(number(slope, spec))}.")
    pairs = zip(node.value.parents, node.value.local_grads, strict=True)
    found = [f"{aloud(number(local, spec))} for {aloud(graph.by_value[parent].name)}" for parent, local in pairs]
    if found:
        parts.append(f"Local derivative{'s' if len(found) > 1 else ''}: {', '.join(found)}.")
    return " ".join(parts)


def _operation(node: Node, graph: GraphView, spec: str) -> str:
    operands = [graph.by_value[o].name if isinstance(o, Value) else factor(o, spec) for o in node.value.operands]
    return aloud(formula(node.value, operands))
