"""How long pictures take to lay out:  python -m tests.bench.layouts [auto plain wasm dot] [--before FOLDER]

CPU seconds of `draw(y).svg` by shape and number of cards, `dot`'s included, the least of several rounds: of a single
one, noise alone makes a doubling × 3. Every picture is drawn in a process of its own that has drawn a small one before;
"–" where it takes more than the seconds given. The shapes are those that graphs of programs have. "growth" is by how
much each doubling of the size multiplies the time. FOLDER is a checkout of other sources, to compare with.

The last table has the first picture of a process, whole: Python's start, the imports, the engine from its cache.
"""

import argparse
import math
import os
import subprocess
import sys
from collections.abc import Sequence
from itertools import pairwise
from typing import NamedTuple

from tests.bench.rounds import ROOT

ENGINES = ("auto", "plain", "wasm", "dot")
SIZES = (150, 300, 600, 1200, 1500)
DOUBLINGS = 4  # of SIZES; draw's own limit is the last
SHAPES = {
    "loop": "x, r = Value(0.3), Value(3.7)\nfor _ in range(n // 4): x = r * x * (1 - x)\ny = x",
    "chain": "x = y = Value(0.5)\nfor _ in range(n // 3): y = tanh(y * x) + x",
    "recurrent": """w, u, b, y = Value(0.5), Value(0.8), Value(0.1), Value(0.0)
for k in range(n // 6): y = tanh(w * y + u * Value(k / n) + b)""",
    "random": """v = [Value(random.random()) for _ in range(n // 10)]
for _ in range(9 * n // 10): v.append(random.choice(v) * random.choice(v[-40:]))
y = v[-20:]""",
    "tree": """v = [Value(random.random()) for _ in range(n // 2)]
while len(v) > 1: v = [a * b for a, b in zip(v[::2], v[1::2])]
y = v[0]""",
    "ladder": "a, b = Value(1.0), Value(0.5)\nfor _ in range(n // 4): a, b = a * 0.9, (a + b) * 0.5\ny = a + b",
    "sum": "y = total([Value(k / n) for k in range(n)])",
    # 10 inputs, k neurons and k neurons: k² + 15k values
    "network": """k = round((n + 56) ** 0.5 - 7.5); model = nn.MLP(10, [k, k, 1], fused=True)
y = model([Value(0.1 * i) for i in range(10)]); options = dict(model=model, level="clusters")""",
    "layers": """model = nn.MLP(10, [20] * (n // 20) + [1], fused=True)
y = model([Value(0.1 * i) for i in range(10)]); options = dict(model=model, level="neuron")""",
}
PROGRAM = """
import random, resource, nn
from autograd import Value, draw, tanh, total
random.seed(1); n = {n}; options = {{}}
{code}
def cpu():
    return sum(sum(resource.getrusage(who)[:2]) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
draw(Value(1.0) * 2).svg
resource.setrlimit(resource.RLIMIT_CPU, ({patience} + int(cpu()), resource.RLIM_INFINITY))
start = cpu(); draw(y, max_nodes=10_000, **options).svg; print(cpu() - start)
"""
FIRST = """
import resource
from autograd import Value, draw
a, b = Value(2.0, label="a"), Value(-3.0, label="b")
draw((a * b + a).tanh()).svg
print(sum(sum(resource.getrusage(who)[:2]) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)))
"""


class Road(NamedTuple):
    """Sources that draw, and the engine they lay out with."""

    name: str
    folder: str
    engine: str

    def seconds(self, program: str) -> float | None:
        """What `program` prints; None where it has been ended as too slow, or these sources do not know the engine."""
        done = subprocess.run(
            [sys.executable, "-W", "ignore", "-c", program],
            cwd=self.folder,
            env={**os.environ, "GLASSGRAD_LAYOUT": self.engine},
            capture_output=True,
            text=True,
        )
        return float(done.stdout) if done.returncode == 0 else None


def least(roads: Sequence[Road], programs: Sequence[str], rounds: int) -> dict[Road, list[float | None]]:
    """The least seconds of several rounds, in which all roads take turns; what has failed is not tried again, nor
    the programs after it."""
    found: dict[Road, list[float | None]] = {road: [math.inf] * len(programs) for road in roads}
    for _ in range(rounds):
        for k, program in enumerate(programs):
            for road, times in found.items():
                now = road.seconds(program) if times[k] is not None else None
                times[k:] = [None] * (len(times) - k) if now is None else [min(now, times[k] or now), *times[k + 1 :]]
    return found


def row(shape: str, road: Road, times: Sequence[float | None]) -> str:
    """A line of the table."""
    cells = ["–" if seconds is None else f"{seconds:.2f}" for seconds in times]
    growth = [f"{b / a:.1f}" for a, b in pairwise(times[:DOUBLINGS]) if a and b]
    return "| " + " | ".join([shape, road.name, *cells, *([" ".join(growth)] if len(times) > 1 else [])]) + " |"


def main() -> None:
    """Measure and print, shape by shape."""
    parser = argparse.ArgumentParser(prog="python -m tests.bench.layouts", description="CPU seconds by shape and size")
    parser.add_argument("engines", nargs="*", default=ENGINES, help=f"of {', '.join(ENGINES)}; without any: all")
    parser.add_argument("--before", metavar="FOLDER", help="a checkout to compare with")
    parser.add_argument("--shape", action="append", choices=SHAPES, help="one of the shapes; may be given repeatedly")
    parser.add_argument("--rounds", type=int, default=5, help="the least of as many is printed")
    parser.add_argument("--seconds", type=int, default=60, help="of CPU; give up after as many")
    options = parser.parse_args()
    roads = [Road(engine, str(ROOT), engine) for engine in options.engines]
    if options.before:
        roads += [Road(f"{engine}, before", options.before, engine) for engine in options.engines]
    print("| | | " + " | ".join(f"{n:,}" for n in SIZES) + " | growth |\n|" + "--|" * (len(SIZES) + 3))
    for shape in options.shape or SHAPES:
        programs = [PROGRAM.format(n=n, code=SHAPES[shape], patience=options.seconds) for n in SIZES]
        for road, times in least(roads, programs, options.rounds).items():
            print(row(shape, road, times), flush=True)
    print("\n| | | first picture |\n|--|--|--|")
    for road, times in least(roads, [FIRST], options.rounds).items():
        print(row("a process", road, times), flush=True)


if __name__ == "__main__":
    main()
