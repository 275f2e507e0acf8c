"""python -m tests.accuracy [--points N] [--save] [operation ...]

Measures every operation at N points (10,000) and prints a table: the largest error of the value and of the first three
derivatives in ulps, and where it occurs, beside what torch and JAX make of the same points. `--save` keeps the figures
in tests/data/accuracy.json, from which the reference page is made.
"""

import argparse
import json
import os
import sys
from collections.abc import Iterable
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path
from typing import Any

from tests.accuracy.cases import CASES
from tests.accuracy.measure import ORDERS, Report, measure

DATA = Path(__file__).parents[1] / "data"
FIGURES = DATA / "accuracy.json"
PEERS = DATA / "peer_accuracy.json"


def figures(report: Report) -> dict[str, Any]:
    """The report as what is saved."""
    measured = [worst for worst in report.orders if worst.count]
    return {
        "ulps": [round(worst.ulps, 2) for worst in measured],
        "at": [list(worst.at) for worst in measured],
        "points": measured[0].count,
        "within": all(worst.ratio <= 1.0 for worst in measured),
    }


def measured(name: str, count: int) -> tuple[str, dict[str, Any]]:
    """The figures of one case; a function of plain values, so that another process can compute it."""
    (case,) = (case for case in CASES if case.name == name)
    return name, figures(measure(case, count))


def line(name: str, found: dict[str, Any], peers: dict[str, Any]) -> str:
    """A row of the printed table."""
    errors = "".join(f"{ulps:10.3g}" for ulps in found["ulps"]).ljust(40)
    where = " ".join(f"{', '.join(f'{x:.6g}' for x in at):>22}" for at in found["at"])
    others = "".join(f"{peer}′ {peers[peer][name]['ulps'][1]:.3g}  " for peer in peers if name in peers[peer])
    return f"{name:24}{errors}{'' if found['within'] else ' EXCEEDS'}  {where}  {others}"


def run(names: Iterable[str], count: int) -> dict[str, dict[str, Any]]:
    """Measure and print, as many operations at once as there are processors."""
    peers = json.loads(PEERS.read_text())["peers"] if PEERS.exists() else {}
    results = {}
    print(f"{'operation':24}" + "".join(f"{order:>10}" for order in ORDERS) + "  where, in the same order")
    with ProcessPoolExecutor(max_workers=os.cpu_count()) as pool:
        for name, found in pool.map(measured, names, [count] * len(CASES)):
            results[name] = found
            print(line(name, found, peers), flush=True)
    return results


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.accuracy", description=(__doc__ or "").partition("\n\n")[2])
    parser.add_argument("--points", type=int, default=10_000)
    parser.add_argument("--save", action="store_true")
    parser.add_argument("operations", nargs="*")
    chosen = parser.parse_args()
    names = [case.name for case in CASES if not chosen.operations or {case.name, case.row} & {*chosen.operations}]
    if not names:
        parser.error(f"no operation called {' or '.join(chosen.operations)}")
    results = run(names, chosen.points)
    if chosen.save:
        saved = json.loads(FIGURES.read_text()) if FIGURES.exists() else {}
        FIGURES.write_text(json.dumps(dict(sorted({**saved, **results}.items())), indent=1) + "\n")
    return 0 if all(found["within"] for found in results.values()) else 1


if __name__ == "__main__":
    sys.exit(main())
