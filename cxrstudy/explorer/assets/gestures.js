/*
 * Gestures: what a hand does on a picture, as on a reading station.
 *
 *   drag                             moves a magnified picture
 *   drag with Shift or right button  window (across) and level (up and down)
 *   wheel with Ctrl, two fingers     magnify
 *   double click                     the whole image again
 *
 * A wheel alone and one finger on a whole image scroll the page, as everywhere else.
 */

/**
 * @param {HTMLElement} stage
 * @param {(event: import("./state.js").Event) => void} dispatch
 * @param {() => number} zoomNow
 */
export function followHand(stage, dispatch, zoomNow) {
  /** @type {Map<number, {x: number, y: number, canvas: HTMLElement, greys: boolean}>} */
  const down = new Map();

  stage.addEventListener("pointerdown", (event) => {
    const canvas = canvasOf(event);
    if (!canvas) return;
    const greys = event.shiftKey || event.button === 2;
    if (!greys && event.pointerType !== "touch" && zoomNow() <= 1) return;
    if (event.pointerType !== "touch") event.preventDefault();
    canvas.setPointerCapture?.(event.pointerId);
    down.set(event.pointerId, { x: event.clientX, y: event.clientY, canvas, greys });
  });

  stage.addEventListener("pointermove", (event) => {
    const before = down.get(event.pointerId);
    if (!before) return;
    const now = { ...before, x: event.clientX, y: event.clientY };
    const box = before.canvas.getBoundingClientRect();
    const [across, along] = [(now.x - before.x) / box.width, (now.y - before.y) / box.height];
    const other = [...down].find(([id]) => id !== event.pointerId)?.[1];
    down.set(event.pointerId, now);
    if (other) return pinch(before, now, other, box);
    if (before.greys) return dispatch({ kind: "greys", wider: across, brighter: -along });
    if (zoomNow() > 1) dispatch({ kind: "pan", across, down: along });
  });

  /**
   * @param {{x: number, y: number}} before
   * @param {{x: number, y: number}} now
   * @param {{x: number, y: number}} other finger that rests
   * @param {DOMRect} box
   */
  function pinch(before, now, other, box) {
    const times = apart(now, other) / Math.max(apart(before, other), 1);
    const at = { x: ((now.x + other.x) / 2 - box.left) / box.width, y: ((now.y + other.y) / 2 - box.top) / box.height };
    dispatch({ kind: "zoom", times, at });
  }

  const up = (/** @type {PointerEvent} */ event) => { down.delete(event.pointerId); };
  for (const kind of /** @type {("pointerup" | "pointercancel")[]} */ (["pointerup", "pointercancel"])) {
    stage.addEventListener(kind, up);
  }
  stage.addEventListener("contextmenu", (event) => { if (canvasOf(event)) event.preventDefault(); });
  stage.addEventListener("dblclick", (event) => { if (canvasOf(event)) dispatch({ kind: "whole" }); });
  stage.addEventListener("wheel", (event) => {
    const canvas = canvasOf(event);
    if (!canvas || !event.ctrlKey) return;
    event.preventDefault();
    dispatch({ kind: "zoom", times: Math.exp(-event.deltaY / 200), at: pointIn(canvas, event) });
  }, { passive: false });
}

/**
 * The picture under a pointer.
 * @param {Event} event
 * @returns {HTMLCanvasElement | null}
 */
export function canvasOf(event) {
  const target = /** @type {Element | undefined} */ (event.composedPath()[0]);
  return target?.tagName === "CANVAS" ? /** @type {HTMLCanvasElement} */ (target) : null;
}

/**
 * Where in a picture a pointer is, as shares of it.
 * @param {HTMLElement} canvas
 * @param {MouseEvent} event
 */
export function pointIn(canvas, event) {
  const box = canvas.getBoundingClientRect();
  return { x: (event.clientX - box.left) / box.width, y: (event.clientY - box.top) / box.height };
}

/**
 * @param {{x: number, y: number}} one
 * @param {{x: number, y: number}} other
 */
function apart(one, other) {
  return Math.hypot(one.x - other.x, one.y - other.y);
}
