import pytest

from autograd import Value, topological_order
from nn import RNN, Layer, RNNCell, Sequential
from tests.nn.frozen import check_layer, set_data, torch_layers, values


@pytest.mark.parametrize("fused", [True, False])
def test_as_torch(fused):
    (case,) = torch_layers("rnn")
    given = case["tensors"]
    rnn = RNN(3, 4, fused=fused)
    neurons = rnn.cell.layer.neurons
    tensors = {"W": [n.w[:3] for n in neurons], "U": [n.w[3:] for n in neurons], "b": [n.b for n in neurons]}
    for name, leaves in tensors.items():
        set_data(leaves, given[name])
    x, h = values(given["x"]), values(given["h"])
    check_layer(case, rnn(x, h[0]), {"x": x, "h": h, **tensors})


def test_by_default_a_cell_makes_fused_nodes():
    y = RNNCell(1, 1, rng=1)([Value(0.5)])[0]
    assert [node.op.name for node in topological_order(y) if node.op] == ["dot", "tanh"]


def test_a_cell_without_a_state_starts_at_zeros():
    cell = RNNCell(2, 3, rng=1)
    assert [v.data for v in cell([1.0, 2.0])] == [v.data for v in cell([1.0, 2.0], [0.0, 0.0, 0.0])]


def test_a_state_of_one_number_is_a_list_of_one():
    assert len(RNNCell(1, 1)([0.5])) == 1
    assert len(RNN(1, 1)([0.5, 0.2, 0.3])) == 3  # a step of one number needs no list around it


def test_the_last_state_alone_feeds_a_layer():
    model = Sequential(RNN(2, 3, last=True, rng=1), Layer(3, 1, nonlin=False))
    sequence = [[1.0, 0.0], [0.0, 1.0], [0.5, -1.0]]
    assert model(sequence).data == model.layers[1](RNN(2, 3, rng=1)(sequence)[-1]).data


def test_bad_input_is_named():
    with pytest.raises(ValueError, match="RNNCell takes a list of 2 numbers, not a list of 3"):
        RNNCell(2, 3)([1.0, 2.0, 3.0])
    with pytest.raises(ValueError, match="RNNCell's state takes a list of 3 numbers, not a list of 1"):
        RNNCell(2, 3)([1.0, 2.0], [0.0])
    with pytest.raises(ValueError, match="RNN takes a sequence of lists of 2 numbers, not a list of 0"):
        RNN(2, 3)([])
    with pytest.raises(ValueError, match="nin must be at least 1, not -1"):
        RNNCell(-1, 3)
    with pytest.raises(ValueError, match="size must be at least 1, not 0"):
        RNN(2, 0)
