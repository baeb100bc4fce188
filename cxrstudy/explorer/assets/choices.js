/* Choices: what can be chosen from a catalogue, and the picture that a choice asks for. */

/**
 * @typedef {import("./messages.js").Catalogue} Catalogue
 * @typedef {import("./messages.js").Case} Case
 *
 * All that the controls say; `id` is null if no image fits the filter, and `label` is a class, "" or EACH.
 * @typedef {{id: string | null, arm: string, other: string, label: string, method: string,
 *            layer: string, colours: string, opacity: number, threshold: number, outline: boolean,
 *            original: boolean, truth: string, outcome: string, source: string, apart: string, order: string}
 *   & import("./looking.js").Part & import("./looking.js").Greys} Choice
 */

import { COLOUR_NAMES } from "./colours.js";
import { ALL_GREYS, WHOLE, greysInside, partInside } from "./looking.js";

/** Instead of a class: of each network the one that it calls itself. */
export const EACH = "*";

/** In which order images are offered, and what that is called. */
export const ORDERS = /** @type {[string, string][]} */ ([["", "as given"], ["error", "largest error first"]]);

/** Sizes of an error that images can be filtered by: name, words, least and most per cent, as they are said. */
export const ERRORS = /** @type {[string, string, number, number][]} */ ([
  ["", "all", 0, 100], ["small", "below 10 %", 0, 9], ["middle", "10 to 29 %", 10, 29],
  ["large", "30 % and above", 30, 100],
]);

/** Fields that change how a picture is drawn, but not what it is made of. */
export const SETTINGS = /** @type {(keyof Choice)[]} */ ([
  "colours", "opacity", "threshold", "outline", "original", "zoom", "x", "y", "level", "width",
]);

/**
 * A choice with the settings of another one.
 * @param {Choice} choice
 * @param {Choice} settings
 * @returns {Choice}
 */
export function settled(choice, settings) {
  return { ...choice, ...Object.fromEntries(SETTINGS.map((name) => [name, settings[name]])) };
}

/** @param {number} share */
export const percentOf = (share) => Math.round(share * 100);

/** @param {boolean | null} right */
export function outcomeOf(right) {
  if (right === null) return "";
  return right ? "right" : "wrong";
}

/**
 * @param {Catalogue} data
 * @returns {Choice}
 */
export function firstChoice(data) {
  return {
    id: data.cases[0].id, arm: data.arms[0].name, other: data.arms[1]?.name ?? "", label: "", method: data.methods[0].name,
    layer: data.arms[0].opens, colours: "magma", opacity: 0.5, threshold: 0, outline: true, original: false,
    truth: "", outcome: "", source: "", apart: "", order: "", ...WHOLE, ...ALL_GREYS,
  };
}

/**
 * Images that the filter lets through; an upload always is one of them.
 * @param {Case[]} cases
 * @param {Choice} choice
 */
export function offered(cases, { truth, outcome, source, apart, arm, order }) {
  const [, , least, most] = ERRORS.find(([name]) => name === apart) ?? ERRORS[0];
  const left = cases.filter((one) => !one.facts || (
    (!truth || one.truth.includes(truth)) &&
    (!outcome || outcomeOf(one.readings[arm].right) === outcome) &&
    (!source || one.facts.source === source) &&
    (!apart || (percentOf(errorOf(one, arm)) >= least && percentOf(errorOf(one, arm)) <= most))));
  return order === "error" ? [...left].sort((a, b) => errorOf(b, arm) - errorOf(a, arm)) : left;
}

/**
 * How far the probabilities of an arm are from the truth, as a mean over labels; -1 without a truth.
 * @param {Case} one
 * @param {string} arm
 */
export function errorOf(one, arm) {
  if (!one.known) return -1;
  const all = Object.entries(one.readings[arm].probabilities);
  const apart = all.map(([label, p]) => Math.abs(p - (one.truth.includes(label) ? 1 : 0)));
  return apart.reduce((sum, each) => sum + each, 0) / all.length;
}

/**
 * The choice nearest to this one that the catalogue allows; it may come from a saved page.
 * @param {Catalogue} data
 * @param {Case[]} cases
 * @param {Partial<Choice>} wanted
 * @returns {Choice}
 */
export function legal(data, cases, wanted) {
  const first = firstChoice(data);
  const choice = { ...first, ...wanted };
  const keep = (/** @type {"arm"|"other"|"label"|"method"|"colours"|"outcome"|"apart"|"order"} */ name,
    /** @type {string[]} */ values) => {
    if (!values.includes(choice[name])) choice[name] = first[name];
  };
  const arms = data.arms.map(({ name }) => name);
  keep("arm", arms);
  keep("other", ["", ...arms]);
  keep("label", ["", EACH, ...data.mapped]);
  keep("method", data.methods.map(({ name }) => name));
  keep("colours", Object.keys(COLOUR_NAMES));
  keep("outcome", ["", "right", "wrong"]);
  keep("apart", ERRORS.map(([name]) => name));
  keep("order", ORDERS.map(([name]) => name));
  if (!cases.some(({ truth }) => truth.includes(choice.truth))) choice.truth = "";
  if (!cases.some(({ facts }) => facts?.source === choice.source)) choice.source = "";
  const { layers, opens } = armOf(data, choice.arm);
  if (!layers.includes(choice.layer)) choice.layer = opens;
  choice.opacity = share(choice.opacity, first.opacity);
  choice.threshold = share(choice.threshold, first.threshold);
  choice.outline = Boolean(choice.outline);
  choice.original = Boolean(choice.original);
  Object.assign(choice, partInside(choice), greysInside(choice));
  const left = offered(cases, choice);
  if (!left.some(({ id }) => id === choice.id)) choice.id = left[0]?.id ?? null;
  return choice;
}

/**
 * @param {unknown} value
 * @param {number} usual
 */
function share(value, usual) {
  const number = Number(value);
  return number >= 0 && number <= 1 ? number : usual;
}

/** @param {Case[]} cases */
export function truthsOf(cases) {
  return [...new Set(cases.flatMap((one) => one.truth))].sort();
}

/** @param {Case[]} cases */
export function sourcesOf(cases) {
  return [...new Set(cases.map((one) => one.facts?.source).filter(Boolean))].sort();
}

/**
 * @param {Catalogue} data
 * @param {string} name
 */
function armOf(data, name) {
  return data.arms.find((one) => one.name === name) ?? data.arms[0];
}

/**
 * What a picture is made of: the image, and for each arm its map. All maps are of one class, so that
 * they can be compared: the class asked for, or the one that the first arm calls.
 * @param {Catalogue} data
 * @param {Case[]} cases
 * @param {Choice} choice
 * @returns {{case: string, parts: import("./messages.js").Part[]} | null}
 */
export function pictureOf(data, cases, choice) {
  const one = cases.find(({ id }) => id === choice.id);
  if (!one) return null;
  const arms = choice.other && choice.other !== choice.arm ? [choice.arm, choice.other] : [choice.arm];
  const common = choice.label || one.readings[choice.arm].shown;
  const parts = arms.map((arm) => {
    const { layers, opens } = armOf(data, arm);
    const layer = layers.includes(choice.layer) ? choice.layer : opens;
    const reading = one.readings[arm];
    const label = common in reading.probabilities ? common : reading.shown; // arms may know other classes
    return { arm, label, method: choice.method, layer };
  });
  return { case: one.id, parts };
}
