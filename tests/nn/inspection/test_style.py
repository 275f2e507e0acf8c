"""The look that all pictures share."""

import pytest

matplotlib = pytest.importorskip("matplotlib")

from nn.inspection.style import literal, new_axes, style  # noqa: E402


def test_the_style_has_sizes_that_say_what_matters_most():
    with style():
        now = dict(matplotlib.rcParams)
    sizes = [now[f"{part}.{size}"] for part, size in (("axes", "titlesize"), ("axes", "labelsize"), ("font", "size"))]
    assert (*sizes, now["legend.fontsize"], now["lines.linewidth"]) == (11, 10, 10, 8, 1.8)
    assert now["axes.titleweight"] == "bold"


def test_the_style_keeps_what_is_not_data_in_the_background():
    with style():
        now = dict(matplotlib.rcParams)
    assert (now["axes.spines.top"], now["axes.spines.right"]) == (False, False)
    assert (now["axes.grid"], now["axes.axisbelow"]) == (True, True)  # a grid, and below the data
    assert (now["legend.frameon"], now["legend.framealpha"]) == (
        True,
        0.85,
    )  # lines shine through


def test_the_style_ends_with_its_block():
    before = dict(matplotlib.rcParams)
    with style():
        pass
    assert dict(matplotlib.rcParams) == before


def test_axes_stand_side_by_side_each_of_the_size_asked_for():
    axes = new_axes(3, width=2.0, height=1.5)
    assert len({ax.figure for ax in axes}) == 1
    assert axes[0].figure.get_size_inches().tolist() == [6.0, 1.5]
    assert new_axes()[0].figure.get_size_inches().tolist() == [4.2, 3.6]


def test_without_matplotlib_the_extra_is_named(without):
    without("matplotlib")
    for needs_it in (new_axes, style().__enter__):
        with pytest.raises(ImportError, match=r"pip install 'glassgrad\[plots\]'"):
            needs_it()


def test_dollar_signs_are_letters():
    assert literal("price in $ or $$") == r"price in \$ or \$\$"


@pytest.mark.parametrize("page", ["#ffffff", "#111827"])
def test_what_stands_around_the_axes_reads_on_white_and_on_dark_pages(page):
    """Notebooks show plots on their own page: it was a white sheet in a dark JupyterLab."""

    def luminance(color):  # of WCAG 2.2
        parts = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in matplotlib.colors.to_rgb(color)]
        return sum(share * part for share, part in zip((0.2126, 0.7152, 0.0722), parts, strict=True))

    with style():
        now = dict(matplotlib.rcParams)
    assert (now["figure.facecolor"], now["axes.facecolor"]) == ("none", "white")
    for what in ("axes.labelcolor", "axes.titlecolor", "xtick.color", "ytick.color"):
        dark, light = sorted(luminance(color) + 0.05 for color in (now[what], page))
        assert light / dark > 4.0
