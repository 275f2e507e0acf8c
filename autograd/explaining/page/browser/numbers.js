// How numbers are written: as Python's format() writes them, with a real minus sign. This file knows no page.

// toExponential and toFixed round halves away from zero; Python rounds the exact value, halves to even. A hundred
// decimals tell a half from what is nearly one, but take their time.
function halfToEven(rounded, all, p) {
  const point = all.indexOf("."), shown = p === 0 ? point : point + 1 + p;
  const cut = all.slice(0, shown), rest = all.slice(shown).replace(".", "");
  return /^50*$/.test(rest) && /[02468]$/.test(cut) ? cut : rounded;
}

function exponential(v, p) {
  const [shortest] = v.toExponential().split("e"); // exact, if it has few digits: a half has one more, a five
  if (p < 13 && (shortest.length !== p + 3 || shortest.at(-1) !== "5")) return v.toExponential(p).split("e");
  const [rounded, exponent] = v.toExponential(p).split("e"), [all, exact] = v.toExponential(100).split("e");
  const mantissa = halfToEven(rounded, all, p);
  return [mantissa, mantissa === rounded ? exponent : exact];
}

const fixed = (v, p) => halfToEven(v.toFixed(p), v.toFixed(100), p);

const withoutZeros = (text) => (text.includes(".") ? text.replace(/\.?0+$/, "") : text);

function general(v, p) {
  const [mantissa, exponent] = exponential(v, p - 1), e = Number(exponent);
  if (e < -4 || e >= p) return `${withoutZeros(mantissa)}e${e < 0 ? "-" : "+"}${String(Math.abs(e)).padStart(2, "0")}`;
  return withoutZeros(Number(`${mantissa}e${exponent}`).toFixed(Math.max(0, p - 1 - e)));
}

function scientific(v, p) {
  const [mantissa, exponent] = exponential(v, p);
  return `${mantissa}e${exponent[0]}${exponent.slice(1).padStart(2, "0")}`;
}

// v in a format such as ".4g", ".2f" or ".3e"; others are written as ".4g".
function digits(v, spec = ".4g") {
  if (!Number.isFinite(v)) return v !== v ? "nan" : v > 0 ? "inf" : "−inf";
  const [, precision, kind] = /^\.(\d+)([gfe])$/.exec(spec) ?? ["", "4", "g"], p = Number(precision);
  const size = Math.abs(v), negative = v < 0 || Object.is(v, -0);
  const text = kind === "f" && size < 1e21 ? fixed(size, p) : kind === "e" ? scientific(size, p) : general(size, Math.max(1, p));
  return (negative ? "−" : "") + text.replace("-", "−");
}

// v in at most `room` characters where that is possible: fewer digits, and e6 for e+06.
function fitted(v, room, spec = ".4g") {
  let text = digits(v, spec);
  for (let p = 4; p >= 1 && text.length > room; p--) {
    text = digits(v, `.${p}g`).replace(/e\+0?/, "e").replace("e−0", "e−");
  }
  return text;
}

// A number inside a product or a sum: negative ones in brackets.
const bracketed = (v, spec) => (digits(v, spec)[0] === "−" ? `(${digits(v, spec)})` : digits(v, spec));

// v as Python reads it back exactly.
function pythonNumber(v) {
  if (!Number.isFinite(v)) return v !== v ? 'float("nan")' : v > 0 ? 'float("inf")' : '-float("inf")';
  const text = Object.is(v, -0) ? "-0.0" : String(v);
  return /[.e]/.test(text) ? text : `${text}.0`;
}
