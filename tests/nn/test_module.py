import copy
import inspect
import pickle
import random
from dataclasses import dataclass, field

import numpy as np
import pytest

from autograd import Value, no_grad
from nn import MLP, SGD, Buffer, Dropout, Layer, Module, Residual, Sequential
from nn.module import evaluating, own_dice, parameters_by_layer


class Nest(Module):
    """Parameters in every kind of holder."""

    def __init__(self):
        self.scale = Value(1.0)
        self.layers = [Layer(1, 1, init=0.5), (Value(2.0), {"left": Value(3.0), 7: [Value(4.0)]})]
        self.kernels = [[Value(5.0), Value(6.0)]]
        self.bias = (Value(7.0),)
        self.name, self.sizes, self.nothing = "nest", [1, 2.5], None


def test_parameters_are_found_in_lists_tuples_and_dicts_and_named():
    named = Nest().named_parameters()
    assert [name for name, _ in named] == [
        *("scale", "layer0.neuron0.w0", "layer0.neuron0.b"),
        *("layer1_0", "layer1_1.left", "layer1_1.7_0", "kernel0_0", "kernel0_1", "bias0"),
    ]
    assert [p.data for _, p in named] == [1.0, 0.5, 0.0, 2.0, 3.0, 4.0, 5.0, 6.0, 7.0]


def test_named_parameters_and_parameters_have_the_same_order():
    for model in (Nest(), MLP(3, [4, 4, 2])):
        assert [p for _, p in model.named_parameters()] == model.parameters()


def test_a_shared_parameter_counts_once_under_its_first_name():
    model = Nest()
    model.again = [model.scale, model.layers[0]]
    assert model.named_parameters() == [(name, p) for name, p in model.named_parameters() if "again" not in name]
    assert len(model.parameters()) == 9
    assert [name for name, _ in model.named_modules()] == ["", "layer0", "layer0.neuron0"]


def test_cycles_end():
    model = Nest()
    model.me, model.layers[0].owner = model, model
    model.loop = [model.kernels]
    model.loop.append(model.loop)
    assert len(model.parameters()) == 9
    first, second = Module(), Module()
    first.next, second.next = second, first
    assert repr(first) == "Module(0 parameters)\n  next: Module(0 parameters)\n    next: ..."


def test_any_depth_of_nesting():
    model = Module()
    model.first = holder = []
    for _ in range(5_000):
        holder.append([])
        holder = holder[0]
    holder.append(Value(1.0))
    assert len(model.parameters()) == 1
    assert model.named_parameters()[0][0] == "first0" + 5_000 * "_0"


def test_a_module_in_micrograds_style_names_its_own_parameters():
    class Scale(Module):
        def __init__(self):
            self.k, self.fixed = Value(2.0), Value(3.0)

        def __call__(self, x):
            return self.k * self.fixed * x

        def parameters(self):
            return [self.k]

    model = Scale()
    model(1.0).backward()
    model.zero_grad()
    assert (model.k.grad, model.fixed.grad) == (0.0, 2.0)


def test_results_kept_as_attributes_are_no_parameters():
    model = Nest()
    model.out = model.scale * 2.0
    assert len(model.parameters()) == 9


def results(model):
    """What training steps by hand, normalisations and states put in the place of parameters."""
    yield "scale", (model.scale * 0.9 + 1.0).relu()
    yield "first", [p * 2.0 for p in model.first]
    yield "kernels", [[p - 0.1 for p in row] for row in model.kernels]


def test_a_result_in_the_place_of_a_parameter_is_warned_of_where_it_is_put_there():
    model = Nest()
    model.first = [Value(1.0), Value(2.0)]
    for name, result in results(model):
        with pytest.warns(RuntimeWarning, match=f"^{name} of this Nest was a parameter.*w.data -= ") as told:
            setattr(model, name, result)
        assert (told[0].filename, getattr(model, name)) == (__file__, result)


def test_what_replaces_no_parameter_or_is_one_is_assigned_in_silence(recwarn):
    model = Nest()
    model.state, model.out, model.empty = 0.0, model.scale * 2.0, []
    model.state, model.out, model.empty = model.scale * 3.0, model.out * 2.0, [model.out]
    model.scale, model.kernels = Value(1.0), []
    with no_grad():
        model.kept = [model.scale * 2.0]
    model.kept = [model.scale * 2.0]
    assert not recwarn.list


def test_what_was_not_made_of_the_parameter_in_a_few_operations_is_assigned_in_silence(recwarn):
    model = Nest()
    model.scale = model.kernels[0][0] * 2.0
    model.kernels = [[(model.kernels[0][0] * 2.0 + 1.0) * 2.0 + 1.0]]
    assert not recwarn.list


def within(thing, lists):
    for _ in range(lists):
        thing = [thing]
    return thing


def test_a_parameter_is_looked_for_in_eight_lists_within_each_other(recwarn):
    model, p = Module(), Value(1.0)
    model.in_eight, model.in_nine = within(p, 8), within(p, 9)
    model.in_nine = within(p * 2.0, 9)
    assert not recwarn.list
    with pytest.warns(RuntimeWarning, match="in_eight of this Module was a parameter"):
        model.in_eight = within(p * 2.0, 8)


def test_two_parameters_of_one_name_are_refused():
    model = Nest()
    model.kernel0_0 = Value(0.0)
    with pytest.raises(ValueError, match="Nest has two parameters named 'kernel0_0'; rename one attribute"):
        model.named_parameters()


def test_zero_grad():
    model = MLP(2, [3, 1])
    model([1.0, 2.0]).backward(gradient=2.0)
    assert any(p.grad for p in model.parameters())
    model.zero_grad()
    assert [p.grad for p in model.parameters()] == [0.0] * 13
    assert all(type(p.grad) is float for p in model.parameters())


def test_train_and_eval_reach_every_module_and_return_the_model():
    model = Nest()
    assert model.training
    assert model.eval() is model
    assert not model.layers[0].neurons[0].training
    assert model.train().layers[0].training
    assert Nest().training  # the class itself is left alone


def test_state_goes_round_exactly_and_is_a_snapshot():
    model, other = MLP(2, [3, 1]), MLP(2, [3, 1])
    state = model.state_dict()
    assert list(state) == [name for name, _ in model.named_parameters()]
    other.load_state_dict(state)
    assert [p.data for p in other.parameters()] == [p.data for p in model.parameters()]
    model.parameters()[0].data += 1.0
    assert state["layer0.neuron0.w0"] != model.parameters()[0].data


def test_buffers_are_in_the_state():
    model = Nest()
    model.means = [Buffer(0.25)]
    assert model.state_dict()["mean0"] == 0.25
    model.load_state_dict(model.state_dict() | {"mean0": 4})
    assert type(model.means[0].data) is float
    assert len(model.parameters()) == 9
    assert repr(model.means[0]) == "Buffer(4.0)"


def test_a_state_that_does_not_fit_changes_nothing_and_is_explained():
    model = Layer(1, 1, init=0.5)
    state = {"neuron0.w0": 9.0, "neuron0.w1": 1.0}
    with pytest.raises(ValueError, match=r"nothing was changed:\n  missing: neuron0\.b\n  unknown: neuron0\.w1"):
        model.load_state_dict(state)
    for wrong in ("1", None, True, 10**400):
        with pytest.raises(ValueError, match=rf"not a number: neuron0\.b = {wrong!r:.50}"):
            model.load_state_dict({"neuron0.w0": 9.0, "neuron0.b": wrong})
    assert model.state_dict() == {"neuron0.w0": 0.5, "neuron0.b": 0.0}


@pytest.mark.parametrize("state", [3, None, [("neuron0.b", 1.0)]])
def test_a_state_is_a_dict(state):
    with pytest.raises(TypeError, match="load_state_dict takes a dict of names and numbers, got"):
        Layer(1, 1).load_state_dict(state)


def test_a_long_list_of_names_is_cut_with_a_count():
    with pytest.raises(ValueError, match="nothing was changed") as caught:
        Layer(30, 1).load_state_dict({"other": 1.0})
    lines = str(caught.value).splitlines()
    assert (lines[1], lines[10:]) == ("  missing: neuron0.w0", ["  missing: neuron0.w9", "  and 22 more"])


def test_a_state_is_made_of_floats_whatever_arithmetic_the_parameters_went_through():
    model = Layer(1, 1, init=0.5)
    for p in model.parameters():
        p.data -= np.float32(0.5) * (p.grad + 1.0)
    state = model.state_dict()
    assert {type(x) for x in state.values()} == {float}
    model.load_state_dict({name: np.float32(x) for name, x in state.items()})
    assert {type(p.data) for p in model.parameters()} == {float}
    assert model.state_dict() == {"neuron0.w0": 0.0, "neuron0.b": -0.5}


def test_repr_shows_structure_and_counts():
    class Tower(Module):
        def __init__(self):
            self.height = Value(1.0)
            self.body = MLP(2, [3, 1], activation="tanh")

    assert repr(Tower()) == "\n".join(
        [
            "Tower(14 parameters)",
            "  body: MLP(2 → 3 → 1, 13 parameters)",
            "    layer0: Layer(2 → 3, tanh, 9 parameters)",
            "    layer1: Layer(3 → 1, linear, 4 parameters)",
        ]
    )
    assert repr(Module()) == "Module(0 parameters)"


def test_a_module_without_a_call_says_so():
    with pytest.raises(NotImplementedError, match=r"Nest needs a method __call__\(self, x\)$"):
        Nest()([1.0])
    with pytest.raises(NotImplementedError, match=r"__call__\(self, x\): rename forward to __call__"):
        type("Torchlike", (Module,), {"forward": lambda self, x: x})()([1.0])


class Arrays(Module):
    def __init__(self):
        self.weights = np.array([[Value(1.0), Value(2.0)], [Value(3.0), 4.0]])
        self.rows = np.ones((3, 2))
        self.both = [self.weights[0], np.array(Value(5.0), dtype=object)]

    def __call__(self, x):
        return (self.weights @ np.array(x)).sum() * self.both[1].item()


def test_parameters_are_found_in_arrays_of_numpys():
    model = Arrays()
    a, b, c, d = model.parameters()
    assert [p.data for p in (a, b, c, d)] == [1.0, 2.0, 3.0, 5.0]
    named = dict(model.named_parameters())
    assert named == {"weight0_0": a, "weight0_1": b, "weight1_0": c, "both1": d}
    model([1.0, 10.0]).backward()
    assert [p.grad for p in (a, b, c, d)] == [5.0, 50.0, 5.0, 64.0]
    model.load_state_dict(dict.fromkeys(named, 7.0))
    assert model.weights[1, 0].data == 7.0


@dataclass(slots=True)
class InSlots(Module):
    w: Value
    inner: list
    rng: random.Random

    def __call__(self, x):
        return self.w * x + self.rng.random()


def test_parameters_are_found_in_slots():
    model = Sequential(InSlots(Value(2.0), [Value(3.0)], random.Random(1)), InSlots(Value(4.0), [], random.Random(2)))
    assert {name: p.data for name, p in model.named_parameters()} == {
        "layer0.w": 2.0,
        "layer0.inner0": 3.0,
        "layer1.w": 4.0,
    }
    assert [p.data for p in model.parameters()] == [2.0, 3.0, 4.0]
    with own_dice(model) as drawn:
        shown = model(1.0)
        assert drawn()
    assert model(1.0).data == shown.data
    assert model.eval().layers[0].training is False


def test_batch_is_one_output_per_row():
    model = MLP(2, [1], init=1.0)
    assert [v.data for v in model.batch([[1.0, 2.0], [3.0, 4.0]])] == [3.0, 7.0]


def test_parameters_stay_parameters_when_a_model_runs_without_a_graph():
    model = MLP(2, [3, 1])
    with no_grad():
        model([1.0, 2.0])
    assert len(model.parameters()) == 13


@pytest.mark.parametrize("copied", [copy.deepcopy, lambda model: pickle.loads(pickle.dumps(model))])
def test_copies_compute_the_same_and_share_nothing(copied):
    model = MLP(2, [3, 1], activation="tanh")
    twin = copied(model)
    assert twin([0.5, -1.0]).data == model([0.5, -1.0]).data
    assert not set(twin.parameters()) & set(model.parameters())


def test_meanwhile_a_model_throws_twins_of_its_dice():
    model = Sequential(Dropout(0.5, rng=1), Dropout(0.5, rng=2), Layer(2, 1, rng=3))
    first, second, _ = model.layers
    dice, states = (first.rng, second.rng), (first.rng.getstate(), second.rng.getstate())
    with own_dice(model) as drawn:
        assert not drawn()
        assert first.rng is not dice[0]
        shown = first([1.0] * 50)
        assert drawn()
    assert (first.rng, second.rng) == dice
    assert (first.rng.getstate(), second.rng.getstate()) == states
    assert first([1.0] * 50) == shown


def test_meanwhile_a_model_is_in_use():
    model = Sequential(Dropout(0.5), Residual(Dropout(0.5).eval()))
    with evaluating(model):
        assert [module.training for _, module in model.named_modules()] == [False] * 4
    assert [module.training for _, module in model.named_modules()] == [True, True, True, False]


def test_parameters_go_by_the_first_part_of_their_names():
    model = MLP(2, [3, 1])
    first, second = model.layers
    assert parameters_by_layer(model) == {"layer0": first.parameters(), "layer1": second.parameters()}


def test_a_list_that_holds_itself_can_be_set_and_is_searched():
    model = Module()
    model.w = [Value(1.0)]
    around = [model.w]
    around[0] = around
    model.around = around
    model.around = [around]
    assert model.parameters() == model.w


# What is computed inside no_grad() ------------------------------------------------------------------------------------
class Keeping(MLP):
    """Keeps what it computes in every kind of place."""

    def __init__(self):
        super().__init__(2, [3, 1])
        self.history, self.cache, self.slots = [], {}, [None, 0.0]
        self.nested, self.array = {"all": [[]]}, np.array([0.0, None], dtype=object)

    def __call__(self, x):
        self.last = self.tuple = out = super().__call__(x)
        self.hidden = self.layers[0](x)
        self.tuple = (out, out * 2.0)
        self.history.append(out)
        self.cache["out"] = self.slots[1] = self.array[0] = out * 3.0
        self.nested["all"][0].append(out)
        self.later = np.array([out], dtype=object)
        return out


def same(thing):
    return thing


def pickled(thing):
    return pickle.loads(pickle.dumps(thing))


@pytest.mark.parametrize("passed_on", [same, copy.copy, copy.deepcopy, pickled])
def test_what_a_model_keeps_inside_no_grad_is_no_parameter(passed_on):
    model = Keeping()
    names = list(Keeping().state_dict())
    with no_grad():
        model([1.0, 2.0])
        model([1.0, 2.0])
    model = passed_on(model)
    assert (len(model.parameters()), list(model.state_dict())) == (13, names)
    model([1.0, 2.0])
    with no_grad():
        model([1.0, 2.0])
    assert (list(model.state_dict()), len(model.parameters())) == (names, 13)
    Keeping().load_state_dict(model.state_dict())
    assert [p for _, p in model.named_parameters()] == model.parameters()


class Line(Module):
    """Parameters in places of every kind."""

    def __init__(self):
        self.w, self.both = Value(1.0), (Value(2.0), Value(3.0))
        self.rows = [[Value(4.0)], [Value(5.0)]]
        self.named = {"a": Value(6.0)}
        self.array = np.array([Value(7.0), Value(8.0)], dtype=object)
        self.slow = []
        for number in (9.0, 10.0):
            self.slow.append(Value(number))


def attribute(model):
    model.w = model.w - 0.5 * model.w.grad


def augmented(model):
    model.w -= 0.5 * model.w.grad


def items(model):
    for row in model.rows:
        row[0] = row[0] - 0.5 * row[0].grad


def other_lists(model):
    model.rows = [[p - 0.5 * p.grad for p in row] for row in model.rows]


def emptied(model):
    before, model.slow = model.slow, []
    for p in before:
        model.slow.append(p - 0.5 * p.grad)


def appended(model):
    for i, p in enumerate(model.slow):
        model.slow[i] = p - 0.5 * p.grad


def entries(model):
    model.named["a"] -= 0.5 * model.named["a"].grad


def another_tuple(model):
    model.both = tuple(p - 0.5 * p.grad for p in model.both)


def whole_array(model):
    model.array -= 0.5 * np.array([p.grad for p in model.array])


def places_of_an_array(model):
    for i in range(2):
        model.array[i] -= 0.5 * model.array[i].grad


STEPS = [
    *(attribute, augmented, items, other_lists, emptied, appended, entries, another_tuple),
    *(whole_array, places_of_an_array),
]


@pytest.mark.parametrize("passed_on", [same, copy.deepcopy, pickled])
@pytest.mark.parametrize("step", STEPS)
def test_a_step_by_hand_inside_no_grad_leaves_parameters(step, passed_on, recwarn):
    model = Line()
    for _ in range(3):  # and nobody looks for parameters before that
        for p in [model.w, *model.both, *model.rows[0], *model.rows[1], model.named["a"], *model.array, *model.slow]:
            (p * p).backward()
        with no_grad():
            step(model)
            model.kept = model.w * 2.0
    model = passed_on(model)
    names = [name for name, _ in model.named_parameters()]
    assert names == ["w", "both0", "both1", "row0_0", "row1_0", "named.a", "array0", "array1", "slow0", "slow1"]
    assert 0.0 in [p.data for p in model.parameters()]  # p - 0.5 · 2p
    sum(model.parameters()).backward()
    model.zero_grad()
    assert [p.grad for p in model.parameters()] == [0.0] * 10
    assert not recwarn.list


@pytest.mark.parametrize(
    "thing", [np.array(3.0), np.array([]), np.array(None), (), {}, [[]], [[None]], range(3)], ids=repr
)
def test_what_is_empty_or_holds_numbers_can_be_assigned(thing):
    model = Line()
    model.thing = model.w = thing
    model.thing = thing
    assert (model.thing is thing, len(model.parameters())) == (True, 9)


def test_a_module_may_have_a_dtype():
    model = Line()
    model.dtype = "float64"
    assert len(model.named_parameters()) == 10


def test_leaves_that_somebody_makes_inside_no_grad_are_parameters():
    with no_grad():
        model = Line()
        model.new = Value(1.0)
        model.cut = (model.w * 2.0).detach()
        model.computed = Value(2.0) * 0.1  # none, as outside
        model.held = []
        model.held.append(Value(1.0))
    assert [name for name, _ in model.named_parameters()][10:] == ["new", "cut", "held0"]
    assert len(model.parameters()) == 13


def test_a_list_that_is_filled_with_parameters_later_is_a_place_of_theirs():
    model = Line()
    model.late, model.mixed = [], [None, None]
    model.late.append(Value(1.0))
    model.mixed[1] = Value(2.0)
    with no_grad():
        model.mixed[0] = model.w * 3.0
    assert len(model.parameters()) == 13  # what lies beside parameters may be one
    with no_grad():
        model.late[0] = model.late[0] - 0.1
    assert len(model.parameters()) == 13


def test_a_list_that_was_filled_later_may_be_replaced_item_by_item():
    model = Module()
    model.late, model.named = [], {"count": 0}
    model.late.extend([Value(1.0), [Value(2.0)]])
    model.named["a"] = Value(3.0)
    model.zero_grad()
    with no_grad():
        model.late[0], model.late[1][0] = model.late[0] * 2.0, model.late[1][0] * 2.0
        model.named["a"] = model.named["a"] * 2.0
        model.kept = [model.late[0] * 2.0]
    assert model.state_dict() == {"late0": 2.0, "late1_0": 4.0, "named.a": 6.0}


def test_lists_of_a_dataclass_are_looked_at_when_it_is_made():
    @dataclass(eq=False)
    class Row(Module):
        size: int
        weights: list[Value] = field(default_factory=list)

        def __post_init__(self):
            self.weights.extend(Value(1.0) for _ in range(self.size))

    model = Row(2)
    with no_grad():
        for i, w in enumerate(model.weights):
            model.weights[i] = w * 2.0
    assert model.state_dict() == {"weight0": 2.0, "weight1": 2.0}


def test_a_step_in_a_list_that_holds_itself():
    model = Module()
    model.loop = [Value(1.0)]
    model.loop.append(model.loop)
    with no_grad():
        model.loop[0] = model.loop[0] * 2.0
    assert model.state_dict() == {"loop0": 2.0}


def test_a_list_that_comes_after_a_parameter_stands_in_its_place():
    model = Line()
    model.late = [model.w * 2.0]
    model.late = Value(1.0)
    with no_grad():
        model.late = [model.late - 0.1]
    assert len(model.parameters()) == 11


def test_a_result_in_a_slot_takes_the_place_of_the_parameter_there():
    class Slotted(Module):
        __slots__ = ("last", "rows", "w")

        def __init__(self):
            self.w, self.rows, self.last = Value(1.0), [Value(2.0)], None

    model = Slotted()
    with no_grad():
        model.w, model.last = model.w * 2.0, model.w * 3.0
        model.rows[0] = model.rows[0] * 2.0
        model.rows = [model.rows[0] * 2.0]
    assert model.state_dict() == {"row0": 8.0, "w": 2.0}


def test_constructors_keep_their_signatures_and_may_call_each_other():
    class Longer(Line):
        def __init__(self, count, *, first=0.0):
            """Doc."""
            super().__init__()
            self.more = []
            self.more += [Value(first) for _ in range(count)]

    assert str(inspect.signature(Longer)) == "(count, *, first=0.0)"
    assert Longer.__init__.__doc__ == "Doc."
    model = Longer(2, first=1.0)
    with no_grad():
        model.more[0] = model.more[0] * 2.0
    assert len(model.parameters()) == 12


def test_optimizers_step_whatever_they_are_given():
    p = Value(1.0)
    with no_grad():
        p = p * 2.0
    (p * p).backward()
    SGD([p], lr=0.25).step()
    assert p.data == 1.0
