"""Subinterpreters that come, work and go, beside the main one and in threads; prints the engine of each, line by line.

    python -m tests.autograd.native.subinterpreters own|shared first|later

Each has a GIL of its own, or shares that of the main one (Python 3.11 knows no other), which imports autograd first, or
later than they.
"""

import sys
from collections.abc import Callable
from importlib import import_module
from importlib.util import find_spec
from threading import Thread
from typing import Any

MODULES = [name for name in ("_interpreters", "_xxsubinterpreters") if find_spec(name)]

WORK = f"""
import sys
sys.path[:] = {sys.path!r}
from autograd import Value, native, record
a, b = Value(2.0), Value(-3.0)
a.twin = y = a * b + a.tanh()
y.backward()
assert b.grad == 2.0 and record(lambda x: x * x.exp(), 0.0)(1.0) > 2.7
print(native.engine + chr(10), end="")
"""


def functions(own: bool) -> tuple[Any, Callable[[], Any], Callable[[Any, str], Any]]:
    """The module, which changed its ways; how to make an interpreter with it, and how to run a text there."""
    module = import_module(MODULES[0])
    if MODULES[0] == "_interpreters":
        return module, lambda: module.create("isolated" if own else "legacy"), module.exec
    return module, lambda: module.create(isolated=own), module.run_string


def another(own: bool) -> None:
    module, create, run = functions(own)
    interpreter = create()
    for _ in range(2):
        failure = run(interpreter, WORK)
        assert failure is None, failure
    module.destroy(interpreter)


def four_at_once(own: bool) -> None:
    if own and sys.version_info < (3, 13):  # 3.12 falls over, whatever they import: one after the other
        for _ in range(4):
            another(own)
        return
    threads = [Thread(target=another, args=[own]) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


def main(own: bool, first: bool) -> None:
    if first:
        exec(WORK, {})
    another(own)
    another(own)
    four_at_once(own)
    exec(WORK, {})
    another(own)
    exec(WORK, {})


if __name__ == "__main__":
    eval(r"'\N{MINUS SIGN}'")  # 3.11 falls over where the interpreter that met a character's name first is gone
    main(sys.argv[1] == "own", sys.argv[2] == "first")
