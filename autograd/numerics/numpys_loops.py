"""NumPy's functions over arrays of objects: who takes the place of its loop, and what is said where nobody can.

np.log1p(x) of an object array is [v.log1p() for v in x], so Values answer to NumPy's names (see operators.py). Three
kinds of functions are not done with that: those without a loop over objects (np.logaddexp, scipy.special.expit); those
that meet a plain number among the Values, which has no such method; and those that compare and hand on one of the two
entries, so that a tie gives all of its slope to one of them and nan is lost (np.maximum). `FUNCTIONS` has a function of
ours for each. A ValueArray asks there first; an array of objects that somebody made by np.array(...) cannot.
"""

import math
import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

FUNCTIONS: dict[str, Callable[..., Any]] = {}  # by the name of NumPy's or SciPy's; filled by operators.py
QUESTIONS: dict[str, Callable[[Any], bool]] = {
    "isnan": lambda x: not x <= math.inf,
    "isinf": lambda x: x >= math.inf or x <= -math.inf,
    "isfinite": lambda x: -math.inf < x < math.inf,
}  # by comparisons only, which a recording hears
_NO_LOOP = re.compile(
    r"ufunc '(?P<function>\w+)' not supported for the input types"
    r"|Cannot cast ufunc '(?P<cast>\w+)' input"
    r"|of type (?P<kind>\w+) which has no callable (?P<method>\w+) method"
    r"|^'(?P<owner>float|int)' object has no attribute '(?P<attribute>hypot|arctan2|fmod)'"
)


@contextmanager
def telling_of_loops() -> Iterator[None]:
    """An error of NumPy's about what stands in an array of objects becomes a TypeError that says what to do; another
    one from inside NumPy or SciPy gets a note of where it comes from."""
    try:
        yield
    except (TypeError, AttributeError) as error:
        if (found := _NO_LOOP.search(str(error))) is not None:
            raise TypeError(_advice(**found.groupdict())) from error
        if (function := _outermost(error)) is not None:
            error.add_note(f"This came from inside {function}. {_WHAT_TAKES_VALUES}")
        raise


def _outermost(error: BaseException) -> str | None:
    """The function of NumPy or SciPy, if any, that was called before `error` came."""
    step = error.__traceback__
    while step is not None:
        package = step.tb_frame.f_globals.get("__name__", "").partition(".")[0]
        if package in ("numpy", "scipy"):
            return f"{step.tb_frame.f_code.co_name}() of {package}"
        step = step.tb_next
    return None


_WHAT_TAKES_VALUES = (
    "Operators, @, slices, sums, np.exp and its like take Values, and so do autograd's own functions; of the numbers "
    "alone, [v.data for v in x.flat], no derivative is known"
)


def _advice(
    function: str | None,
    cast: str | None,
    kind: str | None,
    method: str | None,
    owner: str | None,
    attribute: str | None,
) -> str:
    name = function or cast or method or attribute
    if (kind or owner) in ("float", "int"):
        return (
            f"np.{name} met a plain number in an array of Values, and asked it for a method {name}, as it asks every "
            f"entry: autograd.{name} takes both, one by one or in arrays"
        )
    if name in FUNCTIONS and kind is None:
        return f"{name} takes no Values: autograd.{FUNCTIONS[name].__name__} takes them, one by one or in arrays"
    return f"{name} takes no Values. {_WHAT_TAKES_VALUES}"
