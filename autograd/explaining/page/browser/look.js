// Look: what depends on what. Hover or focus a card: its relatives stay lit, the rest fades, and beside the picture
// stands ∂y/∂it as the sum over paths. Find by name; walk from card to card with the arrow keys.

const MOST_PATHS = 100, MOST_LIT = 6000, PATH_CUT = 9;

function makeLook({ graph, engine, picture, camera, names, titles, lines, spec }) {
  const { svg, cards, arrows, cardWith } = picture, { x, grad } = engine;
  const fixedPart = [...svg.querySelectorAll("g.card.constant, g.arrow[id^=k]")].map((group) => [Number(/^[ck](\d+)/.exec(group.id)?.[1]), group]);
  let lit = [], here = null, active = false;

  // Lighting up ---------------------------------------------------------------------------------------------------------
  function light(card) {
    dim();
    if (!card) return;
    const { values, edges } = relatives(engine, card.places);
    for (const place of values) if (cardWith.has(place)) lit.push(cardWith.get(place).group);
    for (const { id, edges: own, groups } of arrows.values()) {
      if (!own.some((edge) => edges.has(edge))) continue;
      lit.push(...groups);
      const chip = cards.get(`r${id.slice(1)}`); // where a leaf shows its name again
      if (chip) lit.push(chip.group);
    }
    for (const [head, group] of fixedPart) if (values.has(head)) lit.push(group);
    if (lit.length > MOST_LIT) return;
    for (const group of lit) group.classList.add("lit");
    svg.classList.add("dimmed");
  }

  function dim() {
    svg.classList.remove("dimmed");
    for (const group of lit) group.classList.remove("lit");
    lit = [];
  }

  // The sum over paths ----------------------------------------------------------------------------------------------------
  const shortened = (items) => (items.length <= PATH_CUT ? items : [...items.slice(0, 4), "…", ...items.slice(-4)]);

  function pathItem({ nodes, factors, product }) {
    const item = document.createElement("li"), way = document.createElement("p"), sum = document.createElement("p");
    way.textContent = shortened(nodes.map((place) => names[place])).join(" → ");
    const product_ = shortened(factors.map((v, k) => (k ? bracketed(v, spec) : digits(v, spec)))).join(" × ");
    sum.textContent = factors.length ? `${product_} = ${digits(product, spec)}` : "1";
    item.append(way, sum);
    return item;
  }

  function tell() {
    if (!here) return;
    const place = here.places.at(-1), output = engine.outputs.length === 1 ? names[engine.outputs[0]] : "Σ";
    const { count, paths } = pathsTo(engine, place, MOST_PATHS);
    say("about", titles[place]);
    const line = lines[place] ? `, made at ${lines[place]}` : "";
    say("aboutdata", `${digits(x[place], ".10g")}${line}`);
    const many = count > paths.length ? `, the ${paths.length} strongest of ${count.toLocaleString("en")} paths` : count === 1 ? ", along one path" : `, the sum over ${count} paths`;
    say("derivative", `∂${output}/∂${names[place]} = ${digits(grad[place], spec)}${count ? many : ": no path leads to it"}`);
    byId("paths").replaceChildren(...paths.map(pathItem));
    byId("paths").hidden = count === 0 || (count === 1 && paths[0].nodes.length === 1);
  }

  function select(card) {
    here?.group.classList.remove("here");
    here = card;
    here?.group.classList.add("here");
    document.querySelector("main").classList.toggle("selected", Boolean(here));
    rove(card);
    tell();
  }

  const see = () => camera.see(here ? [here.box] : []);

  // From card to card by keyboard: one of them is in the tab order, arrow keys go to the nearest in their direction. ----------
  const middleOf = ({ box }) => [(box.left + box.right) / 2, (box.top + box.bottom) / 2];
  const way = { ArrowRight: [1, 0], ArrowLeft: [-1, 0], ArrowDown: [0, 1], ArrowUp: [0, -1] };
  const walkable = [...cards.values()].filter((card) => card.places.length);
  let stop = null;

  function rove(card) {
    if (!active || !card) return;
    stop?.group.setAttribute("tabindex", -1);
    stop = card;
    stop.group.setAttribute("tabindex", 0);
  }

  function neighbour(card, [dx, dy]) {
    const [x0, y0] = middleOf(card);
    let best = null, least = Infinity;
    for (const other of walkable) {
      const [x1, y1] = middleOf(other), along = (x1 - x0) * dx + (y1 - y0) * dy, across = Math.abs((x1 - x0) * dy) + Math.abs((y1 - y0) * dx);
      if (along > 1 && along + 2 * across < least) [best, least] = [other, along + 2 * across];
    }
    return best;
  }

  function go(card) {
    rove(card);
    card.group.focus({ preventScroll: true });
    camera.see([card.box]);
  }

  on(graph, "keydown", (event) => {
    const card = cards.get(event.target.closest?.("g.card")?.id);
    if (!active || !card || event.ctrlKey || event.altKey || event.metaKey) return;
    const next = way[event.key] && neighbour(card, way[event.key]);
    if (next) go(next);
    if (event.key === "Enter" || event.key === " ") select(card);
    if (way[event.key] || event.key === "Enter" || event.key === " ") event.preventDefault();
  });
  // On the region: an SVG element that listens for focus can be focused itself.
  on(graph, "focusin", (event) => {
    const card = cards.get(event.target.closest("g.card")?.id);
    if (!active || !card) return;
    light(card);
    select(card);
  });
  on(graph, "focusout", dim);

  // Find ------------------------------------------------------------------------------------------------------------------
  let found = [], at = 0;
  function search() {
    const wanted = byId("find").value.trim().toLowerCase();
    const matches = wanted ? names.flatMap((name, place) => (name.toLowerCase().includes(wanted) && cardWith.has(place) ? [cardWith.get(place)] : [])) : [];
    found = [...new Set(matches)];
    at = 0;
    showFound();
  }

  function showFound() {
    say("foundcount", byId("find").value.trim() ? (found.length ? `${at + 1} of ${found.length}` : "none") : "");
    if (!found.length) return dim();
    camera.see([found[at].box]);
    light(found[at]);
    select(found[at]);
  }

  on(byId("find"), "input", search);
  on(byId("find"), "keydown", (event) => {
    event.stopPropagation();
    if (event.key === "Enter" && found.length) {
      at = (at + (event.shiftKey ? found.length - 1 : 1)) % found.length;
      showFound();
    }
    if (event.key === "Escape") {
      byId("find").value = "";
      search();
      byId("graph").focus();
    }
  });

  function enter() {
    active = true;
    for (const card of walkable) {
      attributes(card.group, { tabindex: -1, role: "button" });
    }
    rove(here ?? cardWith.get(engine.outputs[0]) ?? walkable[0]);
    tell();
  }

  function leave() {
    active = false;
    dim();
    here?.group.classList.remove("here");
    for (const { group } of walkable) for (const name of ["tabindex", "role"]) group.removeAttribute(name);
  }

  return { light, dim, select, see, tell, enter, leave, on: () => active };
}
