"""`glassgrad`: the command lines of both packages under one name.

    glassgrad train     as python -m nn
    glassgrad predict   as python -m nn predict
    glassgrad formula   as python -m autograd

Each is found by its name, as the installed command itself is: nothing is imported for a command that is not asked for.
"""

import sys
from collections.abc import Sequence
from importlib import import_module

import autograd
from autograd.system.terminal import complain, drop_output, manners
from nn.basics.checks import did_you_mean

COMMANDS = {
    "train": ("nn.command_line.main", "train a network on a table of yours, or on two moons, and look at it"),
    "predict": ("nn.command_line.predict", "apply a model that was trained on a table to new rows"),
    "formula": ("autograd.command_line.main", "the value of a formula and its derivatives, as text or as a picture"),
}
HELP = "\n".join(
    ["usage: glassgrad COMMAND ...", ""]
    + [f"  {name:9} {what}" for name, (_, what) in COMMANDS.items()]
    + ["", "glassgrad COMMAND --help says more; glassgrad --version says which version this is."]
)


def main(arguments: Sequence[str] | None = None) -> int:
    """Hand over to the command that is named first; its exit status, or 2 where none of that name is there."""
    name, *rest = (sys.argv[1:] if arguments is None else list(arguments)) or ["--help"]
    if name in COMMANDS:
        module, _ = COMMANDS[name]
        return int(import_module(module).main(rest, f"glassgrad {name}"))
    if name in ("-h", "--help"):
        return _say(HELP)
    if name == "--version":
        return _say(f"glassgrad {autograd.__version__}, engine {autograd.engine}")
    guess = did_you_mean(name, COMMANDS)
    complain(f"glassgrad: {name!r} is not one of {', '.join(COMMANDS)}{guess} (glassgrad --help explains them)")
    return 2


def _say(text: str) -> int:
    try:
        with manners():
            print(text)
    except OSError:  # nobody reads it
        drop_output()
        return 1
    return 0
