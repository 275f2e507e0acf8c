"""Schedules against torch's frozen learning rates and their formulas."""

import gzip
import json
import math
from pathlib import Path

import pytest

from nn import schedules
from nn.schedules import ReduceOnPlateau, cosine, exponential_decay, inverse_time_decay, linear, step_decay, warm_up

FROZEN = json.loads(gzip.decompress((Path(__file__).parent.parent / "data" / "torch_optim_more.json.gz").read_bytes()))


@pytest.mark.parametrize("row", FROZEN["schedules"], ids=lambda row: row["ours"])
def test_factors_are_those_of_torchs_scheduler(row):
    schedule = getattr(schedules, row["ours"])(**row["kwargs"])
    ours = [schedule(epoch) for epoch in range(len(row["factors"]))]
    # torch multiplies its way from epoch to epoch, which adds up rounding; here every epoch has its own formula
    assert ours == pytest.approx(row["factors"], rel=1e-13, abs=1e-15)


@pytest.mark.parametrize("row", FROZEN["plateaus"], ids=lambda row: str(row["kwargs"]))
def test_reduce_on_plateau_is_torchs(row):
    settings = dict(row["kwargs"])
    names = {"factor": "gamma", "min_lr": "minimum"}
    schedule = ReduceOnPlateau(**{names.get(k, k): v for k, v in settings.items()})
    ours = []
    for epoch, loss in enumerate(FROZEN["losses"]):
        schedule.observe(loss)
        ours.append(schedule(epoch))
    assert ours == pytest.approx(row["factors"], rel=1e-15)


def test_inverse_time_decay():
    schedule = inverse_time_decay(0.5)
    assert [schedule(k) for k in (0, 2, 8)] == [1.0, 0.5, 0.2]


def test_warm_up_climbs_in_equal_steps_and_hands_over():
    schedule = warm_up(4, then=exponential_decay(0.5))
    assert [schedule(k) for k in range(7)] == [0.2, 0.4, 0.6, 0.8, 1.0, 0.5, 0.25]
    assert warm_up(4)(100) == 1.0
    assert [warm_up(1, then=linear(0.75, 0.25, 2))(k) for k in range(4)] == [0.5, 0.75, 0.5, 0.25]


def test_defaults():
    assert step_decay(1)(1) == ReduceOnPlateau().gamma == 0.1
    assert ReduceOnPlateau(threshold=0.0, patience=0)(0) == 1.0
    schedule, factors = ReduceOnPlateau(), []
    for epoch in range(13):
        schedule.observe(1.0)
        factors.append(schedule(epoch))
    assert factors == [1.0] * 11 + [0.1] * 2  # the first is the best; ten more are waited for


@pytest.mark.parametrize(("loss", "factor"), [(0.9999, 0.1), (0.999899995, 1.0)])
def test_an_improvement_is_one_of_more_than_a_ten_thousandth(loss, factor):
    schedule = ReduceOnPlateau(patience=0)
    for seen in (1.0, loss):
        schedule.observe(seen)
    assert schedule(0) == factor


def test_patience_begins_with_the_first_loss():
    schedule, factors = ReduceOnPlateau(patience=1), []
    for epoch in range(2):
        schedule.observe(math.nan)
        factors.append(schedule(epoch))
    assert factors == [1.0, 0.1]


def test_an_equal_loss_is_no_improvement():
    schedule = ReduceOnPlateau(patience=0, threshold=0.0)
    for loss in (2.0, 2.0):
        schedule.observe(loss)
    assert schedule(0) == 0.1


@pytest.mark.parametrize("name", ["factor", "best", "waited"])
def test_what_a_schedule_has_seen_is_not_a_setting(name):
    with pytest.raises(TypeError, match=name):
        ReduceOnPlateau(**{name: 1})


@pytest.mark.parametrize(
    ("make", "arguments", "factors"),
    [
        (step_decay, (1, 0.5), [1.0, 0.5, 0.25]),
        (cosine, (1,), [1.0, 0.0, 0.0]),
        (cosine, (1, 1.0), [1.0, 1.0, 1.0]),
        (linear, (1.0, 0.25, 1), [1.0, 0.25, 0.25]),
        (warm_up, (1,), [0.5, 1.0, 1.0]),
    ],
)
def test_one_epoch_is_enough_for_a_schedule(make, arguments, factors):
    schedule = make(*arguments)
    assert [schedule(epoch) for epoch in range(3)] == factors


def test_linear_is_the_demos_learning_rate():
    schedule = linear(1.0, 0.1, 100)
    assert [schedule(k) for k in range(100)] == pytest.approx([1.0 - 0.9 * k / 100 for k in range(100)], rel=1e-15)
    assert schedule(100) == schedule(1000) == 0.1


def test_cosine_ends_at_its_minimum_and_stays_there():
    schedule = cosine(10, minimum=0.2)
    assert schedule(0) == 1.0
    assert schedule(10) == schedule(500) == pytest.approx(0.2)


def test_a_nan_loss_is_no_improvement_and_a_negative_one_can_be():
    schedule = ReduceOnPlateau(gamma=0.5, patience=0)
    schedule.observe(math.nan)
    assert schedule(0) == 0.5
    falling = ReduceOnPlateau(gamma=0.5, patience=0)
    for loss in (-1.0, -2.0, -3.0):
        falling.observe(loss)
    assert falling(0) == 1.0


@pytest.mark.parametrize(
    "make",
    [
        lambda: step_decay(0),
        lambda: step_decay(0.5),
        lambda: exponential_decay(math.inf),
        lambda: exponential_decay(math.nan),
        lambda: step_decay(5, gamma=0.0),
        lambda: exponential_decay(-0.1),
        lambda: inverse_time_decay(0.0),
        lambda: cosine(0.5),
        lambda: cosine(5, minimum=2.0),
        lambda: linear(1.0, 0.1, 0),
        lambda: warm_up(0),
        lambda: ReduceOnPlateau(gamma=1.0),
        lambda: cosine(5, minimum=-0.1),
        lambda: ReduceOnPlateau(gamma=0.0),
        lambda: ReduceOnPlateau(patience=-1),
        lambda: ReduceOnPlateau(threshold=-0.1),
        lambda: ReduceOnPlateau(minimum=-0.1),
    ],
)
def test_settings_that_make_no_sense_are_refused(make):
    with pytest.raises(ValueError, match=r"has to be|must be at least"):
        make()


@pytest.mark.parametrize(
    "make",
    [
        lambda: step_decay("5"),
        lambda: exponential_decay(None),
        lambda: cosine(5, "a"),
        lambda: linear("1", 0.1, 5),
        lambda: linear(1.0, None, 5),
        lambda: warm_up(3, 0.5),
        lambda: ReduceOnPlateau(gamma="a"),
        lambda: ReduceOnPlateau(patience=0.5),
        lambda: ReduceOnPlateau(threshold=None),
    ],
)
def test_settings_of_another_kind_are_refused(make):
    with pytest.raises(TypeError, match=r"has to be|must be a whole number"):
        make()


def test_after_warming_up_a_schedule_is_asked_for_whole_epochs():
    factors = [1.0, 0.5]
    assert [warm_up(2, factors.__getitem__)(epoch) for epoch in (2, 3)] == factors


def test_a_factor_beyond_a_float_is_infinite():
    assert exponential_decay(1.5)(10_000) == math.inf
    assert step_decay(1, 10)(10**6) == math.inf
    assert exponential_decay(0.5)(10**9) == 0.0


def test_what_has_to_see_the_loss_cannot_follow_a_warm_up():
    with pytest.raises(TypeError, match="give it to fit by itself"):
        warm_up(3, ReduceOnPlateau())
