"""Writes notebooks/pictures/playing.webp, the README's film of a page that is played with:

    python -m tests.generators.playing

A neuron in Chromium: x1 is dragged to and fro, then the page descends. Needs playwright, chromium and Pillow.
"""

import io
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from PIL import Image
from playwright.sync_api import sync_playwright

from autograd import Value, draw, tanh

FILE = Path(__file__).parents[2] / "notebooks" / "pictures" / "playing.webp"
SIZE = {"width": 900, "height": 470}
# A screenshot has no mouse in it.
POINTER = """() => {
  const arrow = document.createElementNS("http://www.w3.org/2000/svg", "svg");
  arrow.innerHTML = '<path d="M1 1v15l4-4 3 6 3-1-3-6h5z" fill="#000" stroke="#fff"/>';
  arrow.style = "position: fixed; z-index: 9; width: 20px; height: 22px; pointer-events: none";
  document.body.append(arrow);
  addEventListener("mousemove", (e) => Object.assign(arrow.style, { left: `${e.clientX}px`, top: `${e.clientY}px` }));
}"""


def page() -> str:
    """The neuron of the README."""
    x1, x2 = Value(2.0, label="x1"), Value(0.0, label="x2")
    w1, w2, b = Value(-3.0, label="w1"), Value(1.0, label="w2"), Value(6.88, label="b")
    n = x1 * w1 + x2 * w2 + b
    n.label = "n"
    o = tanh(n)
    o.label = "o"
    return draw(o, parameters=[w1, w2, b]).page


def film(browser_page: Any) -> Iterator[tuple[bytes, int]]:
    """Every frame with the milliseconds that it stands."""
    mouse, shot = browser_page.mouse, browser_page.screenshot

    def middle(selector: str) -> tuple[float, float]:
        box = browser_page.locator(selector).bounding_box()
        return box["x"] + box["width"] / 2, box["y"] + box["height"] / 2

    def glide(start: tuple[float, float], end: tuple[float, float], frames: int) -> Iterator[tuple[bytes, int]]:
        for k in range(1, frames + 1):
            share = k / frames * (2 - k / frames)
            mouse.move(start[0] + (end[0] - start[0]) * share, start[1] + (end[1] - start[1]) * share)
            browser_page.wait_for_timeout(60)
            yield shot(), 70

    rest = (430.0, 420.0)
    card = middle("g.card:has(> .title:text-is('x1'))")
    mouse.move(*rest)
    yield shot(), 900
    yield from glide(rest, card, 6)
    mouse.down()
    yield from glide(card, (card[0] + 45, card[1]), 14)
    yield shot(), 500
    yield from glide((card[0] + 45, card[1]), (card[0] + 20, card[1]), 10)
    mouse.up()
    yield shot(), 900
    button = middle("#one")
    yield from glide((card[0] + 20, card[1]), button, 8)
    for _ in range(9):
        mouse.click(*button)
        browser_page.wait_for_timeout(60)
        yield shot(), 260
    yield shot(), 2500


def main() -> None:
    """Play and film it."""
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=shutil.which("chromium"), args=["--no-sandbox"])
        shown = chromium.new_page(viewport=SIZE, reduced_motion="reduce")
        shown.set_content(page())
        shown.click("[data-go=play]")
        shown.add_style_tag(content="main { border: 0 } .for-play.bar .m, aside section:has(#leaves) { display: none }")
        shown.evaluate(POINTER)
        shown.wait_for_timeout(300)
        frames, times = zip(*film(shown), strict=True)
        chromium.close()
    pictures = [Image.open(io.BytesIO(frame)).convert("RGB") for frame in frames]
    rest = {"append_images": pictures[1:], "duration": list(times), "loop": 0, "quality": 60, "method": 6}
    pictures[0].save(FILE, save_all=True, minimize_size=True, **rest)


if __name__ == "__main__":
    main()
