"""The measurements as tables: times, ratios to micrograd, and the bars this project holds itself to."""

import platform
import re
from collections.abc import Callable
from dataclasses import dataclass

from tests.bench.rounds import Runner

UNITS = {
    "W1": (1e3, "ms"),
    "W2": (1e3, "ms"),
    "W3": (1e9, "ns/op"),
    "W3L": (1e9, "ns/op"),
    "W4": (1e6, "µs"),
    "W5": (1e9, "ns/term"),
}
W1_OPERATIONS = 65_077  # as micrograd counts them
Key = tuple[str, str, str]  # engine, workload, collector


def indexed(runners: list[Runner]) -> dict[Key, Runner]:
    """By engine, workload and collector; only those that could run."""
    return {(r.engine, r.workload, r.collector): r for r in runners if r.problem is None}


def table(runners: list[Runner]) -> str:
    """A Markdown table: a row per engine, a column per workload, and who is missing."""
    found = indexed(runners)
    workloads = list(dict.fromkeys(r.workload for r in runners))
    headings = [f"{w} {UNITS[w][1]}" for w in workloads]
    lines = [f"CPython {platform.python_version()}, CPU time, median of round minima", ""]
    lines += ["| engine | " + " | ".join([*headings, "W1 × micrograd", "bytes/node"]) + " |"]
    lines += ["|---|" + "--:|" * (len(headings) + 2)]
    for engine, collector in dict.fromkeys((r.engine, r.collector) for r in runners):
        cells = [cell(found.get((engine, w, collector)), *UNITS[w]) for w in workloads]
        if any(cells):
            name = engine if collector == "on" else f"{engine}, gc off"
            extra = [
                against_micrograd(found, engine, collector),
                weight(found.get((engine, "W1", collector))),
            ]
            lines.append("| " + " | ".join([name, *(c or "–" for c in cells), *extra]) + " |")
    missing = sorted({f"{r.engine}: {r.problem}" for r in runners if (r.problem or "").startswith("missing")})
    return "\n".join([*lines, "", *missing])


def cell(runner: Runner | None, scale: float, unit: str) -> str:
    """Three significant digits in the unit of the column."""
    return "" if runner is None else f"{runner.median * scale:#.3g}".rstrip(".")


def against_micrograd(found: dict[Key, Runner], engine: str, collector: str) -> str:
    """How many times faster than micrograd as it comes, collector on, on W1."""
    other = ratio(found, ("micrograd", "W1", "on"), (engine, "W1", collector))
    return "–" if other is None else f"{other:.3g}"


def weight(runner: Runner | None) -> str:
    """Bytes a node of the differentiated W1 graph holds, per elementary operation."""
    return "–" if runner is None or runner.bytes is None else f"{runner.bytes / W1_OPERATIONS:.0f}"


def ratio(found: dict[Key, Runner], slow: Key, fast: Key) -> float | None:
    """time of ``slow`` / time of ``fast``, or None where one was not measured."""
    return found[slow].median / found[fast].median if slow in found and fast in found else None


#: engines whose factors over micrograd on W1 are on the README's first screen, in this order, and how they stand there
IN_FRONT = (
    *("glassgrad", "glassgrad fused", "glassgrad program, NumPy"),
    *("glassgrad native", "glassgrad native fused", "glassgrad native program, arrays"),
)
FACTOR = re.compile(r"([\d,]+\d)(?= times|, [\d,]+ and| and [\d,]+ times)")
AFTER_FACTORS = "- **It is right.**"


def rounded(factor: str) -> str:
    """Two digits."""
    return f"{float(f'{float(factor):.2g}'):,.0f}"


def with_factors(readme: str, factors: dict[str, str]) -> str:
    """The text with the factors of its first screen as they were measured."""
    front, mark, rest = readme.partition(AFTER_FACTORS)
    new = iter([rounded(factors[name]) for name in IN_FRONT])
    return FACTOR.sub(lambda _: next(new), front) + mark + rest


@dataclass(frozen=True)
class Bar:
    """A promise: ``measure`` gives the figure, None where its engines did not run."""

    what: str
    limit: float
    at_least: bool
    measure: Callable[[dict[Key, Runner]], float | None]


def faster(what: str, limit: float, fast: str, slow: str, workload: str, collector: str = "on") -> Bar:
    """``fast`` is at least ``limit`` times as fast as ``slow``."""
    return Bar(
        what,
        limit,
        True,
        lambda found: ratio(found, (slow, workload, collector), (fast, workload, collector)),
    )


def bytes_per_node(found: dict[Key, Runner], engine: str = "glassgrad") -> float | None:
    """Of the elementary W1 graph after backward."""
    runner = found.get((engine, "W1", "on"))
    return None if runner is None or runner.bytes is None else runner.bytes / W1_OPERATIONS


BARS = [
    faster("W1 node for node, × micrograd", 12, "glassgrad", "micrograd", "W1"),
    faster("W1 node for node, × micrograd, gc off for both", 1.7, "glassgrad", "micrograd", "W1", "off"),
    faster("W1 node for node, × lean", 1.25, "glassgrad", "lean", "W1"),
    faster("W1 fused, × micrograd", 50, "glassgrad fused", "micrograd", "W1"),
    faster("W1 fused, × micrograd, gc off for both", 5.5, "glassgrad fused", "micrograd", "W1", "off"),
    faster("W2 fused, × micrograd", 50, "glassgrad fused", "micrograd", "W2"),
    faster("W2 fused, × micrograd, gc off for both", 5.5, "glassgrad fused", "micrograd", "W2", "off"),
    faster("W4, × micrograd", 2, "glassgrad", "micrograd", "W4"),
    Bar("bytes per node after backward, W1", 220, False, bytes_per_node),
    Bar(
        "W3 at 1e6, time per operation / at 1e5",
        1.7,
        False,
        lambda found: ratio(found, ("glassgrad", "W3L", "on"), ("glassgrad", "W3", "on")),
    ),
    faster("W1 program as source, × micrograd", 250, "glassgrad program", "micrograd", "W1"),
    faster("W1 program on NumPy, × PyTorch", 1.5, "glassgrad program, NumPy", "torch", "W1"),
    faster("W2 program on NumPy, × PyTorch", 0.8, "glassgrad program, NumPy", "torch", "W2"),
    faster("W1 program under JAX's jit, × JAX by hand", 1.0, "glassgrad program, JAX", "jax", "W1"),
    faster("native: W1 node for node, × micrograd", 200, "glassgrad native", "micrograd", "W1"),
    faster("native: W1 fused, × micrograd", 900, "glassgrad native fused", "micrograd", "W1"),
    faster("native: W1 through nn, node for node, × micrograd", 120, "glassgrad native nn", "micrograd", "W1"),
    faster("native: W1 through nn, fused, × micrograd", 400, "glassgrad native nn fused", "micrograd", "W1"),
    Bar(
        "native: an epoch of nn.fit on W1, once recorded / the bare replay",
        1.5,
        False,
        lambda found: ratio(
            found, ("glassgrad native nn.fit", "W1", "on"), ("glassgrad native program, arrays", "W1", "on")
        ),
    ),
    faster("native: W3, × XAD", 9, "glassgrad native", "xad", "W3"),
    faster("native: W4, × micrograd", 50, "glassgrad native", "micrograd", "W4"),
    Bar(
        "native: bytes per node after backward, W1", 100, False, lambda found: bytes_per_node(found, "glassgrad native")
    ),
    faster("native: W1 replayed, × JAX", 1.3, "glassgrad native program, arrays", "jax", "W1"),
    faster("native: W1 replayed, × NumPy", 3, "glassgrad native program, arrays", "glassgrad program, NumPy", "W1"),
    faster("native: W2 replayed, × JAX", 1.5, "glassgrad native program, arrays", "jax", "W2"),
    faster("native: W2 replayed, × NumPy", 3, "glassgrad native program, arrays", "glassgrad program, NumPy", "W2"),
    faster("native: W3 replayed, × CasADi", 1, "glassgrad native program", "casadi", "W3"),
]


def bars(runners: list[Runner]) -> str:
    """Every bar that could be measured, with its figure and whether it is reached."""
    found = indexed(runners)
    lines = ["| bar | limit | measured | |", "|---|--:|--:|---|"]
    for bar in BARS:
        figure = bar.measure(found)
        if figure is not None:
            reached = figure >= bar.limit if bar.at_least else figure <= bar.limit
            sign = "≥" if bar.at_least else "≤"
            lines.append(f"| {bar.what} | {sign} {bar.limit:g} | {figure:.3g} | {'reached' if reached else 'MISSED'} |")
    return "\n".join(lines)
