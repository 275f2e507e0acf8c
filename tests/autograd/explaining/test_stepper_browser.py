"""The stepper's page in a real browser: the system's Chromium, driven by playwright; accessibility judged by axe-core.

Needs chromium and, for the accessibility tests, npm (which fetches axe-core); marked `browser`, run by .ci/run.
"""

import random
import shutil
import subprocess
import time

import pytest

from autograd import Value, trace_lines
from autograd.explaining.stepper import stepper
from nn import MLP
from tests.autograd.drawing.picture_graphs import labelled

pytestmark = pytest.mark.browser
SIZES = {"phone": (390, 844), "laptop": (1280, 800), "wide": (1920, 1080)}
ON_ITS_SIDE = (844, 390)
AXE_VERSION = "4.14.1"
PATIENCE = 120_000  # ms: only what is wrong takes as long, on any machine
RUST, DARK_PANEL, LIGHT_PANEL = "rgb(185, 58, 12)", "rgb(17, 24, 39)", "rgb(255, 255, 255)"


@pytest.fixture
def open_page(chromium):
    """Opens HTML as a page; at the end of the test any error in a script, or message in the console, fails it."""
    contexts, complaints = [], []

    def open_(html, size="laptop", **options):
        width, height = SIZES[size]
        context = chromium.new_context(viewport={"width": width, "height": height}, offline=True, **options)
        contexts.append(context)
        page = context.new_page()
        page.set_default_timeout(PATIENCE)
        page.on("pageerror", lambda error: complaints.append(str(error)))
        page.on("console", lambda message: complaints.append(message.text))
        page.set_content(html)
        return page

    yield open_
    for context in contexts:
        context.close()
    assert complaints == []


def classic():
    with trace_lines():
        return stepper(labelled())


def network(level):
    model = MLP(2, [4, 4, 1], rng=random.Random(28))  # of its 8 hidden neurons 6 are alive
    loss = (model([Value(1.0, "x0"), Value(-2.0, "x1")]) - 1.0) ** 2
    loss.label = "loss"
    return stepper(loss, model=model, level=level)


def slide(page, position):
    page.locator("#slider").evaluate(
        "(slider, position) => { slider.value = position; slider.dispatchEvent(new Event('input')); }", position
    )


def now(page):
    return page.locator("#now p").all_inner_texts()


def counter(page):
    return page.locator("#counter").inner_text()


def rows(page, card):
    return page.locator(f"#{card} text:not(.title)").all_text_contents()


def until(look, *arguments, gives):
    """Ask until the answer is the expected one: a browser takes its time over a key or a change of theme.

    What a page shows is written once a frame, and on a busy machine a frame may come late: only what a handler writes
    at once can be asked for at once.
    """
    deadline = time.monotonic() + PATIENCE / 1000
    while (seen := look(*arguments)) != gives and time.monotonic() < deadline:
        time.sleep(0.02)
    assert seen == gives


def style(page, selector, name):
    return page.locator(selector).first.evaluate("(element, name) => getComputedStyle(element)[name]", name)


# Moving along the timeline ------------------------------------------------------------------------------------------


def test_next_walks_through_every_moment(open_page):
    shown = classic()
    page = open_page(shown.page)
    for position, moment in enumerate(shown.moments):
        until(counter, page, gives=f"{position} / 16")
        assert page.locator("#phase").text_content() == moment.phase
        until(now, page, gives=moment.text.split("\n"))
        if position < 16:
            page.click("#next")
    until(page.locator("#next").get_attribute, "aria-disabled", gives="true")


def test_cards_fill_in_forward_and_backward(open_page):
    page = open_page(classic().page)
    until(rows, page, "n2", gives=["", "∂ –"])
    page.click("#next")
    until(rows, page, "n2", gives=["−6", "∂ –"])
    slide(page, 14)
    until(rows, page, "n1", gives=["−3", "∂ −72"])
    page.click("#last")
    until(rows, page, "n1", gives=["−3", "∂ −96"])
    page.click("#previous")
    until(rows, page, "n1", gives=["−3", "∂ −72"])
    page.click("#first")
    until(rows, page, "n1", gives=["−3", "∂ –"])


def test_the_edge_and_its_ends_are_outlined(open_page):
    page = open_page(classic().page, reduced_motion="reduce")
    slide(page, 14)
    focused = page.locator(".focus").evaluate_all("elements => elements.map((element) => element.id)")
    assert sorted(focused) == ["e3.1", "n1", "n3", "pe3.1"]
    until(style, page, "#n1 .outline", "stroke", gives=RUST)
    assert style(page, "#n2 .outline", "stroke") not in (RUST, style(page, "#n3 .outline", "stroke"))
    until(style, page, "[id='e3.1'] .line", "strokeWidth", gives="3px")
    colors = {name: style(page, f"#now .{name}", "color") for name in "ulp"}
    assert colors == {"u": "rgb(109, 40, 217)", "l": "rgb(15, 118, 110)", "p": RUST}


def test_local_derivatives_appear_when_they_are_computed(open_page):
    page = open_page(classic().page)
    pills = page.locator(".pill").filter(visible=True)
    until(pills.count, gives=0)
    page.click("#next")
    until(pills.count, gives=2)
    slide(page, 5)
    until(pills.count, gives=10)


def test_keys(open_page):
    page = open_page(classic().page)
    for key, position in (("ArrowRight", 1), ("ArrowRight", 2), ("ArrowLeft", 1), ("End", 16), ("Home", 0)):
        page.keyboard.press(key)
        until(counter, page, gives=f"{position} / 16")


def test_keys_on_the_slider_count_once(open_page):
    page = open_page(classic().page)
    page.focus("#slider")
    for key, position in (("ArrowRight", 1), ("ArrowRight", 2), ("ArrowLeft", 1), ("End", 16), ("Home", 0)):
        page.keyboard.press(key)
        until(counter, page, gives=f"{position} / 16")
    assert page.locator("#slider").get_attribute("aria-valuetext") == "step 0 of 16, start"


def test_the_slider_can_be_dragged(open_page):
    page = open_page(classic().page)
    box = page.locator("#slider").bounding_box()
    middle = box["y"] + box["height"] / 2
    page.mouse.move(box["x"] + 10, middle)
    page.mouse.down()
    page.mouse.move(box["x"] + box["width"] / 2, middle, steps=5)
    page.mouse.up()
    until(counter, page, gives="8 / 16")


def test_play_goes_to_the_end_and_pause_stops_it(open_page):
    page = open_page(classic().page)
    page.clock.install()
    page.click("#play")
    assert "Pause" in page.locator("#play").inner_text()
    page.clock.run_for(3000)
    until(counter, page, gives="2 / 16")
    page.click("#play")
    page.clock.run_for(5000)
    until(counter, page, gives="2 / 16")
    page.click("#play")
    page.clock.run_for(60_000)
    until(counter, page, gives="16 / 16")
    assert "Play" in page.locator("#play").inner_text()
    page.click("#play")
    until(counter, page, gives="0 / 16")


def test_predict_first_hides_the_numbers_until_asked(open_page):
    page = open_page(classic().page)
    page.check("#predict")
    slide(page, 14)
    assert now(page)[:2] == ["∂L/∂d × ∂d/∂b = (−72) × 1 = ?", "b.grad: 0 + ? = ? (use 1 of 2)"]
    until(rows, page, "n1", gives=["−3", "∂ ?"])
    page.click("#reveal")
    assert now(page)[:2] == ["∂L/∂d × ∂d/∂b = (−72) × 1 = −72", "b.grad: 0 + (−72) = −72 (use 1 of 2)"]
    until(rows, page, "n1", gives=["−3", "∂ −72"])
    page.keyboard.press("ArrowRight")
    until(counter, page, gives="15 / 16")
    assert "?" in now(page)[0]
    page.keyboard.press("ArrowRight")  # the first press answers
    until(counter, page, gives="15 / 16")
    assert "?" not in now(page)[0]
    page.keyboard.press("ArrowRight")
    until(counter, page, gives="16 / 16")
    page.uncheck("#predict")
    assert "?" not in now(page)[0]
    assert not page.locator("#reveal").is_visible()


def test_predict_first_hides_results_and_local_derivatives_forward(open_page):
    page = open_page(classic().page)
    page.check("#predict")
    page.click("#next")
    assert now(page)[:2] == ["c = a × b = 2 × (−3) = ?", "remembers ∂c/∂a = ?, ∂c/∂b = ?"]
    until(rows, page, "n2", gives=["?", "∂ –"])


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("level", ["values", "neuron"])
def test_the_view_scrolls_to_the_card_that_receives(open_page, size, level):
    shown = network(level)
    page = open_page(shown.page, size, reduced_motion="reduce")
    seen = """target => {
        const view = document.getElementById("graph").getBoundingClientRect();
        const box = document.getElementById(target).querySelector(".header").getBoundingClientRect();
        return box.right > view.left && box.left < view.right && box.bottom > view.top && box.top < view.bottom;
    }"""
    for position in range(0, len(shown.moments), 7):
        slide(page, position)
        target = shown.moments[position].target
        if target:
            until(page.evaluate, seen, target, gives=True)


def test_in_a_low_window_everything_stays_inside_the_panel(open_page):
    page = open_page(network("neuron").page, "phone")
    page.set_viewport_size(dict(zip(("width", "height"), ON_ITS_SIDE, strict=True)))
    slide(page, 15)
    until(page.evaluate, "document.documentElement.scrollHeight - innerHeight", gives=0)
    bottom = "id => document.getElementById(id).getBoundingClientRect().bottom"
    page.locator("main").evaluate("panel => panel.scrollTo(0, panel.scrollHeight)")
    until(lambda: page.evaluate(bottom, "all") < ON_ITS_SIDE[1] - 12, gives=True)


# Light and dark -----------------------------------------------------------------------------------------------------


def test_a_page_of_its_own_follows_the_system(open_page):
    page = open_page(classic().page, color_scheme="dark")
    until(style, page, "main", "backgroundColor", gives=DARK_PANEL)
    page.emulate_media(color_scheme="light")
    until(style, page, "main", "backgroundColor", gives=LIGHT_PANEL)


def in_notebook(shown, background, extra=""):
    html = shown._repr_mimebundle_()["text/html"]
    return f'<!DOCTYPE html><html><head></head><body style="background: {background}">{extra}{html}</body></html>'


@pytest.mark.parametrize(
    ("background", "panel"),
    [
        ("white", LIGHT_PANEL),
        ("#111", DARK_PANEL),
        ("oklch(20% 0 0)", DARK_PANEL),
        ("rgb(255 255 255 / 95%)", LIGHT_PANEL),
    ],
)
def test_in_a_notebook_it_follows_the_background_not_the_system(open_page, background, panel):
    scheme = "dark" if panel == LIGHT_PANEL else "light"
    page = open_page(in_notebook(classic(), background), color_scheme=scheme)
    until(style, page.frame_locator("iframe"), "main", "backgroundColor", gives=panel)


def test_in_a_notebook_it_follows_a_switch_of_the_theme(open_page):
    page = open_page(in_notebook(classic(), "white"))
    frame = page.frame_locator("iframe")
    until(style, frame, "main", "backgroundColor", gives=LIGHT_PANEL)
    page.evaluate("document.body.style.background = '#101010'")
    frame.locator(":root[data-theme=dark]").wait_for(state="attached")
    until(style, frame, "main", "backgroundColor", gives=DARK_PANEL)
    page.evaluate("document.body.style.background = ''")
    page.add_style_tag(content="body { background: #fafafa }")
    frame.locator(":root[data-theme=light]").wait_for(state="attached")


# Notebooks, scripts off, motion -------------------------------------------------------------------------------------


def test_in_a_notebook_the_frame_shows_and_the_still_picture_hides(open_page):
    page = open_page(in_notebook(classic(), "white"))
    frame = page.frame_locator("iframe")
    frame.locator("#next").click()
    until(counter, frame, gives="1 / 16")
    until(page.locator("img").is_visible, gives=False)
    height = page.locator("iframe").bounding_box()["height"]
    assert height >= frame.locator("main").bounding_box()["height"]


def test_without_frames_and_styles_the_still_picture_shows(open_page):
    html = in_notebook(classic(), "white")
    start, end = html.index("<style>"), html.index("</iframe>") + len("</iframe>")
    page = open_page(html[:start] + html[end:], java_script_enabled=False)
    image = page.locator("img").bounding_box()
    assert image["width"] > 300
    assert image["height"] > 100


def test_without_scripts_the_picture_and_all_steps_stay(open_page):
    shown = classic()
    page = open_page(shown.page, java_script_enabled=False)
    assert page.locator("#graph svg").first.is_visible()
    until(page.locator("#n1 text").all_text_contents, gives=["b", "−3", "∂ −96"])
    assert page.locator("#n1 text").first.evaluate("text => getComputedStyle(text).fontWeight") == "700"
    assert page.locator("#n1 rect").evaluate("face => getComputedStyle(face).fill") == "rgb(255, 255, 255)"
    assert page.locator('[id="e2.0"] path').evaluate("line => getComputedStyle(line).fill") == "none"
    assert not page.locator(".controls").is_visible()
    page.click("summary")
    assert page.locator("#all li").count() == len(shown.moments)
    assert "b.grad: 0 + (−72) = −72 (use 1 of 2)" in page.locator("#all ol").inner_text()


def test_motion_only_for_those_who_want_it(open_page):
    for choice, dots in (("no-preference", 2), ("reduce", 0)):
        page = open_page(classic().page, reduced_motion=choice)
        clock = page.context.new_cdp_session(page)
        clock.send("Animation.enable")
        clock.send("Animation.setPlaybackRate", {"playbackRate": 0})  # a slow machine would look when they have arrived
        page.click("#next")
        until(page.locator(".dot").count, gives=dots)


def test_colours_fade_from_step_to_step_but_not_while_the_page_opens(open_page):
    listener = "<script>let fades = 0; addEventListener('transitionrun', () => { fades += 1; });</script>"
    page = open_page(classic().page.replace("<body>", f"<body>{listener}"))
    assert style(page, ".grad-fill", "fillOpacity") == "0"
    page.wait_for_timeout(50)
    assert page.evaluate("fades") == 0
    page.locator("#last").click()
    until(lambda: page.evaluate("fades") > 0, gives=True)


def test_hostile_labels_run_nothing(open_page):
    label = "</script><script>window.hacked = 1</script><img src=x onerror='window.hacked = 1'>\"'"
    x = Value(2.0, label)
    y = x * x
    y.label = label
    page = open_page(stepper(y).page)
    page.click("#last")
    assert page.evaluate("window.hacked") is None
    assert now(page)[0].startswith("∂</scrip")


def test_the_animation_shows_one_moment_after_the_other(open_page):
    page = open_page(f"<body>{classic().animated_svg()}</body>", reduced_motion="no-preference")
    texts = page.locator("g[class] > text").filter(visible=True)
    at = "time => document.getAnimations().forEach((a) => { a.pause(); a.currentTime = time; })"
    page.evaluate(at, 1600 * 3 + 100)
    assert "forward 3/16" in texts.all_text_contents()
    page.evaluate(at, 1600 * 14 + 100)
    shown = texts.all_text_contents()
    assert "backward 14/16" in shown
    assert "b.grad: 0 + (−72) = −72 (use 1 of 2)" in shown
    assert "forward 3/16" not in shown


# Accessibility ------------------------------------------------------------------------------------------------------


@pytest.fixture(scope="session")
def axe(tmp_path_factory):
    if shutil.which("npm") is None:
        pytest.skip("needs npm, to fetch axe-core")
    folder = tmp_path_factory.mktemp("axe")
    subprocess.run(
        ["npm", "install", "--no-audit", "--no-fund", "--prefix", str(folder), f"axe-core@{AXE_VERSION}"],
        check=True,
        capture_output=True,
    )
    return (folder / "node_modules" / "axe-core" / "axe.min.js").read_text(encoding="utf-8")


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("level", ["values", "neuron"])
def test_axe_finds_no_violation(open_page, axe, scheme, size, level):
    shown = network(level)
    page = open_page(shown.page, size, color_scheme=scheme, reduced_motion="reduce")
    page.evaluate(axe)
    for position, predict in ((0, False), (5, True), (len(shown.moments) - 2, False)):
        page.set_checked("#predict", predict)
        slide(page, position)
        page.locator("#all").evaluate("(all, open) => { all.open = open; }", predict)
        report = page.evaluate("axe.run({ resultTypes: ['violations'] })")
        found = [(v["id"], [node["target"] for node in v["nodes"]][:5]) for v in report["violations"]]
        assert found == []


# The lowest contrast among the texts of the picture; relative luminance and contrast as WCAG 2.2 defines them.
CONTRAST = """() => {
  const ink = document.createElement("canvas").getContext("2d", { willReadFrequently: true });
  const fill = (element) => {
    ink.fillStyle = getComputedStyle(element).fill;
    ink.fillRect(0, 0, 1, 1);
    return [...ink.getImageData(0, 0, 1, 1).data].slice(0, 3);
  };
  const linear = (c) => (c <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4);
  const light = (rgb) => rgb.reduce((sum, c, i) => sum + linear(c / 255) * [0.2126, 0.7152, 0.0722][i], 0.05);
  const ratio = (a, b) => Math.max(light(a), light(b)) / Math.min(light(a), light(b));
  const found = [];
  for (const card of document.querySelectorAll("g.card")) {
    const face = fill(card.querySelector(".face"));
    for (const text of card.querySelectorAll("text")) {
      let behind = face;
      if (text.matches(".title")) behind = fill(card.querySelector(".header"));
      if (text.matches(".grad")) {
        const tint = card.querySelector(".grad-fill");
        const share = Number(tint.getAttribute("fill-opacity"));
        behind = fill(tint).map((c, i) => c * share + face[i] * (1 - share));
      }
      found.push([ratio(fill(text), behind), text.textContent]);
    }
  }
  for (const pill of document.querySelectorAll("g.pill")) {
    found.push([ratio(fill(pill.querySelector("text")), fill(pill.querySelector("rect"))), "pill"]);
  }
  return found.sort((a, b) => a[0] - b[0])[0];
}"""


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("level", ["values", "neuron"])
def test_every_text_on_cards_has_contrast(open_page, scheme, level):
    """axe-core does not look at text in SVG; WCAG 2.2 wants 4.5 : 1."""
    shown = network(level)
    page = open_page(shown.page, color_scheme=scheme, reduced_motion="reduce")
    for position in (0, len(shown.moments) - 1):
        slide(page, position)
        ratio, text = page.evaluate(CONTRAST)
        assert ratio >= 4.5, text


def test_everything_can_be_reached_by_keyboard(open_page):
    page = open_page(classic().page)
    reached = []
    for _ in range(16):
        page.keyboard.press("Tab")
        reached.append(
            page.evaluate("(({ id, dataset, tagName }) => id || dataset.go || tagName)(document.activeElement)")
        )
    header = ["step", "play", "look", "out", "in", "fit"]
    controls = ["first", "previous", "next", "last", "play", "slider", "predict", "now"]
    assert reached == [*header, *controls, "graph", "SUMMARY"]


def test_steps_are_announced(open_page):
    page = open_page(classic().page)
    assert page.locator("#now").get_attribute("aria-live") == "polite"
    page.click("#next")
    assert page.locator("#now").inner_text().startswith("c = a × b")
    names = page.locator(".controls button").evaluate_all(
        "bs => bs.map((b) => b.getAttribute('aria-label') || b.textContent)"
    )
    assert names == ["First step", "Previous step", "Next step", "Last step", "▶ Play"]
