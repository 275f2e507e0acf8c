"""What comes in the middle: forks, signal handlers, objects that go, Ctrl-C while a mode is entered or left."""

import gc
import os
import random
import signal
import threading
import time
import warnings

import pytest

from autograd import Value, backprop, native, no_grad, total
from autograd.backprop import add_to_grads
from autograd.modes import ACTIVE, UNUSUAL, current_mode, mode

needs_fork = pytest.mark.skipif(not hasattr(os, "fork"), reason="forks")


def in_a_child(work) -> bool:
    """Whether `work()` returns True in a forked child, in time."""
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", ".*multi-threaded", DeprecationWarning)  # ours, or those of pytest-xdist
        child = os.fork()
    if child == 0:
        code = 1
        try:
            code = 0 if work() else 2
        finally:
            os._exit(code)
    end = time.monotonic() + 120.0  # what hangs takes as long, whatever else the machine does
    while time.monotonic() < end:
        done, status = os.waitpid(child, os.WNOHANG)
        if done:
            return status == 0
        time.sleep(0.005)
    os.kill(child, signal.SIGKILL)
    os.waitpid(child, 0)
    return False


def differentiates() -> bool:
    a = Value(2.0)
    (a * a).backward()
    return a.grad == 4.0


@needs_fork
def test_a_fork_in_the_middle_of_a_backward_pass_leaves_a_child_that_works_and_grads_that_are_whole():
    xs = [Value(float(i)) for i in range(500)]
    y = total([x * x for x in xs])
    stop = threading.Event()

    def work():
        while not stop.is_set():
            y.backward()

    thread = threading.Thread(target=work)
    thread.start()
    try:
        for _ in range(5):
            time.sleep(0.003)
            assert in_a_child(lambda: differentiates() and len({x.grad / x.data for x in xs[1:]}) == 1)
    finally:
        stop.set()
        thread.join()


@pytest.mark.skipif(native.extension is not None, reason="native: no Python runs in the middle of a backward pass")
@pytest.mark.parametrize("ask", [differentiates, lambda: add_to_grads([Value(1.0)], [1.0])])
def test_who_asks_in_the_middle_of_a_backward_pass_gets_an_error_and_no_deadlock(ask, monkeypatch):
    a = Value(3.0)
    y = a * a
    real = backprop._chain_rule
    heard = []

    def interrupted(interior):
        try:
            ask()
        except RuntimeError as error:
            heard.append(str(error))
        real(interior)

    monkeypatch.setattr(backprop, "_chain_rule", interrupted)
    y.backward()
    monkeypatch.undo()
    assert a.grad == 6.0
    assert len(heard) == 1
    assert "in the middle of a backward()" in heard[0]
    assert differentiates()


def test_an_error_in_the_middle_lets_the_next_one_run():
    a = Value(1.0)
    a.grad = None
    with pytest.raises(TypeError):
        (a * a).backward()
    assert differentiates()


@needs_fork
def test_ctrl_c_while_no_grad_is_entered_or_left_leaves_gradients_on():
    def interrupted_somewhere(seed):
        x = Value(1.0)

        def ctrl_c(*_):
            raise KeyboardInterrupt

        def work():
            gc.disable()  # what hypothesis hangs on the collector would swallow an interrupt
            signal.signal(signal.SIGALRM, ctrl_c)
            try:
                signal.setitimer(signal.ITIMER_REAL, random.Random(seed).uniform(1e-4, 2e-3))
                while True:
                    with no_grad():
                        x * 2.0
            except KeyboardInterrupt:
                pass
            return (x * 2.0).parents == (x,) and ACTIVE == UNUSUAL == [] and current_mode().grad

        return work

    assert [seed for seed in range(40) if not in_a_child(interrupted_somewhere(seed))] == []


def test_a_mode_that_is_dropped_is_left():
    x = Value(1.0)
    inner = no_grad()
    inner.__enter__()
    inner.__enter__()
    assert (x * x).parents == ()
    del inner
    assert (x * x).parents == (x, x)
    assert ACTIVE == UNUSUAL == []


def test_a_mode_that_is_dropped_leaves_the_one_around_it():
    with mode(lines=True):
        inner = no_grad()
        inner.__enter__()
        assert current_mode() == (False, True, None, None, None)
        del inner
        assert current_mode() == (True, True, None, None, None)
    assert ACTIVE == UNUSUAL == []


def test_a_mode_that_is_dropped_in_another_thread_leaves_that_threads_own():
    x, entered = Value(1.0), [mode(grad=False)]
    entered[0].__enter__()
    found = []

    def drop():
        with mode(lines=True):
            entered.clear()
            found.append(current_mode())

    thread = threading.Thread(target=drop)
    thread.start()
    thread.join()
    assert found[0].lines
    assert ACTIVE == UNUSUAL == []
    assert (x * x).parents == (x, x)
