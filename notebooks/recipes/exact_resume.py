"""Stop a training and go on another day, with the very bits of one that was never stopped: besides the model's numbers
the optimizer's memory, the generator's state and the curves are saved."""

import sys
from dataclasses import asdict
from pathlib import Path
from random import Random

import nn

X = [[a / 4, b / 4] for a in range(-4, 5) for b in range(-4, 5)]
y = [a * b for a, b in X]


def train(path: Path, epochs: int) -> nn.MLP:
    """`epochs` more epochs of what lies at `path`, or of a new model where nothing does."""
    rng = Random(0)
    model = nn.MLP(2, [8, 1], "tanh", rng=rng)
    adam, history = nn.Adam(model.parameters(), lr=0.02), nn.History()
    if path.exists():
        about = nn.load(model, path)
        adam.load_state_dict(about["optimizer"])
        version, numbers, spare = about["generator"]
        rng.setstate((version, tuple(numbers), spare))
        history = nn.History(**about["history"])
    how = {"loss": "mse", "batch_size": 9, "optimizer": adam, "rng": rng, "history": history, "progress": False}
    nn.fit(model, X, y, epochs=epochs, **how)
    curves = {name: curve for name, curve in asdict(history).items() if isinstance(curve, list | dict)}
    nn.save(model, path, about={"optimizer": adam.state_dict(), "generator": rng.getstate(), "history": curves})
    return model


if __name__ == "__main__":  # python exact_resume.py training.json 5, as often as you like
    train(Path(sys.argv[1]), int(sys.argv[2]))
    print(nn.load(nn.MLP(2, [8, 1], "tanh"), sys.argv[1])["history"]["loss"][-1])
