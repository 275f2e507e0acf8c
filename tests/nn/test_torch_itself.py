"""The PyTorch that is installed still says what the files frozen from it say, which the other tests compare with."""

import json

import pytest

from tests.nn.frozen import read

pytestmark = pytest.mark.engines


def numbers(frozen):
    """The numbers in it, those written by float.hex too; other texts and names as they are."""
    if isinstance(frozen, dict):
        return [x for key in sorted(frozen) if key not in ("origin", "kwargs") for x in numbers(frozen[key])]
    if isinstance(frozen, list):
        return [x for part in frozen for x in numbers(part)]
    return [float.fromhex(frozen) if isinstance(frozen, str) and "0x" in frozen else frozen]


def check(found, frozen):
    found, frozen = numbers(json.loads(json.dumps(found))), numbers(frozen)
    assert len(found) == len(frozen)
    for x, y in zip(found, frozen, strict=True):
        assert x == (pytest.approx(y, rel=1e-9, abs=1e-12, nan_ok=True) if isinstance(y, float) else y)


def test_losses_and_layers():
    pytest.importorskip("torch")
    from tests.generators.nn_torch import frozen

    check(frozen(), read("nn_torch"))


def test_optimizers_and_schedules():
    pytest.importorskip("torch")
    from tests.generators.torch_optim_more import frozen, trajectory

    check(frozen(), read("torch_optim_more"))
    first = read("torch_optim")
    gradients = [float.fromhex(g) for g in first["gradient_sequence"]]
    for run in first["runs"]:
        check(trajectory(run["optimizer"], run["kwargs"], gradients, run["gseq_start"]), run["gseq_trajectory"])


def test_gains():
    torch = pytest.importorskip("torch")
    from nn.basics.first_weights import gain

    for name in ("tanh", "relu", "leaky_relu", "selu", "sigmoid"):
        assert gain(name) == pytest.approx(torch.nn.init.calculate_gain(name), rel=1e-15)
