// Step: the timeline. What is on screen at a position is computed from the start of the timeline each time: the slider
// can jump anywhere, and going back needs no undo. Its words and numbers are Python's, those of the session.

const PHASES = ["start", "forward", "seed", "backward"];

function makeStep(data, picture, camera) {
  const steps = data.map(([phase, cards, arrows, changes]) => ({ phase: PHASES[phase], cards, arrows, changes, target: cards.at(-1) }));
  const lines = [...byId("all").querySelectorAll("li")], last = steps.length - 1;
  const still = matchMedia("(prefers-reduced-motion: reduce)");
  const { cards } = picture;
  let position = 0, revealed = false, timer = null, active = false;

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
    for (const [card, row, text] of state.texts.values()) {
      const element = cards.get(card)?.texts[row];
      if (element) write(textOf(element), text);
    }
    for (const [card, strength] of state.tints) {
      const tint = cards.get(card)?.tint;
      tint?.classList.toggle("minus", strength < 0);
      tint?.setAttribute("fill-opacity", Math.abs(strength));
    }
    for (const [id, { group }] of cards) {
      group.classList.toggle("focus", step.cards.includes(id));
      group.classList.toggle("target", step.target === id);
    }
  }

  function paintArrows(state, step) {
    for (const [id, arrow] of picture.arrows) {
      picture.mark(arrow, "waiting", !state.known.has(id));
      picture.mark(arrow, "focus", step.arrows.includes(id));
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
    say("phase", step.phase);
    byId("phase").className = step.phase;
    say("counter", `${position} / ${last}`);
    byId("slider").value = position;
    byId("slider").style.setProperty("--done", position / last);
    byId("slider").setAttribute("aria-valuetext", `step ${position} of ${last}, ${step.phase}`);
    for (const [id, end] of [["first", 0], ["previous", 0], ["next", last], ["last", last]]) {
      byId(id).setAttribute("aria-disabled", position === end && !asking());
    }
  }

  const asking = () => byId("predict").checked && !revealed && lines[position].querySelector(".a") !== null;

  // A dot runs along the edges in focus: with the numbers forward, against the arrow backward.
  function runDots(step) {
    for (const dot of picture.svg.querySelectorAll(".dot")) dot.remove();
    if (still.matches || !CSS.supports("offset-path", 'path("M0 0")')) return;
    for (const arrow of step.arrows.map((id) => picture.arrows.get(id))) {
      const dot = shape("circle", { r: 5, class: `dot ${step.phase}` });
      dot.style.offsetPath = `path("${arrow.line.getAttribute("d")}")`;
      arrow.group.append(dot);
      dot.animate({ offsetDistance: ["0%", "100%"] }, {
        duration: 600, easing: "ease-in-out", direction: step.phase === "backward" ? "reverse" : "normal",
      }).onfinish = () => dot.remove();
    }
  }

  function show(index, answer = false) {
    const moved = index === position + 1;
    position = Math.max(0, Math.min(last, index));
    revealed = answer;
    const step = steps[position], state = stateAt(position, asking());
    paintCards(state, step);
    paintArrows(state, step);
    paintText(asking());
    paintControls(step);
    camera.see(step.cards.map((id) => picture.cards.get(id)?.box).filter(Boolean));
    if (moved) runDots(step);
  }

  const next = () => (asking() ? show(position, true) : show(position + 1));

  function pause() {
    clearInterval(timer);
    timer = null;
    say("play", "▶ Play");
  }

  function play() {
    if (position === last) show(0);
    say("play", "|| Pause");
    timer = setInterval(() => (position === last && !asking() ? pause() : next()), 1400);
  }

  const goTo = { first: () => show(0), previous: () => show(position - 1), next, last: () => show(last) };
  for (const [id, go] of Object.entries(goTo)) on(byId(id), "click", () => { pause(); go(); });
  on(byId("play"), "click", () => (timer === null ? play() : pause()));
  on(byId("slider"), "input", (event) => { pause(); show(Number(event.target.value)); });
  on(byId("predict"), "change", () => show(position));
  on(byId("reveal"), "click", () => { show(position, true); byId("next").focus(); });

  const keys = { ArrowLeft: goTo.previous, ArrowRight: next, Home: goTo.first, End: goTo.last };
  on(document, "keydown", (event) => {
    const own = event.target === byId("slider") && event.key !== "ArrowRight";
    if (!active || own || event.altKey || event.ctrlKey || event.metaKey || !(event.key in keys)) return;
    event.preventDefault();
    pause();
    keys[event.key]();
  });

  // The words of the longest moment have room, so that nothing below them jumps.
  let width = 0;
  function reserve() {
    const now = byId("now");
    if (now.clientWidth === width || !now.clientWidth) return;
    width = now.clientWidth;
    const trial = now.cloneNode();
    trial.removeAttribute("id");
    Object.assign(trial.style, { position: "absolute", visibility: "hidden", width: `${width}px`, minHeight: 0 });
    trial.className = "words";
    now.after(trial);
    const tallest = Math.max(...lines.map((line) => {
      trial.replaceChildren(...line.cloneNode(true).childNodes);
      return trial.offsetHeight;
    }));
    trial.remove();
    now.style.minHeight = `${tallest}px`;
  }
  new ResizeObserver(reserve).observe(byId("now"));
  byId("counter").style.minWidth = `${2 * String(last).length + 4}ch`;

  return {
    enter() {
      active = true;
      reserve();
      show(position);
    },
    leave() {
      active = false;
      pause();
      for (const { group } of cards.values()) group.classList.remove("focus", "target");
      for (const arrow of picture.arrows.values()) for (const name of ["focus", "waiting"]) picture.mark(arrow, name, false);
      for (const dot of picture.svg.querySelectorAll(".dot")) dot.remove();
    },
  };
}
