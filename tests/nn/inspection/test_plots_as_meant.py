"""Plots show what they were meant to show, to the last point, width and word: compared with tests/data/plots.json.gz.

If a change of what they show was intended: python -m tests.generators.plots, and look at what it draws.
"""

import gzip
import json

import pytest

pytest.importorskip("matplotlib")

from tests.generators.plots import DRAWN, FILE, drawn

KEPT = json.loads(gzip.decompress(FILE.read_bytes()))


def differences(got, want, where=""):
    """The places at which two JSON values differ by more than the last digits."""
    if isinstance(want, dict) and isinstance(got, dict) and got.keys() == want.keys():
        return [found for key in want for found in differences(got[key], want[key], f"{where}.{key}")]
    if isinstance(want, list) and isinstance(got, list) and len(got) == len(want):
        pairs = enumerate(zip(got, want, strict=True))
        return [found for i, (a, b) in pairs for found in differences(a, b, f"{where}[{i}]")]
    try:
        same = float(got) == pytest.approx(float(want), rel=1e-6, abs=1e-9, nan_ok=True)
    except (TypeError, ValueError):
        same = got == want
    return [] if same else [(where, got, want)]


@pytest.mark.parametrize("name", DRAWN)
def test_a_plot_shows_what_it_was_meant_to(name):
    assert differences(drawn(name), KEPT[name]) == []


def test_no_plot_is_kept_in_vain():
    assert KEPT.keys() == DRAWN.keys()
