"""The exercises of 07_worked_examples."""

from typing import Any

from . import exercise
from .answers import called, expect, number, numbers, parts

SHARES = {75.0: "As a share, between 0 and 1.", 60.0: "As a share, between 0 and 1."}


@exercise("7.1")
def salary_of_the_second_student(answer: Any) -> str | None:
    prediction, slope = parts(answer, "prediction", "dL_dprediction")
    return expect(
        prediction, 1.38, "The hidden neurons are 0.1·60 + 0.1·9 = 6.9 each.", {6.9: "That is a hidden neuron."}
    ) or expect(
        slope,
        -7.24,
        "The derivative of (y − ŷ)² towards ŷ is −2(y − ŷ).",
        {7.24: "The sign: more ŷ makes the loss smaller here.", -3.62: "Do not forget the factor 2."},
    )


@exercise("7.2")
def precision_and_recall(answer: Any) -> str | None:
    precision, recall, f1 = parts(answer, "precision", "recall", "f1")
    return (
        expect(precision, 0.75, "Of those called ill, how many are?", {0.6: "That is the recall.", **SHARES})
        or expect(
            recall,
            0.6,
            "Of all who are ill (found and missed), how many were found?",
            {0.75: "That is the precision. 6 + 4 are ill.", **SHARES},
        )
        or _f1(f1)
    )


def _f1(answer: Any) -> str | None:
    if abs(number(answer, "F₁") - 2 / 3) < 0.005:  # 2/3 cannot be written whole: rounded will do
        return None
    return expect(answer, 2 / 3, "F₁ = 2·precision·recall/(precision + recall).", {0.675: "Not the mean of the two."})


@exercise("7.3")
def step_with_weight_decay(answer: Any) -> str | None:
    weights, gradients = [2.0, -1.0, 0.0], [0.5, 0.0, -1.0]
    found = called(answer, list(weights), list(gradients), 0.1, 0.01, shown="regularised_step(…)")
    found = numbers(found, len(weights), "What regularised_step returns")
    slips = {
        -0.01: "The penalty pulls every weight towards 0: mind the sign.",
        0.005: "The derivative of λw² is 2λw, not λw.",
        0.0: "The penalty has a gradient, too: 2λw for each weight.",
    }
    for w, g, f in zip(weights, gradients, found, strict=True):
        hint = expect(
            f,
            w - 0.1 * (g + 2 * 0.01 * w),
            "w ← w − η(∂L/∂w + 2λw).",
            {w - 0.1 * (g + 2 * share * w): hint for share, hint in slips.items() if w},
        )
        if hint:
            return hint
    return None
