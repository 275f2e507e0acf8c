"""Labels as names in generated source."""

import keyword

import pytest

from autograd.programs.source.naming import Names, candidate


@pytest.mark.parametrize(
    ("label", "name"),
    [
        ("w1", "w1"),
        ("layer 1: bias", "layer_1_bias"),
        ("__class__", "class"),
        ("№ 7; exit()", ""),
        ("7th", ""),
        ("", ""),
        ("a\nb", ""),
        ("x" * 40, "x" * 40),
        ("x" * 41, ""),
    ],
)
def test_what_is_left_of_a_label(label, name):
    assert candidate(label) == name


def test_slots_without_a_label_are_numbered_in_the_order_of_asking():
    names = Names({7: "№ 7"}, {})
    assert [names.of(slot) for slot in (9, 7, 2, 9)] == ["v1", "v2", "v3", "v1"]


def test_slots_of_one_label_are_told_apart():
    names = Names(dict.fromkeys(range(3), "w") | {3: "w_2"}, {})
    assert [names.of(slot) for slot in range(4)] == ["w", "w_2", "w_3", "w_2_2"]


def test_a_number_that_a_label_has_already_is_passed_over():
    names = Names(dict(enumerate(["w", "w_2", "w", "w", "w_2", "w"])), {})
    assert [names.of(slot) for slot in range(6)] == ["w", "w_2", "w_3", "w_4", "w_2_2", "w_5"]


def test_what_means_something_in_python_or_in_the_source_is_left_free():
    names = Names({0: "lambda", 1: "sum", 2: "tanh", 3: "v1"}, {}, reserved=["tanh"])
    assert [names.of(slot) for slot in (0, 1, 2, 3, 4)] == ["lambda_", "sum_", "tanh_", "v1", "v1_2"]
    assert not any(map(keyword.iskeyword, names._used - names._reserved))


def test_derivatives_are_called_after_what_they_are_towards():
    names = Names({0: "x", 2: "d_v1"}, {3: 0, 4: 1, 2: 1})
    assert [names.of(slot) for slot in (3, 4, 2)] == ["d_x", "d_v1", "d_v1_2"]
    names.fix(5, "parameters")
    assert names.of(5) == "parameters"
