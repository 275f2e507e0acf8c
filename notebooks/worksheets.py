"""Backpropagation by hand, a sheet of its own for every student: `python notebooks/worksheets.py FOLDER NAME NAME …`.

    FOLDER/NAME.pdf                a graph a page, with the numbers of its leaves; everything else is blank
    FOLDER/solutions/NAME.pdf      the same graphs filled in
    FOLDER/solutions/answers.csv   every derivative, to mark by

The numbers come from the name: whoever asks for a name again gets the same sheet, and no two names the same. They are
whole and small, so that everything can be worked out in the head. --seed TEXT makes other sheets, next year's for one.
"""

from __future__ import annotations

import argparse
import csv
import io
import random
import re
import sys
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from pathlib import Path

from autograd import Value, relu, stepper, topological_order
from autograd.drawing.png_pdf import book
from autograd.explaining.moments import Run
from autograd.explaining.slides import Slide
from autograd.system.files import write_whole

Task = tuple[str, str, Callable[..., Value]]
TASKS: tuple[Task, ...] = (
    ("a product and a sum", "a b c", lambda a, b, c: a * b + c),
    ("a value that is used twice", "a b", lambda a, b: a * b + a),
    ("a square at the end", "x w b", lambda x, w, b: (x * w + b) ** 2),
    ("a neuron with two inputs", "x1 x2 w1 w2 b", lambda x1, x2, w1, w2, b: relu(x1 * w1 + x2 * w2 + b)),
    ("paths that meet again", "a b", lambda a, b: (a + b) * (a - b) * b),
)
TO_DO = "Fill in all values, slopes on arrows, and ∂."
NUMBERS = [number for number in range(-4, 6) if number]


def worksheet(name: str, seed: str = "") -> list[tuple[str, Value]]:
    """The tasks of a student: what each is about, and its graph with derivatives."""
    dice = random.Random(f"{seed}/{name}")
    return [(about, _graph(task, names.split(), dice)) for about, names, task in TASKS]


def _graph(task: Callable[..., Value], names: list[str], dice: random.Random) -> Value:
    """The task with numbers that leave something to do: no derivative of a leaf is 0, and nothing gets large."""
    while True:
        leaves = [Value(float(dice.choice(NUMBERS)), name) for name in names]
        y = task(*leaves)
        y.label = "y"
        y.backward()
        if all(leaf.grad for leaf in leaves) and all(abs(node.data) < 200 for node in topological_order(y)):
            return y


def pages(name: str, tasks: Sequence[tuple[str, Value]]) -> tuple[list[Slide], list[Slide]]:
    """The first picture of every graph, where only the leaves are known, and the last, where everything is."""
    blank, solved = [], []
    for number, (about, y) in enumerate(tasks, 1):
        slides, head = stepper(y).slides(), f"{name}, {number} of {len(tasks)}: {about}"
        blank.append(_headed(slides[0], head, TO_DO))
        solved.append(_headed(slides[-1], head, "Solution"))
    return blank, solved


def _headed(slide: Slide, *lines: str) -> Slide:
    """The slide with other words, and with nothing in focus."""
    moments = list(slide.timeline.moments)
    words = tuple((Run(line),) for line in lines)
    moments[slide.position] = replace(slide.moment, phase="", lines=words, cards=(), arrows=(), target="")
    return replace(slide, timeline=replace(slide.timeline, moments=tuple(moments)))


def answers(name: str, tasks: Sequence[tuple[str, Value]]) -> Iterator[list[str]]:
    """A line for every leaf: student, task, its leaf, ∂y/∂leaf."""
    for number, (about, y) in enumerate(tasks, 1):
        leaves = [node for node in topological_order(y) if not node.parents]
        yield from ([name, f"{number} {about}", leaf.label, f"{leaf.grad:g}"] for leaf in leaves)


def main(arguments: Sequence[str]) -> int:
    """Write the sheets and their solutions."""
    parser = argparse.ArgumentParser(
        prog="worksheets.py", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("folder", type=Path)
    parser.add_argument("names", nargs="+", metavar="name")
    parser.add_argument("--seed", default="", metavar="TEXT", help="other numbers for the same names")
    options = parser.parse_args(arguments)
    files = {name: re.sub(r"[^\w.-]+", "-", name).strip(".-") + ".pdf" for name in options.names}
    if len(set(files.values())) < len(files):
        parser.error(f"two names would have one file: {', '.join(sorted(files.values()))}")
    (options.folder / "solutions").mkdir(parents=True, exist_ok=True)
    table = io.StringIO()
    writer = csv.writer(table)
    writer.writerow(["student", "task", "leaf", "derivative"])
    for name, file in files.items():
        tasks = worksheet(name, options.seed)
        blank, solved = pages(name, tasks)
        write_whole(options.folder / file, book(blank))
        write_whole(options.folder / "solutions" / file, book(solved))
        writer.writerows(answers(name, tasks))
    write_whole(options.folder / "solutions" / "answers.csv", table.getvalue())
    print(f"{len(files)} sheets in {options.folder}, their solutions in {options.folder / 'solutions'}")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
