"""What fit(keep=…) notes: the parameters before every so many updates, and the gradient that changed them."""

import pickle
import random

import pytest

import nn
from nn.inspection import kept as kept_module
from nn.inspection.kept import Kept

X, Y = [[0.0, 1.0], [1.0, 0.0], [1.0, 1.0], [0.0, 0.0]], [1.0, 1.0, -1.0, -1.0]


def trained(keep, compiled=False, **options):
    model = nn.MLP(2, [3, 1], rng=random.Random(1))
    first = [p.data for p in model.parameters()]
    options = {"epochs": 6, "optimizer": lambda p: nn.SGD(p, lr=0.1), **options}
    history = nn.fit(model, X, Y, loss="mse", rng=1, progress=False, compiled=compiled, keep=keep, **options)
    return model, first, history


def test_nothing_is_kept_by_itself():
    assert trained(None)[2].kept is None


@pytest.mark.parametrize("compiled", [False, True])
def test_every_moment_leads_to_the_next_by_its_gradient(compiled):
    """p ← p − 0.1 g, from the first parameters to the last."""
    model, first, history = trained(1, compiled)
    kept = history.kept
    assert kept.updates == list(range(7))
    assert list(kept.parameters[0]) == first
    assert list(kept.parameters[-1]) == [p.data for p in model.parameters()]
    for before, gradient, after in zip(kept.parameters, kept.gradients, kept.parameters[1:], strict=False):
        assert [p - 0.1 * g for p, g in zip(before, gradient, strict=True)] == pytest.approx(list(after), rel=1e-12)
    assert list(kept.gradients[-1]) == []


def test_keeping_changes_no_number():
    assert trained(1)[2].loss == trained(None)[2].loss


def test_every_third_update_of_mini_batches_and_the_end():
    _, _, history = trained(3, batch_size=2, epochs=5)
    assert history.updates == 10
    assert history.kept.updates == [0, 3, 6, 9, 10]


def test_the_end_has_the_parameters_that_early_stopping_gave_back():
    model, _, history = trained(1, epochs=40, early_stopping=2, optimizer=lambda p: nn.SGD(p, lr=3.0), clip=1.0)
    assert list(history.kept.parameters[-1]) == [p.data for p in model.parameters()]
    assert history.kept.updates[-1] == history.updates


def test_an_update_that_was_not_made_is_no_moment_of_its_own():
    """The gradient is finite and the step is not: noted once before it, and once at the end, where the same holds."""
    model = nn.MLP(1, [1], init=1.0)
    steps = nn.SGD(model.parameters(), lr=1e308)
    with pytest.warns(RuntimeWarning, match="infinite or nan"):
        history = nn.fit(model, [[1.0]], [0.0], loss="mse", epochs=3, keep=1, progress=False, optimizer=steps)
    assert history.kept.updates == [0]
    assert list(history.kept.gradients[0]) == []


def test_where_it_would_be_too_much_every_second_is_let_go(monkeypatch):
    monkeypatch.setattr(kept_module, "MOST", 40)
    kept = Kept()
    for update in range(64):
        if kept.wants(update):
            kept.note(update, [float(update), 0.0], [1.0, 1.0])
    kept.note(64, [64.0, 0.0])
    assert kept.every == 8
    assert kept.updates == [0, 8, 16, 24, 32, 40, 48, 56, 64]
    assert [row[0] for row in kept.parameters] == kept.updates
    assert len(kept.gradients) == len(kept) == 9
    assert repr(kept) == "Kept(9 moments, one every 8 updates)"


def test_a_training_that_goes_on_keeps_on():
    model, _, history = trained(1, epochs=2)
    nn.fit(model, X, Y, loss="mse", epochs=2, history=history, progress=False, compiled=False)
    assert history.kept.updates == [0, 1, 2, 3, 4]
    assert [len(gradient) for gradient in history.kept.gradients] == [13, 13, 13, 13, 0]
    assert list(history.kept.parameters[-1]) == [p.data for p in model.parameters()]


def test_up_to_the_limit_nothing_is_let_go(monkeypatch):
    assert kept_module.MOST == 2_000_000  # as fit's docstring says
    monkeypatch.setattr(kept_module, "MOST", 24)
    kept = Kept()
    for update in range(6):
        assert kept.wants(update)
        kept.note(update, [0.0, 0.0], [1.0, 1.0])
    assert kept.updates == [0, 1, 2, 3, 4, 5]  # 24 numbers
    kept.note(6, [0.0, 0.0])
    assert kept.updates == [0, 2, 4, 6]
    large = Kept()
    for update in range(2):  # two moments are the least: the beginning and the end
        large.note(update, [0.0] * 100)
    assert large.updates == [0, 1]


@pytest.mark.parametrize("keep", [0, -1])
def test_too_few_updates_are_refused_before_anything_has_changed(keep):
    with pytest.raises(ValueError, match="keep must be at least 1"):
        trained(keep)


@pytest.mark.parametrize("keep", [True, 1.5, "all"])
def test_only_whole_numbers_are_taken(keep):
    with pytest.raises(TypeError, match="keep must be a whole number"):
        trained(keep)


def test_a_history_with_it_can_be_pickled():
    history = trained(2)[2]
    assert pickle.loads(pickle.dumps(history)).kept == history.kept
