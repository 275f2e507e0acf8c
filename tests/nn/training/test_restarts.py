"""Random restarts: the best of several first guesses is kept."""

import math
import random
import warnings

import pytest

import nn
from autograd import Value
from nn.optim import SGD
from nn.training.loop import fit
from nn.training.restarts import restarts

XOR = [[0.0, 0.0], [0.0, 1.0], [1.0, 0.0], [1.0, 1.0]]
ANSWERS = [-1, 1, 1, -1]


def make(rng):
    return nn.MLP(2, [2, 1], activation="tanh", rng=rng)


def train(model):
    return fit(model, XOR, ANSWERS, loss=nn.mse, optimizer=SGD(model.parameters(), lr=0.5), epochs=60)


def test_the_best_of_all_seeds_is_kept():
    # with two hidden units XOR has valleys in which descent gets stuck: the seeds end far apart
    found = restarts(make, train, seeds=range(6))
    assert list(found.losses) == list(range(6))
    assert max(found.losses.values()) > 5 * min(found.losses.values())
    assert found.losses[found.seed] == min(found.losses.values()) == found.history.loss[-1]
    again = make(random.Random(found.seed))
    train(again)
    assert again.state_dict() == found.model.state_dict()
    assert list(restarts(make, train).losses) == [0, 1, 2, 3, 4]


def test_a_training_that_diverged_counts_as_infinitely_bad():
    rates = {0: 1e30, 1: 0.1}

    def diverge_once(model):
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", RuntimeWarning)
            lr = rates.pop(min(rates))
            return fit(model, XOR, ANSWERS, loss=nn.mse, optimizer=SGD(model.parameters(), lr=lr), epochs=30)

    found = restarts(make, diverge_once, seeds=[5, 6])
    assert found.seed == 6
    assert found.losses[5] == float("inf")


def test_what_the_two_functions_have_to_give_is_said():
    with pytest.raises(TypeError, match="train has to return the History that fit gives, it returned None"):
        restarts(make, lambda model: None, seeds=[1])
    model = make(random.Random(0))
    with pytest.raises(ValueError, match="make gave the same model again"):
        restarts(lambda rng: model, train, seeds=[1, 2])
    with pytest.raises(TypeError, match=r"seeds has to list the seeds, such as range\(5\), got 3"):
        restarts(make, train, seeds=3)


def test_nothing_to_choose_from():
    with pytest.raises(ValueError, match="at least one seed"):
        restarts(make, train, seeds=[])

    def diverge(model):
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", RuntimeWarning)
            return fit(model, XOR, ANSWERS, loss=nn.mse, optimizer=SGD(model.parameters(), lr=1e30), epochs=30)

    with pytest.raises(RuntimeError, match="every training diverged"):
        restarts(make, diverge, seeds=[1, 2])


# Annealing --------------------------------------------------------------------------------------------------


def test_annealing_learns_what_has_no_gradient():
    """XOR by the number of errors: flat nearly everywhere, so descent does not move at all."""

    def errors(outputs, targets):
        return Value(sum((out.data > 0) != (t > 0) for out, t in zip(outputs, targets, strict=True)))

    model = make(random.Random(3))
    history = nn.anneal(model, XOR, ANSWERS, loss=errors, rng=3)
    assert errors(model.batch(XOR), ANSWERS).data == min(history.loss) == 0.0
    assert history.loss[0] > 0.0
    assert (history.epochs, history.stopped, history.engine) == (2000, "all 2000 steps done", "annealing")


def test_annealing_is_a_matter_of_its_rng_and_keeps_the_best():
    def run(rng):
        model = make(random.Random(1))
        history = nn.anneal(model, XOR, ANSWERS, loss="mse", rng=rng, steps=200, temperature=5.0)
        assert nn.mse(model.batch(XOR), ANSWERS).data == pytest.approx(min(history.loss))
        assert max(history.loss) > 1.5 * min(history.loss)  # it has gone uphill
        return model.state_dict()

    assert run(5) == run(random.Random(5)) != run(6)


def test_annealing_gets_away_from_where_the_loss_is_nan():
    model = nn.MLP(1, [1], init=0.0)
    history = nn.anneal(model, [[1.0]], [1.0], loss=lambda p, t: nn.mse(p, t) if p[0] > 0.0 else Value(math.nan), rng=1)
    assert history.loss[-1] < 0.1


def test_annealing_ends_with_the_best_so_far_on_ctrl_c():
    calls = []

    def interrupted(p, t):
        calls.append(1)
        if len(calls) == 50:
            raise KeyboardInterrupt
        return nn.mse(p, t)

    model = make(random.Random(1))
    history = nn.anneal(model, XOR, ANSWERS, loss=interrupted, rng=1)
    assert (history.stopped, history.epochs) == ("interrupted", 48)
    assert nn.mse(model.batch(XOR), ANSWERS).data == pytest.approx(min(history.loss))


@pytest.mark.parametrize("wrong", [{"steps": 0}, {"temperature": 0.0}, {"width": -1.0}, {"loss": "none"}])
def test_annealing_refuses_what_makes_no_sense(wrong):
    with pytest.raises(ValueError, match=next(iter(wrong))):
        nn.anneal(make(random.Random(1)), XOR, ANSWERS, **{"loss": "mse", **wrong})
