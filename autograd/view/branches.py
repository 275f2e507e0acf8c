"""Which comparisons decided what Python code computed: `if x > 0`, `while abs(step) > tolerance`.

A graph remembers operations; that code asked something on its way, and would go another one with other numbers, it
does not know. What is asked inside `trace_branches()` is remembered here.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Sequence
from typing import Any, NamedTuple
from weakref import WeakSet

from autograd.modes import Listener, mode, users_line
from autograd.value import Value

MOST = 300


class Comparison(NamedTuple):
    """`left kind right` came out as `outcome`, at this line of the user's; kind "!=" is the truth of a Value."""

    kind: str
    left: Value
    right: Value | float
    outcome: bool
    line: str | None


class Comparisons(Listener):
    """The last comparisons that were made, and whether a Value was made meanwhile."""

    def __init__(self) -> None:
        self.found: deque[Comparison] = deque(maxlen=MOST)
        self.made: WeakSet[Value] = WeakSet()

    def node(self, node: Any) -> None:
        global _last
        _last = self
        self.made.add(node)

    def branch(self, kind: str, left: Any, right: Any, outcome: bool) -> None:
        right = right if isinstance(right, Value) else float(right)
        self.found.append(Comparison("!=" if kind == "bool" else kind, left, right, outcome, users_line()))


_last = Comparisons()  # that of the last `with` in which something was made


class trace_branches(mode):
    """Comparisons of Values made inside are remembered, with their source line, so that the page of a drawing says
    where moving a leaf would have led your code another way.

    Those of the last `with` are remembered, 300 at most, and the Values they compared. `draw(model, x)` needs none.

    >>> from autograd import Value, draw, trace_branches
    >>> x = Value(3.0, label="x")
    >>> with trace_branches():
    ...     y = x * x if x > 2.0 else -x
    >>> draw(y).save("y.html")  # doctest: +SKIP
    """

    def __init__(self) -> None:
        super().__init__(branches=Comparisons())


def comparisons_before(outputs: Sequence[Value]) -> list[Comparison] | None:
    """What was asked while the outputs were made; None where nobody listened. Asked more than once counts once."""
    if not all(output in _last.made for output in outputs):
        return None
    return list(dict.fromkeys(_last.found))
