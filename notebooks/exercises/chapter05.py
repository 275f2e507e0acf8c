"""The exercises of 05_losses_and_descent."""

from typing import Any

from . import exercise
from .answers import called, close, expect, numbers, parts

ACTIVATIONS, LOSSES = ("none", "sigmoid", "softmax"), ("mse", "binary_cross_entropy", "cross_entropy")
YES_OR_NO, ONE_OF_MANY = ("sigmoid", "binary_cross_entropy"), ("softmax", "cross_entropy")
PAIRS = {
    "house": ([("none", "mse")], "A price is any number: nothing should squeeze it."),
    "spam": ([YES_OR_NO, ONE_OF_MANY], "Yes or no: one probability."),  # or two that add up to 1
    "digit": ([ONE_OF_MANY], "Exactly one of ten: the probabilities must add up to 1."),
    "topics": ([YES_OR_NO], "Several may apply: each label is a yes-or-no question of its own."),
}


@exercise("5.1")
def output_and_loss_that_belong_together(answer: Any) -> str | None:
    for choice, (task, (pairs, hint)) in zip(parts(answer, *PAIRS), PAIRS.items(), strict=True):
        pair = parts(choice, "activation", "loss", what=task)
        activation, loss = ("none" if word is None else str(word).strip().lower() for word in pair)
        if activation in LOSSES or loss in ACTIVATIONS:
            return f"{task}: the activation comes first, then the loss."
        for word, known in ((activation, ACTIVATIONS), (loss, LOSSES)):
            if word not in known:
                return f"{task}: {word!r} is none of {', '.join(known)}."
        if (activation, loss) not in pairs:
            return f"{task}: {hint}"
    return None


@exercise("5.2")
def number_of_updates(answer: Any) -> str | None:
    slips = {
        156.25: "The last batch of an epoch is smaller, but it is an update, too.",
        155.0: "The last batch of an epoch is smaller, but it is an update, too.",
        157.0: "Round up in every epoch, not once at the end.",
        32.0: "That is one epoch.",
        5.0: "That would be batch descent.",
    }
    return expect(answer, 160, "Updates per epoch: 1,000 / 32, rounded up. Times the epochs.", slips)


@exercise("5.3")
def one_step_of_momentum(answer: Any) -> str | None:
    p, b = 1.0, 0.0
    for g, truth in ((2.0, (0.8, 2.0)), (2.0, (0.42, 3.8)), (-1.0, (0.178, 2.42))):
        shown = f"momentum_step({p:g}, {b:g}, {g:g}, 0.1, 0.9)"
        found = numbers(called(answer, p, b, g, 0.1, 0.9, shown=shown), 2, "What momentum_step returns")
        if close(found[0], truth[1]) and close(found[1], truth[0]):
            return "Both numbers are right, in the other order: the new p first, then the new b."
        if not (close(found[0], truth[0]) and close(found[1], truth[1])):
            return (
                f"From p = {p:g}, b = {b:g}, g = {g:g} (learning rate 0.1, µ = 0.9) it goes to p = {truth[0]:g}, "
                f"b = {truth[1]:g}, not to p = {found[0]:g}, b = {found[1]:g}. First b, then p with the new b."
            )
        p, b = truth
    return None
