"""Saving: every bit survives, and whatever is wrong with a file leaves the model as it was."""

import json
import math
import random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from nn import MLP
from nn.saving import load, read, save


def model(seed=0):
    return MLP(2, [3, 1], rng=random.Random(seed))


@pytest.fixture
def saved(tmp_path):
    path = tmp_path / "model.json"
    save(model(1), path, about={"columns": ["a", "ä"]})
    return path


def test_a_model_comes_back_bit_for_bit(saved):
    copy = model(2)
    assert load(copy, saved) == {"columns": ["a", "ä"]}
    assert copy.state_dict() == model(1).state_dict()
    assert all(copy([x, y]).data == model(1)([x, y]).data for x in (-1.0, 0.3) for y in (0.7, 2.0))


@settings(deadline=None)  # a busy machine is no failure
@given(st.lists(st.floats(), min_size=13, max_size=13))
def test_every_float_survives(tmp_path_factory, numbers):
    path = tmp_path_factory.mktemp("floats") / "model.json"
    original, copy = model(), model(1)
    for p, number in zip(original.parameters(), numbers, strict=True):
        p.data = number
    save(original, path)
    json.loads(path.read_text(encoding="utf-8"), parse_constant=pytest.fail)  # strict JSON: no NaN, no Infinity
    load(copy, path)
    for p, q in zip(original.parameters(), copy.parameters(), strict=True):
        assert p.data == q.data or (math.isnan(p.data) and math.isnan(q.data))
        assert math.copysign(1, p.data) == math.copysign(1, q.data) or math.isnan(p.data)


def spoil(path, change):
    content = json.loads(path.read_text(encoding="utf-8"))
    change(content)
    path.write_text(json.dumps(content), encoding="utf-8")


FIRST = "layer0.neuron0.w0"
CHANGES = {
    "a name is missing": (lambda c: c["state"].pop(FIRST), FIRST),
    "a name is unknown": (lambda c: c["state"].update(extra=1.0), "extra"),
    "text for a number": (lambda c: c["state"].update({FIRST: "much"}), FIRST),
    "a list for a number": (lambda c: c["state"].update({FIRST: [1.0]}), FIRST),
    "true for a number": (lambda c: c["state"].update({FIRST: True}), FIRST),
    "null for a number": (lambda c: c["state"].update({FIRST: None}), FIRST),
    "a number too large": (lambda c: c["state"].update({FIRST: 10**400}), FIRST),
    "another format": (lambda c: c.update(format="pickle"), "format"),
    "a later version": (lambda c: c.update(version=2), "version 2"),
    "no state": (lambda c: c.pop("state"), "state"),
    "no about": (lambda c: c.pop("about"), "about"),
}


@pytest.mark.parametrize("case", CHANGES)
def test_a_spoilt_file_is_refused_by_name_and_changes_nothing(saved, case):
    change, named = CHANGES[case]
    spoil(saved, change)
    untouched = model(3)
    before = untouched.state_dict()
    with pytest.raises(ValueError, match=named):
        load(untouched, saved)
    assert untouched.state_dict() == before


def test_all_that_does_not_fit_is_listed_at_once(saved):
    with pytest.raises(ValueError, match="nothing was changed") as error:
        load(MLP(2, [2, 1]), saved)
    # 2-3-1 saved, 2-2-1 given: neuron 2 of layer 0 and the third weight of the last layer are too many
    for name in ("layer0.neuron2.w0", "layer0.neuron2.w1", "layer0.neuron2.b", "layer1.neuron0.w2"):
        assert name in str(error.value)
    spoil(saved, lambda c: c["state"].update({FIRST: "x", "layer1.neuron0.b": None}))
    with pytest.raises(ValueError, match=f"{FIRST}.*layer1.neuron0.b"):
        load(model(), saved)


@pytest.mark.parametrize("kept", [0, 1, 20, 200, -2, -20])
def test_a_truncated_file_is_refused(saved, kept):
    saved.write_bytes(saved.read_bytes()[:kept])
    untouched = model(3)
    with pytest.raises(ValueError, match="no complete model file"):
        load(untouched, saved)
    assert untouched.state_dict() == model(3).state_dict()


@pytest.mark.parametrize(
    "content", [b"\xff\xfe\x00", b"[1, 2]", b"3", b'{"format": 1, "format": 2}', b"[" * 100_000, b'{"a": NaN}']
)
def test_what_is_no_model_file_is_refused(tmp_path, content):
    path = tmp_path / "other.json"
    path.write_bytes(content)
    with pytest.raises(ValueError, match=r"no complete model file|no model file"):
        read(path)


def test_a_name_given_twice_is_named(tmp_path):
    path = tmp_path / "twice.json"
    path.write_text('{"format": "glassgrad model", "state": {"w": 1.0, "b": 2.0, "w": 3.0}}')
    with pytest.raises(ValueError, match=r"given twice: w$"):
        read(path)


def test_a_failed_save_leaves_the_older_file(saved, monkeypatch):
    before = saved.read_bytes()
    with pytest.raises(TypeError):
        save(model(5), saved, about={"set": {1, 2}})
    assert saved.read_bytes() == before

    def full_disk(self, *arguments, **named):
        raise OSError("No space left on device")

    monkeypatch.setattr("pathlib.Path.write_text", full_disk)
    with pytest.raises(OSError, match="No space"):
        save(model(5), saved)
    assert saved.read_bytes() == before
    assert [p.name for p in saved.parent.iterdir()] == ["model.json"]


def test_what_cannot_be_written_is_named_as_it_was_given(tmp_path):
    (tmp_path / "folder").mkdir()
    for path, error in (
        (tmp_path / "nowhere" / "x.json", FileNotFoundError),
        (tmp_path / "folder", IsADirectoryError),
    ):
        with pytest.raises(error) as caught:
            save(model(), path)
        assert str(caught.value).endswith(repr(str(path)))


def test_missing_files_are_os_errors(tmp_path):
    with pytest.raises(FileNotFoundError):
        load(model(), tmp_path / "none.json")
    with pytest.raises(FileNotFoundError):
        save(model(), tmp_path / "no" / "folder.json")
