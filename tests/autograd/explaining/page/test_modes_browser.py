"""Play and look in a real browser: every control by mouse, touch and keyboard; what the page computes against Python.

How Step plays is in ../test_stepper_browser.py, what the page computes with in test_engine.py.
"""

import math
import random
import re

import pytest

import autograd
from autograd import Value, dot, draw, operation, tanh, topological_order, total, trace_branches, trace_lines
from autograd.explaining.stepper import stepper
from nn import MLP
from tests.autograd.explaining.test_stepper_browser import axe, in_notebook, open_page, until

pytestmark = pytest.mark.browser
__all__ = ["axe", "open_page"]  # fixtures
HOSTILE = "</script><script>window.hacked = 1</script><img src=x onerror='window.hacked = 1'>\"'\x00\x1b[31m"


def neuron(numbers=(2.0, 0.0, -3.0, 1.0, 6.875)):
    """The neuron of the README: o, and its leaves by name."""
    x1, x2, w1, w2, b = leaves = [
        Value(x, name) for x, name in zip(numbers, ("x1", "x2", "w1", "w2", "b"), strict=True)
    ]
    with trace_lines():
        o = tanh(x1 * w1 + x2 * w2 + b)
    o.label = "o"
    return o, {leaf.label: leaf for leaf in leaves}


def played(**options):
    o, leaves = neuron()
    return draw(o, parameters=[leaves["w1"], leaves["w2"], leaves["b"]], **options).page


def network(level):
    model = MLP(2, [4, 4, 1], rng=random.Random(28))
    loss = (model([Value(1.0, "x0"), Value(-2.0, "x1")]) - 1.0) ** 2
    loss.label = "loss"
    return draw(loss, model=model, level=level)


def go(page, mode):
    page.click(f"[data-go={mode}]")
    until(page.locator("main").get_attribute, "data-mode", gives=mode)


def place(o, leaf):
    return topological_order(o).index(leaf)


def text(page, selector):
    return page.locator(selector).inner_text()


def data(page, card):
    return page.locator(f"#{card} .data").text_content()


def drag(page, selector, by, **modifiers):
    box = page.locator(selector).bounding_box()
    x, y = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
    page.mouse.move(x, y)
    page.mouse.down()
    for key in modifiers:
        page.keyboard.down(key)
    page.mouse.move(x + by, y, steps=4)
    page.mouse.up()
    for key in modifiers:
        page.keyboard.up(key)


@pytest.fixture
def play(open_page):
    """The neuron's page in Play, with the cards of x1 and w1 and of the output."""
    o, leaves = neuron()
    page = open_page(played(), reduced_motion="reduce")
    go(page, "play")
    page.x1, page.w1, page.o = (f"#n{place(o, v)}" for v in (leaves["x1"], leaves["w1"], o))
    return page


# Moving leaves ------------------------------------------------------------------------------------------------------


def test_a_dragged_leaf_moves_and_everything_follows(play):
    drag(play, play.x1, 50)
    until(data, play, play.x1[1:], gives="2.5")
    o, leaves = neuron((2.5, 0.0, -3.0, 1.0, 6.875))
    o.backward()
    assert data(play, play.o[1:]) == f"{o.data:.4g}".replace("-", "−")
    assert play.locator(f"{play.w1} .grad").text_content() == f"∂ {leaves['w1'].grad:.4g}"
    assert text(play, "#y") == f"{o.data:.6g}".replace("-", "−")
    drag(play, play.x1, -50, Shift=True)
    until(data, play, play.x1[1:], gives="2.45")


def test_a_leaf_moves_by_keyboard_and_can_be_typed(play):
    play.focus(play.x1)
    assert play.locator(play.x1).get_attribute("role") == "spinbutton"
    for key, number in (("ArrowRight", "2.1"), ("Shift+ArrowLeft", "2.09"), ("PageDown", "1.09"), ("ArrowUp", "1.19")):
        play.keyboard.press(key)
        until(data, play, play.x1[1:], gives=number)
    until(play.locator(play.x1).get_attribute, "aria-valuetext", gives="1.19")
    play.keyboard.press("Enter")
    assert play.locator("#type").get_attribute("aria-label") == "New number for x1"
    play.keyboard.type("-1.25")
    play.keyboard.press("Enter")
    until(data, play, play.x1[1:], gives="−1.25")
    play.locator(play.x1).dblclick()
    play.keyboard.type("7")
    play.keyboard.press("Escape")
    until(data, play, play.x1[1:], gives="−1.25")


def test_a_leaf_moves_by_its_slider(play):
    slider = play.get_by_role("slider", name="w2")
    slider.focus()
    play.keyboard.press("End")
    until(data, play, play.locator("g.card", has_text="w2").first.get_attribute("id"), gives="3")
    assert slider.get_attribute("aria-valuetext") == "3"


def test_a_name_that_is_read_from_right_to_left_begins_at_the_right(open_page):
    long = Value(2.0, "السرعة الابتدائية"), Value(3.0, "velocity at the start")
    page = open_page(draw(long[0] * long[1]).page)
    go(page, "play")
    directions = {
        label.inner_text(): label.evaluate("label => getComputedStyle(label).direction")
        for label in page.locator(".leaf label").all()
    }
    assert directions == {long[0].label: "rtl", long[1].label: "ltr"}


def test_a_leaf_moves_by_touch(open_page):
    o, leaves = neuron()
    page = open_page(played(), "phone", has_touch=True, reduced_motion="reduce")
    go(page, "play")
    card = f"#n{place(o, leaves['x1'])}"
    page.click("#fit")
    box = page.locator(card).bounding_box()
    touch = page.context.new_cdp_session(page)
    at = {"x": box["x"] + 10, "y": box["y"] + 10}
    touch.send("Input.dispatchTouchEvent", {"type": "touchStart", "touchPoints": [at]})
    touch.send("Input.dispatchTouchEvent", {"type": "touchMove", "touchPoints": [{**at, "x": at["x"] + 30}]})
    touch.send("Input.dispatchTouchEvent", {"type": "touchEnd", "touchPoints": []})
    until(data, page, card[1:], gives="2.3")
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")


def test_undo_reset_and_copy(play):
    drag(play, play.x1, 50)
    drag(play, play.w1, 100)
    until(data, play, play.w1[1:], gives="−2")
    play.keyboard.press("Control+z")
    until(data, play, play.w1[1:], gives="−3")
    play.click("#copy")
    o, leaves = neuron()
    line = play.locator("#copied").input_value()
    exec(line, {"autograd": __import__("autograd"), "o": o})
    assert {name: leaf.data for name, leaf in leaves.items()} == {
        "x1": 2.5,
        "x2": 0.0,
        "w1": -3.0,
        "w2": 1.0,
        "b": 6.875,
    }
    play.click("#reset")
    until(text, play, "#was", gives="")
    assert data(play, play.x1[1:]) == "2"
    play.click("#undo")
    until(data, play, play.x1[1:], gives="2.5")
    play.click("#undo")
    until(data, play, play.x1[1:], gives="2")


def test_nudge_says_what_happens_and_what_the_gradient_promised(play):
    play.focus(play.w1)
    before, after = neuron()[0], neuron((2.0, 0.0, -2.99, 1.0, 6.875))[0]
    before.backward()
    until(text, play, "#moved", gives=f"{after.data - before.data:.4g}")
    until(text, play, "#promised", gives=f"{topological_order(before)[int(play.w1[2:])].grad * 0.01:.4g}")
    play.locator("#epsilon").fill("0")
    until(text, play, "#epsilonshown", gives="1")


def test_descend(play):
    o, leaves = neuron()
    o.backward()
    for name in ("w1", "w2", "b"):
        leaves[name].data -= 0.1 * leaves[name].grad
    play.click("#one")
    until(data, play, play.w1[1:], gives=f"{leaves['w1'].data:.4g}".replace("-", "−"))
    assert data(play, play.x1[1:]) == "2"
    assert text(play, "#pathtext").startswith("1 step: 0.7")
    play.check("#inputs")
    play.click("#one")
    until(lambda: data(play, play.x1[1:]) != "2", gives=True)
    play.click("#run")
    until(text, play, "#run", gives="Stop")
    play.click("#run")
    until(text, play, "#run", gives="Run")
    assert play.locator("#path polyline").count() == 1


def test_slope_shows_the_curve_and_the_tangent(play):
    play.click(play.o)
    assert re.fullmatch(r"o = tanh along v\d+ = 0\.875: slope 0\.50\d*", text(play, "#slopetext"))
    assert play.locator("#slope .tangent").count() == 1
    product = "g.card.operation >> nth=0"
    play.click(product)
    first = text(play, "#slopetext")
    play.click(product)
    until(lambda: text(play, "#slopetext") != first, gives=True)


# What is not seen may wait ------------------------------------------------------------------------------------------


def logistic(x, r=3.7, steps=60):
    x, r = Value(x, "x"), Value(r, "r")
    y = x
    for _ in range(steps):
        y = r * y * (1.0 - y)
    return y


def shown(page, y):
    """The numbers on all cards of y's graph, as they stand in the document."""
    return page.evaluate(
        "(count) => Array.from({ length: count }, (_, i) => document.querySelector(`#n${i} .data`).textContent)",
        len(topological_order(y)),
    )


def expected(y):
    return [f"{v.data:.4g}".replace("-", "−") for v in topological_order(y)]


@pytest.fixture
def chain(open_page):
    """A chain of 182 cards, most of them out of view, whose x has just been moved by its slider; Python's numbers."""
    page = open_page(draw(logistic(0.4)).page, reduced_motion="reduce")
    go(page, "play")
    assert shown(page, logistic(0.4)) == expected(logistic(0.4))
    page.evaluate("window.later = setTimeout; window.setTimeout = (act, time) => (time === 150 ? 0 : later(act, time))")

    def move(x):
        y = logistic(x)
        number = next(i for i, v in enumerate(topological_order(y)) if v.label == "x")
        page.locator(f"#leaf{number}").evaluate("(e, x) => { e.value = x; e.dispatchEvent(new Event('input')); }", x)
        until(lambda: text(page, "#y"), gives=f"{y.data:.6g}")
        return expected(y)

    return page, move


def test_what_is_not_seen_is_right_as_soon_as_somebody_asks(chain):
    page, move = chain
    for asks in (
        lambda: page.keyboard.press("Control+f"),
        lambda: page.evaluate("dispatchEvent(new Event('beforeprint'))"),
        lambda: page.locator("g.knob").last.focus(),
    ):
        page.evaluate("document.activeElement.blur()")
        wanted = move(round(random.Random(str(asks)).uniform(0.2, 0.6), 3))
        assert sum(a == b for a, b in zip(shown(page, logistic(0.4)), wanted, strict=True)) < 150
        asks()
        assert shown(page, logistic(0.4)) == wanted


def test_what_comes_into_view_is_right_at_once(chain):
    page, move = chain
    wanted = move(0.55)
    assert shown(page, logistic(0.4)) != wanted
    page.click("#fit")
    page.click("#in")
    before = shown(page, logistic(0.4))
    seen = page.evaluate(
        """(count) => Array.from({ length: count }, (_, i) => {
        const around = document.querySelector("#graph").getBoundingClientRect();
        const box = document.querySelector(`#n${i}`).getBoundingClientRect();
        return box.right > around.left && box.left < around.right && box.bottom > around.top && box.top < around.bottom;
    })""",
        len(before),
    )
    assert sum(seen) > 100
    assert [a for a, s in zip(before, seen, strict=True) if s] == [b for b, s in zip(wanted, seen, strict=True) if s]


def test_what_is_not_seen_is_right_a_moment_later(open_page):
    page = open_page(draw(logistic(0.4)).page, reduced_motion="reduce")
    go(page, "play")
    page.locator("g.knob", has_text="x").first.focus()
    page.keyboard.press("ArrowRight")
    until(lambda: shown(page, logistic(0.5)), gives=expected(logistic(0.5)))


# Modes --------------------------------------------------------------------------------------------------------------


def test_step_tells_the_session_whatever_was_played(play):
    drag(play, play.x1, 50)
    go(play, "step")
    until(data, play, play.o[1:], gives="")
    play.click("#last")
    until(data, play, play.x1[1:], gives="2")
    go(play, "look")
    until(data, play, play.x1[1:], gives="2.5")


def handed_over(page, leaf, **session):
    """Moves the first leaf that is listed, and runs in the session what Copy as Python gives."""
    go(page, "play")
    slider = page.get_by_role("slider", name=leaf, exact=True)
    slider.focus()
    page.keyboard.press("End")
    page.click("#copy")
    exec(page.locator("#copied").input_value(), {"autograd": autograd, **session})


def test_the_numbers_of_an_expanded_graph_go_back_to_the_one_that_the_session_has(open_page):
    p, q, w = Value(1.5, "p"), Value(2.0, "q"), Value(-1.0, "w")
    y = dot([p, q], [3.0, w], 1.0)
    y.label = "y"
    handed_over(open_page(draw(y, expand=True).page, reduced_motion="reduce"), "w", y=y)
    assert (p.data, q.data, w.data) == (1.5, 2.0, 1.0)
    handed_over(open_page(stepper(y, expand=True).page, reduced_motion="reduce"), "q", y=y)
    assert (p.data, q.data, w.data) == (1.5, 6.0, 1.0)


@pytest.mark.parametrize("names", [("first", "second"), ("1st", "2nd")])
def test_the_numbers_of_several_outputs_go_back(open_page, names):
    a, b = Value(1.5, "a"), Value(2.0, "b")
    y = [tanh(b * a), b + 1.0]
    for output, name in zip(y, names, strict=True):
        output.label = name
    handed_over(open_page(draw(y).page, reduced_motion="reduce"), "b", y=y, first=y[0], second=y[1])
    assert (a.data, b.data) == (1.5, 6.0)


def test_weights_move_in_the_card_of_their_neuron(open_page):
    page = open_page(network("neuron").page, reduced_motion="reduce")
    go(page, "play")
    page.click("#fit")
    row = page.locator(".knob", has_text=re.compile(r"^w0 ")).first
    before, loss = row.text_content(), text(page, "#y")
    row.focus()
    page.keyboard.press("PageUp")
    until(lambda: row.text_content() != before and text(page, "#y") != loss, gives=True)
    box = row.bounding_box()
    page.mouse.move(box["x"] + 20, box["y"] + 5)
    page.mouse.down()
    page.mouse.move(box["x"] + 60, box["y"] + 5, steps=3)
    page.mouse.up()
    assert page.locator(".opened").count() == 0


def test_the_whole_picture_changes_its_level_and_keeps_the_numbers(open_page):
    page = open_page(network("neuron").page, reduced_motion="reduce")
    buttons = page.locator("#levels button")
    assert buttons.all_text_contents() == ["neuron", "clusters", "layer"]
    go(page, "play")
    slider, before = page.get_by_role("slider", name="x0", exact=True), text(page, "#y")
    slider.focus()
    page.keyboard.press("End")
    until(lambda: text(page, "#y") != before, gives=True)
    loss = text(page, "#y")
    cards = {}
    for level in ("layer", "clusters", "neuron"):
        page.click(f"#levels button:text-is('{level}')")
        until(buttons.filter(has_text=level).get_attribute, "aria-pressed", gives="true")
        cards[level] = page.locator("#graph g.card").count()
        assert text(page, "#y") == loss
        assert page.locator("main").get_attribute("data-mode") == "play"
        assert page.locator("g.card.output .data").text_content() == f"{float(loss):.4g}"
        assert page.locator("[data-go=step]").is_disabled() == (level != "neuron")
        assert page.locator(".leaf").count() == len(page.locator(".leaf label").all_text_contents()) > 20
    assert cards["layer"] < cards["neuron"] < cards["clusters"]
    page.keyboard.press("Control+z")
    until(lambda: text(page, "#y") != loss, gives=True)
    page.click("#levels button:text-is('clusters')")
    card = page.locator("g.knob", has_text="x0").first
    card.focus()
    page.keyboard.press("PageUp")
    until(card.locator(".data").text_content, gives="2")
    go(page, "look")
    page.click("#levels button:text-is('neuron')")
    go(page, "step")
    page.keyboard.press("ArrowRight")
    until(text, page, "#phase", gives="FORWARD")


@pytest.mark.parametrize("level", ["neuron", "layer"])
def test_a_neuron_or_layer_opens_in_place_and_closes(open_page, level):
    page = open_page(network(level).page, reduced_motion="reduce")
    page.click("#fit")
    title = page.locator("g.card.parameter .title").first
    title.click()
    lines = page.locator(".opened-line").all_text_contents()
    assert any(line.startswith("layer0.neuron0.w0") for line in lines)
    assert any("∂" in line for line in lines)
    page.locator(".close").first.click()
    assert page.locator(".opened").count() == 0
    title.click()
    page.locator(".close").first.focus()
    page.keyboard.press("Escape")
    assert page.locator(".opened").count() == 0


def test_what_only_python_computes_is_fixed(open_page):
    @operation(lambda a, y: 3.0 * a * a)
    def cube(a):
        return a**3

    a, b = Value(2.0, "a"), Value(5.0, "b")
    y = cube(a) * b
    page = open_page(draw(y).page)
    go(page, "play")
    assert page.locator(".leaf label").all_text_contents() == ["b"]
    assert "1 fixed here" in text(page, "#leaves")
    page = open_page(draw(cube(Value(2.0))).page)
    assert page.locator("[data-go=play]").is_disabled()


def test_the_page_says_where_the_code_would_have_taken_another_branch(open_page):
    x = Value(3.0, "x")
    with trace_branches():
        y = x * x if x > 2.95 else -x
    y.label = "y"
    page = open_page(draw(y).page)
    go(page, "play")
    assert not page.locator("#unknowing").is_visible()
    assert not page.locator("#branches").is_visible()
    page.focus("#n0")
    page.keyboard.press("ArrowLeft")
    until(page.locator("#branches").is_visible, gives=True)
    said = text(page, "#branches")
    assert re.match(r"Your code asked at test_modes_browser.py:\d+ whether x > 2.95: yes then, no now\.", said)
    page.keyboard.press("ArrowRight")
    until(page.locator("#branches").is_visible, gives=False)
    page = open_page(draw(x * x).page)
    go(page, "play")
    assert "trace_branches()" in text(page, "#unknowing")


def test_above_three_hundred_edges_step_is_off_and_says_why(open_page):
    x = Value(1.0, "x")
    page = open_page(draw(total([x * float(i) for i in range(200)])).page)
    assert page.locator("[data-go=step]").is_disabled()
    assert text(page, "#whynot") == "Step is off: nobody walks through 400 edges one by one (at most 300)."


def test_a_graph_whose_leaves_have_changed_says_so(open_page):
    o, leaves = neuron()
    assert not open_page(draw(o).page).locator("#stale").is_visible()
    leaves["x1"].data = 5.0
    page = open_page(draw(o).page)
    assert page.locator("#stale").is_visible()


# Maps of the plane --------------------------------------------------------------------------------------------------


def two_inputs(**parameters):
    model = MLP(2, [3, 1], activation="tanh", rng=random.Random(28))
    leaves = dict(model.named_parameters())
    for name, number in parameters.items():
        leaves[name.replace("__", ".")].data = number
    return draw(model([Value(0.5, "x0"), Value(-2.0, "x1")]), model=model, level="neuron")


def shades_in_the_page(page):
    """The shades of all maps, cell by cell: a map is 20 cells of 3 points each way."""
    cells = {}
    for path, edge, shade in page.evaluate("""[...document.querySelectorAll("g.card .map")].map((path) => {
        const card = path.parentNode, edge = card.querySelector(".map-edge");
        const plus = path.getAttribute("fill") === "#e08a1e";
        const place = [card.querySelector(".title").textContent, +edge.getAttribute("x"), +edge.getAttribute("y")];
        return [path.getAttribute("d"), place, path.getAttribute("fill-opacity") * (plus ? 5 : -5)];
    })"""):
        title, left, top = edge
        for x, y, width in re.findall(r"M([\d.]+) ([\d.]+)h([\d.]+)v3h-[\d.]+Z", path):
            column, row = round((float(x) - left) / 3), round((float(y) - top) / 3)
            cells.update({(title.split(" ")[0], row, column + i): round(shade) for i in range(round(float(width) / 3))})
    return cells


def shades_of(drawing):
    """The same of a picture, and how far each share is from the border between two shades."""
    planes = {card.title: card.plane for card in drawing.picture.cards if card.plane}
    shares = {
        (title, row, column): 5 * share
        for title, plane in planes.items()
        for row, line in enumerate(plane.shares)
        for column, share in enumerate(line)
    }
    return {k: round(v) for k, v in shares.items() if round(v) and abs(abs(v) % 1 - 0.5) > 1e-9}


def test_maps_of_the_plane_follow_the_parameters_and_their_point_the_inputs(open_page):
    page = open_page(two_inputs().page, reduced_motion="reduce")
    assert shades_in_the_page(page) == shades_of(two_inputs())
    go(page, "play")
    page.locator(".knob", has_text=re.compile(r"^w1 ")).first.dblclick()
    page.keyboard.type("-3.5")
    page.keyboard.press("Enter")
    moved = shades_of(two_inputs(layer0__neuron0__w1=-3.5))
    assert moved != shades_of(two_inputs())
    until(shades_in_the_page, page, gives=moved)
    point = page.locator(".map-point").first
    before = float(point.get_attribute("x"))
    page.get_by_role("slider", name="x0", exact=True).focus()
    page.keyboard.press("End")  # 1.5, where it was 0.5, and the map goes from −3 to 3
    until(lambda: float(point.get_attribute("x")), gives=before + 10)
    go(page, "step")
    assert shades_in_the_page(page) == shades_of(two_inputs())
    assert float(point.get_attribute("x")) == before


def test_a_map_of_what_only_python_computes_stays_as_it_was_drawn(open_page):
    model = MLP(2, [2, 1], activation="tanh", rng=random.Random(28))

    @operation(lambda a, y: 2.0)
    def twice(a):
        return 2.0 * a

    y = model([twice(Value(0.5, "x0")), Value(1.0, "x1")])
    page = open_page(draw(y, model=model, level="neuron").page)
    assert page.locator(".map[d]").count() > 10
    go(page, "play")
    before, y = page.locator(".map[d]").first.get_attribute("d"), text(page, "#y")
    page.get_by_role("slider", name="x1", exact=True).focus()
    page.keyboard.press("End")
    until(lambda: text(page, "#y") != y, gives=True)
    assert page.locator(".map[d]").first.get_attribute("d") == before


# Looking ------------------------------------------------------------------------------------------------------------


def view(page):
    return [float(x) for x in page.locator("#graph svg").first.get_attribute("viewBox").split()]


def test_zoom_pan_fit_and_map(open_page):
    page = open_page(network("values").page, reduced_motion="reduce")
    page.click("#fit")
    whole = view(page)
    page.click("#in")
    assert view(page)[2] == pytest.approx(whole[2] / 1.3)
    assert page.locator("#map").is_visible()
    page.keyboard.press("-")
    assert view(page)[2] == pytest.approx(whole[2])
    assert not page.locator("#map").is_visible()
    box = page.locator("#graph").bounding_box()
    x, y = box["x"] + 5, box["y"] + 5
    page.mouse.move(x, y)
    page.mouse.wheel(0, -300)
    until(lambda: view(page)[2] < whole[2] / 1.4, gives=True)
    assert view(page)[:2] == pytest.approx(whole[:2], abs=whole[2] / 50)
    before = view(page)
    page.mouse.down()
    page.mouse.move(x + 40, y + 30, steps=3)
    page.mouse.up()
    scale = box["width"] / before[2]
    assert view(page)[:2] == pytest.approx([before[0] - 40 / scale, before[1] - 30 / scale], abs=2)
    map_ = page.locator("#map").bounding_box()
    page.mouse.click(map_["x"] + map_["width"] - 2, map_["y"] + map_["height"] / 2)
    assert view(page)[0] > before[0]
    page.keyboard.press("0")
    assert view(page) == pytest.approx(whole)


@pytest.mark.parametrize("size", ["phone", "laptop"])
@pytest.mark.parametrize("mode", ["play", "look"])
def test_what_does_not_fit_opens_where_the_computation_begins(open_page, size, mode):
    x, r = Value(0.4, "x"), Value(3.7, "r")
    y = x
    for _ in range(60):
        y = r * y * (1.0 - y)
    page = open_page(draw(y).page, size, reduced_motion="reduce")
    go(page, mode)
    around = page.locator("#graph").bounding_box()
    for title in ("x", "r"):
        box = page.locator("g.card", has=page.locator(f".title:text-is('{title}')")).bounding_box()
        assert around["x"] <= box["x"] <= around["x"] + around["width"] / 3
        assert around["y"] <= box["y"] <= box["y"] + box["height"] <= around["y"] + around["height"]


def test_a_network_of_neurons_opens_with_an_input_in_view(open_page):
    page = open_page(network("neuron").page, "phone", reduced_motion="reduce")
    go(page, "play")
    around = page.locator("#graph").bounding_box()
    box = page.locator("g.card", has=page.locator(".title:text-is('x0')")).bounding_box()
    assert around["x"] <= box["x"] <= around["x"] + around["width"] / 3
    assert around["y"] <= box["y"] <= box["y"] + box["height"] <= around["y"] + around["height"]


def test_values_of_a_network_open_on_a_phone_with_the_first_in_the_upper_third(open_page):
    model = MLP(3, [4, 4, 1], rng=random.Random(1))
    page = open_page(
        draw(model([Value(0.1, name) for name in "abc"]), model=model, level="values").page,
        "phone",
        reduced_motion="reduce",
    )
    go(page, "play")
    around, first = page.locator("#graph").bounding_box(), page.locator("g.card.knob").first.bounding_box()
    assert around["y"] <= first["y"] <= around["y"] + around["height"] / 3


def test_fit_stays_when_the_panel_comes(open_page):
    page = open_page(network("values").page, reduced_motion="reduce")
    page.click("#fit")
    page.locator("g.card .title").first.click()
    page.locator("aside:visible").wait_for()
    until(lambda: page.locator("#map").is_visible(), gives=False)


def test_two_fingers_zoom(open_page):
    page = open_page(network("values").page, "phone", has_touch=True, reduced_motion="reduce")
    before = view(page)
    box = page.locator("#graph").bounding_box()
    x, y = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
    touch = page.context.new_cdp_session(page)

    def fingers(kind, apart):
        points = [] if kind == "touchEnd" else [{"x": x - apart, "y": y, "id": 0}, {"x": x + apart, "y": y, "id": 1}]
        touch.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": points})

    fingers("touchStart", 20)
    fingers("touchMove", 40)
    fingers("touchEnd", 0)
    until(lambda: view(page)[2] == pytest.approx(before[2] / 2, rel=0.1), gives=True)


# The opacity of every group that is not lit, and of the colour of its texts or its line. Chromium paints shadows where
# many groups with an opacity meet.
FADED = """[...document.querySelectorAll("g:is(.card, .arrow):not(.lit)")].flatMap((group) => {
    const seen = [...group.querySelectorAll("text")].map((text) => getComputedStyle(text).fillOpacity);
    const lines = [...group.querySelectorAll(".line")].map((line) => getComputedStyle(line).strokeOpacity);
    return [...seen, ...lines].map((share) => `${group.classList[0]} ${getComputedStyle(group).opacity} ${share}`);
})"""


def test_relatives_stay_lit(open_page):
    o, leaves = neuron()
    page = open_page(played())
    page.hover(f"#n{place(o, leaves['x2'])}")
    page.locator("svg.dimmed").wait_for(state="attached")
    lit = {e.split(" ")[0] for e in page.locator("g.card.lit .title").all_text_contents()}
    assert {"x2", "o"} <= lit
    assert not {"x1", "w1", "w2", "b"} & lit
    assert set(page.evaluate(FADED)) == {"card 1 0.16", "arrow 1 0.16"}
    page.mouse.move(5, 5)
    page.locator("svg:not(.dimmed)").first.wait_for(state="attached")


def test_a_repeated_leaf_is_one_leaf(open_page):
    x, w = Value(2.0, "x"), Value(0.5, "w")
    y = (x * w).tanh() * w
    y.label = "y"
    page = open_page(draw(y, repeat_leaves=True).page)
    chip = page.locator("g.card[id^=r]")
    assert chip.locator(".title").all_text_contents() == ["w"]
    chip.click()
    assert text(page, "#derivative").startswith("∂y/∂w = ")
    page.hover(f"#n{place(y, x)}")
    page.locator("svg.dimmed").wait_for(state="attached")
    until(lambda: "lit" in chip.get_attribute("class"), gives=False)
    page.hover(f"#n{place(y, w)}")
    page.locator("g.card.lit[id^=r]").wait_for(state="attached")
    go(page, "play")
    page.get_by_role("slider", name="w", exact=True).focus()
    page.keyboard.press("End")
    until(text, page, "#y", gives=f"{math.tanh(3.0) * 1.5:.6g}")


def test_the_sum_over_paths_stands_beside_the_card(open_page):
    x = Value(2.0, "x")
    with trace_lines():
        y = x * 3.0 + x * x
    y.label = "y"
    page = open_page(draw(y).page)
    page.click("#n0")
    assert text(page, "#derivative") == "∂y/∂x = 7, the sum over 3 paths"
    paths = page.locator("#paths li").all_inner_texts()
    assert [path.split()[-1] for path in paths] == ["3", "2", "2"]  # the strongest first
    page.click("g.card.output")
    assert "made at" in text(page, "#aboutdata")


def test_find_and_walk_by_keyboard(open_page):
    page = open_page(network("values").page, reduced_motion="reduce")
    page.keyboard.press("/")
    page.keyboard.type("layer1.neuron2.w")
    until(text, page, "#foundcount", gives="1 of 4")
    page.keyboard.press("Enter")
    until(text, page, "#foundcount", gives="2 of 4")
    until(text, page, "#about", gives="layer1.neuron2.w1")
    box, around = page.locator("g.here").bounding_box(), page.locator("#graph").bounding_box()
    assert around["x"] <= box["x"] + box["width"] / 2 <= around["x"] + around["width"]
    page.locator("g.here").focus()
    page.keyboard.press("ArrowRight")
    until(lambda: text(page, "#about") != "layer1.neuron2.w1", gives=True)
    page.keyboard.press("Escape")
    page.keyboard.press("/")
    page.keyboard.type("zzz")
    until(text, page, "#foundcount", gives="none")


# Notebooks, looks, safety -------------------------------------------------------------------------------------------


@pytest.mark.parametrize("background", ["white", "#111"])
def test_in_a_notebook_the_page_plays_and_the_still_picture_hides(open_page, background):
    page = open_page(in_notebook(draw(neuron()[0]), background).replace("glassgrad-page > iframe + img", "nothing"))
    frame = page.frame_locator("iframe")
    frame.locator("[data-go=play]").click()
    until(page.locator("img").is_visible, gives=False)  # even where the style sheet was taken out
    assert page.locator("iframe").bounding_box()["height"] >= 560
    scroll = page.evaluate("scrollY")
    frame.locator("#graph").hover()
    page.mouse.wheel(0, 100)
    assert frame.locator("#graph svg").first.get_attribute("viewBox")
    assert page.evaluate("scrollY") >= scroll


def test_where_the_frame_is_wrapped_it_is_as_wide_as_the_page_and_its_still_picture_is_not_seen(open_page):
    """As marimo does, which puts a <div> around every frame."""
    page = open_page(
        in_notebook(draw(neuron()[0]), "white")
        .replace("<iframe", "<div><iframe")
        .replace("</iframe>", "</iframe></div>")
    )
    page.frame_locator("iframe").locator("[data-go=play]").click()
    assert page.locator("iframe").bounding_box()["width"] > 600
    until(page.locator(".glassgrad-page img").is_visible, gives=False)


def test_where_the_page_around_must_not_be_seen_it_plays_all_the_same(open_page):
    """VS Code's rules: outputs stand in a frame with an origin of its own, which nothing inside can look out of."""
    o, leaves = neuron()
    output = in_notebook(draw(o), "#111").replace("&", "&amp;").replace('"', "&quot;")
    page = open_page(f'<iframe sandbox="allow-scripts" srcdoc="{output}" style="width: 100%; height: 700px"></iframe>')
    frame = page.frame_locator("iframe").frame_locator("iframe")
    frame.locator("[data-go=play]").click()
    frame.locator(f"#n{place(o, leaves['x1'])}").focus()
    page.keyboard.press("ArrowRight")
    until(frame.locator(f"#n{place(o, leaves['x1'])} .data").text_content, gives="2.1")
    box, panel = (page.frame_locator("iframe").locator(at).bounding_box() for at in ("img", "iframe"))
    assert panel["height"] >= box["height"]  # the still picture, which cannot be hidden from inside, lies below it
    assert panel["y"] <= box["y"]
    frame.locator("#copy").click()
    assert frame.locator("#copied").input_value().startswith("for i, x in ")


def test_where_frames_have_no_scripts_the_still_picture_shows_through(open_page):
    page = open_page(in_notebook(draw(neuron()[0]), "white"), java_script_enabled=False)
    assert page.locator("img").is_visible()
    assert page.frame_locator("iframe").locator("body *").count() == 0
    shot = page.locator("iframe").screenshot()
    assert len(set(shot)) > 200
    assert len(shot) > 5000  # a white rectangle takes 2000


def test_hostile_labels_run_nothing_in_any_mode(open_page):
    x = Value(2.0, HOSTILE)
    y = dot([x, x], [1.0, 2.0]) * x
    y.label = HOSTILE
    page = open_page(draw(y, names={x: HOSTILE}).page)
    for mode in ("play", "look", "step"):
        go(page, mode)
        page.locator("g.card .title").last.click()
    go(page, "look")
    page.locator("g.card .title").first.click()
    assert page.evaluate("window.hacked") is None
    assert "<script" in text(page, "#about")


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("size", ["phone", "laptop"])
@pytest.mark.parametrize("level", ["values", "neuron"])
def test_axe_finds_no_violation(open_page, axe, scheme, size, level):
    page = open_page(network(level).page, size, color_scheme=scheme, reduced_motion="reduce")
    page.evaluate(axe)
    for mode in ("play", "look"):
        go(page, mode)
        page.locator("g.card .title").filter(visible=True).first.evaluate("(e) => e.parentNode.focus()")
        report = page.evaluate("axe.run({ resultTypes: ['violations'] })")
        assert [(v["id"], [node["target"] for node in v["nodes"]][:5]) for v in report["violations"]] == []


def test_the_header_does_not_jump_from_step_to_step(open_page):
    page = open_page(stepper(neuron()[0]).page, reduced_motion="reduce")
    tops = set()
    for _ in range(16):
        page.keyboard.press("ArrowRight")
        tops.add(page.locator("#graph").bounding_box()["y"])
    assert len(tops) == 1
