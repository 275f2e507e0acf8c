"""Nested structures: taken apart, put together, compared."""

import collections
import fractions

import pytest
from hypothesis import given
from hypothesis import strategies as st

from autograd import Value
from autograd.numerics.trees import leaves, leaves_like, map_numbers, paths, rebuild

trees = st.recursive(
    st.floats(allow_nan=False),
    lambda inner: st.lists(inner) | st.tuples(inner, inner) | st.dictionaries(st.text(max_size=3), inner),
    max_leaves=12,
)


@given(trees)
def test_apart_and_together(tree):
    numbers = leaves(tree, "x")
    assert rebuild(tree, numbers) == tree
    assert leaves_like(tree, tree, "x") == numbers
    names = paths(tree, "x")
    assert [eval(name, {"x": tree}) for name in names] == numbers  # each name is how Python reaches the number


def test_numbers_become_floats_and_values_stay():
    v = Value(1.0)
    found = leaves([1, True, fractions.Fraction(1, 2), v], "x")
    assert found == [1.0, 1.0, 0.5, v]
    assert [type(n) for n in found[:3]] == [float] * 3


def test_types_are_kept():
    point = collections.namedtuple("Point", "x y")(1.0, [2.0])
    assert rebuild(point, [3.0, 4.0]) == type(point)(3.0, [4.0])
    table = collections.defaultdict(list, a=1.0)
    again = rebuild(table, [2.0])
    assert (again, again.default_factory, table["a"]) == ({"a": 2.0}, list, 1.0)


@pytest.mark.parametrize(
    ("tree", "message"),
    [
        (None, r"x is NoneType None, not a number. Is a `return` missing\?"),
        ([1.0, {"a": "b"}], r"x\[1\]\['a'\] is str 'b', not a number. Numbers may stand in lists"),
        ({1.0}, r"x is set \{1.0\}, not a number"),
        ((1j,), r"x\[0\] is complex 1j"),
        (["y" * 200], r"\.\.\., not a number"),
    ],
)
def test_strangers_are_located(tree, message):
    with pytest.raises(TypeError, match=message):
        leaves(tree, "x")


@pytest.mark.parametrize(
    ("tree", "other", "message"),
    [
        ([1.0, 2.0], [1.0], r"x should be a list of 2, got list \[1.0\]"),
        ({"a": [1.0]}, {"a": 1.0}, r"x\['a'\] should be a list of 1, got float 1.0"),
        ({"a": 1.0}, {"b": 1.0}, r"x should be a dict with the keys \['a'\]"),
        (1.0, [1.0], r"x should be a number, got list"),
        ([1.0], [None], r"x\[0\] is NoneType None"),
    ],
)
def test_shapes_that_differ_are_located(tree, other, message):
    with pytest.raises(TypeError, match=message):
        leaves_like(tree, other, "x")


def test_map_numbers_takes_anything():
    assert map_numbers(lambda x: (x,), [1, {"a": None}]) == [(1,), {"a": (None,)}]


@pytest.mark.parametrize(
    ("tree", "message"),
    [
        ([1.0, "2"], r"x\[1\] is str '2', not a number"),
        ({"a": [Value(1.0), (None,)], "b": "later"}, r"x\['a'\]\[1\]\[0\] is NoneType None, not a number"),
        (1 + 2j, r"x is complex \(1\+2j\), not a number. Numbers may stand in lists"),
    ],
)
def test_the_first_stranger_is_located(tree, message):
    with pytest.raises(TypeError, match=message) as error:
        leaves(tree, "x")
    assert error.value.__suppress_context__  # the reader sees one error, not the search for it
