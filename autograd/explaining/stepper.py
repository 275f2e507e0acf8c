"""`stepper(y)`: a page on which backpropagation is walked through, one edge at a time.

The picture comes from the same cards as `draw`, the moments from `narration` or `neuron_narration`; `page` and `film`
make a file of them.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

from autograd.drawing.cards import Picture
from autograd.drawing.figure import show
from autograd.drawing.layout.graphviz import LayoutError
from autograd.drawing.levels import check_options
from autograd.drawing.values_picture import Look, values_picture
from autograd.explaining.film import animate
from autograd.explaining.moments import Moment, Timeline
from autograd.explaining.narration import moments
from autograd.explaining.neuron_narration import neuron_moments
from autograd.explaining.page.html import MAX_EDGES, Page
from autograd.explaining.page.room import with_room
from autograd.explaining.slides import Slides, slides
from autograd.system.choices import flag
from autograd.system.files import write_whole
from autograd.system.letters import shorten
from autograd.value import Value
from autograd.view.graph import GraphView, check_limit
from autograd.view.notation import aloud
from autograd.view.subject import Subject, expanded, subject_of

LEVELS = ("auto", "values", "neuron")


@dataclass(frozen=True)
class Stepper(Timeline):
    """A timeline that shows itself in a notebook; elsewhere `.save("step.html")`."""

    graph: GraphView
    spec: str
    unexpanded: Sequence[Value] = ()

    @cached_property
    def page(self) -> str:
        """The whole page as one HTML string: to step through, to play with, to look at."""
        return self._page.html()

    @property
    def _page(self) -> Page:
        return Page(self.title, self.graph, self.picture, self.moments, spec=self.spec, unexpanded=self.unexpanded)

    def show(self) -> None:
        """Open the page in a browser, from a temporary file."""
        show(self.page)

    def text(self, plain: bool = False) -> str:
        """The timeline for a terminal: every moment's arithmetic, numbered, under the name of its phase. With
        plain=True in words and digits alone, which read well aloud."""
        text = self._text()
        return "\n".join(map(aloud, text.splitlines())) if plain else text

    def _text(self) -> str:
        lines = []
        phase = ""
        for position, moment in enumerate(self.moments):
            if moment.phase != phase:
                phase = moment.phase
                lines.append(phase.capitalize() if phase != "start" else self.title)
            first, *others = moment.text.split("\n")
            lines.append(f"{position:4}  {first}")
            lines += [f"      {other}" for other in others]
        return "\n".join(lines)

    def animated_svg(self, seconds: float = 1.6) -> str:
        """The timeline as a picture that plays by itself, `seconds` per step; see explaining/film.py."""
        return animate(self, seconds)

    def slides(self) -> Slides:
        """The timeline for a lecture, one picture a step: `.slides().save("lecture.pdf")`; see explaining/slides.py."""
        return slides(self)

    def save(self, path: str | Path) -> None:
        """Write a page (.html), the animated picture (.svg) or the text (.txt); ValueError for another ending."""
        writers: Mapping[str, Callable[[], str]] = {
            ".html": lambda: self.page,
            ".svg": self.animated_svg,
            ".txt": lambda: self.text() + "\n",
        }
        path = Path(path)
        writer = writers.get(path.suffix.lower())
        if writer is None:
            raise ValueError(f"a stepper saves as {', '.join(writers)}; got {path.name!r}. draw(y) saves pictures")
        write_whole(path, writer())

    def _repr_mimebundle_(self, include: Any = None, exclude: Any = None) -> dict[str, str]:
        """A notebook's output: the page in a frame, and the still picture wherever frames or scripts are taken out.

        Without the layout engine that was asked for it is the text, below what to install.
        """
        try:
            return {"text/html": self._page.in_notebook(), "text/plain": repr(self)}
        except LayoutError as error:
            return {"text/plain": f"{error}\n\n{self.text()}"}

    def __repr__(self) -> str:
        return f"<{self.title}: step 0 to {len(self.moments) - 1}; .show(), .save('step.html') or print(it.text())>"


def stepper(
    y: Any,
    x: Any = None,
    *,
    model: Any = None,
    level: str = "auto",
    expand: bool = False,
    names: Mapping[Value, str] | None = None,
    parameters: Sequence[Value] = (),
    direction: str = "LR",
    number_format: str = ".4g",
    max_edges: int = MAX_EDGES,
) -> Stepper:
    """Walk through the computation of `y` and its backward pass: forward, the seed ∂y/∂y = 1, then every edge.

        ∂L/∂d × ∂d/∂b = (−72) × 1 = −72
        b.grad: 0 + (−72) = −72 (use 1 of 2)

    y              a Value, however it was made, or a model with one output to be called with `x`
    model          the model that made y, for names and neurons: any object with named_parameters()
    level          "values": a step for every operation and for every edge. "neuron": a step for every neuron, in each
                   direction; needs a model. "auto": values, or neurons where values have more than `max_edges` edges
    expand         show fused operations (dot, softmax, ...) as the elementary ones they stand for
    names          {value: name} to show instead of labels
    parameters     leaves to colour as parameters when there is no model
    direction      "LR", "RL", "TB" or "BT": where the arrows lead
    number_format  as for format(): ".4g", ".2f", ...
    max_edges      the most edges to step through

    `.grad` is neither read nor written. Source lines are shown for operations that ran inside `trace_lines()`.
    In the page's other modes leaves can be moved (Play) and paths seen (Look); an operation of your own, which only
    Python can compute, keeps what it is computed from fixed there.
    A page takes about 70 kB, and 0.4 to 0.8 kB a value; in a notebook, packed, half of that and its still picture.

    Raises TypeError for what is no Value and no model, ValueError for more than `max_edges` edges, for a model that did
    not make y, and for options that make no sense. That a layout engine that was asked for is not installed shows
    (LayoutError) when the page is first asked for; the text needs none.

    >>> a, b = Value(2.0, "a"), Value(-3.0, "b")
    >>> print(stepper(a * b + a).text().splitlines()[-1])
          b.grad: 0 + 2 = 2
    """
    check_options(level, direction, number_format, LEVELS)
    check_limit("max_edges", max_edges)
    subject = subject_of(y, x, model, parameters, names)
    if flag("expand", expand):
        subject, _ = expanded(subject)
    output = _one_output(subject)
    if level == "neuron" and subject.model is None:
        raise ValueError("level='neuron' needs to know the model: stepper(y, model=model) or stepper(model, x)")
    edges = sum(len(node.parents) for node in subject.order)
    by_neuron = level == "neuron" or (level == "auto" and edges > max_edges and subject.model is not None)
    if not by_neuron:
        # Before a view of a million nodes is made.
        _guard(edges, max_edges, "in this graph", "level='neuron' with model=... takes one step per neuron")
    timeline, picture = _stage(subject, by_neuron, Look((), direction, number_format))
    if by_neuron:
        _guard(len(picture.arrows), max_edges, "between its neurons", "draw(y, level='layer') has one card per layer")
    title = f"Backpropagation through {shorten(subject.graph.by_value[output].name, 60)}"
    picture = with_room(picture, timeline)
    return Stepper(title, tuple(timeline), picture, subject.graph, number_format, subject.unexpanded)


def _stage(subject: Subject, by_neuron: bool, look: Look) -> tuple[list[Moment], Picture]:
    """The timeline and the picture it plays on, which has the final gradients."""
    graph = subject.graph
    if by_neuron:
        return neuron_moments(graph, subject.paths, look, list(subject.parameters))
    picture = values_picture(graph, graph.own_gradients(), look, in_order=subject.model is not None)
    return moments(graph, look.spec), picture


def _one_output(subject: Subject) -> Value:
    if len(subject.outputs) != 1:
        raise TypeError(
            f"stepper takes one Value, such as a loss; got {len(subject.outputs)}. Add them up, or pick one"
        )
    return subject.outputs[0]


def _guard(edges: int, max_edges: int, where: str, advice: str) -> None:
    if edges > max_edges:
        raise ValueError(
            f"there are {edges:,} edges {where}, more than anybody walks through one by one (max_edges={max_edges}). "
            f"Step through one example of a small model; {advice}; draw(y) shows large graphs; "
            f"max_edges={edges} steps through all of it nevertheless"
        )
