"""Everything the README shows is run here."""

import doctest
import math
import os
import re
import shlex
import subprocess
import sys
import tomllib
import xml.etree.ElementTree as ET
from pathlib import Path

import pytest

import autograd
from nn.command_line.main import main as train
from tests.bench.report import AFTER_FACTORS, FACTOR, IN_FRONT, rounded, with_factors

ROOT = Path(__file__).parent.parent
README = (ROOT / "README.md").read_text(encoding="utf-8")


def test_the_tour(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    examples = "\n".join(re.findall(r"```pycon\n(.*?)```", README, re.DOTALL))
    test = doctest.DocTestParser().get_doctest(examples, {}, "README.md", "README.md", 0)
    failed, attempted = doctest.DocTestRunner(optionflags=doctest.REPORT_NDIFF).run(test)
    assert attempted > 20
    assert not failed
    assert "<script>" in (tmp_path / "step.html").read_text(encoding="utf-8")


def test_the_command_line_examples(tmp_path):
    commands = re.findall(r"`python (-m autograd [^`]*)`", README)
    assert len(commands) == 2
    for command in commands:
        done = subprocess.run(
            [sys.executable, *shlex.split(command)],
            capture_output=True,
            text=True,
            cwd=tmp_path,
            env={**_environment(), "BROWSER": "true"},  # a browser that shows nothing
        )
        assert done.returncode == 0, done.stderr
    assert ET.fromstring((tmp_path / "neuron.svg").read_text(encoding="utf-8")).tag.endswith("svg")


@pytest.mark.notebooks  # it trains and draws for some seconds
def test_the_commands_for_tables(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    learn, predict = (shlex.split(command) for command in re.findall(r"`python (-m nn [^`]*espresso[^`]*)`", README))
    for arguments in ([*learn, "--epochs", "5"], predict):  # what it learns is tested elsewhere
        arguments = [str(ROOT / name) if name.startswith("notebooks/") else name for name in arguments]
        assert train(arguments[2:]) == 0
    with open(tmp_path / "answers.csv", encoding="utf-8") as file:
        assert file.readline().strip().endswith(",taste,predicted_taste")


def test_there_are_three_commands_of_one_line_each_the_course_the_network_and_the_tests():
    course, network, tests = re.findall(r"```sh\n(.*?)\n```", README, re.DOTALL)
    assert all(
        command.startswith("python3 -m venv .venv && .venv/bin/pip install -q ") for command in (course, network)
    )
    assert "\n" not in course + network + tests
    assert course.endswith(".venv/bin/jupyter lab notebooks")
    assert network.endswith(".venv/bin/python -m nn")
    wanted = "pip install -q -e '.[test]'", "python -m pytest -q -n auto"
    ci = (ROOT / ".ci" / "run").read_text(encoding="utf-8")
    assert all(part in tests and part in ci for part in wanted)


def test_the_extras_that_the_readme_names_are_there_and_have_what_it_says():
    extras = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]["optional-dependencies"]
    assert set(re.findall(r"\.\[(\w+)\]", README)) <= set(extras)
    assert any(needed.startswith("jupyterlab") for needed in extras["notebooks"])
    assert any(needed.startswith("matplotlib") for needed in extras["plots"])


def test_the_first_screen_says_what_the_table_below_measured():
    """The factors over micrograd on W1, to two digits."""
    table = README.partition("<!-- bench -->")[2].partition("<!-- /bench -->")[0]
    rows = (line.split("|")[1:-1] for line in table.splitlines() if line.count("|") > 9)
    factors = {cells[0].strip(): cells[-2].strip() for cells in rows}
    says = FACTOR.findall(README.partition(AFTER_FACTORS)[0])
    assert says == [rounded(factors[name]) for name in IN_FRONT]
    replaced = with_factors(README, dict.fromkeys(IN_FRONT, "1.23e+03")).partition(AFTER_FACTORS)[0]
    assert replaced.count("1,200") == len(IN_FRONT)


def test_the_first_screen_counts_right():
    assert f"{len(autograd.OPERATIONS)} operations" in README
    x = autograd.Value(19.0)
    x.tanh().backward()
    assert f"{x.grad:.3g}, where 1 − tanh² says {1 - math.tanh(19.0) ** 2:.3g}" in " ".join(README.split())


def test_the_layouts_and_engines_it_names_can_be_chosen():
    for name, values in (("GLASSGRAD_LAYOUT", ("auto", "dot", "wasm", "plain")), ("GLASSGRAD_ENGINE", ("python",))):
        assert all(f"`{value}`" in README or f"`{name}={value}`" in README for value in values)
    script = "import autograd; print(autograd.engine, autograd.draw(autograd.Value(2.0) * 3).svg[:4])"
    environment = {**_environment(), "GLASSGRAD_LAYOUT": "plain", "GLASSGRAD_ENGINE": "python"}
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, env=environment, check=True)
    assert done.stdout.startswith("python: GLASSGRAD_ENGINE says so <svg") or "<?xm" in done.stdout


def test_the_pictures_are_what_is_drawn_today():
    script = (
        "import runpy, sys; found = runpy.run_path(sys.argv[1])['pictures'](); "
        "[sys.exit(name) for name, svg in found.items() if open(sys.argv[2] + name, encoding='utf-8').read() != svg]"
    )
    folder = ROOT / "notebooks" / "pictures"
    subprocess.run([sys.executable, "-c", script, folder / "make.py", f"{folder}/"], check=True, env=_environment())


@pytest.mark.parametrize("target", re.findall(r"\]\(([^)#]+)\)", README))
def test_what_the_readme_links_exists(target):
    assert (ROOT / target).exists()


def _environment() -> dict[str, str]:
    return {**os.environ, "PYTHONPATH": str(ROOT)}
