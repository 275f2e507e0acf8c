"""Which losses may be trained row by row: what a single batch says by chance, and what can be relied on."""

import random

import pytest

import autograd
import nn
from autograd import Value
from nn.training.per_row import NotRecordable, meeting, reduction, sample

DICE = random.Random(0)
X = [[DICE.uniform(-1, 1), DICE.uniform(-1, 1)] for _ in range(64)]
RARE = [0] * 60 + [1] * 4
SIGNS = [1.0 if a > b else -1.0 for a, b in X]


def linear(outputs=1, **options):
    return lambda: nn.MLP(2, [outputs], **{"rng": random.Random(1), **options})


def trained(make, loss, targets, compiled, **options):
    model = make()
    history = nn.fit(
        model, X, targets, loss=loss, optimizer=nn.SGD(model.parameters(), lr=0.1), epochs=32, rng=1, compiled=compiled,
        **options,
    )  # fmt: skip
    return [p.data for p in model.parameters()], history.loss, history.engine


def rare_positives(p, t):
    return nn.binary_cross_entropy_with_logits(p, t, "sum") / (sum(t) or 1)


def mean_of_the_worst(p, t):
    worst = sorted((autograd.square(a - b) for a, b in zip(p, t, strict=True)), key=lambda e: e.data)[len(p) // 2 :]
    return autograd.mean(worst)


def normalised(p, t):
    return nn.mse(p, t) / (1.0 + sum(abs(a.data) for a in p))


def with_a_hidden_threshold(p, t):
    """A term that is 0 until the mean prediction is above 50."""
    return nn.mse(p, t) + autograd.relu(autograd.mean(p) - 50.0)


MIXING = {
    "class weights, batches of 8": (
        linear(2), lambda p, t: nn.cross_entropy(p, t, weight=[1.0, 15.0]), RARE, {"batch_size": 8}),
    "class weights, all rows": (linear(2), lambda p, t: nn.cross_entropy(p, t, weight=[1.0, 15.0]), RARE, {}),
    "the root of a mean where all errors are 1": (linear(init=0.0), lambda p, t: nn.mse(p, t) ** 0.5, SIGNS, {}),
    "a term that is 0 at first": (
        linear(init=0.0), lambda p, t: nn.mse(p, t) + 0.5 * (sum(p) / len(p)) ** 2, SIGNS, {}),
    "divided by a count": (linear(), rare_positives, RARE, {"batch_size": 4}),
    "half of the rows": (linear(), mean_of_the_worst, SIGNS, {"batch_size": 8}),
    "divided by what was read": (linear(init=0.0), normalised, SIGNS, {"batch_size": 8}),
    "a threshold that nothing has reached": (linear(), with_a_hidden_threshold, SIGNS, {"batch_size": 8}),
}  # fmt: skip


@pytest.mark.parametrize("name", MIXING)
def test_what_one_batch_takes_for_a_mean_is_trained_with_graphs(name):
    make, loss, targets, options = MIXING[name]
    found, expected = (trained(make, loss, targets, compiled, **options) for compiled in ("auto", False))
    assert found[:2] == expected[:2]
    assert "neither the mean nor the sum" in found[2]


BY_ROW = {
    "a mean": ("mean", lambda p, t: nn.mse(p, t)),
    "a sum": ("sum", lambda p, t: 0.5 * nn.huber(p, t, "sum")),
    "a sum by hand": ("sum", lambda p, t: sum((a - b) ** 2 for a, b in zip(p, t, strict=True))),
    "a mean by hand": ("mean", lambda p, t: -sum(-abs(a - b) for a, b in zip(p, t, strict=True)) / len(p)),
    "squares": ("sum", lambda p, t: autograd.sum_of_squares([a - b for a, b in zip(p, t, strict=True)])),
    "products": ("sum", lambda p, t: autograd.dot([a - b for a, b in zip(p, t, strict=True)], [a + 1.0 for a in p])),
    "weights of rows": ("sum", lambda p, t: autograd.dot([a * a for a in p], [1.0 + b for b in t], 0.0)),
    "with what it learns": ("mean", lambda p, t: nn.mse(p, t) * SCALE * SCALE),
}
SCALE = Value(1.5)


@pytest.mark.parametrize("name", BY_ROW)
def test_losses_that_are_made_of_those_of_their_rows_are_replayed(name):
    how, loss = BY_ROW[name]
    model = linear()()
    assert reduction(model, loss, [*model.parameters(), SCALE], *sample(X, SIGNS)) == how
    assert model.state_dict() == linear()().state_dict()
    assert SCALE.data == 1.5


@pytest.mark.parametrize(
    ("loss", "operation"),
    [
        (lambda p, t: (p[0] - p[1]) * (p[0] + 1.0), "mul"),
        (lambda p, t: autograd.maximum(p[0], p[1]), "maximum"),
        (lambda p, t: autograd.mean(p) ** 2, "pow"),
        (lambda p, t: p[0] / autograd.total(p), "div"),
        (lambda p, t: autograd.dot([p[0]], [p[1]]), "dot"),
        (lambda p, t: autograd.sum_of_squares([autograd.total(p)]), "sum_of_squares"),
        (lambda p, t: autograd.exp(p[0]) / 2.0 - 3.0 * autograd.tanh(p[1]), ""),
        (lambda p, t: autograd.total(p) / SCALE, ""),
        (lambda p, t: SCALE * SCALE, ""),
    ],
)
def test_where_the_numbers_of_two_rows_meet(loss, operation):
    assert meeting(loss, [0.5, 0.25, 2.0], [1.0, 1.0, 1.0]) == operation


def test_a_sample_has_every_target_of_a_few_and_some_of_many():
    rows, targets = sample(X, RARE)
    assert sorted(set(targets)) == [0, 1]
    assert len(rows) == 8
    assert [X.index(row) for row in rows][:4] == [0, 59, 60, 63]
    assert len(sample(X, list(range(64)))[0]) == 8
    assert sample([[1.0]], [[0, 1]]) == ([[1.0]], [[0, 1]])


def test_a_loss_that_fails_away_from_here_is_no_reason_to_trust_it():
    def only_here(p, t):
        if any(abs(a.data - 0.5) > 1e-9 for a in p):
            raise ValueError("not made for this")
        return nn.mse(p, t)

    model = nn.MLP(2, [1], init=0.0)
    model.layers[0].neurons[0].b.data = 0.5
    with pytest.raises(NotRecordable, match="no mixture of rows shows"):
        reduction(model, only_here, model.parameters(), X[:4], SIGNS[:4])
    assert model.layers[0].neurons[0].b.data == 0.5


def test_a_loss_that_becomes_another_later_is_noticed_in_time():
    """Without a callback that could have changed it: in epochs 2, 4, 8 … some rows are looked at."""
    epoch = [0]

    def schedule(now):
        epoch[0] = now
        return 1.0

    def ageing(p, t):
        return nn.mse(p, t) if epoch[0] < 20 else 2.0 * nn.mse(p, t)

    model = linear()()
    history = nn.fit(model, X, SIGNS, loss=ageing, epochs=40, schedule=schedule, batch_size=32)
    assert history.engine == "graphs: in epoch 32 the loss of a batch is no longer made of those of its rows"


@pytest.mark.parametrize("rule", [nn.SGD, nn.Adam])
def test_what_was_learnt_until_then_stays(rule, monkeypatch):
    """Memory of the optimizer and all: what goes on with graphs is the training that it would have been with them."""
    monkeypatch.setattr("nn.training.recorded._Batches.hold_together", lambda batches, home, epoch: epoch < 32)

    def run(compiled):
        model = linear()()
        optimizer = rule(model.parameters(), lr=0.1)
        history = nn.fit(model, X, SIGNS, loss="mse", optimizer=optimizer, epochs=31 + 9, compiled=compiled)
        memory = [x for state in optimizer.state for column in state.values() for x in column]
        numbers = [x for p in model.parameters() for x in (p.data, p.grad)]
        return history.engine, [*numbers, *memory, optimizer.steps_taken, *history.loss]

    (engine, found), (_, expected) = run("auto"), run(False)
    assert engine.startswith("graphs: in epoch 32 the loss")
    assert found == pytest.approx(expected, rel=1e-9)


def test_a_stream_of_single_rows_that_becomes_one_of_several():
    def run(compiled):
        model = linear()()
        batches = [(X[:1], SIGNS[:1]), (X[1:2], SIGNS[1:2]), (X[2:8], SIGNS[2:8])]
        history = nn.fit(model, batches=batches, loss=lambda p, t: nn.mse(p, t) ** 0.5, epochs=3, compiled=compiled)
        return [p.data for p in model.parameters()], history.engine

    (found, engine), (expected, _) = run("auto"), run(False)
    assert found == pytest.approx(expected, rel=1e-9)
    assert "several rows" in engine
