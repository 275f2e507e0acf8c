"""Progress: a bar or one line where somebody looks, silence elsewhere."""

import io
import os
import struct
import sys
import types

import pytest

from nn.basics.progress import Progress


def run(show="auto"):
    with Progress(3, show) as bar:
        for loss in ("loss 0.1234567", "loss 0.1", "loss 0.01"):
            bar.advance(loss)


class Terminal(io.StringIO):
    def isatty(self):
        return True


def test_it_is_silent_where_nobody_looks(capsys):
    run()
    run(show=False)
    assert capsys.readouterr() == ("", "")


def test_a_tqdm_bar_on_a_terminal(monkeypatch):
    pytest.importorskip("tqdm")
    terminal = Terminal()
    monkeypatch.setattr(sys, "stderr", terminal)
    run()
    assert "3/3" in terminal.getvalue()
    assert "loss 0.01" in terminal.getvalue()


def test_one_rewritten_line_without_tqdm(monkeypatch, without):
    without("tqdm")
    terminal = Terminal()
    monkeypatch.setattr(sys, "stderr", terminal)
    run()
    assert terminal.getvalue().split("\r")[1:] == [
        "training 1/3  loss 0.1234567",
        "training 2/3  loss 0.1      ",
        "training 3/3  loss 0.01\n",
    ]


def test_a_bar_stays_within_a_terminal_that_is_made_narrower(monkeypatch):
    pytest.importorskip("tqdm")
    fcntl, termios = pytest.importorskip("fcntl"), pytest.importorskip("termios")
    reader, writer = os.openpty()

    def make_wide(columns):
        fcntl.ioctl(writer, termios.TIOCSWINSZ, struct.pack("4H", 25, columns, 0, 0))

    make_wide(90)
    with open(writer, "w") as terminal:
        monkeypatch.setattr(sys, "stderr", terminal)
        with Progress(3) as bar:
            bar.advance("loss 0.1")
            make_wide(50)
            bar.advance("loss 0.01")
        shown = b""
        while not shown.endswith(b"\n"):
            shown += os.read(reader, 10_000)
    os.close(reader)
    first, *_, last = shown.decode().rstrip().split("\r")[1:]
    assert 50 < len(first) < 90
    assert len(last) < 50


def test_the_rewritten_line_does_not_wait_in_a_buffer(monkeypatch, without):
    without("tqdm")
    arrived = io.BytesIO()
    monkeypatch.setattr(sys, "stderr", io.TextIOWrapper(arrived))
    with Progress(3, True) as bar:
        for done in (1, 2):
            bar.advance("loss")
            assert arrived.getvalue().endswith(b"training %d/3  loss" % done)


def test_nothing_done_leaves_no_line(capsys, without):
    without("tqdm")
    with Progress(3, True):
        pass
    assert capsys.readouterr() == ("", "")


@pytest.mark.parametrize("true", [True, 1])
def test_true_shows_it_anywhere(capsys, without, true):
    without("tqdm")
    run(show=true)
    assert "training 3/3" in capsys.readouterr().err


def test_one_updated_line_in_a_notebook(monkeypatch):
    shown = []
    handle = types.SimpleNamespace(update=lambda bundle, raw: shown.append(bundle["text/plain"] if raw else None))

    def display(bundle, raw, display_id):
        assert raw
        assert display_id
        shown.append(bundle["text/plain"])
        return handle

    ipython = types.ModuleType("IPython")
    ipython.get_ipython = lambda: types.SimpleNamespace(kernel=object())
    ipython.display = types.ModuleType("IPython.display")
    ipython.display.display = display
    monkeypatch.setitem(sys.modules, "IPython", ipython)
    monkeypatch.setitem(sys.modules, "IPython.display", ipython.display)
    run()
    assert shown == [
        "training 0/3",
        "training 1/3  loss 0.1234567",
        "training 2/3  loss 0.1",
        "training 3/3  loss 0.01",
    ]


def test_anything_else_is_refused():
    with pytest.raises(ValueError, match="progress has to be"):
        Progress(3, "loud")
