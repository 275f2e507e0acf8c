"""What all tests share, so that neither a busy machine nor the way they are started makes them fail."""

import gc
import random
import shutil
import signal
from collections.abc import Iterator
from typing import Any

import numpy
import pytest
from hypothesis import HealthCheck, settings

# The same examples in every run; who looks for new ones says `--hypothesis-profile=searching`.
settings.register_profile("searching", deadline=None, suppress_health_check=[HealthCheck.too_slow], derandomize=False)
settings.register_profile("unhurried", settings.get_profile("searching"), derandomize=True)
settings.load_profile("unhurried")

# A shell starts what runs in the background with Ctrl-C ignored, and every process started from there inherits that.
if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
    signal.signal(signal.SIGINT, signal.default_int_handler)


@pytest.fixture(autouse=True)
def seeded() -> None:
    """What a test draws without a seed of its own, first weights for one, is the same in every run and any order."""
    random.seed(1)
    numpy.random.seed(1)


@pytest.fixture
def interruptible() -> Iterator[None]:
    """Ctrl-C raises KeyboardInterrupt where the code is, and never in what hypothesis hangs on the collector, which
    would swallow it."""
    before, callbacks = signal.signal(signal.SIGINT, signal.default_int_handler), gc.callbacks[:]
    gc.callbacks.clear()
    yield
    gc.callbacks[:] = callbacks
    signal.signal(signal.SIGINT, before)


@pytest.fixture(scope="module")
def chromium() -> Iterator[Any]:
    """The system's Chromium, driven by playwright."""
    sync_api = pytest.importorskip("playwright.sync_api")
    program = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
    if program is None:
        pytest.skip("needs chromium on the PATH")
    with sync_api.sync_playwright() as driver:
        browser = driver.chromium.launch(executable_path=program, args=["--no-sandbox"], headless=True)
        yield browser
        browser.close()
