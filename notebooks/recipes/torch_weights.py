"""The weights of a torch.nn.Sequential of Linear layers into an nn.MLP, and back, to the last bit of a double."""

import torch

from nn import MLP

TORCHS = {"relu": torch.nn.ReLU, "tanh": torch.nn.Tanh, "sigmoid": torch.nn.Sigmoid, "gelu": torch.nn.GELU}
OURS = {kind: name for name, kind in TORCHS.items()}


def from_torch(sequential: torch.nn.Sequential) -> MLP:
    linear = [part for part in sequential if isinstance(part, torch.nn.Linear)]
    kinds = [OURS[type(part)] for part in sequential if type(part) in OURS]
    model = MLP(linear[0].in_features, [part.out_features for part in linear], kinds)
    for layer, part in zip(model.layers, linear, strict=True):
        for neuron, row, bias in zip(layer.neurons, part.weight.tolist(), part.bias.tolist(), strict=True):
            neuron.b.data = bias
            for weight, number in zip(neuron.w, row, strict=True):
                weight.data = number
    return model


def to_torch(model: MLP) -> torch.nn.Sequential:
    parts: list[torch.nn.Module] = []
    for layer in model.layers:
        linear = torch.nn.Linear(len(layer.neurons[0].w), len(layer.neurons), dtype=torch.float64)
        with torch.no_grad():
            linear.weight[:] = torch.tensor([[w.data for w in n.w] for n in layer.neurons], dtype=torch.float64)
            linear.bias[:] = torch.tensor([n.b.data for n in layer.neurons], dtype=torch.float64)
        name = layer.neurons[0].activation_name
        parts += [linear] if name is None else [linear, TORCHS[name]()]
    return torch.nn.Sequential(*parts)


if __name__ == "__main__":
    network = MLP(2, [16, 16, 1], "tanh")
    print(network, to_torch(network), from_torch(to_torch(network)), sep="\n\n")
