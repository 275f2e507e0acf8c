"""What is no number, no switch, no list or no function is named where it is given, in words of ours."""

import math
import re

import pytest

import nn
from autograd import Value

np = pytest.importorskip("numpy")
X, Y = [[0.0, 1.0], [1.0, 0.0], [1.0, 1.0]], [1.0, 0.0, 1.0]
OPTIMIZERS = [nn.SGD, nn.Adam, nn.AdamW, nn.Adagrad, nn.RMSprop]


def model():
    return nn.MLP(2, [2, 1], rng=0)


@pytest.mark.parametrize("kind", OPTIMIZERS)
def test_a_setting_that_is_a_number_is_none_that_is_true(kind):
    made = kind([Value(1.0)])
    numbers = [name for name, setting in made.param_groups[0].items() if type(setting) is float]
    assert "lr" in numbers
    for name in numbers:
        for bad in (True, False, np.True_, "1", np.ones(1), Value(1.0)):
            message = re.escape(f"{kind.__name__}: {name} has to be a finite number")
            with pytest.raises(ValueError, match=message):
                kind([Value(1.0)], **{name: bad})
            with pytest.raises(ValueError, match=message):
                kind([{"params": [Value(1.0)], name: bad}])
            with pytest.raises(ValueError, match=message):
                setattr(made, name, bad)
    assert made.param_groups[0] == kind(made.param_groups[0]["params"]).param_groups[0]


@pytest.mark.parametrize("kind", OPTIMIZERS)
def test_a_switch_is_none_that_is_a_number(kind):
    switches = [name for name, setting in kind([Value(1.0)]).param_groups[0].items() if type(setting) is bool]
    assert "maximize" in switches
    for name in switches:
        for bad in (1, 0, 1.0, "yes", None, np.ones(2)):
            with pytest.raises(ValueError, match=f"{name} has to be True or False"):
                kind([Value(1.0)], **{name: bad})


@pytest.mark.parametrize("bad", [(True, 0.9), {0.9: 1, 0.99: 2}, {0.9, 0.99}, np.full((2, 2), 0.5), ("0.9", 0.9)])
def test_betas_are_two_numbers(bad):
    with pytest.raises(ValueError, match="betas has to be two numbers"):
        nn.Adam([Value(1.0)], betas=bad)


def test_betas_of_numpy_are_numbers_of_python():
    for betas in (np.array([0.5, 0.75]), (np.float32(0.5), np.float32(0.75))):
        made = nn.Adam([Value(1.0)], betas=betas).betas
        assert (made, [type(b) for b in made]) == ((0.5, 0.75), [float, float])


@pytest.mark.parametrize("bad", ["a", None, [0.1], True])
def test_a_setting_written_into_a_group_is_named_when_it_is_stepped_by(bad):
    p = Value(1.0)
    p.grad = 1.0
    for kind in OPTIMIZERS:
        made = kind([p])
        made.param_groups[0]["lr"] = bad
        if bad is not True:
            with pytest.raises(ValueError, match="lr has to be a finite number, 0 or more, got"):
                made.step()
            assert (p.data, made.steps_taken) == (1.0, 0)


BOOLS = {
    "p of Dropout": nn.Dropout,
    "gamma of focal": lambda bad: nn.focal([0.5], [1], gamma=bad),
    "delta of huber": lambda bad: nn.huber([0.5], [1.0], delta=bad),
    "margin": lambda bad: nn.multi_class_hinge([[0.5, 0.1]], [1], margin=bad),
    "strength": lambda bad: nn.l2_penalty([Value(1.0)], bad),
    "eps": lambda bad: nn.LayerNorm(2, eps=bad),
    "momentum": lambda bad: nn.BatchNorm(2, momentum=bad),
    "init": lambda bad: nn.MLP(2, [1], init=bad),
    "patience": nn.EarlyStopping,
    "min_delta": lambda bad: nn.EarlyStopping(1, bad),
    "max_norm": lambda bad: nn.clip_grad_norm([Value(1.0)], bad),
    "every": nn.schedules.step_decay,
    "gamma": lambda bad: nn.schedules.ReduceOnPlateau(bad),
    "temperature": lambda bad: nn.anneal(model(), X, Y, loss="mse", temperature=bad),
    "noise": lambda bad: nn.data.two_moons(10, bad),
    "cut": lambda bad: nn.score_accuracy([0.5], [1], cut=bad),
    "shares": lambda bad: nn.data.split(X, Y, (bad,)),
    "seeds": lambda bad: nn.restarts(lambda rng: model(), lambda m: nn.History(), [bad]),
    **{
        name: lambda bad, name=name: nn.fit(model(), X, Y, loss="mse", **{name: bad})
        for name in ("epochs", "batch_size", "clip", "early_stopping", "tolerance", "keep")
    },
    "factor": lambda bad: nn.fit(model(), X, Y, loss="mse", schedule=lambda epoch: bad),
}


@pytest.mark.parametrize("name", BOOLS)
def test_true_is_no_number_of_a_setting(name):
    named = {"early_stopping": "patience"}.get(name, name)
    with pytest.raises((TypeError, ValueError), match=rf"{named}.*True"):
        BOOLS[name](True)


@pytest.mark.parametrize("bad", [math.nan, math.inf, 10**400])
def test_first_weights_are_finite(bad):
    with pytest.raises((TypeError, ValueError), match="init has to be a finite number, a name or a function, got"):
        nn.MLP(2, [1], init=bad)


@pytest.mark.parametrize("bad", ["a", None, [1.0], {}, 1j, object(), Value(1.0), np.ones(2)])
def test_a_buffer_is_a_number(bad):
    with pytest.raises(TypeError, match="expected a real number, got"):
        nn.Buffer(bad)


def test_a_buffer_is_a_float_of_any_number():
    for given in (1, np.float32(1.0), np.array(1.0)):
        assert (nn.Buffer(given).data, type(nn.Buffer(given).data)) == (1.0, float)


@pytest.mark.parametrize("bad", [np.array([1, 2]), [1], None, "1", math.nan, math.inf, 4, 10**400, Value(1.0)])
def test_one_hot_takes_one_class(bad):
    with pytest.raises(ValueError, match=r"does not exist: class must be a whole number from 0 to 3"):
        nn.data.one_hot(bad, 4)


def test_one_hot_takes_a_class_in_an_array_without_axes():
    assert nn.data.one_hot(np.array(1), 3) == nn.data.one_hot(np.int64(1), 3) == [0.0, 1.0, 0.0]


@pytest.mark.parametrize("bad", [[None, 1.0], ["a", 1.0], [[1.0], 1.0], np.array(1.0), {0: 1.0, 1: 1.0}, "ab"])
@pytest.mark.parametrize(
    "loss",
    [
        lambda w: nn.cross_entropy([[0.1, 0.2]], [1], weight=w),
        lambda w: nn.categorical_cross_entropy([[0.1, 0.2]], [[0, 1]], weight=w),
        lambda w: nn.multi_class_hinge([[0.1, 0.2]], [1], weight=w),
        lambda w: nn.multi_label([[0.1, 0.2]], [[0, 1]], weight=w),
        lambda w: nn.binary_cross_entropy([0.1], [1], weight=w),
        lambda w: nn.binary_cross_entropy_with_logits([0.1], [1], weight=w),
    ],
)
def test_weights_of_classes_are_numbers(loss, bad):
    with pytest.raises(TypeError, match="weight must have one number for each of 2 classes, got"):
        loss(bad)


ZERO_AXES = np.array(1.0)
LISTS = {
    "predictions": lambda bad: nn.accuracy(bad, [1]),
    "targets": lambda bad: nn.r2([1.0], bad),
    "outputs": lambda bad: nn.score_accuracy(bad, [1]),
    "batch": lambda bad: model().batch(bad),
    "batch()": lambda bad: nn.BatchNorm(2).batch(bad),
    "batch() takes": lambda bad: nn.Sequential(nn.Dropout(), abs).batch(bad),
    "optimizer": nn.SGD,
    "clip": lambda bad: nn.clip_grad_norm(bad, 1.0),
    "penalty": nn.l1_penalty,
    "callbacks": lambda bad: nn.fit(model(), X, Y, loss="mse", callbacks=bad),
    "batches": lambda bad: nn.fit(model(), batches=lambda: bad, loss="mse"),
    "seeds": lambda bad: nn.restarts(lambda rng: model(), lambda m: nn.History(), bad),
    "shares": lambda bad: nn.data.split(X, Y, bad),
}


@pytest.mark.parametrize("bad", [None, 1.5, ZERO_AXES, object()], ids=["None", "1.5", "array", "object"])
@pytest.mark.parametrize("name", LISTS)
def test_what_takes_a_list_names_what_is_none(name, bad):
    with pytest.raises(TypeError, match=r"list|takes|gave|one for each") as caught:
        LISTS[name](bad)
    assert "iterable" not in str(caught.value)
    assert "0-d" not in str(caught.value)


def test_a_metric_compares_in_order():
    for metric in (nn.accuracy, nn.r2, nn.score_accuracy):
        with pytest.raises(TypeError, match="a metric takes lists with one entry for each row, the"):
            metric({1.0, 0.0}, [1.0, 0.0])
    with pytest.raises(TypeError, match=r"shares have to be numbers, one for each part, got \{"):
        nn.data.split(X * 4, Y * 4, {0.25, 0.75})


@pytest.mark.parametrize("bad", [None, "a", [None, 1.0], [], object()])
def test_a_score_is_a_number_or_a_list_of_them(bad):
    with pytest.raises(TypeError, match="a score is a number, or a list of one for each class, got"):
        nn.score_accuracy([bad], [1], cut=0.0)


def test_rows_of_an_array_are_no_classes():
    with pytest.raises(ValueError, match="this metric compares classes, got a score"):
        nn.accuracy([1, 0], np.ones((2, 3)))
    with pytest.raises(TypeError, match="positive is one class, got"):
        nn.precision_recall_f1([1, 0], [1, 0], positive=np.ones(2))


FUNCTIONS = {
    "make": lambda bad: nn.restarts(bad, lambda m: nn.History()),
    "train": lambda bad: nn.restarts(lambda rng: model(), bad),
    "penalty": lambda bad: nn.fit(model(), X, Y, loss="mse", penalty=bad),
    "metrics['r2']": lambda bad: nn.fit(model(), X, Y, loss="mse", metrics={"r2": bad}),
}


@pytest.mark.parametrize("name", FUNCTIONS)
def test_what_takes_a_function_names_what_is_none(name):
    for bad in (1.5, "a", [abs]):
        with pytest.raises(TypeError, match=re.escape(name) + r" has to be a function .* got"):
            FUNCTIONS[name](bad)


def test_anneal_takes_a_model():
    with pytest.raises(TypeError, match=r"anneal trains a model, such as nn\.MLP.* got None"):
        nn.anneal(None, X, Y, loss="mse")


@pytest.mark.parametrize("bad", [np.ones(3), ["relu", 1.0], 10**400], ids=["array", "list", "int"])
def test_an_array_is_no_name(bad):
    several = (
        lambda: nn.Activation(bad),
        lambda: nn.Layer(1, 1, activation=bad),
        lambda: nn.gain(bad),
        lambda: nn.mse([1.0], [1.0], bad),
        lambda: nn.fit(model(), X, Y, loss="mse", compiled=bad),
        lambda: nn.fit(model(), X, Y, loss="mse", progress=bad),
    )
    for call in several:
        with pytest.raises((TypeError, ValueError), match=r"must be|has to be|is not known"):
            call()


def test_the_gain_of_a_misspelt_activation_is_not_1():
    with pytest.raises(ValueError, match=r"activation 'rleu' is not known.*did you mean 'relu'"):
        nn.gain("rleu")
    assert nn.gain(lambda x: x) == nn.gain("linear") == nn.gain("sigmoid") == 1.0


def test_a_metric_of_a_training_is_a_number():
    for bad in (10**400, True, "1"):
        with pytest.raises(TypeError, match=r"metrics\['m'\] has to return a number, it returned"):
            nn.fit(model(), X, Y, loss="mse", epochs=1, metrics={"m": lambda p, t, bad=bad: bad})


@pytest.mark.parametrize("draw", [nn.data.moons, nn.data.circles])
def test_data_sets_of_scikit_learn_are_asked_for_in_our_words(draw):
    pytest.importorskip("sklearn")
    for arguments, message in [
        ({"n": True}, "n must be a whole number, not True"),
        ({"n": 0}, "n must be at least 2, not 0"),
        ({"noise": -1.0}, "noise has to be a finite number, 0 or more, got -1.0"),
        ({"noise": 10**400}, "noise has to be a finite number, 0 or more, got 1"),
        ({"seed": 0.5}, "seed must be a whole number, not 0.5"),
        ({"seed": 2**32}, "seed has to be a whole number from 0 to 4294967295, or None, got 4294967296"),
    ]:
        with pytest.raises((TypeError, ValueError), match=re.escape(message)):
            draw(**arguments)
    assert draw(n=np.int64(4), noise=0.0, seed=np.int64(1)) == draw(n=4, noise=0.0, seed=1)
    with pytest.raises(ValueError, match=r"factor has to be a number from 0 to 1, below 1, got 1\.0"):
        nn.data.circles(factor=1.0)
