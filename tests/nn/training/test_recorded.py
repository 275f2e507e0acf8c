"""fit(compiled=): the same training, on a recorded program."""

import random
import re
import sys
import threading
import warnings

import pytest

import autograd
import nn
from autograd import Value
from nn import MLP, SGD, Adam, Module, fit
from nn.data import micrograd_moons
from nn.losses import cross_entropy, hinge, mse
from nn.training.gradient import eager_step
from nn.training.per_row import NotRecordable
from nn.training.recorded import RecordedStep
from tests.nn.frozen import without_numpy

X, Y = micrograd_moons()


def model(seed=4, outputs=1):
    return MLP(2, [6, 5, outputs], activation="tanh", rng=seed)


def trained(compiled, loss, net=None, targets=Y, **options):
    """History and parameters after training."""
    net = net or model()
    options.setdefault("optimizer", lambda ps: SGD(ps, lr=0.05))
    history = fit(net, X[:40], targets[:40], loss=loss, compiled=compiled, progress=False, **options)
    return history, [p.data for p in net.parameters()]


def summed(prediction, target):
    return mse(prediction, target, reduction="sum") * 0.01


def by_hand(prediction, target):
    """A loss that asks for the class, as Python code does."""
    return autograd.mean(
        [autograd.softplus(-p) if t == 1 else autograd.softplus(p) for p, t in zip(prediction, target, strict=True)]
    )


@pytest.mark.parametrize("loss", [mse, hinge, summed, by_hand])
@pytest.mark.parametrize("batch_size", ["batch", "stochastic", 12])
@pytest.mark.parametrize("arrays", [True, False])
def test_the_same_training_as_with_graphs(loss, batch_size, arrays, monkeypatch):
    if not arrays:
        without_numpy(monkeypatch)
    options = {"batch_size": batch_size, "epochs": 6}
    graphs, expected = trained(False, loss, rng=random.Random(1), **options)
    program, found = trained(True, loss, rng=random.Random(1), **options)
    assert found == pytest.approx(expected, rel=1e-9, abs=1e-12)
    assert program.loss == pytest.approx(graphs.loss, rel=1e-9)
    assert (graphs.engine, program.engine) == ("graphs", "program")


@pytest.mark.accuracy
def test_a_hundred_steps_of_the_demo_of_micrograd():
    def run(compiled):
        net = MLP(2, [16, 16, 1], rng=0)
        penalty = lambda m: 1e-4 * autograd.sum_of_squares(m.parameters())  # noqa: E731
        make = lambda ps: SGD(ps, lr=0.05)  # noqa: E731
        fit(net, X, Y, loss=hinge, penalty=penalty, optimizer=make, epochs=100, compiled=compiled, shuffle=False)
        return [p.data for p in net.parameters()]

    assert run(True) == pytest.approx(run(False), rel=1e-9, abs=1e-12)


def test_classes_and_metrics():
    def accuracy(predicted, actual):
        return sum(max(range(2), key=row.__getitem__) == t for row, t in zip(predicted, actual, strict=True)) / len(
            actual
        )

    targets = [int(y > 0) for y in Y]
    runs = [
        trained(c, cross_entropy, model(outputs=2), targets, epochs=5, metrics={"accuracy": accuracy}, optimizer=Adam)
        for c in (True, False)
    ]
    assert runs[0][0].engine == "program"
    assert runs[0][0].metrics == runs[1][0].metrics
    assert runs[0][1] == pytest.approx(runs[1][1], rel=1e-9)


def test_a_class_that_the_first_batch_lacks_is_not_missed():
    order = sorted(range(40), key=lambda i: Y[i])
    targets, rows = [float(Y[i]) for i in order], [X[i] for i in order]

    def run(compiled):
        net = model()
        options = {"batch_size": 5, "shuffle": False, "progress": False, "epochs": 3}
        fit(net, rows, targets, loss=by_hand, optimizer=lambda ps: SGD(ps, lr=0.1), compiled=compiled, **options)
        return [p.data for p in net.parameters()]

    assert run(True) == pytest.approx(run(False), rel=1e-9)


@pytest.mark.parametrize("loss", [hinge, lambda p, t: hinge(p, t)])
@pytest.mark.parametrize("compiled", [False, True])
def test_a_class_that_a_later_batch_has_wrong_is_refused(loss, compiled):
    """Classes of hinge are arguments of its program, and a program refuses nothing."""
    model = MLP(1, [2, 1], rng=0)
    batches = [([[0.1], [0.2]], [1, -1]), ([[0.3], [0.4]], [-1, 1]), ([[0.5], [0.6]], [1, 3])]
    with pytest.raises(ValueError, match="hinge needs classes -1 and 1 as targets, got 3"):
        fit(model, batches=batches, loss=loss, epochs=2, compiled=compiled, progress=False)


class Noisy(MLP):
    """Draws a number for every example."""

    def __init__(self):
        super().__init__(2, [3, 1], rng=2)
        self.rng = random.Random(5)

    def __call__(self, x):
        return super().__call__(x) * (1.0 + 0.1 * self.rng.random())


class Drawing(Noisy):
    """Draws numbers that it makes no use of, which a replay would not draw."""

    def __call__(self, x):
        self.rng.random()
        return MLP.__call__(self, x)


class Centred(MLP):
    """Examples of a batch influence each other."""

    def batch(self, rows):
        outputs = [self(row) for row in rows]
        middle = autograd.mean(outputs)
        return [out - middle for out in outputs]


class Branching(MLP):
    """Takes another way on some rows."""

    def __call__(self, x):
        y = super().__call__(x)
        return y if y > 0.0 else 0.5 * y


def not_a_mean(prediction, target):
    return mse(prediction, target) ** 2


class Talking(MLP):
    """Says something of every example."""

    def __call__(self, x):
        print("x =", x)
        return super().__call__(x)


HOPELESS = [
    (Noisy, mse, "the model draws random numbers"),
    (Drawing, mse, "the model draws random numbers"),
    (lambda: Centred(2, [3, 1], rng=0), mse, "examples of a batch influence each other"),
    (lambda: Branching(2, [3, 1], rng=0), mse, "comparison"),
    (lambda: Talking(2, [3, 1], rng=0), mse, "printed"),
    (model, not_a_mean, "neither the mean nor the sum"),
]


@pytest.mark.parametrize(("make", "loss", "why"), HOPELESS)
def test_what_cannot_be_recorded_is_trained_with_graphs_and_says_why(make, loss, why):
    with warnings.catch_warnings(record=True) as heard:
        warnings.simplefilter("always")
        tried, found = trained("auto", loss, make(), epochs=60)
    assert not heard  # what record() warns of is the reason given below, and not for the user
    graphs, expected = trained(False, loss, make(), epochs=60)
    assert found == expected  # to the bit: not a number was drawn and nothing was changed by the attempt
    assert tried.loss == graphs.loss
    assert tried.engine.startswith("graphs: ")
    with pytest.raises(NotRecordable, match=f"compiled=True, but .*({why})"):
        trained(True, loss, make(), epochs=2)


def test_auto_does_not_bother_for_little_work():
    assert trained("auto", mse, epochs=3)[0].engine == "graphs"
    assert trained("auto", mse, epochs=60)[0].engine == "program"


def test_compiled_is_true_false_or_auto():
    with pytest.raises(ValueError, match="True, False or \"auto\", got 'yes'"):
        trained("yes", mse)


def test_a_later_batch_on_another_path_goes_on_with_graphs():
    class Line(Module):
        def __init__(self):
            self.w = Value(1.0)

        def __call__(self, x):
            return self.w * x[0] if x[0] > 0.0 else self.w * 0.5

    line = Line()
    w = line.w
    eager = eager_step(line, mse)
    step = RecordedStep(line, mse)
    for rows in ([[1.0, 0.0], [2.0, 0.0]], [[3.0, 0.0]], [[-1.0, 0.0], [2.0, 0.0]], [[1.0, 0.0]]):
        expected, _ = eager(rows, [0.5] * len(rows))
        gradient = w.grad
        assert step(rows, [0.5] * len(rows))[0] == pytest.approx(expected, rel=1e-12)
        assert w.grad == pytest.approx(gradient, rel=1e-12)
    assert "later batch" in step.engine


def annealed_penalty():
    weight = [1e-3]
    return {"penalty": lambda net: nn.l2_penalty(net, weight[0])}, weight


def annealed_loss():
    weight = [1.0]
    return {"loss": lambda p, t: hinge(p, t) * weight[0]}, weight


@pytest.mark.parametrize("changing", [annealed_penalty, annealed_loss])
def test_what_a_callback_changes_is_not_trained_as_it_was_recorded(changing):
    def run(compiled):
        options, weight = changing()

        def more(history):
            weight[0] *= 1.001 if history.epochs >= 3 else 1.0

        options = {"loss": mse, **options}
        return trained(compiled, options.pop("loss"), callbacks=[more], epochs=60, **options)

    (graphs, expected), (auto, found) = run(False), run("auto")
    assert found == pytest.approx(expected, rel=1e-9, abs=1e-12)
    assert auto.loss == pytest.approx(graphs.loss, rel=1e-9)
    assert auto.engine == "graphs: the model, the loss or the penalty has changed since it was recorded"
    with pytest.raises(NotRecordable, match="has changed since it was recorded"):
        run(True)


def test_a_model_that_a_callback_changes_is_not_trained_as_it_was():
    def run(compiled):
        net = model()

        def replace(history):
            if history.epochs == 2:
                net.layers[0].neurons[0].w[0] = Value(net.layers[0].neurons[0].w[0].data)

        history, _ = trained(compiled, mse, net, callbacks=[replace], epochs=60)
        return history.engine, [p.data for p in net.parameters()]

    engine, found = run("auto")
    assert found == pytest.approx(run(False)[1], rel=1e-9, abs=1e-12)
    assert "has changed" in engine


def test_a_changed_loss_is_noticed_if_one_of_eight_examples_shows_it():
    """The first seven are on the right side of the margin, where a hinge is 0 however much it counts."""
    net = MLP(1, [1], init=1.0)
    options, weight = annealed_loss()
    rows, targets = [[2.0 + i] for i in range(7)] + [[0.5]], [1.0] * 8

    def more(history):
        weight[0] *= 2.0

    options |= {"optimizer": SGD(net.parameters(), lr=0.0), "callbacks": [more], "epochs": 3, "progress": False}
    with pytest.raises(NotRecordable, match="has changed since it was recorded"):
        fit(net, rows, targets, compiled=True, **options)


@pytest.mark.parametrize("row", [0, 11])
@pytest.mark.parametrize("batch_size", ["batch", 5])
def test_a_value_that_a_callback_writes_into_a_row_is_trained_with_graphs(batch_size, row):
    """One beyond the rows that are looked at before every epoch, too."""

    def training(compiled):
        model, x = nn.MLP(2, [3, 1], activation="tanh", rng=2), Value(0.7)
        rows = [list(given) for given in X[:12]]

        def callback(history):
            if history.epochs == 3:
                rows[row][0] = x

        history = fit(
            model, rows, Y[:12], loss="mse", optimizer=nn.SGD(model.parameters(), lr=0.1), epochs=6, rng=1,
            batch_size=batch_size, callbacks=[callback], compiled=compiled, validation=(rows, Y[:12]),
        )  # fmt: skip
        figures = history.update_loss + history.validation_loss
        return history, [*figures, *(p.data for p in model.parameters()), x.grad]

    _, expected = training(False)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("nn.training.loop.WORTH_COMPILING", 0)
        history, found = training("auto")
    assert re.fullmatch(r"graphs: in .*: the arguments of a program are plain numbers, got Value .*", history.engine)
    assert found == pytest.approx(expected, rel=1e-9)
    with pytest.raises(NotRecordable, match=r"compiled=True, but in .*: the arguments of a program are plain numbers"):
        training(True)


def test_held_out_rows_with_a_value_are_answered_as_with_graphs():
    def validated(compiled):
        held_out = [list(row) for row in X[12:20]]

        def callback(history):
            if history.epochs == 2:
                held_out[3][1] = Value(5.0)

        options = {"validation": (held_out, Y[12:20]), "callbacks": [callback], "epochs": 4}
        history, _ = trained(compiled, mse, **options)
        return history

    history = validated(True)
    assert (history.engine, len(history.validation_loss)) == ("program", 4)
    assert history.validation_loss == pytest.approx(validated(False).validation_loss, rel=1e-9)


@pytest.mark.parametrize("compiled", [False, True])
def test_a_row_that_nobody_takes_is_named_as_with_graphs(compiled):
    rows = [list(row) for row in X[:40]]

    def callback(history):
        rows[1][0] = "a"

    with pytest.raises(TypeError, match="expected a real number, got str 'a'"):
        fit(model(), rows, Y[:40], loss=mse, compiled=compiled, callbacks=[callback], epochs=4)


def test_callbacks_that_change_nothing_do_not_end_the_replay():
    """Down to a loss of which only a few digits are right."""
    net = MLP(1, [1], init=0.0)
    rows, targets = [[x / 10] for x in range(10)], [3 * x / 10 + 1 for x in range(10)]
    options = {"optimizer": lambda ps: SGD(ps, lr=0.5), "epochs": 600, "callbacks": [lambda history: None]}
    history = fit(net, rows, targets, loss=mse, compiled=True, **options)
    assert history.loss[-1] < 1e-24
    assert history.engine == "program"


def test_a_loss_of_zero_does_not_tell_a_mean_from_a_sum():
    def run(compiled):
        net = MLP(1, [1], init=0.0)
        net.layers[0].neurons[0].w[0].data = 1.0
        rows, targets = [[5.0], [-4.0], [-0.5], [0.25]], [1.0, -1.0, 1.0, -1.0]
        loss = lambda p, t: hinge(p, t, "sum")  # noqa: E731
        options = {"optimizer": lambda ps: SGD(ps, lr=0.05), "batch_size": 2, "shuffle": False}
        history = fit(net, rows, targets, loss=loss, compiled=compiled, epochs=3, **options)
        return history.engine, [p.data for p in net.parameters()]

    engine, found = run(True)
    assert found == pytest.approx(run(False)[1], rel=1e-9)
    assert engine == "program"


def test_a_loss_that_is_always_zero_trains_with_graphs():
    net = MLP(1, [1], init=0.0)
    history = fit(net, [[0.0], [1.0]], [0.0, 0.0], loss=lambda p, t: 0.0 * mse(p, t), compiled="auto", epochs=1000)
    assert history.engine.startswith("graphs: no mixture of rows shows how the loss of a batch is made")
    assert [p.data for p in net.parameters()] == [0.0, 0.0]


class Counting(MLP):
    calls = 0

    def __call__(self, x):
        self.calls += 1
        return super().__call__(x)


def test_a_replayed_batch_asks_the_model_only_where_the_loss_has_not_seen_a_target():
    net = Counting(2, [3, 1], rng=1)
    step = RecordedStep(net, mse, predictions=False)
    step(X[:8], [-1.0, 1.0] * 4)
    calls = net.calls
    step(X[8:16], [1.0] * 8)
    step(X[16:24], [-1.0, 1.0] * 4)
    assert (step.engine, net.calls) == ("program", calls)
    step(X[8:16], [-1.0, 0.5, 0.5, 0.25] * 2)
    assert (step.engine, net.calls) == ("program", calls + 1)


class Noting(MLP):
    """Notes the batches that it is given."""

    def __init__(self, *sizes, rng):
        super().__init__(*sizes, rng=rng)
        self.noted = []

    def batch(self, rows):
        self.noted.append(rows)
        return super().batch(rows)


def test_looking_again_takes_two_rows_at_most_and_others_every_time():
    for count, first, second in (
        (2, [0, 1], [0, 1]),
        (3, [0, 2], [1]),
        (4, [0, 2], [1, 3]),
        (9, [2, 7], [3, 8]),
        (15, [2, 10], [3, 11]),
        (17, [2, 11], [3, 12]),
    ):
        net = Noting(2, [3, 1], rng=1)
        rows = [[0.1 * i, 1.0] for i in range(count)]
        step = RecordedStep(net, mse, predictions=False)
        step(rows, Y[:count])
        step.look_again(False)
        net.noted.clear()
        for _ in range(3):
            step.look_again(False)
        assert net.noted == [[rows[i] for i in first], [rows[i] for i in second]]  # in epochs 2 and 4


class Careful(MLP):
    """Draws random numbers in use, not while learning."""

    def __call__(self, x):
        y = super().__call__(x)
        return y if self.training else y + 0.1 * random.random()


class Wasteful(MLP):
    """Draws a random number in use, which it makes no use of, and which a replay would not draw."""

    def __call__(self, x):
        if not self.training:
            random.random()
        return super().__call__(x)


class InUseBranching(MLP):
    def __call__(self, x):
        y = super().__call__(x)
        return y if self.training or y > 0.0 else 0.5 * y


@pytest.mark.filterwarnings("default")  # as users have it; that recording warns must not reach them
@pytest.mark.parametrize(("kind", "outputs"), [(MLP, 1), (MLP, 2), (Careful, 1), (Wasteful, 1), (InUseBranching, 1)])
def test_held_out_rows_are_answered_as_with_graphs(kind, outputs, recwarn):
    loss, targets = (mse, Y) if outputs == 1 else (cross_entropy, [int(y > 0) for y in Y])

    def run(compiled):
        random.seed(7)
        net = kind(2, [4, outputs], activation="tanh", rng=1)
        metrics = {"largest": lambda p, t: max(max(row) if isinstance(row, list) else row for row in p)}
        options = {"epochs": 5, "metrics": metrics, "validation": (X[40:60], targets[40:60]), "batch_size": 10}
        history, _ = trained(compiled, loss, net, targets, rng=random.Random(1), **options)
        return history, random.random()

    (graphs, die), (program, other_die) = run(False), run(True)
    assert (program.engine, other_die) == ("program", die)
    assert program.validation_loss == pytest.approx(graphs.validation_loss, rel=1e-9)
    assert program.metrics["validation_largest"] == pytest.approx(graphs.metrics["validation_largest"], rel=1e-9)
    assert not recwarn


def test_held_out_rows_are_answered_by_a_program():
    calls = []

    class Counting(MLP):
        def __call__(self, x):
            calls.append(self.training)
            return super().__call__(x)

    trained(True, mse, Counting(2, [4, 1], rng=1), epochs=20, validation=(X[40:60], Y[40:60]))
    assert calls.count(False) == 20 + 1  # the first time, and while recording


def test_training_on_a_program_disturbs_no_other_thread():
    """Another thread draws from the module random and has its own warning filters; both go on as if nothing were."""
    pytest.importorskip("numpy")  # whose import adds filters of its own
    stop, drawn, seen = threading.Event(), [], set()
    stdout, filters = sys.stdout, list(warnings.filters)

    def draw():
        while not stop.is_set():
            drawn.append(random.random())
            seen.add((sys.stdout is stdout, list(warnings.filters) == filters))

    other = threading.Thread(target=draw)
    other.start()
    try:
        engines = [trained(True, mse, model(), epochs=2)[0].engine for _ in range(5)]
    finally:
        stop.set()
        other.join()
    assert engines == ["program"] * 5
    assert len(set(drawn)) == len(drawn)
    assert seen == {(True, True)}


def test_a_model_that_draws_from_the_module_random_is_trained_as_if_nothing_had_been_tried():
    class Dicing(MLP):
        def __call__(self, x):
            random.random()
            return super().__call__(x)

    found = []
    for compiled in ("auto", False):
        random.seed(3)
        history, state = trained(compiled, mse, Dicing(2, [3, 1], rng=0), epochs=60)
        found.append((state, history.loss, random.random()))
    assert found[0] == found[1]


@pytest.mark.parametrize("compiled", [False, True])
def test_what_a_clip_of_ones_own_does_to_numpys_numbers_is_warned_about(compiled):
    np = pytest.importorskip("numpy")

    def clip(parameters):
        np.float64(parameters[0].data) / np.float64(0.0)

    rows = [[float(i), float(i % 3)] for i in range(8)]
    with pytest.warns(RuntimeWarning, match="divide by zero") as told:
        history = fit(
            MLP(2, [3, 1], rng=1), rows, [x for x, _ in rows], loss=mse, epochs=3, clip=clip, compiled=compiled
        )
    assert (history.engine, len(told)) == ("program" if compiled else "graphs", 3)


def test_a_model_whose_parameter_has_a_hook_trains_with_graphs():
    model, calls = nn.MLP(1, [1], init=0.0), []
    model.parameters()[0]._backward = lambda: calls.append(None)
    history = nn.fit(model, [[0.0], [1.0]], [1.0, 3.0], loss="mse", epochs=600)
    assert (len(calls), history.engine) == (
        600,
        "graphs: a parameter has a closure of its own for a _backward, as a hook: a replay does not call it",
    )
