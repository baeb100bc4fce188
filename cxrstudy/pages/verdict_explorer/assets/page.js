/* Page: the elements of the explorer, empty; view.js and curve.js fill them, verdicts.js listens. */

import { make, options, select } from "../../../base/assets/elements.js";
import { CORRECTIONS } from "./multiplicity.js";
import { percent } from "./words.js";

const SVG = "http://www.w3.org/2000/svg";
/** Levels to choose from; those of claims are added. */
const LEVELS = [0.8, 0.9, 0.95, 0.975, 0.99, 0.995];

/**
 * @param {string} tag
 * @param {Record<string, string | number>} attributes
 * @param {...Node} children
 */
export function draw(tag, attributes, ...children) {
  const element = document.createElementNS(SVG, tag);
  for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, String(value));
  element.append(...children);
  return element;
}

/**
 * A labelled control; `name` is how tests and style sheets find it.
 * @param {string} text
 * @param {HTMLElement} control
 * @param {string} name
 */
function labelled(text, control, name) {
  control.dataset.control = name;
  return make("label", { class: `vx-control vx-${name}` }, make("span", {}, text), control);
}

const number = (/** @type {number} */ least) =>
  make("input", { type: "number", min: least, max: 1, step: 0.005, inputmode: "decimal", autocomplete: "off" });

/** @typedef {ReturnType<typeof makeParts>} Parts */

/** Every element that changes later. */
function makeParts() {
  return {
    claim: select(), results: select(), measure: select(), level: select(), correction: select(),
    margin: number(-1), relevant: number(0),
    back: make("button", { type: "button", "data-control": "back" }, "Back to what is registered"),
    error: make("p", { class: "vx-error", role: "alert", hidden: true }),
    standing: make("p", { class: "vx-standing" }), asked: make("p", { class: "vx-asked" }),
    outcome: make("p", { class: "vx-outcome" }), plot: make("div", { class: "vx-plot", "aria-hidden": "true" }),
    facts: make("dl", { class: "vx-facts" }),
    says: make("p", { class: "vx-says", role: "status", "aria-live": "polite" }),
    counts: make("p", { class: "vx-counts" }), curve: make("div", { class: "vx-curve" }),
    place: make("input", { type: "range", min: 1, step: 1, value: 1, autocomplete: "off" }),
    chosen: make("p", { class: "vx-chosen" }),
    take: make("button", { type: "button", "data-control": "take" }, "Show this one above"),
    choices: make("div", { class: "vx-choices" }),
    view: make("div", { class: "vx-view", role: "region", "aria-label": "Verdict explorer" }),
  };
}

/**
 * The frame of the explorer, put into an element.
 * @param {HTMLElement} element
 * @param {import("./data.js").Data} data
 */
export function buildPage(element, data) {
  const parts = makeParts();
  const levels = [...new Set([...LEVELS, ...Object.values(data.claims).map(({ level }) => level)])].sort();
  parts.claim.append(...Object.entries(data.claims).map(([name, { contrast }]) => make("option", { value: name }, `${name}: ${contrast}`)));
  parts.level.append(...options(levels.map((level) => [String(level), percent(level)])));
  parts.correction.append(...options(Object.entries(CORRECTIONS)));
  const controls = make("div", { class: "vx-controls", role: "group", "aria-label": "Setting" },
    labelled("Claim", parts.claim, "claim"),
    labelled("Budget: recorded results", parts.results, "results"),
    labelled("Measure", parts.measure, "measure"),
    labelled("Margin", parts.margin, "margin"),
    labelled("Smallest relevant effect", parts.relevant, "relevant"),
    labelled("Level of the interval", parts.level, "level"),
    labelled("Correction of p values", parts.correction, "correction"));
  const walking = make("div", { class: "vx-walking", role: "group", "aria-label": "One specification" },
    labelled("Specification, from the lowest to the highest difference", parts.place, "place"), parts.take, parts.chosen);
  parts.view.append(controls, parts.error, parts.standing, parts.back,
    make("div", { class: "vx-result" }, make("div", { class: "vx-left" }, parts.outcome, parts.plot, parts.asked), parts.facts),
    make("h3", {}, "All specifications of this claim"), parts.counts, parts.curve, walking,
    make("details", { class: "vx-fold" }, make("summary", {}, "How often each choice gives which outcome"), parts.choices),
    parts.says);
  // A saved page holds the explorer as it was.
  for (const old of element.querySelectorAll(":scope > .vx-view")) old.remove();
  element.append(parts.view);
  element.classList.add("vx-mounted");
  return parts;
}
