"""Worked examples of training: three ways to descend, what mini-batches cost, a digit recogniser and one
update of it.

tests/data/digits_012.csv.gz: the 537 images of the digits 0, 1 and 2 from scikit-learn 1.9.1's load_digits
(8×8 grey values 0 to 16), which is the test part of "Optical Recognition of Handwritten Digits", Alpaydin &
Kaynak 1998, UCI Machine Learning Repository.
"""

import csv
import gzip
import math
import random
from functools import cache
from pathlib import Path

import pytest

import nn
from autograd import softmax
from nn.data import split, standardize
from nn.metrics import plain, score_accuracy
from nn.optim import SGD, Adam
from nn.training.gradient import eager_step
from nn.training.loop import fit

DIGITS = Path(__file__).parents[2] / "data" / "digits_012.csv.gz"

# IQ and grade average → salary (LPA, lakh a year): three people
PEOPLE = [[80.0, 8.0], [60.0, 9.0], [70.0, 5.0]]
LPA = [3.0, 5.0, 8.0]


def lpa_network():
    return nn.MLP(2, [2, 1], activation="linear", rng=random.Random(1))


def descended(model, X, y, epochs, batch_size):
    """The History of plain gradient descent at a rate of 0.05."""
    optimizer = SGD(model.parameters(), lr=0.05)
    options = {"epochs": epochs, "batch_size": batch_size, "rng": random.Random(2)}
    return fit(model, X, y, loss=nn.mse, optimizer=optimizer, **options)


@pytest.mark.parametrize(("batch_size", "updates_per_epoch"), [("stochastic", 3), (2, 2), ("batch", 1)])
def test_the_lpa_network_learns_its_three_rows_each_way(batch_size, updates_per_epoch):
    X = standardize(PEOPLE)(PEOPLE)
    model = lpa_network()
    history = descended(model, X, LPA, 200, batch_size)
    assert history.updates == 200 * updates_per_epoch
    assert [model(x).data for x in X] == pytest.approx(LPA, abs=1e-6)


def test_the_batch_gradient_is_the_mean_of_the_rows_gradients():
    X = standardize(PEOPLE)(PEOPLE)
    model = lpa_network()
    step = eager_step(model, nn.mse)
    single = []
    for x, y in zip(X, LPA, strict=True):
        step([x], [y])
        single.append([p.grad for p in model.parameters()])
    step(X, LPA)
    mean = [math.fsum(column) / 3 for column in zip(*single, strict=True)]
    assert [p.grad for p in model.parameters()] == pytest.approx(mean, rel=1e-13, abs=1e-13)


def fifty_rows():
    rng = random.Random(0)
    X = [[rng.uniform(-1, 1), rng.uniform(-1, 1)] for _ in range(50)]
    return X, [math.sin(2 * a) + 0.5 * b + rng.gauss(0, 0.1) for a, b in X]


@cache
def ten_epochs(batch_size):
    model = nn.MLP(2, [4, 1], activation="tanh", rng=random.Random(1))
    return descended(model, *fifty_rows(), 10, batch_size)


@pytest.mark.parametrize(("batch_size", "updates"), [("batch", 10), ("stochastic", 500), (5, 100)])
def test_fifty_rows_and_ten_epochs_give_as_many_updates_as_theory_says(batch_size, updates):
    # rows / batch size · epochs: 50/50·10, 50/1·10, 50/5·10
    assert ten_epochs(batch_size).updates == updates


def test_more_updates_converge_in_fewer_epochs_and_jump_about_more():
    batch, mini, stochastic = ten_epochs("batch"), ten_epochs(5), ten_epochs("stochastic")
    # loss after ten epochs at the same learning rate: batch 0.197, batches of 5 0.026, single rows 0.021
    assert batch.loss[-1] > 5 * mini.loss[-1] > 5 * stochastic.loss[-1]
    # the whole batch descends without a single rise; batches of 5 rise by 0.2, single rows by 0.7 mean losses an update
    assert batch.spikiness == 0.0
    assert 0.1 < mini.spikiness < 0.4
    assert stochastic.spikiness > 2 * mini.spikiness


# Digits -----------------------------------------------------------------------------------------------------


@cache
def digits():
    with gzip.open(DIGITS, "rt", encoding="utf-8") as file:
        rows = list(csv.reader(file))[1:]
    return [[float(v) / 16 for v in row[:-1]] for row in rows], [int(row[-1]) for row in rows]


def recogniser(seed):
    """64 pixels → 8 tanh → 3 scores, trained for 3 epochs on four fifths of the images; and its held-out
    accuracy.
    """
    rng = random.Random(seed)
    train, held_out = split(*digits(), (0.8, 0.2), stratify=True, rng=rng)
    model = nn.MLP(64, [8, 3], activation="tanh", rng=rng)
    optimizer = Adam(model.parameters(), lr=0.02)
    fit(model, *train, loss=nn.cross_entropy, optimizer=optimizer, epochs=3, batch_size=16, rng=rng)
    return model, score_accuracy(plain(model.batch(held_out[0])), held_out[1])


@pytest.mark.accuracy
def test_the_digit_recogniser_is_right_on_97_of_100_images_it_never_saw():
    accuracies = [recogniser(seed)[1] for seed in range(10)]
    assert math.fsum(accuracies) / 10 >= 0.97  # measured: mean 99.5 %, worst 99.1 %
    assert min(accuracies) >= 0.95


def one_update(model, parameters, x, digit, lr=0.01):
    """Scores before and after a single step of gradient descent on one image."""
    before = plain(model(x))
    model.zero_grad()
    nn.cross_entropy([model(x)], [digit]).backward()
    SGD(parameters, lr=lr).step()
    return before, plain(model(x))


def test_one_update_of_the_output_layer_raises_the_target_and_lowers_the_others():
    # scores z = W·h + b: ∂L/∂z_k = p_k - y_k, so a step of W and b moves z_k by -lr·(p_k - y_k)·(‖h‖² + 1)
    model, _ = recogniser(0)
    state = model.state_dict()
    for x, digit in zip(*(part[:30] for part in digits()), strict=True):
        model.load_state_dict(state)
        hidden = plain(model.layers[0](x))
        probability = plain(softmax(model(x)))
        before, after = one_update(model, model.layers[1].parameters(), x, digit)
        for k in range(3):
            expected = -0.01 * (probability[k] - (k == digit)) * (math.fsum(h * h for h in hidden) + 1)
            assert after[k] - before[k] == pytest.approx(expected, rel=1e-6, abs=1e-12)
            assert (after[k] > before[k]) == (k == digit)


def test_one_update_of_the_whole_network_raises_the_targets_probability_at_the_others_expense():
    # hidden units are shared by all outputs, so single other scores may rise with the target's; together they fall
    model = nn.MLP(64, [8, 3], activation="tanh", rng=random.Random(0))
    state = model.state_dict()
    for x, digit in zip(*(part[:30] for part in digits()), strict=True):
        model.load_state_dict(state)
        before, after = (plain(softmax(scores)) for scores in one_update(model, model.parameters(), x, digit))
        assert after[digit] > before[digit]
        assert sum(after[k] - before[k] for k in range(3) if k != digit) < 0
