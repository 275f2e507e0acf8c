"""Compiled trainings are the eager ones: random combinations of everything that fit takes, to 1e-9."""

import random
import warnings
from functools import partial

import pytest

import autograd
import nn
from nn import schedules

KEPT = 1e-9


def class_weighted(p, t):
    return nn.cross_entropy(p, t, weight=[1.0, 3.0, 0.5])


def per_positive(p, t):
    return nn.binary_cross_entropy_with_logits(p, t, "sum") / (sum(t) or 1)


def focal_by_hand(p, t):
    return autograd.mean(
        [
            autograd.softplus(-a if b == 1 else a) * autograd.sigmoid(-a if b == 1 else a)
            for a, b in zip(p, t, strict=True)
        ]
    )


def root(p, t):
    return (nn.mse(p, t) + 1e-3) ** 0.5


def with_spread(p, t):
    return nn.mse(p, t) + 0.1 * autograd.mean(p) ** 2


NUMBERS = [  # losses of a number per row, targets of any size
    *("mse", "half_mse", "mae", "huber", "log_cosh"),
    partial(nn.huber, delta=0.3),
    lambda p, t: nn.mse(p, t, "sum") * 0.05,
    lambda p, t: autograd.sum_of_squares([a - b for a, b in zip(p, t, strict=True)]) * 0.1,
    *(root, with_spread),
]
SIGNS = ["hinge", lambda p, t: nn.hinge(p, t) + 0.01, lambda p, t: nn.hinge(p, t, "sum") / 4.0]
BITS = [
    *("binary_cross_entropy_with_logits", "focal"),
    partial(nn.binary_cross_entropy_with_logits, weight=[1.0, 4.0]),
    partial(nn.focal, gamma=0.5, alpha=None),
    *(per_positive, focal_by_hand),
]
CLASSES = ["cross_entropy", "multi_class_hinge", partial(nn.multi_class_hinge, weight=[1.0, 2.0, 3.0]), class_weighted]
ROWS = [
    *("categorical_cross_entropy", "mse"),
    partial(nn.categorical_cross_entropy, weight=[1.0, 2.0, 0.5]),
    partial(nn.kl_divergence, from_logits=True),
    partial(nn.multi_label, weight=[0.5, 1.0, 2.0]),
]
MODELS = {
    "mlp": lambda out, dice: nn.MLP(3, [4, out], dice.choice(["tanh", "relu", "gelu", "softplus"]), rng=dice),
    "deep": lambda out, dice: nn.MLP(3, [3, 3, out], ["sin", "leaky_relu"], init="xavier_normal", rng=dice),
    "in parts": lambda out, dice: nn.MLP(3, [3, out], "tanh", rng=dice, fused=False),
    "line": lambda out, dice: nn.MLP(3, [out], init=0.0, rng=dice),
    "residual": lambda out, dice: nn.Sequential(
        nn.Layer(3, 3, activation="tanh", rng=dice),
        nn.Residual(nn.Layer(3, 3, rng=dice)),
        nn.Layer(3, out, False, rng=dice),
    ),
    "dropout": lambda out, dice: nn.Sequential(
        nn.Layer(3, 4, activation="tanh", rng=dice), nn.Dropout(0.3, rng=5), nn.Layer(4, out, False, rng=dice)
    ),
    "normed": lambda out, dice: nn.Sequential(
        nn.LayerNorm(3), nn.Layer(3, 4, rng=dice), nn.Layer(4, out, False, rng=dice)
    ),
    "batch norm": lambda out, dice: nn.Sequential(
        nn.Layer(3, 4, rng=dice), nn.BatchNorm(4), nn.Layer(4, out, False, rng=dice)
    ),
}
OPTIMIZERS = [
    None,
    lambda ps: nn.SGD(ps, lr=0.05),
    lambda ps: nn.SGD(ps, lr=0.02, momentum=0.9, nesterov=True),
    lambda ps: nn.Adam(ps, lr=0.02, weight_decay=1e-3),
    lambda ps: nn.RMSprop(ps, lr=0.01, centered=True),
    lambda ps: nn.Adagrad([{"params": ps[::2], "lr": 0.1}, {"params": ps[1::2]}]),
]
PENALTIES = [None, None, lambda m: nn.l2_penalty(m, 1e-3), lambda m: nn.l1_penalty(m.parameters()[::2], 1e-3)]
SCHEDULES = [None, None, schedules.cosine(6), schedules.warm_up(2), partial(schedules.ReduceOnPlateau, 0.5, 0)]
CLIPS = [None, None, 0.3, lambda ps: nn.clip_grad_value(ps, 0.1)]


def trained(seed, compiled):
    """What one random combination learns, and how it went; the same for the same seed."""
    dice = random.Random(seed)
    n = dice.choice([7, 12, 20])
    X = [[dice.uniform(-1, 1) for _ in range(3)] for _ in range(n)]
    kind = dice.choice([NUMBERS, SIGNS, BITS, CLASSES, ROWS])
    k = dice.randrange(3)
    y = {
        id(NUMBERS): [a - b * c for a, b, c in X],
        id(SIGNS): [1 if row[k] > 0.2 else -1 for row in X],
        id(BITS): [int(row[k] > 0.6) for row in X],  # a rare class
        id(CLASSES): [min(int(abs(3 * row[k])), 2) for row in X],
        id(ROWS): [[1.0, 0.0, 0.0] if row[k] > 0 else [0.0, 0.25, 0.75] for row in X],
    }[id(kind)]
    out = 3 if kind in (CLASSES, ROWS) else 1
    loss, name = dice.choice(kind), dice.choice(list(MODELS))
    model = MODELS[name](out, dice)
    schedule = dice.choice(SCHEDULES)
    options = {
        "optimizer": dice.choice(OPTIMIZERS),
        "penalty": dice.choice(PENALTIES),
        "schedule": schedule() if isinstance(schedule, partial) else schedule,
        "clip": dice.choice(CLIPS),
        "batch_size": "batch" if name == "batch norm" else dice.choice(["batch", "stochastic", 2, 5]),
        "shuffle": dice.random() < 0.5,
        "validation": dice.choice([None, 0.3, (X[:3], y[:3])]),
        "early_stopping": dice.choice([None, None, 1, 2]),
        "tolerance": dice.choice([None, 1e-4]),
        "callbacks": dice.choice([[], [lambda history: history.epochs == 4]]),
        "epochs": dice.choice([1, 3, 6]),
    }
    if kind in (SIGNS, BITS, CLASSES):
        options["metrics"] = {"accuracy": partial(nn.score_accuracy, cut=0.0)}
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        history = nn.fit(model, X, y, loss=loss, rng=dice, compiled=compiled, **options)
    curves = [history.loss, history.validation_loss, history.learning_rate, *history.metrics.values()]
    numbers = [*model.state_dict().values(), *(x for curve in curves for x in curve), dice.random(), history.updates]
    return numbers, history.engine


def compare(seed):
    (graphs, _), (tried, engine) = trained(seed, False), trained(seed, "auto")
    assert tried == pytest.approx(graphs, rel=KEPT, abs=KEPT), seed
    return engine.partition(":")[0]


@pytest.fixture(autouse=True)
def small_trainings_are_worth_it(monkeypatch):
    monkeypatch.setattr("nn.training.loop.WORTH_COMPILING", 0)


def test_a_compiled_training_is_the_eager_one():
    assert {compare(seed) for seed in range(12)} == {"program", "graphs"}


@pytest.mark.accuracy
@pytest.mark.parametrize("block", range(12))
def test_hundreds_of_compiled_trainings_are_the_eager_ones(block):
    engines = [compare(seed) for seed in range(100 + 25 * block, 125 + 25 * block)]
    assert engines.count("program") > 5
