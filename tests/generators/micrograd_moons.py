"""Writes tests/data/micrograd_moons.json.gz: the losses of micrograd's demo, measured on PyPI's micrograd 0.1.0.

python -m tests.generators.micrograd_moons
The demo (notebook demo.ipynb of karpathy/micrograd): random.seed(1337), MLP(2, [16, 16, 1]), max-margin loss plus
1e-4 times the sum of squared parameters, all 100 points at every step, learning rate 1.0 - 0.9·k/100, k = 0 … 99.
The points are those of nn/data/moons.csv. micrograd visits parents in the order of a set of objects, which changes from
run to run, so its own last bits change, too (measured: 6e-15 relative).
"""

import csv
import gzip
import json
import random
import sys
from pathlib import Path

from micrograd.engine import Value
from micrograd.nn import MLP

ROOT = Path(__file__).parent.parent.parent


def main():
    sys.setrecursionlimit(10_000)
    rows = list(csv.reader((ROOT / "nn" / "moons.csv").read_text().splitlines()))[1:]
    inputs = [[float(a), float(b)] for a, b, _ in rows]
    sides = [2 * int(label) - 1 for *_, label in rows]
    random.seed(1337)
    model, losses = MLP(2, [16, 16, 1]), []
    for k in range(100):
        scores = [model([Value(v) for v in row]) for row in inputs]
        margins = [(1 + -side * score).relu() for side, score in zip(sides, scores, strict=True)]
        loss = sum(margins) * (1.0 / len(margins)) + 1e-4 * sum(p * p for p in model.parameters())
        model.zero_grad()
        loss.backward()
        for p in model.parameters():
            p.data -= (1.0 - 0.9 * k / 100) * p.grad
        losses.append(loss.data)
    accuracy = sum((side > 0) == (score.data > 0) for side, score in zip(sides, scores, strict=True)) / 100
    origin = "python -m tests.generators.micrograd_moons with PyPI's micrograd 0.1.0 on Python 3.11"
    content = {"origin": origin, "losses": losses, "last accuracy": accuracy}
    (ROOT / "tests/data/micrograd_moons.json.gz").write_bytes(gzip.compress(json.dumps(content).encode(), mtime=0))


if __name__ == "__main__":
    main()
