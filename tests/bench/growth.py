"""How cost grows with the size of a graph: ``python -m tests.bench.growth [--plot FILE.svg]``.

A chain x = x·a + b of 10² to 10⁶ operations: CPU nanoseconds per operation to build it, to run backward, to replay the
recorded program with its gradient, and to record it; bytes per node that the built graph holds. Every figure is the
fastest of several runs. A flat line is linear cost.

What bends the lines: below some hundred operations the fixed cost of a call shows. From about 10⁵ nodes on (150 bytes
each) the graph leaves the processor's caches, and Python's collector, which is left on, walks all the nodes that are
alive every now and then; the column "gc off" is the same without it.
Recording of a million operations is left out: Python's compiler takes 20 to 40 µs for each.
"""

import argparse
import gc
import time
import tracemalloc
from collections.abc import Callable
from typing import Any

from tests.bench import scalar

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
    """Bytes per node of a graph after backward."""
    start = leaves()
    tracemalloc.start()
    root = scalar.chain(*start, operations)
    root.backward()
    memory = tracemalloc.get_traced_memory()[0]
    tracemalloc.stop()
    return memory / operations


def measured(operations: int) -> list[float | None]:
    """One row of the table."""
    start = leaves()
    root = scalar.chain(*start, operations)
    row: list[float | None] = [
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
    begin = time.process_time()
    program = record(lambda: scalar.chain(*start, operations), arrays=False)
    middle = time.process_time()
    program.backward()
    end = time.process_time()
    return [
        fastest(program.backward, operations),
        (middle - begin) / operations * 1e9,
        (end - middle) / operations * 1e9,
    ]


def table(rows: list[list[float | None]]) -> str:
    """Markdown."""
    lines = ["| " + " | ".join(COLUMNS) + " |", "|" + "--:|" * len(COLUMNS)]
    lines += ["| " + " | ".join("–" if x is None else f"{x:,.0f}" for x in row) + " |" for row in rows]
    return "\n".join(lines)


def plot(rows: list[list[float | None]], path: str) -> None:
    """Nanoseconds per operation over the number of operations, both logarithmic."""
    import matplotlib

    matplotlib.use("svg" if path.endswith(".svg") else "agg")
    import matplotlib.pyplot as plt

    figure, axes = plt.subplots(figsize=(6, 4))
    for column in (1, 3, 4):
        points = [(row[0], row[column]) for row in rows if row[column] is not None]
        axes.loglog(*zip(*points, strict=True), marker="o", label=COLUMNS[column].removesuffix(" ns"))
    axes.set_xlabel("operations in the chain")
    axes.set_ylabel("CPU time per operation, ns")
    axes.set_ylim(bottom=10)
    axes.legend()
    figure.savefig(path)


def main() -> None:
    """Measure, print, and plot if asked."""
    parser = argparse.ArgumentParser(prog="python -m tests.bench.growth", description="time per operation by size")
    parser.add_argument("--plot", metavar="FILE", help="write a plot as .svg or .png")
    options = parser.parse_args()
    rows = [measured(size) for size in SIZES]
    print(table(rows))
    if options.plot:
        plot(rows, options.plot)


if __name__ == "__main__":
    main()
