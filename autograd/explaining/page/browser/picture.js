// The drawing: which text shows which number, and what is written when numbers change. The page's time goes into what is
// written here, so a text, a tint or a width is touched only when it differs from what stands there, and while a number
// is dragged only where it can be seen.
//
// shown = { cards: { id: [[row, kind, places, lead], ...] }, arrows: { id: edges }, members: { id: places } }; what it
// leaves out goes by its id: card n7 shows value 7, arrow e7.1 the second use of a value by value 7.

const byId = (id) => document.getElementById(id);
let listening = new AbortController(); // for what belongs to a picture, and ends with it
const on = (element, event, act, options) => element.addEventListener(event, act, { ...options, signal: listening.signal });
const textOf = (element) => element.firstChild ?? element.appendChild(document.createTextNode(""));
const CHARACTER = 11 * 0.602, PILL_CHARACTER = 10 * 0.602, ROOM_IN_PILL = 6;
const HEADER = 18, ROW = 19, RADIUS = 6; // of a card, as in drawing/cards.py
const TINY = 3.5; // pixels: texts that are smaller on screen are not drawn
const NEAR = 120; // how far around a card its arrows belong to what is seen, in points of the picture

function attributes(element, values) {
  for (const [name, value] of Object.entries(values)) element.setAttribute(name, value);
  return element;
}

const named = (element, name) => attributes(element, { class: name });
const shape = (tag, values) => attributes(document.createElementNS("http://www.w3.org/2000/svg", tag), values);

function write(node, text) {
  if (node.data !== text) node.data = text;
}

const say = (id, text) => write(textOf(byId(id)), text);

function makePicture(svg, engine, shown, spec) {
  const { x, grad, flow, local, ends, firstEdge } = engine;
  let view = null, tiny = false;

  // Cards ---------------------------------------------------------------------------------------------------------------
  function rowsOf(id) {
    const listed = shown.cards[id] ?? (/^n\d+$/.test(id) ? [[0, "data", [Number(id.slice(1))], ""], [1, "grad", [Number(id.slice(1))], ""]] : []);
    return listed.map(([row, kind, places, lead]) => ({ row, kind, places, lead }));
  }

  // What all cards have is left out of the page's picture: the header's colour, the ground of a gradient, the outline, and
  // which text is which.
  function complete(group, face, { left, top, right, bottom }) {
    const grad = group.querySelector(".grad"), width = right - left, ground = grad && Number(grad.getAttribute("y")) - ROW + 5.5;
    const path = (name, d) => shape("path", { class: name, d, "fill-opacity": name === "header" ? 1 : 0 });
    face.after(bottom - top > HEADER ? path("header", cap(left, top + HEADER, width, -HEADER)) : attributes(face.cloneNode(), { class: "header" }));
    grad?.before(path("grad-fill", ground + ROW > bottom - 1 ? cap(left, ground, width, ROW) : `M${left} ${ground}h${width}v${ROW}h${-width}Z`));
    group.append(attributes(face.cloneNode(), { class: "outline" }));
  }

  // A rectangle that begins at (x, y) and ends, so much further down, with rounded corners.
  function cap(x, y, width, height) {
    const r = RADIUS * Math.sign(height), turn = (dy) => `a${RADIUS} ${RADIUS} 0 0 ${height < 0 ? 1 : 0} ${RADIUS} ${dy}`;
    return `M${x} ${y}v${height - r}${turn(r)}h${width - 2 * RADIUS}${turn(-r)}v${r - height}Z`;
  }

  function cardOf(group) {
    const face = named(group.querySelector("rect"), "face"), [title, ...texts] = group.querySelectorAll("text");
    named(title, "title");
    const rows = rowsOf(group.id).filter(({ row }) => row < texts.length);
    for (const row of rows) row.element = named(texts[row.row], row.kind);
    const [left, top, width, height] = ["x", "y", "width", "height"].map((name) => Number(face.getAttribute(name)));
    const box = { left, top, right: left + width, bottom: top + height };
    complete(group, face, box);
    return {
      id: group.id, group, texts, rows, tint: group.querySelector(".grad-fill"), shade: -1, minus: null,
      title: title.textContent,
      places: shown.members[group.id] ?? [...new Set(rows.flatMap((row) => row.places))],
      room: Math.floor((width - 8) / CHARACTER),
      box,
    };
  }

  const cards = new Map([...svg.querySelectorAll("g.card")].map((group) => [group.id, cardOf(group)]));
  const cardWith = new Map();
  for (const card of cards.values()) for (const place of card.places) cardWith.set(place, card);
  for (const card of cards.values()) for (const row of card.rows) if (row.kind === "data") cardWith.set(row.places[0], card); // before chips

  const inColumn = (v, room) => fitted(v, room, spec).padStart(room, "\u00a0"); // a space that is not run together
  const written = {
    data: (row, room) => fitted(x[row.places[0]], room, spec),
    grad: (row, room) => `∂ ${fitted(grad[row.places[0]], room - 2, spec)}`,
    norm: (row, room) => `${row.lead}‖∂‖ ${fitted(Math.hypot(...row.places.map((i) => grad[i])), room - row.lead.length - 4, spec)}`,
    weight(row, room) {
      const each = Math.floor((room - row.lead.length - 5) / 2), place = row.places[0];
      return `${row.lead} ${inColumn(x[place], each)}  ∂ ${inColumn(grad[place], each)}`;
    },
  };

  function paintCard(card, legible) {
    if (legible) for (const row of card.rows) paintRow(row, card.room);
    const slope = card.rows.find((row) => row.kind === "grad");
    if (!card.tint || !slope) return;
    const g = grad[slope.places[0]];
    const shade = Number.isFinite(g) && steepest ? Math.round(Math.min(0.72, 0.72 * Math.sqrt(Math.abs(g) / steepest)) * 50) : 0;
    if (shade !== card.shade) card.tint.setAttribute("fill-opacity", (card.shade = shade) / 50);
    if (shade && (g < 0) !== card.minus) card.tint.classList.toggle("minus", (card.minus = g < 0));
  }

  // A number that is the same is not even written out; rows of several numbers are.
  function paintRow(row, room) {
    const number = row.kind === "data" ? x[row.places[0]] : row.kind === "grad" ? grad[row.places[0]] : undefined;
    if (number !== undefined && Object.is(number, row.number)) return;
    row.number = number;
    write(textOf(row.element), written[row.kind](row, room));
  }

  // Arrows --------------------------------------------------------------------------------------------------------------
  function edgesOf(id) {
    const own = /^e(\d+)\.(\d+)$/.exec(id);
    return shown.arrows[id] ?? (own ? [firstEdge[own[1]] + Number(own[2])] : []);
  }

  function arrowOf(group) {
    const edges = edgesOf(group.id), pill = byId(`p${group.id}`);
    return {
      id: group.id, group, groups: pill ? [group, pill] : [group], edges, line: named(group.querySelector("path"), "line"), level: -1, minus: null,
      box: edges.length && cardWith.get(ends[edges[0]][0])?.box,
      ...(pill && pillIn(pill)),
    };
  }

  // The number on an arrow, and its ground, which is as wide as the number.
  function pillIn(group) {
    const text = named(group.querySelector("text"), "local"), middle = Number(text.getAttribute("x")), { length } = text.textContent;
    const pill = shape("rect", { class: "pill-fill", y: Number(text.getAttribute("y")) - 10.5, height: 14, rx: 7 });
    named(group, "pill").prepend(pill);
    return widened({ text, pill, middle, room: Math.max(ROOM_IN_PILL, length) }, length);
  }

  function widened(arrow, length) {
    const width = length * PILL_CHARACTER + 9;
    attributes(arrow.pill, { x: arrow.middle - width / 2, width });
    return Object.assign(arrow, { length });
  }

  const arrows = new Map([...svg.querySelectorAll('g[id]:not([class], [id^="p"])')].map((group) => [group.id, arrowOf(named(group, "arrow"))]));
  const bound = [...arrows.values()].filter((arrow) => arrow.edges.length);

  // An arrow and its number, which lies above all lines, have their classes together.
  function mark({ groups }, name, is) {
    for (const group of groups) group.classList.toggle(name, is);
  }

  function carried({ edges }) {
    let sum = 0;
    for (const edge of edges) sum += flow[edge];
    return sum;
  }

  // As wide, and of the colour, of the gradient that it carries back.
  function paintArrow(arrow, legible) {
    if (arrow.text && legible) paintPill(arrow, local[arrow.edges[0]]);
    const sum = carried(arrow), share = strongest ? Math.sqrt(Math.min(1, Math.abs(sum) / strongest)) : 0;
    const level = Number.isFinite(sum) ? Math.round(8 * share) : 8;
    if (level !== arrow.level) {
      arrow.level = level;
      arrow.line.style.strokeWidth = 1 + level * 0.3;
      arrow.line.classList.toggle("none", level === 0);
    }
    if (level && (sum < 0) !== arrow.minus) arrow.line.classList.toggle("minus", (arrow.minus = sum < 0));
    const off = arrow.edges.every((edge) => !engine.reached[ends[edge][0]]);
    if (off !== arrow.off) mark(arrow, "off", (arrow.off = off));
  }

  function paintPill(arrow, number) {
    if (Object.is(number, arrow.number)) return;
    arrow.number = number;
    const text = fitted(number, arrow.room, spec);
    write(textOf(arrow.text), text);
    if (text.length !== arrow.length) widened(arrow, text.length);
  }

  // Everything ------------------------------------------------------------------------------------------------------------
  const parts = [...cards.values(), ...bound], seeds = new Set(engine.outputs);
  const rest = makeSlices(parts.length, (k) => paintPart(parts[k], true));
  let steepest = 0, strongest = 0; // what tints and widths are shares of

  // The largest finite size of a number; what is asked for every frame makes no lists.
  function largestOf(items, number) {
    let most = 0;
    for (let i = 0; i < items.length; i++) {
      const size = Math.abs(number(items[i], i));
      if (size < Infinity && size > most) most = size;
    }
    return most;
  }

  const paintPart = (part, legible) => (part.line ? paintArrow(part, legible) : paintCard(part, legible));

  // An arrow is seen where it ends: those that run through the whole picture, hundreds from one leaf, can wait.
  function isSeen({ box, line }) {
    const near = line ? NEAR : 0;
    return box && box.right + near > view.x && box.left - near < view.x + view.w
      && box.bottom + near > view.y && box.top - near < view.y + view.h;
  }

  function paintSeen() {
    for (const part of view ? parts : []) if (isSeen(part)) paintPart(part, !tiny);
  }

  // What is in view, at once; the rest when numbers have come to rest, or when `finish` asks for it.
  function paint() {
    steepest = largestOf(grad, (g, i) => (seeds.has(i) ? 0 : g)) || largestOf(grad, (g) => g);
    strongest = largestOf(bound, carried);
    paintSeen();
    rest.later();
  }

  // From here on the numbers are the engine's; nothing is known of what another mode has written to the cards.
  function compute() {
    for (const card of cards.values()) {
      Object.assign(card, { shade: -1, minus: null });
      for (const row of card.rows) row.number = undefined;
    }
    for (const arrow of arrows.values()) Object.assign(arrow, { level: -1, minus: null, off: null });
    paint();
    rest.now();
  }

  // From here on another mode writes: lines are as they were drawn, and pills have the session's numbers.
  function leave(locals) {
    rest.drop();
    for (const arrow of arrows.values()) {
      arrow.line.style.strokeWidth = "";
      arrow.line.classList.remove("none", "minus");
      mark(arrow, "off", false);
      if (arrow.text && arrow.edges.length) paintPill(arrow, locals[arrow.edges[0]]);
    }
  }

  function moved(to, scale) {
    view = to;
    const small = scale * TEXT < TINY;
    if (small !== tiny) svg.classList.toggle("tiny", (tiny = small));
    if (rest.owed()) paintSeen();
  }

  return { svg, cards, arrows, cardWith, mark, paint, finish: rest.now, compute, leave, moved };
}

// The cards and arrows of everything that `places` depend on and of everything that depends on them.
function relatives(engine, places) {
  const { made, ends, firstEdge } = engine, values = new Set(places), edges = new Set();
  const up = [...places];
  while (up.length) {
    const p = made.get(up.pop());
    p?.parents.forEach((parent, k) => {
      edges.add(firstEdge[p.place] + k);
      if (!values.has(parent)) {
        values.add(parent);
        up.push(parent);
      }
    });
  }
  const below = new Set(places);
  ends.forEach(([head, tail], edge) => { // heads come after tails, so that one pass finds all
    if (!below.has(tail)) return;
    edges.add(edge);
    below.add(head);
  });
  return { values: new Set([...values, ...below]), edges };
}
