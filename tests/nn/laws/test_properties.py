"""What must hold for every network and every input."""

import math

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from nn import MLP, losses
from nn.basics.nested import data_of
from tests.nn.frozen import grads, values

logits = st.floats(-700, 700)
rows = st.lists(logits, min_size=2, max_size=6)
unit = st.floats(-1, 1)
KINDS = ["relu", "tanh", "sigmoid", "gelu", "softplus", "silu", "elu", "sin"]


@settings(deadline=None, max_examples=50)
@given(st.data(), st.integers(1, 4), st.lists(st.integers(1, 4), min_size=1, max_size=3), st.sampled_from(KINDS))
def test_fused_and_unfused_networks_agree(data, nin, sizes, kind):
    x = data.draw(st.lists(unit, min_size=nin, max_size=nin))
    outputs, gradients = [], []
    for fused in (True, False):
        model, inputs = MLP(nin, sizes, kind, rng=1, fused=fused), values(x)
        loss = losses.mse(model(inputs), [0.5] * sizes[-1])
        loss.backward()
        outputs.append(loss.data)
        gradients.append(grads(inputs) + grads(model.parameters()))
    assert outputs[0] == pytest.approx(outputs[1], rel=1e-12, abs=1e-14)
    assert gradients[0] == pytest.approx(gradients[1], rel=1e-9, abs=1e-12)


@settings(deadline=None)
@given(logits)
def test_binary_cross_entropy_is_the_same_seen_from_either_class(x):
    loss = losses.binary_cross_entropy_with_logits
    assert loss(x, 1) == loss(-x, 0)
    assert loss(x, 0.5) == pytest.approx((loss(x, 0) + loss(x, 1)) / 2)


@settings(deadline=None)
@given(rows, st.floats(-100, 100), st.data())
def test_cross_entropy_sees_only_differences_of_logits(row, shift, data):
    c = data.draw(st.integers(0, len(row) - 1))
    loss = losses.cross_entropy(row, c)
    assert loss >= 0.0
    moved = losses.cross_entropy([x + shift for x in row], c)
    assert moved == pytest.approx(loss, rel=1e-10, abs=1e-10)


@settings(deadline=None)
@given(rows, st.data())
def test_gradients_of_cross_entropy_add_up_to_nothing(row, data):
    given_row = values(row)
    losses.cross_entropy(given_row, data.draw(st.integers(0, len(row) - 1))).backward()
    assert math.fsum(grads(given_row)) == pytest.approx(0.0, abs=1e-12)


@settings(deadline=None)
@given(rows, st.data())
def test_kl_divergence_is_positive_and_cross_entropy_less_entropy(row, data):
    weights = data.draw(st.lists(st.floats(0.01, 1), min_size=len(row), max_size=len(row)))
    target = [w / math.fsum(weights) for w in weights]
    kl = losses.kl_divergence(row, target, from_logits=True)
    entropy = -math.fsum(t * math.log(t) for t in target)
    assert kl >= -1e-12
    assert kl == pytest.approx(losses.categorical_cross_entropy(row, target) - entropy, rel=1e-9, abs=1e-9)


@settings(deadline=None)
@given(
    st.lists(st.tuples(logits, logits), min_size=1, max_size=8), st.sampled_from(["mse", "mae", "huber", "log_cosh"])
)
def test_mean_is_sum_over_count_and_every_loss_is_positive(pairs, name):
    predictions, targets = zip(*pairs, strict=True)
    single = losses.LOSSES[name](predictions, targets, "none")
    assert all(loss >= 0.0 for loss in single)
    assert losses.LOSSES[name](predictions, targets, "sum") == pytest.approx(math.fsum(single))
    assert data_of(losses.LOSSES[name](predictions, targets)) == pytest.approx(math.fsum(single) / len(single))
