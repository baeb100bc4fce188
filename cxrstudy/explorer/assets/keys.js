/*
 * Keys: what is typed inside an explorer stays inside.
 *
 * A notebook listens on its document before any element does, and takes letters for commands: x
 * would cut the cell with the explorer. So they are stopped before, at the window. What a browser
 * does itself (a letter chooses from a list, an arrow moves a slider, Tab goes on) is not stopped.
 */

import { STEP } from "./looking.js";

/** With Ctrl or Cmd, a host may have these: save, search. Neither changes a cell. */
const HOSTS = new Set(["s", "k"]);

/**
 * @param {HTMLElement} root
 * @param {(event: KeyboardEvent) => void} pressed called with every key that is pressed inside
 * @returns {() => void} ends it
 */
export function keepKeys(root, pressed) {
  const listen = (/** @type {KeyboardEvent} */ event) => {
    if (!event.composedPath().includes(root)) return;
    if (event.type === "keydown") pressed(event);
    if (!isHosts(event)) event.stopImmediatePropagation();
  };
  const kinds = /** @type {("keydown" | "keypress" | "keyup")[]} */ (["keydown", "keypress", "keyup"]);
  for (const kind of kinds) window.addEventListener(kind, listen, true);
  return () => {
    for (const kind of kinds) window.removeEventListener(kind, listen, true);
  };
}

/** @param {{key: string, ctrlKey: boolean, metaKey: boolean, altKey: boolean, shiftKey: boolean}} event */
export function isHosts({ key, ctrlKey, metaKey, altKey, shiftKey }) {
  return (ctrlKey || metaKey) && !altKey && !shiftKey && HOSTS.has(key.toLowerCase());
}

/** Share of all greys by which a key changes the window. */
const WIDER = 0.1;

/** What keys mean; Shift is free, because some keyboards need it for these signs. */
const MEANINGS = /** @type {Record<string, Meaning>} */ ({
  ArrowLeft: { kind: "step", by: -1 }, ArrowRight: { kind: "step", by: 1 },
  "+": { kind: "zoom", times: STEP }, "=": { kind: "zoom", times: STEP }, "-": { kind: "zoom", times: 1 / STEP },
  0: { kind: "whole" },
  "[": { kind: "greys", wider: -WIDER, brighter: 0 }, "]": { kind: "greys", wider: WIDER, brighter: 0 },
  o: { kind: "original" }, "?": { kind: "help" },
});

/**
 * @typedef {{kind: "step", by: number} | {kind: "zoom", times: number} | {kind: "whole"}
 *   | {kind: "greys", wider: number, brighter: number} | {kind: "original"} | {kind: "help"}} Meaning
 */

/**
 * What a key means, or null.
 * @param {KeyboardEvent} event
 * @returns {Meaning | null}
 */
export function meaningOf(event) {
  const target = /** @type {Element | undefined} */ (event.composedPath()[0]);
  const theirs = target?.closest?.("select, input"); // they use letters and arrows themselves
  if (theirs || event.altKey || event.ctrlKey || event.metaKey) return null;
  if (event.shiftKey && event.key.startsWith("Arrow")) return null;
  return MEANINGS[event.key] ?? null;
}
