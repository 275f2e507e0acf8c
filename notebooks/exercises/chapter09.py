"""The exercises of 09_record_and_replay."""

import math
from typing import Any

from . import exercise
from .answers import called, expect, parts


@exercise("9.1")
def best_spacing_of_checkpoints(answer: Any) -> str | None:
    slips = {
        1.0: "That keeps everything: 10,001 numbers.",
        10000.0: "Then the one piece is the whole chain, and 10,000 numbers long.",
        10.0: "That was for 100 steps. Here it would be 1,000 checkpoints.",
    }
    return expect(answer, 100, "A spacing of k holds about 10,000/k checkpoints and a piece of k numbers.", slips)


@exercise("9.2")
def straight_line_program(answer: Any) -> str | None:
    for a, b in ((0.5, -2.0), (2.0, 3.0)):
        found = called(answer, a, b, shown=f"my_program({a:g}, {b:g})")
        y, da, db = parts(found, "y", "dy/da", "dy/db", what="What my_program returns")
        hint = (
            expect(y, math.sin(a) * b + a, f"At a = {a:g}, b = {b:g} the value is not right yet.", what="y")
            or expect(
                da,
                math.cos(a) * b + 1,
                "a is used twice: in the sine and in the sum. Both contribute.",
                {math.cos(a) * b: "That is the way through the sine. The + a contributes, too."},
                "dy/da",
            )
            or expect(db, math.sin(a), "b is multiplied by sin(a), so its derivative is that number.", what="dy/db")
        )
        if hint:
            return hint
    return None


@exercise("9.3")
def recorded_paths(answer: Any) -> str | None:
    slips = {
        5.0: "Not every call takes a new way: compare how the comparisons come out.",
        4.0: "If x > 0, y is never looked at. So there are fewer ways.",
        2.0: "Two comparisons, but the second is only reached if the first fails. Count the returns.",
    }
    return expect(answer, 3, "A path is a way through the function: which return does each call reach?", slips)
