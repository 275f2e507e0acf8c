"""python -m tests.mutation [--usual | --sample N] [--seed S] [--line L] [--jobs J] [--save] [file ...]

Breaks each file in every way of mutants.py (or in N random ways, or only in line L) and runs the tests that are about
it. A mutant that no test notices survives. Prints killed / total per file and every survivor that equivalent.py does
not explain; `--save` keeps the counts in results.json, `--results` prints what is kept there and runs nothing.

All of it takes hours; what results.json states is made again by `python -m tests.mutation --usual --save`. To make
one line of `--results` again, give its file and, if it was a sample, the numbers at its end. After work on the tests,
`--again --save` tries the survivors only.
"""

import argparse
import importlib.abc
import importlib.util
import json
import os
import random
import resource
import shlex
import signal
import sys
from collections.abc import Iterator, Sequence
from functools import cache
from pathlib import Path
from types import ModuleType
from typing import Any, NamedTuple

from tests.mutation.equivalent import EQUIVALENT
from tests.mutation.mutants import Mutant, mutants

ROOT = Path(__file__).parents[2]
RESULTS = Path(__file__).parent / "results.json"
BYTES = 3_000_000_000  # of data: a mutant that collects for ever is noticed by that
PATIENCE = 300  # seconds by the clock: one that waits for ever, by that
PASSED = (0, 5)  # of pytest's exit codes: all tests did, or there are none
FAILED = (1, 2, 3)  # tests did, or could not be read, or pytest itself; 4 is for a test that is not there any more
RECENT = 4  # tests that noticed a mutant, tried first on the next one
FILES = sorted(str(path.relative_to(ROOT)) for package in ("autograd", "nn") for path in (ROOT / package).rglob("*.py"))

CORE = {
    *(f"autograd/{name}.py" for name in ("ops", "value", "backprop", "modes", "copying", "operations/lists")),
    *(f"nn/{name}.py" for name in ("losses", "optim", "descent/optimizer", "descent/settings")),
}  # where every mutant is run, and every survivor is equivalent

# What is run against a file beside its doctests, the quickest and most telling first: files of the package's folder in
# tests/, with options of pytest if need be. What is not named here is tested by the file of the same name.
NUMERIC = "special_points lists accuracy lists_accuracy ops"
RECORDED = "program program_arrays json_file"
STATE = "state -k 'interrupt or exception or threads or frees'"  # without graphs of a million nodes, which take minutes
NEURON = "neuron -k 'not micrograd_demo'"
DRAWING = "levels -k 'not million and not process'"
PLOTS = "plots_as_meant curves"
JOB = "main -k 'not moons and not iris and not ctrl_c and not graphviz and not saved and not matplotlib'"
# which the engine in Python does not ask, or not for all they do
IN_C = ("autograd/native/", "nn/descent/recorded_rule.py", "nn/training/on_arrays.py")
PICTURED = ("autograd/drawing/", "autograd/explaining/", "autograd/view/")  # have a say in how pictures look
NOT_PICTURED = (
    *(
        f"autograd/{name}.py"
        for name in ("view/expand", "explaining/paths", "explaining/naive", "drawing/layout/graphviz")
    ),
)
TESTS = {
    "autograd/__init__.py": "numpy_names autograd/test_init",
    "autograd/__main__.py": "main",
    "autograd/native/__init__.py": "engine",
    "autograd/native/adoption.py": "adoption value",
    "autograd/native/build.py": "./test_installation",
    "autograd/command_line/main.py": "main",
    "autograd/system/archive.py": "./test_installation",
    "autograd/system/letters.py": "notation terminal",
    "autograd/system/moved.py": "./test_pickles",
    "autograd/system/names.py": "autograd/test_init nn/test_public_names",
    "autograd/programs/on_arrays/numpy_run.py": "program_arrays nn/training/test_recorded",
    "autograd/numerics/arrays.py": "program_arrays",
    "autograd/numerics/numpys_loops.py": "numpys_loops value_array",
    "autograd/numerics/real.py": "real bad_input",
    "autograd/backprop.py": f"backprop anomaly by_hand interrupted {STATE} bad_input",
    "autograd/programs/on_arrays/bound.py": "program program_arrays",
    "autograd/programs/source/python.py": "program json_file",
    "autograd/copying.py": f"copying {STATE}",
    "autograd/derivatives/hessian_vector.py": "hessian_vector transforms anomaly",
    "autograd/derivatives/transforms.py": "transforms anomaly",
    "autograd/drawing/levels.py": DRAWING,
    "autograd/derivatives/dual.py": "dual anomaly transforms",
    "autograd/operations/lists.py": "lists modes anomaly bad_input",
    "autograd/drawing/layout/geometry.py": "geometry placement -k 'not process'",
    "autograd/drawing/layout/dot_language.py": "dot_language placement -k 'not process'",
    "autograd/derivatives/sweeps.py": "dual transforms paths",
    "autograd/modes.py": "modes value anomaly interrupted",
    "autograd/by_hand.py": "by_hand bad_input backprop value",
    "autograd/events.py": "events backprop stepper",
    "autograd/numerics/ieee.py": "accuracy special_points",
    "autograd/numerics/signatures.py": "ops",
    "autograd/operators.py": "operators dual program",
    "autograd/programs/source/naming.py": "naming program json_file",
    "autograd/explaining/moments.py": "stepper film",
    "autograd/explaining/narration.py": "stepper film",
    "autograd/explaining/page/html.py": "stepper",
    "autograd/explaining/page/packing.py": "packing",
    "autograd/explaining/neuron_narration.py": "stepper",
    "autograd/explaining/neurons.py": "stepper",
    "autograd/numerics/floats.py": NUMERIC,
    "nn/data/files.py": "tables nn/command_line/test_files",
    "nn/data/tables.py": "tables nn/command_line/test_files",
    "autograd/ops.py": "special_points value ops lists accuracy lists_accuracy transforms",
    "autograd/programs/trace.py": RECORDED,
    "autograd/programs/columns.py": RECORDED,
    "autograd/programs/kinds.py": RECORDED,
    "autograd/programs/pure.py": f"pure {RECORDED}",
    "autograd/programs/program.py": RECORDED,
    "autograd/drawing/png_pdf.py": "png_pdf figure",
    "autograd/programs/recorder.py": RECORDED,
    "autograd/programs/on_arrays/grouping.py": RECORDED,
    "autograd/programs/reverse.py": f"reverse {RECORDED}",
    "autograd/programs/source/export.py": RECORDED,
    "autograd/view/subject.py": f"stepper {DRAWING}",
    "autograd/programs/tape.py": RECORDED,
    "autograd/derivatives/run.py": "gradients transforms",
    "autograd/value.py": f"value modes copying special_points anomaly backprop {STATE} lists",
    "autograd/drawing/values_picture.py": f"values_picture text_tree stepper {DRAWING}",
    "autograd/programs/on_arrays/plan.py": "program_arrays nn/training/test_recorded",
    "nn/__init__.py": "public_names",
    "nn/__main__.py": JOB,
    "nn/command_line/learning.py": "nn/command_line/test_learning",
    "nn/command_line/main.py": JOB,
    "nn/command_line/panels.py": JOB,
    "nn/command_line/predict.py": "predict",
    "nn/command_line/predictor.py": "predictor predict",
    "nn/command_line/results.py": JOB,
    "nn/basics/activations.py": f"{NEURON} containers",
    "nn/inspection/boundary.py": PLOTS,
    "nn/inspection/style.py": f"style {PLOTS}",
    "nn/basics/checks.py": "embedding normalisation recurrent attention convolution optim losses every_layer",
    "nn/descent/clipping.py": "loop optim",
    "nn/training/recorded.py": "recorded -k 'not hundred'",
    "nn/inspection/outputs.py": "outputs diagnosis",
    "nn/layers/activation.py": "containers every_layer",
    "nn/training/arguments.py": "loop",
    "nn/training/gradient.py": "loop recorded",
    "nn/descent/settings.py": "optim state_dict",
    "nn/inspection/history.py": "loop diagnosis",
    "nn/command_line/jobs.py": JOB,
    "nn/neuron.py": NEURON,
    "nn/training/on_arrays.py": "whole_steps on_values recorded per_row",
    "nn/basics/at_once.py": "whole_steps",
    "nn/descent/recorded_rule.py": "recorded_rule nn/training/test_on_values",
    "nn/descent/optimizer.py": "optim state_dict whole_steps",
    "nn/command_line/options.py": JOB,
    "nn/basics/pairing.py": "losses",
    "nn/basics/places.py": "nn/test_module",
    "nn/inspection/principal_plane.py": PLOTS,
    "nn/inspection/curves.py": PLOTS,
    "nn/training/stopping.py": "loop",
    "nn/inspection/loss_surface.py": PLOTS,
}


class Trial(NamedTuple):
    """What is run on a mutant: the arguments of pytest, run by run, and how much processor time each may take."""

    runs: list[list[str]]
    seconds: float


def runs_of(file: str) -> list[list[str]]:
    """The arguments of pytest for one file of tests after the other."""
    runs: list[list[str]] = [[str(ROOT / file)]]  # its doctests
    words = shlex.split(TESTS[file]) if file in TESTS else []
    if file.startswith(PICTURED) and file not in NOT_PICTURED:
        words = [*(words or [Path(file).stem]), "pictures"]
    for i, word in enumerate(words):
        if word.startswith("-") or (i and words[i - 1] == "-k"):
            runs[-1].append(word)
        else:
            runs += [[str(path)] for path in tests_named(word, file)]
    if not words:
        runs += [[str(path)] for path in tests_named(Path(file).stem, file)]
    return [*runs, [str(ROOT / "tests" / "test_reference.py")]]  # where the signatures stand, with all defaults


def tests_named(word: str, file: str) -> list[Path]:
    """The file of tests of this name: in the package's folder, or where `word` says. A module that has no file of its
    own is tested by those of its room."""
    if "/" in word:
        return [(ROOT / "tests" / word).with_suffix(".py")]
    package, *_ = file.split("/")
    found = sorted((ROOT / "tests" / package).rglob(f"test_{word}.py"))
    return found or sorted((ROOT / "tests" / file).parent.glob("test_*.py"))


class Mutated(importlib.abc.MetaPathFinder, importlib.abc.Loader):
    """Gives the import system another code for one module."""

    def __init__(self, file: str, mutant: Mutant) -> None:
        self.module = file.removesuffix(".py").removesuffix("/__init__").replace("/", ".")
        self.path, self.mutant = ROOT / file, mutant

    def find_spec(self, name: str, path: object = None, target: object = None) -> Any:
        if name != self.module:
            return None
        inside = [str(self.path.parent)] if self.path.stem == "__init__" else None
        return importlib.util.spec_from_file_location(name, self.path, loader=self, submodule_search_locations=inside)

    def exec_module(self, module: ModuleType) -> None:
        exec(compile(self.mutant.tree(), self.path, "exec"), module.__dict__)


class Killer:
    """A plugin of pytest's that tells the first test to fail."""

    def __init__(self, tell: int) -> None:
        self.tell = tell

    def pytest_runtest_logreport(self, report: Any) -> None:
        if report.failed:
            os.write(self.tell, f"{ROOT}/{report.nodeid}".encode())


def allow(seconds: float) -> None:
    """Let this process live for so much more processor time."""
    used = resource.getrusage(resource.RUSAGE_SELF)
    resource.setrlimit(resource.RLIMIT_CPU, (int(used.ru_utime + used.ru_stime + seconds), resource.RLIM_INFINITY))


def passes(file: str, mutant: Mutant, trial: Trial, killers: Sequence[str], tell: int) -> bool:
    """Whether all tests pass on the mutant, in the seconds each run may take; it spoils the process it is called in."""
    import pytest

    signal.signal(signal.SIGINT, signal.default_int_handler)  # a shell's background jobs ignore it
    signal.alarm(PATIENCE)
    resource.setrlimit(resource.RLIMIT_DATA, (BYTES, BYTES))
    os.environ["GLASSGRAD_ENGINE"] = "auto" if file.startswith(IN_C) else "python"  # else C would answer
    silence = os.open(os.devnull, os.O_WRONLY)
    os.dup2(silence, 1)
    os.dup2(silence, 2)
    mutated = Mutated(file, mutant)
    sys.meta_path.insert(0, mutated)
    quietly, plugins = ["-x", "-q", "--assert=plain", "-p", "no:cacheprovider"], [Killer(tell)]
    try:  # one after the other: most mutants do not live to see the second
        allow(trial.seconds)
        importlib.import_module(mutated.module)  # before pytest, which would import it a second time for its doctests
        for likely in hints(mutant, trial, killers):
            allow(trial.seconds)
            # A module of tests that cannot be imported is noticed now or never: the next run would find no tests in it.
            if pytest.main([*quietly, *likely], plugins) in FAILED:
                return False
        for arguments in trial.runs:
            allow(trial.seconds)
            if pytest.main([*quietly, *arguments], plugins) not in PASSED:
                return False
        return True
    except BaseException:  # a mutant may raise anything while it is imported
        return False


def hints(mutant: Mutant, trial: Trial, killers: Sequence[str]) -> Iterator[list[str]]:
    """Quick runs that may do: the tests that noticed the last mutants, and those with the name of what is changed."""
    if killers:
        yield [*killers]
    if mutant.subject and not mutant.subject.startswith("_"):
        yield from (named(arguments, mutant.subject) for arguments in trial.runs)


def named(arguments: list[str], name: str) -> list[str]:
    """Those tests of a run that have `name` in their own."""
    *others, last = arguments
    return [*others, f"({last}) and {name}"] if "-k" in others else [*arguments, "-k", name]


def fork(file: str, mutant: Mutant, trial: Trial, killers: Sequence[str] = ()) -> tuple[int, int]:
    """The number of a new process, with everything but the engine loaded, that ends with 0 if all tests pass; and
    where to read which test did not."""
    told, tell = os.pipe()
    child = os.fork()
    if child == 0:
        os._exit(0 if passes(file, mutant, trial, killers, tell) else 1)
    os.close(tell)
    return child, told


def trial_of(file: str, source: str) -> Trial:
    """The runs of the tests about `file`, with the processor time after which a mutant counts as never ending.

    They are tried as on a mutant, one after the other in one process.
    """
    runs = runs_of(file)
    child, told = fork(file, Mutant.unchanged(source), Trial(runs, 600.0))
    _, status, used = os.wait4(child, 0)
    with open(told) as pipe:
        failed = pipe.read()
    if status != 0:
        raise SystemExit(
            f"{file}: tests fail as it is, which says nothing about mutants: {failed or 'no test by name'}"
        )
    return Trial(runs, 3 * (used.ru_utime + used.ru_stime) + 10)


def passes_alone(file: str, source: str, trial: Trial, killer: str) -> bool:
    """Whether a test that noticed a mutant says so of mutants only, also without the tests around it."""
    child, told = fork(file, Mutant.unchanged(source), Trial([[killer]], trial.seconds))
    _, status = os.waitpid(child, 0)
    os.close(told)
    return status == 0


def survivors(file: str, source: str, chosen: Sequence[Mutant], trial: Trial, jobs: int) -> Iterator[Mutant]:
    """Those of `chosen` on which all tests about `file` pass, `jobs` at a time.

    What noticed the last mutants is tried first: the next one is often in the same line.
    """
    waiting, running = list(reversed(chosen)), {}
    killers: list[str] = []
    sound = cache(lambda killer: passes_alone(file, source, trial, killer))
    while waiting or running:
        while waiting and len(running) < jobs:
            mutant = waiting.pop()
            child, told = fork(file, mutant, trial, killers)
            running[child] = mutant, told
        child, status = os.wait()
        mutant, told = running.pop(child)
        with open(told) as pipe:
            killer = pipe.read()
        progress(f"{file}: {len(waiting)} of {len(chosen)} to go")
        if status == 0:
            yield mutant
        elif killer and sound(killer):
            killers = [killer, *(k for k in killers if k != killer)][:RECENT]


def progress(text: str) -> None:
    if sys.stderr.isatty():
        print(f"\r{text}\033[K", end="\r", file=sys.stderr, flush=True)


def described(file: str, lines: Sequence[str], mutant: Mutant) -> tuple[str, str, str]:
    """How equivalent.py and results.json name a mutant: by the beginning of its line."""
    return file, lines[mutant.line - 1].strip()[:100] if mutant.line else "", mutant.name


def judge(file: str, source: str, chosen: Sequence[Mutant], jobs: int) -> dict[str, Any]:
    """Kill what can be killed; print the survivors nobody has explained."""
    lines = source.splitlines()
    equivalent, survived = 0, []
    for mutant in survivors(file, source, chosen, trial_of(file, source), jobs):
        name = described(file, lines, mutant)
        if name in EQUIVALENT:
            equivalent += 1
        else:
            survived.append(list(name[1:]))
            print(f"  survived: {file}:{mutant.line}  {mutant.name}", flush=True)
    killed = len(chosen) - equivalent - len(survived)
    return {"killed": killed, "equivalent": equivalent, "survived": sorted(survived), "run": len(chosen)}


def preload() -> None:
    """What the tests import anyway, loaded once; nothing of the engine."""
    ours = ("hypothesis", "hypothesis.extra.numpy", "mpmath", "pytest", "_pytest.assertion.rewrite")
    for name in (*ours, "numpy", "matplotlib.pyplot", "sklearn.datasets"):
        importlib.import_module(name)


def stated(file: str, result: dict[str, Any]) -> str:
    """A line of the table: the counts, and how to get them again."""
    killed, equivalent, run, of = (result[name] for name in ("killed", "equivalent", "run", "mutants"))
    sample = f"   --sample {run} --seed {result['seed']}, of {of}" if run < of else ""
    survived = len(result["survived"])
    return f"{file:32} killed {killed:4} of {run:4}, {equivalent:3} equivalent, {survived:2} survived{sample}"


def in_all(results: Sequence[dict[str, Any]]) -> str:
    """The same for several files at once."""
    killed, equivalent, run, of = (sum(r[name] for r in results) for name in ("killed", "equivalent", "run", "mutants"))
    survived = sum(len(r["survived"]) for r in results)
    return f"killed {killed:,} of {run:,}, {equivalent} equivalent, {survived} survived; {of:,} in all"


def kept() -> dict[str, Any]:
    return dict(json.loads(RESULTS.read_text())) if RESULTS.exists() else {}


def again(file: str, source: str, before: dict[str, Any], jobs: int) -> dict[str, Any]:
    """The result `before` after another try to kill those that survived."""
    lines, names = source.splitlines(), [(file, *name) for name in before["survived"]]
    found = [mutant for mutant in mutants(source) if described(file, lines, mutant) in names]
    now = judge(file, source, found[: len(names)], jobs)
    return {**before, **{key: before[key] + now[key] for key in ("killed", "equivalent")}, "survived": now["survived"]}


def usual_sample(file: str) -> int | None:
    """How many mutants of a file results.json is about; None for all of them."""
    return None if file in CORE else 150 if file == "autograd/numerics/floats.py" else 12


def main() -> int:
    parser = argparse.ArgumentParser(
        prog="python -m tests.mutation",
        description=(__doc__ or "").partition("\n\n")[2],
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--sample", type=int, help="so many random mutants of each file instead of all")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--line", type=int, action="append", help="only the mutants of this line")
    parser.add_argument("--usual", action="store_true", help="the core in full, samples of the rest")
    parser.add_argument("--missing", action="store_true", help="only files that results.json does not have")
    parser.add_argument("--again", action="store_true", help="only those that survived in results.json")
    parser.add_argument("--jobs", type=int, default=1, help="so many mutants at a time")
    parser.add_argument("--save", action="store_true")
    parser.add_argument("--results", action="store_true")
    parser.add_argument("files", nargs="*", metavar="file")
    options = parser.parse_args()
    if unknown := set(options.files) - set(FILES):
        parser.error(f"no module of autograd or nn: {', '.join(sorted(unknown))}")
    if options.save and options.line:
        parser.error("some lines are not what --save is about")
    if options.results:
        results = kept()
        for file, result in results.items():
            print(stated(file, result))
        print("core:     ", in_all([result for file, result in results.items() if file in CORE]))
        print("elsewhere:", in_all([result for file, result in results.items() if file not in CORE]))
        return 0
    preload()
    for file in options.files or FILES:
        source = (ROOT / file).read_text()
        if options.again:
            if not kept().get(file, {}).get("survived"):
                continue
            result = again(file, source, kept()[file], options.jobs)
        else:
            if options.missing and file in kept():
                continue
            found = [m for m in mutants(source) if not options.line or m.line in options.line]
            wanted = usual_sample(file) if options.usual else options.sample
            sampled = wanted and wanted < len(found)
            chosen = random.Random(options.seed).sample(found, wanted) if sampled else found
            result = {**judge(file, source, chosen, options.jobs), "mutants": len(found)}
            if sampled:
                result["seed"] = options.seed
        print(stated(file, result), flush=True)
        if options.save:
            RESULTS.write_text(json.dumps({**kept(), file: result}, indent=1, sort_keys=True) + "\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
