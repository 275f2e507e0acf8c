"""Ctrl-C at any line of a training, as a second one interrupts: numbers, memory, steps_taken and History fit together.

And steps that are made in one go, by the replay machine: they come to what they come to piece by piece.
"""

import sys

import numpy as np
import pytest

import nn
from autograd import Value, engine
from nn.basics.at_once import at_once, copied, each
from nn.data import micrograd_moons
from nn.training.on_arrays import OnArrays

X, Y = (column[:12] for column in micrograd_moons())
BATCHES = [(X[k : k + 3], Y[k : k + 3]) for k in (0, 3, 6)]
RULES = {
    "Adam": lambda ps: nn.Adam(ps, lr=0.1),
    "groups": lambda ps: nn.SGD([{"params": ps[:3]}, {"params": ps[3:], "lr": 0.2}], lr=0.1, momentum=0.9),
    "mixed": lambda ps: nn.Adam([{"params": ps[::2]}, {"params": ps[1::2]}], lr=0.1),  # which is not recorded
}
WRITING = {"step", "whole_step", "take", "lend", "give_back", "_numbers", "at_once", "each"}  # functions
LAYERS = ("gradient_norm[layer0]", "gradient_norm[layer1]")
NOTING = {"_epoch", "_update", "curves_of_an_epoch", "_measured", "_validated", "whole", "step", "at_once", "each"}


class Interrupting:
    """Raises KeyboardInterrupt before the `at`-th line that is run in functions of these names."""

    def __init__(self, at, functions=WRITING):
        self.at, self.lines, self.functions = at, 0, functions

    def __enter__(self):
        self.before = sys.gettrace()
        sys.settrace(self.call)

    def __exit__(self, *what):
        sys.settrace(self.before)
        return what[0] is KeyboardInterrupt

    def call(self, frame, event, argument):
        return self.line if frame.f_code.co_name in self.functions else None

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


def fit(model, optimizer, batches, compiled, **options):
    options = {"loss": "mse", "epochs": 1, "progress": False} | options
    return nn.fit(model, batches=batches, optimizer=optimizer, compiled=compiled, **options)


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


@pytest.mark.parametrize("compiled", [False, True])
@pytest.mark.parametrize("rule", RULES)
def test_no_interrupt_leaves_a_history_that_is_not_of_the_steps(rule, compiled):
    """And none with curves of different lengths."""
    options = {"epochs": 2, "validation": (X[:2], Y[:2])}
    if rule == "groups":  # and steps are made piece by piece
        options["metrics"] = {"half": lambda *_: 0.5}
    whole = fit(*training(rule), BATCHES[:2], compiled, **options)
    at, done = 1, False
    while not done:
        (model, optimizer), history = training(rule), nn.History()
        interrupting = Interrupting(at, NOTING)
        with interrupting:
            fit(model, optimizer, BATCHES[:2], compiled, history=history, **options)
        assert history.update_loss == whole.update_loss[: optimizer.steps_taken], at
        curves = history.columns()
        assert {len(curve) for curve in curves.values()} <= {history.epochs}
        assert not curves or curves.keys() == whole.columns().keys()
        at, done = at + 1, interrupting.lines < at
    assert at > 50


@pytest.mark.parametrize("compiled", [False, True])
def test_no_interrupt_leaves_anything_that_is_not_put_back(compiled):
    """The rate that a schedule changed, the best parameters, the numbers of the latest update."""
    options = {"epochs": 5, "validation": (X[:2], [-9.0, -9.0]), "early_stopping": 2, "schedule": lambda epoch: 0.5}
    model, optimizer = training("Adam")
    fit(model, optimizer, BATCHES[:1], compiled, **options)
    whole, at, done = numbers(model, optimizer), 1, False
    while not done:
        model, optimizer = training("Adam")
        interrupting = Interrupting(at, {"_put_back", "load_state_dict"})
        with interrupting:
            fit(model, optimizer, BATCHES[:1], compiled, **options)
        assert (numbers(model, optimizer), optimizer.lr) == (whole, 0.1), at
        at, done = at + 1, interrupting.lines < at
    assert at > 10


def test_a_history_has_no_half_epochs_where_a_metric_fails():
    history, counts = nn.History(), iter(range(5))

    def failing(predictions, targets):
        return 1 / (3 - next(counts))

    with pytest.raises(ZeroDivisionError):
        fit(*training("Adam"), BATCHES, False, epochs=9, validation=(X, Y), metrics={"m": failing}, history=history)
    assert history.columns().keys() == {"loss", "validation_loss", "m", "validation_m", "learning_rate", *LAYERS}
    assert {len(curve) for curve in history.columns().values()} == {1}


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


@pytest.mark.parametrize("count", [0, 1, 9])
def test_numbers_of_an_array_are_copied_at_once(count):
    there, here = np.zeros(count), np.arange(count) + 0.5
    at_once(copied(there, here))
    assert there.tolist() == here.tolist()
    assert not np.shares_memory(there, here)


def half_by_half(model):
    """A penalty with a comparison that comes out differently later on."""
    w = model.parameters()[0]
    return 0.01 * (w * w if w > 0.3 else 2.0 * w)


TIED = Value(0.3)


def shifted(predictions, targets):
    """A loss with a parameter of its own, which nobody steps: its gradients add up."""
    return nn.mse([p + TIED for p in predictions], targets)


CLASSES = {"loss": "cross_entropy", "targets": [int(y > 0) for y in Y], "outputs": 2, "batch_size": 4, "rng": 1}
TRAININGS = {
    "rows": {},
    "a penalty": {"penalty": nn.l2_penalty},
    "a penalty that bends": {"penalty": half_by_half, "lr": 0.05},
    "batches": {"batch_size": 5, "rng": 1},
    "a schedule": {"schedule": lambda epoch: 0.5 if epoch > 4 else 1.0},
    "a rate that becomes 0": {"schedule": lambda epoch: float(epoch < 4)},
    "classes": CLASSES,
    "classes, with a penalty": CLASSES | {"penalty": nn.l2_penalty},
    "rates that are too large": {"lr": 1e4},
    "rates that are much too large": {"lr": 1e160},
    "a step beyond all numbers": {"schedule": lambda epoch: 1e308 if epoch == 5 else 1.0, "lr": 10.0},
    "a leaf that is not stepped": {"loss": shifted},
    "nothing learnt": {"loss": lambda predictions, targets: nn.mse([0.0 * p for p in predictions], targets)},
    "a tolerance": {"tolerance": 1e-2},
}
SEVERAL = {
    "SGD": nn.SGD,
    "momentum": lambda ps, lr: nn.SGD(ps, lr=lr, momentum=0.9, nesterov=True),
    "Adam": lambda ps, lr: nn.Adam(ps, lr=lr),
    "groups": lambda ps, lr: nn.AdamW([{"params": ps[3:]}, {"params": ps[:3], "lr": 2.0 * lr}], lr=lr),
}


def trained(rule, lr=0.1, loss="mse", targets=Y, outputs=1, **options):
    """Numbers, gradients and all that the History says, and what a callback would see of it."""
    TIED.grad = 0.0
    model = nn.MLP(2, [2, outputs], rng=1)
    optimizer = SEVERAL[rule](model.parameters(), lr)
    history = nn.fit(
        model, X, targets, loss=loss, optimizer=optimizer, epochs=9, progress=False, compiled=True, **options
    )
    gradients = [p.grad for p in (*model.parameters(), TIED)]
    return repr((numbers(model, optimizer), gradients, vars(history) | {"seconds": 0.0}))


@pytest.mark.filterwarnings("ignore:stopped in epoch", "ignore:what this MLP says")
@pytest.mark.parametrize("rule", SEVERAL)
@pytest.mark.parametrize("options", TRAININGS.values(), ids=TRAININGS)
def test_a_step_in_one_go_is_the_step_piece_by_piece(options, rule, monkeypatch):
    gone, whole_step = [], OnArrays.whole_step
    monkeypatch.setattr(OnArrays, "whole_step", lambda *given: gone.append(whole_step(*given)) or gone[-1])
    whole = trained(rule, **options)
    monkeypatch.setattr(OnArrays, "whole_step", lambda *given: None)
    assert trained(rule, **options) == whole
    if options is TRAININGS["a step beyond all numbers"]:
        assert "stopped in epoch 5: a parameter would become infinite or nan" in whole
    in_one_go = sum(value is not None for value in gone)
    if engine != "native" or options is TRAININGS["a leaf that is not stepped"]:
        assert in_one_go == 0
    elif options is TRAININGS["rows"]:
        assert in_one_go == 8 - (rule == "momentum")  # after the epoch that records, and one in which memory begins
    elif options is TRAININGS["batches"]:
        assert in_one_go == 9 * 3 - 1 - (rule == "momentum")


@pytest.mark.parametrize("option", ["clip", "metrics", "keep"])
def test_whoever_asks_between_gradient_and_update_is_asked(option, monkeypatch):
    monkeypatch.setattr(OnArrays, "whole_step", None)
    trained("SGD", **{option: {"clip": 1.0, "metrics": {"half": lambda *_: 0.5}, "keep": 2}[option]})
