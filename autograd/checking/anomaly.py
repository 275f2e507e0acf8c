"""Where did the nan come from? `detect_anomaly()` stops at the first one and names it.

Without it nothing raises for a numeric reason: a nan goes where arithmetic takes it, and is seen at the end, in the
loss or in a gradient, far from its cause.
"""

import math
from collections.abc import Sequence

from autograd.by_hand import label_of
from autograd.events import BackwardStep, steps
from autograd.modes import Listener, mode, users_line
from autograd.numerics.trees import Number
from autograd.ops import Operation
from autograd.system.choices import flag
from autograd.system.letters import shorten
from autograd.value import Value

_SHOWN = 6  # operands named in a message; a dot product may have thousands


class detect_anomaly(mode):  # used like a function, so named like one
    """Context manager and decorator: FloatingPointError at the first nan, forward or backward; with `inf=True`, also at
    the first infinity.

    The message names the operation, its operands with their labels, and the source line that made it. A backward pass
    that raises leaves every `.grad` of a leaf as it was. What builds no graph is not watched: operations inside
    no_grad(), replays of a program. Slow: every node looks at the stack, every backward pass is made twice.

    >>> from autograd import Value, detect_anomaly, log
    >>> x = Value(-1.0, label="x")
    >>> with detect_anomaly():
    ...     y = log(x) + 1.0        # doctest: +ELLIPSIS
    Traceback (most recent call last):
        ...
    FloatingPointError: forward: log(x = -1.0) = nan, made at ...
    """

    def __init__(self, *, inf: bool = False) -> None:
        super().__init__(anomaly=Checker(flag("inf", inf)), lines=True)


class Checker(Listener):
    """FloatingPointError at the first nan, or infinity with `inf`, that it hears of."""

    def __init__(self, inf: bool) -> None:
        self.inf = inf

    def is_anomaly(self, number: float) -> bool:
        """Whether `number` is what is looked for."""
        return number != number or (self.inf and math.isinf(number))

    def node(self, node: Value) -> None:
        """The data of a node just made."""
        assert node.op is not None  # only operations are told of
        self._check(node.op, node.operands, node.data, node.line)

    def number(self, row: Operation, args: Sequence[float], y: float) -> None:
        """The result of an operation on plain numbers, as forward mode does them."""
        self._check(row, args, y, users_line())

    def backward(self, root: Value, seed: float) -> None:
        """Every number that root.backward(seed) meets."""
        for step in steps(root, seed):
            if isinstance(step, BackwardStep) and self.is_anomaly(step.after):
                raise FloatingPointError(_backward_message(step))

    def _check(self, row: Operation, operands: Sequence[Number], y: float, line: str | None) -> None:
        if not self.is_anomaly(y):
            return
        message = f"forward: {_call(row, operands, y)}{_made(line)}"
        for i, operand in enumerate(operands):
            data = operand.data if isinstance(operand, Value) else operand
            if self.is_anomaly(data):
                message += f". Operand {i} was {data!r} before: look at where it comes from"
                break
        raise FloatingPointError(message)


def _backward_message(step: BackwardStep) -> str:
    node, local, upstream = step.node, step.local, step.upstream
    assert node.op is not None  # edges start at operations
    return (
        f"backward: the gradient towards {_operand(step.parent)} is {step.after!r} after "
        f"{_call(node.op, node.operands, node.data)}{_made(node.line)}: upstream {upstream!r} · "
        f"local derivative {local!r} = {step.product!r}, added to {step.before!r}.{_cause(step)}"
    )


def _cause(step: BackwardStep) -> str:
    """What the numbers of a bad edge tell."""
    if step.local != step.local:
        return " The operation has no derivative at these operands."
    if step.upstream == 0.0 and math.isinf(step.local):
        return " The slope is infinite there and meets a gradient of 0: keep the operand away from that point."
    if math.isinf(step.upstream) and step.local == 0.0:
        return " The gradient has overflowed before it came here: detect_anomaly(inf=True) shows where."
    if step.product == step.product and step.after != step.after:
        return " Contributions of inf and -inf met: detect_anomaly(inf=True) shows the first."
    return ""


def _call(row: Operation, operands: Sequence[Number], y: float) -> str:
    """log(x = -1.0) = nan."""
    shown = [_operand(o) for o in operands[:_SHOWN]]
    if len(operands) > _SHOWN:
        shown.append(f"… {len(operands) - _SHOWN} more")
    return f"{row.name}({', '.join(shown)}) = {y!r}"


def _operand(operand: Number) -> str:
    if not isinstance(operand, Value):
        return repr(operand)
    return f"{shorten(label, 40)} = {operand.data!r}" if (label := label_of(operand)) else repr(operand.data)


def _made(line: str | None) -> str:
    return f", made at {line}" if line else ", made outside detect_anomaly(), so its line is not known"
