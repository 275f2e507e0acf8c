"use strict";
// What is on screen at a position is computed from the start of the timeline each time: the slider can jump
// anywhere, and going back needs no undo. Only what differs from the screen is written to it.
(() => {
  const byId = (id) => document.getElementById(id);
  const phases = ["start", "forward", "seed", "backward"];
  const steps = JSON.parse(byId("steps").textContent).map(([phase, cards, arrows, changes]) => (
    { phase: phases[phase], cards, arrows, changes, target: cards.at(-1) }
  ));
  const lines = [...byId("all").querySelectorAll("li")];
  const graph = byId("graph");
  const picture = graph.querySelector("svg");
  const cards = new Map();
  for (const group of picture.querySelectorAll("g.card")) {
    const rows = [...group.querySelectorAll("text:not(.title)")];
    cards.set(group.id, { group, rows, tint: group.querySelector(".grad-fill") });
  }
  const arrows = new Map([...picture.querySelectorAll("g.arrow")].map((group) => [group.id, group]));
  const still = matchMedia("(prefers-reduced-motion: reduce)");
  const last = steps.length - 1;
  const natural = { width: picture.width.baseVal.value, height: picture.height.baseVal.value };
  let position = 0;
  let revealed = false;
  let timer = null;

  const write = (element, text) => {
    if (element && element.textContent !== text) element.textContent = text;
  };

  // "∂ −72" becomes "∂ ?", "w0 0.5 ∂ −72" becomes "w0 0.5 ∂ ?".
  const masked = (text) => (text.includes("∂") ? text.replace(/(∂‖?) .*/, "$1 ?") : "?");

  // Texts of rows by "card row", tints by card, and the arrows whose local derivative is known.
  function stateAt(index, hidden) {
    const state = { texts: new Map(), tints: new Map(), known: new Set() };
    steps.slice(0, index + 1).forEach((step, i) => {
      const secret = hidden && i === index;
      for (const [card, row, text, strength] of step.changes) {
        state.texts.set(`${card} ${row}`, [card, row, secret ? masked(text) : text]);
        if (strength !== undefined) state.tints.set(card, secret ? 0 : strength);
      }
      if (step.phase === "forward" && !secret) step.arrows.forEach((arrow) => state.known.add(arrow));
    });
    return state;
  }

  function paintCards(state, step) {
    for (const [card, row, text] of state.texts.values()) write(cards.get(card).rows[row], text);
    for (const [card, strength] of state.tints) {
      const { tint } = cards.get(card);
      tint.classList.toggle("minus", strength < 0);
      tint.setAttribute("fill-opacity", Math.abs(strength));
    }
    for (const [id, { group }] of cards) {
      group.classList.toggle("focus", step.cards.includes(id));
      group.classList.toggle("target", step.target === id);
    }
  }

  function paintArrows(state, step) {
    for (const [id, group] of arrows) {
      group.classList.toggle("waiting", !state.known.has(id));
      group.classList.toggle("focus", step.arrows.includes(id));
    }
  }

  function paintText(hidden) {
    const text = lines[position].cloneNode(true);
    if (hidden) for (const answer of text.querySelectorAll(".a")) answer.textContent = "?";
    byId("now").replaceChildren(...text.childNodes);
    byId("reveal").hidden = !byId("predict").checked;
    byId("reveal").classList.toggle("spent", !hidden);
  }

  function paintControls(step) {
    write(byId("phase"), step.phase);
    byId("phase").className = step.phase;
    write(byId("counter"), `${position} / ${last}`);
    byId("slider").value = position;
    byId("slider").style.setProperty("--done", position / last);
    byId("slider").setAttribute("aria-valuetext", `step ${position} of ${last}, ${step.phase}`);
    for (const [id, end] of [["first", 0], ["previous", 0], ["next", last], ["last", last]]) {
      byId(id).setAttribute("aria-disabled", position === end && !asking());
    }
  }

  const asking = () => byId("predict").checked && !revealed && lines[position].querySelector(".a") !== null;

  // Brings the focus into the middle; where it does not fit, the card that receives is what must be seen.
  function scrollToFocus(step) {
    const view = graph.getBoundingClientRect();
    const boxes = step.cards.map((card) => cards.get(card).group.getBoundingClientRect());
    const target = cards.get(step.target)?.group.getBoundingClientRect();
    const distance = (low, high, size) => {
      const from = Math.min(...boxes.map((box) => box[low])) - view[low];
      const to = Math.max(...boxes.map((box) => box[high])) - view[low];
      if (from >= 0 && to <= view[size]) return 0;
      const middle = (from + to - view[size]) / 2;
      return Math.min(Math.max(middle, target[high] - view[low] - view[size] + 16), target[low] - view[low] - 16);
    };
    if (!target) return;
    graph.scrollBy({
      left: distance("left", "right", "width"),
      top: distance("top", "bottom", "height"),
      behavior: still.matches ? "instant" : "smooth",
    });
  }

  // A dot runs along the edges in focus: with the numbers forward, against the arrow backward.
  function runDots(step) {
    for (const dot of picture.querySelectorAll(".dot")) dot.remove();
    if (still.matches || !CSS.supports("offset-path", 'path("M0 0")')) return;
    for (const id of step.arrows) {
      const dot = document.createElementNS("http://www.w3.org/2000/svg", "circle");
      dot.setAttribute("r", 5);
      dot.setAttribute("class", `dot ${step.phase}`);
      dot.style.offsetPath = `path("${arrows.get(id).querySelector(".line").getAttribute("d")}")`;
      arrows.get(id).append(dot);
      dot.animate({ offsetDistance: ["0%", "100%"] }, {
        duration: 600, easing: "ease-in-out", direction: step.phase === "backward" ? "reverse" : "normal",
      }).onfinish = () => dot.remove();
    }
  }

  function show(index, answer = false) {
    const moved = index === position + 1;
    position = Math.max(0, Math.min(last, index));
    revealed = answer;
    const step = steps[position];
    const state = stateAt(position, asking());
    paintCards(state, step);
    paintArrows(state, step);
    paintText(asking());
    paintControls(step);
    scrollToFocus(step);
    if (moved) runDots(step);
    fitFrame();
  }

  const next = () => (asking() ? show(position, true) : show(position + 1));

  function pause() {
    clearInterval(timer);
    timer = null;
    write(byId("play"), "▶ Play");
  }

  function play() {
    if (position === last) show(0);
    write(byId("play"), "|| Pause");
    timer = setInterval(() => (position === last && !asking() ? pause() : next()), 1400);
  }

  // A notebook's frame is as tall as its content; a page of its own lets the graph scroll instead.
  function fitFrame() {
    const frame = window.frameElement;
    if (frame) frame.style.height = `${document.body.scrollHeight + 2}px`;
  }

  // Larger than drawn where there is room, never smaller: small numbers are read, not admired.
  function fitPicture() {
    const around = document.querySelector("main").offsetHeight - graph.offsetHeight;
    const height = window.frameElement ? Infinity : window.innerHeight - around - 48;
    const scale = Math.min((graph.clientWidth - 16) / natural.width, height / natural.height, 1.6);
    picture.setAttribute("width", natural.width * Math.max(1, scale));
    picture.setAttribute("height", natural.height * Math.max(1, scale));
  }

  const goTo = { first: () => show(0), previous: () => show(position - 1), next, last: () => show(last) };
  for (const [id, go] of Object.entries(goTo)) {
    byId(id).addEventListener("click", () => { pause(); go(); });
  }
  byId("play").addEventListener("click", () => (timer === null ? play() : pause()));
  byId("slider").addEventListener("input", (event) => { pause(); show(Number(event.target.value)); });
  byId("predict").addEventListener("change", () => show(position));
  byId("reveal").addEventListener("click", () => { show(position, true); byId("next").focus(); });
  const keys = { ArrowLeft: goTo.previous, ArrowRight: next, Home: goTo.first, End: goTo.last };
  document.addEventListener("keydown", (event) => {
    const own = event.target === byId("slider") && event.key !== "ArrowRight";
    if (own || event.altKey || event.ctrlKey || event.metaKey || !(event.key in keys)) return;
    event.preventDefault();
    pause();
    keys[event.key]();
  });

  // Light or dark is decided by what is painted behind the page, which is not always what the system prefers.
  const ink = document.createElement("canvas").getContext("2d", { willReadFrequently: true });
  function rgba(colour) {
    ink.clearRect(0, 0, 1, 1);
    ink.fillStyle = colour;
    ink.fillRect(0, 0, 1, 1);
    return ink.getImageData(0, 0, 1, 1).data;
  }

  const system = matchMedia("(prefers-color-scheme: dark)");
  function pageIsDark() {
    for (let element = window.frameElement; element; element = element.parentElement) {
      const { backgroundColor } = element.ownerDocument.defaultView.getComputedStyle(element);
      const [red, green, blue, alpha] = rgba(backgroundColor);
      if (alpha > 127) return 0.299 * red + 0.587 * green + 0.114 * blue < 128;
    }
    return system.matches;
  }

  const root = document.documentElement;
  const followTheme = () => { root.dataset.theme = pageIsDark() ? "dark" : "light"; };
  system.addEventListener("change", followTheme);
  if (window.frameElement) {
    root.classList.add("framed");
    const outside = window.frameElement.ownerDocument;
    // A theme switch changes an attribute on some ancestor or swaps a style sheet, whose colours may arrive later.
    const watcher = new MutationObserver(() => { followTheme(); setTimeout(followTheme, 500); });
    watcher.observe(outside.head, { childList: true, subtree: true, attributes: true });
    for (let element = window.frameElement.parentElement; element; element = element.parentElement) {
      watcher.observe(element, { attributes: true });
    }
  }

  root.classList.add("scripted");
  document.querySelector(".controls").hidden = false;
  followTheme();
  fitPicture();
  show(0);
  root.classList.add("settled"); // only now: the final gradients of the still picture should not be seen to fade
  new ResizeObserver(() => { fitPicture(); fitFrame(); }).observe(graph);
  byId("all").addEventListener("toggle", fitFrame);
})();
