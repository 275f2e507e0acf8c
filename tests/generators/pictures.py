"""Writes tests/data/pictures.json.gz, the pictures as they are meant to look:  python -m tests.generators.pictures

Pictures are laid out by ourselves, or with the answers Graphviz once gave, which lie in the same file: no engine is
needed, and none can differ. Run this after a change to how pictures look, and look at them: `--show FOLDER` writes
them there.
"""

import gzip
import hashlib
import json
import random
import re
import sys
from collections.abc import Callable
from pathlib import Path
from unittest import mock

import nn
from autograd import Value, dot, draw, relu, spy, stepper, tanh, trace_lines
from autograd.drawing.layout.graphviz import run_graphviz
from tests.autograd.drawing.picture_graphs import model_and_loss, neuron, reuse

FILE = Path(__file__).parents[1] / "data" / "pictures.json.gz"


def constants() -> Value:
    """y = relu((3 − x)² / −4 + 10) · 1e−9 with a long label and a constant that is used by itself."""
    x = Value(2.0, "x")
    y = relu((3 - x) ** 2 / -4 + 10) * 1e-9 + x
    y.label = "a label that is much too long for the head of a card"
    y.backward()
    return y


def line_of_numbers() -> Value:
    """Forty operations, of which no two have the same number of digits."""
    y = x = Value(1.37, "x")
    for i in range(40):
        y = y * -1.7 if i % 3 else y + x
    return y


def page(shown: object) -> str:
    """The stepper's page without its assets, which are files of their own."""
    return re.sub(r"<(style|script)>.*?</\1>", "", shown.page, flags=re.S)  # type: ignore[attr-defined]


def traced() -> Value:
    code = compile("y = a * b + a", "lesson.py", "exec")
    names = {"a": Value(2.0, "a"), "b": Value(-3.0, "b"), "__name__": "lesson"}
    with trace_lines():
        exec(code, names)
    return names["y"]  # type: ignore[return-value]


def marked() -> object:
    o, values = neuron()
    return draw(o, highlight=[values["w1"], values["n"]], parameters=[values["w1"], values["w2"], values["b"]])


def network(level: str, sizes: list[int], examples: int = 1, **options: object) -> object:
    model, loss = model_and_loss(sizes, examples)
    return draw(loss, model=model, level=level, **options)


class Named:
    """A model whose parameters have long names."""

    def __init__(self) -> None:
        self.weight = Value(0.5)

    def named_parameters(self) -> list[tuple[str, Value]]:
        return [(f"{long_name(41)}.weight", self.weight)]


def long_name(length: int) -> str:
    """A name of which every part is another."""
    return "".join(f"{i}," for i in range(length))[:length]


def long_names(length: int) -> Value:
    x = Value(1.0, long_name(length))
    y = tanh(x) * x
    y.label = long_name(length + 1)
    return y


def named_model(level: str) -> object:
    model = Named()
    return draw((model.weight * 2.0).tanh() * 3.0, model=model, level=level)


def many_inputs(count: int, width: int, level: str = "neuron") -> object:
    """A layer of neurons on many inputs, drawn with what is no part of the model around it."""
    model = nn.MLP(count, [width, 2], activation="relu", rng=random.Random(4))
    x = [Value(0.1 * i, f"an input with a long name, number {i}") for i in range(count)]
    first, second = model(x)
    y = (first * second - 0.5) ** 2 + x[0] * 3.0
    return draw(y, model=model, level=level, grads="own")


def steps_of_network(fuse: bool, level: str = "neuron") -> object:
    model, loss = model_and_loss([2, 1], fused=fuse)
    return stepper(loss, model=model, level=level)


def texts() -> str:
    shared = Value(0.5, "s")
    a = dot([shared, Value(2.0, "w")], [Value(-1.0), 4.0], 1.0)
    graphs = [reuse(), constants(), [a, tanh(a)], line_of_numbers(), long_names(60), long_names(300)]
    graphs.append(model_and_loss([4, 4, 1], 3)[1])
    trees = [*(draw(y).text() for y in graphs)]  # in a frame of its own, which a list has up to Python 3.11
    trees.append(draw(neuron()[0], number_format=".2f").text())
    return "\n\n".join([*trees, spy(reuse()).text(), spy(model_and_loss([9, 1])[1]).text()])


PICTURES: dict[str, Callable[[], str]] = {
    "texts": texts,
    "neuron.svg": lambda: draw(neuron()[0], grads="own").svg,
    "reuse down.svg": lambda: draw(reuse(), direction="TB", grads="none", edge_labels=True).svg,
    "constants leftwards.svg": lambda: draw(constants(), direction="RL").svg,
    "upwards.svg": lambda: draw([reuse(), constants()], direction="BT", number_format=".2e").svg,
    "many neurons.svg": lambda: many_inputs(7, 11).svg,  # type: ignore[attr-defined]
    "five inputs.svg": lambda: many_inputs(5, 3).svg,  # type: ignore[attr-defined]
    "long names.svg": lambda: draw(long_names(200)).svg,
    "long names.dot": lambda: draw(long_names(24), direction="TB").to_dot().source,
    "long names.txt": lambda: stepper(long_names(60)).text(),
    "model with a long name.svg": lambda: named_model("layer").svg,  # type: ignore[attr-defined]
    "clusters with a long name.svg": lambda: named_model("clusters").svg,  # type: ignore[attr-defined]
    "twelve inputs.svg": lambda: many_inputs(12, 2).svg,  # type: ignore[attr-defined]
    "thirteen inputs.svg": lambda: many_inputs(13, 2, "layer").svg,  # type: ignore[attr-defined]
    "highlighted path.svg": lambda: marked().svg,  # type: ignore[attr-defined]
    "highlighted path.dot": lambda: marked().to_dot().source,  # type: ignore[attr-defined]
    "clusters.svg": lambda: network("clusters", [2, 1], edge_labels=True).svg,  # type: ignore[attr-defined]
    "clusters.dot": lambda: network("clusters", [2, 1]).to_dot().source,  # type: ignore[attr-defined]
    "neurons.svg": lambda: network("neuron", [3, 2, 1], 2).svg,  # type: ignore[attr-defined]
    "neurons down.svg": lambda: network("neuron", [4, 1], direction="TB").svg,  # type: ignore[attr-defined]
    "layers.svg": lambda: network("layer", [3, 2, 1], grads="own").svg,  # type: ignore[attr-defined]
    "sparsity.svg": lambda: spy(reuse()).svg,
    "sparsity of many.svg": lambda: spy(model_and_loss([5, 5, 1], 6)[1]).svg,
    "film.svg": lambda: stepper(reuse()).animated_svg(),
    "film of constants.svg": lambda: stepper(constants()).animated_svg(0.5),
    "film of a neuron.svg": lambda: steps_of_network(True).animated_svg(),  # type: ignore[attr-defined]
    "steps.html": lambda: page(stepper(reuse())),
    "steps with lines.html": lambda: page(stepper(traced(), number_format=".2f")),
    "steps of neurons.html": lambda: page(steps_of_network(False)),
    "steps of fused neurons.html": lambda: page(steps_of_network(True)),
    "steps of single values.txt": lambda: steps_of_network(False, level="values").text(),  # type: ignore[attr-defined]
}  # fmt: skip


def key(source: str) -> str:
    """Under which an answer of Graphviz is kept."""
    return hashlib.sha256(source.encode()).hexdigest()[:16]


def drawn(answer: Callable[[str, str], bytes]) -> dict[str, str]:
    """Every picture, with `answer` in Graphviz's place where Graphviz is to be asked."""
    with (
        mock.patch("autograd.drawing.layout.placement.run_graphviz", answer),
        mock.patch("autograd.drawing.layout.placement.engine", return_value="wasm"),
        mock.patch.dict("os.environ", {"GLASSGRAD_LAYOUT": "auto"}),
    ):
        return {name: make() for name, make in PICTURES.items()}


def main() -> None:
    answers: dict[str, str] = {}

    def noted(source: str, output: str) -> bytes:
        answer = run_graphviz(source, output)
        answers[key(source)] = answer.decode()
        return answer

    pictures = drawn(noted)
    content = json.dumps({"answers": answers, "pictures": pictures}, sort_keys=True).encode()
    FILE.write_bytes(gzip.compress(content, mtime=0))
    if "--show" in sys.argv:
        folder = Path(sys.argv[sys.argv.index("--show") + 1])
        folder.mkdir(exist_ok=True)
        for name, text in pictures.items():
            (folder / name).write_text(text)


if __name__ == "__main__":
    main()
