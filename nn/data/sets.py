"""Data sets to try things on: drawn here, or those that scikit-learn brings along."""

import csv
import math
from importlib import resources
from typing import Any

from autograd.system.web_page import how_to_install
from nn.basics.checks import as_rng, positive, setting
from nn.data.rows import Random, Rows, Sets

LARGEST_SEED = 2**32 - 1
"""That NumPy's generators take."""


def micrograd_moons() -> tuple[Rows, list[int]]:
    """The 100 points of micrograd's demo, two moons with noise 0.1; X of 2 numbers, y of -1 and +1. Needs no extra.

    Source: sklearn.datasets.make_moons(n_samples=100, noise=0.1) after numpy.random.seed(1337), as in the
    demo notebook of https://github.com/karpathy/micrograd.
    """
    text = (resources.files("nn.data") / "moons.csv").read_text(encoding="utf-8")
    table = list(csv.reader(text.splitlines()))[1:]
    return [[float(a), float(b)] for a, b, _ in table], [2 * int(label) - 1 for _, _, label in table]


def two_moons(n: int = 100, noise: float = 0.1, rng: Random | int | None = None) -> Sets:
    """n fresh points on micrograd_moons' two half circles: (cos t, sin t) is -1, (1 - cos t, ½ - sin t) is +1.

    t runs evenly from 0 to π; both coordinates get normal noise. ValueError for fewer than 2 points or noise below 0.
    """
    n, noise = positive("n", n, least=2), _noise(noise)
    draw = as_rng(rng).gauss
    X, y = [], []
    for i in range(n):
        label, half = 2 * (i % 2) - 1, n // 2 + (n % 2) * (i % 2 == 0)
        t = math.pi * (i // 2) / max(half - 1, 1)
        a, b = (math.cos(t), math.sin(t)) if label < 0 else (1 - math.cos(t), 0.5 - math.sin(t))
        X.append([a + draw(0, noise), b + draw(0, noise)])
        y.append(label)
    return X, y


def spirals(
    n: int = 100, classes: int = 2, noise: float = 0.1, turns: float = 1.0, rng: Random | int | None = None
) -> Sets:
    """`classes` arms of n points each: radius t, angle 2π(turns·t + arm/classes), t from 0.1 to 1, plus noise / 10.

    y is the number of the arm. Linear models fail on it, a small network does not.
    """
    n, classes, noise = positive("n", n, least=2), positive("classes", classes), _noise(noise)
    turns = setting("turns", turns, "a finite number")
    draw = as_rng(rng).gauss
    X, y = [], []
    for arm in range(classes):
        for i in range(n):
            t = 0.1 + 0.9 * i / (n - 1)
            angle = 2 * math.pi * (turns * t + arm / classes)
            X.append([t * math.cos(angle) + draw(0, noise / 10), t * math.sin(angle) + draw(0, noise / 10)])
            y.append(arm)
    return X, y


def moons(n: int = 100, noise: float = 0.1, seed: int | None = None) -> Sets:
    """Two half circles, n points in all, classes 0 and 1: sklearn.datasets.make_moons. Needs the extra `data`."""
    return _from_sklearn("make_moons", **_drawn(n, noise, seed))


def circles(n: int = 100, noise: float = 0.1, factor: float = 0.5, seed: int | None = None) -> Sets:
    """A circle within a circle, classes 0 (outer) and 1: sklearn.datasets.make_circles. Needs the extra `data`."""
    factor = setting("factor", factor, "a number from 0 to 1, below 1", lambda v: 0 <= v < 1)
    return _from_sklearn("make_circles", factor=factor, **_drawn(n, noise, seed))


def iris() -> Sets:
    """Fisher's iris flowers: 150 rows of 4 lengths in cm, classes 0, 1, 2. Needs the extra `data`."""
    return _from_sklearn("load_iris", return_X_y=True)


def digits() -> Sets:
    """1,797 handwritten digits, 8×8 grey values 0 to 16 in rows of 64, classes 0 to 9. Needs the extra `data`."""
    return _from_sklearn("load_digits", return_X_y=True)


def diabetes() -> Sets:
    """442 patients, 10 standardised measurements each; target: progression after a year. Needs the extra `data`."""
    return _from_sklearn("load_diabetes", return_X_y=True)


def _drawn(n: int, noise: float, seed: int | None) -> dict[str, Any]:
    """What both take, under the names of scikit-learn, and looked at: its own words name other arguments."""
    if seed is not None and not 0 <= positive("seed", seed, least=0) <= LARGEST_SEED:
        raise ValueError(f"seed has to be a whole number from 0 to {LARGEST_SEED}, or None, got {seed!r:.60}")
    return {"n_samples": positive("n", n, least=2), "noise": _noise(noise), "random_state": seed}


def _noise(noise: float) -> float:
    return setting("noise", noise, "a finite number, 0 or more", lambda v: 0 <= v < math.inf)


def _from_sklearn(name: str, **arguments: Any) -> Sets:
    try:
        from sklearn import datasets
    except ImportError as error:
        advice = how_to_install("scikit-learn", "data")
        raise ImportError(
            f"this data set comes from scikit-learn, which is not installed: {advice} ({error})"
        ) from error
    X, y = getattr(datasets, name)(**arguments)
    return X.tolist(), y.tolist()
