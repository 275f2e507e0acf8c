"""Writes tests/data/nn_torch.json.gz: losses and layers as torch computes them, with all gradients, in float64.

Made with torch 2.13.0 (CPU) on Python 3.11:  python -m tests.generators.nn_torch
The tests read the file and need no torch. Inputs are random (seed 0) and of moderate size, where torch's own
formulas are accurate; the far ends are checked against mpmath instead.
"""

import gzip
import json
import sys
from itertools import pairwise
from pathlib import Path

import torch
import torch.nn.functional as F

torch.set_default_dtype(torch.float64)
TARGET = Path(__file__).parent.parent / "data" / "nn_torch.json.gz"


def listed(x):
    return x.tolist() if isinstance(x, torch.Tensor) else x


def leaf(*shape, scale=1.0):
    return (scale * torch.randn(*shape)).requires_grad_()


def loss_case(name, function, prediction, target, reduction, **options):
    """The loss, and the gradient of the sum of its entries towards the prediction."""
    loss = function(prediction, target)
    (gradient,) = torch.autograd.grad(loss.sum(), prediction)
    case = {"loss": name, "prediction": prediction, "target": target, "reduction": reduction, "options": options}
    return {k: listed(v) for k, v in (case | {"value": loss, "gradient": gradient}).items()}


def focal(x, t, reduction, gamma, alpha):
    """The formula of Lin et al. 2017; torch has no such function."""
    p = torch.sigmoid(x)
    p_t, share = torch.where(t == 1, p, 1 - p), torch.where(t == 1, alpha, 1 - alpha)
    loss = -share * (1 - p_t) ** gamma * torch.log(p_t)
    return {"mean": loss.mean(), "sum": loss.sum(), "none": loss}[reduction]


def reduced(losses, reduction):
    return {"mean": losses.mean(), "sum": losses.sum(), "none": losses}[reduction]


def losses(how):
    n, classes = 9, 4
    weight = [0.5, 1.0, 2.0, 3.5]
    x, y = leaf(n, scale=2.0), torch.randn(n)
    yield loss_case("mse", lambda p, t: F.mse_loss(p, t, reduction=how), x, y, how)
    yield loss_case("half_mse", lambda p, t: 0.5 * F.mse_loss(p, t, reduction=how), x, y, how)
    yield loss_case("mae", lambda p, t: F.l1_loss(p, t, reduction=how), x, y, how)
    for delta in (1.0, 0.3):
        f = lambda p, t, d=delta: F.huber_loss(p, t, reduction=how, delta=d)  # noqa: E731
        yield loss_case("huber", f, x, y, how, delta=delta)
    yield loss_case("log_cosh", lambda p, t: reduced(torch.log(torch.cosh(p - t)), how), x, y, how)
    sides = torch.randint(0, 2, (n,)) * 2.0 - 1
    yield loss_case("hinge", lambda p, t: reduced(torch.relu(1 - t * p), how), x, sides, how)
    zero_one, soft = torch.randint(0, 2, (n,)).double(), torch.rand(n)
    for t in (zero_one, soft):
        p = torch.rand(n).requires_grad_()
        yield loss_case("binary_cross_entropy", lambda p, t: F.binary_cross_entropy(p, t, reduction=how), p, t, how)
        f = lambda p, t: F.binary_cross_entropy_with_logits(p, t, reduction=how)  # noqa: E731
        yield loss_case("binary_cross_entropy_with_logits", f, x, t, how)
        f = lambda p, t: F.binary_cross_entropy_with_logits(  # noqa: E731
            p, t, reduction=how, pos_weight=torch.tensor(2.5)
        )
        yield loss_case("binary_cross_entropy_with_logits", f, x, t, how, weight=[1.0, 2.5])
    for gamma, alpha in ((2.0, 0.25), (0.5, 0.75)):
        f = lambda p, t, g=gamma, a=alpha: focal(p, t, how, g, a)  # noqa: E731
        yield loss_case("focal", f, x, zero_one, how, gamma=gamma, alpha=alpha)
    rows, index = leaf(n, classes, scale=2.0), torch.randint(0, classes, (n,))
    labels, odds = torch.randint(0, 2, (n, classes)).double(), torch.softmax(torch.randn(n, classes), 1)
    for w in (None, weight):
        tensor, options = (None, {}) if w is None else (torch.tensor(w), {"weight": w})
        f = lambda p, t, w=tensor: F.cross_entropy(p, t, weight=w, reduction=how)  # noqa: E731
        yield loss_case("cross_entropy", f, rows, index, how, **options)
        yield loss_case("categorical_cross_entropy", f, rows, odds, how, **options)
        f = lambda p, t, w=tensor: F.multilabel_soft_margin_loss(p, t, weight=w, reduction=how)  # noqa: E731
        yield loss_case("multi_label", f, rows, labels, how, **options)
        for margin in (1.0, 0.4):
            f = lambda p, t, w=tensor, m=margin: F.multi_margin_loss(  # noqa: E731
                p, t, weight=w, margin=m, reduction=how
            )
            yield loss_case("multi_class_hinge", f, rows, index, how, margin=margin, **options)
    q = torch.softmax(torch.randn(n, classes), 1).requires_grad_()
    f = lambda p, t: F.nll_loss(torch.log(p), t, reduction=how)  # noqa: E731
    yield loss_case("cross_entropy", f, q, index, how, from_logits=False)
    f = lambda p, t: reduced(-(t * torch.log(p)).sum(1), how)  # noqa: E731
    yield loss_case("categorical_cross_entropy", f, q, odds, how, from_logits=False)
    f = lambda p, t: reduced(F.kl_div(torch.log(p), t, reduction="none").sum(1), how)  # noqa: E731
    yield loss_case("kl_divergence", f, q, odds, how)
    f = lambda p, t: reduced(F.kl_div(F.log_softmax(p, 1), t, reduction="none").sum(1), how)  # noqa: E731
    yield loss_case("kl_divergence", f, rows, odds, how, from_logits=True)


def layer_case(output, tensors, **more):
    """The output, random weights for its entries, and the gradients of the weighted sum towards all `tensors`."""
    upstream = torch.randn_like(output)
    gradients = torch.autograd.grad((upstream * output).sum(), list(tensors.values()))
    case = {"output": output, "upstream": upstream, **more}
    case = {k: listed(v) for k, v in case.items()}
    case["tensors"] = {k: listed(v) for k, v in tensors.items()}
    case["gradients"] = {k: listed(g) for k, g in zip(tensors, gradients, strict=True)}
    return case


def batch_norm():
    x, gamma, beta, second = leaf(6, 3, scale=2.0), leaf(3), leaf(3), torch.randn(5, 3) * 3 + 1
    mean, var = torch.zeros(3), torch.ones(3)
    case = layer_case(F.batch_norm(x, mean, var, gamma, beta, training=True), {"x": x, "gamma": gamma, "beta": beta})
    F.batch_norm(second, mean, var, gamma, beta, training=True)
    used = F.batch_norm(x, mean, var, gamma, beta, training=False)
    more = {"second": second, "running_mean": mean, "running_var": var, "eval_output": used}
    return case | {k: listed(v) for k, v in more.items()}


def norms():
    x, gamma, beta = leaf(5, 7, scale=2.0), leaf(7), leaf(7)
    yield "layer_norm", layer_case(F.layer_norm(x, (7,), gamma, beta), {"x": x, "gamma": gamma, "beta": beta})
    yield "rms_norm", layer_case(F.rms_norm(x, (7,), gamma, eps=1e-5), {"x": x, "gamma": gamma})
    yield "batch_norm", batch_norm()


def attention(causal):
    x, tensors = leaf(5, 4), {name: leaf(3, 4) for name in ("query", "key", "value")}
    q, k, v = (x @ w.T for w in tensors.values())
    output = F.scaled_dot_product_attention(q[None], k[None], v[None], is_causal=causal)[0]
    return layer_case(output, {"x": x, **tensors})


def convolutions():
    for stride, padding, size in ((1, 0, 3), (2, 1, 2), (3, 2, 4)):
        x, w, b = leaf(2, 9), leaf(3, 2, size), leaf(3)
        output = F.conv1d(x[None], w, b, stride, padding)[0]
        options = {"kernel_size": size, "stride": stride, "padding": padding}
        yield "conv1d", layer_case(output, {"x": x, "w": w, "b": b}, options=options)
    for stride, padding, size in ((1, 0, (3, 3)), (2, 1, (2, 3)), ((1, 2), (0, 1), (3, 2))):
        x, w, b = leaf(2, 6, 7), leaf(3, 2, *size), leaf(3)
        output = F.conv2d(x[None], w, b, stride, padding)[0]
        options = {"kernel_size": size, "stride": stride, "padding": padding}
        yield "conv2d", layer_case(output, {"x": x, "w": w, "b": b}, options=options)
    for name, pool in (("max_pool1d", F.max_pool1d), ("avg_pool1d", F.avg_pool1d)):
        for size, stride in ((2, None), (3, 2)):
            x = leaf(2, 9)
            yield name, layer_case(pool(x[None], size, stride)[0], {"x": x}, options={"size": size, "stride": stride})
    for name, pool in (("max_pool2d", F.max_pool2d), ("avg_pool2d", F.avg_pool2d)):
        for size, stride in ((2, None), ((2, 3), (1, 2))):
            x = leaf(2, 6, 7)
            yield name, layer_case(pool(x[None], size, stride)[0], {"x": x}, options={"size": size, "stride": stride})


def rnn():
    cell, x, h = torch.nn.RNN(3, 4), leaf(6, 3), leaf(1, 4)
    output, _ = cell(x, h)
    names = {"W": cell.weight_ih_l0, "U": cell.weight_hh_l0, "b": cell.bias_ih_l0}
    with torch.no_grad():
        cell.bias_hh_l0.zero_()
    output, _ = cell(x, h)
    return layer_case(output, {"x": x, "h": h, **names})


def mlp(activation, last):
    x, sizes, tensors = leaf(3), [3, 5, 4, 2], {}
    out = x
    for i, (nin, nout) in enumerate(pairwise(sizes)):
        tensors |= {f"w{i}": leaf(nout, nin), f"b{i}": leaf(nout)}
        out = tensors[f"w{i}"] @ out + tensors[f"b{i}"]
        out = activation(out) if i < 2 else last(out)
    return layer_case(out, {"x": x, **tensors}, options={})


def layers():
    yield from norms()
    yield "attention", attention(False) | {"options": {"causal": False}}
    yield "attention", attention(True) | {"options": {"causal": True}}
    yield from convolutions()
    yield "rnn", rnn()
    none, softmax = (lambda v: v), (lambda v: torch.softmax(v, 0))
    kinds = [("tanh", torch.tanh), ("sigmoid", torch.sigmoid), ("gelu", F.gelu), ("relu", torch.relu), ("elu", F.elu)]
    for name, f in kinds:
        for output, last in ((None, none), ("softmax", softmax), ("sigmoid", torch.sigmoid)):
            yield "mlp", mlp(f, last) | {"options": {"activation": name, "output_activation": output}}


def frozen():
    torch.manual_seed(0)
    origin = {
        "made by": "python -m tests.generators.nn_torch",
        "torch": torch.__version__,
        "python": sys.version.split()[0],
        "dtype": "float64",
        "seed": 0,
    }
    return {
        "origin": origin,
        "losses": [case for how in ("mean", "sum", "none") for case in losses(how)],
        "layers": [[name, case] for name, case in layers()],
    }


def main():
    TARGET.write_bytes(gzip.compress(json.dumps(frozen()).encode(), mtime=0))


if __name__ == "__main__":
    main()
