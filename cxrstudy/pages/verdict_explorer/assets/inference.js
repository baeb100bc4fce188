/*
 * Inference: intervals and p values of a difference, from its estimate, standard error and degrees of
 * freedom, or from its two arms if one is near the end of its range.
 *
 * The same as cxrstudy/statistics/inference.py and recovery.py.
 */

import { betaQuantile, root, tOf, twoSided } from "./distributions.js";

/**
 * @typedef {import("./data.js").Difference} Difference
 * @typedef {import("./data.js").Arm} Arm
 */

/** No smaller p value is given where it comes from intervals of arms. */
const LEAST_P = 1e-12;

/** @type {WeakMap<Difference, Map<string, any>>} */
const remembered = new WeakMap();

/**
 * Compute something of a difference once: a specification curve asks for the same again and again.
 * @template T
 * @param {Difference} found
 * @param {string} what
 * @param {() => T} compute
 * @returns {T}
 */
function once(found, what, compute) {
  const mine = remembered.get(found) ?? new Map();
  if (!mine.has(what)) mine.set(what, compute());
  remembered.set(found, mine);
  return mine.get(what);
}

/** @param {Difference} found */
export const hasInterval = (found) => found.e !== null && !found.why;

/** @param {number | null | undefined} freedom */
const freely = (freedom) => freedom ?? Infinity;

/**
 * Ends of the interval that covers with this probability; NaN if there is none.
 * @param {Difference} found
 * @param {number} level
 * @returns {[number, number]}
 */
export function intervalOf(found, level) {
  if (!hasInterval(found)) return [NaN, NaN];
  return once(found, `interval ${level}`, () => computedInterval(found, level));
}

/**
 * @param {Difference} found
 * @param {number} level
 * @returns {[number, number]}
 */
function computedInterval(found, level) {
  const [below, above] = found.arms ? halvesOfArms(found.arms, level) : halves(found, level);
  const most = found.most ?? Infinity;
  const inside = (/** @type {number} */ end) => Math.min(Math.max(end, -most), most);
  const estimate = /** @type {number} */ (found.e);
  return [inside(estimate - below), inside(estimate + above)];
}

/**
 * @param {Difference} found
 * @param {number} level
 */
function halves(found, level) {
  const half = tOf(1 - level, freely(found.f)) * /** @type {number} */ (found.s);
  return [half, half];
}

/**
 * Recovered from the intervals of the arms (Newcombe 1998; Zou and Donner 2008).
 * @param {Arm[]} arms
 * @param {number} level
 */
function halvesOfArms(arms, level) {
  let below = 0;
  let above = 0;
  for (const arm of arms) {
    const ends = intervalOfArm(arm, level).map((end) => arm.w * end);
    const middle = arm.w * arm.e;
    below += (middle - Math.min(...ends)) ** 2;
    above += (Math.max(...ends) - middle) ** 2;
  }
  return [Math.sqrt(below), Math.sqrt(above)];
}

/**
 * Of an arm near the end of its range the exact interval, of the other one on the logit scale.
 * @param {Arm} arm
 * @param {number} level
 */
function intervalOfArm(arm, level) {
  if (arm.n) return exactInterval(arm.e, arm.n, level);
  const half = (tOf(1 - level, freely(arm.f)) * /** @type {number} */ (arm.s)) / (arm.e * (1 - arm.e));
  const logit = Math.log(arm.e / (1 - arm.e));
  return [logit - half, logit + half].map((end) => 1 / (1 + Math.exp(-end)));
}

/**
 * Clopper and Pearson (1934), of a share of trials.
 * @param {number} share
 * @param {number} trials
 * @param {number} level
 */
function exactInterval(share, trials, level) {
  const won = share * trials;
  const lost = (1 - share) * trials;
  const tail = (1 - level) / 2;
  const low = won >= 1 ? betaQuantile(tail, won, lost + 1) : 0;
  const high = lost >= 1 ? 1 - betaQuantile(tail, lost, won + 1) : 1;
  return [low, high];
}

/**
 * Two-sided p value of a difference; NaN if there is no interval.
 * @param {Difference} found
 * @param {number} nothing the difference that it tests
 */
export function pOf(found, nothing) {
  if (!hasInterval(found)) return NaN;
  if (found.arms) return once(found, `p ${nothing}`, () => pOfArms(found, nothing));
  return twoSided((/** @type {number} */ (found.e) - nothing) / /** @type {number} */ (found.s), freely(found.f));
}

/**
 * That of the widest interval that does not hold the value.
 * @param {Difference} found
 * @param {number} nothing
 */
function pOfArms(found, nothing) {
  const outside = (/** @type {number} */ logarithm) => {
    const [low, high] = computedInterval(found, 1 - Math.exp(logarithm));
    return Math.max(low - nothing, nothing - high);
  };
  const [lowest, highest] = [Math.log(LEAST_P), Math.log(1 - 1e-9)];
  if (outside(lowest) >= 0) return LEAST_P;
  if (outside(highest) <= 0) return 1;
  return Math.exp(root((logarithm) => -outside(logarithm), lowest, highest));
}
