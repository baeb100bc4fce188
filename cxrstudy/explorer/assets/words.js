/* Words: what is said of a picture. All of it comes from the answer that brought the picture. */

import { errorOf, offered, outcomeOf, percentOf } from "./choices.js";
import { holdsNothing } from "./painting.js";
import { seen } from "./state.js";

/**
 * @typedef {import("./messages.js").Answer} Answer
 * @typedef {import("./messages.js").Catalogue} Catalogue
 * @typedef {import("./state.js").State} State
 */

/** What no picture is shown without; NOTICE in cxrstudy/predict/predict.py. */
export const NOTICE = "Not for clinical use. This is a research network; its output is not a diagnosis.";

/** Most decimals of a probability; one that needs more is written with all of its digits. */
const DECIMALS = 8;

/** @param {number} share */
export const percent = (share) => `${percentOf(share)} %`;

/**
 * A probability, with as many digits as keep it from becoming 0, 1 or the threshold that it is beside;
 * as cxrstudy/base/numbers.py writes it.
 * @param {number} p
 * @param {number} [threshold]
 */
export function probability(p, threshold) {
  const beside = threshold === undefined ? [0, 1] : [0, 1, threshold];
  const keeps = (/** @type {number} */ digits) => beside.every((one) => (
    p === one ? Number(p.toFixed(digits)) === one : p.toFixed(digits) !== one.toFixed(digits)));
  let digits = 2;
  while (digits <= DECIMALS && !keeps(digits)) digits += 1;
  return digits > DECIMALS ? String(p) : p.toFixed(digits);
}

/**
 * A label as people say it.
 * @param {Catalogue} data
 * @param {string} label
 */
export const spoken = (data, label) => data.names[label] ?? label;

/**
 * A label's threshold in an arm, if it has one.
 * @param {Catalogue} data
 * @param {string} arm
 * @param {string} label
 */
export const thresholdOf = (data, arm, label) => data.arms.find(({ name }) => name === arm)?.thresholds[label];

/**
 * By what an arm's images are called.
 * @param {Catalogue} data
 * @param {string} arm
 */
export const ruleOf = (data, arm) => data.arms.find(({ name }) => name === arm)?.rule ?? "";

/**
 * @param {Catalogue} data
 * @param {string} name
 */
function methodOf(data, name) {
  return data.methods.find((one) => one.name === name)?.title ?? name;
}

/**
 * The layers of all panels; two arms may have different ones.
 * @param {import("./messages.js").Part[]} parts
 */
function layersOf(parts) {
  return [...new Set(parts.map(({ layer }) => layer))].join(" and ");
}

/**
 * The line below the pictures.
 * @param {State} state
 */
export function captionOf(state) {
  const { answer, place } = seen(state);
  const { data, choice, awaited } = state;
  if (!answer) {
    if (place === "nothing fits") return "No image fits the filter.";
    if (place === "not loaded") return `${choice.id}: not loaded.`;
    const parts = awaited?.request.parts ?? [];
    return `Waiting for ${awaited?.request.case}: ${methodOf(data, parts[0].method)} at ${layersOf(parts)}.`;
  }
  const hidden = choice.threshold > 0 ? `, hidden below ${percent(choice.threshold)} of it` : "";
  const truth = answer.outline === "" ? " There is no lesion." : " White line: the true lesion.";
  const known = answer.outline !== null && choice.outline;
  return `${answer.case}: ${methodOf(data, answer.parts[0].method)} at ${layersOf(answer.parts)}. `
    + `Each map is scaled from 0 to its own maximum${hidden}.${known ? truth : ""}`;
}

/**
 * What stands in for a picture, in a screen reader.
 * @param {Catalogue} data
 * @param {Answer} answer
 * @param {number} place of the panel
 */
export function alternativeOf(data, answer, place) {
  const { arm, label, method } = answer.parts[place];
  return `Radiograph ${answer.case} with the ${methodOf(data, method)} map of ${arm} for ${spoken(data, label)}`;
}

/**
 * What one map is: its class, the cells of its layer, and the peak that its colours end at.
 * @param {Catalogue} data
 * @param {Answer} answer
 * @param {number} place
 */
export function noteOf(data, answer, place) {
  const map = answer.maps[place];
  const name = `map for ${spoken(data, answer.parts[place].label)}`;
  if (map === null) return `${name}: none is stored here`;
  const cells = `${map.cells[0]} × ${map.cells[1]} cells`;
  const peak = `peak ${Number(map.peak.toPrecision(2))}`;
  if (holdsNothing(map)) return `${name}, ${cells}: nothing speaks for it (${peak})`;
  return `${name}, ${cells}, ${peak}`;
}

/**
 * What an arm's call is worth: right or wrong, and how far its probabilities are from the truth.
 * @param {import("./messages.js").Case} about
 * @param {string} arm
 */
export function worthOf(about, arm) {
  const outcome = outcomeOf(about.readings[arm].right);
  return outcome && `${outcome}, error ${percent(errorOf(about, arm))}`;
}

/**
 * What is unusual in an image of one's own, one sentence each; and in which networks' view, if not in all.
 * @param {Catalogue} data
 * @param {import("./messages.js").Case} about
 * @returns {string[]}
 */
export function warningsOf(data, about) {
  return (about.warnings ?? []).map(({ text, arms }) => (
    arms.length === data.arms.length ? `Warning: ${text}.` : `Warning, for ${arms.join(" and ")}: ${text}.`));
}

/**
 * What is known of an image, by name.
 * @param {Catalogue} data
 * @param {import("./messages.js").Case} about
 * @returns {[string, string][]}
 */
export function factsOf(data, about) {
  const { patient, source, view, sex, age, licence } = about.facts ?? {};
  const truth = about.known ? about.truth.map((label) => spoken(data, label)).join(", ") || "none of the labels" : "not known";
  const facts = {
    Image: about.id, Truth: truth, Patient: patient, Source: source, View: view, Sex: sex,
    Age: age == null ? undefined : Math.round(age), Licence: licence,
  };
  const known = Object.entries(facts).filter(([, value]) => value !== undefined && value !== "");
  return known.map(([name, value]) => [name, String(value)]);
}

/**
 * What a screen reader says after a change.
 * @param {State} state
 */
export function sentenceOf(state) {
  const { answer } = seen(state);
  const left = offered(state.cases, state.choice);
  if (left.length === 0) return "No image fits the filter.";
  if (!answer) return captionOf(state);
  const said = answer.parts.map(({ arm }) => {
    const reading = answer.about.readings[arm];
    const sure = reading.called.map((label) =>
      `probability ${probability(reading.probabilities[label], thresholdOf(state.data, arm, label))}`);
    return [`${arm} calls ${reading.words}`, ...sure, outcomeOf(reading.right)].filter(Boolean).join(", ");
  });
  const place = left.findIndex(({ id }) => id === answer.case) + 1;
  const warned = warningsOf(state.data, answer.about).map((one) => ` ${one}`).join("");
  return `${state.said} Image ${place} of ${left.length}: ${answer.case}. ${said.join("; ")}.${warned}`.trimStart();
}

/**
 * What is said if the kernel does not answer.
 * @param {State} state
 */
export function troubleOf({ trouble, shown }) {
  const stays = shown ? ` The picture is the last that came: ${shown.answer.case}.` : "";
  if (trouble === "gone") return `The kernel that made this explorer is gone; run its cell again.${stays}`;
  if (trouble === "cut") return `The connection to the kernel is lost. If it does not come back, the kernel is gone; then run its cell again.${stays}`;
  return `The kernel does not answer: it is busy with something else, or it is gone; then run its cell again.${stays}`;
}
