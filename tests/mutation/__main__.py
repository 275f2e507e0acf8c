"""python -m tests.mutation [--sample N] [--seed S] [--save] [file ...]

Breaks each file in every way of mutants.py (or in N random ways) and runs the tests that are about it. A mutant that no
test notices survives. Prints killed / total per file and every survivor that equivalent.py does not explain; `--save`
keeps the counts in results.json.
"""

import argparse
import importlib.abc
import importlib.util
import json
import os
import random
import resource
import signal
import sys
import time
from collections.abc import Sequence
from pathlib import Path
from types import ModuleType

from tests.mutation.equivalent import EQUIVALENT
from tests.mutation.mutants import Mutant, mutants

ROOT = Path(__file__).parents[2]
RESULTS = Path(__file__).parent / "results.json"
SECONDS = 90  # of processor time: a mutant that loops for ever is noticed by that
BYTES = 3_000_000_000  # one that collects for ever, by that
PATIENCE = 1800  # seconds by the clock: one that waits for ever, by that
NUMERIC = (
    "test_special_points",
    "test_ops",
    "test_accuracy",
    "test_fused",
    "test_fused_accuracy",
    "test_bad_input",
    "test_laws",
)
TESTS = {  # what is run against a file, the quickest and most telling first
    "autograd/ops.py": (*NUMERIC, "test_value", "test_derivatives"),
    "autograd/numerics.py": NUMERIC,
    "autograd/value.py": (
        *("test_value", "test_backprop", "test_modes", "test_fused", "test_copying", "test_bad_input", "test_ops"),
        *("test_special_points", "test_laws", "test_anomaly", "test_state"),
    ),
    "autograd/backprop.py": ("test_backprop", "test_bad_input", "test_laws", "test_anomaly", "test_state"),
    "autograd/modes.py": ("test_modes", "test_bad_input", "test_value", "test_anomaly"),
    "autograd/copying.py": ("test_copying", "test_state"),
    "autograd/fused.py": ("test_fused", "test_fused_accuracy", "test_bad_input", "test_modes", "test_anomaly"),
    "nn/losses.py": ("test_losses",),
    "nn/optim.py": ("test_optim",),
}


class Mutated(importlib.abc.MetaPathFinder, importlib.abc.Loader):
    """Gives the import system another source for one module."""

    def __init__(self, module: str, source: str, path: str) -> None:
        self.module, self.source, self.path = module, source, path

    def find_spec(self, name: str, path: object = None, target: object = None) -> object:
        return importlib.util.spec_from_file_location(name, self.path, loader=self) if name == self.module else None  # type: ignore[arg-type]

    def exec_module(self, module: ModuleType) -> None:
        exec(compile(self.source, self.path, "exec"), module.__dict__)


def survives(file: str, mutant: Mutant) -> bool:
    """Whether all tests about `file` pass on the mutant, in a process of its own with everything else loaded."""
    child = os.fork()
    if child == 0:
        os._exit(_run_tests(file, mutant))
    deadline = time.monotonic() + PATIENCE
    while time.monotonic() < deadline:
        done, status = os.waitpid(child, os.WNOHANG)
        if done:
            return status == 0
        time.sleep(0.02)
    os.kill(child, signal.SIGKILL)
    os.waitpid(child, 0)
    return False


def _run_tests(file: str, mutant: Mutant) -> int:
    import pytest

    sys.meta_path.insert(0, Mutated(file[:-3].replace("/", "."), mutant.source, str(ROOT / file)))
    resource.setrlimit(resource.RLIMIT_CPU, (SECONDS, SECONDS))
    resource.setrlimit(resource.RLIMIT_AS, (BYTES, BYTES))
    silence = os.open(os.devnull, os.O_WRONLY)
    os.dup2(silence, 1)
    os.dup2(silence, 2)
    folder = ROOT / "tests" / file.partition("/")[0]
    try:  # one file after the other: most mutants do not live to see the second
        runs = (
            pytest.main(["-x", "-q", "--assert=plain", "-p", "no:cacheprovider", f"{folder}/{name}.py"])
            for name in TESTS[file]
        )
        return next((1 for code in runs if code != 0), 0)
    except BaseException:  # a mutant may raise anything while it is imported
        return 1


def judge(file: str, chosen: Sequence[Mutant]) -> dict[str, int]:
    """Kill what can be killed; print the survivors nobody has explained."""
    text = (ROOT / file).read_text().splitlines()
    counts = {"killed": 0, "equivalent": 0, "survived": 0, "total": len(chosen)}
    for mutant in chosen:
        if not survives(file, mutant):
            counts["killed"] += 1
        elif (file, text[mutant.line - 1].strip(), mutant.name) in EQUIVALENT:
            counts["equivalent"] += 1
        else:
            counts["survived"] += 1
            print(f"  survived: {file}:{mutant.line}  {mutant.name}", flush=True)
    return counts


def preload() -> None:
    """What the tests import anyway, loaded once; nothing of the engine."""
    for name in ("hypothesis", "mpmath", "numpy", "pytest", "_pytest.assertion.rewrite", "hypothesis.extra.numpy"):
        importlib.import_module(name)


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.mutation", description=(__doc__ or "").partition("\n\n")[2])
    parser.add_argument("--sample", type=int, help="so many random mutants of each file instead of all")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--save", action="store_true")
    parser.add_argument("files", nargs="*", choices=[[], *TESTS])
    options = parser.parse_args()
    preload()
    results = json.loads(RESULTS.read_text()) if RESULTS.exists() else {}
    for file in options.files or TESTS:
        source = (ROOT / file).read_text()
        if not survives(file, Mutant(0, "", "", source)):
            print(f"{file}: its tests fail as it is, which says nothing about mutants")
            return 1
        found = list(mutants(source))
        if options.sample and options.sample < len(found):
            found = random.Random(options.seed).sample(found, options.sample)
        results[file] = counts = judge(file, found)
        print(f"{file}: killed {counts['killed']} of {counts['total']}, {counts['equivalent']} equivalent", flush=True)
    if options.save:
        RESULTS.write_text(json.dumps(results, indent=1, sort_keys=True) + "\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
