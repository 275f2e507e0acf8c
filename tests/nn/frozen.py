"""Reading frozen figures and comparing with them."""

import functools
import gzip
import json
import sys
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from autograd import Value, dot
from nn.basics.nested import data_of, flat, mapped

DATA = Path(__file__).parent.parent / "data"


@functools.cache
def read(name: str) -> Any:
    """The content of tests/data/<name>.json.gz."""
    return json.loads(gzip.decompress((DATA / f"{name}.json.gz").read_bytes()))


def torch_layers(name: str) -> list[Any]:
    """The cases of one layer, from torch 2.13: tensors, output, upstream, gradients; see generators/nn_torch.py."""
    return [case for kind, case in read("nn_torch")["layers"] if kind == name]


def values(nested: Any) -> Any:
    """The same nesting with a Value for every number."""
    return mapped(Value, nested)


def grads(nested: Any) -> list[float]:
    return [v.grad for v in flat(nested)]


def error(got: Iterable[Any], expected: Any) -> float:
    """The largest difference, relative to the largest expected number; the counts must agree."""
    pairs = list(zip(map(data_of, got), flat(expected), strict=True))
    return max(abs(a - b) for a, b in pairs) / (max(abs(b) for _, b in pairs) or 1.0)


def check_layer(case: Any, output: Any, tensors: dict[str, Any], bar: float = 1e-14) -> None:
    """The output, and after backward() of its sum weighted by the case's upstream gradients, all gradients."""
    assert error(flat(output), case["output"]) <= bar
    dot(list(flat(case["upstream"])), list(flat(output))).backward()
    assert tensors.keys() == case["gradients"].keys()
    for name, tensor in tensors.items():
        assert error(grads(tensor), case["gradients"][name]) <= bar, name


def set_data(leaves: Any, numbers: Any) -> None:
    """Give leaves the data of a nesting with the same numbers in the same order."""
    for leaf, number in zip(flat(leaves), flat(numbers), strict=True):
        leaf.data = number


def without_numpy(monkeypatch: Any) -> None:
    """As if NumPy were not installed, for programs and for trainings."""
    for name, module in list(sys.modules.items()):
        if name.startswith("autograd.programs") and hasattr(module, "numpy_is_there"):
            monkeypatch.setattr(module, "numpy_is_there", lambda: False)
    monkeypatch.setitem(sys.modules, "nn.training.on_arrays", None)
