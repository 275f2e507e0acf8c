"""Write the two data sets of the tests from scikit-learn's copies: python tests/generators/scikit_learn_data.py

tests/data/iris.csv: Fisher's flowers (load_iris). tests/data/digits_012.csv.gz: the images of 0, 1 and 2 (load_digits).
"""

import csv
import gzip
import io
from pathlib import Path

from sklearn.datasets import load_digits, load_iris

DATA = Path(__file__).parent.parent / "data"


def as_csv(names, rows):
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(names)
    writer.writerows(rows)
    return text.getvalue().encode()


def main():
    iris = load_iris()
    names = ["sepal_length", "sepal_width", "petal_length", "petal_width", "species"]
    flowers = [[*row, iris.target_names[k]] for row, k in zip(iris.data.tolist(), iris.target, strict=True)]
    (DATA / "iris.csv").write_bytes(as_csv(names, flowers))

    digits = load_digits(n_class=3)
    names = [*(f"p{i}" for i in range(64)), "digit"]
    images = [[*map(int, row), int(k)] for row, k in zip(digits.data, digits.target, strict=True)]
    # mtime=0: the same figures give the same file
    (DATA / "digits_012.csv.gz").write_bytes(gzip.compress(as_csv(names, images), 9, mtime=0))


if __name__ == "__main__":
    main()
