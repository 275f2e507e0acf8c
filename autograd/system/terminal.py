"""Manners in a terminal: letters that it lacks or must not get, readers that have gone, disks that are full."""

import argparse
import codecs
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext, redirect_stdout
from typing import Any

from autograd.system.letters import clean_lines

# A minus sign shown as a question mark would be a wrong number.
STAND_INS = {"−": "-", "–": "-", "×": "*", "÷": "/", "∂": "d", "²": "^2", "Σ": "sum", "√": "sqrt", "…": "...", "↑": "^"}
STAND_INS |= {"─": "-", "│": "|", "├": "|", "└": "`", "→": "->", "′": "'"}


class Parser(argparse.ArgumentParser):
    """argparse's, without its silence where the help cannot be printed; guesses at typos are our own."""

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self.suggest_on_error = False  # Python 3.15 guesses by itself, in words of its own

    def print_help(self, file: Any = None) -> None:
        print(self.format_help(), end="", file=file)


@contextmanager
def manners() -> Iterator[None]:
    """What is printed inside has stand-ins for letters that the console lacks, steers no terminal, and is out of the
    door at the end.

    That a pipe is closed or a disk is full shows here, as an OSError, and not when Python ends; then `drop_output`.
    """
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):  # not what stands in for a stream in a notebook or a test
            stream.reconfigure(errors="glassgrad")
    try:
        with redirect_stdout(_Clean(sys.stdout)) if sys.stdout is not None else nullcontext():
            yield
    finally:
        _flush()


def complain(text: str) -> None:
    """Print it where errors go, without what would steer the terminal."""
    print(clean_lines(text), file=sys.stderr)


class _Clean:
    """A stream that lets no escape sequence through: names of columns are strangers' text."""

    def __init__(self, stream: Any) -> None:
        self._stream = stream

    def write(self, text: str) -> int:
        self._stream.write(clean_lines(text))
        return len(text)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._stream, name)


def drop_output() -> None:
    """Nothing left for Python to print when it ends: it would try, and complain.

    https://docs.python.org/3/library/signal.html#note-on-sigpipe
    """
    try:
        _flush()
    except OSError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def _flush() -> None:
    if sys.stdout is not None:  # it is None where the shell closed it: command >&-
        sys.stdout.flush()


def _stand_ins(error: UnicodeError) -> tuple[str, int]:
    """What to print for letters that the terminal does not have, and where to go on."""
    assert isinstance(error, UnicodeEncodeError)
    return "".join(STAND_INS.get(letter, "?") for letter in error.object[error.start : error.end]), error.end


codecs.register_error("glassgrad", _stand_ins)
