"""``python -m tests.bench``: measure, and print the table."""

import argparse
from pathlib import Path

from tests.bench import growth
from tests.bench.peers import COLLECTOR_OFF, ENGINES, OURS
from tests.bench.report import IN_FRONT, against_micrograd, bars, indexed, table, with_factors
from tests.bench.rounds import Runner, run

WORKLOADS = ["W1", "W2", "W3", "W3L", "W4", "W5"]


def arguments() -> argparse.Namespace:
    """The command line."""
    parser = argparse.ArgumentParser(prog="python -m tests.bench", description="glassgrad beside other engines")
    parser.add_argument("--only", default=",".join(WORKLOADS), help="workloads, such as W1,W4 (default: all)")
    parser.add_argument("--peers", default=None, help="other engines, such as micrograd,torch (default: all)")
    parser.add_argument(
        "--write",
        metavar="FILE",
        help="put the tables between <!-- bench --> and <!-- /bench -->, <!-- growth --> and <!-- /growth --> there",
    )
    parser.add_argument("--rounds", type=int, default=5, help="rounds per engine (default and least: 5)")
    return parser.parse_args()


def chosen(names: str | None, known: list[str], what: str) -> list[str]:
    """Split a list given on the command line and check it."""
    wanted = known if names is None else [name.strip() for name in names.split(",") if name.strip()]
    for name in wanted:
        if name not in known:
            raise SystemExit(f"unknown {what} {name!r}; there are {', '.join(known)}")
    return wanted


def main() -> None:
    """Run what was asked for."""
    options = arguments()
    peers = chosen(options.peers, [name for name in ENGINES if name not in OURS], "engine")
    engines = [name for name in ENGINES if name in OURS or name in peers]
    turns = [(name, "on") for name in engines] + [(name, "off") for name in engines if name in COLLECTOR_OFF]
    runners: list[Runner] = []
    for workload in chosen(options.only, WORKLOADS, "workload"):
        runners += run(workload, turns, max(5, options.rounds))
    text = f"{table(runners)}\n\n{bars(runners)}"
    print(text, flush=True)
    by_size = growth.table(growth.both())
    print(by_size)
    if options.write:
        write_between(Path(options.write), "bench", table(runners).strip())
        write_between(Path(options.write), "growth", by_size)
        write_factors(Path(options.write), runners)


def write_factors(path: Path, runners: list[Runner]) -> None:
    """What the first screen says of W1, if all of it was measured."""
    factors = {name: against_micrograd(indexed(runners), name, "on") for name in IN_FRONT}
    if "–" not in factors.values():
        path.write_text(with_factors(path.read_text(encoding="utf-8"), factors), encoding="utf-8")


def write_between(path: Path, mark: str, text: str) -> None:
    """Replace what stands between the two marks of a Markdown file."""
    before, begin, rest = path.read_text(encoding="utf-8").partition(f"<!-- {mark} -->\n")
    _, end, after = rest.partition(f"<!-- /{mark} -->")
    if not begin or not end:
        raise SystemExit(f"{path} has no <!-- {mark} --> and <!-- /{mark} --> marks, each on a line")
    path.write_text(f"{before}{begin}{text}\n{end}{after}", encoding="utf-8")


if __name__ == "__main__":
    main()
