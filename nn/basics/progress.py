"""Progress: what long work shows while it runs.

On a terminal a tqdm bar (or one rewritten line, where tqdm is not installed), in a notebook one updated line,
and nothing where nobody looks: in tests, pipes and log files.
"""

from __future__ import annotations

import sys
from types import TracebackType
from typing import Any, Self


class Progress:
    """`with Progress(total) as bar: bar.advance("loss 0.3")`. `show`: True, False or "auto" (see above)."""

    def __init__(self, total: int, show: bool | str = "auto", title: str = "training") -> None:
        if show not in (True, False, "auto"):
            raise ValueError(f'progress has to be True, False or "auto", got {show!r}')
        self.done = 0
        shown = _somebody_looks() if show == "auto" else show
        self._display = _display(total, title) if shown else _Silence()

    def advance(self, text: str) -> None:
        """One more of `total` is done; `text` says how it stands."""
        self.done += 1
        self._display.show(self.done, text)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._display.close()


class _Silence:
    def show(self, done: int, text: str) -> None:
        """Nobody looks."""

    def close(self) -> None:
        """Nothing was opened."""


class _Line(_Silence):
    """One line on standard error, rewritten in place."""

    def __init__(self, total: int, title: str) -> None:
        self.total, self.title = total, title
        self.width = 0  # of what the line shows now

    def show(self, done: int, text: str) -> None:
        line = f"{self.title} {done}/{self.total}  {text}"
        sys.stderr.write("\r" + line.ljust(self.width))  # blanks wipe out what a longer line left behind
        sys.stderr.flush()
        self.width = len(line)

    def close(self) -> None:
        if self.width:
            sys.stderr.write("\n")


class _Bar(_Silence):
    """A tqdm bar on standard error."""

    def __init__(self, tqdm: Any, total: int, title: str) -> None:
        self.bar = tqdm(total=total, desc=title, leave=True, dynamic_ncols=True)

    def show(self, done: int, text: str) -> None:
        self.bar.set_postfix_str(text, refresh=False)
        self.bar.update()

    def close(self) -> None:
        self.bar.close()


class _Cell(_Silence):
    """One line of output in a notebook; updating it in place leaves only the last state in the saved file."""

    def __init__(self, display: Any, total: int, title: str) -> None:
        self.total, self.title = total, title
        self.handle = display({"text/plain": f"{title} 0/{total}"}, raw=True, display_id=True)

    def show(self, done: int, text: str) -> None:
        self.handle.update({"text/plain": f"{self.title} {done}/{self.total}  {text}"}, raw=True)


def _display(total: int, title: str) -> _Silence:
    if _in_notebook():
        from IPython.display import display

        return _Cell(display, total, title)
    try:
        from tqdm import tqdm
    except ImportError:
        return _Line(total, title)
    return _Bar(tqdm, total, title)


def _somebody_looks() -> bool:
    return _in_notebook() or sys.stderr.isatty()


def _in_notebook() -> bool:
    """Whether this process is a Jupyter kernel: only then has IPython a shell with a kernel behind it."""
    ipython = sys.modules.get("IPython")
    shell = ipython.get_ipython() if ipython else None
    return hasattr(shell, "kernel")
