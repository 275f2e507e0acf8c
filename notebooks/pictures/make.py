"""Write the pictures of the README: `python notebooks/pictures/make.py`. A test holds them to what this draws."""

import os
from pathlib import Path

os.environ["GLASSGRAD_LAYOUT"] = "wasm"  # the same layout on every machine

from autograd import Value, draw, stepper


def pictures() -> dict[str, str]:
    """File name → SVG, of the neuron in Karpathy's lecture on micrograd: o = tanh(x1·w1 + x2·w2 + b)."""
    x1, x2 = Value(2.0, label="x1"), Value(0.0, label="x2")
    w1, w2, b = Value(-3.0, label="w1"), Value(1.0, label="w2"), Value(6.8813735870195432, label="b")
    n = x1 * w1 + x2 * w2 + b
    n.label = "n"
    o = n.tanh()
    o.label = "o"
    o.backward()
    parameters = [w1, w2, b]
    return {
        "neuron.svg": draw(o, parameters=parameters).svg,
        "stepping.svg": stepper(o, parameters=parameters).animated_svg(),
    }


if __name__ == "__main__":
    for name, svg in pictures().items():
        Path(__file__).with_name(name).write_text(svg, encoding="utf-8")
