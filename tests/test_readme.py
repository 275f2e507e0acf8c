"""Everything the README shows is run here."""

import doctest
import os
import re
import shlex
import subprocess
import sys
import xml.etree.ElementTree as ET
from pathlib import Path

import pytest

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


def test_the_command_line_example(tmp_path):
    (command,) = re.findall(r"`python (-m autograd [^`]*)`", README)
    done = subprocess.run(
        [sys.executable, *shlex.split(command)], capture_output=True, text=True, cwd=tmp_path, env=_environment()
    )
    assert done.returncode == 0, done.stderr
    assert ET.fromstring((tmp_path / "neuron.svg").read_text(encoding="utf-8")).tag.endswith("svg")


def test_there_are_exactly_two_set_up_commands_of_one_line_each():
    commands = re.findall(r"```sh\n(.*?)```", README, re.DOTALL)
    assert [len(command.splitlines()) for command in commands] == [1, 1]
    wanted = "pip install -q -e '.[test]'", "python -m pytest -q -n auto"
    ci = (ROOT / ".ci" / "run").read_text(encoding="utf-8")
    assert all(part in commands[1] and part in ci for part in wanted)


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
