"""Saving: every bit survives, and whatever is wrong with a file leaves the model as it was."""

import json
import math
import random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from nn import MLP, Neuron
from nn.training.model_file import load, read, save


def model(seed=0):
    return MLP(2, [3, 1], rng=random.Random(seed))


@pytest.fixture
def saved(tmp_path):
    path = tmp_path / "model.json"
    save(model(1), path, about={"columns": ["a", "ä"]})
    return path


def test_a_file_has_a_line_for_every_number(tmp_path):
    save(Neuron(2, init=0.5), tmp_path / "neuron.json", about={"unit": "m"})
    assert (tmp_path / "neuron.json").read_text(encoding="utf-8").splitlines() == [
        *("{", ' "format": "glassgrad model",', ' "version": 1,', ' "about": {', '  "unit": "m"', " },"),
        *(' "state": {', '  "w0": 0.5,', '  "w1": 0.5,', '  "b": 0.0', " }", "}"),
    ]


def test_a_file_says_what_it_is_about_in_its_own_letters(saved):
    assert '"ä"' in saved.read_text(encoding="utf-8")


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
    "an endless list for a number": (lambda c: c["state"].update({FIRST: [0] * 100_000}), rf"{FIRST} is .{{0,60}}$"),
    "an endless version": (lambda c: c.update(version="9" * 100_000), r"version .{0,60} of the format"),
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
    for number_or_set, error in (({1, 2}, TypeError), (math.nan, ValueError)):
        with pytest.raises(error, match="`about` holds something JSON has no form for: "):
            save(model(5), saved, about={"best": number_or_set})
    assert saved.read_bytes() == before

    def full_disk(*arguments, **named):
        raise OSError("No space left on device")

    monkeypatch.setattr("os.fsync", full_disk)
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
    assert [p.name for p in tmp_path.iterdir()] == ["folder"]  # nothing half-written lies about


def test_missing_files_are_os_errors(tmp_path):
    with pytest.raises(FileNotFoundError):
        load(model(), tmp_path / "none.json")
    with pytest.raises(FileNotFoundError):
        save(model(), tmp_path / "no" / "folder.json")


# What a stranger's file may hold ------------------------------------------------------------------
def refused_or_taken_over(folder, content):
    """load() of a file with these bytes: True when it was taken over; ValueError and nothing changed otherwise."""
    path = folder / "hostile.json"
    path.write_bytes(content)
    copy = model(2)
    before = copy.state_dict()
    try:
        about = load(copy, path)
    except ValueError as error:  # and nothing else: a RecursionError or an OverflowError fails the test
        about, message = None, str(error)
    if about is None:
        assert copy.state_dict() == before
        assert str(path) in message
        return False
    assert isinstance(about, dict)
    written = {name: str(float(entry)) for name, entry in json.loads(content)["state"].items()}
    assert {name: str(number) for name, number in copy.state_dict().items()} == written
    return True


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return tmp_path_factory.mktemp("hostile")


def a_file(**changes):
    state = model(1).state_dict()
    return {"format": "glassgrad model", "version": 1, "about": {}, "state": state, **changes}


def text(content):
    """JSON of what may hold Raw text, which is put in as it stands."""
    raws = []

    def keep(thing):
        raws.append(thing.text)
        return f"\0{len(raws) - 1}\0"

    written = json.dumps(content, default=keep)
    for number, raw in enumerate(raws):
        written = written.replace(f'"\\u0000{number}\\u0000"', raw)
    return written.encode("utf-8")


class Raw:
    def __init__(self, text):
        self.text = text

    def __repr__(self):
        return f"Raw({self.text[:20]!r}, {len(self.text)} characters)"


NAMES = [*model().state_dict(), "format", "version", "about", "state", "", "__class__", "layer0", "\ud800"]
ODD_NUMBERS = ["1e999", "-1e999", "1e-999", "-0", "1E+400", "9" * 400, "9" * 5000, "-" + "9" * 5000, "0." + "1" * 9999]
NO_NUMBERS = ["NaN", "-Infinity", "[" * 100_000, "[" * 900 + "]" * 900, '{"a":' * 100_000, "01", "+1", ".5", "1_000"]
HOSTILE = st.sampled_from([*ODD_NUMBERS, *NO_NUMBERS]).map(Raw)
LEAVES = st.one_of(st.none(), st.booleans(), st.integers(), st.floats(), st.text(max_size=5), HOSTILE)
TREES = st.recursive(
    LEAVES,
    lambda inner: st.one_of(
        st.lists(inner, max_size=4), st.dictionaries(st.sampled_from(NAMES) | st.text(max_size=5), inner, max_size=4)
    ),
    max_leaves=12,
)


@settings(deadline=None)
@given(st.binary(max_size=200))
def test_any_bytes_are_refused(folder, content):
    assert not refused_or_taken_over(folder, content)


@settings(deadline=None)
@given(TREES)
def test_any_tree_is_refused(folder, tree):
    assert not refused_or_taken_over(folder, text(tree))


@settings(deadline=None)
@given(st.dictionaries(st.sampled_from(["format", "version", "about", "state"]), TREES, min_size=1))
def test_a_file_with_other_things_at_the_top_is_taken_over_only_when_they_do_not_matter(folder, changes):
    taken = refused_or_taken_over(folder, text(a_file(**changes)))
    assert not taken or (isinstance(changes.get("about", {}), dict) and not changes.keys() & {"format", "state"})


@settings(deadline=None)
@given(st.dictionaries(st.sampled_from(list(model().state_dict())), TREES, min_size=1, max_size=3), st.data())
def test_a_state_with_other_things_in_it_is_taken_over_only_when_they_are_numbers(folder, entries, data):
    state = {**model(1).state_dict(), **entries}
    if data.draw(st.booleans()):
        del state[data.draw(st.sampled_from(list(state)))]
    taken = refused_or_taken_over(folder, text(a_file(state=state)))
    assert not taken or len(state) == len(model().state_dict())


@settings(deadline=None)
@given(st.data())
def test_bytes_changed_removed_or_repeated_are_refused_or_still_a_file(folder, data):
    content = bytearray(json.dumps(a_file(), indent=1).encode())
    for _ in range(data.draw(st.integers(1, 4))):
        start, length = data.draw(st.integers(0, len(content) - 1)), data.draw(st.integers(0, 30))
        content[start : start + length] = data.draw(st.binary(max_size=4)) * data.draw(st.integers(0, 50))
    refused_or_taken_over(folder, bytes(content))


@pytest.mark.parametrize("number", ODD_NUMBERS)
def test_a_number_is_read_where_a_float_can_hold_it(folder, number):
    content = text(a_file(state={**model(1).state_dict(), FIRST: Raw(number)}))
    held = {"1e-999": True, "-0": True, "0." + "1" * 9999: True}
    assert refused_or_taken_over(folder, content) == held.get(number, False)


@pytest.mark.parametrize("raw", NO_NUMBERS, ids=range(len(NO_NUMBERS)))
@pytest.mark.parametrize("where", ["format", "version", "about", "state", FIRST])
def test_what_is_no_number_is_refused_wherever_it_stands(folder, where, raw):
    changes = {where: Raw(raw)} if where != FIRST else {"state": {**model(1).state_dict(), FIRST: Raw(raw)}}
    assert not refused_or_taken_over(folder, text(a_file(**changes)))


def test_a_nesting_that_json_just_reads_breaks_no_message(folder):
    # From the deepest that is refused as too deep down to what is read: in no place does the message itself recurse.
    for depth in range(1100, 700, -7):
        deep = Raw("[" * depth + "]" * depth)
        assert not refused_or_taken_over(folder, text(a_file(version=deep)))
        assert not refused_or_taken_over(folder, text(a_file(state={**model(1).state_dict(), FIRST: deep})))


def test_many_names_of_which_one_is_given_twice_cost_no_quadratic_search(folder):
    # 200,000 names: comparing each with each would take minutes, and the test runner's patience is the only clock here.
    names = ", ".join(f'"{number}": 0' for number in range(200_000))
    assert not refused_or_taken_over(folder, text(a_file(state=Raw(f'{{"0": 0, {names}}}'))))
