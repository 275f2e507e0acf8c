"""What values are called, and that two are never called the same."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from autograd import Value, draw, explain, naive_backward, spy, stepper, tanh
from autograd.view.graph import view
from autograd.view.names import LONGEST_LIST, distinct, shortened, variables

a_global = Value(4.0)


def test_values_without_a_label_are_called_as_the_variables_they_are_in() -> None:
    a, c = Value(2.0), Value(1.0, label="sea")
    d = tanh(c + a * a_global)
    titles = {card.title for card in draw(d).picture.cards}  # type: ignore[attr-defined]
    assert titles == {"d = tanh", "sea", "a", "a_global", "v1 = ×", "v2 = +"}
    assert stepper(d).title == "Backpropagation through d"
    assert str(explain(d, a)).startswith("dd/da = ")
    assert " d  " in str(naive_backward(d))
    assert "pattern of d:" in repr(spy(d))


def test_labels_and_names_in_a_model_win() -> None:
    a, b, c = Value(1.0, label="label"), Value(2.0), Value(3.0)
    y = a * b * c
    graph = view(y, parameters={b: "net.b"}, names={c: "given"}, variables=variables())
    assert {node.name: node.named for node in graph.nodes} == {
        "label": "given", "net.b": "given", "given": "given", "v1": "", "y": "variable",
    }  # fmt: skip


def test_items_of_lists_are_called_by_their_place() -> None:
    xs = [Value(1.0), Value(2.0)]
    first = xs[0]
    assert variables()[xs[1]] == "xs[1]"
    assert variables()[first] == "first"
    assert variables()[a_global] == "a_global"


def test_of_very_long_lists_nothing_is_named() -> None:
    things = [Value(1.0)] * LONGEST_LIST
    assert variables()[things[0]] == "things[0]"
    things.append(things[0])
    assert things[0] not in variables()
    assert LONGEST_LIST == 1000


def test_local_variables_come_before_global_ones_and_hidden_ones_do_not_count() -> None:
    here, _hidden = a_global, Value(1.0)
    assert variables()[a_global] == "here"
    assert _hidden not in variables()
    assert here is a_global


def test_names_follow_when_fused_operations_are_expanded() -> None:
    from autograd import dot

    w, x = Value(2.0), Value(3.0)
    score = dot([w], [x], 1.0)
    loss = score * score
    found = draw(loss, expand=True).text()
    assert "score = +" in found
    assert "loss = ×" in found


@pytest.mark.parametrize("kind", ["labels", "names"])
def test_two_values_never_have_one_name(kind: str) -> None:
    """`L = x × x = 6` was what explain said of 2 × 3."""
    a, b = (Value(2.0, "x"), Value(3.0, "x")) if kind == "labels" else (Value(2.0), Value(3.0))
    L = a * b
    if kind == "labels":
        assert "L = x × x₂ = 6" in str(explain(L, a))
        assert "x₂" in str(naive_backward(L))
        assert "∂L/∂x₂" in stepper(L).text()
    else:
        assert [node.name for node in view(L, names={a: "x", b: "x"}).nodes] == ["x", "x₂", "v1"]


def test_what_has_no_name_is_numbered_without_holes_around_names_that_are_numbers_too() -> None:
    assert distinct(["", "", "x", "", "v2"]) == ["v1", "v3", "x", "v4", "v2"]
    assert distinct(["x", "x", "x₂", "x"]) == ["x", "x₃", "x₂", "x₄"]


@given(st.lists(st.sampled_from(["", "x", "x₂", "v1", "v2", "x₂₂"]), max_size=40))
def test_all_names_differ_and_the_first_of_each_is_kept(given_names: list[str]) -> None:
    found = distinct(given_names)
    assert len(set(found)) == len(given_names)
    for name in set(given_names) - {""}:
        assert found[given_names.index(name)] == name


def test_names_that_are_too_long_differ_where_they_are_cut_too() -> None:
    monday, tuesday = (
        Value(float(day), f"temperature in the hall on day {day} of the week in question, in the morning")
        for day in (1, 2)
    )
    y = monday * tuesday
    cut = "temperature in t…morning"
    assert [card.title for card in draw(y).picture.cards] == [cut, f"{cut}₂", "y = ×"]  # type: ignore[attr-defined]
    assert f"y = {cut} × {cut}₂ = 1 × 2 = 2" in stepper(y).text()
    assert str(explain(y, tuesday)).startswith(f"dy/d{cut}₂ = 1")
    lines = draw(y).text().splitlines()
    assert lines[1].partition("] ")[2].split("  ")[0] != lines[2].partition("] ")[2].split("  ")[0]


@given(st.lists(st.text("ab", min_size=1, max_size=20), unique=True, max_size=20), st.integers(4, 10))
def test_cut_names_are_as_different_as_the_names(names: list[str], limit: int) -> None:
    short = shortened(names, limit)
    assert len(set(short)) == len(names)
    assert all(len(name) <= limit + 2 for name in short)
