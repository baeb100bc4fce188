/* Controls: fields that are written from the choice, and that change it; they hold nothing themselves. */

import { options } from "../../base/assets/elements.js";
import { COLOUR_NAMES } from "./colours.js";
import { EACH, ERRORS, ORDERS, offered, sourcesOf, truthsOf } from "./choices.js";
import { LEAST, STEP } from "./looking.js";
import { percent, spoken } from "./words.js";

/**
 * @typedef {import("./page.js").Parts} Parts
 * @typedef {import("./state.js").State} State
 * @typedef {"truth" | "outcome" | "source" | "apart" | "order" | "arm" | "other" | "label" | "method" | "layer" | "colours"} List
 */

const LISTS = /** @type {List[]} */ (["truth", "outcome", "source", "apart", "order", "arm", "other", "label", "method", "layer", "colours"]);
const SLIDERS = /** @type {("opacity" | "threshold" | "width" | "level")[]} */ (["opacity", "threshold", "width", "level"]);
const TICKS = /** @type {("outline" | "original")[]} */ (["outline", "original"]);

/**
 * Make a list say this; options are only made anew if they differ, so that an open list stays open.
 * @param {HTMLSelectElement} list
 * @param {[string, string][]} pairs values and texts
 * @param {string | null} value
 */
function fill(list, pairs, value) {
  const same = list.options.length === pairs.length
    && pairs.every(([name, text], place) => list.options[place].value === name && list.options[place].textContent === text);
  if (!same) list.replaceChildren(...options(pairs));
  if (list.value !== (value ?? "")) list.value = value ?? "";
}

/** @param {string[]} names @returns {[string, string][]} */
const asPairs = (names) => names.map((name) => [name, name]);

/**
 * Write every field, whatever a browser or a person has put there.
 * @param {Parts} page
 * @param {State} state
 */
export function writeControls(page, state) {
  const { data, cases, choice } = state;
  const left = offered(cases, choice);
  const named = (/** @type {string} */ label) => /** @type {[string, string]} */ ([label, spoken(data, label)]);
  const arms = data.arms.map(({ name }) => name);
  const layers = data.arms.find(({ name }) => name === choice.arm)?.layers ?? [];
  fill(page.image, asPairs(left.map(({ id }) => id)), choice.id);
  fill(page.truth, [["", "all"], ...truthsOf(cases).map(named)], choice.truth);
  fill(page.outcome, [["", "all"], ["right", "right"], ["wrong", "wrong"]], choice.outcome);
  fill(page.source, [["", "all"], ...asPairs(sourcesOf(cases))], choice.source);
  fill(page.apart, ERRORS.map(([name, words]) => [name, words]), choice.apart);
  fill(page.order, ORDERS, choice.order);
  fill(page.arm, asPairs(arms), choice.arm);
  fill(page.other, [["", "nothing"], ...asPairs(arms)], choice.other);
  const called = /** @type {[string, string][]} */ (choice.other && choice.other !== choice.arm
    ? [["", `called by ${choice.arm}`], [EACH, "called by each itself"]] : [["", "the class called"]]);
  fill(page.label, [...called, ...data.mapped.map(named)], choice.label);
  fill(page.method, data.methods.map(({ name, title, slow }) =>
    [name, slow && !title.includes("slow") ? `${title} (slow)` : title]), choice.method);
  fill(page.layer, asPairs(layers), choice.layer);
  fill(page.colours, Object.entries(COLOUR_NAMES), choice.colours);
  for (const name of SLIDERS) {
    if (Number(page[name].value) !== choice[name]) page[name].value = String(choice[name]);
    page[`${name}Value`].textContent = percent(choice[name]);
  }
  page.width.min = String(LEAST);
  for (const name of TICKS) page[name].checked = choice[name];
  page.zoomSays.textContent = `${choice.zoom.toFixed(1)} ×`;
  page.farther.disabled = choice.zoom <= 1;
  const place = left.findIndex(({ id }) => id === choice.id) + 1;
  page.count.textContent = left.length > 0 ? `${place} of ${left.length}` : "none";
  const filters = [choice.truth && spoken(data, choice.truth), choice.outcome, choice.source,
    choice.apart && `error ${ERRORS.find(([name]) => name === choice.apart)?.[1]}`].filter(Boolean);
  page.filterSays.textContent = filters.length > 0 ? `Filter: ${filters.join(", ")}` : "Filter";
}

/**
 * @param {Parts} page
 * @param {(event: import("./state.js").Event) => void} dispatch
 */
export function connect(page, dispatch) {
  const choose = (/** @type {Partial<import("./choices.js").Choice>} */ changes, /** @type {string} */ said) =>
    dispatch({ kind: "choose", changes, said });
  for (const name of [.../** @type {const} */ (["image"]), ...LISTS]) {
    page[name].addEventListener("change", () => {
      const title = page[name].closest("label")?.firstElementChild?.textContent;
      const value = page[name].value;
      choose({ [name === "image" ? "id" : name]: value }, `${title}: ${page[name].selectedOptions[0]?.textContent}.`);
    });
  }
  for (const name of SLIDERS) {
    page[name].addEventListener("input", () => choose({ [name]: Number(page[name].value) }, ""));
    page[name].addEventListener("change", () => {
      const value = Number(page[name].value);
      choose({ [name]: value }, `${name} ${percent(value)}.`);
    });
  }
  for (const name of TICKS) {
    page[name].addEventListener("change", () => {
      const title = page[name].closest("label")?.firstElementChild?.textContent;
      choose({ [name]: page[name].checked }, `${title}: ${page[name].checked ? "on" : "off"}.`);
    });
  }
  page.closer.addEventListener("click", () => dispatch({ kind: "zoom", times: STEP }));
  page.farther.addEventListener("click", () => dispatch({ kind: "zoom", times: 1 / STEP }));
  page.whole.addEventListener("click", () => dispatch({ kind: "whole" }));
  page.previous.addEventListener("click", () => dispatch({ kind: "step", by: -1 }));
  page.next.addEventListener("click", () => dispatch({ kind: "step", by: 1 }));
  page.cancel.addEventListener("click", () => dispatch({ kind: "cancel" }));
  page.again.addEventListener("click", () => dispatch({ kind: "again" }));
  page.clear.addEventListener("click", () => dispatch({ kind: "clear" }));
}
