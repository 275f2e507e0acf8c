"""A training watched again in Chromium: what the page computes at a moment is what Python computes with its numbers."""

import random
import re

import pytest

import nn
from autograd import no_grad
from tests.autograd.explaining.test_stepper_browser import axe, open_page, until

pytestmark = pytest.mark.browser
__all__ = ["axe", "open_page"]  # fixtures


@pytest.fixture(scope="module")
def moons():
    """The two moons learnt by a small network: (model, X, y, history)."""
    X, y = nn.data.micrograd_moons()
    model = nn.MLP(2, [5, 1], activation="tanh", rng=random.Random(3))
    optimizer = nn.Adam(model.parameters(), lr=0.1)
    history = nn.fit(model, X, y, loss="hinge", epochs=60, optimizer=optimizer, rng=1, keep=2, progress=False)
    return model, X, y, history


def on_the_right_side(model, X, y, parameters):
    now = model.parameters()
    before = [p.data for p in now]
    try:
        for p, x in zip(now, parameters, strict=True):
            p.data = x
        with no_grad():
            return sum((model(row).data > 0) == (target > 0) for row, target in zip(X, y, strict=True))
    finally:
        for p, x in zip(now, before, strict=True):
            p.data = x


def go(page, moment):
    page.locator("#slider").evaluate("(s, k) => { s.value = k; s.dispatchEvent(new Event('input')); }", moment)


def test_at_every_moment_the_page_counts_what_python_counts(open_page, moons):
    model, X, y, history = moons
    page = open_page(nn.watch(*moons).page)
    for moment in (0, 3, 12, len(history.kept) - 1):
        go(page, moment)
        count = on_the_right_side(model, X, y, history.kept.parameters[moment])
        until(page.locator("#right").text_content, gives=f"{count} of 100 rows on the right side")
        update = history.kept.updates[moment]
        shown = page.text_content("#counter")
        assert shown.startswith(f"update {update} of 60, loss ")
        told = float(shown.rpartition(" ")[2])
        assert told == pytest.approx(history.update_loss[min(update, 59)], rel=0.006)
    assert page.locator("#over .edge").get_attribute("d")  # the boundary


def test_a_line_tells_its_weight_and_its_gradient(open_page, moons):
    model, _, _, history = moons
    page = open_page(nn.watch(*moons).page)
    go(page, 4)
    weights = [p for neuron in model.layers[0].neurons for p in neuron.w]
    place = model.parameters().index(weights[3])  # of unit 1, from x1
    page.locator("#links .weight").nth(3).dispatch_event("pointerenter")
    until(page.locator("#said").text_content, gives=(
        f"x1 → layer0, unit 1: weight {history.kept.parameters[4][place]:.3g}, "
        f"gradient {history.kept.gradients[4][place]:.3g}"
    ).replace("-", "−"))  # fmt: skip
    assert page.locator("#links .flow:visible").count() > 0
    page.set_checked("#flow", False)
    assert page.locator("#links .flow:visible").count() == 0


def test_a_unit_shows_its_own_map(open_page, moons):
    page = open_page(nn.watch(*moons).page)
    assert page.text_content("#shown") == "What comes out"
    page.locator(".unit").nth(4).click()
    assert page.text_content("#shown") == "What layer0, unit 2 makes of the plane"
    assert page.locator(".unit[aria-pressed=true]").count() == 1
    page.locator(".unit").nth(4).click()
    assert page.text_content("#shown") == "What comes out"


def test_it_plays_from_the_beginning_and_can_be_stepped(open_page, moons):
    page = open_page(nn.watch(*moons).page)
    page.click("#play")
    until(page.locator("#play").text_content, gives="▶ Play")  # played to the end
    assert page.text_content("#counter").startswith("update 60 of 60")
    page.click("#previous")
    assert page.text_content("#counter").startswith("update 58 of 60")
    page.click("#first")
    assert page.text_content("#counter").startswith("update 0 of 60")
    page.click("#next")
    assert page.text_content("#counter").startswith("update 2 of 60")
    box = page.locator("#loss").bounding_box()
    page.mouse.click(box["x"] + box["width"] / 2, box["y"] + 20)
    assert page.text_content("#counter").startswith("update 30 of 60")


def test_several_classes_and_numbers_are_shown_too(open_page):
    X = [[0.0, 0.0], [1.0, 0.0], [0.0, 1.0]]
    for y, loss, outputs in (([0, 1, 2], "cross_entropy", 3), ([0.25, 1.5, 3.0], "mse", 1)):
        model = nn.MLP(2, [4, outputs], activation="tanh", rng=random.Random(2))
        history = nn.fit(
            model,
            X,
            y,
            loss=loss,
            epochs=80,
            rng=1,
            keep=10,
            progress=False,
            optimizer=nn.Adam(model.parameters(), lr=0.1),
        )
        page = open_page(nn.watch(model, X, y, history).page)
        until(page.locator("#right").text_content, gives="3 of 3 rows on the right side" if outputs == 3 else "")
        assert page.locator("#over circle").count() == 3


def test_a_training_without_an_update_has_no_loss(open_page):
    model = nn.MLP(2, [2, 1], rng=1)
    history = nn.fit(model, [[0.0, 1.0], [1.0, 0.0]], [-1, 1], loss="mse", epochs=0, keep=1, progress=False)
    page = open_page(nn.watch(model, [[0.0, 1.0], [1.0, 0.0]], [-1, 1], history).page)
    assert page.text_content("#counter") == "update 0 of 0"


BLACK = """(canvases) => canvases.filter((canvas) => {
    const copy = new OffscreenCanvas(canvas.width, canvas.height).getContext("2d", { willReadFrequently: true });
    copy.drawImage(canvas, 0, 0);
    const { data } = copy.getImageData(0, 0, canvas.width, canvas.height);
    return data.some((_, n) => n % 4 === 0 && data[n] + data[n + 1] + data[n + 2] === 0);
}).length"""


@pytest.mark.parametrize("outputs", [1, 3])
def test_what_is_beyond_all_numbers_has_a_colour(open_page, outputs):
    """inf at some places, and nan, the difference of two of them, at others: they were black."""
    X, y = [[0.0, 1.0], [1.0, 0.0], [1.0, 1.0]], [1, -1, 1] if outputs == 1 else [0, 1, 2]
    model = nn.MLP(2, [3, 4, outputs], rng=1)
    loss = "mse" if outputs == 1 else "cross_entropy"
    history = nn.fit(model, X, y, loss=loss, epochs=1, keep=1, progress=False)
    history.kept.parameters[-1] = [(-1) ** i * 1e38 for i in range(len(model.parameters()))]
    history.kept.parameters[-1][0] = float("nan")
    history.kept.gradients[-1] = [float("inf")] * len(model.parameters())
    page = open_page(nn.watch(model, X, y, history).page)
    until(page.locator("#right").text_content, gives="0 of 3 rows on the right side")
    assert page.locator("canvas").evaluate_all(BLACK) == 0
    assert page.locator("#links .weight").first.evaluate("(line) => line.style.strokeWidth") == "0.4"
    for moment in (0, 1):
        go(page, moment)
        assert page.locator("canvas").evaluate_all(BLACK) == 0


def test_in_a_notebook_the_still_picture_hides_or_shows(open_page, moons):
    html = f"<body>{nn.watch(*moons)._repr_mimebundle_()['text/html']}</body>"
    page = open_page(html)
    page.frame_locator("iframe").locator("#first").click()
    until(page.locator("img").is_visible, gives=False)
    page = open_page(re.sub("<iframe.*?</iframe>", "", html), java_script_enabled=False)  # as GitHub leaves it
    assert page.locator("img").is_visible()


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("size", ["phone", "laptop"])
def test_axe_finds_no_violation(open_page, axe, moons, scheme, size):
    page = open_page(nn.watch(*moons).page, size, color_scheme=scheme, reduced_motion="reduce")
    page.evaluate(axe)
    report = page.evaluate("axe.run({ resultTypes: ['violations'] })")
    assert [(v["id"], [node["target"] for node in v["nodes"]][:5]) for v in report["violations"]] == []
