"""What each neuron of a model with two inputs makes of the whole plane: the map in its card at the level `neuron`.

The graph is computed again for every point of a grid, with all other leaves as they are. A neuron's map is its output
there, in shares of the largest; it shows where the neuron is on, and where its line lies.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Sequence

from autograd.drawing.cards import MAP_CELLS, Plane
from autograd.value import Value
from autograd.view.graph import GraphView, Node
from autograd.view.notation import number
from autograd.view.parts import Part

MOST_COMPUTED = 400_000  # operations, half a second
BEYOND = 1.5  # the plane reaches so much further than the example does
LEAST_REACH = 1.0


def planes(graph: GraphView, parts: Iterable[Part]) -> tuple[dict[str, Plane], str]:
    """A map for every part of the model with one output, by that node's id, and a line that says how to read them.

    There are none unless the graph has exactly two inputs, and operations that can be computed again.
    """
    inputs = [node for node in graph.nodes if node.kind == "input"]
    outputs = [part.outputs[0] for part in parts if part.path and len(part.outputs) == 1]
    if len(inputs) != 2 or len(graph.nodes) * MAP_CELLS**2 > MOST_COMPUTED:
        return {}, ""
    here = [node.value.data for node in inputs]
    reach = max(LEAST_REACH, BEYOND * max(map(abs, here)))
    if not math.isfinite(reach):
        return {}, ""
    try:
        grid = _computed(graph, inputs, reach)
    except NotImplementedError:  # an operation made by hand has no forward function
        return {}, ""
    point = ((here[0] / reach + 1) / 2, (1 - here[1] / reach) / 2)
    places = tuple(node.index for node in inputs)
    maps = {
        node.id: Plane(_in_shares(grid[node.value]), point, node.index, places, reach)
        for node in outputs
        if node.value in grid
    }
    across, up = (node.brief for node in inputs)
    side = number(reach, ".3g")
    return (
        maps,
        f"maps: a neuron's output, amber + and teal −, over {across} (across) and {up} (up) from −{side} to {side}",
    )


def _computed(graph: GraphView, inputs: Sequence[Node], reach: float) -> dict[Value, list[float]]:
    """What depends on the inputs, for every point of the grid: row by row, from the upper left corner."""
    steps = [reach * ((2 * i + 1) / MAP_CELLS - 1) for i in range(MAP_CELLS)]
    grid = {
        inputs[0].value: [x for _ in steps for x in steps],
        inputs[1].value: [y for y in reversed(steps) for _ in steps],
    }
    for value in (node.value for node in graph.nodes if node.value.op is not None):
        assert value.op is not None
        if any(operand in grid for operand in value.operands):
            columns = [
                grid[o] if o in grid else [o.data if isinstance(o, Value) else o] * MAP_CELLS**2 for o in value.operands
            ]
            grid[value] = list(map(_forward(value.op.forward), *columns))
    return grid


def _forward(function: Callable[..., float]) -> Callable[..., float]:
    def computed(*args: float) -> float:
        try:
            return float(function(*args))
        except (ArithmeticError, ValueError):
            return math.nan

    return computed


def _in_shares(values: Sequence[float]) -> tuple[tuple[float, ...], ...]:
    """The values, row by row, as shares of the largest, from −1 to 1; 0 for what is not finite."""
    largest = max((abs(v) for v in values if math.isfinite(v)), default=0.0) or 1.0
    shares = [v / largest if math.isfinite(v) else 0.0 for v in values]
    return tuple(tuple(shares[row : row + MAP_CELLS]) for row in range(0, MAP_CELLS**2, MAP_CELLS))
