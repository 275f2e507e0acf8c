"""Saving: a model's numbers as JSON, which anybody can read and nothing can hide in.

    {"format": "glassgrad model", "version": 1, "about": {…}, "state": {"layer0.neuron0.w0": 0.37, …}}

A file is data only: loading runs no code (unlike pickle). Every bit of a number survives.
"""

import json
from collections.abc import Mapping
from pathlib import Path
from reprlib import repr as short  # neither long nor deep, whatever a stranger's file holds
from typing import Any

from autograd.system.files import write_whole
from autograd.system.json_text import float_from, json_from, read_json
from nn.module import Module, check_model

FORMAT = "glassgrad model"
VERSION = 1


def save(model: Module, path: str | Path, about: Mapping[str, Any] | None = None) -> None:
    """Write `model.state_dict()` to `path`, with `about`: anything JSON can hold that helps to use the model later.

    The file appears whole or not at all: an older one at `path` stays until the new one is complete. OSError when it
    cannot be written, TypeError when `about` holds something JSON has no form for, ValueError when that is nan
    or an infinity.

    >>> import nn, tempfile
    >>> model, copy = nn.Neuron(2), nn.Neuron(2)
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     save(model, f"{folder}/neuron.json", about={"inputs": ["age", "height"]})
    ...     load(copy, f"{folder}/neuron.json")
    {'inputs': ['age', 'height']}
    >>> copy.state_dict() == model.state_dict()
    True
    """
    check_model(model, "save(model, path) takes")
    content = {
        "format": FORMAT,
        "version": VERSION,
        "about": dict(about or {}),
        "state": {name: json_from(number) for name, number in model.state_dict().items()},
    }
    try:
        text = json.dumps(content, indent=1, ensure_ascii=False, allow_nan=False)
    except (TypeError, ValueError) as error:
        raise type(error)(f"`about` holds something JSON has no form for: {error}") from None
    write_whole(path, text + "\n")


def load(model: Module, path: str | Path) -> dict[str, Any]:
    """Give `model` the numbers saved at `path`; returns what was saved as `about`.

    OSError when the file cannot be read. ValueError when it is no model of this format and version, is cut off, or
    does not fit the model: the message lists names missing, unknown or without a number. The model is unchanged then.
    """
    check_model(model, "load(model, path) takes")
    content = read(path)
    try:
        model.load_state_dict(content["state"])
    except ValueError as error:
        raise ValueError(f"{path}: {error}") from None
    return dict(content["about"])


def read(path: str | Path) -> dict[str, Any]:
    """What a model file holds, checked but not yet tied to a model: "about" and "state" (names → floats)."""
    try:
        content = read_json(Path(path).read_bytes())
    except ValueError as error:
        raise ValueError(f"{path} is no complete model file: {error}") from None
    if not isinstance(content, dict) or content.get("format") != FORMAT:
        raise ValueError(f'{path} is no model file: "format" is not {FORMAT!r}')
    if content.get("version") != VERSION:
        version = short(content.get("version"))
        raise ValueError(f"{path} has version {version} of the format, this program reads {VERSION}")
    state, about = content.get("state"), content.get("about")
    if not isinstance(state, dict) or not isinstance(about, dict):
        raise ValueError(f'{path} is no complete model file: "state" or "about" is missing')
    numbers = {name: float_from(entry) for name, entry in state.items()}
    if bad := [f"{name} is {short(state[name])}" for name, number in numbers.items() if number is None]:
        raise ValueError(f"{path}: these should be numbers: {'; '.join(bad)}")
    return {"about": about, "state": numbers}
