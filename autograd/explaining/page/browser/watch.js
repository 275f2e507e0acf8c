// A training, watched again. The network is a graph that engine.js runs: at every moment that was kept its parameters
// are set, and it is asked all over the plane. What every unit puts out there is that unit's own map.

const CLASSES = ["#1f6fb5", "#c8410b", "#2a8f3c", "#7a4fa3", "#a0740a", "#0f8b8d", "#d6568f", "#5b8c2a", "#b2182b", "#4a5568"];
const WHILE_PLAYING = 24, AT_REST = 56; // points each way, or as many as can be asked in these milliseconds
const HURRY = 60, PATIENCE = 300;
const SECONDS = 16, FRAMES = 14; // of the whole training, and a second
const MOST_UNITS = 16; // of a layer, that are shown

function watchTraining(data) {
  const at = (id) => document.getElementById(id);
  const svg = (name, attributes, parent) => {
    const made = document.createElementNS("http://www.w3.org/2000/svg", name);
    for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value);
    return parent ? parent.appendChild(made) : made;
  };
  const short = (v) => (v === 0 ? "0" : Number(v.toPrecision(3)).toString().replace("-", "−"));
  const floats = (text) => new Float32Array(Uint8Array.from(atob(text), (c) => c.charCodeAt(0)).buffer);

  const engine = makeEngine(data.program, ROWS), { x } = engine;
  const count = data.parameters.length, last = data.updates.length - 1;
  const kept = floats(data.kept), gradients = floats(data.gradients);
  const columns = [data.inputs, ...data.layers].map((units) => units.slice(0, MOST_UNITS));
  const titles = ["inputs", ...data.layerNames];
  const outputs = data.layers[data.layers.length - 1];
  const [spanX, spanY] = [0, 1].map((k) => {
    const numbers = data.rows.map((row) => row[k]), low = Math.min(...numbers), high = Math.max(...numbers);
    const margin = 0.12 * (high - low) || 1;
    return [low - margin, high + margin];
  });
  const sorted = data.rows.map((row) => row[2]).sort((a, b) => a - b);
  const middle = data.kind === "numbers" ? (sorted[0] + sorted[sorted.length - 1]) / 2 : data.level;
  let moment = 0, shown = null, timer = 0, hovered = null;

  // Computing ---------------------------------------------------------------------------------------------------------

  function take(k) {
    for (let i = 0; i < count; i++) if (data.parameters[i] >= 0) x[data.parameters[i]] = kept[k * count + i];
  }

  function ask(a, b) {
    if (data.inputs[0] >= 0) x[data.inputs[0]] = a;
    if (data.inputs[1] >= 0) x[data.inputs[1]] = b;
    engine.forward(x);
  }

  // What every unit of `columns` puts out on a grid of size × size points, the uppermost row first.
  function maps(size) {
    const made = columns.map((units) => units.map(() => new Float64Array(size * size)));
    const out = outputs.map(() => new Float64Array(size * size));
    for (let j = 0, n = 0; j < size; j++) {
      for (let i = 0; i < size; i++, n++) {
        const a = spanX[0] + ((i + 0.5) / size) * (spanX[1] - spanX[0]), b = spanY[1] - ((j + 0.5) / size) * (spanY[1] - spanY[0]);
        ask(a, b);
        columns.forEach((units, c) => units.forEach((place, u) => { made[c][u][n] = c === 0 ? [a, b][u] : x[place]; }));
        outputs.forEach((place, u) => { out[u][n] = x[place]; });
      }
    }
    return { made, out };
  }

  function right() {
    if (data.kind === "numbers") return "";
    const good = data.rows.filter(([a, b, target]) => {
      ask(a, b);
      if (outputs.some((place) => Number.isNaN(x[place]))) return false;
      if (data.kind === "sign") return (x[outputs[0]] > data.level) === (target > (data.level === 0 ? 0 : 0.5));
      return best(outputs.map((place) => x[place])) === target;
    });
    return `${good.length} of ${data.rows.length} rows on the right side`;
  }

  const best = (scores) => scores.reduce((found, score, k) => (score > scores[found] ? k : found), 0);

  // Colours -----------------------------------------------------------------------------------------------------------

  const rgb = (hex) => [1, 3, 5].map((k) => parseInt(hex.slice(k, k + 2), 16));
  const isDark = () => document.documentElement.dataset.theme === "dark";
  const [plus, minus] = [rgb("#d6493e"), rgb("#2c71be")];

  function paint(canvas, size, colour) {
    canvas.width = canvas.height = size;
    const ink = canvas.getContext("2d"), picture = ink.createImageData(size, size);
    for (let n = 0; n < size * size; n++) picture.data.set([...colour(n), 255], 4 * n);
    ink.putImageData(picture, 0, 0);
  }

  // From blue (less) over the page's ground, which nan has too, to red (more); `reach` away from `zero` the colour is full.
  function field(values, zero, reach, strength = 1) {
    const ground = rgb(isDark() ? "#1f2937" : "#f8fafc");
    return (n) => {
      const t = strength * Math.max(-1, Math.min(1, (values[n] - zero) / reach)) || 0, side = t < 0 ? minus : plus;
      return ground.map((g, k) => g + Math.abs(t) * (side[k] - g));
    };
  }

  const finite = (v) => (Number.isFinite(v) ? v : 0);
  const reachOf = (values, zero) => values.reduce((most, v) => Math.max(most, Math.abs(finite(v - zero))), 1e-12);

  function regions(out) {
    const ground = rgb(isDark() ? "#1f2937" : "#f8fafc");
    return (n) => {
      const scores = out.map((values) => values[n]), k = best(scores), side = rgb(CLASSES[k % CLASSES.length]);
      const lead = scores[k] - Math.max(...scores.filter((_, other) => other !== k)), share = scores.some(Number.isNaN) ? 0 : 0.2 + 0.5 * (Math.min(1, lead / 2) || 0);
      return ground.map((g, c) => g + share * (side[c] - g));
    };
  }

  const colourOf = (target) => {
    if (data.kind === "classes") return CLASSES[target % CLASSES.length];
    const reach = data.kind === "numbers" ? (sorted[sorted.length - 1] - sorted[0]) / 2 || 1 : 1e-9;
    const t = Math.max(-1, Math.min(1, (target - middle) / reach)), side = t > 0 ? plus : minus;
    return `rgb(${side.map((c) => Math.round(245 + Math.abs(t) * (c - 245)))})`;
  };

  // The network -------------------------------------------------------------------------------------------------------

  const units = []; // { c, u, button, canvas }
  columns.forEach((places, c) => {
    const label = document.createElement("span");
    const hidden = (c === 0 ? data.inputs : data.layers[c - 1]).length - places.length;
    label.className = "column";
    label.textContent = titles[c] + (hidden ? `, and ${hidden} more` : "");
    at("net").append(label);
    places.forEach((_, u) => {
      const button = document.createElement("button"), canvas = document.createElement("canvas");
      button.className = "unit";
      button.type = "button";
      button.title = nameOf(c, u);
      button.setAttribute("aria-label", `Show the map of ${nameOf(c, u)}`);
      button.append(canvas);
      button.addEventListener("click", () => choose({ c, u }));
      at("net").append(button);
      units.push({ c, u, button, canvas, label });
    });
  });

  function nameOf(c, u) {
    if (c === 0) return data.names[u];
    return c === columns.length - 1 && columns[c].length === 1 ? "the output" : `${titles[c]}, unit ${u}`;
  }

  const links = data.links.filter(([c, from, to]) => from < MOST_UNITS && to < MOST_UNITS).map(([c, from, to, parameter]) => {
    const weight = svg("path", { class: "weight" }, at("links")), flow = svg("path", { class: "flow" }, at("links"));
    const link = { c, from, to, parameter, weight, flow };
    weight.addEventListener("pointerenter", () => { hovered = link; tell(); });
    weight.addEventListener("pointerleave", () => { hovered = null; tell(); });
    return link;
  });

  function arrange() {
    const { width, height } = at("net").getBoundingClientRect(), most = Math.max(...columns.map((c) => c.length));
    const side = Math.max(18, Math.min(58, (height - 24) / most - 8, width / columns.length - 26)), top = 22;
    const place = (c, u) => [
      side / 2 + 8 + (columns.length > 1 ? (c / (columns.length - 1)) * (width - side - 16) : 0),
      top + (height - top) * ((u + 0.5) / columns[c].length),
    ];
    for (const { c, u, button, label } of units) {
      const [cx, cy] = place(c, u);
      Object.assign(button.style, { left: `${cx - side / 2}px`, top: `${cy - side / 2}px`, width: `${side}px`, height: `${side}px` });
      label.style.left = `${Math.min(Math.max(cx, 24), width - 24)}px`;
    }
    for (const { c, from, to, weight, flow } of links) {
      const [x0, y0] = place(c, from), [x1, y1] = place(c + 1, to), bend = (x1 - x0) / 2;
      const way = `M${x0 + side / 2},${y0}C${x0 + bend},${y0} ${x1 - bend},${y1} ${x1 - side / 2},${y1}`;
      weight.setAttribute("d", way);
      flow.setAttribute("d", way);
    }
  }

  function drawLinks() {
    const most = (numbers) => Math.max(1e-12, ...numbers.map(Math.abs)), now = ({ parameter }) => moment * count + parameter;
    const w = links.map((link) => finite(kept[now(link)])), g = links.map((link) => finite(gradients[now(link)]));
    const layers = columns.map((_, c) => most(w.filter((_, k) => links[k].c === c))), steepest = most(g);
    const still = !at("flow").checked;
    links.forEach(({ c, weight, flow }, k) => {
      weight.setAttribute("class", `weight ${w[k] < 0 ? "minus" : "plus"}`);
      const share = Math.abs(w[k]) / layers[c], pull = Math.abs(g[k]) / steepest;
      weight.style.strokeWidth = 0.4 + 4.6 * share;
      weight.style.opacity = 0.25 + 0.6 * share;
      flow.style.display = still || pull < 0.02 ? "none" : "";
      flow.style.strokeWidth = 1 + 3.5 * pull;
      flow.style.opacity = 0.25 + 0.75 * pull;
    });
  }

  // The plane ---------------------------------------------------------------------------------------------------------

  const onPlane = (a, b) => [(100 * (a - spanX[0])) / (spanX[1] - spanX[0]), 100 - (100 * (b - spanY[0])) / (spanY[1] - spanY[0])];
  const edge = svg("path", { class: "edge" }, at("over"));
  for (const [a, b, target] of data.rows) {
    const [cx, cy] = onPlane(a, b);
    svg("circle", { cx, cy, r: data.rows.length > 300 ? 1 : 1.5, fill: colourOf(target) }, at("over"));
  }

  // Where the field crosses a level, square by square.
  function crossing(values, size, level) {
    const step = 100 / size, at = (i, j) => values[j * size + i] - level, parts = [];
    const cut = (a, b, [ax, ay], [bx, by]) => { const t = a / (a - b); return [ax + t * (bx - ax), ay + t * (by - ay)]; };
    for (let j = 0; j < size - 1; j++) {
      for (let i = 0; i < size - 1; i++) {
        const corners = [[i, j], [i + 1, j], [i + 1, j + 1], [i, j + 1]], found = [];
        corners.forEach((corner, k) => {
          const other = corners[(k + 1) % 4], a = at(...corner), b = at(...other);
          if (a > 0 !== b > 0) found.push(cut(a, b, corner, other).map((n) => ((n + 0.5) * step).toFixed(2)));
        });
        for (let k = 0; k + 1 < found.length; k += 2) parts.push(`M${found[k]}L${found[k + 1]}`);
      }
    }
    return parts.join("");
  }

  function drawPlane({ made, out }, size) {
    const one = shown && made[shown.c][shown.u], whole = shown ? `What ${nameOf(shown.c, shown.u)} makes of the plane` : "What comes out";
    at("shown").textContent = whole;
    edge.setAttribute("d", "");
    if (one) paint(at("big"), size, field(one, 0, reachOf(one, 0), 0.75));
    else if (data.kind === "classes") paint(at("big"), size, regions(out));
    else {
      const reach = data.kind === "numbers" ? Math.max((sorted[sorted.length - 1] - sorted[0]) / 2, 1e-12) : data.level ? 0.5 : Math.max(1.5, Math.min(reachOf(out[0], 0), 4));
      paint(at("big"), size, field(out[0], middle, reach, 0.75));
    }
    if (one && shown.c > 0) edge.setAttribute("d", crossing(one, size, 0));
    else if (!one && data.kind === "sign") edge.setAttribute("d", crossing(out[0], size, data.level));
  }

  // The loss ----------------------------------------------------------------------------------------------------------

  const total = Math.max(data.updates[last], data.losses.length ? data.losses[data.losses.length - 1][0] + 1 : 0, 1);
  const scale = data.losses.every(([, v]) => v > 0) ? Math.log10 : (v) => v;
  at("scale").textContent = scale === Math.log10 ? "Loss, on a logarithmic scale" : "Loss";
  const heights = data.losses.map(([, v]) => scale(v)), low = Math.min(...heights), high = Math.max(...heights);
  const xOf = (update) => (300 * update) / total, yOf = (v) => 84 - (78 * (v - low)) / (high - low || 1);
  svg("path", { class: "curve", d: data.losses.map(([i], k) => `${k ? "L" : "M"}${xOf(i)},${yOf(heights[k])}`).join("") }, at("loss"));
  const now = svg("line", { class: "now", y1: 0, y2: 90 }, at("loss"));

  function lossAt(update) {
    const before = data.losses.filter(([i]) => i <= update).pop();
    return (before ?? data.losses[0])[1];
  }

  // Moments -----------------------------------------------------------------------------------------------------------

  function tell() {
    const name = (link) => `${nameOf(link.c, link.from)} → ${nameOf(link.c + 1, link.to)}`;
    at("said").textContent = hovered
      ? `${name(hovered)}: weight ${short(kept[moment * count + hovered.parameter])}, gradient ${short(gradients[moment * count + hovered.parameter])}`
      : "Lines: weights, red above 0 and blue below; dashes: how strongly a gradient pulls. Point at a line, or press a unit.";
  }

  let each = 0; // milliseconds for a point
  const points = (most, time) => Math.max(10, Math.min(most, Math.floor(Math.sqrt(time / each))));

  function draw(most, time) {
    take(moment);
    const size = points(most, time), began = performance.now(), drawn = maps(size);
    each = (performance.now() - began) / size ** 2;
    for (const { c, u, button, canvas } of units) {
      const values = drawn.made[c][u], ends = c === columns.length - 1 && data.kind !== "classes";
      paint(canvas, size, field(values, ends ? middle : 0, reachOf(values, ends ? middle : 0)));
      button.setAttribute("aria-pressed", String(shown !== null && shown.c === c && shown.u === u));
    }
    drawLinks();
    drawPlane(drawn, size);
    const update = data.updates[moment];
    at("slider").value = moment;
    const loss = data.losses.length ? `, loss ${short(lossAt(update))}` : ""; // none where nothing was learnt
    at("counter").textContent = `update ${update} of ${data.updates[last]}${loss}`;
    at("slider").setAttribute("aria-valuetext", at("counter").textContent);
    at("slider").style.setProperty("--done", last ? moment / last : 1);
    now.setAttribute("x1", xOf(update));
    now.setAttribute("x2", xOf(update));
    if (most === AT_REST) at("right").textContent = right();
    tell();
  }

  let resting = 0;
  function go(k) {
    moment = Math.max(0, Math.min(last, k));
    draw(WHILE_PLAYING, HURRY);
    clearTimeout(resting);
    resting = setTimeout(() => draw(AT_REST, PATIENCE), 120);
  }

  function choose(unit) {
    const same = shown && shown.c === unit.c && shown.u === unit.u, output = unit.c === columns.length - 1 && columns[unit.c].length === 1;
    shown = same || output ? null : unit;
    go(moment);
  }

  function play() {
    if (timer) {
      clearInterval(timer);
      timer = 0;
    } else {
      if (moment === last) go(0);
      const stride = Math.max(1, Math.round((last + 1) / (SECONDS * FRAMES)));
      timer = setInterval(() => (moment === last ? play() : go(moment + stride)), 1000 / FRAMES);
    }
    at("play").textContent = timer ? "❚❚ Pause" : "▶ Play";
  }

  function still(k) {
    if (timer) play();
    go(k);
  }

  at("slider").max = last;
  at("slider").addEventListener("input", () => still(Number(at("slider").value)));
  at("play").addEventListener("click", play);
  at("first").addEventListener("click", () => still(0));
  at("previous").addEventListener("click", () => still(moment - 1));
  at("next").addEventListener("click", () => still(moment + 1));
  at("flow").addEventListener("change", drawLinks);
  at("loss").addEventListener("click", (event) => {
    const box = at("loss").getBoundingClientRect(), update = ((event.clientX - box.left) / box.width) * total;
    still(best(data.updates.map((u) => -Math.abs(u - update))));
  });
  at("axes").textContent = `→ ${data.names[0]}   ↑ ${data.names[1]}`;
  new ResizeObserver(arrange).observe(at("net"));
  new MutationObserver(() => go(moment)).observe(document.documentElement, { attributeFilter: ["data-theme"] });
  arrange();
  go(last);
}

followTheme();
hideStill();
watchTraining(JSON.parse(document.getElementById("data").textContent));
