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
import { logitsOf, resultsOf } from "./network.js";
import { occlusion } from "./occlusion.js";
import { buildFrame, buildParts } from "./page.js";
import { squareAt } from "./rectangle.js";
import { probabilitiesOf } from "./scores.js";
import { showImage, showMaps, showScores, writeControls } from "./view.js";
import { agreementText, sentence, sizeText } from "./words.js";

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
    frame.start.textContent = `Load the networks${bytes ? ` (${sizeText(bytes)})` : ""}`;
    frame.start.addEventListener("click", async () => {
      frame.start.disabled = true;
      frame.trouble.hidden = true;
      try {
        const data = openedData(await lateData(place));
        start(buildParts(frame, data), data);
        element.classList.add("lx-mounted");
        frame.view.dataset.state = "ready";
      } catch (error) {
        frame.trouble.textContent = `The networks can't be loaded: ${/** @type {Error} */ (error).message}.`;
        frame.trouble.hidden = false;
        frame.start.disabled = false;
      }
    });
  }
}

/** @param {Data} data @param {Float32Array} grey */
const probabilities = (data, grey) => data.networks.map((network) => probabilitiesOf(logitsOf(resultsOf(network, grey))));

/** Largest difference from the recorded scores, over all patients and networks. @param {Data} data @param {number[][][]} before */
export function worstOf(data, before) {
  const apart = data.patients.flatMap(({ recorded }, patient) => data.networks.flatMap(({ name }, network) =>
    recorded[name].map((score, label) => Math.abs(score - before[patient][network][label]))));
  return Math.max(...apart);
}

/**
 * @param {Parts} parts
 * @param {Data} data
 */
function start(parts, data) {
  const before = data.patients.map((patient) => probabilities(data, imageOf(patient, unchanged(patient), data.pixels)));
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

/**
 * Compute maps between other work: a new one begins after some quiet, and the one before ends.
 * @param {Parts} parts
 * @param {Data} data
 * @returns {(state: State, grey: Float32Array) => void}
 */
function mapsOn(parts, data) {
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
const pause = (milliseconds) => new Promise((done) => { setTimeout(done, milliseconds); });

/**
 * @param {Parts} parts
 * @param {number} pixels
 * @param {(x: number, y: number) => void} apply
 */
function listenToPointer({ stage, canvas }, pixels, apply) {
  let last = "";
  const at = (/** @type {PointerEvent} */ event) => {
    const box = canvas.getBoundingClientRect();
    const place = (/** @type {number} */ share) => Math.max(0, Math.min(pixels - 1, Math.floor(share * pixels)));
    const [x, y] = [place((event.clientX - box.left) / box.width), place((event.clientY - box.top) / box.height)];
    if (last === `${x} ${y}`) return; // a drag tells the same pixel many times
    last = `${x} ${y}`;
    apply(x, y);
  };
  canvas.addEventListener("pointerdown", (event) => {
    if (event.button !== 0) return;
    stage.focus({ preventScroll: true });
    canvas.setPointerCapture(event.pointerId);
    last = "";
    at(event);
    event.preventDefault();
  });
  canvas.addEventListener("pointermove", (event) => { if (canvas.hasPointerCapture(event.pointerId)) at(event); });
}

/**
 * @param {Parts} parts
 * @param {number} pixels
 * @param {{cursor: () => [number, number], move: (cursor: [number, number]) => void,
 *   apply: (x: number, y: number) => void, undo: () => void}} does
 */
function listenToKeys({ stage }, pixels, { cursor, move, apply, undo }) {
  const steps = /** @type {Record<string, [number, number]>} */ ({ ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] });
  stage.addEventListener("keydown", (event) => {
    if (event.altKey || event.ctrlKey || event.metaKey) return;
    const [x, y] = cursor();
    const step = steps[event.key];
    const far = event.shiftKey ? 8 : 2;
    const inside = (/** @type {number} */ value) => Math.max(0, Math.min(pixels - 1, value));
    if (step) move([inside(x + step[0] * far), inside(y + step[1] * far)]);
    else if (event.key === " " || event.key === "Enter") apply(x, y);
    else if (event.key === "Backspace") undo();
    else return;
    event.preventDefault();
  });
}
