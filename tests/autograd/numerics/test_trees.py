"""Nested structures: taken apart, put together, compared."""

import collections
import fractions

import pytest
from hypothesis import given
from hypothesis import strategies as st

from autograd import Value
from autograd.numerics.trees import is_nested, leaves, leaves_like, map_numbers, outer, paths, rebuild

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
        ([1j], r"x\[0\] is complex 1j, not a number. Values are real: pass the real parts"),
        ([1.0, {"a": "b"}], r"x\[1\]\['a'\] is str 'b', not a number. Numbers may stand in lists"),
        ({1.0}, r"x is set \{1.0\}, not a number"),
        ((1j,), r"x\[0\] is complex 1j"),
        (["y" * 200], r"\.\.\., not a number"),
    ],
)
def test_strangers_are_located(tree, message):
    with pytest.raises(TypeError, match=message):
        leaves(tree, "x")


def test_an_argument_that_is_none_lacks_no_return():
    with pytest.raises(TypeError, match=r"argument 0 of f\[1\] is NoneType None, not a number. Numbers may stand"):
        leaves([1.0, None], "argument 0 of f")


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
        (1 + 2j, r"x is complex \(1\+2j\), not a number. Values are real"),
    ],
)
def test_the_first_stranger_is_located(tree, message):
    with pytest.raises(TypeError, match=message) as error:
        leaves(tree, "x")
    assert error.value.__suppress_context__  # the reader sees one error, not the search for it


# Arrays -------------------------------------------------------------------------------------------------------------
np = pytest.importorskip("numpy")


def test_arrays_are_structures():
    v = Value(1.0)
    tree = {"a": np.array([[1, 2], [3, 4]]), "b": (np.array([v]), np.array(0.5))}
    numbers = leaves(tree, "x")
    assert numbers == [1.0, 2.0, 3.0, 4.0, v, 0.5]
    assert paths(tree, "x") == [
        "x['a'][0, 0]",
        "x['a'][0, 1]",
        "x['a'][1, 0]",
        "x['a'][1, 1]",
        "x['b'][0][0]",
        "x['b'][1]",
    ]
    again = rebuild(tree, [float(i) for i in range(6)])
    assert again["a"].tolist() == [[0.0, 1.0], [2.0, 3.0]]
    assert (again["b"][0].tolist(), again["b"][1]) == ([4.0], 5.0)
    assert [is_nested(x) for x in (tree, tree["a"], np.zeros(0), [], np.array(1.0), v, 1.0)] == [True] * 4 + [False] * 3


def test_what_stands_in_an_array_is_located():
    for bad, message in (
        (np.array([1.0, 1j]), r"x\[0\] is complex"),
        (np.array([[1.0, None]]), r"x\[0, 1\] is NoneType"),
        (np.array("a"), r"x is str"),
        (np.ma.array([1.0]), r"(?s)MaskedArray .* Pass np.array\(x\)"),
    ):
        with pytest.raises(TypeError, match=message):
            leaves(bad, "x")


def test_arrays_and_lists_of_the_same_numbers_are_alike():
    array = np.array([[1.0, 2.0], [3.0, 4.0]])
    for other in (array, array.tolist(), array.astype(int), [(1.0, 2.0), (3.0, 4.0)]):
        assert leaves_like(array, other, "v") == [1.0, 2.0, 3.0, 4.0]
        assert leaves_like(array.tolist(), other, "v") == [1.0, 2.0, 3.0, 4.0]
    with pytest.raises(TypeError, match=r"v should be an array of shape \(2, 2\), got one of shape \(4,\)"):
        leaves_like(array, array.ravel(), "v")
    with pytest.raises(TypeError, match=r"v\[0\] should be a list of 2"):
        leaves_like(array, [1.0, 2.0], "v")


def test_outer_products_of_structures():
    """The shape of a Jacobian: that of the outputs, then that of the inputs."""
    rows = [[10.0 * i + j for j in range(6)] for i in range(4)]
    inputs = np.zeros((2, 3))
    found = outer(np.zeros((2, 2)), inputs, rows)
    assert np.array_equal(found, np.array(rows).reshape(2, 2, 2, 3))
    in_lists = outer([0.0, (0.0, {"a": 0.0}), 0.0], inputs, rows)
    assert np.array_equal(in_lists[1][1]["a"], np.array(rows[2]).reshape(2, 3))
    mixed = outer(np.zeros(4), {"w": np.zeros((2, 2)), "b": 0.0, "c": [0.0]}, rows)
    assert np.array_equal(mixed["w"], np.array(rows)[:, :4].reshape(4, 2, 2))
    assert (mixed["b"].tolist(), mixed["c"][0].tolist()) == ([4.0, 14.0, 24.0, 34.0], [5.0, 15.0, 25.0, 35.0])
    assert outer([0.0, 0.0], [0.0, 0.0], [[1.0, 2.0], [3.0, 4.0]]) == [[1.0, 2.0], [3.0, 4.0]]
    assert outer(np.zeros((0, 2)), inputs, []).shape == (0, 2, 2, 3)
    assert outer(np.zeros(2), np.zeros((0, 3)), [[], []]).shape == (2, 0, 3)


def test_only_arrays_of_objects_are_looked_into_where_anything_may_stand():
    v = Value(1.0)
    floats, words = np.array([1, 2]), np.array(["a"])
    found = map_numbers(lambda x: x.data if isinstance(x, Value) else x, {"a": floats, "b": words, "c": np.array([v])})
    assert found["a"] is floats
    assert found["b"] is words
    assert (found["c"].dtype, found["c"].tolist()) == (np.float64, [1.0])
