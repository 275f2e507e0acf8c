"""What both command lines do when a terminal lacks letters, a reader has gone or a disk is full."""

import io
import os

import pytest

from autograd.system.terminal import Parser, complain, drop_output, manners


def test_letters_that_a_terminal_lacks_have_stand_ins() -> None:
    assert "∂y/∂x = −2 × √№".encode("ascii", "glassgrad") == b"dy/dx = -2 * sqrt?"


def test_what_a_console_cannot_show_has_a_stand_in(monkeypatch):
    console = io.TextIOWrapper(io.BytesIO(), encoding="ascii")
    monkeypatch.setattr("sys.stdout", console)
    with manners():
        print("R² → №")
    assert console.buffer.getvalue() == b"R^2 -> ?" + os.linesep.encode()


class Full:
    """A stream onto a disk with no room; `disk` is where it really leads."""

    def __init__(self, disk):
        self.fileno = disk.fileno

    def write(self, text):
        return len(text)

    def flush(self):
        raise OSError(28, "No space left on device")


def test_what_is_lost_shows_before_the_command_is_over(tmp_path, monkeypatch):
    with open(tmp_path / "disk", "w") as disk:
        monkeypatch.setattr("sys.stdout", Full(disk))
        with pytest.raises(OSError, match="No space left"), manners():
            pass
        drop_output()
        assert os.path.samestat(os.fstat(disk.fileno()), os.stat(os.devnull))


def test_where_all_is_well_nothing_is_dropped(monkeypatch):
    with monkeypatch.context() as patched:  # for a moment only: pytest redirects in the same way
        patched.setattr("os.dup2", lambda *streams: pytest.fail("dropped"))
        drop_output()
        patched.setattr("sys.stdout", None)
        with manners():
            drop_output()


def test_help_that_cannot_be_printed_is_an_error(monkeypatch):
    class Gone(io.StringIO):
        def write(self, text):
            raise BrokenPipeError

    with pytest.raises(BrokenPipeError):
        Parser().print_help(Gone())


def test_no_escape_sequence_reaches_the_terminal(capsys):
    with manners():
        print("\x1b]0;title\x07 a\tb\nc")
    complain("\x1b[31mred\nline")
    out, err = capsys.readouterr()
    assert out == "�]0;title� a b\nc\n"
    assert err == "�[31mred\nline\n"
