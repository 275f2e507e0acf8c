"""Switches: True or False, and nothing that would only count as one."""

import pytest

import nn
from nn.basics.checks import flag
from nn.data.rows import batches, split

X, Y = [[0.0], [1.0], [2.0]], [0.0, 1.0, 0.0]
TAKERS = {
    "shuffle": lambda given: [*batches(X, Y, 1, shuffle=given)],
    "stratify": lambda given: split(X, Y, (0.5, 0.5), stratify=given),
    "restore_best": lambda given: nn.EarlyStopping(3, restore_best=given),
    "mode": lambda given: nn.MLP(1, [1]).train(given),
    "nonlin": lambda given: nn.Layer(1, 2, given),
    "fused": lambda given: nn.MLP(1, [2, 1], fused=given),
    "bias": lambda given: nn.Neuron(1, bias=given),
    "causal": lambda given: nn.AttentionHead(2, 2, causal=given),
    "last": lambda given: nn.RNN(2, 2, last=given),
    "from_logits": lambda given: nn.cross_entropy([1.0, 2.0], 1, from_logits=given),
}


@pytest.mark.parametrize("name", TAKERS)
@pytest.mark.parametrize("given", ["no", "tanh", 0.5, None, []])
def test_what_only_counts_as_a_switch_is_refused(name, given):
    with pytest.raises(TypeError, match=f"{name} has to be True or False, got {given!r}".replace("[", r"\[")):
        TAKERS[name](given)


def test_numbers_that_are_switches():
    np = pytest.importorskip("numpy")
    assert [flag("it", given) for given in (True, 1, np.True_, 1.0)] == [True] * 4
    assert [flag("it", given) for given in (False, 0, np.False_)] == [False] * 3
    assert type(flag("it", np.True_)) is bool
