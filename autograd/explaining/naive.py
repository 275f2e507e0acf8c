"""What goes wrong without a topological order: recursion that passes a gradient on before it is complete."""

from dataclasses import dataclass

from autograd.backprop import topological_order
from autograd.events import adjoints
from autograd.explaining.paths import check_values, short_names
from autograd.numerics.real import same
from autograd.value import Value
from autograd.view.graph import check_limit
from autograd.view.notation import number


@dataclass(frozen=True)
class NaiveBackward:
    """What naive recursion computes beside the truth: `naive` and `right` map each node to its gradient.

    `visits` counts the edges the recursion walked, `edges` those that exist; `names` is what the nodes are called.
    """

    naive: dict[Value, float]
    right: dict[Value, float]
    visits: int
    edges: int
    names: dict[Value, str] | None = None

    @property
    def wrong(self) -> list[Value]:
        """The nodes whose gradient came out wrong, in topological order."""
        return [node for node, gradient in self.right.items() if not same(self.naive[node], gradient)]

    def __str__(self) -> str:
        wrong = set(self.wrong)
        verdict = f"{len(wrong)} of {len(self.right)} gradients wrong"
        lines = [f"{verdict}; {self.visits:,} steps along {self.edges:,} edges"]
        names = self.names or short_names([*self.right])  # what was pickled earlier has none
        for node, right in self.right.items():
            line = f"  {names[node]:<8} naive {number(self.naive[node]):<10} right {number(right):<10}"
            lines.append(f"{line}   ← wrong" if node in wrong else line.rstrip())
        return "\n".join(lines)

    __repr__ = __str__


def naive_backward(y: Value, max_visits: int = 100_000) -> NaiveBackward:
    """What this recursion, which many write first, makes of the gradients below `y`, next to the right ones:

        def backward(node):
            for parent, local in node:
                parent.grad += local * node.grad
                backward(parent)                # too early: node may be reached again, with its grad grown

    On a tree it is right. Where a node is used twice, its first visit passes on half of its gradient, and its second
    visit passes on the whole, the first half once more:

    >>> from autograd import Value, naive_backward
    >>> a = Value(3.0, label="a")
    >>> b = a * 2;    b.label = "b"
    >>> c = b * b;    c.label = "c"             # c = 4a²
    >>> naive_backward(c)
    1 of 3 gradients wrong; 4 steps along 3 edges
      a        naive 36         right 24           ← wrong
      b        naive 12         right 12
      c        naive 1          right 1

    It also walks every path where backward() walks every edge. No `.grad` is read or changed.

    Raises ValueError, with the exact number, if it would take more than `max_visits` steps.
    """
    check_values(y, y)
    check_limit("max_visits", max_visits)
    order = topological_order(y)
    visits = _naive_steps(y, order)
    edges = sum(len(node.parents) for node in order)
    if visits > max_visits:
        raise ValueError(
            f"naive recursion would take {visits:,} steps on this graph of {edges:,} edges, more than "
            f"max_visits={max_visits:,}. That is its second fault: backward() takes one step per edge"
        )
    naive = _recurse(y, visits)
    return NaiveBackward(
        {n: naive.get(n, 0.0) for n in order}, adjoints(order, {y: 1.0}), visits, edges, short_names(order)
    )


def _naive_steps(y: Value, order: list[Value]) -> int:
    """How many steps the recursion takes: a node is entered once per path that leads to it."""
    entered = dict.fromkeys(order, 0) | {y: 1}
    for node in reversed(order):
        for parent in node.parents:
            entered[parent] += entered[node]
    return sum(entered.values()) - 1


def _recurse(y: Value, visits: int) -> dict[Value, float]:
    """The recursion of naive_backward with a stack of its own, on a dict in the place of `.grad`."""
    gradient = {y: 1.0}
    stack = [(y, iter(zip(y.parents, y.local_grads, strict=True)))]
    while stack:
        node, edges = stack[-1]
        if (edge := next(edges, None)) is None:
            stack.pop()
            continue
        parent, local = edge
        visits -= 1
        if visits < 0:
            raise ValueError(
                "this graph leads round in a circle, through a _prev set by hand: the recursion never ends"
            )
        gradient[parent] = gradient.get(parent, 0.0) + local * gradient[node]
        stack.append((parent, iter(zip(parent.parents, parent.local_grads, strict=True))))
    return gradient
