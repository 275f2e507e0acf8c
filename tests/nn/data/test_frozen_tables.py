"""Files that an earlier reader took are read as they were; every difference is listed, with its reason."""

import json
from pathlib import Path

import pytest

from tests.generators.tables import reading, target_of

FROZEN = json.loads((Path(__file__).parents[2] / "data" / "tables.json").read_text(encoding="utf-8"))
MEANT: dict[str, dict[str, object]] = {}  # of a file: what is read otherwise


@pytest.mark.parametrize("name", FROZEN)
def test_a_file_is_read_as_it_was(name):
    text = FROZEN[name]["text"]
    expected = {key: value for key, value in FROZEN[name].items() if key != "text"} | MEANT.get(name, {})
    assert json.loads(json.dumps(reading(text, target_of(text)))) == expected


def test_there_are_enough_of_them():
    assert len(FROZEN) >= 40
    assert MEANT.keys() <= FROZEN.keys()
