"""What Python code asked on its way, remembered inside trace_branches()."""

import random

from autograd import Value, draw, trace_branches, where
from autograd.view.branches import MOST, comparisons_before


def test_comparisons_are_remembered_with_their_outcome_and_line():
    x, w = Value(3.0), Value(2.0)
    with trace_branches():
        small = x * w < 4
        larger = x >= w
        y = x if w else w
        y = y * 1.0
    found = comparisons_before([y])
    assert [(c.kind, c.outcome) for c in found] == [("<", False), (">=", True), ("!=", True)]
    assert (small, larger) == (False, True)
    assert found[0].left.data == 6.0
    assert found[0].right == 4.0
    assert found[1][1:3] == (x, w)
    assert found[2][1:3] == (w, 0.0)
    assert all(c.line.startswith("test_branches.py:") for c in found)


def test_nobody_knows_what_was_asked_where_nobody_listened():
    x = Value(3.0)
    with trace_branches():
        y = x * 2.0 if x > 1 else x * 3.0
    assert comparisons_before([y]) != []
    assert comparisons_before([y, x * 1.0]) is None
    assert comparisons_before([x]) is None
    with trace_branches():
        z = where(x, x, 1.0)
    assert comparisons_before([z]) == []  # `where` is an operation, not a question
    assert comparisons_before([y]) is None  # the last `with` is remembered


def test_the_same_question_counts_once_and_the_last_ones_are_kept():
    x = Value(3.0)

    @trace_branches()
    def asked(times):
        for i in range(times):
            assert x > -i
            for _ in range(3):
                assert x < 1e9
        return x * 1.0

    found = comparisons_before([asked(3)])
    assert [(c.kind, c.right) for c in found] == [(">", 0.0), ("<", 1e9), (">", -1.0), (">", -2.0)]
    assert len(comparisons_before([asked(1000)])) <= MOST


def test_a_model_that_draw_calls_is_listened_to():
    class Gate:
        w = Value(random.random() + 0.1)

        def named_parameters(self):
            return [("w", self.w)]

        def __call__(self, x):
            return self.w * x if x > 0 else self.w - x

    drawing = draw(Gate(), 2.0)
    assert "whether" not in drawing.text()
    assert '"branches":[[' in drawing.page
