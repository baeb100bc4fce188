/* View: writes a state into the page: fields, images, scores and maps. */

import { make, options } from "../../../base/assets/elements.js";
import { isChanged } from "./edits.js";
import { peakOf } from "./occlusion.js";
import { colourBar, paintCursor, paintImage, paintOutline } from "./painting.js";
import { squareAt } from "./rectangle.js";
import { shareBelow } from "./scores.js";
import { changesText, movedText, percentText, scoreText, siteText } from "./words.js";

/**
 * @typedef {import("./data.js").Data} Data
 * @typedef {import("./page.js").Parts} Parts
 * @typedef {{patient: number, edits: import("./edits.js").Edits, label: string, tool: string, side: number,
 *   outline: boolean, cursor: [number, number] | null}} State
 * @typedef {{grey: Float32Array, now: number[][], before: number[][]}} Scored an image, and probabilities
 *   by network: of it, and of the patient's image before any change
 */

/**
 * Write every field, whatever a browser or a person has put there.
 * @param {Parts} parts
 * @param {Data} data
 * @param {State} state
 */
export function writeControls(parts, data, state) {
  const patient = data.patients[state.patient];
  const { edits } = state;
  parts.patient.value = String(state.patient);
  parts.site.replaceChildren(...options(Object.keys(patient.markers).sort().map((site) => [site, siteText(data, patient, site)])));
  parts.site.value = edits.site;
  parts.lesion.disabled = patient.outline === "";
  parts.lesion.checked = edits.lesion;
  parts.outline.disabled = patient.outline === "";
  parts.outline.checked = state.outline && patient.outline !== "";
  const places = /** @type {[string, string][]} */ ([["film", "where it was put"], ["erased", "erased"]]);
  if (Array.isArray(edits.marker)) places.push(["moved", "moved by hand"]);
  parts.marker.replaceChildren(...options(places));
  parts.marker.value = Array.isArray(edits.marker) ? "moved" : edits.marker;
  parts.blur.value = String(edits.blur);
  parts.blurSays.textContent = edits.blur > 0 ? `${edits.blur} pixels` : "none";
  parts.tool.value = state.tool;
  parts.side.value = String(state.side);
  parts.label.value = state.label;
  parts.undo.disabled = edits.erased.length === 0;
  parts.reset.disabled = !isChanged(patient, edits);
}

/**
 * @param {Parts} parts
 * @param {Data} data
 * @param {State} state
 * @param {Float32Array} grey
 */
export function showImage(parts, data, state, grey) {
  const patient = data.patients[state.patient];
  const changes = changesText(patient, state.edits);
  paintImage(parts.canvas, grey, data.pixels);
  if (state.outline && patient.outline) paintOutline(parts.canvas, patient.outline);
  if (state.cursor) paintCursor(parts.canvas, squareAt(...state.cursor, state.side, data.pixels), data.pixels);
  parts.canvas.setAttribute("aria-label", `Radiograph of ${patient.id}${changes && `, ${changes}`}`);
  parts.changes.replaceChildren(make("strong", {}, `Truth: ${data.labels[patient.label]}.`), ` ${changes ? `Changed: ${changes}.` : "As in the test."}`);
}

/**
 * @param {Parts} parts
 * @param {Data} data
 * @param {State} state
 * @param {Scored} scored
 */
export function showScores(parts, data, state, { now, before }) {
  const changed = isChanged(data.patients[state.patient], state.edits);
  const labels = Object.entries(data.labels);
  data.networks.forEach((network, number) => {
    const { scores, rank } = parts.panels[number];
    scores.replaceChildren(...labels.map(([label, name], place) => {
      const [bar, tick] = [make("span", { class: "lx-full" }), make("span", { class: "lx-before" })];
      bar.style.width = `${now[number][place] * 100}%`;
      tick.style.left = `${before[number][place] * 100}%`;
      return make("li", { class: label === state.label ? "lx-asked" : undefined }, make("span", {}, name),
        make("span", { class: "lx-number" }, movedText(now[number][place], before[number][place], changed)),
        make("span", { class: "lx-bar", "aria-hidden": "true" }, bar, ...(changed ? [tick] : [])));
    }));
    const place = labels.findIndex(([label]) => label === state.label);
    const standing = (/** @type {number[][]} */ of) => percentText(shareBelow(network.ranks[state.label], of[number][place]));
    rank.textContent = `For ${data.labels[state.label]} higher than ${standing(now)} of the recorded test scores${changed ? `, before: ${standing(before)}` : ""}.`;
  });
}

/**
 * @param {Parts} parts
 * @param {Data} data
 * @param {State} state
 * @param {Float32Array} grey
 * @param {Float32Array[] | null} maps
 * @param {number} share of the maps that is known
 */
export function showMaps(parts, data, state, grey, maps, share) {
  const peak = maps ? peakOf(maps) : 0;
  const { outline } = data.patients[state.patient];
  data.networks.forEach(({ name }, number) => {
    const { canvas } = parts.panels[number];
    paintImage(canvas, grey, data.pixels, maps?.[number], peak);
    if (state.outline && outline) paintOutline(canvas, outline);
    canvas.setAttribute("aria-label", `Occlusion map of ${name} for ${data.labels[state.label]}`);
  });
  parts.scale.style.backgroundImage = colourBar();
  parts.progress.value = share;
  parts.progress.style.visibility = share < 1 ? "visible" : "hidden";
  parts.legend.textContent = `Orange: erased here, the score for ${data.labels[state.label]} falls; blue: it rises. `
    + `The strongest colour stands for ${scoreText(peak)} of log odds, in both maps.`;
}
