"""The exercises of 04_training_two_moons."""

from typing import Any

from autograd import Value

from . import exercise
from .answers import called, close, expect, numbers, parts, plain


@exercise("4.1")
def mean_hinge_loss(answer: Any) -> str | None:
    scores, labels = [Value(0.5), Value(-3.0), Value(2.0), Value(0.25)], [1, 1, 1, -1]
    loss = called(answer, scores, labels, shown="my_hinge(scores, labels)")
    if isinstance(loss, list | tuple):
        return "The loss is one Value, the mean: add the four up and divide by their number."
    if not isinstance(loss, Value):
        return "The loss must be a Value, so that backward() can start there: compute with scores, not their .data."
    if not close(loss, (0.5 + 4 + 0 + 1.25) / 4):
        return f"For scores 0.5, −3, 2, 0.25 and labels 1, 1, 1, −1 it is 1.4375, yours says {loss.data:g}."
    loss.backward()
    slopes = [score.grad for score in scores]
    if not any(slopes):
        return "The loss does not know the scores any more: compute with the scores themselves, not with their .data."
    right = all(close(found, truth) for found, truth in zip(slopes, (-0.25, -0.25, 0.0, 0.25), strict=True))
    return None if right else f"Its gradient should be ∓¼ or 0, got {plain(slopes)}."


@exercise("4.2")
def one_step_downhill(answer: Any) -> str | None:
    value, change = parts(answer, "new_value", "change_of_loss")
    return expect(value, 2.95, "p ← p − η·g", {3.05: "Downhill is against the gradient: minus."}) or expect(
        change,
        -0.025,
        "The parameter moves by −η·g; each unit of its move changes the loss by g.",
        {0.025: "It goes down, so the change is negative.", -0.05: "That is the move of the parameter. Times g."},
    )


@exercise("4.3")
def line_fitted_by_a_loop(answer: Any) -> str | None:
    for slope, offset in ((2.0, -1.0), (-0.5, 3.0)):
        points = [(x / 4, slope * x / 4 + offset) for x in range(-4, 5)]
        found = numbers(called(answer, points, shown="fit_a_line(points)"), 2, "What fit_a_line returns")
        if not (close(found[0], slope, 0.01) and close(found[1], offset, 0.01)):
            return (
                f"For points on y = {slope:g}x {offset:+g} it finds a = {found[0]:g}, b = {found[1]:g}. "
                "Are the gradients set to zero in every step? Is the learning rate about 0.1?"
            )
    return None
