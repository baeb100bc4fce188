/*
 * Data: what a page holds, as stored.py writes it, and how it is opened.
 *
 *   claims    what each claim asks, as registered
 *   results   the folders of recorded results; a budget of training is one of them
 *   evidence  one item per claim and folder: what intervals and p values follow from, by measure
 */

/**
 * @typedef {"superiority" | "non-inferiority" | "equivalence"} Kind
 *
 * @typedef {{w: number, e: number, n?: number, s?: number, f?: number | null}} Arm an arm of a
 *   difference of which one is near the end of its range: weight, estimate, and its trials or its
 *   standard error and degrees of freedom
 * @typedef {{e: number | null, s?: number, f?: number | null, arms?: Arm[], why?: string, most?: number | null}} Difference
 *   estimate, standard error, degrees of freedom (null: infinite), why no interval, largest difference
 * @typedef {{paper: string, words: string, test: string, contrast: string, kind: Kind,
 *   margin: number, relevant: number, level: number, own: string}} Claim
 * @typedef {{cohort: string, profile: string, seeds: string, counts: string}} Results
 * @typedef {{claim: string, results: number, counts: string, decides: boolean, verdict: string,
 *   barred: string, lacking: string, label: string, patients: number, by: Record<string, Difference>}} Evidence
 * @typedef {{papers: Record<string, number>, measures: Record<string, {title: string, most: number | null}>, draws: number,
 *   claims: Record<string, Claim>, results: Results[], evidence: Evidence[]}} Data
 */

/**
 * Open the data of a page: a difference is stored as estimate, standard error and degrees of freedom.
 * @param {any} stored
 * @returns {Data}
 */
export function opened(stored) {
  const evidence = stored.evidence.map((/** @type {any} */ each) => {
    const by = Object.entries(each.by).map(([name, found]) => [name, openedDifference(found, stored.measures[name].most)]);
    return { counts: "", decides: false, barred: "", lacking: "", label: "", ...each, by: Object.fromEntries(by) };
  });
  return { ...stored, evidence };
}

/**
 * @param {any} stored
 * @param {number | null} most
 * @returns {Difference}
 */
export function openedDifference(stored, most) {
  if (!Array.isArray(stored)) return { ...stored, most };
  const [e, s, f] = stored;
  return { e, s, f, most };
}

/**
 * Evidence of a claim in a folder of results.
 * @param {Data} data
 * @param {string} claim
 * @param {number} results
 */
export const evidenceOf = (data, claim, results) =>
  data.evidence.find((each) => each.claim === claim && each.results === results);

/**
 * All evidence of a claim, that which decides first.
 * @param {Data} data
 * @param {string} claim
 */
export function allEvidence(data, claim) {
  const found = data.evidence.filter((each) => each.claim === claim);
  return [...found.filter(({ decides }) => decides), ...found.filter(({ decides }) => !decides)];
}

/**
 * Name of a folder of results.
 * @param {Results} results
 */
export const budgetName = ({ cohort, profile, seeds }) => `${cohort}, profile ${profile}, ${seeds}`;
