"""A notebook that was opened alone gets what it reads; what lies there already is left alone."""

import sys
import zipfile

import pytest

from autograd.system import course


@pytest.fixture
def path(monkeypatch):
    """sys.path, given back as it was."""
    monkeypatch.setattr(sys, "path", list(sys.path))
    return sys.path


def test_what_is_missing_is_written_once_and_said(tmp_path, path, capsys):
    course.put_beside(tmp_path)
    assert "written beside this notebook: data, exercises, " in capsys.readouterr().out
    assert path[0] == str(tmp_path)
    for name, content in course.carried():
        assert (tmp_path / name).read_bytes() == content
    course.put_beside(tmp_path)
    assert capsys.readouterr().out == ""
    assert path.count(str(tmp_path)) == 1


def test_what_lies_there_is_left_as_it_is(tmp_path, path, capsys):
    (tmp_path / "exercises").mkdir()
    (tmp_path / "exercises" / "__init__.py").write_text("mine")
    (tmp_path / "plotting.py").write_text("mine, too")
    course.put_beside(tmp_path)
    assert (tmp_path / "exercises" / "__init__.py").read_text() == "mine"
    assert (tmp_path / "plotting.py").read_text() == "mine, too"
    assert (tmp_path / "exercises" / "chapter01.py").exists()


def test_the_archive_is_what_lies_in_the_repository_and_always_the_same(tmp_path, monkeypatch):
    for name in ("a.zip", "b.zip"):
        course.pack(course.SOURCE, tmp_path / name)
    assert (tmp_path / "a.zip").read_bytes() == (tmp_path / "b.zip").read_bytes()
    beside = list(course.carried())
    monkeypatch.setattr(course, "PACKED", tmp_path / "a.zip")
    assert list(course.carried()) == beside
    assert "exercises/chapter10.py" in zipfile.ZipFile(tmp_path / "a.zip").namelist()


def test_where_there_is_nothing_it_says_so(tmp_path, monkeypatch):
    monkeypatch.setattr(course, "PACKED", tmp_path / "course.zip")
    monkeypatch.setattr(course, "SOURCE", tmp_path / "notebooks")
    with pytest.raises(FileNotFoundError, match="install glassgrad again"):
        course.put_beside(tmp_path)
