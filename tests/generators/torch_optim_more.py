"""Freeze more of torch.optim for tests/nn/test_optim.py. Needs torch: python tests/generators/torch_optim_more.py

Writes tests/data/torch_optim_more.json.gz: for each configuration the parameter after each of 200 steps on the gradient
sequence of tests/data/torch_optim.json.gz (float64, foreach=False), and the learning rates of torch's schedulers.
"""

import gzip
import json
from pathlib import Path

import torch

DATA = Path(__file__).parent.parent / "data"
CONFIGURATIONS = [
    ("SGD", {"lr": 1e-3, "momentum": 0.9, "nesterov": True}),
    ("SGD", {"lr": 1e-3, "momentum": 0.9, "nesterov": True, "weight_decay": 0.01}),
    ("SGD", {"lr": 1e-3, "momentum": 0.8, "dampening": 0.3, "weight_decay": 0.1, "maximize": True}),
    ("SGD", {"lr": 1e-3, "weight_decay": 0.5}),
    ("SGD", {"lr": 1e-3, "maximize": True}),
    ("Adagrad", {"lr": 0.1, "lr_decay": 0.01, "weight_decay": 0.01}),
    ("Adagrad", {"lr": 0.01, "initial_accumulator_value": 0.5, "eps": 1e-3}),
    ("Adagrad", {"lr": 0.05, "maximize": True}),
    ("RMSprop", {"lr": 0.01, "momentum": 0.9}),
    ("RMSprop", {"lr": 0.01, "momentum": 0.9, "centered": True, "weight_decay": 0.01}),
    ("RMSprop", {"lr": 0.01, "alpha": 0.9, "eps": 1e-4, "maximize": True}),
    ("Adam", {"lr": 0.01, "weight_decay": 0.1}),
    ("Adam", {"lr": 0.01, "betas": [0.8, 0.95], "eps": 1e-3}),
    ("Adam", {"lr": 0.01, "amsgrad": True, "weight_decay": 0.01, "maximize": True}),
    ("AdamW", {"lr": 0.01, "weight_decay": 0.3}),
    ("AdamW", {"lr": 0.01, "amsgrad": True}),
    ("AdamW", {"lr": 0.01, "betas": [0.5, 0.9], "maximize": True}),
]
SCHEDULERS = [
    ("step_decay", {"every": 7, "gamma": 0.5}, "StepLR", {"step_size": 7, "gamma": 0.5}),
    ("exponential_decay", {"gamma": 0.93}, "ExponentialLR", {"gamma": 0.93}),
    ("cosine", {"epochs": 40}, "CosineAnnealingLR", {"T_max": 40}),
    (
        "linear",
        {"start": 1.0, "end": 0.1, "epochs": 30},
        "LinearLR",
        {"start_factor": 1.0, "end_factor": 0.1, "total_iters": 30},
    ),
]


def trajectory(name, settings, gradients, start):
    p = torch.nn.Parameter(torch.tensor(start, dtype=torch.float64))
    optimizer = getattr(torch.optim, name)([p], foreach=False, **settings)
    values = []
    for gradient in gradients:
        p.grad = torch.tensor(gradient, dtype=torch.float64)
        optimizer.step()
        values.append(p.item().hex())
    return values


def rates(scheduler, settings, epochs=40):
    p = torch.nn.Parameter(torch.zeros((), dtype=torch.float64))
    optimizer = torch.optim.SGD([p], lr=1.0)
    schedule = getattr(torch.optim.lr_scheduler, scheduler)(optimizer, **settings)
    factors = []
    for _ in range(epochs + 1):
        factors.append(optimizer.param_groups[0]["lr"])
        optimizer.step()
        schedule.step()
    return factors


def plateau(losses, settings):
    optimizer = torch.optim.SGD([torch.nn.Parameter(torch.zeros(()))], lr=1.0)
    schedule = torch.optim.lr_scheduler.ReduceLROnPlateau(optimizer, eps=0.0, **settings)
    factors = []
    for loss in losses:
        schedule.step(loss)
        factors.append(optimizer.param_groups[0]["lr"])
    return factors


def frozen():
    first = json.loads(gzip.decompress((DATA / "torch_optim.json.gz").read_bytes()))
    gradients = [float.fromhex(g) for g in first["gradient_sequence"]]
    losses = [1 / (1 + e) if e < 12 else 0.08 + 0.001 * (e % 3) for e in range(60)]
    plateaus = [{"factor": 0.5, "patience": 3}, {"factor": 0.1, "patience": 0, "threshold": 0.1, "min_lr": 1e-3}]
    return {
        "origin": f"torch {torch.__version__}, float64, foreach=False, by tests/generators/torch_optim_more.py",
        "runs": [
            {"optimizer": n, "kwargs": k, "gseq_start": 1.5, "gseq_trajectory": trajectory(n, k, gradients, 1.5)}
            for n, k in CONFIGURATIONS
        ],
        "schedules": [{"ours": o, "kwargs": k, "factors": rates(t, s)} for o, k, t, s in SCHEDULERS],
        "losses": losses,
        "plateaus": [{"kwargs": k, "factors": plateau(losses, k)} for k in plateaus],
    }


def main():
    # mtime=0: the same figures give the same file
    (DATA / "torch_optim_more.json.gz").write_bytes(gzip.compress(json.dumps(frozen()).encode(), mtime=0))


if __name__ == "__main__":
    main()
