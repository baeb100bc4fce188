/* Pointing: where on the image something is asked for, by mouse, finger or keys. */

/** @typedef {import("./page.js").Parts} Parts */

/**
 * @param {Parts} parts
 * @param {number} pixels
 * @param {(x: number, y: number) => void} apply
 */
export function listenToPointer({ stage, canvas }, pixels, apply) {
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
export function listenToKeys({ stage }, pixels, { cursor, move, apply, undo }) {
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
