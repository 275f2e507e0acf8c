"""The exercises of 10_a_tiny_gpt."""

import math
from typing import Any

from . import exercise
from .answers import called, close, expect, numbers, parts, plain

TOO_LARGE = "e^1000 is too large for a float. Subtract the largest score from all first: the shares stay."


@exercise("10.1")
def two_shares(answer: Any) -> str | None:
    first, second = parts(answer, "first_share", "second_share")
    slips = {
        0.0: "A share is never 0: e⁰ is 1.",
        0.25: "That is the ratio of the two. A share is a part of the sum, 1 + 4.",
        1.0: "That is e⁰. A share is a part of the sum.",
        0.8: "That is the share of the second, whose score is the larger one.",
    }
    return expect(first, 0.2, "e to the score, divided by the sum of both: e⁰ = 1 and e^(ln 4) = 4.", slips) or expect(
        second, 0.8, "The two shares add up to 1.", {4.0: "That is e^(ln 4). Divide by the sum."}
    )


@exercise("10.2")
def shares_of_one_head(answer: Any) -> str | None:
    slips = {
        400.0: "That is every position with every other. It must not look into the future.",
        190.0: "Nearly: a position may also look at itself.",
        200.0: "A half of 400 leaves out half of the diagonal: 1 + 2 + … + 20.",
    }
    return expect(answer, 210, "Position 1 sees one position, position 2 sees two, and so on: 1 + 2 + … + 20.", slips)


@exercise("10.3")
def softmax_with_a_temperature(answer: Any) -> str | None:
    for scores, t in (([1.0, 2.0, 0.0], 1.0), ([1.0, 2.0, 0.0], 0.5), ([1000.0, 1001.0], 1.0)):
        found = _probabilities(answer, scores, t)
        if found is None:
            return TOO_LARGE
        powers = [math.exp((s - max(scores)) / t) for s in scores]
        truth = [p / sum(powers) for p in powers]
        if not all(close(f, p) for f, p in zip(found, truth, strict=True)):
            return f"For the scores {scores} and T = {t:g} it should be {plain(truth)}, yours are {plain(found)}. " + (
                "Divide the scores by T, then take e to them, then divide by the sum."
            )
    return None


def _probabilities(answer: Any, scores: list[float], t: float) -> list[float] | None:
    """What the reader's function returns; None where a number on the way was too large."""
    shown = f"probabilities({plain(scores)}, {t:g})"
    try:
        found = called(answer, list(scores), t, shown=shown)
    except Exception as error:
        if scores[0] > 100 and isinstance(error.__cause__, OverflowError | RuntimeWarning):
            return None
        raise
    found = numbers(found, len(scores), f"What {shown} returns")
    return None if any(math.isnan(f) for f in found) and scores[0] > 100 else found
