/* Curve: all specifications of a claim by their difference, with intervals and outcomes. */

import { make } from "../../../base/assets/elements.js";
import { draw } from "./page.js";
import { counted, sizesOf } from "./specifications.js";
import { OUTCOMES } from "./rule.js";
import { chip } from "./view.js";
import { difference, interval, PARTS, partOf } from "./words.js";

/**
 * @typedef {import("./page.js").Parts} Parts
 * @typedef {import("./data.js").Data} Data
 * @typedef {import("./specifications.js").Specification} Specification
 */

const HEIGHT = 100;
const LANE = 10;

/** Outcome as the name of a class. @param {string} outcome */
const classOf = (outcome) => outcome.replaceAll(" ", "-");

/**
 * Draw the curve, one lane of marks per outcome below it, and the counts.
 * @param {Parts} page
 * @param {Data} data
 * @param {Specification[]} all
 */
export function showCurve(page, data, all) {
  const { claim } = all[0].setting;
  const own = all.find((each) => each.registered);
  const said = counted(all).map(([outcome, number]) => `${number} give ${outcome}`).join(", ");
  page.counts.replaceChildren(
    `Of ${all.length} specifications (measures × budgets × corrections × sizes of margin and smallest relevant effect), ${said}. `
    + `${own ? `The registered one gives ${own.judged.outcome}` : "The registered one is not among them"} (▼). `
    + "All see the same patients, so they are no independent studies.");
  const lanes = counted(all).map(([outcome, number]) => [
    make("span", { class: "vx-lane-name" }, chip(outcome), ` ${number}`), laneOf(all, outcome), make("span"),
  ]);
  page.curve.replaceChildren(...headOf(all), ...intervalsOf(all, data.claims[claim].margin), ...lanes.flat());
  page.place.max = String(all.length);
  page.choices.replaceChildren(tableOf(data, all));
}

/**
 * Where the registered specification is, above the plot.
 * @param {Specification[]} all
 */
function headOf(all) {
  const place = all.findIndex((each) => each.registered);
  const mark = make("span", { style: `left:${(100 * (place + 0.5)) / all.length}%` }, "▼");
  return [make("span", { class: "vx-lane-name" }), make("div", { class: "vx-head", "aria-hidden": "true" }, ...(place < 0 ? [] : [mark])), make("span")];
}

/**
 * @param {Specification[]} all
 * @param {number} margin
 */
function intervalsOf(all, margin) {
  const ends = all.flatMap(({ judged }) => [judged.estimate, ...judged.wide]).filter((value) => !Number.isNaN(value));
  const [low, high] = [Math.min(0, margin, ...ends), Math.max(0, margin, ...ends)];
  const at = (/** @type {number} */ value) => HEIGHT - 3 - (94 * (value - low)) / (high - low || 1);
  const across = (/** @type {number} */ value, /** @type {string} */ name) =>
    draw("line", { class: name, x1: 0, x2: all.length, y1: at(value), y2: at(value) });
  const bars = all.filter(({ judged }) => !Number.isNaN(judged.wide[0])).map((each) => {
    const x = all.indexOf(each) + 0.5;
    const { wide, estimate, outcome } = each.judged;
    return draw("g", { class: classOf(outcome) },
      draw("line", { x1: x, x2: x, y1: at(wide[0]), y2: at(wide[1]) }),
      draw("line", { class: "vx-at", x1: x - 0.5, x2: x + 0.5, y1: at(estimate), y2: at(estimate) }));
  });
  const svg = draw("svg", { viewBox: `0 0 ${all.length} ${HEIGHT}`, preserveAspectRatio: "none", role: "img", class: "vx-bars",
    "aria-label": "Differences of all specifications with their intervals, from the lowest to the highest" },
    across(0, "vx-zero"), ...(margin === 0 ? [] : [across(margin, "vx-margin")]), ...bars, ...marked(all, HEIGHT));
  const marks = make("div", { class: "vx-axis", "aria-hidden": "true" });
  const named = [high, low, 0, margin].filter((value, place, values) =>
    values.findIndex((other) => Math.abs(at(other) - at(value)) < 10) === place);
  for (const value of named) marks.append(make("span", { style: `top:${at(value)}%` }, difference(value)));
  return [make("span", { class: "vx-lane-name" }, "difference with interval"), svg, marks];
}

/**
 * Marks of the specifications with an outcome.
 * @param {Specification[]} all
 * @param {string} outcome
 */
function laneOf(all, outcome) {
  const marks = all.flatMap(({ judged }, place) => (judged.outcome === outcome
    ? [draw("rect", { x: place + 0.1, width: 0.8, y: 0, height: LANE })] : []));
  return draw("svg", { viewBox: `0 0 ${all.length} ${LANE}`, preserveAspectRatio: "none", class: `vx-lane ${classOf(outcome)}`, "aria-hidden": "true" },
    ...marks, ...marked(all, LANE));
}

/**
 * Lines at the registered specification and at the one that is looked at.
 * @param {Specification[]} all
 * @param {number} height
 */
function marked(all, height) {
  const place = all.findIndex((each) => each.registered) + 0.5;
  const own = place < 0 ? [] : [draw("line", { class: "vx-own", x1: place, x2: place, y1: 0, y2: height })];
  return [...own, draw("line", { class: "vx-cursor", x1: 0.5, x2: 0.5, y1: 0, y2: height })];
}

/**
 * Look at one specification.
 * @param {Parts} page
 * @param {Data} data
 * @param {Specification[]} all
 * @param {number} place from 0
 */
export function showPlace(page, data, all, place) {
  for (const line of page.curve.querySelectorAll(".vx-cursor")) {
    line.setAttribute("x1", String(place + 0.5));
    line.setAttribute("x2", String(place + 0.5));
  }
  const { setting, size, judged, registered } = all[place];
  const parts = ["measure", "results", "correction"].map((name) => partOf(data, setting, /** @type {keyof typeof setting} */ (name)));
  const text = `${place + 1} of ${all.length}${registered ? ", the registered one" : ""}: ${[...parts, `sizes ${size}`].join("; ")}: `
    + `${interval(judged.estimate, judged.wide, setting.margin, judged.why)}, ${judged.outcome}.`;
  page.place.value = String(place + 1);
  page.place.setAttribute("aria-valuetext", text);
  page.chosen.textContent = text;
}

/**
 * How often each choice gives which outcome.
 * @param {Data} data
 * @param {Specification[]} all
 */
function tableOf(data, all) {
  const present = OUTCOMES.filter((outcome) => all.some(({ judged }) => judged.outcome === outcome));
  const sizes = sizesOf(data.claims[all[0].setting.claim]).map(({ name }) => name);
  /** @type {[string, string, (one: Specification) => boolean][]} */
  const rows = [
    ...(/** @type {const} */ (["measure", "results", "correction"])).flatMap((part) =>
      [...new Set(all.map(({ setting }) => partOf(data, setting, part)))].sort().map((value) =>
        /** @type {[string, string, (one: Specification) => boolean]} */ ([PARTS[part], value, ({ setting }) => partOf(data, setting, part) === value]))),
    ...sizes.map((name) => /** @type {[string, string, (one: Specification) => boolean]} */ (["sizes", name, ({ size }) => size === name])),
  ];
  const head = make("tr", {}, ...["choice", "", ...present].map((text) => make("th", { scope: "col" }, text)));
  const body = rows.map(([part, value, holds]) => make("tr", {}, make("td", {}, part), make("th", { scope: "row" }, value),
    ...present.map((outcome) => make("td", {}, String(all.filter((one) => holds(one) && one.judged.outcome === outcome).length)))));
  return make("table", {}, make("thead", {}, head), make("tbody", {}, ...body));
}
