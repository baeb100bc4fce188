/* Painting: an image, a map over it and the outline of the lesion, on a canvas. */

import { lookUp } from "./colours.js";

/**
 * A map at its layer's resolution; 255 is its maximum, `peak` the maximum in the method's unit.
 * @typedef {{width: number, height: number, peak: number, values: Uint8Array}} LowMap
 *
 * @typedef {{opacity: number, threshold: number, colours: string, outline: boolean}} Settings
 */

const CANVAS_SIDE = 512; // longer side of what is drawn, in pixels
const OUTLINE_SIDE = 1000; // of the square in which Python draws outlines

/**
 * @param {[number, number, number, string]} written width, height, peak, values as base64
 * @returns {LowMap}
 */
export function readMap([width, height, peak, text]) {
  const values = Uint8Array.from(atob(text), (character) => character.charCodeAt(0));
  return { width, height, peak, values };
}

/**
 * Where each of `count` pixels lies between the `cells` of a coarse row: [left, right, share].
 * @param {number} count
 * @param {number} cells
 */
function between(count, cells) {
  return Array.from({ length: count }, (_, pixel) => {
    const place = Math.min(Math.max(((pixel + 0.5) * cells) / count - 0.5, 0), cells - 1);
    const left = Math.floor(place);
    return [left, Math.min(left + 1, cells - 1), place - left];
  });
}

/**
 * Lay a map over grey pixels (RGBA, changed in place): bilinear, nothing below the threshold.
 * @param {{width: number, height: number, data: Uint8ClampedArray}} pixels
 * @param {LowMap} map
 * @param {{opacity: number, threshold: number, colours: string}} settings
 */
export function blend(pixels, { width, height, values }, { opacity, threshold, colours }) {
  const table = lookUp(colours);
  const columns = between(pixels.width, width);
  const rows = between(pixels.height, height);
  const { data } = pixels;
  let at = 0;
  for (const [above, below, down] of rows) {
    for (const [left, right, along] of columns) {
      const top = values[above * width + left] * (1 - along) + values[above * width + right] * along;
      const low = values[below * width + left] * (1 - along) + values[below * width + right] * along;
      const value = top * (1 - down) + low * down;
      if (value >= threshold * 255) {
        const colour = Math.round(value) * 3;
        for (let channel = 0; channel < 3; channel++) {
          data[at + channel] = data[at + channel] * (1 - opacity) + table[colour + channel] * opacity;
        }
      }
      at += 4;
    }
  }
}

/**
 * White on black, so that it is seen on any colour.
 * @param {CanvasRenderingContext2D} context
 * @param {string} path
 */
function drawOutline(context, path) {
  const { width, height } = context.canvas;
  const scaled = new Path2D();
  scaled.addPath(new Path2D(path), new DOMMatrix([width / OUTLINE_SIDE, 0, 0, height / OUTLINE_SIDE, 0, 0]));
  const strokes = /** @type {[string, number][]} */ ([["#000", 5], ["#fff", 2.5]]);
  for (const [strokeStyle, lineWidth] of strokes) {
    Object.assign(context, { strokeStyle, lineWidth, lineJoin: "round" });
    context.stroke(scaled);
  }
}

/**
 * Draw an image, a map over it if there is one, and the outline if it is wanted.
 * @param {HTMLCanvasElement} canvas
 * @param {HTMLImageElement} image
 * @param {LowMap | null} map
 * @param {string | null} outline
 * @param {Settings} settings
 */
export function paint(canvas, image, map, outline, settings) {
  const scale = CANVAS_SIDE / Math.max(image.naturalWidth, image.naturalHeight);
  canvas.width = Math.round(image.naturalWidth * scale);
  canvas.height = Math.round(image.naturalHeight * scale);
  const context = canvas.getContext("2d", { willReadFrequently: true });
  if (!context) throw new Error("this browser has no canvas to draw on");
  context.imageSmoothingQuality = "high";
  context.drawImage(image, 0, 0, canvas.width, canvas.height);
  if (map && map.peak > 0) {
    const pixels = context.getImageData(0, 0, canvas.width, canvas.height);
    blend(pixels, map, settings);
    context.putImageData(pixels, 0, 0);
  }
  if (outline && settings.outline) drawOutline(context, outline);
}

/**
 * Nothing is left of what was drawn.
 * @param {HTMLCanvasElement} canvas
 */
export function wipe(canvas) {
  canvas.width = 1;
  canvas.height = 1;
}
