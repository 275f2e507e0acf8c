// Numbers that can be moved in the picture: a leaf's card, or its row in the card of a neuron. Drag sideways, Shift
// finer; arrow keys, Page Up and Page Down; Enter or a double click to type.

// A step of a hundredth of the number's order of magnitude; a number moves in whole steps, so that it stays short.
const stepOf = (v) => 10 ** Math.floor(Math.log10(Math.max(Math.abs(v), 1))) / 100;
const snapped = (v, step) => Number((Math.round(v / step) * step).toPrecision(12));

function makeKnobs(graph, picture, engine, names, play) {
  const { x, movable } = engine, knobs = new Map();
  const field = byId("type");
  let typing = null, typingAt = null;

  function rowKnob(card, row) {
    const { left, right } = card.box, y = Number(row.element.getAttribute("y")) - 13, knob = shape("g", {});
    const hit = shape("rect", { class: "hit", x: left + 2, y, width: right - left - 4, height: 18, rx: 3 });
    row.element.replaceWith(knob);
    knob.append(hit, row.element);
    return knob;
  }

  const isMovable = new Set(movable);
  for (const card of picture.cards.values()) {
    for (const row of card.rows) {
      const place = row.places[0];
      if (!isMovable.has(place) || knobs.has(place) || (row.kind !== "data" && row.kind !== "weight")) continue;
      knobs.set(place, { place, card, element: row.kind === "data" ? card.group : rowKnob(card, row) });
    }
  }
  for (const knob of knobs.values()) listen(knob);

  function listen({ place, element }) {
    element.classList.add("knob");
    element.dataset.leaf = place;
    on(element, "dblclick", () => { if (play.on()) type(place); });
    on(element, "keydown", (event) => { if (play.on()) pressed(event, place); });
  }

  // On the region: an SVG element that listens for focus can be focused itself, in every mode.
  on(graph, "focusin", (event) => {
    const knob = event.target.closest(".knob");
    if (knob && play.on()) play.choose(Number(knob.dataset.leaf));
  });

  function pressed(event, place) {
    const way = { ArrowRight: 1, ArrowUp: 1, ArrowLeft: -1, ArrowDown: -1, PageUp: 10, PageDown: -10 }[event.key];
    if (way) {
      event.preventDefault();
      event.stopPropagation();
      if (!event.repeat) play.keep();
      const step = stepOf(x[place]) * (event.shiftKey ? 1 : 10);
      play.move(place, snapped(x[place] + way * step, step / 10));
    }
    if (event.key === "Enter") {
      event.preventDefault();
      type(place);
    }
  }

  // For screen readers a knob is a spin button while Play is on, and part of the drawing else.
  function enable(playing) {
    for (const knob of knobs.values()) {
      const { place, element } = knob;
      knob.told = null;
      for (const name of ["role", "tabindex", "aria-label", "aria-valuenow", "aria-valuetext"]) element.removeAttribute(name);
      if (playing) attributes(element, { role: "spinbutton", tabindex: 0, "aria-label": names[place] });
    }
    if (playing) told();
    else typed(false);
  }

  function told() {
    for (const knob of knobs.values()) {
      const { place, element } = knob;
      if (Object.is(knob.told, x[place])) continue;
      knob.told = x[place];
      attributes(element, { "aria-valuenow": Number.isFinite(x[place]) ? x[place] : 0, "aria-valuetext": digits(x[place]) });
    }
  }

  // A field over the knob, to type a number into.
  function type(place, element = knobs.get(place).element) {
    const box = element.getBoundingClientRect(), around = graph.getBoundingClientRect();
    [typing, typingAt] = [place, element];
    const left = Math.max(0, Math.min(box.left - around.left, around.width - 120)), top = Math.max(0, Math.min(box.top - around.top, around.height - 34));
    Object.assign(field.style, { left: `${left}px`, top: `${top}px`, width: `${Math.max(110, box.width)}px` });
    field.hidden = false;
    field.value = String(x[place]);
    field.setAttribute("aria-label", `New number for ${names[place]}`);
    field.focus();
    field.select();
  }

  function typed(accept) {
    if (typing === null) return;
    const place = typing, text = field.value.trim().replace("−", "-"), v = Number(text);
    typing = null;
    field.hidden = true;
    if (accept && text && Number.isFinite(v)) {
      play.keep();
      play.move(place, v);
    }
    typingAt.focus();
  }

  on(field, "keydown", (event) => {
    event.stopPropagation();
    if (event.key === "Enter") typed(true);
    if (event.key === "Escape") typed(false);
  });
  on(field, "blur", () => typed(true));

  // A drag that began on a knob: how far the pointer is from there, in pixels.
  function dragging(place) {
    const from = x[place];
    play.keep();
    knobs.get(place)?.element.focus({ preventScroll: true });
    return {
      move(pixels, fine) {
        const step = stepOf(from) / (fine ? 10 : 1);
        play.move(place, snapped(from + pixels * step, step));
      },
      cancel: () => play.unkeep(),
    };
  }

  return { enable, told, dragging, type, knobs };
}
