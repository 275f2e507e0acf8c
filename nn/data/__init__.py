"""Data: rows of numbers, cut, scaled and served in batches.

X is a list of rows (lists of floats), y a list with one target per row; NumPy arrays are taken apart into
lists. Everything random takes `rng`, a random.Random of your own or a seed; without one it draws from the module
`random`, so that `random.seed(…)` makes a whole experiment repeatable.

In reading order: `rows` (batches, split), `scaling` (standardize, min_max, one_hot), `sets` (moons, spirals, iris …),
`files` (a CSV file as rows of text), `cells` (how people write numbers), `tables` (those rows as numbers).
"""

from nn.data.rows import Random, Rows, Sets, as_list, as_pairs, as_rows, batches, rows_per_update, split
from nn.data.scaling import Scaler, mean_and_deviation, min_max, one_hot, standardize
from nn.data.sets import circles, diabetes, digits, iris, micrograd_moons, moons, spirals, two_moons

__all__ = ["Random", "Rows", "Sets", "as_list", "as_pairs", "as_rows", "batches", "rows_per_update", "split"]
__all__ += ["Scaler", "mean_and_deviation", "min_max", "one_hot", "standardize"]
__all__ += ["circles", "diabetes", "digits", "iris", "micrograd_moons", "moons", "spirals", "two_moons"]
