/* Painting: the image, a map over it, the outline of the lesion, and where the keys stand. */

import { CELLS, valueAt } from "./occlusion.js";

/** Colours of falls and of rises; each can be told from grey, and from the other, by everybody. */
const FALLS = [230, 97, 0];
const RISES = [60, 165, 255];
/** Share of the image that the strongest colour hides. */
const STRONGEST = 0.75;
/** Side of the square in which outlines are drawn; OUTLINE_SIDE in cxrstudy/explorer/case.py. */
const OUTLINE_SIDE = 1000;

/**
 * @param {HTMLCanvasElement} canvas
 * @returns {CanvasRenderingContext2D}
 */
function contextOf(canvas) {
  const context = canvas.getContext("2d");
  if (!context) throw new Error("this browser draws no canvas");
  return context;
}

/**
 * Paint an image, with a map over it if there is one; colours end at `peak`.
 * @param {HTMLCanvasElement} canvas
 * @param {Float32Array} grey
 * @param {number} pixels
 * @param {Float32Array | null} [map]
 * @param {number} [peak]
 */
export function paintImage(canvas, grey, pixels, map = null, peak = 0) {
  const small = new OffscreenCanvas(pixels, pixels);
  const painted = new ImageData(pixels, pixels);
  for (let at = 0; at < grey.length; at++) {
    const [x, y] = [at % pixels, Math.floor(at / pixels)];
    const value = map && peak > 0 ? valueAt(map, Math.floor((x * CELLS) / pixels), Math.floor((y * CELLS) / pixels)) : 0;
    const share = Number.isNaN(value) ? 0 : (STRONGEST * Math.abs(value)) / (peak || 1);
    const colour = value > 0 ? FALLS : RISES;
    for (let channel = 0; channel < 3; channel++) painted.data[at * 4 + channel] = grey[at] * (1 - share) + colour[channel] * share;
    painted.data[at * 4 + 3] = 255;
  }
  small.getContext("2d")?.putImageData(painted, 0, 0);
  const context = contextOf(canvas);
  context.imageSmoothingEnabled = false; // every pixel that a network sees is shown as one
  context.drawImage(small, 0, 0, canvas.width, canvas.height);
}

/**
 * @param {HTMLCanvasElement} canvas
 * @param {string} outline an SVG path
 */
export function paintOutline(canvas, outline) {
  const context = contextOf(canvas);
  context.save();
  context.scale(canvas.width / OUTLINE_SIDE, canvas.height / OUTLINE_SIDE);
  for (const [colour, width] of /** @type {[string, number][]} */ ([["#000", 14], ["#fff", 6]])) {
    context.strokeStyle = colour;
    context.lineWidth = width;
    context.stroke(new Path2D(outline));
  }
  context.restore();
}

/**
 * The square that Space would erase.
 * @param {HTMLCanvasElement} canvas
 * @param {import("./rectangle.js").Rectangle} part
 * @param {number} pixels
 */
export function paintCursor(canvas, { top, left, bottom, right }, pixels) {
  const context = contextOf(canvas);
  const scale = canvas.width / pixels;
  for (const [colour, width] of /** @type {[string, number][]} */ ([["#000", 4], ["#ffd400", 2]])) {
    context.strokeStyle = colour;
    context.lineWidth = width;
    context.strokeRect(left * scale, top * scale, (right - left) * scale, (bottom - top) * scale);
  }
}

/** The colours from the strongest rise to the strongest fall, for a legend. */
export function colourBar() {
  const css = (/** @type {number[]} */ colour, /** @type {number} */ share) => `rgb(${colour.join(" ")} / ${share})`;
  return `linear-gradient(to right, ${css(RISES, STRONGEST)}, ${css(RISES, 0)}, ${css(FALLS, 0)}, ${css(FALLS, STRONGEST)}), linear-gradient(#777, #777)`;
}
