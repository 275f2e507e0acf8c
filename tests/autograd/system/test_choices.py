"""Switches, and one of a few names."""

import pytest

from autograd.system.choices import flag, is_one_of

np = pytest.importorskip("numpy")


@pytest.mark.parametrize("given", [True, False, 1, 0, 1.0, np.True_, np.array(0)])
def test_a_switch_is_true_or_false_or_equal_to_one_of_them(given):
    assert flag("on", given) is bool(given)


@pytest.mark.parametrize("given", ["no", 2, None, [], {}, np.ones(2), np.ones(1) * 2, object()])
def test_what_would_only_count_as_one_is_named(given):
    with pytest.raises(TypeError, match=r"^on has to be True or False, got "):
        flag("on", given)


def test_a_long_thing_is_cut():
    with pytest.raises(TypeError) as caught:
        flag("on", "x" * 100)
    assert str(caught.value) == "on has to be True or False, got '" + "x" * 59


class Unknowable:
    """What answers no question about itself."""

    def __eq__(self, other):
        raise TypeError("no answer")

    __hash__ = None


def test_one_of_a_few():
    assert is_one_of("a", ("a", "b"))
    assert is_one_of("a", {"a", "b"})
    for stranger in ("c", None, np.ones(2), np.array(["a", "b"]), ["a"], Unknowable()):
        assert not is_one_of(stranger, ("a", "b"))
        assert not is_one_of(stranger, {"a", "b"})
