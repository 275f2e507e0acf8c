"""How long pictures take to lay out:  python -m tests.bench.layouts [auto | plain | wasm | dot] [--rounds 5]

CPU seconds of `draw(y).svg` by shape and number of values, each in a process of its own with the engine warm, `dot`'s
included; "–" where it takes more than the seconds given. The shapes are those that graphs of programs have: loops that
use a parameter at every step, recurrent chains, random graphs, trees, ladders, layers that are wholly connected. Below
each row, by how much a doubling of the size multiplies the time: of a single round noise alone makes that 3.
"""

import argparse
import math
import os
import subprocess
import sys
from itertools import pairwise

SIZES = [150, 300, 600, 1200]
SHAPES = {
    "loop": "x, r = Value(0.3), Value(3.7)\nfor _ in range(n // 3): x = r * x * (1 - x)\ny = x",
    "recurrent": """w, u, b, y = Value(0.5), Value(0.8), Value(0.1), Value(0.0)
for k in range(n // 6): y = tanh(w * y + u * Value(k / n) + b)""",
    "random": """v = [Value(random.random()) for _ in range(n // 10)]
for _ in range(9 * n // 10): v.append(random.choice(v) * random.choice(v[-40:]))
y = v[-20:]""",
    "tree": """v = [Value(random.random()) for _ in range(n // 2)]
while len(v) > 1: v = [a * b for a, b in zip(v[::2], v[1::2])]
y = v[0]""",
    "ladder": "a, b = Value(1.0), Value(0.5)\nfor _ in range(n // 2): a, b = a * 0.9, (a + b) * 0.5\ny = a + b",
    "network": """model = nn.MLP(10, [20] * max(1, n // 600) + [n // 60, 1], fused=True)
y = model([Value(0.1 * i) for i in range(10)])""",
}
PROGRAM = """
import random, resource, nn
from autograd import Value, draw, tanh
random.seed(1); n = {n}
{code}
def cpu():
    return sum(sum(resource.getrusage(who)[:2]) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
draw(Value(1.0) * 2).svg
drawn = draw(y, max_nodes=10_000{model})
start = cpu(); drawn.svg; print(cpu() - start)
"""


def least(shape: str, engine: str, patience: float, rounds: int) -> list[float | None]:
    """The least CPU time of several rounds for every size; what has been too slow once is not tried again."""
    found: list[float | None] = [math.inf] * len(SIZES)
    for _ in range(rounds):
        for k, before in enumerate(found):
            now = None if before is None else seconds(shape, SIZES[k], engine, patience)
            found[k] = None if before is None or now is None else min(before, now)
    return found


def seconds(shape: str, n: int, engine: str, patience: float) -> float | None:
    """The CPU time of one picture."""
    model = ", model=model, level='clusters'" if shape == "network" else ""
    program = PROGRAM.format(n=n, code=SHAPES[shape], model=model)
    environment = {**os.environ, "GLASSGRAD_LAYOUT": engine}
    try:
        done = subprocess.run(
            [sys.executable, "-W", "ignore", "-c", program],
            env=environment,
            capture_output=True,
            text=True,
            timeout=patience,
        )
    except subprocess.TimeoutExpired:
        return None
    return float(done.stdout) if done.returncode == 0 else None


def main() -> None:
    """Measure and print, shape by shape."""
    parser = argparse.ArgumentParser(prog="python -m tests.bench.layouts", description="CPU seconds by shape and size")
    parser.add_argument("engine", nargs="?", default="auto", choices=("auto", "plain", "wasm", "dot"))
    parser.add_argument("--rounds", type=int, default=5, help="the least of as many is printed")
    parser.add_argument("--seconds", type=float, default=60.0, help="give up after as many")
    options = parser.parse_args()
    print("| " + options.engine + " | " + " | ".join(map(str, SIZES)) + " |\n|" + "--|" * (len(SIZES) + 1))
    for shape in SHAPES:
        found = least(shape, options.engine, options.seconds, options.rounds)
        print(f"| {shape} | " + " | ".join("–" if t is None else f"{t:.2f}" for t in found) + " |", flush=True)
        growth = [f"× {b / a:.1f}" if a and b else "" for a, b in pairwise(found)]
        print("| | | " + " | ".join(growth) + " |", flush=True)


if __name__ == "__main__":
    main()
