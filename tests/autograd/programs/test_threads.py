"""Recording and replaying in several threads: they get what one thread gets, and disturb nobody."""

import os
import random
import signal
import subprocess
import sys
import threading
import warnings

import numpy as np
import pytest

from autograd import Value, dot, record, tanh


@pytest.fixture
def hasty():
    """Threads take turns as often as they can."""
    before = sys.getswitchinterval()
    sys.setswitchinterval(1e-6)
    yield
    sys.setswitchinterval(before)


def at_once(*tasks):
    """What the tasks return, each in a thread of its own; all start together."""
    found, start = [None] * len(tasks), threading.Barrier(len(tasks))

    def run(i):
        start.wait()
        try:
            found[i] = tasks[i]()
        except BaseException as error:
            found[i] = error

    threads = [threading.Thread(target=run, args=(i,)) for i in range(len(tasks))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return found


def network():
    ws = [Value(0.1 * i - 0.3) for i in range(8)]

    def f(x, y):
        h = [tanh(dot(ws[:4], [x, y, x * y, 1.0])), tanh(dot(ws[4:], [y, x, x - y, 1.0]))]
        return (h[0] * h[1] - x) ** 2

    return f


COLUMNS = [0.01 * i for i in range(12)], [0.02 * i for i in range(12)]


def gradient(program):
    value, slopes = program.gradient_function()([p.data for p in program.parameters], *COLUMNS)
    return [value, *slopes.tolist()]


@pytest.mark.parametrize("arrays", [False, True])
def test_the_first_calls_of_a_program_may_come_from_many_threads(hasty, arrays):
    f = network()
    questions = [
        gradient,
        lambda p: p.map(*COLUMNS),
        lambda p: [p(0.3, 0.4)],
        lambda p: [p.value_and_grad(0.3, 0.4)[0], *p.value_and_grad(0.3, 0.4)[1]],
        lambda p: [len(p.source)],
    ]
    expected = [ask(record(f, 0.1, 0.2, arrays=arrays)) for ask in questions]
    for _ in range(15):
        program = record(f, 0.1, 0.2, arrays=arrays)
        tasks = [lambda ask=ask, program=program: ask(program) for ask in questions for _ in range(2)]
        found = at_once(*tasks)
        for i, numbers in enumerate(found):
            assert numbers == pytest.approx(expected[i // 2], rel=1e-9, abs=1e-14)
        assert gradient(program) == pytest.approx(expected[0], rel=1e-9)


def test_parameters_that_threads_meet_on_paths_of_their_own_get_places_of_their_own(hasty):
    for _ in range(10):
        ws = [Value(float(i)) for i in range(6)]

        def f(x, ws=ws):
            return next((w * x for i, w in enumerate(ws) if x < i), x)

        program = record(f, -1.0)
        found = at_once(*(lambda i=i, program=program: program(i - 0.5) for i in range(6)))
        assert found == [i * (i - 0.5) for i in range(6)]
        assert set(program.parameters) == set(ws)
        for i in range(6):
            program(i - 0.5)
            _, slopes = program.gradient_function(None)([p.data for p in program.parameters], i - 0.5)
            assert dict(zip(program.parameters, slopes.tolist(), strict=True)) == {
                w: (i - 0.5 if w is ws[i] else 0.0) for w in ws
            }


def test_recording_leaves_the_standard_output_and_the_warning_filters_alone(hasty):
    stdout, filters, seen = sys.stdout, list(warnings.filters), []

    def f(x):
        seen.append((sys.stdout is stdout, list(warnings.filters) == filters))
        return x * 2.0

    assert [p(1.5) for p in at_once(*[lambda: record(f, 1.0)] * 6)] == [3.0] * 6
    assert set(seen) == {(True, True)}
    assert sys.stdout is stdout
    assert warnings.filters == filters
    assert sys.getprofile() is None


@pytest.mark.parametrize("noise", [random.random, lambda: random.gauss(0.0, 1.0), lambda: print(end="")])
def test_what_other_threads_draw_and_print_is_not_warned_about(hasty, noise):
    stop = threading.Event()

    def make_noise():
        while not stop.is_set():
            noise()

    other = threading.Thread(target=make_noise)
    other.start()
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error")
            for strict in (False, True) * 10:
                record(network(), 0.1, 0.2, strict=strict)
    finally:
        stop.set()
        other.join()


def test_recording_does_not_load_numpys_generators_and_hears_of_draws_from_those_that_were_loaded_meanwhile():
    script = """
import sys, warnings
import numpy as np
from autograd import record
warnings.simplefilter("error")
record(lambda x: 2.0 * x, 1.0)
assert "numpy.random" not in sys.modules
def f(x):
    np.random.{}
    return x
record(f, 1.0)
assert "numpy.random" in sys.modules
"""
    for act, draws in {"PCG64(1)": False, "random()": True, "standard_normal()": True, "seed(1)": True}.items():
        run = subprocess.run([sys.executable, "-c", script.format(act)], capture_output=True, text=True, check=False)
        assert ("RuntimeWarning: the recorded function drew random numbers" in run.stderr) is draws, run.stderr
        assert (run.returncode == 0) is not draws, run.stderr


def test_a_draw_of_numpys_that_may_be_anothers_is_warned_about_as_such():
    stop = threading.Event()
    other = threading.Thread(target=stop.wait)
    other.start()
    try:
        with pytest.warns(RuntimeWarning, match="somebody drew from NumPy's .* If it was the function"):
            record(lambda x: x * np.random.random(), 1.0)
        record(lambda x: x * np.random.random(), 1.0, strict=True)  # no reason to refuse
    finally:
        stop.set()
        other.join()


@pytest.mark.parametrize(
    ("act", "message"),
    [
        (random.random, "drew random numbers"),
        (lambda: random.gauss(0.0, 1.0), "drew random numbers"),
        (lambda: random.shuffle([1, 2, 3]), "drew random numbers"),
        (lambda: np.random.random(), "drew random numbers"),
        (lambda: print("here"), "printed something"),
        (lambda: sys.stdout.write("here"), "printed something"),
        (lambda: Value(1.0) == 1.0, None),
    ],
)
@pytest.mark.parametrize("before", [0, 1])
def test_strictly_what_a_replay_would_not_do_is_a_value_error(act, message, before, monkeypatch):
    def f(x):
        act()
        return x * 2.0

    random.seed(1)
    for _ in range(before):
        random.gauss(0.0, 1.0)  # keeps a number for its next call
    state = random.getstate()
    if message is None:
        assert record(f, 1.0, strict=True)(3.0) == 6.0
    else:
        monkeypatch.setattr("threading.active_count", lambda: 1)
        with pytest.raises(ValueError, match=message):
            record(f, 1.0, strict=True)
    assert random.getstate() == state
    assert sys.getprofile() is None


def test_strictly_a_comparison_by_identity_is_a_value_error():
    with pytest.raises(ValueError, match="always False"):
        record(lambda x: x if x == 1 else 2.0 * x, 1.0, strict=True)


def test_a_profiler_goes_on_while_a_function_is_recorded():
    heard = []

    def profiler(frame, event, arg):
        heard.append(event)

    sys.setprofile(profiler)
    try:
        program = record(lambda x: x * random.random(), 1.0)  # nobody listens, nobody is warned
        still = sys.getprofile()
    finally:
        sys.setprofile(None)
    assert still is profiler
    assert len(heard) > 50
    assert program(0.0) == 0.0


def test_the_listener_goes_with_the_function_it_listened_to():
    def f(x):
        raise KeyError(sys.getprofile() is not None)

    with pytest.raises(KeyError, match="True"):
        record(f, 1.0)
    assert sys.getprofile() is None


@pytest.mark.skipif(not hasattr(os, "fork"), reason="no fork here")
def test_a_fork_during_first_calls_leaves_a_child_that_works(hasty):
    program = record(network(), 0.1, 0.2, arrays=True)
    expected = gradient(record(network(), 0.1, 0.2, arrays=True))
    stop = threading.Event()

    def go_on():
        while not stop.is_set():
            gradient(record(network(), 0.1, 0.2))
            gradient(program)

    other = threading.Thread(target=go_on)
    other.start()
    try:
        for _ in range(10):
            with warnings.catch_warnings():
                warnings.simplefilter("ignore", DeprecationWarning)  # of forking with threads, since Python 3.12
                child = os.fork()
            if child == 0:
                signal.alarm(120)
                os._exit(0 if gradient(program) == pytest.approx(expected) else 1)
            assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0
    finally:
        stop.set()
        other.join()
