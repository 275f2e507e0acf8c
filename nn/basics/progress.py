"""Progress: what long work shows while it runs.

On a terminal a tqdm bar (or one rewritten line, where tqdm is not installed), in a notebook one updated line,
and nothing where nobody looks: in tests, pipes and log files.
"""

import sys
from contextlib import AbstractContextManager
from typing import Any

from autograd.system.choices import is_one_of
from autograd.system.loaded import loaded


class Progress(AbstractContextManager["Progress"]):
    """`with Progress(total) as bar: bar.advance("loss 0.3")`. `show`: True, False or "auto" (see above)."""

    def __init__(self, total: int, show: bool | str = "auto", title: str = "training") -> None:
        if not is_one_of(show, (True, False, "auto")):
            raise ValueError(f'progress has to be True, False or "auto", got {show!r}')
        self.done, self.total, self.title = 0, total, title
        self.shown = _in_notebook() or sys.stderr.isatty() if show == "auto" else bool(show)
        self._display = _display(total, title) if self.shown else _Silence()

    def advance(self, text: str) -> None:
        """One more of `total` is done; `text` says how it stands."""
        self.done += 1
        self._display.show(f"{self.title} {self.done}/{self.total}  {text}", text)

    def __exit__(self, *error: object) -> None:
        self._display.close()


class _Silence:
    """Nothing is shown of a line, which ends with the text of the one who advances."""

    def show(self, line: str, text: str) -> None: ...

    def close(self) -> None: ...


class _Line(_Silence):
    """One line on standard error, rewritten in place."""

    width = 0  # of what it shows now

    def show(self, line: str, text: str) -> None:
        sys.stderr.write("\r" + line.ljust(self.width))  # blanks wipe out what a longer line left behind
        sys.stderr.flush()
        self.width = len(line)

    def close(self) -> None:
        if self.width:
            sys.stderr.write("\n")


class _Bar(_Silence):
    """A tqdm bar on standard error, which counts by itself."""

    def __init__(self, bar: Any) -> None:
        self.bar = bar

    def show(self, line: str, text: str) -> None:
        self.bar.set_postfix_str(text, refresh=False)
        self.bar.update()

    def close(self) -> None:
        self.bar.close()


class _Cell(_Silence):
    """One line of output in a notebook; updating it in place leaves only the last state in the saved file."""

    def __init__(self, display: Any, line: str) -> None:
        self.handle = display({"text/plain": line}, raw=True, display_id=True)

    def show(self, line: str, text: str) -> None:
        self.handle.update({"text/plain": line}, raw=True)


def _display(total: int, title: str) -> _Silence:
    if _in_notebook():
        from IPython.display import display

        return _Cell(display, f"{title} 0/{total}")
    try:
        from tqdm import tqdm
    except ImportError:
        return _Line()
    return _Bar(tqdm(total=total, desc=title, leave=True, dynamic_ncols=True))


def _in_notebook() -> bool:
    """Whether this process is a Jupyter kernel: only then has IPython a shell with a kernel behind it."""
    get_ipython = loaded("IPython", "get_ipython")
    shell = get_ipython() if get_ipython is not None else None
    return hasattr(shell, "kernel")
