/* Rule: what decides a claim; cxrstudy/verdicts/outcome.py again, which alone counts. */

/**
 * @typedef {import("./data.js").Kind} Kind
 * @typedef {"supported" | "no relevant difference" | "reversed" | "inconclusive" | "not judged"} Outcome
 * @typedef {{wide: [number, number], narrow: [number, number], p: number, pRelevant: number}} Seen
 *   intervals, and corrected p values
 */

/** In the order in which they are listed. @type {Outcome[]} */
export const OUTCOMES = ["supported", "no relevant difference", "reversed", "inconclusive", "not judged"];

/**
 * @param {Kind} kind
 * @param {number} margin
 * @param {number} relevant
 * @param {Seen} seen
 * @param {number} level
 * @returns {Outcome}
 */
export function decide(kind, margin, relevant, { wide, narrow, p, pRelevant }, level) {
  const same = narrow[0] > -relevant && narrow[1] < relevant && pRelevant + level < 1;
  const aboutMargin = p + level < 1;
  if (kind === "equivalence") {
    const apart = wide[0] > relevant || wide[1] < -relevant;
    return same ? "supported" : apart && aboutMargin ? "reversed" : "inconclusive";
  }
  const above = wide[0] > margin && aboutMargin;
  const below = wide[1] < margin && aboutMargin;
  if (kind === "non-inferiority" && above) return "supported";
  if (same) return "no relevant difference";
  return above ? "supported" : below ? "reversed" : "inconclusive";
}

/**
 * What a margin asks for: an accepted loss is of another kind than a gain.
 * @param {Kind} registered
 * @param {number} margin
 * @returns {Kind}
 */
export function kindOf(registered, margin) {
  if (registered === "equivalence") return "equivalence";
  return margin < 0 ? "non-inferiority" : "superiority";
}
