import pytest

from autograd import Value, topological_order
from nn import AttentionHead
from tests.nn.frozen import check_layer, set_data, torch_layers, values

LAYERS = ("query", "key", "value")


@pytest.mark.parametrize("case", torch_layers("attention"), ids=lambda case: str(case["options"]))
@pytest.mark.parametrize("fused", [True, False])
def test_as_torch(case, fused):
    head = AttentionHead(4, 3, fused=fused, **case["options"])
    tensors = {name: [neuron.w for neuron in getattr(head, name).neurons] for name in LAYERS}
    for name in LAYERS:
        set_data(tensors[name], case["tensors"][name])
    x = values(case["tensors"]["x"])
    check_layer(case, head(x), {"x": x, **tensors})


def test_weights_add_up_to_one_and_a_causal_head_sees_no_later_element():
    head = AttentionHead(2, 1, causal=True, rng=3)
    outputs = head([[1.0, 0.0], [0.0, 1.0], [1.0, 1.0]])
    assert [len(row) for row in head.weights] == [1, 2, 3]
    assert [sum(row) for row in head.weights] == pytest.approx([1.0, 1.0, 1.0])
    changed = head([[1.0, 0.0], [0.0, 1.0], [5.0, -9.0]])
    assert [row[0].data for row in outputs[:2]] == [row[0].data for row in changed[:2]]


def test_by_default_a_head_sees_everything_and_makes_fused_nodes():
    head = AttentionHead(2, 1, rng=3)
    y = head([[Value(1.0), 0.0], [0.0, Value(1.0)]])[0][0]
    assert [len(row) for row in head.weights] == [2, 2]
    assert {node.op.name for node in topological_order(y) if node.op} == {"dot", "div", "softmax_entry"}


def test_weights_of_the_last_call_are_no_parameters():
    head = AttentionHead(3, 2)
    head([[1.0, 2.0, 3.0]] * 2)
    assert len(head.parameters()) == 3 * 2 * 3
    assert AttentionHead(3, 2, bias=True).named_parameters()[3][0] == "query.neuron0.b"


def test_bad_input_is_named():
    with pytest.raises(ValueError, match="AttentionHead takes a sequence of lists of 3 numbers, not a list of 2 × 2"):
        AttentionHead(3, 2)([[1.0, 2.0]] * 2)
    with pytest.raises(ValueError, match="a sequence of lists of 3 numbers, not a list of 0"):
        AttentionHead(3, 2)([])
    with pytest.raises(ValueError, match="size must be at least 1, not 0"):
        AttentionHead(3, 0)
