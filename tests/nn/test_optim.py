"""Optimizers against torch's frozen trajectories and against their formulas; groups, state, clipping.

tests/data/torch_optim.json.gz: nine configurations of torch.optim 2.13 (float64, foreach=False) on a fixed
sequence of 200 gradients; torch_optim_more.json.gz: more of them on the same sequence, and torch's schedulers
(tests/generators).
"""

import copy
import gzip
import json
import math
from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import nn
from autograd import Value
from nn import optim
from nn.descent.clipping import clip_grad_norm, clip_grad_value, gradient_norm
from nn.descent.optimizer import CAREFUL_FLOATS, FLOATS, Optimizer
from nn.optim import SGD, Adagrad, Adam, AdamW, RMSprop
from nn.training.on_arrays import ARRAYS

DATA = Path(__file__).parent.parent / "data"
FIRST = json.loads(gzip.decompress((DATA / "torch_optim.json.gz").read_bytes()))
MORE = json.loads(gzip.decompress((DATA / "torch_optim_more.json.gz").read_bytes()))
GRADIENTS = [float.fromhex(g) for g in FIRST["gradient_sequence"]]
RUNS = FIRST["runs"] + MORE["runs"]
KINDS = (SGD, Adagrad, RMSprop, Adam, AdamW)


def run_name(run):
    return run["optimizer"] + "".join(f"-{k}={v}" for k, v in run["kwargs"].items())


def ulps(got, true):
    return abs(got - true) / math.ulp(true)


@pytest.mark.parametrize("run", RUNS, ids=run_name)
def test_every_step_is_torchs_within_4_ulp(run):
    p = Value(run["gseq_start"])
    optimizer = getattr(optim, run["optimizer"])([p], **run["kwargs"])
    for gradient, expected in zip(GRADIENTS, run["gseq_trajectory"], strict=True):
        p.grad = gradient
        optimizer.step()
        assert ulps(p.data, float.fromhex(expected)) <= 4


def test_every_optimizer_and_every_switch_is_among_the_frozen_runs():
    assert {run["optimizer"] for run in RUNS} == {kind.__name__ for kind in KINDS}
    used = {(run["optimizer"], name) for run in RUNS for name in run["kwargs"]}
    for kind in KINDS:
        settings = set(kind([Value(0.0)]).param_groups[0]) - {"params"}
        untested = {name for name in settings if (kind.__name__, name) not in used}
        assert untested <= {"eps", "betas", "alpha", "weight_decay"}, kind


@pytest.mark.parametrize(
    ("kind", "settings"),
    [
        (SGD, {"lr": 1e-3, "momentum": 0.0, "dampening": 0.0, "nesterov": False}),
        (Adagrad, {"lr": 1e-2, "lr_decay": 0.0, "initial_accumulator_value": 0.0, "eps": 1e-10}),
        (RMSprop, {"lr": 1e-2, "alpha": 0.99, "eps": 1e-8, "momentum": 0.0, "centered": False}),
        (Adam, {"lr": 1e-3, "betas": (0.9, 0.999), "eps": 1e-8, "amsgrad": False}),
        (AdamW, {"lr": 1e-3, "betas": (0.9, 0.999), "eps": 1e-8, "weight_decay": 1e-2, "amsgrad": False}),
    ],
)
def test_settings_left_out_are_torchs(kind, settings):
    """https://pytorch.org/docs/stable/optim.html (2.13), the signature of each class."""
    p = Value(0.0)
    assert kind([p]).param_groups == [{"params": [p], "weight_decay": 0.0, "maximize": False, **settings}]


@pytest.mark.parametrize("kind", KINDS)
def test_several_parameters_move_as_each_alone(kind):
    together = [Value(1.0), Value(-2.0), Value(0.5)]
    alone = [Value(p.data) for p in together]
    joint, single = kind(together, lr=0.1), [kind([p], lr=0.1) for p in alone]
    for step in range(20):
        for k, (p, q) in enumerate(zip(together, alone, strict=True)):
            p.grad = q.grad = GRADIENTS[3 * step + k]
        joint.step()
        for optimizer in single:
            optimizer.step()
    assert [p.data for p in together] == [p.data for p in alone]


def test_groups_have_settings_of_their_own_and_the_rest_from_the_call():
    a, b = Value(1.0), Value(1.0)
    optimizer = SGD([{"params": [a], "lr": 0.5}, {"params": [b]}], lr=0.1, momentum=0.9)
    a.grad = b.grad = 1.0
    optimizer.step()
    assert (a.data, b.data) == (0.5, 0.9)
    assert [group["momentum"] for group in optimizer.param_groups] == [0.9, 0.9]


def test_a_learning_rate_written_into_the_group_counts_from_the_next_step():
    p = Value(0.0)
    optimizer = SGD([p], lr=1.0)
    p.grad = 1.0
    optimizer.step()
    optimizer.param_groups[0]["lr"] = 0.25
    optimizer.step()
    assert p.data == -1.25


def test_maximize_climbs():
    p = Value(1.0)
    optimizer = SGD([p], lr=0.1, maximize=True)
    for _ in range(200):
        optimizer.zero_grad()
        (-((p - 3.0) ** 2)).backward()
        optimizer.step()
    assert p.data == pytest.approx(3.0)


@pytest.mark.parametrize("kind", KINDS)
def test_zero_grad(kind):
    p = Value(1.0)
    p.grad = 5.0
    kind([p]).zero_grad()
    assert p.grad == 0.0


# State ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("run", RUNS, ids=run_name)
def test_training_goes_on_bit_for_bit_from_a_saved_state(run):
    kind = getattr(optim, run["optimizer"])
    p, q = Value(1.5), Value(0.0)
    first, second = kind([p], **run["kwargs"]), kind([q])
    for gradient in GRADIENTS[:20]:
        p.grad = gradient
        first.step()
    saved = json.loads(json.dumps(first.state_dict()))  # it survives JSON
    second.load_state_dict(saved)
    q.data = p.data
    for gradient in GRADIENTS[20:60]:
        p.grad = q.grad = gradient
        first.step()
        second.step()
        assert p.data == q.data


def test_a_saved_state_is_a_copy():
    p = Value(1.0)
    optimizer = Adam([p])
    saved = optimizer.state_dict()
    p.grad = 1.0
    optimizer.step()
    assert saved["state"][0]["exp_avg"] == [0.0]
    assert saved["steps_taken"] == 0


def stepped(optimizer):
    for group in optimizer.param_groups:
        for p in group["params"]:
            p.grad = 1.0
    optimizer.step()
    return optimizer


def spoilt(**changes):
    return {**stepped(Adam([Value(1.0), Value(2.0)])).state_dict(), **changes}


def test_a_saved_combination_of_settings_that_has_no_meaning_is_refused():
    saved = SGD([Value(1.0)], momentum=0.9).state_dict()
    saved["param_groups"][0] |= {"nesterov": True, "dampening": 0.5}
    with pytest.raises(ValueError, match="nesterov needs momentum above 0 and dampening 0"):
        SGD([Value(1.0)]).load_state_dict(saved)


def test_without_memory_of_gradients_adam_steps_by_their_signs():
    p, q = Value(1.0), Value(1.0)
    p.grad, q.grad = 0.5, -4.0
    Adam([p, q], lr=0.25, betas=(0.0, 0.0), eps=0.0).step()
    assert (p.data, q.data) == (0.75, 1.25)


@pytest.mark.parametrize(
    ("saved", "message"),
    [
        (stepped(SGD([Value(1.0), Value(2.0)])).state_dict(), "not the state_dict.* of Adam"),
        (stepped(Adam([Value(1.0)])).state_dict(), r"groups of \[2\] parameters.*groups of \[1\]"),
        (spoilt(format=99), "format 1"),
        (spoilt(state=[]), "incomplete"),
        (spoilt(state=[{"exp_avg": [0.0, 0.0]}]), "no 'exp_avg_sq' of 2|no 'max_exp_avg_sq' of 2"),
        (spoilt(state=[{"exp_avg": [0.0], "exp_avg_sq": [0.0], "max_exp_avg_sq": [0.0]}]), "of 2 numbers"),
        (spoilt(param_groups=[{"params": 2, "lr": 0.1}]), "saved settings"),
        (spoilt(steps_taken=2**53 + 1), "incomplete"),
        ([], "not the state_dict"),
    ],
)
def test_a_state_that_does_not_fit_changes_nothing(saved, message):
    optimizer = stepped(Adam([Value(1.0), Value(2.0)], lr=0.3))
    before = optimizer.state_dict()
    with pytest.raises(ValueError, match=message):
        optimizer.load_state_dict(saved)
    assert optimizer.state_dict() == before


def test_as_many_steps_as_floats_can_count_are_taken_over():
    optimizer = Adam([Value(1.0), Value(2.0)])
    optimizer.load_state_dict(spoilt(steps_taken=2**53))
    assert optimizer.steps_taken == 2**53


@pytest.mark.parametrize("numbers", [FLOATS, CAREFUL_FLOATS, ARRAYS])
@pytest.mark.parametrize("a", [-1.0, 0.0, 2.0, math.inf, math.nan])
@pytest.mark.parametrize("b", [-1.0, 0.0, 2.0, math.inf, math.nan])
def test_the_larger_of_two_is_nan_if_one_of_them_is(numbers, a, b):
    """Adam's largest variance was infinite in a step on floats, and nan in the same step on arrays."""
    found, expected = numbers.larger(a, b), math.nan if math.isnan(a + b) else max(a, b)
    assert (found, isinstance(found, float)) == (pytest.approx(expected, nan_ok=True), True)


@pytest.mark.parametrize("wrong", [-1, 2**53 + 1, True, 1.0, math.nan, "3", None])
def test_steps_taken_that_are_no_count_are_refused(wrong):
    """A step -1 would have been taken for t = 0, in which Adam divides by 1 - β⁰."""
    optimizer = stepped(Adam([Value(1.0), Value(2.0)]))
    with pytest.raises(ValueError, match=f"Adam: steps_taken has to be a whole number, 0 to {2**53}, got"):
        optimizer.steps_taken = wrong
    with pytest.raises(ValueError, match="incomplete"):
        optimizer.load_state_dict(spoilt(steps_taken=wrong))
    assert optimizer.steps_taken == 1


@pytest.mark.parametrize("count", [0, 7, np.int64(7)])
def test_steps_taken_may_be_written(count):
    optimizer = stepped(Adam([Value(1.0), Value(2.0)]))
    optimizer.steps_taken = count
    assert (optimizer.steps_taken, type(optimizer.steps_taken)) == (count, int)


# Wrong arguments --------------------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("bad", [-1.0, math.nan, math.inf, "fast", None])
def test_a_learning_rate_out_of_range_is_named(kind, bad):
    with pytest.raises(ValueError, match="lr has to be"):
        kind([Value(1.0)], lr=bad)


@pytest.mark.parametrize(
    ("kind", "settings"),
    [
        (SGD, {"momentum": -0.1}),
        (SGD, {"weight_decay": -1}),
        (SGD, {"dampening": math.nan}),
        (SGD, {"maximize": 1}),
        (Adam, {"betas": (0.9, 1.0)}),
        (Adam, {"betas": (0.9,)}),
        (Adam, {"amsgrad": "yes"}),
        (RMSprop, {"alpha": -0.5}),
        (Adagrad, {"lr_decay": -1.0}),
        (Adagrad, {"initial_accumulator_value": -1.0}),
    ],
)
def test_settings_out_of_range_are_named(kind, settings):
    with pytest.raises(ValueError, match=f"{kind.__name__}: {next(iter(settings))} has to be"):
        kind([Value(1.0)], **settings)


def test_nesterov_needs_momentum():
    with pytest.raises(ValueError, match="nesterov needs momentum"):
        SGD([Value(1.0)], nesterov=True)


def test_what_is_no_list_of_parameters_is_refused():
    p = Value(1.0)
    with pytest.raises(TypeError, match="write \\[it\\]"):
        SGD(p)
    with pytest.raises(TypeError, match="has to be a Value, got float"):
        SGD([1.0])
    with pytest.raises(ValueError, match="at least one parameter"):
        SGD([])
    with pytest.raises(ValueError, match="given twice"):
        SGD([p, p])
    with pytest.raises(ValueError, match="not understood: \\['learning_rate'\\]"):
        SGD([{"params": [p], "learning_rate": 0.1}])
    with pytest.raises(ValueError, match='"params" is missing'):
        SGD([{"lr": 0.1}])


def test_an_optimizer_without_a_rule_says_what_is_missing():
    with pytest.raises(NotImplementedError, match=r"rule\(\)"):
        stepped(Optimizer([Value(1.0)]))


class SignDescent(Optimizer):
    """A rule of one's own: p ← p - lr·g/|g|, counting the steps of every parameter."""

    def __init__(self, params, lr):
        super().__init__(params, lr=lr)

    def remembers(self, group):
        return ("steps",)

    def rule(self, group, t, numbers):
        return lambda p, g, n: (p - group["lr"] * numbers.divide(g, numbers.sqrt(g * g)), n + 1)


def test_a_rule_of_ones_own():
    p, q = Value(1.0), Value(1.0)
    optimizer = SignDescent([p, q], lr=0.25)
    for _ in range(2):
        p.grad, q.grad = 3.0, -0.5
        optimizer.step()
    assert (p.data, q.data) == (0.5, 1.5)
    assert optimizer.state == [{"steps": [2, 2]}]
    q.grad = 0.0
    optimizer.step()
    assert math.isnan(q.data)  # 0/0 is nan, as on arrays


def test_beside_a_division_by_zero_the_other_parameters_step_as_usual():
    p, q = Value(1.0), Value(1.0)
    p.grad, q.grad = 1e-200, 0.5  # the square of the first is 0
    Adagrad([p, q], lr=0.25, eps=0.0).step()
    assert (p.data, q.data) == (-math.inf, 0.75)


def test_a_step_that_fails_changes_nothing():
    p, q = Value(1.0), Value(2.0)
    optimizer = SGD([{"params": [p]}, {"params": [q]}], lr=0.1, momentum=0.9)
    p.grad, q.grad = 1.0, "steep"
    with pytest.raises(TypeError):
        optimizer.step()
    assert (p.data, q.data, optimizer.state, optimizer.steps_taken) == (1.0, 2.0, [{}, {}], 0)


def test_a_group_may_be_empty():
    p = Value(1.0)
    optimizer = Adam([{"params": []}, {"params": [p]}], lr=0.5)
    p.grad = 2.0
    optimizer.step()
    assert p.data == pytest.approx(0.5)
    other = Adam([{"params": []}, {"params": [p]}])
    other.load_state_dict(optimizer.state_dict())
    assert other.state == optimizer.state


def test_a_state_saved_before_the_first_step_has_no_buffer():
    p = Value(1.0)
    optimizer = SGD([p], lr=0.5, momentum=0.9)
    optimizer.load_state_dict({**optimizer.state_dict(), "state": [{"momentum_buffer": []}]})
    p.grad = 1.0
    optimizer.step()
    assert (p.data, optimizer.state) == (0.5, [{"momentum_buffer": [1.0]}])


def test_the_repr_shows_settings_and_counts():
    assert repr(SGD([Value(1.0)], lr=0.5)).startswith("SGD(lr=0.5, momentum=0.0")
    assert repr(SGD([Value(1.0)])).endswith("1 parameters)")


# Clipping ---------------------------------------------------------------------------------------------------

FINITE = st.floats(-1e150, 1e150)


def with_grads(grads):
    params = [Value(0.0) for _ in grads]
    for p, g in zip(params, grads, strict=True):
        p.grad = g
    return params


@settings(deadline=None)  # a busy machine is no failure
@given(st.lists(FINITE, min_size=1, max_size=20), st.floats(1e-3, 1e3))
def test_clipping_by_norm_caps_the_length_and_keeps_the_direction(grads, limit):
    params = with_grads(grads)
    norm = clip_grad_norm(params, limit)
    assert norm == math.hypot(*grads)
    assert gradient_norm(params) <= limit * (1 + 1e-12) or norm <= limit
    scale = min(1.0, limit / norm) if norm else 1.0
    assert all(p.grad == pytest.approx(g * scale, rel=1e-12, abs=1e-300) for p, g in zip(params, grads, strict=True))


@settings(deadline=None)  # a busy machine is no failure
@given(st.lists(FINITE, min_size=1, max_size=20), st.floats(1e-3, 1e3))
def test_clipping_by_value_caps_each_by_itself(grads, limit):
    params = with_grads(grads)
    clip_grad_value(params, limit)
    assert [p.grad for p in params] == [max(-limit, min(limit, g)) for g in grads]


@pytest.mark.parametrize("bad", [math.inf, -math.inf, math.nan])
def test_a_norm_that_is_not_finite_clips_nothing_and_is_returned(bad):
    params = with_grads([1.0, bad])
    assert not math.isfinite(clip_grad_norm(params, 0.5))
    assert params[0].grad == 1.0


def test_a_norm_that_would_overflow_in_squares_is_right():
    params = with_grads([3e200, 4e200])
    assert clip_grad_norm(params, 1.0) == pytest.approx(5e200)
    assert [p.grad for p in params] == pytest.approx([0.6, 0.8])


@pytest.mark.parametrize("clip", [clip_grad_norm, clip_grad_value])
@pytest.mark.parametrize("limit", [0.0, -1.0, math.nan])
def test_a_limit_has_to_be_above_zero(clip, limit):
    with pytest.raises(ValueError, match="above 0"):
        clip([Value(1.0)], limit)


@pytest.mark.parametrize("clip", [clip_grad_norm, clip_grad_value])
@pytest.mark.parametrize("limit", ["1", True, None])
def test_a_limit_has_to_be_a_number(clip, limit):
    with pytest.raises(TypeError, match=f"has to be a number above 0, got {limit!r}"):
        clip([Value(1.0)], limit)


@pytest.mark.parametrize(
    "ask",
    [lambda ps: clip_grad_norm(ps, 1), lambda ps: clip_grad_value(ps, 1), gradient_norm],
    ids=["clip_grad_norm", "clip_grad_value", "the norm of a gradient"],
)
def test_what_is_clipped_has_to_be_a_parameter_with_a_gradient(ask, request):
    first, last = Value(1.0), Value(1.0)
    first.grad = 5.0
    name = request.node.callspec.id
    with pytest.raises(TypeError, match=rf"{name} takes parameters, which are Values: number 1 is 1.0 \(float\)"):
        ask([first, 1.0])
    last.grad = None
    with pytest.raises(TypeError, match="the grad of parameter 1 is None: assign"):
        ask([first, last])
    assert first.grad == 5.0


# Settings as attributes ---------------------------------------------------------------------------------------------


def two_groups(**other):
    return SGD([{"params": [Value(1.0)]}, {"params": [Value(2.0)], **other}], lr=0.1)


def test_a_setting_written_on_the_optimizer_goes_to_every_group():
    optimizer = two_groups()
    optimizer.lr = 0.5
    optimizer.momentum = 0.9
    assert [(g["lr"], g["momentum"]) for g in optimizer.param_groups] == [(0.5, 0.9)] * 2
    assert (optimizer.lr, optimizer.momentum) == (0.5, 0.9)
    p = Value(1.0)
    p.grad = 2.0
    one = SGD([p], lr=0.1)
    one.lr = 0.25
    one.step()
    assert p.data == 0.5
    assert copy.deepcopy(one).lr == 0.25


def test_a_setting_that_is_out_of_range_changes_no_group():
    optimizer = two_groups(momentum=0.5)
    for name, value in (("lr", -1.0), ("lr", "fast"), ("nesterov", True)):  # the first group has no momentum
        with pytest.raises(ValueError, match=f"{name}"):
            setattr(optimizer, name, value)
    assert [(g["lr"], g["nesterov"]) for g in optimizer.param_groups] == [(0.1, False)] * 2


def test_groups_that_differ_have_no_common_setting():
    with pytest.raises(AttributeError, match="groups that differ in lr: see param_groups"):
        _ = two_groups(lr=0.2).lr
    with pytest.raises(AttributeError, match="this SGD has no setting 'learning_rate'"):
        _ = two_groups().learning_rate


TAKE_A_LIST = {
    "an optimizer": SGD,
    "clip_grad_norm": lambda params: clip_grad_norm(params, 1.0),
    "clip_grad_value": lambda params: clip_grad_value(params, 1.0),
    "the norm": gradient_norm,
}


@pytest.mark.parametrize("who", TAKE_A_LIST)
def test_what_is_no_list_of_parameters_is_told_what_to_pass(who):
    for thing, message in (
        (nn.MLP(2, [1]), r"got MLP.* \(MLP\): pass model\.parameters\(\)"),
        (3, r"got 3 \(int\): pass model\.parameters\(\)"),
        (Value(1.0), r"got .* \(Value\): write \[it\]"),
    ):
        with pytest.raises(TypeError, match=f"{who}.* takes a list of parameters, {message}"):
            TAKE_A_LIST[who](thing)


@pytest.mark.parametrize("lr", [np.float64(0.5), np.float32(0.5), Fraction(1, 2)])
@pytest.mark.parametrize("written", [False, "on the optimizer", "into the group"])
def test_numbers_of_numpy_leave_floats(lr, written):
    p = Value(1.0)
    optimizer = SGD([p], lr=0.1 if written else lr, momentum=0.5)
    if written == "on the optimizer":
        optimizer.lr = lr
    elif written:
        optimizer.param_groups[0]["lr"] = lr
    p.grad = 1.0 if isinstance(lr, Fraction) else np.float32(1.0)
    optimizer.step()
    assert (p.data, optimizer.state) == (0.5, [{"momentum_buffer": [1.0]}])
    assert {type(p.data), type(optimizer.state[0]["momentum_buffer"][0])} == {float}
    assert written == "into the group" or type(optimizer.lr) is float


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("name", ["data", "grad"])
@pytest.mark.parametrize(
    "thing", [Value(3.0), None, "0.5", [1.0], 1j, np.ones(2)], ids=lambda thing: type(thing).__name__
)
def test_what_is_no_number_is_not_stepped(kind, name, thing):
    p, q = Value(1.0), Value(2.0)
    p.grad = 1.0
    setattr(q, name, thing)  # such as the slip p.data -= lr * p, or torch's p.grad = None
    optimizer = kind([{"params": [p]}, {"params": [p_too := Value(1.0), q]}], lr=0.1)
    before = copy.deepcopy(optimizer.state)
    message = rf"the {name} of parameter 1 is .*, not a number, and nothing was stepped.*p.data and not p, 0.0 for no"
    with pytest.raises(TypeError, match=message):
        optimizer.step()
    assert (p.data, p_too.data, optimizer.state, optimizer.steps_taken) == (1.0, 1.0, before, 0)


@pytest.mark.parametrize("kind", KINDS)
def test_single_precision_in_a_gradient_or_a_setting_costs_no_digits(kind):
    """What is a float32 counts as the float that it is: here 0.25 and 0.5, exactly."""
    p, q = Value(1 / 3), Value(1 / 3)
    ours, theirs = kind([p], lr=0.25), kind([q], lr=0.25)
    ours.param_groups[0]["lr"] = np.float32(0.25)
    for _ in range(3):
        p.grad, q.grad = np.float32(0.5), 0.5
        ours.step()
        theirs.step()
    assert (p.data, ours.state) == (q.data, theirs.state)


def test_a_parameter_put_into_a_group_without_memory_for_it_is_not_passed_over():
    p, q = Value(1.0), Value(2.0)
    optimizer = stepped(Adam([p]))
    optimizer.param_groups[0]["params"].append(q)
    with pytest.raises(ValueError, match=r"group of 2 parameters has a memory of another length.*another optimizer"):
        optimizer.step()
    optimizer = Adam([p])
    optimizer.param_groups.append({**optimizer.param_groups[0], "params": [q]})
    with pytest.raises(ValueError, match=r"2 groups, but memory for 1.*another optimizer"):
        optimizer.step()


@pytest.mark.parametrize("kind", [Adam, AdamW])
def test_betas_are_two_numbers_nobody_changes(kind):
    betas = [0.5, np.float64(0.75)]
    optimizer = kind([Value(1.0)], betas=betas)
    betas[0] = 2.0
    assert repr(optimizer.betas) == "(0.5, 0.75)"
    with pytest.raises(ValueError, match="betas has to be two numbers"):
        kind([Value(1.0)], betas=0.9)


@pytest.mark.parametrize("alpha", [0.9, 0.99])
def test_a_variance_of_equal_gradients_does_not_round_below_0(alpha):
    for gradient in (0.1, 0.2, 0.4, 0.8):
        p = Value(0.0)
        optimizer = RMSprop([p], lr=1e-12, alpha=alpha, centered=True)
        for _ in range(3000):
            p.grad = gradient
            optimizer.step()
        assert math.isfinite(p.data)
