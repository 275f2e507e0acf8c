"""The house: which room may import which, as `pyproject.toml` has it for import-linter."""

from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent


def test_imports_run_down_the_floors(monkeypatch, capsys):
    cli = pytest.importorskip("importlinter.cli")
    monkeypatch.chdir(ROOT)
    assert cli.lint_imports(no_cache=True) == 0, capsys.readouterr().out
