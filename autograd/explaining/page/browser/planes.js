// The maps of the plane in the cards of neurons: what each puts out while the two inputs run over a square, in shares of
// its largest value. They follow the parameters; the point on them follows the inputs.
//
// shown = { inputs: the places of both, reach: half the square's side, cards: { id: place of what its map shows } }

const CELLS = 20, SHADES = 5, MAP_SIDE = 60, PLUS = "#e08a1e", MINUS = "#1b8a8f"; // as in drawing/cards.py
const QUICK = 200; // operations that are asked all over the plane within a frame; of more, now and then

function makePlanes(picture, engine, { inputs, reach, cards }) {
  const moving = new Set(inputs), trial = new Float64Array(engine.x.length);
  const later = engine.program.filter((p) => p.parents.some((parent) => moving.has(parent)) && moving.add(p.place));
  const maps = Object.entries(cards).map(([id, place]) => mapIn(picture.cards.get(id).group, place));
  let waiting = 0;

  function mapIn(group, place) {
    const edge = group.querySelector(".map-edge"), point = group.querySelector(".map-point"), shades = [];
    for (let shade = -SHADES; shade <= SHADES; shade++) {
      const path = shape("path", { class: "map", fill: shade > 0 ? PLUS : MINUS, "fill-opacity": Math.abs(shade) / SHADES });
      edge.before(path);
      shades.push(path);
    }
    const [left, top] = [Number(edge.getAttribute("x")), Number(edge.getAttribute("y"))];
    return { place, shades, point, left, top, numbers: new Float64Array(CELLS * CELLS) };
  }

  // The uppermost row first; everything that does not depend on the inputs is as in `v`.
  function compute(v) {
    trial.set(engine.x);
    trial.set(v);
    for (let n = 0; n < CELLS * CELLS; n++) {
      trial[inputs[0]] = reach * ((2 * (n % CELLS) + 1) / CELLS - 1);
      trial[inputs[1]] = reach * (1 - (2 * Math.floor(n / CELLS) + 1) / CELLS);
      for (const p of later) trial[p.place] = engine.apply(p, trial);
      for (const { numbers, place } of maps) numbers[n] = trial[place];
    }
  }

  // Neighbours of one shade are one rectangle.
  function draw({ shades, left, top, numbers }) {
    const side = MAP_SIDE / CELLS, paths = shades.map(() => "");
    const largest = numbers.reduce((most, v) => (Math.abs(v) < Infinity ? Math.max(most, Math.abs(v)) : most), 0) || 1;
    const shadeOf = (v) => SHADES + (Number.isFinite(v) ? Math.round((SHADES * v) / largest) : 0);
    for (let n = 0, end; n < numbers.length; n = end) {
      const shade = shadeOf(numbers[n]), row = Math.floor(n / CELLS);
      for (end = n + 1; end < (row + 1) * CELLS && shadeOf(numbers[end]) === shade; end++);
      if (shade !== SHADES) paths[shade] += `M${left + side * (n % CELLS)} ${top + side * row}h${side * (end - n)}v${side}h${side * (n - end)}Z`;
    }
    paths.forEach((d, k) => shades[k].setAttribute("d", d));
  }

  // The corner of the point, which stays on the map.
  const corner = (start, share) => start + MAP_SIDE * Math.min(1, Math.max(0, (share + 1) / 2)) - 2.5;

  function paint(v) {
    compute(v);
    const [across, up] = inputs.map((i) => v[i] / reach || 0);
    for (const map of maps) {
      draw(map);
      attributes(map.point, { x: corner(map.left, across), y: corner(map.top, -up) });
    }
  }

  function moved() {
    if (later.length <= QUICK) paint(engine.x);
    else waiting ||= setTimeout(() => {
      waiting = 0;
      paint(engine.x);
    }, 150);
  }

  function leave() {
    clearTimeout(waiting);
    waiting = 0;
    paint(engine.session);
  }

  return { moved, leave };
}
