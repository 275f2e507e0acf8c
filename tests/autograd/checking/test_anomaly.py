"""detect_anomaly: the first nan or infinity, forward and backward, with its cause in the message."""

import math
import threading

import pytest

import autograd
from autograd import (
    BackwardStep,
    Value,
    detect_anomaly,
    differentiate,
    grad,
    hvp,
    jacobian,
    jvp,
    no_grad,
    value_and_grad,
)
from autograd.checking.anomaly import _cause


def message(action, **options):
    """What FloatingPointError says when `action` runs with anomalies watched."""
    with detect_anomaly(**options), pytest.raises(FloatingPointError) as caught:
        action()
    return str(caught.value)


# Forward --------------------------------------------------------------------------------------------------------------
def test_forward_names_operation_operands_labels_and_line():
    x = Value(-1.0, label="x")
    text = message(lambda: autograd.log(x) + 1.0)
    assert text.startswith("forward: log(x = -1.0) = nan, made at test_anomaly.py:")
    line = int(text.rpartition(":")[2])
    with open(__file__, encoding="utf-8") as source:
        assert "autograd.log(x) + 1.0" in source.read().splitlines()[line - 1]


def test_a_label_cannot_steer_the_terminal_nor_fill_it():
    x = Value(-1.0, label="\x1b[31m" + "x" * 100_000)
    text = message(lambda: autograd.log(x))
    assert text.startswith("forward: log(\N{REPLACEMENT CHARACTER}[31mxxx")
    assert len(text) < 200


@pytest.mark.parametrize(("count", "last"), [(6, "a = inf)"), (7, "a = inf, … 1 more)")])
def test_six_operands_are_named(count, last):
    a = Value(math.inf, label="a")
    assert f"total({'a = inf, ' * 5}{last} = inf" in message(lambda: autograd.total([a] * count), inf=True)


@pytest.mark.parametrize(
    ("action", "start"),
    [
        (lambda x: x / (x - 2.0) * (x - 2.0), "forward: mul(inf, 0.0) = nan"),
        (lambda x: (-x) ** 0.5, "forward: pow(-2.0, 0.5) = nan"),
        (lambda x: (-x).log(), "forward: log(-2.0) = nan"),
        (
            lambda x: autograd.dot([x] * 8, [math.nan] * 8),
            "forward: dot(a = 2.0, a = 2.0, a = 2.0, a = 2.0, a = 2.0, a = 2.0, … 11 more) = nan",
        ),
        (lambda x: 3.0 + x * math.nan, "forward: mul(a = 2.0, nan) = nan"),
    ],
)
def test_forward(action, start):
    assert message(lambda: action(Value(2.0, label="a"))).startswith(start)


def test_an_operand_that_was_nan_before():
    text = message(lambda: Value(math.nan, label="input") + 1.0)
    assert "Operand 0 was nan before: look at where it comes from" in text


def test_infinities_only_on_request():
    x = Value(1000.0, label="x")
    with detect_anomaly():
        assert x.exp().data == math.inf
    assert message(lambda: x.exp(), inf=True).startswith("forward: exp(x = 1000.0) = inf")
    assert message(lambda: Value(-1.0).log(), inf=True).startswith("forward: log(-1.0) = nan")


def test_numbers_of_forward_mode_have_no_node_and_are_watched():
    assert message(lambda: jvp(lambda x: autograd.sqrt(x), (-4.0,), (1.0,))).startswith(
        "forward: sqrt(-4.0) = nan, made at test_anomaly.py:"
    )


# Backward -------------------------------------------------------------------------------------------------------------
def test_backward_names_the_edge_and_its_cause():
    x = Value(0.0, label="x")

    def loss():
        y = x.sqrt() * 0.0
        y.backward()

    x.grad = 5.0
    text = message(loss)
    assert text.startswith(
        "backward: the gradient towards x = 0.0 is nan after sqrt(x = 0.0) = 0.0, made at test_anomaly.py:"
    )
    assert "upstream 0.0 · local derivative inf = nan, added to 0.0." in text
    assert "The slope is infinite there and meets a gradient of 0" in text
    assert x.grad == 5.0


def test_backward_without_a_derivative():
    base, exponent = Value(-8.0, label="base"), Value(2.0, label="exponent")
    text = message(lambda: (base**exponent).backward())
    assert "towards exponent = 2.0 is nan after pow(base = -8.0, exponent = 2.0) = 64.0" in text
    assert "The operation has no derivative at these operands" in text


def test_backward_of_infinities():
    x = Value(0.0, label="x")
    text = message(lambda: (x.sqrt() - x.sqrt()).backward())
    assert "Contributions of inf and -inf met" in text
    assert "is inf after sqrt(x = 0.0)" in message(lambda: x.sqrt().backward(), inf=True)
    text = message(lambda: autograd.log(autograd.floor(x)).backward())
    assert "The gradient has overflowed before it came here" in text


@pytest.mark.parametrize(
    ("upstream", "local", "before", "cause"),
    [
        (1.0, math.nan, 0.0, "no derivative at these operands"),
        (0.0, math.inf, 0.0, "The slope is infinite there"),
        (-math.inf, 0.0, 0.0, "overflowed before it came here"),
        (1.0, math.inf, -math.inf, "Contributions of inf and -inf met"),
        (2.0, math.inf, 1.0, ""),
        (math.inf, 2.0, 1.0, ""),
        (1e300, 1e300, 1.0, ""),
        (math.nan, 1.0, 0.0, ""),
        (math.nan, 0.0, 0.0, ""),
    ],
)
def test_what_the_numbers_of_an_edge_tell(upstream, local, before, cause):
    product = upstream * local
    x = Value(0.0)
    found = _cause(BackwardStep(x, x, upstream, local, product, before, before + product, 1, 1))
    assert cause in found
    assert bool(cause) is bool(found)


def test_a_graph_made_before_has_no_lines():
    y = Value(0.0).sqrt() * 0.0
    assert "made outside detect_anomaly(), so its line is not known" in message(y.backward)


# Everywhere -----------------------------------------------------------------------------------------------------------
def bad(x):
    return autograd.sqrt(x) * 0.0


@pytest.mark.parametrize(
    "action",
    [
        lambda: grad(bad)(0.0),
        lambda: grad(bad)(Value(0.0)),
        lambda: value_and_grad(bad)(0.0),
        lambda: jacobian(lambda x: [x, bad(x)])(0.0),
        lambda: hvp(bad, (0.0,), (1.0,)),
        lambda: (lambda x: differentiate(bad(x), x))(Value(0.0)),
    ],
)
def test_derivatives_of_functions_are_watched(action):
    with detect_anomaly(), pytest.raises(FloatingPointError):
        action()
    action()  # and nothing raises otherwise


def test_what_is_right_passes_unchanged():
    x = Value(0.7)
    y = (autograd.tanh(x) * x).exp()
    y.backward()
    expected, x.grad = x.grad, 0.0
    with detect_anomaly(inf=True):
        y = (autograd.tanh(x) * x).exp()
        y.backward()
        assert grad(autograd.tanh)(0.0) == 1.0
    assert x.grad == expected


def test_as_a_decorator_and_nested():
    @detect_anomaly()
    def watched(x):
        return x.log()

    @detect_anomaly
    def also(x):
        return x.log()

    @detect_anomaly(inf=True)
    def strictly(x):
        return x.log()

    for function, number in ((watched, -1.0), (also, -1.0), (strictly, 0.0)):
        with pytest.raises(FloatingPointError):
            function(Value(number))
    assert math.isnan(Value(-1.0).log().data)
    with detect_anomaly(inf=True):
        with detect_anomaly():
            assert Value(0.0).log().data == -math.inf
        with pytest.raises(FloatingPointError):
            Value(0.0).log()


def test_under_no_grad_there_is_no_graph_to_watch():
    with detect_anomaly(), no_grad():
        assert math.isnan(Value(-1.0).log().data)


def test_another_thread_is_in_no_mode():
    seen = []
    with detect_anomaly():
        thread = threading.Thread(target=lambda: seen.append(Value(-1.0).log().data))
        thread.start()
        thread.join()
    assert math.isnan(seen[0])


def test_positional_options_are_refused():
    with pytest.raises(TypeError):
        detect_anomaly(inf=True, nan=True)


def test_healthy_numbers_of_forward_mode_pass():
    with detect_anomaly(inf=True):
        assert jvp(lambda x: x * x, (3.0,), (1.0,)) == (9.0, 6.0)
