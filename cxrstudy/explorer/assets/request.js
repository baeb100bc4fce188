/*
 * Request: what becomes of the picture that a view waits for, whatever the kernel says, or if it says
 * nothing.
 *
 * If its answer does not come (cancelled, failed, no kernel), the choice goes back to what is shown.
 * The functions here are pure, as `step` is: they return the next state, and what is to be done.
 */

import { pictureOf, settled } from "./choices.js";
import { fits, isFor, samePicture } from "./messages.js";
import { givenUp, isUploading } from "./upload.js";

/**
 * @typedef {import("./messages.js").Answer} Answer
 * @typedef {import("./state.js").State} State
 * @typedef {import("./state.js").Effect} Effect
 */

/**
 * @param {State} state
 * @param {Answer} answer
 * @returns {State}
 */
export function answered(state, answer) {
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
export function failed(state, event) {
  const { awaited } = state;
  if (!awaited || !isFor(awaited.request, event)) return state;
  return { ...wentBack(state), trouble: "", error: `${awaited.request.case}: ${event.text}` };
}

/**
 * @param {State} state
 * @param {{view: string, number: number, share: number}} event
 * @returns {State}
 */
export function progressed(state, event) {
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
export function late(state, number) {
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
export function lost(state, number) {
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
export function cancelled(state) {
  const { awaited } = state;
  const files = state.uploads.filter((one) => isUploading([one]));
  const done = /** @type {Effect[]} */ ([
    ...(awaited ? [{ do: "cancel", number: awaited.request.number }] : []),
    ...files.map(({ id }) => ({ do: "drop", id })),
  ]);
  const left = { ...wentBack(state), uploads: givenUp(state.uploads, "it was cancelled.") };
  return [{ ...left, said: done.length > 0 ? "Cancelled." : state.said }, done];
}

/** What is said of files that were on their way. */
const GIVEN_UP = { silent: "", cut: "the connection to the kernel was lost.", gone: "the kernel is gone." };

/**
 * The kernel does not answer, the connection to it is lost, or it is known to be gone.
 * @param {State} state
 * @param {"silent" | "cut" | "gone"} why
 * @returns {State}
 */
export function silent(state, why) {
  const back = wentBack(state);
  const wanted = state.awaited && (state.awaited.wanted ?? state.choice);
  const awaited = state.awaited && { ...state.awaited, wanted };
  const left = GIVEN_UP[why] ? givenUp(state.uploads, GIVEN_UP[why]) : state.uploads;
  return { ...back, awaited, uploads: left, trouble: state.trouble === "gone" ? "gone" : why };
}

/**
 * The kernel answers again: what was wanted is awaited as before.
 * @param {State} state
 * @returns {State}
 */
export function alive(state) {
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
export function again(state) {
  if (!state.trouble) return [state, []];
  const first = /** @type {Effect[]} */ (state.trouble === "cut" ? [{ do: "reconnect" }] : []);
  const wanted = state.awaited?.wanted ?? state.choice;
  const picture = pictureOf(state.data, state.cases, wanted);
  if (!picture || (state.shown && samePicture(picture, state.shown.answer))) return [state, [...first, { do: "look" }]];
  const request = { view: state.view, number: state.number + 1, ...picture };
  const awaited = { request, late: false, share: 0, wanted, again: false };
  return [{ ...wentBack(state), number: request.number, awaited, error: "" }, [...first, { do: "ask", request }]];
}
