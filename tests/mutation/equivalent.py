"""Mutants that no test can kill, because they compute the same: {(file, line, change): reason}."""

EXHAUSTED = "the deque only runs the map to its end; whether it keeps no item or the last one is all the same"
SHORT_CUT = "a short cut: without it the general way is taken, which answers the same more slowly"
DERIVED = "strict=True says that one of the two was made from the other, item by item; their lengths cannot differ"

EQUIVALENT: dict[tuple[str, str, str], str] = {
    ("autograd/backprop.py", "deque(map(_set_grad, leaves, repeat(0.0)), 0)", "0 → 1"): EXHAUSTED,
    ("autograd/backprop.py", "deque(restore, 0)", "0 → 1"): EXHAUSTED,
    (
        "autograd/backprop.py",
        "deque(map(_set_grad, leaves, totals), 0)  # one call that runs in C: no signal is handled in its middle",
        "0 → 1",
    ): EXHAUSTED,
    ("autograd/backprop.py", "for leaf, grad in zip(leaves, grads, strict=True):", "True → False"): DERIVED,
    ("autograd/copying.py", "for name, link in zip(_LINKS, links, strict=True):", "True → False"): DERIVED,
    ("autograd/copying.py", "for name, thing in zip(_OWN, own, strict=True):", "True → False"): DERIVED,
    ("autograd/ops.py", "if len(derivatives) == 1 and not variadic:", "not variadic → variadic"): SHORT_CUT,
    ("autograd/ops.py", "self.by_type[float] = forward", "self.by_type[float] = forward → pass"): SHORT_CUT,
    (
        "autograd/ops.py",
        "missing = len(self.derivatives) - len(args)",
        "len(self.derivatives) - len(args) → len(self.derivatives) + len(args)",
    ): SHORT_CUT,
    (
        "autograd/ops.py",
        "if not named and 0 <= missing <= len(self._defaults):",
        "0 <= missing <= len(self._defaults) → 0 < missing <= len(self._defaults)",
    ): SHORT_CUT,
    (
        "autograd/ops.py",
        "if not named and 0 <= missing <= len(self._defaults):",
        "0 <= missing <= len(self._defaults) → 0 <= missing < len(self._defaults)",
    ): SHORT_CUT,
    ("autograd/ops.py", "if not named and 0 <= missing <= len(self._defaults):", "0 → 1"): SHORT_CUT,
    (
        "autograd/ops.py",
        "return Signature([p.replace(kind=k, annotation=p.empty) for p, k in zip(given, kinds, strict=True)])",
        "True → False",
    ): DERIVED,
}
