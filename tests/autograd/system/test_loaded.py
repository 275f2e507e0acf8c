"""Libraries that somebody else has loaded, or is just loading."""

import math
import random
import sys
from importlib.machinery import ModuleSpec
from importlib.util import module_from_spec

import pytest

import nn
from autograd import Value, record, trace_lines
from autograd.system.loaded import loaded


def test_what_is_loaded_is_found_and_nothing_is_loaded_for_that(monkeypatch):
    assert loaded("math", "pi") == math.pi
    monkeypatch.setitem(sys.modules, "blocked", None)
    assert (loaded("math", "pie"), loaded("no_such_library", "pi"), loaded("blocked", "pi")) == (None, None, None)


@pytest.fixture
def half_loaded(monkeypatch):
    """NumPy and IPython as another thread sees them while they are being imported: modules with nothing in them yet."""
    for library in ("numpy", "numpy.random", "IPython"):
        monkeypatch.setitem(sys.modules, library, module_from_spec(ModuleSpec(library, None)))


@pytest.mark.usefixtures("half_loaded")
def test_a_library_that_is_just_being_imported_is_not_there_yet():
    model = nn.MLP(2, [1], rng=random.Random(1))
    assert len(model.parameters()) == len(model.named_parameters()) == 3
    assert record(lambda x: x * x, 3.0)(4.0) == 16.0
    with trace_lines():
        assert (Value(1.0) + 1.0).line.startswith("test_loaded.py:")
    nn.fit(model, [[0.0, 1.0]], [1.0], loss="mse", epochs=2)
