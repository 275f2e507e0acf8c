"""What the playground asks Python, in the page: `answer` for a formula, as JSON."""

import contextlib
import io
import json
import re
from collections.abc import Mapping
from pathlib import Path

from autograd.command_line.formula import ExpressionError, parse
from autograd.command_line.main import main

FIRST = (2.0, -3.0, 0.5, 10.0, -1.0)  # values of names that have none yet: far apart, as a picture wants them
PAGE = Path("playground.html")


def answer(formula: str, values: str) -> str:
    """What `python -m autograd FORMULA name=value … -o playground.html` prints, and the page it writes.

    `values` is JSON, {name: text}; names that it lacks get a value. {"error": …} says what is wrong, and where.
    """
    try:
        names = parse(formula).names
    except ExpressionError as error:  # in words for a page, where values have fields of their own
        return json.dumps(
            {"error": re.sub("give values after the formula, .*", "values have fields of their own", str(error))}
        )
    given = with_all(names, json.loads(values))
    printed, complaints = io.StringIO(), io.StringIO()
    # A space before it: a formula such as --x is no option.
    arguments = [f" {formula}", *(f"{name}={text}" for name, text in given.items()), "-o", str(PAGE)]
    with contextlib.redirect_stdout(printed), contextlib.redirect_stderr(complaints):
        status = main(arguments)
    if status:
        return json.dumps({"error": complaints.getvalue().strip().removeprefix("error: "), "values": given})
    said = printed.getvalue().partition("\nwrote ")[0].strip()
    return json.dumps({"values": given, "said": said, "page": PAGE.read_text(encoding="utf-8")})


def with_all(names: tuple[str, ...] | list[str], values: Mapping[str, str]) -> dict[str, str]:
    """The value of every name, in the formula's order: what was typed, or one to begin with."""
    return {name: values.get(name, "").strip() or f"{FIRST[i % len(FIRST)]:g}" for i, name in enumerate(names)}
