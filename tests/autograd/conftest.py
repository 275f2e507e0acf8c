"""The engines that lay graphs out, one after the other, where they are installed."""

import pytest

from autograd import engines


@pytest.fixture(params=["dot", "wasm"])
def engine(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> str:
    name: str = request.param
    if not {"dot": engines._has_dot, "wasm": engines._has_wasm}[name]():
        pytest.skip(f"{name} is not installed")
    monkeypatch.setenv("GLASSGRAD_LAYOUT", name)
    return name
