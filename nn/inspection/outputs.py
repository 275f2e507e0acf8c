"""What each layer puts out, and how flat its activation is there."""

from collections.abc import Sequence
from contextlib import suppress
from functools import cache
from math import isclose
from typing import Any

from autograd import BranchChanged, Operation, Program, Value, enable_grad, no_grad, record
from nn.basics.nested import flat, only, plain
from nn.data.rows import as_list
from nn.module import Module, evaluating, own_dice

FLAT = 0.05  # a slope below this share of the activation's steepest is saturated: |tanh| > 0.975, |relu'| = 0
DEAD = 1e-6  # a unit whose slope never exceeds this share, on any row, learns nothing
MANY = 1000  # rows, from which on recording pays for itself
LOOKED_AT = 100  # of them


def answers(model: Module, rows: list[Any]) -> list[Any]:
    """What the model, in use, says of each row, in plain numbers; of many by a program."""
    with evaluating(model):
        if len(rows) >= MANY and (program := recorded(model, rows)) is not None:
            with suppress(BranchChanged):
                return list(map(only, program.map(rows)))
        with no_grad():
            return list(map(only, plain(model.batch(rows))))


def recorded(model: Module, rows: list[Any]) -> Program | None:
    """A program that says of some of these rows what the model says."""
    with suppress(Exception), own_dice(model):  # whatever a model does with Values it was not made for
        program, some = record(model, rows[0], strict=True), rows[:: 1 + len(rows) // LOOKED_AT]
        with no_grad():
            pairs = zip(flat(plain(model.batch(some))), flat(program.map(some)), strict=True)
        if all(isclose(a, b, rel_tol=1e-9, abs_tol=1e-9) for a, b in pairs):
            return program
    return None


def layer_outputs(model: Module, X: Any) -> dict[str, list[list[Value]]]:
    """What every layer puts out, row by row: {"layer0": [[Value, …] of row 0, …], …}, as Values with their graph.

    Works for models that keep their layers in a list `layers` and apply them one after the other (MLP, Sequential).
    """
    layers: Sequence[Module] | None = getattr(model, "layers", None)
    if not isinstance(layers, list | tuple):
        raise TypeError(f"{type(model).__name__} has no list `layers` to look into; MLP and Sequential have one")
    outputs, values = {}, as_list(X)
    if not values:
        raise ValueError("X has no row, and layers show what they do on rows")
    with enable_grad():
        for i, layer in enumerate(layers):
            values = layer.batch(values)
            outputs[f"layer{i}"] = [list(row) if isinstance(row, list | tuple) else [row] for row in values]
    return outputs


def slope(output: Value) -> float:
    """Slope of the activation that made this output, as a share of its steepest; 1.0 for a linear unit.

    Read from the node itself: its local derivative is the activation's slope at this row.
    """
    curve = curve_of(output)
    if curve is None:
        return 1.0
    steepest = shape_of(*curve)[0]
    return abs(output.local_grads[0]) / steepest if steepest else 1.0


def saturation(values: list[list[Value]]) -> tuple[float, int]:
    """(share of saturated outputs, number of dead units) of one layer's outputs, row by row."""
    slopes = [[slope(unit) for unit in row] for row in values]
    flat = [s < FLAT for row in slopes for s in row]
    return flat.count(True) / len(flat), [max(unit) <= DEAD for unit in zip(*slopes, strict=True)].count(True)


def curve_of(output: Value) -> tuple[Operation, tuple[float, ...]] | None:
    """The activation that made an output, and its numbers (the slope of leaky_relu); None for a linear unit."""
    if output.op is None or output.op.variadic or len(output.parents) != 1:
        return None
    numbers = tuple(operand for operand in output.operands[1:] if not isinstance(operand, Value))
    return (output.op, numbers) if output.operands[0] is output.parents[0] else None


@cache
def shape_of(op: Operation, numbers: tuple[float, ...]) -> tuple[float, bool]:
    """(steepest slope, whether it levels off on both sides) of an activation, by looking at it from -40 to 40."""
    points = [k / 4 for k in range(-24, 25)]
    steepest = max(abs(op.local_grads((x, *numbers), op.forward(x, *numbers))[0]) for x in points)
    levels_off = all(abs(op.forward(2 * x, *numbers) - op.forward(x, *numbers)) < 1e-6 for x in (-20.0, 20.0))
    return steepest, levels_off
