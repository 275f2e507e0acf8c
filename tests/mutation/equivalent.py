"""Mutants that no test can kill, because they compute the same: {(file, line, change): reason}."""

EXHAUSTED = "the deque only runs the map to its end; whether it keeps no item or the last one is all the same"

EQUIVALENT: dict[tuple[str, str, str], str] = {
    ("autograd/backprop.py", "deque(map(_set_grad, leaves, repeat(0.0)), 0)", "0 → 1"): EXHAUSTED,
    ("autograd/backprop.py", "deque(restore, 0)", "0 → 1"): EXHAUSTED,
    (
        "autograd/backprop.py",
        "deque(map(_set_grad, leaves, totals), 0)  # one call that runs in C: no signal is handled in its middle",
        "0 → 1",
    ): EXHAUSTED,
}
