"""The table of operations as JavaScript: the committed file is the generated one, a page takes what its rows need, and
node computes what Python computes.
"""

import gzip
import json
import math
import random
import re
from pathlib import Path

import pytest

from autograd import OPERATIONS
from autograd.explaining.page.rows import javascript_rows
from tests.generators.rows_in_javascript import HERE, written_rows

RELATIVE = 1e-12
# V8's exp, log and tanh differ from the C library's by an ulp or two, which a formula multiplies; beside a root of
# these it cancels.
USUAL_ULP = 64
MOST_ULP = {"power_partial": 4096, "lgamma": 4096, "mish_slope": 4096, "sinc": 4096}
RUN = r"""
const written = (x) => (Object.is(x, -0) ? "-0.0" : String(x).replace("Infinity", "inf").replace("NaN", "nan"));
const answers = input.map(([name, texts]) => {
  const xs = texts.map((text) => Number(text.replace("inf", "Infinity"))), [count, forward, slopes] = ROWS[name];
  const y = count < 0 ? forward(xs) : forward(...xs);
  const found = count < 0 ? slopes(xs, y) : slopes.map((d) => (typeof d === "number" ? d : d(...xs, y)));
  return [y, ...found].map(written);
});
"""


def test_the_committed_file_is_the_generated_one():
    """If not: python -m tests.generators.rows_in_javascript"""
    assert (HERE / "rows.js").read_text(encoding="utf-8") == written_rows()


def test_a_page_takes_what_its_rows_need():
    text = javascript_rows(["add", "tanh", "add"])
    assert re.findall(r"^(?:function|const) (\w+)", text, re.MULTILINE) == ["sech2", "add", "ROWS"]
    assert re.findall(r"^  (\w+):", text, re.MULTILINE) == ["add", "tanh"]
    assert "_psi_asymptotic" in javascript_rows(["lgamma"])  # called behind three dots
    assert "math_log" not in javascript_rows(["log"])  # it is Math.log
    with pytest.raises(KeyError):
        javascript_rows(["no such row"])


def special_points():
    """The points of tests/data/special_points.json.gz, each as (row, all arguments)."""
    file = Path(__file__).parents[3] / "data" / "special_points.json.gz"
    for name, inputs, *_ in json.loads(gzip.decompress(file.read_bytes()))["rows"]:
        xs = tuple(map(float, inputs))
        if constant := re.fullmatch(r"(r?pow)\[(.*)\]", name):
            c = float(constant[2])
            yield "pow", (xs[0], c) if constant[1] == "pow" else (c, xs[0])
        elif name == "clip[-1,1]":
            yield "clip", (xs[0], -1.0, 1.0)
        elif name in ("maximum0", "minimum0"):
            yield name[:-1], (xs[0], 0.0)
        else:
            row = OPERATIONS[name]
            yield name, xs if row.variadic else row._complete(xs, {})


def random_points(count, seed):
    """`count` points for every row: usual sizes, small and large ones, whole numbers, and the orders that some take."""
    rng = random.Random(seed)

    def number():
        return rng.choice(
            [
                rng.gauss(0.0, 1.5),
                rng.gauss(0.0, 1.5),
                rng.uniform(0.0, 1.0),
                math.copysign(10 ** rng.uniform(-8, 3), rng.random() - 0.5),
                float(rng.randrange(-5, 6)),
                rng.uniform(-40.0, 40.0),
            ]
        )

    for row in OPERATIONS.values():
        for _ in range(count):
            n = 2 * rng.randrange(1, 4) + 1 if row.variadic else len(row.derivatives)
            xs = [number() for _ in range(n)]
            if row.name in ("softmax_entry", "cross_entropy"):
                xs[0] = float(rng.randrange(n - 1))
            if row.name in ("polygamma", "sinc"):
                xs[1] = float(rng.randrange(6))
            if row.name == "power_partial":
                xs[2:] = map(float, (rng.randrange(4), rng.randrange(4)))
            yield row.name, tuple(xs)


def difference(got, want, row):
    """ "" where `got` is near enough to `want`, else in which way it is not."""
    if got == want or (got != got and want != want):
        return "" if math.copysign(1.0, got) == math.copysign(1.0, want) or got != 0.0 else "the other zero"
    if not (math.isfinite(got) and math.isfinite(want)):
        return "not finite"
    if abs(got - want) > RELATIVE * max(abs(got), abs(want)):
        return "too far"
    return "" if abs(got - want) <= MOST_ULP.get(row, USUAL_ULP) * math.ulp(want) else "too many ulp"


@pytest.mark.browser
@pytest.mark.parametrize("which", ["special", "random"])
def test_rows_in_javascript_agree_with_python(which, node):
    """1e-12 relative, and in ulp as above; nan, infinities and the sign of zero exactly."""
    points = list(special_points()) if which == "special" else list(random_points(1000, seed=16))
    answers = node(
        javascript_rows(OPERATIONS) + RUN, [[name, [repr(float(x)) for x in xs]] for name, xs in points], "answers"
    )
    wrong = {}
    for (name, xs), got in zip(points, answers, strict=True):
        row = OPERATIONS[name]
        y = row.forward(*xs)
        for place, (text, want) in enumerate(zip(got, [y, *row.local_grads(xs, y)], strict=True)):
            if how := difference(float(text), want, name):
                wrong[name, xs, place] = how, float(text), want
    assert wrong == {}
    assert len(points) > 8000
