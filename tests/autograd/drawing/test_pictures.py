"""Pictures look as they were meant to, to the last coordinate and word: compared with those of tests/data.

If a change of their looks was intended: python -m tests.generators.pictures, and look at what it wrote.
"""

import gzip
import json
from unittest import mock

import pytest

from tests.generators.pictures import FILE, PICTURES, key

KEPT = json.loads(gzip.decompress(FILE.read_bytes()))


def answer(source: str, output: str) -> bytes:
    """What Graphviz answered; a question it was not asked before is a picture that has changed."""
    assert key(source) in KEPT["answers"], source
    return KEPT["answers"][key(source)].encode()


@pytest.mark.parametrize("name", PICTURES)
def test_a_picture_is_as_it_was_meant(name):
    with mock.patch("autograd.drawing.layout.placement.run_graphviz", answer):
        assert PICTURES[name]() == KEPT["pictures"][name]


def test_no_picture_is_kept_in_vain():
    assert KEPT["pictures"].keys() == PICTURES.keys()
