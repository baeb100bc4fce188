/* Multiplicity: correction of p values for the number of tests. */

/** @typedef {"holm" | "bonferroni" | "none"} Correction */

/** Names for readers; Holm is what is registered. @type {Record<Correction, string>} */
export const CORRECTIONS = { holm: "Holm, as registered", bonferroni: "Bonferroni", none: "none" };

/**
 * Corrected p values, in the order given.
 * @param {number[]} values from 0 to 1
 * @param {Correction} correction
 */
export function corrected(values, correction) {
  if (correction === "none") return [...values];
  if (correction === "bonferroni") return values.map((p) => Math.min(1, p * values.length));
  const order = values.map((_, place) => place).sort((one, other) => values[one] - values[other]);
  const found = new Array(values.length).fill(1);
  let most = 0;
  order.forEach((place, rank) => {
    most = Math.max(most, Math.min(1, values[place] * (values.length - rank)));
    found[place] = most;
  });
  return found;
}
