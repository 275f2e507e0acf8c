// What Python and the C library have and JavaScript lacks. rows.js is generated and calls these; a page is given those
// that its rows need, so each stands on its own line and names what it uses.

// IEEE 754 and Python's `math` -----------------------------------------------------------------------------------------

const math_exp2 = (x) => 2 ** x;
const math_fmod = (x, y) => x % y;

// 1 for 1 ** nan and (−1) ** ±inf, where JavaScript says nan.
const math_pow = (x, y) => (x === 1 || (x === -1 && Math.abs(y) === Infinity) ? 1 : Math.pow(x, y));

function math_copysign(x, y) {
  return y < 0 || Object.is(y, -0) ? -Math.abs(x) : Math.abs(x);
}

// x less the nearest multiple of y; of two that are as near, the even one.
function math_remainder(x, y) {
  const rest = x % y;
  const size = Math.abs(rest), half = Math.abs(y) / 2;
  const odd = Math.abs(Math.trunc(x / y)) % 2 === 1;
  return size > half || (size === half && odd) ? rest - math_copysign(Math.abs(y), rest) : rest;
}

// Halves to the even neighbour; Math.round takes them upwards.
function python_round(x) {
  const up = Math.round(x);
  return up - x === 0.5 && up % 2 !== 0 ? up - 1 : up;
}

// Like Python's, these keep their first argument where nan leaves nothing to compare.
const python_max = (a, b) => (b > a ? b : a);
const python_min = (a, b) => (b < a ? b : a);
const python_max_of = (xs) => xs.reduce(python_max);

const python_zip = (...lists) => lists[0].map((_, i) => lists.map((list) => list[i]));
const python_enumerate = (xs, start = 0) => xs.map((x, i) => [i + start, x]);
const python_range = (from, to, by = 1) => Array.from({ length: Math.max(0, Math.ceil((to - from) / by)) }, (_, i) => from + i * by);

// Whole numbers beyond 2⁵³ are exact as BigInts -------------------------------------------------------------------------

function math_factorial(n) {
  let product = 1n;
  for (let i = 2n; i <= BigInt(n); i++) product *= i;
  return product;
}

function math_perm(n, k) {
  let product = 1n;
  for (let i = 0n; i < BigInt(k); i++) product *= BigInt(n) - i;
  return product;
}

function math_comb(n, k) {
  let product = 1;
  for (let i = 1; i <= k; i++) product = (product * (n - k + i)) / i;
  return Math.round(product);
}

// a / xᵐ for a BigInt a and x > 0, rounded once: both may be beyond all floats where their quotient is not.
function _over_power(a, x, m) {
  let denominator = 1n;
  while (x !== Math.floor(x)) {
    x *= 2;
    denominator *= 2n;
  }
  let top = a * denominator ** BigInt(m), bottom = BigInt(x) ** BigInt(m);
  const shift = bottom.toString(2).length - top.toString(2).length + 66;
  if (shift > 0) top <<= BigInt(shift);
  else bottom <<= BigInt(-shift);
  let quotient = top / bottom; // 66 or 67 bits
  if (top % bottom !== 0n) quotient |= 1n; // and one for all that follow, so that Number() rounds as if it saw them
  return _scaled(quotient, shift);
}

// whole · 2⁻ᵏ; the steps of 900 keep what is between inside the range of floats.
function _scaled(whole, k) {
  for (; k < -900; k += 900) whole <<= 900n;
  let result = Number(whole);
  for (; k > 900; k -= 900) result *= 2 ** -900;
  return result * 2 ** -k;
}

// Sums that are rounded once --------------------------------------------------------------------------------------------

// Numbers that do not overlap and have the same sum, smallest first (Shewchuk 1997).
function _partials(xs) {
  const partials = [];
  for (let x of xs) {
    let kept = 0;
    for (let y of partials) {
      if (Math.abs(x) < Math.abs(y)) [x, y] = [y, x];
      const high = x + y, low = y - (high - x);
      if (low !== 0) partials[kept++] = low;
      x = high;
    }
    partials.length = kept;
    if (x !== 0) partials.push(x);
  }
  return partials;
}

// The sum of partials, rounded once: the last step sees to it that a half goes the way of what lies below it.
function _rounded_once(partials) {
  if (partials.length === 0) return 0;
  let n = partials.length, high = partials[--n], low = 0;
  while (n > 0 && low === 0) {
    const x = high, y = partials[--n];
    high = x + y;
    low = y - (high - x);
  }
  const below = n > 0 ? partials[n - 1] : 0;
  if ((low < 0 && below < 0) || (low > 0 && below > 0)) {
    const twice = high + low * 2;
    if (low * 2 === twice - high) high = twice;
  }
  return high;
}

// math.fsum, with inf on overflow and nan for inf − inf, as numerics/floats.py has it.
function exact_sum(xs) {
  if (!xs.every(Number.isFinite)) return xs.filter((x) => !Number.isFinite(x)).reduce((sum, x) => sum + x);
  const sum = _rounded_once(_partials(xs));
  return Number.isFinite(sum) ? sum : exact_sum(xs.map((x) => x * 2 ** -64)) * 2 ** 64;
}

const math_fsum = exact_sum;

// The error function (Sun's fdlibm, s_erf.c, 1993: its coefficients and its four ranges) -----------------------------------

const _polynomial = (x, coefficients) => coefficients.reduceRight((sum, c) => sum * x + c, 0);
const _ratio = (x, [top, bottom]) => _polynomial(x, top) / _polynomial(x, bottom);

const _ERF_AT_1 = 8.45062911510467529297e-01;
const _ERF_SMALL = [
  [1.28379167095512558561e-01, -3.25042107247001499370e-01, -2.84817495755985104766e-02, -5.77027029648944159157e-03,
    -2.37630166566501626084e-05],
  [1, 3.97917223959155352819e-01, 6.50222499887672944485e-02, 5.08130628187576562776e-03, 1.32494738004321644526e-04,
    -3.96022827877536812320e-06],
];
const _ERF_NEAR_1 = [
  [-2.36211856075265944077e-03, 4.14856118683748331666e-01, -3.72207876035701323847e-01, 3.18346619901161753674e-01,
    -1.10894694282396677476e-01, 3.54783043256182359371e-02, -2.16637559486879084300e-03],
  [1, 1.06420880400844228286e-01, 5.40397917702171048937e-01, 7.18286544141962662868e-02, 1.26171219808761642112e-01,
    1.36370839120290507362e-02, 1.19844998467991074170e-02],
];
const _ERFC_MIDDLE = [
  [-9.86494403484714822705e-03, -6.93858572707181764372e-01, -1.05586262253232909814e+01, -6.23753324503260060396e+01,
    -1.62396669462573470355e+02, -1.84605092906711035994e+02, -8.12874355063065934246e+01, -9.81432934416914548592e+00],
  [1, 1.96512716674392571292e+01, 1.37657754143519042600e+02, 4.34565877475229228821e+02, 6.45387271733267880336e+02,
    4.29008140027567833386e+02, 1.08635005541779435134e+02, 6.57024977031928170135e+00, -6.04244152148580987438e-02],
];
const _ERFC_TAIL = [
  [-9.86494292470009928597e-03, -7.99283237680523006574e-01, -1.77579549177547519889e+01, -1.60636384855821916062e+02,
    -6.37566443368389627722e+02, -1.02509513161107724954e+03, -4.83519191608651397019e+02],
  [1, 3.03380607434824582924e+01, 3.25792512996573918826e+02, 1.53672958608443695994e+03, 3.19985821950859553908e+03,
    2.55305040643316442583e+03, 4.74528541206955367215e+02, -2.24409524465858183362e+01],
];

// erfc(z) for z ≥ 1.25, as e^(−z²−0.5625+…) / z, with z² split at a head whose square is exact.
function _erfc_beyond(z) {
  const nearest = Math.fround(z), below = nearest > z ? nearest * (1 - 2 ** -23) : nearest;
  const head = Math.trunc(below * 2 ** 20) / 2 ** 20;
  const correction = _ratio(1 / (z * z), z < 1 / 0.35 ? _ERFC_MIDDLE : _ERFC_TAIL);
  return (Math.exp(-head * head - 0.5625) * Math.exp((head - z) * (head + z) + correction)) / z;
}

function math_erf(x) {
  if (x !== x) return x;
  const z = Math.abs(x), sign = x < 0 ? -1 : 1;
  if (z < 2 ** -28) return x + 1.28379167095512586316e-01 * x;
  if (z < 0.84375) return x + x * _ratio(x * x, _ERF_SMALL);
  if (z < 1.25) return sign * (_ERF_AT_1 + _ratio(z - 1, _ERF_NEAR_1));
  return z >= 6 ? sign : sign * (1 - _erfc_beyond(z));
}

function math_erfc(x) {
  if (x !== x) return x;
  const z = Math.abs(x);
  if (z < 2 ** -56) return 1 - x;
  if (z < 0.84375) {
    const correction = x * _ratio(x * x, _ERF_SMALL);
    return x < 0.25 ? 1 - (x + correction) : 0.5 - (x - 0.5 + correction);
  }
  if (z < 1.25) {
    const correction = _ratio(z - 1, _ERF_NEAR_1);
    return x >= 0 ? 1 - _ERF_AT_1 - correction : 1 + (_ERF_AT_1 + correction);
  }
  if (x < 0) return x < -6 ? 2 : 2 - _erfc_beyond(z);
  return z >= 28 ? 0 : _erfc_beyond(z);
}

// ln |Γ| as CPython computes it (Modules/mathmodule.c: Lanczos' series with N = 13, g = 6.0246…) -----------------------------

const _LANCZOS = [
  [23531376880.41076, 42919803642.64910, 35711959237.35567, 17921034426.03721, 6039542586.352028, 1439720407.3117216,
    248874557.8620541565, 31426415.58540019438, 2876370.628935372441, 186056.2653952234950, 8071.672002365816210,
    210.8242777515793458725, 2.506628274631000270164908177],
  [0, 39916800, 120543840, 150917976, 105258076, 45995730, 13339535, 2637558, 357423, 32670, 1925, 66, 1],
];
const _LANCZOS_G = 6.024680040776729583740234375;

// The series at z; from 5 on in powers of 1/z, so that nothing overflows.
function _lanczos(z) {
  if (z < 5) return _ratio(z, _LANCZOS);
  const [top, bottom] = _LANCZOS.map((coefficients) => coefficients.reduce((sum, c) => sum / z + c, 0));
  return top / bottom;
}

// |sin πz| without the rounding of πz, which is large beside a whole z.
function _sine_of_pi(z) {
  const y = z % 2;
  return Math.abs([
    () => Math.sin(Math.PI * y), () => Math.cos(Math.PI * (y - 0.5)), () => Math.sin(Math.PI * (1 - y)),
    () => Math.cos(Math.PI * (y - 1.5)), () => Math.sin(Math.PI * (y - 2)),
  ][Math.round(2 * y)]());
}

function math_lgamma(x) {
  if (!Number.isFinite(x)) return x !== x ? x : Infinity;
  if (x === Math.floor(x) && x <= 2) return x <= 0 ? Infinity : 0;
  const z = Math.abs(x);
  if (z < 1e-20) return -Math.log(z);
  const result = Math.log(_lanczos(z)) - _LANCZOS_G + (z - 0.5) * (Math.log(z + _LANCZOS_G - 0.5) - 1);
  return x > 0 ? result : Math.log(Math.PI) - Math.log(_sine_of_pi(z)) - Math.log(z) - result;
}

// x rounded to so many decimals, half to even, as Python rounds it: by the exact decimal digits of the float.
function round_to(x, digits) {
  if (!Number.isFinite(x) || !Number.isFinite(digits)) return digits === digits ? x : NaN;
  const places = Math.trunc(digits);
  if (places > 100 || (places >= 0 && Math.abs(x) >= 1e21)) return x;
  return math_copysign(places < 0 ? rounded_to_tens(Math.abs(x), -places) : rounded_to_decimals(Math.abs(x), places), x);
}
function rounded_to_decimals(x, places) {
  const rounded = x.toFixed(places);
  const rest = x.toFixed(100).slice(x.toFixed(100).indexOf(".") + 1 + places);
  const is_tie = /^50*$/.test(rest);
  const is_odd = Number(rounded.at(-1)) % 2 === 1;
  return is_tie && is_odd ? Number(rounded) - 10 ** -places : Number(rounded); // toFixed takes the larger of two
}
function rounded_to_tens(x, zeros) {
  if (zeros > 308) return 0;
  const unit = 10n ** BigInt(zeros), whole = BigInt(Math.trunc(x));
  const twice = 2n * (whole % unit), is_more = twice > unit || (twice === unit && x > Math.trunc(x));
  const tens = whole / unit;
  return Number((tens + (is_more || (twice === unit && tens % 2n === 1n) ? 1n : 0n)) * unit);
}
