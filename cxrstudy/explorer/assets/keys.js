/*
 * Keys: what is typed inside an explorer stays inside.
 *
 * A notebook listens on its document before any element does, and takes letters for commands: x
 * would cut the cell with the explorer. So they are stopped before, at the window. What a browser
 * does itself (a letter chooses from a list, an arrow moves a slider, Tab goes on) is not stopped.
 */

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

/**
 * The step that a key means: to the next image, to the previous one, or none.
 * @param {KeyboardEvent} event
 */
export function stepOf(event) {
  const target = /** @type {Element | undefined} */ (event.composedPath()[0]);
  const theirs = target?.closest?.("select, input"); // they use the arrows themselves
  if (theirs || event.altKey || event.ctrlKey || event.metaKey || event.shiftKey) return 0;
  return { ArrowLeft: -1, ArrowRight: 1 }[event.key] ?? 0;
}
