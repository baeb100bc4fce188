/* Words: numbers and settings as readers see them; numbers as cxrstudy/base/numbers.py writes them. */

import { budgetName } from "./data.js";
import { registered } from "./judging.js";
import { CORRECTIONS } from "./multiplicity.js";

const DECIMALS = 3;
const MOST = 8;
const SMALLEST_P = 0.001;

/**
 * Fewest decimals with which a rounded number stays different from some values.
 * @param {number} value
 * @param {number[]} beside
 */
function decimalsOf(value, beside) {
  for (let digits = DECIMALS; digits < MOST; digits += 1) {
    const written = Number(value.toFixed(digits));
    if (beside.every((one) => (value === one ? written === one : written !== Number(one.toFixed(digits))))) return digits;
  }
  return MOST;
}

/**
 * @param {number} value
 * @param {number} digits
 * @param {string} plus
 */
const signed = (value, digits, plus) =>
  `${value < 0 ? "−" : value > 0 ? plus : ""}${Math.abs(value).toFixed(digits)}`;

/**
 * A difference, with its sign.
 * @param {number} value
 * @param {number[]} [beside]
 */
export const difference = (value, beside = []) => signed(value, decimalsOf(value, [0, ...beside]), "+");

/**
 * A difference with its interval; all numbers with as many decimals.
 * @param {number} estimate
 * @param {[number, number]} ends
 * @param {number} margin
 * @param {string} why there is no interval
 */
export function interval(estimate, ends, margin, why) {
  if (Number.isNaN(estimate)) return why || "undefined";
  if (ends.some(Number.isNaN)) return `${difference(estimate, [margin])} [no interval${why && `: ${why}`}]`;
  const digits = Math.max(...[estimate, ...ends].map((value) => decimalsOf(value, [0, margin])));
  const [at, low, high] = [estimate, ...ends].map((value) => signed(value, digits, "+"));
  return `${at} [${low}, ${high}]`;
}

/**
 * @param {number} value
 * @param {number} alpha what it is compared with
 */
export function pValue(value, alpha = 0.05) {
  if (Number.isNaN(value)) return "undefined";
  const least = Math.min(SMALLEST_P, alpha);
  if (value < least) return `< ${plain(least)}`;
  return signed(value, decimalsOf(value, [0, 1, 0.05, alpha]), "");
}

/** A given number, as short as it is. @param {number} value */
export const plain = (value) => `${value < 0 ? "−" : ""}${Number(Math.abs(value).toPrecision(10))}`;

/** A share. @param {number} share */
export const percent = (share) => `${plain(Number((100 * share).toPrecision(10)))} %`;

/**
 * What a setting says of one of its parts.
 * @param {import("./data.js").Data} data
 * @param {import("./judging.js").Setting} setting
 * @param {keyof import("./judging.js").Setting} part
 */
export function partOf(data, setting, part) {
  switch (part) {
    case "results": return budgetName(data.results[setting.results]);
    case "measure": return data.measures[setting.measure].title;
    case "correction": return CORRECTIONS[setting.correction].split(",")[0];
    case "level": return percent(setting.level);
    case "margin": return difference(setting.margin);
    case "relevant": return plain(setting.relevant);
    default: return setting.claim;
  }
}

/** Names of the parts of a setting. @type {Record<string, string>} */
export const PARTS = {
  results: "budget", measure: "measure", margin: "margin", relevant: "smallest relevant effect",
  level: "level", correction: "correction",
};

/**
 * What differs from what is registered, in words.
 * @param {import("./data.js").Data} data
 * @param {import("./judging.js").Setting} setting
 * @param {(keyof import("./judging.js").Setting)[]} changed
 */
export function changesInWords(data, setting, changed) {
  const own = registered(data, setting.claim, setting.results);
  return changed.map((part) => `${PARTS[part]} ${partOf(data, setting, part)} in place of ${partOf(data, own, part)}`).join("; ");
}
