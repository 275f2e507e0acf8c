// The page: one picture, three things to do with it. Here the parts meet; none of them knows another but through this.

const data = JSON.parse(byId("data").textContent);
const { names, spec, start, why } = data;
const main = document.querySelector("main"), graph = byId("graph");
const engine = makeEngine(data.program, ROWS);
const titles = names.map((name, i) => (data.symbols[i] ? `${name} = ${data.symbols[i]}` : name));
const sessionLocal = engine.local.slice(), memory = { past: [], path: [], selected: null, turn: 0 };

// The same graph at several levels: pictures as they were drawn, the first of them the one that has the timeline.
const levels = data.levels.map(({ name, shown }, i) => {
  const svg = i ? byId(`level-${name}`).content.firstElementChild : graph.querySelector("svg");
  return { name, shown, drawn: data.levels.length > 1 ? svg.cloneNode(true) : null, told: !i };
});
let end = null, fill = null;

// Everything that belongs to one picture, until `end`.
function present(level, wanted) {
  end?.();
  listening = new AbortController();
  if (level.drawn) graph.querySelector("svg").replaceWith(level.drawn.cloneNode(true));
  const svg = graph.querySelector("svg");
  const whole = { width: svg.width.baseVal.value, height: svg.height.baseVal.value };

  let minimap = null;
  const camera = makeCamera(svg, whole, (view, scale) => {
    picture.moved(view, scale);
    minimap?.show(view);
  });
  const picture = makePicture(svg, engine, level.shown, spec);
  minimap = makeMinimap(byId("map"), camera, [...picture.cards.values()].map((card) => card.box));

  // However many events there are, the page is written once a frame.
  let pending = 0;
  function changed() {
    pending ||= requestAnimationFrame(() => {
      pending = 0;
      engine.run();
      tell();
    });
  }

  function tell() {
    if (mode === "step") return;
    picture.paint();
    opening?.paint();
    planes?.moved();
    if (mode === "play") {
      play.tell();
      knobs.told();
    } else look.tell();
  }

  const play = makePlay({ engine, names, titles, spec, handles: data.handles, memory, changed });
  const knobs = makeKnobs(graph, picture, engine, names, play);
  const planes = level.shown.planes ? makePlanes(picture, engine, level.shown.planes) : null;
  const many = [...picture.cards.values()].some((card) => card.places.length > 1);
  const opening = many ? makeOpening(svg, picture, engine, { titles, spec, play, type: knobs.type, see: camera.see }) : null;
  const look = makeLook({ graph, engine, picture, camera, names, titles, lines: data.lines, spec });
  const step = level.told && byId("steps") ? makeStep(JSON.parse(byId("steps").textContent), picture, camera) : null;
  const parts = { step, play, look };

  // Modes -------------------------------------------------------------------------------------------------------------------
  const LOWEST = 560;
  let mode = null;
  const whyNot = why || `Step is off: its timeline is at level ${levels[0].name}.`;
  const possible = { step: Boolean(step), play: engine.movable.length > 0, look: true };

  function go(to) {
    if (!possible[to] || to === mode) return;
    if (mode) parts[mode].leave();
    const before = mode;
    mode = main.dataset.mode = to;
    main.classList.toggle("live", to !== "step"); // the numbers are the engine's
    for (const tab of document.querySelectorAll("[data-go]")) tab.setAttribute("aria-pressed", tab.dataset.go === to);
    svg.setAttribute("role", to === "step" ? "img" : "group"); // the children of an image are nothing to a screen reader
    knobs.enable(to === "play");
    look.dim();
    if (to === "step") {
      opening?.closeAll();
      picture.leave(sessionLocal);
      planes?.leave();
    } else if (before === "step" || !before) {
      picture.compute();
      planes?.moved();
    }
    parts[to].enter();
    if (before) camera.again(firstView);
    const frame = frameAround();
    if (frame && to !== "look") frame.style.height = `${Math.max(frame.clientHeight, LOWEST)}px`; // room for the panel
  }

  for (const tab of document.querySelectorAll("[data-go]")) {
    on(tab, "click", () => go(tab.dataset.go));
    tab.disabled = !possible[tab.dataset.go];
    tab.title = possible[tab.dataset.go] ? "" : tab.dataset.go === "step" ? whyNot : "No leaf of this graph can be moved here";
  }

  // Where the picture begins: with everything, if it can be read; else at the left, where the first leaf of those is that
  // stand there. (In cards of neurons the first of all is a weight of a neuron in the middle.)
  function firstView() {
    const boxes = engine.leaves.map((leaf) => picture.cardWith.get(leaf).box);
    const outermost = boxes.reduce((most, box) => (box.left < most.left ? box : most));
    camera.fitReadable({ x: outermost.left, y: boxes.find((box) => box.left < outermost.right).top });
  }

  // All digits, and the source line where it is known.
  function tooltip({ group, places }) {
    const place = places.at(-1), line = data.lines[place];
    let title = group.querySelector("title");
    if (!title) group.prepend((title = shape("title", {})));
    title.textContent = `${names[place]}: data ${pythonNumber(engine.x[place])}` + (line ? `, made at ${line}` : "");
  }

  watchPointer(graph, camera, {
    knobAt: (target) => (mode === "play" ? Number(target.closest(".knob")?.dataset.leaf ?? NaN) : NaN),
    drag(place) {
      look.dim();
      return knobs.dragging(place);
    },
    over(group) {
      const card = picture.cards.get(group?.id);
      if (card?.places.length) tooltip(card);
      if (mode !== "step") look.light(card);
    },
    clicked(target) {
      const card = picture.cards.get(target.closest("g.card")?.id);
      if (!card?.places.length || mode === "step") return;
      if (mode === "look") look.select(card);
      else if (!target.closest(".knob")) play.selectOperation(card.rows[0]?.places[0] ?? card.places.at(-1));
      if (opening?.can(card) && !target.closest(".knob")) opening.toggle(card);
    },
  });

  // No number of a moment ago for whoever reaches for the browser's find, copy, save or print, or walks through the cards.
  on(document, "keydown", (event) => { if (event.ctrlKey || event.metaKey) picture.finish(); }, { capture: true });
  on(graph, "focusin", picture.finish);
  on(window, "beforeprint", picture.finish);

  on(byId("in"), "click", () => camera.zoom(1.3));
  on(byId("out"), "click", () => camera.zoom(1 / 1.3));
  on(byId("fit"), "click", camera.fit);
  const pans = { ArrowLeft: [60, 0], ArrowRight: [-60, 0], ArrowUp: [0, 60], ArrowDown: [0, -60] };
  on(document, "keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || event.target.matches("input, textarea")) return;
    const zooms = { "+": () => camera.zoom(1.3), "-": () => camera.zoom(1 / 1.3), "0": camera.fit };
    if (zooms[event.key]) zooms[event.key]();
    else if (event.key === "/") {
      go("look");
      byId("find").focus();
    } else if (event.target === graph && mode !== "step" && pans[event.key]) camera.pan(...pans[event.key]);
    else return;
    event.preventDefault();
  });

  say("whynot", step ? "" : whyNot);
  for (const id of level.shown.marked) byId(id).classList.add("marked");
  go(possible[wanted] ? wanted : "look");

  // The picture's size is fixed in pixels: a size that comes from around it would be found anew, and every text of it set
  // anew, whenever a word changes elsewhere on the page.
  fill = () => {
    Object.assign(svg.style, { width: `${graph.clientWidth}px`, height: `${graph.clientHeight}px` });
    camera.resized(firstView);
    if (mode === "look") look.see(); // the panel that a click brings takes room
  };
  fill();

  for (const button of byId("levels").children) button.setAttribute("aria-pressed", button.textContent === level.name);
  end = () => {
    parts[mode].leave();
    look.select(null);
    knobs.enable(false);
    picture.leave(sessionLocal);
    planes?.leave();
    cancelAnimationFrame(pending);
    listening.abort();
  };
}

for (const level of levels.length > 1 ? levels : []) {
  const button = document.createElement("button");
  button.type = "button";
  button.textContent = level.name;
  button.addEventListener("click", () => present(level, main.dataset.mode));
  byId("levels").append(button);
}
document.documentElement.classList.add("scripted");
for (const element of document.querySelectorAll("[data-scripted]")) element.hidden = false;
followTheme();
hideStill();
engine.session.set(engine.x.slice(0, engine.count));
byId("stale").hidden = !data.stale;
byId("unknowing").hidden = Boolean(data.program.branches);

present(levels[0], start);
new ResizeObserver(() => fill()).observe(graph);
document.documentElement.classList.add("settled"); // only now: the final gradients of the still picture should not be seen to fade
