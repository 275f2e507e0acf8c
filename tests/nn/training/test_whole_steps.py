"""Ctrl-C at any line of a training, as a second one interrupts: numbers, memory and steps_taken belong together."""

import sys

import pytest

import nn
from nn.basics.at_once import at_once, each
from nn.data import micrograd_moons

X, Y = (column[:12] for column in micrograd_moons())
BATCHES = [(X[k : k + 3], Y[k : k + 3]) for k in (0, 3, 6)]
RULES = {
    "Adam": lambda ps: nn.Adam(ps, lr=0.1),
    "groups": lambda ps: nn.SGD([{"params": ps[:3]}, {"params": ps[3:], "lr": 0.2}], lr=0.1, momentum=0.9),
    "mixed": lambda ps: nn.Adam([{"params": ps[::2]}, {"params": ps[1::2]}], lr=0.1),  # which is not recorded
}
WRITING = {"step", "take", "give_back", "_numbers", "at_once", "each"}  # functions


class Interrupting:
    """Raises KeyboardInterrupt before the `at`-th line that is run in the functions that write numbers."""

    def __init__(self, at):
        self.at, self.lines = at, 0

    def __enter__(self):
        self.before = sys.gettrace()
        sys.settrace(self.call)

    def __exit__(self, *what):
        sys.settrace(self.before)
        return what[0] is KeyboardInterrupt

    def call(self, frame, event, argument):
        return self.line if frame.f_code.co_name in WRITING else None

    def line(self, frame, event, argument):
        if event == "line":
            self.lines += 1
            if self.lines == self.at:
                raise KeyboardInterrupt
        return self.line


def training(rule):
    model = nn.MLP(2, [2, 1], rng=1)
    return model, RULES[rule](model.parameters())


def numbers(model, optimizer):
    memory = [(name, *column) for state in optimizer.state for name, column in state.items()]
    return (tuple(p.data for p in model.parameters()), tuple(memory), optimizer.steps_taken)


def fit(model, optimizer, batches, compiled):
    nn.fit(model, batches=batches, loss="mse", optimizer=optimizer, epochs=1, progress=False, compiled=compiled)


@pytest.mark.parametrize("compiled", [False, True])
@pytest.mark.parametrize("rule", RULES)
def test_no_interrupt_leaves_half_a_step(rule, compiled):
    whole = set()
    for count in range(len(BATCHES) + 1):
        model, optimizer = training(rule)
        if count:
            fit(model, optimizer, BATCHES[:count], compiled)
        whole.add(numbers(model, optimizer))
    assert len(whole) == len(BATCHES) + 1
    at, done = 1, False
    while not done:
        model, optimizer = training(rule)
        interrupting = Interrupting(at)
        with interrupting:
            fit(model, optimizer, BATCHES, compiled)
        assert numbers(model, optimizer) in whole, at
        at, done = at + 1, interrupting.lines < at
    assert at > 20


def test_a_step_by_hand_is_whole_or_not_at_all():
    model, optimizer = training("groups")
    for p in model.parameters():
        p.grad = 0.5
    before, found, at, done = numbers(model, optimizer), set(), 1, False
    while not done:
        model, optimizer = training("groups")
        for p in model.parameters():
            p.grad = 0.5
        interrupting = Interrupting(at)
        with interrupting:
            optimizer.step()
        found.add(numbers(model, optimizer))
        at, done = at + 1, interrupting.lines < at
    assert len(found) == 2
    assert before in found


def test_at_once():
    written, total = [], {}
    at_once((written.append, 1), each(written.append, [2, 3]), (total.update, {"n": 4}), each(setattr, [], [], []))
    assert (written, total) == ([1, 2, 3], {"n": 4})
