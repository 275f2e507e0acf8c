"""A training as one offline page that can be watched again: what a network of two inputs was, update after update.

    boundary and data      the plane of the inputs, with what comes out there
    every unit             the same plane, as it sees it
    lines                  weights, and the gradients that changed them
    slider, loss curve     any update that was kept

The network is a graph for engine.js; browser/watch.js asks it all over the plane, with the parameters of the moment.
"""

from __future__ import annotations

import sys
from array import array
from base64 import b64encode
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from autograd.backprop import topological_order
from autograd.drawing.figure import html_image, show
from autograd.drawing.shapes import escaped
from autograd.explaining.page.data import is_row, program_of
from autograd.explaining.page.html import filled, framed, over_still
from autograd.explaining.page.packing import packed_asset, packed_script
from autograd.explaining.page.rows import javascript_rows
from autograd.explaining.page.training_still import still
from autograd.system.files import write_whole
from autograd.value import Value
from autograd.view.graph import view

KINDS = ("sign", "classes", "numbers")
MOST_MOMENTS = 400  # a page has no more of them: of more, evenly chosen ones
MOST_NUMBERS = 400_000  # parameters and gradients of all moments
MOST_ROWS = 1_000
MOST_LOSSES = 600
HEIGHT = 620
Numbers = Sequence[float]


@dataclass(frozen=True)
class TrainingPage:
    """What a network of two inputs was at every update that was kept; `nn.watch` makes one of what `nn.fit` kept.

    inputs       the two leaves that the network was given
    layers       {name: the Values that it puts out}; the last one's are the outputs
    parameters   leaves, in the order of the numbers in `kept` and `gradients`
    links        (layer, unit before, unit, parameter): which parameter weighs what goes from one unit to another
    updates      how many updates had been made at every moment that was kept
    kept         the parameters at that moment
    gradients    the gradient that changed them then; an empty one where there was none
    losses       the loss of every update
    rows         the points that were learnt from, with their `targets`
    kind         what the output says: "sign" (which side of `level`), "classes" (the largest of them), "numbers"

    ValueError for a network with an operation of the user's own, which only Python can compute.
    """

    inputs: Sequence[Value]
    layers: Mapping[str, Sequence[Value]]
    parameters: Sequence[Value]
    links: Sequence[tuple[int, int, int, int]]
    updates: Sequence[int]
    kept: Sequence[Numbers]
    gradients: Sequence[Numbers]
    losses: Numbers
    rows: Sequence[Numbers]
    targets: Numbers
    kind: str = "sign"
    level: float = 0.0
    names: Sequence[str] = ("x0", "x1")
    title: str = "A training, update by update"
    outputs: tuple[Value, ...] = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "outputs", tuple(list(self.layers.values())[-1]))
        if self.kind not in KINDS:
            raise ValueError(f"kind is one of {', '.join(KINDS)}; got {self.kind!r}")
        for node in topological_order(*self.outputs):
            if node.parents and not is_row(node):
                name = node.op.name if node.op is not None else node.label
                raise ValueError(f"a page can compute the table's operations only, and this network has {name!r}")

    @property
    def page(self) -> str:
        """The whole page as one HTML string."""
        data = self._data()
        rows = packed_script(javascript_rows(data["program"]["operations"]))
        scripts = [rows, *(packed_asset(f"{name}.js") for name in ("engine", "theme", "watch"))]
        body = filled("watch.html", {"title": escaped(self.title)})
        style = packed_asset("page.css") + packed_asset("watch.css")
        return framed(self.title, style, body, data, "\n".join(scripts))

    def save(self, path: str | Path) -> None:
        """Write the page (.html); ValueError for another ending."""
        if Path(path).suffix.lower() != ".html":
            raise ValueError(f"a training is saved as .html, got {Path(path).name!r}")
        write_whole(path, self.page)

    def show(self) -> None:
        """Open the page in a browser, from a temporary file."""
        show(self.page)

    def _repr_mimebundle_(self, include: Any = None, exclude: Any = None) -> dict[str, str]:
        image = html_image(still(self, self._losses()), self.title)
        frame = over_still(self.page, self.title, HEIGHT, image)
        return {"text/html": frame, "text/plain": repr(self)}

    def _losses(self) -> list[tuple[int, float]]:
        return [(i, round_to_digits(self.losses[i])) for i in evenly(range(len(self.losses)), MOST_LOSSES)]

    def __repr__(self) -> str:
        return f"<{self.title}: {len(self.updates)} moments of it; .show() or .save('training.html')>"

    # What the script is given ---------------------------------------------------------------------------------------
    def _data(self) -> dict[str, Any]:
        graph = view(self.outputs)
        place = {node.value: node.index for node in graph.nodes}
        most = min(MOST_MOMENTS, max(2, MOST_NUMBERS // max(1, 2 * len(self.parameters))))
        moments = evenly(range(len(self.updates)), most)
        points = evenly(list(zip(self.rows, self.targets, strict=True)), MOST_ROWS)
        return {
            "program": program_of(graph),
            "inputs": [place.get(x, -1) for x in self.inputs],
            "layers": [[place.get(unit, -1) for unit in units] for units in self.layers.values()],
            "layerNames": list(self.layers),
            "parameters": [place.get(p, -1) for p in self.parameters],
            "links": list(map(list, self.links)),
            "updates": [self.updates[i] for i in moments],
            "kept": _packed([self.kept[i] for i in moments]),
            "gradients": _packed([self.gradients[i] or [0.0] * len(self.parameters) for i in moments]),
            "losses": self._losses(),
            "rows": [[*map(round_to_digits, row), round_to_digits(target)] for row, target in points],
            "kind": self.kind,
            "level": self.level,
            "names": list(self.names),
        }


def evenly(things: Sequence[Any], most: int) -> list[Any]:
    """All of them, or `most`: the first, the last and evenly spaced ones between.

    >>> evenly(range(10), 4), evenly("ab", 4)
    ([0, 3, 6, 9], ['a', 'b'])
    """
    if len(things) <= most:
        return list(things)
    return [things[round(i * (len(things) - 1) / (most - 1))] for i in range(most)]


def round_to_digits(x: float) -> float:
    """Six digits are more than a screen shows."""
    return float(f"{x:.6g}")


def _packed(rows: Sequence[Numbers]) -> str:
    """All numbers one after the other as floats of 32 bits, the lowest byte first."""
    numbers = array("f", [min(max(x, -3e38), 3e38) for row in rows for x in row])
    if sys.byteorder == "big":
        numbers.byteswap()
    return b64encode(numbers.tobytes()).decode()
