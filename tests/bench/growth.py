"""How cost grows with the size of a graph: ``python -m tests.bench.growth [--plot FILE.svg]``.

A chain x = x·a + b of 10² to 10⁶ operations: CPU nanoseconds per operation to build it, to run backward, to replay the
recorded program with its gradient, and to record it; bytes per node that the built graph holds. Every figure is the
fastest of several runs. A flat line is linear cost.

What bends the lines: below some hundred operations the fixed cost of a call shows. From about 10⁵ nodes on (150 bytes
each) the graph leaves the processor's caches, and Python's collector, which is left on, walks all the nodes that are
alive every now and then; the column "gc off" is the same without it.
Both engines are measured, each in a process of its own. Recording of a million operations is left out: in Python the
first replay has to compile its source, which takes 20 to 40 µs for each.
"""

import argparse
import gc
import json
import os
import subprocess
import sys
import time
import tracemalloc
from collections.abc import Callable
from typing import Any

from tests.bench import scalar
from tests.bench.rounds import ROOT

SIZES = [100, 1_000, 10_000, 100_000, 1_000_000]
LARGEST_PROGRAM = 100_000
COLUMNS = [
    "operations",
    "build ns",
    "build, gc off",
    "backward ns",
    "replay ns",
    "record ns",
    "first replay ns",
    "bytes/node",
]
Row = list[float | None]


def fastest(run: Callable[[], object], operations: int) -> float:
    """CPU nanoseconds per operation."""
    best = float("inf")
    for _ in range(3 if operations >= 100_000 else 20):
        start = time.process_time()
        run()
        best = min(best, time.process_time() - start)
    return best / operations * 1e9


def without_collector(run: Callable[[], object], operations: int) -> float:
    """`fastest` with the collector off."""
    gc.disable()
    try:
        return fastest(run, operations)
    finally:
        gc.enable()


def leaves() -> list[Any]:
    """x, a and b of the chain."""
    from autograd import Value

    return [Value(number) for number in (0.5, 0.999, 0.001)]


def held(operations: int) -> float:
    """Bytes per node of graphs after backward, of as many as make 100,000 nodes."""

    def graphs() -> list[Any]:
        roots = [scalar.chain(*leaves(), operations) for _ in range(max(1, 100_000 // operations))]
        for root in roots:
            root.backward()
        return roots

    others = [graphs() for _ in range(3)]  # they use up what an engine keeps of freed graphs for the next one
    gc.collect()
    tracemalloc.start()
    kept = graphs()
    memory = tracemalloc.get_traced_memory()[0]
    tracemalloc.stop()
    del others
    return memory / (operations * len(kept))


def measured(operations: int) -> Row:
    """One row of the table."""
    start = leaves()
    root = scalar.chain(*start, operations)
    row: Row = [
        operations,
        fastest(lambda: scalar.chain(*start, operations), operations),
        without_collector(lambda: scalar.chain(*start, operations), operations),
        fastest(root.backward, operations),
    ]
    del root
    return [*row, *(recorded(operations) if operations <= LARGEST_PROGRAM else [None] * 3), held(operations)]


def recorded(operations: int) -> list[float]:
    """Replay with gradient, recording, and the first replay, which compiles."""
    from autograd import record

    start = leaves()

    def once() -> tuple[float, float]:
        begin = time.process_time()
        program = record(lambda: scalar.chain(*start, operations), arrays=False)
        middle = time.process_time()
        program.backward()
        return middle - begin, time.process_time() - middle

    times = zip(*(once() for _ in range(3 if operations >= 10_000 else 20)), strict=True)
    program = record(lambda: scalar.chain(*start, operations), arrays=False)
    program.backward()
    return [fastest(program.backward, operations), *(min(seconds) / operations * 1e9 for seconds in times)]


def of_engine(choice: str) -> list[Row]:
    """The rows of one engine, "python" or "native", measured in a process of its own; none where it is not there."""
    command = [sys.executable, "-m", "tests.bench.growth", "--json"]
    environment = dict(os.environ, GLASSGRAD_ENGINE=choice)
    done = subprocess.run(command, cwd=ROOT, env=environment, stdout=subprocess.PIPE, text=True, check=False)
    return json.loads(done.stdout) if done.returncode == 0 else []


def table(engines: dict[str, list[Row]]) -> str:
    """Markdown: for each size a row for each engine."""
    lines = ["| engine | " + " | ".join(COLUMNS) + " |", "|---|" + "--:|" * len(COLUMNS)]
    named = [(row, name) for name, rows in engines.items() for row in rows]
    for row, name in sorted(named, key=lambda pair: pair[0][0] or 0):
        lines.append(f"| {name} | " + " | ".join("–" if x is None else f"{x:,.0f}" for x in row) + " |")
    return "\n".join(lines)


def both() -> dict[str, list[Row]]:
    """Each engine's rows, under its name in the other tables."""
    return {"glassgrad": of_engine("python"), "glassgrad native": of_engine("native")}


def plot(engines: dict[str, list[Row]], path: str) -> None:
    """Nanoseconds per operation over the number of operations, both logarithmic."""
    import matplotlib

    matplotlib.use("svg" if path.endswith(".svg") else "agg")
    import matplotlib.pyplot as plt

    figure, axes = plt.subplots(figsize=(6, 4))
    for (name, rows), style in zip(engines.items(), ("-", "--"), strict=True):
        for column, color in ((1, "C0"), (3, "C1"), (4, "C2")):
            points = [(row[0], row[column]) for row in rows if row[column] is not None]
            what = f"{name}: {COLUMNS[column].removesuffix(' ns')}"
            axes.loglog(*zip(*points, strict=True), style, color=color, marker="o", label=what)
    axes.set_xlabel("operations in the chain")
    axes.set_ylabel("CPU time per operation, ns")
    axes.legend()
    figure.savefig(path)


def main() -> None:
    """Measure, print, and plot if asked."""
    parser = argparse.ArgumentParser(prog="python -m tests.bench.growth", description="time per operation by size")
    parser.add_argument("--plot", metavar="FILE", help="write a plot as .svg or .png")
    parser.add_argument("--json", action="store_true", help="the rows of the engine that GLASSGRAD_ENGINE chooses")
    options = parser.parse_args()
    if options.json:
        print(json.dumps([measured(size) for size in SIZES]))
        return
    engines = both()
    print(table(engines))
    if options.plot:
        plot(engines, options.plot)


if __name__ == "__main__":
    main()
