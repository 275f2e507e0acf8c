import pytest

from autograd import Value
from nn import AvgPool1d, AvgPool2d, Conv1d, Conv2d, Flatten, Layer, MaxPool1d, MaxPool2d, Sequential
from nn.basics.nested import sizes_of
from tests.nn.frozen import check_layer, set_data, torch_layers, values

KINDS = {"conv1d": Conv1d, "conv2d": Conv2d}
POOLS = {"max_pool1d": MaxPool1d, "avg_pool1d": AvgPool1d, "max_pool2d": MaxPool2d, "avg_pool2d": AvgPool2d}


def tupled(options):
    return {name: tuple(size) if isinstance(size, list) else size for name, size in options.items()}


@pytest.mark.parametrize("fused", [True, False])
@pytest.mark.parametrize(("name", "case"), [(name, case) for name in KINDS for case in torch_layers(name)])
def test_convolution_as_torch(name, case, fused):
    x, layer = values(case["tensors"]["x"]), KINDS[name](2, 3, **tupled(case["options"]), fused=fused)
    w, b = [neuron.w for neuron in layer.neurons], [neuron.b for neuron in layer.neurons]
    set_data(w, case["tensors"]["w"])
    set_data(b, case["tensors"]["b"])
    check_layer(case, layer(x), {"x": x, "w": w, "b": b})


@pytest.mark.parametrize(("name", "case"), [(name, case) for name in POOLS for case in torch_layers(name)])
def test_pooling_as_torch(name, case):
    x = values(case["tensors"]["x"])
    check_layer(case, POOLS[name](**tupled(case["options"]))(x), {"x": x})


def test_one_channel_needs_no_list_around_it():
    picture = [[1.0, 2.0, 3.0], [4.0, 5.0, 6.0]]
    layer = Conv2d(1, 1, 2, rng=1)
    assert layer(picture)[0][0][0].data == layer([picture])[0][0][0].data
    assert MaxPool2d(2, stride=1)(picture) == [[5.0, 6.0]]
    assert MaxPool2d(2, stride=1)([picture]) == [[[5.0, 6.0]]]
    assert AvgPool1d(2)([1.0, 3.0, 5.0, 7.0, 100.0]) == [2.0, 6.0]


@pytest.mark.parametrize(
    ("window", "shares"),
    [
        ([1.0, 1.0], [1 / 2, 1 / 2]),
        ([1.0] * 4, [1 / 4] * 4),
        ([1.0] * 8, [1 / 8] * 8),
        ([1.0, 1.0, 1.0], [1 / 2, 1 / 4, 1 / 4]),
        ([1.0, 1.0, 1.0, 0.0], [1 / 4, 1 / 4, 1 / 2, 0.0]),
        ([0.0, 1.0, 0.0, 1.0], [0.0, 1 / 2, 0.0, 1 / 2]),
    ],
)
def test_equal_numbers_share_the_gradient_of_their_maximum_by_halves(window, shares):
    x = [Value(number) for number in window]
    MaxPool1d(len(window))(x)[0].backward()
    assert [v.grad for v in x] == shares


def test_first_weights_are_drawn_for_a_window_of_all_channels_in_and_out():
    fans = []
    Conv2d(2, 3, (2, 5), init=lambda fan_in, fan_out, rng: fans.append((fan_in, fan_out)) or 0.0)
    assert fans == [(2 * 2 * 5, 3 * 2 * 5)] * 60


def test_every_neuron_of_a_convolution_is_drawn_anew():
    first, second = Conv1d(1, 2, 3, rng=1).neurons
    assert [w.data for w in first.w] != [w.data for w in second.w]


def test_a_small_network_of_convolutions():
    model = Sequential(Conv2d(1, 2, 3, padding=1, activation="relu"), MaxPool2d(2), Flatten(), Layer(8, 3))
    assert sizes_of(model([[0.5] * 4] * 4)) == [3]
    assert len(model.parameters()) == 2 * (9 + 1) + 3 * (8 + 1)
    assert model.named_parameters()[0][0] == "layer0.neuron0.w0"


@pytest.mark.parametrize(
    ("layer", "shown"),
    [
        (Conv2d(1, 2, (2, 3)), "Conv2d(1 → 2 channels, kernel 2 × 3, 14 parameters)"),
        (Conv1d(3, 1, 2), "Conv1d(3 → 1 channels, kernel 2, 7 parameters)"),
        (MaxPool2d((2, 3)), "MaxPool2d(2 × 3, 0 parameters)"),
        (AvgPool1d(3), "AvgPool1d(3, 0 parameters)"),
    ],
)
def test_sizes_are_shown_in_as_many_directions_as_there_are(layer, shown):
    assert repr(layer).partition("\n")[0] == shown


def test_bad_input_is_named():
    with pytest.raises(ValueError, match="Conv2d takes 2 channels, not a list of 1 × 3 × 3"):
        Conv2d(2, 1, 3)([[[0.0] * 3] * 3])
    with pytest.raises(ValueError, match="a window of 3 × 3 does not fit into 2 × 5 numbers"):
        Conv2d(1, 1, 3)([[0.0] * 5] * 2)
    with pytest.raises(ValueError, match="a window of 1 × 4 does not fit into 1 × 3 numbers"):
        MaxPool1d(4)([1.0, 2.0, 3.0])
    with pytest.raises(ValueError, match="channels × height × width with rows of one length, got a list of 2 × 2"):
        Conv2d(1, 1, 1)([[1.0, 2.0], [3.0]])
    with pytest.raises(ValueError, match="channels × length with rows of one length, got a single number"):
        Conv1d(1, 1, 1)(3.0)
    with pytest.raises(ValueError, match="stride must be at least 1, not 0"):
        Conv1d(1, 1, 1, stride=0)
    with pytest.raises(ValueError, match="padding must be at least 0, not -1"):
        Conv2d(1, 1, 1, padding=-1)
    with pytest.raises(TypeError, match=r"kernel_size must be a whole number, not 1\.5"):
        Conv2d(1, 1, 1.5)
