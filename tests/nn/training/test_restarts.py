"""Random restarts: the best of several first guesses is kept."""

import random
import warnings

import pytest

import nn
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
