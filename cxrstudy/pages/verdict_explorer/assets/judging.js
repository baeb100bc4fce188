/*
 * Judging: a claim under a setting, as cxrstudy/verdicts/verdict.py judges it under its own.
 *
 * A setting is about one claim. The other claims of its paper, over which p values are corrected, stay
 * as they are registered, by the same results; one without evidence counts with p = 1.
 */

import { allEvidence, evidenceOf } from "./data.js";
import { hasInterval, intervalOf, pOf } from "./inference.js";
import { corrected } from "./multiplicity.js";
import { decide, kindOf } from "./rule.js";

/**
 * @typedef {import("./data.js").Data} Data
 * @typedef {import("./data.js").Kind} Kind
 * @typedef {{claim: string, results: number, measure: string, margin: number, relevant: number,
 *   level: number, correction: import("./multiplicity.js").Correction}} Setting
 * @typedef {{estimate: number, wide: [number, number], narrow: [number, number], p: number,
 *   pRelevant: number, adjusted: number, adjustedRelevant: number, kind: Kind,
 *   outcome: import("./rule.js").Outcome, why: string}} Judged
 */

/**
 * The setting that is registered for a claim; of several cohorts by the given results' own.
 * @param {Data} data
 * @param {string} claim
 * @param {number} [results] those of which the cohort is meant
 * @returns {Setting}
 */
export function registered(data, claim, results) {
  const { own, margin, relevant, level } = data.claims[claim];
  const found = allEvidence(data, claim);
  const cohort = results === undefined ? undefined : data.results[results].cohort;
  const decides = found.find((each) => each.decides && data.results[each.results].cohort === cohort) ?? found[0];
  return { claim, results: decides.results, measure: own, margin, relevant, level, correction: "holm" };
}

/**
 * Names of what differs from what is registered.
 * @param {Data} data
 * @param {Setting} setting
 * @returns {(keyof Setting)[]}
 */
export function changes(data, setting) {
  const own = registered(data, setting.claim, setting.results);
  const names = /** @type {(keyof Setting)[]} */ (["results", "measure", "margin", "relevant", "level", "correction"]);
  return names.filter((name) => own[name] !== setting[name]);
}

/**
 * @param {Data} data
 * @param {Setting} setting
 * @returns {Judged}
 */
export function judged(data, setting) {
  const { claim, level, margin, relevant, results } = setting;
  const evidence = /** @type {import("./data.js").Evidence} */ (evidenceOf(data, claim, results));
  const found = evidence.by[setting.measure] ?? { e: null, why: "not measured here" };
  const kind = kindOf(data.claims[claim].kind, margin);
  const own = testsOf(found, kind, margin, relevant);
  const [adjusted, adjustedRelevant] = overPaper(data, setting, own);
  // In these steps, as Python rounds them.
  const alpha = 1 - level;
  const wide = intervalOf(found, level);
  const narrow = intervalOf(found, 1 - 2 * alpha);
  const why = evidence.barred || (hasInterval(found) ? "" : found.why || "the difference has no interval");
  const seen = { wide, narrow, p: adjusted, pRelevant: adjustedRelevant };
  const outcome = why ? "not judged" : decide(kind, margin, relevant, seen, level);
  const [p, pRelevant] = own;
  return { estimate: found.e ?? NaN, wide, narrow, p, pRelevant, adjusted, adjustedRelevant, kind, outcome, why };
}

/**
 * P values of the margin, and of no relevant difference.
 * @param {import("./data.js").Difference} found
 * @param {Kind} kind
 * @param {number} margin
 * @param {number} relevant
 * @returns {[number, number]}
 */
export function testsOf(found, kind, margin, relevant) {
  const estimate = found.e ?? NaN;
  const nearer = estimate > 0 ? relevant : -relevant;
  const oneSided = (/** @type {number} */ p, /** @type {boolean} */ expected) => (expected ? p / 2 : 1 - p / 2);
  return [
    pOf(found, kind === "equivalence" ? nearer : margin),
    Math.max(oneSided(pOf(found, relevant), estimate < relevant), oneSided(pOf(found, -relevant), estimate > -relevant)),
  ];
}

/**
 * P values of the chosen claim, corrected over all claims of its paper that have a contrast.
 * @param {Data} data
 * @param {Setting} setting
 * @param {[number, number]} own
 * @returns {number[]}
 */
function overPaper(data, { claim, results, correction }, own) {
  const { paper } = data.claims[claim];
  const others = data.evidence.filter((each) =>
    each.results === results && each.claim !== claim && data.claims[each.claim].paper === paper);
  const tests = [own, ...others.map((each) => registeredTests(data, each))];
  const missing = data.papers[paper] - tests.length;
  return [0, 1].map((which) => {
    const values = tests.map((pair) => (Number.isNaN(pair[which]) ? 1 : pair[which]));
    return corrected([...values, ...new Array(missing).fill(1)], correction)[0];
  });
}

/** @type {WeakMap<import("./data.js").Evidence, [number, number]>} */
const known = new WeakMap();

/**
 * P values of a claim as it is registered, computed once.
 * @param {Data} data
 * @param {import("./data.js").Evidence} evidence
 */
function registeredTests(data, evidence) {
  const { kind, margin, relevant, own } = data.claims[evidence.claim];
  const found = known.get(evidence) ?? testsOf(evidence.by[own], kind, margin, relevant);
  known.set(evidence, found);
  return found;
}
