"""fit: the same numbers as a loop by hand; what it watches, when it stops, and that nothing is left half done."""

import csv
import math
import random
import signal
import subprocess
import sys
import threading
from contextlib import suppress
from functools import partial
from types import SimpleNamespace

import numpy as np
import pytest

import autograd
import nn
from autograd import Value, no_grad
from nn.data import batches, micrograd_moons
from nn.descent.clipping import clip_grad_value
from nn.descent.optimizer import Optimizer
from nn.inspection.history import History
from nn.metrics import score_accuracy
from nn.module import Module
from nn.optim import SGD, Adam
from nn.schedules import ReduceOnPlateau, linear, step_decay
from nn.training.gradient import eager_step
from nn.training.loop import fit
from nn.training.per_row import NotRecordable
from nn.training.stopping import EarlyStopping, converged

X = [[0.0], [1.0], [2.0], [3.0]]
Y = [1.0, 3.0, 5.0, 7.0]  # y = 2x + 1


def line():
    return nn.MLP(1, [1], init=0.0)


def numbers(model):
    return [p.data for p in model.parameters()]


# The loop itself --------------------------------------------------------------------------------------------


@pytest.mark.parametrize("size", ["batch", "stochastic", 3])
def test_fit_gives_the_numbers_of_a_loop_by_hand(size):
    rows, targets = micrograd_moons()
    rows, targets = rows[:20], targets[:20]
    by_hand, fitted = (nn.MLP(2, [4, 1], rng=random.Random(1)) for _ in range(2))
    optimizer, rng = SGD(by_hand.parameters(), lr=0.1, momentum=0.5), random.Random(2)
    for _ in range(3):
        for xs, ys in batches(rows, targets, size, rng=rng):
            loss = nn.hinge([by_hand(x) for x in xs], ys) + nn.l2_penalty(by_hand, 1e-3)
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
    history = fit(
        fitted,
        rows,
        targets,
        loss=nn.hinge,
        optimizer=SGD(fitted.parameters(), lr=0.1, momentum=0.5),
        penalty=lambda m: nn.l2_penalty(m, 1e-3),
        epochs=3,
        batch_size=size,
        rng=random.Random(2),
    )
    assert numbers(fitted) == numbers(by_hand)
    assert history.update_loss[-1] == loss.data
    assert history.updates == 3 * len(list(batches(rows, targets, size)))


def test_one_step_on_a_line_by_arithmetic():
    # ŷ = 0: L = mean(y²) = (1 + 9 + 25 + 49)/4 = 21
    # ∂L/∂w = mean(-2xy) = -2(0 + 3 + 10 + 21)/4 = -17; ∂L/∂b = mean(-2y) = -2·16/4 = -8
    model = line()
    history = fit(model, X, Y, loss=nn.mse, optimizer=SGD(model.parameters(), lr=0.01), epochs=1)
    assert history.loss == [21.0]
    assert history.gradient_norm == {"layer0": [math.hypot(17.0, 8.0)]}
    assert numbers(model) == pytest.approx([0.17, 0.08], rel=1e-15)


def test_the_line_is_found():
    model = line()
    history = fit(model, X, Y, loss=nn.mse, optimizer=lambda ps: Adam(ps, lr=0.1), epochs=500, tolerance=1e-12)
    assert numbers(model) == pytest.approx([2.0, 1.0], abs=1e-3)
    assert history.loss[-1] < 1e-6


def test_without_an_optimizer_it_is_adam():
    one, other = line(), line()
    fit(one, X, Y, loss=nn.mse, epochs=7)
    fit(other, X, Y, loss=nn.mse, epochs=7, optimizer=Adam(other.parameters(), lr=0.01))
    assert numbers(one) == numbers(other)


def test_the_gradient_step_leaves_gradients_and_says_the_loss():
    model = line()
    value, predictions = eager_step(model, nn.mse)(X, Y)
    assert value == 21.0
    assert [p.data for p in predictions] == [0.0] * 4
    assert [p.grad for p in model.parameters()] == [-17.0, -8.0]


def test_numpy_rows():
    numpy = pytest.importorskip("numpy")
    one, other = line(), line()
    fit(one, numpy.array(X), numpy.array(Y), loss=nn.mse, epochs=3)
    fit(other, X, Y, loss=nn.mse, epochs=3)
    assert numbers(one) == numbers(other)


# What it watches --------------------------------------------------------------------------------------------


def test_by_default_adam_trains_for_100_epochs_on_all_rows_at_a_time():
    model, same = line(), line()
    history = fit(model, X, Y, loss=nn.mse)
    fit(same, X, Y, loss=nn.mse, optimizer=Adam(same.parameters(), lr=0.01), epochs=100, batch_size=len(X))
    assert (history.epochs, history.updates) == (100, 100)
    assert numbers(model) == numbers(same)


def test_a_seed_stands_for_its_generator():
    def run(rng):
        model = line()
        fit(model, X, Y, loss=nn.mse, optimizer=SGD(model.parameters(), lr=0.05), batch_size=1, epochs=3, rng=rng)
        return numbers(model)

    assert run(5) == run(random.Random(5)) != run(6)  # a new order every epoch, not the seed's first one again


def test_the_history_has_one_figure_per_epoch():
    rows, targets = micrograd_moons()
    model = nn.MLP(2, [4, 1], rng=random.Random(0))
    history = fit(
        model,
        rows,
        targets,
        loss=nn.hinge,
        epochs=5,
        batch_size=25,
        validation=0.2,
        metrics={"accuracy": score_accuracy},
        rng=random.Random(0),
    )
    assert set(history.columns()) == {
        *("loss", "validation_loss", "accuracy", "validation_accuracy", "learning_rate"),
        *("gradient_norm[layer0]", "gradient_norm[layer1]"),
    }
    assert all(len(curve) == 5 for curve in history.columns().values())
    assert history.updates == 5 * math.ceil(80 / 25)
    assert history.stopped == "all 5 epochs done"
    assert history.watched_loss == history.validation_loss[-1]
    assert "5 epochs, 20 updates" in repr(history)
    assert "gradient_norm" not in repr(history)  # one per layer is too much for a line


def test_the_history_has_the_seconds_between_start_and_end(monkeypatch):
    assert History().seconds == 0.0
    clock = iter([100.0, 103.5])
    monkeypatch.setattr("nn.training.loop.time", SimpleNamespace(perf_counter=lambda: next(clock)))
    assert fit(line(), X, Y, loss=nn.mse, epochs=2).seconds == 3.5


def test_the_epochs_loss_is_the_mean_over_rows_not_over_batches():
    # weights stay 0 (lr 0): rows cost 1, 9, 25, 49; a batch of 3 and one of 1 still have the mean 21
    model = line()
    history = fit(
        model, X, Y, loss=nn.mse, optimizer=SGD(model.parameters(), lr=0.0), epochs=1, batch_size=3, shuffle=False
    )
    assert history.update_loss == [35 / 3, 49.0]
    assert history.loss == [21.0]


def test_validation_rows_are_watched_and_never_learnt_from():
    model, alone = line(), line()
    history = fit(model, X, Y, loss=nn.mse, epochs=4, validation=([[10.0]], [0.0]))
    fit(alone, X, Y, loss=nn.mse, epochs=4)
    assert numbers(model) == numbers(alone)
    assert history.validation_loss[-1] == model([10.0]).data ** 2


def test_dropout_is_on_while_learning_and_off_while_validating():
    modes = []

    class Spy(Module):
        def __init__(self):
            self.w = Value(1.0)

        def __call__(self, x):
            modes.append(self.training)
            return self.w * x[0]

    model = Spy().eval()
    fit(model, X, Y, loss=nn.mse, epochs=2, validation=([[1.0]], [1.0]))
    assert modes == ([True] * 4 + [False]) * 2
    assert not model.training  # left as it came


def test_every_module_is_left_in_the_mode_it_had():
    model = nn.Sequential(nn.Layer(1, 3), nn.Dropout(0.5), nn.Layer(3, 1, nonlin=False))
    model.layers[1].eval()
    fit(model, X, Y, loss=nn.mse, epochs=1, validation=(X, Y))
    assert [layer.training for layer in model.layers] == [True, False, True]
    assert model.training


class Frozen(nn.Sequential):
    """Keeps running statistics that a training leaves alone, and names what belongs to its first layer."""

    def __init__(self):
        super().__init__(nn.Layer(1, 3, activation="tanh", rng=1), nn.BatchNorm(3), nn.Layer(3, 1, nonlin=False, rng=2))
        self.train()

    def train(self, mode=True):
        super().train(mode)
        self.layers[1].training = False
        return self

    def state_dict(self):
        return {name: number for name, number in super().state_dict().items() if name.startswith("layer0")}

    def load_state_dict(self, state):
        assert state.keys() == self.state_dict().keys()
        super().load_state_dict(super().state_dict() | state)


@pytest.mark.parametrize("callbacks", [[], [lambda history: None]])
def test_a_model_may_switch_and_save_in_ways_of_its_own(callbacks):
    model = Frozen()
    before = nn.Sequential.state_dict(model)
    history = fit(
        model, X, Y, loss=nn.mse, epochs=9, validation=([[0.0]], [-5.0]), early_stopping=2, callbacks=callbacks
    )
    after = nn.Sequential.state_dict(model)
    kept = [name for name in before if "running" in name or "mean" in name or "variance" in name]
    assert kept
    assert [after[name] for name in kept] == [before[name] for name in kept]
    assert history.stopped.startswith("no better for 2 epochs")


def test_history_as_csv(tmp_path):
    history = fit(line(), X, Y, loss=nn.mse, epochs=3)
    history.to_csv(tmp_path / "history.csv")
    with open(tmp_path / "history.csv", newline="", encoding="utf-8") as file:
        head, *rows = csv.reader(file)
    assert head == ["epoch", "loss", "learning_rate", "gradient_norm[layer0]"]
    assert [float(row[1]) for row in rows] == history.loss  # exact
    assert [row[0] for row in rows] == ["0", "1", "2"]


def test_numbers_of_numpy_are_plain_ones_in_the_record(tmp_path):
    model = line()
    history = fit(
        model, X, Y, loss=nn.mse, epochs=np.int64(2), batch_size=np.int32(4), schedule=lambda epoch: np.float64(0.5),
        metrics={"half": lambda p, y: np.float32(0.5)}, early_stopping=np.int64(3), validation=np.float32(0.25),
    )  # fmt: skip
    history.to_csv(tmp_path / "history.csv")
    assert ",0.5,0.005," in (tmp_path / "history.csv").read_text(encoding="utf-8").splitlines()[1]
    assert {type(number) for curve in history.columns().values() for number in curve} == {float}
    assert {type(p.data) for p in model.parameters()} == {float}


def test_spikiness_is_the_mean_rise_in_mean_losses():
    assert History(update_loss=[4.0, 2.0, 1.0]).spikiness == 0.0
    # rises 0, 3, 0, 1; mean rise 1; mean loss 2
    assert History(update_loss=[1.0, 1.0, 4.0, 1.5, 2.5]).spikiness == 1.0 / 2.0
    assert History().spikiness == History(update_loss=[1.0]).spikiness == 0.0


def test_an_empty_history_has_a_repr():
    assert repr(History(stopped="interrupted")) == "History(no finished epoch; interrupted)"


# Learning rate, clipping, callbacks -------------------------------------------------------------------------


def test_a_schedule_sets_the_rate_of_each_epoch_and_the_rate_is_put_back():
    model = line()
    optimizer = SGD([{"params": model.parameters(), "lr": 0.08}])
    history = fit(model, X, Y, loss=nn.mse, optimizer=optimizer, epochs=5, schedule=step_decay(2, 0.5))
    assert history.learning_rate == [0.08, 0.08, 0.04, 0.04, 0.02]
    assert optimizer.param_groups[0]["lr"] == 0.08


def test_reduce_on_plateau_is_told_the_loss():
    schedule = ReduceOnPlateau(gamma=0.5, patience=0)
    model = line()
    history = fit(
        model, X, Y, loss=lambda p, y: nn.mse(p, y) * 0.0 + 1.0, optimizer=SGD(model.parameters(), lr=1.0), epochs=4,
        schedule=schedule,
    )  # fmt: skip
    assert history.learning_rate == [1.0, 1.0, 0.5, 0.25]
    again = fit(model, X, Y, loss=nn.mse, optimizer=SGD(model.parameters(), lr=1e-9), epochs=2, schedule=schedule)
    assert again.learning_rate == [1e-9, 1e-9]  # a schedule used twice starts afresh


def test_a_schedule_that_gives_nonsense_is_refused_and_the_rate_put_back():
    model = line()
    optimizer = SGD(model.parameters(), lr=0.1)
    with pytest.raises(ValueError, match="the schedule gave the factor -1"):
        fit(model, X, Y, loss=nn.mse, optimizer=optimizer, epochs=3, schedule=lambda epoch: -1.0)
    assert optimizer.param_groups[0]["lr"] == 0.1


def test_without_a_schedule_a_callback_may_change_the_rate():
    model = line()
    optimizer = SGD(model.parameters(), lr=0.08)

    def halve(history):
        optimizer.lr /= 2

    history = fit(model, X, Y, loss=nn.mse, optimizer=optimizer, epochs=3, callbacks=[halve])
    assert history.learning_rate == [0.08, 0.04, 0.02]
    assert optimizer.lr == 0.01


@pytest.mark.parametrize("schedule", [None, step_decay(1, 0.5)])
@pytest.mark.parametrize("compiled", [True, False])
def test_a_callback_may_begin_to_train_more_of_the_model(schedule, compiled):
    model = nn.MLP(1, [2, 1], activation="tanh", rng=1)
    first, last = (layer.parameters() for layer in model.layers)
    before = [p.data for p in first]
    optimizer = SGD(last, lr=0.1)

    def thaw(history):
        if history.epochs == 2:
            assert [p.data for p in first] == before
            optimizer.param_groups.append({**optimizer.param_groups[0], "params": first, "lr": 0.03})
            optimizer.state.append({})

    options = {"optimizer": optimizer, "callbacks": [thaw], "schedule": schedule, "compiled": compiled}
    fit(model, X, Y, loss=nn.mse, epochs=4, **options)
    assert [p.data for p in first] != before
    assert [group["lr"] for group in optimizer.param_groups] == [0.1, 0.03]


@pytest.mark.parametrize("compiled", [True, False])
def test_a_parameter_of_the_loss_learns_by_the_gradient_of_one_batch(compiled):
    model, scale = line(), Value(2.0)
    frozen = [p.data for p in model.parameters()]
    fit(
        model, X, Y, loss=lambda p, y: nn.mse(p, y) * 0.0 + scale, optimizer=SGD([scale, *model.parameters()], lr=0.25),
        epochs=2, batch_size=2, compiled=compiled,
    )  # fmt: skip
    assert (scale.data, scale.grad) == (1.0, 1.0)  # four steps of 1/4
    assert numbers(model) == frozen


class Replacing(Module):
    """A model that normalises its parameters in their own place."""

    def __init__(self):
        self.w, self.b = [Value(0.5), Value(0.5)], Value(0.0)

    def __call__(self, x):
        for i, w in enumerate(self.w):
            self.w[i] = self.replaced(w)
        return self.w[0] * x[0] + self.w[1] * 0.5 + self.b

    def replaced(self, w):
        return w * 0.9


class Renewing(Replacing):
    def replaced(self, w):
        return Value(w.data * 0.9)


@pytest.mark.parametrize("compiled", ["auto", True, False])
@pytest.mark.parametrize("kind", [Replacing, Renewing])
def test_parameters_that_a_call_replaces_are_named_once(kind, compiled):
    model = kind()
    named = rf"calling this {kind.__name__} replaced parameters: w0, w1\. "
    with pytest.warns(RuntimeWarning, match=named) as told, suppress(NotRecordable):
        fit(model, X, Y, loss=nn.mse, optimizer=SGD(model.parameters(), lr=0.01), epochs=300, compiled=compiled)
    assert [warning.filename for warning in told] == [__file__]


def test_many_that_are_replaced_are_cut_and_what_a_call_adds_is_named_too():
    class Adding(Module):
        def __init__(self):
            self.b = Value(0.0)

        def __call__(self, x):
            self.w = [Value(0.0) for _ in range(11)]
            return sum(self.w) * x[0] + self.b

    with pytest.warns(RuntimeWarning, match=r"replaced parameters: w0, w1, .*w9, …\. They are not trained"):
        fit(Adding(), X, Y, loss=nn.mse, epochs=1)


class Cut(Module):
    """A model whose results know nothing of its parameters."""

    def __init__(self, cut):
        self.inner, self.cut = nn.MLP(1, [1], rng=1), cut

    def __call__(self, x):
        return self.cut(lambda: self.inner(x))


CUTS = {
    "data": lambda f: Value(f().data),
    "detach": lambda f: f().detach(),
    "no_grad": lambda f: no_grad(f)(),
    "rows": lambda f: [f().detach()],
}


@pytest.mark.parametrize("compiled", ["auto", True, False])
@pytest.mark.parametrize("name", CUTS)
def test_a_model_that_says_what_no_parameter_made_is_warned_of_once(name, compiled):
    says = r"^what this Cut says of .*\.data, with detach"
    with pytest.warns(RuntimeWarning, match=says) as told, suppress(NotRecordable):
        fit(Cut(CUTS[name]), X, Y, loss="mse", epochs=500, compiled=compiled)
    assert [warning.filename for warning in told] == [__file__]


def test_a_gradient_that_is_zero_has_its_reasons(recwarn):
    dead = nn.MLP(1, [2, 1], init=-1.0, rng=1)
    fit(dead, [[1.0], [2.0]], [0.0, 0.0], loss="mse", epochs=2)
    assert not recwarn.list


@pytest.mark.parametrize("compiled", ["auto", True, False])
def test_inside_no_grad_the_same_is_learnt(compiled):
    def trained():
        model = nn.MLP(1, [3, 1], "tanh", "sigmoid", rng=1)
        targets = [float(y > 0) for y in Y]
        history = fit(
            model, X, targets, loss="binary_cross_entropy", metrics={"right": score_accuracy}, epochs=500, rng=1,
            compiled=compiled,
        )  # fmt: skip
        return model.state_dict(), history.loss, history.metrics, history.engine

    assert no_grad(trained)() == trained()


def test_a_model_that_names_some_of_its_parameters_replaces_none(recwarn):
    class Head(nn.MLP):
        def parameters(self):
            return self.layers[-1].parameters()

    models = [Head(1, [2, 1], rng=0) for _ in range(2)]
    compiled = zip(models, (False, True), strict=True)
    engines = [fit(model, X, Y, loss=nn.mse, epochs=9, compiled=choice).engine for model, choice in compiled]
    assert not recwarn.list
    assert engines == ["graphs", "program"]
    first, second = (list(m.state_dict().values()) for m in models)
    assert second == pytest.approx(first, rel=1e-9)


def test_what_a_model_keeps_to_look_at_was_no_parameter(recwarn):
    class Keeping(nn.MLP):
        def __call__(self, x):
            self.last = super().__call__(x)
            return self.last

    model = Keeping(1, [2, 1])
    with no_grad():
        model(X[0])
    fit(model, X, Y, loss=nn.mse, epochs=2)
    watching = partial(fit, early_stopping=3, callbacks=[lambda *_: None], compiled=True)
    history = watching(model, X, Y, loss=nn.mse, epochs=3, validation=(X, Y))
    assert (history.engine, len(model.state_dict())) == ("program", 7)
    assert not recwarn.list


@pytest.mark.parametrize("compiled", [True, False])
def test_a_rule_without_a_learning_rate(compiled):
    class Fixed(Optimizer):
        def rule(self, group, t, numbers):
            return lambda p, g: (p - 0.125 * g,)

    model, usual = line(), line()
    fit(usual, X, Y, loss=nn.mse, optimizer=SGD(usual.parameters(), lr=0.125), epochs=2)
    history = fit(
        model, X, Y, loss=nn.mse, optimizer=Fixed, epochs=2, schedule=step_decay(1, 0.5), compiled=compiled
    )  # fmt: skip
    assert numbers(model) == pytest.approx(numbers(usual))
    assert all(map(math.isnan, history.learning_rate))


def test_clipping_caps_the_step_and_the_history_keeps_the_norm_before():
    model = line()
    history = fit(model, X, Y, loss=nn.mse, optimizer=SGD(model.parameters(), lr=1.0), epochs=1, clip=0.5)
    assert math.hypot(*numbers(model)) == pytest.approx(0.5)
    assert history.gradient_norm["layer0"] == [math.hypot(17.0, 8.0)]


def test_clipping_by_a_function():
    model = line()
    fit(
        model, X, Y, loss=nn.mse, optimizer=SGD(model.parameters(), lr=1.0), epochs=1,
        clip=lambda parameters: clip_grad_value(parameters, 0.25),
    )  # fmt: skip
    assert numbers(model) == [0.25, 0.25]


def test_callbacks_see_every_epoch_and_can_end_it():
    seen = []

    def until_three(history):
        seen.append(history.epochs)
        return history.epochs == 3

    history = fit(line(), X, Y, loss=nn.mse, epochs=10, callbacks=[until_three, lambda h: seen.append("second")])
    assert seen == [1, "second", 2, "second", 3, "second"]
    assert history.stopped == "ended by a callback after 3 epochs"


# When it stops ----------------------------------------------------------------------------------------------


def test_early_stopping_gives_the_best_parameters_back():
    # a validation target the training moves away from: the first epoch is the best
    model = line()
    history = fit(model, X, Y, loss=nn.mse, epochs=50, validation=([[0.0]], [-5.0]), early_stopping=3)
    assert history.epochs == 4
    assert history.stopped.startswith("no better for 3 epochs")
    assert history.validation_loss.index(min(history.validation_loss)) == 0
    after_one = line()
    fit(after_one, X, Y, loss=nn.mse, epochs=1)
    assert numbers(model) == numbers(after_one)


def test_a_patience_of_one_stops_at_the_first_rise():
    history = fit(line(), X, Y, loss=nn.mse, epochs=50, validation=([[0.0]], [-5.0]), early_stopping=1)
    assert history.epochs == 2


@pytest.mark.parametrize("compiled", [False, True])
@pytest.mark.parametrize("rate", [0.9, 1.1, 1.3])
def test_the_best_parameters_are_those_that_had_the_best_loss(rate, compiled):
    model = nn.MLP(1, [1], init=0.0)
    history = fit(
        model, [[0.0], [1.0]], [0.0, 1.0], loss="mse", optimizer=SGD(model.parameters(), lr=rate), epochs=30,
        early_stopping=2, compiled=compiled,
    )  # fmt: skip
    assert nn.mse(model.batch([[0.0], [1.0]]), [0.0, 1.0]).data == min(history.loss)


@pytest.mark.parametrize("validation", [None, ([[0.3, 0.1]], [-5.0])])
@pytest.mark.parametrize("callbacks", [[], [lambda history: None]], ids=["alone", "watched"])
@pytest.mark.parametrize("norm", [False, True], ids=["parameters", "and buffers"])
def test_early_stopping_gives_the_whole_state_back(validation, callbacks, norm):
    """Running statistics as well: that of the epoch with the best loss, as a copy of the model at that time."""
    layers = [nn.Layer(2, 3, rng=1), *[nn.BatchNorm(3)] * norm, nn.Layer(3, 1, False, rng=2)]
    model, states = nn.Sequential(*layers), []
    rows, targets = [[0.1 * i, 0.3 * (i % 4)] for i in range(8)], [float(i % 3) for i in range(8)]
    kept = EarlyStopping.enough

    class Noting(EarlyStopping):
        def enough(self, loss, model, measured=None):
            states.append((loss, measured))
            return kept(self, loss, model, measured)

    history = fit(
        model,
        rows,
        targets,
        loss=nn.mse,
        epochs=60,
        optimizer=lambda ps: nn.SGD(ps, lr=0.4),
        batch_size=8 if validation is None else 4,
        rng=1,
        validation=validation,
        early_stopping=Noting(5),
        callbacks=callbacks,
    )
    best = min(states, key=lambda pair: pair[0])
    assert model.state_dict() == best[1]
    assert list(best[1]) == list(model.state_dict())
    assert history.epochs == len(states)


def test_early_stopping_can_keep_the_last_parameters():
    model = line()
    stopping = EarlyStopping(patience=2, restore_best=False)
    for _ in range(2):  # used twice: the second training starts afresh
        history = fit(model, X, Y, loss=nn.mse, epochs=50, validation=([[0.0]], [-5.0]), early_stopping=stopping)
        assert history.epochs == 3
    assert (model([0.0]).data + 5.0) ** 2 == history.validation_loss[-1]


@pytest.mark.parametrize(
    ("options", "losses", "enough"),
    [
        ({}, [3.0, 2.5, 2.75, 2.25, 2.25, 2.5], [False, False, False, False, False, True]),  # an equal one is no better
        ({"min_delta": 0.25}, [3.0, 2.75, 2.5, 2.3, 2.25], [False, False, False, False, True]),
        ({"min_delta": 0.25}, [3.0, 2.75, 2.75], [False, False, True]),
        ({}, [math.inf, math.nan], [False, True]),
    ],
)
def test_early_stopping_waits_for_a_loss_below_the_best_by_more_than_min_delta(options, losses, enough):
    stopping, model = EarlyStopping(patience=2, **options), line()
    assert [stopping.enough(loss, model) for loss in losses] == enough


@pytest.mark.parametrize("min_delta", [-0.5, math.nan])
def test_a_loss_cannot_be_asked_to_rise(min_delta):
    with pytest.raises(ValueError, match="min_delta has to be a number, 0 or more, got"):
        EarlyStopping(3, min_delta)


def test_it_stops_at_convergence_of_the_loss_or_of_the_gradient():
    model = line()
    history = fit(model, X, Y, loss=nn.mse, optimizer=SGD(model.parameters(), lr=0.1), epochs=10_000, tolerance=1e-9)
    assert history.epochs < 2000
    assert "converged within 1e-09" in history.stopped
    assert fit(model, X, Y, loss=nn.mse, epochs=100, tolerance=1.0).epochs == 1  # ‖gradient‖ is below 1 from the start


def test_convergence_is_about_the_last_two_losses_and_includes_the_tolerance():
    assert converged(History(loss=[1.0]), 0.25, 0.25)
    assert not converged(History(loss=[1.0]), 0.5, 0.25)
    assert converged(History(loss=[9.0, 5.0, 4.0]), 9.0, 0.25)
    assert not converged(History(loss=[4.0, 4.0, 5.5]), 9.0, 0.25)
    assert converged(History(loss=[1.0, -3.0, -4.0]), 9.0, 0.25)


def test_a_tolerance_of_zero_is_for_losses_that_no_longer_change():
    model = line()
    optimizer = SGD(model.parameters(), lr=0.0)
    assert fit(model, X, Y, loss=nn.mse, optimizer=optimizer, epochs=9, tolerance=0.0).epochs == 2


def test_the_parameters_of_the_best_epoch_are_too_many_for_a_repr():
    stopping = EarlyStopping(3)
    stopping.enough(0.5, line())
    assert repr(stopping) == "EarlyStopping(patience=3, min_delta=0.0, restore_best=True, best=0.5, waited=0)"


@pytest.mark.parametrize("name", ["best", "waited", "state"])
def test_what_early_stopping_has_seen_is_not_a_setting(name):
    with pytest.raises(TypeError, match=name):
        EarlyStopping(patience=1, **{name: 1})


@pytest.mark.parametrize("compiled", [True, False, "auto"])
def test_compiled_or_not_is_a_choice(compiled):
    model = line()
    fit(model, X, Y, loss=nn.mse, optimizer=SGD(model.parameters(), lr=0.01), epochs=1, compiled=compiled)
    assert numbers(model) == pytest.approx([0.17, 0.08])


@pytest.mark.parametrize(("rows", "epochs", "engine"), [(100, 10, "program"), (999, 1, "graphs"), (1000, 1, "program")])
def test_training_is_compiled_from_1000_examples_on(rows, epochs, engine):
    model = line()
    optimizer = SGD(model.parameters(), lr=0.01)
    assert fit(model, [[1.0]] * rows, [2.0] * rows, loss=nn.mse, optimizer=optimizer, epochs=epochs).engine == engine


def test_a_diverging_loss_stops_with_advice_and_finite_parameters():
    model = line()
    with pytest.warns(RuntimeWarning, match="Try a learning rate below 1e\\+30") as caught:
        history = fit(model, X, Y, loss=nn.mse, optimizer=SGD(model.parameters(), lr=1e30), epochs=50)
    assert caught[0].filename == __file__  # the warning points at the user's line
    assert history.diverged
    assert history.epochs < 20
    assert all(map(math.isfinite, numbers(model)))
    assert "the parameters are those before this update" in history.stopped


def test_a_rule_without_a_learning_rate_is_not_told_to_go_below_nan():
    class Doubling(Optimizer):
        def rule(self, group, t, numbers):
            return lambda p, g: (p * 1e200 + 1e200,)

    model = line()
    with pytest.warns(RuntimeWarning, match=r"Try a smaller learning rate, clip=1\.0"):
        fit(model, X, Y, loss=nn.mse, optimizer=Doubling(model.parameters()), epochs=5)


def test_a_loss_of_nan_changes_nothing():
    model = line()
    with pytest.warns(RuntimeWarning, match="the loss became nan"):
        history = fit(model, [[math.inf]], [1.0], loss=lambda p, y: nn.mse(p, y) * math.nan)
    assert numbers(model) == [0.0, 0.0]
    assert (history.epochs, history.updates) == (0, 0)


@pytest.mark.parametrize(
    ("rows", "targets", "named"),
    [
        ([[0.0, 1.0], [math.nan, 1.0]], [0.0, 1.0], r"X\[1\] holds nan"),
        ([[0.0, 1.0], [1.0, None]], [0.0, 1.0], r"X\[1\] holds None"),
        ([[0.0, 1.0], [1.0, 1.0]], [math.nan, 1.0], r"y\[0\] holds nan"),
        ([[0.0, 1.0], [1.0, 1.0]], [0.0, None], r"y\[1\] holds None"),
        ([[0.0, [1.0]], [1.0, [math.inf, -math.inf, math.nan]]], [0.0, 1.0], r"X\[1\] holds nan"),
    ],
)
def test_a_gap_in_the_data_is_named_with_its_row(rows, targets, named):
    for train in (
        lambda model: fit(model, rows, targets, loss="mse"),
        lambda model: fit(model, batches=[(rows, targets)], loss="mse"),
        lambda model: fit(model, [[0.0, 0.0]], [0.0], loss="mse", validation=(rows, targets)),
        lambda model: nn.diagnose(model, rows, targets, "mse"),
        lambda model: nn.anneal(model, rows, targets, loss="mse"),
    ):
        model = nn.MLP(2, [1], init=0.5)
        with pytest.raises(ValueError, match=named):
            train(model)
        assert set(numbers(model)) == {0.5, 0.0}


def test_a_loss_of_ones_own_may_leave_targets_out():
    def masked(p, y):
        return nn.mse(*zip(*[(a, b) for a, b in zip(p, y, strict=True) if b == b], strict=True))

    model = line()
    fit(model, X, [*Y[:-1], math.nan], loss=masked, epochs=5)
    assert all(map(math.isfinite, numbers(model)))


@pytest.mark.parametrize("compiled", [False, True])
@pytest.mark.parametrize(
    "make", [lambda ps: SGD(ps, lr=1e308), lambda ps: SGD(ps, lr=1e308, momentum=0.5), lambda ps: nn.Adam(ps, lr=1e308)]
)
def test_an_update_that_would_ruin_a_parameter_is_not_made(make, compiled):
    model = nn.MLP(1, [1], init=1.0)
    optimizer = make(model.parameters())
    seen = []
    with pytest.warns(RuntimeWarning, match="would become infinite or nan; the parameters are those before"):
        fit(
            model, [[1.0], [2.0]], [1.0, 50.0], loss=nn.mse, optimizer=optimizer, epochs=9, compiled=compiled,
            batch_size=1, shuffle=False, clip=lambda ps: seen.append([p.data for p in ps]),
        )  # fmt: skip
    assert numbers(model) == seen[-1]
    assert optimizer.steps_taken == len(seen) - 1
    assert all(math.isfinite(x) for state in optimizer.state for column in state.values() for x in column)


@pytest.mark.parametrize("compiled", [False, True])
def test_a_parameter_that_is_infinite_already_may_stay_so(compiled):
    class Masked(nn.Module):
        def __init__(self):
            self.w, self.mask = Value(0.5), Value(-math.inf)

        def __call__(self, x):
            return self.w * x[0] + autograd.sigmoid(self.mask)

    model = Masked()
    history = fit(model, [[1.0]], [2.0], loss="mse", epochs=3, compiled=compiled)
    assert (history.epochs, model.mask.data) == (3, -math.inf)


def test_a_gradient_that_is_not_finite_changes_nothing():
    model = line()
    with pytest.warns(RuntimeWarning, match="the gradient is not finite"):
        fit(model, [[1.0]], [0.0], loss=lambda p, y: p[0].sqrt())  # √0 = 0, slope inf
    assert numbers(model) == [0.0, 0.0]


# Ctrl-C -----------------------------------------------------------------------------------------------------


def press_ctrl_c(history):
    if history.epochs == 2:
        signal.raise_signal(signal.SIGINT)


@pytest.mark.parametrize("size", ["batch", 1])
def test_ctrl_c_ends_after_the_running_update_with_what_was_learnt(size):
    model = line()
    history = fit(model, X, Y, loss=nn.mse, epochs=100, batch_size=size, callbacks=[press_ctrl_c])
    assert history.stopped == "interrupted"
    assert history.epochs == 2
    assert history.updates == (2 if size == "batch" else 8) + 1
    assert numbers(model) != [0.0, 0.0]
    assert signal.getsignal(signal.SIGINT) is signal.default_int_handler


def test_a_second_ctrl_c_interrupts_at_once():
    def twice(history):
        signal.raise_signal(signal.SIGINT)
        signal.raise_signal(signal.SIGINT)

    history = fit(line(), X, Y, loss=nn.mse, epochs=100, callbacks=[twice])
    assert (history.stopped, history.updates) == ("interrupted", 1)


def test_ctrl_c_at_the_end_lets_everything_be_put_back():
    class Pressing(nn.MLP):
        def load_state_dict(self, state):
            signal.raise_signal(signal.SIGINT)
            super().load_state_dict(state)

    model = Pressing(1, [1], init=0.0)
    optimizer = SGD(model.parameters(), lr=0.1)
    options = {"validation": ([[0.0]], [-5.0]), "early_stopping": 3, "schedule": lambda epoch: 0.5}
    history = fit(model, X, Y, loss=nn.mse, epochs=50, optimizer=optimizer, **options)
    assert history.stopped.startswith("no better for 3 epochs")
    assert (model([0.0]).data + 5.0) ** 2 == min(history.validation_loss)
    assert optimizer.lr == 0.1


def test_a_handler_of_the_users_own_stays_in_charge():
    calls = []
    usual = signal.signal(signal.SIGINT, lambda *_: calls.append(1))
    try:
        history = fit(line(), X, Y, loss=nn.mse, epochs=5, callbacks=[press_ctrl_c])
        assert calls == [1]
        assert history.epochs == 5
    finally:
        signal.signal(signal.SIGINT, usual)


def test_in_another_thread():
    histories = []
    thread = threading.Thread(target=lambda: histories.append(fit(line(), X, Y, loss=nn.mse, epochs=3)))
    thread.start()
    thread.join()
    assert histories[0].epochs == 3


# Wrong arguments --------------------------------------------------------------------------------------------


def still(parameters):
    return SGD(parameters, lr=0.0)


BAD = [
    ({"epochs": -1}, ValueError, "epochs has to be"),
    ({"epochs": 2.5}, ValueError, "epochs has to be"),
    ({"batch_size": 0}, ValueError, "batch_size has to be"),
    ({"epochs": True}, ValueError, "epochs has to be"),
    ({"tolerance": -1.0}, ValueError, "tolerance has to be"),
    ({"tolerance": "small"}, TypeError, "tolerance has to be"),
    ({"clip": 0.0}, ValueError, "clip has to be a number above 0, got 0.0"),
    ({"clip": "norm"}, TypeError, "clip has to be a number above 0, got .norm."),
    ({"early_stopping": 0}, ValueError, "patience must be at least 1, not 0"),
    ({"early_stopping": 2.5}, TypeError, "patience must be a whole number, not 2.5"),
    ({"early_stopping": True}, TypeError, "patience must be a whole number, not True"),
    ({"schedule": lambda epoch: None}, ValueError, "the schedule gave the factor None for epoch 0"),
    ({"validation": 1.5}, ValueError, "above 0 and add up to 1"),
    ({"validation": "some"}, TypeError, "validation has to be"),
    ({"validation": ([[1.0]], [])}, ValueError, "one target per row"),
    ({"rng": "seven"}, TypeError, "rng must be a random.Random, a whole number as seed"),
    ({"batch_size": [1]}, ValueError, "batch_size has to be"),
    ({"progress": "loud"}, ValueError, "progress has to be"),
    ({"shuffle": "no"}, TypeError, "shuffle has to be True or False, got 'no'"),
    ({"shuffle": None}, TypeError, "shuffle has to be True or False, got None"),
    ({"clip": True}, TypeError, "clip has to be a number above 0, got True"),
    ({"optimizer": SGD([Value(1.0)])}, ValueError, "no parameter of this model"),
    ({"optimizer": "adam"}, TypeError, r"optimizer=nn\.Adam\(model\.parameters\(\), lr=0\.01\), got 'adam'"),
    ({"optimizer": lambda ps: None}, TypeError, "has to make an Optimizer, it made None"),
    ({"schedule": 3}, TypeError, "schedule has to be a function .* got 3"),
    ({"penalty": 1e-4}, TypeError, "penalty has to be a function"),
    ({"metrics": {"loss": score_accuracy}}, ValueError, r"has a curve of that name already.*\['loss'\]"),
    ({"metrics": {"a": max, "validation_a": max}}, ValueError, r"that name already.*\['validation_a'\]"),
    ({"metrics": score_accuracy}, TypeError, "metrics are given by name"),
    (
        {"metrics": {"accuracy": lambda p, y: None}, "optimizer": still},
        TypeError,
        "has to return a number, it returned N",
    ),
    ({"metrics": {"accuracy": 0.5}}, TypeError, r"metrics\['accuracy'\] has to be a function"),
    ({"metrics": {1: score_accuracy}}, TypeError, "the name of a metric is a str, got 1"),
    ({"penalty": lambda m: None}, TypeError, "penalty has to return one Value, got NoneType"),
    ({"penalty": lambda m: m.parameters()}, TypeError, "penalty has to return one Value, got list"),
    ({"history": []}, TypeError, r"history has to be the History of an earlier training, to go on with it, got \[\]"),
    ({"callbacks": 3}, TypeError, "callbacks has to be a list of functions of the History, got 3"),
    ({"callbacks": print}, TypeError, "callbacks has to be a list"),
    ({"loss": "mean"}, ValueError, "loss 'mean' is not known; use a function or one of mse"),
    ({"loss": lambda p, y: 1.0}, TypeError, "loss has to return one Value"),
    ({"loss": lambda p, y: nn.mse(p, y, "none")}, TypeError, "loss has to return one Value"),
]


@pytest.mark.parametrize(("arguments", "error", "message"), BAD)
def test_arguments_that_make_no_sense_are_refused_before_anything_changes(arguments, error, message):
    model = line()
    with pytest.raises(error, match=message):
        fit(model, X, Y, **{"loss": nn.mse, **arguments})
    assert numbers(model) == [0.0, 0.0]


def test_fit_trains_models_only():
    with pytest.raises(TypeError, match=r"fit trains a model, .* got 3"):
        fit(3, X, Y, loss=nn.mse)


def test_a_loss_can_be_given_by_name():
    named, given = line(), line()
    assert fit(named, X, Y, loss="mse", epochs=3).loss == fit(given, X, Y, loss=nn.mse, epochs=3).loss
    assert numbers(named) == numbers(given)


def test_rows_without_targets():
    with pytest.raises(ValueError, match="got 4 rows, 1 targets"):
        fit(line(), X, [1.0], loss=nn.mse)


# The demo ---------------------------------------------------------------------------------------------------


def test_micrograds_demo_reaches_all_100_points_in_100_steps():
    rows, targets = micrograd_moons()
    model = nn.MLP(2, [16, 16, 1], rng=random.Random(1337))
    history = fit(
        model,
        rows,
        targets,
        loss=nn.hinge,
        penalty=lambda m: nn.l2_penalty(m, 1e-4),
        optimizer=SGD(model.parameters(), lr=1.0),
        schedule=linear(1.0, 0.1, 100),
        metrics={"accuracy": score_accuracy},
        epochs=100,
    )
    assert history.metrics["accuracy"][-1] == 1.0
    assert history.loss[0] == pytest.approx(
        0.8958441028683222, rel=1e-9
    )  # as the demo's notebook prints its first step
    assert history.loss[-1] < 0.012


def test_a_history_shows_its_last_figures():
    history = fit(nn.MLP(1, [1], init=0.5), [[1.0], [2.0]], [1.0, 3.0], loss=nn.mse, epochs=5, progress=False)
    assert len(set(history.loss)) == 5
    assert f"loss {history.loss[-1]:.4g}" in repr(history)


# Rows as a stream -------------------------------------------------------------------------------------------


@pytest.mark.parametrize("compiled", [False, True])
def test_a_stream_trains_as_its_rows_do(compiled):
    def run(**rows):
        model = line()
        history = fit(model, loss="mse", epochs=4, compiled=compiled, validation=(X, Y), **rows)
        return numbers(model), history.loss, history.validation_loss

    pieces = [(X[i : i + 3], Y[i : i + 3]) for i in range(0, len(X), 3)]
    expected = run(X=X, y=Y, batch_size=3, shuffle=False)
    assert run(batches=pieces) == run(batches=lambda: iter(pieces)) == expected
    assert run(batches=lambda: ((np.array(x), np.array(y)) for x, y in pieces)) == expected


@pytest.mark.parametrize(
    ("batches", "more", "error", "message"),
    [
        (iter([(X, Y)]), {}, TypeError, "an iterator is used up after one"),
        (7, {}, TypeError, "anew for every epoch"),
        ([X], {}, TypeError, "batch 0 is"),
        ([(X, Y), (X, Y[:1])], {}, ValueError, "one target per row"),
        ([], {}, ValueError, "gave none for this epoch"),
        ([(X, Y)], {"X": X}, TypeError, "not both"),
        ([(X, Y)], {"validation": 0.2}, TypeError, "of a stream no share can be held out"),
    ],
)
def test_a_stream_that_cannot_be_used_is_named(batches, more, error, message):
    with pytest.raises(error, match=message):
        fit(line(), loss="mse", batches=batches, **more)


def test_a_stream_that_is_used_up_is_noticed():
    once = iter([(X, Y), (X, Y)])
    with pytest.raises(ValueError, match="anew for every epoch"):
        fit(line(), loss="mse", batches=lambda: once, epochs=2)


STREAM = """
import random, nn
def stream(rows):
    dice = random.Random(0)
    for _ in range(rows // 1000):
        X = [[dice.random(), dice.random()] for _ in range(1000)]
        yield X, [2 * a - b for a, b in X]
def most():  # memory it ever had, in kB; getrusage would count what the process had that started this one
    with open("/proc/self/status") as file:
        return next(int(line.split()[1]) for line in file if line.startswith("VmHWM"))
model = nn.MLP(2, [1], rng=1)
peaks = []
for rows in (50_000, 1_000_000):
    history = nn.fit(model, batches=lambda: stream(rows), loss="mse", epochs=1)
    peaks.append(most())
assert history.updates == 1000 and history.update_loss[-1] < 1e-2, history.update_loss[-1]
print(peaks[1] - peaks[0])
"""


@pytest.mark.accuracy
@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="reads how much memory the process had from /proc")
def test_a_million_rows_are_streamed_in_flat_memory():
    grown = subprocess.run([sys.executable, "-c", STREAM], capture_output=True, text=True, check=True).stdout
    assert int(grown) < 20_000  # kilobytes; the rows alone would take 200 MB


# What a score says ------------------------------------------------------------------------------------------


@pytest.mark.parametrize("compiled", [False, True])
@pytest.mark.parametrize(
    ("output", "loss", "classes"),
    [
        ("sigmoid", "binary_cross_entropy", (0, 1)),
        ("sigmoid", lambda p, y: nn.mse(p, y), (0, 1)),
        (None, "mse", (0, 1)),
        (None, "mse", (-1, 1)),
        (None, "hinge", (-1, 1)),
        (None, "binary_cross_entropy_with_logits", (0, 1)),
        ("tanh", "mse", (-1, 1)),
    ],
)
def test_accuracy_counts_from_the_middle_between_the_classes(output, loss, classes, compiled):
    rows = [[k / 5 - 1.0] for k in range(11)]
    targets = [classes[row[0] > 0.3] for row in rows]
    model = nn.MLP(1, [1], output_activation=output, rng=1)
    history = fit(
        model, rows, targets, loss=loss, epochs=40, metrics={"accuracy": nn.score_accuracy}, compiled=compiled,
        validation=(rows, targets), optimizer=nn.Adam(model.parameters(), lr=0.2),
    )  # fmt: skip
    cut = 0.5 if output == "sigmoid" or (loss == "mse" and 0 in classes) else 0.0
    right = [(model(x).data > cut) == (t == 1) for x, t in zip(rows, targets, strict=True)]
    assert history.metrics["validation_accuracy"][-1] == right.count(True) / 11 > 0.8


def test_a_loss_of_classes_needs_a_score_for_each():
    for loss in ("cross_entropy", "multi_class_hinge", "categorical_cross_entropy", "kl_divergence"):
        targets = [0, 1] if loss in ("cross_entropy", "multi_class_hinge") else [[1.0, 0.0], [0.0, 1.0]]
        with pytest.raises(ValueError, match="needs a score for each class, the prediction is a single number per row"):
            fit(nn.MLP(1, [1]), [[0.0], [1.0]], targets, loss=loss)
