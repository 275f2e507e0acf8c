"""A table of a model: what comes out of every layer, and how many parameters it has."""

import sys
from dataclasses import dataclass
from types import FrameType
from typing import Any

from autograd import no_grad
from nn.basics.nested import Nested, sizes_of
from nn.module import Module, check_model, evaluating
from nn.neuron import Neuron


@dataclass(frozen=True)
class Summary:
    """The rows of summary(): (layer, output shape, number of parameters), the model first. Its repr is the table."""

    rows: list[tuple[str, str, int]]

    def __repr__(self) -> str:
        cells = [("layer", "output", "parameters"), *((name, out, f"{count:,}") for name, out, count in self.rows)]
        first, second, third = (max(map(len, column)) for column in zip(*cells, strict=True))
        lines = [f"{a:<{first}}  {b:<{second}}  {c:>{third}}" for a, b, c in cells]
        return "\n".join([lines[0], "─" * len(lines[0]), *lines[1:]])


def summary(model: Module, example: Nested) -> Summary:
    """Every layer of `model` with the shape of its output for one `example` and its number of parameters.

    The model runs once, in use (dropout off) and without a graph, and is left as it was. A shape is the length of the
    list, or lengths of nested lists from the outside in; "1" is a single Value, and "–" a layer that was not called.
    Neurons are left out.

    >>> from nn import MLP
    >>> summary(MLP(2, [16, 16, 1]), [0.0, 0.0])
    layer                            output  parameters
    ───────────────────────────────────────────────────
    MLP(2 → 16 → 16 → 1)             1              337
      layer0: Layer(2 → 16, relu)    16              48
      layer1: Layer(16 → 16, relu)   16             272
      layer2: Layer(16 → 1, linear)  1               17
    """
    check_model(model, "summary(model, example) takes")
    modules = [(name, module) for name, module in model.named_modules() if not isinstance(module, Neuron)]
    shapes = _output_shapes(model, example)
    rows = []
    for name, module in modules:
        depth = name.count(".") + 1 if name else 0
        label = f"{name.rpartition('.')[2]}: " if name else ""
        title = f"{type(module).__name__}({module.extra_repr()})".removesuffix("()")
        rows.append(("  " * depth + label + title, shapes.get(id(module), "–"), len(module.parameters())))
    return Summary(rows)


def _output_shapes(model: Module, example: Nested) -> dict[int, str]:
    """{id of a module: shape of what its __call__ returned last}, from one run of the model.

    A profile function sees every return, so modules need not know that they are watched and pay nothing otherwise.
    """
    shapes: dict[int, str] = {}

    def note(frame: FrameType, event: str, result: Any) -> None:
        if event == "return" and frame.f_code.co_name == "__call__" and result is not None:
            module = frame.f_locals.get(frame.f_code.co_varnames[0])
            shapes[id(module)] = " × ".join(map(str, sizes_of(result) or [1]))

    before = sys.getprofile()
    with evaluating(model), no_grad():
        sys.setprofile(note)
        try:
            model(example)
        finally:
            sys.setprofile(before)
    return shapes
