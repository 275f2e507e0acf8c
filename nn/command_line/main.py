"""`python -m nn`: train a network, say how good it is, and leave everything to look at in a folder.

Without options: micrograd's two moons. With `--csv FILE --target COLUMN`: a table of your own.
"""

import gc
import sys
from collections.abc import Callable, Sequence
from pathlib import Path

from autograd.system.terminal import complain
from nn.command_line import predict
from nn.command_line.jobs import some
from nn.command_line.learning import Training, begin, take_up
from nn.command_line.options import PROGRAM, choose_job, is_untouched_demo, outcome, parse
from nn.command_line.results import notes, output_folder, scores, summary, write_all
from nn.inspection.history import History
from nn.training.diagnosis import diagnose


def main(arguments: Sequence[str] | None = None, program: str = PROGRAM) -> int:
    """Run the job; 0 when the model is trained and saved, 1 when training diverged, 2 when the input was wrong.

    `program` is what the command was called, for its messages.
    """
    given = sys.argv[1:] if arguments is None else arguments
    if given[:1] == ["predict"]:
        return predict.main(given[1:], f"{program} predict")
    return outcome(program, lambda: _begin(given, program))


def _begin(arguments: Sequence[str], program: str) -> int:
    options = parse(arguments, program)
    resumed = options.resume is not None
    training = take_up(arguments, program, options.resume) if resumed else begin(choose_job(options), options)
    output = output_folder(training.options.output)
    if gc.get_freeze_count():  # by a program that calls main(): to thaw the rows would thaw what it has frozen
        return _run(training, output, program)
    gc.freeze()  # rows stay as long as the job: the collector need not go through them again and again
    try:
        return _run(training, output, program)
    finally:
        gc.unfreeze()


def _run(training: Training, output: Path, program: str) -> int:
    job, model, before = training.job, training.model, training.history.epochs
    print(job.title)
    for note in job.notes:
        print(f"note: {note}")
    print(f"{len(job.train[0])} rows to learn from, {len(job.held_out[0])} held out; {repr(model).splitlines()[0]}")
    if before:
        print(f"going on after {before} epochs")
    progress = () if sys.stderr.isatty() else [_print_tenths(before + training.epochs - training.done)]
    history = training.learn(*progress)
    if history.diverged:
        complain(f"{program}: {history.stopped}")
        return 1
    measured = scores(model, job)
    print(summary(job, history, measured))
    demo = is_untouched_demo(training.options)
    findings = () if demo else diagnose(model, *some(job.train), job.loss, training.history).findings
    told = [*notes(job, measured), *findings]
    for note in told:
        print(f"note: {note}")
    for line in write_all(training, measured, [*job.notes, *told], output):
        print(line)
    return 0


def _print_tenths(epochs: int) -> Callable[[History], None]:
    """Progress for pipes and log files, where a bar would not be redrawn: a line for every tenth of the way."""
    every = max(1, epochs // 10)

    def note(history: History) -> None:
        if history.epochs % every == 0 or history.epochs == epochs:
            shown = "  ".join(f"{name} {curve[-1]:.4f}" for name, curve in history.metrics.items())
            print(f"epoch {history.epochs:4d}/{epochs}  loss {history.loss[-1]:.4g}  {shown}", flush=True)

    return note
