// What part of the picture is seen, and how large: the SVG's view box, which has the shape of its window, so that a
// point of the screen is a point of the picture. Knows neither numbers nor cards.

const SMALLEST_TEXT = 9, TEXT = 10, LARGEST = 1.6, EDGE = 12; // TEXT: on arrows, and below it all

function makeCamera(svg, whole, moved) {
  let view = { x: 0, y: 0, w: whole.width, h: whole.height };
  const still = matchMedia("(prefers-reduced-motion: reduce)");
  let flight = 0, fitted = () => {}; // what has chosen the view; null: somebody has zoomed or panned since then

  const scale = () => svg.clientWidth / view.w;

  function show() {
    svg.setAttribute("viewBox", `${view.x} ${view.y} ${view.w} ${view.h}`);
    moved(view, scale());
  }

  function look(x, y, w) {
    if (!svg.clientWidth) return;
    view = { x, y, w, h: (w * svg.clientHeight) / svg.clientWidth };
    show();
  }

  // Everything, in the middle; never more than LARGEST times its size.
  function fit() {
    cancelAnimationFrame(flight);
    fitted = fit;
    const shape = svg.clientWidth / svg.clientHeight;
    const w = Math.max(whole.width, whole.height * shape, svg.clientWidth / LARGEST);
    look((whole.width - w) / 2, (whole.height - w / shape) / 2, w);
  }

  // Everything if its text can then be read; else as much as can be read, `point` in the upper part of it: what comes
  // next stands beside and below.
  function fitReadable(point) {
    fit();
    fitted = () => fitReadable(point);
    if (scale() * TEXT >= SMALLEST_TEXT) return;
    const w = (svg.clientWidth * TEXT) / SMALLEST_TEXT, h = (w * svg.clientHeight) / svg.clientWidth;
    look(kept(point.x - w / 2, w, whole.width), kept(point.y - h / 4, h, whole.height), w);
  }

  // `low`, so that a view of `size` shows no more than an edge beside a picture of `all`.
  function kept(low, size, all) {
    if (size >= all) return (all - size) / 2;
    return Math.min(Math.max(low, -EDGE), all - size + EDGE);
  }

  function take() {
    cancelAnimationFrame(flight);
    fitted = null;
  }

  // `px`, `py`: the point that stays where it is, as shares of the window.
  function zoom(factor, px = 0.5, py = 0.5) {
    take();
    const w = Math.min(Math.max(view.w / factor, 60), 40 * Math.max(whole.width, whole.height));
    const by = w / view.w;
    look(view.x + view.w * (1 - by) * px, view.y + view.h * (1 - by) * py, w);
  }

  function pan(dx, dy) {
    take();
    look(view.x - dx / scale(), view.y - dy / scale(), view.w);
  }

  function moveTo(x, y) {
    take();
    look(x, y, view.w);
  }

  // Where an event is, as shares of the window.
  function place(event) {
    const box = svg.getBoundingClientRect();
    return [(event.clientX - box.left) / box.width, (event.clientY - box.top) / box.height];
  }

  // Pans so that the boxes are seen; where they do not fit, the last of them is what must be seen.
  function see(boxes) {
    if (!boxes.length) return;
    const target = boxes.at(-1);
    const x = shifted(boxes, target, "left", "right", view.x, view.w);
    const y = shifted(boxes, target, "top", "bottom", view.y, view.h);
    if (x !== view.x || y !== view.y) fly(x, y);
  }

  function shifted(boxes, target, low, high, at, size) {
    const from = Math.min(...boxes.map((box) => box[low])) - EDGE, to = Math.max(...boxes.map((box) => box[high])) + EDGE;
    if (from >= at && to <= at + size) return at;
    const middle = (from + to - size) / 2;
    return Math.min(Math.max(middle, target[high] + EDGE - size), target[low] - EDGE);
  }

  function fly(x, y) {
    take();
    const from = { ...view }, begin = performance.now();
    const step = (now) => {
      const share = still.matches ? 1 : Math.min(1, (now - begin) / 250), eased = share * (2 - share);
      look(from.x + (x - from.x) * eased, from.y + (y - from.y) * eased, view.w);
      if (share < 1) flight = requestAnimationFrame(step);
    };
    if (still.matches) step(begin);
    else flight = requestAnimationFrame(step);
  }

  const again = (refit) => { if (fitted) refit(); };

  // A window that changes its size shows everything anew, or keeps what is in its middle at the same scale.
  let size = { w: 0, h: 0 };
  function resized(refit) {
    const before = size;
    size = { w: svg.clientWidth, h: svg.clientHeight };
    if (!size.w || !size.h || (before.w === size.w && before.h === size.h)) return;
    if (!before.w) refit();
    else if (fitted) fitted();
    else look(view.x + (view.w * (1 - size.w / before.w)) / 2, view.y + (before.h - size.h) / 2 / (before.w / view.w), (view.w * size.w) / before.w);
  }

  svg.removeAttribute("width");
  svg.removeAttribute("height");
  return { fit, fitReadable, zoom, pan, moveTo, place, see, again, resized, view: () => view, whole };
}

// A small map of the whole picture, wherever only a part of it is seen: drag its frame.
function makeMinimap(element, camera, boxes) {
  const { width, height } = camera.whole, most = 150;
  const scale = Math.min(most / width, most / 1.5 / height);
  const spots = boxes.map(({ left, top, right, bottom }) => `M${left} ${top}H${right}V${bottom}H${left}Z`).join("");
  attributes(element, { viewBox: `0 0 ${width} ${height}`, width: width * scale, height: height * scale });
  element.innerHTML = `<path class="spots" d="${spots}"/><rect class="seen" vector-effect="non-scaling-stroke"/>`;
  const seen = element.querySelector(".seen");

  function show(view) {
    const hides = view.x > 1 || view.y > 1 || view.x + view.w < width - 1 || view.y + view.h < height - 1;
    element.toggleAttribute("hidden", !hides);
    attributes(seen, { x: view.x, y: view.y, width: view.w, height: view.h });
  }

  function go(event) {
    const box = element.getBoundingClientRect(), view = camera.view();
    camera.moveTo(((event.clientX - box.left) / box.width) * width - view.w / 2, ((event.clientY - box.top) / box.height) * height - view.h / 2);
  }

  on(element, "pointerdown", (event) => {
    event.stopPropagation();
    element.setPointerCapture(event.pointerId);
    go(event);
  });
  on(element, "pointermove", (event) => { if (event.buttons) go(event); });
  return { show };
}
