// Play: leaves are moved and everything follows. This is the panel beside the picture: sliders, nudge, descend, slope.

const MOST_LISTED = 60, MOST_STEPS = 2000;

// `handles`: where the user's graph, which is another one, has its leaves.
function makePlay({ engine, names, titles, spec, handles, memory, changed }) {
  const { x, grad, movable, session } = engine;
  const number = (v) => digits(v, spec);
  const name = outputName();
  let chosen = [...movable].sort((a, b) => Math.abs(grad[b]) - Math.abs(grad[a]) || 0)[0];
  const { past, path } = memory;
  let active = false, running = 0;

  function outputName() {
    return engine.outputs.length === 1 ? names[engine.outputs[0]] : "the sum of the outputs";
  }

  // What was before, for undo ---------------------------------------------------------------------------------------------
  function keep() {
    past.push({ leaves: movable.map((i) => x[i]), steps: path.length });
    if (past.length > MOST_STEPS) past.shift();
  }

  function restore(numbers, steps) {
    movable.forEach((i, k) => { x[i] = numbers[k]; });
    path.length = Math.min(path.length, steps);
    changed();
  }

  function undo() {
    stop();
    const before = past.pop();
    if (before) restore(before.leaves, before.steps);
  }

  function reset() {
    stop();
    keep();
    restore(movable.map((i) => session[i]), 0);
  }

  function move(place, v) {
    if (!Number.isFinite(v)) return;
    x[place] = v;
    chosen = place;
    changed();
  }

  // Leaves ----------------------------------------------------------------------------------------------------------------
  const natural = new Intl.Collator("en", { numeric: true }), isParameter = new Set(engine.parameters);
  const owner = (i) => (isParameter.has(i) && names[i].includes(".") ? names[i].slice(0, names[i].lastIndexOf(".")) : "");
  const listed = [...movable].sort((a, b) => isParameter.has(a) - isParameter.has(b) || natural.compare(owner(a), owner(b))
    || names[a].endsWith(".b") - names[b].endsWith(".b") || natural.compare(names[a], names[b]));
  const sliders = new Map();

  function element(tag, values, ...children) {
    const made = attributes(document.createElement(tag), values);
    made.append(...children);
    return made;
  }

  function listLeaves() {
    let group = "";
    byId("leaves").replaceChildren();
    for (const i of listed.slice(0, MOST_LISTED)) {
      if (owner(i) !== group) byId("leaves").append(element("h3", {}, (group = owner(i))));
      byId("leaves").append(leafRow(i, group ? names[i].slice(group.length + 1) : names[i]));
    }
    const more = listed.length - MOST_LISTED, heldBack = engine.leaves.length - movable.length;
    if (more > 0) byId("leaves").append(element("p", { class: "m" }, `and ${more} more: drag them in the picture`));
    if (heldBack) byId("leaves").append(element("p", { class: "m" }, `${heldBack} fixed here: an operation of your own is computed from ${heldBack === 1 ? "it" : "them"}, which only Python can do`));
  }

  function leafRow(i, text) {
    const half = Math.max(1, 2 * Math.abs(x[i]));
    const slider = element("input", { type: "range", id: `leaf${i}`, min: x[i] - half, max: x[i] + half, step: "any" });
    const shown = element("output", { for: `leaf${i}` }, ""), slope = element("span", { class: "m" }, "");
    slider.value = x[i];
    on(slider, "pointerdown", keep);
    on(slider, "keydown", (event) => { if (/^(Arrow|Page|Home|End)/.test(event.key) && !event.repeat) keep(); });
    on(slider, "input", () => move(i, snapped(Number(slider.value), 10 ** Math.floor(Math.log10(half) - 2.5))));
    on(slider, "focus", () => choose(i));
    sliders.set(i, { slider, shown, slope });
    return element("div", { class: "leaf" }, element("label", { for: `leaf${i}`, class: isParameter.has(i) ? "pa" : "in", title: names[i], dir: "auto" }, text), slider, shown, slope);
  }

  // Never the slider that is being moved; a range grows when descending leaves it.
  function tellLeaves() {
    for (const [i, leaf] of sliders) {
      const { slider, shown, slope } = leaf;
      if (document.activeElement !== slider && Number(slider.value) !== x[i]) {
        if (x[i] < Number(slider.min)) slider.min = x[i];
        if (x[i] > Number(slider.max)) slider.max = x[i];
        slider.value = x[i];
      }
      write(textOf(slope), `∂ ${fitted(grad[i], 9, spec)}`);
      if (Object.is(leaf.told, x[i])) continue;
      leaf.told = x[i];
      write(textOf(shown), fitted(x[i], 9, spec));
      slider.setAttribute("aria-valuetext", digits(x[i]));
    }
  }

  // Nudge -----------------------------------------------------------------------------------------------------------------
  const epsilon = () => 10 ** Number(byId("epsilon").value);

  function tellNudge() {
    if (chosen === undefined) return;
    const { moved, promised } = engine.nudge(chosen, epsilon());
    say("epsilonshown", digits(epsilon()));
    byId("nudge").replaceChildren(`${names[chosen]} + ${digits(epsilon())}: ${name} moved by `, element("b", { id: "moved" }, digits(moved)), ", the gradient said ", element("b", { id: "promised" }, digits(promised)));
  }

  function choose(i) {
    chosen = i;
    tellNudge();
  }

  // Descend ---------------------------------------------------------------------------------------------------------------
  const rate = () => 10 ** Number(byId("rate").value);
  const descending = () => (byId("inputs").checked ? movable : engine.parameters);

  function step() {
    keep();
    if (!path.length) path.push(engine.output());
    engine.descend(rate(), descending());
    path.push(engine.output());
    changed();
  }

  function stop() {
    cancelAnimationFrame(running);
    running = 0;
    say("run", "Run");
  }

  function run() {
    step();
    const goesOn = Number.isFinite(engine.output()) && path.length < MOST_STEPS;
    if (goesOn) running = requestAnimationFrame(run);
    else stop();
  }

  function tellPath() {
    byId("path").toggleAttribute("hidden", path.length < 2);
    say("pathtext", path.length < 2 ? "" : `${path.length - 1} ${path.length === 2 ? "step" : "steps"}: ${number(path[0])} → ${number(path.at(-1))}`);
    if (path.length > 1) drawPath(byId("path"), path);
  }

  // Slope -----------------------------------------------------------------------------------------------------------------
  function selectOperation(place) {
    memory.turn = place === memory.selected ? memory.turn + 1 : 0;
    memory.selected = place;
    tellSlope();
  }

  function tellSlope() {
    const { selected, turn } = memory;
    if (selected === null) return;
    const curve = engine.curve(selected, turn);
    byId("slope").toggleAttribute("hidden", !curve);
    if (!curve) {
      const text = engine.made.has(selected) ? "takes many arguments, or cannot be computed here: it has no curve" : "is a leaf: it can be moved";
      say("slopetext", `${titles[selected]} ${text}`);
      return;
    }
    const more = curve.choices > 1 ? "; click again for the next argument" : "";
    say("slopetext", `${titles[selected]} along ${names[curve.argument]} = ${number(curve.at)}: slope ${number(curve.slope)}${more}`);
    drawCurve(byId("slope"), curve);
  }

  // Branches --------------------------------------------------------------------------------------------------------------
  function tellBranches() {
    const [first] = engine.turned(), note = byId("branches");
    note.hidden = !first;
    if (!first) return;
    const [left, sign, right, outcome, line] = first, named = (o) => names[o] ?? digits(Number(typeof o === "string" ? o : x[o]), spec);
    const [was, is] = outcome ? ["yes", "no"] : ["no", "yes"], where = line ? ` at ${line}` : "";
    note.textContent = `Your code asked${where} whether ${named(left)} ${sign} ${named(right)}: ${was} then, ${is} now. It would have taken another branch; these numbers belong to the old one.`;
  }

  function copy() {
    const moved = movable.filter((i) => !Object.is(x[i], session[i]));
    const roots = engine.outputs.map((i) => names[i]), known = roots.every((text) => /^[A-Za-z_]\w*$/.test(text));
    const root = known ? roots.join(", ") : roots.length === 1 ? "y" : "*y";
    const pairs = moved.map((i) => `${handles[i] ?? i}: ${pythonNumber(x[i])}`).join(", ");
    const line = moved.length ? `for i, x in {${pairs}}.items(): autograd.topological_order(${root})[i].data = x` : "pass  # nothing has moved";
    byId("copied").value = line;
    byId("copied").hidden = false;
    byId("copied").select();
    navigator.clipboard?.writeText(line).catch(() => {});
    say("copy", "Copied");
    setTimeout(() => { say("copy", "Copy as Python"); }, 900);
  }

  function tell() {
    say("y", digits(engine.output(), ".6g"));
    const before = engine.outputs.reduce((sum, i) => sum + session[i], 0);
    say("was", engine.output() === before ? "" : `was ${digits(before, ".6g")}`);
    tellLeaves();
    tellNudge();
    tellPath();
    tellSlope();
    tellBranches();
  }

  say("yname", name);
  on(byId("epsilon"), "input", tellNudge);
  const tellRate = () => say("rateshown", digits(rate()));
  on(byId("rate"), "input", tellRate);
  on(byId("one"), "click", () => { stop(); step(); });
  on(byId("run"), "click", () => {
    if (running) return stop();
    say("run", "Stop");
    run();
  });
  on(byId("undo"), "click", undo);
  on(byId("reset"), "click", reset);
  on(byId("copy"), "click", copy);
  on(document, "keydown", (event) => {
    if (!active || !(event.ctrlKey || event.metaKey) || event.key !== "z" || event.target === byId("type")) return;
    event.preventDefault();
    undo();
  });
  if (!engine.parameters.length) byId("inputs").checked = true;
  byId("alsoinputs").hidden = !engine.parameters.length;
  tellRate();
  listLeaves();

  return {
    keep, move, choose, tell, selectOperation, step, on: () => active,
    unkeep: () => past.pop(),
    enter() {
      active = true;
      tell();
    },
    leave() {
      active = false;
      stop();
    },
  };
}
