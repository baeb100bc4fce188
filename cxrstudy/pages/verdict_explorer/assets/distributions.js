/*
 * Distributions: Student's t and the beta distribution, to about fourteen digits.
 *
 * Both come from the regularised incomplete beta function, by its continued fraction (modified
 * Lentz; Press et al. 2007, section 6.4). Quantiles are found by bisection.
 */

/** Beyond so many degrees of freedom the continued fraction loses digits; see normalOf. */
const MANY = 1e4;
/** Beyond so many, t is normal. */
const NORMAL_FROM = 1e15;
const TINY = 1e-300;

/** Lanczos approximation, g = 7, n = 9. */
const LANCZOS = [
  0.99999999999980993, 676.5203681218851, -1259.1392167224028, 771.32342877765313,
  -176.61502916214059, 12.507343278686905, -0.13857109526572012, 9.9843695780195716e-6, 1.5056327351493116e-7,
];

/**
 * Logarithm of the gamma function, for positive values.
 * @param {number} x
 * @returns {number}
 */
export function logGamma(x) {
  if (x < 0.5) return Math.log(Math.PI / Math.sin(Math.PI * x)) - logGamma(1 - x);
  const y = x - 1;
  const sum = LANCZOS.slice(1).reduce((all, part, place) => all + part / (y + place + 1), LANCZOS[0]);
  const t = y + 7.5;
  return 0.5 * Math.log(2 * Math.PI) + (y + 0.5) * Math.log(t) - t + Math.log(sum);
}

/**
 * Logarithm of gamma(a + 1/2) / gamma(a). Of large values a series, because the difference of two
 * large logarithms would lose digits.
 * @param {number} a
 */
function logHalfStep(a) {
  if (a < 40) return logGamma(a + 0.5) - logGamma(a);
  const r = 1 / a;
  return 0.5 * Math.log(a) - r / 8 + r ** 3 / 192 - r ** 5 / 640 + 17 * r ** 7 / 14336;
}

/**
 * Logarithm of the beta function.
 * @param {number} a
 * @param {number} b
 */
function logBeta(a, b) {
  if (b === 0.5) return logGamma(0.5) - logHalfStep(a);
  if (a === 0.5) return logGamma(0.5) - logHalfStep(b);
  return logGamma(a) + logGamma(b) - logGamma(a + b);
}

/**
 * Regularised incomplete beta function of x, with y = 1 - x, which may be known to more digits.
 * @param {number} a
 * @param {number} b
 * @param {number} x
 * @param {number} [y]
 * @returns {number}
 */
export function incompleteBeta(a, b, x, y = 1 - x) {
  if (x <= 0) return 0;
  if (y <= 0) return 1;
  if (x > (a + 1) / (a + b + 2)) return 1 - incompleteBeta(b, a, y, x);
  const front = Math.exp(a * logOf(x, y) + b * logOf(y, x) - logBeta(a, b)) / a;
  return front * continuedFraction(a, b, x);
}

/**
 * Logarithm of x, from 1 - x where that is small.
 * @param {number} x
 * @param {number} rest
 */
const logOf = (x, rest) => (rest < 0.5 ? Math.log1p(-rest) : Math.log(x));

/**
 * @param {number} a
 * @param {number} b
 * @param {number} x
 */
function continuedFraction(a, b, x) {
  const away = (/** @type {number} */ value) => (Math.abs(value) < TINY ? TINY : value);
  let c = 1;
  let d = 1 / away(1 - ((a + b) * x) / (a + 1));
  let found = d;
  for (let m = 1; m < 20_000; m += 1) {
    const even = (m * (b - m) * x) / ((a + 2 * m - 1) * (a + 2 * m));
    d = 1 / away(1 + even * d);
    c = away(1 + even / c);
    found *= d * c;
    const odd = (-(a + m) * (a + b + m) * x) / ((a + 2 * m) * (a + 2 * m + 1));
    d = 1 / away(1 + odd * d);
    c = away(1 + odd / c);
    found *= d * c;
    if (Math.abs(d * c - 1) < 1e-16) break;
  }
  return found;
}

/**
 * Chance that a normal variable is at least this far from its mean, in standard deviations.
 * @param {number} z at least 0
 */
function normalBeyond(z) {
  const x = (z * z) / 2;
  if (x === 0) return 1;
  const front = Math.exp(-x + 0.5 * Math.log(x) - logGamma(0.5));
  if (x < 1.5) {
    let part = 2;
    let sum = part;
    for (let k = 1; k < 500 && part > sum * 1e-17; k += 1) {
      part *= x / (k + 0.5);
      sum += part;
    }
    return 1 - front * sum;
  }
  let b = x + 0.5;
  let c = 1 / TINY;
  let d = 1 / b;
  let found = d;
  for (let k = 1; k < 500; k += 1) {
    const step = -k * (k - 0.5);
    b += 2;
    d = 1 / (step * d + b);
    c = b + step / c;
    found *= d * c;
    if (Math.abs(d * c - 1) < 1e-16) break;
  }
  return front * found;
}

/**
 * The normal deviate that is as rare as a t statistic with many degrees of freedom (Hill 1970).
 * @param {number} t
 * @param {number} freedom
 */
function normalOf(t, freedom) {
  if (freedom > NORMAL_FROM) return t;
  const a = freedom - 0.5;
  const b = 48 * a * a;
  const y = a * Math.log1p((t * t) / freedom);
  const series = (((-0.4 * y - 3.3) * y - 24) * y - 85.5) / (0.8 * y * y + 100 + b) + y + 3;
  return (series / b + 1) * Math.sqrt(y);
}

/**
 * Two-sided p value of a t statistic.
 * @param {number} t
 * @param {number} freedom may be infinite
 */
export function twoSided(t, freedom) {
  const size = Math.abs(t);
  if (Number.isNaN(size) || Number.isNaN(freedom)) return NaN;
  if (size === Infinity) return 0;
  if (freedom > MANY) return normalBeyond(normalOf(size, freedom));
  const square = size * size;
  const x = freedom / (freedom + square);
  return incompleteBeta(freedom / 2, 0.5, x, square / (freedom + square));
}

/**
 * The t statistic whose two-sided p value this is.
 * @param {number} p above 0 and below 1
 * @param {number} freedom
 */
export function tOf(p, freedom) {
  let high = 1;
  while (twoSided(high, freedom) > p && high < 1e300) high *= 2;
  return root((t) => twoSided(t, freedom) - p, high === 1 ? 0 : high / 2, high);
}

/**
 * The value below which a beta variable is with this chance.
 * @param {number} chance
 * @param {number} a
 * @param {number} b
 */
export const betaQuantile = (chance, a, b) => root((x) => chance - incompleteBeta(a, b, x), 0, 1);

/**
 * Where a falling function crosses zero.
 * @param {(x: number) => number} of
 * @param {number} low
 * @param {number} high
 */
export function root(of, low, high) {
  for (let k = 0; k < 200; k += 1) {
    const middle = low + (high - low) / 2;
    if (middle <= low || middle >= high) break;
    if (of(middle) > 0) low = middle;
    else high = middle;
  }
  return low + (high - low) / 2;
}
