"""Rules of optimizers as programs: the same bits as on arrays, whatever settings do meanwhile."""

import numpy as np
import pytest

import nn
from autograd import Value, engine, record
from nn.descent import recorded_rule
from nn.descent.recorded_rule import RecordedRule, RecordedUpdate
from nn.training.on_arrays import OnArrays, is_arithmetic
from nn.training.on_values import OnValues

pytestmark = pytest.mark.skipif(engine != "native", reason=f"rules are recorded for the engine in C ({engine})")
COUNT = 19
RULES = {
    "SGD": lambda ps: nn.SGD(ps, lr=0.05),
    "weight decay": lambda ps: nn.SGD(ps, lr=0.05, weight_decay=1e-3, maximize=True),
    "momentum": lambda ps: nn.SGD(ps, lr=1, momentum=0.9, dampening=0.1, weight_decay=1e-3),
    "Nesterov": lambda ps: nn.SGD(ps, lr=0.05, momentum=0.9, nesterov=True),
    "Adagrad": lambda ps: nn.Adagrad(ps, lr=0.05, lr_decay=0.01, weight_decay=1e-3),
    "RMSprop": lambda ps: nn.RMSprop(ps, lr=0.01, momentum=0.5),
    "centered": lambda ps: nn.RMSprop(ps, lr=0.01, centered=True),
    "Adam": lambda ps: nn.Adam(ps, lr=0.02, weight_decay=1e-3),
    "AMSGrad": lambda ps: nn.Adam(ps, lr=0.02, amsgrad=True, maximize=True, betas=(0.0, 0.7)),
    "AdamW": lambda ps: nn.AdamW(ps, lr=0.02, betas=(0.3, 0.0)),
    "groups": lambda ps: nn.Adam([{"params": ps[:7], "lr": 0.03}, {"params": ps[7:]}], lr=0.01),
}


def parameters(count=COUNT):
    return [Value(0.3 * i - 1.7) for i in range(count)]


def training(rule, programs=True):
    """A training on arrays, with an optimizer that is or is not asked for programs."""
    ps = parameters()
    optimizer = RULES[rule](ps) if isinstance(rule, str) else rule(ps)
    home = OnArrays(OnValues(ps, {}, optimizer), optimizer)
    home._recordable &= programs
    return home


def step(home, k):
    """Step number k, by a gradient of zeros, small and large numbers; what is there then, as bits."""
    home._gradient[:] = [0.0, -0.0, 1e-160, 1e150, *np.sin(np.arange(COUNT - 4.0) + k)]
    assert home.step()
    return home._data.tobytes(), [{n: c.tobytes() for n, c in memory.items()} for memory in home._memory]


@pytest.mark.parametrize("rule", RULES)
def test_the_bits_are_those_of_arrays(rule):
    home, other = training(rule), training(rule, programs=False)
    for k in range(12):
        assert step(home, k) == step(other, k)
        assert home.optimizer.steps_taken == k + 1
    assert home._update is not None
    assert other._update is None


def change(**settings):
    return lambda home: home.optimizer.param_groups[0].update(settings)


CHANGES = {
    "a rate": change(lr=0.3),
    "a rate that is 0": change(lr=0.0),
    "a rate of NumPy's": change(lr=np.float32(0.1)),
    "a whole number": change(lr=2),
    "a setting that was 0": change(weight_decay=0.1),
    "a setting that is 0": change(betas=(0.0, 0.9), eps=0.0),
    "a switch": change(amsgrad=True, maximize=True),
    "a memory of another training": lambda home: home._memory[0].update(exp_avg=np.full(COUNT, 0.25)),
}


@pytest.mark.parametrize("name", CHANGES)
def test_settings_and_memory_may_change_meanwhile(name):
    home, other = training("Adam"), training("Adam", programs=False)
    for k in range(9):
        if k in (3, 6):  # as code between epochs, which the numbers are given to and taken from
            for one in (home, other):
                one.give_back()
                (CHANGES[name] if k == 3 else change(lr=0.02, betas=(0.9, 0.999), eps=1e-8))(one)
                one.take()
            other._recordable = False
        assert step(home, k) == step(other, k)
    assert home._update is not None


def test_a_step_that_would_ruin_the_numbers_changes_nothing():
    home = training("momentum")
    for k in range(3):
        step(home, k)
    before, memory = home._data.copy(), home._memory[0]["momentum_buffer"].copy()
    home._gradient[:] = -1e308
    home.optimizer.lr = 1e10
    assert home.step() is False
    assert home._update is not None
    assert home._data.tolist() == before.tolist()
    assert home._memory[0]["momentum_buffer"].tolist() == memory.tolist()
    assert home.optimizer.steps_taken == 3


def test_a_memory_may_become_infinite():
    home, other = training("Adam"), training("Adam", programs=False)
    for one in (home, other):
        one._gradient[:] = 1e200
        with np.errstate(all="ignore"):
            assert one.step()
    assert np.isinf(home._memory[0]["exp_avg_sq"]).all()
    assert home._data.tobytes() == other._data.tobytes()


class Halving(nn.SGD):
    """A rule of somebody's own, which looks something up."""

    def rule(self, group, t, numbers):
        rate = {1: 1.0}.get(t, 0.5)
        return lambda p, g: (p - rate * g,)


def test_what_is_not_recorded():
    ps = parameters()
    assert is_arithmetic(nn.Adam(ps))
    assert not is_arithmetic(Halving(ps))
    put = nn.SGD(ps)
    put.rule = lambda *_: lambda p, g: (p,)
    assert not is_arithmetic(put)
    apart = nn.SGD([{"params": ps[::2]}, {"params": ps[1::2]}])
    assert not OnArrays(OnValues(ps, {}, apart), apart)._recordable
    momentum = nn.SGD(ps, momentum=0.9)
    with pytest.raises(KeyError, match="momentum_buffer"):
        RecordedUpdate(momentum, (), [slice(0, COUNT)], np.zeros(COUNT), np.zeros(COUNT), [{}])


def test_a_rule_is_recorded_once_a_training(monkeypatch):
    made = []
    monkeypatch.setattr(recorded_rule, "record", lambda *args: made.append(args) or record(*args))
    X = [[0.1 * i, 1.0] for i in range(12)]
    model = nn.MLP(2, [3, 1], rng=1)
    validation, optimizer = (X, [0.0] * 12), nn.Adam(model.parameters())
    nn.fit(model, X, [1.0] * 12, loss="mse", optimizer=optimizer, epochs=8, validation=validation, compiled=True)
    assert len(made) == 1


def test_the_settings_of_a_rule_are_parameters_of_its_program():
    ps = parameters()
    optimizer = nn.SGD(ps, lr=0.1)
    rule, (group,) = RecordedRule(optimizer, optimizer.param_groups[0]), optimizer.param_groups
    moved = (np.empty(COUNT),)
    move = rule.in_place(np.ones(COUNT), (np.zeros(COUNT),), moved)
    rule.follow(group, 1)
    assert move()
    assert moved[0].tolist() == [-0.1] * COUNT
    group["lr"] = 0.7
    rule.follow(group, 2)
    assert move()
    assert moved[0].tolist() == [-0.7] * COUNT
    group["momentum"] = 0.5
    with pytest.raises(ValueError, match="not those of the recorded rule"):
        rule.follow(group, 3)
