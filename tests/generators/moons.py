"""Writes nn/data/moons.csv: the 100 points of micrograd's demo, with every digit.

python -m tests.generators.moons   (made with scikit-learn 1.9.1 and NumPy 2.4.6)
"""

from pathlib import Path

import numpy as np
from sklearn.datasets import make_moons

TARGET = Path(__file__).parent.parent.parent / "nn" / "data" / "moons.csv"


def main():
    np.random.seed(1337)
    points, labels = make_moons(n_samples=100, noise=0.1)
    rows = [f"{x1!r},{x2!r},{label}" for (x1, x2), label in zip(points.tolist(), labels.tolist(), strict=True)]
    TARGET.write_text("\n".join(["x1,x2,label", *rows, ""]))


if __name__ == "__main__":
    main()
