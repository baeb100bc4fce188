/*
 * State: all that a view knows, in one object, and how each event changes it.
 *
 *   choice   what the controls say
 *   shown    the last whole answer, with the choice that it answers: all words about a picture come
 *            from here, so that a picture can't stand under another name
 *   awaited  the request that is under way
 *   trouble  whether the kernel answers
 *
 * While a request is under way, the choice is ahead of what is shown. If its answer does not come
 * (cancelled, failed, no kernel), the choice goes back to what is shown. `step` is pure: it returns
 * the next state and what is to be done. Nothing else changes a state.
 */

import { SETTINGS, legal, offered, pictureOf } from "./choices.js";
import { ALL_GREYS, WHOLE, panned, zoomed } from "./looking.js";
import { fits, isFor, samePicture } from "./messages.js";
import { chosen, finished, givenUp, isUploading, partToSend, received } from "./upload.js";

/**
 * @typedef {import("./choices.js").Choice} Choice
 * @typedef {import("./messages.js").Answer} Answer
 * @typedef {import("./messages.js").Request} Request
 *
 * @typedef {{request: Request, late: boolean, share: number, wanted: Choice | null, again: boolean}} Awaited
 * @typedef {{view: string, data: import("./messages.js").Catalogue, live: boolean,
 *            cases: import("./messages.js").Case[], choice: Choice, number: number,
 *            shown: {answer: Answer, choice: Choice} | null, awaited: Awaited | null,
 *            trouble: "" | "silent" | "gone", error: string, said: string,
 *            uploads: import("./upload.js").Upload[]}} State
 *
 * @typedef {{do: "ask", request: Request} | {do: "cancel", number: number} | {do: "look"}
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
 *   | {kind: "silence", gone: boolean}
 *   | {kind: "files", files: {id: string, name: string, size: number}[]}
 *   | {kind: "received", view: string, upload: string, offset: number}
 *   | {kind: "added", view: string, upload: string, case: import("./messages.js").Case}
 *   | {kind: "refused", view: string, upload: string, text: string}
 *   | {kind: "cases", cases: import("./messages.js").Case[]}} Event
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
    trouble: "", error: "", said: "", uploads: [],
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
    case "silence": return [silent(state, event.gone), []];
    case "alive": return [alive(state), []];
    case "again": return again(state);
    case "clear": return [{ ...state, error: "", uploads: state.uploads.filter(({ phase }) => phase !== "refused") }, []];
    case "cases": return offering(state, event.cases);
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
  // Another image is seen whole; the window of greys stays, as on a reading station.
  const part = wanted.id === state.choice.id ? {} : WHOLE;
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
 * A choice with the settings of another one.
 * @param {Choice} choice
 * @param {Choice} settings
 * @returns {Choice}
 */
function settled(choice, settings) {
  return { ...choice, ...Object.fromEntries(SETTINGS.map((name) => [name, settings[name]])) };
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
 * @param {Answer} answer
 * @returns {State}
 */
function answered(state, answer) {
  const { awaited } = state;
  if (!awaited || !fits(awaited.request, answer)) return state;
  const choice = settled(awaited.wanted ?? state.choice, state.choice);
  return { ...state, choice, shown: { answer, choice }, awaited: null, trouble: "", error: "" };
}

/**
 * No answer comes: the controls go back to what is shown.
 * @param {State} state
 * @returns {State}
 */
function wentBack(state) {
  if (!state.awaited) return state;
  const choice = state.shown ? settled(state.shown.choice, state.choice) : state.choice;
  return { ...state, choice, awaited: null };
}

/**
 * @param {State} state
 * @param {{view: string, number: number, text: string}} event
 * @returns {State}
 */
function failed(state, event) {
  const { awaited } = state;
  if (!awaited || !isFor(awaited.request, event)) return state;
  return { ...wentBack(state), trouble: "", error: `${awaited.request.case}: ${event.text}` };
}

/**
 * @param {State} state
 * @param {{view: string, number: number, share: number}} event
 * @returns {State}
 */
function progressed(state, event) {
  const { awaited } = state;
  if (!awaited || !isFor(awaited.request, event)) return state;
  return { ...state, awaited: { ...awaited, share: Math.max(awaited.share, Math.min(event.share, 1)) } };
}

/**
 * So long has it lasted that the place is emptied.
 * @param {State} state
 * @param {number} number
 * @returns {State}
 */
function late(state, number) {
  const { awaited } = state;
  return awaited?.request.number === number ? { ...state, awaited: { ...awaited, late: true } } : state;
}

/**
 * The kernel lives but knows nothing of the request: it, or its answer, was lost with a connection.
 * It is asked for once more.
 * @param {State} state
 * @param {number} number
 * @returns {[State, Effect[]]}
 */
function lost(state, number) {
  const { awaited } = state;
  if (awaited?.request.number !== number) return [state, []];
  if (awaited.again) {
    const { view } = state;
    return [failed(state, { view, number, text: "no answer came; choose it again." }), []];
  }
  const request = { ...awaited.request, number: state.number + 1 };
  return [{ ...state, number: request.number, awaited: { ...awaited, request, again: true } }, [{ do: "ask", request }]];
}

/**
 * @param {State} state
 * @returns {[State, Effect[]]}
 */
function cancelled(state) {
  const { awaited } = state;
  const files = state.uploads.filter((one) => isUploading([one]));
  const done = /** @type {Effect[]} */ ([
    ...(awaited ? [{ do: "cancel", number: awaited.request.number }] : []),
    ...files.map(({ id }) => ({ do: "drop", id })),
  ]);
  const left = { ...wentBack(state), uploads: givenUp(state.uploads, "it was cancelled.") };
  return [{ ...left, said: done.length > 0 ? "Cancelled." : state.said }, done];
}

/**
 * The kernel does not answer, or is known to be gone.
 * @param {State} state
 * @param {boolean} gone
 * @returns {State}
 */
function silent(state, gone) {
  const back = wentBack(state);
  const wanted = state.awaited && (state.awaited.wanted ?? state.choice);
  const awaited = state.awaited && { ...state.awaited, wanted };
  const left = gone ? givenUp(state.uploads, "the kernel is gone.") : state.uploads;
  const trouble = gone || state.trouble === "gone" ? "gone" : "silent";
  return { ...back, awaited, uploads: left, trouble };
}

/**
 * The kernel answers again: what was wanted is awaited as before.
 * @param {State} state
 * @returns {State}
 */
function alive(state) {
  if (!state.trouble) return state;
  const { awaited } = state;
  if (!awaited?.wanted) return { ...state, trouble: "" };
  const choice = settled(awaited.wanted, state.choice);
  return { ...state, trouble: "", choice, awaited: { ...awaited, wanted: null } };
}

/**
 * Ask once more for what was wanted; trouble is over when an answer comes.
 * @param {State} state
 * @returns {[State, Effect[]]}
 */
function again(state) {
  if (!state.trouble) return [state, []];
  const wanted = state.awaited?.wanted ?? state.choice;
  const picture = pictureOf(state.data, state.cases, wanted);
  if (!picture || (state.shown && samePicture(picture, state.shown.answer))) return [state, [{ do: "look" }]];
  const request = { view: state.view, number: state.number + 1, ...picture };
  const awaited = { request, late: false, share: 0, wanted, again: false };
  return [{ ...wentBack(state), number: request.number, awaited, error: "" }, [{ do: "ask", request }]];
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
 *            phase: "busy" | "ready" | "empty" | "silent" | "gone", files: boolean}}
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
