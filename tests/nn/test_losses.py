import math
import random
import sys

import mpmath
import numpy as np
import pytest
from mpmath import mpf

import nn
from autograd import Value
from nn import LOSSES, MLP, losses
from nn.basics.nested import data_of, flat
from nn.basics.pairing import distribution
from tests.nn.frozen import error, grads, read, values

EPS = sys.float_info.epsilon


def case_name(case):
    return "-".join([case["loss"], case["reduction"], *map(str, case["options"].values())])


@pytest.mark.parametrize("case", read("nn_torch")["losses"], ids=case_name)
def test_value_and_gradient_as_torch(case):
    """Against torch 2.13, frozen by generators/nn_torch.py."""
    prediction = values(case["prediction"])
    loss = LOSSES[case["loss"]](prediction, case["target"], case["reduction"], **case["options"])
    assert error(flat(loss), case["value"]) <= 1e-15
    for value in flat(loss):
        value.backward()
    assert error(grads(prediction), case["gradient"]) <= 1e-15


def test_every_loss_is_compared_with_torch():
    assert {case["loss"] for case in read("nn_torch")["losses"]} == set(LOSSES)


# Accuracy far out, against exact arithmetic -------------------------------------------------------------------------


def points(low):
    """Numbers of either sign whose sizes are spread evenly over all orders of magnitude up to 700, and evenly."""
    rng, high = random.Random(2), math.log10(700)
    sizes = [10 ** rng.uniform(low, high) for _ in range(100)] + [10 ** rng.uniform(-2, high) for _ in range(100)]
    return [rng.choice((-1, 1)) * size for size in sizes] + [rng.uniform(-700, 700) for _ in range(100)]


def softplus(x):
    return mpmath.log1p(mpmath.exp(x))


def sigmoid(x):
    return 1 / (1 + mpmath.exp(-x))


# name -> (loss and gradient towards x of one number x with target y, in mpmath; the targets)
TRUTH = {
    "mse": (lambda x, y: ((x - y) ** 2, 2 * (x - y)), (0.0,)),
    "half_mse": (lambda x, y: ((x - y) ** 2 / 2, x - y), (0.0,)),
    "mae": (lambda x, y: (abs(x - y), mpmath.sign(x - y)), (0.0,)),
    "huber": (lambda x, y: (x * x / 2, x) if abs(x) <= 1 else (abs(x) - mpf(1) / 2, mpmath.sign(x)), (0.0,)),
    "log_cosh": (lambda x, y: (mpmath.log(mpmath.cosh(x)), mpmath.tanh(x)), (0.0,)),
    "hinge": (lambda x, y: (max(mpf(0), 1 - y * x), -y if y * x < 1 else 0), (-1, 1)),
    "binary_cross_entropy_with_logits": (
        lambda x, y: (softplus(-x), -sigmoid(-x)) if y else (softplus(x), sigmoid(x)),
        (0, 1),
    ),
}


@pytest.mark.parametrize("name", TRUTH)
def test_four_epsilons_up_to_700(name):
    truth, targets = TRUTH[name]
    for x in points(low=-150):  # squares of smaller numbers underflow
        for y in targets:
            prediction = Value(x)
            LOSSES[name](prediction, y).backward()
            with mpmath.workdps(340):
                value, gradient = truth(mpf(x), y)
            assert LOSSES[name](x, y) == pytest.approx(float(value), rel=4 * EPS, abs=0.0), (x, y)
            assert prediction.grad == pytest.approx(float(gradient), rel=4 * EPS, abs=0.0), (x, y)


def test_binary_cross_entropy_of_probabilities_to_four_epsilons():
    for p in [10 ** -random.Random(i).uniform(0, 300) for i in range(200)]:
        for probability in (p, 1 - p):
            for y in (0, 1):
                prediction = Value(probability)
                if y == 1 - probability:
                    continue  # certain and wrong: infinity, below
                losses.binary_cross_entropy(prediction, y).backward()
                with mpmath.workdps(400):
                    exact = mpf(probability) if y else 1 - mpf(probability)
                    value, gradient = -mpmath.log(exact), (-1 if y else 1) / exact
                loss = losses.binary_cross_entropy(probability, y)
                assert loss == pytest.approx(float(value), rel=4 * EPS, abs=0.0)
                assert prediction.grad == pytest.approx(float(gradient), rel=4 * EPS, abs=0.0)


@pytest.mark.parametrize("gamma", [2.0, 1.0, 0.5])
def test_focal_to_four_epsilons(gamma):
    for x in points(low=-150):
        for y, alpha in ((0, mpf(3) / 4), (1, mpf(1) / 4)):
            logit = Value(x)
            loss = losses.focal(logit, y, gamma=gamma)
            loss.backward()
            with mpmath.workdps(340):
                z = -mpf(x) if y else mpf(x)
                s, cost = sigmoid(z), softplus(z)
                value = alpha * s**gamma * cost
                gradient = alpha * s**gamma * (gamma * (1 - s) * cost + s) * (-1 if y else 1)
            if value > 1e-290:  # smaller ones are subnormal on the way
                assert loss.data == pytest.approx(float(value), rel=4 * EPS, abs=0.0)
                assert logit.grad == pytest.approx(float(gradient), rel=4 * EPS, abs=0.0)


def random_rows():
    rng = random.Random(4)
    for _ in range(300):
        row = [rng.uniform(-1, 1) * 10 ** rng.uniform(-3, math.log10(700)) for _ in range(rng.choice((2, 3, 10)))]
        with mpmath.workdps(340):
            exps = [mpmath.exp(mpf(x)) for x in row]
            p = [e / mpmath.fsum(exps) for e in exps]
        # x_i - x_j is rounded before exp sees it: half an epsilon of the distance goes through to the result
        yield rng, row, exps, p, 4 * EPS * max(1.0, max(row) - min(row))


def test_cross_entropy_to_four_epsilons_times_the_distance():
    for rng, row, exps, p, bar in random_rows():
        c, logits = rng.randrange(len(row)), values(row)
        loss = losses.cross_entropy(logits, c)
        loss.backward()
        with mpmath.workdps(340):
            rest = mpmath.fsum(exps[:c] + exps[c + 1 :])
            value = mpmath.log1p(rest / exps[c])
            gradient = [-rest / mpmath.fsum(exps) if i == c else p[i] for i in range(len(row))]
        assert loss.data == pytest.approx(float(value), rel=bar, abs=0.0)
        for logit, exact in zip(logits, gradient, strict=True):
            assert logit.grad == pytest.approx(float(exact), rel=bar, abs=0.0)


def test_soft_targets_to_four_epsilons_times_the_distance():
    for rng, row, _, p, bar in random_rows():
        weights = [rng.random() for _ in row]
        y, logits = [w / math.fsum(weights) for w in weights], values(row)
        loss, kl = losses.categorical_cross_entropy(logits, y), losses.kl_divergence(row, y, from_logits=True)
        loss.backward()
        with mpmath.workdps(340):
            costs, entropies = (
                [-mpf(t) * mpmath.log(q) for t, q in zip(y, qs, strict=True)] for qs in (p, map(mpf, y))
            )
            value, difference = mpmath.fsum(costs), mpmath.fsum(costs) - mpmath.fsum(entropies)
            gradient = [mpmath.fsum(y) * q - t for q, t in zip(p, y, strict=True)]
        assert loss.data == pytest.approx(float(value), rel=bar, abs=0.0)
        assert kl == pytest.approx(float(difference), abs=bar * float(mpmath.fsum(costs + entropies)))
        for logit, exact, q, t in zip(logits, gradient, p, y, strict=True):
            assert logit.grad == pytest.approx(float(exact), abs=bar * max(float(q), t))


def test_certain_and_wrong_costs_infinity():
    for loss in (
        losses.binary_cross_entropy(0.0, 1),
        losses.binary_cross_entropy(1.0, 0),
        losses.binary_cross_entropy(1.0, 0.5),
        losses.cross_entropy([1.0, 0.0], 1, from_logits=False),
        losses.kl_divergence([0.0, 1.0], [0.5, 0.5]),
    ):
        assert loss == math.inf
    wrong = Value(0.0)
    losses.binary_cross_entropy(wrong, 1).backward()
    assert wrong.grad == -math.inf


def test_certain_and_right_costs_nothing():
    assert losses.binary_cross_entropy([0.0, 1.0], [0, 1], "none") == [0.0, 0.0]
    assert losses.kl_divergence([0.0, 1.0], [0.0, 1.0]) == 0.0
    assert losses.binary_cross_entropy_with_logits([-1e5, 1e5], [0, 1], "none") == [0.0, 0.0]


def test_nan_goes_through():
    for name in TRUTH:
        assert math.isnan(LOSSES[name](math.nan, 1))
    assert math.isnan(losses.binary_cross_entropy(math.nan, 1))


def test_kinks_have_the_gradient_zero():
    for loss, x, y in ((losses.mae, 2.0, 2.0), (losses.hinge, 1.0, 1)):
        prediction = Value(x)
        loss(prediction, y).backward()
        assert prediction.grad == 0.0


# Shapes -------------------------------------------------------------------------------------------------------------


def test_predictions_in_every_shape_that_models_give():
    target = [1.0, 2.0]
    for prediction in ([Value(3.0), Value(4.0)], [[Value(3.0)], [Value(4.0)]], ([3.0], 4.0), np.array([[3.0], [4.0]])):
        for wanted in (target, [[1.0], [2.0]], np.array(target)):
            assert data_of(losses.mse(prediction, wanted)) == 4.0
    assert (
        losses.mse(Value(3.0), 1.0).data == losses.mse([Value(3.0)], 1).data == losses.mse(Value(3.0), [1]).data == 4.0
    )
    assert losses.mse([[1.0, 2.0], [3.0, 4.0]], [[0.0, 0.0], [0.0, 0.0]]) == 7.5  # over all numbers, as torch


def test_an_mlp_in_and_a_number_out():
    rows = [[0.0, 1.0], [1.0, 0.0], [1.0, 1.0]]
    for loss, outputs, targets in (
        (losses.hinge, 1, [1, -1, 1]),
        (losses.cross_entropy, 4, [0, 3, np.int64(2)]),
        (losses.multi_label, 2, [[0, 1], [1, 1], [0, 0]]),
    ):
        model = MLP(2, [3, outputs], "tanh")
        found = loss(model.batch(rows), targets)
        assert found.data > 0
        found.backward()
        assert all(p.grad for p in model.parameters())


def test_probabilities_add_up_to_one_to_a_millionth():
    for off in (0.99995e-6, -0.99995e-6):
        assert distribution([0.5, 0.5 + off], 2, "target")
    for off in (1.00005e-6, -1.00005e-6):
        with pytest.raises(ValueError, match="add up to 1"):
            distribution([0.5, 0.5 + off], 2, "target")


def test_none_keeps_the_shape():
    assert losses.mae([[1.0, 2.0], [3.0, 4.0]], [[0.0, 0.0], [0.0, 0.0]], "none") == [[1.0, 2.0], [3.0, 4.0]]
    assert len(losses.cross_entropy([[1.0, 2.0]] * 3, [0, 1, 0], "none")) == 3
    assert isinstance(losses.cross_entropy([Value(1.0), Value(2.0)], 0, "none"), Value)


def test_targets_may_be_values():
    target = Value(1.0)
    losses.mse(Value(3.0), target).backward()
    assert target.grad == -4.0


def test_weights_of_one_class_scale_its_losses():
    plain = losses.binary_cross_entropy([0.3, 0.3], [0, 1], "none")
    assert losses.binary_cross_entropy([0.3, 0.3], [0, 1], "none", weight=(2.0, 3.0)) == [2 * plain[0], 3 * plain[1]]
    rows, classes = [[1.0, 2.0], [0.5, 0.1]], [0, 1]
    single = losses.cross_entropy(rows, classes, "none")
    mean = losses.cross_entropy(rows, classes, weight=[1.0, 3.0])
    assert mean == pytest.approx((single[0] + 3 * single[1]) / 4)


def test_hard_and_soft_targets_agree():
    rows = [[1.0, 2.0, -1.0], [0.5, 0.1, 3.0]]
    soft = losses.categorical_cross_entropy(rows, [[0, 1, 0], [0, 0, 1]])
    assert soft == losses.cross_entropy(rows, [1, 2])
    probabilities = [nn.MLP(1, [3], output_activation="softmax")(1.0) for _ in range(1)]
    assert losses.cross_entropy(probabilities, [2], from_logits=False).data == pytest.approx(
        -math.log(probabilities[0][2].data)
    )


def test_a_mean_of_weights_that_are_all_zero_is_nan():
    """As torch's nn.functional.cross_entropy has it (0/0)."""
    assert math.isnan(losses.cross_entropy([[0.0, 1.0]], [0], weight=[0.0, 1.0]))
    assert math.isnan(losses.cross_entropy([values([0.0, 1.0])], [0], weight=[0.0, 1.0]).data)


@pytest.mark.parametrize("gamma", [0.0, 0.01, 0.5, 0.99, 1.0, 3.0])
@pytest.mark.parametrize("size", [30.0, 744.0, 745.5, 746.0, 800.0, 1e9, 1e307])
def test_focal_is_finite_at_any_logit(gamma, size):
    for y, easy in ((1, size), (0, -size)):
        right, wrong = Value(easy), Value(-easy)
        losses.focal([right, wrong], [y, y], "sum", gamma=gamma, alpha=None).backward()
        assert abs(right.grad) <= 1e-12
        assert wrong.grad == pytest.approx(1 - 2 * y)  # the loss of a wrong answer grows with its logit


def test_sums_beyond_a_float_are_infinite():
    assert losses.mse([1e200, -1e200], [0.0, 0.0]) == math.inf
    assert losses.mae([1e308, 1e308, 1e308], [-1e308, 0.0, 0.0], "sum") == math.inf
    assert losses.cross_entropy([[0.0, 1.0]] * 2, [0, 1], weight=[1e308, 1e308]) == 0.0  # divided by an infinite sum
    with pytest.raises(ValueError, match="add up to 1"):
        losses.kl_divergence([[0.5, 0.5]], [[1.0, 1.0]])


def test_focal_without_focus_is_binary_cross_entropy():
    focal = losses.focal([0.3, -2.0], [1, 0], gamma=0.0, alpha=None)
    assert focal == pytest.approx(losses.binary_cross_entropy_with_logits([0.3, -2.0], [1, 0]))


@pytest.mark.parametrize(("alpha", "of_one", "of_zero"), [(0.0, 0.0, 1.0), (1.0, 1.0, 0.0)])
def test_focal_may_leave_a_class_out(alpha, of_one, of_zero):
    one, zero = losses.focal([0.3, -2.0], [1, 0], "none", alpha=alpha)
    bare = losses.focal([0.3, -2.0], [1, 0], "none", alpha=None)
    assert (one, zero) == (of_one * bare[0], of_zero * bare[1])


def test_settings_left_out_are_the_documented_ones():
    row, scores = [0.3, -2.0, 1.7], [0.3, -2.0]
    assert losses.huber(scores, [4.0, 4.0]) == losses.huber(scores, [4.0, 4.0], delta=1.0)
    assert losses.focal(scores, [1, 0]) == losses.focal(scores, [1, 0], gamma=2.0, alpha=0.25)
    assert losses.multi_class_hinge(row, 1) == losses.multi_class_hinge(row, 1, margin=1.0)
    assert losses.l1_penalty([Value(-3.0)]).data == 3.0
    assert losses.l2_penalty([Value(-3.0)]).data == 9.0


def test_penalties():
    model = MLP(2, [1], init=-0.5)
    l1, l2 = losses.l1_penalty(model, 0.1), losses.l2_penalty(model.parameters(), 0.1)
    (l1 + l2).backward()
    assert (l1.data, l2.data) == pytest.approx((0.1 * 1.0, 0.1 * 0.5))
    assert [p.grad for p in model.parameters()] == pytest.approx([0.1 * -1 + 0.2 * -0.5] * 2 + [0.0])


def test_by_name():
    assert losses.find_loss("huber") is losses.huber
    assert losses.find_loss(max) is max
    with pytest.raises(ValueError, match="loss 'hubert' is not known; use a function or one of mse, half_mse"):
        losses.find_loss("hubert")
    with pytest.raises(ValueError, match=r"loss \['mse'\] is not known"):
        losses.find_loss(["mse"])


# Bad input ----------------------------------------------------------------------------------------------------------

BAD = {
    "lengths": (lambda: losses.mse([1.0, 2.0], [1.0]), "prediction is a list of 2, but target is a list of 1"),
    "nesting": (lambda: losses.mae([[1.0, 2.0]], [1.0]), "prediction is a list of 2, but target is a single number"),
    "scalar": (lambda: losses.mse([1.0, 2.0], 1.0), "prediction is a list of 2, but target is a single number"),
    "empty": (lambda: losses.mse([], []), "no loss of no examples"),
    "no rows": (lambda: losses.cross_entropy([], []), "prediction must be a row with one number per class"),
    "reduction": (lambda: losses.mse([1.0], [1.0], "max"), "reduction must be one of mean, sum, none, not 'max'"),
    "delta": (lambda: losses.huber(1.0, 1.0, delta=0), "delta of huber has to be a number above 0, got 0"),
    "above 1": (lambda: losses.binary_cross_entropy([0.5, 1.5], [0, 1]), r"must lie in \[0, 1\], got 1.5"),
    "below 0": (lambda: losses.binary_cross_entropy(Value(-0.1), 1), "with_logits.* got -0.1"),
    "target": (lambda: losses.binary_cross_entropy_with_logits(0.5, -1), r"must lie in \[0, 1\], got -1"),
    "side": (lambda: losses.hinge(0.5, 0), r"classes -1 and 1 as targets, got 0; for 0 and 1 give 2\*y - 1"),
    "side in a Value": (lambda: losses.hinge(0.5, Value(0.5)), r"classes -1 and 1 as targets, got Value\(data=0.5"),
    "focal": (lambda: losses.focal(0.5, 0.5), "focal needs classes 0 and 1 as targets, got 0.5"),
    "class": (lambda: losses.cross_entropy([1.0, 2.0], 2), "class 2 does not exist: .* from 0 to 1"),
    "negative class": (lambda: losses.cross_entropy([[1.0, 2.0]], [-1]), "class -1 does not exist"),
    "no class": (lambda: losses.multi_class_hinge([[1.0, 2.0]], [0.5]), "class 0.5 does not exist"),
    "a row as class": (
        lambda: losses.cross_entropy([[1.0, 2.0]], [[0, 1]]),
        "a row has one class, a whole number, got a list of 2: one-hot rows are for categorical_cross_entropy",
    ),
    "a column of classes": (lambda: losses.multi_class_hinge([[1.0, 2.0]], [[1]]), "one class, .* got a list of 1"),
    "rows": (lambda: losses.cross_entropy([[1.0, 2.0]] * 3, [0, 1]), "is a list of 3 × 2, but target is a list of 2"),
    "weights": (lambda: losses.cross_entropy([1.0, 2.0], 0, weight=[1.0]), "one number for each of 2 classes, got 1"),
    "binary weights": (lambda: losses.binary_cross_entropy(0.5, 0, weight=[1, 2, 3]), "each of 2 classes, got 3"),
    "just above 1": (lambda: losses.binary_cross_entropy([1 + 1e-9], [1.0]), r"must lie in .0, 1., got 1\.000000001$"),
    "just beside 1": (
        lambda: losses.categorical_cross_entropy([[1.0, 2.0]], [[0.5, 0.500002]]),
        r"got one that adds up to 1\.00000\d+$",
    ),
    "odds": (lambda: losses.kl_divergence([0.5, 0.5], [0.5, 0.6]), "targets of kl_divergence.* adds up to 1.1"),
    "logits": (lambda: losses.kl_divergence([2.0, 0.5], [0.5, 0.5]), r"from_logits=False.* lie in \[0, 1\], got 2"),
    "one-hot": (lambda: losses.categorical_cross_entropy([[1.0, 2.0]], [1]), "rows of 2 probabilities, got a single"),
    "labels": (lambda: losses.multi_label([[1.0, 2.0]], [[1, 0, 1]]), "a list of 2, but target is a list of 3"),
}


@pytest.mark.parametrize("name", BAD)
def test_bad_input_is_a_clear_error(name):
    call, message = BAD[name]
    with pytest.raises(ValueError, match=message):
        call()


OF_ROWS = [losses.cross_entropy, losses.categorical_cross_entropy, losses.kl_divergence, losses.multi_class_hinge]
OF_NUMBERS = [losses.mse, losses.huber, losses.binary_cross_entropy, losses.binary_cross_entropy_with_logits]


@pytest.mark.parametrize("loss", OF_NUMBERS + OF_ROWS)
def test_a_model_that_returns_nothing_is_asked_for_its_return(loss):
    with pytest.raises(TypeError, match=r"prediction\[0\] is None, where numbers are expected: .*end in a return"):
        loss([None, None], [1, 0])


@pytest.mark.parametrize("loss", OF_NUMBERS)
@pytest.mark.parametrize("thing", [None, "0.5", 1j, {0.5}])
def test_what_is_no_number_is_named_with_its_place(loss, thing):
    with pytest.raises(TypeError, match=r"^target\[1\] is .*, where numbers are expected$"):
        loss([Value(0.5), 0.5], [0.5, thing])
    with pytest.raises(TypeError, match=r"^the prediction is .*, where numbers are expected"):
        loss(thing, 0.5)


@pytest.mark.parametrize("wrong", [{"gamma": -1.0}, {"gamma": math.nan}, {"alpha": 1.5}, {"alpha": -0.1}])
def test_focal_refuses_what_its_formula_is_not_made_for(wrong):
    with pytest.raises(ValueError, match=r"of focal has to be a number(, 0 or more| from 0 to 1, or None), got"):
        losses.focal(Value(1.0), 1, **wrong)


@pytest.mark.parametrize("penalty", [losses.l1_penalty, losses.l2_penalty])
def test_a_penalty_of_something_else_is_refused(penalty):
    with pytest.raises(TypeError, match="a penalty is about a model or a list of Values, not int"):
        penalty(3)
