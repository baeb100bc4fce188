/*
 * Live network: two networks that compute in the page, and an image that a reader changes.
 *
 * Read network.js for how a score is computed, edits.js for how an image is changed, and
 * occlusion.js for maps. Scores come at once; maps are computed between other work, one erased square
 * after another, and begin anew with every change.
 */

import { openedData } from "./data.js";
import { imageOf, middleOf, unchanged } from "./edits.js";
import { bytesToLoad, lateData } from "./late.js";
import { mapsOn, pause } from "./maps.js";
import { logitsOf, resultsOf } from "./network.js";
import { buildFrame, buildParts } from "./page.js";
import { listenToKeys, listenToPointer } from "./pointing.js";
import { squareAt } from "./rectangle.js";
import { probabilitiesOf } from "./scores.js";
import { showImage, showScores, writeControls } from "./view.js";
import { agreementText, sentence, sizeText } from "./words.js";

/**
 * @typedef {import("./data.js").Data} Data
 * @typedef {import("./page.js").Parts} Parts
 * @typedef {import("./view.js").State} State
 */

/**
 * Mount every part of a page that carries this key; called by the page itself.
 * @param {string} key
 */
export function mountLive(key) {
  for (const found of document.querySelectorAll(`.lx-live[data-live="${key}"]`)) {
    const element = /** @type {HTMLElement & {live?: boolean}} */ (found);
    const place = /** @type {HTMLElement | null} */ (element.querySelector("script[type='application/json']"));
    if (element.live || !place) continue;
    element.live = true; // a mark in the page itself would be saved with it
    element.classList.remove("lx-mounted");
    const frame = buildFrame(element);
    const bytes = bytesToLoad(place);
    const invitation = `Load the networks${bytes ? ` (${sizeText(bytes)})` : ""}`;
    frame.start.textContent = invitation;
    frame.start.addEventListener("click", async () => {
      frame.start.disabled = true;
      frame.start.textContent = "Loading …";
      frame.trouble.hidden = true;
      try {
        const data = openedData(await lateData(place));
        const before = await allProbabilities(data);
        start(buildParts(frame, data), data, before);
        element.classList.add("lx-mounted");
        frame.view.dataset.state = "ready";
      } catch (error) {
        frame.trouble.textContent = `The networks can't be loaded: ${/** @type {Error} */ (error).message}.`;
        frame.trouble.hidden = false;
        frame.start.textContent = invitation;
        frame.start.disabled = false;
      }
    });
  }
}

/** @param {Data} data @param {Float32Array} grey */
const probabilities = (data, grey) => data.networks.map((network) => probabilitiesOf(logitsOf(resultsOf(network, grey))));

/** Of every patient's image before any change; the page answers in between. @param {Data} data */
async function allProbabilities(data) {
  const all = [];
  for (const patient of data.patients) {
    await pause(0);
    all.push(probabilities(data, imageOf(patient, unchanged(patient), data.pixels)));
  }
  return all;
}

/** Largest difference from the recorded scores, over all patients and networks. @param {Data} data @param {number[][][]} before */
export function worstOf(data, before) {
  const apart = data.patients.flatMap(({ recorded }, patient) => data.networks.flatMap(({ name }, network) =>
    recorded[name].map((score, label) => Math.abs(score - before[patient][network][label]))));
  return Math.max(...apart);
}

/**
 * @param {Parts} parts
 * @param {Data} data
 * @param {number[][][]} before probabilities by patient and network, before any change
 */
function start(parts, data, before) {
  parts.agreement.textContent = agreementText(data.patients.length, worstOf(data, before));
  /** @type {State} */
  let state = {
    patient: 0, edits: unchanged(data.patients[0]), label: data.asked, tool: "erase", side: 6, outline: false, cursor: null,
  };
  const mapper = mapsOn(parts, data);
  let asked = false;

  const score = () => {
    asked = false;
    const patient = data.patients[state.patient];
    const grey = imageOf(patient, state.edits, data.pixels);
    const now = probabilities(data, grey);
    showScores(parts, data, state, { grey, now, before: before[state.patient] });
    parts.says.textContent = sentence(data, patient, state.edits, now, before[state.patient]);
    mapper(state, grey);
  };
  const show = (/** @type {Partial<State>} */ changes) => {
    state = { ...state, ...changes };
    writeControls(parts, data, state);
    showImage(parts, data, state, imageOf(data.patients[state.patient], state.edits, data.pixels));
    if (!asked) requestAnimationFrame(score); // a drag asks many times in a picture
    asked = true;
  };
  const edit = (/** @type {Partial<State["edits"]>} */ changes) => show({ edits: { ...state.edits, ...changes } });
  const only = (/** @type {Partial<State>} */ changes) => { // the image stays as it is
    state = { ...state, ...changes };
    showImage(parts, data, state, imageOf(data.patients[state.patient], state.edits, data.pixels));
  };
  const apply = (/** @type {number} */ x, /** @type {number} */ y) => {
    if (state.tool === "marker") return edit({ marker: [x, y] });
    return edit({ erased: [...state.edits.erased, squareAt(x, y, state.side, data.pixels)] });
  };
  const undo = () => { if (state.edits.erased.length > 0) edit({ erased: state.edits.erased.slice(0, -1) }); };

  parts.patient.addEventListener("change", () => {
    const patient = Number(parts.patient.value);
    show({ patient, edits: unchanged(data.patients[patient]) });
  });
  parts.site.addEventListener("change", () => edit({ site: parts.site.value }));
  parts.lesion.addEventListener("change", () => edit({ lesion: parts.lesion.checked }));
  parts.marker.addEventListener("change", () => {
    if (parts.marker.value !== "moved") edit({ marker: /** @type {"film" | "erased"} */ (parts.marker.value) });
  });
  parts.blur.addEventListener("input", () => edit({ blur: Number(parts.blur.value) }));
  parts.label.addEventListener("change", () => show({ label: parts.label.value }));
  parts.outline.addEventListener("change", () => show({ outline: parts.outline.checked }));
  parts.tool.addEventListener("change", () => only({ tool: parts.tool.value }));
  parts.side.addEventListener("change", () => only({ side: Number(parts.side.value) }));
  parts.undo.addEventListener("click", () => { undo(); parts.stage.focus({ preventScroll: true }); });
  parts.reset.addEventListener("click", () => {
    show({ edits: unchanged(data.patients[state.patient]) });
    parts.stage.focus({ preventScroll: true }); // the button can't be pressed any more
  });
  listenToPointer(parts, data.pixels, apply);
  listenToKeys(parts, data.pixels, {
    cursor: () => state.cursor ?? middleOf(data.patients[state.patient].markers[state.edits.site]),
    move: (cursor) => { only({ cursor }); parts.says.textContent = `Column ${cursor[0]}, row ${cursor[1]}.`; },
    apply, undo,
  });
  parts.stage.addEventListener("blur", () => only({ cursor: null }));
  // A browser that goes back may fill the fields after the script has run.
  window.addEventListener("pageshow", () => writeControls(parts, data, state));
  show({});
}
