"""Fixtures that several tests of nn use."""

import builtins

import pytest


@pytest.fixture
def without(monkeypatch):
    """without("tqdm"): from here on to the end of the test, importing the package fails as if it were not installed."""

    def uninstall(package):
        real = builtins.__import__

        def refuse(name, *rest):
            if name.split(".")[0] == package:
                raise ImportError(f"No module named {package!r}")
            return real(name, *rest)

        monkeypatch.setattr(builtins, "__import__", refuse)

    return uninstall


@pytest.fixture
def no_pictures(monkeypatch):
    """`python -m nn` draws none: they take longer than a short training."""
    for picture in ("_save_picture", "_save_graph"):
        monkeypatch.setattr(f"nn.command_line.results.{picture}", lambda *arguments: None)
