"""JSON in which every float survives and no key is lost."""

import json
import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from autograd.system.json_text import float_from, json_from, read_json


@given(st.floats())
def test_every_float_comes_back(number):
    text = json.dumps(json_from(number), allow_nan=False)
    found = float_from(json.loads(text))
    assert found == number or (math.isnan(found) and math.isnan(number))
    assert math.copysign(1.0, found) == math.copysign(1.0, number) or math.isnan(number)


@pytest.mark.parametrize("entry", [None, True, [], {}, "1", "Infinity", "NAN", 10**400, math.inf, math.nan])
def test_what_is_no_number_of_a_file(entry):
    assert float_from(entry) is None


def test_whole_numbers_are_numbers():
    assert float_from(2**70) == 2.0**70


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ('{"a": {"w": 1, "b": 2, "w": 3, "b": 4, "c": 5}}', "given twice: b, w$"),
        ('{"a": NaN}', "NaN is not JSON"),
        ("[-Infinity]", "-Infinity is not JSON"),
        ("[" * 100_000, "nested too deeply"),
        ('{"a": 1', "delimiter"),
        (b"\xff\xfe\x00", "decode"),
        (b"\xe9", "decode"),
    ],
)
def test_what_is_no_json(text, message):
    with pytest.raises(ValueError, match=message):
        read_json(text)


def test_a_byte_order_mark_does_no_harm():
    assert read_json('{"a": 1}'.encode("utf-8-sig")) == {"a": 1}
