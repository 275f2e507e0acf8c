"""Where did the nan come from? `detect_anomaly()` stops at the first one and names it.

Without it nothing raises for a numeric reason: a nan goes where arithmetic takes it, and is seen at the end, in the
loss or in a gradient, far from its cause.
"""

import math
from collections.abc import Sequence
from typing import Any

from autograd.backprop import BackwardStep, steps
from autograd.modes import mode
from autograd.numerics.trees import Number
from autograd.ops import Operation
from autograd.value import Value, _users_line

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
        super().__init__(anomaly="inf" if inf else "nan")


def is_anomaly(number: float, anomaly: str) -> bool:
    """Whether `number` is what the mode `anomaly` ("nan", or "inf" for both) looks for."""
    return number != number or (anomaly == "inf" and math.isinf(number))


def check_forward(node: Value, anomaly: str) -> None:
    """FloatingPointError if the data of a node just made is an anomaly."""
    if node.op is not None and is_anomaly(node.data, anomaly):
        raise FloatingPointError(
            f"forward: {_call(node.op, node.operands, node.data)}{_origin(node.operands, anomaly, node.line)}"
        )


def check_operation(row: Operation, args: Sequence[float], y: float, anomaly: str) -> None:
    """The same for an operation on plain numbers, as forward mode does them."""
    if is_anomaly(y, anomaly):
        raise FloatingPointError(f"forward: {_call(row, args, y)}{_origin(args, anomaly, _users_line())}")


def check_backward(root: Value, seed: float, anomaly: str) -> None:
    """FloatingPointError at the first anomaly that root.backward(seed) meets."""
    for step in steps(root, seed):
        if isinstance(step, BackwardStep) and is_anomaly(step.after, anomaly):
            raise FloatingPointError(_backward_message(step))


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
    return f"{operand.label} = {operand.data!r}" if operand.label else repr(operand.data)


def _origin(operands: Sequence[Any], anomaly: str, line: str | None) -> str:
    """Where the operation stands, and whether the trouble was in the operands already."""
    for i, operand in enumerate(operands):
        data = operand.data if isinstance(operand, Value) else operand
        if is_anomaly(data, anomaly):
            return f"{_made(line)}. Operand {i} was {data!r} before: look at where it comes from"
    return _made(line)


def _made(line: str | None) -> str:
    return f", made at {line}" if line else ", made outside detect_anomaly(), so its line is not known"
