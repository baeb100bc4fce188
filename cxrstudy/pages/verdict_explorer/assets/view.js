/* View: what is shown of one setting: controls, standing, outcome, interval and numbers. */

import { make, options } from "../../../base/assets/elements.js";
import { allEvidence, budgetName, evidenceOf } from "./data.js";
import { changes, judged, registered } from "./judging.js";
import { draw } from "./page.js";
import { changesInWords, difference, interval, pValue, percent, plain } from "./words.js";

/**
 * @typedef {import("./page.js").Parts} Parts
 * @typedef {import("./data.js").Data} Data
 * @typedef {import("./judging.js").Setting} Setting
 * @typedef {import("./judging.js").Judged} Judged
 */

export const OWN = "As registered";
export const OTHER = "Your setting: it decides nothing";

/**
 * An outcome as a word in a frame, which is filled if it counts.
 * @param {string} outcome
 * @param {string} [counts]
 */
export const chip = (outcome, counts = "") => make("span", {
  class: `study-verdict ${outcome.replaceAll(" ", "-")}${counts.startsWith("counts") ? " registered" : ""}`,
}, outcome);

/**
 * Write every field, whatever a browser or a person has put there.
 * @param {Parts} page
 * @param {Data} data
 * @param {Setting} setting
 */
export function writeControls(page, data, setting) {
  const found = /** @type {import("./data.js").Evidence} */ (evidenceOf(data, setting.claim, setting.results));
  const budgets = allEvidence(data, setting.claim).map((each) =>
    /** @type {[string, string]} */ ([String(each.results), `${budgetName(data.results[each.results])}${each.decides ? " (decides)" : ""}`]));
  page.results.replaceChildren(...options(budgets));
  page.measure.replaceChildren(...options(Object.keys(found.by).map((name) => [name, data.measures[name].title])));
  for (const name of /** @type {const} */ (["claim", "results", "measure", "level", "correction"])) page[name].value = String(setting[name]);
  for (const name of /** @type {const} */ (["margin", "relevant"])) {
    if (page[name].valueAsNumber !== setting[name]) page[name].value = String(setting[name]);
    page[name].removeAttribute("aria-invalid");
  }
  page.margin.disabled = data.claims[setting.claim].kind === "equivalence";
  page.error.hidden = true;
}

/**
 * @param {Parts} page
 * @param {Data} data
 * @param {Setting} setting
 */
export function showSetting(page, data, setting) {
  const found = judged(data, setting);
  const claim = data.claims[setting.claim];
  const changed = changes(data, setting);
  const evidence = /** @type {import("./data.js").Evidence} */ (evidenceOf(data, setting.claim, setting.results));
  page.back.hidden = changed.length === 0;
  page.standing.classList.toggle("vx-changed", changed.length > 0);
  const counts = evidence.counts || data.results[setting.results].counts;
  const said = changed.length > 0 ? `${changesInWords(data, setting, changed)}.` : `${counts[0].toUpperCase()}${counts.slice(1)}.`;
  page.standing.replaceChildren(make("strong", {}, changed.length > 0 ? OTHER : OWN), ` ${said}`);
  page.asked.replaceChildren(`“${claim.words}” `, make("span", { class: "vx-soft" },
    `Our test: ${claim.test} (${claim.contrast}).${evidence.label ? ` Scored here: ${evidence.label}, which these images have in place of the label that the test names.` : ""}`));
  const lacking = changed.length === 0 && evidence.lacking ? `At a plateau not judged: ${evidence.lacking}.` : "";
  page.outcome.replaceChildren(chip(found.outcome, changed.length > 0 ? "" : counts), ` ${[found.why && `${found.why}.`, lacking].filter(Boolean).join(" ")}`);
  page.plot.replaceChildren(...(Number.isNaN(found.wide[0]) ? [] : [plotOf(found, setting)]));
  page.facts.replaceChildren(...factsOf(data, setting, found).flatMap(([name, text]) =>
    [make("div", {}, make("dt", {}, name), make("dd", {}, text))]));
  return sentenceOf(data, setting, found, changed);
}

/**
 * @param {Data} data
 * @param {Setting} setting
 * @param {Judged} found
 * @returns {[string, string][]}
 */
function factsOf(data, setting, found) {
  const { level, margin, relevant, claim, results } = setting;
  const evidence = /** @type {import("./data.js").Evidence} */ (evidenceOf(data, claim, results));
  const alpha = 1 - level;
  const p = (/** @type {number} */ value) => pValue(value, Number(alpha.toPrecision(10)));
  const own = registered(data, claim, results);
  const decides = /** @type {import("./data.js").Evidence} */ (evidenceOf(data, claim, own.results));
  const drawn = setting.measure === own.measure ? "" : `, drawn ${data.draws} times for this measure`;
  const bound = found.estimate > 0 ? relevant : -relevant;
  const tested = found.kind === "equivalence" ? bound : margin;
  return [
    [`${data.measures[setting.measure].title}: ${data.claims[claim].contrast}`, interval(found.estimate, found.wide, tested, found.why)],
    [`${percent(Number((1 - 2 * alpha).toPrecision(10)))} interval, for relevance`, interval(found.estimate, found.narrow, relevant, found.why)],
    [`p against ${difference(tested)}`, `${p(found.p)}; corrected: ${p(found.adjusted)}`],
    [`p of no relevant difference, within ${plain(relevant)}`, `${p(found.pRelevant)}; corrected: ${p(found.adjustedRelevant)}`],
    ["kind of question; test patients", `${found.kind}; ${evidence.patients}${drawn}`],
    ["recorded verdict, as registered", `${decides.verdict} (${budgetName(data.results[own.results])})`],
  ];
}

/**
 * What a screen reader says after a change.
 * @param {Data} data
 * @param {Setting} setting
 * @param {Judged} found
 * @param {string[]} changed
 */
function sentenceOf(data, setting, found, changed) {
  const standing = changed.length > 0 ? OTHER : OWN;
  const at = interval(found.estimate, found.wide, setting.margin, found.why);
  return `${standing}. Claim ${setting.claim}: ${found.outcome}. ${data.measures[setting.measure].title}, difference ${at}, corrected p ${pValue(found.adjusted)}.`;
}

/**
 * Zero, the margin, the smallest relevant effect as a band, and both intervals.
 * @param {Judged} found
 * @param {Setting} setting
 */
function plotOf({ estimate, wide, narrow, outcome }, { margin, relevant }) {
  const values = [...wide, margin, -relevant, relevant, 0];
  const [low, high] = [Math.min(...values), Math.max(...values)];
  const at = (/** @type {number} */ value) => 3 + (94 * (value - low)) / (high - low || 1);
  const upright = (/** @type {number} */ value, /** @type {string} */ name) =>
    draw("line", { class: name, x1: at(value), x2: at(value), y1: 0, y2: 40 });
  const across = (/** @type {[number, number]} */ ends, /** @type {string} */ name) =>
    draw("line", { class: name, x1: at(ends[0]), x2: at(ends[1]), y1: 20, y2: 20 });
  const svg = draw("svg", { viewBox: "0 0 100 40", preserveAspectRatio: "none", class: outcome.replaceAll(" ", "-") },
    draw("rect", { class: "vx-band", x: at(-relevant), width: at(relevant) - at(-relevant), y: 0, height: 40 }),
    upright(0, "vx-zero"), ...(margin === 0 ? [] : [upright(margin, "vx-margin")]),
    across(wide, "vx-wide"), across(narrow, "vx-narrow"),
    draw("line", { class: "vx-estimate", x1: at(estimate), x2: at(estimate), y1: 10, y2: 30 }));
  const marks = make("div", { class: "vx-marks" });
  const named = /** @type {[number, string][]} */ ([[-relevant, difference(-relevant)], [0, "0"], [relevant, difference(relevant)]]);
  if (named.every(([value]) => Math.abs(at(value) - at(margin)) > 8)) named.push([margin, `margin ${difference(margin)}`]);
  // A text at an end stays inside.
  for (const [value, text] of named) marks.append(make("span", { style: `left:${at(value)}%;transform:translateX(-${at(value)}%)` }, text));
  const whole = make("div");
  whole.append(svg, marks, make("p", { class: "vx-soft vx-key" },
    "Thin bar: the interval; thick bar: the narrower one, for relevance. Grey: less than the smallest relevant effect."));
  return whole;
}
