/* Maps: computed between other work, so that the page answers, and anew after every change. */

import { occlusion } from "./occlusion.js";
import { showMaps } from "./view.js";

/**
 * @typedef {import("./data.js").Data} Data
 * @typedef {import("./page.js").Parts} Parts
 * @typedef {import("./view.js").State} State
 */

/** Milliseconds of quiet after which a map begins, that it computes at a time, and between its pictures. */
const QUIET = 250;
const AT_ONCE = 12;
const PICTURES = 200;

/**
 * Compute maps between other work: a new one begins after some quiet, and the one before ends.
 * @param {Parts} parts
 * @param {Data} data
 * @returns {(state: State, grey: Float32Array) => void}
 */
export function mapsOn(parts, data) {
  let running = 0;
  return async (state, grey) => {
    const mine = ++running;
    parts.panels[0].element.parentElement?.setAttribute("aria-busy", "true");
    showMaps(parts, data, state, grey, null, 0);
    await pause(QUIET);
    if (mine !== running) return;
    let [began, pictured] = [performance.now(), 0];
    const label = Object.keys(data.labels).indexOf(state.label);
    for (const { maps, share } of occlusion(data.networks, grey, label, data.pixels)) {
      if (performance.now() - began < AT_ONCE && share < 1) continue;
      if (performance.now() - pictured > PICTURES || share === 1) {
        showMaps(parts, data, state, grey, maps, share);
        pictured = performance.now();
      }
      await pause(0);
      if (mine !== running) return;
      began = performance.now();
    }
    parts.panels[0].element.parentElement?.setAttribute("aria-busy", "false");
  };
}

/** @param {number} milliseconds @returns {Promise<void>} */
export const pause = (milliseconds) => new Promise((done) => { setTimeout(done, milliseconds); });
