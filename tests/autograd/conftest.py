"""What pictures are made and seen with, where it is installed: the engines that lay graphs out, and a browser."""

import shutil
from collections.abc import Iterator
from typing import Any

import pytest

from autograd.drawing.layout import graphviz as engines


@pytest.fixture(params=["dot", "wasm"])
def engine(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> str:
    name: str = request.param
    if not {"dot": engines._has_dot, "wasm": engines._has_wasm}[name]():
        pytest.skip(f"{name} is not installed")
    monkeypatch.setenv("GLASSGRAD_LAYOUT", name)
    return name


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
