"""The exercises of 09_record_and_replay."""

import math
from typing import Any

from . import Unanswered, exercise, expect


@exercise("9.1")
def best_spacing(answer: Any) -> str | None:
    slips = {
        1.0: "That keeps everything: 10,001 numbers.",
        10000.0: "Then the one piece is the whole chain, and 10,000 numbers long.",
        10.0: "That was for 100 steps. Here it would be 1,000 checkpoints.",
    }
    return expect(answer, 100, "A spacing of k holds about 10,000/k checkpoints and a piece of k numbers.", slips)


@exercise("9.2")
def straight_line(answer: Any) -> str | None:
    for a, b in ((0.5, -2.0), (2.0, 3.0)):
        found = answer(a, b)
        if found is ... or (isinstance(found, tuple) and ... in found):
            raise Unanswered
        y, da, db = found
        hint = (
            expect(y, math.sin(a) * b + a, f"At a = {a:g}, b = {b:g} the value is not right yet.")
            or expect(
                da,
                math.cos(a) * b + 1,
                "a is used twice: in the sine and in the sum. Both contribute.",
                {math.cos(a) * b: "That is the way through the sine. The + a contributes, too."},
            )
            or expect(db, math.sin(a), "b is multiplied by sin(a), so its derivative is that number.")
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
