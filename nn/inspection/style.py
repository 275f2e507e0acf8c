"""The canvas of all pictures: figures, colours and fonts in one style. Needs the extra `plots` (matplotlib).

Colours and fonts are set only while a function draws: nobody's own style is touched.
"""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from functools import partial
from io import BytesIO
from typing import Any

from autograd.system.web_page import how_to_install

INK, LINE, GRID = "#1e293b", "#8aa3bf", "#e8ebf0"
SLATE = "#6b7b93"  # around the axes, whose page may be white or dark: reads on both with a contrast of 4.3 : 1
COLORS = ("#1f6fb5", "#b2182b", "#2a8f3c", "#c8410b", "#7a4fa3", "#0f8b8d", "#a0740a", "#4a5568", "#d6568f", "#5b8c2a")
MARKERS = "soD^vPX*<>"
LONGEST = 40  # letters of a name in a picture


@contextmanager
def style() -> Iterator[None]:
    """The look of all pictures, for as long as the `with` block lasts. ImportError with advice without matplotlib."""
    import_matplotlib()
    import matplotlib

    settings: dict[Any, Any] = {
        "figure.facecolor": "none",
        "axes.facecolor": "white",
        "axes.edgecolor": LINE,
        **dict.fromkeys(("axes.labelcolor", "axes.titlecolor", "xtick.color", "ytick.color"), SLATE),
        **dict.fromkeys(("axes.spines.top", "axes.spines.right"), False),
        **dict.fromkeys(("axes.grid", "axes.axisbelow", "legend.frameon"), True),
        "axes.titleweight": "bold",
        "axes.titlesize": 11,
        "axes.labelsize": 10,
        "font.family": ["DejaVu Sans"],
        "font.size": 10,
        "grid.color": GRID,
        "legend.fontsize": 8,
        "legend.framealpha": 0.85,
        "legend.edgecolor": "none",
        "lines.linewidth": 1.8,
        "text.color": INK,
    }
    with matplotlib.rc_context(settings):
        yield


@contextmanager
def canvas(ax: Any) -> Iterator[Any]:
    """The axes `ax`, or those of a new figure where they are None, to draw into in this look. TypeError for others."""
    if ax is not None and not hasattr(ax, "contourf"):
        raise TypeError(f"ax has to be axes of matplotlib's, such as plt.gca(), got {ax!r:.60}")
    with style():
        yield new_axes()[0] if ax is None else ax


def import_matplotlib() -> None:
    """Raise ImportError that says what to install, unless matplotlib is there."""
    try:
        import matplotlib  # noqa: F401
    except ImportError as error:
        advice = how_to_install("matplotlib", "plots")
        raise ImportError(f"pictures need matplotlib: {advice} ({error})") from error


def new_axes(count: int = 1, width: float = 4.2, height: float = 3.6) -> list[Any]:
    """`count` axes side by side in a new figure that belongs to nobody's pyplot state (nothing to close, no
    memory kept). Any of them at the end of a notebook's cell shows the figure.
    """
    import_matplotlib()
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure

    with style():
        figure = Figure(figsize=(width * count, height), layout="constrained")
        FigureCanvasAgg(figure)
        axes = list(figure.subplots(1, count, squeeze=False)[0])
    shown: list[Any] = [figure, *axes]
    for thing in shown:
        thing._repr_png_ = partial(_png, figure)  # what Jupyter asks for; by itself it would print "<Axes: …>"
    return axes


def _png(figure: Any) -> bytes:
    file = BytesIO()
    figure.savefig(file, format="png")
    return file.getvalue()


def span(values: Iterable[float], count: int, margin: float) -> list[float]:
    """`count` places from a little below the least value to a little above the largest: by a share of the way."""
    low, high = min(values := list(values)), max(values)
    beyond = margin * (high - low) or 1.0
    return [low - beyond + (high - low + 2 * beyond) * k / (count - 1) for k in range(count)]


def two_names(names: Any) -> tuple[str, str]:
    """The names of both axes; TypeError for what is not two texts."""
    if isinstance(names, list | tuple) and len(names) == 2 and all(isinstance(name, str) for name in names):
        return names[0], names[1]
    raise TypeError(f"names has to be two texts, such as ('x', 'y'), got {names!r:.60}")


def literal(text: str) -> str:
    """A user's name as it stands, cut if long: matplotlib would set what is between two dollars as a formula."""
    return (text if len(text) <= LONGEST else f"{text[: LONGEST - 1]}…").replace("$", r"\$")
