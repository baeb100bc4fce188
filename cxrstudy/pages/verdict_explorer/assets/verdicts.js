/*
 * The explorer of verdicts: a claim under another setting, and under all of them.
 *
 * Read judging.js first: it says what a setting is and how it is judged. Nothing is fetched, and no
 * kernel is asked.
 */

import { evidenceOf, opened } from "./data.js";
import { registered } from "./judging.js";
import { showCurve, showPlace } from "./curve.js";
import { buildPage } from "./page.js";
import { specifications } from "./specifications.js";
import { showSetting, writeControls } from "./view.js";

/** @typedef {import("./judging.js").Setting} Setting */

/**
 * Mount every explorer of a page that carries this key; called by the page itself.
 * @param {string} key
 */
export function mountVerdicts(key) {
  for (const found of document.querySelectorAll(`.vx-explorer[data-verdicts="${key}"]`)) {
    const element = /** @type {HTMLElement & {explorer?: boolean}} */ (found);
    if (element.explorer) continue; // by this page's script; a mark in the page itself would be saved with it
    const data = JSON.parse(element.querySelector("script[type='application/json']")?.textContent ?? "null");
    if (!data) continue;
    element.explorer = true;
    start(element, opened(data));
  }
}

/**
 * @param {HTMLElement} element
 * @param {import("./data.js").Data} data
 */
function start(element, data) {
  const page = buildPage(element, data);
  let setting = registered(data, Object.keys(data.claims)[0]);
  let all = specifications(data, setting.claim, setting.results);

  const show = (/** @type {Setting} */ next, /** @type {boolean} */ aloud) => {
    const before = setting;
    setting = next;
    writeControls(page, data, setting);
    const said = showSetting(page, data, setting);
    if (aloud) page.says.textContent = said;
    const same = before.claim === setting.claim && cohortOf(before) === cohortOf(setting);
    if (same && aloud) return;
    all = specifications(data, setting.claim, setting.results);
    showCurve(page, data, all);
    showPlace(page, data, all, Math.max(0, all.findIndex((each) => each.registered)));
  };
  const cohortOf = (/** @type {Setting} */ { results }) => data.results[results].cohort;

  page.claim.addEventListener("change", () => show(registered(data, page.claim.value), true));
  page.results.addEventListener("change", () => show(withResults(data, setting, Number(page.results.value)), true));
  page.measure.addEventListener("change", () => show({ ...setting, measure: page.measure.value }, true));
  page.level.addEventListener("change", () => show({ ...setting, level: Number(page.level.value) }, true));
  page.correction.addEventListener("change", () =>
    show({ ...setting, correction: /** @type {Setting["correction"]} */ (page.correction.value) }, true));
  for (const name of /** @type {const} */ (["margin", "relevant"])) {
    page[name].addEventListener("change", () => {
      const trouble = troubleOf(name, page[name].valueAsNumber);
      page.error.hidden = !trouble;
      page.error.textContent = trouble;
      if (trouble) page[name].setAttribute("aria-invalid", "true");
      else show({ ...setting, [name]: page[name].valueAsNumber }, true);
    });
  }
  page.back.addEventListener("click", () => {
    show(registered(data, setting.claim, setting.results), true);
    page.claim.focus(); // the button is gone
  });
  page.place.addEventListener("input", () => showPlace(page, data, all, Number(page.place.value) - 1));
  page.take.addEventListener("click", () => show(all[Number(page.place.value) - 1].setting, true));
  // A browser that goes back may fill the fields after the script has run.
  window.addEventListener("pageshow", () => writeControls(page, data, setting));
  show(setting, false);
}

/**
 * The same setting by other results; a measure that these lack becomes the claim's own.
 * @param {import("./data.js").Data} data
 * @param {Setting} setting
 * @param {number} results
 * @returns {Setting}
 */
function withResults(data, setting, results) {
  const there = evidenceOf(data, setting.claim, results)?.by ?? {};
  const measure = setting.measure in there ? setting.measure : data.claims[setting.claim].own;
  return { ...setting, results, measure };
}

/**
 * Why a number is no margin or no effect; empty if it is one.
 * @param {"margin" | "relevant"} name
 * @param {number} value
 */
function troubleOf(name, value) {
  if (Number.isNaN(value)) return `The ${name === "margin" ? "margin" : "smallest relevant effect"} is not a number; the last one stays.`;
  if (name === "margin" && Math.abs(value) > 1) return "A margin lies from −1 to 1, in units of the measure; the last one stays.";
  if (name === "relevant" && !(value > 0 && value <= 1)) return "The smallest relevant effect lies above 0 and is at most 1; the last one stays.";
  return "";
}
