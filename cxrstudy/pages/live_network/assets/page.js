/* Page: the elements, empty; view.js fills them, live_network.js listens. */

import { make, options, select } from "../../../base/assets/elements.js";
import { CELLS } from "./occlusion.js";
import { patientText, tieText } from "./words.js";

/** @typedef {import("./data.js").Data} Data */

/** Largest blur in pixels, and sides of squares that the pointer erases. */
const BLUR = 4;
const SIDES = [3, 6, 10, 16];

/**
 * A labelled control; `name` is how tests and style sheets find it.
 * @param {string} text
 * @param {HTMLElement} control
 * @param {string} name
 * @param {...Node} beside
 */
function labelled(text, control, name, ...beside) {
  control.dataset.control = name;
  return make("label", { class: `lx-control lx-${name}` }, make("span", {}, text, ...beside), control);
}

const button = (/** @type {string} */ name, /** @type {string} */ text) => make("button", { type: "button", "data-control": name }, text);

/** The frame around everything: what loads, and then what can be changed. @param {HTMLElement} element */
export function buildFrame(element) {
  const frame = {
    start: button("start", ""), trouble: make("p", { class: "lx-trouble", role: "alert", hidden: true }),
    view: make("div", { class: "lx-view", role: "region", "aria-label": "Two networks to try" }),
  };
  // A saved page holds the frame as it was.
  for (const old of element.querySelectorAll(":scope > .lx-view")) old.remove();
  frame.view.append(frame.start, frame.trouble);
  element.append(frame.view);
  return frame;
}

/** @typedef {ReturnType<typeof buildFrame>} Frame */

/**
 * A network's part: its map over the image, its scores, and where they stand.
 * @param {string} name
 * @param {number} pixels
 */
function buildPanel(name, pixels) {
  const panel = {
    canvas: make("canvas", { role: "img", width: pixels * 4, height: pixels * 4 }),
    scores: make("ul", { class: "lx-scores" }), rank: make("p", { class: "lx-rank" }),
  };
  const element = make("section", { class: "lx-panel", "aria-label": name }, make("h4", {}, name), panel.canvas, panel.scores, panel.rank);
  return { ...panel, element };
}

/** @typedef {ReturnType<typeof buildParts>} Parts */

/**
 * Everything that is shown once the networks are there, put into the frame.
 * @param {Frame} frame
 * @param {Data} data
 */
export function buildParts({ view, trouble }, data) {
  const parts = {
    patient: select(), site: select(), marker: select(), label: select(), tool: select(), side: select(),
    lesion: make("input", { type: "checkbox", autocomplete: "off" }),
    outline: make("input", { type: "checkbox", autocomplete: "off" }),
    blur: make("input", { type: "range", min: 0, max: BLUR, step: 0.5, value: 0, autocomplete: "off" }),
    blurSays: make("span", {}), undo: button("undo", "Undo the last square"), reset: button("reset", "Reset"),
    stage: make("div", { class: "lx-stage", tabindex: 0, role: "application", "aria-label": "The image, to be changed", "aria-describedby": "lx-help" }),
    canvas: make("canvas", { role: "img", width: data.pixels * 4, height: data.pixels * 4 }),
    changes: make("p", { class: "lx-changes" }), legend: make("p", { class: "lx-legend" }),
    scale: make("span", { class: "lx-scale", "aria-hidden": "true" }),
    progress: make("progress", { max: 1, value: 0, "aria-label": "Map being computed" }),
    agreement: make("p", { class: "lx-agreement" }),
    says: make("p", { class: "lx-says", role: "status", "aria-live": "polite" }),
    panels: data.networks.map(({ name }) => buildPanel(name, data.pixels)),
  };
  parts.patient.append(...options(data.patients.map((patient, place) => [String(place), patientText(data, patient, place)])));
  parts.label.append(...options(Object.entries(data.labels)));
  parts.tool.append(...options([["erase", "erases a square"], ["marker", "puts the marker there"]]));
  parts.side.append(...options(SIDES.map((side) => [String(side), `${side} × ${side} pixels`])));
  parts.stage.append(parts.canvas);
  const retake = make("div", { class: "lx-controls lx-retake", role: "group", "aria-label": "Take the image again" },
    labelled("Patient", parts.patient, "patient"), labelled("Examined at hospital", parts.site, "site"),
    labelled("Marker", parts.marker, "marker"), labelled("Lesion on the image", parts.lesion, "lesion"));
  const controls = make("div", { class: "lx-controls", role: "group", "aria-label": "Change the image" },
    labelled("Blur: ", parts.blur, "blur", parts.blurSays),
    labelled("A click on the image", parts.tool, "tool"), labelled("Size of the square", parts.side, "side"),
    labelled("Outline of the lesion", parts.outline, "outline"), labelled("Map for", parts.label, "label"),
    make("div", { class: "lx-buttons" }, parts.undo, parts.reset));
  const help = make("p", { class: "lx-help", id: "lx-help" },
    "Click or drag on the image, or use arrow keys and then Space; Backspace undoes the last square. Erased squares have the image's mean grey.");
  const image = make("section", { class: "lx-panel lx-own", "aria-label": "Image" }, make("h4", {}, "The image"), parts.stage, parts.changes);
  const say = make("div", { class: "lx-map" }, parts.legend, parts.scale, parts.progress);
  view.replaceChildren(trouble, make("p", { class: "lx-tie" }, tieText(data)), retake,
    make("div", { class: "lx-row" }, image, ...parts.panels.map(({ element }) => element)),
    say, controls, help, parts.agreement, parts.says);
  view.dataset.cells = String(CELLS);
  return parts;
}
