/*
 * State: all that a view knows, in one object, and how each event changes it.
 *
 *   choice   what the controls say
 *   shown    the last whole answer, with the choice that it answers: all words about a picture come
 *            from here, so that a picture can't stand under another name
 *   awaited  the request that is under way
 *   trouble  whether the kernel answers
 *
 * While a request is under way, the choice is ahead of what is shown; `request.js` says what becomes
 * of it. `step` is pure: it returns the next state and what is to be done. Nothing else changes a
 * state.
 */

import { SETTINGS, legal, offered, pictureOf, settled } from "./choices.js";
import { ALL_GREYS, WHOLE, panned, zoomed } from "./looking.js";
import { samePicture } from "./messages.js";
import { again, alive, answered, cancelled, failed, late, lost, progressed, silent } from "./request.js";
import { lackingThumbnails, thumbnailsOf, withThumbnails } from "./strip.js";
import { chosen, finished, isUploading, partToSend, received, scoring } from "./upload.js";

/**
 * @typedef {import("./choices.js").Choice} Choice
 * @typedef {import("./messages.js").Answer} Answer
 * @typedef {import("./messages.js").Request} Request
 *
 * @typedef {{request: Request, late: boolean, share: number, wanted: Choice | null, again: boolean}} Awaited
 * @typedef {{view: string, data: import("./messages.js").Catalogue, live: boolean,
 *            cases: import("./messages.js").Case[], choice: Choice, number: number,
 *            shown: {answer: Answer, choice: Choice} | null, awaited: Awaited | null,
 *            trouble: "" | "silent" | "cut" | "gone", error: string, said: string,
 *            uploads: import("./upload.js").Upload[], thumbnails: import("./messages.js").Thumbnails}} State
 *
 * @typedef {{do: "ask", request: Request} | {do: "cancel", number: number} | {do: "look"} | {do: "reconnect"}
 *   | {do: "thumbnails", cases: string[]}
 *   | {do: "part", id: string, offset: number} | {do: "drop", id: string}} Effect
 *
 * @typedef {{kind: "choose", changes: Partial<Choice>, said?: string}
 *   | {kind: "step", by: number}
 *   | {kind: "zoom", times: number, at?: {x: number, y: number}} | {kind: "pan", across: number, down: number}
 *   | {kind: "greys", wider: number, brighter: number} | {kind: "whole"}
 *   | ({kind: "answer"} & Answer)
 *   | {kind: "progress", view: string, number: number, share: number}
 *   | {kind: "failed", view: string, number: number, text: string}
 *   | {kind: "late", number: number} | {kind: "lost", number: number}
 *   | {kind: "cancel"} | {kind: "again"} | {kind: "alive"} | {kind: "clear"}
 *   | {kind: "silence", why: "silent" | "cut" | "gone"}
 *   | {kind: "files", files: {id: string, name: string, size: number}[]}
 *   | {kind: "received", view: string, upload: string, offset: number}
 *   | {kind: "scoring", view: string, upload: string, share: number, text: string}
 *   | {kind: "added", view: string, upload: string, case: import("./messages.js").Case}
 *   | {kind: "refused", view: string, upload: string, text: string}
 *   | {kind: "cases", cases: import("./messages.js").Case[]}
 *   | {kind: "strip"} | {kind: "thumbnails", view: string, thumbnails: import("./messages.js").Thumbnails}} Event
 */

/**
 * A view at its beginning, before it has asked for anything: send it a "choose" without changes.
 * @param {import("./messages.js").Catalogue} data
 * @param {string} view
 * @param {boolean} live
 * @param {Partial<Choice>} [wanted] what was shown when the page was left
 * @param {import("./messages.js").Case[]} [uploads] images that were uploaded before
 * @returns {State}
 */
export function begin(data, view, live, wanted = {}, uploads = []) {
  const cases = joined(data.cases, uploads);
  return {
    view, data, live, cases, choice: legal(data, cases, wanted), number: 0, shown: null, awaited: null,
    trouble: "", error: "", said: "", uploads: [], thumbnails: thumbnailsOf(cases),
  };
}

/**
 * @param {State} state
 * @param {Event} event
 * @returns {[State, Effect[]]}
 */
export function step(state, event) {
  switch (event.kind) {
    case "choose": return choose(state, event.changes, event.said ?? "");
    case "step": return choose(state, neighbour(state, event.by), event.by > 0 ? "Next image." : "Previous image.");
    case "zoom": return choose(state, zoomed(state.choice, event.times, event.at), "");
    case "pan": return choose(state, panned(state.choice, event.across, event.down), "");
    case "greys": return choose(state, { width: state.choice.width + event.wider, level: state.choice.level - event.brighter }, "");
    case "whole": return choose(state, { ...WHOLE, ...ALL_GREYS }, "Whole image, all greys.");
    case "answer": return [answered(state, event), []];
    case "failed": return [failed(state, event), []];
    case "progress": return [progressed(state, event), []];
    case "late": return [late(state, event.number), []];
    case "lost": return lost(state, event.number);
    case "cancel": return cancelled(state);
    case "silence": return [silent(state, event.why), []];
    case "alive": return [alive(state), []];
    case "again": return again(state);
    case "clear": return [{ ...state, error: "", uploads: state.uploads.filter(({ phase }) => phase !== "refused") }, []];
    case "cases": return offering(state, event.cases);
    case "strip": return [state, lackingThumbnails(state)];
    case "thumbnails": return [event.view === state.view ? withThumbnails(state, event.thumbnails) : state, []];
    default: return uploads(state, event);
  }
}

/**
 * Change what is chosen, and ask for the picture unless it is there.
 * @param {State} state
 * @param {Partial<Choice>} changes
 * @param {string} said
 * @returns {[State, Effect[]]}
 */
function choose(state, changes, said) {
  const wanted = { ...state.choice, ...changes };
  // Another image is seen whole, unless a link says otherwise; the window of greys stays, as on a reading station.
  const part = wanted.id === state.choice.id || "zoom" in changes ? {} : WHOLE;
  const choice = legal(state.data, state.cases, { ...wanted, ...part });
  const picture = pictureOf(state.data, state.cases, choice);
  const next = { ...state, choice, said };
  if (picture && state.awaited && !state.awaited.wanted && samePicture(picture, state.awaited.request)) return [next, []];
  const ends = /** @type {Effect[]} */ (state.awaited ? [{ do: "cancel", number: state.awaited.request.number }] : []);
  if (!picture) return [{ ...next, awaited: null, error: "" }, ends];
  if (state.shown && samePicture(picture, state.shown.answer)) {
    const moved = onlySettings(state.choice, choice);
    // With words about what did not work, a moved slider changes neither them nor the waiting.
    if (moved && (state.error || state.awaited)) return [{ ...next, shown: { ...state.shown, choice: settled(state.shown.choice, choice) } }, []];
    return [{ ...next, awaited: null, error: "", shown: { ...state.shown, choice } }, ends];
  }
  const request = { view: state.view, number: state.number + 1, ...picture };
  const awaited = { request, late: false, share: 0, wanted: null, again: false };
  return [{ ...next, number: request.number, awaited, error: "" }, [{ do: "ask", request }]];
}

/**
 * @param {Choice} before
 * @param {Choice} after
 */
function onlySettings(before, after) {
  return Object.keys(after).every((name) => {
    const field = /** @type {keyof Choice} */ (name);
    return SETTINGS.includes(field) || before[field] === after[field];
  });
}

/**
 * @param {State} state
 * @param {number} by
 * @returns {Partial<Choice>}
 */
function neighbour(state, by) {
  const left = offered(state.cases, state.choice);
  if (left.length === 0) return {};
  const place = left.findIndex(({ id }) => id === state.choice.id);
  return { id: left[(place + by + left.length) % left.length].id };
}

/**
 * @param {State} state
 * @param {Event} event
 * @returns {[State, Effect[]]}
 */
function uploads(state, event) {
  const before = state.uploads;
  if (event.kind === "files") return sending(before, { ...state, uploads: chosen(before, event.files) });
  if (!("upload" in event) || event.view !== state.view) return [state, []];
  if (event.kind === "received") {
    return sending(before, { ...state, uploads: received(before, event.upload, event.offset) });
  }
  if (event.kind === "scoring") return [{ ...state, uploads: scoring(before, event.upload, event.share, event.text) }, []];
  if (event.kind === "refused") {
    return sending(before, { ...state, uploads: finished(before, event.upload, "refused", event.text) });
  }
  const cases = joined(state.cases, [event.case]);
  const after = finished(before, event.upload, "added", `${event.case.id} was added.`);
  if (after === before) return offering(state, [event.case]); // given up meanwhile
  const [next, effects] = choose({ ...state, cases, uploads: after }, { id: event.case.id }, "Own image.");
  return [next, [...effects, ...sending(before, next)[1]]];
}

/**
 * @param {import("./upload.js").Upload[]} before
 * @param {State} state
 * @returns {[State, Effect[]]}
 */
function sending(before, state) {
  const part = partToSend(before, state.uploads);
  return [state, part ? [{ do: "part", ...part }] : []];
}

/**
 * There is more to choose from. A view goes on showing what it shows, unless that is nothing.
 * @param {State} state
 * @param {import("./messages.js").Case[]} more
 * @returns {[State, Effect[]]}
 */
function offering(state, more) {
  const next = { ...state, cases: joined(state.cases, more) };
  return state.choice.id === null ? choose(next, {}, "") : [next, []];
}

/**
 * @param {import("./messages.js").Case[]} cases
 * @param {import("./messages.js").Case[]} more
 */
function joined(cases, more) {
  const known = new Set(cases.map(({ id }) => id));
  const left = more.filter(({ id }) => !known.has(id));
  return left.length > 0 ? [...cases, ...left] : cases;
}

/**
 * What is seen of a state.
 *
 * `answer` is the picture with everything that is said of it, or null; then `place` says why the
 * place is empty. `phase` is for style sheets, screen readers and tests.
 * @param {State} state
 * @returns {{answer: Answer | null, place: "" | "waiting" | "nothing fits" | "not loaded",
 *            phase: "busy" | "ready" | "empty" | "silent" | "cut" | "gone", files: boolean}}
 */
export function seen(state) {
  const { awaited, shown, trouble, choice } = state;
  const files = isUploading(state.uploads);
  const waits = awaited !== null && !awaited.wanted;
  const phase = trouble || (waits || files ? "busy" : shown || choice.id === null ? "ready" : "empty");
  if (choice.id === null) return { answer: null, place: "nothing fits", phase, files };
  if (waits && (awaited.late || !shown)) return { answer: null, place: "waiting", phase, files };
  if (!shown) return { answer: null, place: "not loaded", phase, files };
  return { answer: shown.answer, place: "", phase, files };
}
