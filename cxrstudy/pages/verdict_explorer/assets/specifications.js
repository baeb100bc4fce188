/*
 * Specifications: every combination of measure, budget, correction and size of a claim (Simonsohn,
 * Simmons and Nelson 2020). They are not independent studies: all see the same patients.
 */

import { allEvidence } from "./data.js";
import { judged, registered } from "./judging.js";
import { OUTCOMES } from "./rule.js";

/**
 * @typedef {import("./data.js").Data} Data
 * @typedef {import("./judging.js").Setting} Setting
 * @typedef {{name: string, margin: number, relevant: number}} Size
 * @typedef {{setting: Setting, size: string, judged: import("./judging.js").Judged, registered: boolean}} Specification
 */

/**
 * Margins and smallest relevant effects to try, the registered ones first.
 * @param {import("./data.js").Claim} claim
 * @returns {Size[]}
 */
export function sizesOf({ kind, margin, relevant }) {
  const sizes = [
    { name: "as registered", margin, relevant },
    { name: "half the smallest effect", margin, relevant: relevant / 2 },
    { name: "twice the smallest effect", margin, relevant: Math.min(1, relevant * 2) },
  ];
  if (kind === "non-inferiority") sizes.push({ name: "half the accepted loss", margin: margin / 2, relevant });
  if (kind === "superiority" && margin > 0) sizes.push({ name: "no margin", margin: 0, relevant });
  if (kind === "superiority" && margin === 0) sizes.push({ name: "smallest effect as margin", margin: relevant, relevant });
  return sizes;
}

/**
 * All specifications of a claim on the cohort of some results, by their estimate; what has none last.
 * @param {Data} data
 * @param {string} claim
 * @param {number} results
 * @returns {Specification[]}
 */
export function specifications(data, claim, results) {
  const own = registered(data, claim, results);
  const cohort = data.results[own.results].cohort;
  const evidence = allEvidence(data, claim).filter((each) => data.results[each.results].cohort === cohort);
  const corrections = /** @type {import("./multiplicity.js").Correction[]} */ (["holm", "bonferroni", "none"]);
  const all = evidence.flatMap((each) => Object.keys(each.by).flatMap((measure) =>
    sizesOf(data.claims[claim]).flatMap(({ name, margin, relevant }) => corrections.map((correction) => {
      const setting = { ...own, results: each.results, measure, margin, relevant, correction };
      const same = each.results === own.results && measure === own.measure && correction === "holm"
        && margin === own.margin && relevant === own.relevant;
      return { setting, size: name, judged: judged(data, setting), registered: same };
    }))));
  const at = (/** @type {Specification} */ one) => (Number.isNaN(one.judged.estimate) ? Infinity : one.judged.estimate);
  return all.sort((one, other) => (at(one) === at(other) ? 0 : at(one) - at(other)));
}

/**
 * How many specifications have each outcome, in the order of the rule, without those that none has.
 * @param {Specification[]} all
 * @returns {[import("./rule.js").Outcome, number][]}
 */
export function counted(all) {
  const numbers = OUTCOMES.map((outcome) => all.filter((one) => one.judged.outcome === outcome).length);
  const pairs = OUTCOMES.map((outcome, place) => /** @type {[typeof outcome, number]} */ ([outcome, numbers[place]]));
  return pairs.filter(([, number]) => number > 0);
}
