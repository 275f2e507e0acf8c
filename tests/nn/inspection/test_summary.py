import sys

import pytest

from autograd import Value
from nn import MLP, AttentionHead, BatchNorm, Conv2d, Dropout, Flatten, Layer, MaxPool2d, Module, Sequential, summary


def test_shapes_and_counts_of_a_convolutional_network():
    model = Sequential(Conv2d(1, 2, 3, padding=1), MaxPool2d(2), Flatten(), BatchNorm(8), Dropout(), Layer(8, 3))
    rows = summary(model, [[0.0] * 4] * 4).rows
    assert rows == [
        ("Sequential", "3", 63),
        ("  layer0: Conv2d(1 → 2 channels, kernel 3 × 3)", "2 × 4 × 4", 20),
        ("  layer1: MaxPool2d(2 × 2)", "2 × 2 × 2", 0),
        ("  layer2: Flatten", "8", 0),
        ("  layer3: BatchNorm(8 features)", "8", 16),
        ("  layer4: Dropout(p=0.5)", "8", 0),
        ("  layer5: Layer(8 → 3, relu)", "3", 27),
    ]


def test_the_repr_is_a_table():
    assert repr(summary(MLP(2, [400, 1]), [0.0, 0.0])).split("\n") == [
        "layer                             output  parameters",
        "─" * 52,
        "MLP(2 → 400 → 1)                  1            1,601",
        "  layer0: Layer(2 → 400, relu)    400          1,200",
        "  layer1: Layer(400 → 1, linear)  1              401",
    ]


def test_the_model_is_left_as_it_was():
    model = Sequential(Dropout(), Layer(2, 1))
    model.layers[0].eval()
    before = sys.getprofile()
    summary(model, [1.0, 2.0])
    assert [module.training for _, module in model.named_modules()][:3] == [True, False, True]
    with pytest.raises(ValueError, match="takes 2 numbers"):
        summary(model, [1.0])
    assert sys.getprofile() is before
    assert model.training


def test_layers_that_do_not_run_and_sequences():
    class Odd(Module):
        def __init__(self):
            self.used, self.idle, self.scale = AttentionHead(2, 3), MLP(2, [1]), Value(1.0)

        def __call__(self, x):
            return [v * self.scale for v in self.used(x)[0]]

    rows = summary(Odd(), [[1.0, 2.0]] * 4).rows
    assert rows[0] == ("Odd", "3", 22)
    assert ("  used: AttentionHead(2 → 3)", "4 × 3", 18) in rows
    assert ("  idle: MLP(2 → 1)", "–", 3) in rows


def test_what_is_no_module_is_refused():
    with pytest.raises(TypeError, match=r"summary\(model, example\) takes a model, such as .*, got "):
        summary([1.0], MLP(1, [1]))
