"""Where the numbers of a training live: on arrays it is the same training, and the Values have them when one looks."""

import math
import random
from fractions import Fraction

import numpy as np
import pytest

import autograd
import nn
from autograd import Value
from nn.data import micrograd_moons
from nn.descent.optimizer import Optimizer
from nn.losses import cross_entropy, hinge, mse
from nn.module import parameters_by_layer
from nn.training.loop import fit
from nn.training.on_arrays import OnArrays, _agree
from nn.training.on_values import OnValues
from nn.training.recorded import RecordedStep, quickest
from tests.nn.frozen import without_numpy

X, Y = (column[:30] for column in micrograd_moons())
RULES = {
    "SGD": lambda ps: nn.SGD(ps, lr=0.05),
    "momentum": lambda ps: nn.SGD(ps, lr=0.05, momentum=0.9, dampening=0.1, weight_decay=1e-3),
    "Nesterov": lambda ps: nn.SGD(ps, lr=0.05, momentum=0.9, nesterov=True),
    "Adagrad": lambda ps: nn.Adagrad(ps, lr=0.05, lr_decay=0.01),
    "RMSprop": lambda ps: nn.RMSprop(ps, lr=0.01, centered=True, momentum=0.5),
    "Adam": lambda ps: nn.Adam(ps, lr=0.02, weight_decay=1e-3),
    "AMSGrad": lambda ps: nn.Adam(ps, lr=0.02, amsgrad=True),
    "AdamW": lambda ps: nn.AdamW(ps, lr=0.02),
    "groups": lambda ps: nn.Adam([{"params": ps[::2], "lr": 0.03}, {"params": ps[1::2]}], lr=0.01),
    "a part": lambda ps: nn.SGD(ps[5:], lr=0.05, momentum=0.5),
}


def network(seed=3):
    return nn.MLP(2, [5, 4, 1], activation="tanh", rng=seed)


def snapshot(model, optimizer):
    parameters = model.parameters()
    return (
        [p.data for p in parameters],
        [p.grad for p in parameters],
        {f"{i}.{k}": list(column) for i, state in enumerate(optimizer.state) for k, column in state.items()},
        optimizer.steps_taken,
    )


def close(found, wanted):
    (data, grads, state, steps), (data0, grads0, state0, steps0) = found, wanted
    assert steps == steps0
    assert data == pytest.approx(data0, rel=1e-9, abs=1e-12)
    assert grads == pytest.approx(grads0, rel=1e-9, abs=1e-12)
    assert state.keys() == state0.keys()
    for name, column in state.items():
        assert column == pytest.approx(state0[name], rel=1e-9, abs=1e-12)


def trained(compiled, rule=RULES["Adam"], model=None, loss=mse, targets=Y, callbacks=(), **options):
    """What everyone sees after every epoch, and after the training however it ended."""
    model = model or network()
    optimizer = rule(model.parameters())
    seen = []
    watch = [*callbacks, lambda history: seen.append(snapshot(model, optimizer))]
    options = {"epochs": 4, "batch_size": 8, "rng": random.Random(1), "progress": False} | options
    try:
        fit(model, X, targets, loss=loss, optimizer=optimizer, callbacks=watch, compiled=compiled, **options)
    except ZeroDivisionError:
        seen.append("failed")
    return [*seen, snapshot(model, optimizer)]


def same(**options):
    """Train both ways; returns how often there was something to compare."""
    graphs, arrays = (trained(compiled, **options) for compiled in (False, True))
    assert len(graphs) == len(arrays)
    for wanted, found in zip(graphs, arrays, strict=True):
        if wanted == "failed":
            assert found == "failed"
        else:
            close(found, wanted)
    return len(graphs)


@pytest.mark.parametrize("rule", RULES)
def test_after_every_epoch_the_values_have_what_graphs_give_them(rule):
    assert same(rule=RULES[rule]) == 5


@pytest.mark.parametrize("batch_size", ["batch", 8])
@pytest.mark.parametrize("rule", ["momentum", "Adam"])
def test_where_nobody_looks_in_between_the_values_have_it_in_the_end(rule, batch_size):
    ends = []
    for compiled in (False, True):
        model = network()
        optimizer = RULES[rule](model.parameters())
        options = {"epochs": 20, "batch_size": batch_size, "rng": 1, "progress": False, "compiled": compiled}
        history = fit(model, X, Y, loss=mse, penalty=lambda m: nn.l2_penalty(m, 1e-3), optimizer=optimizer, **options)
        ends.append((snapshot(model, optimizer), history.loss, history.gradient_norm))
    close(ends[1][0], ends[0][0])
    assert ends[1][1] == pytest.approx(ends[0][1], rel=1e-9)
    for layer, norms in ends[0][2].items():
        assert ends[1][2][layer] == pytest.approx(norms, rel=1e-8)


def test_the_history_has_the_norms_of_all_layers():
    found = []
    for compiled in (False, True):
        model = network()
        optimizer = nn.SGD(model.parameters(), lr=0.05)
        history = fit(model, X, Y, loss=mse, optimizer=optimizer, epochs=2, compiled=compiled, progress=False)
        found.append(history.gradient_norm)
    assert [*found[0]] == [*found[1]] == ["layer0", "layer1", "layer2"]
    for layer, norms in found[0].items():
        assert len(norms) == 2
        assert min(norms) > 0.0
        assert found[1][layer] == pytest.approx(norms, rel=1e-9)


def test_a_penalty_may_be_about_some_of_the_parameters():
    def of_weights(model):
        return nn.l2_penalty([w for layer in model.layers for neuron in layer.neurons for w in neuron.w], 0.01)

    assert same(penalty=of_weights) == 5


def one_update_of(step, home):
    step(X, Y)
    home().step()


def test_meanwhile_the_numbers_are_in_arrays():
    model = network()
    values = OnValues(model.parameters(), parameters_by_layer(model), nn.Adam(model.parameters()))
    step = RecordedStep(model, mse, None, values)
    one_update_of(step, lambda: step.home)
    assert isinstance(step.home, OnArrays)
    before = [p.data for p in model.parameters()]
    one_update_of(step, lambda: step.home)
    assert [p.data for p in model.parameters()] == before
    step.home.give_back()
    assert [p.data for p in model.parameters()] != before


def test_without_numpy_they_stay_in_the_values(monkeypatch):
    without_numpy(monkeypatch)
    model = network()
    values = OnValues(model.parameters(), {}, nn.Adam(model.parameters()))
    assert quickest(values) is values
    assert same() == 5


class WithAStep(nn.SGD):
    def step(self):
        super().step()
        self.count = getattr(self, "count", 0) + 1


class ForFloats(Optimizer):
    def rule(self, group, t, numbers):
        return lambda p, g: (p - math.copysign(0.01, g),)


class Different(Optimizer):
    """A rule that looks at all gradients it gets at once."""

    def rule(self, group, t, numbers):
        return lambda p, g: (p - 0.01 * g / getattr(g, "size", 1),)


class InPlace(Optimizer):
    """A rule that writes over what it gets, which for floats changes nothing."""

    def remembers(self, group):
        return ("b",)

    def rule(self, group, t, numbers):
        def change(p, g, b):
            b *= 0.9
            b += g
            p -= group["lr"] * b
            return p, b

        return change


class OneForAll(Optimizer):
    """A rule that remembers the same number of every parameter."""

    def remembers(self, group):
        return ("t",)

    def rule(self, group, t, numbers):
        return lambda p, g, last: (p - group["lr"] * g / t, float(t))


@pytest.mark.parametrize("kind", [WithAStep, ForFloats, Different, InPlace, OneForAll])
def test_a_rule_that_arrays_do_not_suit_keeps_its_values(kind):
    model = network()
    for p in model.parameters():
        p.grad = 1.0
    values = OnValues(model.parameters(), {}, kind(model.parameters(), lr=0.05))
    assert quickest(values) is values
    assert same(rule=lambda ps: kind(ps, lr=0.05)) == 5


class Looking(Optimizer):
    """A rule that asks whether it could write over what it gets."""

    def rule(self, group, t, numbers):
        def change(p, g):
            WRITABLE.extend(x.flags.writeable for x in (p, g) if hasattr(x, "flags"))
            return (p - group["lr"] * g,)

        return change


WRITABLE = []


@pytest.mark.parametrize("clip", [None, 1e-3])
@pytest.mark.parametrize("apart", [False, True])
def test_a_rule_gets_nothing_that_it_could_write_over(apart, clip):
    WRITABLE.clear()
    same(rule=lambda ps: Looking([{"params": ps[k::2]} for k in (0, 1)] if apart else ps, lr=0.05), clip=clip)
    assert len(WRITABLE) >= 30
    assert not any(WRITABLE)


class Keeping(Optimizer):
    """A rule whose memory is what it is given, and no copy of it."""

    def remembers(self, group):
        return ("before", "gradient")

    def rule(self, group, t, numbers):
        return lambda p, g, before, gradient: (p - group["lr"] * (g + 0.5 * gradient) + 0.1 * (p - before), p, g)


@pytest.mark.parametrize("apart", [False, True])
def test_a_rule_may_keep_what_it_is_given(apart):
    rule = lambda ps: Keeping([{"params": ps[k::2]} for k in (0, 1)] if apart else ps, lr=0.05)  # noqa: E731
    assert same(rule=rule, batch_size=30, epochs=9) == same(rule=rule, callbacks=()) + 5 == 10


class LaterForFloats(Optimizer):
    """A rule that arrays suit until the third step."""

    def rule(self, group, t, numbers):
        return lambda p, g: (p - group["lr"] * (max(g, -0.01) if t >= 3 else g),)


def test_a_rule_that_arrays_do_not_suit_any_more():
    assert same(rule=lambda ps: LaterForFloats(ps, lr=0.05)) == 5


def test_a_step_that_somebody_has_put_into_the_optimizer_is_the_one_that_is_made():
    def within_bounds(parameters):
        optimizer = nn.SGD(parameters, lr=0.05)
        step = optimizer.step

        def bounded():
            step()
            for p in parameters:
                p.data = max(min(p.data, 0.3), -0.3)

        optimizer.step = bounded
        return optimizer

    assert same(rule=within_bounds) == 5
    assert max(abs(x) for x in trained(True, within_bounds)[-1][0]) == 0.3


def clip_each(parameters):
    nn.clip_grad_value(parameters, 0.05)


@pytest.mark.parametrize("clip", [0.05, 1e6, clip_each])
def test_clipping(clip):
    assert same(clip=clip) == 5


@pytest.mark.filterwarnings("ignore:stopped in epoch 0")
@pytest.mark.parametrize("clip", [0.05, clip_each])
def test_the_values_have_the_clipped_gradient_of_a_first_update_that_is_not_made(clip):
    assert same(rule=lambda ps: nn.SGD(ps, lr=1e308, weight_decay=1e308), clip=clip) == 1


@pytest.mark.parametrize("rule", ["SGD", "groups", "a part"])
def test_a_clip_function_may_move_parameters(rule):
    """Also those that the optimizer does not step."""

    def shrink(parameters):
        for p in parameters:
            p.data *= 0.99

    assert same(rule=RULES[rule], clip=shrink) == 5


@pytest.mark.parametrize("scale", [1.0, 1e200, 1e-200])
def test_clipping_by_the_norm_has_the_bits_that_it_has_on_values(scale):
    dice, parameters = random.Random(1), [Value(0.0) for _ in range(40)]
    optimizer = nn.SGD(parameters)
    for _ in range(20):
        for p in parameters:
            p.grad = scale * dice.gauss(0.0, 1.0)
        values = OnValues(parameters, {"all": parameters}, optimizer)
        arrays = OnArrays(values, optimizer)
        arrays.clip(scale / 3.0)
        values.clip(scale / 3.0)
        assert arrays.numbers(40)[1] == values.numbers(40)[1]


@pytest.mark.parametrize("rule", ["SGD", "momentum", "RMSprop", "Adam", "AdamW"])
def test_a_float32_that_a_callback_writes_into_the_settings(rule):
    """It is equal to the float that was there, for NumPy, and is not that number."""
    optimizers = []

    def made(parameters):
        optimizers.append(RULES[rule](parameters))
        return optimizers[-1]

    def callback(history):
        for name in ("lr", "momentum"):
            if optimizers[-1].param_groups[0].get(name):
                optimizers[-1].param_groups[0][name] = np.float32(optimizers[-1].param_groups[0][name])

    assert same(rule=made, callbacks=[callback]) == 5


def test_a_penalty_and_metrics():
    accuracy = {"accuracy": lambda p, t: sum((a > 0) == (b > 0) for a, b in zip(p, t, strict=True)) / len(t)}
    assert same(loss=hinge, penalty=lambda m: nn.l2_penalty(m, 1e-2), metrics=accuracy, validation=(X, Y)) == 5


def test_a_penalty_that_takes_another_way_is_recorded_again():
    def only_large(model):
        return autograd.sum_of_squares([p for p in model.parameters() if abs(p) > 0.5] or [0.0])

    assert same(penalty=only_large, rule=lambda ps: nn.SGD(ps, lr=0.3), epochs=8) == 9


def test_classes():
    model = lambda: nn.MLP(2, [4, 2], activation="tanh", rng=1)  # noqa: E731
    graphs, arrays = (
        trained(c, model=model(), loss=cross_entropy, targets=[int(y > 0) for y in Y], batch_size=3) for c in (0, 1)
    )
    for wanted, found in zip(graphs, arrays, strict=True):
        close(found, wanted)


def test_leaves_that_a_later_class_and_another_way_of_the_penalty_bring():
    """Each is met for the first time while the numbers are in arrays, which then get longer."""
    scales = [Value(1.0), Value(1.1), Value(1.2), Value(0.5)]

    def loss(predictions, targets):
        return autograd.mean([(p * scales[int(t)] - t) ** 2 for p, t in zip(predictions, targets, strict=True)])

    def penalty(model):
        w = model.layers[0].neurons[0].w[0]
        return 0.1 * w * w if w > 0.3 else 0.2 * scales[3] * w * w

    ends = []
    for compiled in (False, True):
        for scale in scales:
            scale.grad = 0.0
        model = network()
        model.layers[0].neurons[0].w[0].data = 0.31
        options = {"targets": [i // 10 for i in range(30)], "batch_size": 6, "shuffle": False, "penalty": penalty}
        ends.append([*trained(compiled, model=model, loss=loss, **options)[-1][:2], [s.grad for s in scales]])
    assert min(map(abs, ends[0][2])) > 0.0
    for found, wanted in zip(ends[1], ends[0], strict=True):
        assert found == pytest.approx(wanted, rel=1e-9, abs=1e-12)


def test_what_a_callback_writes_counts():
    def project(model, optimizer):
        def callback(history):
            for p in model.parameters():
                p.data = max(min(p.data, 0.3), -0.3)
            optimizer.lr = 0.5 * optimizer.lr
            optimizer.state[0]["exp_avg"][0] = 1.0

        return callback

    runs = []
    for compiled in (False, True):
        model = network()
        optimizer = RULES["Adam"](model.parameters())
        runs.append(trained(compiled, lambda ps, o=optimizer: o, model, callbacks=[project(model, optimizer)]))
    for wanted, found in zip(*runs, strict=True):
        close(found, wanted)


def other_group(optimizer):
    optimizer.param_groups[0] = {**optimizer.param_groups[0], "lr": 0.003}


def other_memory(optimizer):
    optimizer.state[0] = {name: [0.5 * x for x in column] for name, column in optimizer.state[0].items()}


def less_memory(optimizer):
    optimizer.state[0] = {}


def one_group_less(optimizer):
    del optimizer.param_groups[1], optimizer.state[1]


def other_parameters(optimizer):
    optimizer.param_groups[0]["params"] = optimizer.param_groups[0]["params"][::-1]


@pytest.mark.parametrize("batch_size", ["batch", 8])
@pytest.mark.parametrize("change", [other_group, other_memory, less_memory, one_group_less, other_parameters])
def test_an_optimizer_that_a_callback_rearranges_is_the_one_that_steps(change, batch_size):
    """What was bound to the optimizer's arrays in the epoch before is bound anew where it is another."""
    runs = []
    for compiled in (False, True):
        model, epochs = network(), []
        p = model.parameters()
        optimizer = nn.SGD([{"params": p[:20]}, {"params": p[20:], "lr": 0.02}], lr=0.05, momentum=0.9)

        def callback(history, optimizer=optimizer, epochs=epochs):
            epochs.append(1)
            if len(epochs) == 3:
                change(optimizer)

        options = {"callbacks": [callback], "batch_size": batch_size, "epochs": 6}
        runs.append(trained(compiled, lambda ps, o=optimizer: o, model, **options))
    for wanted, found in zip(*runs, strict=True):
        close(found, wanted)


@pytest.mark.parametrize("batch_size", ["batch", 3])
def test_rows_that_a_callback_changes_are_trained_as_they_are(batch_size):
    ends = []
    for compiled in (False, True):
        model, rows = network(), [list(row) for row in X]

        def move(history, rows=rows):
            rows[0][0] += 1.0
            rows[1] = [0.0, 0.0]  # a new row: fit has a list of its own, of these very rows

        options = {"epochs": 5, "progress": False, "compiled": compiled, "callbacks": [move]}
        sgd, dice = nn.SGD(model.parameters(), lr=0.1), random.Random(1)
        fit(model, rows, Y, loss=mse, optimizer=sgd, batch_size=batch_size, rng=dice, **options)
        ends.append([p.data for p in model.parameters()])
    assert ends[1] == pytest.approx(ends[0], rel=1e-9)


class Failing:
    """A schedule of failures: raises `error` at the `count`-th call."""

    def __init__(self, error, count):
        self.error, self.left = error, count

    def __call__(self, parameters):
        self.left -= 1
        if self.left == 0:
            raise self.error


@pytest.mark.parametrize("error", [ZeroDivisionError, KeyboardInterrupt])
@pytest.mark.parametrize("update", [2, 7])
def test_whatever_ends_it_the_values_have_the_last_update(error, update):
    graphs, arrays = (trained(c, clip=Failing(error, update)) for c in (False, True))
    assert graphs[-1][3] == update - 1
    close(arrays[-1], graphs[-1])


def test_other_leaves_of_the_loss_collect_their_gradients():
    def run(compiled):
        scale = Value(0.7)
        trained(compiled, loss=lambda p, t: mse([scale * x for x in p], t))
        return scale.grad

    assert run(True) == pytest.approx(run(False), rel=1e-9)


def test_other_leaves_without_numpy(monkeypatch):
    without_numpy(monkeypatch)
    test_other_leaves_of_the_loss_collect_their_gradients()


def test_a_later_batch_on_another_path_goes_on_in_the_values():
    class Line(nn.Module):
        def __init__(self):
            self.w = Value(1.0)

        def __call__(self, x):
            return self.w * x[0] if x[0] > -1.5 else self.w * 0.5

    rows, targets = [[1.0], [2.0], [0.5], [-2.0]], [0.5, 1.0, 0.1, 0.3]
    runs = []
    for compiled in (False, "auto"):
        line = Line()
        options = {"epochs": 700, "batch_size": 2, "shuffle": False, "compiled": compiled, "progress": False}
        history = fit(line, rows, targets, loss=mse, optimizer=lambda ps: nn.Adam(ps, lr=1e-3), **options)
        runs.append((line.w.data, line.w.grad, history.engine))
    assert runs[1][:2] == pytest.approx(runs[0][:2], rel=1e-9)
    assert runs[1][2].startswith("graphs: in a later batch")


def test_a_batch_that_fails_leaves_the_gradients_of_other_leaves():
    w, scale = Value(1.0), Value(2.0)
    program = autograd.record(lambda x: scale * x * w if x > 0 else w * x, 1.0)
    scale.grad = 3.0
    with pytest.raises(autograd.BranchChanged):
        OnValues([w]).gradient([(program, [1.0]), (program, [-1.0])], 1.0, None)
    assert scale.grad == 3.0


class OfNoLayers(nn.Module):
    """Names nobody: its parameters are found by `parameters()` alone."""

    def __init__(self):
        self.__dict__["held"] = (Value(0.3), Value(-0.2))

    def parameters(self):
        return list(self.held)

    def named_parameters(self):
        return []

    def __call__(self, x):
        return autograd.tanh(self.held[0] * x[0] + self.held[1] * x[1])


def test_a_model_that_names_no_layers():
    graphs, arrays = (trained(compiled, model=OfNoLayers()) for compiled in (False, True))
    for wanted, found in zip(graphs, arrays, strict=True):
        close(found, wanted)


def test_a_setting_that_a_callback_deletes():
    optimizers = []

    def made(parameters):
        optimizers.append(nn.SGD(parameters, lr=0.05, momentum=0.5, maximize=True))
        return optimizers[-1]

    def callback(history):
        optimizers[-1].param_groups[0].pop("maximize", None)

    assert same(rule=made, callbacks=[callback]) == 5


@pytest.mark.parametrize("compiled", [False, True])
@pytest.mark.parametrize("wrong", [None, "0.5", Value(1.0)])
def test_what_is_no_number_is_named_and_nothing_is_stepped(compiled, wrong):
    """NumPy makes nan of None, and a number of a text."""
    model = network()
    optimizer = nn.Adam(model.parameters())

    def clip(parameters):
        if optimizer.steps_taken == 3:
            parameters[1].grad = wrong

    options = {"loss": mse, "optimizer": optimizer, "progress": False, "compiled": compiled, "epochs": 5}
    with pytest.raises(TypeError, match=r"the grad of parameter 1 is .* not a number, and nothing was stepped"):
        fit(model, X, Y, clip=clip, **options)
    assert optimizer.steps_taken == 3

    def callback(history):
        optimizer.state[0]["exp_avg"][2] = wrong

    with pytest.raises(TypeError, match=r"the exp_avg of parameter 2 is .* not a number, and nothing was stepped"):
        fit(model, X, Y, callbacks=[callback], **options)
    assert optimizer.steps_taken == 4


def test_numbers_of_numpy_and_fractions_are_taken_from_the_values():
    def clip(parameters):
        parameters[0].grad, parameters[1].grad, parameters[2].grad = np.float32(0.1), Fraction(1, 3), 1

    assert same(clip=clip) == 5


@pytest.mark.parametrize("compiled", [False, True])
def test_a_nan_that_a_callback_writes_ends_the_training(compiled):
    model = network()

    def callback(history):
        if history.epochs == 2:
            model.parameters()[0].data = math.nan

    with pytest.warns(RuntimeWarning, match="the loss became nan"):
        history = fit(model, X, Y, loss=mse, epochs=5, callbacks=[callback], compiled=compiled, progress=False)
    assert (history.epochs, history.engine) == (2, "program" if compiled else "graphs")


def test_two_ways_agree_that_there_is_no_number():
    """0/0 in a rule is nan on arrays and on floats, which is no reason to leave the arrays."""
    assert _agree(np.array([math.nan, 1.0]), [math.nan, 1.0])
    assert not _agree(np.array([math.nan, 1.0]), [0.0, 1.0])
