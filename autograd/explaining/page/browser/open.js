// A card that stands for many values opens in its place: over the picture lies a list of them, with their numbers, each
// leaf of which can be moved. It closes by its button, by Escape, and by a click on its card.

function makeOpening(svg, picture, engine, { titles, spec, play, type, see }) {
  const { x, grad } = engine, open = new Map();
  const movable = new Set(engine.movable), LINE = 17, MOST_LINES = 40;

  function words(x, y, text) {
    const made = shape("text", { x, y });
    made.textContent = text;
    return made;
  }

  const line = (place, wide) => {
    const [data, slope] = [fitted(x[place], 9, spec), `∂ ${fitted(grad[place], 9, spec)}`];
    const title = titles[place].length > wide ? `${titles[place].slice(0, wide - 1)}…` : titles[place];
    return title.padEnd(wide + 1) + data.padStart(9) + slope.padStart(12);
  };

  function openCard(card) {
    const places = card.places.slice(0, MOST_LINES), wide = Math.min(24, Math.max(...places.map((i) => titles[i].length)));
    const width = (wide + 23) * CHARACTER + 16, height = places.length * LINE + 30 + (card.places.length > MOST_LINES ? LINE : 0);
    const left = (card.box.left + card.box.right - width) / 2, top = card.box.top + 18;
    const group = shape("g", { class: "opened", role: "group", "aria-label": `The values of ${card.title}` });
    group.append(shape("rect", { class: "sheet", x: left, y: top, width, height, rx: 6 }));
    const texts = places.map((place, k) => lineOf(group, place, left, top + 20 + k * LINE, width));
    if (card.places.length > MOST_LINES) group.append(words(left + width / 2, top + height - 12, `and ${card.places.length - MOST_LINES} more`));
    const close = shape("g", { class: "close", tabindex: 0, role: "button", "aria-label": "Close" });
    close.append(shape("circle", { cx: left + width - 2, cy: top + 2, r: 9 }), words(left + width - 2, top + 6, "×"));
    on(close, "click", () => closeCard(card));
    group.append(close);
    on(group, "keydown", (event) => {
      if (event.key === "Escape" || (event.target === close && event.key === "Enter")) closeCard(card);
    });
    svg.querySelector("g").append(group);
    open.set(card, { group, places, texts, wide });
    card.group.setAttribute("aria-expanded", "true");
    paint();
    see([{ left, top: top - 9, right: left + width + 9, bottom: top + height }]);
  }

  function lineOf(group, place, left, y, width) {
    const row = shape("g", movable.has(place) ? { class: "knob", "data-leaf": place } : {});
    const text = shape("text", { class: "opened-line", x: left + 8, y, "text-anchor": "start", "xml:space": "preserve" });
    row.append(shape("rect", { class: "hit", x: left + 3, y: y - 12, width: width - 6, height: LINE - 1, rx: 3 }), text);
    if (movable.has(place)) on(row, "dblclick", () => { if (play.on()) type(place, row); });
    group.append(row);
    return text;
  }

  function closeCard(card) {
    open.get(card)?.group.remove();
    open.delete(card);
    card.group.removeAttribute("aria-expanded");
  }

  function toggle(card) {
    if (open.has(card)) closeCard(card);
    else openCard(card);
  }

  function paint() {
    for (const { places, texts, wide } of open.values()) places.forEach((place, k) => write(textOf(texts[k]), line(place, wide)));
  }

  return { toggle, paint, can: (card) => card.places.length > 1, closeAll: () => [...open.keys()].forEach(closeCard) };
}
