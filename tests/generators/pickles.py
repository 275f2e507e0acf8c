"""Pickles of one object of every public class that can be pickled, as they were written before the modules moved.

    python -m tests.generators.pickles > the rows to add to tests/data/pickles.json

A row is a name, the pickle (base64) and what `told` says of the object. What is in the file is never written anew:
pickles that people have made do not change either.
"""

import base64
import json
import pickle
import random
import sys
from collections.abc import Callable
from types import FunctionType
from typing import Any

import autograd
import nn
from autograd import Value


class Marked(Value):
    """A subclass with an attribute of its own."""


def values() -> dict[str, Any]:
    x, w = Value(0.5, label="x"), Value(-3.0, label="w")
    y = autograd.tanh(x * w + 2.0) ** 2 + autograd.dot([x, w], [2.0, x], 1.0)
    y.backward()
    with autograd.trace_lines():
        traced = x / w
    marked = Marked(1.5, label="m")
    marked.note = {"seen": 3}
    return {
        "leaf": x,
        "graph": y,
        "graph and its leaves": [y, x, w],
        "subclass": marked * 2.0,
        "with lines": traced,
        "operation": autograd.tanh,
        "steps": list(autograd.steps(x * w)),
        "softmax": autograd.softmax([x, w, 1.0]),
    }


def explanations() -> dict[str, Any]:
    x = Value(2.0, label="x")
    y = x * x + x
    return {
        "explanation": autograd.explain(y, x),
        "naive": autograd.naive_backward(y),
        "gradient check": autograd.check_gradients(lambda a: a * a, 1.5),
    }


def models() -> dict[str, Any]:
    rng = random.Random(7)
    return {
        "Neuron": nn.Neuron(2, rng=rng),
        "Layer": nn.Layer(2, 3, rng=rng),
        "MLP": nn.MLP(2, [3, 1], rng=rng),
        "Sequential": nn.Sequential(
            nn.Layer(2, 3, rng=rng), nn.BatchNorm(3), nn.Activation("tanh"), nn.Dropout(0.25, rng=3), nn.LayerNorm(3)
        ),
        "RMSNorm": nn.RMSNorm(2),
        "Residual": nn.Residual(nn.Layer(2, 2, rng=rng)),
        "Flatten": nn.Flatten(),
        "Conv2d": nn.Conv2d(1, 2, 2, rng=rng),
        "Conv1d": nn.Conv1d(1, 2, 2, rng=rng),
        "MaxPool2d": nn.MaxPool2d(2),
        "MaxPool1d": nn.MaxPool1d(2),
        "AvgPool2d": nn.AvgPool2d(2),
        "AvgPool1d": nn.AvgPool1d(2),
        "RNNCell": nn.RNNCell(2, 2, rng=rng),
        "RNN": nn.RNN(2, 2, rng=rng),
        "AttentionHead": nn.AttentionHead(4, 2, rng=rng),
        "Embedding": nn.Embedding(3, 2, rng=rng),
        "Buffer": nn.Buffer(1.0),
    }


def training() -> dict[str, Any]:
    X, y = [[0.0, 1.0], [1.0, 0.0], [1.0, 1.0], [0.0, 0.0]], [1.0, 1.0, 0.0, 0.0]
    model = nn.MLP(2, [3, 1], rng=random.Random(1))
    stopping = nn.EarlyStopping(patience=50)
    history = nn.fit(model, X, y, loss="mse", epochs=3, early_stopping=stopping, progress=False)
    optimizers = {
        kind.__name__: stepped(kind, nn.MLP(2, [2, 1], rng=random.Random(2)))
        for kind in (nn.SGD, nn.Adagrad, nn.RMSprop, nn.Adam, nn.AdamW)
    }
    return {
        "History": history,
        "EarlyStopping": stopping,
        "ReduceOnPlateau": nn.schedules.ReduceOnPlateau(),
        "ParameterPath": nn.ParameterPath(model),
        "Summary": nn.summary(model, X[0]),
        "Diagnosis": nn.diagnose(model, X, y, "mse"),
        "Scaler": nn.data.standardize(X),
        "Restarts": nn.restarts(make_model, short_training, [1, 2]),
        "scores": nn.precision_recall_f1([1, 0, 1], [1, 1, 1]),
        "a loss": nn.mse,
        **optimizers,
    }


def make_model(rng: random.Random) -> nn.Neuron:
    return nn.Neuron(2, rng=rng)


def short_training(model: nn.Module) -> nn.History:
    return nn.fit(model, [[0.0, 1.0], [1.0, 1.0]], [1.0, 0.5], loss="mse", epochs=1, progress=False)


def stepped(kind: type[nn.Optimizer], model: nn.Module) -> nn.Optimizer:
    optimizer = kind(model.parameters(), lr=0.1)
    model([1.0, 2.0]).backward()
    optimizer.step()
    return optimizer


def told(thing: Any) -> str:
    """What is compared: the numbers of a graph, of a model's or an optimizer's parameters; else what repr says."""
    if isinstance(thing, list):
        return "; ".join(map(told, thing))
    if isinstance(thing, Value):
        nodes = autograd.topological_order(thing)
        return " ".join(f"{n.op}:{n.data!r}:{n.grad!r}:{n.label}:{n.local_grads}:{n.line}" for n in nodes)
    if isinstance(thing, nn.Module):
        return f"{thing!r} {[(name, p.data) for name, p in thing.named_parameters()]}"
    if isinstance(thing, nn.Optimizer):
        return f"{thing!r} {thing.state_dict()!r}"
    if isinstance(thing, nn.Restarts):
        return f"{told(thing.model)} {[v for k, v in sorted(vars(thing).items()) if k != 'model']!r}"
    if isinstance(thing, FunctionType):
        return thing.__qualname__
    if not isinstance(thing, tuple) and type(thing).__repr__ is object.__repr__:
        return f"{type(thing).__name__} {sorted(vars(thing))}"
    return repr(thing)


GROUPS: tuple[Callable[[], dict[str, Any]], ...] = (values, explanations, models, training)


def main() -> None:
    rows = {}
    for group in GROUPS:
        for name, thing in group().items():
            try:
                pickled = pickle.dumps(thing, 4)
                rows[name] = {"pickle": base64.b64encode(pickled).decode(), "told": told(pickle.loads(pickled))}
            except (pickle.PicklingError, AttributeError, TypeError, KeyError) as error:
                print(f"{name}: {error!r}", file=sys.stderr)  # cannot be pickled, or does not survive it
    json.dump(rows, sys.stdout, indent=1)


if __name__ == "__main__":
    from tests.generators import pickles

    pickles.main()  # under its importable name: classes pickled here are found again
