import pytest

from autograd import Value
from nn import BatchNorm, Layer, LayerNorm, RMSNorm, Sequential
from nn.basics.nested import flat
from tests.nn.frozen import check_layer, error, set_data, torch_layers, values


@pytest.mark.parametrize(("kind", "name"), [(LayerNorm, "layer_norm"), (RMSNorm, "rms_norm")])
def test_as_torch(kind, name):
    (case,) = torch_layers(name)
    x, layer = values(case["tensors"]["x"]), kind(7)
    tensors = {"x": x} | {part: getattr(layer, part) for part in case["tensors"] if part != "x"}
    for part, numbers in case["tensors"].items():
        set_data(tensors[part], numbers)
    check_layer(case, layer.batch(x), tensors)


@pytest.mark.parametrize("kind", [LayerNorm, RMSNorm])
def test_before_learning_numbers_are_only_normalised(kind):
    assert [v.data for v in kind(4, eps=0.0)([-3.0, 3.0, 3.0, -3.0])] == pytest.approx([-1.0, 1.0, 1.0, -1.0])


def test_none_of_them_is_one_of_the_others():
    for kind in (BatchNorm, LayerNorm, RMSNorm):
        assert [isinstance(kind(3), other) for other in (BatchNorm, LayerNorm, RMSNorm)].count(True) == 1


def filled_batch_norm(case):
    layer = BatchNorm(3)
    set_data(layer.gamma, case["tensors"]["gamma"])
    set_data(layer.beta, case["tensors"]["beta"])
    return layer


def test_batch_norm_as_torch():
    (case,) = torch_layers("batch_norm")
    x, layer = values(case["tensors"]["x"]), filled_batch_norm(case)
    check_layer(case, layer.batch(x), {"x": x, "gamma": layer.gamma, "beta": layer.beta})


def test_batch_norm_follows_the_statistics_and_uses_them_in_eval():
    (case,) = torch_layers("batch_norm")
    layer = filled_batch_norm(case)
    layer.batch(case["tensors"]["x"])
    layer.batch(case["second"])
    assert error([r.data for r in layer.running_mean], case["running_mean"]) < 1e-14
    assert error([r.data for r in layer.running_var], case["running_var"]) < 1e-14
    layer.eval()
    assert error(flat(layer.batch(case["tensors"]["x"])), case["eval_output"]) < 1e-14
    assert error([r.data for r in layer.running_mean], case["running_mean"]) < 1e-14  # eval leaves them alone


def test_running_statistics_are_state_but_not_parameters():
    layer = BatchNorm(2)
    layer.batch([[1.0, 2.0], [3.0, 8.0]])
    assert [name for name, _ in layer.named_parameters()] == ["gamma0", "gamma1", "beta0", "beta1"]
    assert layer.state_dict()["running_mean1"] == 0.9 * 0.0 + 0.1 * 5.0
    other = BatchNorm(2)
    other.load_state_dict(layer.state_dict())
    assert other.eval()([1.0, 2.0])[0].data == layer.eval()([1.0, 2.0])[0].data


def test_a_batch_in_a_sequence_is_normalised_over_all_its_rows():
    model = Sequential(Layer(2, 3, nonlin=False, rng=1), BatchNorm(3, eps=0.0))
    columns = zip(*model.batch([[0.1, 0.2], [1.0, -1.0], [3.0, 0.5]]), strict=True)
    for column in columns:
        assert sum(v.data for v in column) == pytest.approx(0.0, abs=1e-12)
        assert sum(v.data**2 for v in column) / 3 == pytest.approx(1.0, abs=1e-12)


def test_equal_rows_give_the_shift_and_finite_gradients():
    x, layer = [[Value(2.0)], [Value(2.0)]], BatchNorm(1)
    out = layer.batch(x)
    out[0][0].backward()
    assert [row[0].data for row in out] == [0.0, 0.0]
    assert x[0][0].grad == pytest.approx(0.5 / 1e-5**0.5)


def test_bad_input_is_named():
    with pytest.raises(ValueError, match=r"whole batch while learning: call batch\(rows\), or eval\(\) first"):
        BatchNorm(2)([1.0, 2.0])
    with pytest.raises(ValueError, match=r"at least 2 rows while learning, not 1: .* batch_size that leaves"):
        BatchNorm(2).batch([[1.0, 2.0]])
    with pytest.raises(ValueError, match="BatchNorm takes a list of 2 numbers, not a list of 3"):
        BatchNorm(2).batch([[1.0, 2.0, 3.0]] * 2)
    with pytest.raises(ValueError, match="LayerNorm takes a list of 2 numbers, not a single number"):
        LayerNorm(2)(1.0)
    with pytest.raises(ValueError, match="RMSNorm takes a list of 2 numbers, not a list of 2 × 2"):
        RMSNorm(2)([[1.0, 2.0], [1.0, 2.0]])
    with pytest.raises(ValueError, match="features must be at least 1, not 0"):
        BatchNorm(0)
