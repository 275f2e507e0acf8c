// Two small plots: the path of the output while descending, and the curve of an operation with its tangent.

const svgMarkup = (element, text) => { element.innerHTML = text; }; // of numbers only, never of names

// y against its step; logarithmic when it falls a long way.
function drawPath(element, path) {
  const finite = path.filter(Number.isFinite), low = Math.min(...finite), high = Math.max(...finite);
  const bent = low > 0 && high / low > 50 ? Math.log : (v) => v, a = bent(low), b = bent(high);
  const points = path.map((v, k) => [4 + (k * 252) / (path.length - 1), Number.isFinite(v) ? 64 - ((bent(v) - a) / (b - a || 1)) * 56 : 8]);
  const [x, y] = points.at(-1);
  svgMarkup(element, `<polyline points="${points.map((p) => p.map((v) => v.toFixed(1)).join()).join(" ")}"/><circle r="3" cx="${x}" cy="${y.toFixed(1)}"/>`);
}

// The window is from the 2nd to the 98th percentile, so that a pole does not flatten the rest.
function drawCurve(element, { xs, ys, at, y, half, slope }) {
  const sorted = ys.filter(Number.isFinite).sort((u, v) => u - v), part = (share) => sorted[Math.floor((sorted.length - 1) * share)];
  const low = Math.min(part(0.02) ?? y, y - 0.2), high = Math.max(part(0.98) ?? y, y + 0.2), room = (high - low) * 0.08;
  const X = (v) => (130 + ((v - at) / half) * 126).toFixed(1);
  const Y = (v) => Math.max(-400, Math.min(600, 136 - ((v - low + room) / (high - low + 2 * room)) * 132)).toFixed(1);
  let line = "", pen = "M";
  xs.forEach((v, k) => {
    if (Number.isFinite(ys[k])) line += `${pen}${X(v)} ${Y(ys[k])}`;
    pen = Number.isFinite(ys[k]) ? "L" : "M";
  });
  const axes = (low < 0 && high > 0 ? `M4 ${Y(0)}H256` : "") + (Math.abs(at) < half ? `M${X(0)} 4V136` : "");
  const tangent = `M${X(at - half)} ${Y(y - slope * half)}L${X(at + half)} ${Y(y + slope * half)}`;
  svgMarkup(element, `<path class="axis" d="${axes}"/><path class="curve" d="${line}"/>`
    + (Number.isFinite(slope) && Number.isFinite(y) ? `<path class="tangent" d="${tangent}"/><circle r="4" cx="${X(at)}" cy="${Y(y)}"/>` : ""));
}
