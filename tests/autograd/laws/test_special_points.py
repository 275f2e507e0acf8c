"""Values and derivatives at 8,699 awkward points: zeros of either sign, infinities, nan, kinks, domain edges, tails.

`tests/data/special_points.json.gz` holds rows [operation, inputs, value, [derivative per input], why], computed with
60-digit arithmetic where there is a truth, and following the written conventions where there is none. The class of a
result (nan, an infinity, zero) must match always, a finite result to 4 ulp.
"""

import gzip
import json
import math
import re
from pathlib import Path

import pytest

from autograd import OPERATIONS, Value
from tests.accuracy.exceptions import SPECIAL_POINTS

ROWS = json.loads(gzip.decompress((Path(__file__).parents[2] / "data" / "special_points.json.gz").read_bytes()))["rows"]
BY_OPERATION = {name: [row for row in ROWS if row[0] == name] for name in {row[0]: None for row in ROWS}}


def apply(name, xs):
    """The operation of a row: `pow[c]` is x**c, `rpow[c]` is c**x, `maximum0` is max with a constant 0."""
    if constant := re.fullmatch(r"(r?pow)\[(.*)\]", name):
        c = float(constant[2])
        return xs[0] ** c if constant[1] == "pow" else c ** xs[0]
    if name == "clip[-1,1]":
        return OPERATIONS["clip"](xs[0], -1.0, 1.0)
    if name in ("maximum0", "minimum0"):
        return OPERATIONS[name[:-1]](xs[0], 0.0)
    return OPERATIONS[name](*xs)


def kind(x):
    return "nan" if math.isnan(x) else str(x) if math.isinf(x) else "zero" if x == 0.0 else "finite"


def agree(got, want):
    return kind(got) == kind(want) and (kind(got) != "finite" or abs(got - want) <= 4 * math.ulp(want))


def text(inputs):
    """Inputs as the list of exceptions names them, where 0.0 is not −0.0."""
    return ", ".join(repr(float(x)) for x in inputs)


def differing(rows):
    """The results that differ from their row, as {(operation, inputs, which): (got, want)}."""
    found = {}
    for name, inputs, value, slopes, _ in rows:
        xs = tuple(map(float, inputs))
        leaves = [Value(x) for x in xs]
        y = apply(name, leaves)
        y.backward()
        wanted = [float(value), *(None if s is None else float(s) for s in slopes)]
        for i, (got, want) in enumerate(zip([y.data, *(leaf.grad for leaf in leaves)], wanted, strict=True)):
            if want is not None and not agree(got, want):
                found[name, text(xs), i] = got, want
    return found


@pytest.mark.parametrize("name", BY_OPERATION)
def test_special_points(name):
    found = differing(BY_OPERATION[name])
    listed = {point for point in SPECIAL_POINTS if point[0] == name}
    assert {point: pair for point, pair in found.items() if point not in listed} == {}
    assert listed <= found.keys(), "an exception that no longer happens: take it off the list"


def test_every_exception_is_about_a_point_of_the_data():
    points = {(name, text(inputs)) for name, inputs, *_ in ROWS}
    assert {(name, xs) for name, xs, _ in SPECIAL_POINTS} <= points
    assert len(ROWS) == 8699
