"""The rows in C: generated from the table, and with its bits."""

import gzip
import json
import math
import random
import struct
from collections import defaultdict
from pathlib import Path

import pytest

from autograd import OPERATIONS, native
from autograd.numerics.floats import exact_sum
from tests.generators import native_rows

SPECIAL = Path(__file__).parents[2] / "data" / "special_points.json.gz"
EDGE = [
    *(0.0, -0.0, 1.0, -1.0, 0.5, -0.5, 2.0, -2.0, 3.0, math.inf, -math.inf, math.nan, 5e-324, -5e-324, 1e-310),
    *(2.2250738585072014e-308, 1e308, -1e308, 1.7976931348623157e308, 0.75, 340.0, 709.782712893384, 709.7827128933841),
    *(-745.2, -708.4, 28.0, 39.0, 16.0, 6.0, -3.0, 1e-8, 1e16, 4503599627370497.5),
]
compiled = pytest.mark.skipif(native.extension is None, reason=f"asks the C what it computes ({native.engine})")


def test_the_committed_file_is_what_the_table_says():
    assert native_rows.PATH.read_text(encoding="utf-8") == native_rows.generate()


def test_what_c_has_no_words_for_is_known():
    """A row that starts to ask Python costs its users their speed: say so here."""
    functions, _ = native_rows.translated_functions()
    asking = [r.name for r in native_rows.fixed_rows() if "row_in_python" in native_rows.row_in_c(r, functions)]
    assert asking == ["mish_curvature", "lgamma", "sinc", "polygamma"]


def draw(rng: random.Random) -> float:
    """A number of any kind: of everyday size, of any size, whole, at or beside an edge."""
    kind = rng.random()
    if kind < 0.5:
        return rng.uniform(-6.0, 6.0) if kind < 0.35 else rng.uniform(-1.0, 1.0)
    if kind < 0.8:
        return (
            rng.uniform(-800.0, 800.0)
            if kind < 0.62
            else math.copysign(math.exp(rng.uniform(-740, 709)), rng.random() - 0.5)
        )
    if kind < 0.9:
        return rng.randint(-40, 40) / rng.choice([1, 1, 2, 4])
    x = rng.choice(EDGE)
    return x if rng.random() < 0.5 or not math.isfinite(x) else math.nextafter(x, rng.choice([-math.inf, math.inf]))


def points(name: str, count: int, rng: random.Random) -> list[list[float]]:
    """The special points of a row, and random ones."""
    arity = len(OPERATIONS[name].derivatives)
    found = [p for p in special_points()[name] if len(p) == arity]
    for _ in range(count):
        p = [draw(rng) for _ in range(arity)]
        if name in ("polygamma", "sinc"):
            p[1] = float(rng.randint(0, 6))
        if name == "power_partial":
            p[2:] = float(rng.randint(0, 3)), float(rng.randint(0, 3))
        if arity > 1 and rng.random() < 0.1:
            p[1] = p[0]
        found.append(p)
    return found


def special_points() -> dict[str, list[list[float]]]:
    found = defaultdict(list)
    for name, inputs, *_ in json.loads(gzip.decompress(SPECIAL.read_bytes()))["rows"]:
        found[name.partition("[")[0]].append([float(x) for x in inputs])
    found["clip"] = [[*p, -1.0, 1.0] for p in found["clip"] if len(p) == 1]
    found["pow"] += [[p[0], exponent] for p in found["rpow"] for exponent in EDGE]
    return found


def bits(x: float) -> bytes:
    """All nans count as one: Python cannot tell their signs apart without looking at the bytes."""
    return struct.pack("<d", x) if x == x else b"nan"


def differences(name: str, count: int, seed: int) -> tuple[int, list[object]]:
    """How many numbers of a row were compared, and where C and Python differ."""
    row, found, compared = OPERATIONS[name], [], 0
    for p in points(name, count, random.Random(f"{name} {seed}")):
        y = float(row.forward(*p))
        expected = [y, *map(float, row.local_grads(p, y))]
        got = native.extension.row_values(native.extension.ROWS[name], *p)
        compared += len(expected)
        if list(map(bits, expected)) != list(map(bits, got)):
            found.append((p, expected, got))
    return compared, found


@compiled
@pytest.mark.parametrize("name", [row.name for row in native_rows.fixed_rows()])
def test_c_computes_the_bits_of_python(name):
    compared, found = differences(name, 30 if name in ("polygamma", "power_partial", "lgamma") else 100, seed=1)
    assert not found, found[:3]
    assert compared > 30


@compiled
@pytest.mark.accuracy
def test_c_computes_the_bits_of_python_at_many_points():
    results = [
        differences(row.name, 1_000 if row.name in ("polygamma", "power_partial", "lgamma") else 10_000, seed=2)
        for row in native_rows.fixed_rows()
    ]
    print(f"{sum(compared for compared, _ in results)} numbers of {len(results)} rows compared")
    assert [found[:1] for _, found in results if found] == []


def terms(rng: random.Random) -> list[float]:
    """A sum that is hard to round, or one that is not."""
    count, kind = rng.randint(0, 40), rng.random()
    if kind < 0.3:
        return [draw(rng) for _ in range(count)]
    if kind < 0.7:
        return [rng.gauss(0.0, 1.0) * 10.0 ** rng.randint(-3, 3) for _ in range(count)]
    halves = [1.0, 2.0**-53, -(2.0**-53), 2.0**-54, -1.0, 2.0**-106, -(2.0**-106), 3.0, 1e308, -1e308]
    return [rng.choice(halves) for _ in range(count)]


@compiled
def test_sums_in_c_are_exact_sum():
    rng = random.Random(3)
    for _ in range(4_000):
        xs = terms(rng)
        try:
            expected = exact_sum(xs)
        except ValueError:
            continue
        assert bits(native.extension.exact_sum(xs)) == bits(expected), xs
