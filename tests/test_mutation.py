"""What is kept of mutation testing (`python -m tests.mutation`, hours) is complete, and says what was meant."""

import json
from collections import defaultdict

import pytest

from tests.mutation.__main__ import CORE, FILES, RESULTS, ROOT, TESTS, described, runs_of
from tests.mutation.equivalent import EQUIVALENT
from tests.mutation.mutants import mutants


@pytest.mark.parametrize(
    ("source", "names"),
    [
        ("y = a + b", ["a + b → a - b"]),
        ("def f():\n    '''1 + 1'''\n    return 7", ["7 → 8", "7 → 6"]),
        ("def f(x: 1 < 2 = 0) -> -1: x.y = not 1", ["0 → 1", "x.y = not 1 → pass", "not 1 → 1", "1 → 2"]),
        ("f = lambda a, b: b", ["b → a"]),
        ("def f(): return x if a and b else 0.5",
         ["x if a and b else 0.5 → 0.5 if a and b else x", "a and b → a or b", "0.5 → 1.5", "0.5 → 0.50005"]),
        ("def f(): raise ValueError(1)", []),
    ],
)  # fmt: skip
def test_a_mutant_is_one_small_change(source, names):
    assert [mutant.name for mutant in mutants(source)] == names


def test_a_mutant_keeps_the_rest_and_its_lines():
    first, *_ = mutants("a = 2\n\n\nb = [a, a - 1]")
    assert (first.name, first.line) == ("2 → 3", 1)
    made = {}
    exec(compile(first.tree(), "m", "exec"), made)
    assert made["b"] == [3, 2]
    assert first.tree().body[1].lineno == 4


def test_a_mutant_knows_what_it_is_inside_of():
    source = "a = 2\nb: int = 3\ndef f():\n    return 4\nclass C:\n    d = 5\nx, y = 6, 7\nif 8: pass"
    subjects = {mutant.line: mutant.subject for mutant in mutants(source)}
    assert subjects == {1: "a", 2: "b", 4: "f", 6: "C", 7: "", 8: ""}


def test_every_module_has_tests_that_exist():
    assert set(TESTS) <= set(FILES)
    for file in FILES:
        for run in runs_of(file):
            assert (ROOT / run[0]).is_file(), (file, run)


def test_every_explained_mutant_is_still_one():
    by_file = defaultdict(set)
    for file, line, name in EQUIVALENT:
        by_file[file].add((line, name))
    for file, listed in by_file.items():
        source = (ROOT / file).read_text()
        lines = source.splitlines()
        kept = {line for line, _ in listed}
        found = {described(file, lines, m)[1:] for m in mutants(source) if lines[m.line - 1].strip()[:100] in kept}
        assert listed - found == set(), file


@pytest.fixture(scope="module")
def results():
    return json.loads(RESULTS.read_text())


def test_the_results_are_about_every_module(results):
    assert sorted(results) == FILES
    for file, result in results.items():
        told = result["killed"] + result["equivalent"] + len(result["survived"])
        assert told == result["run"] <= result["mutants"], file
        assert result["run"] == result["mutants"] or "seed" in result, file


def test_in_the_engine_and_in_training_no_mutant_survives_unexplained(results):
    for file in CORE & results.keys():
        assert results[file]["survived"] == [], file
        assert results[file]["run"] == results[file]["mutants"], file


def test_elsewhere_95_of_100_mutants_are_killed(results):
    for file, result in results.items():
        assert 100 * (result["killed"] + result["equivalent"]) >= 95 * result["run"], file
