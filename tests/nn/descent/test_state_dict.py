"""load_state_dict of optimizers: what a file held fits and training goes on, or ValueError and nothing has changed."""

import json
import math

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from autograd import Value
from nn import SGD, Adagrad, Adam, AdamW, RMSprop

KINDS = {
    "SGD": lambda params: SGD(params, lr=0.1, momentum=0.9),
    "Adagrad": Adagrad,
    "RMSprop": lambda params: RMSprop(params, momentum=0.5, centered=True),
    "Adam": lambda params: Adam(params, amsgrad=True),
    "AdamW": AdamW,
}


def optimizer(kind, steps=2):
    """Two groups of one and two parameters, after some steps."""
    made = KINDS[kind]([{"params": [Value(1.0)]}, {"params": [Value(-2.0), Value(0.5)], "lr": 0.01}])
    for step in range(steps):
        stepped(made, 1.0 + step)
    return made


def stepped(made, gradient):
    for group in made.param_groups:
        for p in group["params"]:
            p.grad = gradient
    made.step()


def refused_or_taken_over(kind, saved):
    """Was the state taken over? Then a step is possible; otherwise ValueError, and nothing has changed."""
    made = optimizer(kind)
    before, given = made.state_dict(), repr(saved)
    message = None
    try:
        made.load_state_dict(saved)
    except ValueError as error:
        message = str(error)
    assert repr(saved) == given
    if message is not None:
        assert made.state_dict() == before
        assert len(message) < 2000
        return False
    stepped(made, 1.0)
    assert all(type(p.data) is float for group in made.param_groups for p in group["params"])
    json.dumps(made.state_dict())
    return True


DEEP = json.loads("[" * 500 + "]" * 500)
LEAVES = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(),
    st.floats(),
    st.text(max_size=3),
    st.sampled_from([10**400, -(10**400), 1e308, 5e-324, DEEP, 2**63]),
)
KEYS = st.sampled_from(["params", "lr", "betas", "exp_avg", "sum", "momentum_buffer", "state"]) | st.text(max_size=3)
TREES = st.recursive(
    LEAVES, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(KEYS, inner, max_size=3), max_leaves=8
)


def places(tree, path=()):
    """The path to everything in a tree of dicts and lists."""
    yield path
    items = tree.items() if isinstance(tree, dict) else enumerate(tree) if isinstance(tree, list | tuple) else ()
    for key, part in items:
        yield from places(part, (*path, key))


def changed(tree, path, new):
    """The tree with what `path` leads to replaced by `new`, or removed when `new` is ..."""
    if not path:
        return new
    key, *rest = path
    tree = dict(tree) if isinstance(tree, dict) else list(tree)
    if not rest and new is ...:
        del tree[key]
    else:
        tree[key] = changed(tree[key], rest, new)
    return tree


def state_of(kind):
    return json.loads(json.dumps(optimizer(kind, steps=3).state_dict()))


@pytest.mark.parametrize("kind", KINDS)
def test_a_state_out_of_json_is_taken_over(kind):
    assert refused_or_taken_over(kind, state_of(kind))


@settings(deadline=None)
@given(TREES)
def test_any_tree_is_refused(tree):
    assert not refused_or_taken_over("Adam", tree)


@pytest.mark.parametrize("kind", KINDS)
@settings(deadline=None)
@given(st.data())
def test_any_part_may_be_replaced_by_anything(kind, data):
    saved = state_of(kind)
    for _ in range(data.draw(st.integers(1, 2))):
        path = data.draw(st.sampled_from(list(places(saved))))
        saved = changed(saved, path, data.draw(TREES))
    refused_or_taken_over(kind, saved)


WRONG = [None, True, "2", [], {}, [1.0], {"a": 1}, math.nan, math.inf, -1, 0.5, 10**400, DEEP]


@pytest.mark.parametrize("kind", KINDS)
def test_every_part_is_needed(kind):
    saved = state_of(kind)
    for path in places(saved):
        if path and path[0] != "state":
            assert not refused_or_taken_over(kind, changed(saved, path, ...)), path


@pytest.mark.parametrize("wrong", WRONG, ids=lambda wrong: repr(wrong)[:20])
@pytest.mark.parametrize("kind", KINDS)
def test_every_part_may_be_wrong(kind, wrong):
    saved = state_of(kind)
    for path in places(saved):
        if path:
            refused_or_taken_over(kind, changed(saved, path, wrong))
