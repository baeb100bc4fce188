/*
 * The explorer of heatmaps: one front end for two places.
 *
 *   live    anywidget calls render({model, el}); Python answers what is asked for
 *   stored  mountAll(key) in a page; all answers lie in the data
 *
 * Read state.js first: it says what a view knows. This module joins its parts: an event changes the
 * state, the state is shown, and what is to be done is done. Nothing is fetched.
 */

import { connect } from "./controls.js";
import { followHand } from "./gestures.js";
import { keepKeys, meaningOf } from "./keys.js";
import { liveSource } from "./live.js";
import { followWith, linkTo, linked, recalled, recalledWith, remember, rememberWith } from "./memory.js";
import { isFor, newName } from "./messages.js";
import { buildPage, buildScoring } from "./page.js";
import { readMap } from "./painting.js";
import { pictureWithWords, saveAs } from "./picture.js";
import { readOut } from "./readout.js";
import { begin, seen, step } from "./state.js";
import { storedSource } from "./stored.js";
import { clickedCase } from "./thumbnails.js";
import { isUploading, partOf } from "./upload.js";
import { showsOn } from "./view.js";
import { warningsOf } from "./words.js";

/** Milliseconds that the last picture stays, under its own name, while the next one is awaited. */
const GRACE = 250;
/** Milliseconds without a change after which a page remembers what it shows. */
const REST = 200;

/**
 * @typedef {import("./state.js").State} State
 * @typedef {import("./state.js").Event} Event
 * @typedef {import("./state.js").Effect} Effect
 */

export default {
  /**
   * anywidget's entrance; returns what is to be done when the view is taken away.
   * @param {{model: import("./live.js").Model, el: HTMLElement}} widget
   */
  render({ model, el }) {
    el.classList.add("cxr-explorer");
    if (model.get("catalogue").cases) return startLive(model, el);
    return afterScoring(model, el, () => startLive(model, el));
  },
};

/**
 * Say how far the kernel is until it has a catalogue, and then start.
 * @param {import("./live.js").Model} model
 * @param {HTMLElement} el
 * @param {() => (() => void)} begins
 * @returns {() => void} ends it
 */
function afterScoring(model, el, begins) {
  const scoring = buildScoring(el);
  const told = () => scoring.show(model.get("scoring") ?? {});
  const gone = () => scoring.show({ error: "The kernel that scores the images is gone; run its cell again." });
  let end = () => {
    model.off("comm:close", gone);
    model.off("change:scoring", told);
    model.off("change:catalogue", arrived);
    scoring.remove();
  };
  const arrived = () => {
    if (!model.get("catalogue").cases) return;
    end();
    end = begins();
  };
  told();
  model.on("comm:close", gone);
  model.on("change:scoring", told);
  model.on("change:catalogue", arrived);
  return () => end();
}

/**
 * @param {import("./live.js").Model} model
 * @param {HTMLElement} el
 * @returns {() => void} ends it
 */
function startLive(model, el) {
  const view = newName();
  const data = model.get("catalogue");
  // The same in every kernel, so that a link finds it.
  const place = [data.title, ...data.arms.map((/** @type {{name: string}} */ { name }) => name)].join(", ");
  const state = begin(data, view, true, recalledWith(model, place), model.get("uploads") ?? []);
  return start(el, state, (tell) => liveSource(model, view, tell), (choice) => rememberWith(model, place, choice), place);
}

/**
 * Mount every explorer of a page that carries this key; called by the page itself.
 * @param {string} key
 */
export function mountAll(key) {
  const found = document.querySelectorAll(`.cxr-explorer[data-explorer="${key}"]`);
  found.forEach((one, number) => {
    const element = /** @type {HTMLElement & {explorer?: boolean}} */ (one);
    if (element.explorer) return; // by this page's script; a mark in the page itself would be saved with it
    const data = JSON.parse(element.querySelector("script[type='application/json']")?.textContent ?? "null");
    if (!data?.cases.length) return;
    element.explorer = true;
    const place = `${key}-${number}`;
    const state = begin(data, newName(), false, recalled(element, place));
    start(element, state, (tell) => storedSource(data, tell), (choice) => remember(element, place, choice), place);
  });
}

/**
 * @param {HTMLElement} element
 * @param {State} first
 * @param {(tell: (message: any) => void) => import("./live.js").Source} sourceOf
 * @param {(choice: import("./choices.js").Choice) => void} keep
 * @param {string} place name of the explorer on its page, for links
 * @returns {() => void} ends it
 */
function start(element, first, sourceOf, keep, place) {
  let state = first;
  /** @type {Map<string, File>} */
  const files = new Map();
  const page = buildPage(element, state.data, state.live);
  const show = showsOn(page, state);
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  let resting;

  const rested = () => {
    resting = undefined;
    keep(state.choice);
    // Not where a choice is only kept: a link that was just opened would lose its place.
    followWith(place, state.choice);
  };
  const dispatch = (/** @type {Event} */ event) => {
    const [next, effects] = step(state, event);
    if (next === state && effects.length === 0) return;
    const rests = next.choice !== state.choice;
    // What a silent kernel did not answer is asked again.
    const lacking = next.cases !== state.cases || (state.trouble !== "" && next.trouble === "");
    state = next;
    show(state);
    for (const one of state.uploads) if (!isUploading([one])) files.delete(one.id);
    source.watch(state.awaited !== null || isUploading(state.uploads));
    if (rests) {
      clearTimeout(resting);
      resting = setTimeout(rested, REST);
    }
    effects.forEach(perform);
    if (lacking) dispatch({ kind: "strip" });
  };

  const perform = (/** @type {Effect} */ effect) => {
    if (effect.do === "ask") {
      setTimeout(() => dispatch({ kind: "late", number: effect.request.number }), GRACE);
      source.ask(effect.request);
    }
    if (effect.do === "cancel") source.cancel(effect.number);
    if (effect.do === "look") source.look();
    if (effect.do === "reconnect") source.reconnect();
    if (effect.do === "thumbnails") source.thumbnails(effect.cases);
    if (effect.do === "drop") source.drop(effect.id);
    if (effect.do === "part") sendPart(effect.id, effect.offset);
  };

  const sendPart = async (/** @type {string} */ id, /** @type {number} */ offset) => {
    const file = files.get(id);
    if (!file) return;
    try {
      const content = await partOf(file, offset);
      const wanted = state.uploads.find((one) => one.id === id)?.phase === "sending";
      if (wanted) source.part({ id, name: file.name, size: file.size, offset }, content);
    } catch (error) {
      dispatch({ kind: "refused", view: state.view, upload: id, text: `${file.name} can't be read: ${error}` });
      source.drop(id);
    }
  };

  const heard = async (/** @type {any} */ message) => {
    if (message.kind !== "answer") return dispatch(message);
    if (!state.awaited || !isFor(state.awaited.request, message)) return;
    try {
      dispatch(await decoded(message));
    } catch (error) {
      dispatch({ kind: "failed", view: message.view, number: message.number, text: `the picture can't be shown: ${error}` });
    }
  };

  const source = sourceOf(heard);
  connect(page, dispatch);
  page.file.addEventListener("change", () => {
    const chosen = [...(page.file.files ?? [])].map((file) => ({ id: newName(), file }));
    for (const { id, file } of chosen) files.set(id, file);
    dispatch({ kind: "files", files: chosen.map(({ id, file }) => ({ id, name: file.name, size: file.size })) });
    page.file.value = ""; // so that the same file can be chosen again
  });
  const endKeys = keepKeys(page.view, (event) => {
    const meaning = meaningOf(event);
    if (!meaning) return;
    event.preventDefault();
    if (meaning.kind === "help") page.help.open = !page.help.open;
    else if (meaning.kind === "original") dispatch({ kind: "choose", changes: { original: !state.choice.original } });
    else dispatch(meaning);
  });
  page.thumbs.addEventListener("click", (event) => {
    const id = clickedCase(event);
    if (id !== null) dispatch({ kind: "choose", changes: { id }, said: "Image chosen." });
  });
  followHand(page.stage, dispatch, () => state.choice.zoom);
  readOut(page, () => state);
  page.save.addEventListener("click", () => {
    const { answer } = seen(state);
    if (!answer) return; // the picture that the caption waits for is not there yet
    const panels = [...page.stage.querySelectorAll(".cxr-panel")].filter((one) => /** @type {HTMLElement} */ (one).offsetWidth > 0);
    const shown = panels.map((one) => ({
      canvas: /** @type {HTMLCanvasElement} */ (one.querySelector("canvas")),
      name: one.querySelector("h3")?.textContent ?? "",
      says: [".cxr-note", ".cxr-prediction"].map((kind) => one.querySelector(kind)?.textContent ?? ""),
    }));
    const words = [page.caption.textContent, ...warningsOf(state.data, answer.about)].join(" ");
    saveAs(pictureWithWords(shown, words, state.choice.colours), `${answer.case}.png`);
  });
  page.link.addEventListener("click", async () => {
    const { answer } = seen(state);
    if (state.live && answer && !answer.about.facts) {
      page.says.textContent = "An own image has no link: it is in this kernel only.";
      return;
    }
    const address = linkTo(place, state.choice);
    await navigator.clipboard?.writeText(address).catch(() => {}); // not every page may write there
    page.says.textContent = "The address of this page now leads to this picture.";
  });
  // A browser that goes back may fill the fields after the script has run.
  const restored = () => show(state);
  const left = () => keep(state.choice);
  // A link that is opened where the page is open already changes the address, and loads nothing.
  const followed = () => {
    const wanted = linked(place);
    if (wanted) dispatch({ kind: "choose", changes: wanted, said: "Picture of the link." });
  };
  window.addEventListener("hashchange", followed);
  window.addEventListener("pageshow", restored);
  window.addEventListener("popstate", left);
  window.addEventListener("pagehide", left);
  dispatch({ kind: "choose", changes: {} });
  dispatch({ kind: "strip" });
  return () => {
    endKeys();
    if (resting !== undefined) rested();
    clearTimeout(resting);
    window.removeEventListener("hashchange", followed);
    window.removeEventListener("pageshow", restored);
    window.removeEventListener("popstate", left);
    window.removeEventListener("pagehide", left);
    source.close();
  };
}

/**
 * An answer with its image and maps decoded.
 * @param {import("./messages.js").Written} written
 * @returns {Promise<Event>}
 */
async function decoded(written) {
  const image = new Image();
  image.src = written.image;
  await image.decode();
  return { kind: "answer", ...written, image, maps: written.maps.map((map) => map && readMap(map)) };
}
