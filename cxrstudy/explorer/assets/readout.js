/* Read-out: what lies under the pointer, in numbers: pixel of the image, its grey, share of the map. */

import { canvasOf, pointIn } from "./gestures.js";
import { placeOf, valueAt } from "./looking.js";
import { holdsNothing } from "./painting.js";
import { percent } from "./words.js";

/** @type {WeakMap<HTMLImageElement, ImageData | null>} greys of images that were pointed at */
const greysOf = new WeakMap();

/**
 * @param {{width: number, height: number}} size of the image, in its own pixels
 * @param {{x: number, y: number}} place share of the image
 */
export function pixelAt({ width, height }, { x, y }) {
  const inside = (/** @type {number} */ at, /** @type {number} */ count) => Math.min(Math.max(Math.floor(at * count), 0), count - 1);
  return { column: inside(x, width), row: inside(y, height) };
}

/**
 * @param {{column: number, row: number}} pixel
 * @param {number | null} grey
 * @param {number | null} share of the map's maximum
 */
export function readoutOf({ column, row }, grey, share) {
  const known = [grey === null ? "" : `grey ${grey} of 255`, share === null ? "" : `map ${percent(share)} of its maximum`];
  return [`column ${column}, row ${row}`, ...known.filter(Boolean)].join(" · ");
}

/**
 * @param {HTMLImageElement} image
 * @param {{column: number, row: number}} pixel
 * @returns {number | null}
 */
function greyAt(image, { column, row }) {
  if (!greysOf.has(image)) {
    const canvas = document.createElement("canvas");
    [canvas.width, canvas.height] = [image.naturalWidth, image.naturalHeight];
    const context = canvas.getContext("2d");
    context?.drawImage(image, 0, 0);
    greysOf.set(image, context?.getImageData(0, 0, canvas.width, canvas.height) ?? null);
  }
  const greys = greysOf.get(image);
  return greys ? greys.data[(row * greys.width + column) * 4] : null;
}

/**
 * Write what is under the pointer, as long as there is a picture.
 * @param {import("./page.js").Parts} page
 * @param {() => import("./state.js").State} now
 */
export function readOut(page, now) {
  const { stage, readout } = page;
  stage.addEventListener("pointermove", (event) => {
    const canvas = canvasOf(event);
    const answer = now().shown?.answer;
    if (!canvas || !answer) return;
    const place = placeOf(now().choice, pointIn(canvas, event));
    const image = answer.image;
    const pixel = pixelAt({ width: image.naturalWidth, height: image.naturalHeight }, place);
    const map = answer.maps[Number(canvas.dataset.panel ?? -1)] ?? null;
    readout.textContent = readoutOf(pixel, greyAt(image, pixel), map && !holdsNothing(map) ? valueAt(map, place) : null);
  });
  stage.addEventListener("pointerleave", () => { readout.textContent = ""; });
}
