"""The still picture of a training: its plane, its rows and its loss."""

import math
import random
import re
from collections import Counter

import pytest

import nn
from autograd import TrainingPage, no_grad
from autograd.explaining.page.training_still import CELLS, CLASSES, still

X = [[0.0, 0.0], [1.0, 0.0], [0.0, 1.0]]


def watched(y: list[float], loss: str, outputs: int) -> tuple[nn.Module, TrainingPage]:
    model = nn.MLP(2, [4, outputs], activation="tanh", rng=random.Random(2))
    optimizer = nn.Adam(model.parameters(), lr=0.1)
    history = nn.fit(model, X, y, loss=loss, epochs=20, rng=1, keep=5, progress=False, optimizer=optimizer)
    return model, nn.watch(model, X, y, history)


def rectangles(svg: str) -> list[str]:
    """The fills of all cells, row by row from the upper left corner."""
    return re.findall(r'<rect x="[^"]*" y="[^"]*" width="10" height="10" fill="(#\w+)"', svg)


def test_every_cell_has_the_colour_of_the_side_that_the_network_is_on() -> None:
    model, page = watched([-1.0, 1.0, 1.0], "mse", 1)
    before = [p.data for p in model.parameters()]
    svg = still(page, [(0, 2.0), (19, 0.5)])
    assert [p.data for p in model.parameters()] == before
    cells = rectangles(svg)
    assert len(cells) == CELLS**2
    for p, x in zip(model.parameters(), page.kept[-1], strict=True):
        p.data = x
    with no_grad():
        for n, fill in enumerate(cells):
            x, y = -0.12 + 1.24 * (n % CELLS + 0.5) / CELLS, 1.12 - 1.24 * (n // CELLS + 0.5) / CELLS
            red, blue = int(fill[1:3], 16), int(fill[5:7], 16)
            assert red == blue or (red > blue) == (model([x, y]).data > 0)
    assert "loss: 2 → 0.5" in svg


@pytest.mark.parametrize(("y", "loss", "outputs"), [([0, 1, 2], "cross_entropy", 3), ([0.5, 1.5, 3.0], "mse", 1)])
def test_classes_and_numbers(y: list[float], loss: str, outputs: int) -> None:
    _, page = watched(y, loss, outputs)
    svg = still(page, [(0, math.inf), (1, 1.0)])  # what is not finite has no place on a curve
    kinds = Counter(rectangles(svg))
    assert len(kinds) == 3 if outputs == 3 else len(kinds) > 3
    assert "→" not in svg
    if outputs == 3:
        assert all(f'fill="{colour}"' in svg for colour in CLASSES[:3])
