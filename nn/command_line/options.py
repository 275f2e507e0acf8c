"""The options of `python -m nn`: what they are called, what they take, and one clear line for what they do not."""

import argparse
import re
from collections.abc import Callable, Sequence
from typing import Any, NoReturn

import autograd
from autograd.system import terminal
from nn.basics.activations import find_activation
from nn.basics.checks import did_you_mean
from nn.command_line.jobs import Job, moons_job, table_job, with_test
from nn.data.files import TableError
from nn.optim import SGD, Adam

PROGRAM = "python -m nn"
OPTIMIZERS = {"sgd": SGD, "adam": Adam}


class _Parser(terminal.Parser):
    """A parser whose complaint is one line, without the usage in front of it."""

    def error(self, message: str) -> NoReturn:
        if typo := re.search(r"invalid choice: '(.*)' \(choose from (.*)\)", message):
            message += did_you_mean(typo[1], re.findall(r"[\w-]+", typo[2]))
        self.exit(2, f"{self.prog}: {message} ({self.prog} --help explains the options)\n")


def outcome(program: str, run: Callable[[], int]) -> int:
    """The exit status of a command: its own, or after one line 2 for wrong input, 1 for lost output, 130 for Ctrl-C."""
    try:
        with terminal.manners():
            return run()
    except TableError as error:
        terminal.complain(f"{program}: {error}")
        return 2
    except OSError as error:
        if error.filename is None:
            return _output_lost(error, program)
        terminal.complain(f"{program}: cannot use {error.filename}: {error.strerror}")
        return 2
    except KeyboardInterrupt:
        terminal.complain(f"{program}: interrupted")
        return 130


def _output_lost(error: OSError, program: str = PROGRAM) -> int:
    """`python -m nn | head -1`, a full disk: one line, and nothing left that Python would try to print on its way."""
    terminal.drop_output()
    gone = isinstance(error, BrokenPipeError)
    why = "nobody reads the output any more" if gone else f"cannot write the output: {error.strerror or error}"
    terminal.complain(f"{program}: {why}; stopped")
    return 1


def choose_job(options: argparse.Namespace) -> Job:
    """The job that is asked for; TableError for options that do not go together."""
    wishes = {name: getattr(options, name) for name in ("ignore", "categorical", "missing", "decimal")}
    if options.csv is None:
        wanted = [f"--{name}" for name in ("target", *wishes, "test") if getattr(options, name)]
        if wanted or options.task != "auto":
            raise TableError(f"{', '.join(wanted) or '--task'} needs --csv FILE")
        return moons_job(options.seed)
    if options.target is None:
        raise TableError("--csv needs --target COLUMN, the column to predict")
    job = table_job(options.csv, options.target, options.seed, task=options.task, **wishes)
    return with_test(job, options.test) if options.test else job


def is_untouched_demo(options: argparse.Namespace) -> bool:
    """Whether the demo learns as it was meant to; then there is nothing to tell the user to do better."""
    chosen = (options.csv, options.layers, options.activation, options.epochs, options.lr, options.batch_size)
    return all(choice is None for choice in (*chosen, options.optimizer))


def new_parser(program: str, description: str, epilog: str = "") -> argparse.ArgumentParser:
    """A parser that complains in one line and knows --version."""
    parser = _Parser(prog=program, description=description, epilog=epilog, allow_abbrev=False)
    version = f"glassgrad {autograd.__version__}, engine {autograd.engine}"
    parser.add_argument("--version", action="version", version=version)
    return parser


def parse(arguments: Sequence[str] | None = None, program: str = PROGRAM, **begun: Any) -> argparse.Namespace:
    """The command line as options, those `begun` with where it says nothing; one line and exit code 2 for typos."""
    parser = new_parser(
        program,
        "Train a small network and show what happened: progress, a summary, and a folder with the model, "
        "a picture of what it learnt, and its graph with the gradients of one example.",
        "Without --csv it learns the two moons of micrograd's demo, with that demo's settings. "
        "`python -m nn predict --help` tells how to apply a model of a table to new rows.",
    )
    data = parser.add_argument_group("what to learn")
    data.add_argument("--csv", metavar="FILE", type=name_given, help="a table: the first line names the columns")
    data.add_argument(
        "--target", metavar="COLUMN", type=name_given, help="what to predict: texts or few whole numbers are classes"
    )
    data.add_argument("--ignore", metavar="COLUMN", action="append", default=[], help="leave a column out (repeatable)")
    data.add_argument("--categorical", metavar="COLUMN", action="append", default=[], help="take numbers as categories")
    data.add_argument(
        "--test", metavar="FILE", type=name_given, help="another table, to say how good the trained network is on it"
    )
    again = "take up a training where it ended, by Ctrl-C for one; --epochs N trains on for N more"
    data.add_argument("--resume", metavar="FOLDER", type=name_given, help=again)
    tasks = ("auto", "classification", "regression")
    data.add_argument("--task", choices=tasks, default="auto", help="default: %(default)s")
    gaps = "rows with missing cells: leave out, or fill with the mean of a column or a category of its own"
    data.add_argument("--missing", choices=("skip", "fill"), default="", help=gaps)
    marks = "what 1,234 and 1.234 mean, where nothing else tells"
    data.add_argument("--decimal", choices=(".", ","), default="", help=marks)
    how = parser.add_argument_group("how to learn", "defaults: those of micrograd's demo, or what suits a small table")
    how.add_argument("--layers", metavar="N,N,…", type=_sizes, help='hidden, "" for none (default: 16,16; tables 16)')
    named = "relu, tanh, sigmoid, gelu, … (default: relu; tables tanh)"
    how.add_argument("--activation", metavar="NAME", type=_activation, help=named)
    how.add_argument("--epochs", metavar="N", type=_at_least_one, help="passes over the rows (default: 100; tables 50)")
    rate = "learning rate (default: 1.0 sinking to 0.1; tables 0.01 to 0)"
    how.add_argument("--lr", metavar="RATE", type=_positive, help=rate)
    rows = 'rows per update, "batch" or "stochastic" (default: batch; tables 16, large ones more)'
    how.add_argument("--batch-size", metavar="N", type=_batch_size, help=rows)
    how.add_argument("--optimizer", choices=sorted(OPTIMIZERS), help="default: sgd; tables adam with weight decay")
    seed = "of first weights, split and shuffling (default: %(default)s)"
    how.add_argument("--seed", metavar="N", type=_whole, default=1337, help=seed)
    where = "where the results go (default: %(default)s)"
    parser.add_argument("--output", metavar="FOLDER", type=name_given, default="nn-output", help=where)
    return parser.parse_args(arguments, argparse.Namespace(**begun))


def name_given(text: str) -> str:
    """The name of a file, a folder or a column; an empty one is mostly a variable of a shell that was never set."""
    if not text:
        raise argparse.ArgumentTypeError("expected a name, got an empty one")
    return text


def _whole(text: str) -> int:
    try:
        return int(text)
    except ValueError:
        raise argparse.ArgumentTypeError(f"expected a whole number, got {text!r}") from None


def _at_least_one(text: str) -> int:
    number = _whole(text)
    if number < 1:
        raise argparse.ArgumentTypeError(f"expected 1 or more, got {text}")
    return number


def _positive(text: str) -> float:
    try:
        number = float(text)
    except ValueError:
        number = 0.0
    if not 0 < number < float("inf"):
        raise argparse.ArgumentTypeError(f"expected a number above 0, got {text!r}")
    return number


def _batch_size(text: str) -> int | str:
    return text if text in ("batch", "stochastic") else _at_least_one(text)


def _sizes(text: str) -> tuple[int, ...]:
    return tuple(_at_least_one(part) for part in text.split(",")) if text.strip() else ()


def _activation(text: str) -> str:
    try:
        find_activation(text)
    except ValueError as error:
        raise argparse.ArgumentTypeError(str(error)) from None
    return text
