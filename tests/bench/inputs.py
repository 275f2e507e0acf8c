"""The numbers every engine gets: made from fixed seeds, with the standard library only."""

import itertools
import math
import random
from pathlib import Path

SIZES = [2, 16, 16, 1]  # of the MLP of W1
L2_STRENGTH = 1e-4
LEARNING_RATE = 0.05

EMBEDDING = 16  # of the GPT of W2
HEADS = 4
CONTEXT = 16
ALPHABET = "abcdefghijklmnopqrstuvwxyz"
BOUNDARY = len(ALPHABET)  # the token that begins and ends every name
VOCABULARY = len(ALPHABET) + 1
ADAM = {"rate": 0.001, "beta1": 0.9, "beta2": 0.999, "epsilon": 1e-8}

#: shapes of the GPT's matrices, (rows, columns), in the order of its parameters
GPT_SHAPES = {
    "token_embedding": (VOCABULARY, EMBEDDING),
    "position_embedding": (CONTEXT, EMBEDDING),
    "query": (EMBEDDING, EMBEDDING),
    "key": (EMBEDDING, EMBEDDING),
    "value": (EMBEDDING, EMBEDDING),
    "mix_heads": (EMBEDDING, EMBEDDING),
    "widen": (4 * EMBEDDING, EMBEDDING),
    "narrow": (EMBEDDING, 4 * EMBEDDING),
    "unembedding": (VOCABULARY, EMBEDDING),
}


def moons(count: int = 100, noise: float = 0.1) -> tuple[list[list[float]], list[float]]:
    """Two interleaved half circles: points ``[x, y]`` and their classes, -1.0 or 1.0."""
    draw = random.Random(1337)
    points, classes = [], []
    for i in range(count):
        upper = i % 2 == 0
        angle = math.pi * (i // 2) / (count // 2 - 1)
        x, y = math.cos(angle), math.sin(angle)
        point = (x, y) if upper else (1.0 - x, 0.5 - y)
        points.append([coordinate + draw.gauss(0.0, noise) for coordinate in point])
        classes.append(-1.0 if upper else 1.0)
    return points, classes


def mlp_weights() -> list[float]:
    """Per neuron its weights, uniform on [-1, 1], then its bias, 0: the order of ``parameters()``."""
    draw = random.Random(1)
    weights: list[float] = []
    for inputs, outputs in itertools.pairwise(SIZES):
        for _ in range(outputs):
            weights += [draw.uniform(-1.0, 1.0) for _ in range(inputs)] + [0.0]
    return weights


def gpt_weights() -> list[float]:
    """All matrices of ``GPT_SHAPES``, row by row, normal with standard deviation 0.08."""
    draw = random.Random(2)
    count = sum(rows * columns for rows, columns in GPT_SHAPES.values())
    return [draw.gauss(0.0, 0.08) for _ in range(count)]


def names() -> list[str]:
    """The names the GPT trains on (``names.txt``, one a line)."""
    return Path(__file__).with_name("names.txt").read_text().split()


def tokens(name: str) -> list[int]:
    """Letters as numbers 0..25 between two boundary tokens: ``"abe"`` is ``[26, 0, 1, 4, 26]``."""
    return [BOUNDARY, *(ALPHABET.index(letter) for letter in name), BOUNDARY]


def timed_name() -> list[int]:
    """The name whose training step W2 times: six letters, so seven predictions."""
    return tokens(next(name for name in names() if len(name) == 6))


def dot_terms(count: int) -> tuple[list[float], list[float]]:
    """Two lists of ``count`` normal numbers, for W5."""
    draw = random.Random(5)
    return [[draw.gauss(0.0, 1.0) for _ in range(count)] for _ in range(2)]  # type: ignore[return-value]
